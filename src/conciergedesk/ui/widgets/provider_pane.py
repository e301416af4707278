"""One provider in full: whether it is open, how to reach it, its week, and what the desk has seen of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from conciergedesk.core.i18n import _, active_language, active_zone, plural, show_date
from conciergedesk.core.phone import show_phone
from conciergedesk.providers.rules import (
    BOOKING_LABELS,
    RENEWAL_WARNING,
    STATUS_LABELS,
    Booking,
    Outcome,
    Status,
    rate_on,
    show_rate,
    visit_counts,
)
from conciergedesk.ui.cells import Row, bar, clock, duration, weekday_short, word, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import keymap, unbind
from conciergedesk.ui.widgets.frame import key_and_label
from conciergedesk.ui.widgets.painted import Painted, PaintedScroll
from conciergedesk.ui.widgets.provider_rows import (
    AGREEMENT_WORDS,
    ASK_WORDS,
    OUTCOME_WORDS,
    ask_words,
    distance_words,
    language_word,
    share_ink,
    status_row,
    trade_words,
    week_rows,
)
from conciergedesk.ui.widgets.section import title_row

if TYPE_CHECKING:
    from conciergedesk.providers.search.lexicon import Lexicon
    from conciergedesk.ui.provider_room import ForRequest, ProviderDetail

LABEL = 9


class ProviderPane(PaintedScroll, can_focus=True):
    """The selected provider."""

    GROUND: ClassVar[str] = "surface"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        unbind(self, "left", "right")
        self.detail: ProviderDetail | None = None
        self._lexicon: Lexicon | None = None
        self._now: datetime | None = None
        self._for: ForRequest | None = None
        self._asked = False

    def show(
        self,
        detail: ProviderDetail | None,
        lexicon: Lexicon | None,
        now: datetime,
        *,
        asked: bool = False,
        request: ForRequest | None = None,
    ) -> None:
        """Show a provider; ``asked`` says that the moment was asked for and is not simply now."""
        before = self.detail
        self.detail, self._lexicon, self._now, self._asked, self._for = detail, lexicon, now, asked, request
        if before is None or detail is None or before.card.id != detail.card.id:
            self.scroll_to(y=0, animate=False, force=True)
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        edge = width - 2
        rows = self._thread(edge)
        detail = self.detail
        if detail is None or self._lexicon is None or self._now is None:
            return rows
        card = detail.card
        head = Row().gap(2).data(card.name, "bright bold", edge - 12)
        rows.append(head.end(Row().data(card.brief.ref, "muted", 10), edge))
        rows.append(Row().gap(2).add(status_row(detail.status)))
        if card.brief.status != Status.ACTIVE:
            said = word(STATUS_LABELS[Status(card.brief.status)])
            reason = f" : {card.brief.status_reason}" if card.brief.status_reason else ""
            rows += [
                Row().gap(2).data(line, "late", edge - 2) for line in wrapped(said + reason, edge - 2, 3)
            ]
        rows.append(Row())
        rows += self._facts(detail, self._lexicon, edge)
        rows += [Row(), title_row(_("Week"), _("it is {time}", time=clock(self._now)), edge)]
        rows += week_rows(detail.week, detail.moment, self._asked, edge)
        rows += self._record(detail, edge)
        rows += self._notes(detail, edge)
        return rows

    def _thread(self, edge: int) -> list[Row]:
        """Who was asked for the request, one line each with its clock."""
        if self._for is None or self._now is None:
            return []
        asks = self._for.asks
        answered = sum(one.state in ("accepted", "declined", "counter") for one in asks)
        figure = (
            _("{answered} of {asked} answered", answered=answered, asked=len(asks))
            if asks
            else _("nobody yet")
        )
        rows = [title_row(_("Who was asked"), figure, edge)]
        for one in asks:
            row = Row().gap(2).data(one.provider, "text", edge - 24).to(edge - 21)
            said, ink = ask_words(one)
            row.say(said, ink)
            left = one.left(self._now)
            end = duration(left) if left is not None else clock(one.answered_at) if one.answered_at else ""
            rows.append(row.end(Row().say(end, ink), edge))
            if one.state == "counter" and one.counter_from is not None:
                here = one.counter_from.astimezone(active_zone())
                offer = f"{weekday_short(here.date())} {clock(one.counter_from)}"
                rows.append(
                    Row().gap(4).say(f"{glyphs().right} {offer}", "soon").gap(1).data(one.answer, "muted", 20)
                )
            elif one.answer:
                rows.append(Row().gap(4).data(one.answer, "muted", edge - 4))
        return [*rows, Row()]

    def _facts(self, detail: ProviderDetail, lexicon: Lexicon, edge: int) -> list[Row]:
        card, rows = detail.card, []

        def fact(label: str, value: str, ink: str = "text", note: str = "") -> None:
            row = Row().gap(2).say(label, "muted").to(2 + LABEL)
            rows.append(
                row.data(value, ink, edge - row.width).gap(1).data(note, "muted", max(edge - row.width, 0))
            )

        tags = f", {card.brief.tags}" if card.brief.tags else ""
        fact(_("Trade"), trade_words(card.brief.trades, lexicon, 3) + tags)
        for place, number in enumerate(card.numbers[:3]):
            label = _("Tel.") if place == 0 else ""
            extension = f" poste {number.extension}" if number.extension else ""
            note = f"({number.label})" if number.label else ""
            if number.status not in ("valid", "short"):
                note = _("to confirm")
            fact(
                label,
                (show_phone(number.e164) if number.e164 else number.typed) + extension,
                "bright bold",
                note,
            )
        if not card.numbers:
            fact(_("Tel."), _("no number"), "muted")
        where = ", ".join(filter(None, (card.brief.address, card.brief.commune)))
        fact(_("Where"), where, "text", distance_words(detail.distance_km))
        for address in card.addresses[:2]:
            fact("", ", ".join(filter(None, (address.address, address.commune))), "muted", address.label)
        if card.brief.languages:
            fact(_("Speaks"), ", ".join(language_word(code) for code in card.brief.languages))
        fact(_("Booking"), self._booking(detail))
        if card.values.cancellation or card.values.free_cancel_hours is not None:
            rule = card.values.cancellation or _(
                "free until {hours} h before", hours=card.values.free_cancel_hours
            )
            fact(_("Cancel"), rule)
        if not self._health(card.brief.trades, lexicon):
            self._agreement(detail, fact)
        return rows

    @staticmethod
    def _health(trades: tuple[str, ...], lexicon: Lexicon) -> bool:
        return any(lexicon.trades[code].health for code in trades if code in lexicon.trades)

    @staticmethod
    def _booking(detail: ProviderDetail) -> str:
        values = detail.card.values
        parts = [word(BOOKING_LABELS[Booking(values.booking)]), values.booking_note]
        if values.lead_minutes:
            hours = values.lead_minutes / 60
            parts.append(
                _("{hours} h ahead", hours=round(hours)) if hours >= 1 else f"{values.lead_minutes} min"
            )
        if values.price_band:
            parts.append("€" * values.price_band)
        return f" {glyphs().dot} ".join(filter(None, parts))

    def _agreement(self, detail: ProviderDetail, fact: object) -> None:
        assert callable(fact) and self._now is not None
        card, today = detail.card, self._now.date()
        said = word(AGREEMENT_WORDS.get(card.brief.agreement, ""))
        rate = rate_on(card.rates, today)
        said += f", {show_rate(rate.basis_points, active_language())}" if rate is not None else ""
        until = card.agreement_until
        soon = until is not None and until - today <= RENEWAL_WARNING
        note = _("until {day}", day=show_date(until, None, "d MMM y")) if until is not None else ""
        fact(_("Agreement"), said, "soon" if soon else "text", note)
        if card.visits:
            holds = visit_counts(card.visit_valid_until, today)
            day = show_date(card.visits[0].day, None, "d MMM")
            fact(
                _("Visited"), day if holds else _("{day}, too long ago", day=day), "text" if holds else "soon"
            )
        who = " · ".join(dict.fromkeys(filter(None, (card.leisure_referent, card.business_referent))))
        if who:
            fact(_("Referent"), who)

    def _record(self, detail: ProviderDetail, edge: int) -> list[Row]:
        record = detail.record
        figure = _("never asked")
        if record.asked:
            figure = plural("{count} request in a year", "{count} requests in a year", record.asked)
        rows = [Row(), title_row(_("Reliability"), figure, edge)]
        decided = record.accepted + record.refused + record.silent
        if decided:
            share = record.accepted / decided
            rows.append(
                self._gauge(_("accepts"), share, _("{one} of {all}", one=record.accepted, all=decided))
            )
        if record.answer is not None:
            quick = max(0.0, 1 - record.answer.total_seconds() / 7200)
            rows.append(self._gauge(_("answers"), quick, _("{time}, median", time=duration(record.answer))))
        if record.due:
            share = record.kept / record.due
            rows.append(
                self._gauge(_("on time"), share, _("{one} of {all}", one=record.kept, all=record.due))
            )
            if record.reliability is None:
                rows.append(Row().gap(2).say(_("too few orders for a rank"), "muted"))
        if detail.past:
            rows += [Row(), title_row(_("Last requests"), "", edge)]
        for order in detail.past:
            here = order.asked_at.astimezone(active_zone())
            row = Row().gap(2).data(show_date(here.date(), None, "d MMM"), "muted", 8, right=True).gap(1)
            good = order.state == "accepted"
            row.say(glyphs().done if good else glyphs().waiting, "done" if good else "muted").gap(1)
            row.data(order.request, "text", 10)
            if order.wanted_from is not None:
                wanted = order.wanted_from.astimezone(active_zone())
                row.say(f", {weekday_short(wanted.date())} {clock(order.wanted_from)}", "text")
            said = (
                word(OUTCOME_WORDS[Outcome(order.outcome)])
                if order.outcome and good
                else word(ASK_WORDS[order.state])
            )
            rows.append(row.end(Row().data(said, "muted", 14), edge))
        return rows

    def _notes(self, detail: ProviderDetail, edge: int) -> list[Row]:
        card, rows = detail.card, []
        if card.values.note:
            rows += [Row(), title_row(_("Note"), "", edge)]
            rows += [Row().gap(2).say(line, "text") for line in wrapped(card.values.note, edge - 2, 5)]
        if card.incidents:
            rows += [Row(), title_row(_("Incidents"), str(len(card.incidents)), edge)]
            for one in card.incidents[:3]:
                row = Row().gap(2).say(show_date(one.day, None, "d MMM"), "muted").to(12)
                rows.append(row.data(one.facts, "soon", edge - row.width))
        keys = Row().gap(2)
        for act, label in (
            ("providers.call", _("ring")), ("providers.ask", _("ask")), ("providers.letter", _("letter")),
            ("providers.note", _("note")),
        ):  # fmt: skip
            if keymap().shown(act):
                keys.add(key_and_label(keymap().shown(act), label)).gap(2)
        return [*rows, Row(), keys]

    @staticmethod
    def _gauge(label: str, share: float, figure: str) -> Row:
        return (
            Row()
            .gap(2)
            .say(label, "muted")
            .to(12)
            .add(bar(share, 12, share_ink(share)))
            .gap(2)
            .say(figure, "text")
        )


class ProviderStrip(Painted):
    """The selected provider under a list that has no pane beside it."""

    GROUND: ClassVar[str] = "surface"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._detail: ProviderDetail | None = None
        self._lexicon: Lexicon | None = None

    def show(self, detail: ProviderDetail | None, lexicon: Lexicon | None) -> None:
        self._detail, self._lexicon = detail, lexicon
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        detail = self._detail
        if detail is None or self._lexicon is None:
            return [Row(), Row(), Row()]
        card = detail.card
        edge = width - 1
        first = Row().gap(1).data(card.name, "bright bold", edge - 40).gap(2).add(status_row(detail.status))
        numbers = "  ".join(show_phone(one.e164) if one.e164 else one.typed for one in card.numbers[:2])
        second = Row().gap(1).data(numbers or _("no number"), "bright bold", 34).gap(2)
        second.data(
            ", ".join(filter(None, (card.brief.address, card.brief.commune))), "muted", edge - second.width
        )
        third = Row().gap(1)
        for act, label in (
            ("providers.ask", _("ask")), ("providers.call", _("ring")), ("providers.answer", _("answer")),
            ("providers.letter", _("letter")), ("providers.detail", _("detail")),
        ):  # fmt: skip
            third.add(key_and_label(keymap().shown(act), label)).gap(2)
        return [first.end(Row().data(card.brief.ref, "muted", 10), edge), second, third]

"""The card that pops up while it rings: who calls, from where, what stands there, what is open, what was agreed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path, PurePath
from typing import ClassVar

from textual.widget import Widget

from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import N_, _, plural, show_date
from conciergedesk.core.phone import show_phone
from conciergedesk.hotline.cards import CallerCard
from conciergedesk.ui.acts import Action, Scope
from conciergedesk.ui.cells import Row, duration, when, word
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import keymap
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.painted import Painted
from conciergedesk.ui.widgets.section import title_row

HOTLINE_STYLES = Path(__file__).parent.parent / "styles" / "hotline.tcss"
LINE_WORDS = {
    "technical": N_("Technical hotline"),
    "commercial": N_("Commercial hotline"),
    "": N_("Both hotlines"),
}
LANGUAGE_WORDS = {"fr": N_("French"), "en": N_("English"), "de": N_("German")}
ASSET_WORDS = {
    "tablet": N_("device|tablet"),
    "screen": N_("device|screen"),
    "beacon": N_("device|beacon"),
    "card_reader": N_("device|card reader"),
    "router": N_("device|router"),
}
ASSET_STATES = {
    "ok": N_("device|ok"),
    "degraded": N_("device|degraded"),
    "down": N_("device|down"),
    "stored": N_("device|stored"),
    "lost": N_("device|lost"),
}
AGREEMENT_WORDS = {
    "none": N_("no agreement"),
    "listed": N_("listed"),
    "in_talks": N_("in talks"),
    "signed": N_("agreement signed"),
    "ended": N_("agreement ended"),
}
MOST_DEVICES = 4
MOST_TICKETS = 5
LABEL = 12


class CallerRows(Painted):
    """The card, painted anew at every change and every second of the call."""

    GROUND = "raised"

    def __init__(self, card: CallerCard, now: datetime) -> None:
        super().__init__()
        self.card = card
        self.now = now

    def show(self, card: CallerCard, now: datetime) -> None:
        self.card, self.now = card, now
        self.repaint(layout=True)

    def paint(self, width: int) -> list[Row]:
        card = self.card
        rows = [self._state(), Row()]
        who = card.name or _("unknown caller")
        first = Row().data(who, "bright bold", 40)
        if card.role:
            first.say(f" {glyphs().dot} ", "muted").data(card.role, "muted", 24)
        if card.others:
            also = plural(
                "{count} other contact has this number",
                "{count} other contacts have this number",
                card.others,
            )
            first.gap(2).say(f"{glyphs().notice} ", "soon").data(also, "soon", 50)
        rows.append(first)
        number = show_phone(card.number) if card.number else _("hidden number")
        language = _(LANGUAGE_WORDS.get(card.language, card.language))
        rows.append(
            Row()
            .data(number, "bright", 24)
            .gap(2)
            .data(language, "accent" if card.language != "fr" else "muted", 12)
        )
        if card.provider or card.site:
            rows.append(self._fact(_("Provider"), card.provider, card.commune))
        if card.site:
            rows.append(self._fact(_("Site"), card.site))
        if card.agreement:
            rows.append(self._agreement())
        rows += self._devices(width) + self._tickets(width)
        return rows

    def _state(self) -> Row:
        card = self.card
        line = _(LINE_WORDS[card.line])
        if card.state == "ringing":
            row = Row().say(f"{glyphs().soon} ", "soon bold").say(_("rings"), "soon bold")
            return row.gap(1).say(duration(self.now - card.rang_at), "soon").gap(2).say(line, "muted")
        if card.state == "answered" and card.answered_at is not None:
            row = Row().say(f"{glyphs().next} ", "done bold").say(_("on the line"), "done bold")
            row.gap(1).say(duration(self.now - card.answered_at), "done").gap(2)
            return row.data(card.taken_by, "mine bold", 20).gap(2).say(line, "muted")
        said = _("missed") if card.state == "missed" else _("over")
        return Row().say(f"{glyphs().waiting} ", "muted").say(said, "muted").gap(2).say(line, "muted")

    @staticmethod
    def _fact(label: str, value: str, note: str = "", ink: str = "text") -> Row:
        row = Row().data(label, "muted", LABEL - 1).to(LABEL).data(value, ink, 60)
        return row.gap(2).data(note, "muted", 30) if note else row

    def _agreement(self) -> Row:
        card = self.card
        said = _(AGREEMENT_WORDS.get(card.agreement, card.agreement))
        until, ink, note = card.agreement_until, "text", ""
        if until is not None:
            left = (until - self.now.date()).days
            note = _("ends on {day}", day=show_date(until, pattern="d MMM y"))
            ink = "late" if left < 0 else "soon" if left <= 90 else "text"
            if left < 0:
                said = _("agreement ended")
        return self._fact(word(N_("fact|Agreement")), said, note, ink)

    def _devices(self, width: int) -> list[Row]:
        devices = sorted(
            self.card.assets, key=lambda one: (one.state == "ok" and one.unseen_days is None, one.label)
        )
        if not devices:
            return []
        rows = [Row(), title_row(_("Equipment"), str(len(devices)), width, margin=0)]
        for one in devices[:MOST_DEVICES]:
            fine = one.state in ("ok", "stored")
            row = (
                Row()
                .data(one.label, "text", LABEL - 2)
                .to(LABEL)
                .data(word(ASSET_WORDS[one.kind]), "muted", 16)
            )
            row.to(LABEL + 18).data(word(ASSET_STATES[one.state]), "done" if fine else "late", 12)
            if one.unseen_days is not None:
                days = plural("not seen for {count} day", "not seen for {count} days", one.unseen_days)
                row.to(LABEL + 32).say(f"{glyphs().notice} ", "soon").say(days, "soon")
            rows.append(row)
        return rows

    def _tickets(self, width: int) -> list[Row]:
        found = self.card.open_tickets
        if not found:
            return []
        rows = [Row(), title_row(_("Open tickets"), str(len(found)), width, margin=0)]
        for one in found[:MOST_TICKETS]:
            row = (
                Row()
                .data(one.ref, "bright", LABEL - 2)
                .to(LABEL)
                .data(one.severity, "late bold" if one.severity == "S1" else "calm", 3)
            )
            row.gap(1).data(one.title or one.category, "text", max(width - 46, 12)).gap(2).data(
                one.site, "muted", 14
            )
            rows.append(row.end(Row().data(one.owner or word(N_("holder|free")), "muted", 10), width))
        return rows


class CallSheet(Sheet[str]):
    """Answers ``ticket`` when one is to be opened, ``wrap`` when the call is over without one."""

    CSS_PATH: ClassVar[list[str | PurePath] | None] = [HOTLINE_STYLES]
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.CALL,)

    def __init__(
        self, card: CallerCard, take: Callable[[int], CallerCard], now: Callable[[], datetime]
    ) -> None:
        self.rows = CallerRows(card, now())
        super().__init__(word(N_("sheet|Incoming call")), when(card.rang_at, now()))
        self._take = take
        self._now = now
        self._taking = False

    @property
    def card(self) -> CallerCard:
        return self.rows.card

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.rows

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(1.0, lambda: self.rows.show(self.card, self._now()))

    def shown_acts(self) -> Sequence[Action]:
        taken = self.rows.card.state == "answered"
        names = ("call.ticket", "call.wrap_up") if taken else ("call.take",)
        return [
            one
            for one in keymap().footer(Scope.CALL, Scope.SHEET)
            if one.id in (*names, "call.article", "sheet.leave")
        ]

    def show(self, card: CallerCard) -> None:
        """What has become of the call: taken here or elsewhere, over."""
        self.rows.show(card, self._now())
        self.key_row.show(self.shown_acts())

    def action_take(self) -> None:
        """Take the call; once taken, the same key opens the ticket."""
        if self.card.state == "answered":
            self.action_ticket()
        elif not self._taking:
            self._taking = True
            self.run_service(
                lambda: self._take(self.card.call_id), self._taken, group="call", failed=self._refused
            )

    def _taken(self, card: CallerCard) -> None:
        self._taking = False
        self.show(card)

    def _refused(self, error: DeskError) -> None:
        self._taking = False
        self.show_error(error)

    def action_ticket(self) -> None:
        if self.card.state == "answered":
            self.dismiss("ticket")

    def action_wrap_up(self) -> None:
        if self.card.state == "answered":
            self.dismiss("wrap")

    def action_article(self) -> None:
        self.dismiss("article")

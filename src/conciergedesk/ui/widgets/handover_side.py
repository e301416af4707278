"""Beside a handover: its life, how much was taken, what is still missing, questions and answers."""

from __future__ import annotations

from datetime import datetime

from conciergedesk.core.i18n import N_, _, local, plural
from conciergedesk.handover.cards import HandoverCard
from conciergedesk.handover.rules import Missing, State
from conciergedesk.ui.cells import Row, bar, clock, day_short, joined, word, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.widgets.painted import Painted
from conciergedesk.ui.widgets.section import title_row

LIFE = (
    ("drafted_at", N_("life|draft")),
    ("signed_at", N_("life|signed")),
    ("read_at", N_("life|read")),
    ("accepted_at", N_("life|accepted")),
)


class HandoverHeading(Painted):
    """Which change of shift, from whom to whom, and its life as a line."""

    def __init__(self) -> None:
        super().__init__(id="handover-heading")
        self._card: HandoverCard | None = None
        self._labels: tuple[str, str] = ("", "")

    def show(self, card: HandoverCard | None, labels: tuple[str, str]) -> None:
        self._card, self._labels = card, labels
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        card = self._card
        if card is None:
            return [Row().gap(1).say(_("Handover"), "bright bold"), Row()]
        signs, row = glyphs(), card.row
        out, into = self._labels
        head = (
            Row()
            .gap(1)
            .say(_("Handover {out} {sign} {into}", out=out, sign=signs.right, into=into), "bright bold")
        )
        head.gap(3).say(day_short(local(row.since).date()), "muted")
        if row.edition:
            head.say(", " + _("edition {number}", number=row.edition), "muted")
        who = Row().say(
            f"{row.from_name or '?'} {glyphs().right} {row.to_name or _('the next shift')}",
            "text",
        )
        life = Row().gap(1)
        for place, (field, label) in enumerate(LIFE):
            at: datetime | None = getattr(row, field)
            done = at is not None
            last = done and all(getattr(row, after) is None for after, _label in LIFE[place + 1 :])
            if place:
                life.gap(2).say(signs.hairline, "muted" if not done else "soon" if last else "done").gap(2)
            sign, ink = (signs.done, "done") if done and not last else (signs.on_time, "muted")
            if last and row.state != State.ACCEPTED:
                sign, ink = signs.soon, "soon"
            elif last:
                sign, ink = signs.done, "done"
            life.say(f"{sign} ", ink).say(word(label), "bright" if last else "muted" if not done else "text")
            if at is not None:
                life.gap(1).say(clock(at), "muted")
        if row.state == State.QUESTIONED:
            asked = Row().say(f"{signs.question} ", "accent bold").say(_("question open"), "waiting")
            life.end(asked.gap(1), width)
        if row.state == State.MISSING:
            life = (
                Row().gap(1).say(f"{signs.late} ", "late").say(_("nobody signed this handover"), "late bold")
            )
        return [head.end(who.gap(1), width), life]


class Progress(Painted):
    """How much was taken and what is missing before the acceptance."""

    GROUND = "surface"

    def __init__(self, *, brief: bool = False) -> None:
        super().__init__(id="handover-strip" if brief else "handover-progress")
        self._brief = brief
        self._card: HandoverCard | None = None
        self._missing: tuple[Missing, ...] = ()
        self._late = False

    def show(self, card: HandoverCard | None, missing: tuple[Missing, ...], now: datetime) -> None:
        self._card, self._missing = card, missing
        self._late = card is not None and now > card.row.accept_by
        self.repaint(layout=True)

    def paint(self, width: int) -> list[Row]:
        card = self._card
        if card is None:
            return [Row()]
        taken = sum(line.acknowledged_at is not None for line in card.lines)
        red = [line for line in card.lines if line.colour == "red"]
        red_taken = sum(line.acknowledged_at is not None for line in red)
        counts = Row().say(_("red lines") + " ", "muted")
        counts.say(
            _("{taken} of {count}", taken=red_taken, count=len(red)),
            "late bold" if red_taken < len(red) else "done bold",
        )
        questions = len(card.open_questions)
        counts.gap(3).say(_("questions") + " ", "muted").say(
            str(questions), "accent bold" if questions else "muted"
        )
        figure = _("{taken} of {count} lines", taken=taken, count=len(card.lines))
        if self._brief:
            first = (
                Row()
                .gap(1)
                .say(_("Read and taken"), "bright bold")
                .gap(2)
                .say(figure, "text")
                .gap(3)
                .add(counts)
            )
            return [first, Row().gap(1).add(self._missing_line(width - 2))]
        share = taken / len(card.lines) if card.lines else 1.0
        edge = width - 1
        rows = [
            title_row(_("Read and taken"), figure, edge, margin=1),
            Row().gap(1).add(bar(share, edge - 1)),
            Row().gap(1).add(counts),
        ]
        return rows

    def _missing_line(self, width: int) -> Row:
        assert self._card is not None
        if self._card.row.state == State.ACCEPTED:
            return Row().say(f"{glyphs().done} ", "done").say(_("Accepted"), "done")
        if not self._missing:
            return joined([Row().say(_("Nothing is missing: Ctrl+S accepts."), "done")])
        text = " · ".join(one.in_language() for one in self._missing)
        return (
            Row()
            .say(_("Still missing") + " ", "muted")
            .data(text, "late" if self._late else "soon", width - 16)
        )


class MissingPane(Painted):
    """Questions with their answers, and what is missing until when."""

    GROUND = "surface"

    def __init__(self) -> None:
        super().__init__(id="handover-missing")
        self._card: HandoverCard | None = None
        self._missing: tuple[Missing, ...] = ()
        self._now: datetime | None = None

    def show(self, card: HandoverCard | None, missing: tuple[Missing, ...], now: datetime) -> None:
        self._card, self._missing, self._now = card, missing, now
        self.repaint(layout=True)

    def paint(self, width: int) -> list[Row]:
        card = self._card
        if card is None or self._now is None:
            return [Row()]
        edge = width - 1
        rows = self._questions(card, edge)
        if card.row.state == State.ACCEPTED:
            at = card.row.accepted_at
            rows.append(title_row(_("Accepted"), clock(at) if at is not None else "", edge, margin=1))
        elif card.row.state in (State.DRAFT, State.MISSING):
            rows += self._before_signing(card, edge)
        else:
            rows += self._still_missing(card, edge, late=self._now > card.row.accept_by)
        return rows

    def _questions(self, card: HandoverCard, edge: int) -> list[Row]:
        rows: list[Row] = []
        for one in card.questions[-3:]:
            title = _("Question of {name}", name=one.asked_by)
            rows.append(title_row(title, clock(one.asked_at), edge, margin=1))
            for number, text in enumerate(wrapped(one.text, edge - 3, 3)):
                sign = f"{glyphs().question} " if not number else "  "
                rows.append(Row().gap(1).say(sign, "accent bold").say(text, "text"))
            if one.answered_at is None:
                said, ink = _("answer awaited, the handover stays open until then"), "waiting"
            else:
                said, ink = f"{one.answered_by} : {one.answer}", "done"
            rows += [Row().gap(3).say(text, ink) for text in wrapped(said, edge - 3, 3)]
            rows.append(Row())
        return rows

    @staticmethod
    def _before_signing(card: HandoverCard, edge: int) -> list[Row]:
        signs = glyphs()
        unowned = sum(line.is_promise and line.owner_id is None for line in card.lines)
        said = (
            plural("{count} promise without a name", "{count} promises without a name", unowned)
            if unowned
            else _("every promise has a name")
        )
        sign, ink = (signs.on_time, "late") if unowned else (signs.done, "done")
        keys = [
            Row().gap(1).say(key, "accent bold").gap(1).say(label, "muted")
            for key, label in (("i", _("if, then")), ("a", _("add a line")), ("H", _("sign")))
        ]
        return [
            title_row(_("Before signing"), _("until {at}", at=clock(card.row.ends_at)), edge, margin=1),
            Row().gap(1).say(f"{sign} ", ink).say(said, "text" if unowned else "muted"),
            Row(),
            *keys,
        ]

    def _still_missing(self, card: HandoverCard, edge: int, *, late: bool) -> list[Row]:
        signs = glyphs()
        title = Row().gap(1).say(_("Still missing"), "bright bold")
        limit = _("to accept before {at}", at=clock(card.row.accept_by))
        end = Row().say(limit, "late bold" if late else "soon")
        rows = [title.rule(edge - end.width - 1).gap(1).add(end)]
        for missing in self._missing:
            for number, text in enumerate(wrapped(missing.in_language(), edge - 3, 2)):
                sign = f"{signs.on_time} " if not number else "  "
                rows.append(Row().gap(1).say(sign, "soon").say(text, "text"))
        if not self._missing:
            said = _("nothing: Ctrl+S accepts")
            rows.append(Row().gap(1).say(f"{signs.done} ", "done").say(said, "text"))
        after = _("The supervisor has been told.") if late else _("Later than that the supervisor is told.")
        rows += [Row(), *(Row().gap(1).say(text, "muted") for text in wrapped(after, edge - 1, 2))]
        return rows

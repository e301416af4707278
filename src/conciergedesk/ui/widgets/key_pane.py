"""One key set beside the list: who had it, and what must be true before it goes out."""

from __future__ import annotations

from datetime import datetime

from conciergedesk.core.i18n import N_, _, plural, show_date
from conciergedesk.keys.cards import IncidentCard, PlaceCard, RegisterLine, SetCard
from conciergedesk.keys.custody import HELD_BY_DESK, OUTSIDE_DESK, KeyState
from conciergedesk.keys.rules import Check, Met, Rung
from conciergedesk.ui.cells import Row, duration, safe, short, when, word, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.key_words import (
    INCIDENT_WORDS,
    NEED_WORDS,
    PIECE_WORDS,
    RISK_WORDS,
    SEAL_WORDS,
    holder_word,
    line_words,
    place_word,
)
from conciergedesk.ui.keys import keymap
from conciergedesk.ui.widgets.painted import PaintedScroll
from conciergedesk.ui.widgets.section import title_row

LABEL = 8
WHEN = 9
SHORT = 16


class CustodyPane(PaintedScroll, can_focus=True):
    """The lines of a set, newest first: each source equals the holder before."""

    GROUND = "surface"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._card: SetCard | None = None
        self._places: dict[int, PlaceCard] = {}
        self._now: datetime | None = None

    def show(self, card: SetCard | None, places: dict[int, PlaceCard], now: datetime) -> None:
        self._card, self._places, self._now = card, places, now
        self.repaint()

    def on_focus(self) -> None:
        self.repaint()

    def on_blur(self) -> None:
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        card, now = self._card, self._now
        if card is None or now is None:
            return [Row().gap(1).say(_("No key is selected."), "muted")]
        edge = width - 1
        lines = plural("{count} line", "{count} lines", card.line_count)
        sound = plural("{count} break", "{count} breaks", card.breaks) if card.breaks else _("no break")
        ink = "bright" if self.has_focus else "text"
        title = _("{tag}, who had it", tag=card.row.tag)
        head = Row().gap(1).say(title, f"{ink} bold")
        end = Row().say(f"{lines}, {sound}", "late bold" if card.breaks else "done")
        rows = [
            head.rule(edge - end.width - 1).gap(1).add(end) if edge - head.width - end.width > 3 else head
        ]
        expected = self._expected(card, now, edge)
        if expected is not None:
            rows.append(expected)
        rows.extend(self._line(line, now, edge) for line in card.lines)
        if card.line_count > len(card.lines):
            left = card.line_count - len(card.lines)
            older = plural("{count} older line", "{count} older lines", left)
            row = Row().gap(1).say(older, "muted").gap(2)
            rows.append(
                row.say(keymap().shown("keys.history"), "accent bold").gap(1).say(_("show them"), "muted")
            )
        return rows

    def _expected(self, card: SetCard, now: datetime, edge: int) -> Row | None:
        """What is expected next, above what has happened."""
        row, holder = card.row, card.row.position.holder
        signs = glyphs()
        if row.state is KeyState.READY and row.reservation is not None:
            due, who, what = row.reservation.since, row.reservation.holder_name, _("identity to be seen")
            source = holder_word(holder, self._places)
            target = safe(who)
        elif row.position.due_at is not None and holder.kind in OUTSIDE_DESK:
            due, what = row.position.due_at, _("return expected")
            source, target = (
                holder_word(holder, self._places),
                place_word(card.home) or word(N_("place|cabinet")),
            )
        else:
            return None
        late = due < now
        ink = "late" if late else "soon"
        line = Row().gap(1).data(when(due, now), ink, WHEN, right=True).gap(1)
        line.say(signs.late if late else signs.waiting, ink).gap(1)
        return self._ways(line, source, target, edge, "bright bold").data(
            what, ink, max(edge - line.width, 0)
        )

    def _line(self, line: RegisterLine, now: datetime, edge: int) -> Row:
        move = line.movement
        said, ink = line_words(line)
        row = Row().gap(1).data(when(move.at, now), "muted", WHEN, right=True).gap(1)
        loud = {"late": "late", "soon": "soon"}.get(ink, "accent")
        row.say(glyphs().soon if move.moves else glyphs().on_time, loud).gap(1)
        source, target = holder_word(move.source, self._places), holder_word(move.target, self._places)
        if not move.moves:
            source = ""
        self._ways(row, source, target, edge, "text")
        who = safe(line.actor)
        if line.witness:
            who = f"{who} + {safe(line.witness)}"
        return row.data(f"{said}, {who}" if who else said, ink, max(edge - row.width, 0))

    @staticmethod
    def _ways(row: Row, source: str, target: str, edge: int, ink: str) -> Row:
        at = row.width
        if edge < 56:
            # A narrow pane drops the source: it is the target of the line below.
            row.say(glyphs().right, "faint").gap(1)
            return row.say(short(target, 11), ink).to(at + 14)
        cells = 11
        row.say(short(source, cells), "muted").to(at + cells + 1)
        row.say(glyphs().right if source else " ", "faint").gap(1)
        return row.say(short(target, cells + 1), ink).to(at + 2 * cells + 5)


class KeyPane(PaintedScroll):
    """What a set is, for whom, and what is still to be done before it goes out or after it went wrong."""

    GROUND = "surface"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._card: SetCard | None = None
        self._checks: tuple[Check, ...] = ()
        self._now: datetime | None = None

    def show(self, card: SetCard | None, checks: tuple[Check, ...], now: datetime) -> None:
        self._card, self._checks, self._now = card, checks, now
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        card, now = self._card, self._now
        if card is None or now is None:
            return []
        edge = width - 1
        where = place_word(card.row.place) or word(N_("holder|outside"))
        rows = [title_row(card.row.tag, where, edge, margin=1)]
        for label, value, ink in self._facts(card, now):
            row = Row().gap(1).data(label, "muted", LABEL).to(1 + LABEL + 1)
            rows.append(row.data(value, ink, max(edge - row.width, 4)))
        incident = next((one for one in card.incidents if one.closed_at is None), None)
        if incident is not None:
            rows += self._incident(incident, now, edge)
        elif card.row.position.holder.kind in HELD_BY_DESK:
            rows += self._before(edge)
        elif card.row.rung is not Rung.ON_TIME:
            rows += self._late(card, now, edge)
        return rows

    def _facts(self, card: SetCard, now: datetime) -> list[tuple[str, str, str]]:
        row = card.row
        pieces = ", ".join(
            word(PIECE_WORDS[piece.kind]) + (f" ×{piece.count}" if piece.count > 1 else "")
            for piece in card.pieces
        )
        facts = [(_("Pieces"), pieces, "text")]
        about = row.reservation if row.state is KeyState.READY else None
        who = about.holder_name if about else row.position.holder.name if row.position.is_out else ""
        if who:
            facts.append((_("For") if about else _("With"), safe(who), "bright"))
            if card.holder_phone:
                facts.append((word(N_("label|Tel.")), card.holder_phone, "bright"))
        facts.append((_("Address"), _("hidden · v shows it"), "muted"))
        until = _("no end")
        if card.mandate_until is not None:
            until = _("until {day}", day=show_date(card.mandate_until, pattern="d MMM y"))
        ended = card.mandate_until is not None and card.mandate_until < now.date()
        owner = safe(card.owner) or glyphs().dash
        facts.append((_("Mandate"), f"{until}, {owner}", "late" if ended else "text"))
        for seal in card.seals:
            said = word(SEAL_WORDS[seal.kind])
            opened = plural("opened {count} time", "opened {count} times", seal.openings)
            state = (
                _("read: have it changed")
                if seal.exposed_at
                else _("never opened")
                if not seal.openings
                else opened
            )
            facts.append((_("Sealed"), f"{state}, {said}", "soon" if seal.exposed_at else "muted"))
        if card.spares:
            spares = ", ".join(f"{one.tag} {place_word(one.place)}".strip() for one in card.spares[:2])
            facts.append((_("Spare"), _("{spares}, free", spares=spares), "text"))
        loan = next((line for line in card.lines if line.movement.moves), None)
        if loan is not None and loan.deposit_cents and row.position.is_out:
            from conciergedesk.core.money import Money, show_money

            facts.append((_("Deposit"), show_money(Money(loan.deposit_cents)), "text"))
        if card.note:
            facts.append((_("Note"), safe(card.note), "muted"))
        return facts

    def _before(self, edge: int) -> list[Row]:
        met = sum(check.met is Met.YES for check in self._checks)
        figure = _("{done} of {all}", done=met, all=len(self._checks))
        rows = [Row(), title_row(_("Before handing over"), figure, edge, margin=1)]
        signs = glyphs()
        looks = {
            Met.YES: (signs.done, "done", "muted"),
            Met.OPEN: (signs.on_time, "soon bold", "text"),
            Met.NO: (signs.refused, "late bold", "late"),
        }
        checks = self._checks
        if self.size.height < SHORT:
            # Where only a few lines fit, what is still missing comes first.
            checks = tuple(sorted(checks, key=lambda check: check.met is Met.YES))
        for check in checks:
            sign, sign_ink, ink = looks[check.met]
            rows.append(Row().gap(1).say(f"{sign} ", sign_ink).data(_(NEED_WORDS[check.need]), ink, edge - 3))
        return rows

    def _incident(self, incident: IncidentCard, now: datetime, edge: int) -> list[Row]:
        done = len(incident.steps) - len(incident.open_steps)
        figure = _("{done} of {all}", done=done, all=len(incident.steps))
        rows = [Row(), title_row(_(INCIDENT_WORDS[incident.kind]), figure, edge, margin=1)]  # type: ignore[index]
        risk = _(RISK_WORDS[incident.risk])  # type: ignore[index]
        rows.append(Row().gap(1).data(risk, "late" if incident.risk == "high" else "soon", edge - 1))
        for step in incident.open_steps[:6]:
            rows.append(step_row(step.labels, step.due_at, now, edge))
        return rows

    def _late(self, card: SetCard, now: datetime, edge: int) -> list[Row]:
        due = card.row.position.due_at
        assert due is not None
        loan = next((line.movement.seq for line in card.lines if line.movement.moves), 0)
        since = next((line.movement.at for line in card.lines if line.movement.seq == loan), now)
        chases = [one for one in card.chases if one.at >= since]
        figure = plural("{count} try", "{count} tries", len(chases))
        rows = [Row(), title_row(_("Getting it back"), figure, edge, margin=1)]
        todo = {
            Rung.PAST_DUE: _("late by {span}: a message comes next"),
            Rung.AMBER: _("late by {span}: write to the holder"),
            Rung.RED: _("late by {span}: ring the holder, tell the owner"),
            Rung.TREAT_AS_LOST: _("late by {span}: treat it as lost"),
        }[card.row.rung]
        said = todo.replace("{span}", duration(due - now).lstrip("-"))
        ink = "late" if card.row.rung >= Rung.RED else "soon"
        rows += [Row().gap(1).say(line, ink) for line in wrapped(said, max(edge - 2, 12), 2)]
        for one in chases[:3]:
            answer = safe(one.answer) or _("no answer yet")
            rows.append(
                Row().gap(1).data(f"{when(one.at, now)} {safe(one.actor)}: {answer}", "muted", edge - 1)
            )
        return rows


def step_row(labels: dict[str, str], due_at: datetime | None, now: datetime, edge: int) -> Row:
    """One open step of a procedure with its time left."""
    from conciergedesk.core.i18n import active_language

    said = labels.get(active_language()) or labels.get("en", "")
    left = duration(due_at - now) if due_at is not None else ""
    late = due_at is not None and due_at < now
    row = Row().gap(1).say(f"{glyphs().late if late else glyphs().on_time} ", "late bold" if late else "soon")
    row.data(left, "late" if late else "calm", 8, right=True).gap(1)
    return row.data(said, "text", max(edge - row.width, 4))

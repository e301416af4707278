"""Receiving a handover: open it, take its lines one by one, ask back, say it in own words, accept."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import Conflict, InvalidInput, NotAllowed, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_block, clean_line
from conciergedesk.handover.rules import (
    Colour,
    LogKind,
    Missing,
    MissingList,
    MissingPart,
    State,
    is_late,
    missing_to_accept,
    require_accepted_by_another,
)
from conciergedesk.handover.service.log import About, note_system
from conciergedesk.handover.tables import Handover, HandoverLine, HandoverQuestion
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.staff.rules import Right
from conciergedesk.staff.tables import Agent


def read(unit: Unit, handover_id: int) -> None:
    """The incoming agent has opened every section."""
    found = _received(unit, handover_id)
    _mark_read(unit, found)


def acknowledge(unit: Unit, line_id: int, *, seen: int | None = None) -> None:
    """Take one line: read, and mine from now on.

    Raises:
        Conflict: the line was changed since it was read (``seen``).
    """
    unit.require(Right.HAND_OVER)
    row = unit.load(HandoverLine, line_id, seen=seen)
    found = _received(unit, row.handover_id)
    if row.acknowledged_at is not None:
        return
    _take(unit, found, row)


def acknowledge_steady(unit: Unit, handover_id: int, section: str) -> int:
    """Take all green lines of a section at once; returns how many."""
    found = _received(unit, handover_id)
    rows = unit.session.exec(
        select(HandoverLine).where(
            HandoverLine.handover_id == handover_id,
            HandoverLine.section == section,
            HandoverLine.colour == Colour.GREEN,
            col(HandoverLine.removed).is_(False),
            col(HandoverLine.acknowledged_at).is_(None),
        )
    ).all()
    for row in rows:
        _take(unit, found, row)
    return len(rows)


def _take(unit: Unit, found: Handover, row: HandoverLine) -> None:
    assert found.id is not None
    row.acknowledged_at, row.acknowledged_by_id = unit.now, unit.actor.id
    unit.record("handover.line_taken", "handover", found.id, line=row.id, colour=row.colour)
    if found.state == State.SIGNED:
        unit.session.flush()
        untaken = unit.session.exec(
            select(HandoverLine.id).where(
                HandoverLine.handover_id == found.id,
                col(HandoverLine.removed).is_(False),
                col(HandoverLine.acknowledged_at).is_(None),
            )
        ).first()
        if untaken is None:
            _mark_read(unit, found)


def ask(unit: Unit, book: Rulebook, handover_id: int, text: str, *, line_id: int | None = None) -> int:
    """Ask the outgoing agent; the handover stays open until the answer is there."""
    found = _received(unit, handover_id)
    text = clean_line(text, 300)
    if not text:
        raise InvalidInput(N_("Write your question."), field="text")
    book.check_note(text, health=False, reason="")
    if line_id is not None:
        row = unit.load(HandoverLine, line_id)
        if row.handover_id != handover_id:
            raise InvalidInput(N_("That line belongs to another handover."), field="line")
    _mark_read(unit, found)
    question = unit.add(
        HandoverQuestion(
            handover_id=handover_id,
            line_id=line_id,
            asked_at=unit.now,
            asked_by_id=unit.actor.id,
            asked_by=unit.actor.name,
            text=text,
        )
    )
    assert question.id is not None
    found.state = State.QUESTIONED
    unit.record(
        "handover.questioned", "handover", handover_id, undoable=False, line=line_id, question=question.id
    )
    return question.id


def answer(unit: Unit, book: Rulebook, question_id: int, text: str) -> None:
    """Answer a question; anybody who knows may, and it is written who did."""
    unit.require(Right.HAND_OVER)
    question = unit.load(HandoverQuestion, question_id)
    if question.answered_at is not None:
        raise RuleRefused(N_("This question was already answered."))
    text = clean_line(text, 300)
    if not text:
        raise InvalidInput(N_("Write your answer."), field="text")
    book.check_note(text, health=False, reason="")
    question.answer, question.answered_at, question.answered_by = text, unit.now, unit.actor.name
    unit.session.flush()
    found = unit.load(Handover, question.handover_id)
    if found.state == State.QUESTIONED and not _questions_open(unit.session, question.handover_id):
        found.state = State.READ
    unit.record("handover.answered", "handover", question.handover_id, undoable=False, question=question_id)


def write_synthesis(unit: Unit, book: Rulebook, handover_id: int, text: str) -> None:
    """Keep what the receiver has written so far."""
    found = _received(unit, handover_id)
    text = clean_block(text, 2_000)
    book.check_note(text, health=False, reason="")
    if text != found.synthesis:
        found.synthesis = text
        unit.record("handover.synthesis_written", "handover", handover_id)


def accept(
    unit: Unit,
    book: Rulebook,
    handover_id: int,
    *,
    synthesis: str | None = None,
    reason: str = "",
    seen_edition: int | None = None,
) -> bool:
    """Accept the handover. A supervisor may accept for somebody, with a reason.

    Args:
        synthesis: The riskiest items in own words, one a line; None keeps what was written.
        reason: Why a supervisor accepts in somebody's place.
        seen_edition: The edition on the screen; a newer one must be looked at first.

    Returns:
        Whether it was in time.

    Raises:
        RuleRefused: something is missing; names it. Or it is one's own handover.
        Conflict: there is a newer edition.
    """
    supervisor = Right.MANAGE_STAFF in unit.actor.rights or "*" in unit.actor.rights
    found = _received(unit, handover_id, takes=not (supervisor and reason))
    if seen_edition is not None and seen_edition != found.edition:
        raise Conflict(
            N_("There is a newer edition ({number}). Look at the differences, then accept."),
            number=found.edition,
        )
    if synthesis is not None:
        text = clean_block(synthesis, 2_000)
        book.check_note(text, health=False, reason="")
        found.synthesis = text
    if reason and supervisor:
        found.accepted_for = clean_line(reason, 200)
    missing = missing_of(unit.session, found)
    if found.accepted_for:
        missing = tuple(one for one in missing if one.part in (MissingPart.SIGNATURE, MissingPart.ANSWER))
    if missing:
        raise RuleRefused(N_("Not accepted yet. Still missing: {missing}."), missing=MissingList(missing))
    late = is_late(unit.now, found.accept_by, unit.now)
    found.state, found.accepted_at = State.ACCEPTED, unit.now
    found.to_id = found.to_id or unit.actor.id
    if late and found.alerted_at is None:
        alert(unit, found, "late_handover")
    unit.record(
        "handover.accepted", "handover", handover_id, undoable=False, reason=found.accepted_for,
        team=found.team, in_time=not late, items=found.open_items,
    )  # fmt: skip
    return not late


def missing_of(session: Session, found: Handover) -> tuple[Missing, ...]:
    """What still stands between the receiver and the acceptance."""
    assert found.id is not None
    session.flush()
    lines = session.exec(
        select(HandoverLine).where(HandoverLine.handover_id == found.id, col(HandoverLine.removed).is_(False))
    ).all()
    return missing_to_accept(
        State(found.state),
        red_open=sum(line.colour == Colour.RED and line.acknowledged_at is None for line in lines),
        questions_open=_questions_open(session, found.id),
        synthesis=found.synthesis,
        items=sum(line.colour != Colour.GREEN for line in lines),
    )


def alert(unit: Unit, found: Handover, kind: str) -> None:
    """Tell the supervisor: an incident in the log and a line in the journal, once."""
    assert found.id is not None
    text = _alert_text(unit, found, kind)
    note_system(
        unit, LogKind.INCIDENT, text, team=found.team, about=[About("handover", found.id, f"H-{found.id}")]
    )
    if kind == "unread_lines":
        found.unread_alert_at = unit.now
    else:
        found.alerted_at = unit.now
    unit.record("handover.alerted", "handover", found.id, undoable=False, alert=kind, team=found.team)


ALERTS = {
    "late_handover": N_("Handover {change}: not accepted in time."),
    "missing_handover": N_("Handover {change}: nobody signed one."),
    "unread_lines": N_("Handover {change}: red lines are not taken."),
}


def _alert_text(unit: Unit, found: Handover, kind: str) -> str:
    from conciergedesk.core.i18n import translate

    return translate(ALERTS[kind], found.language, change=f"{found.from_shift} > {found.to_shift}")


def _received(unit: Unit, handover_id: int, *, takes: bool = True) -> Handover:
    """The handover, for somebody who receives it; the first one who does is its receiver."""
    unit.require(Right.HAND_OVER)
    found = unit.load(Handover, handover_id)
    if found.state in (State.DRAFT, State.MISSING):
        raise RuleRefused(N_("This handover is not signed yet."))
    if found.state == State.ACCEPTED:
        raise RuleRefused(N_("This handover is already accepted."))
    require_accepted_by_another(found.from_id, unit.actor.id)
    if takes and found.to_id is None:
        found.to_id = unit.actor.id
    elif takes and found.to_id != unit.actor.id:
        receiver = unit.session.get(Agent, found.to_id)
        if Right.MANAGE_STAFF not in unit.actor.rights:
            raise NotAllowed(
                N_("{who} is receiving this handover."),
                who=receiver.first_name if receiver is not None else "?",
            )
    return found


def _mark_read(unit: Unit, found: Handover) -> None:
    if found.state == State.SIGNED:
        assert found.id is not None
        found.state, found.read_at = State.READ, unit.now
        unit.record("handover.read", "handover", found.id, undoable=False)


def _questions_open(session: Session, handover_id: int) -> int:
    rows: Sequence[int | None] = session.exec(
        select(HandoverQuestion.id).where(
            HandoverQuestion.handover_id == handover_id, col(HandoverQuestion.answered_at).is_(None)
        )
    ).all()
    return len(rows)

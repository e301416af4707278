"""Calls: ringing, taken, ended, missed; what they were about; and the call-backs that missed ones become."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import Conflict, InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.phone import PhoneStatus, read_phones
from conciergedesk.core.text import clean_line
from conciergedesk.hotline.house import CALL_BACK_WITHIN, UNANSWERED, HotlineHouse
from conciergedesk.hotline.recognition import recognise
from conciergedesk.hotline.rules import Line
from conciergedesk.hotline.tables import HotlineCall
from conciergedesk.requests.tables import CallBack
from conciergedesk.staff.rules import Right
from conciergedesk.staff.service import PRESENT_FOR
from conciergedesk.staff.tables import Agent, Presence

REASONS = (
    "breakdown", "question", "booking", "price", "commission", "agreement", "card", "training",
    "follow_up", "wrong_number",
)  # fmt: skip
OUTCOMES = ("solved", "ticket", "passed_on", "call_back", "nothing")


def ring_in(unit: Unit, number: str, *, line: str = "") -> int:
    """A call rings. Does what the ``ring`` command does, inside the desk."""
    row = unit.add(HotlineCall(number=read_number(number), line=read_line(line), rang_at=unit.now))
    assert row.id is not None
    _know(unit.session, row)
    unit.record("call.rang", "call", row.id, undoable=False, line=row.line)
    return row.id


def read_number(text: str) -> str:
    """A caller's number as it is kept: E.164 when it can be understood, else as it was given; "" when hidden."""
    text = clean_line(text, 40)
    found = read_phones(text)
    if found and found[0].e164 and found[0].status is not PhoneStatus.INVALID:
        return found[0].e164
    return text if any(char.isdigit() for char in text) else ""


def read_line(line: str) -> str:
    """A line, or "" for both.

    Raises:
        InvalidInput: there is no such line.
    """
    if line and line not in set(Line):
        raise InvalidInput(
            N_("There is no line “{value}”. Use technical or commercial."), field="line", value=line[:20]
        )
    return line


def _know(session: Session, row: HotlineCall) -> None:
    """Fill in who calls, as far as the number tells."""
    if row.site_id is None and row.provider_id is None and not row.caller:
        found = recognise(session, row.number)
        row.site_id, row.provider_id, row.caller = found.site_id, found.provider_id, found.name[:120]


def take_call(unit: Unit, call_id: int) -> None:
    """Take a ringing call.

    Raises:
        Conflict: a colleague was faster.
        RuleRefused: it no longer rings.
    """
    unit.require(Right.ANSWER_HOTLINE)
    row = unit.load(HotlineCall, call_id)
    if row.state == "answered" and row.agent_id != unit.actor.id:
        other = unit.session.get(Agent, row.agent_id) if row.agent_id is not None else None
        raise Conflict(N_("{who} has taken this call."), who=other.first_name if other is not None else "?")
    if row.state == "answered":
        return
    if row.state == "ended":
        raise RuleRefused(N_("This call is over."))
    missed = row.call_back_id if row.state == "missed" else None
    row.state, row.answered_at, row.agent_id = "answered", unit.now, unit.actor.id
    if not row.line and unit.actor.team in set(Line):
        row.line = unit.actor.team
    _know(unit.session, row)
    if missed is not None:
        _end_call_back(unit, missed, "kept")
    unit.record(
        "call.taken", "call", call_id, undoable=False,
        waited=max(0, round((unit.now - row.rang_at).total_seconds())),
    )  # fmt: skip


def hang_up(unit: Unit, call_id: int) -> None:
    """The conversation is over; what follows until the wrap-up counts as time after the call."""
    unit.require(Right.ANSWER_HOTLINE)
    row = unit.load(HotlineCall, call_id)
    if row.state != "answered":
        raise RuleRefused(N_("This call is over."))
    row.state, row.ended_at = "ended", unit.now
    unit.record("call.ended", "call", call_id, undoable=False)


def wrap_up(unit: Unit, call_id: int, reason: str, outcome: str) -> None:
    """Say in two keys why they called and what came of it; ends the call if it still runs.

    Raises:
        InvalidInput: an unknown reason or outcome.
    """
    unit.require(Right.ANSWER_HOTLINE)
    if reason not in REASONS:
        raise InvalidInput(
            N_("There is no reason “{value}” for a call."), field="reason", value=clean_line(reason, 20)
        )
    if outcome not in OUTCOMES:
        raise InvalidInput(
            N_("There is no outcome “{value}” of a call."), field="outcome", value=clean_line(outcome, 20)
        )
    row = unit.load(HotlineCall, call_id)
    if row.answered_at is None:
        raise RuleRefused(N_("Nobody has answered this call. Call back first."))
    if row.ended_at is None:
        row.state, row.ended_at = "ended", unit.now
    row.reason, row.outcome = reason, outcome
    row.wrap_up_seconds = max(0, round((unit.now - row.ended_at).total_seconds()))
    unit.record("call.wrapped_up", "call", call_id, reason_code=reason, outcome=outcome)


def log_call_out(unit: Unit, number: str, *, line: str, ticket_id: int | None = None, began: datetime) -> int:
    """Keep a call that we made, which began at ``began`` and is over now."""
    unit.require(Right.ANSWER_HOTLINE)
    row = unit.add(
        HotlineCall(
            number=read_number(number), line=read_line(line), direction="out", rang_at=began, state="ended",
            answered_at=began, ended_at=max(unit.now, began), agent_id=unit.actor.id, ticket_id=ticket_id,
        )
    )  # fmt: skip
    assert row.id is not None
    _know(unit.session, row)
    unit.record("call.made", "call", row.id, undoable=False, ticket=ticket_id)
    return row.id


def caller_gave_up(unit: Unit, house: HotlineHouse, call_id: int) -> int | None:
    """The caller hung up before anybody answered: the call becomes a call-back, unless the number is hidden.

    Answers the id of the call-back.
    """
    row = unit.load(HotlineCall, call_id)
    if row.state != "ringing":
        return row.call_back_id
    return _miss(unit, house, row, unit.now)


def note_missed_calls(unit: Unit, house: HotlineHouse) -> int:
    """Turn calls that have rung too long into call-backs; claimed once over all desks."""
    late = unit.session.exec(
        select(HotlineCall)
        .where(HotlineCall.state == "ringing", col(HotlineCall.rang_at) <= unit.now - UNANSWERED)
        .limit(100)
        .with_for_update(skip_locked=True)
    ).all()
    for row in late:
        _miss(unit, house, row, row.rang_at + UNANSWERED)
    # A script that knows that the caller has hung up marks the call by itself; its call-back is still owed.
    told = unit.session.exec(
        select(HotlineCall)
        .where(
            HotlineCall.state == "missed",
            col(HotlineCall.cleared_at).is_(None),
            col(HotlineCall.call_back_id).is_(None),
            col(HotlineCall.number) != "",
        )
        .limit(100)
        .with_for_update(skip_locked=True)
    ).all()
    for row in told:
        _miss(unit, house, row, row.ended_at or unit.now)
    return len(late) + len(told)


def _miss(unit: Unit, house: HotlineHouse, row: HotlineCall, at: datetime) -> int | None:
    assert row.id is not None
    row.number = read_number(row.number)
    _know(unit.session, row)
    row.state, row.ended_at = "missed", at
    line = row.line or Line.TECHNICAL
    if row.number:
        # A caller who tries three times is called back once.
        standing = unit.session.exec(
            select(CallBack).where(
                CallBack.number == row.number, CallBack.state == "promised", CallBack.team == line
            )
        ).first()
        back = standing or unit.add(
            CallBack(
                number=row.number,
                about=row.caller,
                due_at=house.book.calendar(line).add(at, CALL_BACK_WITHIN),
                team=line,
                owner_id=_who_calls_back(unit, line),
                made_at=unit.now,
            )
        )
        assert back.id is not None
        row.call_back_id = back.id
        if standing is None:
            unit.record(
                "call_back.promised", "call_back", back.id, undoable=False, due_at=back.due_at, missed=row.id
            )
    else:
        row.cleared_at = unit.now  # nobody can call a hidden number back
    unit.record("call.missed", "call", row.id, undoable=False, line=row.line)
    return row.call_back_id


def _who_calls_back(unit: Unit, line: str) -> int | None:
    """Whoever sits at a desk of this line now and has the fewest calls to return; nobody when the desks are empty."""
    waiting = (
        select(func.count())
        .where(CallBack.owner_id == Agent.id, CallBack.state == "promised")
        .correlate(Agent)
        .scalar_subquery()
    )
    return unit.session.exec(
        select(Agent.id)
        .join(Presence, col(Presence.agent_id) == Agent.id)
        .where(Agent.team == line, col(Agent.active), col(Presence.seen_at) >= unit.now - PRESENT_FOR)
        .order_by(waiting, col(Agent.id))
        .limit(1)
    ).first()


def clear_missed(unit: Unit, call_ids: Collection[int], outcome: str) -> int:
    """Clear missed calls in one go; answers how many were still open.

    Args:
        outcome: ``reached`` keeps their call-backs; ``no_need`` drops them.

    Raises:
        InvalidInput: unknown outcome, or no call was marked.
    """
    unit.require(Right.ANSWER_HOTLINE)
    if outcome not in ("reached", "no_need"):
        raise InvalidInput(N_("Say whether they were reached or need no call."), field="outcome")
    if not call_ids:
        raise InvalidInput(N_("Mark the calls first."), field="calls")
    cleared = 0
    for call_id in dict.fromkeys(call_ids):
        row = unit.load(HotlineCall, call_id)
        if row.state != "missed" or row.cleared_at is not None:
            continue
        row.cleared_at, row.outcome, row.agent_id = unit.now, outcome, unit.actor.id
        if row.call_back_id is not None:
            _end_call_back(unit, row.call_back_id, "kept" if outcome == "reached" else "dropped")
        unit.record("call.cleared", "call", call_id, outcome=outcome)
        cleared += 1
    return cleared


def _end_call_back(unit: Unit, call_back_id: int, state: str) -> None:
    back = unit.load(CallBack, call_back_id)
    if back.state != "promised":
        return
    back.state, back.ended_at = state, unit.now
    if state == "kept":
        back.attempts, back.last_attempt_at = back.attempts + 1, unit.now
    unit.record(f"call_back.{state}", "call_back", call_back_id, due_at=back.due_at)

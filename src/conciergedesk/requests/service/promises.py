"""Promises inside a request: call-backs with a clock of their own, and appointments."""

from __future__ import annotations

from datetime import datetime

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.service.moves import answered, load
from conciergedesk.requests.service.timing import retime
from conciergedesk.requests.tables import Appointment, CallBack, Request
from conciergedesk.staff.rules import Right

APPOINTMENT_STATES = ("proposed", "held", "confirmed", "done", "no_show", "cancelled")


def promise_call_back(
    unit: Unit,
    *,
    due_at: datetime,
    due_to: datetime | None = None,
    request_id: int | None = None,
    person_id: int | None = None,
    number: str = "",
    about: str = "",
    owner_id: int | None = None,
) -> int:
    """Promise to call back. Every promise has an owner: whoever makes it, unless told otherwise.

    Raises:
        InvalidInput: the moment is over, or nobody to call.
    """
    unit.require(Right.WORK_REQUESTS)
    if due_at <= unit.now:
        raise InvalidInput(N_("That moment is over. Give one that is still to come."), field="due_at")
    team = unit.actor.team
    if request_id is not None:
        request = load(unit, request_id)
        person_id = person_id or request.requester_id
        team = request.team
    if person_id is None and not number.strip():
        raise InvalidInput(N_("Say whom to call: a person or a number."), field="person")
    row = unit.add(
        CallBack(
            request_id=request_id,
            person_id=person_id,
            number=clean_line(number, 40),
            about=clean_line(about, 200),
            due_at=due_at,
            due_to=due_to,
            owner_id=owner_id or unit.actor.id,
            team=team,
            made_at=unit.now,
        )
    )
    assert row.id is not None
    unit.record(
        "call_back.promised", "call_back", row.id, due_at=due_at, request=request_id, owner=row.owner_id
    )
    return row.id


def call_attempted(unit: Unit, call_back_id: int, *, outcome: str = "") -> int:
    """Nobody answered: count the attempt. The promise stays open. Returns how many there were."""
    unit.require(Right.WORK_REQUESTS)
    row = _promised(unit, call_back_id)
    row.attempts += 1
    row.last_attempt_at = unit.now
    row.outcome = clean_line(outcome, 200)
    unit.record(
        "call_back.attempted", "call_back", call_back_id, attempt=row.attempts, request=row.request_id
    )
    return row.attempts


def keep_call_back(unit: Unit, book: Rulebook, call_back_id: int, *, outcome: str = "") -> None:
    """The person was called back: the promise is kept, in time or late."""
    unit.require(Right.WORK_REQUESTS)
    row = _promised(unit, call_back_id)
    row.attempts += 1
    row.last_attempt_at = row.ended_at = unit.now
    row.state, row.outcome = "kept", clean_line(outcome, 200)
    if row.request_id is not None:
        answered(unit, book, unit.load(Request, row.request_id))
    unit.record(
        "call_back.kept",
        "call_back",
        call_back_id,
        request=row.request_id,
        due_at=row.due_to or row.due_at,
        in_time=unit.now <= (row.due_to or row.due_at),
    )


def put_off_call_back(unit: Unit, call_back_id: int, due_at: datetime, *, reason: str) -> None:
    """Agree on another moment with the person; says why."""
    unit.require(Right.WORK_REQUESTS)
    row = _promised(unit, call_back_id)
    if due_at <= unit.now:
        raise InvalidInput(N_("That moment is over. Give one that is still to come."), field="due_at")
    reason = clean_line(reason)
    if not reason:
        raise InvalidInput(N_("Give a reason."), field="reason")
    before = row.due_at
    row.due_at, row.due_to = due_at, None
    unit.record("call_back.put_off", "call_back", call_back_id, reason=reason, before=before, after=due_at)


def drop_call_back(unit: Unit, call_back_id: int, *, reason: str) -> None:
    """The call is no longer needed; says why."""
    unit.require(Right.WORK_REQUESTS)
    row = _promised(unit, call_back_id)
    reason = clean_line(reason)
    if not reason:
        raise InvalidInput(N_("Give a reason."), field="reason")
    row.state, row.ended_at, row.outcome = "dropped", unit.now, reason
    unit.record("call_back.dropped", "call_back", call_back_id, reason=reason, request=row.request_id)


def _promised(unit: Unit, call_back_id: int) -> CallBack:
    row = unit.load(CallBack, call_back_id)
    if row.state != "promised":
        raise RuleRefused(N_("This call-back is over. Promise a new one."))
    return row


def agree_appointment(
    unit: Unit,
    book: Rulebook,
    request_id: int,
    *,
    starts_at: datetime,
    ends_at: datetime | None = None,
    place: str = "",
    provider_id: int | None = None,
    provider: str = "",
    state: str = "confirmed",
) -> int:
    """Agree on an appointment. It becomes what the request promises.

    Raises:
        InvalidInput: the end lies before the start.
    """
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    if ends_at is not None and ends_at < starts_at:
        raise InvalidInput(N_("The end of the window lies before its start."), field="ends_at")
    if state not in APPOINTMENT_STATES:
        raise InvalidInput(N_("There is no appointment state “{value}”."), field="state", value=state[:20])
    row = unit.add(
        Appointment(
            request_id=request_id,
            starts_at=starts_at,
            ends_at=ends_at,
            place=clean_line(place, 120) or request.place,
            provider_id=provider_id,
            provider=clean_line(provider, 120),
            state=state,
        )
    )
    assert row.id is not None
    if state in ("held", "confirmed"):
        retime(unit, book, request)
        request.wanted_from, request.wanted_to, request.wanted_day_only = starts_at, ends_at, False
        request.promise_at = book.catalogue.get(request.type_code).promise.moment(starts_at, ends_at)
    retime(unit, book, request)
    unit.record(
        "request.appointment_agreed",
        "request",
        request_id,
        appointment=row.id,
        starts_at=starts_at,
        state=state,
    )
    return row.id


def end_appointment(unit: Unit, book: Rulebook, appointment_id: int, state: str, *, reason: str = "") -> None:
    """Say how an appointment ended: done, no-show or cancelled."""
    unit.require(Right.WORK_REQUESTS)
    row = unit.load(Appointment, appointment_id)
    if state not in ("done", "no_show", "cancelled"):
        raise InvalidInput(N_("There is no appointment state “{value}”."), field="state", value=state[:20])
    row.state = state
    retime(unit, book, load(unit, row.request_id))
    unit.record(
        "request.appointment_ended", "request", row.request_id, reason=clean_line(reason), state=state
    )

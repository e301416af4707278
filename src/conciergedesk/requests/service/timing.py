"""The clocks of a stored request: its facts out of the rows, and what follows from them back into the rows."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.requests.catalogue import Priority
from conciergedesk.requests.clocks import ClockFacts, Pause, due_if_resumed, read_clocks, record_breaches
from conciergedesk.requests.keeping import keeping_of
from conciergedesk.requests.lifecycle import State
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.tables import Request, RequestPause

_ENDED = frozenset({State.CANCELLED, State.REFUSED, State.DUPLICATE})


def facts_of(session: Session, book: Rulebook, request: Request) -> ClockFacts:
    """What the clocks of ``request`` care about."""
    kind = book.catalogue.get(request.type_code)
    return ClockFacts(
        opened_at=request.opened_at,
        target=book.service.target(Priority(request.priority), kind.targets),
        calendar=book.calendar(request.team),
        promise_at=request.promise_at,
        tolerance_minutes=kind.promise.after_minutes,
        pauses=tuple(Pause(row.since, row.until) for row in _pauses(session, request)),
        reopened_at=request.reopened_at,
        first_response_at=request.first_response_at,
        first_resolved_at=request.first_resolved_at,
        resolved_at=request.resolved_at,
        ended_at=request.closed_at if request.state in _ENDED else None,
        breached_at=request.breached_at,
        response_breached_at=request.response_breached_at,
    )


def end(book: Rulebook, request: Request, at: datetime) -> None:
    """Note when a request was over for good, and from when on its words need not be kept any longer."""
    request.closed_at = at
    request.forget_at = keeping_of(book.catalogue, request.type_code, health=request.health).next_after(
        at, at
    )


def keep_facts(unit: Unit, book: Rulebook, request: Request, facts: ClockFacts) -> None:
    """Write back what an act did to the facts."""
    assert request.id is not None
    request.promise_at = facts.promise_at
    request.reopened_at = facts.reopened_at
    request.first_resolved_at = facts.first_resolved_at
    request.resolved_at = facts.resolved_at
    request.breached_at = facts.breached_at
    request.response_breached_at = facts.response_breached_at
    if facts.ended_at is not None:
        end(book, request, facts.ended_at)
    rows = _pauses(unit.session, request)
    for row, pause in zip(rows, facts.pauses, strict=False):
        row.until = pause.until
    for pause in facts.pauses[len(rows) :]:
        unit.add(RequestPause(request_id=request.id, since=pause.since, until=pause.until))


def retime(unit: Unit, book: Rulebook, request: Request) -> None:
    """Reckon due times again from the facts, and the moment under which the board lists the request."""
    facts = record_breaches(facts_of(unit.session, book, request), unit.now)
    request.breached_at, request.response_breached_at = facts.breached_at, facts.response_breached_at
    reading = read_clocks(facts, unit.now)
    request.response_due_at = reading.response_due_at
    request.due_at = reading.due_at
    request.warn_at = reading.warn_at
    request.board_at = _board_at(request, facts, unit.now) if request.is_open else None


def _board_at(request: Request, facts: ClockFacts, now: datetime) -> datetime:
    if request.state == State.CONFIRMED:
        booked = request.wanted_from or request.promise_at or request.due_at
        return booked or now
    owed = request.promise_at or request.due_at
    if owed is None:
        # The clock stands still: what counts is when to ask again.
        return request.snoozed_until or due_if_resumed(facts, now)
    if request.snoozed_until is not None and request.snoozed_until > now:
        return min(owed, request.snoozed_until)
    return owed


def _pauses(session: Session, request: Request) -> list[RequestPause]:
    if request.id is None:
        return []
    query = select(RequestPause).where(RequestPause.request_id == request.id).order_by(col(RequestPause.id))
    return list(session.exec(query))

"""What time does by itself: warnings, breaches and the closing of what stayed done.

The durable rows are the truth; this is run by a wake-up and by every desk that starts, any number of times.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.requests.lifecycle import Act, State
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.service.moves import move
from conciergedesk.requests.service.outcome import COOL_DOWN
from conciergedesk.requests.service.timing import end
from conciergedesk.requests.tables import Request

BATCH = 200


@dataclass(frozen=True, slots=True)
class TimePassed:
    """How many requests were warned about, breached and closed."""

    warned: int
    breached: int
    closed: int


def note_what_time_did(unit: Unit, book: Rulebook) -> TimePassed:
    """Write down each warning and each breach once, with the moment it happened, and close what is over."""
    warned = breached = closed = 0
    running = (
        col(Request.is_open)
        & col(Request.resolved_at).is_(None)
        & (col(Request.state) != State.WAITING_CLIENT)
    )
    for request in unit.session.exec(
        select(Request)
        .where(running, col(Request.warned_at).is_(None), col(Request.warn_at) <= unit.now)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ):
        assert request.id is not None
        request.warned_at = request.warn_at
        unit.record("request.warned", "request", request.id, undoable=False, at=request.warn_at)
        warned += 1
    for request in unit.session.exec(
        select(Request)
        .where(running, col(Request.breached_at).is_(None), col(Request.due_at) < unit.now)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ):
        assert request.id is not None
        request.breached_at = request.due_at
        unit.record("request.breached", "request", request.id, undoable=False, at=request.due_at)
        breached += 1
    for request in unit.session.exec(
        select(Request)
        .where(
            col(Request.is_open),
            col(Request.first_response_at).is_(None),
            col(Request.response_breached_at).is_(None),
            col(Request.response_due_at) < unit.now,
        )
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ):
        assert request.id is not None
        request.response_breached_at = request.response_due_at
        unit.record(
            "request.response_breached", "request", request.id, undoable=False, at=request.response_due_at
        )
        breached += 1
    for request in unit.session.exec(
        select(Request)
        .where(Request.state == State.DONE, col(Request.resolved_at) <= unit.now - COOL_DOWN)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ):
        move(unit, book, request, Act.CLOSE)
        end(book, request, unit.now)
        closed += 1
    return TimePassed(warned, breached, closed)

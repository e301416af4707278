"""What time does by itself on the hotlines: breaches, level 2, missed calls, renewals, the closing of what stayed done.

The durable rows are the truth; this is run by a wake-up and by every desk that starts, any number of times.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.hotline.house import HotlineHouse
from conciergedesk.hotline.service.calls import note_missed_calls
from conciergedesk.hotline.service.dealings import note_renewals
from conciergedesk.hotline.tables import Ticket
from conciergedesk.requests.lifecycle import State

BATCH = 200
COOL_DOWN = timedelta(days=7)
"""A ticket that stays solved this long is closed by the desk itself."""


@dataclass(frozen=True, slots=True)
class HotlineTime:
    """How many tickets were found late, raised to level 2 and closed; calls missed; renewals due."""

    breached: int
    raised: int
    closed: int
    missed: int
    renewals: int


def note_what_time_did(unit: Unit, house: HotlineHouse) -> HotlineTime:
    """Write down each breach and each rise to level 2 once, with its moment, and close what is over."""
    breached = raised = closed = 0
    running = col(Ticket.is_open) & (col(Ticket.state) != State.WAITING_CLIENT)
    for ticket in unit.session.exec(
        select(Ticket)
        .where(running, col(Ticket.breached_at).is_(None), col(Ticket.due_at) < unit.now)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ):
        assert ticket.id is not None
        ticket.breached_at = ticket.due_at
        unit.record("ticket.breached", "ticket", ticket.id, undoable=False, at=ticket.due_at)
        breached += 1
    for ticket in unit.session.exec(
        select(Ticket)
        .where(
            col(Ticket.is_open),
            col(Ticket.first_response_at).is_(None),
            col(Ticket.response_breached_at).is_(None),
            col(Ticket.response_due_at) < unit.now,
        )
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ):
        assert ticket.id is not None
        ticket.response_breached_at = ticket.response_due_at
        unit.record(
            "ticket.response_breached", "ticket", ticket.id, undoable=False, at=ticket.response_due_at
        )
        breached += 1
    for ticket in unit.session.exec(
        select(Ticket)
        .where(
            running,
            Ticket.level == "L1",
            col(Ticket.escalated_at).is_(None),
            col(Ticket.parent_id).is_(None),
            col(Ticket.escalate_at) <= unit.now,
        )
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ):
        assert ticket.id is not None
        ticket.level, ticket.escalated_at = "L2", ticket.escalate_at
        unit.record(
            "ticket.raised",
            "ticket",
            ticket.id,
            undoable=False,
            severity=ticket.severity,
            at=ticket.escalate_at,
        )
        raised += 1
    for ticket in unit.session.exec(
        select(Ticket)
        .where(Ticket.state == State.DONE, col(Ticket.resolved_at) <= unit.now - COOL_DOWN)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ):
        assert ticket.id is not None
        ticket.state, ticket.closed_at = State.CLOSED, unit.now
        unit.record("ticket.closed", "ticket", ticket.id, undoable=False)
        closed += 1
    return HotlineTime(breached, raised, closed, note_missed_calls(unit, house), note_renewals(unit, house))

"""The clocks of a ticket: its facts out of the rows, what follows back into the rows, and time spent on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from conciergedesk.core.calendars import ALWAYS
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, NotFound
from conciergedesk.core.i18n import N_
from conciergedesk.hotline.house import LONGEST_SITTING, HotlineHouse
from conciergedesk.hotline.tables import Ticket, TicketPause, TicketTime
from conciergedesk.requests.clocks import ClockFacts, Pause, due_if_resumed, read_clocks, record_breaches
from conciergedesk.requests.lifecycle import State
from conciergedesk.staff.rules import Right

ENDED = frozenset({State.DONE, State.CLOSED, State.DUPLICATE})


def load(unit: Unit, ticket_id: int, *, seen: int | None = None) -> Ticket:
    """The ticket, locked for this unit, for somebody who answers the hotlines."""
    unit.require(Right.ANSWER_HOTLINE)
    return unit.load(Ticket, ticket_id, seen=seen)


def facts_of(session: Session, house: HotlineHouse, ticket: Ticket) -> ClockFacts:
    """What the clocks of ``ticket`` care about."""
    return ClockFacts(
        opened_at=ticket.opened_at,
        target=house.target(ticket.severity),
        calendar=house.book.calendar(ticket.line),
        pauses=tuple(Pause(row.since, row.until) for row in pauses_of(session, ticket)),
        reopened_at=ticket.reopened_at,
        first_response_at=ticket.first_response_at,
        first_resolved_at=ticket.first_resolved_at,
        resolved_at=ticket.resolved_at,
        ended_at=ticket.closed_at if ticket.state == State.DUPLICATE else None,
        breached_at=ticket.breached_at,
        response_breached_at=ticket.response_breached_at,
    )


def keep_facts(unit: Unit, ticket: Ticket, facts: ClockFacts) -> None:
    """Write back what an act did to the facts."""
    assert ticket.id is not None
    ticket.reopened_at = facts.reopened_at
    ticket.first_resolved_at = facts.first_resolved_at
    ticket.resolved_at = facts.resolved_at
    ticket.breached_at = facts.breached_at
    ticket.response_breached_at = facts.response_breached_at
    if facts.ended_at is not None:
        ticket.closed_at = facts.ended_at
    rows = pauses_of(unit.session, ticket)
    for row, pause in zip(rows, facts.pauses, strict=False):
        row.until = pause.until
    for pause in facts.pauses[len(rows) :]:
        unit.add(TicketPause(ticket_id=ticket.id, since=pause.since, until=pause.until))


def pauses_of(session: Session, ticket: Ticket) -> list[TicketPause]:
    if ticket.id is None:
        return []
    return list(
        session.exec(
            select(TicketPause).where(TicketPause.ticket_id == ticket.id).order_by(col(TicketPause.id))
        )
    )


def retime(unit: Unit, house: HotlineHouse, ticket: Ticket) -> None:
    """Reckon due times again, and the moment under which the board lists the ticket."""
    facts = record_breaches(facts_of(unit.session, house, ticket), unit.now)
    ticket.breached_at, ticket.response_breached_at = facts.breached_at, facts.response_breached_at
    reading = read_clocks(facts, unit.now)
    ticket.response_due_at = reading.response_due_at
    ticket.due_at, ticket.warn_at = reading.due_at, reading.warn_at
    after = house.promised(ticket.severity).level_2_after_min
    clock = ALWAYS if facts.target.real_time else facts.calendar
    ticket.escalate_at = None if after is None else clock.add(ticket.opened_at, timedelta(minutes=after))
    if ticket.state == State.WAITING_CLIENT:
        ticket.board_at = due_if_resumed(facts, unit.now)
    elif ticket.first_response_at is None:
        ticket.board_at = min(reading.response_due_at, reading.due_at or reading.response_due_at)
    else:
        ticket.board_at = reading.due_at
    ticket.is_open = ticket.state not in ENDED


def with_answer(facts: ClockFacts, at: datetime) -> ClockFacts:
    return facts if facts.first_response_at is not None else replace(facts, first_response_at=at)


def spend(unit: Unit, ticket_id: int, began: datetime | None, act: str, *, among: int = 1) -> None:
    """Keep the time from ``began`` to now as work on the ticket; a batch shares its time among its tickets.

    A sheet that was left open over lunch counts for two hours at most.
    """
    if began is None:
        return
    span = min(max(unit.now - began, timedelta(0)), LONGEST_SITTING)
    unit.add(
        TicketTime(
            ticket_id=ticket_id,
            agent_id=unit.actor.id,
            at=unit.now,
            seconds=round(span.total_seconds() / max(among, 1)),
            act=act,
        )
    )


def correct_time(unit: Unit, time_id: int, minutes: int) -> None:
    """Correct a measured time by hand.

    Raises:
        InvalidInput: less than nothing, or more than a day.
    """
    unit.require(Right.ANSWER_HOTLINE)
    if not 0 <= minutes <= 24 * 60:
        raise InvalidInput(N_("Give minutes between 0 and 1440."), field="minutes")
    row = unit.session.get(TicketTime, time_id)
    if row is None:
        raise NotFound(N_("This record is no longer there. Go back and refresh the list."))
    before, row.seconds, row.by_hand = row.seconds, minutes * 60, True
    unit.record("ticket.time_corrected", "ticket", row.ticket_id, before=before, after=row.seconds)

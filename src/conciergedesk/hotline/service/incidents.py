"""Mass incidents: proposed by the rule, opened by a human, told to all at once, closed together."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from conciergedesk.core.calendars import ALWAYS
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.hotline.house import HotlineHouse
from conciergedesk.hotline.rules import ResolutionCode
from conciergedesk.hotline.service.clocking import ENDED, spend
from conciergedesk.hotline.service.opening import checked
from conciergedesk.hotline.service.working import finish
from conciergedesk.hotline.tables import MassIncident, Ticket, TicketNote
from conciergedesk.requests.lifecycle import State
from conciergedesk.staff.rules import Right


@dataclass(frozen=True, slots=True)
class Told:
    """A message to one caller of an incident, ready to be sent."""

    ticket_id: int
    caller: str
    number: str
    language: str
    text: str


def open_incident(
    unit: Unit, house: HotlineHouse, incident_id: int, *, began: datetime | None = None
) -> tuple[int, ...]:
    """Make a proposed incident real: its tickets hang under it from now on. Answers their ids.

    Its clock runs from the moment of the proposal.
    """
    unit.require(Right.ANSWER_HOTLINE)
    row = unit.load(MassIncident, incident_id)
    if row.state != "proposed":
        raise RuleRefused(N_("This incident is not waiting to be opened. Refresh the list."))
    row.state, row.opened_at, row.owner_id = "open", unit.now, unit.actor.id
    target = house.target(row.severity)
    clock = ALWAYS if target.real_time else house.book.calendar(row.line)
    row.due_at = clock.add(row.proposed_at, timedelta(minutes=target.resolution_minutes))
    joined = [one for one in row.proposed_tickets if _join(unit, incident_id, one)]
    for ticket_id in joined:
        spend(unit, ticket_id, began, "incident", among=len(joined))
    unit.record("incident.opened", "incident", incident_id, tickets=len(joined))
    return tuple(joined)


def group(
    unit: Unit, house: HotlineHouse, ticket_ids: Collection[int], *, began: datetime | None = None
) -> int:
    """Put tickets under one incident by hand, without waiting for the rule.

    Raises:
        InvalidInput: fewer than two open tickets, or of different categories.
    """
    unit.require(Right.ANSWER_HOTLINE)
    rows = [unit.load(Ticket, one) for one in dict.fromkeys(ticket_ids)]
    rows = [row for row in rows if row.is_open and row.parent_id is None]
    if len(rows) < 2:
        raise InvalidInput(N_("Mark at least two open tickets."), field="tickets")
    if len({row.category for row in rows}) > 1:
        raise InvalidInput(N_("These tickets are not of one category. Mark others."), field="tickets")
    incident = unit.add(
        MassIncident(
            line=rows[0].line,
            category=rows[0].category,
            severity=min(row.severity for row in rows),
            proposed_at=unit.now,
            proposed_tickets=[row.id for row in rows if row.id is not None],
        )
    )
    assert incident.id is not None
    open_incident(unit, house, incident.id, began=began)
    return incident.id


def join(unit: Unit, incident_id: int, ticket_id: int) -> None:
    """Hang one more ticket under an open incident."""
    unit.require(Right.ANSWER_HOTLINE)
    row = unit.load(MassIncident, incident_id)
    if row.state != "open" or not _join(unit, incident_id, ticket_id):
        raise RuleRefused(N_("This ticket cannot join the incident: one of them is over."))
    unit.record("incident.joined", "incident", incident_id, ticket=ticket_id)


def leave(unit: Unit, ticket_id: int) -> None:
    """Take a ticket out of its incident: it is another trouble."""
    unit.require(Right.ANSWER_HOTLINE)
    ticket = unit.load(Ticket, ticket_id)
    if ticket.parent_id is None:
        raise RuleRefused(N_("This ticket belongs to no incident."))
    before, ticket.parent_id = ticket.parent_id, None
    unit.record("incident.left", "incident", before, ticket=ticket_id)
    unit.record("ticket.left_incident", "ticket", ticket_id)


def dismiss(unit: Unit, incident_id: int, *, reason: str) -> None:
    """The proposal is wrong: these tickets have nothing to do with each other."""
    unit.require(Right.ANSWER_HOTLINE)
    row = unit.load(MassIncident, incident_id)
    reason = clean_line(reason)
    if row.state != "proposed":
        raise RuleRefused(N_("This incident is not waiting to be opened. Refresh the list."))
    if not reason:
        raise InvalidInput(N_("Give a reason."), field="reason")
    row.state, row.is_open, row.closed_at = "dismissed", False, unit.now
    unit.record("incident.dismissed", "incident", incident_id, reason=reason)


def tell_all(unit: Unit, house: HotlineHouse, incident_id: int) -> tuple[Told, ...]:
    """Write one message to every caller of the incident, each in their own language.

    It is the first answer to those who had none yet.
    """
    unit.require(Right.ANSWER_HOTLINE)
    row = unit.load(MassIncident, incident_id)
    if row.state not in ("open", "closed"):
        raise RuleRefused(N_("Open the incident first, then tell everybody."))
    key = "incident_known" if row.state == "open" else "incident_over"
    told = []
    for ticket in _children(unit, incident_id):
        assert ticket.id is not None
        if ticket.first_response_at is None:
            ticket.first_response_at = unit.now
        text = (
            house.messages[key]
            .in_language(ticket.language)
            .format(ref=f"M-{incident_id}", category=house.category_name(row.category, ticket.language))
        )
        unit.add(
            TicketNote(
                ticket_id=ticket.id, at=unit.now, author_id=unit.actor.id, author=unit.actor.name, kind="message",
                text=text,
            )
        )  # fmt: skip
        told.append(Told(ticket.id, ticket.caller, ticket.number, ticket.language, text))
    row.told_at = unit.now
    unit.record("incident.told", "incident", incident_id, undoable=False, callers=len(told), what=key)
    return tuple(told)


def close_incident(
    unit: Unit,
    house: HotlineHouse,
    incident_id: int,
    code: ResolutionCode,
    *,
    root_cause: str,
    began: datetime | None = None,
) -> tuple[int, ...]:
    """Close the incident and all its tickets with it; answers their ids.

    Raises:
        InvalidInput: no cause was given.
    """
    unit.require(Right.ANSWER_HOTLINE)
    row = unit.load(MassIncident, incident_id)
    if row.state != "open":
        raise RuleRefused(N_("This incident is not open. Refresh the list."))
    cause = checked(house, root_cause, 200)
    if not cause:
        raise InvalidInput(N_("Say in a few words what it was."), field="root_cause")
    row.state, row.is_open, row.closed_at = "closed", False, unit.now
    row.resolution_code, row.root_cause = code, cause
    children = [ticket for ticket in _children(unit, incident_id) if ticket.state not in ENDED]
    ended = []
    for ticket in children:
        assert ticket.id is not None
        if ticket.first_response_at is None:
            ticket.first_response_at = unit.now
        finish(unit, house, ticket, code, cause)
        ticket.fcr = None
        spend(unit, ticket.id, began, "incident", among=len(children))
        unit.record("ticket.solved", "ticket", ticket.id, code=code, incident=incident_id)
        ended.append(ticket.id)
    unit.record("incident.closed", "incident", incident_id, code=code, tickets=len(ended))
    return tuple(ended)


def _children(unit: Unit, incident_id: int) -> list[Ticket]:
    query = select(Ticket).where(Ticket.parent_id == incident_id).order_by(col(Ticket.id)).with_for_update()
    return list(unit.session.exec(query))


def _join(unit: Unit, incident_id: int, ticket_id: int) -> bool:
    ticket = unit.load(Ticket, ticket_id)
    if ticket.state in (State.DONE, State.CLOSED, State.DUPLICATE) or ticket.parent_id is not None:
        return False
    ticket.parent_id = incident_id
    unit.record("ticket.joined_incident", "ticket", ticket_id, incident=incident_id)
    return True

"""Reads about calls, tickets and incidents: columns into frozen values."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from conciergedesk.core.db.read import pick
from conciergedesk.core.errors import NotFound
from conciergedesk.core.i18n import N_
from conciergedesk.core.journal import lines_about
from conciergedesk.hotline.cards import (
    Answered,
    CallerCard,
    CallRow,
    IncidentCard,
    OpenTicket,
    PriceLine,
    TicketCard,
    TicketNoteLine,
    TimeLine,
    UsedArticle,
)
from conciergedesk.hotline.recognition import Caller, recognise
from conciergedesk.hotline.register import assets_at, contacts_of, work_lines
from conciergedesk.hotline.rules import HotlineRules
from conciergedesk.hotline.tables import (
    ArticleUse,
    Asset,
    HotlineCall,
    MassIncident,
    PriceChange,
    Site,
    Ticket,
    TicketNote,
    TicketTime,
)
from conciergedesk.providers.tables import Provider
from conciergedesk.staff.tables import Agent

REF = "T-"
INCIDENT_REF = "M-"


def ref(ticket_id: int) -> str:
    """The number people say: ``T-501``."""
    return f"{REF}{ticket_id}"


def read_ref(text: str) -> int:
    """The id behind ``T-501``, ``t501`` or ``501``.

    Raises:
        NotFound: it is not a ticket number.
    """
    bare = text.strip().upper().removeprefix("T").removeprefix("-")
    if not (bare.isascii() and bare.isdigit() and len(bare) < 12):
        raise NotFound(N_("“{text}” is not a ticket number such as T-501."), text=text[:40])
    return int(bare)


# --- tickets -----------------------------------------------------------------------------------------------


def _ticket_rows() -> Select[*tuple[Any, ...]]:
    return (
        pick(
            Ticket.id, Ticket.line, Ticket.category, Ticket.title, Ticket.severity, Ticket.level, Ticket.state,
            Provider.name, Site.name, Site.commune, Ticket.caller, Ticket.owner_id, Agent.first_name,
            Ticket.waits_for, Ticket.parent_id, Ticket.opened_at, Ticket.board_at, Ticket.due_at, Ticket.warn_at,
        )
        .join(Provider, col(Provider.id) == Ticket.provider_id, isouter=True)
        .join(Site, col(Site.id) == Ticket.site_id, isouter=True)
        .join(Agent, col(Agent.id) == Ticket.owner_id, isouter=True)
    )  # fmt: skip


def _ticket_row(row: Any) -> OpenTicket:
    values = list(row)
    for place in (7, 8, 9, 12):
        values[place] = values[place] or ""
    return OpenTicket(*values)


def open_tickets(
    session: Session,
    only: Collection[int] | None = None,
    *,
    line: str = "",
    site_id: int | None = None,
    provider_id: int | None = None,
) -> list[OpenTicket]:
    """Open tickets, soonest first; with ``only`` those of these ids that are still open."""
    query = _ticket_rows().where(col(Ticket.is_open)).order_by(col(Ticket.board_at), col(Ticket.id))
    if only is not None:
        query = query.where(col(Ticket.id).in_(only))
    if line:
        query = query.where(Ticket.line == line)
    if site_id is not None:
        query = query.where(Ticket.site_id == site_id)
    if provider_id is not None:
        query = query.where(Ticket.provider_id == provider_id)
    return [_ticket_row(row) for row in session.exec(query)]


def tickets_by_id(session: Session, ids: Collection[int]) -> list[OpenTicket]:
    """These tickets, open or not, in the order of their numbers."""
    query = _ticket_rows().where(col(Ticket.id).in_(ids)).order_by(col(Ticket.id))
    return [_ticket_row(row) for row in session.exec(query)]


def banners(session: Session) -> list[OpenTicket]:
    """What every agent must see: open tickets of the worst severity outside an open incident, and the newest last."""
    query = (
        _ticket_rows()
        .where(col(Ticket.is_open), Ticket.severity == "S1", col(Ticket.parent_id).is_(None))
        .order_by(col(Ticket.opened_at))
    )
    return [_ticket_row(row) for row in session.exec(query)]


def weekly_review(session: Session, before: datetime) -> list[OpenTicket]:
    """Open S4 tickets older than ``before``: nobody escalates them, so the weekly review does."""
    query = (
        _ticket_rows()
        .where(col(Ticket.is_open), Ticket.severity == "S4", col(Ticket.opened_at) <= before)
        .order_by(col(Ticket.opened_at))
    )
    return [_ticket_row(row) for row in session.exec(query)]


def ticket_card(session: Session, ticket_id: int) -> TicketCard:
    """One ticket in full.

    Raises:
        NotFound: there is none of that number.
    """
    found = tickets_by_id(session, [ticket_id])
    ticket = session.get(Ticket, ticket_id)
    if not found or ticket is None:
        raise NotFound(N_("There is no ticket {ref}."), ref=ref(ticket_id))
    asset = session.get(Asset, ticket.asset_id) if ticket.asset_id is not None else None
    notes = session.exec(
        pick(TicketNote.id, TicketNote.at, TicketNote.author, TicketNote.kind, TicketNote.text)
        .where(TicketNote.ticket_id == ticket_id)
        .order_by(col(TicketNote.id))
    )
    uses = session.exec(
        pick(ArticleUse.article, ArticleUse.kind, ArticleUse.at)
        .where(ArticleUse.ticket_id == ticket_id)
        .order_by(col(ArticleUse.id))
    )
    times = session.exec(
        pick(
            TicketTime.id, Agent.first_name, TicketTime.at, TicketTime.seconds, TicketTime.act, TicketTime.by_hand
        )
        .join(Agent, col(Agent.id) == TicketTime.agent_id, isouter=True)
        .where(TicketTime.ticket_id == ticket_id)
        .order_by(col(TicketTime.id))
    )  # fmt: skip
    return TicketCard(
        row=found[0],
        provider_id=ticket.provider_id,
        site_id=ticket.site_id,
        asset_id=ticket.asset_id,
        asset=asset.label if asset is not None else "",
        channel=ticket.channel,
        caller_role=ticket.caller_role,
        number=ticket.number,
        language=ticket.language,
        theme=ticket.theme,
        tree=ticket.tree,
        impact=ticket.impact,
        urgency=ticket.urgency,
        since=ticket.since,
        workaround=ticket.workaround,
        answers=tuple(
            Answered(
                one["tree"], one["question"], one["key"], one["ask"]["fr"], one["ask"]["en"], one["label"]["fr"],
                one["label"]["en"],
            )
            for one in ticket.answers
        ),
        noted=tuple((name, str(value)) for name, value in ticket.noted.items()),
        identity_proved_at=ticket.identity_proved_at,
        second_approval_id=ticket.second_approval_id,
        call_id=ticket.call_id,
        duplicate_of_id=ticket.duplicate_of_id,
        first_response_at=ticket.first_response_at,
        response_due_at=ticket.response_due_at,
        escalate_at=ticket.escalate_at,
        escalated_at=ticket.escalated_at,
        first_resolved_at=ticket.first_resolved_at,
        resolved_at=ticket.resolved_at,
        reopens=ticket.reopens,
        breached_at=ticket.breached_at,
        response_breached_at=ticket.response_breached_at,
        resolution_code=ticket.resolution_code,
        root_cause=ticket.root_cause,
        fcr=ticket.fcr,
        notes=tuple(TicketNoteLine(i or 0, at, author, kind, text) for i, at, author, kind, text in notes),
        articles=tuple(UsedArticle(*row) for row in uses),
        times=tuple(TimeLine(i or 0, who or "", *rest) for i, who, *rest in times),
        prices=tuple(price_lines(session, ticket_id=ticket_id)),
        work=tuple(work_lines(session, ticket_id=ticket_id)),
        lines=tuple(lines_about(session, "ticket", ticket_id)),
        version=ticket.version,
    )  # fmt: skip


def price_lines(session: Session, *, ticket_id: int | None = None, waiting: bool = False) -> list[PriceLine]:
    """Changes of price, of one ticket or all that wait for a second person."""
    query = (
        pick(
            PriceChange.id, PriceChange.ticket_id, PriceChange.what, PriceChange.old_cents, PriceChange.new_cents,
            PriceChange.state, PriceChange.asked_at, Agent.first_name, PriceChange.asked_by_id,
        )
        .join(Agent, col(Agent.id) == PriceChange.asked_by_id, isouter=True)
        .order_by(col(PriceChange.id))
    )  # fmt: skip
    if ticket_id is not None:
        query = query.where(PriceChange.ticket_id == ticket_id)
    if waiting:
        query = query.where(PriceChange.state == "waiting")
    return [
        PriceLine(i or 0, ticket, what, old, new, state, at, who or "", who_id)
        for i, ticket, what, old, new, state, at, who, who_id in session.exec(query)
    ]


# --- calls -------------------------------------------------------------------------------------------------


def _call_rows() -> Select[*tuple[Any, ...]]:
    return (
        pick(
            HotlineCall.id, HotlineCall.line, HotlineCall.direction, HotlineCall.number, HotlineCall.caller,
            Provider.name, Site.name, HotlineCall.state, HotlineCall.rang_at, HotlineCall.answered_at,
            HotlineCall.ended_at, HotlineCall.agent_id, Agent.first_name, HotlineCall.ticket_id,
            HotlineCall.call_back_id, HotlineCall.reason, HotlineCall.outcome, HotlineCall.cleared_at,
        )
        .join(Provider, col(Provider.id) == HotlineCall.provider_id, isouter=True)
        .join(Site, col(Site.id) == HotlineCall.site_id, isouter=True)
        .join(Agent, col(Agent.id) == HotlineCall.agent_id, isouter=True)
    )  # fmt: skip


def _call_row(row: Any) -> CallRow:
    values = list(row)
    for place in (5, 6, 12):
        values[place] = values[place] or ""
    return CallRow(*values)


def calls_by_id(session: Session, ids: Collection[int]) -> list[CallRow]:
    return [_call_row(row) for row in session.exec(_call_rows().where(col(HotlineCall.id).in_(ids)))]


def ringing(session: Session, line: str = "") -> list[int]:
    """Ids of the calls that ring now for a line, the longest first; a call of no line rings for both."""
    query = select(HotlineCall.id).where(HotlineCall.state == "ringing").order_by(col(HotlineCall.rang_at))
    if line:
        query = query.where(col(HotlineCall.line).in_([line, ""]))
    return [one for one in session.exec(query) if one is not None]


@dataclass(frozen=True, slots=True)
class Ringing:
    """What a desk shows at once: the calls that ring for it, the call of its open card, and what everybody must see."""

    cards: tuple[CallerCard, ...]
    changed: CallerCard | None
    banners: tuple[OpenTicket, ...]


def ringing_now(
    session: Session,
    now: datetime,
    rules: HotlineRules,
    *,
    line: str = "",
    answers: bool = True,
    shown: int | None = None,
) -> Ringing:
    """All of it in one reading, because somebody is waiting on the telephone.

    Args:
        line: Whose calls ring here; "" for both lines.
        answers: Whether calls ring here at all.
        shown: The call whose card is open.
    """
    cards = tuple(
        caller_card(session, call, now, rules) for call in (ringing(session, line) if answers else ())
    )
    changed = caller_card(session, shown, now, rules) if shown is not None else None
    return Ringing(cards, changed, tuple(banners(session)))


def missed_calls(session: Session, line: str = "") -> list[CallRow]:
    """Missed calls that nobody has cleared, the oldest first."""
    query = (
        _call_rows()
        .where(HotlineCall.state == "missed", col(HotlineCall.cleared_at).is_(None))
        .order_by(col(HotlineCall.rang_at))
    )
    if line:
        query = query.where(col(HotlineCall.line).in_([line, ""]))
    return [_call_row(row) for row in session.exec(query)]


def call_log(session: Session, since: datetime, until: datetime, line: str = "") -> list[CallRow]:
    """Calls both ways between two instants, newest first."""
    query = (
        _call_rows()
        .where(col(HotlineCall.rang_at) >= since, col(HotlineCall.rang_at) < until)
        .order_by(col(HotlineCall.rang_at).desc())
    )
    if line:
        query = query.where(HotlineCall.line == line)
    return [_call_row(row) for row in session.exec(query)]


def my_call(session: Session, agent_id: int) -> int | None:
    """The call that an agent is in now."""
    return session.exec(
        select(HotlineCall.id)
        .where(HotlineCall.agent_id == agent_id, HotlineCall.state == "answered")
        .order_by(col(HotlineCall.id).desc())
        .limit(1)
    ).first()


def caller_card(session: Session, call_id: int, now: datetime, rules: HotlineRules) -> CallerCard:
    """Who is calling, with everything to know about them.

    Raises:
        NotFound: there is no such call.
    """
    row = session.get(HotlineCall, call_id)
    if row is None:
        raise NotFound(N_("This call is no longer there."))
    found = recognise(session, row.number)
    site_id = row.site_id if row.site_id is not None else found.site_id
    site = session.get(Site, site_id) if site_id is not None else None
    provider_id = row.provider_id if row.provider_id is not None else found.provider_id
    provider_id = site.provider_id if site is not None else provider_id
    provider = session.get(Provider, provider_id) if provider_id is not None else None
    agent = session.get(Agent, row.agent_id) if row.agent_id is not None else None
    return CallerCard(
        call_id=call_id,
        line=row.line,
        state=row.state,
        rang_at=row.rang_at,
        answered_at=row.answered_at,
        taken_by=agent.first_name if agent is not None else "",
        taken_by_id=row.agent_id,
        number=found.number or row.number,
        name=found.name or row.caller,
        role=found.role,
        language=found.language,
        provider_id=provider_id,
        provider=provider.name if provider is not None else "",
        site_id=site_id,
        site=site.name if site is not None else "",
        commune=site.commune if site is not None else provider.commune if provider is not None else "",
        person_id=found.person_id,
        others=found.others,
        agreement=provider.agreement if provider is not None else "",
        agreement_until=provider.agreement_until if provider is not None else None,
        assets=tuple(assets_at(session, now, rules, site_id=site_id)) if site_id is not None else (),
        open_tickets=_tickets_of(session, found, site_id, provider_id),
        contacts=tuple(contacts_of(session, provider_id=provider_id)) if provider_id is not None else (),
        ticket_id=row.ticket_id,
    )


def _tickets_of(
    session: Session, found: Caller, site_id: int | None, provider_id: int | None
) -> tuple[OpenTicket, ...]:
    if provider_id is None:
        return ()
    rows = open_tickets(session, provider_id=provider_id)
    here = session.get(Site, site_id) if site_id is not None else None
    name = here.name if here is not None else ""
    return tuple(sorted(rows, key=lambda one: (one.site != name, one.severity, one.opened_at)))


# --- incidents ---------------------------------------------------------------------------------------------


def incidents(session: Session, only: Collection[int] | None = None) -> list[IncidentCard]:
    """Incidents that are proposed or open, with their tickets."""
    query = select(MassIncident).where(col(MassIncident.is_open)).order_by(col(MassIncident.proposed_at))
    if only is not None:
        query = query.where(col(MassIncident.id).in_(only))
    return [_incident(session, row) for row in session.exec(query)]


def incident_card(session: Session, incident_id: int) -> IncidentCard:
    """One incident, whatever its state.

    Raises:
        NotFound: there is none of that number.
    """
    row = session.get(MassIncident, incident_id)
    if row is None:
        raise NotFound(N_("There is no incident {ref}."), ref=f"{INCIDENT_REF}{incident_id}")
    return _incident(session, row)


def _incident(session: Session, row: MassIncident) -> IncidentCard:
    assert row.id is not None
    if row.state == "proposed":
        tickets = tickets_by_id(session, row.proposed_tickets)
    else:
        query = _ticket_rows().where(Ticket.parent_id == row.id).order_by(col(Ticket.id))
        tickets = [_ticket_row(one) for one in session.exec(query)]
    owner = session.get(Agent, row.owner_id) if row.owner_id is not None else None
    return IncidentCard(
        row.id, row.line, row.category, row.severity, row.state, row.proposed_at, row.opened_at, row.due_at,
        row.closed_at, row.told_at, row.owner_id, owner.first_name if owner is not None else "",
        row.resolution_code, row.root_cause, tuple(tickets),
    )  # fmt: skip

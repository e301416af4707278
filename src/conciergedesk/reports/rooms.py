"""What the hotlines, relocation and the rota supply to the figures; importing this module connects them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path

from sqlalchemy import func
from sqlmodel import Session, col

from conciergedesk.core.db.read import pick
from conciergedesk.core.paths import knowledge_base
from conciergedesk.hotline.articles import ArticleShelf, load_articles
from conciergedesk.hotline.queries import REF as TICKET_REF
from conciergedesk.hotline.tables import ArticleUse, MassIncident, Ticket, TicketPause
from conciergedesk.relocation.cards import file_ref
from conciergedesk.relocation.rules import LEASE_ITEM
from conciergedesk.relocation.tables import RelocationFile, RelocationFollowUp, RelocationItem
from conciergedesk.reports.clockwork import Stopwatch
from conciergedesk.reports.facts import (
    ArticleFact,
    BacklogFact,
    CoverFact,
    DossierFact,
    IncidentFact,
    RequestFact,
    ScoreFact,
    TicketFact,
)
from conciergedesk.reports.gather import Scope, chunks, register
from conciergedesk.reports.naming import HOTLINES, LINES
from conciergedesk.requests.catalogue import Priority
from conciergedesk.requests.lifecycle import State
from conciergedesk.rota.checker.coverage import half_hours
from conciergedesk.rota.house import rota_house
from conciergedesk.rota.queries import live_roster
from conciergedesk.rota.tables import RotaVersion

DAY = timedelta(days=1)
NOON = time(12)
"""When something happened of which only the day is known."""


def tickets(session: Session, scope: Scope) -> Sequence[TicketFact]:
    """Tickets solved in the period, and duplicates closed in it."""
    start, end = scope.period.start, scope.period.end
    solved = (col(Ticket.first_resolved_at) >= start) & (col(Ticket.first_resolved_at) < end)
    repeated = (
        (col(Ticket.state) == State.DUPLICATE)
        & (col(Ticket.closed_at) >= start)
        & (col(Ticket.closed_at) < end)
    )
    rows = session.exec(
        pick(
            Ticket.id, Ticket.line, Ticket.first_resolved_at, Ticket.closed_at, Ticket.state, Ticket.parent_id,
            Ticket.fcr, Ticket.level, Ticket.reopened_at,
        ).where(solved | repeated)
    ).all()  # fmt: skip
    used: dict[int, str] = {}
    for chunk in chunks([row[0] for row in rows]):
        query = pick(ArticleUse.ticket_id, ArticleUse.article).where(
            ArticleUse.kind == "used", col(ArticleUse.ticket_id).in_(chunk)
        )
        used.update((ticket, article) for ticket, article in session.exec(query))
    return [
        TicketFact(
            i, f"{TICKET_REF}{i}", line, done or closed, state == State.DUPLICATE, parent is not None,
            1 if at_once else 2, level == "L2", level == "field", again, used.get(i, ""),
        )
        for i, line, done, closed, state, parent, at_once, level, again in rows
        if scope.filters.keeps_team(line)
    ]  # fmt: skip


def incidents(session: Session, scope: Scope) -> Sequence[IncidentFact]:
    """Mass incidents that a human opened in the period."""
    start, end = scope.period.start, scope.period.end
    rows = session.exec(
        pick(MassIncident.id, MassIncident.line, MassIncident.category, MassIncident.opened_at).where(
            col(MassIncident.opened_at) >= start, col(MassIncident.opened_at) < end
        )
    )
    return [
        IncidentFact(i, f"M-{i}", category, at)
        for i, line, category, at in rows
        if scope.filters.keeps_team(line)
    ]


def ticket_requests(session: Session, scope: Scope) -> Sequence[RequestFact]:
    """The clocks of tickets, for a report about one line; a report about the desk counts requests only."""
    lines = _lines(scope)
    if not lines:
        return ()
    start, end = scope.period.start, scope.period.end
    parts = [
        (col(column) >= start) & (col(column) < end)
        for column in (Ticket.opened_at, Ticket.first_resolved_at, Ticket.breached_at)
    ]
    rows = session.exec(
        pick(
            Ticket.id, Ticket.severity, Ticket.state, Ticket.channel, Ticket.language, Ticket.category, Ticket.owner_id,
            Ticket.opened_at, Ticket.first_response_at, Ticket.response_due_at, Ticket.response_breached_at,
            Ticket.first_resolved_at, Ticket.breached_at, Ticket.due_at, Ticket.is_open, Ticket.reopened_at,
            Ticket.line,
        ).where(col(Ticket.line).in_(lines), parts[0] | parts[1] | parts[2] | col(Ticket.is_open))
    ).all()  # fmt: skip
    if not rows:
        return ()
    pauses: dict[int, list[tuple[datetime, datetime | None]]] = {}
    for chunk in chunks([row[0] for row in rows]):
        query = pick(TicketPause.ticket_id, TicketPause.since, TicketPause.until).where(
            col(TicketPause.ticket_id).in_(chunk)
        )
        for ticket, since, until in session.exec(query):
            pauses.setdefault(ticket, []).append((since, until))
    low = min(row[7] for row in rows)
    watches = {line: Stopwatch(scope.book.calendar(line), low, scope.period.end + 8 * DAY) for line in lines}
    made = []
    for (
        i, severity, state, channel, language, category, owner, opened, answered, answer_due, answer_broken, solved,
        broken, due, is_open, again, line,
    ) in rows:  # fmt: skip
        real = scope.book.service.target(Priority(severity)).real_time
        response = (answered - opened).total_seconds() / 60 if answered is not None and real else None
        if answered is not None and not real:
            response = watches[line].minutes(opened, answered)
        spent = None
        if solved is not None:
            spent = watches[line].minutes(opened, solved, pauses.get(i, ()))
            if real:
                spent = (solved - opened).total_seconds() / 60
        late = (
            due
            if is_open and solved is None and broken is None and due is not None and due < scope.as_of
            else None
        )
        made.append(
            RequestFact(
                i, f"{TICKET_REF}{i}", category, line, line, severity, state, channel, language, "provider", "", owner,
                "", opened, answered, answer_due, answer_broken, response, solved, spent, broken, late, solved, again,
                None, state == State.DUPLICATE, kind="ticket",
            )
        )  # fmt: skip
    return made


def ticket_backlog(session: Session, scope: Scope) -> Sequence[BacklogFact]:
    """Tickets open at the end of the period or now, for a report about the hotlines."""
    lines = _lines(scope)
    if not lines:
        return ()
    at = min(scope.as_of, scope.period.end)
    rows = session.exec(
        pick(
            Ticket.id, Ticket.line, Ticket.severity, Ticket.state, Ticket.opened_at, Ticket.first_resolved_at,
            Ticket.resolved_at, Ticket.reopened_at,
        ).where(
            col(Ticket.line).in_(lines),
            col(Ticket.opened_at) <= at,
            col(Ticket.closed_at).is_(None) | (col(Ticket.closed_at) > at),
            col(Ticket.resolved_at).is_(None) | (col(Ticket.resolved_at) > at),
        )
    )  # fmt: skip
    return [
        BacklogFact(
            i,
            f"{TICKET_REF}{i}",
            state if at == scope.as_of else State.IN_PROGRESS,
            opened,
            severity,
            line,
            "ticket",
        )
        for i, line, severity, state, opened, solved, _resolved, again in rows
        if solved is None or solved > at or (again is not None and again <= at)
    ]


def _lines(scope: Scope) -> Sequence[str]:
    """The lines that a report is about; none for a report about the desk, which counts requests only."""
    if scope.filters.team == HOTLINES:
        return LINES
    return (scope.filters.team,) if scope.filters.team in LINES else ()


@lru_cache(maxsize=2)
def _shelf(folder: Path) -> ArticleShelf:
    return load_articles(folder)


def articles(session: Session, scope: Scope) -> Sequence[ArticleFact]:
    """Articles with their review dates, each once whatever its languages."""
    shelf = _shelf(knowledge_base() / "articles")
    return [
        ArticleFact(number, one, shelf.article(one, "fr").review)
        for number, one in enumerate(shelf.ids, start=1)
    ]


def dossiers(session: Session, scope: Scope) -> Sequence[DossierFact]:
    """Legal items and follow-ups of relocation files around the period."""
    first, last = scope.period.first_day - DAY, scope.period.last_day + DAY
    items = session.exec(
        pick(
            RelocationItem.id,
            RelocationItem.file_id,
            RelocationItem.code,
            RelocationItem.due,
            RelocationItem.done_on,
        ).where(
            col(RelocationItem.legal),
            col(RelocationItem.state) != "not_applicable",
            ((col(RelocationItem.due) >= first) & (col(RelocationItem.due) <= last))
            | ((col(RelocationItem.done_on) >= first) & (col(RelocationItem.done_on) <= last)),
        )
    )
    found = [DossierFact(i, f"{file_ref(of)} {code}", "legal", due, done) for i, of, code, due, done in items]
    contacts = session.exec(
        pick(
            RelocationFollowUp.id, RelocationFollowUp.file_id, RelocationFollowUp.code, RelocationFollowUp.due,
            RelocationFollowUp.done_on,
        ).where(
            RelocationFollowUp.code != "pulse", col(RelocationFollowUp.due) >= first,
            col(RelocationFollowUp.due) <= last,
        )
    )  # fmt: skip
    found += [
        DossierFact(i, f"{file_ref(of)} {code}", "follow_up", due, done)
        for i, of, code, due, done in contacts
    ]
    leases = session.exec(
        pick(RelocationItem.id, RelocationItem.file_id, RelocationItem.done_on, RelocationFile.opened_on)
        .join(RelocationFile, col(RelocationFile.id) == RelocationItem.file_id)
        .where(
            RelocationItem.code == LEASE_ITEM, col(RelocationItem.done_on) >= first,
            col(RelocationItem.done_on) <= last,
        )
    )  # fmt: skip
    return found + [
        DossierFact(i, file_ref(of), "lease", None, done, float((done - opened).days))
        for i, of, done, opened in leases
        if done >= opened
    ]


def pulses(session: Session, scope: Scope) -> Sequence[ScoreFact]:
    """How likely families are to recommend the service, 0 to 10, as they said it at a contact."""
    rows = session.exec(
        pick(
            RelocationFollowUp.id, RelocationFollowUp.file_id, RelocationFollowUp.done_on, RelocationFollowUp.pulse
        ).where(
            col(RelocationFollowUp.pulse).is_not(None),
            col(RelocationFollowUp.done_on) >= scope.period.first_day,
            col(RelocationFollowUp.done_on) <= scope.period.last_day,
        )
    )  # fmt: skip
    return [
        ScoreFact(
            i, file_ref(of), datetime.combine(done, NOON, scope.period.zone).astimezone(UTC), pulse, True
        )
        for i, of, done, pulse in rows
    ]


def cover(session: Session, scope: Scope) -> Sequence[CoverFact]:
    """Seats needed and staffed by the published rota, half-hour by half-hour."""
    published = session.exec(
        pick(func.min(RotaVersion.first), func.max(RotaVersion.last)).where(RotaVersion.state == "published")
    ).one()
    if published[0] is None:
        return ()
    # The night that began on the day before reaches into the period; the figure cuts it at midnight.
    first, last = max(scope.period.first_day - DAY, published[0]), min(scope.period.last_day, published[1])
    if first > last:
        return ()
    house = rota_house()
    rota = replace(house.rota, first=first, days=(last - first).days + 1)
    slots = half_hours(rota, live_roster(session, house, first - DAY, last + DAY), first, last)
    return [
        CoverFact(
            number, one.line, datetime.fromtimestamp(one.start * 60, UTC), datetime.fromtimestamp(one.start * 60, UTC)
            + timedelta(minutes=30), one.needed, one.staffed,
        )
        for number, one in enumerate(slots, start=1)
        if scope.filters.keeps_team(one.line)
    ]  # fmt: skip


def connect() -> None:
    """Let these rooms supply their figures."""
    register("tickets", tickets)
    register("incidents", incidents)
    register("requests", ticket_requests)
    register("backlog", ticket_backlog)
    register("articles", articles)
    register("dossiers", dossiers)
    register("cover", cover)
    register("nps", pulses)


connect()

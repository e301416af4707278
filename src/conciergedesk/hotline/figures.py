"""Figures of the hotlines, each with the population it counts, what it leaves out, and the lists behind it.

Periods are half-open. A ratio without a population is None, never 0 % or 100 %.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col

from conciergedesk.core.db.read import pick
from conciergedesk.hotline.articles import ArticleShelf
from conciergedesk.hotline.house import FCR_DAYS
from conciergedesk.hotline.tables import ArticleUse, HotlineCall, Ticket, TicketTime
from conciergedesk.requests.lifecycle import State
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.staff.tables import Agent

ANSWER_WITHIN = timedelta(seconds=20)
SHORT_ABANDON = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class FirstContact:
    """First contact resolution: solved in the first conversation, without level 2 or the field, and not reopened
    within seven days, over tickets solved in the period. Duplicates and tickets of mass incidents are left out and
    counted beside."""

    population: tuple[int, ...]
    yes: tuple[int, ...]
    of_incidents: tuple[int, ...]
    duplicates: tuple[int, ...]

    @property
    def share(self) -> float | None:
        return len(self.yes) / len(self.population) if self.population else None


def first_contact(session: Session, since: datetime, until: datetime, *, line: str = "") -> FirstContact:
    """First contact resolution of the tickets that were solved in [since, until)."""
    query = pick(
        Ticket.id, Ticket.fcr, Ticket.parent_id, Ticket.duplicate_of_id, Ticket.resolution_code, Ticket.reopens,
        Ticket.first_resolved_at, Ticket.reopened_at,
    ).order_by(col(Ticket.id))  # fmt: skip
    ended = (col(Ticket.first_resolved_at) >= since) & (col(Ticket.first_resolved_at) < until)
    repeated = (
        (col(Ticket.state) == State.DUPLICATE)
        & (col(Ticket.closed_at) >= since)
        & (col(Ticket.closed_at) < until)
    )
    query = query.where(ended | repeated)
    if line:
        query = query.where(Ticket.line == line)
    population: list[int] = []
    yes: list[int] = []
    children: list[int] = []
    duplicates: list[int] = []
    for ticket, fcr, parent, duplicate, code, _reopens, solved, reopened in session.exec(query):
        if duplicate is not None or code == "duplicate":
            duplicates.append(ticket)
        elif parent is not None:
            children.append(ticket)
        else:
            population.append(ticket)
            back = reopened is not None and reopened - solved <= timedelta(days=FCR_DAYS)
            if fcr and not back:
                yes.append(ticket)
    return FirstContact(tuple(population), tuple(yes), tuple(children), tuple(duplicates))


@dataclass(frozen=True, slots=True)
class CallMark:
    """What the call figures need of one call: how long it waited, whether it was answered, how long it took."""

    wait: timedelta
    answered: bool
    talk: timedelta = timedelta(0)
    wrap_up: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class CallFigures:
    """Service level is answered within 20 s over answered plus abandoned after at least 5 s; shorter abandons are
    left out of it and of the abandonment rate, and counted beside. Times are seconds."""

    offered: int
    answered: int
    answered_in_time: int
    abandoned: int
    short_abandons: int
    mean_wait: float | None
    mean_handling: float | None

    @property
    def counted(self) -> int:
        return self.answered + self.abandoned - self.short_abandons

    @property
    def service_level(self) -> float | None:
        return self.answered_in_time / self.counted if self.counted else None

    @property
    def abandonment(self) -> float | None:
        return (self.abandoned - self.short_abandons) / self.counted if self.counted else None


def call_figures(calls: Iterable[CallMark]) -> CallFigures:
    """Figures of offered calls."""
    marks = list(calls)
    taken = [one for one in marks if one.answered]
    lost = [one for one in marks if not one.answered]
    return CallFigures(
        offered=len(marks),
        answered=len(taken),
        answered_in_time=sum(one.wait <= ANSWER_WITHIN for one in taken),
        abandoned=len(lost),
        short_abandons=sum(one.wait < SHORT_ABANDON for one in lost),
        mean_wait=sum(one.wait.total_seconds() for one in taken) / len(taken) if taken else None,
        mean_handling=sum((one.talk + one.wrap_up).total_seconds() for one in taken) / len(taken)
        if taken
        else None,
    )


def calls_of_line(
    session: Session, book: Rulebook, line: str, since: datetime, until: datetime
) -> CallFigures:
    """Figures of the calls offered to a line in its opening hours."""
    query = pick(
        HotlineCall.rang_at, HotlineCall.answered_at, HotlineCall.ended_at, HotlineCall.wrap_up_seconds
    ).where(
        HotlineCall.direction == "in",
        HotlineCall.line == line,
        HotlineCall.state != "ringing",
        col(HotlineCall.rang_at) >= since,
        col(HotlineCall.rang_at) < until,
    )
    calendar = book.calendar(line)
    marks = []
    for rang, answered, ended, wrap in session.exec(query):
        if not calendar.is_open(rang):
            continue
        wait = (answered or ended or rang) - rang
        talk = (ended or answered) - answered if answered is not None else timedelta(0)
        marks.append(CallMark(wait, answered is not None, talk, timedelta(seconds=wrap)))
    return call_figures(marks)


@dataclass(frozen=True, slots=True)
class ResolutionFigures:
    """Whether tickets were solved in time: solved in the period, or open past their due time in it."""

    met: tuple[int, ...]
    missed: tuple[int, ...]

    @property
    def share(self) -> float | None:
        total = len(self.met) + len(self.missed)
        return len(self.met) / total if total else None


def resolutions(session: Session, since: datetime, until: datetime, *, line: str = "") -> ResolutionFigures:
    """Attainment of the resolution targets of tickets."""
    query = pick(Ticket.id, Ticket.first_resolved_at, Ticket.breached_at, Ticket.due_at).where(
        col(Ticket.duplicate_of_id).is_(None)
    )
    if line:
        query = query.where(Ticket.line == line)
    solved = (col(Ticket.first_resolved_at) >= since) & (col(Ticket.first_resolved_at) < until)
    overdue = (
        col(Ticket.first_resolved_at).is_(None) & (col(Ticket.due_at) >= since) & (col(Ticket.due_at) < until)
    )
    met: list[int] = []
    missed: list[int] = []
    for ticket, resolved, breached, _due in session.exec(
        query.where(solved | overdue).order_by(col(Ticket.id))
    ):
        in_time = resolved is not None and (breached is None or breached > resolved)
        (met if in_time else missed).append(ticket)
    return ResolutionFigures(tuple(met), tuple(missed))


@dataclass(frozen=True, slots=True)
class KnowledgeFigures:
    """Tickets solved with an article over tickets solved, and the articles past their review date."""

    solved: int
    with_article: int
    stale: tuple[str, ...]

    @property
    def share(self) -> float | None:
        return self.with_article / self.solved if self.solved else None


def knowledge(
    session: Session, shelf: ArticleShelf, since: datetime, until: datetime, today: date
) -> KnowledgeFigures:
    """How much the articles are worth."""
    solved = {
        ticket
        for (ticket,) in session.exec(
            pick(Ticket.id).where(
                col(Ticket.first_resolved_at) >= since,
                col(Ticket.first_resolved_at) < until,
                col(Ticket.duplicate_of_id).is_(None),
            )
        )
    }
    helped = {
        ticket
        for (ticket,) in session.exec(
            pick(ArticleUse.ticket_id).where(
                ArticleUse.kind == "used", col(ArticleUse.ticket_id).is_not(None)
            )
        )
    }
    stale = tuple(dict.fromkeys(article.id for article in shelf.stale(today)))
    return KnowledgeFigures(len(solved), len(solved & helped), stale)


def time_by_agent(session: Session, since: datetime, until: datetime) -> dict[tuple[str, str], int]:
    """Seconds spent on tickets, by agent and category."""
    query = (
        pick(Agent.first_name, Ticket.category, TicketTime.seconds)
        .join(Ticket, col(Ticket.id) == TicketTime.ticket_id)
        .join(Agent, col(Agent.id) == TicketTime.agent_id, isouter=True)
        .where(col(TicketTime.at) >= since, col(TicketTime.at) < until)
    )
    totals: dict[tuple[str, str], int] = {}
    for agent, category, seconds in session.exec(query):
        place = (agent or "", category)
        totals[place] = totals.get(place, 0) + seconds
    return totals

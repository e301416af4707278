"""A person's year, from 1 June to 31 May as the branch agreement counts it: month by month, with what was carried."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlmodel import Session

from conciergedesk.rota.checker.ledger import Ledger, ledger
from conciergedesk.rota.house import RotaHouse
from conciergedesk.rota.queries import desk_rota
from conciergedesk.rota.values import Balance, Recovery, Roster, Rota

FIRST_MONTH = 6


@dataclass(frozen=True, slots=True)
class PersonYear:
    """One person's year.

    Attributes:
        months: one ledger a month in which something was worked.
        total: the whole year as far as the desk knows it; it carries the balance of the files.
        team: the same total of everybody of the person's team, for comparison.
        planned_until: last day that counts, worked or published.
        taken: rest taken back, day by day.
    """

    person: str
    first: date
    last: date
    months: tuple[Ledger, ...]
    total: Ledger
    team: tuple[Ledger, ...]
    planned_until: date | None
    taken: tuple[Recovery, ...] = ()


def year_of(day: date) -> tuple[date, date]:
    """First and last day of the year that ``day`` lies in."""
    first = date(day.year if day.month >= FIRST_MONTH else day.year - 1, FIRST_MONTH, 1)
    return first, date(first.year + 1, FIRST_MONTH, 1) - timedelta(days=1)


def person_year(session: Session, house: RotaHouse, person: str, day: date) -> PersonYear:
    """The year of ``day`` for one person of the team."""
    first, last = year_of(day)
    desk = desk_rota(session, house, first, (last - first).days + 1)
    rota, roster = desk.rota, desk.roster.within(first, last)
    agent = rota.agent_by_id[person]
    team = tuple(_total(rota, roster, house, one.id) for one in rota.agents if one.team == agent.team)
    worked = [one.day for one in roster]
    return PersonYear(
        person=person, first=first, last=last, months=_months(rota, roster, house, person),
        total=next(one for one in team if one.agent == person), team=team,
        planned_until=max(worked) if worked else None,
        taken=tuple(one for one in rota.recoveries if one.agent == person and first <= one.day <= last),
    )  # fmt: skip


def _months(rota: Rota, roster: Roster, house: RotaHouse, person: str) -> tuple[Ledger, ...]:
    agent = rota.agent_by_id[person]
    found, carried = [], agent.balance.sundays
    days = _days(rota, roster)
    if not days:
        return ()
    first, last = min(days), max(days)
    while first <= last:
        end = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        # Recovery depends on how many Sundays the year had already.
        so_far = replace(agent, balance=replace(agent.balance, sundays=carried))
        book = ledger(rota, roster, house.law, so_far, first, min(end, last))
        carried += book.sundays
        if book.days or book.nights_on_call or book.recovery_taken:
            found.append(book)
        first = end + timedelta(days=1)
    return tuple(found)


def _total(rota: Rota, roster: Roster, house: RotaHouse, person: str) -> Ledger:
    """Hours against the contract over the days that are planned at all, not over the whole year."""
    agent = rota.agent_by_id[person]
    days = _days(rota, roster)
    if not days:
        return ledger(rota, Roster(), house.law, replace(agent, contract_minutes=0), rota.first, rota.last)
    assert isinstance(agent.balance, Balance)
    return ledger(rota, roster, house.law, agent, min(days), max(days))


def _days(rota: Rota, roster: Roster) -> list[date]:
    """Days that are planned, or on which rest was taken back."""
    return [one.day for one in roster] + [
        one.day for one in rota.recoveries if rota.first <= one.day <= rota.last
    ]

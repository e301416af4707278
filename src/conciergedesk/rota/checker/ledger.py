"""What each person worked and what it gives back: Sundays, holidays, evenings, nights, recovery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from conciergedesk.rota.calendar import holiday_on, holidays
from conciergedesk.rota.checker.instants import Span, instant, overlap, span_of, worked_between
from conciergedesk.rota.law.packs import LawBook
from conciergedesk.rota.values import Agent, Roster, Rota, ShiftKind


@dataclass(frozen=True, slots=True)
class Ledger:
    """Hours of one person over some days.

    Counts of days are by the day a shift starts; minutes are split at midnight on instants.

    Attributes:
        against_contract: minutes above (or below, negative) the contract over the days asked.
        recovery_minutes: rest earned by Sundays, holidays and nights under the rule packs.
        recovery_taken: rest taken back; it counts as worked against the contract.
        carried: what was carried over, for fairness over the year.
    """

    agent: str
    first: date
    last: date
    days: int
    minutes: int
    against_contract: int
    sundays: int
    sunday_minutes: int
    holidays: int
    holiday_minutes: int
    evenings: int
    night_minutes: int
    nights_on_call: int
    on_call_minutes: int
    recovery_minutes: int
    sundays_carried: int
    holidays_carried: int
    evenings_carried: int
    recovery_carried: int
    recovery_taken: int = 0

    @property
    def recovery_balance(self) -> int:
        return self.recovery_carried + self.recovery_minutes - self.recovery_taken


def ledger(
    rota: Rota,
    roster: Roster,
    law: LawBook,
    agent: Agent,
    first: date | None = None,
    last: date | None = None,
) -> Ledger:
    """The hours of ``agent`` from ``first`` to ``last`` (default: the period)."""
    first, last = first or rota.first, last or rota.last
    zone, give = rota.site.timezone, law.compensation
    spans = [
        span_of(one, rota.shift_by_id[one.shift], zone)
        for one in roster.by_agent.get(agent.id, ())
        if first <= one.day <= last and one.shift in rota.shift_by_id
    ]
    work = [span for span in spans if not span.shift.on_call]
    worked_days = {span.day for span in work}
    sunday_minutes = sum(_on_days(span, zone, sunday=True, rota=rota) for span in work)
    holiday_minutes = sum(_on_days(span, zone, sunday=False, rota=rota) for span in work)
    national_minutes = sum(_on_national(span, zone) for span in work)
    night = sum(_night(span, zone, give.night_from, give.night_to) for span in work)
    sundays = sum(day.weekday() == 6 for day in worked_days)
    usual = agent.balance.sundays + sundays > give.usual_above_sundays
    percent = give.sunday_usual_percent if usual else give.sunday_occasional_percent
    recovery = (
        sunday_minutes * percent + national_minutes * give.holiday_percent + night * give.night_percent
    ) // 100
    minutes = sum(span.worked for span in work)
    taken = sum(one.minutes for one in rota.recoveries if one.agent == agent.id and first <= one.day <= last)
    days_in = sum(
        1 for offset in range((last - first).days + 1)
        if not rota.absent(agent.id, first + timedelta(days=offset))
    )  # fmt: skip
    return Ledger(
        agent=agent.id, first=first, last=last, days=len(worked_days), minutes=minutes,
        against_contract=minutes + taken - agent.contract_minutes * days_in // 7 if agent.contract_minutes else 0,
        sundays=sundays, sunday_minutes=sunday_minutes,
        holidays=sum(holiday_on(rota.site, day) is not None for day in worked_days), holiday_minutes=holiday_minutes,
        evenings=len({span.day for span in work if ShiftKind.EVENING in span.shift.kinds}),
        night_minutes=night, nights_on_call=len({span.day for span in spans if span.shift.on_call}),
        on_call_minutes=sum(span.length for span in spans if span.shift.on_call), recovery_minutes=recovery,
        sundays_carried=agent.balance.sundays, holidays_carried=agent.balance.holidays,
        evenings_carried=agent.balance.evenings, recovery_carried=agent.balance.recovery_minutes,
        recovery_taken=taken,
    )  # fmt: skip


def ledgers(rota: Rota, roster: Roster, law: LawBook) -> tuple[Ledger, ...]:
    """One ledger per person over the period."""
    return tuple(ledger(rota, roster, law, agent) for agent in rota.agents)


def week_minutes(rota: Rota, roster: Roster, agent: str, day: date) -> int:
    """Minutes worked in the civil week of ``day``, on instants."""
    monday = day - timedelta(days=day.weekday())
    zone = rota.site.timezone
    start, end = instant(monday, 0, zone), instant(monday + timedelta(days=7), 0, zone)
    return sum(
        worked_between(span_of(one, rota.shift_by_id[one.shift], zone), start, end)
        for one in roster.by_agent.get(agent, ())
        if monday - timedelta(days=2) <= one.day <= monday + timedelta(days=7)
    )


def _parts(span: Span, zone: str) -> list[tuple[date, int]]:
    """(civil day, minutes worked on it) of one shift."""
    parts = []
    for offset in range(3):
        day = span.day + timedelta(days=offset)
        minutes = worked_between(span, instant(day, 0, zone), instant(day, 1440, zone))
        if minutes:
            parts.append((day, minutes))
    return parts


def _on_days(span: Span, zone: str, *, sunday: bool, rota: Rota) -> int:
    if sunday:
        return sum(minutes for day, minutes in _parts(span, zone) if day.weekday() == 6)
    return sum(minutes for day, minutes in _parts(span, zone) if holiday_on(rota.site, day) is not None)


def _on_national(span: Span, zone: str) -> int:
    """Minutes on the eleven national holidays, the only ones the branch compensates."""
    return sum(minutes for day, minutes in _parts(span, zone) if day in holidays(day.year, "france", False))


def _night(span: Span, zone: str, night_from: int, night_to: int) -> int:
    return sum(
        overlap(span, instant(day, night_from, zone), instant(day, night_to, zone))
        for day in (span.day - timedelta(days=1), span.day, span.day + timedelta(days=1))
    )

"""May these cells change? Swaps, give-aways and taken shifts, judged for everybody they touch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from conciergedesk.core.errors import NotFound, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.rota.checker.instants import Span, span_of
from conciergedesk.rota.checker.judge import check
from conciergedesk.rota.checker.ledger import week_minutes
from conciergedesk.rota.checker.violations import Violation
from conciergedesk.rota.law.packs import LawBook, RuleKind
from conciergedesk.rota.values import Agent, Assignment, Roster, Rota

Cells = Mapping[tuple[str, date], tuple[Assignment, ...]]


@dataclass(frozen=True, slots=True)
class PersonEffect:
    """What a change means for one person.

    Attributes:
        rest_before: minutes of rest before the shift taken; None when nothing was worked in the fortnight before.
        rest_after: minutes of rest after it; None when nothing follows in the fortnight after.
    """

    agent: str
    rest_before: int | None
    rest_after: int | None
    week_before: int
    week_after: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a change is allowed, and why not: each refusal is one sentence with rule, figures and source."""

    accepted: bool
    refusals: tuple[Violation, ...]
    advices: tuple[Violation, ...]
    effects: tuple[PersonEffect, ...]
    roster: Roster

    def effect(self, agent: str) -> PersonEffect:
        return next(one for one in self.effects if one.agent == agent)


def judge_change(rota: Rota, roster: Roster, law: LawBook, cells: Cells) -> Verdict:
    """Judge the replacement of whole cells; only what the change makes new or worse counts against it."""
    after = roster.with_cells(cells)
    if not cells:
        return Verdict(True, (), (), (), after)
    touched = sorted({agent for agent, _ in cells})
    days = [day for _, day in cells]
    first, last = min(days) - timedelta(days=13), max(days) + timedelta(days=13)
    before_rules = check(rota, roster, law, first=first, last=last, agents=touched)
    after_rules = check(rota, after, law, first=first, last=last, agents=touched)
    known = {(one.kind, one.agent, one.days, one.shift): one for one in before_rules}
    fresh = [
        one
        for one in after_rules
        if (one.kind, one.agent, one.days, one.shift) not in known
        or _worse(one, known[one.kind, one.agent, one.days, one.shift])
    ]
    refusals = tuple(one for one in fresh if one.blocks)
    effects = tuple(
        _effect(rota, roster, after, agent, [d for a, d in cells if a == agent]) for agent in touched
    )
    return Verdict(not refusals, refusals, tuple(one for one in fresh if not one.blocks), effects, after)


def _worse(now: Violation, before: Violation) -> bool:
    return abs(now.value - now.limit) > abs(before.value - before.limit)


def _effect(rota: Rota, before: Roster, after: Roster, agent: str, days: list[date]) -> PersonEffect:
    taken = [one for day in days for one in after.cell(agent, day)]
    day = taken[0].day if taken else days[0]
    rest_before, rest_after = rests_around(rota, after, agent, day)
    return PersonEffect(
        agent,
        rest_before,
        rest_after,
        week_minutes(rota, before, agent, day),
        week_minutes(rota, after, agent, day),
    )


def rests_around(rota: Rota, roster: Roster, agent: str, day: date) -> tuple[int | None, int | None]:
    """Minutes of rest before the first and after the last shift of a day, on instants."""
    spans = _work(rota, roster, agent, day)
    here = [span for span in spans if span.day == day]
    if not here:
        return None, None
    start, end = min(span.start for span in here), max(span.end for span in here)
    before = [span.end for span in spans if span.day < day]
    after = [span.start for span in spans if span.day > day]
    return (start - max(before) if before else None), (min(after) - end if after else None)


def _work(rota: Rota, roster: Roster, agent: str, day: date) -> list[Span]:
    return [
        span_of(one, rota.shift_by_id[one.shift], rota.site.timezone)
        for one in roster.by_agent.get(agent, ())
        if abs((one.day - day).days) <= 14 and not rota.shift_by_id[one.shift].on_call
    ]


def held(roster: Roster, agent: str, day: date, shift: str | None = None) -> Assignment:
    """The assignment of a person on a day (of ``shift`` when several).

    Raises:
        NotFound: there is none.
    """
    for one in roster.cell(agent, day):
        if shift is None or one.shift == shift:
            return one
    raise NotFound(N_("{agent} has no such shift on {day}"), agent=agent, day=day)


def main_shift(rota: Rota, roster: Roster, agent: str, day: date) -> Assignment:
    """What a person works on a day; what they are on call for only when they do not work. Raises as ``held``."""
    cell = roster.cell(agent, day)
    work = [one for one in cell if not rota.shift_by_id[one.shift].on_call]
    return work[0] if work else held(roster, agent, day)


def give(
    rota: Rota, roster: Roster, law: LawBook, giver: str, taker: str, day: date, shift: str | None = None,
    start: int | None = None, end: int | None = None,
) -> Verdict:  # fmt: skip
    """One person hands a shift to another, perhaps with other times."""
    one = held(roster, giver, day, shift)
    moved = replace(
        one, agent=taker, start=one.start if start is None else start, end=one.end if end is None else end
    )
    kept = tuple(other for other in roster.cell(giver, day) if other is not one)
    cells = {(giver, day): kept, (taker, day): (*roster.cell(taker, day), moved)}
    return judge_change(rota, roster, law, cells)


def swap(rota: Rota, roster: Roster, law: LawBook, a: str, day_a: date, b: str, day_b: date) -> Verdict:
    """Two people exchange their shifts, on the same day or on two; both keep the hours of the shift.

    Raises:
        NotFound: one of them has no shift there.
        RuleRefused: both have the same.
    """
    from_a, from_b = main_shift(rota, roster, a, day_a), main_shift(rota, roster, b, day_b)
    if replace(from_a, agent=b) == from_b:
        raise RuleRefused(N_("Both have the same shift on that day: there is nothing to exchange."))
    cells: dict[tuple[str, date], tuple[Assignment, ...]] = {}
    for person, day in ((a, day_a), (a, day_b), (b, day_a), (b, day_b)):
        cells[person, day] = tuple(one for one in roster.cell(person, day) if one not in (from_a, from_b))
    cells[a, day_b] = (*cells[a, day_b], replace(from_b, agent=a))
    cells[b, day_a] = (*cells[b, day_a], replace(from_a, agent=b))
    return judge_change(rota, roster, law, cells)


def take(rota: Rota, roster: Roster, law: LawBook, agent: str, day: date, shift: str) -> Verdict:
    """Somebody takes a shift on which nobody is."""
    cells = {(agent, day): (*roster.cell(agent, day), Assignment(agent, day, shift))}
    return judge_change(rota, roster, law, cells)


@dataclass(frozen=True, slots=True)
class Difference:
    """One changed cell between two rosters."""

    agent: str
    day: date
    before: tuple[str, ...]
    after: tuple[str, ...]


def differences(rota: Rota, before: Roster, after: Roster, first: date, last: date) -> tuple[Difference, ...]:
    """Who changes what from ``first`` to ``last``."""
    found = []
    for agent in rota.agents:
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            old, new = before.cell(agent.id, day), after.cell(agent.id, day)
            if sorted(map(_key, old)) != sorted(map(_key, new)):
                found.append(
                    Difference(agent.id, day, before.shifts_on(agent.id, day), after.shifts_on(agent.id, day))
                )
    return tuple(found)


def _key(one: Assignment) -> tuple[str, int, int]:
    return (one.shift, -1 if one.start is None else one.start, -1 if one.end is None else one.end)


def notice_violations(
    rota: Rota,
    law: LawBook,
    changed: tuple[Difference, ...],
    now: datetime,
    consenting: frozenset[str] = frozenset(),
) -> tuple[Violation, ...]:
    """Changes told too late. Who agreed expressly, or is absent, is left out."""
    today = now.astimezone(ZoneInfo(rota.site.timezone)).date()
    found = []
    for one in changed:
        if one.agent in consenting or rota.absent(one.agent, one.day):
            continue
        agent = rota.agent_by_id[one.agent]
        rule = law.rule(RuleKind.NOTICE_PART_TIME if agent.part_time else RuleKind.NOTICE)
        if rule is None:
            continue
        given = _notice(agent, today, one.day)
        if given < rule.figure:
            found.append(Violation(
                rule.kind, one.agent, agent.name or agent.id, (one.day,), given, rule.figure, "days", rule.hard, rule
            ))  # fmt: skip
    return tuple(found)


def _notice(agent: Agent, today: date, day: date) -> int:
    """Days of notice; for part time only Monday to Friday count."""
    span = max(0, (day - today).days)
    if not agent.part_time:
        return span
    return sum((today + timedelta(days=offset)).weekday() < 5 for offset in range(span))

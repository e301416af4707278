"""The limits that the rota itself states for a person, over the period of the rota."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from conciergedesk.rota.checker.instants import Span
from conciergedesk.rota.law.packs import RuleKind
from conciergedesk.rota.values import Agent, Limits, Rota

Finding = tuple[RuleKind, tuple[date, ...], int, int, str, str]


def own_limits(
    rota: Rota, agent: Agent, by_day: Mapping[date, list[Span]], first: date, last: date
) -> Iterator[Finding]:
    """(kind, days, value, limit, unit, shift) of each broken own limit."""
    limits = agent.limits
    if limits == Limits():
        return
    worked = [day in by_day for day in rota.dates]
    minutes = sum(span.worked for day in rota.dates for span in by_day.get(day, ()))
    if limits.min_minutes is not None and minutes < limits.min_minutes:
        yield RuleKind.OWN_MINIMUM, (rota.last,), minutes, limits.min_minutes, "minutes", ""
    if limits.max_minutes is not None and minutes > limits.max_minutes:
        yield RuleKind.OWN_MAXIMUM, (rota.last,), minutes, limits.max_minutes, "minutes", ""
    for shift, most in limits.max_shifts:
        count = sum(span.shift.id == shift for day in rota.dates for span in by_day.get(day, ()))
        if count > most:
            yield RuleKind.OWN_SHIFTS, (rota.last,), count, most, "days", shift
    if limits.max_weekends is not None:
        mondays = {
            day - timedelta(days=day.weekday()) for day in rota.dates if day.weekday() >= 5 and day in by_day
        }
        if len(mondays) > limits.max_weekends:
            yield RuleKind.OWN_WEEKENDS, (rota.last,), len(mondays), limits.max_weekends, "days", ""
    yield from _runs(rota, limits, worked)


def _runs(rota: Rota, limits: Limits, worked: list[bool]) -> Iterator[Finding]:
    begin = 0
    for place in range(1, len(worked) + 1):
        if place < len(worked) and worked[place] == worked[begin]:
            continue
        length, edge = place - begin, begin == 0 or place == len(worked)
        days = tuple(rota.dates[begin:place])
        if worked[begin]:
            if limits.max_run is not None and length > limits.max_run:
                yield RuleKind.OWN_RUN, days, length, limits.max_run, "days", ""
            if length < limits.min_run and not edge:
                yield RuleKind.OWN_SHORT_RUN, days, length, limits.min_run, "days", ""
        elif length < limits.min_rest_run and not edge:
            yield RuleKind.OWN_SHORT_REST, days, length, limits.min_rest_run, "days", ""
        begin = place

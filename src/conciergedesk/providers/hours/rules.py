"""What opening hours say, as values: rules made of day selectors, time spans and a state."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from conciergedesk.core.holidays import easter


class OpenState(StrEnum):
    """Open, closed, or a matter for a telephone call."""

    OPEN = "open"
    CLOSED = "closed"
    TO_CONFIRM = "to_confirm"


class Join(StrEnum):
    """How a rule stands to those before it: replaces their day, adds to it, or fills what they leave."""

    REPLACE = "replace"
    ADD = "add"
    FALLBACK = "fallback"


class DayTable(Protocol):
    """Tells public (PH) and school (SH) holidays of one place; None when it is not known."""

    def is_holiday(self, day: date, kind: str) -> bool | None: ...


class HolidayUnknown(Exception):
    """The state of a day depends on holidays that are not known for the place."""


class Selector(Protocol):
    def matches(self, day: date, holidays: DayTable) -> bool: ...


@dataclass(frozen=True, slots=True)
class Years:
    first: int
    last: int
    step: int = 1

    def matches(self, day: date, holidays: DayTable) -> bool:
        return self.first <= day.year <= self.last and (day.year - self.first) % self.step == 0


@dataclass(frozen=True, slots=True)
class Weeks:
    """ISO weeks of the year."""

    first: int
    last: int
    step: int = 1

    def matches(self, day: date, holidays: DayTable) -> bool:
        week = day.isocalendar().week
        if self.first <= self.last:
            return self.first <= week <= self.last and (week - self.first) % self.step == 0
        return week >= self.first or week <= self.last


@dataclass(frozen=True, slots=True)
class DatePoint:
    """A day of some year: of a month, counted from Easter, or the nth weekday of a month, with an offset."""

    month: int = 0  # 0 means Easter
    day: int = 0  # 0 means the first or the last of the month
    weekday: int = 0
    nth: int = 0
    offset: int = 0
    year: int | None = None

    def in_year(self, year: int, last: bool) -> date:
        if self.month == 0:
            found = easter(year)
        elif self.nth:
            found = _nth_weekday(year, self.month, self.weekday, self.nth)
        else:
            days = monthrange(year, self.month)[1]
            found = date(year, self.month, min(self.day, days) if self.day else (days if last else 1))
        return found + timedelta(days=self.offset)

    def exists_in(self, year: int) -> bool:
        return self.month == 0 or self.nth != 0 or self.day <= monthrange(year, self.month)[1]


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first, days = date(year, month, 1), monthrange(year, month)[1]
    if nth > 0:
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    last = date(year, month, days)
    return last - timedelta(days=(last.weekday() - weekday) % 7 + 7 * (-nth - 1))


@dataclass(frozen=True, slots=True)
class Dates:
    """From one day of the year to another, over New Year when the end lies before the start."""

    start: DatePoint
    end: DatePoint
    step: int = 1

    def matches(self, day: date, holidays: DayTable) -> bool:
        year = day.year if self.start.year is None else self.start.year
        if self.start == self.end and not self.start.exists_in(year):
            return False  # 29 February outside leap years
        first, last = self.start.in_year(year, last=False), self._last(self.end.year or year)
        if self.start.year is not None:
            if last < first:
                last = self._last(year + 1)
            return first <= day <= last and self._on_step(day, first)
        if last < first:
            if day <= last:
                first = self.start.in_year(year - 1, last=False)
            return (day <= last or day >= first) and self._on_step(day, first)
        if first <= day <= last:
            return self._on_step(day, first)
        # An offset may carry the end of last year's span over New Year.
        first, last = self.start.in_year(year - 1, last=False), self._last(year - 1)
        return first <= day <= last and self._on_step(day, first)

    def _on_step(self, day: date, first: date) -> bool:
        return (day - first).days % self.step == 0

    def _last(self, year: int) -> date:
        # "until Easter" leaves Easter itself out, as a span of dates never does.
        easter_is_out = self.end.month == 0 and self.start != self.end
        return self.end.in_year(year, last=True) - timedelta(days=easter_is_out)


@dataclass(frozen=True, slots=True)
class Weekdays:
    """A span of weekdays, all of a month or only the nth ones, moved by ``offset`` days."""

    first: int
    last: int
    nth: tuple[int, ...] = ()
    offset: int = 0

    def matches(self, day: date, holidays: DayTable) -> bool:
        day -= timedelta(days=self.offset)
        weekday = day.weekday()
        if self.first <= self.last:
            if not self.first <= weekday <= self.last:
                return False
        elif self.last < weekday < self.first:
            return False
        if not self.nth:
            return True
        from_start = (day.day - 1) // 7 + 1
        from_end = -((monthrange(day.year, day.month)[1] - day.day) // 7 + 1)
        return from_start in self.nth or from_end in self.nth


@dataclass(frozen=True, slots=True)
class HolidayDays:
    """Public (PH) or school (SH) holidays, moved by ``offset`` days."""

    kind: str
    offset: int = 0

    def matches(self, day: date, holidays: DayTable) -> bool:
        known = holidays.is_holiday(day - timedelta(days=self.offset), self.kind)
        if known is None:
            raise HolidayUnknown
        return known


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day in minutes, or a position of the sun with an offset."""

    minutes: int
    sun: str = ""  # the event; ``minutes`` then is the offset


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """From one time to another; ``end`` None with ``open_end`` means from ``start`` on."""

    start: Clock
    end: Clock | None
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: every group of ``days`` must have a selector that fits; no groups means every day."""

    days: tuple[tuple[Selector, ...], ...] = ()
    times: tuple[TimeSpan, ...] = ()
    state: OpenState = OpenState.OPEN
    comment: str = ""
    join: Join = Join.REPLACE

    def matches(self, day: date, holidays: DayTable) -> bool:
        return all(any(one.matches(day, holidays) for one in group) for group in self.days)

    def uses(self, kind: str) -> bool:
        """Whether the rule looks at public (PH) or school (SH) holidays."""
        return any(isinstance(one, HolidayDays) and one.kind == kind for group in self.days for one in group)


@dataclass(frozen=True, slots=True)
class Programme:
    """All rules of one place, and where the text was loose or had to be repaired."""

    rules: tuple[Rule, ...]
    loose: tuple[tuple[int, int], ...] = field(default=(), compare=False)

    def uses(self, kind: str) -> bool:
        return any(rule.uses(kind) for rule in self.rules)

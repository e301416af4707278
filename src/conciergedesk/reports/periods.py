"""Periods of a report: a shift, a day, a week or a month in local time, half-open in instants.

A day of the clock change is 23 or 25 hours long; nothing counts twice and nothing is left out, because every period
begins exactly where the one before it ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from conciergedesk.core.calendars import instant_of
from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, show_date, translate

_DAY = timedelta(days=1)


class PeriodKind(StrEnum):
    SHIFT = "shift"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    SPAN = "span"


@dataclass(frozen=True, slots=True)
class Period:
    """``[start, end)`` in UTC; ``zone`` is where its days begin.

    Raises:
        InvalidInput: it ends before it begins, or has no zone.
    """

    kind: PeriodKind
    start: datetime
    end: datetime
    zone: ZoneInfo
    label: str = ""

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None or self.end <= self.start:
            raise InvalidInput(N_("A period ends after it begins. Correct its dates."), field="period")

    def __contains__(self, moment: datetime | None) -> bool:
        return moment is not None and self.start <= moment < self.end

    @property
    def first_day(self) -> date:
        return self.start.astimezone(self.zone).date()

    @property
    def last_day(self) -> date:
        return (self.end - timedelta(microseconds=1)).astimezone(self.zone).date()

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def is_closed(self, now: datetime) -> bool:
        return now >= self.end

    def days(self) -> Iterator[Period]:
        """Its local days, each a period of its own."""
        day = self.first_day
        while day <= self.last_day:
            yield day_period(day, self.zone)
            day += _DAY

    def previous(self) -> Period:
        """The period of the same kind before this one; for a span the same length of time."""
        match self.kind:
            case PeriodKind.DAY:
                return day_period(self.first_day - _DAY, self.zone)
            case PeriodKind.WEEK:
                return week_period(self.first_day - 7 * _DAY, self.zone)
            case PeriodKind.MONTH:
                return month_period(self.first_day - _DAY, self.zone)
            case PeriodKind.SHIFT:
                day = self.first_day - _DAY
                here, there = self.start.astimezone(self.zone), self.end.astimezone(self.zone)
                first = here.hour * 60 + here.minute
                last = (there.date() - here.date()).days * 1440 + there.hour * 60 + there.minute
                return Period(
                    self.kind,
                    instant_of(day, first, self.zone),
                    instant_of(day, last, self.zone),
                    self.zone,
                    self.label,
                )
            case PeriodKind.SPAN:
                return Period(self.kind, self.start - self.length, self.start, self.zone)

    def next(self) -> Period:
        """The period of the same kind after this one."""
        match self.kind:
            case PeriodKind.DAY:
                return day_period(self.last_day + _DAY, self.zone)
            case PeriodKind.WEEK:
                return week_period(self.last_day + _DAY, self.zone)
            case PeriodKind.MONTH:
                return month_period(self.last_day + _DAY, self.zone)
            case PeriodKind.SHIFT:
                tomorrow = self.first_day + _DAY
                here, there = self.start.astimezone(self.zone), self.end.astimezone(self.zone)
                last = (there.date() - here.date()).days * 1440 + there.hour * 60 + there.minute
                return Period(
                    self.kind,
                    instant_of(tomorrow, here.hour * 60 + here.minute, self.zone),
                    instant_of(tomorrow, last, self.zone),
                    self.zone,
                    self.label,
                )
            case PeriodKind.SPAN:
                return Period(self.kind, self.end, self.end + self.length, self.zone)

    def title(self, language: str | None = None) -> str:
        """``mars 2027``, ``semaine du 22 mars 2027``, ``mer. 24 mars 2027``."""
        match self.kind:
            case PeriodKind.MONTH:
                return show_date(self.first_day, language, "LLLL yyyy")
            case PeriodKind.WEEK:
                day = show_date(self.first_day, language, "d MMMM yyyy")
                return translate(N_("week of {day}"), language, day=day)
            case PeriodKind.DAY:
                return show_date(self.first_day, language, "EEEE d MMMM yyyy")
            case PeriodKind.SHIFT:
                return f"{show_date(self.first_day, language, 'EEE d MMM yyyy')} · {self.label}".rstrip(" ·")
            case PeriodKind.SPAN:
                first, last = (
                    show_date(day, language, "d MMM yyyy") for day in (self.first_day, self.last_day)
                )
                return f"{first} – {last}"


def day_period(day: date, zone: ZoneInfo) -> Period:
    return Period(PeriodKind.DAY, instant_of(day, 0, zone), instant_of(day + _DAY, 0, zone), zone)


def week_period(day: date, zone: ZoneInfo) -> Period:
    """The week, Monday to Sunday, in which ``day`` lies."""
    monday = day - timedelta(days=day.weekday())
    return Period(PeriodKind.WEEK, instant_of(monday, 0, zone), instant_of(monday + 7 * _DAY, 0, zone), zone)


def month_period(day: date, zone: ZoneInfo) -> Period:
    """The calendar month in which ``day`` lies."""
    first = day.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return Period(PeriodKind.MONTH, instant_of(first, 0, zone), instant_of(after, 0, zone), zone)


def span_period(first: date, last: date, zone: ZoneInfo) -> Period:
    """Whole days from ``first`` to ``last``, both included."""
    return Period(PeriodKind.SPAN, instant_of(first, 0, zone), instant_of(last + _DAY, 0, zone), zone)


def shift_period(start: datetime, end: datetime, zone: ZoneInfo, label: str = "") -> Period:
    return Period(PeriodKind.SHIFT, start.astimezone(UTC), end.astimezone(UTC), zone, label)


def period_of(kind: PeriodKind, moment: datetime, zone: ZoneInfo) -> Period:
    """The day, week or month in which ``moment`` lies."""
    day = moment.astimezone(zone).date()
    makers = {
        PeriodKind.DAY: day_period,
        PeriodKind.WEEK: week_period,
        PeriodKind.MONTH: month_period,
    }
    maker = makers.get(kind)
    if maker is None:
        raise InvalidInput(N_("Choose day, week or month."), field="period")
    return maker(day, zone)

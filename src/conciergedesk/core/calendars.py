"""Working calendars: how much service time lies between two instants, and when a target runs out.

A calendar says when a team works on local clocks; all arithmetic is done on instants, so an hour skipped or
repeated by a clock change is neither invented nor lost. Pure values: nothing is read, no clock is asked.

    desk = WorkingCalendar(every_day(parse_ranges("08:00-21:00")), ZoneInfo("Europe/Paris"))
    desk.add(opened_at, timedelta(hours=4))       # 20:30 -> next day 11:30
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.holidays import Holidays
from conciergedesk.core.i18n import N_

DAY_MINUTES = 1440
PARIS = ZoneInfo("Europe/Paris")
_HORIZON_YEARS = 12
_RANGE = re.compile(r"\s*(\d{1,2})[:hH](\d{2})?\s*-\s*(\d{1,2})[:hH](\d{2})?\s*")


@dataclass(frozen=True, slots=True, order=True)
class OpeningRange:
    """Local minutes after midnight, start included, end excluded; an end past 1440 runs into the next day."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not (0 <= self.start < DAY_MINUTES and self.start < self.end <= self.start + DAY_MINUTES):
            raise InvalidInput(
                N_("“{value}” is not an opening range such as 08:00-21:00."), field="ranges", value=str(self)
            )

    def __str__(self) -> str:
        return f"{self.start // 60:02}:{self.start % 60:02}-{self.end // 60:02}:{self.end % 60:02}"


Ranges = tuple[OpeningRange, ...]
Spans = tuple[tuple[datetime, datetime], ...]
FULL_DAY: Ranges = (OpeningRange(0, DAY_MINUTES),)
CLOSED: Ranges = ()


def parse_ranges(text: str) -> Ranges:
    """``08:00-12:00,14:00-18:00`` as ranges; ``22:00-06:00`` runs past midnight; "" is closed.

    Raises:
        InvalidInput: a part is not a range, or two overlap.
    """
    found: list[OpeningRange] = []
    for part in text.split(",") if text.strip() else ():
        match = _RANGE.fullmatch(part)
        if match is None:
            raise InvalidInput(
                N_("“{value}” is not an opening range such as 08:00-21:00."),
                field="ranges",
                value=part.strip(),
            )
        start, end = (int(match[i]) * 60 + int(match[i + 1] or 0) for i in (1, 3))
        if int(match[2] or 0) > 59 or int(match[4] or 0) > 59:
            start = DAY_MINUTES  # refused below with the same sentence
        found.append(OpeningRange(start, end if end > start else end + DAY_MINUTES))
    return _sorted_apart(found)


def _sorted_apart(ranges: Sequence[OpeningRange]) -> Ranges:
    ordered = tuple(sorted(ranges))
    for one, other in pairwise(ordered):
        if other.start < one.end:
            raise InvalidInput(
                N_("The opening ranges {first} and {second} overlap. Join them."),
                field="ranges",
                first=str(one),
                second=str(other),
            )
    return ordered


def instant_of(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of a local minute of ``day``; minutes past 1440 lie on the next days.

    A minute that comes twice is its first coming; one that a clock change skips is the instant of the change.
    """
    days, minute = divmod(minute, DAY_MINUTES)
    local = datetime.combine(day + timedelta(days=days), time(minute // 60, minute % 60), zone)
    instant = local.astimezone(UTC)
    while instant.astimezone(zone).replace(tzinfo=None) > local.replace(tzinfo=None):
        earlier = instant - timedelta(minutes=1)
        if earlier.astimezone(zone).utcoffset() != instant.astimezone(zone).utcoffset():
            break
        instant = earlier
    return instant


def every_day(ranges: Ranges) -> tuple[Ranges, ...]:
    """The same ranges on all seven weekdays."""
    return (ranges,) * 7


@dataclass(frozen=True)
class WorkingCalendar:
    """When a team works.

    Attributes:
        week: Seven tuples of ranges, Monday first, in local time of ``zone``.
        zone: Where the clocks of the team hang.
        holidays: The public holidays; None when they do not matter.
        region: Whose holidays count.
        on_holidays: Ranges that replace the weekday's on a holiday; ``CLOSED`` for none, None as usual.
        exceptions: Ranges that replace everything else on single days; ``CLOSED`` for a closure.

    Raises:
        InvalidInput: no opening at all, ranges that overlap, or an unknown region.
    """

    week: tuple[Ranges, ...]
    zone: ZoneInfo = PARIS
    holidays: Holidays | None = None
    region: str = ""
    on_holidays: Ranges | None = None
    exceptions: Mapping[date, Ranges] = field(default_factory=dict)
    # Days as instants and whole years as sums are computed once; they never change what is answered.
    _days: dict[date, Spans] = field(default_factory=dict, init=False, repr=False, compare=False)
    _years: dict[int, timedelta] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.week) != 7 or not any(self.week):
            raise InvalidInput(N_("A working calendar needs at least one opening range."), field="week")
        for ranges in (*self.week, self.on_holidays or (), *self.exceptions.values()):
            _sorted_apart(ranges)
        if self.holidays is not None:
            self.holidays.lineage(self.region)

    @property
    def always(self) -> bool:
        """Whether this is real time: open every minute of every day."""
        days = (*self.week, self.on_holidays or FULL_DAY, *self.exceptions.values())
        return self.on_holidays != CLOSED and all(ranges == FULL_DAY for ranges in days)

    def ranges_on(self, day: date) -> Ranges:
        """The local ranges that begin on ``day``."""
        if day in self.exceptions:
            return self.exceptions[day]
        if self.on_holidays is not None and self.holidays is not None and self.holidays.on(day, self.region):
            return self.on_holidays
        return self.week[day.weekday()]

    def is_open(self, at: datetime) -> bool:
        """Whether service time runs at ``at``."""
        at = at.astimezone(UTC)
        day = self._local_day(at)
        return any(start <= at < end for start, end in self.spans_on(day - _ONE_DAY) + self.spans_on(day))

    def next_opening(self, at: datetime) -> datetime:
        """``at`` itself when open, else the next instant at which service time begins (UTC).

        Raises:
            InvalidInput: the calendar does not open within twelve years.
        """
        at = at.astimezone(UTC)
        return next(max(at, start) for start, end in self._spans_from(at) if at < end)

    def add(self, start: datetime, service_time: timedelta | int) -> datetime:
        """The instant (UTC) at which ``service_time`` (minutes, or a timedelta) has run since ``start``.

        Time that ends with the day ends at closing time, not at the next opening. No time added while the team
        is away gives the next opening.

        Raises:
            InvalidInput: negative time, or a calendar that does not open within twelve years.
        """
        left = service_time if isinstance(service_time, timedelta) else timedelta(minutes=service_time)
        if left < timedelta(0):
            raise InvalidInput(N_("A duration cannot be negative."), field="service_time")
        start = start.astimezone(UTC)
        if self.always:
            return start + left
        for opens, closes in self._spans_from(start):
            begins = max(opens, start)
            if begins < closes:
                if left <= closes - begins:
                    return begins + left
                left -= closes - begins
        raise AssertionError("the loop above ends by returning or raising")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The service time from ``start`` to ``end``; negative when ``end`` lies before ``start``."""
        # In UTC first: two times of one zone are compared by their clocks, not as instants.
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if end < start:
            return -self.between(end, start)
        if self.always:
            return end - start
        first, last = self._local_day(start), self._local_day(end)
        # A span of the evening before may reach into the first or the last day: whole years are those that
        # neither end touches.
        years = range(first.year + 1, (last - _ONE_DAY).year)
        if not years:
            return self._sum(first - _ONE_DAY, last + _ONE_DAY, start, end)
        return (
            self._sum(first - _ONE_DAY, date(years.start, 1, 1), start, end)
            + sum((self._year(year) for year in years), timedelta(0))
            + self._sum(date(years.stop, 1, 1), last + _ONE_DAY, start, end)
        )

    def spans_on(self, day: date) -> Spans:
        """The ranges that begin on ``day`` as instants (UTC): in order, apart, none empty."""
        known = self._days.get(day)
        if known is None:
            ranges = self.ranges_on(day)
            limit: datetime | None = None
            if ranges and ranges[-1].end > DAY_MINUTES and (tomorrow := self.ranges_on(day + _ONE_DAY)):
                # What runs past midnight ends where the next day's own ranges begin: no minute counts twice.
                limit = instant_of(day + _ONE_DAY, tomorrow[0].start, self.zone)
            spans = []
            for one in ranges:
                opens, closes = (instant_of(day, minute, self.zone) for minute in (one.start, one.end))
                if limit is not None:
                    closes = min(closes, limit)
                if opens < closes:
                    spans.append((opens, closes))
            known = self._days[day] = tuple(spans)
        return known

    def _local_day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _spans_from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        day, silent_days = self._local_day(at) - _ONE_DAY, 0
        while silent_days < _HORIZON_YEARS * 366:
            spans = self.spans_on(day)
            yield from spans
            silent_days = 0 if spans else silent_days + 1
            day += _ONE_DAY
        raise InvalidInput(
            N_("This calendar has no opening within {years} years."), field="week", years=_HORIZON_YEARS
        )

    def _sum(self, first: date, beyond: date, start: datetime, end: datetime) -> timedelta:
        total = timedelta(0)
        for number in range((beyond - first).days):
            for opens, closes in self.spans_on(first + timedelta(days=number)):
                if opens < end and start < closes:
                    total += min(closes, end) - max(opens, start)
        return total

    def _year(self, year: int) -> timedelta:
        known = self._years.get(year)
        if known is None:
            first, beyond = date(year, 1, 1), date(year + 1, 1, 1)
            known = self._years[year] = sum(
                (
                    closes - opens
                    for number in range((beyond - first).days)
                    for opens, closes in self.spans_on(first + timedelta(days=number))
                ),
                timedelta(0),
            )
        return known


_ONE_DAY = timedelta(days=1)

ALWAYS = WorkingCalendar(every_day(FULL_DAY), ZoneInfo("UTC"))
"""Real time, 24 hours a day: the clock of urgent requests."""

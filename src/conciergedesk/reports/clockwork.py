"""Service minutes between many pairs of instants, fast: the spans of a calendar summed once, then looked up."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from conciergedesk.core.calendars import WorkingCalendar

_DAY = timedelta(days=1)


class Stopwatch:
    """Counts the service minutes of one calendar over a stretch of time.

    Gives what ``WorkingCalendar.between`` gives for instants inside the stretch, in two look-ups.
    """

    def __init__(self, calendar: WorkingCalendar, since: datetime, until: datetime) -> None:
        self._always = calendar.always
        self._starts: list[float] = []
        self._ends: list[float] = []
        self._before: list[float] = []
        if self._always:
            return
        day, last = since.astimezone(calendar.zone).date() - _DAY, until.astimezone(calendar.zone).date()
        total = 0.0
        while day <= last:
            for opens, closes in calendar.spans_on(day):
                start, end = opens.timestamp(), closes.timestamp()
                self._starts.append(start)
                self._ends.append(end)
                self._before.append(total)
                total += end - start
            day += _DAY

    def minutes(
        self, start: datetime, end: datetime, pauses: Sequence[tuple[datetime, datetime | None]] = ()
    ) -> float:
        """Minutes from ``start`` to ``end`` without the pauses; never negative."""
        a, b = start.timestamp(), end.timestamp()
        if b <= a:
            return 0.0
        seconds = self._at(b) - self._at(a)
        if pauses:
            for since, until in _joined(pauses, a, b):
                seconds -= self._at(until) - self._at(since)
        return max(seconds, 0.0) / 60

    def _at(self, moment: float) -> float:
        """Service seconds before ``moment``."""
        if self._always:
            return moment
        place = bisect_right(self._starts, moment) - 1
        if place < 0:
            return 0.0
        return self._before[place] + min(moment, self._ends[place]) - self._starts[place]


def _joined(
    pauses: Iterable[tuple[datetime, datetime | None]], start: float, end: float
) -> list[tuple[float, float]]:
    """Pauses cut to the stretch, in order, joined where they overlap."""
    found: list[tuple[float, float]] = []
    cut = sorted(
        (max(since.timestamp(), start), min(until.timestamp() if until is not None else end, end))
        for since, until in pauses
    )
    for since, until in cut:
        if until <= since:
            continue
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found

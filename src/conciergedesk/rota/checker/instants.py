"""Wall times of the site turned into instants; lengths and rests come only from instants.

An instant here is a whole number of minutes since 1970-01-01 UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from conciergedesk.rota.values import Assignment, ShiftType

_EPOCH = date(1970, 1, 1).toordinal()


@lru_cache(maxsize=4096)
def _shift_of_clock(day: date, hour: int, zone: str) -> int:
    """Minutes that local time is ahead of UTC on ``day`` at ``hour``."""
    offset = datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zone)).utcoffset() or timedelta(0)
    return int(offset.total_seconds()) // 60


def instant(day: date, minute: int, zone: str) -> int:
    """The instant of ``minute`` after midnight of ``day``; a time that the clock jumps over counts as before it."""
    later, minute = divmod(minute, 1440)
    if later:
        day += timedelta(days=later)
    return (day.toordinal() - _EPOCH) * 1440 + minute - _shift_of_clock(day, minute // 60, zone)


def moment(at: int) -> datetime:
    """The instant as an aware UTC datetime."""
    return datetime.fromtimestamp(at * 60, UTC)


def exists(day: date, minute: int, zone: str) -> bool:
    """Whether this wall time is on the clock of that day (02:30 is not on the last Sunday of March)."""
    here = ZoneInfo(zone)
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60)  # noqa: DTZ001 - a wall time
    return wall.replace(tzinfo=here).astimezone(UTC).astimezone(here).replace(tzinfo=None) == wall


@dataclass(frozen=True, slots=True)
class Span:
    """One shift of one person on the time line. ``worked`` excludes unpaid breaks; on call works nothing."""

    day: date
    shift: ShiftType
    start: int
    end: int
    worked: int

    @property
    def length(self) -> int:
        return self.end - self.start


def span_of(one: Assignment, shift: ShiftType, zone: str) -> Span:
    start = shift.start if one.start is None else one.start
    end = shift.end if one.end is None else one.end
    if end <= start:
        end += 1440
    begins, ends = instant(one.day, start, zone), instant(one.day, end, zone)
    worked = 0 if shift.on_call else max(0, ends - begins - (0 if shift.break_paid else shift.break_minutes))
    return Span(one.day, shift, begins, ends, worked)


def overlap(span: Span, start: int, end: int) -> int:
    """Minutes of ``span`` between two instants."""
    return max(0, min(span.end, end) - max(span.start, start))


def worked_between(span: Span, start: int, end: int) -> int:
    """Worked minutes of ``span`` between two instants; an unpaid break is taken in the first part of a shift."""
    unpaid = span.length - span.worked
    inside = overlap(span, start, end)
    if not span.worked or not inside:
        return 0
    before = overlap(span, span.start, start)
    return inside - max(0, min(unpaid - before, inside))

"""Under which day a promise stands."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import TypeAlias

from conciergedesk.board.rules.promises import Promise

SEPARATE_DAYS = 3
"""Days after today that get a separator of their own; what comes after stands under "later"."""


class DayGroup(StrEnum):
    """Under which kind of separator a promise stands."""

    TODAY = "today"
    SET_ASIDE = "set_aside"
    DAY = "day"
    LATER = "later"
    UNDATED = "undated"


@dataclass(frozen=True, slots=True)
class DaySeparator:
    """The line above a group of promises; ``holiday`` is the local name of the feast, if it is one."""

    group: DayGroup
    day: date | None = None
    is_tomorrow: bool = False
    holiday: str = ""


BoardRow: TypeAlias = Promise | DaySeparator
HolidayName: TypeAlias = Callable[[date], str]


def no_holidays(_day: date) -> str:
    """A calendar without feasts."""
    return ""


def separator_of(due_at: datetime | None, now: datetime, zone: tzinfo) -> DaySeparator:
    """Under which separator something due at ``due_at`` stands; what is late stands under today."""
    if due_at is None:
        return DaySeparator(DayGroup.UNDATED)
    today = now.astimezone(zone).date()
    day = due_at.astimezone(zone).date()
    if day <= today:
        return DaySeparator(DayGroup.TODAY)
    ahead = (day - today).days
    if ahead <= SEPARATE_DAYS:
        return DaySeparator(DayGroup.DAY, day, is_tomorrow=ahead == 1)
    return DaySeparator(DayGroup.LATER)


def with_days(
    promises: Sequence[Promise], now: datetime, zone: tzinfo, holiday: HolidayName = no_holidays
) -> list[BoardRow]:
    """The sorted ``promises`` with a separator before each new day; today needs none."""
    here = now.astimezone(zone)
    midnight = datetime(here.year, here.month, here.day, tzinfo=zone)
    rows: list[BoardRow] = []
    start = 0
    for ahead in range(1, SEPARATE_DAYS + 3):
        if ahead <= SEPARATE_DAYS + 1:
            end = first_due_from((midnight + timedelta(days=ahead)).astimezone(UTC), promises, start)
        else:
            end = first_due_from(None, promises, start)
        rows.extend(_group(promises, start, end, now, zone, holiday))
        start = end
    rows.extend(_group(promises, start, len(promises), now, zone, holiday))
    return rows


def first_due_from(moment: datetime | None, promises: Sequence[Promise], start: int = 0) -> int:
    """Index of the first of the sorted ``promises`` that stands at ``moment`` or later; None: has no moment."""

    def comes_before(promise: Promise) -> bool:
        stands = promise.stands_at
        return stands is not None and (moment is None or stands < moment)

    return bisect_left(promises, True, lo=start, key=lambda promise: not comes_before(promise))


def _group(
    promises: Sequence[Promise], start: int, end: int, now: datetime, zone: tzinfo, holiday: HolidayName
) -> list[BoardRow]:
    if start >= end:
        return []
    line = separator_of(promises[start].stands_at, now, zone)
    group: list[BoardRow] = list(promises[start:end])
    if line.group is DayGroup.TODAY:
        first = bisect_left(promises, True, start, end, key=lambda promise: promise.set_aside_to is not None)
        if first < end:
            group.insert(first - start, DaySeparator(DayGroup.SET_ASIDE))
        return group
    return [replace(line, holiday=holiday(line.day)) if line.day is not None else line, *group]

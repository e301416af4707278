"""When something of a file comes up: board window, expiry ladder, what the next open thing is. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from conciergedesk.relocation.plans import Plan
from conciergedesk.relocation.schedule import PlannedItem

BOARD_DAYS = 7
"""How many days ahead dated items stand on the board; the plan itself shows the rest."""
DAY_ENDS = time(18, 0)
"""Until when something that is owed on a day is on time, on the coaches' clock."""
DOCUMENT_RUNGS = (90, 30, 7, 0)
"""Days before the expiry of a document at which it comes up."""
EARLY_STAGES = ("R0", "R1", "R2", "R3")
"""Stages before a decision: they have no dated items and are entered by hand."""
SHORTEN_REFUSED_MONTHS = 6
SHORTEN_CLOSED_MONTHS = 12
ACTION_WORKING_DAYS = 2
"""Working days in which a supervisor acts on a low score."""


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The instant until which something owed on ``day`` is on time."""
    return datetime.combine(day, DAY_ENDS, tzinfo=zone).astimezone(UTC)


def is_on_board(due: date | None, today: date) -> bool:
    """Whether something due then stands on the board today."""
    return due is not None and due <= today + timedelta(days=BOARD_DAYS)


@dataclass(frozen=True, slots=True)
class Rung:
    """The next time a document comes up: so many days before its expiry."""

    days: int
    on: date


def next_rung(expires_on: date | None, today: date, handled: int | None = None) -> Rung | None:
    """The next rung of the ladder.

    Args:
        handled: the rung that was dealt with last; it and the earlier ones do not come again.

    Of several rungs that have passed, only the latest comes up, and it does so today.
    """
    if expires_on is None:
        return None
    left = [days for days in DOCUMENT_RUNGS if handled is None or days < handled]
    passed = [days for days in left if expires_on - timedelta(days=days) <= today]
    ahead = [days for days in left if days not in passed]
    days = passed[-1] if passed else (ahead[0] if ahead else None)
    return None if days is None else Rung(days, max(expires_on - timedelta(days=days), today))


def next_open(items: Iterable[PlannedItem]) -> PlannedItem | None:
    """The open item that comes first; undated ones only when nothing else is open."""
    dated = [planned for planned in items if planned.is_open]
    return min(dated, key=lambda one: (one.due is None, one.due or date.max, one.id), default=None)


def stage_of(plan: Plan, items: Iterable[PlannedItem], now: str) -> str:
    """The stage a file is in: that of what comes next, the last one when all is closed.

    A file before its decision stays where it was put by hand.
    """
    if now in EARLY_STAGES:
        return now
    following = next_open(items)
    if following is None:
        return list(plan.stages)[-1]
    item = plan.items.get(following.id)
    return item.stage if item is not None else now

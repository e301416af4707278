"""What stands against promising a set for a window. Pure functions over frozen values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from conciergedesk.keys.custody import HELD_BY_DESK, OUTSIDE_DESK, Position


@dataclass(frozen=True, slots=True)
class Window:
    """When a set is wanted, half-open; ``who`` is for the operator."""

    since: datetime
    until: datetime
    who: str = ""

    def overlaps(self, other: Window) -> bool:
        return self.since < other.until and other.since < self.until


class Clash(StrEnum):
    RESERVED = "reserved"
    STILL_OUT = "still_out"
    MANDATE = "mandate"
    FROZEN = "frozen"
    NOT_HERE = "not_here"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why a set cannot be promised; ``until`` is when it is free again, if that is known."""

    clash: Clash
    who: str = ""
    until: datetime | None = None


def conflicts_of(
    wanted: Window,
    others: Iterable[Window],
    position: Position,
    mandate_until: date | None,
    zone: tzinfo,
) -> tuple[Conflict, ...]:
    """Everything that stands against handing a set over in the window ``wanted``."""
    found = [Conflict(Clash.RESERVED, one.who, one.until) for one in others if one.overlaps(wanted)]
    if position.is_out and (position.due_at is None or position.due_at > wanted.since):
        found.append(Conflict(Clash.STILL_OUT, position.holder.name, position.due_at))
    if position.frozen:
        found.append(Conflict(Clash.FROZEN))
    if position.holder.kind not in HELD_BY_DESK | OUTSIDE_DESK:
        found.append(Conflict(Clash.NOT_HERE))
    if mandate_until is not None and wanted.since.astimezone(zone).date() > mandate_until:
        found.append(Conflict(Clash.MANDATE))
    return tuple(found)

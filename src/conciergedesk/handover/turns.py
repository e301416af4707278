"""Which shift hands over to which: read from ``knowledge_base/handover``, pure once read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from conciergedesk.core.calendars import instant_of
from conciergedesk.core.housefile import Table, Wording, read_house_file
from conciergedesk.core.i18n import N_

TURNS_FILE = "turns.toml"
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """A shift that hands over, in local minutes after midnight; an end before the start is the next day's."""

    code: str
    label: Wording
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift on one day."""

    turn: Turn
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ChangeOfShift:
    """Where one shift passes to the next. ``at`` is the start of the incoming shift."""

    team: str
    outgoing: Shift
    incoming: Shift

    @property
    def at(self) -> datetime:
        return self.incoming.starts_at


@dataclass(frozen=True)
class HandoverHouse:
    """The house's rules about handovers.

    Attributes:
        accept_within: Minutes after the start of the incoming shift; later alerts the supervisor.
        unread_after: Minutes after which a red line that nobody took alerts as well.
        grace: Minutes after its end during which a shift that has not signed still may.
        turns: Shifts by team, in the order of the day.
    """

    zone: ZoneInfo
    accept_within: int
    unread_after: int
    grace: int
    turns: Mapping[str, tuple[Turn, ...]]

    def shifts(self, team: str, first: date, days: int) -> list[Shift]:
        """The shifts of ``team`` that begin on ``days`` days from ``first``, in order."""
        found = []
        for number in range(days):
            day = first + number * _DAY
            for turn in self.turns.get(team, ()):
                end = turn.end if turn.end > turn.start else turn.end + 1440
                found.append(
                    Shift(turn, instant_of(day, turn.start, self.zone), instant_of(day, end, self.zone))
                )
        return sorted(found, key=lambda one: one.starts_at)

    def changes(self, team: str, since: datetime, until: datetime) -> list[ChangeOfShift]:
        """Changes of shift whose incoming shift starts in [since, until)."""
        first = since.astimezone(self.zone).date() - _DAY
        last = until.astimezone(self.zone).date()
        shifts = self.shifts(team, first, (last - first).days + 2)
        return [
            ChangeOfShift(team, out, into)
            for out, into in pairwise(shifts)
            if since <= into.starts_at < until
        ]

    def running(self, team: str, now: datetime) -> Shift | None:
        """The shift that is on at ``now``; where two overlap, the one that ends first."""
        day = now.astimezone(self.zone).date() - _DAY
        on = [one for one in self.shifts(team, day, 3) if one.starts_at <= now < one.ends_at]
        return min(on, key=lambda one: one.ends_at) if on else None

    def change_for(self, team: str, now: datetime) -> ChangeOfShift | None:
        """The change of shift that somebody who writes a handover at ``now`` means.

        During a shift its own end; between shifts the end of the last one; None for a team without shifts.
        """
        day = now.astimezone(self.zone).date() - 2 * _DAY
        shifts = self.shifts(team, day, 6)
        if not shifts:
            return None
        on = [one for one in shifts if one.starts_at <= now < one.ends_at]
        before = [one for one in shifts if one.ends_at <= now]
        outgoing = min(on, key=lambda one: one.ends_at) if on else (before[-1] if before else shifts[0])
        return self.after(shifts, team, outgoing)

    def ended_before(self, team: str, now: datetime) -> ChangeOfShift | None:
        """The change whose outgoing shift ended within the grace before ``now``, if there is one."""
        day = now.astimezone(self.zone).date() - 2 * _DAY
        shifts = self.shifts(team, day, 6)
        limit = now - timedelta(minutes=self.grace)
        ended = [one for one in shifts if limit < one.ends_at <= now]
        return self.after(shifts, team, ended[-1]) if ended else None

    @staticmethod
    def after(shifts: Iterable[Shift], team: str, outgoing: Shift) -> ChangeOfShift | None:
        incoming = next((one for one in shifts if one.starts_at > outgoing.starts_at), None)
        return ChangeOfShift(team, outgoing, incoming) if incoming is not None else None


def load_handover_house(folder: Path) -> HandoverHouse:
    """Read the house's rules about handovers.

    Raises:
        InvalidFile: names file, table, field and reason.
    """
    table = read_house_file(folder / TURNS_FILE)
    table.only("zone", "accept_within", "unread_after", "grace", "turn")
    turns: dict[str, list[Turn]] = {}
    for one in table.tables("turn"):
        one.only("team", "code", "fr", "en", "de", "from", "to")
        turn = Turn(
            one.text("code"),
            Wording(one.text("fr"), one.text("en"), one.text("de", "")),
            _minute(one, "from"),
            _minute(one, "to"),
        )
        mine = turns.setdefault(one.text("team"), [])
        if any(other.start == turn.start for other in mine):
            raise one.refuse(N_("Two shifts of one team begin at the same time. Keep one."), "from")
        mine.append(turn)
    try:
        zone = ZoneInfo(table.text("zone"))
    except (ValueError, OSError, KeyError):
        raise table.refuse(
            N_("“{name}” is not a time zone such as Europe/Paris."), "zone", name=table.text("zone")
        ) from None
    return HandoverHouse(
        zone,
        table.integer("accept_within", low=1, high=600),
        table.integer("unread_after", low=1, high=600),
        table.integer("grace", low=0, high=600),
        {team: tuple(sorted(found, key=lambda one: one.start)) for team, found in turns.items()},
    )


def _minute(table: Table, field: str) -> int:
    match = _CLOCK.fullmatch(table.text(field))
    if match is None:
        raise table.refuse(N_("Write a time such as 07:45."), field)
    return int(match[1]) * 60 + int(match[2])

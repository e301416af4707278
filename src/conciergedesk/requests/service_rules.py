"""Hours of the teams and targets of the priorities, read from ``knowledge_base/desk``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from conciergedesk.core.calendars import Ranges, WorkingCalendar, parse_ranges
from conciergedesk.core.errors import InvalidFile, InvalidInput, NotFound
from conciergedesk.core.holidays import Holidays
from conciergedesk.core.housefile import Table, Wording, read_house_file
from conciergedesk.core.i18n import N_
from conciergedesk.requests.catalogue import Priority, Targets
from conciergedesk.requests.clocks import Target

HOURS_FILE = "service_hours.toml"
TARGETS_FILE = "targets.toml"

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TEAM = re.compile(r"[a-z][a-z0-9_]{1,19}")


class _ClockKind(StrEnum):
    REAL = "real"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class TeamHours:
    """When one team works; ``on_holidays`` None keeps the usual hours."""

    code: str
    label: Wording
    week: tuple[Ranges, ...]
    on_holidays: Ranges | None = None
    exceptions: Mapping[date, Ranges] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServiceRules:
    """Hours and targets of the desk."""

    zone: ZoneInfo
    region: str
    teams: Mapping[str, TeamHours]
    targets: Mapping[Priority, Target]
    priority_labels: Mapping[Priority, Wording]
    on_call: Ranges
    on_call_priorities: tuple[Priority, ...]

    def calendar(self, team: str, holidays: Holidays | None = None) -> WorkingCalendar:
        """The working calendar of ``team``. Keep it: it remembers the days it has worked out.

        Args:
            team: Its code.
            holidays: Public holidays of every region; without them every day is an ordinary one.

        Raises:
            NotFound: no such team.
        """
        hours = self.teams.get(team)
        if hours is None:
            raise NotFound(N_("There is no team “{name}”. Add it to service_hours.toml."), name=team)
        region = self.region if holidays is not None else ""
        return WorkingCalendar(hours.week, self.zone, holidays, region, hours.on_holidays, hours.exceptions)

    def target(self, priority: Priority, overrides: Targets | None = None) -> Target:
        """The target of ``priority``; a type's own minutes win, but never over the urgent ones' real time."""
        target = self.targets[priority]
        if overrides is None or target.real_time:
            return target
        return Target(
            overrides.first_minutes or target.first_minutes,
            overrides.resolution_minutes or target.resolution_minutes,
        )


def load_service_rules(folder: Path) -> ServiceRules:
    """Read hours and targets.

    Raises:
        InvalidFile: names file, table, field and reason.
    """
    hours = read_house_file(folder / HOURS_FILE)
    hours.only("zone", "region", "team", "on_call")
    teams_table = hours.table("team")
    teams = {code: _read_team(code, teams_table) for code in teams_table.values}
    if not teams:
        raise hours.refuse(N_("This field is missing. Add it."), "team")
    on_call = hours.table("on_call")
    on_call.only("hours", "priorities")
    targets = read_house_file(folder / TARGETS_FILE)
    targets.only(*Priority)
    read = {priority: _read_target(targets.table(priority)) for priority in Priority}
    return ServiceRules(
        _read_zone(hours),
        hours.text("region", ""),
        teams,
        {priority: target for priority, (target, _label) in read.items()},
        {priority: label for priority, (_target, label) in read.items()},
        _read_ranges(on_call, "hours"),
        on_call.choices("priorities", Priority),
    )


def _read_zone(table: Table) -> ZoneInfo:
    name = table.text("zone")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise table.refuse(
            N_("“{name}” is not a time zone such as Europe/Paris."), "zone", name=name
        ) from None


def _read_ranges(table: Table, field: str) -> Ranges:
    value = table.values.get(field)
    if value == "":
        return ()
    try:
        return parse_ranges(table.text(field))
    except InvalidFile:
        raise
    except InvalidInput as refusal:
        raise table.refuse(refusal.sentence, field, **_without_field(refusal)) from None


def _without_field(refusal: InvalidInput) -> dict[str, object]:
    return {name: value for name, value in refusal.values.items() if name not in ("field", "file", "where")}


def _read_team(code: str, teams: Table) -> TeamHours:
    if not _TEAM.fullmatch(code):
        raise teams.refuse(N_("“{name}” must be small letters, digits and _."), code, name=code)
    table = teams.table(code)
    table.only("fr", "en", "de", "hours", "days", "holidays", "exceptions")
    usual = _read_ranges(table, "hours")
    week = [usual] * 7
    if table.has("days"):
        days = table.table("days")
        days.only(*_WEEKDAYS)
        for name in days.values:
            week[_WEEKDAYS.index(name)] = _read_ranges(days, name)
    if not any(week):
        raise table.refuse(N_("A working calendar needs at least one opening range."), "hours")
    keeps = table.text("holidays", "usual") == "usual" if table.values.get("holidays") != "" else False
    exceptions: dict[date, Ranges] = {}
    for one in table.tables("exceptions", needed=False):
        one.only("day", "hours")
        day = one.day("day")
        if day in exceptions:
            raise one.refuse(N_("“{name}” is written twice here. Keep one."), "day", name=day.isoformat())
        exceptions[day] = _read_ranges(one, "hours")
    return TeamHours(
        code,
        Wording(table.text("fr"), table.text("en"), table.text("de", "")),
        tuple(week),
        None if keeps else _read_ranges(table, "holidays"),
        exceptions,
    )


def _read_target(table: Table) -> tuple[Target, Wording]:
    table.only("first", "resolution", "clock", "fr", "en", "de")
    first = table.integer("first", low=1, high=100_000)
    resolution = table.integer("resolution", low=1, high=100_000)
    if first > resolution:
        raise table.refuse(N_("The first answer cannot be due after the resolution."), "first")
    real = table.choice("clock", _ClockKind) is _ClockKind.REAL
    return (
        Target(first, resolution, real),
        Wording(table.text("fr"), table.text("en"), table.text("de", "")),
    )

"""Who is there when: people per half-hour against the demand, the holes, and the share covered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from conciergedesk.rota.calendar import demands_on
from conciergedesk.rota.checker.instants import Span, instant, overlap, span_of
from conciergedesk.rota.values import Demand, Roster, Rota

HALF_HOUR = 30


@dataclass(frozen=True, slots=True)
class SeatCount:
    """People on one demand on one day. ``needed`` is the minimum, ``wanted`` the target."""

    day: date
    shifts: tuple[str, ...]
    line: str
    staffed: int
    needed: int
    wanted: int

    @property
    def missing(self) -> int:
        return max(0, self.needed - self.staffed)


@dataclass(frozen=True, slots=True)
class HalfHour:
    """One half-hour of one line: instants are minutes since 1970 UTC."""

    line: str
    day: date
    start: int
    needed: int
    staffed: int


@dataclass(frozen=True, slots=True)
class Hole:
    """Consecutive half-hours with too few people."""

    line: str
    day: date
    start: int
    end: int
    missing: int


@dataclass(frozen=True, slots=True)
class LineCover:
    """Indicator K17 of one line: staffed minutes over needed minutes, never more than asked per half-hour."""

    line: str
    needed_minutes: int
    staffed_minutes: int

    @property
    def percent(self) -> float:
        return round(100 * self.staffed_minutes / self.needed_minutes, 1) if self.needed_minutes else 100.0


def seat_counts(
    rota: Rota, roster: Roster, first: date | None = None, last: date | None = None
) -> tuple[SeatCount, ...]:
    """Each demand on shifts of each day with the people on it."""
    rows = []
    for day in _days(rota, first, last):
        present = [one for agent in rota.agents for one in roster.cell(agent.id, day)]
        for demand in demands_on(rota.site, rota.demands, day):
            if not demand.shifts:
                continue
            staffed = sum(one.shift in demand.shifts and _counts(rota, demand, one.agent) for one in present)
            line = rota.shift_by_id[demand.shifts[0]].line
            rows.append(
                SeatCount(day, demand.shifts, line, staffed, demand.min, max(demand.min, demand.target))
            )
    return tuple(rows)


def half_hours(
    rota: Rota, roster: Roster, first: date | None = None, last: date | None = None
) -> tuple[HalfHour, ...]:
    """Every half-hour in which somebody is needed, per line (on call included, as its own line)."""
    zone = rota.site.timezone
    rows: list[HalfHour] = []
    for day in _days(rota, first, last):
        spans = [
            (one.agent, span_of(one, rota.shift_by_id[one.shift], zone))
            for agent in rota.agents
            for one in roster.cell(agent.id, day)
            if one.shift in rota.shift_by_id
        ]
        needed: dict[tuple[str, int], int] = {}
        staffed: dict[tuple[str, int], int] = {}
        for demand in demands_on(rota.site, rota.demands, day):
            for line, begin, end, people in _windows(rota, demand, day):
                for at in range(begin, end, HALF_HOUR):
                    slot = (line, at)
                    needed[slot] = (
                        needed.get(slot, 0) + demand.min
                        if demand.shifts
                        else max(needed.get(slot, 0), demand.min)
                    )
                    staffed[slot] = _present(spans, at, people(rota), line if demand.shifts else None)
        rows += [
            HalfHour(line, day, at, count, staffed[line, at]) for (line, at), count in sorted(needed.items())
        ]
    return tuple(rows)


def holes(slots: Iterable[HalfHour]) -> tuple[Hole, ...]:
    """Neighbouring half-hours with the same number missing, joined."""
    found: list[Hole] = []
    for slot in sorted(slots, key=lambda one: (one.line, one.start)):
        missing = slot.needed - slot.staffed
        if missing <= 0:
            continue
        last = found[-1] if found else None
        if (
            last
            and last.line == slot.line
            and last.end == slot.start
            and last.missing == missing
            and last.day == slot.day
        ):
            found[-1] = Hole(last.line, last.day, last.start, slot.start + HALF_HOUR, missing)
        else:
            found.append(Hole(slot.line, slot.day, slot.start, slot.start + HALF_HOUR, missing))
    return tuple(found)


def line_cover(slots: Iterable[HalfHour]) -> Mapping[str, LineCover]:
    """K17 per line."""
    needed: dict[str, int] = {}
    staffed: dict[str, int] = {}
    for slot in slots:
        needed[slot.line] = needed.get(slot.line, 0) + slot.needed * HALF_HOUR
        staffed[slot.line] = staffed.get(slot.line, 0) + min(slot.needed, slot.staffed) * HALF_HOUR
    return {line: LineCover(line, needed[line], staffed[line]) for line in needed}


class _People:
    """Which people count for a demand."""

    def __init__(self, demand: Demand) -> None:
        self.demand = demand

    def __call__(self, rota: Rota) -> frozenset[str]:
        return frozenset(agent.id for agent in rota.agents if _counts(rota, self.demand, agent.id))


def _counts(rota: Rota, demand: Demand, agent_id: str) -> bool:
    agent = rota.agent_by_id[agent_id]
    if demand.language and demand.language not in agent.languages:
        return False
    return not demand.needs or any(skill.id == demand.needs for skill in agent.skills)


def _windows(rota: Rota, demand: Demand, day: date) -> list[tuple[str, int, int, _People]]:
    zone, people = rota.site.timezone, _People(demand)
    if demand.between is not None:
        begin, end = demand.between
        line = demand.needs or demand.language
        return [(line, instant(day, begin, zone), instant(day, end, zone), people)]
    windows: dict[tuple[str, int, int], _People] = {}
    for id in demand.shifts:
        shift = rota.shift_by_id[id]
        windows[shift.line or id, instant(day, shift.start, zone), instant(day, shift.end, zone)] = people
    return [(line, begin, end, who) for (line, begin, end), who in windows.items()]


def _present(spans: list[tuple[str, Span]], at: int, people: frozenset[str], line: str | None) -> int:
    present = {
        agent
        for agent, span in spans
        if agent in people
        and overlap(span, at, at + HALF_HOUR) == HALF_HOUR
        and (line is None or (span.shift.line or span.shift.id) == line)
        and (line is not None or not span.shift.on_call)
    }
    return len(present)


def _days(rota: Rota, first: date | None, last: date | None) -> list[date]:
    return [day for day in rota.dates if (first is None or day >= first) and (last is None or day <= last)]

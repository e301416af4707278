"""Shift-scheduling instances of Curtois and Qu read into the public format."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.i18n import N_
from conciergedesk.rota.values import (
    Absence,
    Agent,
    Demand,
    Limits,
    Rota,
    ShiftType,
    Site,
    Wish,
)  # fmt: skip

MONDAY = date(2024, 1, 1)
LARGEST_FILE = 8_000_000


def read_curtois(path: Path) -> Rota:
    """One instance as a rota without rule packs: personal limits, demand and wishes say everything.

    Raises:
        InvalidFile: names the section and the reason.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise InvalidFile(N_("the file is too large for such an instance"), file=path.name, where="")
    sections = dict(_sections(path.read_text(encoding="utf-8", errors="replace")))
    reading = ""
    try:
        reading = "SECTION_HORIZON"
        days = int(sections[reading][0])
        reading = "SECTION_SHIFTS"
        shifts = tuple(_shift(line) for line in sections[reading])
        reading = "SECTION_STAFF"
        agents = tuple(_agent(line) for line in sections[reading])
        reading = "SECTION_DAYS_OFF"
        absences = tuple(
            Absence(agent, _day(cell), _day(cell))
            for agent, *cells in _rows(sections.get(reading, []))
            for cell in cells
            if cell
        )
        reading = "SECTION_SHIFT_ON_REQUESTS"
        wishes = [
            Wish(row[0], _day(row[1]), row[2], True, int(row[3])) for row in _rows(sections.get(reading, []))
        ]
        reading = "SECTION_SHIFT_OFF_REQUESTS"
        wishes += [
            Wish(row[0], _day(row[1]), row[2], False, int(row[3])) for row in _rows(sections.get(reading, []))
        ]
        reading = "SECTION_COVER"
        demands = tuple(_joined(_rows(sections[reading])))
    except (ValueError, IndexError, KeyError) as error:
        raise InvalidFile(
            N_("the file is not a Curtois instance: {reason}"),
            file=path.name,
            where=reading,
            reason=str(error),
        ) from error
    site = Site(name=path.stem, timezone="UTC", region="none")
    return Rota(
        site=site, first=MONDAY, days=days, agents=agents, shifts=shifts, demands=demands, absences=absences,
        wishes=tuple(wishes),
    )  # fmt: skip


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    name, rows = "", list[str]()
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("SECTION_"):
            yield name, rows
            name, rows = line, []
        else:
            rows.append(line)
    yield name, rows


def _rows(lines: list[str]) -> Iterator[list[str]]:
    return ([cell.strip() for cell in line.split(",")] for line in lines)


def _day(cell: str) -> date:
    return MONDAY + timedelta(days=int(cell))


def _shift(line: str) -> ShiftType:
    id, minutes, after = [cell.strip() for cell in line.split(",")][:3]
    return ShiftType(
        id=id, start=0, end=int(minutes), may_not_precede=tuple(cell for cell in after.split("|") if cell)
    )


def _agent(line: str) -> Agent:
    id, per_shift, most, least, max_run, min_run, min_rest, weekends = [
        cell.strip() for cell in line.split(",")
    ][:8]
    pairs = [cell.partition("=") for cell in per_shift.split("|") if cell]
    return Agent(
        id=id,
        limits=Limits(
            min_minutes=int(least), max_minutes=int(most), max_run=int(max_run), min_run=int(min_run),
            min_rest_run=int(min_rest), max_weekends=int(weekends),
            max_shifts=tuple((shift, int(count)) for shift, _, count in pairs),
        ),
    )  # fmt: skip


def _joined(rows: Iterator[list[str]]) -> Iterator[Demand]:
    """Cover lines that differ only in the day become one demand with several dates."""
    same: dict[tuple[str, int, int, int], list[date]] = {}
    for day, shift, needed, under, over in rows:
        same.setdefault((shift, int(needed), int(under), int(over)), []).append(_day(day))
    for (shift, people, below, above), dates in same.items():
        yield Demand(
            shifts=(shift,), dates=tuple(dates), min=0, target=people, weight_under=below, weight_over=above
        )

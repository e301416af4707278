"""Rotating-workforce instances: Musliu's text format and the data files of the MiniZinc challenge."""

from __future__ import annotations

import re
from pathlib import Path

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.i18n import N_
from conciergedesk.rota.patterns import BlockRule, RotationRequest
from conciergedesk.rota.week_patterns import WeekRequest

LARGEST_FILE = 1_000_000


def read_rotating(path: Path) -> RotationRequest | WeekRequest:
    """One instance, by its extension (``.txt`` or ``.dzn``).

    Raises:
        InvalidFile: the file is not such an instance.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise InvalidFile(N_("the file is too large for such an instance"), file=path.name, where="")
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        if path.suffix == ".dzn" and "temp_req" not in text:
            return _by_weeks(text)
        request = _from_minizinc(text) if path.suffix == ".dzn" else _from_text(text)
    except (ValueError, IndexError, KeyError) as error:
        raise InvalidFile(
            N_("the file is not a rotating-workforce instance: {reason}"),
            file=path.name,
            where="",
            reason=str(error),
        ) from error
    return request.checked()


def _from_text(text: str) -> RotationRequest:
    lines = [line.split() for raw in text.splitlines() if (line := raw.split("#")[0].strip())]
    days, people, shifts = int(lines[0][0]), int(lines[1][0]), int(lines[2][0])
    if days != 7:
        raise ValueError(f"{days} days")
    at = 3
    required = tuple(tuple(int(cell) for cell in lines[at + row][:7]) for row in range(shifts))
    at += shifts
    blocks = tuple(
        BlockRule(row[0], int(row[1]), int(row[2]), int(row[3]), int(row[4]))
        for row in lines[at : at + shifts]
    )
    at += shifts
    off, work, counts = lines[at], lines[at + 1], lines[at + 2]
    at += 3
    pairs, around = int(counts[0]), int(counts[1])
    sequences = lines[at : at + pairs + around]
    return RotationRequest(
        weeks=people, blocks=blocks, required=required, shortest_off=int(off[0]), longest_off=int(off[1]),
        shortest_work=int(work[0]), longest_work=int(work[1]),
        forbidden_pairs=frozenset((row[0], row[1]) for row in sequences if len(row) == 2),
        forbidden_around_day_off=frozenset((row[0], row[2]) for row in sequences if len(row) == 3),
    )  # fmt: skip


def _by_weeks(text: str) -> WeekRequest:
    """Instances that give only employees and requirements per weekday (day, evening, night)."""
    people = re.search(r"employees\s*=\s*(\d+)", text)
    rows = re.findall(r"\|\s*(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s*:\s*([\d,\s]+)", text)
    if people is None or len(rows) != 7:
        raise ValueError("employees or requirements")
    days = [[int(found) for found in re.findall(r"\d+", row)] for row in rows]
    required = tuple(tuple(day[place] for day in days) for place in range(3))
    return WeekRequest(int(people[1]), ("D", "E", "N"), required)


def _from_minizinc(text: str) -> RotationRequest:
    text = re.sub(r"%.*", "", text)
    values = {
        name: body.strip()
        for name, body in re.findall(r"(\w+)\s*=\s*(\[\|.*?\|\]|\[.*?\]|[^;]*);", text, re.S)
    }

    def numbers(name: str) -> list[int]:
        return [int(found) for found in re.findall(r"-?\d+", values[name])]

    names = re.findall(r'"([^"]*)"', values["shift_name"])
    rows = [row for row in values["temp_req"].strip("[]| \n").split("|") if row.strip()]
    required = tuple(tuple(int(found) for found in re.findall(r"\d+", row)) for row in rows)
    blocks = tuple(
        BlockRule(*row)
        for row in zip(
            names, numbers("shift_start"), numbers("shift_length"), numbers("shift_block_min"),
            numbers("shift_block_max"), strict=True,
        )
    )  # fmt: skip
    around = re.findall(r"true|false", values.get("forbidden_daysoff", ""))
    before = numbers("forbidden_before") if values.get("forbidden_before") else []
    after = numbers("forbidden_after") if values.get("forbidden_after") else []
    pairs: set[tuple[str, str]] = set()
    through: set[tuple[str, str]] = set()
    for a, b, flag in zip(before, after, around, strict=True):
        (through if flag == "true" else pairs).add((names[a - 1], names[b - 1]))
    return RotationRequest(
        weeks=int(values["nb_workers"]), blocks=blocks, required=required, shortest_off=int(values["min_daysoff"]),
        longest_off=int(values["max_daysoff"]), shortest_work=int(values["min_work"]),
        longest_work=int(values["max_work"]), forbidden_pairs=frozenset(pairs),
        forbidden_around_day_off=frozenset(through),
    )  # fmt: skip

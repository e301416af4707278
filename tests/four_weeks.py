"""Four lawful weeks for the sample team, the same on every machine: what a solver finds depends on its speed."""

from __future__ import annotations

import csv
from datetime import date
from functools import lru_cache
from pathlib import Path

from conciergedesk.rota.values import Assignment, Roster

MONDAY = date(2027, 3, 22)
FILE = Path(__file__).parent / "data" / "four_weeks.csv"


@lru_cache
def planned() -> Roster:
    """The roster of 22 March to 18 April 2027."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return Roster(
            tuple(
                Assignment(line["agent"], date.fromisoformat(line["day"]), line["shift"])
                for line in csv.DictReader(lines)
            )
        )

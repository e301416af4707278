"""The emergency numbers that a health orientation shows before anything else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from conciergedesk.core.housefile import Table, Wording, read_house_file
from conciergedesk.core.i18n import N_

EMERGENCY_FILE = "emergency.toml"
FIRST = ("15", "112")
"""These two open the list, whatever the file adds."""

_NUMBER = re.compile(r"\+?\d[\d ]{1,19}")
_REVIEW_DAYS = 365


@dataclass(frozen=True, slots=True)
class EmergencyNumber:
    """One number, what answers there, and the day after which it must be checked again."""

    key: str
    number: str
    label: Wording
    review_by: date
    charged: bool = False
    local: bool = False

    def overdue(self, today: date) -> bool:
        return today > self.review_by


def load_emergency_numbers(folder: Path) -> tuple[EmergencyNumber, ...]:
    """The numbers in the order in which they are shown; local ones only once they are filled in.

    Raises:
        InvalidFile: names table, field and reason.
    """
    top = read_house_file(folder / EMERGENCY_FILE)
    top.only("number")
    found: list[EmergencyNumber] = []
    for table in top.tables("number"):
        one = _read_number(table)
        if one is None:
            continue
        if any(other.key == one.key for other in found):
            raise table.refuse(N_("“{name}” is written twice here. Keep one."), "key", name=one.key)
        found.append(one)
    if tuple(one.number for one in found[:2]) != FIRST:
        raise top.refuse(N_("The list must begin with 15 and 112."), "number")
    return tuple(found)


def _read_number(table: Table) -> EmergencyNumber | None:
    table.only("key", "number", "fr", "en", "de", "checked_on", "review_by", "charged", "local")
    label = Wording(table.text("fr"), table.text("en"), table.text("de", ""))
    local = table.flag("local")
    if local and table.values.get("number") == "":
        return None
    number = table.text("number")
    if not _NUMBER.fullmatch(number):
        raise table.refuse(N_("“{value}” is not a telephone number."), "number", value=number)
    if table.has("review_by"):
        review_by = table.day("review_by")
    else:
        review_by = table.day("checked_on") + timedelta(days=_REVIEW_DAYS)
    return EmergencyNumber(table.id("key"), number, label, review_by, table.flag("charged"), local)

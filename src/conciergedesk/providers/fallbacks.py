"""Whom to turn to when nobody is found: the house's own list, in the house's own order. Never advice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.housefile import Wording, read_house_file
from conciergedesk.core.i18n import N_
from conciergedesk.core.phone import PhoneStatus, read_phone

REVIEW_AFTER = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Fallback:
    """One number: what answers there, when, and when somebody last checked that it does."""

    id: str
    name: Wording
    number: str
    note: Wording
    trades: tuple[str, ...]
    source: str
    checked_on: date
    urgent: bool = False

    def overdue(self, today: date) -> bool:
        """Whether the number has to be checked again before anybody relies on it."""
        return today > self.checked_on + REVIEW_AFTER


@dataclass(frozen=True, slots=True)
class Fallbacks:
    """The whole list."""

    lines: tuple[Fallback, ...]

    def for_trade(self, code: str) -> tuple[Fallback, ...]:
        """The numbers for a trade, in the order of the file."""
        return tuple(line for line in self.lines if code in line.trades)


def load_fallbacks(folder: Path, trades: tuple[str, ...] = ()) -> Fallbacks:
    """Read ``fallbacks.toml``; with ``trades``, names that are none are refused.

    Raises:
        InvalidFile: names file, table, field and reason.
    """
    house = read_house_file(folder / "fallbacks.toml")
    house.only("fallback")
    lines = []
    for table in house.tables("fallback"):
        table.only("id", "name", "number", "note", "trades", "source", "checked_on", "urgent")
        codes = table.words("trades")
        wrong = next((code for code in codes if trades and code not in trades), None)
        if wrong is not None:
            raise table.refuse(N_("There is no trade “{code}”."), "trades", code=wrong)
        number = table.text("number")
        if read_phone(number).status not in (PhoneStatus.SHORT, PhoneStatus.VALID):
            raise _not_a_number(table.file, table.where, number)
        lines.append(
            Fallback(
                table.id(),
                table.wording("name"),
                number,
                table.wording("note"),
                codes,
                table.text("source"),
                table.day("checked_on"),
                table.flag("urgent"),
            )
        )
    return Fallbacks(tuple(lines))


def _not_a_number(file: str, where: str, number: str) -> InvalidFile:
    return InvalidFile(
        N_("“{value}” is not a number that can be dialled."),
        file=file,
        where=where,
        field="number",
        value=number,
    )

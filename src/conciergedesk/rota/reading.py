"""Typed reading of one TOML table, with an error that names file, table, field and reason."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, NoReturn

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line


class Table:
    """One table of a file: every getter checks the type and remembers the field as known.

    Raises:
        InvalidFile: from every getter when the value is missing, of another type or outside its bounds.
    """

    def __init__(self, values: Mapping[str, object], file: str, where: str) -> None:
        self._values = values
        self._known: set[str] = set()
        self.file = file
        self.where = where

    def refuse(self, sentence: str, field: str = "", **values: object) -> NoReturn:
        raise InvalidFile(sentence, file=self.file, where=self.where, field=field, **values)

    def has(self, field: str) -> bool:
        return field in self._values

    def _take(self, field: str) -> object:
        self._known.add(field)
        return self._values.get(field)

    def _required(self, field: str) -> object:
        value = self._take(field)
        if value is None:
            self.refuse(N_("this field is missing"), field)
        return value

    def text(self, field: str, default: str | None = None, longest: int = 200) -> str:
        value = self._take(field) if default is not None else self._required(field)
        if value is None:
            return default or ""
        if not isinstance(value, str):
            self.refuse(N_("expected a text between quotes"), field)
        return clean_line(value, longest)

    def whole(self, field: str, default: int | None = None, low: int = 0, high: int = 10**6) -> int:
        value = self._take(field) if default is not None else self._required(field)
        if value is None:
            assert default is not None
            return default
        return self._bounded(value, field, low, high)

    def optional_whole(self, field: str, low: int = 0, high: int = 10**6) -> int | None:
        value = self._take(field)
        return None if value is None else self._bounded(value, field, low, high)

    def _bounded(self, value: object, field: str, low: int, high: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse(N_("expected a whole number"), field)
        if not low <= value <= high:
            self.refuse(N_("{value} is not between {low} and {high}"), field, value=value, low=low, high=high)
        return value

    def number(self, field: str, default: float, low: float, high: float) -> float:
        value = self._take(field)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
            self.refuse(N_("expected a number"), field)
        if not low <= value <= high:
            self.refuse(N_("{value} is not between {low} and {high}"), field, value=value, low=low, high=high)
        return float(value)

    def truth(self, field: str, default: bool) -> bool:
        value = self._take(field)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.refuse(N_("expected true or false"), field)
        return value

    def day(self, field: str) -> date:
        return self._day(self._required(field), field)

    def optional_day(self, field: str) -> date | None:
        value = self._take(field)
        return None if value is None else self._day(value, field)

    def _day(self, value: object, field: str) -> date:
        if isinstance(value, datetime) or not isinstance(value, date):
            self.refuse(N_("expected a date such as 2027-03-22"), field)
        if not 1990 <= value.year <= 2200:
            self.refuse(N_("the year {year} is outside 1990 to 2200"), field, year=str(value.year))
        return value

    def days(self, field: str) -> tuple[date, ...]:
        return tuple(self._day(value, field) for value in self._list(field))

    def moment(self, field: str) -> datetime | None:
        value = self._take(field)
        if value is None:
            return None
        if not isinstance(value, datetime):
            self.refuse(N_("expected a date and time such as 2027-03-15T09:00:00+01:00"), field)
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        return tuple(self._line(value, field) for value in self._list(field))

    def _line(self, value: object, field: str) -> str:
        if not isinstance(value, str):
            self.refuse(N_("expected a list of texts"), field)
        return clean_line(value, 200)

    def _list(self, field: str) -> list[object]:
        value = self._take(field)
        if value is None:
            return []
        if not isinstance(value, list):
            self.refuse(N_("expected a list between square brackets"), field)
        return value

    def clock(self, field: str, default: int | None = None) -> int:
        """A time of day such as ``07:45``, or ``07:45+1`` for the day after, in minutes."""
        if default is not None and field not in self._values:
            self._known.add(field)
            return default
        text = self.text(field)
        time, plus, later = text.partition("+")
        hours, colon, minutes = time.partition(":")
        good = colon and hours.isdecimal() and minutes.isdecimal() and (not plus or later == "1")
        if not good or int(hours) > 24 or int(minutes) > 59 or (int(hours) == 24 and int(minutes)):
            self.refuse(N_("“{text}” is not a time of day such as 07:45 or 07:45+1"), field, text=text)
        return int(hours) * 60 + int(minutes) + (1440 if plus else 0)

    def table(self, field: str) -> Table:
        value = self._take(field)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            self.refuse(N_("expected a table"), field)
        return Table(value, self.file, f"{self.where} {field}")

    def one_of(self, field: str, choices: Callable[[str], bool], default: str) -> str:
        text = self.text(field, default)
        if not choices(text):
            self.refuse(N_("“{text}” is not known here"), field, text=text)
        return text

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(self._values)

    def finish(self) -> None:
        """Refuse a field nobody asked for: it is most often a typing error."""
        for field in self._values:
            if field not in self._known:
                self.refuse(
                    N_("this field is not known; check its spelling or remove it"), clean_line(field, 60)
                )


def parse_toml(file: str, text: str) -> dict[str, Any]:
    """The tables of a file.

    Raises:
        InvalidFile: it is not TOML; says where and why.
    """
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise InvalidFile(
            N_("the file is not valid TOML: {reason}"),
            file=file,
            where="",
            reason=clean_line(str(error), 160),
        ) from error

"""Reading the data files of the house: TOML tables asked for by field and kind.

Every refusal is an ``InvalidFile`` that names the file, the table in it and the field, because the people
who edit these files are not programmers.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_block, clean_line

SIZE_LIMIT = 2_000_000
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+.-]{0,60}")

State = TypeVar("State", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Wording:
    """One text in the languages of the desk; German is only there where clients read it."""

    fr: str
    en: str
    de: str = ""

    def in_language(self, language: str) -> str:
        """The text in ``language``; English stands in for a language that is missing."""
        if language == "fr":
            return self.fr
        return (self.de if language == "de" else "") or self.en


class Table:
    """One table of a house file, read field by field.

    Args:
        values: What the parser made of the table.
        file: Name of the file, for refusals.
        where: The table's place in it, for refusals.
    """

    def __init__(self, values: Mapping[str, object], file: str, where: str) -> None:
        self.values = values
        self.file = file
        self.where = where

    def refuse(self, sentence: str, field: str, **values: object) -> InvalidFile:
        """The refusal of ``field``, ready to be raised."""
        return InvalidFile(sentence, file=self.file, where=self.where, field=field, **values)

    def has(self, field: str) -> bool:
        return field in self.values

    def only(self, *known: str) -> None:
        """Refuse a field nobody reads: it is a slip of the pen, and it would be ignored in silence."""
        for field in self.values:
            if field not in known:
                raise self.refuse(N_("“{name}” is not a field here. Check its spelling."), field, name=field)

    def _given(self, field: str) -> object:
        if field not in self.values:
            raise self.refuse(N_("This field is missing. Add it."), field)
        return self.values[field]

    def text(self, field: str, default: str | None = None) -> str:
        """A line of text, cleaned; empty only when ``default`` is given and the field is absent."""
        if default is not None and field not in self.values:
            return default
        value = self._given(field)
        if not isinstance(value, str) or not clean_line(value):
            raise self.refuse(N_("This must be text between quotation marks."), field)
        return clean_line(value, 2_000)

    def block(self, field: str, default: str | None = None) -> str:
        """Text of several lines, cleaned."""
        if default is not None and field not in self.values:
            return default
        value = self._given(field)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(N_("This must be text between quotation marks."), field)
        return clean_block(value)

    def id(self, field: str = "id") -> str:
        """A short name that other tables refer to."""
        value = self.text(field)
        if not _ID.fullmatch(value):
            raise self.refuse(
                N_("“{name}” must be letters, digits, - or _ without spaces."), field, name=value
            )
        return value

    def integer(
        self, field: str, default: int | None = None, *, low: int = -1_000_000, high: int = 1_000_000
    ) -> int:
        if default is not None and field not in self.values:
            return default
        value = self._given(field)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.refuse(N_("This must be a whole number."), field)
        if not low <= value <= high:
            raise self.refuse(
                N_("{value} must lie between {low} and {high}."), field, value=value, low=low, high=high
            )
        return value

    def flag(self, field: str, default: bool = False) -> bool:
        value = self.values.get(field, default)
        if not isinstance(value, bool):
            raise self.refuse(N_("This must be true or false."), field)
        return value

    def day(self, field: str) -> date:
        value = self._given(field)
        if isinstance(value, datetime) or not isinstance(value, date):
            raise self.refuse(N_("This must be a date such as 2027-05-31, without quotation marks."), field)
        return value

    def words(self, field: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of texts."""
        if default is not None and field not in self.values:
            return tuple(default)
        value = self._given(field)
        if not isinstance(value, list):
            raise self.refuse(N_("This must be a list between square brackets."), field)
        found = []
        for one in value:
            if not isinstance(one, str) or not clean_line(one):
                raise self.refuse(N_("Each entry of this list must be text."), field)
            found.append(clean_line(one))
        if len(set(found)) != len(found):
            raise self.refuse(N_("An entry of this list is written twice. Keep one."), field)
        return tuple(found)

    def choice(self, field: str, states: type[State], default: State | None = None) -> State:
        """One of the values of ``states``."""
        if default is not None and field not in self.values:
            return default
        value = self.text(field)
        try:
            return states(value)
        except ValueError:
            raise self.refuse(
                N_("“{value}” is unknown here. Choose one of: {known}."),
                field,
                value=value,
                known=", ".join(states),
            ) from None

    def choices(self, field: str, states: type[State]) -> tuple[State, ...]:
        """A list of values of ``states``; empty when the field is absent."""
        found = []
        for value in self.words(field, ()):
            found.append(Table({field: value}, self.file, self.where).choice(field, states))
        return tuple(found)

    def table(self, field: str) -> Table:
        """A table inside this one."""
        value = self._given(field)
        if not isinstance(value, dict):
            raise self.refuse(N_("This must be a table."), field)
        return Table(value, self.file, f"{self.where} {field}".strip())

    def tables(self, field: str, needed: bool = True) -> list[Table]:
        """A list of tables inside this one; each is named by its id, or else counted from 1."""
        if not needed and field not in self.values:
            return []
        value = self._given(field)
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.refuse(N_("This must be a list of tables."), field)
        found = []
        for number, one in enumerate(value, 1):
            own = one.get("id", one.get("key"))
            name = clean_line(own, 60) if isinstance(own, str) else str(number)
            found.append(Table(one, self.file, f"{self.where} {field} {name}".strip()))
        return found

    def wording(self, field: str, *, german: bool = False) -> Wording:
        """A table ``{ fr = "…", en = "…" }``; with ``german`` also ``de``. No language may be missing."""
        inner = self.table(field)
        languages = ("fr", "en", "de") if german else ("fr", "en")
        inner.only("fr", "en", "de")
        for language in languages:
            if not inner.has(language):
                raise self.refuse(N_("The text in “{code}” is missing. Add it."), field, code=language)
        return Wording(inner.text("fr"), inner.text("en"), inner.text("de", ""))


def parse_house_text(text: str, file: str, where: str = "") -> Table:
    """The top table of ``text``.

    Raises:
        InvalidFile: when it is not TOML; the parser's line and column are in the sentence.
    """
    try:
        return Table(tomllib.loads(text), file, where)
    except (ValueError, RecursionError) as error:  # numbers of 5,000 digits and endless brackets, too
        raise InvalidFile(
            N_("This file cannot be read: {reason}. Correct it there."),
            file=file,
            where=where,
            reason=clean_line(str(error), 200),
        ) from None


def read_text_of_house(path: Path) -> str:
    """The text of a house file.

    Raises:
        InvalidFile: when it is missing, too large or not UTF-8.
    """
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise InvalidFile(N_("This file is too large to be one of ours."), file=path.name, where="")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        reason = clean_line(error.strerror or type(error).__name__)
        raise InvalidFile(
            N_("This file cannot be read: {reason}. Correct it there."),
            file=path.name,
            where="",
            reason=reason,
        ) from None
    except UnicodeDecodeError:
        raise InvalidFile(
            N_("This file is not UTF-8 text. Save it as UTF-8."), file=path.name, where=""
        ) from None


def read_house_file(path: Path) -> Table:
    """The top table of the TOML file at ``path``."""
    return parse_house_text(read_text_of_house(path), path.name)

"""From the text of cells to the values of a card."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conciergedesk.core.errors import DeskError, InvalidInput
from conciergedesk.core.i18n import N_, translate
from conciergedesk.providers.cards import CARD_FIELDS, ProviderValues, words_of

CELL_LIMIT = 20_000
"""Characters a cell may have; longer ones are a mistake in the file."""

ID_FIELD = "id"
FIELDS = (ID_FIELD, *CARD_FIELDS)
"""Fields that a column may be mapped to."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row was refused: its number in the file, the field, and the sentence."""

    row: int
    field: str
    sentence: str
    values: tuple[tuple[str, object], ...] = ()

    def in_language(self, language: str | None = None) -> str:
        return translate(self.sentence, language, **dict(self.values))

    @classmethod
    def of(cls, row: int, error: DeskError) -> Refusal:
        """The refusal that an error stands for."""
        field = error.field if isinstance(error, InvalidInput) else ""
        values = tuple((name, value) for name, value in error.values.items() if name not in ("file", "where"))
        return cls(row, field, error.sentence, values)


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One row of a listing: what it says, or why it cannot be used.

    ``given`` names the fields that the listing speaks of; the others of a known provider stay as they are.
    ``share`` is how much of the file lies behind this row.
    """

    row: int
    source_id: str = ""
    values: ProviderValues | None = None
    refusal: Refusal | None = None
    given: frozenset[str] = frozenset()
    share: float = 0.0


def refused(row: int, field: str, sentence: str, **values: object) -> ListedRow:
    """A row that cannot be used."""
    return ListedRow(row, refusal=Refusal(row, field, sentence, tuple(values.items())))


_FORMULA = re.compile(r"[=＝]|[+\-@＋－＠]\s*[A-Za-z_][\w.]*\s*\(|\t=|\r=")
_WHOLE = re.compile(r"-?\d{1,12}(?:[.,]0+)?")
_NUMBER = re.compile(r"-?\d{1,6}(?:[.,]\d{1,20})?")
_YES = frozenset({"1", "yes", "true", "oui", "vrai", "ja", "wahr", "x", "y", "o", "designated"})
_NO = frozenset({"", "0", "no", "false", "non", "faux", "nein", "falsch", "n", "-"})


def bare_cell(text: str) -> str:
    """A cell without the quote mark that exports put before signs a spreadsheet would run.

    Raises:
        InvalidInput: the cell is a formula, or longer than any cell of a listing.
    """
    if len(text) > CELL_LIMIT:
        raise InvalidInput(
            N_("This cell has {count} characters; {limit} are the limit."),
            field="",
            count=len(text),
            limit=CELL_LIMIT,
        )
    text = text.strip(" \u00a0\u202f")
    if text[:1] == "'" and text[1:2] in tuple("=+-@\t\r\0＝＋－＠"):
        return text[1:]
    if _FORMULA.match(text):
        raise InvalidInput(N_("This cell is a formula. Replace it by its value."), field="")
    return text


def _whole(text: str) -> int | None:
    if not text or text == "-":
        return None
    if not _WHOLE.fullmatch(text):
        raise InvalidInput(N_("“{value}” is not a whole number."), field="", value=text[:40])
    return int(re.split("[.,]", text)[0])


def _decimal(text: str) -> float | None:
    if not text or text == "-":
        return None
    if not _NUMBER.fullmatch(text):
        raise InvalidInput(
            N_("“{value}” is not a number of degrees such as 49.1193."), field="", value=text[:40]
        )
    return float(text.replace(",", "."))


def _flag(text: str) -> bool:
    word = text.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise InvalidInput(N_("Write yes or no, not “{value}”."), field="", value=text[:40])


def _price_band(text: str) -> int:
    return len(text) if text and set(text) == {"€"} else _whole(text) or 0


def _one(text: str) -> tuple[str, ...]:
    return (text,) if text and text != "-" else ()


def _trades(text: str) -> tuple[str, ...]:
    """Codes with spaces between, or labels with ``;`` ``|`` or ``,`` between."""
    if re.fullmatch(r"[a-z_]+(?: [a-z_]+)*", text):
        return tuple(text.split())
    return tuple(part.strip() for part in re.split(r"[;|,]", text) if part.strip())


def _text(text: str) -> str:
    return "" if text == "-" else text


_READERS: Mapping[str, Callable[[str], object]] = {
    "trades": _trades,
    "phones": _one,
    "languages": words_of,
    "latitude": _decimal,
    "longitude": _decimal,
    "lead_minutes": _whole,
    "answer_minutes": _whole,
    "free_cancel_hours": _whole,
    "price_band": _price_band,
    "member": _flag,
    "reseller": _flag,
    "accessible": _flag,
}


def row_of_cells(row: int, cells: Mapping[str, str], *, home: str = "FR") -> ListedRow:
    """A row from cells by field (names of ``FIELDS``); several columns of one field are joined before.

    A cell that cannot be is a refusal that names its field.
    """
    given: dict[str, Any] = {}
    fields = frozenset(cells) - {ID_FIELD}
    source_id = ""
    for field, text in cells.items():
        try:
            bare = bare_cell(text)
            if field == ID_FIELD:
                source_id = bare[:80]
            else:
                given[field] = _READERS.get(field, _text)(bare)
        except InvalidInput as error:
            values = {name: value for name, value in error.values.items() if name != "field"}
            return refused(row, field, error.sentence, **values)
    given["country"] = (given.get("country") or home).upper()
    given["agreement"] = given.get("agreement") or "none"
    given["status"] = given.get("status") or "active"
    return ListedRow(row, source_id, ProviderValues(**given), given=fields)

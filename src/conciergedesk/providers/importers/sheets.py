"""Rows of tables: CSV in any usual dialect, and the first sheet of an XLSX, read a row at a time.

A damaged row is refused on its own and reading goes on with the next one.
"""

from __future__ import annotations

import codecs
import csv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.i18n import N_
from conciergedesk.providers.importers.values import Refusal

FILE_LIMIT = 400_000_000
"""Bytes of a listing; nobody's listing is larger, and a claim of more is refused before reading."""
UNPACKED_LIMIT = 300_000_000
STRINGS_LIMIT = 80_000_000
RATIO_LIMIT = 200
ENTRIES_LIMIT = 500
ROWS_LIMIT = 1_000_000
COLUMNS_LIMIT = 200
LINES_OF_A_ROW = 20
_LONGEST_LINE = 200_000
_DELIMITERS = ",;\t|"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ENCODINGS = ("utf-8", "cp1252", "latin-1", "utf-16")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: its cells, or why it cannot be read. ``share`` is how much of the file lies behind it."""

    row: int
    cells: tuple[str, ...] = ()
    refusal: Refusal | None = None
    share: float = 0.0


def check_size(path: Path) -> int:
    """The size of a file that may be read.

    Raises:
        InvalidFile: not there, not a plain file, empty, or larger than any listing.
    """
    try:
        if not path.is_file():
            raise _refused(path, N_("There is no such file."))
        size = path.stat().st_size
    except OSError:
        raise _refused(path, N_("There is no such file.")) from None
    if size == 0:
        raise _refused(path, N_("The file is empty."))
    if size > FILE_LIMIT:
        raise _refused(
            path, N_("The file has {size} MB; {limit} MB are the limit. Split it."), size=size // 1_000_000,
            limit=FILE_LIMIT // 1_000_000,
        )  # fmt: skip
    return size


def _refused(path: Path, sentence: str, **values: Any) -> InvalidFile:
    return InvalidFile(sentence, file=path.name, where="", **values)


# --- CSV ---


def read_csv(path: Path, encoding: str = "") -> Iterator[SheetRow]:
    """The rows of a CSV, the header first.

    Args:
        path: The file.
        encoding: One of ``ENCODINGS``; without it UTF-8, or what the first bytes say.

    Raises:
        InvalidFile: not a text file, or its header cannot be read.
    """
    size = check_size(path)
    with path.open("rb") as probe:
        head = probe.read(4096)
    chosen = encoding or next((name for bom, name in _BOMS if head.startswith(bom)), "utf-8")
    if not chosen.startswith("utf-16") and (
        b"\0" in head or head.startswith((b"PK\x03\x04", b"%PDF", b"\x1f\x8b"))
    ):
        raise _refused(path, N_("This is not a text file. Save it as CSV (UTF-8) or XLSX."))
    errors = "replace" if chosen.startswith("utf-16") else "surrogateescape"
    with path.open(encoding=chosen, errors=errors, newline="") as file:
        logical = _logical_lines(file)
        try:
            first = next(logical)
        except (StopIteration, UnicodeError):
            raise _refused(path, N_("The file is empty.")) from None
        header = first[1]
        if header is None or _broken(header):
            raise _refused(
                path, N_("The header is not in {encoding}. Choose another encoding."), encoding=chosen
            )
        delimiter = max(_DELIMITERS, key=lambda sign: _outside_quotes(header, sign))
        names = _split(header, delimiter)
        yield SheetRow(1, tuple(names))
        passed = len(header)
        for row, text in logical:
            if text is None:
                yield SheetRow(
                    row,
                    refusal=Refusal(
                        row, "", N_("A quote mark is opened and never closed: this line is cut.")
                    ),
                )
                continue
            passed += len(text)
            if row > ROWS_LIMIT:
                raise _refused(path, N_("More than {limit} rows. Split the file."), limit=ROWS_LIMIT)
            if text.strip("\r\n \t;,|"):
                yield _csv_row(row, text, delimiter, len(names), min(1.0, passed / size))


def _csv_row(row: int, text: str, delimiter: str, width: int, share: float) -> SheetRow:
    if _broken(text):
        return SheetRow(
            row, share=share,
            refusal=Refusal(row, "", N_("This line is not in the encoding of the file: its letters cannot be read.")),
        )  # fmt: skip
    try:
        cells = _split(text, delimiter)
    except csv.Error:
        return SheetRow(
            row, share=share, refusal=Refusal(row, "", N_("This line cannot be read as a table row."))
        )
    if len(cells) < width or any(cell for cell in cells[width:]):
        values = (("count", len(cells)), ("width", width))
        return SheetRow(
            row,
            share=share,
            refusal=Refusal(row, "", N_("This row has {count} cells instead of {width}."), values),
        )
    return SheetRow(row, tuple(cells[:width]), share=share)


def _logical_lines(file: Any) -> Iterator[tuple[int, str | None]]:
    """Rows as text with the number of their first line; None for a row that is never closed.

    After a quote mark that stays open, reading goes on with the line after the one it stands in.
    """
    number = 0
    held: list[str] = []

    def read() -> str:
        line: str = file.readline(_LONGEST_LINE)
        return line

    waiting: list[str] = []
    while True:
        line = waiting.pop(0) if waiting else read()
        if not line:
            if held:
                yield number - len(held) + 1, None
                waiting, number, held = held[1:], number - len(held) + 1, []
                continue
            return
        number += 1
        held.append(line)
        if not _stays_open("".join(held)):
            yield number - len(held) + 1, "".join(held)
            held = []
        elif len(held) > LINES_OF_A_ROW or sum(map(len, held)) > _LONGEST_LINE:
            yield number - len(held) + 1, None
            waiting, number, held = held[1:] + waiting, number - len(held) + 1, []


def _stays_open(text: str) -> bool:
    """Whether a quoted cell of ``text`` goes on in the next line; a quote mark inside a bare cell opens nothing."""
    if text.count('"') % 2 == 0:
        return False
    inside = False
    place = 0
    while (place := text.find('"', place)) >= 0:
        if not inside:
            inside = place == 0 or text[place - 1] in _DELIMITERS
        elif text[place + 1 : place + 2] == '"':
            place += 1
        else:
            inside = False
        place += 1
    return inside


def _broken(text: str) -> bool:
    return any("\udc80" <= char <= "\udcff" for char in text) if not text.isascii() else "\0" in text


def _outside_quotes(line: str, sign: str) -> int:
    return sum(part.count(sign) for part in line.split('"')[::2])


def _split(text: str, delimiter: str) -> list[str]:
    return next(csv.reader([text.replace("\0", "")], delimiter=delimiter), [])


# --- XLSX ---


def check_archive(path: Path) -> None:
    """Refuse a compressed file that would unpack to more than it should.

    Raises:
        InvalidFile: no archive, too many entries, too large, or packed like a bomb.
    """
    size = check_size(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise _refused(path, N_("This is not an XLSX file, or it is damaged.")) from None
    unpacked = sum(entry.file_size for entry in entries)
    strings = sum(entry.file_size for entry in entries if entry.filename.endswith("sharedStrings.xml"))
    if len(entries) > ENTRIES_LIMIT or unpacked > UNPACKED_LIMIT or strings > STRINGS_LIMIT:
        raise _refused(
            path, N_("Unpacked this file would need {size} MB; {limit} MB are the limit."),
            size=unpacked // 1_000_000, limit=UNPACKED_LIMIT // 1_000_000,
        )  # fmt: skip
    if unpacked > 1_000_000 and unpacked > RATIO_LIMIT * size:
        raise _refused(path, N_("This file is packed more tightly than any table: it is not opened."))


def read_xlsx(path: Path) -> Iterator[SheetRow]:
    """The rows of the first sheet, the header first. Formulas are refused, not computed.

    Raises:
        InvalidFile: damaged, a bomb, or XML that declares entities.
    """
    check_archive(path)
    import openpyxl

    if not openpyxl.DEFUSEDXML:
        raise _refused(path, N_("XLSX cannot be read safely here: defusedxml is missing."))
    book = None
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=False)
        sheet = book.worksheets[0]
        total = max(sheet.max_row or 1, 1)
        width = 0
        for row, cells in enumerate(sheet.iter_rows(max_col=COLUMNS_LIMIT), 1):
            if row > ROWS_LIMIT:
                raise _refused(path, N_("More than {limit} rows. Split the file."), limit=ROWS_LIMIT)
            formula = next((place for place, cell in enumerate(cells) if cell.data_type == "f"), None)
            texts = [_cell_text(cell) for cell in cells]
            if row == 1:
                while texts and not texts[-1]:
                    texts.pop()
                width = len(texts)
                yield SheetRow(1, tuple(texts))
                continue
            if not any(texts):
                continue
            texts = (texts + [""] * width)[:width]
            if formula is not None and formula < width:
                # The place of the cell is told to whoever maps columns to fields.
                yield SheetRow(
                    row, share=min(1.0, row / total),
                    refusal=Refusal(row, f"#{formula}", N_("This cell is a formula. Replace it by its value.")),
                )  # fmt: skip
            else:
                yield SheetRow(row, tuple(texts), share=min(1.0, row / total))
    except InvalidFile:
        raise
    except Exception as error:
        # openpyxl raises what its XML and zip readers raise: any of them means that the file is not sound.
        raise _refused(
            path, N_("This XLSX file cannot be read ({reason})."), reason=type(error).__name__
        ) from error
    finally:
        if book is not None:
            book.close()


def _cell_text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    text = str(value)
    # A text cell that begins with a sign of a formula is text all the same.
    return (
        f"'{text}"
        if cell.data_type in ("s", "inlineStr", "str") and text[:1] in "=+-@＝＋－＠" and text[:1]
        else text
    )

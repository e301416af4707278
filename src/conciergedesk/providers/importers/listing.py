"""Opening a listing of any known kind, and reading it row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.housefile import read_house_file
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line, fold
from conciergedesk.providers.importers.house import ImportWords
from conciergedesk.providers.importers.maps import place_row, stream_items
from conciergedesk.providers.importers.sheets import ENCODINGS, SheetRow, check_size, read_csv, read_xlsx
from conciergedesk.providers.importers.tourism import is_tourism, tourism_row
from conciergedesk.providers.importers.values import FIELDS, ListedRow, Refusal, row_of_cells

Rows = Iterator[ListedRow]


class Kind(StrEnum):
    """What sort of file a listing is."""

    CSV = "csv"
    XLSX = "xlsx"
    OSM = "osm"
    DATATOURISME = "datatourisme"
    HOUSE = "house"


@dataclass(frozen=True)
class Listing:
    """A listing ready to be read, as often as needed.

    Attributes:
        path: The file.
        kind: Its sort.
        source: Under which name its lines are remembered; the same name finds them again.
        columns: For tables: header by field.
        rows: Reads the rows.
    """

    path: Path
    kind: Kind
    source: str
    columns: Mapping[str, str]
    rows: Callable[[], Rows]


def open_listing(
    path: Path,
    words: ImportWords,
    *,
    kind: str = "",
    source: str = "",
    columns: Mapping[str, str] | None = None,
    encoding: str = "",
    home: str = "FR",
) -> Listing:
    """Open a listing and look at its beginning.

    Args:
        path: The file.
        words: What the house says about other people's files.
        kind: One of ``Kind``; without it the file's own look decides.
        source: Name of the listing; by default that of its kind or of the file.
        columns: Field to header of a table, decided by the operator.
        encoding: That of a CSV, when it is not UTF-8.
        home: Country of rows that name none.

    Raises:
        InvalidFile: it cannot be read at all.
        InvalidInput: unknown kind, encoding, field or column.
    """
    check_size(path)
    if kind and kind not in set(Kind):
        raise InvalidInput(
            N_("“{value}” is not possible here. Use one of: {known}."),
            field="kind",
            value=kind[:20],
            known=", ".join(Kind),
        )
    if encoding and encoding not in ENCODINGS:
        raise InvalidInput(
            N_("“{value}” is not possible here. Use one of: {known}."),
            field="encoding",
            value=encoding[:20],
            known=", ".join(ENCODINGS),
        )
    chosen = Kind(kind) if kind else _look_at(path)
    if chosen in (Kind.CSV, Kind.XLSX):
        return _open_table(path, chosen, words, source, columns, encoding, home)
    if chosen is Kind.HOUSE:
        name = source or "house"
        return Listing(path, chosen, name, {}, lambda: _house_rows(path, home))
    name = source or str(chosen)
    tourism = chosen is Kind.DATATOURISME
    return Listing(path, chosen, name, {}, lambda: _item_rows(path, words, home, tourism=tourism))


def _look_at(path: Path) -> Kind:
    ending = path.suffix.casefold()
    if ending in (".xlsx", ".xlsm"):
        return Kind.XLSX
    if ending == ".toml":
        return Kind.HOUSE
    if ending in (".json", ".geojson", ".jsonld"):
        first = next(stream_items(path), None)
        return Kind.DATATOURISME if first is not None and is_tourism(first[2]) else Kind.OSM
    with path.open("rb") as file:
        if file.read(4) == b"PK\x03\x04":
            return Kind.XLSX
    return Kind.CSV


def _open_table(
    path: Path,
    kind: Kind,
    words: ImportWords,
    source: str,
    chosen: Mapping[str, str] | None,
    encoding: str,
    home: str,
) -> Listing:
    def sheet() -> Iterator[SheetRow]:
        return read_xlsx(path) if kind is Kind.XLSX else read_csv(path, encoding)

    reading = sheet()
    header = next(reading).cells
    reading.close()  # type: ignore[attr-defined]
    places = words.columns(header, chosen)
    shown = {field: clean_line(header[place], 60) for place, field in places.items()}
    name = source or clean_line(fold(path.stem), 40) or "listing"

    def rows() -> Rows:
        reading = sheet()
        next(reading)
        for one in reading:
            yield replace(_table_row(one, places, home), share=one.share)

    return Listing(path, kind, name, shown, rows)


def _table_row(one: SheetRow, places: Mapping[int, str], home: str) -> ListedRow:
    if one.refusal is not None:
        field = one.refusal.field
        if field.startswith("#"):
            field = places.get(int(field[1:]), "")
        return ListedRow(one.row, refusal=replace(one.refusal, field=field))
    cells: dict[str, str] = {}
    for place, field in places.items():
        text = one.cells[place] if place < len(one.cells) else ""
        # Two columns of one field (fixed line and mobile) are one text.
        cells[field] = (
            f"{cells[field]} / {text}" if cells.get(field) and text.strip() else cells.get(field) or text
        )
    if "postcode" not in cells and "commune" in cells:
        # Tourism tables write "57000#Metz" or "57000 Metz" in one cell.
        head, _mark, rest = cells["commune"].replace("#", " ").partition(" ")
        if head.isdigit() and rest:
            cells["postcode"], cells["commune"] = head, rest
    if "trades" in cells and "://" in cells["trades"]:
        cells["trades"] = cells["trades"].split("|")[0].rpartition("/")[2].rpartition("#")[2]
    return row_of_cells(one.row, cells, home=home)


def _item_rows(path: Path, words: ImportWords, home: str, *, tourism: bool) -> Rows:
    read = tourism_row if tourism else place_row
    for number, share, item in stream_items(path):
        row = read(number, item, words, home=home)
        if row is not None:
            yield replace(row, share=share)


def _house_rows(path: Path, home: str) -> Rows:
    """``[[provider]]`` tables: the fields of a card, phones and trades as lists or text."""
    house = read_house_file(path)
    house.only("provider")
    tables = house.tables("provider")
    for number, table in enumerate(tables, 1):
        cells: dict[str, str] = {}
        wrong = next((field for field in table.values if field not in FIELDS), None)
        if wrong is not None:
            yield ListedRow(
                number,
                refusal=Refusal(
                    number,
                    clean_line(wrong, 40),
                    N_("There is no field “{value}” on this card."),
                    (("value", wrong[:40]),),
                ),
            )
            continue
        for field, value in table.values.items():
            if isinstance(value, list):
                cells[field] = ("; " if field == "trades" else " / " if field == "phones" else " ").join(
                    map(str, value)
                )
            else:
                cells[field] = ("1" if value else "0") if isinstance(value, bool) else str(value)
        yield replace(row_of_cells(number, cells, home=home), share=number / len(tables))


def house_files(folder: Path) -> list[Path]:
    """Listings that the team keeps in ``knowledge_base/providers/``: every ``providers*.toml`` or ``.csv``."""
    return sorted(path for ending in ("toml", "csv") for path in folder.glob(f"providers*.{ending}"))

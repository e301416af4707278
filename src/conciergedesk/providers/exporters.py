"""Providers as a table for other programs: CSV and XLSX that no spreadsheet runs as formulas.

The columns are those the import knows, so that an export reads back as nothing but the same.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from dataclasses import fields
from pathlib import Path

from sqlmodel import Session, col

from conciergedesk.core.db.read import pick
from conciergedesk.core.errors import InvalidInput, Unavailable
from conciergedesk.core.i18n import N_
from conciergedesk.providers.cards import ProviderValues
from conciergedesk.providers.importers.values import FIELDS
from conciergedesk.providers.queries import batches, ref
from conciergedesk.providers.tables import Provider, ProviderPhone

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")
_OWN = tuple(one.name for one in fields(ProviderValues) if one.name != "phones")
_PAGE = 2000


def guarded(text: str) -> str:
    """A cell that a spreadsheet shows and never runs."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def listed_providers(session: Session, only: Collection[int] | None = None) -> Iterator[dict[str, str]]:
    """Every provider, or those of ``only``, as text by field, a page at a time."""
    columns = [getattr(Provider, name) for name in _OWN]
    after = 0
    groups: Iterator[list[int]] | None = batches(sorted(only)) if only is not None else None
    while True:
        query = pick(Provider.id, *columns).order_by(col(Provider.id))
        if groups is not None:
            group = next(groups, None)
            if group is None:
                return
            query = query.where(col(Provider.id).in_(group))
        else:
            query = query.where(col(Provider.id) > after).limit(_PAGE)
        rows = session.exec(query).all()
        if not rows and groups is None:
            return
        numbers = _numbers(session, [row[0] for row in rows])
        for i, *values in rows:
            after = i
            cells = dict(zip(_OWN, map(_shown, values), strict=True))
            yield {"id": ref(i), "phones": numbers.get(i, ""), **cells}


def _numbers(session: Session, ids: Collection[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for group in batches(ids):
        query = (
            pick(
                ProviderPhone.provider_id, ProviderPhone.e164, ProviderPhone.typed, ProviderPhone.extension,
                ProviderPhone.label,
            )
            .where(col(ProviderPhone.provider_id).in_(group))
            .order_by(col(ProviderPhone.position), col(ProviderPhone.id))
        )  # fmt: skip
        for owner, e164, typed, extension, label in session.exec(query):
            text = (
                (e164 or typed)
                + (f" poste {extension}" if extension and e164 else "")
                + (f" ({label})" if label else "")
            )
            found[owner] = f"{found[owner]} ; {text}" if owner in found else text
    return found


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return repr(value) if isinstance(value, float) else str(value)


def export_providers(session: Session, path: Path, only: Collection[int] | None = None) -> int:
    """Write providers to ``path``, as its ending says (``.csv`` or ``.xlsx``); answers how many.

    Raises:
        InvalidInput: another ending.
        Unavailable: the file cannot be written; nothing is left half-written.
    """
    ending = path.suffix.casefold()
    if ending not in (".csv", ".xlsx"):
        raise InvalidInput(N_("Give the file a name that ends in .csv or .xlsx."), field="path")
    part = path.with_name(f".{path.name}.part")
    rows = listed_providers(session, only)
    try:
        count = _write_csv(part, rows) if ending == ".csv" else _write_xlsx(part, rows)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Unavailable(
            N_("The file cannot be written there ({reason}). Choose another place."),
            reason=error.strerror or "",
        ) from None
    return count


def _write_csv(path: Path, rows: Iterator[dict[str, str]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(FIELDS)
        for row in rows:
            writer.writerow([guarded(row[field]) for field in FIELDS])
            count += 1
    return count


def _write_xlsx(path: Path, rows: Iterator[dict[str, str]]) -> int:
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    count = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("providers")
        for place, field in enumerate(FIELDS):
            sheet.write_string(0, place, field)
        for row in rows:
            count += 1
            for place, field in enumerate(FIELDS):
                if row[field]:
                    # A text cell is never run, so that it needs no guard.
                    sheet.write_string(count, place, row[field][:32_000])
    return count

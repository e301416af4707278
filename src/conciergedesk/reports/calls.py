"""Reading the call log that a telephone system exports: a CSV file, looked at before it is taken, and undoable.

Columns are found by their names in several spellings; times without an offset are local. A row that cannot be read is
listed with its line and reason, and the rest survives.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlmodel import col, delete, select

from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidFile, NotFound, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line, fold
from conciergedesk.reports.tables import CallImport, CallRecord
from conciergedesk.staff.rules import Right

SIZE_LIMIT = 50_000_000
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "line": ("line", "queue", "ligne", "file", "groupe", "service"),
    "at": ("at", "time", "start", "date", "debut", "horodatage", "date heure"),
    "wait_s": ("wait s", "wait", "attente", "attente s", "sonnerie"),
    "outcome": ("outcome", "result", "resultat", "issue", "statut", "status"),
    "talk_s": ("talk s", "talk", "duree", "conversation", "communication"),
    "wrap_s": ("wrap s", "wrap up", "wrap", "post appel", "cloture"),
    "id": ("id", "call id", "identifiant", "reference", "appel"),
}
NEEDED = ("line", "at", "wait_s", "outcome")
ANSWERED = frozenset({"answered", "decroche", "repondu", "oui", "yes", "ok", "1"})
ABANDONED = frozenset({"abandoned", "abandonne", "abandon", "perdu", "missed", "manque", "non", "no", "0"})
_FORMATS = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M")


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was not taken."""

    line: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class CallRow:
    line: str
    at: datetime
    wait_s: float
    answered: bool
    talk_s: float
    wrap_s: float
    external_id: str


@dataclass(frozen=True, slots=True)
class CallFile:
    """What a file holds; ``digest`` tells the same file again."""

    name: str
    digest: str
    rows: tuple[CallRow, ...]
    problems: tuple[Problem, ...]


def read_call_file(name: str, data: bytes, zone: ZoneInfo) -> CallFile:
    """Read a CSV file (comma, semicolon or tab; UTF-8 or Windows-1252).

    Raises:
        InvalidFile: too large, not CSV, or a needed column is missing.
    """
    name = clean_line(name, 120)
    if len(data) > SIZE_LIMIT:
        raise InvalidFile(
            N_("This file is larger than {most} MB. Export fewer days."),
            file=name, where="", most=SIZE_LIMIT // 1_000_000,
        )  # fmt: skip
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    head = text.partition("\n")[0]
    separator = max((";", ",", "\t"), key=head.count)
    reader = csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=separator)
    try:
        titles = next(reader)
    except (StopIteration, csv.Error):
        raise InvalidFile(N_("This file is empty."), file=name, where="") from None
    places = _places(titles)
    for needed in NEEDED:
        if needed not in places:
            raise InvalidFile(
                N_("The column “{column}” is missing. Name it as in the guide, or map it."),
                file=name, where="1", field=needed, column=needed,
            )  # fmt: skip
    rows: list[CallRow] = []
    problems: list[Problem] = []
    number = 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            problems.append(Problem(number, "", str(error)))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        found = _row(cells, places, zone, f"{number}")
        if isinstance(found, CallRow):
            rows.append(found)
        else:
            problems.append(Problem(number, *found))
    return CallFile(name, hashlib.sha256(data).hexdigest(), tuple(rows), tuple(problems))


def _places(titles: Sequence[str]) -> dict[str, int]:
    known = {fold(word): field for field, words in COLUMNS.items() for word in (field, *words)}
    found: dict[str, int] = {}
    for place, title in enumerate(titles):
        field = known.get(fold(title))
        if field is not None:
            found.setdefault(field, place)
    return found


def _row(
    cells: Sequence[str], places: Mapping[str, int], zone: ZoneInfo, number: str
) -> CallRow | tuple[str, str]:
    def cell(field: str) -> str:
        place = places.get(field, -1)
        return clean_line(cells[place], 80) if 0 <= place < len(cells) else ""

    at = _moment(cell("at"), zone)
    if at is None:
        return "at", cell("at")
    outcome = fold(cell("outcome"))
    if outcome not in ANSWERED | ABANDONED:
        return "outcome", cell("outcome")
    seconds = []
    for field in ("wait_s", "talk_s", "wrap_s"):
        value = _seconds(cell(field))
        if value is None:
            return field, cell(field)
        seconds.append(value)
    line = fold(cell("line")).replace(" ", "_")[:20]
    if not line:
        return "line", cell("line")
    return CallRow(line, at, seconds[0], outcome in ANSWERED, seconds[1], seconds[2], cell("id") or number)


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    at: datetime | None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
        for pattern in _FORMATS:
            try:
                at = datetime.strptime(text, pattern).replace(tzinfo=zone)
            except ValueError:
                continue
            break
    if at is None:
        return None
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)


def _seconds(text: str) -> float | None:
    """``12``, ``12,5`` or ``1:05``; empty is nothing."""
    if not text:
        return 0.0
    parts = text.split(":")
    try:
        value = 0.0
        for part in parts:
            value = value * 60 + float(part.replace(",", "."))
    except ValueError:
        return None
    return value if 0 <= value < 1_000_000 else None


def import_calls(unit: Unit, file: CallFile, *, skip_bad: bool = False) -> int:
    """Take the calls of a file. Calls that are known already are left as they are.

    Args:
        skip_bad: Take the good rows of a file that also has bad ones.

    Raises:
        RuleRefused: the file was taken already, or has bad rows and they were not to be skipped.
    """
    unit.require(Right.IMPORT_DATA)
    known = unit.session.exec(select(CallImport).where(CallImport.digest == file.digest)).first()
    if known is not None and known.undone_at is None:
        raise RuleRefused(N_("This file was taken already on {at}."), at=known.at)
    if file.problems and not skip_bad:
        raise RuleRefused(
            N_("{count} rows cannot be read; nothing was taken. Correct them, or skip bad rows."),
            count=len(file.problems),
        )
    if known is None:
        known = unit.add(CallImport(name=file.name, digest=file.digest, at=unit.now))
    known.undone_at, known.at = None, unit.now
    assert known.id is not None
    there: set[tuple[str, str]] = set()
    ids = [row.external_id for row in file.rows]
    for place in range(0, len(ids), 500):
        query = pick(CallRecord.line, CallRecord.external_id).where(
            col(CallRecord.external_id).in_(ids[place : place + 500])
        )
        there |= {(line, external) for line, external in unit.session.exec(query)}
    fresh = {
        (row.line, row.external_id): row for row in file.rows if (row.line, row.external_id) not in there
    }
    values = [
        {
            "import_id": known.id, "external_id": row.external_id, "line": row.line, "at": row.at,
            "wait_s": row.wait_s, "answered": row.answered, "talk_s": row.talk_s, "wrap_s": row.wrap_s,
        }
        for row in fresh.values()
    ]  # fmt: skip
    if values:
        unit.session.connection().execute(insert(CallRecord), values)
    known.rows, known.skipped = len(values), len(file.problems) + len(file.rows) - len(values)
    unit.record(
        "calls.imported", "call_import", known.id, undoable=False, rows=len(values), skipped=known.skipped
    )
    return len(values)


def undo_import(unit: Unit, import_id: int) -> int:
    """Take a file out again; returns how many calls went."""
    unit.require(Right.IMPORT_DATA)
    row = unit.load(CallImport, import_id)
    if row.undone_at is not None:
        raise NotFound(N_("This file was already taken out."))
    count = row.rows
    unit.session.exec(delete(CallRecord).where(col(CallRecord.import_id) == import_id))
    row.undone_at, row.rows = unit.now, 0
    unit.record("calls.import_undone", "call_import", import_id, undoable=False, rows=count)
    return count

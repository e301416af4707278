"""Writing a planned import, all of it or nothing, and taking a whole import back.

The bulk goes in by batches and without a journal row for each; the import itself is one line of the journal, and
what it changed is packed beside it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Table, delete, exists, func, insert, select, update
from sqlmodel import SQLModel, col
from sqlmodel import select as choose

from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import Conflict, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.providers.importers.plan import (
    BATCH,
    ImportPlan,
    Progress,
    RowFate,
    Stopped,
    never,
    no_progress,
)
from conciergedesk.providers.queries import batches
from conciergedesk.providers.tables import (
    Provider,
    ProviderAddress,
    ProviderException,
    ProviderImport,
    ProviderImportChange,
    ProviderIncident,
    ProviderPhone,
    ProviderRate,
    ProviderVisit,
)
from conciergedesk.staff.rules import Right

_CHILDREN = (ProviderAddress, ProviderException, ProviderRate, ProviderVisit, ProviderIncident)
_UNPACKED_LIMIT = 200_000_000


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    id: int
    added: int
    changed: int
    same: int
    duplicates: int
    refused: int


@dataclass(frozen=True, slots=True)
class ImportUndone:
    """What taking an import back did; ``kept`` were edited or asked since and stay as they are."""

    removed: int
    restored: int
    kept: int


def apply_import(
    unit: Unit, plan: ImportPlan, *, progress: Progress = no_progress, stopped: Stopped = never
) -> Imported:
    """Write what the plan says, in this one transaction.

    Raises:
        Conflict: somebody changed one of these providers since the dry run.
        RuleRefused: it was stopped; nothing is imported.
    """
    unit.require(Right.IMPORT_DATA)
    counts = plan.counts
    run = unit.add(
        ProviderImport(
            at=unit.now,
            by_id=unit.actor.id,
            source=plan.listing.source,
            file=clean_line(plan.listing.path.name, 200),
            added=counts[RowFate.ADDED],
            changed=counts[RowFate.CHANGED],
            same=counts[RowFate.SAME],
            duplicates=counts[RowFate.DUPLICATE],
            refused=counts[RowFate.REFUSED],
        )
    )
    assert run.id is not None
    total, done = max(plan.to_write, 1), 0
    lines = plan.written()
    while group := list(islice(lines, BATCH)):
        if stopped():
            raise RuleRefused(N_("The import was stopped: nothing was imported."))
        _insert(unit, run.id, [line for line in group if line["op"] == "add"])
        _update(unit, run.id, [line for line in group if line["op"] == "change"])
        done += len(group)
        progress(done / total, plan.listing.path.name)
    unit.record(
        "provider.imported",
        "provider_import",
        run.id,
        undoable=False,
        added=run.added,
        changed=run.changed,
        refused=run.refused,
    )
    return Imported(run.id, run.added, run.changed, run.same, run.duplicates, run.refused)


def _insert(unit: Unit, run_id: int, lines: Sequence[Mapping[str, Any]]) -> None:
    if not lines:
        return
    connection = unit.session.connection()
    identities = [line["values"]["source_id"] for line in lines]
    for start in range(0, len(identities), 500):
        taken = unit.session.exec(
            choose(Provider.id).where(
                Provider.source == lines[0]["values"]["source"],
                col(Provider.source_id).in_(identities[start : start + 500]),
            )
        ).first()
        if taken is not None:
            raise _overtaken()
    # Values for the columns that no listing knows, as a new row would have them.
    blank = Provider(created_at=unit.now, import_id=run_id).model_dump(exclude={"id"})
    rows = [blank | line["values"] for line in lines]
    made = connection.execute(
        insert(Provider).returning(col(Provider.id), sort_by_parameter_order=True), rows
    ).scalars()
    numbers = [
        number | {"provider_id": provider_id}
        for provider_id, line in zip(made, lines, strict=True)
        for number in line["numbers"]
    ]
    if numbers:
        connection.execute(insert(ProviderPhone), numbers)


def _update(unit: Unit, run_id: int, lines: Sequence[Mapping[str, Any]]) -> None:
    if not lines:
        return
    connection = unit.session.connection()
    table = _table(Provider)
    ids = [line["id"] for line in lines]
    before: dict[int, dict[str, Any]] = {}
    for group in batches(ids):
        for row in connection.execute(
            select(table).where(table.c.id.in_(group)).with_for_update()
        ).mappings():
            before[int(row["id"])] = dict(row)
    numbers = _numbers(unit, [line["id"] for line in lines if line["numbers"] is not None])
    packed = []
    for line in lines:
        now = before.get(line["id"], {})
        if now.get("version") != line["version"]:
            raise _overtaken()
        kept = {name: _plain(now[name]) for name in line["values"]}
        packed.append(
            {
                "id": line["id"],
                "version": line["version"] + 1,
                "values": kept,
                "numbers": numbers.get(line["id"], []) if line["numbers"] is not None else None,
            }
        )
        connection.execute(
            update(table)
            .where(table.c.id == line["id"])
            .values(line["values"] | {"version": line["version"] + 1})
        )
    _replace_numbers(unit, {line["id"]: line["numbers"] for line in lines if line["numbers"] is not None})
    body = zlib.compress(json.dumps(packed, ensure_ascii=False).encode())
    connection.execute(insert(ProviderImportChange), [{"import_id": run_id, "packed": body}])


def undo_import(
    unit: Unit, import_id: int, *, progress: Progress = no_progress, stopped: Stopped = never
) -> ImportUndone:
    """Take a whole import back: its new providers go, its changes are reverted.

    What somebody has edited, asked or written about since stays, and is counted.

    Raises:
        RuleRefused: it was taken back before, or the undoing was stopped.
    """
    unit.require(Right.IMPORT_DATA)
    run = unit.load(ProviderImport, import_id)
    if run.state != "applied":
        raise RuleRefused(N_("This import was already taken back."))
    restored, kept = _restore(unit, import_id)
    removed, stayed = _remove(unit, import_id, run.added, progress, stopped)
    run.state, run.undone_at = "undone", unit.now
    unit.record(
        "provider.import_undone",
        "provider_import",
        import_id,
        undoable=False,
        removed=removed,
        restored=restored,
        kept=kept + stayed,
    )
    return ImportUndone(removed, restored, kept + stayed)


def _restore(unit: Unit, import_id: int) -> tuple[int, int]:
    restored = kept = 0
    table = _table(Provider)
    connection = unit.session.connection()
    query = (
        pick(ProviderImportChange.packed)
        .where(ProviderImportChange.import_id == import_id)
        .order_by(col(ProviderImportChange.id).desc())
    )
    for (packed,) in unit.session.exec(query).all():
        for line in reversed(json.loads(_unpacked(packed))):
            values = {name: _typed(table, name, value) for name, value in line["values"].items()}
            changed = connection.execute(
                update(table)
                .where(table.c.id == line["id"], table.c.version == line["version"])
                .values(values | {"version": line["version"] + 1})
            ).rowcount
            if not changed:
                kept += 1
                continue
            restored += 1
            if line["numbers"] is not None:
                _replace_numbers(unit, {line["id"]: line["numbers"]})
    return restored, kept


def _remove(unit: Unit, import_id: int, added: int, progress: Progress, stopped: Stopped) -> tuple[int, int]:
    connection = unit.session.connection()
    untouched = choose(Provider.id).where(
        Provider.import_id == import_id, Provider.version == 1, col(Provider.last_used_at).is_(None)
    )
    for child in _CHILDREN:
        untouched = untouched.where(~exists().where(col(child.provider_id) == Provider.id))
    ids = [i for i in unit.session.exec(untouched) if i is not None]
    removed = 0
    for group in batches(ids):
        if stopped():
            raise RuleRefused(N_("Stopped: the import stands as it was."))
        connection.execute(delete(ProviderPhone).where(col(ProviderPhone.provider_id).in_(group)))
        connection.execute(delete(Provider).where(col(Provider.id).in_(group)))
        removed += len(group)
        progress(removed / max(added, 1), "")
    stayed = int(unit.session.exec(pick(func.count()).where(col(Provider.import_id) == import_id)).one()[0])
    return removed, stayed


def _numbers(unit: Unit, ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    table = _table(ProviderPhone)
    for group in batches(ids):
        rows = unit.session.connection().execute(
            select(table).where(table.c.provider_id.in_(group)).order_by(table.c.position, table.c.id)
        )
        for row in rows.mappings():
            values = {name: value for name, value in row.items() if name != "id"}
            found.setdefault(int(row["provider_id"]), []).append(values)
    return found


def _replace_numbers(unit: Unit, numbers: Mapping[int, Sequence[Mapping[str, Any]]]) -> None:
    connection = unit.session.connection()
    for group in batches(numbers):
        connection.execute(delete(ProviderPhone).where(col(ProviderPhone.provider_id).in_(group)))
    rows = [dict(row) for lines in numbers.values() for row in lines]
    if rows:
        connection.execute(insert(ProviderPhone), rows)


def _unpacked(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    body = unpacker.decompress(packed, _UNPACKED_LIMIT)
    if unpacker.unconsumed_tail:
        raise RuleRefused(N_("This import cannot be taken back: its record is damaged."))
    return body


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _typed(table: Table, name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    kind = table.c[name].type.python_type
    return kind.fromisoformat(value) if kind in (date, datetime) else value


def _overtaken() -> Conflict:
    return Conflict(
        N_("Somebody has changed these providers since the dry run. Nothing was imported: run it again.")
    )

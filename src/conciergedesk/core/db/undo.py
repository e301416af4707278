"""Undo and redo: a unit of work is taken back row by row, unless somebody has built on it since."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Table, delete, exists, insert, select, update
from sqlalchemy.orm import aliased
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel, col
from sqlmodel import select as choose

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import Conflict, NotFound, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.journal import JournalLine, JournalRow

REACH = 50
"""How many of one's own last acts can be taken back."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back: the act's name and its subjects."""

    act: str
    subjects: tuple[tuple[str, int], ...]


def undo_last(unit: Unit) -> Undone:
    """Take back the actor's last act that was not taken back yet.

    Raises:
        NotFound: nothing is left to undo.
        RuleRefused: the last act cannot be undone (it has left the desk).
        Conflict: somebody changed the same thing since.
    """
    return _take_back(unit, _last(unit, redo=False), "undone")


def redo_last(unit: Unit) -> Undone:
    """Do again what the actor's last undo took back. Raises as ``undo_last``."""
    return _take_back(unit, _last(unit, redo=True), "redone")


def _last(unit: Unit, *, redo: bool) -> JournalLine:
    later = aliased(JournalLine)
    query = (
        choose(JournalLine)
        .where(
            col(JournalLine.actor_id) == unit.actor.id,
            ~exists(select(col(later.id)).where(col(later.undoes) == JournalLine.unit)),
        )
        .order_by(col(JournalLine.id).desc())
        .limit(REACH)
    )
    for entry in unit.session.exec(query):
        if redo:
            if entry.undoes is None or entry.act != "undone":
                break
            return entry
        if entry.undoes is None or entry.act == "redone":
            return entry
    raise NotFound(N_("Nothing to redo.") if redo else N_("Nothing to undo."))


def _take_back(unit: Unit, last: JournalLine, act: str) -> Undone:
    lines = unit.session.exec(
        choose(JournalLine).where(JournalLine.unit == last.unit).order_by(col(JournalLine.id))
    ).all()
    if not all(entry.undoable for entry in lines):
        raise RuleRefused(
            N_("This cannot be undone: it has already left the desk. Correct it with a new act.")
        )
    rows = unit.session.exec(
        choose(JournalRow).where(JournalRow.unit == last.unit).order_by(col(JournalRow.id).desc())
    ).all()
    for row in rows:
        _revert(unit, row)
    first = lines[0]
    for entry in lines:
        unit.record(
            act,
            entry.subject_kind,
            entry.subject_id,
            undoes=last.unit,
            of=first.facts.get("of", first.act) if first.undoes else first.act,
        )
    subjects = tuple((entry.subject_kind, entry.subject_id) for entry in lines)
    return Undone(str(first.facts.get("of", first.act)), subjects)


def _revert(unit: Unit, row: JournalRow) -> None:
    table: Table = SQLModel.metadata.tables[row.table_name]
    connection = unit.session.connection()
    key = next(iter(table.primary_key.columns))
    before = _values(table, row.before)
    after = _values(table, row.after)
    if (row.op in {"update", "delete"} and before is None) or (row.op != "delete" and after is None):
        raise RuleRefused(N_("This cannot be undone: the personal data it concerned were erased."))
    current = connection.execute(select(table).where(key == row.row_id).with_for_update()).mappings().first()
    if row.op == "delete":
        if current is not None:
            raise _built_on()
        assert before is not None
        connection.execute(insert(table).values(before))
        unit._rows.append(
            JournalRow(
                unit=unit.id,
                table_name=row.table_name,
                row_id=row.row_id,
                op="insert",
                before=None,
                after=row.before,
            )
        )
        return
    assert after is not None
    if current is None or any(current[name] != value for name, value in after.items() if name != "version"):
        raise _built_on()
    if row.op == "insert":
        connection.execute(delete(table).where(key == row.row_id))
        unit._rows.append(
            JournalRow(
                unit=unit.id,
                table_name=row.table_name,
                row_id=row.row_id,
                op="delete",
                before=row.after,
                after=None,
            )
        )
        return
    assert before is not None
    values = {name: value for name, value in before.items() if name != "version"}
    if "version" in table.columns:
        values["version"] = current["version"] + 1
    connection.execute(update(table).where(key == row.row_id).values(values))
    unit._rows.append(
        JournalRow(
            unit=unit.id,
            table_name=row.table_name,
            row_id=row.row_id,
            op="update",
            before=row.after,
            after=row.before,
        )
    )


def _built_on() -> Conflict:
    return Conflict(
        N_(
            "Somebody has worked on this since: it is not undone, so that nothing is lost. "
            "Correct it by hand."
        )
    )


def _python_type(kind: TypeEngine[Any]) -> type[Any]:
    inner = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    found: type[Any] = inner.python_type
    return found


def _values(table: Table, stored: str | None) -> dict[str, Any] | None:
    if stored is None:
        return None
    values: dict[str, Any] = json.loads(stored)
    for name, value in values.items():
        column = table.columns[name]
        if value is None or isinstance(column.type, JSON):
            continue
        kind = _python_type(column.type)
        if issubclass(kind, datetime):
            values[name] = datetime.fromisoformat(value)
        elif issubclass(kind, date):
            values[name] = date.fromisoformat(value)
        else:
            values[name] = kind(value)
    return values

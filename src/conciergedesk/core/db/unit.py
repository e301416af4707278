"""The unit of work: one use case, one transaction, its permission, its rows and its journal lines."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, TypeVar

from sqlalchemy import Engine, event, insert, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col, select

from conciergedesk.core.actor import Actor
from conciergedesk.core.db.engine import spoken_errors
from conciergedesk.core.db.read import pick
from conciergedesk.core.errors import Conflict, NotAllowed, NotFound
from conciergedesk.core.i18n import N_
from conciergedesk.core.journal import JournalLine, JournalRow, canonical, digest_of, rows_digest
from conciergedesk.core.text import clean_line

Row = TypeVar("Row", bound=SQLModel)

_JOURNAL_LOCK = 7_241_966
"""PostgreSQL advisory lock that puts the journal's lines in one order."""

SECRET = "secret"
"""``info`` key of a column whose value never enters the journal."""


class Unit:
    """One use case under way.

    Attributes:
        session: the database session; reads see the unit's own writes.
        actor: who acts.
        now: the instant of the whole unit, aware UTC.
        undoable: whether acts of this unit may be taken back at all; imports and sample data may not.
    """

    def __init__(self, session: Session, actor: Actor, now: datetime, key: bytes) -> None:
        self.session = session
        self.actor = actor
        self.now = now
        self.id = uuid.uuid4().hex
        self.undoable = True
        self._key = key
        self._lines: list[JournalLine] = []
        self._rows: list[JournalRow] = []

    def require(self, right: str) -> None:
        """Check that the actor may do this.

        Raises:
            NotAllowed: when the right is missing.
        """
        if right not in self.actor.rights and "*" not in self.actor.rights:
            raise NotAllowed(
                N_("Your role ({role}) does not include this act. Ask a supervisor."),
                role=self.actor.role,
                right=right,
            )

    def load(self, table: type[Row], row_id: int, *, seen: int | None = None) -> Row:
        """The row, locked until the unit ends.

        Args:
            seen: the ``version`` the operator's screen showed; a newer one is refused.

        Raises:
            NotFound: no such row.
            Conflict: somebody changed it since; names who, when and what.
        """
        row = self.session.get(
            table, row_id, with_for_update=self._on_postgres or None, populate_existing=True
        )
        if row is None:
            raise NotFound(N_("This record is no longer there. Go back and refresh the list."))
        if seen is not None and getattr(row, "version", seen) != seen:
            raise self._conflict(table, row_id)
        return row

    def add(self, row: Row) -> Row:
        """Insert ``row`` and give it its id."""
        self.session.add(row)
        self.session.flush()
        return row

    def record(
        self,
        act: str,
        kind: str,
        subject_id: int,
        *,
        reason: str = "",
        undoable: bool = True,
        undoes: str | None = None,
        **facts: Any,
    ) -> None:
        """Append a line to the journal, in this transaction.

        Args:
            act: past event such as ``request.claimed``.
            kind: what was touched, such as ``request``.
            undoable: whether ``undo`` may take the rows of this unit back.
            facts: small values that timelines and reports need; never names or free text.
        """
        self._lines.append(
            JournalLine(
                unit=self.id,
                at=self.now,
                actor_id=self.actor.id,
                actor=self.actor.name,
                desk=self.actor.desk,
                act=act,
                subject_kind=kind,
                subject_id=subject_id,
                reason=clean_line(reason),
                undoable=undoable and self.undoable,
                undoes=undoes,
                facts={name: _storable(value) for name, value in facts.items()},
            )
        )

    @property
    def _on_postgres(self) -> bool:
        return self.session.get_bind().dialect.name == "postgresql"

    def _conflict(self, table: type[SQLModel], row_id: int) -> Conflict:
        name = str(table.__tablename__)
        unit = (
            select(JournalRow.unit)
            .where(JournalRow.table_name == name, JournalRow.row_id == row_id)
            .order_by(col(JournalRow.id).desc())
            .limit(1)
        )
        last = self.session.exec(
            pick(JournalLine.actor, JournalLine.at)
            .where(JournalLine.unit == unit.scalar_subquery())
            .order_by(col(JournalLine.id).desc())
            .limit(1)
        ).first()
        who, at = last if last else ("?", self.now)
        return Conflict(
            N_(
                "{who} changed this at {at}. Nothing was overwritten and your text is kept: "
                "compare, then save again."
            ),
            who=who,
            at=at,
        )

    def _notice(self, session: Session) -> None:
        """Collect what a flush did to rows, before the session forgets it."""
        for row in session.new:
            self._keep("insert", row, None, _columns(row))
        for row in session.dirty:
            before, after = _changes(row)
            if after:
                self._keep("update", row, before, after)
        for row in session.deleted:
            self._keep("delete", row, _columns(row), None)

    def _keep(
        self, op: str, row: object, before: dict[str, Any] | None, after: dict[str, Any] | None
    ) -> None:
        state = inspect(row)
        assert state is not None
        table = state.mapper.local_table
        if table.info.get("unjournaled"):
            return
        # A new row has its key already, but no identity until the flush is over.
        row_id = int(state.mapper.primary_key_from_instance(row)[0])
        self._rows.append(
            JournalRow(
                unit=self.id,
                table_name=table.name,
                row_id=row_id,
                op=op,
                before=None if before is None else canonical(before),
                after=None if after is None else canonical(after),
            )
        )

    def _write_journal(self) -> None:
        if not self._lines:
            return
        if self._on_postgres:
            self.session.connection().execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _JOURNAL_LOCK}
            )
        previous = (
            self.session.exec(
                select(JournalLine.digest).order_by(col(JournalLine.id).desc()).limit(1)
            ).first()
            or ""
        )
        digest = rows_digest(self._key, self._rows)
        lines = []
        for entry in self._lines:
            entry.rows_digest = digest
            entry.digest = previous = digest_of(self._key, previous, entry)
            lines.append(entry.model_dump(exclude={"id"}))
        connection = self.session.connection()
        connection.execute(insert(JournalLine), lines)
        if self._rows:
            connection.execute(insert(JournalRow), [row.model_dump(exclude={"id"}) for row in self._rows])
        if self._on_postgres:
            connection.execute(text("SELECT pg_notify('conciergedesk', :desk)"), {"desk": self.actor.desk})


@contextmanager
def writing(engine: Engine, actor: Actor, now: datetime, key: bytes) -> Iterator[Unit]:
    """Open a unit of work; commit at the end, roll back on any error."""
    with spoken_errors(), Session(engine.execution_options(write=True), expire_on_commit=False) as session:
        unit = Unit(session, actor, now, key)
        event.listen(session, "before_flush", _grow_versions)
        event.listen(session, "after_flush", lambda s, _context: unit._notice(s))
        try:
            yield unit
            session.flush()
            unit._write_journal()
            session.commit()
        except IntegrityError as error:
            session.rollback()
            raise Conflict(
                N_("Another desk has just changed something this depends on. Refresh and try again.")
            ) from error
        except BaseException:
            session.rollback()
            raise


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Open a session that only reads; a forgotten write is refused by the database."""
    with spoken_errors(), Session(engine, expire_on_commit=False, autoflush=False) as session:
        connection = session.connection()
        sqlite = connection.dialect.name == "sqlite"
        connection.exec_driver_sql("PRAGMA query_only=ON" if sqlite else "SET TRANSACTION READ ONLY")
        try:
            yield session
        finally:
            if sqlite:
                connection.exec_driver_sql("PRAGMA query_only=OFF")
            session.rollback()


def _grow_versions(session: Session, _context: object, _instances: object) -> None:
    for row in session.dirty:
        if hasattr(row, "version") and session.is_modified(row):
            row.version += 1


def _columns(row: object) -> dict[str, Any]:
    state = inspect(row)
    assert state is not None
    return {
        attribute.key: _storable(state.dict.get(attribute.key))
        for attribute in state.mapper.column_attrs
        if not attribute.columns[0].info.get(SECRET)
    }


def _changes(row: object) -> tuple[dict[str, Any], dict[str, Any]]:
    state = inspect(row)
    assert state is not None
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for attribute in state.mapper.column_attrs:
        history = state.attrs[attribute.key].history
        if not history.has_changes() or attribute.columns[0].info.get(SECRET):
            continue
        before[attribute.key] = _storable(history.deleted[0] if history.deleted else None)
        after[attribute.key] = _storable(history.added[0] if history.added else None)
    return before, after


def _storable(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (list, tuple)):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _storable(item) for name, item in value.items()}
    if isinstance(value, bytes):
        return None
    return value

"""The one append-only journal: who did what, when, to what, before and after, and why.

Lines are chained by a keyed hash, so an edit, a deletion or a reordering is detected by ``verify``.
What the rows held before and after lies in ``JournalRow``; erasing a person blanks those values, while
the chain, which covers only their digest, stays valid. Timelines, undo, audit and reports read from here.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, String, text, update
from sqlmodel import Field, Session, SQLModel, col, select

from conciergedesk.core.db.guards import guard
from conciergedesk.core.db.read import pick
from conciergedesk.core.db.types import document, line

_BigKey = BigInteger().with_variant(Integer, "sqlite")


class JournalLine(SQLModel, table=True):
    """One act. Never changed, never deleted (triggers refuse it)."""

    __tablename__ = "journal"
    __table_args__ = (
        Index("ix_journal_subject", "subject_kind", "subject_id", "id"),
        Index("ix_journal_at", "at"),
        Index("ix_journal_act", "act", "at"),
    )

    id: int | None = Field(default=None, sa_column=Column(_BigKey, primary_key=True, autoincrement=True))
    unit: str = Field(sa_column=Column(String(32), nullable=False, index=True))
    at: datetime
    actor_id: int | None = None
    actor: str = line(limit=120)
    desk: str = line(limit=60)
    act: str = line(limit=60)
    subject_kind: str = line(limit=30)
    subject_id: int
    reason: str = line()
    facts: dict[str, Any] = document()
    undoable: bool = True
    undoes: str | None = Field(default=None, sa_column=Column(String(32), nullable=True, index=True))
    rows_digest: str = line(limit=64)
    digest: str = line(limit=64)


class JournalRow(SQLModel, table=True):
    """What one row held before and after a unit of work; ``None`` once erased."""

    __tablename__ = "journal_row"
    __table_args__ = (Index("ix_journal_row_of", "table_name", "row_id"),)

    id: int | None = Field(default=None, sa_column=Column(_BigKey, primary_key=True, autoincrement=True))
    unit: str = Field(sa_column=Column(String(32), nullable=False, index=True))
    table_name: str = line(limit=60)
    row_id: int
    op: str = line(limit=6)
    before: str | None = Field(default=None)
    after: str | None = Field(default=None)


@dataclass(frozen=True, slots=True)
class Line:
    """A journal line as other rooms read it."""

    id: int
    unit: str
    at: datetime
    actor_id: int | None
    actor: str
    act: str
    subject_kind: str
    subject_id: int
    reason: str
    facts: dict[str, Any]
    undoable: bool


# The database itself refuses a change of the journal.
guard(
    {
        "sqlite": (
            "CREATE TRIGGER IF NOT EXISTS journal_no_update BEFORE UPDATE ON journal "
            "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
            "CREATE TRIGGER IF NOT EXISTS journal_no_delete BEFORE DELETE ON journal "
            "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
        ),
        "postgresql": (
            "CREATE OR REPLACE FUNCTION journal_refuses() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$",
            "CREATE OR REPLACE TRIGGER journal_append_only BEFORE UPDATE OR DELETE ON journal "
            "FOR EACH ROW EXECUTE FUNCTION journal_refuses()",
        ),
    }
)


def canonical(value: Any) -> str:
    """The one spelling of a JSON value, for digests and comparisons."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)


def digest_of(key: bytes, previous: str, entry: JournalLine) -> str:
    """The keyed hash of a line, bound to the line before it."""
    body = canonical(
        [
            previous,
            entry.unit,
            entry.at,
            entry.actor_id,
            entry.actor,
            entry.desk,
            entry.act,
            entry.subject_kind,
            entry.subject_id,
            entry.reason,
            entry.facts,
            entry.undoable,
            entry.undoes,
            entry.rows_digest,
        ]
    )
    return hmac.new(key, body.encode(), hashlib.sha256).hexdigest()


def rows_digest(key: bytes, rows: Sequence[JournalRow]) -> str:
    body = canonical([[row.table_name, row.row_id, row.op, row.before, row.after] for row in rows])
    return hmac.new(key, body.encode(), hashlib.sha256).hexdigest()


def verify(session: Session, key: bytes) -> int | None:
    """Check the whole chain.

    Returns:
        ``None`` when it holds, else the id of the first line that does not.
    """
    previous = ""
    for entry in session.exec(select(JournalLine).order_by(text("id")).execution_options(yield_per=1000)):
        if not hmac.compare_digest(entry.digest, digest_of(key, previous, entry)):
            return entry.id
        previous = entry.digest
    return None


_COLUMNS = (
    JournalLine.id,
    JournalLine.unit,
    JournalLine.at,
    JournalLine.actor_id,
    JournalLine.actor,
    JournalLine.act,
    JournalLine.subject_kind,
    JournalLine.subject_id,
    JournalLine.reason,
    JournalLine.facts,
    JournalLine.undoable,
)


def lines_about(session: Session, kind: str, subject_id: int, limit: int = 200) -> list[Line]:
    """The latest lines about one thing, newest first."""
    query = (
        pick(*_COLUMNS)
        .where(JournalLine.subject_kind == kind, JournalLine.subject_id == subject_id)
        .order_by(col(JournalLine.id).desc())
        .limit(limit)
    )
    return [Line(*row) for row in session.exec(query)]


def last_id(session: Session) -> int:
    """The id of the newest line; a later ``subjects_since`` starts from it."""
    return session.exec(select(JournalLine.id).order_by(col(JournalLine.id).desc()).limit(1)).first() or 0


def subjects_since(session: Session, seen: int) -> tuple[int, set[tuple[str, int]]]:
    """What was touched after line ``seen``: the newest id, and (kind, id) of every subject."""
    query = pick(JournalLine.id, JournalLine.subject_kind, JournalLine.subject_id).where(
        col(JournalLine.id) > seen
    )
    newest, touched = seen, set()
    for number, kind, subject in session.exec(query):
        newest = max(newest, number or 0)
        touched.add((kind, subject))
    return newest, touched


def forget_values(session: Session, table: str, ids: Sequence[int | None]) -> None:
    """Blank what the journal holds of these rows; its chain covers only their digest and stays valid."""
    for start in range(0, len(ids), 500):
        session.connection().execute(
            update(JournalRow)
            .where(col(JournalRow.table_name) == table, col(JournalRow.row_id).in_(ids[start : start + 500]))
            .values(before=None, after=None)
        )

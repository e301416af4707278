"""A small agency on disk that real processes can open, and what must hold in its database whatever happened."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlmodel import col, select

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import Clock, SystemClock
from conciergedesk.core.db.engine import open_engine
from conciergedesk.core.desk import Desk
from conciergedesk.core.journal import JournalLine, JournalRow, rows_digest, verify
from conciergedesk.core.paths import knowledge_base
from conciergedesk.core.settings import Settings, load_secret
from conciergedesk.core.shared import Agency, set_up_agency
from conciergedesk.requests.rulebook import Rulebook, load_rulebook
from conciergedesk.requests.tables import Request
from tests.conftest import hire

_BOOKS: list[Rulebook] = []


def book() -> Rulebook:
    """The house's rules, read once for the run."""
    if not _BOOKS:
        _BOOKS.append(load_rulebook(knowledge_base()))
    return _BOOKS[0]


@dataclass
class House:
    """The private folder of a desk, its database and an assistant."""

    home: Path
    desk: Desk
    ines: Actor

    @property
    def file(self) -> Path:
        return self.home / "desk.db"


@contextmanager
def house(empty_database: Path, home: Path, clock: Clock | None = None) -> Iterator[House]:
    """Make the folder and its database; ``Inès`` (INE) works there, ``Hélène`` (HEL) supervises."""
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(empty_database, home / "desk.db")
    desk = reopened(home, clock)
    desk.act(SYSTEM, set_up_agency, Agency(name="Agence d'essai", commune="Metz"))
    ines = hire(desk, "Inès")
    hire(desk, "Hélène", role="supervisor")
    try:
        yield House(home, desk, ines)
    finally:
        desk.close()


def reopened(home: Path, clock: Clock | None = None) -> Desk:
    """The desk of a folder, as a new process would open it."""
    url = f"sqlite:///{home / 'desk.db'}"
    settings = Settings(database=url)
    return Desk(open_engine(url), load_secret(Settings(), home), clock or SystemClock(), settings)


def assert_sound(desk: Desk) -> None:
    """The invariants: the file is whole, the chain verifies, every unit is complete, nothing is half done."""
    with desk.read() as session:
        connection = session.connection()
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
            assert connection.execute(text("PRAGMA foreign_key_check")).first() is None
        assert verify(session, desk.key) is None
        rows: dict[str, list[JournalRow]] = {}
        for row in session.exec(select(JournalRow).order_by(col(JournalRow.id))):
            rows.setdefault(row.unit, []).append(row)
        units = set()
        for entry in session.exec(select(JournalLine)):
            units.add(entry.unit)
            assert entry.rows_digest == rows_digest(desk.key, rows.get(entry.unit, [])), entry.act
        assert set(rows) <= units, "rows of a unit without its line"
        created = {
            row.row_id
            for row in session.exec(select(JournalRow))
            if (row.table_name, row.op) == ("request", "insert")
        }
        present = set(session.exec(select(Request.id)))
        assert present <= created, "a request that no line tells of"
        for request in session.exec(select(Request)):
            changes = [
                row
                for row in session.exec(
                    select(JournalRow).where(
                        JournalRow.table_name == "request", JournalRow.row_id == request.id
                    )
                )
            ]
            updates = sum(1 for row in changes if row.op == "update")
            assert request.version == 1 + updates, "each change grows the version once"


def leftovers(folder: Path) -> list[str]:
    """Files that a process should have taken away."""
    return sorted(
        name.name
        for name in folder.rglob("*")
        if name.suffix in {".part", ".new", ".restored"} and name.is_file()
    )

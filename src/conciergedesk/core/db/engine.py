"""The database engine, for SQLite (the default, embedded) and PostgreSQL (several machines)."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError

from conciergedesk.core.errors import DeskError, Unavailable
from conciergedesk.core.i18n import N_
from conciergedesk.core.paths import make_private

BUSY_SECONDS = 30.0
"""How long a writer waits for another desk's transaction; SQLite's waiting is not fair."""

NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "ceph"}


def open_engine(url: str) -> Engine:
    """An engine for ``url``; nothing is connected yet.

    Raises:
        Unavailable: when the file would lie on a network file system, where locking is unreliable.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_size=3,
        max_overflow=5,
        pool_timeout=20,
        connect_args={"connect_timeout": 10, "options": "-c timezone=UTC"},
    )


def _open_sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        file = Path(url.database)
        refuse_network_path(file)
        make_private(file.parent)
        if not file.exists():
            # The write-ahead log files take over the mode of the main file.
            os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # The driver never begins or commits by itself: its own guess loses concurrent updates.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-8000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def refuse_network_path(file: Path, mounts: Path = Path("/proc/mounts")) -> None:
    """Refuse an SQLite file on a network file system.

    Raises:
        Unavailable: with the kind of file system; ``CONCIERGEDESK_ALLOW_NETWORK_FILE=1`` overrides it.
    """
    if os.environ.get("CONCIERGEDESK_ALLOW_NETWORK_FILE") == "1" or not mounts.exists():
        return
    best, kind = "", ""
    where = str(file.resolve())
    for line in mounts.read_text(errors="replace").splitlines():
        parts = line.split()
        if len(parts) >= 3:
            point = parts[1].rstrip("/") or "/"
            inside = where == point or where.startswith(point if point == "/" else point + "/")
            if inside and len(point) >= len(best):
                best, kind = point, parts[2]
    if kind in NETWORK_FILE_SYSTEMS:
        raise Unavailable(
            N_(
                "{file} lies on a network file system ({kind}), where two desks can damage it. "
                "Put it on a local disk, or set the database to a PostgreSQL address."
            ),
            file=where,
            kind=kind,
        )


@contextmanager
def spoken_errors() -> Iterator[None]:
    """Turn what the database driver raises into a sentence for the operator.

    Raises:
        Unavailable: disk full, database locked, damaged, or server away. Nothing was half-written.
    """
    try:
        yield
    except DeskError:
        raise
    except DBAPIError as error:
        raise _spoken(error) from error


def _spoken(error: DBAPIError) -> Exception:
    original: Any = error.orig
    code = str(getattr(original, "sqlite_errorname", "") or "")
    text = str(original)
    if code == "SQLITE_FULL" or "disk is full" in text or "No space left" in text:
        return Unavailable(
            N_("The disk is full: nothing was saved, your text is kept. Free some space, then save again.")
        )
    if code in {"SQLITE_BUSY", "SQLITE_LOCKED"} or "database is locked" in text:
        return Unavailable(
            N_("Another desk has been writing for a long time. Your text is kept; save again in a moment.")
        )
    if code in {"SQLITE_CORRUPT", "SQLITE_NOTADB"} or "malformed" in text or "not a database" in text:
        return Unavailable(
            N_(
                "The database is damaged. Stop working on it and restore the newest backup: "
                "conciergedesk desk restore."
            )
        )
    if error.connection_invalidated or (isinstance(error, DatabaseError) and "connection" in text.lower()):
        return Unavailable(
            N_("The database server does not answer. Your text is kept; try again in a moment.")
        )
    return error


def is_transient(error: DBAPIError) -> bool:
    """Whether the same unit of work may simply be tried again (deadlock, serialization failure)."""
    return str(getattr(error.orig, "sqlstate", "") or "") in {"40001", "40P01"}

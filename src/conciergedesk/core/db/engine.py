"""The database engine, for SQLite (the default, embedded) and PostgreSQL (several machines)."""

from __future__ import annotations

import logging
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from conciergedesk.core.errors import DeskError, Unavailable
from conciergedesk.core.i18n import N_
from conciergedesk.core.paths import make_private

BUSY_SECONDS = 30.0
"""How long a writer waits for another desk's transaction; SQLite's waiting is not fair."""

NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "ceph"}

log = logging.getLogger("conciergedesk.db")


_NO_ADDRESS = N_(
    "This is not the address of a database. Write it as sqlite:////folder/desk.db or "
    "postgresql://user@server/desk in the setting “database”."
)


def open_engine(url: str) -> Engine:
    """An engine for ``url``; nothing is connected yet.

    Raises:
        Unavailable: an address that cannot be used, a folder that cannot be written, or a file on a network
            file system, where locking is unreliable.
    """
    try:
        parsed = make_url(url)
        kind = parsed.get_backend_name()
    except (ArgumentError, ValueError) as error:
        # The address may hold a password: it is not repeated.
        raise Unavailable(_NO_ADDRESS) from error
    if kind == "sqlite":
        return _open_sqlite(parsed)
    if kind != "postgresql":
        raise Unavailable(_NO_ADDRESS)
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
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
        try:
            make_private(file.parent)
            if not file.exists():
                # The write-ahead log files take over the mode of the main file.
                os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise Unavailable(
                N_("{file} cannot be written ({why}). Check the folder and its owner, then open again."),
                file=str(file),
                why=error.strerror or str(error),
            ) from error
    # Values stay out of error texts, and so out of the log.
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # The driver never begins or commits by itself: its own guess loses concurrent updates.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
        if writes and url.database and url.database != ":memory:":
            _check_log(connection, Path(url.database))

    return engine


def _check_log(connection: Connection, file: Path) -> None:
    """Stop writing when the write-ahead log was taken away from under an open desk.

    The system would let this desk go on in the deleted file, where no other desk and no restart ever finds it.
    """
    try:
        found = file.with_name(file.name + "-wal").stat()
        log_file: tuple[int, int] | None = (found.st_dev, found.st_ino)
    except FileNotFoundError:
        log_file = None
    known = connection.connection.info.setdefault("write-ahead log", log_file)
    if log_file != known:
        connection.exec_driver_sql("ROLLBACK")
        raise Unavailable(_LOG_GONE, kind="-wal")


def refuse_network_path(file: Path, mounts: Path = Path("/proc/mounts")) -> None:
    """Refuse an SQLite file on a network file system.

    Raises:
        Unavailable: with the kind of file system; ``CONCIERGEDESK_ALLOW_NETWORK_FILE=1`` overrides it.
    """
    if not mounts.exists():
        return
    best, kind = "", ""
    where = str(file.resolve())
    for line in mounts.read_text(errors="replace").splitlines():
        parts = line.split()
        if len(parts) >= 3:
            # The table writes a space in a path as \040.
            point = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), parts[1]).rstrip("/") or "/"
            inside = where == point or where.startswith(point if point == "/" else point + "/")
            if inside and len(point) >= len(best):
                best, kind = point, parts[2]
    if kind in NETWORK_FILE_SYSTEMS:
        if os.environ.get("CONCIERGEDESK_ALLOW_NETWORK_FILE") == "1":
            log.warning("the database lies on a network file system (%s), allowed by the environment", kind)
            return
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
        spoken = said_of(error)
        if spoken is None:
            raise
        raise spoken from error
    except PoolTimeout as error:
        raise Unavailable(_SERVER_AWAY) from error


_LOG_GONE = N_(
    "A file of the database ({kind}) was removed while desks were open. Nothing is saved any more, your text is kept: "
    "note it down, close every desk, check with “conciergedesk desk check”, then open again."
)
_SERVER_FULL = N_(
    "The database server has no free connection: too many desks are open. Your text is kept; try again in a moment, "
    "or let its limit be raised."
)
_SERVER_AWAY = N_("The database server does not answer. Your text is kept; try again in a moment.")

_CODES = (
    (
        {"SQLITE_FULL"},
        ("disk is full", "No space left"),
        N_("The disk is full: nothing was saved, your text is kept. Free some space, then save again."),
    ),
    (
        {"SQLITE_BUSY", "SQLITE_LOCKED"},
        ("database is locked",),
        N_("Another desk has been writing for a long time. Your text is kept; save again in a moment."),
    ),
    (
        {"SQLITE_CORRUPT", "SQLITE_NOTADB"},
        ("malformed", "not a database"),
        N_(
            "The database is damaged. Stop working on it and restore the newest backup: "
            "conciergedesk desk restore."
        ),
    ),
    (
        {"SQLITE_IOERR", "SQLITE_CANTOPEN"},
        ("disk I/O error", "unable to open database file"),
        N_("The database's disk does not answer. Nothing was saved, your text is kept; check the disk."),
    ),
)


def said_of(error: BaseException) -> Unavailable | None:
    """The sentence for what a driver raised; ``None`` when it is no expected trouble."""
    original: Any = error.orig if isinstance(error, DBAPIError) else error
    code = str(getattr(original, "sqlite_errorname", "") or "")
    state = str(getattr(original, "sqlstate", "") or "")
    text = str(original)
    for codes, words, sentence in _CODES:
        # Extended codes such as SQLITE_BUSY_SNAPSHOT begin with the plain one.
        if any(code.startswith(one) for one in codes) or any(one in text for one in words):
            return Unavailable(sentence)
    if state in TRANSIENT:
        return Unavailable(
            N_("Two desks got in each other's way. Nothing was saved, your text is kept; save again.")
        )
    if state == "53300" or "too many connections" in text or "too many clients" in text:
        return Unavailable(_SERVER_FULL)
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    trouble = isinstance(error, (OperationalError, InterfaceError)) or not isinstance(error, DBAPIError)
    if lost or (trouble and "connection" in text.lower()):
        return Unavailable(_SERVER_AWAY)
    return None


TRANSIENT = {"40001", "40P01"}
"""Serialization failure and deadlock: the same unit of work may simply be tried again."""


def is_transient(error: BaseException | None) -> bool:
    """Whether the same unit of work may simply be tried again (deadlock, serialization failure)."""
    original = error.orig if isinstance(error, DBAPIError) else None
    return str(getattr(original, "sqlstate", "") or "") in TRANSIENT

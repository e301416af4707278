"""Noticing another desk's writes: cheap enough to ask several times a second."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, text

from conciergedesk.core.db.engine import said_of, spoken_errors
from conciergedesk.core.errors import DeskError


class ChangeWatch:
    """Tells whether another connection has committed since the last look.

    Keeps one connection of its own; use it from one thread.
    """

    def __init__(self, engine: Engine) -> None:
        self._sqlite = engine.dialect.name == "sqlite"
        self._engine = engine
        self._connection: Connection | None = None
        self._seen: int | None = None

    def changed(self) -> bool:
        """True when something was committed by somebody else since the last call (or at first).

        Raises:
            Unavailable: the database does not answer; the next call tries with a new connection.
        """
        try:
            with spoken_errors():
                return self._sqlite_changed() if self._sqlite else self._postgres_notified()
        except DeskError:
            self.close()
            raise
        except Exception as error:
            # The connection is watched below SQLAlchemy, so the driver's own errors arrive here.
            self.close()
            spoken = said_of(error)
            if spoken is None:
                raise
            raise spoken from error

    def close(self) -> None:
        """Let go of the connection; it may be dead already."""
        connection, self._connection = self._connection, None
        self._seen = None
        if connection is not None:
            with suppress(Exception):
                connection.close()

    def _sqlite_changed(self) -> bool:
        raw: Any = self._open().connection.dbapi_connection
        version: int = raw.execute("PRAGMA data_version").fetchone()[0]
        changed, self._seen = version != self._seen, version
        return changed

    def _postgres_notified(self) -> bool:
        first = self._connection is None
        raw: Any = self._open().connection.dbapi_connection
        if first:
            raw.autocommit = True
            raw.execute("LISTEN conciergedesk")
            return True
        return bool(list(raw.notifies(timeout=0)))

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
            if not self._sqlite:
                self._connection.execute(text("SELECT 1"))
                self._connection.rollback()
            self._connection.detach()
        return self._connection

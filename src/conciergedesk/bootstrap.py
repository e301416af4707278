"""Wiring only: settings -> engine -> schema -> desk. The one module that may know every room."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlmodel import SQLModel

from conciergedesk.core.clock import Clock, SystemClock
from conciergedesk.core.db.engine import open_engine, spoken_errors
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import Unavailable
from conciergedesk.core.i18n import N_
from conciergedesk.core.journal import SCHEMA_GUARDS
from conciergedesk.core.paths import make_private
from conciergedesk.core.settings import Settings, load_secret, load_settings
from conciergedesk.migrations import HEAD

ROOMS = (
    "core.shared",
    "staff",
    "customers",
    "providers",
    "requests",
    "keys",
    "hotline",
    "relocation",
    "rota",
    "handover",
    "reports",
)
"""Rooms that may own tables, lowest first."""

KEPT_COPIES = 5


def open_desk(
    settings: Settings | None = None, *, clock: Clock | None = None, home: Path | None = None
) -> Desk:
    """Open the database, bring its schema up to date, and hand over the desk.

    Raises:
        Unavailable: damaged file, full disk, server away, network file system, or a newer schema.
        InvalidFile: a setting that cannot be.
    """
    settings = settings or load_settings(home)
    engine = open_engine(settings.database_url())
    with spoken_errors():
        ready = schema_revision(engine) == HEAD
    if not ready:
        upgrade(engine)
    import_tables()
    return Desk(engine, load_secret(settings, home), clock or SystemClock(), settings)


def import_tables() -> None:
    """Load every room's tables, so that foreign keys and undo know them."""
    for room in ROOMS:
        name = f"conciergedesk.{room}.tables" if "." not in room else f"conciergedesk.{room}"
        if find_spec(f"conciergedesk.{room.split('.')[0]}") and find_spec(name):
            import_module(name)


def schema_revision(engine: Engine) -> str:
    """The revision of the database; empty when it is new.

    Raises:
        Unavailable: the database was made by a newer version of the desk.
    """
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    revision = str(found or "")
    if revision > HEAD:
        raise Unavailable(
            N_(
                "This database was made by a newer version (schema {theirs}, this desk knows {ours}). "
                "Update the desk."
            ),
            theirs=revision,
            ours=HEAD,
        )
    return revision


def upgrade(engine: Engine) -> None:
    """Run the migrations, after keeping a copy of a database that already holds something."""
    from alembic import command
    from alembic.config import Config

    import_tables()
    sqlite = engine.dialect.name == "sqlite"
    with spoken_errors():
        if sqlite and schema_revision(engine):
            keep_copy(engine)
        with engine.execution_options(write=True).connect() as connection:
            if sqlite:
                # A rebuilt parent table would otherwise take its children with it.
                _raw(connection).execute("PRAGMA foreign_keys=OFF")
            with connection.begin():
                if not sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(7241965)"))
                config = Config()
                config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                add_guards(connection)
                if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise Unavailable(
                        N_("The upgrade would leave broken links; the database was left as it was.")
                    )
            if sqlite:
                _raw(connection).execute("PRAGMA foreign_keys=ON")


def create_schema(engine: Engine) -> None:
    """Make all tables directly; for tests, which compare the result with that of the migrations."""
    import_tables()
    with engine.execution_options(write=True).begin() as connection:
        SQLModel.metadata.create_all(connection)
        add_guards(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def add_guards(connection: Connection) -> None:
    """Make the database itself refuse changes of the journal."""
    for statement in SCHEMA_GUARDS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def keep_copy(engine: Engine, folder: Path | None = None, *, now: datetime | None = None) -> Path | None:
    """Keep a verified copy of an SQLite database beside it; the newest five stay.

    Returns:
        The copy's path, or ``None`` for a database in memory or on a server.
    """
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        return None
    source = Path(name)
    folder = make_private(folder or source.parent / "copies")
    moment = (now or datetime.now(UTC)).strftime("%Y%m%d-%H%M%S-%f")
    target = folder / f"{source.stem}-{moment}.db"
    fresh = target.with_suffix(".part")
    fresh.unlink(missing_ok=True)
    original = sqlite3.connect(source)
    try:
        original.execute("VACUUM INTO ?", (str(fresh),))
    finally:
        original.close()
    fresh.chmod(0o600)
    check = sqlite3.connect(fresh)
    try:
        sound = check.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    finally:
        check.close()
    if not sound:
        fresh.unlink()
        raise Unavailable(N_("The copy of the database is not sound; nothing was upgraded."))
    fresh.replace(target)
    for old in sorted(folder.glob(f"{source.stem}-*.db"))[:-KEPT_COPIES]:
        old.unlink()
    return target


def _raw(connection: Connection) -> sqlite3.Connection:
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw

"""Wiring only: settings -> engine -> schema -> desk. The one module that may know every room."""

from __future__ import annotations

import hashlib
import hmac
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from conciergedesk.core.clock import Clock, SystemClock
from conciergedesk.core.db.engine import open_engine, spoken_errors
from conciergedesk.core.db.guards import run_guards
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import InvalidInput, Unavailable
from conciergedesk.core.i18n import N_
from conciergedesk.core.paths import make_private
from conciergedesk.core.settings import Settings, load_secret, load_settings, secret_path
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
    try:
        with spoken_errors():
            ready = schema_revision(engine) == HEAD
        if not ready:
            upgrade(engine)
        import_tables()
        from conciergedesk.staff.queries import actor_now

        key = load_secret(settings, home)
        with spoken_errors():
            check_key(engine, key, secret_path(settings, home))
        return Desk(engine, key, clock or SystemClock(), settings, refresh=actor_now)
    except BaseException:
        engine.dispose()
        raise


def check_key(engine: Engine, key: bytes, file: Path) -> None:
    """Make sure that this desk has the key of all desks of its database; the first one leaves a print of it.

    Raises:
        Unavailable: another key: PINs, sealed codes and the journal's chain would not fit. Set
            ``CONCIERGEDESK_NEW_KEY=1`` once to go on without the lost key.
    """
    print_of_it = hmac.new(key, b"the key of this database", hashlib.sha256).hexdigest()[:16]
    named = {"name": "key_print"}
    with engine.connect() as connection:
        query = text("SELECT value FROM shared_setting WHERE name = :name")
        found = connection.execute(query, named).scalar()
    if found is not None and str(found).strip('"') == print_of_it:
        return
    if found is not None and os.environ.get("CONCIERGEDESK_NEW_KEY") != "1":
        raise Unavailable(
            N_(
                "This desk's key, {file}, is not the one its database was made with. "
                "Copy desk.key from the first desk, or name it in the setting “secret_file”."
            ),
            file=str(file),
        )
    change = (
        "INSERT INTO shared_setting (name, value, version) VALUES (:name, :value, 1)"
        if found is None
        else "UPDATE shared_setting SET value = :value, version = version + 1 WHERE name = :name"
    )
    try:
        with engine.execution_options(write=True).begin() as connection:
            connection.execute(text(change), named | {"value": f'"{print_of_it}"'})
    except IntegrityError:
        check_key(engine, key, file)  # another desk was first


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
    import_tables()
    sqlite = engine.dialect.name == "sqlite"
    with spoken_errors():
        revision = schema_revision(engine)
        if not revision:
            _refuse_foreign(engine)
        elif sqlite:
            keep_copy(engine)
        with engine.execution_options(write=True).connect() as connection:
            if sqlite:
                # A rebuilt parent table would otherwise take its children with it.
                _raw(connection).execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.begin():
                    _migrate(connection)
            finally:
                if sqlite:
                    _raw(connection).execute("PRAGMA foreign_keys=ON")


def _refuse_foreign(engine: Engine) -> None:
    """Stop before tables of a desk are made among tables of something else that have the same names."""
    with engine.connect() as connection:
        taken = sorted(set(inspect(connection).get_table_names()) & set(SQLModel.metadata.tables))
    if taken:
        raise Unavailable(
            N_(
                "This database belongs to something else (it has a table “{table}” but no schema of a desk). "
                "Name another one in the setting “database”."
            ),
            table=taken[0],
        )


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        connection.execute(text("SELECT pg_advisory_xact_lock(7241965)"))
    config = Config()
    # A percent sign in the path is not the beginning of a value to fill in.
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise Unavailable(
            N_(
                "This desk does not know the schema of this database ({why}). Open it with the version that made it, "
                "or restore a copy: conciergedesk desk restore."
            ),
            why=str(error),
        ) from error
    run_guards(connection)
    if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise Unavailable(N_("The upgrade would leave broken links; the database was left as it was."))


def create_schema(engine: Engine) -> None:
    """Make all tables directly; for tests, which compare the result with that of the migrations."""
    import_tables()
    with engine.execution_options(write=True).begin() as connection:
        SQLModel.metadata.create_all(connection)
        run_guards(connection)
        connection.execute(
            text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        )
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def keep_copy(engine: Engine, folder: Path | None = None, *, now: datetime | None = None) -> Path | None:
    """Keep a verified copy of an SQLite database beside it; the newest five stay.

    Returns:
        The copy's path, or ``None`` for a database in memory or on a server.

    Raises:
        Unavailable: no room or no right to write it, or a copy that is not sound; no file of that name is left.
    """
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        return None
    source = Path(name)
    folder = folder or source.parent / "copies"
    try:
        return _copy(source, folder, now or datetime.now(UTC))
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(
            N_("No copy of the database could be kept in {folder}: {why}. Nothing was changed."),
            folder=str(folder),
            why=str(error),
        ) from error


def _copy(source: Path, folder: Path, now: datetime) -> Path:
    make_private(folder)
    moment = now.strftime("%Y%m%d-%H%M%S-%f")
    target = folder / f"{source.stem}-{moment}.db"
    fresh = target.with_suffix(".part")
    try:
        # Made before it is filled, so that nobody else can ever read it.
        os.close(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        with closing(sqlite3.connect(source)) as original:
            original.execute("VACUUM INTO ?", (str(fresh),))
        with closing(sqlite3.connect(fresh)) as check:
            if check.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                raise Unavailable(N_("The copy of the database is not sound; nothing was upgraded."))
        descriptor = os.open(fresh, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        fresh.replace(target)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    for old in sorted(folder.glob(f"{source.stem}-*.db"))[:-KEPT_COPIES]:
        old.unlink()
    return target


def restore_copy(url: str, copy: Path, *, now: datetime | None = None) -> Path | None:
    """Put a copy in the place of an SQLite database; nothing happens while a desk has it open.

    Returns:
        Where what was there before is kept; ``None`` when there was nothing.

    Raises:
        InvalidInput: no sound copy of a desk.
        Unavailable: a database on a server, one that is open somewhere, or no room for it.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise Unavailable(N_("This database lives on a server: restore it with the server's own means."))
    target = Path(parsed.database)
    if not _is_sound(copy):
        raise InvalidInput(
            N_("{file} is not a sound copy. Choose another one."), field="file", file=str(copy)
        )
    try:
        make_private(target.parent)
        fresh = target.with_name(f"{target.name}.{os.getpid()}.restored")
        os.close(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        try:
            # Through the library, so that a copy taken with its log beside it is complete.
            with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(fresh)) as filled:
                source.backup(filled)
            kept = _put_aside(target, now or datetime.now(UTC)) if target.exists() else None
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(
            N_("The copy could not be put in place: {why}. The database is as it was."), why=str(error)
        ) from error
    return kept


def _is_sound(copy: Path) -> bool:
    if not copy.is_file():
        return False
    try:
        with closing(sqlite3.connect(copy)) as opened:
            has_schema = opened.execute(
                "SELECT count(*) FROM sqlite_master WHERE name = 'journal'"
            ).fetchone()[0]
            return bool(has_schema) and opened.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    except sqlite3.Error:
        return False


def _put_aside(target: Path, now: datetime) -> Path:
    """Move a database away with all that its log holds."""
    try:
        with closing(sqlite3.connect(target, timeout=1)) as old:
            # Leaving the log mode needs the file for oneself: a desk that is open makes it fail.
            old.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise Unavailable(
            N_("A desk is still open on this database. Close every desk, then restore again.")
        ) from error
    except sqlite3.DatabaseError:
        pass  # damaged: it is put aside as it is
    kept = target.with_name(f"{target.name}.{now:%Y%m%d-%H%M%S-%f}.before-restore")
    for end in ("-wal", "-shm", ""):
        left = target.with_name(target.name + end)
        if left.exists():
            left.replace(kept.with_name(kept.name + end))
    return kept


def _raw(connection: Connection) -> sqlite3.Connection:
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw

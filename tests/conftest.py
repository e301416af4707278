"""Desks for tests: every service is tried on a real SQLite file and on a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from conciergedesk.bootstrap import create_schema, import_tables
from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.engine import open_engine
from conciergedesk.core.desk import Desk
from conciergedesk.core.i18n import use_language, use_zone
from conciergedesk.core.settings import Settings
from conciergedesk.staff import service as staff
from conciergedesk.staff.queries import actor_for
from tests.postgres import PostgresServer, find_postgres

PARIS = ZoneInfo("Europe/Paris")
KEY = b"a key for tests, 32 bytes long.."
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ.pop("NO_COLOR", None)


@pytest.fixture(scope="session")
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders that do not exist yet, one after the other; pytest's own look through all before each new one."""
    base = tmp_path_factory.mktemp("own")
    return (base / str(number) for number in count())


@pytest.fixture(autouse=True)
def _own_home(own_folders: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the desk of whoever runs it."""
    home = next(own_folders)
    home.mkdir(mode=0o700)
    monkeypatch.setenv("CONCIERGEDESK_HOME", str(home))
    use_language("fr")
    use_zone(PARIS)


@pytest.fixture
def clock() -> FixedClock:
    """Wednesday 24 March 2027, 18:42 in Metz."""
    return FixedClock(datetime(2027, 3, 24, 18, 42, tzinfo=PARIS))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema and nothing in it, copied for each test."""
    file = tmp_path_factory.mktemp("template") / "desk.db"
    engine = open_engine(f"sqlite:///{file}")
    create_schema(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One PostgreSQL server for the run, with a template database that holds the schema."""
    import_tables()
    server = find_postgres()
    try:
        server.make_template(create_schema)
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def first_engine(empty_database: Path) -> Iterator[Engine]:
    """An engine that knows its database, and remembers for all others how statements are written."""
    engine = open_engine(f"sqlite:///{empty_database.with_name('first.db')}")
    engine.connect().close()
    yield engine
    engine.dispose()


def open_alike(url: str, first: Engine) -> Engine:
    """An engine of its own for ``url``; writing the statements anew would cost more than running them."""
    engine = open_engine(url)
    engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    return engine


@pytest.fixture
def sqlite_desk(
    empty_database: Path, first_engine: Engine, own_folders: Iterator[Path], clock: FixedClock
) -> Iterator[Desk]:
    """A desk on a new SQLite file, where no thread of an earlier test ever writes."""
    folder = next(own_folders)
    folder.mkdir(mode=0o700)
    shutil.copy(empty_database, folder / "desk.db")
    url = f"sqlite:///{folder / 'desk.db'}"
    desk = Desk(open_alike(url, first_engine), KEY, clock, Settings(database=url))
    yield desk
    desk.close()
    shutil.rmtree(folder, ignore_errors=True)  # a last thread may still be letting go of it


@lru_cache(maxsize=1)
def postgres_engine(url: str) -> Engine:
    """The same for PostgreSQL, for as long as tests share a database."""
    return open_engine(url)


@pytest.fixture
def postgres_desk(postgres: PostgresServer, clock: FixedClock) -> Iterator[Desk]:
    """A desk on its own PostgreSQL database."""
    with postgres.emptied() as url:
        desk = Desk(postgres_engine(url), KEY, clock, Settings(database=url))
        yield desk
        desk.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """The same desk on both databases: a test that uses it runs twice."""
    chosen: Desk = request.getfixturevalue("sqlite_desk" if request.param == "sqlite" else "postgres_desk")
    return chosen


def hire(desk: Desk, first_name: str, role: str = "assistant", team: str = "concierge") -> Actor:
    """A new agent, signed in at a desk of their own."""
    agent_id = desk.act(
        SYSTEM, staff.hire, code="", first_name=first_name, role=role, team=team, languages=["fr", "en", "de"]
    )
    return desk.ask(actor_for, agent_id, language="fr", desk=f"desk-{first_name}")


@pytest.fixture
def ines(desk: Desk) -> Actor:
    """An assistant on shift."""
    return hire(desk, "Inès")


@pytest.fixture
def maelle(desk: Desk) -> Actor:
    """A second assistant, at a second desk."""
    return hire(desk, "Maëlle")


@pytest.fixture
def helene(desk: Desk) -> Actor:
    """The supervisor."""
    return hire(desk, "Hélène", role="supervisor")

"""The engine: what the driver reports becomes a sentence, and a file lies where it is safe and private."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlmodel import select

from conciergedesk.core.actor import Actor
from conciergedesk.core.db import engine as engines
from conciergedesk.core.db.engine import is_transient, open_engine, refuse_network_path, said_of
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import Unavailable
from conciergedesk.customers import service as customers
from conciergedesk.customers.tables import Person
from tests.faults.terminal import until


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "mysql://u:geheim@host/desk",
        "sqlite",
        "http://example.org/desk.db",
        "://",
        "postgresql:",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(Unavailable) as refused:
        open_engine(url)
    assert "geheim" not in str(refused.value) and "database" in refused.value.in_language("en")


def test_the_file_and_its_logs_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "desk" / "desk.db"
    engine = open_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a)")
        connection.commit()
        modes = {one.name: one.stat().st_mode & 0o777 for one in file.parent.iterdir()}
    engine.dispose()
    assert modes == {"desk.db": 0o600, "desk.db-wal": 0o600, "desk.db-shm": 0o600}
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_every_connection_waits_syncs_and_keeps_its_links(sqlite_desk: Desk) -> None:
    with sqlite_desk.engine.connect() as connection:
        told = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "mmap_size")
        }
    assert told == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000, "mmap_size": 0,
    }  # fmt: skip


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Unavailable, match="file"):
        open_engine(f"sqlite:///{tmp_path / 'file' / 'desk.db'}")


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/export /srv nfs4 rw 0 0
//nas/desk /mnt/le\\040bureau cifs rw 0 0
tmpfs /srv/local tmpfs rw 0 0
me@host: /home/me/far fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("place", "refused"),
    [
        ("/home/me/desk.db", False),
        ("/srv/desk.db", True),
        ("/srv/local/desk.db", False),
        ("/srvother/desk.db", False),
        ("/mnt/le bureau/desk.db", True),
        ("/home/me/far/desk.db", True),
    ],
)
def test_a_file_on_a_network_file_system_is_refused(tmp_path: Path, place: str, refused: bool) -> None:
    table = tmp_path / "mounts"
    table.write_text(MOUNTS)
    if refused:
        with pytest.raises(Unavailable, match="PostgreSQL"):
            refuse_network_path(Path(place), table)
    else:
        refuse_network_path(Path(place), table)


def test_the_override_of_that_refusal_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    table = tmp_path / "mounts"
    table.write_text(MOUNTS)
    monkeypatch.setenv("CONCIERGEDESK_ALLOW_NETWORK_FILE", "1")
    monkeypatch.setattr(logging.getLogger("conciergedesk"), "propagate", True)
    with caplog.at_level(logging.WARNING):
        refuse_network_path(Path("/srv/desk.db"), table)
    assert "nfs4" in caplog.text


def raised(name: str, message: str) -> OperationalError:
    original = sqlite3.OperationalError(message)
    original.sqlite_errorname = name
    return OperationalError("SELECT 1", None, original)


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (raised("SQLITE_FULL", "database or disk is full"), "plein"),
        (raised("SQLITE_BUSY", "database is locked"), "autre poste"),
        (raised("SQLITE_BUSY_SNAPSHOT", "database is locked"), "autre poste"),
        (raised("SQLITE_CORRUPT_INDEX", "database disk image is malformed"), "endommagée"),
        (raised("SQLITE_NOTADB", "file is not a database"), "endommagée"),
        (raised("SQLITE_IOERR_READ", "disk I/O error"), "disque"),
        (raised("SQLITE_CANTOPEN", "unable to open database file"), "disque"),
        (OperationalError("x", None, psycopg.OperationalError("connection refused")), "serveur"),
        (psycopg.OperationalError("the connection is lost"), "serveur"),
    ],
)
def test_what_the_driver_reports_is_said_in_the_operators_language(error: Exception, word: str) -> None:
    said = said_of(error)
    assert said is not None and word in str(said)


def test_data_that_merely_speaks_of_connections_is_not_taken_for_a_lost_server() -> None:
    wrong = DBAPIError("x", None, psycopg.DataError("invalid input: connection"))
    assert said_of(wrong) is None and not is_transient(wrong)


def test_values_do_not_enter_error_texts(desk: Desk) -> None:
    with pytest.raises(DBAPIError) as caught, desk.engine.connect() as connection:
        connection.execute(text("SELECT * FROM nowhere WHERE a = :a"), {"a": "Anke Klein"})
    assert "Anke" not in str(caught.value)


def test_a_deadlock_is_tried_again_and_then_said(postgres_desk: Desk) -> None:
    from conciergedesk.core.actor import SYSTEM
    from conciergedesk.core.db.unit import Unit

    tries = 0

    def deadlock(unit: Unit, until: int) -> str:
        nonlocal tries
        tries += 1
        if tries <= until:
            unit.session.connection().exec_driver_sql(
                "DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$"
            )
        return "done"

    assert (postgres_desk.act(SYSTEM, deadlock, 2), tries) == ("done", 3)
    tries = 0
    with pytest.raises(Unavailable, match="gênés"):
        postgres_desk.act(SYSTEM, deadlock, 9)
    assert tries == 3


def test_a_naive_time_is_refused_before_it_is_stored(desk: Desk, ines: Actor) -> None:
    from datetime import datetime

    from conciergedesk.core.db.unit import Unit

    def naive(unit: Unit) -> None:
        unit.add(Person(first_name="Anke", created_at=datetime(2027, 3, 24, 18, 42)))  # noqa: DTZ001

    with pytest.raises(StatementError, match=r"naive|tzinfo|aware|timezone"):
        desk.act(ines, naive)
    with desk.read() as session:
        assert session.exec(select(Person)).all() == []


def test_no_column_keeps_times_in_another_way_than_the_others() -> None:
    from sqlalchemy import DateTime
    from sqlmodel import SQLModel

    from conciergedesk.bootstrap import import_tables

    import_tables()
    wrong = [
        f"{table.name}.{column.name}: {column.type!r}"
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, DateTime) and type(column.type).__name__ == "DateTime"
    ]
    assert not wrong


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.05)


def test_a_foreign_writer_makes_a_save_wait_and_then_fail_politely(
    impatient: None, sqlite_desk: Desk, clock: object
) -> None:
    from tests.conftest import hire

    assert sqlite_desk.engine.url.database is not None
    ines = hire(sqlite_desk, "Inès")
    # The desk of the fixture was opened with its usual patience; this one has less.
    hurried = Desk(
        open_engine(str(sqlite_desk.engine.url)), sqlite_desk.key, sqlite_desk.clock, sqlite_desk.settings
    )
    foreign = sqlite3.connect(sqlite_desk.engine.url.database, isolation_level=None)
    foreign.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="autre poste"):
        hurried.act(ines, customers.add_person, first_name="Anke")
    with hurried.read() as session:
        assert session.exec(select(Person)).all() == []
    foreign.execute("ROLLBACK")
    foreign.close()
    assert hurried.act(ines, customers.add_person, first_name="Anke")
    hurried.close()


def test_a_watch_whose_connection_died_says_so_and_comes_back(postgres_desk: Desk) -> None:
    watch = postgres_desk.watch()
    assert watch.changed()
    with postgres_desk.engine.connect() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                 "AND pid <> pg_backend_pid()")
        )  # fmt: skip

    troubles: list[str] = []

    def look() -> bool:
        try:
            return watch.changed()
        except Unavailable as error:
            troubles.append(str(error))
            return False

    until(look, "a new connection, which reports the unknown as a change")
    assert troubles and not watch.changed()
    watch.close()
    watch.close()


def test_a_pool_without_a_free_connection_is_said(sqlite_desk: Desk) -> None:
    from sqlalchemy.exc import TimeoutError as PoolTimeout

    def empty() -> None:
        with engines.spoken_errors():
            raise PoolTimeout("QueuePool limit reached")

    call: Callable[[], None] = empty
    with pytest.raises(Unavailable):
        call()

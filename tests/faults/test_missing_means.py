"""A full disk, a damaged file, a server that dies: one polite sentence, what was typed stays, nothing is half saved."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, event, text
from sqlmodel import select

from conciergedesk.bootstrap import create_schema, keep_copy
from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.engine import open_engine
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import Unavailable
from conciergedesk.core.settings import Settings
from conciergedesk.customers import service as customers
from conciergedesk.customers.tables import Person
from conciergedesk.ui.session import DeskSession
from tests.conftest import KEY, hire
from tests.faults.house import assert_sound, book
from tests.faults.terminal import until
from tests.postgres import PostgresServer, find_postgres
from tests.ui_flows.conftest import furnish, opened


@pytest.fixture(autouse=True)
def _one_key(_own_home: None) -> None:
    (Path(os.environ["CONCIERGEDESK_HOME"]) / "desk.key").write_bytes(KEY)


def people(desk: Desk) -> int:
    with desk.read() as session:
        return len(session.exec(select(Person.id)).all())


# --- disk full ---


@contextmanager
def no_room(desk: Desk) -> Iterator[None]:
    """Let the database grow no further, on every connection; what a full disk does, reported by the same code."""

    def limit(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count=1")

    event.listen(desk.engine, "engine_connect", limit)
    yield
    event.remove(desk.engine, "engine_connect", limit)


def fill(desk: Desk, actor: Actor, most: int = 400, size: int = 15_000) -> int:
    """Note people until it is refused; answers how many were accepted."""
    for number in range(most):
        try:
            desk.act(actor, customers.add_person, first_name=f"Anke {number}", note="x" * size)
        except Unavailable as error:
            assert "plein" in str(error) and "gardé" in str(error)
            return number
    raise AssertionError("the disk never filled up")


def test_a_full_disk_keeps_everything_that_was_accepted(sqlite_desk: Desk) -> None:
    ines = hire(sqlite_desk, "Inès")
    with no_room(sqlite_desk):
        kept = fill(sqlite_desk, ines)
        assert people(sqlite_desk) == kept
    assert_sound(sqlite_desk)


def test_a_really_full_disk_too_and_it_works_on_when_there_is_room(
    empty_database: Path, tmp_path: Path, clock: FixedClock
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk here")
    try:
        (disk / "desk.db").write_bytes(empty_database.read_bytes())
        (disk / "ballast").write_bytes(b"x" * 400_000)
        url = f"sqlite:///{disk / 'desk.db'}"
        desk = Desk(open_engine(url), KEY, clock, Settings(database=url))
        ines = hire(desk, "Inès")
        kept = fill(desk, ines)
        assert people(desk) == kept
        with pytest.raises(Unavailable):
            keep_copy(desk.engine)
        assert not list(disk.rglob("*.part")) and not list(disk.rglob("copies/*.db"))
        (disk / "ballast").unlink()
        desk.act(ines, customers.add_person, first_name="Lilas")
        assert people(desk) == kept + 1
        assert_sound(desk)
        desk.close()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


async def test_on_a_full_disk_the_line_stays_where_it_was_typed(sqlite_desk: Desk, clock: FixedClock) -> None:
    furnish(sqlite_desk, book())
    ines = hire(sqlite_desk, "Inès")
    async with opened(sqlite_desk, clock, ines) as desk:
        inner = desk.session.desk()
        await desk.press("n")
        await desk.type("taxi demain 6h30 gare")
        full = True

        def limit(connection: Connection, *_rest: object) -> None:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            raw.execute(f"PRAGMA max_page_count={1 if full else 1_000_000}")

        event.listen(inner.engine, "begin", limit)
        fill(inner, ines)
        fill(inner, ines, size=1)  # the last corner
        await desk.press("ctrl+s")
        assert "plein" in desk.text and "taxi demain 6h30 gare" in desk.text
        full = False
        await desk.press("ctrl+s")
        assert [one.type_code for one in desk.requests()] == ["taxi"]
    assert_sound(sqlite_desk)


# --- a server that dies ---


@pytest.fixture(scope="module")
def frail() -> Iterator[PostgresServer]:
    """A server of this module's own, so that killing it harms nobody."""
    server = find_postgres()
    try:
        server.make_template(create_schema)
        yield server
    finally:
        server.stop()


@pytest.fixture
def frail_desk(frail: PostgresServer, clock: FixedClock) -> Iterator[Desk]:
    with frail.database() as url:
        desk = Desk(open_engine(url), KEY, clock, Settings(database=url))
        yield desk
        desk.close()
        until(lambda: answers(frail), "the server to be back")


def answers(server: PostgresServer) -> bool:
    try:
        psycopg.connect(server.address, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def cut_off(desk: Desk, at: int) -> list[int]:
    """Let the server end the connection before the ``at``-th writing statement of the next unit."""
    seen: list[int] = []

    def before(connection: Connection, *_rest: object) -> None:
        if not connection.get_execution_options().get("write"):
            return
        seen.append(1)
        if len(seen) == at:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            os.kill(raw.info.backend_pid, signal.SIGKILL)

    event.listen(desk.engine, "before_cursor_execute", before)
    return seen


@pytest.mark.parametrize("at", [1, 2, 4])
def test_a_server_killed_between_two_statements_leaves_nothing_and_comes_back(
    frail_desk: Desk, at: int
) -> None:
    ines = hire(frail_desk, "Inès")
    watch = frail_desk.watch()
    watch.changed()
    seen = cut_off(frail_desk, at)
    with pytest.raises(Unavailable, match="serveur"):
        frail_desk.act(ines, customers.add_person, first_name="Anke", phones=["06 39 98 20 20"])
    assert len(seen) >= at

    # The whole server restarts after one of its processes was killed; the desk finds it again by itself.
    def saved() -> bool:
        try:
            frail_desk.act(ines, customers.add_person, first_name="Jonas")
        except Unavailable:
            return False
        return True

    until(saved, "the server to be back")

    def watched() -> bool:
        try:
            return watch.changed()
        except Unavailable:
            return False

    until(watched, "the watch to be back")
    watch.close()
    with frail_desk.read() as session:
        assert session.exec(select(Person.first_name)).all() == ["Jonas"]
    assert_sound(frail_desk)


def test_a_server_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    session = DeskSession(None, Settings(database=f"postgresql://desk@/desk?host={tmp_path}"))
    with pytest.raises(Unavailable, match="serveur"):
        session.open_own()
    session.close()


def test_a_desk_closes_even_when_its_server_is_gone(frail_desk: Desk, clock: FixedClock) -> None:
    ines = hire(frail_desk, "Inès")
    session = DeskSession(clock, frail_desk.settings)
    session._desk, session.actor = (
        Desk(open_engine(frail_desk.settings.database), KEY, clock, frail_desk.settings),
        ines,
    )
    session.show_presence()
    with frail_desk.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        cut_off(session.desk(), 1)
    session.close()
    assert session.actor is None and session.load().promises == ()


async def test_a_screen_without_its_database_says_so_stays_alive_and_recovers(
    sqlite_desk: Desk, clock: FixedClock
) -> None:
    furnish(sqlite_desk, book())
    ines = hire(sqlite_desk, "Inès")
    async with opened(sqlite_desk, clock, ines) as desk:
        gone = True

        def away(_connection: Connection, *_rest: object) -> None:
            if gone:
                import sqlite3

                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorname = "SQLITE_IOERR"
                raise error

        event.listen(desk.session.desk().engine, "before_cursor_execute", away)
        for key in (
            "ctrl+r",
            "t",
            "f",
            "escape",
            "n",
            "escape",
            "v",
            "escape",
            "u",
            "s",
            "escape",
            "h",
            "escape",
        ):
            await desk.press(key)
            assert desk.pilot.app.is_running
        gone = False
        await desk.press("escape", "escape", "ctrl+r", "n")
        await desk.type("taxi demain 6h30 gare")
        await desk.press("ctrl+s")
        assert [one.type_code for one in desk.requests()] == ["taxi"]

"""What is taken away while a desk is open: its log, its connections, a right, a zone; and an upgrade cut short."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlmodel import select

from conciergedesk.board.offers import make_reader
from conciergedesk.bootstrap import open_desk, schema_revision, upgrade
from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.engine import BUSY_SECONDS, open_engine
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import NotAllowed, RuleRefused, Unavailable
from conciergedesk.core.i18n import N_
from conciergedesk.core.settings import Settings
from conciergedesk.core.shared import Agency, set_up_agency
from conciergedesk.customers import service as customers
from conciergedesk.customers.tables import Person
from conciergedesk.jobs import MOST_LEFT_OUT, Turns, WakeUp
from conciergedesk.migrations import HEAD
from conciergedesk.requests import service as requests
from conciergedesk.requests.service import NewRequest
from conciergedesk.staff import service as staff
from conciergedesk.staff.queries import actor_now
from tests.conftest import KEY, hire
from tests.faults.house import assert_sound, book
from tests.faults.terminal import ROOT, until
from tests.keyboard import strike
from tests.postgres import PostgresServer
from tests.ui_flows.conftest import furnish, opened


@pytest.fixture(autouse=True)
def _one_key(_own_home: None) -> None:
    (Path(os.environ["CONCIERGEDESK_HOME"]) / "desk.key").write_bytes(KEY)


# --- the log of the database ---


def test_a_desk_whose_log_was_removed_stops_writing_and_says_so(sqlite_desk: Desk) -> None:
    ines = hire(sqlite_desk, "Inès")
    sqlite_desk.act(ines, customers.add_person, first_name="Anke")
    file = Path(str(sqlite_desk.engine.url.database))
    file.with_name(file.name + "-wal").unlink()
    for _again in range(2):
        with pytest.raises(Unavailable, match="-wal"):
            sqlite_desk.act(ines, customers.add_person, first_name="Jonas")
    with sqlite_desk.read() as session:
        assert session.exec(select(Person.first_name)).all() == ["Anke"]


def test_a_log_that_another_desk_made_anew_is_not_taken_for_ours(sqlite_desk: Desk) -> None:
    ines = hire(sqlite_desk, "Inès")
    sqlite_desk.act(ines, customers.add_person, first_name="Anke")
    file = Path(str(sqlite_desk.engine.url.database))
    log = file.with_name(file.name + "-wal")
    log.rename(file.with_name("kept"))
    log.write_bytes(b"")
    with pytest.raises(Unavailable, match="-wal"):
        sqlite_desk.act(ines, customers.add_person, first_name="Jonas")


# --- an upgrade cut short ---

_KILLED = """
import os, signal, sys
from sqlalchemy import event
from conciergedesk.bootstrap import upgrade
from conciergedesk.core.db.engine import BUSY_SECONDS, open_engine
engine, at, seen = open_engine(sys.argv[1]), int(sys.argv[2]), []
def die(*_rest):
    seen.append(1)
    if at and len(seen) == at:
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(engine, "before_cursor_execute", die)
if not at:
    event.listen(engine, "commit", lambda _connection: os.kill(os.getpid(), signal.SIGKILL))
upgrade(engine)
"""


@pytest.mark.parametrize("at", [150, 0], ids=["in the middle", "before the commit"])
def test_an_upgrade_killed_half_way_is_done_whole_by_the_next_start(tmp_path: Path, at: int) -> None:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, url, str(at)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    engine = open_engine(url)
    assert schema_revision(engine) == "", "a schema that is not whole calls itself whole"
    engine.dispose()
    desk = open_desk(Settings(database=url))
    assert schema_revision(desk.engine) == HEAD
    hire(desk, "Inès")
    assert_sound(desk)
    desk.close()


@pytest.mark.parametrize("revision", ["0000", "zzzz", "' OR 1=1"])
def test_a_schema_nobody_knows_is_one_sentence_and_is_not_touched(
    empty_database: Path, tmp_path: Path, revision: str
) -> None:
    file = tmp_path / "desk.db"
    file.write_bytes(empty_database.read_bytes())
    raw = sqlite3.connect(file)
    raw.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    raw.commit()
    raw.close()
    with pytest.raises(Unavailable, match="schéma"):
        open_desk(Settings(database=f"sqlite:///{file}"))
    raw = sqlite3.connect(file)
    assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [(revision,)]
    raw.close()


def test_a_database_of_something_else_is_not_made_into_a_desk(tmp_path: Path) -> None:
    file = tmp_path / "else.db"
    raw = sqlite3.connect(file)
    raw.execute("CREATE TABLE person (a)")
    raw.commit()
    raw.close()
    engine = open_engine(f"sqlite:///{file}")
    with pytest.raises(Unavailable, match="autre chose"):
        upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM sqlite_master")).scalars().all() == ["person"]
    engine.dispose()


# --- connections ---


@contextmanager
def clerk(server: PostgresServer, url: str, connections: int) -> Iterator[str]:
    """An address for somebody who may open only so many connections."""
    admin = psycopg.connect(make_url(url).render_as_string(False), autocommit=True)
    admin.execute(f"CREATE ROLE clerk LOGIN CONNECTION LIMIT {connections}")
    admin.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk")
    admin.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO clerk")
    try:
        yield make_url(url).set(username="clerk").render_as_string(False)
    finally:
        admin.execute("DROP OWNED BY clerk")
        admin.execute("DROP ROLE clerk")
        admin.close()


def test_desks_beyond_the_servers_limit_are_told_and_work_once_there_is_room(
    postgres: PostgresServer, postgres_desk: Desk, clock: FixedClock
) -> None:
    ines = hire(postgres_desk, "Inès")
    url = postgres_desk.engine.url.set(drivername="postgresql").render_as_string(False)
    with clerk(postgres, url, 3) as address:
        holders = [psycopg.connect(address) for _one in range(2)]
        settings = Settings(database=address)
        desks = [Desk(open_engine(address), KEY, clock, settings) for _one in range(3)]
        desks[0].act(ines, customers.add_person, first_name="Anke")
        for desk in desks[1:]:
            for _again in range(2):
                with pytest.raises(Unavailable, match="connexion libre"):
                    desk.act(ines, customers.add_person, first_name="Jonas")
        for one in holders:
            one.close()

        def saved() -> bool:
            try:
                desks[1].act(ines, customers.add_person, first_name="Jonas")
            except Unavailable:
                return False
            return True

        until(saved, "a free connection")
        for desk in desks:
            desk.close()
    with postgres_desk.read() as session:
        assert sorted(session.exec(select(Person.first_name)).all()) == ["Anke", "Jonas"]


# --- rights ---


@pytest.fixture
def strict(desk: Desk) -> Desk:
    """The desk as the program opens it: who acts is looked up again at every act."""
    return Desk(desk.engine, desk.key, desk.clock, desk.settings, refresh=actor_now)


def test_a_closed_access_ends_with_the_next_act(strict: Desk, ines: Actor, helene: Actor) -> None:
    assert ines.id is not None
    strict.act(ines, customers.add_person, first_name="Anke")
    strict.act(helene, staff.change_agent, ines.id, active=False)
    with pytest.raises(NotAllowed, match="fermé"):
        strict.act(ines, customers.add_person, first_name="Jonas")


def test_a_role_that_was_reduced_or_raised_holds_from_the_next_act(
    strict: Desk, ines: Actor, helene: Actor
) -> None:
    second = hire(strict, "Mireille", role="supervisor")
    assert second.id is not None and ines.id is not None
    strict.act(helene, staff.change_agent, second.id, role="assistant")
    with pytest.raises(NotAllowed):
        strict.act(second, staff.change_agent, ines.id, role="supervisor")
    strict.act(helene, staff.change_agent, ines.id, role="supervisor")
    strict.act(ines, staff.change_agent, second.id, team="coach")


def test_the_desk_that_the_program_opens_looks_again(tmp_path: Path) -> None:
    desk = open_desk(Settings(database=f"sqlite:///{tmp_path / 'desk.db'}"))
    hire(desk, "Hélène", role="supervisor")
    ines = hire(desk, "Inès")
    assert ines.id is not None
    desk.act(SYSTEM, staff.change_agent, ines.id, active=False)
    with pytest.raises(NotAllowed):
        desk.act(ines, customers.add_person, first_name="Anke")
    desk.close()


# --- wake-ups ---


def test_a_wake_up_that_fails_is_written_down_once_and_tried_less_often(
    caplog: pytest.LogCaptureFixture,
) -> None:
    calls: list[int] = []
    away = True

    def call() -> None:
        calls.append(1)
        if away:
            raise Unavailable(
                N_("The database server does not answer. Your text is kept; try again in a moment.")
            )

    turns = Turns(WakeUp("time", 20, call))
    with caplog.at_level(logging.INFO, logger="conciergedesk.jobs"):
        for _turn in range(40):
            turns.take()
        assert len(calls) < 12
        assert len(caplog.records) == 1 and caplog.records[0].exc_info is None
        away = False
        before = len(calls)
        for _turn in range(MOST_LEFT_OUT + 1):
            turns.take()
        assert len(calls) > before and "works again" in caplog.text
        calls.clear()
        turns.take()
        turns.take()
        assert len(calls) == 2
        assert len(caplog.records) == 2


# --- a room that cannot say what it owes ---


def test_a_room_in_trouble_hides_nothing_of_the_others(sqlite_desk: Desk) -> None:
    ines = hire(sqlite_desk, "Inès")
    made = sqlite_desk.act(ines, requests.capture, book(), NewRequest("taxi"))
    reader = make_reader(sqlite_desk, book(), lambda: ines)
    broken = next(one for one in reader._offers if "request" not in one.subjects)

    class Broken:
        subjects = broken.subjects
        owns = broken.owns
        key_of = broken.key_of
        detail = broken.detail

        def promises(self, *_rest: object) -> list[object]:
            raise RuleRefused(N_("Sign in first."))

    reader._offers = [Broken() if one is broken else one for one in reader._offers]  # type: ignore[misc]
    snapshot = reader.load()
    assert [one.id for one in snapshot.promises] == [made]
    assert snapshot.trouble
    reader.close()


# --- on the screen ---


async def test_the_screen_answers_while_another_process_keeps_the_database(
    sqlite_desk: Desk, clock: FixedClock
) -> None:
    furnish(sqlite_desk, book())
    ines = hire(sqlite_desk, "Inès")
    async with opened(sqlite_desk, clock, ines) as desk:
        await desk.press("n")
        await desk.type("taxi demain 6h30 gare")
        foreign = sqlite3.connect(str(sqlite_desk.engine.url.database), isolation_level=None)
        foreign.execute("BEGIN IMMEDIATE")
        await strike(desk.pilot.app, "ctrl+s")
        await desk.pilot._wait_for_screen()
        # The save waits in its thread; keys are answered all the same.
        for key, shown in (
            ("escape", "Rien ne presse"),
            ("question_mark", "Touches"),
            ("escape", "Rien ne presse"),
        ):
            await strike(desk.pilot.app, key)
            async with asyncio.timeout(
                BUSY_SECONDS / 2
            ):  # before the save has ended, however busy the machine
                while shown not in desk.text:
                    await asyncio.sleep(0.01)
        assert any(not worker.is_finished for worker in desk.pilot.app.workers) or desk.requests() == []
        foreign.execute("ROLLBACK")
        foreign.close()
        await desk.settle()

        def saved() -> bool:
            return [one.type_code for one in desk.requests()] == ["taxi"]

        until(saved, "the save that had waited")
    assert_sound(sqlite_desk)


async def test_a_zone_that_is_not_known_is_said_on_the_screen(sqlite_desk: Desk, clock: FixedClock) -> None:
    furnish(sqlite_desk, book())
    ines = hire(sqlite_desk, "Inès")
    sqlite_desk.act(SYSTEM, set_up_agency, Agency(name="Agence", zone="Mars/Base"))
    async with opened(sqlite_desk, clock, ines) as desk:
        assert "Mars/Base" in desk.text and "Europe/Paris" in desk.text

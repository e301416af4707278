"""Opening a database: upgraded whole or not at all, with a copy kept; damaged or newer ones are refused politely."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text
from sqlmodel import SQLModel

from conciergedesk import bootstrap
from conciergedesk.bootstrap import (
    KEPT_COPIES,
    import_tables,
    keep_copy,
    open_desk,
    restore_copy,
    schema_revision,
    upgrade,
)
from conciergedesk.core.db.engine import open_engine
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import InvalidInput, Unavailable
from conciergedesk.core.settings import Settings
from conciergedesk.customers import service as customers
from conciergedesk.migrations import HEAD
from tests.conftest import hire
from tests.postgres import PostgresServer


def differences(engine: Engine) -> list[str]:
    """What separates the migrated schema from the tables of the code."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    import_tables()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        import warnings

        with warnings.catch_warnings():
            # Two tables point at each other; their order does not matter for a comparison.
            warnings.filterwarnings("ignore", message="Cannot correctly sort tables")
            return [repr(one) for one in compare_metadata(context, SQLModel.metadata)]


def file_of(desk: Desk) -> Path:
    return Path(str(desk.engine.url.database))


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'desk.db'}")
    upgrade(engine)
    yield engine
    engine.dispose()


def test_the_migrations_make_what_the_code_expects_on_sqlite(migrated: Engine) -> None:
    assert differences(migrated) == []


def test_the_migrations_make_what_the_code_expects_on_postgresql(postgres: PostgresServer) -> None:
    with postgres.database() as url:
        engine = open_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        upgrade(engine)
        assert schema_revision(engine) == HEAD
        assert differences(engine) == []
        upgrade(engine)
        engine.dispose()


def _guards(connection: Connection) -> set[str]:
    return {
        row[0] for row in connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
    }


def test_migrated_and_directly_made_databases_guard_the_registers_alike(
    migrated: Engine, sqlite_desk: Desk
) -> None:
    with migrated.connect() as one, sqlite_desk.engine.connect() as other:
        assert _guards(one) == _guards(other) and len(_guards(one)) >= 2


def test_the_newest_revision_is_the_one_the_code_names() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(bootstrap.__file__).parent / "migrations"))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [HEAD]
    assert all(len(one.revision) == len(HEAD) for one in script.walk_revisions()), "revisions compare as text"


def test_an_upgrade_of_what_is_up_to_date_changes_nothing(migrated: Engine) -> None:
    def schema() -> list[object]:
        with migrated.connect() as connection:
            return list(
                connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2").all()
            )

    before = schema()
    upgrade(migrated)
    assert schema() == before and schema_revision(migrated) == HEAD
    with migrated.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_copy_is_kept_before_an_upgrade_of_a_database_with_something_in_it(
    migrated: Engine, tmp_path: Path
) -> None:
    assert not (tmp_path / "copies").exists(), "a new database has nothing to keep"
    with migrated.execution_options(write=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :old"), {"old": "0000"})
        connection.execute(text("INSERT INTO shared_setting (name, value, version) VALUES ('probe', '1', 1)"))
    with pytest.raises(Unavailable):
        upgrade(migrated)
    [kept] = (tmp_path / "copies").iterdir()
    copied = sqlite3.connect(kept)
    assert copied.execute("SELECT name FROM shared_setting").fetchall() == [("probe",)]
    copied.close()


def test_an_upgrade_that_fails_leaves_the_old_database_and_its_links(
    migrated: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE half_done (a)")
        connection.exec_driver_sql("DROP TABLE phone")
        raise Unavailable("interrupted")

    monkeypatch.setattr(bootstrap, "run_guards", half)
    with pytest.raises(Unavailable):
        upgrade(migrated)
    with migrated.connect() as connection:
        names = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master")}
        assert "half_done" not in names and "phone" in names
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_newer_database_is_refused_with_both_revisions_and_not_touched(
    migrated: Engine, tmp_path: Path
) -> None:
    with migrated.execution_options(write=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    migrated.dispose()
    file = tmp_path / "desk.db"
    before = file.read_bytes()
    with pytest.raises(Unavailable) as refused:
        open_desk(Settings(database=f"sqlite:///{file}"), home=tmp_path)
    assert "9999" in str(refused.value) and HEAD in str(refused.value)
    assert file.read_bytes() == before


def test_a_damaged_database_is_refused_and_the_way_out_is_named(sqlite_desk: Desk, tmp_path: Path) -> None:
    ines = hire(sqlite_desk, "Inès")
    for number in range(30):
        sqlite_desk.act(ines, customers.add_person, first_name=f"Anke {number}", note="x" * 3000)
    with sqlite_desk.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    broken = tmp_path / "broken.db"
    shutil.copy(file_of(sqlite_desk), broken)
    whole = broken.read_bytes()
    for pages in (range(0, 1), range(1, len(whole) // 4096)):
        spoiled = bytearray(whole)
        for page in pages:
            spoiled[page * 4096 : page * 4096 + 2000] = os.urandom(2000)
        broken.write_bytes(spoiled)
        with pytest.raises(Unavailable, match="restore"):
            desk = open_desk(Settings(database=f"sqlite:///{broken}"), home=tmp_path)
            try:
                with desk.read() as session:
                    for name in ("agent", "person", "journal"):
                        session.connection().execute(text(f"SELECT * FROM {name}")).all()
            finally:
                desk.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_text("Chère Anke,\n" * 500)
    with pytest.raises(Unavailable, match="endommagée"):
        open_desk(Settings(database=f"sqlite:///{tmp_path / 'desk.db'}"), home=tmp_path)


def _open_and_close(folder: str, told: multiprocessing.Queue[str]) -> None:
    try:
        desk = open_desk(Settings(database=f"sqlite:///{folder}/desk.db"), home=Path(folder))
        told.put(f"{schema_revision(desk.engine)} {desk.key.hex()}")
        desk.close()
    except BaseException as error:
        told.put(repr(error))


def test_desks_that_open_a_new_database_together_all_succeed(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    told: multiprocessing.Queue[str] = context.Queue()
    started = [context.Process(target=_open_and_close, args=(str(tmp_path), told)) for _number in range(3)]
    for process in started:
        process.start()
    answers = {told.get(timeout=60) for _process in started}
    for process in started:
        process.join(30)
    assert len(answers) == 1 and answers.pop().startswith(HEAD)


# --- copies ---


def test_a_copy_is_complete_private_and_the_newest_five_stay(sqlite_desk: Desk) -> None:
    ines = hire(sqlite_desk, "Inès")
    kept: list[Path] = []
    for hour in range(KEPT_COPIES + 3):
        sqlite_desk.act(ines, customers.add_person, first_name=f"Anke {hour}")
        made = keep_copy(sqlite_desk.engine, now=datetime(2027, 3, 24, hour, tzinfo=UTC))
        assert made is not None
        kept.append(made)
    folder = file_of(sqlite_desk).parent / "copies"
    assert sorted(folder.iterdir()) == kept[-KEPT_COPIES:]
    assert stat.S_IMODE(kept[-1].stat().st_mode) == 0o600 and stat.S_IMODE(folder.stat().st_mode) == 0o700
    copied = sqlite3.connect(kept[-1])
    # Written since the last checkpoint, so still in the log of the original.
    assert copied.execute("SELECT count(*) FROM person").fetchone() == (KEPT_COPIES + 3,)
    copied.close()


def test_times_of_files_do_not_decide_which_copies_stay(sqlite_desk: Desk, tmp_path: Path) -> None:
    made = [keep_copy(sqlite_desk.engine, now=datetime(2027, 3, day, tzinfo=UTC)) for day in range(1, 6)]
    for number, copy in enumerate(made):
        assert copy is not None
        os.utime(copy, (number, 315532800) if number % 2 else (4102444800, 4102444800))
    newest = keep_copy(sqlite_desk.engine, now=datetime(2027, 3, 9, tzinfo=UTC))
    assert newest is not None and newest.exists() and made[1] is not None and made[1].exists()


def test_a_copy_that_cannot_be_written_leaves_nothing_and_says_so(sqlite_desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="file"):
        keep_copy(sqlite_desk.engine, tmp_path / "file")
    first = keep_copy(sqlite_desk.engine, now=datetime(2027, 3, 1, tzinfo=UTC))
    assert first is not None and sqlite_desk.engine.url.database is not None
    damaged = tmp_path / "damaged.db"
    whole = first.read_bytes()
    damaged.write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))
    engine = open_engine(f"sqlite:///{damaged}")
    with pytest.raises(Unavailable):
        keep_copy(engine, tmp_path / "elsewhere")
    engine.dispose()
    assert list((tmp_path / "elsewhere").iterdir()) == [] and first.exists()


def test_a_copy_is_put_back_and_what_was_there_is_kept(sqlite_desk: Desk, tmp_path: Path) -> None:
    ines = hire(sqlite_desk, "Inès")
    url = f"sqlite:///{file_of(sqlite_desk)}"
    copy = keep_copy(sqlite_desk.engine)
    sqlite_desk.act(ines, customers.add_person, first_name="Anke")
    assert copy is not None
    with pytest.raises(Unavailable, match="encore ouvert"):
        restore_copy(url, copy)
    sqlite_desk.close()
    before = restore_copy(url, copy)
    assert before is not None
    assert _people(before) == 1 and _people(file_of(sqlite_desk)) == 0
    again = open_desk(Settings(database=url), home=tmp_path)
    again.close()


def _people(file: Path) -> int:
    opened = sqlite3.connect(file)
    try:
        return int(opened.execute("SELECT count(*) FROM person").fetchone()[0])
    finally:
        opened.close()


@pytest.mark.parametrize("content", [b"", b"not a database at all", None])
def test_what_is_no_sound_copy_is_not_put_back(
    tmp_path: Path, sqlite_desk: Desk, content: bytes | None
) -> None:
    sqlite_desk.close()
    file = tmp_path / "copy.db"
    if content is not None:
        file.write_bytes(content)
    before = file_of(sqlite_desk).read_bytes()
    with pytest.raises(InvalidInput):
        restore_copy(f"sqlite:///{file_of(sqlite_desk)}", file)
    assert file_of(sqlite_desk).read_bytes() == before
    assert not file.exists() or content is not None


def test_a_damaged_database_gives_way_to_its_copy(tmp_path: Path, sqlite_desk: Desk) -> None:
    copy = keep_copy(sqlite_desk.engine)
    sqlite_desk.close()
    file = file_of(sqlite_desk)
    file.write_bytes(os.urandom(20_000))
    assert copy is not None
    before = restore_copy(f"sqlite:///{file}", copy)
    assert before is not None and before.stat().st_size == 20_000
    assert _people(file) == 0


def test_links_between_tables_that_point_at_each_other_are_drafted_for_the_server() -> None:
    from conciergedesk.migrations.draft import with_late_links

    end = "    # ### end Alembic commands ###\n"
    drafted = with_late_links(
        f"    op.create_table('lodging',\n    )\n{end}\n\ndef downgrade() -> None:\n{end}"
    )
    assert drafted.index("fk_lodging_owner") < drafted.index(end) and drafted.count("fk_lodging_owner") == 1
    assert with_late_links(f"    op.create_table('agent')\n{end}") == f"    op.create_table('agent')\n{end}"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_desk_with_another_key_is_refused_until_it_is_told_to_go_on(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk: Desk = request.getfixturevalue("sqlite_desk" if kind == "sqlite" else "postgres_desk")

    def opened(home: str) -> None:
        open_desk(desk.settings, home=tmp_path / home).close()

    opened("first")
    opened("first")
    with pytest.raises(Unavailable, match=r"desk\.key"):
        opened("second")
    shutil.copy(tmp_path / "first" / "desk.key", tmp_path / "second" / "desk.key")
    opened("second")
    monkeypatch.setenv("CONCIERGEDESK_NEW_KEY", "1")
    opened("third")
    monkeypatch.delenv("CONCIERGEDESK_NEW_KEY")
    opened("third")
    with pytest.raises(Unavailable):
        opened("first")

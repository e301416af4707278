"""The ``ring`` command: one row in another process, nothing heavy loaded, every mistake said in a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conciergedesk.core.desk import Desk
from conciergedesk.core.paths import desk_home
from conciergedesk.hotline import service as hotline
from conciergedesk.hotline.queries import caller_card, calls_by_id, missed_calls, ringing
from conciergedesk.hotline.ringing import clean_number, home_folder
from conciergedesk.requests.queries import open_call_backs
from tests.faults.terminal import until

from .conftest import Line

ROOT = Path(__file__).parents[2]


def run(desk: Desk, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "CONCIERGEDESK_DATABASE": desk.engine.url.render_as_string(hide_password=False),
    }
    return subprocess.run(
        [sys.executable, "-m", "conciergedesk", "ring", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_call_rung_by_a_script_reaches_the_desks_of_its_line(line: Line) -> None:
    watch = line.desk.watch()
    watch.changed()
    done = run(line.desk, "+33 3 53 01 40 01", "--line", "technical")
    assert (done.returncode, done.stderr) == (0, "")
    call = int(done.stdout)
    until(watch.changed, "another desk to notice by itself")
    watch.close()
    assert line.desk.ask(ringing, "technical") == [call]
    assert line.desk.ask(ringing, "commercial") == []
    row = line.desk.ask(calls_by_id, [call])[0]
    assert row.rang_at.utcoffset() is not None, "the instant is as aware as the desk's own"
    card = line.desk.ask(caller_card, call, line.clock.now(), line.house.rules)
    assert (card.name, card.site) == ("Bernadette", "Site 1")
    line.desk.act(line.yanis, hotline.take_call, call)
    assert line.desk.ask(ringing, "technical") == []


def test_a_caller_who_hangs_up_becomes_a_call_back(line: Line) -> None:
    call = int(run(line.desk, "0639984003", "--line=commercial").stdout)
    assert int(run(line.desk, "0639984003", "--over").stdout) == call
    assert run(line.desk, "0639984003", "--over").stdout == "\n", "nothing rings any more"
    line.clock.move_to(line.desk.ask(calls_by_id, [call])[0].rang_at)
    line.desk.act(line.lucie, hotline.note_missed_calls, line.house)
    line.desk.act(line.lucie, hotline.note_missed_calls, line.house)
    assert [one.id for one in line.desk.ask(missed_calls, "commercial")] == [call]
    backs = line.desk.ask(open_call_backs)
    assert [(one.number, one.team) for one in backs] == [("+33639984003", "commercial")]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ((), 2),
        (("--help",), 0),
        (("06", "--line", "sales"), 2),
        (("06", "07"), 2),
        (("06", "--lien", "t"), 2),
    ],
)
def test_wrong_use_is_answered_by_the_right_one(
    sqlite_desk: Desk, arguments: tuple[str, ...], status: int
) -> None:
    done = run(sqlite_desk, *arguments)
    assert done.returncode == status
    assert "ring" in done.stdout + done.stderr or "technical" in done.stderr
    assert sqlite_desk.ask(ringing) == []


def test_hostile_numbers_are_reduced_to_what_can_be_dialled() -> None:
    assert clean_number("+352 621\x1b]52;c;x\x07 000-040") == "+352 62152 000-040"
    assert clean_number("'; DROP TABLE hotline_call; --") == ""
    assert clean_number("anonymous") == ""
    assert len(clean_number("9" * 500)) == 40


def test_a_desk_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    for database, said in ((tmp_path / "none.db", "jamais été ouvert"), (tmp_path / "text.db", "abîmée")):
        if said == "abîmée":
            database.write_text("this is no database, but a text that is long enough to be looked at " * 20)
        done = subprocess.run(
            [sys.executable, "-m", "conciergedesk", "ring", "0353014001"],
            env={
                **os.environ, "PYTHONPATH": str(ROOT / "src"), "CONCIERGEDESK_DATABASE": f"sqlite:///{database}",
            },
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert (done.returncode, said in done.stderr) == (3, True), done.stderr
        assert "Traceback" not in done.stderr


def test_the_command_and_the_desk_agree_where_the_desk_lives(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert Path(home_folder()) == desk_home()
    monkeypatch.delenv("CONCIERGEDESK_HOME")
    assert Path(home_folder()) == desk_home()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert Path(home_folder()) == desk_home()


def test_ringing_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['conciergedesk', 'ring', '--help']\n"
        "try:\n    from conciergedesk.__main__ import main; main()\nexcept SystemExit: pass\n"
        "print([name for name in ('sqlmodel', 'sqlalchemy', 'textual', 'typer', 'rich', 'phonenumbers') "
        "if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"

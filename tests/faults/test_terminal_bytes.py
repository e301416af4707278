"""No control sequence of any data reaches the terminal: judged by the bytes a real desk writes on every screen."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conciergedesk.core.actor import SYSTEM
from conciergedesk.core.shared import Agency, set_up_agency
from conciergedesk.requests import service as requests
from conciergedesk.requests.service import NewRequest
from conciergedesk.staff.queries import actor_for, agents
from tests.faults.house import book, house
from tests.faults.monsters import ALIVE, MONSTERS, SENTINEL, escaped, poison, shows_a_monster
from tests.faults.terminal import KEYS, ROOT, Terminal
from tests.faults.vandal import Vandal, alive_in, scrawl_on_house_files

BASES = {"Sheet", "CounterSheet", "RotaSheet"}
"""What other sheets are made of; nobody opens them."""
WITHOUT_DATA = {
    "Welcome": "the first screen, while there is no desk yet: nothing can be read",
    "GoSheet": "one row of keys and the names of the screens",
    "HelpSheet": "the keys that work here",
    "Palette": "the acts of the program by their names",
    "CountSheet": "tags and figures that the desk itself gives out",
}
"""Sheets that show nothing that people, imports or the house's files could have written."""


@dataclass
class Vandalised:
    """A desk full of monsters: its folder, the settings of the house's files, and what came out of a walk."""

    home: Path
    settings: Mapping[str, str]
    alive: list[str]
    written: bytes
    report: dict[str, Any]


@pytest.fixture(scope="module")
def vandalised(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vandalised]:
    folder = tmp_path_factory.mktemp("vandals")
    settings = scrawl_on_house_files(folder)
    with house(empty_database, folder / "home") as home:
        desk = home.desk
        helene = next(one.id for one in desk.ask(agents) if one.code == "HEL")
        Vandal(desk, desk.ask(actor_for, helene, language="fr", desk="x"), book(), folder).everywhere()
        alive = alive_in(desk)
        assert poison(desk) > 1000
        desk.act(SYSTEM, set_up_agency, Agency(name=MONSTERS[1]))
    walked = folder / "walked"
    shutil.copytree(home.home, walked)
    environment = {
        **os.environ, **settings, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "CONCIERGEDESK_HOME": str(walked),
        "CONCIERGEDESK_AGENT": "HEL", "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.walker", str(walked), str(folder / "bytes"), str(folder / "report")],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    report = json.loads((folder / "report").read_text(encoding="utf-8"))
    yield Vandalised(home.home, settings, alive, (folder / "bytes").read_bytes(), report)


def test_nothing_alive_gets_past_a_service_or_an_import(vandalised: Vandalised) -> None:
    assert vandalised.alive == []


def test_no_room_and_no_sheet_lets_anything_through(vandalised: Vandalised) -> None:
    assert escaped(vandalised.written) == []
    assert vandalised.report["complaints"] == []
    rooms = vandalised.report["rooms"]
    assert [name for name, shown in rooms.items() if not shows_a_monster(shown)] == [], "nothing hostile here"


def test_every_sheet_of_the_program_was_opened_over_hostile_data(vandalised: Vandalised) -> None:
    opened = vandalised.report["sheets"]
    every = set(vandalised.report["every_sheet"])
    assert every >= BASES | WITHOUT_DATA.keys(), "a sheet that does not exist any more"
    concrete = every - BASES
    assert sorted(concrete - opened.keys() - {"Welcome"}) == [], "no way leads here: give the walker one"
    harmless = [name for name, shown in opened.items() if not shows_a_monster(shown)]
    assert sorted(set(harmless) - WITHOUT_DATA.keys()) == [], "nothing hostile was shown in this frame"


def test_nor_does_the_command_line(vandalised: Vandalised) -> None:
    lists = vandalised.report["lists"]
    assert [(command, status) for command, status, _text in lists if status] == []
    assert sum(SENTINEL in text for _command, _status, text in lists) >= len(lists) - 1
    assert escaped("".join(text for _command, _status, text in lists).encode()) == []


def test_nor_does_any_file_that_was_written(vandalised: Vandalised) -> None:
    for file in vandalised.home.parent.joinpath("walked").rglob("*"):
        if file.suffix in {".csv", ".txt", ".md", ".json", ".ics", ".html", ".log", ".eml"}:
            text = file.read_text(encoding="utf-8", errors="replace")
            assert not ALIVE.search(text.replace("\r\n", "\n").lstrip("\ufeff")), file
            assert "\x1b" not in text, file


def assert_tame(desk: Terminal) -> None:
    assert desk.process.poll() is None, desk.text[-6000:].replace("\r\n", "\n")
    assert SENTINEL in desk.text, "no monster was shown"
    assert escaped(desk.written) == []


def test_nor_does_the_smallest_terminal(vandalised: Vandalised) -> None:
    with Terminal(
        ["open", "--agent", "HEL"], vandalised.home, columns=80, rows=24, environment=vandalised.settings
    ) as desk:
        desk.until_shown(SENTINEL)
        for key in ("enter", "right", "v", "s", "h", "n", "f3", "f4", "f7"):
            desk.press(key)
            desk.press_at_once("down", "escape", "escape")
        assert_tame(desk)


def test_what_is_typed_or_pasted_is_text_and_nothing_else(vandalised: Vandalised) -> None:
    with Terminal(["open", "--agent", "INE"], vandalised.home, environment=vandalised.settings) as desk:
        desk.until_shown(SENTINEL)
        for opening in ("n", "/", "f", "e"):
            desk.press(opening)
            for monster in (MONSTERS[0], *MONSTERS[3:6], "y" * 3000, MONSTERS[7][:2000], MONSTERS[9]):
                desk.send(f"\x1b[200~{monster}\x1b[201~")
            desk.settle()
            desk.press_at_once("escape", "escape")
        assert_tame(desk)


def test_a_paste_of_five_thousand_lines_runs_nothing(empty_database: Path, tmp_path: Path) -> None:
    from conciergedesk.requests.queries import open_requests

    with house(empty_database, tmp_path / "home") as home:
        made = home.desk.act(home.ines, requests.capture, book(), NewRequest("taxi"))
        with Terminal(["open", "--agent", "INE"], home.home) as desk:
            desk.until_shown("Inès")
            desk.press("n")
            lines = "\r\n".join(f"n taxi {number}\x13" for number in range(5000))
            desk.paste(lines)
            desk.settle(0.3)
            desk.press("escape", "escape")
            desk.paste(lines)  # and where no line is open
            desk.press("f2")
            assert desk.process.poll() is None
            assert escaped(desk.written) == []
        assert [row.id for row in home.desk.ask(open_requests)] == [made]


def test_the_judge_finds_every_monster_that_gets_out() -> None:
    for monster in (MONSTERS[1], MONSTERS[2], MONSTERS[3], MONSTERS[4], MONSTERS[5]):
        assert escaped(f"\x1b[1;2Habc\x1b[0m{monster}".encode())
    for one in (
        "\x1b[2J",
        "\x1b[6n",
        "\x1b[31;5;7m",
        "\x1b]0;x\x07",
        "\x1bc",
        "\x9b1m",
        "\x1b]52;c;ZXZpbA==\x07",
    ):
        assert escaped(f"abc{one}def".encode()), repr(one)
    assert escaped("\x1b[?1049h\x1b[1;38;2;1;2;3;48;2;4;5;6mé\x1b[0m\r\n\x1b[12;3H".encode()) == []
    assert KEYS

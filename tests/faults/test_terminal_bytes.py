"""No control sequence of any data reaches the terminal: judged by the bytes a real desk writes on every screen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from conciergedesk.board.rules import PromiseKind
from conciergedesk.core.actor import SYSTEM
from conciergedesk.core.shared import Agency, set_up_agency
from conciergedesk.customers import service as customers
from conciergedesk.handover import service as handover
from conciergedesk.keys import service as keys
from conciergedesk.keys.custody import Identity
from conciergedesk.keys.service import NewSet
from conciergedesk.requests import service as requests
from conciergedesk.requests.service import NewRequest
from conciergedesk.staff import service as staff
from conciergedesk.ui.acts import ACTIONS, Scope
from conciergedesk.ui.app import MODES
from tests.conftest import hire
from tests.faults.house import House, book, house
from tests.faults.monsters import MONSTERS, SENTINEL, escaped, poison
from tests.faults.terminal import KEYS, Terminal

SIGNS = {
    "question_mark": "?", "slash": "/", "comma": ",", "exclamation_mark": "!", "space": " ", "semicolon": ";",
    "colon": ":", "full_stop": ".",
}  # fmt: skip
LEFT_OUT = {"desk.quit", "desk.language", "desk.theme", "desk.back"}


def furnish(home: House) -> None:
    """Something on every screen, every line of it typed by a vandal."""
    desk, ines, now = home.desk, home.ines, datetime.now(UTC)
    monsters = iter(MONSTERS * 20)

    def monster() -> str:
        return next(monsters)

    maelle = hire(desk, monster()[:40])
    people = [
        desk.act(ines, customers.add_person, first_name=monster(), last_name=monster(), email=monster(), note=monster(),
                 phones=["06 39 98 20 2" + str(number)])
        for number in range(4)
    ]  # fmt: skip
    for person in people:
        desk.act(ines, customers.warn, person, monster())
    lodging = desk.act(ines, customers.add_lodging, name=monster(), address=monster(), commune=monster())
    desk.act(ines, customers.add_organisation, monster())
    made = []
    for number, person in enumerate(people * 2):
        new = NewRequest(
            ("taxi", "terroir_basket", "key_handover_out", "dentist_late")[number % 4],
            title=monster(), requester_id=person, beneficiary_name=monster(), place=monster(), lodging_id=lodging,
            wanted_from=now + timedelta(hours=number),
        )  # fmt: skip
        made.append(desk.act(ines, requests.capture, book(), new))
        desk.act(maelle if number % 2 else ines, requests.claim, book(), made[-1])
    for number in made[:3]:
        desk.act(ines, requests.note, book(), number, text=monster(), override_reason="essai")
        desk.act(
            ines,
            requests.promise_call_back,
            due_at=now + timedelta(hours=1),
            request_id=number,
            about=monster(),
        )
    desk.act(ines, requests.wait_client, book(), made[4], whom=monster())
    desk.act(maelle, staff.be_present, "autre", open_kind=PromiseKind.REQUEST, open_id=made[0])
    desk.act(ines, staff.save_view, monster(), monster())
    desk.act(ines, staff.park, kind="capture", body='{"line": "' + "Zorn \\u001b[31;5;7m\\u0000 taxi" + '"}')
    desk.act(ines, handover.log, book(), "Zorn " + MONSTERS[1], override_reason="essai")
    place = desk.act(ines, keys.add_place, "hook", "1")
    new_set = NewSet(
        [("door", 1), ("badge", 1)], people[0], place, monster(), date(2026, 1, 1), date(2028, 12, 31),
        lodging_id=lodging, identity=Identity.KNOWN_PERSON, number=204,
    )  # fmt: skip
    desk.act(ines, keys.register_set, new_set)


@pytest.fixture(scope="module")
def vandalised(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(empty_database, tmp_path_factory.mktemp("vandals") / "home") as home:
        furnish(home)
        assert poison(home.desk) > 100
        home.desk.act(SYSTEM, set_up_agency, Agency(name=MONSTERS[1]))
        yield home


def keys_of(*scopes: Scope) -> list[str]:
    return [act.keys[0] for act in ACTIONS if act.scope in scopes and act.keys and act.id not in LEFT_OUT]


def walk(desk: Terminal, pressed: list[str]) -> None:
    """Press every key, go into whatever opened, and out again."""
    for key in pressed:
        desk.press(SIGNS.get(key, key))
        desk.press_at_once("down", "escape", "escape")


def assert_tame(desk: Terminal) -> None:
    assert desk.process.poll() is None, desk.text[-6000:].replace("\r\n", "\n")
    assert SENTINEL in desk.text, "no monster was shown"
    assert escaped(desk.written) == []


def test_no_screen_and_no_sheet_lets_anything_through(vandalised: House) -> None:
    with Terminal(["open", "--agent", "INE"], vandalised.home, columns=190, rows=50) as desk:
        desk.until_shown(SENTINEL)
        walk(desk, keys_of(Scope.EVERYWHERE, Scope.LIST, Scope.BOARD))
        for _line in range(6):
            desk.press("down")
        for opening in ("n", "f", "r"):
            desk.press(opening)
            desk.type("zorn")
            desk.settle(0.2)
            desk.press_at_once("escape", "escape")
        assert_tame(desk)
        for room in (label.id for label in MODES if label.id != "board"):
            desk.press(next(act.keys[0] for act in ACTIONS if act.id == f"mode.{room}"))
            desk.settle(0.3)
            scope = next((one for one in Scope if one.value == room), None)
            if scope is not None:
                walk(desk, keys_of(scope))
            assert_tame(desk)


def test_nor_does_the_smallest_terminal(vandalised: House) -> None:
    with Terminal(["open", "--agent", "INE"], vandalised.home, columns=80, rows=24) as desk:
        desk.until_shown(SENTINEL)
        walk(desk, ["enter", "right", "v", "s", "h", "e", "n", "f3", "f4", "f7"])
        assert_tame(desk)


def test_signing_in_lets_nothing_through(vandalised: House) -> None:
    with Terminal(["open"], vandalised.home) as desk:
        desk.until_shown(SENTINEL)
        desk.type("zorn")
        desk.press("down", "up")
        assert_tame(desk)


def test_what_is_typed_or_pasted_is_text_and_nothing_else(vandalised: House) -> None:
    with Terminal(["open", "--agent", "INE"], vandalised.home) as desk:
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


def test_the_command_line_prints_text_and_nothing_else(vandalised: House) -> None:
    import os
    import subprocess
    import sys

    from tests.faults.terminal import ROOT

    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "CONCIERGEDESK_HOME": str(vandalised.home),
                   "CONCIERGEDESK_AGENT": "INE"}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "conciergedesk", "request", "list"],
        env=environment,
        capture_output=True,
        check=True,
    )
    assert SENTINEL.encode() in done.stdout
    assert escaped(done.stdout + done.stderr) == []


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

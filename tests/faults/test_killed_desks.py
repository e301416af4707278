"""A desk that dies at any moment loses nothing it acknowledged, and leaves nothing half done."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, func
from sqlmodel import select

from conciergedesk.core.actor import Actor
from conciergedesk.core.db.undo import undo_last
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.desk import Desk
from conciergedesk.core.journal import JournalLine, last_id
from conciergedesk.customers import service as customers
from conciergedesk.requests import service as requests
from conciergedesk.requests.service import NewRequest
from conciergedesk.requests.tables import Request
from tests.faults.house import assert_sound, book, house, leftovers
from tests.faults.terminal import ROOT, Terminal, until

ROUNDS = 2
DESKS = 3


def scribe(home: Path, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.scribe", str(home), name],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "CONCIERGEDESK_HOME": str(home)},
    )


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_every_acknowledged_request_survives_sigkill(empty_database: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with house(empty_database, tmp_path / "home") as home:
        running = [scribe(home.home, f"Poste{number}") for number in range(DESKS)]
        said: list[str] = []
        try:
            for process in running:
                # Killed somewhere inside the call after the one that was acknowledged last.
                assert process.stdout is not None
                for _line in range(chance.randint(1, 12)):
                    line = process.stdout.readline()
                    assert line, process.stderr.read() if process.stderr is not None else ""
                    said.append(line)
            for process in chance.sample(running, len(running)):
                process.kill()
        finally:
            for process in running:
                process.kill()
                rest, _errors = process.communicate()
                # A line cut by the kill was not acknowledged.
                said += [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
        made = {int(line.split()[1]) for line in said if line.startswith("made")}
        claimed = {int(line.split()[1]) for line in said if line.startswith("claimed")}
        assert made
        assert_sound(home.desk)
        with home.desk.read() as session:
            held = {row.id: row.holder_id for row in session.exec(select(Request))}
        assert made <= set(held), f"seed {seed}"
        assert all(held[number] is not None for number in claimed), f"seed {seed}"
        again = home.desk.act(home.ines, requests.capture, book(), NewRequest("taxi"))
        assert again not in made


# --- inside one call: the Nth statement never answers ---


class Killed(BaseException):
    """What a process never sees again: no handler of ours may turn it into anything."""


def failing_at(desk: Desk, number: int) -> Callable[[], None]:
    """Let the ``number``-th statement of the next writing unit fail; call the answer to stop that."""
    count = 0

    def before(
        connection: Connection,
        _cursor: object,
        _statement: str,
        _values: object,
        _context: object,
        _many: bool,
    ) -> None:
        nonlocal count
        if connection.get_execution_options().get("write"):
            count += 1
            if count == number:
                raise Killed(number)

    event.listen(desk.engine, "before_cursor_execute", before)
    return lambda: event.remove(desk.engine, "before_cursor_execute", before)


def _verbs(desk: Desk, ines: Actor, maelle: Actor) -> dict[str, Callable[[], object]]:
    person = desk.act(ines, customers.add_person, first_name="Anke", last_name="Klein", phones=["0639982020"])
    made = desk.act(ines, requests.capture, book(), NewRequest("taxi", requester_id=person))
    new = NewRequest(
        "taxi",
        requester_name="Jonas Petit",
        requester_phone="06 39 98 17 02",
        place="Gare",
        note="deux valises",
    )
    return {
        "capture": lambda: desk.act(ines, requests.capture, book(), new),
        "claim": lambda: desk.act(maelle, requests.claim, book(), made, take_over=True),
        "wait": lambda: desk.act(ines, requests.wait_client, book(), made, whom="Anke"),
        "note": lambda: desk.act(ines, requests.note, book(), made, text="rappelée", kind="call"),
        "cancel": lambda: desk.act(
            ines, requests.cancel, book(), made, reason="plans_changed", party="client"
        ),
        "add_person": lambda: desk.act(
            ines, customers.add_person, first_name="Odile", phones=["0199004211", "poste 4"]
        ),
        "undo": lambda: desk.act(ines, undo_last),
    }


VERBS = ("capture", "claim", "wait", "note", "cancel", "add_person", "undo")


def _everything(desk: Desk) -> dict[str, object]:
    """All rows of all tables."""
    from sqlmodel import SQLModel

    with desk.read() as session:
        return {
            name: sorted(map(repr, session.connection().execute(table.select()).all()))
            for name, table in SQLModel.metadata.tables.items()
        }


@pytest.mark.parametrize("verb", VERBS)
def test_a_call_killed_at_any_statement_is_done_whole_or_not_at_all(
    desk: Desk, ines: Actor, maelle: Actor, verb: str
) -> None:
    call = _verbs(desk, ines, maelle)[verb]
    before = _everything(desk)
    for number in range(1, 200):
        stop = failing_at(desk, number)
        try:
            call()
        except Killed:
            assert _everything(desk) == before, f"statement {number} left something"
            continue
        finally:
            stop()
        break
    else:
        raise AssertionError("the call never ends")
    assert number > 3, "nothing was tried"
    after = _everything(desk)
    assert after != before and after["journal"] != before["journal"]
    assert_sound(desk)


def test_a_row_never_changes_without_its_line_nor_a_line_without_its_change(desk: Desk, ines: Actor) -> None:
    def forgetful(unit: Unit) -> None:
        customers.add_person(unit, first_name="Anke")
        unit.record("person.seen", "person", 1)

    seen = desk.ask(last_id)
    desk.act(ines, forgetful)
    with desk.read() as session:
        lines = session.exec(select(func.count()).select_from(JournalLine).where(JournalLine.id > seen)).one()  # type: ignore[operator]
    assert lines == 2
    assert_sound(desk)


# --- a desk on a screen ---


def _drafts(desk: Desk) -> list[str]:
    from conciergedesk.staff.tables import Draft

    with desk.read() as session:
        return [row.body for row in session.exec(select(Draft))]


LINE = "taxi demain 6h30 gare"


def _offered(home: Path) -> None:
    """The next start offers the draft and takes it up."""
    with Terminal(["open", "--agent", "INE"], home) as desk:
        desk.until_shown("Ctrl+B")
        desk.press("n", "ctrl+b")
        desk.until_shown(LINE)


def test_a_killed_desk_offers_what_was_typed(empty_database: Path, tmp_path: Path) -> None:
    with house(empty_database, tmp_path / "home") as home:
        with Terminal(["open", "--agent", "INE"], home.home) as desk:
            desk.until_shown("Inès")
            desk.press("n")
            desk.type(LINE)
            until(lambda: any(LINE in body for body in _drafts(home.desk)), "the line to be parked")
            desk.process.kill()
            desk.until_ended()
        assert_sound(home.desk)
        _offered(home.home)
        assert leftovers(home.home) == []


LIKE_MAKE = ("sh", "-c", 'trap : HUP; "$@"', "sh")
"""What stands between a window and a desk that ``make run`` has opened: it waits, and tells nobody."""


@pytest.mark.parametrize("how", ["signal", "window", "behind make"])
def test_a_closed_window_keeps_even_what_was_typed_last(
    empty_database: Path, tmp_path: Path, how: str
) -> None:
    with house(empty_database, tmp_path / "home") as home:
        behind = LIKE_MAKE if how == "behind make" else ()
        with Terminal(["open", "--agent", "INE"], home.home, behind=behind) as desk:
            desk.until_shown("Inès")
            desk.press("n")
            desk.type("taxi")
            # No pause after the last key: what was typed is not parked yet.
            desk.send(LINE.removeprefix("taxi"))
            desk.until_shown(LINE)
            if how == "signal":
                os.kill(desk.process.pid, signal.SIGHUP)
            else:
                desk.hang_up()
            desk.until_ended()
        assert any(LINE in body for body in _drafts(home.desk))
        assert_sound(home.desk)
        with home.desk.read() as session:
            from conciergedesk.staff.tables import Presence

            assert session.exec(select(Presence)).all() == []
        _offered(home.home)


def test_a_form_that_was_being_filled_in_survives_too(empty_database: Path, tmp_path: Path) -> None:
    with house(empty_database, tmp_path / "home") as home:
        with Terminal(["open", "--agent", "INE"], home.home) as desk:
            desk.until_shown("Inès")
            desk.press("n")
            desk.send(LINE + "\r")  # straight on, without the pause that parks a line
            until(lambda: any(LINE in body for body in _drafts(home.desk)), "the line to be parked")
            desk.until_shown("Canal")
            desk.press(*["up"] * 4)  # past channel, language and priority to the note
            desk.type("deux valises")
            until(lambda: any("deux valises" in body for body in _drafts(home.desk)), "the form to be parked")
            desk.process.kill()
            desk.until_ended()
        assert len(_drafts(home.desk)) == 1
        with Terminal(["open", "--agent", "INE"], home.home) as desk:
            desk.until_shown("Ctrl+B")
            desk.press("n", "ctrl+b")
            desk.until_shown(LINE)
            desk.press("enter")
            desk.until_shown("deux valises")
            desk.press("ctrl+s")
            until(lambda: _drafts(home.desk) == [], "the draft to go once the form is saved")
        from conciergedesk.requests.queries import open_requests, request_card

        [made] = home.desk.ask(open_requests)
        assert [one.text for one in home.desk.ask(request_card, made.id).notes] == ["deux valises"]
        assert_sound(home.desk)

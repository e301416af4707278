"""Keys in any order, faster than anything answers: no traceback, nothing half saved, the desk stays open."""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from conciergedesk.board.rules import DayGroup, end_of_day, separator_of
from conciergedesk.core.actor import SYSTEM
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.i18n import active_zone
from conciergedesk.core.settings import Settings
from conciergedesk.core.shared import Agency, set_up_agency
from conciergedesk.requests import service as requests
from conciergedesk.requests.service import NewRequest
from conciergedesk.ui.acts import ACTIONS, Scope
from conciergedesk.ui.session import DeskSession
from conciergedesk.ui.start import Start
from conciergedesk.ui.widgets.inputs import DeskInput
from tests.conftest import KEY, PARIS, hire
from tests.faults.house import assert_sound, book, house
from tests.faults.walker import Complaints
from tests.keyboard import quiet, strike
from tests.ui_flows.conftest import furnish, one_request, opened

SEEDS = (1, 2)
STROKES = 60
PATIENT = 0.6
"""How often somebody looks at the screen before the next stroke."""
LEFT_OUT = {"desk.quit"}
TYPED = ["a", "e", "1", "8", "space", "h", "tab", "shift+tab", "enter", "backspace", "D", "minus"]


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    handler = Complaints()
    logging.getLogger("conciergedesk").addHandler(handler)
    yield handler.texts
    logging.getLogger("conciergedesk").removeHandler(handler)


@pytest.fixture(autouse=True)
def _one_key(_own_home: None) -> None:
    (Path(os.environ["CONCIERGEDESK_HOME"]) / "desk.key").write_bytes(KEY)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_storm_of_keys_breaks_nothing(
    sqlite_desk: Desk, clock: FixedClock, complaints: list[str], seed: int
) -> None:
    chance = random.Random(seed)
    people = furnish(sqlite_desk, book())
    ines = hire(sqlite_desk, "Inès", role="supervisor" if seed % 2 else "assistant")
    for person in list(people.values())[:3]:
        one_request(sqlite_desk, ines, book(), person)
    sqlite_desk.act(ines, requests.capture, book(), NewRequest("dentist_late", requester_id=people["Anke"]))
    acts = [key for act in ACTIONS if act.id not in LEFT_OUT for key in act.keys]
    everyday = [key for act in ACTIONS if act.scope in (Scope.BOARD, Scope.LIST) for key in act.keys]
    size = chance.choice([(80, 24), (120, 36), (190, 50)])
    async with opened(sqlite_desk, clock, ines, size) as desk:
        done: list[str] = []
        for number in range(STROKES):
            keys = chance.choices((everyday, acts, TYPED, ["escape"]), (4, 3, 3, 2))[0]
            # Several at once: a tired hand, a cat, a paste into the wrong window.
            strokes = [chance.choice(keys) for _stroke in range(chance.choice([1, 2, 4, 8]))]
            done += strokes
            await strike(desk.pilot.app, *strokes)
            if chance.random() < PATIENT:
                await desk.settle()
            if number % 10 == 9:
                clock.advance(timedelta(minutes=chance.randint(0, 30)))
                desk.start.app.tick()
            if number % 12 == 11:
                await desk.pilot.resize_terminal(*chance.choice([(80, 24), (20, 5), (190, 50), (61, 17)]))
                await desk.settle()
            assert desk.pilot.app.is_running, f"seed {seed}: {done[-20:]}"
        await desk.settle()
        assert desk.pilot.app._exception is None, f"seed {seed}: {done[-20:]}"
        await desk.press("escape", "escape", "escape", "escape", "f2")
        assert not complaints, f"seed {seed}: {complaints[0]}"
    assert_sound(sqlite_desk)


async def test_saving_twice_and_leaving_at_once_saves_once(
    sqlite_desk: Desk, clock: FixedClock, complaints: list[str]
) -> None:
    from conciergedesk.requests.queries import open_requests

    furnish(sqlite_desk, book())
    ines = hire(sqlite_desk, "Inès")
    async with opened(sqlite_desk, clock, ines) as desk:
        await desk.press("n")
        await desk.type("taxi demain 6h30 gare")
        await strike(desk.pilot.app, "ctrl+s", "ctrl+s", "enter", "ctrl+s", "ctrl+q")
        await desk.settle()
    assert len(sqlite_desk.ask(open_requests)) == 1
    assert not complaints
    assert_sound(sqlite_desk)


async def test_what_is_typed_ahead_goes_where_it_was_meant(sqlite_desk: Desk, clock: FixedClock) -> None:
    """A slow line brings keys in bursts: no letter of a new request is an act on the list behind it."""
    from conciergedesk.requests.queries import open_requests

    people = furnish(sqlite_desk, book())
    ines = hire(sqlite_desk, "Inès")
    old = one_request(sqlite_desk, ines, book(), people["Anke"])
    async with opened(sqlite_desk, clock, ines) as desk:
        first, second = "taxi demain 6h30 gare", "taxi mardi 10h aéroport"
        await strike(desk.pilot.app, "n", *first, "enter", "ctrl+s", "f2", "n", *second, "ctrl+s")
        await desk.settle()
    found = sqlite_desk.ask(open_requests)
    assert [one.holder_id for one in found if one.id == old] == [None]
    made = {one.place: one.state for one in found if one.id != old}
    assert made == {"gare": "in_progress", "aéroport": "in_progress"}


async def test_a_name_typed_while_the_desk_still_opens_signs_that_person_in(
    sqlite_desk: Desk, clock: FixedClock
) -> None:
    furnish(sqlite_desk, book())
    for name in ("Bastien", "Inès", "Maëlle"):
        hire(sqlite_desk, name)
    session = DeskSession(clock, Settings(database=sqlite_desk.settings.database))
    start = Start(session)
    async with start.app.run_test(size=(80, 24)) as pilot:
        await strike(start.app, *"ine", "enter", "n", *"taxi")
        await quiet(pilot)
        assert start.app.identity.name == "Inès"
        assert start.app.screen.query_one(DeskInput).value == "taxi"
    session.close()


# --- time ---


async def test_a_clock_set_back_shows_no_negative_time_and_loses_nothing(
    sqlite_desk: Desk, clock: FixedClock, complaints: list[str]
) -> None:
    people = furnish(sqlite_desk, book())
    ines = hire(sqlite_desk, "Inès")
    made = one_request(sqlite_desk, ines, book(), people["Anke"])
    clock.advance(timedelta(minutes=30))
    sqlite_desk.act(ines, requests.claim, book(), made)
    sqlite_desk.act(ines, requests.wait_client, book(), made, whom="Anke")
    clock.advance(timedelta(hours=-1))
    async with opened(sqlite_desk, clock, ines) as desk:
        desk.session.note_what_time_did()
        await desk.press("s", "r")
        await desk.press("right")
        [one] = desk.requests()
        assert one.state == "in_progress"
        assert not complaints
    from sqlmodel import select

    from conciergedesk.requests.tables import RequestPause

    with sqlite_desk.read() as session:
        pauses = session.exec(select(RequestPause)).all()
        assert pauses
        for pause in pauses:
            assert pause.until is not None and pause.until >= pause.since, "a pause of negative length"
    assert_sound(sqlite_desk)


@pytest.mark.parametrize(("month", "day"), [(3, 27), (3, 28), (10, 30), (10, 31)])
def test_day_separators_and_midnights_are_right_when_the_clocks_change(month: int, day: int) -> None:
    for minute in range(0, 24 * 60, 30):
        now = datetime(2027, month, day, tzinfo=PARIS).astimezone(UTC) + timedelta(minutes=minute)
        here = now.astimezone(PARIS)
        midnight = end_of_day(now, PARIS)
        assert midnight.astimezone(PARIS).time() == time(0) and midnight.date() == here.date() + timedelta(
            days=1
        )
        groups = []
        for half_hour in range(-4, 150):
            due = now + timedelta(minutes=30 * half_hour)
            found = separator_of(due, now, PARIS)
            ahead = (due.astimezone(PARIS).date() - here.date()).days
            assert (found.group is DayGroup.TODAY) == (ahead <= 0)
            assert found.is_tomorrow == (ahead == 1)
            groups.append(found)
        # Each separator stands once: in UTC order the local days never go back.
        assert len({*groups}) == 1 + sum(1 for one, other in pairwise(groups) if one != other)


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../../etc/passwd", "Europe/Paris\x00", "x" * 300])
def test_a_desk_with_an_unknown_zone_opens_in_the_zone_of_its_house(
    empty_database: Path, tmp_path: Path, zone: str
) -> None:
    with house(empty_database, tmp_path / "home") as home:
        home.desk.act(SYSTEM, set_up_agency, Agency(name="Agence", zone=zone))
        session = DeskSession(None, Settings(database=home.desk.settings.database))
        assert session.open_own() is not None
        assert active_zone() == book().zone
        session.close()


def test_a_desk_shows_times_in_the_zone_it_was_set_up_with(empty_database: Path, tmp_path: Path) -> None:
    with house(empty_database, tmp_path / "home") as home:
        home.desk.act(SYSTEM, set_up_agency, Agency(name="Agence", zone="Europe/Lisbon"))
        session = DeskSession(None, Settings(database=home.desk.settings.database))
        session.open_own()
        assert str(active_zone()) == "Europe/Lisbon"
        session.close()

"""The relocation events of the seeded week: a moved arrival, a validated visa, a contact held a day late."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest

from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.journal import lines_about
from conciergedesk.core.paths import knowledge_base
from conciergedesk.relocation import service as relocation
from conciergedesk.relocation.cards import FileCard
from conciergedesk.relocation.house import RelocationHouse, load_relocation_house
from conciergedesk.relocation.portfolio import figures
from conciergedesk.relocation.queries import file_card
from conciergedesk.relocation.rules import Share
from conciergedesk.relocation.service import NewFile
from conciergedesk.requests.rulebook import load_rulebook
from tests.conftest import hire

PARIS = ZoneInfo("Europe/Paris")


@lru_cache
def house() -> RelocationHouse:
    return load_relocation_house(knowledge_base(), load_rulebook(knowledge_base()))


@pytest.fixture
def clemence(desk: Desk) -> Actor:
    return hire(desk, "Clémence", role="coach", team="coach")


def card(desk: Desk, actor: Actor, file_id: int) -> FileCard:
    return desk.ask(file_card, house(), file_id, actor, desk.clock.now())


def due(file: FileCard, code: str) -> date | None:
    return next(one.due for one in file.items if one.code == code)


def lieselotte(desk: Desk, clemence: Actor) -> int:
    new = NewFile(
        "Lieselotte Hartmann, Henk, Jonna 14, Tim 7, chat Pixel",
        date(2027, 4, 12),
        employer="AC-01",
        language="de",
        facts={"nationality": "eu", "comes_from": "abroad", "work_country": "LU", "car": "abroad"},
        anchors={"purchase": date(2027, 3, 10)},
        opened_on=date(2027, 1, 12),
    )
    return desk.act(clemence, relocation.open_file, house(), new)


def test_items_hung_on_the_arrival_move_by_seven_days_and_the_car_stays(
    desk: Desk, clock: FixedClock, clemence: Actor
) -> None:
    file_id = lieselotte(desk, clemence)
    before = card(desk, clemence, file_id)
    assert [due(before, code) for code in ("A12", "A11", "A23", "A29")] == [
        date(2027, 3, 28),
        date(2027, 4, 12),
        date(2027, 4, 10),
        date(2027, 4, 12),
    ]
    clock.move_to(datetime(2027, 3, 24, 10, 0, tzinfo=PARIS))
    desk.act(
        clemence, relocation.move, house(), file_id, date(2027, 4, 19), cause="lease keys one week later"
    )
    after = card(desk, clemence, file_id)
    assert [due(after, code) for code in ("A12", "A29", "A23")] == [
        date(2027, 4, 4),
        date(2027, 4, 19),
        date(2027, 4, 10),
    ]
    history = desk.ask(lines_about, "relocation_file", file_id)
    moved = next(line for line in history if line.act == "relocation.arrival_moved")
    assert moved.facts["before"] == "2027-04-12"
    assert moved.reason == "lease keys one week later"


def test_a_validated_visa_is_on_time_and_clears_its_flag_without_a_copy(
    desk: Desk, clock: FixedClock, clemence: Actor
) -> None:
    new = NewFile(
        "Priya Nair",
        date(2027, 1, 5),
        employer="AC-01",
        package="single",
        language="en",
        facts={"nationality": "other", "comes_from": "abroad", "visa": "vls_ts"},
        anchors={"entry": date(2027, 1, 4)},
        opened_on=date(2026, 12, 1),
    )
    clock.move_to(datetime(2027, 3, 25, 17, 20, tzinfo=PARIS))
    file_id = desk.act(clemence, relocation.open_file, house(), new)
    desk.act(clemence, relocation.watch, house(), file_id)
    visa = next(one for one in card(desk, clemence, file_id).items if one.code == "A31")
    assert visa.due == date(2027, 4, 4)
    risks = {one.code: one.cleared_on for one in card(desk, clemence, file_id).risks}
    assert risks["visa_unvalidated_E+60"] is None
    desk.act(
        clemence,
        relocation.set_state,
        house(),
        visa.id,
        "done",
        evidence="confirmation page seen",
        done_on=date(2027, 3, 25),
    )
    desk.act(clemence, relocation.watch, house(), file_id)
    after = card(desk, clemence, file_id)
    done = next(one for one in after.items if one.code == "A31")
    assert (done.state, done.done_on) == ("done", date(2027, 3, 25))
    assert done.due is not None
    assert done.done_on is not None
    assert done.done_on <= done.due
    assert {one.code: one.cleared_on for one in after.risks}["visa_unvalidated_E+60"] == date(2027, 3, 25)
    assert after.documents == (), "what was seen is said, nothing is stored"


def test_a_contact_one_day_late_is_within_three_days(desk: Desk, clock: FixedClock, clemence: Actor) -> None:
    new = NewFile(
        "Jakub Zielinski", date(2027, 2, 24), employer="AC-01", language="en", opened_on=date(2027, 2, 1)
    )
    file_id = desk.act(clemence, relocation.open_file, house(), new)
    contacts = {one.code: one for one in card(desk, clemence, file_id).followups}
    assert contacts["D+30"].due == date(2027, 3, 26)
    clock.move_to(datetime(2027, 3, 27, 9, 45, tzinfo=PARIS))
    desk.act(clemence, relocation.hold_followup, house(), contacts["D+7"].id, {}, done_on=date(2027, 3, 3))
    held = desk.act(
        clemence,
        relocation.hold_followup,
        house(),
        contacts["D+30"].id,
        {"overall": 4, "housing": 5, "administration": 3},
    )
    assert (held.on_time, held.days_late, held.actions) == (True, 1, ())
    assert desk.ask(figures, date(2027, 3, 28), date(2027, 3, 22)).followups == Share(1, 1)

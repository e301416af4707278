"""Relocation files on the board: what is owed this week, to those who may see it, read again when it changes."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest

from conciergedesk.board.reading import BoardReader
from conciergedesk.board.relocation import RelocationOffer
from conciergedesk.board.rules import Promise, PromiseKind
from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db import undo
from conciergedesk.core.desk import Desk
from conciergedesk.core.journal import JournalLine
from conciergedesk.core.paths import knowledge_base
from conciergedesk.relocation import service as relocation
from conciergedesk.relocation.house import RelocationHouse, load_relocation_house
from conciergedesk.relocation.owed import OwedKind, promise_id, read_promise_id
from conciergedesk.relocation.queries import file_card
from conciergedesk.relocation.service import NewFile
from conciergedesk.relocation.words import RELOCATION_ACTS
from conciergedesk.requests.rulebook import load_rulebook
from tests.conftest import hire

PARIS = ZoneInfo("Europe/Paris")


@lru_cache
def house() -> RelocationHouse:
    return load_relocation_house(knowledge_base(), load_rulebook(knowledge_base()))


@pytest.fixture
def clemence(desk: Desk) -> Actor:
    return hire(desk, "Clémence", role="coach", team="coach")


class Board:
    """The board of one person."""

    def __init__(self, desk: Desk, actor: Actor) -> None:
        offer = RelocationOffer(house(), desk.clock)
        self.reader = BoardReader(desk, [offer], lambda: actor, may_see=offer.may_see)

    def now(self) -> dict[str, Promise]:
        return {promise.what: promise for promise in self.reader.load().promises}

    def codes(self) -> set[str]:
        return {promise.ref.partition(" ")[2] for promise in self.now().values()} - {""}


def opened(desk: Desk, actor: Actor, arrival: date = date(2027, 4, 12)) -> int:
    new = NewFile(
        "Lieselotte Hartmann, Henk, Jonna 14, Tim 7, chat Pixel",
        arrival,
        employer="Mécaval",
        language="de",
        facts={"nationality": "eu", "work_country": "LU", "car": "abroad"},
        anchors={"purchase": date(2027, 2, 28)},
        opened_on=date(2027, 1, 4),
    )
    return desk.act(actor, relocation.open_file, house(), new)


def number(desk: Desk, actor: Actor, file_id: int, code: str) -> int:
    card = desk.ask(file_card, house(), file_id, actor, desk.clock.now())
    return next(one.id for one in card.items if one.code == code)


def test_numbers_of_promises_lead_back_to_their_rows() -> None:
    for kind in OwedKind:
        assert read_promise_id(promise_id(kind, 123)) == (kind, 123)
    assert len({promise_id(kind, row) for kind in OwedKind for row in range(9)}) == 6 * 9


def test_what_is_due_this_week_stands_on_the_board_and_later_items_do_not(
    desk: Desk, clemence: Actor
) -> None:
    opened(desk, clemence)
    board = Board(desk, clemence)
    codes = board.codes()
    assert {"A12", "A23"} <= codes
    assert not {"A29", "A33"} & codes
    electricity = next(one for one in board.now().values() if one.ref.endswith("A12"))
    assert electricity.due_at == datetime(2027, 3, 28, 18, 0, tzinfo=PARIS)
    assert (electricity.holder, electricity.waits_for, electricity.for_whom) == (
        "Clémence",
        "famille",
        "Lieselotte Hartmann",
    )


def test_a_moved_arrival_an_answer_and_an_undo_reach_every_open_board(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence)
    board = Board(desk, clemence)
    before = board.codes()
    assert "A12" in before
    desk.act(clemence, relocation.move, house(), file_id, date(2027, 6, 12))
    assert "A12" not in board.codes()
    assert "A23" in board.codes()
    desk.act(clemence, undo.undo_last)
    assert board.codes() == before
    car = number(desk, clemence, file_id, "A23")
    desk.act(clemence, relocation.set_state, house(), car, "done", evidence="vu")
    assert board.codes() == before - {"A23"}
    desk.act(clemence, relocation.decline, house(), file_id, reason="reparti")
    assert board.codes() == set()


def test_a_day_that_begins_brings_its_items_although_nobody_has_touched_them(
    desk: Desk, clock: FixedClock, clemence: Actor
) -> None:
    opened(desk, clemence)
    board = Board(desk, clemence)
    assert "A29" not in board.codes()
    clock.move_to(datetime(2027, 4, 5, 8, 0, tzinfo=PARIS))
    assert "A29" in board.codes()


def test_promises_of_a_file_are_shown_to_its_coach_the_back_up_and_supervisors(
    desk: Desk, clemence: Actor, helene: Actor, ines: Actor
) -> None:
    romain = hire(desk, "Romain", role="coach", team="coach")
    file_id = opened(desk, clemence)
    assert Board(desk, helene).codes()
    assert not Board(desk, ines).codes()
    board = Board(desk, romain)
    assert not board.codes()
    desk.act(clemence, relocation.set_back_up, house(), file_id, romain.id)
    assert board.codes()


def test_a_low_score_becomes_a_promise_of_the_supervisor(desk: Desk, clemence: Actor, helene: Actor) -> None:
    file_id = opened(desk, clemence)
    board = Board(desk, helene)
    board.now()
    desk.act(clemence, relocation.note_pulse, house(), file_id, 4)
    action = next(one for one in board.now().values() if one.state == "pulse")
    assert "4/10" in action.what
    assert action.holder_id is None
    assert action.due_at == datetime(2027, 3, 30, 18, 0, tzinfo=PARIS), (
        "Good Friday and Easter Monday are holidays here"
    )
    detail = board.reader.detail(PromiseKind.RELOCATION, action.id)
    assert detail is not None
    assert {one.action for one in detail.acts} >= {"board.step", "board.open"}


def test_expiries_reminders_and_reviews_come_up_as_well(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence)
    desk.act(
        clemence,
        relocation.see_document,
        house(),
        file_id,
        "passeport",
        holder="Tim",
        expires_on=date(2027, 6, 18),
    )
    desk.act(clemence, relocation.ask, house(), file_id, "EM", "accord de télétravail")
    desk.act(clemence, relocation.flag_risk, house(), file_id, "budget_gap")
    said = " / ".join(Board(desk, clemence).now())
    assert "Passeport Tim" in said
    assert "accord de télétravail" in said
    assert "Budget insuffisant" in said


def test_the_detail_of_an_item_gives_its_rule_with_its_source(desk: Desk, clemence: Actor) -> None:
    opened(desk, clemence)
    board = Board(desk, clemence)
    car = next(one for one in board.now().values() if one.ref.endswith("A23"))
    detail = board.reader.detail(PromiseKind.RELOCATION, car.id)
    assert detail is not None
    rule = next(section for section in detail.sections if section.title == "Règle")
    assert len(rule.lines) >= 2
    assert rule.figure
    assert any(fact.note == "légal" for fact in detail.facts)


def test_every_act_of_the_room_has_its_words(desk: Desk, clemence: Actor, helene: Actor) -> None:
    from sqlmodel import select

    file_id = opened(desk, clemence)
    desk.act(clemence, relocation.move, house(), file_id, date(2027, 4, 20))
    desk.act(clemence, relocation.note_pulse, house(), file_id, 4)
    desk.act(clemence, relocation.watch, house(), file_id)
    with desk.read() as session:
        acts = {line.act for line in session.exec(select(JournalLine)) if line.act.startswith("relocation.")}
    assert acts <= set(RELOCATION_ACTS)

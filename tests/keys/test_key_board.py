"""Keys on the board: one line per set for what presses most, and no address on it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from conciergedesk.board.detail import Detail
from conciergedesk.board.keys import KeyOffer
from conciergedesk.board.reading import BoardReader
from conciergedesk.board.rules import Promise, PromiseKind
from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.paths import knowledge_base
from conciergedesk.customers import service as customers
from conciergedesk.keys import service as keys
from conciergedesk.keys.custody import HolderKind, Identity
from conciergedesk.keys.house import key_house
from conciergedesk.keys.service import HandOver, NewSet, TakeBack
from conciergedesk.requests.rulebook import load_rulebook
from tests.conftest import PARIS


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 3, day, hour, minute, tzinfo=PARIS)


@pytest.fixture
def key_set(desk: Desk, ines: Actor) -> int:
    owner = desk.act(ines, customers.add_person, first_name="Karim", kind="owner")
    lodging = desk.act(ines, customers.add_lodging, code="P-11", name="Les Tilleuls", address="3 rue Haute")
    place = desk.act(ines, keys.add_place, "hook", "12")
    new = NewSet(
        [("door", 2)],
        owner,
        place,
        "M-1",
        date(2027, 1, 1),
        date(2027, 12, 31),
        lodging,
        Identity.PASSPORT,
        204,
    )
    return desk.act(ines, keys.register_set, new).id


def reader(desk: Desk, ines: Actor) -> BoardReader:
    return BoardReader(desk, [KeyOffer(key_house(), desk.clock)], lambda: ines)


def owed(board: BoardReader) -> list[Promise]:
    return list(board.load().promises)


def test_a_key_out_is_on_the_board_until_it_is_back(
    desk: Desk, ines: Actor, clock: FixedClock, key_set: int
) -> None:
    board = reader(desk, ines)
    assert owed(board) == []
    owner_order = HandOver(
        key_set, HolderKind.OWNER, at(24, 20), 2, holder_name="Karim", identity=Identity.PASSPORT
    )
    book = load_rulebook(knowledge_base())
    desk.act(ines, keys.hand_over, book, key_house(), owner_order)
    [promise] = owed(board)
    assert (promise.kind, promise.id, promise.ref) == (PromiseKind.KEY, key_set, "204-3")
    assert promise.due_at == at(24, 20) and promise.waits_for == "Karim"
    assert "204-3" in promise.what and promise.state == "return"
    clock.move_to(at(24, 20, 30))
    desk.act(ines, keys.take_back, book, key_house(), TakeBack(key_set, 2))
    assert owed(board) == []
    board.close()


def test_a_loss_shows_its_next_step_and_the_whole_list_without_an_address(
    desk: Desk, ines: Actor, clock: FixedClock, key_set: int
) -> None:
    board = reader(desk, ines)
    desk.act(ines, keys.declare_lost, key_house(), key_set, reason="not in the cabinet")
    [promise] = owed(board)
    assert "Qui l’avait" in promise.what and promise.due_at == clock.now() + timedelta(minutes=5)
    detail = board.detail(PromiseKind.KEY, key_set)
    assert isinstance(detail, Detail)
    assert len(detail.sections[0].lines) == 8
    assert "rue Haute" not in str(detail) and "Tilleuls" not in str(detail)
    board.close()


def test_an_ending_mandate_is_owed_when_nothing_else_is(desk: Desk, ines: Actor, key_set: int) -> None:
    desk.act(ines, keys.renew_mandate, key_set, ref="M-2", since=date(2027, 1, 1), until=date(2027, 3, 31))
    board = reader(desk, ines)
    [promise] = owed(board)
    assert promise.state == "mandate" and promise.due_at == at(31, 23) + timedelta(hours=1)
    desk.act(ines, keys.reserve, key_set, at(25, 9), at(26, 9), holder_name="Jonas")
    [promise] = owed(board)
    assert (promise.state, promise.for_whom, promise.due_at) == ("handover", "Jonas", at(25, 9))
    board.close()

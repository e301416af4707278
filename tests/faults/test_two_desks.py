"""Two desks on one database: the loser is told, nothing is lost, and what both typed stays."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import Conflict, DeskError
from conciergedesk.core.journal import lines_about
from conciergedesk.customers import service as customers
from conciergedesk.customers.queries import person_card
from conciergedesk.requests import service as requests
from conciergedesk.requests.queries import RequestCard, request_card
from conciergedesk.requests.service import NewRequest
from tests.conftest import KEY, hire
from tests.faults.house import assert_sound, book
from tests.ui_flows.conftest import furnish, one_request, opened


@pytest.fixture(autouse=True)
def _one_key(_own_home: None) -> None:
    """Desks of one database share one key."""
    (Path(os.environ["CONCIERGEDESK_HOME"]) / "desk.key").write_bytes(KEY)


def at_once(*calls: Callable[[], object]) -> list[BaseException | None]:
    """Run calls at the same moment; answers what each one raised."""
    gate = threading.Barrier(len(calls))
    raised: list[BaseException | None] = [None] * len(calls)

    def run(place: int, call: Callable[[], object]) -> None:
        gate.wait()
        try:
            call()
        except BaseException as error:
            raised[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def card(desk: Desk, request_id: int) -> RequestCard:
    return desk.ask(request_card, request_id)


@pytest.fixture
def made(desk: Desk, ines: Actor) -> int:
    return desk.act(ines, requests.capture, book(), NewRequest("taxi", place="Gare"))


@pytest.mark.parametrize("_round", range(4))
def test_one_of_two_claims_wins_and_the_other_learns_who(
    desk: Desk, ines: Actor, maelle: Actor, made: int, _round: int
) -> None:
    raised = at_once(
        *(lambda actor=actor: desk.act(actor, requests.claim, book(), made) for actor in (ines, maelle))
    )
    assert [type(one) for one in raised if one is not None] == [Conflict]
    winner = card(desk, made).holder
    loser = next(one for one in raised if one is not None)
    assert winner in ("Inès", "Maëlle") and winner in str(loser)
    claims = [line for line in desk.ask(lines_about, "request", made) if line.act == "request.claim"]
    assert [line.actor for line in claims] == [winner]
    assert_sound(desk)


def test_a_take_over_is_traced(desk: Desk, ines: Actor, maelle: Actor, made: int) -> None:
    desk.act(ines, requests.claim, book(), made)
    desk.act(maelle, requests.claim, book(), made, take_over=True)
    assert card(desk, made).holder == "Maëlle"
    assert {line.actor for line in desk.ask(lines_about, "request", made)} == {"Inès", "Maëlle"}


def test_two_corrections_of_what_both_saw_keep_the_first_and_refuse_the_second(
    desk: Desk, ines: Actor, maelle: Actor, made: int
) -> None:
    seen = card(desk, made).version
    desk.act(maelle, requests.correct, book(), made, seen=seen, place="Aéroport")
    with pytest.raises(Conflict, match="Maëlle"):
        desk.act(ines, requests.correct, book(), made, seen=seen, place="Hôtel")
    assert card(desk, made).place == "Aéroport"
    desk.act(ines, requests.correct, book(), made, seen=card(desk, made).version, title="deux valises")
    assert (card(desk, made).place, card(desk, made).title) == ("Aéroport", "deux valises")
    assert_sound(desk)


def test_notes_and_steps_of_two_desks_at_once_are_all_kept(
    desk: Desk, ines: Actor, maelle: Actor, made: int
) -> None:
    actors = (ines, maelle)
    raised = at_once(
        *(
            lambda number=number: desk.act(
                actors[number % 2], requests.note, book(), made, text=f"appel {number}", kind="call"
            )
            for number in range(8)
        )
    )
    assert raised == [None] * 8
    assert sorted(one.text for one in card(desk, made).notes) == [f"appel {number}" for number in range(8)]
    assert_sound(desk)


def test_undo_does_not_reach_over_what_the_other_desk_did(
    desk: Desk, ines: Actor, maelle: Actor, made: int
) -> None:
    from conciergedesk.core.db.undo import undo_last

    desk.act(ines, requests.claim, book(), made)
    desk.act(maelle, requests.claim, book(), made, take_over=True)
    with pytest.raises(Conflict):
        desk.act(ines, undo_last)
    assert card(desk, made).holder == "Maëlle"


def test_a_person_is_not_lost_between_a_request_and_a_correction(
    desk: Desk, ines: Actor, maelle: Actor
) -> None:
    person = desk.act(ines, customers.add_person, first_name="Anke")
    raised = at_once(
        lambda: desk.act(ines, requests.capture, book(), NewRequest("taxi", requester_id=person)),
        lambda: desk.act(maelle, customers.change_person, person, last_name="Klein"),
    )
    assert not [one for one in raised if one is not None and not isinstance(one, DeskError)]
    shown = desk.ask(person_card, person, desk.clock.now())
    assert shown is not None and shown.first_name == "Anke"
    assert_sound(desk)


# --- on two screens ---


async def test_the_second_saver_keeps_the_typing_and_sees_who_was_first(
    sqlite_desk: Desk, clock: FixedClock
) -> None:
    furnish(sqlite_desk, book())
    ines, maelle = hire(sqlite_desk, "Inès"), hire(sqlite_desk, "Maëlle")
    made = one_request(sqlite_desk, ines, book(), 1)
    async with opened(sqlite_desk, clock, ines) as first, opened(sqlite_desk, clock, maelle) as second:
        for desk in (first, second):
            await desk.press("c", "tab")
            await desk.type("panier rouge" if desk is first else "panier vert")
        await first.press("ctrl+s")
        await second.press("ctrl+s")
        assert card(sqlite_desk, made).title == "panier rouge"
        assert "Inès" in second.text and "panier vert" in second.text
        assert not first.pilot.app._exception and second.pilot.app.is_running
    assert_sound(sqlite_desk)


async def test_each_desk_shows_that_the_other_has_a_promise_open(
    sqlite_desk: Desk, clock: FixedClock
) -> None:
    furnish(sqlite_desk, book())
    ines, maelle = hire(sqlite_desk, "Inès"), hire(sqlite_desk, "Maëlle")
    one_request(sqlite_desk, ines, book(), 1)
    async with opened(sqlite_desk, clock, ines) as first, opened(sqlite_desk, clock, maelle) as second:
        for desk in (first, second):
            assert len(desk.session.show_presence()) == 1
        await second.press("ctrl+r")
        assert second.session.load().promises[0].opened_elsewhere_by == "Inès"
        first.session.close()
        assert second.session.show_presence() == ()


async def test_a_desk_whose_database_is_busy_says_so_and_keeps_the_line(
    sqlite_desk: Desk, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    from conciergedesk.core.db import engine as engines

    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.05)
    furnish(sqlite_desk, book())
    ines = hire(sqlite_desk, "Inès")
    async with opened(sqlite_desk, clock, ines) as desk:
        await desk.press("n")
        await desk.type("taxi demain 6h30 gare")
        foreign = sqlite3.connect(str(sqlite_desk.engine.url.database), isolation_level=None)
        foreign.execute("BEGIN IMMEDIATE")
        await desk.press("ctrl+s")
        assert "autre poste" in desk.text and "taxi demain 6h30 gare" in desk.text
        foreign.execute("ROLLBACK")
        foreign.close()
        await desk.press("ctrl+s")
        assert [one.type_code for one in desk.requests()] == ["taxi"]
    assert_sound(sqlite_desk)

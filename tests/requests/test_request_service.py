"""Working requests through the service, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

import pytest

from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.undo import undo_last
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import Conflict, InvalidInput, NotAllowed, RuleRefused
from conciergedesk.core.paths import knowledge_base
from conciergedesk.customers.rules import split_name
from conciergedesk.requests import service as requests
from conciergedesk.requests.lifecycle import State, checklist
from conciergedesk.requests.queries import (
    RequestCard,
    look_alikes,
    open_call_backs,
    open_requests,
    request_card,
)
from conciergedesk.requests.rulebook import Rulebook, load_rulebook
from conciergedesk.requests.service import NewRequest
from tests.conftest import PARIS, hire


@lru_cache
def _book() -> Rulebook:
    return load_rulebook(knowledge_base())


@pytest.fixture
def book() -> Rulebook:
    return _book()


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=PARIS)


def card(desk: Desk, request_id: int) -> RequestCard:
    return desk.ask(request_card, request_id)


def finish_all_steps(desk: Desk, actor: Actor, book: Rulebook, request_id: int) -> None:
    found = card(desk, request_id)
    for step in checklist(book.catalogue.get(found.type_code), found.fields):
        if step.required and not step.asks:
            proof = "Solène 15:10" if step.proof != "none" else ""
            desk.act(actor, requests.tick, book, request_id, step.key, proof=proof)


def new_basket(desk: Desk, actor: Actor, book: Rulebook, **more: object) -> int:
    values: dict[str, object] = {
        "type_code": "terroir_basket",
        "requester_name": "Odile Fournier",
        "channel": "email",
    }
    return desk.act(actor, requests.capture, book, NewRequest(**(values | more)))  # type: ignore[arg-type]


def test_a_request_from_a_call_is_answered_at_once_and_due_after_its_promise(
    desk: Desk, ines: Actor, book: Rulebook
) -> None:
    made = desk.act(
        ines,
        requests.capture,
        book,
        NewRequest(
            "key_handover_out", requester_name="Karim Belkacem", wanted_from=at(24, 19, 30), channel="phone"
        ),
    )
    found = card(desk, made)
    assert found.state == State.QUALIFIED
    assert found.first_response_at == desk.clock.now()
    assert found.due_at == at(24, 19, 45)
    assert found.board_at == at(24, 19, 30)


def test_the_service_clock_runs_in_desk_hours_only(
    desk: Desk, ines: Actor, book: Rulebook, clock: FixedClock
) -> None:
    clock.move_to(at(24, 20, 30))
    made = new_basket(desk, ines, book, priority="P2")
    assert card(desk, made).due_at == at(25, 11, 30)


def test_waiting_for_the_client_stops_the_clock_and_resuming_gives_the_rest_back(
    desk: Desk, ines: Actor, book: Rulebook, clock: FixedClock
) -> None:
    clock.move_to(at(24, 10))
    made = new_basket(desk, ines, book, priority="P2")
    desk.act(ines, requests.claim, book, made)
    clock.move_to(at(24, 11))
    desk.act(ines, requests.wait_client, book, made, until=at(24, 15))
    waiting = card(desk, made)
    assert (waiting.due_at, waiting.board_at) == (None, at(24, 15))
    clock.move_to(at(24, 13))
    desk.act(ines, requests.resume, book, made)
    assert card(desk, made).due_at == at(24, 16)


def test_waiting_for_a_provider_does_not_stop_the_clock(
    desk: Desk, ines: Actor, book: Rulebook, clock: FixedClock
) -> None:
    clock.move_to(at(24, 10))
    made = new_basket(desk, ines, book, priority="P2")
    desk.act(ines, requests.claim, book, made)
    desk.act(ines, requests.wait_provider, book, made, whom="Cave du Faubourg")
    found = card(desk, made)
    assert (found.due_at, found.waits_for) == (at(24, 14), "Cave du Faubourg")


def test_a_claim_blocks_a_second_desk_until_it_takes_over(
    desk: Desk, ines: Actor, maelle: Actor, book: Rulebook
) -> None:
    made = new_basket(desk, ines, book)
    desk.act(ines, requests.claim, book, made)
    with pytest.raises(Conflict, match="Inès"):
        desk.act(maelle, requests.claim, book, made)
    desk.act(maelle, requests.claim, book, made, take_over=True)
    found = card(desk, made)
    assert found.holder == "Maëlle"
    assert [line.facts["taken_from"] for line in found.lines if line.act == "request.claim"] == [
        ines.id,
        None,
    ]


def test_done_is_refused_while_a_step_is_open_and_names_it(desk: Desk, ines: Actor, book: Rulebook) -> None:
    made = new_basket(desk, ines, book)
    desk.act(ines, requests.claim, book, made)
    with pytest.raises(RuleRefused) as refused:
        desk.act(ines, requests.finish, book, made)
    missing = [step for step in checklist(book.catalogue.get("terroir_basket"), {}) if step.required]
    assert missing and all(step.label.fr in str(refused.value) for step in missing)
    assert card(desk, made).state == State.IN_PROGRESS


def test_done_then_reopened_keeps_the_first_resolution_and_restarts_the_clock(
    desk: Desk, ines: Actor, book: Rulebook, clock: FixedClock
) -> None:
    clock.move_to(at(24, 10))
    made = new_basket(desk, ines, book, priority="P2")
    desk.act(ines, requests.claim, book, made)
    finish_all_steps(desk, ines, book, made)
    clock.move_to(at(24, 12))
    desk.act(ines, requests.finish, book, made)
    assert not card(desk, made).is_open
    clock.move_to(at(25, 9))
    desk.act(ines, requests.reopen, book, made, reason="Il manque une bouteille")
    found = card(desk, made)
    assert (found.first_resolved_at, found.resolved_at, found.reopens) == (at(24, 12), None, 1)
    assert found.due_at == at(25, 13)


def test_a_dated_booking_is_resolved_when_confirmed_and_then_lives_under_its_appointment(
    desk: Desk, ines: Actor, book: Rulebook
) -> None:
    made = desk.act(
        ines,
        requests.capture,
        book,
        NewRequest("spa_thermal", requester_name="Marek Nowak", wanted_from=at(27, 15), take=True),
    )
    desk.act(ines, requests.confirm, book, made)
    found = card(desk, made)
    assert (found.resolved_at, found.board_at, found.is_open) == (desk.clock.now(), at(27, 15), True)


def test_a_weather_cancellation_is_neither_a_reopening_nor_a_miss(
    desk: Desk, ines: Actor, book: Rulebook, clock: FixedClock
) -> None:
    made = desk.act(
        ines,
        requests.capture,
        book,
        NewRequest("balloon", requester_name="Ilse Van Damme", wanted_from=at(28, 6), take=True),
    )
    desk.act(ines, requests.confirm, book, made)
    clock.move_to(at(27, 19))
    desk.act(ines, requests.weather_cancelled, book, made)
    found = card(desk, made)
    assert (found.state, found.reopens, found.breached_at) == (State.WAITING_CLIENT, 0, None)


def test_a_changed_priority_counts_from_the_opening_and_erases_no_breach(
    desk: Desk, ines: Actor, book: Rulebook, clock: FixedClock
) -> None:
    clock.move_to(at(24, 10))
    made = new_basket(desk, ines, book, priority="P2")
    desk.act(ines, requests.claim, book, made)
    clock.move_to(at(24, 15))
    desk.act(ines, requests.change_priority, book, made, "P3", reason="Le client a le temps")
    found = card(desk, made)
    assert (found.breached_at, found.due_at) == (at(24, 14), at(25, 10))
    with pytest.raises(InvalidInput):
        desk.act(ines, requests.change_priority, book, made, "P4", reason=" ")


def test_health_needs_the_danger_question_first(desk: Desk, ines: Actor, book: Rulebook) -> None:
    made = desk.act(
        ines,
        requests.capture,
        book,
        NewRequest("dentist_late", requester_name="Anke Klein", wanted_from=at(24, 20), take=True),
    )
    with pytest.raises(RuleRefused):
        desk.act(ines, requests.confirm, book, made)
    desk.act(ines, requests.answer_danger, book, made, danger=False)
    desk.act(ines, requests.confirm, book, made)
    assert card(desk, made).state == State.CONFIRMED


def test_no_word_about_health_enters_a_health_orientation_by_its_title_or_its_place(
    desk: Desk, ines: Actor, book: Rulebook
) -> None:
    plain = NewRequest("dentist_late", requester_name="Anke", place="Metz")
    for new in (replace(plain, title="abcès depuis hier"), replace(plain, place="hôtel, fièvre")):
        with pytest.raises(RuleRefused):
            desk.act(ines, requests.capture, book, new)
    made = desk.act(ines, requests.capture, book, plain)
    with pytest.raises(RuleRefused):
        desk.act(ines, requests.correct, book, made, title="mal de dents")
    assert card(desk, made).title == ""


def test_a_request_may_come_with_a_promised_call(desk: Desk, ines: Actor, book: Rulebook) -> None:
    made = new_basket(desk, ines, book, call_back_at=at(25, 9))
    [call] = desk.ask(open_call_backs)
    assert (call.request_id, call.due_at, call.person) == (made, at(25, 9), "Odile Fournier")


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Odile Fournier", "Odile", "Fournier"),
        ("Weber", "", "Weber"),
        ("Marie de la Tour", "Marie", "de la Tour"),
        ("Van der Berg", "", "Van der Berg"),
        ("", "", ""),
    ],
)
def test_a_particle_opens_the_family_name(name: str, first: str, last: str) -> None:
    assert split_name(name) == (first, last)


def test_danger_leaves_only_directed_to_15(desk: Desk, ines: Actor, book: Rulebook) -> None:
    made = desk.act(
        ines, requests.capture, book, NewRequest("dentist_late", requester_name="Anke Klein", take=True)
    )
    desk.act(ines, requests.answer_danger, book, made, danger=True)
    found = card(desk, made)
    assert (found.state, [step.proof for step in found.steps]) == (State.DONE, ["directed_to_15"])
    with pytest.raises(RuleRefused):
        desk.act(ines, requests.note, book, made, "elle souffre")


def test_health_is_closed_to_other_roles(desk: Desk, ines: Actor, book: Rulebook) -> None:
    made = desk.act(ines, requests.capture, book, NewRequest("dentist_late", requester_name="Anke Klein"))
    hotline = hire(desk, "Yanis", role="hotline", team="technical")
    with pytest.raises(NotAllowed):
        desk.act(hotline, requests.claim, book, made)


def test_a_note_that_warns_needs_a_reason_and_a_card_number_is_never_kept(
    desk: Desk, ines: Actor, book: Rulebook
) -> None:
    made = new_basket(desk, ines, book)
    desk.act(ines, requests.note, book, made, "Rappelée à 16:40", kind="call")
    assert card(desk, made).first_response_at == desk.clock.now()
    with pytest.raises(RuleRefused):
        desk.act(ines, requests.note, book, made, "elle est enceinte")
    desk.act(ines, requests.note, book, made, "elle est enceinte", override_reason="demandé par elle")
    with pytest.raises(RuleRefused):
        desk.act(ines, requests.note, book, made, "4111 1111 1111 1111", override_reason="oui")
    assert [line.text for line in card(desk, made).notes] == ["elle est enceinte", "Rappelée à 16:40"]


def test_a_call_back_has_an_owner_and_its_own_clock(
    desk: Desk, ines: Actor, book: Rulebook, clock: FixedClock
) -> None:
    made = new_basket(desk, ines, book)
    call = desk.act(ines, requests.promise_call_back, due_at=at(29, 9), request_id=made, about="slot")
    assert [(one.id, one.owner) for one in desk.ask(open_call_backs)] == [(call, "Inès")]
    assert desk.act(ines, requests.call_attempted, call) == 1
    clock.move_to(at(29, 8, 55))
    desk.act(ines, requests.keep_call_back, book, call)
    assert desk.ask(open_call_backs) == []
    with pytest.raises(RuleRefused):
        desk.act(ines, requests.keep_call_back, book, call)


def test_a_snooze_never_hides_a_request_past_its_promise(desk: Desk, ines: Actor, book: Rulebook) -> None:
    made = new_basket(desk, ines, book, wanted_from=at(24, 20), wanted_to=at(24, 21))
    desk.act(ines, requests.snooze, book, made, at(26, 9))
    promise = card(desk, made)
    assert promise.board_at == at(24, 21)
    desk.act(ines, requests.snooze, book, made, at(24, 19))
    assert card(desk, made).board_at == at(24, 19)


def test_duplicates_and_follow_ups_are_linked_both_ways(desk: Desk, ines: Actor, book: Rulebook) -> None:
    first = new_basket(desk, ines, book)
    second = new_basket(desk, ines, book)
    desk.act(ines, requests.mark_duplicate, book, second, first)
    assert card(desk, second).duplicate_of == f"D-{first}"
    third = desk.act(ines, requests.follow_up, book, first, NewRequest("taxi"))
    assert (card(desk, third).follows, card(desk, first).followed_by) == (f"D-{first}", (f"D-{third}",))
    with pytest.raises(RuleRefused):
        desk.act(ines, requests.mark_duplicate, book, first, first)


def test_cancelling_says_why_and_by_whom_and_ends_its_call_backs(
    desk: Desk, ines: Actor, book: Rulebook
) -> None:
    made = new_basket(desk, ines, book)
    desk.act(ines, requests.promise_call_back, due_at=at(29, 9), request_id=made)
    desk.act(ines, requests.cancel, book, made, reason="gave_up")
    found = card(desk, made)
    assert (found.state, found.end_reason, found.end_party, found.call_backs) == (
        "cancelled",
        "gave_up",
        "client",
        (),
    )
    with pytest.raises(RuleRefused):
        desk.act(ines, requests.claim, book, made)


def test_what_a_person_already_has_is_shown_before_a_duplicate_is_made(
    desk: Desk, ines: Actor, book: Rulebook
) -> None:
    made = new_basket(desk, ines, book)
    person = card(desk, made).requester_id
    assert person is not None
    new_basket(desk, ines, book, requester_name="", requester_id=person, type_code="taxi")
    found = desk.ask(look_alikes, person_id=person, type_code="terroir_basket")
    assert (found[0].id, found[0].same_type) == (made, True)
    assert len(found) == 2


def test_time_writes_warnings_and_breaches_once_with_their_moment(
    desk: Desk, ines: Actor, book: Rulebook, clock: FixedClock
) -> None:
    clock.move_to(at(24, 10))
    made = new_basket(desk, ines, book, priority="P2")
    clock.move_to(at(24, 14, 30))
    passed = desk.act(ines, requests.note_what_time_did, book)
    assert (passed.warned, passed.breached) == (1, 2)
    again = desk.act(ines, requests.note_what_time_did, book)
    assert (again.warned, again.breached) == (0, 0)
    assert card(desk, made).breached_at == at(24, 14)


def test_undo_takes_a_claim_back_and_the_board_shows_it_free(desk: Desk, ines: Actor, book: Rulebook) -> None:
    made = new_basket(desk, ines, book)
    desk.act(ines, requests.claim, book, made)
    desk.act(ines, undo_last)
    [row] = desk.ask(open_requests, [made])
    assert (row.holder_id, row.state) == (None, State.QUALIFIED)


def test_the_second_editor_is_told_and_nothing_is_overwritten(
    desk: Desk, ines: Actor, maelle: Actor, book: Rulebook
) -> None:
    made = new_basket(desk, ines, book)
    seen = card(desk, made).version
    desk.act(maelle, requests.correct, book, made, seen=seen, place="atelier")
    with pytest.raises(Conflict, match="Maëlle"):
        desk.act(ines, requests.correct, book, made, seen=seen, place="gare")
    assert card(desk, made).place == "atelier"


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewRequest("taxi", priority="P9"), "priority"),
        (NewRequest("taxi", channel="pigeon"), "channel"),
        (NewRequest("taxi", language="xx"), "language"),
        (NewRequest("taxi", team="cuisine"), "team"),
        (NewRequest("taxi", wanted_from=at(25, 9), wanted_to=at(25, 8)), "wanted_to"),
        (NewRequest("taxi", fields={"nope": 1}), "nope"),
        (NewRequest("restaurant", fields={"covers": "beaucoup"}), "covers"),
    ],
)
def test_bad_input_names_its_field_and_saves_nothing(
    desk: Desk, ines: Actor, book: Rulebook, new: NewRequest, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        desk.act(ines, requests.capture, book, new)
    assert refused.value.field == field
    assert desk.ask(open_requests) == []


def test_what_stays_done_for_a_week_is_closed(
    desk: Desk, ines: Actor, book: Rulebook, clock: FixedClock
) -> None:
    made = new_basket(desk, ines, book)
    desk.act(ines, requests.claim, book, made)
    finish_all_steps(desk, ines, book, made)
    desk.act(ines, requests.finish, book, made)
    clock.advance(timedelta(days=8))
    assert desk.act(ines, requests.note_what_time_did, book).closed == 1
    assert card(desk, made).state == State.CLOSED

"""Which acts are possible when, what ``done`` still needs, and the rules of a health orientation."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import translate
from conciergedesk.core.paths import knowledge_base
from conciergedesk.requests.catalogue import Catalogue, ProofKind, RequestType
from conciergedesk.requests.catalogue_files import load_catalogue
from conciergedesk.requests.lifecycle import (
    ACT_LABELS,
    FINAL_STATES,
    OPEN_STATES,
    STATE_LABELS,
    TRANSITIONS,
    Act,
    Danger,
    Need,
    State,
    StepState,
    allowed_acts,
    check_danger,
    check_note_allowed,
    checklist,
    missing_for_done,
    needs_of,
    next_state,
    proof_accepted,
    require_complete,
    require_given,
)


@pytest.fixture(scope="module")
def house() -> Catalogue:
    return load_catalogue(knowledge_base() / "services")


PROOFS = {
    ProofKind.NONE: "",
    ProofKind.TEXT: "fait",
    ProofKind.CODE: "TX-77",
    ProofKind.NAME_AND_TIME: "Solène 15:10",
    ProofKind.SIGNATURE: "Annika",
    ProofKind.PHOTO: "photo 12",
}


def all_ticked(request_type: RequestType, **proofs: str) -> list[StepState]:
    return [
        StepState(step.key, True, proofs.get(step.key, "none" if step.asks else PROOFS[step.proof]))
        for step in request_type.steps
    ]


# --- acts and states ---


def test_the_usual_day_of_a_request() -> None:
    state = State.NEW
    for act, expected in [
        (Act.QUALIFY, State.QUALIFIED),
        (Act.ASSIGN, State.ASSIGNED),
        (Act.START, State.IN_PROGRESS),
        (Act.WAIT_CLIENT, State.WAITING_CLIENT),
        (Act.RESUME, State.IN_PROGRESS),
        (Act.WAIT_PROVIDER, State.WAITING_PROVIDER),
        (Act.CONFIRM, State.CONFIRMED),
        (Act.FINISH, State.DONE),
        (Act.REOPEN, State.IN_PROGRESS),
        (Act.FINISH, State.DONE),
        (Act.CLOSE, State.CLOSED),
    ]:
        state = next_state(state, act)
        assert state is expected


def test_each_state_is_reached_and_final_ones_are_never_left() -> None:
    reached = {State.NEW} | {one.to for lines in TRANSITIONS.values() for one in lines if one.to}
    assert reached == set(State)
    for state in FINAL_STATES:
        assert allowed_acts(state) == ()


def test_a_state_stands_in_one_line_of_an_act_at_most() -> None:
    for act, lines in TRANSITIONS.items():
        for state in State:
            assert sum(state in line.sources for line in lines) <= 1, (act, state)


@pytest.mark.parametrize(("state", "act"), list(product(State, Act)))
def test_the_table_answers_for_every_state_and_act(state: State, act: Act) -> None:
    if act in allowed_acts(state):
        assert next_state(state, act) in State
        return
    with pytest.raises(RuleRefused) as caught:
        next_state(state, act)
    sentence = caught.value.in_language("en")
    for other in allowed_acts(state):
        assert ACT_LABELS[other] in sentence
    if state in FINAL_STATES:
        assert "linked request" in sentence


def test_a_refusal_is_worded_in_the_language_asked_for() -> None:
    with pytest.raises(RuleRefused) as caught:
        next_state(State.NEW, Act.CLOSE)
    assert "prendre en charge" in caught.value.in_language("fr")
    assert "nouvelle" in caught.value.in_language("fr")
    assert "take" in caught.value.in_language("en")


def test_only_a_done_request_is_reopened_and_only_a_confirmed_one_meets_the_weather() -> None:
    assert [state for state in State if Act.REOPEN in allowed_acts(state)] == [State.DONE]
    assert [state for state in State if Act.WEATHER in allowed_acts(state)] == [State.CONFIRMED]
    assert next_state(State.CONFIRMED, Act.WEATHER) is State.WAITING_CLIENT


def test_claiming_waiting_work_keeps_it_waiting() -> None:
    assert next_state(State.WAITING_CLIENT, Act.CLAIM) is State.WAITING_CLIENT
    assert next_state(State.NEW, Act.CLAIM) is State.IN_PROGRESS


def test_every_state_and_act_has_french_words() -> None:
    assert translate(STATE_LABELS[State.CLOSED], "fr") == "clôturée"
    for word in (*STATE_LABELS.values(), *ACT_LABELS.values()):
        assert translate(word, "fr") != word


@pytest.mark.parametrize(
    ("state", "act", "needs"),
    [
        (State.IN_PROGRESS, Act.CANCEL, {Need.REASON, Need.PARTY}),
        (State.IN_PROGRESS, Act.REFUSE, {Need.REASON}),
        (State.NEW, Act.DUPLICATE, {Need.TARGET}),
        (State.DONE, Act.REOPEN, {Need.REASON}),
        (State.NEW, Act.ASSIGN, {Need.HOLDER}),
        (State.NEW, Act.CLAIM, set()),
        (State.CLOSED, Act.CANCEL, set()),
    ],
)
def test_acts_name_what_they_need(state: State, act: Act, needs: set[Need]) -> None:
    assert needs_of(state, act) == needs


def test_a_blank_reason_is_no_reason() -> None:
    with pytest.raises(InvalidInput) as caught:
        require_given(State.NEW, Act.CANCEL, {Need.REASON: "  ", Need.PARTY: "client"})
    assert caught.value.field == "reason"
    with pytest.raises(InvalidInput) as caught:
        require_given(State.NEW, Act.CANCEL, {Need.REASON: "météo"})
    assert caught.value.field == "party"
    require_given(State.NEW, Act.DUPLICATE, {Need.TARGET: 12})


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(list(Act)), max_size=40))
def test_no_row_of_acts_leaves_the_life_of_a_request(acts: list[Act]) -> None:
    state = State.NEW
    for act in acts:
        if act in allowed_acts(state):
            state = next_state(state, act)
            assert state in OPEN_STATES | FINAL_STATES | {State.DONE}
        else:
            with pytest.raises(RuleRefused):
                next_state(state, act)


# --- what is missing before done ---


def test_nothing_is_missing_once_all_is_ticked_and_proved(house: Catalogue) -> None:
    for request_type in house.types:
        require_complete(request_type, all_ticked(request_type), {}, ["weather"])


def test_each_open_step_is_named(house: Catalogue) -> None:
    keys = house.get("key_handover_out")
    missing = [one.step.key for one in missing_for_done(keys, [])]
    assert missing == ["set_complete", "authorised", "identity_seen", "receipt", "register_out"]
    with pytest.raises(RuleRefused) as caught:
        require_complete(keys, [])
    assert "Identité vue" in caught.value.in_language("fr")
    assert "Identity seen" in caught.value.in_language("en")


def test_a_ticked_step_without_its_proof_is_named(house: Catalogue) -> None:
    spa = house.get("spa_thermal")
    states = all_ticked(spa, provider_yes="demain")
    missing = missing_for_done(spa, states)
    assert [(one.step.key, one.proof) for one in missing] == [("provider_yes", True)]
    assert "proof missing" in missing[0].in_language("en")


def test_alcohol_adds_the_age_check(house: Catalogue) -> None:
    basket = house.get("terroir_basket")
    dry = [step.key for step in checklist(basket, {"alcohol": False})]
    wine = [step.key for step in checklist(basket, {"alcohol": True})]
    assert set(wine) - set(dry) == {"age_check"}
    assert "age_check" in [one.step.key for one in missing_for_done(basket, [], {"alcohol": True})]


def test_bad_weather_adds_telling_the_client_tonight(house: Catalogue) -> None:
    balloon = house.get("balloon")
    assert "tell_client" not in [step.key for step in checklist(balloon, {})]
    stormy = checklist(balloon, {}, ["weather"])
    assert "Tell client tonight" in [step.label.en for step in stormy]


@pytest.mark.parametrize(
    ("kind", "proof", "accepted"),
    [
        (ProofKind.NAME_AND_TIME, "Solène 15:10", True),
        (ProofKind.NAME_AND_TIME, "cabinet Muller, 20h45", True),
        (ProofKind.NAME_AND_TIME, "Solène 8h", True),
        (ProofKind.NAME_AND_TIME, "Solène", False),
        (ProofKind.NAME_AND_TIME, "15:10", False),
        (ProofKind.NAME_AND_TIME, "20h", False),
        (ProofKind.NAME_AND_TIME, "Solène 25:10", False),
        (ProofKind.CODE, "TX-77", True),
        (ProofKind.CODE, " - ", False),
        (ProofKind.SIGNATURE, "Annika", True),
        (ProofKind.SIGNATURE, "12", False),
        (ProofKind.TEXT, "", False),
        (ProofKind.NONE, "", True),
    ],
)
def test_a_proof_shows_what_its_kind_asks_for(kind: ProofKind, proof: str, accepted: bool) -> None:
    assert proof_accepted(kind, proof) is accepted


# --- health orientation ---


def test_the_danger_question_comes_before_any_booking(house: Catalogue) -> None:
    dentist = house.get("dentist_late")
    assert dentist.steps[0].key == "danger"
    for act in (Act.CONFIRM, Act.WAIT_PROVIDER, Act.WAIT_CLIENT, Act.FINISH):
        with pytest.raises(RuleRefused) as caught:
            check_danger(dentist, Danger.UNASKED, act)
        assert "15" in caught.value.in_language("fr")
        check_danger(dentist, Danger.NONE, act)
    check_danger(dentist, Danger.UNASKED, Act.CLAIM)


def test_danger_stops_the_booking_and_leaves_only_directed_to_15(house: Catalogue) -> None:
    dentist = house.get("dentist_late")
    for act in (Act.CONFIRM, Act.WAIT_PROVIDER, Act.WAIT_CLIENT, Act.RESUME):
        with pytest.raises(RuleRefused):
            check_danger(dentist, Danger.PRESENT, act)
    check_danger(dentist, Danger.PRESENT, Act.FINISH)
    with pytest.raises(RuleRefused):
        check_note_allowed(dentist, Danger.PRESENT)
    check_note_allowed(dentist, Danger.NONE)
    # Nothing else is owed then.
    assert missing_for_done(dentist, [StepState("danger", True, "present")]) == []
    # Any doubt counts as danger, and a clear no does not.
    assert missing_for_done(dentist, [StepState("danger", True, "peut-être")]) == []
    assert missing_for_done(dentist, [StepState("danger", True, "none")]) != []


def test_a_locked_door_asks_about_danger_but_the_work_goes_on(house: Catalogue) -> None:
    repair = house.get("locksmith_repair")
    with pytest.raises(RuleRefused):
        check_danger(repair, Danger.UNASKED, Act.WAIT_PROVIDER)
    check_danger(repair, Danger.PRESENT, Act.WAIT_PROVIDER)
    assert missing_for_done(repair, [StepState("danger", True, "present")]) != []


def test_ordinary_types_know_no_danger_question(house: Catalogue) -> None:
    check_danger(house.get("taxi"), Danger.UNASKED, Act.CONFIRM)
    check_note_allowed(house.get("taxi"), Danger.PRESENT)

"""Relocation files worked by their coach: opened, moved, worked, sent to the desk, followed up, kept private."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest

from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db import undo
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import (
    Conflict,
    InvalidFile,
    InvalidInput,
    NotAllowed,
    RuleRefused,
)
from conciergedesk.core.paths import knowledge_base
from conciergedesk.relocation import service as relocation
from conciergedesk.relocation.cards import FileCard, ItemLine
from conciergedesk.relocation.facts import read_facts
from conciergedesk.relocation.house import RelocationHouse, load_relocation_house
from conciergedesk.relocation.portfolio import coach_loads, figures, find_files, portfolio
from conciergedesk.relocation.queries import file_card, file_stub
from conciergedesk.relocation.schedule import ItemState, Stay
from conciergedesk.relocation.service import NewFile
from conciergedesk.requests import service as requests
from conciergedesk.requests.queries import request_card
from conciergedesk.requests.rulebook import load_rulebook
from tests.conftest import hire

PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2027, 3, 24)
HOUSEHOLD = "Lieselotte Hartmann, Henk, Jonna 14, Tim 7, chat Pixel"


@lru_cache
def house() -> RelocationHouse:
    return load_relocation_house(knowledge_base(), load_rulebook(knowledge_base()))


@pytest.fixture
def clemence(desk: Desk) -> Actor:
    """The coach."""
    return hire(desk, "Clémence", role="coach", team="coach")


@pytest.fixture
def romain(desk: Desk) -> Actor:
    """Another coach."""
    return hire(desk, "Romain", role="coach", team="coach")


def hartmann(**more: object) -> NewFile:
    base = NewFile(
        HOUSEHOLD,
        date(2027, 4, 12),
        employer="Mécaval",
        language="de",
        phone="06 39 98 33 05",
        from_place="Trèves",
        work_place="Luxembourg",
        facts={"nationality": "eu", "comes_from": "abroad", "work_country": "LU", "car": "abroad"},
        anchors={"purchase": date(2027, 3, 10)},
        opened_on=date(2027, 1, 4),
    )
    return replace(base, **more)  # type: ignore[arg-type]


def opened(desk: Desk, actor: Actor, new: NewFile | None = None) -> int:
    return desk.act(actor, relocation.open_file, house(), new or hartmann())


def card(desk: Desk, actor: Actor, file_id: int) -> FileCard:
    return desk.ask(file_card, house(), file_id, actor, desk.clock.now())


def item(desk: Desk, actor: Actor, file_id: int, code: str) -> ItemLine:
    return next(one for one in card(desk, actor, file_id).items if one.code == code)


def days(file: FileCard) -> dict[str, date | None]:
    return {one.code: one.due for one in file.items}


# --- opening ---


def test_six_fields_open_a_file_with_its_dated_plan_and_its_contacts(desk: Desk, clemence: Actor) -> None:
    new = NewFile(HOUSEHOLD, date(2027, 6, 14), "Mécaval", "family", clemence.id, "de")
    file = card(desk, clemence, opened(desk, clemence, new))
    assert file.household == "Lieselotte Hartmann"
    assert [one.name for one in file.members] == ["Lieselotte Hartmann", "Henk", "Jonna", "Tim", "Pixel"]
    assert file.employer == "Mécaval"
    assert 45 <= len(file.items) <= 52
    assert len({one.code for one in file.items}) == len(file.items)
    assert {one.code: one.due for one in file.followups} == {
        "D+7": date(2027, 6, 21),
        "D+30": date(2027, 7, 14),
        "D+90": date(2027, 9, 12),
        "D+180": date(2027, 12, 11),
        "closing": date(2027, 12, 11),
    }
    assert days(file)["A12"] == date(2027, 5, 30)
    assert any(one.to_confirm for one in file.items), "facts that nobody has asked keep their items in"


def test_the_plan_follows_the_household(desk: Desk, clemence: Actor) -> None:
    codes = {one.code for one in card(desk, clemence, opened(desk, clemence)).items}
    assert {"A15", "A16", "A20", "A23", "A43", "A49"} <= codes
    assert not {"A02", "A03", "A31"} & codes, "an EU citizen needs no title and no visa"
    assert "A18" not in codes, "nobody is of nursery age"


def test_an_undone_opening_leaves_nothing_and_the_next_file_still_reads_its_plan(
    desk: Desk, clemence: Actor
) -> None:
    file_id = opened(desk, clemence)
    desk.act(clemence, undo.undo_last)
    assert desk.ask(find_files, "Hartmann") == []
    again = opened(desk, clemence)
    assert len(card(desk, clemence, again).items) >= 40
    assert again != file_id or desk.engine.dialect.name == "sqlite"


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("arrival", {"arrival": date(2027, 1, 3)}),
        ("arrival", {"arrival": date(2031, 1, 3)}),
        ("children", {"household": "Lieselotte Hartmann, Tim 47"}),
        ("household", {"household": " , "}),
        ("household", {"household": "Tim 7"}),
        ("package", {"package": "platinum"}),
        ("coach", {"coach_id": 9999}),
        ("language", {"language": "lb"}),
        ("plan_version", {"plan_version": "000000000000"}),
        ("work_country", {"facts": {"work_country": "Mars"}}),
        ("shoe_size", {"facts": {"shoe_size": "42"}}),
        ("anchor", {"anchors": {"wedding": date(2027, 5, 1)}}),
        ("stage", {"stage": "R9"}),
    ],
)
def test_bad_input_names_its_field_and_nothing_is_saved(
    desk: Desk, clemence: Actor, field: str, change: dict[str, object]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        opened(desk, clemence, hartmann(**change))
    assert refused.value.field == field
    assert str(refused.value)
    assert desk.ask(find_files, "") == []


def test_only_coaches_open_files(desk: Desk, ines: Actor) -> None:
    with pytest.raises(NotAllowed):
        opened(desk, ines)


# --- the arrival ---


def test_a_moved_arrival_takes_its_items_along_and_leaves_the_others(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence)
    done = item(desk, clemence, file_id, "A01")
    desk.act(clemence, relocation.set_state, house(), done.id, "done", evidence="appel du 5 janvier")
    desk.act(clemence, relocation.put_off, house(), item(desk, clemence, file_id, "A41").id, date(2027, 5, 3))
    before = days(card(desk, clemence, file_id))
    new = date(2027, 4, 24)
    preview = desk.ask(relocation.preview_move, house(), file_id, new, TODAY)
    assert {one.id for one in preview.moves} >= {"A12", "A29"}
    why = {one.id: one.why for one in preview.stays}
    assert (why["A01"], why["A41"], why["A23"]) == (Stay.DONE, Stay.BY_HAND, Stay.OTHER_ANCHOR)
    assert days(card(desk, clemence, file_id)) == before, "a preview changes nothing"

    desk.act(clemence, relocation.move, house(), file_id, new, cause="clés plus tard")
    moved = card(desk, clemence, file_id)
    assert moved.arrival == new
    assert days(moved)["A12"] == date(2027, 4, 9)
    assert days(moved)["A23"] == before["A23"] == date(2027, 4, 10)
    assert days(moved)["A41"] == date(2027, 5, 3)
    assert {one.code: one.due for one in moved.followups}["D+7"] == date(2027, 5, 1)
    assert set(days(moved)) == set(before)

    desk.act(clemence, undo.undo_last)
    back = card(desk, clemence, file_id)
    assert days(back) == before
    assert back.arrival == date(2027, 4, 12)
    assert {one.code: one.due for one in back.followups}["D+7"] == date(2027, 4, 19)


def test_moving_there_and_back_changes_no_day(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence)
    before = card(desk, clemence, file_id)
    desk.act(clemence, relocation.move, house(), file_id, date(2028, 2, 29))
    desk.act(clemence, relocation.move, house(), file_id, date(2027, 4, 12))
    after = card(desk, clemence, file_id)
    assert [(one.code, one.due, one.start, one.aim, one.state) for one in after.items] == [
        (one.code, one.due, one.start, one.aim, one.state) for one in before.items
    ]


def test_two_desks_cannot_move_the_same_arrival_unseen(desk: Desk, clemence: Actor, helene: Actor) -> None:
    file_id = opened(desk, clemence)
    seen = card(desk, clemence, file_id).version
    desk.act(helene, relocation.move, house(), file_id, date(2027, 4, 20), seen=seen)
    with pytest.raises(Conflict):
        desk.act(clemence, relocation.move, house(), file_id, date(2027, 4, 15), seen=seen)


def test_an_event_that_is_learnt_dates_what_hangs_on_it(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence, hartmann(anchors={}))
    assert days(card(desk, clemence, file_id))["A23"] is None
    desk.act(clemence, relocation.learn_event, house(), file_id, "purchase", date(2027, 1, 31))
    assert days(card(desk, clemence, file_id))["A23"] == date(2027, 2, 28)
    with pytest.raises(InvalidInput) as refused:
        desk.act(clemence, relocation.learn_event, house(), file_id, "wedding", date(2027, 1, 31))
    assert refused.value.field == "anchor"


def test_another_household_changes_the_plan_but_not_what_was_begun(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence)
    pet = item(desk, clemence, file_id, "A20")
    desk.act(clemence, relocation.set_state, house(), pet.id, "in_progress")
    members = [one for one in card(desk, clemence, file_id).members if one.name not in ("Pixel", "Jonna")]
    change = desk.act(clemence, relocation.change_household, house(), file_id, members=members)
    codes = {one.code for one in card(desk, clemence, file_id).items}
    assert "A20" in codes, "it was begun"
    assert "A16" not in codes
    assert "A16" in change.dropped


# --- items ---


def test_states_need_what_they_need(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence)
    car = item(desk, clemence, file_id, "A23")
    for field, values in (
        ("evidence", {"state": "done"}),
        ("reason", {"state": "not_applicable"}),
        ("waiting_for", {"state": "waiting"}),
        ("state", {"state": "overdue"}),
        ("state", {"state": "lost"}),
        ("done_on", {"state": "done", "evidence": "vu", "done_on": date(2027, 3, 25)}),
    ):
        with pytest.raises(InvalidInput) as refused:
            desk.act(clemence, relocation.set_state, house(), car.id, **values)
        assert refused.value.field == field
    desk.act(clemence, relocation.set_state, house(), car.id, "waiting", waiting_for="préfecture")
    assert item(desk, clemence, file_id, "A23").waiting_for == "préfecture"
    desk.act(clemence, relocation.set_state, house(), car.id, "done", evidence="certificat vu le 24/03")
    after = item(desk, clemence, file_id, "A23")
    assert (after.state, after.done_on, after.waiting_for) == (ItemState.DONE, TODAY, "")


def test_an_item_is_not_done_before_what_blocks_it(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence)
    walk, leaflet = (item(desk, clemence, file_id, code) for code in ("A41", "A40"))
    desk.act(clemence, relocation.block_item, house(), walk.id, ["A40"])
    with pytest.raises(RuleRefused, match="A40"):
        desk.act(clemence, relocation.set_state, house(), walk.id, "done")
    desk.act(clemence, relocation.set_state, house(), leaflet.id, "not_applicable", reason="déjà connu")
    desk.act(clemence, relocation.set_state, house(), walk.id, "done")


def test_items_that_would_wait_for_each_other_are_refused(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence)
    walk, leaflet = (item(desk, clemence, file_id, code) for code in ("A41", "A40"))
    desk.act(clemence, relocation.block_item, house(), walk.id, ["A40"])
    for number, codes in ((leaflet.id, ["A41"]), (walk.id, ["A41"])):
        with pytest.raises(InvalidInput, match="A41") as refused:
            desk.act(clemence, relocation.block_item, house(), number, codes)
        assert refused.value.field == "blocked_by"
    assert item(desk, clemence, file_id, "A41").blocked_by == ("A40",)


def test_a_legal_deadline_is_not_put_off(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence)
    car = item(desk, clemence, file_id, "A23")
    with pytest.raises(RuleRefused):
        desk.act(clemence, relocation.put_off, house(), car.id, date(2027, 4, 11))
    desk.act(clemence, relocation.put_off, house(), car.id, date(2027, 4, 5))
    after = item(desk, clemence, file_id, "A23")
    assert (after.due, after.aim) == (date(2027, 4, 10), date(2027, 4, 5))
    with pytest.raises(InvalidInput):
        desk.act(clemence, relocation.put_off, house(), car.id, date(2027, 3, 23))


def test_an_item_goes_to_the_desk_and_comes_back(desk: Desk, clemence: Actor, maelle: Actor) -> None:
    file_id = opened(desk, clemence)
    school = item(desk, clemence, file_id, "A16")
    made = desk.act(clemence, relocation.send_to_desk, house(), school.id)
    sent = item(desk, clemence, file_id, "A16")
    assert (sent.state, sent.waiting_for, sent.request_id) == (ItemState.WAITING, "desk", made)
    request = desk.ask(request_card, made)
    assert request.type_code == "settling_visit"
    assert request.fields["kind"] == "school"
    linked = card(desk, clemence, file_id).requests
    assert [(one.id, one.item) for one in linked] == [(made, "A16")]
    assert linked[0].what.startswith(house().book.catalogue.get("settling_visit").label.fr), "never its code"
    credit = next(one for one in card(desk, clemence, file_id).credits if one.service == "settling_visit")
    assert (credit.granted, credit.left) == (5, 4)
    with pytest.raises(RuleRefused):
        desk.act(clemence, relocation.send_to_desk, house(), school.id)
    desk.act(maelle, requests.claim, house().book, made)
    assert desk.act(maelle, relocation.take_back, house()) == 0
    desk.act(maelle, requests.confirm, house().book, made)
    assert desk.act(maelle, relocation.take_back, house()) == 1
    back = item(desk, clemence, file_id, "A16")
    assert (back.state, back.waiting_for) == (ItemState.IN_PROGRESS, "")


def test_more_than_the_package_needs_a_reason(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence)
    use = relocation.use_service
    assert desk.act(clemence, use, house(), file_id, "coach_hours", amount=28) == 2
    with pytest.raises(InvalidInput) as refused:
        desk.act(clemence, use, house(), file_id, "coach_hours", amount=3)
    assert refused.value.field == "overrun_reason"
    assert desk.act(clemence, use, house(), file_id, "coach_hours", amount=3, reason="accord d'Odile") == -1
    with pytest.raises(InvalidInput, match="coach_hours"):
        desk.act(clemence, use, house(), file_id, "massage")


def test_an_item_of_the_files_own_survives_moves_and_plans(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence)
    desk.act(
        clemence,
        relocation.add_item,
        house(),
        file_id,
        label="Piano à accorder",
        owner="PR",
        due=date(2027, 5, 2),
    )
    desk.act(clemence, relocation.move, house(), file_id, date(2027, 4, 24))
    own = item(desk, clemence, file_id, "X01")
    assert (own.label, own.due, own.owner) == ("Piano à accorder", date(2027, 5, 2), "PR")


# --- contacts after the move ---


def test_a_low_pulse_opens_an_action_that_only_a_supervisor_closes(
    desk: Desk, clock: FixedClock, clemence: Actor, helene: Actor
) -> None:
    file_id = opened(desk, clemence)
    clock.move_to(datetime(2027, 4, 19, 10, 0, tzinfo=PARIS))
    contact = next(one for one in card(desk, clemence, file_id).followups if one.code == "D+7")
    held = desk.act(
        clemence,
        relocation.hold_followup,
        house(),
        contact.id,
        {"pulse": 5, "overall": 2, "services": 4, "housing": 5},
        words="Internet toujours pas installé.",
    )
    assert [(one.question, one.score) for one in held.actions] == [("pulse", 5), ("overall", 2)]
    assert held.on_time
    actions = card(desk, helene, file_id).actions
    assert {one.due for one in actions} == {date(2027, 4, 21)}
    desk.act(clemence, relocation.watch, house(), file_id)
    assert "family_unhappy" in {one.code for one in card(desk, clemence, file_id).risks}
    with pytest.raises(NotAllowed):
        desk.act(clemence, relocation.close_action, house(), actions[0].id, outcome="rappelé")
    for action in actions:
        desk.act(helene, relocation.close_action, house(), action.id, outcome="appelé, box prêtée")
    desk.act(clemence, relocation.watch, house(), file_id)
    risks = {one.code: one.cleared_on for one in card(desk, clemence, file_id).risks}
    assert risks["family_unhappy"] == date(2027, 4, 19)
    with pytest.raises(RuleRefused):
        desk.act(clemence, relocation.hold_followup, house(), contact.id, {"pulse": 9})


@pytest.mark.parametrize(("score", "actions"), [(6, 1), (7, 0)])
def test_six_of_ten_is_low_and_seven_is_not(desk: Desk, clemence: Actor, score: int, actions: int) -> None:
    file_id = opened(desk, clemence)
    desk.act(clemence, relocation.note_pulse, house(), file_id, score)
    assert len(card(desk, clemence, file_id).actions) == actions


def test_scores_outside_their_scale_are_refused_by_question(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence)
    contact = next(one for one in card(desk, clemence, file_id).followups if one.code == "D+7")
    for scores, field in (({"pulse": 11}, "pulse"), ({"overall": 0}, "overall"), ({"colour": 3}, "colour")):
        with pytest.raises(InvalidInput) as refused:
            desk.act(clemence, relocation.hold_followup, house(), contact.id, scores)
        assert refused.value.field == field
    assert next(one for one in card(desk, clemence, file_id).followups if one.code == "D+7").done_on is None


def test_a_family_becomes_ambassador_only_after_a_good_closing_survey(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence)
    with pytest.raises(RuleRefused):
        desk.act(clemence, relocation.propose_ambassador, file_id)
    closing = next(one for one in card(desk, clemence, file_id).followups if one.code == "closing")
    desk.act(clemence, relocation.hold_followup, house(), closing.id, {"pulse": 9})
    desk.act(clemence, relocation.propose_ambassador, file_id, answer="accepted")
    assert card(desk, clemence, file_id).ambassador == "accepted"
    with pytest.raises(RuleRefused, match="Assurance habitation"):
        desk.act(clemence, relocation.close_file, house(), file_id)


# --- risks, silence, documents, telework ---


def test_computed_risks_come_and_go_by_themselves(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence)
    desk.act(clemence, relocation.note, house(), file_id, "Appel", kind="call", heard_from="FA")
    desk.act(clemence, relocation.watch, house(), file_id)
    risks = {one.code: one for one in card(desk, clemence, file_id).risks}
    assert set(risks) == {"no_lease_T-30"}
    assert (risks["no_lease_T-30"].owner, risks["no_lease_T-30"].review_on) == ("Clémence", date(2027, 3, 27))
    with pytest.raises(RuleRefused):
        desk.act(clemence, relocation.clear_risk, house(), risks["no_lease_T-30"].id)
    for one in card(desk, clemence, file_id).items:
        if one.code in ("A01", "A06", "A07", "A08", "A10"):
            desk.act(clemence, relocation.set_state, house(), one.id, "done", evidence="vu", done_on=TODAY)
    desk.act(clemence, relocation.watch, house(), file_id)
    assert {one.code: one.cleared_on for one in card(desk, clemence, file_id).risks}["no_lease_T-30"] == TODAY


def test_a_risk_set_by_hand_has_an_owner_and_a_review_day(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence)
    risk = desk.act(
        clemence, relocation.flag_risk, house(), file_id, "budget_gap", action="revoir les loyers"
    )
    with pytest.raises(RuleRefused):
        desk.act(clemence, relocation.flag_risk, house(), file_id, "budget_gap")
    desk.act(clemence, relocation.review_risk, house(), risk, review_on=date(2027, 4, 2))
    found = card(desk, clemence, file_id).risks[0]
    assert (found.owner_id, found.review_on, found.action) == (
        clemence.id,
        date(2027, 4, 2),
        "revoir les loyers",
    )
    with pytest.raises(InvalidInput):
        desk.act(clemence, relocation.review_risk, house(), risk, review_on=date(2027, 3, 1))
    desk.act(clemence, relocation.clear_risk, house(), risk, outcome="employeur augmente")
    assert card(desk, clemence, file_id).risks[0].cleared_on == TODAY


def test_silence_climbs_its_ladder_to_the_supervisor(
    desk: Desk, clock: FixedClock, clemence: Actor, helene: Actor
) -> None:
    file_id = opened(desk, clemence)
    question = desk.act(clemence, relocation.ask, house(), file_id, "EM", "Accord de télétravail")
    assert card(desk, clemence, file_id).questions[0].next_on == date(2027, 3, 27)
    clock.move_to(datetime(2027, 3, 27, 9, 0, tzinfo=PARIS))
    assert desk.act(clemence, relocation.remind, house(), question).act == "remind"
    clock.move_to(datetime(2027, 3, 29, 9, 0, tzinfo=PARIS))
    did = desk.act(helene, relocation.note_what_time_did, house())
    assert did.escalated == 1
    assert desk.act(helene, relocation.note_what_time_did, house()).escalated == 0
    assert [one.cause for one in card(desk, helene, file_id).actions] == ["silence"]
    desk.act(clemence, relocation.note, house(), file_id, "Accord reçu", kind="message", heard_from="EM")
    assert card(desk, clemence, file_id).questions[0].answered_on == date(2027, 3, 29)


def test_documents_come_up_ninety_thirty_and_seven_days_before(
    desk: Desk, clock: FixedClock, clemence: Actor
) -> None:
    file_id = opened(desk, clemence)
    number = desk.act(
        clemence,
        relocation.see_document,
        house(),
        file_id,
        "passeport",
        holder="Tim",
        expires_on=date(2027, 6, 18),
    )
    found = card(desk, clemence, file_id).documents[0]
    assert (found.rung, found.alert_on, found.seen_on) == (90, TODAY, TODAY)
    desk.act(clemence, relocation.handle_expiry, house(), number)
    assert card(desk, clemence, file_id).documents[0].alert_on == date(2027, 5, 19)
    clock.move_to(datetime(2027, 6, 15, 9, 0, tzinfo=PARIS))
    desk.act(clemence, relocation.handle_expiry, house(), number)
    assert card(desk, clemence, file_id).documents[0].rung == 7
    with pytest.raises(InvalidInput) as refused:
        desk.act(clemence, relocation.see_document, house(), file_id, "passeport 12AB34567")
    assert refused.value.field == "kind"


def test_telework_is_counted_towards_the_threshold_and_never_concluded_from(
    desk: Desk, clemence: Actor
) -> None:
    file_id = opened(desk, clemence)
    first = date(2027, 1, 4)
    worked = [first + timedelta(days=number) for number in range(27)]
    counts = desk.act(clemence, relocation.note_telework, house(), file_id, [*worked, first])
    tax = next(one for one in counts if one.limit == 34)
    assert (tax.used, tax.amber) == (27, False)
    counts = desk.act(clemence, relocation.note_telework, house(), file_id, [date(2027, 2, 27)])
    assert next(one for one in counts if one.limit == 34).amber
    assert "telework_80pct" in {one.code for one in card(desk, clemence, file_id).risks}
    with pytest.raises(InvalidInput):
        desk.act(clemence, relocation.note_telework, house(), file_id, [date(2027, 3, 25)])


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("nationality", "britannique", "uk"),
        ("nationality", "Brit", "uk"),
        ("comes_from", "a l'etranger", "abroad"),
        ("work_country", "luxembourg", "LU"),
        ("lease", "meublé", "furnished"),
        ("visa", "vls_ts", "vls_ts"),
        ("housing", "buy", "buy"),
    ],
)
def test_facts_of_a_household_are_typed_as_they_are_called(name: str, typed: str, kept: str) -> None:
    assert read_facts({name: typed}) == {name: kept}


def test_an_answer_that_could_be_two_is_refused_with_the_words_to_choose_from() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_facts({"visa": "long séjour"})
    assert refused.value.field == "visa" and "carte à demander" in str(refused.value)


# --- the needs interview ---


def test_the_interview_stops_anywhere_and_goes_on_there(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence)
    going_on = desk.act(
        clemence, relocation.answer_needs, house(), file_id, {"adults": "2", "children_ages": "14, 7"}
    )
    assert going_on == "languages"
    assert card(desk, clemence, file_id).needs_at == "languages"
    with pytest.raises(RuleRefused):
        desk.act(clemence, relocation.complete_needs, house(), file_id)
    for answers, field in (
        ({"rooms": "many"}, "rooms"),
        ({"faith": "x"}, "faith"),
        ({"housing": "squat"}, "housing"),
    ):
        with pytest.raises(InvalidInput) as refused:
            desk.act(clemence, relocation.answer_needs, house(), file_id, answers)
        assert refused.value.field == field
    needed: dict[str, object] = {
        "languages": "de, en",
        "job_start": "2027-04-19",
        "work_sites": ["Luxembourg"],
        "housing": "lou",
        "rooms": 3,
        "budget": "1 800 €",
        "furnished": "non",
    }
    desk.act(clemence, relocation.answer_needs, house(), file_id, needed)
    missing = house().needs.missing({"adults", "children_ages", *needed})
    desk.act(clemence, relocation.answer_needs, house(), file_id, {name: "1" for name in missing})
    desk.act(clemence, relocation.complete_needs, house(), file_id)
    after = card(desk, clemence, file_id)
    assert after.facts["lease"] == "unfurnished"
    assert after.needs_at is None
    assert [one.age for one in after.members if one.age is not None] == [14, 7]


# --- plans ---


def test_open_files_keep_their_plan_until_they_are_migrated(
    desk: Desk, clemence: Actor, helene: Actor
) -> None:
    file_id = opened(desk, clemence)
    old = card(desk, clemence, file_id)
    plan = house().shelf.plan("settling_family")
    text = house().texts[plan.id, plan.version].replace('due = "-15d"', 'due = "-20d"', 1)
    with pytest.raises(NotAllowed):
        desk.act(clemence, relocation.publish_plan, text)
    published = desk.act(helene, relocation.publish_plan, text)
    assert published.version != plan.version
    kept = card(desk, clemence, file_id)
    assert (kept.plan_version, kept.plan_is_current) == (plan.version, False)
    assert days(kept) == days(old)
    preview = desk.ask(relocation.preview_plan, house(), file_id)
    assert preview.redated
    assert not preview.dropped
    desk.act(clemence, relocation.use_plan, house(), file_id)
    moved = card(desk, clemence, file_id)
    assert moved.plan_is_current
    assert [one.code for one in moved.items] == [one.code for one in old.items]
    assert days(moved) != days(old)
    desk.act(clemence, undo.undo_last)
    assert days(card(desk, clemence, file_id)) == days(old)
    newer = opened(desk, clemence, hartmann(household="Noor Desai"))
    assert card(desk, clemence, newer).plan_version == published.version


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('anchor = "d0"\ndue', "due"),
        ('due = "-15d"', 'due = "soon"'),
        ('id = "A02"', 'id = "A01"'),
        ("[[item]]", "[[item"),
    ],
)
def test_an_unreadable_plan_names_its_place_and_the_one_in_use_stays(
    desk: Desk, clemence: Actor, helene: Actor, old: str, new: str
) -> None:
    plan = house().shelf.plan("settling_family")
    text = house().texts[plan.id, plan.version]
    assert old in text
    with pytest.raises(InvalidFile) as refused:
        desk.act(helene, relocation.publish_plan, text.replace(old, new, 1))
    assert refused.value.file == "plan.toml"
    assert card(desk, clemence, opened(desk, clemence)).plan_version == plan.version


# --- privacy ---


def test_a_coach_sees_own_files_others_the_name_and_the_coach(
    desk: Desk, clemence: Actor, romain: Actor, helene: Actor, ines: Actor
) -> None:
    file_id = opened(desk, clemence)
    for other in (romain, ines):
        with pytest.raises(NotAllowed, match="Clémence"):
            card(desk, other, file_id)
        stub = desk.ask(file_stub, file_id)
        assert (stub.household, stub.coach) == ("Lieselotte Hartmann", "Clémence")
    assert card(desk, helene, file_id).ref == f"I-{file_id:02}"
    with pytest.raises(NotAllowed):
        desk.act(romain, relocation.move, house(), file_id, date(2027, 4, 20))
    desk.act(clemence, relocation.set_back_up, house(), file_id, romain.id)
    assert card(desk, romain, file_id).backup == "Romain"
    with pytest.raises(NotAllowed):
        desk.act(romain, relocation.hand_to_coach, house(), file_id, romain.id or 0)


def test_a_note_follows_the_rule_of_notes(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence)
    with pytest.raises(RuleRefused):
        desk.act(clemence, relocation.note, house(), file_id, "Henk est enceinte de doutes, divorce ?")
    with pytest.raises(RuleRefused):
        desk.act(clemence, relocation.note, house(), file_id, "carte 4111 1111 1111 1111")
    assert card(desk, clemence, file_id).thread[0].act == "relocation.opened"


def test_a_refused_candidate_is_shortened_after_six_months_and_the_journal_holds(
    desk: Desk, clock: FixedClock, clemence: Actor, helene: Actor
) -> None:
    from sqlmodel import select

    from conciergedesk.core.journal import JournalRow, verify

    file_id = opened(desk, clemence, hartmann(stage="R1"))
    desk.act(clemence, relocation.note, house(), file_id, "Préfère Nancy", who="Henk")
    desk.act(clemence, relocation.decline, house(), file_id, reason="offre refusée")
    clock.move_to(datetime(2027, 9, 23, 9, 0, tzinfo=PARIS))
    assert desk.act(helene, relocation.shorten, house()).refused == 0
    clock.move_to(datetime(2027, 9, 24, 9, 0, tzinfo=PARIS))
    assert desk.act(helene, relocation.shorten, house()).refused == 1
    assert desk.act(helene, relocation.shorten, house()).refused == 0
    after = card(desk, helene, file_id)
    assert (after.household, after.members, after.facts) == ("", (), {})
    assert all(line.text in ("", "offre refusée") for line in after.thread)
    with desk.read() as session:
        kept = session.exec(select(JournalRow).where(JournalRow.table_name == "relocation_note")).all()
        assert all(row.after is None for row in kept)
        assert verify(session, desk.key) is None


# --- portfolio and figures ---


def test_a_portfolio_is_sorted_by_what_is_next_and_counts_its_files(
    desk: Desk, clemence: Actor, romain: Actor, helene: Actor
) -> None:
    late = opened(desk, clemence)
    later = opened(
        desk, clemence, hartmann(household="Noor Desai", arrival=date(2027, 12, 1), opened_on=TODAY)
    )
    opened(desk, romain, hartmann(household="Tomasz Wójcik"))
    found = desk.ask(portfolio, house(), clemence, desk.clock.now())
    assert [one.id for one in found.lines] == [late, later]
    assert (found.total, found.late) == (2, 1)
    assert found.lines[0].silent_days(TODAY) == 79
    with pytest.raises(NotAllowed):
        desk.ask(portfolio, house(), clemence, desk.clock.now(), everybody=True)
    everybody = desk.ask(portfolio, house(), helene, desk.clock.now(), everybody=True)
    assert everybody.total == 3
    assert [(one.coach, one.files) for one in everybody.loads] == [("Clémence", 2), ("Romain", 1)]
    assert sum(everybody.stages.values()) == 3


def test_sixteen_open_files_are_too_many(desk: Desk, clemence: Actor) -> None:
    for number in range(15):
        opened(desk, clemence, hartmann(household=f"Ada Numéro{number}", package="light"))
    assert not desk.ask(coach_loads, TODAY)[0].overloaded
    opened(desk, clemence, hartmann(household="Ada Seize", package="light"))
    assert desk.ask(coach_loads, TODAY)[0].overloaded


def test_the_figures_of_nothing_are_no_figures(desk: Desk) -> None:
    found = desk.ask(figures, TODAY)
    assert found.legal.percent is None
    assert found.followups.percent is None
    assert (found.median_lease, found.mean_pulse, found.promoter) == (None, None, None)

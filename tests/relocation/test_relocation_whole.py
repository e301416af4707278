"""A file as a whole: closed with the household's last word, versions of plans, days in one line, found by name."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db import undo
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import InvalidInput, NotAllowed, RuleRefused
from conciergedesk.relocation import service as relocation
from conciergedesk.relocation.cards import FileCard
from conciergedesk.relocation.owed import OwedKind, owed
from conciergedesk.relocation.portfolio import find_files
from conciergedesk.relocation.queries import file_card, plan_versions, programme_card, programmes_of
from conciergedesk.relocation.typed import read_days
from tests.conftest import PARIS, hire

from .test_relocation_visits import house, plan

TODAY = date(2027, 3, 24)


@pytest.fixture
def clemence(desk: Desk, clock: FixedClock) -> Actor:
    clock.move_to(datetime(2027, 3, 24, 9, 0, tzinfo=PARIS))
    return hire(desk, "Clémence", role="coach", team="coach")


@pytest.fixture
def romain(desk: Desk) -> Actor:
    return hire(desk, "Romain", role="coach", team="coach")


@pytest.fixture
def helene(desk: Desk) -> Actor:
    return hire(desk, "Hélène", role="supervisor")


def opened(desk: Desk, coach: Actor, household: str = "Lieselotte Hartmann, Henk") -> int:
    new = relocation.NewFile(household, date(2027, 4, 12), "Mécaval", language="de")
    return desk.act(coach, relocation.open_file, house(), new)


def card(desk: Desk, who: Actor, file_id: int) -> FileCard:
    return desk.ask(file_card, house(), file_id, who, desk.clock.now())


def settle(desk: Desk, coach: Actor, file_id: int) -> None:
    """Do what a settled file must have behind it, all but its closing survey."""
    for item in card(desk, coach, file_id).items:
        if item.legal and item.is_open:
            desk.act(
                coach,
                relocation.set_state,
                house(),
                item.id,
                "not_applicable",
                reason="essai",
                seen=item.version,
            )
    for contact in card(desk, coach, file_id).followups:
        if contact.done_on is None and contact.code != "closing":
            desk.act(coach, relocation.hold_followup, house(), contact.id, {"pulse": 9})


# --- the end ---


def test_a_settled_file_ends_with_its_survey_in_one_go(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence)
    close = relocation.close_with_survey
    with pytest.raises(RuleRefused):
        desk.act(clemence, close, house(), file_id, "settled", {"pulse": 9})
    assert all(one.done_on is None for one in card(desk, clemence, file_id).followups), "nothing half done"
    settle(desk, clemence, file_id)
    with pytest.raises(InvalidInput) as refused:
        desk.act(clemence, close, house(), file_id, "settled", {})
    assert refused.value.field == "pulse"
    held = desk.act(clemence, close, house(), file_id, "settled", {"pulse": 9}, words="merci")
    assert held.actions == ()
    after = card(desk, clemence, file_id)
    survey = next(one for one in after.followups if one.code == "closing")
    assert (after.state, survey.pulse, survey.words) == ("closed", 9, "merci")
    desk.act(clemence, undo.undo_last)
    again = card(desk, clemence, file_id)
    assert again.state == "open"
    assert next(one for one in again.followups if one.code == "closing").done_on is None


def test_what_a_low_last_word_asks_of_the_supervisor_outlives_the_file(
    desk: Desk, clemence: Actor, helene: Actor
) -> None:
    file_id = opened(desk, clemence)
    settle(desk, clemence, file_id)
    held = desk.act(clemence, relocation.close_with_survey, house(), file_id, "settled", {"pulse": 3})
    assert len(held.actions) == 1
    left = list(desk.ask(lambda s: list(owed(s, TODAY))))
    assert [(one.kind, one.file_id) for one in left] == [(OwedKind.ACTION, file_id)]
    desk.act(helene, relocation.close_action, house(), left[0].id, outcome="rappelés")
    assert desk.ask(lambda s: list(owed(s, TODAY))) == []


def test_a_household_that_leaves_needs_no_survey_but_its_word_is_kept(desk: Desk, clemence: Actor) -> None:
    file_id = opened(desk, clemence)
    desk.act(clemence, relocation.close_with_survey, house(), file_id, "left", {"pulse": 5})
    after = card(desk, clemence, file_id)
    assert after.state == "closed" and [one.pulse for one in after.followups if one.code == "pulse"] == [5]
    with pytest.raises(InvalidInput):
        desk.act(clemence, relocation.close_with_survey, house(), opened(desk, clemence), "vanished", {})


def test_another_coachs_file_is_not_closed(desk: Desk, clemence: Actor, romain: Actor) -> None:
    file_id = opened(desk, clemence)
    with pytest.raises(NotAllowed):
        desk.act(romain, relocation.close_with_survey, house(), file_id, "left", {})


def test_waking_up_forgets_in_time_and_only_a_little_at_once(
    desk: Desk, clock: FixedClock, clemence: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from conciergedesk.relocation.service import retention

    files = [opened(desk, clemence, f"Candidat {name}") for name in ("Un", "Deux", "Trois")]
    for number in files:
        desk.act(clemence, relocation.decline, house(), number, reason="prix")
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    clock.advance(timedelta(days=170))
    assert desk.act(SYSTEM, relocation.shorten, house()).refused == 0
    clock.advance(timedelta(days=30))
    assert [desk.act(SYSTEM, relocation.shorten, house()).refused for _turn in range(3)] == [2, 1, 0]
    assert desk.ask(find_files, "Candidat") == []


# --- versions, programmes, finding ---


def test_versions_are_offered_with_the_newest_first(desk: Desk, clemence: Actor, helene: Actor) -> None:
    opened(desk, clemence)
    shipped = house().shelf.plan("settling_family")
    assert [one.version for one in desk.ask(plan_versions, house(), "settling_family")] == [shipped.version]
    text = house().texts[shipped.id, shipped.version].replace('due = "-15d"', 'due = "-20d"', 1)
    published = desk.act(helene, relocation.publish_plan, text)
    found = desk.ask(plan_versions, house(), "settling_family")
    assert [one.version for one in found] == [published.version, shipped.version]
    assert found[0].published_at is not None and found[1].published_at is None


def test_a_programme_is_put_into_a_file_and_given_to_another_coach(
    desk: Desk, clemence: Actor, romain: Actor
) -> None:
    stay = plan(desk, clemence, "Lieselotte Hartmann")
    file_id = opened(desk, clemence)
    desk.act(clemence, relocation.assign_programme, stay, file_id=file_id)
    assert [one.id for one in desk.ask(programmes_of, clemence, file_id)] == [stay]
    with pytest.raises(RuleRefused):
        desk.act(clemence, relocation.assign_programme, stay, file_id=opened(desk, clemence, "Noor Desai"))
    with pytest.raises(NotAllowed):
        desk.act(romain, relocation.assign_programme, stay, coach_id=romain.id)
    desk.act(clemence, relocation.assign_programme, stay, coach_id=romain.id)
    assert desk.ask(programme_card, stay, romain).coach == "Romain"
    with pytest.raises(NotAllowed):
        desk.ask(programme_card, stay, clemence)


def test_files_are_found_by_household_without_accents_open_ones_first(desk: Desk, clemence: Actor) -> None:
    gone = opened(desk, clemence, "Hélène Lefèvre")
    desk.act(clemence, relocation.decline, house(), gone, reason="prix")
    here = opened(desk, clemence, "Anna Lefèvre")
    assert [(one.id, one.is_open) for one in desk.ask(find_files, "lefevre")] == [(here, True), (gone, False)]
    assert [one.id for one in desk.ask(find_files, f"I-{gone:02}")] == [gone]
    for nothing in ("", " ", "%", "I-", "I-999999"):
        assert desk.ask(find_files, nothing) == []


# --- days in one line ---


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("3/3", [date(2027, 3, 3)]),
        ("25/3", [date(2026, 3, 25)]),
        ("3/3, 3/3; 10/3/2027", [date(2027, 3, 3), date(2027, 3, 10)]),
        ("15/3 au 19/3", [date(2027, 3, day) for day in range(15, 20)]),
        ("12/3..16/3", [date(2027, 3, 12), date(2027, 3, 15), date(2027, 3, 16)]),
        ("15 to 17/3", [date(2027, 3, 15), date(2027, 3, 16), date(2027, 3, 17)]),
        ("2027-03-01", [date(2027, 3, 1)]),
    ],
)
def test_days_are_read_as_people_say_them(typed: str, days: list[date]) -> None:
    assert read_days(typed, TODAY) == days


@pytest.mark.parametrize(
    "typed", ["", ",", "hier peut-être", "31/2", "20/3 au 10/3", "1/1/2020 au 1/1/2027", "[/]"]
)
def test_what_is_no_day_is_refused_at_its_line(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_days(typed, TODAY)
    assert refused.value.field == "days"


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_no_text_gets_anything_but_days_or_a_refusal(typed: str) -> None:
    try:
        found = read_days(typed, TODAY)
    except InvalidInput:
        return
    assert found == sorted(set(found)) and len(found) <= 100

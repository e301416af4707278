"""Candidate visits and mini-stays: parts in their order, rivals apart and unnamed, the registered operator."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest

from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import InvalidInput, NotAllowed, RuleRefused
from conciergedesk.core.paths import knowledge_base
from conciergedesk.relocation import service as relocation
from conciergedesk.relocation.house import RelocationHouse, load_relocation_house
from conciergedesk.relocation.queries import programme_card, programmes_of
from conciergedesk.relocation.visits import (
    Part,
    PartKind,
    held_up_by,
    is_late_to_send,
    meeting,
    needs_operator,
)
from conciergedesk.requests.queries import request_card
from conciergedesk.requests.rulebook import load_rulebook
from tests.conftest import hire

PARIS = ZoneInfo("Europe/Paris")
FRIDAY = datetime(2027, 4, 2, 14, 0, tzinfo=PARIS)


@lru_cache
def house() -> RelocationHouse:
    return load_relocation_house(knowledge_base(), load_rulebook(knowledge_base()))


@pytest.fixture
def clemence(desk: Desk) -> Actor:
    return hire(desk, "Clémence", role="coach", team="coach")


def part(
    number: int, kind: str, hour: float, length: float = 1.0, place: str = "", after: int | None = None
) -> Part:
    start = FRIDAY + timedelta(hours=hour)
    return Part(
        number, PartKind(kind), f"part {number}", start, start + timedelta(hours=length), place, after
    )


def plan(desk: Desk, actor: Actor, household: str, vacancy: str = "soudeur 2027-3") -> int:
    return desk.act(
        actor,
        relocation.plan_programme,
        house(),
        kind="ministay",
        household=household,
        vacancy=vacancy,
        starts_at=FRIDAY,
        ends_at=FRIDAY + timedelta(days=2),
        budget="900",
    )


def add(
    desk: Desk, actor: Actor, programme: int, kind: str, hour: float, place: str = "", **more: object
) -> int:
    start = FRIDAY + timedelta(hours=hour)
    length = timedelta(hours=14 if kind == "lodging" else 2)
    return desk.act(
        actor,
        relocation.add_part,
        house(),
        programme,
        kind,
        label=f"{kind} du soir",
        starts_at=start,
        ends_at=start + length,
        location=place,
        **more,  # type: ignore[arg-type]
    )


def test_two_travel_services_with_a_night_need_a_registered_operator() -> None:
    night = part(1, "lodging", 4, 14)
    assert not needs_operator([night])
    assert needs_operator([night, part(2, "dinner", 5)])
    assert not needs_operator([part(1, "transfer", 0), part(2, "visit", 2)]), "a day out is no package"
    assert needs_operator([part(1, "transfer", 0), part(2, "visit", 26)])
    assert not needs_operator([night, part(2, "interview", 20)])


def test_rivals_meet_at_one_place_at_about_one_time() -> None:
    dinner = part(1, "dinner", 5, 2, "Chez Mirabelle")
    assert meeting(dinner, [part(2, "dinner", 7.25, 2, "chez  mirabelle")]) is not None
    assert meeting(dinner, [part(2, "dinner", 7.6, 2, "Chez Mirabelle")]) is None
    assert meeting(dinner, [part(2, "dinner", 5, 2, "Le Quai")]) is None


def test_parts_that_follow_a_cancelled_one_hang_in_the_air() -> None:
    parts = [
        part(1, "transfer", 0),
        part(2, "dinner", 2, after=1),
        part(3, "show", 4, after=2),
        part(4, "visit", 6),
    ]
    assert [one.id for one in held_up_by(1, parts)] == [2, 3]


def test_a_stay_is_composed_of_requests_and_sent_once_its_operator_is_named(
    desk: Desk, clemence: Actor
) -> None:
    stay = plan(desk, clemence, "Aurélien Gaspard, Mina")
    with pytest.raises(RuleRefused):
        desk.act(clemence, relocation.send_programme, stay)
    lodging = add(desk, clemence, stay, "lodging", 4, "Maison des Lilas")
    dinner = add(desk, clemence, stay, "dinner", 5, "Chez Mirabelle")
    show = add(desk, clemence, stay, "show", 7, "Opéra", after=dinner)
    with pytest.raises(RuleRefused, match=r"L\. 211"):
        desk.act(clemence, relocation.send_programme, stay)
    desk.act(clemence, relocation.name_operator, stay, "Voyages du Pays", "IM057 26 0001")
    desk.act(clemence, relocation.send_programme, stay)
    programme = desk.ask(programme_card, stay, clemence)
    assert [one.id for one in programme.parts] == [lodging, dinner, show]
    assert programme.needs_operator
    assert programme.request_id is not None
    parent = desk.ask(request_card, programme.request_id)
    assert parent.type_code == "discovery_ministay"
    assert len(parent.followed_by) == 3


@pytest.mark.parametrize(
    ("hour", "after", "field"), [(-3, False, "starts_at"), (60, False, "starts_at"), (5.5, True, "starts_at")]
)
def test_a_part_outside_the_stay_or_too_early_is_refused(
    desk: Desk, clemence: Actor, hour: float, after: bool, field: str
) -> None:
    stay = plan(desk, clemence, "Aurélien Gaspard")
    dinner = add(desk, clemence, stay, "dinner", 5)
    with pytest.raises(InvalidInput) as refused:
        add(desk, clemence, stay, "show", hour, after=dinner if after else None)
    assert refused.value.field == field


def test_rivals_are_kept_apart_and_no_refusal_names_one(desk: Desk, clemence: Actor) -> None:
    first = plan(desk, clemence, "Aurélien Gaspard")
    second = plan(desk, clemence, "Priya Nair")
    add(desk, clemence, first, "dinner", 5, "Chez Mirabelle")
    with pytest.raises(RuleRefused) as refused:
        add(desk, clemence, second, "dinner", 6, "Chez Mirabelle")
    assert "Aurélien" not in str(refused.value)
    assert "Gaspard" not in str(refused.value)
    add(desk, clemence, second, "dinner", 9, "Chez Mirabelle")
    elsewhere = plan(desk, clemence, "Jakub Zielinski", vacancy="acheteur")
    add(desk, clemence, elsewhere, "dinner", 5, "Chez Mirabelle")


def test_a_withdrawn_candidate_leaves_the_others_programmes_alone(desk: Desk, clemence: Actor) -> None:
    first, second = plan(desk, clemence, "Aurélien Gaspard"), plan(desk, clemence, "Priya Nair")
    for stay, hour in ((first, 5.0), (second, 9.0)):
        add(desk, clemence, stay, "dinner", hour, "Chez Mirabelle")
    desk.act(clemence, relocation.cancel_programme, house(), first)
    gone, stays = (desk.ask(programme_card, number, clemence) for number in (first, second))
    assert (gone.state, [one.cancelled for one in gone.parts]) == ("cancelled", [True])
    assert (stays.state, [one.cancelled for one in stays.parts]) == ("draft", [False])
    assert [one.id for one in desk.ask(programmes_of, clemence)] == [second]


def test_another_coach_learns_nothing_of_a_programme(desk: Desk, clemence: Actor) -> None:
    stay = plan(desk, clemence, "Aurélien Gaspard")
    romain = hire(desk, "Romain", role="coach", team="coach")
    with pytest.raises(NotAllowed) as refused:
        desk.act(romain, relocation.name_operator, stay, "Voyages du Pays", "IM057")
    assert "Aurélien" not in str(refused.value)
    with pytest.raises(NotAllowed):
        desk.ask(programme_card, stay, romain)
    assert desk.ask(programmes_of, romain) == []


def test_who_is_not_hired_is_shortened_six_months_later(
    desk: Desk, clock: FixedClock, clemence: Actor, helene: Actor
) -> None:
    stay = plan(desk, clemence, "Aurélien Gaspard")
    desk.act(clemence, relocation.decide, house(), stay, "not_hired", on=date(2027, 4, 6))
    clock.move_to(datetime(2027, 10, 6, 9, 0, tzinfo=PARIS))
    assert desk.act(helene, relocation.shorten, house()).programmes == 1
    assert desk.ask(programme_card, stay, helene).household == ""


def test_a_programme_is_late_less_than_three_days_before() -> None:
    assert not is_late_to_send(FRIDAY, FRIDAY - timedelta(hours=72))
    assert is_late_to_send(FRIDAY, FRIDAY - timedelta(hours=71, minutes=59))

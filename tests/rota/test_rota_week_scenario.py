"""A fictional week, 22 to 28 March 2027: sickness, rest refusals, the swap on the March night, coverage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.rota import service
from conciergedesk.rota.changes import give
from conciergedesk.rota.checker.coverage import half_hours, holes, line_cover
from conciergedesk.rota.checker.instants import exists, span_of
from conciergedesk.rota.checker.ledger import week_minutes
from conciergedesk.rota.house import RotaHouse
from conciergedesk.rota.law.packs import LawBook, RuleKind, load_law
from conciergedesk.rota.queries import desk_rota, gaps
from conciergedesk.rota.repair import mark_absent, stand_ins, uncovered
from conciergedesk.rota.values import (
    WEEKDAYS,
    Agent,
    Assignment,
    Demand,
    Roster,
    Rota,
    ShiftKind,
    ShiftType,
    Site,
    Skill,
)  # fmt: skip
from conciergedesk.rota.writing import ChangeRefused
from conciergedesk.staff import service as staff
from tests.conftest import PARIS, hire

MONDAY = date(2027, 3, 22)
THURSDAY, SATURDAY, SUNDAY = (MONDAY + timedelta(days=offset) for offset in (3, 5, 6))
PEOPLE = {
    "INE": "concierge", "BAS": "concierge", "MAE": "concierge", "FAR": "concierge", "YAN": "technical",
    "SAB": "technical", "PAU": "commercial", "LUC": "commercial",
}  # fmt: skip
WEEK = {
    "INE": "MM--M-M", "BAS": "SS--S-S", "MAE": "--MM-M-", "FAR": "--SS-S-", "YAN": "TTTT---", "SAB": "--T-TTT",
    "PAU": "CC--CC-", "LUC": "C-CC--C",
}  # fmt: skip


@pytest.fixture(scope="module")
def law() -> LawBook:
    return load_law(Path(__file__).parents[2] / "knowledge_base" / "rota", ("code-du-travail",))


@pytest.fixture
def rota() -> Rota:
    shifts = (
        ShiftType("M", "matin", 465, 885, 20, needs=("concierge",), line="concierge"),
        ShiftType(
            "S", "soir", 855, 1275, 20, kinds=(ShiftKind.EVENING,), needs=("concierge",), line="concierge"
        ),
        ShiftType("T", "technique", 540, 1020, 30, needs=("technical",), line="technical"),
        ShiftType("C", "commerciale", 600, 1080, 30, needs=("commercial",), line="commercial"),
        ShiftType("N", "astreinte", 1275, 1905, kinds=(ShiftKind.ON_CALL,), line="on_call"),
    )
    demands = tuple(
        Demand(shifts=(shift,), days=WEEKDAYS, min=seats, target=seats)
        for shift, seats in (("M", 1), ("S", 1), ("T", 2), ("C", 2))
    )
    agents = tuple(
        Agent(id, id.title(), (Skill(skill),), contract_minutes=2100) for id, skill in PEOPLE.items()
    )
    return Rota(Site(region="alsace-moselle", good_friday=True), MONDAY, 7, agents, shifts, demands)


@pytest.fixture
def roster() -> Roster:
    return Roster(tuple(
        Assignment(agent, MONDAY + timedelta(days=offset), shift)
        for agent, days in WEEK.items()
        for offset, shift in enumerate(days)
        if shift != "-"
    ))  # fmt: skip


@pytest.fixture
def after_sickness(rota: Rota, roster: Roster) -> tuple[Rota, Roster]:
    return mark_absent(rota, roster, "MAE", THURSDAY, THURSDAY)


def test_sickness_leaves_the_thursday_morning_uncovered(after_sickness: tuple[Rota, Roster]) -> None:
    rota, roster = after_sickness
    open_posts = uncovered(rota, roster, THURSDAY, THURSDAY)
    assert ("M", 1) in [(post.shift, post.missing) for post in open_posts]


def test_stand_ins_are_ines_then_bastien_and_farid_lacks_rest(
    after_sickness: tuple[Rota, Roster], law: LawBook
) -> None:
    rota, roster = after_sickness
    found = stand_ins(rota, roster, law, THURSDAY, "M")
    assert [one.agent for one in found.eligible] == ["INE", "BAS"]
    farid = next(one for one in found.refused if one.agent == "FAR")
    assert (farid.rule, farid.figure) == (RuleKind.DAILY_REST, 630)
    assert "10 h 30" in farid.reason.in_language("fr") and "L3131-1" in farid.reason.in_language("fr")
    assert found.eligible[0].week_after == found.eligible[1].week_after == 35 * 60
    assert found.eligible[0].rest_before == 41 * 60


def test_the_reason_of_an_absence_is_not_kept(after_sickness: tuple[Rota, Roster]) -> None:
    rota, _ = after_sickness
    assert {field for one in rota.absences for field in type(one).__dataclass_fields__} == {
        "agent",
        "first",
        "last",
    }


def _covered(after_sickness: tuple[Rota, Roster]) -> tuple[Rota, Roster]:
    rota, roster = after_sickness
    return rota, roster.with_cell("INE", THURSDAY, [Assignment("INE", THURSDAY, "M")])


def test_ines_reaches_35_hours_when_she_stands_in(after_sickness: tuple[Rota, Roster]) -> None:
    rota, roster = _covered(after_sickness)
    assert week_minutes(rota, roster, "INE", THURSDAY) == 35 * 60
    assert all(post.shift != "M" for post in uncovered(rota, roster, THURSDAY, THURSDAY))


def test_on_the_march_night_a_quarter_past_eight_is_ten_hours_of_rest(
    after_sickness: tuple[Rota, Roster], law: LawBook
) -> None:
    rota, roster = _covered(after_sickness)
    verdict = give(rota, roster, law, "INE", "FAR", SUNDAY, start=8 * 60 + 15)
    assert not verdict.accepted
    assert verdict.refusals[0].kind is RuleKind.DAILY_REST
    assert verdict.refusals[0].value == 600
    assert verdict.effect("FAR").rest_before == 600


def test_the_same_hours_are_enough_rest_on_an_ordinary_night(rota: Rota, law: LawBook) -> None:
    week_before = replace(rota, first=MONDAY - timedelta(days=7))
    saturday, sunday = SATURDAY - timedelta(days=7), SUNDAY - timedelta(days=7)
    roster = Roster((Assignment("FAR", saturday, "S"), Assignment("INE", sunday, "M")))
    verdict = give(week_before, roster, law, "INE", "FAR", sunday, start=8 * 60 + 15)
    assert verdict.accepted
    assert verdict.effect("FAR").rest_before == 660


def test_maelle_has_sixteen_hours_and_takes_the_sunday(
    after_sickness: tuple[Rota, Roster], law: LawBook
) -> None:
    rota, roster = _covered(after_sickness)
    verdict = give(rota, roster, law, "INE", "MAE", SUNDAY)
    assert verdict.accepted
    assert verdict.effect("MAE").rest_before == 960
    assert verdict.effect("INE").week_after == 28 * 60


def test_the_on_call_night_of_the_clock_change_lasts_nine_and_a_half_hours(rota: Rota) -> None:
    duty = rota.shift_by_id["N"]
    assert span_of(Assignment("FAR", SATURDAY, "N"), duty, "Europe/Paris").length == 570
    assert span_of(Assignment("FAR", date(2027, 10, 30), "N"), duty, "Europe/Paris").length == 690
    assert not exists(SUNDAY, 150, "Europe/Paris")
    assert exists(SATURDAY, 150, "Europe/Paris")


def test_hotline_coverage_of_the_week(rota: Rota, roster: Roster) -> None:
    cover = line_cover(half_hours(rota, roster))
    for line in ("technical", "commercial"):
        assert (cover[line].needed_minutes, cover[line].staffed_minutes, cover[line].percent) == (
            6720,
            3840,
            57.1,
        )


def test_holes_are_listed_half_hour_by_half_hour(after_sickness: tuple[Rota, Roster]) -> None:
    rota, roster = after_sickness
    desk = [hole for hole in holes(half_hours(rota, roster, THURSDAY, THURSDAY)) if hole.line == "concierge"]
    assert [(hole.end - hole.start, hole.missing) for hole in desk] == [(420, 1)]


@pytest.fixture
def house(rota: Rota, law: LawBook) -> RotaHouse:
    return RotaHouse(rota, law)


@pytest.fixture
def planner(sqlite_desk: Desk, house: RotaHouse, roster: Roster, clock: FixedClock) -> Actor:
    """The week is published a fortnight before; Inès begins at 08:15 on the Sunday. It is Thursday, 06:50."""
    clock.move_to(datetime(2027, 3, 8, 9, tzinfo=PARIS))
    for code, name in (("INE", "Inès"), ("BAS", "Bastien"), ("MAE", "Maëlle"), ("FAR", "Farid")):
        sqlite_desk.act(
            SYSTEM,
            staff.hire,
            code=code,
            first_name=name,
            role="assistant",
            team="concierge",
            languages=["fr"],
        )
    supervisor = hire(sqlite_desk, "Hélène", role="supervisor")
    later = roster.with_cell("INE", SUNDAY, [Assignment("INE", SUNDAY, "M", start=495)])
    draft = sqlite_desk.act(supervisor, service.save_draft, house, later, MONDAY, SUNDAY)
    sqlite_desk.act(supervisor, service.publish, house, draft)
    clock.move_to(datetime(2027, 3, 25, 6, 50, tzinfo=PARIS))
    return supervisor


def test_the_week_goes_through_the_desk_with_the_expected_figures(
    sqlite_desk: Desk, planner: Actor, house: RotaHouse
) -> None:
    posts = sqlite_desk.act(planner, service.mark_absent, house, "MAE", THURSDAY, THURSDAY)
    assert [(post.day, post.shift, post.missing) for post in posts] == [(THURSDAY, "M", 1)]
    assert ("M",) in [one.shifts for one in sqlite_desk.ask(gaps, house, THURSDAY, THURSDAY)]
    view = sqlite_desk.ask(desk_rota, house, MONDAY, 7)
    found = stand_ins(view.rota, view.roster, house.law, THURSDAY, "M")
    assert [one.agent for one in found.eligible] == ["INE", "BAS"]

    with pytest.raises(ChangeRefused) as tired:
        sqlite_desk.act(planner, service.take, house, "FAR", THURSDAY, "M")
    assert (tired.value.refusals[0].kind, tired.value.refusals[0].value) == (RuleKind.DAILY_REST, 630)
    taken = sqlite_desk.act(planner, service.take, house, "INE", THURSDAY, "M")
    assert taken.effect("INE").week_after == 35 * 60 - 30
    assert not any(one.shifts == ("M",) for one in sqlite_desk.ask(gaps, house, THURSDAY, THURSDAY))

    with pytest.raises(ChangeRefused) as short:
        sqlite_desk.act(planner, service.hand_on, house, "INE", "FAR", SUNDAY, "M")
    assert [(one.kind, one.value) for one in short.value.refusals] == [(RuleKind.DAILY_REST, 600)]
    given = sqlite_desk.act(planner, service.hand_on, house, "INE", "MAE", SUNDAY, "M")
    assert given.effect("MAE").rest_before == 960 + 30
    assert given.effect("INE").week_after == 28 * 60

    view = sqlite_desk.ask(desk_rota, house, MONDAY, 7)
    cover = line_cover(half_hours(view.rota, view.roster))
    assert cover["technical"].percent == cover["commercial"].percent == 57.1

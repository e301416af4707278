"""Going back to a publication, and rest that was earned and taken back; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.undo import undo_last
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import InvalidInput, NotAllowed, NotFound, RuleRefused
from conciergedesk.core.journal import verify
from conciergedesk.rota import service
from conciergedesk.rota.exports import payroll_csv
from conciergedesk.rota.house import rota_house
from conciergedesk.rota.queries import desk_rota, open_draft, preview
from conciergedesk.rota.recovering import note_recovery
from conciergedesk.rota.values import Assignment, Recovery, Roster
from conciergedesk.rota.versions import go_back, publications
from conciergedesk.rota.year import person_year
from conciergedesk.staff import service as staff
from tests.conftest import KEY, PARIS, hire
from tests.four_weeks import MONDAY, planned

LAST = MONDAY + timedelta(days=27)
LATER = MONDAY + timedelta(days=14)


@pytest.fixture
def planner(desk: Desk, clock: FixedClock) -> Actor:
    """Four published weeks a fortnight ahead, with the team of the files."""
    house = rota_house()
    for agent in house.rota.agents:
        desk.act(
            SYSTEM, staff.hire, code=agent.id, first_name=agent.name, role="assistant", team="concierge",
            languages=["fr"],
        )  # fmt: skip
    helene = hire(desk, "Hélène", role="supervisor")
    clock.move_to(datetime(2027, 3, 8, 9, tzinfo=PARIS))
    publish(desk, helene, planned())
    return helene


def publish(desk: Desk, who: Actor, roster: Roster, first: date = MONDAY, reason: str = "") -> int:
    draft = desk.act(who, service.save_draft, rota_house(), roster, first, LAST)
    desk.act(who, service.publish, rota_house(), draft, reason=reason)
    return draft


def roster_of(desk: Desk) -> Roster:
    return desk.ask(desk_rota, rota_house(), MONDAY, 28).roster.within(MONDAY, LAST)


def free_day(person: str) -> date:
    days = (MONDAY + timedelta(days=n) for n in range(28))
    return next(day for day in days if not planned().cell(person, day))


def without(person: str, first: date) -> Roster:
    return Roster(tuple(one for one in planned() if one.agent != person or one.day < first))


def test_a_publication_is_taken_back_and_stands_in_the_list_of_them(
    desk: Desk, planner: Actor, clock: FixedClock
) -> None:
    clock.move_to(datetime(2027, 3, 24, 18, tzinfo=PARIS))
    wrong = publish(desk, planner, without("PAU", LATER), LATER)
    assert not roster_of(desk).cell(
        "PAU", next(one.day for one in planned() if one.agent == "PAU" and one.day >= LATER)
    )
    found = desk.ask(publications)
    assert found[0].id == wrong and found[0].by == "Hélène" and found[0].changes
    draft = desk.act(planner, go_back, rota_house(), wrong, before=True)
    shown = desk.ask(preview, rota_house(), draft, clock.now())
    assert {one.agent for one in shown.changed} == {"PAU"} and (shown.draft.first, shown.draft.last) == (
        LATER,
        LAST,
    )
    desk.act(planner, service.publish, rota_house(), draft)
    assert set(roster_of(desk)) == set(planned())
    back = desk.act(planner, go_back, rota_house(), wrong)
    with pytest.raises(RuleRefused):
        desk.act(planner, go_back, rota_house(), wrong, before=True)
    assert {one.agent for one in desk.ask(preview, rota_house(), back, clock.now()).changed} == {"PAU"}
    assert desk.ask(verify, KEY) is None


def test_going_back_to_a_publication_undoes_swaps_of_later_days_and_leaves_who_is_away_out(
    desk: Desk, planner: Actor, clock: FixedClock
) -> None:
    first = desk.ask(publications)[0].id
    clock.move_to(datetime(2027, 3, 24, 18, tzinfo=PARIS))
    day = LATER + timedelta(days=1)
    gone = next(one for one in planned() if one.day == day and one.shift == "C")
    desk.act(planner, service.change_cell, rota_house(), gone.agent, day, ())
    desk.act(planner, service.mark_absent, rota_house(), "YAN", LATER, LATER + timedelta(days=6))
    draft = desk.act(planner, go_back, rota_house(), first)
    shown = desk.ask(preview, rota_house(), draft, clock.now())
    assert shown.draft.first == date(2027, 3, 24)
    assert [(one.agent, one.day, one.after) for one in shown.changed] == [(gone.agent, day, ("C",))]
    assert not shown.blocking


def test_what_cannot_be_gone_back_to_is_said(desk: Desk, planner: Actor, clock: FixedClock) -> None:
    first = desk.ask(publications)[0].id
    with pytest.raises(RuleRefused):
        desk.act(planner, go_back, rota_house(), first, before=True)
    with pytest.raises(NotFound):
        desk.act(planner, go_back, rota_house(), first + 50)
    clock.move_to(datetime(2027, 5, 1, 9, tzinfo=PARIS))
    with pytest.raises(RuleRefused):
        desk.act(planner, go_back, rota_house(), first)
    assert desk.ask(open_draft) is None


def test_rest_taken_back_stands_in_the_ledger_and_for_payroll_and_can_be_undone(
    desk: Desk, planner: Actor, clock: FixedClock, ines: Actor
) -> None:
    house, day = rota_house(), free_day("INE")
    before = desk.ask(person_year, house, "INE", day).total
    desk.act(planner, note_recovery, house, "INE", day, 420)
    year = desk.ask(person_year, house, "INE", day)
    assert year.taken == (Recovery("INE", day, 420),)
    assert year.total.recovery_balance == before.recovery_balance - 420
    assert year.total.against_contract == before.against_contract + 420
    found = desk.ask(desk_rota, house, MONDAY, 28)
    paid = payroll_csv(found.rota, found.roster, house.law).splitlines()
    assert dict(zip(paid[0].split(","), paid[1].split(","), strict=True))["recovery_taken"] == "7.00"
    desk.act(planner, note_recovery, house, "INE", day, 210)
    assert desk.ask(person_year, house, "INE", day).total.recovery_taken == 210
    desk.act(planner, undo_last)
    assert desk.ask(person_year, house, "INE", day).total.recovery_taken == 420
    desk.act(planner, note_recovery, house, "INE", day, 0)
    assert desk.ask(person_year, house, "INE", day).total == before
    with pytest.raises(NotFound):
        desk.act(planner, note_recovery, house, "INE", day, 0)
    with pytest.raises(NotAllowed):
        desk.act(ines, note_recovery, house, "INE", day, 60)
    for person, when, minutes in (("ZZZ", day, 60), ("INE", day, 1500), ("INE", date(2030, 1, 1), 60)):
        with pytest.raises(InvalidInput):
            desk.act(planner, note_recovery, house, person, when, minutes)
    assert desk.ask(verify, KEY) is None


def test_a_whole_day_of_rest_is_not_noted_on_a_day_that_is_worked(desk: Desk, planner: Actor) -> None:
    worked: Assignment = next(one for one in planned() if one.shift == "T")
    with pytest.raises(RuleRefused, match="technique"):
        desk.act(planner, note_recovery, rota_house(), worked.agent, worked.day, 480)
    desk.act(planner, note_recovery, rota_house(), worked.agent, worked.day, 120)
    rota = replace(rota_house().rota, first=worked.day, days=1)
    assert desk.ask(desk_rota, rota_house(), rota.first, 1).rota.recoveries[-1].minutes == 120

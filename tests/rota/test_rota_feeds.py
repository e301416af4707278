"""Calendars that people subscribe to stay current, and a person's year adds up month by month."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import Unavailable
from conciergedesk.rota import service
from conciergedesk.rota.feeds import keep_feeds_current, write_feeds
from conciergedesk.rota.house import rota_house
from conciergedesk.rota.values import Assignment, Roster
from conciergedesk.rota.year import person_year, year_of
from tests.conftest import PARIS, hire

SUNDAY, MONDAY, WEDNESDAY = date(2027, 3, 28), date(2027, 4, 5), date(2027, 4, 7)
ROSTER = Roster((
    Assignment("INE", SUNDAY, "M"), Assignment("INE", MONDAY, "S"), Assignment("FAR", WEDNESDAY, "S"),
    Assignment("INE", date(2027, 4, 16), "S"), Assignment("INE", date(2027, 4, 16), "N"),
))  # fmt: skip


@pytest.fixture
def planner(sqlite_desk: Desk, clock: FixedClock) -> Actor:
    helene = hire(sqlite_desk, "Hélène", role="supervisor")
    now = clock.now()
    clock.move_to(datetime(2027, 3, 1, 9, tzinfo=PARIS))
    draft = sqlite_desk.act(helene, service.save_draft, rota_house(), ROSTER, SUNDAY, date(2027, 4, 18))
    sqlite_desk.act(helene, service.publish, rota_house(), draft)
    clock.move_to(now)
    return helene


def test_calendars_are_written_again_after_a_change_and_only_then(
    sqlite_desk: Desk, planner: Actor, tmp_path: Path
) -> None:
    assert not keep_feeds_current(sqlite_desk, rota_house(), tmp_path)  # nobody has asked for them
    write_feeds(sqlite_desk, rota_house(), tmp_path)
    first = (tmp_path / "FAR.ics").read_bytes()
    assert first.count(b"BEGIN:VEVENT") == 1 and b"TZID=Europe/Paris" in first and b"BEGIN:VTIMEZONE" in first
    assert not keep_feeds_current(sqlite_desk, rota_house(), tmp_path)
    sqlite_desk.act(planner, service.hand_on, rota_house(), "INE", "FAR", MONDAY, "S")
    assert keep_feeds_current(sqlite_desk, rota_house(), tmp_path)
    assert (tmp_path / "FAR.ics").read_bytes().count(b"BEGIN:VEVENT") == 2
    assert not list(tmp_path.glob("*.part"))


def test_a_folder_that_cannot_be_written_is_said(sqlite_desk: Desk, planner: Actor, tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        write_feeds(sqlite_desk, rota_house(), tmp_path / "missing")


def test_a_year_runs_from_june_to_may_and_adds_up(sqlite_desk: Desk, planner: Actor) -> None:
    assert year_of(date(2027, 5, 31)) == (date(2026, 6, 1), date(2027, 5, 31))
    assert year_of(date(2027, 6, 1))[0] == date(2027, 6, 1)
    year = sqlite_desk.ask(person_year, rota_house(), "INE", MONDAY)
    assert [month.first.month for month in year.months] == [3, 4]
    assert year.total.minutes == sum(month.minutes for month in year.months) == 3 * 420
    assert (year.total.sundays, year.total.evenings, year.total.nights_on_call) == (1, 2, 1)
    assert year.total.recovery_minutes == sum(month.recovery_minutes for month in year.months) > 0
    carried = rota_house().rota.agent_by_id["INE"].balance.recovery_minutes
    assert year.total.recovery_balance == year.total.recovery_minutes + carried
    assert {one.agent for one in year.team} == {"INE", "BAS", "MAE", "FAR"}
    assert year.planned_until == date(2027, 4, 16)
    nobody = sqlite_desk.ask(person_year, rota_house(), "YAN", date(2028, 7, 1))
    assert not nobody.months and nobody.total.minutes == 0 and nobody.planned_until is None

"""The screen of the rota with real key presses and real services."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from conciergedesk.core.desk import Desk
from conciergedesk.rota.house import rota_house
from conciergedesk.rota.queries import open_draft
from conciergedesk.rota.values import ShiftType
from conciergedesk.ui.keys import action
from conciergedesk.ui.modals.rota_stand_in import StandInSheet
from conciergedesk.ui.widgets.rota_grid import telling_name
from tests.conftest import hire
from tests.four_weeks import MONDAY, planned

from .conftest import OpenRota, post_with_stand_in, someone_on

SIZES = [(80, 24), (120, 36)]
SUNDAY = date(2027, 3, 28)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (100, 30), (120, 36), (200, 60)])
async def test_the_grid_shows_everybody_and_stands_on_today(
    open_rota: OpenRota, size: tuple[int, int]
) -> None:
    async with open_rota(size) as room:
        assert "Planning" in room.text and "publié" in room.text
        place = room.screen.place
        assert place is not None and place.day == date(2027, 3, 24)
        row = next(line for line in room.lines if "Inès" in line)
        assert "M" in row or "S" in row


async def test_totals_and_holidays_stand_where_people_expect_them(
    open_rota: OpenRota, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONCIERGEDESK_HOME", str(tmp_path))
    async with open_rota((120, 36)) as room:
        days = next(line for line in room.lines if "22 23 24" in line)
        assert "heures" in days
        names = room.lines[room.lines.index(days) - 1]
        assert names.count("*") == 2  # Good Friday and Easter Monday in Moselle
        hours = {agent.id: 0 for agent in rota_house().rota.agents}
        for one in planned():
            hours[one.agent] += 7 if one.shift in "MS" else 0
        ines = next(line for line in room.lines if "Inès" in line)
        assert str(hours["INE"]) in ines
        await room.press("m")
        assert "Mois à imprimer" in room.text
        assert (tmp_path / "rota" / "planning-2027-03.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("size", SIZES)
async def test_a_sickness_is_repaired_in_three_keys(open_rota: OpenRota, size: tuple[int, int]) -> None:
    day, shift, sick = post_with_stand_in()
    async with open_rota(size) as room:
        await room.go_to(sick, shift, day)
        await room.press("a", "enter")
        await room.settle()
        sheet = room.app.screen
        assert isinstance(sheet, StandInSheet)
        eligible = sheet.rows.found.eligible
        assert eligible and "repos avant" in room.text
        await room.press("enter")
        on = [one.agent for one in room.roster() if (one.day, one.shift) == (day, shift)]
        assert eligible[0].agent in on and sick not in on


async def test_the_refused_stand_ins_stand_with_rule_and_source(open_rota: OpenRota) -> None:
    async with open_rota() as room:
        on = someone_on("S", SUNDAY)
        await room.go_to(on, "S", SUNDAY)
        await room.press("s")
        await room.settle()
        sheet = room.app.screen
        assert isinstance(sheet, StandInSheet) and sheet.rows.found.refused
        assert "×" in room.text and "(" in room.text
        await room.press("escape")
        assert on in [one.agent for one in room.roster() if (one.day, one.shift) == (SUNDAY, "S")]


@pytest.mark.parametrize("size", SIZES)
async def test_an_empty_post_is_a_chip_and_a_line_under_the_rules(
    open_rota: OpenRota, size: tuple[int, int]
) -> None:
    on = someone_on("T", SUNDAY)
    async with open_rota(size) as room:
        await room.go_to(on, "T", SUNDAY)
        await room.press("a", "enter", "escape")
        assert "poste vide" in room.text
        await room.go_to("", "T", SUNDAY - timedelta(days=1))
        assert "0/1" in room.text


async def test_a_refused_swap_says_why_and_changes_nothing(open_rota: OpenRota) -> None:
    day = date(2027, 4, 5)
    async with open_rota() as room:
        before = set(room.roster())
        await room.go_to(someone_on("S", day), "S", day)
        await room.press("x")
        assert "même touche" in room.text
        await room.go_to(someone_on("T", day), "T", day)
        await room.press("x")
        assert "Impossible" in room.text
        assert set(room.roster()) == before


async def test_a_plan_becomes_a_draft_and_is_published_after_a_look(open_rota: OpenRota) -> None:
    async with open_rota() as room:
        room.screen.run_act(action("rota.generate"))
        await room.settle()
        await room.press("enter")
        for _turn in range(200):
            await room.pilot.pause(0.1)
            if room.handlers.planning.plan is None:
                break
        await room.settle()
        draft = room.desk.ask(open_draft)
        assert draft is not None and draft.first == MONDAY + timedelta(days=28)
        assert "Coût" in room.text and "Effectif des lignes" in room.text
        await room.press("escape", "P")
        assert "Publier" in room.text and "Nouveaux jours" in room.text
        await room.press("P")
        assert room.desk.ask(open_draft) is None
        assert "publié jusqu" in room.text


async def test_who_may_not_plan_is_told_so(open_rota: OpenRota, sqlite_desk: Desk) -> None:
    gwen = hire(sqlite_desk, "Gwen")
    async with open_rota(actor=gwen) as room:
        before = set(room.roster())
        await room.go_to(someone_on("S", SUNDAY), "S", SUNDAY)
        await room.press("a", "enter")
        assert "superviseur" in room.text
        assert set(room.roster()) == before


def test_lines_that_begin_alike_are_told_apart_by_their_last_word() -> None:
    both = ShiftType("T", "assistance technique"), ShiftType("C", "assistance commerciale")
    shifts = (ShiftType("M", "matin"), *both, ShiftType("X"))
    assert [telling_name(one, shifts, 8) for one in shifts] == ["matin", "technique", "commerciale", "X"]

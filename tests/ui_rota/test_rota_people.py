"""What people do on the screen of the rota: exchange with a yes, wish, look at their year, repair, sign, change."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from threading import Event

import pytest

from conciergedesk.core.actor import Actor
from conciergedesk.core.desk import Desk
from conciergedesk.rota import service
from conciergedesk.rota.changes import swap
from conciergedesk.rota.checker.coverage import seat_counts
from conciergedesk.rota.house import rota_house
from conciergedesk.rota.planning import PlanResult
from conciergedesk.rota.queries import desk_rota
from conciergedesk.rota.repair import mark_absent
from conciergedesk.rota.values import Assignment, Roster
from conciergedesk.staff.queries import actor_for
from conciergedesk.ui.handlers.rota_desk import ExceptionSheet
from conciergedesk.ui.modals.choice import Choice
from conciergedesk.ui.modals.rota_check import CheckSheet
from conciergedesk.ui.modals.rota_stand_in import StandInSheet
from tests.four_weeks import MONDAY, planned
from tests.keyboard import strike

from .conftest import OpenRota, RotaOnScreen, someone_on

LATER = date(2027, 3, 31)


def actor_of(desk: Desk, code: str) -> Actor:
    from sqlmodel import select

    from conciergedesk.staff.tables import Agent

    number = desk.ask(lambda session: session.exec(select(Agent.id).where(Agent.code == code)).one())
    assert number is not None
    return desk.ask(actor_for, number, language="fr", desk=f"desk-{code}")


@lru_cache
def lawful_swap() -> tuple[Assignment, Assignment]:
    """Two shifts of two people of the desk that may be exchanged without touching even an advice."""
    house = rota_house()
    rota = replace(house.rota, first=MONDAY, days=28, absences=(), roster=planned())
    mine = [one for one in planned() if one.shift in "MSTC" and one.day >= LATER]
    for one in mine:
        for two in mine:
            alone = len(planned().cell(one.agent, one.day)) == len(planned().cell(two.agent, two.day)) == 1
            same = (one.day, one.shift) == (two.day, two.shift)
            if one.agent != two.agent and one.day <= two.day and alone and not same:
                verdict = swap(rota, planned(), house.law, one.agent, one.day, two.agent, two.day)
                if verdict.accepted and not verdict.advices:
                    return one, two
    raise AssertionError("nobody can exchange anything")


async def wait_for_repair(room: RotaOnScreen) -> StandInSheet:
    """The sheet, once the process of the planner has answered."""
    sheet = room.app.screen
    assert isinstance(sheet, StandInSheet)
    for _turn in range(300):
        if sheet.rows.repair is not None or sheet.rows.trouble:
            break
        await room.pilot.pause(0.05)
    await room.settle()
    return sheet


async def test_a_swap_is_asked_at_one_desk_and_answered_at_another(
    open_rota: OpenRota, sqlite_desk: Desk, planner: Actor
) -> None:
    one, two = lawful_swap()
    async with open_rota((80, 24), actor=actor_of(sqlite_desk, one.agent)) as room:
        await room.go_to(one.agent, one.shift, one.day)
        await room.press("x")
        await room.go_to(two.agent, two.shift, two.day)
        await room.press("x")
        assert "répond à son poste" in room.text
        assert room.roster().shifts_on(one.agent, one.day) == (one.shift,)
    async with open_rota((80, 24), actor=actor_of(sqlite_desk, two.agent)) as room:
        assert "1 demande vous attend" in room.text
        await room.press("d")
        assert "contre" in room.text and "Entrée dit oui" in room.text
        await room.press("enter")
        assert one.shift in room.roster().shifts_on(two.agent, one.day)
        assert two.shift in room.roster().shifts_on(one.agent, two.day)
        assert "vous attend" not in room.text


async def test_a_person_looks_at_who_is_on_notes_a_wish_and_sees_the_year(
    open_rota: OpenRota, sqlite_desk: Desk, planner: Actor
) -> None:
    async with open_rota((80, 24), actor=actor_of(sqlite_desk, "INE")) as room:
        await room.press("q")
        assert "Maintenant" in room.text and "Mes vacations" in room.text
        await room.press("escape")
        day = next(
            one for one in (LATER + timedelta(days=n) for n in range(14)) if not planned().cell("INE", one)
        )
        await room.go_to("INE", "", day)
        await room.press("w")
        assert isinstance(room.app.screen, Choice)
        await room.press("enter")
        wishes = room.desk.ask(desk_rota, rota_house(), day, 1).rota.wishes
        assert ("INE", day, "off") in [(one.agent, one.day, one.shift) for one in wishes]
        assert "exaucé" in room.text and "[·]" in room.text
        await room.press("h")
        assert "Récupération" in room.text and "mars 2027" in room.text
        worked = sum(one.agent == "INE" and one.shift in "MS" for one in planned())
        assert f"{7 * worked} h" in room.text


async def test_an_absence_of_days_is_repaired_whole_with_reasons(open_rota: OpenRota) -> None:
    day, last = date(2027, 4, 6), date(2027, 4, 8)
    sick = someone_on("T", day)
    async with open_rota((80, 24)) as room:
        await room.go_to(sick, "T", day)
        await room.press("a", "backspace", "3", "enter")
        house = rota_house()
        rota = replace(house.rota, first=MONDAY, days=28, absences=())
        away, left = mark_absent(rota, planned(), sick, day, last)
        empty = [one for one in seat_counts(away, left, day, last) if one.missing]
        if len(empty) > 1:
            sheet = await wait_for_repair(room)
            assert sheet.rows.repair is not None and "prouvé" in room.text
            assert "faire tout cela" in room.text and "comble" in room.text
            await room.press("enter")
            assert "Réparé" in room.text
        else:
            await room.press("enter")
        roster = room.roster()
        assert not [one for one in seat_counts(away, roster, day, last) if one.missing]
        await room.go_to(sick, "T", last)
        await room.press("a", "p")
        assert "de nouveau" in room.text


async def test_a_supervisor_signs_an_exception_where_a_rule_says_no(
    open_rota: OpenRota, sqlite_desk: Desk
) -> None:
    async with open_rota() as room:
        shifts = Counter((one.day, one.shift) for one in planned())
        for one in planned():
            if one.shift != "S" or one.day < LATER or shifts[one.day, "S"] > 1:
                continue
            tomorrow = one.day + timedelta(days=1)
            other = next(
                (
                    two.agent for two in planned()
                    if two.day == tomorrow and two.shift == "M" and not planned().cell(two.agent, one.day)
                ),
                None,
            )  # fmt: skip
            if other is not None and len(planned().cell(one.agent, one.day)) == 1:
                break
        else:
            pytest.skip("nobody is free before a morning in this plan")
        await room.go_to(one.agent, "S", one.day)
        await room.press("s")
        sheet = room.app.screen
        assert isinstance(sheet, StandInSheet) and "dérogation" in room.text
        refused = [choice for choice in sheet.rows.choices() if getattr(choice, "agent", "") == other]
        place = sheet.rows.choices().index(refused[0])
        await room.press(*["down"] * place, "enter")
        assert isinstance(room.app.screen, ExceptionSheet) and "L3131-1" in room.text
        await room.press("enter")
        assert "demande une raison" in room.text
        await room.press(*"accord", "enter")
        assert "S" in room.roster().shifts_on(str(other), one.day)
        signed = room.desk.ask(desk_rota, rota_house(), one.day, 1).rota.exceptions
        assert {(two.agent, two.reason) for two in signed} == {(other, "accord")}


async def test_a_cell_is_changed_by_a_choice_that_says_what_the_rules_think(open_rota: OpenRota) -> None:
    sunday = date(2027, 4, 4)
    async with open_rota((80, 24)) as room:
        on = someone_on("T", sunday)
        await room.go_to(on, "T", sunday)
        await room.press("c")
        assert isinstance(room.app.screen, Choice) and "0/1" in room.text
        await room.press("enter")
        assert "T" not in room.roster().shifts_on(on, sunday)
        await room.press("u")


async def test_the_check_says_that_a_line_of_two_cannot_hold_with_one_away_and_the_way_out(
    open_rota: OpenRota,
) -> None:
    async with open_rota() as room:
        await room.press("v")
        assert "1 sur 3 tiennent avec un absent" in room.text
        assert "5 vacations" in room.text and "renfort (Paulo, Lucie)" in room.text


async def test_a_planner_notes_recovery_and_goes_back_to_a_publication(
    open_rota: OpenRota, sqlite_desk: Desk, planner: Actor
) -> None:
    day = next(
        one for one in (LATER + timedelta(days=n) for n in range(14)) if not planned().cell("INE", one)
    )
    gone = next(one for one in planned() if one.day > LATER and one.shift == "C")
    sqlite_desk.act(planner, service.change_cell, rota_house(), gone.agent, gone.day, ())
    async with open_rota((80, 24)) as room:
        await room.go_to("INE", "", day)
        await room.press("k")
        assert "Récupération prise" in room.text and "dues" in room.text
        await room.press("ctrl+s")
        assert "Inès récupère 7 h" in room.text
        await room.press("h")
        assert "récupérées" in room.text and "7 h" in room.text
        await room.press("escape", "z")
        assert "1 publication" in room.text and "Hélène" in room.text
        await room.press("enter")
        assert "1 journée publiée change" in room.text and "→ C" in room.text
        await room.press("enter")
        assert "brouillon" not in room.text
        await room.press("z", "enter", "P")
        assert room.roster().shifts_on(gone.agent, gone.day) == ("C",)
        await room.press("z")
        assert "2 publications" in room.text


class Endless:
    """A search that only ends when it is given up."""

    def __init__(self) -> None:
        self.began, self.over = Event(), Event()

    def run(self) -> None:
        self.began.set()
        assert self.over.wait(30), "nobody has given it up"

    def give_up(self) -> None:
        self.over.set()


async def test_leaving_the_desk_ends_what_is_still_being_worked_out(open_rota: OpenRota) -> None:
    search = Endless()
    async with open_rota((80, 24)) as room:
        room.app.push_screen(CheckSheet("", (), (), search))
        await asyncio.to_thread(search.began.wait, 10)
        await strike(room.app, "ctrl+q")
    assert search.over.is_set()


async def test_a_new_draft_is_published_from_its_own_sheet(open_rota: OpenRota, planner: Actor) -> None:
    async with open_rota((80, 24)) as room:
        house = room.handlers.room.house
        later = MONDAY + timedelta(days=28)
        draft = room.desk.act(planner, service.save_draft, house, Roster(), later, later)
        room.screen.reload(later)
        await room.settle()
        result = PlanResult(Roster(), 0.0, 0.0, (), 0.1, 0.1, 0.1)
        room.handlers.planning._show_check(
            room.screen, later, later, "", explain=False, result=result, number=draft
        )
        await room.settle()
        assert "P publier" in room.text
        await room.press("P")
        assert "Publier du lun. 19 avr." in room.text

"""What a family gets: the plan in its language, on paper and as a calendar, without anything internal."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import pytest

from conciergedesk.core.desk import Desk
from conciergedesk.core.paths import knowledge_base
from conciergedesk.relocation import service as relocation
from conciergedesk.relocation.family_plan import FamilyPlan, family_plan, write_calendar, write_pdf
from conciergedesk.relocation.house import RelocationHouse, load_relocation_house
from conciergedesk.relocation.queries import file_card
from conciergedesk.relocation.service import NewFile
from conciergedesk.requests.rulebook import load_rulebook
from tests.conftest import hire

SECRET = "Hésite encore, le propriétaire est difficile"


@lru_cache
def house() -> RelocationHouse:
    return load_relocation_house(knowledge_base(), load_rulebook(knowledge_base()))


def plan_of(desk: Desk, language: str) -> FamilyPlan:
    clemence = hire(desk, "Clémence", role="coach", team="coach")
    new = NewFile(
        "Lieselotte Hartmann, Henk, Jonna 14, Tim 7, chat Pixel",
        date(2027, 4, 12),
        employer="Mécaval",
        facts={"nationality": "eu", "work_country": "LU", "car": "abroad"},
        anchors={"purchase": date(2027, 3, 10)},
        opened_on=date(2027, 1, 4),
    )
    file_id = desk.act(clemence, relocation.open_file, house(), new)
    now = desk.clock.now()
    card = desk.ask(file_card, house(), file_id, clemence, now)
    items = {one.code: one.id for one in card.items}
    desk.act(clemence, relocation.note, house(), file_id, SECRET)
    desk.act(clemence, relocation.note_pulse, house(), file_id, 3, words=SECRET)
    desk.act(clemence, relocation.flag_risk, house(), file_id, label=SECRET)
    desk.act(clemence, relocation.set_state, house(), items["A01"], "done", evidence=SECRET)
    desk.act(clemence, relocation.set_state, house(), items["A20"], "not_applicable", reason=SECRET)
    card = desk.ask(file_card, house(), file_id, clemence, now)
    plan = house().shelf.plan("settling_family")
    return family_plan(card, plan, house(), language, ("Agence", "03 53 01 10 00"))


@pytest.mark.parametrize(
    ("language", "title", "item"),
    [
        ("fr", "Votre plan d’installation", "Contrat d’électricité et de gaz"),
        ("en", "Your plan for settling in", "Electricity and gas contract"),
        ("de", "Ihr Plan für die Ankunft", "Strom- und Gasvertrag"),
    ],
)
def test_the_plan_speaks_the_familys_language_and_holds_nothing_internal(
    sqlite_desk: Desk, language: str, title: str, item: str
) -> None:
    plan = plan_of(sqlite_desk, language)
    assert plan.title == title
    assert any(line.what == item for line in plan.lines)
    assert "Hésite" not in repr(plan)
    assert {line.code: line.done for line in plan.lines}["A01"]
    assert "A20" not in {line.code for line in plan.lines}
    assert "Pixel" not in plan.names


def test_the_calendar_keeps_its_ids_so_that_a_second_import_moves_the_dates(sqlite_desk: Desk) -> None:
    from icalendar import Calendar

    plan = plan_of(sqlite_desk, "de")
    written = write_calendar(plan, sqlite_desk.clock.now())
    events = {str(one["uid"]): one for one in Calendar.from_ical(written).walk("VEVENT")}
    assert events["I-01-A12@conciergedesk"].decoded("dtstart") == date(2027, 3, 28)
    assert events["I-01-D0@conciergedesk"].decoded("dtstart") == date(2027, 4, 12)
    assert "I-01-A01@conciergedesk" not in events, "what is done needs no reminder"
    assert "Hésite".encode() not in written


def test_the_paper_is_a_pdf_whatever_is_typed_into_it(sqlite_desk: Desk) -> None:
    from dataclasses import replace

    plan = plan_of(sqlite_desk, "fr")
    evil = replace(plan, names='#read("/etc/passwd") *[', coach="$x$ ] #panic()")
    assert write_pdf(evil).startswith(b"%PDF")

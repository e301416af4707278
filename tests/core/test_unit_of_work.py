"""The unit of work: nothing lost, nothing half-written, all of it in the journal, taken back on request."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from conciergedesk.core.actor import Actor
from conciergedesk.core.db.undo import redo_last, undo_last
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import Conflict, DeskError, InvalidInput, NotAllowed, NotFound
from conciergedesk.core.journal import JournalLine, JournalRow, last_id, lines_about, subjects_since, verify
from conciergedesk.customers import service as customers
from conciergedesk.customers.queries import find_people, person_card
from conciergedesk.customers.tables import Person
from tests.conftest import KEY
from tests.faults.terminal import until


def test_a_write_leaves_one_line_with_who_when_and_what(desk: Desk, ines: Actor) -> None:
    person = desk.act(
        ines, customers.add_person, first_name="Anke", last_name="Klein", phones=["+352 621 000 012"]
    )
    [line] = desk.ask(lines_about, "person", person)
    assert (line.act, line.actor, line.at) == ("person.added", "Inès", desk.clock.now())


def test_a_refused_write_leaves_nothing(desk: Desk, ines: Actor) -> None:
    def add_then_fail(unit: Unit) -> None:
        customers.add_person(unit, first_name="Perdue")
        raise InvalidInput("no", field="x")

    with pytest.raises(DeskError):
        desk.act(ines, add_then_fail)
    with desk.read() as session:
        assert session.exec(select(Person)).all() == []
        assert session.exec(select(JournalLine).where(JournalLine.subject_kind == "person")).all() == []


def test_the_second_saver_is_told_who_was_first(desk: Desk, ines: Actor, maelle: Actor) -> None:
    person = desk.act(ines, customers.add_person, first_name="Anke")
    card = desk.ask(person_card, person, desk.clock.now())
    assert card is not None
    desk.act(maelle, customers.change_person, person, seen=card.version, last_name="Klein")
    with pytest.raises(Conflict, match="Maëlle"):
        desk.act(ines, customers.change_person, person, seen=card.version, last_name="Kleine")
    after = desk.ask(person_card, person, desk.clock.now())
    assert after is not None and after.last_name == "Klein"


def test_an_act_without_the_right_is_refused(desk: Desk, ines: Actor) -> None:
    nobody = Actor(id=ines.id, name="x", role="none")
    with pytest.raises(NotAllowed):
        desk.act(nobody, customers.add_person, first_name="Anke")


def test_undo_takes_back_and_redo_does_again(desk: Desk, ines: Actor) -> None:
    person = desk.act(ines, customers.add_person, first_name="Anke")
    desk.act(ines, customers.change_person, person, last_name="Klein")
    desk.act(ines, undo_last)
    card = desk.ask(person_card, person, desk.clock.now())
    assert card is not None and card.last_name == ""
    desk.act(ines, redo_last)
    card = desk.ask(person_card, person, desk.clock.now())
    assert card is not None and card.last_name == "Klein"
    desk.act(ines, undo_last)
    desk.act(ines, undo_last)
    assert desk.ask(person_card, person, desk.clock.now()) is None
    with pytest.raises(NotFound):
        desk.act(ines, undo_last)
    desk.act(ines, redo_last)
    card = desk.ask(person_card, person, desk.clock.now())
    assert card is not None and card.first_name == "Anke"


def test_undo_never_destroys_what_somebody_built_on_it(desk: Desk, ines: Actor, maelle: Actor) -> None:
    person = desk.act(ines, customers.add_person, first_name="Anke")
    desk.act(maelle, customers.change_person, person, first_name="Anja")
    with pytest.raises(Conflict):
        desk.act(ines, undo_last)
    card = desk.ask(person_card, person, desk.clock.now())
    assert card is not None and card.first_name == "Anja"


def test_the_journal_cannot_be_changed_and_tampering_shows(desk: Desk, ines: Actor) -> None:
    for name in ("Anke", "Jonas", "Lilas"):
        desk.act(ines, customers.add_person, first_name=name)
    with pytest.raises(DBAPIError), desk.engine.execution_options(write=True).begin() as connection:
        connection.execute(text("UPDATE journal SET actor = 'X'"))
    assert desk.ask(verify, KEY) is None
    drop = (
        "DROP TRIGGER journal_no_update"
        if desk.engine.dialect.name == "sqlite"
        else ("DROP TRIGGER journal_append_only ON journal")
    )
    with desk.engine.execution_options(write=True).begin() as connection:
        connection.execute(text(drop))
        connection.execute(text("UPDATE journal SET actor = 'X' WHERE id = 2"))
    assert desk.ask(verify, KEY) == 2


def test_erased_row_values_leave_the_chain_valid(desk: Desk, ines: Actor) -> None:
    desk.act(ines, customers.add_person, first_name="Anke")
    with desk.engine.execution_options(write=True).begin() as connection:
        connection.execute(text("UPDATE journal_row SET before = NULL, after = NULL"))
    assert desk.ask(verify, KEY) is None


def test_another_desks_write_is_noticed_with_its_subjects(desk: Desk, ines: Actor) -> None:
    watch = desk.watch()
    watch.changed()
    seen = desk.ask(last_id)
    assert not watch.changed()
    person = desk.act(ines, customers.add_person, first_name="Anke")
    until(watch.changed, "word of the other desk's write")
    newest, touched = desk.ask(subjects_since, seen)
    assert newest > seen and ("person", person) in touched
    watch.close()


def test_a_read_session_refuses_to_write(desk: Desk, ines: Actor) -> None:
    with pytest.raises(DBAPIError), desk.read() as session:
        session.add(JournalRow(unit="x", table_name="x", row_id=1, op="x"))
        session.flush()


@pytest.mark.parametrize("typed", ["+352 621 000 012", "00352621000012", "621 000 012", "0012"])
def test_a_caller_is_found_by_any_spelling_of_the_number(desk: Desk, ines: Actor, typed: str) -> None:
    person = desk.act(ines, customers.add_person, first_name="Anke", phones=["+352 621 000 012"])
    assert [hit.id for hit in desk.ask(find_people, typed, desk.clock.now())] == [person]


@pytest.mark.parametrize("typed", ["schmit", "Schmidtt", "jorg schmidt", "schmidt jörg", "SCHMIDT"])
def test_a_caller_is_found_by_name_with_slips(desk: Desk, ines: Actor, typed: str) -> None:
    desk.act(ines, customers.add_person, first_name="Lilas", last_name="Moreau")
    person = desk.act(ines, customers.add_person, first_name="Jörg", last_name="Schmidt")
    assert desk.ask(find_people, typed, desk.clock.now())[0].id == person

"""The journal's chain: any change, gap or exchange of lines shows, whoever made it; times and undo behave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as rounds
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import select

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.undo import redo_last, undo_last
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import Conflict, NotFound, RuleRefused
from conciergedesk.core.journal import JournalLine, JournalRow, canonical, lines_about, verify
from conciergedesk.customers import service as customers
from conciergedesk.customers.queries import person_card
from tests.conftest import KEY, PARIS, hire
from tests.faults.house import assert_sound


@pytest.fixture
def written(desk: Desk, ines: Actor) -> int:
    """A short journal; answers how many lines it has."""
    for name in ("Anke", "Jonas", "Lilas"):
        desk.act(ines, customers.add_person, first_name=name)
    with desk.read() as session:
        return len(session.exec(select(JournalLine)).all())


def forge(desk: Desk, *statements: str) -> None:
    """Change the journal as somebody could who owns the database file."""
    drop = (
        ["DROP TRIGGER journal_no_update", "DROP TRIGGER journal_no_delete"]
        if desk.engine.dialect.name == "sqlite"
        else ["DROP TRIGGER journal_append_only ON journal"]
    )
    with desk.engine.execution_options(write=True).begin() as connection:
        for statement in (*drop, *statements):
            connection.execute(text(statement))


@pytest.mark.parametrize(
    ("forgery", "first_bad"),
    [
        ("UPDATE journal SET act = 'x' WHERE id = 2", 2),
        ("UPDATE journal SET at = '2020-01-01 00:00:00' WHERE id = 3", 3),
        ("UPDATE journal SET reason = 'because' WHERE id = 1", 1),
        ("UPDATE journal SET facts = '{\"a\": 1}' WHERE id = 2", 2),
        ("UPDATE journal SET subject_id = 99 WHERE id = 4", 4),
        ("UPDATE journal SET undoable = NOT undoable WHERE id = 4", 4),
        ("UPDATE journal SET rows_digest = '' WHERE id = 2", 2),
        ("DELETE FROM journal WHERE id = 2", 3),
        ("UPDATE journal SET digest = '' WHERE id = 3", 3),
    ],
)
def test_every_forgery_shows_at_its_line(desk: Desk, written: int, forgery: str, first_bad: int) -> None:
    assert written >= 4 and desk.ask(verify, KEY) is None
    forge(desk, forgery)
    assert desk.ask(verify, KEY) == first_bad


def test_exchanged_lines_show(desk: Desk, written: int) -> None:
    forge(
        desk,
        "UPDATE journal SET id = 1000 WHERE id = 2",
        "UPDATE journal SET id = 2 WHERE id = 3",
        "UPDATE journal SET id = 3 WHERE id = 1000",
    )
    assert desk.ask(verify, KEY) == 2


def test_a_chain_made_with_another_key_does_not_verify(desk: Desk, written: int) -> None:
    assert desk.ask(verify, b"another key, 32 bytes long......") == 1


def test_the_database_itself_refuses_to_forget(desk: Desk, written: int) -> None:
    from sqlalchemy.exc import DBAPIError

    for statement in ("DELETE FROM journal", "UPDATE journal SET reason = 'x'"):
        with pytest.raises(DBAPIError), desk.engine.execution_options(write=True).begin() as connection:
            connection.execute(text(statement))
    assert desk.ask(verify, KEY) is None


_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@rounds(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=st.dictionaries(st.text("abcxyz", min_size=1, max_size=5), _values, max_size=4),
       reason=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60))  # fmt: skip
def test_whatever_is_recorded_verifies_after_it_was_read_back(
    sqlite_desk: Desk, facts: dict[str, Any], reason: str
) -> None:
    def note(unit: Unit) -> None:
        for name, value in facts.items():
            unit.record("fact.noted", "fact", 1, reason=reason, **{f"f_{name}": value})

    sqlite_desk.act(SYSTEM, note)
    assert sqlite_desk.ask(verify, KEY) is None


def test_what_is_hashed_does_not_depend_on_the_zone_a_time_is_written_in() -> None:
    moment = datetime(2027, 3, 28, 3, 30, tzinfo=PARIS)
    assert canonical([moment]) == canonical([moment.astimezone(datetime.now().astimezone().tzinfo)])
    assert canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'


def test_two_desks_on_one_server_write_one_chain(postgres_desk: Desk) -> None:
    import threading

    actors = [hire(postgres_desk, f"Poste{number}") for number in range(4)]
    troubles: list[BaseException] = []

    def work(actor: Actor) -> None:
        try:
            for number in range(6):
                postgres_desk.act(actor, customers.add_person, first_name=f"{actor.name} {number}")
        except BaseException as error:
            troubles.append(error)

    threads = [threading.Thread(target=work, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not troubles
    assert_sound(postgres_desk)


def test_the_clock_set_back_breaks_neither_chain_nor_undo(desk: Desk, ines: Actor, clock: FixedClock) -> None:
    person = desk.act(ines, customers.add_person, first_name="Anke")
    clock.advance(timedelta(hours=-1))
    desk.act(ines, customers.change_person, person, last_name="Klein")
    # Newest first means last written, whatever the wall clock says.
    assert [line.act for line in desk.ask(lines_about, "person", person)] == [
        "person.changed",
        "person.added",
    ]
    desk.act(ines, undo_last)
    card = desk.ask(person_card, person, clock.now())
    assert card is not None and card.last_name == ""
    assert_sound(desk)


def test_an_erased_row_cannot_be_undone_and_says_why(desk: Desk, ines: Actor) -> None:
    person = desk.act(ines, customers.add_person, first_name="Anke")
    desk.act(ines, customers.change_person, person, last_name="Klein")
    with desk.engine.execution_options(write=True).begin() as connection:
        connection.execute(text("UPDATE journal_row SET before = NULL, after = NULL"))
    with pytest.raises(RuleRefused, match="effacées"):
        desk.act(ines, undo_last)


def test_nobody_undoes_what_somebody_else_did(desk: Desk, ines: Actor, maelle: Actor) -> None:
    desk.act(ines, customers.add_person, first_name="Anke")
    with pytest.raises(NotFound):
        desk.act(maelle, undo_last)
    with pytest.raises(NotFound):
        desk.act(ines, redo_last)


def test_undo_goes_back_act_by_act_and_grows_the_version(desk: Desk, ines: Actor) -> None:
    person = desk.act(ines, customers.add_person, first_name="A")
    for name in ("B", "C", "D"):
        desk.act(ines, customers.change_person, person, first_name=name)
    seen = []
    steps: list[Callable[[Unit], object]] = [undo_last, undo_last, redo_last, undo_last, undo_last]
    for step in steps:
        desk.act(ines, step)
        card = desk.ask(person_card, person, desk.clock.now())
        assert card is not None
        seen.append((card.first_name, card.version))
    assert seen == [("C", 5), ("B", 6), ("C", 7), ("B", 8), ("A", 9)]
    assert_sound(desk)


def test_a_new_act_after_an_undo_ends_what_can_be_redone(desk: Desk, ines: Actor) -> None:
    person = desk.act(ines, customers.add_person, first_name="A")
    desk.act(ines, customers.change_person, person, first_name="B")
    desk.act(ines, undo_last)
    desk.act(ines, customers.change_person, person, first_name="C")
    with pytest.raises(NotFound):
        desk.act(ines, redo_last)
    card = desk.ask(person_card, person, desk.clock.now())
    assert card is not None and card.first_name == "C"


def test_undo_of_a_row_that_others_hang_on_is_refused(desk: Desk, ines: Actor, maelle: Actor) -> None:
    person = desk.act(ines, customers.add_person, first_name="A")
    desk.act(maelle, customers.warn, person, "sonne deux fois")
    with pytest.raises(Conflict):
        desk.act(ines, undo_last)
    assert desk.ask(person_card, person, desk.clock.now()) is not None
    assert_sound(desk)


def test_rows_of_unjournaled_tables_and_secrets_stay_out(desk: Desk, ines: Actor) -> None:
    from conciergedesk.staff import service as staff

    desk.act(SYSTEM, staff.change_agent, ines.id or 0, password_hash="$argon2id$geheim")
    desk.act(ines, staff.park, kind="capture", body="geheim")
    with desk.read() as session:
        for row in session.exec(select(JournalRow)):
            assert "geheim" not in f"{row.before}{row.after}" and row.table_name != "draft"


def test_a_reason_is_cleaned_like_any_other_text(desk: Desk, ines: Actor) -> None:
    def note(unit: Unit) -> None:
        unit.record("fact.noted", "fact", 1, reason="a\x00\x1b[2Jb\u202e" + "y" * 5000)

    desk.act(ines, note)
    [line] = desk.ask(lines_about, "fact", 1)
    assert line.reason.startswith("a[2Jbyy") and len(line.reason) == 500
    assert desk.ask(verify, KEY) is None

"""The shift log: append-only lines, what a typed line says, promises kept or dropped."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from conciergedesk.board.handover import HandoverOffer
from conciergedesk.board.rules import PromiseKind
from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import InvalidInput, NotAllowed, NotFound, RuleRefused
from conciergedesk.core.journal import verify
from conciergedesk.core.paths import knowledge_base
from conciergedesk.handover import queries, service
from conciergedesk.handover.logline import read_log_line
from conciergedesk.handover.rules import LogKind
from conciergedesk.requests import service as requests
from conciergedesk.requests.rulebook import Rulebook, load_rulebook
from conciergedesk.requests.service import NewRequest

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2027, 3, 24, 18, 42, tzinfo=PARIS)


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook(Path(knowledge_base()))


def test_a_typed_line_says_its_kind_its_numbers_its_tags_and_whether_it_matters() -> None:
    read = read_log_line("incident : verre cassé D-2417 #accueil !", NOW, PARIS, {})
    assert (read.kind, read.text, read.important) == (
        LogKind.INCIDENT,
        "verre cassé D-2417 #accueil",
        True,
    )
    assert [(one.kind, one.number) for one in read.refs] == [("request", 2417)]
    assert read.tags == ("accueil",)


def test_a_promise_has_its_moment_and_its_owner_in_the_line() -> None:
    read = read_log_line("promesse rappeler Bernadette 18h50 >maelle", NOW, PARIS, {"maelle": 7})
    assert read.kind is LogKind.PROMISE
    assert read.text == "rappeler Bernadette 18h50"
    assert read.moment == datetime(2027, 3, 24, 18, 50, tzinfo=PARIS)
    assert read.owner_id == 7


def test_an_ordinary_line_is_an_event_and_keeps_all_its_words() -> None:
    read = read_log_line("colis de Paula reçu, étagère 3", NOW, PARIS, {})
    assert (read.kind, read.text, read.refs, read.moment) == (
        LogKind.EVENT,
        "colis de Paula reçu, étagère 3",
        (),
        None,
    )


def test_a_line_is_written_searched_and_linked(desk: Desk, ines: Actor, book: Rulebook) -> None:
    made = desk.act(ines, requests.capture, book, NewRequest("taxi", title="gare"))
    desk.act(ines, service.log, book, f"Zoé rendue par Gaël, 82 % D-{made}")
    desk.act(ines, service.log, book, "consigne : plus de dépôt sans étiquette double")
    assert [one.text for one in desk.ask(queries.log_lines, search="zoe gael")] == [
        f"Zoé rendue par Gaël, 82 % D-{made}"
    ]
    about = desk.ask(queries.log_lines, about=("request", made))
    assert [one.refs for one in about] == [(f"D-{made}",)]
    assert [one.kind for one in desk.ask(queries.log_lines)] == ["instruction", "event"]


def test_a_number_that_nothing_carries_is_refused_and_nothing_is_written(
    desk: Desk, ines: Actor, book: Rulebook
) -> None:
    with pytest.raises(NotFound, match="D-999"):
        desk.act(ines, service.log, book, "vu avec D-999")
    assert desk.ask(queries.log_lines) == []


@pytest.mark.parametrize("typed", ["", "   ", "!", "\u202e", "x" * 2100])
def test_an_empty_or_endless_line_is_refused(sqlite_desk: Desk, book: Rulebook, typed: str) -> None:
    with pytest.raises(InvalidInput):
        sqlite_desk.act(SYSTEM, service.log, book, typed)


def test_warned_words_need_a_reason_and_card_numbers_are_never_kept(
    desk: Desk, ines: Actor, book: Rulebook
) -> None:
    with pytest.raises(RuleRefused):
        desk.act(ines, service.log, book, "la cliente est enceinte")
    line = desk.act(ines, service.log, book, "la cliente est enceinte", override_reason="dit par elle-même")
    assert desk.ask(queries.log_lines)[0].id == line
    with pytest.raises(RuleRefused):
        desk.act(ines, service.log, book, "carte 4111 1111 1111 1111", override_reason="pour payer")


def test_a_correction_is_a_new_line_and_the_first_stays_as_it_was(
    desk: Desk, ines: Actor, maelle: Actor, book: Rulebook
) -> None:
    first = desk.act(ines, service.log, book, "trois colis reçus")
    second = desk.act(maelle, service.correct_line, book, first, "quatre colis reçus")
    lines = {one.id: one for one in desk.ask(queries.log_lines)}
    assert lines[first].text == "trois colis reçus"
    assert lines[first].corrected_by == second
    assert lines[second].corrects == first
    with pytest.raises(RuleRefused):
        desk.act(ines, service.correct_line, book, first, "cinq colis reçus")


def test_the_database_itself_refuses_a_change_of_the_log(desk: Desk, ines: Actor, book: Rulebook) -> None:
    line = desk.act(ines, service.log, book, "trois colis reçus")
    for statement in (
        "UPDATE log_line SET text = 'quatre' WHERE id = :line",
        "UPDATE log_line SET kind = 'cash' WHERE id = :line",
        "DELETE FROM log_line WHERE id = :line",
    ):
        with pytest.raises(DatabaseError), desk.engine.execution_options(write=True).begin() as connection:
            connection.execute(text(statement), {"line": line})
    with desk.engine.execution_options(write=True).begin() as connection:
        connection.execute(text("UPDATE log_line SET text = '' WHERE id = :line"), {"line": line})
    assert desk.ask(queries.log_lines)[0].text == ""


def test_undo_never_takes_a_line_of_the_log_back(desk: Desk, ines: Actor, book: Rulebook) -> None:
    from conciergedesk.core.db.undo import undo_last

    desk.act(ines, service.log, book, "trois colis reçus")
    with pytest.raises(RuleRefused):
        desk.act(ines, undo_last)
    assert len(desk.ask(queries.log_lines)) == 1


def test_a_promise_is_owed_on_the_board_until_it_is_kept(
    desk: Desk, ines: Actor, maelle: Actor, clock: FixedClock, book: Rulebook
) -> None:
    desk.act(ines, service.log, book, "promesse rappeler Bernadette 18h50 >maelle")
    offer = HandoverOffer()
    (promise,) = desk.ask(offer.promises, None)
    assert (promise.kind, promise.holder, promise.due_at) == (
        PromiseKind.LOG,
        "Maëlle",
        datetime(2027, 3, 24, 18, 50, tzinfo=PARIS),
    )
    clock.advance(timedelta(minutes=33))
    desk.act(maelle, service.keep_promise, promise.id, outcome="rappelée")
    assert desk.ask(offer.promises, None) == []
    with pytest.raises(RuleRefused):
        desk.act(maelle, service.keep_promise, promise.id)
    assert desk.ask(lambda session: verify(session, desk.key)) is None


def test_a_promise_without_a_moment_to_come_is_refused(desk: Desk, ines: Actor, book: Rulebook) -> None:
    with pytest.raises(InvalidInput) as refused:
        desk.act(ines, service.log, book, "promesse rappeler Bernadette")
    assert refused.value.field == "due_at"
    with pytest.raises(InvalidInput):
        desk.act(
            ines, service.log, book, "rappeler Bernadette", kind="promise", due_at=NOW - timedelta(hours=1)
        )
    assert desk.ask(queries.log_lines) == []


def test_a_promise_can_be_dropped_given_and_put_off_with_a_reason(
    desk: Desk, ines: Actor, maelle: Actor, book: Rulebook
) -> None:
    desk.act(ines, service.log, book, "promesse rappeler Ilse 20h")
    (one,) = desk.ask(queries.open_promises)
    desk.act(ines, service.give_promise, one.id, maelle.id or 0)
    desk.act(ines, service.put_off_promise, one.id, NOW + timedelta(hours=3), reason="elle préfère plus tard")
    (after,) = desk.ask(queries.open_promises)
    assert (after.owner, after.due_at) == ("Maëlle", NOW + timedelta(hours=3))
    with pytest.raises(InvalidInput):
        desk.act(ines, service.drop_promise, one.id, reason=" ")
    desk.act(ines, service.drop_promise, one.id, reason="elle est passée")
    assert desk.ask(queries.open_promises) == []


def test_lines_for_supervisors_are_read_by_supervisors_only(
    desk: Desk, ines: Actor, helene: Actor, book: Rulebook
) -> None:
    with pytest.raises(NotAllowed):
        desk.act(ines, service.log, book, "à voir ensemble", visibility="supervisor")
    desk.act(helene, service.log, book, "à voir ensemble", visibility="supervisor")
    assert desk.ask(queries.log_lines, supervisor=False, reader_team="concierge") == []
    assert len(desk.ask(queries.log_lines)) == 1


def test_the_float_adds_up_and_shows_its_difference(desk: Desk, ines: Actor, clock: FixedClock) -> None:
    since = clock.now() + timedelta(minutes=1)
    desk.act(ines, service.cash, "count", 18000)
    clock.advance(timedelta(minutes=5))
    desk.act(ines, service.cash, "in", 4600, note="taxe de séjour")
    desk.act(ines, service.cash, "out", 1200)
    book = desk.ask(queries.cash_book, "concierge", since)
    assert book is not None
    assert (book.opening, book.expected, book.counted, book.difference) == (18000, 21400, None, None)
    desk.act(ines, service.cash, "count", 21300)
    book = desk.ask(queries.cash_book, "concierge", since)
    assert book is not None and book.difference == -100
    assert desk.ask(queries.cash_book, "technical", since) is None


def test_items_and_vehicles_are_where_the_last_act_left_them(desk: Desk, ines: Actor) -> None:
    parcel = desk.act(
        ines, service.take_in, kind="parcel", what="carton abîmé", for_whom="Paula", place="étagère 3"
    )
    desk.act(ines, service.take_in, kind="found", what="écharpe")
    desk.act(ines, service.note_vehicle, "Zoé", charge=40)
    desk.act(ines, service.note_vehicle, "zoe", charge=82)
    assert [(one.name, one.charge) for one in desk.ask(queries.vehicles)] == [("zoe", 82)]
    desk.act(ines, service.give_out, parcel, to="Paula")
    assert [one.what for one in desk.ask(queries.items_here)] == ["écharpe"]
    with pytest.raises(RuleRefused):
        desk.act(ines, service.give_out, parcel, to="Paula")

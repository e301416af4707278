"""Words of requests that are over are kept for as long as their type says, and no longer."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

import pytest
from sqlmodel import col, select

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import NotAllowed
from conciergedesk.core.journal import JournalRow, lines_about, verify
from conciergedesk.core.paths import knowledge_base
from conciergedesk.requests import service as requests
from conciergedesk.requests.keeping import Keeping
from conciergedesk.requests.lifecycle import State
from conciergedesk.requests.queries import request_card
from conciergedesk.requests.rulebook import Rulebook, load_rulebook
from conciergedesk.requests.service import Forgotten, NewRequest
from tests.conftest import PARIS


@lru_cache
def _book() -> Rulebook:
    return load_rulebook(knowledge_base())


@pytest.fixture
def book() -> Rulebook:
    return _book()


def ended(desk: Desk, actor: Actor, book: Rulebook, new: NewRequest, note: str = "") -> int:
    made = desk.act(actor, requests.capture, book, new)
    if note:
        desk.act(actor, requests.note, book, made, note)
    desk.act(actor, requests.cancel, book, made, reason=book.catalogue.get(new.type_code).reasons[0])
    return made


def test_words_go_after_a_year_and_the_figures_stay(
    desk: Desk, ines: Actor, book: Rulebook, clock: FixedClock
) -> None:
    new = NewRequest("taxi", title="pour Odile", requester_name="Odile Faber", place="12 rue des Tanneurs")
    made = ended(desk, ines, book, new, "Préfère un grand coffre")
    open_one = desk.act(ines, requests.capture, book, NewRequest("taxi", title="toujours ouvert"))
    before = desk.ask(request_card, made)
    clock.advance(timedelta(days=364))
    assert desk.act(SYSTEM, requests.forget_words, book) == Forgotten()
    clock.advance(timedelta(days=1))
    assert desk.act(SYSTEM, requests.forget_words, book) == Forgotten(requests=1)
    assert desk.act(SYSTEM, requests.forget_words, book) == Forgotten()
    after = desk.ask(request_card, made)
    assert (after.title, after.place, after.notes) == ("", "", ())
    assert (after.state, after.type_code, after.opened_at) == (State.CANCELLED, "taxi", before.opened_at)
    assert after.requester_id is not None, "the client is kept by another rule"
    assert desk.ask(request_card, open_one).title == "toujours ouvert"
    with desk.read() as session:
        kept = session.exec(
            select(JournalRow).where(
                col(JournalRow.table_name).in_(["request", "request_note"]),
                col(JournalRow.row_id).in_([made, before.notes[0].id]),
            )
        ).all()
        said = " ".join(f"{row.before}{row.after}" for row in kept if row.row_id == made)
        assert "Tanneurs" not in said and "coffre" not in said
        assert verify(session, desk.key) is None


def test_of_a_health_orientation_only_the_type_is_left_after_thirty_days(
    desk: Desk, ines: Actor, book: Rulebook, clock: FixedClock
) -> None:
    made = ended(desk, ines, book, NewRequest("dentist_late", requester_name="Anke Klein", place="Metz"))
    clock.advance(timedelta(days=29))
    assert desk.act(SYSTEM, requests.forget_words, book).requests == 0
    clock.advance(timedelta(days=1))
    assert desk.act(SYSTEM, requests.forget_words, book).requests == 1
    after = desk.ask(request_card, made)
    assert (after.type_code, after.place, after.requester_id) == ("dentist_late", "", None)


def test_an_answer_that_goes_earlier_leaves_a_line_and_the_rest(
    desk: Desk, ines: Actor, book: Rulebook, clock: FixedClock
) -> None:
    kind, early = next(
        (kind, one)
        for kind in book.catalogue.types
        for one in kind.fields
        if one.retention_days < kind.retention_days and not kind.health
    )
    answers = {early.key: "doudou bleu"}
    made = ended(desk, ines, book, NewRequest(kind.code, title="garde", fields=answers))
    clock.advance(timedelta(days=early.retention_days))
    assert desk.act(SYSTEM, requests.forget_words, book) == Forgotten(answers=1)
    after = desk.ask(request_card, made)
    assert (early.key in after.fields, after.title) == (False, "garde")
    with desk.read() as session:
        assert "request.shortened" in [line.act for line in lines_about(session, "request", made)]


def test_nobody_on_shift_may_delete_words(desk: Desk, ines: Actor, book: Rulebook) -> None:
    with pytest.raises(NotAllowed):
        desk.act(ines, requests.forget_words, book)


def test_an_answer_may_go_before_the_rest() -> None:
    end = datetime(2027, 3, 28, 1, 30, tzinfo=PARIS)
    keeping = Keeping(365, {"routine": 30, "mark": 90})
    first = keeping.next_after(end, end)
    assert first == end + timedelta(days=30)
    assert keeping.fields_over(end, first) == {"routine"}
    second = keeping.next_after(end, first)
    assert second == end + timedelta(days=90) and not keeping.is_over(end, second)
    assert keeping.next_after(end, second) == end + timedelta(days=365)
    assert keeping.is_over(end, end + timedelta(days=365))
    assert keeping.next_after(end, end + timedelta(days=365)) is None

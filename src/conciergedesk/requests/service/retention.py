"""Keeping no longer than needed: the words of requests that are over, and the people of a health orientation.

Type, times, state and outcome stay, so that figures do not change.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, update
from sqlmodel import SQLModel, col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.journal import forget_values
from conciergedesk.requests.keeping import keeping_of
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.tables import (
    Appointment,
    CallBack,
    Participant,
    ProviderAsk,
    Request,
    RequestNote,
    RequestStep,
)
from conciergedesk.staff.rules import Right

AT_ONCE = 100
"""Requests that one waking-up goes through, so that nobody waits for it; the next one goes on from there."""

_WORDS: tuple[tuple[type[SQLModel], dict[str, object]], ...] = (
    (RequestStep, {"proof": ""}),
    (CallBack, {"about": "", "outcome": ""}),
    (Appointment, {"place": ""}),
    (ProviderAsk, {"contact": "", "answer": "", "word": ""}),
)
_PEOPLE: tuple[tuple[type[SQLModel], dict[str, object]], ...] = (
    (CallBack, {"number": "", "person_id": None}),
    (Appointment, {"provider": ""}),
)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The report of a clean-up: how many requests lost their words, and how many only answers that go earlier."""

    requests: int = 0
    answers: int = 0


def forget_words(unit: Unit, book: Rulebook) -> Forgotten:
    """Delete the words of requests that were kept for as long as their type says.

    Any desk may do it, any number of times; one call does a limited amount.
    """
    unit.require(Right.ERASE_CUSTOMERS)
    whole = answers = 0
    due = unit.session.exec(
        select(Request)
        .where(col(Request.forget_at).is_not(None), col(Request.forget_at) <= unit.now)
        .order_by(col(Request.forget_at))
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for row in due:
        assert row.id is not None
        keeping = keeping_of(book.catalogue, row.type_code, health=row.health)
        if row.is_open or row.closed_at is None:
            _keep(unit, row, {"forget_at": None})  # taken up again meanwhile
        elif keeping.is_over(row.closed_at, unit.now):
            _forget_words_of(unit, row)
            whole += 1
        else:
            over = keeping.fields_over(row.closed_at, unit.now)
            left = {key: value for key, value in row.fields.items() if key not in over}
            gone = sorted(row.fields.keys() - left.keys())
            _keep(unit, row, {"fields": left, "forget_at": keeping.next_after(row.closed_at, unit.now)})
            if gone:
                unit.record("request.shortened", "request", row.id, undoable=False, answers=gone)
                answers += 1
    return Forgotten(whole, answers)


def _forget_words_of(unit: Unit, row: Request) -> None:
    assert row.id is not None
    changes: dict[type[SQLModel], dict[str, object]] = {table: dict(blank) for table, blank in _WORDS}
    gone: list[type[SQLModel]] = [RequestNote]
    own: dict[str, object] = {"title": "", "place": "", "waits_for": "", "fields": {}, "forget_at": None}
    if row.health:
        # That somebody looked for a dentist says something about their health: only the type stays.
        for table, blank in _PEOPLE:
            changes[table].update(blank)
        gone.append(Participant)
        own |= {"requester_id": None, "beneficiary_id": None, "payer_id": None, "lodging_id": None}
    for table in (*gone, *changes):
        of_request = table.request_id == row.id  # type: ignore[attr-defined]
        ids = list(unit.session.exec(select(table.id).where(of_request)))  # type: ignore[attr-defined]
        if ids:
            forget_values(unit.session, str(table.__tablename__), ids)
            # Past the session, so that the journal does not keep what is erased.
            change = delete(table) if table in gone else update(table).values(**changes[table])
            unit.session.connection().execute(change.where(of_request))
    _keep(unit, row, own)
    unit.record("request.shortened", "request", row.id, undoable=False)


def _keep(unit: Unit, row: Request, values: dict[str, object]) -> None:
    assert row.id is not None
    if "fields" in values:
        forget_values(unit.session, "request", [row.id])
    unit.session.connection().execute(
        update(Request).where(col(Request.id) == row.id).values(**values, version=row.version + 1)
    )
    unit.session.expire(row)

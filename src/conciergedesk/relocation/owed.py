"""What open files owe within the board's window, in columns: items, contacts, documents, actions, risks, reminders."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col
from sqlmodel.sql.expression import Select

from conciergedesk.core.db.read import pick
from conciergedesk.relocation.due import BOARD_DAYS
from conciergedesk.relocation.tables import (
    RelocationAction,
    RelocationDocument,
    RelocationFile,
    RelocationFollowUp,
    RelocationItem,
    RelocationQuestion,
    RelocationRisk,
)
from conciergedesk.staff.tables import Agent


class OwedKind(StrEnum):
    """What is owed; the order is that of the numbers promises are known by."""

    ITEM = "relocation_item"
    FOLLOWUP = "relocation_followup"
    DOCUMENT = "relocation_document"
    ACTION = "relocation_action"
    RISK = "relocation_risk"
    QUESTION = "relocation_question"


_PLACES = {kind: place for place, kind in enumerate(OwedKind)}
_KINDS = tuple(OwedKind)


def promise_id(kind: OwedKind, row_id: int) -> int:
    """One number for a row of any of the six tables."""
    return row_id * 8 + _PLACES[kind]


def read_promise_id(number: int) -> tuple[OwedKind, int]:
    """The kind and the row behind such a number."""
    return _KINDS[number % 8], number // 8


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing that a file owes, with whose file it is.

    ``code`` and ``label`` say what, by kind: the item's code, the contact's, the document, the risk.
    """

    kind: OwedKind
    id: int
    due: date
    aim: date | None
    code: str
    label: str
    state: str
    owner: str
    waits_for: str
    score: int | None
    version: int
    holder_id: int | None
    file_id: int
    household: str
    coach_id: int
    coach: str
    backup_id: int | None
    plan_id: str
    plan_version: str


_FILE = (
    RelocationFile.id, RelocationFile.household, RelocationFile.coach_id, Agent.first_name,
    RelocationFile.backup_id, RelocationFile.plan_id, RelocationFile.plan_version,
)  # fmt: skip


def owed(session: Session, today: date, only: Collection[int] | None = None) -> Iterator[Owed]:
    """Everything that open files owe until the end of the window; with ``only``, rows of these ids."""
    until = today + timedelta(days=BOARD_DAYS)
    item = RelocationItem
    for row in _read(
        session, item, only, func.coalesce(item.aim, item.due), until,
        item.id, item.due, item.aim, item.code, item.label, item.state, item.owner, item.waiting_for, item.version,
    ):  # fmt: skip
        number, due, aim, code, label, state, owner, waits, version, *file = row
        yield Owed(
            OwedKind.ITEM, number, due, aim, code, label, state, owner, waits, None, version, None, *file
        )
    followup = RelocationFollowUp
    for row in _read(
        session,
        followup,
        only,
        followup.due,
        until,
        followup.id,
        followup.due,
        followup.code,
        followup.version,
    ):
        number, due, code, version, *file = row
        yield Owed(
            OwedKind.FOLLOWUP, number, due, None, code, "", "planned", "CO", "", None, version, None, *file
        )
    paper = RelocationDocument
    for row in _read(
        session, paper, only, paper.alert_on, until,
        paper.id, paper.alert_on, paper.kind, paper.holder, paper.expires_on, paper.version,
    ):  # fmt: skip
        number, due, kind, holder, expires, version, *file = row
        yield Owed(
            OwedKind.DOCUMENT,
            number,
            due,
            expires,
            kind,
            holder,
            "expiry",
            "CO",
            "",
            None,
            version,
            None,
            *file,
        )
    action = RelocationAction
    for row in _read(
        session, action, only, action.due, until,
        action.id, action.due, action.cause, action.followup, action.score, action.version, action.owner_id,
    ):  # fmt: skip
        number, due, cause, code, score, version, holder_id, *file = row
        yield Owed(
            OwedKind.ACTION, number, due, None, code, "", cause, "SUP", "", score, version, holder_id, *file
        )
    risk = RelocationRisk
    for row in _read(
        session, risk, only, risk.review_on, until,
        risk.id, risk.review_on, risk.code, risk.label, risk.severity, risk.version,
    ):  # fmt: skip
        number, due, code, label, severity, version, *file = row
        yield Owed(
            OwedKind.RISK, number, due, None, code, label, severity, "CO", "", None, version, None, *file
        )
    question = RelocationQuestion
    for row in _read(
        session, question, only, question.next_on, until,
        question.id, question.next_on, question.asked_on, question.whom, question.about, question.version,
    ):  # fmt: skip
        number, due, asked, whom, about, version, *file = row
        yield Owed(
            OwedKind.QUESTION, number, due, asked, whom, about, "asked", whom, "", None, version, None, *file
        )


def _read(
    session: Session, table: Any, only: Collection[int] | None, moment: Any, until: date, *columns: Any
) -> Iterator[tuple[Any, ...]]:
    query: Select[Any] = (
        pick(*columns, *_FILE)
        .join(RelocationFile, col(RelocationFile.id) == table.file_id)
        .join(Agent, col(Agent.id) == RelocationFile.coach_id)
        .where(col(table.is_open), moment <= until)
    )
    if table is RelocationAction:
        # What a low closing survey asks of the supervisor outlives the file.
        query = query.where(col(RelocationFile.shortened_at).is_(None))
    else:
        query = query.where(col(RelocationFile.is_open))
    if only is not None:
        query = query.where(col(table.id).in_(only))
    yield from session.exec(query)

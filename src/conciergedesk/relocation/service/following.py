"""Contacts after the move: held with their questions; a low score opens an action for the supervisor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, NotFound, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_block, clean_line
from conciergedesk.relocation.dates import add_working_days
from conciergedesk.relocation.due import ACTION_WORKING_DAYS
from conciergedesk.relocation.house import RelocationHouse
from conciergedesk.relocation.plans import QuestionKind
from conciergedesk.relocation.rules import (
    FollowUpAction,
    check_scores,
    days_late,
    followup_actions,
    followup_on_time,
)
from conciergedesk.relocation.service.writing import checked_text, given, open_row
from conciergedesk.relocation.tables import RelocationAction, RelocationFile, RelocationFollowUp
from conciergedesk.staff.rules import Right

PULSE = "pulse"
AMBASSADOR = ("proposed", "accepted", "refused")


@dataclass(frozen=True, slots=True)
class Held:
    """How a contact went: how late it was held, and what it opened."""

    days_late: int
    on_time: bool
    actions: tuple[FollowUpAction, ...]


def hold_followup(
    unit: Unit,
    house: RelocationHouse,
    followup_id: int,
    scores: Mapping[str, int],
    *,
    words: str = "",
    word_reason: str = "",
    done_on: date | None = None,
    seen: int | None = None,
) -> Held:
    """Note a contact with its answers.

    Raises:
        InvalidInput: naming a question whose score is outside its scale, or ``done_on``.
        RuleRefused: it was already held.
    """
    unit.require(Right.COACH_FILES)
    row = unit.session.get(RelocationFollowUp, followup_id)
    if row is None:
        raise NotFound(N_("This contact is no longer there. Go back and refresh the list."))
    file = open_row(unit, row.file_id)
    row = unit.load(RelocationFollowUp, followup_id, seen=seen)
    if not row.is_open:
        raise RuleRefused(N_("This contact was already held. Note another pulse instead."))
    plan = house.plan(unit.session, file.plan_id, file.plan_version)
    check_scores(plan, row.code, scores)
    today = house.today(unit.now)
    day = done_on or today
    if day > today:
        raise InvalidInput(N_("This day has not come yet. Give the day it was done."), field="done_on")
    words = clean_block(words, 4000)
    checked_text(house, words, clean_line(word_reason, 200))
    row.is_open, row.done_on, row.by_id = False, day, unit.actor.id
    row.scores, row.words = dict(scores), words
    row.pulse = next(
        (score for name, score in scores.items() if plan.questions[name].kind is QuestionKind.PULSE), None
    )
    if file.heard_on is None or file.heard_on < day:
        file.heard_on = day
    actions = followup_actions(plan, scores)
    for action in actions:
        _open_action(unit, house, file, row.code, action)
    late = days_late(row.due, day)
    on_time = followup_on_time(row.due, day)
    unit.record(
        "relocation.followup_held", "relocation_followup", followup_id, code=row.code, days_late=late,
        on_time=on_time, pulse=row.pulse, actions=len(actions), file=row.file_id,
    )  # fmt: skip
    return Held(late, on_time, actions)


def note_pulse(
    unit: Unit,
    house: RelocationHouse,
    file_id: int,
    score: int,
    *,
    words: str = "",
    word_reason: str = "",
    day: date | None = None,
) -> Held:
    """Note a pulse taken between the scheduled contacts (0 to 10)."""
    unit.require(Right.COACH_FILES)
    file = open_row(unit, file_id)
    plan = house.plan(unit.session, file.plan_id, file.plan_version)
    question = next((one for one in plan.questions.values() if one.kind is QuestionKind.PULSE), None)
    low, high = question.scale if question is not None else (0, 10)
    if not low <= score <= high:
        raise InvalidInput(
            N_("{score} is outside the scale from {low} to {high}."),
            field="pulse",
            score=score,
            low=low,
            high=high,
        )
    words = clean_block(words, 4000)
    checked_text(house, words, clean_line(word_reason, 200))
    today = day or house.today(unit.now)
    row = unit.add(
        RelocationFollowUp(
            file_id=file_id,
            code=PULSE,
            due=today,
            is_open=False,
            done_on=today,
            by_id=unit.actor.id,
            pulse=score,
            scores={PULSE: score},
            words=words,
        )
    )
    assert row.id is not None
    file.heard_on = max(today, file.heard_on or today)
    limit = question.low if question is not None else 6
    actions = (FollowUpAction(PULSE, score, limit),) if score <= limit else ()
    for action in actions:
        _open_action(unit, house, file, PULSE, action)
    unit.record("relocation.pulse_noted", "relocation_followup", row.id, pulse=score, file=file_id)
    return Held(0, True, actions)


def _open_action(
    unit: Unit, house: RelocationHouse, file: RelocationFile, followup: str, found: FollowUpAction
) -> None:
    assert file.id is not None
    today = house.today(unit.now)
    row = unit.add(
        RelocationAction(
            file_id=file.id,
            cause="pulse" if found.question == PULSE else "answer",
            followup=followup,
            question=found.question,
            score=found.score,
            low=found.low,
            due=add_working_days(today, ACTION_WORKING_DAYS, house.is_working),
            opened_at=unit.now,
        )
    )
    assert row.id is not None
    unit.record(
        "relocation.action_opened", "relocation_action", row.id, cause=row.cause, score=found.score,
        file=file.id,
    )  # fmt: skip


def take_action(unit: Unit, action_id: int) -> None:
    """Take an action: it is mine from now on."""
    unit.require(Right.SEE_ALL_FILES)
    row = unit.load(RelocationAction, action_id)
    row.owner_id = unit.actor.id
    unit.record("relocation.action_taken", "relocation_action", action_id, file=row.file_id)


def put_off_action(unit: Unit, action_id: int, until: date, *, reason: str) -> None:
    """Act later; it needs a reason."""
    unit.require(Right.SEE_ALL_FILES)
    row = unit.load(RelocationAction, action_id)
    reason = given(reason, "reason", N_("Say why it can wait."))
    row.due = until
    unit.record("relocation.action_put_off", "relocation_action", action_id, reason=reason, file=row.file_id)


def close_action(unit: Unit, house: RelocationHouse, action_id: int, *, outcome: str) -> None:
    """Say what was done about it.

    Raises:
        InvalidInput: nothing was written.
    """
    unit.require(Right.SEE_ALL_FILES)
    row = unit.load(RelocationAction, action_id)
    if not row.is_open:
        raise RuleRefused(N_("This action was already closed."))
    outcome = given(outcome, "outcome", N_("Say what was done about it."))
    checked_text(house, outcome)
    row.is_open, row.done_on, row.outcome = False, house.today(unit.now), outcome
    if row.owner_id is None:
        row.owner_id = unit.actor.id
    unit.record("relocation.action_closed", "relocation_action", action_id, file=row.file_id)


def propose_ambassador(unit: Unit, file_id: int, *, answer: str = "proposed") -> None:
    """Ask the family to speak for the area, once they have said how it went; note their answer.

    Raises:
        RuleRefused: the closing survey is not done yet, or its score is too low to ask.
    """
    unit.require(Right.COACH_FILES)
    row = open_row(unit, file_id, closed=True)
    if answer not in AMBASSADOR:
        raise InvalidInput(N_("The answer is proposed, accepted or refused."), field="answer")
    survey = unit.session.exec(
        select(RelocationFollowUp).where(
            RelocationFollowUp.file_id == file_id,
            RelocationFollowUp.code == "closing",
            col(RelocationFollowUp.done_on).is_not(None),
        )
    ).first()
    if survey is None:
        raise RuleRefused(N_("Hold the closing survey first."))
    if survey.pulse is not None and survey.pulse <= 6:
        raise RuleRefused(
            N_("They gave {score} of 10. See what went wrong before asking them anything."),
            score=survey.pulse,
        )
    row.ambassador = answer
    unit.record("relocation.ambassador", "relocation_file", file_id, answer=answer)

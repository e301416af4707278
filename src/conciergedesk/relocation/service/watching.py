"""What a coach keeps an eye on: risks and silence; and what time does by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, or_, select

from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.relocation.dates import add_months, add_working_days
from conciergedesk.relocation.due import ACTION_WORKING_DAYS
from conciergedesk.relocation.house import RelocationHouse
from conciergedesk.relocation.plans import Plan, SilenceStep
from conciergedesk.relocation.rules import (
    FileFacts,
    TeleworkCount,
    computed_risks,
)
from conciergedesk.relocation.service.items import take_back
from conciergedesk.relocation.service.papers import telework_counts, thresholds
from conciergedesk.relocation.service.writing import (
    Opened,
    checked_text,
    given,
    open_row,
    open_whole,
    whole,
)
from conciergedesk.relocation.tables import (
    RelocationAction,
    RelocationFile,
    RelocationQuestion,
    RelocationRisk,
    TeleworkDay,
)
from conciergedesk.staff.rules import Right

WATCHED_AT_ONCE = 25
"""Files whose risks one waking-up works out; the next one goes on from there."""
SETTLING_DAYS = 30
"""Days after the arrival during which silence is noticed even when nothing was asked."""


# --- risks ---


def flag_risk(
    unit: Unit,
    house: RelocationHouse,
    file_id: int,
    code: str = "",
    *,
    label: str = "",
    action: str = "",
    severity: str = "",
    review_on: date | None = None,
    owner_id: int | None = None,
) -> int:
    """Flag a risk that the plan knows by ``code``, or one in the coach's own words.

    Raises:
        InvalidInput: naming ``code``, ``label``, ``severity`` or ``review_on``.
    """
    unit.require(Right.COACH_FILES)
    row = open_row(unit, file_id)
    plan = house.plan(unit.session, row.plan_id, row.plan_version)
    known = plan.risks.get(code)
    if code and known is None:
        raise InvalidInput(
            N_("There is no risk “{name}” in this plan."), field="code", name=clean_line(code, 40)
        )
    label = clean_line(label, 120)
    if known is None and not label:
        raise InvalidInput(N_("Say what the risk is."), field="label")
    severity = severity or (known.severity if known is not None else "amber")
    if severity not in ("red", "amber"):
        raise InvalidInput(N_("A risk is red or amber."), field="severity")
    action = clean_line(action, 200)
    checked_text(house, f"{label} {action}".strip())
    today = house.today(unit.now)
    days = known.review_days if known is not None else 7
    review = review_on or today + timedelta(days=days)
    if review < today:
        raise InvalidInput(N_("That day is over. Give one that is still to come."), field="review_on")
    if code and _open_risk(unit.session, file_id, code) is not None:
        raise RuleRefused(N_("This risk is already flagged. Change its action or its review day."))
    return _flag(unit, row, code, label, severity, action, owner_id or row.coach_id, today, review)


def _flag(
    unit: Unit,
    row: RelocationFile,
    code: str,
    label: str,
    severity: str,
    action: str,
    owner_id: int,
    today: date,
    review: date,
) -> int:
    assert row.id is not None
    risk = unit.add(
        RelocationRisk(
            file_id=row.id,
            code=code,
            label=label,
            severity=severity,
            action=action,
            owner_id=owner_id,
            opened_on=today,
            review_on=review,
        )
    )
    assert risk.id is not None
    unit.record("relocation.risk_flagged", "relocation_risk", risk.id, code=code, file=row.id)
    return risk.id


def _open_risk(session: Session, file_id: int, code: str) -> RelocationRisk | None:
    return session.exec(
        select(RelocationRisk).where(
            RelocationRisk.file_id == file_id, RelocationRisk.code == code, col(RelocationRisk.is_open)
        )
    ).first()


def review_risk(
    unit: Unit,
    house: RelocationHouse,
    risk_id: int,
    *,
    review_on: date,
    action: str | None = None,
    owner_id: int | None = None,
) -> None:
    """Look at a risk again: what is done about it, by whom, and when next."""
    unit.require(Right.COACH_FILES)
    risk = unit.load(RelocationRisk, risk_id)
    open_row(unit, risk.file_id)
    if review_on < house.today(unit.now):
        raise InvalidInput(N_("That day is over. Give one that is still to come."), field="review_on")
    risk.review_on = review_on
    if action is not None:
        checked_text(house, clean_line(action, 200))
        risk.action = clean_line(action, 200)
    risk.owner_id = owner_id or risk.owner_id
    unit.record(
        "relocation.risk_reviewed", "relocation_risk", risk_id, review_on=review_on, file=risk.file_id
    )


def clear_risk(unit: Unit, house: RelocationHouse, risk_id: int, *, outcome: str = "") -> None:
    """Say that a risk is over. A computed one that still stands cannot be cleared by hand.

    Raises:
        RuleRefused: the plan still sees it.
    """
    unit.require(Right.COACH_FILES)
    risk = unit.load(RelocationRisk, risk_id)
    opened = open_whole(unit, house, risk.file_id)
    if risk.code in risks_now(unit.session, house, opened, house.today(unit.now)):
        raise RuleRefused(N_("The plan still sees this risk. Do what it is about; it then goes by itself."))
    _clear(unit, house, risk, clean_line(outcome, 200))


def _clear(unit: Unit, house: RelocationHouse, risk: RelocationRisk, outcome: str) -> None:
    assert risk.id is not None
    risk.is_open, risk.cleared_on, risk.outcome = False, house.today(unit.now), outcome
    unit.record("relocation.risk_cleared", "relocation_risk", risk.id, code=risk.code, file=risk.file_id)


def risks_now(session: Session, house: RelocationHouse, opened: Opened, today: date) -> tuple[str, ...]:
    """Ids of the computed risks that stand today."""
    open_actions = session.exec(
        select(RelocationAction.id).where(
            RelocationAction.file_id == opened.id,
            col(RelocationAction.is_open),
            col(RelocationAction.cause).in_(("pulse", "answer")),
        )
    ).first()
    first_asked = session.exec(
        pick(RelocationQuestion.asked_on)
        .where(RelocationQuestion.file_id == opened.id, col(RelocationQuestion.is_open))
        .order_by(col(RelocationQuestion.asked_on))
        .limit(1)
    ).first()
    asked = first_asked[0] if first_asked is not None else None
    heard = opened.row.heard_on
    counts = telework_counts(session, house, opened.row, today)
    nearest = max(counts, key=lambda one: one.used / one.limit, default=None)
    facts = FileFacts(
        opened.profile,
        opened.anchors,
        last_answer_on=heard,
        asked_on=asked,
        telework_used=nearest.used if nearest is not None else None,
        telework_limit=nearest.limit if nearest is not None else None,
        low_pulse=open_actions is not None,
    )
    found = list(computed_risks(opened.planned, facts, today, opened.plan.silence_flag_days))
    settling = today <= opened.row.arrival + timedelta(days=SETTLING_DAYS)
    silent = heard is not None and (today - heard).days >= opened.plan.silence_flag_days
    # Nobody has asked anything, and that is the silence: it counts from the household's last word.
    if asked is None and settling and silent:
        found.append("silence_14d")
    return tuple(dict.fromkeys(found))


def watch_file(unit: Unit, house: RelocationHouse, row: RelocationFile) -> int:
    """Flag the computed risks that have come to stand and clear those that no longer do. Answers how many changed."""
    opened = whole(unit.session, house, row)
    today = house.today(unit.now)
    stand = set(risks_now(unit.session, house, opened, today))
    flagged = {
        one.code: one
        for one in unit.session.exec(
            select(RelocationRisk).where(RelocationRisk.file_id == opened.id, col(RelocationRisk.is_open))
        )
    }
    changed = 0
    for code, risk in opened.plan.risks.items():
        if not risk.computed:
            continue
        if code in stand and code not in flagged:
            _flag(unit, row, code, "", risk.severity, "", row.coach_id, today,
                  today + timedelta(days=risk.review_days))  # fmt: skip
            changed += 1
        elif code not in stand and code in flagged:
            _clear(unit, house, flagged[code], "")
            changed += 1
    row.watched_on = today
    return changed


def watch(unit: Unit, house: RelocationHouse, file_id: int) -> int:
    """Work out the risks of one file now, after something changed in it."""
    return watch_file(unit, house, open_row(unit, file_id))


# --- telework ---


def note_telework(
    unit: Unit, house: RelocationHouse, file_id: int, days: Iterable[date], *, who: str = ""
) -> tuple[TeleworkCount, ...]:
    """Note days worked at home as the person says; a day noted twice is one day. Answers the counts.

    Raises:
        InvalidInput: a day that has not come, or a file without work across the border.
    """
    unit.require(Right.COACH_FILES)
    row = open_row(unit, file_id)
    if not thresholds(house, row):
        raise InvalidInput(
            N_("Nothing is counted for work in France. Set the work country first."), field="work_country"
        )
    today, name = house.today(unit.now), clean_line(who, 80)
    known = {
        day
        for (day,) in unit.session.exec(
            pick(TeleworkDay.day).where(TeleworkDay.file_id == file_id, TeleworkDay.who == name)
        )
    }
    for day in sorted(set(days) - known):
        if day > today:
            raise InvalidInput(N_("This day has not come yet. Give the day it was done."), field="days")
        unit.session.add(TeleworkDay(file_id=file_id, who=name, day=day))
    unit.session.flush()
    unit.record("relocation.telework_noted", "relocation_file", file_id)
    watch_file(unit, house, row)
    return telework_counts(unit.session, house, row, today)


# --- silence ---


def ask(
    unit: Unit,
    house: RelocationHouse,
    file_id: int,
    whom: str,
    about: str,
    *,
    item_id: int | None = None,
    asked_on: date | None = None,
) -> int:
    """Note that the family, the employer or a provider was asked; the ladder of reminders begins.

    Raises:
        InvalidInput: naming ``whom`` or ``about``.
    """
    unit.require(Right.COACH_FILES)
    row = open_row(unit, file_id)
    if whom not in ("FA", "EM", "PR"):
        raise InvalidInput(N_("Say who was asked: FA, EM or PR."), field="whom")
    about = given(about, "about", N_("Say what was asked."))
    checked_text(house, about)
    plan = house.plan(unit.session, row.plan_id, row.plan_version)
    day = asked_on or house.today(unit.now)
    question = unit.add(
        RelocationQuestion(
            file_id=file_id,
            item_id=item_id,
            whom=whom,
            about=about,
            asked_on=day,
            rung=1,
            next_on=_rung_day(plan, day, 1),
        )
    )
    assert question.id is not None
    unit.record("relocation.asked", "relocation_question", question.id, whom=whom, file=file_id)
    return question.id


def _rung_day(plan: Plan, asked_on: date, rung: int) -> date | None:
    return asked_on + timedelta(days=plan.silence[rung].day) if rung < len(plan.silence) else None


def remind(unit: Unit, house: RelocationHouse, question_id: int) -> SilenceStep:
    """Note that the rung of today was climbed; answers what it was. The last one opens an action for the supervisor.

    Raises:
        RuleRefused: there was an answer, or the supervisor knows already.
    """
    unit.require(Right.COACH_FILES)
    question = unit.load(RelocationQuestion, question_id)
    row = open_row(unit, question.file_id)
    if not question.is_open:
        raise RuleRefused(N_("There was an answer to this. Ask anew if something is missing."))
    plan = house.plan(unit.session, row.plan_id, row.plan_version)
    return _climb(unit, house, question, plan)


def _climb(unit: Unit, house: RelocationHouse, question: RelocationQuestion, plan: Plan) -> SilenceStep:
    assert question.id is not None
    if question.rung >= len(plan.silence):
        raise RuleRefused(N_("The supervisor was told already. Wait for what they decide."))
    step = plan.silence[question.rung]
    question.rung += 1
    question.next_on = _rung_day(plan, question.asked_on, question.rung)
    if step.to == "supervisor":
        today = house.today(unit.now)
        action = unit.add(
            RelocationAction(
                file_id=question.file_id,
                cause="silence",
                question=question.whom,
                opened_at=unit.now,
                due=add_working_days(today, ACTION_WORKING_DAYS, house.is_working),
            )
        )
        assert action.id is not None
        unit.record(
            "relocation.action_opened", "relocation_action", action.id, cause="silence", file=question.file_id
        )
    unit.record(
        "relocation.reminded", "relocation_question", question.id, rung=question.rung, step=step.act,
        file=question.file_id,
    )  # fmt: skip
    return step


def answered(unit: Unit, house: RelocationHouse, question_id: int, *, on: date | None = None) -> None:
    """They have answered: the ladder ends."""
    unit.require(Right.COACH_FILES)
    question = unit.load(RelocationQuestion, question_id)
    row = open_row(unit, question.file_id)
    _answer(unit, row, question, on or house.today(unit.now))


def _answer(unit: Unit, row: RelocationFile, question: RelocationQuestion, day: date) -> None:
    assert question.id is not None
    question.is_open, question.answered_on, question.next_on = False, day, None
    if question.whom == "FA":
        row.heard_on = max(day, row.heard_on or day)
    unit.record("relocation.answered", "relocation_question", question.id, file=question.file_id)


def end_silence(unit: Unit, row: RelocationFile, whom: str, day: date) -> None:
    """Whoever was asked has spoken: every ladder towards them ends."""
    for question in unit.session.exec(
        select(RelocationQuestion).where(
            RelocationQuestion.file_id == row.id,
            RelocationQuestion.whom == whom,
            col(RelocationQuestion.is_open),
        )
    ).all():
        _answer(unit, row, question, day)


# --- time ---


@dataclass(frozen=True, slots=True)
class TimeDid:
    """What a waking-up wrote down."""

    came_back: int = 0
    escalated: int = 0
    watched: int = 0

    def __bool__(self) -> bool:
        return bool(self.came_back or self.escalated or self.watched)


def note_what_time_did(unit: Unit, house: RelocationHouse) -> TimeDid:
    """Bring items back from the desk, tell the supervisor of silences, and work out risks once a day per file.

    Any desk may do it, any number of times; one call does a limited amount, so that nobody waits for it.
    """
    today = house.today(unit.now)
    back = take_back(unit, house)
    escalated = 0
    late = unit.session.exec(
        select(RelocationQuestion, RelocationFile)
        .join(RelocationFile, col(RelocationFile.id) == RelocationQuestion.file_id)
        .where(
            col(RelocationQuestion.is_open),
            col(RelocationFile.is_open),
            col(RelocationQuestion.next_on) <= today,
        )
        .limit(50)
    ).all()
    for question, row in late:
        plan = house.plan(unit.session, row.plan_id, row.plan_version)
        if question.rung < len(plan.silence) and plan.silence[question.rung].to == "supervisor":
            _climb(unit, house, question, plan)
            escalated += 1
    files = unit.session.exec(
        select(RelocationFile)
        .where(
            col(RelocationFile.is_open),
            or_(col(RelocationFile.watched_on).is_(None), col(RelocationFile.watched_on) < today),
        )
        .limit(WATCHED_AT_ONCE)
    ).all()
    for row in files:
        watch_file(unit, house, row)
    return TimeDid(back, escalated, len(files))


def shorten_after(row: RelocationFile, months_refused: int, months_closed: int) -> date | None:
    """The day on which a file that is over is shortened; None while it is open."""
    if row.closed_on is None:
        return None
    return add_months(row.closed_on, months_refused if row.state == "declined" else months_closed)

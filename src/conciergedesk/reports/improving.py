"""Keeping the register of improvement: those who know gather and propose, those who lead decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_block, clean_line
from conciergedesk.reports.definitions import BY_CODE
from conciergedesk.reports.improvement import (
    FactCard,
    Nature,
    ObjectiveDraft,
    Verdict,
    action_score,
    require_smart,
)
from conciergedesk.reports.measures import Measure
from conciergedesk.reports.reporting import Report
from conciergedesk.reports.tables import (
    ImprovementAction,
    ImprovementFact,
    ImprovementMandate,
    ImprovementObjective,
    ImprovementReview,
)
from conciergedesk.reports.words import measure_text, spoken, under_target
from conciergedesk.staff.rules import Right
from conciergedesk.staff.tables import Agent


@dataclass(frozen=True, slots=True)
class MandateCard:
    """A commission: who asks, since when, which question."""

    id: int
    title: str
    asked_by: str
    asked_on: date
    question: str
    target_on: date | None


@dataclass(frozen=True, slots=True)
class ActionCard:
    """An action with its score and what its reviews said, newest first."""

    id: int
    objective_id: int
    text: str
    owner: str
    due_on: date
    indicator: str
    target: str
    state: str
    score: float
    result: str = ""
    reviews: tuple[tuple[datetime, str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectiveCard:
    """An objective with its actions, the most urgent first by score."""

    id: int
    text: str
    indicator: str
    figure: str
    start_value: float | None
    target_value: float
    unit: str
    due_on: date
    owner: str
    decided_by: str
    actions: tuple[ActionCard, ...] = ()


def open_mandate(
    unit: Unit,
    *,
    title: str,
    asked_by: str,
    question: str,
    target_on: date | None = None,
    strategy: str = "",
) -> int:
    """Write down the commission: who asks, when, and which question. It comes before facts are gathered."""
    unit.require(Right.IMPROVE)
    if not clean_line(title):
        raise InvalidInput(N_("Give the mandate a title."), field="title")
    if not clean_line(asked_by) or not clean_block(question).strip():
        raise InvalidInput(N_("Write down who asks, and the question."), field="question")
    row = unit.add(
        ImprovementMandate(
            title=clean_line(title, 120),
            asked_by=clean_line(asked_by, 120),
            asked_on=unit.now.date(),
            question=clean_block(question, 2_000),
            target_on=target_on,
            strategy=clean_line(strategy, 200),
        )
    )
    assert row.id is not None
    unit.record("improvement.mandated", "improvement_mandate", row.id)
    return row.id


def note_fact(
    unit: Unit,
    *,
    text: str,
    nature: str,
    favourable: bool,
    internal: bool,
    theme: str = "",
    impact: str = "",
    mandate_id: int | None = None,
    figure: str = "",
    value: float | None = None,
    measured: str = "",
) -> int:
    """Note a fact with its nature; where it stands in the matrix follows."""
    unit.require(Right.IMPROVE)
    text = clean_line(text, 300)
    if not any(char.isalnum() for char in text):
        raise InvalidInput(N_("Write the fact."), field="text")
    if nature not in set(Nature):
        raise InvalidInput(
            N_("Choose the nature: financial, human, technical, governance or market."), field="nature"
        )
    row = unit.add(
        ImprovementFact(
            mandate_id=mandate_id,
            noted_at=unit.now,
            author=unit.actor.name,
            text=text,
            theme=clean_line(theme, 60),
            nature=nature,
            favourable=favourable,
            internal=internal,
            impact=clean_line(impact, 200),
            figure=figure,
            value=value,
            measured=clean_line(measured, 60),
        )
    )
    assert row.id is not None
    unit.record("improvement.fact_noted", "improvement_fact", row.id)
    return row.id


def drop_fact(unit: Unit, fact_id: int) -> None:
    """Take a fact out of the matrix; it stays in the journal."""
    unit.require(Right.IMPROVE)
    row = unit.load(ImprovementFact, fact_id)
    row.dropped_at = unit.now
    unit.record("improvement.fact_dropped", "improvement_fact", fact_id)


def facts_from_report(
    unit: Unit, report: Report, *, mandate_id: int | None = None, language: str = "fr"
) -> list[int]:
    """Note what the desk's own figures say: each figure with a target becomes a fact, inside, with its value.

    The same figure of the same period is noted once; what it said before is put aside.
    """
    unit.require(Right.IMPROVE)
    measured = report.period.title(language)
    for row in unit.session.exec(
        select(ImprovementFact).where(
            ImprovementFact.measured == measured, col(ImprovementFact.dropped_at).is_(None)
        )
    ).all():
        row.dropped_at = unit.now
    made = []
    for figure in report.figures:
        definition = BY_CODE[figure.code]
        main: Measure | None = figure.main
        if (
            definition.target is None
            or not figure.available
            or main is None
            or main.value is None
            or main.few
        ):
            continue
        text = f"{spoken(definition.title, language)} : {measure_text(main, language)}"
        made.append(
            note_fact(
                unit,
                text=text,
                theme=spoken(definition.title, language),
                nature=Nature.TECHNICAL,
                favourable=not under_target(figure),
                internal=True,
                mandate_id=mandate_id,
                figure=figure.code,
                value=round(main.value, 2),
                measured=measured,
            )
        )
    return made


def set_objective(
    unit: Unit, draft: ObjectiveDraft, *, mandate_id: int | None = None, figure: str = "", unit_name: str = ""
) -> int:
    """Keep a SMART objective. Raises as ``require_smart``."""
    unit.require(Right.IMPROVE)
    require_smart(draft, unit.now.date())
    assert draft.target_value is not None and draft.due_on is not None and draft.owner_id is not None
    unit.load(Agent, draft.owner_id)
    row = unit.add(
        ImprovementObjective(
            mandate_id=mandate_id,
            text=clean_line(draft.text, 300),
            indicator=clean_line(draft.indicator, 120),
            figure=figure if figure in BY_CODE else "",
            start_value=draft.start_value,
            target_value=draft.target_value,
            unit=clean_line(unit_name, 20),
            due_on=draft.due_on,
            owner_id=draft.owner_id,
            means_reason=clean_line(draft.means_reason, 200),
        )
    )
    assert row.id is not None
    unit.record("improvement.objective_set", "improvement_objective", row.id, reason=row.means_reason)
    return row.id


def decide(unit: Unit, objective_id: int) -> None:
    """Those who lead choose the objective: written down with their name."""
    unit.require(Right.MANAGE_STAFF)
    row = unit.load(ImprovementObjective, objective_id)
    row.decided_by, row.decided_at = unit.actor.name, unit.now
    unit.record("improvement.decided", "improvement_objective", objective_id)


def plan_action(
    unit: Unit,
    objective_id: int,
    *,
    text: str,
    owner_id: int,
    due_on: date,
    indicator: str = "",
    target: str = "",
    resources: str = "",
    cost_cents: int | None = None,
    cost: int = 3,
    complexity: int = 3,
    duration: int = 3,
    contribution: int = 3,
    tags: str = "",
) -> int:
    """Plan an action for an objective."""
    unit.require(Right.IMPROVE)
    unit.load(ImprovementObjective, objective_id)
    unit.load(Agent, owner_id)
    text = clean_line(text, 300)
    if not any(char.isalpha() for char in text):
        raise InvalidInput(N_("Write the action."), field="text")
    action_score(cost=cost, complexity=complexity, duration=duration, contribution=contribution)
    row = unit.add(
        ImprovementAction(
            objective_id=objective_id, text=text, owner_id=owner_id, due_on=due_on,
            indicator=clean_line(indicator, 120), target=clean_line(target, 120),
            resources=clean_line(resources, 200), cost_cents=cost_cents, cost=cost,
            complexity=complexity, duration=duration, contribution=contribution, tags=clean_line(tags, 120),
        )
    )  # fmt: skip
    assert row.id is not None
    unit.record("improvement.action_planned", "improvement_action", row.id)
    return row.id


def review(
    unit: Unit, action_id: int, verdict: str, *, reason: str, due_on: date | None = None, result: str = ""
) -> int:
    """Look at an action: kept, adjusted (perhaps with another deadline) or dropped, always with a reason."""
    unit.require(Right.IMPROVE)
    row = unit.load(ImprovementAction, action_id)
    if verdict not in set(Verdict):
        raise InvalidInput(N_("Choose kept, adjusted or dropped."), field="verdict")
    reason = clean_line(reason, 300)
    if not reason:
        raise InvalidInput(N_("Say why."), field="reason")
    if row.state in ("done", "dropped"):
        raise RuleRefused(N_("This action is over."))
    if verdict == Verdict.DROPPED:
        row.state = "dropped"
    elif row.state == "planned":
        row.state = "running"
    if due_on is not None and verdict == Verdict.ADJUSTED:
        row.due_on = due_on
    if result:
        row.result = clean_line(result, 300)
    line = unit.add(
        ImprovementReview(
            action_id=action_id, at=unit.now, author=unit.actor.name, verdict=verdict, reason=reason
        )
    )
    assert line.id is not None
    unit.record("improvement.reviewed", "improvement_action", action_id, reason=reason, verdict=verdict)
    return line.id


def finish_action(unit: Unit, action_id: int, *, result: str) -> None:
    """The action is done; says what came of it."""
    unit.require(Right.IMPROVE)
    row = unit.load(ImprovementAction, action_id)
    if row.state in ("done", "dropped"):
        raise RuleRefused(N_("This action is over."))
    row.result = clean_line(result, 300)
    if not row.result:
        raise InvalidInput(N_("Say what came of it."), field="result")
    row.state = "done"
    unit.record("improvement.action_done", "improvement_action", action_id)


def mandates(session: Session) -> list[MandateCard]:
    """Commissions that are open, the newest first."""
    query = (
        pick(
            ImprovementMandate.id, ImprovementMandate.title, ImprovementMandate.asked_by,
            ImprovementMandate.asked_on, ImprovementMandate.question, ImprovementMandate.target_on,
        )
        .where(col(ImprovementMandate.closed_on).is_(None))
        .order_by(col(ImprovementMandate.id).desc())
    )  # fmt: skip
    return [MandateCard(*row) for row in session.exec(query)]


def facts(session: Session, mandate_id: int | None = None) -> list[FactCard]:
    """Facts of the register, oldest first."""
    query = (
        pick(
            ImprovementFact.id, ImprovementFact.text, ImprovementFact.theme, ImprovementFact.nature,
            ImprovementFact.favourable, ImprovementFact.internal, ImprovementFact.impact, ImprovementFact.figure,
            ImprovementFact.value, ImprovementFact.measured,
        )
        .where(col(ImprovementFact.dropped_at).is_(None))
        .order_by(col(ImprovementFact.id))
    )  # fmt: skip
    if mandate_id is not None:
        query = query.where(ImprovementFact.mandate_id == mandate_id)
    return [FactCard(*row) for row in session.exec(query)]


def objectives(session: Session) -> list[ObjectiveCard]:
    """Objectives by deadline, each with its actions by score."""
    names = {i: name for i, name in session.exec(pick(Agent.id, Agent.first_name))}
    reviews: dict[int, list[tuple[datetime, str, str, str]]] = {}
    for one in session.exec(select(ImprovementReview).order_by(col(ImprovementReview.id).desc())):
        reviews.setdefault(one.action_id, []).append((one.at, one.author, one.verdict, one.reason))
    actions: dict[int, list[ActionCard]] = {}
    for row in session.exec(select(ImprovementAction)):
        score = action_score(
            cost=row.cost, complexity=row.complexity, duration=row.duration, contribution=row.contribution
        )
        assert row.id is not None
        actions.setdefault(row.objective_id, []).append(
            ActionCard(
                row.id, row.objective_id, row.text, names.get(row.owner_id, ""), row.due_on, row.indicator, row.target,
                row.state, score, row.result, tuple(reviews.get(row.id, ())),
            )
        )  # fmt: skip
    found = []
    for aim in session.exec(select(ImprovementObjective).order_by(col(ImprovementObjective.due_on))):
        assert aim.id is not None
        mine: Sequence[ActionCard] = sorted(actions.get(aim.id, ()), key=lambda one: (-one.score, one.due_on))
        found.append(
            ObjectiveCard(
                aim.id, aim.text, aim.indicator, aim.figure, aim.start_value, aim.target_value, aim.unit, aim.due_on,
                names.get(aim.owner_id, ""), aim.decided_by, tuple(mine),
            )
        )  # fmt: skip
    return found

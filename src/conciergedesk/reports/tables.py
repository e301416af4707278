"""Call logs, scores, saved reports, and the register of improvement."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from conciergedesk.core.db.types import block, document, key, line, link


class CallImport(SQLModel, table=True):
    """One file of the telephone system that was read."""

    __tablename__ = "call_import"

    id: int | None = key()
    name: str = line(limit=120)
    digest: str = line(limit=64, unique=True)
    at: datetime
    rows: int = 0
    skipped: int = 0
    undone_at: datetime | None = None
    version: int = 1


class CallRecord(SQLModel, table=True):
    """One call or chat offered on a line, as the telephone system counted it."""

    __tablename__ = "call_record"
    __table_args__ = (
        CheckConstraint("wait_s >= 0 AND talk_s >= 0 AND wrap_s >= 0", name="ck_call_record_seconds"),
        UniqueConstraint("line", "external_id", name="uq_call_record"),
        Index("ix_call_record_at", "at"),
        {"info": {"unjournaled": True}},
    )

    id: int | None = key()
    import_id: int = link("call_import.id")
    external_id: str = line(limit=60)
    line: str = line(limit=20)
    at: datetime
    wait_s: float = 0.0
    answered: bool = False
    talk_s: float = 0.0
    wrap_s: float = 0.0


class Score(SQLModel, table=True):
    """One answered survey. ``heard`` means that an agent wrote down what was said by telephone."""

    __tablename__ = "score"
    __table_args__ = (
        CheckConstraint("kind IN ('csat','nps')", name="ck_score_kind"),
        CheckConstraint(
            "(kind = 'csat' AND score BETWEEN 1 AND 5) OR (kind = 'nps' AND score BETWEEN 0 AND 10)",
            name="ck_score_range",
        ),
        Index("ix_score_at", "kind", "at"),
    )

    id: int | None = key()
    kind: str = line("csat", limit=4)
    subject_kind: str = line("request", limit=30)
    subject_id: int
    score: int
    at: datetime
    heard: bool = False
    own: bool = False
    by_id: int | None = link("agent.id", optional=True, index=False)
    version: int = 1


class SavedReport(SQLModel, table=True):
    """A report somebody comes back to: its period, filters and figures, and when it is written by itself.

    ``at_minute`` is the local minute of the day at which it is written, None when only on demand.
    """

    __tablename__ = "saved_report"
    __table_args__ = (
        CheckConstraint("period IN ('shift','day','week','month')", name="ck_saved_report_period"),
        CheckConstraint("at_minute IS NULL OR at_minute BETWEEN 0 AND 1439", name="ck_saved_report_minute"),
    )

    id: int | None = key()
    name: str = line(limit=60)
    agent_id: int | None = link("agent.id", optional=True)
    period: str = line("day", limit=6)
    filters: dict[str, Any] = document()
    figures: list[Any] = document()
    language: str = line("fr", limit=2)
    formats: str = line("txt", limit=40)
    at_minute: int | None = None
    folder: str = line(limit=200)
    mail_to: str = line(limit=200)
    last_day: date | None = None
    last_at: datetime | None = None
    last_problem: str = line(limit=300)
    version: int = 1


# --- improvement ---


class ImprovementMandate(SQLModel, table=True):
    """The written commission under which facts are gathered: who asks, when, which question."""

    __tablename__ = "improvement_mandate"

    id: int | None = key()
    title: str = line(limit=120)
    asked_by: str = line(limit=120)
    asked_on: date
    question: str = block()
    target_on: date | None = None
    strategy: str = line(limit=200)
    closed_on: date | None = None
    version: int = 1


class ImprovementFact(SQLModel, table=True):
    """A fact: its nature, whether it helps, whether it lies inside; its cell of the matrix follows from that."""

    __tablename__ = "improvement_fact"
    __table_args__ = (
        CheckConstraint(
            "nature IN ('financial','human','technical','governance','market')",
            name="ck_improvement_fact_nature",
        ),
    )

    id: int | None = key()
    mandate_id: int | None = link("improvement_mandate.id", optional=True)
    noted_at: datetime
    author: str = line(limit=80)
    text: str = line(limit=300)
    theme: str = line(limit=60)
    nature: str = line("technical", limit=12)
    favourable: bool = True
    internal: bool = True
    impact: str = line(limit=200)
    figure: str = line(limit=8)
    value: float | None = None
    measured: str = line(limit=60)
    dropped_at: datetime | None = None
    version: int = 1


class ImprovementObjective(SQLModel, table=True):
    """A SMART objective: indicator, target value, deadline, owner."""

    __tablename__ = "improvement_objective"

    id: int | None = key()
    mandate_id: int | None = link("improvement_mandate.id", optional=True)
    text: str = line(limit=300)
    indicator: str = line(limit=120)
    figure: str = line(limit=8)
    start_value: float | None = None
    target_value: float
    unit: str = line(limit=20)
    due_on: date
    owner_id: int = link("agent.id")
    decided_by: str = line(limit=80)
    decided_at: datetime | None = None
    means_reason: str = line(limit=200)
    closed_at: datetime | None = None
    version: int = 1


class ImprovementAction(SQLModel, table=True):
    """What is done for an objective; ``score`` follows from cost, complexity, time and contribution (1 to 5)."""

    __tablename__ = "improvement_action"
    __table_args__ = (
        CheckConstraint(
            "cost BETWEEN 1 AND 5 AND complexity BETWEEN 1 AND 5 AND duration BETWEEN 1 AND 5 "
            "AND contribution BETWEEN 1 AND 5",
            name="ck_improvement_action_score",
        ),
        CheckConstraint(
            "state IN ('planned','running','done','dropped')", name="ck_improvement_action_state"
        ),
    )

    id: int | None = key()
    objective_id: int = link("improvement_objective.id")
    text: str = line(limit=300)
    owner_id: int = link("agent.id")
    due_on: date
    indicator: str = line(limit=120)
    target: str = line(limit=120)
    resources: str = line(limit=200)
    cost_cents: int | None = None
    cost: int = 3
    complexity: int = 3
    duration: int = 3
    contribution: int = 3
    tags: str = line(limit=120)
    state: str = line("planned", limit=8)
    result: str = line(limit=300)
    version: int = 1


class ImprovementReview(SQLModel, table=True):
    """A look at an action: kept, adjusted or dropped, with the reason. Appended, never changed."""

    __tablename__ = "improvement_review"
    __table_args__ = (
        CheckConstraint("verdict IN ('kept','adjusted','dropped')", name="ck_improvement_review_verdict"),
    )

    id: int | None = key()
    action_id: int = link("improvement_action.id")
    at: datetime
    author: str = line(limit=80)
    verdict: str = line("kept", limit=8)
    reason: str = line(limit=300)

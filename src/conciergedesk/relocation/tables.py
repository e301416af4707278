"""Relocation files and what hangs on them: members, dated items, contacts, documents, risks, programmes.

Ages, never birth dates; documents are seen, never stored; free text follows the rule of notes.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from conciergedesk.core.db.types import block, document, key, line, link

_OPEN = text("is_open")


class RelocationPlan(SQLModel, table=True):
    """The text of one version of a plan, kept because open files still read it."""

    __tablename__ = "relocation_plan"
    # Undoing the opening of one file must not take the text from the files opened since.
    __table_args__ = (
        UniqueConstraint("plan_id", "plan_version", name="uq_relocation_plan"),
        {"info": {"unjournaled": True}},
    )

    id: int | None = key()
    plan_id: str = line(limit=60)
    plan_version: str = line(limit=12)
    text: str = block()
    published_at: datetime | None = None
    published_by_id: int | None = link("agent.id", optional=True, index=False)
    version: int = 1


class RelocationFile(SQLModel, table=True):
    """One household that settles (*dossier d'installation*).

    Attributes:
        facts: what the plan's conditions ask beside the members, by the names of ``plans.Profile``.
        anchors: events with a day of their own, by ``dates.Anchor``; the arrival is ``arrival``.
        granted: services of the package bought, by service.
        next_due: the earliest day of an open item, kept so that a portfolio is one read.
    """

    __tablename__ = "relocation_file"
    __table_args__ = (
        CheckConstraint("state IN ('open','closed','declined')", name="ck_relocation_file_state"),
        CheckConstraint("language IN ('fr','en','de')", name="ck_relocation_file_language"),
        Index("ix_relocation_file_open", "coach_id", "next_due", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int | None = key()
    household: str = line(limit=120)
    person_id: int | None = link("person.id", optional=True)
    household_id: int | None = link("household.id", optional=True)
    employer_id: int | None = link("organisation.id", optional=True)
    employer_contact_id: int | None = link("person.id", optional=True, index=False)
    coach_id: int = link("agent.id")
    backup_id: int | None = link("agent.id", optional=True)
    language: str = line("fr", limit=2)
    package: str = line(limit=40)
    plan_id: str = line(limit=60)
    plan_version: str = line(limit=12)
    state: str = line("open", limit=10)
    is_open: bool = True
    stage: str = line("R4", limit=10)
    stage_since: date
    opened_on: date
    arrival: date
    anchors: dict[str, Any] = document()
    facts: dict[str, Any] = document()
    granted: dict[str, Any] = document()
    from_place: str = line(limit=80)
    work_place: str = line(limit=80)
    confidential: bool = False
    may_tell_employer: bool = False
    next_due: date | None = None
    next_item: str = line(limit=10)
    heard_on: date | None = None
    watched_on: date | None = None
    closed_on: date | None = None
    outcome: str = line(limit=40)
    decided_on: date | None = None
    ambassador: str = line(limit=10)
    shortened_at: datetime | None = None
    version: int = 1


class RelocationMember(SQLModel, table=True):
    """Somebody of the household: an adult, a child with an age, a pet."""

    __tablename__ = "relocation_member"
    __table_args__ = (
        CheckConstraint("role IN ('adult','partner','child','pet')", name="ck_relocation_member_role"),
        CheckConstraint(
            "(role = 'child') = (age IS NOT NULL) AND (age IS NULL OR age BETWEEN 0 AND 17)",
            name="ck_relocation_member_age",
        ),
    )

    id: int | None = key()
    file_id: int = link("relocation_file.id")
    name: str = line(limit=80)
    role: str = line("adult", limit=10)
    age: int | None = None
    about: str = line(limit=80)
    """School level of a child, species of a pet."""
    version: int = 1


class RelocationItem(SQLModel, table=True):
    """One thing to do for one household. ``code`` is that of the plan, or ``X…`` for one of the file's own."""

    __tablename__ = "relocation_item"
    __table_args__ = (
        UniqueConstraint("file_id", "code", name="uq_relocation_item"),
        CheckConstraint(
            "state IN ('to_do','in_progress','waiting','done','not_applicable')",
            name="ck_relocation_item_state",
        ),
        CheckConstraint("(state = 'done') = (done_on IS NOT NULL)", name="ck_relocation_item_done"),
        Index("ix_relocation_item_due", "due", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_relocation_item_legal", "legal", "due"),
    )

    id: int | None = key()
    file_id: int = link("relocation_file.id", index=False)
    code: str = line(limit=10)
    place: int = 0
    label: str = line(limit=120)
    stage: str = line(limit=10)
    owner: str = line("CO", limit=2)
    who: str = line(limit=80)
    state: str = line("to_do", limit=20)
    is_open: bool = True
    legal: bool = False
    anchor: str = line("d0", limit=20)
    due: date | None = None
    start: date | None = None
    aim: date | None = None
    done_on: date | None = None
    by_hand: bool = False
    to_confirm: bool = False
    children: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    blocked_by: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    evidence: str = line(limit=200)
    reason: str = line(limit=200)
    waiting_for: str = line(limit=80)
    request_id: int | None = link("request.id", optional=True)
    version: int = 1


class RelocationFollowUp(SQLModel, table=True):
    """A contact after the move, or a pulse taken in between (``code`` *pulse*)."""

    __tablename__ = "relocation_followup"
    __table_args__ = (
        Index("ix_relocation_followup_due", "due", sqlite_where=_OPEN, postgresql_where=_OPEN),
        CheckConstraint("is_open = (done_on IS NULL)", name="ck_relocation_followup_done"),
    )

    id: int | None = key()
    file_id: int = link("relocation_file.id")
    code: str = line(limit=20)
    due: date
    is_open: bool = True
    done_on: date | None = None
    by_id: int | None = link("agent.id", optional=True, index=False)
    pulse: int | None = None
    scores: dict[str, Any] = document()
    words: str = block()
    version: int = 1


class RelocationAction(SQLModel, table=True):
    """Something a supervisor must do: a low score, a bad answer, a silence that went on."""

    __tablename__ = "relocation_action"
    __table_args__ = (
        Index("ix_relocation_action_due", "due", sqlite_where=_OPEN, postgresql_where=_OPEN),
        CheckConstraint("is_open = (done_on IS NULL)", name="ck_relocation_action_done"),
    )

    id: int | None = key()
    file_id: int = link("relocation_file.id")
    cause: str = line(limit=20)
    followup: str = line(limit=20)
    question: str = line(limit=40)
    score: int | None = None
    low: int | None = None
    owner_id: int | None = link("agent.id", optional=True)
    due: date
    is_open: bool = True
    done_on: date | None = None
    outcome: str = line(limit=200)
    opened_at: datetime
    version: int = 1


class RelocationDocument(SQLModel, table=True):
    """A document that was seen: its kind, whose, until when. Never its number, never a copy."""

    __tablename__ = "relocation_document"
    __table_args__ = (
        Index("ix_relocation_document_alert", "alert_on", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int | None = key()
    file_id: int = link("relocation_file.id")
    kind: str = line(limit=120)
    holder: str = line(limit=80)
    kept_by: str = line(limit=80)
    seen_on: date | None = None
    seen_by_id: int | None = link("agent.id", optional=True, index=False)
    issued_on: date | None = None
    expires_on: date | None = None
    rung: int | None = None
    """Days before the expiry at which it comes up next: 90, 30, 7, 0."""
    alert_on: date | None = None
    is_open: bool = True
    version: int = 1


class RelocationRisk(SQLModel, table=True):
    """A risk flag, computed or set by hand, with who does what about it and when it is looked at again."""

    __tablename__ = "relocation_risk"
    __table_args__ = (
        Index("ix_relocation_risk_review", "review_on", sqlite_where=_OPEN, postgresql_where=_OPEN),
        CheckConstraint("severity IN ('red','amber')", name="ck_relocation_risk_severity"),
    )

    id: int | None = key()
    file_id: int = link("relocation_file.id")
    code: str = line(limit=40)
    label: str = line(limit=120)
    severity: str = line("amber", limit=10)
    action: str = line(limit=200)
    owner_id: int | None = link("agent.id", optional=True, index=False)
    opened_on: date
    review_on: date
    is_open: bool = True
    cleared_on: date | None = None
    outcome: str = line(limit=200)
    version: int = 1


class RelocationQuestion(SQLModel, table=True):
    """Something asked of the family, the employer or a provider, and the ladder while nobody answers."""

    __tablename__ = "relocation_question"
    __table_args__ = (
        CheckConstraint("whom IN ('FA','EM','PR')", name="ck_relocation_question_whom"),
        Index("ix_relocation_question_next", "next_on", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int | None = key()
    file_id: int = link("relocation_file.id")
    item_id: int | None = link("relocation_item.id", optional=True)
    whom: str = line("FA", limit=2)
    about: str = line(limit=200)
    asked_on: date
    rung: int = 0
    """How many rungs of the ladder are done."""
    next_on: date | None = None
    is_open: bool = True
    answered_on: date | None = None
    version: int = 1


class RelocationNote(SQLModel, table=True):
    """A line of the file's thread: what was said or done. Never changed; a correction is a new line."""

    __tablename__ = "relocation_note"

    id: int | None = key()
    file_id: int = link("relocation_file.id")
    at: datetime
    author_id: int | None = link("agent.id", optional=True, index=False)
    author: str = line(limit=80)
    kind: str = line("note", limit=20)
    who: str = line(limit=80)
    text: str = block()
    override_reason: str = line(limit=200)


class RelocationNeeds(SQLModel, table=True):
    """The needs interview of one file: stopped at a question, resumed there, complete or not."""

    __tablename__ = "relocation_needs"

    id: int | None = key()
    file_id: int = link("relocation_file.id")
    answers: dict[str, Any] = document()
    started_on: date
    completed_on: date | None = None
    version: int = 1


class TeleworkDay(SQLModel, table=True):
    """A day that somebody of the household worked at home, as they say; a part of a day is a day."""

    __tablename__ = "relocation_telework"
    __table_args__ = (UniqueConstraint("file_id", "who", "day", name="uq_relocation_telework"),)

    id: int | None = key()
    file_id: int = link("relocation_file.id", index=False)
    who: str = line(limit=80)
    day: date


class PackageUse(SQLModel, table=True):
    """A service of the package that was used; one over the package carries its reason."""

    __tablename__ = "relocation_use"
    __table_args__ = (CheckConstraint("amount > 0", name="ck_relocation_use_amount"),)

    id: int | None = key()
    file_id: int = link("relocation_file.id")
    service: str = line(limit=40)
    amount: int = 1
    used_on: date
    request_id: int | None = link("request.id", optional=True, index=False)
    reason: str = line(limit=200)
    by_id: int | None = link("agent.id", optional=True, index=False)


class Programme(SQLModel, table=True):
    """The visit or mini-stay of one household; rivals for one vacancy have one programme each."""

    __tablename__ = "relocation_programme"
    __table_args__ = (
        CheckConstraint("kind IN ('candidate_visit','ministay')", name="ck_relocation_programme_kind"),
        CheckConstraint("state IN ('draft','sent','done','cancelled')", name="ck_relocation_programme_state"),
        CheckConstraint("ends_at >= starts_at", name="ck_relocation_programme_window"),
    )

    id: int | None = key()
    kind: str = line("ministay", limit=20)
    vacancy: str = line(limit=80, index=True)
    employer_id: int | None = link("organisation.id", optional=True)
    person_id: int | None = link("person.id", optional=True)
    file_id: int | None = link("relocation_file.id", optional=True)
    household: str = line(limit=120)
    language: str = line("fr", limit=2)
    coach_id: int = link("agent.id")
    starts_at: datetime
    ends_at: datetime
    operator: str = line(limit=120)
    operator_number: str = line(limit=40)
    state: str = line("draft", limit=10)
    sent_at: datetime | None = None
    decision: str = line(limit=20)
    decided_on: date | None = None
    request_id: int | None = link("request.id", optional=True)
    version: int = 1


class ProgrammePart(SQLModel, table=True):
    """One part of a programme: a request of its own, with a time, a place and what must come before it."""

    __tablename__ = "relocation_part"
    __table_args__ = (
        CheckConstraint("ends_at >= starts_at", name="ck_relocation_part_window"),
        CheckConstraint("state IN ('planned','cancelled')", name="ck_relocation_part_state"),
    )

    id: int | None = key()
    programme_id: int = link("relocation_programme.id")
    request_id: int = link("request.id")
    kind: str = line(limit=20)
    label: str = line(limit=120)
    starts_at: datetime
    ends_at: datetime
    location: str = line(limit=120)
    after_id: int | None = link("relocation_part.id", optional=True, index=False)
    cents: int = 0
    state: str = line("planned", limit=10)
    version: int = 1

"""Rotas as they were made and published, and who is away. Why somebody is away has no column."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import SQLModel

from conciergedesk.core.db.types import key, line, link

_LIVE = text("is_live")


class RotaVersion(SQLModel, table=True):
    """One rota of a period: a draft, published, or a draft put aside.

    Attributes:
        value: what the planner says it costs; ``bound``: what no plan can cost less than.
    """

    __tablename__ = "rota_version"
    __table_args__ = (
        CheckConstraint("state IN ('draft','published','dropped')", name="ck_rota_version_state"),
        CheckConstraint("last >= first", name="ck_rota_version_days"),
        Index("ix_rota_version_state", "state", "last"),
    )

    id: int | None = key()
    state: str = line("draft", limit=12)
    first: date
    last: date
    value: int = 0
    bound: int = 0
    made_by_id: int | None = link("agent.id", optional=True, index=False)
    made_at: datetime
    published_by_id: int | None = link("agent.id", optional=True, index=False)
    published_at: datetime | None = None
    version: int = 1


class RotaAssignment(SQLModel, table=True):
    """One person on one shift on one day.

    A live row is what holds now; rows of drafts, and published ones that were replaced, are kept beside them.

    Attributes:
        person: code of the person in ``shifts/``, the same as the code of the agent.
        seat: the line that is staffed, such as ``desk``.
        start_minute: minutes after local midnight, when they differ from those of the shift type.
    """

    __tablename__ = "rota_assignment"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ck_rota_assignment_times"),
        Index(
            "uq_rota_assignment_live", "person", "day", "shift", unique=True, sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_rota_assignment_day", "is_live", "day"),
        Index("ix_rota_assignment_ends", "ends_at", sqlite_where=_LIVE, postgresql_where=_LIVE),
    )  # fmt: skip

    id: int | None = key()
    rota_id: int = link("rota_version.id")
    agent_id: int | None = link("agent.id", optional=True)
    person: str = line(limit=40)
    day: date
    shift: str = line(limit=40)
    seat: str = line(limit=40)
    starts_at: datetime
    ends_at: datetime
    start_minute: int | None = None
    end_minute: int | None = None
    on_call: bool = False
    is_live: bool = False
    version: int = 1


class RotaAbsence(SQLModel, table=True):
    """Somebody is away, first and last day included."""

    __tablename__ = "rota_absence"
    __table_args__ = (
        CheckConstraint("last >= first", name="ck_rota_absence_days"),
        Index("ix_rota_absence_last", "last"),
    )

    id: int | None = key()
    agent_id: int | None = link("agent.id", optional=True)
    person: str = line(limit=40)
    first: date
    last: date
    version: int = 1


class RotaAsk(SQLModel, table=True):
    """Two people want to exchange a shift, one wants to give or take one, volunteers are called for, or somebody is
    told that a planner has changed their days (``notice``; ``reason`` holds the days).

    Attributes:
        person: who has the shift now; empty when nobody has it.
        partner: who would have it, and in a swap gives ``partner_shift`` for it; empty until a volunteer is found.
        answer_by: who has to say yes or no; empty when anybody may.
    """

    __tablename__ = "rota_ask"
    __table_args__ = (
        CheckConstraint("kind IN ('swap','give','call','notice')", name="ck_rota_ask_kind"),
        CheckConstraint(
            "state IN ('asked','agreed','done','declined','withdrawn','refused')", name="ck_rota_ask_state"
        ),
        CheckConstraint("(kind = 'swap') = (partner_day IS NOT NULL)", name="ck_rota_ask_partner"),
        Index("ix_rota_ask_open", "state", "day"),
    )

    id: int | None = key()
    kind: str = line(limit=8)
    state: str = line("asked", limit=12)
    person: str = line(limit=40)
    day: date
    shift: str = line(limit=40)
    partner: str = line(limit=40)
    partner_day: date | None = None
    partner_shift: str = line(limit=40)
    answer_by: str = line(limit=40)
    asked_by_id: int | None = link("agent.id", optional=True)
    asked_at: datetime
    answered_at: datetime | None = None
    decided_by_id: int | None = link("agent.id", optional=True, index=False)
    decided_at: datetime | None = None
    reason: str = line(limit=200)
    version: int = 1


class RotaWish(SQLModel, table=True):
    """What somebody would like on a day: off, a shift, or not a shift. One wish a day."""

    __tablename__ = "rota_wish"
    __table_args__ = (
        CheckConstraint("weight BETWEEN 1 AND 5", name="ck_rota_wish_weight"),
        Index("uq_rota_wish_day", "person", "day", unique=True),
        Index("ix_rota_wish_day", "day"),
    )

    id: int | None = key()
    agent_id: int | None = link("agent.id", optional=True)
    person: str = line(limit=40)
    day: date
    shift: str = line("off", limit=40)
    wanted: bool = True
    weight: int = 2
    made_at: datetime
    version: int = 1


class RotaRecovery(SQLModel, table=True):
    """Rest that somebody took back on a day, out of what they have earned. One line a day."""

    __tablename__ = "rota_recovery"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="ck_rota_recovery_minutes"),
        Index("uq_rota_recovery_day", "person", "day", unique=True),
        Index("ix_rota_recovery_day", "day"),
    )

    id: int | None = key()
    agent_id: int | None = link("agent.id", optional=True)
    person: str = line(limit=40)
    day: date
    minutes: int
    noted_by_id: int | None = link("agent.id", optional=True, index=False)
    noted_at: datetime
    version: int = 1


class RotaException(SQLModel, table=True):
    """A supervisor lets one person deviate from one rule on some days, with name and reason."""

    __tablename__ = "rota_exception"
    __table_args__ = (
        CheckConstraint("last >= first", name="ck_rota_exception_days"),
        CheckConstraint("length(reason) > 0", name="ck_rota_exception_reason"),
        Index("ix_rota_exception_last", "last"),
    )

    id: int | None = key()
    rule: str = line(limit=40)
    agent_id: int | None = link("agent.id", optional=True)
    person: str = line(limit=40)
    first: date
    last: date
    signed_by_id: int | None = link("agent.id", optional=True, index=False)
    signed_by: str = line(limit=80)
    reason: str = line(limit=200)
    signed_at: datetime
    version: int = 1

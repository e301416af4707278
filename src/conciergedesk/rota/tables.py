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

"""Agents and their sign-in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, Column, String
from sqlmodel import Field, SQLModel

from conciergedesk.core.db.types import block, key, line
from conciergedesk.core.db.unit import SECRET


class Agent(SQLModel, table=True):
    """A member of staff."""

    __tablename__ = "agent"
    __table_args__ = (
        CheckConstraint("role IN ('assistant','coach','hotline','supervisor')", name="ck_agent_role"),
        CheckConstraint("team IN ('concierge','coach','technical','commercial')", name="ck_agent_team"),
    )

    id: int | None = key()
    code: str = line(limit=12, unique=True)
    first_name: str = line(limit=80)
    last_name: str = line(limit=80)
    role: str = line("assistant", limit=20)
    team: str = line("concierge", limit=20)
    languages: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    active: bool = True
    password_hash: str = Field(
        default="", sa_column=Column(String(200), nullable=False, default="", info={SECRET: True})
    )
    version: int = 1


class SignInGuard(SQLModel, table=True):
    """Wrong tries of one agent, shared by all desks and written before a try is answered."""

    __tablename__ = "sign_in_guard"
    __table_args__ = ({"info": {"unjournaled": True}},)

    agent_id: int = Field(primary_key=True, foreign_key="agent.id")
    failures: int = 0
    last_failure: datetime | None = None


class Presence(SQLModel, table=True):
    """An open desk: who sits there, and which record is open on it."""

    __tablename__ = "presence"
    __table_args__ = ({"info": {"unjournaled": True}},)

    desk: str = Field(sa_column=Column(String(60), primary_key=True))
    agent_id: int = Field(foreign_key="agent.id")
    seen_at: datetime
    open_kind: str = line(limit=30)
    open_id: int | None = None


class Draft(SQLModel, table=True):
    """A form that was interrupted: parked at every pause in typing, offered again at the next start."""

    __tablename__ = "draft"
    __table_args__ = ({"info": {"unjournaled": True}},)

    id: int | None = key()
    agent_id: int = Field(foreign_key="agent.id", index=True)
    desk: str = line(limit=60)
    kind: str = line(limit=30)
    subject_id: int | None = None
    body: str = block()
    saved_at: datetime


class SavedView(SQLModel, table=True):
    """A named filter line of one agent."""

    __tablename__ = "saved_view"

    id: int | None = key()
    agent_id: int = Field(foreign_key="agent.id", index=True)
    name: str = line(limit=40)
    filter_line: str = line(limit=200)
    version: int = 1

"""Reads about staff."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col

from conciergedesk.core.actor import Actor
from conciergedesk.core.db.read import pick
from conciergedesk.core.errors import NotAllowed
from conciergedesk.core.i18n import N_
from conciergedesk.staff.rules import RIGHTS, Role
from conciergedesk.staff.tables import Agent, Draft, Presence, SavedView


@dataclass(frozen=True, slots=True)
class AgentCard:
    """An agent as lists and pickers show one."""

    id: int
    code: str
    first_name: str
    last_name: str
    role: str
    team: str
    languages: tuple[str, ...]
    active: bool
    version: int
    has_pin: bool = False

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Present:
    """Another open desk."""

    desk: str
    agent_id: int
    first_name: str
    seen_at: datetime
    open_kind: str
    open_id: int | None


@dataclass(frozen=True, slots=True)
class DraftCard:
    """A parked form."""

    id: int
    kind: str
    subject_id: int | None
    body: str
    saved_at: datetime


def agents(session: Session, *, active_only: bool = True) -> list[AgentCard]:
    """All agents by first name."""
    query = pick(
        Agent.id,
        Agent.code,
        Agent.first_name,
        Agent.last_name,
        Agent.role,
        Agent.team,
        Agent.languages,
        Agent.active,
        Agent.version,
        col(Agent.password_hash) != "",
    ).order_by(Agent.first_name, Agent.last_name)
    if active_only:
        query = query.where(col(Agent.active).is_(True))
    return [
        AgentCard(i, code, first, last, role, team, tuple(languages), active, version, bool(has_pin))
        for i, code, first, last, role, team, languages, active, version, has_pin in session.exec(query)
    ]


def actor_for(session: Session, agent_id: int, *, language: str, desk: str) -> Actor:
    """The actor that an agent is once signed in."""
    agent = session.get_one(Agent, agent_id)
    role = Role(agent.role)
    return Actor(
        id=agent.id,
        name=agent.first_name,
        role=role,
        rights=frozenset(RIGHTS[role]),
        language=language,
        team=agent.team,
        desk=desk,
    )


def actor_now(session: Session, actor: Actor) -> Actor:
    """Who ``actor`` is by now: a role that changed since the sign-in holds from the next act on.

    Raises:
        NotAllowed: the access was closed meanwhile.
    """
    found = session.exec(pick(Agent.role, Agent.team, Agent.active).where(Agent.id == actor.id)).first()
    if found is None or not found[2]:
        raise NotAllowed(N_("Your access to this desk was closed. Ask a supervisor."))
    role, team = Role(found[0]), str(found[1])
    if (role, team) == (actor.role, actor.team):
        return actor
    return replace(actor, role=role, rights=frozenset(RIGHTS[role]), team=team)


def present(session: Session, since: datetime) -> list[Present]:
    """Desks that showed a sign of life since ``since``."""
    query = (
        pick(
            Presence.desk,
            Presence.agent_id,
            Agent.first_name,
            Presence.seen_at,
            Presence.open_kind,
            Presence.open_id,
        )
        .join(Agent, col(Agent.id) == Presence.agent_id)
        .where(Presence.seen_at >= since)
        .order_by(Agent.first_name)
    )
    return [Present(*row) for row in session.exec(query)]


def drafts(session: Session, agent_id: int) -> list[DraftCard]:
    """Parked forms of one agent, newest first."""
    query = (
        pick(Draft.id, Draft.kind, Draft.subject_id, Draft.body, Draft.saved_at)
        .where(Draft.agent_id == agent_id)
        .order_by(col(Draft.saved_at).desc())
    )
    return [DraftCard(i or 0, kind, subject, body, at) for i, kind, subject, body, at in session.exec(query)]


def saved_views(session: Session, agent_id: int) -> list[tuple[int, str, str]]:
    """(id, name, filter line) of an agent's views, by name."""
    query = pick(SavedView.id, SavedView.name, SavedView.filter_line).where(SavedView.agent_id == agent_id)
    return [(i or 0, name, text) for i, name, text in session.exec(query.order_by(SavedView.name))]

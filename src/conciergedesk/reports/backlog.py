"""What was open at an instant, with the state it had then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import String, func, or_, select, type_coerce, union
from sqlmodel import Session, col

from conciergedesk.core.db.read import pick
from conciergedesk.core.journal import JournalLine
from conciergedesk.reports.facts import BacklogFact
from conciergedesk.reports.gather import Scope, chunks, kept_requests, moment_of, supplied
from conciergedesk.reports.naming import LINES
from conciergedesk.requests.lifecycle import OPEN_STATES, Act, State
from conciergedesk.requests.queries import ref
from conciergedesk.requests.tables import Request


def backlog_facts(session: Session, scope: Scope, at: datetime) -> list[BacklogFact]:
    """What was open at ``at`` and is kept by the filters, with the state it had then."""
    found = [*_open_at(session, scope, at), *supplied(session, "backlog", scope)]
    used = scope.filters.used
    if used <= {"team", "priority"}:
        filters = scope.filters
        return [
            one for one in found if filters.keeps_team(one.team) and filters.priority in ("", one.priority)
        ]
    kept = kept_requests(session, scope, (one.id for one in found if one.team not in LINES))
    return [one for one in found if one.id in kept and one.team not in LINES]


def _open_at(session: Session, scope: Scope, at: datetime) -> list[BacklogFact]:
    sqlite = session.get_bind().dialect.name == "sqlite"
    opened_at = type_coerce(col(Request.opened_at), String) if sqlite else col(Request.opened_at)
    if at >= scope.as_of and scope.as_of >= _newest(session):
        rows = session.exec(
            pick(Request.id, Request.state, opened_at, Request.priority, Request.team)
            .where(col(Request.is_open))
            .order_by(col(Request.board_at))  # by the index of open work, however long the history
        )
        found = [
            BacklogFact(i, ref(i), state, moment_of(opened) if sqlite else opened, priority, team)
            for i, state, opened, priority, team in rows
        ]
        return [one for one in found if one.opened_at <= at]
    candidates = union(
        select(col(Request.id)).where(col(Request.is_open), func.coalesce(Request.opened_at, at) <= at),
        select(col(Request.id)).where(
            col(Request.state) == State.DONE, col(Request.resolved_at) > at, col(Request.opened_at) <= at
        ),
        select(col(Request.id)).where(*_ended_after(session, at, scope.as_of)),
    ).subquery()
    rows = session.exec(
        pick(Request.id, opened_at, Request.priority, Request.team)
        .join(candidates, candidates.c[0] == Request.id)
        .where(
            or_(col(Request.resolved_at).is_(None), col(Request.resolved_at) > at, col(Request.reopens) > 0)
        )
    )
    about = {
        i: (moment_of(opened) if sqlite else opened, priority, team) for i, opened, priority, team in rows
    }
    found = []
    for number, state in _states_at(session, sorted(about), at):
        if state in OPEN_STATES:
            opened, priority, team = about[number]
            found.append(BacklogFact(number, ref(number), state, opened, priority, team))
    return found


def _ended_after(session: Session, at: datetime, now: datetime) -> tuple[Any, Any]:
    """Opened by ``at`` and ended after it, read from the end of the history that is nearer."""
    first = session.exec(pick(func.min(Request.opened_at))).one()[0]
    if first is not None and at - first < now - at:
        return col(Request.opened_at) <= at, func.coalesce(Request.closed_at, Request.opened_at) > at
    return col(Request.closed_at) > at, col(Request.opened_at) <= at


def _newest(session: Session) -> datetime:
    found = session.exec(pick(func.max(JournalLine.at))).one()[0]
    return found or datetime(1970, 1, 1, tzinfo=UTC)


def _states_at(session: Session, ids: Sequence[int], at: datetime) -> Iterator[tuple[int, State]]:
    """The state of each request at an instant, by its journal."""
    for chunk in chunks(ids):
        query = (
            pick(
                JournalLine.subject_id,
                JournalLine.act,
                JournalLine.unit,
                JournalLine.undoes,
                JournalLine.facts,
            )
            .where(
                JournalLine.subject_kind == "request",
                col(JournalLine.subject_id).in_(chunk),
                col(JournalLine.at) <= at,
                col(JournalLine.act).in_(_MOVES),
            )
            .order_by(col(JournalLine.id))
        )
        states: dict[int, State] = {}
        came_from: dict[tuple[int, str], State] = {}
        for subject, act, unit, undoes, facts in session.exec(query):
            if act == "request.captured":
                states[subject] = State.NEW
            elif act in ("undone", "redone"):
                before = came_from.get((subject, undoes or ""))
                if before is not None:
                    came_from.setdefault((subject, unit), states.get(subject, State.NEW))
                    states[subject] = before
            elif facts and "after" in facts and facts["after"] in _STATE_VALUES:
                came_from.setdefault((subject, unit), states.get(subject, State.NEW))
                states[subject] = State(facts["after"])
        yield from states.items()


_STATE_VALUES = frozenset(State)
_MOVES = ("request.captured", "undone", "redone", *(f"request.{act}" for act in Act))

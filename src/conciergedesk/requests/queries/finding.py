"""Requests in brief: what somebody already has with the desk, lists, and what was kept today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col

from conciergedesk.core.db.read import pick
from conciergedesk.requests.queries.numbers import ref
from conciergedesk.requests.tables import Request
from conciergedesk.staff.tables import Agent

_IN_BRIEF = pick(
    Request.id, Request.type_code, Request.title, Request.state, Request.is_open, Request.board_at,
    Request.opened_at, Agent.first_name,
).join(Agent, col(Agent.id) == Request.holder_id, isouter=True)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LookAlike:
    """An earlier or open request that a new one may repeat."""

    id: int
    ref: str
    type_code: str
    title: str
    state: str
    is_open: bool
    board_at: datetime | None
    opened_at: datetime
    holder: str
    same_type: bool


def look_alikes(
    session: Session, *, person_id: int, type_code: str = "", near: datetime | None = None, limit: int = 5
) -> list[LookAlike]:
    """What this person already has with the desk: open items first, then the latest of the same type."""
    query = (
        _IN_BRIEF.where(or_(col(Request.requester_id) == person_id, col(Request.beneficiary_id) == person_id))
        .where(or_(col(Request.is_open), col(Request.type_code) == type_code))
        .order_by(col(Request.is_open).desc(), col(Request.opened_at).desc())
        .limit(limit * 3)
    )
    found = [
        LookAlike(i, ref(i), code, title, state, is_open, board, opened, holder or "", code == type_code)
        for i, code, title, state, is_open, board, opened, holder in session.exec(query)
    ]
    found.sort(key=lambda one: (not one.is_open, not (one.is_open and one.same_type)))
    return found[:limit]


def find_requests(
    session: Session, *, state: str = "", person_id: int | None = None, limit: int = 50
) -> list[LookAlike]:
    """Requests for lists on the command line: newest first."""
    query = _IN_BRIEF.order_by(col(Request.id).desc()).limit(limit)
    if state:
        query = query.where(Request.state == state)
    if person_id is not None:
        query = query.where(
            or_(col(Request.requester_id) == person_id, col(Request.beneficiary_id) == person_id)
        )
    return [
        LookAlike(i, ref(i), code, title, found, is_open, board, opened, holder or "", False)
        for i, code, title, found, is_open, board, opened, holder in session.exec(query)
    ]


def kept_today(session: Session, since: datetime, limit: int = 60) -> list[LookAlike]:
    """Requests that were resolved since an instant, latest first."""
    query = (
        _IN_BRIEF.where(col(Request.first_resolved_at) >= since)
        .order_by(col(Request.first_resolved_at).desc())
        .limit(limit)
    )
    return [
        LookAlike(i, ref(i), code, title, state, is_open, board, opened, holder or "", False)
        for i, code, title, state, is_open, board, opened, holder in session.exec(query)
    ]

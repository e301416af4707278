"""What the queue owes now: open requests and promised call-backs, and how much of it was kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from sys import intern

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from conciergedesk.core.db.read import pick
from conciergedesk.customers.tables import Person
from conciergedesk.requests.queries.numbers import full_name
from conciergedesk.requests.tables import CallBack, Request
from conciergedesk.staff.tables import Agent

ROWS_AT_ONCE = 500

_Beneficiary = aliased(Person)


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """An open request as the board needs it."""

    id: int
    type_code: str
    title: str
    team: str
    priority: str
    state: str
    board_at: datetime | None
    due_at: datetime | None
    warn_at: datetime | None
    holder_id: int | None
    holder: str
    for_whom: str
    asked_by: str
    place: str
    waits_for: str
    snoozed_until: datetime | None
    health: bool


@dataclass(frozen=True, slots=True)
class OpenCallBack:
    """A promised call-back as the board needs it."""

    id: int
    request_id: int | None
    person: str
    number: str
    about: str
    due_at: datetime
    due_to: datetime | None
    owner_id: int | None
    owner: str
    team: str
    attempts: int


def open_requests(session: Session, only: Collection[int] | None = None) -> list[OpenRequest]:
    """Open requests, soonest first; with ``only`` those of these ids that are still open."""
    return list(each_open_request(session, only))


def each_open_request(session: Session, only: Collection[int] | None = None) -> Iterator[OpenRequest]:
    """The same one by one: thousands of rows are never held at once."""
    query = (
        pick(
            Request.id, Request.type_code, Request.title, Request.team, Request.priority, Request.state,
            Request.board_at, Request.due_at, Request.warn_at, Request.holder_id, Agent.first_name,
            _Beneficiary.first_name, _Beneficiary.last_name, Person.first_name, Person.last_name,
            Request.place, Request.waits_for, Request.snoozed_until, Request.health,
        )
        .join(Agent, col(Agent.id) == Request.holder_id, isouter=True)
        .join(Person, col(Person.id) == Request.requester_id, isouter=True)
        .join(_Beneficiary, col(_Beneficiary.id) == Request.beneficiary_id, isouter=True)
        .where(col(Request.is_open))
        .order_by(col(Request.board_at))
    )  # fmt: skip
    if only is not None:
        query = query.where(col(Request.id).in_(only))
    for (
        i,
        code,
        title,
        team,
        priority,
        state,
        board,
        due,
        warn,
        holder_id,
        holder,
        bf,
        bl,
        rf,
        rl,
        place,
        waits,
        snoozed,
        health,
    ) in session.exec(query.execution_options(yield_per=ROWS_AT_ONCE)):
        asked_by = full_name(rf, rl)
        yield OpenRequest(
            i, code, title, intern(team), intern(priority), intern(state), board, due, warn, holder_id,
            intern(holder or ""), full_name(bf, bl) or asked_by, asked_by, intern(place), intern(waits), snoozed,
            health,
        )  # fmt: skip


def open_call_backs(
    session: Session, only: Collection[int] | None = None, *, request_id: int | None = None
) -> list[OpenCallBack]:
    """Promised call-backs that were not made yet, soonest first."""
    query = (
        pick(
            CallBack.id, CallBack.request_id, Person.first_name, Person.last_name, CallBack.number, CallBack.about,
            CallBack.due_at, CallBack.due_to, CallBack.owner_id, Agent.first_name, CallBack.team, CallBack.attempts,
        )
        .join(Person, col(Person.id) == CallBack.person_id, isouter=True)
        .join(Agent, col(Agent.id) == CallBack.owner_id, isouter=True)
        .where(col(CallBack.state) == "promised")
        .order_by(col(CallBack.due_at))
    )  # fmt: skip
    if only is not None:
        query = query.where(col(CallBack.id).in_(only))
    if request_id is not None:
        query = query.where(CallBack.request_id == request_id)
    return [
        OpenCallBack(
            i, rid, full_name(first, last), number, about, due, to, owner_id, owner or "", team, attempts
        )
        for i, rid, first, last, number, about, due, to, owner_id, owner, team, attempts in session.exec(
            query
        )
    ]


def kept_since(session: Session, since: datetime, until: datetime) -> int:
    """How many requests were resolved, and call-backs kept, between two instants (half-open)."""
    resolved = session.exec(
        pick(func.count()).where(
            col(Request.first_resolved_at) >= since, col(Request.first_resolved_at) < until
        )
    ).one()[0]
    kept = session.exec(
        pick(func.count()).where(
            col(CallBack.due_at) >= since, col(CallBack.due_at) < until, col(CallBack.state) == "kept"
        )
    ).one()[0]
    return int(resolved) + int(kept)

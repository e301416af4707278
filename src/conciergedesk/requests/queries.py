"""Reads about requests: columns into frozen values."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from sys import intern
from typing import Any

from sqlalchemy import func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from conciergedesk.core.db.read import pick
from conciergedesk.core.errors import NotFound
from conciergedesk.core.i18n import N_
from conciergedesk.core.journal import Line, lines_about
from conciergedesk.customers.tables import Lodging, Organisation, Person
from conciergedesk.requests.tables import (
    Appointment,
    CallBack,
    Participant,
    Request,
    RequestNote,
    RequestPause,
    RequestStep,
)
from conciergedesk.staff.tables import Agent

REF = "D-"
CALL_REF = "R-"
ROWS_AT_ONCE = 500


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


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A follow-up line."""

    id: int
    at: datetime
    author: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class TickedStep:
    """A ticked step."""

    code: str
    done: bool
    proof: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time; open while ``until`` is None."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class AppointmentCard:
    id: int
    starts_at: datetime
    ends_at: datetime | None
    place: str
    provider_id: int | None
    provider: str
    state: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A person on a request."""

    id: int
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class RequestCard:
    """One request in full. ``fields`` are the answers to the type's own questions."""

    id: int
    ref: str
    type_code: str
    title: str
    team: str
    priority: str
    state: str
    is_open: bool
    channel: str
    language: str
    requester_id: int | None
    beneficiary_id: int | None
    payer_id: int | None
    payer_organisation: str
    people: tuple[Contact, ...]
    holder_id: int | None
    holder: str
    held_since: datetime | None
    place: str
    lodging: str
    wanted_from: datetime | None
    wanted_to: datetime | None
    wanted_day_only: bool
    promise_at: datetime | None
    fields: Mapping[str, Any]
    danger: str
    health: bool
    weather: bool
    opened_at: datetime
    first_response_at: datetime | None
    response_due_at: datetime | None
    due_at: datetime | None
    warn_at: datetime | None
    board_at: datetime | None
    first_resolved_at: datetime | None
    resolved_at: datetime | None
    reopened_at: datetime | None
    reopens: int
    closed_at: datetime | None
    breached_at: datetime | None
    waits_for: str
    snoozed_until: datetime | None
    end_reason: str
    end_party: str
    duplicate_of: str
    follows: str
    followed_by: tuple[str, ...]
    steps: tuple[TickedStep, ...]
    notes: tuple[NoteLine, ...]
    pauses: tuple[Span, ...]
    appointments: tuple[AppointmentCard, ...]
    call_backs: tuple[OpenCallBack, ...]
    lines: tuple[Line, ...]
    version: int


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


def ref(request_id: int) -> str:
    """The number people say: ``D-2417``."""
    return f"{REF}{request_id}"


def read_ref(text: str) -> int:
    """The id behind ``D-2417``, ``d2417`` or ``2417``.

    Raises:
        NotFound: it is not a request number.
    """
    bare = text.strip().upper().removeprefix("D").removeprefix("-")
    if not (bare.isascii() and bare.isdigit() and len(bare) < 12):
        raise NotFound(N_("“{text}” is not a request number such as D-2417."), text=text[:40])
    return int(bare)


_Beneficiary = aliased(Person)


def _name(first: str | None, last: str | None) -> str:
    return f"{first or ''} {last or ''}".strip()


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
        asked_by = _name(rf, rl)
        yield OpenRequest(
            i, code, title, intern(team), intern(priority), intern(state), board, due, warn, holder_id,
            intern(holder or ""), _name(bf, bl) or asked_by, asked_by, intern(place), intern(waits), snoozed, health,
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
            i, rid, _name(first, last), number, about, due, to, owner_id, owner or "", team, attempts
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


def request_card(session: Session, request_id: int) -> RequestCard:
    """One request in full.

    Raises:
        NotFound: there is no such request.
    """
    found = session.get(Request, request_id)
    if found is None or found.id is None:
        raise NotFound(N_("There is no request {ref}."), ref=ref(request_id))
    agents = {i: first for i, first in session.exec(pick(Agent.id, Agent.first_name))}
    lodging = session.get(Lodging, found.lodging_id) if found.lodging_id else None
    payer = session.get(Organisation, found.payer_organisation_id) if found.payer_organisation_id else None
    steps = session.exec(
        pick(RequestStep.code, RequestStep.done, RequestStep.proof, RequestStep.by_id, RequestStep.at).where(
            RequestStep.request_id == request_id
        )
    )
    notes = session.exec(
        pick(RequestNote.id, RequestNote.at, RequestNote.author, RequestNote.kind, RequestNote.text)
        .where(RequestNote.request_id == request_id)
        .order_by(col(RequestNote.at).desc(), col(RequestNote.id).desc())
    )
    pauses = session.exec(
        pick(RequestPause.since, RequestPause.until)
        .where(RequestPause.request_id == request_id)
        .order_by(col(RequestPause.since))
    )
    appointments = session.exec(
        pick(
            Appointment.id, Appointment.starts_at, Appointment.ends_at, Appointment.place, Appointment.provider_id,
            Appointment.provider, Appointment.state,
        )
        .where(Appointment.request_id == request_id)
        .order_by(col(Appointment.starts_at))
    )  # fmt: skip
    followers = session.exec(
        pick(Request.id).where(Request.follows_id == request_id).order_by(col(Request.id))
    )
    return RequestCard(
        id=found.id,
        ref=ref(found.id),
        type_code=found.type_code,
        title=found.title,
        team=found.team,
        priority=found.priority,
        state=found.state,
        is_open=found.is_open,
        channel=found.channel,
        language=found.language,
        requester_id=found.requester_id,
        beneficiary_id=found.beneficiary_id,
        payer_id=found.payer_id,
        payer_organisation=payer.name if payer is not None else "",
        people=_people(session, found),
        holder_id=found.holder_id,
        holder=agents.get(found.holder_id, ""),
        held_since=found.held_since,
        place=found.place,
        lodging=f"{lodging.code} {lodging.name}" if lodging is not None else "",
        wanted_from=found.wanted_from,
        wanted_to=found.wanted_to,
        wanted_day_only=found.wanted_day_only,
        promise_at=found.promise_at,
        fields=found.fields,
        danger=found.danger,
        health=found.health,
        weather=found.weather,
        opened_at=found.opened_at,
        first_response_at=found.first_response_at,
        response_due_at=found.response_due_at,
        due_at=found.due_at,
        warn_at=found.warn_at,
        board_at=found.board_at,
        first_resolved_at=found.first_resolved_at,
        resolved_at=found.resolved_at,
        reopened_at=found.reopened_at,
        reopens=found.reopens,
        closed_at=found.closed_at,
        breached_at=found.breached_at,
        waits_for=found.waits_for,
        snoozed_until=found.snoozed_until,
        end_reason=found.end_reason,
        end_party=found.end_party,
        duplicate_of=ref(found.duplicate_of_id) if found.duplicate_of_id else "",
        follows=ref(found.follows_id) if found.follows_id else "",
        followed_by=tuple(ref(row[0]) for row in followers),
        steps=tuple(
            TickedStep(code, done, proof, agents.get(by, ""), at) for code, done, proof, by, at in steps
        ),
        notes=tuple(NoteLine(*row) for row in notes),
        pauses=tuple(Span(*row) for row in pauses),
        appointments=tuple(AppointmentCard(*row) for row in appointments),
        call_backs=tuple(open_call_backs(session, request_id=request_id)),
        lines=tuple(lines_about(session, "request", request_id, limit=60)),
        version=found.version,
    )


def _people(session: Session, request: Request) -> tuple[Contact, ...]:
    roles: list[tuple[int, str]] = []
    if request.requester_id:
        roles.append((request.requester_id, "requester"))
    if request.beneficiary_id and request.beneficiary_id != request.requester_id:
        roles.append((request.beneficiary_id, "beneficiary"))
    if request.payer_id and request.payer_id != request.requester_id:
        roles.append((request.payer_id, "payer"))
    roles += list(
        session.exec(
            pick(Participant.person_id, Participant.role).where(Participant.request_id == request.id)
        )
    )
    if not roles:
        return ()
    wanted = [person for person, _ in roles]
    names = {
        i: _name(first, last)
        for i, first, last in session.exec(
            pick(Person.id, Person.first_name, Person.last_name).where(col(Person.id).in_(wanted))
        )
    }
    return tuple(Contact(person, names.get(person, ""), role) for person, role in roles)


def look_alikes(
    session: Session, *, person_id: int, type_code: str = "", near: datetime | None = None, limit: int = 5
) -> list[LookAlike]:
    """What this person already has with the desk: open items first, then the latest of the same type."""
    query = (
        pick(
            Request.id, Request.type_code, Request.title, Request.state, Request.is_open, Request.board_at,
            Request.opened_at, Agent.first_name,
        )
        .join(Agent, col(Agent.id) == Request.holder_id, isouter=True)
        .where(or_(col(Request.requester_id) == person_id, col(Request.beneficiary_id) == person_id))
        .where(or_(col(Request.is_open), col(Request.type_code) == type_code))
        .order_by(col(Request.is_open).desc(), col(Request.opened_at).desc())
        .limit(limit * 3)
    )  # fmt: skip
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
    query = (
        pick(
            Request.id, Request.type_code, Request.title, Request.state, Request.is_open, Request.board_at,
            Request.opened_at, Agent.first_name,
        )
        .join(Agent, col(Agent.id) == Request.holder_id, isouter=True)
        .order_by(col(Request.id).desc())
        .limit(limit)
    )  # fmt: skip
    if state:
        query = query.where(Request.state == state)
    if person_id is not None:
        query = query.where(
            or_(col(Request.requester_id) == person_id, col(Request.beneficiary_id) == person_id)
        )
    return [
        LookAlike(i, ref(i), code, title, st, is_open, board, opened, holder or "", False)
        for i, code, title, st, is_open, board, opened, holder in session.exec(query)
    ]


def kept_today(session: Session, since: datetime, limit: int = 60) -> list[LookAlike]:
    """Requests that were resolved since an instant, latest first."""
    query = (
        pick(
            Request.id, Request.type_code, Request.title, Request.state, Request.is_open, Request.board_at,
            Request.opened_at, Agent.first_name,
        )
        .join(Agent, col(Agent.id) == Request.holder_id, isouter=True)
        .where(col(Request.first_resolved_at) >= since)
        .order_by(col(Request.first_resolved_at).desc())
        .limit(limit)
    )  # fmt: skip
    return [
        LookAlike(i, ref(i), code, title, state, is_open, board, opened, holder or "", False)
        for i, code, title, state, is_open, board, opened, holder in session.exec(query)
    ]

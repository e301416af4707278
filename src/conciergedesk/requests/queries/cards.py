"""One request in full."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col

from conciergedesk.core.db.read import pick
from conciergedesk.core.errors import NotFound
from conciergedesk.core.i18n import N_
from conciergedesk.core.journal import Line, lines_about
from conciergedesk.customers.tables import Lodging, Organisation, Person
from conciergedesk.requests.queries.numbers import full_name, ref
from conciergedesk.requests.queries.open_work import OpenCallBack, open_call_backs
from conciergedesk.requests.tables import (
    Appointment,
    Participant,
    Request,
    RequestNote,
    RequestPause,
    RequestStep,
)
from conciergedesk.staff.tables import Agent


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
        i: full_name(first, last)
        for i, first, last in session.exec(
            pick(Person.id, Person.first_name, Person.last_name).where(col(Person.id).in_(wanted))
        )
    }
    return tuple(Contact(person, names.get(person, ""), role) for person, role in roles)

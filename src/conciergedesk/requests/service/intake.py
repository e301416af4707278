"""Noting a request, completing it, and linking a new one to an old one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import LANGUAGES, N_
from conciergedesk.core.text import clean_block, clean_line
from conciergedesk.customers import service as customers
from conciergedesk.customers.rules import split_name
from conciergedesk.customers.tables import Lodging, Person
from conciergedesk.requests.catalogue import Channel, FieldKind, Priority, RequestType
from conciergedesk.requests.lifecycle import Act, Danger, State
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.service.moves import load, move, type_of
from conciergedesk.requests.service.promises import promise_call_back
from conciergedesk.requests.service.timing import retime
from conciergedesk.requests.service.work import note
from conciergedesk.requests.tables import Participant, Request
from conciergedesk.staff.rules import Right, Team
from conciergedesk.staff.tables import Agent

PARTICIPANT_ROLES = ("owner", "guest", "employer", "provider", "partner", "child", "contact")


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request as it was understood, before it is saved. Empty values take the rule of the type.

    ``requester_name`` and ``requester_phone`` make a new card when ``requester_id`` is not given.
    Moments are aware; ``take`` says that the person who notes it also takes it. ``call_back_at`` promises a call
    about it.
    """

    type_code: str
    title: str = ""
    requester_id: int | None = None
    requester_name: str = ""
    requester_phone: str = ""
    beneficiary_id: int | None = None
    beneficiary_name: str = ""
    payer_id: int | None = None
    payer_organisation_id: int | None = None
    place: str = ""
    lodging_id: int | None = None
    wanted_from: datetime | None = None
    wanted_to: datetime | None = None
    day_only: bool = False
    priority: str = ""
    language: str = ""
    channel: str = ""
    team: str = ""
    take: bool = False
    holder_id: int | None = None
    note: str = ""
    note_reason: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)
    may_share_contact: bool = False
    danger: Danger = Danger.UNASKED
    call_back_at: datetime | None = None


def capture(unit: Unit, book: Rulebook, new: NewRequest, *, follows_id: int | None = None) -> int:
    """Note a request.

    Raises:
        InvalidInput: an unknown type, priority, channel, language or team, an end before its start, or an
            answer that does not fit its question. Nothing is saved.
    """
    unit.require(Right.WORK_REQUESTS)
    kind = book.catalogue.get(new.type_code)
    if new.wanted_to is not None and (new.wanted_from is None or new.wanted_to < new.wanted_from):
        raise InvalidInput(N_("The end of the window lies before its start."), field="wanted_to")
    channel = _channel(new.channel or kind.channel)
    requester, person = _requester(unit, new)
    beneficiary = _beneficiary(unit, new, requester)
    language = new.language or (person.language if person is not None else "fr")
    if language not in LANGUAGES:
        raise InvalidInput(N_("The language must be fr, en or de."), field="language")
    team = new.team or kind.team
    if team not in set(Team):
        raise InvalidInput(N_("There is no team “{value}”."), field="team", value=team)
    lodging = unit.session.get(Lodging, new.lodging_id) if new.lodging_id else None
    values = read_fields(kind, new.fields)
    _check_health(book, kind, new.title, new.place, *values.values())
    request = Request(
        type_code=kind.code,
        title=clean_line(new.title, 200),
        team=team,
        priority=_priority(unit, book, kind, new, values),
        channel=channel,
        language=language,
        client_kind=person.kind if person is not None else "",
        requester_id=requester,
        beneficiary_id=beneficiary,
        payer_id=new.payer_id,
        payer_organisation_id=new.payer_organisation_id,
        place=clean_line(new.place, 120) or (lodging.name if lodging is not None else ""),
        lodging_id=new.lodging_id,
        wanted_from=new.wanted_from,
        wanted_to=new.wanted_to,
        wanted_day_only=new.day_only,
        promise_at=None if new.day_only else kind.promise.moment(new.wanted_from, new.wanted_to),
        fields=values,
        may_share_contact=new.may_share_contact,
        danger=new.danger,
        health=kind.health,
        opened_at=unit.now,
        opened_by_id=unit.actor.id,
        first_response_at=unit.now if channel.answers_at_once else None,
        follows_id=follows_id,
    )
    unit.add(request)
    assert request.id is not None
    unit.record(
        "request.captured",
        "request",
        request.id,
        type=kind.code,
        team=team,
        priority=request.priority,
        channel=channel,
        language=language,
        state=State.NEW,
        answered=channel.answers_at_once,
    )
    if requester is not None:
        customers.touch(unit, requester)
        move(unit, book, request, Act.QUALIFY)
    holder = new.holder_id if new.holder_id is not None else (unit.actor.id if new.take else None)
    if holder is not None:
        unit.load(Agent, holder)
        request.holder_id, request.held_since = holder, unit.now
        move(unit, book, request, Act.CLAIM if holder == unit.actor.id else Act.ASSIGN)
    retime(unit, book, request)
    if new.note.strip():
        note(unit, book, request.id, new.note, override_reason=new.note_reason)
    if new.call_back_at is not None:
        promise_call_back(unit, due_at=new.call_back_at, request_id=request.id)
    unit.session.flush()
    return request.id


def follow_up(unit: Unit, book: Rulebook, request_id: int, new: NewRequest) -> int:
    """Note a request that continues another one; people and place are taken over when not given."""
    unit.require(Right.WORK_REQUESTS)
    before = load(unit, request_id)
    new = replace(
        new,
        requester_id=new.requester_id or (None if new.requester_name else before.requester_id),
        beneficiary_id=new.beneficiary_id or before.beneficiary_id,
        place=new.place or before.place,
        lodging_id=new.lodging_id or before.lodging_id,
        language=new.language or before.language,
    )
    made = capture(unit, book, new, follows_id=request_id)
    unit.record("request.followed_up", "request", request_id, by=made)
    return made


def correct(
    unit: Unit,
    book: Rulebook,
    request_id: int,
    *,
    seen: int | None = None,
    type_code: str | None = None,
    title: str | None = None,
    place: str | None = None,
    lodging_id: int | None = None,
    wanted_from: datetime | None = None,
    wanted_to: datetime | None = None,
    day_only: bool | None = None,
    language: str | None = None,
    requester_id: int | None = None,
    beneficiary_id: int | None = None,
    payer_id: int | None = None,
    payer_organisation_id: int | None = None,
    fields: Mapping[str, object] | None = None,
) -> None:
    """Correct what was noted; ``None`` leaves a value as it is. A new moment moves the promise.

    Raises:
        Conflict: somebody changed the request since version ``seen``.
    """
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id, seen=seen)
    retime(unit, book, request)  # what was late before the correction stays late
    kind = book.catalogue.get(type_code) if type_code is not None else type_of(book, request)
    if type_code is not None and type_code != request.type_code:
        request.type_code, request.health, request.team = kind.code, kind.health, kind.team
    if title is not None:
        request.title = clean_line(title, 200)
    if place is not None:
        request.place = clean_line(place, 120)
    if wanted_from is not None:
        if wanted_to is not None and wanted_to < wanted_from:
            raise InvalidInput(N_("The end of the window lies before its start."), field="wanted_to")
        request.wanted_from, request.wanted_to = wanted_from, wanted_to
        request.wanted_day_only = bool(day_only)
        request.promise_at = None if day_only else kind.promise.moment(wanted_from, wanted_to)
    if language is not None:
        if language not in LANGUAGES:
            raise InvalidInput(N_("The language must be fr, en or de."), field="language")
        request.language = language
    for name, value in (
        ("lodging_id", lodging_id),
        ("requester_id", requester_id),
        ("beneficiary_id", beneficiary_id),
        ("payer_id", payer_id),
        ("payer_organisation_id", payer_organisation_id),
    ):
        if value is not None:
            setattr(request, name, value)
    if fields is not None:
        request.fields = {**request.fields, **read_fields(kind, fields)}
    _check_health(book, kind, request.title, request.place, *request.fields.values())
    if request.state == State.NEW and request.requester_id is not None:
        move(unit, book, request, Act.QUALIFY)
    retime(unit, book, request)
    unit.record("request.corrected", "request", request_id)


def add_participant(unit: Unit, request_id: int, person_id: int, role: str) -> int:
    """Put a further person on the request."""
    unit.require(Right.WORK_REQUESTS)
    load(unit, request_id)
    unit.load(Person, person_id)
    if role not in PARTICIPANT_ROLES:
        raise InvalidInput(N_("There is no such role on a request: “{value}”."), field="role", value=role)
    row = unit.add(Participant(request_id=request_id, person_id=person_id, role=role))
    assert row.id is not None
    unit.record("request.participant_added", "request", request_id, role=role)
    return row.id


def read_fields(kind: RequestType, given: Mapping[str, object]) -> dict[str, object]:
    """The answers to the type's own questions, cleaned and of the right kind.

    Raises:
        InvalidInput: an answer that does not fit; names the question.
    """
    values: dict[str, object] = {}
    known = {one.key: one for one in kind.fields}
    for name, value in given.items():
        asked = known.get(name)
        if asked is None:
            raise InvalidInput(N_("“{name}” is not a question of this request type."), field=name, name=name)
        if value is None or value == "":
            values[name] = None
        elif asked.kind is FieldKind.INT:
            values[name] = _whole(name, value)
        elif asked.kind is FieldKind.YES_NO:
            values[name] = bool(value)
        elif asked.kind is FieldKind.CHOICE and value not in {one.key for one in asked.options}:
            raise InvalidInput(N_("“{value}” is not one of the answers."), field=name, value=str(value)[:40])
        elif asked.kind is FieldKind.TEXT:
            values[name] = clean_block(str(value))
        else:
            values[name] = clean_line(str(value))
    return values


def _check_health(book: Rulebook, kind: RequestType, *texts: object) -> None:
    """Of a health orientation no word about health is kept, wherever it was typed. Raises as ``notes``."""
    if kind.health:
        text = "\n".join(one for one in texts if isinstance(one, str))
        book.check_note(text, health=True, reason="typed with the request")


def _whole(name: str, value: object) -> int:
    try:
        number = int(str(value)[:9])
    except ValueError:
        raise InvalidInput(
            N_("“{value}” is not a whole number."), field=name, value=str(value)[:40]
        ) from None
    if number < 0:
        raise InvalidInput(N_("“{value}” is not a whole number."), field=name, value=str(value)[:40])
    return number


def _channel(value: str) -> Channel:
    try:
        return Channel(value)
    except ValueError:
        raise InvalidInput(N_("There is no channel “{value}”."), field="channel", value=value[:40]) from None


def _priority(
    unit: Unit, book: Rulebook, kind: RequestType, new: NewRequest, values: Mapping[str, object]
) -> Priority:
    if not new.priority:
        wanted = new.wanted_from.astimezone(book.zone) if new.wanted_from is not None else None
        return kind.default_priority(unit.now.astimezone(book.zone), wanted, values)
    try:
        return Priority(new.priority)
    except ValueError:
        raise InvalidInput(
            N_("There is no priority “{value}”. Use P1 to P4."), field="priority", value=new.priority[:10]
        ) from None


def _requester(unit: Unit, new: NewRequest) -> tuple[int | None, Person | None]:
    person_id = new.requester_id
    if person_id is None and (new.requester_name.strip() or new.requester_phone.strip()):
        first, last = split_name(clean_line(new.requester_name, 160))
        person_id = customers.add_person(
            unit,
            first_name=first,
            last_name=last,
            language=new.language or "fr",
            phones=[new.requester_phone] if new.requester_phone.strip() else [],
        )
    elif person_id is not None and new.requester_phone.strip():
        customers.add_phone(unit, person_id, new.requester_phone)
    return person_id, _person(unit.session, person_id)


def _beneficiary(unit: Unit, new: NewRequest, requester: int | None) -> int | None:
    if new.beneficiary_id is not None or not new.beneficiary_name.strip():
        return new.beneficiary_id or requester
    first, last = split_name(clean_line(new.beneficiary_name, 160))
    return customers.add_person(unit, first_name=first, last_name=last, language=new.language or "fr")


def _person(session: Session, person_id: int | None) -> Person | None:
    return session.get(Person, person_id) if person_id is not None else None

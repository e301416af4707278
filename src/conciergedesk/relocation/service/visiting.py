"""Programmes of candidate visits and mini-stays: one per household, each part a request, rivals never named."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session, col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, NotAllowed, RuleRefused
from conciergedesk.core.i18n import LANGUAGES, N_
from conciergedesk.core.text import clean_line
from conciergedesk.relocation.house import RelocationHouse
from conciergedesk.relocation.households import read_household
from conciergedesk.relocation.service.opening import decline, enter_stage
from conciergedesk.relocation.service.writing import coach, given, may_open, open_row
from conciergedesk.relocation.tables import Programme, ProgrammePart, RelocationFile
from conciergedesk.relocation.visits import (
    PART_REQUESTS,
    Part,
    PartKind,
    check_part,
    check_ready,
    check_window,
    held_up_by,
    meeting,
)
from conciergedesk.requests import service as requests
from conciergedesk.requests.service import NewRequest
from conciergedesk.requests.tables import Request
from conciergedesk.staff.rules import Right

DECISIONS = ("hired", "not_hired", "withdrew")


def plan_programme(
    unit: Unit,
    house: RelocationHouse,
    *,
    kind: str,
    household: str,
    starts_at: datetime,
    ends_at: datetime,
    vacancy: str = "",
    employer_id: int | None = None,
    person_id: int | None = None,
    file_id: int | None = None,
    language: str = "fr",
    coach_id: int | None = None,
    budget: str = "",
) -> int:
    """Begin the programme of one household; its request is noted with it.

    Raises:
        InvalidInput: naming ``kind``, ``household``, ``ends_at`` or ``language``.
    """
    unit.require(Right.COACH_FILES)
    if kind not in ("candidate_visit", "ministay"):
        raise InvalidInput(N_("Choose a candidate visit or a mini-stay."), field="kind")
    if language not in LANGUAGES:
        raise InvalidInput(N_("The language must be fr, en or de."), field="language")
    check_window(starts_at, ends_at)
    members = read_household(household)
    name = clean_line(household, 120)
    held_by = coach(unit, coach_id if coach_id is not None else unit.actor.id or 0)
    assert held_by.id is not None
    if kind == "ministay":
        type_code, values = "discovery_ministay", {"households": name, "budget": budget}
    else:
        type_code, values = "candidate_welcome", {"candidate": members[0].name.split()[0]}
    made = requests.capture(
        unit,
        house.book,
        NewRequest(
            type_code,
            title=members[0].name.split()[0],
            requester_id=person_id,
            payer_organisation_id=employer_id,
            wanted_from=starts_at,
            wanted_to=ends_at,
            language=language,
            holder_id=held_by.id,
            fields={key: value for key, value in values.items() if value},
        ),
    )
    row = unit.add(
        Programme(
            kind=kind,
            vacancy=clean_line(vacancy, 80),
            employer_id=employer_id,
            person_id=person_id,
            file_id=file_id,
            household=name,
            language=language,
            coach_id=held_by.id,
            starts_at=starts_at,
            ends_at=ends_at,
            request_id=made,
        )
    )
    assert row.id is not None
    unit.record("relocation.programme_planned", "relocation_programme", row.id, request=made, programme=kind)
    return row.id


def _own(unit: Unit, programme_id: int, seen: int | None = None) -> Programme:
    unit.require(Right.COACH_FILES)
    row = unit.load(Programme, programme_id, seen=seen)
    if not may_open(unit.actor, row.coach_id, None):
        # Even who the candidate is stays with the coach.
        raise NotAllowed(N_("This programme is open to its coach and to supervisors."))
    return row


def assign_programme(
    unit: Unit, programme_id: int, *, file_id: int | None = None, coach_id: int | None = None
) -> None:
    """Put a programme into a household's file, or give it to another coach.

    Raises:
        NotAllowed: the programme or the file is another coach's.
        RuleRefused: it belongs to another file already.
    """
    row = _own(unit, programme_id)
    if file_id is not None:
        file = open_row(unit, file_id)
        if row.file_id not in (None, file_id):
            raise RuleRefused(N_("This programme belongs to another file already."))
        row.file_id, row.person_id = file_id, row.person_id or file.person_id
    if coach_id is not None:
        row.coach_id = coach(unit, coach_id).id or row.coach_id
    unit.record(
        "relocation.programme_assigned",
        "relocation_programme",
        programme_id,
        file=file_id,
        coach=row.coach_id,
    )


def parts_of(session: Session, programme_id: int) -> tuple[Part, ...]:
    rows = session.exec(
        select(ProgrammePart)
        .where(ProgrammePart.programme_id == programme_id)
        .order_by(col(ProgrammePart.starts_at), col(ProgrammePart.id))
    ).all()
    return tuple(_part(row) for row in rows)


def _part(row: ProgrammePart) -> Part:
    assert row.id is not None
    return Part(
        row.id,
        PartKind(row.kind),
        row.label,
        row.starts_at,
        row.ends_at,
        row.location,
        row.after_id,
        row.cents,
        row.state == "cancelled",
    )


def add_part(
    unit: Unit,
    house: RelocationHouse,
    programme_id: int,
    kind: str,
    *,
    label: str,
    starts_at: datetime,
    ends_at: datetime,
    location: str = "",
    after: int | None = None,
    cents: int = 0,
) -> int:
    """Add a part: a request of its own, for this household alone.

    Raises:
        InvalidInput: outside the programme, before what it follows, or an unknown kind.
        RuleRefused: a rival for the same vacancy would be met there; it does not say who.
    """
    row = _own(unit, programme_id)
    if row.state == "cancelled":
        raise RuleRefused(N_("This programme is cancelled."))
    if kind not in set(PartKind):
        raise InvalidInput(N_("There is no such part of a programme."), field="kind")
    label = given(label, "label", N_("Say in a few words what this part is."), 120)
    if not 0 <= cents <= 100_000_000:
        raise InvalidInput(N_("Give a price of 0 or more."), field="price")
    new = Part(0, PartKind(kind), label, starts_at, ends_at, clean_line(location, 120), after, cents)
    check_part(new, parts_of(unit.session, programme_id), row.starts_at, row.ends_at)
    if meeting(new, _rival_parts(unit, row)) is not None:
        raise RuleRefused(
            N_("Another household of this vacancy is at {place} then. Choose another time or place."),
            place=new.location,
        )
    request = unit.session.get(Request, row.request_id) if row.request_id is not None else None
    made = requests.capture(
        unit,
        house.book,
        NewRequest(
            PART_REQUESTS[new.kind],
            title=label,
            requester_id=row.person_id,
            payer_organisation_id=row.employer_id,
            place=new.location,
            wanted_from=starts_at,
            wanted_to=ends_at,
            language=row.language,
            channel="internal",
            fields={"kind": "housing"} if new.kind is PartKind.VIEWING else {},
        ),
        follows_id=request.id if request is not None else None,
    )
    part = unit.add(
        ProgrammePart(
            programme_id=programme_id,
            request_id=made,
            kind=kind,
            label=label,
            starts_at=starts_at,
            ends_at=ends_at,
            location=new.location,
            after_id=after,
            cents=cents,
        )
    )
    assert part.id is not None
    unit.record("relocation.part_added", "relocation_programme", programme_id, part=part.id, request=made)
    return part.id


def _rival_parts(unit: Unit, row: Programme) -> list[Part]:
    if not row.vacancy:
        return []
    found = unit.session.exec(
        select(ProgrammePart)
        .join(Programme, col(Programme.id) == ProgrammePart.programme_id)
        .where(
            Programme.vacancy == row.vacancy,
            Programme.employer_id == row.employer_id,
            Programme.id != row.id,
            Programme.state != "cancelled",
        )
    ).all()
    return [_part(part) for part in found]


def cancel_part(
    unit: Unit, house: RelocationHouse, part_id: int, *, reason: str = "plans_changed"
) -> tuple[Part, ...]:
    """Cancel a part and its request; answers the parts that followed it and now hang in the air."""
    unit.require(Right.COACH_FILES)
    part = unit.load(ProgrammePart, part_id)
    _own(unit, part.programme_id)
    part.state = "cancelled"
    request = unit.session.get(Request, part.request_id)
    if request is not None and request.is_open:
        requests.cancel(unit, house.book, part.request_id, reason=reason)
    unit.record("relocation.part_cancelled", "relocation_programme", part.programme_id, part=part_id)
    unit.session.flush()
    return held_up_by(part_id, parts_of(unit.session, part.programme_id))


def name_operator(unit: Unit, programme_id: int, operator: str, number: str) -> None:
    """Say which registered operator sells the stay, with its registration number."""
    row = _own(unit, programme_id)
    row.operator = given(operator, "operator", N_("Name the registered operator."), 120)
    row.operator_number = given(number, "operator_number", N_("Give its registration number."), 40)
    unit.record("relocation.operator_named", "relocation_programme", programme_id)


def send_programme(unit: Unit, programme_id: int) -> None:
    """The household has its programme.

    Raises:
        RuleRefused: no parts, a package without its registered operator, or too late.
    """
    row = _own(unit, programme_id)
    check_ready(
        parts_of(unit.session, programme_id), row.operator, row.operator_number, row.starts_at, unit.now
    )
    row.state, row.sent_at = "sent", unit.now
    unit.record("relocation.programme_sent", "relocation_programme", programme_id, undoable=False)


def cancel_programme(
    unit: Unit, house: RelocationHouse, programme_id: int, *, reason: str = "candidate_withdrew"
) -> None:
    """The household does not come; the programmes of others go on as they are."""
    row = _own(unit, programme_id)
    parts = unit.session.exec(select(ProgrammePart).where(ProgrammePart.programme_id == programme_id)).all()
    ids = [part.request_id for part in parts] + ([row.request_id] if row.request_id is not None else [])
    for part in parts:
        part.state = "cancelled"
    for number in ids:
        request = unit.session.get(Request, number)
        if request is not None and request.is_open:
            requests.cancel(unit, house.book, number, reason=reason)
    row.state = "cancelled"
    unit.record("relocation.programme_cancelled", "relocation_programme", programme_id, reason=reason)


def decide(
    unit: Unit, house: RelocationHouse, programme_id: int, decision: str, *, on: date | None = None
) -> None:
    """Note what became of the candidate; who is not hired is shortened six months later.

    Raises:
        InvalidInput: an unknown decision.
    """
    row = _own(unit, programme_id)
    if decision not in DECISIONS:
        raise InvalidInput(N_("The decision is hired, not hired or withdrew."), field="decision")
    row.decision, row.decided_on = decision, on or house.today(unit.now)
    unit.record("relocation.decided", "relocation_programme", programme_id, decision=decision)
    file = unit.session.get(RelocationFile, row.file_id) if row.file_id is not None else None
    if file is not None and file.is_open and file.id is not None:
        if decision == "hired":
            enter_stage(unit, house, file.id, "R4")
        else:
            decline(unit, house, file.id, reason=decision)

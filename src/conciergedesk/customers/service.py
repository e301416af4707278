"""What is done about people: note them, complete their card, warn colleagues."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, NotFound
from conciergedesk.core.i18n import LANGUAGES, N_
from conciergedesk.core.phone import PhoneNumber, PhoneStatus, match_key, read_phones
from conciergedesk.core.text import clean_block, clean_line
from conciergedesk.customers.rules import ClientKind, LodgingKind, OrganisationKind, search_text
from conciergedesk.customers.tables import Household, Lodging, Organisation, Person, Phone, Warning
from conciergedesk.staff.rules import Right


def add_person(
    unit: Unit,
    *,
    first_name: str = "",
    last_name: str = "",
    kind: str = ClientKind.VISITOR,
    language: str = "fr",
    email: str = "",
    phones: Sequence[str] = (),
    note: str = "",
    household_id: int | None = None,
    organisation_id: int | None = None,
    lodging_id: int | None = None,
) -> int:
    """Note a person; a name or a number is enough.

    Raises:
        InvalidInput: neither name nor number, or an unknown kind or language.
    """
    unit.require(Right.EDIT_CUSTOMERS)
    first_name, last_name = clean_line(first_name, 80), clean_line(last_name, 80)
    numbers = [number for text in phones for number in _numbers(text)]
    if not (first_name or last_name or numbers):
        raise InvalidInput(N_("Give a name or a number."), field="name")
    _check_kind(kind, language)
    person = unit.add(
        Person(
            first_name=first_name,
            last_name=last_name,
            kind=kind,
            language=language,
            email=clean_line(email, 200),
            note=clean_block(note),
            household_id=household_id,
            organisation_id=organisation_id,
            lodging_id=lodging_id,
            search=search_text(first_name, last_name),
            created_at=unit.now,
            last_contact_at=unit.now,
        )
    )
    assert person.id is not None
    for position, number in enumerate(numbers):
        unit.session.add(_phone_row(number, position, person_id=person.id))
    unit.session.flush()
    unit.record("person.added", "person", person.id)
    return person.id


def _numbers(text: str) -> list[PhoneNumber]:
    """The numbers in what somebody typed; words without a digit are none."""
    return [one for one in read_phones(clean_line(text, 200)) if any(char.isdigit() for char in one.typed)]


def _check_kind(kind: str, language: str) -> None:
    if kind not in set(ClientKind):
        raise InvalidInput(N_("There is no kind of client “{value}”."), field="kind", value=kind)
    if language not in LANGUAGES:
        raise InvalidInput(N_("The language must be fr, en or de."), field="language")


def _phone_row(
    number: PhoneNumber,
    position: int,
    *,
    person_id: int | None = None,
    organisation_id: int | None = None,
    label: str = "",
) -> Phone:
    e164 = number.e164 or ""
    match = match_key(e164 or number.typed)
    return Phone(
        person_id=person_id,
        organisation_id=organisation_id,
        typed=clean_line(number.typed, 80),
        e164=e164,
        match=match[:40],
        tail=match[-4:],
        extension=number.extension[:10],
        status=number.status,
        position=position,
        label=clean_line(label, 40),
    )


def add_phone(unit: Unit, person_id: int, text: str, *, label: str = "") -> PhoneStatus:
    """Attach a number to a known person. The number is kept even when it needs confirming.

    Raises:
        InvalidInput: no digits in it.
    """
    unit.require(Right.EDIT_CUSTOMERS)
    unit.load(Person, person_id)
    numbers = _numbers(text)
    if not numbers:
        raise InvalidInput(N_("There is no number in “{text}”."), field="phone", text=clean_line(text, 40))
    known = unit.session.exec(select(Phone.match).where(Phone.person_id == person_id)).all()
    for number in numbers:
        row = _phone_row(number, len(known), person_id=person_id, label=label)
        if row.match not in known:
            unit.add(row)
    unit.record("person.phone_added", "person", person_id)
    return numbers[0].status


def change_person(
    unit: Unit,
    person_id: int,
    *,
    seen: int | None = None,
    first_name: str | None = None,
    last_name: str | None = None,
    kind: str | None = None,
    language: str | None = None,
    email: str | None = None,
    note: str | None = None,
    household_id: int | None = None,
    organisation_id: int | None = None,
    lodging_id: int | None = None,
) -> None:
    """Change what is given; ``None`` leaves a value as it is.

    Raises:
        Conflict: somebody changed the card since version ``seen``.
        InvalidInput: the card would have no name, or an unknown kind or language.
    """
    unit.require(Right.EDIT_CUSTOMERS)
    person = unit.load(Person, person_id, seen=seen)
    if first_name is not None:
        person.first_name = clean_line(first_name, 80)
    if last_name is not None:
        person.last_name = clean_line(last_name, 80)
    person.kind = kind if kind is not None else person.kind
    person.language = language if language is not None else person.language
    _check_kind(person.kind, person.language)
    if email is not None:
        person.email = clean_line(email, 200)
    if note is not None:
        person.note = clean_block(note)
    person.household_id = household_id if household_id is not None else person.household_id
    person.organisation_id = organisation_id if organisation_id is not None else person.organisation_id
    person.lodging_id = lodging_id if lodging_id is not None else person.lodging_id
    person.search = search_text(person.first_name, person.last_name)
    if (
        not person.search
        and not unit.session.exec(select(Phone.id).where(Phone.person_id == person_id)).first()
    ):
        raise InvalidInput(N_("Give a name or a number."), field="name")
    unit.record("person.changed", "person", person_id)


def warn(unit: Unit, person_id: int, text: str, *, until: datetime | None = None) -> int:
    """Put a note on the person's card that nobody can miss until ``until``."""
    unit.require(Right.EDIT_CUSTOMERS)
    unit.load(Person, person_id)
    text = clean_line(text, 300)
    if not text:
        raise InvalidInput(N_("Write what colleagues must know."), field="text")
    warning = unit.add(
        Warning(person_id=person_id, text=text, author_id=unit.actor.id, since=unit.now, until=until)
    )
    assert warning.id is not None
    unit.record("person.warned", "person", person_id)
    return warning.id


def end_warning(unit: Unit, warning_id: int) -> None:
    """Take a warning off."""
    unit.require(Right.EDIT_CUSTOMERS)
    warning = unit.load(Warning, warning_id)
    warning.until = unit.now
    unit.record("person.warning_ended", "person", warning.person_id)


def add_organisation(
    unit: Unit, name: str, *, kind: str = OrganisationKind.COMPANY, phones: Sequence[str] = ()
) -> int:
    """Note a company or another body."""
    unit.require(Right.EDIT_CUSTOMERS)
    name = clean_line(name, 200)
    if not name:
        raise InvalidInput(N_("Give the organisation a name."), field="name")
    if kind not in set(OrganisationKind):
        raise InvalidInput(N_("There is no kind of organisation “{value}”."), field="kind", value=kind)
    row = unit.add(Organisation(name=name, kind=kind, search=search_text(name)))
    assert row.id is not None
    for position, number in enumerate(n for text in phones for n in _numbers(text)):
        unit.session.add(_phone_row(number, position, organisation_id=row.id))
    unit.session.flush()
    unit.record("organisation.added", "organisation", row.id)
    return row.id


def add_household(unit: Unit, name: str, members: Sequence[int] = ()) -> int:
    """Put people together who live or travel together."""
    unit.require(Right.EDIT_CUSTOMERS)
    row = unit.add(Household(name=clean_line(name, 120)))
    assert row.id is not None
    for person_id in members:
        unit.load(Person, person_id).household_id = row.id
    unit.record("household.added", "household", row.id)
    return row.id


def add_lodging(
    unit: Unit,
    *,
    code: str = "",
    name: str,
    kind: str = LodgingKind.GITE,
    address: str = "",
    commune: str = "",
    owner_id: int | None = None,
) -> int:
    """Note a lodging under a neutral code such as ``P-14``.

    Raises:
        InvalidInput: no name, an unknown kind, or a code that is taken.
    """
    unit.require(Right.EDIT_CUSTOMERS)
    name, commune = clean_line(name, 120), clean_line(commune, 80)
    if not name:
        raise InvalidInput(N_("Give the lodging a name."), field="name")
    if kind not in set(LodgingKind):
        raise InvalidInput(N_("There is no kind of lodging “{value}”."), field="kind", value=kind)
    taken = set(unit.session.exec(select(Lodging.code)))
    code = clean_line(code, 20) or next(c for n in range(11, 100_000) if (c := f"P-{n}") not in taken)
    if code in taken:
        raise InvalidInput(N_("The code {value} is taken. Choose another."), field="code", value=code)
    row = unit.add(
        Lodging(
            code=code,
            name=name,
            kind=kind,
            address=clean_line(address, 200),
            commune=commune,
            owner_id=owner_id,
            search=search_text(name, code, commune),
        )
    )
    assert row.id is not None
    unit.record("lodging.added", "lodging", row.id)
    return row.id


def touch(unit: Unit, person_id: int) -> None:
    """Remember that the person was in contact now."""
    person = unit.session.get(Person, person_id)
    if person is None:
        raise NotFound(N_("This person's card is no longer there."))
    if person.last_contact_at is None or (unit.now - person.last_contact_at).total_seconds() > 3600:
        person.last_contact_at = unit.now

"""Whose keys these are and what they open, as it is typed at the counter."""

from __future__ import annotations

from sqlmodel import Session

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_
from conciergedesk.core.phone import search_digits
from conciergedesk.core.text import clean_line, fold
from conciergedesk.customers import service as customers
from conciergedesk.customers.queries import LodgingCard, PersonHit, find_lodgings, find_people
from conciergedesk.customers.rules import ClientKind


def owner_of(unit: Unit, text: str) -> int:
    """The owner meant; somebody with a name and a number who is not known yet is noted.

    Raises:
        InvalidInput: naming ``owner``: nobody, or several people.
    """
    typed = clean_line(text, 120)
    name = " ".join(word for word in typed.split() if not any(c.isdigit() for c in word) and word != "+")
    phone = _without(typed, name)
    digits = search_digits(phone)
    if not name and len(digits) < 4:
        raise InvalidInput(N_("Say whose keys these are: a name, or a number."), field="owner")
    known: list[PersonHit] = []
    if len(digits) >= 4:
        known = [hit for hit in find_people(unit.session, phone, unit.now) if _same_person(hit, name)]
    elif name:
        hits = [hit for hit in find_people(unit.session, name, unit.now) if hit.score >= 100]
        exact = [hit for hit in hits if fold(hit.name) == fold(name)]
        known = exact or hits
    if len(known) > 1:
        raise InvalidInput(
            N_("Several people fit: {names}. Add the last four digits of the number."),
            field="owner",
            names=", ".join(f"{hit.name} {hit.phone[-4:]}".strip() for hit in known[:4]),
        )
    if known:
        return known[0].id
    if name and len(digits) >= 6:
        first, _blank, last = name.partition(" ")
        return customers.add_person(
            unit, first_name=first, last_name=last, kind=ClientKind.OWNER, phones=[phone]
        )
    raise InvalidInput(
        N_("Nobody is known as “{name}”. Type name and number together, and the card is made."),
        field="owner",
        name=clean_line(typed, 40),
    )


def _without(typed: str, name: str) -> str:
    """What is left of a typed line without the words of the name."""
    words = set(name.split())
    return " ".join(word for word in typed.split() if word not in words)


def _same_person(hit: PersonHit, name: str) -> bool:
    """Whether a number leads to the person named; without a name it does."""
    known = fold(hit.name).split()
    return not name or not known or any(word in known for word in fold(name).split())


def property_of(unit: Unit, text: str, owner_id: int | None) -> int | None:
    """The property meant; one given with its address that is not known yet is noted under a code of its own.

    Raises:
        InvalidInput: naming ``lodging``: nothing of that name, or several.
    """
    typed = clean_line(text, 300)
    if not typed:
        return None
    parts = [part.strip() for part in typed.split(",")]
    found = find_property(unit.session, typed)
    if not found and len(parts) == 3:
        near = find_property(unit.session, f"{parts[0]} {parts[2]}")
        found = [one for one in near if fold(one.name) == fold(parts[0])]
    if len(found) == 1:
        return found[0].id
    if found:
        raise InvalidInput(
            N_("Several properties fit: {names}. Type the code."),
            field="lodging",
            names=", ".join(f"{one.code} {one.name}" for one in found[:4]),
        )
    if len(parts) == 3 and all(parts):
        return customers.add_lodging(
            unit, name=parts[0], address=parts[1], commune=parts[2], owner_id=owner_id
        )
    raise InvalidInput(
        N_("No property is called “{name}”. Type name, address, town with two commas, and it is noted."),
        field="lodging",
        name=clean_line(typed, 40),
    )


def find_property(session: Session, typed: str) -> list[LodgingCard]:
    """The properties meant by a code, or by words of name, code and town."""
    found = find_lodgings(session, typed.replace(",", " ")) if fold(typed) else []
    by_code = [one for one in found if fold(one.code) == fold(typed)]
    exact = [one for one in found if fold(one.name) == fold(typed)]
    return by_code or exact or found

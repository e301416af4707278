"""Who settles: reading a household typed in one line, and what the plan makes of it. Pure.

read_household("Lieselotte Hartmann, Henk, Jonna 14, Tim 7, chat Pixel")
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, _
from conciergedesk.core.text import clean_line, fold
from conciergedesk.relocation.plans import (
    CHILD_AGE_LIMIT,
    Car,
    Housing,
    Lease,
    Licence,
    Nationality,
    Origin,
    Profile,
    Visa,
    Wish,
    WorkCountry,
)

_Kind = TypeVar("_Kind", bound=StrEnum)

PETS: Mapping[str, str] = {
    "chat": "cat", "chatte": "cat", "chats": "cat", "cat": "cat", "cats": "cat", "katze": "cat", "kater": "cat",
    "chien": "dog", "chienne": "dog", "chiens": "dog", "dog": "dog", "hund": "dog",
    "lapin": "rabbit", "rabbit": "rabbit", "kaninchen": "rabbit",
    "oiseau": "bird", "perruche": "bird", "bird": "bird", "vogel": "bird",
    "cheval": "horse", "horse": "horse", "pferd": "horse",
}  # fmt: skip
"""Folded words that say that a member is an animal."""

_AGE = re.compile(r"^(.*?)[\s(]*\b(\d{1,3})\s*(?:ans?|years?|jahre?|a|y|j)?\)?$", re.IGNORECASE)
_ARTICLES = frozenset(
    {"le", "la", "un", "une", "the", "a", "der", "die", "das", "ein", "eine", "l", "and", "et"}
)
MOST_MEMBERS = 20


class Role(StrEnum):
    """What somebody is in the household."""

    ADULT = "adult"
    PARTNER = "partner"
    CHILD = "child"
    PET = "pet"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the household. Children have an age; ``about`` is a school level or a species."""

    name: str
    role: Role = Role.ADULT
    age: int | None = None
    about: str = ""


def read_household(text: str) -> tuple[Member, ...]:
    """The members in a line of names: the first is who was hired, the second adult is the partner.

    A name with an age is a child, a name with an animal's word is a pet.

    Raises:
        InvalidInput: naming ``household`` when nobody is named, ``children`` for an age that is no child's.
    """
    members: list[Member] = []
    for part in re.split(r"[,;+\n]|\s&\s", clean_line(text)):
        part = part.strip()
        if not part:
            continue
        found = _pet(part) or _child(part)
        if found is None:
            adults = sum(one.role in (Role.ADULT, Role.PARTNER) for one in members)
            found = Member(clean_line(part, 80), Role.PARTNER if adults == 1 else Role.ADULT)
        members.append(found)
    check_members(members)
    return tuple(members)


def _pet(part: str) -> Member | None:
    words = [word for word in part.replace("’", " ").replace("'", " ").split() if fold(word) not in _ARTICLES]
    for word in words:
        species = PETS.get(fold(word))
        if species is not None:
            name = " ".join(one for one in words if one is not word)
            return Member(clean_line(name, 80), Role.PET, about=species)
    return None


def _child(part: str) -> Member | None:
    match = _AGE.match(part)
    if match is None or not match[1].strip(" ("):
        return None
    return Member(clean_line(match[1].strip(" (,"), 80), Role.CHILD, int(match[2]))


def check_members(members: Iterable[Member]) -> None:
    """Refuse what cannot be a household.

    Raises:
        InvalidInput: naming ``household`` or ``children``.
    """
    members = list(members)
    if not any(one.role in (Role.ADULT, Role.PARTNER) and one.name for one in members):
        raise InvalidInput(
            N_("Name who settles, then the others: Lieselotte Hartmann, Henk, Tim 7, cat Pixel."),
            field="household",
        )
    if len(members) > MOST_MEMBERS:
        raise InvalidInput(
            N_("A household has at most {limit} members. Check the line."),
            field="household",
            limit=MOST_MEMBERS,
        )
    for one in members:
        if one.role is Role.CHILD and (one.age is None or not 0 <= one.age <= CHILD_AGE_LIMIT):
            raise InvalidInput(
                N_("A child of {age} is not a child. Give ages from 0 to {limit}, or count an adult."),
                field="children",
                age="?" if one.age is None else one.age,
                limit=CHILD_AGE_LIMIT,
            )


def household_name(members: Iterable[Member]) -> str:
    """What the file is called: the family name of who was hired, with how many come."""
    return next(one.name for one in members if one.role in (Role.ADULT, Role.PARTNER))


def first_name(name: str) -> str:
    """What a plan that others read calls somebody."""
    return name.split()[0] if name.split() else name


def show_members(members: Iterable[Member]) -> str:
    """The members in one line: ``Lieselotte, Henk, Jonna 14 ans, Tim 7 ans, le chat Pixel``."""
    shown = []
    for one in members:
        if one.role is Role.CHILD:
            shown.append(_("{name} {age} y", name=first_name(one.name), age=one.age))
        elif one.role is Role.PET:
            shown.append(f"{_(SPECIES.get(one.about, one.about))} {one.name}".strip())
        else:
            shown.append(first_name(one.name))
    return ", ".join(shown)


SPECIES: Mapping[str, str] = {
    "cat": N_("the cat"),
    "dog": N_("the dog"),
    "rabbit": N_("the rabbit"),
    "bird": N_("the bird"),
    "horse": N_("the horse"),
}


def profile_of(members: Iterable[Member], facts: Mapping[str, object]) -> Profile:
    """What the plan needs to know."""
    members = list(members)
    wishes = facts.get("wishes")
    help_wanted = facts.get("home_help")
    nationality = _fact(Nationality, facts.get("nationality"))
    visa = _fact(Visa, facts.get("visa"))
    if visa is None and nationality in (Nationality.FR, Nationality.EU):
        visa = Visa.NONE  # nobody needs to be asked
    return Profile(
        adults=sum(one.role in (Role.ADULT, Role.PARTNER) for one in members),
        partner=any(one.role is Role.PARTNER for one in members),
        children=tuple(one.age for one in members if one.role is Role.CHILD and one.age is not None),
        pets=tuple(one.about or one.name for one in members if one.role is Role.PET),
        nationality=nationality,
        comes_from=_fact(Origin, facts.get("comes_from")),
        work_country=_fact(WorkCountry, facts.get("work_country")),
        car=_fact(Car, facts.get("car")),
        licence=_fact(Licence, facts.get("licence")),
        housing=_fact(Housing, facts.get("housing")),
        lease=_fact(Lease, facts.get("lease")),
        visa=visa,
        home_help=help_wanted if isinstance(help_wanted, bool) else None,
        wishes=tuple(Wish(str(one)) for one in wishes) if isinstance(wishes, list) else (),
    )


def _fact(kind: type[_Kind], value: object) -> _Kind | None:
    return kind(value) if isinstance(value, str) else None

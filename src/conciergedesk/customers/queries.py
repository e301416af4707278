"""Finding and reading people.

A caller is found by any spelling of the number, by its last four digits, or by a name with slips.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rapidfuzz import fuzz, process
from sqlalchemy import or_
from sqlmodel import Session, col, select

from conciergedesk.core.db.read import pick
from conciergedesk.core.phone import search_digits
from conciergedesk.core.text import fold
from conciergedesk.customers.tables import Household, Lodging, Organisation, Person, Phone, Warning

FUZZY_FLOOR = 72
"""Names below this likeness (0 to 100) are not proposed."""


@dataclass(frozen=True, slots=True)
class PersonHit:
    """A person as pickers and the capture line show one."""

    id: int
    name: str
    phone: str
    language: str
    kind: str
    around: str
    """Employer, lodging or household in a few words."""
    score: float = 100.0


@dataclass(frozen=True, slots=True)
class PhoneCard:
    id: int
    typed: str
    e164: str
    extension: str
    status: str
    label: str


@dataclass(frozen=True, slots=True)
class WarningCard:
    id: int
    text: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class PersonCard:
    """Everything about one person that fits on a card."""

    id: int
    first_name: str
    last_name: str
    kind: str
    language: str
    email: str
    note: str
    phones: tuple[PhoneCard, ...]
    household_id: int | None
    household: str
    relatives: tuple[tuple[int, str], ...]
    organisation_id: int | None
    organisation: str
    lodging_id: int | None
    lodging: str
    warnings: tuple[WarningCard, ...]
    version: int

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class LodgingCard:
    id: int
    code: str
    name: str
    kind: str
    commune: str


def find_people(session: Session, text: str, now: datetime, limit: int = 8) -> list[PersonHit]:
    """People that ``text`` may mean: a number in any spelling, its last digits, or a name with slips.

    Best first; equally good ones by latest contact. Returns nothing for less than two characters.
    """
    text = text.strip()
    if len(text) < 2:
        return []
    digits = search_digits(text)
    if len(digits) >= 4 and not any(c.isalpha() for c in text):
        return _by_number(session, digits, limit)
    return _by_name(session, fold(text), limit)


def hits_by_id(session: Session, people: list[int]) -> list[PersonHit]:
    """These people as pickers show them."""
    return _hits(session, dict.fromkeys(people, 100.0))


def _by_number(session: Session, digits: str, limit: int) -> list[PersonHit]:
    owned = select(Phone.person_id).where(
        col(Phone.person_id).is_not(None), col(Phone.match).contains(digits)
    )
    # The last four digits are indexed; only a number typed half-way has to be looked for everywhere.
    ids = session.exec(owned.where(Phone.tail == digits[-4:]).limit(limit * 2)).all()
    if not ids and len(digits) >= 6:
        ids = session.exec(owned.limit(limit * 2)).all()
    return _hits(session, {person: 100.0 for person in ids if person is not None})[:limit]


def _by_name(session: Session, wanted: str, limit: int) -> list[PersonHit]:
    words = wanted.split()
    query = pick(Person.id, Person.search).where(col(Person.erased_at).is_(None))
    plain = query
    for word in words:
        plain = plain.where(or_(col(Person.search).startswith(word), col(Person.search).contains(f" {word}")))
    found = {i: 100.0 for i, _ in session.exec(plain.limit(limit * 3)) if i is not None}
    if len(found) < 3 and len(wanted) >= 4:
        names = {i: search for i, search in session.exec(query)}
        scorer = fuzz.WRatio if len(words) > 1 else fuzz.partial_token_ratio
        for _name, score, person in process.extract(
            wanted,
            names,
            scorer=_word_likeness if scorer is fuzz.partial_token_ratio else scorer,
            score_cutoff=FUZZY_FLOOR,
            limit=limit,
        ):
            if person is not None:
                found.setdefault(person, min(score, 99.0))
    return _hits(session, found)[:limit]


def _word_likeness(wanted: str, name: str, *, score_cutoff: float | None = None, **_: object) -> float:
    """The likeness of one typed word to the likest word of a name; the first letters count most."""
    return max((fuzz.ratio(wanted, word, score_cutoff=score_cutoff) for word in name.split()), default=0.0)


def _hits(session: Session, scores: dict[int, float]) -> list[PersonHit]:
    if not scores:
        return []
    query = (
        pick(
            Person.id,
            Person.first_name,
            Person.last_name,
            Person.language,
            Person.kind,
            Organisation.name,
            Lodging.name,
            Household.name,
            Person.last_contact_at,
        )
        .join(Organisation, col(Organisation.id) == Person.organisation_id, isouter=True)
        .join(Lodging, col(Lodging.id) == Person.lodging_id, isouter=True)
        .join(Household, col(Household.id) == Person.household_id, isouter=True)
        .where(col(Person.id).in_(scores))
    )
    phones = _first_phones(session, list(scores))
    found = []
    for i, first, last, language, kind, organisation, lodging, household, contact in session.exec(query):
        hit = PersonHit(
            i,
            f"{first} {last}".strip(),
            phones.get(i, ""),
            language,
            kind,
            organisation or lodging or household or "",
            scores[i],
        )
        found.append((-scores[i], -(contact.timestamp() if contact else 0.0), hit.name, hit))
    return [entry[-1] for entry in sorted(found, key=lambda entry: entry[:3])]


def _first_phones(session: Session, people: list[int]) -> dict[int, str]:
    query = (
        pick(Phone.person_id, Phone.e164, Phone.typed)
        .where(col(Phone.person_id).in_(people))
        .order_by(col(Phone.position).desc(), col(Phone.id).desc())
    )
    return {person: e164 or typed for person, e164, typed in session.exec(query) if person is not None}


def person_card(session: Session, person_id: int, now: datetime) -> PersonCard | None:
    """The card of one person, with standing warnings at ``now``; ``None`` when there is none."""
    person = session.get(Person, person_id)
    if person is None or person.id is None:
        return None
    phones = session.exec(
        select(Phone).where(Phone.person_id == person_id).order_by(col(Phone.position))
    ).all()
    relatives = (
        session.exec(
            pick(Person.id, Person.first_name, Person.last_name).where(
                Person.household_id == person.household_id, Person.id != person_id
            )
        ).all()
        if person.household_id
        else []
    )
    warnings = session.exec(
        select(Warning).where(
            Warning.person_id == person_id,
            Warning.since <= now,
            or_(col(Warning.until).is_(None), col(Warning.until) > now),
        )
    ).all()
    household = session.get(Household, person.household_id) if person.household_id else None
    organisation = session.get(Organisation, person.organisation_id) if person.organisation_id else None
    lodging = session.get(Lodging, person.lodging_id) if person.lodging_id else None
    return PersonCard(
        id=person.id,
        first_name=person.first_name,
        last_name=person.last_name,
        kind=person.kind,
        language=person.language,
        email=person.email,
        note=person.note,
        phones=tuple(PhoneCard(p.id or 0, p.typed, p.e164, p.extension, p.status, p.label) for p in phones),
        household_id=person.household_id,
        household=household.name if household else "",
        relatives=tuple((i or 0, f"{first} {last}".strip()) for i, first, last in relatives),
        organisation_id=person.organisation_id,
        organisation=organisation.name if organisation else "",
        lodging_id=person.lodging_id,
        lodging=lodging.name if lodging else "",
        warnings=tuple(WarningCard(w.id or 0, w.text, w.since, w.until) for w in warnings),
        version=person.version,
    )


def find_lodgings(session: Session, text: str, limit: int = 5) -> list[LodgingCard]:
    """Lodgings by name, code or commune."""
    query = pick(Lodging.id, Lodging.code, Lodging.name, Lodging.kind, Lodging.commune)
    for word in fold(text).split():
        query = query.where(
            or_(col(Lodging.search).startswith(word), col(Lodging.search).contains(f" {word}"))
        )
    return [
        LodgingCard(i or 0, *rest) for i, *rest in session.exec(query.order_by(Lodging.name).limit(limit))
    ]


def find_organisations(session: Session, text: str, limit: int = 5) -> list[tuple[int, str, str]]:
    """(id, name, kind) of organisations by name."""
    query = pick(Organisation.id, Organisation.name, Organisation.kind)
    for word in fold(text).split():
        query = query.where(
            or_(col(Organisation.search).startswith(word), col(Organisation.search).contains(f" {word}"))
        )
    return [
        (i or 0, name, kind) for i, name, kind in session.exec(query.order_by(Organisation.name).limit(limit))
    ]

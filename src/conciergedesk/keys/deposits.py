"""What a deposit would most likely be: the next free tag, a free hook, and what the request says of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from conciergedesk.core.db.read import pick
from conciergedesk.core.phone import show_phone
from conciergedesk.customers.tables import Lodging, Person, Phone
from conciergedesk.keys.cards import PlaceCard
from conciergedesk.keys.queries import places
from conciergedesk.keys.rules import PlaceKind
from conciergedesk.keys.tables import KeySet
from conciergedesk.keys.tags import show_tag
from conciergedesk.requests.tables import Request

FIRST_NUMBER = 101
DEPOSIT = "key_deposit_owner"
"""The type of request by which an owner announces keys."""


@dataclass(frozen=True, slots=True)
class Deposit:
    """The lines of a deposit as far as they are known; ``hook`` is None when every hook is taken."""

    tag: str
    hook: PlaceCard | None = None
    owner: str = ""
    lodging: str = ""
    pieces: str = ""
    until: str = ""
    request_id: int | None = None


def next_number(session: Session) -> int:
    """The number after the highest one that was ever given; numbers are not used twice."""
    highest = session.exec(select(func.max(col(KeySet.number)))).one()
    return max(FIRST_NUMBER, (highest or 0) + 1)


def propose_deposit(session: Session, request_id: int | None = None) -> Deposit:
    """A deposit with its next tag and hook, filled with what an open deposit request says."""
    tag = show_tag(next_number(session))
    taken = {home for (home,) in session.exec(pick(KeySet.home_place_id))}
    hook = min(
        (one for one in places(session).values() if one.kind == PlaceKind.HOOK and one.id not in taken),
        key=lambda one: (len(one.name), one.name),
        default=None,
    )
    request = session.get(Request, request_id) if request_id is not None else None
    if request is None or request.type_code != DEPOSIT or not request.is_open:
        return Deposit(tag, hook)
    lodging = session.get(Lodging, request.lodging_id) if request.lodging_id is not None else None
    fields = {name: str(value) for name, value in request.fields.items()}
    return Deposit(
        tag,
        hook,
        _owner(session, request.requester_id) or fields.get("owner", ""),
        lodging.code if lodging is not None else fields.get("property", ""),
        fields.get("pieces", ""),
        fields.get("valid_until", ""),
        request.id,
    )


def _owner(session: Session, person_id: int | None) -> str:
    """Name and number of who brings the keys, so that no namesake is meant."""
    person = session.get(Person, person_id) if person_id is not None else None
    if person is None:
        return ""
    phone = session.exec(
        pick(Phone.e164, Phone.typed)
        .where(Phone.person_id == person_id)
        .order_by(col(Phone.position))
        .limit(1)
    ).first()
    number = (show_phone(phone[0]) or phone[1]) if phone is not None else ""
    return f"{person.first_name} {person.last_name} {number}".strip()


def is_deposit(session: Session, request_id: int) -> bool:
    """Whether a request announces keys that somebody brings."""
    found = session.exec(pick(Request.type_code, Request.is_open).where(Request.id == request_id)).first()
    return found is not None and found[0] == DEPOSIT and bool(found[1])

"""The register of sets: take a set in custody, describe it, keep its mandate, show its address on request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, NotFound, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_block, clean_line
from conciergedesk.customers.tables import Lodging, Person
from conciergedesk.keys.custody import Identity, MovementKind, Position, Proof
from conciergedesk.keys.deposits import next_number
from conciergedesk.keys.rules import PieceKind, PlaceKind, mandate_holds
from conciergedesk.keys.service.owners import property_of
from conciergedesk.keys.service.writing import Beside, Opened, append, desk_zone, open_set, place_holder
from conciergedesk.keys.tables import KeyPlace, KeySet
from conciergedesk.keys.tags import show_tag
from conciergedesk.staff.rules import Right

PIECES_LIMIT = 50


@dataclass(frozen=True, slots=True)
class NewSet:
    """A set as its owner entrusts it. ``pieces`` are (kind, count); ``number`` 0 takes the next free tag."""

    pieces: Sequence[tuple[str, int]]
    owner_id: int
    place_id: int
    mandate_ref: str
    mandate_since: date
    mandate_until: date | None = None
    lodging_id: int | None = None
    identity: Identity = Identity.NONE
    number: int = 0
    photo: str = ""
    has_address: bool = False
    request_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Registered:
    id: int
    tag: str


@dataclass(frozen=True, slots=True)
class Address:
    """What a tag opens; reading it is on record."""

    lodging: str
    address: str
    commune: str


def add_place(unit: Unit, kind: str, name: str) -> int:
    """Add a hook, a cabinet, a safe or a vehicle.

    Raises:
        InvalidInput: an unknown kind, no name, or a name that is taken.
    """
    unit.require(Right.HANDLE_KEYS)
    name = clean_line(name, 40)
    if kind not in set(PlaceKind):
        raise InvalidInput(N_("There is no place of the kind “{value}”."), field="kind", value=kind[:20])
    if not name:
        raise InvalidInput(N_("Give the place a name or a number."), field="name")
    if unit.session.exec(select(KeyPlace.id).where(KeyPlace.kind == kind, KeyPlace.name == name)).first():
        raise InvalidInput(N_("“{name}” is there already. Choose another name."), field="name", name=name)
    place = unit.add(KeyPlace(kind=kind, name=name))
    assert place.id is not None
    unit.record("key_place.added", "key_place", place.id)
    return place.id


def register_set(unit: Unit, new: NewSet) -> Registered:
    """Take a set in custody: tag, pieces, mandate, first line of its history.

    Raises:
        InvalidInput: no piece, no mandate, nobody's identity seen, or a number that is taken.
        NotFound: owner or property is not known.
    """
    unit.require(Right.HANDLE_KEYS)
    pieces, expected = _pieces(new.pieces)
    if unit.session.get(Person, new.owner_id) is None:
        raise NotFound(N_("Choose the owner first."))
    if new.lodging_id is not None and unit.session.get(Lodging, new.lodging_id) is None:
        raise NotFound(N_("This property is not known. Choose it again."))
    place = place_holder(unit, new.place_id)
    _check_mandate(new.mandate_ref, new.mandate_since, new.mandate_until)
    if new.identity is Identity.NONE:
        raise InvalidInput(
            N_("Look at an identity document and choose its kind, or check the code."), field="identity"
        )
    number = new.number or next_number(unit.session)
    tag = show_tag(number)
    if unit.session.exec(select(KeySet.id).where(KeySet.number == number)).first():
        raise InvalidInput(N_("The tag {tag} is taken. Choose another number."), field="number", tag=tag)
    key_set = unit.add(
        KeySet(
            number=number,
            pieces=pieces,
            pieces_expected=expected,
            photo=clean_line(new.photo, 200),
            owner_id=new.owner_id,
            lodging_id=new.lodging_id,
            home_place_id=new.place_id,
            mandate_ref=clean_line(new.mandate_ref, 60),
            mandate_since=new.mandate_since,
            mandate_until=new.mandate_until,
            has_address=new.has_address,
            note=clean_block(new.note),
            created_at=unit.now,
        )
    )
    assert key_set.id is not None
    opened = Opened(key_set, key_set.id, tag, Position())
    append(
        unit,
        opened,
        MovementKind.DEPOSIT_IN,
        place,
        counted=expected,
        expected=expected,
        identity=new.identity,
        proof=Proof.SIGNATURE,
        proof_ref=clean_line(new.mandate_ref, 60),
        beside=Beside(request_id=new.request_id),
    )
    unit.record("key.registered", "key_set", key_set.id, undoable=False, pieces=expected)
    return Registered(key_set.id, tag)


def _pieces(given: Sequence[tuple[str, int]]) -> tuple[list[dict[str, str | int]], int]:
    """What hangs on the ring, checked, and how many pieces that is."""
    found: list[dict[str, str | int]] = []
    for kind, count in given:
        if kind not in set(PieceKind):
            raise InvalidInput(
                N_("There is no piece of the kind “{value}”."), field="pieces", value=kind[:20]
            )
        if not 1 <= count <= PIECES_LIMIT:
            raise InvalidInput(
                N_("Count between 1 and {limit} pieces of a kind."), field="pieces", limit=PIECES_LIMIT
            )
        found.append({"kind": str(kind), "count": count})
    if not found:
        raise InvalidInput(N_("A set has at least one piece. Say which."), field="pieces")
    return found, sum(count for _kind, count in given)


def _check_mandate(ref: str, since: date | None, until: date | None) -> None:
    if not clean_line(ref) or since is None:
        raise InvalidInput(
            N_("Note the signed mandate: its reference and its first day."), field="mandate_ref"
        )
    if until is not None and until < since:
        raise InvalidInput(N_("The mandate ends before it begins. Correct the days."), field="mandate_until")


def renew_mandate(unit: Unit, set_id: int, *, ref: str, since: date, until: date | None) -> None:
    """Note a new or longer mandate.

    Raises:
        InvalidInput: no reference, or it ends before it begins.
    """
    unit.require(Right.HANDLE_KEYS)
    _check_mandate(ref, since, until)
    row = unit.load(KeySet, set_id)
    before = row.mandate_until
    row.mandate_ref, row.mandate_since, row.mandate_until = clean_line(ref, 60), since, until
    unit.record("key.mandate_renewed", "key_set", set_id, before=before, until=until)


def describe_set(
    unit: Unit,
    set_id: int,
    *,
    seen: int | None = None,
    photo: str | None = None,
    note: str | None = None,
    home_place_id: int | None = None,
    lodging: str = "",
    has_address: bool | None = None,
) -> None:
    """Change what is given of a set's description; its place is moved by ``carry`` only.

    Raises:
        InvalidInput: naming ``lodging``: no such property, or several.
        Conflict: somebody changed the set since version ``seen``.
    """
    unit.require(Right.HANDLE_KEYS)
    row = unit.load(KeySet, set_id, seen=seen)
    lodging_id = property_of(unit, lodging, row.owner_id)
    if photo is not None:
        row.photo = clean_line(photo, 200)
    if note is not None:
        row.note = clean_block(note)
    if home_place_id is not None:
        row.home_place_id = place_holder(unit, home_place_id).id
    if lodging_id is not None:
        row.lodging_id = lodging_id
    if has_address is not None:
        row.has_address = has_address
    unit.record("key.described", "key_set", set_id)


def change_pieces(unit: Unit, set_id: int, pieces: Sequence[tuple[str, int]], *, reason: str) -> None:
    """Change what hangs on the ring, with the owner's agreement; counted and written as a line.

    Raises:
        RuleRefused: the set is not at the desk.
        InvalidInput: no reason or no piece.
    """
    unit.require(Right.HANDLE_KEYS)
    opened = open_set(unit, set_id)
    reason = clean_line(reason, 200)
    if not reason:
        raise InvalidInput(N_("Give a reason."), field="reason")
    made, expected = _pieces(pieces)
    opened.row.pieces, opened.row.pieces_expected = made, expected
    append(
        unit,
        opened,
        MovementKind.INVENTORY_COUNT,
        opened.position.holder,
        counted=expected,
        expected=expected,
        reason=reason,
    )
    unit.record("key.pieces_changed", "key_set", set_id, reason=reason, undoable=False, pieces=expected)


def retag(unit: Unit, set_id: int, *, reason: str) -> str:
    """Give a set a new number, when the old one was heard together with the address.

    Returns:
        The new tag.
    """
    unit.require(Right.HANDLE_KEYS)
    reason = clean_line(reason, 200)
    if not reason:
        raise InvalidInput(N_("Give a reason."), field="reason")
    row = unit.load(KeySet, set_id)
    before, row.number = row.number, next_number(unit.session)
    unit.record(
        "key.retagged", "key_set", set_id, reason=reason, undoable=False, before=before, after=row.number
    )
    return show_tag(row.number)


def see_address(unit: Unit, set_id: int) -> Address:
    """Show the property behind a tag. The reading is journaled.

    Raises:
        RuleRefused: no property is noted for this set.
    """
    unit.require(Right.HANDLE_KEYS)
    row = unit.load(KeySet, set_id)
    lodging = unit.session.get(Lodging, row.lodging_id) if row.lodging_id is not None else None
    if lodging is None:
        raise RuleRefused(N_("No property is noted for key {tag}."), tag=show_tag(row.number))
    unit.record("key.address_seen", "key_set", set_id, undoable=False)
    return Address(f"{lodging.code} {lodging.name}".strip(), lodging.address, lodging.commune)


def has_mandate(unit: Unit, row: KeySet) -> bool:
    """Whether the owner's mandate covers today."""
    today = unit.now.astimezone(desk_zone(unit.session)).date()
    return mandate_holds(row.mandate_since, row.mandate_until, today)

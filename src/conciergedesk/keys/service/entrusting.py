"""An owner stands at the counter with keys: owner, property and set are noted in one go, or nothing is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.keys.custody import Identity
from conciergedesk.keys.deposits import DEPOSIT
from conciergedesk.keys.service.owners import owner_of, property_of
from conciergedesk.keys.service.register import NewSet, Registered, register_set
from conciergedesk.keys.service.writing import desk_zone, open_request, person_name, tick_request
from conciergedesk.keys.tags import HIGHEST, read_tag
from conciergedesk.keys.typed import read_pieces
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.staff.rules import Right


@dataclass(frozen=True, slots=True)
class Entrusted:
    """A set as it is typed at the counter.

    Attributes:
        owner: a name, a number, or both; both make the card of somebody who is not known yet.
        lodging: code or name; ``name, address, town`` makes one that is not known yet; empty is none.
        tag: empty takes the next free number.
    """

    owner: str
    pieces: str
    place_id: int | None
    mandate_ref: str
    mandate_since: date
    mandate_until: date | None = None
    lodging: str = ""
    identity: Identity = Identity.NONE
    tag: str = ""
    photo: str = ""
    note: str = ""
    has_address: bool = False
    request_id: int | None = None


def entrust(unit: Unit, book: Rulebook, typed: Entrusted) -> Registered:
    """Register a set from what was typed, with its owner and property where they are not known yet.

    The deposit's own request has its steps ticked and is done when nothing else is left of it.

    Raises:
        InvalidInput: naming the line: ``tag``, ``owner``, ``lodging``, ``pieces``, ``place``, ``identity``,
            ``mandate_ref`` or ``mandate_until``.
    """
    unit.require(Right.HANDLE_KEYS)
    number = read_number(typed.tag)
    pieces = read_pieces(typed.pieces)
    if typed.place_id is None:
        raise InvalidInput(N_("Say where it hangs: the number of the hook."), field="place")
    if typed.mandate_until is not None and typed.mandate_until < _today(unit):
        raise InvalidInput(
            N_("This mandate has ended already. Have it renewed, then register the set."),
            field="mandate_until",
        )
    owner_id = owner_of(unit, typed.owner)
    made = register_set(
        unit,
        NewSet(
            pieces,
            owner_id,
            typed.place_id,
            typed.mandate_ref,
            typed.mandate_since,
            typed.mandate_until,
            lodging_id=property_of(unit, typed.lodging, owner_id),
            identity=typed.identity,
            number=number,
            photo=typed.photo,
            has_address=typed.has_address,
            request_id=typed.request_id,
            note=typed.note,
        ),
    )
    request = open_request(unit.session, typed.request_id)
    if request is not None:
        # The proof is who signed: a reference alone shows no signature.
        mandate = f"{person_name(unit.session, owner_id)} {clean_line(typed.mandate_ref, 60)}".strip()
        steps = {"identity_seen": "", "mandate": mandate, "tag_issued": "", "register_in": ""}
        tick_request(unit, book, request, steps, finishes=DEPOSIT)
    return made


def _today(unit: Unit) -> date:
    return unit.now.astimezone(desk_zone(unit.session)).date()


def read_number(text: str) -> int:
    """A wished tag: with its check digit, or a bare number of at most three digits; 0 when nothing is wished.

    Raises:
        InvalidInput: naming ``tag``.
    """
    typed = text.strip()
    if not typed:
        return 0
    if typed.isascii() and typed.isdigit() and len(typed) <= 3:
        number = int(typed)
        if not 1 <= number <= HIGHEST:
            raise InvalidInput(N_("A tag number lies between 1 and {highest}."), field="tag", highest=HIGHEST)
        return number
    return read_tag(typed)

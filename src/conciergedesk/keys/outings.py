"""What a handover would most likely be, proposed by the stay."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from sqlmodel import Session, col

from conciergedesk.core.db.read import pick
from conciergedesk.core.errors import InvalidInput, NotFound
from conciergedesk.core.i18n import N_
from conciergedesk.customers.tables import Person
from conciergedesk.keys.cards import Proposal
from conciergedesk.keys.custody import HolderKind
from conciergedesk.keys.lines import position_now
from conciergedesk.keys.queries import contact_of, find_tag, reservations
from conciergedesk.keys.tables import KeyMovement, KeyReservation, KeySet
from conciergedesk.keys.tags import show_tag
from conciergedesk.requests.tables import Request

_ORDERS = frozenset({"cleaning_linen", "locksmith_repair"})
"""Types of request for which a provider takes the key."""
_KEY_TYPES = ("key_handover_out", "welcome_onsite", "late_arrival", *sorted(_ORDERS))


def propose_outing(session: Session, set_id: int) -> Proposal:
    """Propose the holder by the stay: the reservation, else the open request for this tag or this property."""
    key_set = session.get(KeySet, set_id)
    if key_set is None:
        raise NotFound(N_("This record is no longer there. Go back and refresh the list."))
    expected = position_now(session, set_id).expected
    planned = reservations(session, set_id=set_id)
    if planned:
        one = planned[0]
        phone, language = contact_of(session, one.holder_kind, one.holder_id)
        return Proposal(
            one.holder_kind, one.holder_id, one.holder_name, phone, language, one.until, one.request_id, one.id,
            expected,
        )  # fmt: skip
    request = _open_request_for(session, key_set)
    if request is None:
        return Proposal(HolderKind.GUEST, None, "", "", "", None, None, None, expected)
    request_id, who, until, kind = request
    if kind in _ORDERS:
        return Proposal(HolderKind.PROVIDER, None, "", "", "", until, request_id, None, expected)
    person = session.get(Person, who) if who is not None else None
    phone, language = contact_of(session, HolderKind.GUEST, who)
    name = f"{person.first_name} {person.last_name}".strip() if person else ""
    return Proposal(HolderKind.GUEST, who, name, phone, language, until, request_id, None, expected)


def _open_request_for(
    session: Session, key_set: KeySet
) -> tuple[int, int | None, datetime | None, str] | None:
    query = (
        pick(
            Request.id, Request.beneficiary_id, Request.requester_id, Request.wanted_to, Request.lodging_id,
            Request.fields, Request.type_code,
        )
        .where(col(Request.is_open), col(Request.type_code).in_(_KEY_TYPES))
        .order_by(col(Request.board_at))
        .limit(200)
    )  # fmt: skip
    tag = show_tag(key_set.number)
    by_place = None
    for request_id, beneficiary, requester, wanted_to, lodging, fields, kind in session.exec(query):
        found = (request_id, beneficiary or requester, wanted_to, kind)
        if str(fields.get("key_tag", "")).replace(" ", "-") in {tag, tag.replace("-", "")}:
            return found
        if by_place is None and lodging is not None and lodging == key_set.lodging_id:
            by_place = found
    return by_place


def set_of_request(session: Session, request_id: int) -> int | None:
    """The set a request is about: named by its tag, reserved for it, or gone out for it."""
    request = session.get(Request, request_id)
    if request is None:
        return None
    named = str(request.fields.get("key_tag", "")).strip()
    if named:
        # A tag typed into a form may be anything; a bad one simply names no set.
        with suppress(InvalidInput, NotFound):
            return find_tag(session, named)
    planned = session.exec(
        pick(KeyReservation.set_id).where(
            KeyReservation.request_id == request_id, KeyReservation.state == "planned"
        )
    ).first()
    if planned is not None:
        return int(planned[0])
    out = session.exec(
        pick(KeyMovement.set_id)
        .where(KeyMovement.request_id == request_id)
        .order_by(col(KeyMovement.id).desc())
        .limit(1)
    ).first()
    return int(out[0]) if out is not None else None

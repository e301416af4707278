"""Handing over and taking back, with proof both ways; moving a set about; correcting a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.keys.custody import (
    OUTSIDE_DESK,
    Holder,
    HolderKind,
    Identity,
    Proof,
)
from conciergedesk.keys.house import KeyHouse
from conciergedesk.keys.queries import reservations
from conciergedesk.keys.rules import (
    IncidentKind,
    Outing,
    check_return,
    line_of,
    minutes_late,
    refuse_bad_outing,
)
from conciergedesk.keys.service.moving import loan_of
from conciergedesk.keys.service.procedure import begin_incident, has_open_incident
from conciergedesk.keys.service.proofs import Purpose, use_code
from conciergedesk.keys.service.writing import (
    Beside,
    Filling,
    Opened,
    agent_holder,
    append,
    desk_zone,
    language_of,
    open_request,
    open_set,
    person_name,
    place_holder,
    spoken,
    tick_request,
)
from conciergedesk.keys.tables import KeyMovement, KeyReservation
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.tables import Request
from conciergedesk.staff.rules import Right

RESERVED_SOON = timedelta(hours=24)
"""A set reserved for somebody else within this time does not go out beyond the reservation's start."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """A set leaves the desk.

    ``identity`` is the kind of document seen, never its number. ``code_id`` is a code matched at this counter;
    ``proof_ref`` names a paper slip or who signed. ``late_reason`` lets a supervisor lend to somebody who is
    late with another key. ``seen`` is the last line the screen showed.
    """

    set_id: int
    to: HolderKind
    due_at: datetime | None
    counted: int | None
    holder_id: int | None = None
    holder_name: str = ""
    identity: Identity = Identity.NONE
    code_id: int | None = None
    proof: Proof = Proof.NONE
    proof_ref: str = ""
    request_id: int | None = None
    reservation_id: int | None = None
    authorisation: str = ""
    deposit_cents: int = 0
    deposit_form: str = ""
    condition: str = ""
    witness: str = ""
    late_reason: str = ""
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What was written, with the receipts ready to send; ``request_done`` when its request is now done."""

    set_id: int
    tag: str
    seq: int
    receipt: str
    owner_text: str
    request_done: bool


@dataclass(frozen=True, slots=True)
class TakeBack:
    """A set comes back; ``place_id`` None is its own hook, ``to_agent`` the colleague on the road."""

    set_id: int
    counted: int
    place_id: int | None = None
    to_agent: bool = False
    code_id: int | None = None
    proof: Proof = Proof.NONE
    proof_ref: str = ""
    condition: str = ""
    witness: str = ""
    release_deposit: bool = True
    request_id: int | None = None
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was written; ``incident_id`` is the list that a missing piece has opened."""

    set_id: int
    tag: str
    seq: int
    minutes_late: int
    missing: int
    receipt: str
    owner_text: str
    incident_id: int | None
    request_done: bool


def hand_over(unit: Unit, book: Rulebook, house: KeyHouse, order: HandOver) -> HandedOver:
    """Hand a set to a guest, its owner or a provider.

    Raises:
        RuleRefused: out already, frozen, no valid mandate, no open request, reserved for another, late borrower.
        InvalidInput: due time, identity or pieces are missing or cannot be.
        Conflict: somebody has moved it since the screen was read.
    """
    unit.require(Right.HANDLE_KEYS)
    opened = open_set(unit, order.set_id, seen=order.seen)
    holder = _borrower(unit, order)
    request = open_request(unit.session, order.request_id)
    late = _is_late_elsewhere(unit, holder)
    late_reason = clean_line(order.late_reason, 200)
    if late and late_reason:
        unit.require(Right.LEND_TO_LATE)
    code_ref = use_code(unit, order.set_id, order.code_id, Purpose.OUT) if order.code_id is not None else ""
    identity = order.identity
    if code_ref and identity is Identity.NONE:
        identity = Identity.CODE
    elif identity is Identity.CODE and not code_ref:
        raise InvalidInput(N_("Check the code first, or choose the document you saw."), field="identity")
    outing = Outing(
        tag=opened.tag,
        to=order.to,
        position=opened.position,
        now=unit.now,
        zone=desk_zone(unit.session),
        due_at=order.due_at,
        mandate_since=opened.row.mandate_since,
        mandate_until=opened.row.mandate_until,
        has_open_request=request is not None,
        identity=identity,
        counted=order.counted,
        has_incident=has_open_incident(unit.session, order.set_id),
        borrower_is_late=late,
        late_is_allowed=bool(late_reason),
        reserved_for_other=_reserved_for_other(unit, order, holder),
        known_holder=holder.name if late else opened.position.holder.name,
    )
    refuse_bad_outing(outing)
    proof = Proof.CODE if code_ref else order.proof
    line = append(
        unit,
        opened,
        line_of(order.to, is_out=True),
        holder,
        counted=order.counted,
        due_at=order.due_at,
        identity=identity,
        proof=proof,
        proof_ref=code_ref or clean_line(order.proof_ref, 60),
        authorisation=clean_line(order.authorisation, 120) or opened.row.mandate_ref,
        reason=late_reason,
        beside=Beside(
            order.request_id,
            max(0, order.deposit_cents),
            clean_line(order.deposit_form, 20),
            condition=clean_line(order.condition, 200),
            witness=clean_line(order.witness, 80),
        ),
    )
    _spend_reservation(unit, order, holder)
    done = False
    if request is not None:
        steps = {
            "set_complete": "",
            "authorised": "",
            "identity_seen": "",
            "receipt": _proof_words(proof, line.proof_ref, holder.name),
            "register_out": "",
        }
        done = tick_request(unit, book, request, steps, finishes="key_handover_out")
    unit.record(
        "key.handed_over",
        "key_set",
        order.set_id,
        reason=late_reason,
        undoable=False,
        to=order.to,
        due_at=order.due_at,
        request=order.request_id,
        identity=identity,
    )
    language = language_of(unit.session, holder.id if order.to is not HolderKind.PROVIDER else None)
    filling = Filling(holder.name.split(" ")[0], opened.tag, line.expected, at=unit.now, due_at=order.due_at)
    return HandedOver(
        order.set_id,
        opened.tag,
        line.seq,
        spoken(unit.session, house, "receipt_out", language, filling),
        _to_owner(unit, house, opened, "owner_out", filling),
        done,
    )


def take_back(unit: Unit, book: Rulebook, house: KeyHouse, order: TakeBack) -> TakenBack:
    """Take a set back from whoever has it. A late return is accepted and measured.

    Raises:
        RuleRefused: the set is not out, or a piece is missing and nobody else has counted.
        InvalidInput: more pieces than the set has, or no place for it.
        Conflict: somebody has moved it since the screen was read.
    """
    unit.require(Right.HANDLE_KEYS)
    opened = open_set(unit, order.set_id, seen=order.seen)
    before = opened.position
    witness = clean_line(order.witness, 80)
    check_return(opened.tag, before, order.counted, witness)
    loan = loan_of(unit, opened)
    code_ref = use_code(unit, order.set_id, order.code_id, Purpose.IN) if order.code_id is not None else ""
    late, missing = minutes_late(before.due_at, unit.now), before.expected - order.counted
    target = agent_holder(unit) if order.to_agent else place_holder(unit, order.place_id, opened)
    proof = Proof.CODE if code_ref else order.proof
    line = append(
        unit,
        opened,
        line_of(before.holder.kind, is_out=False),
        target,
        counted=order.counted,
        proof=Proof.WITNESS if missing and proof is Proof.NONE else proof,
        proof_ref=code_ref or clean_line(order.proof_ref, 60),
        beside=Beside(
            order.request_id,
            loan.deposit_cents if loan is not None else 0,
            loan.deposit_form if loan is not None else "",
            bool(loan and loan.deposit_cents and order.release_deposit and not missing),
            clean_line(order.condition, 200),
            witness,
        ),
    )
    incident = None
    if missing:
        incident = begin_incident(unit, house, opened, IncidentKind.PIECE_MISSING, before.holder.name)
    request = open_request(unit.session, order.request_id) or _return_request(unit, opened, loan)
    done = False
    if request is not None and not missing:
        condition = clean_line(order.condition, 200)
        steps = {"counted": "", "condition": condition, "register_in": f"{opened.tag} · {line.seq}"}
        if (
            line.counted == line.expected
            and loan is not None
            and loan.deposit_cents
            and order.release_deposit
        ):
            steps["deposit_back"] = ""
        done = tick_request(unit, book, request, steps, finishes="key_return")
    unit.record(
        "key.taken_back",
        "key_set",
        order.set_id,
        undoable=False,
        minutes_late=late,
        missing=missing,
        request=order.request_id,
    )
    person = before.holder.id if before.holder.kind is not HolderKind.PROVIDER else None
    filling = Filling(before.holder.name.split(" ")[0], opened.tag, line.expected, missing, unit.now)
    text = "receipt_in_short" if missing else "receipt_in"
    return TakenBack(
        order.set_id,
        opened.tag,
        line.seq,
        late,
        missing,
        spoken(unit.session, house, text, language_of(unit.session, person), filling),
        "" if missing else _to_owner(unit, house, opened, "owner_in", filling),
        incident,
        done,
    )


# --- what handing over looks at -----------------------------------------------------------------------------------


def _borrower(unit: Unit, order: HandOver) -> Holder:
    if order.to not in OUTSIDE_DESK:
        raise InvalidInput(N_("Say who takes the key."), field="holder")
    name = clean_line(order.holder_name, 120)
    if order.holder_id is not None and order.to is not HolderKind.PROVIDER:
        name = person_name(unit.session, order.holder_id) or name
    if not name:
        raise InvalidInput(N_("Say who takes the key: a person, not a company."), field="holder")
    return Holder(order.to, order.holder_id, name)


def _is_late_elsewhere(unit: Unit, holder: Holder) -> bool:
    """Whether the borrower has another set past its due time."""
    if holder.id is None:
        return False
    newer = aliased(KeyMovement)
    query = (
        pick(func.count())
        .select_from(KeyMovement)
        .where(
            KeyMovement.target_kind == holder.kind,
            KeyMovement.target_id == holder.id,
            col(KeyMovement.due_at) < unit.now,
            ~select(col(newer.id))
            .where(and_(col(newer.set_id) == KeyMovement.set_id, col(newer.seq) > KeyMovement.seq))
            .exists(),
        )
    )
    return int(unit.session.exec(query).one()[0]) > 0


def _reserved_for_other(unit: Unit, order: HandOver, holder: Holder) -> str:
    """Who else was promised this set before it would be back."""
    back = order.due_at or unit.now
    for one in reservations(unit.session, set_id=order.set_id):
        mine = one.id == order.reservation_id or (
            one.holder_kind is holder.kind
            and (one.holder_id == holder.id if holder.id is not None else one.holder_name == holder.name)
        )
        soon = one.since < unit.now + RESERVED_SOON or one.since < back
        if not mine and soon and one.since < back and one.until > unit.now:
            return one.holder_name
    return ""


def _spend_reservation(unit: Unit, order: HandOver, holder: Holder) -> None:
    for one in reservations(unit.session, set_id=order.set_id):
        same = (
            one.holder_kind is holder.kind and one.holder_id == holder.id and one.holder_name == holder.name
        )
        if one.id == order.reservation_id or (order.reservation_id is None and same):
            unit.load(KeyReservation, one.id).state = "used"
            return


def _return_request(unit: Unit, opened: Opened, loan: KeyMovement | None) -> Request | None:
    """The open return that belongs to this set: by its tag, or as the follow-up of the loan's request."""
    from sqlmodel import select as choose

    query = choose(Request).where(col(Request.is_open), Request.type_code == "key_return").limit(100)
    for request in unit.session.exec(query):
        tag = str(request.fields.get("key_tag", "")).strip().replace(" ", "-")
        if tag in {opened.tag, opened.tag.replace("-", "")}:
            return request
        if loan is not None and loan.request_id is not None and request.follows_id == loan.request_id:
            return request
    return None


def _proof_words(proof: Proof, ref: str, name: str) -> str:
    return f"{proof} {ref}".strip() if proof is not Proof.NONE else name


def _to_owner(unit: Unit, house: KeyHouse, opened: Opened, code: str, filling: Filling) -> str:
    from dataclasses import replace

    owner = opened.row.owner_id
    if owner is None:
        return ""
    name = person_name(unit.session, owner).split(" ")[0]
    return spoken(unit.session, house, code, language_of(unit.session, owner), replace(filling, client=name))

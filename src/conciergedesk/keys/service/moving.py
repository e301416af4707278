"""Moving a set about, agreeing on a later return, correcting a line, ending the custody."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, NotFound, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.keys.custody import (
    OUTSIDE_DESK,
    Holder,
    HolderKind,
    Identity,
    MovementKind,
    Proof,
)
from conciergedesk.keys.lines import movement_of
from conciergedesk.keys.service.procedure import has_open_incident
from conciergedesk.keys.service.writing import (
    Opened,
    agent_holder,
    append,
    open_set,
    person_name,
    place_holder,
)
from conciergedesk.keys.tables import KeyMovement
from conciergedesk.staff.rules import Right


def carry(
    unit: Unit,
    set_id: int,
    *,
    place_id: int | None = None,
    agent_id: int | None = None,
    seen: int | None = None,
) -> int:
    """Move a set to another place, or into a colleague's hands on the road; returns the line's number.

    A frozen set stays frozen. An agent cannot drive off with a frozen or missing set.

    Raises:
        RuleRefused: the set is not at the desk, or it is frozen and would leave.
    """
    unit.require(Right.HANDLE_KEYS)
    opened = open_set(unit, set_id, seen=seen)
    if agent_id is not None:
        if opened.position.frozen or has_open_incident(unit.session, set_id):
            raise RuleRefused(
                N_("Key {tag} is frozen: an incident is open. Finish its list, or take a spare set."),
                tag=opened.tag,
            )
        target = agent_holder(unit, agent_id)
    else:
        target = place_holder(unit, place_id, opened)
    line = append(unit, opened, MovementKind.TRANSFER_PLACE, target)
    unit.record("key.carried", "key_set", set_id, undoable=False, to=target.kind)
    return line.seq


def prolong(unit: Unit, set_id: int, due_at: datetime, *, reason: str, seen: int | None = None) -> int:
    """Agree on a later return: a correction of the loan's line with the new due time.

    Raises:
        RuleRefused: the set is not out.
        InvalidInput: no reason, or not in the future.
    """
    unit.require(Right.HANDLE_KEYS)
    opened = open_set(unit, set_id, seen=seen)
    reason = clean_line(reason, 200)
    if not opened.position.is_out:
        raise RuleRefused(N_("Key {tag} is not out. There is nothing to prolong."), tag=opened.tag)
    if not reason:
        raise InvalidInput(N_("Give a reason."), field="reason")
    if due_at <= unit.now:
        raise InvalidInput(N_("The return must lie in the future. Correct the time."), field="due_at")
    loan = loan_of(unit, opened)
    line = append(
        unit,
        opened,
        MovementKind.CORRECTION,
        opened.position.holder,
        due_at=due_at,
        reason=reason,
        corrects=loan.seq if loan is not None else opened.position.seq,
    )
    unit.record("key.prolonged", "key_set", set_id, reason=reason, undoable=False, due_at=due_at)
    return line.seq


def correct_line(
    unit: Unit,
    set_id: int,
    wrong: int,
    *,
    holder: Holder,
    reason: str,
    counted: int | None = None,
    due_at: datetime | None = None,
    seen: int | None = None,
) -> int:
    """Say that line ``wrong`` was not so, and who has the set in truth. The wrong line stays readable.

    Raises:
        InvalidInput: no reason, or no due time for a set that is out.
        NotFound: there is no such line.
    """
    unit.require(Right.HANDLE_KEYS)
    opened = open_set(unit, set_id, seen=seen)
    reason = clean_line(reason, 200)
    if not reason:
        raise InvalidInput(N_("Give a reason."), field="reason")
    if movement_of(unit.session, set_id, wrong) is None:
        raise NotFound(N_("Key {tag} has no line {line}."), tag=opened.tag, line=wrong)
    if holder.kind is HolderKind.PLACE:
        holder = place_holder(unit, holder.id, opened)
    elif holder.kind is HolderKind.AGENT:
        holder = agent_holder(unit, holder.id)
    elif holder.id is not None and holder.kind in {HolderKind.GUEST, HolderKind.OWNER}:
        holder = Holder(holder.kind, holder.id, person_name(unit.session, holder.id))
    if opened.position.frozen and holder.kind in OUTSIDE_DESK:
        raise RuleRefused(
            N_("Key {tag} is frozen: an incident is open. Finish its list, or take a spare set."),
            tag=opened.tag,
        )
    line = append(
        unit,
        opened,
        MovementKind.CORRECTION,
        holder,
        counted=counted,
        due_at=due_at,
        reason=reason,
        corrects=wrong,
        frozen=opened.position.frozen,
    )
    unit.record("key.line_corrected", "key_set", set_id, reason=reason, undoable=False, line=wrong)
    return line.seq


def give_back_to_owner(
    unit: Unit, set_id: int, *, identity: Identity, counted: int, proof_ref: str, seen: int | None = None
) -> int:
    """End the custody: the owner takes the set home and signs for it.

    Raises:
        InvalidInput: no identity seen.
        RuleRefused: the set is not here.
    """
    unit.require(Right.HANDLE_KEYS)
    opened = open_set(unit, set_id, seen=seen)
    if identity is Identity.NONE:
        raise InvalidInput(
            N_("Look at an identity document and choose its kind, or check the code."), field="identity"
        )
    name = person_name(unit.session, opened.row.owner_id) if opened.row.owner_id is not None else ""
    line = append(
        unit,
        opened,
        MovementKind.RETURNED_TO_OWNER,
        Holder(HolderKind.WITH_OWNER, opened.row.owner_id, name),
        counted=counted,
        identity=identity,
        proof=Proof.SIGNATURE,
        proof_ref=clean_line(proof_ref, 60),
    )
    unit.record("key.returned_to_owner", "key_set", set_id, undoable=False)
    return line.seq


def retire(unit: Unit, set_id: int, *, reason: str, seen: int | None = None) -> int:
    """Take a set out of the register for good: destroyed, or its lock was changed.

    Raises:
        InvalidInput: no reason.
        RuleRefused: somebody still has it.
    """
    unit.require(Right.HANDLE_KEYS)
    opened = open_set(unit, set_id, seen=seen)
    reason = clean_line(reason, 200)
    if not reason:
        raise InvalidInput(N_("Give a reason."), field="reason")
    line = append(unit, opened, MovementKind.RETIRED, Holder(HolderKind.RETIRED), reason=reason)
    unit.record("key.retired", "key_set", set_id, reason=reason, undoable=False)
    return line.seq


def loan_of(unit: Unit, opened: Opened) -> KeyMovement | None:
    """The line by which the present holder got the set."""
    return unit.session.exec(
        select(KeyMovement)
        .where(KeyMovement.set_id == opened.id, col(KeyMovement.moves))
        .order_by(col(KeyMovement.seq).desc())
        .limit(1)
    ).first()

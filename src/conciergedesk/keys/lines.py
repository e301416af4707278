"""Reading the register: movements as values, the position of a set, its history with every break."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col

from conciergedesk.core.db.read import pick
from conciergedesk.keys.cards import RegisterLine
from conciergedesk.keys.custody import (
    RETURNS,
    BreakKind,
    Holder,
    HolderKind,
    Identity,
    Movement,
    MovementKind,
    Position,
    Proof,
    break_in,
    position_after,
)
from conciergedesk.keys.rules import minutes_late
from conciergedesk.keys.tables import KeyMovement, KeySet

HISTORY = 60
"""Lines read at once when a set is opened; older ones follow on request."""

_CUSTODY = (
    KeyMovement.seq, KeyMovement.kind, KeyMovement.at, KeyMovement.source_kind, KeyMovement.source_id,
    KeyMovement.source_name, KeyMovement.target_kind, KeyMovement.target_id, KeyMovement.target_name,
    KeyMovement.counted, KeyMovement.expected, KeyMovement.due_at, KeyMovement.frozen, KeyMovement.identity,
    KeyMovement.proof, KeyMovement.proof_ref, KeyMovement.authorisation, KeyMovement.corrects, KeyMovement.reason,
)  # fmt: skip
_BESIDE = (
    KeyMovement.actor, KeyMovement.request_id, KeyMovement.deposit_cents, KeyMovement.deposit_form,
    KeyMovement.deposit_released, KeyMovement.condition, KeyMovement.witness,
)  # fmt: skip


# A history is thousands of words; looking them up is ten times faster than making enumerations of them.
_MOVEMENTS = {kind.value: kind for kind in MovementKind}
_HOLDERS = {kind.value: kind for kind in HolderKind}
_IDENTITIES = {kind.value: kind for kind in Identity}
_PROOFS = {kind.value: kind for kind in Proof}


def _movement(row: Sequence[object]) -> Movement:
    (seq, kind, at, s_kind, s_id, s_name, t_kind, t_id, t_name, counted, expected, due, frozen, identity, proof,
     proof_ref, authorisation, corrects, reason) = row  # fmt: skip
    return Movement(
        seq,  # type: ignore[arg-type]  # a row of columns carries no types
        _MOVEMENTS[str(kind)],
        at,  # type: ignore[arg-type]
        Holder(_HOLDERS[str(s_kind)], s_id, str(s_name)),  # type: ignore[arg-type]
        Holder(_HOLDERS[str(t_kind)], t_id, str(t_name)),  # type: ignore[arg-type]
        counted,  # type: ignore[arg-type]
        expected,  # type: ignore[arg-type]
        due,  # type: ignore[arg-type]
        bool(frozen),
        _IDENTITIES[str(identity)],
        _PROOFS[str(proof)],
        str(proof_ref),
        str(authorisation),
        corrects,  # type: ignore[arg-type]
        str(reason),
    )


def position_now(session: Session, set_id: int) -> Position:
    """Where a set is: what its last line says."""
    query = pick(*_CUSTODY).where(KeyMovement.set_id == set_id).order_by(col(KeyMovement.seq).desc()).limit(1)
    row = session.exec(query).first()
    return position_after(_movement(row)) if row is not None else Position()


def movement_of(session: Session, set_id: int, seq: int) -> Movement | None:
    """One line of a set."""
    row = session.exec(pick(*_CUSTODY).where(KeyMovement.set_id == set_id, KeyMovement.seq == seq)).first()
    return _movement(row) if row is not None else None


def history(
    session: Session, set_id: int, *, before: int | None = None, limit: int = HISTORY
) -> list[RegisterLine]:
    """The latest lines of a set, newest first, each with what breaks the chain at it.

    Args:
        before: only lines with a lower number, for reading further back.
    """
    query = pick(*_CUSTODY, *_BESIDE).where(KeyMovement.set_id == set_id)
    if before is not None:
        query = query.where(col(KeyMovement.seq) < before)
    # One line more than asked for: the first one shown is judged by the one before it.
    rows = list(session.exec(query.order_by(col(KeyMovement.seq).desc()).limit(limit + 1)))
    rows.reverse()
    cut = len(_CUSTODY)
    found: list[RegisterLine] = []
    position = Position()
    for number, row in enumerate(rows):
        movement = _movement(row[:cut])
        is_extra = number == 0 and len(rows) > limit
        if not is_extra:
            late = minutes_late(position.due_at, movement.at) if movement.kind in RETURNS else 0
            actor, request_id, cents, form, released, condition, witness = row[cut:]
            found.append(
                RegisterLine(
                    movement,
                    actor,
                    request_id,
                    cents,
                    form,
                    released,
                    condition,
                    witness,
                    late,
                    break_in(position, movement),
                )
            )
        position = position_after(movement)
    found.reverse()
    return found


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """A line of the whole register that does not hold."""

    set_id: int
    number: int
    seq: int
    kind: BreakKind


def chain_breaks(session: Session, set_id: int | None = None) -> list[ChainBreak]:
    """Every line of the register, or of one set, that does not follow from the one before it."""
    query = (
        pick(KeyMovement.set_id, KeySet.number, *_CUSTODY)
        .select_from(KeyMovement)
        .join(KeySet, col(KeySet.id) == KeyMovement.set_id)
        .order_by(col(KeyMovement.set_id), col(KeyMovement.seq))
        .execution_options(yield_per=2000)
    )
    if set_id is not None:
        query = query.where(KeyMovement.set_id == set_id)
    found: list[ChainBreak] = []
    current, position = 0, Position()
    for row in session.exec(query):
        owner, number = row[0], row[1]
        if owner != current:
            current, position = owner, Position()
        movement = _movement(row[2:])
        kind = break_in(position, movement)
        if kind is not None:
            found.append(ChainBreak(owner, number, movement.seq, kind))
        position = position_after(movement)
    return found

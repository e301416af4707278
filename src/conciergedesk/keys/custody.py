"""The chain of custody: where a key set is, who answers for it, and whether its lines hold together.

The register is a list of lines that are only ever appended. A line says from whom, to whom, how many pieces,
until when, and whether the set is frozen after it; the position of a set is what its last line says. Rules of
the house: one holder at any time, so the source of a line is the holder of the line before it; a correction is
a new line that names the wrong one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from conciergedesk.core.i18n import N_


class MovementKind(StrEnum):
    """What a line of the register says."""

    DEPOSIT_IN = "deposit_in"
    OUT_TO_GUEST = "out_to_guest"
    IN_FROM_GUEST = "in_from_guest"
    OUT_TO_PROVIDER = "out_to_provider"
    IN_FROM_PROVIDER = "in_from_provider"
    TRANSFER_PLACE = "transfer_place"
    INVENTORY_COUNT = "inventory_count"
    SEAL_OPENED = "seal_opened"
    DECLARED_LOST = "declared_lost"
    FOUND = "found"
    RETURNED_TO_OWNER = "returned_to_owner"
    RETIRED = "retired"
    CORRECTION = "correction"


class HolderKind(StrEnum):
    """Who or what can have a set."""

    OUTSIDE = "outside"
    PLACE = "place"
    AGENT = "agent"
    GUEST = "guest"
    OWNER = "owner"
    PROVIDER = "provider"
    LOST = "lost"
    WITH_OWNER = "with_owner"
    RETIRED = "retired"


class KeyState(StrEnum):
    """What the register shows of a set."""

    IN = "in"
    READY = "ready"
    OUT = "out"
    OVERDUE = "overdue"
    TRANSIT = "transit"
    MISSING = "missing"
    LOST = "lost"
    RETURNED = "returned"
    RETIRED = "retired"


class Identity(StrEnum):
    """What was seen of the person: the kind of document only, never its number."""

    NONE = "none"
    IDENTITY_CARD = "identity_card"
    PASSPORT = "passport"
    RESIDENCE_TITLE = "residence_title"
    KNOWN_PERSON = "known_person"
    CODE = "code"


class Proof(StrEnum):
    """What shows that the set changed hands."""

    NONE = "none"
    CODE = "code"
    SIGNATURE = "signature"
    SLIP = "slip"
    WITNESS = "witness"


HELD_BY_DESK = frozenset({HolderKind.PLACE, HolderKind.AGENT})
OUTSIDE_DESK = frozenset({HolderKind.GUEST, HolderKind.OWNER, HolderKind.PROVIDER})
_GUESTS = frozenset({HolderKind.GUEST, HolderKind.OWNER})
_ANYWHERE = frozenset(HolderKind)

_ALLOWED: dict[MovementKind, tuple[frozenset[HolderKind], frozenset[HolderKind]]] = {
    MovementKind.DEPOSIT_IN: (frozenset({HolderKind.OUTSIDE, HolderKind.WITH_OWNER}), HELD_BY_DESK),
    MovementKind.OUT_TO_GUEST: (HELD_BY_DESK, _GUESTS),
    MovementKind.IN_FROM_GUEST: (_GUESTS, HELD_BY_DESK),
    MovementKind.OUT_TO_PROVIDER: (HELD_BY_DESK, frozenset({HolderKind.PROVIDER})),
    MovementKind.IN_FROM_PROVIDER: (frozenset({HolderKind.PROVIDER}), HELD_BY_DESK),
    MovementKind.TRANSFER_PLACE: (HELD_BY_DESK, HELD_BY_DESK),
    MovementKind.INVENTORY_COUNT: (HELD_BY_DESK, HELD_BY_DESK),
    MovementKind.SEAL_OPENED: (_ANYWHERE, _ANYWHERE),
    MovementKind.DECLARED_LOST: (HELD_BY_DESK | OUTSIDE_DESK, frozenset({HolderKind.LOST})),
    MovementKind.FOUND: (frozenset({HolderKind.LOST}), HELD_BY_DESK),
    MovementKind.RETURNED_TO_OWNER: (HELD_BY_DESK, frozenset({HolderKind.WITH_OWNER})),
    MovementKind.RETIRED: (
        HELD_BY_DESK | {HolderKind.LOST, HolderKind.WITH_OWNER},
        frozenset({HolderKind.RETIRED}),
    ),
    MovementKind.CORRECTION: (_ANYWHERE - {HolderKind.OUTSIDE}, _ANYWHERE - {HolderKind.OUTSIDE}),
}
"""From whom and to whom each kind of line may lead."""

OUTINGS = frozenset({MovementKind.OUT_TO_GUEST, MovementKind.OUT_TO_PROVIDER})
RETURNS = frozenset({MovementKind.IN_FROM_GUEST, MovementKind.IN_FROM_PROVIDER})
STAYS = frozenset({MovementKind.INVENTORY_COUNT, MovementKind.SEAL_OPENED})
"""Lines that never change the holder."""


@dataclass(frozen=True, slots=True)
class Holder:
    """One holder. ``id`` belongs to the kind: a place, a person, an agent or a provider."""

    kind: HolderKind
    id: int | None = None
    name: str = ""

    def is_same(self, other: Holder) -> bool:
        """Names may be corrected or erased; kind and number say who it is, or the name when there is none."""
        if self.kind is not other.kind or self.id != other.id:
            return False
        return self.id is not None or self.name == other.name


NOBODY_YET = Holder(HolderKind.OUTSIDE)
LOST = Holder(HolderKind.LOST)


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the register. ``seq`` counts the lines of a set from 1; ``due_at`` stands only while it is out."""

    seq: int
    kind: MovementKind
    at: datetime
    source: Holder
    target: Holder
    counted: int
    expected: int
    due_at: datetime | None = None
    frozen: bool = False
    identity: Identity = Identity.NONE
    proof: Proof = Proof.NONE
    proof_ref: str = ""
    authorisation: str = ""
    corrects: int | None = None
    reason: str = ""

    @property
    def moves(self) -> bool:
        """Whether the holder changed."""
        return not self.source.is_same(self.target)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a set is after some line."""

    holder: Holder = NOBODY_YET
    seq: int = 0
    at: datetime | None = None
    counted: int = 0
    expected: int = 0
    due_at: datetime | None = None
    frozen: bool = False

    @property
    def is_out(self) -> bool:
        return self.holder.kind in OUTSIDE_DESK

    @property
    def is_in(self) -> bool:
        return self.holder.kind is HolderKind.PLACE

    @property
    def is_complete(self) -> bool:
        return self.counted == self.expected


def position_after(line: Movement) -> Position:
    """The position that ``line`` states."""
    return Position(line.target, line.seq, line.at, line.counted, line.expected, line.due_at, line.frozen)


def position_of(lines: Sequence[Movement]) -> Position:
    """Where a set is, given all its lines in order."""
    return position_after(lines[-1]) if lines else Position()


def state_at(position: Position, now: datetime, *, is_reserved: bool = False) -> KeyState:
    """The state to show at ``now``.

    Args:
        is_reserved: whether a handover of this set is near.
    """
    kind = position.holder.kind
    if kind in OUTSIDE_DESK:
        late = position.due_at is not None and position.due_at < now
        return KeyState.OVERDUE if late else KeyState.OUT
    if kind is HolderKind.AGENT:
        return KeyState.TRANSIT
    if kind is HolderKind.LOST:
        return KeyState.LOST
    if kind is HolderKind.RETIRED:
        return KeyState.RETIRED
    if kind is not HolderKind.PLACE:
        return KeyState.RETURNED
    if position.counted == 0 and position.expected > 0:
        return KeyState.MISSING
    return KeyState.READY if is_reserved and not position.frozen else KeyState.IN


class BreakKind(StrEnum):
    """How a line can fail to follow from the one before it."""

    NUMBER = "number"
    TIME = "time"
    SOURCE = "source"
    STEP = "step"
    FROZEN = "frozen"
    UNFROZEN = "unfrozen"
    DUE = "due"
    PIECES = "pieces"
    UNPROVEN = "unproven"
    CORRECTS = "corrects"


BREAK_SENTENCES: dict[BreakKind, str] = {
    BreakKind.NUMBER: N_("A line is missing before this one."),
    BreakKind.TIME: N_("This line is earlier than the one before it."),
    BreakKind.SOURCE: N_("It did not leave from where it was."),
    BreakKind.STEP: N_("This cannot follow from where it was."),
    BreakKind.FROZEN: N_("It went out although it was frozen."),
    BreakKind.UNFROZEN: N_("It was set free without the owner's decision."),
    BreakKind.DUE: N_("It went out without a moment to come back."),
    BreakKind.PIECES: N_("The pieces counted do not fit the set."),
    BreakKind.UNPROVEN: N_("It went out without an identity seen or a code."),
    BreakKind.CORRECTS: N_("This correction names no earlier line, or gives no reason."),
}


@dataclass(frozen=True, slots=True)
class Break:
    """A line that does not hold; ``seq`` is its number."""

    seq: int
    kind: BreakKind


def break_in(before: Position, line: Movement) -> BreakKind | None:
    """Why ``line`` cannot follow ``before``; ``None`` when it can."""
    if line.seq != before.seq + 1:
        return BreakKind.NUMBER
    if before.at is not None and line.at < before.at:
        return BreakKind.TIME
    if not line.source.is_same(before.holder):
        return BreakKind.SOURCE
    sources, targets = _ALLOWED[line.kind]
    stays = line.kind in STAYS and line.moves
    if line.source.kind not in sources or line.target.kind not in targets or stays:
        return BreakKind.STEP
    return _break_in_terms(before, line)


def _break_in_terms(before: Position, line: Movement) -> BreakKind | None:
    if line.kind is MovementKind.CORRECTION and not (
        line.corrects is not None and 1 <= line.corrects < line.seq and line.reason
    ):
        return BreakKind.CORRECTS
    is_out = line.target.kind in OUTSIDE_DESK
    if (line.due_at is not None) != is_out or (
        line.kind in OUTINGS and line.due_at and line.due_at <= line.at
    ):
        return BreakKind.DUE
    if not 0 <= line.counted <= line.expected or line.expected < 1:
        return BreakKind.PIECES
    if line.kind in OUTINGS:
        if before.frozen or line.frozen:
            return BreakKind.FROZEN
        if line.counted != line.expected:
            return BreakKind.PIECES
        if line.kind is MovementKind.OUT_TO_GUEST and line.identity is Identity.NONE:
            return BreakKind.UNPROVEN
    if must_freeze(before, line) and not line.frozen:
        return BreakKind.UNFROZEN
    return None


def must_freeze(before: Position, line: Movement) -> bool:
    """Whether nobody may take the set out after ``line``.

    A loss freezes, and so does a piece missing on return. Only the owner's decision (an authorisation on a
    change of place, a new deposit), a correction or the end of custody sets it free.
    """
    if line.kind is MovementKind.DECLARED_LOST:
        return True
    if line.kind in RETURNS and line.counted < line.expected:
        return True
    if not before.frozen or line.kind in {MovementKind.CORRECTION, MovementKind.DEPOSIT_IN}:
        return False
    if line.kind in {MovementKind.RETURNED_TO_OWNER, MovementKind.RETIRED}:
        return False
    return not (line.kind is MovementKind.TRANSFER_PLACE and line.authorisation)


def breaks_of(lines: Iterable[Movement]) -> tuple[Break, ...]:
    """Every line that does not follow from the one before it, in order."""
    found: list[Break] = []
    position = Position()
    for line in lines:
        kind = break_in(position, line)
        if kind is not None:
            found.append(Break(line.seq, kind))
        position = position_after(line)
    return tuple(found)


def next_line(before: Position, line: Movement) -> Movement:
    """``line`` numbered, sourced and frozen as it follows from ``before``; what it lacks is carried on."""
    line = replace(line, seq=before.seq + 1, source=before.holder)
    if line.target.kind not in OUTSIDE_DESK:
        line = replace(line, due_at=None)
    elif line.due_at is None and not line.moves:
        line = replace(line, due_at=before.due_at)
    return replace(line, frozen=line.frozen or must_freeze(before, line))


def possible_kinds(position: Position) -> frozenset[MovementKind]:
    """The kinds of line that may follow, for keys that are greyed out and for tests."""
    kinds = {kind for kind, (sources, _targets) in _ALLOWED.items() if position.holder.kind in sources}
    if position.frozen:
        kinds -= OUTINGS
    return frozenset(kinds)

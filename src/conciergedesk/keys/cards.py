"""What is read about keys: frozen values for lists, cards and the board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from conciergedesk.keys.custody import BreakKind, HolderKind, Identity, KeyState, Movement, Position, Proof
from conciergedesk.keys.rules import PieceKind, Rung


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """A line as the history shows it; ``minutes_late`` stands on returns only."""

    movement: Movement
    actor: str
    request_id: int | None
    deposit_cents: int
    deposit_form: str
    deposit_released: bool
    condition: str
    witness: str
    minutes_late: int = 0
    broken: BreakKind | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    kind: PieceKind
    count: int


@dataclass(frozen=True, slots=True)
class PlaceCard:
    id: int
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Reservation:
    """A set promised to somebody."""

    id: int
    set_id: int
    holder_kind: HolderKind
    holder_id: int | None
    holder_name: str
    since: datetime
    until: datetime
    request_id: int | None
    version: int


@dataclass(frozen=True, slots=True)
class SetRow:
    """One set as the list shows it. ``since`` is when the present holder got it; no address anywhere."""

    id: int
    number: int
    tag: str
    state: KeyState
    position: Position
    since: datetime | None
    identity: Identity
    proof: Proof
    proof_ref: str
    request_id: int | None
    place: PlaceCard | None
    has_incident: bool
    is_confirmed: bool
    reservation: Reservation | None
    mandate_until: date | None
    lodging_id: int | None
    search: str
    rung: Rung = Rung.ON_TIME

    @property
    def due_at(self) -> datetime | None:
        """When it must come back, or go out when it is ready."""
        if self.position.due_at is not None:
            return self.position.due_at
        return self.reservation.since if self.state is KeyState.READY and self.reservation else None


@dataclass(frozen=True, slots=True)
class SealCard:
    """A seal without its text. ``exposed_at`` is set while a code that was read has not been changed."""

    id: int
    kind: str
    made_at: datetime
    openings: int
    exposed_at: datetime | None
    needs_second: bool


@dataclass(frozen=True, slots=True)
class IncidentStep:
    id: int
    code: str
    labels: dict[str, str]
    required: bool
    due_at: datetime | None
    state: str
    done_at: datetime | None
    done_by: str
    note: str


@dataclass(frozen=True, slots=True)
class IncidentCard:
    """A loss or fault with its list."""

    id: int
    set_id: int
    kind: str
    opened_at: datetime
    opened_by: str
    holder: str
    risk: str
    cost_cents: int
    cause: str
    measure: str
    closed_at: datetime | None
    steps: tuple[IncidentStep, ...]
    version: int

    @property
    def open_steps(self) -> tuple[IncidentStep, ...]:
        return tuple(step for step in self.steps if step.state == "open")


@dataclass(frozen=True, slots=True)
class ChaseLine:
    at: datetime
    actor: str
    channel: str
    answer: str
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class SetCard:
    """One set in full; the address stays away until it is asked for."""

    row: SetRow
    pieces: tuple[Piece, ...]
    photo: str
    owner_id: int | None
    owner: str
    mandate_ref: str
    mandate_since: date | None
    mandate_until: date | None
    has_address: bool
    note: str
    home: PlaceCard | None
    holder_phone: str
    holder_language: str
    lines: tuple[RegisterLine, ...]
    line_count: int
    seals: tuple[SealCard, ...]
    reservations: tuple[Reservation, ...]
    incidents: tuple[IncidentCard, ...]
    chases: tuple[ChaseLine, ...]
    spares: tuple[SetRow, ...]
    version: int

    @property
    def breaks(self) -> int:
        return sum(line.broken is not None for line in self.lines)


class DueKind(StrEnum):
    """What is owed about a key."""

    RETURN = "return"
    HANDOVER = "handover"
    INCIDENT = "incident"
    MANDATE = "mandate"


@dataclass(frozen=True, slots=True)
class DueKey:
    """One thing owed about a key at a moment, as the board lists it. Never an address.

    ``request_id`` names the open request that carries the same promise, if there is one.
    """

    kind: DueKind
    id: int
    set_id: int
    tag: str
    due_at: datetime
    holder_kind: HolderKind
    holder_id: int | None
    holder: str
    rung: Rung
    counted: int
    expected: int
    request_id: int | None = None
    step: str = ""
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CountCard:
    """A count of the cabinet; ``differences`` are (tag, kind, counted, expected)."""

    id: int
    kind: str
    started_at: datetime
    finished_at: datetime | None
    actor: str
    expected: int
    counted: int
    differences: tuple[tuple[str, str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a handover would most likely be: who takes it, for which request, back when."""

    to: HolderKind
    holder_id: int | None
    holder: str
    phone: str
    language: str
    due_at: datetime | None
    request_id: int | None
    reservation_id: int | None
    expected: int

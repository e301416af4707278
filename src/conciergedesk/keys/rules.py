"""What the desk decides about keys: when a return is late, what an outing needs, who must wait.

Pure functions over frozen values; ``now``, days and ladders are arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import IntEnum, StrEnum

from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.keys.custody import (
    HELD_BY_DESK,
    BreakKind,
    HolderKind,
    Identity,
    MovementKind,
    Position,
)

UNUSED_DAYS = 60
"""A set that nobody moved for this long is proposed for return to its owner."""
MANDATE_NOTICE_DAYS = 15
READY_DAYS = 7
"""A set reserved within this many days is shown as ready."""


class PieceKind(StrEnum):
    """What hangs on the ring."""

    DOOR = "door"
    BUILDING = "building"
    LETTER_BOX = "letter_box"
    GARAGE = "garage_remote"
    BADGE = "badge"
    CAR = "car"
    OTHER = "other"


class PlaceKind(StrEnum):
    """Where a set hangs or lies at the desk."""

    HOOK = "hook"
    CABINET = "cabinet"
    SAFE = "safe"
    VEHICLE = "vehicle"


class IncidentKind(StrEnum):
    """What can go wrong with keys; the last two are incidents even though nothing is lost."""

    LOST = "lost"
    PIECE_MISSING = "piece_missing"
    NOT_IN_CABINET = "not_in_cabinet"
    WRONG_PERSON = "wrong_person"
    ADDRESS_EXPOSED = "address_exposed"


class Risk(StrEnum):
    """Whether a finder can tell which door the key opens."""

    UNKNOWN = "unknown"
    LOW = "low"
    HIGH = "high"


# --- late returns -------------------------------------------------------------------------------------------------


class Rung(IntEnum):
    """How late a return is, by what the desk does about it."""

    ON_TIME = 0
    PAST_DUE = 1
    AMBER = 2
    RED = 3
    TREAT_AS_LOST = 4


@dataclass(frozen=True, slots=True)
class Ladder:
    """Minutes after the due time; ``shift_ends`` are the local ends of the desk's shifts."""

    amber: int = 30
    red: int = 120
    lost: int = 1440
    shift_ends: tuple[time, ...] = (time(14, 45), time(21, 15))


def rung_at(
    due_at: datetime | None,
    now: datetime,
    ladder: Ladder,
    zone: tzinfo,
    *,
    holder: HolderKind = HolderKind.GUEST,
    is_confirmed: bool = False,
) -> Rung:
    """How late a set is at ``now``.

    A guest's return turns red after a fixed time; a provider's at the end of the shift it was due in.

    Args:
        is_confirmed: whether the holder has answered that the set is with them; it is then not lost yet.
    """
    if due_at is None or now <= due_at:
        return Rung.ON_TIME
    late = now - due_at
    if late >= timedelta(minutes=ladder.lost) and not is_confirmed:
        return Rung.TREAT_AS_LOST
    red_at = due_at + timedelta(minutes=ladder.red)
    if holder is HolderKind.PROVIDER:
        red_at = max(end_of_shift(due_at, ladder, zone), due_at + timedelta(minutes=ladder.amber))
    if now >= red_at:
        return Rung.RED
    return Rung.AMBER if late >= timedelta(minutes=ladder.amber) else Rung.PAST_DUE


def end_of_shift(at: datetime, ladder: Ladder, zone: tzinfo) -> datetime:
    """The end of the shift that is under way at ``at``."""
    here = at.astimezone(zone)
    for ends in ladder.shift_ends:
        if here.time() <= ends:
            return datetime.combine(here.date(), ends, zone).astimezone(at.tzinfo)
    if not ladder.shift_ends:
        return at
    tomorrow = here.date() + timedelta(days=1)
    return datetime.combine(tomorrow, ladder.shift_ends[0], zone).astimezone(at.tzinfo)


def minutes_late(due_at: datetime | None, at: datetime) -> int:
    """Whole minutes between the due time and the return; 0 when it was on time."""
    if due_at is None or at <= due_at:
        return 0
    return int((at - due_at).total_seconds() // 60)


# --- the mandate --------------------------------------------------------------------------------------------------


def mandate_holds(since: date | None, until: date | None, day: date) -> bool:
    """Whether the owner's mandate covers ``day``; without a beginning there is no mandate."""
    return since is not None and since <= day and (until is None or day <= until)


def mandate_ends_soon(until: date | None, today: date, notice: int = MANDATE_NOTICE_DAYS) -> bool:
    """Whether the mandate ends within ``notice`` days, today included, or has ended."""
    return until is not None and until <= today + timedelta(days=notice)


def is_unused(position: Position, moved_at: datetime | None, now: datetime) -> bool:
    """Whether a set has hung here untouched for so long that its owner may want it back."""
    if moved_at is None or position.holder.kind is not HolderKind.PLACE:
        return False
    return now - moved_at >= timedelta(days=UNUSED_DAYS)


# --- before handing over ------------------------------------------------------------------------------------------


class Need(StrEnum):
    """What must be true before a set leaves the desk."""

    PRESENT = "present"
    FREE = "free"
    MANDATE = "mandate"
    REQUEST = "request"
    BORROWER = "borrower"
    RESERVED = "reserved"
    DUE = "due"
    IDENTITY = "identity"
    PIECES = "pieces"


class Met(StrEnum):
    YES = "yes"
    OPEN = "open"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Check:
    """One need and whether it is met, still to be done at the counter, or refused."""

    need: Need
    met: Met


@dataclass(frozen=True, slots=True)
class Outing:
    """A planned or actual handing over, as the rules look at it.

    ``counted`` is None and ``identity`` is NONE while the counter has not done it yet. ``has_open_request``
    covers a guest's request as well as a provider's order.
    """

    tag: str
    to: HolderKind
    position: Position
    now: datetime
    zone: tzinfo
    due_at: datetime | None
    mandate_since: date | None
    mandate_until: date | None
    has_open_request: bool
    identity: Identity = Identity.NONE
    counted: int | None = None
    has_incident: bool = False
    borrower_is_late: bool = False
    late_is_allowed: bool = False
    reserved_for_other: str = ""
    known_holder: str = ""


def checks_before_outing(outing: Outing) -> tuple[Check, ...]:
    """What an outing needs, in the order in which the counter goes through it."""
    position = outing.position
    here = position.holder.kind in HELD_BY_DESK and not (position.is_in and position.counted == 0)
    day = outing.now.astimezone(outing.zone).date()
    needs = [
        (Need.PRESENT, Met.YES if here else Met.NO),
        (Need.FREE, Met.NO if position.frozen or outing.has_incident else Met.YES),
        (
            Need.MANDATE,
            Met.YES if mandate_holds(outing.mandate_since, outing.mandate_until, day) else Met.NO,
        ),
    ]
    if outing.to in {HolderKind.GUEST, HolderKind.PROVIDER}:
        needs.append((Need.REQUEST, Met.YES if outing.has_open_request else Met.NO))
    if outing.borrower_is_late:
        needs.append((Need.BORROWER, Met.YES if outing.late_is_allowed else Met.NO))
    if outing.reserved_for_other:
        needs.append((Need.RESERVED, Met.NO))
    needs.append((Need.DUE, _due_met(outing, day)))
    if outing.to is not HolderKind.PROVIDER:
        needs.append((Need.IDENTITY, Met.OPEN if outing.identity is Identity.NONE else Met.YES))
    if outing.counted is None:
        pieces = Met.OPEN
    else:
        pieces = Met.YES if outing.counted == position.expected else Met.NO
    needs.append((Need.PIECES, pieces))
    return tuple(Check(need, met) for need, met in needs)


def _due_met(outing: Outing, day: date) -> Met:
    if outing.due_at is None:
        return Met.OPEN
    if outing.due_at <= outing.now:
        return Met.NO
    same_day = outing.due_at.astimezone(outing.zone).date() == day
    return Met.NO if outing.to is HolderKind.PROVIDER and not same_day else Met.YES


def refuse_bad_outing(outing: Outing) -> None:
    """Let an outing pass only when everything it needs is there.

    Raises:
        RuleRefused: a need is not met; names it and what to do.
        InvalidInput: due time, identity or count is missing or cannot be.
    """
    for check in checks_before_outing(outing):
        if check.met is not Met.YES:
            raise _refusal(outing, check.need)


def _refusal(outing: Outing, need: Need) -> Exception:
    tag, position = outing.tag, outing.position
    match need:
        case Need.PRESENT if position.is_out:
            return RuleRefused(
                N_("Key {tag} is out, with {holder}. Take it back first."),
                tag=tag,
                holder=outing.known_holder or position.holder.name,
            )
        case Need.PRESENT:
            return RuleRefused(
                N_("Key {tag} is not at the desk. Look at its history before you go on."), tag=tag
            )
        case Need.FREE:
            return RuleRefused(
                N_("Key {tag} is frozen: an incident is open. Finish its list, or take a spare set."), tag=tag
            )
        case Need.MANDATE if outing.mandate_since is None:
            return RuleRefused(N_("Key {tag} has no mandate. Ask the owner for one and note it."), tag=tag)
        case Need.MANDATE:
            return RuleRefused(
                N_(
                    "The owner's mandate for key {tag} does not cover today (until {until}). Ask to renew it."
                ),
                tag=tag,
                until=outing.mandate_until or "—",
            )
        case Need.REQUEST if outing.to is HolderKind.PROVIDER:
            return RuleRefused(
                N_("A provider takes a key for an order only. Open the request with the order first.")
            )
        case Need.REQUEST:
            return RuleRefused(
                N_("Key {tag} goes out for an open request only. Choose the request, or note a new one."),
                tag=tag,
            )
        case Need.BORROWER:
            return RuleRefused(
                N_("{holder} has another key that is late. Get it back first, or ask a supervisor."),
                holder=outing.known_holder or "—",
            )
        case Need.RESERVED:
            return RuleRefused(
                N_("Key {tag} is reserved for {holder}. Take a spare set, or cancel the reservation."),
                tag=tag,
                holder=outing.reserved_for_other,
            )
        case Need.DUE if outing.due_at is None:
            return InvalidInput(N_("Say when the key comes back."), field="due_at")
        case Need.DUE if outing.due_at is not None and outing.due_at <= outing.now:
            return InvalidInput(N_("The return must lie in the future. Correct the time."), field="due_at")
        case Need.DUE:
            return RuleRefused(N_("A provider brings a key back the same day. Choose a time today."))
        case Need.IDENTITY:
            return InvalidInput(
                N_("Look at an identity document and choose its kind, or check the code."), field="identity"
            )
        case _ if outing.counted is None:
            return InvalidInput(N_("Count the pieces and type their number."), field="pieces")
        case _:
            return RuleRefused(
                N_(
                    "Key {tag}: pieces expected {expected}, counted {counted}. Look for the rest before it goes out."
                ),
                tag=tag,
                expected=position.expected,
                counted=outing.counted or 0,
            )


def check_return(tag: str, position: Position, counted: int, witness: str) -> None:
    """Let a return pass.

    Raises:
        RuleRefused: the set is not out, or a piece is missing and no second person has counted.
        InvalidInput: more pieces than the set has, or fewer than none.
    """
    if not position.is_out:
        raise RuleRefused(
            N_("Key {tag} is not out, so it cannot come back. Check the tag; nothing was written."), tag=tag
        )
    if not 0 <= counted <= position.expected:
        raise InvalidInput(
            N_("Key {tag} counts {expected} at most. Count again, or correct the set first."),
            field="pieces",
            tag=tag,
            expected=position.expected,
        )
    if counted < position.expected and not witness:
        raise RuleRefused(
            N_("Missing pieces: {missing} of {expected}. A second person counts too: give their name."),
            missing=position.expected - counted,
            expected=position.expected,
        )


ILLEGAL_SENTENCES: dict[BreakKind, str] = {
    BreakKind.TIME: N_("Another line of this key is later than this one. Refresh, then try again."),
    BreakKind.STEP: N_(
        "Key {tag} cannot do this from where it is. Look at its history; nothing was written."
    ),
    BreakKind.FROZEN: N_("Key {tag} is frozen: an incident is open. Finish its list, or take a spare set."),
    BreakKind.DUE: N_("Say when the key comes back."),
    BreakKind.PIECES: N_("The pieces do not fit the set. Count them again."),
    BreakKind.UNPROVEN: N_("Look at an identity document and choose its kind, or check the code."),
    BreakKind.CORRECTS: N_("Say which line is wrong, and why."),
}


def refusal_of(broken: BreakKind, tag: str) -> RuleRefused:
    """The operator's sentence for a line that cannot follow."""
    return RuleRefused(ILLEGAL_SENTENCES.get(broken, ILLEGAL_SENTENCES[BreakKind.STEP]), tag=tag)


def line_of(kind: HolderKind, *, is_out: bool) -> MovementKind:
    """The kind of line by which a set goes to, or comes back from, such a holder."""
    if kind is HolderKind.PROVIDER:
        return MovementKind.OUT_TO_PROVIDER if is_out else MovementKind.IN_FROM_PROVIDER
    if kind is HolderKind.AGENT:
        return MovementKind.TRANSFER_PLACE
    return MovementKind.OUT_TO_GUEST if is_out else MovementKind.IN_FROM_GUEST


# --- the lost-key procedure ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StepAnswer:
    """How far one step of a procedure is."""

    code: str
    required: bool
    is_done: bool


def refuse_early_close(steps: Sequence[StepAnswer], cause: str, measure: str) -> None:
    """An incident ends with its required steps done, a cause and a measure.

    Raises:
        RuleRefused: a required step is open.
        InvalidInput: cause or measure is missing.
    """
    left = [step for step in steps if step.required and not step.is_done]
    if left:
        raise RuleRefused(
            N_("Steps still open: {count}. Do them, or skip them with a reason."),
            count=len(left),
        )
    if not cause:
        raise InvalidInput(N_("Say what caused it."), field="cause")
    if not measure:
        raise InvalidInput(N_("Say what is changed so that it does not happen again."), field="measure")

"""The desk's words for keys: states, kinds of place, of piece, of document, of line."""

from __future__ import annotations

from datetime import datetime, timedelta

from conciergedesk.core.i18n import N_, _
from conciergedesk.keys.cards import PlaceCard, RegisterLine, SetRow
from conciergedesk.keys.custody import (
    BREAK_SENTENCES,
    Holder,
    HolderKind,
    Identity,
    KeyState,
    MovementKind,
    Proof,
)
from conciergedesk.keys.rules import IncidentKind, Need, PieceKind, Risk
from conciergedesk.ui.cells import duration, safe, when, word
from conciergedesk.ui.glyphs import glyphs

STATE_WORDS = {
    KeyState.IN: N_("key|here"),
    KeyState.READY: N_("key|ready"),
    KeyState.OUT: N_("key|out"),
    KeyState.OVERDUE: N_("key|LATE"),
    KeyState.TRANSIT: N_("key|on the way"),
    KeyState.MISSING: N_("key|missing"),
    KeyState.LOST: N_("key|lost"),
    KeyState.RETURNED: N_("key|given back"),
    KeyState.RETIRED: N_("key|retired"),
}
FROZEN_WORD = N_("key|frozen")
PLACE_WORDS = {
    "hook": N_("hook {name}"),
    "cabinet": N_("cabinet {name}"),
    "safe": N_("safe {name}"),
    "vehicle": N_("vehicle {name}"),
}
PIECE_WORDS = {
    PieceKind.DOOR: N_("piece|door"),
    PieceKind.BUILDING: N_("piece|building"),
    PieceKind.LETTER_BOX: N_("piece|letter box"),
    PieceKind.GARAGE: N_("piece|garage"),
    PieceKind.BADGE: N_("piece|badge"),
    PieceKind.CAR: N_("piece|car"),
    PieceKind.OTHER: N_("piece|other"),
}
IDENTITY_WORDS = {
    Identity.NONE: N_("no identity"),
    Identity.IDENTITY_CARD: N_("identity card seen"),
    Identity.PASSPORT: N_("passport seen"),
    Identity.RESIDENCE_TITLE: N_("residence title seen"),
    Identity.KNOWN_PERSON: N_("known person"),
    Identity.CODE: N_("code checked"),
}
IDENTITY_LETTERS = {
    "c": Identity.IDENTITY_CARD,
    "p": Identity.PASSPORT,
    "t": Identity.RESIDENCE_TITLE,
    "x": Identity.KNOWN_PERSON,
}
PROOF_WORDS = {
    Proof.NONE: "",
    Proof.CODE: N_("proof|code"),
    Proof.SIGNATURE: N_("proof|signed"),
    Proof.SLIP: N_("proof|slip"),
    Proof.WITNESS: N_("proof|witness"),
}
HOLDER_WORDS = {
    HolderKind.GUEST: N_("guest"),
    HolderKind.OWNER: N_("owner"),
    HolderKind.PROVIDER: N_("provider"),
    HolderKind.AGENT: N_("colleague"),
}
HOLDER_LETTERS = {"v": HolderKind.GUEST, "p": HolderKind.OWNER, "s": HolderKind.PROVIDER}
NEED_WORDS = {
    Need.PRESENT: N_("the set is at the desk"),
    Need.FREE: N_("not frozen, no incident"),
    Need.MANDATE: N_("mandate valid today"),
    Need.REQUEST: N_("open request"),
    Need.BORROWER: N_("borrower is not late"),
    Need.RESERVED: N_("not reserved for another"),
    Need.DUE: N_("moment of return agreed"),
    Need.IDENTITY: N_("identity seen or code said"),
    Need.PIECES: N_("pieces counted"),
}
LINE_WORDS = {
    MovementKind.DEPOSIT_IN: N_("line|mandate signed"),
    MovementKind.TRANSFER_PLACE: N_("line|moved"),
    MovementKind.INVENTORY_COUNT: N_("line|counted"),
    MovementKind.SEAL_OPENED: N_("line|seal opened"),
    MovementKind.DECLARED_LOST: N_("line|declared lost"),
    MovementKind.FOUND: N_("line|found again"),
    MovementKind.RETURNED_TO_OWNER: N_("line|given back to the owner"),
    MovementKind.RETIRED: N_("line|retired"),
}
INCIDENT_WORDS = {
    IncidentKind.LOST: N_("Lost key"),
    IncidentKind.PIECE_MISSING: N_("Piece missing"),
    IncidentKind.NOT_IN_CABINET: N_("Not in the cabinet"),
    IncidentKind.WRONG_PERSON: N_("Used by the wrong person"),
    IncidentKind.ADDRESS_EXPOSED: N_("Address spoken with the tag"),
}
RISK_WORDS = {
    Risk.UNKNOWN: N_("risk to be judged"),
    Risk.LOW: N_("low risk"),
    Risk.HIGH: N_("high risk: change the lock"),
}
DIFFERENCE_WORDS = {
    "absent": N_("not seen in the cabinet"),
    "incomplete": N_("pieces missing"),
    "unexpected": N_("hangs here, but the register says it is elsewhere: take it back"),
    "seen_again": N_("here again"),
}
SEAL_WORDS = {"alarm": N_("alarm code"), "key_box": N_("key-box code"), "other": N_("other code")}


def place_word(place: PlaceCard | None) -> str:
    """``crochet 12``."""
    return _(PLACE_WORDS[place.kind], name=safe(place.name, 20)) if place is not None else ""


def holder_word(holder: Holder, places: dict[int, PlaceCard]) -> str:
    """Who has it: a person by name, a place by its words."""
    match holder.kind:
        case HolderKind.PLACE:
            return place_word(places.get(holder.id or 0)) or safe(holder.name, 20)
        case HolderKind.OUTSIDE:
            return word(N_("holder|outside"))
        case HolderKind.LOST:
            return word(N_("holder|lost"))
        case HolderKind.RETIRED:
            return word(N_("holder|retired"))
        case HolderKind.WITH_OWNER:
            return safe(holder.name) or _(HOLDER_WORDS[HolderKind.OWNER])
        case _:
            return safe(holder.name) or _(HOLDER_WORDS[holder.kind])


def state_of(row: SetRow) -> tuple[str, str, str]:
    """Sign, word and ink of a set's state; what is frozen says so before anything but a loss."""
    signs = glyphs()
    if row.state is KeyState.OVERDUE:
        return signs.late, word(STATE_WORDS[row.state]), "late-chip"
    if row.state in {KeyState.LOST, KeyState.MISSING}:
        return signs.notice, word(STATE_WORDS[row.state]), "late"
    if row.position.frozen or row.has_incident:
        return signs.notice, word(FROZEN_WORD), "waiting"
    sign, ink = {
        KeyState.READY: (signs.soon, "soon"),
        KeyState.TRANSIT: (signs.next, "accent"),
        KeyState.OUT: (signs.on_time, "text"),
    }.get(row.state, (signs.on_time, "muted"))
    return sign, word(STATE_WORDS[row.state]), ink


def left_of(row: SetRow, now: datetime) -> tuple[str, str]:
    """Time left until a set must move, and its ink."""
    due = row.due_at
    if due is None:
        return glyphs().dash, "muted"
    ahead = due - now
    if ahead < timedelta(0):
        return duration(ahead), "late bold"
    if row.state is KeyState.READY and ahead >= timedelta(hours=24):
        return when(due, now), "calm"
    return duration(ahead), "soon bold" if ahead <= timedelta(hours=1) else "calm"


def proof_word(row: SetRow) -> str:
    if row.position.holder.kind is HolderKind.PLACE:
        return glyphs().dash
    if row.identity is Identity.CODE:
        return word(PROOF_WORDS[Proof.CODE])
    return word(PROOF_WORDS[row.proof]) if row.proof is not Proof.NONE else glyphs().dash


def line_words(line: RegisterLine) -> tuple[str, str]:
    """What a line of the history says, and its ink."""
    move = line.movement
    if line.broken is not None:
        return _(BREAK_SENTENCES[line.broken]), "late"
    pieces = f"{move.counted}/{move.expected}"
    if move.kind in {MovementKind.OUT_TO_GUEST, MovementKind.OUT_TO_PROVIDER}:
        if move.reason:
            return f"{_(IDENTITY_WORDS[move.identity])} · {safe(move.reason)}", "soon"
        said = (
            _(IDENTITY_WORDS[move.identity])
            if move.identity is not Identity.NONE
            else word(N_("line|for an order"))
        )
        return said, "text"
    if move.kind in {MovementKind.IN_FROM_GUEST, MovementKind.IN_FROM_PROVIDER}:
        late = duration(timedelta(minutes=line.minutes_late))
        said = _("{span} late", span=late) if line.minutes_late else word(N_("line|in time"))
        short = move.counted < move.expected
        return f"{said}, {pieces}", "late" if short else "soon" if line.minutes_late else "text"
    if move.kind is MovementKind.CORRECTION:
        return _("corrects line {line}: {why}", line=move.corrects or 0, why=safe(move.reason)), "soon"
    said = word(LINE_WORDS[move.kind])
    if move.kind is MovementKind.INVENTORY_COUNT:
        return f"{said} {pieces}", "text" if move.counted == move.expected else "soon"
    if move.kind is MovementKind.DECLARED_LOST:
        return said, "late"
    detail = safe(move.reason or move.authorisation)
    return (f"{said}: {detail}" if detail else said), "text"

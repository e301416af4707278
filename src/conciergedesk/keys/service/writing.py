"""How a line gets into the register: the set is locked, the line follows from the last one, or nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import Conflict, InvalidInput, NotFound, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.shared import load_agency
from conciergedesk.customers.tables import Person
from conciergedesk.keys.custody import (
    NOBODY_YET,
    Holder,
    HolderKind,
    Identity,
    Movement,
    MovementKind,
    Position,
    Proof,
    break_in,
    next_line,
    position_after,
)
from conciergedesk.keys.house import Filling as Filling
from conciergedesk.keys.house import KeyHouse, write_message
from conciergedesk.keys.lines import position_now
from conciergedesk.keys.rules import refusal_of
from conciergedesk.keys.tables import KeyMovement, KeyPlace, KeySet
from conciergedesk.keys.tags import show_tag
from conciergedesk.requests import service as requests
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.tables import Request
from conciergedesk.staff.tables import Agent


@dataclass(frozen=True, slots=True)
class Beside:
    """What a line keeps beside the custody itself."""

    request_id: int | None = None
    deposit_cents: int = 0
    deposit_form: str = ""
    deposit_released: bool = False
    condition: str = ""
    witness: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A locked set with its position."""

    row: KeySet
    id: int
    tag: str
    position: Position


def open_set(unit: Unit, set_id: int, *, seen: int | None = None) -> Opened:
    """Lock a set for this unit.

    Args:
        seen: the number of the last line the operator's screen showed.

    Raises:
        NotFound: there is no such set.
        Conflict: somebody has written a line since.
    """
    row = unit.load(KeySet, set_id)
    position = position_now(unit.session, set_id)
    if seen is not None and position.seq != seen:
        last = unit.session.exec(
            pick(KeyMovement.actor, KeyMovement.at).where(
                KeyMovement.set_id == set_id, KeyMovement.seq == position.seq
            )
        ).first()
        who, at = last if last is not None else ("?", unit.now)
        raise Conflict(
            N_("{who} moved key {tag} at {at}. Nothing was written: look at it again."),
            who=who,
            tag=show_tag(row.number),
            at=at,
        )
    return Opened(row, set_id, show_tag(row.number), position)


def append(
    unit: Unit,
    opened: Opened,
    kind: MovementKind,
    target: Holder,
    *,
    counted: int | None = None,
    expected: int | None = None,
    due_at: datetime | None = None,
    identity: Identity = Identity.NONE,
    proof: Proof = Proof.NONE,
    proof_ref: str = "",
    authorisation: str = "",
    reason: str = "",
    corrects: int | None = None,
    frozen: bool = False,
    beside: Beside | None = None,
) -> Movement:
    """Write the next line of a set.

    Raises:
        RuleRefused: the line cannot follow from the last one; nothing is written.
    """
    before = opened.position
    draft = Movement(
        0,
        kind,
        unit.now,
        NOBODY_YET,
        target,
        before.counted if counted is None else counted,
        before.expected if expected is None else expected,
        due_at=due_at,
        frozen=frozen,
        identity=identity,
        proof=proof,
        proof_ref=proof_ref,
        authorisation=authorisation,
        corrects=corrects,
        reason=reason,
    )
    line = next_line(before, draft)
    broken = break_in(before, line)
    if broken is not None:
        raise refusal_of(broken, opened.tag)
    beside = beside or Beside()
    unit.add(
        KeyMovement(
            set_id=opened.id,
            seq=line.seq,
            kind=kind,
            at=line.at,
            actor_id=unit.actor.id,
            actor=unit.actor.name,
            source_kind=line.source.kind,
            source_id=line.source.id,
            source_name=line.source.name,
            target_kind=target.kind,
            target_id=target.id,
            target_name=target.name,
            moves=line.moves,
            counted=line.counted,
            expected=line.expected,
            due_at=line.due_at,
            frozen=line.frozen,
            identity=identity,
            proof=proof,
            proof_ref=proof_ref,
            authorisation=authorisation,
            request_id=beside.request_id,
            deposit_cents=beside.deposit_cents,
            deposit_form=beside.deposit_form,
            deposit_released=beside.deposit_released,
            condition=beside.condition,
            witness=beside.witness,
            reason=reason,
            corrects=corrects,
        )
    )
    return line


def after(opened: Opened, line: Movement) -> Opened:
    """The set as it is once ``line`` is written."""
    return Opened(opened.row, opened.id, opened.tag, position_after(line))


def place_holder(unit: Unit, place_id: int | None, opened: Opened | None = None) -> Holder:
    """The place a set goes to: the one given, else its own hook.

    Raises:
        InvalidInput: no place is known, or it is no longer used.
    """
    if place_id is None and opened is not None:
        place_id = opened.row.home_place_id
    place = unit.session.get(KeyPlace, place_id) if place_id is not None else None
    if place is None or not place.active:
        raise InvalidInput(N_("Choose the hook or the place it goes to."), field="place")
    return Holder(HolderKind.PLACE, place.id, place.name)


def agent_holder(unit: Unit, agent_id: int | None = None) -> Holder:
    """A colleague on the road; the one signed in unless another is given."""
    agent = unit.session.get(Agent, agent_id if agent_id is not None else unit.actor.id or 0)
    if agent is None or not agent.active:
        raise InvalidInput(N_("This person does not work here any more. Choose another name."), field="agent")
    return Holder(HolderKind.AGENT, agent.id, agent.first_name)


def person_name(session: Session, person_id: int) -> str:
    """The name of a person.

    Raises:
        NotFound: no such person.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound(N_("This person is not known to the desk. Choose again."))
    return f"{person.first_name} {person.last_name}".strip()


def language_of(session: Session, person_id: int | None, default: str = "fr") -> str:
    person = session.get(Person, person_id) if person_id is not None else None
    return person.language if person is not None else default


def open_request(session: Session, request_id: int | None) -> Request | None:
    """The request if it is still open."""
    found = session.get(Request, request_id) if request_id is not None else None
    return found if found is not None and found.is_open else None


def tick_request(
    unit: Unit, book: Rulebook, request: Request, steps: Mapping[str, str], *, finishes: str
) -> bool:
    """Tick what this act has done on the request's checklist; finish it when nothing is left to do."""
    assert request.id is not None
    known = {step.key for step in book.catalogue.get(request.type_code).steps}
    for code, proof in steps.items():
        if code in known:
            # A step whose proof this act cannot give stays open for the operator.
            with suppress(InvalidInput, RuleRefused):
                requests.tick(unit, book, request.id, code, proof=proof)
    if request.type_code != finishes:
        return False
    # Required steps that are still open, or a state that comes first, keep the request open.
    with suppress(InvalidInput, RuleRefused):
        if request.state in {"new", "qualified"} and request.holder_id is None:
            requests.claim(unit, book, request.id)
        requests.finish(unit, book, request.id)
        return True
    return False


def desk_zone(session: Session) -> ZoneInfo:
    """The zone of the agency, which decides what "the same day" is."""
    agency = load_agency(session)
    return ZoneInfo(agency.zone if agency is not None else "Europe/Paris")


def spoken(session: Session, house: KeyHouse, code: str, language: str, filling: Filling) -> str:
    """A ready message with the desk's own number."""
    from dataclasses import replace

    agency = load_agency(session)
    return write_message(house, code, language, replace(filling, desk_phone=agency.phone if agency else ""))


def total(pieces: Sequence[tuple[str, int]]) -> int:
    return sum(count for _kind, count in pieces)

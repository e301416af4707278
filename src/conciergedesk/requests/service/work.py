"""Working a request: take it, give it, wait, note, tick, put off, change its priority."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import Conflict, InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_block, clean_line
from conciergedesk.requests.catalogue import Priority, Step
from conciergedesk.requests.lifecycle import (
    DIRECTED_TO_15,
    PROOF_HINTS,
    Act,
    Danger,
    State,
    check_note_allowed,
    checklist,
    proof_accepted,
)
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.service.moves import answered, load, move, type_of
from conciergedesk.requests.service.timing import retime
from conciergedesk.requests.tables import Request, RequestNote, RequestStep
from conciergedesk.staff.rules import Right, Team
from conciergedesk.staff.tables import Agent

NOTE_KINDS = ("note", "call", "message", "visit", "provider", "system")
CONTACT_KINDS = frozenset({"call", "message", "visit"})
"""Notes of these kinds say that the requester was answered by a person."""

ASK_AGAIN_AFTER = timedelta(hours=24)
"""A request that waits for its client comes back on the board after this long, unless told otherwise."""


def claim(unit: Unit, book: Rulebook, request_id: int, *, take_over: bool = False) -> None:
    """Take the request. A request that a colleague holds is only taken with ``take_over``, and traced.

    Raises:
        Conflict: a colleague holds it; names who and since when.
    """
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    before = request.holder_id
    if before == unit.actor.id and request.state not in (State.NEW, State.QUALIFIED, State.ASSIGNED):
        return
    if before is not None and before != unit.actor.id and not take_over:
        holder = unit.session.get(Agent, before)
        raise Conflict(
            N_("{who} has held this since {since}. Ask first, or take it over: the act is written down."),
            who=holder.first_name if holder is not None else "?",
            since=request.held_since or request.opened_at,
        )
    request.holder_id, request.held_since = unit.actor.id, unit.now
    move(unit, book, request, Act.CLAIM, taken_from=before if before != unit.actor.id else None)
    retime(unit, book, request)


def release(unit: Unit, book: Rulebook, request_id: int) -> None:
    """Give the request back to the queue."""
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    move(unit, book, request, Act.RELEASE, given_by=request.holder_id)
    request.holder_id = request.held_since = None
    retime(unit, book, request)


def assign(unit: Unit, book: Rulebook, request_id: int, agent_id: int) -> None:
    """Give the request to a colleague; taking it from another colleague needs a supervisor."""
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    if request.holder_id not in (None, unit.actor.id, agent_id):
        unit.require(Right.ASSIGN_OTHERS)
    agent = unit.load(Agent, agent_id)
    if not agent.active:
        raise RuleRefused(
            N_("{who} does not work here any more. Choose somebody else."), who=agent.first_name
        )
    before = request.holder_id
    request.holder_id, request.held_since = agent_id, unit.now
    move(unit, book, request, Act.ASSIGN, to=agent_id, taken_from=before)
    retime(unit, book, request)


def give_to_team(unit: Unit, book: Rulebook, request_id: int, team: str) -> None:
    """Orient the request to another team, whose service hours count from now on."""
    unit.require(Right.WORK_REQUESTS)
    if team not in set(Team):
        raise InvalidInput(N_("There is no team “{value}”."), field="team", value=team)
    request = load(unit, request_id)
    retime(unit, book, request)
    request.team = team
    if request.holder_id is not None:
        move(unit, book, request, Act.RELEASE)
        request.holder_id = request.held_since = None
    retime(unit, book, request)
    unit.record("request.given_to_team", "request", request_id, team=team)


def qualify(unit: Unit, book: Rulebook, request_id: int) -> None:
    """Say that what was asked is understood."""
    unit.require(Right.WORK_REQUESTS)
    move(unit, book, load(unit, request_id), Act.QUALIFY)


def wait_client(
    unit: Unit, book: Rulebook, request_id: int, *, until: datetime | None = None, whom: str = ""
) -> None:
    """Wait for the client: the resolution clock stands still, and the request comes back at ``until``."""
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    move(unit, book, request, Act.WAIT_CLIENT)
    answered(unit, book, request)
    request.waits_for = clean_line(whom, 80) or "client"
    request.snoozed_until = until or unit.now + ASK_AGAIN_AFTER
    retime(unit, book, request)


def wait_provider(
    unit: Unit, book: Rulebook, request_id: int, *, until: datetime | None = None, whom: str = ""
) -> None:
    """Wait for a provider: the clock keeps running, because the agency answers for its network."""
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    move(unit, book, request, Act.WAIT_PROVIDER)
    request.waits_for = clean_line(whom, 80) or "provider"
    request.snoozed_until = until
    retime(unit, book, request)


def resume(unit: Unit, book: Rulebook, request_id: int) -> None:
    """Whoever was awaited has answered."""
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    move(unit, book, request, Act.RESUME)
    request.snoozed_until = None
    retime(unit, book, request)


def snooze(unit: Unit, book: Rulebook, request_id: int, until: datetime) -> None:
    """Bring the request back to attention at ``until``. Its promise stays: it never shows later than that.

    Raises:
        InvalidInput: the moment lies in the past.
    """
    unit.require(Right.WORK_REQUESTS)
    if until <= unit.now:
        raise InvalidInput(N_("That moment is over. Give one that is still to come."), field="until")
    request = load(unit, request_id)
    if not request.is_open:
        raise RuleRefused(N_("This request is over; there is nothing to put off."))
    request.snoozed_until = until
    retime(unit, book, request)
    unit.record("request.snoozed", "request", request_id, until=until)


def note(
    unit: Unit,
    book: Rulebook,
    request_id: int,
    text: str,
    *,
    kind: str = "note",
    override_reason: str = "",
) -> int:
    """Add a line to the request's timeline.

    Raises:
        InvalidInput: empty, or a number that looks like a card or a social security number.
        RuleRefused: warned words without a reason, or words about health on a health orientation.
    """
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    if kind not in NOTE_KINDS:
        raise InvalidInput(N_("There is no kind of note “{value}”."), field="kind", value=kind[:40])
    text = clean_block(text)
    if not text.strip():
        raise InvalidInput(N_("Write something first."), field="note")
    request_type = type_of(book, request)
    check_note_allowed(request_type, Danger(request.danger))
    reason = clean_line(override_reason, 200)
    verdict = book.check_note(text, health=request_type.health, reason=reason)
    row = unit.add(
        RequestNote(
            request_id=request_id,
            at=unit.now,
            author_id=unit.actor.id,
            author=unit.actor.name,
            kind=kind,
            text=text,
            override_reason=reason,
        )
    )
    assert row.id is not None
    if kind in CONTACT_KINDS:
        answered(unit, book, request)
    unit.record(
        "request.noted",
        "request",
        request_id,
        reason=reason,
        note_kind=kind,
        note=row.id,
        warned=verdict.kinds,
    )
    return row.id


def answer_danger(unit: Unit, book: Rulebook, request_id: int, *, danger: bool) -> None:
    """Write down the answer to the first question of a health orientation.

    Danger or doubt: the caller is directed to 15, only that and its time are kept, and the flow stops.
    """
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    request_type = type_of(book, request)
    request.danger = Danger.PRESENT if danger else Danger.NONE
    for step in request_type.steps:
        if step.asks:
            _tick(unit, request, step.key, DIRECTED_TO_15 if danger else Danger.NONE.value)
    answered(unit, book, request)
    unit.record("request.danger_answered", "request", request_id, danger=danger)
    if danger and request_type.health:
        move(unit, book, request, Act.CLAIM if request.state != State.IN_PROGRESS else Act.FINISH)
        if request.state != State.DONE:
            move(unit, book, request, Act.FINISH)
    retime(unit, book, request)


def tick(unit: Unit, book: Rulebook, request_id: int, code: str, *, proof: str = "") -> None:
    """Tick a step of the checklist.

    Raises:
        InvalidInput: no such step, or the proof does not show what it must.
    """
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    step = next((one for one in _steps(book, request) if one.key == code), None)
    if step is None:
        raise InvalidInput(N_("This checklist has no step “{value}”."), field="step", value=code[:40])
    if step.asks:
        raise RuleRefused(N_("Ask the danger question first. In doubt: 15 or 112."))
    proof = clean_line(proof, 200)
    if not proof_accepted(step.proof, proof):
        raise InvalidInput(PROOF_HINTS[step.proof], field="proof")
    if proof:
        book.check_note(proof, health=request.health, reason="")
    _tick(unit, request, code, proof)
    unit.record("request.step_done", "request", request_id, step=code)


def untick(unit: Unit, book: Rulebook, request_id: int, code: str) -> None:
    """Open a step again that was ticked by mistake."""
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    row = unit.session.exec(
        select(RequestStep).where(RequestStep.request_id == request.id, RequestStep.code == code)
    ).first()
    if row is not None:
        row.done = False
        unit.record("request.step_opened", "request", request_id, step=code)


def change_priority(unit: Unit, book: Rulebook, request_id: int, priority: str, *, reason: str) -> None:
    """Change the priority; due times are reckoned again from the opening, a breach stays a breach.

    Raises:
        InvalidInput: unknown priority, or no reason.
    """
    unit.require(Right.CHANGE_PRIORITY)
    request = load(unit, request_id)
    reason = clean_line(reason)
    if priority not in set(Priority):
        raise InvalidInput(
            N_("There is no priority “{value}”. Use P1 to P4."), field="priority", value=priority[:10]
        )
    if not reason:
        raise InvalidInput(N_("Give a reason."), field="reason")
    retime(unit, book, request)  # a breach under the old priority stays on record
    before = request.priority
    request.priority = priority
    retime(unit, book, request)
    unit.record(
        "request.priority_changed", "request", request_id, reason=reason, before=before, after=priority
    )


def _steps(book: Rulebook, request: Request) -> tuple[Step, ...]:
    return checklist(type_of(book, request), request.fields, happened(request))


def happened(request: Request) -> tuple[str, ...]:
    """What has happened to the request that calls for further steps."""
    return ("weather",) if request.weather else ()


def _tick(unit: Unit, request: Request, code: str, proof: str) -> None:
    assert request.id is not None
    row = unit.session.exec(
        select(RequestStep).where(RequestStep.request_id == request.id, RequestStep.code == code)
    ).first()
    if row is None:
        unit.add(RequestStep(request_id=request.id, code=code, proof=proof, by_id=unit.actor.id, at=unit.now))
    else:
        row.done, row.proof, row.by_id, row.at = True, proof, unit.actor.id, unit.now

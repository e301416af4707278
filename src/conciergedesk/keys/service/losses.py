"""When something goes wrong with a key: the loss freezes the set, the list is done step by step, and it ends."""

from __future__ import annotations

from sqlmodel import select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, NotFound, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.keys.custody import LOST, MovementKind
from conciergedesk.keys.house import KeyHouse
from conciergedesk.keys.rules import IncidentKind, Risk, StepAnswer, refuse_early_close
from conciergedesk.keys.service.procedure import add_step, begin_incident, has_open_incident
from conciergedesk.keys.service.writing import Beside, append, open_set, place_holder
from conciergedesk.keys.tables import KeyIncident, KeyIncidentStep
from conciergedesk.staff.rules import Right


def declare_lost(
    unit: Unit,
    house: KeyHouse,
    set_id: int,
    *,
    reason: str,
    request_id: int | None = None,
    seen: int | None = None,
) -> int:
    """Declare a set lost: it is frozen, and the procedure starts. Returns the incident.

    Raises:
        InvalidInput: no reason.
        RuleRefused: it cannot be lost from where it is.
    """
    unit.require(Right.HANDLE_KEYS)
    opened = open_set(unit, set_id, seen=seen)
    reason = clean_line(reason, 200)
    if not reason:
        raise InvalidInput(N_("Say what is known: who had it, where it was last seen."), field="reason")
    holder = opened.position.holder.name
    append(
        unit,
        opened,
        MovementKind.DECLARED_LOST,
        LOST,
        counted=0,
        reason=reason,
        beside=Beside(request_id=request_id),
    )
    unit.record("key.declared_lost", "key_set", set_id, reason=reason, undoable=False, request=request_id)
    return begin_incident(unit, house, opened, IncidentKind.LOST, holder)


def open_incident(unit: Unit, house: KeyHouse, set_id: int, kind: str, *, reason: str) -> int:
    """Note another fault with a set; it stays here until the list is done.

    Raises:
        InvalidInput: an unknown kind, or no reason.
        RuleRefused: a loss is declared by its own act.
    """
    unit.require(Right.HANDLE_KEYS)
    opened = open_set(unit, set_id)
    reason = clean_line(reason, 200)
    if kind not in set(IncidentKind):
        raise InvalidInput(N_("There is no incident of the kind “{value}”."), field="kind", value=kind[:20])
    if kind == IncidentKind.LOST:
        raise RuleRefused(N_("Declare the set lost instead: that also freezes it."))
    if not reason:
        raise InvalidInput(N_("Say what happened, in facts."), field="reason")
    incident = begin_incident(unit, house, opened, IncidentKind(kind), opened.position.holder.name)
    unit.record("key.incident_noted", "key_set", set_id, reason=reason, undoable=False)
    return incident


def _step(unit: Unit, step_id: int) -> tuple[KeyIncidentStep, KeyIncident]:
    step = unit.load(KeyIncidentStep, step_id)
    incident = unit.load(KeyIncident, step.incident_id)
    if incident.closed_at is not None:
        raise RuleRefused(N_("This incident is closed. Note what is new as another one."))
    return step, incident


def do_step(unit: Unit, step_id: int, *, note: str = "") -> None:
    """Tick a step of the list, dated now.

    Raises:
        RuleRefused: the incident is closed.
    """
    unit.require(Right.HANDLE_KEYS)
    step, incident = _step(unit, step_id)
    step.state, step.done_at, step.done_by, step.note = (
        "done",
        unit.now,
        unit.actor.name,
        clean_line(note, 200),
    )
    unit.record("key.incident_step_done", "key_set", incident.set_id, incident=incident.id, step=step.code)


def skip_step(unit: Unit, step_id: int, *, reason: str) -> None:
    """Leave a step out, with a reason.

    Raises:
        InvalidInput: no reason.
        RuleRefused: the incident is closed.
    """
    unit.require(Right.HANDLE_KEYS)
    step, incident = _step(unit, step_id)
    reason = clean_line(reason, 200)
    if not reason:
        raise InvalidInput(N_("Give a reason."), field="reason")
    step.state, step.done_at, step.done_by, step.note = "skipped", unit.now, unit.actor.name, reason
    unit.record("key.incident_step_skipped", "key_set", incident.set_id, reason=reason, step=step.code)


def judge_risk(unit: Unit, house: KeyHouse, incident_id: int, risk: str) -> None:
    """Answer whether a finder could tell the door. High adds the change of lock to the list.

    Raises:
        InvalidInput: neither low nor high.
    """
    unit.require(Right.HANDLE_KEYS)
    incident = unit.load(KeyIncident, incident_id)
    if risk not in {Risk.LOW, Risk.HIGH}:
        raise InvalidInput(N_("Answer low or high."), field="risk")
    incident.risk = risk
    rows = {
        row.code: row
        for row in unit.session.exec(
            select(KeyIncidentStep).where(KeyIncidentStep.incident_id == incident_id)
        )
    }
    for position, step in enumerate(house.procedures[IncidentKind(incident.kind)].steps):
        if step.risk is not None and step.risk == risk and step.code not in rows:
            add_step(unit, incident_id, position, step, incident)
    answer = rows.get("risk")
    if answer is not None and answer.state == "open":
        answer.state, answer.done_at, answer.done_by = "done", unit.now, unit.actor.name
    unit.record(
        "key.risk_judged", "key_set", incident.set_id, undoable=False, incident=incident_id, risk=risk
    )


def close_incident(unit: Unit, incident_id: int, *, cause: str, measure: str, cost_cents: int = 0) -> None:
    """End an incident with its cause and the measure taken. A lost set stays frozen.

    Raises:
        RuleRefused: required steps are open, or it is closed already.
        InvalidInput: cause or measure is missing.
    """
    unit.require(Right.HANDLE_KEYS)
    incident = unit.load(KeyIncident, incident_id)
    if incident.closed_at is not None:
        raise RuleRefused(N_("This incident is closed. Note what is new as another one."))
    cause, measure = clean_line(cause, 200), clean_line(measure, 200)
    rows = list(unit.session.exec(select(KeyIncidentStep).where(KeyIncidentStep.incident_id == incident_id)))
    if cause and measure:
        for row in rows:
            if row.code == "cause" and row.state == "open":
                row.state, row.done_at, row.done_by = "done", unit.now, unit.actor.name
    refuse_early_close(
        [StepAnswer(row.code, row.required, row.state != "open") for row in rows], cause, measure
    )
    incident.cause, incident.measure, incident.closed_at = cause, measure, unit.now
    incident.cost_cents = max(0, cost_cents)
    unit.record("key.incident_closed", "key_set", incident.set_id, undoable=False, incident=incident_id)


def found_again(
    unit: Unit,
    set_id: int,
    *,
    counted: int,
    place_id: int | None = None,
    reason: str = "",
    seen: int | None = None,
) -> int:
    """A lost set was found: it is back here and stays frozen until the owner decides. Returns the line.

    Raises:
        RuleRefused: the set was not lost.
    """
    unit.require(Right.HANDLE_KEYS)
    opened = open_set(unit, set_id, seen=seen)
    line = append(
        unit,
        opened,
        MovementKind.FOUND,
        place_holder(unit, place_id, opened),
        counted=counted,
        reason=clean_line(reason, 200),
    )
    unit.record("key.found", "key_set", set_id, undoable=False)
    return line.seq


def owner_decides(
    unit: Unit, set_id: int, *, decision: str, place_id: int | None = None, seen: int | None = None
) -> int:
    """Set a frozen set free because its owner says so; who said what and when is kept. Returns the line.

    Raises:
        InvalidInput: the decision is not written down.
        RuleRefused: the set is not frozen, or its incident is still open.
        NotFound: the set is not here.
    """
    unit.require(Right.HANDLE_KEYS)
    opened = open_set(unit, set_id, seen=seen)
    decision = clean_line(decision, 120)
    if not decision:
        raise InvalidInput(N_("Write who decided, when, and what."), field="decision")
    if not opened.position.frozen:
        raise RuleRefused(N_("Key {tag} is not frozen. There is nothing to decide."), tag=opened.tag)
    if has_open_incident(unit.session, set_id):
        raise RuleRefused(
            N_("Close the incident of key {tag} first, with cause and measure."), tag=opened.tag
        )
    if not opened.position.is_in:
        raise NotFound(
            N_("Key {tag} is not at the desk. Look at its history before you go on."), tag=opened.tag
        )
    target = place_holder(unit, place_id or opened.position.holder.id, opened)
    line = append(unit, opened, MovementKind.TRANSFER_PLACE, target, authorisation=decision)
    unit.record("key.set_free", "key_set", set_id, undoable=False)
    return line.seq

"""How an incident begins: its list is copied from the house's procedure, with a moment for each step."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.keys.house import KeyHouse, Step
from conciergedesk.keys.rules import IncidentKind, Risk
from conciergedesk.keys.service.writing import Opened
from conciergedesk.keys.tables import KeyIncident, KeyIncidentStep


def has_open_incident(session: Session, set_id: int) -> bool:
    """Whether something about this set is still to be settled."""
    query = select(KeyIncident.id).where(KeyIncident.set_id == set_id, col(KeyIncident.closed_at).is_(None))
    return session.exec(query.limit(1)).first() is not None


def begin_incident(unit: Unit, house: KeyHouse, opened: Opened, kind: IncidentKind, holder: str) -> int:
    """Open an incident with its dated list; returns its id.

    A ring that carries the address is of high risk from the start, so that the lock is asked for at once.
    """
    risk = Risk.HIGH if opened.row.has_address else Risk.UNKNOWN
    incident = unit.add(
        KeyIncident(
            set_id=opened.id,
            kind=kind,
            opened_at=unit.now,
            opened_by=unit.actor.name,
            holder=holder,
            risk=risk,
        )
    )
    assert incident.id is not None
    for position, step in enumerate(house.procedures[kind].steps):
        if step.risk is None or step.risk is risk:
            add_step(unit, incident.id, position, step, incident)
    unit.record("key.incident_opened", "key_set", opened.id, undoable=False, incident=incident.id, what=kind)
    return incident.id


def add_step(unit: Unit, incident_id: int, position: int, step: Step, incident: KeyIncident) -> None:
    """Put one step of the procedure on an incident's list."""
    unit.add(
        KeyIncidentStep(
            incident_id=incident_id,
            position=position,
            code=step.code,
            labels={"fr": step.text.fr, "en": step.text.en},
            required=step.required,
            due_at=incident.opened_at + timedelta(minutes=step.due),
            state="done" if step.is_done else "open",
            done_at=unit.now if step.is_done else None,
            done_by=unit.actor.name if step.is_done else "",
        )
    )

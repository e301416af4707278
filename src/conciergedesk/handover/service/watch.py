"""What time does to handovers: late acceptance, red lines nobody took, a change of shift without a document.

The durable rows are the truth; this is run by a wake-up and by every desk that starts, any number of times.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, select

from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.journal import JournalLine
from conciergedesk.handover.rules import Colour, State
from conciergedesk.handover.service.drafting import new_handover
from conciergedesk.handover.service.receiving import alert
from conciergedesk.handover.tables import Handover, HandoverLine
from conciergedesk.handover.turns import ChangeOfShift, HandoverHouse
from conciergedesk.staff.tables import Agent

LOOK_BACK = timedelta(hours=36)
"""How far back a change of shift is still looked for: a desk that was off over night notices in the morning."""


@dataclass(frozen=True, slots=True)
class Alerts:
    """How many handovers were found late, missing, or with red lines nobody took."""

    late: int
    missing: int
    unread: int


def note_what_time_did(unit: Unit, house: HandoverHouse) -> Alerts:
    """Alert once about each handover that is late, missing or unread."""
    missing = sum(
        _note_missing(unit, house, change)
        for team in house.turns
        for change in house.changes(
            team, unit.now - LOOK_BACK, unit.now - timedelta(minutes=house.accept_within)
        )
    )
    late = unread = 0
    since = unit.now - LOOK_BACK
    for found in unit.session.exec(
        select(Handover)
        .where(
            col(Handover.starts_at) >= since,
            col(Handover.state).in_((State.SIGNED, State.READ, State.QUESTIONED)),
            col(Handover.accept_by) < unit.now,
        )
        .with_for_update(skip_locked=True)
    ).all():
        if found.alerted_at is None:
            alert(unit, found, "late_handover")
            late += 1
        if found.unread_alert_at is None and unit.now > found.starts_at + timedelta(
            minutes=house.unread_after
        ):
            red = unit.session.exec(
                select(HandoverLine.id).where(
                    HandoverLine.handover_id == found.id,
                    HandoverLine.colour == Colour.RED,
                    col(HandoverLine.removed).is_(False),
                    col(HandoverLine.acknowledged_at).is_(None),
                )
            ).first()
            if red is not None:
                alert(unit, found, "unread_lines")
                unread += 1
    return Alerts(late, missing, unread)


def _note_missing(unit: Unit, house: HandoverHouse, change: ChangeOfShift) -> bool:
    found = unit.session.exec(
        select(Handover).where(Handover.team == change.team, Handover.starts_at == change.at)
    ).first()
    if found is not None and (
        found.alerted_at is not None or found.state not in (State.DRAFT, State.MISSING)
    ):
        return False
    if found is None:
        if not _somebody_worked(unit, change):
            return False
        found = unit.add(new_handover(change, house, State.MISSING))
    alert(unit, found, "missing_handover")
    return True


def _somebody_worked(unit: Unit, change: ChangeOfShift) -> bool:
    """Whether somebody of the team did anything during the shift: a closed desk owes no handover."""
    query = (
        pick(JournalLine.id)
        .join(Agent, col(Agent.id) == JournalLine.actor_id)
        .where(
            col(JournalLine.at) >= change.outgoing.starts_at,
            col(JournalLine.at) < change.outgoing.ends_at,
            Agent.team == change.team,
        )
        .limit(1)
    )
    return unit.session.exec(query).first() is not None

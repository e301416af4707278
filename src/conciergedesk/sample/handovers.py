"""The last handovers of the sample: written, signed, read line by line and accepted, as on a desk that runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from sqlmodel import col, select

from conciergedesk.core.actor import Actor
from conciergedesk.core.db.unit import Unit
from conciergedesk.handover import service as handover
from conciergedesk.handover.rules import Colour
from conciergedesk.handover.tables import HandoverLine
from conciergedesk.handover.turns import HandoverHouse
from conciergedesk.requests.rulebook import Rulebook

UnitAt = Callable[[Actor, datetime], AbstractContextManager[Unit]]
PEOPLE = {
    "concierge": ("INE", "FAR", "MAE"),
    "coach": ("CLE", "ROM"),
    "technical": ("YAN", "SAB"),
    "commercial": ("PAU", "LUC"),
}
"""Who hands over to whom, by team: whoever stands after a name gives to it, and the first received last."""
BACK = timedelta(hours=40)
RISKIEST = 3
NOTHING_HOT = "rien ne presse, tout suit son cours"


def plant_handovers(
    unit_at: UnitAt, book: Rulebook, house: HandoverHouse, now: datetime, agents: Mapping[str, Actor]
) -> None:
    """Hand over every change of shift of the last day and a half."""
    for team, people in PEOPLE.items():
        if team not in house.turns:
            continue
        changes = sorted(house.changes(team, now - BACK, now), key=lambda one: one.at)
        for place, change in enumerate(changes):
            later = len(changes) - 1 - place
            receiving, giving = (agents[people[(later + by) % len(people)]] for by in (0, 1))
            signed_at = min(change.at, change.outgoing.ends_at) - timedelta(minutes=10)
            with unit_at(giving, signed_at - timedelta(minutes=15)) as unit:
                made = handover.draft(unit, book, house, change=change)
            with unit_at(giving, signed_at) as unit:
                handover.sign(unit, made)
            with unit_at(receiving, change.at + timedelta(minutes=3)) as unit:
                _take_all(unit, book, made)
            with unit_at(receiving, change.at + timedelta(minutes=6)) as unit:
                handover.accept(unit, book, made)


def _take_all(unit: Unit, book: Rulebook, handover_id: int) -> None:
    """Read every line, take it, and say the riskiest ones again in own words."""
    handover.read(unit, handover_id)
    lines = unit.session.exec(
        select(HandoverLine)
        .where(HandoverLine.handover_id == handover_id, col(HandoverLine.removed).is_(False))
        .order_by(col(HandoverLine.position), col(HandoverLine.id))
    ).all()
    for line in lines:
        if line.id is not None:
            handover.acknowledge(unit, line.id)
    hot = [line for colour in (Colour.RED, Colour.AMBER) for line in lines if line.colour == colour]
    said = [f"{line.what}, {line.action}" if line.action else line.what for line in hot[:RISKIEST]]
    handover.write_synthesis(unit, book, handover_id, "\n".join(said) or NOTHING_HOT)

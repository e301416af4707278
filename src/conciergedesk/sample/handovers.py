"""The last handovers of the sample: written, signed and accepted, as on a desk that runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from conciergedesk.core.actor import Actor
from conciergedesk.core.db.unit import Unit
from conciergedesk.handover import service as handover
from conciergedesk.handover.turns import HandoverHouse
from conciergedesk.requests.rulebook import Rulebook

UnitAt = Callable[[Actor, datetime], AbstractContextManager[Unit]]
PEOPLE = {
    "concierge": ("INE", "MAE"),
    "coach": ("CLE", "ROM"),
    "technical": ("YAN", "SAB"),
    "commercial": ("PAU", "LUC"),
}
"""Who hands over and who would receive, by team."""
BACK = timedelta(hours=40)


def plant_handovers(
    unit_at: UnitAt, book: Rulebook, house: HandoverHouse, now: datetime, agents: Mapping[str, Actor]
) -> None:
    """Hand over every change of shift of the last day and a half."""
    for team, (giving, _receiving) in PEOPLE.items():
        if team not in house.turns:
            continue
        for change in house.changes(team, now - BACK, now):
            with unit_at(agents[giving], change.at - timedelta(minutes=10)) as unit:
                made = handover.draft(unit, book, house, change=change)
                handover.sign(unit, made)
            with unit_at(agents["REG"], change.at + timedelta(minutes=6)) as unit:
                handover.accept(unit, book, made, reason="relève faite de vive voix")

"""The rota of the sample: published weeks round now, with one colleague away tomorrow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta

from conciergedesk.core.actor import Actor
from conciergedesk.core.db.unit import Unit
from conciergedesk.rota import service
from conciergedesk.rota.house import rota_house
from conciergedesk.rota.values import Roster

UnitAt = Callable[[Actor, datetime], AbstractContextManager[Unit]]

WEEKS = 4
PLAN_SECONDS = 0.8


def plant_rota(unit_at: UnitAt, now: datetime, agents: Mapping[str, Actor]) -> None:
    """Plan and publish four weeks, the second of them this one; tomorrow evening somebody is away.

    Who of the files is not on the desk is left out of the team, so that nobody is planned who cannot sign in.
    """
    from conciergedesk.rota.planning import plan_period

    house = rota_house()
    today = now.astimezone(house.zone).date()
    first = today - timedelta(days=today.weekday() + 7)
    rota = replace(
        house.rota, first=first, days=7 * WEEKS, wishes=(), roster=Roster(), publication=None,
        absences=tuple(one for one in house.rota.absences if one.agent in agents),
        agents=tuple(agent for agent in house.rota.agents if agent.id in agents),
    )  # fmt: skip
    found = plan_period(rota, house.law, seconds=PLAN_SECONDS)
    if found.roster is None:
        return
    roster, planner = found.roster, agents["HEL"]
    with unit_at(planner, now - timedelta(days=28)) as unit:
        draft = service.save_draft(
            unit, house, roster, first, rota.last, value=found.value, bound=found.bound
        )
    with unit_at(planner, now - timedelta(days=27)) as unit:
        service.publish(unit, house, draft)
    tomorrow = today + timedelta(days=1)
    away = next((one.agent for one in roster if one.day == tomorrow and one.shift == "S"), None)
    if away is not None:
        with unit_at(planner, now - timedelta(hours=1)) as unit:
            service.mark_absent(unit, house, away, tomorrow, tomorrow)

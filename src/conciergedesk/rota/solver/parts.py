"""What a plan is made from, cut into parts that have nothing to do with each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from conciergedesk.rota.law.packs import LawBook
from conciergedesk.rota.solver.objective import Objective
from conciergedesk.rota.values import Agent, Demand, Roster, Rota


@dataclass(frozen=True)
class Frame:
    """What all parts of a plan share.

    Attributes:
        base: the published or hand-made roster of the period, against which changes are counted.
        frozen: (agent, day) cells that must stay as in ``base``.
        counted_changes: cells whose difference from ``base`` has a price.
        work: the shifts already planned when nights on call are planned after them.
    """

    rota: Rota
    law: LawBook
    objective: Objective
    base: Roster = field(default_factory=Roster)
    frozen: frozenset[tuple[str, date]] = frozenset()
    counted_changes: frozenset[tuple[str, date]] = frozenset()
    work: Roster = field(default_factory=Roster)


@dataclass(frozen=True, slots=True)
class Part:
    """People and demands that have nothing to do with others. Nights on call are a part of their own."""

    agents: tuple[Agent, ...]
    demands: tuple[Demand, ...]
    on_call: bool = False


def parts(rota: Rota) -> list[Part]:
    """The independent parts of a plan: work first, nights on call last."""
    duty = {shift.id for shift in rota.shifts if shift.on_call}
    return [*_parts(rota, duty, False), *_parts(rota, duty, True)]


def _parts(rota: Rota, duty: set[str], on_call: bool) -> list[Part]:
    shifts = [shift for shift in rota.shifts if shift.on_call == on_call]
    demands = [
        demand for demand in rota.demands
        if (bool(demand.shifts) and set(demand.shifts) <= duty) == on_call
    ]  # fmt: skip
    root: dict[str, str] = {}

    def find(key: str) -> str:
        while root.setdefault(key, key) != key:
            key = root[key]
        return key

    staffed = {id for demand in demands for id in demand.shifts}
    for agent in rota.agents:
        for shift in shifts:
            if agent.can(shift) and (shift.id in staffed or not shift.needs):
                root[find(f"a{agent.id}")] = find(f"s{shift.id}")
    for place, demand in enumerate(demands):
        keys = [f"s{id}" for id in demand.shifts] or [
            f"s{shift.id}" for shift in shifts
            if demand.between is None or (shift.start < demand.between[1] and shift.end > demand.between[0])
        ]  # fmt: skip
        for key in keys:
            root[find(key)] = find(f"d{place}")
    people: dict[str, list[Agent]] = {}
    for agent in rota.agents:
        if any(agent.can(shift) for shift in shifts):
            people.setdefault(find(f"a{agent.id}"), []).append(agent)
    asked: dict[str, list[Demand]] = {}
    for place, demand in enumerate(demands):
        asked.setdefault(find(f"d{place}"), []).append(demand)
    return [Part(tuple(agents), tuple(asked.get(key, ())), on_call) for key, agents in people.items()]

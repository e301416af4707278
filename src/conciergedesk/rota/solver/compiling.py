"""A rota and its law turned into independent planning problems in numbers."""

from __future__ import annotations

from conciergedesk.rota.solver.automaton import (
    DayKind,
    Machine,
)  # fmt: skip
from conciergedesk.rota.solver.counting import Counting
from conciergedesk.rota.solver.model import Problem
from conciergedesk.rota.solver.parts import Frame, Part
from conciergedesk.rota.solver.pricing import Prices
from conciergedesk.rota.solver.staging import Stages


def compile_part(frame: Frame, part: Part) -> Problem:
    """One part as a :class:`Problem`."""
    prices = Prices(frame, part)
    cost = prices.cost()
    rows = prices.rows()
    return Problem(
        people=[agent.id for agent in prices.agents], days=len(prices.dates), choices=prices.choices, cost=cost,
        rows=rows, counters=Counting(frame, part).counters(rows), stages=Stages(frame, part).stages(cost),
        terms=prices.terms,
    )  # fmt: skip


def machine_for(frame: Frame, part: Part) -> tuple[Machine, list[DayKind]]:
    """The day machine of the first person of a part, and the kinds of its days."""
    stages = Stages(frame, part)
    return Machine(stages.choices, stages.rules(stages.agents[0])), stages.kinds()

"""Prices that make the cheapest repair the smallest one, and what its bound proves.

A post outweighs every change that could be made together, and a change outweighs everything else together. What
remains is priced only to choose between repairs of one size, so its largest sum is known and taken off the bound
before anything is claimed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from conciergedesk.rota.calendar import demands_on
from conciergedesk.rota.planning import PlanResult
from conciergedesk.rota.solver.automaton import Shapes
from conciergedesk.rota.solver.compiling import compile_part
from conciergedesk.rota.solver.model import Problem
from conciergedesk.rota.solver.objective import Objective
from conciergedesk.rota.solver.parts import Frame, parts
from conciergedesk.rota.values import Demand, Roster, Rota

CHOOSING = Objective(
    minimum=1, change=1, target=0, surplus=0, hours=0, sundays=2, holidays=2, evenings=0, on_call=0, wish=0,
    backup=20, rotation=0, shapes=Shapes(),
)  # fmt: skip
"""What decides between repairs of one size; posts and changes get their prices in :func:`prices_for`."""

NIGHT_SHAPE = 5
ROUNDING = 0.01


@dataclass(frozen=True, slots=True)
class Weights:
    """One part of the work.

    Attributes:
        others: the largest sum of all that is neither a post nor a change.
        cells: cells that can change at all.
        aside: the price of all posts that are not counted as open ones (a skill, a half-hour), were they empty.
        dearest: the price of the dearest open post.
    """

    others: float
    cells: int
    aside: float
    dearest: float


@dataclass(frozen=True)
class Prices:
    """The objective of a repair and the weights of each part of the work, by its people."""

    objective: Objective
    weights: Mapping[tuple[str, ...], Weights]


def asked_only(rota: Rota, roster: Roster, first: date, last: date) -> Rota:
    """The rota in which only ``first`` to ``last`` must be staffed; other days must not lose whom they have.

    Targets above the minimum are no reason to change a published cell, and languages are not searched for.
    """
    days: dict[Demand, list[date]] = {}
    for day in rota.dates:
        for one in demands_on(rota.site, rota.demands, day):
            if one.language:
                continue
            least = one.min if first <= day <= last else min(one.min, _staffed(rota, roster, one, day))
            days.setdefault(replace(one, min=least, target=least, days=(), dates=()), []).append(day)
    demands = tuple(replace(one, dates=tuple(found)) for one, found in days.items())
    return replace(rota, demands=demands)


def _staffed(rota: Rota, roster: Roster, demand: Demand, day: date) -> int:
    there = [
        one
        for agent in rota.agents
        if not demand.needs or any(skill.id == demand.needs for skill in agent.skills)
        for one in roster.cell(agent.id, day)
    ]
    if demand.between is None:
        return sum(one.shift in demand.shifts for one in there)
    shifts = [rota.shift_by_id[one.shift] for one in there]
    return min(
        sum(not one.on_call and one.start <= at and one.end >= at + 30 for one in shifts)
        for at in range(*demand.between, 30)
    )


def prices_for(frame: Frame) -> Prices:
    """Prices under which no sum of lesser things reaches a greater one, for a frame priced with CHOOSING."""
    weights: dict[tuple[str, ...], Weights] = {}
    nights = 0
    for part in parts(frame.rota):
        if part.on_call:
            nights += NIGHT_SHAPE * len(part.agents) * frame.rota.days
        else:
            problem = compile_part(frame, part)
            weights[tuple(problem.people)] = _weights(problem)
    change = math.ceil(max([nights, *(one.others for one in weights.values())])) + 2
    cells = max([1, *(one.cells for one in weights.values())])
    lightest = min((max(1, one.weight_under) for one in frame.rota.demands if one.min), default=1)
    post = math.ceil(change * (cells + 1) / lightest)
    priced = {
        people: replace(one, aside=one.aside * post, dearest=one.dearest * post)
        for people, one in weights.items()
    }
    return Prices(replace(CHOOSING, minimum=post, change=change), priced)


def _weights(problem: Problem) -> Weights:
    """The weights of a part whose posts cost one per weight."""
    open_ = np.isfinite(problem.cost)
    besides = np.zeros_like(problem.cost)
    for name, prices in problem.terms.items():
        if name != "changes":
            besides += prices
    others = float(np.where(open_, besides, 0.0).max(axis=2).sum())
    for counter in problem.counters:
        if counter.name != "average":
            most = int(np.where(open_[counter.person], counter.gain, 0).max(axis=1).sum())
            others += max(counter.price(0), counter.price(most))
    counted = [row for row in problem.rows if row.post]
    return Weights(
        others=others,
        cells=int((open_.sum(axis=2) > 1).sum()),
        aside=sum(row.low * row.price_low for row in problem.rows if not row.post),
        dearest=max((row.price_low for row in counted if row.low), default=1.0),
    )


@dataclass(frozen=True, slots=True)
class Claim:
    """Fewer changes, or fewer open posts, than these are impossible."""

    changes: int
    open: int


def claim(prices: Prices, result: PlanResult) -> Claim:
    """What the bounds of the parts of the work prove about every repair.

    ``changes`` holds for repairs that staff each part at least as well as the result. Nights on call are not part
    of it: they are planned after the work, so their bound only holds for this work.
    """
    changes = posts = 0
    for part in result.parts:
        if part.on_call:
            continue
        weights, change = prices.weights[part.people], prices.objective.change
        over = part.terms.get("surplus", 0.0)
        staffing = part.terms.get("minimum", 0.0) + over
        rest = part.bound - weights.others - ROUNDING
        changes += _at_least((rest - staffing) / change)
        posts += _at_least((rest - over - weights.aside - change * weights.cells) / weights.dearest)
    return Claim(changes, posts)


def _at_least(units: float) -> int:
    return max(0, math.ceil(units))

"""The joint machine of a small team against every plan there is."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from conciergedesk.rota.files import load_rota
from conciergedesk.rota.law.packs import load_law
from conciergedesk.rota.solver.compiling import compile_part
from conciergedesk.rota.solver.joint import Stretch, Team, fits
from conciergedesk.rota.solver.model import Problem
from conciergedesk.rota.solver.objective import objective_for
from conciergedesk.rota.solver.parts import Frame, parts
from conciergedesk.rota.solver.search import Search

ROOT = Path(__file__).parents[2]
DAYS = 4


def problem_of(days: int, people: int) -> Problem:
    rota = load_rota(ROOT / "shifts")
    desk = tuple(agent for agent in rota.agents if agent.team == "desk")[:people]
    demands = tuple(one for one in rota.demands if set(one.shifts) <= {"M", "S"})
    rota = replace(rota, days=days, agents=desk, demands=demands)
    frame = Frame(rota, load_law(ROOT / "knowledge_base" / "rota", rota.site.packs), objective_for(rota))
    return compile_part(frame, parts(rota)[0])


@pytest.fixture(scope="module")
def problem() -> Problem:
    return problem_of(DAYS, 2)


@pytest.fixture(scope="module")
def every_plan(problem: Problem) -> list[tuple[float, tuple[int, ...]]]:
    """Price without what is counted, and the choices of both, of every lawful plan."""
    search = Search(problem)
    lawful: list[list[tuple[tuple[int, ...], float]]] = []
    for person in range(2):
        number, place = search.place_of[person]
        mine = []
        for plan in itertools.product(range(len(problem.choices)), repeat=DAYS):
            shape = search.pricers[number].shape_of(place, np.asarray(plan, dtype=np.int32))
            if shape is not None:
                mine.append((plan, shape + float(problem.cost[person, range(DAYS), plan].sum())))
        lawful.append(mine)
    found = []
    for (a, price_a), (b, price_b) in itertools.product(*lawful):
        cover = sum(
            row.price((a[row.day] in row.choices) + (b[row.day] in row.choices)) for row in problem.rows
        )
        found.append((price_a + price_b + cover, a + b))
    return found


def test_no_plan_is_cheaper_than_the_joint_one(
    problem: Problem, every_plan: list[tuple[float, tuple[int, ...]]]
) -> None:
    team, dice = Team(problem), np.random.default_rng(3)
    assert fits(problem) and len(every_plan) > 1000
    for _ in range(6):
        extra = dice.integers(-40, 40, problem.cost.shape).astype(np.float64)
        cheapest = min(
            price + sum(extra[place // DAYS, place % DAYS, choice] for place, choice in enumerate(plan))
            for price, plan in every_plan
        )
        found = team.best(problem.cost + extra, team.whole(), np.inf)
        assert found is not None and cheapest - 1 < found.bound <= cheapest + 1e-6
        states, shapes = team.walk(found.plans)
        assert states == found.states and shapes.sum() == found.shapes.sum()


def test_what_pruning_leaves_out_costs_more_than_it_says(
    problem: Problem, every_plan: list[tuple[float, tuple[int, ...]]]
) -> None:
    team = Team(problem)
    search = Search(problem)
    search.start()
    search.master.solve()
    cover, prices = search.master.duals()
    base = team.prune(problem.reduced(cover, prices), 30.0) + search.master.dual_value(cover, prices)
    kept = [
        all(team.alive[person][day][state, plan[person * DAYS + day]] for person, day, state in steps)
        for _, plan in every_plan
        for steps in [
            [
                (person, day, states[day][person])
                for states in [team.walk(np.asarray(plan, dtype=np.int32).reshape(2, DAYS))[0]]
                for person in range(2)
                for day in range(DAYS)
            ]
        ]
    ]
    counted = [
        price + sum(
            one.price(problem.count(one, np.asarray(plan[one.person * DAYS : (one.person + 1) * DAYS])))
            for one in problem.counters
        )
        for price, plan in every_plan
    ]  # fmt: skip
    assert any(kept) and not all(kept)
    assert all(whole >= base + 30.0 - 1e-6 for whole, good in zip(counted, kept, strict=True) if not good)


def test_a_stretch_ends_where_it_must(problem: Problem) -> None:
    team = Team(problem)
    whole = team.best(problem.cost, team.whole(), np.inf)
    assert whole is not None
    part = team.best(problem.cost, Stretch(0, 3, team.start, whole.states[3]), np.inf)
    assert part is not None and part.states[-1] == whole.states[3]
    assert part.bound <= whole.bound + 1e-6


def test_the_team_search_never_says_more_than_it_found() -> None:
    search = Search(problem_of(14, 3), seed=1, seconds=1.0)
    found = search.run()
    assert found is not None and found.bound <= found.value
    assert problem_of(14, 3).value(found.plans, search.best_shapes) == found.value

"""The joint machine of a small team, its trellis and its tally, against every plan there is."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from conciergedesk.rota.files import load_rota
from conciergedesk.rota.law.packs import load_law
from conciergedesk.rota.solver.automaton import Floats, Ints
from conciergedesk.rota.solver.compiling import compile_part
from conciergedesk.rota.solver.crew import crew_problem
from conciergedesk.rota.solver.joint import Team, fits
from conciergedesk.rota.solver.model import Problem
from conciergedesk.rota.solver.objective import objective_for
from conciergedesk.rota.solver.outlook import Counts, Outlook
from conciergedesk.rota.solver.parts import Frame, parts
from conciergedesk.rota.solver.search import Search
from conciergedesk.rota.solver.tally import Tally
from conciergedesk.rota.solver.trellis import Trellis, trellis_of

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


def counted(problem: Problem, plan: tuple[int, ...]) -> float:
    return sum(
        one.price(problem.count(one, np.asarray(plan[one.person * DAYS : (one.person + 1) * DAYS])))
        for one in problem.counters
    )


def rest(team: Team, rewards: Floats) -> float:
    """The cheapest that the counts can be, taken one by one."""
    cheapest = [
        min(one.price(count) + float(reward) * count for count in range(DAYS * 9))
        for one, reward in zip(team.counters, rewards, strict=True)
    ]
    return sum(cheapest)


def goes_through(trellis: Trellis, plan: tuple[int, ...]) -> bool:
    state = 0
    for day, arcs in enumerate(trellis.days):
        choices = [plan[day], plan[DAYS + day]]
        ways = [
            at for at in range(arcs.first[state], arcs.first[state + 1])
            if arcs.choices[arcs.moves[at]].tolist() == choices
        ]  # fmt: skip
        if not ways:
            return False
        state = int(arcs.targets[ways[0]])
    return True


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
        onward = team.onward(problem.cost + extra, np.inf)
        assert onward is not None
        assert abs(float(onward[0].min()) - cheapest) <= team.margin(onward) < 1


@pytest.mark.parametrize("widest", [8, 1000])
def test_what_the_trellis_leaves_out_costs_more_than_it_says(
    problem: Problem, every_plan: list[tuple[float, tuple[int, ...]]], widest: int
) -> None:
    team = Team(problem)
    rewards = np.random.default_rng(5).integers(-9, 9, len(team.counters)).astype(np.float64)
    onward = team.onward(team.cells(rewards), np.inf)
    assert onward is not None
    trellis = trellis_of(team, rewards, onward, 60.0, np.inf, rest(team, rewards), widest)
    left_out = [
        price + counted(problem, plan) for price, plan in every_plan if not goes_through(trellis, plan)
    ]
    assert 0 < len(left_out) < len(every_plan)
    assert min(left_out) >= trellis.outside - 1e-6


@pytest.mark.parametrize("width", [1, 20, 100_000])
def test_the_tally_finds_the_best_plan_of_all_or_says_how_much_cheaper_one_may_be(
    problem: Problem, every_plan: list[tuple[float, tuple[int, ...]]], width: int
) -> None:
    team = Team(problem)
    best = min(price + counted(problem, plan) for price, plan in every_plan)
    for seed in range(4):
        rewards = np.random.default_rng(seed).integers(-9, 9, len(team.counters)).astype(np.float64)
        onward = team.onward(team.cells(rewards), np.inf)
        assert onward is not None
        trellis = trellis_of(team, rewards, onward, 1e9, np.inf, rest(team, rewards), 100_000)
        root = Outlook(Counts(team, trellis), rewards, 0)
        tally = Tally(root, {}, seed, team.constant)
        found = tally.search(width, best + 500, lambda: False)
        assert min(found.value, found.low) <= best + 1e-6
        if found.plans is not None:
            assert found.value == pytest.approx(problem.value(found.plans, shapes_of(problem, found.plans)))
            assert found.value >= best - 1e-6
        if width > 1000:
            assert found.value == pytest.approx(best)


def shapes_of(problem: Problem, plans: Ints) -> Floats:
    search = Search(problem)
    prices = [
        search.pricers[number].shape_of(place, plans[person])
        for person, (number, place) in sorted(search.place_of.items())
    ]
    return np.asarray(prices, dtype=np.float64)


def test_the_search_of_a_small_team_proves_its_plan_and_counts_it_right() -> None:
    search = Search(problem_of(14, 3), seed=1, seconds=60)
    found = search.run()
    assert found is not None and search.proved and found.bound <= found.value
    assert problem_of(14, 3).value(found.plans, search.best_shapes) == found.value


def test_without_time_there_still_is_a_staffed_plan_and_a_bound() -> None:
    search = Search(problem_of(28, 4), seed=1, seconds=0.02)
    found = search.run()
    assert found is not None and 0 < found.bound <= found.value < 10_000


def test_a_crew_costs_what_the_whole_team_costs_with_the_others_as_they_are() -> None:
    """Two of four are planned anew: their problem must differ from the whole by a constant."""
    whole = problem_of(14, 4)
    search = Search(whole, seed=2, seconds=60)
    search.start()
    plans, people = search.best_plans_now(), [1, 3]
    crew = crew_problem(whole, people, plans)
    dice, differences = np.random.default_rng(4), set()
    for _ in range(20):
        anew = plans.copy()
        anew[people] = dice.integers(0, len(whole.choices), (2, 14))
        difference = whole.value(anew, np.zeros(4)) - crew.value(anew[people], np.zeros(2))
        differences.add(round(difference, 6))
    assert len(differences) == 1
    again = Search(crew, seconds=60)
    again.offer(plans[people], search.best_shapes[people])
    known = again.best_value
    again.settle()
    assert again.proved and again.best_value <= known

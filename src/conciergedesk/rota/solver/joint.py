"""A few people planned together, day by day: the joint machine of a whole small team.

Cover, rests and shapes are exact here for everybody at once; only what is counted over the whole period stays
outside, as prices. The bound is therefore far nearer to the best plan than that of personal rosters.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from conciergedesk.rota.solver.automaton import Floats, Ints
from conciergedesk.rota.solver.model import Counter, Problem, Stage

MOST_PEOPLE = 4
MOST_STATES = 700_000
MOST_CELLS = 40_000_000
WALL = 1e12

Floats32 = NDArray[np.float32]
Ints64 = NDArray[np.int64]
Key = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One choice of one person on one day: from the states at ``sources`` into those at ``targets``."""

    choice: int
    sources: Ints64
    targets: Ints64
    shapes: Floats32


@dataclass(frozen=True, slots=True)
class Move:
    """What everybody does on a day: the choices, and the price of the cover they give."""

    choices: tuple[int, ...]
    cover: float


def fits(problem: Problem) -> bool:
    """Whether the joint machine of this problem is small enough."""
    stages = _stages(problem)
    if not 1 < len(stages) <= MOST_PEOPLE or any(
        stage.most is not None or stage.weekends is not None or stage.counted for stage in stages
    ):
        return False
    sizes = [
        float(np.prod([float(len(stage.layers[day].targets)) for stage in stages]))
        for day in range(problem.days)
    ]
    finite = problem.cost[np.isfinite(problem.cost)]
    return max(sizes) <= MOST_STATES and sum(sizes) <= MOST_CELLS and bool((finite >= 0).all())


def _stages(problem: Problem) -> list[Stage]:
    found = {person: stage for stage in problem.stages for person in stage.people}
    return [found[person] for person in range(len(problem.people))]


class Team:
    """Cheapest joint plans of a small team under changing prices of cells.

    Attributes:
        cost: prices of cells, with all that is counted at one price per unit in them.
        constant: what that leaves over.
        counters: what is counted at growing prices, and stays outside.
        states: per person and day, the states of the day machine that lead from the start to the end.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.people = len(problem.people)
        self.stages = _stages(problem)
        self.cost, self.constant = problem.cost.copy(), 0.0
        self.counters: list[Counter] = []
        for counter in problem.counters:
            self._count(counter)
        self._prices = [
            [
                np.asarray([problem.rows[place].price(count) for count in range(self.people + 1)])
                for place in places
            ]
            for places in problem.rows_on
        ]
        self._gains = [
            [
                [
                    tuple(
                        int(choice in problem.rows[place].choices and person in problem.rows[place].people)
                        for place in places
                    )
                    for choice in range(len(problem.choices))
                ]
                for person in range(self.people)
            ]
            for places in problem.rows_on
        ]
        self._cheapest: dict[tuple[int, Key, int], float] = {}
        self.states: list[list[Ints64]] = []
        self.steps: list[list[list[Step]]] = []
        machines = {id(stage): _machine(stage) for stage in problem.stages}
        for person, stage in enumerate(self.stages):
            states, steps = self._unfold(person, stage, machines[id(stage)])
            self.states.append(states)
            self.steps.append(steps)

    def _count(self, counter: Counter) -> None:
        """What can be counted at one price per unit only is a price of its cells."""
        open_ = np.isfinite(self.problem.cost[counter.person])
        most = int(np.where(open_, counter.gain, 0).max(axis=1).sum())
        slopes = np.diff([counter.price(count) for count in range(most + 1)])
        if len(slopes) and slopes.min() < slopes.max():
            self.counters.append(counter)
            return
        self.constant += counter.price(0)
        if len(slopes):
            self.cost[counter.person] += slopes[0] * counter.gain

    @property
    def possible(self) -> bool:
        """Whether everybody can get from the first to the last day."""
        return all(len(states) for person in self.states for states in person)

    def cells(self, rewards: Floats) -> Floats:
        """Prices of cells when each unit of what is counted earns its reward."""
        cells = self.cost.copy()
        for reward, counter in zip(rewards.tolist(), self.counters, strict=True):
            if reward:
                cells[counter.person] -= reward * counter.gain
        return cells

    def moves(self, day: int, ceiling: float) -> list[Move]:
        """What everybody together can do on a day for less than ``ceiling`` of cover."""
        found = []
        for choices in itertools.product(*([step.choice for step in one[day]] for one in self.steps)):
            gains = [self._gains[day][person][choice] for person, choice in enumerate(choices)]
            cover = self._least(day, tuple(map(sum, zip(*gains, strict=True))), 0)
            if cover < ceiling:
                found.append(Move(choices, cover))
        return found

    def onward(self, cells: Floats, ceiling: float) -> list[Floats32] | None:
        """Before each day and after the last: the cheapest way to the end from every joint state, cover included.

        Plans with a cover row that alone costs ``ceiling`` or more are left out; None when no other is left.
        """
        prices = np.minimum(cells, WALL).astype(np.float32)
        tables = [np.zeros([len(states[-1]) for states in self.states], dtype=np.float32)]
        for day in range(self.problem.days - 1, -1, -1):
            table = self._day(tables[-1], prices, day, ceiling)
            if table is None or float(table.min()) >= WALL / 2:
                return None
            tables.append(table)
        return tables[::-1]

    def margin(self, tables: list[Floats32]) -> float:
        """How far rounding may have moved a value: every addition by half a unit in the last place."""
        largest = max(abs(float(table.min())) for table in tables)
        return 6e-8 * 3 * self.people * self.problem.days * max(1.0, largest) / 4

    def _day(self, table: Floats32, prices: Floats32, day: int, ceiling: float) -> Floats32 | None:
        """One day back: the choices of one person after the other, kept apart by the cover they give."""
        layers: dict[Key, Floats32] = {(0,) * len(self._prices[day]): table}
        for person in range(self.people - 1, -1, -1):
            size = len(self.states[person][day])
            after: dict[Key, Floats32] = {}
            for key, values in layers.items():
                shape = values.shape
                wide = values.reshape(int(np.prod(shape[:person], dtype=np.int64)), shape[person], -1)
                for step in self.steps[person][day]:
                    gain = self._gains[day][person][step.choice]
                    counts = tuple(a + b for a, b in zip(key, gain, strict=True))
                    if self._least(day, counts, person) >= ceiling:
                        continue
                    extra = float(prices[person, day, step.choice])
                    if not person:
                        extra += self._least(day, counts, 0)
                        counts = ()
                    moved = wide.take(step.targets, axis=1)
                    moved += (step.shapes + np.float32(extra))[None, :, None]
                    room = after.get(counts)
                    if room is None:
                        whole = (wide.shape[0], size, wide.shape[2])
                        room = after[counts] = np.full(whole, WALL, dtype=np.float32)
                    if len(step.sources) == size:
                        np.minimum(room, moved, out=room)
                    else:
                        room[:, step.sources] = np.minimum(room[:, step.sources], moved)
            layers = {
                key: values.reshape(*shape[:person], size, *shape[person + 1 :])
                for key, values in after.items()
            }
        return layers.get(())

    def _least(self, day: int, counts: Key, left: int) -> float:
        """The least price of the cover rows when ``left`` people are still to choose."""
        key = (day, counts, left)
        if key not in self._cheapest:
            self._cheapest[key] = sum(
                float(prices[count : count + left + 1].min())
                for prices, count in zip(self._prices[day], counts, strict=True)
            )
        return self._cheapest[key]

    def _unfold(
        self, person: int, stage: Stage, machine: list[tuple[Ints, Floats]]
    ) -> tuple[list[Ints64], list[list[Step]]]:
        """The states one person can go through, and the steps of each day between them."""
        open_ = np.isfinite(self.problem.cost[person])
        kept: list[Ints64] = [np.asarray([stage.start[stage.people.index(person)]], dtype=np.int64)]
        for day, (target, _) in enumerate(machine):
            reached = target[kept[-1]][:, stage.same][:, open_[day]]
            kept.append(np.unique(reached[reached >= 0]).astype(np.int64))
        kept[-1] = np.intersect1d(kept[-1], stage.layers[-1].ends).astype(np.int64)
        steps: list[list[Step]] = []
        for day in range(len(machine) - 1, -1, -1):
            target, price = machine[day]
            place = np.full(len(stage.layers[day].targets) + 1, -1, dtype=np.int64)
            place[kept[day + 1]] = np.arange(len(kept[day + 1]))
            into = place[target[kept[day]]][:, stage.same]
            into[:, ~open_[day]] = -1
            alive = (into >= 0).any(axis=1)
            kept[day], into = kept[day][alive], into[alive]
            shapes = price[kept[day]][:, stage.same]
            steps.append([
                Step(choice, sources, into[sources, choice], shapes[sources, choice].astype(np.float32))
                for choice in np.flatnonzero(open_[day]).tolist()
                if len(sources := np.flatnonzero(into[:, choice] >= 0))
            ])  # fmt: skip
        return kept, steps[::-1]


def _machine(stage: Stage) -> list[tuple[Ints, Floats]]:
    """Per day: the state each unrolled choice leads to from each state (-1 none), and its shape price."""
    steps = []
    before = len(stage.begin)
    for layer in stage.layers:
        target = np.full((before, len(stage.same)), -1, dtype=np.int32)
        price = np.zeros((before, len(stage.same)))
        into = np.repeat(
            np.arange(len(layer.targets)), np.diff(np.append(layer.first_arc, len(layer.source)))
        )
        target[layer.source, layer.choice[into]] = into
        price[layer.source, layer.choice[into]] = layer.price
        steps.append((target, price))
        before = len(layer.targets)
    return steps

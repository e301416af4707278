"""A few people planned together, day by day: the joint machine of a whole small team.

Cover, rests and shapes are exact here for everybody at once; only what is counted over the whole period stays
outside, as prices. The bound is therefore far nearer to the best plan than that of personal rosters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from conciergedesk.rota.solver.automaton import Floats, Ints
from conciergedesk.rota.solver.model import Problem, Stage

MOST_PEOPLE = 4
MOST_STATES = 700_000
MOST_CELLS = 40_000_000
WALL = 1e12

Floats32 = NDArray[np.float32]
Key = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days ``first`` to ``last`` (not included), and the states everybody comes from and must reach (if given)."""

    first: int
    last: int
    start: tuple[int, ...]
    end: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Joint:
    """The cheapest joint plan of a stretch: its price under the given cells (a proved lower bound on it too),
    the plans and shape prices, and the states after every day."""

    bound: float
    plans: Ints
    shapes: Floats
    states: list[tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class _Move:
    """One choice of one person on one day, into ``targets``; the sources of each are padded to one length."""

    choice: int
    targets: Ints
    sources: list[Ints]
    prices: list[Floats32] | None


@dataclass(frozen=True, slots=True)
class _Way:
    """What one person can go through in a stretch: the states kept after each day, and the moves of each day."""

    states: list[list[int]]
    moves: list[list[_Move]]


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
    """Cheapest joint plans of a small team under changing prices of cells."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.people = len(problem.people)
        self.stages = _stages(problem)
        self.start = tuple(
            int(stage.start[stage.people.index(person)]) for person, stage in enumerate(self.stages)
        )
        self._ways: dict[tuple[int, ...], _Way] = {}
        self._next = {id(stage): _steps(stage) for stage in problem.stages}
        self._expanded = [
            [(target[:, stage.same], price[:, stage.same]) for target, price in self._next[id(stage)]]
            for stage in self.stages
        ]
        self._cheapest: dict[tuple[int, Key, int], float] = {}
        self._changed = [0] * self.people
        self.alive = [
            [np.isfinite(problem.cost[person, day])[None, :] & (target >= 0)
             for day, (target, _) in enumerate(self._expanded[person])]
            for person in range(self.people)
        ]  # fmt: skip
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

    def prune(self, cells: Floats, allowance: float) -> float:
        """Leave out every step of a person that alone makes that person dearer by more than ``allowance``.

        ``cells`` are prices after the prices of cover and of what is counted. Gives the sum of the cheapest
        rosters: with the rest of the Lagrangian bound, no plan that was left out costs less than both together
        plus the allowance.
        """
        total = 0.0
        for person, stage in enumerate(self.stages):
            steps = self._expanded[person]
            ways: list[tuple[Floats, Ints]] = []
            forward = np.full(len(stage.begin), np.inf)
            forward[self.start[person]] = 0.0
            before = []
            for day, (target, price) in enumerate(steps):
                open_ = np.isfinite(self.problem.cost[person, day])[None, :] & (target >= 0)
                paid = np.where(
                    open_, price + np.where(np.isfinite(cells[person, day]), cells[person, day], 0.0), np.inf
                )
                ways.append((paid, target))
                before.append(forward)
                after = np.full(len(stage.layers[day].targets), np.inf)
                np.minimum.at(
                    after, np.where(open_, target, 0), np.where(open_, forward[:, None] + paid, np.inf)
                )
                forward = after
            back = np.full(len(forward), np.inf)
            back[stage.layers[-1].ends] = 0.0
            best = float((forward + back).min())
            total += best
            for day in range(len(steps) - 1, -1, -1):
                paid, target = ways[day]
                onward = paid + back[target]
                self.alive[person][day] = before[day][:, None] + onward <= best + allowance
                back = onward.min(axis=1)
        self._ways = {}
        return total

    def admit(self, plans: Ints) -> None:
        """Let the steps of these plans be taken again."""
        states, _ = self.walk(plans)
        for day in range(self.problem.days):
            for person in range(self.people):
                self.alive[person][day][states[day][person], plans[person, day]] = True
        self._ways = {}

    def hold(self, person: int, day: int, choice: int) -> None:
        """Only this choice for a person on a day, until :meth:`release`."""
        good = self.alive[person][day]
        keep = good[:, choice].copy()
        self.alive[person][day] = np.zeros_like(good)
        self.alive[person][day][:, choice] = keep
        self._changed[person] += 1

    def release(self, alive: list[list[NDArray[np.bool_]]]) -> None:
        for person, days in enumerate(alive):
            if any(new is not old for new, old in zip(days, self.alive[person], strict=True)):
                self._changed[person] += 1
        self.alive = [list(days) for days in alive]

    def whole(self) -> Stretch:
        return Stretch(0, self.problem.days, self.start)

    def best(self, cells: Floats, stretch: Stretch, ceiling: float) -> Joint | None:
        """The cheapest plan of everybody under ``cells``, cover included.

        Plans with a cover row that alone costs ``ceiling`` or more are left out; None when no other is left.
        """
        ways = [self._way(person, stretch) for person in range(self.people)]
        if any(not kept for way in ways for kept in way.states):
            return None
        prices = np.minimum(cells, WALL).astype(np.float32)
        tables = [np.zeros([len(way.states[0]) for way in ways], dtype=np.float32)]
        largest = 0.0
        for offset in range(stretch.last - stretch.first):
            table = self._day(tables[-1], prices, ways, stretch.first + offset, offset, ceiling)
            if table is None:
                return None
            tables.append(table)
            largest = max(largest, abs(float(table.min())))
        value = float(tables[-1].min())
        if value >= WALL / 2:
            return None
        # Every addition may have been rounded by half a unit in the last place.
        margin = 6e-8 * 3 * self.people * (stretch.last - stretch.first) * max(1.0, largest, abs(value)) / 4
        plans, shapes, states = self._back(tables, cells, ways, stretch)
        return Joint(value - margin, plans, shapes, states)

    def walk(self, plans: Ints) -> tuple[list[tuple[int, ...]], Floats]:
        """The joint states before the first and after every day of a whole plan, and the shape price of each day."""
        states, prices = [self.start], np.zeros(self.problem.days)
        for day in range(self.problem.days):
            after = []
            for person, (stage, state) in enumerate(zip(self.stages, states[-1], strict=True)):
                target, price = self._next[id(stage)][day]
                choice = stage.same[plans[person, day]]
                after.append(int(target[state, choice]))
                prices[day] += price[state, choice]
            states.append(tuple(after))
        return states, prices

    def _day(
        self, table: Floats32, prices: Floats32, ways: list[_Way], day: int, offset: int, ceiling: float
    ) -> Floats32 | None:
        sizes = [len(way.states[offset + 1]) for way in ways]
        layers: dict[Key, Floats32] = {(0,) * len(self._prices[day]): table}
        for person, way in enumerate(ways):
            left = self.people - person - 1
            after: dict[Key, Floats32] = {}
            shape = (*sizes[: person + 1], *table.shape[person + 1 :])
            for key, values in layers.items():
                wide = values.reshape(int(np.prod(shape[:person], dtype=np.int64)), values.shape[person], -1)
                for move in way.moves[offset]:
                    gain = self._gains[day][person][move.choice]
                    counts = tuple(a + b for a, b in zip(key, gain, strict=True))
                    if self._least(day, counts, left) >= ceiling:
                        continue
                    moved = _through(wide, move)
                    extra = float(prices[person, day, move.choice])
                    if not left:
                        extra += self._least(day, counts, 0)
                        counts = ()
                    if extra:
                        moved += np.float32(extra)
                    if counts not in after:
                        after[counts] = np.full(shape, WALL, dtype=np.float32)
                    room = after[counts].reshape(wide.shape[0], sizes[person], -1)
                    low, high = int(move.targets[0]), int(move.targets[-1]) + 1
                    if high - low == len(move.targets):
                        np.minimum(room[:, low:high], moved, out=room[:, low:high])
                    else:
                        room[:, move.targets] = np.minimum(room[:, move.targets], moved)
            layers = after
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

    def _back(
        self, tables: list[Floats32], cells: Floats, ways: list[_Way], stretch: Stretch
    ) -> tuple[Ints, Floats, list[tuple[int, ...]]]:
        length = stretch.last - stretch.first
        plans = np.zeros((self.people, length), dtype=np.int32)
        shapes = np.zeros(self.people)
        at = [int(place) for place in np.unravel_index(int(tables[-1].argmin()), tables[-1].shape)]
        states = [tuple(way.states[length][place] for way, place in zip(ways, at, strict=True))]
        for offset in range(length - 1, -1, -1):
            day = stretch.first + offset
            options = [_into(way.moves[offset], place) for way, place in zip(ways, at, strict=True)]
            total = tables[offset][np.ix_(*(ones[0] for ones in options))].astype(np.float64)
            counts = [np.zeros(total.shape, dtype=np.int64) for _ in self._prices[day]]
            for person, (_, choices, prices) in enumerate(options):
                line = [1] * self.people
                line[person] = len(choices)
                total += (np.minimum(cells[person, day, choices], WALL) + prices).reshape(line)
                gains = np.asarray([self._gains[day][person][choice] for choice in choices.tolist()])
                for row, count in enumerate(counts):
                    count += gains[:, row].reshape(line)
            for row, count in enumerate(counts):
                total += self._prices[day][row][count]
            best = [int(place) for place in np.unravel_index(int(total.argmin()), total.shape)]
            for person, (sources, choices, prices) in enumerate(options):
                at[person] = int(sources[best[person]])
                plans[person, offset] = choices[best[person]]
                shapes[person] += prices[best[person]]
            states.append(tuple(way.states[offset][place] for way, place in zip(ways, at, strict=True)))
        return plans, shapes, states[::-1]

    def _way(self, person: int, stretch: Stretch) -> _Way:
        end = -1 if stretch.end is None else stretch.end[person]
        key = (person, stretch.first, stretch.last, stretch.start[person], end, self._changed[person])
        if key not in self._ways:
            self._ways = {old: way for old, way in self._ways.items() if old[-1] == self._changed[old[0]]}
            self._ways[key] = self._compile(person, stretch, end)
        return self._ways[key]

    def _compile(self, person: int, stretch: Stretch, end: int) -> _Way:
        stage = self.stages[person]
        days = range(stretch.first, stretch.last)
        steps = [self._expanded[person][day] for day in days]
        alive = [self.alive[person][day] for day in days]
        kept = [{stretch.start[person]}]
        for (target, _), good in zip(steps, alive, strict=True):
            here = sorted(kept[-1])
            kept.append(set(target[here][good[here]].tolist()))
        if end >= 0:
            kept[-1] &= {end}
        elif stretch.last == self.problem.days:
            kept[-1] &= set(stage.layers[-1].ends.tolist())
        for place in range(len(steps) - 1, -1, -1):
            target, good = steps[place][0], alive[place]
            kept[place] = {
                state for state in kept[place] if not kept[place + 1].isdisjoint(target[state][good[state]].tolist())
            }  # fmt: skip
        states = [sorted(ones) for ones in kept]
        moves = []
        for place in range(len(steps)):
            target, price = steps[place]
            where = {state: at for at, state in enumerate(states[place + 1])}
            todays = []
            for choice in range(len(self.problem.choices)):
                into: dict[int, list[tuple[int, float]]] = {}
                for at, state in enumerate(states[place]):
                    reached = where.get(int(target[state, choice])) if alive[place][state, choice] else None
                    if reached is not None:
                        into.setdefault(reached, []).append((at, float(price[state, choice])))
                if into:
                    todays.append(_padded(choice, into))
            moves.append(todays)
        return _Way(states, moves)


def _padded(choice: int, into: dict[int, list[tuple[int, float]]]) -> _Move:
    group = sorted(into)
    width = max(len(ones) for ones in into.values())
    filled = [[*into[at], *[into[at][0]] * (width - len(into[at]))] for at in group]
    sources = [np.asarray([ones[turn][0] for ones in filled], dtype=np.int32) for turn in range(width)]
    prices = [np.asarray([ones[turn][1] for ones in filled], dtype=np.float32) for turn in range(width)]
    return _Move(
        choice,
        np.asarray(group, dtype=np.int32),
        sources,
        prices if any(one.any() for one in prices) else None,
    )


def _through(wide: Floats32, move: _Move) -> Floats32:
    """The cheapest way into each target of a move, for all states of the others at once."""
    best: Floats32 | None = None
    for turn, sources in enumerate(move.sources):
        values = wide.take(sources, axis=1)
        if move.prices is not None and move.prices[turn].any():
            values += move.prices[turn][None, :, None]
        best = values if best is None else np.minimum(best, values, out=best)
    assert best is not None
    return best


def _into(moves: list[_Move], place: int) -> tuple[Ints, Ints, Floats]:
    """Sources, choices and shape prices of one person's ways into a state."""
    found: dict[tuple[int, int], float] = {}
    for move in moves:
        at = int(np.searchsorted(move.targets, place))
        if at == len(move.targets) or move.targets[at] != place:
            continue
        for turn, sources in enumerate(move.sources):
            price = 0.0 if move.prices is None else float(move.prices[turn][at])
            found[int(sources[at]), move.choice] = price
    keys = list(found)
    return (
        np.asarray([source for source, _ in keys], dtype=np.int32),
        np.asarray([choice for _, choice in keys], dtype=np.int32),
        np.asarray(list(found.values())),
    )


def _steps(stage: Stage) -> list[tuple[Ints, Floats]]:
    """Per day: the state each choice leads to from each state (-1 none), and its shape price."""
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

"""The joint states that a good plan of a small team can go through: a few thousand a day out of hundreds of thousands.

Whatever is left out is proved to cost more than :attr:`Trellis.outside`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from conciergedesk.rota.solver.automaton import Floats, Ints
from conciergedesk.rota.solver.joint import Floats32, Ints64, Move, Team

Ints16 = NDArray[np.int16]
NOWHERE = -(10**12)


@dataclass(frozen=True, slots=True)
class Arcs:
    """The arcs of one day, in the order of the states they leave.

    Attributes:
        first: for each state its first arc; one more entry at the end.
        prices: without what is counted.
        moves: a row of ``choices`` and ``gains``.
        choices: per move and person.
        gains: per move and counter.
    """

    first: Ints64
    targets: Ints64
    prices: Floats
    moves: Ints64
    choices: Ints
    gains: Floats


@dataclass(frozen=True)
class Trellis:
    """States and arcs day by day.

    Attributes:
        outside: no plan that was left out costs less.
        least, most: per day, how much of each counter can still come.
    """

    days: list[Arcs]
    outside: float
    least: list[Ints64]
    most: list[Ints64]

    def onward(self, rewards: Floats, first: int = 0) -> list[Floats]:
        """From day ``first`` on: the cheapest way to the end from each state when counts earn these rewards."""
        values = [np.zeros(int(self.days[-1].targets.max()) + 1)]
        for arcs in reversed(self.days[first:]):
            paid = arcs.prices - (arcs.gains @ rewards)[arcs.moves] + values[-1][arcs.targets]
            values.append(np.minimum.reduceat(paid, arcs.first[:-1]))
        return values[::-1]

    def counts(self, rewards: Floats, values: list[Floats], first: int) -> list[Ints16]:
        """From day ``first`` on: what the cheapest ways from each state count, for the values of :meth:`onward`."""
        counts = [np.zeros((len(values[-1]), len(rewards)), dtype=np.int16)]
        for arcs, after, here in zip(reversed(self.days[first:]), values[:0:-1], values[-2::-1], strict=True):
            paid = arcs.prices - (arcs.gains @ rewards)[arcs.moves] + after[arcs.targets]
            source = np.repeat(np.arange(len(here)), np.diff(arcs.first))
            best = np.flatnonzero(paid == here[source])[::-1]
            chosen = np.zeros(len(here), dtype=np.int64)
            chosen[source[best]] = best
            gains = arcs.gains.astype(np.int16)
            counts.append(gains[arcs.moves[chosen]] + counts[-1][arcs.targets[chosen]])
        return counts[::-1]

    def way(self, rewards: Floats, values: list[Floats], first: int, state: int) -> list[Ints]:
        """Day by day, what everybody does on the cheapest way from a state of day ``first``."""
        found = []
        for arcs, after in zip(self.days[first:], values[1:], strict=True):
            mine = slice(int(arcs.first[state]), int(arcs.first[state + 1]))
            paid = arcs.prices[mine] - (arcs.gains @ rewards)[arcs.moves[mine]] + after[arcs.targets[mine]]
            at = mine.start + int(paid.argmin())
            found.append(arcs.choices[arcs.moves[at]])
            state = int(arcs.targets[at])
        return found


def trellis_of(
    team: Team, rewards: Floats, onward: list[Floats32], allowance: float, ceiling: float, rest: float, widest: int,
) -> Trellis:  # fmt: skip
    """What lies within ``allowance`` of the cheapest joint plan, at most ``widest`` states a day.

    ``onward`` comes from the team for these rewards; ``rest`` is the cheapest that the counts can cost then.
    """
    cells = team.cells(rewards)
    margin = team.margin(onward)
    limit = float(onward[0].min()) + allowance + 2 * margin
    outside = limit - 3 * margin
    at = np.zeros((team.people, 1), dtype=np.int64)
    paid = np.zeros(1)
    days: list[Arcs] = []
    for day in range(team.problem.days):
        ahead = onward[day + 1].reshape(-1)
        moves = team.moves(day, ceiling)
        sources, into, cost, exact, numbers = _near(team, cells, at, paid, day, moves, onward[day + 1], limit)
        reached, place = np.unique(into, return_inverse=True)
        best = np.full(len(reached), np.inf)
        np.minimum.at(best, place, cost)
        if len(reached) > widest:
            whole = best + ahead[reached]
            order = np.argpartition(whole, widest)
            outside = min(outside, float(whole[order[widest:]].min()) - 2 * margin)
            kept = np.sort(order[:widest])
            renumbered = np.full(len(reached), -1)
            renumbered[kept] = np.arange(widest)
            place = renumbered[place]
            good = place >= 0
            sources, place, exact, numbers = sources[good], place[good], exact[good], numbers[good]
            reached, best = reached[kept], best[kept]
        order = np.argsort(sources, kind="stable")
        days.append(Arcs(
            np.searchsorted(sources[order], np.arange(at.shape[1] + 1)), place[order], exact[order], numbers[order],
            np.asarray([move.choices for move in moves], dtype=np.int32), _gains(team, moves, day),
        ))  # fmt: skip
        at, paid = np.stack(np.unravel_index(reached, onward[day + 1].shape)), best
    return _cleaned(days, outside + rest + team.constant, len(team.counters))


def _near(
    team: Team, cells: Floats, at: Ints64, paid: Floats, day: int, moves: list[Move], table: Floats32, limit: float,
) -> tuple[Ints64, Ints64, Floats, Floats, Ints64]:  # fmt: skip
    """Ways on that may end below the limit: state, flat target, reduced price so far, own price, move."""
    to, price, reduced = _steps(team, cells, at, day, table.shape)
    found = []
    for number, move in enumerate(moves):
        total: Ints64 = np.sum([to[person][choice] for person, choice in enumerate(move.choices)], axis=0)
        sources = np.flatnonzero(total >= 0)
        cost = paid[sources] + move.cover
        for person, choice in enumerate(move.choices):
            cost += reduced[person][choice][sources]
        near = cost + table.reshape(-1)[total[sources]] <= limit
        sources, cost = sources[near], cost[near]
        exact = np.full(len(sources), move.cover)
        for person, choice in enumerate(move.choices):
            exact += price[person][choice][sources]
        found.append((sources, total[sources], cost, exact, np.full(len(sources), number)))
    sources, into, cost, exact, numbers = (np.concatenate(one) for one in zip(*found, strict=True))
    return sources, into, cost, exact, numbers


def _steps(
    team: Team, cells: Floats, at: Ints64, day: int, shape: tuple[int, ...]
) -> tuple[list[Ints64], list[Floats], list[Floats]]:
    """Per person, for each choice and joint state: its share of the flat target, the price, the reduced price."""
    into, prices, reduced = [], [], []
    for person in range(team.people):
        stride = int(np.prod(shape[person + 1 :], dtype=np.int64))
        choices = len(team.problem.choices)
        to = np.full((choices, len(team.states[person][day])), NOWHERE, dtype=np.int64)
        shapes = np.zeros(to.shape)
        for step in team.steps[person][day]:
            to[step.choice, step.sources] = step.targets * stride
            shapes[step.choice, step.sources] = step.shapes
        into.append(to[:, at[person]])
        mine = shapes[:, at[person]]
        with np.errstate(invalid="ignore"):
            prices.append(mine + team.cost[person, day][:, None])
            reduced.append(mine + cells[person, day][:, None])
    return into, prices, reduced


def _gains(team: Team, moves: list[Move], day: int) -> Floats:
    return np.asarray(
        [[float(one.gain[day, move.choices[one.person]]) for one in team.counters] for move in moves]
    ).reshape(len(moves), len(team.counters))


def _cleaned(days: list[Arcs], outside: float, counters: int) -> Trellis:
    """The trellis without states from which the widest limit cut every way on, and how much can still be counted."""
    alive = np.ones(int(days[-1].targets.max()) + 1, dtype=bool)
    kept: list[Arcs] = []
    least = [np.zeros((len(alive), counters))]
    most = [np.zeros((len(alive), counters))]
    for arcs in reversed(days):
        after = np.cumsum(alive) - 1
        good = alive[arcs.targets]
        source = np.repeat(np.arange(len(arcs.first) - 1), np.diff(arcs.first))[good]
        alive = np.zeros(len(arcs.first) - 1, dtype=bool)
        alive[source] = True
        before = np.cumsum(alive) - 1
        targets, moves = after[arcs.targets[good]], arcs.moves[good]
        first = np.searchsorted(before[source], np.arange(int(alive.sum()) + 1))
        kept.append(Arcs(first, targets, arcs.prices[good], moves, arcs.choices, arcs.gains))
        least.append(np.minimum.reduceat(least[-1][targets] + arcs.gains[moves], first[:-1]))
        most.append(np.maximum.reduceat(most[-1][targets] + arcs.gains[moves], first[:-1]))
    return Trellis(
        kept[::-1],
        outside,
        [one.min(axis=0).astype(np.int64) for one in least[::-1]],
        [one.max(axis=0).astype(np.int64) for one in most[::-1]],
    )

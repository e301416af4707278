"""Plans of a small team day by day with everything counted exactly: the search that ends with a proof.

A label is the beginning of a plan: joint state, counts so far, price so far. Equal beginnings are one. A label whose
outlook is no better than the best plan known is dropped, and where too many are left the worst are dropped as well;
the cheapest outlook among those is the bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from conciergedesk.rota.solver.automaton import Floats, Ints
from conciergedesk.rota.solver.joint import Ints64
from conciergedesk.rota.solver.outlook import Labels, Outlook, raised
from conciergedesk.rota.solver.trellis import Arcs, Ints16

EPS = 1e-3
EVERY, LAST_DAYS = 7, 10
SAMPLE = 300
REACHED = 0.03
ROUNDS = 12
MOST_OUTLOOKS = 3
MOST_CHILDREN = 400_000


@dataclass(frozen=True, slots=True)
class Tallied:
    """The end of a search: the best plan (None when there is none below the ceiling), its price, and a bound on
    every plan of the trellis that is not this one."""

    plans: Ints | None
    value: float
    low: float


@dataclass(frozen=True, slots=True)
class _Day:
    """The labels of a day, their bounds, and where each comes from: its place the day before and its arc."""

    labels: Labels
    bounds: Floats
    parents: Ints
    taken: Ints

    def take(self, places: Ints64) -> _Day:
        return _Day(self.labels.take(places), self.bounds[places], self.parents[places], self.taken[places])


class Tally:
    """Searches over one trellis. What one learns about the outlook stays for the next."""

    def __init__(self, root: Outlook, learnt: dict[int, Floats], seed: int, constant: float) -> None:
        """``learnt`` are the rewards by day that another tally found."""
        self.counts, self.constant, self._learnt = root.counts, constant, learnt
        self.trellis = root.counts.trellis
        self.outlooks = [root]
        days = len(self.trellis.days)
        self.pauses = {*range(EVERY, days, EVERY), *range(max(1, days - LAST_DAYS), days, 2)}
        self.random = np.random.default_rng(seed)
        self._best: Ints | None = None
        self._ceiling, self._current = math.inf, 0

    def search(self, width: int, ceiling: float, out_of_time: Callable[[], bool]) -> Tallied:
        """Plans that cost less than ``ceiling``, keeping at most ``width`` labels a day."""
        self._best, self._ceiling, self._current = None, ceiling - self.constant, 0
        low = math.inf
        labels, none = Labels.first(len(self.counts.prices)), np.zeros(1, dtype=np.int32)
        today = _Day(labels, self.outlooks[0].bound(labels, 0), none, none)
        days: list[_Day] = []
        for day, arcs in enumerate(self.trellis.days):
            if out_of_time():
                low = min(low, float(today.bounds.min()))
                break
            if day in self.pauses:
                today = self._look_again(today, days, day)
            days.append(today)
            today = self._next(today, arcs, day)
            if len(today.labels) > width:
                order = np.argpartition(self._promise(today, day + 1), width)
                low = min(low, float(today.bounds[order[width:]].min()))
                today = today.take(np.sort(order[:width]))
            if not len(today.labels):
                break
        else:
            self._finish(today, days)
        value = math.inf if self._best is None else self._ceiling
        return Tallied(self._best, value + self.constant, min(low, self._ceiling) + self.constant)

    def _promise(self, today: _Day, day: int) -> Floats:
        """What labels are kept by: the bound, and a little of what their cheapest way on really costs."""
        reach = self.outlooks[self._current].reach(today.labels, day)
        return today.bounds + REACHED * (reach - today.bounds)

    def rewards(self) -> dict[int, Floats]:
        """The rewards of each outlook, by the day from which it holds."""
        return {one.first: one.rewards for one in self.outlooks}

    def _finish(self, today: _Day, days: list[_Day]) -> None:
        labels = today.labels
        total = labels.prices.copy()
        for place, prices in enumerate(self.counts.prices):
            total += prices[labels.counts[place]]
        best = int(total.argmin())
        self._keep(float(total[best]), lambda: self._behind([*days, today], best))

    def _keep(self, value: float, plan: Callable[[], list[Ints]]) -> None:
        if value < self._ceiling - EPS:
            self._ceiling, self._best = value, np.stack(plan(), axis=1).astype(np.int32)

    @property
    def _limit(self) -> float:
        """Prices are whole: a better plan is better by one."""
        return self._ceiling - 1 + EPS

    def _next(self, today: _Day, arcs: Arcs, day: int) -> _Day:
        """All beginnings one day longer that may still become better plans, equal ones once."""
        labels = today.labels
        counts = np.diff(arcs.first)[labels.states]
        pieces = max(1, math.ceil(int(counts.sum()) / MOST_CHILDREN))
        parts = [
            self._children(today, arcs, day, piece)
            for piece in np.array_split(np.arange(len(labels)), pieces)
        ]
        states, tallied, prices, bounds, parents, taken = (
            np.concatenate([one[place] for one in parts], axis=-1) for place in range(6)
        )
        first = _unlike(states, tallied, prices)
        return _Day(Labels(states, tallied, prices).take(first), bounds[first], parents[first], taken[first])

    def _children(
        self, today: _Day, arcs: Arcs, day: int, piece: Ints64
    ) -> tuple[Ints64, Ints16, Floats, Floats, Ints, Ints]:
        labels = today.labels
        begin = arcs.first[labels.states[piece]]
        many = arcs.first[labels.states[piece] + 1] - begin
        parents = np.repeat(piece, many)
        taken = np.arange(len(parents)) + np.repeat(begin - np.cumsum(many) + many, many)
        gains = arcs.gains.astype(np.int16).T[:, arcs.moves[taken]]
        after = Labels(
            arcs.targets[taken],
            labels.counts[:, parents] + gains,
            labels.prices[parents] + arcs.prices[taken],
        )
        bounds = today.bounds[parents]
        for outlook in [one for one in self.outlooks if one.first <= day + 1][-MOST_OUTLOOKS:]:
            bounds = np.maximum(bounds, outlook.bound(after, day + 1))
            good = np.flatnonzero(bounds <= self._limit)
            if len(good) < len(after):
                after, bounds, parents, taken = after.take(good), bounds[good], parents[good], taken[good]
        return (
            after.states, after.counts, after.prices, bounds, parents.astype(np.int32), taken.astype(np.int32),
        )  # fmt: skip

    def _look_again(self, today: _Day, days: list[_Day], day: int) -> _Day:
        """New rewards for the days ahead that suit what has been counted by now, and the plans they lead to."""
        sample = today.labels
        if len(sample) > SAMPLE:
            sample = sample.take(np.sort(self.random.permutation(len(sample))[:SAMPLE]))
        starts = [one for one in self.outlooks if one.first == day]
        rewards = [[one for one in self.outlooks if one.first < day][-1].rewards]
        if day in self._learnt and not starts:
            rewards.append(self._learnt[day])
        starts += [Outlook(self.counts, one, day) for one in rewards]
        better = raised(max(starts, key=lambda one: float(one.bound(sample, day).mean())), sample, ROUNDS)
        self.outlooks = sorted(
            [*(one for one in self.outlooks if one.first != day), better], key=lambda one: one.first
        )
        self._current = self.outlooks.index(better)
        reached = better.reach(today.labels, day)
        best = int(reached.argmin())
        ahead = self.trellis.way(better.rewards, better.values, day, int(today.labels.states[best]))
        self._keep(float(reached[best]), lambda: self._behind([*days, today], best) + ahead)
        bounds = np.maximum(today.bounds, better.bound(today.labels, day))
        good = np.flatnonzero(bounds <= self._limit)
        return _Day(today.labels.take(good), bounds[good], today.parents[good], today.taken[good])

    def _behind(self, days: list[_Day], at: int) -> list[Ints]:
        """Day by day, what everybody did on the way to a label of the last of these days."""
        found = []
        for day in range(len(days) - 1, 0, -1):
            arcs = self.trellis.days[day - 1]
            found.append(arcs.choices[arcs.moves[days[day].taken[at]]])
            at = int(days[day].parents[at])
        return found[::-1]


def _unlike(states: Ints64, counts: Ints16, prices: Floats) -> Ints64:
    """The cheapest of all labels with equal state and counts. Keys that clash by chance only leave one label more."""
    key = states.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    factor = np.uint64(0xD1B54A32D192ED03)
    for count in counts:
        key = (key ^ count.astype(np.uint64)) * factor
        key ^= key >> np.uint64(29)
    order = np.lexsort((prices, key))
    same = key[order][1:] == key[order][:-1]
    same &= states[order][1:] == states[order][:-1]
    for count in counts:
        same &= count[order][1:] == count[order][:-1]
    first = np.ones(len(order), dtype=bool)
    first[1:] = ~same
    return order[first]

"""What the rest of a plan will cost at least, from every state of a trellis and for every count so far."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from conciergedesk.rota.solver.automaton import Floats
from conciergedesk.rota.solver.highs import INF, Program, columns
from conciergedesk.rota.solver.joint import Ints64, Team
from conciergedesk.rota.solver.trellis import Ints16, Trellis

ENOUGH = 0.25
NARROWEST = 0.05


@dataclass(frozen=True, slots=True)
class Labels:
    """Beginnings of plans that stand on one day: state, what is counted so far (counter by label), price so far."""

    states: Ints64
    counts: Ints16
    prices: Floats

    def __len__(self) -> int:
        return len(self.states)

    @staticmethod
    def first(counters: int) -> Labels:
        """The only label before the first day."""
        return Labels(np.zeros(1, dtype=np.int64), np.zeros((counters, 1), dtype=np.int16), np.zeros(1))

    def take(self, places: Ints64) -> Labels:
        return Labels(self.states[places], self.counts[:, places], self.prices[places])


class Counts:
    """The convex prices of what is counted, and what of it is still to come from each day."""

    def __init__(self, team: Team, trellis: Trellis) -> None:
        self.trellis = trellis
        self.most = trellis.most[0].tolist()
        self.prices = [
            np.asarray([counter.price(count) for count in range(most + 1)])
            for counter, most in zip(team.counters, self.most, strict=True)
        ]
        self.scale = np.asarray(
            [max(1.0, 0.1 * float(np.diff(one, 2).max(initial=0.0))) for one in self.prices]
        )

    def still(self, rewards: Floats, day: int) -> list[Floats]:
        """Per counter, for each count so far: the cheapest that it can end at, with the rewards paid back."""
        found = []
        for place, (prices, most) in enumerate(zip(self.prices, self.most, strict=True)):
            so_far = np.arange(most + 1)
            aim = int((prices + rewards[place] * so_far).argmin())
            more = self.more(place, so_far, aim, day)
            found.append(prices[np.minimum(so_far + more, most)] + rewards[place] * more)
        return found

    def more(self, place: int, so_far: NDArray[np.integer], aim: int, day: int) -> Ints64:
        """How much will still be counted when the end should be ``aim``."""
        least, most = self.trellis.least[day][place], self.trellis.most[day][place]
        return np.clip(aim - so_far.astype(np.int64), least, most)

    def aims(self, rewards: Floats) -> list[int]:
        return [
            int((prices + reward * np.arange(len(prices))).argmin())
            for prices, reward in zip(self.prices, rewards.tolist(), strict=True)
        ]


class Outlook:
    """Bounds under one set of rewards from day ``first`` on."""

    def __init__(self, counts: Counts, rewards: Floats, first: int) -> None:
        self.counts, self.rewards, self.first = counts, rewards, first
        self.values = counts.trellis.onward(rewards, first)
        self._still: dict[int, list[Floats]] = {}

    def bound(self, labels: Labels, day: int) -> Floats:
        """No plan that goes on from these labels costs less."""
        if day not in self._still:
            self._still = {day: self.counts.still(self.rewards, day)}
        total: Floats = labels.prices + self.values[day - self.first][labels.states]
        for place, prices in enumerate(self._still[day]):
            total += prices[labels.counts[place]]
        return total

    @cached_property
    def ahead(self) -> list[Ints16]:
        """What the cheapest ways from each state count, from the first day on."""
        return self.counts.trellis.counts(self.rewards, self.values, self.first)

    def reach(self, labels: Labels, day: int) -> Floats:
        """What the plans cost that go on from these labels on their cheapest ways."""
        ahead = self.ahead[day - self.first][labels.states]
        total: Floats = labels.prices + self.values[day - self.first][labels.states] + ahead @ self.rewards
        for place, prices in enumerate(self.counts.prices):
            total += prices[labels.counts[place] + ahead[:, place]]
        return total

    def slope(self, labels: Labels) -> Floats:
        """How the mean bound on the first day grows with the rewards."""
        ahead = self.ahead[0][labels.states]
        aims = self.counts.aims(self.rewards)
        slopes = np.zeros(len(self.rewards))
        for place, aim in enumerate(aims):
            more = self.counts.more(place, labels.counts[place], aim, self.first)
            slopes[place] = float((more - ahead[:, place]).mean())
        return slopes


def raised(outlook: Outlook, labels: Labels, rounds: int, reach: float = 1.0) -> Outlook:
    """The outlook whose bound on these labels is highest on average: a few cutting planes inside a trust region."""
    best, value = outlook, float(outlook.bound(labels, outlook.first).mean())
    points, values, slopes = [outlook.rewards], [value], [outlook.slope(labels)]
    width = reach * outlook.counts.scale
    for _ in range(rounds):
        step, hoped = _ascent(best.rewards, points, values, slopes, width)
        if hoped - value < ENOUGH or float((width / outlook.counts.scale).max()) < NARROWEST:
            break
        tried = Outlook(outlook.counts, best.rewards + step, outlook.first)
        reached = float(tried.bound(labels, outlook.first).mean())
        points.append(tried.rewards)
        values.append(reached)
        slopes.append(tried.slope(labels))
        if reached > value + 0.3 * (hoped - value):
            width = 1.6 * width
        elif reached <= value:
            width = 0.5 * width
        if reached > value:
            best, value = tried, reached
    return best


def _ascent(
    centre: Floats, points: list[Floats], values: list[float], slopes: list[Floats], width: Floats
) -> tuple[Floats, float]:
    """The step inside the trust region that the planes promise most of, and the promise."""
    count = len(centre)
    right = [1.0] + [0.0] * count
    program = Program(right, right)
    here = [
        value + float(slope @ (centre - point))
        for point, value, slope in zip(points, values, slopes, strict=True)
    ]
    entries = [
        [(0, 1.0), *((1 + place, slope) for place, slope in enumerate(one.tolist()) if slope)]
        for one in slopes
    ]
    for sign in (1.0, -1.0):
        here += width.tolist()
        entries += [[(1 + place, sign)] for place in range(count)]
    program.add(columns(here, [0.0] * len(here), [INF] * len(here), entries))
    program.run()
    return -program.duals()[1:], program.objective

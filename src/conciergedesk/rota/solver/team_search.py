"""Bound and plans of a small team from its joint machine: prices of what is counted, then an exact tally."""

from __future__ import annotations

import math

import numpy as np

from conciergedesk.rota.solver.automaton import Floats, Ints
from conciergedesk.rota.solver.compact import relaxed
from conciergedesk.rota.solver.engine import Engine
from conciergedesk.rota.solver.joint import Floats32, Team
from conciergedesk.rota.solver.outlook import Counts, Labels, Outlook, raised
from conciergedesk.rota.solver.tally import Tally
from conciergedesk.rota.solver.trellis import Trellis, trellis_of

NEAR = 60.0
FIRST_ALLOWANCE = 12.0
WIDER = 2.5
ROOT_STATES = 1500
ROOT_PASSES = 4
ROOT_ROUNDS = 15
WORTH = 4.0
SHORTEST = 0.5
FEWEST_LABELS = 300
MOST_LABELS = 150_000
GROWTH = 16
FEWEST_STATES, MOST_STATES = 2_000, 20_000


class TeamSearch:
    """The search on the joint machine of one small team.

    Attributes:
        exhausted: a wider search would not fit into memory any more.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.team = Team(engine.problem)
        self.rewards: Floats = np.zeros(len(self.team.counters))
        self.width = FEWEST_LABELS
        self.allowance = FIRST_ALLOWANCE
        self.exhausted = False
        self._low = -math.inf
        self._onward: list[Floats32] | None = None
        self._tally: tuple[tuple[float, int], Tally, Trellis] | None = None

    def step(self) -> None:
        """One search, each wider than the one before; first the prices that give the bound."""
        engine = self.engine
        if self._onward is None:
            self._price()
        if self._onward is None:
            self.exhausted = True
        if self._onward is None or engine.proved or engine.time_left() <= 0:
            return
        known = engine.best_value
        tally, trellis = self._tally_for(known)
        found = tally.search(self.width, known, lambda: engine.time_left() <= 0)
        if found.plans is not None:
            self._offer(found.plans)
        engine.bound = max(engine.bound, min(found.low, trellis.outside, engine.best_value))
        if found.low < min(trellis.outside, engine.best_value):
            self.exhausted = self.width >= MOST_LABELS
            self.width = min(MOST_LABELS, GROWTH * self.width)
        self.allowance *= WIDER

    def _tally_for(self, best: float) -> tuple[Tally, Trellis]:
        """The tally on what is near, and in the end on all that may be in a better plan."""
        engine = self.engine
        allowance = max(1.0, min(best - self._low, self.allowance))
        widest = min(MOST_STATES, max(FEWEST_STATES, 4 * self.width))
        if self._tally is None or self._tally[0] != (allowance, widest):
            assert self._onward is not None
            rest, before = self._rest(self.rewards), self._tally
            trellis = trellis_of(self.team, self.rewards, self._onward, allowance, best, rest, widest)
            root = Outlook(Counts(self.team, trellis), self.rewards, 0)
            learnt = {} if before is None else before[1].rewards()
            self._tally = (allowance, widest), Tally(root, learnt, engine.seed, self.team.constant), trellis
        return self._tally[1:]

    def _price(self) -> None:
        """Rewards of what is counted for which the bound is highest, as far as some passes lead."""
        engine, team = self.engine, self.team
        start = relaxed(engine.problem, engine.master, max(SHORTEST, 0.5 * engine.time_left()))
        if start is None:
            # The interior point did not come through: personal rosters give prices at any time.
            end, engine.deadline = engine.deadline, engine.deadline - 0.6 * max(0.0, engine.time_left())
            engine.generate(range(len(engine.problem.people)), 10_000, {})
            engine.deadline = end
            engine.master.solve(SHORTEST)
            start = engine.master.duals()
        places = [
            next(place for place, one in enumerate(engine.problem.counters) if one is mine)
            for mine in team.counters
        ]
        self.rewards = start[1][places]
        tried, reach = self.rewards, 1.5
        root: Counts | None = None
        for _ in range(ROOT_PASSES):
            onward = team.onward(team.cells(tried), engine.best_value)
            if onward is None:
                return
            rest = self._rest(tried)
            low = float(onward[0].min()) - team.margin(onward) + rest + team.constant
            gained, reach = low - self._low, reach * (1.5 if low > self._low else 0.3)
            if gained > 0:
                self._low, self.rewards, self._onward = low, tried, onward
                root = Counts(
                    team, trellis_of(team, tried, onward, NEAR, engine.best_value, rest, ROOT_STATES)
                )
            engine.bound = max(engine.bound, min(low, engine.best_value))
            if root is None or engine.proved or engine.time_left() <= 0:
                return
            labels = Labels.first(len(tried))
            better = raised(Outlook(root, self.rewards, 0), labels, ROOT_ROUNDS, reach)
            if float(better.bound(labels, 0)[0]) + team.constant - self._low < WORTH:
                return
            tried = better.rewards

    def _rest(self, rewards: Floats) -> float:
        """The cheapest counts under these rewards."""
        total = 0.0
        for reward, counter in zip(rewards.tolist(), self.team.counters, strict=True):
            counts = np.arange(int(counter.gain.max(axis=1).sum()) + 1)
            values = np.asarray([counter.price(count) for count in counts.tolist()])
            total += float((values + reward * counts).min())
        return total

    def _offer(self, plans: Ints) -> None:
        engine = self.engine
        shapes = np.zeros(len(plans))
        for person in range(len(plans)):
            number, place = engine.place_of[person]
            shape = engine.pricers[number].shape_of(place, plans[person])
            if shape is None:
                return
            shapes[person] = shape
        engine.offer(plans, shapes)

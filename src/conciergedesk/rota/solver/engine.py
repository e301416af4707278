"""What every search step uses: pricing, a first roster, personal re-pricing, column generation."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from conciergedesk.rota.solver.automaton import Floats, Ints
from conciergedesk.rota.solver.master import Master, Roster
from conciergedesk.rota.solver.model import Problem
from conciergedesk.rota.solver.pricer import HUGE, Found, Pricer

EPS = 1e-4
SLOW_ROUND = 0.15
MODEST = 100.0
ALPHA = 0.8
PER_PERSON = 2
DIVE_ROUNDS = 4
STARTS = 2
GRACE = 3.0


@dataclass(frozen=True, slots=True)
class Incumbent:
    """The best roster so far: plans per person, price, proved bound, seconds since the start."""

    plans: Ints
    value: float
    bound: float
    seconds: float


Ints64 = NDArray[np.int64]
Progress = Callable[[Incumbent], None]


class Engine:
    """State of one run on one problem and the steps it is made of."""

    def __init__(
        self, problem: Problem, *, seed: int = 0, seconds: float = 60.0,
        progress: Progress | None = None, cancelled: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        self.problem, self.seed = problem, seed
        self.random = np.random.default_rng(seed)
        self.began = time.perf_counter()
        self.deadline = self.began + seconds
        self._cancelled, self._progress = cancelled, progress
        self.pricers = [Pricer(stage, len(problem.choices), problem.days) for stage in problem.stages]
        self.place_of = {
            person: (number, place)
            for number, stage in enumerate(problem.stages)
            for place, person in enumerate(stage.people)
        }
        self.master = Master(problem, seed)
        self.bound = -math.inf
        self.best_value = math.inf
        self.best_plans: Ints | None = None
        self.best_shapes: Floats = np.zeros(len(problem.people))
        self.best_at = self.first_at = 0.0
        self.rounds = 0
        self.root_closed = False
        self.guide: tuple[Floats, Floats] | None = None
        self.round_seconds = 0.01
        self._pricing_seconds = 0.0

    def least(self) -> float:
        """What every roster costs at least: no price is below zero, and counts have a cheapest one."""
        cells = np.where(np.isfinite(self.problem.cost), self.problem.cost, np.inf).min(axis=2)
        return float(cells.sum()) + sum(float(one.prices.min()) for one in self.problem.counters)

    def time_left(self) -> float:
        return -1.0 if self._cancelled() else self.deadline - time.perf_counter()

    @property
    def proved(self) -> bool:
        return self.bound > -math.inf and math.ceil(self.bound - EPS) >= self.best_value - EPS

    def price(self, cells: Floats, people: Sequence[int], per_person: int = 1) -> tuple[list[Found], float]:
        found: list[Found] = []
        bound = 0.0
        wanted: dict[int, list[int]] = {}
        for person in people:
            number, place = self.place_of[person]
            wanted.setdefault(number, []).append(place)
        for number, places in wanted.items():
            rosters, low = self.pricers[number].best(cells, places, per_person)
            found += rosters
            bound += low
        return found, bound

    def price_alone(self, person: int) -> tuple[list[Found], float]:
        """The cheapest lawful roster of one person, others left aside; empty when there is none."""
        found, low = self.price(self.problem.cost, [person])
        return [one for one in found if one.price < HUGE / 2], low

    def start(self, brief: bool = False) -> bool:
        """People one after the other, each the best for what is still open; then each again.

        The first attempt looks at posts only, the others at what is counted too. A roster with empty posts is not
        left alone before its posts are filled or :data:`GRACE` times the limit is over. ``brief`` leaves the rest
        of the polish to the caller.
        """
        problem = self.problem
        end, limit = self.deadline, self.deadline - self.began
        self.deadline = self.began + GRACE * limit
        tries = (1, *(6,) * STARTS) if problem.counters else (1,)
        for attempt, many in enumerate(tries):
            found = self._one_by_one(many, halving=attempt == 2)
            if found is None:
                return False
            self.offer(*found)
            if not self.first_at and (self._staffed(found[0]) or attempt + 1 == len(tries)):
                self.first_at = time.perf_counter() - self.began
            if self.first_at and attempt and (brief or time.perf_counter() - self.began > 0.1 * limit):
                break
        staffed = self._staffed(self.best_plans_now())
        if brief or not staffed:
            self.descend(self.best_plans_now(), self.best_shapes, rounds=1 if staffed else 4)
        self.deadline = end
        if "rotation" in problem.terms:
            ideal = self._along_rotations()
            if ideal is not None:
                self.offer(*ideal)
        if not brief and (time.perf_counter() - self.began < 0.03 * limit or self.long()):
            self.descend(self.best_plans_now(), self.best_shapes, rounds=4 if self.long() else 2)
        return True

    def _one_by_one(self, tries: int, halving: bool) -> tuple[Ints, Floats] | None:
        problem = self.problem
        people = len(problem.people)
        plans = np.zeros((people, problem.days), dtype=np.int32)
        shapes = np.zeros(people)
        counts = np.zeros(len(problem.rows), dtype=np.int64)
        most = MODEST if problem.counters else math.inf
        for person in self.random.permutation(people).tolist():
            found = self._best_alone(person, counts, tries=tries, most=most, halving=halving)
            if found is None:
                return None
            plans[person], shapes[person] = found.plan, found.shape
            counts[problem.covered_rows(person, found.plan)] += 1
        return plans, shapes

    def _staffed(self, plans: Ints) -> bool:
        return all(
            sum(int(plans[person, row.day]) in row.choices for person in row.people) >= row.low
            for row in self.problem.rows
        )

    def best_plans_now(self) -> Ints:
        assert self.best_plans is not None
        return self.best_plans

    def _along_rotations(self) -> tuple[Ints, Floats] | None:
        """Everybody as near to the rotation as the rules and absences allow."""
        problem = self.problem
        found, _ = self.price(problem.cost + 50.0 * problem.terms["rotation"], range(len(problem.people)))
        by_person = {one.person: one for one in found if one.price < HUGE / 2}
        if len(by_person) < len(problem.people):
            return None
        order = range(len(problem.people))
        return np.stack([by_person[one].plan for one in order]), np.asarray(
            [by_person[one].shape for one in order]
        )

    def _best_alone(
        self, person: int, counts: Ints64, tries: int = 1, most: float = math.inf, halving: bool = False
    ) -> Found | None:
        """A cheap roster of one person when all others stay.

        Counters are convex in the whole roster: their slopes are halved in a few times towards what the roster counts.
        """
        problem = self.problem
        cells = problem.cost.copy()
        mine = cells[person]
        for place, row in enumerate(problem.rows):
            if person in row.people:
                count = int(counts[place])
                step = row.price(count + 1) - row.price(count)
                step = max(-most, min(most, step))
                if step:
                    mine[row.day, list(row.choices)] += step
        counters = [problem.counters[place] for place in problem.counters_of[person]]
        slopes, low, high = (np.zeros(len(counters)) for _ in range(3))
        plain = mine.copy()
        best: tuple[float, Found] | None = None
        jitter = 1.0 + 0.5 * (self.random.random((problem.days, 1)) - 0.5)
        for turn in range(tries if counters else 1):
            mine[:] = plain
            for slope, counter in zip(slopes, counters, strict=True):
                if slope:
                    # Equal days would all be taken or all be left; a little noise spreads them.
                    mine += slope * counter.gain * jitter
            found, _ = self.price(cells, [person])
            if not found or found[0].price >= HUGE / 2:
                break
            one = found[0]
            value = float(plain[np.arange(problem.days), one.plan].sum()) + one.shape
            gap = np.zeros(len(counters))
            for place, counter in enumerate(counters):
                count = problem.count(counter, one.plan)
                value += counter.price(count)
                gap[place] = (counter.price(count + 1) - counter.price(max(0, count - 1))) / 2
            if best is None or value < best[0] - EPS:
                best = (value, one)
            if not halving:
                slopes += (gap - slopes) * (0.5 if turn < 2 else 0.35 / (1 + 0.3 * turn))
                continue
            if not turn:
                low, high = np.minimum(0.0, _logged(gap)), np.maximum(0.0, _logged(gap))
            else:
                at = _logged(slopes)
                low, high = np.where(gap > slopes, at, low), np.where(gap > slopes, high, at)
            middle = (low + high) / 2
            slopes = np.sign(middle) * np.expm1(np.abs(middle))
        return None if best is None else best[1]

    def descend(self, plans: Ints, shapes: Floats, rounds: int) -> None:
        problem = self.problem
        plans, shapes = plans.copy(), shapes.copy()
        value = problem.value(plans, shapes)
        counts = np.zeros(len(problem.rows), dtype=np.int64)
        for person in range(len(problem.people)):
            counts[problem.covered_rows(person, plans[person])] += 1
        for _ in range(rounds):
            improved = False
            for person in self.random.permutation(len(problem.people)).tolist():
                if self.time_left() <= 0:
                    break
                old_plan, old_shape = plans[person].copy(), shapes[person]
                mine = problem.covered_rows(person, old_plan)
                counts[mine] -= 1
                found = self._best_alone(
                    person, counts, tries=8 if problem.counters else 1, halving=self.random.random() < 0.5
                )
                if found is not None:
                    plans[person], shapes[person] = found.plan, found.shape
                    new = problem.value(plans, shapes)
                    if new < value - EPS:
                        value, improved = new, True
                    else:
                        plans[person], shapes[person] = old_plan, old_shape
                counts[problem.covered_rows(person, plans[person])] += 1
            if not improved:
                break
        self.offer(plans, shapes)

    def offer(self, plans: Ints, shapes: Floats) -> bool:
        """Take a complete roster when it is better; its rosters become columns in any case."""
        value = self.problem.value(plans, shapes)
        self.master.add(
            Roster(
                person,
                plans[person].copy(),
                self.master.price_of(person, plans[person], float(shapes[person])),
            )
            for person in range(len(self.problem.people))
        )
        if value < self.best_value - EPS and value < HUGE / 2:
            self.best_value, self.best_plans, self.best_shapes = value, plans.copy(), shapes.copy()
            self.best_at = time.perf_counter() - self.began
            if self._progress is not None:
                self._progress(Incumbent(self.best_plans, value, self.bound, self.best_at))
            return True
        return False

    def generate(
        self, people: Sequence[int], rounds: int, fixed: dict[int, int], cells_off: Floats | None = None
    ) -> bool:
        """Add rosters until the relaxed value is reached or ``rounds`` are over; True when nothing is left.

        Prices are smoothed towards those of the best bound.
        """
        master, problem = self.master, self.problem
        center: tuple[Floats, Floats] | None = None
        best_low = -math.inf
        alpha = ALPHA
        whole = not fixed and cells_off is None
        outside = [master.rosters[place] for place in fixed.values()]
        stalled = 0
        everyone, partial = list(people), False
        for wave in range(1, rounds + 1):
            if self.time_left() <= 0:
                return False
            master.solve(max(0.05, self.time_left()))
            value = master.objective
            cover, counter = master.duals()
            self.rounds += 1
            partial = (
                whole
                and self._pricing_seconds > SLOW_ROUND
                and len(everyone) > 12
                and wave % 4 != 0
                and not stalled
            )
            asked = everyone[wave % 3 :: 3] if partial else everyone
            while True:
                smooth = alpha if center is not None else 0.0
                c = cover if center is None else smooth * center[0] + (1 - smooth) * cover
                k = counter if center is None else smooth * center[1] + (1 - smooth) * counter
                cells = problem.reduced(c, k)
                if cells_off is not None:
                    cells = cells + cells_off
                asked_at = time.perf_counter()
                found, low = self.price(cells, asked, PER_PERSON)
                if not partial:
                    self._pricing_seconds = time.perf_counter() - asked_at
                else:
                    low = -math.inf
                total = low + master.dual_value(c, k)
                for one in outside:
                    total += one.price + self._reduced_constant(one, c, k)
                if total > best_low + EPS:
                    best_low, center = total, (c, k)
                if whole and total > self.bound:
                    self.bound = total
                fresh = master.add(
                    Roster(one.person, one.plan, master.price_of(one.person, one.plan, one.shape))
                    for one in found
                )
                if fresh or not smooth:
                    break
                alpha = 0.0
            alpha = min(ALPHA, alpha + 0.2)
            closed = (
                not partial and best_low > -math.inf and math.ceil(best_low - EPS) >= math.ceil(value - EPS)
            )
            if (whole and self.proved) or closed or (not whole and value - best_low < 0.5):
                return True
            if not fresh:
                stalled += 1
                if stalled > 2:
                    return True
            elif not partial:
                stalled = 0
        return False

    def _reduced_constant(self, roster: Roster, cover: Floats, counter: Floats) -> float:
        rows, values = self.master.entries(roster.person, roster.plan)
        people = len(self.problem.people)
        duals = np.concatenate([np.zeros(people), cover, counter])
        return -float(duals[rows] @ values)

    def long(self) -> bool:
        """Few people over many days: cells are fixed one by one instead of whole rosters."""
        return self.problem.days > 4 * len(self.problem.people)


def _logged(values: Floats) -> Floats:
    """Slopes reach over thousands: halving is done on their logarithm, with the sign kept."""
    return np.sign(values) * np.log1p(np.abs(values))

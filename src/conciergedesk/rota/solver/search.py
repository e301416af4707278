"""Column generation with a proof: root bound, dives, neighbourhoods, personal re-pricing."""

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
ALPHA = 0.8
PER_PERSON = 2
DIVE_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Incumbent:
    """The best roster so far: plans per person, price, proved bound, seconds since the start."""

    plans: Ints
    value: float
    bound: float
    seconds: float


Ints64 = NDArray[np.int64]
Progress = Callable[[Incumbent], None]


class Search:
    """One run on one problem. Deterministic for a seed as far as the time limit allows."""

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
        self.round_seconds = 0.01
        self._pricing_seconds = 0.0

    def time_left(self) -> float:
        return -1.0 if self._cancelled() else self.deadline - time.perf_counter()

    @property
    def proved(self) -> bool:
        return self.bound > -math.inf and math.ceil(self.bound - EPS) >= self.best_value - EPS

    def run(self) -> Incumbent | None:
        """Search until proved, cancelled or out of time; None when somebody has no legal roster at all."""
        if not self._start():
            return None
        self._root(0.45)
        turn = 0
        while not self.proved and self.time_left() > 0:
            turn += 1
            if turn == 1 and self._long():
                self._dive_in_cells(np.zeros_like(self.problem.cost))
            elif turn == 1:
                if self.round_seconds > SLOW_ROUND:
                    self._combine()
                self._dive({})
            elif turn == 2 and not self.root_closed:
                self._root(0.6)
            elif turn % 6 == 0:
                self._combine()
            else:
                self._neighbourhood()
        assert self.best_plans is not None
        return Incumbent(self.best_plans, self.best_value, min(self.bound, self.best_value), self.best_at)

    def _price(self, cells: Floats, people: Sequence[int], per_person: int = 1) -> tuple[list[Found], float]:
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
        found, low = self._price(self.problem.cost, [person])
        return [one for one in found if one.price < HUGE / 2], low

    def _start(self) -> bool:
        """People one after the other, each the best for what is still open; then each again."""
        problem = self.problem
        people = len(problem.people)
        plans = np.zeros((people, problem.days), dtype=np.int32)
        shapes = np.zeros(people)
        counts = np.zeros(len(problem.rows), dtype=np.int64)
        for person in self.random.permutation(people).tolist():
            found = self._best_alone(person, counts, tries=6 if problem.counters else 1)
            if found is None:
                return False
            plans[person], shapes[person] = found.plan, found.shape
            counts[problem.covered_rows(person, found.plan)] += 1
        self._offer(plans, shapes)
        self.first_at = time.perf_counter() - self.began
        if "rotation" in problem.terms:
            ideal = self._along_rotations()
            if ideal is not None:
                self._offer(*ideal)
        if time.perf_counter() - self.began < 0.03 * (self.deadline - self.began) or self._long():
            self._descend(self.best_plans_now(), self.best_shapes, rounds=4 if self._long() else 2)
        return True

    def best_plans_now(self) -> Ints:
        assert self.best_plans is not None
        return self.best_plans

    def _along_rotations(self) -> tuple[Ints, Floats] | None:
        """Everybody as near to the rotation as the rules and absences allow."""
        problem = self.problem
        found, _ = self._price(problem.cost + 50.0 * problem.terms["rotation"], range(len(problem.people)))
        by_person = {one.person: one for one in found if one.price < HUGE / 2}
        if len(by_person) < len(problem.people):
            return None
        order = range(len(problem.people))
        return np.stack([by_person[one].plan for one in order]), np.asarray(
            [by_person[one].shape for one in order]
        )

    def _best_alone(self, person: int, counts: Ints64, tries: int = 1) -> Found | None:
        """A cheap roster of one person when all others stay.

        Counters are convex in the whole roster: their slopes are moved a few times towards what the roster counts.
        """
        problem = self.problem
        cells = problem.cost.copy()
        mine = cells[person]
        for place, row in enumerate(problem.rows):
            if person in row.people:
                count = int(counts[place])
                step = row.price(count + 1) - row.price(count)
                if step:
                    mine[row.day, list(row.choices)] += step
        counters = [problem.counters[place] for place in problem.counters_of[person]]
        slopes = np.zeros(len(counters))
        plain = mine.copy()
        best: tuple[float, Found] | None = None
        jitter = 1.0 + 0.5 * (self.random.random((problem.days, 1)) - 0.5)
        for turn in range(tries if counters else 1):
            mine[:] = plain
            for slope, counter in zip(slopes, counters, strict=True):
                if slope:
                    # Equal days would all be taken or all be left; a little noise spreads them.
                    mine += slope * counter.gain * jitter
            found, _ = self._price(cells, [person])
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
            slopes += (gap - slopes) * (0.5 if turn < 2 else 0.35 / (1 + 0.3 * turn))
        return None if best is None else best[1]

    def _descend(self, plans: Ints, shapes: Floats, rounds: int) -> None:
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
                found = self._best_alone(person, counts, tries=8 if problem.counters else 1)
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
        self._offer(plans, shapes)

    def _offer(self, plans: Ints, shapes: Floats) -> bool:
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

    def _root(self, share: float = 1.0) -> None:
        """Price until the bound meets the relaxed value, for at most a share of the time left."""
        end, self.deadline = self.deadline, time.perf_counter() + share * max(0.0, self.time_left())
        began, rounds = time.perf_counter(), self.rounds
        self.root_closed = self._generate(range(len(self.problem.people)), 10_000, {})
        self.deadline = end
        self.round_seconds = (time.perf_counter() - began) / max(1, self.rounds - rounds)

    def _generate(
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
                self._pricing_seconds > SLOW_ROUND and len(everyone) > 12 and wave % 4 != 0 and not stalled
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
                found, low = self._price(cells, asked, PER_PERSON)
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

    def _dive(self, fixed: dict[int, int], noise: float = 0.0, rounds: int = 12) -> None:
        """Fix the surest people, price again for the others, until everybody is fixed."""
        master, problem = self.master, self.problem
        fixed = dict(fixed)
        steps = max(1, (len(problem.people) - len(fixed)) // 2)
        budget = 0.2 * (self.deadline - self.began)
        rounds = max(2, min(rounds, int(budget / (0.5 * self.round_seconds * steps))))
        everybody = range(len(problem.people))
        try:
            while len(fixed) < len(problem.people):
                if self.time_left() <= 0:
                    return
                master.fix(fixed)
                open_people = [person for person in everybody if person not in fixed]
                self._generate(open_people, rounds, fixed)
                if self.time_left() <= 0:
                    return
                master.solve(max(0.05, self.time_left()))
                if master.objective > self.best_value - 1 + EPS:
                    return
                weights = master.weights()
                choice: list[tuple[float, int, int]] = []
                for person in open_people:
                    places = master.of_person[person]
                    shares = weights[places]
                    if noise:
                        shares = shares + noise * self.random.random(len(places)) * (shares > 1e-6)
                    at = int(shares.argmax())
                    choice.append((float(shares[at]), person, places[at]))
                choice.sort(reverse=True)
                sure = [one for one in choice if one[0] > 0.8] or choice[
                    : max(1, len(open_people) // (24 if rounds > 4 else 10))
                ]
                for _, person, place in sure:
                    fixed[person] = place
            plans = np.stack([master.rosters[fixed[person]].plan for person in everybody])
            shapes = np.asarray([
                master.rosters[fixed[person]].price - master.price_of(person, plans[person], 0.0)
                for person in everybody
            ])  # fmt: skip
            self._offer(plans, shapes)
            self._descend(plans, shapes, rounds=2)
        finally:
            master.fix({})

    def _neighbourhood(self) -> None:
        """Keep a random part of the best roster and dive again for the rest."""
        assert self.best_plans is not None
        people = len(self.problem.people)
        if self._long():
            self._window()
            return
        share = self.random.uniform(0.2, 0.75)
        free = set(self.random.permutation(people)[: max(2, round(share * people))].tolist())
        keys = {(one.person, one.plan.tobytes()): place for place, one in enumerate(self.master.rosters)}
        fixed = {
            person: keys[person, self.best_plans[person].tobytes()]
            for person in range(people)
            if person not in free
        }
        self._dive(fixed, noise=0.3, rounds=8)

    def _long(self) -> bool:
        """Few people over many days: cells are fixed one by one instead of whole rosters."""
        return self.problem.days > 4 * len(self.problem.people)

    def _window(self) -> None:
        """Open some weeks of everybody, or two people for the whole time, and dive again in cells."""
        assert self.best_plans is not None
        problem = self.problem
        people, days = len(problem.people), problem.days
        held = np.ones((people, days), dtype=bool)
        if self.random.random() < 0.5 and people > 2:
            held[self.random.permutation(people)[: int(self.random.integers(2, max(3, people // 2 + 1)))]] = (
                False
            )
        else:
            weeks = int(self.random.integers(2, 5))
            first = int(self.random.integers(0, max(1, days // 7 - weeks + 1))) * 7
            held[:, first : first + 7 * weeks] = False
        off = np.zeros_like(problem.cost)
        for person, day in zip(*np.nonzero(held), strict=True):
            off[person, day, :] = HUGE
            off[person, day, self.best_plans[person, day]] = 0.0
        self._dive_in_cells(off, noise=0.2)

    def _dive_in_cells(self, off: Floats, noise: float = 0.0, haste: float = 0.05) -> None:
        """Fix the surest cells of the relaxed solution, price again, until every person has one roster."""
        master, problem = self.master, self.problem
        off = off.copy()
        everybody = range(len(problem.people))
        days = np.arange(problem.days)
        careful = False
        before = off
        try:
            while self.time_left() > 0:
                if not self._reachable(off):
                    if careful:
                        return
                    off, careful = before, True
                self._keep_only(off)
                self._generate(everybody, DIVE_ROUNDS if haste > 0.06 else 2 * DIVE_ROUNDS, {}, off)
                if self.time_left() <= 0:
                    return
                master.solve(max(0.05, self.time_left()))
                if master.objective > self.best_value - 1 + EPS:
                    return
                weights = master.weights()
                share = np.zeros_like(problem.cost)
                for place in np.flatnonzero(weights > 1e-7).tolist():
                    one = master.rosters[place]
                    share[one.person, days, one.plan] += weights[place]
                top = share.max(axis=2)
                if top.min() > 1 - 1e-6:
                    self._offer_plans(share.argmax(axis=2).astype(np.int32))
                    return
                loose = np.where(top < 1 - 1e-6, top + noise * self.random.random(top.shape), -1.0)
                many = 1 if careful else max(2, int(haste * np.count_nonzero(loose > 0)))
                order = np.argsort(-loose, axis=None)[:many]
                sure = [
                    divmod(int(flat), problem.days) for rank, flat in enumerate(order)
                    if rank == 0 or loose.flat[flat] > 0.6
                ]  # fmt: skip
                careful = False
                before, off = off, off.copy()
                whole = np.argwhere(top >= 1 - 1e-6).tolist()
                for person, day in [*sure, *whole]:
                    keep = int(share[person, day].argmax())
                    off[person, day, :] = HUGE
                    off[person, day, keep] = 0.0
        finally:
            master.fix({})

    def _keep_only(self, off: Floats) -> None:
        """Leave out the rosters that do not agree with the fixed cells."""
        days = np.arange(self.problem.days)
        plans = np.stack([one.plan for one in self.master.rosters])
        people = np.asarray([one.person for one in self.master.rosters])
        gone = off[people[:, None], days[None, :], plans].any(axis=1)
        self.master.forbid(np.flatnonzero(gone).astype(np.int32))

    def _reachable(self, off: Floats) -> bool:
        """Make sure everybody has at least one roster under the fixed cells."""
        found, _ = self._price(self.problem.cost + off, range(len(self.problem.people)))
        good = [one for one in found if one.price < HUGE / 2]
        self.master.add(
            Roster(one.person, one.plan, self.master.price_of(one.person, one.plan, one.shape))
            for one in good
        )
        return len({one.person for one in good}) == len(self.problem.people)

    def _offer_plans(self, plans: Ints) -> None:
        shapes = []
        for person in range(len(self.problem.people)):
            number, place = self.place_of[person]
            shape = self.pricers[number].shape_of(place, plans[person])
            if shape is None:
                return
            shapes.append(shape)
        self._offer(plans, np.asarray(shapes))
        self._descend(plans, np.asarray(shapes), rounds=2)

    def _combine(self) -> None:
        """The best combination of known rosters whose reduced price fits in the gap."""
        master = self.master
        master.fix({})
        master.solve(max(0.05, self.time_left()))
        if self.time_left() <= 0:
            return
        cover, counter = master.duals()
        base = master.person_duals()
        gap = self.best_value - self.bound + EPS
        people = len(self.problem.people)
        duals = np.concatenate([np.zeros(people), cover, counter])
        priced = []
        for place, one in enumerate(master.rosters):
            rows, values = master.entries(one.person, one.plan)
            reduced = one.price - float(duals[rows] @ values) - float(base[one.person])
            if reduced <= gap:
                priced.append((reduced, place))
        priced.sort()
        keep = [place for _, place in priced[: 60 * people + 400]]
        chosen = master.best_combination(
            keep,
            min(self.time_left(), 0.25 * max(1.0, self.deadline - self.began), 20.0),
            self.best_value,
            self.seed,
        )
        if chosen is None:
            return
        plans = np.stack([master.rosters[place].plan for place in chosen])
        shapes = np.asarray([
            master.rosters[place].price - master.price_of(person, plans[person], 0.0)
            for person, place in enumerate(chosen)
        ])  # fmt: skip
        if self._offer(plans, shapes):
            self._descend(plans, shapes, rounds=2)

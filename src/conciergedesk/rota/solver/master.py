"""The linear program over known personal rosters, and bounds from its prices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from conciergedesk.rota.solver.automaton import Floats, Ints
from conciergedesk.rota.solver.highs import INF, Columns, Outcome, Program
from conciergedesk.rota.solver.model import Problem


@dataclass(frozen=True, slots=True)
class Roster:
    """A column: one person's whole roster with its own price."""

    person: int
    plan: Ints
    price: float


class Master:
    """Rows: one per person, one per cover row, one per counter. Slack columns carry the convex prices."""

    def __init__(self, problem: Problem, seed: int = 0) -> None:
        self.problem = problem
        people = len(problem.people)
        self.cover_at, self.counter_at = people, people + len(problem.rows)
        right = [1.0] * people + [float(row.target) for row in problem.rows] + [0.0] * len(problem.counters)
        self.program = Program(right, right, seed=seed)
        self.program.option("simplex_strategy", 4)
        self.constant = float(sum(counter.prices[0] for counter in problem.counters))
        self.slacks = self._slacks()
        self.program.add(self.slacks)
        self.first_roster = self.program.column_count
        self.rosters: list[Roster] = []
        self.of_person: list[list[int]] = [[] for _ in problem.people]
        self._known: set[tuple[int, bytes]] = set()
        self._cover_rows = [problem.rows_on[day] for day in range(problem.days)]
        self._counts = problem.row_choice > 0
        self._allowed = np.zeros((len(problem.rows), people), dtype=bool)
        for place, row in enumerate(problem.rows):
            self._allowed[place, list(row.people)] = True

    def _slacks(self) -> Columns:
        people = float(len(self.problem.people))
        costs: list[float] = []
        upper: list[float] = []
        rows: list[int] = []
        signs: list[float] = []
        for place, row in enumerate(self.problem.rows):
            high = people if row.high is None else float(max(0, row.high - row.target))
            for price, limit, sign in (
                (row.price_low, float(row.low), 1.0),
                (row.price_under, float(row.target - row.low), 1.0),
                (row.price_over, high, -1.0),
                (row.price_high, people if row.high is not None else 0.0, -1.0),
            ):
                if limit > 0:
                    costs.append(price)
                    upper.append(limit)
                    rows.append(self.cover_at + place)
                    signs.append(sign)
        for place, counter in enumerate(self.problem.counters):
            slopes = np.diff(counter.prices)
            begin = 0
            for at in range(1, len(slopes) + 1):
                if at == len(slopes) or slopes[at] != slopes[begin]:
                    costs.append(float(slopes[begin]))
                    upper.append(float(at - begin))
                    rows.append(self.counter_at + place)
                    signs.append(-1.0)
                    begin = at
        count = len(costs)
        return Columns(
            np.asarray(costs), np.zeros(count), np.asarray(upper), np.arange(count, dtype=np.int32),
            np.asarray(rows, dtype=np.int32), np.asarray(signs),
        )  # fmt: skip

    def entries(self, person: int, plan: Ints) -> tuple[Ints, Floats]:
        """Rows of one column and its values there."""
        problem = self.problem
        chosen = plan[problem.row_day] if len(problem.rows) else np.zeros(0, dtype=np.int32)
        covered = np.flatnonzero(
            self._counts[np.arange(len(problem.rows)), chosen] & self._allowed[:, person]
        )
        places = [place for place in problem.counters_of[person]]
        counts = [problem.count(problem.counters[place], plan) for place in places]
        rows = np.concatenate([
            np.asarray([person]), self.cover_at + covered, self.counter_at + np.asarray(places, dtype=np.int64),
        ]).astype(np.int32)  # fmt: skip
        values = np.concatenate([np.ones(1 + len(covered)), np.asarray(counts, dtype=np.float64)])
        return rows, values

    def price_of(self, person: int, plan: Ints, shape: float) -> float:
        return float(self.problem.cost[person, np.arange(self.problem.days), plan].sum()) + shape

    def add(self, found: Iterable[Roster]) -> int:
        """Add rosters that are not known yet; the number added."""
        costs: list[float] = []
        starts: list[int] = []
        rows: list[Ints] = []
        values: list[Floats] = []
        size = 0
        for one in found:
            key = (one.person, one.plan.tobytes())
            if key in self._known or not np.isfinite(one.price):
                continue
            self._known.add(key)
            row, value = self.entries(one.person, one.plan)
            self.of_person[one.person].append(len(self.rosters))
            self.rosters.append(one)
            costs.append(one.price)
            starts.append(size)
            rows.append(row)
            values.append(value)
            size += len(row)
        if costs:
            count = len(costs)
            self.program.add(Columns(
                np.asarray(costs), np.zeros(count), np.full(count, INF), np.asarray(starts, dtype=np.int32),
                np.concatenate(rows), np.concatenate(values),
            ))  # fmt: skip
        return len(costs)

    def solve(self, seconds: float = INF) -> Outcome:
        return self.program.run(seconds)

    @property
    def objective(self) -> float:
        return self.program.objective + self.constant

    def weights(self) -> Floats:
        """The share of each roster in the relaxed solution."""
        return self.program.values()[self.first_roster :]

    def duals(self) -> tuple[Floats, Floats]:
        duals = self.program.duals()
        return duals[self.cover_at : self.counter_at].copy(), duals[self.counter_at :].copy()

    def person_duals(self) -> Floats:
        return self.program.duals()[: self.cover_at].copy()

    def dual_value(self, cover: Floats, counter: Floats) -> float:
        """The part of the Lagrangian bound that does not depend on the people; add the cheapest rosters."""
        duals = np.concatenate([np.zeros(self.cover_at), cover, counter])
        gains = self.slacks.costs - duals[self.slacks.rows] * self.slacks.values
        targets = np.asarray([row.target for row in self.problem.rows], dtype=np.float64)
        return float(self.constant + cover @ targets + np.minimum(gains * self.slacks.upper, 0.0).sum())

    def fix(self, chosen: dict[int, int]) -> None:
        """Only the chosen roster for the people in ``chosen``; everything open for the others."""
        lower = np.zeros(len(self.rosters))
        upper = np.full(len(self.rosters), INF)
        for person, place in chosen.items():
            upper[self.of_person[person]] = 0.0
            lower[place], upper[place] = 1.0, 1.0
        self._bound(lower, upper)

    def forbid(self, gone: Ints) -> None:
        """Leave out the rosters at these places."""
        upper = np.full(len(self.rosters), INF)
        upper[gone] = 0.0
        self._bound(np.zeros(len(self.rosters)), upper)

    def _bound(self, lower: Floats, upper: Floats) -> None:
        places = range(self.first_roster, self.first_roster + len(self.rosters))
        self.program.bounds(list(places), lower.tolist(), upper.tolist())

    def best_combination(
        self, keep: Iterable[int], seconds: float, incumbent: float, seed: int = 0
    ) -> list[int] | None:
        """An integer program over some known rosters: the best one per person found in time."""
        kept = list(keep)
        problem = self.problem
        right = (
            [1.0] * len(problem.people)
            + [float(row.target) for row in problem.rows]
            + [0.0] * len(problem.counters)
        )
        program = Program(right, right, seed=seed)
        program.add(self.slacks)
        entries = [self.entries(self.rosters[place].person, self.rosters[place].plan) for place in kept]
        sizes = [len(rows) for rows, _ in entries]
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32)
        first = program.column_count
        program.add(Columns(
            np.asarray([self.rosters[place].price for place in kept]), np.zeros(len(kept)), np.ones(len(kept)), starts,
            np.concatenate([rows for rows, _ in entries]), np.concatenate([values for _, values in entries]),
        ))  # fmt: skip
        program.integer(range(first, first + len(kept)))
        program.option("objective_bound", incumbent - self.constant)
        program.option("mip_rel_gap", 0.0)
        program.option("mip_abs_gap", 0.999)
        program.run(seconds)
        if not program.has_solution:
            return None
        values = program.values()[first:]
        chosen = [-1] * len(problem.people)
        for place, value in zip(kept, values, strict=True):
            if value > 0.5:
                chosen[self.rosters[place].person] = place
        return chosen if all(place >= 0 for place in chosen) else None

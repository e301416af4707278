"""A small problem as one integer program: the machines of all people as flows, cover and counters as rows.

Column generation has the better bound; this closes the gap where the whole problem is small enough to branch on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from conciergedesk.rota.solver.automaton import Floats, Ints, Layer
from conciergedesk.rota.solver.highs import INF, Outcome, Program, columns
from conciergedesk.rota.solver.master import Master
from conciergedesk.rota.solver.model import Problem, Stage

MOST_COLUMNS = 12_000


@dataclass(frozen=True, slots=True)
class Closed:
    """What the integer program found: plans and shape prices (None when nothing new), and its proved bound."""

    plans: Ints | None
    shapes: Floats | None
    bound: float


@dataclass(frozen=True, slots=True)
class _Step:
    """One column: a person goes along an arc of a day with a choice."""

    person: int
    day: int
    choice: int
    price: float


def size_of(problem: Problem) -> int:
    """Columns the program would have."""
    per_choice = [
        sum(
            sum(int((stage.same == choice).sum()) for choice in _arc_choices(layer)) for layer in stage.layers
        )
        * len(stage.people)
        for stage in problem.stages
    ]
    return sum(per_choice)


def _arc_choices(layer: Layer) -> list[int]:
    bounds = np.append(layer.first_arc, len(layer.source))
    return np.repeat(layer.choice, np.diff(bounds)).tolist()


def relaxed(problem: Problem, master: Master, seconds: float) -> tuple[Floats, Floats] | None:
    """Prices of cover and of what is counted at the relaxed optimum, by an interior point; None out of time."""
    compact = _Compact(problem, master, 0, whole=False)
    compact.program.option("solver", "ipm")
    compact.program.option("run_crossover", "off")
    if compact.program.run(seconds) is not Outcome.OPTIMAL:
        return None
    duals = compact.program.duals()
    return duals[compact.cover_row], duals[compact.counter_row]


def close_by_branching(problem: Problem, master: Master, seconds: float, seed: int = 0) -> Closed:
    """Solve the whole problem as an integer program for at most ``seconds``."""
    return _Compact(problem, master, seed).solve(seconds)


class _Compact:
    def __init__(self, problem: Problem, master: Master, seed: int, whole: bool = True) -> None:
        self.problem = problem
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.steps: list[_Step] = []
        self.entries: list[list[tuple[int, float]]] = []
        self.cover_row = [self._row(float(row.target), float(row.target)) for row in problem.rows]
        self.counter_row = [self._row(0.0, 0.0) for _ in problem.counters]
        for stage in problem.stages:
            for place in range(len(stage.people)):
                self._person(stage, place)
        self.program = Program(self.lower, self.upper, seed=seed)
        count = len(self.steps)
        costs = [problem.cost[step.person, step.day, step.choice] + step.price for step in self.steps]
        self.program.add(columns(costs, [0.0] * count, [1.0] * count, self.entries))
        if whole:
            self.program.integer(range(count))
        slacks = master.slacks
        first = master.cover_at
        rows = [
            (self.cover_row + self.counter_row)[int(row) - first] for row in slacks.rows
        ]  # fmt: skip
        self.program.add(columns(
            slacks.costs.tolist(), [0.0] * len(rows), slacks.upper.tolist(),
            [[(row, float(sign))] for row, sign in zip(rows, slacks.values, strict=True)],
        ))  # fmt: skip
        self.constant = master.constant

    def _row(self, lower: float, upper: float) -> int:
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.lower) - 1

    def _person(self, stage: Stage, place: int) -> None:
        problem, person = self.problem, stage.people[place]
        at = [self._row(-1.0, -1.0) if state == stage.start[place] else self._row(0.0, 0.0)
              for state in range(len(stage.begin))]  # fmt: skip
        limits: list[tuple[int, list[float]]] = []
        if stage.most is not None and stage.least is not None:
            row = self._row(float(stage.least[place]), float(stage.most[place]))
            limits.append((row, stage.choice_minutes.astype(float).tolist()))
        for members, most in stage.counted:
            row = self._row(-INF, float(most[place]))
            limits.append((row, [float(choice in members) for choice in range(len(problem.choices))]))
        weekends = self._row(-INF, float(stage.weekends[place])) if stage.weekends is not None else -1
        for day, layer in enumerate(stage.layers):
            final = day == len(stage.layers) - 1
            ends = set(layer.ends.tolist()) if final else set()
            after = [-1 if final else self._row(0.0, 0.0) for _ in layer.targets]
            bounds = np.append(layer.first_arc, len(layer.source)).tolist()
            for target in range(len(layer.targets)):
                if final and target not in ends:
                    continue
                for arc in range(bounds[target], bounds[target + 1]):
                    for choice in np.flatnonzero(stage.same == layer.choice[target]).tolist():
                        if not np.isfinite(problem.cost[person, day, choice]):
                            continue
                        entry = [(at[int(layer.source[arc])], -1.0)]
                        if not final:
                            entry.append((after[target], 1.0))
                        entry += [(row, gains[choice]) for row, gains in limits if gains[choice]]
                        if weekends >= 0 and layer.new_weekend[target]:
                            entry.append((weekends, 1.0))
                        entry += self._shared(person, day, choice)
                        self.steps.append(_Step(person, day, choice, float(layer.price[arc])))
                        self.entries.append(entry)
            at = after

    def _shared(self, person: int, day: int, choice: int) -> list[tuple[int, float]]:
        problem = self.problem
        entry = [
            (self.cover_row[place], 1.0)
            for place in problem.rows_on[day]
            if choice in problem.rows[place].choices and person in problem.rows[place].people
        ]
        for place in problem.counters_of[person]:
            gain = float(problem.counters[place].gain[day, choice])
            if gain:
                entry.append((self.counter_row[place], gain))
        return entry

    def solve(self, seconds: float) -> Closed:
        self.program.option("mip_rel_gap", 0.0)
        self.program.option("mip_abs_gap", 0.999)
        outcome = self.program.run(seconds)
        bound = self.program.bound + self.constant
        if outcome is Outcome.INFEASIBLE or not self.program.has_solution:
            return Closed(None, None, bound)
        plans = np.zeros((len(self.problem.people), self.problem.days), dtype=np.int32)
        shapes = np.zeros(len(self.problem.people))
        for step, value in zip(self.steps, self.program.values(), strict=False):
            if value > 0.5:
                plans[step.person, step.day] = step.choice
                shapes[step.person] += step.price
        return Closed(plans, shapes, bound)

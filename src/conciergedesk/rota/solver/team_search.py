"""Bound and rosters of a small team from its joint machine: prices of what is counted, and plans cut and crossed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from conciergedesk.rota.solver.automaton import Floats, Ints
from conciergedesk.rota.solver.engine import EPS, Engine
from conciergedesk.rota.solver.highs import INF, Program, columns
from conciergedesk.rota.solver.joint import Stretch, Team

FAR = 40.0
JUMP = 6.0
CROSS_ROUNDS = 5
CROSS_SECONDS = 3.0
SPREAD_ROUNDS = 5
CUT_WEEKS = 4
BOUND_ROUNDS = 6
NARROW, WIDE = 50.0, 120.0


@dataclass(frozen=True, slots=True)
class _Piece:
    """A joint plan of a stretch: its price without what is counted, and the counts."""

    stretch: int
    plans: Ints
    price: float
    shape: float
    counts: Floats


@dataclass(frozen=True, slots=True)
class _Step:
    """Where a dive stands: its bound, the share of each choice of each cell, and what it is made of."""

    low: float
    share: Floats
    pieces: list[_Piece]
    prices: Floats


class _Combination:
    """Pieces that follow each other, one per stretch, with the convex prices of what they count together."""

    def __init__(self, engine: Engine, stretches: list[Stretch]) -> None:
        self.engine, self.stretches = engine, stretches
        problem, master = engine.problem, engine.master
        count = len(stretches)
        right = [1.0] * count + [0.0] * len(problem.counters)
        self.program = Program(right, right, seed=engine.seed)
        slacks = master.slacks
        mine = np.flatnonzero(slacks.rows >= master.counter_at).tolist()
        self.program.add(columns(
            [float(slacks.costs[at]) for at in mine], [0.0] * len(mine), [float(slacks.upper[at]) for at in mine],
            [[(count + int(slacks.rows[at]) - master.counter_at, float(slacks.values[at]))] for at in mine],
        ))  # fmt: skip
        self.first = self.program.column_count
        self.pieces: list[_Piece] = []
        self._known: set[tuple[int, bytes]] = set()

    def add(self, number: int, plans: Ints, shapes: float) -> bool:
        key = (number, plans.tobytes())
        if key in self._known:
            return False
        self._known.add(key)
        problem, stretch = self.engine.problem, self.stretches[number]
        days = np.arange(stretch.first, stretch.last)
        price = shapes + sum(
            float(problem.cost[person, days, plans[person]].sum()) for person in range(len(plans))
        )
        for row in problem.rows:
            if stretch.first <= row.day < stretch.last:
                today = plans[:, row.day - stretch.first].tolist()
                price += row.price(sum(today[person] in row.choices for person in row.people))
        counts = np.asarray([
            float(one.gain[days, plans[one.person]].sum()) for one in problem.counters
        ])  # fmt: skip
        self.pieces.append(_Piece(number, plans, price, shapes, counts))
        offset = len(self.stretches)
        entries = [
            (number, 1.0),
            *((offset + at, value) for at, value in enumerate(counts.tolist()) if value),
        ]
        self.program.add(columns([price], [0.0], [INF], [entries]))
        return True

    def solve(self) -> tuple[float, Floats]:
        """The relaxed value and the prices of what is counted."""
        self.program.run()
        value = self.program.objective + self.engine.master.constant
        return value, self.program.duals()[len(self.stretches) :]

    def weights(self) -> Floats:
        return self.program.values()[self.first :]

    def whole(self, seconds: float) -> Ints | None:
        """The best choice of one piece per stretch found in time."""
        program = self.program
        places = range(self.first, program.column_count)
        program.integer(places)
        program.option("mip_rel_gap", 0.0)
        program.option("mip_abs_gap", 0.999)
        program.run(seconds)
        if not program.has_solution:
            return None
        chosen: list[Ints | None] = [None] * len(self.stretches)
        for piece, value in zip(self.pieces, program.values()[self.first :], strict=True):
            if value > 0.5:
                chosen[piece.stretch] = piece.plans
        found = [plans for plans in chosen if plans is not None]
        return np.concatenate(found, axis=1) if len(found) == len(chosen) else None


class TeamSearch:
    """The search on the joint machine of one small team."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.team = Team(engine.problem)
        self.prices: Floats = np.zeros(len(engine.problem.counters))
        self._bounding: _Combination | None = None
        self._best_low = -math.inf
        self.closed = False
        self.left_out = math.inf
        self._relaxed = -math.inf
        self.spread = np.asarray([
            0.15 * float(np.diff(one.prices, 2).max(initial=0.0)) for one in engine.problem.counters
        ])  # fmt: skip
        self.turn = 0

    def narrow(self, allowance: float) -> None:
        """Keep only the steps within ``allowance`` of the relaxed optimum, and those of the best roster."""
        engine = self.engine
        engine.master.fix({})
        engine.master.solve(max(0.05, engine.time_left()))
        cover, prices = engine.guide or engine.master.duals()
        # A step that makes the relaxed optimum dearer than the best roster is in no better one.
        allowance = min(allowance, max(1.0, engine.best_value - self._relaxed + 1.0))
        base = self.team.prune(engine.problem.reduced(cover, prices), allowance)
        base += engine.master.dual_value(cover, prices)
        self._relaxed = base
        self.left_out = base + allowance
        if not self.prices.any():
            self.prices = prices
        if engine.best_plans is not None:
            self.team.admit(engine.best_plans)

    def step(self) -> None:
        """One turn: the bound first, then a cut roster or a neighbourhood."""
        engine = self.engine
        self.turn += 1
        if self.turn % 4 == 1 and not self.closed:
            self.narrow(NARROW)
            self.tighten(BOUND_ROUNDS)
            self.narrow(WIDE)
        if engine.proved or engine.time_left() <= 0:
            return
        if self.turn % 2:
            assert engine.best_plans is not None
            likely = self.likely() if self.turn % 6 == 5 else None
            shift = 7 * int(engine.random.integers(1, CUT_WEEKS + 1))
            self.cross(engine.best_plans if likely is None else likely, CUT_WEEKS, shift)
        else:
            self.neighbourhood()

    def neighbourhood(self) -> None:
        """Open a random part of the best roster: two people for long, three for some weeks, everybody for a few."""
        engine = self.engine
        people, days = len(engine.problem.people), engine.problem.days
        weeks = max(1, days // 7)
        free = np.zeros((people, days), dtype=bool)
        kind = int(engine.random.integers(0, 3))
        many, length = ((2, weeks), (min(3, people), 6), (people, 3))[kind]
        length = min(length, weeks)
        first = 7 * int(engine.random.integers(0, weeks - length + 1))
        for person in engine.random.permutation(people)[:many].tolist():
            free[person, first : first + 7 * length + (days % 7 if first + 7 * length + 7 > days else 0)] = (
                True
            )
        self.dive(free)

    def cells(self, prices: Floats) -> Floats:
        """Prices of cells when what is counted is paid by the piece."""
        problem = self.engine.problem
        cells = problem.cost.copy()
        for price, counter in zip(prices.tolist(), problem.counters, strict=True):
            if price:
                cells[counter.person] -= price * counter.gain
        return cells

    def rest(self, prices: Floats) -> float:
        """The cheapest counts under these prices."""
        total = 0.0
        for price, counter in zip(prices.tolist(), self.engine.problem.counters, strict=True):
            counts = np.arange(int(counter.gain.max(axis=1).sum()) + 1)
            values = np.asarray([counter.price(count) for count in counts.tolist()])
            total += float((values + price * counts).min())
        return total

    def tighten(self, rounds: int) -> None:
        """A few steps towards the best bound that prices on the counts can give."""
        engine, whole = self.engine, self.team.whole()
        if self._bounding is None:
            assert engine.best_plans is not None
            self._bounding = _Combination(engine, [whole])
            self._bounding.add(0, engine.best_plans, float(engine.best_shapes.sum()))
        value, prices = self._bounding.solve()
        for _ in range(rounds):
            if engine.time_left() <= 0 or engine.proved:
                return
            if self._best_low > -math.inf:
                smooth = 0.85 if value - self._best_low > FAR else 0.6
                prices = smooth * self.prices + (1 - smooth) * prices
            else:
                prices = self.prices
            found = self.team.best(self.cells(prices), whole, engine.best_value)
            low = engine.best_value if found is None else found.bound + self.rest(prices)
            engine.bound = max(engine.bound, min(low, self.left_out, engine.best_value))
            if low > self._best_low:
                self._best_low, self.prices = low, prices
            if found is None:
                return
            engine.offer(found.plans, found.shapes)
            self._bounding.add(0, found.plans, float(found.shapes.sum()))
            value, prices = self._bounding.solve()
            if value - self._best_low < 0.5:
                self.closed = True
                return

    def dive(self, free: NDArray[np.bool_] | None = None) -> None:
        """Fix the surest cells of the relaxed combination, price again, until the plan is whole or too dear.

        A step that makes the plan much dearer is taken back and made smaller. Where ``free`` is false the best
        roster stays.
        """
        engine, team = self.engine, self.team
        people, days = len(engine.problem.people), engine.problem.days
        before, pieces, prices = team.alive, [], self.prices
        team.release(before)
        fixed = np.full((people, days), -1, dtype=np.int32)
        if free is not None and engine.best_plans is not None:
            fixed = np.where(free, fixed, engine.best_plans)
            for person, day in np.argwhere(~free).tolist():
                team.hold(person, day, int(fixed[person, day]))
        if self._bounding is not None and free is None:
            pieces = self._bounding.pieces
        try:
            step = self._relax(fixed, pieces, prices)
            many = people * days
            while step is not None and (fixed < 0).any():
                sure = np.where(fixed < 0, step.share.max(axis=2), -1.0)
                order = np.argsort(-sure, axis=None)[: int((fixed < 0).sum())]
                count = min(many, max(2, int((sure > 0.97).sum()), int(0.04 * len(order))))
                undo, kept = team.alive, fixed.copy()
                team.release(undo)
                for flat in order[:count].tolist():
                    person, day = divmod(flat, days)
                    fixed[person, day] = int(step.share[person, day].argmax())
                    team.hold(person, day, int(fixed[person, day]))
                after = self._relax(fixed, step.pieces, step.prices)
                if (after is None or after.low > step.low + JUMP) and count > 1:
                    fixed, many = kept, count // 4 + 1 if count > 2 else 1
                    team.release(undo)
                    continue
                many = max(2 * count, 2)
                step = after
        finally:
            team.release(before)

    def _relax(self, fixed: Ints, pieces: list[_Piece], prices: Floats, rounds: int = 7) -> _Step | None:
        """Bound and shares with some cells fixed; None when out of time, impossible or too dear."""
        engine, whole = self.engine, self.team.whole()
        together = _Combination(engine, [whole])
        for piece in pieces:
            if ((fixed < 0) | (piece.plans == fixed)).all():
                together.add(0, piece.plans, piece.shape)
        low, centre = -math.inf, prices
        for turn in range(rounds):
            found = None
            if engine.time_left() > 0 and not engine.proved:
                found = self.team.best(self.cells(prices), whole, engine.best_value)
            if found is None:
                return None
            engine.offer(found.plans, found.shapes)
            bound = found.bound + self.rest(prices)
            if bound > low:
                low, centre = bound, prices
            together.add(0, found.plans, float(found.shapes.sum()))
            value, fresh = together.solve()
            smooth = 0.7 if turn < 3 else 0.4
            prices = smooth * centre + (1 - smooth) * fresh
            if low > engine.best_value - 1 + EPS:
                return None
            if value - low < 1.0:
                break
        people, days = fixed.shape
        share = np.zeros((people, days, len(engine.problem.choices)))
        for weight, piece in zip(together.weights().tolist(), together.pieces, strict=True):
            if weight > 1e-7:
                share[np.arange(people)[:, None], np.arange(days)[None, :], piece.plans] += weight
        return _Step(low, share, together.pieces, centre)

    def likely(self) -> Ints | None:
        """The joint plan with the largest share in the relaxed combination behind the bound."""
        if self._bounding is None:
            return None
        self._bounding.solve()
        weights = self._bounding.program.values()[self._bounding.first :]
        return self._bounding.pieces[int(weights.argmax())].plans

    def cross(self, base: Ints, weeks: int, shift: int, rounds: int = CROSS_ROUNDS) -> bool:
        """Cut a roster every few weeks, find other plans of each stretch between the cuts, and combine them."""
        engine, team = self.engine, self.team
        team.admit(base)
        states, shapes = team.walk(base)
        days = engine.problem.days
        cuts = [0, *(day for day in range(shift, days, 7 * weeks) if day > 0), days]
        stretches = [
            Stretch(first, last, states[first], None if last == days else states[last])
            for first, last in pairwise(cuts)
        ]
        together = _Combination(engine, stretches)
        for number, one in enumerate(stretches):
            together.add(number, base[:, one.first : one.last], float(shapes[one.first : one.last].sum()))
        low = -math.inf
        centre = self.prices
        value, prices = together.solve()
        for turn in range(rounds):
            if engine.time_left() <= 0:
                break
            prices = (
                centre if not turn and centre.any() else 0.5 * centre + 0.5 * prices if turn > 1 else prices
            )
            cells = self.cells(prices)
            bound, fresh = self.rest(prices), False
            for number, one in enumerate(stretches):
                found = team.best(cells, one, engine.best_value)
                if found is None:
                    bound = -math.inf
                    continue
                bound += found.bound
                fresh |= together.add(number, found.plans, float(found.shapes.sum()))
            if bound > low:
                low, centre = bound, prices
            value, prices = together.solve()
            if value - low < 0.5 or low >= engine.best_value - 1 + EPS:
                break
        for _ in range(SPREAD_ROUNDS):
            if engine.time_left() <= 0:
                break
            # Combinations that count well together need more plans than the relaxed optimum does.
            near = centre + self.spread * engine.random.standard_normal(len(centre))
            cells = self.cells(near)
            for number, one in enumerate(stretches):
                found = team.best(cells, one, engine.best_value)
                if found is not None:
                    together.add(number, found.plans, float(found.shapes.sum()))
        plans = together.whole(min(CROSS_SECONDS, max(0.05, engine.time_left())))
        return plans is not None and self._offer(plans)

    def _offer(self, plans: Ints) -> bool:
        engine = self.engine
        shapes = np.zeros(len(plans))
        for person in range(len(plans)):
            number, place = engine.place_of[person]
            shape = engine.pricers[number].shape_of(place, plans[person])
            if shape is None:
                return False
            shapes[person] = shape
        return engine.offer(plans, shapes)

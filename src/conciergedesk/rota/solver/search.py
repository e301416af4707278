"""Column generation with a proof: root bound, dives, neighbourhoods, personal re-pricing."""

from __future__ import annotations

import math
import time

import numpy as np

from conciergedesk.rota.solver.automaton import Floats, Ints
from conciergedesk.rota.solver.compact import MOST_COLUMNS, close_by_branching, relaxed, size_of
from conciergedesk.rota.solver.crew import crew_problem, plain
from conciergedesk.rota.solver.engine import DIVE_ROUNDS, EPS, Engine, Incumbent
from conciergedesk.rota.solver.joint import fits
from conciergedesk.rota.solver.master import Roster
from conciergedesk.rota.solver.pricer import HUGE
from conciergedesk.rota.solver.team_search import TeamSearch

LONGEST_BRANCHING = 20.0
MOST_RELAXED = 40_000
FEW_COLUMNS = 3_000
SHORTEST_BOUND, LEAST_ROUNDS = 1.0, 10
CREW_SECONDS = 4.0


class Search(Engine):
    """One run on one problem. Deterministic for a seed as far as the time limit allows."""

    _turn = 0
    _fits: bool | None = None
    _team: TeamSearch | None = None

    def run(self, turns: int | None = None) -> Incumbent | None:
        """Search until proved, cancelled, out of time, or for some turns of the search; see :meth:`resume`.

        None when somebody has no legal roster at all.
        """
        together = self._together()
        if not self.start(brief=together):
            return None
        if self.long() and not together and size_of(self.problem) <= FEW_COLUMNS:
            self._branch(0.8)
        if self._in_crews() and size_of(self.problem) <= MOST_RELAXED:
            self._guided(0.5 * self.time_left())
        if not self.proved and not together and self.guide is None:
            self._root(0.3 if self._in_crews() else 0.8 if self.long() else 0.45)
        found = self._on(turns)
        if self.bound > -math.inf:
            return found
        # Out of time before there was any bound.
        self.deadline = time.perf_counter() + SHORTEST_BOUND
        self.generate(range(len(self.problem.people)), LEAST_ROUNDS, {})
        self.deadline = time.perf_counter()
        return self._on(0)

    def resume(self, seconds: float) -> Incumbent:
        """Search on for some more seconds after :meth:`run`."""
        self.deadline = time.perf_counter() + seconds
        return self._on()

    def _on(self, turns: int | None = None) -> Incumbent:
        if self._turn and self.long() and not (self.root_closed or self._together() or self._in_crews()):
            self._root(0.7)
        while not self.proved and self.time_left() > 0 and (turns is None or self._turn < turns):
            self._turn += 1
            if self._together():
                self._team_search().step()
            elif self._in_crews() and self._turn % 8:
                self._crew()
            elif self._turn == 1 and self.long():
                before = self.best_value
                self._dive_in_cells(np.zeros_like(self.problem.cost))
                if self.best_value >= before:
                    # Stuck in a corner: another order of fixing mostly gets through.
                    self._dive_in_cells(np.zeros_like(self.problem.cost), noise=0.15)
                if self.time_left() <= 0:
                    self._turn = 0
            elif self._turn == 1:
                self._dive({})
            elif self._turn == 2 and size_of(self.problem) <= MOST_COLUMNS:
                self._branch()
            elif self._turn == 3 and not self.root_closed:
                self._root(0.6)
            elif self._turn % 6 == 0:
                self._combine()
            else:
                self._neighbourhood()
        assert self.best_plans is not None
        bound = self.best_value if self.proved else max(self.bound, self.least())
        return Incumbent(self.best_plans, self.best_value, bound, self.best_at)

    def _together(self) -> bool:
        """Whether the joint machine of everybody is the way, and not used up yet."""
        if self._fits is None:
            self._fits = self.long() and fits(self.problem)
        return self._fits and not (self._team is not None and self._team.exhausted)

    def _in_crews(self) -> bool:
        """Whether parts of a long plan are small teams of their own."""
        return self.long() and not self._together() and len(self.problem.people) > 2 and plain(self.problem)

    def _crew(self) -> None:
        """Plan two or three people anew on their joint machine while the others stay."""
        assert self.best_plans is not None
        everybody = len(self.problem.people)
        size = min(everybody, (2, 3, 3, 3)[int(self.random.integers(0, 4))])
        people = sorted(self.random.permutation(everybody)[:size].tolist())
        part = crew_problem(self.problem, people, self.best_plans)
        if not fits(part):
            return
        search = Search(part, seed=self.seed + self._turn, seconds=min(CREW_SECONDS, self.time_left()))
        search.offer(self.best_plans[people], self.best_shapes[people])
        search.settle()
        assert search.best_plans is not None
        plans, shapes = self.best_plans.copy(), self.best_shapes.copy()
        plans[people], shapes[people] = search.best_plans, search.best_shapes
        self.offer(plans, shapes)

    def settle(self) -> None:
        """Better the offered plan on the joint machine, until it is proved or the time is over."""
        team = self._team_search()
        while not self.proved and not team.exhausted and self.time_left() > 0:
            team.step()

    def _team_search(self) -> TeamSearch:
        if self._team is None:
            self._team = TeamSearch(self)
        return self._team

    def _branch(self, share: float = 0.5) -> None:
        """Hand a small problem over as one integer program."""
        found = close_by_branching(
            self.problem, self.master, min(share * self.time_left(), LONGEST_BRANCHING), self.seed
        )
        self.bound = max(self.bound, found.bound)
        if found.plans is not None and found.shapes is not None:
            self.offer(found.plans, found.shapes)

    def _root(self, share: float = 1.0) -> None:
        """Price until the bound meets the relaxed value, for at most a share of the time left."""
        end, self.deadline = self.deadline, time.perf_counter() + share * max(0.0, self.time_left())
        began, rounds = time.perf_counter(), self.rounds
        self.root_closed = self.generate(range(len(self.problem.people)), 10_000, {})
        self.deadline = end
        self.round_seconds = (time.perf_counter() - began) / max(1, self.rounds - rounds)
        if (
            self.long()
            and not self.root_closed
            and self.guide is None
            and size_of(self.problem) <= MOST_RELAXED
        ):
            self._guided(share * self.time_left())

    def _guided(self, seconds: float) -> None:
        """The relaxed optimum in one go: prices that give the bound at once and lead the pricing after it."""
        found = relaxed(self.problem, self.master, max(0.05, seconds))
        if found is None:
            return
        cover, counter = self.guide = found
        _, low = self.price(self.problem.reduced(cover, counter), range(len(self.problem.people)))
        self.bound = max(self.bound, low + self.master.dual_value(cover, counter))

    def _dive(self, fixed: dict[int, int], noise: float = 0.0, rounds: int = 12) -> None:
        """Fix the surest people, price again for the others, until everybody is fixed."""
        master, problem = self.master, self.problem
        # The dive from the relaxed optimum takes its time: it is the one that may end in the best roster.
        careful, fixed = not fixed, dict(fixed)
        steps = max(1, (len(problem.people) - len(fixed)) // 2)
        budget = (0.3 if careful else 0.2) * (self.deadline - self.began)
        rounds = max(2, min(rounds, int(budget / (0.5 * self.round_seconds * steps))))
        everybody = range(len(problem.people))
        try:
            while len(fixed) < len(problem.people):
                if self.time_left() <= 0:
                    return
                master.fix(fixed)
                open_people = [person for person in everybody if person not in fixed]
                self.generate(open_people, rounds, fixed)
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
                sure = [one for one in choice if one[0] > (0.999 if careful else 0.8)] or choice[
                    : max(1, len(open_people) // (10 if careful or rounds <= 4 else 24))
                ]
                for _, person, place in sure:
                    fixed[person] = place
            plans = np.stack([master.rosters[fixed[person]].plan for person in everybody])
            shapes = np.asarray([
                master.rosters[fixed[person]].price - master.price_of(person, plans[person], 0.0)
                for person in everybody
            ])  # fmt: skip
            self.offer(plans, shapes)
            self.descend(plans, shapes, rounds=2)
        finally:
            master.fix({})

    def _neighbourhood(self) -> None:
        """Keep a random part of the best roster and dive again for the rest."""
        assert self.best_plans is not None
        people = len(self.problem.people)
        if self.long():
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
                self.generate(everybody, DIVE_ROUNDS if haste > 0.06 else 2 * DIVE_ROUNDS, {}, off)
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
        found, _ = self.price(self.problem.cost + off, range(len(self.problem.people)))
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
        self.offer(plans, np.asarray(shapes))
        self.descend(plans, np.asarray(shapes), rounds=2)

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
        if self.offer(plans, shapes):
            self.descend(plans, shapes, rounds=2)

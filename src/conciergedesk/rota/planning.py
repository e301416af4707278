"""Generate a period plan: call :func:`plan_period`, or :mod:`conciergedesk.rota.process` to stay off this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from conciergedesk.core.i18n import translate
from conciergedesk.rota.checker.judge import check
from conciergedesk.rota.checker.violations import Violation
from conciergedesk.rota.law.packs import LawBook
from conciergedesk.rota.solver.automaton import Floats, Ints
from conciergedesk.rota.solver.compiling import compile_part
from conciergedesk.rota.solver.engine import Incumbent
from conciergedesk.rota.solver.model import Problem
from conciergedesk.rota.solver.objective import TERMS, Objective, objective_for
from conciergedesk.rota.solver.parts import Frame, Part, parts
from conciergedesk.rota.solver.search import Search
from conciergedesk.rota.values import Assignment, Roster, Rota


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the objective in the result. ``name`` is a key of :data:`TERMS`."""

    name: str
    value: float

    def label(self, language: str | None = None) -> str:
        return translate(TERMS[self.name], language)


@dataclass(frozen=True, slots=True)
class PartPlan:
    """What one independent part of the plan costs, and its own bound."""

    people: tuple[str, ...]
    on_call: bool
    value: float
    bound: float
    terms: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PlanProgress:
    """News while the search runs: ``share`` is the time used (0 to 1)."""

    value: float
    bound: float
    seconds: float
    share: float
    roster: Roster


@dataclass(frozen=True, slots=True)
class PlanResult:
    """A plan, what it costs term by term, and how good it provably is.

    Attributes:
        roster: assignments of the period; None when some person has no lawful roster at all (see
            :mod:`conciergedesk.rota.explain`).
        bound: no plan can cost less than this, nights on call being planned after the work.
        violations: what the independent checker says of it.
    """

    roster: Roster | None
    value: float
    bound: float
    terms: tuple[Term, ...]
    seconds: float
    first_seconds: float
    best_seconds: float
    violations: tuple[Violation, ...] = ()
    stuck: tuple[str, ...] = ()
    parts: tuple[PartPlan, ...] = ()

    @property
    def proved(self) -> bool:
        return self.roster is not None and self.value - self.bound < 1 - 1e-4

    @property
    def gap(self) -> float:
        """Distance to the bound, absolute."""
        return max(0.0, self.value - self.bound)


def frozen_cells(rota: Rota, now: datetime) -> frozenset[tuple[str, date]]:
    """Published cells inside the notice period: they change only with consent or for who is absent."""
    publication = rota.publication
    if publication is None:
        return frozenset()
    today = now.astimezone(ZoneInfo(rota.site.timezone)).date()
    limit = min(publication.until, today + timedelta(days=publication.notice_days))
    return frozenset(
        (agent.id, day)
        for agent in rota.agents
        for day in rota.dates
        if day <= limit and not rota.absent(agent.id, day)
    )


def published_cells(rota: Rota) -> frozenset[tuple[str, date]]:
    """All published cells of the period; changing one of them has a price."""
    publication = rota.publication
    if publication is None:
        return frozenset()
    return frozenset(
        (agent.id, day)
        for agent in rota.agents
        for day in rota.dates
        if day <= publication.until and not rota.absent(agent.id, day)
    )


def plan_period(
    rota: Rota,
    law: LawBook,
    *,
    seconds: float = 20.0,
    seed: int = 0,
    objective: Objective | None = None,
    frozen: Iterable[tuple[str, date]] = (),
    counted_changes: Iterable[tuple[str, date]] | None = None,
    progress: Callable[[PlanProgress], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> PlanResult:
    """Plan ``rota.first`` to ``rota.last``.

    ``rota.roster`` holds what is known already: the days before the period (rests, runs and averages reach back
    into them) and, inside the period, the published or hand-made cells. ``frozen`` cells stay as they are there;
    a change of a cell in ``counted_changes`` (default: what is published) has a price. The same seed and an
    unlimited time give the same plan.
    """
    began = time.perf_counter()
    base = rota.roster.within(rota.first, rota.last)
    counted = published_cells(rota) if counted_changes is None else frozenset(counted_changes)
    frame = Frame(
        rota,
        law,
        objective or objective_for(rota),
        base=base,
        frozen=frozenset(frozen),
        counted_changes=counted,
    )
    searched: list[_Searched] = []
    todo = parts(rota)
    sizes = [len(part.agents) * (1 if part.on_call else 2) for part in todo]
    for place, part in enumerate(todo):
        if part.on_call:
            _use_spare(searched, 0.7 * (seconds - (time.perf_counter() - began)))
            frame = replace(frame, work=Roster(tuple(_all_assignments(searched, rota))))
        problem = compile_part(frame, part)
        left = max(0.05, seconds - (time.perf_counter() - began))
        share = left * sizes[place] / sum(sizes[place:])
        tell = _teller(progress, rota, problem, searched, (began, seconds))
        search = Search(problem, seed=seed, seconds=share, progress=tell, cancelled=cancelled)
        searched.append(_Searched(part, search, time.perf_counter() - began))
        # Each part of work first gets a sound plan; what is left then goes where nothing is proved yet.
        searched[-1].found = search.run(None if part.on_call or len(todo) == 1 else 1)
    _use_spare(searched, seconds - (time.perf_counter() - began))
    first = sum(one.search.first_at for one in searched) + (searched[0].offset if searched else 0.0)
    best_at = max((one.offset + one.found.seconds for one in searched if one.found), default=0.0)
    done = _all_assignments(searched, rota)
    finished = tuple(_part_plan(one.part, one.search, one.found) for one in searched if one.found is not None)
    stuck = [agent for one in searched if one.found is None for agent in _stuck(one.search, one.part)]
    terms = {name: sum(part.terms.get(name, 0.0) for part in finished) for name in TERMS}
    spent = time.perf_counter() - began
    if stuck:
        return PlanResult(None, 0.0, 0.0, (), spent, 0.0, 0.0, stuck=tuple(stuck))
    roster = Roster(tuple(sorted(done, key=lambda one: (one.agent, one.day, one.shift))))
    before = rota.roster.within(date.min, rota.first - timedelta(days=1))
    return PlanResult(
        roster=roster, value=sum(part.value for part in finished), bound=sum(part.bound for part in finished),
        terms=tuple(Term(name, value) for name, value in terms.items() if value),
        seconds=spent, first_seconds=first, best_seconds=best_at,
        violations=check(rota, before.joined(roster), law), parts=finished,
    )  # fmt: skip


@dataclass
class _Searched:
    """One part, its search, when it began, and the best so far."""

    part: Part
    search: Search
    offset: float
    found: Incumbent | None = None


def _part_plan(part: Part, search: Search, found: Incumbent) -> PartPlan:
    people = tuple(agent.id for agent in part.agents)
    terms = explain_cost(search.problem, found.plans, search.best_shapes)
    return PartPlan(people, part.on_call, found.value, found.bound, terms)


def _use_spare(searched: list[_Searched], seconds: float) -> None:
    """Give the time that proved parts left over to the parts of work that are not proved."""
    open_ = [
        one for one in searched if one.found is not None and not one.search.proved and not one.part.on_call
    ]
    if any(one.part.on_call for one in searched):
        return
    began = time.perf_counter()
    for place, one in enumerate(open_):
        spare = (seconds - (time.perf_counter() - began)) / (len(open_) - place)
        if spare > 0.1:
            one.found = one.search.resume(spare)


def _all_assignments(searched: list[_Searched], rota: Rota) -> list[Assignment]:
    return [
        row for one in searched if one.found is not None
        for row in _assignments(one.search.problem, rota, one.found.plans)
    ]  # fmt: skip


def _teller(
    progress: Callable[[PlanProgress], None] | None, rota: Rota, problem: Problem, searched: list[_Searched],
    clock: tuple[float, float],
) -> Callable[[Incumbent], None] | None:  # fmt: skip
    """What the search of one part calls, adding what the other parts have."""
    if progress is None:
        return None

    def tell(news: Incumbent) -> None:
        spent = time.perf_counter() - clock[0]
        others = [one for one in searched if one.search.problem is not problem and one.found is not None]
        roster = Roster((*_all_assignments(others, rota), *_assignments(problem, rota, news.plans)))
        value = news.value + sum(one.found.value for one in others if one.found)
        bound = news.bound + sum(one.found.bound for one in others if one.found)
        progress(PlanProgress(value, bound, spent, min(1.0, spent / clock[1]), roster))

    return tell


def _stuck(search: Search, part: Part) -> list[str]:
    """The people for whom the machine has no roster from the first to the last day."""
    lost = []
    for person, agent in enumerate(part.agents):
        found, _ = search.price_alone(person)
        if not found:
            lost.append(agent.id)
    return lost


def _assignments(problem: Problem, rota: Rota, plans: Ints) -> list[Assignment]:
    rows = []
    for person, id in enumerate(problem.people):
        for day, choice in enumerate(plans[person].tolist()):
            rows += [Assignment(id, rota.dates[day], shift) for shift in problem.choices[choice].shifts]
    return rows


def explain_cost(problem: Problem, plans: Ints, shapes: Floats) -> dict[str, float]:
    """The price of a plan, term by term; the sum is the whole price."""
    days = np.arange(problem.days)
    terms: dict[str, float] = {"shapes": float(shapes.sum())}
    for name, prices in problem.terms.items():
        spent = sum(float(prices[person, days, plans[person]].sum()) for person in range(len(problem.people)))
        terms[name] = terms.get(name, 0.0) + spent
    for row in problem.rows:
        count = sum(int(plans[person, row.day]) in row.choices for person in row.people)
        below, under = max(0, row.low - count), max(0, row.target - max(count, row.low))
        terms["minimum"] = terms.get("minimum", 0.0) + below * row.price_low
        terms["target"] = terms.get("target", 0.0) + under * row.price_under
        rest = row.price(count) - below * row.price_low - under * row.price_under
        terms["surplus"] = terms.get("surplus", 0.0) + rest
    for counter in problem.counters:
        name = "minimum" if counter.name == "average" else counter.name
        spent = counter.price(problem.count(counter, plans[counter.person]))
        terms[name] = terms.get(name, 0.0) + spent
    return terms


def plan_value(
    rota: Rota, law: LawBook, roster: Roster, objective: Objective | None = None
) -> dict[str, float]:
    """What an existing roster costs, term by term, by the numbers of the solver (shapes left out)."""
    frame = Frame(rota, law, objective or objective_for(rota), base=rota.roster.within(rota.first, rota.last))
    frame = replace(frame, counted_changes=published_cells(rota), work=roster)
    terms: dict[str, float] = {}
    for part in parts(rota):
        problem = compile_part(frame, part)
        index = {choice.shifts: place for place, choice in enumerate(problem.choices)}
        plans = np.asarray([
            [
                index.get(tuple(
                    id for id in roster.shifts_on(person, day) if rota.shift_by_id[id].on_call == part.on_call
                ), 0)
                for day in rota.dates
            ]
            for person in problem.people
        ], dtype=np.int32)  # fmt: skip
        for name, value in explain_cost(problem, plans, np.zeros(len(problem.people))).items():
            terms[name] = terms.get(name, 0.0) + value
    return terms

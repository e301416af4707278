"""Somebody is away: what is uncovered, who can stand in at what price, and the smallest repair of the plan."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from conciergedesk.rota.calendar import demands_on
from conciergedesk.rota.changes import Difference, Verdict, differences, judge_change, take
from conciergedesk.rota.checker.violations import Violation
from conciergedesk.rota.law.packs import LawBook, RuleKind
from conciergedesk.rota.planning import plan_period
from conciergedesk.rota.smallest import CHOOSING, asked_only, claim, prices_for
from conciergedesk.rota.solver.parts import Frame
from conciergedesk.rota.values import Absence, Assignment, Roster, Rota


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A post that fell below its minimum. ``missing`` is how many people it lacks."""

    day: date
    shift: str
    missing: int


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody who may take the shift, with the price.

    Attributes:
        over_contract: minutes above the weekly contract afterwards.
        backup: trained as backup only.
        advices: soft rules it would touch.
    """

    agent: str
    person: str
    rest_before: int | None
    rest_after: int | None
    week_before: int
    week_after: int
    over_contract: int
    languages: tuple[str, ...]
    backup: bool
    advices: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody who may not, with the first reason and all of them."""

    agent: str
    person: str
    reasons: tuple[Violation, ...]

    @property
    def reason(self) -> Violation:
        return self.reasons[0]

    @property
    def rule(self) -> RuleKind:
        return self.reasons[0].kind

    @property
    def figure(self) -> int:
        return self.reasons[0].value


@dataclass(frozen=True, slots=True)
class StandIns:
    """Who can take a shift, best first, and who cannot."""

    day: date
    shift: str
    eligible: tuple[StandIn, ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """A repaired roster.

    Attributes:
        changed: changed cells, the absent person's own left out.
        changes: shifts and nights on call that change hands or go; both in one cell are two.
        fewest: fewer changes than this are proved impossible for repairs that fill the posts as well.
        still_open: posts that the repair leaves empty.
        fewest_open: fewer empty posts than this are proved impossible without breaking a rule.
    """

    roster: Roster
    changed: tuple[Difference, ...]
    fewest: int
    still_open: tuple[Uncovered, ...]
    seconds: float
    fewest_open: int = 0
    changes: int = 0

    @property
    def proved(self) -> bool:
        """Neither an empty post nor a change less is possible."""
        left = sum(post.missing for post in self.still_open)
        return left <= self.fewest_open and self.changes <= self.fewest


def mark_absent(rota: Rota, roster: Roster, agent: str, first: date, last: date) -> tuple[Rota, Roster]:
    """The rota with the absence and the roster without the person's shifts on those days. No reason is kept."""
    absences = tuple(
        one for one in rota.absences if one.agent != agent or one.last < first or one.first > last
    )
    joined = [one for one in rota.absences if one.agent == agent and one.first <= last and one.last >= first]
    span = Absence(
        agent, min([first, *(one.first for one in joined)]), max([last, *(one.last for one in joined)])
    )
    kept = Roster(tuple(one for one in roster if not (one.agent == agent and first <= one.day <= last)))
    return replace(rota, absences=(*absences, span)), kept


def uncovered(rota: Rota, roster: Roster, first: date, last: date) -> tuple[Uncovered, ...]:
    """Posts below their minimum from ``first`` to ``last``."""
    found = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        people = [one for agent in rota.agents for one in roster.cell(agent.id, day)]
        for demand in demands_on(rota.site, rota.demands, day):
            if not demand.shifts or demand.language or demand.needs:
                continue
            missing = demand.min - sum(one.shift in demand.shifts for one in people)
            if missing > 0:
                found.append(Uncovered(day, demand.shifts[0], missing))
    return tuple(found)


def stand_ins(rota: Rota, roster: Roster, law: LawBook, day: date, shift: str) -> StandIns:
    """Everybody judged for one open shift: trained for it before backup, then fewest hours in the week, then most
    rest before it."""
    eligible: list[StandIn] = []
    refused: list[Refused] = []
    kind = rota.shift_by_id[shift]
    for agent in rota.agents:
        if shift in roster.shifts_on(agent.id, day) or rota.absent(agent.id, day):
            continue
        verdict = take(rota, roster, law, agent.id, day, shift)
        name = agent.name or agent.id
        if not verdict.accepted:
            refused.append(Refused(agent.id, name, verdict.refusals))
            continue
        effect = verdict.effect(agent.id)
        eligible.append(StandIn(
            agent.id, name, effect.rest_before, effect.rest_after, effect.week_before, effect.week_after,
            max(0, effect.week_after - agent.contract_minutes) if agent.contract_minutes else 0, agent.languages,
            agent.only_backup_for(kind), verdict.advices,
        ))  # fmt: skip
    eligible.sort(
        key=lambda one: (one.backup, one.week_after, -(one.rest_before or 10**6), len(one.advices), one.agent)
    )
    refused.sort(key=lambda one: (one.rule is RuleKind.SKILL, one.agent))
    return StandIns(day, shift, tuple(eligible), tuple(refused))


def smallest_repair(
    rota: Rota, roster: Roster, law: LawBook, first: date, last: date, *, seconds: float = 1.0, seed: int = 0,
    reach_days: int = 7,
) -> Repair:  # fmt: skip
    """Fill the uncovered posts from ``first`` to ``last`` with the fewest changed cells.

    First one cell per empty post, tried exhaustively: nothing smaller can exist. Otherwise an exact search over
    the weeks around, in which every changed cell has a price; the bound tells whether it is proved smallest.
    """
    began = time.perf_counter()
    open_posts = uncovered(rota, roster, first, last)
    needed = sum(one.missing for one in open_posts)
    if not needed:
        return Repair(roster, (), 0, (), time.perf_counter() - began)
    posts = [one for one in open_posts for _ in range(one.missing)]
    simple = _one_cell_each(rota, roster, law, posts, began + 0.4 * seconds)
    if simple is not None:
        changed = differences(rota, roster, simple, first, last)
        return Repair(simple, changed, needed, (), time.perf_counter() - began, changes=needed)
    return _by_planning(rota, roster, law, (first, last), open_posts, reach_days, began, seconds, seed)


def _one_cell_each(
    rota: Rota, roster: Roster, law: LawBook, posts: Sequence[Uncovered], deadline: float
) -> Roster | None:
    """One stand-in per post, best ranked first, backtracking."""
    if not posts:
        return roster
    post, rest = posts[0], posts[1:]
    for one in stand_ins(rota, roster, law, post.day, post.shift).eligible:
        if time.perf_counter() > deadline:
            return None
        if any(not rota.shift_by_id[id].on_call for id in roster.shifts_on(one.agent, post.day)):
            continue
        cell = (*roster.cell(one.agent, post.day), Assignment(one.agent, post.day, post.shift))
        found = _one_cell_each(rota, roster.with_cell(one.agent, post.day, cell), law, rest, deadline)
        if found is not None:
            return found
    return None


def _by_planning(
    rota: Rota, roster: Roster, law: LawBook, window: tuple[date, date], posts: Sequence[Uncovered],
    reach_days: int, began: float, seconds: float, seed: int,
) -> Repair:  # fmt: skip
    first, last = window
    monday = first - timedelta(days=first.weekday()) - timedelta(days=7 * (reach_days // 14))
    sunday = last + timedelta(days=6 - last.weekday()) + timedelta(days=7 * (reach_days // 7))
    part = asked_only(
        replace(
            rota,
            first=monday,
            days=(sunday - monday).days + 1,
            roster=roster,
            rotations=(),
            wishes=(),
        ),
        roster,
        first,
        last,
    )
    cells = frozenset((agent.id, day) for agent in part.agents for day in part.dates)
    frozen = frozenset((agent, day) for agent, day in cells if day < first and not rota.absent(agent, day))
    base = roster.within(monday, sunday)
    prices = prices_for(Frame(part, law, CHOOSING, base, frozen, cells - frozen))
    left = max(0.2, seconds - (time.perf_counter() - began))
    result = plan_period(
        part, law, seconds=left, seed=seed, objective=prices.objective, frozen=frozen,
        counted_changes=cells - frozen,
    )  # fmt: skip
    if result.roster is None:
        return Repair(roster, (), 0, uncovered(rota, roster, first, last), time.perf_counter() - began)
    repaired = _with_own_times(rota, roster, result.roster, monday, sunday)
    changed = differences(rota, roster, repaired, monday, sunday)
    still = uncovered(rota, repaired, first, last)
    proved = claim(prices, result)
    nights = sum(one.missing * _on_call(rota, one) for one in posts)
    open_nights = sum(one.missing * _on_call(rota, one) for one in still)
    return Repair(
        repaired, changed, proved.changes + max(0, nights - open_nights), still, time.perf_counter() - began,
        proved.open + sum(_nobody_for(rota, one) for one in still if _on_call(rota, one)),
        sum(_changes(rota, one) for one in changed),
    )  # fmt: skip


def _on_call(rota: Rota, post: Uncovered) -> bool:
    return rota.shift_by_id[post.shift].on_call


def _nobody_for(rota: Rota, post: Uncovered) -> int:
    """Places of a night on call that stay open because too few people could take it at all."""
    kind = rota.shift_by_id[post.shift]
    able = sum(agent.can(kind) and not rota.absent(agent.id, post.day) for agent in rota.agents)
    least = min(
        one.min for one in demands_on(rota.site, rota.demands, post.day) if post.shift in one.shifts[:1]
    )
    return max(0, min(post.missing, least - able))


def _changes(rota: Rota, one: Difference) -> int:
    """Work and nights on call are planned apart: a cell in which both differ is two changes."""
    return sum(
        [id for id in one.before if rota.shift_by_id[id].on_call == duty]
        != [id for id in one.after if rota.shift_by_id[id].on_call == duty]
        for duty in (False, True)
    )


def _with_own_times(rota: Rota, before: Roster, planned: Roster, first: date, last: date) -> Roster:
    """The planned cells from ``first`` to ``last``; who keeps a shift also keeps the hours agreed for it."""
    cells = {}
    for agent in rota.agents:
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            if before.shifts_on(agent.id, day) != planned.shifts_on(agent.id, day):
                cells[agent.id, day] = planned.cell(agent.id, day)
    return before.with_cells(cells)


def verdict_of(rota: Rota, roster: Roster, law: LawBook, repair: Repair) -> Verdict:
    """The repair judged as one change by the independent checker."""
    cells = {(one.agent, one.day): repair.roster.cell(one.agent, one.day) for one in repair.changed}
    return judge_change(rota, roster, law, cells)

"""Why something cannot be planned: a smallest set of rules in conflict, and the cheapest ways out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from conciergedesk.core.i18n import N_, plural, translate
from conciergedesk.rota.calendar import demands_on
from conciergedesk.rota.changes import judge_change
from conciergedesk.rota.dump import clock_text
from conciergedesk.rota.law.packs import LawBook, Rule, RuleKind
from conciergedesk.rota.law.wording import RULE_NAMES, hours
from conciergedesk.rota.planning import plan_period
from conciergedesk.rota.repair import Uncovered, uncovered
from conciergedesk.rota.solver.automaton import Shapes
from conciergedesk.rota.solver.objective import Objective
from conciergedesk.rota.values import Absence, Agent, Assignment, Limits, Roster, Rota

EMPTY_POST = 10_000
"""Price of an empty post here: far above what soft rules can cost together."""
SURELY_EMPTY = 2_000
"""A bound above this is more than soft rules explain: some post must stay empty."""
COVER_ONLY = Objective(
    minimum=EMPTY_POST, change=0, target=0, surplus=0, hours=0, sundays=0, holidays=0, evenings=0, on_call=0, wish=0,
    backup=0, rotation=0, shapes=Shapes(),
)  # fmt: skip


def shift_name(rota: Rota, shift: str) -> str:
    """A shift as people name it: ``matin 07:45–14:45``."""
    known = rota.shift_by_id[shift]
    return f"{known.label or shift} {clock_text(known.start)}–{clock_text(known.end)}"


class ConflictKind(StrEnum):
    """What kind of requirement takes part in a conflict."""

    RULE = "rule"
    ABSENCE = "absence"
    DEMAND = "demand"
    SKILLS = "skills"
    FIXED = "fixed"
    FROZEN = "frozen"
    LIMITS = "limits"


@dataclass(frozen=True, slots=True)
class ConflictItem:
    """One requirement of a smallest conflict."""

    kind: ConflictKind
    rule: Rule | None = None
    absence: Absence | None = None
    person: str = ""
    shift: str = ""
    count: int = 0

    def in_language(self, language: str | None = None) -> str:
        if self.rule is not None:
            figure: object = hours(self.rule.figure) if self.rule.unit == "minutes" else self.rule.figure
            return translate(
                N_("{rule}: {figure} ({source})"), language, rule=translate(RULE_NAMES[self.rule.kind], language),
                figure=figure, source=self.rule.source,
            )  # fmt: skip
        if self.absence is not None:
            return translate(
                N_("{person} is absent from {first} to {last}"), language, person=self.person,
                first=self.absence.first, last=self.absence.last,
            )  # fmt: skip
        if self.kind is ConflictKind.DEMAND:
            return plural(
                "{shift}: {count} shift to staff at least", "{shift}: {count} shifts to staff at least", self.count,
                language, shift=self.shift,
            )  # fmt: skip
        return translate(_OTHERS[self.kind], language)


_OTHERS = {
    ConflictKind.SKILLS: N_("who is trained for what"),
    ConflictKind.FIXED: N_("fixed days off"),
    ConflictKind.FROZEN: N_("published days that may not change"),
    ConflictKind.LIMITS: N_("own limits of people"),
}


@dataclass(frozen=True, slots=True)
class WayOut:
    """One thing that would fill one of the empty posts, with its price.

    Attributes:
        rule: the rule a supervisor would have to lift; None when none.
        label: how people name the shift.
    """

    agent: str
    person: str
    day: date
    shift: str
    extra_minutes: int
    week_minutes: int
    rule: RuleKind | None = None
    article: str = ""
    label: str = ""

    def in_language(self, language: str | None = None) -> str:
        if self.rule is None:
            return translate(
                N_("{person} on {day} ({shift}): +{extra}, week {week}"), language, person=self.person, day=self.day,
                shift=self.label or self.shift, extra=hours(self.extra_minutes), week=hours(self.week_minutes),
            )  # fmt: skip
        return translate(
            N_("{person} on {day} ({shift}): +{extra}, week {week}, with a signed exception to {rule} ({article})"),
            language, person=self.person, day=self.day, shift=self.label or self.shift, extra=hours(self.extra_minutes),
            week=hours(self.week_minutes), rule=translate(RULE_NAMES[self.rule], language), article=self.article,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why posts stay empty.

    Attributes:
        possible: a plan without an empty post was found after all.
        items: a smallest set of requirements that cannot hold together; no part of it conflicts alone.
        minimal: False when time ran out before every item was tried.
        empty: the posts left empty by the best plan.
        names: how people name the shifts of ``empty``, by id.
    """

    possible: bool
    items: tuple[ConflictItem, ...] = ()
    empty: tuple[Uncovered, ...] = ()
    ways_out: tuple[WayOut, ...] = ()
    minimal: bool = True
    seconds: float = 0.0
    names: Mapping[str, str] = field(default_factory=dict)

    def sentences(self, language: str | None = None) -> tuple[str, ...]:
        if self.possible:
            return (translate(N_("A plan without an empty post exists."), language),)
        posts = ", ".join(
            translate(
                N_("{shift} on {day}"), language, shift=self.names.get(post.shift, post.shift), day=post.day
            )
            for post in self.empty
        )
        lines = [
            translate(N_("These cannot all hold: {posts} stays empty."), language, posts=posts),
            *(f"- {item.in_language(language)}" for item in self.items),
        ]
        if self.ways_out:
            lines.append(translate(N_("Cheapest ways out:"), language))
            lines += [f"- {way.in_language(language)}" for way in self.ways_out]
        return tuple(lines)


@dataclass(frozen=True, slots=True)
class _Case:
    rota: Rota
    law: LawBook
    frozen: frozenset[tuple[str, date]]


def explain_empty_posts(
    rota: Rota, law: LawBook, *, first: date | None = None, last: date | None = None,
    frozen: frozenset[tuple[str, date]] = frozenset(), seconds: float = 2.0,
) -> Explanation:  # fmt: skip
    """Why the minimum cover from ``first`` to ``last`` cannot be reached (whole weeks are looked at)."""
    began = time.perf_counter()
    deadline = began + seconds
    first = first or rota.first
    last = min(last or first + timedelta(days=13), rota.last)
    whole = _window(rota, first, last)
    case = _Case(whole, law, frozen)
    cost, roster = _empty(case, deadline)
    if cost is not None and cost < 0.5:
        return Explanation(True, seconds=time.perf_counter() - began)
    empty = uncovered(whole, roster, whole.first, whole.last)
    items: list[tuple[ConflictItem, Callable[[_Case], _Case]]] = _requirements(case)
    kept: list[ConflictItem] = []
    minimal = True
    for item, loosen in items:
        if time.perf_counter() > deadline:
            minimal = False
            kept.append(item)
            continue
        without = loosen(case)
        found, _ = _empty(without, deadline)
        if found is not None and found >= 0.5:
            case = without
        else:
            minimal = minimal and found is not None
            kept.append(item)
    if not any(item.kind is ConflictKind.DEMAND for item in kept):
        kept += [_demanded(case.rota, ids) for ids in dict.fromkeys(one.shifts for one in case.rota.demands)]
    return Explanation(
        False, tuple(kept), empty, _ways_out(whole, law, roster, empty), minimal, time.perf_counter() - began,
        {post.shift: shift_name(whole, post.shift) for post in empty},
    )  # fmt: skip


def _window(rota: Rota, first: date, last: date) -> Rota:
    monday = max(rota.first, first - timedelta(days=first.weekday()))
    sunday = min(rota.last, last + timedelta(days=6 - last.weekday()))
    demands = tuple(
        replace(one, target=one.min, max=None, weight_under=1)
        for one in rota.demands
        if not one.language and one.min
    )
    duty = {shift.id for shift in rota.shifts if shift.on_call}
    demands = tuple(one for one in demands if not set(one.shifts) & duty)
    return replace(
        rota,
        first=monday,
        days=(sunday - monday).days + 1,
        wishes=(),
        rotations=(),
        demands=demands,
        publication=None,
    )


def _empty(case: _Case, deadline: float) -> tuple[float | None, Roster]:
    """The proved number of posts that stay empty (None when not proved in time) and the best roster."""
    left = deadline - time.perf_counter()
    if left <= 0:
        return None, Roster()
    result = plan_period(
        case.rota, case.law, seconds=max(0.1, min(left, 1.0)), objective=COVER_ONLY, frozen=case.frozen,
        counted_changes=(),
    )  # fmt: skip
    if result.roster is None:
        return 1.0, Roster()
    if result.value < EMPTY_POST:
        return 0.0, result.roster
    return (result.value / EMPTY_POST if result.bound > SURELY_EMPTY else None), result.roster


def _requirements(case: _Case) -> list[tuple[ConflictItem, Callable[[_Case], _Case]]]:
    """What could be dropped, the least likely culprit first, so that what stays is what people expect."""
    found: list[tuple[ConflictItem, Callable[[_Case], _Case]]] = []

    def rule(kind: RuleKind) -> Callable[[_Case], _Case]:
        return lambda case: replace(case, law=case.law.without([kind]))

    shifts = dict.fromkeys(one.shifts for one in case.rota.demands)
    for ids in shifts if len(shifts) > 1 else ():
        found.append((_demanded(case.rota, ids), _without_demand(ids)))
    if case.frozen:
        found.append((ConflictItem(ConflictKind.FROZEN), lambda case: replace(case, frozen=frozenset())))
    if any(agent.limits != Limits() for agent in case.rota.agents):
        found.append(
            (
                ConflictItem(ConflictKind.LIMITS),
                lambda case: _agents(case, lambda a: replace(a, limits=Limits())),
            )
        )
    if any(agent.fixed_off for agent in case.rota.agents):
        found.append(
            (ConflictItem(ConflictKind.FIXED), lambda case: _agents(case, lambda a: replace(a, fixed_off=())))
        )
    for kind in (
        RuleKind.AVERAGE_WORK, RuleKind.PART_TIME_EXTRA, RuleKind.DAYS_IN_A_ROW, RuleKind.WEEK_WORK,
        RuleKind.WEEKLY_REST, RuleKind.DAILY_REST, RuleKind.DAYS_PER_WEEK, RuleKind.WEEKLY_REST_DAYS,
    ):  # fmt: skip
        known = case.law.rule(kind)
        if known is not None:
            found.append((ConflictItem(ConflictKind.RULE, rule=known), rule(kind)))
    found.append((ConflictItem(ConflictKind.SKILLS), _everybody_trained))
    for absence in case.rota.absences:
        if absence.first <= case.rota.last and absence.last >= case.rota.first:
            person = case.rota.agent_by_id[absence.agent]
            item = ConflictItem(ConflictKind.ABSENCE, absence=absence, person=person.name or person.id)
            found.append((item, _present(absence)))
    return found


def _demanded(rota: Rota, shifts: tuple[str, ...]) -> ConflictItem:
    count = sum(
        one.min
        for day in rota.dates
        for one in demands_on(rota.site, rota.demands, day)
        if one.shifts == shifts
    )
    label = shift_name(rota, shifts[0]) if shifts else ""
    return ConflictItem(ConflictKind.DEMAND, shift=label, count=count)


def _without_demand(shifts: tuple[str, ...]) -> Callable[[_Case], _Case]:
    return lambda case: replace(
        case, rota=replace(case.rota, demands=tuple(one for one in case.rota.demands if one.shifts != shifts))
    )


def _present(absence: Absence) -> Callable[[_Case], _Case]:
    return lambda case: replace(
        case, rota=replace(case.rota, absences=tuple(one for one in case.rota.absences if one != absence))
    )


def _agents(case: _Case, change: Callable[[Agent], Agent]) -> _Case:
    return replace(case, rota=replace(case.rota, agents=tuple(change(agent) for agent in case.rota.agents)))


def _everybody_trained(case: _Case) -> _Case:
    shifts = tuple(shift if shift.on_call else replace(shift, needs=()) for shift in case.rota.shifts)
    return replace(case, rota=replace(case.rota, shifts=shifts))


def _ways_out(rota: Rota, law: LawBook, roster: Roster, empty: Sequence[Uncovered]) -> tuple[WayOut, ...]:
    """For the first empty posts: who could take it, at the price of the fewest lifted rules and hours."""
    found: list[tuple[int, int, WayOut]] = []
    for post in empty[:3]:
        shift = rota.shift_by_id[post.shift]
        for agent in rota.agents:
            if rota.absent(agent.id, post.day) or not agent.can(shift) or roster.cell(agent.id, post.day):
                continue
            cell = (Assignment(agent.id, post.day, post.shift),)
            verdict = judge_change(rota, roster, law, {(agent.id, post.day): cell})
            effect = verdict.effect(agent.id)
            lifted = verdict.refusals[0] if verdict.refusals else None
            found.append((len(verdict.refusals), effect.week_after, WayOut(
                agent.id, agent.name or agent.id, post.day, post.shift, effect.week_after - effect.week_before,
                effect.week_after, None if lifted is None else lifted.kind, "" if lifted is None else lifted.article,
                shift_name(rota, post.shift),
            )))  # fmt: skip
    found.sort(key=lambda one: (one[0], one[1], one[2].day, one[2].agent))
    return tuple(way for _, _, way in found[:3])

"""The day machines of the people: rules, kinds of days, where each person begins."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np

from conciergedesk.rota.law.packs import RuleKind
from conciergedesk.rota.solver.automaton import (
    FORBIDDEN,
    DayKind,
    Floats,
    Ints,
    Machine,
    State,
    StepRules,
    unroll,
)  # fmt: skip
from conciergedesk.rota.solver.ground import Ground, utc_minute
from conciergedesk.rota.solver.model import Stage
from conciergedesk.rota.values import Agent


class Stages(Ground):
    """Groups of people who step under the same rules."""

    def stages(self, cost: Floats) -> list[Stage]:
        kinds = self.kinds()
        same = self._same(kinds)
        groups: dict[tuple[StepRules, bytes], list[int]] = {}
        usable = np.asarray(np.isfinite(cost).any(axis=1))
        for person, agent in enumerate(self.agents):
            key = (self.rules(agent), usable[person].tobytes())
            groups.setdefault(key, []).append(person)
        stages = []
        for (rules, _), people in groups.items():
            machine = Machine(self.choices, rules)
            begin = [self._begin(self.agents[person], machine) for person in people]
            unique = list(dict.fromkeys(begin))
            allowed = np.asarray(np.isfinite(cost[people]).any(axis=0))
            first_of = np.zeros_like(allowed)
            for choice, first in enumerate(same.tolist()):
                first_of[:, first] |= allowed[:, choice]
            layers = unroll(machine, unique, kinds, first_of)
            stages.append(self._limits(Stage(
                people, unique, layers, np.asarray([unique.index(one) for one in begin], dtype=np.int32),
                np.zeros(len(self.choices), dtype=np.int32), same,
            )))  # fmt: skip
        return stages

    def _same(self, kinds: list[DayKind]) -> Ints:
        """Choices with the same hours and the same rests before and after them are one for the rules."""
        seen: dict[tuple[object, ...], int] = {}
        same = np.zeros(len(self.choices), dtype=np.int32)
        for place, choice in enumerate(self.choices):
            rests = tuple(
                (kind.rest[place], tuple(row[place] for row in kind.rest)) for kind in dict.fromkeys(kinds)
            )
            key = (choice.works, choice.start, choice.end, choice.minutes, rests)
            same[place] = seen.setdefault(key, place)
        return same

    def _limits(self, stage: Stage) -> Stage:
        limits = [self.agents[person].limits for person in stage.people]
        minutes = [choice.minutes for choice in self.choices if choice.minutes]
        if any(one.max_minutes is not None or one.min_minutes is not None for one in limits) and minutes:
            stage.unit = math.gcd(*minutes)
            stage.choice_minutes = np.asarray(
                [choice.minutes // stage.unit for choice in self.choices], dtype=np.int32
            )
            top = max(minutes) * len(self.dates)
            stage.most = np.asarray(
                [(top if one.max_minutes is None else one.max_minutes) // stage.unit for one in limits],
                dtype=np.int32,
            )
            stage.least = np.asarray(
                [-(-(one.min_minutes or 0) // stage.unit) for one in limits], dtype=np.int32
            )
        if any(one.max_weekends is not None for one in limits):
            top = len(self.dates) // 7 + 1
            stage.weekends = np.asarray(
                [top if one.max_weekends is None else one.max_weekends for one in limits], dtype=np.int32
            )
        for shift in dict.fromkeys(shift for one in limits for shift, _ in one.max_shifts):
            members = frozenset(place for place, choice in enumerate(self.choices) if shift in choice.shifts)
            most = np.asarray(
                [dict(one.max_shifts).get(shift, len(self.dates)) for one in limits], dtype=np.int32
            )
            if int(most.min()) < len(self.dates):
                stage.counted.append((members, most))
        return stage

    def rules(self, agent: Agent) -> StepRules:
        law, limits = self.law, agent.limits

        def figure(kind: RuleKind) -> int | None:
            rule = law.rule(kind)
            return None if rule is None else rule.figure

        week = [figure(RuleKind.WEEK_WORK), limits.max_week]
        extra = law.rule(RuleKind.PART_TIME_EXTRA)
        if agent.part_time and agent.contract_minutes and extra is not None:
            week.append(agent.contract_minutes * (100 + extra.figure) // 100)
        runs = [figure(RuleKind.DAYS_IN_A_ROW), limits.max_run]
        if self.duty:
            return StepRules()
        return StepRules(
            daily_rest=figure(RuleKind.DAILY_REST) or 0, weekly_rest=figure(RuleKind.WEEKLY_REST) or 0,
            rest_days=figure(RuleKind.WEEKLY_REST_DAYS) or 0, days_per_week=figure(RuleKind.DAYS_PER_WEEK),
            week_minutes=min((one for one in week if one is not None), default=None),
            max_run=min((one for one in runs if one is not None), default=None), min_run=limits.min_run,
            min_rest_run=limits.min_rest_run, shapes=self.objective.shapes,
        )  # fmt: skip

    def kinds(self) -> list[DayKind]:
        shown: dict[tuple[object, ...], DayKind] = {}
        kinds = []
        for place, day in enumerate(self.dates):
            clock = tuple(
                utc_minute(day + timedelta(days=back), 720, self.rota.site.timezone)
                for back in (-3, -2, -1, 0, 1)
            )
            key = (day.weekday(), place == 0, tuple(one - clock[0] for one in clock))
            if key not in shown:
                shown[key] = self._kind(day, place == 0)
            kinds.append(shown[key])
        return kinds

    def _kind(self, day: date, first: bool) -> DayKind:
        zone, one, two = self.rota.site.timezone, day - timedelta(days=1), day - timedelta(days=2)
        begins = [utc_minute(day, choice.start, zone) for choice in self.choices]
        yesterday = [utc_minute(one, choice.end, zone) for choice in self.choices]
        earlier = [utc_minute(two, choice.end, zone) for choice in self.choices]
        border = one - timedelta(days=one.weekday())
        week_start, week_end = utc_minute(border, 0, zone), utc_minute(border + timedelta(days=7), 0, zone)
        rest = tuple(
            tuple(self._rest(i, j, begins[j] - yesterday[i]) for j in range(len(self.choices)))
            for i in range(len(self.choices))
        )
        return DayKind(
            day.weekday(), first, rest,
            tuple(tuple(start - end for start in begins) for end in earlier),
            tuple(tuple(min(start, week_end) - max(end, week_start) for start in begins) for end in earlier),
            tuple(utc_minute(day, 0, zone) - max(end, week_start) for end in earlier),
        )  # fmt: skip

    def _rest(self, before: int, after: int, minutes: int) -> int:
        earlier, later = self.choices[before], self.choices[after]
        for id in earlier.shifts:
            if any(other in self._shift(id).may_not_precede for other in later.shifts):
                return FORBIDDEN
        if not self.law.rules:
            return 10**6
        return minutes

    def _begin(self, agent: Agent, machine: Machine) -> State:
        """The state on the evening before the period, from what the person worked before."""
        worked = {}
        for one in self.rota.roster.by_agent.get(agent.id, ()):
            choice = self.index.get((one.shift,))
            if choice is not None and self.choices[choice].works and one.day < self.rota.first:
                worked[one.day] = choice
        if not worked or not self.law.rules:
            return State()
        yesterday = self.rota.first - timedelta(days=1)
        run = off = 0
        while yesterday - timedelta(days=run) in worked:
            run += 1
        while not run and off < 30 and yesterday - timedelta(days=off) not in worked:
            off += 1
        monday = self.rota.first - timedelta(days=self.rota.first.weekday())
        week = [day for day in worked if day >= monday]
        rested, best, streak = False, 0, 0
        for offset in range((self.rota.first - monday).days):
            streak = 0 if monday + timedelta(days=offset) in worked else streak + 1
            best = max(best, streak)
            rested = rested or streak >= 2
        new_week = self.rota.first.weekday() == 0
        last = worked[yesterday - timedelta(days=1)] if off == 1 else 0
        need = machine.rules.rest_days
        return State(
            choice=worked.get(yesterday, 0), last=last if machine.rules.daily_rest or machine.follow_rest else 0,
            off=min(off, machine.off_cap), run=min(run, machine.run_cap), free=False,
            week_days=len(week) if machine.count_days and not new_week else 0,
            week_minutes=sum(self.choices[worked[day]].minutes for day in week)
            if machine.count_minutes and not new_week else 0,
            rested=new_week or rested or not machine.follow_rest,
            off_in_week=need if new_week or best >= need else min(streak, need),
        )  # fmt: skip

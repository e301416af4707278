"""A rota and its law turned into independent planning problems in numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from conciergedesk.rota.calendar import day_class, demands_on, holiday_on
from conciergedesk.rota.law.packs import LawBook, RuleKind
from conciergedesk.rota.solver.automaton import (
    FORBIDDEN,
    Choice,
    DayKind,
    Ints,
    Machine,
    State,
    StepRules,
    unroll,
)  # fmt: skip
from conciergedesk.rota.solver.model import Counter, CoverRow, Problem, Stage
from conciergedesk.rota.solver.objective import Objective
from conciergedesk.rota.values import OFF, Agent, Demand, Roster, Rota, ShiftKind, ShiftType, Wish

NEVER = math.inf


@dataclass(frozen=True)
class Frame:
    """What all parts of a plan share.

    Attributes:
        base: the published or hand-made roster of the period, against which changes are counted.
        frozen: (agent, day) cells that must stay as in ``base``.
        counted_changes: cells whose difference from ``base`` has a price.
        work: the shifts already planned when nights on call are planned after them.
    """

    rota: Rota
    law: LawBook
    objective: Objective
    base: Roster = field(default_factory=Roster)
    frozen: frozenset[tuple[str, date]] = frozenset()
    counted_changes: frozenset[tuple[str, date]] = frozenset()
    work: Roster = field(default_factory=Roster)


@lru_cache(maxsize=8192)
def _utc(day: date, minute: int, zone: str) -> int:
    wall = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)
    offset = wall.replace(tzinfo=ZoneInfo(zone)).utcoffset() or timedelta(0)
    return int(wall.timestamp() - offset.total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class Part:
    """People and demands that have nothing to do with others. Nights on call are a part of their own."""

    agents: tuple[Agent, ...]
    demands: tuple[Demand, ...]
    on_call: bool = False


def parts(rota: Rota) -> list[Part]:
    """The independent parts of a plan: work first, nights on call last."""
    duty = {shift.id for shift in rota.shifts if shift.on_call}
    return [*_parts(rota, duty, False), *_parts(rota, duty, True)]


def _parts(rota: Rota, duty: set[str], on_call: bool) -> list[Part]:
    shifts = [shift for shift in rota.shifts if shift.on_call == on_call]
    demands = [
        demand for demand in rota.demands
        if (bool(demand.shifts) and set(demand.shifts) <= duty) == on_call
    ]  # fmt: skip
    root: dict[str, str] = {}

    def find(key: str) -> str:
        while root.setdefault(key, key) != key:
            key = root[key]
        return key

    staffed = {id for demand in demands for id in demand.shifts}
    for agent in rota.agents:
        for shift in shifts:
            if agent.can(shift) and (shift.id in staffed or not shift.needs):
                root[find(f"a{agent.id}")] = find(f"s{shift.id}")
    for place, demand in enumerate(demands):
        keys = [f"s{id}" for id in demand.shifts] or [
            f"s{shift.id}" for shift in shifts
            if demand.between is None or (shift.start < demand.between[1] and shift.end > demand.between[0])
        ]  # fmt: skip
        for key in keys:
            root[find(key)] = find(f"d{place}")
    people: dict[str, list[Agent]] = {}
    for agent in rota.agents:
        if any(agent.can(shift) for shift in shifts):
            people.setdefault(find(f"a{agent.id}"), []).append(agent)
    asked: dict[str, list[Demand]] = {}
    for place, demand in enumerate(demands):
        asked.setdefault(find(f"d{place}"), []).append(demand)
    return [Part(tuple(agents), tuple(asked.get(key, ())), on_call) for key, agents in people.items()]


def compile_part(frame: Frame, part: Part) -> Problem:
    """One part as a :class:`Problem`."""
    return _Compiler(frame, part).problem()


def machine_for(frame: Frame, part: Part) -> tuple[Machine, list[DayKind]]:
    """The day machine of the first person of a part, and the kinds of its days."""
    compiler = _Compiler(frame, part)
    return Machine(compiler.choices, compiler.rules(compiler.agents[0])), compiler.kinds()


class _Compiler:
    def __init__(self, frame: Frame, part: Part) -> None:
        self.frame, self.agents, self.demands, self.duty = (
            frame,
            list(part.agents),
            part.demands,
            part.on_call,
        )
        self.rota, self.law, self.objective = frame.rota, frame.law, frame.objective
        self.dates = self.rota.dates
        self.choices = self._choices()
        self.index = {choice.shifts: place for place, choice in enumerate(self.choices)}
        self.terms: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]] = {}

    def problem(self) -> Problem:
        size = (len(self.agents), len(self.dates), len(self.choices))
        cost = np.zeros(size)
        self._forbid(cost)
        self._price_wishes()
        self._price_backup_and_rotation()
        self._price_changes()
        if self.duty:
            self._around_work(cost)
        for prices in self.terms.values():
            cost += prices
        rows = [row for day in range(len(self.dates)) for row in self._rows(day)]
        return Problem(
            people=[agent.id for agent in self.agents], days=len(self.dates), choices=self.choices, cost=cost,
            rows=rows, counters=self._counters(cost, rows), stages=self._stages(cost), terms=self.terms,
        )  # fmt: skip

    def _choices(self) -> list[Choice]:
        """Off, and each shift somebody of the part may do."""
        usable = [shift for shift in self.rota.shifts if any(agent.can(shift) for agent in self.agents)]
        if self.duty:
            return [
                Choice(()),
                *(Choice((one.id,), False, one.start, one.end) for one in usable if one.on_call),
            ]
        work = [shift for shift in usable if not shift.on_call and self._lawful(shift)]
        return [Choice(()), *(Choice((one.id,), True, one.start, one.end, one.worked) for one in work)]

    def _kept(self, agent: str, day: date) -> int | None:
        """The choice that the base roster holds in a cell, as far as this part is concerned."""
        held = [id for id in self.frame.base.shifts_on(agent, day) if self._shift(id).on_call == self.duty]
        return self.index.get(tuple(held))

    def _lawful(self, shift: ShiftType) -> bool:
        day, span, pause = (
            self.law.rule(kind) for kind in (RuleKind.DAILY_WORK, RuleKind.DAILY_SPAN, RuleKind.BREAK)
        )
        if day is not None and day.hard and shift.worked > day.figure:
            return False
        if span is not None and span.hard and shift.end - shift.start > span.figure:
            return False
        long_enough = pause is None or shift.end - shift.start < pause.from_minutes
        return long_enough or pause is None or not pause.hard or shift.break_minutes >= pause.figure

    def _shift(self, id: str) -> ShiftType:
        return self.rota.shift_by_id[id]

    def _on_call_end(self, choice: Choice) -> int:
        return max((self._shift(id).end for id in choice.shifts if self._shift(id).on_call), default=0)

    def _forbid(self, cost: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> None:
        for person, agent in enumerate(self.agents):
            for place, choice in enumerate(self.choices):
                if not all(agent.can(self._shift(id)) for id in choice.shifts):
                    cost[person, :, place] = NEVER
            for day, date_ in enumerate(self.dates):
                off = self.rota.absent(agent.id, date_) or date_ in self.rota.site.closed_on
                off = off or day_class(date_) in agent.fixed_off
                off = (
                    off
                    or bool(agent.since and date_ < agent.since)
                    or bool(agent.until and date_ > agent.until)
                )
                if off:
                    cost[person, day, 1:] = NEVER
                elif (agent.id, date_) in self.frame.frozen:
                    kept = self._kept(agent.id, date_)
                    if kept is not None:
                        cost[person, day, :] = NEVER
                        cost[person, day, kept] = 0.0
                else:
                    self._forbid_by_day(cost, person, day, date_)

    def _forbid_by_day(
        self, cost: np.ndarray[tuple[int, ...], np.dtype[np.float64]], person: int, day: int, date_: date
    ) -> None:
        most = self.rota.site.sunday_minutes
        hard = [rule.figure for rule in self.law.of_kind(RuleKind.SUNDAY_WORK) if rule.hard]
        limit = most if most is not None else min(hard, default=None)
        if limit is not None and (date_.weekday() == 6 or holiday_on(self.rota.site, date_) is not None):
            for place, choice in enumerate(self.choices):
                if choice.minutes > limit:
                    cost[person, day, place] = NEVER

    def _around_work(self, cost: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> None:
        """Nights on call never overlap a shift; rather after an evening than before a morning or on a day off."""
        for person, agent in enumerate(self.agents):
            for day, date_ in enumerate(self.dates):
                today = [self._shift(one.shift) for one in self.frame.work.cell(agent.id, date_)]
                next_day = [
                    self._shift(one.shift)
                    for one in self.frame.work.cell(agent.id, date_ + timedelta(days=1))
                ]
                for place, choice in enumerate(self.choices[1:], 1):
                    if any(one.end > choice.start for one in today) or any(
                        one.start + 1440 < choice.end for one in next_day
                    ):
                        cost[person, day, place] = NEVER
                    price = 0 if today else 2
                    price += sum(3 for one in next_day if one.start + 1440 < choice.end + 60)
                    self._term("shapes")[person, day, place] += price

    def _term(self, name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        if name not in self.terms:
            self.terms[name] = np.zeros((len(self.agents), len(self.dates), len(self.choices)))
        return self.terms[name]

    def _price_wishes(self) -> None:
        people = {agent.id: person for person, agent in enumerate(self.agents)}
        for wish in self.rota.wishes:
            offset = (wish.day - self.rota.first).days
            if wish.agent not in people or not 0 <= offset < len(self.dates):
                continue
            if self.duty != (wish.shift != OFF and self._shift(wish.shift).on_call):
                continue
            price = float(self.objective.wish * wish.weight * (1 + wish.refused_before))
            cells = self._term("wishes")[people[wish.agent], offset]
            for place, choice in enumerate(self.choices):
                if self._granted(wish, choice) != wish.wanted:
                    cells[place] += price

    @staticmethod
    def _granted(wish: Wish, choice: Choice) -> bool:
        return not choice.shifts if wish.shift == OFF else wish.shift in choice.shifts

    def _price_backup_and_rotation(self) -> None:
        for person, agent in enumerate(self.agents):
            for place, choice in enumerate(self.choices):
                if (
                    any(agent.only_backup_for(self._shift(id)) for id in choice.shifts)
                    and self.objective.backup
                ):
                    self._term("backup")[person, :, place] = self.objective.backup
            for rotation in self.rota.rotations:
                for day, date_ in enumerate(self.dates):
                    ideal = rotation.shift_of(agent.id, date_)
                    if ideal is None or not self.objective.rotation or self.duty:
                        continue
                    for place, choice in enumerate(self.choices):
                        work = [id for id in choice.shifts if not self._shift(id).on_call]
                        if (work[0] if work else OFF) != ideal:
                            self._term("rotation")[person, day, place] = self.objective.rotation

    def _price_changes(self) -> None:
        people = {agent.id: person for person, agent in enumerate(self.agents)}
        for agent, day in self.frame.counted_changes:
            offset = (day - self.rota.first).days
            if agent not in people or not 0 <= offset < len(self.dates):
                continue
            kept = self._kept(agent, day) or 0
            cells = self._term("changes")[people[agent], offset]
            cells[:] = self.objective.change
            cells[kept] = 0.0

    def _rows(self, day: int) -> Iterable[CoverRow]:
        objective, date_ = self.objective, self.dates[day]
        merged: dict[tuple[frozenset[int], frozenset[int]], CoverRow] = {}
        for demand in demands_on(self.rota.site, self.demands, date_):
            people = frozenset(
                person for person, agent in enumerate(self.agents)
                if (not demand.language or demand.language in agent.languages)
                and (not demand.needs or any(skill.id == demand.needs for skill in agent.skills))
            )  # fmt: skip
            target = max(demand.min, demand.target)
            for choices in self._covering(demand):
                key = (choices, people)
                known = merged.get(key)
                if known is not None and known.low >= demand.min and known.target >= target:
                    continue
                merged[key] = CoverRow(
                    day=day, choices=choices, people=people, low=demand.min, target=target, high=demand.max,
                    price_low=float(objective.minimum * demand.weight_under),
                    price_under=float(objective.target * demand.weight_under),
                    price_over=float(objective.surplus * demand.weight_over),
                    price_high=float(objective.minimum * max(1, demand.weight_under)),
                    term="language" if demand.language else "cover",
                )  # fmt: skip
        return merged.values()

    def _covering(self, demand: Demand) -> set[frozenset[int]]:
        """The sets of choices that count; for a demand between two times one set per half-hour."""
        if demand.between is None:
            return {frozenset(
                place for place, choice in enumerate(self.choices) if any(id in demand.shifts for id in choice.shifts)
            )}  # fmt: skip
        return {
            frozenset(
                place for place, choice in enumerate(self.choices)
                if any(
                    not self._shift(id).on_call and self._shift(id).start <= at and self._shift(id).end >= at + 30
                    for id in choice.shifts
                )
            )
            for at in range(*demand.between, 30)
        }  # fmt: skip

    def _counters(
        self, cost: np.ndarray[tuple[int, ...], np.dtype[np.float64]], rows: list[CoverRow]
    ) -> list[Counter]:
        found: list[Counter] = []
        objective = self.objective
        if objective.hours:
            found += self._hours()
        kinds: list[tuple[str, int, np.ndarray[tuple[int, ...], np.dtype[np.int32]]]] = []
        works = np.asarray([choice.works for choice in self.choices], dtype=np.int32)
        sunday = np.asarray([date_.weekday() == 6 for date_ in self.dates], dtype=np.int32)
        feast = np.asarray(
            [holiday_on(self.rota.site, date_) is not None for date_ in self.dates], dtype=np.int32
        )
        evening = np.asarray(
            [
                any(ShiftKind.EVENING in self._shift(id).kinds for id in choice.shifts)
                for choice in self.choices
            ],
            dtype=np.int32,
        )
        duty = np.asarray([self._on_call_end(choice) > 0 for choice in self.choices], dtype=np.int32)
        every = np.ones(len(self.dates), dtype=np.int32)
        kinds.append(("sundays", objective.sundays, np.outer(sunday, works)))
        kinds.append(("holidays", objective.holidays, np.outer(feast, works)))
        kinds.append(("evenings", objective.evenings, np.outer(every, evening)))
        kinds.append(("on_call", objective.on_call, np.outer(every, duty)))
        for name, price, gain in kinds:
            if price and gain.any():
                found += self._fair(name, price, gain.astype(np.int32), cost, rows)
        found += self._averages()
        return found

    def _hours(self) -> list[Counter]:
        found = []
        for person, agent in enumerate(self.agents):
            minutes = [
                choice.minutes for choice in self.choices if self._can(agent, choice) and choice.minutes
            ]
            if not agent.contract_minutes or not minutes:
                continue
            unit = math.gcd(*minutes)
            present = sum(not self.rota.absent(agent.id, day) for day in self.dates)
            goal = agent.contract_minutes * present / 7
            gain = np.asarray([choice.minutes // unit for choice in self.choices], dtype=np.int32)
            top = int(sum(max(minutes) for _ in self.dates) // unit) + 1
            prices = np.asarray([
                round(self.objective.hours * ((count * unit - goal) / 60) ** 2) for count in range(top)
            ], dtype=np.float64)  # fmt: skip
            found.append(
                Counter(
                    person,
                    "hours",
                    np.tile(gain, (len(self.dates), 1)),
                    _convex(prices, math.ceil(goal / unit)),
                )
            )
        return found

    def _can(self, agent: Agent, choice: Choice) -> bool:
        return all(agent.can(self._shift(id)) for id in choice.shifts)

    def _fair(
        self, name: str, price: int, gain: Ints, cost: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
        rows: list[CoverRow],
    ) -> list[Counter]:  # fmt: skip
        """Squared distance from the share of each group of people who do the same shifts."""
        groups: dict[frozenset[int], list[int]] = {}
        for person, agent in enumerate(self.agents):
            able = frozenset(
                place for place, choice in enumerate(self.choices)
                if gain[:, place].any() and self._can(agent, choice)
                and not any(agent.only_backup_for(self._shift(id)) for id in choice.shifts)
            )  # fmt: skip
            if able:
                groups.setdefault(able, []).append(person)
        found = []
        for able, people in groups.items():
            if len(people) < 2:
                continue
            needed = sum(row.low for row in rows if row.choices & able and any(
                gain[row.day, place] for place in row.choices & able
            ))  # fmt: skip
            carried = {person: self._carried(person, name, gain, cost) for person in people}
            share = (needed + sum(carried.values())) / len(people)
            for person in people:
                top = int(gain.max(axis=1).sum()) + 1
                prices = np.asarray([
                    round(price * (carried[person] + count - share) ** 2) for count in range(top + 1)
                ], dtype=np.float64)  # fmt: skip
                found.append(
                    Counter(person, name, gain, _convex(prices, max(0, round(share - carried[person]))))
                )
        return found

    def _carried(
        self, person: int, name: str, gain: Ints, cost: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    ) -> float:
        """What the person brings along; days of absence count as a usual share, so that nobody has to catch up."""
        balance = self.agents[person].balance
        brought = {
            "sundays": balance.sundays, "holidays": balance.holidays, "evenings": balance.evenings,
            "on_call": balance.on_call,
        }[name]  # fmt: skip
        away = sum(
            int(gain[day].max()) for day, date_ in enumerate(self.dates)
            if self.rota.absent(self.agents[person].id, date_)
        )  # fmt: skip
        return brought + round(away / 2)

    def _averages(self) -> list[Counter]:
        """Hours over twelve weeks, where a week may be longer than the average."""
        rule = self.law.rule(RuleKind.AVERAGE_WORK)
        if rule is None:
            return []
        found: list[Counter] = []
        longest = max((choice.minutes for choice in self.choices), default=0)
        rest = self.law.rule(RuleKind.WEEKLY_REST_DAYS)
        week_days = 7 - rest.figure if rest is not None else 6
        if longest * week_days <= rule.figure:
            return []
        minutes = [choice.minutes for choice in self.choices if choice.minutes]
        unit = math.gcd(*minutes)
        per_choice = np.asarray([choice.minutes // unit for choice in self.choices], dtype=np.int32)
        mondays = sorted({day - timedelta(days=day.weekday()) for day in self.dates})
        for person, agent in enumerate(self.agents):
            before = self._minutes_before(agent)
            for monday in mondays:
                start = monday - timedelta(weeks=rule.weeks - 1)
                past = sum(worked for day, worked in before.items() if start <= day < self.rota.first)
                room = max(0, rule.figure * rule.weeks - past) // unit
                gain = np.zeros((len(self.dates), len(self.choices)), dtype=np.int32)
                days = [
                    day for day, date_ in enumerate(self.dates) if start <= date_ < monday + timedelta(days=7)
                ]
                gain[days] = per_choice
                if int(gain.max(axis=1).sum()) > room:
                    steep = float(self.objective.minimum * 1000)
                    prices = np.concatenate([np.zeros(room + 1), steep * np.arange(1, 3)])
                    found.append(Counter(person, "average", gain, prices))
        return found

    def _minutes_before(self, agent: Agent) -> Mapping[date, int]:
        worked: dict[date, int] = {}
        for one in self.rota.roster.by_agent.get(agent.id, ()):
            if one.day < self.rota.first and one.shift in self.rota.shift_by_id:
                worked[one.day] = worked.get(one.day, 0) + self._shift(one.shift).worked
        return worked

    def _stages(self, cost: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[Stage]:
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
                _utc(day + timedelta(days=back), 720, self.rota.site.timezone) for back in (-3, -2, -1, 0, 1)
            )
            key = (day.weekday(), place == 0, tuple(one - clock[0] for one in clock))
            if key not in shown:
                shown[key] = self._kind(day, place == 0)
            kinds.append(shown[key])
        return kinds

    def _kind(self, day: date, first: bool) -> DayKind:
        zone, one, two = self.rota.site.timezone, day - timedelta(days=1), day - timedelta(days=2)
        begins = [_utc(day, choice.start, zone) for choice in self.choices]
        yesterday = [_utc(one, choice.end, zone) for choice in self.choices]
        earlier = [_utc(two, choice.end, zone) for choice in self.choices]
        border = one - timedelta(days=one.weekday())
        week_start, week_end = _utc(border, 0, zone), _utc(border + timedelta(days=7), 0, zone)
        rest = tuple(
            tuple(self._rest(i, j, begins[j] - yesterday[i]) for j in range(len(self.choices)))
            for i in range(len(self.choices))
        )
        return DayKind(
            day.weekday(), first, rest,
            tuple(tuple(start - end for start in begins) for end in earlier),
            tuple(tuple(min(start, week_end) - max(end, week_start) for start in begins) for end in earlier),
            tuple(_utc(day, 0, zone) - max(end, week_start) for end in earlier),
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


def _convex(
    prices: np.ndarray[tuple[int, ...], np.dtype[np.float64]], middle: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Rounding may bend a square by one; slopes are made to grow so that the price stays convex."""
    middle = min(max(middle, 0), len(prices) - 1)
    result = prices.copy()
    slope = -math.inf
    for place in range(1, len(prices)):
        slope = max(slope, float(prices[place] - prices[place - 1]))
        result[place] = result[place - 1] + slope
    return result - min(0.0, float(result.min()))

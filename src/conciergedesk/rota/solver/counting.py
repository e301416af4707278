"""What is counted per person over the period: hours, Sundays, holidays, evenings, nights on call."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np

from conciergedesk.rota.calendar import holiday_on
from conciergedesk.rota.law.packs import RuleKind
from conciergedesk.rota.solver.automaton import (
    Floats,
    Ints,
)  # fmt: skip
from conciergedesk.rota.solver.ground import Ground
from conciergedesk.rota.solver.model import Counter, CoverRow
from conciergedesk.rota.values import Agent, ShiftKind


class Counting(Ground):
    """Counters with convex prices."""

    def counters(self, rows: list[CoverRow]) -> list[Counter]:
        found: list[Counter] = []
        objective = self.objective
        if objective.hours:
            found += self._hours()
        kinds: list[tuple[str, int, Ints]] = []
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
                found += self._fair(name, price, gain.astype(np.int32), rows)
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

    def _fair(
        self, name: str, price: int, gain: Ints,
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
            carried = {person: self._carried(person, name, gain) for person in people}
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

    def _carried(self, person: int, name: str, gain: Ints) -> float:
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


def _convex(prices: Floats, middle: int) -> Floats:
    """Rounding may bend a square by one; slopes are made to grow so that the price stays convex."""
    middle = min(max(middle, 0), len(prices) - 1)
    result = prices.copy()
    slope = -math.inf
    for place in range(1, len(prices)):
        slope = max(slope, float(prices[place] - prices[place - 1]))
        result[place] = result[place - 1] + slope
    return result - min(0.0, float(result.min()))

"""Prices of cells and of cover: what is forbidden, wished, published, demanded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np

from conciergedesk.rota.calendar import day_class, demands_on, holiday_on
from conciergedesk.rota.law.packs import RuleKind
from conciergedesk.rota.solver.automaton import (
    Choice,
    Floats,
)  # fmt: skip
from conciergedesk.rota.solver.ground import NEVER, Ground
from conciergedesk.rota.solver.model import CoverRow
from conciergedesk.rota.values import OFF, Demand, Wish


class Prices(Ground):
    """The price of every cell, kept term by term, and the cover rows."""

    def cost(self) -> Floats:
        """Prices per person, day and choice; forbidden cells are infinite."""
        cost = np.zeros((len(self.agents), len(self.dates), len(self.choices)))
        self._forbid(cost)
        self._price_wishes()
        self._price_backup_and_rotation()
        self._price_changes()
        if self.duty:
            self._around_work(cost)
        for prices in self.terms.values():
            cost += prices
        return cost

    def rows(self) -> list[CoverRow]:
        return [row for day in range(len(self.dates)) for row in self._rows(day)]

    def _forbid(self, cost: Floats) -> None:
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

    def _forbid_by_day(self, cost: Floats, person: int, day: int, date_: date) -> None:
        most = self.rota.site.sunday_minutes
        hard = [rule.figure for rule in self.law.of_kind(RuleKind.SUNDAY_WORK) if rule.hard]
        limit = most if most is not None else min(hard, default=None)
        if limit is not None and (date_.weekday() == 6 or holiday_on(self.rota.site, date_) is not None):
            for place, choice in enumerate(self.choices):
                if choice.minutes > limit:
                    cost[person, day, place] = NEVER

    def _around_work(self, cost: Floats) -> None:
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

    def _term(self, name: str) -> Floats:
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
                    post=bool(demand.shifts) and not demand.language and not demand.needs,
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

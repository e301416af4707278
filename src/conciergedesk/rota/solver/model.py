"""The planning problem in numbers: people, days, choices, prices, rows that couple people, counters per person."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from conciergedesk.rota.solver.automaton import Choice, Floats, Ints, Layer, State


@dataclass
class Stage:
    """The machine of a group of people unrolled over the days, with what is counted along the way.

    Attributes:
        minutes: worked minutes per choice, in ``unit``; counted only when ``most`` or ``least`` is given.
        counted: (choices, most) of shifts with a personal maximum.
        same: for each choice the first one that the rules cannot tell from it; only those are unrolled.
    """

    people: list[int]
    begin: list[State]
    layers: list[Layer]
    start: Ints
    choice_minutes: Ints
    same: Ints
    unit: int = 1
    least: Ints | None = None
    most: Ints | None = None
    weekends: Ints | None = None
    counted: list[tuple[frozenset[int], Ints]] = field(default_factory=list)


@dataclass
class CoverRow:
    """People on some choices of a day, with a convex price of the count.

    ``post`` is false when only people with a skill or a language count, or half-hours are counted.
    """

    day: int
    choices: frozenset[int]
    people: frozenset[int]
    low: int
    target: int
    high: int | None
    price_low: float
    price_under: float
    price_over: float
    price_high: float
    post: bool = True

    def price(self, count: int) -> float:
        below = max(0, self.low - count)
        under = max(0, self.target - max(count, self.low))
        if self.high is None:
            over, above = max(0, count - self.target), 0
        else:
            over = max(0, min(count, self.high) - self.target)
            above = max(0, count - self.high)
        return (
            below * self.price_low
            + under * self.price_under
            + over * self.price_over
            + above * self.price_high
        )


@dataclass
class Counter:
    """Something counted for one person over the period, with a convex price given at whole counts from 0."""

    person: int
    name: str
    gain: Ints
    prices: Floats

    def price(self, count: int) -> float:
        last = len(self.prices) - 1
        if count <= last:
            return float(self.prices[count])
        return float(self.prices[last] + (count - last) * (self.prices[last] - self.prices[last - 1]))


@dataclass
class Problem:
    """One independent part of a plan.

    Attributes:
        cost: price of choice c for person e on day d; infinite when forbidden.
        terms: prices per term and cell, to explain the cost afterwards.
    """

    people: list[str]
    days: int
    choices: list[Choice]
    cost: Floats
    rows: list[CoverRow]
    counters: list[Counter]
    stages: list[Stage]
    terms: dict[str, Floats] = field(default_factory=dict)
    integer_costs: bool = True

    def __post_init__(self) -> None:
        self.rows_on: list[list[int]] = [[] for _ in range(self.days)]
        for place, row in enumerate(self.rows):
            self.rows_on[row.day].append(place)
        count = len(self.choices)
        self.row_day = np.asarray([row.day for row in self.rows], dtype=np.int32)
        self.row_choice = np.zeros((len(self.rows), count))
        for place, row in enumerate(self.rows):
            for choice in row.choices:
                self.row_choice[place, choice] = 1.0
        whole = frozenset(range(len(self.people)))
        self.masks: list[tuple[Floats, Ints]] = []
        groups: dict[frozenset[int], list[int]] = {}
        for place, row in enumerate(self.rows):
            groups.setdefault(row.people & whole, []).append(place)
        for members, places in groups.items():
            mask = np.zeros(len(self.people))
            mask[list(members)] = 1.0
            self.masks.append((mask, np.asarray(places, dtype=np.int32)))
        self.counters_of: list[list[int]] = [[] for _ in self.people]
        for place, counter in enumerate(self.counters):
            self.counters_of[counter.person].append(place)

    def reduced(self, row_duals: Floats, counter_duals: Floats) -> Floats:
        """Prices of cells after the duals of rows and counters."""
        result = self.cost.copy()
        for mask, places in self.masks:
            gain = np.zeros((self.days, len(self.choices)))
            np.add.at(gain, self.row_day[places], self.row_choice[places] * row_duals[places, None])
            if mask.all():
                result -= gain[None]
            else:
                result -= mask[:, None, None] * gain[None]
        for place, counter in enumerate(self.counters):
            if counter_duals[place]:
                result[counter.person] -= counter_duals[place] * counter.gain
        return result

    def covered_rows(self, person: int, plan: Ints) -> list[int]:
        """Rows that this personal roster counts for."""
        return [
            place
            for day in range(self.days)
            if plan[day]
            for place in self.rows_on[day]
            if int(plan[day]) in self.rows[place].choices and person in self.rows[place].people
        ]

    def count(self, counter: Counter, plan: Ints) -> int:
        return int(counter.gain[np.arange(self.days), plan].sum())

    def value(self, plans: Ints, shape_prices: Floats) -> float:
        """The full price of one roster per person."""
        days = np.arange(self.days)
        total = float(shape_prices.sum()) + sum(
            float(self.cost[person, days, plans[person]].sum()) for person in range(len(self.people))
        )
        for row in self.rows:
            count = sum(int(plans[person, row.day]) in row.choices for person in row.people)
            total += row.price(count)
        for counter in self.counters:
            total += counter.price(self.count(counter, plans[counter.person]))
        return total

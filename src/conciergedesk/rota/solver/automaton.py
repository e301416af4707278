"""What one person may do day after day, as a small machine: states, arcs, and tables for the pricer.

A state keeps only what the rules of tomorrow need: the last shift, days off since, the run of work, and what the
current civil week has seen. A choice is off, one shift, or a shift with on-call duty after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

FORBIDDEN = -(10**6)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person does on a day. Index 0 is off. Times are minutes after local midnight."""

    shifts: tuple[str, ...]
    works: bool = False
    start: int = 0
    end: int = 0
    minutes: int = 0
    follows: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class DayKind:
    """What makes a day different for the rules: its weekday and, around a clock change, other rests.

    Attributes:
        rest: minutes between the work of choice i yesterday and choice j today; FORBIDDEN when j may not follow i.
        rest_over: minutes between choice i two days ago and choice j today.
        in_week: the part of ``rest_over`` inside the civil week of the day off between them.
        before_off: minutes from the end of choice i two days ago to last midnight, inside that week.
    """

    weekday: int
    first: bool
    rest: tuple[tuple[int, ...], ...]
    rest_over: tuple[tuple[int, ...], ...]
    in_week: tuple[tuple[int, ...], ...]
    before_off: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shapes:
    """Small prices for patterns that people dislike."""

    single_off: int = 0
    single_work: int = 0
    backward: int = 0
    split_weekend: int = 0
    long_run: int = 0


@dataclass(frozen=True, slots=True)
class StepRules:
    """Figures a day-by-day machine enforces; None or 0 leaves a rule out."""

    daily_rest: int = 0
    weekly_rest: int = 0
    rest_days: int = 0
    days_per_week: int | None = None
    week_minutes: int | None = None
    max_run: int | None = None
    min_run: int = 1
    min_rest_run: int = 1
    shapes: Shapes = Shapes()


@dataclass(frozen=True, slots=True)
class State:
    """The past as far as it matters.

    Attributes:
        choice: what was chosen today (0 off).
        last: the last worked choice while it still matters (at most one day off since), else 0.
        off: days off in a row, saturated.
        run: days worked in a row.
        free: the current run began before the period or on its first day, so it may be short.
        week_days, week_minutes: worked in this civil week.
        rested: the week has had its weekly rest.
        off_in_week: days off in a row inside the week, saturated at what is needed.
    """

    choice: int = 0
    last: int = 0
    off: int = 99
    run: int = 0
    free: bool = True
    week_days: int = 0
    week_minutes: int = 0
    rested: bool = True
    off_in_week: int = 99


class Machine:
    """Steps states under rules for a set of choices."""

    def __init__(self, choices: Sequence[Choice], rules: StepRules) -> None:
        self.choices, self.rules = choices, rules
        longest = max((choice.minutes for choice in choices), default=0)
        most_days = 7 - rules.rest_days if rules.rest_days else 7
        days = rules.days_per_week
        self.count_days = days is not None and days < most_days
        most_days = min(most_days, days if days is not None else 7)
        self.count_minutes = rules.week_minutes is not None and rules.week_minutes < most_days * longest
        self.follow_rest = bool(rules.weekly_rest) and rules.rest_days < 2
        self.off_cap = max(2 if rules.weekly_rest or rules.shapes.single_off else 1, rules.min_rest_run)
        shapes = rules.shapes
        self.run_cap = max(
            rules.max_run or 0, rules.min_run, 2 if shapes.single_work or shapes.split_weekend else 1,
            6 if shapes.long_run else 0, 2,
        )  # fmt: skip

    def step(self, state: State, index: int, kind: DayKind) -> tuple[State, int] | None:
        """The next state and its shape price, or None when a rule forbids the choice."""
        rules, price = self.rules, 0
        week_days, week_minutes = state.week_days, state.week_minutes
        rested, off_in_week = state.rested, state.off_in_week
        choice = self.choices[index]
        if kind.weekday == 0 and not kind.first:
            if rules.rest_days and off_in_week < rules.rest_days:
                return None
            if self.follow_rest and not (rested or self._rested_over_border(state, index, kind)):
                return None
            week_days = week_minutes = off_in_week = 0
            rested = False
        elif kind.weekday == 0:
            week_days = week_minutes = off_in_week = 0
            rested = False
        if not choice.works:
            off = min(state.off + 1, self.off_cap) if state.run == 0 else 1
            if state.run and state.run < rules.min_run and not state.free:
                return None
            if state.run == 1 and not state.free:
                price += rules.shapes.single_work
            last = state.choice if state.run else (state.last if off < 2 else 0)
            spills = state.run > 0 and self.choices[state.choice].end > 1440
            off_in_week = (
                off_in_week if off_in_week >= rules.rest_days else (0 if spills else off_in_week + 1)
            )
            if off >= 2:
                rested = True
                last = 0
            if kind.weekday == 6 and state.run:
                price += rules.shapes.split_weekend
            if not (self.follow_rest or rules.daily_rest):
                last = 0
            after = State(
                index, last, off, 0, kind.first or (state.free and state.run == 0), week_days, week_minutes,
                rested or not self.follow_rest, min(off_in_week, rules.rest_days),
            )  # fmt: skip
            return after, price
        if state.run:
            if kind.rest[state.choice][index] < rules.daily_rest:
                return None
            run = state.run + 1
            if self.choices[state.choice].start > choice.start:
                price += rules.shapes.backward
            if run >= 6:
                price += rules.shapes.long_run
        else:
            run = 1
            if state.off < rules.min_rest_run and not state.free:
                return None
            if state.off == 1 and not state.free:
                price += rules.shapes.single_off
                if self.follow_rest and state.last:
                    rest, inside = kind.rest_over[state.last][index], kind.in_week[state.last][index]
                    rested = rested or (kind.weekday != 0 and rest >= rules.weekly_rest and inside >= 1440)
            if kind.weekday == 6:
                price += rules.shapes.split_weekend
        if rules.max_run is not None and run > rules.max_run:
            return None
        if self.count_days:
            week_days += 1
            if rules.days_per_week is not None and week_days > rules.days_per_week:
                return None
        if self.count_minutes:
            week_minutes += choice.minutes
            if rules.week_minutes is not None and week_minutes > rules.week_minutes:
                return None
        if off_in_week < rules.rest_days:
            off_in_week = 0
        after = State(
            index, 0, 0, min(run, self.run_cap), (run > 1 and state.free) or (run == 1 and kind.first), week_days,
            week_minutes, rested or not self.follow_rest, min(off_in_week, rules.rest_days),
        )  # fmt: skip
        if after.free and run >= rules.min_run and not rules.shapes.single_work:
            after = _without_freedom(after)
        return after, price

    def _rested_over_border(self, state: State, index: int, kind: DayKind) -> bool:
        """Whether a day off on Sunday, with what follows on Monday, is the weekly rest of the week that ended."""
        if state.run or state.off != 1 or not state.last:
            return state.run == 0
        inside = kind.before_off[state.last] >= 1440
        if not self.choices[index].works:
            return inside
        return inside and kind.rest_over[state.last][index] >= self.rules.weekly_rest

    def may_end(self, state: State, weekday: int) -> bool:
        """Whether a period may stop here: a week that ends with it must have had its rests."""
        if weekday != 6:
            return True
        if self.rules.rest_days and state.off_in_week < self.rules.rest_days:
            return False
        return state.rested or not self.follow_rest or (state.run == 0 and state.off >= 1)


def _without_freedom(state: State) -> State:
    return State(
        state.choice, state.last, state.off, state.run, False, state.week_days, state.week_minutes, state.rested,
        state.off_in_week,
    )  # fmt: skip


@dataclass
class Layer:
    """The arcs into one day. Arcs are sorted by target; ``first_arc`` gives where each target begins."""

    targets: list[State]
    choice: Ints
    first_arc: Ints
    source: Ints
    price: Floats
    new_weekend: NDArray[np.bool_]
    ends: Ints = field(default_factory=lambda: np.zeros(0, np.int32))


def unroll(
    machine: Machine, begin: Sequence[State], kinds: Sequence[DayKind], allowed: NDArray[np.bool_]
) -> list[Layer]:
    """The machine over all days from the given first states.

    ``allowed[d, c]`` says whether anybody may choose c on day d. States from which the end cannot be reached are
    left out.
    """
    layers: list[Layer] = []
    states = list(begin)
    memo: dict[tuple[State, int, int], tuple[State, int] | None] = {}
    numbers = {id(kind): place for place, kind in enumerate(dict.fromkeys(kinds))}
    codes = {kind: place for place, kind in enumerate(dict.fromkeys(kinds))}
    del numbers
    for day, kind in enumerate(kinds):
        code = codes[kind]
        arcs: dict[State, list[tuple[int, int]]] = {}
        options = [index for index in range(len(machine.choices)) if allowed[day, index]]
        for place, state in enumerate(states):
            for index in options:
                key = (state, index, code)
                if key in memo:
                    stepped = memo[key]
                else:
                    stepped = memo[key] = machine.step(state, index, kind)
                if stepped is not None:
                    arcs.setdefault(stepped[0], []).append((place, stepped[1]))
        targets = sorted(arcs, key=lambda state: (state.choice, state.run != 1, state.run, state.off))
        layers.append(_layer(targets, arcs, kind))
        states = targets
    weekday = kinds[-1].weekday if kinds else 0
    ends = [place for place, state in enumerate(states) if machine.may_end(state, weekday)]
    if layers:
        layers[-1].ends = np.asarray(ends, dtype=np.int32)
    return layers


def _layer(targets: list[State], arcs: dict[State, list[tuple[int, int]]], kind: DayKind) -> Layer:
    sources = [place for state in targets for place, _ in arcs[state]]
    prices = [price for state in targets for _, price in arcs[state]]
    counts = [len(arcs[state]) for state in targets]
    first = np.zeros(len(targets), dtype=np.int32)
    if targets:
        np.cumsum(counts[:-1], out=first[1:])
    weekend = [
        state.run > 0 and (kind.weekday == 5 or (kind.weekday == 6 and state.run == 1)) for state in targets
    ]  # fmt: skip
    return Layer(
        targets, np.asarray([state.choice for state in targets], dtype=np.int32), first,
        np.asarray(sources, dtype=np.int32), np.asarray(prices, dtype=np.float64), np.asarray(weekend, dtype=bool),
    )  # fmt: skip

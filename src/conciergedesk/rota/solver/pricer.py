"""The cheapest legal roster of each person under given cell prices: dynamic programming over days.

Minutes, weekends and counted shifts are one flat axis; a choice moves along it by a fixed step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from conciergedesk.rota.solver.automaton import Floats, Ints
from conciergedesk.rota.solver.model import Stage

Ints64 = NDArray[np.int64]
HUGE = 1e15
LARGEST_TABLE = 48_000_000
WIDEST_AXIS = 6_000
PENALTY_ROUNDS = 14
MOST_MERGED = 8


@dataclass(frozen=True, slots=True)
class Found:
    """One roster of one person: its price under the given cell prices and its own shape price."""

    person: int
    plan: Ints
    price: float
    shape: float


@dataclass
class _Axis:
    """One counted thing on the flat axis."""

    size: int
    stride: int
    step: Ints


class Pricer:
    """Prices the people of one stage. Counted shifts join the axis only for people who broke them before."""

    def __init__(self, stage: Stage, choices: int, days: int) -> None:
        self.stage, self.choices, self.days = stage, choices, days
        self._tables: dict[tuple[int, ...], _Table] = {}
        self._most = np.asarray([most for _, most in stage.counted], dtype=np.float64).reshape(
            -1, len(stage.people)
        )
        self._penalty = np.zeros((len(stage.people), len(stage.counted)))
        self._step = np.full(len(stage.people), 4.0)

    def best(self, cells: Floats, wanted: list[int], per_person: int = 1) -> tuple[list[Found], float]:
        """The cheapest rosters of the people at these places of the stage, and a proved bound on their sum.

        ``cells`` is for all people. Maxima of single shifts are first left out; who breaks one is priced again
        with it counted, or, where the axis would become too wide, with a growing price on that shift.
        """
        found: list[Found] = []
        bound = 0.0
        wide: dict[int, float] = {}
        strict: dict[int, frozenset[int]] = dict.fromkeys(wanted, frozenset())
        while strict:
            groups: dict[tuple[int, ...], list[int]] = {}
            for place, numbers in strict.items():
                groups.setdefault(tuple(sorted(numbers)), []).append(place)
            again: dict[int, frozenset[int]] = {}
            for key, places in groups.items():
                table = self._table(key)
                for chunk in table.chunks(places):
                    for place, rosters in table.best(cells, chunk, per_person):
                        broken = self._broken(place, rosters[0].plan) if rosters else set()
                        if broken and self._width(strict[place] | broken) > WIDEST_AXIS:
                            wide[place] = rosters[0].price
                        elif broken:
                            again[place] = strict[place] | broken
                        else:
                            bound += rosters[0].price if rosters else HUGE
                            found += [one for one in rosters if not self._broken(place, one.plan)]
            strict = again
        if wide:
            low, legal = self._with_penalties(cells, wide, len(wanted) == 1)
            bound += low
            found += legal
        return found, bound

    def _with_penalties(
        self, cells: Floats, places: dict[int, float], keen: bool
    ) -> tuple[float, list[Found]]:
        """Lagrangian prices on the counted shifts of these people (with their relaxed values), kept between calls.

        Gives a valid bound on their sum, and legal rosters as far as some turn up.
        """
        stage, table = self.stage, self._table(())
        best = dict(places)
        legal: dict[int, list[Found]] = {place: [] for place in places}
        originals = {place: cells[stage.people[place]].copy() for place in places}
        todo = list(places)
        for _ in range(PENALTY_ROUNDS if keen else PENALTY_ROUNDS // 3):
            for place in todo:
                for number, (choices, _) in enumerate(stage.counted):
                    cells[stage.people[place]][:, list(choices)] += self._penalty[place, number]
            priced = [one for chunk in table.chunks(todo) for one in table.best(cells, chunk, 1)]
            todo = []
            for place, rosters in priced:
                person, original, penalty = stage.people[place], originals[place], self._penalty[place]
                cells[person] = original
                roster = rosters[0]
                best[place] = max(best[place], roster.price - float(penalty @ self._most[:, place]))
                counts = np.asarray(
                    [np.isin(roster.plan, list(choices)).sum() for choices, _ in stage.counted]
                )
                excess = counts - self._most[:, place]
                if (excess <= 0).all():
                    price = float(original[np.arange(self.days), roster.plan].sum()) + roster.shape
                    legal[place].append(Found(person, roster.plan, price, roster.shape))
                    self._step[place] *= 0.7
                    penalty *= 0.9
                else:
                    self._step[place] = min(self._step[place] * 1.3, 1000.0)
                    penalty += self._step[place] * np.maximum(excess, 0)
                    todo.append(place)
            if not todo:
                break
        return sum(best.values()), [one for found in legal.values() for one in found]

    def _width(self, key: frozenset[int]) -> int:
        width = self._table(()).width
        for number in key:
            width *= int(self.stage.counted[number][1].max()) + 2
        return width

    def _table(self, key: tuple[int, ...]) -> _Table:
        if key not in self._tables:
            self._tables[key] = _Table(self.stage, key, self.choices, self.days)
        return self._tables[key]

    def _broken(self, place: int, plan: Ints) -> set[int]:
        return {
            number
            for number, (choices, most) in enumerate(self.stage.counted)
            if sum(int(choice) in choices for choice in plan) > most[place]
        }

    def shape_of(self, place: int, plan: Ints) -> float | None:
        """The shape price of a given roster, or None when the machine does not accept it."""
        at, total = int(self.stage.start[place]), 0.0
        for day, layer in enumerate(self.stage.layers):
            bounds = [*layer.first_arc.tolist(), len(layer.source)]
            options = [
                (target, float(layer.price[arc]))
                for target in np.flatnonzero(layer.choice == self.stage.same[plan[day]]).tolist()
                for arc in range(bounds[target], bounds[target + 1])
                if layer.source[arc] == at
            ]
            if not options:
                return None
            at, price = options[0]
            total += price
        return total if at in self.stage.layers[-1].ends else None


class _Table:
    """The dynamic programme for one set of counted things."""

    def __init__(self, stage: Stage, strict: tuple[int, ...], choices: int, days: int) -> None:
        self.stage, self.days = stage, days
        self.axes: list[_Axis] = []
        stride = 1
        zero = np.zeros(choices, dtype=np.int32)
        self.minute_axis = self.weekend_axis = -1
        if stage.weekends is not None:
            self.weekend_axis = len(self.axes)
            self.axes.append(_Axis(int(stage.weekends.max()) + 2, stride, zero))
            stride *= self.axes[-1].size
        self.counted_axes: list[tuple[int, int]] = []
        for number in strict:
            members, most = stage.counted[number]
            step = np.asarray([int(choice in members) for choice in range(choices)], dtype=np.int32)
            self.counted_axes.append((len(self.axes), number))
            self.axes.append(_Axis(int(most.max()) + 2, stride, step))
            stride *= self.axes[-1].size
        if stage.most is not None:
            top = int(stage.most.max())
            step = stage.choice_minutes
            self.minute_axis = len(self.axes)
            self.axes.append(_Axis(top + 1 + int(step.max()), stride, step))
            stride *= self.axes[-1].size
        self.width = stride
        self.shift = np.zeros(choices, dtype=np.int64)
        for axis in self.axes:
            self.shift += axis.step.astype(np.int64) * axis.stride
        self.weekend_stride = self.axes[self.weekend_axis].stride if self.weekend_axis >= 0 else 0
        self.groups = self._groups(choices)
        self.blocks = [self._blocks(day) for day in range(days)]
        self.allowed = self._allowed()
        self.windows = self._windows()

    def _groups(self, choices: int) -> list[list[tuple[Ints, int]]]:
        """Per unrolled choice: the choices it stands for, split by how they move along the axis."""
        groups: list[list[tuple[Ints, int]]] = [[] for _ in range(choices)]
        for first in range(choices):
            members: dict[int, list[int]] = {}
            for choice in np.flatnonzero(self.stage.same == first).tolist():
                members.setdefault(int(self.shift[choice]), []).append(choice)
            groups[first] = [(np.asarray(ones, dtype=np.int32), shift) for shift, ones in members.items()]
        return groups

    def _allowed(self) -> NDArray[np.bool_]:
        """Per person of the stage: which places of the axis are inside the personal maxima."""
        stage = self.stage
        place = np.arange(self.width)
        good = np.ones((len(stage.people), self.width), dtype=bool)
        limits: list[tuple[int, Ints]] = []
        if self.minute_axis >= 0 and stage.most is not None:
            limits.append((self.minute_axis, stage.most))
        if self.weekend_axis >= 0 and stage.weekends is not None:
            limits.append((self.weekend_axis, stage.weekends))
        limits += [(axis, stage.counted[number][1]) for axis, number in self.counted_axes]
        for number, most in limits:
            axis = self.axes[number]
            level = (place // axis.stride) % axis.size
            good &= level[None, :] <= most[:, None]
        self.enough = good.copy()
        if self.minute_axis >= 0 and stage.least is not None:
            axis = self.axes[self.minute_axis]
            self.enough &= ((place // axis.stride) % axis.size)[None, :] >= stage.least[:, None]
        return good

    def _windows(self) -> list[tuple[int, int]]:
        """The part of the axis worth keeping after each number of days: minutes are its slowest digit, they cannot
        have grown faster than the longest shift and must still be able to reach the least."""
        if self.minute_axis < 0 or self.stage.least is None:
            return [(0, self.width)] * (self.days + 1)
        axis = self.axes[self.minute_axis]
        longest, least = int(axis.step.max()), int(self.stage.least.min())
        found = []
        for day in range(self.days + 1):
            low = max(0, least - (self.days - day) * longest)
            high = min(axis.size - 1, day * longest)
            found.append((min(low, high) * axis.stride, (high + 1) * axis.stride))
        return found

    def _blocks(self, day: int) -> list[tuple[int, int, int, _Merge, int]]:
        """Targets that share choice and weekend step: (from, to, choice, merge, shift)."""
        layer = self.stage.layers[day]
        blocks = []
        count = len(layer.targets)
        bounds = [*layer.first_arc.tolist(), len(layer.source)]
        begin: int = 0
        for place in range(1, count + 1):
            same = (
                place < count
                and layer.choice[place] == layer.choice[begin]
                and (not self.weekend_stride or layer.new_weekend[place] == layer.new_weekend[begin])
            )
            if same:
                continue
            low, high = bounds[begin], bounds[place]
            prices = layer.price[low:high]
            shift = self.weekend_stride if layer.new_weekend[begin] else 0
            merge = _Merge(
                layer.source[low:high],
                layer.first_arc[begin:place] - low,
                prices if prices.any() else None,
                self.width,
            )
            blocks.append((begin, place, int(layer.choice[begin]), merge, shift))
            begin = place
        return blocks

    def chunks(self, places: list[int]) -> list[list[int]]:
        """Parts of the people small enough for the table to stay in bounds."""
        states = max(len(layer.targets) for layer in self.stage.layers)
        size = max(1, LARGEST_TABLE // max(1, self.days * states * self.width * 8))
        size = min(size, max(1, 400_000 // max(1, states * self.width)))
        return [places[at : at + size] for at in range(0, len(places), size)]

    def best(self, cells: Floats, places: list[int], per_person: int) -> list[tuple[int, list[Found]]]:
        tables = self._forward(cells, places)
        last = tables[-1]
        low, high = self.windows[-1]
        ends = self.stage.layers[-1].ends
        results = []
        for row, place in enumerate(places):
            person = self.stage.people[place]
            final = np.where(self.enough[place][None, low:high], last[row, ends], HUGE)
            flat = final.min(axis=1)
            order = np.argsort(flat, kind="stable")
            rosters: list[Found] = []
            seen: set[bytes] = set()
            for index in order[: per_person * 2].tolist():
                if flat[index] >= HUGE / 2 or len(rosters) >= per_person:
                    break
                level = int(final[index].argmin()) + low
                plan, shape = self._back(tables, cells[person], row, place, int(ends[index]), level)
                if plan.tobytes() not in seen:
                    seen.add(plan.tobytes())
                    rosters.append(Found(person, plan, float(flat[index]), shape))
            results.append((place, rosters))
        return results

    def _forward(self, cells: Floats, places: list[int]) -> list[Floats]:
        stage = self.stage
        people = [stage.people[place] for place in places]
        count = len(places)
        low, high = self.windows[0]
        value = np.full((count, len(stage.begin), high - low), HUGE)
        if not low:
            value[np.arange(count), stage.start[places], 0] = 0.0
        tables = [value]
        prices = np.minimum(cells[people], HUGE)
        bad = None if self.width == 1 else ~self.allowed[places][:, None, :]
        for day, layer in enumerate(stage.layers):
            before, beyond = self.windows[day]
            low, high = self.windows[day + 1]
            new = np.empty((count, len(layer.targets), high - low))
            for begin, end, choice, merge, weekend in self.blocks[day]:
                options = merge(value)
                block = new[:, begin:end]
                for number, (members, step) in enumerate(self.groups[choice]):
                    price = prices[:, day, members].min(axis=1)[:, None, None]
                    shift = step + weekend
                    first, last = max(low, before + shift), min(high, beyond + shift)
                    if not number and (first > low or last < high):
                        block[:] = HUGE
                    if first >= last:
                        continue
                    moved = options[:, :, first - shift - before : last - shift - before] + price
                    room = block[:, :, first - low : last - low]
                    if number:
                        np.minimum(room, moved, out=room)
                    else:
                        room[:] = moved
            if bad is not None:
                np.copyto(new, HUGE, where=bad[:, :, low:high])
            tables.append(new)
            value = new
        return tables

    def _back(
        self, tables: list[Floats], prices: Floats, row: int, place: int, at: int, level: int
    ) -> tuple[Ints, float]:
        """The roster that ends in state ``at`` with ``level`` on the axis."""
        plan = np.zeros(self.days, dtype=np.int32)
        shape = 0.0
        for day in range(self.days - 1, -1, -1):
            layer = self.stage.layers[day]
            weekend = self.weekend_stride if layer.new_weekend[at] else 0
            low = int(layer.first_arc[at])
            high = int(layer.first_arc[at + 1]) if at + 1 < len(layer.first_arc) else len(layer.source)
            sources, arcs = layer.source[low:high], layer.price[low:high]
            best = (np.inf, 0, 0, 0)
            for members, step in self.groups[int(layer.choice[at])]:
                before = level - step - weekend
                if not self.windows[day][0] <= before < self.windows[day][1]:
                    continue
                values = tables[day][row, sources, before - self.windows[day][0]] + arcs
                place = int(values.argmin())
                cells = prices[day, members]
                cheapest = int(cells.argmin())
                total = float(values[place] + cells[cheapest])
                if total < best[0]:
                    best = (total, place, int(members[cheapest]), before)
            _, place, plan[day], level = best
            shape += float(arcs[place])
            at = int(sources[place])
        return plan, shape


class _Merge:
    """The cheapest way into each target of a block: over its arcs, for all people and places of the axis at once."""

    def __init__(self, sources: Ints, starts: Ints, prices: Floats | None, width: int) -> None:
        self.sources, self.starts, self.prices = sources, starts, prices
        self.plain = width < 8 or prices is not None
        bounds = np.append(starts, len(sources))
        degrees = np.diff(bounds)
        few = degrees <= MOST_MERGED
        self.few = np.flatnonzero(few)
        first, most = bounds[:-1][few], degrees[few]
        self.first = sources[first]
        self.steps: list[tuple[Ints64, Ints]] = []
        for step in range(1, int(most.max(initial=1))):
            again = np.flatnonzero(most > step)
            self.steps.append((again, sources[first[again] + step]))
        self.many = [
            (target, sources[bounds[target] : bounds[target + 1]]) for target in np.flatnonzero(~few).tolist()
        ]
        self.everything = not self.many

    def __call__(self, value: Floats) -> Floats:
        if self.plain:
            options: Floats = value[:, self.sources]
            if self.prices is not None:
                options += self.prices[None, :, None]
            if len(self.starts) == len(self.sources):
                return options
            return np.asarray(np.minimum.reduceat(options, self.starts, axis=1))
        best: Floats = value[:, self.first]
        for again, sources in self.steps:
            if len(again) == len(self.first):
                np.minimum(best, value[:, sources], out=best)
            else:
                best[:, again] = np.minimum(best[:, again], value[:, sources])
        if self.everything:
            return best
        result = np.empty((value.shape[0], len(self.starts), value.shape[2]))
        result[:, self.few] = best
        for target, sources in self.many:
            value[:, sources].min(axis=1, out=result[:, target])
        return result

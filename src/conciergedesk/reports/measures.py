"""What a figure is: a value that follows from a list, so that the list always adds up to it.

    ratio("within", items)      Σ met ÷ count          a dash when there is nothing to divide by
    median("median", items)     the middle value
    total("sum", items)         Σ value

Pure values. ``Item`` is a line of the list behind a figure: what it is about, its value, and whether it counts as met.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeVar

T = TypeVar("T")

FEW = 10
"""Answers below which a share of answers is shown as *few answers*."""


class Unit(StrEnum):
    """What a value counts."""

    COUNT = "count"
    PERCENT = "percent"
    MINUTES = "minutes"
    SECONDS = "seconds"
    DAYS = "days"
    CENTS = "cents"
    SCORE = "score"
    POINTS = "points"


class How(StrEnum):
    """How a value follows from its list."""

    COUNT = "count"
    RATIO = "ratio"
    MEDIAN = "median"
    P90 = "p90"
    MEAN = "mean"
    TOTAL = "total"
    SPREAD = "spread"
    """Share of met minus share of missed, both of all: the net promoter score."""
    WEIGHTED = "weighted"
    """Σ value ÷ Σ weight."""


class Item(NamedTuple):
    """One line of the list behind a figure. A tuple, because a month has a hundred thousand of them.

    Attributes:
        kind: The journal's subject kind.
        id: Its id.
        ref: The number people say.
        value: Minutes, seconds, cents or a score; 1 for what is only counted.
        met: Whether it counts as met; None where nothing is judged (in SPREAD: neither).
        weight: What ``value`` is divided by in WEIGHTED.
        at: When.
        note: A few words beside it.
    """

    kind: str
    id: int
    ref: str
    value: float = 1.0
    met: bool | None = None
    weight: float = 1.0
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """One value of a figure with its list. ``few`` says that there are too few answers to judge by."""

    key: str
    how: How
    unit: Unit
    items: tuple[Item, ...]
    few: bool = False
    better: int = 1
    """1 when more is better, -1 when less is, 0 when neither."""

    @property
    def value(self) -> float | None:
        """None is shown as a dash: there is nothing to divide by, or nothing to take the middle of."""
        return value_of(self.how, self.items)

    @property
    def met(self) -> int:
        return sum(1 for item in self.items if item.met)

    @property
    def count(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True)
class Excluded:
    """What a figure leaves out, counted beside it; ``reason`` is an English source sentence."""

    reason: str
    items: tuple[Item, ...]

    @property
    def count(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True)
class Figure:
    """One of K1 to K20 over a period. ``final_at`` is set while it may still change (reopenings within 7 days)."""

    code: str
    measures: tuple[Measure, ...]
    excluded: tuple[Excluded, ...] = ()
    final_at: datetime | None = None
    available: bool = True
    """False while the room that would supply it is not in use; shown as ``nothing``, never as zero."""
    notes: tuple[str, ...] = field(default=())

    def measure(self, key: str) -> Measure:
        return next(one for one in self.measures if one.key == key)

    @property
    def main(self) -> Measure | None:
        return self.measures[0] if self.measures else None


def value_of(how: How, items: Sequence[Item]) -> float | None:
    """The value that follows from ``items``."""
    if how is How.COUNT:
        return float(len(items))
    if how is How.TOTAL:
        return math.fsum(item.value for item in items)
    if how is How.WEIGHTED:
        weight = math.fsum(item.weight for item in items)
        return 100.0 * math.fsum(item.value for item in items) / weight if weight else None
    if not items:
        return None
    if how is How.RATIO:
        return 100.0 * sum(1 for item in items if item.met) / len(items)
    if how is How.SPREAD:
        return 100.0 * sum(0 if item.met is None else 1 if item.met else -1 for item in items) / len(items)
    if how is How.MEAN:
        return math.fsum(item.value for item in items) / len(items)
    values = sorted(item.value for item in items)
    return _median(values) if how is How.MEDIAN else nearest_rank(values, 0.9)


def _median(ordered: Sequence[float]) -> float:
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def nearest_rank(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of all do not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def count(key: str, items: Iterable[Item], *, better: int = 0) -> Measure:
    return Measure(key, How.COUNT, Unit.COUNT, tuple(items), better=better)


def ratio(key: str, items: Iterable[Item], *, better: int = 1, few: bool = False) -> Measure:
    return Measure(key, How.RATIO, Unit.PERCENT, tuple(items), better=better, few=few)


def median(key: str, items: Iterable[Item], unit: Unit = Unit.MINUTES, *, better: int = -1) -> Measure:
    return Measure(key, How.MEDIAN, unit, tuple(items), better=better)


def p90(key: str, items: Iterable[Item], unit: Unit = Unit.MINUTES, *, better: int = -1) -> Measure:
    return Measure(key, How.P90, unit, tuple(items), better=better)


def mean(key: str, items: Iterable[Item], unit: Unit, *, better: int = -1, few: bool = False) -> Measure:
    return Measure(key, How.MEAN, unit, tuple(items), better=better, few=few)


def total(key: str, items: Iterable[Item], unit: Unit = Unit.COUNT, *, better: int = 0) -> Measure:
    return Measure(key, How.TOTAL, unit, tuple(items), better=better)


def split(items: Iterable[T], keep: Iterable[bool]) -> tuple[list[T], list[T]]:
    """(kept, left out)."""
    kept: list[T] = []
    out: list[T] = []
    for item, wanted in zip(items, keep, strict=True):
        (kept if wanted else out).append(item)
    return kept, out


def without_lists(figure: Figure) -> Figure:
    """The figure with its values only, for a comparison that keeps no lists."""
    return replace(figure, excluded=())

"""Cyclic rotations under rules of the calendar week instead of blocks: two days off in a row in each week, a limit
of days without rest, a free weekend now and then, nights apart from other shifts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from conciergedesk.rota.patterns import (
    Arc,
    BlockRule,
    Circulation,
    Node,
    RotationRequest,
    RotationResult,
    RotationStatus,
)  # fmt: skip
from conciergedesk.rota.values import OFF


@dataclass(frozen=True, slots=True)
class WeekRequest:
    """What a rotation by calendar weeks must be.

    Attributes:
        required: people per shift and weekday (Monday first), met exactly.
        night: the shift that stands in runs of its own, at most ``most_nights``, rest before and after.
        free_weekend_of: one weekend in any so many is free.
    """

    weeks: int
    shifts: tuple[str, ...]
    required: tuple[tuple[int, ...], ...]
    night: str = "N"
    most_nights: int = 3
    longest_work: int = 5
    free_weekend_of: int = 3


@dataclass(frozen=True, slots=True)
class _Past:
    """What matters on the evening of a day."""

    run: int = 0
    nights: int = 0
    off: int = 0
    rested: bool = False
    busy_weekends: int = 0
    busy_saturday: bool = False


def solve_week_rotation(
    request: WeekRequest,
    seconds: float = 60.0,
    *,
    seed: int = 0,
    cancelled: Callable[[], bool] = lambda: False,
) -> RotationResult:
    """A rotation that meets the request, or the proof that there is none."""
    began = time.perf_counter()
    blocks = tuple(BlockRule(shift, 0, 480, 1, 7) for shift in request.shifts)
    flow = Circulation(
        _arcs(request), RotationRequest(request.weeks, blocks, request.required).checked(), seed
    )
    status = flow.search(began + seconds, cancelled)
    weeks = flow.rotation() if status is RotationStatus.SOLVED else ()
    return RotationResult(status, weeks, (), time.perf_counter() - began, flow.cuts)


def _arcs(request: WeekRequest) -> list[Arc]:
    arcs: dict[Arc, None] = {}
    start: Node = (0, _Past())
    todo, seen = [start], {start}
    while todo:
        node = todo.pop()
        assert isinstance(node, tuple)
        weekday, past = node
        for shift in (OFF, *request.shifts):
            after = _after(request, past, weekday, shift)
            if after is None:
                continue
            head: Node = ((weekday + 1) % 7, after)
            arcs[Arc(node, head, weekday, shift)] = None
            if head not in seen:
                seen.add(head)
                todo.append(head)
    return list(arcs)


def _after(request: WeekRequest, past: _Past, weekday: int, shift: str) -> _Past | None:
    """The evening after choosing ``shift``, or None when a rule forbids it."""
    if shift == OFF:
        run = nights = 0
        off = min(2, past.off + 1)
    else:
        run, off = past.run + 1, 0
        nights = past.nights + 1 if shift == request.night else 0
        if run > request.longest_work or nights > request.most_nights:
            return None
        if past.run and (shift == request.night) != (past.nights > 0):
            return None
    rested = past.rested or off == 2
    busy = past.busy_weekends
    saturday = shift != OFF if weekday == 5 else past.busy_saturday and weekday == 6
    if weekday == 6:
        if not rested:
            return None
        busy = busy + 1 if saturday or shift != OFF else 0
        if busy >= request.free_weekend_of:
            return None
        return _Past(run, nights, 0, False, busy, False)
    return _Past(run, nights, 0 if rested else off, rested, busy, saturday)

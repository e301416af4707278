"""How many people a call volume needs: Erlang C, and Erlang A when callers give up waiting.

The recursions are exact for small teams; no normal approximation is used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MOST_SEATS = 5_000


@dataclass(frozen=True, slots=True)
class Line:
    """A telephone line: volume, mean handling time, and the promised answer time."""

    calls_per_hour: float
    handling_minutes: float
    within_seconds: float = 20.0
    patience_minutes: float | None = None

    @property
    def load(self) -> float:
        """Offered load in erlangs."""
        return self.calls_per_hour / 60.0 * self.handling_minutes


@dataclass(frozen=True, slots=True)
class Service:
    """What callers live through with a given number of people.

    ``wait_probability`` and ``service_level`` and ``abandoned`` are shares (0 to 1).
    """

    seats: int
    wait_probability: float
    service_level: float
    mean_wait_seconds: float
    occupancy: float
    abandoned: float = 0.0


def erlang_b(load: float, seats: int) -> float:
    """Share of calls lost on ``seats`` lines without a queue."""
    lost = 1.0
    for k in range(1, seats + 1):
        lost = load * lost / (k + load * lost)
    return lost


def erlang_c(line: Line, seats: int) -> Service:
    """Service with ``seats`` people when everyone waits. With too few people nobody is served in time."""
    load = line.load
    if load <= 0:
        return Service(seats, 0.0, 1.0, 0.0, 0.0)
    if seats <= load:
        return Service(seats, 1.0, 0.0, math.inf, 1.0)
    lost = erlang_b(load, seats)
    waits = seats * lost / (seats - load * (1.0 - lost))
    in_time = 1.0 - waits * math.exp(-(seats - load) * line.within_seconds / (line.handling_minutes * 60.0))
    return Service(
        seats, waits, in_time, waits * line.handling_minutes * 60.0 / (seats - load), load / seats
    )  # fmt: skip


def erlang_a(line: Line, seats: int) -> Service:
    """Service when callers give up after an exponential patience (birth and death chain)."""
    if line.patience_minutes is None or line.calls_per_hour <= 0:
        return erlang_c(line, seats)
    arrivals = line.calls_per_hour / 60.0
    served = 1.0 / line.handling_minutes
    gives_up = 1.0 / line.patience_minutes
    weights, k = [1.0], 0
    while k < 200_000 and (k <= seats or weights[-1] > 1e-15 * max(weights)):
        k += 1
        weights.append(weights[-1] * arrivals / (min(k, seats) * served + max(0, k - seats) * gives_up))
        if weights[-1] > 1e250:
            weights = [weight * 1e-250 for weight in weights]
    total = math.fsum(weights)
    share = [weight / total for weight in weights]
    queue = math.fsum((k - seats) * p for k, p in enumerate(share) if k > seats)
    waits = math.fsum(p for k, p in enumerate(share) if k >= seats)
    abandoned = gives_up * queue / arrivals
    busy = math.fsum(min(k, seats) * p for k, p in enumerate(share))
    in_time = _answered_in_time(line, seats, share, served, gives_up)
    return Service(seats, waits, in_time, queue / arrivals * 60.0, busy / seats if seats else 0.0, abandoned)


def _answered_in_time(line: Line, seats: int, share: list[float], served: float, gives_up: float) -> float:
    """Share of calls answered within the promised time.

    A caller who finds j others waiting is answered when j + 1 departures happened before patience ends;
    the departures are a chain of exponential steps, followed here in small steps of time.
    """
    at_once = math.fsum(p for k, p in enumerate(share) if k < seats)
    horizon = line.within_seconds / 60.0
    if horizon <= 0 or seats == 0:
        return at_once
    rates = [seats * served + j * gives_up for j in range(max(0, len(share) - seats))]
    waiting = [share[seats + j] for j in range(len(rates))]
    fastest = max(rates, default=1.0) + gives_up
    steps = min(20_000, max(200, int(horizon * fastest * 4)))
    step, answered = horizon / steps, 0.0
    for _ in range(steps):
        for j, rate in enumerate(rates):
            if waiting[j] < 1e-14:
                continue
            moved = waiting[j] * (1.0 - math.exp(-(rate + gives_up) * step))
            forward = moved * rate / (rate + gives_up)
            waiting[j] -= moved
            if j:
                waiting[j - 1] += forward
            else:
                answered += forward
    return at_once + answered


def agents_needed(line: Line, service_level: float = 0.8) -> int:
    """The fewest people who answer ``service_level`` of the calls within the promised time (Erlang C)."""
    if line.load <= 0:
        return 0
    seats = max(1, math.floor(line.load) + 1)
    while seats < MOST_SEATS and erlang_c(line, seats).service_level < service_level:
        seats += 1
    return seats


def half_hour_demand(calls: tuple[float, ...], line: Line, service_level: float = 0.8) -> tuple[int, ...]:
    """People needed per half-hour from the calls of each half-hour."""
    return tuple(
        agents_needed(
            Line(count * 2.0, line.handling_minutes, line.within_seconds, line.patience_minutes),
            service_level,
        )
        for count in calls
    )


def pooled(lines: tuple[Line, ...]) -> Line:
    """Several lines answered by the same cross-trained people."""
    volume = sum(line.calls_per_hour for line in lines)
    handling = sum(line.calls_per_hour * line.handling_minutes for line in lines) / volume if volume else 0.0
    return Line(volume, handling, min(line.within_seconds for line in lines), lines[0].patience_minutes)

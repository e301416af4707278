"""What is owed by when: the first-response clock and the resolution clock of one request.

Pure arithmetic on instants. The facts of a request are kept, everything else follows from them:

    facts = ClockFacts(opened, rules.target(Priority.P2), rules.calendar("concierge"))
    read_clocks(facts, now).due_at
    facts = after_act(facts, Act.WAIT_CLIENT, State.IN_PROGRESS, State.WAITING_CLIENT, at=now, dated=False)

House conventions:
    - The first response is the first human answer; an automatic receipt is none.
    - The resolution clock pauses only while the request waits for the client.
    - A promised time replaces the resolution target: on time is promise plus the tolerance of the type.
    - A dated booking resolves when it is confirmed to the client, everything else when it is done.
    - A reopening restarts the resolution clock; the first resolution stays on record.
    - A booking cancelled by the weather waits for the client again: neither a reopening nor a miss.
    - Another priority recomputes from the original opening; a breach that has happened is never erased.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from conciergedesk.core.calendars import ALWAYS
from conciergedesk.requests.lifecycle import Act, State

WARNING_SHARE = 0.75
"""Share of the target after which the board warns."""

_NOTHING = timedelta(0)


class ServiceCalendar(Protocol):
    """Counts the minutes in which a team works."""

    def add(self, start: datetime, service_time: timedelta | int) -> datetime: ...

    def between(self, start: datetime, end: datetime) -> timedelta: ...


@dataclass(frozen=True, slots=True)
class Target:
    """Minutes until the first answer and until the resolution, and whether they run day and night."""

    first_minutes: int
    resolution_minutes: int
    real_time: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch that does not count; ``until`` is None while it lasts."""

    since: datetime
    until: datetime | None = None


class ClockState(StrEnum):
    """How a clock stands."""

    ON_TIME = "on_time"
    SOON = "soon"
    LATE = "late"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """What happened to one request, as far as its clocks care. All instants are aware.

    Attributes:
        calendar: Hours of the team; not used when the target runs in real time.
        promise_at: The promised moment, if any; cleared by a reopening.
        tolerance_minutes: How long after the promise is still on time.
        pauses: Stretches that do not count, in any order, overlapping or not.
        reopened_at: The last reopening.
        first_resolved_at: The first resolution, kept for ever.
        resolved_at: The resolution that holds now; None while something is owed.
        ended_at: When the request was cancelled, refused or found to be a duplicate.
        breached_at: The first breach on record.
        response_breached_at: The breach of the first response on record.
    """

    opened_at: datetime
    target: Target
    calendar: ServiceCalendar
    promise_at: datetime | None = None
    tolerance_minutes: int = 15
    pauses: tuple[Pause, ...] = ()
    reopened_at: datetime | None = None
    first_response_at: datetime | None = None
    first_resolved_at: datetime | None = None
    resolved_at: datetime | None = None
    ended_at: datetime | None = None
    breached_at: datetime | None = None
    response_breached_at: datetime | None = None

    @property
    def clock(self) -> ServiceCalendar:
        """The calendar that counts for this target."""
        return ALWAYS if self.target.real_time else self.calendar

    @property
    def started_at(self) -> datetime:
        """Where the resolution clock starts."""
        return self.reopened_at or self.opened_at

    @property
    def paused(self) -> bool:
        return any(pause.until is None for pause in self.pauses)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The clocks of one request at one instant.

    Attributes:
        due_at: When the resolution is due; None while the clock stands still without a promise.
        warn_at: When the warning falls; None as for ``due_at``.
        remaining: Service time left (real time to a promise); negative once late.
        elapsed: Service time used since the clock started, pauses left out.
        breached_at: The first breach, recorded or found now.
        paused: Whether the request waits for the client.
        response_remaining: None once somebody has answered.
        first_met: Whether the first resolution was in time; None before it.
    """

    response_due_at: datetime
    response_warn_at: datetime
    response_state: ClockState
    response_remaining: timedelta | None
    response_breached_at: datetime | None
    due_at: datetime | None
    warn_at: datetime | None
    state: ClockState
    remaining: timedelta
    elapsed: timedelta
    paused: bool
    breached_at: datetime | None
    first_met: bool | None


def read_clocks(facts: ClockFacts, now: datetime) -> ClockReading:
    """Read both clocks of a request at ``now``."""
    stopped_at = min((at for at in (facts.resolved_at, facts.ended_at) if at is not None), default=None)
    at = now if stopped_at is None else min(now, stopped_at)
    pauses = _in_order(facts.pauses, facts.started_at)
    elapsed = _worked(facts.clock, facts.started_at, at, pauses)
    due_at, warn_at = _due_and_warning(facts, pauses)
    if facts.promise_at is not None and due_at is not None:
        remaining = due_at - at
    else:
        remaining = timedelta(minutes=facts.target.resolution_minutes) - elapsed
    overdue = due_at is not None and at > due_at
    breached_at = facts.breached_at or (due_at if overdue else None)
    # A breach from before a reopening stays on record but does not make the new cycle late.
    breached_now = overdue or (facts.breached_at is not None and facts.breached_at >= facts.started_at)
    first_met = None
    if facts.first_resolved_at is not None:
        first_met = breached_at is None or breached_at > facts.first_resolved_at
    response = _read_response(facts, now)
    return ClockReading(
        *response,
        due_at=due_at,
        warn_at=warn_at,
        state=_state(facts, now, due_at, warn_at, breached_now),
        remaining=remaining,
        elapsed=elapsed,
        paused=facts.paused,
        breached_at=breached_at,
        first_met=first_met,
    )


def _read_response(
    facts: ClockFacts, now: datetime
) -> tuple[datetime, datetime, ClockState, timedelta | None, datetime | None]:
    target = timedelta(minutes=facts.target.first_minutes)
    due_at = facts.clock.add(facts.opened_at, target)
    warn_at = facts.clock.add(facts.opened_at, target * WARNING_SHARE)
    answered = facts.first_response_at
    late = (answered or min(now, facts.ended_at or now)) > due_at
    breached_at = facts.response_breached_at or (due_at if late else None)
    if answered is not None:
        state = ClockState.MET if breached_at is None else ClockState.MISSED
        return due_at, warn_at, state, None, breached_at
    if breached_at is not None:
        state = ClockState.LATE if facts.ended_at is None else ClockState.MISSED
    elif facts.ended_at is not None:
        state = ClockState.ENDED
    else:
        state = ClockState.SOON if now >= warn_at else ClockState.ON_TIME
    return due_at, warn_at, state, target - facts.clock.between(facts.opened_at, now), breached_at


def _due_and_warning(facts: ClockFacts, pauses: tuple[Pause, ...]) -> tuple[datetime | None, datetime | None]:
    start = facts.started_at
    if facts.promise_at is not None:
        # A promise is an instant: neither opening hours nor pauses move it.
        due_at = facts.promise_at + timedelta(minutes=facts.tolerance_minutes)
        return due_at, min(due_at, start + max(_NOTHING, due_at - start) * WARNING_SHARE)
    target = timedelta(minutes=facts.target.resolution_minutes)
    return (
        _add(facts.clock, start, target, pauses),
        _add(facts.clock, start, target * WARNING_SHARE, pauses),
    )


def _state(
    facts: ClockFacts,
    now: datetime,
    due_at: datetime | None,
    warn_at: datetime | None,
    breached: bool,
) -> ClockState:
    if facts.resolved_at is not None:
        return ClockState.MISSED if breached else ClockState.MET
    if facts.ended_at is not None:
        return ClockState.MISSED if breached else ClockState.ENDED
    if breached:
        return ClockState.LATE
    if due_at is None:
        return ClockState.PAUSED
    if facts.paused and facts.promise_at is None:
        return ClockState.PAUSED
    return ClockState.SOON if warn_at is not None and now >= warn_at else ClockState.ON_TIME


def due_if_resumed(facts: ClockFacts, at: datetime) -> datetime:
    """When the resolution would be due if the client answered at ``at``."""
    due_at = read_clocks(_close_pause(facts, at), at).due_at
    assert due_at is not None, "a closed pause leaves a due time"
    return due_at


# --- arithmetic with pauses ---


def _in_order(pauses: tuple[Pause, ...], start: datetime) -> tuple[Pause, ...]:
    """Pauses after ``start``, in order, joined where they overlap."""
    found: list[Pause] = []
    for pause in sorted(pauses, key=lambda one: one.since):
        since, until = max(pause.since, start), pause.until
        if until is not None and until <= since:
            continue
        last = found[-1] if found else None
        if last is not None and (last.until is None or since <= last.until):
            if last.until is not None:
                joined = None if until is None else max(until, last.until)
                found[-1] = Pause(last.since, joined)
        else:
            found.append(Pause(since, until))
    return tuple(found)


def _worked(clock: ServiceCalendar, start: datetime, end: datetime, pauses: tuple[Pause, ...]) -> timedelta:
    """Service time from ``start`` to ``end`` without the pauses."""
    if end <= start:
        return _NOTHING
    total = clock.between(start, end)
    for pause in pauses:
        since, until = max(pause.since, start), min(pause.until or end, end)
        if since < until:
            total -= clock.between(since, until)
    return total


def _add(
    clock: ServiceCalendar, start: datetime, service_time: timedelta, pauses: tuple[Pause, ...]
) -> datetime | None:
    """When ``service_time`` has run outside the pauses; None when an open pause comes first."""
    position, left = start, service_time
    for pause in pauses:
        available = clock.between(position, pause.since)
        if left <= available:
            return clock.add(position, left)
        left -= available
        if pause.until is None:
            return None
        position = pause.until
    return clock.add(position, left)


# --- what acts do to the facts ---


def after_act(
    facts: ClockFacts, act: Act, before: State, after: State, *, at: datetime, dated: bool
) -> ClockFacts:
    """The facts after an act that led from ``before`` to ``after`` at ``at``.

    Args:
        facts: The facts so far.
        act: What was done.
        before: The state it was done in.
        after: The state it led to.
        at: When.
        dated: Whether the type is a dated booking, which resolves when it is confirmed.
    """
    facts = record_breaches(facts, at)
    if before is State.WAITING_CLIENT and after is not State.WAITING_CLIENT:
        facts = _close_pause(facts, at)
    resolves = act is Act.FINISH or (act is Act.CONFIRM and dated)
    if resolves and facts.resolved_at is None:
        return replace(facts, resolved_at=at, first_resolved_at=facts.first_resolved_at or at)
    if act in (Act.UNCONFIRM, Act.WEATHER):
        # While it was booked nothing was owed: that stretch never counts.
        since = facts.resolved_at or at
        until = None if act is Act.WEATHER else at
        return replace(facts, resolved_at=None, pauses=(*facts.pauses, Pause(since, until)))
    if act is Act.REOPEN:
        return replace(facts, reopened_at=at, resolved_at=None, promise_at=None)
    if after in (State.CANCELLED, State.REFUSED, State.DUPLICATE):
        return replace(facts, ended_at=at)
    if after is State.WAITING_CLIENT and before is not State.WAITING_CLIENT:
        return replace(facts, pauses=(*facts.pauses, Pause(at)))
    return facts


def record_breaches(facts: ClockFacts, at: datetime) -> ClockFacts:
    """The facts with every breach that has happened by ``at`` on record."""
    reading = read_clocks(facts, at)
    if (reading.breached_at, reading.response_breached_at) == (facts.breached_at, facts.response_breached_at):
        return facts
    return replace(facts, breached_at=reading.breached_at, response_breached_at=reading.response_breached_at)


def with_first_response(facts: ClockFacts, at: datetime) -> ClockFacts:
    """The facts once a human has answered; later answers change nothing."""
    if facts.first_response_at is not None:
        return facts
    return replace(record_breaches(facts, at), first_response_at=at)


def with_target(facts: ClockFacts, target: Target, at: datetime) -> ClockFacts:
    """The facts under another priority: due times count from the opening, breaches stay."""
    return replace(record_breaches(facts, at), target=target)


def with_promise(facts: ClockFacts, promise_at: datetime | None, at: datetime) -> ClockFacts:
    """The facts with another promise (or none); a promise already broken stays broken."""
    return replace(record_breaches(facts, at), promise_at=promise_at)


def _close_pause(facts: ClockFacts, at: datetime) -> ClockFacts:
    return replace(
        facts,
        pauses=tuple(
            Pause(pause.since, max(at, pause.since)) if pause.until is None else pause
            for pause in facts.pauses
        ),
    )

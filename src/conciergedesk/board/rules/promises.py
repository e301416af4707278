"""A promise, how loud it is, and where it stands in the list.

Pure functions over frozen values; ``now`` and the zone are arguments.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import TypeAlias

from conciergedesk.core.text import fold

SOON = timedelta(minutes=60)


class PromiseKind(StrEnum):
    """Which room owes it."""

    REQUEST = "request"
    CALLBACK = "callback"
    APPOINTMENT = "appointment"
    KEY = "key"
    RELOCATION = "relocation"
    ROTA = "rota"
    HANDOVER = "handover"
    PROVIDER = "provider"
    LOG = "log"
    TICKET = "ticket"
    INCIDENT = "incident"
    ROUND = "round"
    AGREEMENT = "agreement"


class Loudness(StrEnum):
    """How much a promise asks for attention, loudest first. What was set aside is late, and said quietly."""

    LATE = "late"
    GAP = "gap"
    SOON = "soon"
    WAITING = "waiting"
    ON_TIME = "on_time"
    SET_ASIDE = "set_aside"


SET_ASIDE_AFTER = {PromiseKind.AGREEMENT: timedelta(0), PromiseKind.RELOCATION: timedelta(days=7)}
"""How long ago a date must have passed before it stands below today's promises instead of above them.

These are dates without an hour (a renewal to prepare, a step of a relocation plan): after days nobody is waiting at
the telephone for them, and they must not push down what is promised to somebody for this hour. What is promised for an
hour never leaves the top.
"""


PromiseKey: TypeAlias = tuple[PromiseKind, int]


@dataclass(frozen=True, slots=True)
class Promise:
    """One thing the desk owes, as the board shows it.

    ``due_at`` and ``warn_at`` are aware UTC. ``holder_id`` is None when nobody holds it, ``waits_for`` is empty when it
    is for us to act. ``haystack`` is the folded text that filters look at (see ``haystack_of``). ``set_aside_to`` is
    where an old reminder stands in the list instead of at its moment (see ``set_aside``).
    """

    kind: PromiseKind
    id: int
    ref: str
    due_at: datetime | None
    warn_at: datetime | None
    what: str
    for_whom: str
    where: str
    holder_id: int | None
    holder: str
    waits_for: str
    team: str
    priority: str
    state: str
    haystack: str
    opened_elsewhere_by: str = ""
    set_aside_to: datetime | None = None

    @property
    def stands_at(self) -> datetime | None:
        """The moment that gives it its place in the list."""
        return self.set_aside_to or self.due_at

    @property
    def key(self) -> PromiseKey:
        """What tells this promise from all others over refreshes."""
        return (self.kind, self.id)


def haystack_of(*texts: str) -> str:
    """The folded text that filters look at, from everything a person may remember of a promise."""
    # Part by part: the parts recur over the board, so most of them are folded already.
    return " ".join(filter(None, map(fold, texts)))


def end_of_day(now: datetime, zone: tzinfo) -> datetime:
    """Local midnight after ``now``."""
    here = now.astimezone(zone)
    return datetime(here.year, here.month, here.day, tzinfo=zone) + timedelta(days=1)


def set_aside(promise: Promise, now: datetime, zone: tzinfo) -> Promise:
    """``promise``, standing below today's if it is an old reminder. It holds until the day is over."""
    after = SET_ASIDE_AFTER.get(promise.kind)
    if after is None or promise.due_at is None:
        return promise
    midnight = end_of_day(now, zone)
    if promise.due_at > midnight - timedelta(days=1) - after:
        return promise
    return replace(promise, set_aside_to=midnight - timedelta(microseconds=1))


def loudness(promise: Promise, now: datetime) -> Loudness:
    """How loud ``promise`` is at ``now``: late, then due within the hour or past its warning, then waiting."""
    due = promise.due_at
    if promise.set_aside_to is not None:
        return Loudness.SET_ASIDE
    if due is not None and due < now:
        return Loudness.LATE
    if promise.kind is PromiseKind.ROTA and promise.state == "gap":
        return Loudness.GAP
    if due is not None and due - now <= SOON:
        return Loudness.SOON
    if promise.waits_for:
        return Loudness.WAITING
    if promise.warn_at is not None and promise.warn_at <= now:
        return Loudness.SOON
    return Loudness.ON_TIME


_NEVER = float("inf")


def sort_key(promise: Promise) -> tuple[float, float, str, str, int]:
    """Soonest first, undated last, ties by text so that the order is the same on every desk."""
    due, aside = promise.due_at, promise.set_aside_to
    stands = aside or due
    return (
        _NEVER if stands is None else stands.timestamp(),
        # Only among those that were set aside to the same place does their own moment decide.
        0.0 if aside is None or due is None else due.timestamp(),
        promise.what,
        promise.kind,
        promise.id,
    )


# --- counts -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counts:
    """What the status line says."""

    late: int = 0
    soon: int = 0
    waiting: int = 0
    open: int = 0
    set_aside: int = 0


def counts(promises: Collection[Promise], now: datetime) -> Counts:
    """How many promises are late, due soon, waiting for somebody, open in all, and set aside."""
    late = soon = waiting = aside = 0
    within_the_hour = now + SOON
    # As ``loudness``, without a call for each of thousands.
    for promise in promises:
        due, warn = promise.due_at, promise.warn_at
        if promise.set_aside_to is not None:
            aside += 1
        elif due is not None and due < now:
            late += 1
        elif promise.kind is PromiseKind.ROTA and promise.state == "gap":
            continue
        elif due is not None and due <= within_the_hour:
            soon += 1
        elif promise.waits_for:
            waiting += 1
        elif warn is not None and warn <= now:
            soon += 1
    return Counts(late=late, soon=soon, waiting=waiting, open=len(promises), set_aside=aside)

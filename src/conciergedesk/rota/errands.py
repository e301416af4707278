"""Short questions to the planner, answered in a process of their own: the smallest repair, why a post stays empty.

The caller waits in a thread; the screen goes on painting, and giving up ends the process at once.
"""

from __future__ import annotations

import multiprocessing
import sys
import threading
from contextlib import redirect_stderr
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.resource_tracker import ensure_running
from typing import Generic, Protocol, TypeVar

from conciergedesk.core.errors import DeskError, Unavailable
from conciergedesk.core.i18n import N_
from conciergedesk.rota.calendar import demands_on
from conciergedesk.rota.explain import Explanation, explain_empty_posts
from conciergedesk.rota.law.packs import LawBook
from conciergedesk.rota.reasons import CellReason, reasons
from conciergedesk.rota.repair import Uncovered, smallest_repair, uncovered
from conciergedesk.rota.values import Demand, Roster, Rota

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

POLL_SECONDS = 0.05
PATIENCE_SECONDS = 30.0
"""Longer than any order may work, start of the process included."""


class Order(Protocol[T_co]):
    """What a process can be asked: plain values, answered by ``run``."""

    def run(self) -> T_co: ...


@dataclass(frozen=True, slots=True)
class RepairFound:
    """The smallest repair with its reasons.

    Attributes:
        open_posts: what was to be filled.
        still_open: what stays empty after it.
        proved: neither an empty post nor a changed cell less is possible.
        why: for what stays empty.
    """

    open_posts: tuple[Uncovered, ...]
    cells: tuple[CellReason, ...]
    still_open: tuple[Uncovered, ...]
    proved: bool
    seconds: float
    why: Explanation | None = None


@dataclass(frozen=True, slots=True)
class RepairOrder:
    """Repair ``first`` to ``last`` of a roster from which somebody is away already."""

    rota: Rota
    roster: Roster
    law: LawBook
    first: date
    last: date
    now: datetime
    seconds: float = 1.0

    def run(self) -> RepairFound:
        posts = uncovered(self.rota, self.roster, self.first, self.last)
        found = smallest_repair(self.rota, self.roster, self.law, self.first, self.last, seconds=self.seconds)
        cells = reasons(self.rota, self.roster, self.law, found.changed, self.now)
        why = None
        if found.still_open:
            why = ExplainOrder(
                self.rota, self.roster, self.law, self.first, self.last, frozen_before=self.first
            ).run()
        return RepairFound(posts, cells, found.still_open, found.proved, found.seconds, why)


@dataclass(frozen=True, slots=True)
class ExplainOrder:
    """Why posts from ``first`` to ``last`` stay empty. Days before ``frozen_before`` stay as they are."""

    rota: Rota
    roster: Roster
    law: LawBook
    first: date
    last: date
    seconds: float = 2.0
    frozen_before: date | None = None

    def run(self) -> Explanation:
        before = self.frozen_before or date.min
        frozen = frozenset(
            (agent.id, day)
            for agent in self.rota.agents
            for day in self.rota.dates
            if day < before and not self.rota.absent(agent.id, day)
        )
        rota = replace(self.rota, roster=self.roster, demands=self._demands())
        return explain_empty_posts(
            rota, self.law, first=self.first, last=self.last, frozen=frozen, seconds=self.seconds
        )

    def _demands(self) -> tuple[Demand, ...]:
        """What is needed from ``first`` to ``last`` only: posts that were empty before explain nothing here."""
        days: dict[Demand, list[date]] = {}
        for offset in range((self.last - self.first).days + 1):
            day = self.first + timedelta(days=offset)
            for one in demands_on(self.rota.site, self.rota.demands, day):
                days.setdefault(one, []).append(day)
        return tuple(replace(one, days=(), dates=tuple(found)) for one, found in days.items())


class Errand(Generic[T]):
    """One order under way. ``wait`` in a thread; ``give_up`` from anywhere."""

    def __init__(self, order: Order[T]) -> None:
        self.order = order
        self._given_up = threading.Event()

    def wait(self) -> T | None:
        """The answer; None when it was given up.

        Raises:
            DeskError: what the order itself raised.
            Unavailable: the process ended without an answer, or took too long.
        """
        context = multiprocessing.get_context("spawn")
        # A screen library may have put its own stream here, which no child process can inherit.
        with redirect_stderr(sys.__stderr__):
            ensure_running()
        receive, send = context.Pipe(duplex=False)
        process = context.Process(target=_run, args=(self.order, send), daemon=True)
        process.start()
        send.close()
        try:
            return self._listen(receive)
        finally:
            receive.close()
            _end(process)

    def give_up(self) -> None:
        """Nobody wants the answer any more."""
        self._given_up.set()

    def _listen(self, receive: Connection) -> T | None:
        waited = 0.0
        try:
            while not receive.poll(POLL_SECONDS):
                waited += POLL_SECONDS
                if self._given_up.is_set():
                    return None
                if waited > PATIENCE_SECONDS:
                    raise Unavailable(N_("the planner stopped without a result; start it again"))
            answer = receive.recv()
        except (EOFError, OSError) as error:
            raise Unavailable(N_("the planner stopped without a result; start it again")) from error
        if isinstance(answer, DeskError):
            raise answer
        found: T = answer
        return found


def _end(process: SpawnProcess) -> None:
    process.join(0.2)
    if process.is_alive():
        process.terminate()
        process.join(2)


def _run(order: Order[object], send: Connection) -> None:
    try:
        send.send(order.run())
    except DeskError as error:
        send.send(error)
    except BrokenPipeError:
        pass  # nobody listens any more
    finally:
        send.close()

"""Short questions to the planner, answered in a process of their own: the smallest repair, why a post stays empty.

The caller waits in a thread; the screen goes on painting, and giving up ends the process at once.
"""

from __future__ import annotations

import multiprocessing
import sys
import threading
from contextlib import redirect_stderr
from dataclasses import dataclass, replace
from datetime import date, datetime
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.resource_tracker import ensure_running
from typing import Generic, Protocol, TypeVar

from conciergedesk.core.errors import DeskError, Unavailable
from conciergedesk.core.i18n import N_
from conciergedesk.rota.explain import Explanation, explain_empty_posts
from conciergedesk.rota.law.packs import LawBook
from conciergedesk.rota.reasons import CellReason, reasons
from conciergedesk.rota.repair import Uncovered, smallest_repair, uncovered
from conciergedesk.rota.values import Roster, Rota

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
            why = ExplainOrder(self.rota, self.roster, self.law, self.first, self.last).run()
        return RepairFound(posts, cells, found.still_open, found.proved, found.seconds, why)


@dataclass(frozen=True, slots=True)
class ExplainOrder:
    """Why posts from ``first`` to ``last`` stay empty; published days outside may not change."""

    rota: Rota
    roster: Roster
    law: LawBook
    first: date
    last: date
    seconds: float = 2.0

    def run(self) -> Explanation:
        return explain_empty_posts(
            replace(self.rota, roster=self.roster), self.law, first=self.first, last=self.last,
            seconds=self.seconds,
        )  # fmt: skip


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

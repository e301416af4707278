"""A plan made in its own process, so that the screen never waits: start, poll, cancel, take the best."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterable
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from datetime import date
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.resource_tracker import ensure_running
from multiprocessing.synchronize import Event

from conciergedesk.core.errors import DeskError, Unavailable
from conciergedesk.core.i18n import N_
from conciergedesk.rota.law.packs import LawBook
from conciergedesk.rota.planning import PlanProgress, PlanResult, plan_period
from conciergedesk.rota.values import Rota


@dataclass(frozen=True, slots=True)
class PlanOrder:
    """What the child process is asked for; see :func:`conciergedesk.rota.planning.plan_period`."""

    rota: Rota
    law: LawBook
    seconds: float = 20.0
    seed: int = 0
    frozen: frozenset[tuple[str, date]] = frozenset()
    counted_changes: frozenset[tuple[str, date]] | None = None


@dataclass
class PlanProcess:
    """A running plan. Poll from a timer; ``cancel`` makes it stop with the best found so far."""

    order: PlanOrder
    last_progress: PlanProgress | None = None
    result: PlanResult | None = None
    _process: SpawnProcess | None = field(default=None, repr=False)
    _receive: Connection | None = field(default=None, repr=False)
    _stop: Event | None = field(default=None, repr=False)

    def start(self) -> PlanProcess:
        context = multiprocessing.get_context("spawn")
        # A screen library may have put its own stream here, which no child process can inherit.
        with redirect_stderr(sys.__stderr__):
            ensure_running()
        receive, send = context.Pipe(duplex=False)
        self._stop = context.Event()
        self._receive = receive
        self._process = context.Process(target=_work, args=(self.order, send, self._stop), daemon=True)
        self._process.start()
        send.close()
        return self

    def poll(self, wait_seconds: float = 0.0) -> PlanProgress | PlanResult | None:
        """The latest news, or None when there is none.

        Raises:
            Unavailable: the process ended without a result.
            DeskError: what the plan itself raised.
        """
        news: PlanProgress | PlanResult | None = None
        assert self._receive is not None
        try:
            while self.result is None and self._receive.poll(wait_seconds):
                message = self._receive.recv()
                wait_seconds = 0.0
                if isinstance(message, DeskError):
                    self.close()
                    raise message
                if isinstance(message, PlanResult):
                    self.result = news = message
                    self.close()
                elif isinstance(message, PlanProgress):
                    self.last_progress = news = message
        except (EOFError, OSError) as error:
            self.close()
            raise Unavailable(N_("the planner stopped without a result; start it again")) from error
        return news

    def cancel(self) -> None:
        """Ask for the best so far; it arrives with the next polls."""
        if self._stop is not None:
            self._stop.set()

    def close(self) -> None:
        """End the process at once."""
        if self._process is not None and self._process.is_alive():
            self._process.join(0.5)
            if self._process.is_alive():
                self._process.terminate()
                self._process.join(2)


def plan_in_process(
    rota: Rota, law: LawBook, *, seconds: float = 20.0, seed: int = 0, frozen: Iterable[tuple[str, date]] = (),
) -> PlanProcess:  # fmt: skip
    """Start a plan in a process of its own."""
    return PlanProcess(PlanOrder(rota, law, seconds, seed, frozenset(frozen))).start()


def _work(order: PlanOrder, send: Connection, stop: Event) -> None:
    def tell(news: PlanProgress) -> None:
        send.send(news)

    try:
        send.send(plan_period(
            order.rota, order.law, seconds=order.seconds, seed=order.seed, frozen=order.frozen,
            counted_changes=order.counted_changes, progress=tell, cancelled=stop.is_set,
        ))  # fmt: skip
    except DeskError as error:
        send.send(error)
    except BrokenPipeError:
        pass  # the desk has gone: there is nobody to tell
    finally:
        send.close()

"""Wake-ups: fixed intervals that call the desk. No rule lives here, and nothing is stored.

Durable rows with their due times are the truth. A wake-up that comes late, twice or on several desks at once
does no harm: each verb claims its rows in the database.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conciergedesk.core.errors import DeskError

MOST_LEFT_OUT = 5
"""Turns that are left out, at most, while a wake-up fails again and again."""

log = logging.getLogger("conciergedesk.jobs")


@dataclass(frozen=True, slots=True)
class WakeUp:
    """Call ``call`` every ``seconds``; also once at the start."""

    name: str
    seconds: float
    call: Callable[[], object]


class Waker:
    """Runs wake-ups in threads of its own until it is stopped."""

    def __init__(self, wake_ups: Sequence[WakeUp]) -> None:
        from apscheduler.executors.pool import ThreadPoolExecutor
        from apscheduler.schedulers.background import BackgroundScheduler

        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(1)},
            # A wake-up missed while the machine slept runs once, however late; two never overlap.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for one in wake_ups:
            self._scheduler.add_job(Turns(one).take, "interval", seconds=one.seconds, id=one.name)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Stop at once; a wake-up under way finishes by itself."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


class Turns:
    """One wake-up's turns: what fails is written down once and tried again, less and less often, until it works."""

    def __init__(self, wake_up: WakeUp) -> None:
        self._wake_up = wake_up
        self._failures = 0
        self._left_out = 0

    def take(self) -> None:
        """Call it, or leave this turn out."""
        if self._left_out:
            self._left_out -= 1
            return
        try:
            self._wake_up.call()
        except Exception as error:
            self._say(error)
            self._left_out = min(self._failures, MOST_LEFT_OUT)
            self._failures += 1
        else:
            if self._failures:
                log.info("the wake-up %s works again", self._wake_up.name)
            self._failures = 0

    def _say(self, error: Exception) -> None:
        name = self._wake_up.name
        if self._failures:
            return
        if isinstance(error, DeskError):
            log.warning("the wake-up %s failed: %s", name, error.in_language("en"))
        else:
            log.exception("the wake-up %s failed", name)

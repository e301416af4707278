"""Wake-ups: fixed intervals that call the desk. No rule lives here, and nothing is stored.

Durable rows with their due times are the truth. A wake-up that comes late, twice or on several desks at once
does no harm: each verb claims its rows in the database.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
            self._scheduler.add_job(_safely, "interval", args=[one], seconds=one.seconds, id=one.name)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Stop at once; a wake-up under way finishes by itself."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


def _safely(wake_up: WakeUp) -> None:
    """One wake-up; what fails is written down and tried again at the next."""
    try:
        wake_up.call()
    except Exception:
        log.exception("the wake-up %s failed", wake_up.name)

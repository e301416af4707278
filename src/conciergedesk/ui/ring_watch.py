"""Notices that a call rings within a fiftieth of a second, in a thread of its own that asks almost nothing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conciergedesk.core.db.changes import ChangeWatch

log = logging.getLogger("conciergedesk.ui")

LOOK_SECONDS = 0.02
REST_SECONDS = 2.0
"""After a look that failed."""


class RingWatch:
    """Calls ``changed`` in its thread whenever somebody has written, until it is stopped."""

    def __init__(self, watch: Callable[[], ChangeWatch], changed: Callable[[], None]) -> None:
        self._watch = watch
        self._changed = changed
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ring-watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop; the thread lets go of its connection."""
        self._over.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout=2.0)

    def _run(self) -> None:
        watch: ChangeWatch | None = None
        pause = LOOK_SECONDS
        while not self._over.wait(pause):
            try:
                watch = watch or self._watch()
                pause = LOOK_SECONDS
                if watch.changed():
                    self._changed()
            except Exception:
                # The database may be away for a while: the board says so; here it is only tried again.
                log.warning("could not look for calls", exc_info=True)
                if watch is not None:
                    watch.close()
                pause, watch = REST_SECONDS, None
        if watch is not None:
            watch.close()

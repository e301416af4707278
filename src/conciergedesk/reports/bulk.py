"""Making very many small values at once, without the search for cycles walking over all of them again and again."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside = 0
_was_on = False


@contextmanager
def many_values() -> Iterator[None]:
    """Hold the search for cycles back; a third of a month's report is spent in it. Threads may overlap.

    Values without cycles are freed as ever; the search goes on once the last one is out, unless it was off before.
    """
    global _inside, _was_on
    with _lock:
        if not _inside:
            _was_on = gc.isenabled()
            gc.disable()
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside and _was_on:
                gc.enable()

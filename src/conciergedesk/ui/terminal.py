"""The terminal under the desk, which may be closed at any moment while the desk still has something to keep.

A closed window reaches the desk as a signal, unless a process between them (``make``, a wrapper script) keeps the
signal to itself. Then only the terminal tells: it hangs up.
"""

from __future__ import annotations

import select
import sys
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from textual.driver import Driver


class PatientStream:
    """Writes to a terminal for as long as it is there; afterwards what is written goes nowhere.

    The thread that writes would end at the first failure, and whoever hands text to it would wait for ever.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._gone = False

    def write(self, text: str) -> int:
        if not self._gone:
            try:
                return self._stream.write(text)
            except OSError:
                self._gone = True
        return len(text)

    def flush(self) -> None:
        if not self._gone:
            try:
                self._stream.flush()
            except OSError:
                self._gone = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def driver_class() -> type[Driver] | None:
    """The driver that outlives its terminal; None where Textual's own choice stands."""
    if sys.platform == "win32":
        return None
    from textual.drivers.linux_driver import LinuxDriver

    class DeskDriver(LinuxDriver):
        def start_application_mode(self) -> None:
            if self._file is not None:
                self._file = cast(Any, PatientStream(self._file))
            super().start_application_mode()  # type: ignore[no-untyped-call]

    return DeskDriver


def hung_up() -> bool:
    """Whether the terminal behind the standard input is gone."""
    if sys.platform == "win32" or sys.__stdin__ is None:
        return False
    try:
        watch = select.poll()
        watch.register(sys.__stdin__.fileno(), 0)
        return any(state & (select.POLLHUP | select.POLLNVAL) for _file, state in watch.poll(0))
    except (OSError, ValueError):
        return True

"""A real desk in a real terminal: a process on a pseudo-terminal, keys in, every byte it writes out."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds after which something that should have happened counts as not happening."""

KEYS = {
    "enter": "\r",
    "escape": "\x1b[27u",  # as newer terminals send it: never mistaken for the beginning of another key
    "tab": "\t",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "f6": "\x1b[17~",
    "f7": "\x1b[18~",
    "f8": "\x1b[19~",
    "f9": "\x1b[20~",
    "f10": "\x1b[21~",
    "ctrl+b": "\x02",
    "ctrl+p": "\x10",
    "ctrl+q": "\x11",
    "ctrl+r": "\x12",
    "ctrl+s": "\x13",
    "end": "\x1b[F",
}
_SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[=>]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1bP[^\x1b]*\x1b\\"
)


def until(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Wait until ``condition`` holds; a test that waits in vain says for what."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"in vain: {what}")
        select.select([], [], [], 0.02)


class Terminal:
    """``with Terminal(["open", "--agent", "INE"], home) as desk: desk.type("taxi"); desk.press("ctrl+s")``."""

    def __init__(
        self,
        arguments: list[str],
        home: Path,
        *,
        columns: int = 120,
        rows: int = 36,
        environment: Mapping[str, str] | None = None,
        behind: Sequence[str] = (),
    ) -> None:
        self.written = b""
        self._seen = 0
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [*behind, sys.executable, "-m", "conciergedesk", *arguments],
            cwd=ROOT,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT / "src"),
                "LC_ALL": "C.UTF-8",
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                "TEXTUAL_ANIMATIONS": "none",
                "CONCIERGEDESK_HOME": str(home),
                "HOME": str(home),
                **(environment or {}),
            },
        )
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self.hang_up()

    def hang_up(self) -> None:
        """Close the window, as a person does with the mouse."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def read(self, wait: float = 0.0) -> bool:
        """Take what the desk has written; tells whether there was anything."""
        ready, _none, _nothing = select.select([self._master], [], [], wait)
        if not ready:
            return False
        try:
            some = os.read(self._master, 65536)
        except OSError:
            return False
        self.written += some
        return bool(some)

    def send(self, data: str | bytes) -> None:
        """Bytes as a terminal would send them; a long text goes out as fast as the desk reads."""
        rest = data if isinstance(data, bytes) else data.encode()
        while rest:
            self.read()
            _read, ready, _none = select.select([], [self._master], [], PATIENCE)
            assert ready, "the desk does not read its keys any more"
            rest = rest[os.write(self._master, rest[:512]) :]

    def press(self, *names: str, quiet: float = 0.04) -> None:
        """Press keys and wait after each until the desk has painted."""
        for name in names:
            self.send(KEYS.get(name, name))
            self.settle(quiet)

    def press_at_once(self, *names: str) -> None:
        """Press keys faster than anybody can."""
        self.send("".join(KEYS.get(name, name) for name in names))
        self.settle(0.04)

    def type(self, text: str) -> None:
        self.send(text)
        self.settle()

    def paste(self, text: str) -> None:
        """Paste as terminals do it, in brackets."""
        self.send(f"\x1b[200~{text}\x1b[201~")
        self.settle()

    def settle(self, quiet: float = 0.12, patience: float = 10.0) -> None:
        """Wait until nothing was written for a moment."""
        deadline = time.monotonic() + patience
        while self.read(quiet) and time.monotonic() < deadline:
            pass

    def until_shown(self, text: str, patience: float = PATIENCE) -> None:
        """Wait until the desk has written ``text`` after what was waited for before."""

        def shown() -> bool:
            self.read(0.02)
            assert self.process.poll() is None or text in self.text, f"ended: {self.text[-2000:]!r}"
            return text in self.text[self._seen :]

        until(shown, f"{text!r} on the screen", patience)
        self._seen = len(self.text)

    def until_ended(self, patience: float = PATIENCE) -> int:
        """The exit status; the desk must end by itself."""

        def ended() -> bool:
            if self._master >= 0:
                self.read(0.02)
            return self.process.poll() is not None

        until(ended, "the process to end", patience)
        assert self.process.returncode is not None
        return self.process.returncode

    @property
    def text(self) -> str:
        """What was written, without the terminal's own sequences."""
        return _SEQUENCE.sub("", self.written.decode(errors="replace"))

"""How long until the desk can be seen, and until it can be used, against an empty Textual application.

``python -m benchmarks.startup``: both are started in turn in a terminal of 120 x 36, from a database with a million
past requests; the figures are medians, the goals ratios to the empty application of the same run.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from benchmarks._desk import FIRST_NAMES, PLACES, BuiltDesk, built_desk
from benchmarks._report import Report, arguments

WIDTH, HEIGHT = 120, 36
LIMIT_SECONDS = 30.0
EMPTY = "from textual.app import App\nApp().run()"
DESK = ("-m", "conciergedesk", "open", "--agent", "INE")
"""The desk with the answer to the sign-in given."""

FRAME = f"\x1b[{HEIGHT - 1};1H".encode()
"""A frame is there when one of its last lines is being painted; a footer may come as a change."""
ROW = re.compile("|".join(map(re.escape, (*FIRST_NAMES, *PLACES))).encode())
"""Only promises name a client or a place."""

Seen = Callable[[bytes], bool]


def times_until(command: Sequence[str], environment: dict[str, str], seen: Sequence[Seen]) -> list[float]:
    """Start ``command`` in a terminal; seconds until each of ``seen`` is true of what it has written so far."""
    started = time.perf_counter()
    process, terminal = pty.fork()
    if process == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
        os.execvpe(command[0], list(command), environment)
    written = b""
    reached: list[float] = []
    try:
        while len(reached) < len(seen) and time.perf_counter() - started < LIMIT_SECONDS:
            ready, _, _ = select.select([terminal], [], [], 1.0)
            if not ready:
                continue
            try:
                written += os.read(terminal, 1 << 16)
            except OSError:
                break
            while len(reached) < len(seen) and seen[len(reached)](written):
                reached.append(time.perf_counter() - started)
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(terminal)
    if len(reached) < len(seen):
        raise SystemExit(f"{command[-1]!r} did not get there; its last words: {written[-400:]!r}")
    return reached


def frame_is_there(written: bytes) -> bool:
    return FRAME in written


def row_is_there(written: bytes) -> bool:
    return ROW.search(written) is not None


def measure(desk: BuiltDesk, turns: int) -> dict[str, list[float]]:
    """Milliseconds to the empty frame, the desk's first frame and its first promise, ``turns`` times each."""
    environment = desk.environment()
    empty = [sys.executable, "-c", EMPTY]
    product = [sys.executable, *DESK]
    taken: dict[str, list[float]] = {"empty": [], "first frame": [], "usable board": []}
    for turn in range(-1, turns):
        (blank,) = times_until(empty, environment, [frame_is_there])
        frame, board = times_until(product, environment, [frame_is_there, row_is_there])
        if turn >= 0:  # the first turn warms the disk's cache and the compiled modules
            for name, seconds in (("empty", blank), ("first frame", frame), ("usable board", board)):
                taken[name].append(seconds * 1000)
    return taken


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--open", type=int, default=300, help="open requests on the board (default 300)")
    parser.add_argument("--turns", type=int, default=0, help="how often each is started")
    parser.add_argument("--keep", type=Path, default=None, help="keep built databases in this folder")
    options = parser.parse_args()
    past = 20_000 if options.quick else 1_000_000
    desk = built_desk(past, options.open, keep=options.keep)
    taken = measure(desk, options.turns or (5 if options.quick else 15))
    report = Report("startup", options.quick)
    report.figure("past requests", past)
    report.figure("open requests", options.open)
    middle = {name: median(values) for name, values in taken.items()}
    report.figure("empty application, first frame, ms", middle["empty"])
    report.figure("desk, first frame, ms", middle["first frame"])
    report.figure("desk, first promise painted, ms", middle["usable board"])
    report.figure("first frame / empty", middle["first frame"] / middle["empty"], "<= 1.6")
    report.figure("usable board / empty", middle["usable board"] / middle["empty"], "<= 2.5")
    report.figure("building the database, s", desk.build_seconds)
    report.finish(options.json)


if __name__ == "__main__":
    main()

"""How the board feels with 10,000 open requests, and whether it feels the history behind them.

``python -m benchmarks.queue``: keys are pressed in a real terminal and timed until the last byte they caused is
painted; refreshing, opening and claiming are timed inside a desk. Everything is done on a board with little history
and on one with a million requests; "growth" is the ratio of the two.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from benchmarks._desk import ROOT, BuiltDesk, built_desk
from benchmarks._report import Report, arguments, percentile

WIDTH, HEIGHT = 120, 36
OPEN = 10_000
QUIET_SECONDS = 0.012
"""A burst of output is over when nothing has come for this long."""
REST_SECONDS = 0.12
"""Between two keys: the detail beside the list has been painted too."""
DOWN, UP, PAGE_DOWN, PAGE_UP, HOME, END = b"\x1b[B", b"\x1b[A", b"\x1b[6~", b"\x1b[5~", b"\x1b[H", b"\x1b[F"
FILTERS = ("weber", "moi", "taxi luxembourg", "retard", "!attente", "solene thionville", "nancy", "hotel")

Series = dict[str, list[float]]


class Terminal:
    """A desk in a terminal of its own."""

    def __init__(self, desk: BuiltDesk) -> None:
        command = [sys.executable, "-m", "conciergedesk", "open", "--agent", "INE"]
        self.process, self._terminal = pty.fork()
        if self.process == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
            os.execvpe(command[0], command, desk.environment())

    def wait_for(self, text: str, seconds: float = 60.0) -> None:
        """Read until ``text`` was painted."""
        seen, until = b"", time.perf_counter() + seconds
        while text.encode() not in seen:
            if time.perf_counter() > until:
                raise SystemExit(f"{text!r} was not painted; the last words were {seen[-400:]!r}")
            seen += self._read(0.5)

    def press(self, key: bytes) -> float | None:
        """Milliseconds from ``key`` to the last byte of what it paints; None when it paints nothing."""
        self.rest(REST_SECONDS)
        started = time.perf_counter()
        os.write(self._terminal, key)
        if not self._read(1.0):
            return None
        last = time.perf_counter()
        while self._read(QUIET_SECONDS):
            last = time.perf_counter()
        return (last - started) * 1000

    def rest(self, seconds: float) -> None:
        """Read away what comes until nothing has come for ``seconds``."""
        while self._read(seconds):
            pass

    @property
    def resident_mb(self) -> float:
        lines = Path(f"/proc/{self.process}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

    def close(self) -> None:
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self._terminal)

    def _read(self, seconds: float) -> bytes:
        ready, _, _ = select.select([self._terminal], [], [], seconds)
        if not ready:
            return b""
        try:
            return os.read(self._terminal, 1 << 16)
        except OSError:
            raise SystemExit("the desk ended") from None


def keys_to_paint(desk: BuiltDesk, rounds: int) -> tuple[Series, float]:
    """Milliseconds from key to paint while scrolling and filtering, and the memory of the desk in MB."""
    terminal = Terminal(desk)
    try:
        terminal.wait_for(f"{OPEN // 1000}\u202f00")  # the heading says how many there are
        terminal.rest(2.0)
        taken: Series = {"scroll": [], "filter": []}
        for _ in range(rounds):
            for key in (*[DOWN] * 12, *[PAGE_DOWN] * 6, END, *[UP] * 6, *[PAGE_UP] * 3, HOME):
                _keep(taken["scroll"], terminal.press(key))
        for line in FILTERS * max(rounds // 2, 1):
            _keep(taken["filter"], terminal.press(b"/"))
            for letter in line:
                _keep(taken["filter"], terminal.press(letter.encode()))
            _keep(taken["filter"], terminal.press(b"\r"))
            # A lone Escape is only known to be one when nothing has followed it for 100 ms: not counted.
            terminal.press(b"\x1b")
            terminal.rest(0.3)
        return taken, terminal.resident_mb
    finally:
        terminal.close()


def _keep(series: list[float], milliseconds: float | None) -> None:
    if milliseconds is not None:
        series.append(milliseconds)


# --- inside a desk ----------------------------------------------------------------------------------------------


def work_inside(desk: BuiltDesk, rounds: int) -> Series:
    """The same desk without a terminal, in a process of its own: refresh, open, claim."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.queue", "--inside", str(rounds)],
        env=desk.environment(), cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    series: Series = json.loads(done.stdout.splitlines()[-1])
    return series


async def _inside(rounds: int) -> Series:
    from conciergedesk.board.rules import PromiseKind
    from conciergedesk.bootstrap import open_desk
    from conciergedesk.requests import service as requests
    from conciergedesk.staff.queries import actor_for, agents
    from conciergedesk.ui.session import DeskSession
    from conciergedesk.ui.start import Start

    session = DeskSession()
    start = Start(session, agent="INE")
    taken: Series = {"refresh": [], "open": [], "claim": []}
    async with start.app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        for _turn in range(600):
            await pilot.pause(0.05)
            if len(start.board.list.promises) >= OPEN:
                break
        await pilot.pause(0.5)
        board, book = start.board, session.book()
        other = open_desk(session.settings)
        colleague = other.ask(
            actor_for,
            next(one.id for one in other.ask(agents) if one.code == "BAS"),
            language="fr",
            desk="other",
        )
        free = iter(
            [one for one in board.list.promises if one.kind is PromiseKind.REQUEST and one.holder_id is None]
        )

        def refresh() -> None:
            board._show_reading((session.token(), session.load()))
            for y in range(board.list.size.height):
                board.list.render_line(y)

        for _ in range(rounds):
            # A colleague's claim comes in.
            theirs = next(free).id
            other.act(colleague, requests.claim, book, theirs)
            _time(taken["refresh"], refresh)
        for one in board.list.promises[: rounds * 7 : 7]:

            def show(kind: PromiseKind = one.kind, number: int = one.id) -> None:
                detail = session.detail(kind, number)
                assert detail is not None
                board._show_detail(detail)
                for y in range(board.pane.size.height):
                    board.pane.render_line(y)

            _time(taken["open"], show)
        for _ in range(rounds):
            mine = next(free).id
            _time(taken["claim"], lambda mine=mine: session.act(requests.claim, book, mine))  # type: ignore[misc]
            await asyncio.sleep(0)
        other.close()
    session.close()
    return taken


def _time(series: list[float], call: Callable[[], object]) -> None:
    started = time.perf_counter()
    call()
    series.append((time.perf_counter() - started) * 1000)


# --- the report -------------------------------------------------------------------------------------------------


def figures_of(desk: BuiltDesk, rounds: int, inside: int) -> tuple[Series, float]:
    taken, memory = keys_to_paint(desk, rounds)
    return {**taken, **work_inside(desk, inside)}, memory


GOALS = {
    "scroll": ("key to paint while scrolling", 0.99, "p99", "<= 50"),
    "filter": ("key to paint while filtering", 0.99, "p99", "<= 50"),
    "refresh": ("refresh after a colleague's write", 0.95, "p95", "<= 30"),
    "open": ("open a record", 0.95, "p95", "<= 20"),
    "claim": ("claim", 0.95, "p95", "<= 20"),
}


def rows(series: Series) -> Iterator[tuple[str, str, float, float, str, str]]:
    for name, (title, share, label, goal) in GOALS.items():
        yield name, title, median(series[name]), percentile(series[name], share), label, goal


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--keep", type=Path, default=None, help="keep built databases in this folder")
    parser.add_argument("--inside", type=int, default=0, help="used by the benchmark itself")
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(asyncio.run(_inside(options.inside))))
        return
    total = 30_000 if options.quick else 1_000_000
    rounds, inside = (1, 20) if options.quick else (8, 150)
    report = Report("queue", options.quick)
    large = built_desk(total - OPEN, OPEN, keep=options.keep)
    series, memory = figures_of(large, rounds, inside)
    report.figure("requests in all", total)
    report.figure("open requests", OPEN)
    for _name, title, middle, high, label, goal in rows(series):
        report.figure(f"{title}, median ms", middle)
        report.figure(f"{title}, {label} ms", high, goal)
    report.figure("memory of a desk, MB", memory, "<= 150")
    if not options.quick:
        small, small_memory = figures_of(built_desk(10_000, OPEN, keep=options.keep), rounds, inside)
        for name, title, middle, _high, _label, _goal in rows(series):
            report.figure(f"growth from 10,000 past to 1,000,000: {title}", middle / median(small[name]))
        report.figure("growth from 10,000 past to 1,000,000: memory", memory / small_memory)
    report.figure("building the database, s", large.build_seconds)
    report.finish(options.json)


if __name__ == "__main__":
    main()

"""A desk in a process of its own that is walked through by an accurate hand, with every byte it writes kept.

``python -m tests.faults.walker HOME BYTES REPORT`` opens the desk of a folder, goes into every room, does every act,
looks into whatever opened and lists from the command line; then it says where it has been.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot
from textual.screen import Screen

from conciergedesk.board.rules import PromiseKind
from conciergedesk.core.settings import Settings
from conciergedesk.ui.acts import ACTIONS, Action, Scope
from conciergedesk.ui.desk_screen import DeskScreen
from conciergedesk.ui.session import DeskSession
from conciergedesk.ui.start import Start
from conciergedesk.ui.widgets.inputs import DeskInput
from tests.faults.monsters import SENTINEL
from tests.keyboard import quiet, strike

SIZE = (80, 24)
WIDE = (190, 50)
AGENT = "HEL"
LEFT_OUT = {"desk.quit", "desk.language", "desk.theme", "desk.back", "desk.go", "list.page_up", "list.first"}
LAST = {"rota.check"}
"""Starts a long computation: nothing comes after it."""
TYPED = "zorn"
REQUESTS = 8
FIRST = {
    "relocation": ("escape", "escape", "enter"),
    "hotline": ("down",),
    "rota": ("down",),
    "keys": ("down",),
}
"""What is pressed before an act of a room, so that there is something to act on."""
IN_THE_LIST = {"relocation.new", "relocation.view", "relocation.filter"}
LONG = 1.0
"""Seconds after which a computation is looked away from."""
DEEP = 1
"""Sheets behind sheets that are opened with Enter, at most."""
WAYS_OUT = 4


class Recorder(HeadlessDriver):
    """A terminal that keeps what is written to it."""

    written: ClassVar[list[str]] = []

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.written.append(data)


class Complaints(logging.Handler):
    """What the desk wrote to its log as unexpected."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(logging.Formatter().format(record))


class Walk:
    """Where the walk has been."""

    def __init__(self, start: Start, pilot: Pilot[None]) -> None:
        self.start = start
        self.pilot = pilot
        self.rooms: dict[str, str] = {}
        self.sheets: dict[str, str] = {}
        self._steps = 0
        self.seconds: list[tuple[float, str]] = []

    @property
    def screen(self) -> Screen[object]:
        return self.pilot.app.screen

    @property
    def text(self) -> str:
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())

    async def everywhere(self) -> None:
        for _turn in range(50):
            await quiet(self.pilot)
            if self.start.session.actor is not None:
                break
        self.start._wiring.rota.room.seconds = 0.1
        for label in self.start.app.mode_labels:
            await self._room(label.id)
        await self.pilot.resize_terminal(*WIDE)
        for label in self.start.app.mode_labels:
            await self._go(label.id)
            await self._press("down")
        await self._go("rota")
        for act in (one for one in ACTIONS if one.id in LAST):
            await self._act("rota", act)

    async def _rest(self) -> None:
        """Look at what is there by now; what is worked out for long is not waited for."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONG):
                await quiet(self.pilot)

    async def _press(self, *keys: str) -> None:
        await strike(self.pilot.app, *keys)
        await self._rest()

    async def _go(self, room: str) -> None:
        self.start.app.go(room)
        await self._rest()
        self.rooms[room] = self.text

    async def _room(self, room: str) -> None:
        await self._go(room)
        scopes = {one for one in Scope if one.value == room}
        if room == "board":
            scopes |= {Scope.EVERYWHERE, Scope.LIST}
        for act in ACTIONS:
            if act.scope in scopes and act.id not in LEFT_OUT | LAST and not act.id.startswith("mode."):
                began = time.perf_counter()
                await self._act(room, act)
                self.seconds.append((time.perf_counter() - began, act.id))

    async def _act(self, room: str, act: Action) -> None:
        if isinstance(self.screen.focused, DeskInput):
            await self._press(*TYPED, "down")  # from the query to what it has found
        if act.scope is Scope.BOARD:
            self._steps += 1
            self.start.board.reload(select=(PromiseKind.REQUEST, 1 + self._steps % REQUESTS))
            await self._rest()
        elif act.id not in IN_THE_LIST:
            await self._press(*FIRST.get(room, ()))
        if act.keys:
            await self._press(act.keys[0])
        else:
            screen = self.screen
            assert isinstance(screen, DeskScreen)
            screen.run_act(act)
            await self._rest()
        for _deep in range(DEEP):
            if isinstance(self.screen, DeskScreen):
                break
            self._look()
            await self._press(*(TYPED if isinstance(self.screen.focused, DeskInput) else ()), "down")
            await self._press("enter")
        if isinstance(self.screen, DeskScreen):
            await strike(self.pilot.app, "escape")  # puts away what was said, or a filter
        for _out in range(WAYS_OUT):
            if isinstance(self.screen, DeskScreen):
                break
            self._look()
            await self._press("escape")
        assert isinstance(self.screen, DeskScreen), f"no way out of {self.screen!r}"
        if self.start.app.current_mode != room:
            await self._go(room)

    def _look(self) -> None:
        name = type(self.screen).__name__
        if SENTINEL not in self.sheets.get(name, ""):
            self.sheets[name] = self.text


LISTS = (
    ["request", "list"], ["request", "show", "1", "--json"], ["find", "bakery"], ["providers", "imports"],
    ["relocation", "list"], ["relocation", "show", "1"], ["hotline", "tickets"], ["hotline", "show", "1"],
    ["hotline", "sites"], ["handover", "lines"], ["reports", "show"], ["desk", "staff"],
)  # fmt: skip


def listed() -> Iterator[tuple[str, int, str]]:
    """What the command line prints for each list: (command, status, text)."""
    from conciergedesk.cli import app

    for arguments in LISTS:
        out = io.StringIO()
        status = 0
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            try:
                app(arguments, standalone_mode=False)
            except SystemExit as ended:
                status = int(ended.code or 0)
            except Exception as error:
                status, _none = 99, out.write(f"{type(error).__name__}: {error}")
        yield " ".join(arguments), status, out.getvalue()


def main(home: Path, written: Path, report: Path) -> None:
    session = DeskSession(None, Settings(database=f"sqlite:///{home / 'desk.db'}", glyphs="unicode"))
    start = Start(session, agent=AGENT)
    start.app.driver_class = Recorder
    walks: list[Walk] = []
    complaints = Complaints()
    logging.getLogger("conciergedesk").addHandler(complaints)
    lists = list(listed())

    async def pilot_it(pilot: Pilot[Any]) -> None:
        walks.append(Walk(start, pilot))
        try:
            await walks[0].everywhere()
        finally:
            pilot.app.exit()

    try:
        asyncio.run(start.app.run_async(size=SIZE, auto_pilot=pilot_it))
        if start.app._exception is not None:
            raise start.app._exception
    finally:
        start.stop()
        session.close()
        written.write_text("".join(Recorder.written), encoding="utf-8", errors="surrogatepass")
        found = walks[0]
        report.write_text(
            json.dumps(
                {
                    "rooms": found.rooms,
                    "sheets": found.sheets,
                    "lists": lists,
                    "complaints": complaints.texts,
                    "seconds": sorted(found.seconds)[-20:],
                }
            )
        )


if __name__ == "__main__":
    main(*(Path(one) for one in sys.argv[1:4]))
    os._exit(0)  # what is still worked out for a room is not waited for

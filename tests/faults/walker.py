"""A desk in a process of its own that is walked through by an accurate hand, with every byte it writes kept.

``python -m tests.faults.walker HOME BYTES REPORT`` opens the desk of a folder, goes into every room, does every act,
looks into whatever opened and lists from the command line; then it says where it has been. What no act opens by
itself is gone to by a way of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import io
import json
import logging
import os
import pkgutil
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from textual import events
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, TextArea

import conciergedesk.ui
from conciergedesk.board.rules import PromiseKind
from conciergedesk.core.settings import Settings
from conciergedesk.hotline import service as hotline
from conciergedesk.rota.repair import Refused
from conciergedesk.ui.acts import ACTIONS, Action, Scope
from conciergedesk.ui.desk_screen import DeskScreen
from conciergedesk.ui.modals.form import FormSheet
from conciergedesk.ui.modals.hotline_call import CallSheet
from conciergedesk.ui.modals.rota_stand_in import StandInSheet
from conciergedesk.ui.modals.sign_in import SignIn
from conciergedesk.ui.screens.board import BoardScreen
from conciergedesk.ui.screens.providers import ProvidersScreen
from conciergedesk.ui.screens.relocation import RelocationScreen
from conciergedesk.ui.screens.rota import RotaScreen
from conciergedesk.ui.session import DeskSession
from conciergedesk.ui.start import Start
from conciergedesk.ui.widgets.inputs import DeskInput
from conciergedesk.ui.widgets.rota_grid import Place
from tests.faults.monsters import shows_a_monster
from tests.faults.vandal import CALLER, LATE_DAY, graffiti
from tests.keyboard import PATIENCE, quiet, strike

SIZE = (80, 24)
WIDE = (190, 50)
AGENT = "HEL"
LEFT_OUT = {"desk.quit", "desk.language", "desk.theme", "desk.back", "desk.go", "list.page_up", "list.first"}
TYPED = "zorn"
PASTED = 2
"""Lines of a form that hostile text is pasted into."""
IN_THE_LIST = {"relocation.new", "relocation.view", "relocation.filter"}
WAYS_OUT = 6
WAYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "board": (("g",), ("l", "=zorn", "enter")),
    "providers": (("down", "down", "h"), ("providers.import", "=listing.csv", "enter")),
    "keys": (
        ("k", "ctrl+u", "=204-3", "enter"),
        ("b", "ctrl+u", "=206-2", "enter"),
        *((key, "w") for key in ("up", "up", "down", "down")),  # the one that is lost
    ),
    "relocation": (
        ("j", "=+12j"),
        ("a", "v", "enter"),  # another plan
        ("a", "t"),  # across the border
        ("escape", "escape", "h", "down", "enter"),  # a programme of visits
    ),
    "reports": (("m", "enter"), ("down", "enter")),  # the list behind a figure
}
"""Keys to what opens only behind a choice, or shows data only once something is typed: a key, an act, ``=typed``."""
BY_NAME = {act.id: act for act in ACTIONS}


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
        self._graffiti = graffiti()
        self.seconds: list[tuple[float, str]] = []

    @property
    def screen(self) -> Screen[object]:
        return self.pilot.app.screen

    @property
    def text(self) -> str:
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())

    async def everywhere(self) -> None:
        await self._until(lambda: isinstance(self.screen, SignIn), "the sheet to sign in")
        self._look()
        await self._press(*AGENT.lower())
        await self._press("enter")
        await self._until(lambda: self.start.session.actor is not None, "to be signed in")
        self.start._wiring.rota.room.seconds = 0.1
        for label in self.start.app.mode_labels:
            await self._go(label.id)
            for way in WAYS.get(label.id, ()):
                await self._follow(label.id, way)
            if label.id == "rota":
                await self._sign()
            await self._room(label.id)
        await self._ring()
        await self.pilot.resize_terminal(*WIDE)
        for label in self.start.app.mode_labels:
            await self._go(label.id)

    async def _until(self, condition: Callable[[], bool], what: str) -> None:
        """Rest until ``condition`` holds; what no key sets going is told by a thread."""
        deadline = time.monotonic() + PATIENCE
        await quiet(self.pilot)
        while not condition():
            assert time.monotonic() < deadline, f"in vain: {what}"
            await asyncio.sleep(0.01)
            await quiet(self.pilot)

    async def _press(self, *keys: str) -> None:
        await strike(self.pilot.app, *keys)
        await quiet(self.pilot)

    async def _go(self, room: str) -> None:
        self.start.app.go(room)
        await quiet(self.pilot)
        self.rooms[room] = self.text

    async def _room(self, room: str) -> None:
        scopes = {one for one in Scope if one.value == room}
        if room == "board":
            scopes |= {Scope.EVERYWHERE, Scope.LIST}
        for act in ACTIONS:
            if act.scope in scopes and act.id not in LEFT_OUT and not act.id.startswith("mode."):
                began = time.process_time()
                await self._act(room, act)
                self.seconds.append((time.process_time() - began, act.id))

    async def _act(self, room: str, act: Action) -> None:
        await self._ready(room, act)
        if act.keys:
            await self._press(act.keys[0])
        else:
            await self._run(act)
        if not isinstance(self.screen, DeskScreen):
            self._look()
            if not isinstance(self.screen, FormSheet) and isinstance(self.screen.focused, DeskInput):
                await self._press(*TYPED)  # and see what is found
                self._look()
            if isinstance(self.screen.focused, Input):
                await self._paste()
            await self._press("down", "enter")
        await self._out(room)

    async def _paste(self) -> None:
        """Hostile text into the first lines of what is open."""
        for _line in range(PASTED):
            event = events.Paste(next(self._graffiti))
            event.set_sender(self.pilot.app)
            self.pilot.app.post_message(event)
            await strike(self.pilot.app, "tab")

    async def _run(self, act: Action) -> None:
        screen = self.screen
        assert isinstance(screen, DeskScreen)
        screen.run_act(act)
        await quiet(self.pilot)

    async def _ready(self, room: str, act: Action | None = None) -> None:
        """Choose what there is to act on."""
        screen = self.screen
        if isinstance(screen, ProvidersScreen):
            if screen.search.value != TYPED:
                screen.search.value = TYPED
                await quiet(self.pilot)
            screen.list.focus()
        elif isinstance(screen, BoardScreen) and (act is None or act.scope is Scope.BOARD):
            self._steps += 1
            kinds = [one.kind for one in screen.list.promises]
            requests = [place for place, kind in enumerate(kinds) if kind is PromiseKind.REQUEST]
            screen.list.cursor = requests[self._steps % len(requests)]
        elif isinstance(screen, RotaScreen):
            await self._choose_a_shift(screen)
        elif isinstance(screen, RelocationScreen) and (act is None or act.id not in IN_THE_LIST):
            if screen.card is None:
                await self._press("enter")
        elif room in ("keys", "hotline"):
            await strike(self.pilot.app, "down")

    async def _choose_a_shift(self, screen: RotaScreen) -> None:
        """A late shift before an early one of somebody else, of those the vandal has planned."""
        assert screen.reading is not None
        today = self.start.session.now().date()
        day = today - timedelta(days=today.weekday()) + LATE_DAY
        if day not in screen.reading.desk.rota.dates:
            screen.reload(day)
            await quiet(self.pilot)
        on_shift = [one.id for one in screen.grid.agents if screen.reading.roster.shifts_on(one.id, day)]
        screen.grid.go_to(Place((on_shift or [screen.grid.agents[0].id])[0], "", day))

    async def _follow(self, room: str, way: tuple[str, ...]) -> None:
        await self._ready(room)
        for key in way:
            if key in BY_NAME:
                await self._run(BY_NAME[key])
            else:
                await self._press(*(key[1:] if key.startswith("=") else (key,)))
            if not isinstance(self.screen, DeskScreen):
                self._look()
        await self._out(room)

    async def _sign(self) -> None:
        """Give the shift to somebody whom a rule forbids it, which asks for a signature."""
        assert isinstance(self.screen, RotaScreen)
        await self._choose_a_shift(self.screen)
        await self._press("s")
        sheet = self.screen
        assert isinstance(sheet, StandInSheet)
        places = [place for place, one in enumerate(sheet.rows.choices()) if isinstance(one, Refused)]
        await self._press(*["down"] * places[0], "enter")
        self._look()
        await self._out("rota")

    async def _ring(self) -> None:
        """A call rings, is taken, becomes a ticket and is looked into, question by question."""
        session = self.start.session
        await asyncio.to_thread(session.act, hotline.ring_in, CALLER, line="technical")
        await self._until(lambda: isinstance(self.screen, CallSheet), "the call to ring")
        for key in ("", "enter", "enter", "enter", "a"):
            await self._press(*filter(None, (key,)))
            self._look()
        await self._out("hotline")

    async def _out(self, room: str) -> None:
        """Back to the room, however deep."""
        if isinstance(self.screen, DeskScreen):
            self.screen.toasts.put_away()
            if isinstance(self.screen.focused, Input | TextArea):
                await self._press("escape")  # out of a filter or one's own words
        for _out in range(WAYS_OUT):
            if isinstance(self.screen, DeskScreen):
                break
            self._look()
            await self._press("escape")
        assert isinstance(self.screen, DeskScreen), f"no way out of {self.screen!r}"
        if self.start.app.current_mode != room:
            await self._go(room)

    def _look(self) -> None:
        """Note what stands in the frame of this sheet; what shines through around it is another's."""
        name = type(self.screen).__name__
        if shows_a_monster(self.sheets.get(name, "")):
            return
        frame = self.screen.query("#frame").first().region if self.screen.query("#frame") else None
        strips = self.screen._compositor.render_strips()
        if frame is not None:
            strips = [one.crop(frame.x, frame.right) for one in strips[frame.y : frame.bottom]]
        self.sheets[name] = "\n".join(one.text for one in strips)


def every_sheet() -> list[str]:
    """The names of all sheets of the program."""
    for module in pkgutil.walk_packages(conciergedesk.ui.__path__, "conciergedesk.ui."):
        importlib.import_module(module.name)
    found: set[type[ModalScreen[Any]]] = set()
    left: list[type[ModalScreen[Any]]] = [ModalScreen]
    while left:
        below = left.pop().__subclasses__()
        found |= set(below)
        left += below
    ours = [one.__name__ for one in found if one.__module__.startswith("conciergedesk.")]
    assert len(ours) == len(set(ours)), "two sheets of one name"
    return sorted(ours)


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
    start = Start(session)
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
                    "every_sheet": every_sheet(),
                    "lists": lists,
                    "complaints": complaints.texts,
                    "seconds": sorted(found.seconds)[-20:],
                }
            )
        )


if __name__ == "__main__":
    main(*(Path(one) for one in sys.argv[1:4]))
    os._exit(0)  # what is still worked out for a room is not waited for

"""A published rota behind the real screen: real services on SQLite, a clock that stands still, real key presses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

import pytest
from textual.pilot import Pilot

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.i18n import use_language
from conciergedesk.core.settings import Settings
from conciergedesk.rota import service
from conciergedesk.rota.house import rota_house
from conciergedesk.rota.queries import desk_rota
from conciergedesk.rota.repair import mark_absent, stand_ins
from conciergedesk.rota.values import Roster
from conciergedesk.staff import service as staff
from conciergedesk.ui.app import DeskApp, Identity
from conciergedesk.ui.desk_screen import DeskScreen
from conciergedesk.ui.glyphs import use_glyphs
from conciergedesk.ui.handlers.rota import RotaHandlers
from conciergedesk.ui.keys import KeyMap, use_keymap
from conciergedesk.ui.screens.rota import RotaScreen
from conciergedesk.ui.session import DeskSession
from conciergedesk.ui.widgets.rota_grid import Place
from tests.conftest import PARIS, hire
from tests.four_weeks import MONDAY, planned
from tests.keyboard import press, quiet


def someone_on(shift: str, day: date) -> str:
    return next(one.agent for one in planned() if one.day == day and one.shift == shift)


@lru_cache
def post_with_stand_in() -> tuple[date, str, str]:
    """A day, a shift and who is on it, such that somebody else may lawfully take it."""
    house = rota_house()
    rota = replace(house.rota, first=MONDAY, days=28, absences=(), roster=planned())
    for one in planned():
        alone = sum((other.day, other.shift) == (one.day, one.shift) for other in planned()) == 1
        only = len(planned().cell(one.agent, one.day)) == 1
        if one.day > date(2027, 3, 25) and one.shift in "MSTC" and alone and only:
            away, left = mark_absent(rota, planned(), one.agent, one.day, one.day)
            if stand_ins(away, left, house.law, one.day, one.shift).eligible:
                return one.day, one.shift, one.agent
    raise AssertionError("nobody can ever stand in")


class Home(DeskScreen):
    """A board with nothing on it."""

    MODE = "board"


@dataclass
class RotaOnScreen:
    """The screen of the rota, open."""

    app: DeskApp
    pilot: Pilot[None]
    desk: Desk
    clock: FixedClock
    handlers: RotaHandlers

    @property
    def screen(self) -> RotaScreen:
        return next(one for one in self.app.screen_stack if isinstance(one, RotaScreen))

    async def settle(self) -> None:
        await quiet(self.pilot)

    async def press(self, *pressed: str) -> None:
        await press(self.pilot, *pressed)

    async def go_to(self, person: str, shift: str, day: date) -> None:
        """Put the cursor on a cell by the arrow keys."""
        for _step in range(60):
            here = self.screen.place
            assert here is not None
            if here.day == day:
                break
            await press(self.pilot, "right" if here.day < day else "left")
        ids = [agent.id for agent in self.screen.grid.agents]
        row = (
            ids.index(person)
            if person
            else len(ids) + [one.id for one in self.screen.grid.shifts].index(shift)
        )
        while self.screen.grid.row != row:
            await press(self.pilot, "down" if self.screen.grid.row < row else "up")
        here = self.screen.place
        assert here is not None and (here.person, here.day) == (person, day)

    def roster(self) -> Roster:
        return self.desk.ask(desk_rota, rota_house(), MONDAY, 28).roster

    @property
    def lines(self) -> list[str]:
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


OpenRota = Callable[..., AbstractAsyncContextManager[RotaOnScreen]]


@pytest.fixture(autouse=True)
def _quiet_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("NO_COLOR", raising=False)
    yield
    use_language("fr")
    use_glyphs("unicode")
    use_keymap(KeyMap())


@pytest.fixture
def planner(sqlite_desk: Desk, clock: FixedClock) -> Actor:
    """The team under the codes of the rota, its supervisor, and four published weeks."""
    house = rota_house()
    for agent in house.rota.agents:
        sqlite_desk.act(
            SYSTEM, staff.hire, code=agent.id, first_name=agent.name, role="assistant", team="concierge",
            languages=["fr"],
        )  # fmt: skip
    helene = hire(sqlite_desk, "Hélène", role="supervisor")
    now = clock.now()
    clock.move_to(datetime(2027, 3, 8, 9, tzinfo=PARIS))
    draft = sqlite_desk.act(helene, service.save_draft, house, planned(), MONDAY, MONDAY + timedelta(days=27))
    sqlite_desk.act(helene, service.publish, house, draft)
    clock.move_to(now)
    return helene


@pytest.fixture
def open_rota(sqlite_desk: Desk, planner: Actor, clock: FixedClock) -> OpenRota:
    """Opens the screen of the rota at a size."""

    @asynccontextmanager
    async def opened(
        size: tuple[int, int] = (120, 36), *, actor: Actor | None = None, theme: str = "desk-nuit"
    ) -> AsyncIterator[RotaOnScreen]:
        session = DeskSession(clock, Settings())
        session._desk = sqlite_desk
        session.actor = actor or planner
        made: list[RotaHandlers] = []

        def screen() -> RotaScreen:
            return RotaScreen(made[0].room, poll_seconds=0)

        app = DeskApp(
            {"board": Home, "rota": screen}, clock=clock, theme=theme, language="fr", glyph_set="unicode"
        )
        made.append(RotaHandlers(app, session))
        made[0].room.seconds = 1.0
        app.sign_in(Identity(session.actor.name, session.actor.id, "concierge"))
        async with app.run_test(size=size) as pilot:
            room = RotaOnScreen(app, pilot, sqlite_desk, clock, made[0])
            await room.settle()
            await room.press("f6")
            assert isinstance(room.screen.place, Place)
            yield room

    return opened

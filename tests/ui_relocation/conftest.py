"""Relocation files behind the real screen: real services on SQLite, a clock that stands still, real key presses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

import pytest
from textual.pilot import Pilot

from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.i18n import use_language
from conciergedesk.core.paths import knowledge_base
from conciergedesk.core.settings import Settings
from conciergedesk.relocation import service as relocation
from conciergedesk.relocation.cards import FileCard
from conciergedesk.relocation.house import RelocationHouse, load_relocation_house
from conciergedesk.relocation.queries import file_card
from conciergedesk.relocation.service import NewFile
from conciergedesk.requests.rulebook import load_rulebook
from conciergedesk.ui.app import DeskApp
from conciergedesk.ui.app import Identity as SignedIn
from conciergedesk.ui.drafts import Drafts
from conciergedesk.ui.glyphs import use_glyphs
from conciergedesk.ui.handlers.relocation import RelocationHandlers
from conciergedesk.ui.handlers.requests import RequestHandlers
from conciergedesk.ui.keys import KeyMap, use_keymap
from conciergedesk.ui.screens.board import BoardScreen
from conciergedesk.ui.screens.relocation import RelocationScreen
from conciergedesk.ui.session import DeskSession
from tests.conftest import PARIS, hire
from tests.keyboard import press, quiet, strike

NOW = datetime(2027, 3, 24, 16, 42, tzinfo=PARIS)


@lru_cache
def house() -> RelocationHouse:
    return load_relocation_house(knowledge_base(), load_rulebook(knowledge_base()))


@dataclass
class Files:
    """The desk, its coaches and their files."""

    desk: Desk
    clock: FixedClock
    clemence: Actor
    romain: Actor
    helene: Actor
    ids: dict[str, int] = field(default_factory=dict)

    def card(self, name: str) -> FileCard:
        return self.desk.ask(file_card, house(), self.ids[name], self.helene, self.clock.now())

    def state(self, name: str, code: str) -> str:
        return next(one.state for one in self.card(name).items if one.code == code)

    def due(self, name: str, code: str) -> date | None:
        return next(one.due for one in self.card(name).items if one.code == code)


def hartmann() -> NewFile:
    return NewFile(
        "Lieselotte Hartmann, Henk, Jonna 14, Tim 7, chat Pixel",
        date(2027, 4, 12),
        employer="Mécaval",
        language="de",
        phone="06 39 98 33 05",
        from_place="Trèves",
        work_place="Luxembourg",
        facts={
            "nationality": "eu", "comes_from": "abroad", "work_country": "LU", "car": "abroad", "licence": "eu",
            "housing": "rent", "lease": "unfurnished",
        },
        anchors={"purchase": date(2027, 3, 10), "contract_start": date(2027, 4, 19)},
    )  # fmt: skip


@pytest.fixture
def files(sqlite_desk: Desk, clock: FixedClock) -> Files:
    """A family on its way, a candidate, and a settled one; two coaches and a supervisor."""
    clemence = hire(sqlite_desk, "Clémence", role="coach", team="coach")
    romain = hire(sqlite_desk, "Romain", role="coach", team="coach")
    helene = hire(sqlite_desk, "Hélène", role="supervisor")
    made = Files(sqlite_desk, clock, clemence, romain, helene)
    clock.move_to(datetime(2027, 1, 12, 9, 0, tzinfo=PARIS))
    act = sqlite_desk.act
    made.ids["hartmann"] = act(clemence, relocation.open_file, house(), hartmann())
    clock.move_to(datetime(2027, 2, 1, 9, 0, tzinfo=PARIS))
    jakub = NewFile("Jakub Zielinski", date(2027, 2, 24), "Verrerie des Deux-Rives", "light", language="en")
    made.ids["jakub"] = act(romain, relocation.open_file, house(), jakub)
    clock.move_to(datetime(2027, 3, 15, 11, 0, tzinfo=PARIS))
    file_id = made.ids["hartmann"]
    items = {one.code: one for one in made.card("hartmann").items}
    for code in ("A01", "A26", "A06", "A05", "A07", "A08", "A10", "A04", "A17", "A20", "A14", "A21"):
        if code in items:
            day = min(items[code].due or clock.now().date(), date(2027, 3, 11))
            act(clemence, relocation.set_state, house(), items[code].id, "done", evidence="vu", done_on=day)
    act(
        clemence, relocation.note, house(), file_id, "Jonna ne veut pas quitter sa classe de musique",
        kind="quote", who="Lieselotte", heard_from="FA",
    )  # fmt: skip
    act(clemence, relocation.note_pulse, house(), file_id, 8, words="très clair", day=date(2027, 2, 11))
    act(
        clemence,
        relocation.see_document,
        house(),
        file_id,
        "passeport",
        holder="Tim",
        expires_on=date(2027, 6, 18),
    )
    act(clemence, relocation.see_document, house(), file_id, "livret de famille traduit")
    clock.move_to(NOW)
    act(clemence, relocation.watch, house(), file_id)
    return made


@dataclass
class OnScreen:
    """The screen of relocations, open."""

    app: DeskApp
    pilot: Pilot[None]
    files: Files

    @property
    def screen(self) -> RelocationScreen:
        return next(one for one in self.app.screen_stack if isinstance(one, RelocationScreen))

    async def press(self, *pressed: str) -> None:
        await press(self.pilot, *pressed)

    async def type(self, text: str) -> None:
        await strike(self.pilot.app, *text)
        await quiet(self.pilot)

    async def go_to(self, code: str) -> None:
        """Put the cursor on an item with the arrow keys."""
        for _column in range(4):
            await self.press("home")
            before = None
            for _step in range(80):
                item = self.screen.item
                if item is None or item.id == before:
                    break
                if item.code == code:
                    return
                before = item.id
                await press(self.pilot, "down")
            await self.press("right")
        raise AssertionError(code)

    @property
    def lines(self) -> list[str]:
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


OpenFiles = Callable[..., AbstractAsyncContextManager[OnScreen]]


@pytest.fixture(autouse=True)
def _quiet_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("NO_COLOR", raising=False)
    yield
    use_language("fr")
    use_glyphs("unicode")
    use_keymap(KeyMap())


def make_app(files: Files, actor: Actor, *, theme: str = "desk-nuit", language: str = "fr") -> DeskApp:
    """The application over these files, signed in."""
    from conciergedesk.board.offers import make_reader

    session = DeskSession(files.clock, Settings())
    session._desk, session._book = files.desk, house().book
    session.actor = actor
    session._reader = make_reader(files.desk, house().book, lambda: actor)
    handlers: list[RelocationHandlers] = []

    def screen() -> RelocationScreen:
        return RelocationScreen(handlers[0].room, poll_seconds=0)

    def board() -> BoardScreen:
        return BoardScreen(session, holiday=session.holiday, poll_seconds=0)

    app = DeskApp(
        {"board": board, "relocation": screen}, clock=files.clock, theme=theme, language=language,
        glyph_set="unicode",
    )  # fmt: skip
    app.use_rights(lambda: actor.rights)
    RequestHandlers(app, session, Drafts(session))
    handlers.append(RelocationHandlers(app, session))
    app.sign_in(
        SignedIn(
            actor.name, actor.id, actor.team, "coach", datetime(2027, 3, 24, 17, 0, tzinfo=PARIS), ("Inès",)
        )
    )
    return app


@pytest.fixture
def open_files(files: Files) -> OpenFiles:
    """Opens the screen of relocations at a size, as somebody."""

    @asynccontextmanager
    async def opened(
        size: tuple[int, int] = (120, 36),
        *,
        actor: Actor | None = None,
        mode: str = "f5",
        theme: str = "desk-nuit",
    ) -> AsyncIterator[OnScreen]:
        app = make_app(files, actor or files.clemence, theme=theme)
        async with app.run_test(size=size) as pilot:
            shown = OnScreen(app, pilot, files)
            await quiet(pilot)
            if mode:
                await shown.press(mode)
            yield shown

    return opened

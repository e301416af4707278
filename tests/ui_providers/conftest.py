"""The screen of providers over real services: the sample listing on SQLite, a clock that stands still, real keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby

import pytest
from textual.pilot import Pilot

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.i18n import use_language
from conciergedesk.core.paths import knowledge_base
from conciergedesk.core.shared import Agency
from conciergedesk.customers import service as customers
from conciergedesk.providers.cards import CardRules
from conciergedesk.providers.sample import plant_providers
from conciergedesk.providers.search.lexicon import read_lexicon
from conciergedesk.requests import service as requests
from conciergedesk.requests.queries import RequestCard, request_card
from conciergedesk.requests.rulebook import Rulebook, load_rulebook
from conciergedesk.requests.service import NewRequest
from conciergedesk.ui.app import DeskApp
from conciergedesk.ui.app import Identity as SignedIn
from conciergedesk.ui.desk_screen import DeskScreen
from conciergedesk.ui.glyphs import use_glyphs
from conciergedesk.ui.handlers.providers import ProviderHandlers
from conciergedesk.ui.keys import KeyMap, use_keymap
from conciergedesk.ui.screens.providers import ProvidersScreen
from conciergedesk.ui.session import DeskSession
from tests.conftest import PARIS, hire
from tests.keyboard import press, quiet, strike

AGENCY = Agency(
    name="Agence du Pays des Trois Rives",
    commune="Metz",
    latitude=49.1193,
    longitude=6.1757,
    phone="03 53 01 10 00",
)


@lru_cache
def book() -> Rulebook:
    return load_rulebook(knowledge_base())


@lru_cache
def card_rules() -> CardRules:
    return CardRules(read_lexicon(), book().holidays)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 3, day, hour, minute, tzinfo=PARIS)


class Home(DeskScreen):
    """A board with nothing on it."""

    MODE = "board"


class OpenSession(DeskSession):
    """A session at the desk of the test."""

    def __init__(self, desk: Desk, actor: Actor) -> None:
        super().__init__(clock=desk.clock, settings=desk.settings)
        self._desk = desk
        self._book = book()
        self.agency = AGENCY
        self.actor = actor

    def close(self) -> None:
        """The test closes its desk."""


@dataclass
class Room:
    """An open screen of providers."""

    app: DeskApp
    pilot: Pilot[None]
    session: OpenSession
    clock: FixedClock
    providers: dict[str, int]

    @property
    def screen(self) -> ProvidersScreen:
        screen = next(one for one in self.app.screen_stack if isinstance(one, ProvidersScreen))
        return screen

    @property
    def lines(self) -> list[str]:
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def names(self) -> list[str]:
        found = self.screen.list.found
        return [one.brief.name for one in found.rows] if found is not None else []

    async def settle(self) -> None:
        await quiet(self.pilot)

    async def press(self, *keys: str) -> None:
        await press(self.pilot, *keys)

    async def type(self, text: Iterable[str]) -> None:
        await strike(self.pilot.app, *text)
        await quiet(self.pilot)

    async def fill(self, keys: Iterable[str]) -> None:
        """Letters in one go, keys with a name one by one."""
        for named, group in groupby(keys, lambda key: len(key) > 1 or key == "n"):
            if named:
                await self.press(*group)
            else:
                await self.type(group)

    def request(self, kind: str = "spa_thermal", language: str = "de", **more: object) -> int:
        desk, actor = self.session.desk(), self.session.actor
        assert actor is not None
        client = desk.act(actor, customers.add_person, first_name="Jonas", language=language)
        values: dict[str, object] = {
            "type_code": kind, "requester_id": client, "place": "Metz", "wanted_from": at(26, 14),
            "channel": "phone", "fields": {"persons": 2},
        }  # fmt: skip
        return desk.act(actor, requests.capture, book(), NewRequest(**(values | more)))  # type: ignore[arg-type]

    def card(self, request_id: int) -> RequestCard:
        return self.session.ask(request_card, request_id)

    async def look_for(self, request_id: int) -> None:
        self.screen.look_for(request_id)
        await self.settle()


OpenRoom = Callable[..., AbstractAsyncContextManager[Room]]


@pytest.fixture(autouse=True)
def _quiet_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("NO_COLOR", raising=False)
    yield
    use_language("fr")
    use_glyphs("unicode")
    use_keymap(KeyMap())


@pytest.fixture
def open_room(sqlite_desk: Desk, clock: FixedClock) -> OpenRoom:
    """Opens the screen of providers at a size, signed in as an assistant or as a supervisor."""

    @asynccontextmanager
    async def opened(
        size: tuple[int, int] = (120, 36),
        *,
        role: str = "assistant",
        language: str = "fr",
        theme: str = "desk-nuit",
        glyph_set: str = "unicode",
    ) -> AsyncIterator[Room]:
        planted = sqlite_desk.act(SYSTEM, plant_providers, knowledge_base() / "sample")
        session = OpenSession(sqlite_desk, hire(sqlite_desk, "Inès", role=role))
        made: list[ProviderHandlers] = []
        app = DeskApp(
            {"board": Home, "providers": lambda: ProvidersScreen(made[0].room, poll_seconds=0)},
            clock=clock, language=language, theme=theme, glyph_set=glyph_set,
        )  # fmt: skip
        made.append(ProviderHandlers(app, session))
        app.sign_in(
            SignedIn(
                "Inès", session.actor.id if session.actor else None, "concierge", "soir", at(24, 21, 15), ()
            )
        )
        async with app.run_test(size=size) as pilot:
            room = Room(app, pilot, session, clock, planted)
            app.go("providers")
            await room.settle()
            yield room

    return opened

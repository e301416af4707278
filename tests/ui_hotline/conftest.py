"""Both hotlines behind the real screen: real services on SQLite, a clock that stands still, real key presses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import pytest
from textual.pilot import Pilot

from conciergedesk.board.offers import make_reader
from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.i18n import use_language
from conciergedesk.core.paths import knowledge_base
from conciergedesk.core.settings import Settings
from conciergedesk.hotline import service as hotline
from conciergedesk.hotline.cards import TicketCard
from conciergedesk.hotline.house import HotlineHouse, hotline_house
from conciergedesk.hotline.queries import ticket_card
from conciergedesk.hotline.rules import AssetState
from conciergedesk.hotline.service import NewTicket
from conciergedesk.providers.tables import Provider
from conciergedesk.requests.rulebook import Rulebook, load_rulebook
from conciergedesk.ui.app import DeskApp
from conciergedesk.ui.app import Identity as SignedIn
from conciergedesk.ui.drafts import Drafts
from conciergedesk.ui.glyphs import use_glyphs
from conciergedesk.ui.keys import KeyMap, use_keymap
from conciergedesk.ui.screens.board import BoardScreen
from conciergedesk.ui.screens.hotline import HotlineScreen
from conciergedesk.ui.session import DeskSession
from conciergedesk.ui.wiring import Wiring
from tests.conftest import PARIS, hire
from tests.keyboard import press, quiet, strike


@lru_cache
def _book() -> Rulebook:
    return load_rulebook(knowledge_base())


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 3, day, hour, minute, tzinfo=PARIS)


@dataclass
class Hotline:
    """The desk, its agents and its sites."""

    desk: Desk
    clock: FixedClock
    yanis: Actor
    sabrina: Actor
    lucie: Actor
    helene: Actor
    sites: list[int]

    @property
    def house(self) -> HotlineHouse:
        return hotline_house(_book())

    def open(self, tree: str, site: int = 0, **values: object) -> int:
        new = NewTicket(tree, site_id=self.sites[site], **values)  # type: ignore[arg-type]
        agent = self.yanis if self.house.triage.tree(tree).line == "technical" else self.lucie
        return self.desk.act(agent, hotline.open_ticket, self.house, new).id

    def ring(self, number: str, line: str = "technical") -> int:
        return self.desk.act(SYSTEM, hotline.ring_in, number, line=line)

    def card(self, ticket_id: int) -> TicketCard:
        return self.desk.ask(ticket_card, ticket_id)


@pytest.fixture
def lines(sqlite_desk: Desk, clock: FixedClock) -> Hotline:
    """Three providers with a site each, a tablet that nobody has seen, and two open tickets."""
    clock.move_to(at(1, 10))
    made = Hotline(
        sqlite_desk,
        clock,
        hire(sqlite_desk, "Yanis", "hotline", "technical"),
        hire(sqlite_desk, "Sabrina", "hotline", "technical"),
        hire(sqlite_desk, "Lucie", "hotline", "commercial"),
        hire(sqlite_desk, "Hélène", "supervisor"),
        [],
    )
    with sqlite_desk.write(SYSTEM) as unit:
        for name, site, commune, contact, phone, language in (
            ("Gîte des Charmes", "Les Charmes", "Gorze", "Bernadette", "03 53 01 40 01", "fr"),
            ("L'Échoppe aux Cartes", "Boutique", "Metz", "Mathilde", "06 39 98 40 03", "de"),
            ("Musée du Verre", "Accueil", "Metz", "Wilfried", "+352 621 000 040", "en"),
        ):
            provider = Provider(
                name=name, commune=commune, agreement="signed", agreement_until=date(2027, 5, 30),
                created_at=unit.now, last_used_at=unit.now,
            )  # fmt: skip
            unit.add(provider)
            assert provider.id is not None
            place = hotline.add_site(unit, provider.id, site, commune=commune)
            hotline.add_contact(
                unit, place, contact, phone, role="gérance", language=language, on_agreement=True
            )
            made.sites.append(place)
        tablet = hotline.add_asset(unit, made.sites[0], "tablet", label="TAB-042")
        hotline.add_asset(unit, made.sites[0], "router", label="BOX-007")
        hotline.change_asset(unit, tablet, state=AssetState.DOWN)
    clock.move_to(at(24, 10, 5))
    made.open("touch_screen", 0, caller="Bernadette", title="borne noire")
    made.open("commission", 1, caller="Mathilde", title="relevé de février")
    return made


@dataclass
class OnScreen:
    """The desk, open."""

    app: DeskApp
    pilot: Pilot[None]
    lines_: Hotline
    wiring: Wiring
    pressed: int = 0

    async def press(self, *keys: str) -> None:
        await press(self.pilot, *keys)
        self.pressed += len(keys)

    async def type(self, text: str) -> None:
        await strike(self.pilot.app, *text)
        await quiet(self.pilot)

    async def look(self) -> None:
        """What the watching thread does when somebody has written."""
        handlers = self.wiring.hotline
        found = handlers.room.look(None)
        handlers.calls.show_ringing(found.cards, found.changed, found.banners)
        await quiet(self.pilot)

    @property
    def lines(self) -> list[str]:
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def keep_picture(self, name: str) -> None:
        """Keep what stands on the screen as a picture when a folder for pictures is given."""
        import os

        folder = os.environ.get("CONCIERGEDESK_PICTURES")
        if folder:
            Path(folder, f"{name}.svg").write_text(self.app.export_screenshot())


OpenHotline = Callable[..., AbstractAsyncContextManager[OnScreen]]


@pytest.fixture(autouse=True)
def _quiet_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("NO_COLOR", raising=False)
    yield
    use_language("fr")
    use_glyphs("unicode")
    use_keymap(KeyMap())


@pytest.fixture
def open_hotline(lines: Hotline) -> OpenHotline:
    """Opens the desk on the screen of the hotlines (or on the board) at a size."""

    @asynccontextmanager
    async def opened(
        size: tuple[int, int] = (120, 36),
        *,
        actor: Actor | None = None,
        mode: str = "f9",
        theme: str = "desk-nuit",
    ) -> AsyncIterator[OnScreen]:
        session = DeskSession(lines.clock, Settings())
        session._desk, session._book = lines.desk, _book()
        session.actor = actor or lines.yanis
        session._reader = make_reader(lines.desk, _book(), lambda: session.actor or SYSTEM)
        wirings: list[Wiring] = []
        app = DeskApp(
            {
                "board": lambda: BoardScreen(session, poll_seconds=0),
                "hotline": lambda: HotlineScreen(wirings[0].hotline.room, poll_seconds=0),
            },
            clock=lines.clock,
            theme=theme,
            language="fr",
            glyph_set="unicode",
        )
        wirings.append(Wiring(app, session, Drafts(session)))
        app.sign_in(
            SignedIn(
                session.actor.name, session.actor.id, session.actor.team, "jour", at(24, 17), ("Sabrina",)
            )
        )
        async with app.run_test(size=size) as pilot:
            shown = OnScreen(app, pilot, lines, wirings[0])
            await quiet(pilot)
            if mode:
                await shown.press(mode)
            shown.pressed = 0
            yield shown
        session._reader.close()

    return opened

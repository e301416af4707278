"""The desk of the gallery for tests of the screen: a clock that stands still, demo values, real key presses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import pytest
from textual.pilot import Pilot

from conciergedesk.board.rules import Promise
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.i18n import active_language, use_language
from conciergedesk.ui.app import MODES, DeskApp, Identity
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.glyphs import use_glyphs
from conciergedesk.ui.keys import KeyMap, use_keymap
from conciergedesk.ui.screens.board import BoardScreen
from tests.keyboard import press, quiet
from tests.ui.evening import ME, NOW, SHIFT_ENDS, GallerySource, holiday


@dataclass
class Desk:
    """An open desk, what it reads and which acts were asked for."""

    app: DeskApp
    pilot: Pilot[None]
    source: GallerySource
    clock: FixedClock
    asked: list[Ask] = field(default_factory=list)

    @property
    def board(self) -> BoardScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, BoardScreen)
        return screen

    async def press(self, *keys: str) -> None:
        await press(self.pilot, *keys)

    @property
    def lines(self) -> list[str]:
        """What stands on the screen, row by row."""
        strips = self.app.screen._compositor.render_strips()
        return [strip.text for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


OpenDesk = Callable[..., AbstractAsyncContextManager[Desk]]

ACTS = (
    "desk.new",
    "desk.find",
    "desk.call",
    "desk.undo",
    "board.open",
    "board.claim",
    "board.status",
    "board.callback",
    "board.kept",
)


@pytest.fixture(autouse=True)
def _quiet_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    language = active_language()
    yield
    use_language(language)
    use_glyphs("unicode")
    use_keymap(KeyMap())


@pytest.fixture
def open_desk() -> OpenDesk:
    """Opens the board of the gallery at a size, in a theme, with given promises."""

    @asynccontextmanager
    async def opened(
        size: tuple[int, int] = (120, 36),
        *,
        theme: str = "desk-nuit",
        language: str = "fr",
        promises: tuple[Promise, ...] | None = None,
        source: GallerySource | None = None,
        modes: tuple[str, ...] = ("board", "providers"),
        glyph_set: str = "unicode",
    ) -> AsyncIterator[Desk]:
        reads = source or GallerySource(promises)
        clock = FixedClock(NOW)

        def board() -> DeskScreen:
            return BoardScreen(reads, holiday=holiday, poll_seconds=0)

        screens: dict[str, Callable[[], DeskScreen]] = {"board": board}
        screens |= {label.id: DeskScreen for label in MODES if label.id in modes and label.id != "board"}
        app = DeskApp(screens, clock=clock, language=language, theme=theme, glyph_set=glyph_set)
        app.sign_in(Identity("Inès", ME, "accueil", "soir", SHIFT_ENDS, ("Maëlle", "Gaël")))
        async with app.run_test(size=size) as pilot:
            desk = Desk(app, pilot, reads, clock)
            for act in ACTS:
                app.on_act(act, desk.asked.append)
            await quiet(pilot)
            desk.board.refresh_footer()
            await quiet(pilot)
            yield desk

    return opened

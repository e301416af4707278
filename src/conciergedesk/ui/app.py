"""The application: modes, status, theme, language, the minute. Knows no service; acts come as handlers."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath
from typing import ClassVar

from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.css.stylesheet import Stylesheet
from textual.screen import Screen

from conciergedesk.board.rules import Counts
from conciergedesk.core.clock import Clock, SystemClock
from conciergedesk.core.errors import DeskError, Unavailable
from conciergedesk.core.i18n import N_, active_language, use_language
from conciergedesk.ui.act_rights import is_allowed, refusal
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.glyphs import use_glyphs
from conciergedesk.ui.themes import DAY, MONO, NIGHT, THEMES, theme_for
from conciergedesk.ui.typed_ahead import TypedAhead
from conciergedesk.ui.widgets.frame import ModeLabel, Status
from conciergedesk.ui.workers import UNEXPECTED

log = logging.getLogger("conciergedesk.ui")

MODES: tuple[ModeLabel, ...] = (
    ModeLabel("board", "mode.board", N_("act|Board"), N_("act|Board")),
    ModeLabel("providers", "mode.providers", N_("act|Providers"), N_("act|Prov.")),
    ModeLabel("keys", "mode.keys", N_("act|Keys"), N_("act|Keys")),
    ModeLabel("relocation", "mode.relocation", N_("act|Relocations"), N_("act|Reloc.")),
    ModeLabel("rota", "mode.rota", N_("act|Rota"), N_("act|Rota")),
    ModeLabel("handover", "mode.handover", N_("act|Handover"), N_("act|Handover")),
    ModeLabel("reports", "mode.reports", N_("act|Reports"), N_("act|Reports")),
    ModeLabel("hotline", "mode.hotline", N_("act|Hotlines"), N_("act|Hotl.")),
)

Handler = Callable[[Ask], None]
ScreenFactory = Callable[[], DeskScreen]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is signed in at this desk, and who else is at one."""

    name: str = ""
    staff_id: int | None = None
    team: str = ""
    shift: str = ""
    shift_ends_at: datetime | None = None
    others: tuple[str, ...] = ()


class KeptStyles(Stylesheet):
    """Styles that are read again only when the colours have changed; Textual reads all of them three times at start."""

    def set_variables(self, variables: dict[str, str]) -> None:
        if variables != self._variables:
            super().set_variables(variables)
            self._require_parse = True

    def reparse(self) -> None:
        if self._require_parse:
            self.parse()


class DeskApp(App[None]):
    """The desk on the screen::

        app = DeskApp({"board": lambda: BoardScreen(source)}, clock=SystemClock(), language="fr")
        app.on_act("board.claim", lambda ask: claim(ask.screen, ask.promises))
        app.run()

    An act without a handler is offered nowhere; a mode without a screen is not in the second row.
    """

    CSS_PATH: ClassVar[list[str | PurePath] | None] = ["styles/desk.tcss", "styles/modals.tcss"]
    ENABLE_COMMAND_PALETTE = False
    DEFAULT_MODE = "board"
    BINDINGS: ClassVar[list[BindingType]] = []
    TITLE = "ConciergeDesk"

    def __init__(
        self,
        modes: Mapping[str, ScreenFactory],
        *,
        clock: Clock | None = None,
        language: str = "fr",
        languages: tuple[str, ...] = ("fr", "en"),
        theme: str = NIGHT,
        glyph_set: str = "auto",
    ) -> None:
        no_color = "NO_COLOR" in os.environ
        super().__init__()
        if no_color:
            # Textual's own filter makes what is late the faintest thing on the screen; our mono theme does it.
            self.no_color = False
            self._filters = [
                one for one in self._filters if type(one).__name__ not in ("Monochrome", "NoColor")
            ]
        self.clock: Clock = clock or SystemClock()
        self.languages = languages
        use_language(language)
        use_glyphs(glyph_set)
        for one in THEMES.values():
            self.register_theme(one)
        self.theme = theme_for(theme, no_color=no_color)
        self.stylesheet = KeptStyles(variables=self.get_css_variables())
        self._handlers: dict[str, Handler] = {}
        self._offered: frozenset[str] = frozenset()
        self._rights: Callable[[], Collection[str] | None] = lambda: None
        self._make_handlers: Callable[[], None] = lambda: None
        self._factories = dict(modes)
        for mode, factory in modes.items():
            self.add_mode(mode, _as_screen(factory))
        self.mode_labels = tuple(label for label in MODES if label.id in modes)
        self.recent_acts: tuple[str, ...] = ()
        self.status = Status(now=self.clock.now())
        self.identity = Identity()
        self.typed = TypedAhead(self)

    def on_mount(self) -> None:
        self._arm_minute()

    async def on_event(self, event: events.Event) -> None:
        if not self.typed.holds(event):
            await super().on_event(event)

    # --- time ---

    def _arm_minute(self) -> None:
        self.set_timer(60.5 - self.clock.now().second, self._minute)

    def _minute(self) -> None:
        self.tick()
        self._arm_minute()

    def tick(self) -> None:
        """Show the clock's time everywhere; runs by itself once a minute."""
        self.status = replace(self.status, now=self.clock.now())
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen):
                screen.tick()
            else:
                self._pass_status(screen)

    def _pass_status(self, screen: Screen[object]) -> None:
        from conciergedesk.ui.widgets.frame import StatusLine

        for line in screen.query(StatusLine):
            line.show(self.status)

    # --- status ---

    def sign_in(self, identity: Identity) -> None:
        """Show who is signed in."""
        self.identity = identity
        self.show_status(
            replace(
                self.status,
                who=identity.name,
                shift=identity.shift,
                shift_ends_at=identity.shift_ends_at,
                others=identity.others,
            )
        )

    def show_counts(self, counts: Counts) -> None:
        """Show how many promises are late, soon and waiting."""
        self.show_status(
            replace(
                self.status,
                now=self.clock.now(),
                late=counts.late,
                soon=counts.soon,
                waiting=counts.waiting,
            )
        )

    def show_others(self, names: tuple[str, ...]) -> None:
        """Show who else is at a desk."""
        self.show_status(replace(self.status, others=names))

    def show_trouble(self, sentence: str) -> None:
        """Show a lasting trouble in the status line; an empty sentence takes it off."""
        self.show_status(replace(self.status, trouble=sentence))

    def show_status(self, status: Status) -> None:
        self.status = status
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen):
                screen.refresh_status()
            else:
                self._pass_status(screen)

    # --- acts and modes ---

    def on_act(self, act_id: str, handler: Handler) -> None:
        """Let ``handler`` do the act of that id."""
        from conciergedesk.ui.keys import action

        action(act_id)
        self._handlers[act_id] = handler

    def offer_acts(self, acts: frozenset[str], make: Callable[[], None]) -> None:
        """Offer acts whose handlers are made, by ``make``, when one of them is first asked for."""
        self._offered, self._make_handlers = acts, make

    def handles(self, act_id: str) -> bool:
        return act_id in self._handlers or act_id in self._offered

    def use_rights(self, rights: Callable[[], Collection[str] | None]) -> None:
        """Offer only what whoever is signed in may do; ``rights`` answers None while nobody is."""
        self._rights = rights

    def allows(self, act_id: str) -> bool:
        """Whether whoever is signed in may do an act."""
        rights = self._rights()
        return rights is None or is_allowed(act_id, rights)

    def handler_of(self, act_id: str) -> Handler | None:
        """What does the act now; a room that takes an act over asks it for what is not its own."""
        return self._handlers.get(act_id)

    def handle(self, ask: Ask) -> None:
        """Run the handler of an act."""
        if not self.allows(ask.act):
            ask.screen.refuse(refusal(ask.act))
            return
        if ask.act in self._offered:
            self._make_handlers()
        handler = self._handlers.get(ask.act)
        if handler is None:
            return
        try:
            handler(ask)
        except DeskError as error:
            ask.screen.show_error(error)
        except Exception:
            # One act that fails must not close the desk over everything that is open on it.
            log.exception("An act failed unexpectedly (%s)", ask.act)
            ask.screen.show_error(Unavailable(UNEXPECTED))

    def has_mode(self, mode: str) -> bool:
        return mode in self._factories

    def go(self, mode: str) -> None:
        """Show the screen of ``mode``."""
        if self.has_mode(mode) and mode != self.current_mode:
            self.switch_mode(mode)

    def remember_act(self, act_id: str) -> None:
        self.recent_acts = (act_id, *(one for one in self.recent_acts if one != act_id))[:8]

    # --- looks ---

    def action_next_theme(self) -> None:
        self.theme = DAY if self.theme in (NIGHT, MONO) else NIGHT
        self._words_changed()

    def action_next_language(self) -> None:
        place = self.languages.index(active_language()) if active_language() in self.languages else -1
        self.change_language(self.languages[(place + 1) % len(self.languages)])

    def change_language(self, language: str) -> None:
        """Speak ``language`` from now on, on every open screen."""
        use_language(language)
        self._words_changed()

    def _words_changed(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen):
                screen.words_changed()
            else:
                for widget in screen.query("*"):
                    widget.refresh(layout=True)


def _as_screen(factory: ScreenFactory) -> Callable[[], Screen[object]]:
    return factory  # type: ignore[return-value]

"""From the command to a working desk: the first frame, the first choice, signing in, and the wake-ups."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from textual import events

from conciergedesk.core.clock import Clock
from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import LANGUAGES, _, active_zone, plural
from conciergedesk.core.paths import desk_home, make_private
from conciergedesk.core.settings import Settings
from conciergedesk.core.text import clean_block
from conciergedesk.ui.app import DeskApp, Identity, ScreenFactory
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import DeskScreen
from conciergedesk.ui.drafts import Drafts
from conciergedesk.ui.screens.board import BoardScreen
from conciergedesk.ui.session import DeskSession
from conciergedesk.ui.terminal import driver_class, hung_up
from conciergedesk.ui.wiring import Wiring

if TYPE_CHECKING:
    from conciergedesk.staff.queries import AgentCard
    from conciergedesk.ui.modals.sheet import Sheet

LOCK_CHECK_SECONDS = 20.0
COLLECT_AFTER_SECONDS = 3.0
FETCH_AFTER_SECONDS = 0.4
"""The board comes first; then what the first act will need is read."""
TERMINAL_CHECK_SECONDS = 1.0
PARTING_SECONDS = 4.0
HANG_UP_STATUS = 129


def _collect_again() -> None:
    """Look for rubbish from now on, but not in what the start has made."""
    gc.freeze()
    gc.enable()


class StartedApp(DeskApp):
    """The application with something to do once the first frame is painted."""

    def __init__(
        self,
        first: Callable[[], None],
        modes: Mapping[str, ScreenFactory],
        *,
        clock: Clock,
        settings: Settings,
    ) -> None:
        super().__init__(
            modes, clock=clock, language=settings.language, theme=settings.theme, glyph_set=settings.glyphs
        )
        self.driver_class = driver_class() or self.driver_class
        self._first = first
        self._parting: asyncio.Task[None] | None = None
        self.last_key_at = monotonic()

    def on_ready(self) -> None:
        self._first()
        if not self.is_headless:
            self._watch_window()

    def _watch_window(self) -> None:
        """A window that is closed, or a machine that stops, ends the desk as a key would: nothing typed is lost."""
        loop = asyncio.get_running_loop()
        for name in ("SIGHUP", "SIGTERM"):
            number = getattr(signal, name, None)
            if number is not None:
                with suppress(NotImplementedError):
                    loop.add_signal_handler(number, self._window_closed)
        self.set_interval(TERMINAL_CHECK_SECONDS, self._look_at_terminal)

    def _look_at_terminal(self) -> None:
        if hung_up():
            self._window_closed()

    def _window_closed(self) -> None:
        if self._parting is None:
            # The terminal is gone: whatever still waits for it must not keep the process.
            last_resort = threading.Timer(PARTING_SECONDS, os._exit, (HANG_UP_STATUS,))
            last_resort.daemon = True
            last_resort.start()
            self._parting = asyncio.create_task(self._part())

    async def _part(self) -> None:
        leave = getattr(self.screen, "action_leave", None)
        with suppress(Exception):
            if leave is not None:
                leave()  # parks what was typed
            async with asyncio.timeout(PARTING_SECONDS / 2):
                await self.workers.wait_for_complete()
        self.exit(return_code=HANG_UP_STATUS)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.MouseDown | events.Paste):
            self.last_key_at = monotonic()
        await super().on_event(event)


class Start:
    """Brings a desk up on the screen and keeps it awake."""

    def __init__(self, session: DeskSession, *, sample: bool = False, agent: str = "") -> None:
        self.session = session
        self._sample = sample
        self._agent = agent
        self.drafts = Drafts(session)
        self._made_board: BoardScreen | None = None
        self.app = StartedApp(
            self.first,
            {
                "board": self._board,
                "providers": self._providers,
                "keys": self._keys,
                "relocation": self._relocation,
                "rota": self._rota,
                "handover": self._handover,
                "reports": self._reports,
                "hotline": self._hotline,
            },
            clock=session.clock,
            settings=session.settings,
        )
        self._wiring = Wiring(self.app, session, self.drafts)
        # Who types before the desk has asked who sits here means that question.
        self.app.typed.hold()

    def _providers(self) -> DeskScreen:
        from conciergedesk.ui.screens.providers import ProvidersScreen

        return ProvidersScreen(self._wiring.providers.room)

    def _keys(self) -> DeskScreen:
        from conciergedesk.ui.screens.keys import KeysScreen

        return KeysScreen(self._wiring.keys.room)

    def _relocation(self) -> DeskScreen:
        from conciergedesk.ui.screens.relocation import RelocationScreen

        return RelocationScreen(self._wiring.relocation.room)

    def _rota(self) -> DeskScreen:
        from conciergedesk.ui.screens.rota import RotaScreen

        return RotaScreen(self._wiring.rota.room)

    def _handover(self) -> DeskScreen:
        from conciergedesk.ui.screens.handover import HandoverScreen

        return HandoverScreen(self._wiring.handover.room)

    def _reports(self) -> DeskScreen:
        from conciergedesk.ui.report_room import ReportRoom
        from conciergedesk.ui.screens.reports import ReportsScreen

        return ReportsScreen(ReportRoom(self.session))

    def _hotline(self) -> DeskScreen:
        from conciergedesk.ui.screens.hotline import HotlineScreen

        return HotlineScreen(self._wiring.hotline.room)

    def _board(self) -> BoardScreen:
        made = BoardScreen(self.session, holiday=self.session.holiday, views=lambda: self.session.views)
        self._made_board = made
        return made

    @property
    def board(self) -> BoardScreen:
        # Not from the stack: a mode may be chosen by key before the desk has opened.
        assert self._made_board is not None
        return self._made_board

    def first(self) -> None:
        """After the first frame: the choice, or straight to the names."""
        self.app.set_timer(COLLECT_AFTER_SECONDS, _collect_again)
        if self._sample or self.session.is_set_up():

            def call() -> bool:
                return (self.session.open_sample() if self._sample else self.session.open_own()) is not None

            self.board.run_service(
                call,
                lambda known: self.choose_agent() if known else self._welcome(),
                group="open",
                failed=self._not_opened,
            )
        else:
            self._welcome()

    def _welcome(self) -> None:
        from conciergedesk.ui.modals.welcome import Welcome

        self.app.push_screen(Welcome(self))
        self.app.typed.release()

    def _not_opened(self, error: DeskError) -> None:
        self.app.typed.release()
        self.board.show_error(error)

    def set_up(self, over: Sheet[None]) -> None:
        """Ask for what a new desk needs, then sign its supervisor in."""
        from conciergedesk.ui.modals.form import Field, FormSheet

        def save(values: Mapping[str, str]) -> int:
            return self.session.set_up(
                agency=values["agency"],
                language=values["language"].strip().lower()
                if values["language"].strip().lower() in LANGUAGES
                else "fr",
                zone=values["zone"].strip(),
                first_name=values["first_name"],
                pin=values["pin"],
            )

        fields = [
            Field("agency", _("Agency"), "", _("name of your desk")),
            Field("language", _("Language"), "fr", "fr · en"),
            Field("zone", _("Time zone"), "Europe/Paris"),
            Field("first_name", _("Supervisor"), "", _("your first name")),
            Field("pin", _("PIN"), "", _("four characters or more"), secret=True),
        ]

        def made(agent_id: int | None) -> None:
            if agent_id is not None:
                over.dismiss(None)
                self.choose_agent()

        self.app.push_screen(FormSheet(_("Set up my desk"), fields, save), made)

    def choose_agent(self) -> None:
        """Ask who sits here; a name given on the command line signs in when no PIN is needed."""

        def show(agents: list[AgentCard]) -> None:
            wanted = next((one for one in agents if self._agent and one.code == self._agent.upper()), None)
            if wanted is not None and not wanted.has_pin:
                self.board.run_service(
                    lambda: self.session.sign_in(wanted.id, ""),
                    lambda _actor: self.signed_in(),
                    group="sign-in",
                    failed=lambda _error: self._push_sign_in(agents),
                )
            else:
                self._push_sign_in(agents)

        self.board.run_service(self.session.staff, show, group="staff", failed=self._not_opened)

    def _push_sign_in(self, agents: Sequence[AgentCard]) -> None:
        from conciergedesk.ui.modals.sign_in import SignIn

        self.app.push_screen(SignIn(self, agents))
        self.app.typed.release()

    def signed_in(self) -> None:
        """Show who is here, read the board, offer what was interrupted, and wake up from time to time."""
        actor = self.session.actor
        assert actor is not None
        self.app.sign_in(Identity(name=actor.name, staff_id=actor.id, team=actor.team))
        self.app.typed.release()
        board = self.board
        board.reload()
        if self.session.zone_missing is not None:
            board.toasts.fail(
                _(
                    "The time zone “{zone}” of this desk is not known here: times are shown for {used}.",
                    zone=safe(self.session.zone_missing, 40),
                    used=str(active_zone()),
                )
            )
        # The screen of the rota says what is wrong with it; nobody is kept from working for that.
        board.run_service(
            self.session.shift_now,
            self._show_shift,
            group="shift",
            exclusive=True,
            failed=lambda _error: None,
        )
        board.run_service(
            self.drafts.load, lambda found: self._offer(len(found)), group="drafts", exclusive=True
        )
        board.set_interval(LOCK_CHECK_SECONDS, self._lock_when_left)
        board.run_service(self._wake_up, lambda _none: None, group="wake", exclusive=True)
        board.set_timer(
            FETCH_AFTER_SECONDS,
            lambda: board.run_service(
                self._wiring.fetch, lambda _none: self._be_ready(), group="fetch", exclusive=True
            ),
        )

    def stop(self) -> None:
        """Let no call ring here any more."""
        if "hotline" in self._wiring.__dict__:
            self._wiring.hotline.stop()

    def _be_ready(self) -> None:
        """Everything that stays is there: let calls ring, and never look for rubbish in it again.

        A look through all of it holds up the card of a call that rings by a third of a second.
        """
        self._wiring.hotline.listen()
        gc.freeze()

    def _show_shift(self, found: tuple[str, datetime] | None) -> None:
        if found is not None:
            shift, ends_at = found
            self.app.sign_in(replace(self.app.identity, shift=shift, shift_ends_at=ends_at))

    def _lock_when_left(self) -> None:
        """Ask for the PIN again when nobody has touched the desk for a while; what is open stays open."""
        from conciergedesk.ui.modals.sign_in import SignIn

        minutes, actor = self.session.settings.lock_minutes, self.session.actor
        idle = monotonic() - self.app.last_key_at
        if not minutes or actor is None or idle < minutes * 60 or isinstance(self.app.screen, SignIn):
            return

        def show(agents: list[AgentCard]) -> None:
            mine = [one for one in agents if one.id == actor.id and one.has_pin]
            if mine:
                self.app.push_screen(SignIn(self, mine, locked=True))

        self.board.run_service(self.session.staff, show, group="lock", exclusive=True)

    def _wake_up(self) -> None:
        """Look at once, and from now on from time to time, what time did and who else is here."""
        self.session.keep_awake(self._others_seen)

    def _others_seen(self, names: tuple[str, ...]) -> None:
        if self.app.is_running:
            # Posted, not waited for: the loop may end meanwhile, and this thread would hold the process.
            with suppress(RuntimeError):
                self.app.call_later(self.app.show_others, names)

    def _offer(self, count: int) -> None:
        if count:
            said = plural(
                "{count} interrupted form: Ctrl+B takes it up",
                "{count} interrupted forms: Ctrl+B takes them up",
                count,
            )
            self.board.say(said)


class CleanFormatter(logging.Formatter):
    """A log is read in a terminal too: what data brought into an error is as harmless there as on the screen."""

    def format(self, record: logging.LogRecord) -> str:
        return clean_block(super().format(record))


def write_log_to(file: Path) -> None:
    """Keep what went wrong in a small file of the desk's own; nothing of it reaches the screen.

    A log that cannot be written (full disk, foreign folder) is done without.
    """
    logging.raiseExceptions = False
    logger = logging.getLogger("conciergedesk")
    logger.propagate = False
    try:
        make_private(file.parent)
        handler = RotatingFileHandler(file, maxBytes=500_000, backupCount=2, encoding="utf-8")
    except OSError:
        logger.addHandler(logging.NullHandler())
        return
    handler.setFormatter(CleanFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)


def run(
    *, sample: bool = False, agent: str = "", clock: Clock | None = None, settings: Settings | None = None
) -> int:
    """Open the desk on this terminal; answers the exit status."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stderr.write(_("ConciergeDesk needs a terminal. For scripts: conciergedesk --help.") + "\n")
        return 2
    try:
        session = DeskSession(clock, settings)
    except DeskError as error:
        sys.stderr.write(safe(str(error), 500) + "\n")
        return 2
    write_log_to(desk_home() / "desk.log")
    start = Start(session, sample=sample, agent=agent)
    try:
        start.app.run()
    finally:
        start.stop()
        session.close()
    return start.app.return_code or 0

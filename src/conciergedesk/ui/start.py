"""From the command to a working desk: the first frame, the first choice, signing in, and the wake-ups."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget
from textual.widgets import Input

from conciergedesk.core.clock import Clock
from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import LANGUAGES, N_, _, plural, use_language
from conciergedesk.core.paths import desk_home, make_private
from conciergedesk.core.settings import Settings
from conciergedesk.core.text import fold
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.app import DeskApp, Identity, ScreenFactory
from conciergedesk.ui.cells import Row, safe, wrapped
from conciergedesk.ui.drafts import Drafts
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.screens.board import BoardScreen
from conciergedesk.ui.screens.keys import KeysScreen
from conciergedesk.ui.session import DeskSession
from conciergedesk.ui.widgets.inputs import DeskInput
from conciergedesk.ui.widgets.painted import Painted

if TYPE_CHECKING:
    from conciergedesk.staff.queries import AgentCard

ROLE_LABELS = {
    "assistant": N_("concierge assistant"),
    "coach": N_("destination coach"),
    "hotline": N_("hotline agent"),
    "supervisor": N_("supervisor"),
}


class WelcomeRows(Painted):
    """What the desk is, and the two ways in."""

    GROUND = "raised"

    def __init__(self, *, own: bool) -> None:
        super().__init__()
        self._own = own
        self.share: float | None = None

    def paint(self, width: int) -> list[Row]:
        rows = []
        intro = _(
            "One list of everything the desk owes, soonest first. No promise is lost between two shifts."
        )
        rows += [Row().say(line, "text") for line in wrapped(intro, max(width - 2, 20), 4)]
        rows.append(Row())
        if self.share is not None:
            cells = max(width - 34, 10)
            filled = round(self.share * cells)
            row = Row().say(_("Preparing the sample desk") + "  ", "muted")
            rows.append(
                row.say(glyphs().bar * filled, "accent").say(glyphs().bar_empty * (cells - filled), "faint")
            )
            return rows
        enter = _("open my desk") if self._own else _("explore the sample desk: a day in progress")
        rows.append(Row().say(_("Enter"), "accent bold").gap(2).say(enter, "bright bold"))
        if self._own:
            rows.append(
                Row()
                .say("x", "accent bold")
                .to(len(_("Enter")) + 2)
                .say(_("explore the sample desk"), "text")
            )
        else:
            rows.append(
                Row().say("m", "accent bold").to(len(_("Enter")) + 2).say(_("set up my desk"), "text")
            )
        rows.append(Row().say("l", "accent bold").to(len(_("Enter")) + 2).say(_("English"), "text"))
        return rows


class Welcome(Sheet[None]):
    """The first screen: explore the sample desk, or set up one's own."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.WELCOME,)

    def __init__(self, start: Start) -> None:
        super().__init__("ConciergeDesk")
        self._start = start
        self._busy = False
        self.rows = WelcomeRows(own=start.session.is_set_up())

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.rows

    def action_first(self) -> None:
        if self._start.session.is_set_up():
            self._open(sample=False)
        else:
            self._open(sample=True)

    def action_sample(self) -> None:
        self._open(sample=True)

    def action_other_language(self) -> None:
        from conciergedesk.core.i18n import active_language

        use_language("en" if active_language() == "fr" else "fr")
        self.rows.repaint(layout=True)
        self._title_frame(self.app.size.width)

    def action_own(self) -> None:
        if not self._start.session.is_set_up():
            self._start.set_up(self)

    def action_leave(self) -> None:
        self.app.exit()

    def _open(self, *, sample: bool) -> None:
        if self._busy:
            return
        self._busy = True
        session = self._start.session

        def progress(share: float) -> None:
            self.app.call_from_thread(self._show_share, share)

        def call() -> bool:
            return (session.open_sample(progress) if sample else session.open_own()) is not None

        self.run_service(call, lambda known: self._opened(known), group="open", failed=self._refused)

    def _show_share(self, share: float) -> None:
        self.rows.share = share
        self.rows.repaint(layout=True)

    def _opened(self, known: bool) -> None:
        if known:
            self.dismiss(None)
            self._start.choose_agent()
        else:
            self._busy = False
            self._start.set_up(self)

    def _refused(self, error: DeskError) -> None:
        self._busy = False
        self.rows.share = None
        self.rows.repaint(layout=True)
        self.show_error(error)


class StaffRows(Painted):
    """Who may sign in."""

    GROUND = "raised"

    def __init__(self) -> None:
        super().__init__()
        self.agents: tuple[AgentCard, ...] = ()
        self.cursor = 0

    def show(self, agents: Sequence[AgentCard]) -> None:
        self.agents = tuple(agents)
        self.cursor = min(self.cursor, max(len(self.agents) - 1, 0))
        self.repaint(layout=True)

    def move(self, by: int) -> None:
        self.cursor = max(0, min(self.cursor + by, len(self.agents) - 1))
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        if not self.agents:
            return [Row().say(_("Nobody of that name."), "muted")]
        rows = []
        top = max(0, min(self.cursor - 5, len(self.agents) - 12))
        for place, agent in enumerate(self.agents[top : top + 12], top):
            here = place == self.cursor
            row = Row(ground="select" if here else "").say(glyphs().cursor if here else " ", "accent").gap(1)
            row.data(agent.name, "bright bold" if here else "text", 28).to(32)
            row.data(_(ROLE_LABELS[agent.role]), "muted", 24).to(58).data(
                " ".join(agent.languages), "muted", 12
            )
            rows.append(row.to(width))
        return rows


class SignIn(Sheet[None]):
    """Choose a name by typing some of it, then the PIN when there is one."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.SEARCH,)

    def __init__(self, start: Start, agents: Sequence[AgentCard], *, locked: bool = False) -> None:
        agency = start.session.agency
        super().__init__(_("Sign in"), agency.name if agency is not None else "")
        self._start = start
        self._all = tuple(agents)
        self._locked = locked
        self.line = DeskInput("", placeholder=_("first letters of your name"))
        self.pin = DeskInput("", placeholder=_("PIN, or nothing when there is none"), secret=True)
        self.rows = StaffRows()

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.line
        yield self.pin
        yield self.rows

    def on_mount(self) -> None:
        super().on_mount()
        self.pin.display = False
        self.rows.show(self._all)
        self.line.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input is self.line:
            wanted = fold(event.value)
            self.rows.show([one for one in self._all if wanted in fold(f"{one.name} {one.code}")])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        if not self.rows.agents:
            return
        agent = self.rows.agents[self.rows.cursor]
        pin = self.pin.value

        def refused(error: DeskError) -> None:
            self.pin.value = ""
            if not self.pin.display:
                self.pin.display = True
            elif pin:
                self.show_error(error)
            self.pin.focus()

        self.run_service(
            lambda: self._start.session.sign_in(agent.id, pin),
            lambda _actor: self._in(),
            group="sign-in",
            failed=refused,
        )

    def _in(self) -> None:
        self.dismiss(None)
        self._start.signed_in()

    def action_down(self) -> None:
        self.rows.move(1)

    def action_up(self) -> None:
        self.rows.move(-1)

    def action_leave(self) -> None:
        if not self._locked:
            self.app.exit()


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
        self._first = first

    def on_ready(self) -> None:
        self._first()


class Start:
    """Brings a desk up on the screen and keeps it awake."""

    def __init__(self, session: DeskSession, *, sample: bool = False, agent: str = "") -> None:
        self.session = session
        self._sample = sample
        self._agent = agent
        self.drafts = Drafts(session)
        self.app = StartedApp(
            self.first,
            {"board": self._board, "keys": self._keys},
            clock=session.clock,
            settings=session.settings,
        )
        from conciergedesk.ui.handlers.intake import IntakeHandlers
        from conciergedesk.ui.handlers.keys import KeyHandlers
        from conciergedesk.ui.handlers.requests import RequestHandlers

        RequestHandlers(self.app, session, self.drafts)
        IntakeHandlers(self.app, session, self.drafts)
        self.keys = KeyHandlers(self.app, session)

    def _keys(self) -> KeysScreen:
        return KeysScreen(self.keys.room)

    def _board(self) -> BoardScreen:
        return BoardScreen(self.session, holiday=self.session.holiday)

    @property
    def board(self) -> BoardScreen:
        screen = next(one for one in self.app.screen_stack if isinstance(one, BoardScreen))
        return screen

    def first(self) -> None:
        """After the first frame: the choice, or straight to the names."""
        if self._sample or self.session.is_set_up():

            def call() -> bool:
                return (self.session.open_sample() if self._sample else self.session.open_own()) is not None

            self.board.run_service(
                call,
                lambda known: self.choose_agent() if known else self.app.push_screen(Welcome(self)),
                group="open",
            )
        else:
            self.app.push_screen(Welcome(self))

    def set_up(self, over: Sheet[None]) -> None:
        """Ask for what a new desk needs, then sign its supervisor in."""

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
            if wanted is not None:
                self.board.run_service(
                    lambda: self.session.sign_in(wanted.id, ""),
                    lambda _actor: self.signed_in(),
                    group="sign-in",
                    failed=lambda _error: self._push_sign_in(agents),
                )
            else:
                self._push_sign_in(agents)

        self.board.run_service(self.session.staff, show, group="staff")

    def _push_sign_in(self, agents: Sequence[AgentCard]) -> None:
        self.app.push_screen(SignIn(self, agents))

    def signed_in(self) -> None:
        """Show who is here, read the board, offer what was interrupted, and wake up from time to time."""
        actor = self.session.actor
        assert actor is not None
        self.app.sign_in(Identity(name=actor.name, staff_id=actor.id, team=actor.team))
        board = self.board
        board.reload()
        board.run_service(self.drafts.load, lambda found: self._offer(len(found)), group="drafts")
        board.run_service(self._wake_up, lambda _none: None, group="wake")

    def _wake_up(self) -> None:
        """Look at once, and from now on from time to time, what time did and who else is here."""
        self.session.keep_awake(self._others_seen)

    def _others_seen(self, names: tuple[str, ...]) -> None:
        if self.app.is_running:
            self.app.call_from_thread(self.app.show_others, names)

    def _offer(self, count: int) -> None:
        if count:
            said = plural(
                "{count} interrupted form: Ctrl+B takes it up",
                "{count} interrupted forms: Ctrl+B takes them up",
                count,
            )
            self.board.say(said)


def write_log_to(file: Path) -> None:
    """Keep what went wrong in a small file of the desk's own; nothing of it reaches the screen."""
    make_private(file.parent)
    handler = RotatingFileHandler(file, maxBytes=500_000, backupCount=2, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("conciergedesk")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


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
        session.close()
    return start.app.return_code or 0

"""The base of every full screen: status line, modes, body, what just happened, keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Static

from conciergedesk.board.detail import Detail
from conciergedesk.board.rules import Promise
from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import _
from conciergedesk.ui.acts import Action, Scope
from conciergedesk.ui.keys import action, bind, keymap
from conciergedesk.ui.widgets.frame import DeskFooter, ModeBar, StatusLine, Toasts
from conciergedesk.ui.workers import CallingScreen

if TYPE_CHECKING:
    from conciergedesk.ui.app import DeskApp

FOOTER_EVERYWHERE = ("desk.new", "desk.find", "desk.call")
FOOTER_LAST = ("desk.acts", "desk.keys")
SMALLEST = (60, 16)


@dataclass(frozen=True, slots=True)
class Ask:
    """An act that somebody asked for: what handlers are called with."""

    act: str
    screen: DeskScreen
    promises: tuple[Promise, ...] = ()
    detail: Detail | None = None


class DeskScreen(CallingScreen[None]):
    """A mode of the desk. Subclasses set ``MODE`` and ``SCOPES`` and give ``compose_body``."""

    MODE: ClassVar[str] = ""
    SCOPES: ClassVar[tuple[Scope, ...]] = ()
    FOOTER: ClassVar[tuple[str, ...]] = FOOTER_EVERYWHERE
    """The acts of everywhere that this screen's footer begins with."""
    BINDING_GROUP_TITLE = None

    def __init__(self) -> None:
        super().__init__()
        bind(self, Scope.EVERYWHERE, *self.SCOPES)
        self.status_line: StatusLine | None = None
        self.toasts = Toasts()
        self.footer = DeskFooter()

    @property
    def desk(self) -> DeskApp:
        """The application."""
        from conciergedesk.ui.app import DeskApp

        app = self.app
        assert isinstance(app, DeskApp)
        return app

    def compose(self) -> ComposeResult:
        self.status_line = StatusLine(self.desk.status)
        yield self.status_line
        yield ModeBar(self.desk.mode_labels, self.MODE)
        yield Static("", id="too-small", markup=False)
        yield from self.compose_body()
        yield self.toasts
        yield self.footer

    def compose_body(self) -> Iterable[Widget]:
        """What stands between the modes and the footer."""
        return ()

    def on_mount(self) -> None:
        self.give_room(self.app.size.width, self.app.size.height)
        self.refresh_footer()

    def on_resize(self, event: events.Resize) -> None:
        self.give_room(event.size.width, event.size.height)

    def give_room(self, width: int, height: int) -> None:
        """Let the body fit this size, or ask for a larger window."""
        too_small = width < SMALLEST[0] or height < SMALLEST[1]
        self.set_class(too_small, "-too-small")
        if too_small:
            note = self.query_one("#too-small", Static)
            note.update(_("Please make the window larger: at least 60 columns and 16 rows."))
        self.fit(width, height)

    def fit(self, width: int, height: int) -> None:
        """Give each part of the body its place for this size, in cells."""

    def on_screen_resume(self) -> None:
        self.refresh_status()
        self.refresh_footer()

    # --- what the frame shows ---

    def refresh_status(self) -> None:
        """Show the desk's status of now."""
        if self.status_line is not None:
            self.status_line.show(self.desk.status)

    def refresh_footer(self) -> None:
        """Show the keys that work now."""
        everywhere = [action(act_id) for act_id in self.FOOTER if self.can(action(act_id))]
        also = [
            act
            for act in self.footer_order(keymap().footer(Scope.EVERYWHERE, *self.SCOPES))
            if act.id not in FOOTER_EVERYWHERE and self.can(act) and keymap().keys_of(act.id)
        ]
        last = [action(act_id) for act_id in FOOTER_LAST]
        self.footer.show(everywhere, also, last, self.footer_lead())

    def footer_order(self, acts: list[Action]) -> list[Action]:
        """The acts of the footer, most used first as things stand now."""
        return acts

    def footer_lead(self) -> str:
        """What stands first in the footer, such as the number of marked lines."""
        return ""

    def tick(self) -> None:
        """A minute has passed."""
        self.refresh_status()

    def words_changed(self) -> None:
        """The language, the theme or the signs have changed: paint again."""
        self.refresh_footer()
        self.refresh(layout=True, recompose=False)
        for widget in self.query("*"):
            widget.refresh(layout=True)

    # --- acts ---

    def can(self, act: Action) -> bool:
        """Whether an act can be done here and now; what cannot is not offered anywhere."""
        if not self.desk.allows(act.id):
            return False
        name, _paren, argument = act.verb.partition("(")
        return self.can_do(name, argument.rstrip(")").strip("'"))

    def can_do(self, name: str, argument: str) -> bool:
        if name == "ask":
            return self.desk.handles(argument)
        if name == "mode":
            return self.desk.has_mode(argument)
        return hasattr(self, f"action_{name}") or hasattr(self.app, f"action_{name}")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("ask", "mode"):
            return self.can_do(action, str(parameters[0]) if parameters else "")
        return True

    def run_act(self, act: Action) -> None:
        """Run an act that was chosen by name."""
        self.call_later(self.app.run_action, act.verb, self)

    def asked(self, act_id: str) -> Ask:
        """What a handler of this screen is called with."""
        return Ask(act_id, self)

    def action_ask(self, act_id: str) -> None:
        self.desk.handle(self.asked(act_id))

    def action_mode(self, mode: str) -> None:
        self.desk.go(mode)

    def action_back(self) -> None:
        self.toasts.put_away()

    def action_copy(self) -> None:
        """Copy what is selected; screens with a selection do."""

    def action_go(self) -> None:
        from conciergedesk.ui.modals.go import GoSheet

        self.app.push_screen(GoSheet(), self._gone)

    def _gone(self, mode: str | None) -> None:
        if mode:
            self.desk.go(mode)

    def action_palette(self) -> None:
        from conciergedesk.ui.modals.palette import Palette

        acts = [
            act
            for act in keymap().acts(Scope.EVERYWHERE, *self.SCOPES)
            if self.can(act) and act.id not in ("desk.acts", "desk.back")
        ]
        self.app.push_screen(Palette(acts, self.desk.recent_acts), self._run_chosen)

    def _run_chosen(self, act_id: str | None) -> None:
        if act_id:
            self.desk.remember_act(act_id)
            self.run_act(action(act_id))

    def action_help(self) -> None:
        from conciergedesk.ui.modals.help import HelpSheet

        self.app.push_screen(HelpSheet((*self.SCOPES, Scope.EVERYWHERE), self.can))

    # --- saying ---

    def say(self, text: str, act: str = "") -> None:
        """Say in one line that something was done; ``act`` is offered after it (``desk.undo``)."""
        self.toasts.say(text, act)

    def refuse(self, text: str) -> None:
        """Say that nothing was done, and why: never with the tick of what was done."""
        self.toasts.refuse(text)

    def show_error(self, error: DeskError) -> None:
        self.toasts.fail(str(error))

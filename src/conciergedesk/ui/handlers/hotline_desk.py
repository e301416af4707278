"""What all acts of the hotlines share: the screen, the tickets asked for, writing, and acts taken over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from conciergedesk.board.rules import Promise, PromiseKind
from conciergedesk.core.i18n import plural
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.drafts import Drafts
from conciergedesk.ui.handlers.parking import ParkedForms
from conciergedesk.ui.hotline_room import KINDS, HotlineRoom
from conciergedesk.ui.screens.board import BoardScreen

if TYPE_CHECKING:
    from conciergedesk.ui.app import DeskApp, Handler
    from conciergedesk.ui.session import DeskSession


class HotlineDesk:
    """The room of the hotlines and its screen for their handlers."""

    def __init__(self, app: DeskApp, session: DeskSession, drafts: Drafts | None = None) -> None:
        self.app = app
        self.session = session
        self.room = HotlineRoom(session)
        self.forms = ParkedForms(app, drafts or Drafts(session))

    def take_over(self, act: str, handler: Handler) -> None:
        """Do the act for what the hotlines owe; everything else goes to whoever did it before."""
        before = self.app.handler_of(act)

        def routed(ask: Ask) -> None:
            if ask.promises and ask.promises[0].kind in KINDS:
                handler(ask)
            elif before is not None:
                before(ask)

        self.app.on_act(act, routed)

    def done(self, screen: DeskScreen, said: str, *, undo: bool = False) -> None:
        screen.say(said, "desk.undo" if undo else "")
        if isinstance(screen, BoardScreen):
            screen.reload()

    def write(self, screen: DeskScreen, call: Callable[[], object], said: str, *, undo: bool = False) -> None:
        screen.run_service(call, lambda _result: self.done(screen, said, undo=undo), group="write")

    @property
    def screen(self) -> DeskScreen | None:
        """The desk screen in front or under the sheets."""
        found = [one for one in self.app.screen_stack if isinstance(one, DeskScreen)]
        return found[-1] if found else None

    @staticmethod
    def tickets(ask: Ask) -> list[Promise]:
        return [one for one in ask.promises if one.kind is PromiseKind.TICKET]

    @staticmethod
    def named(promises: Sequence[Promise]) -> str:
        if len(promises) == 1:
            return promises[0].ref
        return plural("{count} ticket", "{count} tickets", len(promises))

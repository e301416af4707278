"""What all acts on relocation files share: the screen, its file and item, writing, forms, and other acts taken over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from conciergedesk.relocation.cards import FileCard, ItemLine
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.drafts import Drafts
from conciergedesk.ui.handlers.parking import ParkedForms
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.relocation_room import RelocationRoom
from conciergedesk.ui.screens.board import BoardScreen
from conciergedesk.ui.screens.relocation import RelocationScreen

if TYPE_CHECKING:
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession


class FileDesk:
    """The screen of relocations for its handlers."""

    def __init__(self, app: DeskApp, session: DeskSession, drafts: Drafts | None = None) -> None:
        self.app = app
        self.session = session
        self.room = RelocationRoom(session)
        self.forms = ParkedForms(app, drafts or Drafts(session))

    def take_over(self, act: str, mine: Callable[[Ask], bool]) -> None:
        """Do an act for what relocation files owe; leave the rest to who did it before."""
        before = self.app.handler_of(act)

        def handler(ask: Ask) -> None:
            if not mine(ask) and before is not None:
                before(ask)

        self.app.on_act(act, handler)

    @staticmethod
    def screen(ask: Ask) -> RelocationScreen | None:
        return ask.screen if isinstance(ask.screen, RelocationScreen) else None

    def card(self, ask: Ask) -> FileCard | None:
        screen = self.screen(ask)
        return screen.card if screen is not None else None

    def item(self, ask: Ask) -> tuple[FileCard, ItemLine] | None:
        screen = self.screen(ask)
        if screen is None or screen.card is None or screen.item is None:
            return None
        return screen.card, screen.item

    def after(self, screen: DeskScreen, said: str, *, undo: bool = True) -> None:
        screen.say(said, "desk.undo" if undo else "")
        if isinstance(screen, RelocationScreen | BoardScreen):
            screen.reload()

    def write(self, screen: DeskScreen, call: Callable[[], object], said: str) -> None:
        screen.run_service(call, lambda _result: self.after(screen, said), group="write")

    def form(
        self, screen: DeskScreen, title: str, fields: list[Field], save: Callable[[Mapping[str, str]], object],
        said: Callable[[Any], str], context: str = "",
    ) -> None:  # fmt: skip
        """A form whose saved answer is said and read again; leaving it says nothing."""

        def keep(values: Mapping[str, str]) -> tuple[object]:
            return (save(values),)

        self.app.push_screen(
            FormSheet(title, fields, keep, context=context),
            lambda answer: self.after(screen, said(answer[0])) if answer is not None else None,
        )

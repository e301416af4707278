"""What all acts on keys share: the set under the cursor, saying what was done, forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from conciergedesk.keys.cards import SetRow
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.drafts import Drafts
from conciergedesk.ui.handlers.parking import ParkedForms
from conciergedesk.ui.key_room import KeyRoom, Outgoing
from conciergedesk.ui.screens.board import BoardScreen
from conciergedesk.ui.screens.keys import KeysScreen

if TYPE_CHECKING:
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession


class KeyDesk:
    """The screen of keys for its handlers."""

    def __init__(self, app: DeskApp, session: DeskSession, drafts: Drafts | None = None) -> None:
        self.app = app
        self.session = session
        self.room = KeyRoom(session)
        self.forms = ParkedForms(app, drafts or Drafts(session))

    @staticmethod
    def row_of(ask: Ask) -> SetRow | None:
        return ask.screen.current if isinstance(ask.screen, KeysScreen) else None

    def read(self, ask: Ask, then: Callable[[Outgoing | None], None]) -> None:
        """Read the set under the cursor in full, then go on."""
        row = self.row_of(ask)
        if row is None:
            then(None)
        else:
            ask.screen.run_service(lambda: self.room.outgoing(row.id), then, group="key-open", exclusive=True)

    def done(self, screen: DeskScreen, said: str, select: int | None = None) -> None:
        screen.say(said)
        if isinstance(screen, KeysScreen):
            screen.reload(select)
        elif isinstance(screen, BoardScreen):
            screen.reload()

    def write(
        self, screen: DeskScreen, call: Callable[[], object], said: str, select: int | None = None
    ) -> None:
        screen.run_service(call, lambda _result: self.done(screen, said, select), group="write")

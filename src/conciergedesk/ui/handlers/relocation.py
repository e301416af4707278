"""Acts on relocation files, from their own screen and from the board."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conciergedesk.core.i18n import _
from conciergedesk.relocation.words import RELOCATION_ACTS
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.drafts import Drafts
from conciergedesk.ui.handlers.relocation_board import BoardFiles
from conciergedesk.ui.handlers.relocation_contacts import ContactHandlers
from conciergedesk.ui.handlers.relocation_desk import FileDesk
from conciergedesk.ui.handlers.relocation_household import HouseholdHandlers
from conciergedesk.ui.handlers.relocation_items import ItemHandlers
from conciergedesk.ui.handlers.relocation_visits import VisitHandlers
from conciergedesk.ui.handlers.relocation_watch import WatchHandlers
from conciergedesk.ui.handlers.relocation_whole import WholeFile
from conciergedesk.ui.relocation_room import RelocationRoom

if TYPE_CHECKING:
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession


class RelocationHandlers:
    """Wires the acts of the screen of relocations, and those of the board for what files owe."""

    def __init__(self, app: DeskApp, session: DeskSession, drafts: Drafts | None = None) -> None:
        self.files = FileDesk(app, session, drafts)
        self.items = ItemHandlers(self.files)
        self.household = HouseholdHandlers(self.files)
        self.contacts = ContactHandlers(self.files)
        self.watch = WatchHandlers(self.files)
        self.board = BoardFiles(self.files, self.items, self.contacts, self.watch)
        self.visits = VisitHandlers(self.files)
        self.whole = WholeFile(self.files, self.contacts)
        self.files.take_over("desk.undo", lambda ask: self._take_back(ask, "undo_last", _("Undone")))
        self.files.take_over("desk.redo", lambda ask: self._take_back(ask, "redo_last", _("Done again")))

    @property
    def room(self) -> RelocationRoom:
        """What the screen of relocations reads."""
        return self.files.room

    def _take_back(self, ask: Ask, verb: str, said: str) -> bool:
        """Undo or redo from the screen of relocations, which then reads its file again."""
        if self.files.screen(ask) is None:
            return False

        def call() -> str:
            from conciergedesk.core.db import undo

            act = self.files.session.act(getattr(undo, verb)).act
            return f"{said} : {_(RELOCATION_ACTS[act])}" if act in RELOCATION_ACTS else said

        ask.screen.run_service(
            call, lambda text: self.files.after(ask.screen, text, undo=False), group="write"
        )
        return True

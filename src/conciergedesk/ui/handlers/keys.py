"""Acts on keys: hand over, take back, codes, count, chase, address, loss and everything after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conciergedesk.ui.drafts import Drafts
from conciergedesk.ui.handlers.key_acts import KeyActs
from conciergedesk.ui.handlers.key_chasing import KeyChasing
from conciergedesk.ui.handlers.key_codes import KeyCodes
from conciergedesk.ui.handlers.key_counter import KeyCounter
from conciergedesk.ui.handlers.key_desk import KeyDesk
from conciergedesk.ui.handlers.key_losses import KeyLosses
from conciergedesk.ui.handlers.key_register import KeyRegister
from conciergedesk.ui.key_room import KeyRoom

if TYPE_CHECKING:
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession


class KeyHandlers:
    """Wires the acts of the screen of keys to the verbs of the register."""

    def __init__(self, app: DeskApp, session: DeskSession, drafts: Drafts | None = None) -> None:
        self.desk = KeyDesk(app, session, drafts)
        self.register = KeyRegister(self.desk)
        self.losses = KeyLosses(self.desk)
        self.counter = KeyCounter(self.desk, self.register, self.losses)
        self.codes = KeyCodes(self.desk)
        self.chasing = KeyChasing(self.desk)
        app.on_act("keys.acts", KeyActs(self.desk, self.register, self.chasing).acts)
        app.on_act("keys.register", self.register.register)
        app.on_act("keys.place", self.register.add_place)

    @property
    def room(self) -> KeyRoom:
        """What the screen of keys reads."""
        return self.desk.room

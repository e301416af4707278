"""The register behind the counter: sets registered, described, retagged, and the places they hang at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_
from conciergedesk.keys.cards import SetCard
from conciergedesk.keys.custody import Identity
from conciergedesk.ui.keys import keymap

if TYPE_CHECKING:
    from conciergedesk.keys.deposits import Deposit
    from conciergedesk.keys.service import Registered
    from conciergedesk.ui.key_room import KeyRoom


class KeyBook:
    """What is written about key sets from the lines of a form; every method is called in a worker thread."""

    def __init__(self, room: KeyRoom) -> None:
        self.room = room

    def deposit(self, request_id: int | None) -> Deposit:
        """The lines of a new set as far as they are known."""
        from conciergedesk.keys.deposits import propose_deposit

        return self.room.session.ask(propose_deposit, request_id)

    def is_deposit(self, request_id: int) -> bool:
        from conciergedesk.keys.deposits import is_deposit

        return self.room.session.ask(is_deposit, request_id)

    def register(self, values: Mapping[str, str], request_id: int | None) -> Registered:
        """Register a set from the lines of its form."""
        from conciergedesk.keys import service as keys
        from conciergedesk.keys.service import Entrusted
        from conciergedesk.ui.key_words import IDENTITY_LETTERS

        until = values["mandate_until"]
        entrusted = Entrusted(
            owner=values["owner"],
            pieces=values["pieces"],
            place_id=self._hook(values["place"]),
            mandate_ref=values["mandate_ref"],
            mandate_since=self.room.day(values["mandate_since"], "mandate_since"),
            mandate_until=self.room.day(until, "mandate_until") if until.strip() else None,
            lodging=values["lodging"],
            identity=IDENTITY_LETTERS.get(values["identity"].strip().lower()[:1], Identity.NONE),
            tag=values["tag"],
            photo=values["photo"],
            note=values["note"],
            has_address=said_yes(values["has_address"]),
            request_id=request_id,
        )
        return self.room.session.act(keys.entrust, self.room.session.book(), entrusted)

    def _hook(self, typed: str) -> int | None:
        """The place typed for a new set; one that is not there can be added first."""
        try:
            return self.room.place_id(typed)
        except InvalidInput:
            raise InvalidInput(
                N_("There is no place “{name}”. Add it first: Esc, then {key}; what you typed is kept."),
                field="place",
                name=typed.strip()[:40],
                key=keymap().shown("keys.place"),
            ) from None

    def add_place(self, typed: str) -> str:
        """Add a place that was typed as ``hook 14``; answers its words."""
        from conciergedesk.keys import service as keys
        from conciergedesk.keys.queries import places
        from conciergedesk.keys.typed import read_place
        from conciergedesk.ui.key_words import place_word

        kind, name = read_place(typed)
        made = self.room.session.act(keys.add_place, kind, name)
        return place_word(self.room.session.ask(places)[made])

    def describe(self, card: SetCard, values: Mapping[str, str]) -> None:
        from conciergedesk.keys import service as keys

        self.room.session.act(
            keys.describe_set,
            card.row.id,
            seen=card.version,
            photo=values["photo"],
            note=values["note"],
            home_place_id=self.room.place_id(values["place"]),
            lodging=values["lodging"],
            has_address=said_yes(values["has_address"]) if values["has_address"].strip() else None,
        )

    def change_pieces(self, set_id: int, typed: str, reason: str) -> None:
        from conciergedesk.keys import service as keys
        from conciergedesk.keys.typed import read_pieces

        self.room.session.act(keys.change_pieces, set_id, read_pieces(typed), reason=reason)

    def retag(self, set_id: int, reason: str) -> str:
        from conciergedesk.keys import service as keys

        return self.room.session.act(keys.retag, set_id, reason=reason)


def said_yes(typed: str) -> bool:
    """Whether a line was answered with yes, in any of the desk's languages."""
    return typed.strip().lower()[:1] in {"o", "y", "j"}

"""Which rooms offer promises. A new room adds its line here."""

from __future__ import annotations

from collections.abc import Callable

from conciergedesk.board.handover import HandoverOffer
from conciergedesk.board.hotline import HotlineOffer
from conciergedesk.board.keys import KeyOffer
from conciergedesk.board.now import now_sections
from conciergedesk.board.reading import BoardReader, RoomOffer
from conciergedesk.board.relocation import RelocationOffer
from conciergedesk.board.requests import RequestOffer
from conciergedesk.board.rota import RotaOffer
from conciergedesk.board.rules import Promise, PromiseKind
from conciergedesk.core.actor import Actor
from conciergedesk.core.desk import Desk
from conciergedesk.core.paths import knowledge_base
from conciergedesk.keys.house import key_house
from conciergedesk.relocation.house import load_relocation_house
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.rota.house import rota_house
from conciergedesk.staff.rules import Right


def make_reader(desk: Desk, book: Rulebook, actor: Callable[[], Actor]) -> BoardReader:
    """The board's source for one desk."""
    files = RelocationOffer(load_relocation_house(knowledge_base(), book), desk.clock)
    offers: list[RoomOffer] = [
        RequestOffer(book),
        KeyOffer(key_house(), desk.clock),
        files,
        HotlineOffer(book),
        HandoverOffer(),
        RotaOffer(rota_house, desk.clock),
    ]

    def may_see(who: Actor, promise: Promise) -> bool:
        """Renewals concern those who negotiate them; relocation files their coaches and supervisors."""
        if promise.kind is PromiseKind.AGREEMENT:
            return who.team == promise.team or Right.ASSIGN_OTHERS in who.rights or "*" in who.rights
        return files.may_see(who, promise)

    return BoardReader(desk, offers, actor, now_sections=now_sections, may_see=may_see)

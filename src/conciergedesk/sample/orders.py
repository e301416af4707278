"""What the desk ordered from providers in the past weeks, and how each order ended."""

from __future__ import annotations

import random
from datetime import timedelta

from sqlmodel import col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import NotAllowed
from conciergedesk.providers.tables import Provider
from conciergedesk.requests import asks
from conciergedesk.requests.rulebook import Rulebook

MOST = 2
"""Providers who share the orders of one kind of request: enough orders each for a rank."""
REFUSED = 0.06
ENDS = {"kept": 92, "late": 4, "incomplete": 1, "no_show": 1, "weather": 2}
"""How orders end, out of a hundred."""
CONTACTS = ("Chantal", "Fabrice", "Solène", "Didier")
_SEED = 20_270_326


class PastOrders:
    """Asks providers for past requests; always the same ones, whatever else the sample draws."""

    def __init__(self, book: Rulebook) -> None:
        self._book = book
        self._random = random.Random(_SEED)
        self._providers: dict[str, list[int]] = {}

    def place(self, unit: Unit, request_id: int, kind: str) -> int | None:
        """Order from a provider of the trade; None when there is none, or when it refused."""
        providers = self._of(unit, kind)
        if not providers:
            return None
        chosen, wait = self._random.choice(providers), self._random.randrange(4, 25)
        try:
            asked = asks.ask_provider(unit, self._book, request_id, chosen)
        except NotAllowed:
            providers.remove(chosen)  # has become too unreliable to be asked without a word
            return None
        unit.now += timedelta(minutes=wait)
        if self._random.random() < REFUSED:
            asks.declined(unit, self._book, asked, reason="complet ce jour-là")
            return None
        asks.accepted(unit, self._book, asked, contact=self._random.choice(CONTACTS))
        return asked

    def end(self, unit: Unit, ask_id: int) -> None:
        """Say how an order ended."""
        asks.performed(unit, ask_id, self._random.choices(list(ENDS), list(ENDS.values()))[0])

    def _of(self, unit: Unit, kind: str) -> list[int]:
        if kind not in self._providers:
            trades = self._book.catalogue.get(kind).providers
            rows = unit.session.exec(
                select(Provider.id, Provider.trades)
                .where(Provider.status == "active")
                .order_by(col(Provider.id))
            ).all()
            found = [number for number, of in rows if number is not None and of.split(" ")[0] in trades]
            self._providers[kind] = found[:MOST]
        return self._providers[kind]

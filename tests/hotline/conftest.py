"""A hotline desk for tests: the house's own trees and articles, agents of both lines, a provider with sites."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.desk import Desk
from conciergedesk.core.paths import knowledge_base
from conciergedesk.hotline import service as hotline
from conciergedesk.hotline.cards import TicketCard
from conciergedesk.hotline.house import HotlineHouse, hotline_house
from conciergedesk.hotline.queries import ticket_card
from conciergedesk.hotline.service import NewTicket, OpenedTicket
from conciergedesk.providers.tables import Provider, ProviderRate
from conciergedesk.requests.rulebook import load_rulebook
from tests.conftest import hire

PARIS = ZoneInfo("Europe/Paris")


@lru_cache
def house_of_tests() -> HotlineHouse:
    return hotline_house(load_rulebook(knowledge_base()))


@pytest.fixture
def house() -> HotlineHouse:
    return house_of_tests()


@dataclass
class Line:
    """The desk seen from the hotlines: agents, one provider with sites, and short ways to act."""

    desk: Desk
    clock: FixedClock
    house: HotlineHouse
    yanis: Actor
    sabrina: Actor
    lucie: Actor
    paulo: Actor
    helene: Actor
    providers: list[int]
    sites: list[int]

    def at(self, moment: str) -> datetime:
        """Set the clock to a local moment such as ``24 10:05`` of March 2027 (or a full ISO one)."""
        if "T" in moment:
            when = datetime.fromisoformat(moment)
        else:
            day, _space, clock = moment.partition(" ")
            when = datetime.fromisoformat(f"2027-03-{day}T{clock}").replace(tzinfo=PARIS)
        self.clock.move_to(when)
        return self.clock.now()

    def open(self, tree: str, *, by: Actor | None = None, **values: Any) -> OpenedTicket:
        values.setdefault("site_id", self.sites[0])
        agent = by or (self.yanis if self.house.triage.tree(tree).line == "technical" else self.lucie)
        return self.desk.act(agent, hotline.open_ticket, self.house, NewTicket(tree, **values))

    def card(self, ticket_id: int) -> TicketCard:
        return self.desk.ask(ticket_card, ticket_id)


def plant_provider(unit: Unit, name: str, commune: str = "Metz", until: date | None = None) -> int:
    row = unit.add(
        Provider(
            name=name, commune=commune, agreement="signed", agreement_from=date(2026, 1, 1), agreement_until=until,
            created_at=unit.now, last_used_at=unit.now,
        )
    )  # fmt: skip
    assert row.id is not None
    unit.session.add(ProviderRate(provider_id=row.id, basis_points=1000, since=date(2026, 1, 1), at=unit.now))
    unit.record("provider.added", "provider", row.id)
    return row.id


@pytest.fixture
def line(desk: Desk, clock: FixedClock, house: HotlineHouse) -> Line:
    yanis = hire(desk, "Yanis", "hotline", "technical")
    sabrina = hire(desk, "Sabrina", "hotline", "technical")
    lucie = hire(desk, "Lucie", "hotline", "commercial")
    paulo = hire(desk, "Paulo", "hotline", "commercial")
    helene = hire(desk, "Hélène", "supervisor")
    with desk.write(SYSTEM) as unit:
        providers = [plant_provider(unit, f"Maison {name}") for name in ("Aubier", "Brume", "Clairière")]
        sites = [
            hotline.add_site(unit, provider, f"Site {number}", commune="Metz")
            for number, provider in enumerate(providers, 1)
        ]
        hotline.add_contact(unit, sites[0], "Bernadette", "03 53 01 40 01", role="gérante", on_agreement=True)
        hotline.add_contact(unit, sites[0], "Théo", "06 39 98 40 02", role="saisonnier")
        hotline.add_contact(unit, sites[1], "Mathilde", "06 39 98 40 03", language="de", on_agreement=True)
        hotline.add_contact(unit, sites[2], "Wilfried", "+352 621 000 040", language="en", on_agreement=True)
    return Line(desk, clock, house, yanis, sabrina, lucie, paulo, helene, providers, sites)

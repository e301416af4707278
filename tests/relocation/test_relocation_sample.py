"""The sample's households: planted through the real verbs, each with something to look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from conciergedesk.core.actor import Actor
from conciergedesk.core.db.unit import Unit, writing
from conciergedesk.core.desk import Desk
from conciergedesk.core.journal import verify
from conciergedesk.core.paths import knowledge_base
from conciergedesk.relocation.house import load_relocation_house
from conciergedesk.relocation.portfolio import figures, portfolio
from conciergedesk.relocation.queries import file_card
from conciergedesk.requests.rulebook import load_rulebook
from conciergedesk.sample.relocation import plant_relocation
from tests.conftest import hire


def test_nine_households_are_planted_around_now(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    house = load_relocation_house(knowledge_base(), load_rulebook(knowledge_base()))
    agents = {
        "CLE": hire(desk, "Clémence", role="coach", team="coach"),
        "ROM": hire(desk, "Romain", role="coach", team="coach"),
    }
    helene = agents["HEL"] = hire(desk, "Hélène", role="supervisor")

    @contextmanager
    def unit_at(actor: Actor, moment: datetime) -> Iterator[Unit]:
        with writing(desk.engine, actor, moment.astimezone(UTC), desk.key) as unit:
            unit.undoable = False
            yield unit

    now = desk.clock.now()
    made = plant_relocation(unit_at, house, knowledge_base() / "sample", now, agents)
    cards = {
        one.household: one for one in (desk.ask(file_card, house, number, helene, now) for number in made)
    }
    assert len(cards) == 9
    lieselotte = cards["Lieselotte Hartmann"]
    assert [one.name for one in lieselotte.members][2:] == ["Jonna", "Tim", "Pixel"]
    assert (lieselotte.arrival - house.today(now)).days == 19
    assert [one.code for one in lieselotte.items if one.is_overdue(house.today(now))] == ["A16"]
    assert [one.pulse for one in lieselotte.followups if one.pulse is not None] == [8, 6]
    assert any(one.cause == "pulse" for one in cards["Noor Desai"].actions)
    assert any(one.code == "visa_unvalidated_E+60" for one in cards["Priya Nair"].risks)
    assert any(one.code == "telework_80pct" for one in cards["Oskar Brandt"].risks)
    assert cards["Aurélien Gaspard"].stage == "R2"
    loads = desk.ask(portfolio, house, helene, now, everybody=True).loads
    assert [one.files for one in loads] == [6, 3]
    found = desk.ask(figures, house.today(now))
    assert found.legal.total > 20
    assert found.legal.met < found.legal.total
    with desk.read() as session:
        assert verify(session, desk.key) is None

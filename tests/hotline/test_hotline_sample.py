"""The hotlines of the sample desk are planted through the same verbs as real work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.unit import Unit, writing
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.journal import verify
from conciergedesk.core.paths import knowledge_base
from conciergedesk.hotline.figures import first_contact
from conciergedesk.hotline.house import hotline_house
from conciergedesk.hotline.queries import missed_calls, open_tickets
from conciergedesk.hotline.register import rounds, sites, unseen_assets
from conciergedesk.providers.sample import plant_providers
from conciergedesk.requests.rulebook import load_rulebook
from conciergedesk.sample.hotline import plant_hotline
from tests.conftest import hire

FOLDER = knowledge_base() / "sample"


@pytest.fixture
def agents(sqlite_desk: Desk) -> dict[str, Actor]:
    team = {"YAN": "technical", "SAB": "technical", "LUC": "commercial", "PAU": "commercial"}
    made = {code: hire(sqlite_desk, code, "hotline", line) for code, line in team.items()}
    return made | {"HEL": hire(sqlite_desk, "HEL", "supervisor")}


def test_the_sample_has_sites_tickets_missed_calls_and_a_round_around_now(
    sqlite_desk: Desk, clock: FixedClock, agents: dict[str, Actor]
) -> None:
    book = load_rulebook(knowledge_base())
    house, now = hotline_house(book), clock.now()

    @contextmanager
    def unit_at(actor: Actor, moment: datetime) -> Iterator[Unit]:
        with writing(sqlite_desk.engine, actor, moment.astimezone(UTC), sqlite_desk.key) as unit:
            unit.undoable = False
            yield unit

    with unit_at(SYSTEM, now - timedelta(days=40)) as unit:
        plant_providers(unit, FOLDER)
    plant_hotline(unit_at, book, FOLDER, now, agents)
    assert len(sqlite_desk.ask(sites, now, house.rules)) == 8
    assert {one.severity for one in sqlite_desk.ask(open_tickets)} >= {"S3", "S4"}
    assert len(sqlite_desk.ask(open_tickets)) == 6
    assert [one.caller for one in sqlite_desk.ask(missed_calls)] == ["Hervé", "Nils"]
    assert len(sqlite_desk.ask(rounds)[0].stops) == 3
    assert {one.label for one in sqlite_desk.ask(unseen_assets, now, house.rules)} == {"TAB-003", "BAL-002"}
    figures = sqlite_desk.ask(first_contact, now - timedelta(days=31), now)
    assert len(figures.population) > 40 and 0.5 < (figures.share or 0) < 1
    with sqlite_desk.read() as session:
        assert verify(session, sqlite_desk.key) is None


def test_a_sample_that_names_an_unknown_provider_is_refused_by_name(
    sqlite_desk: Desk, clock: FixedClock, agents: dict[str, Actor], tmp_path: Path
) -> None:
    text = (FOLDER / "hotline.toml").read_text(encoding="utf-8").replace("Spa des Deux Ponts", "Nowhere")
    (tmp_path / "hotline.toml").write_text(text, encoding="utf-8")

    @contextmanager
    def unit_at(actor: Actor, moment: datetime) -> Iterator[Unit]:
        with writing(sqlite_desk.engine, actor, moment.astimezone(UTC), sqlite_desk.key) as unit:
            yield unit

    with unit_at(SYSTEM, clock.now()) as unit:
        plant_providers(unit, FOLDER)
    with pytest.raises(InvalidFile, match=r"hotline\.toml"):
        plant_hotline(unit_at, load_rulebook(knowledge_base()), tmp_path, clock.now(), agents)

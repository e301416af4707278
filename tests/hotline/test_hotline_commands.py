"""The hotlines from the shell."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conciergedesk.cli import app
from conciergedesk.core.actor import SYSTEM
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.engine import open_engine
from conciergedesk.core.desk import Desk
from conciergedesk.core.settings import Settings, load_secret
from conciergedesk.core.shared import Agency, set_up_agency
from conciergedesk.hotline import service as hotline
from conciergedesk.hotline.service import NewTicket
from tests.conftest import hire

from .conftest import house_of_tests, plant_provider


@pytest.fixture
def home(empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desk of this test's own, with one provider, a ticket and a missed call."""
    folder = Path(os.environ["CONCIERGEDESK_HOME"])
    shutil.copy(empty_database, folder / "desk.db")
    url = f"sqlite:///{folder / 'desk.db'}"
    key = load_secret(Settings(database=url), folder)
    desk = Desk(open_engine(url), key, FixedClock(datetime.now(UTC)), Settings(database=url))
    desk.act(SYSTEM, set_up_agency, Agency(name="Agence d'essai", commune="Metz"))
    lucie = hire(desk, "Lucie", "hotline", "commercial")
    with desk.write(SYSTEM) as unit:
        provider = plant_provider(unit, "Gîte des Charmes")
        site = hotline.add_site(unit, provider, "Les Charmes")
        hotline.add_contact(unit, site, "Bernadette", "03 53 01 40 01", on_agreement=True)
    house = house_of_tests()
    desk.act(
        lucie, hotline.open_ticket, house, NewTicket("commission", site_id=site, title="relevé", keys="r")
    )
    desk.act(
        lucie, hotline.charge_commission, provider, "B-1", booked_on=date(2027, 2, 3), base_cents=34_000,
        charged_cents=3_000,
    )  # fmt: skip
    call = desk.act(lucie, hotline.ring_in, "0353014001", line="commercial")
    desk.act(lucie, hotline.caller_gave_up, house, call)
    desk.close()
    monkeypatch.setenv("CONCIERGEDESK_AGENT", "LUC")
    return folder


def run(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == status, f"{done.output}{done.exception!r}"
    assert "Traceback" not in done.output
    return done.output


def test_tickets_are_listed_and_shown_with_their_answers(home: Path) -> None:
    assert "T-1" in run("hotline", "tickets") and "Commission relevé" in run("hotline", "tickets")
    assert run("hotline", "tickets", "--line", "technical").count("T-") == 0
    assert json.loads(run("hotline", "tickets", "--json"))[0]["severity"] == "S4"
    shown = run("hotline", "show", "t1")
    assert "À recalculer, je rappelle" in shown and "ticket ouvert" in shown
    assert "T-99" in run("hotline", "show", "T-99", status=1)


def test_missed_calls_are_listed_and_cleared(home: Path) -> None:
    assert "Bernadette" in run("hotline", "missed")
    run("hotline", "missed", "--clear")
    assert "Bernadette" not in run("hotline", "missed")


def test_a_statement_is_recomputed_and_corrected_once(home: Path) -> None:
    period = ("2027-02-01", "2027-03-01")
    assert "4,00" in run("hotline", "commission", "PR-1", *period)
    assert "motif" in run("hotline", "commission", "PR-1", *period, "--correct", "T-1", status=1)
    run("hotline", "commission", "PR-1", *period, "--correct", "T-1", "--reason", "ancien taux")
    assert json.loads(run("hotline", "commission", "PR-1", *period, "--json"))[0]["charged_cents"] == 3_400
    assert "2027-2" in run("hotline", "commission", "PR-1", "2027-2", "2027-03-01", status=1)


def test_sites_articles_figures_and_the_house_data_answer(home: Path) -> None:
    assert "Les Charmes" in run("hotline", "sites", "charmes")
    assert "KB-01" in run("hotline", "articles", "tablette ne s'allume pas")
    assert "Résolus au premier contact" in run("hotline", "figures")
    assert set(json.loads(run("hotline", "figures", "--json"))) == {
        "first_contact",
        "resolutions",
        "knowledge",
        "calls",
    }
    assert "20" in run("hotline", "check")


def test_the_ring_command_is_among_the_others(home: Path) -> None:
    assert run("ring", "0353014001", "--line", "commercial").strip().isdigit()
    assert "conciergedesk ring" in run("ring", "--help")

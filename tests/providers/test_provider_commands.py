"""``conciergedesk find`` and ``conciergedesk providers`` as somebody types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from conciergedesk.cli import providers as commands
from conciergedesk.core.actor import SYSTEM
from conciergedesk.core.desk import Desk
from conciergedesk.core.paths import knowledge_base
from conciergedesk.core.shared import Agency, set_up_agency
from conciergedesk.providers.sample import plant_providers
from conciergedesk.ui.session import DeskSession
from tests.conftest import hire

METZ = Agency(name="Agence du Pays des Trois Rives", commune="Metz", latitude=49.1193, longitude=6.1757)


class OpenSession(DeskSession):
    """A session at the desk of the test."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(clock=desk.clock, settings=desk.settings)
        self._desk = desk
        self.agency = METZ

    def close(self) -> None:
        """The test closes its desk."""


@pytest.fixture
def run(sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> object:
    sqlite_desk.act(SYSTEM, set_up_agency, METZ)
    sqlite_desk.act(SYSTEM, plant_providers, knowledge_base() / "sample")
    session = OpenSession(sqlite_desk)
    session.actor = hire(sqlite_desk, "Hélène", role="supervisor")
    monkeypatch.setattr("conciergedesk.cli.output.opened", lambda **_options: session)
    monkeypatch.setattr("conciergedesk.cli.output.signed_in", lambda **_options: session)
    whole = typer.Typer()
    whole.add_typer(commands.app, name="providers")
    commands.register(whole)
    runner = CliRunner()

    def typed(*words: str) -> Result:
        return runner.invoke(whole, list(words))

    return typed


def test_a_dentist_at_eight_who_speaks_german_within_ten_kilometres(run: object) -> None:
    assert callable(run)
    result = run("find", "dentiste metz", "--at", "20:00", "--lang", "de", "--within", "10km", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert {chip["kind"] for chip in found["understood"]} == {
        "trade",
        "place",
        "moment",
        "language",
        "distance",
    }
    first = found["providers"][0]
    assert first["name"] == "Cabinet dentaire des Trois Rives" and first["state"] == "open"
    assert "de" in first["languages"] and first["distance_km"] <= 10
    assert [line["number"] for line in found["fallbacks"]][:2] == ["15", "112"]


def test_the_same_for_people(run: object) -> None:
    assert callable(run)
    result = run("find", "kiné", "metz", "20h")
    assert "Kiné du Sablon" in result.stdout and "moins sûrs" in result.stdout and "116 117" in result.stdout
    assert "Boulangerie Bel Air" in run("find", "boulangrie bel air").stdout.splitlines()[1]
    nobody = run("find", "xyzzyplugh")
    assert nobody.exit_code == 2 and "Personne" in nobody.stdout


@pytest.mark.parametrize(
    "words", [("--at", "jamais"), ("--lang", "klingon"), ("--within", "loin"), ("--within", "-3km")]
)
def test_an_option_that_cannot_be_is_refused(run: object, words: tuple[str, str]) -> None:
    assert callable(run)
    result = run("find", "dentiste", *words)
    assert result.exit_code == 1 and words[1].removeprefix("-")[:4] in result.stderr


def test_a_listing_goes_in_and_is_taken_back(run: object, tmp_path: Path) -> None:
    assert callable(run)
    path = tmp_path / "liste.csv"
    path.write_text(
        "Sigle,ville,horaires\nBar du Lac,Metz,24/7\nBar Faux,Metz,Mo-Fr 25:00\n", encoding="utf-8"
    )
    assert run("providers", "import", str(path)).exit_code == 1, "no column holds the name"
    dry = run("providers", "import", str(path), "--column", "name=Sigle", "--dry-run")
    assert dry.exit_code == 0 and "25:00" in dry.stdout and run("find", "bar du lac").exit_code in (0, 2)
    strict = run("providers", "import", str(path), "--column", "name=Sigle", "--all-or-nothing")
    assert strict.exit_code == 1 and run("providers", "imports").stdout == ""
    report = tmp_path / "refus.csv"
    done = run("providers", "import", str(path), "--column", "name=Sigle", "--report", str(report))
    assert done.exit_code == 0, done.output
    assert '"3","hours","refused"' in report.read_text(encoding="utf-8-sig")
    assert "Bar du Lac" in run("find", "bar du lac").stdout
    assert "liste.csv" in run("providers", "imports").stdout
    assert "1 retirés" in run("providers", "undo", "1").stdout
    assert "Bar du Lac" not in run("find", "bar du lac").stdout


def test_an_export_is_written(run: object, tmp_path: Path) -> None:
    assert callable(run)
    assert run("providers", "export", str(tmp_path / "tout.xlsx")).exit_code == 0
    again = run("providers", "import", str(tmp_path / "tout.xlsx"), "--dry-run")
    assert again.exit_code == 0 and "identiques" in again.stdout
    assert int(again.stdout.split("identiques")[1].split()[0]) > 200

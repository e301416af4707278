from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conciergedesk.cli import app
from conciergedesk.core.i18n import use_language
from conciergedesk.rota.house import rota_house
from conciergedesk.rota.month import Standing, month_of, month_pdf, month_values
from conciergedesk.rota.values import Absence, Assignment, Roster
from tests.conftest import PARIS

MADE = datetime(2027, 3, 24, 18, 42, tzinfo=PARIS)
SUNDAY = date(2027, 3, 28)


def page(**values: object) -> dict[str, object]:
    house = rota_house()
    rota = replace(month_of(house.rota, SUNDAY), absences=(Absence("MAE", SUNDAY, SUNDAY),), **values)  # type: ignore[arg-type]
    roster = Roster((
        Assignment("INE", SUNDAY, "M"), Assignment("INE", SUNDAY, "N"), Assignment("BAS", SUNDAY, "S"),
        Assignment("YAN", date(2027, 3, 26), "T"),
    ))  # fmt: skip
    return month_values(rota, roster, house.law, MADE, Standing(date(2027, 4, 11)), "fr")


def cell(shown: dict[str, object], name: str, day: int) -> dict[str, str]:
    teams: list[list[dict[str, list[dict[str, str]]]]] = shown["teams"]  # type: ignore[assignment]
    person = next(one for team in teams for one in team if one["name"] == name)  # type: ignore[comparison-overlap]
    return person["cells"][day - 1]


def test_the_month_says_who_works_when_and_who_is_away() -> None:
    shown = page()
    assert shown["title"] == "mars 2027" and shown["state"] == "publié jusqu’au 11 avril 2027"
    assert cell(shown, "Inès", 28) == {"text": "M", "paint": "m", "more": "n"}
    assert cell(shown, "Maëlle", 28)["paint"] == "absent"
    assert cell(shown, "Farid", 28)["text"] == ""


def test_the_month_shows_holidays_totals_and_every_gap() -> None:
    shown = page()
    assert shown["holidays"] == ["26 Vendredi saint", "29 Lundi de Pâques"]
    teams: list[list[dict[str, object]]] = shown["teams"]  # type: ignore[assignment]
    yanis = next(one for team in teams for one in team if one["name"] == "Yanis")
    assert (yanis["hours"], yanis["sundays"], yanis["holidays"]) == ("8", 0, 1)
    posts: list[dict[str, list[dict[str, object]]]] = shown["posts"]  # type: ignore[assignment]
    technical = next(one for one in posts if one["id"] == "T")  # type: ignore[comparison-overlap]
    assert technical["cells"][27] == {"text": "0/1", "gap": True}
    assert technical["cells"][25] == {"text": "1", "gap": False}


def test_what_people_typed_never_becomes_a_program() -> None:
    house = rota_house()
    hostile = '#read("/etc/passwd") $x$ *b* `'
    agents = tuple(replace(one, name=hostile) if one.id == "INE" else one for one in house.rota.agents)
    shown = page(agents=agents, site=replace(house.rota.site, name=hostile))
    assert json.loads(json.dumps(shown))["site"] == hostile
    pdf = month_pdf(
        replace(month_of(house.rota, SUNDAY), agents=agents), Roster(), house.law, MADE, language="en"
    )
    assert pdf.startswith(b"%PDF")


def test_the_month_is_written_from_the_shell(tmp_path: Path) -> None:
    use_language("fr")
    run = CliRunner().invoke(
        app, ["rota", "export", "--pdf", str(tmp_path / "mois.pdf"), "--month", "2027-02"]
    )
    assert run.exit_code == 0, run.output
    assert (tmp_path / "mois.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--pdf", "x.pdf", "--month", "mars"], "mars"),
        (["month"], "--out"),
        (["vcard", "--out", "x"], "month"),
    ],
)
def test_a_wrong_export_says_what_to_type(words: list[str], said: str) -> None:
    use_language("fr")
    run = CliRunner().invoke(app, ["rota", "export", *words])
    assert run.exit_code != 0 and said in run.output

from __future__ import annotations

from datetime import date
from pathlib import Path

import holidays as independent
import pytest

from conciergedesk.core.errors import InvalidFile, InvalidInput
from conciergedesk.core.holidays import Holidays, easter, load_holidays

HOUSE = Path(__file__).parents[2] / "knowledge_base"


@pytest.fixture(scope="module")
def calendar() -> Holidays:
    return load_holidays(HOUSE)


def test_easter_falls_where_the_church_puts_it() -> None:
    known = {1818: (3, 22), 1943: (4, 25), 2008: (3, 23), 2027: (3, 28), 2038: (4, 25), 2285: (3, 22)}
    assert {year: (easter(year).month, easter(year).day) for year in known} == known


@pytest.mark.parametrize(
    ("region", "country", "part"),
    [
        ("FR", "FR", None),
        ("FR-57", "FR", "57"),
        ("FR-67", "FR", "6AE"),
        ("FR-68", "FR", "6AE"),
        ("LU", "LU", None),
        ("DE-SL", "DE", "SL"),
        ("DE-RP", "DE", "RP"),
        ("DE-BW", "DE", "BW"),
        ("BE", "BE", None),
    ],
)
def test_the_house_calendar_agrees_with_an_independent_one(
    calendar: Holidays, region: str, country: str, part: str | None
) -> None:
    for year in range(2020, 2036):
        expected = set(independent.country_holidays(country, subdiv=part, years=year))
        # Easter and Whit Sunday are listed by that library for Belgium; the law of 1974 names ten other days.
        sundays = {easter(year), date.fromordinal(easter(year).toordinal() + 49)}
        assert set(calendar.year(year, region)) - sundays == expected - sundays


def test_local_law_adds_two_days_in_moselle_only(calendar: Holidays) -> None:
    good_friday = date(2027, 3, 26)
    found = calendar.on(good_friday, "FR-57")
    assert found is not None and found.name("fr") == "Vendredi saint" and found.name("de") == "Karfreitag"
    assert calendar.on(good_friday, "FR") is None
    assert calendar.on(date(2026, 12, 26), "FR-57") is not None
    assert calendar.on(date(2026, 12, 26), "FR") is None


def test_a_span_is_half_open_and_crosses_years(calendar: Holidays) -> None:
    found = calendar.between(date(2026, 12, 25), date(2027, 1, 1), "FR-57")
    assert [one.id for one in found] == ["christmas", "boxing_day"]
    assert [one.id for one in calendar.between(date(2026, 12, 26), date(2027, 1, 2), "FR")] == ["new_year"]


def test_an_address_leads_to_its_region(calendar: Holidays) -> None:
    assert calendar.region_of("FR", "57000") == "FR-57"
    assert calendar.region_of("FR", "54000") == "FR"
    assert calendar.region_of("DE", "66111") == "DE-SL"
    assert calendar.region_of("LU", "1234") == "LU"
    assert calendar.region_of("XX", "") == ""


def test_an_unknown_region_is_refused_with_the_known_ones(calendar: Holidays) -> None:
    with pytest.raises(InvalidInput) as refusal:
        calendar.on(date(2027, 1, 1), "FR-99")
    assert "FR-57" in refusal.value.in_language("en")


def test_school_holidays_are_known_for_moselle(calendar: Holidays) -> None:
    running = calendar.school_on(date(2026, 12, 24), "FR-57")
    assert running is not None and running.names.fr == "Vacances de Noël"
    assert calendar.school_on(date(2026, 11, 18), "FR-57") is None


_REGION = """
[[regions]]
id = "FR"
names = { fr = "France", en = "France", de = "Frankreich" }
"""
_DAY = """
[[days]]
id = "x"
regions = ["FR"]
names = { fr = "x", en = "x", de = "x" }
"""
_SCHOOL = """
[[school]]
regions = ["FR"]
names = { fr = "x", en = "x", de = "x" }
"""


@pytest.mark.parametrize(
    ("text", "where", "field"),
    [
        (_REGION + _DAY + 'date = "13-01"', "days x", "date"),
        (_REGION + _DAY + 'date = "02-30"', "days x", "date"),
        (_REGION + _DAY, "days x", "date"),
        (_REGION + _DAY + 'date = "01-01"\neaster = 1', "days x", "date"),
        (_REGION + _DAY.replace('"FR"', '"GB"') + 'date = "01-01"', "days x", "regions"),
        (_REGION + _DAY.replace('["FR"]', "[]") + 'date = "01-01"', "days x", "regions"),
        (_REGION + _DAY + 'date = "01-01"\nsince = 2020\nuntil = 2019', "days x", "until"),
        (_REGION + _DAY + 'date = "01-01"\nestaer = 1', "days x", "estaer"),
        (_REGION + (_DAY + 'date = "01-01"') * 2, "days x", "id"),
        (_REGION * 2 + _DAY + 'date = "01-01"', "regions FR", "id"),
        (_REGION.replace("id", 'part_of = "EU"\nid') + _DAY, "regions FR", "part_of"),
        (
            _REGION + _DAY + 'date = "01-01"' + _SCHOOL + "first = 2027-02-02\nlast = 2027-02-01",
            "school 1",
            "last",
        ),
    ],
)
def test_a_faulty_file_is_refused_by_table_and_field(
    tmp_path: Path, text: str, where: str, field: str
) -> None:
    folder = tmp_path / "calendars"
    folder.mkdir()
    (folder / "holidays.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidFile) as refusal:
        load_holidays(tmp_path)
    assert (refusal.value.file, refusal.value.where, refusal.value.field) == ("holidays.toml", where, field)


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "holidays.toml").write_text("[[regions]\n", encoding="utf-8")
    with pytest.raises(InvalidFile):
        load_holidays(tmp_path)

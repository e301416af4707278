"""House files are refused by file, place and field; nothing in them reaches a screen uncleaned."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.housefile import SIZE_LIMIT, Table, Wording, parse_house_text, read_house_file


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def table(text: str) -> Table:
    return parse_house_text(text, "house.toml")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_the_file_named(text: str) -> None:
    try:
        parse_house_text(text, "house.toml")
    except InvalidFile as error:
        assert error.file == "house.toml"


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 100_000, "a = " + "9" * 5_000, "a = 2027-02-30", "a = 1\na = 2"]
)
def test_monstrous_files_are_refused(text: str) -> None:
    with pytest.raises(InvalidFile):
        table(text)


def test_a_file_that_is_missing_too_large_or_not_utf8_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    with pytest.raises(InvalidFile):
        read_house_file(path)
    path.write_bytes(b"#" * (SIZE_LIMIT + 1))
    with pytest.raises(InvalidFile):
        read_house_file(path)
    path.write_bytes(b"a = '\xe9'")
    with pytest.raises(InvalidFile) as caught:
        read_house_file(path)
    assert "UTF-8" in str(caught.value)


def test_fields_are_read_by_their_kind() -> None:
    row = table(
        'name = " Ada  L. "\ncount = 3\nopen = true\nday = 2027-05-31\nwords = ["a", "b"]\n'
        'colour = "red"\nlabel = { fr = "Un", en = "One", de = "Eins" }\n[[part]]\nid = "p1"\n'
    )
    assert row.text("name") == "Ada L."
    assert (row.integer("count"), row.flag("open"), row.day("day")) == (3, True, date(2027, 5, 31))
    assert row.words("words") == ("a", "b")
    assert row.choice("colour", Colour) is Colour.RED
    assert row.wording("label", german=True) == Wording("Un", "One", "Eins")
    assert row.tables("part")[0].where == "part p1"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("x = true", lambda row: row.integer("x")),
        ("x = 1.5", lambda row: row.integer("x")),
        ("x = 5", lambda row: row.integer("x", low=6)),
        ("x = 1", lambda row: row.text("x")),
        ('x = "  "', lambda row: row.text("x")),
        ("y = 1", lambda row: row.text("x")),
        ("x = 1", lambda row: row.flag("x")),
        ("x = 2027-05-31T10:00:00", lambda row: row.day("x")),
        ('x = "2027-05-31"', lambda row: row.day("x")),
        ('x = ["a", "a"]', lambda row: row.words("x")),
        ('x = ["a", 1]', lambda row: row.words("x")),
        ('x = "green"', lambda row: row.choice("x", Colour)),
        ('x = "two words"', lambda row: row.id("x")),
        ("x = 1", lambda row: row.table("x")),
        ("x = [1]", lambda row: row.tables("x")),
        ('x = { fr = "Un" }', lambda row: row.wording("x")),
        ("x = 1", lambda row: row.only("y")),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_field(text: str, read: object) -> None:
    assert callable(read)
    with pytest.raises(InvalidFile) as caught:
        read(table(text))
    assert caught.value.field == "x"
    assert caught.value.in_language("fr") != caught.value.in_language("en")


def test_escape_sequences_do_not_pass() -> None:
    assert table('x = "a\\u001b[31mb"').text("x") == "a[31mb"


def test_german_falls_back_on_english() -> None:
    assert Wording("Un", "One").in_language("de") == "One"
    assert Wording("Un", "One").in_language("fr") == "Un"

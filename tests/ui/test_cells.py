"""Times, cuts and columns end on the cell they should."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from conciergedesk.board.rules import DayGroup, DaySeparator
from conciergedesk.ui.cells import (
    Palette,
    Row,
    duration,
    initials,
    separator_label,
    short,
    short_name,
    time_left,
    when,
    wrapped,
)
from conciergedesk.ui.glyphs import ASCII, UNICODE, Glyphs, glyphs, use_glyphs
from conciergedesk.ui.themes import NIGHT, THEMES
from conciergedesk.ui.widgets.columns import columns_for

NOW = datetime(2027, 3, 24, 17, 42, tzinfo=UTC)  # 18:42 in Metz


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [
        (8, "8 min"),
        (59, "59 min"),
        (60, "1 h 00"),
        (78, "1 h 18"),
        (0, "0 min"),
        (-0.3, "-1 min"),
        (-18, "-18 min"),
        (-125, "-2 h 05"),
        (-6 * 1440, "-6 j"),
    ],
)
def test_a_length_of_time_never_shows_seconds(minutes: float, shown: str) -> None:
    assert duration(timedelta(minutes=minutes)) == shown


@pytest.mark.parametrize(
    ("due", "under_separators", "alone"),
    [
        ("2027-03-24T18:00", "18 min", "18 min"),
        ("2027-03-25T08:30", "9:30", "jeu 9:30"),
        ("2027-03-28T08:30", "dim 28", "dim 10:30"),
        ("2027-03-31T07:00", "mer 31", "mer 9:00"),
        ("2027-04-01T07:00", "1 avr.", "1 avr."),
        ("2027-03-18T17:42", "-6 j", "-6 j"),
    ],
)
def test_other_days_show_clock_or_day(due: str, under_separators: str, alone: str) -> None:
    moment = datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert time_left(moment, NOW) == under_separators
    assert time_left(moment, NOW, under_separators=False) == alone


def test_the_timeline_says_the_day_only_when_it_is_another() -> None:
    assert when(NOW - timedelta(minutes=11), NOW) == "18:31"
    assert when(NOW - timedelta(days=1, hours=9, minutes=30), NOW) == "mar 9:12"
    assert when(NOW - timedelta(days=20), NOW) == "4 mars"


def test_a_separator_names_day_and_feast() -> None:
    line = DaySeparator(DayGroup.DAY, datetime(2027, 3, 26).date(), holiday="Vendredi saint")  # noqa: DTZ001
    assert separator_label(line) == "vendredi 26 mars · Vendredi saint"


def test_a_text_that_is_too_long_keeps_what_stands_before_the_comma() -> None:
    assert short("Jonas, famille de 4", 10) == "Jonas"
    assert short("Jonas", 10) == "Jonas"
    assert short("Bernadette-Marie, gîte", 10) == "Bernadett…"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Anke Klein", "Anke Klein"),
        ("Giulia Conti", "Giulia C."),
        ("Lieselotte Hartmann", "Lieselotte"),
        ("Ilse Van Loon", "Ilse V."),
        ("Auberge, comptoir", "Auberge"),
        ("Hôtel du Beffroi", "Hôtel du…"),
        ("03 53 01 57 01", "0353015701"),
    ],
)
def test_a_name_that_is_too_long_keeps_its_first_name_and_an_initial(name: str, shown: str) -> None:
    assert short_name(name, 10) == shown


def test_initials_of_one_and_two_names() -> None:
    assert (initials("Maëlle"), initials("Maëlle Bertin"), initials("")) == ("Ma", "MB", "")


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=80), cells=st.integers(0, 40))
def test_data_never_takes_more_cells_than_it_may(text: str, cells: int) -> None:
    row = Row().data(text, "text", cells)
    assert cell_len(row.plain) <= cells
    assert row.strip(Palette(THEMES[NIGHT].variables), 50).cell_length == 50


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=200), cells=st.integers(4, 40), rows=st.integers(1, 6))
def test_wrapped_text_stays_within_its_box(text: str, cells: int, rows: int) -> None:
    lines = wrapped(text, cells, rows)
    assert len(lines) <= rows
    assert all(cell_len(line) <= cells for line in lines)


@pytest.mark.parametrize("width", range(40, 220))
def test_columns_fill_the_list_and_never_more(width: int) -> None:
    columns = columns_for(width)
    used = 1 + columns.state + 1 + columns.left + 2 + columns.what
    used += sum(cells + 1 for cells in (columns.for_whom, columns.where, columns.who, columns.waits) if cells)
    assert width - 2 <= used <= width


def test_the_list_is_the_same_at_80_and_at_120_columns() -> None:
    columns = columns_for(79)
    assert (columns.state, columns.left, columns.what, columns.for_whom) == (9, 8, 19, 10)
    assert (columns.where, columns.who, columns.waits) == (10, 7, 8)
    wide = columns_for(115)
    assert (wide.what, wide.for_whom, wide.where, wide.who, wide.waits) == (27, 20, 18, 9, 15)


@pytest.mark.parametrize(("width", "gone"), [(78, "where"), (71, "waits"), (57, "who"), (49, "for_whom")])
def test_columns_leave_in_their_order(width: int, gone: str) -> None:
    assert getattr(columns_for(width), gone) == 0
    assert getattr(columns_for(width + 1), gone) > 0


def test_every_sign_is_one_cell_and_has_an_ascii_stand_in() -> None:
    for name in Glyphs.__dataclass_fields__:
        if name != "blocks":
            assert cell_len(getattr(UNICODE, name)) == 1
            assert getattr(ASCII, name).isascii()
    assert ASCII.blocks.isascii() and len(ASCII.blocks) == len(UNICODE.blocks)


def test_the_ascii_signs_are_chosen_by_setting() -> None:
    use_glyphs("ascii")
    assert glyphs() is ASCII
    use_glyphs("unicode")
    assert glyphs() is UNICODE

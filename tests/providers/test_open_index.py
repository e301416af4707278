from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core.calendars import CLOSED, PARIS, parse_ranges
from conciergedesk.core.holidays import load_holidays
from conciergedesk.providers.hours import (
    STATES,
    Exceptional,
    ListedHours,
    OpenIndex,
    OpeningTimes,
    Place,
    read_hours,
)
from conciergedesk.providers.search.entry import OpenState as SearchState

HOLIDAYS = load_holidays(Path(__file__).parents[2] / "knowledge_base")
TEXTS = [
    "",
    "sur place",
    "24/7",
    "Mo-Fr 09:00-17:00; PH off",
    "Mo-Su,PH 18:00-02:00",
    "Apr-Oct 10:00-18:00; Nov-Mar Sa 10:00-12:00",
    "Mo-Fr 10:00-sunset",
    "SH 10:00-12:00",
    "Th[-1] 10:00-12:00",
    'Mo-Fr 08:00-12:00 || "sur rendez-vous"',
    "Mo-Su 17:30+",
    "week 01-53/2 Mo-Fr 08:00-20:00",
]
EXCEPTIONS = (
    Exceptional(date(2026, 12, 24), date(2026, 12, 26), CLOSED, "Noël"),
    Exceptional(date(2026, 12, 31), date(2026, 12, 31), parse_ranges("22:00-04:00")),
)
LISTED = [
    ListedHours((text, region, bool(exceptions)), text, region, 49.12, 6.18, exceptions)
    for text in TEXTS
    for region in ("FR-57", "FR", "DE-SL", "")
    for exceptions in ((), EXCEPTIONS)
]


@pytest.fixture(scope="module")
def index() -> OpenIndex:
    index = OpenIndex(HOLIDAYS)
    index.build(LISTED)
    return index


def alone(one: ListedHours, at: datetime) -> str:
    place = Place(one.region, 49.1, 6.2)
    return OpeningTimes(read_hours(one.text), place, HOLIDAYS, one.exceptions).state(at)


@given(minutes=st.integers(0, 200 * 1440))
@settings(max_examples=60, deadline=None)
def test_the_index_says_of_everyone_what_each_says_alone(index: OpenIndex, minutes: int) -> None:
    at = datetime(2026, 10, 20, tzinfo=UTC) + timedelta(minutes=minutes)
    states = index.states(at)
    for one in LISTED:
        assert STATES[states[index.row_of(one.key)]] == alone(one, at), one


def test_a_changed_provider_is_found_at_once() -> None:
    index = OpenIndex(HOLIDAYS)
    index.build(LISTED)
    noon = datetime(2026, 11, 18, 12, tzinfo=PARIS)
    index.states(noon)
    key = ("24/7", "FR", False)
    assert index.states(noon)[index.row_of(key)] == 2
    index.put(ListedHours(key, "Mo-Fr 13:00-15:00,16:00-17:00,18:00-19:00,20:00-21:00", "FR"))
    assert index.states(noon)[index.row_of(key)] == 0
    assert index.states(noon + timedelta(hours=8))[index.row_of(key)] == 2
    index.put(ListedHours("new", "Mo-Su 11:00-13:00", "FR"))
    assert index.open_rows(noon)[index.row_of("new")]
    rebuilt = OpenIndex(HOLIDAYS)
    rebuilt.build([one for one in LISTED if one.key != key])
    for one in LISTED:
        if one.key != key:
            assert index.states(noon)[index.row_of(one.key)] == rebuilt.states(noon)[rebuilt.row_of(one.key)]


def test_states_are_numbered_as_the_search_ranks_them() -> None:
    assert [(state.value, int(SearchState[state.name])) for state in STATES] == [
        ("closed", 0),
        ("to_confirm", 1),
        ("open", 2),
    ]


def test_a_removed_provider_reads_as_closed_and_unknown_ones_have_no_row() -> None:
    index = OpenIndex(HOLIDAYS)
    index.build([ListedHours("a", "24/7"), ListedHours("b", "")])
    noon = datetime(2026, 11, 18, 12, tzinfo=PARIS)
    assert list(index.states(noon)) == [2, 1]
    index.remove("a")
    index.remove("c")
    assert list(index.states(noon)) == [0, 1]
    assert index.row_of("c") == -1
    assert index.open_at(["c", "b", "a"], noon) == [1, 1, 0]
    assert list(OpenIndex(HOLIDAYS).states(noon)) == []


def test_a_provider_listed_twice_keeps_its_last_hours() -> None:
    index = OpenIndex(HOLIDAYS)
    index.build([ListedHours("a", "off"), ListedHours("b", "off"), ListedHours("a", "24/7")])
    assert len(index) == 2
    assert list(index.states(datetime(2026, 11, 18, 12, tzinfo=PARIS))) == [2, 0]

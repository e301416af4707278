from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from conciergedesk.core.calendars import (
    ALWAYS,
    CLOSED,
    PARIS,
    OpeningRange,
    WorkingCalendar,
    every_day,
    parse_ranges,
)
from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.holidays import load_holidays

HOLIDAYS = load_holidays(Path(__file__).parents[2] / "knowledge_base")
DESK = WorkingCalendar(every_day(parse_ranges("08:00-21:00")))
HOTLINE = WorkingCalendar(every_day(parse_ranges("09:00-17:00")))
OFFICE = WorkingCalendar(
    (*((parse_ranges("08:30-12:00,14:00-18:00"),) * 5), CLOSED, CLOSED),
    holidays=HOLIDAYS,
    region="FR-57",
    on_holidays=CLOSED,
    exceptions={date(2027, 3, 24): CLOSED, date(2027, 3, 27): parse_ranges("10:00-12:00")},
)
NIGHT = WorkingCalendar(every_day(parse_ranges("21:00-08:00")))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


def local(moment: datetime) -> str:
    return f"{moment.astimezone(PARIS):%Y-%m-%d %H:%M}"


def test_four_service_hours_from_half_past_eight_in_the_evening_end_at_half_past_eleven() -> None:
    assert local(DESK.add(at("2027-03-22 20:30"), 240)) == "2027-03-23 11:30"


def test_eight_hotline_hours_from_four_end_at_four_the_next_day() -> None:
    assert local(HOTLINE.add(at("2027-03-22 16:00"), timedelta(hours=8))) == "2027-03-23 16:00"


def test_two_real_hours_on_the_march_night_pass_the_skipped_hour() -> None:
    assert local(ALWAYS.add(at("2027-03-28 01:30"), 120)) == "2027-03-28 04:30"


def test_two_real_hours_on_the_october_night_pass_the_repeated_hour() -> None:
    assert local(ALWAYS.add(at("2026-10-25 01:30"), 120)) == "2026-10-25 02:30"
    assert ALWAYS.between(at("2026-10-24 21:00"), at("2026-10-25 08:00")) == timedelta(hours=12)


def test_the_repeated_hour_is_measured_between_two_readings_of_one_clock() -> None:
    first = datetime(2026, 10, 25, 2, 50, tzinfo=PARIS)
    again = datetime(2026, 10, 25, 2, 10, tzinfo=PARIS, fold=1)
    assert ALWAYS.between(first, again) == timedelta(minutes=20)
    assert NIGHT.between(first, again) == timedelta(minutes=20)


def test_a_night_shift_is_an_hour_shorter_in_march_and_longer_in_october() -> None:
    spans = {day: NIGHT.spans_on(day)[0] for day in (date(2027, 3, 27), date(2026, 10, 24), date(2026, 6, 1))}
    assert [end - start for start, end in spans.values()] == [
        timedelta(hours=hours) for hours in (10, 12, 11)
    ]


def test_a_range_inside_the_skipped_hour_is_empty_and_one_across_it_is_shorter() -> None:
    inside = WorkingCalendar(every_day(parse_ranges("02:15-02:45")))
    across = WorkingCalendar(every_day(parse_ranges("02:30-04:00")))
    assert inside.spans_on(date(2027, 3, 28)) == ()
    start, end = across.spans_on(date(2027, 3, 28))[0]
    assert (local(start), end - start) == ("2027-03-28 03:00", timedelta(hours=1))


def test_a_day_that_ends_with_the_target_ends_at_closing_time() -> None:
    assert local(DESK.add(at("2027-03-22 08:00"), 13 * 60)) == "2027-03-22 21:00"


def test_holidays_of_the_region_stop_the_clock() -> None:
    # Thursday 25 March 2027, then Good Friday, an exceptional opening on Saturday, Easter.
    assert local(OFFICE.add(at("2027-03-25 17:00"), 60)) == "2027-03-25 18:00"
    assert local(OFFICE.add(at("2027-03-25 17:00"), 61)) == "2027-03-27 10:01"
    assert local(OFFICE.add(at("2027-03-27 11:00"), 120)) == "2027-03-30 09:30"
    in_paris = WorkingCalendar(OFFICE.week, holidays=HOLIDAYS, region="FR", on_holidays=CLOSED)
    assert local(in_paris.add(at("2027-03-25 17:00"), 61)) == "2027-03-26 08:31"


def test_special_ranges_on_holidays_replace_those_of_the_weekday() -> None:
    short = WorkingCalendar(
        DESK.week, holidays=HOLIDAYS, region="FR-57", on_holidays=parse_ranges("10:00-12:00")
    )
    assert not short.is_open(at("2026-12-26 09:00"))
    assert short.is_open(at("2026-12-26 10:00"))
    assert DESK.is_open(at("2026-12-26 09:00"))


def test_an_exceptional_closure_moves_the_next_opening() -> None:
    assert local(OFFICE.next_opening(at("2027-03-23 18:00"))) == "2027-03-25 08:30"
    assert local(OFFICE.next_opening(at("2027-03-25 12:30"))) == "2027-03-25 14:00"
    assert local(OFFICE.next_opening(at("2027-03-25 14:30"))) == "2027-03-25 14:30"


def test_what_runs_past_midnight_never_counts_twice() -> None:
    overlapping = WorkingCalendar(
        (parse_ranges("20:00-04:00"), parse_ranges("02:00-06:00"), *((CLOSED,) * 5))
    )
    assert overlapping.between(at("2027-03-22 00:00"), at("2027-03-29 00:00")) == timedelta(hours=10)


def test_years_are_counted_exactly() -> None:
    start, end = at("2020-01-01 00:00"), at("2030-01-01 00:00")
    assert DESK.between(start, end) == timedelta(hours=13) * 3653
    assert NIGHT.between(start, end) == timedelta(hours=11) * 3653
    hours = timedelta(hours=1)
    assert OFFICE.between(start, end) == sum(
        (OFFICE.between(start + 24 * n * hours, start + 24 * (n + 1) * hours) for n in range(3653)),
        timedelta(0),
    )


@pytest.mark.parametrize("week", [every_day(CLOSED), every_day(parse_ranges("08:00-09:00"))[:5]])
def test_a_calendar_without_opening_is_refused(week: tuple[tuple[OpeningRange, ...], ...]) -> None:
    with pytest.raises(InvalidInput):
        WorkingCalendar(week)


def test_a_calendar_that_never_opens_again_is_told_instead_of_searched_for_ever() -> None:
    only_holidays = WorkingCalendar(
        (parse_ranges("08:00-09:00"), *((CLOSED,) * 6)),
        exceptions={date.fromordinal(date(2027, 1, 4).toordinal() + 7 * n): CLOSED for n in range(14 * 53)},
    )
    with pytest.raises(InvalidInput):
        only_holidays.add(at("2027-01-01 00:00"), 10)


@pytest.mark.parametrize(
    "text", ["8", "08:00", "08:60-09:00", "25:00-26:00", "08:00-12:00,11:00-13:00", "a-b"]
)
def test_faulty_ranges_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_ranges(text)


def test_an_unknown_region_is_refused_when_the_calendar_is_made() -> None:
    with pytest.raises(InvalidInput):
        WorkingCalendar(DESK.week, holidays=HOLIDAYS, region="FR-99", on_holidays=CLOSED)


def test_negative_time_is_refused() -> None:
    with pytest.raises(InvalidInput):
        DESK.add(at("2027-01-01 12:00"), -1)


@st.composite
def day_ranges(draw: st.DrawFn) -> tuple[OpeningRange, ...]:
    cuts = sorted(draw(st.sets(st.integers(0, 1700), min_size=0, max_size=6)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return tuple(OpeningRange(a, b) for a, b in pairs if a < 1440 and b - a <= 1440)


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    week = tuple(draw(day_ranges()) for _ in range(7))
    assume(any(week))
    exceptions = draw(
        st.dictionaries(st.dates(date(2026, 10, 1), date(2027, 4, 30)), day_ranges(), max_size=3)
    )
    zone = draw(st.sampled_from(["Europe/Paris", "Europe/London", "Australia/Lord_Howe", "UTC"]))
    closed = draw(st.sampled_from([None, CLOSED, parse_ranges("10:00-11:00")]))
    return WorkingCalendar(week, ZoneInfo(zone), HOLIDAYS, "FR-57", closed, exceptions)


# Around both clock changes, to the second.
moments = st.one_of(
    st.integers(0, 6 * 86400).map(lambda s: datetime(2026, 10, 22, tzinfo=UTC) + timedelta(seconds=s)),
    st.integers(0, 6 * 86400).map(lambda s: datetime(2027, 3, 25, tzinfo=UTC) + timedelta(seconds=s)),
)


@given(calendars(), moments, st.integers(0, 20_000))
@settings(max_examples=100, deadline=None)
def test_adding_and_measuring_are_inverse(calendar: WorkingCalendar, start: datetime, minutes: int) -> None:
    end = calendar.add(start, minutes)
    assert calendar.between(start, end) == timedelta(minutes=minutes)
    assert calendar.between(end, start) == -timedelta(minutes=minutes)
    if minutes:
        # It is the earliest such moment: a second before, less has run.
        assert calendar.between(start, end - timedelta(seconds=1)) < timedelta(minutes=minutes)


@given(calendars(), st.lists(moments, min_size=3, max_size=3))
@settings(max_examples=60, deadline=None)
def test_spans_add_up_and_never_exceed_real_time(calendar: WorkingCalendar, three: list[datetime]) -> None:
    first, second, third = sorted(three)
    whole = calendar.between(first, third)
    assert calendar.between(first, second) + calendar.between(second, third) == whole
    assert timedelta(0) <= whole <= third - first


@given(calendars(), moments, st.integers(0, 5_000), st.integers(0, 5_000))
@settings(max_examples=60, deadline=None)
def test_more_service_time_never_ends_earlier(
    calendar: WorkingCalendar, start: datetime, some: int, more: int
) -> None:
    middle = calendar.add(start, some)
    assert middle <= calendar.add(start, some + more)
    if some and more:
        assert calendar.add(middle, more) == calendar.add(start, some + more)


@given(calendars(), moments)
@settings(max_examples=60, deadline=None)
def test_open_means_that_time_runs(calendar: WorkingCalendar, moment: datetime) -> None:
    second = timedelta(seconds=1)
    assert calendar.is_open(moment) == (calendar.between(moment, moment + second) == second)
    opening = calendar.next_opening(moment)
    assert calendar.is_open(opening)
    assert calendar.between(moment, opening) == timedelta(0)

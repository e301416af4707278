from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opening_hours import OpeningHours, State

from conciergedesk.core.calendars import CLOSED, PARIS, parse_ranges
from conciergedesk.core.holidays import load_holidays
from conciergedesk.providers.hours import (
    Exceptional,
    OpeningTimes,
    OpenState,
    Place,
    read_hours,
)

HOLIDAYS = load_holidays(Path(__file__).parents[2] / "knowledge_base")
METZ = Place("FR-57", 49.12, 6.18)


def times(text: str, place: Place = METZ, *exceptions: Exceptional) -> OpeningTimes:
    return OpeningTimes(read_hours(text), place, HOLIDAYS, exceptions)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


def day(text: str, on: str, place: Place = METZ) -> str:
    """A day in short: ``10:00-12:00`` open, ``(17:00-24:00)`` to confirm."""
    shown = []
    for one in times(text, place).day(date.fromisoformat(on)):
        span = f"{one.start // 60:02}:{one.start % 60:02}-{one.end // 60:02}:{one.end % 60:02}"
        if one.state is not OpenState.CLOSED:
            shown.append(f"({span})" if one.state is OpenState.TO_CONFIRM else span)
    return " ".join(shown)


# 2026-11-16 is a Monday.
@pytest.mark.parametrize(
    ("text", "on", "expected"),
    [
        ("Mo-Fr 10:00-12:00,14:00-18:00", "2026-11-16", "10:00-12:00 14:00-18:00"),
        ("Mo-Fr 10:00-12:00, 14:00-18:00; We off", "2026-11-18", ""),
        ("Sa, Su 09:30-22:00", "2026-11-21", "09:30-22:00"),
        ("Mo,Tu 10:00-12:00; Tu 14:00-16:00", "2026-11-17", "14:00-16:00"),
        ("Mo-Fr 10:00-12:00, Tu 14:00-16:00", "2026-11-17", "10:00-12:00 14:00-16:00"),
        ("Fr-Sa 18:00-02:00", "2026-11-22", "00:00-02:00"),
        ("Fr 18:00-02:00; Sa 10:00-12:00", "2026-11-21", "10:00-12:00"),
        ("Mo 22:00-22:00", "2026-11-17", "00:00-22:00"),
        ("Mo 10:00-26:00", "2026-11-17", "00:00-02:00"),
        ("17:00+", "2026-11-16", "(00:00-03:00) (17:00-24:00)"),
        ("10:00-14:00+", "2026-11-16", "10:00-14:00 (14:00-24:00)"),
        ('Mo 10:00-12:00 "sur rendez-vous"', "2026-11-16", "(10:00-12:00)"),
        ('Mo 10:00-12:00 open "sur rendez-vous"', "2026-11-16", "10:00-12:00"),
        ('Mo 10:00-12:00 || "sur rendez-vous"', "2026-11-16", "(00:00-10:00) 10:00-12:00 (12:00-24:00)"),
        ("24/7", "2026-11-16", "00:00-24:00"),
        ("Mo-Su 10:00-12:00; PH off", "2026-11-11", ""),
        ("Mo-Fr 10:00-18:00; PH off", "2026-12-26", ""),
        ("Apr-Oct 10:00-18:00", "2026-11-16", ""),
        ("Nov 02-Mar 14 10:00-18:00", "2027-01-16", "10:00-18:00"),
        ("2026 Nov 16-2027 Jan 03 off; 10:00-12:00", "2026-11-16", "10:00-12:00"),
        ("10:00-12:00; 2026 Nov 16-2027 Jan 03 off", "2026-11-16", ""),
        ("Th[3] 10:00-12:00", "2026-11-19", "10:00-12:00"),
        ("Th[-1] 10:00-12:00", "2026-11-19", ""),
        ("easter -2 days 10:00-12:00", "2027-03-26", "10:00-12:00"),
        ("easter-Oct 31: Sa 10:00-12:00", "2027-10-30", "10:00-12:00"),
        ("week 46-48 Mo 10:00-12:00", "2026-11-16", "10:00-12:00"),
        ("SH 10:00-12:00", "2026-12-24", "10:00-12:00"),
        ("SH Tu 10:00-12:00", "2026-12-24", ""),
        ("lundi à vendredi 9h-12h30", "2026-11-16", "09:00-12:30"),
        ("Montag bis Freitag 9 - 12", "2026-11-16", "09:00-12:00"),
        ("Mo–Fr 09:00 – 12:00", "2026-11-16", "09:00-12:00"),
        ("dimanche et jours fériés 10:00-12:00", "2026-11-11", "10:00-12:00"),
    ],
)
def test_a_day_is_understood_as_people_mean_it(text: str, on: str, expected: str) -> None:
    assert read_hours(text).problem is None
    assert day(text, on) == expected


def test_good_friday_closes_in_metz_and_not_in_nancy() -> None:
    text = "Mo-Fr 09:00-17:00; PH off"
    assert day(text, "2027-03-26", Place("FR-57")) == ""
    assert day(text, "2027-03-26", Place("FR")) == "09:00-17:00"


def test_the_sun_decides_where_the_place_is_known() -> None:
    opening = times("sunrise-sunset").intervals(at("2026-06-21 00:00"), at("2026-06-22 00:00"))
    independent = OpeningHours("sunrise-sunset", timezone=PARIS, coords=(49.12, 6.18), auto_country=False)
    start = datetime(2026, 6, 21, tzinfo=PARIS)
    expected = next(i for i in independent.intervals(start, start + timedelta(days=1)) if i[2] == State.OPEN)
    assert abs(opening[0].start - expected[0]) <= timedelta(minutes=3)
    assert abs(opening[0].end - expected[1]) <= timedelta(minutes=3)
    assert day("sunrise-sunset", "2026-06-21", Place()) == "06:00-18:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        '"nach Vereinbarung"',
        "Mo-Fr 25:00",
        "sur place",
        "Mo-Fr 17:00",
        "hiver 10:00-12:00",
        ";",
        "x" * 5000,
    ],
)
def test_hours_that_say_nothing_certain_are_never_open(text: str) -> None:
    opening = times(text)
    for hour in range(0, 24 * 14):
        assert opening.state(at("2026-11-16 00:00") + timedelta(hours=hour)) is OpenState.TO_CONFIRM
    assert opening.status(at("2026-11-16 10:00")).explain("fr") == "à confirmer"


@pytest.mark.parametrize(
    ("text", "position", "length"),
    [
        ("Mo-Fr 25:00", 6, 5),
        ("Mo-Xx 99:00", 3, 2),
        ("Mo-Fr 08:00-12:00; Sa 8:75-9:00", 22, 4),
        ("Mo-Fr 08:00-12:00 Sa", 20, 1),
        ('Mo 10:00-12:00 "vers', 15, 1),
        ("Jan 32 10:00-12:00", 4, 2),
        ("Feb 30 10:00-12:00", 4, 2),
        ("week 54 Mo 10:00-12:00", 5, 2),
        ("Mo[6] 10:00-12:00", 3, 1),
        ("Mo-Fr 10:00", 6, 5),
    ],
)
def test_a_fault_is_told_with_its_place(text: str, position: int, length: int) -> None:
    problem = read_hours(text).problem
    if text.endswith("Sa"):
        # A forgotten semicolon is understood, and shown as a hint.
        assert problem is None
        assert [(hint.position, hint.length) for hint in read_hours(text).hints] == [(18, 2)]
        return
    assert problem is not None
    assert (problem.position, problem.length) == (position, length)
    assert problem.in_language("fr") != problem.in_language("en")


def test_loose_spelling_is_understood_and_hinted_at() -> None:
    hours = read_hours("lundi 9h-12h")
    assert hours.problem is None
    assert {hint.position for hint in hours.hints} >= {0, 6}
    assert read_hours("Mo 09:00-12:00").hints == ()


@pytest.mark.parametrize(
    ("text", "moment", "fr", "en"),
    [
        ("Mo-Su 10:00-20:30", "2026-11-16 12:00", "ouvert jusqu’à 20:30", "open until 20:30"),
        ("Mo-Su 10:00-20:30", "2026-11-16 20:18", "ferme dans 12 min", "closes in 12 min"),
        ("Mo-Su 14:00-20:30", "2026-11-16 12:00", "ouvre à 14:00", "opens at 14:00"),
        ("Mo-Su 08:00-20:00", "2026-11-16 21:00", "ouvre demain à 08:00", "opens tomorrow at 08:00"),
        ("Mo 08:00-20:00", "2026-11-18 21:00", "ouvre lun. 23 nov. à 08:00", "opens Mon 23 Nov at 08:00"),
        ("off", "2026-11-16 12:00", "fermé", "closed now"),
        ("24/7", "2026-11-16 12:00", "toujours ouvert", "always open"),
        ("18:00+", "2026-11-16 20:00", "à confirmer", "to confirm"),
    ],
)
def test_the_state_is_said_in_a_few_words(text: str, moment: str, fr: str, en: str) -> None:
    status = times(text).status(at(moment))
    assert (status.explain("fr"), status.explain("en")) == (fr, en)


def test_the_next_change_is_found_over_the_season() -> None:
    opening = times("Apr-Oct 10:00-18:00")
    assert opening.next_change(at("2026-11-16 12:00")) == (at("2027-04-01 10:00"), OpenState.OPEN)
    assert times("24/7").next_change(at("2026-11-16 12:00")) is None


def test_a_closure_holds_for_its_days_and_not_for_the_night_before() -> None:
    bar = times("18:00-02:00", METZ, Exceptional(date(2026, 11, 17), date(2026, 11, 18), CLOSED, "congés"))
    open_spans = bar.intervals(at("2026-11-16 12:00"), at("2026-11-19 23:00"))
    assert [(one.start, one.end) for one in open_spans] == [
        (at("2026-11-16 18:00"), at("2026-11-17 02:00")),
        (at("2026-11-19 18:00"), at("2026-11-19 23:00")),
    ]
    assert bar.status(at("2026-11-17 20:00")).comment == "congés"


def test_an_exceptional_opening_replaces_the_hours_even_of_unknown_ones() -> None:
    special = Exceptional(date(2026, 12, 24), date(2026, 12, 24), parse_ranges("10:00-16:00"), "réveillon")
    for text in ("Mo-Su 08:00-22:00", "", "sur place"):
        opening = times(text, METZ, special)
        assert opening.state(at("2026-12-24 09:00")) is OpenState.CLOSED
        assert opening.state(at("2026-12-24 10:00")) is OpenState.OPEN
        assert opening.state(at("2026-12-24 16:00")) is OpenState.CLOSED


def test_the_week_shows_each_day_with_its_holiday() -> None:
    week = times("Mo-Fr 09:00-17:00; PH off").week(date(2027, 3, 22))
    assert [len(plan.openings) for plan in week] == [1, 1, 1, 1, 0, 0, 0]
    assert week[4].holiday is not None and week[4].holiday.id == "good_friday"


def test_school_holidays_that_are_not_known_are_to_be_confirmed() -> None:
    text = "Mo-Fr 09:00-17:00; SH 10:00-12:00"
    assert day(text, "2035-02-05", Place("FR-57")) == "(09:00-10:00) 10:00-12:00 (12:00-17:00)"
    assert day(text, "2026-11-16", Place("FR-57")) == "09:00-17:00"
    assert day("Mo-Fr 09:00-17:00; PH off", "2026-11-16", Place("")) == "(09:00-17:00)"


def test_nights_across_the_clock_changes_have_their_true_length() -> None:
    night = times("22:00-06:00")
    march = night.intervals(at("2027-03-27 12:00"), at("2027-03-28 12:00"))
    october = night.intervals(at("2026-10-24 12:00"), at("2026-10-25 12:00"))
    assert [one.end - one.start for one in march + october] == [timedelta(hours=7), timedelta(hours=9)]


WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
weekday_lists = st.sets(st.sampled_from(WEEKDAYS), min_size=1).map(
    lambda chosen: ",".join(day for day in WEEKDAYS if day in chosen)
)
spans = (
    st.lists(st.integers(0, 47), min_size=2, max_size=6, unique=True)
    .map(sorted)
    .map(
        lambda cuts: ",".join(
            f"{a // 2:02}:{a % 2 * 30:02}-{b // 2:02}:{b % 2 * 30:02}"
            for a, b in zip(cuts[::2], cuts[1::2], strict=False)
        )
    )
)
plain_rules = st.lists(
    st.tuples(weekday_lists, st.one_of(spans, st.just("off"))), min_size=1, max_size=4
).map(lambda rules: "; ".join(f"{days} {spans}" for days, spans in rules))


@pytest.mark.parametrize(
    ("typed", "standard"),
    [
        ("lundi à vendredi 9h-12h30", "Mo-Fr 09:00-12:30"),
        ("Sonn- und Feiertags 10-12", "Su,PH 10:00-12:00"),
        ("mo-fr 8-12, sa 9-11; ph closed", "Mo-Fr 08:00-12:00, Sa 09:00-11:00; PH off"),
        ("daylight", "sunrise-sunset"),
        ("always", "24/7"),
        ('Mo-Fr 10:00-12:00 "sur rendez-vous"', 'Mo-Fr 10:00-12:00 "sur rendez-vous"'),
        ("sunrise-14:00 open, 14:00+", "sunrise-14:00 open, 14:00+"),
        ("Easter - 7days - Nov 1: Tu 10:00-12:00", "easter -7 days-Nov 01 Tu 10:00-12:00"),
        ("Dec 24.-25.,31 off", "Dec 24-25,Dec 31 off"),
        ("2013,2015,2060+ Jan week 2-10/2 We[1-2] -1 day (sunset-01:30)+", None),
        ("Mo 10:00-26:00 || unknown", "Mo 10:00-26:00 || unknown"),
        ("Mar 25:00", ""),
    ],
)
def test_loose_hours_are_offered_in_the_standard_form(typed: str, standard: str | None) -> None:
    hours = read_hours(typed)
    if standard is not None:
        assert hours.standard == standard
    if hours.programme is not None:
        again = read_hours(hours.standard)
        assert again.programme is not None
        assert again.programme.rules == hours.programme.rules
        assert again.hints == ()


@given(plain_rules)
@settings(max_examples=100, deadline=None)
def test_plain_hours_are_understood_as_an_independent_reader_does(text: str) -> None:
    start, end = datetime(2026, 11, 16), datetime(2026, 11, 30)  # noqa: DTZ001 - that reader knows local times only
    expected = [
        (first, last)
        for first, last, state, _ in OpeningHours(text).intervals(start, end)
        if state == State.OPEN
    ]
    ours = times(text).intervals(start.replace(tzinfo=PARIS), end.replace(tzinfo=PARIS))
    assert [
        (one.start.astimezone(PARIS).replace(tzinfo=None), one.end.astimezone(PARIS).replace(tzinfo=None))
        for one in ours
    ] == expected


@given(st.text(alphabet='MoTuWeFrSaSu 0123456789:-,;+|"[]()/PHSHoffeaster\u202e\x00é', max_size=60))
@settings(max_examples=100, deadline=None)
def test_no_text_breaks_the_reader(text: str) -> None:
    opening = times(text)
    for number in range(3):
        stretches = opening.day(date(2026, 12, 24) + timedelta(days=number))
        assert stretches[0].start == 0 and stretches[-1].end == 1440
        assert all(one.end == two.start for one, two in pairwise(stretches))
    if read_hours(text).problem is not None:
        assert opening.state(at("2026-12-24 12:00")) is OpenState.TO_CONFIRM

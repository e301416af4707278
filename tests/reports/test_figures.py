"""K1 to K20 against worked examples: small data whose figures were computed on paper, period borders included."""

from __future__ import annotations

import csv
import gc
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core.errors import InvalidInput
from conciergedesk.reports.bulk import many_values
from conciergedesk.reports.facts import (
    ArticleFact,
    BacklogFact,
    CallFact,
    CommissionFact,
    CoverFact,
    DossierFact,
    HandoverFact,
    IncidentFact,
    KeyEventFact,
    KeyOutFact,
    OrderFact,
    PackFact,
    PromiseFact,
    RequestFact,
    ScoreFact,
    TicketFact,
)
from conciergedesk.reports.figures import (
    attainment,
    backlog,
    first_response,
    handover_quality,
    promises_kept,
    reopened,
    resolution,
)
from conciergedesk.reports.measures import Figure, How, Item, nearest_rank, value_of
from conciergedesk.reports.periods import (
    Period,
    PeriodKind,
    day_period,
    month_period,
    period_of,
    shift_period,
    span_period,
    week_period,
)
from conciergedesk.reports.room_figures import (
    abandonment,
    answer_speed,
    commission,
    cover,
    first_contact,
    key_discipline,
    knowledge,
    line_commission,
    pack_use,
    recommendation,
    reliability,
    relocation,
    satisfaction,
    service_level,
)

PARIS = ZoneInfo("Europe/Paris")
MARCH = month_period(date(2027, 3, 10), PARIS)
LATER = datetime(2027, 6, 1, tzinfo=UTC)
OPENED = datetime(2027, 3, 10, 9, tzinfo=PARIS)


def request(number: int = 1, **changed: object) -> RequestFact:
    plain = RequestFact(
        number, f"D-{number}", "taxi", "transport", "concierge", "P2", "done", "phone", "fr", "visitor", "", 1, "Inès",
        OPENED, OPENED, OPENED + timedelta(minutes=30), None, 0.0,
    )  # fmt: skip
    return plain._replace(**changed)  # type: ignore[arg-type]


def value(figure: Figure, key: str = "") -> float | None:
    return (figure.measure(key) if key else figure.measures[0]).value


def reasons(figure: Figure) -> dict[str, int]:
    return {one.reason: one.count for one in figure.excluded if one.count}


# --- periods ---


def test_a_month_with_a_clock_change_is_an_hour_short_and_leaves_nothing_out() -> None:
    assert MARCH.length == timedelta(days=31) - timedelta(hours=1)
    assert month_period(date(2027, 10, 31), PARIS).length == timedelta(days=31, hours=1)
    assert day_period(date(2027, 3, 28), PARIS).length == timedelta(hours=23)
    assert day_period(date(2027, 10, 31), PARIS).length == timedelta(hours=25)
    days = list(MARCH.days())
    assert len(days) == 31
    assert days[0].start == MARCH.start and days[-1].end == MARCH.end
    assert all(one.end == other.start for one, other in pairwise(days))


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.sampled_from(["day", "week", "month"]))
@settings(max_examples=100, deadline=None)
def test_periods_of_a_kind_follow_each_other_without_gap_or_overlap(day: date, kind: str) -> None:
    made = period_of(PeriodKind(kind), datetime(day.year, day.month, day.day, 12, tzinfo=PARIS), PARIS)
    assert made.previous().end == made.start
    assert made.next().start == made.end
    assert made.next().previous() == made
    assert made.start in made and made.end not in made


def test_a_period_is_half_open_and_refuses_an_end_before_its_start() -> None:
    assert MARCH.start in MARCH and MARCH.end not in MARCH
    assert MARCH.end - timedelta(microseconds=1) in MARCH
    with pytest.raises(InvalidInput):
        Period(PeriodKind.SPAN, MARCH.end, MARCH.start, PARIS)


def test_the_shift_before_the_clock_change_begins_at_the_same_local_time() -> None:
    evening = shift_period(
        datetime(2027, 3, 28, 14, 15, tzinfo=PARIS),
        datetime(2027, 3, 28, 21, 15, tzinfo=PARIS),
        PARIS,
        "soir",
    )
    assert evening.previous().start == datetime(2027, 3, 27, 14, 15, tzinfo=PARIS)
    assert evening.next().start == datetime(2027, 3, 29, 14, 15, tzinfo=PARIS)


def test_titles_read_as_people_say_them() -> None:
    assert MARCH.title("fr") == "mars 2027"
    assert week_period(date(2027, 3, 24), PARIS).title("en") == "week of 22 March 2027"
    assert span_period(date(2027, 3, 1), date(2027, 3, 3), PARIS).title("en") == "1 Mar 2027 – 3 Mar 2027"


# --- K1 ---


def test_k1_on_paper() -> None:
    due = OPENED + timedelta(minutes=30)
    facts = [
        request(1, first_response_at=OPENED + timedelta(minutes=10), response_minutes=10.0),
        request(2, first_response_at=due, response_minutes=30.0),
        request(3, first_response_at=due + timedelta(minutes=6), response_minutes=36.0),
        request(4, first_response_at=None, response_minutes=None),
        request(5, duplicate=True),
        request(6, first_response_at=None, response_minutes=None, ended_at=OPENED + timedelta(minutes=5)),
        request(7, opened_at=MARCH.end),
        request(8, opened_at=MARCH.start - timedelta(seconds=1)),
    ]
    figure = first_response(facts, MARCH, LATER)
    assert value(figure, "within") == 50.0  # two of four: one late, one never answered
    assert value(figure, "median") == 30.0
    assert value(figure, "p90") == 36.0
    assert reasons(figure) == {"duplicates": 1, "ended before an answer": 1}


def test_k1_says_nothing_about_an_empty_period_and_waits_for_what_is_not_due() -> None:
    empty = first_response([], MARCH, LATER)
    assert [measure.value for measure in empty.measures] == [None, None, None]
    young = request(1, first_response_at=None, response_minutes=None)
    figure = first_response([young], MARCH, OPENED + timedelta(minutes=5))
    assert value(figure) is None
    assert reasons(figure) == {"not answered and not due yet": 1}


def test_k1_of_a_closed_month_does_not_change_when_the_answer_comes_later() -> None:
    opened = MARCH.end - timedelta(minutes=10)
    late = request(
        1, opened_at=opened, response_due_at=opened + timedelta(minutes=30),
        first_response_at=MARCH.end + timedelta(hours=5), response_minutes=310.0,
    )  # fmt: skip
    at_the_end = first_response(
        [late._replace(first_response_at=None, response_minutes=None)], MARCH, MARCH.end
    )
    much_later = first_response([late], MARCH, LATER)
    assert at_the_end == much_later


# --- K2, K3, K5 ---


def test_k2_takes_the_first_resolution_in_the_period() -> None:
    facts = [
        request(1, first_resolved_at=MARCH.start, resolution_minutes=150.0),
        request(2, first_resolved_at=MARCH.end, resolution_minutes=999.0),
        request(
            3, first_resolved_at=OPENED, resolution_minutes=60.0, opened_at=MARCH.start - timedelta(days=3)
        ),
        request(4, first_resolved_at=OPENED, resolution_minutes=90.0, duplicate=True),
    ]
    figure = resolution(facts, MARCH, LATER)
    assert (value(figure, "median"), value(figure, "p90"), value(figure, "resolved")) == (105.0, 150.0, 2.0)


def test_k3_counts_a_miss_where_it_fell_due_and_a_success_where_it_was_resolved() -> None:
    april = MARCH.next()
    missed_then_done = request(
        1, breached_at=MARCH.end - timedelta(hours=1), first_resolved_at=MARCH.end + timedelta(hours=3)
    )
    met = request(2, first_resolved_at=MARCH.end - timedelta(hours=2))
    open_late = request(3, first_resolved_at=None, overdue_at=OPENED)
    cancelled = request(4, first_resolved_at=None, ended_at=OPENED)
    facts = [missed_then_done, met, open_late, cancelled]
    march, after = attainment(facts, MARCH, LATER), attainment(facts, april, LATER)
    assert (march.measures[0].met, march.measures[0].count) == (1, 3)
    assert after.measures[0].count == 0, "a miss counts once, in the month in which it fell due"
    assert value(after) is None
    assert reasons(march) == {"cancelled or refused before the target": 1}


def test_k3_counts_a_miss_after_a_reopening_in_its_own_month() -> None:
    again = request(1, first_resolved_at=OPENED, breached_at=MARCH.end + timedelta(days=2))
    assert value(attainment([again], MARCH, LATER)) == 100.0
    assert value(attainment([again], MARCH.next(), LATER)) == 0.0


def test_k5_looks_seven_days_ahead_and_says_until_when_it_may_change() -> None:
    facts = [
        request(1, first_done_at=OPENED, reopened_at=OPENED + timedelta(days=7)),
        request(2, first_done_at=OPENED, reopened_at=OPENED + timedelta(days=7, seconds=1)),
        request(3, first_done_at=OPENED),
        request(4, first_done_at=MARCH.end),
        request(5),
    ]
    figure = reopened(facts, MARCH, LATER)
    assert (figure.measures[0].met, figure.measures[0].count) == (1, 3)
    assert figure.final_at is None
    assert reopened(facts, MARCH, MARCH.end).final_at == MARCH.end + timedelta(days=7)


# --- K4 ---


def test_k4_ages_fall_into_half_open_buckets_and_the_oldest_five_are_listed() -> None:
    now = datetime(2027, 3, 28, 12, tzinfo=PARIS).astimezone(UTC)
    ages = [0, 3.99, 4, 23.99, 24, 71, 72, 167, 168, 1000]
    facts = [
        BacklogFact(n, f"D-{n}", "in_progress" if n % 2 else "new", now - timedelta(hours=age))
        for n, age in enumerate(ages)
    ]
    figure = backlog(facts, now)
    assert [value(figure, key) for key in ("open", "under_4h", "under_24h", "under_3d", "under_7d", "older")] == [
        10, 2, 2, 2, 2, 2,
    ]  # fmt: skip
    assert [item.id for item in figure.measure("oldest").items] == [9, 8, 7, 6, 5]
    assert value(figure, "state:new") == 5


# --- K6 to K9 ---


def test_k6_on_paper() -> None:
    plain = TicketFact(1, "T-1", "technical", OPENED)
    facts = [
        plain,
        replace(plain, id=2, contacts=2),
        replace(plain, id=3, second_level=True),
        replace(plain, id=4, field_visit=True),
        replace(plain, id=5, reopened_at=OPENED + timedelta(days=6)),
        replace(plain, id=6, reopened_at=OPENED + timedelta(days=8)),
        replace(plain, id=7, duplicate=True),
        replace(plain, id=8, mass_child=True),
    ]
    figure = first_contact(facts, MARCH, LATER)
    assert (figure.measures[0].met, figure.measures[0].count) == (2, 6)
    assert reasons(figure) == {"duplicates": 1, "children of a mass incident": 1}


def test_k7_and_k8_follow_the_printed_formula() -> None:
    calls = [
        CallFact(n, f"L{n}", "technical", OPENED, 10 if n < 41 else 30, True, 100, 20) for n in range(50)
    ]
    calls += [CallFact(100 + n, "", "technical", OPENED, 4 if n < 2 else 9, False) for n in range(6)]
    level = service_level(calls, MARCH)
    assert (level.measures[0].met, level.measures[0].count) == (41, 54)
    assert round(value(level) or 0, 1) == 75.9
    assert round(value(abandonment(calls, MARCH)) or 0, 1) == 7.4
    assert reasons(level) == {"abandoned in less than 5 s": 2}


@pytest.mark.parametrize(("wait", "within"), [(20.0, True), (20.1, False)])
def test_k7_counts_twenty_seconds_as_in_time(wait: float, within: bool) -> None:
    call = CallFact(1, "L1", "concierge", OPENED, wait, True)
    assert (service_level([call], MARCH).measures[0].met == 1) is within


def test_k7_an_abandon_of_exactly_five_seconds_counts_and_a_closed_line_does_not() -> None:
    calls = [
        CallFact(1, "L1", "concierge", OPENED, 5.0, False),
        CallFact(2, "L2", "concierge", OPENED, 60.0, False, in_hours=False),
    ]
    figure = service_level(calls, MARCH)
    assert value(figure) == 0.0
    assert reasons(figure) == {"outside the hours of the line": 1}


def test_k9_means() -> None:
    calls = [CallFact(n, "", "x", OPENED, wait, True, 100, 20) for n, wait in enumerate((10, 20, 60))]
    figure = answer_speed(calls, MARCH)
    assert (value(figure, "speed"), value(figure, "handle")) == (30.0, 120.0)
    assert value(answer_speed([], MARCH), "speed") is None


# --- K10 to K13 ---


def test_k10_says_few_answers_below_ten_and_leaves_own_requests_out() -> None:
    scores = [ScoreFact(n, "", OPENED, score) for n, score in enumerate((5, 4, 5, 2, 4, 3, 5, 5))]
    figure = satisfaction([*scores, ScoreFact(99, "", OPENED, 1, own=True)], MARCH)
    assert (value(figure, "satisfied"), value(figure, "mean"), value(figure, "answers")) == (75.0, 4.125, 8.0)
    assert figure.measures[0].few
    assert reasons(figure) == {"about one's own request": 1}
    many = satisfaction([ScoreFact(n, "", OPENED, 5) for n in range(10)], MARCH)
    assert not many.measures[0].few


def test_k11_is_promoters_minus_detractors() -> None:
    scores = [ScoreFact(n, "", OPENED, score) for n, score in enumerate((10, 9, 8, 7, 6, 0))]
    assert value(recommendation(scores, MARCH)) == pytest.approx(0.0)
    assert value(recommendation(scores[:3], MARCH)) == pytest.approx(66.67, abs=0.01)
    assert value(recommendation([], MARCH)) is None


def test_k12_leaves_weather_out_and_ranks_nobody_below_five_orders() -> None:
    order = OrderFact(1, "O-1", "Haut-Vol", OPENED, True, True, accepted_after_minutes=12)
    facts = [
        order,
        replace(order, id=2, complete=False),
        replace(order, id=3, weather=True, on_time=False),
        replace(order, id=4, no_show=True),
        replace(order, id=5, refused=True, accepted_after_minutes=None),
        replace(order, id=6, is_judged=False),
    ]
    figure = reliability(facts, MARCH)
    assert (figure.measures[0].met, figure.measures[0].count) == (1, 3)
    assert figure.measures[0].few
    assert (value(figure, "refusals"), value(figure, "no_shows")) == (1.0, 1.0)
    assert reasons(figure) == {"cancelled by the weather": 1, "nobody noted how they ended": 1}


@pytest.mark.parametrize(
    ("base", "rate", "cents"),
    [(4900, 800, 392), (12000, 1000, 1200), (1, 5000, 1), (1, 4999, 0), (0, 800, 0)],
)
def test_k13_rounds_half_up_per_line(base: int, rate: int, cents: int) -> None:
    assert line_commission(base, rate) == cents


def test_k13_sums_rounded_lines_and_forgets_cancelled_ones() -> None:
    line = CommissionFact(1, "D-1004", "Cave", OPENED, 4900, 800)
    facts = [line, replace(line, id=2, base_cents=12000, rate_bps=1000), replace(line, id=3, cancelled=True)]
    figure = commission(facts, MARCH)
    assert value(figure, "due") == 1592.0
    assert reasons(figure) == {"cancelled": 1}


# --- K14 to K20 ---


def test_k14_kept_at_the_due_moment_is_kept_and_a_dropped_one_is_not_judged() -> None:
    promise = PromiseFact(1, "call_back", "R-1", OPENED, OPENED, False)
    facts = [
        promise,
        replace(promise, id=2, ended_at=OPENED + timedelta(seconds=1)),
        replace(promise, id=3, ended_at=None),
        replace(promise, id=4, ended_at=OPENED - timedelta(hours=1), dropped=True),
        replace(promise, id=5, ended_at=OPENED + timedelta(hours=1), dropped=True),
        replace(promise, id=6, due_at=MARCH.end),
    ]
    figure = promises_kept(facts, MARCH, LATER)
    assert (figure.measures[0].met, figure.measures[0].count) == (1, 4)
    assert reasons(figure) == {"no longer needed before their moment": 1}


def test_k15_accepted_at_the_limit_is_in_time_and_a_missing_one_is_not() -> None:
    starts = OPENED
    change = HandoverFact(
        1,
        "H-1",
        "concierge",
        starts,
        starts + timedelta(minutes=20),
        starts + timedelta(minutes=20),
        True,
        8,
        0,
    )
    facts = [
        change,
        replace(change, id=2, accepted_at=starts + timedelta(minutes=21), open_items=4, count_difference=-1),
        replace(change, id=3, accepted_at=None, signed=False, count_difference=None),
    ]
    figure = handover_quality(facts, MARCH, LATER)
    assert value(figure, "in_time") == pytest.approx(33.33, abs=0.01)
    assert value(figure, "items") == 6.0
    assert value(figure, "difference") == 50.0


def test_k16_overdue_counts_from_the_amber_delay() -> None:
    out = KeyOutFact(1, "K-117", OPENED, OPENED + timedelta(hours=1), OPENED + timedelta(hours=1, minutes=29))
    facts = [
        out,
        replace(out, id=2, back_at=OPENED + timedelta(hours=1, minutes=30)),
        replace(out, id=3, back_at=None),
        replace(out, id=4, back_at=None, lost_at=OPENED + timedelta(minutes=5)),
        replace(out, id=5, due_at=None, back_at=None),
    ]
    events = [
        KeyEventFact(1, "K-117", "break", OPENED),
        KeyEventFact(2, "K-117", "seal", OPENED, has_reason=False),
        KeyEventFact(3, "K-117", "seal", OPENED),
    ]
    figure = key_discipline(facts, events, MARCH, LATER, amber=timedelta(minutes=30))
    assert (figure.measures[0].met, figure.measures[0].count) == (2, 5)
    got = [
        value(figure, key) for key in ("returned", "returned_late", "lost", "breaks", "seals_without_reason")
    ]
    assert got == [2.0, 2.0, 1.0, 1.0, 1.0]


def test_k16_a_set_that_left_on_the_last_evening_is_overdue_in_the_period_in_which_it_left() -> None:
    evening = MARCH.end - timedelta(hours=2)
    out = KeyOutFact(1, "K-117", evening, MARCH.end + timedelta(hours=10), None)
    at_the_end = key_discipline([out], [], MARCH, MARCH.end, amber=timedelta(minutes=30))
    later = key_discipline([out], [], MARCH, MARCH.end + timedelta(days=2), amber=timedelta(minutes=30))
    april = replace(MARCH, start=MARCH.end, end=MARCH.end + timedelta(days=30))
    assert (at_the_end.measures[0].met, later.measures[0].met) == (0, 1)
    assert key_discipline([out], [], april, april.end, amber=timedelta(minutes=30)).measures[0].count == 0


def test_k17_is_minutes_over_minutes_and_more_hands_than_needed_do_not_fill_another_hole() -> None:
    day = day_period(date(2027, 3, 24), PARIS)
    half = timedelta(minutes=30)
    facts = [
        CoverFact(1, "technical", OPENED_24, OPENED_24 + half, 2, 2),
        CoverFact(2, "technical", OPENED_24 + half, OPENED_24 + 2 * half, 2, 1),
        CoverFact(3, "technical", OPENED_24 + 2 * half, OPENED_24 + 3 * half, 2, 5),
        CoverFact(4, "technical", day.end - half, day.end + half, 2, 0),
    ]
    figure = cover(facts, day)
    assert (value(figure, "staffed"), value(figure, "needed")) == (150.0, 240.0)
    assert value(figure, "covered") == 62.5
    assert value(figure, "holes") == 2.0
    assert value(cover([], day), "covered") is None


OPENED_24 = datetime(2027, 3, 24, 9, tzinfo=PARIS)


def test_k18_on_paper() -> None:
    facts = [
        DossierFact(1, "A", "legal", date(2027, 3, 10), date(2027, 3, 10)),
        DossierFact(2, "A", "legal", date(2027, 3, 10), date(2027, 3, 11)),
        DossierFact(3, "A", "legal", date(2027, 4, 4), date(2027, 3, 25)),
        DossierFact(4, "A", "legal", date(2027, 3, 20), None),
        DossierFact(5, "B", "follow_up", date(2027, 3, 26), date(2027, 3, 29)),
        DossierFact(6, "B", "follow_up", date(2027, 3, 26), date(2027, 3, 22)),
        DossierFact(7, "C", "lease", None, date(2027, 3, 5), 40.0),
    ]
    figure = relocation(facts, MARCH, LATER)
    assert (figure.measure("legal").met, figure.measure("legal").count) == (2, 4)
    assert (figure.measure("follow_ups").met, figure.measure("follow_ups").count) == (1, 2)
    assert value(figure, "lease") == 40.0


def test_k19_and_k20() -> None:
    figure = pack_use([PackFact(1, "AC-01", 9, 3, 0.5), PackFact(2, "AC-02", 5, 2)])
    assert value(figure, "used") == pytest.approx(35.71, abs=0.01)
    assert value(figure, "days_left") == 12.0
    ticket = TicketFact(1, "T-1", "technical", OPENED, article="KB-01")
    articles = [ArticleFact(1, "KB-01", date(2027, 5, 31)), ArticleFact(2, "KB-02", date(2027, 6, 1))]
    known = knowledge([ticket, replace(ticket, id=2, article="")], articles, MARCH, LATER)
    assert (value(known, "with_article"), value(known, "past_review")) == (50.0, 1.0)


# --- the borders of a period ---

AFTER = timedelta(hours=1)


def _key_out(at: datetime, period: Period) -> Figure:
    return key_discipline([KeyOutFact(1, "K-1", at, None, None)], [], period, LATER, amber=AFTER)


def _seal(at: datetime, period: Period) -> Figure:
    mute = [KeyEventFact(1, "K-1", "seal", at, has_reason=False)]
    return key_discipline([], mute, period, LATER, amber=AFTER)


COUNTED_AT: dict[str, Callable[[datetime, Period], tuple[Figure, str]]] = {
    "K1": lambda at, period: (
        first_response(
            [request(opened_at=at, first_response_at=at, response_due_at=at + AFTER)], period, LATER
        ),
        "within",
    ),
    "K2": lambda at, period: (
        resolution([request(first_resolved_at=at, resolution_minutes=5.0)], period, LATER),
        "resolved",
    ),
    "K3 kept": lambda at, period: (attainment([request(first_resolved_at=at)], period, LATER), "attainment"),
    "K3 missed": lambda at, period: (attainment([request(breached_at=at)], period, LATER), "attainment"),
    "K3 overdue": lambda at, period: (attainment([request(overdue_at=at)], period, LATER), "attainment"),
    "K5": lambda at, period: (reopened([request(first_done_at=at)], period, LATER), "reopened"),
    "K6": lambda at, period: (first_contact([TicketFact(1, "T-1", "x", at)], period, LATER), "first_contact"),
    "K6 incident": lambda at, period: (
        first_contact([], period, LATER, [IncidentFact(1, "M-1", "wifi", at)]),
        "incidents",
    ),
    "K7": lambda at, period: (service_level([CallFact(1, "", "x", at, 9, True)], period), "level"),
    "K8": lambda at, period: (abandonment([CallFact(1, "", "x", at, 9, False)], period), "abandoned"),
    "K9": lambda at, period: (answer_speed([CallFact(1, "", "x", at, 9, True)], period), "speed"),
    "K10": lambda at, period: (satisfaction([ScoreFact(1, "", at, 5)], period), "satisfied"),
    "K11": lambda at, period: (recommendation([ScoreFact(1, "", at, 10)], period), "nps"),
    "K12": lambda at, period: (reliability([OrderFact(1, "", "x", at, True, True)], period), "reliable"),
    "K13": lambda at, period: (commission([CommissionFact(1, "", "x", at, 100, 800)], period), "due"),
    "K14": lambda at, period: (
        promises_kept([PromiseFact(1, "call_back", "R-1", at, at, False)], period, LATER),
        "kept",
    ),
    "K15": lambda at, period: (
        handover_quality([HandoverFact(1, "H-1", "x", at, at + AFTER, at, True, 3, 0)], period, LATER),
        "in_time",
    ),
    "K16": lambda at, period: (_key_out(at, period), "overdue"),
    "K16 seal": lambda at, period: (_seal(at, period), "seals_without_reason"),
    "K17": lambda at, period: (
        cover([CoverFact(1, "x", at, at + timedelta(microseconds=1), 1, 1)], period),
        "covered",
    ),
    "K18 legal": lambda at, period: (
        relocation([DossierFact(1, "A", "legal", _day(at), None)], period, LATER),
        "legal",
    ),
    "K18 follow-up": lambda at, period: (
        relocation([DossierFact(1, "A", "follow_up", _day(at), _day(at))], period, LATER),
        "follow_ups",
    ),
    "K18 lease": lambda at, period: (
        relocation([DossierFact(1, "A", "lease", None, _day(at), 40.0)], period, LATER),
        "lease",
    ),
    "K20": lambda at, period: (
        knowledge([TicketFact(1, "T-1", "x", at)], [], period, LATER),
        "with_article",
    ),
}
"""One fact of each figure at a moment, and the value that counts it. K4 and K19 are of an instant, not of a period."""


def _day(at: datetime) -> date:
    return at.astimezone(PARIS).date()


@pytest.mark.parametrize("name", COUNTED_AT)
def test_what_happens_on_the_border_counts_once_in_the_period_that_begins(name: str) -> None:
    moment = timedelta(microseconds=1)
    for at, in_march, in_april in (
        (MARCH.start - moment, 0, 0),
        (MARCH.start, 1, 0),
        (MARCH.end - moment, 1, 0),
        (MARCH.end, 0, 1),
        (MARCH.next().end, 0, 0),
    ):
        for period, wanted in ((MARCH, in_march), (MARCH.next(), in_april)):
            figure, key = COUNTED_AT[name](at, period)
            assert figure.measure(key).count == wanted, (at, period.title("en"))


# --- the list always adds up ---


@given(
    st.lists(
        st.tuples(st.floats(0, 1e6), st.sampled_from([True, False, None]), st.floats(0, 1e4)), max_size=40
    ),
    st.sampled_from(list(How)),
)
@settings(max_examples=100, deadline=None)
def test_every_figure_follows_from_its_list_as_exported(
    rows: list[tuple[float, bool | None, float]], how: How
) -> None:
    items = [Item("x", n, "", value, met, weight) for n, (value, met, weight) in enumerate(rows)]
    target = io.StringIO()
    csv.writer(target).writerows([item.value, item.met, item.weight] for item in items)
    read = [
        (float(a), {"True": True, "False": False, "": None}[b], float(c))
        for a, b, c in csv.reader(io.StringIO(target.getvalue()))
    ]
    got = value_of(how, items)
    values = sorted(one[0] for one in read)
    if how is How.COUNT:
        assert got == len(read)
    elif how is How.TOTAL:
        assert got == pytest.approx(sum(values))
    elif how is How.WEIGHTED:
        weight = sum(one[2] for one in read)
        assert got == (pytest.approx(100 * sum(values) / weight) if weight else None)
    elif not read:
        assert got is None
    elif how is How.RATIO:
        assert got == pytest.approx(100 * [one[1] for one in read].count(True) / len(read))
    elif how is How.SPREAD:
        marks = [one[1] for one in read]
        assert got == pytest.approx(100 * (marks.count(True) - marks.count(False)) / len(read))
    elif how is How.P90:
        assert got in values and sum(one <= got for one in values) >= 0.9 * len(values)
    else:
        assert got is not None and values[0] - 1e-6 <= got <= values[-1] + 1e-6


def test_nearest_rank_is_a_value_of_the_list() -> None:
    assert nearest_rank([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9) == 9
    assert nearest_rank([5], 0.9) == 5


def test_the_search_for_cycles_goes_on_after_the_last_report_even_when_one_fails() -> None:
    assert gc.isenabled()
    with many_values():
        with pytest.raises(ZeroDivisionError), many_values():
            raise ZeroDivisionError
        assert not gc.isenabled(), "another report is still under way"
    assert gc.isenabled()

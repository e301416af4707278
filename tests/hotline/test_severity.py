"""Severity, targets, and the rules on incidents, training, silence, prices, renewals and commission."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core.errors import InvalidFile, InvalidInput, RuleRefused
from conciergedesk.core.paths import knowledge_base
from conciergedesk.hotline.rules import (
    AgreementState,
    AssetState,
    CommissionLine,
    CommissionRate,
    Impact,
    Severity,
    TargetClock,
    TicketMark,
    Urgency,
    agreement_state,
    check_commission,
    check_price_change,
    commission_cents,
    dormant_since,
    price_needs_second_person,
    propose_incident,
    renewal_ladder,
    renewal_step_due,
    suggest_training,
    unseen_since,
    worst,
)
from conciergedesk.hotline.tree_files import load_house_rules

FOLDER = knowledge_base() / "hotline"
RULES = load_house_rules(FOLDER)
NOON = datetime(2027, 3, 25, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("impact", "row"),
    [
        (Impact.MANY_SITES, "S1 S1 S2"),
        (Impact.SITE_BLOCKED, "S1 S2 S3"),
        (Impact.DEGRADED, "S2 S3 S3"),
        (Impact.QUESTION, "S3 S4 S4"),
    ],
)
def test_the_matrix_gives_the_severity(impact: Impact, row: str) -> None:
    assert " ".join(RULES.severity(impact, urgency) for urgency in Urgency) == row


def test_targets_run_on_the_real_clock_only_for_s1() -> None:
    assert RULES.target(Severity.S1).clock is TargetClock.REAL
    assert {RULES.target(s).clock for s in list(Severity)[1:]} == {TargetClock.LINE_HOURS}
    assert [RULES.target(s).resolution_min for s in Severity] == [240, 480, 1440, 4800]
    assert [RULES.target(s).level_2_after_min for s in Severity] == [0, 120, 480, None]
    assert [RULES.target(s).banner for s in Severity] == [True, False, False, False]


def test_the_worst_of_several_is_the_lowest_number() -> None:
    assert worst([Severity.S3, Severity.S1, Severity.S4]) is Severity.S1
    assert worst([]) is None


def wifi(ticket: str, minute: int, site: str, **more: str) -> TicketMark:
    return TicketMark(ticket, "wifi", site, NOON + timedelta(minutes=minute), parent=more.get("parent", ""))


def test_the_third_site_within_the_hour_proposes_an_incident() -> None:
    first, second, third = wifi("T-503", 5, "A"), wifi("T-504", 20, "B"), wifi("T-505", 41, "C")
    assert propose_incident(second, [first], RULES) is None
    proposal = propose_incident(third, [second, first], RULES)
    assert proposal is not None
    assert proposal.tickets == ("T-503", "T-504", "T-505")
    assert proposal.proposed_at == third.opened_at


def test_three_tickets_of_two_sites_are_no_incident() -> None:
    assert propose_incident(wifi("3", 30, "B"), [wifi("1", 0, "A"), wifi("2", 10, "A")], RULES) is None


def test_a_site_that_calls_twice_brings_both_tickets() -> None:
    others = [wifi("1", 0, "A"), wifi("2", 10, "A"), wifi("3", 20, "B")]
    proposal = propose_incident(wifi("4", 30, "C"), others, RULES)
    assert proposal is not None
    assert proposal.tickets == ("1", "2", "3", "4")


@pytest.mark.parametrize(("minute", "proposed"), [(60, True), (61, False)])
def test_the_window_of_an_incident_is_sixty_minutes(minute: int, proposed: bool) -> None:
    others = [wifi("1", 0, "A"), wifi("2", minute, "B")]
    assert (propose_incident(wifi("3", minute, "C"), others, RULES) is not None) is proposed


def test_tickets_that_already_hang_under_an_incident_do_not_propose_another() -> None:
    others = [wifi("1", 0, "A", parent="M-01"), wifi("2", 5, "B", parent="M-01")]
    assert propose_incident(wifi("3", 10, "C"), others, RULES) is None


def test_another_category_does_not_count() -> None:
    other = TicketMark("2", "tablet", "B", NOON)
    assert propose_incident(wifi("3", 10, "C"), [wifi("1", 0, "A"), other], RULES) is None


def themed(ticket: str, day: int, theme: str = "calendars") -> TicketMark:
    return TicketMark(ticket, "calendar_sync", "A", NOON + timedelta(days=day), provider="PV-1", theme=theme)


@pytest.mark.parametrize(("day", "suggested"), [(90, True), (91, False)])
def test_three_tickets_on_one_theme_in_ninety_days_suggest_a_training(day: int, suggested: bool) -> None:
    suggestion = suggest_training(themed("3", day), [themed("1", 0), themed("2", 50)], RULES)
    assert (suggestion is not None) is suggested


def test_two_themes_suggest_no_training() -> None:
    assert suggest_training(themed("3", 2), [themed("1", 0), themed("2", 1, "cards")], RULES) is None


def test_a_provider_is_dormant_after_sixty_days_without_contact() -> None:
    assert dormant_since(NOON - timedelta(days=59, hours=23), NOON, RULES) is None
    assert dormant_since(NOON - timedelta(days=60), NOON, RULES) == timedelta(days=60)
    assert dormant_since(None, NOON, RULES) is not None


def test_a_device_is_missed_after_seven_days_unless_it_is_stored_or_lost() -> None:
    week = NOON - timedelta(days=7)
    assert unseen_since(week, AssetState.OK, NOON, RULES) == timedelta(days=7)
    assert unseen_since(week + timedelta(minutes=1), AssetState.OK, NOON, RULES) is None
    assert unseen_since(week, AssetState.STORED, NOON, RULES) is None
    assert unseen_since(None, AssetState.DEGRADED, NOON, RULES) is not None


@pytest.mark.parametrize(
    ("old", "new", "needed"),
    [
        (10_000, 12_000, False),
        (10_000, 12_001, True),
        (10_000, 8_000, False),
        (10_000, 7_999, True),
        (0, 1, True),
        (0, 0, False),
    ],
)
def test_a_price_change_above_twenty_percent_needs_a_second_person(old: int, new: int, needed: bool) -> None:
    assert price_needs_second_person(old, new, RULES) is needed


def test_nobody_confirms_their_own_price_change() -> None:
    for confirmed_by in ("", "LUC"):
        with pytest.raises(RuleRefused):
            check_price_change(10_000, 15_000, "LUC", confirmed_by, RULES)
    check_price_change(10_000, 15_000, "LUC", "PAU", RULES)
    check_price_change(10_000, 11_000, "LUC", "", RULES)


def test_a_negative_price_is_refused_by_field() -> None:
    with pytest.raises(InvalidInput) as caught:
        price_needs_second_person(100, -1, RULES)
    assert caught.value.field == "new_price"


def test_the_renewal_ladder_has_three_rungs() -> None:
    end = date(2027, 12, 31)
    assert [step.due for step in renewal_ladder(end, RULES)] == [
        date(2027, 10, 2),
        date(2027, 11, 1),
        date(2027, 12, 1),
    ]


def test_a_rung_is_sent_once_and_missed_rungs_are_not_made_up_for() -> None:
    end = date(2027, 12, 31)
    assert renewal_step_due(end, date(2027, 10, 1), [], RULES) is None
    step = renewal_step_due(end, date(2027, 11, 5), [], RULES)
    assert step is not None
    assert step.days_before == 60
    assert renewal_step_due(end, date(2027, 11, 5), [60], RULES) is None
    assert renewal_step_due(end, date(2028, 1, 1), [], RULES) is None


def test_an_agreement_lives_through_its_last_day() -> None:
    end = date(2027, 12, 31)
    assert agreement_state(end, date(2027, 10, 1), RULES) is AgreementState.RUNNING
    assert agreement_state(end, end, RULES) is AgreementState.TO_RENEW
    assert agreement_state(end, end + timedelta(days=1), RULES) is AgreementState.ENDED


RATES = (CommissionRate(date(2026, 1, 1), 800), CommissionRate(date(2027, 2, 1), 1000))


def test_the_rate_is_the_one_of_the_booking_date() -> None:
    line = CommissionLine("B-1", date(2027, 1, 31), 17_000, 1_700)
    check = check_commission(line, RATES)
    assert (check.basis_points, check.right_cents, check.correction_cents) == (800, 1_360, -340)
    assert (
        check_commission(CommissionLine("B-2", date(2027, 2, 1), 17_000, 1_700), RATES).correction_cents == 0
    )


def test_a_cancelled_booking_owes_nothing() -> None:
    assert (
        check_commission(
            CommissionLine("B-1", date(2027, 1, 1), 9_900, 792, cancelled=True), RATES
        ).right_cents
        == 0
    )


def test_a_booking_before_the_first_rate_is_refused() -> None:
    with pytest.raises(RuleRefused):
        check_commission(CommissionLine("B-0", date(2025, 12, 31), 9_900, 0), RATES)


@pytest.mark.parametrize(
    ("base", "points", "cents"), [(50, 100, 1), (49, 100, 0), (-50, 100, -1), (12_345, 1_250, 1_543)]
)
def test_commission_is_rounded_half_up_to_the_cent(base: int, points: int, cents: int) -> None:
    assert commission_cents(base, points) == cents


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 10_000))
def test_commission_is_never_more_than_half_a_cent_off(base: int, points: int) -> None:
    off = Fraction(base * points, 10_000) - commission_cents(base, points)
    assert -Fraction(1, 2) <= off < Fraction(1, 2)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('this_week = "S2"', 'this_week = "S9"', "this_week"),
        (', this_week = "S2"', "", "this_week"),
        ("resolution_min = 240", "resolution_min = 0", "resolution_min"),
        ('clock = "real"', 'clock = "sundial"', "clock"),
        ("renewal_days = [90, 60, 30]", "renewal_days = []", "renewal_days"),
        ("incident_tickets = 3", "incident_tickets = true", "incident_tickets"),
    ],
)
def test_a_broken_severity_file_is_refused_by_field(tmp_path: Path, old: str, new: str, field: str) -> None:
    folder = tmp_path / "hotline"
    shutil.copytree(FOLDER, folder)
    text = (folder / "severity.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "severity.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidFile) as caught:
        load_house_rules(folder)
    assert caught.value.field == field

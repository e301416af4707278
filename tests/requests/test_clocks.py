"""The two clocks of a request: worked examples, and properties that keep every minute."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core.calendars import ALWAYS, WorkingCalendar
from conciergedesk.core.errors import InvalidFile, NotFound
from conciergedesk.core.paths import knowledge_base
from conciergedesk.requests.catalogue import Priority, Targets
from conciergedesk.requests.clocks import (
    ClockFacts,
    ClockState,
    Pause,
    Target,
    after_act,
    due_if_resumed,
    read_clocks,
    record_breaches,
    with_first_response,
    with_promise,
    with_target,
)
from conciergedesk.requests.lifecycle import Act, State, next_state
from conciergedesk.requests.service_rules import ServiceRules, load_service_rules

PARIS = ZoneInfo("Europe/Paris")
DESK = knowledge_base() / "desk"
RULES = load_service_rules(DESK)
CONCIERGE = RULES.calendar("concierge")
TECHNICAL = RULES.calendar("technical")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def facts(opened: str, priority: Priority, calendar: WorkingCalendar = CONCIERGE) -> ClockFacts:
    return ClockFacts(local(opened), RULES.target(priority), calendar)


def due(of: ClockFacts) -> datetime | None:
    return read_clocks(of, of.started_at).due_at


# --- worked examples ---


def test_four_service_hours_over_the_night_end_at_half_past_eleven() -> None:
    assert due(facts("2027-03-22T20:30", Priority.P2)) == local("2027-03-23T11:30")


def test_eight_hotline_hours_end_at_the_same_time_next_day() -> None:
    assert due(facts("2027-03-23T16:00", Priority.S2, TECHNICAL)) == local("2027-03-24T16:00")


def test_two_real_hours_on_the_march_night() -> None:
    assert due(facts("2027-03-28T01:30", Priority.P1)) == local("2027-03-28T04:30")


def test_two_real_hours_on_the_october_night() -> None:
    opened = datetime(2027, 10, 31, 1, 30, tzinfo=PARIS)
    assert due(ClockFacts(opened, RULES.target(Priority.P1), CONCIERGE)) == opened.astimezone(
        UTC
    ) + timedelta(hours=2)


def test_waiting_for_the_client_does_not_count() -> None:
    one = replace(
        facts("2027-03-22T09:00", Priority.P3),
        pauses=(Pause(local("2027-03-22T10:00"), local("2027-03-22T12:30")),),
        resolved_at=local("2027-03-22T14:00"),
    )
    assert read_clocks(one, local("2027-03-23T09:00")).elapsed == timedelta(hours=2, minutes=30)


def test_a_handover_is_on_time_a_quarter_of_an_hour_after_the_promise() -> None:
    one = replace(facts("2027-03-22T08:12", Priority.P2), promise_at=local("2027-03-22T18:30"))
    assert due(one) == local("2027-03-22T18:45")
    on_time = replace(one, resolved_at=local("2027-03-22T18:45"))
    assert read_clocks(on_time, local("2027-03-22T20:00")).state is ClockState.MET
    late = replace(one, resolved_at=local("2027-03-22T18:46"))
    assert read_clocks(late, local("2027-03-22T20:00")).state is ClockState.MISSED


def test_a_same_day_table_found_too_late_is_missed() -> None:
    one = facts("2027-03-26T09:30", Priority.P2)
    assert due(one) == local("2027-03-26T13:30")
    one = after_act(
        one, Act.CONFIRM, State.IN_PROGRESS, State.CONFIRMED, at=local("2027-03-26T13:45"), dated=True
    )
    done = after_act(one, Act.FINISH, State.CONFIRMED, State.DONE, at=local("2027-03-26T22:30"), dated=True)
    reading = read_clocks(done, local("2027-03-27T09:00"))
    assert reading.state is ClockState.MISSED
    assert reading.breached_at == local("2027-03-26T13:30")
    assert reading.elapsed == timedelta(minutes=255)
    assert done.resolved_at == local("2027-03-26T13:45")


def test_an_escalation_counts_line_hours() -> None:
    assert TECHNICAL.add(local("2027-03-23T16:00"), 120) == local("2027-03-24T10:00")


def test_the_first_response_has_its_own_clock() -> None:
    one = facts("2027-03-22T09:05", Priority.P2)
    assert read_clocks(one, one.opened_at).response_due_at == local("2027-03-22T09:35")
    late = with_first_response(one, local("2027-03-22T09:41"))
    reading = read_clocks(late, local("2027-03-22T10:00"))
    assert reading.response_state is ClockState.MISSED
    assert reading.response_breached_at == local("2027-03-22T09:35")
    assert with_first_response(late, local("2027-03-22T11:00")) == late
    at_once = with_first_response(one, one.opened_at)
    assert read_clocks(at_once, local("2027-03-23T09:41")).response_state is ClockState.MET


def test_a_call_at_the_counter_is_answered_within_the_service_hours() -> None:
    one = facts("2027-03-25T15:00", Priority.P3)
    assert read_clocks(one, one.opened_at).response_due_at == local("2027-03-25T17:00")


# --- pauses, promises, reopening, weather ---


def test_a_paused_clock_keeps_its_minutes_exactly() -> None:
    one = facts("2027-03-22T09:00", Priority.P2)
    waiting = after_act(
        one,
        Act.WAIT_CLIENT,
        State.IN_PROGRESS,
        State.WAITING_CLIENT,
        at=local("2027-03-22T10:30"),
        dated=False,
    )
    later = read_clocks(waiting, local("2027-03-24T12:00"))
    assert (later.state, later.paused, later.due_at) == (ClockState.PAUSED, True, None)
    assert later.remaining == timedelta(minutes=150)
    assert due_if_resumed(waiting, local("2027-03-24T20:00")) == local("2027-03-25T09:30")
    back = after_act(
        waiting,
        Act.RESUME,
        State.WAITING_CLIENT,
        State.IN_PROGRESS,
        at=local("2027-03-24T20:00"),
        dated=False,
    )
    assert due(back) == local("2027-03-25T09:30")


def test_waiting_for_the_provider_does_not_stop_the_clock() -> None:
    one = facts("2027-03-22T09:00", Priority.P2)
    waiting = after_act(
        one,
        Act.WAIT_PROVIDER,
        State.IN_PROGRESS,
        State.WAITING_PROVIDER,
        at=local("2027-03-22T10:00"),
        dated=False,
    )
    assert read_clocks(waiting, local("2027-03-22T12:00")).remaining == timedelta(hours=1)


def test_moving_from_one_wait_to_the_other_closes_the_pause() -> None:
    one = facts("2027-03-22T09:00", Priority.P2)
    one = after_act(
        one,
        Act.WAIT_CLIENT,
        State.IN_PROGRESS,
        State.WAITING_CLIENT,
        at=local("2027-03-22T10:00"),
        dated=False,
    )
    one = after_act(
        one,
        Act.WAIT_PROVIDER,
        State.WAITING_CLIENT,
        State.WAITING_PROVIDER,
        at=local("2027-03-22T11:00"),
        dated=False,
    )
    assert one.pauses == (Pause(local("2027-03-22T10:00"), local("2027-03-22T11:00")),)


def test_a_promise_is_an_instant_that_no_pause_moves() -> None:
    one = replace(
        facts("2027-03-22T09:00", Priority.P2),
        promise_at=local("2027-03-22T18:30"),
        pauses=(Pause(local("2027-03-22T10:00")),),
    )
    reading = read_clocks(one, local("2027-03-22T18:00"))
    assert reading.due_at == local("2027-03-22T18:45")
    assert reading.remaining == timedelta(minutes=45)
    assert reading.paused and reading.state is ClockState.SOON


def test_the_promise_follows_the_train() -> None:
    one = replace(facts("2027-03-22T09:05", Priority.P2), promise_at=local("2027-03-23T10:41"))
    moved = with_promise(one, local("2027-03-23T11:16"), local("2027-03-23T10:20"))
    assert due(moved) == local("2027-03-23T11:31")
    assert moved.breached_at is None


def test_reopening_restarts_the_clock_and_keeps_the_first_resolution() -> None:
    one = replace(facts("2027-03-23T11:30", Priority.P3), promise_at=local("2027-03-24T18:00"))
    done = after_act(one, Act.FINISH, State.CONFIRMED, State.DONE, at=local("2027-03-24T17:42"), dated=False)
    again = after_act(
        done, Act.REOPEN, State.DONE, State.IN_PROGRESS, at=local("2027-03-25T09:20"), dated=False
    )
    reading = read_clocks(again, local("2027-03-25T09:20"))
    assert reading.due_at == local("2027-03-26T09:20")
    assert reading.first_met is True
    assert again.first_resolved_at == local("2027-03-24T17:42")
    second = after_act(
        again, Act.FINISH, State.IN_PROGRESS, State.DONE, at=local("2027-03-25T16:05"), dated=False
    )
    assert second.first_resolved_at == local("2027-03-24T17:42")
    assert read_clocks(second, local("2027-03-27T09:00")).state is ClockState.MET


def test_an_earlier_breach_stays_on_record_but_does_not_make_a_reopened_request_late() -> None:
    one = facts("2027-03-22T09:00", Priority.P2)
    done = after_act(
        one, Act.FINISH, State.IN_PROGRESS, State.DONE, at=local("2027-03-22T15:00"), dated=False
    )
    again = after_act(
        done, Act.REOPEN, State.DONE, State.IN_PROGRESS, at=local("2027-03-23T09:00"), dated=False
    )
    reading = read_clocks(again, local("2027-03-23T09:30"))
    assert reading.breached_at == local("2027-03-22T13:00")
    assert (reading.state, reading.first_met) == (ClockState.ON_TIME, False)


def test_bad_weather_waits_for_the_client_without_a_miss() -> None:
    one = facts("2027-03-24T09:20", Priority.P3)
    booked = after_act(
        one, Act.CONFIRM, State.IN_PROGRESS, State.CONFIRMED, at=local("2027-03-24T16:30"), dated=True
    )
    assert read_clocks(booked, local("2027-03-26T12:00")).state is ClockState.MET
    stormy = after_act(
        booked, Act.WEATHER, State.CONFIRMED, State.WAITING_CLIENT, at=local("2027-03-26T19:30"), dated=True
    )
    reading = read_clocks(stormy, local("2027-03-27T12:00"))
    assert (reading.state, reading.first_met, reading.breached_at) == (ClockState.PAUSED, True, None)
    assert reading.remaining == timedelta(minutes=780 - 430)
    assert stormy.reopened_at is None
    rebooked = after_act(
        stormy, Act.CONFIRM, State.WAITING_CLIENT, State.CONFIRMED, at=local("2027-03-27T12:00"), dated=True
    )
    assert read_clocks(rebooked, local("2027-03-29T12:00")).state is ClockState.MET
    assert rebooked.first_resolved_at == local("2027-03-24T16:30")


def test_a_lost_booking_goes_on_with_the_minutes_that_were_left() -> None:
    one = facts("2027-03-24T09:00", Priority.P2)
    booked = after_act(
        one, Act.CONFIRM, State.IN_PROGRESS, State.CONFIRMED, at=local("2027-03-24T10:00"), dated=True
    )
    lost = after_act(
        booked, Act.UNCONFIRM, State.CONFIRMED, State.IN_PROGRESS, at=local("2027-03-25T09:00"), dated=True
    )
    assert due(lost) == local("2027-03-25T12:00")


def test_a_cancelled_request_owes_nothing_unless_it_was_already_late() -> None:
    one = facts("2027-03-24T09:00", Priority.P2)
    early = after_act(one, Act.CANCEL, State.NEW, State.CANCELLED, at=local("2027-03-24T10:00"), dated=False)
    assert read_clocks(early, local("2027-03-25T10:00")).state is ClockState.ENDED
    late = after_act(one, Act.CANCEL, State.NEW, State.CANCELLED, at=local("2027-03-24T14:00"), dated=False)
    assert read_clocks(late, local("2027-03-25T10:00")).state is ClockState.MISSED


# --- warnings, breaches, priorities ---


def test_the_board_warns_at_three_quarters_and_breaches_after_the_whole() -> None:
    one = facts("2027-03-22T09:00", Priority.P2)
    states = [
        read_clocks(one, local(f"2027-03-22T{at}")).state for at in ("11:59", "12:00", "13:00", "13:01")
    ]
    assert states == [ClockState.ON_TIME, ClockState.SOON, ClockState.SOON, ClockState.LATE]
    assert read_clocks(one, one.opened_at).warn_at == local("2027-03-22T12:00")


def test_another_priority_counts_from_the_opening() -> None:
    one = facts("2027-03-22T09:00", Priority.P3)
    urgent = with_target(one, RULES.target(Priority.P2), local("2027-03-22T12:00"))
    assert due(urgent) == local("2027-03-22T13:00")
    assert read_clocks(urgent, local("2027-03-22T12:00")).response_due_at == local("2027-03-22T09:30")


def test_a_breach_is_never_erased_by_a_lower_priority_or_a_later_promise() -> None:
    one = facts("2027-03-22T09:00", Priority.P2)
    lowered = with_target(one, RULES.target(Priority.P4), local("2027-03-22T13:30"))
    reading = read_clocks(lowered, local("2027-03-22T14:00"))
    assert reading.breached_at == local("2027-03-22T13:00")
    assert reading.state is ClockState.LATE
    promised = with_promise(one, local("2027-03-23T10:00"), local("2027-03-22T13:30"))
    assert read_clocks(promised, local("2027-03-22T14:00")).breached_at == local("2027-03-22T13:00")


def test_a_type_may_set_its_own_minutes_but_not_for_urgent_work() -> None:
    own = Targets(780, 3900)
    assert RULES.target(Priority.P3, own) == Target(780, 3900)
    assert RULES.target(Priority.P1, own) == Target(10, 120, real_time=True)


# --- no minute is lost or invented ---

START = datetime(2027, 3, 26, 6, tzinfo=UTC)
MINUTES = st.integers(0, 6 * 24 * 60)
PRIORITIES = st.sampled_from(list(Priority))
# Both clock changes, and an ordinary week.
OPENINGS = st.tuples(
    st.sampled_from([START, datetime(2027, 10, 29, 6, tzinfo=UTC), datetime(2027, 6, 4, 6, tzinfo=UTC)]),
    st.integers(0, 3 * 24 * 60),
).map(lambda pair: pair[0] + timedelta(minutes=pair[1]))


@st.composite
def paused_facts(draw: st.DrawFn) -> ClockFacts:
    opened = draw(OPENINGS)
    pauses = []
    for _ in range(draw(st.integers(0, 4))):
        since = opened + timedelta(minutes=draw(MINUTES))
        length = draw(st.one_of(st.none(), st.integers(0, 3000)))
        pauses.append(Pause(since, None if length is None else since + timedelta(minutes=length)))
    return ClockFacts(
        opened,
        RULES.target(draw(PRIORITIES)),
        draw(st.sampled_from([CONCIERGE, TECHNICAL])),
        pauses=tuple(pauses),
    )


def counted_by_minute(one: ClockFacts, end: datetime) -> int:
    """Service minutes outside the pauses, counted one by one: the slow truth."""
    minutes, at = 0, one.started_at
    clock = one.clock
    assert isinstance(clock, WorkingCalendar)
    while at < end:
        inside = any(pause.since <= at and (pause.until is None or at < pause.until) for pause in one.pauses)
        minutes += clock.is_open(at) and not inside
        at += timedelta(minutes=1)
    return minutes


@settings(max_examples=40, deadline=None)
@given(paused_facts(), st.integers(0, 4000))
def test_elapsed_is_what_a_minute_by_minute_count_finds(one: ClockFacts, later: int) -> None:
    now = one.opened_at + timedelta(minutes=later)
    reading = read_clocks(one, now)
    assert reading.elapsed == timedelta(minutes=counted_by_minute(one, now))
    assert reading.elapsed + reading.remaining == timedelta(minutes=one.target.resolution_minutes)


@settings(max_examples=100, deadline=None)
@given(paused_facts())
def test_exactly_the_target_has_run_when_it_is_due(one: ClockFacts) -> None:
    reading = read_clocks(one, one.opened_at)
    if reading.due_at is None:
        assert one.paused
        return
    at_due = read_clocks(one, reading.due_at)
    assert at_due.remaining == timedelta(0)
    assert reading.warn_at is not None and reading.warn_at <= reading.due_at
    at_warning = read_clocks(one, reading.warn_at)
    assert at_warning.elapsed == timedelta(minutes=one.target.resolution_minutes) * 0.75


@settings(max_examples=100, deadline=None)
@given(paused_facts(), MINUTES, st.lists(PRIORITIES, max_size=5))
def test_priority_changes_keep_every_minute(one: ClockFacts, later: int, priorities: list[Priority]) -> None:
    now = one.opened_at + timedelta(minutes=later)
    changed = one
    for priority in priorities:
        changed = with_target(changed, RULES.target(priority), now)
    back = with_target(changed, one.target, now)
    before, after = read_clocks(one, now), read_clocks(back, now)
    assert (after.due_at, after.remaining, after.elapsed) == (before.due_at, before.remaining, before.elapsed)
    if before.breached_at is not None:
        assert after.breached_at is not None


@settings(max_examples=100, deadline=None)
@given(
    OPENINGS, PRIORITIES, st.lists(st.tuples(st.sampled_from(list(Act)), st.integers(0, 900)), max_size=25)
)
def test_whatever_is_done_the_clock_stays_whole(
    opened: datetime, priority: Priority, acts: list[tuple[Act, int]]
) -> None:
    one, state, now = ClockFacts(opened, RULES.target(priority), CONCIERGE), State.NEW, opened
    breach: datetime | None = None
    for act, minutes in acts:
        now += timedelta(minutes=minutes)
        try:
            following = next_state(state, act)
        except Exception:
            continue
        one = after_act(one, act, state, following, at=now, dated=True)
        state = following
        reading = read_clocks(one, now)
        assert reading.elapsed >= timedelta(0)
        assert reading.elapsed <= one.clock.between(one.started_at, now)
        assert one.paused == (state is State.WAITING_CLIENT)
        if one.first_resolved_at is None:
            assert one.reopened_at is None
        if breach is not None:
            assert reading.breached_at == breach
        breach = record_breaches(one, now).breached_at


@settings(max_examples=60, deadline=None)
@given(OPENINGS, MINUTES)
def test_urgent_work_runs_day_and_night(opened: datetime, later: int) -> None:
    one = ClockFacts(opened, RULES.target(Priority.P1), CONCIERGE)
    now = opened + timedelta(minutes=later)
    assert read_clocks(one, now).elapsed == now - opened
    assert one.clock is ALWAYS


# --- the files ---


def test_the_house_hours_and_targets() -> None:
    assert RULES.target(Priority.P4) == Target(780, 3900)
    assert RULES.target(Priority.S4) == Target(480, 4800)
    assert RULES.zone == PARIS
    assert set(RULES.teams) == {"concierge", "coach", "technical", "commercial"}
    assert RULES.on_call_priorities == (Priority.P1, Priority.S1)
    assert CONCIERGE.is_open(local("2027-12-25T10:00")) and not CONCIERGE.is_open(local("2027-12-25T21:00"))
    with pytest.raises(NotFound):
        RULES.calendar("kitchen")


def changed_rules(tmp_path: Path, file: str, old: str, new: str) -> ServiceRules:
    for name in ("service_hours.toml", "targets.toml"):
        shutil.copy(DESK / name, tmp_path / name)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return load_service_rules(tmp_path)


def test_hours_may_have_ranges_weekdays_holidays_and_exceptions(tmp_path: Path) -> None:
    rules = changed_rules(
        tmp_path,
        "service_hours.toml",
        'hours = "08:00-21:00"\nholidays = "usual"',
        'hours = "08:00-12:00,14:00-18:00"\ndays = { sun = "" }\nholidays = ""\n'
        'exceptions = [{ day = 2027-03-24, hours = "10:00-11:00" }]',
    )
    calendar = rules.calendar("concierge")
    assert calendar.between(local("2027-03-22T00:00"), local("2027-03-23T00:00")) == timedelta(hours=8)
    assert calendar.between(local("2027-03-24T00:00"), local("2027-03-25T00:00")) == timedelta(hours=1)
    assert calendar.between(local("2027-03-21T00:00"), local("2027-03-22T00:00")) == timedelta(0)
    assert rules.teams["concierge"].on_holidays == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "field"),
    [
        ("service_hours.toml", '"Europe/Paris"', '"Europe/Metz"', "zone"),
        ("service_hours.toml", '"09:00-17:00"', '"9-17h"', "hours"),
        ("service_hours.toml", '"09:00-17:00"', '"09:00-17:00,16:00-18:00"', "hours"),
        ("service_hours.toml", '"09:00-17:00"', '""', "hours"),
        ("service_hours.toml", "[team.coach]", "[team.Coach]", "Coach"),
        ("service_hours.toml", 'priorities = ["P1", "S1"]', 'priorities = ["P0"]', "priorities"),
        ("service_hours.toml", "[team.coach]", '[team.coach]\ndays = { dim = "" }', "dim"),
        ("targets.toml", "resolution = 120", 'resolution = "2 h"', "resolution"),
        ("targets.toml", "first = 10", "first = 200", "first"),
        ("targets.toml", 'clock = "real"', 'clock = "wall"', "clock"),
        ("targets.toml", "[S4]", "[S5]", "S5"),
    ],
)
def test_a_wrong_desk_file_is_refused_with_its_place(
    tmp_path: Path, file: str, old: str, new: str, field: str
) -> None:
    with pytest.raises(InvalidFile) as caught:
        changed_rules(tmp_path, file, old, new)
    assert caught.value.file == file
    assert caught.value.field == field
    assert caught.value.in_language("fr") != caught.value.in_language("en")

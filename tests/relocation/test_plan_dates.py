"""Offsets, anchors, dated plans, and what moves when the arrival moves."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.paths import knowledge_base
from conciergedesk.relocation.dates import (
    Anchor,
    Anchors,
    Offset,
    Unit,
    add_months,
    add_working_days,
    check_arrival,
    shift,
    weekdays_only,
)
from conciergedesk.relocation.plan_files import load_plans
from conciergedesk.relocation.plans import Car, Housing, Nationality, Origin, Profile, Visa, WorkCountry
from conciergedesk.relocation.schedule import (
    Hindrance,
    Impossible,
    ItemState,
    PlannedItem,
    Stay,
    followup_days,
    migrate_plan,
    move_arrival,
    plan_for,
    redate,
)

SHELF = load_plans(knowledge_base() / "relocation")
FAMILY = SHELF.plan("settling_family")
TRIER = Profile(
    adults=2,
    partner=True,
    children=(7, 14),
    pets=("cat",),
    nationality=Nationality.EU,
    comes_from=Origin.ABROAD,
    work_country=WorkCountry.LU,
    car=Car.ABROAD,
    housing=Housing.RENT,
)
D0 = date(2027, 4, 12)
TODAY = date(2027, 3, 24)
ANCHORS = Anchors(D0, {Anchor.PURCHASE: date(2027, 3, 10), Anchor.CONTRACT_START: date(2027, 4, 15)})
ITEMS = plan_for(FAMILY, TRIER, ANCHORS)


def by_id(items: tuple[PlannedItem, ...]) -> dict[str, PlannedItem]:
    return {planned.id: planned for planned in items}


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("-15d", -15, Unit.DAYS),
        ("0d", 0, Unit.DAYS),
        ("+5wd", 5, Unit.WORKING_DAYS),
        ("+3m", 3, Unit.MONTHS),
        ("1y", 1, Unit.YEARS),
    ],
)
def test_an_offset_is_read_as_written(text: str, amount: int, unit: Unit) -> None:
    assert Offset.parse(text) == Offset(amount, unit)


@pytest.mark.parametrize("text", ["", "15", "d", "--1d", "+1 month", "1.5d", "+99999d", "١d"])
def test_what_is_no_offset_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^" + re.escape(text) + r"$"):
        Offset.parse(text)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2027, 3, 31), -1, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2027, 1, 4), 3, date(2027, 4, 4)),
    ],
)
def test_months_end_where_the_month_ends(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_working_days_follow_the_calendar_that_is_handed_in() -> None:
    good_friday, easter_monday = date(2027, 3, 26), date(2027, 3, 29)

    def local(day: date) -> bool:
        return weekdays_only(day) and day not in (good_friday, easter_monday)

    assert add_working_days(date(2027, 3, 25), 1, local) == date(2027, 3, 30)
    assert add_working_days(date(2027, 3, 25), 1, weekdays_only) == good_friday
    assert add_working_days(date(2027, 3, 30), -1, local) == date(2027, 3, 25)
    assert add_working_days(date(2027, 3, 27), 0, local) == date(2027, 3, 30)


def test_a_calendar_without_working_days_is_refused_instead_of_searched_for_ever() -> None:
    with pytest.raises(InvalidInput):
        add_working_days(D0, 1, lambda day: False)


@settings(max_examples=100, deadline=None)
@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(-60, 60))
def test_working_days_land_on_working_days_and_count_them_all(start: date, count: int) -> None:
    end = add_working_days(start, count, weekdays_only)
    assert weekdays_only(end)
    low, high = sorted((start, end))
    between = sum(weekdays_only(low + timedelta(days=n)) for n in range((high - low).days + 1))
    if count:
        assert between - weekdays_only(start) == abs(count)


def test_dates_outside_the_calendar_are_refused() -> None:
    with pytest.raises(InvalidInput):
        shift(date(9999, 12, 31), Offset(1, Unit.DAYS))
    with pytest.raises(InvalidInput):
        shift(date(1, 1, 1), Offset(-1, Unit.MONTHS))


def test_the_family_from_trier_gets_its_dates() -> None:
    items = by_id(ITEMS)
    assert items["A12"].due == date(2027, 3, 28)
    assert items["A11"].due == date(2027, 4, 12)
    assert items["A23"].due == date(2027, 4, 10)
    assert items["A29"].due == date(2027, 4, 12)
    assert items["A15"].children == (7,)
    assert items["A16"].children == (14,)
    assert "A18" not in items
    assert "A03" not in items
    assert "A31" in items
    assert items["A31"].to_confirm
    assert items["A31"].due is None


def test_the_visa_deadline_runs_from_the_entry() -> None:
    anchors = Anchors(date(2027, 1, 5), {Anchor.ENTRY: date(2027, 1, 4)})
    profile = Profile(nationality=Nationality.OTHER, visa=Visa.VLS_TS)
    item = by_id(plan_for(FAMILY, profile, anchors))["A31"]
    assert (item.due, item.aim, item.to_confirm) == (date(2027, 4, 4), date(2027, 1, 25), False)


def test_moving_the_arrival_by_a_week_moves_what_hangs_on_it_and_nothing_else() -> None:
    preview = move_arrival(FAMILY, ITEMS, ANCHORS, date(2027, 4, 19), TODAY)
    after = by_id(preview.after)
    assert after["A12"].due == date(2027, 4, 4)
    assert after["A11"].due == date(2027, 4, 19)
    assert after["A29"].due == date(2027, 4, 19)
    assert after["A23"].due == date(2027, 4, 10)
    stays = {stay.id: stay.why for stay in preview.stays}
    assert stays["A23"] is Stay.OTHER_ANCHOR
    assert stays["A31"] is Stay.UNDATED
    assert preview.old_d0 == D0


def test_done_dates_and_dates_set_by_hand_stay() -> None:
    items = tuple(
        replace(planned, state=ItemState.DONE, done_on=TODAY)
        if planned.id == "A10"
        else replace(planned, due=date(2027, 4, 1), by_hand=True)
        if planned.id == "A14"
        else planned
        for planned in ITEMS
    )
    preview = move_arrival(FAMILY, items, ANCHORS, D0 + timedelta(days=12), TODAY)
    stays = {stay.id: stay.why for stay in preview.stays}
    assert (stays["A10"], stays["A14"]) == (Stay.DONE, Stay.BY_HAND)
    assert by_id(preview.after)["A10"] == by_id(items)["A10"]
    assert by_id(preview.after)["A14"].due == date(2027, 4, 1)


def test_an_earlier_arrival_lists_what_becomes_overdue_or_impossible() -> None:
    items = tuple(replace(p, state=ItemState.DONE, done_on=TODAY) if p.id == "A10" else p for p in ITEMS)
    late = move_arrival(FAMILY, items, ANCHORS, date(2027, 4, 3), TODAY)
    assert "A12" in late.becomes_overdue
    assert "A24" in late.becomes_overdue
    assert "A19" not in late.becomes_overdue  # it was overdue before the move
    may = Anchors(date(2027, 5, 3))
    soon = move_arrival(FAMILY, redate(FAMILY, items, may), may, date(2027, 4, 10), TODAY)
    assert Impossible("A12", Hindrance.TOO_SHORT) in soon.becomes_impossible


def test_a_key_day_of_its_own_no_longer_follows_the_arrival() -> None:
    anchors = ANCHORS.knowing(Anchor.KEY_DAY, date(2027, 4, 9))
    items = redate(FAMILY, ITEMS, anchors)
    assert by_id(items)["A30"].due == date(2027, 4, 9)
    after = by_id(move_arrival(FAMILY, items, anchors, date(2027, 4, 19), TODAY).after)
    assert after["A30"].due == date(2027, 4, 9)


def test_learning_of_an_event_dates_what_waited_for_it() -> None:
    anchors = ANCHORS.knowing(Anchor.ENTRY, date(2027, 4, 12))
    assert by_id(redate(FAMILY, ITEMS, anchors))["A31"].due == date(2027, 7, 12)
    forgotten = anchors.knowing(Anchor.ENTRY, None)
    assert by_id(redate(FAMILY, ITEMS, forgotten))["A31"].due is None


def test_a_vehicle_that_was_not_bought_runs_from_the_entry() -> None:
    anchors = Anchors(D0, {Anchor.ENTRY: date(2027, 4, 11)})
    assert by_id(plan_for(FAMILY, TRIER, anchors))["A23"].due == date(2027, 5, 11)


states = st.sampled_from(
    [ItemState.TO_DO, ItemState.IN_PROGRESS, ItemState.WAITING, ItemState.DONE, ItemState.NOT_APPLICABLE]
)
profiles = st.builds(
    Profile,
    adults=st.integers(1, 4),
    partner=st.booleans(),
    children=st.lists(st.integers(0, 17), max_size=4).map(tuple),
    pets=st.sampled_from([(), ("cat",), ("dog", "cat")]),
    nationality=st.sampled_from([None, *Nationality]),
    comes_from=st.sampled_from([None, *Origin]),
    work_country=st.sampled_from([None, *WorkCountry]),
    car=st.sampled_from([None, *Car]),
    housing=st.sampled_from([None, *Housing]),
    visa=st.sampled_from([None, *Visa]),
)
days = st.dates(date(2026, 1, 1), date(2032, 12, 31))
anchors_drawn = st.builds(
    Anchors,
    days,
    st.dictionaries(st.sampled_from([a for a in Anchor if a is not Anchor.D0]), days, max_size=6),
)


@settings(max_examples=100, deadline=None)
@given(profiles, anchors_drawn, days, days, st.data())
def test_there_and_back_is_the_identity_and_nothing_is_lost_or_doubled(
    profile: Profile, anchors: Anchors, new_d0: date, today: date, data: st.DataObject
) -> None:
    items = plan_for(FAMILY, profile, anchors)
    worked = []
    for planned in items:
        state = data.draw(states)
        by_hand = data.draw(st.booleans())
        done_on = today if state is ItemState.DONE else None
        due = data.draw(days) if by_hand else planned.due
        worked.append(replace(planned, state=state, done_on=done_on, by_hand=by_hand, due=due))
    before = tuple(worked)
    there = move_arrival(FAMILY, before, anchors, new_d0, today)
    back = move_arrival(FAMILY, there.after, there.anchors_after, anchors.d0, today)
    assert back.after == before
    assert there.before == before
    assert [p.id for p in there.after] == [p.id for p in before]
    assert len({p.id for p in there.after}) == len(before)
    assert {m.id for m in there.moves} | {s.id for s in there.stays} == {p.id for p in before}
    for old, new in zip(before, there.after, strict=True):
        assert (old.state, old.done_on) == (new.state, new.done_on)
        if not old.is_open or old.by_hand:
            assert old == new


def test_the_follow_ups_are_counted_from_the_arrival() -> None:
    found = {name: day for name, (_one, day) in followup_days(FAMILY, Anchors(date(2027, 2, 24))).items()}
    assert found["D+30"] == date(2027, 3, 26)
    assert list(found) == ["D+7", "D+30", "D+90", "D+180", "closing"]


def test_an_arrival_before_the_opening_is_refused_by_field() -> None:
    with pytest.raises(InvalidInput) as caught:
        check_arrival(date(2027, 3, 1), TODAY)
    assert caught.value.field == "arrival"
    check_arrival(TODAY, TODAY)
    with pytest.raises(InvalidInput):
        check_arrival(date(2072, 4, 12), TODAY)


def test_a_child_of_forty_seven_is_refused_by_field() -> None:
    with pytest.raises(InvalidInput) as caught:
        plan_for(FAMILY, replace(TRIER, children=(7, 47)), ANCHORS)
    assert caught.value.field == "children"
    assert "47" in caught.value.in_language("fr")


def test_a_file_changes_to_a_lighter_plan_without_losing_what_was_begun() -> None:
    items = tuple(replace(p, state=ItemState.DONE, done_on=TODAY) if p.id == "A01" else p for p in ITEMS)
    migration = migrate_plan(SHELF.plan("light_file"), items, TRIER, ANCHORS)
    assert {p.id for p in migration.after} == {"A01", "L01", "L02", "L03"}
    assert migration.added == ("L01", "L02", "L03")
    assert len(migration.dropped) == len(items) - 1
    same = migrate_plan(FAMILY, items, TRIER, ANCHORS)
    assert (same.after, same.added, same.dropped, same.redated) == (items, (), (), ())

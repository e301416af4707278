"""What the board keeps, in which order, how loud, and under which day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.board.rules import (
    BoardFilter,
    DayGroup,
    DaySeparator,
    Flag,
    Loudness,
    Promise,
    PromiseKind,
    SavedView,
    Shelf,
    Viewer,
    Word,
    counts,
    find_view,
    haystack_of,
    loudness,
    matches,
    parse_filter,
    set_aside,
    sort_key,
    with_days,
)

METZ = ZoneInfo("Europe/Paris")
NOW = datetime(2027, 3, 24, 17, 42, tzinfo=UTC)
VIEWER = Viewer(NOW, METZ, staff_id=1, team="accueil")


def promise(
    what: str = "Taxi",
    *,
    minutes: float | None = 120,
    for_whom: str = "Anke Weber",
    holder_id: int | None = 1,
    waits_for: str = "",
    kind: PromiseKind = PromiseKind.REQUEST,
    team: str = "accueil",
    id: int = 1,
    state: str = "open",
) -> Promise:
    return Promise(
        kind=kind,
        id=id,
        ref=f"D-{id}",
        due_at=None if minutes is None else NOW + timedelta(minutes=minutes),
        warn_at=None,
        what=what,
        for_whom=for_whom,
        where="gare",
        holder_id=holder_id,
        holder="" if holder_id is None else "Inès",
        waits_for=waits_for,
        team=team,
        priority="P3",
        state=state,
        haystack=haystack_of(what, for_whom, f"D-{id}"),
    )


def test_what_is_past_its_moment_is_late_even_when_somebody_else_must_act() -> None:
    assert loudness(promise(minutes=-1, waits_for="Lilas"), NOW) is Loudness.LATE


def test_what_is_due_within_the_hour_is_soon_even_when_it_waits() -> None:
    assert loudness(promise(minutes=60, waits_for="taxi"), NOW) is Loudness.SOON
    assert loudness(promise(minutes=61, waits_for="taxi"), NOW) is Loudness.WAITING


def test_a_promise_past_its_warning_is_soon_although_its_moment_is_far() -> None:
    warned = replace(promise(minutes=300), warn_at=NOW - timedelta(minutes=1))
    assert loudness(warned, NOW) is Loudness.SOON


def test_a_promise_without_a_moment_is_never_late() -> None:
    assert loudness(promise(minutes=None), NOW) is Loudness.ON_TIME


def test_an_empty_post_in_the_rota_is_a_gap() -> None:
    empty = promise(minutes=3000, kind=PromiseKind.ROTA, state="gap")
    assert loudness(empty, NOW) is Loudness.GAP


def test_a_filter_line_is_read_as_words_questions_and_kinds() -> None:
    assert parse_filter("weber !taxi moi :cles") == BoardFilter(
        (Word("weber"), Word("taxi", inverse=True)),
        frozenset({Flag.MINE}),
        frozenset(),
        frozenset({PromiseKind.KEY}),
    )


@pytest.mark.parametrize(
    ("line", "flag"),
    [
        ("retard", Flag.LATE),
        ("late", Flag.LATE),
        ("équipe", Flag.TEAM),
        ("auj", Flag.TODAY),
        ("aujourd'hui", Flag.TODAY),
        ("aujourd’hui", Flag.TODAY),
        ("attente", Flag.WAITING),
        ("libre", Flag.FREE),
        (":ret", Flag.LATE),
    ],
)
def test_questions_are_understood_in_both_languages(line: str, flag: Flag) -> None:
    assert parse_filter(line) == BoardFilter(flags=frozenset({flag}))


def test_a_question_in_quotes_is_text() -> None:
    assert parse_filter('"libre"') == BoardFilter((Word("libre"),))


def test_a_lone_exclamation_mark_turns_all_that_follows() -> None:
    wanted = parse_filter("! weber moi")
    assert wanted.words == (Word("weber", inverse=True),)
    assert wanted.not_flags == {Flag.MINE}


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("weber", True),
        ("WÉBER", True),
        ("webber", True),
        ("klein", False),
        ("!klein", True),
        ("!weber", False),
        ("moi", True),
        ("!moi", False),
        ("libre", False),
        ("equipe", True),
        ("retard", False),
        ("auj", True),
        (":cles", False),
        (":demandes", True),
        ("taxi weber", True),
        ("taxi klein", False),
    ],
)
def test_a_filter_keeps_what_answers_all_its_parts(line: str, kept: bool) -> None:
    assert matches(promise(), parse_filter(line), VIEWER) is kept


def test_a_mistyped_word_finds_its_neighbours_only_when_nothing_has_it_as_typed() -> None:
    shelf = Shelf.of([promise(id=1), promise(id=2, for_whom="Odile Webre")])
    assert [p.id for p in shelf.select(parse_filter("weber"), VIEWER)] == [1]
    assert [p.id for p in shelf.select(parse_filter("webeer"), VIEWER)] == [1]
    assert [p.id for p in shelf.select(parse_filter("odlie"), VIEWER)] == [2]
    assert shelf.select(parse_filter("zzzzzz"), VIEWER) == ()


def test_short_words_are_not_compared_loosely() -> None:
    assert Shelf.of([promise(what="Clé")]).select(parse_filter("cla"), VIEWER) == ()


@settings(max_examples=60, deadline=None)
@given(line=st.text(max_size=30))
def test_any_typing_is_a_filter_and_its_inverse_keeps_the_rest(line: str) -> None:
    shelf = Shelf.of([promise(id=n, what=w, minutes=n) for n, w in enumerate(["Taxi", "Clé 204", "Panier"])])
    kept = shelf.select(parse_filter(line), VIEWER)
    assert set(kept) <= set(shelf.promises)


@settings(max_examples=60, deadline=None)
@given(minutes=st.lists(st.one_of(st.none(), st.integers(-5000, 5000)), max_size=20))
def test_the_soonest_is_first_and_what_has_no_moment_is_last(minutes: list[int | None]) -> None:
    rows = Shelf.of(promise(id=n, minutes=m) for n, m in enumerate(minutes)).promises
    dated = [row.due_at for row in rows if row.due_at is not None]
    assert dated == sorted(dated)
    assert all(row.due_at is None for row in rows[len(dated) :])
    assert sorted(rows, key=sort_key) == list(rows)


def test_each_of_the_next_days_has_a_separator_and_the_rest_is_later() -> None:
    def feast(day: date) -> str:
        return "Vendredi saint" if day == date(2027, 3, 26) else ""

    day = 24 * 60
    rows = with_days(
        [promise(id=n, minutes=m) for n, m in enumerate([-5, 60, day, 2 * day, 2 * day + 1, 5 * day, None])],
        NOW,
        METZ,
        feast,
    )
    assert [row for row in rows if isinstance(row, DaySeparator)] == [
        DaySeparator(DayGroup.DAY, date(2027, 3, 25), is_tomorrow=True),
        DaySeparator(DayGroup.DAY, date(2027, 3, 26), holiday="Vendredi saint"),
        DaySeparator(DayGroup.LATER),
        DaySeparator(DayGroup.UNDATED),
    ]
    assert isinstance(rows[0], Promise) and isinstance(rows[1], Promise)


def test_the_days_are_local_days_also_over_the_change_to_summer_time() -> None:
    now = datetime(2027, 3, 27, 22, 30, tzinfo=UTC)  # 23:30 in Metz, the night before the change
    late_evening = replace(promise(), due_at=datetime(2027, 3, 28, 21, 59, tzinfo=UTC))  # 23:59 summer time
    after_midnight = replace(promise(), due_at=datetime(2027, 3, 28, 22, 1, tzinfo=UTC))  # 0:01 on the 29th
    rows = with_days([late_evening, after_midnight], now, METZ)
    assert [row.day for row in rows if isinstance(row, DaySeparator)] == [
        date(2027, 3, 28),
        date(2027, 3, 29),
    ]


def test_an_old_reminder_stands_below_what_is_promised_today_and_is_not_counted_as_late() -> None:
    day = 24 * 60
    client = promise("Clés", minutes=-10 * day, id=1)
    taxi = promise("Taxi", minutes=120, id=2)
    tomorrow = promise("Panier", minutes=day, id=3)
    renewal = promise("Convention", minutes=-day, kind=PromiseKind.AGREEMENT, id=4)
    older = promise("Convention", minutes=-28 * day, kind=PromiseKind.AGREEMENT, id=5)
    step = promise("École", minutes=-8 * day, kind=PromiseKind.RELOCATION, id=6)
    fresh = promise("Bail", minutes=-2 * day, kind=PromiseKind.RELOCATION, id=7)
    shelf = Shelf.of(
        set_aside(one, NOW, METZ) for one in (older, tomorrow, client, step, taxi, fresh, renewal)
    )
    rows = with_days(shelf.promises, NOW, METZ)
    assert [row.id if isinstance(row, Promise) else row.group for row in rows] == [
        1, 7, 2, DayGroup.SET_ASIDE, 5, 6, 4, DayGroup.DAY, 3,
    ]  # fmt: skip
    assert {loudness(one, NOW) for one in shelf.promises if one.id in (4, 5, 6)} == {Loudness.SET_ASIDE}
    tally = counts(shelf.promises, NOW)
    assert (tally.late, tally.set_aside, tally.open) == (2, 3, 7)
    late = shelf.select(parse_filter("retard"), VIEWER)
    assert [one.id for one in late] == [1, 7, 5, 6, 4], "the question for what is late still finds them"
    assert with_days(late, NOW, METZ)[2] == DaySeparator(DayGroup.SET_ASIDE)


def test_a_renewal_of_today_and_what_is_promised_for_an_hour_are_never_set_aside() -> None:
    for one in (
        promise(minutes=-30 * 24 * 60),
        promise(minutes=-30, kind=PromiseKind.AGREEMENT),
        promise(minutes=None, kind=PromiseKind.AGREEMENT),
        promise(minutes=600, kind=PromiseKind.RELOCATION),
    ):
        assert set_aside(one, NOW, METZ) == one


def test_counts_say_each_promise_once() -> None:
    rows = [
        promise(minutes=-1),
        promise(minutes=5),
        promise(minutes=300, waits_for="x"),
        promise(minutes=300),
    ]
    tally = counts(rows, NOW)
    assert (tally.late, tally.soon, tally.waiting, tally.open) == (1, 1, 1, 4)


def test_a_saved_view_is_found_by_its_name_without_accents() -> None:
    views = [SavedView("Clés dehors", ":cles"), SavedView("À moi", "moi")]
    assert find_view("cles dehors", views) == views[0]
    assert find_view("rien", views) is None

"""What the desk decides about keys: how late, what an outing needs, who clashes, what a count tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core.errors import InvalidFile, InvalidInput, RuleRefused
from conciergedesk.core.housefile import parse_house_text
from conciergedesk.keys.clashes import Clash, Window, conflicts_of
from conciergedesk.keys.codes import TRIES, CodeRow, Verdict, digest_code, judge_code, seal, unseal
from conciergedesk.keys.custody import Holder, HolderKind, Identity, Position
from conciergedesk.keys.differences import Difference, DifferenceKind, differences_of
from conciergedesk.keys.house import (
    NEEDED_MESSAGES,
    Filling,
    key_house,
    read_ladder,
    read_messages,
    read_procedures,
    write_message,
)
from conciergedesk.keys.rules import (
    Ladder,
    Met,
    Need,
    Outing,
    Rung,
    StepAnswer,
    checks_before_outing,
    end_of_shift,
    is_unused,
    mandate_ends_soon,
    mandate_holds,
    minutes_late,
    refuse_bad_outing,
    refuse_early_close,
    rung_at,
)
from tests.conftest import KEY, PARIS

LADDER = Ladder()
DUE = datetime(2027, 3, 28, 11, 0, tzinfo=PARIS)
HOOK = Holder(HolderKind.PLACE, 12, "12")
HERE = Position(HOOK, 1, DUE - timedelta(days=9), 3, 3)
OUT = Position(Holder(HolderKind.GUEST, 7, "Annika"), 2, DUE - timedelta(days=1), 3, 3, DUE)


@pytest.mark.parametrize(
    ("minutes", "rung"),
    [
        (0, Rung.ON_TIME),
        (1, Rung.PAST_DUE),
        (29, Rung.PAST_DUE),
        (30, Rung.AMBER),
        (119, Rung.AMBER),
        (120, Rung.RED),
        (1439, Rung.RED),
        (1440, Rung.TREAT_AS_LOST),
    ],
)
def test_a_guests_return_climbs_the_ladder(minutes: int, rung: Rung) -> None:
    assert rung_at(DUE, DUE + timedelta(minutes=minutes), LADDER, PARIS) is rung


def test_a_holder_who_has_confirmed_is_red_but_not_lost() -> None:
    late = DUE + timedelta(days=3)
    assert rung_at(DUE, late, LADDER, PARIS, is_confirmed=True) is Rung.RED


@pytest.mark.parametrize(
    ("due", "now", "rung"),
    [
        (time(12, 0), time(12, 29), Rung.PAST_DUE),
        (time(12, 0), time(12, 30), Rung.AMBER),
        (time(12, 0), time(14, 44), Rung.AMBER),
        (time(12, 0), time(14, 45), Rung.RED),
        (time(14, 40), time(14, 50), Rung.PAST_DUE),
        (time(14, 40), time(15, 10), Rung.RED),
        (time(16, 0), time(21, 14), Rung.AMBER),
        (time(16, 0), time(21, 15), Rung.RED),
    ],
)
def test_a_providers_return_is_red_at_the_end_of_the_shift(due: time, now: time, rung: Rung) -> None:
    day = date(2027, 3, 24)
    due_at, at = (datetime.combine(day, moment, PARIS).astimezone(UTC) for moment in (due, now))
    assert rung_at(due_at, at, LADDER, PARIS, holder=HolderKind.PROVIDER) is rung


def test_after_the_last_shift_the_next_one_counts() -> None:
    late = datetime(2027, 3, 24, 23, 0, tzinfo=PARIS)
    assert end_of_shift(late, LADDER, PARIS) == datetime(2027, 3, 25, 14, 45, tzinfo=PARIS)


def test_lateness_is_measured_on_instants_across_the_clock_change() -> None:
    due = datetime(2027, 3, 28, 1, 30, tzinfo=PARIS).astimezone(UTC)
    assert minutes_late(due, datetime(2027, 3, 28, 3, 30, tzinfo=PARIS).astimezone(UTC)) == 60


@settings(max_examples=100, deadline=None)
@given(
    st.integers(-3000, 5000), st.integers(0, 3000), st.sampled_from([HolderKind.GUEST, HolderKind.PROVIDER])
)
def test_a_return_never_becomes_less_late(minutes: int, more: int, holder: HolderKind) -> None:
    at = DUE + timedelta(minutes=minutes)
    first = rung_at(DUE, at, LADDER, PARIS, holder=holder)
    assert rung_at(DUE, at + timedelta(minutes=more), LADDER, PARIS, holder=holder) >= first


def test_a_mandate_covers_its_first_and_its_last_day() -> None:
    since, until = date(2027, 1, 1), date(2027, 3, 24)
    assert mandate_holds(since, until, since) and mandate_holds(since, until, until)
    assert not mandate_holds(since, until, date(2027, 3, 25))
    assert not mandate_holds(None, None, since)
    assert mandate_ends_soon(until, date(2027, 3, 9)) and not mandate_ends_soon(until, date(2027, 3, 8))


def outing(**more: object) -> Outing:
    base = Outing(
        tag="204-3",
        to=HolderKind.GUEST,
        position=HERE,
        now=DUE - timedelta(days=4),
        zone=PARIS,
        due_at=DUE,
        mandate_since=date(2027, 1, 1),
        mandate_until=None,
        has_open_request=True,
        identity=Identity.PASSPORT,
        counted=3,
    )
    return replace(base, **more)  # type: ignore[arg-type]


def test_everything_there_lets_a_key_go() -> None:
    refuse_bad_outing(outing())
    assert all(check.met is Met.YES for check in checks_before_outing(outing()))


def test_before_the_counter_identity_and_pieces_are_still_open() -> None:
    checks = {
        check.need: check.met for check in checks_before_outing(outing(identity=Identity.NONE, counted=None))
    }
    assert checks[Need.IDENTITY] is Met.OPEN and checks[Need.PIECES] is Met.OPEN
    assert checks[Need.MANDATE] is Met.YES


@pytest.mark.parametrize(
    ("change", "need"),
    [
        ({"position": OUT}, Need.PRESENT),
        ({"position": replace(HERE, counted=0)}, Need.PRESENT),
        ({"position": replace(HERE, frozen=True)}, Need.FREE),
        ({"has_incident": True}, Need.FREE),
        ({"mandate_since": None}, Need.MANDATE),
        ({"has_open_request": False}, Need.REQUEST),
        ({"borrower_is_late": True}, Need.BORROWER),
        ({"reserved_for_other": "Jonas"}, Need.RESERVED),
        ({"due_at": DUE - timedelta(days=5)}, Need.DUE),
        ({"to": HolderKind.PROVIDER}, Need.DUE),
        ({"counted": 2}, Need.PIECES),
    ],
)
def test_one_thing_missing_keeps_the_key(change: dict[str, object], need: Need) -> None:
    refused = [check.need for check in checks_before_outing(outing(**change)) if check.met is Met.NO]
    assert refused == [need]
    with pytest.raises((RuleRefused, InvalidInput)):
        refuse_bad_outing(outing(**change))


def test_an_owner_needs_no_request_for_their_own_key() -> None:
    refuse_bad_outing(outing(to=HolderKind.OWNER, has_open_request=False))


def test_reservations_that_touch_do_not_clash() -> None:
    wanted = Window(DUE, DUE + timedelta(days=2))
    before = Window(DUE - timedelta(days=2), DUE, "Jonas")
    inside = Window(DUE + timedelta(hours=1), DUE + timedelta(hours=2), "Wanda")
    assert conflicts_of(wanted, [before], HERE, None, PARIS) == ()
    assert [one.who for one in conflicts_of(wanted, [before, inside], HERE, None, PARIS)] == ["Wanda"]


def test_a_set_still_out_frozen_or_without_mandate_clashes() -> None:
    wanted = Window(DUE - timedelta(hours=1), DUE + timedelta(days=2))
    assert [one.clash for one in conflicts_of(wanted, [], OUT, None, PARIS)] == [Clash.STILL_OUT]
    assert conflicts_of(Window(DUE, DUE + timedelta(days=1)), [], OUT, None, PARIS) == ()
    frozen = replace(HERE, frozen=True)
    assert [one.clash for one in conflicts_of(wanted, [], frozen, date(2027, 3, 1), PARIS)] == [
        Clash.FROZEN,
        Clash.MANDATE,
    ]


def test_a_count_tells_absent_incomplete_unexpected_and_seen_again() -> None:
    missing = replace(HERE, counted=0)
    found = differences_of({2: 2, 3: 3, 4: 3, 6: 3}, {1: HERE, 2: HERE, 3: OUT, 4: missing, 5: OUT, 6: HERE})
    assert found == (
        Difference(1, DifferenceKind.ABSENT, 0, 3),
        Difference(2, DifferenceKind.INCOMPLETE, 2, 3),
        Difference(3, DifferenceKind.UNEXPECTED, 3, 3),
        Difference(4, DifferenceKind.SEEN_AGAIN, 3, 3),
    )


def test_sixty_days_on_a_hook_is_unused() -> None:
    moved = DUE - timedelta(days=60)
    assert is_unused(HERE, moved, DUE)
    assert not is_unused(HERE, moved + timedelta(seconds=1), DUE)
    assert not is_unused(OUT, moved, DUE)


def test_an_incident_ends_with_steps_cause_and_measure() -> None:
    done, left = StepAnswer("a", True, True), StepAnswer("b", True, False)
    refuse_early_close([done, StepAnswer("c", False, False)], "pocket", "cord")
    with pytest.raises(RuleRefused):
        refuse_early_close([done, left], "pocket", "cord")
    for cause, measure in (("", "cord"), ("pocket", "")):
        with pytest.raises(InvalidInput):
            refuse_early_close([done], cause, measure)


# --- codes and seals ----------------------------------------------------------------------------------------------


def test_a_code_is_judged_by_window_tries_and_digits() -> None:
    row = CodeRow(digest_code("482913", "s", KEY), "s", DUE - timedelta(hours=2), DUE, 0, None)
    before = DUE - timedelta(hours=1)
    assert judge_code(row, "482 913", before, KEY) is Verdict.MATCHED
    assert judge_code(row, "482914", before, KEY) is Verdict.WRONG
    assert judge_code(row, "482913", before, b"another") is Verdict.WRONG
    assert judge_code(row, "482913", DUE, KEY) is Verdict.EXPIRED
    assert judge_code(row, "482913", DUE - timedelta(hours=3), KEY) is Verdict.TOO_EARLY
    assert judge_code(replace(row, tries=TRIES), "482913", before, KEY) is Verdict.BLOCKED
    assert judge_code(replace(row, used_at=before), "482913", before, KEY) is Verdict.USED


@settings(max_examples=50, deadline=None)
@given(st.text(min_size=1, max_size=80))
def test_a_seal_opens_only_with_its_key_and_in_its_place(text: str) -> None:
    from conciergedesk.core.errors import Unavailable

    sealed = seal(text, "here", KEY)
    assert unseal(sealed, "here", KEY) == text
    assert seal(text, "here", KEY) != sealed
    for place, key in (("there", KEY), ("here", b"another key")):
        with pytest.raises(Unavailable):
            unseal(sealed, place, key)
    with pytest.raises(Unavailable):
        unseal(sealed[:-8] + "AAAAAAA=", "here", KEY)
    with pytest.raises(Unavailable):
        unseal("é?", "here", KEY)


# --- the house's files --------------------------------------------------------------------------------------------


def test_the_houses_own_files_are_sound() -> None:
    house = key_house()
    assert house.ladder == LADDER
    assert set(house.messages) == set(NEEDED_MESSAGES)


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_every_message_is_filled_without_a_gap(language: str) -> None:
    full = Filling(
        "Annika", "204-3", 3, 1, DUE, DUE, timedelta(hours=2), "482 913", date(2027, 5, 1), "03 53 01 00 00"
    )
    for code in NEEDED_MESSAGES:
        text = write_message(key_house(), code, language, full)
        assert "{" not in text and "—" not in text and "Annika" in text


def test_names_in_a_message_are_never_read_as_places() -> None:
    text = write_message(key_house(), "overdue_amber", "en", Filling("{code}", "204-3", code="482913"))
    assert "{code}" in text and "482913" not in text


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[return]\namber = 30\nred = 10\nlost = 90\n[provider]\nshift_ends = []", "red"),
        ("[return]\namber = -1\nred = 10\nlost = 90\n[provider]\nshift_ends = []", "amber"),
        ("[return]\namber = 1\nred = 10\nlost = 90\n[provider]\nshift_ends = ['25:00']", "shift_ends"),
        ("[return]\namber = 1\nred = 10\nlost = 90\nblue = 3\n[provider]\nshift_ends = []", "blue"),
        ("[return]\namber = 1\nred = 10\nlost = 90", "provider"),
    ],
)
def test_a_bad_ladder_is_refused_by_field(text: str, field: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        read_ladder(parse_house_text(text, "overdue.toml"))
    assert caught.value.field == field and caught.value.file == "overdue.toml"


STEP = "[[procedure.step]]\nid = 'a'\ndue = 5\ntext = { fr = 'x', en = 'x' }\n"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (f"[[procedure]]\nid = 'burnt'\nname = {{ fr = 'x', en = 'x' }}\n{STEP}", "id"),
        (f"[[procedure]]\nid = 'lost'\nname = {{ fr = 'x', en = 'x' }}\n{STEP}{STEP}", "step"),
        (f"[[procedure]]\nid = 'lost'\nname = {{ fr = 'x' }}\n{STEP}", "name"),
        (f"[[procedure]]\nid = 'lost'\nname = {{ fr = 'x', en = 'x' }}\n{STEP}", "procedure"),
        (f"[[procedure]]\nid = 'lost'\nname = {{ fr = 'x', en = 'x' }}\n{STEP}required = false\n", "step"),
        (f"[[procedure]]\nid = 'lost'\nname = {{ fr = 'x', en = 'x' }}\n{STEP}due = 5\n", ""),
    ],
)
def test_a_bad_procedure_is_refused_by_field(text: str, field: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        read_procedures(parse_house_text(text, "procedures.toml"))
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[[message]]\nid = 'code_out'\ntext = { fr = '{address}', en = 'x', de = 'x' }", "text"),
        ("[[message]]\nid = 'code_out'\ntext = { fr = 'x', en = 'x' }", "text"),
        ("[[message]]\nid = 'code_out'\ntext = { fr = 'x', en = 'x', de = 'x' }", "message"),
    ],
)
def test_a_bad_message_is_refused_by_field(text: str, field: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        read_messages(parse_house_text(text, "messages.toml"))
    assert caught.value.field == field

"""The chain of custody: one holder at any time, and every line that does not hold is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.keys.custody import (
    _ALLOWED,
    HELD_BY_DESK,
    LOST,
    NOBODY_YET,
    OUTINGS,
    OUTSIDE_DESK,
    RETURNS,
    STAYS,
    Break,
    BreakKind,
    Holder,
    HolderKind,
    Identity,
    KeyState,
    Movement,
    MovementKind,
    Position,
    break_in,
    breaks_of,
    next_line,
    position_after,
    position_of,
    possible_kinds,
    state_at,
)

START = datetime(2027, 3, 22, 8, 0, tzinfo=UTC)
HOOK = Holder(HolderKind.PLACE, 12, "12")
ANNIKA = Holder(HolderKind.GUEST, 7, "Annika")


def line(kind: MovementKind, target: Holder, *, hours: int = 0, counted: int = 3, **more: object) -> Movement:
    made = Movement(0, kind, START + timedelta(hours=hours), NOBODY_YET, target, counted, 3)
    return replace(made, **more)  # type: ignore[arg-type]


def chain(*drafts: Movement) -> list[Movement]:
    lines: list[Movement] = []
    position = Position()
    for draft in drafts:
        lines.append(next_line(position, draft))
        position = position_after(lines[-1])
    return lines


def a_loan() -> list[Movement]:
    return chain(
        line(MovementKind.DEPOSIT_IN, HOOK),
        line(
            MovementKind.OUT_TO_GUEST,
            ANNIKA,
            hours=10,
            due_at=START + timedelta(hours=30),
            identity=Identity.PASSPORT,
        ),
        line(MovementKind.IN_FROM_GUEST, HOOK, hours=32),
    )


@st.composite
def legal_chains(draw: st.DrawFn) -> list[Movement]:
    """Any sequence that the desk can write, with any holders."""
    lines: list[Movement] = []
    position = Position()
    at = START
    for _step in range(draw(st.integers(1, 25))):
        kinds = sorted(possible_kinds(position) - ({MovementKind.SEAL_OPENED} if not lines else set()))
        if not kinds:
            break
        kind = draw(st.sampled_from(kinds))
        at += timedelta(minutes=draw(st.integers(0, 3000)))
        if kind in STAYS:
            target = position.holder
        else:
            target = Holder(draw(st.sampled_from(sorted(_ALLOWED[kind][1]))), draw(st.integers(1, 4)), "x")
            if kind is MovementKind.DECLARED_LOST:
                target = LOST
        expected = position.expected or 3
        full = kind in OUTINGS
        made = Movement(
            0,
            kind,
            at,
            NOBODY_YET,
            target,
            expected if full else draw(st.integers(0, expected)),
            expected,
            due_at=at + timedelta(hours=2) if target.kind in OUTSIDE_DESK and kind not in STAYS else None,
            identity=Identity.PASSPORT if full else Identity.NONE,
            authorisation=draw(st.sampled_from(["", "owner 24/03"])),
            corrects=1 if kind is MovementKind.CORRECTION and lines else None,
            reason="wrong tag" if kind is MovementKind.CORRECTION else "",
        )
        written = next_line(position, made)
        lines.append(written)
        position = position_after(written)
    return lines


@settings(max_examples=100, deadline=None)
@given(legal_chains())
def test_any_legal_sequence_leaves_each_set_with_exactly_one_holder(lines: list[Movement]) -> None:
    assert breaks_of(lines) == ()
    holders = {NOBODY_YET}
    for one in lines:
        holders.discard(one.source)
        holders = {held for held in holders if not held.is_same(one.source)}
        holders.add(one.target)
        assert len(holders) == 1
    assert position_of(lines).holder.is_same(next(iter(holders)))


@settings(max_examples=100, deadline=None)
@given(legal_chains(), st.data())
def test_a_broken_sequence_is_reported_at_its_line(lines: list[Movement], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(lines) - 1))
    stranger = Holder(HolderKind.GUEST, 99, "nobody")
    broken = [*lines[:place], replace(lines[place], source=stranger), *lines[place + 1 :]]
    assert Break(lines[place].seq, BreakKind.SOURCE) in breaks_of(broken)
    missing = [*lines[:place], *lines[place + 1 :]]
    if place < len(lines) - 1:
        assert breaks_of(missing)[0] == Break(lines[place + 1].seq, BreakKind.NUMBER)


@settings(max_examples=100, deadline=None)
@given(legal_chains())
def test_no_frozen_set_goes_out(lines: list[Movement]) -> None:
    position = position_of(lines)
    if position.frozen:
        assert not possible_kinds(position) & OUTINGS
        out = next_line(
            position,
            line(
                MovementKind.OUT_TO_GUEST,
                ANNIKA,
                hours=9999,
                due_at=START + timedelta(hours=99_999),
                identity=Identity.PASSPORT,
            ),
        )
        assert break_in(position, out) in {BreakKind.FROZEN, BreakKind.STEP}


def test_a_loan_and_its_return_hold_together() -> None:
    lines = a_loan()
    assert breaks_of(lines) == ()
    assert [one.source.kind for one in lines] == [HolderKind.OUTSIDE, HolderKind.PLACE, HolderKind.GUEST]
    assert position_of(lines).due_at is None


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"due_at": None}, BreakKind.DUE),
        ({"due_at": START}, BreakKind.DUE),
        ({"identity": Identity.NONE}, BreakKind.UNPROVEN),
        ({"counted": 2}, BreakKind.PIECES),
        ({"at": START - timedelta(minutes=1)}, BreakKind.TIME),
        ({"target": HOOK}, BreakKind.STEP),
        ({"seq": 5}, BreakKind.NUMBER),
        ({"source": ANNIKA}, BreakKind.SOURCE),
    ],
)
def test_each_way_of_breaking_an_outing_has_its_name(change: dict[str, object], kind: BreakKind) -> None:
    lines = a_loan()
    lines[1] = replace(lines[1], **change)  # type: ignore[arg-type]
    assert breaks_of(lines)[0] == Break(lines[1].seq, kind)


def test_a_return_with_a_piece_missing_freezes_until_the_owner_decides() -> None:
    lines = a_loan()
    short = next_line(position_of(lines[:2]), line(MovementKind.IN_FROM_GUEST, HOOK, hours=32, counted=2))
    assert short.frozen
    position = position_after(short)
    safe = Holder(HolderKind.PLACE, 1, "safe")
    assert next_line(position, line(MovementKind.TRANSFER_PLACE, safe, hours=33)).frozen
    decided = next_line(
        position, line(MovementKind.TRANSFER_PLACE, safe, hours=33, authorisation="owner, call 18:40")
    )
    assert not decided.frozen
    assert break_in(position, replace(decided, authorisation="")) is BreakKind.UNFROZEN


def test_what_is_found_again_stays_frozen() -> None:
    lines = chain(
        line(MovementKind.DEPOSIT_IN, HOOK),
        line(MovementKind.DECLARED_LOST, LOST, hours=1, counted=0),
        line(MovementKind.FOUND, HOOK, hours=2),
    )
    assert breaks_of(lines) == ()
    assert position_of(lines).frozen


def test_a_correction_needs_the_wrong_line_and_a_reason() -> None:
    position = position_of(a_loan())
    good = next_line(position, line(MovementKind.CORRECTION, HOOK, hours=40, corrects=2, reason="wrong tag"))
    assert break_in(position, good) is None
    assert break_in(position, replace(good, reason="")) is BreakKind.CORRECTS
    assert break_in(position, replace(good, corrects=9)) is BreakKind.CORRECTS


def test_states_follow_from_the_last_line() -> None:
    lines = a_loan()
    due = lines[1].due_at
    assert due is not None
    out = position_of(lines[:2])
    assert state_at(out, due) is KeyState.OUT
    assert state_at(out, due + timedelta(seconds=1)) is KeyState.OVERDUE
    inside = position_of(lines)
    assert state_at(inside, due) is KeyState.IN
    assert state_at(inside, due, is_reserved=True) is KeyState.READY
    assert state_at(replace(inside, counted=0), due) is KeyState.MISSING
    assert state_at(replace(inside, holder=LOST), due) is KeyState.LOST
    assert state_at(replace(inside, holder=Holder(HolderKind.AGENT, 1, "Gaël")), due) is KeyState.TRANSIT
    assert state_at(Position(), due) is KeyState.RETURNED


def test_a_seal_opened_while_the_set_is_out_keeps_holder_and_due_time() -> None:
    lines = a_loan()[:2]
    position = position_of(lines)
    seal = next_line(position, line(MovementKind.SEAL_OPENED, position.holder, hours=12))
    assert (seal.source, seal.target, seal.due_at) == (ANNIKA, ANNIKA, position.due_at)
    assert breaks_of([*lines, seal]) == ()


def test_every_kind_of_line_has_its_places() -> None:
    assert set(_ALLOWED) == set(MovementKind)
    assert {source for kind in RETURNS for source in _ALLOWED[kind][0]} == OUTSIDE_DESK
    assert all(_ALLOWED[kind][0] == HELD_BY_DESK for kind in OUTINGS)

"""Counting the cabinet: tags typed one after the other, kept at once, compared with the register at the end."""

from __future__ import annotations

from sqlmodel import select

from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.keys.cards import CountCard
from conciergedesk.keys.custody import MovementKind
from conciergedesk.keys.differences import DifferenceKind, differences_of
from conciergedesk.keys.figures import open_count
from conciergedesk.keys.lines import position_now
from conciergedesk.keys.service.writing import append, open_set
from conciergedesk.keys.tables import KeyCount, KeyCountSeen, KeySet
from conciergedesk.keys.tags import show_tag
from conciergedesk.staff.rules import Right

KINDS = ("shift", "weekly")


def start_count(unit: Unit, kind: str = "shift") -> int:
    """Begin a count, or go on with the one that is under way.

    Raises:
        InvalidInput: an unknown kind.
    """
    unit.require(Right.HANDLE_KEYS)
    if kind not in KINDS:
        raise InvalidInput(N_("Count for the shift or for the week."), field="kind")
    running = open_count(unit.session)
    if running is not None:
        return running.id
    row = unit.add(
        KeyCount(
            kind=kind, started_at=unit.now, actor_id=unit.actor.id, actor=unit.actor.name, differences=[]
        )
    )
    assert row.id is not None
    unit.record("key_count.started", "key_count", row.id, undoable=False, what=kind)
    return row.id


def _running(unit: Unit, count_id: int) -> KeyCount:
    row = unit.load(KeyCount, count_id)
    if row.finished_at is not None:
        raise RuleRefused(N_("This count is finished. Start a new one."))
    return row


def count_set(unit: Unit, count_id: int, set_id: int, pieces: int | None = None) -> int:
    """Tick a set that hangs in the cabinet; without ``pieces`` it is complete. Returns the pieces kept.

    Raises:
        InvalidInput: more pieces than the set has.
        RuleRefused: the count is finished.
    """
    unit.require(Right.HANDLE_KEYS)
    _running(unit, count_id)
    key_set = unit.load(KeySet, set_id)
    expected = position_now(unit.session, set_id).expected
    counted = expected if pieces is None else pieces
    if not 0 <= counted <= expected:
        raise InvalidInput(
            N_("Key {tag} counts {expected} at most. Count again, or correct the set first."),
            field="pieces",
            tag=show_tag(key_set.number),
            expected=expected,
        )
    row = unit.session.exec(
        select(KeyCountSeen).where(KeyCountSeen.count_id == count_id, KeyCountSeen.set_id == set_id)
    ).first()
    if row is None:
        unit.add(KeyCountSeen(count_id=count_id, set_id=set_id, pieces=counted, at=unit.now))
    else:
        row.pieces, row.at = counted, unit.now
    unit.record("key_count.ticked", "key_count", count_id, set=set_id, pieces=counted)
    return counted


def uncount_set(unit: Unit, count_id: int, set_id: int) -> None:
    """Take back a tick that was a slip."""
    unit.require(Right.HANDLE_KEYS)
    _running(unit, count_id)
    row = unit.session.exec(
        select(KeyCountSeen).where(KeyCountSeen.count_id == count_id, KeyCountSeen.set_id == set_id)
    ).first()
    if row is not None:
        unit.session.delete(row)
        unit.record("key_count.unticked", "key_count", count_id, set=set_id)


def finish_count(unit: Unit, count_id: int) -> CountCard:
    """Compare the count with the register and keep the result.

    What differs gets a line of its own; the week's inventory writes a line for every set in the cabinet. A set
    that should be out but hangs here is a difference for a person to settle: it must be taken back with its proof.

    Raises:
        RuleRefused: the count is finished.
    """
    unit.require(Right.HANDLE_KEYS)
    row = _running(unit, count_id)
    seen = {
        set_id: pieces
        for set_id, pieces in unit.session.exec(
            pick(KeyCountSeen.set_id, KeyCountSeen.pieces).where(KeyCountSeen.count_id == count_id)
        )
    }
    tags = {
        i: show_tag(number)
        for i, number in unit.session.exec(pick(KeySet.id, KeySet.number))
        if i is not None
    }
    positions = {set_id: position_now(unit.session, set_id) for set_id in tags}
    differences = differences_of(seen, positions)
    written = {one.set_id: one.counted for one in differences if one.kind is not DifferenceKind.UNEXPECTED}
    if row.kind == "weekly":
        written = {i: seen[i] for i, position in positions.items() if position.is_in and i in seen} | written
    for set_id, counted in sorted(written.items()):
        opened = open_set(unit, set_id)
        append(unit, opened, MovementKind.INVENTORY_COUNT, opened.position.holder, counted=counted)
    row.finished_at, row.actor_id, row.actor = unit.now, unit.actor.id, unit.actor.name
    row.expected = sum(position.is_in for position in positions.values())
    row.counted = len(seen)
    row.differences = [[tags[one.set_id], one.kind.value, one.counted, one.expected] for one in differences]
    unit.session.flush()
    unit.record(
        "key_count.finished",
        "key_count",
        count_id,
        undoable=False,
        what=row.kind,
        differences=len(differences),
    )
    told = tuple((tags[one.set_id], str(one.kind), one.counted, one.expected) for one in differences)
    return CountCard(
        count_id, row.kind, row.started_at, row.finished_at, row.actor, row.expected, row.counted, told
    )

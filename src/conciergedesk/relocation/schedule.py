"""The dated plan of one household: which items, when; what moves when the arrival moves. Pure.

items = plan_for(plan, profile, anchors)
preview = move_arrival(plan, items, anchors, new_d0, today)
preview.after          # apply
preview.before         # undo
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from conciergedesk.core.i18n import N_
from conciergedesk.relocation.dates import Anchor, Anchors, IsWorking, shift, weekdays_only
from conciergedesk.relocation.plans import Fit, FollowUp, Plan, PlanItem, Profile


class ItemState(StrEnum):
    """The state of an item; overdue is computed from the day and never stored."""

    TO_DO = "to_do"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    DONE = "done"
    NOT_APPLICABLE = "not_applicable"
    OVERDUE = "overdue"


ITEM_STATE_LABELS: Mapping[ItemState, str] = {
    ItemState.TO_DO: N_("item|to do"),
    ItemState.IN_PROGRESS: N_("item|in progress"),
    ItemState.WAITING: N_("item|waiting"),
    ItemState.DONE: N_("item|done"),
    ItemState.NOT_APPLICABLE: N_("item|not applicable"),
    ItemState.OVERDUE: N_("item|overdue"),
}
CLOSED_STATES = frozenset({ItemState.DONE, ItemState.NOT_APPLICABLE})


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One item of one household. ``due`` is None until the event it hangs on has a date."""

    id: str
    anchor: Anchor
    due: date | None
    start: date | None = None
    aim: date | None = None
    state: ItemState = ItemState.TO_DO
    done_on: date | None = None
    by_hand: bool = False
    to_confirm: bool = False
    children: tuple[int, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state not in CLOSED_STATES

    def is_overdue(self, today: date) -> bool:
        return self.is_open and self.due is not None and self.due < today

    def shown_state(self, today: date) -> ItemState:
        """The state as people see it: overdue outweighs what is still open."""
        return ItemState.OVERDUE if self.is_overdue(today) else self.state

    def was_on_time(self) -> bool | None:
        """Whether a done item met its date; None while it is open or undated."""
        if self.state is not ItemState.DONE or self.done_on is None or self.due is None:
            return None
        return self.done_on <= self.due


def _anchor(item: PlanItem, anchors: Anchors) -> Anchor:
    """The event the item hangs on: its own, or the other one while only that is known."""
    if item.anchor_else is not None and anchors.day(item.anchor) is None:
        return item.anchor_else if anchors.day(item.anchor_else) is not None else item.anchor
    return item.anchor


def _dated(planned: PlannedItem, item: PlanItem, anchors: Anchors, is_working: IsWorking) -> PlannedItem:
    anchor = _anchor(item, anchors)
    base = anchors.day(anchor)
    if base is None:
        return replace(planned, anchor=anchor, due=None, start=None, aim=None)
    return replace(
        planned,
        anchor=anchor,
        due=shift(base, item.due, is_working),
        start=None if item.start is None else shift(base, item.start, is_working),
        aim=None if item.aim is None else shift(base, item.aim, is_working),
    )


def plan_for(
    plan: Plan, profile: Profile, anchors: Anchors, is_working: IsWorking = weekdays_only
) -> tuple[PlannedItem, ...]:
    """The items of ``plan`` that concern ``profile``, dated, in the order of the plan.

    An item whose condition is not known yet stays in, marked ``to_confirm``.

    Raises:
        InvalidInput: when the profile cannot be a household.
    """
    profile.check()
    found = []
    for item in plan.items.values():
        fit = item.when.fit(profile)
        if fit is Fit.NO:
            continue
        bare = PlannedItem(
            item.id, item.anchor, None, to_confirm=fit is Fit.UNKNOWN, children=item.when.children(profile)
        )
        found.append(_dated(bare, item, anchors, is_working))
    return tuple(found)


def redate(
    plan: Plan, items: Iterable[PlannedItem], anchors: Anchors, is_working: IsWorking = weekdays_only
) -> tuple[PlannedItem, ...]:
    """The items with their dates worked out anew; closed ones and those dated by hand keep theirs."""
    return tuple(
        _dated(planned, plan.items[planned.id], anchors, is_working)
        if planned.is_open and not planned.by_hand and planned.id in plan.items
        else planned
        for planned in items
    )


class Stay(StrEnum):
    """Why an item does not move with the arrival."""

    DONE = "done"
    NOT_APPLICABLE = "not_applicable"
    BY_HAND = "by_hand"
    OTHER_ANCHOR = "other_anchor"
    UNDATED = "undated"
    SAME_DAY = "same_day"


STAY_LABELS: Mapping[Stay, str] = {
    Stay.DONE: N_("item|done"),
    Stay.NOT_APPLICABLE: N_("not applicable"),
    Stay.BY_HAND: N_("dated by hand"),
    Stay.OTHER_ANCHOR: N_("hangs on another event"),
    Stay.UNDATED: N_("no date yet"),
    Stay.SAME_DAY: N_("same day"),
}


class Hindrance(StrEnum):
    """Why an item cannot be met any more."""

    TOO_SHORT = "too_short"
    BLOCKED_LATER = "blocked_later"


HINDRANCE_LABELS: Mapping[Hindrance, str] = {
    Hindrance.TOO_SHORT: N_("too little time is left"),
    Hindrance.BLOCKED_LATER: N_("waits for something that comes later"),
}


@dataclass(frozen=True, slots=True)
class Move:
    """An item that moves, from one day to another."""

    id: str
    old_due: date
    new_due: date


@dataclass(frozen=True, slots=True)
class Stays:
    """An item that keeps its day, and why."""

    id: str
    due: date | None
    why: Stay


@dataclass(frozen=True, slots=True)
class Impossible:
    """An item that could be met before the move and no longer can."""

    id: str
    why: Hindrance


@dataclass(frozen=True, slots=True)
class MovePreview:
    """What another arrival would change. ``after`` applies it, ``before`` undoes it."""

    old_d0: date
    new_d0: date
    before: tuple[PlannedItem, ...]
    after: tuple[PlannedItem, ...]
    anchors_before: Anchors
    anchors_after: Anchors
    moves: tuple[Move, ...]
    stays: tuple[Stays, ...]
    becomes_overdue: tuple[str, ...]
    becomes_impossible: tuple[Impossible, ...]


def _why_it_stays(planned: PlannedItem, anchors: Anchors) -> Stay:
    if planned.state is ItemState.DONE:
        return Stay.DONE
    if planned.state is ItemState.NOT_APPLICABLE:
        return Stay.NOT_APPLICABLE
    if planned.by_hand:
        return Stay.BY_HAND
    if planned.due is None:
        return Stay.UNDATED
    if not anchors.moves_with_arrival(planned.anchor):
        return Stay.OTHER_ANCHOR
    return Stay.SAME_DAY


def impossible_items(plan: Plan, items: Iterable[PlannedItem], today: date) -> tuple[Impossible, ...]:
    """Open items that can no longer be met: not begun with too few days left, or due before what blocks them."""
    by_id = {planned.id: planned for planned in items}
    found = []
    for planned in by_id.values():
        item = plan.items.get(planned.id)
        if item is None or not planned.is_open or planned.due is None:
            continue
        days_left = (planned.due - today).days
        if planned.state is ItemState.TO_DO and item.needs_days and days_left < item.needs_days:
            found.append(Impossible(planned.id, Hindrance.TOO_SHORT))
            continue
        for name in item.blocked_by:
            blocker = by_id.get(name)
            if blocker and blocker.is_open and blocker.due is not None and blocker.due > planned.due:
                found.append(Impossible(planned.id, Hindrance.BLOCKED_LATER))
                break
    return tuple(found)


def move_arrival(
    plan: Plan,
    items: Iterable[PlannedItem],
    anchors: Anchors,
    new_d0: date,
    today: date,
    is_working: IsWorking = weekdays_only,
) -> MovePreview:
    """What the arrival on ``new_d0`` would change: what moves, what stays and why, what gets late or impossible."""
    before = tuple(items)
    anchors_after = anchors.arriving(new_d0)
    after = redate(plan, before, anchors_after, is_working)
    moves, stays, overdue = [], [], []
    for old, new in zip(before, after, strict=True):
        if old.due is not None and new.due is not None and old.due != new.due:
            moves.append(Move(old.id, old.due, new.due))
        else:
            stays.append(Stays(old.id, old.due, _why_it_stays(old, anchors)))
        if new.is_overdue(today) and not old.is_overdue(today):
            overdue.append(new.id)
    already = set(impossible_items(plan, before, today))
    return MovePreview(
        old_d0=anchors.d0,
        new_d0=new_d0,
        before=before,
        after=after,
        anchors_before=anchors,
        anchors_after=anchors_after,
        moves=tuple(moves),
        stays=tuple(stays),
        becomes_overdue=tuple(overdue),
        becomes_impossible=tuple(one for one in impossible_items(plan, after, today) if one not in already),
    )


@dataclass(frozen=True, slots=True)
class Migration:
    """What another version of the plan would change in an open file."""

    after: tuple[PlannedItem, ...]
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    kept: tuple[str, ...]
    redated: tuple[Move, ...]


def migrate_plan(
    new_plan: Plan,
    items: Iterable[PlannedItem],
    profile: Profile,
    anchors: Anchors,
    is_working: IsWorking = weekdays_only,
) -> Migration:
    """An open file on ``new_plan``: what is begun, closed or dated by hand is kept, even if the plan drops it."""
    old = {planned.id: planned for planned in items}
    fresh = {planned.id: planned for planned in plan_for(new_plan, profile, anchors, is_working)}
    after, kept, redated = [], [], []
    for planned in old.values():
        worked_on = planned.state is not ItemState.TO_DO or planned.by_hand
        new = fresh.get(planned.id)
        if new is None and not worked_on:
            continue
        result = planned if new is None or worked_on else new
        if planned.due is not None and result.due is not None and planned.due != result.due:
            redated.append(Move(planned.id, planned.due, result.due))
        else:
            kept.append(planned.id)
        after.append(result)
    added = tuple(planned for planned in fresh.values() if planned.id not in old)
    staying = {planned.id for planned in after}
    return Migration(
        after=(*after, *added),
        added=tuple(planned.id for planned in added),
        dropped=tuple(name for name in old if name not in staying),
        kept=tuple(kept),
        redated=tuple(redated),
    )


def followup_days(
    plan: Plan, anchors: Anchors, is_working: IsWorking = weekdays_only
) -> Mapping[str, tuple[FollowUp, date]]:
    """Every follow-up of the plan with its day, counted from the arrival."""
    return {name: (one, shift(anchors.d0, one.due, is_working)) for name, one in plan.followups.items()}

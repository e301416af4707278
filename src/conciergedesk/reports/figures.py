"""K1 to K5, K14 and K15: requests, promises and handovers. The other figures are in ``room_figures``.

Pure functions of facts and a period. Common rules: the period is half-open; a filter chooses facts, not events; what
is left out is counted beside the figure; what has not happened by ``as_of`` has not happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from conciergedesk.core.i18n import N_
from conciergedesk.reports.facts import BacklogFact, HandoverFact, PromiseFact, RequestFact
from conciergedesk.reports.measures import (
    Excluded,
    Figure,
    Item,
    Unit,
    count,
    mean,
    median,
    p90,
    ratio,
)
from conciergedesk.reports.periods import Period

REOPEN_WINDOW = timedelta(days=7)
BUCKETS: tuple[tuple[str, timedelta | None], ...] = (
    ("under_4h", timedelta(hours=4)),
    ("under_24h", timedelta(hours=24)),
    ("under_3d", timedelta(days=3)),
    ("under_7d", timedelta(days=7)),
    ("older", None),
)
OLDEST = 5


def _item(fact: RequestFact, value: float = 1.0, met: bool | None = None, at: datetime | None = None) -> Item:
    # By position and past ``Item.__new__``: a month makes a hundred thousand of them.
    return tuple.__new__(Item, (fact.kind, fact.id, fact.ref, value, met, 1.0, at, fact.type_code))


def _by(moment: datetime | None, as_of: datetime) -> datetime | None:
    """The moment when it lies at or before ``as_of``; what came later is not known yet."""
    return moment if moment is not None and moment <= as_of else None


def first_response(facts: Iterable[RequestFact], period: Period, as_of: datetime) -> Figure:
    """K1: from the opening to the first human answer, for requests opened in the period."""
    as_of = min(as_of, period.end)
    judged, answered, duplicates, gone, pending = [], [], [], [], []
    for fact in facts:
        if fact.opened_at not in period:
            continue
        response = _by(fact.first_response_at, as_of)
        if fact.duplicate:
            duplicates.append(_item(fact))
        elif response is not None and fact.response_minutes is not None:
            late = fact.response_due_at is not None and response > fact.response_due_at
            broken = fact.response_breached_at is not None and fact.response_breached_at < response
            judged.append(_item(fact, fact.response_minutes, not (late or broken), response))
            answered.append(judged[-1])
        elif fact.ended_at is not None and fact.ended_at <= as_of:
            gone.append(_item(fact))
        elif (fact.response_due_at is not None and fact.response_due_at < as_of) or _by(
            fact.response_breached_at, as_of
        ):
            judged.append(_item(fact, 0.0, False, fact.response_due_at))
        else:
            pending.append(_item(fact))
    return Figure(
        "K1",
        (
            ratio("within", judged),
            median("median", answered),
            p90("p90", answered),
        ),
        (
            Excluded(N_("duplicates"), tuple(duplicates)),
            Excluded(N_("ended before an answer"), tuple(gone)),
            Excluded(N_("not answered and not due yet"), tuple(pending)),
        ),
    )


def resolution(facts: Iterable[RequestFact], period: Period, as_of: datetime) -> Figure:
    """K2: time to the first resolution, for requests first resolved in the period."""
    items, duplicates = [], []
    for fact in facts:
        if fact.first_resolved_at not in period or fact.first_resolved_at is None:
            continue
        if fact.first_resolved_at > as_of:
            continue
        if fact.duplicate:
            duplicates.append(_item(fact))
        elif fact.resolution_minutes is not None:
            items.append(_item(fact, fact.resolution_minutes, None, fact.first_resolved_at))
    return Figure(
        "K2",
        (median("median", items), p90("p90", items), count("resolved", items)),
        (Excluded(N_("duplicates"), tuple(duplicates)),),
    )


def attainment(facts: Iterable[RequestFact], period: Period, as_of: datetime) -> Figure:
    """K3: targets met among those of the period: a miss where it fell due, a success where it was resolved."""
    as_of = min(as_of, period.end)
    judged, duplicates, ended, open_items = [], [], [], []
    for fact in facts:
        missed_at = fact.breached_at or fact.overdue_at
        resolved_at = fact.first_resolved_at
        if fact.duplicate:
            if fact.opened_at in period:
                duplicates.append(_item(fact))
        elif missed_at is not None and missed_at in period and missed_at < as_of:
            judged.append(_item(fact, met=False, at=missed_at))
        elif resolved_at is not None and resolved_at in period and resolved_at <= as_of:
            if missed_at is None or missed_at > resolved_at:
                judged.append(_item(fact, met=True, at=resolved_at))
        elif fact.ended_at is not None and fact.ended_at in period:
            ended.append(_item(fact))
        elif resolved_at is None and fact.opened_at in period and missed_at is None:
            open_items.append(_item(fact))
    return Figure(
        "K3",
        (ratio("attainment", judged),),
        (
            Excluded(N_("open and not due yet"), tuple(open_items)),
            Excluded(N_("cancelled or refused before the target"), tuple(ended)),
            Excluded(N_("duplicates"), tuple(duplicates)),
        ),
    )


def backlog(facts: Sequence[BacklogFact], at: datetime) -> Figure:
    """K4: what is open at an instant, by state and by age in calendar hours."""
    items = [
        Item(
            fact.kind,
            fact.id,
            fact.ref,
            (at - fact.opened_at).total_seconds() / 60,
            at=fact.opened_at,
            note=fact.state,
        )
        for fact in facts
    ]
    measures = [count("open", items, better=-1)]
    lower = timedelta(0)
    for key, upper in BUCKETS:
        inside = [
            item
            for item, fact in zip(items, facts, strict=True)
            if at - fact.opened_at >= lower and (upper is None or at - fact.opened_at < upper)
        ]
        measures.append(count(key, inside, better=0))
        lower = upper or lower
    for state in sorted({fact.state for fact in facts}):
        measures.append(
            count(
                f"state:{state}",
                [item for item, fact in zip(items, facts, strict=True) if fact.state == state],
            )
        )
    oldest = sorted(items, key=lambda item: -item.value)[:OLDEST]
    measures.append(count("oldest", oldest))
    return Figure("K4", tuple(measures))


def _age(fact: BacklogFact, at: datetime) -> float:
    return (at - fact.opened_at).total_seconds() / 60


def reopened(facts: Iterable[RequestFact], period: Period, as_of: datetime) -> Figure:
    """K5: reopened within seven days of the first time done, among those done in the period."""
    items = []
    for fact in facts:
        done = fact.first_done_at
        if done is None or done not in period or done > as_of:
            continue
        again = _by(fact.reopened_at, as_of)
        back = again is not None and again - done <= REOPEN_WINDOW
        items.append(_item(fact, met=back, at=done))
    final = period.end + REOPEN_WINDOW
    return Figure("K5", (ratio("reopened", items, better=-1),), final_at=final if as_of < final else None)


def promises_kept(facts: Iterable[PromiseFact], period: Period, as_of: datetime) -> Figure:
    """K14: kept at or before their moment, among promises due in the period."""
    as_of = min(as_of, period.end)
    judged, dropped, pending = [], [], []
    for fact in facts:
        if fact.due_at not in period:
            continue
        item = Item(fact.kind, fact.id, fact.ref, at=fact.due_at, note=fact.owner)
        if fact.dropped and fact.ended_at is not None and fact.ended_at <= fact.due_at:
            dropped.append(item)
        elif fact.ended_at is not None and not fact.dropped and fact.ended_at <= fact.due_at:
            judged.append(Item(item.kind, item.id, item.ref, 1.0, True, at=item.at, note=item.note))
        elif fact.due_at < as_of:
            judged.append(Item(item.kind, item.id, item.ref, 1.0, False, at=item.at, note=item.note))
        else:
            pending.append(item)
    return Figure(
        "K14",
        (ratio("kept", judged),),
        (
            Excluded(N_("no longer needed before their moment"), tuple(dropped)),
            Excluded(N_("not due yet"), tuple(pending)),
        ),
    )


def handover_quality(facts: Iterable[HandoverFact], period: Period, as_of: datetime) -> Figure:
    """K15: accepted in time among the changes of shift of the period; open items; counts with a difference."""
    changes, items, counted, pending = [], [], [], []
    for fact in facts:
        if fact.starts_at not in period:
            continue
        accepted = _by(fact.accepted_at, as_of)
        if accepted is None and fact.accept_by >= as_of:
            pending.append(Item("handover", fact.id, fact.ref, at=fact.starts_at))
            continue
        on_time = accepted is not None and accepted <= fact.accept_by
        changes.append(Item("handover", fact.id, fact.ref, 1.0, on_time, at=fact.starts_at))
        if fact.signed:
            items.append(Item("handover", fact.id, fact.ref, float(fact.open_items), at=fact.starts_at))
        if fact.count_difference is not None:
            counted.append(
                Item("handover", fact.id, fact.ref, 1.0, fact.count_difference != 0, at=fact.starts_at)
            )
    return Figure(
        "K15",
        (
            ratio("in_time", changes),
            mean("items", items, Unit.COUNT, better=0),
            ratio("difference", counted, better=-1),
        ),
        (Excluded(N_("still to be accepted in time"), tuple(pending)),),
    )

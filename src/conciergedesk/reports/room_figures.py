"""K6 to K13 and K16 to K20: hotlines, calls, surveys, providers, keys, cover, relocation, packs, knowledge.

Pure functions of facts and a period, with the same common rules as ``figures``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from conciergedesk.core.i18n import N_
from conciergedesk.reports.facts import (
    ArticleFact,
    CallFact,
    CommissionFact,
    CoverFact,
    DossierFact,
    IncidentFact,
    KeyEventFact,
    KeyOutFact,
    OrderFact,
    PackFact,
    ScoreFact,
    TicketFact,
)
from conciergedesk.reports.figures import REOPEN_WINDOW
from conciergedesk.reports.measures import (
    FEW,
    Excluded,
    Figure,
    How,
    Item,
    Measure,
    Unit,
    count,
    mean,
    median,
    ratio,
    total,
)
from conciergedesk.reports.periods import Period

ANSWER_WITHIN = 20.0
"""Seconds within which a call should be answered."""
SHORT_ABANDON = 5.0
"""Abandons shorter than this are somebody who dialled wrong."""
LEAST_ORDERS = 5
"""Orders a provider needs before it is ranked."""
FOLLOW_UP_SLACK = 3
"""Days around a follow-up that are still in time."""


def first_contact(
    facts: Iterable[TicketFact], period: Period, as_of: datetime, incidents: Iterable[IncidentFact] = ()
) -> Figure:
    """K6: solved in the first conversation and not reopened within seven days; mass incidents beside it."""
    judged, duplicates, children = [], [], []
    for fact in facts:
        if fact.closed_at not in period or fact.closed_at > as_of:
            continue
        item = Item("ticket", fact.id, fact.ref, at=fact.closed_at)
        if fact.duplicate:
            duplicates.append(item)
        elif fact.mass_child:
            children.append(item)
        else:
            again = fact.reopened_at is not None and fact.reopened_at - fact.closed_at <= REOPEN_WINDOW
            at_once = fact.contacts <= 1 and not fact.second_level and not fact.field_visit and not again
            judged.append(Item("ticket", fact.id, fact.ref, 1.0, at_once, at=fact.closed_at))
    final = period.end + REOPEN_WINDOW
    return Figure(
        "K6",
        (
            ratio("first_contact", judged),
            count(
                "incidents",
                [
                    Item("incident", one.id, one.ref, at=one.opened_at, note=one.category)
                    for one in incidents
                    if one.opened_at in period and one.opened_at <= as_of
                ],
                better=-1,
            ),
        ),
        (
            Excluded(N_("duplicates"), tuple(duplicates)),
            Excluded(N_("children of a mass incident"), tuple(children)),
        ),
        final_at=final if as_of < final else None,
    )


def _offered(facts: Iterable[CallFact], period: Period) -> tuple[list[CallFact], list[Excluded]]:
    inside, short, closed = [], [], []
    for fact in facts:
        if fact.at not in period:
            continue
        item = Item("call", fact.id, fact.ref, fact.wait_s, at=fact.at)
        if not fact.in_hours:
            closed.append(item)
        elif not fact.answered and fact.wait_s < SHORT_ABANDON:
            short.append(item)
        else:
            inside.append(fact)
    return inside, [
        Excluded(N_("abandoned in less than 5 s"), tuple(short)),
        Excluded(N_("outside the hours of the line"), tuple(closed)),
    ]


def service_level(facts: Iterable[CallFact], period: Period) -> Figure:
    """K7: answered within 20 s ÷ (answered + abandoned after 5 s or more)."""
    offered, excluded = _offered(facts, period)
    items = [
        Item(
            "call", fact.id, fact.ref, fact.wait_s, fact.answered and fact.wait_s <= ANSWER_WITHIN, at=fact.at
        )
        for fact in offered
    ]
    return Figure("K7", (ratio("level", items),), tuple(excluded))


def abandonment(facts: Iterable[CallFact], period: Period) -> Figure:
    """K8: abandoned after 5 s or more ÷ (answered + abandoned after 5 s or more)."""
    offered, excluded = _offered(facts, period)
    items = [Item("call", fact.id, fact.ref, fact.wait_s, not fact.answered, at=fact.at) for fact in offered]
    return Figure("K8", (ratio("abandoned", items, better=-1),), tuple(excluded))


def answer_speed(facts: Iterable[CallFact], period: Period) -> Figure:
    """K9: mean wait of answered calls; mean talk and wrap-up."""
    offered, excluded = _offered(facts, period)
    answered = [fact for fact in offered if fact.answered]
    waits = [Item("call", fact.id, fact.ref, fact.wait_s, at=fact.at) for fact in answered]
    handled = [Item("call", fact.id, fact.ref, fact.talk_s + fact.wrap_s, at=fact.at) for fact in answered]
    return Figure(
        "K9",
        (
            mean("speed", waits, Unit.SECONDS),
            mean("handle", handled, Unit.SECONDS, better=0),
            count("answered", waits),
        ),
        tuple(excluded),
    )


def satisfaction(facts: Iterable[ScoreFact], period: Period) -> Figure:
    """K10: share of 4 and 5 on a scale of 5, the mean, and how many answered."""
    inside = [fact for fact in facts if fact.at in period]
    own = [Item("score", fact.id, fact.ref, float(fact.score), at=fact.at) for fact in inside if fact.own]
    items = [
        Item("score", fact.id, fact.ref, float(fact.score), fact.score >= 4, at=fact.at)
        for fact in inside
        if not fact.own
    ]
    heard = sum(fact.heard for fact in inside if not fact.own)
    few = len(items) < FEW
    return Figure(
        "K10",
        (
            ratio("satisfied", items, few=few),
            mean("mean", items, Unit.SCORE, better=1, few=few),
            count("answers", items, better=1),
        ),
        (Excluded(N_("about one's own request"), tuple(own)),),
        notes=(N_("some scores were heard by telephone"),) if heard else (),
    )


def recommendation(facts: Iterable[ScoreFact], period: Period) -> Figure:
    """K11: share of 9 and 10 minus share of 0 to 6."""
    items = [
        Item(
            "score",
            fact.id,
            fact.ref,
            float(fact.score),
            None if 7 <= fact.score <= 8 else fact.score >= 9,
            at=fact.at,
        )
        for fact in facts
        if fact.at in period
    ]
    few = len(items) < FEW
    return Figure(
        "K11",
        (Measure("nps", How.SPREAD, Unit.POINTS, tuple(items), few=few), count("answers", items, better=1)),
    )


def reliability(facts: Iterable[OrderFact], period: Period) -> Figure:
    """K12: orders on time and complete ÷ orders due; weather is nobody's failure."""
    judged, weather, refusals, no_shows, delays, silent = [], [], [], [], [], []
    for fact in facts:
        if fact.due_at not in period:
            continue
        item = Item("order", fact.id, fact.ref, at=fact.due_at, note=fact.provider)
        if not fact.is_judged:
            silent.append(item)
            continue
        if fact.accepted_after_minutes is not None:
            delays.append(
                Item(
                    "order",
                    fact.id,
                    fact.ref,
                    fact.accepted_after_minutes,
                    at=fact.due_at,
                    note=fact.provider,
                )
            )
        if fact.weather:
            weather.append(item)
        elif fact.refused:
            refusals.append(item)
        else:
            kept = fact.on_time and fact.complete and not fact.no_show
            judged.append(Item("order", fact.id, fact.ref, 1.0, kept, at=fact.due_at, note=fact.provider))
            if fact.no_show:
                no_shows.append(item)
    return Figure(
        "K12",
        (
            ratio("reliable", judged, few=len(judged) < LEAST_ORDERS),
            median("accepted", delays),
            count("refusals", refusals, better=-1),
            count("no_shows", no_shows, better=-1),
        ),
        (
            Excluded(N_("cancelled by the weather"), tuple(weather)),
            Excluded(N_("nobody noted how they ended"), tuple(silent)),
        ),
    )


def line_commission(base_cents: int, rate_bps: int) -> int:
    """Commission of one booking in cents: base × rate, rounded half up."""
    return (base_cents * rate_bps + 5_000) // 10_000


def commission(facts: Iterable[CommissionFact], period: Period) -> Figure:
    """K13: what is due from bookings performed in the period, rounded per line."""
    items, cancelled = [], []
    by_state: dict[str, list[Item]] = {"invoiced": [], "paid": [], "disputed": []}
    for fact in facts:
        if fact.performed_at not in period:
            continue
        cents = float(line_commission(fact.base_cents, fact.rate_bps))
        item = Item("booking", fact.id, fact.ref, cents, at=fact.performed_at, note=fact.provider)
        if fact.cancelled:
            cancelled.append(item)
            continue
        items.append(item)
        if fact.state in by_state:
            by_state[fact.state].append(item)
    return Figure(
        "K13",
        (
            total("due", items, Unit.CENTS, better=1),
            *(total(state, found, Unit.CENTS) for state, found in by_state.items()),
        ),
        (Excluded(N_("cancelled"), tuple(cancelled)),),
    )


def key_discipline(
    outs: Sequence[KeyOutFact],
    events: Iterable[KeyEventFact],
    period: Period,
    as_of: datetime,
    *,
    amber: timedelta,
) -> Figure:
    """K16: overdue outings ÷ outings; chain breaks; seals opened without a reason.

    Args:
        outs: Outings.
        events: Chain breaks and openings of seals.
        period: Outings that began in it, events that happened in it.
        as_of: What came back later has not come back yet. It may lie after the period: a set that went out on
            its last evening and stayed out is overdue in the period in which it left, and in no other.
        amber: How long after its due time an outing is overdue.
    """
    items, lost, back = [], [], []
    for fact in outs:
        if fact.out_at not in period:
            continue
        ended = min(
            (at for at in (_until(fact.back_at, as_of), _until(fact.lost_at, as_of)) if at is not None),
            default=None,
        )
        overdue = fact.due_at is not None and (ended or as_of) >= fact.due_at + amber
        items.append(Item("key_set", fact.id, fact.ref, 1.0, overdue, at=fact.out_at))
        if _until(fact.lost_at, as_of) is not None:
            lost.append(Item("key_set", fact.id, fact.ref, at=fact.lost_at))
        elif _until(fact.back_at, as_of) is not None:
            late = fact.due_at is not None and fact.back_at is not None and fact.back_at > fact.due_at
            back.append(Item("key_set", fact.id, fact.ref, 1.0, late, at=fact.back_at))
    breaks, mute = [], []
    for event in events:
        if event.at in period:
            item = Item("key_set", event.id, event.ref, at=event.at)
            if event.kind == "break":
                breaks.append(item)
            elif event.kind == "seal" and not event.has_reason:
                mute.append(item)
    return Figure(
        "K16",
        (
            ratio("overdue", items, better=-1),
            count("returned", back),
            count("returned_late", [item for item in back if item.met], better=-1),
            count("lost", lost, better=-1),
            count("breaks", breaks, better=-1),
            count("seals_without_reason", mute, better=-1),
        ),
    )


def _until(moment: datetime | None, as_of: datetime) -> datetime | None:
    return moment if moment is not None and moment <= as_of else None


def cover(facts: Iterable[CoverFact], period: Period) -> Figure:
    """K17: staffed seat-minutes ÷ needed seat-minutes; stretches in which somebody is missing are listed."""
    items, holes, until, missing_before = [], list[Item](), None, ("", 0)
    for fact in sorted(facts, key=lambda one: (one.line, one.start)):
        start, end = max(fact.start, period.start), min(fact.end, period.end)
        minutes = (end - start).total_seconds() / 60
        if minutes <= 0 or not fact.needed:
            continue
        met = fact.staffed >= fact.needed
        staffed, needed = min(fact.staffed, fact.needed) * minutes, fact.needed * minutes
        items.append(Item("cover", fact.id, fact.line, staffed, met, needed, start, fact.line))
        if met:
            continue
        missing = (fact.line, fact.needed - fact.staffed)
        if holes and until == start and missing == missing_before:
            holes[-1] = holes[-1]._replace(value=holes[-1].value + needed - staffed)
        else:
            holes.append(Item("cover", fact.id, fact.line, needed - staffed, False, at=start, note=fact.line))
        until, missing_before = end, missing
    return Figure(
        "K17",
        (
            Measure("covered", How.WEIGHTED, Unit.PERCENT, tuple(items)),
            total("staffed", items, Unit.MINUTES, better=1),
            total("needed", [Item(i.kind, i.id, i.ref, i.weight, at=i.at) for i in items], Unit.MINUTES),
            count("holes", holes, better=-1),
            total("missing", holes, Unit.MINUTES, better=-1),
        ),
    )


def relocation(facts: Iterable[DossierFact], period: Period, as_of: datetime) -> Figure:
    """K18: legal items on time; follow-ups within three days; days to the lease."""
    legal: list[Item] = []
    follow_ups: list[Item] = []
    leases, pending = [], []
    today = as_of.astimezone(period.zone).date()
    for fact in facts:
        if fact.kind == "lease":
            if fact.done_on is not None and _day_in(fact.done_on, period) and fact.days is not None:
                leases.append(Item("dossier", fact.id, fact.ref, fact.days))
            continue
        if fact.due_on is None:
            continue
        counted_on = fact.due_on
        done = fact.done_on if fact.done_on is not None and fact.done_on <= today else None
        if fact.kind == "legal" and done is not None and done <= fact.due_on:
            counted_on = done  # done early counts where it was done, like a resolution
        if not _day_in(counted_on, period):
            continue
        slack = FOLLOW_UP_SLACK if fact.kind == "follow_up" else 0
        if done is None and today <= fact.due_on + timedelta(days=slack):
            pending.append(Item("dossier", fact.id, fact.ref))
            continue
        in_time = done is not None and done <= fact.due_on + timedelta(days=slack)
        if fact.kind == "follow_up" and done is not None:
            in_time = abs((done - fact.due_on).days) <= FOLLOW_UP_SLACK
        (legal if fact.kind == "legal" else follow_ups).append(
            Item("dossier", fact.id, fact.ref, 1.0, in_time)
        )
    return Figure(
        "K18",
        (
            ratio("legal", legal),
            ratio("follow_ups", follow_ups),
            median("lease", leases, Unit.DAYS),
        ),
        (Excluded(N_("not due yet"), tuple(pending)),),
    )


def _day_in(day: date, period: Period) -> bool:
    return period.first_day <= day <= period.last_day


def pack_use(facts: Iterable[PackFact]) -> Figure:
    """K19: credits used ÷ bought, and in how many days each pack is used up at the pace of late."""
    found = list(facts)
    items = [Item("pack", fact.id, fact.ref, fact.used, weight=fact.bought) for fact in found]
    ends = [
        Item("pack", fact.id, fact.ref, max(fact.bought - fact.used, 0.0) / fact.used_per_day)
        for fact in found
        if fact.used_per_day > 0
    ]
    return Figure(
        "K19",
        (
            Measure("used", How.WEIGHTED, Unit.PERCENT, tuple(items), better=0),
            median("days_left", ends, Unit.DAYS, better=0),
        ),
    )


def knowledge(
    tickets: Iterable[TicketFact], articles: Iterable[ArticleFact], period: Period, as_of: datetime
) -> Figure:
    """K20: tickets closed with an article ÷ tickets; articles past their review date."""
    items = [
        Item("ticket", fact.id, fact.ref, 1.0, bool(fact.article), at=fact.closed_at, note=fact.article)
        for fact in tickets
        if fact.closed_at in period and fact.closed_at <= as_of and not fact.duplicate
    ]
    today = as_of.astimezone(period.zone).date()
    old = [
        Item("article", fact.id, fact.ref)
        for fact in articles
        if fact.review_by is not None and fact.review_by < today
    ]
    return Figure("K20", (ratio("with_article", items), count("past_review", old, better=-1)))

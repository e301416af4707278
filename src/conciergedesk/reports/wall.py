"""The live wall: what is true now, read at every refresh, and what moves slowly, read every few minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col

from conciergedesk.core.db.read import pick
from conciergedesk.keys.custody import OUTSIDE_DESK
from conciergedesk.keys.house import key_house
from conciergedesk.keys.queries import set_rows
from conciergedesk.keys.rules import Rung
from conciergedesk.reports import figures as k
from conciergedesk.reports.facts import CoverFact
from conciergedesk.reports.gather import Filters, Scope, request_facts, supplied
from conciergedesk.reports.gather_rooms import handover_facts, promise_facts
from conciergedesk.reports.measures import Measure
from conciergedesk.reports.periods import PeriodKind, day_period, period_of, span_period
from conciergedesk.reports.reporting import Group, Heat, break_down, heat_map
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.tables import Request
from conciergedesk.staff.tables import Agent

SLOW_EVERY = timedelta(minutes=5)
"""How old the slow part of the wall may be."""
BARS = 5


@dataclass(frozen=True, slots=True)
class Load:
    """How much somebody holds, and the promises kept in seven days. For help, not for rating."""

    agent_id: int
    name: str
    held: int
    kept: Measure | None = None


@dataclass(frozen=True, slots=True)
class WallNow:
    """What is true now."""

    at: datetime
    keys_out: int
    keys_late: int
    late_tags: tuple[str, ...]
    kept: int
    due: int
    handovers: int
    handovers_in_time: int
    loads: tuple[Load, ...]
    cover: tuple[CoverFact, ...] = ()
    has_cover: bool = False


@dataclass(frozen=True, slots=True)
class WallSlow:
    """What moves slowly: commitments of the month by family, a week of requests, the hours of four weeks."""

    at: datetime
    families: tuple[Group, ...]
    week: tuple[tuple[str, int], ...]
    week_count: int
    week_before: int
    heat: Heat
    kept_by: dict[str, Measure] = field(default_factory=dict)


def wall_now(session: Session, book: Rulebook, now: datetime) -> WallNow:
    """Read what is true now; costs what is open, whatever the history."""
    today = day_period(now.astimezone(book.zone).date(), book.zone)
    scope = Scope(book, today, now)
    rows = [
        row
        for row in set_rows(session, now, key_house().ladder, book.zone)
        if row.position.holder.kind in OUTSIDE_DESK
    ]
    late = [row.tag for row in rows if row.rung is not Rung.ON_TIME]
    promised = k.promises_kept(promise_facts(session, scope), today, now).measures[0]
    changes = k.handover_quality(handover_facts(session, scope), today, now).measures[0]
    resolved = session.exec(
        pick(func.count()).where(
            col(Request.first_resolved_at) >= today.start, col(Request.first_resolved_at) < today.end
        )
    ).one()[0]
    missed = session.exec(
        pick(func.count()).where(
            col(Request.breached_at) >= today.start, col(Request.breached_at) < today.end
        )
    ).one()[0]
    held = session.exec(
        pick(Request.holder_id, Agent.first_name, func.count())
        .join(Agent, col(Agent.id) == Request.holder_id)
        .where(col(Request.is_open))
        .group_by(col(Request.holder_id), col(Agent.first_name))
    )
    loads = sorted((Load(i, name, count) for i, name, count in held), key=lambda one: (-one.held, one.name))
    cover: Sequence[CoverFact] = supplied(session, "cover", scope)
    return WallNow(
        now,
        len(rows),
        len(late),
        tuple(late[:3]),
        int(resolved) + promised.met,
        int(resolved) + int(missed) + promised.count,
        changes.count,
        changes.met,
        tuple(loads[:8]),
        tuple(cover),
        bool(cover),
    )


def wall_slow(session: Session, book: Rulebook, now: datetime) -> WallSlow:
    """Read what moves slowly."""
    month = period_of(PeriodKind.MONTH, now, book.zone)
    facts = request_facts(session, Scope(book, month, now))
    families = break_down(facts, "family", lambda found: k.attainment(found, month, now))
    today = now.astimezone(book.zone).date()
    week = span_period(today - timedelta(days=6), today, book.zone)
    opened = _opened_by_family(session, book, week.start, week.end)
    before = _opened_by_family(session, book, week.previous().start, week.previous().end)
    promises = promise_facts(session, Scope(book, week, now, Filters()))
    owners = sorted({fact.owner for fact in promises if fact.owner})
    kept = {
        owner: k.promises_kept([one for one in promises if one.owner == owner], week, now).measures[0]
        for owner in owners
    }
    return WallSlow(
        now,
        families,
        tuple(sorted(opened.items(), key=lambda one: -one[1])[:BARS]),
        sum(opened.values()),
        sum(before.values()),
        heat_map(session, Scope(book, month, now)),
        kept,
    )


def _opened_by_family(session: Session, book: Rulebook, start: datetime, end: datetime) -> dict[str, int]:
    rows = session.exec(
        pick(Request.type_code, func.count())
        .where(col(Request.opened_at) >= start, col(Request.opened_at) < end)
        .group_by(col(Request.type_code))
    )
    families = {kind.code: kind.family for kind in book.catalogue.types}
    found: dict[str, int] = {}
    for type_code, count in rows:
        family = families.get(type_code, "")
        found[family] = found.get(family, 0) + int(count)
    return found

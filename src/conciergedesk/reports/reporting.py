"""A report over a period: every figure, the period before, and the same figure by team, family or another dimension."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_
from conciergedesk.core.shared import load_agency
from conciergedesk.keys.house import key_house
from conciergedesk.reports import figures as k
from conciergedesk.reports import room_figures as r
from conciergedesk.reports import rooms as rooms  # connects the rooms that supply facts
from conciergedesk.reports.backlog import backlog_facts
from conciergedesk.reports.bulk import many_values
from conciergedesk.reports.definitions import DEFINITIONS
from conciergedesk.reports.facts import RequestFact
from conciergedesk.reports.gather import (
    Filters,
    Scope,
    has_source,
    openings,
    request_facts,
    supplied,
)
from conciergedesk.reports.gather_rooms import (
    call_facts,
    handover_facts,
    key_facts,
    order_facts,
    promise_facts,
    score_facts,
)
from conciergedesk.reports.measures import Figure, Item
from conciergedesk.reports.naming import Names
from conciergedesk.reports.periods import Period, PeriodKind
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.staff.tables import Agent

DIMENSIONS: tuple[str, ...] = (
    "team", "family", "type_code", "priority", "channel", "language", "company", "client_kind", "provider", "holder",
)  # fmt: skip
HEAT_DAYS = 28


@dataclass(frozen=True, slots=True)
class Heat:
    """Mean number of requests by weekday (Monday first) and local hour, over whole weeks before the end."""

    cells: tuple[tuple[float, ...], ...]
    peak: tuple[int, int, float] = (0, 0, 0.0)


@dataclass(frozen=True, slots=True)
class Group:
    """A figure of one value of a dimension."""

    value: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it was computed. ``previous`` has the figures of the period before, by code."""

    agency: str
    period: Period
    as_of: datetime
    filters: Filters
    figures: tuple[Figure, ...]
    previous: dict[str, Figure] = field(default_factory=dict)
    groups: dict[str, tuple[Group, ...]] = field(default_factory=dict)
    heat: Heat | None = None
    opened: int = 0
    opened_before: int = 0
    names: Names = field(default_factory=Names)

    def figure(self, code: str) -> Figure:
        return next(one for one in self.figures if one.code == code)


def make_report(
    session: Session,
    book: Rulebook,
    period: Period,
    as_of: datetime,
    *,
    filters: Filters | None = None,
    codes: Collection[str] = (),
    compare: bool = True,
    dimensions: Sequence[str] = ("family",),
) -> Report:
    """Compute a report.

    Args:
        session: A read session.
        book: The house's rules.
        period: What it is about.
        as_of: Now; what comes later is not known.
        filters: Which things; everything by default.
        codes: Which figures; all by default.
        compare: Whether to compute the period before as well.
        dimensions: By what the commitments kept are broken down.
    """
    filters = filters or Filters()
    for name in dimensions:
        if name not in DIMENSIONS:
            raise InvalidInput(N_("There is no dimension “{value}”."), field="by", value=name[:40])
    with many_values():
        wanted = frozenset(codes or (one.code for one in DEFINITIONS))
        scope = Scope(book, period, as_of, filters)
        requests = request_facts(session, scope) if _needs_requests(wanted) or dimensions else []
        made = figures_of(session, scope, requests, wanted)
        groups = _groups(requests, dimensions, made, period, as_of)
        before, opened_before = {}, 0
        if compare:
            earlier = Scope(book, period.previous(), min(as_of, period.start), filters)
            past = request_facts(session, earlier) if _needs_requests(wanted) else []
            before = {one.code: one for one in figures_of(session, earlier, past, wanted)}
            opened_before = sum(fact.opened_at in earlier.period and not fact.duplicate for fact in past)
        agency = load_agency(session)
        return Report(
            agency.name if agency is not None else "ConciergeDesk",
            period,
            as_of,
            filters,
            tuple(made),
            before,
            groups,
            heat_map(session, scope) if period.kind is not PeriodKind.SHIFT else None,
            sum(fact.opened_at in period and not fact.duplicate for fact in requests),
            opened_before,
            Names.of_book(book, _agent_names(session, filters.agent_id)),
        )


_OF_REQUESTS = frozenset({"K1", "K2", "K3", "K5"})


def _needs_requests(wanted: Collection[str]) -> bool:
    return bool(_OF_REQUESTS & set(wanted))


def _agent_names(session: Session, agent_id: int | None) -> dict[str, str]:
    if agent_id is None:
        return {}
    agent = session.get(Agent, agent_id)
    return {str(agent_id): agent.first_name if agent is not None else "?"}


def figures_of(
    session: Session, scope: Scope, requests: Sequence[RequestFact], wanted: Collection[str]
) -> list[Figure]:
    """The wanted figures in order. A figure whose room is not in use says that it is not available."""
    period, as_of, filters = scope.period, scope.as_of, scope.filters
    at = min(as_of, period.end)
    calls = call_facts(session, scope) if {"K7", "K8", "K9"} & set(wanted) else []
    tickets = supplied(session, "tickets", scope)

    def keys() -> Figure:
        outs, events = key_facts(session, scope)
        return r.key_discipline(
            outs, events, period, as_of, amber=timedelta(minutes=key_house().ladder.amber)
        )

    makers: dict[str, Callable[[], Figure]] = {
        "K1": lambda: k.first_response(requests, period, as_of),
        "K2": lambda: k.resolution(requests, period, as_of),
        "K3": lambda: k.attainment(requests, period, as_of),
        "K4": lambda: k.backlog(backlog_facts(session, scope, at), at),
        "K5": lambda: k.reopened(requests, period, as_of),
        "K6": lambda: r.first_contact(tickets, period, as_of, supplied(session, "incidents", scope)),
        "K7": lambda: r.service_level(calls, period),
        "K8": lambda: r.abandonment(calls, period),
        "K9": lambda: r.answer_speed(calls, period),
        "K10": lambda: r.satisfaction(score_facts(session, scope, "csat"), period),
        "K11": lambda: r.recommendation(
            [*score_facts(session, scope, "nps"), *supplied(session, "nps", scope)], period
        ),
        "K12": lambda: r.reliability(order_facts(session, scope), period),
        "K13": lambda: r.commission(supplied(session, "commission", scope), period),
        "K14": lambda: k.promises_kept(promise_facts(session, scope), period, as_of),
        "K15": lambda: k.handover_quality(handover_facts(session, scope), period, as_of),
        "K16": keys,
        "K17": lambda: r.cover(supplied(session, "cover", scope), period),
        "K18": lambda: r.relocation(supplied(session, "dossiers", scope), period, as_of),
        "K19": lambda: r.pack_use(supplied(session, "packs", scope)),
        "K20": lambda: r.knowledge(tickets, supplied(session, "articles", scope), period, as_of),
    }
    made = []
    for definition in DEFINITIONS:
        if definition.code not in wanted:
            continue
        if not filters.used <= _HONOURED.get(definition.code, _ALL):
            made.append(Figure(definition.code, (), available=False, notes=(UNFILTERED,)))
            continue
        figure = makers[definition.code]()
        source = _SUPPLIED.get(definition.code)
        if source is not None and not has_source(source):
            figure = replace(figure, available=False)
        made.append(figure)
    return made


UNFILTERED = N_("not shown: this figure is not counted by the filters in use")
_ALL = frozenset(Filters.__dataclass_fields__)
_TEAM = frozenset({"team"})
_HONOURED = {
    "K6": _TEAM,
    "K7": _TEAM,
    "K8": _TEAM,
    "K9": _TEAM,
    "K11": frozenset[str](),
    "K12": frozenset({"provider"}),
    "K13": frozenset({"provider"}),
    "K14": frozenset({"team", "agent_id"}),
    "K15": _TEAM,
    "K16": frozenset[str](),
    "K17": _TEAM,
    "K18": frozenset[str](),
    "K19": frozenset[str](),
    "K20": _TEAM,
}
"""Filters that a figure counts by (all unless listed). Asked for others, it says nothing rather than the whole."""
_SUPPLIED = {
    "K6": "tickets",
    "K13": "commission",
    "K17": "cover",
    "K18": "dossiers",
    "K19": "packs",
    "K20": "tickets",
}


def _groups(
    requests: Sequence[RequestFact],
    dimensions: Sequence[str],
    made: Sequence[Figure],
    period: Period,
    as_of: datetime,
) -> dict[str, tuple[Group, ...]]:
    """The commitments kept by each dimension: the lines behind the figure, sorted by what they are about."""
    if not dimensions:
        return {}
    kept = next((one for one in made if one.code == "K3"), None) or k.attainment(requests, period, as_of)
    whole = kept.measures[0]
    found = {}
    for name in dimensions:
        values = {(fact.kind, fact.id): str(getattr(fact, name)) for fact in requests}
        parts: dict[str, list[Item]] = {}
        for item in whole.items:
            parts.setdefault(values[item.kind, item.id], []).append(item)
        found[name] = tuple(
            Group(value, Figure("K3", (replace(whole, items=tuple(items)),)))
            for value, items in sorted(parts.items())
        )
    return found


def break_down(
    facts: Iterable[RequestFact], dimension: str, figure: Callable[[list[RequestFact]], Figure]
) -> tuple[Group, ...]:
    """The same figure for each value of a dimension; the parts add up to the whole."""
    parts: dict[str, list[RequestFact]] = {}
    for fact in facts:
        parts.setdefault(str(getattr(fact, dimension)), []).append(fact)
    groups = [Group(value, figure(found)) for value, found in sorted(parts.items())]
    return tuple(one for one in groups if one.figure.measures[0].count)


def heat_map(session: Session, scope: Scope) -> Heat:
    """Requests by weekday and local hour over the last four whole weeks before the end of the period."""
    zone = scope.period.zone
    last = min(scope.as_of, scope.period.end).astimezone(zone).date()
    first = last - timedelta(days=HEAT_DAYS)
    start = datetime(first.year, first.month, first.day, tzinfo=zone)
    end = datetime(last.year, last.month, last.day, tzinfo=zone)
    counts = [[0] * 24 for _day in range(7)]
    for at in openings(session, start, end):
        here = at.astimezone(zone)
        counts[here.weekday()][here.hour] += 1
    weeks = HEAT_DAYS / 7
    cells = tuple(tuple(count / weeks for count in row) for row in counts)
    day, hour = max(((d, h) for d in range(7) for h in range(24)), key=lambda one: counts[one[0]][one[1]])
    return Heat(cells, (day, hour, cells[day][hour]))

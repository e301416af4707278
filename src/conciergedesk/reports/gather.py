"""Reading the facts of a period from rows and journal: only what happened in it, whatever the length of history.

Requests keep what can never be undone by later work in columns of their own: the first response, the first
resolution, the first miss. What a later act may overwrite (done, reopened, the state at an instant) is read from the
journal. No names of people are read, so an erasure changes no figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import String, select, type_coerce, union
from sqlmodel import Session, col

from conciergedesk.core.calendars import ALWAYS
from conciergedesk.core.db.read import pick
from conciergedesk.core.errors import NotFound
from conciergedesk.core.journal import JournalLine
from conciergedesk.customers.tables import Organisation, Person
from conciergedesk.reports.clockwork import Stopwatch
from conciergedesk.reports.facts import RequestFact
from conciergedesk.reports.figures import REOPEN_WINDOW
from conciergedesk.reports.naming import HOTLINES, LINES, ORIENTATION
from conciergedesk.reports.periods import Period
from conciergedesk.requests.catalogue import Priority
from conciergedesk.requests.lifecycle import State
from conciergedesk.requests.queries import ref
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.tables import ProviderAsk, Request, RequestPause
from conciergedesk.staff.tables import Agent

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Filters:
    """Which things a report is about; an empty value keeps all. They choose things, never events."""

    team: str = ""
    agent_id: int | None = None
    type_code: str = ""
    family: str = ""
    priority: str = ""
    company: str = ""
    channel: str = ""
    language: str = ""
    client_kind: str = ""
    provider: str = ""

    def keep(self, fact: RequestFact) -> bool:
        return self.keeps_team(fact.team) and all(
            wanted in ("", None) or wanted == value
            for wanted, value in (
                (self.agent_id, fact.holder_id),
                (self.type_code, fact.type_code),
                (self.family, fact.family),
                (self.priority, fact.priority),
                (self.company, fact.company),
                (self.channel, fact.channel),
                (self.language, fact.language),
                (self.client_kind, fact.client_kind),
                (self.provider, fact.provider),
            )
        )

    def keeps_team(self, team: str) -> bool:
        """Whether things of ``team`` are kept; ``hotline`` means both lines together."""
        return self.team in ("", team) or (self.team == HOTLINES and team in LINES)

    @property
    def used(self) -> frozenset[str]:
        """Names of the filters that say something."""
        return frozenset(name for name in self.__dataclass_fields__ if getattr(self, name) not in ("", None))


@dataclass(frozen=True)
class Scope:
    """What a report reads under: the house's rules, the period, and the instant up to which things are known."""

    book: Rulebook
    period: Period
    as_of: datetime
    filters: Filters = field(default_factory=Filters)


RoomSource: TypeAlias = Callable[[Session, Scope], Sequence[Any]]

_sources: dict[str, RoomSource] = {}


def register(name: str, source: RoomSource) -> None:
    """Let a room supply facts: tickets, commission, cover, dossiers, packs, articles or extra requests."""
    _sources[name] = source


def has_source(name: str) -> bool:
    return name in _sources


def supplied(session: Session, name: str, scope: Scope) -> Sequence[Any]:
    """The facts of a room that has registered; none otherwise."""
    source = _sources.get(name)
    return source(session, scope) if source is not None else ()


# --- requests ---


def request_facts(session: Session, scope: Scope) -> list[RequestFact]:
    """Requests that were opened, resolved, missed or done in the period."""
    ids = _touched(scope)
    rows = _request_rows(session, ids)
    if not rows:
        return []
    pauses = _pauses(session, ids)
    done, again = _done_and_reopened(session, scope, rows)
    agents = {i: name for i, name in session.exec(pick(Agent.id, Agent.first_name))}
    companies = _companies(session, rows)
    watches = _Watches(scope.book, min(row[8] for row in rows), scope.period.end + REOPEN_WINDOW)
    kinds = _Kinds(scope.book)
    keeps_all, kept = not scope.filters.used, replace(scope.filters, provider="").keep
    facts = []
    for row in rows:
        (
            number, type_code, team, priority, state, channel, language, client_kind, opened, answered, answer_due,
            answer_broken, resolved, broken, due, resolved_now, closed, holder_id, payer, is_open, employer,
        ) = row  # fmt: skip
        family, code = kinds.of(type_code)
        watch = watches.of(team, priority)
        overdue = (
            due if is_open and resolved_now is None and broken is None and due is not None and due < scope.as_of
            else None
        )  # fmt: skip
        fact = RequestFact(
            number, ref(number), code, family, team, priority, state, channel, language, client_kind,
            companies.get(payer or employer or 0, ""),
            holder_id, agents.get(holder_id, ""), opened, answered, answer_due, answer_broken,
            watch.minutes(opened, answered) if answered is not None else None,
            resolved,
            watch.minutes(opened, resolved, pauses.get(number, ())) if resolved is not None else None,
            broken, overdue, done.get(number), again.get(number),
            closed if state in _ENDED else None,
            state == State.DUPLICATE,
        )  # fmt: skip
        if keeps_all or kept(fact):
            facts.append(fact)
    facts.extend(one for one in supplied(session, "requests", scope) if kept(one))
    if scope.filters.provider:
        facts = _of_provider(session, facts, scope.filters.provider)
    return facts


_ENDED = frozenset({State.CANCELLED, State.REFUSED, State.DUPLICATE})


class _Kinds:
    """Family and shown code of a type; a health orientation shows neither."""

    def __init__(self, book: Rulebook) -> None:
        self._book = book
        self._known: dict[str, tuple[str, str]] = {}

    def of(self, type_code: str) -> tuple[str, str]:
        known = self._known.get(type_code)
        if known is None:
            try:
                kind = self._book.catalogue.get(type_code)
                known = ("health", ORIENTATION) if kind.health else (kind.family, type_code)
            except NotFound:
                known = ("", type_code)
            self._known[type_code] = known
        return known


class _Watches:
    """One stopwatch a team, and one that never stops for what is urgent."""

    def __init__(self, book: Rulebook, since: datetime, until: datetime) -> None:
        self._book, self._since, self._until = book, since, until
        self._watches: dict[str, Stopwatch] = {}
        self._real = Stopwatch(ALWAYS, since, until)
        self._real_time = {priority for priority in Priority if book.service.target(priority).real_time}

    def of(self, team: str, priority: str) -> Stopwatch:
        if priority in self._real_time:
            return self._real
        watch = self._watches.get(team)
        if watch is None:
            watch = self._watches[team] = Stopwatch(self._book.calendar(team), self._since, self._until)
        return watch


def _touched(scope: Scope) -> Any:
    """Ids of requests that matter in the period, each part by an index of its own."""
    start, end = scope.period.start, scope.period.end
    parts = [
        select(col(Request.id)).where(col(column) >= start, col(column) < end)
        for column in (Request.opened_at, Request.first_resolved_at, Request.breached_at)
    ]
    parts.append(
        select(col(Request.id)).where(
            col(Request.is_open),
            col(Request.breached_at).is_(None),
            col(Request.due_at) >= start,
            col(Request.due_at) < end,
        )
    )
    parts.append(
        select(col(JournalLine.subject_id)).where(
            col(JournalLine.act) == "request.finish", col(JournalLine.at) >= start, col(JournalLine.at) < end
        )
    )
    return union(*parts).subquery()


_TIMES = (
    Request.opened_at, Request.first_response_at, Request.response_due_at, Request.response_breached_at,
    Request.first_resolved_at, Request.breached_at, Request.due_at, Request.resolved_at, Request.closed_at,
)  # fmt: skip


def _request_rows(session: Session, ids: Any) -> list[tuple[Any, ...]]:
    sqlite = session.get_bind().dialect.name == "sqlite"
    times = [type_coerce(col(column), String) if sqlite else col(column) for column in _TIMES]
    query = pick(
        Request.id,
        Request.type_code,
        Request.team,
        Request.priority,
        Request.state,
        Request.channel,
        Request.language,
        Request.client_kind,
        *times,
        Request.holder_id,
        Request.payer_organisation_id,
        Request.is_open,
        Person.organisation_id,
    ).join(ids, ids.c[0] == Request.id)
    query = query.join(Person, col(Person.id) == Request.requester_id, isouter=True)
    rows = session.connection().execute(query).all()  # plain rows: nothing here is an entity
    if not sqlite:
        return [tuple(row) for row in rows]
    first, last = 8, 8 + len(_TIMES)
    return [(*row[:first], *map(moment_of, row[first:last]), *row[last:]) for row in rows]


def moment_of(stored: Any) -> Any:
    """SQLite keeps instants as text without an offset; reading it here is four times faster than by type."""
    return datetime.fromisoformat(stored + "+00:00") if stored is not None else None


def _pauses(session: Session, ids: Any) -> dict[int, list[tuple[datetime, datetime | None]]]:
    query = pick(RequestPause.request_id, RequestPause.since, RequestPause.until).join(
        ids, ids.c[0] == RequestPause.request_id
    )
    found: dict[int, list[tuple[datetime, datetime | None]]] = {}
    for request_id, since, until in session.exec(query):
        found.setdefault(request_id, []).append((since, until))
    return found


def _undone_units(session: Session, since: datetime) -> set[str]:
    """Units that were taken back since ``since`` and not done again."""
    lines = [
        (number, act, unit, undoes)
        for act in ("undone", "redone")  # one by one, so that each is found by its index
        for number, unit, undoes in session.exec(
            pick(JournalLine.id, JournalLine.unit, JournalLine.undoes).where(
                JournalLine.act == act, col(JournalLine.at) >= since
            )
        )
    ]
    gone: set[str] = set()
    by: dict[str, str] = {}
    for _number, act, unit, undoes in sorted(lines):
        if act == "undone":
            gone.add(undoes)
            by[unit] = undoes
        else:
            gone.discard(by.get(undoes, ""))
    return gone


def _done_and_reopened(
    session: Session, scope: Scope, rows: Sequence[tuple[Any, ...]]
) -> tuple[dict[int, datetime], dict[int, datetime]]:
    """(first done in the period, first reopening after it) by request."""
    start, end = scope.period.start, scope.period.end
    gone = _undone_units(session, start)

    sqlite = session.get_bind().dialect.name == "sqlite"
    happened = type_coerce(col(JournalLine.at), String) if sqlite else col(JournalLine.at)

    def lines(act: str, until: datetime) -> Iterator[tuple[int, Any]]:
        query = (
            pick(JournalLine.subject_id, happened, JournalLine.unit)
            .where(JournalLine.act == act, col(JournalLine.at) >= start, col(JournalLine.at) < until)
            .order_by(col(JournalLine.at), col(JournalLine.id))
        )
        rows = session.connection().execute(query)
        return ((subject, at) for subject, at, unit in rows if unit not in gone)

    first: dict[int, Any] = {}
    for subject, at in lines("request.finish", end):
        first.setdefault(subject, at)
    later: dict[int, Any] = {}
    for subject, at in lines("request.reopen", end + REOPEN_WINDOW):
        if subject in first and at >= first[subject]:
            later.setdefault(subject, at)
    done = {subject: moment_of(at) if sqlite else at for subject, at in first.items()}
    again = {subject: moment_of(at) if sqlite else at for subject, at in later.items()}
    # Done before the period already: this is not its first time.
    doubtful = [row[0] for row in rows if row[0] in done and row[12] is not None and row[12] < start]
    for chunk in chunks(doubtful):
        earlier = pick(JournalLine.subject_id).where(
            JournalLine.subject_kind == "request", col(JournalLine.subject_id).in_(chunk),
            JournalLine.act == "request.finish", col(JournalLine.at) < start,
        )  # fmt: skip
        for (subject,) in session.exec(earlier):
            done.pop(subject, None)
            again.pop(subject, None)
    return done, again


def _companies(session: Session, rows: Sequence[tuple[Any, ...]]) -> dict[int, str]:
    """Names of the organisations that pay, or that the requester works for."""
    ids = sorted({number for row in rows for number in (row[18], row[20]) if number is not None})
    names: dict[int, str] = {}
    for chunk in chunks(ids):
        query = pick(Organisation.id, Organisation.name).where(col(Organisation.id).in_(chunk))
        names.update((i, name) for i, name in session.exec(query))
    return names


def _of_provider(session: Session, facts: list[RequestFact], provider: str) -> list[RequestFact]:
    from conciergedesk.providers.tables import Provider

    ids = {fact.id for fact in facts}
    asked: set[int] = set()
    query = (
        pick(ProviderAsk.request_id)
        .join(Provider, col(Provider.id) == ProviderAsk.provider_id)
        .where(Provider.name == provider, ProviderAsk.state == "accepted")
    )
    asked = {row[0] for row in session.exec(query)} & ids
    return [fact._replace(provider=provider) for fact in facts if fact.id in asked]


def chunks(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for place in range(0, len(values), CHUNK):
        yield values[place : place + CHUNK]


def kept_requests(session: Session, scope: Scope, ids: Iterable[int]) -> set[int]:
    """Those of ``ids`` that the filters keep."""
    wanted = sorted(set(ids))
    if not scope.filters.used:
        return set(wanted)
    kinds = _Kinds(scope.book)
    kept: set[int] = set()
    for chunk in chunks(wanted):
        rows = _request_rows(session, select(col(Request.id)).where(col(Request.id).in_(chunk)).subquery())
        companies = _companies(session, rows)
        facts = []
        for row in rows:
            family, code = kinds.of(row[1])
            company = companies.get(row[18] or row[20] or 0, "")
            facts.append(
                RequestFact(
                    row[0], "", code, family, row[2], row[3], row[4], row[5], row[6], row[7], company, row[17], "",
                    row[8],
                )
            )  # fmt: skip
        keep = replace(scope.filters, provider="").keep
        found = [fact for fact in facts if keep(fact)]
        if scope.filters.provider:
            found = _of_provider(session, found, scope.filters.provider)
        kept.update(fact.id for fact in found)
    return kept


def openings(session: Session, since: datetime, until: datetime) -> Iterable[datetime]:
    """When requests came in, for the picture of the hours."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    column = type_coerce(col(Request.opened_at), String) if sqlite else col(Request.opened_at)
    query = pick(column).where(col(Request.opened_at) >= since, col(Request.opened_at) < until)
    rows = session.connection().execute(query)
    for (at,) in rows:
        moment = moment_of(at) if sqlite else at
        if moment is not None:
            yield moment

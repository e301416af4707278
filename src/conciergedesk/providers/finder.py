"""The search of one desk: built from the database, saved beside it, and kept true by the journal.

A provider that any desk adds or changes is in the journal, so the next search reads it and nothing else again.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from conciergedesk.core.calendars import PARIS
from conciergedesk.core.db.read import pick
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.holidays import Holidays
from conciergedesk.core.journal import JournalLine, last_id, subjects_since
from conciergedesk.core.paths import desk_home, make_private
from conciergedesk.providers.fallbacks import Fallback, Fallbacks
from conciergedesk.providers.hours import (
    STATES,
    ListedHours,
    OpenIndex,
    OpeningTimes,
    Place,
    Status,
    read_hours,
)
from conciergedesk.providers.hours import OpenState as HoursState
from conciergedesk.providers.queries import REF, ProviderBrief, batches, briefs, exceptions_of
from conciergedesk.providers.rules import (
    NOTHING_YET,
    Below,
    Record,
    agreement_lapsed,
    agreement_runs,
    below_the_line,
    in_season,
)
from conciergedesk.providers.search.engine import SearchIndex
from conciergedesk.providers.search.entry import (
    Agreement,
    Chip,
    ChipKind,
    Hit,
    OpenState,
    ProviderEntry,
    Reason,
    SearchContext,
    SearchResult,
    Standing,
    Understanding,
    Why,
)
from conciergedesk.providers.search.lexicon import Lexicon, Trade, read_lexicon
from conciergedesk.providers.search.moments import desk_moments
from conciergedesk.providers.tables import Provider, ProviderPhone

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Histories = Callable[[Session, Collection[int] | None], Mapping[int, Record]]
"""Records of providers by id; with None of all that were ever asked."""

REBUILD_FROM = 3000
"""Changes from which building anew is quicker than adding one by one."""
NOTE_LETTERS = 300

_REF = re.compile(r"\s*PR ?-? ?([0-9]{1,9})\s*", re.IGNORECASE)
_ONLY_THERE = frozenset({Reason.PLACE, Reason.NEAR})
"""Being in the town is no reason of its own when a trade was asked for."""

_SEARCH_STATE = {
    HoursState.CLOSED: OpenState.CLOSED,
    HoursState.OPEN: OpenState.OPEN,
    HoursState.TO_CONFIRM: OpenState.TO_CONFIRM,
}
_CODES = tuple(int(_SEARCH_STATE[state]) for state in STATES)


def no_histories(_session: Session, _only: Collection[int] | None) -> Mapping[int, Record]:
    """For a desk that never asked anybody."""
    return {}


@dataclass(frozen=True, slots=True)
class FoundProvider:
    """One provider found: who, why, how far, what holds at the moment asked for, and whether below the line."""

    brief: ProviderBrief
    why: tuple[Why, ...]
    spans: tuple[tuple[int, int], ...]
    distance_km: float | None
    status: Status
    record: Record
    below: Below | None

    @property
    def id(self) -> int:
        return self.brief.id

    @property
    def needs_word(self) -> bool:
        """Whether only a supervisor's word lets anybody ask this provider."""
        return self.below not in (None, Below.SHUT)


@dataclass(frozen=True, slots=True)
class Looser:
    """How many would fit without one chip."""

    chip: Chip
    total: int


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a query.

    Attributes:
        understanding: How the query was read.
        rows: Providers above the line, best first.
        below: Providers below it, best first.
        total: How many fit before the limit.
        widened: Nobody asked for is in or near the place: these are the nearest elsewhere.
        looser: When nobody fits, which chip taken off lets somebody fit, the most first.
        moment: The moment the states are about.
        asked_moment: Whether the query named it; else it is now.
        trade: The trade that was understood, if any.
        fallbacks: Numbers of the house's list, in its order.
        seconds: How long it took.
    """

    understanding: Understanding
    rows: tuple[FoundProvider, ...]
    below: tuple[FoundProvider, ...]
    total: int
    moment: datetime
    asked_moment: bool
    trade: Trade | None
    fallbacks: tuple[Fallback, ...]
    seconds: float
    widened: bool = False
    looser: tuple[Looser, ...] = ()

    @property
    def everybody(self) -> tuple[FoundProvider, ...]:
        return self.rows + self.below


@dataclass(frozen=True, slots=True)
class Search:
    """What the desk wants to know besides the words.

    ``removed`` are chips that the operator took off, as (kind, value); ``nearby_km`` widens a named place.
    """

    now: datetime
    origin: tuple[float, float] | None = None
    country: str = "FR"
    removed: frozenset[tuple[str, str]] = frozenset()
    nearby_km: float = 10.0
    limit: int = 30
    typing: bool = True
    leave_out: frozenset[int] = frozenset()


class Finder:
    """The provider search of one desk. Safe to use from several threads.

    ::

        finder = Finder(desk, holidays, histories=asks.records)
        found = finder.find("dentiste metz 20h", Search(now=clock.now(), origin=(49.12, 6.18)))
    """

    def __init__(
        self,
        desk: Desk,
        holidays: Holidays,
        *,
        lexicon: Lexicon | None = None,
        fallbacks: Fallbacks | None = None,
        histories: Histories = no_histories,
        zone: ZoneInfo = PARIS,
        folder: Path | None = None,
    ) -> None:
        self.lexicon = lexicon or read_lexicon()
        self.fallbacks = fallbacks or Fallbacks(())
        self.holidays = holidays
        self.zone = zone
        self._desk = desk
        self._histories = histories
        self._moments = desk_moments(zone)
        self._folder = folder or index_folder(desk)
        self._lock = threading.RLock()
        self._index = SearchIndex(self.lexicon)
        self._hours = OpenIndex(holidays, zone)
        self._seen: int | None = None
        self._day: date | None = None
        self._unsaved = 0
        self._states: tuple[datetime, NDArray[np.int8]] | None = None

    def __len__(self) -> int:
        return len(self._index)

    # --- asking ---

    def find(self, query: str, search: Search) -> Found:
        """The providers that fit ``query``, best first, the doubtful ones apart."""
        self.refresh(search.now)
        began = perf_counter()
        result = self._by_ref(query) or self._look(query, search)
        with self._desk.read() as session:
            return self._found(session, result, search, began)

    def best_of(
        self,
        trades: Collection[str],
        search: Search,
        *,
        place: str = "",
        at: datetime | None = None,
        words: str = "",
    ) -> list[FoundProvider]:
        """Who can be asked for one of ``trades`` (codes), best first, those below the line last."""
        found: dict[int, FoundProvider] = {}
        for code in trades:
            trade = self.lexicon.trades.get(code)
            if trade is None:
                continue
            answer = self.find(" ".join(filter(None, (trade.label.fr, place, words))), search)
            for one in answer.everybody:
                if code in one.brief.trades or set(one.brief.trades) & set(self.lexicon.narrower(code)):
                    found.setdefault(one.id, one)
        chosen = [self._at(one, at) if at is not None else one for one in found.values()]
        chosen = [one for one in chosen if one.id not in search.leave_out]
        return sorted(chosen, key=lambda one: (one.needs_word, one.status.state is HoursState.CLOSED))

    def _at(self, one: FoundProvider, at: datetime) -> FoundProvider:
        from dataclasses import replace

        status = self.times(one.brief).status(at)
        below = one.below if one.needs_word else Below.SHUT if status.state is HoursState.CLOSED else None
        return replace(one, status=status, below=below)

    def understand(self, query: str, search: Search) -> Understanding:
        """How ``query`` is read."""
        return self._index.understand(query, self._context(search))

    def times(self, brief: ProviderBrief) -> OpeningTimes:
        """The opening hours of one provider with its exceptions."""
        place = Place(brief.region, brief.latitude, brief.longitude, self.zone)
        return OpeningTimes(read_hours(brief.hours), place, self.holidays, brief.exceptions)

    def _context(self, search: Search) -> SearchContext:
        return SearchContext(
            now=search.now,
            origin=search.origin,
            country=search.country,
            nearby_km=search.nearby_km,
            open_at=self._open_at,
            find_moment=self._moments,
            removed=search.removed,
            typing=search.typing,
        )

    def _look(self, query: str, search: Search) -> SearchResult:
        return self._index.search(query[:200], self._context(search), search.limit + len(search.leave_out))

    @staticmethod
    def _by_ref(query: str) -> SearchResult | None:
        """The provider with the number that screens show: ``PR-312``."""
        match = _REF.fullmatch(query)
        if match is None:
            return None
        number, typed = str(int(match[1])), query.strip()
        hit = Hit(number, 1.0, (Why(Reason.REF, typed, f"{REF}{number}"),))
        return SearchResult(Understanding(query, (), ""), (hit,), 1)

    def _open_at(self, ids: Sequence[str], moment: datetime) -> Sequence[int]:
        with self._lock:
            self._learn_hours(ids)
            if self._states is None or self._states[0] != moment:
                self._states = (moment, self._hours.states(moment))
            states, row_of = self._states[1], self._hours.row_of
            return [
                _CODES[states[row]] if (row := row_of(id)) >= 0 else int(OpenState.TO_CONFIRM) for id in ids
            ]

    def _learn_hours(self, ids: Sequence[str]) -> None:
        """Read the hours of those asked for the first time: of many providers most are never asked for."""
        unknown = [int(id) for id in ids if self._hours.row_of(id) < 0]
        if not unknown:
            return
        with self._desk.read() as session:
            for group in batches(unknown):
                self._hours.put_all(_listed(session, group))
        self._states = None

    def _found(self, session: Session, result: SearchResult, search: Search, began: float) -> Found:
        ids = [int(hit.id) for hit in result.hits]
        rows = briefs(session, ids)
        records = self._histories(session, ids) if ids else {}
        asked = result.understanding.moment
        moment = asked or search.now
        day, today = moment.astimezone(self.zone).date(), search.now.astimezone(self.zone).date()
        chip = result.understanding.chip(ChipKind.TRADE)
        trade = self.lexicon.trades.get(chip.value) if chip else None
        above: list[FoundProvider] = []
        under: list[FoundProvider] = []
        for hit in result.hits:
            brief = rows.get(int(hit.id))
            if brief is None or brief.status == "closed" or brief.id in search.leave_out:
                continue
            if trade is not None and hit.why and all(why.reason in _ONLY_THERE for why in hit.why):
                continue
            record = records.get(brief.id, NOTHING_YET)
            status = self.times(brief).status(moment)
            lapsed = agreement_lapsed(brief.agreement, brief.agreement_until, today)
            below = below_the_line(brief.status, brief.season, day, record.reliability, lapsed=lapsed)
            if below is None and asked is not None and status.state is HoursState.CLOSED:
                below = Below.SHUT
            one = FoundProvider(brief, hit.why, hit.spans, hit.distance_km, status, record, below)
            (above if below is None else under).append(one)
        under.sort(key=lambda one: one.below is not Below.SHUT)
        return Found(
            result.understanding,
            tuple(above[: search.limit]),
            tuple(under[: search.limit]),
            result.total,
            moment,
            asked is not None,
            trade,
            self.fallbacks.for_trade(trade.code) if trade else (),
            perf_counter() - began,
            result.widened,
            () if above or under else self._looser(result.understanding, search),
        )

    def _looser(self, understanding: Understanding, search: Search) -> tuple[Looser, ...]:
        found: dict[ChipKind, Looser] = {}
        query = understanding.query
        for chip in understanding.chips if len(understanding.chips) > 1 else ():
            total = self._look(f"{query[: chip.start]} {query[chip.end :]}", search).total
            if total and chip.kind not in found:
                found[chip.kind] = Looser(chip, total)
        return tuple(sorted(found.values(), key=lambda one: -one.total))

    # --- keeping true ---

    def refresh(self, now: datetime) -> int:
        """Take in what any desk has changed since; answers how many providers were read again."""
        with self._lock:
            day = now.astimezone(self.zone).date()
            with self._desk.read() as session:
                if self._seen is None and not self._reopen(session, day):
                    return self._build(session, day)
                assert self._seen is not None
                newest, touched = subjects_since(session, self._seen)
                changed = {number for kind, number in touched if kind == "provider"}
                runs = {number for kind, number in touched if kind == "provider_import"}
                if runs:
                    return self._build(session, day)
                if day != self._day:
                    changed |= _seasonal(session)
                if len(changed) > REBUILD_FROM:
                    return self._build(session, day)
                if changed:
                    self._take_in(session, changed, day)
                self._seen, self._day = newest, day
                self._unsaved += len(changed)
                return len(changed)

    def rebuild(self, now: datetime) -> int:
        """Read everything again."""
        with self._lock, self._desk.read() as session:
            return self._build(session, now.astimezone(self.zone).date())

    def save(self) -> None:
        """Save the index beside the database, when something has changed."""
        with self._lock:
            if self._folder is None or self._seen is None or not self._unsaved:
                return
            with self._desk.read() as session:
                name = _file_name(session, self._seen)
            folder = make_private(self._folder)
            part = folder / f".{os.getpid()}-{threading.get_ident()}.part"
            self._index.save(part)
            part.replace(folder / name)
            self._unsaved = 0
            for old in folder.glob("providers-*.index"):
                if old.name != name:
                    old.unlink(missing_ok=True)

    def _build(self, session: Session, day: date) -> int:
        self._seen, self._day = last_id(session), day
        self._index.build(entries(session, self._histories(session, None), day))
        self._hours.build(())
        self._states = None
        self._unsaved += 1
        # Saving keeps the next opening of the desk short; that it fails must not stop a search.
        with suppress(OSError):
            self.save()
        return len(self._index)

    def _take_in(self, session: Session, ids: Collection[int], day: date) -> None:
        fresh: set[int] = set()
        for group in batches(ids):
            for entry in entries(session, self._histories(session, group), day, group):
                self._index.add(entry)
                fresh.add(int(entry.id))
            self._hours.put_all(_listed(session, group))
        for gone in set(ids) - fresh:
            self._index.remove(str(gone))
            self._hours.remove(str(gone))
        self._states = None

    def _reopen(self, session: Session, day: date) -> bool:
        if self._folder is None or not self._folder.is_dir():
            return False
        for file in sorted(self._folder.glob("providers-*.index"), reverse=True):
            seen = _seen_in(file.name)
            if seen is None or file.name != _file_name(session, seen):
                continue
            try:
                self._index = SearchIndex.load(file, self.lexicon)
            except InvalidFile:
                continue
            self._hours.build(())
            self._seen, self._day, self._states = seen, None, None
            return True
        return False


def index_folder(desk: Desk) -> Path | None:
    """Where a desk keeps its index: beside an SQLite file, in the desk's own folder for a server."""
    url = desk.engine.url
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            return None
        file = Path(url.database)
        return file.with_name(f"{file.stem}.search")
    name = hashlib.blake2b(url.render_as_string(hide_password=True).encode(), digest_size=6).hexdigest()
    return desk_home() / f"search-{name}"


def _file_name(session: Session, seen: int) -> str:
    """Number and digest of the journal line up to which an index knows: another database has other digests."""
    digest = session.exec(select(JournalLine.digest).where(JournalLine.id == seen)).first() or "empty"
    return f"providers-{seen:012d}-{digest[:12]}.index"


def _seen_in(name: str) -> int | None:
    number = name.split("-")[1]
    return int(number) if number.isascii() and number.isdigit() else None


def _seasonal(session: Session) -> set[int]:
    return {i for (i,) in session.exec(pick(Provider.id).where(Provider.status == "seasonal"))}


def _listed(session: Session, only: Collection[int]) -> Iterator[ListedHours]:
    exceptions = exceptions_of(session, only)
    query = pick(Provider.id, Provider.hours, Provider.region, Provider.latitude, Provider.longitude)
    query = query.where(col(Provider.id).in_(only))
    for i, hours, region, latitude, longitude in session.exec(query):
        yield ListedHours(str(i), hours, region, latitude, longitude, exceptions.get(i, ()))


_STANDINGS = {one.value: one for one in Standing}


def entries(
    session: Session, histories: Mapping[int, Record], day: date, only: Collection[int] | None = None
) -> Iterator[ProviderEntry]:
    """Providers as the search knows them."""
    numbers: dict[int, tuple[str, ...]] = {}
    asked = pick(ProviderPhone.provider_id, ProviderPhone.e164, ProviderPhone.typed)
    query = pick(
        Provider.id, Provider.name, Provider.trades, Provider.commune, Provider.postcode, Provider.country,
        Provider.latitude, Provider.longitude, Provider.address, Provider.languages, Provider.agreement,
        Provider.agreement_until, Provider.last_used_at, Provider.status, Provider.season_from, Provider.season_to,
        Provider.accessible, Provider.note, Provider.tags,
    )  # fmt: skip
    if only is not None:
        asked = asked.where(col(ProviderPhone.provider_id).in_(only))
        query = query.where(col(Provider.id).in_(only))
    for owner, e164, typed in session.exec(
        asked.order_by(col(ProviderPhone.id)).execution_options(yield_per=5000)
    ):
        numbers[owner] = (*numbers.get(owner, ()), e164 or typed)
    for row in session.exec(query.order_by(col(Provider.id)).execution_options(yield_per=5000)):
        (
            i, name, trades, commune, postcode, country, latitude, longitude, address, languages, agreement, until,
            used, status, season_from, season_to, accessible, note, tags,
        ) = row  # fmt: skip
        record = histories.get(i, NOTHING_YET)
        standing = _STANDINGS[status]
        if standing is Standing.SEASONAL and in_season(season_from, season_to, day):
            standing = Standing.ACTIVE
        runs = agreement_runs(agreement, until, day)
        yield ProviderEntry(
            id=str(i),
            name=name,
            categories=tuple(trades.split()),
            commune=commune,
            postcode=postcode,
            country=country,
            lat=latitude,
            lon=longitude,
            address=address,
            phones=numbers.get(i, ()),
            languages=tuple(languages.split()),
            agreement=Agreement.SIGNED
            if runs
            else Agreement.LISTED
            if agreement == "listed"
            else Agreement.NONE,
            reliability=record.reliability,
            last_used=record.last_asked_at or used,
            standing=standing,
            accessible=accessible,
            notes=note[:NOTE_LETTERS],
            tags=(tags,) if tags else (),
        )

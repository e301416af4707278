"""The search of one desk: built from the database, saved beside it, and kept true by the journal.

A provider that any desk adds or changes is in the journal, so the next search reads it and nothing else again.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlmodel import Session

from conciergedesk.core.calendars import PARIS
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.holidays import Holidays
from conciergedesk.core.journal import last_id, subjects_since
from conciergedesk.core.paths import make_private
from conciergedesk.providers.fallbacks import Fallbacks
from conciergedesk.providers.found import Found, FoundProvider, Looser, Search
from conciergedesk.providers.hours import (
    STATES,
    OpenIndex,
    OpeningTimes,
    Place,
    read_hours,
)
from conciergedesk.providers.hours import OpenState as HoursState
from conciergedesk.providers.index_entries import (
    entries,
    file_name,
    index_folder,
    listed,
    seasonal,
    seen_in,
)
from conciergedesk.providers.queries import REF, ProviderBrief, batches, briefs
from conciergedesk.providers.rules import (
    NOTHING_YET,
    Below,
    Record,
    agreement_lapsed,
    below_the_line,
)
from conciergedesk.providers.search.engine import SearchIndex
from conciergedesk.providers.search.entry import (
    ChipKind,
    Hit,
    OpenState,
    Reason,
    SearchContext,
    SearchResult,
    Understanding,
    Why,
)
from conciergedesk.providers.search.lexicon import Lexicon, read_lexicon
from conciergedesk.providers.search.moments import desk_moments

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Histories = Callable[[Session, Collection[int] | None], Mapping[int, Record]]
"""Records of providers by id; with None of all that were ever asked."""

REBUILD_FROM = 3000
"""Changes from which building anew is quicker than adding one by one."""

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
                self._hours.put_all(listed(session, group))
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
                    changed |= seasonal(session)
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
                name = file_name(session, self._seen)
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
            self._hours.put_all(listed(session, group))
        for gone in set(ids) - fresh:
            self._index.remove(str(gone))
            self._hours.remove(str(gone))
        self._states = None

    def _reopen(self, session: Session, day: date) -> bool:
        if self._folder is None or not self._folder.is_dir():
            return False
        for file in sorted(self._folder.glob("providers-*.index"), reverse=True):
            seen = seen_in(file.name)
            if seen is None or file.name != file_name(session, seen):
                continue
            try:
                self._index = SearchIndex.load(file, self.lexicon)
            except InvalidFile:
                continue
            self._hours.build(())
            self._seen, self._day, self._states = seen, None, None
            return True
        return False

"""The provider search: reads a query, finds and ranks providers, says why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import RLock

import numpy as np

from conciergedesk.providers.search.columns import STANDINGS
from conciergedesk.providers.search.compaction import compacted
from conciergedesk.providers.search.entry import (
    ChipKind,
    Hit,
    ProviderEntry,
    SearchContext,
    SearchResult,
    Understanding,
)
from conciergedesk.providers.search.explain import Explainer
from conciergedesk.providers.search.filters import ACTIVE, CLOSED, Ordering, Wishes
from conciergedesk.providers.search.lexicon import Lexicon, read_lexicon
from conciergedesk.providers.search.matching import Matcher, Term
from conciergedesk.providers.search.phone_hits import search_phones
from conciergedesk.providers.search.placing import (
    ALIKE,
    ALL_WORDS,
    GOOD,
    SAME_NAME,
    Place,
    keep_asked_for,
    keep_explained,
    place_pool,
    place_rest,
    place_texts,
    place_whole_names,
)
from conciergedesk.providers.search.pools import NO_POOL, Pool, Pools
from conciergedesk.providers.search.ranking import (
    CANDIDATES,
    FEWER,
    NOTHING,
    Compared,
    best_candidates,
    compare,
)
from conciergedesk.providers.search.storage import load_store, save_store
from conciergedesk.providers.search.store import Store
from conciergedesk.providers.search.understanding import WORDY, Reader, Reading

DEFAULT_LIMIT = 20
_FAIR = 0.80
# Some provider has all the words as they were typed: nothing is to be corrected.
_EVERY_WORD = 0.93


class SearchIndex:
    """All providers, searchable at every keystroke.

    ::

        index = SearchIndex(read_lexicon())
        index.build(entries)
        result = index.search("kiné metz 20h", SearchContext(now=now, open_at=hours.open_at))
        index.add(entry)      # findable at once
        index.save(path); index = SearchIndex.load(path, lexicon)

    One index may be used by several threads.
    """

    def __init__(self, lexicon: Lexicon | None = None) -> None:
        self.lexicon = lexicon or read_lexicon()
        self._lock = RLock()
        self.use(Store.build(()))

    def use(self, store: Store) -> None:
        """Search in ``store`` from now on."""
        self.store = store
        self._matcher = Matcher(store, self.lexicon)
        self._pools = Pools(store, self.lexicon)
        towns = store.towns
        self._reader = Reader(self.lexicon, lambda: towns, self._is_known)

    def __len__(self) -> int:
        return self.store.live

    def __contains__(self, id: str) -> bool:
        return self.store.ids.row(id) is not None

    def build(self, entries: Iterable[ProviderEntry]) -> None:
        """Replace everything by ``entries``; of entries with one id the last counts."""
        store = Store.build(list(entries))
        with self._lock:
            self.use(store)

    def add(self, entry: ProviderEntry) -> None:
        """Add a provider, or replace the one with its id."""
        with self._lock:
            self._pools.forget()
            self._matcher.forget()
            self.store.add(entry)

    def replace(self, entry: ProviderEntry) -> None:
        """The same as ``add``: an entry with a known id takes its place."""
        self.add(entry)

    def remove(self, id: str) -> bool:
        """Forget a provider; False when it was not known."""
        with self._lock:
            self._pools.forget()
            self._matcher.forget()
            return self.store.remove(id)

    def compact(self) -> None:
        """Work later changes into the sorted arrays; worth it after some thousand of them."""
        with self._lock:
            self.use(compacted(self.store))

    def save(self, path: Path) -> None:
        """Save the index to ``path``: whole or not at all."""
        with self._lock:
            self.use(save_store(self.store, path))

    @classmethod
    def load(cls, path: Path, lexicon: Lexicon | None = None) -> SearchIndex:
        """The index saved at ``path``.

        Raises:
            InvalidFile: when the file is of another version or damaged; build the index anew then.
        """
        index = cls(lexicon)
        index.use(load_store(path))
        return index

    def understand(self, query: str, context: SearchContext | None = None) -> Understanding:
        """How ``query`` is read: chips, and the words left for names."""
        with self._lock:
            return self._reader.read(query, context or SearchContext()).understanding

    def search(
        self, query: str, context: SearchContext | None = None, limit: int = DEFAULT_LIMIT
    ) -> SearchResult:
        """The providers that fit ``query``, best first."""
        context = context or SearchContext()
        with self._lock:
            reading = self._reader.read(query, context)
            understanding = reading.understanding
            if understanding.chip(ChipKind.PHONE):
                hits = search_phones(self.store, query, context, limit)
                return SearchResult(understanding, tuple(hits), len(hits))
            result = self._search_words(reading, context, limit)
            if not result.hits and reading.left_over:
                # Nobody meets the wishes: perhaps they are words of a name, as in "la chinoise".
                wished = {(c.kind.value, c.value) for c in understanding.chips if c.kind in WORDY}
                if wished:
                    plain = replace(context, removed=context.removed | wished)
                    again = self._search_words(self._reader.read(query, plain), plain, limit)
                    result = again if again.hits else result
            return result

    def _search_words(self, reading: Reading, context: SearchContext, limit: int) -> SearchResult:
        words = [token.word for token in reading.tokens]
        if not words and not reading.understanding.chips:
            return SearchResult(reading.understanding)
        wishes = Wishes(self.store, reading, context)
        if context.typing and len(words) == 1 and len(words[0]) == 1 and not reading.understanding.chips:
            return self._first_letter(reading, words[0], wishes, context, limit)
        places: dict[int, Place] = {}
        place_whole_names(self.store, self._forms(words), places)
        for row in [row for row in places if self.store.facts.standing[row] == CLOSED]:
            del places[row]
        pool = NO_POOL
        if not (reading.pending and any(place.level == SAME_NAME for place in places.values())):
            pool = self._pool(reading, wishes)  # else the last word ends a name: nobody is asked for by trade
        certain = bool(reading.trade) and reading.exact
        terms, found = self._place_names(reading, words, wishes, pool, places, context)
        ordering = Ordering(self.store, wishes, context)
        trade = self.store.trades.get(reading.trade, -1) if reading.trade else -1
        if len(pool.rows):
            if certain:
                pool = self._with_named(pool, reading, found, wishes)
                keep_asked_for(found, pool, places, unfinished=bool(reading.pending))
            if pool.widened:
                place_rest(trade, pool, ordering, places, limit)
            else:
                place_pool(reading, trade, pool, ordering, places, limit)
        elif certain and reading.left_over:
            beside = {*reading.left_over}
            keep_explained(self._pools.explained(term for term in terms if term.word in beside), places)
            pool = self._pools.asked_for(reading, wishes)
            place_rest(trade, pool, ordering, places, limit)
        chosen = ordering.best(places, limit)
        explainer = Explainer(self.store, self.lexicon, reading, terms)
        return SearchResult(
            reading.understanding,
            tuple(self._hits(chosen, places, explainer, wishes, ordering)),
            max(len(pool.rows), len(places)),
            pool.widened,
        )

    def _first_letter(
        self, reading: Reading, letter: str, wishes: Wishes, context: SearchContext, limit: int
    ) -> SearchResult:
        """One letter says too little to weigh words: whose name begins with it, in the order of a plain wish."""
        rows = self.store.rows_beginning(letter)
        pool = self._pools.pool(rows[wishes.keep(rows)])
        places: dict[int, Place] = {}
        ordering = Ordering(self.store, wishes, context)
        place_pool(reading, -1, pool, ordering, places, limit)
        chosen = ordering.best(places, limit)
        explainer = Explainer(
            self.store, self.lexicon, reading, self._matcher.terms([letter], [-1], typing=True)
        )
        hits = tuple(self._hits(chosen, places, explainer, wishes, ordering))
        return SearchResult(reading.understanding, hits, len(pool.rows))

    def _pool(self, reading: Reading, wishes: Wishes) -> Pool:
        """Whom the chips ask for, when they explain all words but one that may still be typed."""
        if not reading.plain:
            return NO_POOL
        pool = self._pools.asked_for(reading, wishes)
        if not reading.pending:
            return pool
        liked = self._pools.going_on(pool.rows, reading.pending)
        if not liked.any():
            return pool if self._reader.may_go_on(reading.pending) else NO_POOL
        if not (reading.trade or reading.places):
            return self._pools.pool(pool.rows[liked])._replace(liked=liked[liked])
        return pool._replace(liked=liked)

    def _with_named(self, pool: Pool, reading: Reading, found: Compared, wishes: Wishes) -> Pool:
        """With providers in the very place that are called what was asked for, whatever their trade is."""
        if pool.widened or not reading.places:
            return pool
        named = found.rows[found.cover >= ALL_WORDS]
        named = named[~pool.members[named] & wishes.inside(named) & wishes.keep(named)]
        if not len(named):
            return pool
        rows = np.concatenate((pool.rows, named))
        liked = self._pools.going_on(rows, reading.pending) if pool.liked is not None else None
        return self._pools.pool(rows)._replace(liked=liked)

    def _place_names(
        self,
        reading: Reading,
        words: list[str],
        wishes: Wishes,
        pool: Pool,
        places: dict[int, Place],
        context: SearchContext,
    ) -> tuple[list[Term], Compared]:
        """Put providers in their places by the words of their names; answers what the words may stand for."""
        same = any(place.level == SAME_NAME for place in places.values())
        enough = same or pool.liked is not None or (len(pool.rows) >= 5 and (reading.exact or reading.begun))
        terms: list[Term] = []
        found = NOTHING
        name_words = reading.name_words
        if name_words != words and reading.left_over and not places:
            # A wish may be part of a name: "la chinoise" is a restaurant before it is a language.
            terms, found = self._by_text(reading, words, context, enough=True)
            for row, score in zip(found.rows.tolist(), found.scores.tolist(), strict=True):
                if score >= GOOD:
                    places[row] = Place(ALIKE, score)
        if name_words:
            terms, found = self._by_text(reading, name_words, context, enough=enough)
            place_texts(found, words, wishes, places, named=bool(reading.trade and reading.places))
        return terms, found

    def _by_text(
        self, reading: Reading, words: Sequence[str], context: SearchContext, *, enough: bool
    ) -> tuple[list[Term], Compared]:
        """Candidates by their words: first as typed, then with corrections when the first look is not good.

        With ``enough`` there are good results already, and nothing is corrected.
        """
        matcher = self._matcher
        code = self.store.trades.get(reading.trade, -1) if reading.trade else -1
        named = {token.word for token in reading.tokens if token.chip is ChipKind.TRADE}
        trades = [code if word in named else -1 for word in words]
        terms = matcher.terms(words, trades, typing=context.typing)
        forms = self._forms(words)
        length = len(" ".join(words))
        unknown = [] if enough else [term for term in terms if not term.spellings]
        for term in unknown:
            matcher.correct(term)
        found = self._look(terms, forms, length, FEWER if enough else CANDIDATES)
        for deep in (False, True):
            best = float(found.scores.max()) if len(found.rows) else 0.0
            if enough or best >= (_FAIR if deep else GOOD):
                break
            if not deep and len(found.rows) and float(found.cover.max()) >= _EVERY_WORD:
                break
            changed = [matcher.correct(term, deep=deep) for term in terms if deep or term not in unknown]
            if any(changed):
                found = self._look(terms, forms, length)
        return terms, found

    def _look(
        self, terms: Sequence[Term], forms: Sequence[Sequence[str]], length: int, most: int = CANDIDATES
    ) -> Compared:
        rows, cover = self._matcher.score(terms)
        rows, cover = best_candidates(self.store, rows, cover, length, most)
        if not len(rows):
            return NOTHING
        return compare(self.store, forms, rows, cover)

    def _forms(self, words: Sequence[str]) -> list[list[str]]:
        """The query as typed, and with its short forms written out."""
        forms = [list(words)]
        for choice in range(2):
            form = []
            for word in words:
                full = self.lexicon.abbreviations.get(word)
                form.append(full[min(choice, len(full) - 1)] if full else self.lexicon.places.get(word, word))
            if form not in forms:
                forms.append(form)
        return forms

    def _is_known(self, word: str) -> bool:
        number = self.store.vocabulary.numbers.get(word)
        return number is not None and bool(self.store.frequency[number] > 0)

    def _hits(
        self,
        rows: Sequence[int],
        places: Mapping[int, Place],
        explainer: Explainer,
        wishes: Wishes,
        ordering: Ordering,
    ) -> Iterator[Hit]:
        standings = self.store.facts.standing[rows].tolist() if rows else ()
        for row, distance, standing in zip(rows, ordering.distances(rows), standings, strict=True):
            why, spans = explainer.explain(row, near=wishes.is_near(distance))
            yield Hit(
                id=self.store.ids[row],
                score=round(places[row].score, 4),
                why=why,
                spans=spans,
                distance_km=distance,
                state=ordering.state(row),
                below=None if standing == ACTIVE else STANDINGS[standing],
            )

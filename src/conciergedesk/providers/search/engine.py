"""The provider search: reads a query, finds and ranks providers, says why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import RLock

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from conciergedesk.providers.search.entry import (
    ChipKind,
    Hit,
    ProviderEntry,
    SearchContext,
    SearchResult,
    Understanding,
)
from conciergedesk.providers.search.explain import explain
from conciergedesk.providers.search.filters import Ordering, Wishes, order_rows, wishes_of
from conciergedesk.providers.search.lexicon import Lexicon, read_lexicon
from conciergedesk.providers.search.matching import Floats, Matcher, Rows, Term
from conciergedesk.providers.search.phone_hits import search_phones
from conciergedesk.providers.search.ranking import best_candidates, compare
from conciergedesk.providers.search.store import Store
from conciergedesk.providers.search.understanding import Reader, Reading

DEFAULT_LIMIT = 20
_GOOD = 0.90
_NAMED = 24
# Levels of a result, the best first; within one, scores or the order of wishes decide.
_SAME_NAME, _BEGINS, _INTENT, _SURE, _CORRECTED_INTENT, _TEXT, _NEARBY = 6, 5, 4, 3, 2, 1, 0
_NOBODY = np.zeros(0, np.int32)


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
        self._reader = Reader(self.lexicon, store.living_communes, self._close_commune)
        self._close: dict[str, str | None] = {}

    def __len__(self) -> int:
        return self.store.live

    def __contains__(self, id: str) -> bool:
        return id in self.store.row_of

    def build(self, entries: Iterable[ProviderEntry]) -> None:
        """Replace everything by ``entries``; of entries with one id the last counts."""
        store = Store.build(list(entries))
        with self._lock:
            self.use(store)

    def add(self, entry: ProviderEntry) -> None:
        """Add a provider, or replace the one with its id."""
        with self._lock:
            self._close.clear()
            self.store.add(entry)

    replace = add

    def remove(self, id: str) -> bool:
        """Forget a provider; False when it was not known."""
        with self._lock:
            self._close.clear()
            return self.store.remove(id)

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
            return self._search_words(reading, context, limit)

    def _search_words(self, reading: Reading, context: SearchContext, limit: int) -> SearchResult:
        words = [token.word for token in reading.tokens]
        if not words and not reading.understanding.chips:
            return SearchResult(reading.understanding)
        wishes = wishes_of(self.store, reading, context)
        glued = "".join(words)
        levels: dict[int, int] = {}
        scores: dict[int, float] = {}
        named, count = self.store.rows_named(glued, _NAMED) if glued else ([], 0)
        for row in named:
            same = self.store.folded[row].replace(" ", "") == glued
            levels[row] = _SAME_NAME if same else _BEGINS
        if count > _NAMED or len(glued) < 3:
            levels = {row: level for row, level in levels.items() if level == _SAME_NAME}
        intent = not reading.left_over and bool(reading.trade or reading.places)
        terms: list[Term] = []
        pool: Rows = _NOBODY
        total = 0
        if intent:
            pool = self._intent_rows(reading, wishes)
            total = len(pool)
        name_words = reading.name_words
        if name_words and not (intent and not name_words):
            terms, rows, found = self._by_text(
                reading, name_words, context, enough=len(pool) >= 5 and reading.exact
            )
            kept = wishes.keep(rows)
            for row, score in zip(rows[kept].tolist(), found[kept].tolist(), strict=True):
                scores[row] = score
                sure = score >= 0.97 and intent and not reading.exact
                levels[row] = max(levels.get(row, 0), _SURE if sure else _TEXT)
            total = max(total, len(scores))
        ordering = Ordering(self.store, wishes, context)
        chosen = order_rows(
            ordering, levels, scores, pool, _INTENT if reading.exact else _CORRECTED_INTENT, limit
        )
        return SearchResult(
            reading.understanding,
            tuple(self._hit(row, score, reading, terms, ordering) for row, score in chosen),
            max(total, len(chosen)),
        )

    def _intent_rows(self, reading: Reading, wishes: Wishes) -> Rows:
        """Everybody of the trade in or near the place."""
        store = self.store
        if reading.trade:
            codes = (reading.trade, *self.lexicon.narrower(reading.trade))
            groups = [store.trade_rows[store.trades[code]] for code in codes if code in store.trades]
            rows = np.unique(np.concatenate(groups)) if groups else _NOBODY
        else:
            groups = [store.commune_rows[store.communes[p]] for p in reading.places if p in store.communes]
            rows = np.concatenate(groups) if groups else _NOBODY
        rows = rows[store.facts.alive[rows]]
        if reading.places:
            rows = rows[wishes.at_place(rows)]
        return rows[wishes.keep(rows)]

    def _by_text(
        self, reading: Reading, words: Sequence[str], context: SearchContext, *, enough: bool
    ) -> tuple[list[Term], Rows, Floats]:
        """Candidates by their words: first as typed, then with corrections when the first look is not good."""
        matcher = self._matcher
        trade = self.store.trades.get(reading.trade, -1) if reading.trade else -1
        trades = (
            [trade if token.chip is ChipKind.TRADE else -1 for token in reading.tokens if token.word in words]
            if trade >= 0
            else [-1] * len(words)
        )
        if len(trades) != len(words):
            trades = [-1] * len(words)
        terms = matcher.terms(words, trades, typing=context.typing)
        unknown = [term for term in terms if not term.spellings]
        if not enough:
            for term in unknown:
                matcher.correct(term)
        forms = self._forms(words)
        length = len(" ".join(words))
        rows, scores = self._look(terms, forms, length)
        best = float(scores.max()) if len(scores) else 0.0
        if best < _GOOD and not enough:
            for term in terms:
                if term not in unknown:
                    matcher.correct(term)
            more, better = self._look(terms, forms, length)
            rows, places = np.unique(np.concatenate((rows, more)), return_index=True)
            scores = np.concatenate((scores, better))[places]
        return terms, rows, scores

    def _look(
        self, terms: Sequence[Term], forms: Sequence[Sequence[str]], length: int
    ) -> tuple[Rows, Floats]:
        rows, cover = self._matcher.score(terms)
        rows, cover = best_candidates(self.store, rows, cover, length)
        if not len(rows):
            return rows, cover
        scores, _ = compare(self.store, forms, rows, cover)
        return rows, scores

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

    def _close_commune(self, phrase: str) -> str | None:
        """The one commune a misspelt phrase can mean."""
        if phrase not in self._close:
            if len(self._close) > 2000:
                self._close.clear()
            names = self.store.commune_names
            cutoff = 1 if len(phrase) < 8 else 2
            found = extractOne(phrase, names, scorer=OSA.distance, score_cutoff=cutoff)
            good = found is not None and bool(found[0]) and found[0] in self.store.living_communes
            self._close[phrase] = found[0] if good and found is not None else None
        return self._close[phrase]

    def _hit(
        self, row: int, score: float, reading: Reading, terms: Sequence[Term], ordering: Ordering
    ) -> Hit:
        why, spans = explain(self.store, self.lexicon, row, reading, terms)
        return Hit(
            id=self.store.ids[row],
            score=round(score, 4),
            why=why,
            spans=spans,
            distance_km=ordering.distance(row),
            state=ordering.state(row),
            below=ordering.below(row),
        )

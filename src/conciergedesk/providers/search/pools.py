"""Who a reading asks for without naming anybody: everybody of a trade, in or near a place, or with a wish."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from conciergedesk.providers.search.filters import CLOSED, Wishes
from conciergedesk.providers.search.lexicon import Lexicon
from conciergedesk.providers.search.matching import Rows, Term
from conciergedesk.providers.search.store import COMMUNE, FIELD_BITS, Store
from conciergedesk.providers.search.understanding import Reading

NOBODY = np.zeros(0, np.int32)


class Pool(NamedTuple):
    """Providers asked for, and for every row of the store whether it is one of them.

    ``foremost`` keeps which of many come first, by what they were ordered for; ``liked`` marks the rows that a
    word still being typed may go on to name; ``widened`` says that nobody is in or near the place, so that the
    rows are from everywhere.
    """

    rows: Rows
    members: NDArray[np.bool_]
    foremost: dict[object, NDArray[np.int64]]
    liked: NDArray[np.bool_] | None = None
    widened: bool = False


NO_POOL = Pool(NOBODY, np.zeros(0, np.bool_), {})
_KEPT = 4


class Pools:
    """Gathers pools from a store."""

    def __init__(self, store: Store, lexicon: Lexicon) -> None:
        self._store = store
        self._lexicon = lexicon
        self._asked: dict[object, Pool] = {}
        self._living: dict[str, Rows] = {}

    def forget(self) -> None:
        """Providers have changed: gather anew."""
        self._asked.clear()
        self._living.clear()

    def asked_for(self, reading: Reading, wishes: Wishes) -> Pool:
        """Everybody that the chips of a reading ask for; the same chips at the next key are not looked up again."""
        key = (reading.trade, reading.places, wishes.key)
        pool = self._asked.get(key)
        if pool is None:
            if len(self._asked) >= _KEPT:
                self._asked.clear()
            pool = self._asked[key] = self._gathered(reading, wishes)
        return pool

    def _gathered(self, reading: Reading, wishes: Wishes) -> Pool:
        groups = self._groups(reading)
        rows = self._kept(groups, wishes, inside=bool(reading.places))
        if len(rows) or not (reading.trade and reading.places):
            return self.pool(rows)
        rows = self._kept(groups, wishes, inside=False)
        return self.pool(rows, widened=bool(len(rows)))

    def pool(self, rows: Rows, *, widened: bool = False) -> Pool:
        """A pool of these rows."""
        members = np.zeros(self._store.facts.count, np.bool_)
        members[rows] = True
        return Pool(rows, members, {}, widened=widened)

    def _groups(self, reading: Reading) -> list[Rows]:
        """Everybody of the trade and its narrower ones, else of the places, else of all, who is not closed for good."""
        store = self._store
        if reading.trade:
            codes = (reading.trade, *self._lexicon.narrower(reading.trade))
            return [self._of_trade(code) for code in codes if code in store.trades]
        if reading.places:
            towns = [store.communes[place] for place in reading.places if place in store.communes]
            return [self._askable(store.commune_rows[town]) for town in towns]
        return [self._askable(np.arange(store.facts.count, dtype=np.int32))]

    def _of_trade(self, code: str) -> Rows:
        if code not in self._living:
            self._living[code] = self._askable(self._store.trade_rows[self._store.trades[code]])
        return self._living[code]

    def _askable(self, rows: Rows) -> Rows:
        facts = self._store.facts
        askable: Rows = rows[facts.alive[rows] & (facts.standing[rows] != CLOSED)]
        return askable

    def _kept(self, groups: list[Rows], wishes: Wishes, *, inside: bool) -> Rows:
        kept: list[Rows] = []
        for rows in groups:
            if inside:
                rows = rows[wishes.at_place(rows)]
            kept.append(rows[wishes.keep(rows)] if wishes.any else rows)
        if len(kept) < 2:
            return kept[0] if kept else NOBODY
        members = np.zeros(self._store.facts.count, np.bool_)
        for rows in kept:
            members[rows] = True
        return np.flatnonzero(members).astype(np.int32)

    def going_on(self, rows: Rows, beginning: str) -> NDArray[np.bool_]:
        """Which of ``rows`` have a word of their name or commune that begins so."""
        store = self._store
        low, high, late = store.vocabulary.beginning(beginning)
        stretches = [store.postings.span(low, high), *(store.postings[number] for number in late)]
        meant = [name for other, name in self._lexicon.places.items() if other.startswith(beginning)]
        members = np.zeros(store.facts.count, np.bool_)
        for packed in stretches:
            members[packed[packed & 3 <= COMMUNE] >> FIELD_BITS] = True
        for name in meant:
            if name in store.communes:
                members[store.commune_rows[store.communes[name]]] = True
        liked: NDArray[np.bool_] = members[rows]
        return liked

    def explained(self, terms: Iterable[Term]) -> NDArray[np.bool_]:
        """For all rows of the store, whether one of ``terms`` stands there in any spelling."""
        members = np.zeros(self._store.facts.count, np.bool_)
        for term in terms:
            for spelling in term.spellings:
                members[self._store.postings.span(spelling.low, spelling.high) >> FIELD_BITS] = True
        return members

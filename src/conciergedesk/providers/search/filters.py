"""Wishes of a query as filters over rows, and the order of what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import cos, radians

import numpy as np
from numpy.typing import NDArray

from conciergedesk.providers.search.columns import STANDINGS
from conciergedesk.providers.search.entry import Agreement, ChipKind, OpenState, SearchContext, Standing
from conciergedesk.providers.search.matching import Rows
from conciergedesk.providers.search.placing import Place
from conciergedesk.providers.search.store import Store
from conciergedesk.providers.search.understanding import Reading

_KM_PER_DEGREE = 111.195
# Hours are asked for at most this many providers; the nearest and best are asked first.
MOST_ASKED = 500
_SAID = 0.65
# So many liked ones fill any list: the others need not be looked at.
_LIKED_ENOUGH = 120
CLOSED = STANDINGS.index(Standing.CLOSED)
ACTIVE = STANDINGS.index(Standing.ACTIVE)


class Wishes:
    """What the chips ask of a provider. A radius counts from the named place, else from the desk."""

    def __init__(self, store: Store, reading: Reading, context: SearchContext) -> None:
        self._store = store
        understanding = reading.understanding
        language = understanding.chip(ChipKind.LANGUAGE)
        distance = understanding.chip(ChipKind.DISTANCE)
        self.moment = understanding.moment
        number = store.languages.get(language.value) if language else None
        self._language = 0 if number is None else 1 << min(number, 31)
        self._nobody = language is not None and number is None
        self._signed = understanding.chip(ChipKind.AGREEMENT) is not None
        self._access = understanding.chip(ChipKind.ACCESS) is not None
        self.communes = [store.communes[name] for name in reading.places if name in store.communes]
        self.origin = self._centre() or context.origin
        self._radius = float(distance.value) if distance else None
        self.any = bool(language or distance or self._signed or self._access)
        self._counted_from = distance is not None or bool(self.communes)
        self._nearby = self._radius if self._radius is not None else context.nearby_km

    @property
    def key(self) -> tuple[object, ...]:
        """What decides who is asked for; equal keys ask for the same."""
        radius = (self._nearby, self.origin) if self._counted_from else None
        return (self._language, self._nobody, self._signed, self._access, self._radius, radius)

    def _centre(self) -> tuple[float, float] | None:
        if not self.communes:
            return None
        facts = self._store.facts
        rows = np.concatenate([self._store.commune_rows[number] for number in self.communes])
        rows = rows[facts.alive[rows] & ~np.isnan(facts.lat[rows])]
        if not len(rows):
            return None
        order = np.sort(facts.lat[rows]), np.sort(facts.lon[rows])
        return float(order[0][len(rows) // 2]), float(order[1][len(rows) // 2])

    def distances(self, rows: Rows) -> NDArray[np.float32]:
        """Kilometres from the place or the desk; NaN where unknown."""
        if self.origin is None:
            return np.full(len(rows), np.nan, np.float32)
        lat, lon = self.origin
        north = (self._store.facts.lat[rows] - np.float32(lat)) * np.float32(_KM_PER_DEGREE)
        east = (self._store.facts.lon[rows] - np.float32(lon)) * np.float32(
            _KM_PER_DEGREE * cos(radians(lat))
        )
        kilometres: NDArray[np.float32] = np.hypot(north, east)
        return kilometres

    def at_place(self, rows: Rows) -> NDArray[np.bool_]:
        """Rows in the named commune or near it."""
        inside = np.isin(self._store.facts.commune[rows], self.communes)
        if self._nearby > 0:
            inside |= self.distances(rows) <= self._nearby
        return inside

    def is_near(self, kilometres: float | None) -> bool:
        """Whether a distance still counts as near the place."""
        return kilometres is not None and kilometres <= self._nearby

    def inside(self, rows: Rows) -> NDArray[np.bool_]:
        if not self.communes:
            return np.ones(len(rows), np.bool_)
        return np.isin(self._store.facts.commune[rows], self.communes)

    def keep(self, rows: Rows) -> NDArray[np.bool_]:
        """Rows that meet language, distance, agreement and access, and are not closed for good."""
        facts = self._store.facts
        kept: NDArray[np.bool_] = facts.standing[rows] != CLOSED
        if self._nobody:
            kept &= False
        if self._language:
            kept &= (facts.languages[rows] & np.uint32(self._language)) != 0
        if self._signed:
            kept &= facts.agreement[rows] >= int(Agreement.SIGNED)
        if self._access:
            kept &= facts.accessible[rows]
        if self._radius is not None and self.origin is not None:
            kept &= self.distances(rows) <= self._radius
        return kept


class Ordering:
    """Open at the moment, distance, agreement, reliability and last use of rows, asked for once."""

    def __init__(self, store: Store, wishes: Wishes, context: SearchContext) -> None:
        self._store = store
        self._wishes = wishes
        self._context = context
        self._states: dict[int, OpenState] = {}

    def ask(self, rows: Rows) -> NDArray[np.int8]:
        """States at the moment asked for (now when the query names none); to confirm when nobody can tell."""
        moment = self._wishes.moment or self._context.now
        if self._context.open_at is None or moment is None or not len(rows):
            return np.full(len(rows), int(OpenState.TO_CONFIRM), np.int8)
        ids = self._store.ids
        states = self._context.open_at([ids[row] for row in rows.tolist()], moment)
        self._states.update((row, OpenState(state)) for row, state in zip(rows.tolist(), states, strict=True))
        return np.fromiter((int(state) for state in states), np.int8, len(rows))

    def state(self, row: int) -> OpenState | None:
        return self._states.get(row)

    def distances(self, rows: Sequence[int]) -> list[float | None]:
        """Kilometres to show beside hits; None without a place to measure from."""
        if self._wishes.origin is None or not rows:
            return [None] * len(rows)
        kilometres = self._wishes.distances(np.array(rows, np.int32)).tolist()
        return [None if value != value else round(value, 2) for value in kilometres]

    def sort(
        self,
        rows: Rows,
        *,
        trade: int = -1,
        texts: Mapping[int, float],
        liked: NDArray[np.bool_] | None = None,
        foremost: dict[object, NDArray[np.int64]] | None = None,
    ) -> tuple[Rows, NDArray[np.bool_]]:
        """Rows by what an operator wants first, and which of them are in the named place.

        Askable, ``liked``, in the place, of the very trade, open, named so (``texts``), near, agreed, reliable,
        used last. ``foremost`` keeps who comes first of many rows for the next key.
        """
        facts = self._store.facts
        known = foremost if foremost is not None and liked is None else {}
        if liked is not None and len(rows) > MOST_ASKED and int(liked.sum()) >= _LIKED_ENOUGH:
            rows, liked = rows[liked], None
        unliked = np.zeros(len(rows), np.bool_) if liked is None else ~liked
        if len(rows) > MOST_ASKED:
            key = (trade, self._wishes.origin, tuple(self._wishes.communes))
            if key not in known:
                known[key] = self._foremost(rows, trade, unliked)
            rows, unliked = rows[known[key]], unliked[known[key]]
        near = np.nan_to_num(self._wishes.distances(rows), nan=9999.0)
        inside = self._wishes.inside(rows)
        # A faint likeness says nothing about which of them is meant.
        likeness = [texts.get(row, 0.0) for row in rows.tolist()]
        said = np.array([-round(one, 1) if one >= _SAID else 0.0 for one in likeness], np.float32)
        # In one town the name decides before the distance; without a town the distance comes first.
        nearest = (near // 2, said) if self._wishes.communes else (said, near // 2)
        last = (
            -facts.last_used[rows].astype(np.int64),
            -facts.reliability[rows],
            -facts.agreement[rows],
            *nearest,
        )
        first = (self._other_trade(rows, trade), ~inside, unliked, facts.standing[rows] != ACTIVE)
        order = np.lexsort((facts.tie[rows], near, *last, -self.ask(rows), *first))
        return rows[order], inside[order]

    def _other_trade(self, rows: Rows, trade: int) -> NDArray[np.bool_]:
        if trade < 0:
            return np.zeros(len(rows), np.bool_)
        return np.not_equal(self._store.facts.trade[rows], trade)

    def _foremost(self, rows: Rows, trade: int, unliked: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Places of the ``MOST_ASKED`` rows that come first whatever their hours, by one number per row."""
        facts = self._store.facts
        near = np.minimum(np.nan_to_num(self._wishes.distances(rows), nan=9999.0) // 2, 8191)
        place = (facts.standing[rows] != ACTIVE).astype(np.int64) << 3
        place += unliked * np.int64(4)
        place += ~self._wishes.inside(rows) * np.int64(2) + self._other_trade(rows, trade)
        place = (place << 13 | near.astype(np.int64)) << 2 | (3 - facts.agreement[rows]).astype(np.int64)
        place = (place << 7 | (100 - 100 * facts.reliability[rows].clip(0, 1)).astype(np.int64)) << 32
        place |= facts.tie[rows]
        return np.argpartition(place, MOST_ASKED)[:MOST_ASKED]

    def best(self, places: Mapping[int, Place], limit: int) -> list[int]:
        """The best rows by place; of equal ones, the name and then the id decide."""
        ids, folded = self._store.ids, self._store.folded
        rows = list(places)
        standings = self._store.facts.standing[rows].tolist() if rows else []
        ranked = sorted(
            [
                (standing == ACTIVE, place[0], round(place[1], 3), row)
                for standing, (row, place) in zip(standings, places.items(), strict=True)
            ],
            reverse=True,
        )
        if len(ranked) > limit:
            floor = ranked[limit - 1][:3]
            ranked = [key for key in ranked if key[:3] >= floor]
        near = [key[3] for key in ranked]
        if any(one[:3] == other[:3] for one, other in pairwise(ranked)):
            keys = {key[3]: key[:3] for key in ranked}
            near.sort(key=lambda row: (folded[row], ids[row]))
            near.sort(key=keys.__getitem__, reverse=True)
        chosen = near[:limit]
        if self._context.open_at is not None:
            self.ask(np.array([row for row in chosen if row not in self._states], np.int32))
        return chosen

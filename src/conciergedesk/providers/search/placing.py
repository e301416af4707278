"""Where each row of a result stands: whole names, plain requests and likenesses on levels of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from conciergedesk.providers.search.ranking import Compared
from conciergedesk.providers.search.store import Store
from conciergedesk.providers.search.understanding import Reading

if TYPE_CHECKING:
    from conciergedesk.providers.search.filters import Ordering, Wishes
    from conciergedesk.providers.search.pools import Pool

# Levels, the best first; within one, scores or the order of wishes decide.
SAME_NAME, _BEGINS, ALIKE, _INTENT, _SURE, _TEXT, _REST = 6, 5, 4, 3, 2, 1, 0
# From where on a likeness is good, and two whole names are the same but for a slip.
GOOD, _SAME = 0.90, 0.93
# What a provider of a corrected trade and place counts among texts: in the place, and near it.
_INSIDE, _NEAR = 0.80, 0.55
# From here on a name of another trade may be meant by a word that is still being typed.
_OTHERWISE = 0.6
# The share of the query that a provider explains where all telling words stand.
ALL_WORDS = 0.9
_NAMED = 24
# A likeness below this is chance, and so is one that is so much fainter than the best.
_CHANCE, _FAINTER = 0.4, 0.32
# A query shorter than this is hardly like any whole name.
_SHORT = 4


class Place(NamedTuple):
    """Where a row stands in a result: its level, then its score within the level."""

    level: int
    score: float


def _lift(places: dict[int, Place], row: int, place: Place) -> None:
    if row not in places or places[row] < place:
        places[row] = place


def place_texts(
    found: Compared, words: Sequence[str], wishes: Wishes, places: dict[int, Place], *, named: bool
) -> None:
    """Candidates by likeness; ``named`` says that trade and place explain the words, so names may not."""
    asked = sorted(words)
    # A short last word is more likely still being typed.
    whole = 0.95 if len(words) >= 3 and len(words[-1]) >= 3 else 0.93
    typed = set(words)
    kept = wishes.keep(found.rows).tolist()
    floor = 0.0
    if len(found.rows) and sum(map(len, words)) >= _SHORT:
        floor = max(_CHANCE, float(found.scores.max()) - _FAINTER)
    columns = (found.rows.tolist(), found.scores.tolist(), found.alike.tolist(), found.names, kept)
    for row, score, alike, name, keep in zip(*columns, strict=True):
        if not keep or score < floor:
            continue
        level = ALIKE if alike >= _SAME else _SURE if score >= GOOD else _TEXT
        _lift(places, row, Place(level, score))
        if not named and score > 0.5 and len(words[-1]) > 1:
            own = name.split()
            if typed.issubset(own):
                _lift(places, row, Place(_BEGINS, 0.97 if sorted(own) == asked else whole + 0.01 * score))


def keep_asked_for(found: Compared, pool: Pool, places: dict[int, Place], *, unfinished: bool) -> None:
    """Of likenesses only those asked for, and names that have all the words: chips explain the query already."""
    whole = set(found.rows[found.cover >= ALL_WORDS].tolist())
    for row, asked in zip(list(places), _asked(pool, places), strict=True):
        place = places[row]
        if place.level > _TEXT or row in whole or (asked and not pool.widened):
            continue
        if not (unfinished and place.score >= _OTHERWISE):
            del places[row]


def _asked(pool: Pool, places: dict[int, Place]) -> list[bool]:
    """For each placed row whether it is one of the pool."""
    asked: list[bool] = pool.members[list(places)].tolist() if places else []
    return asked


def keep_explained(explained: NDArray[np.bool_], places: dict[int, Place]) -> None:
    """Of likenesses that are not very good only those where the words beside the trade stand."""
    for row, place in list(places.items()):
        if place.level <= _TEXT and not explained[row]:
            del places[row]


def place_rest(trade: int, pool: Pool, ordering: Ordering, places: dict[int, Place], limit: int) -> None:
    """Below everything: providers of the trade, when other words of the query say little about anybody."""
    if any(place.level > _TEXT or place.score >= _INSIDE for place in places.values()):
        return
    rows, _inside = ordering.sort(pool.rows, trade=trade, texts={}, foremost=pool.foremost)
    for turn, row in enumerate(rows[: limit * 2].tolist()):
        _lift(places, row, Place(_REST, 1.0 - turn * 1e-3))


def place_pool(
    reading: Reading, trade: int, pool: Pool, ordering: Ordering, places: dict[int, Place], limit: int
) -> None:
    """Providers that the trade, place and wishes ask for, in the order of wishes.

    When a word had to be corrected to see a trade or place, names that fit better still stand above.
    """
    plain = (reading.exact or reading.begun) and bool(reading.trade or not reading.places)
    every_word = all(token.chip for token in reading.tokens)
    texts = {row: place.score for row, place in places.items()}
    if plain and every_word and not reading.places:
        texts = {}  # a name that only repeats the trade is no better for it
    if not reading.trade and reading.exact and every_word:
        # "metz" asks for the town before names such as Metzgerei.
        for row, place in places.items():
            if place.level == _BEGINS and 0.94 < place.score < 0.9501:
                places[row] = Place(_TEXT, _INSIDE - 0.01)
    strict = plain and bool(reading.places or reading.understanding.moment or every_word)
    if strict:
        for (row, place), asked in zip(list(places.items()), _asked(pool, places), strict=True):
            literal = place.level == SAME_NAME and place.score == 1.0
            if asked and (not literal or reading.understanding.moment):
                places[row] = Place(_INTENT, 0.0)  # its turn follows from the wishes, not from its name
            elif (
                not reading.begun and not asked and _INTENT < place.level < SAME_NAME and len(pool.rows) >= 5
            ):
                places[row] = Place(_SURE, place.score)
    rows, inside = ordering.sort(
        pool.rows, trade=trade, texts=texts, liked=pool.liked, foremost=pool.foremost
    )
    for turn, (row, within) in enumerate(zip(rows[: limit * 2].tolist(), inside.tolist(), strict=False)):
        if plain:
            _lift(places, row, Place(_INTENT, 1.0 - turn * 1e-3))
        else:
            _lift(places, row, Place(_TEXT, (_INSIDE if within else _NEAR) - turn * 1e-3))


def place_whole_names(store: Store, forms: Sequence[Sequence[str]], places: dict[int, Place]) -> None:
    """Names that are the whole query in one of its forms, or begin with it as typed."""
    typed = " ".join(forms[0])
    folded = store.folded
    for turn, form in enumerate(forms):
        glued = "".join(form)
        if not glued:
            continue
        named = [(row, folded[row]) for row in store.rows_named(glued, 4 * _NAMED)]
        begins = [row for row, name in named if name.startswith(typed)] if turn == 0 else []
        for row, name in named:
            if name.replace(" ", "") == glued:
                _lift(places, row, Place(SAME_NAME, fuzz.ratio(name, typed) / 100))
        if len(begins) <= _NAMED and len(glued) >= 3:
            for row in begins:
                name = folded[row]
                whole = name[len(typed) : len(typed) + 1] == " "
                _lift(places, row, Place(_BEGINS, (1.0 if whole else 0.95) - 1e-5 * len(name)))

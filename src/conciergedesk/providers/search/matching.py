"""From the words of a query to candidate providers: what each word may stand for, and how much that counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from conciergedesk.providers.search.lexicon import Lexicon
from conciergedesk.providers.search.store import FIELD_BITS, Store
from conciergedesk.providers.search.words import STOP_WORDS, slip_of_finger

Floats = NDArray[np.float32]
Rows = NDArray[np.int32]

# What a posting counts, by field: name, commune, other text. A trade counts between commune and other text.
_FIELD_WEIGHT = np.array([1.0, 0.92, 0.4, 0.0], np.float32)
_TRADE_WEIGHT = 0.8
_EXACT, _SHORT, _GLUED, _SOUND, _SPLIT = 1.0, 0.97, 0.95, 0.84, 0.88
_MOST_SPELLINGS = 24
_COMMON = 2500
_KEPT = 96
# Looking a row up in a stretch costs as much as reading so many rows of it.
_LOOK_UP = 6
_BY_QUALITY = attrgetter("quality")
_NOTHING = np.zeros(0, np.int32)


@dataclass(slots=True)
class Spelling:
    """What a typed word may stand for: a range of words, often of one, and how well it fits.

    ``beginning`` marks words that go on where the typed one ends.
    """

    quality: float
    low: int
    high: int
    beginning: bool = False


@dataclass(slots=True)
class Term:
    """One typed word with everything it may stand for. ``weight`` is how telling the word is."""

    word: str
    weight: float = 0.0
    spellings: list[Spelling] = field(default_factory=list)
    trade: int = -1
    known: bool = False
    size: int = 0


def _quality(word: str, other: str, distance: int) -> float:
    """How well a word fits that is ``distance`` edits away; a slip of the finger costs less."""
    cost = 0.62 if slip_of_finger(word, other) else 0.8
    quality = 1.0 - cost * distance / max(len(word), len(other), 4)
    return min(quality - (0.06 if other[:1] != word[:1] else 0.0), 0.93)


def _stands_in(ordered: Rows, rows: Rows) -> NDArray[np.bool_]:
    """Which of ``rows`` stand in ``ordered``, which is sorted."""
    places = np.searchsorted(ordered, rows)
    places[places == len(ordered)] = 0
    found: NDArray[np.bool_] = ordered[places] == rows
    return found


class Matcher:
    """Finds spellings and adds up scores over the rows of a store."""

    def __init__(self, store: Store, lexicon: Lexicon) -> None:
        self.store = store
        self._lexicon = lexicon
        self._corrected: dict[tuple[str, bool], list[tuple[float, int, int]]] = {}
        self._split_up: dict[str, list[tuple[float, int]]] = {}
        self._scores = np.zeros(0, np.float32)
        self._best = np.zeros(0, np.float32)

    def _weight(self, frequency: int) -> float:
        return log(1.0 + self.store.live / (1.0 + frequency))

    def _add(self, term: Term, number: int, quality: float) -> None:
        if self.store.frequency[number] > 0:
            term.spellings.append(Spelling(quality, number, number + 1))

    def terms(self, words: Sequence[str], trades: Sequence[int], *, typing: bool) -> list[Term]:
        """The plain reading: words as typed, short forms, joined pairs, the last word as a beginning."""
        vocabulary, frequency = self.store.vocabulary, self.store.frequency
        numbers = vocabulary.numbers
        terms = []
        for place, word in enumerate(words):
            term = Term(word, trade=trades[place])
            number = numbers.get(word)
            if number is not None and frequency[number] > 0:
                term.known = True
                term.size = int(frequency[number])
                self._add(term, number, _EXACT)
            for full in self._lexicon.abbreviations.get(word, ()):
                for part in full.split():
                    long = numbers.get(part)
                    if long is not None and part not in STOP_WORDS:
                        self._add(term, long, _SHORT)
                        term.size = max(term.size, int(frequency[long]))
                        term.known = True
            other = self._lexicon.places.get(word)
            if other is not None:
                for part in other.split():
                    if part in numbers:
                        self._add(term, numbers[part], _SHORT)
            if typing and place == len(words) - 1:
                self._beginning(term)
            term.weight = self._weight(term.size)
            terms.append(term)
        self._join(words, terms)
        return terms

    def _beginning(self, term: Term) -> None:
        low, high, late = self.store.vocabulary.beginning(term.word)
        frequency = self.store.frequency
        size = int(frequency[low:high].sum()) + sum(int(frequency[number]) for number in late)
        if size <= (term.size if term.known else 0):
            return
        quality = 0.9 if len(term.word) > 2 else 0.8
        if high > low:
            term.spellings.append(Spelling(quality, low, high, beginning=True))
        for number in late:
            term.spellings.append(Spelling(quality, number, number + 1, beginning=True))
        term.size = max(term.size, min(size, 400))

    def _join(self, words: Sequence[str], terms: list[Term]) -> None:
        numbers = self.store.vocabulary.numbers
        for place in range(len(words) - 1):
            number = numbers.get(words[place] + words[place + 1])
            if number is not None and self.store.frequency[number] > 0:
                for term in terms[place : place + 2]:
                    self._add(term, number, _GLUED)
                    term.weight = max(term.weight, 0.5 * self._weight(int(self.store.frequency[number])))

    def correct(self, term: Term, *, deep: bool = False) -> bool:
        """Add words within the edits that the length allows, words that sound alike, and the word's parts.

        ``deep`` looks for two edits even where one found something. False when nothing was added.
        """
        word = term.word
        if len(word) < 3 or word in STOP_WORDS or (deep and len(word) < 4):
            return False
        before = len(term.spellings)
        known = {spelling.low for spelling in term.spellings if not spelling.beginning}
        close = [one for one in self._close(word, deep) if one[2] not in known]
        for quality, size, number in close[:_MOST_SPELLINGS]:
            self._add(term, number, quality)
            term.size = max(term.size, min(size, 50))
        if not deep:
            for quality, number in self._parts(word):
                self._add(term, number, quality)
        term.weight = self._weight(term.size)
        return len(term.spellings) > before

    def forget(self) -> None:
        """Words have come or gone: correct anew."""
        self._corrected.clear()
        self._split_up.clear()

    def _close(self, word: str, deep: bool) -> list[tuple[float, int, int]]:
        """Words close to ``word``: quality, size and number, the best first. Kept while a query is typed on."""
        found = self._corrected.get((word, deep))
        if found is None:
            if len(self._corrected) >= _KEPT:
                self._corrected.clear()
            found = self._corrected[word, deep] = self._look_close(word, deep)
        return found

    def _look_close(self, word: str, deep: bool) -> list[tuple[float, int, int]]:
        vocabulary, frequency = self.store.vocabulary, self.store.frequency
        found: dict[int, float] = {}
        for number, distance in vocabulary.close_to(word, 1 if len(word) < 4 else 2, frequency, deep=deep):
            found[number] = _quality(word, vocabulary.words[number], distance)
        if not deep:
            for number in vocabulary.sounding_like(word):
                found[number] = max(found.get(number, 0.0), _SOUND)
        ranked = sorted(
            (-quality, -int(frequency[number]), vocabulary.words[number], number)
            for number, quality in found.items()
            if frequency[number] > 0 and vocabulary.words[number] not in STOP_WORDS
        )
        return [(-quality, -size, number) for quality, size, _word, number in ranked[: _MOST_SPELLINGS + 8]]

    def _parts(self, word: str) -> list[tuple[float, int]]:
        """Two or three known words written as one."""
        found = self._split_up.get(word)
        if found is None:
            if len(self._split_up) >= _KEPT:
                self._split_up.clear()
            found = self._split_up[word] = self._split(word)
        return found

    def _split(self, word: str) -> list[tuple[float, int]]:
        if len(word) < 5:
            return []
        numbers, frequency = self.store.vocabulary.numbers, self.store.frequency
        parts: list[tuple[int, int]] = []
        for cut in range(1, len(word)):
            left, right = numbers.get(word[:cut]), numbers.get(word[cut:])
            if left is None or right is None or not frequency[left] or not frequency[right]:
                continue
            short = min(cut, len(word) - cut)
            if short == 1 and word[0] not in "ldjsnmtco":
                continue
            rarer = left if frequency[left] <= frequency[right] else right
            longer = left if cut >= len(word) - cut else right
            parts.append((max(cut, len(word) - cut), longer if short <= 2 else rarer))
        found = [(_SPLIT, number) for _, number in sorted(parts, key=lambda part: part[0])[:4]]
        if not parts and len(word) >= 8:
            found = [(_SPLIT * 0.9, number) for number in self._pieces(word)]
        return found

    def _pieces(self, word: str) -> list[int]:
        """The longest known words that cover most of a long unknown one."""
        numbers, frequency = self.store.vocabulary.numbers, self.store.frequency
        pieces = []
        start = 0
        while start < len(word) - 2:
            for end in range(len(word), start + 2, -1):
                number = numbers.get(word[start:end])
                if number is not None and frequency[number]:
                    if end - start >= 4:
                        pieces.append(number)
                    start = end - 1
                    break
            start += 1
        return pieces

    def _postings(self, term: Term, among: Floats | None) -> tuple[Rows, Floats]:
        """Rows of a term with what it counts there, the best spelling last.

        With ``among``, only rows that have a score there already.
        """
        postings = self.store.postings
        ranked = sorted(term.spellings, key=_BY_QUALITY)
        stretches = [postings[s.low] if s.high - s.low == 1 else postings.span(s.low, s.high) for s in ranked]
        if len(ranked) == 1:
            packed = stretches[0]
            counts = np.array([ranked[0].quality * term.weight], np.float32)
        else:
            packed = np.concatenate(stretches) if stretches else _NOTHING
            qualities = np.array([s.quality * term.weight for s in ranked], np.float32)
            counts = np.repeat(qualities, [len(stretch) for stretch in stretches])
        rows = packed >> FIELD_BITS
        values: Floats = _FIELD_WEIGHT[packed & 3] * counts
        if term.trade >= 0:
            members = self.store.trade_rows[term.trade]
            rows = np.concatenate((members, rows))
            share = np.full(len(members), _TRADE_WEIGHT * term.weight, np.float32)
            values = np.concatenate((share, values))
        if among is not None:
            keep = among[rows] > 0
            rows, values = rows[keep], values[keep]
        return rows, values

    def _is_plain(self, term: Term) -> bool:
        """Whether a term stands for one word, or only for a trade, and nothing came since the arrays were made."""
        late = self.store.postings.late or self.store.trade_rows.late
        return not late and all(s.high - s.low == 1 for s in term.spellings)

    def _worth(self, term: Term, rows: Rows) -> Floats:
        """What a term counts in each of ``rows``: looked up row by row, where that is less than all its postings."""
        worth = np.zeros(len(rows), np.float32)
        if term.trade >= 0:
            worth[_stands_in(self.store.trade_rows[term.trade], rows)] = _TRADE_WEIGHT * term.weight
        for spelling in sorted(term.spellings, key=_BY_QUALITY):
            packed = self.store.postings[spelling.low]
            places = np.searchsorted(packed, rows << FIELD_BITS)
            places[places == len(packed)] = 0
            hit = packed[places] >> FIELD_BITS == rows
            counts = _FIELD_WEIGHT[packed[places[hit]] & 3] * np.float32(spelling.quality * term.weight)
            worth[hit] = counts
        return worth

    def _extent(self, term: Term) -> int:
        """How many rows a term reaches at most."""
        frequency = self.store.frequency
        reach = 0
        if term.trade >= 0:
            reach = self.store.trade_size(term.trade)
        for spelling in term.spellings:
            if spelling.high - spelling.low == 1:
                reach += int(frequency[spelling.low])
            else:
                reach += int(frequency[spelling.low : spelling.high].sum())
        return reach

    def score(self, terms: Sequence[Term]) -> tuple[Rows, Floats]:
        """Live rows that fit a telling term, with the share of the query they explain (0 to 1)."""
        store = self.store
        count = store.facts.count
        if len(self._scores) < count:
            self._scores = np.zeros(count + 1024, np.float32)
            self._best = np.zeros(count + 1024, np.float32)
        scores, best = self._scores, self._best
        telling = [t for t in terms if t.word not in STOP_WORDS and (t.spellings or t.trade >= 0)]
        if not telling:
            telling = [t for t in terms if t.spellings]
        total = (
            sum(t.weight for t in terms if t.word not in STOP_WORDS) or sum(t.weight for t in terms) or 1.0
        )
        touched: list[Rows] = []
        found = 0
        for extent, _, term in sorted(
            (self._extent(term), place, term) for place, term in enumerate(telling)
        ):
            # A common word only adds to what rarer ones found.
            common = found > 0 and extent > _COMMON
            reached = sum(map(len, touched)) * (len(term.spellings) + 1) * _LOOK_UP
            if common and reached < extent and self._is_plain(term):
                rows = np.concatenate(touched) if len(touched) > 1 else touched[0]
                best[rows] = self._worth(term, rows)
                # A row reached by several words stands there several times and still counts once.
                touched = [rows]
                scores[rows] = scores[rows] + best[rows]
                continue
            rows, values = self._postings(term, scores if common else None)
            self._gather(scores, best, rows, values)
            if not common:
                touched.append(rows)
                found += len(rows)
        if not found:
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        rows = np.concatenate(touched) if len(touched) > 1 else touched[0]
        values = scores[rows] / np.float32(total)
        scores[rows] = 0.0
        # A row reached by several words stands there several times: its last place stays.
        turn = np.arange(len(rows), dtype=np.float32)
        best[rows] = turn
        keep = (best[rows] == turn) & store.facts.alive[rows]
        return rows[keep], values[keep]

    @staticmethod
    def _gather(scores: Floats, best: Floats, rows: Rows, values: Floats) -> None:
        """Add to each row the best of its values; later values of a row are the better ones."""
        best[rows] = values
        scores[rows] = scores[rows] + best[rows]

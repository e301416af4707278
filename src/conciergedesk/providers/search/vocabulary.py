"""The words of all providers, and the fuzzy match against them.

Matching runs over words, not over providers: a hundred thousand names share some forty thousand words.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from conciergedesk.providers.search.shelves import Shelves, other_firsts, within
from conciergedesk.providers.search.words import sounds

Ints = NDArray[np.int32]

_COLUMNS = ("sound_order", "sorted_hash")
_LAST = "\U0010ffff"


def _hashes(keys: Sequence[str]) -> NDArray[np.uint32]:
    return np.fromiter((crc32(key.encode()) for key in keys), np.uint32, len(keys))


class Vocabulary:
    """Words numbered in sorted order, then words that came later in the order they came.

    Because the first ``base`` numbers are sorted, all words with one beginning are neighbours.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._number(words)
        hashes = _hashes(sounds(self.words) if self.words else ())
        self._sound_order = np.argsort(hashes, kind="stable").astype(np.int32)
        self._sorted_hash = hashes[self._sound_order]
        self._shelves = Shelves.of(self.words)

    def _number(self, words: Sequence[str]) -> None:
        self.words = list(words)
        self.base = len(self.words)
        self.numbers = {word: number for number, word in enumerate(self.words)}
        self._late: list[tuple[str, int]] = []
        self._late_sounds: dict[int, list[int]] = {}

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """The arrays, for saving; later words are not in them."""
        return {name: getattr(self, f"_{name}") for name in _COLUMNS} | self._shelves.columns

    @classmethod
    def reopened(cls, words: Sequence[str], columns: dict[str, NDArray[np.generic]]) -> Vocabulary:
        vocabulary = cls.__new__(cls)
        vocabulary._number(words)
        for name in _COLUMNS:
            setattr(vocabulary, f"_{name}", columns[name])
        vocabulary._shelves = Shelves(columns)
        return vocabulary

    def add(self, word: str) -> int:
        """The number of ``word``, new if need be."""
        number = self.numbers.get(word)
        if number is None:
            number = self.numbers[word] = len(self.words)
            self.words.append(word)
            insort(self._late, (word, number))
            self._late_sounds.setdefault(crc32(sounds([word])[0].encode()), []).append(number)
        return number

    def beginning(self, prefix: str) -> tuple[int, int, list[int]]:
        """Words that begin with ``prefix``: a range of numbers, and later words one by one."""
        low = bisect_left(self.words, prefix, 0, self.base)
        high = bisect_left(self.words, prefix + _LAST, low, self.base)
        late: list[int] = []
        for word, number in self._late[bisect_left(self._late, (prefix, 0)) :]:
            if not word.startswith(prefix):
                break
            late.append(number)
        return low, high, late

    def sounding_like(self, word: str) -> list[int]:
        """Words with the same sound key."""
        key = sounds([word])[0]
        if len(key) < 2:
            return []
        code = np.uint32(crc32(key.encode()))
        low = int(np.searchsorted(self._sorted_hash, code, "left"))
        high = int(np.searchsorted(self._sorted_hash, code, "right"))
        return [*self._sound_order[low:high].tolist(), *self._late_sounds.get(int(code), ())]

    def close_to(
        self, word: str, budget: int, frequency: Ints, *, deep: bool = False
    ) -> list[tuple[int, int]]:
        """Words in use within ``budget`` edits (a swap of neighbours is one): number and distance.

        A second edit is only granted to words with the same first letter, and when one edit finds nothing,
        unless ``deep``. A first letter that is itself wrong is tried with the letters a to z.
        """
        found: list[tuple[int, int]] = []
        if not deep:
            found = [(number, 1) for number in self._other_first(word)]
            found.extend(self._within(word, 1))
            found = [(number, distance) for number, distance in found if distance and frequency[number] > 0]
        if budget > 1 and not found:
            found = self._within(word, budget)
        return [(number, distance) for number, distance in found if distance and frequency[number] > 0]

    def _other_first(self, word: str) -> list[int]:
        """Words one edit away whose first letter differs."""
        numbers = self.numbers
        found = {numbers[other] for other in other_firsts(word) if other in numbers and other[0] != word[0]}
        return sorted(found)

    def _within(self, word: str, edits: int) -> list[tuple[int, int]]:
        numbers = self._shelves.near(word, edits)
        numbers.extend(
            number
            for late, number in self._late
            if abs(len(late) - len(word)) <= edits and late[0] == word[0]
        )
        words = [self.words[number] for number in numbers]
        return [(numbers[place], distance) for place, distance in within(word, words, edits)]

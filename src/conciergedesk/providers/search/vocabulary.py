"""The words of all providers, and the fuzzy match against them.

Matching runs over words, not over providers: a hundred thousand names share some forty thousand words. A
signature of 32 bits says which letters a word has; words whose signatures differ by more than the edits
allow are dropped before any distance is computed.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from conciergedesk.providers.search.words import sounds

Ints = NDArray[np.int32]

_LETTERS = np.zeros(256, dtype=np.uint32)
for _letter in range(26):
    _LETTERS[ord("a") + _letter] = np.uint32(1 << _letter)
for _digit in range(10):
    _LETTERS[ord("0") + _digit] = np.uint32(1 << (26 + _digit % 6))
_LAST = "\U0010ffff"


def _signatures(words: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    encoded = [word.encode() for word in words]
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    sizes = np.fromiter(map(len, encoded), np.int64, len(words))
    letters = _LETTERS[np.frombuffer(b"".join(encoded), np.uint8)]
    starts = np.zeros(len(words), np.int64)
    np.cumsum(sizes[:-1], out=starts[1:])
    signs = np.bitwise_or.reduceat(letters, starts) if len(words) else np.zeros(0, np.uint32)
    return signs, np.minimum(lengths, 255).astype(np.uint8)


def _hashes(keys: Sequence[str]) -> NDArray[np.uint32]:
    return np.fromiter((crc32(key.encode()) for key in keys), np.uint32, len(keys))


class Vocabulary:
    """Words numbered in sorted order, then words that came later in the order they came.

    Because the first ``base`` numbers are sorted, all words with one beginning are neighbours.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = list(words)
        self.base = len(self.words)
        self.numbers = {word: number for number, word in enumerate(self.words)}
        self._signs, self._lengths = _signatures(self.words)
        keys = sounds(self.words) if self.words else []
        self._sound_hash = _hashes(keys)
        self._sound_order = np.argsort(self._sound_hash, kind="stable").astype(np.int32)
        self._sorted_hash = self._sound_hash[self._sound_order]
        by_length = np.argsort(self._lengths, kind="stable").astype(np.int32)
        self._by_length = by_length
        self._signs = self._signs[by_length]
        self._firsts = np.fromiter((ord(self.words[n][0]) & 255 for n in by_length), np.uint8, self.base)
        self._length_starts = np.searchsorted(self._lengths[by_length], np.arange(258)).tolist()
        self._late: list[tuple[str, int]] = []
        self._late_sounds: dict[int, list[int]] = {}

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
        code = crc32(key.encode())
        low = int(np.searchsorted(self._sorted_hash, code, "left"))
        high = int(np.searchsorted(self._sorted_hash, code, "right"))
        return [*self._sound_order[low:high].tolist(), *self._late_sounds.get(code, ())]

    def close_to(self, word: str, budget: int, *, deep: bool = False) -> list[tuple[int, int]]:
        """Words within ``budget`` edits (a swap of neighbours is one): number and distance.

        A second edit is only granted to words with the same first letter, and when one edit finds
        nothing, unless ``deep``.
        """
        for edits in range(budget if deep else 1, budget + 1):
            found = self._within(word, edits)
            if any(distance for _, distance in found):
                return found
        return []

    def _within(self, word: str, edits: int) -> list[tuple[int, int]]:
        signs, _ = _signatures([word])
        low = self._length_starts[min(256, max(0, len(word) - edits))]
        high = self._length_starts[min(256, len(word) + edits + 1)]
        near = np.bitwise_count(self._signs[low:high] ^ signs[0]) <= 2 * edits
        if edits > 1:
            near &= self._firsts[low:high] == ord(word[0]) & 255
        numbers = self._by_length[low:high][near].tolist()
        numbers.extend(
            number
            for late, number in self._late
            if abs(len(late) - len(word)) <= edits and (edits == 1 or late[0] == word[0])
        )
        if not numbers:
            return []
        words = [self.words[number] for number in numbers]
        found = cdist([word], words, scorer=OSA.distance, score_cutoff=edits, dtype=np.uint8)[0]
        return [(numbers[place], int(found[place])) for place in np.flatnonzero(found <= edits).tolist()]

"""Words on shelves by first letter and length, with a sign of their letters: what is a few edits away, quickly.

A sign of 32 bits says which letters a word has; words whose signs differ by more than the edits allow are
dropped before any distance is computed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

_LETTERS = np.zeros(256, dtype=np.uint32)
for _letter in range(26):
    _LETTERS[ord("a") + _letter] = np.uint32(1 << _letter)
for _digit in range(10):
    _LETTERS[ord("0") + _digit] = np.uint32(1 << (26 + _digit % 6))
_LETTER_BITS: list[int] = _LETTERS.tolist()
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_COLUMNS = ("shelves", "shelf_signs", "shelf_starts")


def _signatures(words: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    encoded = [word.encode() for word in words]
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    sizes = np.fromiter(map(len, encoded), np.int64, len(words))
    letters = _LETTERS[np.frombuffer(b"".join(encoded), np.uint8)]
    starts = np.zeros(len(words), np.int64)
    np.cumsum(sizes[:-1], out=starts[1:])
    signs = np.bitwise_or.reduceat(letters, starts) if len(words) else np.zeros(0, np.uint32)
    return signs, np.minimum(lengths, 255).astype(np.uint8)


def _sign(word: str) -> np.uint32:
    sign = 0
    for byte in word.encode():
        sign |= _LETTER_BITS[byte]
    return np.uint32(sign)


class Shelves:
    """Places of words in a list, by first letter and length: a look for edits only reads one short stretch."""

    def __init__(self, columns: dict[str, NDArray[np.generic]]) -> None:
        self.columns = {name: columns[name] for name in _COLUMNS}
        self._places: NDArray[np.int32] = np.asarray(columns["shelves"], np.int32)
        self._signs: NDArray[np.uint32] = np.asarray(columns["shelf_signs"], np.uint32)
        self._starts: NDArray[np.int32] = np.asarray(columns["shelf_starts"], np.int32)

    @classmethod
    def of(cls, words: Sequence[str]) -> Shelves:
        """The shelves of ``words``, none of which is empty."""
        signs, lengths = _signatures(words)
        firsts = np.fromiter((ord(word[0]) & 255 for word in words), np.int64, len(words))
        shelf = firsts << 8 | lengths
        order = np.argsort(shelf, kind="stable").astype(np.int32)
        starts = np.searchsorted(shelf[order], np.arange((256 << 8) + 1)).astype(np.int32)
        return cls({"shelves": order, "shelf_signs": signs[order], "shelf_starts": starts})

    def near(self, word: str, edits: int) -> list[int]:
        """Places of words with the same first letter that may be within ``edits`` of ``word``."""
        shelf = (ord(word[0]) & 255) << 8
        low = int(self._starts[shelf | max(0, min(255, len(word) - edits))])
        high = int(self._starts[(shelf | min(255, len(word) + edits)) + 1])
        near = np.bitwise_count(self._signs[low:high] ^ _sign(word)) <= 2 * edits
        places: list[int] = self._places[low:high][near].tolist()
        return places


def other_firsts(word: str) -> list[str]:
    """What one edit at its beginning makes of a word: shelves only hold words with the same first letter."""
    rest = word[1:]
    tries = [rest, *(letter + rest for letter in _ALPHABET), *(letter + word for letter in _ALPHABET)]
    if len(word) > 1:
        tries.append(word[1] + word[0] + word[2:])
    return tries


def within(word: str, words: Sequence[str], edits: int) -> list[tuple[int, int]]:
    """Which of ``words`` are within ``edits`` of ``word``: place and distance."""
    if not words:
        return []
    found = cdist([word], words, scorer=OSA.distance, score_cutoff=edits, dtype=np.uint8)[0]
    return [(place, int(found[place])) for place in np.flatnonzero(found <= edits).tolist()]

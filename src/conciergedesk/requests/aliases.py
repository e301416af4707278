"""Finding a name among typed words: exactly, by its beginning, or with a typing error."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WORD_LIMIT = 40
"""Words of a line that are looked at."""

_PREFIX_LETTERS = 3
_FUZZY_LETTERS = 5
_LIKENESS = 0.82


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found: whose it is, how surely, and in which words."""

    code: str
    score: float
    start: int
    length: int
    alias: str


class AliasIndex:
    """Folded names, each of one or more words, and the code that each stands for."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._codes = {name: code for name, code in names.items() if name}
        self._names = sorted(self._codes)
        self._longest = max((name.count(" ") + 1 for name in self._names), default=1)

    def find(self, words: Sequence[str]) -> list[Hit]:
        """The best hit for each code among folded words.

        Whole names win, longer before shorter and earlier before later. Without any, the beginning of a name
        (three letters and more) counts, and without that a word with a typing error (five letters and more).
        """
        return self._whole(words) or self._beginnings(words) or self._alike(words)

    def _whole(self, words: Sequence[str]) -> list[Hit]:
        found: dict[str, Hit] = {}
        for start in range(len(words)):
            for length in range(min(self._longest, len(words) - start), 0, -1):
                if not words[start] or not words[start + length - 1]:
                    continue
                name = " ".join(part for part in words[start : start + length] if part)
                if name not in self._codes and len(name) > _PREFIX_LETTERS and name.endswith(("s", "x")):
                    name = name[:-1]
                if name in self._codes:
                    score = 100.0 - min(start, 9) + 10 * (length - 1)
                    _keep(found, Hit(self._codes[name], score, start, length, name))
        return list(found.values())

    def _beginnings(self, words: Sequence[str]) -> list[Hit]:
        found: dict[str, Hit] = {}
        for start, word in enumerate(words):
            if len(word) < _PREFIX_LETTERS:
                continue
            for name in self._names[bisect_left(self._names, word) :]:
                if not name.startswith(word):
                    break
                score = 60.0 + 30 * len(word) / len(name) - min(start, 9)
                _keep(found, Hit(self._codes[name], score, start, 1, name))
        return list(found.values())

    def _alike(self, words: Sequence[str]) -> list[Hit]:
        long_enough = [(start, word) for start, word in enumerate(words) if len(word) >= _FUZZY_LETTERS]
        found: dict[str, Hit] = {}
        if not long_enough:
            return []
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        for start, word in long_enough:
            for name, likeness, _place in process.extract(
                word, self._names, scorer=OSA.normalized_similarity, score_cutoff=_LIKENESS, limit=3
            ):
                _keep(found, Hit(self._codes[name], likeness * 100 - 40 - min(start, 9), start, 1, name))
        return list(found.values())


def _keep(found: dict[str, Hit], hit: Hit) -> None:
    known = found.get(hit.code)
    if known is None or hit.score > known.score:
        found[hit.code] = hit

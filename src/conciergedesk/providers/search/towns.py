"""The communes that providers are in: what an unfinished or a misspelt name of one may mean."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence

from conciergedesk.providers.search.lexicon import LONGEST_PHRASE
from conciergedesk.providers.search.shelves import Shelves, other_firsts, within

_LAST = "\U0010ffff"
_KEPT = 2000
_SHORT_SAINTS = {"saint": "st", "sainte": "ste"}


class Towns:
    """Folded names of communes with how many providers are in each; a name with nobody is as if it were not there."""

    def __init__(self, names: Sequence[str], counts: Sequence[int]) -> None:
        self._counts = {name: count for name, count in zip(names, counts, strict=True) if name}
        self._sorted = sorted(name for name, count in self._counts.items() if count)
        self._base = list(self._sorted)
        self._late: list[str] = []
        self._shelves: Shelves | None = None
        self._sizes: dict[str, int] = {}
        for name in self._sorted:
            self._note_size(name)
        self._meant: dict[str, str | None] = {}

    def __contains__(self, name: str) -> bool:
        return self._counts.get(name, 0) > 0

    def _note_size(self, name: str) -> None:
        words = name.split(" ", LONGEST_PHRASE)
        for first in (words[0], _SHORT_SAINTS.get(words[0], words[0])):
            self._sizes[first] = max(self._sizes.get(first, 1), min(len(words), LONGEST_PHRASE))

    def longest(self, word: str) -> int:
        """Of how many words a name that begins with ``word`` can be at most."""
        return self._sizes.get(word, 1)

    def count(self, name: str, step: int) -> None:
        """One provider more or less in a commune."""
        if not name:
            return
        before = self._counts.get(name, 0)
        self._counts[name] = before + step
        if not before:
            insort(self._sorted, name)
            self._note_size(name)
            place = bisect_left(self._base, name)
            if name not in self._late and self._base[place : place + 1] != [name]:
                self._late.append(name)
        elif not before + step:
            del self._sorted[bisect_left(self._sorted, name)]
        self._meant.clear()

    def beginning(self, prefix: str) -> list[str]:
        """Names that begin with ``prefix``, in order."""
        low = bisect_left(self._sorted, prefix)
        return self._sorted[low : bisect_left(self._sorted, prefix + _LAST, low)]

    def meant_by(self, phrase: str) -> str | None:
        """The one commune that a misspelt phrase most likely means."""
        if phrase not in self._meant:
            if len(self._meant) > _KEPT:
                self._meant.clear()
            self._meant[phrase] = self._closest(phrase)
        return self._meant[phrase]

    def _closest(self, phrase: str) -> str | None:
        if self._shelves is None:
            self._shelves = Shelves.of(self._base)
        edits = 1 if len(phrase) < 8 else 2
        names = [self._base[place] for place in self._shelves.near(phrase, edits)]
        names += [name for name in self._late if name[0] == phrase[0]]
        names += {name for name in other_firsts(phrase) if name in self._counts} - set(names)
        close = [
            (distance, -self._counts[names[place]], names[place])
            for place, distance in within(phrase, names, edits)
            if self._counts[names[place]] > 0
        ]
        return min(close)[2] if close else None

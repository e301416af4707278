"""Everything the search looks at: words, groups, facts, names and numbers of all providers."""

from __future__ import annotations

import sys
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from conciergedesk.core.text import fold
from conciergedesk.providers.search.columns import Facts, Groups, Ids, Texts, TextsMaker, fact_row
from conciergedesk.providers.search.entry import ProviderEntry
from conciergedesk.providers.search.phones import PhoneIndex, numbers_of
from conciergedesk.providers.search.towns import Towns
from conciergedesk.providers.search.vocabulary import Vocabulary
from conciergedesk.providers.search.words import fold_all

# Fields of a provider, the weightiest first; two bits of each posting.
NAME, COMMUNE, OTHER = 0, 1, 2
FIELD_BITS = 2
_WORD_SHIFT = 34
_CHUNK = 2_000
_LAST = "\U0010ffff"


def give_back_memory() -> None:
    """Hand memory that a build needed for a moment back to the system, where the C library can."""
    import ctypes

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


class Numbering(dict[str, int]):
    """Numbers texts in the order they are first seen."""

    def __missing__(self, key: str) -> int:
        self[key] = number = len(self)
        return number


def other_text(entry: ProviderEntry) -> str:
    """What is searched below name and commune."""
    return " ".join((entry.address, entry.postcode, *entry.tags, entry.notes))


def _folded_communes(entries: Sequence[ProviderEntry]) -> dict[str, str]:
    names = list({entry.commune for entry in entries})
    return dict(zip(names, fold_all(names), strict=True))


def _renumbered(keys: list[NDArray[np.int64]], place: NDArray[np.int64]) -> NDArray[np.int64]:
    """Keys with words numbered by ``place``, sorted, with the weightiest field of each word and row only.

    Empties ``keys`` and works in place: this is the largest thing a build holds.
    """
    every = np.concatenate(keys) if keys else np.zeros(0, np.int64)
    keys.clear()
    words = every >> _WORD_SHIFT
    words = place[words] if len(place) else words
    words <<= _WORD_SHIFT
    every &= (1 << _WORD_SHIFT) - 1
    every |= words
    del words
    every.sort()
    first = np.ones(len(every), np.bool_)
    np.not_equal(every[1:] >> FIELD_BITS, every[:-1] >> FIELD_BITS, out=first[1:])
    return every[first]


class Store:
    """The columns of the index. Rows are numbered; a replaced provider gets a new row and its old one is dead."""

    def __init__(self) -> None:
        self.ids = Ids(())
        self.communes = Numbering()
        self.trades = Numbering()
        self.languages = Numbering()
        self.live = 0
        self.late_names: list[tuple[str, int]] = []
        self._commune_names: list[str] = []
        self._towns: Towns | None = None
        self._trade_sizes: dict[int, int] = {}

    @classmethod
    def build(cls, entries: Sequence[ProviderEntry]) -> Store:
        store = cls()
        last = {entry.id: place for place, entry in enumerate(entries)}
        if len(last) != len(entries):
            entries = [entry for place, entry in enumerate(entries) if last[entry.id] == place]
        store.ids = Ids([entry.id for entry in entries])
        store.live = len(entries)
        store._build_text(entries)
        store._build_groups(entries)
        give_back_memory()
        return store

    def _build_text(self, entries: Sequence[ProviderEntry]) -> None:
        """Words, postings and names. Works in small chunks, so that the strings of a chunk are soon gone."""
        numbers = Numbering()
        keys: list[NDArray[np.int64]] = []
        shown, folded = TextsMaker(), TextsMaker()
        communes = _folded_communes(entries)
        for start in range(0, len(entries), _CHUNK):
            chunk = entries[start : start + _CHUNK]
            names = fold_all([entry.name for entry in chunk])
            shown.add([entry.name for entry in chunk])
            folded.add(names)
            towns = [communes[entry.commune] for entry in chunk]
            others = fold_all([other_text(entry) for entry in chunk])
            for field, texts in enumerate((names, towns, others)):
                tokens = [text.split() for text in texts]
                counts = np.fromiter(map(len, tokens), np.int64, len(tokens))
                rows = np.repeat(np.arange(start, start + len(chunk), dtype=np.int64), counts)
                found = map(numbers.__getitem__, chain.from_iterable(tokens))
                words = np.fromiter(found, np.int64, int(counts.sum()))
                keys.append(words << _WORD_SHIFT | rows << FIELD_BITS | field)
        # Written out anew: the words counted above lie scattered among strings that are gone.
        words_in_order = Texts.of(sorted(numbers)).everything()
        place = np.zeros(len(numbers), np.int64)
        place[[numbers[word] for word in words_in_order]] = np.arange(len(numbers))
        del numbers
        self.vocabulary = Vocabulary(words_in_order)
        self.take_postings(_renumbered(keys, place), len(words_in_order))
        self.names, self.folded = shown.texts(), folded.texts()
        self.sort_names()

    def take_postings(self, keys: NDArray[np.int64], count: int) -> None:
        """Postings from sorted keys of word, row and field."""
        starts = np.zeros(count + 1, np.int32)
        np.cumsum(np.bincount(keys >> _WORD_SHIFT, minlength=count), out=starts[1:])
        keys &= (1 << _WORD_SHIFT) - 1
        self.postings = Groups(starts, keys.astype(np.int32))
        self.frequency = np.diff(starts)

    def sort_names(self) -> None:
        """Put the rows in the order of their names without spaces."""
        glued = [self.folded[row].replace(" ", "") for row in range(len(self.folded))]
        self.by_name = np.array(sorted(range(len(glued)), key=glued.__getitem__), np.int32)

    def _build_groups(self, entries: Sequence[ProviderEntry]) -> None:
        communes = _folded_communes(entries)
        trade_rows: list[int] = []
        trade_groups: list[int] = []
        for row, entry in enumerate(entries):
            for code in entry.categories:
                trade_groups.append(self.trades[code])
                trade_rows.append(row)
        lengths = np.diff(self.folded.starts).tolist()
        facts = (
            fact_row(
                entry,
                self.trades[entry.categories[0]] if entry.categories else -1,
                self._language_bits(entry.languages),
                self.communes[communes[entry.commune]],
                lengths[row],
            )
            for row, entry in enumerate(entries)
        )
        self.facts = Facts.of(facts, len(entries))
        self.trade_rows = Groups.of(
            np.array(trade_groups, np.int32), np.array(trade_rows, np.int32), len(self.trades)
        )
        everyone = np.arange(len(entries), dtype=np.int32)
        self.commune_rows = Groups.of(self.facts.commune, everyone, len(self.communes))
        numbers: list[str] = []
        owners: list[int] = []
        for row, entry in enumerate(entries):
            if entry.phones:
                for number in numbers_of(entry.phones, entry.country):
                    numbers.append(number)
                    owners.append(row)
        self.phones = PhoneIndex(numbers, owners)

    def _language_bits(self, languages: Iterable[str]) -> int:
        bits = 0
        for language in languages:
            bits |= 1 << min(self.languages[language.casefold()], 31)
        return bits

    @property
    def towns(self) -> Towns:
        """The communes that providers are in."""
        if self._towns is None:
            facts = self.facts
            places = facts.commune[: facts.count][facts.alive[: facts.count]]
            self._towns = Towns(
                self.commune_names, np.bincount(places, minlength=len(self.communes)).tolist()
            )
        return self._towns

    def trade_size(self, trade: int) -> int:
        """How many live providers have a trade."""
        size = self._trade_sizes.get(trade)
        if size is None:
            size = self._trade_sizes[trade] = int(self.facts.alive[self.trade_rows[trade]].sum())
        return size

    @property
    def commune_names(self) -> list[str]:
        """Folded commune names by number."""
        if len(self._commune_names) != len(self.communes):
            self._commune_names = list(self.communes)
        return self._commune_names

    def words_of(self, row: int) -> dict[int, int]:
        """The words of a row with the weightiest field each stands in."""
        base = self.postings.rows
        places = np.nonzero(base >> FIELD_BITS == row)[0]
        numbers = np.searchsorted(self.postings.starts, places, "right") - 1
        found = dict(zip(numbers.tolist(), (base[places] & 3).tolist(), strict=True))
        for number, late in self.postings.late.items():
            for posting in late:
                if posting >> FIELD_BITS == row:
                    found[number] = posting & 3
        return found

    def add(self, entry: ProviderEntry) -> None:
        """Make one provider findable; an entry with the same id is replaced."""
        self.remove(entry.id)
        row = self.ids.add(entry.id)
        name = fold(entry.name)
        commune = fold(entry.commune)
        fields: dict[str, int] = {}
        for field, text in enumerate((name, commune, fold(other_text(entry)))):
            for word in text.split():
                fields.setdefault(word, field)
        for word, field in fields.items():
            number = self.vocabulary.add(word)
            self.postings.add(number, row << FIELD_BITS | field)
            self._count(number, 1)
        self.names.late.append(entry.name)
        self.folded.late.append(name)
        insort(self.late_names, (name.replace(" ", ""), row))
        trade = -1
        for code in entry.categories:
            self.trade_rows.add(self.trades[code], row)
        if entry.categories:
            trade = self.trades[entry.categories[0]]
        place = self.communes[commune]
        self.commune_rows.add(place, row)
        self.facts.add(
            fact_row(entry, trade, self._language_bits(entry.languages), place, len(name.encode()))
        )
        self.phones.add(numbers_of(entry.phones, entry.country), row)
        self.live += 1
        if self._towns is not None:
            self._towns.count(commune, 1)
        self._trade_sizes.clear()

    def remove(self, id: str) -> bool:
        """Forget a provider; False when it was not there."""
        row = self.ids.row(id)
        if row is None:
            return False
        self.ids.remove(id)
        for number in self.words_of(row):
            self._count(number, -1)
        self.facts.alive[row] = False
        self.live -= 1
        if self._towns is not None:
            self._towns.count(self.commune_names[int(self.facts.commune[row])], -1)
        self._trade_sizes.clear()
        return True

    def _count(self, number: int, step: int) -> None:
        if number >= len(self.frequency):
            spare = np.zeros(max(256, number - len(self.frequency) + 1), np.int32)
            self.frequency = np.concatenate((self.frequency, spare))
        self.frequency[number] += step

    def rows_named(self, glued: str, most: int) -> list[int]:
        """Live rows whose name without spaces begins with ``glued``; of more than ``most``, those that are it."""
        rows = self._rows_between(glued, glued + _LAST)
        if len(rows) > most:
            rows = self._rows_between(glued, glued + "\0")
        return rows

    def rows_beginning(self, glued: str) -> NDArray[np.int32]:
        """Live rows whose name without spaces begins with ``glued``."""
        first, after = glued, glued + _LAST
        rows = self.by_name[self._name_place(first) : self._name_place(after)]
        low, high = bisect_left(self.late_names, (first, -1)), bisect_left(self.late_names, (after, -1))
        late = np.array([row for _, row in self.late_names[low:high]], np.int32)
        rows = np.concatenate((rows, late))
        alive: NDArray[np.int32] = rows[self.facts.alive[rows]]
        return alive

    def _rows_between(self, first: str, after: str) -> list[int]:
        start = self._name_place(first)
        found: list[int] = []
        if start < len(self.by_name) and self._glued(start) < after:
            rows = self.by_name[start : self._name_place(after)]
            found = rows[self.facts.alive[rows]].tolist()
        low, high = bisect_left(self.late_names, (first, -1)), bisect_left(self.late_names, (after, -1))
        found.extend(row for _, row in self.late_names[low:high] if self.facts.alive[row])
        return found

    def _glued(self, place: int) -> str:
        return self.folded[int(self.by_name[place])].replace(" ", "")

    def _name_place(self, glued: str) -> int:
        low, high = 0, len(self.by_name)
        while low < high:
            middle = (low + high) // 2
            if self._glued(middle) < glued:
                low = middle + 1
            else:
                high = middle
        return low

"""Why a provider was found, and which letters of its name to highlight."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from conciergedesk.providers.search.entry import ChipKind, Reason, Why
from conciergedesk.providers.search.lexicon import Lexicon
from conciergedesk.providers.search.matching import Term
from conciergedesk.providers.search.store import Store
from conciergedesk.providers.search.understanding import Reading, tokens_of

Span = tuple[int, int]


_PLAIN_WORD = re.compile("[a-z0-9]+")


@lru_cache(maxsize=256)
def _name_words(name: str) -> dict[str, Span]:
    """The words of a name with their places as it is written; the first place of each counts."""
    if name.isascii():
        words = [(match.group(), match.span()) for match in _PLAIN_WORD.finditer(name.lower())]
    else:
        words = [(token.word, (token.start, token.end)) for token in tokens_of(name)]
    words.reverse()
    return dict(words)


class Explainer:
    """Says why rows were found by one query; what is common to all hits is worked out once."""

    def __init__(self, store: Store, lexicon: Lexicon, reading: Reading, terms: Sequence[Term]) -> None:
        self._store = store
        self._chips = [c for c in reading.understanding.chips if c.kind in (ChipKind.TRADE, ChipKind.PLACE)]
        self._lexicon = lexicon
        self._placed = any(chip.kind is ChipKind.PLACE for chip in self._chips)
        words = store.vocabulary.words
        self._terms: list[tuple[str, list[str], bool, bool]] = []
        for term in terms:
            ranked = sorted(term.spellings, key=lambda spelling: -spelling.quality)
            single = [words[s.low] for s in ranked if not s.beginning]
            short = term.word in lexicon.abbreviations or term.word in lexicon.places
            self._terms.append((term.word, single, any(s.beginning for s in ranked), short))
        self._trades: set[int] = set()
        for chip in self._chips:
            if chip.kind is ChipKind.TRADE:
                codes = (chip.value, *lexicon.narrower(chip.value))
                self._trades = {store.trades[code] for code in codes if code in store.trades}

    def explain(self, row: int, *, near: bool) -> tuple[tuple[Why, ...], tuple[Span, ...]]:
        """Reasons in the order of the query, and highlight spans in the name as it is written.

        ``near`` says that the provider is near the place of the query.
        """
        by_word = _name_words(self._store.names[row])
        commune = self._store.commune_names[int(self._store.facts.commune[row])]
        why: dict[Why, None] = {}
        spans: set[Span] = set()
        for chip in self._chips:
            if chip.kind is ChipKind.PLACE:
                if chip.value == commune or near:
                    reason = Reason.PLACE if chip.value == commune else Reason.NEAR
                    why[Why(reason, chip.label, chip.value)] = None
            elif int(self._store.facts.trade[row]) in self._trades or self._second_trade(row):
                why[Why(Reason.TRADE, chip.label, self._lexicon.trades[chip.value].label.fr)] = None
        for word, single, beginning, short in self._terms:
            found = _match(word, single, beginning, by_word)
            if found is not None:
                reason, meant, length = found
                start, end = by_word[meant]
                if short and reason in (Reason.CORRECTED, Reason.PREFIX, Reason.GLUED):
                    reason = Reason.SHORT
                why[Why(reason, word, meant)] = None
                spans.add((start, min(end, start + length)))
            elif not self._placed and word in commune.split():
                why[Why(Reason.PLACE, word, commune)] = None
        return tuple(why), tuple(sorted(spans))

    def _second_trade(self, row: int) -> bool:
        return any(row in self._store.trade_rows[trade] for trade in self._trades)


def _match(
    word: str, single: Sequence[str], beginning: bool, by_word: dict[str, Span]
) -> tuple[Reason, str, int] | None:
    """The word of a name that a typed word stands for, with how many of its letters to highlight."""
    if word in by_word:
        return Reason.NAME, word, len(word) + 99
    if beginning:
        for other in by_word:
            if other.startswith(word):
                return Reason.PREFIX, other, len(word)
    for other in single:
        if other in by_word:
            if other.startswith(word):
                return Reason.PREFIX, other, len(other) + 99
            same = (other in word or word in other) and abs(len(other) - len(word)) > 2
            return Reason.GLUED if same else Reason.CORRECTED, other, len(other) + 99
    return None

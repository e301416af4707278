"""Why a provider was found, and which letters of its name to highlight."""

from __future__ import annotations

from collections.abc import Sequence

from conciergedesk.providers.search.entry import ChipKind, Reason, Why
from conciergedesk.providers.search.lexicon import Lexicon
from conciergedesk.providers.search.matching import Term
from conciergedesk.providers.search.store import Store
from conciergedesk.providers.search.understanding import Reading, Token, tokens_of

Span = tuple[int, int]


def explain(
    store: Store, lexicon: Lexicon, row: int, reading: Reading, terms: Sequence[Term]
) -> tuple[tuple[Why, ...], tuple[Span, ...]]:
    """Reasons in the order of the query, and highlight spans in the name as it is written."""
    name_tokens = tokens_of(store.names[row])
    by_word = {token.word: token for token in reversed(name_tokens)}
    commune = store.commune_names[int(store.facts.commune[row])]
    why: dict[Why, None] = {}
    spans: set[Span] = set()
    for chip in reading.understanding.chips:
        if chip.kind is ChipKind.TRADE and _has_trade(store, lexicon, row, chip.value):
            why[Why(Reason.TRADE, chip.label, lexicon.trades[chip.value].label.fr)] = None
        elif chip.kind is ChipKind.PLACE:
            why[Why(Reason.PLACE if chip.value == commune else Reason.NEAR, chip.label, chip.value)] = None
    for place, term in enumerate(terms):
        _explain_term(store, term, place == len(terms) - 1, by_word, commune, name_tokens, why, spans)
    return tuple(why), tuple(sorted(spans))


def _has_trade(store: Store, lexicon: Lexicon, row: int, code: str) -> bool:
    for one in (code, *lexicon.narrower(code)):
        number = store.trades.get(one)
        if number is not None and (store.facts.trade[row] == number or row in store.trade_rows[number]):
            return True
    return False


def _explain_term(
    store: Store,
    term: Term,
    last: bool,
    by_word: dict[str, Token],
    commune: str,
    name_tokens: Sequence[Token],
    why: dict[Why, None],
    spans: set[Span],
) -> None:
    word = term.word
    if word in by_word:
        spans.add((by_word[word].start, by_word[word].end))
        why[Why(Reason.NAME, word, word)] = None
        return
    words = store.vocabulary.words
    for spelling in sorted(term.spellings, key=lambda s: -s.quality):
        if spelling.high - spelling.low > 1:
            found = next((t for t in name_tokens if t.word.startswith(word)), None) if last else None
            if found is not None:
                spans.add((found.start, min(found.end, found.start + len(word))))
                why[Why(Reason.PREFIX, word, found.word)] = None
                return
            continue
        other = words[spelling.low]
        if other in by_word:
            spans.add((by_word[other].start, by_word[other].end))
            if other.startswith(word):
                reason = Reason.PREFIX
            elif other in word or word in other:
                reason = Reason.GLUED
            else:
                reason = Reason.CORRECTED
            why[Why(reason, word, other)] = None
            return
    if word in commune.split():
        why[Why(Reason.PLACE, word, commune)] = None

"""How typed words are held against names: of people, of places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from conciergedesk.core.text import fold
from conciergedesk.requests.capture import vocabulary as words
from conciergedesk.requests.capture.line import Line, Word
from conciergedesk.requests.capture.values import PersonHit, PlaceHit

LIKE_ENOUGH = 0.75
Hit = TypeVar("Hit", PersonHit, PlaceHit)


def likeness(asked: Sequence[str], name: str) -> float:
    """How well folded words fit a name: 1 when each is a word of it, 0 when one is no part of it at all."""
    parts = fold(name).split()
    asked = [part for word in asked for part in word.split() if part not in words.ARTICLES]
    if not asked or not parts:
        return 0.0
    total = 0.0
    for word in asked:
        best = max(_word_likeness(word, part) for part in parts)
        if best < LIKE_ENOUGH * 0.95:
            return 0.0
        total += best
    return total / len(asked)


def _word_likeness(word: str, part: str) -> float:
    if word == part:
        return 1.0
    if len(word) >= 2 and part.startswith(word):
        return 0.9
    if len(word) < 4 or abs(len(word) - len(part)) > 2:
        return 0.0
    from rapidfuzz.distance import OSA

    return OSA.normalized_similarity(word, part) * 0.95


def fitting(asked: Sequence[Word], find: Callable[[str], Sequence[Hit]]) -> list[tuple[float, Hit]]:
    """Hits for these words that truly contain them, best first, the finder's order kept among equals."""
    text = " ".join(word.typed for word in asked)
    if len(text) < 2:
        return []
    scored = [(likeness([word.folded for word in asked], hit.name), hit) for hit in find(text)]
    return sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: -pair[0])


def sureness(hits: Sequence[tuple[float, PersonHit | PlaceHit]]) -> float:
    return round(hits[0][0] * (1.0 if len(hits) == 1 or hits[1][0] < hits[0][0] else 0.75), 2)


def may_be_a_name(word: Word) -> bool:
    return word.is_name_like and word.folded not in words.SMALL_WORDS and word.folded not in words.TITLES


def titled(line: Line, openers: frozenset[str] = words.TITLES | words.FOR) -> dict[int, int]:
    """Starts of words that follow a title or *pour*, with the start of what announces them."""
    found: dict[int, int] = {}
    for run in line.runs():
        opened: int | None = None
        titled = False
        for word in run:
            if word.folded in openers:
                opened = word.start if opened is None else opened
                titled = titled or word.folded in words.TITLES
            elif opened is not None and word.folded in (
                words.LINKS | words.PARTICLES if titled else words.ARTICLES
            ):
                continue  # "pour les Dubois", "M. de la Tour"
            else:
                if opened is not None and may_be_a_name(word):
                    found[word.start] = opened
                opened, titled = None, False
    return found

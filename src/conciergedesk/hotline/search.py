"""Searching the articles as one types: begun words, slips of the finger, any order, with the reasons."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log
from typing import NamedTuple

from conciergedesk.core.text import fold
from conciergedesk.hotline.articles import Article


class Field(StrEnum):
    """Where a word stands in an article; a title counts most."""

    TITLE = "title"
    KEYWORDS = "keywords"
    APPLIES_TO = "applies_to"
    BODY = "body"


class How(StrEnum):
    """How a typed word met a word of the article."""

    EXACT = "exact"
    PREFIX = "prefix"
    TYPO = "typo"


_FIELD_WEIGHT = {Field.TITLE: 8.0, Field.KEYWORDS: 5.0, Field.APPLIES_TO: 3.0, Field.BODY: 1.0}
_HOW_WEIGHT = {How.EXACT: 1.0, How.PREFIX: 0.75, How.TYPO: 0.5}
_ID_WEIGHT = 50.0
_MAX_WORDS = 16
_CACHED_WORDS = 256

# Words that every request holds; they would only push long articles up.
_STOP_LINES = (
    "a ai au aux avec c ce ces cette d dans de des du elle en est et il ils j je l la le les leur m",
    "ma mais me mon n ne nous on ou par pas plus pour qu que qui s sa se ses si son sur un une vous y",
    "the an and are as at be by do does for from has have i in is it its my no not of on or our that",
    "this to was we with you your bonjour merci hello please svp",
)
_STOP = frozenset(word for line in _STOP_LINES for word in line.split())


class Match(NamedTuple):
    """Why an article was found: the word typed, the word met, where it stands and how they met."""

    typed: str
    met: str
    field: Field
    how: How


@dataclass(frozen=True, slots=True)
class Hit:
    """A found article with its reasons, best first."""

    article: Article
    score: float
    matches: tuple[Match, ...]


class _Found(NamedTuple):
    weight: float
    met: str
    field: Field
    how: How


class ArticleIndex:
    """An index in memory over the articles of one language or of several.

    index = ArticleIndex(shelf.in_language("fr"))
    index.search("tablette allume pas")[0].article.id
    """

    def __init__(self, articles: Iterable[Article]) -> None:
        self.articles = tuple(articles)
        self._by_id: dict[str, list[int]] = defaultdict(list)
        postings: dict[str, dict[int, Field]] = defaultdict(dict)
        for number, article in enumerate(self.articles):
            self._by_id[_spoken(article.id)].append(number)
            for field, text in (
                (Field.TITLE, article.title),
                (Field.KEYWORDS, " ".join(article.keywords)),
                (Field.APPLIES_TO, " ".join(article.applies_to)),
                (Field.BODY, article.body),
            ):
                for word in set(fold(text).split()):
                    postings[word].setdefault(number, field)
        self._postings: dict[str, dict[int, Field]] = dict(postings)
        self._vocabulary = sorted(self._postings)
        # A first letter or two meet half of all bodies; only titles and keywords are looked at for them.
        self._head_words = [
            word
            for word in self._vocabulary
            if any(field in (Field.TITLE, Field.KEYWORDS) for field in self._postings[word].values())
        ]
        by_length: dict[int, list[str]] = defaultdict(list)
        for word in self._vocabulary:
            by_length[len(word)].append(word)
        self._near_words = {
            length: [word for near in range(length - 2, length + 3) for word in by_length.get(near, [])]
            for length in range(4, 40)
        }
        total = max(len(self.articles), 1)
        self._rarity = {word: 1.0 + log(total / len(docs)) for word, docs in self._postings.items()}
        self._cache: dict[tuple[str, bool], dict[int, _Found]] = {}

    def search(self, text: str, limit: int = 10) -> tuple[Hit, ...]:
        """The best articles for ``text``, as far as it has been typed; empty text finds nothing.

        Words may be begun, misspelt, in any order; an article that meets more of them comes first.
        """
        words = fold(text).split()
        scores: dict[int, float] = defaultdict(float)
        reasons: dict[int, list[Match]] = defaultdict(list)
        by_id = self._by_id.get(_spoken(text), [])
        for number in by_id:
            scores[number] += _ID_WEIGHT
            reasons[number].append(Match(text, self.articles[number].id, Field.TITLE, How.EXACT))
        being_typed = bool(words) and bool(text) and text[-1].isalnum()
        used = list(dict.fromkeys(self._worth_looking_up(words, being_typed)))[:_MAX_WORDS]
        for word in used:
            for number, found in self._meet(word, len(word) > 1 or being_typed).items():
                scores[number] += found.weight
                reasons[number].append(Match(word, found.met, found.field, found.how))
        if not scores:
            return ()
        count = max(len(used), 1)
        ranked = sorted(
            scores,
            key=lambda number: (
                -scores[number] * (0.4 + 0.6 * len(reasons[number]) / count),
                self.articles[number].id,
                self.articles[number].language,
            ),
        )
        return tuple(
            Hit(self.articles[number], scores[number], tuple(reasons[number])) for number in ranked[:limit]
        )

    @staticmethod
    def _worth_looking_up(words: Sequence[str], being_typed: bool) -> Iterable[str]:
        for place, word in enumerate(words):
            last = being_typed and place == len(words) - 1
            if (last and len(words) == 1) or (word not in _STOP and len(word) > 1):
                yield word

    def _meet(self, word: str, begun: bool) -> dict[int, _Found]:
        """Articles that ``word`` meets, each with its best reason."""
        key = (word, begun)
        known = self._cache.get(key)
        if known is not None:
            return known
        found: dict[int, _Found] = {}
        for form in _forms(word):
            self._take(found, form, How.EXACT)
        if begun:
            for other in self._beginning_with(word):
                self._take(found, other, How.PREFIX)
        if not found and len(word) >= 4 and not word.isdigit():
            for other in self._near(word):
                self._take(found, other, How.TYPO)
        if len(self._cache) >= _CACHED_WORDS:
            self._cache.clear()
        self._cache[key] = found
        return found

    def _take(self, found: dict[int, _Found], word: str, how: How) -> None:
        docs = self._postings.get(word)
        if docs is None:
            return
        base = self._rarity[word] * _HOW_WEIGHT[how]
        for number, field in docs.items():
            weight = base * _FIELD_WEIGHT[field]
            best = found.get(number)
            if best is None or weight > best.weight:
                found[number] = _Found(weight, word, field, how)

    def _beginning_with(self, start: str) -> Sequence[str]:
        words = self._head_words if len(start) < 3 else self._vocabulary
        first = bisect_left(words, start)
        last = bisect_left(words, start + "\U0010ffff", first)
        return [word for word in words[first:last] if word != start]

    def _near(self, word: str) -> list[str]:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        slips = 1 if len(word) < 6 else 2
        candidates = self._near_words.get(len(word), [])
        hits = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=slips, limit=12)
        return [other for other, _distance, _place in hits]


def _forms(word: str) -> tuple[str, ...]:
    """The word itself, and without a plural ending."""
    if len(word) > 4 and word[-1] in "sx":
        return word, word[:-1]
    return (word,)


def _spoken(article_id: str) -> str:
    """An id as people type it: ``KB-04``, ``kb 4`` and ``kb04`` are the same."""
    return re.sub(r"^([a-z]+)0*", r"\1", fold(article_id).replace(" ", ""))

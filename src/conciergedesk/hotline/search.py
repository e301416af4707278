"""Searching the articles as one types: begun words, slips of the finger, any order, with the reasons."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import nsmallest
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


class _Met(NamedTuple):
    """What one typed word meets: weights by article, and by which of ``forms`` each was met.

    Plain numbers only: thousands of small objects per keystroke would wake the garbage collector.
    """

    weights: dict[int, float]
    by_form: dict[int, int]
    forms: list[tuple[str, How]]


class ArticleIndex:
    """An index in memory over the articles of one language or of several.

    index = ArticleIndex(shelf.in_language("fr"))
    index.search("tablette allume pas")[0].article.id
    """

    def __init__(self, articles: Iterable[Article]) -> None:
        self.articles = tuple(articles)
        self._by_id: dict[str, list[int]] = defaultdict(list)
        fields: dict[str, dict[int, Field]] = defaultdict(dict)
        for number, article in enumerate(self.articles):
            self._by_id[_spoken(article.id)].append(number)
            for field, text in _texts(article):
                for word in set(fold(text).split()):
                    fields[word].setdefault(number, field)
        self._vocabulary = sorted(fields)
        self._weights = {
            word: {
                number: _FIELD_WEIGHT[field] * (1.0 + log(len(self.articles) / len(found)))
                for number, field in found.items()
            }
            for word, found in fields.items()
        }
        # A first letter or two meet half of all bodies; only titles and keywords are looked at for them.
        self._head_words = [
            word
            for word in self._vocabulary
            if any(field in (Field.TITLE, Field.KEYWORDS) for field in fields[word].values())
        ]
        by_length: dict[int, list[str]] = defaultdict(list)
        for word in self._vocabulary:
            by_length[len(word)].append(word)
        self._near_words = {
            length: [word for near in range(length - 2, length + 3) for word in by_length.get(near, [])]
            for length in range(4, 40)
        }
        self._cache: dict[tuple[str, bool], _Met] = {}
        # Loaded with the index, not at the first misspelt keystroke.
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        self._extract = process.extract
        self._distance = OSA.distance

    def search(self, text: str, limit: int = 10) -> tuple[Hit, ...]:
        """The best articles for ``text``, as far as it has been typed; empty text finds nothing.

        Words may be begun, misspelt, in any order; an article that meets more of them comes first.
        """
        words = fold(text).split()
        being_typed = bool(words) and text[-1].isalnum()
        used = list(dict.fromkeys(self._worth_looking_up(words, being_typed)))[:_MAX_WORDS]
        met = [self._meet(word, len(word) > 1 or being_typed) for word in used]
        scores: dict[int, float] = {}
        counts: dict[int, int] = {}
        for one in met:
            for number, weight in one.weights.items():
                scores[number] = scores.get(number, 0.0) + weight
                counts[number] = counts.get(number, 0) + 1
        for number, count in counts.items():
            scores[number] *= 0.4 + 0.6 * count / len(used)
        by_id = set(self._by_id.get(_spoken(text), ()))
        for number in by_id:
            scores[number] = scores.get(number, 0.0) + _ID_WEIGHT
        best = nsmallest(limit, scores, key=lambda number: (-scores[number], number))
        return tuple(Hit(self.articles[n], scores[n], self._reasons(n, used, met, by_id)) for n in best)

    def _reasons(
        self, number: int, used: Sequence[str], met: Sequence[_Met], by_id: Collection[int]
    ) -> tuple[Match, ...]:
        article = self.articles[number]
        reasons = [Match(article.id, article.id, Field.TITLE, How.EXACT)] if number in by_id else []
        for typed, one in zip(used, met, strict=True):
            if number in one.by_form:
                word, how = one.forms[one.by_form[number]]
                field = next(field for field, text in _texts(article) if word in fold(text).split())
                reasons.append(Match(typed, word, field, how))
        return tuple(reasons)

    @staticmethod
    def _worth_looking_up(words: Sequence[str], being_typed: bool) -> Iterable[str]:
        for place, word in enumerate(words):
            last = being_typed and place == len(words) - 1
            if (last and len(words) == 1) or (word not in _STOP and len(word) > 1):
                yield word

    def _meet(self, word: str, begun: bool) -> _Met:
        """Articles that ``word`` meets, each by the word that weighs most."""
        key = (word, begun)
        known = self._cache.get(key)
        if known is not None:
            return known
        forms = [(form, How.EXACT) for form in _forms(word) if form in self._weights]
        if begun:
            forms += [(other, How.PREFIX) for other in self._beginning_with(word)]
        if not forms and len(word) >= 4 and not word.isdigit():
            forms = [(other, How.TYPO) for other in self._near(word)]
        weights: dict[int, float] = {}
        by_form: dict[int, int] = {}
        for place, (form, how) in enumerate(forms):
            factor = _HOW_WEIGHT[how]
            for number, base in self._weights[form].items():
                weight = base * factor
                if weight > weights.get(number, 0.0):
                    weights[number] = weight
                    by_form[number] = place
        if len(self._cache) >= _CACHED_WORDS:
            self._cache.clear()
        found = self._cache[key] = _Met(weights, by_form, forms)
        return found

    def _beginning_with(self, start: str) -> Sequence[str]:
        words = self._head_words if len(start) < 3 else self._vocabulary
        first = bisect_left(words, start)
        last = bisect_left(words, start + "\U0010ffff", first)
        return [word for word in words[first:last] if word != start]

    def _near(self, word: str) -> list[str]:
        slips = 1 if len(word) < 6 else 2
        candidates = self._near_words.get(len(word), [])
        hits = self._extract(word, candidates, scorer=self._distance, score_cutoff=slips, limit=12)
        return [other for other, _distance, _place in hits]


def _texts(article: Article) -> tuple[tuple[Field, str], ...]:
    """Where words are looked for, the weightiest place first."""
    return (
        (Field.TITLE, article.title),
        (Field.KEYWORDS, " ".join(article.keywords)),
        (Field.APPLIES_TO, " ".join(article.applies_to)),
        (Field.BODY, article.body),
    )


def _forms(word: str) -> tuple[str, ...]:
    """The word itself, and without a plural ending."""
    if len(word) > 4 and word[-1] in "sx":
        return word, word[:-1]
    return (word,)


def _spoken(article_id: str) -> str:
    """An id as people type it: ``KB-04``, ``kb 4`` and ``kb04`` are the same."""
    return re.sub(r"^([a-z]+)0*", r"\1", fold(article_id).replace(" ", ""))

"""Searching the articles as one types: begun words, slips of the finger, any order, with the reasons."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log
from typing import TYPE_CHECKING, NamedTuple

from conciergedesk.core.text import fold
from conciergedesk.hotline.articles import Article

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]


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
_CACHED_WORDS = 64

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
    """What one typed word meets: for every article its weight (0 is not met) and by which of ``forms`` it was met."""

    weights: Floats
    by_form: Numbers
    forms: list[tuple[int, How]]


class ArticleIndex:
    """An index in memory over the articles of one language or of several.

    Postings lie in one row of numbers, word after word in the order of the alphabet: all words that begin alike are
    one slice of it, and a keystroke is a few operations on whole slices.

    index = ArticleIndex(shelf.in_language("fr"))
    index.search("tablette allume pas")[0].article.id
    """

    def __init__(self, articles: Iterable[Article]) -> None:
        # Loaded with the index, not with the screens that show what it finds.
        import numpy
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        self._np = numpy
        self._extract = process.extract
        self._distance = OSA.distance
        self.articles = tuple(articles)
        self._by_id: dict[str, list[int]] = defaultdict(list)
        fields: dict[str, dict[int, Field]] = defaultdict(dict)
        for number, article in enumerate(self.articles):
            self._by_id[_spoken(article.id)].append(number)
            for field, text in _texts(article):
                for word in set(fold(text).split()):
                    fields[word].setdefault(number, field)
        self._vocabulary = sorted(fields)
        self._place = {word: place for place, word in enumerate(self._vocabulary)}
        everything = [fields[word] for word in self._vocabulary]
        lengths = [len(found) for found in everything]
        self._starts = numpy.zeros(len(lengths) + 1, dtype=numpy.int64)
        numpy.cumsum(lengths, out=self._starts[1:])
        self._numbers = numpy.array([number for found in everything for number in found], dtype=numpy.int64)
        self._fields = [field for found in everything for field in found.values()]
        self._weights = numpy.array(
            [
                _FIELD_WEIGHT[field] * (1.0 + log(len(self.articles) / len(found)))
                for found in everything
                for field in found.values()
            ],
            dtype=numpy.float64,
        )
        self._words = numpy.repeat(numpy.arange(len(lengths), dtype=numpy.int64), lengths)
        # A first letter or two meet half of all bodies; only titles and keywords are looked at for them.
        heads = [
            any(field in (Field.TITLE, Field.KEYWORDS) for field in found.values()) for found in everything
        ]
        self._in_head = numpy.repeat(numpy.array(heads, dtype=bool), lengths)
        by_length: dict[int, list[str]] = defaultdict(list)
        for word in self._vocabulary:
            by_length[len(word)].append(word)
        self._near_words = {
            length: [word for near in range(length - 2, length + 3) for word in by_length.get(near, [])]
            for length in range(4, 40)
        }
        self._cache: dict[tuple[str, bool], _Met] = {}

    def search(self, text: str, limit: int = 10) -> tuple[Hit, ...]:
        """The best articles for ``text``, as far as it has been typed; empty text finds nothing.

        Words may be begun, misspelt, in any order; an article that meets more of them comes first.
        """
        np = self._np
        words = fold(text).split()
        being_typed = bool(words) and text[-1].isalnum()
        used = list(dict.fromkeys(self._worth_looking_up(words, being_typed)))[:_MAX_WORDS]
        met = [self._meet(word, len(word) > 1 or being_typed) for word in used]
        scores = np.zeros(len(self.articles))
        counts = np.zeros(len(self.articles))
        for one in met:
            scores += one.weights
            counts += one.weights > 0.0
        if used:
            scores *= 0.4 + 0.6 * counts / len(used)
        by_id = self._by_id.get(_spoken(text), [])
        if by_id:
            scores[by_id] += _ID_WEIGHT
        return tuple(
            Hit(self.articles[n], float(scores[n]), self._reasons(n, used, met, by_id))
            for n in self._best(scores, limit)
        )

    def _best(self, scores: Floats, limit: int) -> list[int]:
        """The articles with the highest scores, equal ones in their own order."""
        np = self._np
        found = np.flatnonzero(scores)
        if len(found) > limit:
            kept = scores[found]
            least = np.partition(kept, len(kept) - limit)[len(kept) - limit]
            found = found[kept >= least]
        return [int(n) for n in found[np.lexsort((found, -scores[found]))][:limit]]

    def _reasons(
        self, number: int, used: Sequence[str], met: Sequence[_Met], by_id: Collection[int]
    ) -> tuple[Match, ...]:
        article = self.articles[number]
        reasons = [Match(article.id, article.id, Field.TITLE, How.EXACT)] if number in by_id else []
        for typed, one in zip(used, met, strict=True):
            if one.weights[number] > 0.0:
                place, how = one.forms[one.by_form[number]]
                first, last = self._starts[place], self._starts[place + 1]
                posting = first + self._np.searchsorted(self._numbers[first:last], number)
                reasons.append(Match(typed, self._vocabulary[place], self._fields[posting], how))
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
        np = self._np
        met = _Met(np.zeros(len(self.articles)), np.zeros(len(self.articles), dtype=np.int64), [])
        exact = [self._place[form] for form in _forms(word) if form in self._place]
        if begun:
            self._meet_beginnings(word, met)
        for place in reversed(exact):
            self._meet_word(place, How.EXACT, met)
        if not met.forms and len(word) >= 4 and not word.isdigit():
            for other in reversed(self._near(word)):
                self._meet_word(self._place[other], How.TYPO, met)
        if len(self._cache) >= _CACHED_WORDS:
            self._cache.clear()
        self._cache[key] = met
        return met

    def _meet_word(self, place: int, how: How, met: _Met) -> None:
        """Let one word be met; where it weighs as much as what was met before, it is the better reason."""
        numbers = self._numbers[self._starts[place] : self._starts[place + 1]]
        weights = self._weights[self._starts[place] : self._starts[place + 1]] * _HOW_WEIGHT[how]
        better = weights >= met.weights[numbers]
        met.weights[numbers[better]] = weights[better]
        met.by_form[numbers[better]] = len(met.forms)
        met.forms.append((place, how))

    def _meet_beginnings(self, start: str, met: _Met) -> None:
        """Let all words be met that begin so: one slice of the postings."""
        np = self._np
        first = bisect_left(self._vocabulary, start)
        if first < len(self._vocabulary) and self._vocabulary[first] == start:
            first += 1
        last = bisect_left(self._vocabulary, start + "\U0010ffff", first)
        postings = np.arange(self._starts[first], self._starts[last])
        if len(start) < 3:
            postings = postings[self._in_head[postings]]
        if not len(postings):
            return
        # Written in the order of their weight: what weighs most for an article is written last and stays.
        postings = postings[::-1]
        postings = postings[np.argsort(self._weights[postings], kind="stable")]
        numbers = self._numbers[postings]
        met.weights[numbers] = self._weights[postings] * _HOW_WEIGHT[How.PREFIX]
        met.by_form[numbers] = self._words[postings] - first
        met.forms.extend((place, How.PREFIX) for place in range(first, last))

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

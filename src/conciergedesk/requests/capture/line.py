"""The typed line and what has been claimed of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from conciergedesk.core.moment_words import fold_in_place
from conciergedesk.core.moments import Span
from conciergedesk.core.text import clean_line, fold

CLAIMED = "\x01"
"""Stands for each claimed character, so that no pattern reads across it."""

_WORD = re.compile(r"(?:[ldjn]|qu)'(?=\w)|[^\W_]+(?:['&.\-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the line; ``folded`` is how words are compared."""

    start: int
    end: int
    typed: str
    folded: str

    @property
    def capital(self) -> bool:
        return self.typed[:1].isupper()

    @property
    def is_name_like(self) -> bool:
        return len(self.folded) >= 2 and not self.typed[:1].isdigit()


class Line:
    """A line of which parts claim stretches; what is claimed is hidden from the parts that read later."""

    def __init__(self, typed: str) -> None:
        self.typed = typed
        text = fold_in_place(typed)
        self._text = text
        self.folded = text.folded
        self.claims: list[Span] = []
        self.places = text.places
        self._hidden = list(typed)

    @property
    def hidden(self) -> str:
        """The typed text with claimed stretches blotted out, character for character."""
        return "".join(self._hidden)

    def search(self, pattern: re.Pattern[str], start: int = 0) -> re.Match[str] | None:
        return pattern.search(self.folded, start)

    def span(self, match: re.Match[str], group: int | str = 0) -> Span:
        """The typed span of a match in the folded text."""
        return self._text.span(*match.span(group))

    def claim(self, *spans: Span) -> tuple[Span, ...]:
        """Take stretches of typed text for a part."""
        for start, end in spans:
            self.claims.append((start, end))
            self._hidden[start:end] = CLAIMED * (end - start)
        blotted: set[int] = set()
        for start, end in spans:
            blotted.update(range(start, end))
        self.folded = "".join(
            CLAIMED if place in blotted else char
            for char, place in zip(self.folded, self.places, strict=True)
        )
        return tuple(sorted(spans))

    def claim_match(self, match: re.Match[str], group: int | str = 0) -> tuple[Span, ...]:
        return self.claim(self.span(match, group))

    def words_of(self, spans: tuple[Span, ...]) -> str:
        return clean_line(" ".join(self.typed[start:end] for start, end in spans))

    def words(self) -> list[Word]:
        """The words nothing has claimed yet."""
        found = []
        for match in _WORD.finditer(self.folded):
            start, end = self.span(match)
            typed = self.typed[start:end]
            found.append(Word(start, end, typed, fold(typed)))
        return found

    def runs(self) -> list[list[Word]]:
        """Unclaimed words, neighbours together: nothing but spaces and full stops lies between words of a run."""
        runs: list[list[Word]] = []
        last = -1
        for word in self.words():
            if runs and not self.hidden_between(last, word.start).strip(" ."):
                runs[-1].append(word)
            else:
                runs.append([word])
            last = word.end
        return runs

    def hidden_between(self, start: int, end: int) -> str:
        return "".join(self._hidden[start:end])

    def is_last(self, end: int) -> bool:
        """Whether only claimed words or nothing follow."""
        return not "".join(self._hidden[end:]).replace(CLAIMED, "").strip(" .,;!?")

    def claimed_follows(self, end: int) -> bool:
        """Whether the next thing after ``end`` has already been understood."""
        return "".join(self._hidden[end:]).lstrip(" ,;")[:1] == CLAIMED

    def claimed_precedes(self, start: int) -> bool:
        return "".join(self._hidden[:start]).rstrip(" ,;")[-1:] == CLAIMED

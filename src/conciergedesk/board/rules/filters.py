"""What a filter line asks and which promises it keeps.

Text is compared folded: a promise carries its ``haystack`` folded once, so that ten thousand of them can be filtered
between two keystrokes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import TypeVar

from conciergedesk.board.rules.promises import Promise, PromiseKind, end_of_day, sort_key
from conciergedesk.core.text import fold

T = TypeVar("T")

FUZZY_FROM = 4
"""Shortest word that is compared loosely; shorter ones would match half of the board."""
FUZZY_SCORE = 76.0


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a filter, folded. ``inverse`` keeps what does not contain it."""

    text: str
    inverse: bool = False


class Flag(StrEnum):
    """What a filter can ask beside text."""

    MINE = "mine"
    TEAM = "team"
    LATE = "late"
    TODAY = "today"
    WAITING = "waiting"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What the board shows. Empty shows everything; all parts must hold."""

    words: tuple[Word, ...] = ()
    flags: frozenset[Flag] = frozenset()
    not_flags: frozenset[Flag] = frozenset()
    kinds: frozenset[PromiseKind] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.words or self.flags or self.not_flags or self.kinds)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, from which team, when and in which zone."""

    now: datetime
    zone: tzinfo
    staff_id: int | None = None
    team: str = ""


FLAG_WORDS: Mapping[str, Flag] = {
    "moi": Flag.MINE,
    "mine": Flag.MINE,
    "me": Flag.MINE,
    "equipe": Flag.TEAM,
    "team": Flag.TEAM,
    "retard": Flag.LATE,
    "retards": Flag.LATE,
    "late": Flag.LATE,
    "aujourd hui": Flag.TODAY,
    "aujourdhui": Flag.TODAY,
    "auj": Flag.TODAY,
    "today": Flag.TODAY,
    "attente": Flag.WAITING,
    "waiting": Flag.WAITING,
    "libre": Flag.FREE,
    "libres": Flag.FREE,
    "free": Flag.FREE,
}
"""Words of a filter line that are a question, not text, whatever the language of the interface."""

KIND_WORDS: Mapping[str, PromiseKind] = {
    "demandes": PromiseKind.REQUEST,
    "requests": PromiseKind.REQUEST,
    "rappels": PromiseKind.CALLBACK,
    "callbacks": PromiseKind.CALLBACK,
    "rendezvous": PromiseKind.APPOINTMENT,
    "rdv": PromiseKind.APPOINTMENT,
    "appointments": PromiseKind.APPOINTMENT,
    "cles": PromiseKind.KEY,
    "keys": PromiseKind.KEY,
    "installations": PromiseKind.RELOCATION,
    "relocations": PromiseKind.RELOCATION,
    "planning": PromiseKind.ROTA,
    "rota": PromiseKind.ROTA,
    "releve": PromiseKind.HANDOVER,
    "handover": PromiseKind.HANDOVER,
    "prestataires": PromiseKind.PROVIDER,
    "providers": PromiseKind.PROVIDER,
    "journal": PromiseKind.LOG,
    "log": PromiseKind.LOG,
    "tickets": PromiseKind.TICKET,
    "incidents": PromiseKind.INCIDENT,
    "tournees": PromiseKind.ROUND,
    "rounds": PromiseKind.ROUND,
    "conventions": PromiseKind.AGREEMENT,
    "agreements": PromiseKind.AGREEMENT,
}
"""Words that after a colon (``:cles``) keep one kind of promise."""


def parse_filter(line: str) -> BoardFilter:
    """Read a filter line.

    ``weber`` text, found with a typo or two · ``!weber`` everything else · ``moi equipe retard auj attente libre``
    questions, also ``!moi`` · ``:cles`` one kind, and ``:re`` the first question or kind that begins so ·
    ``"libre"`` the text, not the question. A lone ``!`` turns all the text that follows.
    """
    words: list[Word] = []
    flags: set[Flag] = set()
    not_flags: set[Flag] = set()
    kinds: set[PromiseKind] = set()
    all_inverse = False
    for raw in line.replace("’", "'").split():
        if raw == "!":
            all_inverse = True
            continue
        inverse = raw.startswith("!")
        token = raw.lstrip("!")
        asked = token.startswith(":")
        text = fold(token)
        if not text:
            continue
        quoted = token.startswith('"')
        flag = None if quoted else FLAG_WORDS.get(text)
        if asked and flag is None:
            if kind := _beginning(text, KIND_WORDS, exact=True):
                kinds.add(kind)
                continue
            flag = _beginning(text, FLAG_WORDS)
            if flag is None and (kind := _beginning(text, KIND_WORDS)):
                kinds.add(kind)
                continue
        if flag is not None:
            (not_flags if inverse or all_inverse else flags).add(flag)
        else:
            words.extend(Word(part, inverse or all_inverse) for part in text.split())
    return BoardFilter(tuple(words), frozenset(flags), frozenset(not_flags), frozenset(kinds))


def _beginning(text: str, words: Mapping[str, T], *, exact: bool = False) -> T | None:
    if text in words:
        return words[text]
    if exact:
        return None
    return next((value for word, value in words.items() if word.startswith(text)), None)


def flag_test(flag: Flag, viewer: Viewer) -> Callable[[Promise], bool]:
    """The question ``flag`` as ``viewer`` asks it; what depends on the viewer alone is worked out once."""
    now, staff_id, team = viewer.now, viewer.staff_id, viewer.team
    match flag:
        case Flag.MINE:
            return lambda promise: staff_id is not None and promise.holder_id == staff_id
        case Flag.TEAM:
            return lambda promise: bool(team) and promise.team == team
        case Flag.LATE:
            return lambda promise: promise.due_at is not None and promise.due_at < now
        case Flag.TODAY:
            midnight = end_of_day(now, viewer.zone).astimezone(UTC)
            return lambda promise: promise.due_at is not None and promise.due_at < midnight
        case Flag.WAITING:
            return lambda promise: bool(promise.waits_for)
        case Flag.FREE:
            return lambda promise: promise.holder_id is None and not promise.holder


def has_flag(promise: Promise, flag: Flag, viewer: Viewer) -> bool:
    """Whether ``promise`` answers the question ``flag`` for ``viewer``."""
    return flag_test(flag, viewer)(promise)


def close_words(word: str, vocabulary: Iterable[str]) -> tuple[str, ...]:
    """The words of ``vocabulary`` that may be ``word`` mistyped, best first."""
    if len(word) < FUZZY_FROM:
        return ()
    from rapidfuzz import fuzz, process  # imported at the first typo, not with the first frame

    found = process.extract(word, list(vocabulary), scorer=fuzz.ratio, score_cutoff=FUZZY_SCORE, limit=12)
    return tuple(text for text, _score, _place in found)


def matches(promise: Promise, wanted: BoardFilter, viewer: Viewer) -> bool:
    """Whether ``wanted`` keeps ``promise``; a word that is not there as typed is compared loosely."""
    if not _asked(promise, wanted, viewer):
        return False
    for word in wanted.words:
        there = word.text in promise.haystack
        if not there and not word.inverse:
            there = bool(close_words(word.text, promise.haystack.split()))
        if there is word.inverse:
            return False
    return True


def _asked(promise: Promise, wanted: BoardFilter, viewer: Viewer) -> bool:
    if wanted.kinds and promise.kind not in wanted.kinds:
        return False
    if any(not has_flag(promise, flag, viewer) for flag in wanted.flags):
        return False
    return not any(has_flag(promise, flag, viewer) for flag in wanted.not_flags)


@dataclass(slots=True)
class Shelf:
    """The promises of one reading, sorted once, with their vocabulary made only when a word is mistyped."""

    promises: tuple[Promise, ...]
    _vocabulary: frozenset[str] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, promises: Iterable[Promise]) -> Shelf:
        return cls(tuple(sorted(promises, key=sort_key)))

    def select(self, wanted: BoardFilter, viewer: Viewer) -> tuple[Promise, ...]:
        """The promises that ``wanted`` keeps, in order. A word found nowhere as typed is compared loosely."""
        if not wanted:
            return self.promises
        kept: Sequence[Promise] = self.promises
        if wanted.kinds:
            kept = [promise for promise in kept if promise.kind in wanted.kinds]
        for flag in wanted.flags:
            answers = flag_test(flag, viewer)
            kept = [promise for promise in kept if answers(promise)]
        for flag in wanted.not_flags:
            answers = flag_test(flag, viewer)
            kept = [promise for promise in kept if not answers(promise)]
        for word in wanted.words:
            text = word.text
            if word.inverse:
                kept = [promise for promise in kept if text not in promise.haystack]
                continue
            exact = [promise for promise in kept if text in promise.haystack]
            kept = exact or self._near(text, kept)
        return tuple(kept)

    def _near(self, text: str, among: Sequence[Promise]) -> Sequence[Promise]:
        if len(text) < FUZZY_FROM:
            return ()
        if self._vocabulary is None:
            words = set[str]().union(*(promise.haystack.split() for promise in self.promises))
            # A mistyped number is another number, not a near one; there is one for each promise.
            self._vocabulary = frozenset(word for word in words if not word.isdigit())
        near = close_words(text, self._vocabulary)
        return (
            [promise for promise in among if any(word in promise.haystack for word in near)] if near else ()
        )


# --- saved views ---


@dataclass(frozen=True, slots=True)
class SavedView:
    """A named filter line."""

    name: str
    line: str


def find_view(name: str, views: Iterable[SavedView]) -> SavedView | None:
    """The saved view of that name, compared folded."""
    wanted = fold(name)
    return next((view for view in views if fold(view.name) == wanted), None)

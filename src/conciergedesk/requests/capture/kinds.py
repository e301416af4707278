"""The request type of a line."""

from __future__ import annotations

from collections.abc import Sequence

from conciergedesk.requests.capture import vocabulary as words
from conciergedesk.requests.capture.line import Line, Word
from conciergedesk.requests.capture.names import likeness, titled
from conciergedesk.requests.capture.values import CaptureContext, Part, TypeCandidate

WHOLE_NAME = 90.5
"""Scores of type candidates from here on are whole names, below they are beginnings or slips."""


def take_type(line: Line, context: CaptureContext) -> Part[str] | None:
    """The request type; a place noun or a caller's name is left alone when another word names one."""
    named = titled(line, words.TITLES)
    offered = [word for word in line.words() if word.start not in named]
    if not offered:
        return None
    candidates = [
        candidate
        for candidate in context.types.match([word.folded for word in offered])
        if candidate.start + candidate.length <= len(offered)
        and not _is_small(candidate, offered)
        and not _is_a_unit(line, candidate, offered)
        and not _is_of_a_name(candidate, offered, context)
    ]
    if not candidates:
        return None
    chosen = next((one for one in candidates if not _is_place(one, offered)), candidates[0])
    if chosen.score < WHOLE_NAME and _is_somebody(chosen, offered, context):
        return None
    taken = offered[chosen.start : chosen.start + chosen.length]
    spans = tuple((word.start, word.end) for word in taken)
    if len(taken) > 1 and line.typed[taken[0].start : taken[-1].end] == line.hidden_between(
        taken[0].start, taken[-1].end
    ):
        spans = ((taken[0].start, taken[-1].end),)
    line.claim(*spans)
    others = tuple(
        one.type.code for one in candidates if one is not chosen and one.type.code != chosen.type.code
    )
    confidence = max(0.1, min(1.0, chosen.score / 100))
    return Part(chosen.type.code, spans, line.words_of(spans), confidence=confidence, alternatives=others)


def _is_small(candidate: TypeCandidate, offered: Sequence[Word]) -> bool:
    """Whether a beginning or a slip was read into a small word ("pas" is no pass)."""
    return candidate.score < WHOLE_NAME and offered[candidate.start].folded in words.SMALL_WORDS


def _is_a_unit(line: Line, candidate: TypeCandidate, offered: Sequence[Word]) -> bool:
    """Whether a beginning was read into what a figure counts ("15 min" begins no mini-stay)."""
    before = line.typed[: offered[candidate.start].start].rstrip()
    return candidate.score < WHOLE_NAME and before[-1:].isdigit()


def _is_place(candidate: TypeCandidate, offered: Sequence[Word]) -> bool:
    word = offered[candidate.start].folded
    return candidate.length == 1 and (word in words.PLAIN_PLACES or word in words.NAMED_PLACES)


def _is_of_a_name(candidate: TypeCandidate, offered: Sequence[Word], context: CaptureContext) -> bool:
    """Whether the word ends the name of somebody on file ("Marie de la Tour" wants no guided tour)."""
    first = candidate.start
    while first > 0 and offered[first - 1].folded in words.PARTICLES:
        first -= 1
    if context.people is None or candidate.length > 1 or first in (0, candidate.start):
        return False
    names = [offered[first - 1].folded, offered[candidate.start].folded]
    return any(likeness(names, hit.name) >= 1.0 for hit in context.people.find(" ".join(names)))


def _is_somebody(candidate: TypeCandidate, offered: Sequence[Word], context: CaptureContext) -> bool:
    word = offered[candidate.start]
    if context.people is None or candidate.length > 1 or not word.is_name_like:
        return False
    return any(likeness([word.folded], hit.name) >= 0.9 for hit in context.people.find(word.typed))

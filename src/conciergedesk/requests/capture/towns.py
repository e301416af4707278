"""Towns of a line: a place by itself, what completes a lodging or a street, or the two ends of a way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conciergedesk.core.text import fold
from conciergedesk.requests.capture import vocabulary as words
from conciergedesk.requests.capture.line import Line, Word
from conciergedesk.requests.capture.names import likeness, titled
from conciergedesk.requests.capture.values import CaptureContext, NamedPlace, Part

_LONGEST = 4
"""Words of a name such as *Ars sur la Seille*."""

Place = Part[NamedPlace]


def town_at(run: Sequence[Word], position: int, context: CaptureContext) -> tuple[int, str]:
    """How many words from ``position`` on are a town, and its name; (0, "") when they are none."""
    for length in range(min(_LONGEST, len(run) - position), 0, -1):
        stretch = run[position : position + length]
        if name := context.towns.get(" ".join(word.folded for word in stretch)):
            return length, name
    return 0, ""


def take_town(line: Line, context: CaptureContext) -> Place | None:
    """The next town, with the small word before it."""
    announced = titled(line, words.TITLES)
    for run in line.runs():
        for position, word in enumerate(run):
            if word.start in announced or word.folded in words.SMALL_WORDS:
                continue
            length, name = town_at(run, position, context)
            start = position
            while start > 0 and run[start - 1].folded in words.TOWN_LEADS:
                start -= 1
            # A person on file who is called like a town is the person, unless "à" or "de" says otherwise.
            if not length or (start == position and length == 1 and _is_somebody(word, context)):
                continue
            spans = line.claim((run[start].start, run[position + length - 1].end))
            return Part(NamedPlace(name, town=True), spans, line.words_of(spans), confidence=0.9)
    return None


def _is_somebody(word: Word, context: CaptureContext) -> bool:
    if context.people is None:
        return False
    return any(likeness([word.folded], hit.name) >= 1.0 for hit in context.people.find(word.typed))


def with_town(line: Line, place: Place | None, town: Place) -> tuple[Place, Place | None]:
    """Place and destination once a town was read too: it completes a place that names none, else both are a way."""
    if place is None:
        return town, None
    first, second = sorted((place, town), key=lambda part: part.spans)
    way = place.value.town or (second is town and _leads_on(line, town, place))
    if way:
        return first, second
    spans = tuple(sorted((*place.spans, *town.spans)))
    value = replace(place.value, name=f"{place.value.name}, {town.value.name}", town=True)
    return replace(place, value=value, spans=spans, words=line.words_of(spans)), None


def _leads_on(line: Line, town: Place, place: Place) -> bool:
    """Whether the town is where to: "vers Metz", or "à Metz" after "de …"."""
    lead = fold(town.words).split()[0]
    if lead in ("vers", "to", "nach", "zum", "zur"):
        return True
    before = fold(line.typed[: place.spans[0][0]]).split()
    return lead in words.TOWARDS and bool(before) and before[-1] in words.AWAY_FROM

"""The places of a line: streets and rooms, known lodgings, names after a noun or a small word."""

from __future__ import annotations

from collections.abc import Sequence

from conciergedesk.core.text import clean_line, fold
from conciergedesk.requests.capture import vocabulary as words
from conciergedesk.requests.capture.line import Line, Word
from conciergedesk.requests.capture.names import fitting, likeness, sureness
from conciergedesk.requests.capture.towns import town_at
from conciergedesk.requests.capture.values import CaptureContext, NamedPlace, Part, PlaceHit


def take_address(line: Line) -> Part[NamedPlace] | None:
    """A street or a numbered room; read before moments, so that "rue du 8 mai" stays a street."""
    for pattern in (words.STREETS, words.NUMBERED_PLACE):
        if match := line.search(pattern):
            spans = line.claim_match(match)
            typed = line.words_of(spans)
            return Part(NamedPlace(_without_lead(typed), inside=True), spans, typed, confidence=0.9)
    return None


def take_place(line: Line, context: CaptureContext) -> Part[NamedPlace] | None:
    """A known lodging or place beside its noun, a noun with its name, or a name after à, chez, at, in …"""
    for run in line.runs():
        for position, word in enumerate(run):
            if word.folded in words.NAMED_PLACES or word.folded in words.PLAIN_PLACES:
                return _place_at_noun(line, run, position, context)
    for run in line.runs():
        for position, word in enumerate(run[:-1]):
            if word.folded in words.PLACE_LEADS:
                part = _place_after_lead(line, run, position, context)
                if part is not None:
                    return part
    return None


def _place_at_noun(line: Line, run: list[Word], position: int, context: CaptureContext) -> Part[NamedPlace]:
    noun = run[position]
    start = _lead_start(run, position)
    known = _known_place(run, position, context)
    if known is not None:
        last, hit, others, sure = known
        spans = line.claim((start, run[last].end))
        alternatives = tuple(NamedPlace(other.name, other) for other in others)
        return Part(
            NamedPlace(hit.name, hit), spans, line.words_of(spans), confidence=sure, alternatives=alternatives
        )
    last = position
    following = run[position + 1 :]
    linked = _linked_name(following)
    taken, in_town = _in_town(line, noun, following, context)
    if taken:
        spans = line.claim((start, following[taken - 1].end))
        return Part(NamedPlace(in_town, town=True), spans, line.words_of(spans), confidence=0.8)
    takes_a_name = (
        noun.folded in words.NAMED_PLACES
        or (linked > 1 and following[0].folded in words.LINKS)
        or (linked == 1 and following[0].capital and not _is_on_file(following[0], context))
    )
    if linked and takes_a_name and not _is_the_caller(line, run, following[linked - 1], context):
        last = position + linked
    spans = line.claim((start, run[last].end))
    name = clean_line(line.typed[noun.start : run[last].end])
    return Part(NamedPlace(name), spans, line.words_of(spans), confidence=0.7 if last > position else 0.5)


def _in_town(line: Line, noun: Word, following: Sequence[Word], context: CaptureContext) -> tuple[int, str]:
    """How many words after a noun are its town, and both together ("gare de Thionville")."""
    links = 0
    while links < len(following) and following[links].folded in words.TOWN_LINKS:
        links += 1
    length, town = town_at(following, links, context)
    if not length or (not links and _is_on_file(following[0], context)):
        return 0, ""
    return links + length, clean_line(f"{line.typed[noun.start : following[links].start]}{town}")


def _linked_name(following: Sequence[Word]) -> int:
    """How many words after a noun make its name: links, openers such as "grand", and one word."""
    taken = 0
    for word in following[:5]:
        taken += 1
        if word.folded in words.LINKS or word.folded in words.NAME_OPENERS:
            continue
        if word.folded in words.TITLES or word.folded in words.FOR or word.folded in words.SMALL_WORDS:
            return 0
        return taken if word.is_name_like else 0
    return 0


def _is_on_file(name: Word, context: CaptureContext) -> bool:
    if context.people is None:
        return False
    return any(likeness([name.folded], hit.name) >= 0.9 for hit in context.people.find(name.typed))


def _is_the_caller(line: Line, run: list[Word], name: Word, context: CaptureContext) -> bool:
    """Whether the word after a noun is rather the only person of the line ("ménage gîte weber")."""
    if context.people is None:
        return False
    others = [word for word in line.words() if word.is_name_like and word not in run[: run.index(name) + 1]]
    if any(word.folded not in words.SMALL_WORDS for word in others):
        return False
    return any(likeness([name.folded], hit.name) >= 1.0 for hit in context.people.find(name.typed))


def _known_place(
    run: list[Word], position: int, context: CaptureContext
) -> tuple[int, PlaceHit, list[PlaceHit], float] | None:
    """The longest stretch from the noun on that is a known place, with its noun or without."""
    if context.places is None:
        return None
    longest = min(4, len(run) - position)
    for step in range(1, longest):
        if run[position + step].folded in words.NAMED_PLACES | words.PLAIN_PLACES:
            longest = step
            break
    for length in range(longest, 0, -1):
        stretch = run[position : position + length]
        if length > 1 and stretch[-1].folded in words.LINKS:
            continue
        if length == 1 and (_linked_name(run[position + 1 :]) > 1 or town_at(run, position + 1, context)[0]):
            return None  # "gare de Thionville" is not the only station on file
        for asked in (stretch, stretch[1:]) if length > 1 else (stretch,):
            if asked is not stretch and town_at(asked, 0, context)[0] == len(asked):
                continue  # "opéra Metz" is no other place that has the town in its name
            hits = fitting(asked, context.places.find)
            if hits and (length > 1 or (hits[0][0] >= 1.0 and asked[0].folded in words.PLAIN_PLACES)):
                others = [hit for _, hit in hits[1:]]
                return position + length - 1, hits[0][1], others, sureness(hits)
    return None


def _place_after_lead(
    line: Line, run: list[Word], position: int, context: CaptureContext
) -> Part[NamedPlace] | None:
    lead = run[position]
    first = position + 1
    while first < len(run) - 1 and run[first].folded in words.ARTICLES:
        first += 1
    word = run[first]
    has_article = first > position + 1
    if word.folded in words.NOT_PLACES or word.folded in words.TITLES or not word.is_name_like:
        return None
    if town_at(run, first, context)[0]:
        return None
    if context.places is not None:
        for length in range(min(3, len(run) - first), 0, -1):
            hits = fitting(run[first : first + length], context.places.find)
            if hits:
                spans = line.claim((lead.start, run[first + length - 1].end))
                alternatives = tuple(NamedPlace(hit.name, hit) for _, hit in hits[1:])
                named = NamedPlace(hits[0][1].name, hits[0][1])
                return Part(
                    named, spans, line.words_of(spans), confidence=sureness(hits), alternatives=alternatives
                )
    if word.folded in words.SMALL_WORDS:
        return None
    # "à livrer", "mal aux dents" and "in need" are not places: these leads want a capital or an article.
    if lead.folded in ("a", "aux", "in", "to", "nach", "vers", "im") and not (word.capital or has_article):
        return None
    if _is_on_file(word, context):
        return None
    last = first
    while last + 1 < len(run) and word.capital and run[last + 1].capital:
        last += 1
    if (
        last == first
        and (linked := _linked_name(run[first + 1 :])) > 1
        and run[first + 1].folded in words.LINKS
    ):
        last += linked
    spans = line.claim((lead.start, run[last].end))
    name = clean_line(line.typed[word.start : run[last].end])
    return Part(NamedPlace(name), spans, line.words_of(spans), confidence=0.6)


def _lead_start(run: Sequence[Word], position: int) -> int:
    start = run[position].start
    while position > 0 and run[position - 1].folded in (words.PLACE_LEADS | words.ARTICLES):
        position -= 1
        start = run[position].start
    return start


def _without_lead(typed: str) -> str:
    first, _, rest = typed.partition(" ")
    return _without_lead(rest) if rest and fold(first) in words.PLACE_LEADS else typed

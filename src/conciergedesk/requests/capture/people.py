"""The person of a line, by name or by number, on file or new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from conciergedesk.core.phone import PhoneNumber
from conciergedesk.core.text import clean_line, fold
from conciergedesk.requests.capture import vocabulary as words
from conciergedesk.requests.capture.line import Line, Word
from conciergedesk.requests.capture.names import Hit, fitting, likeness, may_be_a_name, titled
from conciergedesk.requests.capture.values import (
    CaptureContext,
    NamedPerson,
    NamedPlace,
    Part,
    PersonHit,
    Source,
)

_ASKED_AT_MOST = 6


def take_person(
    line: Line, context: CaptureContext, phone: Part[PhoneNumber] | None, *, seek_place: bool
) -> tuple[Part[NamedPerson] | None, Part[NamedPlace] | None]:
    """The person, and a known place that was typed without its noun; both are asked for word by word."""
    after_titles = titled(line)
    asked = _worth_asking(line, after_titles)
    person: Part[NamedPerson] | None = None
    place: Part[NamedPlace] | None = None
    best_person = _best(asked, context.people.find if context.people else None, after_titles)
    untitled = [word for word in asked if word.start not in after_titles]
    best_place = _best(untitled, context.places.find if context.places and seek_place else None, {})
    if best_place and (not best_person or best_place[0] > best_person[0] or best_place[1] != best_person[1]):
        score, word, hits = best_place
        # Without its noun a place must be meant word for word.
        if score >= 1.0 and not (best_person and best_person[1] == word and best_person[0] >= score):
            spans = line.claim((word.start, word.end))
            others = tuple(NamedPlace(hit.name, hit) for hit in hits[1:])
            place = Part(
                NamedPlace(hits[0].name, hits[0]), spans, word.typed, confidence=0.7, alternatives=others
            )
            if best_person and best_person[1] == word:
                best_person = _best(
                    [one for one in asked if one != word],
                    context.people.find if context.people else None,
                    after_titles,
                )
    if best_person:
        person = _person_part(line, context, best_person[1], best_person[2], after_titles, phone)
    elif by_number := _person_by_number(line, context, phone):
        person = by_number
    else:
        person = _new_person(line, after_titles, phone)
    return person, place


def _worth_asking(line: Line, after_titles: dict[int, int]) -> list[Word]:
    """The words asked for; in a long line those after a title or with a capital first, then the last ones."""
    names = [word for word in line.words() if may_be_a_name(word)]
    likely = [word for word in names if word.start in after_titles or (word.capital and word.start > 0)]
    others = [word for word in reversed(names) if word not in likely]
    return sorted([*likely, *others][:_ASKED_AT_MOST], key=lambda word: word.start)


def _best(
    asked: Iterable[Word], find: Callable[[str], Sequence[Hit]] | None, after_titles: dict[int, int]
) -> tuple[float, Word, list[Hit]] | None:
    """The word that fits somebody best; a title before it counts, later words win among equals."""
    best: tuple[float, Word, list[Hit]] | None = None
    asked = list(asked)
    last = asked[-1] if asked else None
    for word in asked if find is not None else ():
        assert find is not None
        hits = fitting([word], find)
        if hits:
            score = hits[0][0]
            # Three letters are the beginning of a name only while they are being typed.
            if score < 1.0 and len(word.folded) <= 3 and word is not last and word.start not in after_titles:
                continue
            score += 0.5 if word.start in after_titles else 0.0
            if best is None or score >= best[0]:
                best = (score, word, [hit for _, hit in hits])
    return best


def _person_part(
    line: Line,
    context: CaptureContext,
    word: Word,
    hits: list[PersonHit],
    after_titles: dict[int, int],
    phone: Part[PhoneNumber] | None,
) -> Part[NamedPerson]:
    """The person, with first and family name where both were typed; the number that was typed decides."""
    assert context.people is not None
    stretch = [word]
    run = next(run for run in line.runs() if word in run)
    position = run.index(word)
    for step in (-1, 1):
        beside = _past_particles(run, position + step, step)
        while 0 <= beside < len(run) and may_be_a_name(run[beside]) and len(stretch) < 3:
            wider = [run[beside], *stretch] if step < 0 else [*stretch, run[beside]]
            both = fitting(wider, context.people.find) or _narrowed(wider, hits)
            if not both:
                break
            stretch, hits, beside = wider, [hit for _, hit in both], beside + step
    scored = [likeness([one.folded for one in stretch], hit.name) for hit in hits]
    if phone is not None and phone.value.e164:
        same = [hit for hit in hits if hit.phone and hit.phone == phone.value.e164]
        hits = same + [hit for hit in hits if hit not in same]
        sure = 1.0 if same else 0.7 * max(scored)
    else:
        sure = max(scored) * (1.0 if len(hits) == 1 else 0.75)
    start = after_titles.get(stretch[0].start, stretch[0].start)
    spans = line.claim((start, stretch[-1].end))
    named = tuple(NamedPerson(hit.name, hit) for hit in hits)
    return Part(named[0], spans, line.words_of(spans), confidence=round(sure, 2), alternatives=named[1:])


def _past_particles(run: Sequence[Word], place: int, step: int) -> int:
    """The next word beside a name, over "de la" and the like."""
    while 0 <= place < len(run) and run[place].folded in words.PARTICLES:
        place += step
    return place


def _narrowed(stretch: Sequence[Word], hits: Sequence[PersonHit]) -> list[tuple[float, PersonHit]]:
    scored = [(likeness([word.folded for word in stretch], hit.name), hit) for hit in hits]
    return [pair for pair in scored if pair[0] > 0]


def _person_by_number(
    line: Line, context: CaptureContext, phone: Part[PhoneNumber] | None
) -> Part[NamedPerson] | None:
    """Whose number was typed: whole, or its last four digits standing alone."""
    if context.people is None:
        return None
    if phone is not None and phone.value.dialled:
        hits = context.people.find(phone.value.dialled)
        if hits:
            named = tuple(NamedPerson(hit.name, hit) for hit in hits)
            sure = 1.0 if len(named) == 1 else 0.6
            return Part(named[0], (), phone.words, Source.FILE, sure, named[1:])
        return None
    match = line.search(words.LAST_DIGITS)
    if match is None or not (hits := context.people.find(match["digits"])):
        return None
    spans = line.claim_match(match)
    named = tuple(NamedPerson(hit.name, hit) for hit in hits)
    return Part(
        named[0], spans, line.words_of(spans), Source.FILE, 0.9 if len(named) == 1 else 0.6, named[1:]
    )


def _new_person(
    line: Line, after_titles: dict[int, int], phone: Part[PhoneNumber] | None
) -> Part[NamedPerson] | None:
    """A name that is on no file: after a title, after *pour* with a capital, or right beside the number."""
    for run in line.runs():
        for position, word in enumerate(run):
            if word.start not in after_titles:
                continue
            announced = fold(line.typed[after_titles[word.start] : word.start])
            if announced in words.FOR and not word.capital:
                continue
            first, last = _whole_name(run, position, after_titles[word.start])
            return _unknown(line, after_titles[word.start], run[first].start, run[last].end, 0.5)
    if phone is None or not phone.spans:
        return None
    number_start, number_end = phone.spans[0]
    for run in line.runs():
        before = [
            word
            for word in run
            if word.end <= number_start and not line.typed[word.end : number_start].strip()
        ]
        after = [
            word
            for word in run
            if word.start >= number_end and not line.typed[number_end : word.start].strip()
        ]
        for word in (*before, *after):
            if may_be_a_name(word):
                return _unknown(line, word.start, word.start, word.end, 0.4)
    return None


def _whole_name(run: list[Word], position: int, opened: int) -> tuple[int, int]:
    """First and last word of a name after a title: its particles, and what goes on with a capital."""
    first = last = position
    while first > 0 and run[first - 1].start > opened and run[first - 1].folded in words.PARTICLES:
        first -= 1
    while last - position < 3:
        following = last + 1
        while following < len(run) and run[following].folded in words.PARTICLES:
            following += 1
        if following >= len(run) or not run[following].capital:
            break
        last = following
    return first, last


def _unknown(line: Line, claimed_from: int, start: int, end: int, sure: float) -> Part[NamedPerson]:
    spans = line.claim((claimed_from, end))
    name = _spelled(clean_line(line.typed[start:end], 120))
    return Part(NamedPerson(name), spans, line.words_of(spans), confidence=sure)


def _spelled(name: str) -> str:
    """A name typed without a capital, as it is written on a card."""
    if name != name.lower():
        return name
    return " ".join(
        word if word in words.PARTICLES else "-".join(part[:1].upper() + part[1:] for part in word.split("-"))
        for word in name.split()
    )

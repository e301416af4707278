"""One typed line, read part by part; each part takes its words and leaves the rest to the next."""

from __future__ import annotations

import re

from conciergedesk.core.moments import Moment
from conciergedesk.core.text import LINE_LIMIT, clean_line, fold
from conciergedesk.requests.capture import vocabulary as words
from conciergedesk.requests.capture.figures import (
    take_assignee,
    take_call_back,
    take_channel,
    take_language,
    take_moments,
    take_phone,
    take_priority,
    take_quantity,
    with_unit,
)
from conciergedesk.requests.capture.kinds import take_type
from conciergedesk.requests.capture.line import CLAIMED, Line
from conciergedesk.requests.capture.people import take_person
from conciergedesk.requests.capture.places import take_address, take_place
from conciergedesk.requests.capture.towns import take_town, with_town
from conciergedesk.requests.capture.values import (
    CaptureContext,
    Captured,
    NamedAgent,
    NamedPerson,
    NamedPlace,
    Part,
    Source,
)


def read_line(text: str, context: CaptureContext) -> Captured:
    """What a quick-capture line asks for.

    Made to be called on every keystroke: the same text always gives the same answer, nothing is an error, and
    what was not understood stays in ``leftover``. Spans refer to the first 500 characters of ``text``.

        read_line("dentist 20h klein de", context)
        # type dentist · moment 20:00 · person Klein · language de
    """
    typed = text[:LINE_LIMIT]
    line = Line(typed)
    # Figures first, so that digits of a number are no hour and a street named after a day is no date.
    phone = take_phone(line, context.home)
    address = take_address(line)
    assignee = take_assignee(line, context)
    call_back = take_call_back(line)
    moment, call_at = take_moments(line, context, call_back)
    quantity = take_quantity(line)
    priority = take_priority(line)
    language = take_language(line)
    kind = take_type(line, context)
    if quantity is not None:
        quantity = with_unit(line, quantity)
    channel = take_channel(line)
    named = take_place(line, context)
    place, destination = _where(line, address, named)
    if destination is None and place is not None and named is not None:
        destination = take_place(line, context)
    while destination is None and (town := take_town(line, context)) is not None:
        place, destination = with_town(line, place, town)
    person, known = take_person(line, context, phone, seek_place=destination is None)
    if known is not None:
        if place is not None and place.value.town and place.value.hit is None and not place.value.inside:
            place, destination = with_town(line, known, place)
        else:
            place, destination = (known, None) if place is None else _where(line, place, known)
    if kind is None and call_at is not None and moment is None:
        moment, call_at = call_at, None
    return Captured(
        text=typed,
        type=kind,
        person=person,
        phone=phone,
        moment=moment,
        place=place,
        destination=destination,
        priority=priority or _priority_of_type(kind, moment, context),
        language=language or _language_of(person, context),
        quantity=quantity,
        assignee=assignee or _me(context),
        channel=channel or Part(context.channel, source=Source.DEFAULT),
        call_back=call_back,
        call_at=call_at,
        leftover=_leftover(line),
    )


def _where(
    line: Line, first: Part[NamedPlace] | None, second: Part[NamedPlace] | None
) -> tuple[Part[NamedPlace] | None, Part[NamedPlace] | None]:
    """Place and destination: a room or a street and its lodging are one place, any other two are a way."""
    if first is None or second is None:
        return first or second, None
    if first.spans > second.spans:
        first, second = second, first
    leads_on = fold(second.words.split(" ")[0]) in words.TOWARDS
    rooms = [part for part in (first, second) if part.value.inside]
    if len(rooms) != 1 or leads_on:
        return first, second
    house = second if rooms[0] is first else first
    spans = (*first.spans, *second.spans)
    value = NamedPlace(f"{house.value.name}, {rooms[0].value.name}", house.value.hit)
    return Part(value, spans, line.words_of(spans), confidence=house.confidence), None


def _priority_of_type(
    kind: Part[str] | None, moment: Part[Moment] | None, context: CaptureContext
) -> Part[str] | None:
    if kind is None or context.type_priority is None:
        return None
    wanted = moment.value.start if moment is not None and not moment.value.date_only else None
    priority = context.type_priority(kind.value, wanted)
    return Part(priority, source=Source.TYPE_RULE) if priority else None


def _language_of(person: Part[NamedPerson] | None, context: CaptureContext) -> Part[str]:
    if person is not None and person.value.hit is not None and person.value.hit.language:
        return Part(person.value.hit.language, source=Source.FILE, confidence=person.confidence)
    return Part(context.language, source=Source.DEFAULT)


def _me(context: CaptureContext) -> Part[NamedAgent] | None:
    return Part(NamedAgent(context.me.name, context.me), source=Source.DEFAULT) if context.me else None


_LOOSE = (
    words.PLACE_LEADS | words.ARTICLES | words.LINKS | words.FOR | {"et", "and", "und", "avec", "le", "par"}
)
_MARKS = " .,;:!?()/-–—'’\"«»·…"
_GAPS = re.compile(rf"{CLAIMED}+")


def _leftover(line: Line) -> str:
    """What nobody took, without the small words that belonged to what was taken."""
    kept: list[str] = []
    for piece in _GAPS.split(line.hidden):
        parts = clean_line(piece).split(" ")
        if all(_is_loose(part) or fold(part) in words.SMALL_WORDS | words.ASKING for part in parts):
            continue
        while not parts[0].strip(_MARKS) or fold(parts[0]) in words.ASKING:
            parts.pop(0)
        while parts and _is_loose(parts[-1]):
            parts.pop()
        kept.extend(parts)
    return " ".join(kept)


def _is_loose(word: str) -> bool:
    return not word.strip(_MARKS) or fold(word) in _LOOSE or fold(word) in words.TITLES

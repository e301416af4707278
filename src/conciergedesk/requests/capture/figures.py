"""The parts of a line that patterns settle: number, moment, quantity, priority, language and the like."""

from __future__ import annotations

import re
from functools import lru_cache

from conciergedesk.core.moments import FoundMoment, Moment, find_moments, parse_moment
from conciergedesk.core.phone import PhoneNumber, PhoneStatus, read_phone
from conciergedesk.core.text import fold
from conciergedesk.requests.capture import vocabulary as words
from conciergedesk.requests.capture.line import Line
from conciergedesk.requests.capture.values import (
    AgentHit,
    CaptureContext,
    NamedAgent,
    Part,
    Quantity,
)

_DATE_LIKE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}([/.-])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2})(?!\1)"
)
_GROUP = re.compile(r"[\s./()-]{1,3}[0-9]+$")


@lru_cache(maxsize=2048)
def _phone(text: str, home: str) -> PhoneNumber:
    return read_phone(text, home)


def take_phone(line: Line, home: str) -> Part[PhoneNumber] | None:
    """The first telephone number; one that is still being typed counts when it begins with +, 00 or 0."""
    start = 0
    while match := line.search(words.PHONE, start):
        typed, number = _whole_number(line, match, home)
        if number is not None:
            first, _ = line.span(match)
            spans = line.claim((first, first + len(typed)))
            confidence = {PhoneStatus.VALID: 1.0, PhoneStatus.SHORT: 0.9, PhoneStatus.TO_CONFIRM: 0.6}
            return Part(number, spans, typed, confidence=confidence.get(number.status, 0.3))
        start = match.end()
    return None


def _whole_number(line: Line, match: re.Match[str], home: str) -> tuple[str, PhoneNumber | None]:
    """The number and its typed text; groups of digits that make it wrong are left to other parts."""
    first, last = line.span(match)
    typed = line.typed[first:last]
    if match["french"]:
        return typed, _phone(typed, home)
    led = words.PHONE_LEAD.search(line.folded[: match.start()]) is not None
    shortest = 3 if match["plus"] else 5 if led else 9
    if match["other"] and _DATE_LIKE.match(match["other"]):
        return typed, None
    candidate = typed
    for _attempt in range(3):
        if sum(char.isdigit() for char in candidate) < shortest:
            break
        number = _phone(candidate, home)
        if number.status in (PhoneStatus.VALID, PhoneStatus.TO_CONFIRM) and not number.extension.startswith(
            "00"
        ):
            return candidate, number
        shorter = _GROUP.sub("", candidate)
        if shorter == candidate:
            break
        candidate = shorter
    if match["plus"] and sum(char.isdigit() for char in typed) >= 3:
        return typed, _phone(typed, home)
    return typed, None


def take_moments(
    line: Line, context: CaptureContext, call_back: Part[bool] | None
) -> tuple[Part[Moment] | None, Part[Moment] | None]:
    """The moment it is wanted for, and the one to call back at: what follows "rappeler", or the only one there is."""
    found = find_moments(line.hidden, context.now, context.zone)
    call = None
    if call_back is not None and found:
        asked = call_back.spans[0][0]
        call = next((one for one in found if one.spans[0][0] > asked), found[-1])
        found.remove(call)
    elif call_back is not None and (soon := words.MINUTES_AFTER.match(line.folded, _end_of(line, call_back))):
        moment = parse_moment(soon["count"], context.now, context.zone)
        call = FoundMoment((line.span(soon, "count"),), moment) if moment is not None else None
    return _moment(line, found), _moment(line, [call] if call is not None else [])


def _end_of(line: Line, part: Part[bool]) -> int:
    """Where the folded text goes on after a part."""
    return next((at for at, place in enumerate(line.places) if place >= part.spans[-1][1]), len(line.folded))


def _moment(line: Line, found: list[FoundMoment]) -> Part[Moment] | None:
    """The first moment that names a time of day, else the first day."""
    if not found:
        return None
    chosen = next((one for one in found if not one.moment.date_only), found[0])
    others = tuple(one.moment for one in found if one is not chosen)
    confidence = 0.7 if others or chosen.moment.mismatch else 0.8 if chosen.moment.loose else 1.0
    spans = line.claim(*chosen.spans)
    return Part(chosen.moment, spans, line.words_of(spans), confidence=confidence, alternatives=others)


def take_quantity(line: Line) -> Part[Quantity] | None:
    """How many; the counted thing itself stays for the request type (``release_unit`` takes it later)."""
    if match := line.search(words.COUNTED_PERSONS):
        count = _number(match["count"])
        start, end = line.span(match)
        if more := words.MORE_PERSONS.match(line.folded, match.end()):
            count, end = count + int(more["count"]), line.span(more)[1]
        spans = line.claim((start, end))
        return Part(Quantity(count, "persons"), spans, line.words_of(spans))
    if match := line.search(words.COUNTED_TIMES):
        return _counted(line, match, Quantity(int(match["after"] or match["before"])))
    if match := line.search(words.COUNTED_THINGS):
        unit = fold(match["unit"])
        spans = line.claim_match(match, "count")
        return Part(Quantity(_number(match["count"]), unit), spans, line.words_of(spans))
    if match := line.search(words.COUNTED_FOR):
        part = _counted(line, match, Quantity(_number(match["count"] or match["table"]), "persons"))
        return Part(part.value, part.spans, part.words, confidence=0.7)
    for count, pattern in words.PAIRS:
        if match := line.search(pattern):
            return _counted(line, match, Quantity(count, "persons"))
    return None


def _number(typed: str) -> int:
    return words.NUMBERS[typed] if typed in words.NUMBERS else int(typed)


def _counted(line: Line, match: re.Match[str], value: Quantity) -> Part[Quantity]:
    spans = line.claim_match(match)
    return Part(value, spans, line.words_of(spans))


def with_unit(line: Line, part: Part[Quantity]) -> Part[Quantity]:
    """Take the counted word too when no other part wanted it ("3 nuits")."""
    if part.value.unit in ("", "persons") or not part.spans:
        return part
    end = part.spans[-1][1]
    follower = next((word for word in line.words() if word.start >= end), None)
    if follower is None or follower.folded != part.value.unit or line.typed[end : follower.start].strip():
        return part
    line.claim((end, follower.end))
    spans = (*part.spans[:-1], (part.spans[-1][0], follower.end))
    return Part(part.value, spans, line.words_of(spans), confidence=part.confidence)


def take_priority(line: Line) -> Part[str] | None:
    """Priority words; of several the first pattern of the vocabulary decides, and all are taken."""
    chosen: str | None = None
    spans: list[tuple[int, int]] = []
    for priority, pattern in words.PRIORITIES:
        while (match := line.search(pattern)) is not None:
            chosen = chosen or priority
            spans.extend(line.claim_match(match))
    if chosen is None:
        return None
    taken = tuple(sorted(spans))
    return Part(chosen, taken, line.words_of(taken))


def take_language(line: Line) -> Part[str] | None:
    """A language by name anywhere, or by code where the code cannot be a small word."""
    for code, pattern in words.LANGUAGE_WORDS:
        match = line.search(pattern)
        if match and not words.NOT_SPOKEN_AFTER.search(line.folded[: match.start()]):
            spans = line.claim_match(match)
            return Part(code, spans, line.words_of(spans))
    if match := line.search(words.PLAIN_CODES):
        spans = line.claim_match(match)
        return Part(match["code"], spans, line.words_of(spans))
    for match in words.CODES_AT_THE_END.finditer(line.folded):
        start, end = line.span(match)
        # A line that is nothing but "de" is a line just begun.
        if line.is_last(end) and line.typed[:start].strip():
            spans = line.claim((start, end))
            return Part(match["code"], spans, line.words_of(spans), confidence=0.8)
    return None


def take_channel(line: Line) -> Part[str] | None:
    for channel, pattern in words.CHANNELS:
        if match := line.search(pattern):
            spans = line.claim_match(match)
            return Part(channel, spans, line.words_of(spans))
    return None


def take_call_back(line: Line) -> Part[bool] | None:
    if match := line.search(words.CALL_BACK):
        spans = line.claim_match(match)
        return Part(True, spans, line.words_of(spans))
    return None


def take_assignee(line: Line, context: CaptureContext) -> Part[NamedAgent] | None:
    """``:inès`` gives the request to Inès, ``:moi`` and ``pour moi`` to who types."""
    match = line.search(words.ASSIGNEE)
    if match is not None:
        wanted = fold(match["name"])
        spans = line.claim_match(match)
        typed = line.words_of(spans)
        if wanted in ("moi", "me", "ich", "mich") and context.me is not None:
            return Part(NamedAgent(context.me.name, context.me), spans, typed)
        hits = _agents(wanted, context)
        if not hits:
            return Part(NamedAgent(typed.lstrip(":")), spans, typed, confidence=0.2)
        named = tuple(NamedAgent(hit.name, hit) for hit in hits)
        return Part(
            named[0], spans, typed, confidence=1.0 if len(named) == 1 else 0.6, alternatives=named[1:]
        )
    if context.me is not None and (match := line.search(words.FOR_ME)):
        spans = line.claim_match(match)
        return Part(NamedAgent(context.me.name, context.me), spans, line.words_of(spans), confidence=0.8)
    return None


def _agents(wanted: str, context: CaptureContext) -> list[AgentHit]:
    exact, beginning = [], []
    for agent in context.agents:
        names = fold(agent.name).split()
        if wanted in names or wanted == " ".join(names):
            exact.append(agent)
        elif any(name.startswith(wanted) for name in names):
            beginning.append(agent)
    return exact or beginning

"""What the capture line gives back, and what it asks its surroundings for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from conciergedesk.core.i18n import N_
from conciergedesk.core.moments import Moment, Span
from conciergedesk.core.phone import PhoneNumber


class TypeCode(Protocol):
    """A request type; the line only needs its code."""

    @property
    def code(self) -> str: ...


class TypeCandidate(Protocol):
    """A request type that some of the words may mean."""

    @property
    def type(self) -> TypeCode: ...
    @property
    def score(self) -> float:
        """About 100 for a whole name, below 90 for a beginning or a slip."""
        ...

    @property
    def start(self) -> int:
        """First of the words given to ``match`` that it was read from."""
        ...

    @property
    def length(self) -> int: ...


class TypeMatcher(Protocol):
    """Finds request types among words; the catalogue is one."""

    def match(self, words: Sequence[str], /) -> Sequence[TypeCandidate]:
        """Candidates, best first, for folded words in the order of the line."""
        ...


class PersonHit(Protocol):
    """A person on file."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def language(self) -> str: ...


class PersonFinder(Protocol):
    """Finds people by name (slips allowed), by number or by its last four digits."""

    def find(self, text: str, /) -> Sequence[PersonHit]: ...


class PlaceHit(Protocol):
    """A lodging or another known place."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...


class PlaceFinder(Protocol):
    """Finds known places by name."""

    def find(self, text: str, /) -> Sequence[PlaceHit]: ...


class AgentHit(Protocol):
    """A member of staff who can be given a request."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class CaptureContext:
    """What a line is read against.

    Attributes:
        now: The present instant, aware.
        zone: The zone of the desk.
        types: The catalogue of request types.
        people: Finds callers; None leaves names to be typed.
        places: Finds lodgings and known places.
        towns: The name of a town by its folded words; people often say no more than that of a place.
        agents: Staff for ``:inès``.
        me: Who types; the holder by default.
        channel: How the request came in, when the line does not say.
        language: Language when neither the line nor the person's file says one.
        home: Country whose national telephone numbers are tried first.
        type_priority: Default priority of a request type, by its code and the wanted time (aware UTC; None
            when the line names none).
    """

    now: datetime
    zone: tzinfo
    types: TypeMatcher
    people: PersonFinder | None = None
    places: PlaceFinder | None = None
    towns: Mapping[str, str] = field(default_factory=dict)
    agents: Sequence[AgentHit] = ()
    me: AgentHit | None = None
    channel: str = "phone"
    language: str = "fr"
    home: str = "FR"
    type_priority: Callable[[str, datetime | None], str | None] | None = None


class Source(StrEnum):
    """Where a value comes from."""

    TYPED = "typed"
    FILE = "file"
    TYPE_RULE = "type_rule"
    DEFAULT = "default"


SOURCE_WORDS: dict[Source, str] = {
    Source.TYPED: N_("as typed"),
    Source.FILE: N_("on file"),
    Source.TYPE_RULE: N_("rule of the type"),
    Source.DEFAULT: N_("by default"),
}

Value = TypeVar("Value", covariant=True)


@dataclass(frozen=True, slots=True)
class Part(Generic[Value]):
    """One thing understood.

    Attributes:
        value: What it means.
        spans: Where its words stand in the typed text (start, end); empty when it was not typed.
        words: These words.
        source: Typed, from the person's file, by rule of the type, or by default.
        confidence: 0 to 1; below 0.6 the words could well mean something else.
        alternatives: Other values the same words may mean, likeliest first.
    """

    value: Value
    spans: tuple[Span, ...] = ()
    words: str = ""
    source: Source = Source.TYPED
    confidence: float = 1.0
    alternatives: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A person by name; ``hit`` is their file, None for somebody new."""

    name: str
    hit: PersonHit | None = None


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place in words; ``hit`` is the lodging or known place, if it is one.

    ``inside`` tells a room or a street address, which may complete a lodging named elsewhere in the line; ``town``
    that the name says the town.
    """

    name: str
    hit: PlaceHit | None = None
    inside: bool = False
    town: bool = False


@dataclass(frozen=True, slots=True)
class NamedAgent:
    """A colleague by name; ``hit`` is None when nobody on the team is called so."""

    name: str
    hit: AgentHit | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """How many; ``unit`` is "persons", or the folded word that was counted, or "" for a bare ``x2``."""

    count: int
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Captured:
    """A line as it was understood. A part is None when the line says nothing and there is no default.

    Attributes:
        text: The line the spans refer to.
        type: Code of the request type.
        person: Whom it is for.
        phone: Number to call back.
        moment: When it is wanted; when to call back, if the line asks for nothing else.
        place: Where, or where from when there is a destination.
        destination: Where to.
        priority: P1 to P4.
        language: Two-letter code.
        quantity: How many.
        assignee: Who holds it.
        channel: How it came in.
        call_back: Whether it asks for a call-back.
        call_at: When to call back about what else the line asks for.
        leftover: The words that stood for nothing else: the beginning of a title or a note.
    """

    text: str
    type: Part[str] | None = None
    person: Part[NamedPerson] | None = None
    phone: Part[PhoneNumber] | None = None
    moment: Part[Moment] | None = None
    place: Part[NamedPlace] | None = None
    destination: Part[NamedPlace] | None = None
    priority: Part[str] | None = None
    language: Part[str] | None = None
    quantity: Part[Quantity] | None = None
    assignee: Part[NamedAgent] | None = None
    channel: Part[str] | None = None
    call_back: Part[bool] | None = None
    call_at: Part[Moment] | None = None
    leftover: str = ""

    def spans(self) -> list[tuple[Span, str]]:
        """Every understood span with the name of its part, in the order of the line."""
        named = [(name, getattr(self, name)) for name in PART_LABELS]
        return sorted((span, name) for name, part in named if isinstance(part, Part) for span in part.spans)


PART_LABELS: dict[str, str] = {
    "type": N_("Type"),
    "moment": N_("When"),
    "person": N_("For"),
    "phone": N_("Phone"),
    "place": N_("Where"),
    "destination": N_("To"),
    "language": N_("Language"),
    "quantity": N_("Number"),
    "priority": N_("Priority"),
    "assignee": N_("Who"),
    "channel": N_("Channel"),
    "call_back": N_("Call-back"),
    "call_at": N_("Call-back"),
}

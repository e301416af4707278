"""The values that go into the provider search and come out of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple


class Agreement(IntEnum):
    """How far the agency has come with a provider; a higher one is offered first."""

    NONE = 0
    LISTED = 1
    SIGNED = 2


class Standing(StrEnum):
    """Whether a provider can be asked."""

    ACTIVE = "active"
    SEASONAL = "seasonal"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class OpenState(IntEnum):
    """What is known of a provider at a moment; a higher one is offered first."""

    CLOSED = 0
    TO_CONFIRM = 1
    OPEN = 2


class ChipKind(StrEnum):
    """What a part of a query was understood as."""

    TRADE = "trade"
    PLACE = "place"
    MOMENT = "moment"
    LANGUAGE = "language"
    DISTANCE = "distance"
    AGREEMENT = "agreement"
    ACCESS = "access"
    PHONE = "phone"


class Reason(StrEnum):
    """Why a hit was found."""

    NAME = "name"
    PREFIX = "prefix"
    CORRECTED = "corrected"
    SHORT = "short"
    GLUED = "glued"
    TRADE = "trade"
    PLACE = "place"
    NEAR = "near"
    TEXT = "text"
    PHONE = "phone"
    PHONE_ENDS = "phone_ends"
    PHONE_BEGINS = "phone_begins"
    PHONE_ALMOST = "phone_almost"
    REF = "ref"


@dataclass(frozen=True, slots=True)
class ProviderEntry:
    """What the search knows of one provider.

    ``phones`` are numbers as written or in E.164; ``reliability`` lies between 0 and 1 and is None while too
    little is known; ``last_used`` is aware; ``hours`` is only handed back to whoever evaluates opening hours.
    """

    id: str
    name: str
    categories: tuple[str, ...] = ()
    commune: str = ""
    postcode: str = ""
    country: str = "FR"
    lat: float | None = None
    lon: float | None = None
    address: str = ""
    phones: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    agreement: Agreement = Agreement.NONE
    reliability: float | None = None
    last_used: datetime | None = None
    standing: Standing = Standing.ACTIVE
    accessible: bool = False
    hours: str = ""
    notes: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """An aware moment that a query names, and the places of its words in the query."""

    at: datetime
    spans: tuple[tuple[int, int], ...]
    label: str = ""


OpenAt = Callable[[Sequence[str], datetime], Sequence[int]]
"""States (``OpenState``) of the providers with these ids at an aware moment, in the same order."""

FindMoment = Callable[[str, datetime], Moment | None]
"""The moment named in a query, seen from ``now``; None when there is none."""


@dataclass(frozen=True, slots=True)
class SearchContext:
    """What the search knows of the desk.

    ``removed`` holds ``(kind, value)`` of chips that the operator took off: they are words of a name then.
    ``nearby_km`` is how far around a named place providers still count as near.
    """

    now: datetime | None = None
    origin: tuple[float, float] | None = None
    country: str = "FR"
    nearby_km: float = 10.0
    open_at: OpenAt | None = None
    find_moment: FindMoment | None = None
    removed: frozenset[tuple[str, str]] = frozenset()
    typing: bool = True


@dataclass(frozen=True, slots=True)
class Chip:
    """A part of the query that became a filter. ``start`` and ``end`` are its place in the typed query."""

    kind: ChipKind
    label: str
    value: str
    start: int
    end: int
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Understanding:
    """How a query was read: its chips, and what is left to look for in names."""

    query: str
    chips: tuple[Chip, ...]
    rest: str
    moment: datetime | None = None

    def chip(self, kind: ChipKind) -> Chip | None:
        return next((chip for chip in self.chips if chip.kind is kind), None)


class Why(NamedTuple):
    """One reason for a hit: ``typed`` in the query stands for ``found`` in the provider."""

    reason: Reason
    typed: str
    found: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One provider found.

    ``below`` is set for providers that stand below the line: the standing that is the reason.
    ``spans`` are the places to highlight in the provider's name; ``distance_km`` is None without a place.
    """

    id: str
    score: float
    why: tuple[Why, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    distance_km: float | None = None
    state: OpenState | None = None
    below: Standing | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first, with how the query was read.

    ``total`` counts what fits before the limit; ``widened`` says that nobody asked for is in or near the place.
    """

    understanding: Understanding
    hits: tuple[Hit, ...] = field(default=())
    total: int = 0
    widened: bool = False

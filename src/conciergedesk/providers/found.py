"""What the provider search is asked and what it answers: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from conciergedesk.providers.fallbacks import Fallback
from conciergedesk.providers.hours import (
    Status,
)
from conciergedesk.providers.queries import ProviderBrief
from conciergedesk.providers.rules import (
    Below,
    Record,
)
from conciergedesk.providers.search.entry import (
    Chip,
    Understanding,
    Why,
)
from conciergedesk.providers.search.lexicon import Trade

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class FoundProvider:
    """One provider found: who, why, how far, what holds at the moment asked for, and whether below the line."""

    brief: ProviderBrief
    why: tuple[Why, ...]
    spans: tuple[tuple[int, int], ...]
    distance_km: float | None
    status: Status
    record: Record
    below: Below | None

    @property
    def id(self) -> int:
        return self.brief.id

    @property
    def needs_word(self) -> bool:
        """Whether only a supervisor's word lets anybody ask this provider."""
        return self.below not in (None, Below.SHUT)


@dataclass(frozen=True, slots=True)
class Looser:
    """How many would fit without one chip."""

    chip: Chip
    total: int


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a query.

    Attributes:
        understanding: How the query was read.
        rows: Providers above the line, best first.
        below: Providers below it, best first.
        total: How many fit before the limit.
        widened: Nobody asked for is in or near the place: these are the nearest elsewhere.
        looser: When nobody fits, which chip taken off lets somebody fit, the most first.
        moment: The moment the states are about.
        asked_moment: Whether the query named it; else it is now.
        trade: The trade that was understood, if any.
        fallbacks: Numbers of the house's list, in its order.
        seconds: How long it took.
    """

    understanding: Understanding
    rows: tuple[FoundProvider, ...]
    below: tuple[FoundProvider, ...]
    total: int
    moment: datetime
    asked_moment: bool
    trade: Trade | None
    fallbacks: tuple[Fallback, ...]
    seconds: float
    widened: bool = False
    looser: tuple[Looser, ...] = ()

    @property
    def everybody(self) -> tuple[FoundProvider, ...]:
        return self.rows + self.below


@dataclass(frozen=True, slots=True)
class Search:
    """What the desk wants to know besides the words.

    ``removed`` are chips that the operator took off, as (kind, value); ``nearby_km`` widens a named place.
    """

    now: datetime
    origin: tuple[float, float] | None = None
    country: str = "FR"
    removed: frozenset[tuple[str, str]] = frozenset()
    nearby_km: float = 10.0
    limit: int = 30
    typing: bool = True
    leave_out: frozenset[int] = frozenset()

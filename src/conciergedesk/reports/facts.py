"""What figures are made of: frozen facts of each room, as ``gather`` reads them. No names of people.

Every fact is about one thing and says when what happened; a figure decides what that means for a period.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple


class RequestFact(NamedTuple):
    """One request or ticket. A tuple, because a month has tens of thousands of them.

    Attributes:
        response_minutes: From opening to the first human answer, on the clock of the priority; None before it.
        resolution_minutes: To the first resolution, on the clock, without waiting for the client.
        breached_at: The first miss of the resolution target on record.
        overdue_at: The due time of an open request that is past it and not on record yet.
        first_done_at: The first time it was done.
        reopened_at: The first reopening after that.
        ended_at: When it was cancelled, refused or found to be a duplicate.
    """

    id: int
    ref: str
    type_code: str
    family: str
    team: str
    priority: str
    state: str
    channel: str
    language: str
    client_kind: str
    company: str
    holder_id: int | None
    holder: str
    opened_at: datetime
    first_response_at: datetime | None = None
    response_due_at: datetime | None = None
    response_breached_at: datetime | None = None
    response_minutes: float | None = None
    first_resolved_at: datetime | None = None
    resolution_minutes: float | None = None
    breached_at: datetime | None = None
    overdue_at: datetime | None = None
    first_done_at: datetime | None = None
    reopened_at: datetime | None = None
    ended_at: datetime | None = None
    duplicate: bool = False
    provider: str = ""
    kind: str = "request"


@dataclass(frozen=True, slots=True)
class TicketFact:
    """One hotline ticket that was closed, for first-contact resolution and the use of articles."""

    id: int
    ref: str
    team: str
    closed_at: datetime
    duplicate: bool = False
    mass_child: bool = False
    contacts: int = 1
    second_level: bool = False
    field_visit: bool = False
    reopened_at: datetime | None = None
    article: str = ""


@dataclass(frozen=True, slots=True)
class IncidentFact:
    """One mass incident that was opened."""

    id: int
    ref: str
    category: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class CallFact:
    """One offered call or chat; seconds. ``in_hours`` is whether the line was open."""

    id: int
    ref: str
    line: str
    at: datetime
    wait_s: float
    answered: bool
    talk_s: float = 0.0
    wrap_s: float = 0.0
    in_hours: bool = True


@dataclass(frozen=True, slots=True)
class ScoreFact:
    """One answered survey: 1 to 5 for satisfaction, 0 to 10 for recommendation."""

    id: int
    ref: str
    at: datetime
    score: int
    heard: bool = False
    """Whether an agent wrote down what was said by telephone."""
    own: bool = False
    """Whether it is about the agent's own request; left out."""


@dataclass(frozen=True, slots=True)
class OrderFact:
    """One confirmed order to a provider."""

    id: int
    ref: str
    provider: str
    due_at: datetime
    on_time: bool
    complete: bool
    weather: bool = False
    no_show: bool = False
    refused: bool = False
    accepted_after_minutes: float | None = None
    is_judged: bool = True
    """Whether somebody has noted how it ended."""


@dataclass(frozen=True, slots=True)
class CommissionFact:
    """One booking performed: base without VAT in cents, rate in basis points at the booking date."""

    id: int
    ref: str
    provider: str
    performed_at: datetime
    base_cents: int
    rate_bps: int
    cancelled: bool = False
    state: str = "due"


@dataclass(frozen=True, slots=True)
class PromiseFact:
    """One promise with a moment."""

    id: int
    kind: str
    ref: str
    due_at: datetime
    ended_at: datetime | None
    dropped: bool
    team: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class HandoverFact:
    """One change of shift; ``count_difference`` is None when the keys were not counted."""

    id: int
    ref: str
    team: str
    starts_at: datetime
    accept_by: datetime
    accepted_at: datetime | None
    signed: bool
    open_items: int
    count_difference: int | None


@dataclass(frozen=True, slots=True)
class KeyOutFact:
    """One outing of a key set."""

    id: int
    ref: str
    out_at: datetime
    due_at: datetime | None
    back_at: datetime | None
    lost_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeyEventFact:
    """A chain break or an opening of a seal."""

    id: int
    ref: str
    kind: str
    at: datetime
    has_reason: bool = True


@dataclass(frozen=True, slots=True)
class CoverFact:
    """A stretch of a line's need: seats needed and staffed, in minutes."""

    id: int
    line: str
    start: datetime
    end: datetime
    needed: int
    staffed: int


@dataclass(frozen=True, slots=True)
class DossierFact:
    """A dated thing of a relocation file: a legal item, a follow-up, or the lease."""

    id: int
    ref: str
    kind: str
    due_on: date | None
    done_on: date | None
    days: float | None = None


@dataclass(frozen=True, slots=True)
class PackFact:
    """A pack in use: credits bought and used, and how many were used a day lately."""

    id: int
    ref: str
    bought: float
    used: float
    used_per_day: float = 0.0


@dataclass(frozen=True, slots=True)
class ArticleFact:
    id: int
    ref: str
    review_by: date | None


@dataclass(frozen=True, slots=True)
class BacklogFact:
    """A request that was open at an instant, with the state it had then."""

    id: int
    ref: str
    state: str
    opened_at: datetime
    priority: str = ""
    team: str = ""
    kind: str = "request"

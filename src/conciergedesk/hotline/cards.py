"""What is read about the hotlines: frozen values for lists, cards and the board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from conciergedesk.core.journal import Line as JournalEntry


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """An open ticket as lists need it."""

    id: int
    line: str
    category: str
    title: str
    severity: str
    level: str
    state: str
    provider: str
    site: str
    commune: str
    caller: str
    owner_id: int | None
    owner: str
    waits_for: str
    parent_id: int | None
    opened_at: datetime
    board_at: datetime | None
    due_at: datetime | None
    warn_at: datetime | None

    @property
    def ref(self) -> str:
        return f"T-{self.id}"


@dataclass(frozen=True, slots=True)
class Answered:
    """A triage answer as it was given, in the words of that day."""

    tree: str
    question: str
    key: str
    ask_fr: str
    ask_en: str
    label_fr: str
    label_en: str


@dataclass(frozen=True, slots=True)
class TicketNoteLine:
    id: int
    at: datetime
    author: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class UsedArticle:
    article: str
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TimeLine:
    """Measured time: whose, in which act, and whether it was corrected by hand."""

    id: int
    agent: str
    at: datetime
    seconds: int
    act: str
    by_hand: bool


@dataclass(frozen=True, slots=True)
class PriceLine:
    id: int
    ticket_id: int
    what: str
    old_cents: int
    new_cents: int
    state: str
    asked_at: datetime
    asked_by: str
    asked_by_id: int | None


@dataclass(frozen=True, slots=True)
class TicketCard:
    """One ticket in full."""

    row: OpenTicket
    provider_id: int | None
    site_id: int | None
    asset_id: int | None
    asset: str
    channel: str
    caller_role: str
    number: str
    language: str
    theme: str
    tree: str
    impact: str
    urgency: str
    since: str
    workaround: str
    answers: tuple[Answered, ...]
    noted: tuple[tuple[str, str], ...]
    identity_proved_at: datetime | None
    second_approval_id: int | None
    call_id: int | None
    duplicate_of_id: int | None
    first_response_at: datetime | None
    response_due_at: datetime | None
    escalate_at: datetime | None
    escalated_at: datetime | None
    first_resolved_at: datetime | None
    resolved_at: datetime | None
    reopens: int
    breached_at: datetime | None
    response_breached_at: datetime | None
    resolution_code: str
    root_cause: str
    fcr: bool | None
    notes: tuple[TicketNoteLine, ...]
    articles: tuple[UsedArticle, ...]
    times: tuple[TimeLine, ...]
    prices: tuple[PriceLine, ...]
    work: tuple[WorkLine, ...]
    lines: tuple[JournalEntry, ...]
    version: int

    @property
    def seconds(self) -> int:
        """All time spent on the ticket."""
        return sum(one.seconds for one in self.times)

    @property
    def resolution_met(self) -> bool | None:
        """Whether the first resolution was in time; None before it."""
        if self.first_resolved_at is None:
            return None
        return self.breached_at is None or self.breached_at > self.first_resolved_at


@dataclass(frozen=True, slots=True)
class WorkLine:
    """Work at a site, open or over."""

    id: int
    site_id: int
    site: str
    task: str
    asset: str
    ticket_id: int | None
    state: str
    made_at: datetime
    outcome: str
    stop_id: int | None


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call as lists show it."""

    id: int
    line: str
    direction: str
    number: str
    caller: str
    provider: str
    site: str
    state: str
    rang_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    agent_id: int | None
    agent: str
    ticket_id: int | None
    call_back_id: int | None
    reason: str
    outcome: str
    cleared_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContactLine:
    id: int
    site_id: int
    first_name: str
    role: str
    language: str
    number: str
    on_agreement: bool


@dataclass(frozen=True, slots=True)
class AssetLine:
    """A device with how many days it has not been seen, when that is too long."""

    id: int
    label: str
    kind: str
    site_id: int
    site: str
    provider: str
    model: str
    state: str
    last_seen_at: datetime | None
    battery_on: date | None
    warranty_until: date | None
    unseen_days: int | None
    version: int


@dataclass(frozen=True, slots=True)
class CallerCard:
    """Everything to know while it rings: who, where, what stands there, what is open, what was agreed."""

    call_id: int
    line: str
    state: str
    rang_at: datetime
    answered_at: datetime | None
    taken_by: str
    taken_by_id: int | None
    number: str
    name: str
    role: str
    language: str
    provider_id: int | None
    provider: str
    site_id: int | None
    site: str
    commune: str
    person_id: int | None
    others: int
    agreement: str
    agreement_until: date | None
    assets: tuple[AssetLine, ...]
    open_tickets: tuple[OpenTicket, ...]
    contacts: tuple[ContactLine, ...]
    ticket_id: int | None

    @property
    def who(self) -> str:
        """The caller in a few words, with the place when the name says too little."""
        return " · ".join(part for part in (self.name, self.provider or self.site) if part)


@dataclass(frozen=True, slots=True)
class IncidentCard:
    """A mass incident, proposed or open."""

    id: int
    line: str
    category: str
    severity: str
    state: str
    proposed_at: datetime
    opened_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    told_at: datetime | None
    owner_id: int | None
    owner: str
    resolution_code: str
    root_cause: str
    tickets: tuple[OpenTicket, ...]

    @property
    def ref(self) -> str:
        return f"M-{self.id}"

    @property
    def resolution_met(self) -> bool | None:
        if self.closed_at is None or self.due_at is None:
            return None
        return self.closed_at <= self.due_at


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site as the register lists it."""

    id: int
    name: str
    commune: str
    provider_id: int
    provider: str
    assets: int
    troubled: int
    unseen: int
    open_tickets: int
    open_work: int
    last_contact_at: datetime | None


@dataclass(frozen=True, slots=True)
class SiteCard:
    row: SiteRow
    note: str
    agreement: str
    agreement_until: date | None
    contacts: tuple[ContactLine, ...]
    assets: tuple[AssetLine, ...]
    tickets: tuple[OpenTicket, ...]
    work: tuple[WorkLine, ...]


@dataclass(frozen=True, slots=True)
class DormantProvider:
    """A provider without contact for too long; ``days`` is None when there never was one."""

    provider_id: int
    provider: str
    last_contact_at: datetime | None
    days: int | None


@dataclass(frozen=True, slots=True)
class StopLine:
    id: int
    site_id: int
    site: str
    commune: str
    position: int
    planned: bool
    arrived_at: datetime | None
    left_at: datetime | None
    signed_by: str
    skipped: str
    work: tuple[WorkLine, ...]


@dataclass(frozen=True, slots=True)
class RoundCard:
    id: int
    day: date
    starts_at: datetime
    vehicle: str
    agent_id: int | None
    agent: str
    state: str
    stops: tuple[StopLine, ...]

    @property
    def next_stop(self) -> StopLine | None:
        return next((stop for stop in self.stops if stop.left_at is None and not stop.skipped), None)


@dataclass(frozen=True, slots=True)
class RenewalLine:
    """A rung of a renewal ladder that waits to be answered."""

    id: int
    provider_id: int
    provider: str
    commune: str
    end_on: date
    days_before: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class TrainingLine:
    id: int
    provider_id: int
    provider: str
    theme: str
    tickets: tuple[int, ...]
    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class LedgerLine:
    id: int
    at: datetime
    kind: str
    points: int
    cents: int
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class AmbassadorCardCard:
    """An ambassador card with what it holds and its last lines, newest first."""

    id: int
    number: str
    holder: str
    state: str
    points: int
    cents: int
    lines: tuple[LedgerLine, ...]


@dataclass(frozen=True, slots=True)
class ArticleStats:
    """How much an article is used."""

    article: str
    views: int
    sent: int
    solved: int


@dataclass(frozen=True, slots=True)
class MissLine:
    id: int
    words: str
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ReferentLine:
    theme: str
    rank: int
    agent_id: int
    agent: str
    languages: tuple[str, ...]

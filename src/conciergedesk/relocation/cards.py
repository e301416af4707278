"""What screens, papers and reports see of a relocation file: frozen values, never rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from conciergedesk.relocation.households import Member
from conciergedesk.relocation.rules import Share, StageProgress, TeleworkCount
from conciergedesk.relocation.schedule import Impossible, ItemState
from conciergedesk.relocation.visits import Part


def file_ref(file_id: int) -> str:
    """The number people say: ``I-09``."""
    return f"I-{file_id:02}"


@dataclass(frozen=True, slots=True)
class FileStub:
    """All that others than the coach see of a file: whose it is."""

    id: int
    household: str
    coach_id: int
    coach: str
    is_open: bool = True

    @property
    def ref(self) -> str:
        return file_ref(self.id)


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item of the plan as a person reads it. ``label`` is in the language asked for."""

    id: int
    code: str
    label: str
    stage: str
    owner: str
    who: str
    state: ItemState
    legal: bool
    anchor: str
    due: date | None
    start: date | None
    aim: date | None
    done_on: date | None
    by_hand: bool
    to_confirm: bool
    children: tuple[int, ...]
    blocked_by: tuple[str, ...]
    evidence: str
    reason: str
    waiting_for: str
    request_id: int | None
    version: int

    @property
    def is_open(self) -> bool:
        return self.state not in (ItemState.DONE, ItemState.NOT_APPLICABLE)

    def is_overdue(self, today: date) -> bool:
        return self.is_open and self.due is not None and self.due < today


@dataclass(frozen=True, slots=True)
class FollowUpLine:
    """A contact, scheduled or held."""

    id: int
    code: str
    label: str
    due: date
    done_on: date | None
    pulse: int | None
    scores: Mapping[str, int]
    words: str
    version: int


@dataclass(frozen=True, slots=True)
class ActionLine:
    """What a supervisor must do about a file."""

    id: int
    cause: str
    followup: str
    question: str
    score: int | None
    low: int | None
    owner: str
    due: date
    done_on: date | None
    outcome: str


@dataclass(frozen=True, slots=True)
class RiskLine:
    """A risk with who does what about it until when. ``computed`` ones go by themselves."""

    id: int
    code: str
    label: str
    severity: str
    action: str
    owner_id: int | None
    owner: str
    opened_on: date
    review_on: date
    cleared_on: date | None
    outcome: str
    computed: bool


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document that was seen."""

    id: int
    kind: str
    holder: str
    kept_by: str
    seen_on: date | None
    expires_on: date | None
    rung: int | None
    alert_on: date | None


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """Something that was asked, and how far the reminders are."""

    id: int
    whom: str
    about: str
    asked_on: date
    rung: int
    next_on: date | None
    answered_on: date | None


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """A line of the thread: what was said, written or done, newest first."""

    at: datetime
    who: str
    text: str
    kind: str
    act: str = ""


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A service of the employer's package: bought, used, left (negative when it was overrun)."""

    service: str
    label: str
    granted: int
    used: int

    @property
    def left(self) -> int:
        return self.granted - self.used


@dataclass(frozen=True, slots=True)
class LinkedRequest:
    """A request of the household, or one that an item became."""

    id: int
    ref: str
    what: str
    state: str
    board_at: datetime | None
    item: str = ""


@dataclass(frozen=True, slots=True)
class FileCard:
    """One file in full."""

    id: int
    ref: str
    household: str
    members: tuple[Member, ...]
    person_id: int | None
    phone: str
    from_place: str
    work_place: str
    employer_id: int | None
    employer: str
    employer_contact: str
    coach_id: int
    coach: str
    backup_id: int | None
    backup: str
    language: str
    package: str
    package_label: str
    plan_id: str
    plan_version: str
    plan_is_current: bool
    state: str
    stage: str
    opened_on: date
    arrival: date
    anchors: Mapping[str, date]
    facts: Mapping[str, object]
    heard_on: date | None
    ambassador: str
    version: int
    items: tuple[ItemLine, ...] = ()
    progress: tuple[StageProgress, ...] = ()
    impossible: tuple[Impossible, ...] = ()
    followups: tuple[FollowUpLine, ...] = ()
    actions: tuple[ActionLine, ...] = ()
    risks: tuple[RiskLine, ...] = ()
    documents: tuple[DocumentLine, ...] = ()
    questions: tuple[QuestionLine, ...] = ()
    thread: tuple[ThreadLine, ...] = ()
    credits: tuple[CreditLine, ...] = ()
    requests: tuple[LinkedRequest, ...] = ()
    telework: tuple[TeleworkCount, ...] = ()
    needs_answered: int = 0
    needs_asked: int = 0
    needs_at: str | None = None
    stale: tuple[str, ...] = ()
    """Codes of items whose rule is past its review or not certain: shown as a reminder, never as a fact."""
    profiles: tuple[str, ...] = ()

    def silent_days(self, today: date) -> int | None:
        """Days since the household was last heard."""
        return None if self.heard_on is None else (today - self.heard_on).days


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """One version of a plan; ``published_at`` is None for the one that the house ships."""

    version: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class PortfolioLine:
    """One file of a portfolio."""

    id: int
    ref: str
    household: str
    employer: str
    coach_id: int
    coach: str
    stage: str
    stage_label: str
    stage_since: date
    arrival: date
    next_due: date | None
    next_item: str
    heard_on: date | None
    red: int
    amber: int
    pulse: int | None

    def is_late(self, today: date) -> bool:
        return self.next_due is not None and self.next_due < today

    def silent_days(self, today: date) -> int:
        return 0 if self.heard_on is None else (today - self.heard_on).days


@dataclass(frozen=True, slots=True)
class ProgrammeCard:
    """The programme of one household. Nothing in it says that there are others for the same vacancy."""

    id: int
    kind: str
    household: str
    employer: str
    language: str
    coach: str
    starts_at: datetime
    ends_at: datetime
    operator: str
    operator_number: str
    needs_operator: bool
    state: str
    sent_at: datetime | None
    decision: str
    request_id: int | None
    parts: tuple[Part, ...]
    total_cents: int


@dataclass(frozen=True, slots=True)
class CoachLoad:
    """How many open files a coach has."""

    coach_id: int
    coach: str
    files: int
    late: int
    silent: int
    overloaded: bool


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A window of files with the counts of all of them."""

    lines: tuple[PortfolioLine, ...]
    total: int
    late: int
    stages: Mapping[str, int] = field(default_factory=dict)
    loads: tuple[CoachLoad, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """The supervisor's figures (K18), each with what it was made of."""

    legal: Share
    followups: Share
    lease_days: tuple[int, ...]
    pulses: tuple[int, ...]
    promoter: int | None
    by_owner: Mapping[str, Share]
    open_files: int
    open_actions: int

    @property
    def median_lease(self) -> float | None:
        """The middle of the days from opening to lease; None while there is none."""
        if not self.lease_days:
            return None
        days = sorted(self.lease_days)
        middle = len(days) // 2
        return days[middle] if len(days) % 2 else (days[middle - 1] + days[middle]) / 2

    @property
    def mean_pulse(self) -> float | None:
        return None if not self.pulses else sum(self.pulses) / len(self.pulses)

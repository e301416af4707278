"""Decisions on relocation files: states, stages, risks, silence, follow-ups, telework, workload, figures. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.relocation.dates import Anchor, Anchors
from conciergedesk.relocation.plans import Plan, Profile, QuestionKind, SilenceStep
from conciergedesk.relocation.schedule import CLOSED_STATES, ItemState, PlannedItem

MAX_OPEN_FILES = 15
FOLLOWUP_TOLERANCE_DAYS = 3
SCHOOL_ITEMS = ("A15", "A16", "A18")
LEASE_ITEM = "A10"
VISA_ITEM = "A31"
PARTNER_ITEM = "A43"


# --- items -------------------------------------------------------------------------------------------------


def change_state(
    planned: PlannedItem,
    state: ItemState,
    today: date,
    *,
    plan: Plan,
    others: Iterable[PlannedItem],
    evidence: str = "",
    reason: str = "",
    waiting_for: str = "",
    done_on: date | None = None,
) -> PlannedItem:
    """``planned`` in another state, or a refusal that says what is missing.

    A legal item needs its evidence to be done; not applicable needs a reason; waiting needs a name; an item
    whose blockers are open cannot be done.

    Raises:
        InvalidInput: naming ``evidence``, ``reason``, ``waiting_for``, ``done_on`` or ``state``.
        RuleRefused: when the item is still blocked.
    """
    item = plan.items.get(planned.id)
    if state is ItemState.OVERDUE:
        raise InvalidInput(N_("Overdue is worked out from the date. Choose another state."), field="state")
    if state is ItemState.NOT_APPLICABLE and not reason.strip():
        raise InvalidInput(N_("Say why this item does not apply."), field="reason")
    if state is ItemState.WAITING and not waiting_for.strip():
        raise InvalidInput(N_("Say for whom this item waits."), field="waiting_for")
    if state is not ItemState.DONE:
        return replace(planned, state=state, done_on=None)
    if item is not None and item.legal and not evidence.strip():
        raise InvalidInput(
            N_("A legal item needs its evidence: write what was seen, and when."), field="evidence"
        )
    day = done_on or today
    if day > today:
        raise InvalidInput(N_("This day has not come yet. Give the day it was done."), field="done_on")
    open_blockers = blockers_open(planned, plan, others)
    if open_blockers:
        raise RuleRefused(
            N_("{item} still waits for {blockers}. Close that first, or mark it as not applicable."),
            item=planned.id,
            blockers=", ".join(open_blockers),
        )
    return replace(planned, state=state, done_on=day)


def blockers_open(planned: PlannedItem, plan: Plan, others: Iterable[PlannedItem]) -> tuple[str, ...]:
    """Ids of open items that ``planned`` waits for; one that is not in the household's plan blocks nothing."""
    item = plan.items.get(planned.id)
    if item is None:
        return ()
    open_ids = {other.id for other in others if other.is_open}
    return tuple(name for name in item.blocked_by if name in open_ids)


@dataclass(frozen=True, slots=True)
class StageProgress:
    """How far a stage is: closed items of all, the worst thing in it, and its span."""

    stage: str
    closed: int
    total: int
    overdue: int
    first: date | None
    last: date | None

    @property
    def is_complete(self) -> bool:
        return self.total > 0 and self.closed == self.total


def stage_progress(plan: Plan, items: Iterable[PlannedItem], today: date) -> tuple[StageProgress, ...]:
    """The stages in order, with their items counted; a stage without items is shown with nothing."""
    grouped: dict[str, list[PlannedItem]] = {stage: [] for stage in plan.stages}
    for planned in items:
        item = plan.items.get(planned.id)
        if item is not None:
            grouped[item.stage].append(planned)
    found = []
    for stage, members in grouped.items():
        days = [day for planned in members for day in (planned.start, planned.due) if day is not None]
        found.append(
            StageProgress(
                stage=stage,
                closed=sum(not planned.is_open for planned in members),
                total=len(members),
                overdue=sum(planned.is_overdue(today) for planned in members),
                first=min(days, default=None),
                last=max(days, default=None),
            )
        )
    return tuple(found)


# --- risks and silence -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the risk rules need to know of a file beside its items."""

    profile: Profile
    anchors: Anchors
    last_answer_on: date | None = None
    asked_on: date | None = None
    telework_used: float | None = None
    telework_limit: float | None = None
    low_pulse: bool = False


def _closed(items: Mapping[str, PlannedItem], name: str) -> bool:
    """Whether the item is closed or not in this household's plan."""
    return name not in items or items[name].state in CLOSED_STATES


def computed_risks(
    items: Iterable[PlannedItem], facts: FileFacts, today: date, silence_days: int = 14
) -> tuple[str, ...]:
    """Ids of the computed risks that stand today. One that no longer stands is cleared by not being here."""
    by_id = {planned.id: planned for planned in items}
    d0 = facts.anchors.d0
    found = []
    if not _closed(by_id, LEASE_ITEM) and today >= d0 - timedelta(days=30):
        found.append("no_lease_T-30")
    if today >= d0 - timedelta(days=15) and any(not _closed(by_id, name) for name in SCHOOL_ITEMS):
        found.append("no_school_place_T-15")
    entry = facts.anchors.day(Anchor.ENTRY)
    if entry is not None and not _closed(by_id, VISA_ITEM) and today >= entry + timedelta(days=60):
        found.append("visa_unvalidated_E+60")
    if facts.profile.partner and not _closed(by_id, PARTNER_ITEM) and today >= d0 + timedelta(days=60):
        found.append("partner_no_project_D+60")
    if (
        facts.telework_used is not None
        and facts.telework_limit
        and is_amber(facts.telework_used, facts.telework_limit)
    ):
        found.append("telework_80pct")
    if facts.low_pulse:
        found.append("family_unhappy")
    if is_silent(facts.asked_on, facts.last_answer_on, today, silence_days):
        found.append("silence_14d")
    return tuple(found)


def is_silent(asked_on: date | None, last_answer_on: date | None, today: date, days: int = 14) -> bool:
    """Whether a question has had no answer for ``days`` days; an answer on or after the question ends it."""
    if asked_on is None or (last_answer_on is not None and last_answer_on >= asked_on):
        return False
    return (today - asked_on).days >= days


def silence_step(
    ladder: Sequence[SilenceStep], asked_on: date, answered_on: date | None, today: date
) -> SilenceStep | None:
    """The rung reached today while nobody answers; None once there is an answer."""
    if answered_on is not None and answered_on >= asked_on:
        return None
    waited = (today - asked_on).days
    reached = [step for step in ladder if step.day <= waited]
    return reached[-1] if reached else None


# --- follow-ups --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FollowUpAction:
    """Why a follow-up opens an action for the supervisor: the question, its score and the limit."""

    question: str
    score: int
    low: int


def check_scores(plan: Plan, followup: str, scores: Mapping[str, int]) -> None:
    """Refuse scores outside their scale or to questions that this follow-up does not ask.

    Raises:
        InvalidInput: naming the question.
    """
    if followup not in plan.followups:
        raise InvalidInput(
            N_("There is no follow-up “{name}” in this plan."), field="followup", name=followup
        )
    for name, score in scores.items():
        question = plan.questions.get(name)
        if question is None or question.kind is QuestionKind.TEXT:
            raise InvalidInput(N_("“{name}” is not a question with a score."), field=name, name=name)
        low, high = question.scale
        if not low <= score <= high:
            raise InvalidInput(
                N_("{score} is outside the scale from {low} to {high}."),
                field=name,
                score=score,
                low=low,
                high=high,
            )


def followup_actions(plan: Plan, scores: Mapping[str, int]) -> tuple[FollowUpAction, ...]:
    """One action per bad answer: a pulse of 6 or less, or an item at its low mark. Empty when all is well."""
    found = []
    for name, score in scores.items():
        question = plan.questions.get(name)
        if question is not None and question.kind is not QuestionKind.TEXT and score <= question.low:
            found.append(FollowUpAction(name, score, question.low))
    return tuple(found)


def days_late(due: date, done_on: date) -> int:
    """Days after the due day; negative when early."""
    return (done_on - due).days


def followup_on_time(due: date, done_on: date, tolerance: int = FOLLOWUP_TOLERANCE_DAYS) -> bool:
    """Whether a follow-up was held within the tolerance, early or late."""
    return abs(days_late(due, done_on)) <= tolerance


# --- telework ----------------------------------------------------------------------------------------------


class ThresholdKind(StrEnum):
    DAYS_PER_YEAR = "days_per_year"
    PERCENT_OF_TIME = "percent_of_time"


@dataclass(frozen=True, slots=True)
class TeleworkCount:
    """Days entered by the person against a threshold. It says how near, never what follows from it."""

    threshold: str
    used: int
    limit: int
    amber: bool

    @property
    def left(self) -> int:
        return max(self.limit - self.used, 0)


def is_amber(used: float, limit: float, percent: int = 80) -> bool:
    """Whether ``used`` has reached ``percent`` of ``limit``."""
    return used * 100 >= limit * percent


def count_telework(
    days: Iterable[date], year: int, threshold: str, limit: int, percent: int = 80
) -> TeleworkCount:
    """Different days of ``year``; a part of a day is a day, and a day entered twice is one day."""
    used = len({day for day in days if day.year == year})
    return TeleworkCount(threshold, used, limit, is_amber(used, limit, percent))


# --- workload and figures ----------------------------------------------------------------------------------


def is_overloaded(open_files: int, limit: int = MAX_OPEN_FILES) -> bool:
    """Whether a coach has more open files than the house allows."""
    return open_files > limit


@dataclass(frozen=True, slots=True)
class Share:
    """A ratio that remembers what it was made of; without any, there is no percentage."""

    met: int
    total: int

    @property
    def percent(self) -> float | None:
        return None if self.total == 0 else 100 * self.met / self.total


def legal_on_time(plan: Plan, items: Iterable[PlannedItem], today: date) -> Share:
    """Legal items whose day has come or that are done: met when done on or before it (K18)."""
    met = total = 0
    for planned in items:
        item = plan.items.get(planned.id)
        if item is None or not item.legal or planned.due is None or planned.state is ItemState.NOT_APPLICABLE:
            continue
        on_time = planned.was_on_time()
        if on_time is None and planned.due >= today:
            continue
        total += 1
        met += bool(on_time)
    return Share(met, total)


def followups_on_time(followups: Iterable[tuple[date, date | None]], today: date) -> Share:
    """Follow-ups held, or past their tolerance: met when within the tolerance (K18)."""
    met = total = 0
    for due, done_on in followups:
        if done_on is None and today <= due + timedelta(days=FOLLOWUP_TOLERANCE_DAYS):
            continue
        total += 1
        met += done_on is not None and followup_on_time(due, done_on)
    return Share(met, total)


def days_to_lease(opened_on: date, items: Iterable[PlannedItem]) -> int | None:
    """Days from the opening of the file to its signed lease; None while there is none (K18)."""
    for planned in items:
        if planned.id == LEASE_ITEM and planned.state is ItemState.DONE and planned.done_on is not None:
            return (planned.done_on - opened_on).days
    return None


def net_promoter(scores: Iterable[int]) -> int | None:
    """Share of 9 and 10 minus share of 0 to 6, in points, rounded half up; None without answers (K11)."""
    answers = list(scores)
    if not answers:
        return None
    balance = sum(score >= 9 for score in answers) - sum(score <= 6 for score in answers)
    return (200 * balance + len(answers)) // (2 * len(answers))


def closed_by_owner(plan: Plan, items: Iterable[PlannedItem]) -> Mapping[str, Share]:
    """For each owner, how many of their items are closed."""
    counts: dict[str, list[int]] = {}
    for planned in items:
        item = plan.items.get(planned.id)
        if item is not None:
            count = counts.setdefault(item.owner, [0, 0])
            count[0] += not planned.is_open
            count[1] += 1
    return {owner: Share(met, total) for owner, (met, total) in counts.items()}

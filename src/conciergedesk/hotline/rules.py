"""Decisions of the two hotlines over frozen values: severity, incidents, alerts, renewals, commission.

Pure: no clock, no session, no file. Figures that the team may change are fields of ``HotlineRules``, which
``tree_files.load_house_rules`` reads from ``knowledge_base/hotline/severity.toml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_


class Line(StrEnum):
    """The two hotlines."""

    TECHNICAL = "technical"
    COMMERCIAL = "commercial"


class Severity(StrEnum):
    """How bad it is; S1 is the worst, so the order of the names is the order of the queue."""

    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"


class Impact(StrEnum):
    """How much of the provider's trade is hit."""

    MANY_SITES = "many_sites"
    SITE_BLOCKED = "site_blocked"
    DEGRADED = "degraded"
    QUESTION = "question"


class Urgency(StrEnum):
    """When it hurts."""

    NOW = "now"
    TODAY = "today"
    THIS_WEEK = "this_week"


class TargetClock(StrEnum):
    """Which hours count: every hour, or only those in which the line is open."""

    REAL = "real"
    LINE_HOURS = "line_hours"


class ResolutionCode(StrEnum):
    """How a ticket ended."""

    SOLVED_BY_PROVIDER_WITH_US = "solved_by_provider_with_us"
    SOLVED_REMOTE = "solved_remote"
    FIELD_VISIT = "field_visit"
    THIRD_PARTY = "third_party"
    TRAINING_GIVEN = "training_given"
    CONFIG_CHANGE = "config_change"
    NOT_REPRODUCIBLE = "not_reproducible"
    DUPLICATE = "duplicate"
    WONT_FIX = "wont_fix"
    CALLER_GAVE_UP = "caller_gave_up"


RESOLUTION_LABELS: Mapping[ResolutionCode, str] = {
    ResolutionCode.SOLVED_BY_PROVIDER_WITH_US: N_("solved by the provider with us"),
    ResolutionCode.SOLVED_REMOTE: N_("solved remotely"),
    ResolutionCode.FIELD_VISIT: N_("field visit"),
    ResolutionCode.THIRD_PARTY: N_("third party (telecom, bank, platform)"),
    ResolutionCode.TRAINING_GIVEN: N_("training given"),
    ResolutionCode.CONFIG_CHANGE: N_("setting changed"),
    ResolutionCode.NOT_REPRODUCIBLE: N_("could not be reproduced"),
    ResolutionCode.DUPLICATE: N_("duplicate"),
    ResolutionCode.WONT_FIX: N_("will not be fixed"),
    ResolutionCode.CALLER_GAVE_UP: N_("caller gave up"),
}
IMPACT_LABELS: Mapping[Impact, str] = {
    Impact.MANY_SITES: N_("many sites or all bookings"),
    Impact.SITE_BLOCKED: N_("one site fully blocked"),
    Impact.DEGRADED: N_("one function degraded"),
    Impact.QUESTION: N_("question, cosmetic, wish"),
}
URGENCY_LABELS: Mapping[Urgency, str] = {
    Urgency.NOW: N_("now, guests are waiting"),
    Urgency.TODAY: N_("today"),
    Urgency.THIS_WEEK: N_("this week"),
}


@dataclass(frozen=True, slots=True)
class SeverityTarget:
    """What is promised for one severity; minutes are counted on ``clock``.

    ``level_2_after_min`` is None where the weekly review takes the place of an escalation.
    """

    first_response_min: int
    resolution_min: int
    clock: TargetClock
    level_2_after_min: int | None
    tell_supervisor: bool = False
    banner: bool = False
    on_call_at_closing: bool = False


@dataclass(frozen=True, slots=True)
class HotlineRules:
    """The figures of the house, read from its file."""

    matrix: Mapping[tuple[Impact, Urgency], Severity]
    targets: Mapping[Severity, SeverityTarget]
    incident_tickets: int = 3
    incident_window: timedelta = timedelta(minutes=60)
    training_tickets: int = 3
    training_window_days: int = 90
    dormant_provider_days: int = 60
    unseen_device_days: int = 7
    beacon_battery_months: int = 18
    price_four_eyes_percent: int = 20
    renewal_days: tuple[int, ...] = (90, 60, 30)
    commission_dispute_days: int = 5

    def severity(self, impact: Impact, urgency: Urgency) -> Severity:
        """The severity of the matrix: impact by urgency."""
        return self.matrix[impact, urgency]

    def target(self, severity: Severity) -> SeverityTarget:
        return self.targets[severity]


def worst(severities: Iterable[Severity]) -> Severity | None:
    """The worst of several severities; None when there is none."""
    return min(severities, default=None)


# --- mass incident -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TicketMark:
    """What the incident and training rules need to know of a ticket."""

    ticket: str
    category: str
    site: str
    opened_at: datetime
    provider: str = ""
    theme: str = ""
    parent: str = ""
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class IncidentProposal:
    """A parent incident worth proposing, with its children in the order they were opened."""

    category: str
    proposed_at: datetime
    tickets: tuple[str, ...]
    sites: tuple[str, ...]


def propose_incident(
    newest: TicketMark, others: Iterable[TicketMark], rules: HotlineRules
) -> IncidentProposal | None:
    """The incident that ``newest`` completes, or None.

    Tickets of one category from different sites inside the window count; a ticket that is a duplicate or
    already hangs under a parent does not. A site that calls twice counts once, but both its tickets follow.
    """
    if newest.duplicate or newest.parent:
        return None
    earliest = newest.opened_at - rules.incident_window
    members = {newest.ticket: newest}
    for mark in others:
        if mark.category != newest.category or mark.duplicate or mark.parent:
            continue
        if earliest <= mark.opened_at <= newest.opened_at:
            members.setdefault(mark.ticket, mark)
    ordered = sorted(members.values(), key=lambda mark: (mark.opened_at, mark.ticket))
    # A ticket without a site cannot prove that another site is hit.
    sites = tuple(dict.fromkeys(mark.site for mark in ordered if mark.site))
    if len(sites) < rules.incident_tickets:
        return None
    return IncidentProposal(newest.category, newest.opened_at, tuple(m.ticket for m in ordered), sites)


# --- training ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TrainingSuggestion:
    """A provider who keeps calling on one theme."""

    provider: str
    theme: str
    tickets: tuple[str, ...]


def suggest_training(
    newest: TicketMark, others: Iterable[TicketMark], rules: HotlineRules
) -> TrainingSuggestion | None:
    """The training worth proposing once ``newest`` is opened, or None. Incident children do not count."""
    if not newest.theme or not newest.provider or newest.duplicate or newest.parent:
        return None
    earliest = newest.opened_at - timedelta(days=rules.training_window_days)
    members = {newest.ticket: newest}
    for mark in others:
        same = mark.provider == newest.provider and mark.theme == newest.theme
        if same and not mark.duplicate and not mark.parent and earliest <= mark.opened_at <= newest.opened_at:
            members.setdefault(mark.ticket, mark)
    if len(members) < rules.training_tickets:
        return None
    ordered = sorted(members.values(), key=lambda mark: (mark.opened_at, mark.ticket))
    return TrainingSuggestion(newest.provider, newest.theme, tuple(mark.ticket for mark in ordered))


# --- silence -----------------------------------------------------------------------------------------------


def dormant_since(last_contact: datetime | None, now: datetime, rules: HotlineRules) -> timedelta | None:
    """How long a provider has been silent when that is too long, else None. Never contacted is dormant."""
    if last_contact is None:
        return timedelta(days=rules.dormant_provider_days)
    silent = now - last_contact
    return silent if silent >= timedelta(days=rules.dormant_provider_days) else None


class AssetState(StrEnum):
    """The state of a device at a provider's."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"
    STORED = "stored"
    LOST = "lost"


def unseen_since(
    last_seen: datetime | None, state: AssetState, now: datetime, rules: HotlineRules
) -> timedelta | None:
    """How long a device has not been seen when that is too long; stored and lost ones are not expected."""
    if state in (AssetState.STORED, AssetState.LOST):
        return None
    if last_seen is None:
        return timedelta(days=rules.unseen_device_days)
    unseen = now - last_seen
    return unseen if unseen >= timedelta(days=rules.unseen_device_days) else None


# --- prices ------------------------------------------------------------------------------------------------


def price_needs_second_person(old_cents: int, new_cents: int, rules: HotlineRules) -> bool:
    """Whether a price change is large enough for four eyes, up or down. A first price counts as a change.

    Raises:
        InvalidInput: when a price is negative.
    """
    for field, cents in (("old_price", old_cents), ("new_price", new_cents)):
        if cents < 0:
            raise InvalidInput(N_("A price cannot be negative. Correct it."), field=field)
    if old_cents == new_cents:
        return False
    return abs(new_cents - old_cents) * 100 > old_cents * rules.price_four_eyes_percent


def check_price_change(
    old_cents: int, new_cents: int, changed_by: str, confirmed_by: str, rules: HotlineRules
) -> None:
    """Refuse a large price change that nobody else has confirmed.

    Raises:
        RuleRefused: when four eyes are needed and only two have looked.
    """
    if not price_needs_second_person(old_cents, new_cents, rules):
        return
    if not confirmed_by or confirmed_by == changed_by:
        raise RuleRefused(
            N_("A price change above {percent} % needs a second person. Ask a colleague to confirm it."),
            percent=rules.price_four_eyes_percent,
        )


# --- agreements --------------------------------------------------------------------------------------------


class AgreementState(StrEnum):
    """Where an agreement stands on its way to renewal."""

    RUNNING = "running"
    TO_RENEW = "to_renew"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class RenewalStep:
    """One rung of the ladder: ``days_before`` the end, on ``due``."""

    days_before: int
    due: date


def renewal_ladder(end: date, rules: HotlineRules) -> tuple[RenewalStep, ...]:
    """The reminders before the end of an agreement, earliest first."""
    return tuple(
        RenewalStep(days, end - timedelta(days=days)) for days in sorted(rules.renewal_days, reverse=True)
    )


def renewal_step_due(end: date, today: date, sent: Iterable[int], rules: HotlineRules) -> RenewalStep | None:
    """The reminder to send today: the latest rung reached, unless sent; missed rungs are not repeated."""
    done = set(sent)
    reached = [step for step in renewal_ladder(end, rules) if step.due <= today]
    if not reached or today > end or reached[-1].days_before in done:
        return None
    return reached[-1]


def agreement_state(end: date, today: date, rules: HotlineRules) -> AgreementState:
    """Running, to renew (first rung reached) or ended. The last day still belongs to the agreement."""
    if today > end:
        return AgreementState.ENDED
    first = renewal_ladder(end, rules)[0].due
    return AgreementState.TO_RENEW if today >= first else AgreementState.RUNNING


# --- commission --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CommissionRate:
    """A rate in basis points, valid from a day on."""

    valid_from: date
    basis_points: int


@dataclass(frozen=True, slots=True)
class CommissionLine:
    """A booking as the statement shows it. Amounts are cents, excluding VAT."""

    booking: str
    booked_on: date
    base_cents: int
    charged_cents: int
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class CommissionCheck:
    """A recomputed line: what was charged, what is right, and the correction line it would take."""

    booking: str
    booked_on: date
    basis_points: int
    base_cents: int
    charged_cents: int
    right_cents: int

    @property
    def correction_cents(self) -> int:
        """Amount of the correction line; the old line is never edited."""
        return self.right_cents - self.charged_cents


def rate_on(day: date, rates: Sequence[CommissionRate]) -> CommissionRate:
    """The rate valid on ``day``.

    Raises:
        RuleRefused: when no rate was valid that day.
    """
    valid = [rate for rate in rates if rate.valid_from <= day]
    if not valid:
        raise RuleRefused(
            N_("No commission rate was valid on {day}. Enter the rate of the agreement first."), day=day
        )
    return max(valid, key=lambda rate: rate.valid_from)


def commission_cents(base_cents: int, basis_points: int) -> int:
    """``base`` times rate, rounded half up to the cent, away from zero for a refund."""
    product = abs(base_cents) * basis_points
    rounded = (product + 5_000) // 10_000
    return -rounded if base_cents < 0 else rounded


def check_commission(line: CommissionLine, rates: Sequence[CommissionRate]) -> CommissionCheck:
    """``line`` recomputed with the rate valid at its booking date; a cancelled booking owes nothing."""
    rate = rate_on(line.booked_on, rates)
    right = 0 if line.cancelled else commission_cents(line.base_cents, rate.basis_points)
    return CommissionCheck(
        line.booking, line.booked_on, rate.basis_points, line.base_cents, line.charged_cents, right
    )

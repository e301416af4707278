"""Decisions about providers: what a card may hold, who can be asked, how reliable somebody is. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_

MINIMUM_ORDERS = 5
"""Orders before a provider has a rank at all."""

RELIABLE_FROM = 0.7
"""Share kept on time and complete below which a provider stands below the line."""

RENEWAL_WARNING = timedelta(days=60)
HOURS_OLD_AFTER = timedelta(days=180)
COUNTRIES = ("FR", "LU", "DE", "BE")


class Status(StrEnum):
    """Whether a provider can be asked."""

    ACTIVE = "active"
    SEASONAL = "seasonal"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class AgreementState(StrEnum):
    """How far the agreement (*convention*) has come."""

    NONE = "none"
    LISTED = "listed"
    IN_TALKS = "in_talks"
    SIGNED = "signed"
    ENDED = "ended"


class Booking(StrEnum):
    """How the provider wants to be asked."""

    UNKNOWN = ""
    PHONE = "phone"
    EMAIL = "email"
    WEB = "web"
    MESSAGE = "message"
    ON_SITE = "on_site"


class GuideClass(StrEnum):
    """Licensed guides are paid and may guide in monuments; greeters are volunteers and do neither."""

    NONE = ""
    LICENSED = "licensed"
    GREETER = "greeter"


class IncidentKind(StrEnum):
    NO_SHOW = "no_show"
    LATE = "late"
    QUALITY = "quality"
    PRICE = "price"
    BEHAVIOUR = "behaviour"
    OTHER = "other"


class Outcome(StrEnum):
    """How a confirmed order ended. Weather counts for nobody."""

    PENDING = ""
    KEPT = "kept"
    LATE = "late"
    INCOMPLETE = "incomplete"
    NO_SHOW = "no_show"
    WEATHER = "weather"
    CALLED_OFF = "called_off"


class Below(StrEnum):
    """Why a provider stands below the line."""

    SUSPENDED = "suspended"
    SEASONAL = "seasonal"
    UNRELIABLE = "unreliable"
    LAPSED = "lapsed"
    """The agreement has ended: the provider stays visible, a new order needs a supervisor."""
    SHUT = "shut"
    """Closed at the moment that was asked for; may be asked by anybody."""


STATUS_LABELS: Mapping[str, str] = {
    Status.ACTIVE: N_("status|active"),
    Status.SEASONAL: N_("status|seasonal"),
    Status.SUSPENDED: N_("status|suspended"),
    Status.CLOSED: N_("status|closed for good"),
}
AGREEMENT_LABELS: Mapping[str, str] = {
    AgreementState.NONE: N_("agreement|none"),
    AgreementState.LISTED: N_("agreement|listed"),
    AgreementState.IN_TALKS: N_("agreement|in talks"),
    AgreementState.SIGNED: N_("agreement|signed"),
    AgreementState.ENDED: N_("agreement|ended"),
}
BOOKING_LABELS: Mapping[str, str] = {
    Booking.UNKNOWN: N_("booking|not known"),
    Booking.PHONE: N_("booking|by phone"),
    Booking.EMAIL: N_("booking|by e-mail"),
    Booking.WEB: N_("booking|on the web"),
    Booking.MESSAGE: N_("booking|by message"),
    Booking.ON_SITE: N_("booking|on the spot"),
}
INCIDENT_LABELS: Mapping[str, str] = {
    IncidentKind.NO_SHOW: N_("incident|absent"),
    IncidentKind.LATE: N_("incident|late"),
    IncidentKind.QUALITY: N_("incident|quality"),
    IncidentKind.PRICE: N_("incident|price"),
    IncidentKind.BEHAVIOUR: N_("incident|behaviour"),
    IncidentKind.OTHER: N_("incident|other"),
}
GUIDE_LABELS: Mapping[str, str] = {
    GuideClass.NONE: N_("guide|none"),
    GuideClass.LICENSED: N_("guide|licensed"),
    GuideClass.GREETER: N_("guide|volunteer"),
}


# --- who can be asked ---

_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


def read_season(first: str, last: str) -> tuple[str, str]:
    """``04-01`` and ``10-31``; both or none.

    Raises:
        InvalidInput: not a month and a day.
    """
    for name, value in (("season_from", first), ("season_to", last)):
        if (first or last) and not _MONTH_DAY.fullmatch(value):
            raise InvalidInput(N_("Write a month and a day such as 04-15."), field=name)
    return first, last


def in_season(first: str, last: str, day: date) -> bool:
    """Whether ``day`` lies in the season; an unknown season is never sure."""
    if not (first and last):
        return False
    here = f"{day:%m-%d}"
    return first <= here <= last if first <= last else (here >= first or here <= last)


def below_the_line(
    status: str, season: tuple[str, str], day: date, reliability: float | None, *, lapsed: bool = False
) -> Below | None:
    """Why this provider may only be asked with a supervisor's word; None when anybody may ask.

    ``day`` is the day that is wished for; ``lapsed`` says that the agreement has ended today.
    """
    if status == Status.SUSPENDED:
        return Below.SUSPENDED
    if status == Status.SEASONAL and not in_season(*season, day):
        return Below.SEASONAL
    if reliability is not None and reliability < RELIABLE_FROM:
        return Below.UNRELIABLE
    return Below.LAPSED if lapsed else None


def visit_counts(valid_until: date | None, day: date) -> bool:
    """Whether somebody of the agency knows the place; only then it may be recommended."""
    return valid_until is not None and valid_until >= day


def agreement_runs(state: str, until: date | None, day: date) -> bool:
    """Whether the agreement holds on ``day``."""
    return state == AgreementState.SIGNED and (until is None or until >= day)


def agreement_lapsed(state: str, until: date | None, day: date) -> bool:
    """Whether there was an agreement that holds no more on ``day``; who never had one has not lost it."""
    return state == AgreementState.ENDED or (
        state == AgreementState.SIGNED and until is not None and until < day
    )


# --- own history ---


@dataclass(frozen=True, slots=True)
class Order:
    """One time a provider was asked: what came of it.

    ``silent`` says that nobody answered in time, ``answered`` how long the answer took; ``due`` that the order
    was confirmed and its moment is over.
    """

    asked_at: datetime
    accepted: bool = False
    refused: bool = False
    silent: bool = False
    answered: timedelta | None = None
    due: bool = False
    outcome: Outcome = Outcome.PENDING


@dataclass(frozen=True, slots=True)
class Record:
    """What the desk has seen of a provider.

    ``due`` are confirmed orders whose moment is over, those the weather or the client called off not counted;
    ``kept`` those that were on time and complete.
    """

    asked: int = 0
    accepted: int = 0
    refused: int = 0
    silent: int = 0
    answer: timedelta | None = None
    due: int = 0
    kept: int = 0
    no_shows: int = 0
    weather: int = 0
    last_asked_at: datetime | None = None

    @property
    def reliability(self) -> float | None:
        """On time and complete ÷ due; None below the minimum of orders."""
        return self.kept / self.due if self.due >= MINIMUM_ORDERS else None

    @property
    def acceptance(self) -> float | None:
        """Accepted ÷ answered or silent; None when nothing was asked."""
        decided = self.accepted + self.refused + self.silent
        return self.accepted / decided if decided else None


NOTHING_YET = Record()


def record_of(orders: Iterable[Order]) -> Record:
    """Sum up a provider's orders."""
    orders = list(orders)
    answers = [one.answered for one in orders if one.answered is not None]
    due = [one for one in orders if one.due and one.outcome not in (Outcome.WEATHER, Outcome.CALLED_OFF)]
    accepted = sum(one.accepted for one in orders)
    refused = sum(one.refused for one in orders)
    return Record(
        asked=len(orders),
        accepted=accepted,
        refused=refused,
        silent=sum(one.silent for one in orders),
        answer=timedelta(seconds=median(one.total_seconds() for one in answers)) if answers else None,
        due=len(due),
        kept=sum(one.outcome in (Outcome.KEPT, Outcome.PENDING) for one in due),
        no_shows=sum(one.outcome is Outcome.NO_SHOW for one in due),
        weather=sum(one.outcome is Outcome.WEATHER for one in orders),
        last_asked_at=max((one.asked_at for one in orders), default=None),
    )


# --- rates ---

_RATE = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?\s*%?")


def read_rate(text: str) -> int:
    """``12``, ``12,5 %`` or ``12.25`` as basis points.

    Raises:
        InvalidInput: not a rate between 0 and 100 %.
    """
    match = _RATE.fullmatch(text.strip())
    points = int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0")) if match else -1
    if not 0 <= points <= 10_000:
        raise InvalidInput(N_("Write a rate such as 12 or 12,5 (in %)."), field="rate")
    return points


def show_rate(basis_points: int, language: str = "fr") -> str:
    """``12,5 %``."""
    whole, part = divmod(basis_points, 100)
    digits = f"{part:02d}".rstrip("0")
    mark, space = ("." if language == "en" else ","), ("" if language == "en" else "\u00a0")
    return f"{whole}{mark + digits if digits else ''}{space}%"


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate from a day on."""

    owed_to: str
    basis_points: int
    since: date
    reason: str = ""


def rate_on(rates: Sequence[Rate], day: date, owed_to: str = "agency") -> Rate | None:
    """The rate that holds on ``day``; None when none was agreed yet."""
    held = [rate for rate in rates if rate.owed_to == owed_to and rate.since <= day]
    return max(held, key=lambda rate: rate.since, default=None)

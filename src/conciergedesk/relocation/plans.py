"""What a relocation plan is made of: households, conditions, items, stages, follow-ups. Pure values.

A plan is data (``knowledge_base/relocation``), read and checked by ``plan_files``; its version is a hash of its
content, so that an open file can keep the version it started with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.housefile import Wording
from conciergedesk.core.i18n import N_
from conciergedesk.relocation.dates import Anchor, Offset

CHILD_AGE_LIMIT = 17


class Nationality(StrEnum):
    """The group that decides on titles; nothing finer is asked."""

    FR = "fr"
    EU = "eu"
    UK = "uk"
    OTHER = "other"


class Origin(StrEnum):
    """Where the household lived before."""

    FRANCE = "france"
    ABROAD = "abroad"


class Car(StrEnum):
    NONE = "none"
    FRANCE = "france"
    ABROAD = "abroad"


class Licence(StrEnum):
    NONE = "none"
    FR = "fr"
    EU = "eu"
    UK = "uk"
    OTHER = "other"


class Housing(StrEnum):
    RENT = "rent"
    BUY = "buy"


class Lease(StrEnum):
    UNFURNISHED = "unfurnished"
    FURNISHED = "furnished"
    MOBILITY = "mobility"


class Visa(StrEnum):
    NONE = "none"
    VLS_TS = "vls_ts"
    CARD_TO_REQUEST = "card_to_request"


class WorkCountry(StrEnum):
    FR = "FR"
    LU = "LU"
    DE = "DE"
    BE = "BE"


class Wish(StrEnum):
    """Practical wishes that change what a coach watches; never a diagnosis."""

    SHARED_CUSTODY = "shared_custody"
    ACCESS = "access"


@dataclass(frozen=True, slots=True)
class Profile:
    """What the plan needs to know of a household. None means not yet known; children are ages, not dates."""

    adults: int = 1
    partner: bool = False
    children: tuple[int, ...] = ()
    pets: tuple[str, ...] = ()
    nationality: Nationality | None = None
    comes_from: Origin | None = None
    work_country: WorkCountry | None = None
    car: Car | None = None
    licence: Licence | None = None
    housing: Housing | None = None
    lease: Lease | None = None
    visa: Visa | None = None
    home_help: bool | None = None
    wishes: tuple[Wish, ...] = ()

    def check(self) -> None:
        """Refuse what cannot be a household.

        Raises:
            InvalidInput: naming the field.
        """
        if not 1 <= self.adults <= 12:
            raise InvalidInput(N_("A household has between 1 and 12 adults. Correct it."), field="adults")
        for age in self.children:
            if not 0 <= age <= CHILD_AGE_LIMIT:
                raise InvalidInput(
                    N_("A child of {age} is not a child. Give ages from 0 to {limit}, or count an adult."),
                    field="children",
                    age=age,
                    limit=CHILD_AGE_LIMIT,
                )
        if len(self.children) > 15:
            raise InvalidInput(
                N_("More than 15 children cannot be entered. Check the ages."), field="children"
            )


class Fit(StrEnum):
    """Whether a condition holds; unknown facts keep an item in the plan until they are asked."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


# Conditions on one fact: the fact must be one of the listed values.
FACTS: Mapping[str, type[StrEnum]] = {
    "nationality": Nationality,
    "comes_from": Origin,
    "work_country": WorkCountry,
    "car": Car,
    "licence": Licence,
    "housing": Housing,
    "lease": Lease,
    "visa": Visa,
}


@dataclass(frozen=True, slots=True)
class When:
    """Conditions of an item; all must hold. Empty means for everybody."""

    facts: Mapping[str, tuple[str, ...]]
    child_age: tuple[int, int] | None = None
    child_count: tuple[int, int] | None = None
    adults: tuple[int, int] | None = None
    partner: bool | None = None
    pets: bool | None = None
    home_help: bool | None = None
    wish: tuple[Wish, ...] = ()

    def fit(self, profile: Profile) -> Fit:
        """Whether ``profile`` meets all conditions; one plain no outweighs what is unknown."""
        answers: list[bool | None] = []
        for fact, wanted in self.facts.items():
            value = getattr(profile, fact)
            answers.append(None if value is None else str(value) in wanted)
        if self.child_age is not None:
            answers.append(bool(self.children(profile)))
        if self.child_count is not None:
            answers.append(self.child_count[0] <= len(profile.children) <= self.child_count[1])
        if self.adults is not None:
            answers.append(self.adults[0] <= profile.adults <= self.adults[1])
        if self.partner is not None:
            answers.append(profile.partner is self.partner)
        if self.pets is not None:
            answers.append(bool(profile.pets) is self.pets)
        if self.home_help is not None:
            answers.append(None if profile.home_help is None else profile.home_help is self.home_help)
        if self.wish:
            answers.append(any(wish in self.wish for wish in profile.wishes))
        if False in answers:
            return Fit.NO
        return Fit.UNKNOWN if None in answers else Fit.YES

    def children(self, profile: Profile) -> tuple[int, ...]:
        """Ages of the children the item is for."""
        if self.child_age is None:
            return ()
        low, high = self.child_age
        return tuple(age for age in profile.children if low <= age <= high)


class Owner(StrEnum):
    """Who does an item."""

    COACH = "CO"
    FAMILY = "FA"
    EMPLOYER = "EM"
    PROVIDER = "PR"


OWNER_LABELS: Mapping[Owner, str] = {
    Owner.COACH: N_("coach"),
    Owner.FAMILY: N_("family"),
    Owner.EMPLOYER: N_("employer"),
    Owner.PROVIDER: N_("provider"),
}


class Certainty(StrEnum):
    """How sure the house is of a rule; anything but verified is shown as a reminder, never as a fact."""

    VERIFIED = "verified"
    KNOWN = "known"
    CONVENTION = "convention"
    UNCERTAIN = "uncertain"


CERTAINTY_LABELS: Mapping[Certainty, str] = {
    Certainty.VERIFIED: N_("checked"),
    Certainty.KNOWN: N_("reminder, not checked"),
    Certainty.CONVENTION: N_("convention of the house"),
    Certainty.UNCERTAIN: N_("to be checked with the office named"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule was read."""

    id: str
    name: str
    date: date


@dataclass(frozen=True, slots=True)
class Reference:
    """A rule with its source and how long it may be believed."""

    text: Wording
    source: Source
    certainty: Certainty
    checked_on: date
    review_by: date
    law: str = ""

    def is_stale(self, today: date) -> bool:
        return today > self.review_by

    def is_fact(self, today: date) -> bool:
        """Whether it may be shown as a fact: checked, and not past its review."""
        return self.certainty is Certainty.VERIFIED and not self.is_stale(today)


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One thing to do. ``owners`` are in order: the first one does it."""

    id: str
    stage: str
    label: Wording
    owners: tuple[Owner, ...]
    anchor: Anchor
    due: Offset
    reference: Reference
    when: When
    anchor_else: Anchor | None = None
    start: Offset | None = None
    aim: Offset | None = None
    legal: bool = False
    needs_days: int = 0
    documents: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()
    request_type: str = ""
    repeat_months: int = 0

    @property
    def owner(self) -> Owner:
        return self.owners[0]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage with what ends it."""

    id: str
    label: Wording
    goal: Wording
    exit: Wording
    followups: tuple[str, ...] = ()


class QuestionKind(StrEnum):
    PULSE = "pulse"
    SCALE5 = "scale5"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class PulseQuestion:
    """A question of a follow-up; an answer of ``low`` or less opens an action."""

    id: str
    kind: QuestionKind
    ask: Wording
    low: int
    when: When

    @property
    def scale(self) -> tuple[int, int]:
        return (0, 10) if self.kind is QuestionKind.PULSE else (1, 5)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A scheduled contact after the arrival."""

    id: str
    label: Wording
    due: Offset
    goal: Wording
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SilenceStep:
    """One rung of the ladder while nobody answers; ``to`` is ``asked`` or ``supervisor``."""

    day: int
    act: str
    to: str
    say: Wording


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk flag that the plan knows."""

    id: str
    label: Wording
    computed: bool
    severity: str
    action: Wording
    review_days: int


@dataclass(frozen=True)
class Plan:
    """A whole plan in one version."""

    id: str
    version: str
    title: Wording
    checked_on: date
    review_by: date
    stages: Mapping[str, Stage]
    items: Mapping[str, PlanItem]
    followups: Mapping[str, FollowUp]
    questions: Mapping[str, PulseQuestion]
    documents: Mapping[str, Wording]
    silence: tuple[SilenceStep, ...]
    silence_flag_days: int
    risks: Mapping[str, Risk]

    def items_of(self, stage: str) -> tuple[PlanItem, ...]:
        return tuple(item for item in self.items.values() if item.stage == stage)

    def questions_for(self, followup: str, profile: Profile) -> tuple[PulseQuestion, ...]:
        """The questions of a follow-up that concern this household."""
        asked = (self.questions[name] for name in self.followups[followup].questions)
        return tuple(question for question in asked if question.when.fit(profile) is not Fit.NO)


@dataclass(frozen=True, slots=True)
class PlanShelf:
    """The plans of the house, the current version of each."""

    plans: Mapping[str, Plan]

    def plan(self, plan_id: str, version: str = "") -> Plan:
        """The current plan, or refuse another version than the current one.

        Raises:
            InvalidInput: naming ``plan`` or ``plan_version``. A file on an older version reads the text that
                was kept when it was opened.
        """
        found = self.plans.get(plan_id)
        if found is None:
            raise InvalidInput(
                N_("There is no plan “{name}”. Choose one of: {known}."),
                field="plan",
                name=plan_id,
                known=", ".join(self.plans),
            )
        if version and version != found.version:
            raise InvalidInput(
                N_(
                    "Version {version} of plan “{name}” is unknown. Open the file with the current one, {current}."
                ),
                field="plan_version",
                version=version,
                name=plan_id,
                current=found.version,
            )
        return found

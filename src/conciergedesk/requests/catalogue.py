"""The request types as values, and how a typed word finds one.

Read from ``knowledge_base/services`` by ``catalogue_files.load_catalogue``. Pure: no I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType

from conciergedesk.core.errors import NotFound
from conciergedesk.core.housefile import Wording
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import fold
from conciergedesk.requests.aliases import WORD_LIMIT, AliasIndex

LABEL_CELLS = 19
"""Width of the short label in lists."""

DEFAULT_RETENTION_DAYS = 365
HEALTH_RETENTION_DAYS = 30


class Priority(StrEnum):
    """How soon; S1 to S4 are severities of the provider hotlines."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"
    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"


class FieldKind(StrEnum):
    """What a type's own field holds."""

    TEXT = "text"
    LINE = "line"
    INT = "int"
    DATE = "date"
    MOMENT = "moment"
    CHOICE = "choice"
    YES_NO = "yes_no"
    MONEY = "money"
    PERSON = "person"
    PLACE = "place"
    KEY_TAG = "key_tag"
    PROVIDER = "provider"


class ProofKind(StrEnum):
    """What must be written to show that something was done."""

    NONE = "none"
    TEXT = "text"
    CODE = "code"
    NAME_AND_TIME = "name_and_time"
    SIGNATURE = "signature"
    PHOTO = "photo"


class PromiseKind(StrEnum):
    """Which wanted moment becomes the promise: its start, or the end of its window."""

    NONE = "none"
    APPOINTMENT = "appointment"
    DUE_TIME = "due_time"
    SLOT_END = "slot_end"


class BillRule(StrEnum):
    """How a type is billed."""

    CREDITS = "credits"
    PRICE_LIST = "price_list"
    PASS_THROUGH = "pass_through"
    PROVIDER_PRICE = "provider_price"
    QUOTE = "quote"
    INCLUDED = "included"
    FREE = "free"
    INTERNAL = "internal"
    ORGANISER = "organiser"
    DOSSIER = "dossier"


class Channel(StrEnum):
    """The way a request came in."""

    PHONE = "phone"
    DESK = "desk"
    EMAIL = "email"
    CHAT = "chat"
    SMS = "sms"
    VOICEMAIL = "voicemail"
    LETTER = "letter"
    PROVIDER_APP = "provider_app"
    INTERNAL = "internal"

    @property
    def answers_at_once(self) -> bool:
        """Whether a person was answered the moment it came in: that is the first response."""
        return self in (Channel.PHONE, Channel.DESK)


class Certainty(StrEnum):
    """How sure a legal reminder is, which decides how it may be shown."""

    CHECKED = "checked"
    REMINDER = "reminder"
    TO_CHECK = "to_check"


class Party(StrEnum):
    """Who cancelled."""

    CLIENT = "client"
    PROVIDER = "provider"
    AGENCY = "agency"
    TRANSPORT = "transport"


@dataclass(frozen=True, slots=True)
class Named:
    """A key and its wording: a family, an option of a choice."""

    key: str
    label: Wording


@dataclass(frozen=True, slots=True)
class CancelReason:
    """Why a request ends without being done. Excused ones count against nobody."""

    key: str
    label: Wording
    party: Party
    excused: bool = False


@dataclass(frozen=True, slots=True)
class OwnField:
    """One question of a request type."""

    key: str
    kind: FieldKind
    label: Wording
    required: bool = False
    sensitive: bool = False
    retention_days: int = DEFAULT_RETENTION_DAYS
    options: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when the answer to ``field`` is one of ``accepted``."""

    field: str
    accepted: tuple[object, ...]

    def holds(self, values: Mapping[str, object]) -> bool:
        return values.get(self.field) in self.accepted


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a checklist.

    Attributes:
        required: Must be ticked before ``done``.
        proof: What must be written when it is ticked.
        when: Shown only when the answers say so.
        on: Shown only once this has happened to the request (``weather``).
        offset_minutes: When to do it, counted from the wanted moment; None when it does not matter.
        asks: ``danger`` marks the question whose answer decides whether the flow goes on.
    """

    key: str
    label: Wording
    required: bool = False
    proof: ProofKind = ProofKind.NONE
    when: Condition | None = None
    on: str = ""
    offset_minutes: int | None = None
    asks: str = ""
    common: bool = False


@dataclass(frozen=True, slots=True)
class PriorityRule:
    """Raises or lowers the default priority when all that it names holds."""

    priority: Priority
    since: time | None = None
    until: time | None = None
    same_day: bool = False
    within_minutes: int | None = None
    condition: Condition | None = None

    def holds(self, now: datetime, wanted: datetime | None, values: Mapping[str, object]) -> bool:
        """``now`` and ``wanted`` in local time; hours look at the wanted moment, or at now without one."""
        at = (wanted or now).time()
        if self.since is not None and self.until is not None:
            inside = (
                self.since <= at < self.until
                if self.since < self.until
                else (at >= self.since or at < self.until)
            )
            if not inside:
                return False
        if self.same_day and (wanted is None or wanted.date() != now.date()):
            return False
        if self.within_minutes is not None and (
            wanted is None or wanted - now > timedelta(minutes=self.within_minutes)
        ):
            return False
        return self.condition is None or self.condition.holds(values)


@dataclass(frozen=True, slots=True)
class PromiseRule:
    """Whether the wanted moment is a promise, and how many minutes around it are still on time."""

    kind: PromiseKind = PromiseKind.NONE
    before_minutes: int = 0
    after_minutes: int = 15

    def moment(self, wanted_from: datetime | None, wanted_to: datetime | None) -> datetime | None:
        """The promise that follows from what is wanted; None when this type promises nothing by itself."""
        if self.kind is PromiseKind.NONE:
            return None
        if self.kind is PromiseKind.SLOT_END:
            return wanted_to or wanted_from
        return wanted_from


@dataclass(frozen=True, slots=True)
class Targets:
    """Minutes of service time that replace those of the priority; None keeps the priority's."""

    first_minutes: int | None = None
    resolution_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Billing:
    """How the type is billed: by which rule, for how many credits, with which additions."""

    rule: BillRule
    credits: int = 0
    fee: bool = False
    commission: bool = False
    extra: str = ""

    @property
    def billable(self) -> bool:
        return self.rule not in (BillRule.FREE, BillRule.INCLUDED, BillRule.INTERNAL)


@dataclass(frozen=True, slots=True)
class LegalReminder:
    """A legal reminder with its source and the day after which it must be looked at again."""

    text: Wording
    certainty: Certainty
    review_by: date
    source: str = ""
    source_date: date | None = None
    checked_on: date | None = None
    ask: str = ""

    def overdue(self, today: date) -> bool:
        """Whether it must be checked again before anybody relies on it."""
        return today > self.review_by


@dataclass(frozen=True, slots=True)
class RequestType:
    """A service of the desk, as its file describes it."""

    code: str
    number: str
    family: str
    label: Wording
    name: Wording
    aliases: tuple[str, ...]
    team: str
    priority: Priority
    confirmation: Wording
    billing: Billing
    channel: Channel
    proof: ProofKind
    proof_label: Wording
    steps: tuple[Step, ...]
    priority_rules: tuple[PriorityRule, ...] = ()
    targets: Targets = Targets()
    promise: PromiseRule = PromiseRule()
    dated: bool = False
    composite: bool = False
    health: bool = False
    channels: tuple[Channel, ...] = ()
    providers: tuple[str, ...] = ()
    fields: tuple[OwnField, ...] = ()
    reasons: tuple[str, ...] = ()
    safety: Wording | None = None
    legal: tuple[LegalReminder, ...] = ()
    retention_days: int = DEFAULT_RETENTION_DAYS
    kept_words: frozenset[str] = frozenset()
    file: str = ""

    def says_more(self, typed: str) -> bool:
        """Whether the words typed for this type belong in the title as well: a *plumber* is more than a repair."""
        word = fold(typed)
        return word in self.kept_words or word.removesuffix("s") in self.kept_words

    @property
    def asks_danger(self) -> bool:
        """Whether the danger question comes first."""
        return any(step.asks for step in self.steps)

    @property
    def restricted(self) -> bool:
        """Whether only assistants on shift and supervisors may open its requests."""
        return self.health

    def field(self, key: str) -> OwnField:
        for one in self.fields:
            if one.key == key:
                return one
        raise NotFound(N_("“{name}” is not a field of this request type."), name=key)

    def default_priority(
        self, now: datetime, wanted: datetime | None = None, values: Mapping[str, object] | None = None
    ) -> Priority:
        """The priority before anybody chose one; the first rule that holds decides.

        Args:
            now: The opening, in local time.
            wanted: The wanted moment, in local time.
            values: Answers to the own fields by key.
        """
        for rule in self.priority_rules:
            if rule.holds(now, wanted, values or {}):
                return rule.priority
        return self.priority

    def missing_fields(self, values: Mapping[str, object]) -> tuple[OwnField, ...]:
        """The required questions that have no answer yet."""
        return tuple(one for one in self.fields if one.required and values.get(one.key) in (None, "", (), []))


@dataclass(frozen=True, slots=True)
class Match:
    """A request type found in typed words.

    ``start`` and ``length`` say which words it was; a ``score`` of 90 and more is an exact alias.
    """

    type: RequestType
    score: float
    start: int
    length: int
    alias: str


@dataclass(frozen=True)
class Catalogue:
    """Every request type that was loaded, with what they share."""

    types: tuple[RequestType, ...]
    families: tuple[Named, ...]
    reasons: tuple[CancelReason, ...]
    version: str
    _names: AliasIndex = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names: dict[str, str] = {}
        # What a type's author wrote wins over what follows from labels and codes.
        for one in self.types:
            for alias in one.aliases:
                names[fold(alias)] = one.code
        for one in self.types:
            labels = (one.label, one.name)
            implied = [text for label in labels for text in (label.fr, label.en, label.de)]
            for alias in (*implied, one.code, one.number):
                names.setdefault(fold(alias), one.code)
        object.__setattr__(self, "_names", AliasIndex(names))

    @property
    def by_code(self) -> Mapping[str, RequestType]:
        return MappingProxyType({one.code: one for one in self.types})

    def get(self, code: str) -> RequestType:
        """The type with this code.

        Raises:
            NotFound: no such type; its file may have been removed.
        """
        for one in self.types:
            if one.code == code:
                return one
        raise NotFound(N_("There is no request type “{code}” any more. Choose another."), code=code)

    def reason(self, key: str) -> CancelReason:
        """The cancel reason with this key."""
        for one in self.reasons:
            if one.key == key:
                return one
        raise NotFound(N_("There is no cancel reason “{code}”. Choose one from the list."), code=key)

    def reasons_for(self, request_type: RequestType) -> tuple[CancelReason, ...]:
        """Every reason, the usual ones of the type first."""
        usual = {key: place for place, key in enumerate(request_type.reasons)}
        return tuple(sorted(self.reasons, key=lambda one: usual.get(one.key, len(usual))))

    def match(self, words: str | Sequence[str], limit: int = 5) -> tuple[Match, ...]:
        """The types that typed words may mean, best first, one match a type.

        Whole aliases win, longer before shorter and earlier before later; then the beginning of an alias
        (three letters and more); then, only when nothing else fits, words with a typing error.

        Args:
            words: A line as typed, or its words.
            limit: How many matches at most.
        """
        given = words.split() if isinstance(words, str) else words
        found = self._names.find([fold(word) for word in given[:WORD_LIMIT]])
        matches = [Match(self.get(hit.code), hit.score, hit.start, hit.length, hit.alias) for hit in found]
        matches.sort(key=lambda match: (-match.score, match.start, match.type.number))
        return tuple(matches[:limit])

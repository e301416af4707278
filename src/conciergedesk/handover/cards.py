"""What reads about the shift log and handovers answer: frozen values that any room above may show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

PROMISE_REF = "P-"


@dataclass(frozen=True, slots=True)
class LogCard:
    """A line of the log; ``corrects`` and ``corrected_by`` are ids of other lines."""

    id: int
    at: datetime
    author_id: int | None
    author: str
    team: str
    kind: str
    text: str
    important: bool
    visibility: str
    about_at: datetime | None
    corrects: int | None
    corrected_by: int | None
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenPromise:
    """A promise of the log that is still to be kept."""

    id: int
    line_id: int
    about: str
    due_at: datetime
    owner_id: int | None
    owner: str
    team: str

    @property
    def ref(self) -> str:
        return f"{PROMISE_REF}{self.id}"


@dataclass(frozen=True, slots=True)
class ItemCard:
    id: int
    kind: str
    what: str
    for_whom: str
    place: str
    note: str
    since: datetime


@dataclass(frozen=True, slots=True)
class VehicleCard:
    name: str
    charge: int | None
    state: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CashBook:
    """The float of a shift in cents; ``counted`` is None until somebody has counted."""

    opening: int
    came_in: int
    went_out: int
    counted: int | None

    @property
    def expected(self) -> int:
        return self.opening + self.came_in - self.went_out

    @property
    def difference(self) -> int | None:
        return None if self.counted is None else self.counted - self.expected


@dataclass(frozen=True, slots=True)
class LineCard:
    """A line of a handover."""

    id: int
    section: str
    position: int
    colour: str
    what: str
    action: str
    owner_id: int | None
    owner: str
    due_at: datetime | None
    fallback: str
    source_kind: str
    source_id: int | None
    is_promise: bool
    acknowledged_at: datetime | None
    acknowledged_by_id: int | None
    version: int


@dataclass(frozen=True, slots=True)
class SectionCard:
    code: str
    figure: str
    tone: str


@dataclass(frozen=True, slots=True)
class QuestionCard:
    id: int
    line_id: int | None
    asked_at: datetime
    asked_by: str
    text: str
    answered_at: datetime | None
    answered_by: str
    answer: str


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A handover as lists show it."""

    id: int
    team: str
    from_shift: str
    to_shift: str
    since: datetime
    ends_at: datetime
    starts_at: datetime
    until: datetime
    accept_by: datetime
    state: str
    edition: int
    from_id: int | None
    from_name: str
    to_id: int | None
    to_name: str
    drafted_at: datetime | None
    signed_at: datetime | None
    read_at: datetime | None
    accepted_at: datetime | None
    alerted_at: datetime | None
    open_items: int
    version: int


@dataclass(frozen=True, slots=True)
class HandoverCard:
    """A handover in full."""

    row: HandoverRow
    synthesis: str
    signed_for: str
    accepted_for: str
    sections: tuple[SectionCard, ...]
    lines: tuple[LineCard, ...]
    questions: tuple[QuestionCard, ...]
    log: tuple[LogCard, ...]

    @property
    def open_questions(self) -> tuple[QuestionCard, ...]:
        return tuple(one for one in self.questions if one.answered_at is None)

    @property
    def red_open(self) -> int:
        return sum(line.colour == "red" and line.acknowledged_at is None for line in self.lines)

"""Decisions of the handover: colours, what is missing, who may accept, what an edition changed.

Pure: no I/O, no clock, no session. House conventions:

- Red is broken, blocking or urgent; amber falls due before the next shift ends; green is steady.
- Every section is present, also when it is empty: empty is information.
- Every open promise has a named owner before the document is signed.
- The receiver acknowledges red lines one by one, says the riskiest things in own words, and accepts; nobody
  accepts their own handover.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from conciergedesk.core.errors import RuleRefused
from conciergedesk.core.i18n import N_, _, plural

RISKS = 3
"""How many of the riskiest items the receiver restates."""
RISK_LENGTH = 8
"""Letters that a restated risk needs at least: more than a nod."""


class LogKind(StrEnum):
    """What a line of the shift log is about."""

    CALL = "call"
    EVENT = "event"
    PROMISE = "promise"
    KEY = "key"
    CASH = "cash"
    INCIDENT = "incident"
    INSTRUCTION = "instruction"
    VISITOR = "visitor"
    SYSTEM = "system"


LOG_LABELS: Mapping[LogKind, str] = {
    LogKind.CALL: N_("log|call"),
    LogKind.EVENT: N_("log|event"),
    LogKind.PROMISE: N_("log|promise"),
    LogKind.KEY: N_("log|key"),
    LogKind.CASH: N_("log|cash"),
    LogKind.INCIDENT: N_("log|incident"),
    LogKind.INSTRUCTION: N_("log|instruction"),
    LogKind.VISITOR: N_("log|visitor"),
    LogKind.SYSTEM: N_("log|system"),
}


class Visibility(StrEnum):
    """Who reads a line of the log."""

    ALL = "all"
    TEAM = "team"
    SUPERVISOR = "supervisor"


class Colour(StrEnum):
    """How much an item asks for the next shift's attention."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"


COLOUR_WORDS: Mapping[Colour, str] = {
    Colour.RED: N_("colour|red"),
    Colour.AMBER: N_("colour|amber"),
    Colour.GREEN: N_("colour|green"),
}


VEHICLE_WORDS: Mapping[str, str] = {
    "ready": N_("vehicle|ready"),
    "out": N_("vehicle|out"),
    "garage": N_("in the garage"),
}
"""Where a vehicle stands, by its code."""


class State(StrEnum):
    """Where a handover stands; ``missing`` is a change of shift for which nobody wrote one."""

    MISSING = "missing"
    DRAFT = "draft"
    SIGNED = "signed"
    READ = "read"
    QUESTIONED = "questioned"
    ACCEPTED = "accepted"


STATE_WORDS: Mapping[State, str] = {
    State.MISSING: N_("handover|missing"),
    State.DRAFT: N_("handover|draft"),
    State.SIGNED: N_("handover|signed"),
    State.READ: N_("handover|read"),
    State.QUESTIONED: N_("handover|questioned"),
    State.ACCEPTED: N_("handover|accepted"),
}


class Section(StrEnum):
    """The sections in the order in which they are read."""

    REQUESTS = "requests"
    PROMISES = "promises"
    KEYS = "keys"
    HOTLINE = "hotline"
    ITEMS = "items"
    CASH = "cash"
    VEHICLES = "vehicles"
    ROSTER = "roster"
    INCIDENTS = "incidents"
    TOMORROW = "tomorrow"
    SUPERVISOR = "supervisor"


SECTION_TITLES: Mapping[Section, str] = {
    Section.REQUESTS: N_("Open requests"),
    Section.PROMISES: N_("Promises to call back"),
    Section.KEYS: N_("handover|Keys"),
    Section.HOTLINE: N_("Support"),
    Section.ITEMS: N_("Parcels, luggage, objects"),
    Section.CASH: N_("Cash float"),
    Section.VEHICLES: N_("Vehicles"),
    Section.ROSTER: N_("Team to come"),
    Section.INCIDENTS: N_("Incidents, complaints"),
    Section.TOMORROW: N_("Tomorrow"),
    Section.SUPERVISOR: N_("From the supervisor"),
}


def colour_of(
    due_at: datetime | None, priority: str, *, broken: bool, now: datetime, next_shift_ends: datetime
) -> Colour:
    """The colour of one open item.

    Args:
        due_at: When it is owed; None when it waits without a moment.
        priority: ``P1`` to ``P4`` or ``S1`` to ``S4``; empty for what has none.
        broken: Whether its target was already missed.
        now: The instant of the draft.
        next_shift_ends: End of the incoming shift.
    """
    if broken or priority in ("P1", "S1") or (due_at is not None and due_at < now):
        return Colour.RED
    if due_at is not None and due_at < next_shift_ends:
        return Colour.AMBER
    return Colour.GREEN


def accept_by(starts_at: datetime, minutes: int) -> datetime:
    """The last moment at which an acceptance is in time."""
    return starts_at + timedelta(minutes=minutes)


def is_late(accepted_at: datetime | None, deadline: datetime, now: datetime) -> bool:
    """Whether the acceptance came, or is still awaited, after its deadline."""
    return (accepted_at or now) > deadline


def coverage(owned: Iterable[bool]) -> tuple[int, int]:
    """(open promises with a named owner, open promises)."""
    found = list(owned)
    return sum(found), len(found)


def require_coverage(owned: Iterable[bool]) -> None:
    """Refuse to sign while a promise belongs to nobody.

    Raises:
        RuleRefused: says how many.
    """
    named, all_of_them = coverage(owned)
    if named < all_of_them:
        raise RuleRefused(
            N_("{missing} of {count} promises have no owner. Name one for each, then sign."),
            missing=all_of_them - named,
            count=all_of_them,
        )


def risks_of(synthesis: str) -> tuple[str, ...]:
    """The restated risks, one a line; a number in front is not part of it."""
    lines = (line.strip().lstrip("0123456789.-) ").strip() for line in synthesis.splitlines())
    return tuple(line for line in lines if sum(char.isalpha() for char in line) >= RISK_LENGTH)


def risks_needed(items: int) -> int:
    """How many risks the receiver restates: three, fewer when less is passed on, one at the least."""
    return max(1, min(RISKS, items))


class MissingPart(StrEnum):
    """What may be missing before a handover is accepted."""

    SIGNATURE = "signature"
    READING = "reading"
    RED = "red"
    ANSWER = "answer"
    SYNTHESIS = "synthesis"


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing, and how much of it."""

    part: MissingPart
    count: int = 1

    def in_language(self, language: str | None = None) -> str:
        match self.part:
            case MissingPart.SIGNATURE:
                return _("the signature of the outgoing agent")
            case MissingPart.READING:
                return _("reading to the end")
            case MissingPart.RED:
                return plural("{count} red line to take", "{count} red lines to take", self.count, language)
            case MissingPart.ANSWER:
                return plural("{count} answer", "{count} answers", self.count, language)
            case MissingPart.SYNTHESIS:
                return plural(
                    "the synthesis: {count} risk in your own words",
                    "the synthesis: {count} risks in your own words",
                    self.count,
                    language,
                )


def missing_to_accept(
    state: State, *, red_open: int, questions_open: int, synthesis: str, items: int
) -> tuple[Missing, ...]:
    """What still stands between the receiver and the acceptance, in the order in which it is done."""
    if state in (State.MISSING, State.DRAFT):
        return (Missing(MissingPart.SIGNATURE),)
    found = []
    if state is State.SIGNED:
        found.append(Missing(MissingPart.READING))
    if red_open:
        found.append(Missing(MissingPart.RED, red_open))
    if questions_open:
        found.append(Missing(MissingPart.ANSWER, questions_open))
    needed = risks_needed(items)
    if len(risks_of(synthesis)) < needed:
        found.append(Missing(MissingPart.SYNTHESIS, needed))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class MissingList:
    """What is missing, as it stands in a sentence."""

    missing: tuple[Missing, ...]

    def in_language(self, language: str | None = None) -> str:
        return " · ".join(one.in_language(language) for one in self.missing)


def require_accepted_by_another(outgoing_id: int | None, actor_id: int | None) -> None:
    """Nobody receives from themselves.

    Raises:
        RuleRefused: the outgoing agent tries to receive.
    """
    if actor_id is None or actor_id == outgoing_id:
        raise RuleRefused(
            N_(
                "You cannot receive your own handover. The incoming agent, or a supervisor with a reason, does."
            )
        )


# --- editions ---


@dataclass(frozen=True, slots=True)
class EditionLine:
    """A line as it stood in an edition; ``id`` stays the same over editions."""

    id: int
    section: str
    colour: str
    what: str
    action: str
    owner: str
    due_at: str
    fallback: str


class Change(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One line that differs between two editions; ``fields`` are (name, before, after)."""

    change: Change
    line: EditionLine
    fields: tuple[tuple[str, str, str], ...] = ()


_COMPARED = ("colour", "what", "action", "owner", "due_at", "fallback")


def differences(before: Sequence[EditionLine], after: Sequence[EditionLine]) -> tuple[Difference, ...]:
    """What changed from one edition to the next, in the order of the document."""
    old = {line.id: line for line in before}
    found: list[Difference] = []
    for line in after:
        was = old.pop(line.id, None)
        if was is None:
            found.append(Difference(Change.ADDED, line))
            continue
        fields = tuple(
            (name, getattr(was, name), getattr(line, name))
            for name in _COMPARED
            if getattr(was, name) != getattr(line, name)
        )
        if fields:
            found.append(Difference(Change.CHANGED, line, fields))
    found.extend(Difference(Change.REMOVED, line) for line in before if line.id in old)
    return tuple(found)


def shift_load(colours: Collection[Colour]) -> dict[Colour, int]:
    """How many lines of each colour."""
    return {colour: sum(one is colour for one in colours) for colour in Colour}

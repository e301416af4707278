"""Candidate visits and discovery mini-stays: parts in their order, rivals kept apart, the registered operator. Pure.

A stay that joins at least two kinds of travel service for one trip of more than a day, or with a night, is a
package: it needs a registered travel operator (Code du tourisme, L. 211-2 and L. 211-18).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import fold

SENT_BEFORE = timedelta(hours=72)
"""How long before its start a mini-stay's programme is sent."""
MEETING_DISTANCE = timedelta(minutes=30)
"""Rivals are at one place at least this far apart in time."""


class PartKind(StrEnum):
    LODGING = "lodging"
    DINNER = "dinner"
    SHOW = "show"
    VISIT = "visit"
    TRANSFER = "transfer"
    INTERVIEW = "interview"
    VIEWING = "viewing"


PART_LABELS: Mapping[PartKind, str] = {
    PartKind.LODGING: N_("lodging"),
    PartKind.DINNER: N_("dinner"),
    PartKind.SHOW: N_("show"),
    PartKind.VISIT: N_("visit"),
    PartKind.TRANSFER: N_("transfer"),
    PartKind.INTERVIEW: N_("interview"),
    PartKind.VIEWING: N_("viewing"),
}

PART_REQUESTS: Mapping[PartKind, str] = {
    PartKind.LODGING: "welcome_onsite",
    PartKind.DINNER: "restaurant",
    PartKind.SHOW: "show_tickets",
    PartKind.VISIT: "guided_tour_private",
    PartKind.TRANSFER: "taxi",
    PartKind.INTERVIEW: "candidate_welcome",
    PartKind.VIEWING: "settling_visit",
}
"""Which request each part becomes."""

TRAVEL_SERVICES: Mapping[PartKind, str] = {
    PartKind.LODGING: "lodging",
    PartKind.TRANSFER: "transport",
    PartKind.DINNER: "tourist",
    PartKind.SHOW: "tourist",
    PartKind.VISIT: "tourist",
}
"""The kinds of travel service of the law; a local transfer to a lodging counts as transport, to be on the safe side."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a programme. ``after`` is the id of the part that must be over before it begins."""

    id: int
    kind: PartKind
    label: str
    starts_at: datetime
    ends_at: datetime
    location: str = ""
    after: int | None = None
    cents: int = 0
    cancelled: bool = False


def check_window(starts_at: datetime, ends_at: datetime) -> None:
    """Refuse an end before its start.

    Raises:
        InvalidInput: naming ``ends_at``.
    """
    if ends_at < starts_at:
        raise InvalidInput(N_("The end lies before the start."), field="ends_at")


def needs_operator(parts: Iterable[Part]) -> bool:
    """Whether the live parts together are a package that only a registered operator may sell."""
    live = [part for part in parts if not part.cancelled]
    services = {TRAVEL_SERVICES[part.kind] for part in live if part.kind in TRAVEL_SERVICES}
    if len(services) < 2:
        return False
    span = max(part.ends_at for part in live) - min(part.starts_at for part in live)
    return any(part.kind is PartKind.LODGING for part in live) or span > timedelta(hours=24)


def check_part(new: Part, parts: Sequence[Part], starts_at: datetime, ends_at: datetime) -> None:
    """Refuse a part outside its programme, before what it follows, or in a circle.

    Raises:
        InvalidInput: naming ``starts_at``, ``ends_at`` or ``after``.
    """
    check_window(new.starts_at, new.ends_at)
    if new.starts_at < starts_at or new.ends_at > ends_at:
        raise InvalidInput(N_("This part lies outside the programme. Change its hours."), field="starts_at")
    if new.after is None:
        return
    by_id = {part.id: part for part in parts}
    before = by_id.get(new.after)
    if before is None:
        raise InvalidInput(N_("The part it follows is not in this programme."), field="after")
    step: int | None = new.after
    seen: set[int] = set()
    while step is not None and step not in seen:
        if step == new.id:
            raise InvalidInput(N_("These parts would wait for each other."), field="after")
        seen.add(step)
        step = by_id[step].after if step in by_id else None
    if new.starts_at < before.ends_at:
        raise InvalidInput(
            N_("It begins before “{part}” is over, at {end}."),
            field="starts_at",
            part=before.label,
            end=before.ends_at,
        )


def meeting(new: Part, rivals: Iterable[Part]) -> Part | None:
    """A part of a rival's programme at which the two households would meet; None when they are kept apart."""
    here = fold(new.location)
    for other in rivals:
        if other.cancelled or not here or fold(other.location) != here:
            continue
        apart = MEETING_DISTANCE if PartKind.LODGING not in (new.kind, other.kind) else timedelta()
        if new.starts_at < other.ends_at + apart and other.starts_at < new.ends_at + apart:
            return other
    return None


def held_up_by(part_id: int, parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts that follow a part, directly or not, in order of time."""
    parts = [part for part in parts if not part.cancelled]
    found: dict[int, Part] = {}
    todo = [part_id]
    while todo:
        number = todo.pop()
        for part in parts:
            if part.after == number and part.id not in found:
                found[part.id] = part
                todo.append(part.id)
    return tuple(sorted(found.values(), key=lambda part: (part.starts_at, part.id)))


def check_ready(
    parts: Sequence[Part], operator: str, number: str, starts_at: datetime, now: datetime
) -> None:
    """Refuse to send a programme that is empty, late without a word, or a package without its operator.

    Raises:
        RuleRefused: says which, with the rule's source.
    """
    live = [part for part in parts if not part.cancelled]
    if not live:
        raise RuleRefused(N_("The programme has no parts yet. Add lodging, dinner, visit, transfers."))
    if needs_operator(live) and not (operator.strip() and number.strip()):
        raise RuleRefused(
            N_(
                "Two travel services with a night are a package: name the registered operator and its number "
                "(Code du tourisme, L. 211-18)."
            )
        )
    if now >= starts_at:
        raise RuleRefused(N_("The stay has already begun."))


def is_late_to_send(starts_at: datetime, now: datetime) -> bool:
    """Whether less than 72 hours are left."""
    return starts_at - now < SENT_BEFORE

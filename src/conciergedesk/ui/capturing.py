"""Reading the quick-capture line against the desk's own people, places and request types.

Called in worker threads at every key; what was looked up is remembered while one sheet is open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from conciergedesk.core.i18n import _, active_zone
from conciergedesk.ui.form_words import hour_to_call

if TYPE_CHECKING:
    from conciergedesk.customers.queries import LodgingCard, PersonCard, PersonHit
    from conciergedesk.requests.capture import Captured
    from conciergedesk.requests.catalogue import RequestType
    from conciergedesk.requests.queries import LookAlike
    from conciergedesk.requests.service import NewRequest
    from conciergedesk.ui.session import DeskSession


@dataclass(frozen=True)
class Reading:
    """A line as it was understood, with what the desk knows about it."""

    captured: Captured
    type: RequestType | None
    person: PersonHit | None
    card: PersonCard | None
    priority: str
    response_due_at: datetime | None
    due_at: datetime | None
    look_alikes: tuple[LookAlike, ...]


@dataclass(frozen=True, slots=True)
class PromisedCall:
    """A call to make, by a line that asks for nothing else."""

    due_at: datetime
    person_id: int | None
    number: str
    about: str


@dataclass(frozen=True, slots=True)
class _Finder:
    find: Callable[[str], Sequence[PersonHit]]


@dataclass(frozen=True, slots=True)
class _Places:
    find: Callable[[str], Sequence[LodgingCard]]


class LineReader:
    """Reads lines for one open sheet. ``person_id`` fixes who asks (from a call card)."""

    def __init__(self, session: DeskSession, *, person_id: int | None = None, channel: str = "phone") -> None:
        self._session = session
        self._person_id = person_id
        self._channel = channel
        self._people = lru_cache(maxsize=256)(self._find_people)
        self._lodgings = lru_cache(maxsize=256)(self._find_lodgings)
        self._agents: list[object] | None = None
        self._towns: Mapping[str, str] | None = None
        self.chosen_person: int | None = person_id

    def read(self, line: str) -> Reading:
        """Understand ``line``."""
        from conciergedesk.customers.queries import person_card
        from conciergedesk.requests.capture import CaptureContext, read_line
        from conciergedesk.requests.queries import look_alikes
        from conciergedesk.requests.town_names import town_names

        session, now = self._session, self._session.now()
        book = session.book()
        staff = session.staff() if self._agents is None else self._agents
        self._agents = list(staff)
        if self._towns is None:
            self._towns = session.ask(town_names)
        actor = session.actor
        me = next((one for one in staff if actor is not None and one.id == actor.id), None)  # type: ignore[attr-defined]
        context = CaptureContext(
            now=now,
            zone=active_zone(),
            types=book.catalogue,
            people=_Finder(self._people),
            places=_Places(self._lodgings),
            towns=self._towns,
            agents=staff,  # type: ignore[arg-type]
            me=me,  # type: ignore[arg-type]
            channel=self._channel,
            home=session.agency.home if session.agency is not None else "FR",
        )
        captured = read_line(line, context)
        kind = book.catalogue.by_code.get(captured.type.value) if captured.type is not None else None
        hit = self._person(captured)
        person_id = hit.id if hit is not None else None
        card = session.ask(person_card, person_id, now) if person_id is not None else None
        others = (
            session.ask(look_alikes, person_id=person_id, type_code=kind.code if kind is not None else "")
            if person_id is not None
            else []
        )
        priority, response, due = self._clock(captured, kind, now)
        return Reading(captured, kind, hit, card, priority, response, due, tuple(others))

    def _person(self, captured: Captured) -> PersonHit | None:
        if self.chosen_person is not None:
            found = self._people(f"#{self.chosen_person}")
            return found[0] if found else None
        hit = captured.person.value.hit if captured.person is not None else None
        if hit is None and captured.phone is not None:
            number = captured.phone.value.e164 or captured.phone.value.typed
            found = self._people(number)
            return found[0] if len(found) == 1 else None
        return hit  # type: ignore[return-value]

    def people(self, reading: Reading) -> list[PersonHit]:
        """Everybody the typed name may mean, the understood one first."""
        captured = reading.captured
        if captured.person is None:
            return [reading.person] if reading.person is not None else []
        found = list(self._people(captured.person.words or captured.person.value.name))
        if reading.person is not None and all(one.id != reading.person.id for one in found):
            found.insert(0, reading.person)
        return found

    def _find_people(self, text: str) -> Sequence[PersonHit]:
        from conciergedesk.customers.queries import find_people, hits_by_id

        if text.startswith("#"):
            return tuple(self._session.ask(hits_by_id, [int(text[1:])]))
        return tuple(self._session.ask(find_people, text, self._session.now(), 4))

    def _find_lodgings(self, text: str) -> Sequence[LodgingCard]:
        from conciergedesk.customers.queries import find_lodgings

        return tuple(self._session.ask(find_lodgings, text, 3)) if len(text) > 2 else ()

    def _clock(
        self, captured: Captured, kind: RequestType | None, now: datetime
    ) -> tuple[str, datetime | None, datetime | None]:
        from conciergedesk.requests.catalogue import Priority
        from conciergedesk.requests.clocks import ClockFacts, read_clocks

        if kind is None:
            return (captured.priority.value if captured.priority is not None else ""), None, None
        book = self._session.book()
        moment = captured.moment.value if captured.moment is not None else None
        wanted = moment.start.astimezone(book.zone) if moment is not None else None
        typed = captured.priority is not None and captured.priority.source.value == "typed"
        priority = (
            Priority(captured.priority.value)
            if typed and captured.priority is not None
            else kind.default_priority(now.astimezone(book.zone), wanted)
        )
        promise = None
        if moment is not None and not moment.date_only:
            promise = kind.promise.moment(moment.start, moment.end)
        facts = ClockFacts(
            opened_at=now,
            target=book.service.target(priority, kind.targets),
            calendar=book.calendar(kind.team),
            promise_at=promise,
            tolerance_minutes=kind.promise.after_minutes,
        )
        reading = read_clocks(facts, now)
        return priority, reading.response_due_at, reading.due_at

    def new_request(self, reading: Reading, *, take: bool = True) -> NewRequest | None:
        """The request that the line describes; None while its type is not known."""
        from conciergedesk.requests.service import NewRequest

        captured, kind = reading.captured, reading.type
        if kind is None:
            return None
        moment = captured.moment.value if captured.moment is not None else None
        phone = captured.phone.value if captured.phone is not None else None
        place = captured.place.value if captured.place is not None else None
        name = captured.person.value.name if captured.person is not None and reading.person is None else ""
        # Whoever notes it holds it by default; only a name that was typed goes over “leave it to the queue”.
        named = captured.assignee if captured.assignee is not None and captured.assignee.words else None
        holder = named.value.hit if named is not None else None
        to = captured.destination.value.name if captured.destination is not None else ""
        lodging = place.hit.id if place is not None and place.hit is not None else None
        me = self._session.actor
        holder_id = holder.id if holder is not None else None
        return NewRequest(
            kind.code,
            title=title_of(reading),
            requester_id=reading.person.id if reading.person is not None else None,
            requester_name=name,
            requester_phone=phone.typed if phone is not None and reading.person is None else "",
            place=way(place.name if place is not None else "", to),
            lodging_id=lodging,
            wanted_from=moment.start if moment is not None else None,
            wanted_to=moment.end if moment is not None else None,
            day_only=bool(moment is not None and moment.date_only),
            priority=captured.priority.value
            if captured.priority is not None and captured.priority.source.value == "typed"
            else "",
            language=captured.language.value
            if captured.language is not None and captured.language.source.value == "typed"
            else "",
            channel=captured.channel.value if captured.channel is not None else self._channel,
            holder_id=holder_id if holder_id is not None else (me.id if take and me is not None else None),
            call_back_at=hour_to_call(captured.call_at.value) if captured.call_at is not None else None,
            fields=answers_of(reading),
        )

    def promised_call(self, reading: Reading) -> PromisedCall | None:
        """The call-back that the line promises; None when it asks for anything else."""
        captured = reading.captured
        if reading.type is not None or captured.call_back is None or captured.moment is None:
            return None
        number = captured.phone.value.typed if captured.phone is not None else ""
        name = captured.person.value.name if captured.person is not None and reading.person is None else ""
        return PromisedCall(
            hour_to_call(captured.moment.value),
            reading.person.id if reading.person is not None else None,
            number,
            " ".join(part for part in (name, captured.leftover) if part),
        )


def way(place: str, to: str) -> str:
    """A place, or where from and where to, in one line."""
    return " → ".join(part for part in (place.strip(), to.strip()) if part)


HOW_MANY = ("persons", "covers", "group", "number")
"""Questions of request types that "4 pers." answers."""
PIECES = ("bag", "valise", "sac", "suitcase", "koffer")
"""How the words for pieces of luggage begin."""


def title_of(reading: Reading) -> str:
    """What the line says beyond its parts: how many, a word that says more than the type, and what is left."""
    captured, kind = reading.captured, reading.type
    if kind is not None and kind.health:
        return ""  # it would say what hurts
    quantity = captured.quantity.value if captured.quantity is not None else None
    count = ""
    if quantity is not None:
        count = (
            _("{count} pers.", count=quantity.count) if quantity.unit == "persons" else f"×{quantity.count}"
        )
    word = captured.type.words if captured.type is not None and kind is not None else ""
    word = word if kind is not None and kind.says_more(word) else ""
    return " ".join(part for part in (count, word, captured.leftover) if part)


def answers_of(reading: Reading) -> dict[str, object]:
    """The questions of the type that the line has already answered."""
    captured, kind = reading.captured, reading.type
    if kind is None:
        return {}
    place = captured.place.value.name if captured.place is not None else ""
    to = captured.destination.value.name if captured.destination is not None else ""
    known: dict[str, object] = {"from_place": place, "to_place": to, "address": place}
    if captured.quantity is not None:
        counted = captured.quantity.value
        asks = HOW_MANY if counted.unit in ("persons", "") else ("number",)
        asks = ("luggage_pieces",) if counted.unit.startswith(PIECES) else asks
        known |= dict.fromkeys(asks, counted.count)
    asked = {one.key for one in kind.fields}
    return {key: value for key, value in known.items() if value and key in asked}

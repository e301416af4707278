"""What a provider answers: no, something else, yes by name, or nothing; and asking no longer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_, show_clock
from conciergedesk.core.text import clean_line
from conciergedesk.providers.tables import Provider
from conciergedesk.requests.asks.lines import go_on_without, open_asks_of, provider_name
from conciergedesk.requests.lifecycle import State
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.service.moves import load, type_of
from conciergedesk.requests.service.promises import agree_appointment
from conciergedesk.requests.service.work import resume, tick
from conciergedesk.requests.tables import ProviderAsk
from conciergedesk.staff.rules import Right

ANSWERABLE = ("asked", "counter", "silent")


@dataclass(frozen=True, slots=True)
class Booking:
    """What an acceptance made: the appointment, and the asks that were still open and are now withdrawn."""

    ask_id: int
    appointment_id: int
    withdrawn: tuple[int, ...] = ()


def declined(unit: Unit, book: Rulebook, ask_id: int, *, reason: str = "") -> None:
    """The provider cannot: the request comes back unless somebody else is still being asked."""
    row = _answerable(unit, ask_id)
    _answered(unit, row, "declined", reason)
    go_on_without(unit, book, row)


def counter_offered(
    unit: Unit,
    book: Rulebook,
    ask_id: int,
    *,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    price_cents: int | None = None,
    answer: str = "",
) -> None:
    """The provider proposes something else; the client decides.

    Raises:
        InvalidInput: neither another moment, a price nor words.
    """
    row = _answerable(unit, ask_id)
    if starts_at is None and price_cents is None and not clean_line(answer):
        raise InvalidInput(N_("Say what is proposed instead: a moment, a price or words."), field="starts_at")
    row.counter_from, row.counter_to, row.price_cents = starts_at, ends_at, price_cents
    _answered(unit, row, "counter", answer)


def accepted(
    unit: Unit,
    book: Rulebook,
    ask_id: int,
    *,
    contact: str,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    price_cents: int | None = None,
    reference: str = "",
    place: str = "",
) -> Booking:
    """The provider has said yes, by name: the booking is filled and the others are no longer asked.

    Without a moment, that of the counter-offer counts, else the one the request wants.

    Raises:
        InvalidInput: nobody's name, or no moment is known.
    """
    row = _answerable(unit, ask_id)
    request = load(unit, row.request_id)
    contact = clean_line(contact, 80)
    if not contact:
        raise InvalidInput(N_("Write who said yes, by name."), field="contact")
    provider = unit.session.get(Provider, row.provider_id)
    assert provider is not None
    start = starts_at or row.counter_from or request.wanted_from
    if start is None:
        raise InvalidInput(N_("Say for when: no moment is known yet."), field="starts_at")
    end = ends_at if starts_at is not None else (row.counter_to if row.counter_from else request.wanted_to)
    row.contact, row.reference = contact, clean_line(reference, 60)
    row.price_cents = price_cents if price_cents is not None else row.price_cents
    row.wanted_from, row.wanted_to = start, end
    _answered(unit, row, "accepted", row.answer)
    withdrawn = []
    for other in open_asks_of(unit, row.request_id):
        if other.id != ask_id:
            other.state, other.answered_at, other.answer = "withdrawn", unit.now, ""
            withdrawn.append(other.id or 0)
    if request.state == State.WAITING_PROVIDER:
        resume(unit, book, row.request_id)
    row.appointment_id = agree_appointment(
        unit,
        book,
        row.request_id,
        starts_at=start,
        ends_at=end,
        place=clean_line(place, 120) or _where(provider),
        provider_id=provider.id,
        provider=provider.name,
        state="held",
    )
    proof = f"{contact} {show_clock(unit.now)}"
    for step in type_of(book, request).steps:
        if step.key in ("provider_chosen", "provider_yes"):
            tick(unit, book, row.request_id, step.key, proof=proof if step.key == "provider_yes" else "")
    unit.session.flush()
    return Booking(ask_id, row.appointment_id, tuple(withdrawn))


def withdraw(unit: Unit, book: Rulebook, ask_id: int, *, reason: str) -> None:
    """No longer ask this provider, who has been told so.

    Raises:
        InvalidInput: no reason.
    """
    row = _answerable(unit, ask_id)
    if not clean_line(reason):
        raise InvalidInput(N_("Give a reason."), field="reason")
    row.state = "withdrawn"
    row.answer = clean_line(reason, 300)
    unit.record(
        "request.provider_withdrawn", "request", row.request_id, ask=ask_id, provider=row.provider_id,
        who=provider_name(unit, row.provider_id),
    )  # fmt: skip
    go_on_without(unit, book, row)


def note_silences(unit: Unit, book: Rulebook) -> tuple[int, ...]:
    """Write down each silence once, when its time is over; answers the requests that need a next candidate."""
    asks = unit.session.exec(
        select(ProviderAsk)
        .where(ProviderAsk.state == "asked", col(ProviderAsk.due_at) <= unit.now)
        .order_by(col(ProviderAsk.id))
        .limit(50)
        .with_for_update(skip_locked=True)
    ).all()
    touched = []
    for row in asks:
        row.state = "silent"
        unit.record(
            "request.provider_silent", "request", row.request_id, undoable=False, ask=row.id,
            provider=row.provider_id, who=provider_name(unit, row.provider_id), at=row.due_at,
        )  # fmt: skip
        unit.record("provider.silent", "provider", row.provider_id, undoable=False, request=row.request_id)
        unit.session.flush()
        go_on_without(unit, book, row)
        touched.append(row.request_id)
    return tuple(dict.fromkeys(touched))


def _answerable(unit: Unit, ask_id: int) -> ProviderAsk:
    unit.require(Right.WORK_REQUESTS)
    row = unit.load(ProviderAsk, ask_id)
    if row.state not in ANSWERABLE:
        raise RuleRefused(N_("This provider has answered already, or is no longer asked. Ask again."))
    return row


def _answered(unit: Unit, row: ProviderAsk, state: str, answer: str) -> None:
    row.state, row.answered_at, row.answer = state, unit.now, clean_line(answer, 300)
    minutes = int((unit.now - row.asked_at).total_seconds() // 60)
    unit.record(
        f"request.provider_{state}", "request", row.request_id, undoable=False, ask=row.id,
        provider=row.provider_id, who=provider_name(unit, row.provider_id), minutes=minutes,
    )  # fmt: skip
    unit.record(f"provider.{state}", "provider", row.provider_id, undoable=False, request=row.request_id)
    unit.session.flush()


def _where(provider: Provider) -> str:
    return ", ".join(filter(None, (provider.address, provider.commune)))[:120]

"""After the yes: the client is told, the order is called off, or how it went is written down."""

from __future__ import annotations

from sqlmodel import col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, NotFound, RuleRefused
from conciergedesk.core.i18n import N_, translate
from conciergedesk.providers.rules import Outcome
from conciergedesk.requests.lifecycle import State
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.service.moves import load, type_of
from conciergedesk.requests.service.outcome import confirm, unconfirm, weather_cancelled
from conciergedesk.requests.service.promises import end_appointment
from conciergedesk.requests.service.work import note, tick
from conciergedesk.requests.tables import Appointment, ProviderAsk
from conciergedesk.staff.rules import Right


def client_told(unit: Unit, book: Rulebook, request_id: int, text: str) -> None:
    """The confirmation has gone to the client in writing: the booking is confirmed."""
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    note(unit, book, request_id, text, kind="message")
    if any(step.key == "client_told" for step in type_of(book, request).steps):
        tick(unit, book, request_id, "client_told")
    if request.state != State.CONFIRMED:
        confirm(unit, book, request_id)
    row = _booked(unit, request_id)
    if row is not None and row.appointment_id is not None:
        unit.load(Appointment, row.appointment_id).state = "confirmed"
        unit.session.flush()


def called_off_by_weather(unit: Unit, book: Rulebook, request_id: int) -> None:
    """The provider cancels because of the weather: the client chooses another day, and it counts for nobody."""
    unit.require(Right.WORK_REQUESTS)
    row = _booked(unit, request_id)
    if row is not None:
        _ended(unit, row, Outcome.WEATHER)
        if row.appointment_id is not None:
            reason = translate(N_("because of the weather"), unit.actor.language)
            end_appointment(unit, book, row.appointment_id, "cancelled", reason=reason)
    weather_cancelled(unit, book, request_id)


def called_off_by_provider(unit: Unit, book: Rulebook, request_id: int, *, reason: str) -> None:
    """The provider breaks a confirmed booking for another reason than the weather: it counts, and the clock runs.

    Raises:
        NotFound: nobody has accepted.
    """
    unit.require(Right.WORK_REQUESTS)
    row = _booked(unit, request_id)
    if row is None:
        raise NotFound(N_("No provider has accepted this request."))
    _ended(unit, row, Outcome.INCOMPLETE)
    if row.appointment_id is not None:
        end_appointment(unit, book, row.appointment_id, "cancelled", reason=reason)
    if load(unit, request_id).state == State.CONFIRMED:
        unconfirm(unit, book, request_id, reason=reason)


def performed(unit: Unit, ask_id: int, outcome: str) -> None:
    """Say how a confirmed order ended: kept, late, incomplete, no-show, called off.

    Raises:
        InvalidInput: there is no such outcome.
        RuleRefused: the provider had not accepted.
    """
    unit.require(Right.WORK_REQUESTS)
    if outcome not in set(Outcome) or not outcome:
        raise InvalidInput(
            N_("“{value}” is not possible here. Use one of: {known}."),
            field="outcome",
            value=outcome[:20],
            known=", ".join(one for one in Outcome if one),
        )
    row = unit.load(ProviderAsk, ask_id)
    if row.state != "accepted":
        raise RuleRefused(N_("Only an accepted order can have been kept or missed."))
    _ended(unit, row, Outcome(outcome))


def _ended(unit: Unit, row: ProviderAsk, outcome: Outcome) -> None:
    row.outcome, row.outcome_at = outcome, unit.now
    unit.record("request.order_ended", "request", row.request_id, ask=row.id, outcome=outcome)
    unit.record("provider.order_ended", "provider", row.provider_id, request=row.request_id, outcome=outcome)


def _booked(unit: Unit, request_id: int) -> ProviderAsk | None:
    return unit.session.exec(
        select(ProviderAsk)
        .where(
            ProviderAsk.request_id == request_id, ProviderAsk.state == "accepted", ProviderAsk.outcome == ""
        )
        .order_by(col(ProviderAsk.id).desc())
    ).first()

"""Asking providers for a request: one line each, with a clock; acceptance fills the booking.

``ask_reading`` reads the lines and the records that follow from them, ``ask_letters`` writes the confirmation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, RuleRefused
from conciergedesk.core.i18n import N_, show_clock, translate
from conciergedesk.core.text import clean_line
from conciergedesk.providers.rules import Below, Outcome, Status, agreement_lapsed, below_the_line
from conciergedesk.providers.service import mark_used
from conciergedesk.providers.tables import Provider
from conciergedesk.requests.ask_reading import records
from conciergedesk.requests.lifecycle import Act, Danger, State, check_danger
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.service.moves import load, type_of
from conciergedesk.requests.service.outcome import confirm, unconfirm, weather_cancelled
from conciergedesk.requests.service.promises import agree_appointment, end_appointment
from conciergedesk.requests.service.timing import retime
from conciergedesk.requests.service.work import claim, note, resume, tick, wait_provider
from conciergedesk.requests.tables import Appointment, ProviderAsk, Request
from conciergedesk.staff.rules import Right

ANSWER_MINUTES: Mapping[str, int] = {"P1": 10, "P2": 30, "P3": 120, "P4": 24 * 60}
"""How long a provider has to answer, by priority, unless its card says otherwise (house convention)."""

CHANNELS = ("phone", "email", "message", "web", "on_site")
OPEN_ASKS = ("asked", "counter")
ANSWERABLE = ("asked", "counter", "silent")

BELOW_WORDS: Mapping[Below, str] = {
    Below.SUSPENDED: N_("suspended"),
    Below.SEASONAL: N_("out of season"),
    Below.UNRELIABLE: N_("not reliable enough"),
    Below.LAPSED: N_("agreement ended"),
    Below.SHUT: N_("closed at that hour"),
}


@dataclass(frozen=True, slots=True)
class Booking:
    """What an acceptance made: the appointment, and the asks that were still open and are now withdrawn."""

    ask_id: int
    appointment_id: int
    withdrawn: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Why:
    below: Below
    reason: str

    def in_language(self, language: str | None = None) -> str:
        word = translate(BELOW_WORDS[self.below], language)
        return f"{word} ({self.reason})" if self.reason else word


def ask_provider(
    unit: Unit,
    book: Rulebook,
    request_id: int,
    provider_id: int,
    *,
    channel: str = "phone",
    answer_minutes: int | None = None,
    word: str = "",
) -> int:
    """Ask a provider; from now on its own clock runs, and the request waits for it.

    Args:
        unit: The unit of work.
        book: The house's rules.
        request_id: For what.
        provider_id: Whom.
        channel: One of ``CHANNELS``.
        answer_minutes: Time to answer, when it is not that of the card or of the priority.
        word: Why a provider below the line is asked all the same; a supervisor says so.

    Raises:
        RuleRefused: closed for good, the request is over, or the danger question comes first.
        NotAllowed: below the line, and no supervisor has given the word.
        Conflict: this provider is being asked already.
    """
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    if not request.is_open:
        raise RuleRefused(N_("This request is over: nobody is asked for it any more."))
    check_danger(type_of(book, request), Danger(request.danger), Act.WAIT_PROVIDER)
    if channel not in CHANNELS:
        raise InvalidInput(N_("There is no channel “{value}”."), field="channel", value=channel[:20])
    provider = unit.session.get(Provider, provider_id)
    if provider is None:
        raise NotFound(N_("This record is no longer there. Go back and refresh the list."))
    word = _allowed(unit, book, request, provider, clean_line(word, 200))
    _refuse_twice(unit, request_id, provider)
    minutes = answer_minutes or provider.answer_minutes or ANSWER_MINUTES.get(request.priority, 120)
    row = unit.add(
        ProviderAsk(
            request_id=request_id,
            provider_id=provider_id,
            channel=channel,
            asked_at=unit.now,
            asked_by_id=unit.actor.id,
            due_at=unit.now + timedelta(minutes=minutes),
            wanted_from=request.wanted_from,
            wanted_to=request.wanted_to,
            word=word,
        )
    )
    assert row.id is not None
    mark_used(unit, [provider_id])
    unit.record(
        "request.provider_asked",
        "request",
        request_id,
        undoable=False,
        ask=row.id,
        provider=provider_id,
        who=provider.name,
        due_at=row.due_at,
    )
    unit.record("provider.asked", "provider", provider_id, undoable=False, reason=word, request=request_id)
    _wait(unit, book, request)
    return row.id


def _allowed(unit: Unit, book: Rulebook, request: Request, provider: Provider, word: str) -> str:
    assert provider.id is not None
    if provider.status == Status.CLOSED:
        raise RuleRefused(N_("{name} has closed for good: choose another provider."), name=provider.name)
    record = records(unit.session, [provider.id]).get(provider.id)
    day = (request.wanted_from or unit.now).astimezone(book.zone).date()
    season = (provider.season_from, provider.season_to)
    today = unit.now.astimezone(book.zone).date()
    lapsed = agreement_lapsed(provider.agreement, provider.agreement_until, today)
    below = below_the_line(
        provider.status, season, day, record.reliability if record else None, lapsed=lapsed
    )
    if below is None:
        return ""
    why = _Why(below, provider.status_reason)
    if Right.ASK_UNRELIABLE not in unit.actor.rights and "*" not in unit.actor.rights:
        raise NotAllowed(
            N_("{name} stands below the line: {why}. Only a supervisor gives the word to ask."),
            name=provider.name,
            why=why,
        )
    if not word:
        raise InvalidInput(
            N_("{name} stands below the line: {why}. Say why it is asked all the same."),
            field="word",
            name=provider.name,
            why=why,
        )
    return word


def _refuse_twice(unit: Unit, request_id: int, provider: Provider) -> None:
    asked = unit.session.exec(
        select(ProviderAsk).where(
            ProviderAsk.request_id == request_id,
            ProviderAsk.provider_id == provider.id,
            col(ProviderAsk.state).in_((*OPEN_ASKS, "accepted")),
            ProviderAsk.outcome == "",
        )
    ).first()
    if asked is not None:
        raise Conflict(
            N_("{name} is being asked already, since {since}."), name=provider.name, since=asked.asked_at
        )


def declined(unit: Unit, book: Rulebook, ask_id: int, *, reason: str = "") -> None:
    """The provider cannot: the request comes back unless somebody else is still being asked."""
    row = _answerable(unit, ask_id)
    _answered(unit, row, "declined", reason)
    _go_on(unit, book, row)


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
    for other in _open_asks(unit, row.request_id):
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
        who=_name(unit, row.provider_id),
    )  # fmt: skip
    _go_on(unit, book, row)


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
            provider=row.provider_id, who=_name(unit, row.provider_id), at=row.due_at,
        )  # fmt: skip
        unit.record("provider.silent", "provider", row.provider_id, undoable=False, request=row.request_id)
        unit.session.flush()
        _go_on(unit, book, row)
        touched.append(row.request_id)
    return tuple(dict.fromkeys(touched))


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
        provider=row.provider_id, who=_name(unit, row.provider_id), minutes=minutes,
    )  # fmt: skip
    unit.record(f"provider.{state}", "provider", row.provider_id, undoable=False, request=row.request_id)
    unit.session.flush()


def _open_asks(unit: Unit, request_id: int) -> list[ProviderAsk]:
    return list(
        unit.session.exec(
            select(ProviderAsk)
            .where(ProviderAsk.request_id == request_id, col(ProviderAsk.state).in_(OPEN_ASKS))
            .order_by(col(ProviderAsk.due_at))
        )
    )


def _booked(unit: Unit, request_id: int) -> ProviderAsk | None:
    return unit.session.exec(
        select(ProviderAsk)
        .where(
            ProviderAsk.request_id == request_id, ProviderAsk.state == "accepted", ProviderAsk.outcome == ""
        )
        .order_by(col(ProviderAsk.id).desc())
    ).first()


def _wait(unit: Unit, book: Rulebook, request: Request) -> None:
    """Put the request behind its providers until the first of their clocks runs out."""
    assert request.id is not None
    waiting = _open_asks(unit, request.id)
    until = min(ask.due_at for ask in waiting)
    names = {i: name for i, name in _names(unit, [ask.provider_id for ask in waiting])}
    whom = ", ".join(dict.fromkeys(names[ask.provider_id] for ask in waiting))
    if request.state == State.WAITING_PROVIDER:
        request.waits_for, request.snoozed_until = clean_line(whom, 80), until
        retime(unit, book, request)
        return
    if request.state in (State.NEW, State.QUALIFIED, State.ASSIGNED) and request.holder_id in (
        None,
        unit.actor.id,
    ):
        claim(unit, book, request.id)
    if request.state in (State.QUALIFIED, State.ASSIGNED, State.IN_PROGRESS, State.WAITING_CLIENT):
        wait_provider(unit, book, request.id, until=until, whom=whom)


def _name(unit: Unit, provider_id: int) -> str:
    return next((name for _id, name in _names(unit, [provider_id])), "")


def _names(unit: Unit, ids: list[int]) -> list[tuple[int, str]]:
    return [
        (i, name)
        for i, name in unit.session.exec(pick(Provider.id, Provider.name).where(col(Provider.id).in_(ids)))
    ]


def _go_on(unit: Unit, book: Rulebook, row: ProviderAsk) -> None:
    """After a refusal or a silence: wait for the others, or come back to the desk."""
    request = load(unit, row.request_id)
    if request.state != State.WAITING_PROVIDER:
        return
    if _open_asks(unit, row.request_id):
        _wait(unit, book, request)
    else:
        resume(unit, book, row.request_id)


def _where(provider: Provider) -> str:
    return ", ".join(filter(None, (provider.address, provider.commune)))[:120]

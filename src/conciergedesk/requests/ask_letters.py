"""The confirmation of a booking in the client's language: a short message, and a page to print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from textwrap import wrap

from sqlmodel import Session, col, select

from conciergedesk.core.errors import RuleRefused
from conciergedesk.core.i18n import LANGUAGES, N_, show_date, translate
from conciergedesk.core.i18n import local as local_time
from conciergedesk.core.money import Money, show_money
from conciergedesk.core.phone import read_phone, show_phone
from conciergedesk.core.shared import Agency
from conciergedesk.customers.tables import Person
from conciergedesk.providers.tables import Provider, ProviderPhone
from conciergedesk.requests.letters import moment_values, render
from conciergedesk.requests.queries import RequestCard
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.tables import Appointment, ProviderAsk

PAGE_WIDTH = 72
_NOTE_FIELDS = ("covers", "persons", "model", "count", "places")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A confirmation ready to leave: who, in which language, the message and the page to print."""

    client: str
    language: str
    text: str
    page: str
    provider: str
    starts_at: datetime


def prepare_confirmation(
    session: Session,
    book: Rulebook,
    card: RequestCard,
    agency: Agency,
    now: datetime,
    *,
    language: str = "",
    note: str = "",
) -> Confirmation:
    """Write the confirmation of a request's booking.

    Args:
        session: To read the booking and the client.
        book: The house's rules, whose types hold the message.
        card: The request.
        agency: Who signs.
        now: The day of the letter.
        language: Another language than the client's.
        note: What fills ``{note}`` when the desk cannot know it, such as what was chosen.

    Raises:
        RuleRefused: nothing is booked yet, or the message is not complete.
    """
    language = language if language in LANGUAGES else card.language
    booked = session.exec(
        select(Appointment)
        .where(
            Appointment.request_id == card.id, col(Appointment.state).in_(("held", "confirmed", "proposed"))
        )
        .order_by(col(Appointment.id).desc())
    ).first()
    if booked is None:
        raise RuleRefused(N_("Nothing is booked yet: ask a provider first."))
    ask = session.exec(select(ProviderAsk).where(ProviderAsk.appointment_id == booked.id)).first()
    provider = session.get(Provider, booked.provider_id) if booked.provider_id else None
    client = _client(session, card)
    kind = book.catalogue.get(card.type_code)
    price = ask.price_cents if ask is not None else None
    values = {
        "client": client or translate(N_("Madam, Sir"), language),
        "ref": card.ref,
        "place": booked.place or card.place,
        "provider": booked.provider,
        "price": show_money(Money(price), language) if price is not None else "",
        "note": note or _note(card, booked.starts_at, provider, language),
        "desk_phone": _abroad(agency.phone, language, agency) or "–",
        **_when(booked.starts_at, language, booked.ends_at),
    }
    text = render(kind.confirmation, language, values, words=book.words)
    page = _page(session, values, text, agency, now, language, provider, booked, ask)
    return Confirmation(client, language, text, page, booked.provider, booked.starts_at)


def _client(session: Session, card: RequestCard) -> str:
    person = session.get(Person, card.beneficiary_id or card.requester_id or 0)
    return f"{person.first_name} {person.last_name}".strip() if person is not None else ""


def _note(card: RequestCard, starts_at: datetime, provider: Provider | None, language: str) -> str:
    """What the message still needs: the end of free cancellation, or how many."""
    if card.type_code in ("spa_thermal",) and provider is not None and provider.free_cancel_hours is not None:
        until = _when(starts_at - timedelta(hours=provider.free_cancel_hours), language)
        return _bare(translate(N_("letter|{date} at {time}"), language, **until))
    return next((str(card.fields[name]) for name in _NOTE_FIELDS if card.fields.get(name)), "")


def _when(at: datetime, language: str, until: datetime | None = None) -> dict[str, str]:
    """Day and time as a client reads them; Germans say the hour's name as well."""
    said = moment_values(at, language, until)
    return said | {"time": f"{said['time']} Uhr"} if language == "de" else said


def _abroad(number: str, language: str, agency: Agency) -> str:
    """A number as the client dials it: at home for who reads French, with its country for everybody else."""
    e164 = read_phone(number, agency.home).e164 if number else ""
    return show_phone(e164, agency.home if language == "fr" else "") if e164 else number


def _page(
    session: Session,
    values: Mapping[str, str],
    text: str,
    agency: Agency,
    now: datetime,
    language: str,
    provider: Provider | None,
    booked: Appointment,
    ask: ProviderAsk | None,
) -> str:
    """One plain page: who writes, to whom, the message, the booking in a table, what to do otherwise."""

    def say(sentence: str, **more: object) -> str:
        return translate(sentence, language, **more)

    day = show_date(local_time(now).date(), language, "d. MMMM y" if language == "de" else "d MMMM y")
    rows = [
        (say(N_("letter|Booking")), values["ref"] + (f" · {ask.reference}" if ask and ask.reference else "")),
        (say(N_("letter|When")), f"{values['date']}, {values['time']}"),
        (say(N_("letter|With")), values["provider"]),
        (say(N_("letter|Where")), values["place"]),
    ]
    if provider is not None and provider.id is not None:
        number = session.exec(
            select(ProviderPhone.e164)
            .where(ProviderPhone.provider_id == provider.id, ProviderPhone.e164 != "")
            .order_by(col(ProviderPhone.position))
        ).first()
        if number:
            rows.append((say(N_("letter|Telephone")), _abroad(number, language, agency)))
        if provider.free_cancel_hours is not None:
            said = _when(booked.starts_at - timedelta(hours=provider.free_cancel_hours), language)
            rows.append(
                (
                    say(N_("letter|Cancellation")),
                    say(N_("free of charge until {date}, {time}"), date=said["date"], time=said["time"]),
                )
            )
    if values["price"]:
        rows.append((say(N_("letter|Price")), values["price"]))
    label = max(len(_bare(name)) for name, _value in rows) + 3
    lines = [
        agency.name,
        *([values["desk_phone"]] if agency.phone else []),
        "",
        f"{agency.commune}, {day}".lstrip(", "),
    ]
    lines += ["", values["client"], "", _bare(say(N_("letter|Your booking {ref}"), ref=values["ref"])), ""]
    lines += [*wrap(text, PAGE_WIDTH), ""]
    for name, value in rows:
        for turn, part in enumerate(wrap(value, PAGE_WIDTH - label) or [""]):
            lines.append(f"{_bare(name) if turn == 0 else '':<{label}}{part}")
    lines += [
        "",
        *wrap(say(N_("We stay available: {phone}."), phone=values["desk_phone"]), PAGE_WIDTH),
        "",
        agency.name,
    ]
    return "\n".join(lines) + "\n"


def _bare(label: str) -> str:
    """A label without its context, when the language has no wording of its own."""
    return label.removeprefix("letter|")

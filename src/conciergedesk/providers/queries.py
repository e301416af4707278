"""Reads about providers: columns into frozen values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from sqlmodel import Session, col, select

from conciergedesk.core.calendars import parse_ranges
from conciergedesk.core.db.read import pick
from conciergedesk.core.errors import NotFound
from conciergedesk.core.i18n import N_
from conciergedesk.core.journal import Line, lines_about
from conciergedesk.providers.cards import ProviderValues
from conciergedesk.providers.hours import Exceptional
from conciergedesk.providers.rules import Rate
from conciergedesk.providers.tables import (
    Provider,
    ProviderAddress,
    ProviderException,
    ProviderImport,
    ProviderIncident,
    ProviderPhone,
    ProviderRate,
    ProviderVisit,
)
from conciergedesk.staff.tables import Agent

REF = "PR-"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class NumberLine:
    id: int
    typed: str
    e164: str
    extension: str
    status: str
    label: str

    @property
    def dialled(self) -> str:
        """What a caller dials, as far as it is known."""
        return self.e164 or self.typed


@dataclass(frozen=True, slots=True)
class AddressLine:
    id: int
    label: str
    address: str
    postcode: str
    commune: str
    country: str


@dataclass(frozen=True, slots=True)
class ExceptionLine:
    """``ranges`` empty: closed from ``first`` to ``last``, both included."""

    id: int
    first: date
    last: date
    ranges: str
    reason: str


@dataclass(frozen=True, slots=True)
class VisitLine:
    id: int
    day: date
    visitor: str
    grade: str
    criteria: tuple[tuple[str, str], ...]
    note: str
    valid_until: date


@dataclass(frozen=True, slots=True)
class IncidentLine:
    id: int
    day: date
    kind: str
    facts: str
    request_id: int | None
    by: str


@dataclass(frozen=True, slots=True)
class ProviderBrief:
    """A provider as lists and pickers show one."""

    id: int
    name: str
    trades: tuple[str, ...]
    tags: str
    address: str
    commune: str
    country: str
    region: str
    latitude: float | None
    longitude: float | None
    languages: tuple[str, ...]
    hours: str
    hours_seen_on: date | None
    agreement: str
    agreement_until: date | None
    status: str
    status_reason: str
    season: tuple[str, str]
    accessible: bool
    answer_minutes: int | None
    lead_minutes: int | None
    booking: str
    last_used_at: datetime | None
    phone: str
    exceptions: tuple[Exceptional, ...]
    version: int

    @property
    def ref(self) -> str:
        return ref(self.id)


@dataclass(frozen=True, slots=True)
class ProviderCard:
    """Everything about one provider. ``brief`` is what lists show; ``values`` what can be edited in a form."""

    brief: ProviderBrief
    values: ProviderValues
    numbers: tuple[NumberLine, ...]
    addresses: tuple[AddressLine, ...]
    exceptions: tuple[ExceptionLine, ...]
    agreement_ref: str
    agreement_from: date | None
    agreement_until: date | None
    rates: tuple[Rate, ...]
    leisure_referent: str
    business_referent: str
    leisure_referent_id: int | None
    business_referent_id: int | None
    visits: tuple[VisitLine, ...]
    visit_valid_until: date | None
    incidents: tuple[IncidentLine, ...]
    own_fields: tuple[str, ...]
    source: str
    source_id: str
    lines: tuple[Line, ...]
    version: int

    @property
    def id(self) -> int:
        return self.brief.id

    @property
    def name(self) -> str:
        return self.brief.name


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One import as lists show it."""

    id: int
    at: datetime
    source: str
    file: str
    added: int
    changed: int
    same: int
    duplicates: int
    refused: int
    state: str


def ref(provider_id: int) -> str:
    """The number people say: ``PR-312``."""
    return f"{REF}{provider_id}"


def read_ref(text: str) -> int:
    """The id behind ``PR-312``, ``pr312`` or ``312``.

    Raises:
        NotFound: it is not a provider number.
    """
    bare = text.strip().upper().removeprefix("PR").removeprefix("-")
    if not (bare.isascii() and bare.isdigit() and len(bare) < 12):
        raise NotFound(N_("“{text}” is not a provider number such as PR-312."), text=text[:40])
    return int(bare)


_BRIEF = (
    Provider.id, Provider.name, Provider.trades, Provider.tags, Provider.address, Provider.commune,
    Provider.country, Provider.region, Provider.latitude, Provider.longitude, Provider.languages, Provider.hours,
    Provider.hours_seen_on, Provider.agreement, Provider.agreement_until, Provider.status, Provider.status_reason,
    Provider.season_from, Provider.season_to, Provider.accessible, Provider.answer_minutes, Provider.lead_minutes,
    Provider.booking, Provider.last_used_at, Provider.version,
)  # fmt: skip


def batches(ids: Iterable[int], size: int = _BATCH) -> Iterator[list[int]]:
    """Ids in groups that any database takes in one IN list."""
    rest = iter(ids)
    while group := list(islice(rest, size)):
        yield group


def briefs(session: Session, ids: Collection[int]) -> dict[int, ProviderBrief]:
    """The providers of these ids that exist."""
    found: dict[int, ProviderBrief] = {}
    for group in batches(ids):
        phones = _first_numbers(session, group)
        exceptions = exceptions_of(session, group)
        for row in session.exec(pick(*_BRIEF).where(col(Provider.id).in_(group))):
            (
                i, name, trades, tags, address, commune, country, region, latitude, longitude, languages, hours,
                seen, agreement, until, status, reason, season_from, season_to, accessible, answer, lead, booking,
                used, version,
            ) = row  # fmt: skip
            found[i] = ProviderBrief(
                i, name, tuple(trades.split()), tags, address, commune, country, region, latitude, longitude,
                tuple(languages.split()), hours, seen, agreement, until, status, reason, (season_from, season_to),
                accessible, answer, lead, booking, used, phones.get(i, ""), exceptions.get(i, ()), version,
            )  # fmt: skip
    return found


def _first_numbers(session: Session, ids: Collection[int]) -> dict[int, str]:
    query = (
        pick(ProviderPhone.provider_id, ProviderPhone.e164, ProviderPhone.typed)
        .where(col(ProviderPhone.provider_id).in_(ids))
        .order_by(col(ProviderPhone.position).desc(), col(ProviderPhone.id).desc())
    )
    return {owner: e164 or typed for owner, e164, typed in session.exec(query)}


def exceptions_of(
    session: Session, only: Collection[int] | None = None
) -> dict[int, tuple[Exceptional, ...]]:
    """Exceptional days by provider, for those of ``only`` or for all."""
    query = pick(
        ProviderException.provider_id,
        ProviderException.first,
        ProviderException.last,
        ProviderException.ranges,
        ProviderException.reason,
    ).order_by(col(ProviderException.id))
    if only is not None:
        query = query.where(col(ProviderException.provider_id).in_(only))
    found: defaultdict[int, list[Exceptional]] = defaultdict(list)
    for owner, first, last, ranges, reason in session.exec(query):
        found[owner].append(Exceptional(first, last, parse_ranges(ranges), reason))
    return {owner: tuple(days) for owner, days in found.items()}


def provider_card(session: Session, provider_id: int) -> ProviderCard:
    """One provider in full.

    Raises:
        NotFound: there is no such provider.
    """
    found = session.get(Provider, provider_id)
    if found is None:
        raise NotFound(N_("There is no provider {ref}."), ref=ref(provider_id))
    agents = {i: first for i, first in session.exec(pick(Agent.id, Agent.first_name))}
    numbers = session.exec(
        select(ProviderPhone)
        .where(ProviderPhone.provider_id == provider_id)
        .order_by(col(ProviderPhone.position), col(ProviderPhone.id))
    ).all()
    addresses = session.exec(
        select(ProviderAddress)
        .where(ProviderAddress.provider_id == provider_id)
        .order_by(col(ProviderAddress.id))
    )
    exceptions = session.exec(
        select(ProviderException)
        .where(ProviderException.provider_id == provider_id)
        .order_by(col(ProviderException.first))
    )
    visits = session.exec(
        select(ProviderVisit)
        .where(ProviderVisit.provider_id == provider_id)
        .order_by(col(ProviderVisit.day).desc())
    )
    incidents = session.exec(
        select(ProviderIncident)
        .where(ProviderIncident.provider_id == provider_id)
        .order_by(col(ProviderIncident.day).desc(), col(ProviderIncident.id).desc())
    )
    values = ProviderValues(
        name=found.name, trades=tuple(found.trades.split()), tags=found.tags, address=found.address,
        postcode=found.postcode, commune=found.commune, country=found.country, latitude=found.latitude,
        longitude=found.longitude, phones=tuple(_as_typed(one) for one in numbers), email=found.email,
        website=found.website, languages=tuple(found.languages.split()), hours=found.hours, booking=found.booking,
        booking_note=found.booking_note, lead_minutes=found.lead_minutes, answer_minutes=found.answer_minutes,
        price_band=found.price_band, cancellation=found.cancellation, free_cancel_hours=found.free_cancel_hours,
        agreement=found.agreement, guide_class=found.guide_class, member=found.member, reseller=found.reseller,
        accessible=found.accessible, status=found.status, status_reason=found.status_reason,
        season_from=found.season_from, season_to=found.season_to, note=found.note,
    )  # fmt: skip
    return ProviderCard(
        brief=briefs(session, [provider_id])[provider_id],
        values=values,
        numbers=tuple(
            NumberLine(one.id or 0, one.typed, one.e164, one.extension, one.status, one.label)
            for one in numbers
        ),
        addresses=tuple(
            AddressLine(one.id or 0, one.label, one.address, one.postcode, one.commune, one.country)
            for one in addresses
        ),
        exceptions=tuple(
            ExceptionLine(one.id or 0, one.first, one.last, one.ranges, one.reason) for one in exceptions
        ),
        agreement_ref=found.agreement_ref,
        agreement_from=found.agreement_from,
        agreement_until=found.agreement_until,
        rates=rates_of(session, provider_id),
        leisure_referent=agents.get(found.leisure_referent_id, ""),
        business_referent=agents.get(found.business_referent_id, ""),
        leisure_referent_id=found.leisure_referent_id,
        business_referent_id=found.business_referent_id,
        visits=tuple(
            VisitLine(
                one.id or 0,
                one.day,
                one.visitor,
                one.grade,
                tuple((name, str(value)) for name, value in one.criteria.items()),
                one.note,
                one.valid_until,
            )
            for one in visits
        ),
        visit_valid_until=found.visit_valid_until,
        incidents=tuple(
            IncidentLine(one.id or 0, one.day, one.kind, one.facts, one.request_id, agents.get(one.by_id, ""))
            for one in incidents
        ),
        own_fields=tuple(found.own_fields.split()),
        source=found.source,
        source_id=found.source_id,
        lines=tuple(lines_about(session, "provider", provider_id, limit=40)),
        version=found.version,
    )


def _as_typed(number: ProviderPhone) -> str:
    label = f" ({number.label})" if number.label else ""
    extension = f" poste {number.extension}" if number.extension and number.e164 else ""
    return f"{number.e164 or number.typed}{extension}{label}"


def rates_of(session: Session, provider_id: int) -> tuple[Rate, ...]:
    """Every rate ever agreed, newest first."""
    query = (
        pick(ProviderRate.owed_to, ProviderRate.basis_points, ProviderRate.since, ProviderRate.reason)
        .where(ProviderRate.provider_id == provider_id)
        .order_by(col(ProviderRate.since).desc(), col(ProviderRate.id).desc())
    )
    return tuple(Rate(*row) for row in session.exec(query))


def agreements_to_renew(session: Session, until: date) -> list[tuple[int, str, date]]:
    """(id, name, end) of signed agreements that end by ``until``, soonest first."""
    query = (
        pick(Provider.id, Provider.name, Provider.agreement_until)
        .where(
            Provider.agreement == "signed",
            col(Provider.agreement_until).is_not(None),
            col(Provider.agreement_until) <= until,
        )
        .order_by(col(Provider.agreement_until))
    )
    return [(i, name, end) for i, name, end in session.exec(query)]


def imports(session: Session, limit: int = 20) -> list[ImportLine]:
    """The latest imports, newest first."""
    query = (
        pick(
            ProviderImport.id, ProviderImport.at, ProviderImport.source, ProviderImport.file, ProviderImport.added,
            ProviderImport.changed, ProviderImport.same, ProviderImport.duplicates, ProviderImport.refused,
            ProviderImport.state,
        )
        .order_by(col(ProviderImport.id).desc())
        .limit(limit)
    )  # fmt: skip
    return [ImportLine(*row) for row in session.exec(query)]

"""Providers and what hangs on them: numbers, further addresses, exceptions, rates, visits, incidents, imports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from conciergedesk.core.db.types import block, document, key, line, link


class ProviderImport(SQLModel, table=True):
    """One import of a listing: what it did, so that the whole of it can be taken back."""

    __tablename__ = "provider_import"
    __table_args__ = (CheckConstraint("state IN ('applied','undone')", name="ck_provider_import_state"),)

    id: int | None = key()
    at: datetime
    by_id: int | None = link("agent.id", optional=True, index=False)
    source: str = line(limit=40)
    file: str = line(limit=200)
    added: int = 0
    changed: int = 0
    same: int = 0
    duplicates: int = 0
    refused: int = 0
    state: str = line("applied", limit=10)
    undone_at: datetime | None = None
    version: int = 1


class Provider(SQLModel, table=True):
    """A provider (*prestataire*).

    ``trades`` and ``languages`` are codes with a space between, the main one first. ``source`` and ``source_id``
    name the line of the listing it came from; ``own_fields`` are what the team has corrected by hand, which no
    later import touches. ``source_digest`` is what that line said when it was last read.
    """

    __tablename__ = "provider"
    __table_args__ = (
        CheckConstraint("status IN ('active','seasonal','suspended','closed')", name="ck_provider_status"),
        CheckConstraint(
            "agreement IN ('none','listed','in_talks','signed','ended')", name="ck_provider_agreement"
        ),
        CheckConstraint("price_band BETWEEN 0 AND 4", name="ck_provider_price_band"),
        Index("ix_provider_source", "source", "source_id"),
        Index("ix_provider_renewal", "agreement_until"),
        Index("ix_provider_visit", "visit_valid_until"),
    )

    id: int | None = key()
    name: str = line(limit=200)
    trades: str = line(limit=200)
    tags: str = line(limit=300)
    address: str = line(limit=200)
    postcode: str = line(limit=12)
    commune: str = line(limit=120)
    country: str = line("FR", limit=2)
    region: str = line(limit=10)
    latitude: float | None = None
    longitude: float | None = None
    email: str = line(limit=200)
    website: str = line(limit=300)
    languages: str = line(limit=60)
    hours: str = line(limit=1000)
    hours_seen_on: date | None = None
    booking: str = line(limit=12)
    booking_note: str = line(limit=200)
    lead_minutes: int | None = None
    answer_minutes: int | None = None
    price_band: int = 0
    cancellation: str = line(limit=300)
    free_cancel_hours: int | None = None
    agreement: str = line("none", limit=10)
    agreement_ref: str = line(limit=60)
    agreement_from: date | None = None
    agreement_until: date | None = None
    member: bool = False
    reseller: bool = False
    guide_class: str = line(limit=10)
    leisure_referent_id: int | None = link("agent.id", optional=True, index=False)
    business_referent_id: int | None = link("agent.id", optional=True, index=False)
    visit_valid_until: date | None = None
    accessible: bool = False
    status: str = line("active", limit=10)
    status_reason: str = line(limit=200)
    season_from: str = line(limit=5)
    season_to: str = line(limit=5)
    note: str = block()
    source: str = line(limit=40)
    source_id: str = line(limit=80)
    source_digest: str = line(limit=20)
    own_fields: str = line(limit=400)
    import_id: int | None = link("provider_import.id", optional=True)
    created_at: datetime
    last_used_at: datetime | None = None
    version: int = 1


class ProviderPhone(SQLModel, table=True):
    """A number of a provider: as typed, and as it is dialled."""

    __tablename__ = "provider_phone"

    id: int | None = key()
    provider_id: int = link("provider.id")
    typed: str = line(limit=80)
    e164: str = line(limit=20, index=True)
    extension: str = line(limit=10)
    status: str = line(limit=12)
    label: str = line(limit=40)
    position: int = 0


class ProviderAddress(SQLModel, table=True):
    """A further address: a branch, a depot, a meeting point."""

    __tablename__ = "provider_address"

    id: int | None = key()
    provider_id: int = link("provider.id")
    label: str = line(limit=60)
    address: str = line(limit=200)
    postcode: str = line(limit=12)
    commune: str = line(limit=120)
    country: str = line("FR", limit=2)
    latitude: float | None = None
    longitude: float | None = None


class ProviderException(SQLModel, table=True):
    """Days on which other hours hold; a closure (*fermeture exceptionnelle*) when ``ranges`` is empty."""

    __tablename__ = "provider_exception"
    __table_args__ = (CheckConstraint("last >= first", name="ck_provider_exception_days"),)

    id: int | None = key()
    provider_id: int = link("provider.id")
    first: date
    last: date
    ranges: str = line(limit=120)
    reason: str = line(limit=120)


class ProviderRate(SQLModel, table=True):
    """A commission rate from a day on, in basis points (1250 is 12.5 %). Never changed: a new one follows.

    ``owed_to`` says who receives it: the agency, or the provider as a reseller.
    """

    __tablename__ = "provider_rate"
    __table_args__ = (
        CheckConstraint("basis_points BETWEEN 0 AND 10000", name="ck_provider_rate"),
        CheckConstraint("owed_to IN ('agency','provider')", name="ck_provider_rate_owed_to"),
        UniqueConstraint("provider_id", "owed_to", "since"),
    )

    id: int | None = key()
    provider_id: int = link("provider.id")
    owed_to: str = line("agency", limit=10)
    basis_points: int
    since: date
    reason: str = line(limit=200)
    by_id: int | None = link("agent.id", optional=True, index=False)
    at: datetime


class ProviderVisit(SQLModel, table=True):
    """A qualification visit: who saw the place, what was found, and until when that counts."""

    __tablename__ = "provider_visit"

    id: int | None = key()
    provider_id: int = link("provider.id")
    day: date
    visitor_id: int | None = link("agent.id", optional=True, index=False)
    visitor: str = line(limit=80)
    grade: str = line(limit=20)
    criteria: dict[str, Any] = document()
    note: str = block()
    valid_until: date


class ProviderIncident(SQLModel, table=True):
    """What went wrong: day and facts only, no opinion. Never changed; a correction is a new line."""

    __tablename__ = "provider_incident"

    id: int | None = key()
    provider_id: int = link("provider.id")
    day: date
    kind: str = line("other", limit=12)
    facts: str = line(limit=500)
    request_id: int | None = None
    by_id: int | None = link("agent.id", optional=True, index=False)
    at: datetime


class ProviderImportChange(SQLModel, table=True):
    """What an import changed of many providers, packed: values before, so that it can be undone."""

    __tablename__ = "provider_import_change"

    id: int | None = key()
    import_id: int = link("provider_import.id")
    packed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))

"""Who the desk works for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer
from sqlmodel import Field, SQLModel

from conciergedesk.core.db.types import block, key, line, link


class Organisation(SQLModel, table=True):
    """A company, an association, a school, an organiser: whoever pays or employs."""

    __tablename__ = "organisation"

    id: int | None = key()
    name: str = line(limit=200)
    kind: str = line("company", limit=20)
    search: str = line(limit=250, index=True)
    note: str = block()
    version: int = 1


class Household(SQLModel, table=True):
    """People who live or travel together."""

    __tablename__ = "household"

    id: int | None = key()
    name: str = line(limit=120)
    note: str = block()
    version: int = 1


class Lodging(SQLModel, table=True):
    """A place people stay in. Its address is shown on request only, never beside a key tag."""

    __tablename__ = "lodging"

    id: int | None = key()
    code: str = line(limit=20, unique=True)
    name: str = line(limit=120)
    kind: str = line("gite", limit=20)
    address: str = line(limit=200)
    commune: str = line(limit=80)
    search: str = line(limit=250, index=True)
    # A person lives in a lodging and owns one: made after both tables, because they point at each other.
    owner_id: int | None = Field(
        default=None,
        sa_column=Column(
            Integer,
            ForeignKey("person.id", name="fk_lodging_owner", use_alter=True),
            nullable=True,
            index=True,
        ),
    )
    owner_organisation_id: int | None = link("organisation.id", optional=True)
    version: int = 1


class Person(SQLModel, table=True):
    """Somebody who asks, receives or owns. Ages and first names are enough; no birth dates."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("language IN ('fr','en','de')", name="ck_person_language"),
        Index("ix_person_last", "last_contact_at"),
    )

    id: int | None = key()
    first_name: str = line(limit=80)
    last_name: str = line(limit=80)
    search: str = line(limit=250, index=True)
    kind: str = line("visitor", limit=20)
    language: str = line("fr", limit=2)
    email: str = line(limit=200)
    channel: str = line(limit=20)
    note: str = block()
    household_id: int | None = link("household.id", optional=True)
    organisation_id: int | None = link("organisation.id", optional=True)
    lodging_id: int | None = link("lodging.id", optional=True)
    stage: str = line(limit=20)
    created_at: datetime
    last_contact_at: datetime | None = None
    erased_at: datetime | None = None
    version: int = 1


class Phone(SQLModel, table=True):
    """A number of a person or an organisation: as typed, and as it is dialled."""

    __tablename__ = "phone"
    __table_args__ = (
        Index("ix_phone_match", "match"),
        Index("ix_phone_tail", "tail"),
        CheckConstraint("person_id IS NOT NULL OR organisation_id IS NOT NULL", name="ck_phone_owner"),
    )

    id: int | None = key()
    person_id: int | None = link("person.id", optional=True)
    organisation_id: int | None = link("organisation.id", optional=True)
    typed: str = line(limit=80)
    e164: str = line(limit=20)
    match: str = line(limit=40)
    tail: str = line(limit=4)
    extension: str = line(limit=10)
    status: str = line(limit=12)
    label: str = line(limit=40)
    position: int = 0


class Warning(SQLModel, table=True):
    """A note nobody may miss about a person; read once per shift."""

    __tablename__ = "warning"

    id: int | None = key()
    person_id: int = link("person.id")
    text: str = line(limit=300)
    author_id: int | None = link("agent.id", optional=True)
    since: datetime
    until: datetime | None = None
    version: int = 1

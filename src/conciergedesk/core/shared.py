"""What all desks of one agency share: its name, zone, region and numbers, kept in the database."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import JSON, Column, String
from sqlmodel import Field, Session, SQLModel

from conciergedesk.core.db.unit import Unit


class SharedSetting(SQLModel, table=True):
    """One named value."""

    __tablename__ = "shared_setting"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_column=Column(String(60), nullable=False, unique=True))
    value: Any = Field(default=None, sa_column=Column(JSON, nullable=True))
    version: int = 1


@dataclass(frozen=True, slots=True)
class Agency:
    """The agency as all its desks know it.

    Attributes:
        region: holiday region such as ``FR-57``.
        home: country of unmarked phone numbers.
        phone: the desk's own number, for letters.
        sample: whether this is the sample desk.
    """

    name: str = "ConciergeDesk"
    zone: str = "Europe/Paris"
    region: str = "FR-57"
    home: str = "FR"
    commune: str = ""
    latitude: float = 0.0
    longitude: float = 0.0
    phone: str = ""
    sample: bool = False


def load_agency(session: Session) -> Agency | None:
    """The agency, or ``None`` while nobody has set the desk up."""
    from sqlmodel import select

    stored = session.exec(select(SharedSetting).where(SharedSetting.name == "agency")).first()
    return Agency(**stored.value) if stored is not None else None


def set_up_agency(unit: Unit, agency: Agency) -> None:
    """Set or change what all desks share."""
    from sqlmodel import select

    stored = unit.session.exec(select(SharedSetting).where(SharedSetting.name == "agency")).first()
    if stored is None:
        stored = unit.add(SharedSetting(name="agency", value=asdict(agency)))
    else:
        unit.require("set_up_desk")
        stored.value = asdict(agency)
    assert stored.id is not None
    unit.record("agency.set_up", "agency", stored.id, undoable=False)

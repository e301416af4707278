"""Key sets and what hangs on them: places, movements, seals, codes, reservations, counts, incidents."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, String, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from conciergedesk.core.db.guards import guard
from conciergedesk.core.db.types import block, document, key, line, link
from conciergedesk.core.db.unit import SECRET

_UNFINISHED = text("finished_at IS NULL")
_PLANNED = text("state = 'planned'")
_OPEN = text("closed_at IS NULL")


class KeyPlace(SQLModel, table=True):
    """A hook, a cabinet, a safe or a vehicle where sets are kept."""

    __tablename__ = "key_place"
    __table_args__ = (
        CheckConstraint("kind IN ('hook','cabinet','safe','vehicle')", name="ck_key_place_kind"),
        UniqueConstraint("kind", "name", name="uq_key_place"),
    )

    id: int | None = key()
    kind: str = line("hook", limit=10)
    name: str = line(limit=40)
    active: bool = True
    version: int = 1


class KeySet(SQLModel, table=True):
    """A ring of keys entrusted by its owner, under a neutral number. Where it is, its movements say."""

    __tablename__ = "key_set"
    __table_args__ = (
        CheckConstraint("number BETWEEN 1 AND 99999", name="ck_key_set_number"),
        CheckConstraint("pieces_expected >= 1", name="ck_key_set_pieces"),
        Index("ix_key_set_mandate", "mandate_until"),
    )

    id: int | None = key()
    number: int = Field(unique=True)
    pieces: list[Any] = document()
    pieces_expected: int
    photo: str = line(limit=200)
    owner_id: int | None = link("person.id", optional=True)
    lodging_id: int | None = link("lodging.id", optional=True)
    home_place_id: int | None = link("key_place.id", optional=True)
    mandate_ref: str = line(limit=60)
    mandate_since: date | None = None
    mandate_until: date | None = None
    has_address: bool = False
    note: str = block()
    created_at: datetime
    version: int = 1


class KeyMovement(SQLModel, table=True):
    """One line of the register. Appended, never changed; only the names in it may be blanked."""

    __tablename__ = "key_movement"
    __table_args__ = (
        UniqueConstraint("set_id", "seq", name="uq_key_movement_seq"),
        CheckConstraint(
            "kind IN ('deposit_in','out_to_guest','in_from_guest','out_to_provider','in_from_provider',"
            "'transfer_place','inventory_count','seal_opened','declared_lost','found','returned_to_owner',"
            "'retired','correction')",
            name="ck_key_movement_kind",
        ),
        CheckConstraint("counted >= 0 AND counted <= expected", name="ck_key_movement_pieces"),
        Index("ix_key_movement_at", "kind", "at"),
        Index("ix_key_movement_target", "target_kind", "target_id"),
        Index(
            "ix_key_movement_moves",
            "set_id",
            "seq",
            sqlite_where=text("moves"),
            postgresql_where=text("moves"),
        ),
    )

    id: int | None = key()
    set_id: int = Field(foreign_key="key_set.id")
    seq: int
    kind: str = line(limit=20)
    at: datetime
    actor_id: int | None = link("agent.id", optional=True, index=False)
    actor: str = line(limit=80)
    source_kind: str = line(limit=12)
    source_id: int | None = None
    source_name: str = line(limit=120)
    target_kind: str = line(limit=12)
    target_id: int | None = None
    target_name: str = line(limit=120)
    moves: bool = True
    counted: int
    expected: int
    due_at: datetime | None = None
    frozen: bool = False
    identity: str = line("none", limit=20)
    proof: str = line("none", limit=12)
    proof_ref: str = line(limit=60)
    authorisation: str = line(limit=120)
    request_id: int | None = link("request.id", optional=True)
    deposit_cents: int = 0
    deposit_form: str = line(limit=20)
    deposit_released: bool = False
    condition: str = line(limit=200)
    witness: str = line(limit=80)
    reason: str = line(limit=200)
    corrects: int | None = None


_FIXED = "set_id, seq, kind, at, actor_id, source_kind, source_id, target_kind, target_id, counted, expected, due_at"

MOVEMENT_GUARDS = {
    "sqlite": (
        f"CREATE TRIGGER IF NOT EXISTS key_movement_no_update BEFORE UPDATE OF {_FIXED} ON key_movement "
        "BEGIN SELECT RAISE(ABORT, 'the key register is append-only'); END",
        "CREATE TRIGGER IF NOT EXISTS key_movement_no_delete BEFORE DELETE ON key_movement "
        "BEGIN SELECT RAISE(ABORT, 'the key register is append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION key_register_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the key register is append-only'; END $$",
        f"CREATE OR REPLACE TRIGGER key_movement_append_only BEFORE DELETE OR UPDATE OF {_FIXED} ON key_movement "
        "FOR EACH ROW EXECUTE FUNCTION key_register_refuses()",
    ),
}
"""Statements that make the database itself refuse a change of the register."""

guard(MOVEMENT_GUARDS)


class KeySeal(SQLModel, table=True):
    """An alarm or key-box code under seal. Its text enters neither the journal nor a list."""

    __tablename__ = "key_seal"
    __table_args__ = (CheckConstraint("kind IN ('alarm','key_box','other')", name="ck_key_seal_kind"),)

    id: int | None = key()
    set_id: int = link("key_set.id")
    kind: str = line("alarm", limit=10)
    binding: str = line(limit=40)
    sealed: str = Field(default="", sa_column=Column(Text, nullable=False, info={SECRET: True}))
    needs_second: bool = False
    made_at: datetime
    replaced_at: datetime | None = None
    opened_at: datetime | None = None
    openings: int = 0
    version: int = 1


class KeyCode(SQLModel, table=True):
    """A one-time code for a handover or a return; only its keyed digest is kept."""

    __tablename__ = "key_code"
    __table_args__ = (CheckConstraint("purpose IN ('out','in')", name="ck_key_code_purpose"),)

    id: int | None = key()
    set_id: int = link("key_set.id")
    purpose: str = line("out", limit=3)
    digest: str = Field(default="", sa_column=Column(String(64), nullable=False, info={SECRET: True}))
    salt: str = Field(default="", sa_column=Column(String(16), nullable=False, info={SECRET: True}))
    valid_from: datetime
    valid_until: datetime
    tries: int = 0
    matched_at: datetime | None = None
    matched_by_id: int | None = link("agent.id", optional=True, index=False)
    used_at: datetime | None = None
    withdrawn_at: datetime | None = None
    made_at: datetime
    version: int = 1


class KeyReservation(SQLModel, table=True):
    """A set promised to somebody for a window."""

    __tablename__ = "key_reservation"
    __table_args__ = (
        CheckConstraint("state IN ('planned','used','cancelled')", name="ck_key_reservation_state"),
        CheckConstraint("until > since", name="ck_key_reservation_window"),
        Index("ix_key_reservation_planned", "since", sqlite_where=_PLANNED, postgresql_where=_PLANNED),
    )

    id: int | None = key()
    set_id: int = link("key_set.id")
    holder_kind: str = line("guest", limit=12)
    holder_id: int | None = None
    holder_name: str = line(limit=120)
    since: datetime
    until: datetime
    request_id: int | None = link("request.id", optional=True)
    state: str = line("planned", limit=10)
    made_at: datetime
    version: int = 1


class KeyChase(SQLModel, table=True):
    """One try to get a late set back, and what the holder said."""

    __tablename__ = "key_chase"

    id: int | None = key()
    set_id: int = link("key_set.id")
    loan_seq: int
    at: datetime
    actor_id: int | None = link("agent.id", optional=True, index=False)
    actor: str = line(limit=80)
    channel: str = line("message", limit=12)
    language: str = line("fr", limit=2)
    text: str = block()
    answer: str = line(limit=200)
    is_confirmed: bool = False
    version: int = 1


class KeyCount(SQLModel, table=True):
    """A count of the cabinet: at a change of shift, or the full inventory of the week."""

    __tablename__ = "key_count"
    __table_args__ = (
        CheckConstraint("kind IN ('shift','weekly')", name="ck_key_count_kind"),
        Index("ix_key_count_open", "started_at", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
        Index("ix_key_count_finished", "finished_at"),
    )

    id: int | None = key()
    kind: str = line("shift", limit=10)
    started_at: datetime
    finished_at: datetime | None = None
    actor_id: int | None = link("agent.id", optional=True, index=False)
    actor: str = line(limit=80)
    expected: int = 0
    counted: int = 0
    differences: list[Any] = document()
    version: int = 1


class KeyCountSeen(SQLModel, table=True):
    """One tag typed during a count; kept at once, so that an interrupted count goes on."""

    __tablename__ = "key_count_seen"
    __table_args__ = (UniqueConstraint("count_id", "set_id", name="uq_key_count_seen"),)

    id: int | None = key()
    count_id: int = link("key_count.id")
    set_id: int = link("key_set.id", index=False)
    pieces: int
    at: datetime
    version: int = 1


class KeyIncident(SQLModel, table=True):
    """A loss or another fault with a set; while it is open the set stays here."""

    __tablename__ = "key_incident"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('lost','piece_missing','not_in_cabinet','wrong_person','address_exposed')",
            name="ck_key_incident_kind",
        ),
        CheckConstraint("risk IN ('unknown','low','high')", name="ck_key_incident_risk"),
        Index("ix_key_incident_open", "set_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int | None = key()
    set_id: int = link("key_set.id")
    kind: str = line("lost", limit=20)
    opened_at: datetime
    opened_by: str = line(limit=80)
    holder: str = line(limit=120)
    risk: str = line("unknown", limit=10)
    cost_cents: int = 0
    cause: str = line(limit=200)
    measure: str = line(limit=200)
    closed_at: datetime | None = None
    version: int = 1


class KeyIncidentStep(SQLModel, table=True):
    """One dated step of the procedure; its wording is kept as it was."""

    __tablename__ = "key_incident_step"
    __table_args__ = (
        CheckConstraint("state IN ('open','done','skipped')", name="ck_key_incident_step_state"),
        UniqueConstraint("incident_id", "position", name="uq_key_incident_step"),
    )

    id: int | None = key()
    incident_id: int = link("key_incident.id")
    position: int
    code: str = line(limit=40)
    labels: dict[str, Any] = document()
    required: bool = True
    due_at: datetime | None = None
    state: str = line("open", limit=10)
    done_at: datetime | None = None
    done_by: str = line(limit=80)
    note: str = line(limit=200)
    version: int = 1

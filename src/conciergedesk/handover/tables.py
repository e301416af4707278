"""The shift log, what the desk holds for others, and handovers with their lines, questions and editions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import SQLModel

from conciergedesk.core.db.guards import guard
from conciergedesk.core.db.types import block, document, key, line, link


class LogLine(SQLModel, table=True):
    """One line of the shift log (*main courante*). Appended, never changed; only its words may be erased."""

    __tablename__ = "log_line"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('call','event','promise','key','cash','incident','instruction','visitor','system')",
            name="ck_log_line_kind",
        ),
        CheckConstraint("visibility IN ('all','team','supervisor')", name="ck_log_line_visibility"),
        Index("ix_log_line_at", "at"),
        Index("ix_log_line_kind", "kind", "at"),
    )

    id: int | None = key()
    at: datetime
    author_id: int | None = link("agent.id", optional=True, index=False)
    author: str = line(limit=80)
    team: str = line("concierge", limit=20)
    kind: str = line("event", limit=12)
    text: str = block()
    search: str = block()
    tags: list[Any] = document()
    important: bool = False
    visibility: str = line("all", limit=12)
    about_at: datetime | None = None
    corrects_id: int | None = link("log_line.id", optional=True)
    override_reason: str = line(limit=200)


_FIXED = "at, author_id, author, team, kind, about_at, corrects_id, visibility, important"

LOG_GUARDS = {
    "sqlite": (
        f"CREATE TRIGGER IF NOT EXISTS log_line_no_update BEFORE UPDATE OF {_FIXED} ON log_line "
        "BEGIN SELECT RAISE(ABORT, 'the shift log is append-only'); END",
        "CREATE TRIGGER IF NOT EXISTS log_line_no_edit BEFORE UPDATE OF text ON log_line "
        "WHEN NEW.text <> '' BEGIN SELECT RAISE(ABORT, 'the shift log is append-only'); END",
        "CREATE TRIGGER IF NOT EXISTS log_line_no_delete BEFORE DELETE ON log_line "
        "BEGIN SELECT RAISE(ABORT, 'the shift log is append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION shift_log_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF TG_ARGV[0] = 'text' AND NEW.text = '' THEN RETURN NEW; END IF; "
        "RAISE EXCEPTION 'the shift log is append-only'; END $$",
        f"CREATE OR REPLACE TRIGGER log_line_append_only BEFORE DELETE OR UPDATE OF {_FIXED} ON log_line "
        "FOR EACH ROW EXECUTE FUNCTION shift_log_refuses('row')",
        "CREATE OR REPLACE TRIGGER log_line_no_edit BEFORE UPDATE OF text ON log_line "
        "FOR EACH ROW EXECUTE FUNCTION shift_log_refuses('text')",
    ),
}
"""Statements that make the database itself refuse a change of the log."""

guard(LOG_GUARDS)


class LogLink(SQLModel, table=True):
    """What a line of the log is about: a request, a key set, a person, a handover."""

    __tablename__ = "log_link"
    __table_args__ = (Index("ix_log_link_subject", "kind", "subject_id"),)

    id: int | None = key()
    line_id: int = link("log_line.id")
    kind: str = line(limit=30)
    subject_id: int
    ref: str = line(limit=30)


class LogPromise(SQLModel, table=True):
    """A promise made in the log: who owes what by when, kept or dropped."""

    __tablename__ = "log_promise"
    __table_args__ = (
        CheckConstraint("state IN ('promised','kept','dropped')", name="ck_log_promise_state"),
        Index(
            "ix_log_promise_open",
            "due_at",
            sqlite_where=text("state = 'promised'"),
            postgresql_where=text("state = 'promised'"),
        ),
        Index("ix_log_promise_due", "due_at"),
    )

    id: int | None = key()
    line_id: int = link("log_line.id")
    team: str = line("concierge", limit=20)
    about: str = line(limit=200)
    due_at: datetime
    owner_id: int | None = link("agent.id", optional=True)
    state: str = line("promised", limit=10)
    made_at: datetime
    ended_at: datetime | None = None
    outcome: str = line(limit=200)
    version: int = 1


class DeskItem(SQLModel, table=True):
    """A parcel, a piece of luggage or a found object that lies at the desk."""

    __tablename__ = "desk_item"
    __table_args__ = (
        CheckConstraint("kind IN ('parcel','luggage','found')", name="ck_desk_item_kind"),
        Index(
            "ix_desk_item_here",
            "since",
            sqlite_where=text("gone_at IS NULL"),
            postgresql_where=text("gone_at IS NULL"),
        ),
    )

    id: int | None = key()
    kind: str = line("parcel", limit=10)
    what: str = line(limit=120)
    for_whom: str = line(limit=120)
    place: str = line(limit=60)
    note: str = line(limit=200)
    request_id: int | None = link("request.id", optional=True)
    since: datetime
    gone_at: datetime | None = None
    gone_to: str = line(limit=120)
    version: int = 1


class CashLine(SQLModel, table=True):
    """One movement of the float, or a count of it, in cents. Appended, never changed."""

    __tablename__ = "cash_line"
    __table_args__ = (
        CheckConstraint("kind IN ('in','out','count')", name="ck_cash_line_kind"),
        CheckConstraint("cents >= 0", name="ck_cash_line_cents"),
        Index("ix_cash_line_at", "team", "at"),
    )

    id: int | None = key()
    at: datetime
    team: str = line("concierge", limit=20)
    kind: str = line("count", limit=6)
    cents: int
    note: str = line(limit=120)
    author_id: int | None = link("agent.id", optional=True, index=False)
    author: str = line(limit=80)


class VehicleNote(SQLModel, table=True):
    """How a vehicle of the desk stands; the newest note of a name counts."""

    __tablename__ = "vehicle_note"
    __table_args__ = (Index("ix_vehicle_note_name", "search", "at"),)

    id: int | None = key()
    at: datetime
    name: str = line(limit=40)
    search: str = line(limit=40)
    charge: int | None = None
    state: str = line("ready", limit=10)
    note: str = line(limit=120)
    author_id: int | None = link("agent.id", optional=True, index=False)


class Handover(SQLModel, table=True):
    """What one shift passes to the next (*passation de consignes*), one per change of shift and team."""

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint(
            "state IN ('missing','draft','signed','read','questioned','accepted')", name="ck_handover_state"
        ),
        UniqueConstraint("team", "starts_at", name="uq_handover_change"),
        Index("ix_handover_starts", "starts_at"),
    )

    id: int | None = key()
    team: str = line("concierge", limit=20)
    from_shift: str = line(limit=20)
    to_shift: str = line(limit=20)
    since: datetime
    ends_at: datetime
    starts_at: datetime
    until: datetime
    accept_by: datetime
    state: str = line("draft", limit=12)
    edition: int = 0
    language: str = line("fr", limit=2)
    from_id: int | None = link("agent.id", optional=True)
    to_id: int | None = link("agent.id", optional=True)
    drafted_at: datetime | None = None
    signed_at: datetime | None = None
    signed_for: str = line(limit=200)
    read_at: datetime | None = None
    accepted_at: datetime | None = None
    accepted_for: str = line(limit=200)
    synthesis: str = block()
    open_items: int = 0
    keys_counted: int | None = None
    keys_expected: int | None = None
    alerted_at: datetime | None = None
    unread_alert_at: datetime | None = None
    version: int = 1


class HandoverSection(SQLModel, table=True):
    """One section of a handover; always there, also when it is empty."""

    __tablename__ = "handover_section"
    __table_args__ = (UniqueConstraint("handover_id", "code", name="uq_handover_section"),)

    id: int | None = key()
    handover_id: int = link("handover.id")
    code: str = line(limit=16)
    figure: str = line(limit=200)
    tone: str = line("muted", limit=10)
    version: int = 1


class HandoverLine(SQLModel, table=True):
    """One line of a handover: colour, picture, action with owner and time, and what to do if it goes wrong."""

    __tablename__ = "handover_line"
    __table_args__ = (
        CheckConstraint("colour IN ('red','amber','green')", name="ck_handover_line_colour"),
        Index("ix_handover_line_of", "handover_id", "section"),
    )

    id: int | None = key()
    handover_id: int = link("handover.id", index=False)
    section: str = line(limit=16)
    position: int = 0
    colour: str = line("green", limit=6)
    what: str = line(limit=240)
    action: str = line(limit=200)
    owner_id: int | None = link("agent.id", optional=True, index=False)
    owner: str = line(limit=80)
    due_at: datetime | None = None
    fallback: str = line(limit=300)
    source_kind: str = line(limit=20)
    source_id: int | None = None
    is_promise: bool = False
    edited: bool = False
    removed: bool = False
    acknowledged_at: datetime | None = None
    acknowledged_by_id: int | None = link("agent.id", optional=True, index=False)
    version: int = 1


class HandoverQuestion(SQLModel, table=True):
    """A question of the incoming agent; while it is open the handover is too."""

    __tablename__ = "handover_question"

    id: int | None = key()
    handover_id: int = link("handover.id")
    line_id: int | None = link("handover_line.id", optional=True)
    asked_at: datetime
    asked_by_id: int | None = link("agent.id", optional=True, index=False)
    asked_by: str = line(limit=80)
    text: str = line(limit=300)
    answered_at: datetime | None = None
    answered_by: str = line(limit=80)
    answer: str = line(limit=300)
    version: int = 1


class HandoverEdition(SQLModel, table=True):
    """The document as it was signed, edition by edition."""

    __tablename__ = "handover_edition"
    __table_args__ = (UniqueConstraint("handover_id", "number", name="uq_handover_edition"),)

    id: int | None = key()
    handover_id: int = link("handover.id")
    number: int
    made_at: datetime
    made_by: str = line(limit=80)
    body: list[Any] = document()
    reason: str = line(limit=200)

"""Requests and what hangs on them: steps, notes, pauses, people, call-backs, appointments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import SQLModel

from conciergedesk.core.db.types import block, document, key, line, link

_OPEN = text("is_open")
_COOLING = text("state = 'done'")
_TO_FORGET = text("forget_at IS NOT NULL")
# SQLite uses a partial index only for the very words of the query, where a flag is spelt so.
_OPEN_LITE = text("is_open = 1")


def _still_open(name: str, column: str, unless: str) -> Index:
    """An index over open requests that do not bear a mark yet, so that the wake-up reads only what is due."""
    return Index(
        name,
        column,
        sqlite_where=text(f"is_open = 1 AND {unless}"),
        postgresql_where=text(f"is_open AND {unless}"),
    )


class Request(SQLModel, table=True):
    """One request (*demande*).

    Times are aware UTC. ``board_at`` is the moment under which the board lists it: the target while it runs,
    the appointment once it is confirmed, the wake-up while it is snoozed. ``forget_at`` is when words of a request
    that is over have been kept for long enough; none once they are gone.
    """

    __tablename__ = "request"
    __table_args__ = (
        CheckConstraint("priority IN ('P1','P2','P3','P4','S1','S2','S3','S4')", name="ck_request_priority"),
        CheckConstraint(
            "state IN ('new','qualified','assigned','in_progress','waiting_client','waiting_provider',"
            "'confirmed','done','closed','cancelled','refused','duplicate')",
            name="ck_request_state",
        ),
        # Open work is found without touching the history, however long that grows.
        Index("ix_request_open", "board_at", sqlite_where=_OPEN_LITE, postgresql_where=_OPEN),
        _still_open("ix_request_to_warn", "warn_at", "warned_at IS NULL"),
        _still_open("ix_request_to_breach", "due_at", "breached_at IS NULL"),
        _still_open(
            "ix_request_to_answer",
            "response_due_at",
            "first_response_at IS NULL AND response_breached_at IS NULL",
        ),
        Index("ix_request_cooling", "resolved_at", sqlite_where=_COOLING, postgresql_where=_COOLING),
        Index("ix_request_to_forget", "forget_at", sqlite_where=_TO_FORGET, postgresql_where=_TO_FORGET),
        Index("ix_request_opened", "opened_at"),
        Index("ix_request_resolved", "first_resolved_at"),
        Index("ix_request_due", "due_at"),
        # Reports over a period read only what happened in it.
        Index(
            "ix_request_breached",
            "breached_at",
            sqlite_where=text("breached_at IS NOT NULL"),
            postgresql_where=text("breached_at IS NOT NULL"),
        ),
        Index("ix_request_closed", "closed_at", "opened_at"),
    )

    id: int | None = key()
    type_code: str = line(limit=40)
    title: str = line(limit=200)
    team: str = line("concierge", limit=20)
    priority: str = line("P3", limit=2)
    state: str = line("new", limit=20)
    is_open: bool = True
    channel: str = line("phone", limit=20)
    language: str = line("fr", limit=2)
    client_kind: str = line(limit=20)
    requester_id: int | None = link("person.id", optional=True)
    beneficiary_id: int | None = link("person.id", optional=True)
    payer_id: int | None = link("person.id", optional=True)
    payer_organisation_id: int | None = link("organisation.id", optional=True)
    holder_id: int | None = link("agent.id", optional=True)
    held_since: datetime | None = None
    place: str = line(limit=120)
    lodging_id: int | None = link("lodging.id", optional=True)
    wanted_from: datetime | None = None
    wanted_to: datetime | None = None
    wanted_day_only: bool = False
    promise_at: datetime | None = None
    fields: dict[str, Any] = document()
    may_share_contact: bool = False
    danger: str = line("unasked", limit=10)
    health: bool = False

    opened_at: datetime
    opened_by_id: int | None = link("agent.id", optional=True, index=False)
    first_response_at: datetime | None = None
    response_due_at: datetime | None = None
    due_at: datetime | None = None
    warn_at: datetime | None = None
    board_at: datetime | None = None
    first_resolved_at: datetime | None = None
    resolved_at: datetime | None = None
    reopened_at: datetime | None = None
    reopens: int = 0
    closed_at: datetime | None = None
    forget_at: datetime | None = None
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    response_breached_at: datetime | None = None

    waits_for: str = line(limit=80)
    snoozed_until: datetime | None = None
    end_reason: str = line(limit=40)
    end_party: str = line(limit=20)
    weather: bool = False
    duplicate_of_id: int | None = link("request.id", optional=True)
    follows_id: int | None = link("request.id", optional=True)
    version: int = 1


class RequestStep(SQLModel, table=True):
    """A step of the checklist that was ticked; steps without a row are still open."""

    __tablename__ = "request_step"
    __table_args__ = (UniqueConstraint("request_id", "code"),)

    id: int | None = key()
    request_id: int = link("request.id")
    code: str = line(limit=40)
    done: bool = True
    proof: str = line(limit=200)
    by_id: int | None = link("agent.id", optional=True, index=False)
    at: datetime
    version: int = 1


class RequestNote(SQLModel, table=True):
    """A follow-up line (*suivi*): what was said or done. Never changed; a correction is a new line."""

    __tablename__ = "request_note"

    id: int | None = key()
    request_id: int = link("request.id")
    at: datetime
    author_id: int | None = link("agent.id", optional=True, index=False)
    author: str = line(limit=80)
    kind: str = line("note", limit=20)
    text: str = block()
    override_reason: str = line(limit=200)


class RequestPause(SQLModel, table=True):
    """A stretch during which the resolution clock stood still, waiting for the client."""

    __tablename__ = "request_pause"

    id: int | None = key()
    request_id: int = link("request.id")
    since: datetime
    until: datetime | None = None
    version: int = 1


class Participant(SQLModel, table=True):
    """A further person on a request, with a role (*owner, guest, employer, partner, contact*)."""

    __tablename__ = "participant"

    id: int | None = key()
    request_id: int = link("request.id")
    person_id: int = link("person.id")
    role: str = line("contact", limit=20)


class CallBack(SQLModel, table=True):
    """A promised call-back (*rappel promis*) with its own clock; it belongs to a request or stands alone."""

    __tablename__ = "call_back"
    __table_args__ = (
        CheckConstraint("state IN ('promised','kept','dropped')", name="ck_call_back_state"),
        Index(
            "ix_call_back_open",
            "due_at",
            sqlite_where=text("state = 'promised'"),
            postgresql_where=text("state = 'promised'"),
        ),
        Index("ix_call_back_due", "due_at"),
    )

    id: int | None = key()
    request_id: int | None = link("request.id", optional=True)
    person_id: int | None = link("person.id", optional=True)
    number: str = line(limit=40)
    about: str = line(limit=200)
    due_at: datetime
    due_to: datetime | None = None
    owner_id: int | None = link("agent.id", optional=True)
    team: str = line("concierge", limit=20)
    attempts: int = 0
    last_attempt_at: datetime | None = None
    state: str = line("promised", limit=10)
    ended_at: datetime | None = None
    outcome: str = line(limit=200)
    made_at: datetime
    version: int = 1


class Appointment(SQLModel, table=True):
    """A meeting or booking inside a request: when, where, with which provider."""

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint(
            "state IN ('proposed','held','confirmed','done','no_show','cancelled')",
            name="ck_appointment_state",
        ),
        CheckConstraint("ends_at IS NULL OR ends_at >= starts_at", name="ck_appointment_window"),
        Index("ix_appointment_starts", "starts_at"),
    )

    id: int | None = key()
    request_id: int = link("request.id")
    starts_at: datetime
    ends_at: datetime | None = None
    place: str = line(limit=120)
    provider_id: int | None = None
    provider: str = line(limit=120)
    state: str = line("proposed", limit=20)
    version: int = 1


class ProviderAsk(SQLModel, table=True):
    """One provider asked for one request: a line of the private thread with a clock of its own.

    ``due_at`` is when silence counts as an answer; ``outcome`` is how a confirmed order ended.
    """

    __tablename__ = "provider_ask"
    __table_args__ = (
        CheckConstraint(
            "state IN ('asked','accepted','declined','counter','silent','withdrawn')",
            name="ck_provider_ask_state",
        ),
        CheckConstraint(
            "outcome IN ('','kept','late','incomplete','no_show','weather','called_off')",
            name="ck_provider_ask_outcome",
        ),
        Index(
            "ix_provider_ask_open",
            "due_at",
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )

    id: int | None = key()
    request_id: int = link("request.id")
    provider_id: int = link("provider.id")
    state: str = line("asked", limit=10)
    channel: str = line("phone", limit=12)
    asked_at: datetime
    asked_by_id: int | None = link("agent.id", optional=True, index=False)
    due_at: datetime
    answered_at: datetime | None = None
    wanted_from: datetime | None = None
    wanted_to: datetime | None = None
    counter_from: datetime | None = None
    counter_to: datetime | None = None
    price_cents: int | None = None
    contact: str = line(limit=80)
    reference: str = line(limit=60)
    answer: str = line(limit=300)
    word: str = line(limit=200)
    appointment_id: int | None = link("appointment.id", optional=True, index=False)
    outcome: str = line(limit=10)
    outcome_at: datetime | None = None
    version: int = 1

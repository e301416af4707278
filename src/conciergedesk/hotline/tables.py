"""Provider sites and their equipment, calls, tickets, incidents, rounds, and the ledgers of cards and commission."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from conciergedesk.core.db.guards import guard
from conciergedesk.core.db.types import block, document, key, link
from conciergedesk.core.db.types import line as words  # a column here is called line

_LINES = "('technical','commercial')"
_OPEN = text("is_open")
_RINGING = text("state = 'ringing'")
_MISSED = text("state = 'missed' AND cleared_at IS NULL")
_DUE = text("state = 'due'")


class Site(SQLModel, table=True):
    """A place of a provider that the hotlines look after."""

    __tablename__ = "site"

    id: int | None = key()
    provider_id: int = link("provider.id")
    name: str = words(limit=120)
    commune: str = words(limit=80)
    search: str = words(limit=250, index=True)
    latitude: float | None = None
    longitude: float | None = None
    note: str = words(limit=300)
    active: bool = True
    version: int = 1


class SiteContact(SQLModel, table=True):
    """Somebody at a site, with the number they call from. ``on_agreement`` marks the number that may be trusted."""

    __tablename__ = "site_contact"
    __table_args__ = (Index("ix_site_contact_e164", "e164"), Index("ix_site_contact_tail", "tail"))

    id: int | None = key()
    site_id: int = link("site.id")
    first_name: str = words(limit=80)
    role: str = words(limit=60)
    language: str = words("fr", limit=2)
    typed: str = words(limit=80)
    e164: str = words(limit=20)
    tail: str = words(limit=4)
    on_agreement: bool = False
    version: int = 1


class Asset(SQLModel, table=True):
    """A device at a site. ``label`` is what is stuck on it and what people read out."""

    __tablename__ = "asset"
    __table_args__ = (
        CheckConstraint("kind IN ('tablet','screen','beacon','card_reader','router')", name="ck_asset_kind"),
        CheckConstraint("state IN ('ok','degraded','down','stored','lost')", name="ck_asset_state"),
        Index("ix_asset_seen", "last_seen_at"),
    )

    id: int | None = key()
    label: str = words(limit=20, unique=True)
    kind: str = words("tablet", limit=12)
    site_id: int = link("site.id")
    model: str = words(limit=80)
    state: str = words("ok", limit=10)
    installed_on: date | None = None
    last_seen_at: datetime | None = None
    battery_on: date | None = None
    warranty_until: date | None = None
    clause: str = words(limit=120)
    version: int = 1


class HotlineCall(SQLModel, table=True):
    """A call, in or out. A ringing row may come from a script that knows nothing but the number."""

    __tablename__ = "hotline_call"
    __table_args__ = (
        CheckConstraint("line IN ('technical','commercial','')", name="ck_hotline_call_line"),
        CheckConstraint("direction IN ('in','out')", name="ck_hotline_call_direction"),
        CheckConstraint("state IN ('ringing','answered','missed','ended')", name="ck_hotline_call_state"),
        Index("ix_hotline_call_ringing", "rang_at", sqlite_where=_RINGING, postgresql_where=_RINGING),
        Index("ix_hotline_call_missed", "rang_at", sqlite_where=_MISSED, postgresql_where=_MISSED),
        Index("ix_hotline_call_rang", "rang_at"),
    )

    id: int | None = key()
    line: str = words(limit=12)
    direction: str = words("in", limit=3)
    number: str = words(limit=40)
    rang_at: datetime
    state: str = words("ringing", limit=10)
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    agent_id: int | None = link("agent.id", optional=True)
    site_id: int | None = link("site.id", optional=True)
    provider_id: int | None = link("provider.id", optional=True)
    caller: str = words(limit=120)
    ticket_id: int | None = Field(default=None, index=True)
    call_back_id: int | None = link("call_back.id", optional=True)
    reason: str = words(limit=40)
    outcome: str = words(limit=40)
    wrap_up_seconds: int = 0
    cleared_at: datetime | None = None
    version: int = 1


class MassIncident(SQLModel, table=True):
    """Tickets of one cause on several sites. Proposed by the rule, opened and closed by a human."""

    __tablename__ = "mass_incident"
    __table_args__ = (
        CheckConstraint("state IN ('proposed','open','closed','dismissed')", name="ck_mass_incident_state"),
        Index("ix_mass_incident_open", "is_open", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int | None = key()
    line: str = words("technical", limit=12)
    category: str = words(limit=40)
    severity: str = words("S1", limit=2)
    state: str = words("proposed", limit=10)
    is_open: bool = True
    proposed_at: datetime
    proposed_tickets: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    opened_at: datetime | None = None
    owner_id: int | None = link("agent.id", optional=True)
    due_at: datetime | None = None
    closed_at: datetime | None = None
    resolution_code: str = words(limit=30)
    root_cause: str = words(limit=200)
    told_at: datetime | None = None
    version: int = 1


class Ticket(SQLModel, table=True):
    """One ticket of a provider. Due times follow from its clocks and are kept for the lists only."""

    __tablename__ = "hotline_ticket"
    __table_args__ = (
        CheckConstraint(f"line IN {_LINES}", name="ck_hotline_ticket_line"),
        CheckConstraint("severity IN ('S1','S2','S3','S4')", name="ck_hotline_ticket_severity"),
        CheckConstraint("level IN ('L1','L2','field')", name="ck_hotline_ticket_level"),
        CheckConstraint(
            "state IN ('new','in_progress','waiting_client','waiting_provider','done','closed','duplicate')",
            name="ck_hotline_ticket_state",
        ),
        Index("ix_hotline_ticket_open", "board_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_hotline_ticket_opened", "opened_at"),
        Index("ix_hotline_ticket_resolved", "first_resolved_at"),
        Index("ix_hotline_ticket_category", "category", "opened_at"),
        Index("ix_hotline_ticket_theme", "provider_id", "theme", "opened_at"),
    )

    id: int | None = key()
    line: str = words("technical", limit=12)
    channel: str = words("phone", limit=12)
    provider_id: int | None = link("provider.id", optional=True)
    site_id: int | None = link("site.id", optional=True)
    asset_id: int | None = link("asset.id", optional=True)
    caller: str = words(limit=80)
    caller_role: str = words(limit=60)
    number: str = words(limit=40)
    language: str = words("fr", limit=2)
    category: str = words(limit=40)
    theme: str = words(limit=40)
    title: str = words(limit=200)
    impact: str = words(limit=20)
    urgency: str = words(limit=20)
    severity: str = words("S3", limit=2)
    since: str = words(limit=120)
    workaround: str = words(limit=200)
    answers: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    tree: str = words(limit=10)
    tree_version: str = words(limit=12)
    noted: dict[str, Any] = document()
    identity_proved_at: datetime | None = None
    second_approval_id: int | None = link("agent.id", optional=True, index=False)

    level: str = words("L1", limit=5)
    state: str = words("new", limit=20)
    is_open: bool = True
    owner_id: int | None = link("agent.id", optional=True)
    waits_for: str = words(limit=40)
    call_id: int | None = link("hotline_call.id", optional=True)
    parent_id: int | None = link("mass_incident.id", optional=True)
    duplicate_of_id: int | None = link("hotline_ticket.id", optional=True)

    opened_at: datetime
    opened_by_id: int | None = link("agent.id", optional=True, index=False)
    first_response_at: datetime | None = None
    response_due_at: datetime | None = None
    due_at: datetime | None = None
    warn_at: datetime | None = None
    board_at: datetime | None = None
    escalate_at: datetime | None = None
    escalated_at: datetime | None = None
    first_resolved_at: datetime | None = None
    resolved_at: datetime | None = None
    reopened_at: datetime | None = None
    reopens: int = 0
    closed_at: datetime | None = None
    breached_at: datetime | None = None
    response_breached_at: datetime | None = None
    resolution_code: str = words(limit=30)
    root_cause: str = words(limit=200)
    second_contact: bool = False
    fcr: bool | None = None
    version: int = 1


class TicketPause(SQLModel, table=True):
    """A stretch during which the resolution clock stood still, waiting for the provider who called."""

    __tablename__ = "ticket_pause"

    id: int | None = key()
    ticket_id: int = link("hotline_ticket.id")
    since: datetime
    until: datetime | None = None
    version: int = 1


class TicketNote(SQLModel, table=True):
    """A line of a ticket's history in words. Never changed; a correction is a new line."""

    __tablename__ = "ticket_note"

    id: int | None = key()
    ticket_id: int = link("hotline_ticket.id")
    at: datetime
    author_id: int | None = link("agent.id", optional=True, index=False)
    author: str = words(limit=80)
    kind: str = words("note", limit=12)
    text: str = block()
    override_reason: str = words(limit=200)


class TicketTime(SQLModel, table=True):
    """Time spent on a ticket, measured from opening to saving; ``by_hand`` says that somebody corrected it."""

    __tablename__ = "ticket_time"
    __table_args__ = (CheckConstraint("seconds >= 0", name="ck_ticket_time"),)

    id: int | None = key()
    ticket_id: int = link("hotline_ticket.id")
    agent_id: int | None = link("agent.id", optional=True)
    at: datetime
    seconds: int
    act: str = words(limit=20)
    by_hand: bool = False
    version: int = 1


class ArticleUse(SQLModel, table=True):
    """An article was looked at, sent to a caller, or solved a ticket."""

    __tablename__ = "article_use"
    __table_args__ = (
        CheckConstraint("kind IN ('view','sent','used')", name="ck_article_use_kind"),
        UniqueConstraint("ticket_id", "article", "kind", name="uq_article_use"),
        Index("ix_article_use_article", "article", "at"),
    )

    id: int | None = key()
    article: str = words(limit=12)
    language: str = words("fr", limit=2)
    kind: str = words("view", limit=5)
    ticket_id: int | None = link("hotline_ticket.id", optional=True)
    by_id: int | None = link("agent.id", optional=True, index=False)
    at: datetime


class ArticleMiss(SQLModel, table=True):
    """A search that found no article: what to write next."""

    __tablename__ = "article_miss"

    id: int | None = key()
    words: str = words(limit=80, unique=True)
    times: int = 1
    last_at: datetime
    answered: bool = False
    version: int = 1


class ThemeReferent(SQLModel, table=True):
    """Who decides on a theme, and who stands in."""

    __tablename__ = "theme_referent"
    __table_args__ = (CheckConstraint("rank IN (1,2)", name="ck_theme_referent_rank"),)

    id: int | None = key()
    theme: str = words(limit=40, index=True)
    rank: int = 1
    agent_id: int = link("agent.id")
    version: int = 1


class Round(SQLModel, table=True):
    """A maintenance round (*tournée*): a day, a vehicle, an ordered list of sites."""

    __tablename__ = "maintenance_round"
    __table_args__ = (
        CheckConstraint("state IN ('planned','under_way','done')", name="ck_maintenance_round_state"),
    )

    id: int | None = key()
    day: date
    starts_at: datetime
    vehicle: str = words(limit=60)
    agent_id: int | None = link("agent.id", optional=True)
    state: str = words("planned", limit=10)
    is_open: bool = True
    version: int = 1


class RoundStop(SQLModel, table=True):
    """A site on a round: its place in the order, time on site, and who signed."""

    __tablename__ = "round_stop"

    id: int | None = key()
    round_id: int = link("maintenance_round.id")
    site_id: int = link("site.id")
    position: int
    planned: bool = True
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    signed_by: str = words(limit=80)
    skipped: str = words(limit=120)
    version: int = 1


class Intervention(SQLModel, table=True):
    """Work to do or done at a site, for a ticket or by plan."""

    __tablename__ = "intervention"
    __table_args__ = (
        CheckConstraint("state IN ('open','done','dropped')", name="ck_intervention_state"),
        Index("ix_intervention_open", "site_id", sqlite_where=text("state = 'open'"),
              postgresql_where=text("state = 'open'")),
    )  # fmt: skip

    id: int | None = key()
    site_id: int = Field(foreign_key="site.id")
    asset_id: int | None = link("asset.id", optional=True)
    ticket_id: int | None = link("hotline_ticket.id", optional=True)
    stop_id: int | None = link("round_stop.id", optional=True)
    task: str = words(limit=200)
    state: str = words("open", limit=10)
    made_at: datetime
    ended_at: datetime | None = None
    outcome: str = words(limit=200)
    by_id: int | None = link("agent.id", optional=True, index=False)
    version: int = 1


class RenewalStep(SQLModel, table=True):
    """A rung of an agreement's renewal ladder that was reached: 90, 60 or 30 days before the end."""

    __tablename__ = "renewal_step"
    __table_args__ = (
        UniqueConstraint("provider_id", "end_on", "days_before", name="uq_renewal_step"),
        CheckConstraint("state IN ('due','done','passed')", name="ck_renewal_step_state"),
        Index("ix_renewal_step_due", "due_at", sqlite_where=_DUE, postgresql_where=_DUE),
    )

    id: int | None = key()
    provider_id: int = link("provider.id")
    end_on: date
    days_before: int
    due_at: datetime
    state: str = words("due", limit=6)
    ended_at: datetime | None = None
    by_id: int | None = link("agent.id", optional=True, index=False)
    outcome: str = words(limit=200)
    version: int = 1


class PriceChange(SQLModel, table=True):
    """A change of price asked for by a provider; the old value is kept. A large one waits for a second person."""

    __tablename__ = "price_change"
    __table_args__ = (
        CheckConstraint("state IN ('waiting','made','refused')", name="ck_price_change_state"),
        CheckConstraint("old_cents >= 0 AND new_cents >= 0", name="ck_price_change_cents"),
    )

    id: int | None = key()
    ticket_id: int = link("hotline_ticket.id")
    what: str = words(limit=120)
    old_cents: int
    new_cents: int
    asked_at: datetime
    asked_by_id: int | None = link("agent.id", optional=True, index=False)
    state: str = words("waiting", limit=8)
    confirmed_by_id: int | None = link("agent.id", optional=True, index=False)
    decided_at: datetime | None = None
    version: int = 1


class TrainingSuggestion(SQLModel, table=True):
    """A training worth proposing to a provider who keeps calling on one theme."""

    __tablename__ = "training_suggestion"
    __table_args__ = (
        CheckConstraint("state IN ('proposed','accepted','dismissed')", name="ck_training_suggestion_state"),
    )

    id: int | None = key()
    provider_id: int = link("provider.id")
    theme: str = words(limit=40)
    tickets: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    at: datetime
    state: str = words("proposed", limit=10)
    version: int = 1


class AmbassadorCard(SQLModel, table=True):
    """An ambassador or connected card. What it holds is the sum of its lines."""

    __tablename__ = "ambassador_card"
    __table_args__ = (
        CheckConstraint("state IN ('active','blocked','replaced')", name="ck_ambassador_card_state"),
    )

    id: int | None = key()
    number: str = words(limit=30, unique=True)
    holder: str = words(limit=120)
    person_id: int | None = link("person.id", optional=True)
    state: str = words("active", limit=10)
    replaced_by_id: int | None = link("ambassador_card.id", optional=True, index=False)
    version: int = 1


class CardLine(SQLModel, table=True):
    """One line of a card's ledger: points and cents, plus or minus. Appended, never changed."""

    __tablename__ = "card_line"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('visit','reward','top_up','debit','correction','carried_over')",
            name="ck_card_line_kind",
        ),
        CheckConstraint("kind <> 'correction' OR reason <> ''", name="ck_card_line_reason"),
    )

    id: int | None = key()
    card_id: int = link("ambassador_card.id")
    at: datetime
    kind: str = words(limit=12)
    points: int = 0
    cents: int = 0
    place: str = words(limit=120)
    reason: str = words(limit=200)
    ticket_id: int | None = link("hotline_ticket.id", optional=True)
    by_id: int | None = link("agent.id", optional=True, index=False)


class CommissionEntry(SQLModel, table=True):
    """One line of a provider's commission ledger. A correction is a new line that names the old one."""

    __tablename__ = "commission_entry"
    __table_args__ = (
        CheckConstraint("kind IN ('charge','correction')", name="ck_commission_entry_kind"),
        CheckConstraint("kind = 'charge' OR reason <> ''", name="ck_commission_entry_reason"),
        Index("ix_commission_entry_booked", "provider_id", "booked_on"),
    )

    id: int | None = key()
    provider_id: int = Field(foreign_key="provider.id")
    booking: str = words(limit=40, index=True)
    booked_on: date
    base_cents: int
    charged_cents: int
    cancelled: bool = False
    kind: str = words("charge", limit=10)
    corrects_id: int | None = link("commission_entry.id", optional=True)
    reason: str = words(limit=200)
    ticket_id: int | None = link("hotline_ticket.id", optional=True)
    at: datetime
    by_id: int | None = link("agent.id", optional=True, index=False)


def _guards(table: str) -> dict[str, tuple[str, ...]]:
    return {
        "sqlite": (
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE UPDATE ON {table} "
            "BEGIN SELECT RAISE(ABORT, 'this ledger is append-only'); END",
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table} "
            "BEGIN SELECT RAISE(ABORT, 'this ledger is append-only'); END",
        ),
        "postgresql": (
            "CREATE OR REPLACE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'this ledger is append-only'; END $$",
            f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE DELETE OR UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION ledger_refuses()",
        ),
    }


LEDGER_GUARDS = {table: _guards(table) for table in ("card_line", "commission_entry")}
"""Statements that make the database itself refuse a change of a ledger."""

for _by_dialect in LEDGER_GUARDS.values():
    guard(_by_dialect)

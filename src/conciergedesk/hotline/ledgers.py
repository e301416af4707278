"""What the hotlines keep account of: renewals, trainings, referents, ambassador cards, commission, use of articles."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import case, func
from sqlmodel import Session, col

from conciergedesk.core.db.read import pick
from conciergedesk.core.errors import NotFound
from conciergedesk.core.i18n import N_
from conciergedesk.hotline.cards import (
    AmbassadorCardCard,
    ArticleStats,
    LedgerLine,
    MissLine,
    ReferentLine,
    RenewalLine,
    TrainingLine,
)
from conciergedesk.hotline.rules import (
    CommissionCheck,
    CommissionLine,
    CommissionRate,
    check_commission,
)
from conciergedesk.hotline.tables import (
    AmbassadorCard,
    ArticleMiss,
    ArticleUse,
    CardLine,
    CommissionEntry,
    RenewalStep,
    ThemeReferent,
    TrainingSuggestion,
)
from conciergedesk.providers.tables import Provider, ProviderRate
from conciergedesk.staff.tables import Agent

TROUBLED = ("degraded", "down", "lost")


def renewals_due(session: Session, only: Collection[int] | None = None) -> list[RenewalLine]:
    """Rungs of renewal ladders that nobody has answered, the soonest first."""
    query = (
        pick(
            RenewalStep.id, RenewalStep.provider_id, Provider.name, Provider.commune, RenewalStep.end_on,
            RenewalStep.days_before, RenewalStep.due_at,
        )
        .join(Provider, col(Provider.id) == RenewalStep.provider_id)
        .where(RenewalStep.state == "due")
        .order_by(col(RenewalStep.due_at))
    )  # fmt: skip
    if only is not None:
        query = query.where(col(RenewalStep.id).in_(only))
    return [RenewalLine(i or 0, *rest) for i, *rest in session.exec(query)]


def trainings(session: Session, *, provider_id: int | None = None) -> list[TrainingLine]:
    """Trainings that are proposed, newest first."""
    query = (
        pick(
            TrainingSuggestion.id, TrainingSuggestion.provider_id, Provider.name, TrainingSuggestion.theme,
            TrainingSuggestion.tickets, TrainingSuggestion.at, TrainingSuggestion.state,
        )
        .join(Provider, col(Provider.id) == TrainingSuggestion.provider_id)
        .where(TrainingSuggestion.state == "proposed")
        .order_by(col(TrainingSuggestion.at).desc())
    )  # fmt: skip
    if provider_id is not None:
        query = query.where(TrainingSuggestion.provider_id == provider_id)
    return [
        TrainingLine(i or 0, provider, name, theme, tuple(tickets), at, state)
        for i, provider, name, theme, tickets, at, state in session.exec(query)
    ]


def referents(session: Session) -> list[ReferentLine]:
    """Who decides on which theme, and who stands in."""
    query = (
        pick(ThemeReferent.theme, ThemeReferent.rank, Agent.id, Agent.first_name, Agent.languages)
        .join(Agent, col(Agent.id) == ThemeReferent.agent_id)
        .where(col(Agent.active))
        .order_by(col(ThemeReferent.theme), col(ThemeReferent.rank))
    )
    return [
        ReferentLine(theme, rank, agent or 0, name, tuple(languages))
        for theme, rank, agent, name, languages in session.exec(query)
    ]


# --- ledgers -----------------------------------------------------------------------------------------------


def ambassador_card(session: Session, card_id: int, limit: int = 30) -> AmbassadorCardCard:
    """A card with what it holds.

    Raises:
        NotFound: there is none.
    """
    card = session.get(AmbassadorCard, card_id)
    if card is None:
        raise NotFound(N_("This record is no longer there. Go back and refresh the list."))
    points, cents = session.exec(
        pick(func.coalesce(func.sum(CardLine.points), 0), func.coalesce(func.sum(CardLine.cents), 0)).where(
            CardLine.card_id == card_id
        )
    ).one()
    rows = session.exec(
        pick(
            CardLine.id, CardLine.at, CardLine.kind, CardLine.points, CardLine.cents, CardLine.place, CardLine.reason
        )
        .where(CardLine.card_id == card_id)
        .order_by(col(CardLine.id).desc())
        .limit(limit)
    )  # fmt: skip
    lines = tuple(LedgerLine(i or 0, *rest) for i, *rest in rows)
    return AmbassadorCardCard(card_id, card.number, card.holder, card.state, int(points), int(cents), lines)


def recompute_commission(
    session: Session,
    provider_id: int,
    since: date,
    until: date,
    bookings: Collection[str] | None = None,
) -> list[CommissionCheck]:
    """The statement of a provider over [since, until), recomputed with the rate valid at each booking date.

    What was charged is the sum of a booking's lines, corrections included, so a booking that was corrected comes
    out right.

    Raises:
        RuleRefused: no rate was valid on a booking date.
    """
    rates = [
        CommissionRate(since_day, points)
        for since_day, points in session.exec(
            pick(ProviderRate.since, ProviderRate.basis_points).where(
                ProviderRate.provider_id == provider_id, ProviderRate.owed_to == "agency"
            )
        )
    ]
    charge = CommissionEntry.kind == "charge"
    query = (
        pick(
            CommissionEntry.booking,
            func.min(CommissionEntry.booked_on),
            func.max(case((charge, CommissionEntry.base_cents), else_=0)),  # type: ignore[arg-type]
            func.sum(CommissionEntry.charged_cents),
            func.max(case((CommissionEntry.cancelled, 1), else_=0)),  # type: ignore[arg-type]
        )
        .where(
            CommissionEntry.provider_id == provider_id,
            col(CommissionEntry.booked_on) >= since,
            col(CommissionEntry.booked_on) < until,
        )
        .group_by(CommissionEntry.booking)
        .order_by(func.min(CommissionEntry.booked_on), CommissionEntry.booking)
    )
    if bookings is not None:
        query = query.where(col(CommissionEntry.booking).in_(bookings))
    return [
        check_commission(CommissionLine(booking, booked, int(base), int(charged), bool(cancelled)), rates)
        for booking, booked, base, charged, cancelled in session.exec(query)
    ]


# --- articles ----------------------------------------------------------------------------------------------


def article_stats(session: Session) -> dict[str, ArticleStats]:
    """How often each article was looked at, sent, and used for a solution."""
    counts: dict[str, dict[str, int]] = {}
    query = pick(ArticleUse.article, ArticleUse.kind, func.count()).group_by(
        ArticleUse.article, ArticleUse.kind
    )
    for article, kind, count in session.exec(query):
        counts.setdefault(article, {})[kind] = count
    return {
        article: ArticleStats(article, one.get("view", 0), one.get("sent", 0), one.get("used", 0))
        for article, one in counts.items()
    }


def searches_in_vain(session: Session, limit: int = 50) -> list[MissLine]:
    """What was searched for and not found, the most frequent first."""
    query = (
        pick(ArticleMiss.id, ArticleMiss.words, ArticleMiss.times, ArticleMiss.last_at)
        .where(col(ArticleMiss.answered).is_(False))
        .order_by(col(ArticleMiss.times).desc(), col(ArticleMiss.last_at).desc())
        .limit(limit)
    )
    return [MissLine(i or 0, *rest) for i, *rest in session.exec(query)]

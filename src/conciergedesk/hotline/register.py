"""Reads about sites, who calls from there, equipment, rounds and work in the field: columns into frozen values."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from conciergedesk.core.db.read import pick
from conciergedesk.core.errors import NotFound
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import fold
from conciergedesk.hotline.cards import (
    AssetLine,
    ContactLine,
    DormantProvider,
    RoundCard,
    SiteCard,
    SiteRow,
    StopLine,
    WorkLine,
)
from conciergedesk.hotline.rules import (
    AssetState,
    HotlineRules,
    dormant_since,
    unseen_since,
)
from conciergedesk.hotline.tables import (
    Asset,
    HotlineCall,
    Intervention,
    Round,
    RoundStop,
    Site,
    SiteContact,
    Ticket,
)
from conciergedesk.providers.tables import Provider
from conciergedesk.staff.tables import Agent

TROUBLED = ("degraded", "down", "lost")


def contacts_of(
    session: Session, *, site_id: int | None = None, provider_id: int | None = None
) -> list[ContactLine]:
    """Who calls from a site, or from all sites of a provider; numbers of the agreement first."""
    query = pick(
        SiteContact.id, SiteContact.site_id, SiteContact.first_name, SiteContact.role, SiteContact.language,
        SiteContact.e164, SiteContact.on_agreement,
    ).order_by(col(SiteContact.on_agreement).desc(), col(SiteContact.id))  # fmt: skip
    if site_id is not None:
        query = query.where(SiteContact.site_id == site_id)
    if provider_id is not None:
        query = query.join(Site, col(Site.id) == SiteContact.site_id).where(Site.provider_id == provider_id)
    return [ContactLine(i or 0, *rest) for i, *rest in session.exec(query)]


def assets_at(
    session: Session, now: datetime, rules: HotlineRules, *, site_id: int | None = None
) -> list[AssetLine]:
    """Devices of a site or of all, by label."""
    query = (
        pick(
            Asset.id, Asset.label, Asset.kind, Asset.site_id, Site.name, Provider.name, Asset.model, Asset.state,
            Asset.last_seen_at, Asset.battery_on, Asset.warranty_until, Asset.version,
        )
        .join(Site, col(Site.id) == Asset.site_id)
        .join(Provider, col(Provider.id) == Site.provider_id)
        .order_by(col(Asset.label))
    )  # fmt: skip
    if site_id is not None:
        query = query.where(Asset.site_id == site_id)
    return [_asset(row, now, rules) for row in session.exec(query)]


def _asset(row: Any, now: datetime, rules: HotlineRules) -> AssetLine:
    i, label, kind, site_id, site, provider, model, state, seen, battery, warranty, version = row
    unseen = unseen_since(seen, AssetState(state), now, rules)
    days = unseen.days if unseen is not None else None
    return AssetLine(
        i or 0, label, kind, site_id, site, provider, model, state, seen, battery, warranty, days, version
    )


def unseen_assets(session: Session, now: datetime, rules: HotlineRules) -> list[AssetLine]:
    """Devices that have not been seen for too long, the longest first."""
    late = [one for one in assets_at(session, now, rules) if one.unseen_days is not None]
    return sorted(late, key=lambda one: (-(one.unseen_days or 0), one.label))


def old_batteries(session: Session, now: datetime, rules: HotlineRules) -> list[AssetLine]:
    """Beacons whose battery is older than the house allows."""
    limit = now.date() - timedelta(days=round(rules.beacon_battery_months * 30.44))
    return [
        one
        for one in assets_at(session, now, rules)
        if one.kind == "beacon" and one.battery_on is not None and one.battery_on <= limit
    ]


def find_asset(session: Session, label: str) -> int:
    """The device of that label.

    Raises:
        NotFound: there is none.
    """
    found = session.exec(select(Asset.id).where(Asset.label == label.strip().upper()[:20])).first()
    if found is None:
        raise NotFound(N_("No device has the label {value}. Read it again."), value=label.strip()[:20])
    return found


def last_contacts(session: Session, providers: Collection[int] | None = None) -> dict[int, datetime]:
    """When each provider was last in contact: a call, a ticket, a visit on a round, an order."""
    latest: dict[int, datetime] = {}
    queries = (
        pick(Ticket.provider_id, func.max(Ticket.opened_at)).group_by(col(Ticket.provider_id)),
        pick(HotlineCall.provider_id, func.max(HotlineCall.answered_at)).group_by(
            col(HotlineCall.provider_id)
        ),
        pick(Site.provider_id, func.max(RoundStop.left_at))
        .join(Site, col(Site.id) == RoundStop.site_id)
        .group_by(col(Site.provider_id)),
        pick(Provider.id, Provider.last_used_at),
    )
    columns = (Ticket.provider_id, HotlineCall.provider_id, Site.provider_id, Provider.id)
    for query, column in zip(queries, columns, strict=True):
        if providers is not None:
            query = query.where(col(column).in_(providers))
        for provider_id, at in session.exec(query):
            if provider_id is not None and at is not None:
                latest[provider_id] = max(at, latest.get(provider_id, at))
    return latest


def dormant_providers(session: Session, now: datetime, rules: HotlineRules) -> list[DormantProvider]:
    """Providers with a site here whom nobody has spoken to for too long, the longest first."""
    rows = session.exec(
        pick(Provider.id, Provider.name)
        .join(Site, col(Site.provider_id) == Provider.id)
        .where(col(Site.active), Provider.status != "closed")
        .distinct()
    ).all()
    latest = last_contacts(session)
    found = []
    for provider_id, name in rows:
        last = latest.get(provider_id)
        silent = dormant_since(last, now, rules)
        if silent is not None:
            found.append(DormantProvider(provider_id, name, last, silent.days if last is not None else None))
    return sorted(found, key=lambda one: (one.days is not None, -(one.days or 0), one.provider))


# --- sites -------------------------------------------------------------------------------------------------


def sites(
    session: Session,
    now: datetime,
    rules: HotlineRules,
    *,
    text: str = "",
    only: Collection[int] | None = None,
) -> list[SiteRow]:
    """The sites, by name; ``text`` keeps those whose name or commune begins so."""
    query = (
        pick(Site.id, Site.name, Site.commune, Site.provider_id, Provider.name)
        .join(Provider, col(Provider.id) == Site.provider_id)
        .where(col(Site.active))
        .order_by(col(Site.name), col(Site.id))
    )
    for word in fold(text).split():
        query = query.where(col(Site.search).contains(word))
    if only is not None:
        query = query.where(col(Site.id).in_(only))
    rows = session.exec(query).all()
    devices: dict[int, list[AssetLine]] = {}
    for asset in assets_at(session, now, rules):
        devices.setdefault(asset.site_id, []).append(asset)
    tickets: dict[int, int] = {
        i: count
        for i, count in session.exec(
            pick(Ticket.site_id, func.count()).where(col(Ticket.is_open)).group_by(col(Ticket.site_id))
        )
    }
    work: dict[int, int] = {
        i: count
        for i, count in session.exec(
            pick(Intervention.site_id, func.count())
            .where(Intervention.state == "open")
            .group_by(col(Intervention.site_id))
        )
    }
    latest = last_contacts(session)
    return [
        SiteRow(
            i, name, commune, provider_id, provider,
            assets=len(devices.get(i, ())),
            troubled=sum(one.state in TROUBLED for one in devices.get(i, ())),
            unseen=sum(one.unseen_days is not None for one in devices.get(i, ())),
            open_tickets=tickets.get(i, 0),
            open_work=work.get(i, 0),
            last_contact_at=latest.get(provider_id),
        )
        for i, name, commune, provider_id, provider in rows
    ]  # fmt: skip


def site_card(session: Session, site_id: int, now: datetime, rules: HotlineRules) -> SiteCard:
    """One site in full.

    Raises:
        NotFound: there is none.
    """
    from conciergedesk.hotline.queries import open_tickets

    rows = sites(session, now, rules, only=[site_id])
    site = session.get(Site, site_id)
    if not rows or site is None:
        raise NotFound(N_("This site is no longer there."))
    provider = session.get(Provider, site.provider_id)
    return SiteCard(
        row=rows[0],
        note=site.note,
        agreement=provider.agreement if provider is not None else "",
        agreement_until=provider.agreement_until if provider is not None else None,
        contacts=tuple(contacts_of(session, site_id=site_id)),
        assets=tuple(assets_at(session, now, rules, site_id=site_id)),
        tickets=tuple(open_tickets(session, site_id=site_id)),
        work=tuple(work_lines(session, site_id=site_id)),
    )


def work_lines(
    session: Session,
    *,
    site_id: int | None = None,
    ticket_id: int | None = None,
    stops: Collection[int] | None = None,
    open_only: bool = False,
) -> list[WorkLine]:
    """Work at sites: of one site, of one ticket, or on some stops of a round."""
    query = (
        pick(
            Intervention.id, Intervention.site_id, Site.name, Intervention.task, Asset.label,
            Intervention.ticket_id, Intervention.state, Intervention.made_at, Intervention.outcome,
            Intervention.stop_id,
        )
        .join(Site, col(Site.id) == Intervention.site_id)
        .join(Asset, col(Asset.id) == Intervention.asset_id, isouter=True)
        .order_by(col(Intervention.id))
    )  # fmt: skip
    if site_id is not None:
        query = query.where(Intervention.site_id == site_id)
    if ticket_id is not None:
        query = query.where(Intervention.ticket_id == ticket_id)
    if stops is not None:
        query = query.where(col(Intervention.stop_id).in_(stops))
    if open_only:
        query = query.where(Intervention.state == "open")
    return [
        WorkLine(i or 0, site, name, task, asset or "", ticket, state, at, outcome, stop)
        for i, site, name, task, asset, ticket, state, at, outcome, stop in session.exec(query)
    ]


def rounds(
    session: Session, only: Collection[int] | None = None, *, open_only: bool = True
) -> list[RoundCard]:
    """Rounds with their stops in order, the soonest first."""
    query = (
        pick(
            Round.id, Round.day, Round.starts_at, Round.vehicle, Round.agent_id, Agent.first_name, Round.state
        )
        .join(Agent, col(Agent.id) == Round.agent_id, isouter=True)
        .order_by(col(Round.starts_at))
    )
    if only is not None:
        query = query.where(col(Round.id).in_(only))
    if open_only:
        query = query.where(col(Round.is_open))
    return [
        RoundCard(i, day, starts, vehicle, agent_id, agent or "", state, tuple(_stops(session, i)))
        for i, day, starts, vehicle, agent_id, agent, state in session.exec(query).all()
    ]


def _stops(session: Session, round_id: int) -> list[StopLine]:
    rows = session.exec(
        pick(
            RoundStop.id, RoundStop.site_id, Site.name, Site.commune, RoundStop.position, RoundStop.planned,
            RoundStop.arrived_at, RoundStop.left_at, RoundStop.signed_by, RoundStop.skipped,
        )
        .join(Site, col(Site.id) == RoundStop.site_id)
        .where(RoundStop.round_id == round_id)
        .order_by(col(RoundStop.position), col(RoundStop.id))
    ).all()  # fmt: skip
    work = work_lines(session, stops=[row[0] for row in rows])
    return [
        StopLine(
            i, site, name, commune, position, planned, arrived, left, signed, skipped,
            tuple(one for one in work if one.stop_id == i),
        )
        for i, site, name, commune, position, planned, arrived, left, signed, skipped in rows
    ]  # fmt: skip


# --- agreements, trainings, referents ----------------------------------------------------------------------

"""The hotlines of the sample: sites with their equipment, weeks of tickets and calls, and a few that are open now."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import select

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.housefile import Table, read_house_file
from conciergedesk.core.i18n import N_
from conciergedesk.hotline import service as hotline
from conciergedesk.hotline.house import HotlineHouse, hotline_house
from conciergedesk.hotline.rules import AssetState, ResolutionCode
from conciergedesk.hotline.service import NewTicket
from conciergedesk.providers.tables import Provider
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.tables import CallBack

UnitAt = Callable[[Actor, datetime], AbstractContextManager[Unit]]

HISTORY_DAYS = 30
_SEED = 20_270_325
_PAST = (
    ("T1", "nno", "KB-01"), ("T4", "so", "KB-06"), ("T1", "olo", "KB-03"), ("C5", "no", "KB-16"),
    ("C7", "mn", "KB-18"), ("T6", "", "KB-09"),
)  # fmt: skip


def plant_hotline(
    unit_at: UnitAt, book: Rulebook, folder: Path, now: datetime, agents: Mapping[str, Actor]
) -> None:
    """Write sites, equipment, past and open tickets, missed calls and the round of today.

    Args:
        unit_at: A unit of work as somebody at some moment.
        agents: The agents by code; HEL, YAN, SAB, PAU and LUC must be among them.

    Raises:
        InvalidFile: the sample names a provider or a site that is not there.
    """
    house = hotline_house(book)
    top = read_house_file(folder / "hotline.toml")
    start = now - timedelta(days=HISTORY_DAYS + 5)
    with unit_at(agents["HEL"], start) as unit:
        sites = {table.text("name"): _site(unit, table, now) for table in top.tables("site")}
        for table in top.tables("referent"):
            main, stand_in = agents[table.text("main")].id, agents[table.text("stand_in")].id
            assert main is not None
            hotline.name_referents(unit, house, table.text("theme"), main, stand_in)
    _past(unit_at, house, now, agents, sites)
    for table in top.tables("ticket"):
        _ticket(unit_at, house, table, now, agents, sites)
    for table in top.tables("missed"):
        with unit_at(SYSTEM, now + timedelta(minutes=table.integer("at", low=-10_000))) as unit:
            call = hotline.ring_in(unit, table.text("number"), line=table.text("line"))
            unit.now += timedelta(seconds=40)
            back = hotline.caller_gave_up(unit, house, call)
            assert back is not None
            owner = agents["YAN" if table.text("line") == "technical" else "PAU"]
            unit.load(CallBack, back).owner_id = owner.id  # at a desk that runs, whoever sits there
    for table in top.tables("round"):
        with unit_at(agents[table.text("by")], now - timedelta(days=1)) as unit:
            order = [_known(table, sites, name) for name in table.words("sites")]
            hotline.plan_round(
                unit,
                house,
                now + timedelta(minutes=table.integer("starts")),
                order,
                vehicle=table.text("vehicle"),
            )
    with unit_at(SYSTEM, now) as unit:
        hotline.note_what_time_did(unit, house)


def _site(unit: Unit, table: Table, now: datetime) -> int:
    provider = unit.session.exec(select(Provider.id).where(Provider.name == table.text("provider"))).first()
    if provider is None:
        raise table.refuse(N_("The sample has no provider of this name."), "provider")
    site = hotline.add_site(unit, provider, table.text("name"), commune=table.text("commune"))
    first: Any = table.values["contact"]
    more: Any = table.values.get("others", [])
    for place, (name, role, phone, language) in enumerate([first, *more]):
        hotline.add_contact(unit, site, name, phone, role=role, language=language, on_agreement=place == 0)
    assets: Any = table.values["assets"]
    for kind, state, days in assets:
        installed = (now - timedelta(days=400)).date()
        asset = hotline.add_asset(unit, site, str(kind), installed_on=installed, battery_on=installed)
        before, unit.now = unit.now, now - timedelta(days=int(days))
        hotline.asset_seen(unit, asset, state=AssetState(state))
        unit.now = before
    return site


def _known(table: Table, sites: Mapping[str, int], name: str) -> int:
    if name not in sites:
        raise InvalidFile(
            N_("The sample has no site of this name."), file=table.file, where=table.where, field=name
        )
    return sites[name]


def _past(
    unit_at: UnitAt, house: HotlineHouse, now: datetime, agents: Mapping[str, Actor], sites: Mapping[str, int]
) -> None:
    """Weeks of calls and tickets that are over, most of them solved in the call."""
    chance = random.Random(_SEED)
    places = list(sites.values())
    for back in range(HISTORY_DAYS, 0, -1):
        for hour in (10, 14):
            tree, keys, article = chance.choice(_PAST)
            line = house.triage.tree(tree).line
            agent = agents[chance.choice(("YAN", "SAB") if line == "technical" else ("LUC", "PAU"))]
            opened = now.astimezone(house.book.zone).replace(hour=hour, minute=chance.randrange(5, 55))
            opened -= timedelta(days=back)
            with unit_at(agent, opened) as unit:
                call = hotline.ring_in(unit, "", line=line)
                unit.now += timedelta(seconds=chance.choice((6, 9, 14, 26, 41)))
                hotline.take_call(unit, call)
                made = hotline.open_ticket(
                    unit, house, NewTicket(tree, site_id=chance.choice(places), call_id=call, keys=keys)
                )
                unit.now += timedelta(minutes=chance.randrange(3, 14))
                if chance.random() < 0.2:
                    hotline.wrap_up(unit, call, "breakdown", "call_back")
                    unit.now += timedelta(hours=chance.randrange(2, 9))
                else:
                    hotline.wrap_up(unit, call, "breakdown", "solved")
                hotline.solve(
                    unit,
                    house,
                    made.id,
                    ResolutionCode.SOLVED_REMOTE,
                    article=article if chance.random() < 0.7 else "",
                )


def _ticket(
    unit_at: UnitAt,
    house: HotlineHouse,
    table: Table,
    now: datetime,
    agents: Mapping[str, Actor],
    sites: Mapping[str, int],
) -> None:
    from conciergedesk.hotline.register import contacts_of

    opened = now + timedelta(minutes=table.integer("at", low=-100_000))
    with unit_at(agents[table.text("by")], opened) as unit:
        site = _known(table, sites, table.text("site"))
        contact = contacts_of(unit.session, site_id=site)[0]
        made = hotline.open_ticket(
            unit,
            house,
            NewTicket(
                table.text("tree"), title=table.text("title"), site_id=site, caller=contact.first_name,
                caller_role=contact.role, number=contact.number, language=contact.language,
                keys=str(table.values.get("keys", "")),
            ),
            began=opened - timedelta(minutes=4),
        )  # fmt: skip
        if table.has("field"):
            hotline.send_to_field(unit, house, made.id, table.text("field"))

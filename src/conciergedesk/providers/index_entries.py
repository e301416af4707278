"""What the provider search reads: the providers as its index knows them, and where that index is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from conciergedesk.core.db.read import pick
from conciergedesk.core.desk import Desk
from conciergedesk.core.journal import JournalLine
from conciergedesk.core.paths import desk_home
from conciergedesk.providers.hours import (
    ListedHours,
)
from conciergedesk.providers.queries import exceptions_of
from conciergedesk.providers.rules import (
    NOTHING_YET,
    Record,
    agreement_runs,
    in_season,
)
from conciergedesk.providers.search.entry import (
    Agreement,
    ProviderEntry,
    Standing,
)
from conciergedesk.providers.tables import Provider, ProviderPhone

if TYPE_CHECKING:
    pass

NOTE_LETTERS = 300
"""As much of a note as is searched."""


def index_folder(desk: Desk) -> Path | None:
    """Where a desk keeps its index: beside an SQLite file, in the desk's own folder for a server."""
    url = desk.engine.url
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            return None
        file = Path(url.database)
        return file.with_name(f"{file.stem}.search")
    name = hashlib.blake2b(url.render_as_string(hide_password=True).encode(), digest_size=6).hexdigest()
    return desk_home() / f"search-{name}"


def file_name(session: Session, seen: int) -> str:
    """Number and digest of the journal line up to which an index knows: another database has other digests."""
    digest = session.exec(select(JournalLine.digest).where(JournalLine.id == seen)).first() or "empty"
    return f"providers-{seen:012d}-{digest[:12]}.index"


def seen_in(name: str) -> int | None:
    number = name.split("-")[1]
    return int(number) if number.isascii() and number.isdigit() else None


def seasonal(session: Session) -> set[int]:
    return {i for (i,) in session.exec(pick(Provider.id).where(Provider.status == "seasonal"))}


def listed(session: Session, only: Collection[int]) -> Iterator[ListedHours]:
    exceptions = exceptions_of(session, only)
    query = pick(Provider.id, Provider.hours, Provider.region, Provider.latitude, Provider.longitude)
    query = query.where(col(Provider.id).in_(only))
    for i, hours, region, latitude, longitude in session.exec(query):
        yield ListedHours(str(i), hours, region, latitude, longitude, exceptions.get(i, ()))


_STANDINGS = {one.value: one for one in Standing}


def entries(
    session: Session, histories: Mapping[int, Record], day: date, only: Collection[int] | None = None
) -> Iterator[ProviderEntry]:
    """Providers as the search knows them."""
    numbers: dict[int, tuple[str, ...]] = {}
    asked = pick(ProviderPhone.provider_id, ProviderPhone.e164, ProviderPhone.typed)
    query = pick(
        Provider.id, Provider.name, Provider.trades, Provider.commune, Provider.postcode, Provider.country,
        Provider.latitude, Provider.longitude, Provider.address, Provider.languages, Provider.agreement,
        Provider.agreement_until, Provider.last_used_at, Provider.status, Provider.season_from, Provider.season_to,
        Provider.accessible, Provider.note, Provider.tags,
    )  # fmt: skip
    if only is not None:
        asked = asked.where(col(ProviderPhone.provider_id).in_(only))
        query = query.where(col(Provider.id).in_(only))
    for owner, e164, typed in session.exec(
        asked.order_by(col(ProviderPhone.id)).execution_options(yield_per=5000)
    ):
        numbers[owner] = (*numbers.get(owner, ()), e164 or typed)
    for row in session.exec(query.order_by(col(Provider.id)).execution_options(yield_per=5000)):
        (
            i, name, trades, commune, postcode, country, latitude, longitude, address, languages, agreement, until,
            used, status, season_from, season_to, accessible, note, tags,
        ) = row  # fmt: skip
        record = histories.get(i, NOTHING_YET)
        standing = _STANDINGS[status]
        if standing is Standing.SEASONAL and in_season(season_from, season_to, day):
            standing = Standing.ACTIVE
        runs = agreement_runs(agreement, until, day)
        yield ProviderEntry(
            id=str(i),
            name=name,
            categories=tuple(trades.split()),
            commune=commune,
            postcode=postcode,
            country=country,
            lat=latitude,
            lon=longitude,
            address=address,
            phones=numbers.get(i, ()),
            languages=tuple(languages.split()),
            agreement=Agreement.SIGNED
            if runs
            else Agreement.LISTED
            if agreement == "listed"
            else Agreement.NONE,
            reliability=record.reliability,
            last_used=record.last_asked_at or used,
            standing=standing,
            accessible=accessible,
            notes=note[:NOTE_LETTERS],
            tags=(tags,) if tags else (),
        )

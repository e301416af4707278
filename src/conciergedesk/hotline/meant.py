"""What somebody means by what they type about providers, sites and devices."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import exists, func, or_
from sqlmodel import Session, col

from conciergedesk.core.db.read import pick
from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line, fold
from conciergedesk.hotline.cards import SiteRow
from conciergedesk.hotline.register import sites
from conciergedesk.hotline.rules import HotlineRules
from conciergedesk.hotline.tables import Site
from conciergedesk.providers.queries import read_ref
from conciergedesk.providers.tables import Provider

MOST_STOPS = 6
"""Sites that a proposed round visits; more do not fit between two meals."""
_KINDS = {
    "tablet": "t tablette tablet",
    "screen": "e ecran screen bildschirm borne",
    "beacon": "b balise beacon",
    "card_reader": "l lecteur reader card_reader carte kartenleser tpe",
    "router": "r routeur router box wifi",
}


def read_device_kind(text: str) -> str:
    """The kind of device meant by a word or its first letter.

    Raises:
        InvalidInput: naming ``kind``.
    """
    wanted = fold(text).replace(" ", "_")
    for kind, words in _KINDS.items():
        if wanted and (wanted in words.split() or wanted.split("_")[0] in words.split()):
            return kind
    raise InvalidInput(
        N_("“{text}” is no kind of device. Type t tablet, e screen, b beacon, l card reader or r router."),
        field="kind",
        text=clean_line(text, 30),
    )


def meant_provider(session: Session, text: str) -> int:
    """The provider meant by a number such as ``PR-12`` or by a name, those we work with first.

    Raises:
        InvalidInput: naming ``provider``: nobody, or several.
    """
    typed = clean_line(text, 120)
    if not typed:
        raise InvalidInput(N_("Say which provider: name or number."), field="provider")
    if re.fullmatch(r"(?i)pr-?\d{1,11}", typed):
        return read_ref(typed)
    ours = or_(col(Provider.agreement) != "none", exists().where(col(Site.provider_id) == Provider.id))
    found = _named(
        typed,
        [(i or 0, name) for i, name in session.exec(pick(Provider.id, Provider.name).where(ours))],
    )
    if not found:
        first = max(typed.split(), key=len).lower()
        near = pick(Provider.id, Provider.name).where(func.lower(Provider.name).contains(first)).limit(200)
        found = _named(typed, [(i or 0, name) for i, name in session.exec(near)])
    if len(found) == 1:
        return found[0][0]
    if found:
        raise InvalidInput(
            N_("Several providers fit: {names}. Type more of the name, or the number."),
            field="provider",
            names=", ".join(f"{name} PR-{number}" for number, name in found[:4]),
        )
    raise InvalidInput(
        N_("No provider is called “{name}”. Note it first: F3, then Ctrl+P, new provider."),
        field="provider",
        name=clean_line(typed, 40),
    )


def _named(typed: str, known: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Those of ``known`` whose name has all the words typed; the one that is called exactly so alone."""
    words = fold(typed).split()
    found = [(number, name) for number, name in known if words and all(word in fold(name) for word in words)]
    exact = [(number, name) for number, name in found if fold(name) == fold(typed)]
    return exact or found


def meant_sites(session: Session, text: str) -> list[int]:
    """The sites meant by names with commas between, in that order.

    Raises:
        InvalidInput: naming ``sites``: none, an unknown one, or a name that several have.
    """
    parts = [part.strip() for part in clean_line(text, 1000).split(",") if part.strip()]
    found: list[int] = []
    while parts:
        # A name may have a comma of its own: the longest run of parts that is one site is meant.
        runs = ((size, _site(session, " ".join(parts[:size]))) for size in range(min(3, len(parts)), 0, -1))
        size, hits = next(((size, hits) for size, hits in runs if len(hits) == 1 or size == 1))
        if len(hits) != 1:
            sentence = (
                N_("Several sites fit “{name}”: {names}. Type more of the name or the town.")
                if hits
                else N_("No site is called “{name}”. p lists the sites.")
            )
            raise InvalidInput(
                sentence,
                field="sites",
                name=clean_line(parts[0], 30),
                names=", ".join(f"{name} {commune}".strip() for _i, name, commune in hits[:4]),
            )
        found.append(hits[0][0])
        parts = parts[size:]
    if not found:
        raise InvalidInput(N_("Choose the sites of the round, in their order."), field="sites")
    return found


def _site(session: Session, text: str) -> list[tuple[int, str, str]]:
    query = pick(Site.id, Site.name, Site.commune).where(col(Site.active)).order_by(col(Site.name)).limit(20)
    for word in fold(text).split():
        query = query.where(col(Site.search).contains(word))
    hits = [(i or 0, name, commune) for i, name, commune in session.exec(query)]
    exact = [one for one in hits if fold(text) in (fold(one[1]), fold(f"{one[1]} {one[2]}"))]
    return exact or hits


def sites_named(session: Session, text: str, limit: int = 5) -> list[tuple[int, str, str, str]]:
    """(id, name, provider, town) of sites whose name, town or provider has these words."""
    words = fold(text).split()
    query = (
        pick(Site.id, Site.name, Provider.name, Site.commune, Site.search)
        .join(Provider, col(Provider.id) == Site.provider_id)
        .where(col(Site.active))
        .order_by(col(Site.name))
    )
    found = [
        (i or 0, name, provider, commune)
        for i, name, provider, commune, search in (session.exec(query) if words else ())
        if all(word in f"{search} {fold(provider)}" for word in words)
    ]
    return found[:limit]


def sites_to_visit(
    session: Session, now: datetime, rules: HotlineRules, *, limit: int = MOST_STOPS
) -> list[SiteRow]:
    """Sites with open work, something broken or unseen: the most urgent ones, then town by town."""
    rows = [one for one in sites(session, now, rules) if one.open_work or one.troubled or one.unseen]
    urgent = sorted(rows, key=lambda one: (-one.open_work - one.troubled, -one.unseen, one.name))[:limit]
    return sorted(urgent, key=lambda one: (one.commune, one.name))

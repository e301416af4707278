"""The towns that a captured line may name: where providers and lodgings are, and what people call these places."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from sqlmodel import Session

from conciergedesk.core.db.read import pick
from conciergedesk.core.housefile import read_house_file
from conciergedesk.core.paths import knowledge_base
from conciergedesk.core.text import fold
from conciergedesk.customers.tables import Lodging
from conciergedesk.providers.tables import Provider

_SHORTEST = 3
"""Letters; shorter names (Y, Ay) are words of a sentence far more often than towns."""


def town_names(session: Session) -> dict[str, str]:
    """The name of each town as it is written, by its folded words."""
    file = knowledge_base() / "providers" / "places.toml"
    known = dict(_other_names(file, file.stat().st_mtime_ns))
    for column in (Provider.commune, Lodging.commune):
        known |= {fold(name): name for (name,) in session.exec(pick(column).distinct())}
    return {words: name for words, name in known.items() if len(words) >= _SHORTEST}


@lru_cache(maxsize=2)
def _other_names(file: Path, _changed: int) -> tuple[tuple[str, str], ...]:
    tables = read_house_file(file).tables("place", needed=False)
    return tuple((fold(name), name) for one in tables for name in (one.text("name"), *one.words("also")))

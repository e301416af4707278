"""The house's own rota data: what ``shifts/`` says and the rule packs it names."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.paths import knowledge_base, shifts
from conciergedesk.rota.files import load_rota
from conciergedesk.rota.law.packs import LawBook, load_law
from conciergedesk.rota.values import Rota


@dataclass(frozen=True, slots=True)
class RotaHouse:
    """Team, shift types, demand and law. Assignments and absences of a desk are added from its database."""

    rota: Rota
    law: LawBook

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.rota.site.timezone)

    @property
    def notice_days(self) -> int:
        return self.rota.publication.notice_days if self.rota.publication is not None else 7

    def name_of(self, person: str) -> str:
        agent = self.rota.agent_by_id.get(person)
        return agent.name or person if agent is not None else person


def load_rota_house(folder: Path, packs: Path) -> RotaHouse:
    """Read the rota files of ``folder`` and the rule packs they name.

    Raises:
        InvalidFile: names file, table, field and reason.
    """
    rota = load_rota(folder)
    return RotaHouse(rota, load_law(packs, rota.site.packs))


Stamp = tuple[tuple[str, int, int], ...]


@lru_cache(maxsize=4)
def _kept(folder: Path, packs: Path, _stamp: Stamp) -> RotaHouse:
    return load_rota_house(folder, packs)


_last_good: dict[tuple[Path, Path], RotaHouse] = {}
_refused: dict[tuple[Path, Path], tuple[Stamp, InvalidFile]] = {}


def _stamp_of(folder: Path) -> Stamp:
    """Name, time and size of each file: another desk or an editor may have changed them."""
    found = []
    with suppress(OSError):
        for entry in os.scandir(folder):
            if entry.name.endswith(".toml"):
                known = entry.stat()
                found.append((entry.name, known.st_mtime_ns, known.st_size))
    return tuple(sorted(found))


def rota_house() -> RotaHouse:
    """The house's rota data, read again when a file has changed.

    A desk that is open goes on with what it read last while a file is half written or wrong.

    Raises:
        InvalidFile: as ``load_rota_house``, when nothing was ever read.
    """
    key = shifts(), knowledge_base() / "rota"
    stamp = _stamp_of(key[0])
    if key in _last_good and key in _refused and _refused[key][0] == stamp:
        return _last_good[key]
    try:
        house = _kept(*key, stamp)
    except InvalidFile as error:
        _refused[key] = stamp, error
        if key not in _last_good:
            raise
        return _last_good[key]
    _refused.pop(key, None)
    _last_good[key] = house
    return house


def files_refused() -> InvalidFile | None:
    """What is wrong with the files as they stand, while a desk goes on with what it read last."""
    rota_house()
    known = _refused.get((shifts(), knowledge_base() / "rota"))
    return known[1] if known is not None else None

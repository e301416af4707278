"""The house's own rota data: what ``shifts/`` says and the rule packs it names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

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


@lru_cache(maxsize=4)
def _kept(folder: Path, packs: Path) -> RotaHouse:
    return load_rota_house(folder, packs)


def rota_house() -> RotaHouse:
    """The house's rota data, read once. Raises as ``load_rota_house``."""
    return _kept(shifts(), knowledge_base() / "rota")

"""How long the words of a request that is over are kept: as its type says, a health orientation thirty days at most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from conciergedesk.core.errors import NotFound
from conciergedesk.requests.catalogue import DEFAULT_RETENTION_DAYS, HEALTH_RETENTION_DAYS, Catalogue


@dataclass(frozen=True, slots=True)
class Keeping:
    """Days after the end: of all words, and of the answers that go earlier."""

    days: int
    fields: Mapping[str, int]

    def next_after(self, ended_at: datetime, moment: datetime) -> datetime | None:
        """When something has next been kept for long enough, seen from ``moment``; None once all is over."""
        dues = [ended_at + timedelta(days=days) for days in (self.days, *self.fields.values())]
        return min((due for due in dues if due > moment), default=None)

    def is_over(self, ended_at: datetime, moment: datetime) -> bool:
        """Whether no word is needed any longer."""
        return moment >= ended_at + timedelta(days=self.days)

    def fields_over(self, ended_at: datetime, moment: datetime) -> frozenset[str]:
        """Answers that are not needed any longer."""
        return frozenset(
            key for key, days in self.fields.items() if moment >= ended_at + timedelta(days=days)
        )


def keeping_of(catalogue: Catalogue, code: str, *, health: bool) -> Keeping:
    """How long words of this type are kept; a type whose file is gone is kept as long as the house usually does."""
    try:
        kind = catalogue.get(code)
    except NotFound:
        return Keeping(HEALTH_RETENTION_DAYS if health else DEFAULT_RETENTION_DAYS, {})
    days = min(kind.retention_days, HEALTH_RETENTION_DAYS) if health else kind.retention_days
    return Keeping(days, {one.key: one.retention_days for one in kind.fields if one.retention_days < days})

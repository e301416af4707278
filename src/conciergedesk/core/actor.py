"""Who acts: handed to every unit of work, never read from a global."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in member of staff, or the desk itself.

    ``rights`` are values of ``staff.rules.Right``; ``desk`` names the session (one per open terminal).
    """

    id: int | None
    name: str
    role: str
    rights: frozenset[str] = field(default_factory=frozenset)
    language: str = "fr"
    team: str = "concierge"
    desk: str = ""


SYSTEM = Actor(id=None, name="ConciergeDesk", role="system", rights=frozenset({"*"}))
"""The desk itself: wake-ups, imports at start, sample data."""

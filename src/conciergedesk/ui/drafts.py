"""Interrupted forms: parked at every pause in typing, offered again, gone once saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conciergedesk.ui.session import DeskSession


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked form."""

    id: int
    kind: str
    subject_id: int | None
    values: Mapping[str, str]


class Drafts:
    """The parked forms of whoever is signed in. Methods are called in worker threads, ``find`` anywhere."""

    def __init__(self, session: DeskSession) -> None:
        self._session = session
        self._parked: dict[int, Parked] = {}

    def load(self) -> list[Parked]:
        """Read what was parked, newest first."""
        import json

        from conciergedesk.staff.queries import drafts

        actor = self._session.actor
        if actor is None or actor.id is None:
            return []
        found = []
        for one in self._session.ask(drafts, actor.id):
            try:
                values = json.loads(one.body)
            except ValueError:
                values = {"text": one.body}
            found.append(Parked(one.id, one.kind, one.subject_id, values))
        self._parked = {one.id: one for one in found}
        return found

    def find(self, kind: str, subject_id: int | None = None) -> Parked | None:
        """What was typed before and not saved, the latest of its kind."""
        mine = [one for one in self._parked.values() if (one.kind, one.subject_id) == (kind, subject_id)]
        return max(mine, key=lambda one: one.id, default=None)

    def keep(
        self,
        kind: str,
        values: Mapping[str, str],
        subject_id: int | None = None,
        *,
        draft_id: int | None = None,
    ) -> int | None:
        """Park what was typed so far; answers the draft's id, None once nothing is left to keep."""
        import json

        if not any(value.strip() for value in values.values()):
            self.drop(draft_id)
            return None
        body = json.dumps(dict(values), ensure_ascii=False)
        number = self._session.park(kind, body, draft_id, subject_id)
        self._parked[number] = Parked(number, kind, subject_id, dict(values))
        return number

    def drop(self, draft_id: int | None) -> None:
        """The form was saved, or thrown away."""
        if draft_id is not None:
            self._parked.pop(draft_id, None)
            self._session.drop_draft(draft_id)

"""Interrupted forms: parked at every pause in typing, offered again, gone once saved."""

from __future__ import annotations

import json
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
        self._parked: dict[tuple[str, int | None], Parked] = {}

    def load(self) -> list[Parked]:
        """Read what was parked, newest first."""
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
        self._parked = {(one.kind, one.subject_id): one for one in reversed(found)}
        return found

    def find(self, kind: str, subject_id: int | None = None) -> Mapping[str, str]:
        """What was typed before, empty when nothing was parked."""
        parked = self._parked.get((kind, subject_id))
        return parked.values if parked is not None else {}

    def keep(self, kind: str, values: Mapping[str, str], subject_id: int | None = None) -> None:
        """Park what was typed so far."""
        key = (kind, subject_id)
        before = self._parked.get(key)
        if not any(value.strip() for value in values.values()):
            if before is not None:
                self.drop(kind, subject_id)
            return
        body = json.dumps(dict(values), ensure_ascii=False)
        number = self._session.park(kind, body, before.id if before is not None else None, subject_id)
        self._parked[key] = Parked(number, kind, subject_id, dict(values))

    def drop(self, kind: str, subject_id: int | None = None) -> None:
        """The form was saved, or thrown away."""
        parked = self._parked.pop((kind, subject_id), None)
        if parked is not None:
            self._session.drop_draft(parked.id)

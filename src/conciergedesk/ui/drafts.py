"""Interrupted forms: parked at every pause in typing, offered again, gone once saved."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conciergedesk.ui.desk_screen import Ask
    from conciergedesk.ui.session import DeskSession


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked form."""

    id: int
    kind: str
    subject_id: int | None
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Offer:
    """How a kind of parked form is called (English source) and taken up again."""

    label: str
    take_up: Callable[[Ask, Parked], None]


class Drafts:
    """The parked forms of whoever is signed in. Methods are called in worker threads, ``find`` anywhere."""

    def __init__(self, session: DeskSession) -> None:
        self._session = session
        self._parked: dict[int, Parked] = {}
        self.offers: dict[str, Offer] = {}

    def offer(self, kind: str, label: str, take_up: Callable[[Ask, Parked], None]) -> None:
        """Let parked forms of ``kind`` be taken up from the list of interrupted forms."""
        self.offers[kind] = Offer(label, take_up)

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


class Slip:
    """One form under way: parked again and again under one number, and never again once it was saved.

    ``keep`` and ``drop`` are called in worker threads, in any order.
    """

    def __init__(
        self, drafts: Drafts, kind: str, subject_id: int | None = None, *, parked: Parked | None = None
    ) -> None:
        self._drafts = drafts
        self._kind = kind
        self._subject_id = subject_id
        self._id = parked.id if parked is not None else None
        self._over = False
        self._lock = threading.Lock()
        self.values: Mapping[str, str] = dict(parked.values) if parked is not None else {}

    def keep(self, values: Mapping[str, str]) -> None:
        """Park what was typed so far."""
        with self._lock:
            if not self._over:
                self._id = self._drafts.keep(self._kind, values, self._subject_id, draft_id=self._id)
                self.values = dict(values)

    def drop(self) -> None:
        """The form was saved, or thrown away."""
        with self._lock:
            self._over = True
            self._drafts.drop(self._id)

"""Reading the board: each room offers what it owes; here it is gathered, kept and kept true.

The first reading takes everything that is open. Later ones ask the journal what was touched since and read
only that again, so a reading costs what has changed, not what there is.
"""

from __future__ import annotations

import logging
import threading
from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Protocol

from sqlmodel import Session

from conciergedesk.board.detail import Detail, Section, Snapshot
from conciergedesk.board.rules import Promise, PromiseKey, PromiseKind, set_aside, sort_key
from conciergedesk.core.actor import Actor
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import DeskError, Unavailable
from conciergedesk.core.i18n import active_language, active_zone, local
from conciergedesk.core.journal import last_id, subjects_since
from conciergedesk.requests.queries import kept_since
from conciergedesk.staff.queries import present
from conciergedesk.staff.service import PRESENT_FOR

log = logging.getLogger("conciergedesk.board")

_KINDS = frozenset(PromiseKind)


class RoomOffer(Protocol):
    """What one room owes, as promises.

    ``subjects`` are the journal's subject kinds that may change them.
    """

    subjects: frozenset[str]

    def promises(self, session: Session, only: Collection[int] | None) -> list[Promise]:
        """Open promises; with ``only``, those of these subject ids that are still open."""
        ...

    def owns(self, kind: PromiseKind) -> bool: ...

    def key_of(self, subject: str, subject_id: int) -> PromiseKey | None:
        """The promise that a touched subject stands for, if it is one itself."""
        ...

    def detail(self, session: Session, promise: Promise, actor: Actor, now: datetime) -> Detail | None: ...


class BoardReader:
    """The board's source for one desk: every method may be called from any thread."""

    def __init__(
        self,
        desk: Desk,
        offers: Sequence[RoomOffer],
        actor: Callable[[], Actor],
        *,
        now_sections: Callable[[Session, datetime, Sequence[Promise]], tuple[Section, ...]] | None = None,
        may_see: Callable[[Actor, Promise], bool] = lambda _actor, _promise: True,
    ) -> None:
        self._desk = desk
        self._offers = offers
        self._actor = actor
        self._now_sections = now_sections
        self._may_see = may_see
        self._watch = desk.watch()
        self._lock = threading.Lock()
        self._changes = 0
        self._seen: int | None = None
        self._language = ""
        self._day: date | None = None
        self._promises: dict[PromiseKey, Promise] = {}
        self._in_order: list[Promise] = []
        self._troubles: dict[int, str] = {}
        self._seer: tuple[int | None, frozenset[str]] = (None, frozenset())

    def token(self) -> str:
        """Changes whenever another desk has written, or the language is another one."""
        with self._lock:
            if self._watch.changed():
                self._changes += 1
            return f"{self._changes}:{active_language()}"

    def load(self) -> Snapshot:
        """Everything that is owed now."""
        now = self._desk.clock.now()
        actor = self._actor()
        with self._lock, self._desk.read() as session:
            day = local(now).date()
            # What comes up on a day of its own enters with that day, although nobody has touched it.
            if self._seen is None or self._language != active_language() or self._day != day:
                self._day = day
                self._read_all(session)
            else:
                self._read_changed(session, self._seen)
                if self._seer != (actor.id, actor.rights):
                    self._show_to(actor)
            others = {
                (one.open_kind, one.open_id): one.first_name
                for one in present(session, now - PRESENT_FOR)
                if one.open_id is not None and one.desk != actor.desk
            }
            sections = (
                self._now_sections(session, now, self._in_order) if self._now_sections is not None else ()
            )
            kept = kept_since(session, _midnight(day), _midnight(day + timedelta(days=1)))
            trouble = next(iter(self._troubles.values()), "")
            return Snapshot(
                self._marked(others), kept_today=kept, now_sections=sections, in_order=True, trouble=trouble
            )

    def detail(self, kind: PromiseKind, promise_id: int) -> Detail | None:
        """One promise in full, or None when it is gone."""
        with self._lock:
            promise = self._promises.get((kind, promise_id))
        if promise is None:
            return None
        offer = next(one for one in self._offers if one.owns(kind))
        with self._desk.read() as session:
            return offer.detail(session, promise, self._actor(), self._desk.clock.now())

    def close(self) -> None:
        self._watch.close()

    def _read_all(self, session: Session) -> None:
        self._seen = last_id(session)
        self._language = active_language()
        self._troubles.clear()
        self._promises = {
            promise.key: promise
            for place in range(len(self._offers))
            for promise in self._offered(place, session, None)
        }
        self._show_to(self._actor())

    def _read_changed(self, session: Session, seen: int) -> None:
        newest, touched = subjects_since(session, seen)
        for place, offer in enumerate(self._offers):
            ids = {subject_id for subject, subject_id in touched if subject in offer.subjects}
            if not ids:
                continue
            if len(ids) > 500:
                self._read_all(session)
                return
            for subject, subject_id in touched:
                key = offer.key_of(subject, subject_id)
                if key is not None:
                    self._take_off(key)
            for promise in self._offered(place, session, ids):
                self._take_off(promise.key)
                self._promises[promise.key] = promise
                if self._may_see(self._actor(), promise):
                    insort(self._in_order, promise, key=sort_key)
        self._seen = newest

    def _offered(self, place: int, session: Session, only: Collection[int] | None) -> list[Promise]:
        """What one room owes; a room that cannot say it hides nothing of the others."""
        try:
            now, zone = self._desk.clock.now(), active_zone()
            return [set_aside(one, now, zone) for one in self._offers[place].promises(session, only)]
        except Unavailable:
            raise
        except DeskError as error:
            if place not in self._troubles:
                log.warning("a room cannot say what it owes: %s", error.in_language("en"))
            self._troubles[place] = str(error)
            return []

    def _take_off(self, key: PromiseKey) -> None:
        before = self._promises.pop(key, None)
        if before is not None:
            place = bisect_left(self._in_order, sort_key(before), key=sort_key)
            if place < len(self._in_order) and self._in_order[place] is before:
                del self._in_order[place]

    def _show_to(self, actor: Actor) -> None:
        """Put in order what ``actor`` may see."""
        self._seer = (actor.id, actor.rights)
        seen = [promise for promise in self._promises.values() if self._may_see(actor, promise)]
        self._in_order = sorted(seen, key=sort_key)

    def _marked(self, others: Mapping[tuple[str, int], str]) -> tuple[Promise, ...]:
        """The board in order, with the marks of those who have something open elsewhere."""
        seen = list(self._in_order)
        for (kind, number), who in others.items():
            promise = self._promises.get((PromiseKind(kind), number)) if kind in _KINDS else None
            if promise is None:
                continue
            place = bisect_left(seen, sort_key(promise), key=sort_key)
            if place < len(seen) and seen[place] is promise:
                seen[place] = replace(promise, opened_elsewhere_by=who)
        return tuple(seen)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=active_zone())

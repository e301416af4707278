"""An open desk: the engine, the clock and the key, and the two ways of using them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine
from sqlmodel import Session

from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import Clock
from conciergedesk.core.db.changes import ChangeWatch
from conciergedesk.core.db.engine import is_transient
from conciergedesk.core.db.unit import Unit, reading, writing
from conciergedesk.core.errors import Unavailable
from conciergedesk.core.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS = 3


class Desk:
    """Hands out units of work and read sessions. Safe to use from several threads.

    Usage::

        desk.act(actor, requests.service.claim, request_id)
        rows = desk.ask(requests.queries.open_requests)
    """

    def __init__(
        self,
        engine: Engine,
        key: bytes,
        clock: Clock,
        settings: Settings,
        *,
        refresh: Callable[[Session, Actor], Actor] | None = None,
    ) -> None:
        """A desk over an open engine.

        Args:
            refresh: Answers who the actor is by now, so that a right that was taken away ends with the next act.
        """
        self.engine = engine
        self.key = key
        self.clock = clock
        self.settings = settings
        self._refresh = refresh

    def write(self, actor: Actor) -> AbstractContextManager[Unit]:
        """A unit of work; commits at the end, rolls back on any error."""
        return writing(self.engine, actor, self.clock.now(), self.key)

    def read(self) -> AbstractContextManager[Session]:
        """A session that only reads."""
        return reading(self.engine)

    def act(
        self, actor: Actor, verb: Callable[Concatenate[Unit, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run one service verb in its own unit of work; a deadlock is tried again, at most three times.

        Raises:
            NotAllowed: whoever acts is no longer on the desk's staff.
            DeskError: what the verb refuses; ``Unavailable`` when the database cannot be written now.
        """
        for attempt in range(ATTEMPTS):
            try:
                with self.write(actor) as unit:
                    if self._refresh is not None and actor.id is not None:
                        unit.actor = self._refresh(unit.session, actor)
                    return verb(unit, *args, **kwargs)
            except Unavailable as error:
                if attempt + 1 == ATTEMPTS or not is_transient(error.__cause__):
                    raise
        raise AssertionError("unreachable")

    def ask(self, query: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one query in its own read session."""
        with self.read() as session:
            return query(session, *args, **kwargs)

    def watch(self) -> ChangeWatch:
        """A watch over other desks' commits."""
        return ChangeWatch(self.engine)

    def close(self) -> None:
        self.engine.dispose()

"""Keys that come faster than the desk: over a slow line they arrive in bursts, and hands do not wait.

Textual hands a key to what has the focus at that moment. What was typed into a form that is only about to open would
be acts on the list behind it; a key that follows Enter would be lost with the form. Here each key is handed on when
what the key before it has set going is there.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING

from textual import events
from textual.message_pump import MessagePump
from textual.widgets import Input, TextArea
from textual.worker import Worker

from conciergedesk.ui.workers import ANSWER

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen

PATIENCE = 1.0
"""Seconds after which the next key is handed on, whatever is still under way."""
GLANCE = 0.002
"""Seconds between two looks at what is under way."""

LEAVING = ("ctrl+q", "ctrl+c")

Typed = events.Key | events.Paste


class TypedAhead:
    """The line of keys of one application::

    async def on_event(self, event):
        if not self.typed.holds(event):
            await super().on_event(event)
    """

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._line: deque[Typed] = deque()
        self._handed_on: Typed | None = None
        self._turn: asyncio.Task[None] | None = None
        self._free = asyncio.Event()
        self._free.set()

    def hold(self) -> None:
        """Hand no key on until :meth:`release`, because what it is meant for is still to come."""
        self._free.clear()

    def release(self) -> None:
        self._free.set()

    @property
    def busy(self) -> bool:
        """Whether a key waits, or what the last one has set going is not there yet."""
        return self._turn is not None and not self._turn.done()

    def holds(self, event: events.Event) -> bool:
        """Whether ``event`` is a key that has to wait for its turn; it comes again then."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded or event is self._handed_on:
            return False
        if not self._free.is_set() and isinstance(event, events.Key) and event.key in LEAVING:
            return False
        self._line.append(event)
        if not self.busy:
            self._turn = asyncio.create_task(self._hand_on(), name="typed ahead")
        return True

    async def _hand_on(self) -> None:
        if not self._free.is_set():
            await self._free.wait()
            await self._at_most(self._rest(None, set(self._app.workers)))
        while self._line and self._app.is_running:
            screen, earlier = self._screen, set(self._app.workers)
            self._handed_on = self._line.popleft()
            writes = self._writes(self._handed_on)
            self._app.post_message(self._handed_on)
            if writes:
                await asyncio.sleep(0)
                continue
            await self._at_most(self._rest(screen, earlier))

    @staticmethod
    async def _at_most(rest: Coroutine[None, None, None]) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(rest, PATIENCE)

    def _writes(self, event: Typed) -> bool:
        """Whether it only puts text where text is written: what follows belongs there too."""
        screen = self._screen
        if screen is None or not isinstance(screen.focused, Input | TextArea):
            return False
        return isinstance(event, events.Paste) or event.is_printable

    async def _rest(self, screen: Screen[object] | None, earlier: set[Worker[object]]) -> None:
        """Wait until the key was dealt with, and until the services and the sheet that it asked for are there."""
        while self._app.is_running:
            pumps = self._way_of_a_key()
            if self._screen is not screen:
                # Another screen: all of it must stand before it can be typed into.
                screen = self._screen
                pumps = [*(screen.walk_children(with_self=True) if screen is not None else ()), self._app]
            for pump in pumps:
                await _dealt_with(pump)
            if not self._unanswered(earlier) and self._screen is screen and not any(map(_has_more, pumps)):
                return
            await asyncio.sleep(GLANCE)

    @property
    def _screen(self) -> Screen[object] | None:
        with suppress(KeyError, IndexError):  # before the first screen is there
            return self._app.screen_stack[-1]
        return None

    def _way_of_a_key(self) -> list[MessagePump]:
        """What has the focus, everything around it, and the application: a key goes through them in this order."""
        screen = self._screen
        around = (screen.focused or screen).ancestors_with_self if screen is not None else ()
        return [*(one for one in around if one is not self._app), self._app]

    def _unanswered(self, earlier: set[Worker[object]]) -> bool:
        """Whether a service that this key has called decides where the next one belongs."""
        return any(
            worker.name == ANSWER and not worker.is_finished and worker not in earlier
            for worker in self._app.workers
        )


def _has_more(pump: MessagePump) -> bool:
    return not _is_leaving(pump) and bool(pump._message_queue.qsize() or pump._next_callbacks)


def _is_leaving(pump: MessagePump) -> bool:
    return pump._closing or pump._closed


async def _dealt_with(pump: MessagePump) -> None:
    """Wait until ``pump`` has dealt with all that it was given."""
    done = asyncio.Event()
    if not _is_leaving(pump) and pump.call_later(done.set):
        while not done.is_set() and not _is_leaving(pump):
            # Not wait_for: when both end at once it swallows that the whole turn is over, and the keys would hang.
            with suppress(TimeoutError):
                async with asyncio.timeout(GLANCE):
                    await done.wait()

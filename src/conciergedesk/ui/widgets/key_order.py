"""Keys in the order in which they were struck, however fast.

The screen library hands each key to whatever has the focus at that moment, and does what a key is bound to only after
it has risen through everything around the line. What comes in one go, from a scanner, a macro or a slow network, would
otherwise be typed into the line before Tab, or be taken away by a Ctrl+U that was struck first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from functools import partial
from weakref import WeakKeyDictionary

from textual import events
from textual.app import App
from textual.message_pump import MessagePump
from textual.timer import Timer
from textual.widget import Widget

LOST_AFTER = 0.2
"""Seconds after which keys go on although what they waited for went away with its sheet."""


class KeyOrder:
    """Holds keys back while an earlier one may still move the focus."""

    def __init__(self, app: App[object]) -> None:
        self._app = app
        self._waiting: deque[events.Event] = deque()
        self._held: Timer | None = None
        self._turn = 0

    def keep(self, event: events.Event) -> bool:
        """Whether ``event`` has to wait; it then comes again by itself."""
        if self._held is not None:
            self._waiting.append(event)
        return self._held is not None

    def hold(self, line: Widget) -> None:
        """Keep back what comes until the key that ``line`` was just given has had its effect."""
        self._turn += 1
        self._held = self._app.set_timer(LOST_AFTER, partial(self._go_on, self._turn))
        around: list[MessagePump] = [*line.ancestors_with_self, self._app]
        # Once for the key on its way up, once for what its act has posted.
        self._pass_on(self._turn, around * 2)

    def _pass_on(self, turn: int, left: Sequence[MessagePump]) -> None:
        for place, pump in enumerate(left, 1):
            if pump.call_later(self._pass_on, turn, left[place:]):
                return
        self._app.call_later(self._go_on, turn)

    async def _go_on(self, turn: int) -> None:
        if turn != self._turn or self._held is None:
            return
        self._held.stop()
        self._held = None
        while self._waiting and self._held is None:
            await self._app.on_event(self._waiting.popleft())


_orders: WeakKeyDictionary[App[object], KeyOrder] = WeakKeyDictionary()


def key_order(app: App[object]) -> KeyOrder:
    """The order of the keys of ``app``."""
    if app not in _orders:
        _orders[app] = KeyOrder(app)
    return _orders[app]

"""Fingers on the keys of an open desk, and the wait for what they set going.

Nothing here waits for a length of time: a desk is at rest when nothing is under way.
"""

from __future__ import annotations

import asyncio
import unicodedata
from time import monotonic

from textual import events
from textual.app import App
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot

from conciergedesk.ui.app import DeskApp

SOON = 0.2
"""Seconds: a pause that ends sooner (a search while typing, the detail beside a list) is waited for."""
PATIENCE = 60.0


def is_busy(app: App[None]) -> bool:
    """Whether anything is under way: a service in a thread, a message, a repaint, a short pause about to end."""
    screen = app.screen
    if any(not worker.is_finished for worker in app.workers):
        return True
    if isinstance(app, DeskApp) and app.typed.busy:
        return True
    if app._animator._animations or app._animator._scheduled:
        return True
    if screen._layout_required or screen._repaint_required or screen._dirty_widgets or screen._callbacks:
        return True
    for pump in (app, *screen.walk_children(with_self=True)):
        if not pump._message_queue.empty() or pump._pending_message is not None or pump._next_callbacks:
            return True
        for timer in pump._timers:
            running = timer._task is not None and not timer._task.done() and timer._active.is_set()
            if running and timer._repeat == 0 and timer._interval <= SOON:
                return True
    return False


def _repaint(app: App[None]) -> None:
    with app._context():  # with two desks in one test, the other one may be the active one here
        app.screen._on_timer_update()


async def quiet(pilot: Pilot[None]) -> None:
    """Wait until the desk has nothing left to do: judged by what is under way, not by how busy the machine is."""
    deadline = monotonic() + PATIENCE
    app = pilot.app
    resting = False
    while not resting and app._exception is None and app.is_running:
        _repaint(app)
        while is_busy(app) and app._exception is None and app.is_running:
            assert monotonic() < deadline, "the desk never comes to rest"
            await asyncio.sleep(0.003)
            _repaint(app)
        # Nothing is queued; a message that is being worked on holds this up until it is done.
        await pilot._wait_for_screen()
        resting = not is_busy(app)
    await pilot.app.workers.wait_for_complete()


async def strike(app: App[None], *keys: str) -> None:
    """Keys as fast as a terminal can send them; nothing is waited for."""
    driver = app._driver
    assert driver is not None
    for key in keys:
        name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
        original = REPLACED_KEYS.get(name, name)
        try:
            char: str | None = unicodedata.lookup(_get_unicode_name_from_key(original))
        except KeyError:
            char = name if len(name) == 1 else None
        event = events.Key(name, char)
        event.set_sender(app)
        driver.send_message(event)
        await asyncio.sleep(0)


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Keys one after the other, waiting for what each one sets going."""
    for key in keys:
        await strike(pilot.app, key)
        await quiet(pilot)

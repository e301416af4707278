"""The desk offers exactly the acts that its handlers do."""

from __future__ import annotations

from pathlib import Path

import pytest

from conciergedesk.core.clock import FixedClock
from conciergedesk.core.settings import Settings
from conciergedesk.ui.session import DeskSession
from conciergedesk.ui.start import Start
from conciergedesk.ui.wiring import ACTS


def test_the_acts_offered_before_the_handlers_are_made_are_those_they_do(clock: FixedClock) -> None:
    app = Start(DeskSession(clock, Settings())).app
    assert {act for act in ACTS if app.handler_of(act) is not None} == set()
    app._make_handlers()
    assert set(app._handlers) == ACTS


async def test_a_mode_chosen_before_the_desk_has_opened_does_no_harm(
    clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONCIERGEDESK_HOME", str(tmp_path))
    start = Start(DeskSession(clock, Settings()))
    async with start.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        start.app.pop_screen()  # the welcome
        await pilot.press("f8")
        await pilot.pause()
        assert start.app.current_mode == "reports"
        start.choose_agent()
        await pilot.pause()
        assert start.board.is_attached

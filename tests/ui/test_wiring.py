"""The desk offers exactly the acts that its handlers do."""

from __future__ import annotations

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

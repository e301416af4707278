"""A parked form: one number for one form, and nothing left of it once it was saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.settings import Settings
from conciergedesk.staff.queries import drafts
from conciergedesk.ui.drafts import Drafts, Slip
from conciergedesk.ui.session import DeskSession
from tests.conftest import hire
from tests.faults.monsters import ALIVE, MONSTERS


@pytest.fixture
def parked(sqlite_desk: Desk, clock: FixedClock, tmp_path: Path) -> tuple[Drafts, DeskSession]:
    ines = hire(sqlite_desk, "Inès")
    session = DeskSession(clock, Settings(database=sqlite_desk.settings.database))
    session._desk, session.actor = sqlite_desk, ines
    return Drafts(session), session


def bodies(session: DeskSession) -> list[str]:
    assert session.actor is not None and session.actor.id is not None
    return [one.body for one in session.ask(drafts, session.actor.id)]


def test_a_form_is_parked_under_one_number_and_gone_when_saved(parked: tuple[Drafts, DeskSession]) -> None:
    all_of_mine, session = parked
    slip = Slip(all_of_mine, "capture")
    for line in ("t", "ta", "taxi"):
        slip.keep({"line": line})
    assert bodies(session) == ['{"line": "taxi"}']
    slip.drop()
    slip.keep({"line": "taxi d"})  # a pause that ended while it was being saved
    assert bodies(session) == [] and all_of_mine.load() == []


def test_taken_up_again_it_keeps_its_number(parked: tuple[Drafts, DeskSession]) -> None:
    all_of_mine, session = parked
    Slip(all_of_mine, "note", 7).keep({"note": "rappeler"})
    found = Drafts(session)
    found.load()
    again = found.find("note", 7)
    assert again is not None and again.values == {"note": "rappeler"}
    slip = Slip(found, "note", 7, parked=again)
    slip.keep({"note": "rappeler Anke"})
    assert bodies(session) == ['{"note": "rappeler Anke"}']
    slip.keep({"note": "  "})
    assert bodies(session) == []


def test_hostile_text_comes_back_tame(parked: tuple[Drafts, DeskSession]) -> None:
    all_of_mine, session = parked
    for monster in MONSTERS[:6]:
        Slip(all_of_mine, "capture").keep({"line": monster})
    assert not [body for body in bodies(session) if ALIVE.search(body) or "\x1b" in body]
    assert len(Drafts(session).load()) == 6

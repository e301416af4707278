"""The third pane of a wide screen: who works, who holds what is due today, which keys come back."""

from __future__ import annotations

from datetime import timedelta

from conciergedesk.board.offers import make_reader
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.paths import knowledge_base
from conciergedesk.requests import service as requests
from conciergedesk.requests.rulebook import load_rulebook
from conciergedesk.requests.service import NewRequest
from conciergedesk.rota.tables import RotaAssignment, RotaVersion
from tests.conftest import hire


def test_the_pane_tells_who_works_and_who_holds_what_is_due(sqlite_desk: Desk, clock: FixedClock) -> None:
    book = load_rulebook(knowledge_base())
    ines, maelle = hire(sqlite_desk, "Inès"), hire(sqlite_desk, "Maëlle")
    now = clock.now()
    with sqlite_desk.write(ines) as unit:
        version = unit.add(
            RotaVersion(
                state="published", first=now.date(), last=now.date(), value=0, bound=0, made_at=now, version=1
            )
        )
        for agent, begins, ends in ((ines, -2, 3), (maelle, 4, 12)):
            unit.add(
                RotaAssignment(
                    rota_id=version.id or 0, agent_id=agent.id, person=agent.name, day=now.date(), shift="S", seat="S",
                    starts_at=now + timedelta(hours=begins), ends_at=now + timedelta(hours=ends), is_live=True,
                    on_call=False,
                )
            )  # fmt: skip
    for hours in (1, 2):
        made = sqlite_desk.act(
            ines, requests.capture, book, NewRequest("taxi", wanted_from=now + timedelta(hours=hours))
        )
    sqlite_desk.act(ines, requests.claim, book, made)
    reader = make_reader(sqlite_desk, book, lambda: ines)
    shift, due = reader.load().now_sections
    assert [(line.text, line.right) for line in shift.lines] == [
        ("Inès", "jusqu’à 21:42"),
        ("Maëlle", "dès 22:42"),
    ]
    assert [(line.left, line.text) for line in due.lines] == [("1", "à prendre"), ("1", "Inès")]
    reader.close()

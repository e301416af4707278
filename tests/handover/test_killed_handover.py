"""Both desks die in the middle of a handover: nothing acknowledged is lost, what was typed is offered again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlmodel import SQLModel, select

from conciergedesk.core.desk import Desk
from conciergedesk.core.paths import knowledge_base
from conciergedesk.handover import queries
from conciergedesk.handover import service as handover
from conciergedesk.handover.cards import HandoverCard
from conciergedesk.handover.turns import load_handover_house
from conciergedesk.requests import service as requests
from conciergedesk.requests.service import NewRequest
from conciergedesk.staff.tables import Draft
from tests.conftest import hire
from tests.faults.house import assert_sound, book, house
from tests.faults.terminal import Terminal, until
from tests.faults.test_killed_desks import Killed, failing_at

IF = "si le train a du retard : taxi Moulotte"
SHOWN = "Promesses de rappel"
"""A title that only a handover has."""
RISK = "Le train du soir est annonce en retard"


def card_of(desk: Desk) -> HandoverCard:
    (number,) = [row.id for row in desk.ask(queries.handovers) if row.state != "missing"]
    return desk.ask(queries.handover_card, number)


def parked(desk: Desk) -> list[str]:
    with desk.read() as session:
        return [row.body for row in session.exec(select(Draft))]


def test_both_desks_are_killed_in_the_middle_and_the_handover_goes_on(
    empty_database: Path, tmp_path: Path
) -> None:
    with house(empty_database, tmp_path / "home") as home:
        hire(home.desk, "Maëlle")
        for title in ("quai 3", "aéroport"):
            new = NewRequest("taxi", title=title, priority="P1", take=True)
            home.desk.act(home.ines, requests.capture, book(), new)
        # The outgoing desk dies while a line is being written.
        with Terminal(["open", "--agent", "INE"], home.home) as desk:
            desk.until_shown("Inès")
            desk.press("f7", "H")
            desk.until_shown(SHOWN)
            desk.press("i")
            desk.until_shown("Si cela tourne mal")
            desk.type(IF.removeprefix("si "))
            until(lambda: any(IF in body for body in parked(home.desk)), "the line to be parked")
            desk.process.kill()
            desk.until_ended()
        assert card_of(home.desk).row.state == "draft"
        # It comes back: the line stands in its form. Then it dies as soon as it has said "signed".
        with Terminal(["open", "--agent", "INE"], home.home) as desk:
            desk.until_shown("Ctrl+B")
            desk.press("f7")
            desk.until_shown(SHOWN)
            desk.press("i")
            desk.until_shown(IF)
            desk.press("enter")
            desk.until_shown(IF)  # on its line, with the form gone
            desk.press("H")
            desk.until_shown("Signer la relève")
            desk.send("H")
            desk.until_shown("Signé")
            desk.process.kill()
            desk.until_ended()
        card = card_of(home.desk)
        assert (card.row.state, card.lines[0].fallback, parked(home.desk)) == ("signed", IF, [])
        assert_sound(home.desk)
        # The incoming desk dies with one line taken and the synthesis begun.
        with Terminal(["open", "--agent", "MAE"], home.home, columns=80, rows=24) as desk:
            desk.until_shown("Maëlle")
            desk.press("f7")
            desk.until_shown(IF)
            desk.press("enter", "tab")
            desk.until_shown("Ma synthèse")
            desk.type(RISK)
            until(lambda: card_of(home.desk).synthesis == RISK, "the synthesis to be kept")
            desk.process.kill()
            desk.until_ended()
        card = card_of(home.desk)
        assert [line.acknowledged_at is not None for line in card.lines] == [True, False]
        assert (card.row.to_name, card.synthesis) == ("Maëlle", RISK)
        assert_sound(home.desk)


def rows_of(desk: Desk) -> dict[str, object]:
    with desk.read() as session:
        return {
            name: sorted(map(repr, session.connection().execute(table.select()).all()))
            for name, table in SQLModel.metadata.tables.items()
            if name.startswith(("handover", "journal", "log_line"))
        }


def test_signing_and_accepting_are_done_whole_or_not_at_all(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    ines, maelle = hire(desk, "Inès"), hire(desk, "Maëlle")
    desk.act(ines, requests.capture, book(), NewRequest("taxi", priority="P1", take=True))
    number = desk.act(ines, handover.draft, book(), load_handover_house(knowledge_base() / "handover"))

    def take_all() -> None:
        for line in desk.ask(queries.handover_card, number).lines:
            desk.act(maelle, handover.acknowledge, line.id)

    steps: tuple[Callable[[], object], ...] = (
        lambda: desk.act(ines, handover.sign, number),
        take_all,
        lambda: desk.act(maelle, handover.accept, book(), number, synthesis=RISK),
    )
    for step in steps:
        before, statement = rows_of(desk), 1
        while statement < 100:
            stop = failing_at(desk, statement)
            try:
                step()
            except Killed:
                assert rows_of(desk) == before, f"statement {statement} left something"
            else:
                break
            finally:
                stop()
            statement += 1
        assert 3 < statement < 100 and rows_of(desk) != before
    assert desk.ask(queries.handover_card, number).row.state == "accepted"
    assert_sound(desk)

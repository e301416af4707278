"""The wall and the reports on the screen: real keys, a month report in three, lists that add up, hostile names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from textual.pilot import Pilot

from conciergedesk.board.handover import HandoverOffer
from conciergedesk.board.reading import BoardReader, RoomOffer
from conciergedesk.board.requests import RequestOffer
from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.engine import open_engine
from conciergedesk.core.desk import Desk
from conciergedesk.core.paths import knowledge_base
from conciergedesk.core.settings import Settings
from conciergedesk.reports import improving
from conciergedesk.reports.improvement import Cell, matrix
from conciergedesk.reports.service import saved_reports
from conciergedesk.requests import service as requests
from conciergedesk.requests.rulebook import Rulebook, load_rulebook
from conciergedesk.requests.service import NewRequest
from conciergedesk.ui.app import DeskApp, Identity
from conciergedesk.ui.handlers.reports import ReportHandlers
from conciergedesk.ui.report_room import ReportRoom
from conciergedesk.ui.screens.board import BoardScreen
from conciergedesk.ui.screens.reports import ReportsScreen
from conciergedesk.ui.session import DeskSession
from tests.conftest import KEY, hire
from tests.keyboard import press, strike

PARIS = ZoneInfo("Europe/Paris")
HOSTILE = "[/] \x1b]52;c;x\x07[@click=app.quit]x[/]\u202e"


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook(knowledge_base())


@dataclass
class AtWall:
    app: DeskApp
    pilot: Pilot[None]

    async def press(self, *keys: str) -> None:
        await press(self.pilot, *keys)

    async def type(self, *lines: str) -> None:
        """Type lines with Tab between them, and save."""
        for place, line in enumerate(lines):
            if place:
                await self.press("tab")
            await strike(self.app, *line)
        await self.press("enter")

    @property
    def text(self) -> str:
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    @property
    def screen(self) -> ReportsScreen:
        return next(one for one in self.app.screen_stack if isinstance(one, ReportsScreen))


@asynccontextmanager
async def sit_down(desk: Desk, actor: Actor, size: tuple[int, int]) -> AsyncIterator[AtWall]:
    session = DeskSession(desk.clock, Settings(database=desk.settings.database, desk=actor.desk))
    session._desk = Desk(open_engine(desk.settings.database), KEY, desk.clock, desk.settings)
    session.actor = actor
    offers: list[RoomOffer] = [RequestOffer(session.book()), HandoverOffer()]
    session._reader = BoardReader(session._desk, offers, lambda: actor)
    app = DeskApp(
        {
            "board": lambda: BoardScreen(session, poll_seconds=0),
            "reports": lambda: ReportsScreen(ReportRoom(session), refresh_seconds=0),
        },
        clock=desk.clock,
        language="fr",
        glyph_set="unicode",
    )
    ReportHandlers(app, session)
    app.sign_in(
        Identity(actor.name, actor.id, actor.team, "supervision", desk.clock.now() + timedelta(hours=1))
    )
    async with app.run_test(size=size) as pilot:
        seat = AtWall(app, pilot)
        await seat.press("f8")
        yield seat
    session._reader.close()
    session._desk.close()


@pytest.fixture
def busy(sqlite_desk: Desk, clock: FixedClock, book: Rulebook) -> tuple[Desk, Actor, Actor]:
    """Three weeks of requests, some answered late, with a hostile title and company."""
    desk = sqlite_desk
    clock.move_to(datetime(2027, 3, 1, 8, tzinfo=PARIS))
    helene, ines = hire(desk, "Hélène", role="supervisor"), hire(desk, "Inès")
    for number in range(40):
        clock.move_to(datetime(2027, 3, 1 + number % 20, 9 + number % 9, 10, tzinfo=PARIS))
        made = desk.act(
            ines,
            requests.capture,
            book,
            NewRequest("taxi" if number % 3 else "restaurant", title=HOSTILE, priority="P2", take=True),
        )
        clock.advance(timedelta(minutes=30 if number % 4 else 700))
        desk.act(ines, requests.confirm, book, made)
    clock.move_to(datetime(2027, 3, 24, 18, 42, tzinfo=PARIS))
    return desk, helene, ines


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_the_wall_shows_its_six_figures_at_every_size(
    busy: tuple[Desk, Actor, Actor], size: tuple[int, int]
) -> None:
    desk, helene, _ines = busy
    async with sit_down(desk, helene, size) as seat:
        assert "Mur du jour" in seat.text
        assert "clés dehors" in seat.text and "tenues" in seat.text
        if size[0] < 120:
            await seat.press("enter", "enter")  # what stands behind the first figure
            assert isinstance(seat.app.screen, BoardScreen) and seat.app.screen.filter_in_use == "retard"
            return
        if size[0] >= 120:
            assert "Engagements tenus ce mois" in seat.text
            assert "Demandes par heure" in seat.text
        assert "\x1b" not in seat.text and "\u202e" not in seat.text


async def test_a_month_report_takes_three_keys_and_is_written_whole(busy: tuple[Desk, Actor, Actor]) -> None:
    desk, helene, _ines = busy
    async with sit_down(desk, helene, (120, 36)) as seat:
        await seat.press("m", "i")
        folder = ReportRoom.folder()
        written = sorted(path.suffix for path in folder.iterdir())
        assert written == [".pdf", ".txt", ".xlsx"]
        assert (next(folder.glob("*.pdf"))).read_bytes().startswith(b"%PDF")
        assert "mars 2027" in next(folder.glob("*.txt")).read_text("utf-8")


async def test_periods_definitions_comparison_and_the_list_behind_a_figure(
    busy: tuple[Desk, Actor, Actor],
) -> None:
    desk, helene, _ines = busy
    async with sit_down(desk, helene, (120, 36)) as seat:
        await seat.press("m")
        assert "mars 2027" in seat.text
        report = seat.screen.report
        assert report is not None and report.opened == 40
        await seat.press("enter")
        line = seat.screen.line
        assert line is not None
        assert f"D-{line.measure.items[0].id}" in seat.text
        await seat.press("escape", "d")
        assert "formule" in seat.text
        await seat.press("y")
        (written,) = ReportRoom.folder().glob("*K1*.csv")
        assert len(written.read_text("utf-8-sig").splitlines()) == 1 + line.measure.count
        await seat.press("left")
        assert "février 2027" in seat.text
        await seat.press("right", "s")
        assert "semaine du 22 mars 2027" in seat.text
        await seat.press("j")
        assert "mercredi 24 mars 2027" in seat.text
        await seat.press("p")
        assert "mer. 24 mars 2027 · soir" in seat.text
        await seat.press("escape")
        assert "Mur du jour" in seat.text


async def test_an_assistant_sees_the_wall_but_no_report(busy: tuple[Desk, Actor, Actor]) -> None:
    desk, _helene, ines = busy
    async with sit_down(desk, ines, (120, 36)) as seat:
        await seat.press("m")
        assert seat.screen.report is None
        assert "superviseurs" in seat.text


async def test_a_report_is_narrowed_broken_down_kept_and_given_an_hour(
    busy: tuple[Desk, Actor, Actor],
) -> None:
    desk, helene, _ines = busy
    async with sit_down(desk, helene, (120, 36)) as seat:
        await seat.press("m", "slash", "f")  # only … family
        assert "Transport" in seat.text
        await seat.press("enter")
        report = seat.screen.report
        assert report is not None and report.filters.family == "transport" and report.opened == 26
        assert "famille de demandes : Transport" in seat.text
        await seat.press("b", "c")  # by channel
        report = seat.screen.report
        assert report is not None and list(report.groups) == ["channel"]
        await seat.press("v", "g")
        await seat.type("Transport du matin", "", "6h30")
        (card,) = desk.ask(saved_reports)
        assert (card.name, card.period, card.at_minute, card.filters.family) == (
            "Transport du matin",
            "month",
            390,
            "transport",
        )
        await seat.press("escape", "v")
        assert "mois, chaque jour à 6:30" in seat.text
        await seat.press("enter", "o")
        report = seat.screen.report
        assert report is not None and report.filters == card.filters
        await seat.press("v", "enter", "c", "tab", "tab", "tab", "tab")
        await seat.type("odile@example.org")
        assert "Aucun serveur de courriel" in seat.text
        assert desk.ask(saved_reports)[0].mail_to == ""


async def test_the_register_takes_facts_refuses_what_is_not_smart_and_keeps_its_reviews(
    busy: tuple[Desk, Actor, Actor],
) -> None:
    desk, helene, _ines = busy
    async with sit_down(desk, helene, (120, 36)) as seat:
        await seat.press("q", "a")
        await seat.type("Aucun accueil le dimanche soir", "hum", "non", "oui")
        cells = matrix(desk.ask(improving.facts))
        assert [fact.text for fact in cells[Cell.WEAKNESS]] == ["Aucun accueil le dimanche soir"]
        assert "faiblesses" in seat.text and "Aucun accueil" in seat.text
        await seat.press("o")
        await seat.type("Accueillir jusqu'à 22 h", "dimanches couverts", "", "0", "", "", "30/06", "Inès")
        assert "valeur cible" in seat.text and desk.ask(improving.objectives) == []
        await strike(seat.app, "4")  # the cursor stands on what is missing
        await seat.press("enter")
        (aim,) = desk.ask(improving.objectives)
        assert (aim.target_value, aim.owner, aim.due_on.isoformat()) == (4.0, "Inès", "2027-06-30")
        await seat.press("end", "d", "p")
        await seat.type("Deux soirs à l'essai", "Inès", "15/05")
        await seat.press("end", "v", "a")
        await seat.type("un soir suffit", "30/05")
        await seat.press("x")
        await seat.type("trois dimanches tenus")
        (aim,) = desk.ask(improving.objectives)
        (action,) = aim.actions
        assert (aim.decided_by, action.state, action.result) == ("Hélène", "done", "trois dimanches tenus")
        assert [one[2:] for one in action.reviews] == [("adjusted", "un soir suffit")]
        assert "ajustée : un soir suffit" in seat.text
        await seat.press("i")
        written = {path.suffix: path.read_text("utf-8-sig") for path in ReportRoom.folder().iterdir()}
        assert "FAIBLESSES" in written[".txt"] and "Aucun accueil" in written[".csv"]
        await seat.press("escape")
        assert "Mur du jour" in seat.text

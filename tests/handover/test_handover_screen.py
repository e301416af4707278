"""The handover on the screen: real keys, two desks, eight live items in ten keys, one key a line to receive."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from textual.pilot import Pilot

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.engine import open_engine
from conciergedesk.core.desk import Desk
from conciergedesk.core.paths import knowledge_base
from conciergedesk.core.settings import Settings
from conciergedesk.core.shared import Agency, set_up_agency
from conciergedesk.handover import queries, service
from conciergedesk.handover.cards import HandoverCard
from conciergedesk.handover.rules import Section
from conciergedesk.handover.turns import HandoverHouse, load_handover_house
from conciergedesk.requests import service as requests
from conciergedesk.requests.rulebook import Rulebook, load_rulebook
from conciergedesk.requests.service import NewRequest
from conciergedesk.ui.app import DeskApp
from conciergedesk.ui.handlers.handover import HandoverHandlers
from conciergedesk.ui.screens.board import BoardScreen
from conciergedesk.ui.screens.handover import HandoverScreen
from conciergedesk.ui.session import DeskSession
from tests.conftest import KEY, hire
from tests.keyboard import press, quiet, strike

PARIS = ZoneInfo("Europe/Paris")
SIZES = [(80, 24), (120, 36)]


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 3, 24, hour, minute, tzinfo=PARIS)


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook(knowledge_base())


@dataclass
class AtDesk:
    """One desk with somebody at it, driven by keys."""

    app: DeskApp
    pilot: Pilot[None]
    session: DeskSession
    keys: int = 0

    async def press(self, *keys: str) -> None:
        """Press keys one after the other; typed text is not counted."""
        for key in keys:
            self.keys += 1
            await press(self.pilot, key)

    async def type(self, text: str) -> None:
        await strike(self.pilot.app, *("enter" if char == "\n" else char for char in text))
        await self.settle()

    async def settle(self) -> None:
        await quiet(self.pilot)

    @property
    def screen(self) -> HandoverScreen:
        screen = next(one for one in self.app.screen_stack if isinstance(one, HandoverScreen))
        return screen

    @property
    def text(self) -> str:
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())


@asynccontextmanager
async def sit_down(desk: Desk, actor: Actor, size: tuple[int, int]) -> AsyncIterator[AtDesk]:
    """Open the board for ``actor`` on the same database as a process of its own would."""
    session = DeskSession(desk.clock, Settings(database=desk.settings.database, desk=actor.desk))
    session._desk = Desk(open_engine(desk.settings.database), KEY, desk.clock, desk.settings)
    session.actor = actor
    from conciergedesk.board.handover import HandoverOffer
    from conciergedesk.board.reading import BoardReader, RoomOffer
    from conciergedesk.board.requests import RequestOffer

    offers: list[RoomOffer] = [RequestOffer(session.book()), HandoverOffer()]
    session._reader = BoardReader(session._desk, offers, lambda: actor)
    handlers: list[HandoverHandlers] = []

    def handover() -> HandoverScreen:
        return HandoverScreen(handlers[0].room, poll_seconds=0)

    app = DeskApp(
        {"board": lambda: BoardScreen(session, poll_seconds=0), "handover": handover},
        clock=desk.clock,
        language="fr",
        glyph_set="unicode",
    )
    app.on_act("board.status", lambda ask: None)
    app.on_act("board.callback", lambda ask: None)
    app.on_act("board.open", lambda ask: None)
    handlers.append(HandoverHandlers(app, session))
    from conciergedesk.ui.app import Identity

    app.sign_in(Identity(actor.name, actor.id, actor.team, "soir", at(21, 15)))
    async with app.run_test(size=size) as pilot:
        seat = AtDesk(app, pilot, session)
        await seat.settle()
        yield seat
    session._reader.close()
    session._desk.close()


@pytest.fixture
def morning(sqlite_desk: Desk, clock: FixedClock, book: Rulebook) -> tuple[Desk, Actor, Actor]:
    """Eight live items at the end of a morning: five requests, two call-backs, one promise of the log."""
    desk = sqlite_desk
    clock.move_to(at(7, 50))
    desk.act(SYSTEM, set_up_agency, Agency(name="Agence"))
    bastien, ines = hire(desk, "Bastien"), hire(desk, "Inès")
    clock.move_to(at(13))
    for title, priority, wanted in (
        ("quai 3", "P1", None),
        ("théâtre", "P3", at(20)),
        ("gare", "P3", at(19)),
        ("aéroport", "P4", None),
        ("mairie", "P4", None),
    ):
        desk.act(
            bastien,
            requests.capture,
            book,
            NewRequest("taxi", title=title, priority=priority, wanted_from=wanted, take=True),
        )
    for hour, about in ((17, "terminal de carte"), (18, "devis")):
        desk.act(
            bastien, requests.promise_call_back, due_at=at(hour, 30), number="06 39 98 14 27", about=about
        )
    desk.act(bastien, service.log, book, "promesse prévenir Ilse 20h")
    clock.move_to(at(14, 18))
    return desk, bastien, ines


def card_of(desk: Desk) -> HandoverCard:
    (row,) = desk.ask(queries.handovers)
    return desk.ask(queries.handover_card, row.id)


@pytest.mark.parametrize("size", SIZES)
async def test_eight_items_are_handed_over_in_ten_keys_and_received_with_one_key_a_line(
    morning: tuple[Desk, Actor, Actor], clock: FixedClock, size: tuple[int, int]
) -> None:
    desk, bastien, ines = morning
    async with sit_down(desk, bastien, size) as seat:
        await seat.press("f7", "H")
        assert len(card_of(desk).lines) == 8
        await seat.press("i")
        await seat.type("le train a 30 min de retard : taxi Moulotte")
        await seat.press("enter")
        await seat.press("H", "H")
        assert card_of(desk).row.state == "signed"
        assert seat.keys <= 10, seat.keys
        fallback = next(line.fallback for line in card_of(desk).lines if line.colour == "red")
        assert fallback == "si le train a 30 min de retard : taxi Moulotte"
    clock.move_to(at(14, 24))
    async with sit_down(desk, ines, size) as seat:
        await seat.press("f7")
        assert "rouge" in seat.text and "Bastien" in seat.text
        before = seat.keys
        await seat.press(*["enter"] * 8)
        assert seat.keys - before == 8
        card = card_of(desk)
        assert all(line.acknowledged_at is not None for line in card.lines)
        assert card.row.state == "read"
        await seat.press("tab")
        await seat.type("Le train du soir quai 3\nRappeler pour le terminal\nPrévenir Ilse à vingt heures")
        await seat.press("ctrl+s")
        card = card_of(desk)
        assert (card.row.state, card.row.to_name, card.row.accepted_at) == ("accepted", "Inès", at(14, 24))
        assert card.synthesis.startswith("Le train du soir quai 3")


async def test_every_section_stands_on_the_screen_and_an_empty_one_says_so(
    morning: tuple[Desk, Actor, Actor],
) -> None:
    desk, bastien, _ines = morning
    async with sit_down(desk, bastien, (120, 50)) as seat:
        await seat.press("f7", "H")
        for title in (
            "Demandes ouvertes", "Promesses de rappel", "Clés", "Assistance", "Colis, bagages, objets", "Caisse",
            "Véhicules", "Équipe à venir", "Incidents, réclamations", "Demain", "Du superviseur", "Main courante",
        ):  # fmt: skip
            assert title in seat.text, title
        assert seat.text.count("rien") >= 4


async def test_a_question_travels_to_the_other_desk_and_back(
    morning: tuple[Desk, Actor, Actor], clock: FixedClock
) -> None:
    desk, bastien, ines = morning
    async with sit_down(desk, bastien, (120, 36)) as seat:
        await seat.press("f7", "H", "H", "H")
    async with sit_down(desk, ines, (120, 36)) as seat:
        await seat.press("f7", "q")
        await seat.type("Qui paie si le vol est annulé")
        await seat.press("enter")
        assert card_of(desk).row.state == "questioned"
    async with sit_down(desk, bastien, (120, 36)) as seat:
        await seat.press("f7", "o")
        await seat.type("Le client paie")
        await seat.press("enter")
    card = card_of(desk)
    assert (card.row.state, card.questions[0].answer) == ("read", "Le client paie")


async def test_a_synthesis_is_kept_when_the_desk_is_left_in_the_middle(
    morning: tuple[Desk, Actor, Actor],
) -> None:
    desk, bastien, ines = morning
    async with sit_down(desk, bastien, (80, 24)) as seat:
        await seat.press("f7", "H", "H", "H")
    async with sit_down(desk, ines, (80, 24)) as seat:
        await seat.press("f7", "enter", "tab")
        await seat.type("Le train du soir")
        await seat.press("escape")
    card = card_of(desk)
    assert card.synthesis == "Le train du soir"
    assert sum(line.acknowledged_at is not None for line in card.lines) == 1
    async with sit_down(desk, ines, (80, 24)) as seat:
        await seat.press("f7")
        assert seat.screen.synthesis.text == "Le train du soir"


async def test_one_key_writes_into_the_log_from_the_board_and_from_the_handover(
    morning: tuple[Desk, Actor, Actor],
) -> None:
    desk, bastien, _ines = morning
    async with sit_down(desk, bastien, (80, 24)) as seat:
        await seat.press("comma")
        await seat.type("colis de Paula, étagère 3")
        await seat.press("enter", "f7", "comma")
        await seat.type("incident : vitre fendue")
        await seat.press("enter")
    kinds = [(line.kind, line.text) for line in desk.ask(queries.log_lines)][:2]
    assert kinds == [("incident", "vitre fendue"), ("event", "colis de Paula, étagère 3")]


async def test_warned_words_keep_what_was_typed_and_ask_for_a_reason(
    morning: tuple[Desk, Actor, Actor],
) -> None:
    desk, bastien, _ines = morning
    async with sit_down(desk, bastien, (80, 24)) as seat:
        await seat.press("comma")
        await seat.type("elle est enceinte")
        await seat.press("enter")
        assert "elle est enceinte" in seat.text
        await seat.press("tab")
        await seat.type("dit par elle")
        await seat.press("enter")
    assert desk.ask(queries.log_lines)[0].text == "elle est enceinte"


async def test_a_promise_of_the_log_is_kept_from_the_board(morning: tuple[Desk, Actor, Actor]) -> None:
    desk, bastien, _ines = morning
    async with sit_down(desk, bastien, (120, 36)) as seat:
        board = seat.app.screen_stack[0]
        assert isinstance(board, BoardScreen)
        for _step in range(len(board.list.promises)):
            current = board.list.current
            if current is not None and current.kind == "log":
                break
            await seat.press("down")
        await seat.press("s", "t")
    assert desk.ask(queries.open_promises) == []


async def test_the_receiver_sees_what_was_changed_after_the_signature(
    morning: tuple[Desk, Actor, Actor], book: Rulebook
) -> None:
    desk, bastien, ines = morning
    async with sit_down(desk, bastien, (120, 36)) as seat:
        await seat.press("f7", "H", "H", "H")
    desk.act(bastien, service.add_line, book, card_of(desk).row.id, Section.ITEMS, what="valise de Marek")
    async with sit_down(desk, ines, (120, 36)) as seat:
        await seat.press("f7", "d")
        assert "Version 2" in seat.text and "valise de Marek" in seat.text


async def test_hostile_text_in_a_handover_is_shown_as_it_is(
    morning: tuple[Desk, Actor, Actor], book: Rulebook
) -> None:
    desk, bastien, _ines = morning
    number = desk.act(bastien, service.draft, book, _house())
    for text in ("[/] \x1b]52;c;x\x07 [bold]", "\u202eabc" + "é̷" * 40, "=HYPERLINK()"):
        desk.act(bastien, service.add_line, book, number, Section.ITEMS, what=text, colour="amber")
    async with sit_down(desk, bastien, (80, 24)) as seat:
        await seat.press("f7", "end")
        assert "[/]" in seat.text and "\x1b" not in seat.text and "\u202e" not in seat.text


def _house() -> HandoverHouse:
    return load_handover_house(knowledge_base() / "handover")

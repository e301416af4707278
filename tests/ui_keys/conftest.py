"""A cabinet of keys behind the real screen: real services on SQLite, a clock that stands still, real key presses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

import pytest
from textual.pilot import Pilot

from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.i18n import use_language
from conciergedesk.core.paths import knowledge_base
from conciergedesk.core.settings import Settings
from conciergedesk.customers import service as customers
from conciergedesk.keys import service as keys
from conciergedesk.keys.cards import SetCard
from conciergedesk.keys.custody import HolderKind, Identity, Proof
from conciergedesk.keys.house import key_house
from conciergedesk.keys.queries import set_card
from conciergedesk.keys.service import HandOver, NewSet
from conciergedesk.requests import service as requests
from conciergedesk.requests.rulebook import Rulebook, load_rulebook
from conciergedesk.requests.service import NewRequest
from conciergedesk.ui.app import DeskApp
from conciergedesk.ui.app import Identity as SignedIn
from conciergedesk.ui.desk_screen import DeskScreen
from conciergedesk.ui.glyphs import use_glyphs
from conciergedesk.ui.handlers.keys import KeyHandlers
from conciergedesk.ui.keys import KeyMap, use_keymap
from conciergedesk.ui.screens.keys import KeysScreen
from conciergedesk.ui.session import DeskSession
from tests.conftest import PARIS, hire
from tests.keyboard import press, quiet, strike


@lru_cache
def _book() -> Rulebook:
    return load_rulebook(knowledge_base())


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 3, day, hour, minute, tzinfo=PARIS)


class Home(DeskScreen):
    """A board with nothing on it."""

    MODE = "board"


@dataclass
class KeyDesk:
    """The desk and what lies in its cabinet."""

    desk: Desk
    clock: FixedClock
    actor: Actor
    sets: dict[int, int]
    places: dict[str, int]
    people: dict[str, int]

    def act(self, verb: Callable[..., object], *args: object, **kwargs: object) -> object:
        return self.desk.act(self.actor, verb, *args, **kwargs)

    def card(self, number: int) -> SetCard:
        return self.desk.ask(set_card, self.sets[number], self.clock.now(), key_house().ladder, PARIS)

    def request(self, tag: str, guest: str, promised: datetime, kind: str = "key_handover_out") -> int:
        fields = {"key_tag": tag, "authorised_by": "Karim"} if kind == "key_handover_out" else {}
        new = NewRequest(
            kind, requester_id=self.people["Karim"], beneficiary_id=self.people[guest], wanted_from=promised,
            channel="phone", fields=fields,
        )  # fmt: skip
        return self.desk.act(self.actor, requests.capture, _book(), new)

    def hand_over(self, number: int, guest: str, due: datetime, tag: str, **more: object) -> None:
        order = HandOver(
            self.sets[number], HolderKind.GUEST, due, self.card(number).row.position.expected, self.people[guest],
            identity=Identity.PASSPORT, proof=Proof.SIGNATURE, proof_ref=guest,
            request_id=self.request(tag, guest, self.clock.now()),
        )  # fmt: skip
        self.desk.act(self.actor, keys.hand_over, _book(), key_house(), replace(order, **more))  # type: ignore[arg-type]


@pytest.fixture
def key_desk(sqlite_desk: Desk, clock: FixedClock) -> KeyDesk:
    """Six sets: one late, one ready, one out, three that hang quietly."""
    actor = hire(sqlite_desk, "Inès")
    hire(sqlite_desk, "Maëlle")
    clock.move_to(at(1, 10))
    made = KeyDesk(sqlite_desk, clock, actor, {}, {}, {})
    for name, language, phone in (
        ("Karim", "fr", "+33639981702"),
        ("Annika", "de", "+492214710123"),
        ("Jonas", "de", "+33639981427"),
        ("Zofia", "en", "+33261910077"),
        ("Wanda", "fr", "+33353010055"),
    ):
        made.people[name] = sqlite_desk.act(
            actor, customers.add_person, first_name=name, language=language, phones=[phone]
        )
    for hook in ("1", "2", "3", "5", "12", "13"):
        made.places[hook] = sqlite_desk.act(actor, keys.add_place, "hook", hook)
    made.places["safe"] = sqlite_desk.act(actor, keys.add_place, "safe", "1")
    houses = {
        code: sqlite_desk.act(
            actor, customers.add_lodging, code=code, name=name, address=address, commune="Metz"
        )
        for code, name, address in (
            ("P-11", "Les Tilleuls", "3 rue Haute"),
            ("P-12", "La Seille", "8 quai Bas"),
        )
    }
    for number, hook, lodging in (
        (204, "12", "P-11"), (205, "13", "P-11"), (117, "5", "P-12"), (12, "1", "P-12"), (19, "2", "P-12"),
        (72, "3", "P-12"),
    ):  # fmt: skip
        new = NewSet(
            [("door", 1), ("building", 1), ("badge", 1)],
            made.people["Karim"],
            made.places[hook],
            "M-88",
            date(2027, 1, 1),
            date(2027, 12, 31),
            lodging_id=houses[lodging],
            identity=Identity.KNOWN_PERSON,
            number=number,
        )
        made.sets[number] = sqlite_desk.act(actor, keys.register_set, new).id
    clock.move_to(at(24, 9))
    made.hand_over(117, "Zofia", at(24, 18, 0), "117-0")
    made.hand_over(72, "Wanda", at(28, 11, 0), "072-1")
    request = made.request("204-3", "Jonas", at(24, 18, 24))
    sqlite_desk.act(
        actor, keys.reserve, made.sets[204], at(24, 18, 24), at(28, 11), holder_id=made.people["Jonas"],
        request_id=request,
    )  # fmt: skip
    clock.move_to(at(24, 18, 42))
    return made


@dataclass
class KeyRoomOnScreen:
    """The screen of keys, open."""

    app: DeskApp
    pilot: Pilot[None]
    desk: KeyDesk

    @property
    def screen(self) -> KeysScreen:
        screen = next(one for one in self.app.screen_stack if isinstance(one, KeysScreen))
        return screen

    async def press(self, *pressed: str) -> None:
        await press(self.pilot, *pressed)

    async def type(self, text: str) -> None:
        await strike(self.pilot.app, *text)
        await quiet(self.pilot)

    async def go_to(self, tag: str) -> None:
        """Put the cursor on a set with the arrow keys."""
        await self.press("home")
        for _step in range(len(self.screen.list.rows)):
            current = self.screen.current
            if current is not None and current.tag == tag:
                break
            await press(self.pilot, "down")

    @property
    def lines(self) -> list[str]:
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


OpenKeys = Callable[..., AbstractAsyncContextManager[KeyRoomOnScreen]]


@pytest.fixture(autouse=True)
def _quiet_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("NO_COLOR", raising=False)
    yield
    use_language("fr")
    use_glyphs("unicode")
    use_keymap(KeyMap())


def make_app(
    made: KeyDesk, *, actor: Actor | None = None, theme: str = "desk-nuit", language: str = "fr"
) -> DeskApp:
    """The application over the cabinet, signed in."""
    session = DeskSession(made.clock, Settings())
    session._desk, session._book = made.desk, _book()
    session.actor = actor or made.actor
    handlers: list[KeyHandlers] = []

    def screen() -> KeysScreen:
        return KeysScreen(handlers[0].room, poll_seconds=0)

    app = DeskApp(
        {"board": Home, "keys": screen}, clock=made.clock, theme=theme, language=language, glyph_set="unicode"
    )
    handlers.append(KeyHandlers(app, session))
    app.sign_in(
        SignedIn(session.actor.name, session.actor.id, "concierge", "soir", at(24, 21, 15), ("Maëlle",))
    )
    return app


@pytest.fixture
def open_keys(key_desk: KeyDesk) -> OpenKeys:
    """Opens the screen of keys at a size."""

    @asynccontextmanager
    async def opened(
        size: tuple[int, int] = (120, 36), *, actor: Actor | None = None
    ) -> AsyncIterator[KeyRoomOnScreen]:
        app = make_app(key_desk, actor=actor)
        async with app.run_test(size=size) as pilot:
            room = KeyRoomOnScreen(app, pilot, key_desk)
            await quiet(pilot)
            await room.press("f4")
            yield room

    return opened

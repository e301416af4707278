"""A whole desk driven by key presses: real services, a real file, a clock that stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.settings import Settings
from conciergedesk.core.shared import Agency, set_up_agency
from conciergedesk.customers import service as customers
from conciergedesk.requests import service as requests
from conciergedesk.requests.queries import RequestCard, open_requests, request_card
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.service import NewRequest
from conciergedesk.staff.queries import AgentCard, agents
from conciergedesk.ui.session import DeskSession
from conciergedesk.ui.start import Start
from tests.conftest import hire
from tests.keyboard import press, quiet, strike


class Driver:
    """One open desk under the fingers of a tired assistant."""

    def __init__(self, start: Start, pilot: Pilot[None], session: DeskSession) -> None:
        self.start = start
        self.pilot = pilot
        self.session = session

    async def settle(self) -> None:
        await quiet(self.pilot)

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, waiting for what each one starts."""
        await press(self.pilot, *keys)

    async def type(self, text: str) -> None:
        """Type text into whatever has the focus."""
        await strike(self.pilot.app, *text)
        await self.settle()

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(strip.text for strip in self.pilot.app.screen._compositor.render_strips())

    def requests(self) -> list[RequestCard]:
        """Every open request in full, soonest first."""
        return [self.session.ask(request_card, row.id) for row in self.session.ask(open_requests)]


@asynccontextmanager
async def opened(
    desk: Desk, clock: FixedClock, agent: Actor, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[Driver]:
    """A desk on the screen with ``agent`` signed in."""
    session = DeskSession(clock, Settings(database=desk.settings.database, desk=f"screen-{agent.name}"))
    code = next(one.code for one in _staff(desk) if one.id == agent.id)
    start = Start(session, agent=code)
    try:
        async with start.app.run_test(size=size) as pilot:
            driver = Driver(start, pilot, session)
            await driver.settle()
            yield driver
    finally:
        session.close()


def _staff(desk: Desk) -> list[AgentCard]:
    return desk.ask(agents)


def furnish(desk: Desk, book: Rulebook) -> dict[str, int]:
    """A few people and an agency, so that there is somebody to work for."""
    supervisor = hire(desk, "Hélène", role="supervisor")
    desk.act(SYSTEM, set_up_agency, Agency(name="Agence d'essai", commune="Metz"))
    people = {}
    for first, last, language, phone in (
        ("Karim", "Belkacem", "fr", "06 39 98 17 02"),
        ("Jürgen", "Weber", "de", "+352 621 000 012"),
        ("Anke", "Klein", "de", "06 39 98 41 07"),
        ("Odile", "Fournier", "fr", "01 99 00 42 11"),
        ("Marek", "Nowak", "en", "06 39 98 20 20"),
    ):
        people[first] = desk.act(
            supervisor,
            customers.add_person,
            first_name=first,
            last_name=last,
            language=language,
            phones=[phone],
        )
    desk.act(supervisor, customers.add_lodging, name="Gîte des Tanneurs", commune="Metz")
    return people


def one_request(desk: Desk, actor: Actor, book: Rulebook, person: int) -> int:
    """A basket that nobody holds."""
    return desk.act(
        actor, requests.capture, book, NewRequest("terroir_basket", requester_id=person, channel="email")
    )

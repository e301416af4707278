"""What does the acts of all rooms: made when the first act is asked for, or once the board is painted.

Handlers bring sheets, screens and words with them that the first frame does not show; the desk would open later for
nothing. Until they are made, ``ACTS`` says what they will do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.drafts import Drafts
    from conciergedesk.ui.handlers.handover import HandoverHandlers
    from conciergedesk.ui.handlers.hotline import HotlineHandlers
    from conciergedesk.ui.handlers.keys import KeyHandlers
    from conciergedesk.ui.handlers.people import PeopleHandlers
    from conciergedesk.ui.handlers.providers import ProviderHandlers
    from conciergedesk.ui.handlers.relocation import RelocationHandlers
    from conciergedesk.ui.handlers.reports import ReportHandlers
    from conciergedesk.ui.handlers.rota import RotaHandlers
    from conciergedesk.ui.session import DeskSession

ACTS = frozenset(
    {
        "desk.new", "desk.find", "desk.call", "desk.drafts", "desk.log", "desk.note", "desk.redo", "desk.undo",
        "board.appointment", "board.assign", "board.call", "board.callback", "board.claim", "board.duplicate",
        "board.kept", "board.key", "board.letter", "board.link", "board.open", "board.person", "board.priority",
        "board.qualify", "board.save_view", "board.status", "board.step",
        "hotline.article", "hotline.incident", "hotline.missed", "hotline.open", "hotline.round", "hotline.sites",
        "hotline.status", "hotline.take",
        "handover.accept", "handover.add", "handover.answer", "handover.ask", "handover.desk",
        "handover.differences", "handover.edit", "handover.if", "handover.log", "handover.sign", "handover.take",
        "keys.acts", "keys.address", "keys.chase", "keys.code", "keys.count", "keys.handover", "keys.incident",
        "keys.lost", "keys.place", "keys.register", "keys.takeback",
        "board.provider", "providers.add", "providers.agreement", "providers.answer", "providers.ask",
        "providers.call", "providers.choose", "providers.edit", "providers.export", "providers.hours",
        "providers.import", "providers.letter", "providers.note", "providers.unavailable", "providers.visit",
        "providers.weather",
        "relocation.ask", "relocation.document", "relocation.done", "relocation.facts", "relocation.later",
        "relocation.letter", "relocation.move", "relocation.needs", "relocation.new", "relocation.pulse",
        "relocation.risk", "relocation.send", "relocation.state", "relocation.visits", "relocation.whole",
        "register.action", "register.aim", "register.decide", "register.done", "register.drop", "register.fact",
        "register.fill", "register.mandate", "register.print", "register.review",
        "reports.by", "reports.filter", "reports.register", "reports.saved",
        "rota.absent", "rota.asks", "rota.change", "rota.check", "rota.drop", "rota.export", "rota.generate",
        "rota.month", "rota.now", "rota.offer", "rota.publish", "rota.recover", "rota.replace", "rota.swap",
        "rota.take", "rota.team", "rota.versions", "rota.wish", "rota.year",
    }
)  # fmt: skip
"""Acts with a handler; a test holds them against what the handlers register."""


@dataclass(frozen=True, slots=True)
class _Rooms:
    """What is made first, in one go."""

    people: PeopleHandlers
    keys: KeyHandlers
    handover: HandoverHandlers
    providers: ProviderHandlers
    relocation: RelocationHandlers


class Wiring:
    """The handlers of one desk."""

    def __init__(self, app: DeskApp, session: DeskSession, drafts: Drafts) -> None:
        self._app = app
        self._session = session
        self._drafts = drafts
        app.offer_acts(ACTS, self.make)
        app.use_rights(lambda: session.actor.rights if session.actor is not None else None)

    def make(self) -> None:
        """Make all handlers, in the order in which one may take an act over from another."""
        # The hotlines last: they take acts over for what they owe.
        _made = (self._rooms, self.rota, self.reports, self.hotline)

    @staticmethod
    def fetch() -> None:
        """Read the modules that ``make`` will need, in a worker thread while nobody waits for it."""
        from importlib import import_module

        import_module("rapidfuzz.process")  # for the first word that is mistyped in a filter
        for name in (
            "requests",
            "intake",
            "people",
            "letters",
            "keys",
            "handover",
            "providers",
            "relocation",
            "hotline",
            "rota",
            "reports",
        ):
            import_module(f"conciergedesk.ui.handlers.{name}")

    @cached_property
    def _rooms(self) -> _Rooms:
        from conciergedesk.ui.handlers.handover import HandoverHandlers
        from conciergedesk.ui.handlers.intake import IntakeHandlers
        from conciergedesk.ui.handlers.keys import KeyHandlers
        from conciergedesk.ui.handlers.letters import LetterHandlers
        from conciergedesk.ui.handlers.people import PeopleHandlers
        from conciergedesk.ui.handlers.providers import ProviderHandlers
        from conciergedesk.ui.handlers.relocation import RelocationHandlers
        from conciergedesk.ui.handlers.request_calls import RequestCalls
        from conciergedesk.ui.handlers.request_status import RequestStatus
        from conciergedesk.ui.handlers.requests import RequestHandlers

        for acts in (RequestHandlers, RequestStatus, RequestCalls):
            acts(self._app, self._session, self._drafts)
        intake = IntakeHandlers(self._app, self._session, self._drafts)
        people = PeopleHandlers(self._app, self._session, intake)
        providers = ProviderHandlers(self._app, self._session)
        LetterHandlers(self._app, self._session, providers.room)
        return _Rooms(
            people,
            KeyHandlers(self._app, self._session, self._drafts),
            HandoverHandlers(self._app, self._session, self._drafts),
            providers,
            RelocationHandlers(self._app, self._session, self._drafts),
        )

    @property
    def keys(self) -> KeyHandlers:
        return self._rooms.keys

    @property
    def handover(self) -> HandoverHandlers:
        return self._rooms.handover

    @property
    def providers(self) -> ProviderHandlers:
        return self._rooms.providers

    @property
    def relocation(self) -> RelocationHandlers:
        return self._rooms.relocation

    @cached_property
    def rota(self) -> RotaHandlers:
        from conciergedesk.ui.handlers.rota import RotaHandlers

        _first = self._rooms
        return RotaHandlers(self._app, self._session)

    @cached_property
    def reports(self) -> ReportHandlers:
        from conciergedesk.ui.handlers.reports import ReportHandlers

        return ReportHandlers(self._app, self._session, self._drafts)

    @cached_property
    def hotline(self) -> HotlineHandlers:
        from conciergedesk.ui.handlers.finding import RoomFinder
        from conciergedesk.ui.handlers.hotline import HotlineHandlers

        people = self._rooms.people
        made = HotlineHandlers(self._app, self._session, self._drafts)
        people.rooms = RoomFinder(self._app, self._session, made.places.show)
        return made

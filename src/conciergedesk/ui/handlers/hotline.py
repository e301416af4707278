"""Acts of the hotlines: the call that rings, the ticket, the triage, articles, incidents, sites and rounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conciergedesk.board.rules import PromiseKind
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.drafts import Drafts
from conciergedesk.ui.handlers.hotline_articles import ArticleHandlers
from conciergedesk.ui.handlers.hotline_calls import CallHandlers
from conciergedesk.ui.handlers.hotline_desk import HotlineDesk
from conciergedesk.ui.handlers.hotline_incidents import IncidentHandlers
from conciergedesk.ui.handlers.hotline_sites import SiteHandlers
from conciergedesk.ui.handlers.hotline_tickets import TicketHandlers
from conciergedesk.ui.handlers.hotline_triage import TriageHandlers
from conciergedesk.ui.hotline_room import HotlineRoom
from conciergedesk.ui.screens.hotline import HotlineScreen

if TYPE_CHECKING:
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession


class HotlineHandlers:
    """Wires the acts of the hotlines to their verbs, and lets calls ring on this desk."""

    def __init__(self, app: DeskApp, session: DeskSession, drafts: Drafts | None = None) -> None:
        self.desk = HotlineDesk(app, session, drafts)
        self.articles = ArticleHandlers(self.desk)
        self.work = TicketHandlers(self.desk)
        self.triage = TriageHandlers(self.desk, self.work, self.articles)
        self.calls = CallHandlers(self.desk, self.triage, self.articles)
        self.incidents = IncidentHandlers(self.desk)
        self.places = SiteHandlers(self.desk)
        for act, handler in (("hotline.open", self.open), ("hotline.status", self.status)):
            app.on_act(act, handler)
        self.desk.take_over("board.open", self.open)
        self.desk.take_over("board.status", self.status)
        self._before_new = app.handler_of("desk.new")
        app.on_act("desk.new", self.new)

    @property
    def room(self) -> HotlineRoom:
        """What the screen of the hotlines reads."""
        return self.desk.room

    def listen(self) -> None:
        """Let calls ring on this desk from now on; called once somebody has signed in."""
        self.calls.listen()

    def stop(self) -> None:
        """Stop listening; called when the desk closes."""
        self.calls.stop()

    def new(self, ask: Ask) -> None:
        """On the screen of the hotlines a ticket, everywhere else a request."""
        if isinstance(ask.screen, HotlineScreen) and self.desk.room.rings_here:
            self.triage.choose_tree(ask.screen, None)
        elif self._before_new is not None:
            self._before_new(ask)

    def open(self, ask: Ask) -> None:
        """Enter: the triage of a ticket, the incident, the round, the renewal, the call-back."""
        promise = ask.promises[0] if ask.promises else None
        if promise is None:
            return
        if promise.kind is PromiseKind.TICKET:
            ask.screen.run_service(
                lambda: self.desk.room.view(promise.id),
                lambda view: self.triage.triage(ask.screen, view),
                group="ticket",
                exclusive=True,
            )
        elif promise.kind is PromiseKind.INCIDENT:
            self.incidents.show(ask.screen, promise)
        elif promise.kind is PromiseKind.ROUND:
            self.places.drive(ask.screen, promise)
        elif promise.kind is PromiseKind.AGREEMENT:
            self.places.renewal(ask.screen, promise)
        else:
            self._elsewhere("board.status", ask)

    def _elsewhere(self, act: str, ask: Ask) -> None:
        """An act on a promise of another room, done by that room."""
        handler = self.desk.app.handler_of(act)
        if handler is not None:
            handler(Ask(act, ask.screen, ask.promises, ask.detail))

    def status(self, ask: Ask) -> None:
        tickets = self.desk.tickets(ask)
        if tickets:
            self.work.status_of(ask.screen, [one.id for one in tickets], self.desk.named(tickets), tickets[0])
        else:
            self.open(ask)

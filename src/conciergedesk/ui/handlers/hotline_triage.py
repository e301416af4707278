"""The triage of a ticket: choosing what it is about, going through its steps."""

from __future__ import annotations

from collections.abc import Callable

from conciergedesk.core.i18n import _
from conciergedesk.hotline.cards import CallerCard
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import DeskScreen
from conciergedesk.ui.handlers.hotline_articles import ArticleHandlers
from conciergedesk.ui.handlers.hotline_desk import HotlineDesk
from conciergedesk.ui.handlers.hotline_tickets import TicketHandlers
from conciergedesk.ui.hotline_room import Ended, TicketView
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.hotline_triage import TriageSheet, ended_words
from conciergedesk.ui.screens.board import BoardScreen


class TriageHandlers:
    """Opens tickets and takes them through their triage."""

    def __init__(self, desk: HotlineDesk, tickets: TicketHandlers, articles: ArticleHandlers) -> None:
        self.desk = desk
        self.tickets = tickets
        self.articles = articles

    def choose_tree(
        self, screen: DeskScreen, card: CallerCard | None, back: Callable[[], None] = lambda: None
    ) -> None:
        """Ask what it is about and open a ticket; leaving it goes ``back``."""
        began = self.desk.session.now()
        line = card.line if card is not None and card.line else self.desk.room.line

        def show(trees: list[tuple[str, str]]) -> None:
            options = [Option(code, title, code) for code, title in trees]
            title = _("What is it about?")
            self.desk.app.push_screen(
                Choice(title, options, safe(card.who, 40) if card is not None else ""), chosen
            )

        def chosen(tree: str | None) -> None:
            if tree is None:
                back()
                return
            at = card.answered_at if card is not None and card.answered_at is not None else began
            screen.run_service(
                lambda: self.desk.room.open(tree, card, at), lambda made: opened(*made), group="write"
            )

        def opened(view: TicketView, made: object) -> None:
            incident = getattr(made, "incident_id", None)
            if incident is not None and not getattr(made, "incident_open", False):
                screen.say(_("The same on several sites: incident M-{number} is proposed.", number=incident))
            self.triage(screen, view)

        screen.run_service(lambda: self.desk.room.trees(line), show, group="trees", exclusive=True)

    def triage(self, screen: DeskScreen, view: TicketView) -> None:
        if view.walk is None:
            self.tickets.status_of(screen, [view.card.row.id], view.card.row.ref)
            return
        sheet = TriageSheet(
            self.desk.room, view, lambda article, shown: self._from_triage(screen, article, shown)
        )

        def ended(answer: Ended | None) -> None:
            if answer is not None:
                self.desk.done(screen, ended_words(answer), undo=True)
            elif isinstance(screen, BoardScreen):
                screen.reload()

        self.desk.app.push_screen(sheet, ended)

    def _from_triage(self, screen: DeskScreen, article: str, view: TicketView) -> None:
        """The article of the step over the triage; none, and one is searched."""
        if article:
            self.articles.read(screen, article, view)
        else:
            self.articles.search(screen, view, view.card.row.title, lambda: None)

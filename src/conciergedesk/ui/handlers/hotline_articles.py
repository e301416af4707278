"""Articles of the hotlines: searching with the words of the call, reading, sending."""

from __future__ import annotations

from collections.abc import Callable

from conciergedesk.core.i18n import _, active_language, local
from conciergedesk.hotline.articles import Article
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.handlers.hotline_desk import HotlineDesk
from conciergedesk.ui.hotline_room import TicketView
from conciergedesk.ui.modals.hotline_articles import ArticleSearch, ArticleSheet
from conciergedesk.ui.modals.key_sheets import ShownSheet


class ArticleHandlers:
    """Finds and reads articles, and sends one to the caller of a ticket."""

    def __init__(self, desk: HotlineDesk) -> None:
        self.desk = desk
        self._searched = ""
        desk.app.on_act("hotline.article", self.articles)

    def articles(self, ask: Ask) -> None:
        tickets = self.desk.tickets(ask)
        if not tickets:
            self.search(ask.screen, None, self._searched, lambda: None)
            return
        ask.screen.run_service(
            lambda: self.desk.room.view(tickets[0].id),
            lambda view: self.search(ask.screen, view, self.words_of(view), lambda: None),
            group="ticket",
            exclusive=True,
        )

    def words_of(self, view: TicketView) -> str:
        """The ticket's own words, to search with."""
        row = view.card.row
        return row.title or self.desk.room.house.category_name(row.category, active_language())

    def search(
        self, screen: DeskScreen, view: TicketView | None, text: str, after: Callable[[], None]
    ) -> None:
        language = active_language()
        today = local(self.desk.session.now()).date()
        sheet = ArticleSearch(
            lambda typed: self.desk.room.search(typed, language),
            self.desk.room.searched_in_vain,
            today=today,
            text=text,
        )

        def chosen(article: Article | None) -> None:
            self._searched = sheet.line.value
            if article is None:
                after()
            else:
                self.read(screen, article.id, view, after)

        self.desk.app.push_screen(sheet, chosen)

    def read(
        self,
        screen: DeskScreen,
        article_id: str,
        view: TicketView | None,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        ticket_id = view.card.row.id if view is not None else None

        def show(article: Article) -> None:
            today = local(self.desk.session.now()).date()
            self.desk.app.push_screen(
                ArticleSheet(article, today=today, can_send=ticket_id is not None), left
            )

        def sent(text: str) -> None:
            lines = [(line, "text") for line in text.split("\n")]
            self.desk.app.push_screen(ShownSheet(_("Message to the caller"), lines, copied=text))

        def left(answer: str | None) -> None:
            if answer == "send" and ticket_id is not None:
                number = ticket_id
                screen.run_service(
                    lambda: self.desk.room.send_article(number, article_id), sent, group="write"
                )
            else:
                after()

        screen.run_service(
            lambda: self.desk.room.article(article_id, active_language(), ticket_id),
            show,
            group="article",
            exclusive=True,
        )

"""Articles: searched as one types, read as Markdown in the terminal, sent to the caller."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import PurePath
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Markdown

from conciergedesk.core.i18n import _, show_date
from conciergedesk.core.text import clean_block
from conciergedesk.hotline.articles import Article
from conciergedesk.hotline.search import Hit
from conciergedesk.ui.acts import Action, Scope
from conciergedesk.ui.cells import Row
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import keymap
from conciergedesk.ui.modals.hotline_call import HOTLINE_STYLES
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.inputs import DeskInput
from conciergedesk.ui.widgets.painted import Painted


class HitRows(Painted):
    """What was found, and why."""

    GROUND = "raised"

    def __init__(self) -> None:
        super().__init__()
        self.hits: tuple[Hit, ...] = ()
        self.typed = ""
        self.cursor = 0
        self.today = date.min

    def show(self, hits: Sequence[Hit], typed: str, today: date) -> None:
        self.hits, self.typed, self.today, self.cursor = tuple(hits), typed, today, 0
        self.repaint(layout=True)

    def move(self, by: int) -> None:
        self.cursor = max(0, min(self.cursor + by, len(self.hits) - 1))
        self.repaint()

    @property
    def current(self) -> Article | None:
        return self.hits[self.cursor].article if self.hits else None

    def paint(self, width: int) -> list[Row]:
        if not self.hits:
            said = (
                _("No article answers this. Enter notes it as one to write.")
                if self.typed.strip()
                else _("Type what the caller says.")
            )
            return [Row().say(said, "muted")]
        rows = []
        for place, hit in enumerate(self.hits):
            here = place == self.cursor
            row = Row(ground="select" if here else "").say(glyphs().cursor if here else " ", "accent").gap(1)
            row.data(hit.article.id, "accent" if here else "calm", 7).to(10)
            row.data(hit.article.title, "bright bold" if here else "text", width // 2).to(12 + width // 2)
            met = ", ".join(dict.fromkeys(one.met for one in hit.matches))
            stale = hit.article.is_stale(self.today)
            end = Row().say(_("to review"), "soon") if stale else Row()
            row.data(met, "muted", max(width - row.width - end.width - 2, 0))
            rows.append(row.end(end, width).to(width))
        return rows


class ArticleSearch(Sheet[Article]):
    """One line, results at every key; answers the article to read."""

    CSS_PATH: ClassVar[list[str | PurePath] | None] = [HOTLINE_STYLES]
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.SEARCH,)

    def __init__(
        self,
        search: Callable[[str], Sequence[Hit]],
        missed: Callable[[str], None],
        *,
        today: date,
        text: str = "",
    ) -> None:
        super().__init__(_("Articles"))
        self._search, self._missed, self._today, self._text = search, missed, today, text
        self.line = DeskInput(text, placeholder=_("what the caller says"))
        self.rows = HitRows()

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.line
        yield self.rows

    def on_mount(self) -> None:
        super().on_mount()
        self.line.focus()
        # What stands there is offered: the first key replaces it, an arrow keeps it.
        self.line.select_all()
        self._run(self._text)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._run(event.value)

    def _run(self, text: str) -> None:
        def show(answer: tuple[str, Sequence[Hit]]) -> None:
            if answer[0] == self.line.value:
                self.rows.show(answer[1], text, self._today)

        self.run_service(lambda: (text, self._search(text)), show, group="articles", exclusive=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        found, typed = self.rows.current, self.line.value
        if found is not None:
            self.dismiss(found)
        elif typed.strip():
            self.run_service(lambda: self._missed(typed), lambda _none: None, group="write")

    def action_down(self) -> None:
        self.rows.move(1)

    def action_up(self) -> None:
        self.rows.move(-1)


class ArticleSheet(Sheet[str]):
    """One article to read aloud from; answers ``send`` when it is to be sent to the caller."""

    CSS_PATH: ClassVar[list[str | PurePath] | None] = [HOTLINE_STYLES]
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.ARTICLE,)

    def __init__(self, article: Article, *, today: date, can_send: bool) -> None:
        self._can_send = can_send
        context = f"{article.id} v{article.version}"
        if article.is_stale(today):
            day = show_date(article.review, pattern="d MMM y")
            context = f"{glyphs().notice} {_('to review since {day}', day=day)} · {context}"
        super().__init__(article.title, context)
        self.article = article

    def compose_sheet(self) -> Iterable[Widget]:
        # Links are never opened from here: what an article says is read, not run.
        yield VerticalScroll(Markdown(clean_block(self.article.body), open_links=False), id="article")

    def shown_acts(self) -> Sequence[Action]:
        acts = keymap().footer(Scope.ARTICLE, Scope.SHEET)
        return [one for one in acts if one.id != "article.send" or self._can_send]

    def action_send(self) -> None:
        if self._can_send:
            self.dismiss("send")

    def action_down(self) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=4, animate=False)

    def action_up(self) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=-4, animate=False)

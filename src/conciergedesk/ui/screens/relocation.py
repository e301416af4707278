"""Relocation files: the portfolio of a coach, one file round its arrival, and the supervisor's figures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar, Protocol

from textual.containers import Vertical
from textual.widget import Widget

from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import _
from conciergedesk.core.text import fold
from conciergedesk.relocation.cards import Figures, FileCard, ItemLine, Portfolio, PortfolioLine
from conciergedesk.relocation.plans import Plan
from conciergedesk.ui.acts import Action, Scope
from conciergedesk.ui.cells import safe
from conciergedesk.ui.keys import keymap
from conciergedesk.ui.watched_screen import WatchedScreen
from conciergedesk.ui.widgets.board_parts import EmptyNote, FilterLine
from conciergedesk.ui.widgets.relocation_file import FileHead
from conciergedesk.ui.widgets.relocation_foot import FileFoot
from conciergedesk.ui.widgets.relocation_items import OwedItems
from conciergedesk.ui.widgets.relocation_list import (
    FigurePane,
    PortfolioHeading,
    PortfolioList,
    PortfolioStrip,
)
from conciergedesk.ui.widgets.relocation_time import FileTimeline

POLL_SECONDS = 2.0
ON_FILE = frozenset(
    {
        "relocation.done", "relocation.later", "relocation.move", "relocation.pulse", "relocation.risk",
        "relocation.document", "relocation.letter", "relocation.state", "relocation.send", "relocation.facts",
        "relocation.needs", "relocation.ask", "relocation.whole",
        "relocation.right", "relocation.left", "relocation.more", "desk.note",
    }
)  # fmt: skip
"""Acts that need an open file."""
ON_LIST = frozenset({"relocation.filter", "relocation.view"})
FIRST_ON_LIST = (
    "relocation.open",
    "relocation.new",
    "relocation.visits",
    "relocation.view",
    "relocation.filter",
)
"""What the footer begins with while files are listed."""


class RelocationSource(Protocol):
    """Where the screen reads. All of it is called in worker threads, but ``today`` and ``my_id``."""

    def portfolio(self, *, everybody: bool) -> Portfolio: ...

    def figures(self) -> Figures: ...

    def file(self, file_id: int) -> FileCard: ...

    def open_file(self, file_id: int) -> FileCard: ...

    def plan(self, card: FileCard) -> Plan: ...

    def token(self) -> str: ...

    def today(self) -> date: ...

    @property
    def my_id(self) -> int | None: ...


class RelocationScreen(WatchedScreen):
    """Lists files; Enter opens one, Escape goes back."""

    MODE = "relocation"
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.RELOCATION,)
    FOOTER: ClassVar[tuple[str, ...]] = ("desk.new", "desk.find")

    def __init__(self, source: RelocationSource, *, poll_seconds: float = POLL_SECONDS) -> None:
        super().__init__(source, poll_seconds)
        self._source = source
        self._portfolio: Portfolio | None = None
        self._filter = ""
        self._everybody = False
        self._figures_shown = False
        self._opening: tuple[int, int | None] | None = None
        self.card: FileCard | None = None
        self.plan: Plan | None = None
        self.heading = PortfolioHeading(id="reloc-heading")
        self.filter_line = FilterLine()
        self.list = PortfolioList(id="reloc-list")
        self.strip = PortfolioStrip(id="reloc-strip")
        self.empty = EmptyNote()
        self.figures = FigurePane(id="reloc-figures")
        self.head = FileHead(id="file-head")
        self.time = FileTimeline(id="file-time")
        self.items = OwedItems(id="file-items")
        self.foot = FileFoot(id="file-foot")

    def compose_body(self) -> Iterable[Widget]:
        self.empty.display = False
        files = Vertical(
            self.filter_line, self.heading, self.list, self.strip, self.empty, self.figures, id="reloc-files"
        )
        one = Vertical(self.head, self.time, self.items, self.foot, id="reloc-file")
        yield Vertical(files, one, id="board")

    def on_mount(self) -> None:
        self._arrange()
        self.list.focus()

    # --- reading ---

    def reload(self, select: int | None = None) -> None:
        """Read again what is shown; ``select`` puts the cursor of the file on that item."""
        if self._opening is not None:
            file_id, wanted = self._opening
            self.show_file(file_id, wanted if select is None else select)
        elif self.card is not None:
            self.show_file(self.card.id, select)
        else:
            everybody = self._everybody
            self.run_service(
                lambda: (self._source.token(), self._source.portfolio(everybody=everybody)),
                self._show_portfolio,
                group="reloc-load",
                exclusive=True,
            )

    def _show_portfolio(self, found: tuple[str, Portfolio]) -> None:
        first = self._portfolio is None
        self._token, self._portfolio = found
        if (
            first
            and not self._portfolio.lines
            and not self._everybody
            and self.desk.allows("relocation.view")
        ):
            self._everybody = True
            self.reload()
            return
        self._show_list()

    def _kept(self) -> list[PortfolioLine]:
        lines = self._portfolio.lines if self._portfolio is not None else ()
        words = fold(self._filter).split()
        return [
            one
            for one in lines
            if all(
                word
                in fold(f"{one.ref} {one.household} {one.employer} {one.coach} {one.stage} {one.next_item}")
                for word in words
            )
        ]

    def _show_list(self) -> None:
        kept = self._kept()
        self.heading.show(self._portfolio, everybody=self._everybody, filter_line=safe(self._filter, 30))
        self.list.show(kept, self._source.today(), everybody=self._everybody)
        self._arrange()
        if not kept and self._portfolio is not None:
            if self._filter:
                said = _("Nothing here answers “{filter}”.", filter=safe(self._filter, 30))
                self.empty.show(said, keymap().shown("desk.back"), _("take the filter off"))
            elif self.desk.allows("relocation.new"):
                said = _("No file is open.") if self._everybody else _("You have no open file.")
                self.empty.show(said, keymap().shown("relocation.new"), _("to open one"))
            else:
                said = _("Files are kept by the coaches.")
                self.empty.show(said, keymap().shown("desk.find"), _("to find whose a household is"))

    # --- one file ---

    def show_file(self, file_id: int, select: int | None = None) -> None:
        """Open a file, or read the open one again; reading anew forgets neither the file nor the item asked for."""
        again = self.card is not None and self.card.id == file_id
        self._opening = file_id, select

        def read() -> tuple[str, FileCard, Plan]:
            card = self._source.file(file_id) if again else self._source.open_file(file_id)
            return self._source.token(), card, self._source.plan(card)

        def show(found: tuple[str, FileCard, Plan]) -> None:
            self._token, self.card, self.plan = found
            self._opening = None
            today, me = self._source.today(), self._source.my_id
            self.head.show(self.card, today, me)
            self.time.show(self.card, self.plan, today)
            self._arrange()
            self.items.show(self.card, today, me, select)
            self.foot.show(self.card, today, me)
            if not again:
                self.items.focus()
                self.refresh_footer()

        def failed(error: DeskError) -> None:
            self._opening = None
            self.show_error(error)

        self.run_service(read, show, group="reloc-file", exclusive=True, failed=failed)

    def close_file(self) -> None:
        """Back to the list."""
        self.card = self.plan = self._opening = None
        self._arrange()
        self.list.focus()
        self.refresh_footer()
        self.reload()

    @property
    def item(self) -> ItemLine | None:
        """The item under the cursor of the open file."""
        return self.items.current if self.card is not None else None

    def _arrange(self) -> None:
        """Show the list, the figures or the open file."""
        file_open = self.card is not None
        self.query_one("#reloc-files").display = not file_open
        self.query_one("#reloc-file").display = file_open
        kept = bool(self._kept())
        self.figures.display = self._figures_shown
        self.heading.display = self.list.display = not self._figures_shown
        if not self._figures_shown:
            self.list.display = kept
        self.strip.display = self.list.display
        self.empty.display = self._portfolio is not None and not kept and not self._figures_shown
        if not file_open and self.is_current and not self.filter_line.display:
            (self.figures if self._figures_shown else self.list).focus()

    # --- room ---

    def fit(self, width: int, height: int) -> None:
        """Give the parts of a file their places for this size."""
        if height < 30:
            self.time.give_room(max(2, min(4, height - 19)), brief=True)
            self.items.styles.height = 8
        else:
            self.time.give_room(12, brief=False)
            self.items.styles.height = 7 if height < 40 else 10 + (height - 40) // 2

    # --- acts ---

    def can(self, act: Action) -> bool:
        if act.id in ON_FILE and self.card is None:
            return False
        if act.id in ON_LIST and self.card is not None:
            return False
        return super().can(act)

    def footer_order(self, acts: list[Action]) -> list[Action]:
        if self.card is not None:
            return acts
        first = {act_id: place for place, act_id in enumerate(FIRST_ON_LIST)}
        return sorted(acts, key=lambda act: first.get(act.id, len(first)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        name = str(parameters[0]) if action == "ask" and parameters else ""
        if name in ON_FILE and self.card is None:
            return False
        return super().check_action(action, parameters)

    def action_open(self) -> None:
        if self.card is None:
            current = self.list.current
            if current is not None and not self._figures_shown:
                self.show_file(current.id)
            return
        from conciergedesk.ui.modals.relocation_sheets import ItemSheet

        item = self.item
        if item is not None and self.plan is not None:
            self.app.push_screen(ItemSheet(item, self.card, self.plan, self._source.today()))

    def on_portfolio_list_opened(self, message: PortfolioList.Opened) -> None:
        self.show_file(message.file_id)

    def on_portfolio_list_highlighted(self, message: PortfolioList.Highlighted) -> None:
        self.strip.show(message.line, self._source.today())

    def action_side(self, by: int) -> None:
        self.items.side(by)

    def action_below(self) -> None:
        if self.card is not None:
            (self.items if self.foot.has_focus else self.foot).focus()

    def action_view(self) -> None:
        """My files, then those of all coaches, then the figures; coaches have only their own."""
        if not self.desk.allows("relocation.view"):
            self.refuse(_("The figures and everybody's files are open to supervisors."))
            return
        if self._figures_shown:
            self._figures_shown, self._everybody = False, False
        elif self._everybody:
            self._figures_shown = True
            self.run_service(
                lambda: (self._source.figures(), self._source.portfolio(everybody=True)),
                lambda found: self.figures.show(*found),
                group="reloc-figures",
                exclusive=True,
            )
        else:
            self._everybody = True
        self._arrange()
        if not self._figures_shown:
            self.reload()

    def action_filter(self) -> None:
        self.filter_line.open(self._filter)

    def use_filter(self, line: str) -> None:
        self._filter = line.strip()
        self._show_list()

    def on_filter_line_changed(self, message: FilterLine.Changed) -> None:
        self.use_filter(message.line)

    def on_filter_line_kept(self) -> None:
        self.filter_line.close()
        self.list.focus()

    def on_filter_line_left(self) -> None:
        self.use_filter("")
        self.on_filter_line_kept()

    def action_back(self) -> None:
        """One step back: the error, the open file, the figures, the filter."""
        if self.toasts.put_away():
            return
        if self.card is not None:
            if self.foot.has_focus:
                self.items.focus()
            else:
                self.close_file()
        elif self._figures_shown:
            self._figures_shown = False
            self._arrange()
        elif self._filter:
            self.use_filter("")

    def action_copy(self) -> None:
        card, line = self.card, self.list.current
        text = ""
        if card is not None:
            text = f"{card.ref} · {safe(card.household)}"
            if self.item is not None:
                text = f"{text} · {safe(self.item.label)}"
        elif line is not None:
            text = f"{line.ref} · {safe(line.household)}"
        if text:
            self.app.copy_to_clipboard(text)
            self.say(_("Copied: {line}", line=text))

    def words_changed(self) -> None:
        super().words_changed()
        if self._token is not None:
            self.reload()

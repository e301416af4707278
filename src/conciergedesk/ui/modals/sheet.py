"""The base of every sheet: a framed surface over a dimmed screen, with the status line alive above it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget

from conciergedesk.core.errors import DeskError
from conciergedesk.ui.acts import Action, Scope
from conciergedesk.ui.cells import Row, safe, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import bind, keymap
from conciergedesk.ui.widgets.frame import KeyRow, Status, StatusLine
from conciergedesk.ui.widgets.painted import Painted
from conciergedesk.ui.workers import CallingScreen

ResultT = TypeVar("ResultT")


class ErrorLine(Painted):
    """What went wrong, inside a sheet; it stays until the next try."""

    GROUND = "raised"

    def __init__(self) -> None:
        super().__init__()
        self.sentence = ""
        self.display = False

    def show(self, sentence: str) -> None:
        """Show ``sentence``; an empty one takes the line away."""
        self.sentence = sentence
        self.display = bool(sentence)
        self.repaint(layout=True)

    def paint(self, width: int) -> list[Row]:
        lines = wrapped(self.sentence, max(width - 3, 20), 4) if self.sentence else []
        return [Row().say(f"{glyphs().cursor} ", "late").say(line, "bright") for line in lines]


class Sheet(CallingScreen[ResultT], ModalScreen[ResultT]):
    """A sheet typed by its answer; Escape leaves it with None."""

    SCOPES: ClassVar[tuple[Scope, ...]] = ()

    def __init__(self, title: str, context: str = "") -> None:
        super().__init__()
        self._sheet_title = title
        self._sheet_context = context
        bind(self, Scope.SHEET, *self.SCOPES)
        self.error_line = ErrorLine()
        self.key_row = KeyRow(self.shown_acts(), self.shown_pairs())

    def compose(self) -> ComposeResult:
        status = getattr(self.app, "status", None)
        if isinstance(status, Status):
            yield StatusLine(status)
        with Vertical(id="frame"):
            yield from self.compose_sheet()
            yield self.error_line
            yield self.key_row

    def compose_sheet(self) -> Iterable[Widget]:
        """What stands in the frame."""
        return ()

    def shown_acts(self) -> Sequence[Action]:
        """The acts of the last row: those that this sheet does."""
        acts = keymap().footer(*self.SCOPES, Scope.SHEET)
        return [act for act in acts if hasattr(self, f"action_{act.verb.partition('(')[0]}")]

    def shown_pairs(self) -> Sequence[tuple[str, str]]:
        """Keys of this sheet alone, shown first: (key, label)."""
        return ()

    def on_mount(self) -> None:
        self._title_frame(self.app.size.width)

    def on_resize(self, event: events.Resize) -> None:
        self._title_frame(event.size.width)

    def change_context(self, context: str) -> None:
        """Show ``context`` at the right of the title."""
        self._sheet_context = context
        self._title_frame(self.app.size.width)

    def _title_frame(self, width: int) -> None:
        frame = self.query_one("#frame")
        frame.set_class(width <= 90, "-full")
        inner = (frame.outer_size.width or min(width, 104)) - 8
        title = safe(self._sheet_title, max(inner - 4, 8))
        row = Row().say(title, "bright bold")
        context = safe(self._sheet_context, max(inner - row.width - 6, 0))
        if context:
            line = glyphs().hairline * max(inner - row.width - Row().say(context).width - 2, 1)
            row.gap(1).say(line, "accent").gap(1).say(context, "muted")
        frame.border_title = row.content()

    def on_show(self) -> None:
        self.call_after_refresh(lambda: self._title_frame(self.app.size.width))

    def show_error(self, error: DeskError) -> None:
        self.error_line.show(str(error))

    def action_leave(self) -> None:
        self.dismiss(None)

"""Sheets of the rota that hold more lines than a small terminal: a cursor on what can be chosen, the rest scrolls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import ClassVar, TypeVar

from textual import events
from textual.widget import Widget

from conciergedesk.ui.cells import Row, wrapped
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.painted import PaintedScroll

ResultT = TypeVar("ResultT")

STYLES = Path(__file__).parent.parent / "styles" / "rota.tcss"


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines; ``make`` is told whether the cursor is on them. ``choice`` is what they stand for."""

    make: Callable[[bool], list[Row]]
    choice: object | None = None


def text_block(rows: Sequence[Row]) -> Block:
    """Lines that cannot be chosen."""
    kept = list(rows)
    return Block(lambda _here: kept)


def paragraph(said: str, width: int, ink: str = "text", indent: int = 1, sign: str = "") -> list[Row]:
    """A sentence over as many lines as it takes; ``sign`` stands before the first."""
    lines = wrapped(said, max(width - indent - 3, 20), 12)
    return [
        Row().gap(indent).say(f"{sign} " if sign and not number else "  " if sign else "", ink).say(line, ink)
        for number, line in enumerate(lines)
    ]


class CursorRows(PaintedScroll):
    """Blocks of lines with a cursor on one that can be chosen."""

    GROUND = "raised"

    def __init__(self) -> None:
        super().__init__()
        self.cursor = 0
        self._top_of: list[tuple[int, int]] = []

    def blocks(self, width: int) -> list[Block]:
        """What is shown, from top to bottom."""
        raise NotImplementedError

    def choices(self) -> list[object]:
        """What the cursor can stand on."""
        return [one.choice for one in self.blocks(max(self.size.width, 60)) if one.choice is not None]

    @property
    def chosen(self) -> object | None:
        found = self.choices()
        return found[min(self.cursor, len(found) - 1)] if found else None

    def move(self, by: int) -> None:
        most = len(self.choices()) - 1
        if most < 0:
            self.scroll_relative(y=by * 3, animate=False)
            return
        moved = max(0, min(self.cursor + by, most))
        if moved == self.cursor:
            self.scroll_relative(y=by * 3, animate=False)
            return
        self.cursor = moved
        self.repaint()
        if self.cursor < len(self._top_of):
            top, height = self._top_of[self.cursor]
            if top < self.scroll_offset.y:
                self.scroll_to(y=0 if self.cursor == 0 else top, animate=False)
            elif top + height > self.scroll_offset.y + self.size.height:
                self.scroll_to(y=top + height - self.size.height, animate=False)

    def paint(self, width: int) -> list[Row]:
        rows: list[Row] = []
        self._top_of = []
        for block in self.blocks(width):
            if block.choice is None:
                rows += block.make(False)
                continue
            made = block.make(len(self._top_of) == self.cursor)
            self._top_of.append((len(rows), len(made)))
            rows += made
        return rows


class TextRows(PaintedScroll):
    """Lines to read."""

    GROUND = "raised"

    def __init__(self, make: Callable[[int], list[Row]]) -> None:
        super().__init__()
        self._make = make

    def paint(self, width: int) -> list[Row]:
        return self._make(width)

    def move(self, by: int) -> None:
        self.scroll_relative(y=by * max(self.size.height // 2, 1), animate=False)


class RotaSheet(Sheet[ResultT]):
    """A sheet whose rows take the room there is."""

    CSS_PATH: ClassVar[list[str | PurePath] | None] = [STYLES]

    def __init__(self, title: str, context: str, rows: CursorRows | TextRows) -> None:
        super().__init__(title, context)
        self.rows = rows

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.rows

    def on_mount(self) -> None:
        super().on_mount()
        self._give_room(self.app.size.height)

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self._give_room(event.size.height)

    def _give_room(self, height: int) -> None:
        self.rows.styles.max_height = max(height - 8, 4)

    def action_down(self) -> None:
        self.rows.move(1)

    def action_up(self) -> None:
        self.rows.move(-1)

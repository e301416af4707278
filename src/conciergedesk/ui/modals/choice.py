"""A short list, each line with a letter: the letter chooses at once, arrows and Enter do as well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual.binding import Binding
from textual.widget import Widget

from conciergedesk.core.text import fold
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.modals.confirm import Sentence
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.painted import Painted

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Option:
    """One line: what it answers, what it says, a note at right, and a letter (given or found)."""

    id: str
    label: str
    note: str = ""
    letter: str = ""


def with_letters(options: Iterable[Option]) -> list[Option]:
    """Every option with a letter of its own: the wished one, else one from its label, else the next free."""
    options = list(options)
    taken = {option.letter for option in options if option.letter}
    lettered = []
    for option in options:
        if not option.letter:
            wished = [letter for letter in fold(option.label) if letter in LETTERS]
            letter = next((one for one in [*wished, *LETTERS] if one not in taken), "")
            taken.add(letter)
            option = replace(option, letter=letter)
        lettered.append(option)
    return lettered


class OptionRows(Painted):
    """The lines of a choice, a window of them when there are many."""

    GROUND = "raised"

    def __init__(self, options: Sequence[Option], most: int = 16) -> None:
        super().__init__()
        self.options: tuple[Option, ...] = tuple(options)
        self.cursor = 0
        self._most = most

    def show(self, options: Sequence[Option]) -> None:
        """Show other options, the cursor on the first."""
        self.options = tuple(options)
        self.cursor = 0
        self.repaint(layout=True)

    def move(self, by: int) -> None:
        self.cursor = max(0, min(self.cursor + by, len(self.options) - 1))
        self.repaint()

    @property
    def current(self) -> Option | None:
        return self.options[self.cursor] if self.options else None

    def paint(self, width: int) -> list[Row]:
        top = max(0, min(self.cursor - self._most // 2, len(self.options) - self._most))
        key_cells = max((len(option.letter) for option in self.options), default=1)
        rows = []
        for place, option in enumerate(self.options[top : top + self._most], top):
            here = place == self.cursor
            row = Row(ground="select" if here else "").say(glyphs().cursor if here else " ", "accent")
            row.gap(1).data(option.letter, "accent bold", key_cells).to(key_cells + 4)
            note = Row().data(option.note, "muted", max(width // 2 - 4, 10)).gap(1)
            room = width - row.width - (note.width + 2 if option.note else 1)
            row.data(option.label, "bright bold" if here else "text", max(room, 6))
            rows.append(row.end(note, width) if option.note else row.to(width))
        return rows


class Choice(Sheet[str]):
    """Asks for one of a few; answers the id of the option or None. A long ``question`` stands whole above them."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.CHOICE,)

    def __init__(self, title: str, options: Iterable[Option], context: str = "", question: str = "") -> None:
        super().__init__(title, context)
        self._question = question
        self.rows = OptionRows(with_letters(options))
        for place, option in enumerate(self.rows.options):
            if option.letter:
                self._bindings.key_to_bindings[option.letter] = [
                    Binding(option.letter, f"take_at({place})", option.label, show=False)
                ]

    def compose_sheet(self) -> Iterable[Widget]:
        if self._question:
            question = Sentence(self._question, "bright")
            question.styles.margin = (0, 0, 1, 0)
            yield question
        yield self.rows

    def action_take_at(self, place: int) -> None:
        self.dismiss(self.rows.options[place].id)

    def action_take(self) -> None:
        current = self.rows.current
        self.dismiss(current.id if current is not None else None)

    def action_down(self) -> None:
        self.rows.move(1)

    def action_up(self) -> None:
        self.rows.move(-1)

"""Before what cannot be undone: one sentence with the consequence; Enter is the safe choice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding
from textual.widget import Widget

from conciergedesk.ui.acts import Action, Scope
from conciergedesk.ui.cells import Row, wrapped
from conciergedesk.ui.keys import keymap
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.painted import Painted


class Sentence(Painted):
    """A text over several lines."""

    GROUND = "raised"

    def __init__(self, text: str, ink: str = "text") -> None:
        super().__init__()
        self._text = text
        self._ink = ink

    def paint(self, width: int) -> list[Row]:
        return [Row().say(line, self._ink) for line in wrapped(self._text, max(width, 20), 12)]


class Confirm(Sheet[bool]):
    """Asks once more. The act needs its capital letter typed again; everything else changes nothing::

    self.app.push_screen(Confirm(_("Declare key 204 lost?"), consequence, "X", _("declare lost")), then)
    """

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.CONFIRM,)

    def __init__(self, title: str, consequence: str, letter: str, label: str) -> None:
        self._consequence = consequence
        self._letter = letter.upper()
        self._label = label
        super().__init__(title)
        self._bindings.key_to_bindings[self._letter] = [Binding(self._letter, "confirm", label, show=False)]

    def shown_acts(self) -> Sequence[Action]:
        return keymap().footer(Scope.CONFIRM)

    def shown_pairs(self) -> Sequence[tuple[str, str]]:
        return ((self._letter, self._label),)

    def compose_sheet(self) -> Iterable[Widget]:
        yield Sentence(self._consequence)

    def action_confirm(self) -> None:
        self.dismiss(True)

    def action_safe(self) -> None:
        self.dismiss(False)

    def action_leave(self) -> None:
        self.dismiss(False)

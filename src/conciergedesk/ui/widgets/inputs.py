"""Lines to type in. What is typed or pasted is cleaned of control characters before it is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.highlighter import Highlighter
from rich.style import Style
from rich.text import Text
from textual.widgets import Input

from conciergedesk.ui.widgets.painted import palette_of

LONGEST = 2000
_KEPT = "\u00a0\u202f\u200d"
"""No-break spaces of French typography, and the joiner inside emoji."""


def _harmless(value: str) -> str:
    """``value`` without control characters; spaces are kept, because somebody is still typing."""
    flat = value[: 4 * LONGEST].replace("\n", " ").replace("\t", " ")
    return "".join(char for char in flat if char.isprintable() or char in _KEPT)[:LONGEST]


class DeskInput(Input):
    """A single line without frame."""

    def __init__(
        self, value: str = "", *, placeholder: str = "", secret: bool = False, id: str | None = None
    ) -> None:
        super().__init__(
            _harmless(value),
            placeholder=placeholder,
            password=secret,
            id=id,
            compact=True,
            select_on_focus=False,
        )
        self.cursor_blink = False

    def validate_value(self, value: str) -> str:
        return _harmless(value)


@dataclass(frozen=True, slots=True)
class Understood:
    """A stretch of what was typed that was understood, with the role it is shown in."""

    start: int
    end: int
    ink: str


class EchoInput(DeskInput):
    """An input whose words take the colour and the underline of what they were understood as.

    ``understand`` is called with the text at every key and answers at once; it must not wait on anything.
    """

    def __init__(
        self,
        value: str = "",
        *,
        understand: Callable[[str], Sequence[Understood]] | None = None,
        placeholder: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(value, placeholder=placeholder, id=id)
        self._understand = understand
        self._spans: tuple[Understood, ...] = ()
        self.highlighter = _Echo(self)

    def show_understood(self, spans: Sequence[Understood]) -> None:
        """Show what was understood, when it is worked out elsewhere."""
        self._spans = tuple(spans)
        self.refresh()

    def paint(self, text: Text) -> None:
        """Colour and underline what was understood of ``text``."""
        spans = self._understand(text.plain) if self._understand is not None else self._spans
        palette = palette_of(self.app.current_theme)
        for span in spans:
            ink = palette.style(f"{span.ink} bold", "raised")
            text.stylize(Style(color=ink.color, bold=True, underline=True), span.start, span.end)


class _Echo(Highlighter):
    def __init__(self, owner: EchoInput) -> None:
        self._owner = owner

    def highlight(self, text: Text) -> None:
        self._owner.paint(text)

"""The keys that work here, made from the registry and the keys of this house."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual import events
from textual.widget import Widget

from conciergedesk.core.i18n import _
from conciergedesk.ui.acts import SCOPE_TITLES, Action, Scope
from conciergedesk.ui.cells import Row, word, wrapped
from conciergedesk.ui.keys import keymap, shown_key
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.painted import PaintedScroll
from conciergedesk.ui.widgets.section import title_row


class HelpRows(PaintedScroll, can_focus=True):
    """One line per act: key, name, what it does."""

    GROUND = "raised"

    def __init__(self, scopes: Sequence[Scope], can: Callable[[Action], bool]) -> None:
        super().__init__()
        self._scopes = scopes
        self._can = can

    def paint(self, width: int) -> list[Row]:
        rows: list[Row] = []
        for scope in self._scopes:
            acts = [act for act in keymap().acts(scope) if self._can(act)]
            if not acts:
                continue
            if rows:
                rows.append(Row())
            rows.append(title_row(_(SCOPE_TITLES[scope]), "", width, "bright", margin=0))
            for act in acts:
                keys = " ".join(shown_key(key) for key in keymap().keys_of(act.id))
                row = Row().data(keys or "Ctrl+P", "accent bold" if keys else "muted", 11).to(12)
                row.data(word(act.label), "text", 16).to(29)
                for place, line in enumerate(wrapped(_(act.help), max(width - 29, 20), 3)):
                    rows.append((row if place == 0 else Row().to(29)).say(line, "muted"))
        return rows


class HelpSheet(Sheet[None]):
    """Shows the keys of the screen below."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.HELP,)

    def __init__(self, scopes: Iterable[Scope], can: Callable[[Action], bool]) -> None:
        super().__init__(_("Keys"))
        self.rows = HelpRows(tuple(scopes), can)

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.rows

    def on_mount(self) -> None:
        super().on_mount()
        self.rows.focus()
        self._give_room(self.app.size.height)

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self._give_room(event.size.height)

    def _give_room(self, height: int) -> None:
        self.rows.styles.max_height = max(height - 8, 4)

    def action_down(self) -> None:
        self.rows.scroll_relative(y=max(self.rows.size.height - 2, 1), animate=False)

    def action_up(self) -> None:
        self.rows.scroll_relative(y=-max(self.rows.size.height - 2, 1), animate=False)

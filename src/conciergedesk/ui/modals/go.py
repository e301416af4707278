"""After ``g``: one letter changes the screen, for terminals that swallow F-keys."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.screen import ModalScreen

from conciergedesk.ui.acts import Action, Scope
from conciergedesk.ui.desk_screen import DeskScreen
from conciergedesk.ui.keys import bind, keymap
from conciergedesk.ui.widgets.frame import KeyRow


class GoSheet(ModalScreen[str]):
    """One row in place of the footer; answers the mode to go to, or None."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.GO, Scope.SHEET)

    def __init__(self) -> None:
        super().__init__()
        bind(self, *self.SCOPES)

    def compose(self) -> ComposeResult:
        yield KeyRow([act for act in keymap().footer(Scope.GO, Scope.SHEET) if self._has(act)])

    def _has(self, act: Action) -> bool:
        below = [screen for screen in self.app.screen_stack if isinstance(screen, DeskScreen)]
        return act.scope is not Scope.GO or (bool(below) and below[-1].can(act))

    def action_mode(self, mode: str) -> None:
        self.dismiss(mode)

    def action_leave(self) -> None:
        self.dismiss(None)

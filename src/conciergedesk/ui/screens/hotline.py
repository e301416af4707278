"""Both hotlines on one screen: calls to return, tickets, incidents, rounds and renewals, soonest first."""

from __future__ import annotations

from typing import ClassVar, Protocol

from conciergedesk.board.detail import Snapshot
from conciergedesk.board.rules import Promise, Shelf
from conciergedesk.core.i18n import _
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import safe
from conciergedesk.ui.keys import keymap
from conciergedesk.ui.screens.board import POLL_SECONDS, BoardScreen, BoardSource


class HotlineSource(BoardSource, Protocol):
    """Where the screen reads. All of it but ``shown`` is called in worker threads."""

    def shown(self, promises: tuple[Promise, ...], *, everything: bool) -> list[Promise]: ...


class HotlineScreen(BoardScreen):
    """The board, narrowed to what the hotlines owe to providers."""

    MODE = "hotline"
    READ_ON_RESUME = True
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.HOTLINE,)

    def __init__(self, source: HotlineSource, *, poll_seconds: float = POLL_SECONDS) -> None:
        super().__init__(source, poll_seconds=poll_seconds)
        self._hotlines = source
        self._both = False

    def _show_reading(self, reading: tuple[str, Snapshot]) -> None:
        self._token, self._snapshot = reading
        self._narrow()
        self._show_list(read_detail=True)

    def _narrow(self) -> None:
        self._shelf = Shelf.of(self._hotlines.shown(self._snapshot.promises, everything=self._both))

    def _show_void(self, *, empty: bool) -> None:
        super()._show_void(empty=empty)
        if empty and not self._filter:
            self.empty.show(_("No provider is waiting."), keymap().shown("desk.new"), _("to open a ticket"))

    def show_both(self) -> None:
        """Both lines from now on, so that a ticket of the other one can be shown."""
        if not self._both:
            self.action_both()

    def action_both(self) -> None:
        """Both lines, or only mine."""
        self._both = not self._both
        self._narrow()
        self._show_list()
        self.say(_("Both lines") if self._both else _("My line only"))

    def footer_lead(self) -> str:
        lead = super().footer_lead()
        return lead or (safe(_("both lines")) if self._both else "")

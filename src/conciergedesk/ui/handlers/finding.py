"""What ``f`` finds beside people and requests: relocation files, key sets, tickets, sites; and how each one opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from conciergedesk.board.rules import PromiseKind
from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import _
from conciergedesk.core.text import fold
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import DeskScreen
from conciergedesk.ui.modals.search import Found

if TYPE_CHECKING:
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession

FILE, KEY_SET, TICKET, SITE = "file", "key_set", "ticket", "site"
OVER = frozenset({"done", "closed", "duplicate"})
MOST = 3
"""Results of one kind; who looks for more goes to the screen of that kind."""


class RoomFinder:
    """Finds records of the rooms by what people say of them.

    Args:
        open_site: Shows a site over a screen.
    """

    def __init__(
        self, app: DeskApp, session: DeskSession, open_site: Callable[[DeskScreen, int], None]
    ) -> None:
        self.app = app
        self.session = session
        self._open_site = open_site

    # --- finding; called in a worker thread ---

    def find(self, text: str) -> list[Found]:
        """Records that ``text`` names by number, tag, household, holder or place; nothing for one character."""
        if len(fold(text)) < 2:
            return []
        return [*self._files(text), *self._sets(text), *self._tickets(text), *self._sites(text)]

    def _files(self, text: str) -> list[Found]:
        from conciergedesk.relocation.portfolio import find_files

        if text.strip().isdigit():
            return []  # the end of a telephone number; a file is asked for as I-9
        return [
            Found(
                FILE, one.id, safe(one.household, 60), one.coach if one.is_open else _("file|closed"), one.ref,
                _("Relocations"),
            )
            for one in self.session.ask(find_files, text, MOST)
        ]  # fmt: skip

    def _sets(self, text: str) -> list[Found]:
        """Sets by tag or by who has or awaits them; never by the property, so that no tag stands beside an address."""
        from conciergedesk.core.i18n import active_zone
        from conciergedesk.keys.house import key_house
        from conciergedesk.keys.queries import places, sets_named
        from conciergedesk.ui.key_words import holder_word, state_of

        now, ladder = self.session.now(), key_house().ladder
        rows = self.session.ask(sets_named, text, now, ladder, active_zone(), MOST)
        known = self.session.ask(places) if rows else {}
        return [
            Found(
                KEY_SET, one.id, _("key {tag}", tag=one.tag), holder_word(one.position.holder, known),
                state_of(one)[1], _("found|Keys"), loud=one.rung > 0,
            )
            for one in rows
        ]  # fmt: skip

    def _tickets(self, text: str) -> list[Found]:
        from conciergedesk.hotline.queries import read_ref, tickets_by_id

        if not fold(text).startswith("t"):
            return []
        try:
            number = read_ref(text)
        except DeskError:
            return []
        return [
            Found(
                TICKET, one.id, safe(one.title or one.category, 60), one.site or one.provider, one.ref, _("Hotlines"),
                over=one.state in OVER,
            )
            for one in self.session.ask(tickets_by_id, [number])
        ]  # fmt: skip

    def _sites(self, text: str) -> list[Found]:
        from conciergedesk.hotline.meant import sites_named

        return [
            Found(SITE, number, name, provider, commune, _("Sites"))
            for number, name, provider, commune in self.session.ask(sites_named, text, MOST)
        ]

    # --- opening ---

    def open(self, screen: DeskScreen, found: Found) -> bool:
        """Show what was found where it lives; answers whether it was one of ours."""
        if found.kind == SITE:
            self._open_site(screen, found.id)
        elif found.kind == FILE:
            self._go("relocation", lambda there: self._show_file(there, found.id))
        elif found.kind == KEY_SET:
            self._go("keys", lambda there: self._show_set(there, found.id))
        elif found.kind == TICKET:
            self._go("hotline", lambda there: self._show_ticket(there, found))
        else:
            return False
        return True

    def _go(self, mode: str, show: Callable[[DeskScreen], None]) -> None:
        """Change to a screen and do the rest once it stands there."""

        def arrived() -> None:
            screen = self.app.screen
            if isinstance(screen, DeskScreen) and mode == screen.MODE:
                show(screen)

        self.app.go(mode)
        self.app.call_later(arrived)

    @staticmethod
    def _show_file(screen: DeskScreen, file_id: int) -> None:
        from conciergedesk.ui.screens.relocation import RelocationScreen

        if isinstance(screen, RelocationScreen):
            screen.show_file(file_id)

    @staticmethod
    def _show_set(screen: DeskScreen, set_id: int) -> None:
        from conciergedesk.ui.screens.keys import KeysScreen

        if isinstance(screen, KeysScreen):
            screen.show_set(set_id)

    @staticmethod
    def _show_ticket(screen: DeskScreen, found: Found) -> None:
        from conciergedesk.ui.screens.hotline import HotlineScreen

        if not isinstance(screen, HotlineScreen):
            return
        if found.over:
            screen.refuse(_("{ref} is over: it stands in the reports, not in the list.", ref=found.end))
            return
        screen.show_both()
        screen.reload(select=(PromiseKind.TICKET, found.id))

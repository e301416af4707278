"""Finding providers: who is looked for, rung up, imported and exported."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from conciergedesk.board.rules import PromiseKind
from conciergedesk.core.i18n import _
from conciergedesk.core.phone import dial_uri, show_phone
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.handlers.provider_acts import ProviderActs
from conciergedesk.ui.handlers.provider_asks import ProviderAsks
from conciergedesk.ui.handlers.provider_cards import ProviderCards
from conciergedesk.ui.handlers.provider_days import ProviderDays
from conciergedesk.ui.handlers.provider_terms import ProviderTerms
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.provider_sheets import ImportSheet
from conciergedesk.ui.provider_room import ProviderRoom

if TYPE_CHECKING:
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession


class ProviderHandlers(ProviderActs):
    """Wires the screen of providers: finding here, asking, cards and terms beside it."""

    def __init__(self, app: DeskApp, session: DeskSession) -> None:
        super().__init__(app, session, ProviderRoom(session))
        self.asks = ProviderAsks(app, session, self.room)
        self.days = ProviderDays(app, session, self.room)
        self.terms = ProviderTerms(app, session, self.room)
        self.cards = ProviderCards(app, session, self.room, self.days, self.terms)
        for act, handler in (
            ("providers.choose", self.choose),
            ("providers.call", self.call),
            ("providers.import", self.import_listing),
            ("providers.export", self.export),
            ("board.provider", self.from_board),
        ):
            app.on_act(act, handler)

    def from_board(self, ask: Ask) -> None:
        """From a request of the board to its providers."""
        request = next((one for one in ask.promises if one.kind is PromiseKind.REQUEST), None)
        if request is not None:
            self.room.want(request.id)
        self.app.go("providers")

    def choose(self, ask: Ask) -> None:
        """Enter only looks: asking has a key of its own."""
        screen = self._screen(ask)
        if screen is not None:
            screen.action_detail()

    def call(self, ask: Ask) -> None:
        found = self._one(ask)
        if found is None:
            return
        screen, one = found
        number = one.brief.phone
        if not number:
            screen.refuse(_("No number is known for {name}.", name=safe(one.brief.name, 40)))
            return
        self.app.copy_to_clipboard(dial_uri(number) or number)
        shown = show_phone(number) if number.startswith("+") else safe(number, 40)
        line = self.asks.line(screen)
        if line is None or line.provider_id != one.id:
            screen.say(
                _("{name}: {number}, copied to be dialled", name=safe(one.brief.name, 30), number=shown)
            )
            return
        self.asks.answer(ask)

    # --- listings ---

    def import_listing(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is None:
            return
        self.app.push_screen(
            ImportSheet(self.room), lambda said: self._done(screen, said) if said else screen.reload()
        )

    def export(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is None:
            return

        def save(values: Mapping[str, str]) -> int:
            from conciergedesk.providers.exporters import export_providers

            return self.session.ask(export_providers, Path(values["path"]).expanduser())

        form = FormSheet(_("Export"), [Field("path", _("File"), "~/prestataires.csv", ".csv · .xlsx")], save)
        self.app.push_screen(
            form,
            lambda count: (
                screen.say(_("{count} providers written.", count=count)) if count is not None else None
            ),
        )

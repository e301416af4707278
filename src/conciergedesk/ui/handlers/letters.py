"""The confirmation of a request's booking, prepared from the board in the client's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from conciergedesk.board.rules import Promise, PromiseKind
from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import _
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.provider_sheets import LetterSheet
from conciergedesk.ui.provider_room import ProviderRoom
from conciergedesk.ui.screens.board import BoardScreen

if TYPE_CHECKING:
    from conciergedesk.requests.ask_letters import Confirmation
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession


class LetterHandlers:
    """Wires ``l`` on the board."""

    def __init__(self, app: DeskApp, session: DeskSession, room: ProviderRoom) -> None:
        self.app = app
        self.session = session
        self._room = room
        app.on_act("board.letter", self.letter)

    def letter(self, ask: Ask) -> None:
        promise = next((one for one in ask.promises if one.kind is PromiseKind.REQUEST), None)
        if promise is None:
            return

        def failed(error: DeskError) -> None:
            if "{note}" in error.sentence or "{note}" in str(error):
                self._ask_note(ask.screen, promise)
            else:
                ask.screen.show_error(error)

        ask.screen.run_service(
            lambda: self._room.letter(promise.id),
            lambda letter: self._show(ask.screen, promise, letter),
            group="letter",
            failed=failed,
        )

    def _ask_note(self, screen: DeskScreen, promise: Promise) -> None:
        def save(values: Mapping[str, str]) -> Confirmation:
            return self._room.letter(promise.id, note=values["note"])

        form: FormSheet[Confirmation] = FormSheet(
            _("What the message still needs"),
            [Field("note", _("Note"), hint=_("persons, pieces, what was chosen"))],
            save,
            context=promise.ref,
        )
        self.app.push_screen(
            form, lambda letter: self._show(screen, promise, letter) if letter is not None else None
        )

    def _show(self, screen: DeskScreen, promise: Promise, letter: Confirmation) -> None:
        sheet = LetterSheet(self._room, promise.id, promise.ref, letter)
        self.app.push_screen(sheet, lambda text: self._sent(screen, promise, text) if text else None)

    def _sent(self, screen: DeskScreen, promise: Promise, text: str) -> None:
        def call() -> None:
            from conciergedesk.requests import asks

            self.session.act(asks.client_told, self.session.book(), promise.id, text)

        def done(_none: None) -> None:
            screen.say(_("{ref}: confirmed to the client", ref=promise.ref))
            if isinstance(screen, BoardScreen):
                screen.reload()

        screen.run_service(call, done, group="write")

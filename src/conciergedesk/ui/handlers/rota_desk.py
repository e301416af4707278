"""What all acts on the rota share: the screen, names, writing a change, and signing for a refused one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget

from conciergedesk.core.errors import DeskError, InvalidInput
from conciergedesk.core.i18n import N_, _
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.modals.confirm import Sentence
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.rota_list import STYLES
from conciergedesk.ui.rota_room import RotaRoom
from conciergedesk.ui.screens.rota import RotaScreen
from conciergedesk.ui.widgets.rota_grid import Place

if TYPE_CHECKING:
    from conciergedesk.rota.writing import ChangeRefused
    from conciergedesk.ui.app import DeskApp


class ExceptionSheet(FormSheet[bool]):
    """Asks for the reason of a deliberate exception; the broken rules stand above it."""

    CSS_PATH: ClassVar[list[str | PurePath] | None] = [STYLES]

    def __init__(self, refused: ChangeRefused, sign: Callable[[str], object]) -> None:
        self._refusals = "\n".join(str(one) for one in refused.refusals)

        def save(values: Mapping[str, str]) -> bool:
            reason = values["reason"].strip()
            if not reason:
                raise InvalidInput(
                    N_("An exception needs a reason: it stands in the journal."), field="reason"
                )
            sign(reason)
            return True

        super().__init__(
            _("Sign an exception"),
            [Field("reason", _("Why"), hint=_("written in the journal with your name; Esc leaves it"))],
            save,
        )

    def compose_sheet(self) -> Iterable[Widget]:
        yield Sentence(self._refusals, "soon")
        yield from super().compose_sheet()


class RotaDesk:
    """The screen of the rota for its handlers."""

    def __init__(self, app: DeskApp, room: RotaRoom) -> None:
        self.app = app
        self.room = room

    @staticmethod
    def screen(ask: Ask) -> RotaScreen | None:
        return ask.screen if isinstance(ask.screen, RotaScreen) else None

    def at(self, ask: Ask) -> tuple[RotaScreen, Place] | None:
        """The screen and the cell under its cursor."""
        screen = self.screen(ask)
        place = screen.place if screen is not None else None
        return (screen, place) if screen is not None and place is not None else None

    def name(self, person: str) -> str:
        return safe(self.room.house.name_of(person), 40)

    def label(self, shift: str) -> str:
        known = self.room.house.rota.shift_by_id.get(shift)
        return safe((known.label or shift) if known is not None else shift, 40)

    def may_sign(self) -> bool:
        actor = self.room.session.actor
        return actor is not None and ("sign_exceptions" in actor.rights or "*" in actor.rights)

    def write(
        self, screen: RotaScreen, write: Callable[[str], object], said: str,
        then: Callable[[], object] | None = None,
    ) -> None:  # fmt: skip
        """Run ``write``; refused by a rule, a supervisor may sign and ``write`` is called again with the reason."""

        def done(_result: object) -> None:
            screen.say(said, "desk.undo")
            screen.reload()
            if then is not None:
                then()

        def failed(error: DeskError) -> None:
            from conciergedesk.rota.writing import ChangeRefused

            if isinstance(error, ChangeRefused) and error.signable and self.may_sign():
                self.app.push_screen(
                    ExceptionSheet(error, write), lambda yes: done(None) if yes else screen.show_error(error)
                )
            else:
                screen.show_error(error)

        screen.run_service(lambda: write(""), done, group="write", failed=failed)

"""Acts of the shift log: writing a line from anywhere, reading, and its promises on the board."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from conciergedesk.board.rules import Promise, PromiseKind
from conciergedesk.core.i18n import N_, _
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.drafts import Parked
from conciergedesk.ui.handlers.parking import ParkedForms
from conciergedesk.ui.handover_room import HandoverRoom
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.handover_sheets import LogReader
from conciergedesk.ui.modals.moment import MomentSheet
from conciergedesk.ui.screens.board import BoardScreen
from conciergedesk.ui.screens.handover import HandoverScreen

if TYPE_CHECKING:
    from conciergedesk.core.moments import Moment
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession

LOG_DRAFT = "log"


class ShiftLogHandlers:
    """Wires the acts of the shift log to its verbs."""

    def __init__(self, app: DeskApp, session: DeskSession, room: HandoverRoom, forms: ParkedForms) -> None:
        self.app = app
        self.session = session
        self.room = room
        self.forms = forms
        app.on_act("desk.log", self.write)
        app.on_act("handover.log", self.read)
        forms.drafts.offer(LOG_DRAFT, N_("Shift log"), self._take_up)
        self._take_over("board.status", self._status)
        self._take_over("board.callback", self._put_off)

    def _take_over(self, act: str, mine: Callable[[Ask], bool]) -> None:
        """Let ``mine`` look first: promises of the log are this room's."""
        before = self.app.handler_of(act)

        def handle(ask: Ask) -> None:
            if not mine(ask) and before is not None:
                before(ask)

        if before is not None:
            self.app.on_act(act, handle)

    def write(self, ask: Ask) -> None:
        """Write a line, about the request of the cursor when there is one."""
        promise = next((one for one in ask.promises if one.kind is PromiseKind.REQUEST), None)
        self._form(ask.screen, (promise.id, promise.ref) if promise is not None else None)

    def _take_up(self, ask: Ask, parked: Parked) -> None:
        from conciergedesk.requests.queries import ref

        about = parked.subject_id
        self._form(ask.screen, (about, ref(about)) if about is not None else None)

    def _form(self, screen: DeskScreen, request: tuple[int, str] | None) -> None:
        fields = [
            Field("text", _("Line"), "", _("incident: … · promise … 18h50 >maelle · D-2417 · #tag · !")),
            Field("reason", _("Reason"), "", _("only when words are warned about")),
        ]

        def save(values: Mapping[str, str]) -> int:
            from conciergedesk.handover import service

            about = [service.About("request", *request)] if request is not None else []
            return self.session.act(
                service.log,
                self.session.book(),
                values["text"],
                about=about,
                override_reason=values["reason"],
            )

        self.forms.open(
            screen, _("Shift log"), fields, save, lambda _made: self._logged(screen), kind=LOG_DRAFT,
            subject_id=request[0] if request is not None else None,
            context=request[1] if request is not None else "",
        )  # fmt: skip

    def read(self, ask: Ask) -> None:
        self.app.push_screen(LogReader(lambda search: self.room.log_lines(search)))

    def _logged(self, screen: DeskScreen) -> None:
        screen.say(_("Written into the shift log"))
        if isinstance(screen, (HandoverScreen, BoardScreen)):
            screen.reload()

    def _write(self, screen: DeskScreen, call: Callable[[], object], said: str) -> None:
        def done(_result: object) -> None:
            screen.say(said)
            if isinstance(screen, (HandoverScreen, BoardScreen)):
                screen.reload()

        screen.run_service(call, done, group="write")

    def _status(self, ask: Ask) -> bool:
        promise = _only(ask)
        if promise is None:
            return False
        options = [
            Option("keep", _("promise kept"), letter="t"),
            Option("drop", _("no longer needed…"), letter="x"),
        ]

        def chosen(answer: str | None) -> None:
            from conciergedesk.handover import service

            if answer == "keep":
                self._write(
                    ask.screen,
                    lambda: self.session.act(service.keep_promise, promise.id),
                    _("{ref} kept", ref=promise.ref),
                )
            elif answer == "drop":

                def save(values: Mapping[str, str]) -> bool:
                    self.session.act(service.drop_promise, promise.id, reason=values["reason"])
                    return True

                form = FormSheet(
                    _("No longer needed"), [Field("reason", _("Reason"))], save, context=promise.ref
                )
                self.app.push_screen(form, lambda done: self._logged(ask.screen) if done else None)

        self.app.push_screen(Choice(_("Promise"), options, safe(promise.what, 40)), chosen)
        return True

    def _put_off(self, ask: Ask) -> bool:
        promise = _only(ask)
        if promise is None:
            return False

        def save(moment: Moment, values: Mapping[str, str]) -> bool:
            from conciergedesk.handover import service

            self.session.act(service.put_off_promise, promise.id, moment.start, reason=values["reason"])
            return True

        sheet = MomentSheet(
            _("Agree on another moment"),
            save,
            now=self.session.now(),
            fields=[Field("reason", _("Reason"))],
            context=promise.ref,
        )
        self.app.push_screen(sheet, lambda done: self._logged(ask.screen) if done else None)
        return True


def _only(ask: Ask) -> Promise | None:
    return ask.promises[0] if len(ask.promises) == 1 and ask.promises[0].kind is PromiseKind.LOG else None

"""What relocation files owe, worked from the board with the board's own keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from conciergedesk.board.rules import Promise, PromiseKind
from conciergedesk.core.i18n import _, show_date
from conciergedesk.relocation.cards import FileCard
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.modals.form import Field
from conciergedesk.ui.screens.board import BoardScreen
from conciergedesk.ui.screens.relocation import RelocationScreen

if TYPE_CHECKING:
    from conciergedesk.relocation.owed import OwedKind
    from conciergedesk.ui.handlers.relocation_contacts import ContactHandlers
    from conciergedesk.ui.handlers.relocation_desk import FileDesk
    from conciergedesk.ui.handlers.relocation_items import ItemHandlers
    from conciergedesk.ui.handlers.relocation_watch import WatchHandlers


class BoardFiles:
    """The acts of the board on promises of relocation files; everything else goes where it went before."""

    def __init__(
        self, files: FileDesk, items: ItemHandlers, contacts: ContactHandlers, watch: WatchHandlers
    ) -> None:
        self.files = files
        self.items = items
        self.contacts = contacts
        self.watch = watch
        files.take_over("board.step", self._board_done)
        files.take_over("board.callback", self._board_later)
        files.take_over("board.open", self._board_open)
        files.take_over("board.claim", self._board_claim)

    @staticmethod
    def _promise(ask: Ask) -> Promise | None:
        if not isinstance(ask.screen, BoardScreen) or not ask.promises:
            return None
        first = ask.promises[0]
        return first if first.kind is PromiseKind.RELOCATION else None

    def _board_file(
        self, ask: Ask, promise: Promise, then: Callable[[OwedKind, int, FileCard], None]
    ) -> None:
        from conciergedesk.relocation.owed import read_promise_id

        kind, row_id = read_promise_id(promise.id)

        def read() -> FileCard:
            return self.files.room.file(self.files.room.row_of(kind, row_id))

        ask.screen.run_service(read, lambda card: then(kind, row_id, card), group="reloc-open")

    def _board_open(self, ask: Ask) -> bool:
        promise = self._promise(ask)
        if promise is None:
            return False

        def show(kind: OwedKind, row_id: int, card: FileCard) -> None:
            self.files.app.go("relocation")
            screen = self.files.app.screen
            if isinstance(screen, RelocationScreen):
                screen.show_file(card.id, row_id if kind == "relocation_item" else None)
            else:
                self.files.app.call_later(
                    self._show_when_there, card.id, row_id if kind == "relocation_item" else None
                )

        self._board_file(ask, promise, show)
        return True

    def _show_when_there(self, file_id: int, item_id: int | None) -> None:
        screen = self.files.app.screen
        if isinstance(screen, RelocationScreen):
            screen.show_file(file_id, item_id)

    def _board_done(self, ask: Ask) -> bool:
        promise = self._promise(ask)
        if promise is None:
            return False
        screen = ask.screen

        def act(kind: OwedKind, row_id: int, card: FileCard) -> None:
            from conciergedesk.relocation import service as relocation

            match kind.value:
                case "relocation_item":
                    self.items.done_it(screen, card, next(one for one in card.items if one.id == row_id))
                case "relocation_followup":
                    self.contacts.pulse_it(
                        screen, card, next(one for one in card.followups if one.id == row_id)
                    )
                case "relocation_document":
                    self.watch.told(screen, row_id)
                case "relocation_risk":
                    self.watch.review_it(screen, next(one for one in card.risks if one.id == row_id))
                case "relocation_question":
                    self.files.write(
                        screen, lambda: self.files.room.act(relocation.remind, row_id), _("Reminder noted")
                    )
                case "relocation_action":
                    self.files.form(
                        screen, _("What was done"), [Field("outcome", _("Outcome"))],
                        lambda values: self.files.room.act(relocation.close_action, row_id, outcome=values["outcome"]),
                        lambda _none: _("Action closed"), safe(promise.what, 40),
                    )  # fmt: skip

        self._board_file(ask, promise, act)
        return True

    def _board_later(self, ask: Ask) -> bool:
        promise = self._promise(ask)
        if promise is None:
            return False
        screen = ask.screen

        def act(kind: OwedKind, row_id: int, card: FileCard) -> None:
            from conciergedesk.relocation import service as relocation

            match kind.value:
                case "relocation_item":
                    self.items.later_it(screen, card, next(one for one in card.items if one.id == row_id))
                case "relocation_risk":
                    self.watch.review_it(screen, next(one for one in card.risks if one.id == row_id))
                case "relocation_question":
                    self.files.write(
                        screen, lambda: self.files.room.act(relocation.answered, row_id), _("Answer noted")
                    )
                case "relocation_action":
                    self._put_off_action(screen, row_id, promise)
                case _:
                    screen.refuse(_("Nothing to put off here: x deals with it."))

        self._board_file(ask, promise, act)
        return True

    def _put_off_action(self, screen: DeskScreen, action_id: int, promise: Promise) -> None:
        from conciergedesk.relocation import service as relocation

        fields = [Field("until", _("Until"), hint=_("+3 · fri · 12 apr")), Field("reason", _("Reason"))]

        def save(values: Mapping[str, str]) -> date:
            until = self.files.room.shifted(values["until"], self.files.room.today(), "until")
            self.files.session.act(relocation.put_off_action, action_id, until, reason=values["reason"])
            return until

        self.files.form(
            screen, _("Put off until"), fields, save, lambda until: show_date(until), safe(promise.what, 40)
        )

    def _board_claim(self, ask: Ask) -> bool:
        promise = self._promise(ask)
        if promise is None:
            return False
        from conciergedesk.relocation import service as relocation
        from conciergedesk.relocation.owed import read_promise_id

        kind, row_id = read_promise_id(promise.id)
        if kind == "relocation_action":
            self.files.write(
                ask.screen,
                lambda: self.files.session.act(relocation.take_action, row_id),
                _("{name}: yours", name=promise.ref),
            )
        else:
            ask.screen.refuse(
                _("{coach} holds this file. A supervisor gives files to another coach.", coach=promise.holder)
            )
        return True

"""At the counter: handing a key over, from the screen of keys or from a request, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from conciergedesk.board.rules import PromiseKind
from conciergedesk.core.i18n import _, plural
from conciergedesk.keys.custody import HELD_BY_DESK
from conciergedesk.ui.cells import duration
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.handlers.key_desk import KeyDesk
from conciergedesk.ui.handlers.key_losses import KeyLosses
from conciergedesk.ui.handlers.key_register import KeyRegister
from conciergedesk.ui.key_room import Outgoing
from conciergedesk.ui.modals.key_counter import HandOverSheet, TakeBackSheet
from conciergedesk.ui.modals.key_sheets import ShownSheet

if TYPE_CHECKING:
    from conciergedesk.keys.service import HandedOver, TakenBack


class KeyCounter:
    """Hands keys over and takes them back, with proof."""

    def __init__(self, desk: KeyDesk, register: KeyRegister, losses: KeyLosses) -> None:
        self.desk = desk
        self.register = register
        self.losses = losses
        for act, handler in (
            ("keys.handover", self.hand_over),
            ("keys.takeback", self.take_back),
            ("board.key", self.from_board),
        ):
            desk.app.on_act(act, handler)

    def from_board(self, ask: Ask) -> None:
        """From a promise: register what an owner brings, take back what is out, hand over what is here."""
        promise = ask.promises[0] if ask.promises else None

        def show(first: Outgoing | None) -> None:
            if first is not None and first.card.row.position.is_out:
                self._show_take_back(ask.screen, first)
            else:
                self._show_hand_over(ask.screen, first)

        if promise is None:
            show(None)
        elif promise.kind is PromiseKind.KEY:
            ask.screen.run_service(
                lambda: self.desk.room.outgoing(promise.id), show, group="key-open", exclusive=True
            )
        else:
            number = promise.id if promise.kind is PromiseKind.REQUEST else 0

            def go_on(found: tuple[bool, Outgoing | None]) -> None:
                if found[0]:
                    self.register.register_for(ask.screen, number)
                else:
                    show(found[1])

            def read() -> tuple[bool, Outgoing | None]:
                announced = bool(number) and self.desk.room.book.is_deposit(number)
                return announced, None if announced else self.desk.room.of_request(number)

            ask.screen.run_service(read, go_on, group="key-open", exclusive=True)

    def hand_over(self, ask: Ask) -> None:
        self.desk.read(ask, lambda first: self._show_hand_over(ask.screen, first))

    def _show_hand_over(self, screen: DeskScreen, first: Outgoing | None) -> None:
        held = first is not None and first.card.row.position.holder.kind in HELD_BY_DESK
        sheet: HandOverSheet[HandedOver] = HandOverSheet(
            self.desk.room.find,
            self.desk.room.hand_over,
            self.desk.room.checks,
            now=self.desk.session.now(),
            first=first if held else None,
            may_excuse=self.desk.room.may("lend_to_late"),
        )
        self.desk.app.push_screen(sheet, lambda done: self._handed(screen, done))

    def _handed(self, screen: DeskScreen, done: HandedOver | None) -> None:
        if done is None:
            return
        self.desk.done(screen, _("Key {tag} handed over", tag=done.tag), done.set_id)
        self._receipt(_("Receipt"), done.tag, done.receipt, done.owner_text)

    def _receipt(self, title: str, tag: str, text: str, owner_text: str) -> None:
        lines = [(text, "bright")]
        if owner_text:
            lines += [("", "text"), (_("To the owner:"), "muted"), (owner_text, "text")]
        self.desk.app.push_screen(ShownSheet(title, lines, copied=text, context=_("key {tag}", tag=tag)))

    def take_back(self, ask: Ask) -> None:
        self.desk.read(ask, lambda first: self._show_take_back(ask.screen, first))

    def _show_take_back(self, screen: DeskScreen, first: Outgoing | None) -> None:
        def save(out: Outgoing, counted: int, values: Mapping[str, str]) -> TakenBack:
            row = out.card.row
            return self.desk.room.take_back(
                row.id,
                row.position.seq,
                counted=counted,
                condition=values["condition"],
                witness=values["witness"],
                place=values["place"],
                code=values["identity"],
            )

        out = first is not None and first.card.row.position.is_out
        sheet: TakeBackSheet[TakenBack] = TakeBackSheet(
            self.desk.room.find, save, now=self.desk.session.now(), first=first if out else None
        )
        self.desk.app.push_screen(sheet, lambda done: self._taken(screen, done))

    def _taken(self, screen: DeskScreen, done: TakenBack | None) -> None:
        if done is None:
            return
        said = _("Key {tag} is back, complete", tag=done.tag)
        if done.missing:
            said = plural(
                "Key {tag} is back, {count} piece missing: it is frozen",
                "Key {tag} is back, {count} pieces missing: it is frozen",
                done.missing,
                tag=done.tag,
            )
        elif done.minutes_late:
            from datetime import timedelta

            late = duration(timedelta(minutes=done.minutes_late))
            said = _("Key {tag} is back, complete, {late} late", tag=done.tag, late=late)
        self.desk.done(screen, said, done.set_id)
        if done.incident_id is not None:
            self.losses.open(screen, done.set_id)
        else:
            self._receipt(_("Receipt"), done.tag, done.receipt, done.owner_text)

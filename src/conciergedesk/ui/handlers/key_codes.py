"""Codes of keys: one-time codes for the counter, and codes under seal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conciergedesk.core.i18n import _
from conciergedesk.ui.cells import safe, word
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.handlers.key_desk import KeyDesk
from conciergedesk.ui.key_room import Outgoing
from conciergedesk.ui.key_words import SEAL_WORDS
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.key_sheets import ShownSheet

if TYPE_CHECKING:
    from conciergedesk.keys.service import MadeCode


class KeyCodes:
    """Makes codes and opens seals."""

    def __init__(self, desk: KeyDesk) -> None:
        self.desk = desk
        desk.app.on_act("keys.code", self.code)

    def code(self, ask: Ask) -> None:
        def show(out: Outgoing | None) -> None:
            if out is None:
                return
            card = out.card
            is_out = card.row.position.is_out
            options = [Option("in", _("drop-off code for the return"), letter="r")] if is_out else []
            if not is_out:
                options.append(Option("out", _("pick-up code for the handover"), letter="c"))
            options += [
                Option(
                    f"seal-{seal.id}",
                    _("open the seal: {what}", what=word(SEAL_WORDS[seal.kind])),
                    _("on record"),
                )
                for seal in card.seals
            ]
            options.append(Option("alarm", _("put an alarm code under seal"), letter="s"))
            options.append(Option("key_box", _("put a key-box code under seal"), letter="b"))
            choice = Choice(_("Codes"), options, _("key {tag}", tag=card.row.tag))
            self.desk.app.push_screen(choice, lambda answer: self._code_chosen(ask.screen, out, answer))

        self.desk.read(ask, show)

    def _code_chosen(self, screen: DeskScreen, out: Outgoing, answer: str | None) -> None:
        tag = out.card.row.tag
        if answer in {"out", "in"}:
            purpose = answer

            def made(code: MadeCode) -> None:
                said = f"{code.code[:3]} {code.code[3:]}"
                until = _("valid until {at}, five tries", at=code.valid_until)
                lines = [(said, "bright bold"), (until, "muted"), ("", "text"), (code.text, "text")]
                sheet = ShownSheet(
                    _("One-time code"), lines, copied=code.text, context=_("key {tag}", tag=tag)
                )
                self.desk.app.push_screen(
                    sheet, lambda _none: self.desk.done(screen, _("Code made for key {tag}", tag=tag))
                )

            screen.run_service(lambda: self.desk.room.make_code(out, purpose), made, group="write")
        elif answer in {"alarm", "key_box"}:
            kind = answer
            form: FormSheet[int] = FormSheet(
                _("Put under seal"),
                [Field("code", _("Code"), hint=_("it is never shown without a reason"), secret=True)],
                lambda values: self.desk.room.seal(out.card.row.id, values["code"], kind),
                context=_("key {tag}", tag=tag),
            )
            self.desk.app.push_screen(
                form,
                lambda made: self.desk.done(screen, _("Sealed for key {tag}", tag=tag)) if made else None,
            )
        elif answer is not None and answer.startswith("seal-"):
            seal_id = int(answer.removeprefix("seal-"))
            fields = [Field("reason", _("Why"), hint=_("it is written with your name"))]
            if any(seal.id == seal_id and seal.needs_second for seal in out.card.seals):
                fields.append(Field("second", _("Second"), hint=_("first name of the colleague beside you")))
            opened: FormSheet[str] = FormSheet(
                _("Open the seal"),
                fields,
                lambda values: self.desk.room.open_seal(seal_id, values["reason"], values.get("second", "")),
                context=_("key {tag}", tag=tag),
            )
            self.desk.app.push_screen(opened, lambda clear: self._show_seal(screen, tag, clear))

    def _show_seal(self, screen: DeskScreen, tag: str, clear: str | None) -> None:
        if clear is None:
            return
        lines = [
            (safe(clear), "bright bold"),
            (_("Say it, do not write it. Have it changed afterwards."), "soon"),
        ]
        sheet = ShownSheet(_("Under the seal"), lines, context=_("key {tag}", tag=tag))
        self.desk.app.push_screen(
            sheet, lambda _none: self.desk.done(screen, _("Seal of key {tag} opened, on record", tag=tag))
        )

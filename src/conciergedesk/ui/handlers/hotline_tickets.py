"""What is done with a ticket: taking it, its status, passing it on, waiting, its severity, a note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from conciergedesk.board.hotline import waits_word
from conciergedesk.board.rules import Promise
from conciergedesk.core.i18n import _
from conciergedesk.hotline.rules import (
    IMPACT_LABELS,
    RESOLUTION_LABELS,
    URGENCY_LABELS,
    Impact,
    ResolutionCode,
    Urgency,
)
from conciergedesk.hotline.triage import PARTY_LABELS, Party
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.handlers.hotline_desk import HotlineDesk
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet

if TYPE_CHECKING:
    from datetime import datetime


ESCALATION = (
    Party.LEVEL_2, Party.MAINTENANCE, Party.TELECOM, Party.VENDOR, Party.BANK, Party.CONTENT_OWNER, Party.REFERENT,
    Party.FIELD_SALES, Party.ACCOUNTING, Party.SUPERVISOR, Party.DATA_PROTECTION,
)  # fmt: skip


class TicketHandlers:
    """Works on tickets, one or all the marked ones."""

    def __init__(self, desk: HotlineDesk) -> None:
        self.desk = desk
        desk.app.on_act("hotline.take", self.claim)
        desk.take_over("board.claim", self.claim)
        desk.take_over("desk.note", self.note)

    def claim(self, ask: Ask) -> None:
        tickets = self.desk.tickets(ask)
        if tickets:
            ids = [one.id for one in tickets]
            said = _("{name}: yours", name=self.desk.named(tickets))
            self.desk.write(ask.screen, lambda: self.desk.room.claim(ids), said, undo=True)

    def status_of(
        self, screen: DeskScreen, ids: Sequence[int], name: str, first: Promise | None = None
    ) -> None:
        began = self.desk.session.now()
        waiting = first is not None and bool(first.waits_for)
        options = [
            Option("solve", _("solved"), letter="f"),
            Option("escalate", _("pass on"), letter="e"),
            Option("field", _("send to the field"), letter="v"),
            Option("caller", _("waits for the caller"), letter="a"),
            Option("third", _("waits for somebody else"), letter="t"),
            Option("severity", _("another severity"), letter="g"),
            Option("approve", _("approve as the second person"), letter="p"),
        ]
        if waiting:
            options.insert(0, Option("resume", _("they have answered: go on"), letter="r"))
        acts = {
            "solve": self._solve, "escalate": self._escalate, "field": self._field, "third": self._third,
            "severity": self._severity,
        }  # fmt: skip

        def chosen(answer: str | None) -> None:
            if answer in acts:
                acts[answer](screen, list(ids), name, began)
            elif answer == "caller":
                self.desk.write(
                    screen,
                    lambda: self.desk.room.wait(ids, ""),
                    _("{name}: waits for the caller", name=name),
                    undo=True,
                )
            elif answer == "resume":
                self.desk.write(
                    screen,
                    lambda: self.desk.room.resume(ids),
                    _("{name}: work goes on", name=name),
                    undo=True,
                )
            elif answer == "approve":
                self.desk.write(
                    screen, lambda: self.desk.room.approve(ids[0]), _("{name}: approved", name=name)
                )

        self.desk.app.push_screen(Choice(_("Ticket"), options, name), chosen)

    def _solve(self, screen: DeskScreen, ids: list[int], name: str, began: datetime) -> None:
        codes = [code for code in ResolutionCode if code is not ResolutionCode.DUPLICATE]

        def chosen(code: str | None) -> None:
            if code is None:
                return

            def save(values: Mapping[str, str]) -> int:
                return self.desk.room.solve(ids, ResolutionCode(code), values["cause"], began) + 1

            form: FormSheet[int] = FormSheet(
                _("Solved"), [Field("cause", _("Cause"), "", _("in a few words"))], save, context=name
            )
            self.desk.app.push_screen(
                form,
                lambda made: (
                    self.desk.done(screen, _("{name}: solved", name=name), undo=True) if made else None
                ),
            )

        options = [Option(code, _(RESOLUTION_LABELS[code])) for code in codes]
        self.desk.app.push_screen(Choice(_("How was it solved?"), options, name), chosen)

    def _escalate(self, screen: DeskScreen, ids: list[int], name: str, began: datetime) -> None:
        def chosen(to: str | None) -> None:
            if to is not None:
                said = _("{name}: passed on to {party}", name=name, party=waits_word(to))
                self.desk.write(
                    screen, lambda: self.desk.room.escalate(ids, Party(to), began), said, undo=True
                )

        options = [Option(one, _(PARTY_LABELS[one])) for one in ESCALATION]
        self.desk.app.push_screen(Choice(_("Pass on to"), options, name), chosen)

    def _field(self, screen: DeskScreen, ids: list[int], name: str, began: datetime) -> None:
        def save(values: Mapping[str, str]) -> bool:
            self.desk.room.to_field(ids[0], values["task"], began)
            return True

        form: FormSheet[bool] = FormSheet(
            _("Send to the field"),
            [Field("task", _("To do"), "", _("what is to be done there"))],
            save,
            context=name,
        )
        self.desk.app.push_screen(
            form,
            lambda made: (
                self.desk.done(screen, _("{name}: visit asked for", name=name), undo=True) if made else None
            ),
        )

    def _third(self, screen: DeskScreen, ids: list[int], name: str, began: datetime) -> None:
        def save(values: Mapping[str, str]) -> bool:
            self.desk.room.wait(ids, values["whom"] or "?")
            return True

        form: FormSheet[bool] = FormSheet(_("Waits for"), [Field("whom", _("Whom"))], save, context=name)
        self.desk.app.push_screen(
            form,
            lambda made: self.desk.done(screen, _("{name}: waits", name=name), undo=True) if made else None,
        )

    def _severity(self, screen: DeskScreen, ids: list[int], name: str, began: datetime) -> None:
        def impact(chosen: str | None) -> None:
            if chosen is None:
                return

            def urgency(when: str | None) -> None:
                if when is None:
                    return

                def save(values: Mapping[str, str]) -> str:
                    return self.desk.room.severity(ids[0], Impact(chosen), Urgency(when), values["reason"])

                form: FormSheet[str] = FormSheet(
                    _("Severity"), [Field("reason", _("Reason"))], save, context=name
                )
                self.desk.app.push_screen(
                    form, lambda made: self.desk.done(screen, f"{name} : {made}", undo=True) if made else None
                )

            options = [Option(one, _(URGENCY_LABELS[one])) for one in Urgency]
            self.desk.app.push_screen(Choice(_("When does it hurt?"), options, name), urgency)

        options = [Option(one, _(IMPACT_LABELS[one])) for one in Impact]
        self.desk.app.push_screen(Choice(_("What is hit?"), options, name), impact)

    def note(self, ask: Ask) -> None:
        tickets = self.desk.tickets(ask)
        if not tickets:
            return
        promise, began = tickets[0], self.desk.session.now()

        def save(values: Mapping[str, str]) -> int:
            return self.desk.room.note(promise.id, values["note"], values["reason"], began)

        fields = [
            Field("note", _("Note"), "", _("facts; never a card number or a password")),
            Field("reason", _("Reason"), hint=_("only when a word is warned about")),
        ]
        form: FormSheet[int] = FormSheet(_("Note"), fields, save, context=promise.ref)
        self.desk.app.push_screen(
            form, lambda made: self.desk.done(ask.screen, _("Note kept")) if made else None
        )

"""Incidents of the hotlines: grouping tickets, opening, telling everybody, closing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from conciergedesk.board.rules import Promise, PromiseKind
from conciergedesk.core.i18n import _, plural
from conciergedesk.hotline.rules import (
    RESOLUTION_LABELS,
    ResolutionCode,
)
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.handlers.hotline_desk import HotlineDesk
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.key_sheets import ShownSheet

if TYPE_CHECKING:
    from datetime import datetime

    from conciergedesk.hotline.service import Told


class IncidentHandlers:
    """One disturbance under several tickets."""

    def __init__(self, desk: HotlineDesk) -> None:
        self.desk = desk
        desk.app.on_act("hotline.incident", self.incident)

    def incident(self, ask: Ask) -> None:
        """On an incident: open, tell, close. On marked tickets: group them."""
        first = ask.promises[0] if ask.promises else None
        tickets = self.desk.tickets(ask)
        if first is not None and first.kind is PromiseKind.INCIDENT:
            self.show(ask.screen, first)
        elif len(tickets) > 1:
            ids, began = [one.id for one in tickets], self.desk.session.now()

            def grouped(number: int) -> None:
                self.desk.done(
                    ask.screen, _("Incident M-{number}: {name}", number=number, name=self.desk.named(tickets))
                )

            ask.screen.run_service(lambda: self.desk.room.group(ids, began), grouped, group="write")
        else:
            ask.screen.refuse(
                _("Mark the tickets that belong together with Space, then press this key again.")
            )

    def show(self, screen: DeskScreen, promise: Promise) -> None:
        began, number = self.desk.session.now(), promise.id
        if promise.state == "proposed":
            options = [
                Option("open", _("open it, and write to everybody"), letter="o"),
                Option("dismiss", _("it is none"), letter="n"),
            ]
        else:
            options = [
                Option("close", _("close it with its tickets, and write to everybody"), letter="f"),
                Option("tell", _("write to everybody again"), letter="m"),
            ]

        def chosen(answer: str | None) -> None:
            if answer == "open":
                screen.run_service(
                    lambda: self.desk.room.open_incident(number, began),
                    lambda told: self._told(screen, told),
                    group="write",
                )
            elif answer == "tell":
                screen.run_service(
                    lambda: self.desk.room.tell(number), lambda told: self._told(screen, told), group="write"
                )
            elif answer == "dismiss":
                self._dismiss(screen, number, promise.ref)
            elif answer == "close":
                self._close_incident(screen, number, promise.ref, began)

        self.desk.app.push_screen(Choice(safe(promise.what, 60), options, promise.ref), chosen)

    def _told(self, screen: DeskScreen, told: Sequence[Told]) -> None:
        """The messages, ready to be sent: who, and in which words."""
        self.desk.done(screen, plural("{count} caller told", "{count} callers told", len(told)))
        lines: list[tuple[str, str]] = []
        for one in told:
            lines += [
                (f"{one.caller} {one.number} · {one.language}".strip(), "muted"),
                (one.text, "text"),
                ("", "text"),
            ]
        texts = "\n\n".join(dict.fromkeys(one.text for one in told))
        self.desk.app.push_screen(ShownSheet(_("To everybody"), lines, copied=texts))

    def _dismiss(self, screen: DeskScreen, number: int, name: str) -> None:
        def save(values: Mapping[str, str]) -> bool:
            self.desk.room.dismiss(number, values["reason"])
            return True

        form: FormSheet[bool] = FormSheet(
            _("No incident"), [Field("reason", _("Reason"))], save, context=name
        )
        self.desk.app.push_screen(
            form,
            lambda made: (
                self.desk.done(screen, _("{name}: no incident", name=name), undo=True) if made else None
            ),
        )

    def _close_incident(self, screen: DeskScreen, number: int, name: str, began: datetime) -> None:
        def chosen(code: str | None) -> None:
            if code is None:
                return

            def save(values: Mapping[str, str]) -> tuple[Told, ...]:
                return self.desk.room.close_incident(
                    number, ResolutionCode(code), values["root_cause"], began
                )

            form: FormSheet[tuple[Told, ...]] = FormSheet(
                _("Close the incident"),
                [Field("root_cause", _("Cause"), "", _("in a few words"))],
                save,
                context=name,
            )
            self.desk.app.push_screen(
                form, lambda told: self._told(screen, told) if told is not None else None
            )

        codes = (
            ResolutionCode.THIRD_PARTY, ResolutionCode.SOLVED_REMOTE, ResolutionCode.CONFIG_CHANGE,
            ResolutionCode.FIELD_VISIT, ResolutionCode.NOT_REPRODUCIBLE,
        )  # fmt: skip
        options = [Option(one, _(RESOLUTION_LABELS[one])) for one in codes]
        self.desk.app.push_screen(Choice(_("How was it solved?"), options, name), chosen)

"""Where a promise stands: wait, go on, confirm, end, put off, with the reason where one is owed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from conciergedesk.board.rules import Promise, PromiseKind
from conciergedesk.core.i18n import N_, _
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.form_words import hour_to_call, read_moment
from conciergedesk.ui.handlers.request_work import RequestWork
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.moment import MomentSheet

# (act, letter, label): in the order of a request's life.
STATUS_ACTS: tuple[tuple[str, str, str], ...] = (
    ("wait_client", "a", N_("wait for the client")),
    ("wait_provider", "p", N_("wait for the provider")),
    ("resume", "r", N_("work goes on")),
    ("confirm", "c", N_("confirm: booked, and the client knows")),
    ("unconfirm", "d", N_("the booking fell through")),
    ("weather", "m", N_("cancelled by the weather")),
    ("finish", "f", N_("done")),
    ("reopen", "o", N_("reopen")),
    ("close", "l", N_("close for good")),
    ("release", "g", N_("give back to the queue")),
    ("snooze", "z", N_("put off until later")),
    ("cancel", "x", N_("cancel…")),
    ("refuse", "n", N_("refuse…")),
)


class RequestStatus(RequestWork):
    """The sheet of states and what each of them asks."""

    ACTS: ClassVar[dict[str, str]] = {
        "board.status": "status",
    }

    def status(self, ask: Ask) -> None:
        calls = [promise for promise in ask.promises if promise.kind is PromiseKind.CALLBACK]
        if calls:
            self.how_the_call_went(ask, calls[0])
            return
        promises = self.requests_of(ask)
        if not promises:
            return

        def read() -> list[str]:
            from conciergedesk.requests.lifecycle import State, allowed_acts

            sets = [set(map(str, allowed_acts(State(promise.state)))) for promise in promises]
            return [*sorted(set.intersection(*sets)), "snooze"]

        def show(allowed: list[str]) -> None:
            options = [
                Option(act, _(label), letter=letter) for act, letter, label in STATUS_ACTS if act in allowed
            ]
            self.app.push_screen(
                Choice(_("Status"), options, self.named(promises)),
                lambda answer: self._status_chosen(ask.screen, promises, answer) if answer else None,
            )

        ask.screen.run_service(read, show, group="status")

    def _status_chosen(self, screen: DeskScreen, promises: Sequence[Promise], act: str) -> None:
        ids = [promise.id for promise in promises]
        name = self.named(promises)
        label = _(next(label for one, _letter, label in STATUS_ACTS if one == act)).rstrip("…")
        verbs = {"weather": "called_off_by_weather"}
        if act == "cancel":
            self._cancel(screen, promises)
        elif act == "snooze":
            self._snooze(screen, promises)
        elif act in ("unconfirm", "reopen", "refuse"):
            self._with_reason(screen, promises, act, label)
        elif act in ("wait_client", "wait_provider"):
            self._wait(screen, promises, act, label)
        else:
            self.run(screen, self.each(verbs.get(act, act), ids), f"{name} : {label}")

    def _with_reason(self, screen: DeskScreen, promises: Sequence[Promise], verb: str, label: str) -> None:
        ids = [promise.id for promise in promises]
        form = FormSheet(
            label.capitalize(),
            [Field("reason", _("Reason"))],
            lambda values: self.each(verb, ids, reason=values["reason"])(),
            context=self.named(promises),
        )
        self.app.push_screen(
            form, lambda saved: self.done(screen, f"{self.named(promises)} : {label}") if saved else None
        )

    def _wait(self, screen: DeskScreen, promises: Sequence[Promise], verb: str, label: str) -> None:
        ids = [promise.id for promise in promises]

        def save(values: Any) -> bool:
            moment = read_moment(values["until"], self.session.now(), field="until")
            until = hour_to_call(moment) if moment is not None else None
            self.each(verb, ids, whom=values["whom"], until=until)()
            return True

        fields = [
            Field("whom", _("Whom"), hint=_("name, or nothing")),
            Field("until", _("Ask again"), hint=_("tomorrow 9h, or nothing")),
        ]
        form = FormSheet(label.capitalize(), fields, save, context=self.named(promises))
        self.app.push_screen(
            form, lambda saved: self.done(screen, f"{self.named(promises)} : {label}") if saved else None
        )

    def _cancel(self, screen: DeskScreen, promises: Sequence[Promise]) -> None:
        ids = [promise.id for promise in promises]

        def read() -> list[Option]:
            from conciergedesk.core.i18n import active_language
            from conciergedesk.requests.catalogue import RequestType
            from conciergedesk.requests.queries import request_card

            catalogue = self.session.book().catalogue
            kind: RequestType = catalogue.get(self.session.ask(request_card, ids[0]).type_code)
            parties = {
                "client": _("client"), "provider": _("provider"), "agency": _("agency"), "transport": _("transport"),
            }  # fmt: skip
            return [
                Option(reason.key, reason.label.in_language(active_language()), parties[reason.party])
                for reason in catalogue.reasons_for(kind)
            ]

        def chosen(answer: str | None) -> None:
            if answer:
                self.run(
                    screen,
                    self.each("cancel", ids, reason=answer),
                    _("{name}: cancelled", name=self.named(promises)),
                )

        screen.run_service(
            read,
            lambda options: self.app.push_screen(
                Choice(_("Cancel: why?"), options, self.named(promises)), chosen
            ),
            group="status",
        )

    def _snooze(self, screen: DeskScreen, promises: Sequence[Promise]) -> None:
        ids = [promise.id for promise in promises]
        sheet = MomentSheet(
            _("Put off until"),
            lambda moment, _values: self.each("snooze", ids, until=hour_to_call(moment))(),
            now=self.session.now(),
            context=self.named(promises),
            meant=hour_to_call,
        )
        self.app.push_screen(
            sheet,
            lambda saved: (
                self.done(screen, _("{name}: put off", name=self.named(promises))) if saved else None
            ),
        )

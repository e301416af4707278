"""Calls and appointments around a promise: promise a call, ring, agree on a moment."""

from __future__ import annotations

from typing import Any, ClassVar

from conciergedesk.board.rules import PromiseKind
from conciergedesk.core.i18n import _, show_moment
from conciergedesk.core.phone import search_digits
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.form_words import hour_to_call
from conciergedesk.ui.handlers.request_work import RequestWork
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field
from conciergedesk.ui.modals.moment import MomentSheet

SHORTEST_NUMBER = 6
"""Digits from which a bold figure is a telephone number; the tag of a key has fewer."""


class RequestCalls(RequestWork):
    """What is promised by telephone, and the number that is dialled."""

    ACTS: ClassVar[dict[str, str]] = {
        "board.callback": "call_back",
        "board.call": "call",
        "board.appointment": "appointment",
    }

    def call_back(self, ask: Ask) -> None:
        promise = ask.promises[0] if ask.promises else None
        if promise is None:
            return
        number = _number_of(ask)
        known = promise.kind in (PromiseKind.CALLBACK, PromiseKind.REQUEST)
        if not known and not number:
            ask.screen.refuse(_("No number is known here. Note whom to call: n, “call back …”."))
            return

        def save(moment: Any, values: Any) -> str:
            from conciergedesk.requests import service as requests

            due_at = hour_to_call(moment)
            if promise.kind is PromiseKind.CALLBACK:
                self.session.act(
                    requests.put_off_call_back,
                    promise.id,
                    due_at,
                    reason=values["about"] or _("agreed"),
                )
            elif promise.kind is PromiseKind.REQUEST:
                self.session.act(
                    requests.promise_call_back,
                    due_at=due_at,
                    due_to=None if moment.date_only else moment.end,
                    request_id=promise.id,
                    about=values["about"],
                )
            else:
                about = " · ".join(part for part in (promise.ref, promise.what, values["about"]) if part)
                self.session.act(requests.promise_call_back, due_at=due_at, number=number, about=about)
            return show_moment(due_at)

        label = _("Reason") if promise.kind is PromiseKind.CALLBACK else _("About")
        title = _("Another moment") if promise.kind is PromiseKind.CALLBACK else _("Promise a call")
        sheet = MomentSheet(
            title,
            save,
            now=self.session.now(),
            fields=[Field("about", label)],
            context=self.named([promise]),
            meant=hour_to_call,
        )
        self.app.push_screen(
            sheet,
            lambda when: self.done(ask.screen, _("Call promised for {when}", when=when)) if when else None,
        )

    def call(self, ask: Ask) -> None:
        if not ask.promises:
            return
        promise = ask.promises[0]
        if promise.kind is PromiseKind.CALLBACK:
            self.how_the_call_went(ask, promise)
            return
        number = _number_of(ask)
        if promise.kind is not PromiseKind.REQUEST:
            # Its thread is not the queue's: what was said is noted where it lives.
            if number:
                ask.screen.say(_("Call {number}", number=number))
            else:
                ask.screen.refuse(_("No number is known here."))
            return

        def answered(answer: str | None) -> None:
            if answer is None:
                return
            text = _("Call answered.") if answer == "talked" else _("No answer.")
            call = self.each("note", [promise.id], text=text, kind="call" if answer == "talked" else "note")
            self.run(ask.screen, call, text)

        options = [
            Option("talked", _("we spoke"), letter="p"),
            Option("missed", _("no answer"), letter="a"),
        ]
        self.app.push_screen(
            Choice(_("Call {number}", number=number), options, safe(promise.for_whom, 40)), answered
        )

    def appointment(self, ask: Ask) -> None:
        promises = self.requests_of(ask)
        if not promises:
            return
        promise = promises[0]

        def save(moment: Any, values: Any) -> str:
            self.each(
                "agree_appointment",
                [promise.id],
                starts_at=moment.start,
                ends_at=moment.end,
                place=values["place"],
                provider=values["provider"],
            )()
            return show_moment(moment.start)

        sheet = MomentSheet(
            _("Appointment"),
            save,
            now=self.session.now(),
            fields=[Field("place", _("Where"), promise.where), Field("provider", _("With"))],
            context=self.named([promise]),
        )
        self.app.push_screen(
            sheet,
            lambda when: self.done(ask.screen, _("Appointment on {when}", when=when)) if when else None,
        )


def _number_of(ask: Ask) -> str:
    """The number that the detail of the chosen promise shows, as it is shown; nothing for none."""
    shown = (fact.value for fact in ask.detail.facts if fact.bold) if ask.detail is not None else ()
    return next((value for value in shown if len(search_digits(value)) >= SHORTEST_NUMBER), "")

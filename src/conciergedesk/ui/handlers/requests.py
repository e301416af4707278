"""Acts on promises of the queue: take, give, wait, note, tick, confirm, end, undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from conciergedesk.board.rules import Promise, PromiseKind
from conciergedesk.core.errors import Conflict, DeskError
from conciergedesk.core.i18n import N_, _, plural, show_moment
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.drafts import Drafts, Slip
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.moment import MomentSheet
from conciergedesk.ui.screens.board import BoardScreen

if TYPE_CHECKING:
    from conciergedesk.core.db.unit import Unit
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession

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

MODE_OF = {
    PromiseKind.KEY: "keys",
    PromiseKind.RELOCATION: "relocation",
    PromiseKind.ROTA: "rota",
    PromiseKind.HANDOVER: "handover",
    PromiseKind.LOG: "handover",
}
"""Screens of the rooms that open their own promises."""


class RequestHandlers:
    """Wires the board's acts to the queue's verbs."""

    def __init__(self, app: DeskApp, session: DeskSession, drafts: Drafts) -> None:
        self.app = app
        self.session = session
        self.drafts = drafts
        for act, handler in (
            ("board.open", self.open),
            ("board.claim", self.claim),
            ("board.status", self.status),
            ("board.callback", self.call_back),
            ("board.step", self.step),
            ("board.call", self.call),
            ("board.assign", self.assign),
            ("board.priority", self.priority),
            ("board.duplicate", self.duplicate),
            ("board.appointment", self.appointment),
            ("desk.note", self.note),
            ("desk.undo", self.undo),
            ("desk.redo", self.redo),
        ):
            app.on_act(act, handler)

    # --- running ---

    def run(
        self,
        screen: DeskScreen,
        call: Callable[[], Any],
        said: str,
        *,
        undo: bool = True,
        failed: Callable[[DeskError], None] | None = None,
    ) -> None:
        """Run one write in a worker, then say what happened and read the board again."""

        def done(_result: object) -> None:
            self.done(screen, said, undo=undo)

        screen.run_service(call, done, group="write", failed=failed)

    def done(self, screen: DeskScreen, said: str, *, undo: bool = True) -> None:
        screen.say(said, "desk.undo" if undo else "")
        if isinstance(screen, BoardScreen):
            screen.list.clear_marks()
            screen.reload()

    def each(self, verb: str, ids: Sequence[int], **values: Any) -> Callable[[], bool]:
        """One unit of work that applies a verb to several requests: all of them or none."""

        def call() -> bool:
            from conciergedesk.requests import asks
            from conciergedesk.requests import service as requests

            apply = getattr(requests, verb, None) or getattr(asks, verb)
            book = self.session.book()

            def all_of_them(unit: Unit) -> None:
                for request_id in ids:
                    apply(unit, book, request_id, **values)

            self.session.act(all_of_them)
            return True

        return call

    @staticmethod
    def requests_of(ask: Ask) -> list[Promise]:
        return [promise for promise in ask.promises if promise.kind is PromiseKind.REQUEST]

    @staticmethod
    def named(promises: Sequence[Promise]) -> str:
        """What a message calls them: the number of one, the count of several."""
        if len(promises) == 1:
            return f"{promises[0].ref} {safe(promises[0].what, 30)}"
        return plural("{count} request", "{count} requests", len(promises))

    # --- acts ---

    def open(self, ask: Ask) -> None:
        """Show the whole promise; other rooms open theirs on their own screen."""
        if not ask.promises or not isinstance(ask.screen, BoardScreen):
            return
        mode = MODE_OF.get(ask.promises[0].kind, "")
        if self.app.has_mode(mode):
            self.app.go(mode)
        else:
            ask.screen.action_detail()

    def claim(self, ask: Ask) -> None:
        promises = self.requests_of(ask)
        if not promises:
            return
        ids = [promise.id for promise in promises]
        name = self.named(promises)

        def refused(error: DeskError) -> None:
            if isinstance(error, Conflict) and len(promises) == 1:
                self._offer_take_over(ask.screen, promises[0], str(error))
            else:
                ask.screen.show_error(error)

        self.run(ask.screen, self.each("claim", ids), _("{name}: yours", name=name), failed=refused)

    def _offer_take_over(self, screen: DeskScreen, promise: Promise, why: str) -> None:
        def answered(answer: str | None) -> None:
            if answer == "take":
                call = self.each("claim", [promise.id], take_over=True)
                self.run(screen, call, _("{name}: taken over", name=self.named([promise])))

        options = [
            Option("leave", _("leave it to them"), letter="l"),
            Option("take", _("take it over"), letter="t"),
        ]
        self.app.push_screen(Choice(_("Held by a colleague"), options, safe(why, 60)), answered)

    def status(self, ask: Ask) -> None:
        calls = [promise for promise in ask.promises if promise.kind is PromiseKind.CALLBACK]
        if calls:
            self._call_back_status(ask, calls[0])
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
            from conciergedesk.core.i18n import active_zone
            from conciergedesk.core.moments import parse_moment

            moment = (
                parse_moment(values["until"], self.session.now(), active_zone()) if values["until"] else None
            )
            self.each(verb, ids, whom=values["whom"], until=moment.start if moment is not None else None)()
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
            lambda moment, _values: self.each("snooze", ids, until=moment.start)(),
            now=self.session.now(),
            context=self.named(promises),
        )
        self.app.push_screen(
            sheet,
            lambda saved: (
                self.done(screen, _("{name}: put off", name=self.named(promises))) if saved else None
            ),
        )

    def call_back(self, ask: Ask) -> None:
        promise = ask.promises[0] if ask.promises else None
        if promise is None:
            return

        def save(moment: Any, values: Any) -> str:
            from conciergedesk.requests import service as requests

            if promise.kind is PromiseKind.CALLBACK:
                self.session.act(
                    requests.put_off_call_back,
                    promise.id,
                    moment.start,
                    reason=values["about"] or _("agreed"),
                )
            else:
                self.session.act(
                    requests.promise_call_back,
                    due_at=moment.start,
                    due_to=moment.end,
                    request_id=promise.id,
                    about=values["about"],
                )
            return show_moment(moment.start)

        label = _("Reason") if promise.kind is PromiseKind.CALLBACK else _("About")
        title = _("Another moment") if promise.kind is PromiseKind.CALLBACK else _("Promise a call")
        sheet = MomentSheet(
            title, save, now=self.session.now(), fields=[Field("about", label)], context=self.named([promise])
        )
        self.app.push_screen(
            sheet,
            lambda when: self.done(ask.screen, _("Call promised for {when}", when=when)) if when else None,
        )

    def _call_back_status(self, ask: Ask, promise: Promise) -> None:
        def answered(answer: str | None) -> None:
            if answer is None:
                return

            def call() -> None:
                from conciergedesk.requests import service as requests

                if answer == "kept":
                    self.session.act(requests.keep_call_back, self.session.book(), promise.id)
                elif answer == "tried":
                    self.session.act(requests.call_attempted, promise.id)
                else:
                    self.session.act(requests.drop_call_back, promise.id, reason=_("no longer needed"))

            words = {
                "kept": _("Call kept"), "tried": _("Attempt written down"), "drop": _("Call no longer needed"),
            }  # fmt: skip
            self.run(ask.screen, call, words[answer])

        options = [
            Option("kept", _("called: kept"), letter="f"),
            Option("tried", _("no answer: count the attempt"), letter="a"),
            Option("drop", _("no longer needed"), letter="x"),
        ]
        self.app.push_screen(Choice(_("Promised call"), options, safe(promise.for_whom, 40)), answered)

    def step(self, ask: Ask) -> None:
        promises = self.requests_of(ask)
        if not promises:
            return
        promise = promises[0]

        def read() -> tuple[str, str, str, str] | None:
            from conciergedesk.core.i18n import active_language, translate
            from conciergedesk.requests.lifecycle import PROOF_HINTS, checklist
            from conciergedesk.requests.queries import request_card

            card = self.session.ask(request_card, promise.id)
            done = {step.code for step in card.steps if step.done}
            kind = self.session.book().catalogue.get(card.type_code)
            for one in checklist(kind, card.fields, ("weather",) if card.weather else ()):
                if one.key not in done:
                    label = one.label.in_language(active_language())
                    return one.key, label, one.asks, translate(PROOF_HINTS[one.proof])
            return None

        def show(found: tuple[str, str, str, str] | None) -> None:
            if found is None:
                ask.screen.say(_("Every step is done."))
                return
            code, label, asks, hint = found
            if asks:
                self._ask_danger(ask.screen, promise, label)
            elif hint:
                self._ask_proof(ask.screen, promise, code, label, hint)
            else:
                self.run(ask.screen, self.each("tick", [promise.id], code=code), f"{glyphs().done} {label}")

        ask.screen.run_service(read, show, group="step")

    def _ask_danger(self, screen: DeskScreen, promise: Promise, label: str) -> None:
        def answered(answer: str | None) -> None:
            if answer:
                said = (
                    _("Directed to 15. Nothing else is kept.")
                    if answer == "danger"
                    else _("No danger: go on.")
                )
                self.run(screen, self.each("answer_danger", [promise.id], danger=answer == "danger"), said)

        options = [
            Option("none", _("clearly no"), letter="n"),
            Option("danger", _("yes, or a doubt: 15 or 112 now"), letter="o"),
        ]
        self.app.push_screen(Choice(safe(label, 70), options, self.named([promise])), answered)

    def _ask_proof(self, screen: DeskScreen, promise: Promise, code: str, label: str, hint: str) -> None:
        form = FormSheet(
            label,
            [Field("proof", _("Proof"), hint=hint)],
            lambda values: self.each("tick", [promise.id], code=code, proof=values["proof"])(),
            context=self.named([promise]),
        )
        self.app.push_screen(
            form, lambda saved: self.done(screen, f"{glyphs().done} {label}") if saved else None
        )

    def call(self, ask: Ask) -> None:
        if not ask.promises:
            return
        promise = ask.promises[0]
        if promise.kind is PromiseKind.CALLBACK:
            self._call_back_status(ask, promise)
            return

        def answered(answer: str | None) -> None:
            if answer is None:
                return
            text = _("Call answered.") if answer == "talked" else _("No answer.")
            call = self.each("note", [promise.id], text=text, kind="call" if answer == "talked" else "note")
            self.run(ask.screen, call, text)

        number = (
            next((fact.value for fact in ask.detail.facts if fact.bold), "") if ask.detail is not None else ""
        )
        options = [
            Option("talked", _("we spoke"), letter="p"),
            Option("missed", _("no answer"), letter="a"),
        ]
        self.app.push_screen(
            Choice(_("Call {number}", number=number), options, safe(promise.for_whom, 40)), answered
        )

    def assign(self, ask: Ask) -> None:
        promises = self.requests_of(ask)
        if not promises:
            return
        ids = [promise.id for promise in promises]

        def chosen(answer: str | None) -> None:
            if answer is None:
                return
            kind, _sep, value = answer.partition(":")
            if kind == "team":
                call = self.each("give_to_team", ids, team=value)
            else:
                call = self.each("assign", ids, agent_id=int(value))
            self.run(ask.screen, call, _("{name}: given", name=self.named(promises)))

        def show(options: list[Option]) -> None:
            self.app.push_screen(Choice(_("Give to"), options, self.named(promises)), chosen)

        def read() -> list[Option]:
            teams = {
                "concierge": _("Concierge desk"), "coach": _("Coaches"), "technical": _("Technical hotline"),
                "commercial": _("Commercial hotline"),
            }  # fmt: skip
            found = [Option(f"agent:{one.id}", one.name, teams[one.team]) for one in self.session.staff()]
            return found + [Option(f"team:{code}", label, _("team")) for code, label in teams.items()]

        ask.screen.run_service(read, show, group="staff")

    def priority(self, ask: Ask) -> None:
        promises = self.requests_of(ask)
        if not promises:
            return
        ids = [promise.id for promise in promises]

        def save(values: Any) -> bool:
            wanted = values["priority"].strip().upper()
            self.each("change_priority", ids, priority=wanted, reason=values["reason"])()
            return True

        fields = [
            Field("priority", _("Priority"), promises[0].priority, hint="P1 · P2 · P3 · P4"),
            Field("reason", _("Reason")),
        ]
        self.app.push_screen(
            FormSheet(_("Priority"), fields, save, context=self.named(promises)),
            lambda saved: (
                self.done(ask.screen, _("{name}: priority changed", name=self.named(promises)))
                if saved
                else None
            ),
        )

    def duplicate(self, ask: Ask) -> None:
        promises = self.requests_of(ask)
        if not promises:
            return
        ids = [promise.id for promise in promises]

        def save(values: Any) -> bool:
            from conciergedesk.requests.queries import read_ref

            self.each("mark_duplicate", ids, of_id=read_ref(values["of"]))()
            return True

        self.app.push_screen(
            FormSheet(
                _("Duplicate of"),
                [Field("of", _("Number"), hint="D-2417")],
                save,
                context=self.named(promises),
            ),
            lambda saved: (
                self.done(ask.screen, _("{name}: duplicate", name=self.named(promises))) if saved else None
            ),
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

    def note(self, ask: Ask) -> None:
        promises = self.requests_of(ask)
        if not promises:
            return
        promise = promises[0]
        parked = self.drafts.find("note", promise.id)
        slip = Slip(self.drafts, "note", promise.id, parked=parked)
        kept = parked.values.get("note", "") if parked is not None else ""

        def save(values: Any) -> bool:
            self.each("note", [promise.id], text=values["note"], override_reason=values["reason"])()
            slip.drop()
            return True

        fields = [
            Field("note", _("Note"), kept, hint=_("facts, as the person may read them")),
            Field("reason", _("Reason"), hint=_("only when a word is warned about")),
        ]
        form = FormSheet(
            _("Note"),
            fields,
            save,
            left=lambda values: self._park(ask.screen, values, slip),
            park=lambda values: slip.keep({"note": values["note"]}),
            context=self.named([promise]),
        )
        self.app.push_screen(form, lambda saved: self.done(ask.screen, _("Note kept")) if saved else None)

    def _park(self, screen: DeskScreen, values: Any, slip: Slip) -> None:
        kept = {"note": values["note"]}
        screen.run_service(
            lambda: slip.keep(kept),
            lambda _none: screen.say(_("Your text is kept: Ctrl+B takes it up again.")),
            group="park",
        )

    def undo(self, ask: Ask) -> None:
        self._take_back(ask.screen, "undo_last", _("Undone"))

    def redo(self, ask: Ask) -> None:
        self._take_back(ask.screen, "redo_last", _("Done again"))

    def _take_back(self, screen: DeskScreen, verb: str, said: str) -> None:
        def call() -> str:
            from conciergedesk.board.requests import ACT_SENTENCES
            from conciergedesk.core.db import undo

            taken = self.session.act(getattr(undo, verb))
            sentence = ACT_SENTENCES.get(taken.act)
            return f"{said} : {_(sentence)}" if sentence else said

        screen.run_service(call, lambda text: self.done(screen, text, undo=False), group="write")

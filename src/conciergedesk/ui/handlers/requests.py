"""Acts on promises of the queue: open, take, give, tick, rank, note, undo."""

from __future__ import annotations

from typing import Any, ClassVar

from conciergedesk.board.rules import Promise, PromiseKind
from conciergedesk.core.errors import Conflict, DeskError
from conciergedesk.core.i18n import _, plural
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.drafts import Slip
from conciergedesk.ui.handlers.request_work import RequestWork
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.screens.board import BoardScreen

MODE_OF = {
    PromiseKind.KEY: "keys",
    PromiseKind.RELOCATION: "relocation",
    PromiseKind.ROTA: "rota",
    PromiseKind.HANDOVER: "handover",
    PromiseKind.LOG: "handover",
}
"""Screens of the rooms that open their own promises."""


UNTAKEN = frozenset({"new", "qualified", "assigned"})
"""States from which a claim changes something, also for who is named as the holder."""


class RequestHandlers(RequestWork):
    """Wires the board's acts to the queue's verbs."""

    ACTS: ClassVar[dict[str, str]] = {
        "board.open": "open",
        "board.claim": "claim",
        "board.step": "step",
        "board.assign": "assign",
        "board.priority": "priority",
        "board.duplicate": "duplicate",
        "desk.note": "note",
        "desk.undo": "undo",
        "desk.redo": "redo",
    }

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
        actor = self.session.actor
        others = [
            one for one in promises if actor is None or one.holder_id != actor.id or one.state in UNTAKEN
        ]
        if not others:
            # Nothing is written, so there is nothing that undo could take back.
            ask.screen.say(_("{name}: already yours", name=self.named(promises)))
            return

        def refused(error: DeskError) -> None:
            if isinstance(error, Conflict) and len(others) == 1:
                self._offer_take_over(ask.screen, others[0], str(error))
            else:
                self.refused(ask.screen, error)

        call = self.each("claim", [one.id for one in others])
        self.run(ask.screen, call, _("{name}: yours", name=self.named(others)), failed=refused)

    def _offer_take_over(self, screen: DeskScreen, promise: Promise, why: str) -> None:
        def answered(answer: str | None) -> None:
            if answer == "take":
                call = self.each("claim", [promise.id], take_over=True)
                self.run(screen, call, _("{name}: taken over", name=self.named([promise])))

        options = [
            Option("leave", _("leave it to them"), letter="l"),
            Option("take", _("take it over"), letter="t"),
        ]
        self.app.push_screen(
            Choice(_("Held by a colleague"), options, self.named([promise]), question=why), answered
        )

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
                ask.screen.refuse(_("Every step is done."))
                return
            code, label, asks, hint = found
            if asks:
                self._ask_danger(ask.screen, promise, label)
            elif hint:
                self._ask_proof(ask.screen, promise, code, label, hint)
            else:
                self.run(ask.screen, self.each("tick", [promise.id], code=code), label)

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
        sheet = Choice(_("Danger?"), options, self.named([promise]), question=label)
        self.app.push_screen(sheet, answered)

    def _ask_proof(self, screen: DeskScreen, promise: Promise, code: str, label: str, hint: str) -> None:
        form = FormSheet(
            label,
            [Field("proof", _("Proof"), hint=hint)],
            lambda values: self.each("tick", [promise.id], code=code, proof=values["proof"])(),
            context=self.named([promise]),
        )
        self.app.push_screen(form, lambda saved: self.done(screen, label) if saved else None)

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
            from conciergedesk.requests.queries import ref

            taken = self.session.act(getattr(undo, verb))
            sentence = ACT_SENTENCES.get(taken.act)
            numbers = {ref(number) for kind, number in taken.subjects if kind == "request"}
            name = (
                next(iter(numbers), "")
                if len(numbers) < 2
                else plural("{count} request", "{count} requests", len(numbers))
            )
            return f"{said} : {' '.join(part for part in (name, _(sentence)) if part)}" if sentence else said

        screen.run_service(call, lambda text: self.done(screen, text, undo=False), group="write")

"""Acts that keep touch with a household: follow-ups and pulse, questions with reminders, papers, notes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from conciergedesk.core.i18n import N_, _, active_language, plural
from conciergedesk.relocation.cards import FileCard, FollowUpLine
from conciergedesk.relocation.plans import QuestionKind
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.handlers.relocation_desk import FileDesk
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.relocation_room import Handed

if TYPE_CHECKING:
    from conciergedesk.relocation.service import Held


_QUESTIONS = {
    "pulse": N_("Pulse"),
    "overall": N_("Overall"),
    "housing": N_("Housing"),
    "schools": N_("Schools"),
    "administration": N_("Offices"),
    "coach": N_("Coaching"),
    "services": N_("Services"),
    "partner": N_("Partner"),
    "commute": N_("Commute"),
    "stay": N_("Staying"),
}


class ContactHandlers:
    """Holds contacts, asks and reminds, hands the plan out and writes what was said."""

    def __init__(self, files: FileDesk) -> None:
        self.files = files
        for act, handler in (
            ("relocation.pulse", self.pulse),
            ("relocation.ask", self.ask),
            ("relocation.letter", self.letter),
        ):
            files.app.on_act(act, handler)
        files.take_over("desk.note", self._note)

    def pulse(self, ask: Ask) -> None:
        card = self.files.card(ask)
        if card is not None:
            due = next((one for one in card.followups if one.done_on is None), None)
            near = due is not None and due.due <= self.files.room.today() + timedelta(days=5)
            self.pulse_it(ask.screen, card, due if near else None)

    def pulse_it(self, screen: DeskScreen, card: FileCard, contact: FollowUpLine | None) -> None:
        def save(values: Mapping[str, str]) -> Held:
            scores = {name: value for name, value in values.items() if name not in ("words", "word_reason")}
            number = contact.id if contact is not None else None
            return self.files.room.hold(card, number, scores, values["words"], values["word_reason"])

        def said(held: Held) -> str:
            if held.actions:
                return plural(
                    "Noted: {count} action for the supervisor", "Noted: {count} actions for the supervisor",
                    len(held.actions),
                )  # fmt: skip
            return _("Noted: all is well")

        def show(fields: list[Field]) -> None:
            title = contact.label if contact is not None else _("Pulse")
            self.files.form(screen, title, fields, save, said, f"{card.ref} · {safe(card.household, 30)}")

        screen.run_service(lambda: self.questions(card, contact), show, group="pulse")

    def questions(self, card: FileCard, contact: FollowUpLine | None) -> list[Field]:
        """The questions of a contact, or the pulse alone; in a worker thread."""
        plan = self.files.room.plan(card)
        language = active_language()
        if contact is None:
            asked = [one for one in plan.questions.values() if one.kind is QuestionKind.PULSE]
        else:
            asked = [plan.questions[name] for name in plan.followups[contact.code].questions]
        fields = []
        for one in asked:
            if one.kind is not QuestionKind.TEXT:
                low, high = one.scale
                label = _(_QUESTIONS[one.id]) if one.id in _QUESTIONS else one.id
                fields.append(Field(one.id, label, hint=f"{low}-{high}", ask=one.ask.in_language(language)))
        fields.append(Field("words", _("Their words"), hint=_("as they may read them")))
        fields.append(Field("word_reason", _("Reason"), hint=_("only when a word is warned about")))
        return fields

    def ask(self, ask: Ask) -> None:
        """Reminders: ask somebody, climb the ladder, note the answer."""
        card = self.files.card(ask)
        if card is None:
            return
        from conciergedesk.relocation import service as relocation

        screen = ask.screen
        options = []
        for one in card.questions:
            if one.answered_on is None:
                about = safe(one.about, 40)
                options.append(Option(f"answered:{one.id}", _("{about}: they answered", about=about)))
                options.append(Option(f"remind:{one.id}", _("{about}: reminded", about=about)))
        options.append(Option("new", _("ask something…")))

        def chosen(answer: str | None) -> None:
            kind, _sep, value = (answer or "").partition(":")
            if kind == "answered":
                self.files.write(
                    screen, lambda: self.files.room.act(relocation.answered, int(value)), _("Answer noted")
                )
            elif kind == "remind":
                self.files.write(
                    screen, lambda: self.files.room.act(relocation.remind, int(value)), _("Reminder noted")
                )
            elif kind == "new":
                self._ask_new(screen, card)

        if len(options) == 1:
            self._ask_new(screen, card)
        else:
            self.files.app.push_screen(Choice(_("Reminders"), options, card.ref), chosen)

    def _ask_new(self, screen: DeskScreen, card: FileCard) -> None:
        from conciergedesk.relocation import service as relocation

        fields = [
            Field("whom", _("Whom"), "FA", hint=_("FA family · EM employer · PR provider")),
            Field("about", _("What")),
        ]
        self.files.form(
            screen, _("Ask, with reminders"), fields,
            lambda values: self.files.room.act(
                relocation.ask, card.id, values["whom"].strip().upper(), values["about"]
            ),
            lambda _made: _("Asked: the ladder begins"), card.ref,
        )  # fmt: skip

    def letter(self, ask: Ask) -> None:
        card = self.files.card(ask)
        if card is None:
            return

        def show(handed: Handed) -> None:
            ask.screen.say(_("Plan and calendar written: {file}", file=safe(handed.pdf, 80)))

        ask.screen.run_service(lambda: self.files.room.hand_out(card), show, group="papers")

    def _note(self, ask: Ask) -> bool:
        card = self.files.card(ask)
        if self.files.screen(ask) is None:
            return False
        if card is None:
            return True
        from conciergedesk.relocation import service as relocation

        fields = [
            Field("note", _("Note"), hint=_("facts, as the person may read them")),
            Field("heard_from", _("Said by"), hint=_("FA family · EM employer · PR provider, or nothing")),
            Field("who", _("Name")),
            Field("reason", _("Reason"), hint=_("only when a word is warned about")),
        ]

        def save(values: Mapping[str, str]) -> object:
            heard = values["heard_from"].strip().upper()
            return self.files.room.act(
                relocation.note, card.id, values["note"], kind="quote" if heard else "note", who=values["who"],
                heard_from=heard, override_reason=values["reason"],
            )  # fmt: skip

        def kept(answer: tuple[object] | None) -> None:
            if answer is not None:
                self.files.after(ask.screen, _("Note kept"), undo=False)

        self.files.app.push_screen(
            FormSheet(_("Note"), fields, lambda values: (save(values),), context=card.ref), kept
        )
        return True

"""Acts on programmes of candidate visits and mini-stays: begin, compose, send, decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from conciergedesk.core.i18n import N_, _, show_moment
from conciergedesk.relocation.cards import FileCard, ProgrammeCard
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.form_words import language_hint, language_word
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.confirm import Confirm
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.relocation_visits import DECISION_WORDS, KIND_WORDS, STATE_WORDS, ProgrammeSheet
from conciergedesk.ui.screens.relocation import RelocationScreen
from conciergedesk.ui.visit_room import VisitRoom

if TYPE_CHECKING:
    from conciergedesk.ui.drafts import Parked
    from conciergedesk.ui.handlers.relocation_desk import FileDesk

PROGRAMME_DRAFT = "relocation_programme"
PART_DRAFT = "relocation_part"


class VisitHandlers:
    """Wires programmes to their verbs."""

    def __init__(self, files: FileDesk) -> None:
        self.files = files
        self.app = files.app
        self.session = files.session
        self.room = VisitRoom(files.room)
        self.app.on_act("relocation.visits", self.visits)
        files.forms.drafts.offer(PROGRAMME_DRAFT, N_("New programme"), self._take_up)
        files.forms.drafts.offer(PART_DRAFT, N_("New part"), self._take_up)

    def _take_up(self, ask: Ask, parked: Parked) -> None:
        if parked.kind == PART_DRAFT and parked.subject_id is not None:
            self._read(ask.screen, parked.subject_id, lambda card: self._add_part(ask.screen, card))
        else:
            self._new(ask.screen, None)

    def visits(self, ask: Ask) -> None:
        """The programmes of the open file, or of the coach; one opens, or a new one begins."""
        screen = ask.screen
        file = screen.card if isinstance(screen, RelocationScreen) else None

        def show(found: list[ProgrammeCard]) -> None:
            options = [Option("new", _("new programme…"), letter="n")]
            options += [
                Option(
                    str(one.id),
                    f"{safe(one.household, 34)} · {_(KIND_WORDS[one.kind])}",
                    f"{show_moment(one.starts_at)} · {_(STATE_WORDS[one.state])}",
                )
                for one in found
            ]
            context = file.ref if file is not None else ""
            self.app.push_screen(Choice(_("Visits and mini-stays"), options, context), chosen)

        def chosen(answer: str | None) -> None:
            if answer == "new":
                self._new(screen, file)
            elif answer is not None:
                self._open(screen, int(answer))

        screen.run_service(lambda: self.room.programmes(file), show, group="visits", exclusive=True)

    def _read(self, screen: DeskScreen, programme_id: int, then: Callable[[ProgrammeCard], None]) -> None:
        screen.run_service(lambda: self.room.programme(programme_id), then, group="visits", exclusive=True)

    def _open(self, screen: DeskScreen, programme_id: int) -> None:
        self._read(screen, programme_id, lambda card: self._show(screen, card))

    def _show(self, screen: DeskScreen, card: ProgrammeCard) -> None:
        acts = {
            "add": self._add_part,
            "operator": self._operator,
            "decide": self._decide,
            "assign": self._assign,
            "sent": self._sent,
            "cancel": self._cancel,
        }

        def chosen(answer: str | None) -> None:
            if answer is None:
                return
            act, _sep, value = answer.partition(":")
            if value:
                self._cancel_part(screen, card, int(value))
            else:
                acts[act](screen, card)

        self.app.push_screen(ProgrammeSheet(card, self.session.now()), chosen)

    def _again(self, screen: DeskScreen, said: str, programme_id: int, *, undo: bool = True) -> None:
        """Say what was done and show the programme as it is now."""
        self.files.after(screen, said, undo=undo)
        self._open(screen, programme_id)

    def _new(self, screen: DeskScreen, file: FileCard | None) -> None:
        fields = [
            Field("kind", _("Kind"), "", _("c candidate visit · m mini-stay")),
            Field(
                "household",
                _("Household"),
                file.household if file else "",
                _("Jakub Zielinski, Ola, Zosia 4"),
            ),
            Field("employer", _("Employer"), file.employer if file else "", _("name, or nothing")),
            Field("vacancy", _("Vacancy"), "", _("its name; rivals for it are kept apart")),
            Field("starts_at", _("stay|Starts"), "", _("fri 14h · 2 apr 14h")),
            Field("ends_at", _("stay|Ends"), "", _("sun 16h")),
            Field("coach", _("Coach"), "", _("first name; nothing is yourself")),
            Field("language", _("Language"), language_word(file.language) if file else "", language_hint()),
            Field("budget", _("Budget"), "", _("what was agreed, or nothing")),
        ]
        self.files.forms.open(
            screen, _("New programme"), fields, lambda values: self.room.plan(values, file),
            lambda made: self._again(screen, _("Programme begun"), made),
            kind=PROGRAMME_DRAFT, context=file.ref if file else "",
        )  # fmt: skip

    def _add_part(self, screen: DeskScreen, card: ProgrammeCard) -> None:
        kinds = _("l lodging · d dinner · s show · v visit · t transfer · e interview · b viewing")
        fields = [
            Field("kind", _("Part"), "", kinds),
            Field("label", _("What"), "", _("as the household reads it")),
            Field("starts_at", _("stay|Starts"), "", _("fri 19h")),
            Field("ends_at", _("stay|Ends"), "", _("21h · +2h")),
            Field("location", _("Where"), "", _("place or address")),
            Field("after", _("After"), "", _("number of the part before it, or nothing")),
            Field("price", _("Price"), "", _("85 €, or nothing")),
        ]
        self.files.forms.open(
            screen, _("New part"), fields, lambda values: self.room.add_part(card, values),
            lambda _made: self._again(screen, _("Part added, with a request of its own"), card.id),
            kind=PART_DRAFT, subject_id=card.id, context=safe(card.household, 40),
        )  # fmt: skip

    def _operator(self, screen: DeskScreen, card: ProgrammeCard) -> None:
        fields = [
            Field("operator", _("Operator"), card.operator, _("registered travel operator")),
            Field("operator_number", _("Number"), card.operator_number, "IM057…"),
        ]
        form: FormSheet[bool] = FormSheet(
            _("Registered operator"), fields, lambda values: self.room.name_operator(card.id, values),
            context=safe(card.household, 40),
        )  # fmt: skip
        self.app.push_screen(
            form, lambda done: self._again(screen, _("Operator named"), card.id) if done else None
        )

    def _assign(self, screen: DeskScreen, card: ProgrammeCard) -> None:
        fields = [
            Field("file", _("column|File"), "", _("I-09 or household; nothing leaves it")),
            Field("coach", _("Coach"), "", _("first name; nothing leaves it")),
        ]
        form: FormSheet[bool] = FormSheet(
            _("Assign the programme"), fields, lambda values: self.room.assign(card.id, values),
            context=safe(card.household, 40),
        )  # fmt: skip

        def done(saved: bool | None) -> None:
            if saved:
                # Given to another coach, it is no longer mine to look at.
                self.files.after(screen, _("Programme assigned"))

        self.app.push_screen(form, done)

    def _decide(self, screen: DeskScreen, card: ProgrammeCard) -> None:
        options = [Option(one, _(label)) for one, label in DECISION_WORDS.items()]

        def chosen(decision: str | None) -> None:
            if decision is not None:
                screen.run_service(
                    lambda: self.room.decide(card.id, decision),
                    lambda _none: self._again(screen, _("Decision noted"), card.id),
                    group="write",
                )

        self.app.push_screen(Choice(_("What was decided?"), options, safe(card.household, 40)), chosen)

    def _sent(self, screen: DeskScreen, card: ProgrammeCard) -> None:
        screen.run_service(
            lambda: self.room.sent(card.id),
            lambda _none: self._again(screen, _("Programme sent, noted"), card.id, undo=False),
            group="write",
        )

    def _cancel_part(self, screen: DeskScreen, card: ProgrammeCard, part_id: int) -> None:
        def done(left: list[str]) -> None:
            said = _("Part cancelled with its request")
            if left:
                said = _(
                    "Part cancelled; now in the air: {parts}", parts=", ".join(safe(one, 30) for one in left)
                )
            self._again(screen, said, card.id)

        screen.run_service(lambda: self.room.cancel_part(part_id), done, group="write")

    def _cancel(self, screen: DeskScreen, card: ProgrammeCard) -> None:
        def sure(yes: bool | None) -> None:
            if yes:
                screen.run_service(
                    lambda: self.room.cancel(card.id),
                    lambda _none: self.files.after(screen, _("Programme cancelled")),
                    group="write",
                )

        consequence = _("Every part and its request is cancelled; those of other households go on.")
        title = _("Cancel the programme of {name}?", name=safe(card.household, 40))
        self.app.push_screen(Confirm(title, consequence, "X", _("cancel it")), sure)

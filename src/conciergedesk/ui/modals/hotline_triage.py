"""Triage: the question to ask now, one key per answer, the article beside it, and what its end asks to be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import ClassVar

from textual.binding import Binding
from textual.widget import Widget

from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import _, active_language
from conciergedesk.core.phone import show_phone
from conciergedesk.hotline.triage import (
    ANSWER_LETTERS,
    OUTCOME_LABELS,
    PARTY_LABELS,
    Question,
    Walk,
)
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.hotline_room import Ended, HotlineRoom, TicketView
from conciergedesk.ui.keys import keymap
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.hotline_call import HOTLINE_STYLES
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.painted import Painted

KEPT_ANSWERS = 3


class TriageRows(Painted):
    """The step the walk stands at."""

    GROUND = "raised"

    def __init__(self, room: HotlineRoom) -> None:
        super().__init__()
        self._room = room
        self.view: TicketView | None = None
        self.walk: Walk | None = None

    def show(self, view: TicketView, walk: Walk | None) -> None:
        self.view, self.walk = view, walk
        self.repaint(layout=True)

    def paint(self, width: int) -> list[Row]:
        view, walk = self.view, self.walk
        if view is None:
            return [Row().say(_("Opening the ticket…"), "muted")]
        if walk is None:
            said = _("The trees have changed since. Its answers are kept; choose what to do by its state.")
            return [Row().say(line, "soon") for line in wrapped(said, width, 3)]
        language = active_language()
        rows: list[Row] = []
        for one in walk.kept_answers()[-KEPT_ANSWERS:]:
            row = (
                Row()
                .say(f"{glyphs().done} ", "done")
                .data(one.ask.in_language(language), "muted", width - 34)
            )
            rows.append(row.end(Row().data(one.label.in_language(language), "calm", 30), width))
        if rows:
            rows.append(Row())
        severity = walk.severity
        for line in walk.safety:
            rows += [
                Row().say(f"{glyphs().notice} " if not place else "  ", "soon bold").say(text, "soon")
                for place, text in enumerate(wrapped(line.in_language(language), width - 2, 3))
            ]
        question, outcome = walk.question, walk.outcome
        if question is not None:
            rows += [
                Row().say(text, "bright bold")
                for text in wrapped(question.ask.in_language(language), width - 6, 4)
            ]
            rows.append(Row())
            for answer in question.answers:
                rows.append(
                    Row()
                    .gap(2)
                    .say(answer.key, "accent bold")
                    .gap(2)
                    .data(answer.label.in_language(language), "text", width - 6)
                )
        elif outcome is not None:
            said = _(OUTCOME_LABELS[outcome.kind])
            if outcome.to is not None:
                said = f"{said} : {_(PARTY_LABELS[outcome.to])}"
            rows.append(Row().say(f"{glyphs().next} ", "accent bold").say(said, "bright bold"))
            rows += [
                Row().gap(2).say(text, "text")
                for text in wrapped(outcome.say.in_language(language), width - 4, 5)
            ]
        rows.append(Row())
        foot = Row().data(severity, "late bold" if severity == "S1" else "calm bold", 3)
        if walk.article:
            title = self._room.house.shelf.article(walk.article, language).title
            foot.gap(2).say("k", "accent bold").gap(1).data(walk.article, "text", 8).gap(1).data(
                title, "muted", width - 40
            )
        rows.append(foot)
        missing = self._missing(view, walk)
        if missing:
            names = ", ".join(
                self._room.house.triage.fields[one].in_language(language).split(" (")[0] for one in missing
            )
            rows.append(Row().say(_("To note:"), "muted").gap(1).data(names, "soon", width - 14))
        return rows

    @staticmethod
    def _missing(view: TicketView, walk: Walk) -> list[str]:
        noted = dict(view.card.noted)
        return [one for one in walk.collect if one not in noted]


class TriageSheet(Sheet[Ended]):
    """Walks through a tree; leaving keeps the answers, the end is done with Enter."""

    CSS_PATH: ClassVar[list[str | PurePath] | None] = [HOTLINE_STYLES]
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.TRIAGE,)

    def __init__(
        self, room: HotlineRoom, view: TicketView, article: Callable[[str, TicketView], None]
    ) -> None:
        row = view.card.row
        title = f"{row.ref} {room.house.category_name(row.category, active_language())}"
        super().__init__(title, " · ".join(part for part in (row.caller, row.site or row.provider) if part))
        self._room = room
        self._article = article
        self._busy = False
        self.view, self.walk = view, view.walk
        self.rows = TriageRows(room)
        for letter in ANSWER_LETTERS:
            self._bindings.key_to_bindings[letter] = [
                Binding(letter, f"answer('{letter}')", letter, show=False)
            ]

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.rows

    def on_mount(self) -> None:
        super().on_mount()
        self._show()

    def _show(self) -> None:
        self.rows.show(self.view, self.walk)
        acts = keymap().footer(Scope.TRIAGE, Scope.SHEET)
        ended = self.walk is not None and self.walk.outcome is not None
        self.key_row.show([one for one in acts if one.id != "triage.conclude" or ended])

    # --- answers ---

    def action_answer(self, letter: str) -> None:
        walk = self.walk
        question = walk.question if walk is not None else None
        if walk is None or question is None or self._busy:
            return
        answer = question.answer(letter)
        if answer is None:
            return
        self.error_line.show("")
        guarded = question.call_back and "call_back" in question.safety and answer.proves_identity
        if guarded and self.view.card.identity_proved_at is None:
            self._call_back(question, letter)
            return
        self.walk = walk.step(letter)
        self._show()

    def _call_back(self, question: Question, letter: str) -> None:
        """The number to call is that of the agreement; the one on the line is not even shown."""
        if not self.view.agreed:
            from conciergedesk.core.errors import RuleRefused
            from conciergedesk.core.i18n import N_

            self.show_error(
                RuleRefused(
                    N_("No number of this provider stands in an agreement: a supervisor must enter it first.")
                )
            )
            return
        options = [
            Option(str(one.id), _("recognised at {number}", number=show_phone(one.number)), one.first_name)
            for one in self.view.agreed[:8]
        ]

        def chosen(answer: str | None) -> None:
            if answer is None:
                return
            self._busy = True
            self.run_service(
                lambda: self._room.prove(self.view, int(answer)),
                lambda view: self._proved(view, letter),
                group="write",
                failed=self._refused,
            )

        self.app.push_screen(Choice(_("Call back on the number in the agreement"), options), chosen)

    def _proved(self, view: TicketView, letter: str) -> None:
        self._busy = False
        self.view = view
        if self.walk is not None:
            self.walk = self.walk.step(letter)
        self._show()

    def action_step_back(self) -> None:
        if self.walk is not None:
            self.walk = self.walk.back()
            self._show()

    # --- beside the questions ---

    def action_article(self) -> None:
        self._article(self.walk.article if self.walk is not None else "", self.view)

    def action_fields(self) -> None:
        """Note what this step asks for."""
        walk = self.walk
        if walk is None or not walk.collect:
            return
        noted, language = dict(self.view.card.noted), active_language()
        fields = [
            Field(
                name,
                self._room.house.triage.fields[name].in_language(language).split(" (")[0][:12],
                noted.get(name, ""),
                self._room.house.triage.fields[name].in_language(language),
            )
            for name in walk.collect
        ]

        def save(values: Mapping[str, str]) -> TicketView:
            return self._room.note_fields(
                self.view, walk, {name: value for name, value in values.items() if value.strip()}
            )

        self.app.push_screen(
            FormSheet(_("To note"), fields, save, context=self.view.card.row.ref), self._noted
        )

    def _noted(self, view: TicketView | None) -> None:
        if view is not None:
            self.view = view
            self._show()

    # --- the end ---

    def action_conclude(self) -> None:
        walk = self.walk
        if walk is None or walk.outcome is None or self._busy:
            return
        if walk.outcome.four_eyes and not self.view.card.prices:
            self._ask_price(walk)
            return
        self._conclude(walk)

    def _conclude(self, walk: Walk) -> None:
        self._busy = True
        self.error_line.show("")
        self.run_service(
            lambda: self._room.conclude(self.view, walk), self.dismiss, group="write", failed=self._refused
        )

    def _refused(self, error: DeskError) -> None:
        self._busy = False
        self.show_error(error)

    def _ask_price(self, walk: Walk) -> None:
        fields = [
            Field("what", _("Which price"), "", _("room, season, dates")),
            Field("old", _("Old price")),
            Field("new", _("New price")),
        ]

        def save(values: Mapping[str, str]) -> bool:
            self._room.price(self.view, values["what"], values["old"], values["new"])
            return True

        def saved(done: bool | None) -> None:
            if done:
                self._conclude(walk)

        self.app.push_screen(
            FormSheet(_("Price change"), fields, save, context=self.view.card.row.ref), saved
        )

    def action_leave(self) -> None:
        """Leave; the answers given so far are kept."""
        walk = self.walk
        given = [one.key for one in walk.given] if walk is not None else []
        if walk is None or given == [one.key for one in self.view.card.answers] or self._busy:
            self.dismiss(None)
            return
        self._busy = True
        self.run_service(
            lambda: self._room.keep(self.view, walk),
            lambda _none: self.dismiss(None),
            group="write",
            failed=self._refused,
        )


def ended_words(ended: Ended) -> str:
    """``T-501 résolu, au premier contact``."""
    said = f"{ended.ref} {glyphs().dot} {ended.what}"
    if ended.first_contact:
        said += f", {_('at the first contact')}"
    if ended.holder:
        said += f" {glyphs().dot} {ended.holder}"
    return said

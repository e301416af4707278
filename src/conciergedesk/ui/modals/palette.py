"""Every act that can be done here, with its key: type a few letters, Enter runs it. Recent ones come first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.widget import Widget
from textual.widgets import Input

from conciergedesk.core.i18n import N_, _
from conciergedesk.core.text import fold
from conciergedesk.ui.acts import Action, Scope
from conciergedesk.ui.cells import word
from conciergedesk.ui.keys import keymap
from conciergedesk.ui.modals.choice import Option, OptionRows
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.inputs import DeskInput


def score(query: str, label: str, help_text: str) -> int:
    """How well an act answers ``query``; all three folded. 0 is not at all."""
    if not query:
        return 1
    if label.startswith(query):
        return 6
    if f" {query}" in label:
        return 5
    if query in label:
        return 4
    if f" {query}" in f" {help_text}":
        return 3
    if query in help_text:
        return 2
    letters = iter(label)
    return 1 if all(letter in letters for letter in query.replace(" ", "")) else 0


class Palette(Sheet[str]):
    """Answers the id of the act to run, or None."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.PALETTE,)

    def __init__(self, acts: Sequence[Action], recent: Sequence[str] = ()) -> None:
        super().__init__(_("All acts"))
        by_id = {act.id: act for act in acts}
        first = [by_id[act_id] for act_id in recent if act_id in by_id]
        self._acts = [*first, *(act for act in acts if act not in first)]
        self._recent = len(first)
        self.rows = OptionRows(self._options(""), most=14)

    def compose_sheet(self) -> Iterable[Widget]:
        yield DeskInput(placeholder=_("a few letters of the act"))
        yield self.rows

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(DeskInput).focus()

    def _options(self, typed: str) -> list[Option]:
        query = fold(typed)
        found = []
        for place, act in enumerate(self._acts):
            label, help_text = word(act.label), _(act.help)
            points = score(query, fold(label), fold(help_text))
            if points:
                found.append((-points, place, Option(act.id, label, help_text, keymap().shown(act.id))))
        return [option for _points, _place, option in sorted(found, key=lambda one: one[:2])]

    def on_input_changed(self, event: Input.Changed) -> None:
        options = self._options(event.value)
        self.rows.show(options)
        self.error_line.show("" if options else _(NOTHING))

    def on_input_submitted(self) -> None:
        self.action_take()

    def action_take(self) -> None:
        current = self.rows.current
        if current is not None:
            self.dismiss(current.id)

    def action_down(self) -> None:
        self.rows.move(1)

    def action_up(self) -> None:
        self.rows.move(-1)


NOTHING = N_("No act has these letters.")

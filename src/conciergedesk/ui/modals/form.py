"""A few labelled lines to fill in. A refused value is said under its line, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from rich.cells import cell_len
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from conciergedesk.core.errors import DeskError, InvalidInput
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import text
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.inputs import DeskInput

ResultT = TypeVar("ResultT")

LABEL_CELLS, LONGEST_LABEL = 12, 44
PARK_AFTER = 0.7
"""Seconds without a key after which what was typed is parked."""


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form; ``name`` is what ``InvalidInput.field`` says, ``ask`` a question in full above it."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    secret: bool = False
    ask: str = ""


class FormSheet(Sheet[ResultT]):
    """Asks for values and saves them::

    form = FormSheet(_("Note"), [Field("text", _("Note"))], lambda values: notes.add(desk, values["text"]))
    self.app.push_screen(form, self.show_note)

    Args:
        title: Title of the sheet.
        fields: The lines, in Tab order.
        save: Called with the values in a worker thread; its result is the answer of the sheet.
        left: Called with what was typed when the sheet is left unsaved, so that it can be kept as a draft.
        park: Called in a worker with what stands in the lines at every pause in typing, so that even a desk that
            dies loses none of it.
        context: At the right of the title.
    """

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.FORM,)

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        save: Callable[[Mapping[str, str]], ResultT],
        *,
        left: Callable[[Mapping[str, str]], None] | None = None,
        park: Callable[[Mapping[str, str]], None] | None = None,
        context: str = "",
    ) -> None:
        super().__init__(title, context)
        self._fields = tuple(fields)
        self._save = save
        self._left = left
        self._park = park
        self._park_timer: Timer | None = None
        self._saving = False
        self._inputs = {
            field.name: DeskInput(field.value, placeholder=field.hint, secret=field.secret)
            for field in fields
        }
        self._errors = {field.name: Static("", markup=False, classes="field-error") for field in fields}

    def compose_sheet(self) -> Iterable[Widget]:
        cells = self._label_cells()
        for field in self._fields:
            error = self._errors[field.name]
            error.display = False
            error.styles.padding = (0, 0, 0, cells + 2)
            label = Static(text(field.label, "muted", cells), markup=False, classes="field-label")
            label.styles.width = cells + 2
            line = Horizontal(label, self._inputs[field.name], classes="field-line")
            asked = [Static(text(field.ask, "text"), markup=False, classes="field-ask")] if field.ask else []
            yield Vertical(*asked, line, error, classes="field")

    def _label_cells(self) -> int:
        """One column for all labels, as wide as the longest needs while two fifths are left to type in."""
        longest = max((cell_len(field.label) for field in self._fields), default=0)
        most = min(LONGEST_LABEL, (min(self.app.size.width, 104) - 8) * 3 // 5)
        return max(LABEL_CELLS, min(longest, most))

    def on_mount(self) -> None:
        super().on_mount()
        if self._fields:
            self._inputs[self._fields[0].name].focus()

    @property
    def values(self) -> Mapping[str, str]:
        """What stands in the lines now."""
        return {name: box.value for name, box in self._inputs.items()}

    def on_input_changed(self) -> None:
        if self._park is None:
            return
        if self._park_timer is not None:
            self._park_timer.stop()
        self._park_timer = self.set_timer(PARK_AFTER, self._park_now)

    def _park_now(self) -> None:
        values, park = self.values, self._park
        if park is not None and not self._saving:
            self.run_service(lambda: park(values), lambda _none: None, group="park", exclusive=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_save()

    def action_save(self) -> None:
        if self._saving:
            return
        self._saving = True
        self.error_line.show("")
        for error in self._errors.values():
            error.display = False
        values = self.values
        self.run_service(lambda: self._save(values), self._saved, group="save", failed=self._refused)

    def _saved(self, result: ResultT) -> None:
        self.dismiss(result)

    def _refused(self, error: DeskError) -> None:
        self._saving = False
        if isinstance(error, InvalidInput) and error.field in self._errors:
            line = self._errors[error.field]
            line.update(text(str(error), "late", 200))
            line.display = True
            self._inputs[error.field].focus()
        else:
            self.show_error(error)

    def action_leave(self) -> None:
        if self._park_timer is not None:
            self._park_timer.stop()
        values = self.values
        if self._left is not None and any(values[field.name] != field.value for field in self._fields):
            self._left(values)
        self.dismiss(None)

    def action_next_field(self) -> None:
        self.focus_next(DeskInput)

    def action_previous_field(self) -> None:
        self.focus_previous(DeskInput)

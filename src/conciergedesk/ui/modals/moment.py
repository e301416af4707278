"""Asks for a moment in loose words and shows at once how it was understood."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, TypeVar

from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from conciergedesk.core.errors import DeskError, InvalidInput
from conciergedesk.core.i18n import N_, _, active_zone, show_date, show_moment
from conciergedesk.core.moments import Moment, parse_moment
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import duration, text
from conciergedesk.ui.form_words import moment_hint
from conciergedesk.ui.modals.form import Field
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.inputs import DeskInput

ResultT = TypeVar("ResultT")

MOMENT = "moment"


class MomentSheet(Sheet[ResultT]):
    """One line for the moment, further lines below it; Enter saves from any of them.

    ``meant`` says which instant a moment stands for, where a day alone is not enough.
    """

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.FORM,)

    def __init__(
        self,
        title: str,
        save: Callable[[Moment, Mapping[str, str]], ResultT],
        *,
        now: datetime,
        fields: Sequence[Field] = (),
        context: str = "",
        hint: str = "",
        meant: Callable[[Moment], datetime] | None = None,
    ) -> None:
        super().__init__(title, context)
        self._save = save
        self._now = now
        self._meant = meant
        self._fields = (
            Field(MOMENT, _("When"), hint=hint or moment_hint()),
            *fields,
        )
        self._saving = False
        self._inputs = {one.name: DeskInput(one.value, placeholder=one.hint) for one in self._fields}
        self._echo = Static("", markup=False, classes="field-echo")
        self._moment: Moment | None = None

    def compose_sheet(self) -> Iterable[Widget]:
        for one in self._fields:
            label = Static(text(one.label, "muted", 12), markup=False, classes="field-label")
            line = Horizontal(label, self._inputs[one.name], classes="field-line")
            yield Vertical(line, self._echo, classes="field") if one.name == MOMENT else line

    def on_mount(self) -> None:
        super().on_mount()
        self._inputs[MOMENT].focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input is self._inputs[MOMENT]:
            self._moment = parse_moment(event.value, self._now, active_zone())
            self._echo.update(text(self.echo(), "calm", 90))

    def echo(self) -> str:
        """The moment as it was understood, absolute and from now."""
        moment = self._moment
        if moment is None:
            return ""
        if self._meant is not None:
            start = self._meant(moment)
            return f"{show_moment(start)} · {_('in {span}', span=duration(start - self._now))}"
        if moment.date_only:
            return show_date(moment.start.astimezone(active_zone()).date(), pattern="EEEE d MMMM")
        ahead = duration(moment.start - self._now)
        return f"{show_moment(moment.start)} · {_('in {span}', span=ahead)}"

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_save()

    def action_save(self) -> None:
        if self._saving:
            return
        moment = self._moment
        if moment is None:
            self.show_error(
                InvalidInput(N_("Write a moment such as 20h, tomorrow 9h or mon 14h."), field=MOMENT)
            )
            return
        self._saving = True
        values = {name: box.value for name, box in self._inputs.items()}
        self.run_service(lambda: self._save(moment, values), self.dismiss, group="save", failed=self._refused)

    def _refused(self, error: DeskError) -> None:
        self._saving = False
        self.show_error(error)

    def action_next_field(self) -> None:
        self.focus_next(DeskInput)

    def action_previous_field(self) -> None:
        self.focus_previous(DeskInput)

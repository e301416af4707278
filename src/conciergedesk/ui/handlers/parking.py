"""Forms that outlive a desk: parked at every pause in typing, offered with what stood in them, gone once saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from conciergedesk.core.i18n import _
from conciergedesk.ui.desk_screen import DeskScreen
from conciergedesk.ui.drafts import Drafts, Slip
from conciergedesk.ui.modals.form import Field, FormSheet

if TYPE_CHECKING:
    from conciergedesk.ui.app import DeskApp

ResultT = TypeVar("ResultT")


class ParkedForms:
    """Opens forms of one room; whatever was typed and not saved stands in the same form the next time."""

    def __init__(self, app: DeskApp, drafts: Drafts) -> None:
        self._app = app
        self.drafts = drafts

    def open(
        self,
        screen: DeskScreen,
        title: str,
        fields: Sequence[Field],
        save: Callable[[Mapping[str, str]], ResultT],
        done: Callable[[ResultT], None],
        *,
        kind: str,
        subject_id: int | None = None,
        context: str = "",
    ) -> None:
        """Open a form.

        Args:
            screen: Where it is said that the text is kept.
            title: Title of the form.
            fields: The lines as they are now.
            save: Called in a worker thread; its result is the answer of the form.
            done: Called with that answer.
            kind: What the form is, such as ``handover_if``.
            subject_id: What it is about; a form about something else has a draft of its own.
            context: At the right of the title.
        """
        parked = self.drafts.find(kind, subject_id)
        slip = Slip(self.drafts, kind, subject_id, parked=parked)
        before = {field.name: field.value for field in fields}
        if parked is not None:
            fields = [replace(field, value=parked.values.get(field.name, field.value)) for field in fields]

        def keep(values: Mapping[str, str]) -> bool:
            typed = dict(values) != before
            slip.keep(values if typed else {})
            return typed

        def save_and_forget(values: Mapping[str, str]) -> ResultT:
            answer = save(values)
            slip.drop()
            return answer

        def left(values: Mapping[str, str]) -> None:
            screen.run_service(
                lambda: keep(values),
                lambda kept: screen.say(_("Your text is kept: Ctrl+B takes it up again.")) if kept else None,
                group="park",
            )

        def answered(answer: ResultT | None) -> None:
            if answer is not None:
                done(answer)

        def park(values: Mapping[str, str]) -> None:
            keep(values)

        form = FormSheet(title, fields, save_and_forget, left=left, park=park, context=context)
        self._app.push_screen(form, answered)

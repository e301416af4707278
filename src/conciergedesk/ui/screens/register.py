"""The register of improvement: facts and their matrix, objectives, actions and reviews, over the reports."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual.containers import Vertical
from textual.widget import Widget

from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import _, local, plural
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row
from conciergedesk.ui.desk_screen import DeskScreen
from conciergedesk.ui.widgets.painted import Painted
from conciergedesk.ui.widgets.register_rows import RegisterItem, RegisterRows

if TYPE_CHECKING:
    from conciergedesk.reports.exports.register import Register


class RegisterSource(Protocol):
    """Where the screen reads, in worker threads."""

    def load(self) -> Register: ...


class RegisterHeading(Painted):
    """What is shown, and what to do with it."""

    def __init__(self) -> None:
        super().__init__(id="report-heading")
        self._note = ""

    def show(self, note: str) -> None:
        self._note = note
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        row = Row().gap(1).say(_("Register of improvement"), "bright bold").gap(3)
        return [row.data(self._note, "muted", max(width - row.width - 2, 8)), Row()]


class RegisterScreen(DeskScreen):
    """The register; Escape goes back to the reports."""

    MODE = "reports"
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.REGISTER,)

    def __init__(self, source: RegisterSource) -> None:
        super().__init__()
        self._source = source
        self.heading = RegisterHeading()
        self.rows = RegisterRows()

    def compose_body(self) -> Iterable[Widget]:
        yield Vertical(self.heading, self.rows, id="board")

    def on_mount(self) -> None:
        self.rows.focus()
        self.call_after_refresh(self.reload)

    @property
    def item(self) -> RegisterItem | None:
        return self.rows.current

    @property
    def register(self) -> Register | None:
        return self.rows.register

    @property
    def today(self) -> date:
        return local(self.desk.clock.now()).date()

    def reload(self) -> None:
        self.run_service(
            self._source.load, self._show, group="register", exclusive=True, failed=self._refused
        )

    def _show(self, register: Register) -> None:
        self.rows.show(register, self.today)
        actions = sum(len(aim.actions) for aim in register.objectives)
        self.heading.show(
            " · ".join(
                (
                    plural("{count} fact", "{count} facts", len(register.facts)),
                    plural("{count} objective", "{count} objectives", len(register.objectives)),
                    plural("{count} action", "{count} actions", actions),
                )
            )
        )

    def _refused(self, error: DeskError) -> None:
        self.show_error(error)

    def action_back(self) -> None:
        if not self.toasts.put_away():
            self.app.pop_screen()

    def action_reload(self) -> None:
        self.reload()

    def words_changed(self) -> None:
        super().words_changed()
        self.rows.repaint()

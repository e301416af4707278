"""Signing in: a name by its first letters, then the PIN when there is one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget
from textual.widgets import Input

from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import N_, _
from conciergedesk.core.text import fold
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.inputs import DeskInput
from conciergedesk.ui.widgets.painted import Painted

if TYPE_CHECKING:
    from conciergedesk.staff.queries import AgentCard
    from conciergedesk.ui.start import Start

ROLE_LABELS = {
    "assistant": N_("concierge assistant"),
    "coach": N_("destination coach"),
    "hotline": N_("hotline agent"),
    "supervisor": N_("supervisor"),
}


class StaffRows(Painted):
    """Who may sign in."""

    GROUND = "raised"

    def __init__(self) -> None:
        super().__init__()
        self.agents: tuple[AgentCard, ...] = ()
        self.cursor = 0

    def show(self, agents: Sequence[AgentCard]) -> None:
        self.agents = tuple(agents)
        self.cursor = min(self.cursor, max(len(self.agents) - 1, 0))
        self.repaint(layout=True)

    def move(self, by: int) -> None:
        self.cursor = max(0, min(self.cursor + by, len(self.agents) - 1))
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        if not self.agents:
            return [Row().say(_("Nobody of that name."), "muted")]
        rows = []
        top = max(0, min(self.cursor - 5, len(self.agents) - 12))
        for place, agent in enumerate(self.agents[top : top + 12], top):
            here = place == self.cursor
            row = Row(ground="select" if here else "").say(glyphs().cursor if here else " ", "accent").gap(1)
            row.data(agent.name, "bright bold" if here else "text", 28).to(32)
            row.data(_(ROLE_LABELS[agent.role]), "muted", 24).to(58).data(
                " ".join(agent.languages), "muted", 12
            )
            rows.append(row.to(width))
        return rows


class SignIn(Sheet[None]):
    """Choose a name by typing some of it, then the PIN when there is one."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.SEARCH,)

    def __init__(self, start: Start, agents: Sequence[AgentCard], *, locked: bool = False) -> None:
        agency = start.session.agency
        title = _("The screen is locked") if locked else _("Sign in")
        super().__init__(title, agency.name if agency is not None else "")
        self._start = start
        self._all = tuple(agents)
        self._locked = locked
        self.line = DeskInput("", placeholder=_("first letters of your name"))
        self.pin = DeskInput("", placeholder=_("PIN"), secret=True)
        self.rows = StaffRows()

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.line
        yield self.pin
        yield self.rows

    def on_mount(self) -> None:
        super().on_mount()
        self.pin.display = False
        self.rows.show(self._all)
        self.line.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input is self.line:
            wanted = fold(event.value)
            self.rows.show([one for one in self._all if wanted in fold(f"{one.name} {one.code}")])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        if not self.rows.agents:
            return
        agent = self.rows.agents[self.rows.cursor]
        pin = self.pin.value

        if agent.has_pin and not pin:
            self.pin.display = True
            self.pin.focus()
            return

        def refused(error: DeskError) -> None:
            self.pin.value = ""
            self.show_error(error)
            self.pin.focus()

        self.run_service(
            lambda: self._start.session.sign_in(agent.id, pin),
            lambda _actor: self._in(),
            group="sign-in",
            failed=refused,
        )

    def _in(self) -> None:
        self.dismiss(None)
        if not self._locked:
            self._start.signed_in()

    def action_down(self) -> None:
        self.rows.move(1)

    def action_up(self) -> None:
        self.rows.move(-1)

    def action_leave(self) -> None:
        if not self._locked:
            self.app.exit()

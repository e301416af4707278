"""The rota: who works when, where somebody is missing, and why a change is refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import ClassVar, Protocol

from textual.containers import Container, Horizontal
from textual.timer import Timer
from textual.widget import Widget

from conciergedesk.core.i18n import _, show_date
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import safe
from conciergedesk.ui.rota_room import RotaReading
from conciergedesk.ui.watched_screen import WatchedScreen
from conciergedesk.ui.widgets.rota_grid import Place, RotaGrid, RotaHeading, days_for
from conciergedesk.ui.widgets.rota_side import RotaCell, RotaRules

POLL_SECONDS = 1.5


class RotaSource(Protocol):
    """Where the screen reads. All but ``today`` is called in worker threads."""

    def load(self, first: date, days: int) -> RotaReading: ...

    def token(self) -> str: ...

    def today(self) -> date: ...


class RotaScreen(WatchedScreen):
    """The grid with the rules and the selected cell below it."""

    MODE = "rota"
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.ROTA, Scope.LIST)

    def __init__(self, source: RotaSource, *, poll_seconds: float = POLL_SECONDS) -> None:
        super().__init__(source, poll_seconds)
        self._source = source
        self._first: date | None = None
        self._wanted: date | None = None
        self._days = 28
        self._cell_timer: Timer | None = None
        self.reading: RotaReading | None = None
        self.busy = ""
        """What the planner is doing, said in the heading."""
        self.cancel_plan = False
        self.heading = RotaHeading(id="rota-heading")
        self.grid = RotaGrid(id="rota-grid")
        self.rules = RotaRules(id="rota-rules")
        self.cell = RotaCell(id="rota-cell")

    def compose_body(self) -> Iterable[Widget]:
        bottom = Horizontal(self.rules, self.cell, id="rota-bottom")
        yield Container(self.heading, self.grid, bottom, id="board")

    def on_mount(self) -> None:
        self.grid.focus()

    # --- reading ---

    def reload(self, day: date | None = None) -> None:
        """Read again; ``day`` puts the cursor there, on another period if need be."""
        days = self._days

        def read() -> tuple[str, RotaReading, date | None]:
            first, wanted = self._first, day
            if first is None:
                wanted = wanted or self._source.today()
            if wanted is not None and (first is None or not first <= wanted < first + timedelta(days=days)):
                first = wanted - timedelta(days=wanted.weekday())
            assert first is not None
            return self._source.token(), self._source.load(first, days), wanted

        self.run_service(read, self._show, group="rota-load", exclusive=True)

    def _show(self, read: tuple[str, RotaReading, date | None]) -> None:
        self._token, self.reading, day = read
        self._first = self.reading.desk.rota.first
        self.heading.show(self.reading, self.busy)
        self.grid.show(self.reading, day)
        self.rules.show(self.reading)
        self._show_cell()

    def _worth_asking(self) -> bool:
        return True  # the first reading may have come before the desk was open

    def _compare_token(self, token: str) -> None:
        if token:  # none before the desk has opened
            super()._compare_token(token)

    def show_busy(self, said: str) -> None:
        """Say in the heading what the planner is doing; empty when it has ended."""
        self.busy = said
        self.heading.show(self.reading, said)

    # --- the cursor ---

    @property
    def place(self) -> Place | None:
        return self.grid.place

    def on_rota_grid_moved(self) -> None:
        self._show_cell()

    def _show_cell(self) -> None:
        if self.reading is not None:
            self.cell.show(self.reading, self.grid.place, swapping=self.grid.first_half is not None)

    def action_side(self, by: int) -> None:
        """One day to the side; past the edge the period moves by a week."""
        if not self.grid.move(0, by):
            self._turn(7 * by, self.grid.column)

    def action_cursor(self, by: int) -> None:
        self.grid.move(by, 0)

    def action_page(self, by: int) -> None:
        """One week earlier or later."""
        self._turn(7 * by, self.grid.column)

    def action_edge(self, by: int) -> None:
        """Home is today; End the last day published."""
        if by < 0:
            self._first = None
            self.reload()
        elif self.reading is not None and self.reading.desk.published_until is not None:
            self.reload(self.reading.desk.published_until)

    def _turn(self, days: int, column: int) -> None:
        if self._first is None:
            return
        day = self._first + timedelta(days=column + days)
        self._first += timedelta(days=days)
        self.reload(max(self._first, min(day, self._first + timedelta(days=self._days - 1))))

    def mark_half(self, place: Place | None) -> None:
        """Remember the first shift of a swap."""
        self.grid.first_half = place
        self.grid.repaint()
        self._show_cell()

    # --- room ---

    def fit(self, width: int, height: int) -> None:
        """As many whole weeks as fit, and the rules where there is room."""
        days = days_for(width)
        bottom = self.query_one("#rota-bottom")
        bottom.styles.height = max(4, height - 26) if height >= 30 else 5
        self.cell.styles.width = 44 if width >= 110 else 34
        if days != self._days:
            self._days = days
            if self.reading is not None:
                self.reload()

    # --- acts ---

    def action_reload(self) -> None:
        self.reload()

    def action_back(self) -> None:
        """One step back: the error, the half swap, the planner."""
        if self.toasts.put_away():
            return
        if self.grid.first_half is not None:
            self.mark_half(None)
        elif self.busy:
            self.cancel_plan = True

    def action_copy(self) -> None:
        place = self.grid.place
        if place is None or self.reading is None:
            return
        agent = self.reading.desk.rota.agent_by_id.get(place.person)
        line = " · ".join(
            safe(part) for part in (agent.name if agent else "", show_date(place.day), place.shift) if part
        )
        self.app.copy_to_clipboard(line)
        self.say(_("Copied: {line}", line=line))

    def tick(self) -> None:
        super().tick()
        if self.reading is not None:
            self.reload()

    def words_changed(self) -> None:
        super().words_changed()
        if self.reading is not None:
            self.reload()

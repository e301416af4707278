"""Missed calls, to clear in one go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import ClassVar

from textual.widget import Widget

from conciergedesk.core.i18n import _, plural
from conciergedesk.core.phone import show_phone
from conciergedesk.hotline.cards import CallRow
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, when
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.modals.hotline_call import HOTLINE_STYLES
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.painted import Painted

MOST = 16


class MissedRows(Painted):
    """Missed calls, marked or not."""

    GROUND = "raised"

    def __init__(self, calls: Sequence[CallRow], now: datetime) -> None:
        super().__init__()
        self.calls = tuple(calls)
        self.now = now
        self.marked: set[int] = {one.id for one in calls}
        self.cursor = 0

    def move(self, by: int) -> None:
        self.cursor = max(0, min(self.cursor + by, len(self.calls) - 1))
        self.repaint()

    def toggle(self) -> None:
        if self.calls:
            self.marked ^= {self.calls[self.cursor].id}
            self.repaint()

    def paint(self, width: int) -> list[Row]:
        if not self.calls:
            return [Row().say(_("No missed call. Good."), "muted")]
        top = max(0, min(self.cursor - MOST // 2, len(self.calls) - MOST))
        rows = []
        for place, one in enumerate(self.calls[top : top + MOST], top):
            here = place == self.cursor
            row = Row(ground="select" if here else "").say(glyphs().cursor if here else " ", "accent")
            row.say(glyphs().marked if one.id in self.marked else " ", "accent").gap(1)
            row.say(when(one.rang_at, self.now), "calm").to(14)
            row.data(one.caller or show_phone(one.number), "bright bold" if here else "text", 22).to(38)
            row.data(one.provider or one.site, "muted", max(width - 58, 8))
            rows.append(row.end(Row().data(show_phone(one.number), "muted", 18), width).to(width))
        return rows


class MissedSheet(Sheet[tuple[str, tuple[int, ...]]]):
    """All marked at first: one key clears them; Space keeps one back."""

    CSS_PATH: ClassVar[list[str | PurePath] | None] = [HOTLINE_STYLES]
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.MISSED,)

    def __init__(self, calls: Sequence[CallRow], now: datetime) -> None:
        super().__init__(_("Missed calls"), plural("{count} call", "{count} calls", len(calls)))
        self.rows = MissedRows(calls, now)

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.rows

    def _clear(self, outcome: str) -> None:
        marked = tuple(one.id for one in self.rows.calls if one.id in self.rows.marked)
        if marked:
            self.dismiss((outcome, marked))

    def action_reached(self) -> None:
        self._clear("reached")

    def action_no_need(self) -> None:
        self._clear("no_need")

    def action_mark(self) -> None:
        self.rows.toggle()

    def action_down(self) -> None:
        self.rows.move(1)

    def action_up(self) -> None:
        self.rows.move(-1)

"""The list behind a figure: every line that adds up to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from conciergedesk.core.i18n import _, plural, show_moment
from conciergedesk.reports.definitions import BY_CODE
from conciergedesk.reports.words import measure_text, show_value, spoken, value_label
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.painted import PaintedScroll
from conciergedesk.ui.widgets.report_rows import ReportLine

SHOWN = 2_000
"""Lines painted at most; the file has them all."""


class ListRows(PaintedScroll):
    """One line an item: number, when, value, met or not."""

    GROUND = "raised"

    def __init__(self, line: ReportLine) -> None:
        super().__init__(id="list-rows")
        self._line = line

    def paint(self, width: int) -> list[Row]:
        signs, measure = glyphs(), self._line.measure
        if not measure.items:
            return [Row().say(_("Nothing was counted."), "muted")]
        rows = []
        for item in measure.items[:SHOWN]:
            sign, ink = {None: (" ", "muted"), True: (signs.done, "done"), False: (signs.late, "late")}[
                item.met
            ]
            row = Row().say(f"{sign} ", ink).data(item.ref, "bright", 14).to(18)
            row.data(show_moment(item.at) if item.at is not None else "", "text", 22).to(42)
            row.data(
                show_value(item.value, measure.unit) if measure.unit not in _BARE else "", "text", 14
            ).to(58)
            rows.append(row.data(self._line.names.note(item.note), "muted", max(width - 59, 6)))
        if len(measure.items) > SHOWN:
            left = len(measure.items) - SHOWN
            rows.append(Row().say(plural("and {count} more", "and {count} more", left), "muted"))
        return rows


_BARE = frozenset({"percent", "count", "points"})


class ListSheet(Sheet[None]):
    """Shows the list behind one value."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.HELP,)

    def __init__(self, line: ReportLine) -> None:
        title = f"{spoken(BY_CODE[line.figure.code].title)} · {value_label(line.figure.code, line.measure)}"
        super().__init__(title, measure_text(line.measure))
        self.rows = ListRows(line)

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.rows

    def action_down(self) -> None:
        self.rows.scroll_relative(y=5, animate=False)

    def action_up(self) -> None:
        self.rows.scroll_relative(y=-5, animate=False)

"""A report as a list one can walk: each figure with its values, the change, and its definition when asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from conciergedesk.core.i18n import _
from conciergedesk.reports.definitions import AGENT_CAUTION, BY_CODE
from conciergedesk.reports.measures import Figure, Measure, Unit
from conciergedesk.reports.naming import Names
from conciergedesk.reports.reporting import Group, Report
from conciergedesk.reports.words import (
    change_of,
    dimension_name,
    final_text,
    measure_text,
    previous_measure,
    shown_measures,
    spoken,
    under_target,
    value_label,
    why_silent,
)
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, bar, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import bind
from conciergedesk.ui.widgets.painted import PaintedScroll
from conciergedesk.ui.widgets.section import title_row
from conciergedesk.ui.widgets.wall import heat_rows


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What the cursor stands on: one value of a figure."""

    figure: Figure
    measure: Measure
    names: Names = field(default_factory=Names)


class ReportRows(PaintedScroll, can_focus=True):
    """The figures of a report. Figures of rooms that are not in use stand at the end, and say so."""

    def __init__(self) -> None:
        super().__init__(id="report-rows")
        bind(self, Scope.LIST)
        self.report: Report | None = None
        self.compare = True
        self.definitions = False
        self.lines: list[ReportLine] = []
        self.cursor = 0
        self._places: list[int] = []

    def show(self, report: Report | None) -> None:
        self.report = report
        self.lines = (
            [
                ReportLine(figure, measure, report.names)
                for figure in report.figures
                if figure.available
                for measure in shown_measures(figure)
            ]
            if report is not None
            else []
        )
        self.cursor = min(self.cursor, max(len(self.lines) - 1, 0))
        self.repaint()

    @property
    def current(self) -> ReportLine | None:
        return self.lines[self.cursor] if 0 <= self.cursor < len(self.lines) else None

    def toggle(self, what: str) -> None:
        if what == "compare":
            self.compare = not self.compare
        else:
            self.definitions = not self.definitions
        self.repaint()

    def action_cursor(self, by: int) -> None:
        self._go(self.cursor + by)

    def action_page(self, by: int) -> None:
        self._go(self.cursor + by * 10)

    def action_edge(self, by: int) -> None:
        self._go(0 if by < 0 else len(self.lines) - 1)
        if by > 0:
            self.scroll_to(y=self.max_scroll_y, animate=False)

    def _go(self, place: int) -> None:
        if not self.lines:
            return
        self.cursor = max(0, min(place, len(self.lines) - 1))
        self.repaint()
        row = self._places[self.cursor] if self.cursor < len(self._places) else 0
        top, height = self.scroll_offset.y, self.size.height
        if row < top + 2:
            self.scroll_to(y=max(row - 2, 0), animate=False)
        elif row >= top + height - 2:
            self.scroll_to(y=row - height + 3, animate=False)

    # --- painting ---

    def paint(self, width: int) -> list[Row]:
        self._places = []
        report = self.report
        if report is None:
            return [Row(), Row().gap(2).say(_("Reading the figures…"), "muted")]
        edge = min(width - 1, 118)
        rows: list[Row] = []
        silent: dict[str, list[Figure]] = {}
        for figure in report.figures:
            if figure.available:
                rows += self._figure(report, figure, edge)
            else:
                silent.setdefault(why_silent(figure), []).append(figure)
        for dimension, groups in report.groups.items():
            rows += self._groups(dimension, groups, edge)
        if report.heat is not None:
            rows += [*heat_rows(report.heat, min(edge, 70), report.as_of), Row()]
        if silent:
            rows.append(title_row(_("Not shown"), "", edge, margin=1))
        for reason, figures in silent.items():
            names = ", ".join(f"{one.code} {spoken(BY_CODE[one.code].title)}" for one in figures)
            rows += [Row().gap(1).say(text, "muted") for text in wrapped(f"{reason} : {names}", edge - 2, 4)]
        return rows

    def _figure(self, report: Report, figure: Figure, edge: int) -> list[Row]:
        signs, definition = glyphs(), BY_CODE[figure.code]
        bad = under_target(figure)
        target = (
            _("target {target} %", target=int(definition.target)) if definition.target is not None else ""
        )
        rows = [title_row(f"{figure.code:<4}{spoken(definition.title)}", target, edge, margin=1)]
        for measure in shown_measures(figure):
            here = len(self._places) == self.cursor
            self._places.append(len(rows))
            row = Row(ground="select" if here else "")
            row.say(signs.cursor if here and self.has_focus else " ", "accent")
            first = measure is figure.measures[0]
            row.gap(4).data(value_label(figure.code, measure), "bright bold" if here else "text", 26).to(32)
            ink = "late bold" if bad and first else "bright bold" if first else "text"
            row.say(f"{signs.under} " if bad and first else "  ", "late").data(measure_text(measure), ink, 26)
            if first and measure.unit is Unit.PERCENT and measure.value is not None and edge >= 100:
                row.to(62).add(bar(measure.value / 100, 22, "late" if bad else "done"))
            if self.compare:
                before = previous_measure(report, figure, measure)
                change = change_of(measure, before)
                if change is not None:
                    good = {None: "muted", True: "done", False: "late"}[change.good]
                    row.to(86 if edge >= 100 else 62).data(change.text, good, 12)
            rows.append(row.to(edge))
        start = len(self._places) - len(shown_measures(figure))
        self._places[start:] = [self._offset + place for place in self._places[start:]]
        for left_out in figure.excluded:
            if left_out.count:
                said = f"{_('left out:')} {spoken(left_out.reason)}, {left_out.count}"
                rows.append(Row().gap(5).data(said, "muted", edge - 6))
        if final_text(figure):
            rows.append(Row().gap(5).data(final_text(figure), "soon", edge - 6))
        if self.definitions:
            text = f"{_('counted')} : {spoken(definition.population)}. {_('formula')} : {spoken(definition.formula)}."
            rows += [Row().gap(5).say(line, "muted") for line in wrapped(text, edge - 6, 4)]
        rows.append(Row())
        self._offset += len(rows)
        return rows

    _offset = 0

    def repaint(self) -> None:
        self._offset = 0
        super().repaint()

    def _groups(self, dimension: str, groups: tuple[Group, ...], edge: int) -> list[Row]:
        if not groups:
            return []
        title = _("Commitments kept by {dimension}", dimension=dimension_name(dimension))
        rows = [title_row(title, "", edge, margin=1)]
        for group in groups:
            measure = group.figure.measures[0]
            said = self.report.names.value(dimension, group.value) if self.report is not None else ""
            name = said or (_("nobody") if dimension == "holder" else _("other"))
            row = Row().gap(5).data(name, "text", 26).to(34).data(measure_text(measure), "bright", 24)
            if measure.value is not None and edge >= 100:
                row.to(62).add(bar(measure.value / 100, 22, "done" if measure.value >= 90 else "soon"))
            rows.append(row)
        if dimension == "holder":
            rows += [Row().gap(5).say(text, "muted") for text in wrapped(spoken(AGENT_CAUTION), edge - 6, 3)]
        return [*rows, Row()]

"""Figures: the live wall first, then reports over a day, a week or a month with the list behind each figure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual.containers import Vertical
from textual.widget import Widget

from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import N_, _, active_language
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, clock, safe, word
from conciergedesk.ui.desk_screen import DeskScreen
from conciergedesk.ui.keys import keymap
from conciergedesk.ui.report_room import WallReading
from conciergedesk.ui.widgets.painted import Painted
from conciergedesk.ui.widgets.report_rows import ReportLine, ReportRows
from conciergedesk.ui.widgets.wall import Wall

if TYPE_CHECKING:
    from conciergedesk.reports.gather import Filters
    from conciergedesk.reports.periods import Period
    from conciergedesk.reports.reporting import Report
    from conciergedesk.reports.service import SavedCard

REFRESH_SECONDS = 15.0
BEHIND = {"late": N_("filter|late"), "soon": N_("filter|today"), "waiting": N_("filter|waiting")}
"""What the board is filtered by for a figure of the wall."""
BY = ("family", "team", "holder")
"""By what the commitments are broken down until somebody asks for something else."""


class ReportSource(Protocol):
    """Where the screen reads. All of it is called in worker threads."""

    def wall(self, *, fresh: bool = False) -> WallReading: ...

    def period(self, kind: str) -> Period: ...

    def report(
        self,
        period: Period,
        filters: Filters | None = None,
        by: tuple[str, ...] = ...,
        codes: tuple[str, ...] = (),
    ) -> Report: ...

    def write(self, report: Report, formats: tuple[str, ...]) -> list[Path]: ...

    def write_list(self, report: Report, code: str, key: str) -> Path: ...

    def families(self) -> dict[str, str]: ...


class ReportHeading(Painted):
    """What is shown, of which period, and the keys to other periods."""

    def __init__(self) -> None:
        super().__init__(id="report-heading")
        self._title, self._note, self._kind = "", "", "wall"

    def show(self, title: str, note: str, kind: str) -> None:
        self._title, self._note, self._kind = title, note, kind
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        row = Row().gap(1).data(self._title, "bright bold", 40).gap(3)
        keys = Row()
        for kind, label in (
            ("shift", _("shift")),
            ("day", _("day")),
            ("week", _("week")),
            ("month", _("month")),
        ):
            keys.gap(2 if keys.width else 0).say(keymap().shown(f"reports.{kind}"), "accent bold").gap(1)
            keys.say(label, "bright" if kind == self._kind else "muted")
        room = width - row.width - keys.width - 3
        row.data(_whole_parts(self._note, room), "muted", max(room, 8))
        return [row.end(keys.gap(1), width), Row()]


def _whole_parts(note: str, cells: int) -> str:
    """As many parts of a note as fit whole; its first part when none does."""
    for between in (" · ", ", "):
        parts = note.split(between)
        while len(parts) > 1 and Row().say(note).width > cells:
            parts.pop()
            note = between.join(parts)
    return note


class ReportsScreen(DeskScreen):
    """The wall, and reports by period."""

    MODE = "reports"
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.REPORTS,)

    def __init__(self, source: ReportSource, *, refresh_seconds: float = REFRESH_SECONDS) -> None:
        super().__init__()
        self._source = source
        self._refresh_seconds = refresh_seconds
        self._period: Period | None = None
        self._filters: Filters | None = None
        self._by: tuple[str, ...] = BY
        self._codes: tuple[str, ...] = ()
        self.report: Report | None = None
        self.heading = ReportHeading()
        self.wall = Wall()
        self.rows = ReportRows()

    def compose_body(self) -> Iterable[Widget]:
        self.rows.display = False
        yield Vertical(self.heading, self.wall, self.rows, id="board")

    def on_mount(self) -> None:
        self.heading.show(_("The wall today"), "", "wall")
        self.wall.focus()
        self.call_after_refresh(self.reload)
        if self._refresh_seconds:
            self.set_interval(self._refresh_seconds, self._refresh_wall)

    def on_screen_resume(self) -> None:
        if self._period is None and self.wall.reading is not None:
            self.reload()

    # --- reading ---

    @property
    def line(self) -> ReportLine | None:
        return self.rows.current if self._period is not None else None

    def reload(self, *, fresh: bool = False) -> None:
        """Read what is on show again."""
        period = self._period
        if period is None:
            self.run_service(
                lambda: (self._source.wall(fresh=fresh), self._source.families()),
                self._show_wall,
                group="reports",
                exclusive=True,
            )
            return
        self.heading.show(period.title(active_language()), _("reading…"), period.kind)
        self.run_service(
            lambda: self._source.report(period, self.filters, self._by, self._codes),
            self._show_report,
            group="reports",
            exclusive=True,
            failed=self._refused,
        )

    def _refresh_wall(self) -> None:
        if self._period is None and self.is_current:
            self.reload()

    def _show_wall(self, answer: tuple[WallReading, dict[str, str]]) -> None:
        if self._period is not None:
            return
        reading, families = answer
        self.wall.show(reading, families)
        self.heading.show(
            _("The wall today"), _("all teams · updated {at}", at=clock(reading.now.at)), "wall"
        )
        self.desk.show_counts(reading.counts)

    def _show_report(self, report: Report) -> None:
        from conciergedesk.reports.words import as_of_text, filters_text

        if self._period != report.period:
            return
        self.report = report
        self.rows.show(report)
        said = " · ".join(part for part in (filters_text(report), as_of_text(report)) if part)
        self.heading.show(report.period.title(active_language()), said, report.period.kind)

    def _refused(self, error: DeskError) -> None:
        self.show_error(error)
        self.action_wall()

    # --- about what ---

    @property
    def filters(self) -> Filters:
        """What the report is about."""
        if self._filters is None:
            from conciergedesk.reports.gather import Filters

            self._filters = Filters()
        return self._filters

    def period_shown(self) -> Period:
        """The period on show; on the wall the month."""
        return self._period or self._source.period("month")

    def kind_shown(self) -> str:
        """``day``, ``week`` or ``month``."""
        return str(self.period_shown().kind)

    def filter_by(self, dimension: str, value: str) -> None:
        """Narrow the report to one value of a dimension; without a dimension to nothing."""
        if not dimension:
            self._filters = None
        elif dimension == "holder":
            self._filters = replace(self.filters, agent_id=int(value))
        else:
            self._filters = replace(self.filters, **{dimension: value})  # type: ignore[arg-type]
        self._to(self.period_shown())

    def show_by(self, dimension: str) -> None:
        """Break the commitments down by another dimension."""
        self._by = (dimension,)
        self._to(self.period_shown())

    def show_saved(self, card: SavedCard) -> None:
        """Show a saved report over the period that runs now."""
        self._filters, self._codes = card.filters, card.figures
        self._to(self._source.period(card.period))

    # --- periods ---

    def _to(self, period: Period) -> None:
        self._period, self.report = period, None
        self.wall.display, self.rows.display = False, True
        self.rows.show(None)
        self.rows.focus()
        self.reload()

    def action_period(self, kind: str) -> None:
        try:
            self._to(self._source.period(kind))
        except DeskError as error:
            self.show_error(error)

    def action_earlier(self) -> None:
        if self._period is not None:
            self._to(self._period.previous())

    def action_later(self) -> None:
        if self._period is not None and not self._period.end > self.desk.clock.now():
            self._to(self._period.next())

    def action_wall(self) -> None:
        """Back to the wall."""
        self._period, self.report = None, None
        self._filters, self._codes, self._by = None, (), BY
        self.wall.display, self.rows.display = True, False
        self.wall.focus()
        self.reload()

    def action_switch(self, what: str) -> None:
        self.rows.toggle(what)

    def action_back(self) -> None:
        if not self.toasts.put_away() and self._period is not None:
            self.action_wall()

    def action_reload(self) -> None:
        self.reload(fresh=True)

    def action_cursor(self, by: int) -> None:
        self.wall.scroll_relative(y=by * 3, animate=False)

    # --- writing ---

    def action_print(self) -> None:
        """Write the report as PDF, workbook and text into this desk's folder."""
        report = self.report
        if report is None:
            period, filters = self._period or self._source.period("day"), self.filters

            def call() -> list[Path]:
                return self._source.write(self._source.report(period, filters), ("pdf", "xlsx", "txt"))
        else:
            shown = report

            def call() -> list[Path]:
                return self._source.write(shown, ("pdf", "xlsx", "txt"))

        self.say(_("Writing the report…"))
        self.run_service(call, self.written, group="print")

    def action_copy(self) -> None:
        """Write the list behind the figure as CSV."""
        report, line = self.report, self.line
        if report is None or line is None:
            return
        self.run_service(
            lambda: self._source.write_list(report, line.figure.code, line.measure.key),
            lambda path: self.written([path]),
            group="print",
        )

    def written(self, paths: list[Path]) -> None:
        """Say where files were written."""
        if paths:
            names = ", ".join(path.name for path in paths)
            self.say(
                _(
                    "Written to {folder}: {names}",
                    folder=safe(str(paths[0].parent), 60),
                    names=safe(names, 90),
                )
            )

    def action_behind(self) -> None:
        """Show the list behind the figure of the cursor."""
        from conciergedesk.ui.modals.report_sheets import ListSheet

        line = self.line
        if line is not None:
            self.app.push_screen(ListSheet(line))
        elif self._period is None and self.wall.reading is not None:
            self._behind_the_wall(self.wall.reading)

    def _behind_the_wall(self, reading: WallReading) -> None:
        """Choose one of the six figures and go where its list is."""
        from conciergedesk.ui.modals.choice import Choice, Option

        counts, now = reading.counts, reading.now
        options = [
            Option("late", _("late"), str(counts.late)),
            Option("soon", _("wall|soon"), str(counts.soon)),
            Option("waiting", _("wall|waiting"), str(counts.waiting)),
            Option("keys", _("keys out"), str(now.keys_out)),
            Option("day", _("wall|kept"), _("of {count} due", count=now.due)),
            Option("handover", _("handovers"), str(now.handovers)),
        ]
        self.app.push_screen(Choice(_("See the list"), options), self._go_behind)

    def _go_behind(self, figure: str | None) -> None:
        from conciergedesk.ui.screens.board import BoardScreen

        if figure == "day":
            self.action_period("day")
        elif figure in ("keys", "handover"):
            self.desk.go(figure)
        elif figure is not None:
            self.desk.go("board")
            if isinstance(self.app.screen, BoardScreen):
                self.app.screen.use_filter(word(BEHIND[figure]))

    # --- room ---

    def words_changed(self) -> None:
        super().words_changed()
        self.wall.repaint()
        self.rows.repaint()

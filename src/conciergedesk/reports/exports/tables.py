"""Rows for spreadsheets: the figures of a report, and the list behind each of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from conciergedesk.core.i18n import N_, active_language
from conciergedesk.reports.definitions import BY_CODE
from conciergedesk.reports.exports.safety import harmless, whole_file
from conciergedesk.reports.naming import subject_word, unit_word
from conciergedesk.reports.reporting import Report
from conciergedesk.reports.words import (
    as_of_text,
    change_of,
    filters_text,
    previous_measure,
    shown_measures,
    spoken,
    value_label,
    why_silent,
)

Cell = str | int | float | datetime | None
Progress = Callable[[int], None]

EVERY = 5_000
"""Rows between two signs of progress."""


def _quiet(_rows: int) -> None:
    """Nobody watches."""


def figure_rows(report: Report, language: str | None = None) -> Iterator[tuple[Cell, ...]]:
    """One row a value: code, figure, value's name, value, unit, met, count, period before, change."""
    language = language or active_language()
    yield tuple(
        spoken(title, language)
        for title in (
            N_("Code"), N_("Figure"), N_("Value of"), N_("Value"), N_("Unit"), N_("Met"), N_("Count"),
            N_("Period before"), N_("Change"), N_("Counted"), N_("Formula"),
        )
    )  # fmt: skip
    for figure in report.figures:
        definition = BY_CODE[figure.code]
        title = spoken(definition.title, language)
        texts = (spoken(definition.population, language), spoken(definition.formula, language))
        if not figure.available:
            yield (figure.code, title, why_silent(figure, language), None, "", None, None, None, "", *texts)
            continue
        for measure in shown_measures(figure):
            before = previous_measure(report, figure, measure)
            change = change_of(measure, before, language)
            yield (
                figure.code, title, value_label(figure.code, measure, language), _round(measure.value),
                unit_word(measure.unit, language), measure.met, measure.count,
                _round(before.value) if before is not None else None, change.text if change else "", *texts,
            )  # fmt: skip
        for left_out in figure.excluded:
            yield (
                figure.code, title, f"{spoken(N_('left out:'), language)} {spoken(left_out.reason, language)}",
                left_out.count, unit_word("count", language), None, left_out.count, None, "", *texts,
            )  # fmt: skip


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def list_rows(
    report: Report, code: str, key: str = "", language: str | None = None
) -> Iterator[tuple[Cell, ...]]:
    """The list behind one value; it adds up to the figure. An empty ``key`` is the main value."""
    language = language or active_language()
    figure = report.figure(code)
    yield tuple(
        spoken(title, language)
        for title in (
            N_("list|Number"),
            N_("Kind"),
            N_("When"),
            N_("Value"),
            N_("Weight"),
            N_("Met"),
            N_("Note"),
        )
    )
    measures = [figure.measure(key)] if key else list(figure.measures[:1])
    for measure in measures:
        for item in measure.items:
            met = "" if item.met is None else int(item.met)
            yield (
                item.ref, subject_word(item.kind, language), item.at, _round(item.value), _round(item.weight), met,
                report.names.note(item.note, language),
            )  # fmt: skip


def write_csv(rows: Iterable[Sequence[Cell]], target: Path, progress: Progress = _quiet) -> int:
    """Write rows as CSV (UTF-8 with a mark, semicolons): any number of them, a window in memory.

    Returns:
        How many rows were written, the title row included.
    """
    count = 0
    with whole_file(target) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        writer = csv.writer(text, delimiter=";")
        for row in rows:
            writer.writerow([_cell(cell) for cell in row])
            count += 1
            if count % EVERY == 0:
                progress(count)
        text.flush()
        text.detach()
    progress(count)
    return count


def _cell(cell: Cell) -> str:
    return cell.isoformat() if isinstance(cell, datetime) else harmless(cell)


def csv_text(rows: Iterable[Sequence[Cell]]) -> str:
    """The same as text, for a small list."""
    target = io.StringIO()
    csv.writer(target, delimiter=";").writerows([_cell(cell) for cell in row] for row in rows)
    return target.getvalue()


@dataclass(frozen=True, slots=True)
class Styles:
    """How the cells of a workbook look: the row of headings, whole numbers, and the rest to one decimal."""

    head: object
    whole: object
    part: object


def write_xlsx(report: Report, target: Path, language: str | None = None, progress: Progress = _quiet) -> int:
    """Write a workbook: the figures, then the list behind each. Cells are text or numbers, never formulas."""
    import xlsxwriter

    language = language or active_language()
    count = 0
    with whole_file(target) as file:
        book = xlsxwriter.Workbook(
            file,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "remove_timezone": True,
                "default_date_format": "yyyy-mm-dd hh:mm",
            },
        )
        styles = Styles(
            head=book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"}),
            whole=book.add_format({"num_format": "#,##0"}),
            part=book.add_format({"num_format": "#,##0.0"}),
        )
        title = book.add_format({"bold": True, "font_size": 14})
        sheet = book.add_worksheet(spoken(N_("Figures"), language))
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_column(0, 0, 6)
        sheet.set_column(1, 1, 28)
        sheet.set_column(2, 2, 38)
        sheet.set_column(3, 8, 11)
        sheet.set_column(9, 10, 78)
        sheet.freeze_panes(5, 3)
        sheet.repeat_rows(4)
        sheet.write_string(0, 0, harmless_text(report.agency), title)
        sheet.write_string(1, 0, f"{report.period.title(language)} · {as_of_text(report, language)}")
        sheet.write_string(2, 0, harmless_text(filters_text(report, language)))
        count += _fill(sheet, figure_rows(report, language), 4, styles, report, progress, count)
        for figure in report.figures:
            if not figure.available or not figure.measures or not figure.measures[0].items:
                continue
            page = book.add_worksheet(figure.code)
            page.freeze_panes(1, 0)
            page.repeat_rows(0)
            page.set_column(0, 1, 12)
            page.set_column(2, 2, 18)
            page.set_column(3, 6, 14)
            rows = list_rows(report, figure.code, "", language)
            count += _fill(page, rows, 0, styles, report, progress, count)
        book.close()
    progress(count)
    return count


def harmless_text(text: str) -> str:
    """Text for a cell that is written as a string: cleaned only, because a string is never run."""
    from conciergedesk.core.text import clean_line

    return clean_line(text, 500)


def _fill(
    sheet: object,
    rows: Iterable[Sequence[Cell]],
    first: int,
    styles: Styles,
    report: Report,
    progress: Progress,
    before: int,
) -> int:
    from typing import Any

    page: Any = sheet
    count = 0
    for row in rows:
        head = styles.head if count == 0 else None
        for place, cell in enumerate(row):
            line = first + count
            if cell is None:
                continue
            if isinstance(cell, datetime):
                page.write_datetime(line, place, cell.astimezone(report.period.zone).replace(tzinfo=None))
            elif isinstance(cell, (int, float)):
                page.write_number(line, place, cell, styles.whole if cell == int(cell) else styles.part)
            else:
                page.write_string(line, place, harmless_text(cell), head)
        count += 1
        if (before + count) % EVERY == 0:
            progress(before + count)
    return count

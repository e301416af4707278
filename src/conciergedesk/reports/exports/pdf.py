"""A report as a page that one would hand to a board: figures with their definitions, bars, and the hours of the week.

The page is set by Typst from data alone: nothing that people typed is ever part of the program.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from conciergedesk.core.i18n import N_, active_language, local, show_date
from conciergedesk.core.text import clean_line
from conciergedesk.reports.definitions import BY_CODE, PROMISES
from conciergedesk.reports.exports.safety import whole_file
from conciergedesk.reports.measures import Unit
from conciergedesk.reports.reporting import Report
from conciergedesk.reports.words import (
    as_of_text,
    change_of,
    dimension_name,
    filters_text,
    final_text,
    measure_text,
    previous_measure,
    show_value,
    shown_measures,
    spoken,
    under_target,
    value_label,
    why_silent,
)

TEMPLATE = Path(__file__).with_name("report.typ")
_MONDAY = date(2027, 3, 22)


def pdf_values(report: Report, language: str) -> dict[str, object]:
    """Everything that stands on the pages, as text and numbers."""
    figures = []
    for figure in report.figures:
        definition = BY_CODE[figure.code]
        rows = []
        for measure in shown_measures(figure) if figure.available else []:
            change = change_of(measure, previous_measure(report, figure, measure), language)
            rows.append(
                {
                    "label": value_label(figure.code, measure, language),
                    "value": measure_text(measure, language),
                    "change": change.text if change else "",
                    "good": None if change is None else change.good,
                }
            )
        main = figure.main
        share = (
            main.value
            if figure.available and main is not None and main.unit is Unit.PERCENT and main.value is not None
            and not main.few
            else None
        )  # fmt: skip
        figures.append(
            {
                "code": figure.code,
                "title": spoken(definition.title, language),
                "available": figure.available,
                "why": "" if figure.available else why_silent(figure, language),
                "rows": rows,
                "share": share,
                "target": definition.target,
                "under": under_target(figure),
                "left_out": [
                    f"{spoken(one.reason, language)} : {one.count}" for one in figure.excluded if one.count
                ],
                "population": spoken(definition.population, language),
                "formula": spoken(definition.formula, language),
                "note": " · ".join(
                    text
                    for text in (
                        *(spoken(note, language) for note in figure.notes if figure.available),
                        final_text(figure, language),
                    )
                    if text
                ),
            }
        )
    return {
        "agency": clean_line(report.agency, 120),
        "title": spoken(N_("Report"), language),
        "period": report.period.title(language),
        "state": as_of_text(report, language),
        "filters": filters_text(report, language),
        "made": f"{show_date(local(report.as_of).date(), language, 'd MMMM yyyy')} {local(report.as_of):%H:%M}",
        "opened": report.opened,
        "opened_before": report.opened_before,
        "promises": _promises(report, language),
        "figures": figures,
        "groups": _groups(report, language),
        "heat": [list(row[7:22]) for row in report.heat.cells] if report.heat is not None else [],
        "days": [show_date(_MONDAY.fromordinal(_MONDAY.toordinal() + n), language, "EEE") for n in range(7)],
        "words": {
            "opened": spoken(N_("requests opened"), language),
            "before": spoken(N_("before"), language),
            "left_out": spoken(N_("left out:"), language),
            "counted": spoken(N_("counted"), language),
            "formula": spoken(N_("formula"), language),
            "target": spoken(N_("target"), language),
            "promises": spoken(N_("The four promises of the desk"), language),
            "heat": spoken(N_("Requests by weekday and hour, mean of four weeks"), language),
            "decimal": "." if language == "en" else ",",
            "page": spoken(N_("page"), language),
            "of": spoken(N_("of"), language),
        },
    }


def _promises(report: Report, language: str) -> list[dict[str, str]]:
    found = []
    for name, code, key in PROMISES:
        figure = next((one for one in report.figures if one.code == code and one.available), None)
        if figure is not None:
            measure = figure.measure(key)
            found.append(
                {
                    "name": spoken(name, language),
                    "value": show_value(measure.value, measure.unit, language)
                    if not measure.few
                    else measure_text(measure, language),
                    "what": spoken(BY_CODE[code].title, language),
                }
            )
    return found


def _groups(report: Report, language: str) -> list[dict[str, object]]:
    return [
        {
            "name": spoken(
                N_("Commitments kept by {dimension}"), language, dimension=dimension_name(dimension, language)
            ),
            "rows": [
                {
                    "label": clean_line(report.names.value(dimension, group.value, language), 60) or "—",
                    "value": measure_text(group.figure.measures[0], language),
                    "share": group.figure.measures[0].value,
                }
                for group in groups
            ],
        }
        for dimension, groups in report.groups.items()
        if groups
    ]


def make_pdf(report: Report, language: str | None = None) -> bytes:
    """The report as PDF."""
    import typst

    language = language or active_language()
    values = json.dumps(pdf_values(report, language), ensure_ascii=False)
    made = typst.compile(str(TEMPLATE), sys_inputs={"report": values, "language": language})
    assert isinstance(made, bytes)
    return made


def write_pdf(report: Report, target: Path, language: str | None = None) -> None:
    """Write the PDF whole or not at all."""
    data = make_pdf(report, language)
    with whole_file(target) as file:
        file.write(data)


def make_pictures(report: Report, language: str | None = None) -> list[bytes]:
    """The pages as PNG, to look at."""
    import typst

    language = language or active_language()
    values = json.dumps(pdf_values(report, language), ensure_ascii=False)
    made = typst.compile(
        str(TEMPLATE), format="png", ppi=80, sys_inputs={"report": values, "language": language}
    )
    return list(made) if isinstance(made, list) else [made]

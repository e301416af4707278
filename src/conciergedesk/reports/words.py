"""How figures read: values with their unit, the change against the period before, and one page of plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from conciergedesk.core.i18n import LOCALES, N_, active_language, plural, translate
from conciergedesk.core.money import Money, show_money
from conciergedesk.core.text import clean_block, clean_line
from conciergedesk.reports.definitions import BY_CODE, PROMISES, label_of
from conciergedesk.reports.measures import Figure, How, Measure, Unit
from conciergedesk.reports.reporting import Report
from conciergedesk.requests.lifecycle import STATE_LABELS, State

DASH = "—"


def spoken(sentence: str, language: str | None = None, **values: object) -> str:
    """A sentence in ``language``; a context before a bar is not said."""
    said = translate(sentence, language, **values)
    return said.partition("|")[2] if said == sentence and "|" in sentence else said


def show_value(value: float | None, unit: Unit, language: str | None = None) -> str:
    """A value with its unit; a dash when there is none."""
    language = language or active_language()
    if value is None:
        return DASH
    match unit:
        case Unit.COUNT:
            return _number(value, language, "#,##0" if float(value).is_integer() else "#,##0.0")
        case Unit.PERCENT:
            return _number(value, language, "#,##0.0") + ("\u202f%" if language != "en" else "%")
        case Unit.MINUTES:
            return show_minutes(value)
        case Unit.SECONDS:
            return f"{_number(value, language, '#,##0.0')} s"
        case Unit.DAYS:
            return f"{_number(value, language, '#,##0.#')} {translate(N_('d'), language)}"
        case Unit.CENTS:
            return show_money(Money(round(value)), language)
        case Unit.SCORE:
            return _number(value, language, "0.00")
        case Unit.POINTS:
            return _number(value, language, "+0;-0")


def _number(value: float, language: str, pattern: str) -> str:
    from babel.numbers import format_decimal

    return str(format_decimal(value, pattern, locale=LOCALES[language]))


def show_minutes(minutes: float) -> str:
    """``8 min``, ``2 h 05``; an hour is counted in minutes of service."""
    whole = round(minutes)
    if whole < 60:
        return f"{whole} min"
    return f"{whole // 60} h {whole % 60:02d}"


def value_label(code: str, measure: Measure, language: str | None = None) -> str:
    """The name of one value of a figure."""
    if measure.key.startswith("state:"):
        state = measure.key.partition(":")[2]
        return spoken(STATE_LABELS.get(State(state), state), language)
    return spoken(label_of(code, measure.key), language)


def measure_text(measure: Measure, language: str | None = None) -> str:
    """The value as it stands beside its label, with counts beside a percentage."""
    if measure.few and measure.items:
        return spoken(N_("few answers ({count})"), language, count=len(measure.items))
    text = show_value(measure.value, measure.unit, language)
    if measure.how is How.RATIO and measure.items:
        told = spoken(N_("{met} of {count}"), language, met=measure.met, count=measure.count)
        return f"{text} ({told})"
    return text


@dataclass(frozen=True, slots=True)
class Change:
    """How a value moved against the period before; ``good`` is None when it is neither."""

    text: str
    good: bool | None


def change_of(now: Measure, before: Measure | None, language: str | None = None) -> Change | None:
    """The change against the period before; None when there is nothing to compare."""
    if before is None or now.value is None or before.value is None or now.few or before.few:
        return None
    step = now.value - before.value
    if now.unit in (Unit.PERCENT, Unit.POINTS):
        text = _number(step, language or active_language(), "+0.0;-0.0") + " pt"
    elif before.value:
        text = _number(100 * step / before.value, language or active_language(), "+0;-0") + "\u202f%"
    else:
        return None
    if abs(step) < 1e-9:
        return Change("=", None)
    return Change(text, None if not now.better else (step > 0) == (now.better > 0))


def previous_measure(report: Report, figure: Figure, measure: Measure) -> Measure | None:
    """The same value in the period before."""
    before = report.previous.get(figure.code)
    if before is None or not before.available:
        return None
    return next((one for one in before.measures if one.key == measure.key), None)


def under_target(figure: Figure) -> bool:
    """Whether the main value misses the target of its definition."""
    target, main = BY_CODE[figure.code].target, figure.main
    return target is not None and main is not None and main.value is not None and main.value < target


def shown_measures(figure: Figure) -> list[Measure]:
    """The values worth a line: states that nothing is in are left out."""
    return [one for one in figure.measures if not (one.key.startswith("state:") and not one.items)]


def final_text(figure: Figure, language: str | None = None) -> str:
    """That a figure may still change, and until when."""
    if figure.final_at is None:
        return ""
    return spoken(N_("may still change until {day}"), language, day=figure.final_at.date())


def as_of_text(report: Report, language: str | None = None) -> str:
    """Whether the period is closed, or how far it has come."""
    if report.period.is_closed(report.as_of):
        return spoken(N_("period closed"), language)
    return spoken(N_("under way, as of {at}"), language, at=report.as_of)


def filters_text(report: Report, language: str | None = None) -> str:
    """What was filtered, in one line; empty when nothing was."""
    kept = []
    for name in report.filters.__dataclass_fields__:
        if name in report.filters.used:
            value = report.names.value(name, getattr(report.filters, name), language)
            kept.append(f"{dimension_name(name, language)} : {clean_line(value, 60)}")
    return " · ".join(kept)


def why_silent(figure: Figure, language: str | None = None) -> str:
    """Why a figure says nothing."""
    return spoken(figure.notes[0] if figure.notes else N_("nothing: this room is not in use"), language)


# --- plain text ---

WIDTH = 78
_PAGE_LIMIT = 10_000_000


def text_page(report: Report, language: str | None = None, *, now: datetime | None = None) -> str:
    """The report as plain text: reading order, no colour, definitions printed under each figure."""
    page = "\n".join(_text_lines(report, language or active_language()))
    return clean_block(page, _PAGE_LIMIT) + "\n"


def _text_lines(report: Report, language: str) -> Iterator[str]:
    yield f"{report.agency} · {spoken(N_('Report'), language)}"
    yield f"{report.period.title(language)} · {as_of_text(report, language)}"
    if filters_text(report, language):
        yield filters_text(report, language)
    yield "=" * WIDTH
    opened = plural("{count} request opened", "{count} requests opened", report.opened, language)
    yield f"{opened} ({spoken(N_('before'), language)}: {report.opened_before})"
    yield ""
    yield spoken(N_("The four promises of the desk"), language)
    for name, code, key in PROMISES:
        figure = next((one for one in report.figures if one.code == code), None)
        if figure is not None and figure.available:
            yield _row(spoken(name, language), measure_text(figure.measure(key), language))
    yield ""
    for figure in report.figures:
        yield from _figure_lines(report, figure, language)
    for dimension, groups in report.groups.items():
        yield spoken(
            N_("Commitments kept by {dimension}"), language, dimension=dimension_name(dimension, language)
        )
        yield "-" * WIDTH
        for group in groups:
            name = report.names.value(dimension, group.value, language) or DASH
            yield _row(name, measure_text(group.figure.measures[0], language))
        yield ""


def _figure_lines(report: Report, figure: Figure, language: str) -> Iterator[str]:
    definition = BY_CODE[figure.code]
    yield f"{figure.code}  {spoken(definition.title, language)}"
    yield "-" * WIDTH
    if not figure.available:
        yield "  " + why_silent(figure, language)
    else:
        for measure in shown_measures(figure):
            change = change_of(measure, previous_measure(report, figure, measure), language)
            told = measure_text(measure, language)
            yield _row(value_label(figure.code, measure, language), told, change.text if change else "")
        for left_out in figure.excluded:
            if left_out.count:
                yield _row(
                    f"  {spoken(N_('left out:'), language)} {spoken(left_out.reason, language)}",
                    str(left_out.count),
                )
        for note in figure.notes:
            yield "  " + spoken(note, language)
        if final_text(figure, language):
            yield "  " + final_text(figure, language)
    if definition.target is not None:
        yield "  " + spoken(
            N_("target {value}"), language, value=show_value(definition.target, Unit.PERCENT, language)
        )
    population = spoken(definition.population, language)
    yield f"  {spoken(N_('counted'), language)}: {population}"
    yield f"  {spoken(N_('formula'), language)}: {spoken(definition.formula, language)}"
    yield ""


def _row(label: str, value: str, change: str = "") -> str:
    label = clean_line(label, 44)
    return f"  {label:<44} {value:>20} {change:>9}".rstrip()


_DIMENSIONS = {
    "team": N_("team"),
    "family": N_("family of requests"),
    "type_code": N_("type of request"),
    "priority": N_("priority"),
    "channel": N_("channel"),
    "language": N_("language"),
    "company": N_("company"),
    "client_kind": N_("family of clients"),
    "provider": N_("provider"),
    "holder": N_("person"),
    "agent_id": N_("person"),
}


def dimension_name(dimension: str, language: str | None = None) -> str:
    return spoken(_DIMENSIONS[dimension], language)

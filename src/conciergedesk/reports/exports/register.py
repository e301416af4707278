"""The register of improvement on paper: the matrix, the objectives and their actions, as text and as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from conciergedesk.core.i18n import N_, show_date, translate
from conciergedesk.reports.exports.safety import file_name, whole_file
from conciergedesk.reports.exports.tables import Cell as TableCell
from conciergedesk.reports.exports.tables import write_csv
from conciergedesk.reports.improvement import (
    ACTION_WORDS,
    CELL_LABELS,
    NATURE_WORDS,
    VERDICT_WORDS,
    FactCard,
    Nature,
    Verdict,
    matrix,
)
from conciergedesk.reports.improving import ActionCard, MandateCard, ObjectiveCard

WIDTH = 78
YEAR = "d MMM yyyy"
"""How days are written here: a plan reaches over the turn of the year."""


@dataclass(frozen=True, slots=True)
class Register:
    """The whole register as it stands."""

    agency: str = ""
    mandates: tuple[MandateCard, ...] = ()
    facts: tuple[FactCard, ...] = ()
    objectives: tuple[ObjectiveCard, ...] = ()

    def measured(self, figure: str) -> float | None:
        """The newest value of a figure among the facts."""
        values = [fact.value for fact in self.facts if figure and fact.figure == figure]
        return values[-1] if values else None


def number(value: float | None, language: str | None = None) -> str:
    """A plain number of an objective, as it was typed."""
    from babel.numbers import format_decimal

    from conciergedesk.core.i18n import LOCALES, active_language

    if value is None:
        return "—"
    return str(format_decimal(value, "#,##0.##", locale=LOCALES[language or active_language()]))


def register_page(register: Register, language: str) -> str:
    """The register as plain text, in reading order."""
    return "\n".join(_lines(register, language)) + "\n"


def _lines(register: Register, language: str) -> Iterator[str]:
    yield f"{register.agency} · {translate(N_('Register of improvement'), language)}"
    yield "=" * WIDTH
    for mandate in register.mandates:
        asked = translate(N_("asked by {who} on {day}"), language, who=mandate.asked_by, day=mandate.asked_on)
        yield f"{mandate.title} · {asked}"
        yield f"  {mandate.question}"
    for cell, facts in matrix(register.facts).items():
        yield ""
        yield translate(CELL_LABELS[cell], language).upper()
        yield "-" * WIDTH
        for fact in facts:
            nature = translate(NATURE_WORDS[Nature(fact.nature)], language)
            measured = f" [{fact.measured}]" if fact.measured else ""
            yield f"  · {fact.text} ({nature}){measured}"
        if not facts:
            yield f"  {translate(N_('nothing'), language)}"
    for aim in register.objectives:
        yield ""
        yield f"{translate(N_('OBJECTIVE'), language)}  {aim.text}"
        yield f"  {target_text(aim, language)}"
        for action in aim.actions:
            yield f"  - {action.text} · {action.owner} · {show_date(action.due_on, language, YEAR)}"
            yield f"    {translate(ACTION_WORDS[action.state], language)} · {action.score:.0f}/100"
            for at, author, verdict, reason in action.reviews:
                said = translate(VERDICT_WORDS[Verdict(verdict)], language)
                yield f"    {show_date(at.date(), language, YEAR)} {author} : {said}, {reason}"
            if action.result:
                yield f"    = {action.result}"


def target_text(aim: ObjectiveCard, language: str | None = None) -> str:
    """Indicator, start, target, deadline and owner in one line."""
    unit = f" {aim.unit}" if aim.unit else ""
    start = f"{number(aim.start_value, language)} → " if aim.start_value is not None else ""
    day = show_date(aim.due_on, language, YEAR)
    return f"{aim.indicator} : {start}{number(aim.target_value, language)}{unit} · {day} · {aim.owner}"


def register_rows(register: Register, language: str) -> Iterator[tuple[TableCell, ...]]:
    """One row a fact, an objective or an action."""
    titles = (
        N_("Kind"), N_("Cell"), N_("Text"), N_("Nature"), N_("Value"), N_("Target"), N_("Deadline"), N_("Owner"),
        N_("State"), N_("Score"),
    )  # fmt: skip
    yield tuple(translate(title, language) for title in titles)
    for cell, facts in matrix(register.facts).items():
        for fact in facts:
            yield (
                translate(N_("fact"), language), translate(CELL_LABELS[cell], language), fact.text,
                translate(NATURE_WORDS[Nature(fact.nature)], language), fact.value, None, "", "", fact.measured, None,
            )  # fmt: skip
    for aim in register.objectives:
        yield (
            translate(N_("objective"), language), "", aim.text, aim.indicator, aim.start_value, aim.target_value,
            aim.due_on.isoformat(), aim.owner, aim.decided_by, None,
        )  # fmt: skip
        yield from _action_rows(aim.actions, language)


def _action_rows(actions: Sequence[ActionCard], language: str) -> Iterator[tuple[TableCell, ...]]:
    for action in actions:
        yield (
            translate(N_("action"), language), "", action.text, action.indicator, None, None,
            action.due_on.isoformat(), action.owner, translate(ACTION_WORDS[action.state], language),
            round(action.score),
        )  # fmt: skip


def write_register(register: Register, folder: Path, language: str) -> list[Path]:
    """Write the register as text and as CSV."""
    name = translate(N_("improvement"), language)
    text, table = (folder / file_name(register.agency, name, suffix=suffix) for suffix in ("txt", "csv"))
    with whole_file(text) as file:
        file.write(register_page(register, language).encode())
    write_csv(register_rows(register, language), table)
    return [text, table]

"""The month on paper: people by days, totals, holidays, absences and gaps, as one page to hang on the wall.

The page is set by Typst from data alone: nothing that people typed is ever part of the program.
"""

from __future__ import annotations

import calendar
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from conciergedesk.core.i18n import N_, active_language, plural, show_date, show_number, translate
from conciergedesk.core.text import clean_line
from conciergedesk.rota.calendar import HOLIDAY_NAMES, holiday_on
from conciergedesk.rota.checker.coverage import seat_counts
from conciergedesk.rota.checker.ledger import ledger
from conciergedesk.rota.dump import clock_text
from conciergedesk.rota.law.packs import LawBook
from conciergedesk.rota.values import Agent, Roster, Rota, ShiftType

TEMPLATE = Path(__file__).with_name("month.typ")
PAINTS = "mstcjd"
MOST_GAPS = 14


def shift_paint(shift: ShiftType, place: int) -> str:
    """The name of the colour of a shift; each keeps its own on all screens and on paper."""
    letter = shift.id[:1].lower()
    if shift.on_call:
        return "j"
    return letter if letter in PAINTS else PAINTS[place % len(PAINTS)]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the month holds.

    Attributes:
        until: last published day; later days are a draft, or nothing yet.
        draft: whether days of a draft stand on the page.
        since: first day that was ever published; nobody is lacking before it.
    """

    until: date | None = None
    draft: bool = False
    since: date | None = None


def month_of(rota: Rota, day: date) -> Rota:
    """The rota with the civil month of ``day`` as its period."""
    first = day.replace(day=1)
    return replace(rota, first=first, days=calendar.monthrange(first.year, first.month)[1])


def month_values(
    rota: Rota, roster: Roster, law: LawBook, made_at: datetime, standing: Standing, language: str
) -> dict[str, object]:
    """Everything that stands on the page of ``rota``'s period, as text and numbers."""
    site = rota.site
    counts = {
        (count.day, shift): count
        for count in seat_counts(rota, roster)
        for shift in count.shifts
        if (standing.until is None or count.day <= standing.until or standing.draft)
        and (standing.since is None or count.day >= standing.since)
    }
    gaps = sorted({(one.day, one.shifts[0]): one.missing for one in counts.values() if one.missing}.items())
    said = [
        f"{show_date(day, language)} {_label(rota, shift)}" + (f" ({missing})" if missing > 1 else "")
        for (day, shift), missing in gaps[:MOST_GAPS]
    ]
    if len(gaps) > MOST_GAPS:
        said.append(translate(N_("and {count} more"), language, count=len(gaps) - MOST_GAPS))
    holidays = [(day, holiday) for day in rota.dates if (holiday := holiday_on(site, day)) is not None]
    state = translate(N_("nothing is published"), language)
    if standing.draft:
        state = translate(N_("draft, not published"), language)
    elif standing.until is not None:
        until = show_date(standing.until, language, "d MMMM yyyy")
        state = translate(N_("published until {day}"), language, day=until)
    return {
        "site": clean_line(site.name, 80),
        "title": show_date(rota.first, language, "LLLL yyyy"),
        "state": state,
        "draft": standing.draft,
        "made": f"{show_date(made_at.date(), language, 'd MMMM yyyy')} {made_at:%H:%M}",
        "days": [
            {
                "letter": show_date(day, language, "EEEEE"),
                "number": str(day.day) + ("*" if holiday_on(site, day) else ""),
                "holiday": holiday_on(site, day) is not None,
                "sunday": day.weekday() == 6,
                "monday": day.weekday() == 0,
            }
            for day in rota.dates
        ],
        "teams": [
            [_person(rota, roster, law, agent, language) for agent in people] for people in _teams(rota)
        ],
        "posts": [
            {
                "id": clean_line(shift.id, 3),
                "label": clean_line(shift.label or shift.id, 40),
                "paint": shift_paint(shift, place),
                "cells": [
                    None if (count := counts.get((day, shift.id))) is None
                    else {
                        "text": f"{count.staffed}/{count.needed}" if count.missing else str(count.staffed),
                        "gap": bool(count.missing),
                    }
                    for day in rota.dates
                ],
            }
            for place, shift in enumerate(rota.shifts)
            if any((day, shift.id) in counts for day in rota.dates)
        ],
        "shifts": [
            {
                "id": clean_line(shift.id, 3),
                "text": f"{clean_line(shift.label or shift.id, 40)} {clock_text(shift.start)[:5]}–"
                f"{clock_text(shift.end % 1440)[:5]}",
                "paint": shift_paint(shift, place),
            }
            for place, shift in enumerate(rota.shifts)
        ],
        "holidays": [
            f"{show_date(day, language, 'd')} {translate(HOLIDAY_NAMES[holiday], language)}"
            for day, holiday in holidays
        ],
        "gaps": said,
        "words": {
            "gaps": plural("{count} gap", "{count} gaps", sum(missing for _key, missing in gaps), language),
            "complete": translate(N_("no empty post"), language),
            "coverage": translate(N_("Coverage"), language),
            "hours": translate(N_("hours"), language),
            "sundays": translate(N_("total|Sun"), language),
            "evenings": translate(N_("total|eve."), language),
            "holidays": translate(N_("total|hol."), language),
            "absent": translate(N_("absent"), language),
            "holiday": translate(N_("holiday"), language),
        },
    }  # fmt: skip


def _label(rota: Rota, shift: str) -> str:
    return clean_line(rota.shift_by_id[shift].label or shift, 40)


def _teams(rota: Rota) -> list[list[Agent]]:
    """Neighbours of one team together, in the order of the files."""
    teams: list[list[Agent]] = []
    for agent in rota.agents:
        if not teams or teams[-1][-1].team != agent.team:
            teams.append([])
        teams[-1].append(agent)
    return teams


def _person(rota: Rota, roster: Roster, law: LawBook, agent: Agent, language: str) -> dict[str, object]:
    book = ledger(rota, roster, law, agent)
    return {
        "name": clean_line(agent.name or agent.id, 24),
        "cells": [_cell(rota, roster, agent, day) for day in rota.dates],
        "hours": show_number(round(book.minutes / 60, 1), language),
        "sundays": book.sundays,
        "holidays": book.holidays,
        "evenings": book.evenings,
    }


def _cell(rota: Rota, roster: Roster, agent: Agent, day: date) -> dict[str, str]:
    if rota.absent(agent.id, day):
        return {"text": "A", "paint": "absent", "more": ""}
    shifts: Sequence[ShiftType] = [rota.shift_by_id[one] for one in roster.shifts_on(agent.id, day)]
    work = [one for one in shifts if not one.on_call]
    if not shifts:
        return {"text": "", "paint": "", "more": ""}
    main = work[0] if work else shifts[0]
    more = "".join(clean_line(one.id, 1).lower() for one in shifts if one is not main)
    return {
        "text": clean_line(main.id, 2),
        "paint": shift_paint(main, rota.shifts.index(main)),
        "more": more,
    }


def month_pdf(
    rota: Rota, roster: Roster, law: LawBook, made_at: datetime, standing: Standing | None = None,
    language: str | None = None,
) -> bytes:  # fmt: skip
    """The page of ``rota``'s period as PDF; see :func:`month_of`. ``made_at`` is the desk's local time."""
    return _compile(rota, roster, law, made_at, standing or Standing(), language, "pdf")


def month_png(
    rota: Rota, roster: Roster, law: LawBook, made_at: datetime, standing: Standing | None = None,
    language: str | None = None,
) -> bytes:  # fmt: skip
    """The same as a picture, to look at."""
    return _compile(rota, roster, law, made_at, standing or Standing(), language, "png")


def _compile(
    rota: Rota, roster: Roster, law: LawBook, made_at: datetime, standing: Standing, language: str | None,
    form: Literal["pdf", "png"],
) -> bytes:  # fmt: skip
    import typst

    language = language or active_language()
    values = json.dumps(month_values(rota, roster, law, made_at, standing, language), ensure_ascii=False)
    made = typst.compile(
        str(TEMPLATE), format=form, ppi=110, sys_inputs={"month": values, "language": language}
    )
    if isinstance(made, list):
        return bytes(made[0])
    assert isinstance(made, bytes)
    return made

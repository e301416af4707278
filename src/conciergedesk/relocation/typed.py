"""Days as people say them in one line."""

from __future__ import annotations

import re
from datetime import date, timedelta

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line

MOST_DAYS = 100
_SPAN = re.compile(r"(.+?)(?:\s+(?:au|a|à|to|bis)\s+|\s*\.\.+\s*)(.+)")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?")
_BARE = re.compile(r"\d{1,2}")


def read_days(text: str, today: date) -> list[date]:
    """``3/3, 10/3, 15/3 au 19/3`` as days, Saturdays and Sundays left out of a span; without a year the last such day.

    Raises:
        InvalidInput: naming ``days``: something that is no day, or nothing.
    """
    found: set[date] = set()
    for part in re.split(r"[,;]", clean_line(text, 600)):
        part = part.strip()
        if not part:
            continue
        span = _SPAN.fullmatch(part)
        if span is None:
            found.add(_day(part, today, None))
            continue
        last = _day(span[2], today, None)
        first = _day(span[1], today, last)
        if first > last or (last - first).days > MOST_DAYS:
            raise _no_day(part)
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        found |= {day for day in days if day.weekday() < 5}
    if not found or len(found) > MOST_DAYS:
        raise InvalidInput(N_("Write days such as 3/3, 10/3, or 15/3 au 19/3."), field="days")
    return sorted(found)


def _day(text: str, today: date, end: date | None) -> date:
    """One day; a bare number takes month and year of the end of its span."""
    typed = text.strip()
    if end is not None and _BARE.fullmatch(typed):
        typed = f"{typed}/{end.month}/{end.year}"
    match = _DAY.fullmatch(typed)
    try:
        if match is None:
            return date.fromisoformat(typed)
        day, month, year = int(match[1]), int(match[2]), match[3]
        if year is not None:
            return date(int(year) if len(year) == 4 else 2000 + int(year), month, day)
        this = date(today.year, month, day)
        return this if this <= today else date(today.year - 1, month, day)
    except ValueError:
        raise _no_day(text) from None


def _no_day(text: str) -> InvalidInput:
    return InvalidInput(
        N_("“{text}” is no day. Write days such as 3/3, 10/3, or 15/3 au 19/3."),
        field="days",
        text=clean_line(text, 30),
    )

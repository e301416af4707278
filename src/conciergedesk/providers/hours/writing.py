"""Rules back to text: the standard form of what was understood, to be offered in place of loose spelling."""

from __future__ import annotations

from conciergedesk.providers.hours.rules import (
    Clock,
    DatePoint,
    Dates,
    HolidayDays,
    Join,
    OpenState,
    Programme,
    Rule,
    Selector,
    TimeSpan,
    Weekdays,
    Weeks,
    Years,
)
from conciergedesk.providers.hours.words import MONTHS, WEEKDAYS

_JOINTS = {Join.REPLACE: "; ", Join.ADD: ", ", Join.FALLBACK: " || "}


def standard_form(programme: Programme) -> str:
    """The text that means the same rules, spelled as the published specification does.

    standard_form(parse("lundi à vendredi 9h-12h30"))    # "Mo-Fr 09:00-12:30"
    """
    text = ""
    for number, rule in enumerate(programme.rules):
        if rule.join is Join.ADD and rule.times and not rule.days and text.endswith(tuple("0123456789+")):
            text += " open"  # or the times would be read as more times of the rule before
        text += (_JOINTS[rule.join] if number else "") + _rule(rule)
    return text


def _rule(rule: Rule) -> str:
    parts = [",".join(_selector(one) for one in group) for group in rule.days]
    if rule.times:
        parts.append(",".join(_span(span) for span in rule.times))
    comment = f'"{rule.comment}"' if rule.comment else ""
    if rule.state is OpenState.CLOSED:
        parts.append("off")
    elif rule.state is OpenState.TO_CONFIRM and not comment:
        parts.append("unknown")
    elif rule.state is OpenState.OPEN and comment:
        parts.append("open")
    elif not parts and not comment:
        parts.append("24/7")
    return " ".join(filter(None, (*parts, comment)))


def _selector(one: Selector) -> str:
    if isinstance(one, Years):
        if one.last == 9999:
            return f"{one.first}+" if one.step == 1 else f"{one.first}/{one.step}"
        return _run(f"{one.first}", f"{one.last}", one.step)
    if isinstance(one, Weeks):
        return "week " + _run(f"{one.first:02}", f"{one.last:02}", one.step)
    if isinstance(one, Dates):
        return _dates(one)
    if isinstance(one, Weekdays):
        nth = f"[{','.join(map(str, one.nth))}]" if one.nth else ""
        return _run(WEEKDAYS[one.first], WEEKDAYS[one.last], 1) + nth + _offset(one.offset)
    assert isinstance(one, HolidayDays)
    return one.kind + _offset(one.offset)


def _run(first: str, last: str, step: int) -> str:
    return (first if first == last else f"{first}-{last}") + (f"/{step}" if step > 1 else "")


def _dates(one: Dates) -> str:
    start = _point(one.start)
    if one.start == one.end:
        return start
    end = one.end
    plain = start and not (one.start.nth or end.nth or end.year) and one.start.month == end.month != 0
    last = f"{end.day:02}" if plain and one.start.day and end.day else _point(end)
    return f"{start}-{last}" + (f"/{one.step}" if one.step > 1 else "")


def _point(point: DatePoint) -> str:
    year = f"{point.year} " if point.year is not None else ""
    if point.month == 0:
        return f"{year}easter{_offset(point.offset)}"
    day = ""
    if point.nth:
        day = f" {WEEKDAYS[point.weekday]}[{point.nth}]{_offset(point.offset)}"
    elif point.day:
        day = f" {point.day:02}"
    return f"{year}{MONTHS[point.month - 1]}{day}"


def _offset(days: int) -> str:
    return f" {days:+} day{'s' if abs(days) > 1 else ''}" if days else ""


def _span(span: TimeSpan) -> str:
    end = f"-{_clock(span.end)}" if span.end is not None else ""
    return _clock(span.start) + end + ("+" if span.open_end else "")


def _clock(clock: Clock) -> str:
    minutes = abs(clock.minutes)
    shown = f"{minutes // 60:02}:{minutes % 60:02}"
    if not clock.sun:
        return shown
    return f"({clock.sun}{'-' if clock.minutes < 0 else '+'}{shown})" if minutes else clock.sun

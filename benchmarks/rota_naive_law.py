"""The law once more, as slowly and plainly as possible, to compare the checker with.

Every minute of the period is a set member; nothing is shared with the product but the values that go in.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from conciergedesk.rota.values import Agent, Assignment, Roster, Rota, ShiftType, Site

PARIS = ZoneInfo("Europe/Paris")
Finding = tuple[str, date]

SHIFTS = (
    ShiftType("M", start=465, end=885, break_minutes=20),
    ShiftType("S", start=855, end=1275, break_minutes=20),
    ShiftType("T", start=540, end=1020, break_minutes=30, break_paid=False),
    ShiftType("L", start=480, end=1140, break_minutes=45),
    ShiftType("N", start=1320, end=1800, break_minutes=30),
    ShiftType("E", start=300, end=660),
)


def minute_of(day: date, minute: int) -> int:
    """Minutes since 1970 of a wall time in Paris."""
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 - a wall time
    return int(wall.replace(tzinfo=PARIS).astimezone(UTC).timestamp()) // 60


def naive_findings(rows: list[tuple[date, ShiftType]], first: date, days: int) -> set[Finding]:
    """Broken general rules of one person as (kind, day)."""
    found: set[Finding] = set()
    per_day: dict[date, list[tuple[int, int, int, ShiftType]]] = {}
    for day, shift in rows:
        start, end = minute_of(day, shift.start), minute_of(day, shift.end)
        unpaid = 0 if shift.break_paid else shift.break_minutes
        per_day.setdefault(day, []).append((start, end, unpaid, shift))
    worked_days = sorted(per_day)
    for day in worked_days:
        spans = per_day[day]
        total = sum(end - start - unpaid for start, end, unpaid, _ in spans)
        if total > 600:
            found.add(("daily_work", day))
        if max(end for _, end, _, _ in spans) - min(start for start, _, _, _ in spans) > 780:
            found.add(("daily_span", day))
        if any(end - start >= 360 and shift.break_minutes < 20 for start, end, _, shift in spans):
            found.add(("break", day))
        later = [other for other in worked_days if other > day]
        if later:
            rest = min(start for start, _, _, _ in per_day[later[0]]) - max(end for _, end, _, _ in spans)
            if rest < 660:
                found.add(("daily_rest", later[0]))
    monday = first - timedelta(days=first.weekday())
    while monday <= first + timedelta(days=days - 1):
        found |= _week(per_day, monday)
        monday += timedelta(days=7)
    return found


def _week(per_day: dict[date, list[tuple[int, int, int, ShiftType]]], monday: date) -> set[Finding]:
    found: set[Finding] = set()
    begin, end = minute_of(monday, 0), minute_of(monday + timedelta(days=7), 0)
    busy: set[int] = set()
    paid = 0
    for spans in per_day.values():
        for start, stop, unpaid, _ in spans:
            if stop < begin - 20_160 or start > end + 20_160:
                continue
            minutes = range(start, stop)
            busy.update(minutes)
            paid += sum(begin <= minute < end for minute in minutes[unpaid:])
    days = sum(monday + timedelta(days=offset) in per_day for offset in range(7))
    if not paid and not days:
        return found
    if days > 6:
        found.add(("days_per_week", monday))
    if paid > 2880:
        found.add(("week_work", monday))
    best = run = inside = 0
    for minute in range(begin - 10_080, end + 10_080):
        if minute in busy:
            run = inside = 0
            continue
        run += 1
        inside += begin <= minute < end
        if inside >= 1440:
            best = max(best, run)
    if best < 2100:
        found.add(("weekly_rest", monday))
    streak = longest = 0
    for offset in range(7):
        day = monday + timedelta(days=offset)
        free = not any(minute in busy for minute in range(minute_of(day, 0), minute_of(day, 1440)))
        streak = streak + 1 if free else 0
        longest = max(longest, streak)
    if longest < 2:
        found.add(("weekly_rest_days", monday))
    return found


def random_case(seed: int, days: int = 21) -> tuple[Rota, Roster, list[tuple[date, ShiftType]]]:
    """One person, some weeks somewhere between 2024 and 2030, often across a clock change or a year's end."""
    dice = random.Random(seed)
    anchors = [
        date(2027, 3, 15), date(2027, 10, 18), date(2026, 12, 21), date(2028, 12, 18), date(2026, 3, 16),
        date(2025, 10, 13), date(2024, 12, 23),
    ]  # fmt: skip
    first = dice.choice(anchors) + timedelta(days=7 * dice.randrange(-1, 2))
    density = dice.choice((0.5, 0.7, 0.85))
    usual = dice.choice(SHIFTS[:4])
    rows: list[tuple[date, ShiftType]] = []
    for offset in range(days):
        day = first + timedelta(days=offset)
        if dice.random() < density:
            shift = usual if dice.random() < 0.6 else dice.choice(SHIFTS)
            rows.append((day, shift))
            if shift.id == "E" and dice.random() < 0.4:
                rows.append((day, dice.choice((SHIFTS[1], SHIFTS[2]))))
    agent = Agent("A", "Agent")
    roster = Roster(tuple(Assignment("A", day, shift.id) for day, shift in rows))
    rota = Rota(Site(packs=("code-du-travail", "idcc-1909")), first, days, (agent,), SHIFTS)
    return rota, roster, rows

"""Checks a cyclic rotation against its request, independently of how it was made."""

from __future__ import annotations

from conciergedesk.rota.patterns import RotationRequest
from conciergedesk.rota.values import OFF
from conciergedesk.rota.week_patterns import WeekRequest


def check_rotation(request: RotationRequest, weeks: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """Short marks of what is wrong; empty when the rotation is right."""
    wrong: list[str] = []
    if len(weeks) != request.weeks or any(len(week) != 7 for week in weeks):
        return ("length",)
    days = [shift for week in weeks for shift in week]
    for block, row in zip(request.blocks, request.required, strict=True):
        for weekday in range(7):
            if sum(week[weekday] == block.shift for week in weeks) != row[weekday]:
                wrong.append(f"required {block.shift} {weekday}")
    for a, b in zip(days, days[1:] + days[:1], strict=True):
        if (a, b) in request.forbidden_pairs:
            wrong.append(f"succession {a} {b}")
    for a, b, c in zip(days, days[1:] + days[:1], days[2:] + days[:2], strict=True):
        if b == OFF and a != OFF and (a, c) in request.forbidden_around_day_off:
            wrong.append(f"succession {a} off {c}")
    for value, length in _cyclic_runs([shift == OFF for shift in days]):
        least, most = (
            (request.shortest_off, request.longest_off)
            if value
            else (request.shortest_work, request.longest_work)
        )
        if not least <= length <= most:
            wrong.append(f"{'off' if value else 'work'} run {length}")
    for block in request.blocks:
        for value, length in _cyclic_runs([shift == block.shift for shift in days]):
            if value and not block.shortest <= length <= block.longest:
                wrong.append(f"{block.shift} run {length}")
    return tuple(wrong)


def _cyclic_runs(flags: list[bool]) -> list[tuple[bool, int]]:
    turn = next((place for place in range(len(flags)) if flags[place] != flags[place - 1]), None)
    if turn is None:
        return [(flags[0], len(flags))]
    runs: list[tuple[bool, int]] = []
    for flag in flags[turn:] + flags[:turn]:
        if runs and runs[-1][0] == flag:
            runs[-1] = (flag, runs[-1][1] + 1)
        else:
            runs.append((flag, 1))
    return runs


def check_week_rotation(request: WeekRequest, weeks: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """Short marks of what is wrong under the rules of the calendar week; empty when the rotation is right."""
    wrong: list[str] = []
    if len(weeks) != request.weeks or any(len(week) != 7 for week in weeks):
        return ("length",)
    days = [shift for week in weeks for shift in week]
    total = len(days)
    for shift, row in zip(request.shifts, request.required, strict=True):
        for weekday in range(7):
            if sum(week[weekday] == shift for week in weeks) != row[weekday]:
                wrong.append(f"required {shift} {weekday}")
    for number, week in enumerate(weeks):
        if not any(week[day] == OFF == week[day + 1] for day in range(6)):
            wrong.append(f"no two days off in week {number}")
        span = [weeks[(number + step) % len(weeks)] for step in range(request.free_weekend_of)]
        if all(one[5] != OFF or one[6] != OFF for one in span):
            wrong.append(f"no free weekend from week {number}")
    for at in range(total):
        ahead = [days[(at + step) % total] for step in range(request.longest_work + 1)]
        if OFF not in ahead:
            wrong.append(f"no rest from day {at}")
        if all(shift == request.night for shift in ahead[: request.most_nights + 1]):
            wrong.append(f"too many nights from day {at}")
        if OFF not in ahead[:2] and (ahead[0] == request.night) != (ahead[1] == request.night):
            wrong.append(f"night beside another shift on day {at}")
    return tuple(wrong)

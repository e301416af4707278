"""Checks a cyclic rotation against its request, independently of how it was made."""

from __future__ import annotations

from conciergedesk.rota.patterns import RotationRequest
from conciergedesk.rota.values import OFF


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

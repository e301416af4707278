"""What all steps of compiling a part look up: people, days, choices."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from conciergedesk.rota.law.packs import RuleKind
from conciergedesk.rota.solver.automaton import (
    Choice,
    Floats,
)  # fmt: skip
from conciergedesk.rota.solver.parts import Frame, Part
from conciergedesk.rota.values import Agent, ShiftType

NEVER = math.inf


@lru_cache(maxsize=8192)
def utc_minute(day: date, minute: int, zone: str) -> int:
    wall = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)
    offset = wall.replace(tzinfo=ZoneInfo(zone)).utcoffset() or timedelta(0)
    return int(wall.timestamp() - offset.total_seconds()) // 60


class Ground:
    """The people, days and choices of one part."""

    def __init__(self, frame: Frame, part: Part) -> None:
        self.frame, self.agents, self.demands, self.duty = (
            frame,
            list(part.agents),
            part.demands,
            part.on_call,
        )
        self.rota, self.law, self.objective = frame.rota, frame.law, frame.objective
        self.dates = self.rota.dates
        self.choices = self._choices()
        self.index = {choice.shifts: place for place, choice in enumerate(self.choices)}
        self.terms: dict[str, Floats] = {}

    def _choices(self) -> list[Choice]:
        """Off, and each shift somebody of the part may do."""
        usable = [shift for shift in self.rota.shifts if any(agent.can(shift) for agent in self.agents)]
        if self.duty:
            return [
                Choice(()),
                *(Choice((one.id,), False, one.start, one.end) for one in usable if one.on_call),
            ]
        work = [shift for shift in usable if not shift.on_call and self._lawful(shift)]
        return [Choice(()), *(Choice((one.id,), True, one.start, one.end, one.worked) for one in work)]

    def _kept(self, agent: str, day: date) -> int | None:
        """The choice that the base roster holds in a cell, as far as this part is concerned."""
        held = [id for id in self.frame.base.shifts_on(agent, day) if self._shift(id).on_call == self.duty]
        return self.index.get(tuple(held))

    def _lawful(self, shift: ShiftType) -> bool:
        day, span, pause = (
            self.law.rule(kind) for kind in (RuleKind.DAILY_WORK, RuleKind.DAILY_SPAN, RuleKind.BREAK)
        )
        if day is not None and day.hard and shift.worked > day.figure:
            return False
        if span is not None and span.hard and shift.end - shift.start > span.figure:
            return False
        long_enough = pause is None or shift.end - shift.start < pause.from_minutes
        return long_enough or pause is None or not pause.hard or shift.break_minutes >= pause.figure

    def _shift(self, id: str) -> ShiftType:
        return self.rota.shift_by_id[id]

    def _on_call_end(self, choice: Choice) -> int:
        return max((self._shift(id).end for id in choice.shifts if self._shift(id).on_call), default=0)

    def _can(self, agent: Agent, choice: Choice) -> bool:
        return all(agent.can(self._shift(id)) for id in choice.shifts)

"""The shift that a report is about: the one that runs, else the last that ended."""

from __future__ import annotations

from datetime import datetime, timedelta

from conciergedesk.handover.turns import HandoverHouse, Shift
from conciergedesk.reports.periods import Period, shift_period

LOOK_BACK = timedelta(days=2)


def shift_at(house: HandoverHouse, team: str, moment: datetime, language: str) -> Period | None:
    """The shift of ``team`` that runs at ``moment``, else the last one before; None for a team without shifts."""
    team = team if team in house.turns else next(iter(house.turns), "")
    found = house.running(team, moment) or last_shift(house, team, moment)
    return _period(found, house, language) if found is not None else None


def ended_shift(house: HandoverHouse, team: str, moment: datetime, language: str) -> Period | None:
    """The last shift of ``team`` that is over at ``moment``."""
    team = team if team in house.turns else next(iter(house.turns), "")
    found = last_shift(house, team, moment)
    return _period(found, house, language) if found is not None else None


def last_shift(house: HandoverHouse, team: str, moment: datetime) -> Shift | None:
    """The last shift that ended by ``moment``."""
    day = (moment - LOOK_BACK).astimezone(house.zone).date()
    ended = [one for one in house.shifts(team, day, 4) if one.ends_at <= moment]
    return max(ended, key=lambda one: one.ends_at, default=None)


def _period(shift: Shift, house: HandoverHouse, language: str) -> Period:
    return shift_period(shift.starts_at, shift.ends_at, house.zone, shift.turn.label.in_language(language))

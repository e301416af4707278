"""Opening hours of providers: read, checked, explained, and asked for many places at once.

hours = read_hours("Tu-Sa 10:00-12:00,14:00-19:00; PH off")
place = Place(region="FR-57", latitude=49.12, longitude=6.18)
OpeningTimes(hours, place, holidays).status(now).explain("fr")      # "ouvert jusqu’à 19:00"
"""

from __future__ import annotations

from conciergedesk.providers.hours.evaluate import Exceptional, Place, Stretch
from conciergedesk.providers.hours.index import STATE_CODES, STATES, ListedHours, OpenIndex
from conciergedesk.providers.hours.opening import (
    DayPlan,
    Hours,
    Interval,
    OpeningTimes,
    Problem,
    Status,
    read_hours,
)
from conciergedesk.providers.hours.rules import OpenState

__all__ = [
    "STATES",
    "STATE_CODES",
    "DayPlan",
    "Exceptional",
    "Hours",
    "Interval",
    "ListedHours",
    "OpenIndex",
    "OpenState",
    "OpeningTimes",
    "Place",
    "Problem",
    "Status",
    "Stretch",
    "read_hours",
]

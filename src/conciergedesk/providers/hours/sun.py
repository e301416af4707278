"""When the sun rises and sets: the usual low-precision equations, good to about two minutes.

Formulas: position of the sun after J. Meeus, "Astronomical Algorithms", chapter 25, low accuracy.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from math import acos, asin, cos, pi, radians, sin
from zoneinfo import ZoneInfo

# Used where the coordinates are not known, and to tell whether a span is meant to pass midnight.
NOMINAL_MINUTES = {"dawn": 330, "sunrise": 360, "sunset": 1080, "dusk": 1110}

_ALTITUDES = {"sunrise": -0.833, "sunset": -0.833, "dawn": -6.0, "dusk": -6.0}
_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
_OBLIQUITY = radians(23.4397)


@lru_cache(maxsize=20_000)
def sun_minutes(event: str, day: date, latitude: float, longitude: float, zone: ZoneInfo) -> int:
    """Local minutes after midnight of a sun event; its nominal time where the sun does not set or rise."""
    west = radians(-longitude)
    cycle = (day - _J2000.date()).days
    noon_estimate = 0.0009 + west / (2 * pi) + cycle
    anomaly = radians(357.5291 + 0.98560028 * noon_estimate)
    centre = radians(1.9148 * sin(anomaly) + 0.02 * sin(2 * anomaly) + 0.0003 * sin(3 * anomaly))
    ecliptic = anomaly + centre + radians(102.9372) + pi
    declination = asin(sin(_OBLIQUITY) * sin(ecliptic))

    def transit(estimate: float) -> float:
        return estimate + 0.0053 * sin(anomaly) - 0.0069 * sin(2 * ecliptic)

    here = radians(latitude)
    height = (sin(radians(_ALTITUDES[event])) - sin(here) * sin(declination)) / (cos(here) * cos(declination))
    if not -1 <= height <= 1:
        return NOMINAL_MINUTES[event]
    noon = transit(noon_estimate)
    falls = transit(0.0009 + (acos(height) + west) / (2 * pi) + cycle)
    moment = falls if event in ("sunset", "dusk") else noon - (falls - noon)
    local = (_J2000 + timedelta(days=moment)).astimezone(zone)
    return local.hour * 60 + local.minute

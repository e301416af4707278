"""From rules to the state of every minute of a local day.

A day is painted rule by rule. A rule with days of its own takes the day over from the rules before it; ", " adds to
them, "||" fills what they leave closed. What a span takes past midnight is painted on the next day right after its own
rule, so a later rule for that day also ends the night before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from conciergedesk.core.calendars import CLOSED, DAY_MINUTES, PARIS, Ranges
from conciergedesk.core.holidays import Holidays
from conciergedesk.providers.hours.rules import (
    Clock,
    DayTable,
    HolidayUnknown,
    Join,
    OpenState,
    Programme,
    Rule,
    TimeSpan,
)
from conciergedesk.providers.hours.sun import NOMINAL_MINUTES, sun_minutes

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the hours hold: whose holidays count, where the sun stands, which clocks are read."""

    region: str = ""
    latitude: float | None = None
    longitude: float | None = None
    zone: ZoneInfo = PARIS


@dataclass(frozen=True, slots=True)
class Stretch:
    """Local minutes [start, end) of one day in one state."""

    start: int
    end: int
    state: OpenState
    comment: str = ""


Day = tuple[Stretch, ...]
CLOSED_DAY: Day = (Stretch(0, DAY_MINUTES, OpenState.CLOSED),)
DOUBTFUL_DAY: Day = (Stretch(0, DAY_MINUTES, OpenState.TO_CONFIRM),)


@dataclass(frozen=True, slots=True)
class PlaceDays:
    """The holidays of one place; ``assumed`` answers where nothing is known."""

    holidays: Holidays
    region: str
    assumed: bool | None = None

    def is_holiday(self, day: date, kind: str) -> bool | None:
        if kind == "PH":
            if self.region not in self.holidays.regions:
                return self.assumed
            return self.holidays.on(day, self.region) is not None
        if self.holidays.school_on(day, self.region) is not None:
            return True
        return False if self.holidays.school_known(day, self.region) else self.assumed


@dataclass(frozen=True, slots=True)
class Exceptional:
    """Days on which other hours hold: a closure when ``ranges`` is empty. Both days are included."""

    first: date
    last: date
    ranges: Ranges = CLOSED
    reason: str = ""


@dataclass(frozen=True)
class Evaluator:
    """Answers for one programme at one place; days once painted are kept."""

    programme: Programme
    place: Place
    holidays: Holidays
    exceptions: tuple[Exceptional, ...] = ()
    _days: dict[date, Day] = field(default_factory=dict, init=False, repr=False, compare=False)

    def day(self, day: date) -> Day:
        """The stretches of a local day, in order and without gaps."""
        known = self._days.get(day)
        if known is None:
            if len(self._days) > 4_000:
                self._days.clear()
            known = self._days[day] = self._painted(day)
        return known

    def _painted(self, day: date) -> Day:
        try:
            return self._paint(day, None)
        except HolidayUnknown:
            return _where_they_agree(self._paint(day, False), self._paint(day, True))

    def _paint(self, day: date, assumed: bool | None) -> Day:
        holidays = PlaceDays(self.holidays, self.place.region, assumed)
        return paint(self.programme.rules, day, holidays, self.place, self.exceptions)


def _where_they_agree(either: Day, other: Day) -> Day:
    """Both readings of a doubtful day; where they differ, somebody has to ask."""
    cuts = sorted({one.start for one in either + other} | {DAY_MINUTES})
    found: list[Stretch] = []
    for start, end in pairwise(cuts):
        left, right = (next(one for one in day if one.start <= start < one.end) for day in (either, other))
        state = left.state if left.state is right.state else OpenState.TO_CONFIRM
        found.append(Stretch(start, end, state, left.comment or right.comment))
    return _joined(found)


def exception_on(day: date, exceptions: tuple[Exceptional, ...]) -> Exceptional | None:
    """The exception that holds on ``day``; of several, the last entered."""
    return next((one for one in reversed(exceptions) if one.first <= day <= one.last), None)


def paint(
    rules: tuple[Rule, ...],
    day: date,
    holidays: DayTable,
    place: Place,
    exceptions: tuple[Exceptional, ...] = (),
) -> Day:
    """Every minute of ``day`` under ``rules``.

    An exception takes the place of the rules for its own days; a night that began before it still ends in it, and none
    that it cancels runs on after it.

    Raises:
        HolidayUnknown: the state depends on holidays that ``holidays`` does not know.
    """
    layers: list[tuple[Rule, bool]] = []
    yesterday = day - _ONE_DAY
    today_differs, yesterday_differed = (exception_on(one, exceptions) for one in (day, yesterday))
    for number, rule in enumerate(rules):
        if today_differs is None and rule.matches(day, holidays):
            takes_over = bool(rule.days) or (
                number > 0 and rule.state is OpenState.OPEN and not rules[number - 1].days
            )
            if takes_over and rule.state is not OpenState.CLOSED and rule.join is Join.REPLACE:
                layers.clear()
            layers.append((rule, False))
        if (
            yesterday_differed is None
            and any(_passes_midnight(span) for span in rule.times)
            and rule.matches(yesterday, holidays)
        ):
            layers.append((rule, True))
    painted = list(CLOSED_DAY)
    for rule, from_yesterday in layers:
        fill_only = rule.join is Join.FALLBACK
        if not rule.times:
            painted = _over(painted, Stretch(0, DAY_MINUTES, rule.state, rule.comment), fill_only)
        for span in rule.times:
            for stretch in _stretches(span, rule, day, place, from_yesterday):
                painted = _over(painted, stretch, fill_only)
    for exception, shift in ((yesterday_differed, DAY_MINUTES), (today_differs, 0)):
        for one in exception.ranges if exception else ():
            start, end = max(one.start - shift, 0), min(one.end - shift, DAY_MINUTES)
            if exception and start < end:
                painted = _over(painted, Stretch(start, end, OpenState.OPEN, exception.reason), False)
    if today_differs and today_differs.reason and not today_differs.ranges:
        painted = [_with_reason(one, today_differs.reason) for one in painted]
    return _joined(painted)


def _with_reason(stretch: Stretch, reason: str) -> Stretch:
    if stretch.state is not OpenState.CLOSED:
        return stretch
    return Stretch(stretch.start, stretch.end, stretch.state, reason)


def _nominal(clock: Clock) -> int:
    return clock.minutes + (NOMINAL_MINUTES[clock.sun] if clock.sun else 0)


def _wraps(span: TimeSpan) -> bool:
    """Whether the end is meant on the next day: 22:00-02:00, 22:00-22:00, but not sunrise-06:00."""
    if span.end is None:
        return False
    start, end = _nominal(span.start), _nominal(span.end)
    return end < start or (end == start and not span.start.sun and not span.end.sun)


def _nominal_end(span: TimeSpan) -> int:
    """The end of a span in minutes, past 1440 when it runs into the next day; the open end left out."""
    end = _nominal(span.start if span.end is None else span.end)
    return end + DAY_MINUTES if _wraps(span) else end


def _open_until(minutes: int) -> int:
    """How long "and later" may last: a late evening runs into the night, a day ends at midnight."""
    if minutes >= 22 * 60:
        return minutes + 8 * 60
    return minutes + 10 * 60 if minutes >= 17 * 60 else DAY_MINUTES


def _passes_midnight(span: TimeSpan) -> bool:
    end = _nominal_end(span)
    return (_open_until(end) if span.open_end else end) > DAY_MINUTES


def _stretches(span: TimeSpan, rule: Rule, day: date, place: Place, from_yesterday: bool) -> list[Stretch]:
    own_day = day - _ONE_DAY if from_yesterday else day
    start = _minutes(span.start, own_day, place)
    end = start if span.end is None else _minutes(span.end, own_day, place)
    if _wraps(span):
        end += DAY_MINUTES
    pieces = [(start, end, rule.state)]
    if span.open_end:
        doubtful = OpenState.TO_CONFIRM if rule.state is OpenState.OPEN else rule.state
        pieces.append((end, _open_until(_nominal_end(span)), doubtful))
    shift = DAY_MINUTES if from_yesterday else 0
    found = []
    for first, last, state in pieces:
        first, last = max(first - shift, 0), min(last - shift, DAY_MINUTES)
        if first < last:
            found.append(Stretch(first, last, state, rule.comment))
    return found


def _minutes(clock: Clock, day: date, place: Place) -> int:
    if not clock.sun or place.latitude is None or place.longitude is None:
        return _nominal(clock)
    return sun_minutes(clock.sun, day, place.latitude, place.longitude, place.zone) + clock.minutes


def _over(painted: list[Stretch], new: Stretch, fill_only: bool) -> list[Stretch]:
    found: list[Stretch] = []
    for old in painted:
        if old.end <= new.start or new.end <= old.start:
            found.append(old)
            continue
        if fill_only and old.state is not OpenState.CLOSED:
            found.append(old)
            continue
        if old.start < new.start:
            found.append(Stretch(old.start, new.start, old.state, old.comment))
        found.append(Stretch(max(old.start, new.start), min(old.end, new.end), new.state, new.comment))
        if new.end < old.end:
            found.append(Stretch(new.end, old.end, old.state, old.comment))
    return found


def _joined(painted: list[Stretch]) -> Day:
    found: list[Stretch] = []
    for one in painted:
        if found and found[-1].state is one.state and found[-1].comment == one.comment:
            found[-1] = Stretch(found[-1].start, one.end, one.state, one.comment)
        else:
            found.append(one)
    return tuple(found)

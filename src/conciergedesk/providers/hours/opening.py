"""The hours of one provider: what state holds, until when, and how to say it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from conciergedesk.core.calendars import instant_of
from conciergedesk.core.holidays import Holiday, Holidays
from conciergedesk.core.i18n import N_, show_date, translate
from conciergedesk.core.text import clean_line
from conciergedesk.providers.hours.evaluate import (
    DOUBTFUL_DAY,
    Day,
    Evaluator,
    Exceptional,
    Place,
    PlaceDays,
    Stretch,
    exception_on,
    paint,
)
from conciergedesk.providers.hours.rules import OpenState, Programme
from conciergedesk.providers.hours.syntax import TEXT_LIMIT, parse
from conciergedesk.providers.hours.tokens import HoursError
from conciergedesk.providers.hours.writing import standard_form

SOON = timedelta(minutes=30)
_STATUS_HORIZON_DAYS = 62
_CHANGE_HORIZON_DAYS = 400
_ONE_DAY = timedelta(days=1)

_REPAIRED = N_("Understood, but not written in the standard form.")


@dataclass(frozen=True, slots=True)
class Problem:
    """A place in the text and what is the matter there; ``position`` counts characters from 0."""

    sentence: str
    position: int
    length: int = 1
    values: tuple[tuple[str, object], ...] = ()

    def in_language(self, language: str | None = None) -> str:
        return translate(self.sentence, language, **dict(self.values))


@dataclass(frozen=True, slots=True)
class Hours:
    """The text of opening hours and what was understood.

    ``programme`` is None when the text is empty or cannot be understood; such hours are always to be confirmed.
    ``hints`` are places that were understood although they are not written in the standard form.
    """

    text: str
    programme: Programme | None = None
    problem: Problem | None = None
    hints: tuple[Problem, ...] = ()

    @property
    def standard(self) -> str:
        """The same hours in the standard form; "" when they are not understood."""
        return standard_form(self.programme) if self.programme is not None else ""


@lru_cache(maxsize=4096)
def read_hours(text: str) -> Hours:
    """The hours in ``text``; never raises, a fault is told in ``problem`` with its position.

    read_hours("Mo-Fr 25:00").problem.in_language("en")    # “25:00” is not a time of day.
    """
    if not text.strip():
        return Hours("")
    try:
        programme = parse(text)
    except HoursError as error:
        shown = {name: clean_line(str(value), 40) for name, value in error.values.items()}
        problem = Problem(error.sentence, error.position, error.length, tuple(shown.items()))
        return Hours(text[: TEXT_LIMIT * 2], None, problem)
    hints = tuple(Problem(_REPAIRED, position, length) for position, length in programme.loose)
    return Hours(text, programme, None, hints)


@dataclass(frozen=True, slots=True)
class Interval:
    """[start, end) in UTC in one state."""

    start: datetime
    end: datetime
    state: OpenState
    comment: str = ""


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One day of "the week as it will be understood"; the stretches cover it from 0 to 1440 local minutes."""

    day: date
    stretches: tuple[Stretch, ...]
    holiday: Holiday | None = None
    exception: Exceptional | None = None

    @property
    def openings(self) -> tuple[Stretch, ...]:
        """What is not simply closed."""
        return tuple(one for one in self.stretches if one.state is not OpenState.CLOSED)


@dataclass(frozen=True, slots=True)
class Status:
    """The state at a moment and what comes next; instants are UTC.

    Attributes:
        at: The moment asked about.
        state: What holds then.
        until: When the state changes; None when it does not within two months.
        then: The state after that.
        opens_at: The next moment the place is surely open, when it is not open now.
        comment: What the hours add to this state ("nach Vereinbarung"), or the reason of an exception.
        place: Whose clocks are shown.
    """

    at: datetime
    state: OpenState
    until: datetime | None
    then: OpenState | None
    opens_at: datetime | None
    comment: str
    place: Place

    def explain(self, language: str | None = None) -> str:
        """A few words for a list: "open until 20:30", "closes in 12 min", "opens at 14:00", "to confirm"."""
        if self.state is OpenState.TO_CONFIRM:
            return translate(N_("to confirm"), language)
        if self.state is OpenState.OPEN:
            if self.until is None:
                return translate(N_("always open"), language)
            left = self.until - self.at
            if left <= SOON:
                minutes = max(1, -(-int(left.total_seconds()) // 60))
                return translate(N_("closes in {minutes} min"), language, minutes=minutes)
            if left >= timedelta(hours=24):
                return translate(N_("open until {day} {time}"), language, **self._words(self.until, language))
            return translate(N_("open until {time}"), language, **self._words(self.until, language))
        if self.opens_at is None:
            return translate(N_("closed now"), language)
        words = self._words(self.opens_at, language)
        here = self.at.astimezone(self.place.zone).date()
        opens = self.opens_at.astimezone(self.place.zone).date()
        if opens == here:
            return translate(N_("opens at {time}"), language, **words)
        if opens == here + _ONE_DAY:
            return translate(N_("opens tomorrow at {time}"), language, **words)
        return translate(N_("opens {day} at {time}"), language, **words)

    def _words(self, moment: datetime, language: str | None) -> dict[str, str]:
        local = moment.astimezone(self.place.zone)
        return {"day": show_date(local.date(), language), "time": f"{local:%H:%M}"}


@dataclass(frozen=True)
class OpeningTimes:
    """The hours of one provider at one place, with its exceptions.

    Exceptions replace the hours of their days, also when the hours themselves cannot be understood.
    """

    hours: Hours
    place: Place
    holidays: Holidays
    exceptions: tuple[Exceptional, ...] = ()
    _evaluator: list[Evaluator] = field(default_factory=list, init=False, repr=False, compare=False)

    def day(self, day: date) -> Day:
        """The stretches of a local day, from 0 to 1440 minutes without gaps."""
        if self.hours.programme is None:
            return self._doubtful(day)
        if not self._evaluator:
            self._evaluator.append(
                Evaluator(self.hours.programme, self.place, self.holidays, self.exceptions)
            )
        return self._evaluator[0].day(day)

    def _doubtful(self, day: date) -> Day:
        if exception_on(day, self.exceptions) is None:
            return DOUBTFUL_DAY
        return paint((), day, PlaceDays(self.holidays, self.place.region), self.place, self.exceptions)

    def state(self, at: datetime) -> OpenState:
        """What holds at ``at``."""
        return self._stretch(at).state

    def _stretch(self, at: datetime) -> Stretch:
        local = at.astimezone(self.place.zone)
        minute = local.hour * 60 + local.minute
        return next(one for one in self.day(local.date()) if one.start <= minute < one.end)

    def changes(self, at: datetime, days: int = _CHANGE_HORIZON_DAYS) -> Iterator[tuple[datetime, OpenState]]:
        """The changes of state after ``at``, soonest first, looking ``days`` ahead."""
        at = at.astimezone(UTC)
        state = self.state(at)
        today = at.astimezone(self.place.zone).date()
        for number in range(days):
            day = today + timedelta(days=number)
            for one in self.day(day):
                if one.state is state:
                    continue
                moment = instant_of(day, one.start, self.place.zone)
                if moment > at:
                    yield moment, one.state
                    state = one.state

    def next_change(self, at: datetime) -> tuple[datetime, OpenState] | None:
        """When the state changes after ``at`` and to what; None when it does not within thirteen months."""
        return next(self.changes(at), None)

    def status(self, at: datetime) -> Status:
        """The state at ``at`` and what comes next."""
        at = at.astimezone(UTC)
        now = self._stretch(at)
        until: datetime | None = None
        then: OpenState | None = None
        opens_at: datetime | None = None
        if self.hours.programme is not None or self.exceptions:
            for moment, state in self.changes(at, _STATUS_HORIZON_DAYS):
                if until is None:
                    until, then = moment, state
                if state is OpenState.OPEN:
                    opens_at = moment
                    break
                if now.state is OpenState.OPEN:
                    break
        if now.state is OpenState.OPEN:
            opens_at = None
        return Status(at, now.state, until, then, opens_at, now.comment, self.place)

    def intervals(self, start: datetime, end: datetime) -> list[Interval]:
        """What is open or to be confirmed between two instants, cut at both."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        found: list[Interval] = []
        day, last = (moment.astimezone(self.place.zone).date() for moment in (start, end))
        while day <= last:
            for one in self.day(day):
                if one.state is OpenState.CLOSED:
                    continue
                first = max(instant_of(day, one.start, self.place.zone), start)
                beyond = min(instant_of(day, one.end, self.place.zone), end)
                if first >= beyond:
                    continue
                before = found[-1] if found else None
                if (
                    before
                    and before.end == first
                    and (before.state, before.comment) == (one.state, one.comment)
                ):
                    found[-1] = Interval(before.start, beyond, one.state, one.comment)
                else:
                    found.append(Interval(first, beyond, one.state, one.comment))
            day += _ONE_DAY
        return found

    def week(self, monday: date) -> list[DayPlan]:
        """Seven days from ``monday``, as they will be understood."""
        known = self.place.region in self.holidays.regions
        days = (monday + timedelta(days=number) for number in range(7))
        return [
            DayPlan(
                day,
                self.day(day),
                self.holidays.on(day, self.place.region) if known else None,
                exception_on(day, self.exceptions),
            )
            for day in days
        ]

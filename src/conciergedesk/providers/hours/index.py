"""Which of many providers are open at a moment: one array lookup instead of one evaluation each.

Providers that share text, region and sun share a class. The classes of a local day are a table of edges (minutes at
which the state changes); the state of every class at a minute is one count over that table. Days are compiled when
they are first asked for; text that only names weekdays, holidays and times is compiled once per kind of day.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from conciergedesk.core.calendars import PARIS
from conciergedesk.core.holidays import Holidays
from conciergedesk.providers.hours.evaluate import DOUBTFUL_DAY, Day, Evaluator, Exceptional, Place
from conciergedesk.providers.hours.opening import OpeningTimes, read_hours
from conciergedesk.providers.hours.rules import HolidayDays, OpenState, Programme, Weekdays
from conciergedesk.providers.hours.syntax import parse
from conciergedesk.providers.hours.tokens import HoursError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# A higher code is offered first; the provider search ranks by the same numbers.
STATES = (OpenState.CLOSED, OpenState.TO_CONFIRM, OpenState.OPEN)
STATE_CODES = {state: code for code, state in enumerate(STATES)}
_NEVER = 32_000
_KEPT_DAYS = 16
_REMOVED = "\0"  # no text can be this one: rows of removed providers
_ONE_DAY = timedelta(days=1)
_Edges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ListedHours:
    """What the index needs to know of one provider."""

    key: Hashable
    text: str
    region: str = ""
    latitude: float | None = None
    longitude: float | None = None
    exceptions: tuple[Exceptional, ...] = ()


@dataclass(frozen=True, slots=True)
class _Class:
    """Providers whose state is the same at every moment."""

    text: str
    programme: Programme | None
    place: Place
    exceptions: tuple[Exceptional, ...]
    plain: bool

    def kind_of_day(self, day: date, holidays: Holidays) -> Hashable:
        """What decides about a day of plain text: its weekday, and whether it or the day before is a holiday."""
        region = self.place.region
        if region not in holidays.regions:
            return (self.text, day.weekday(), region)
        today, before = (holidays.on(one, region) is not None for one in (day, day - _ONE_DAY))
        return (self.text, day.weekday(), today, before)


def _is_plain(programme: Programme) -> bool:
    """Only weekdays of the week, holidays and clock times: every such day of a kind is the same."""
    for rule in programme.rules:
        for group in rule.days:
            for one in group:
                if isinstance(one, Weekdays):
                    if one.nth or one.offset:
                        return False
                elif not (isinstance(one, HolidayDays) and one.kind == "PH" and not one.offset):
                    return False
        for span in rule.times:
            if span.start.sun or (span.end is not None and span.end.sun):
                return False
    return True


@dataclass(frozen=True, slots=True)
class _Text:
    """What a text of hours needs for its evaluation; one that cannot be understood stands as ""."""

    text: str
    programme: Programme | None
    plain: bool
    needs_region: bool
    needs_sun: bool

    @classmethod
    def read(cls, text: str) -> _Text:
        try:
            programme = parse(text) if text.strip() else None
        except HoursError:
            programme = None
        if programme is None:
            return cls("", None, True, False, False)
        holidays = programme.uses("PH") or programme.uses("SH")
        return cls(text, programme, _is_plain(programme), holidays, _needs_sun(programme))


class OpenIndex:
    """The state of every listed provider at any moment.

        index = OpenIndex(holidays)
        index.build(ListedHours(row.id, row.hours, row.region) for row in rows)
        index.states(at)[index.row_of(provider_id)]     # a code: see STATES

    ``put`` and ``remove`` change single providers; rows keep their numbers, a removed row reads as closed.
    Safe to ask from several threads while one changes it.
    """

    def __init__(self, holidays: Holidays, zone: ZoneInfo = PARIS) -> None:
        import numpy

        self._np = numpy
        self._holidays = holidays
        self._zone = zone
        self._lock = threading.RLock()
        self._texts: dict[str, _Text] = {}
        self._classes: list[_Class] = [_Class(_REMOVED, Programme(()), Place(), (), True)]
        self._class_numbers: dict[tuple[object, ...], int] = {}
        self._rows: dict[Hashable, int] = {}
        self._class_of: NDArray[np.int32] = numpy.zeros(0, numpy.int32)
        self._painted: dict[Hashable, _Edges] = {}
        self._days: dict[date, tuple[NDArray[np.int16], NDArray[np.int8]]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def build(self, listed: Iterable[ListedHours]) -> None:
        """Take all of ``listed`` in place of what was there."""
        with self._lock:
            rows: dict[Hashable, int] = {}
            classes: list[int] = []
            for one in listed:
                number = self._class_number(one)
                row = rows.setdefault(one.key, len(rows))
                if row == len(classes):
                    classes.append(number)
                else:
                    classes[row] = number
            self._rows, self._class_of = rows, self._np.array(classes, self._np.int32)
            self._days = {}

    def put(self, one: ListedHours) -> None:
        """Add a provider or change its hours; found by the very next question."""
        self.put_all((one,))

    def put_all(self, listed: Iterable[ListedHours]) -> None:
        """Add providers or change their hours."""
        with self._lock:
            known = len(self._classes)
            placed = [
                (self._rows.setdefault(one.key, len(self._rows)), self._class_number(one)) for one in listed
            ]
            fresh = range(known, len(self._classes))
            if fresh:
                self._days = {day: self._with_classes(table, day, fresh) for day, table in self._days.items()}
            changed = self._np.zeros(max(len(self._rows), len(self._class_of)), self._np.int32)
            changed[: len(self._class_of)] = self._class_of
            for row, number in placed:
                changed[row] = number
            self._class_of = changed

    def remove(self, key: Hashable) -> None:
        """Forget a provider: from now on its row reads as closed."""
        with self._lock:
            row = self._rows.get(key)
            if row is not None:
                changed = self._class_of.copy()
                changed[row] = 0
                self._class_of = changed

    def row_of(self, key: Hashable) -> int:
        """The place of a provider in the arrays; -1 when it is not listed."""
        return self._rows.get(key, -1)

    def states(self, at: datetime) -> NDArray[np.int8]:
        """The state of every row at ``at``, as a code: 0 closed, 1 to confirm, 2 open."""
        local = at.astimezone(self._zone)
        with self._lock:
            edges, states = self._table(local.date())
            classes = self._class_of
        last = (edges <= local.hour * 60 + local.minute).sum(axis=0, dtype=self._np.int32) - 1
        now: NDArray[np.int8] = states[last, self._np.arange(states.shape[1])][classes]
        return now

    def open_at(self, keys: Sequence[Hashable], at: datetime) -> list[int]:
        """The codes of the providers with these keys, in their order; who is not listed is to be confirmed."""
        states = self._np.append(self.states(at), self._np.int8(STATE_CODES[OpenState.TO_CONFIRM]))
        rows = self._np.fromiter((self._rows.get(key, -1) for key in keys), self._np.int64, len(keys))
        found: list[int] = states[rows].tolist()
        return found

    def open_rows(self, at: datetime) -> NDArray[np.bool_]:
        """Which rows are surely open at ``at``."""
        found: NDArray[np.bool_] = self.states(at) == STATE_CODES[OpenState.OPEN]
        return found

    # --- classes and days ---

    def _class_number(self, one: ListedHours) -> int:
        known = self._texts.get(one.text)
        if known is None:
            known = self._texts[one.text] = _Text.read(one.text)
        # A tenth of a degree moves the sun by less than half a minute.
        latitude = longitude = None
        if known.needs_sun and one.latitude is not None and one.longitude is not None:
            latitude, longitude = round(one.latitude, 1), round(one.longitude, 1)
        region = one.region if known.needs_region else ""
        key = (known.text, region, latitude, longitude, one.exceptions)
        number = self._class_numbers.get(key)
        if number is None:
            place = Place(region, latitude, longitude, self._zone)
            number = self._class_numbers[key] = len(self._classes)
            plain = known.plain and not one.exceptions
            self._classes.append(_Class(known.text, known.programme, place, one.exceptions, plain))
        return number

    def _table(self, day: date) -> tuple[NDArray[np.int16], NDArray[np.int8]]:
        table = self._days.get(day)
        if table is None:
            nothing = self._np.zeros((0, 0), self._np.int16), self._np.zeros((0, 0), self._np.int8)
            table = self._with_classes(nothing, day, range(len(self._classes)))
            while len(self._days) >= _KEPT_DAYS:
                self._days.pop(next(iter(self._days)))
            self._days[day] = table
        return table

    def _with_classes(
        self, table: tuple[NDArray[np.int16], NDArray[np.int8]], day: date, fresh: Sequence[int]
    ) -> tuple[NDArray[np.int16], NDArray[np.int8]]:
        """The table of a day with the columns of further classes."""
        days = [self._day_of(number, day) for number in fresh]
        depth, before = table[0].shape
        shape = (max(depth, *map(len, days)), before + len(days))
        edges = self._np.full(shape, _NEVER, self._np.int16)
        states = self._np.zeros(shape, self._np.int8)
        edges[:depth, :before], states[:depth, :before] = table
        for place in range(shape[0]):
            columns = [column for column, one in enumerate(days) if len(one) > place]
            there = before + self._np.array(columns, self._np.int64)
            edges[place, there] = [days[column][place][0] for column in columns]
            states[place, there] = [days[column][place][1] for column in columns]
        return edges, states

    def _day_of(self, number: int, day: date) -> _Edges:
        """The edges of a class on ``day`` with the state that begins at each."""
        one = self._classes[number]
        if not one.plain:
            return _edges(self._evaluated(one, day))
        kind = one.kind_of_day(day, self._holidays)
        known = self._painted.get(kind)
        if known is None:
            known = self._painted[kind] = _edges(self._evaluated(one, day))
        return known

    def _evaluated(self, one: _Class, day: date) -> Day:
        if one.programme is None:
            if not one.exceptions:
                return DOUBTFUL_DAY
            return OpeningTimes(read_hours(""), one.place, self._holidays, one.exceptions).day(day)
        return Evaluator(one.programme, one.place, self._holidays, one.exceptions).day(day)


def _edges(painted: Day) -> _Edges:
    found: list[tuple[int, int]] = []
    for stretch in painted:
        code = STATE_CODES[stretch.state]
        if not found or found[-1][1] != code:
            found.append((stretch.start, code))
    return tuple(found)


def _needs_sun(programme: Programme) -> bool:
    return any(
        span.start.sun or (span.end is not None and span.end.sun)
        for rule in programme.rules
        for span in rule.times
    )

"""Date arithmetic of relocation plans: offsets in calendar days, working days, weeks, months or years from an
anchor. Pure; the calendar of working days is handed in.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_

IsWorking = Callable[[date], bool]


def weekdays_only(day: date) -> bool:
    """The plainest working calendar: Monday to Friday, no holidays."""
    return day.weekday() < 5


class Unit(StrEnum):
    """What an offset counts."""

    DAYS = "d"
    WORKING_DAYS = "wd"
    WEEKS = "w"
    MONTHS = "m"
    YEARS = "y"


_OFFSET = re.compile(r"([+-]?)([0-9]{1,4})\s*(wd|[dwmy])")


@dataclass(frozen=True, slots=True)
class Offset:
    """A distance from an anchor, such as ``-15d`` or ``+3m``."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Offset:
        """Read ``-15d``, ``+5wd``, ``0d``, ``+2w``, ``+3m`` or ``+1y``.

        Raises:
            ValueError: when the text is none of these.
        """
        match = _OFFSET.fullmatch(text.strip())
        if match is None:
            raise ValueError(text)
        sign, digits, unit = match.groups()
        return cls(-int(digits) if sign == "-" else int(digits), Unit(unit))

    def __str__(self) -> str:
        return f"{self.amount:+d}{self.unit}" if self.amount else f"0{self.unit}"

    @property
    def about_days(self) -> int:
        """Roughly how many days this is; for ordering and drawing only."""
        per_unit = {
            Unit.DAYS: 1.0,
            Unit.WORKING_DAYS: 1.4,
            Unit.WEEKS: 7.0,
            Unit.MONTHS: 30.44,
            Unit.YEARS: 365.25,
        }
        return round(self.amount * per_unit[self.unit])


def add_months(day: date, months: int) -> date:
    """The same day of another month; the last day of that month when it has no such day."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_working_days(day: date, count: int, is_working: IsWorking) -> date:
    """``count`` working days on or back; with 0, the day itself or else the next working day."""
    step = timedelta(days=-1 if count < 0 else 1)
    # A calendar that never works would search for ever.
    budget = abs(count) * 10 + 60
    left = abs(count)
    if left == 0:
        while not is_working(day):
            day += step
            budget -= 1
            if budget < 0:
                raise InvalidInput(N_("This calendar has no working days. Correct it."), field="calendar")
        return day
    while left:
        day += step
        left -= is_working(day)
        budget -= 1
        if budget < 0:
            raise InvalidInput(N_("This calendar has no working days. Correct it."), field="calendar")
    return day


def shift(day: date, offset: Offset, is_working: IsWorking = weekdays_only) -> date:
    """``day`` moved by ``offset``.

    Raises:
        InvalidInput: when the result lies outside the calendar.
    """
    try:
        match offset.unit:
            case Unit.DAYS:
                return day + timedelta(days=offset.amount)
            case Unit.WEEKS:
                return day + timedelta(weeks=offset.amount)
            case Unit.MONTHS:
                return add_months(day, offset.amount)
            case Unit.YEARS:
                return add_months(day, offset.amount * 12)
            case Unit.WORKING_DAYS:
                return add_working_days(day, offset.amount, is_working)
    except (OverflowError, ValueError):
        raise InvalidInput(N_("This date lies outside the calendar. Correct it."), field="date") from None


class Anchor(StrEnum):
    """What a date hangs on."""

    D0 = "d0"
    ENTRY = "entry"
    PURCHASE = "purchase"
    CONTRACT_START = "contract_start"
    KEY_DAY = "key_day"
    MOVE = "move"
    HIRE = "hire"
    EXPIRY = "expiry"
    EXIT = "exit"
    DECISION = "decision"


ANCHOR_LABELS: Mapping[Anchor, str] = {
    Anchor.D0: N_("arrival"),
    Anchor.ENTRY: N_("entry into France"),
    Anchor.PURCHASE: N_("purchase of the vehicle"),
    Anchor.CONTRACT_START: N_("start of the contract"),
    Anchor.KEY_DAY: N_("key day"),
    Anchor.MOVE: N_("moving day"),
    Anchor.HIRE: N_("hiring of home help"),
    Anchor.EXPIRY: N_("expiry of the title"),
    Anchor.EXIT: N_("exit from the former home"),
    Anchor.DECISION: N_("decision"),
}

# These happen with the arrival until they get a day of their own.
_FOLLOWS: Mapping[Anchor, Anchor] = {
    Anchor.KEY_DAY: Anchor.D0,
    Anchor.MOVE: Anchor.D0,
    Anchor.EXIT: Anchor.MOVE,
}


@dataclass(frozen=True, slots=True)
class Anchors:
    """The known events of a household, by anchor; the arrival is always known."""

    d0: date
    days: Mapping[Anchor, date] = field(default_factory=dict)

    def day(self, anchor: Anchor) -> date | None:
        """The day of ``anchor``; None while it is not known."""
        if anchor is Anchor.D0:
            return self.d0
        own = self.days.get(anchor)
        if own is None and anchor in _FOLLOWS:
            return self.day(_FOLLOWS[anchor])
        return own

    def moves_with_arrival(self, anchor: Anchor) -> bool:
        """Whether a date on ``anchor`` moves when the arrival does."""
        if anchor is Anchor.D0:
            return True
        return anchor not in self.days and anchor in _FOLLOWS and self.moves_with_arrival(_FOLLOWS[anchor])

    def arriving(self, d0: date) -> Anchors:
        """The same events with another arrival."""
        return replace(self, d0=d0)

    def knowing(self, anchor: Anchor, day: date | None) -> Anchors:
        """The events with ``anchor`` on ``day``; None forgets it again.

        Raises:
            InvalidInput: when the arrival itself would be forgotten.
        """
        if anchor is Anchor.D0:
            if day is None:
                raise InvalidInput(N_("A file needs an arrival date. Give one."), field="arrival")
            return self.arriving(day)
        days = {known: when for known, when in self.days.items() if known is not anchor}
        return replace(self, days=days if day is None else days | {anchor: day})


def check_arrival(arrival: date, opened_on: date) -> None:
    """Refuse an arrival before the file was opened, or further away than three years.

    Raises:
        InvalidInput: naming the field ``arrival``.
    """
    if arrival < opened_on:
        raise InvalidInput(
            N_("The arrival, {arrival}, lies before the opening of the file, {opened}. Correct it."),
            field="arrival",
            arrival=arrival,
            opened=opened_on,
        )
    if arrival > add_months(opened_on, 36):
        raise InvalidInput(
            N_("The arrival, {arrival}, is more than three years away. Check the year."),
            field="arrival",
            arrival=arrival,
        )

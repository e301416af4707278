"""From typed words to pieces of a moment: days, clocks, parts of the day and instants.

``PieceReader`` runs the patterns of ``moment_words`` over a text; what one pattern claims is closed to the
next. How pieces become moments is the business of ``moments``.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from conciergedesk.core import moment_words as words
from conciergedesk.core.moment_words import FoldedText

DAY_MINUTES = 24 * 60
_FURTHEST = timedelta(days=366 * 20)
# Shares and slogans ("1/2 journée", "7/7") that look like dates.
_SHARES = {(1, 2), (1, 3), (1, 4), (2, 3), (3, 4), (7, 7), (24, 7)}


class Relation(StrEnum):
    """How the moment is meant: ``avant 18h`` is a limit, ``vers 18h`` an estimate."""

    AT = "at"
    BEFORE = "before"
    AFTER = "after"
    AROUND = "around"


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of text: a day, a clock (with or without end), a part of the day or an instant."""

    start: int
    end: int
    day: date | None = None
    last: date | None = None
    weekday: int | None = None
    lead: str = ""
    clock: int | None = None
    until: int | None = None
    exact: bool = False  # am or pm was said, or 24-hour figures leave no doubt
    midnight: bool = False
    part: str = ""
    instant: datetime | None = None
    instant_end: datetime | None = None
    relation: Relation = Relation.AT
    rolled: bool = False
    weak: bool = False
    loose: bool = False

    @property
    def is_day(self) -> bool:
        return self.day is not None or self.weekday is not None

    @property
    def is_time(self) -> bool:
        return self.clock is not None or bool(self.part)


def at_local(day: date, minutes: int, zone: tzinfo) -> datetime:
    """The instant ``minutes`` after the midnight that opens ``day`` on the local clock, in UTC.

    A time in the gap of the spring night moves forward by the gap; of a repeated hour the first is taken.
    """
    day, minutes = day + timedelta(days=minutes // DAY_MINUTES), minutes % DAY_MINUTES
    # fold=0 uses the offset before the change, which is exactly this rule.
    return datetime.combine(day, time(minutes // 60, minutes % 60), zone).astimezone(UTC)


class PieceReader:
    """Reads the pieces of one text."""

    def __init__(
        self, text: FoldedText, now: datetime, zone: tzinfo, *, prefer_future: bool, anchor: date | None
    ) -> None:
        self.text = text
        self.zone = zone
        here = now.astimezone(zone).replace(second=0, microsecond=0)
        self.now = here.astimezone(UTC)
        self.today = here.date()
        self.future = prefer_future
        self.anchor = anchor

    def pieces(self) -> list[Piece]:
        text = self.text.folded
        pieces: list[Piece] = []
        patterns = words.PATTERNS
        if self.anchor is not None:
            patterns = (("anchored", words.ANCHORED), *patterns)
        for name, pattern in patterns:
            for match in pattern.finditer(text):
                try:
                    piece = self._piece(name, match, text)
                except (ValueError, OverflowError):
                    continue
                if piece is not None:
                    pieces.append(piece)
                    text = text[: piece.start] + "\x01" * (piece.end - piece.start) + text[piece.end :]
        return sorted(pieces, key=lambda piece: piece.start)

    def _piece(self, name: str, match: re.Match[str], text: str) -> Piece | None:
        start, end = match.span()
        if "\x01" in text[start:end]:
            return None
        before = self.text.folded[:start]
        piece = Piece(start, end)
        named = match.groupdict()
        if name == "clock" or name == "window":
            return self._time_piece(piece, match, before)
        if name == "bare_hour":
            return replace(piece, clock=int(named["hour"] or 0) * 60, weak=True)
        if name == "part" or name == "this_part" or name == "tonight":
            return self._part_piece(piece, name, named.get("part") or "", before)
        if name in _FIXED_DAYS:
            if name == "tomorrow" and match.group() == "morgen":
                if words.GREETING_AFTER.search(before):
                    return None
                if words.GERMAN_DAY_AFTER.search(before):
                    return replace(piece, part="morning", weak=True)
            day = self.today + timedelta(days=_FIXED_DAYS[name])
            return replace(piece, day=day, weak=match.group() == "dem")
        if name == "now":
            return replace(piece, instant=self.now)
        if name == "iso":
            return self._iso_piece(piece, match)
        if name == "weekday":
            return self._weekday_piece(piece, match)
        if name in ("date", "figures"):
            return self._date_piece(piece, name, named, before)
        if name.startswith("days"):
            return self._days_piece(piece, named)
        if name == "anchored":
            return self._anchored_piece(piece, named)
        if name == "day_of_month":
            return replace(
                piece,
                day=self._next_day_of_month(int(named["day"])),
                weak=words.NOT_A_DATE_AFTER.search(before) is not None,
            )
        if name == "minutes":
            return replace(piece, instant=self.now + timedelta(minutes=int(named["count"] or 0)), weak=True)
        if name in ("ahead", "ago", "hours_ahead", "half_hour", "quarter_hour"):
            return self._offset_piece(piece, name, named)
        return self._period_piece(piece, name, named)

    def _time_piece(self, piece: Piece, match: re.Match[str], before: str) -> Piece | None:
        typed = match.group()
        after = self.text.folded[match.end() :]
        if words.NOT_A_CLOCK_AFTER.search(before) or words.NOT_A_CLOCK_BEFORE.match(after):
            return None
        if match.re.groups == 0:
            if typed.startswith(("midi", "noon", "mittag")) and words.NOT_NOON_AFTER.search(before):
                return None
            clock = _clock(typed)
            if clock is None or (clock.minutes == DAY_MINUTES and typed.startswith("24h")):
                return None
            return replace(piece, clock=clock.minutes, exact=clock.exact, midnight=clock.midnight)
        first_typed, second_typed, opening = match["first"], match["second"], match["open"] or ""
        second = _clock(second_typed)
        if second is None:
            return None
        bare = first_typed.isdigit()
        joint = match["to"].strip()
        # "table de 4 à 20h" is a party of four; "de 14 à 16h" is a window.
        doubtful = bare and joint not in ("-", "/") and opening in ("", "de", "des")
        if doubtful and (not opening or int(first_typed) < 5 or words.TABLE_AFTER.search(before)):
            return None
        if joint == "/" and bare:
            return None
        if joint in ("et", "and", "und") and opening not in ("entre", "between", "zwischen"):
            return None
        half = re.search(r"([ap])\.?m", second_typed)
        first = _clock(first_typed + (f"{half[1]}m" if half and bare else "h" if bare else ""))
        if first is None:
            return None
        start, until = first.minutes, second.minutes
        if half and bare and half[1] == "p" and start > until:
            start -= 12 * 60
        if second.midnight:
            until = DAY_MINUTES
        if first.midnight:
            start = 0
        if until <= start:
            until += DAY_MINUTES
        return replace(piece, clock=start, until=until, exact=first.exact or second.exact)

    def _part_piece(self, piece: Piece, name: str, word: str, before: str) -> Piece | None:
        if words.GREETING_AFTER.search(before):
            return None
        if name == "tonight":
            return replace(piece, day=self.today, part="evening")
        if word == "midi":
            return replace(piece, day=self.today, clock=12 * 60, exact=True)
        part = _part_named(word)
        if name == "this_part":
            return replace(piece, day=self.today, part=part)
        return replace(piece, part=part, weak=True)

    def _iso_piece(self, piece: Piece, match: re.Match[str]) -> Piece | None:
        first = _iso_parts(match["first"], self.zone)
        second = _iso_parts(match["second"], self.zone) if match["second"] else None
        if isinstance(first, datetime):
            end = second if isinstance(second, datetime) and second > first else None
            if match["second"] and end is None:
                return None
            return replace(piece, instant=first, instant_end=end)
        if second is None:
            return replace(piece, day=first)
        if isinstance(second, datetime) or second < first:
            return None
        return replace(piece, day=first, last=second)

    def _weekday_piece(self, piece: Piece, match: re.Match[str]) -> Piece | None:
        word = match["day"]
        lead = match["lead"] or match["trail"] or ""
        weak = word in words.WEAK_WEEKDAYS and not lead
        if weak and words.NOT_A_WEEKDAY_AFTER.search(self.text.folded[: match.start()]):
            return None
        piece = replace(piece, weekday=words.WEEKDAYS[word], lead=lead, weak=weak)
        if match["dom"]:
            day = self._next_day_of_month(int(match["dom"]))
            if day.weekday() == piece.weekday:
                return replace(piece, day=day, weekday=None, weak=False)
            end = match.start("dom")
            return replace(
                piece, end=end - (len(self.text.folded[:end]) - len(self.text.folded[:end].rstrip()))
            )
        return piece

    def _date_piece(self, piece: Piece, name: str, named: dict[str, str | None], before: str) -> Piece | None:
        if words.NOT_A_DATE_AFTER.search(before):
            return None
        day, month = int(named["day"] or 0), named["month"] or ""
        number = words.MONTHS.get(month) or int(month)
        found, rolled = self._year_for(day, number, named["year"])
        share = name == "figures" and (day, number) in _SHARES and not named["year"]
        return replace(piece, day=found, rolled=rolled, weak=share)

    def _days_piece(self, piece: Piece, named: dict[str, str | None]) -> Piece | None:
        def month(name: str | None) -> int:
            return words.MONTHS.get(name or "") or int(name or 0)

        last_month = month(named["last_month"])
        last, rolled = self._year_for(int(named["last"] or 0), last_month, named.get("year"))
        first_month = month(named["month"]) if named.get("month") else last_month
        first = date(last.year - (first_month > last_month), first_month, int(named["day"] or 0))
        return replace(piece, day=first, last=last, rolled=rolled) if first <= last else None

    def _anchored_piece(self, piece: Piece, named: dict[str, str | None]) -> Piece:
        assert self.anchor is not None
        count = int(named["count"] or 0)
        return replace(piece, day=self.anchor + timedelta(days=-count if named["sign"] == "-" else count))

    def _offset_piece(self, piece: Piece, name: str, named: dict[str, str | None]) -> Piece | None:
        lead = named.get("lead") or ""
        relation = Relation.BEFORE if lead in ("d'ici", "sous", "within") else Relation.AT
        if name == "half_hour" or name == "quarter_hour":
            return replace(piece, instant=self.now + timedelta(minutes=30 if name == "half_hour" else 15))
        typed = named["count"] or ""
        count = int(typed) if typed.isdigit() else words.COUNTS.get(typed, 1)
        if name == "hours_ahead":
            ahead = timedelta(hours=count, minutes=int(named["minutes"] or 0))
            return replace(piece, instant=self.now + ahead, relation=relation)
        unit = _unit_named(named["unit"] or "")
        if lead == "d'ici" and unit == "hour" and count >= 7:
            return None  # "d'ici 18h" names a time, "d'ici 2h" a length
        sign = -1 if name == "ago" else 1
        if unit in ("minute", "hour"):
            span = timedelta(minutes=count * (60 if unit == "hour" else 1))
            if span > _FURTHEST:
                return None
            return replace(piece, instant=self.now + sign * span, relation=relation)
        if unit == "month":
            day = _months_later(self.today, sign * count) if count <= 240 else None
        else:
            span = timedelta(days=count * (7 if unit == "week" else 1))
            day = self.today + sign * span if span <= _FURTHEST else None
        return None if day is None else replace(piece, day=day, relation=relation)

    def _period_piece(self, piece: Piece, name: str, named: dict[str, str | None]) -> Piece | None:
        today = self.today
        monday = today - timedelta(days=today.weekday())
        if name == "next_week":
            return replace(piece, day=monday + timedelta(days=7), loose=True)
        if name == "next_month":
            return replace(piece, day=_months_later(today.replace(day=1), 1), loose=True)
        if name == "week_end_day":
            friday = monday + timedelta(days=4)
            return replace(piece, day=friday if friday >= today else friday + timedelta(days=7), loose=True)
        if name == "weekend":
            saturday = monday + timedelta(days=5)
            return replace(piece, day=max(saturday, today), last=saturday + timedelta(days=1), loose=True)
        if name.startswith("month_"):
            month = words.MONTHS.get(named.get("month") or "", today.month)
            year = today.year + (month < today.month)
            last = calendar.monthrange(year, month)[1]
            day = {"month_end": last, "month_start": 1, "month_middle": 15}[name]
            return replace(piece, day=date(year, month, day), loose=True)
        return None

    # --- days ---

    def _year_for(self, day: int, month: int, year: str | None) -> tuple[date, bool]:
        """The date meant; without a year the next one (or the latest, in fields about the past)."""
        if year:
            number = int(year) + (2000 if len(year) == 2 else 0)
            return date(number, month, day), False
        step = 1 if self.future else -1
        for distance in range(9):
            number = self.today.year + step * distance
            if day > calendar.monthrange(number, month)[1]:
                continue
            found = date(number, month, day)
            if (found >= self.today) if self.future else (found <= self.today):
                return found, distance > 0
        raise ValueError

    def _next_day_of_month(self, day: int) -> date:
        step = 1 if self.future else -1
        for distance in range(4):
            first = _months_later(self.today.replace(day=1), step * distance)
            if day <= calendar.monthrange(first.year, first.month)[1]:
                found = first.replace(day=day)
                if (found >= self.today) if self.future else (found <= self.today):
                    return found
        raise ValueError


_FIXED_DAYS = {"today": 0, "tomorrow": 1, "after_tomorrow": 2, "yesterday": -1, "before_yesterday": -2}
_PARTS = tuple((re.compile(pattern), name) for pattern, name in words.PART_WORDS.items())
_UNITS = tuple((re.compile(pattern), name) for pattern, name in words.UNITS.items())


@lru_cache(maxsize=256)
def _part_named(word: str) -> str:
    return next(name for pattern, name in _PARTS if pattern.fullmatch(word))


@lru_cache(maxsize=256)
def _unit_named(word: str) -> str:
    return next(name for pattern, name in _UNITS if pattern.fullmatch(word))


class _Clock(NamedTuple):
    minutes: int
    exact: bool
    midnight: bool = False


@lru_cache(maxsize=1024)
def _clock(typed: str) -> _Clock | None:
    """Minutes since midnight of one clock reading; None when there is no such time."""
    if typed.startswith(("midi", "noon", "mittag")):
        extra = 30 if "demi" in typed or "trente" in typed else 15 if "quart" in typed else 0
        return _Clock(12 * 60 + extra, exact=True)
    if typed.startswith(("minuit", "midnight", "mitternacht")):
        return _Clock(DAY_MINUTES, exact=True, midnight=True)
    match = words.CLOCK_PARTS.fullmatch(typed.strip())
    if match is None:
        return None
    hour, minute = int(match["hour"]), int(match["minute"] or match["after"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"] == "p" else 0)
    minutes = hour * 60 + minute
    if minutes > DAY_MINUTES:
        return None
    exact = bool(match["half"]) or hour >= 12 or typed.startswith("0")
    return _Clock(minutes, exact, midnight=minutes == DAY_MINUTES)


def _iso_parts(text: str, zone: tzinfo) -> datetime | date:
    match = words.ISO_PARTS.fullmatch(text.strip())
    if match is None:
        raise ValueError
    day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    if match["hour"] is None:
        return day
    minutes = int(match["hour"]) * 60 + int(match["minute"])
    if minutes > DAY_MINUTES:
        raise ValueError
    offset = match["offset"]
    if not offset:
        return at_local(day, minutes, zone)
    if offset == "z":
        return at_local(day, minutes, UTC)
    sign = -1 if offset[0] == "-" else 1
    away = sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
    return at_local(day, minutes, UTC) - away


def _months_later(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))

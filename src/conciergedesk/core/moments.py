"""Loose words for days and times, understood the same way in every date field and in the capture line.

    parse_moment("lun 9h", now, zone)       the whole text must be a moment, else None
    find_moments("dentist 20h klein", ...)  every moment in a line, with where it stands

House conventions, all of them visible in the echo beside the field:

* A time without a day is the next one: today while it is ahead, else tomorrow (``rolled``).
* A weekday is the coming one; today counts only with a time that is still ahead. ``prochain`` and ``next``
  mean the calendar week after this one (``other`` keeps the nearer day when there is one).
* A day and month without a year is the next such day.
* ``minuit`` ends the day it is said with: ``demain minuit`` is 24:00 of tomorrow.
* Words such as *matin* or *soir* without a clock give a window and are ``loose``.
* A local time that does not exist (clocks go forward) is moved forward by the missing hour; one that comes
  twice (clocks go back) is the first of the two.
* Figures are days first: ``03/04`` is the third of April. A slash pair that is usually a share (``1/2``,
  ``7/7``) is a date only beside a time or a weekday.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from conciergedesk.core import moment_words as words
from conciergedesk.core.moment_pieces import DAY_MINUTES, Piece, PieceReader, Relation, at_local
from conciergedesk.core.moment_words import fold_in_place

__all__ = ["FoundMoment", "Moment", "Relation", "Span", "at_local", "find_moments", "parse_moment"]

TEXT_LIMIT = 500
"""Characters of a text that are read; nobody names a moment later in a line."""

_YEARS = range(1900, 2200)
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment as it was understood.

    Attributes:
        start: Aware UTC; for a day without a time, its first instant in the zone of the desk.
        end: End of a window, or of several days (exclusive), aware UTC.
        date_only: No time of day was given.
        words: The typed words it was read from.
        rolled: A time without a day that is over for today, so tomorrow's (yesterday's in fields about the past).
        next_year: A date without a year that is over for this year.
        loose: Made from a word such as *soir*, not from a clock.
        relation: At, before, after or around.
        shifted: The local time does not exist that night and was moved forward.
        repeated: The local time comes twice that night; the first is meant.
        mismatch: The weekday named is not the weekday of the date; the date was kept.
        other: Start of the other common reading of the same words.
    """

    start: datetime
    end: datetime | None = None
    date_only: bool = False
    words: str = ""
    rolled: bool = False
    next_year: bool = False
    loose: bool = False
    relation: Relation = Relation.AT
    shifted: bool = False
    repeated: bool = False
    mismatch: bool = False
    other: datetime | None = None

    def day(self, zone: tzinfo) -> date:
        """The local day on which it starts."""
        return self.start.astimezone(zone).date()

    def iso(self, zone: tzinfo) -> str:
        """Unmistakable text that ``parse_moment`` reads back to the same start and end."""
        if self.date_only:
            first = self.day(zone)
            if self.end is None:
                return first.isoformat()
            last = self.end.astimezone(zone).date() - timedelta(days=1)
            return f"{first.isoformat()}/{last.isoformat()}"
        shown = _iso(self.start, zone)
        return shown if self.end is None else f"{shown}/{_iso(self.end, zone)}"


class FoundMoment(NamedTuple):
    """A moment and the places of its words in the line (``20h`` and ``demain`` may stand apart)."""

    spans: tuple[Span, ...]
    moment: Moment


def parse_moment(
    text: str,
    now: datetime,
    zone: tzinfo,
    *,
    prefer_future: bool = True,
    anchor: date | None = None,
) -> Moment | None:
    """The moment that ``text`` names as a whole, or None when any part of it is not understood.

    Args:
        text: What was typed in a date field.
        now: The present instant, aware.
        zone: The zone of the desk.
        prefer_future: False in fields about the past: words then mean the latest such moment up to now.
        anchor: The day that ``J-3`` and ``J+7`` count from; without it they are not understood.
    """
    text = text[:TEXT_LIMIT].strip(" \t,;?!\u00a0\u202f")
    if not text:
        return None
    pieces = PieceReader(fold_in_place(text), now, zone, prefer_future=prefer_future, anchor=anchor)
    found = _Reader(pieces, whole=True).read()
    if len(found) != 1 or _uncovered(text, found[0].spans):
        return None
    return found[0].moment


def find_moments(
    text: str,
    now: datetime,
    zone: tzinfo,
    *,
    prefer_future: bool = True,
    anchor: date | None = None,
) -> list[FoundMoment]:
    """Every moment named in a line, in order; a lone day and a lone time that stand apart are joined."""
    folded = fold_in_place(text[:TEXT_LIMIT])
    pieces = PieceReader(folded, now, zone, prefer_future=prefer_future, anchor=anchor)
    return _Reader(pieces, whole=False).read()


def _iso(moment: datetime, zone: tzinfo) -> str:
    here = moment.astimezone(zone)
    if here.fold:  # the second of two equal clock readings needs its offset
        return here.isoformat(timespec="minutes")
    return f"{here:%Y-%m-%d %H:%M}"


def _uncovered(text: str, spans: tuple[Span, ...]) -> str:
    kept = list(text)
    for start, end in spans:
        kept[start:end] = " " * (end - start)
    return "".join(kept).strip(" ,;.")


class _Reader:
    """Groups the pieces of one text with their neighbours and makes a moment of each group."""

    def __init__(self, pieces: PieceReader, *, whole: bool) -> None:
        self.pieces = pieces
        self.text = pieces.text
        self.zone = pieces.zone
        self.now = pieces.now
        self.today = pieces.today
        self.future = pieces.future
        self.whole = whole

    def read(self) -> list[FoundMoment]:
        """The moments of the text, in order."""
        groups = [group for group in self._groups(self.pieces.pieces()) if self._stands(group)]
        if not self.whole and len(groups) == 2:
            days = [group for group in groups if all(piece.is_day for piece in group)]
            times = [group for group in groups if all(piece.is_time for piece in group)]
            if len(days) == 1 and len(times) == 1:
                groups = [[*days[0], *times[0]]]
        found = []
        for group in groups:
            try:
                moment = self._moment(group)
            except (ValueError, OverflowError):
                continue
            spans, relation = self._spans(group)
            if moment.relation is Relation.AT:
                moment = replace(moment, relation=relation)
            typed = " ".join(self.text.typed[start:end] for start, end in spans)
            found.append(FoundMoment(spans, replace(moment, words=typed)))
        return sorted(found, key=lambda item: item.spans)

    # --- days ---

    def _weekday(self, weekday: int, lead: str, ahead: bool) -> tuple[date, date | None]:
        """The day of a weekday name and the other day it may mean."""
        coming = self.today + timedelta(days=(weekday - self.today.weekday()) % 7)
        if lead.startswith(("dernier", "last", "letzt")) or (not self.future and not lead):
            past = (self.today.weekday() - weekday) % 7
            return self.today - timedelta(days=past or (7 if lead or ahead else 0)), None
        if lead.startswith(("ce", "this", "dies")):
            return coming, None
        if coming == self.today and not ahead:
            coming += timedelta(days=7)
        if lead.startswith(("en ", "week")):
            return coming + timedelta(days=7), None
        if lead.startswith(("pro", "suivant", "next", "nach")):
            monday = self.today + timedelta(days=7 - self.today.weekday())
            following = monday + timedelta(days=weekday)
            return following, coming if coming != following else None
        return coming, None

    # --- from pieces to moments ---

    def _groups(self, pieces: list[Piece]) -> Iterator[list[Piece]]:
        group: list[Piece] = []
        for piece in pieces:
            if group and self._joins(group, piece):
                group.append(piece)
                continue
            if group:
                yield group
            group = [piece]
        if group:
            yield group

    def _joins(self, group: list[Piece], piece: Piece) -> bool:
        if piece.instant or group[-1].instant:
            return False
        if not words.BETWEEN.fullmatch(self.text.folded[group[-1].end : piece.start]):
            return False
        if piece.is_day and group[-1].weak and group[-1].clock is not None:
            return False  # "demain à 9" is an hour, "table à 9 demain" is not
        if piece.is_day and any(other.is_day for other in group):
            # A weekday beside its date is one day; two days are two moments.
            return piece.part == "" and any(
                (other.weekday is not None and piece.day is not None and other.day is None)
                or (piece.weekday is not None and piece.day is None and other.day is not None)
                for other in group
            )
        if piece.clock is not None and any(other.clock is not None for other in group):
            return False
        return not (piece.part and any(other.part for other in group))

    def _stands(self, group: list[Piece]) -> bool:
        """Whether a group of doubtful words is enough: alone in a field yes, alone in a line no."""
        if self.whole or any(not piece.weak for piece in group):
            return True
        return any(piece.is_day for piece in group) and any(piece.part for piece in group)

    def _spans(self, group: list[Piece]) -> tuple[tuple[Span, ...], Relation]:
        """Typed spans of a group with the small words before it, and what these words say."""
        stretches: list[list[int]] = []
        for piece in sorted(group, key=lambda piece: piece.start):
            if stretches and words.BETWEEN.fullmatch(self.text.folded[stretches[-1][1] : piece.start]):
                stretches[-1][1] = piece.end
            else:
                stretches.append([piece.start, piece.end])
        relation = Relation.AT
        for stretch in stretches:
            before = self.text.folded[: stretch[0]]
            for name, pattern in words.LEADS:
                if lead := pattern.search(before):
                    stretch[0] = lead.start()
                    relation = relation if relation is not Relation.AT else Relation(name)
                    break
        return tuple(self.text.span(start, end) for start, end in stretches), relation

    def _moment(self, group: list[Piece]) -> Moment:
        only = group[0]
        if only.instant is not None:
            return Moment(only.instant, only.instant_end, relation=only.relation)
        clock = next((piece for piece in group if piece.clock is not None), None)
        part = next((piece.part for piece in group if piece.part), "")
        window = self._window(clock, part)
        day_piece = next((piece for piece in group if piece.day is not None), None)
        weekday = next((piece for piece in group if piece.weekday is not None), None)
        relation = next((piece.relation for piece in group if piece.relation is not Relation.AT), Relation.AT)
        mismatch, other, rolled, next_year = False, None, False, False
        if day_piece is not None and day_piece.day is not None:
            day, next_year = day_piece.day, day_piece.rolled
            mismatch = weekday is not None and weekday.weekday != day.weekday()
        elif weekday is not None and weekday.weekday is not None:
            ahead = window is not None and self._is_ahead(self.today, window)
            day, second = self._weekday(weekday.weekday, weekday.lead, ahead)
            if second is not None:
                other = at_local(second, window[0] if window else 0, self.zone)
        else:
            assert window is not None
            day, rolled = self._day_of_time(window)
            if clock is not None and clock.midnight and clock.until is None:
                rolled = False
        if day.year not in _YEARS:
            raise ValueError
        if window is None:
            last = day_piece.last if day_piece else None
            end = at_local(last + timedelta(days=1), 0, self.zone) if last else None
            loose = day_piece is not None and day_piece.loose
            start = at_local(day, 0, self.zone)
            return Moment(
                start,
                end,
                True,
                rolled=rolled,
                next_year=next_year,
                loose=loose,
                relation=relation,
                mismatch=mismatch,
                other=other,
            )
        return replace(
            self._timed(day, window),
            rolled=rolled,
            next_year=next_year,
            loose=clock is None,
            relation=relation,
            mismatch=mismatch,
            other=other,
        )

    def _window(self, clock: Piece | None, part: str) -> tuple[int, int | None] | None:
        """Minutes since midnight of start and end; a part of the day settles which half a clock means."""
        if clock is None or clock.clock is None:
            return words.PARTS[part] if part else None
        start, end = clock.clock, clock.until
        if clock.midnight:
            start = DAY_MINUTES
        if part and not clock.exact:
            if start < 12 * 60 and part in (
                "evening",
                "afternoon",
                "early_afternoon",
                "late_afternoon",
                "end_of_day",
            ):
                low, high = (17, 24) if part in ("evening", "end_of_day") else (12, 20)
                if low * 60 <= start + 12 * 60 < high * 60:
                    start += 12 * 60
                    end = end + 12 * 60 if end is not None and end <= 12 * 60 else end
            elif part == "night":
                shift = DAY_MINUTES if start < 7 * 60 else 12 * 60 if 8 * 60 <= start < 12 * 60 else 0
                start += shift
                end = None if end is None else end + shift
        return start, end

    def _is_ahead(self, day: date, window: tuple[int, int | None]) -> bool:
        """A window counts until it ends, a single time until its minute has passed."""
        start, end = window
        if end is not None:
            return at_local(day, end, self.zone) > self.now
        return at_local(day, start, self.zone) >= self.now

    def _day_of_time(self, window: tuple[int, int | None]) -> tuple[date, bool]:
        if self.future:
            if self._is_ahead(self.today, window):
                return self.today, False
            return self.today + timedelta(days=1), True
        if at_local(self.today, window[0], self.zone) <= self.now:
            return self.today, False
        return self.today - timedelta(days=1), True

    def _timed(self, day: date, window: tuple[int, int | None]) -> Moment:
        start_minutes, end_minutes = window
        start = at_local(day, start_minutes, self.zone)
        wall = datetime.combine(day, time()) + timedelta(minutes=start_minutes)
        shifted = start.astimezone(self.zone).replace(tzinfo=None, fold=0) != wall
        later = wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        end = None
        if end_minutes is not None:
            end = at_local(day, end_minutes, self.zone)
            if end <= start:
                end = start + timedelta(minutes=end_minutes - start_minutes)
        return Moment(start, end, shifted=shifted, repeated=not shifted and later != start)

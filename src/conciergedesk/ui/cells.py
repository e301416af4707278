"""The only place where data becomes something a widget may show.

A ``Row`` is one line made of pieces, each with an *ink*: the name of a role and, if wanted, ``bold`` or ``underline``
(``"late bold"``). What people or files typed enters by ``Row.data``, which cleans and cuts it by cells; the desk's own
words enter by ``Row.say``. A row becomes ``Content`` for ordinary widgets or a ``Strip`` for those that paint lines.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.strip import Strip

from conciergedesk.board.rules import DayGroup, DaySeparator, Loudness
from conciergedesk.core.i18n import N_, _, local
from conciergedesk.core.text import clean_block, clean_line, cut
from conciergedesk.ui.glyphs import glyphs

GROUND = "ground"
"""Ink of the space between pieces."""
_NUMBER = re.compile(r"\+?[0-9][0-9 ]{5,24}")


@lru_cache(maxsize=16384)
def safe(text: str, cells: int = 400) -> str:
    """``text`` cleaned and cut to ``cells`` terminal cells."""
    return cut(clean_line(text), cells)


@lru_cache(maxsize=16384)
def short(text: str, cells: int) -> str:
    """``text`` in ``cells``; when it is too long, what stands before a comma (``Jonas, famille de 4``)."""
    whole = clean_line(text)
    if cell_len(whole) <= cells:
        return whole
    if _NUMBER.fullmatch(whole):
        return _short_number(whole, cells)
    head = whole
    while ", " in head:
        head = head.rpartition(", ")[0]
        if cell_len(head) <= cells:
            return head
    return cut(whole, cells)


@lru_cache(maxsize=16384)
def short_name(name: str, cells: int) -> str:
    """Somebody's name in ``cells``: whole, else ``Giulia C.``, else the first name; anything else as ``short``."""
    whole = clean_line(name)
    first, _space, last = whole.partition(" ")
    if cell_len(whole) <= cells or not (first.istitle() and last[:1].isupper()) or "," in whole:
        return short(name, cells)
    initial = f"{first} {last[:1]}."
    return initial if cell_len(initial) <= cells else short(first, cells)


def _short_number(number: str, cells: int) -> str:
    """A telephone number without its spaces; when even that is too long, its last digits, by which it is found."""
    digits = number.replace(" ", "")
    return digits if len(digits) <= cells else f"…{digits[1 - cells :]}" if cells > 4 else digits[-cells:]


def word(source: str) -> str:
    """A short word whose English source carries its context before a bar: ``state|soon``."""
    said = _(source)
    return said.partition("|")[2] if said == source else said


class Palette:
    """Rich styles for inks on grounds, taken from the theme in use."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._styles: dict[tuple[str, str], Style] = {}

    def style(self, ink: str, ground: str) -> Style:
        """The style of ``ink`` (``"late bold"``) on ``ground``; ``chip`` inks bring their own ground."""
        key = (ink, ground)
        if (style := self._styles.get(key)) is None:
            style = self._styles[key] = self._make(ink, ground)
        return style

    def _make(self, ink: str, ground: str) -> Style:
        role, *looks = ink.split()
        if looks and looks[-1].startswith("@"):
            ground = looks.pop()[1:]
        if role == "on-chip":
            return Style(color=self._variables[looks[0]], bgcolor=self._variables["chip"])
        if role == "late-chip":
            return Style(color=self._variables["chip-ink"], bgcolor=self._variables["chip"], bold=True)
        color = self._variables["text" if role == GROUND else role]
        return Style(
            color=color,
            bgcolor=self._variables[ground],
            bold="bold" in looks,
            underline="underline" in looks,
        )


class Piece(NamedTuple):
    text: str
    ink: str


@dataclass(slots=True)
class Row:
    """One line under construction; every method returns the row, so calls can be chained."""

    pieces: list[Piece] = field(default_factory=list)
    width: int = 0
    ground: str = ""
    """Ground of the whole line, if it is not the widget's."""

    def say(self, text: str, ink: str = "text") -> Row:
        """Add the desk's own words or signs."""
        if text:
            # Some SVG viewers drop spaces at the beginning of a text, so they stand alone.
            words = text.lstrip(" ")
            if words and len(words) != len(text):
                self.pieces.append(Piece(" " * (len(text) - len(words)), ink))
                self.width += len(text) - len(words)
                text = words
            self.pieces.append(Piece(text, ink))
            self.width += cell_len(text)
        return self

    def data(self, text: str, ink: str = "text", cells: int = 400, *, right: bool = False) -> Row:
        """Add what somebody typed, cleaned and cut to ``cells``; ``right`` pads it to the left."""
        shown = safe(text, max(cells, 0))
        if right:
            self.gap(cells - cell_len(shown))
        return self.say(shown, ink)

    def gap(self, cells: int = 1) -> Row:
        """Add empty cells."""
        return self.say(" " * cells, GROUND) if cells > 0 else self

    def to(self, column: int) -> Row:
        """Add empty cells up to ``column``."""
        return self.gap(column - self.width)

    def rule(self, until: int) -> Row:
        """Add a hairline up to ``until``, one cell away from the words before it."""
        if until - self.width >= 2:
            if self.width:
                self.gap()
            self.say(glyphs().hairline * (until - self.width), "rule")
        return self

    def add(self, other: Row) -> Row:
        """Add another row's pieces."""
        self.pieces.extend(other.pieces)
        self.width += other.width
        return self

    def on(self, other: Row, width: int) -> Row:
        """Add ``other`` padded to ``width`` cells on its own ground, inside a line with another ground."""
        other.to(width)
        if other.ground:
            self.pieces.extend(Piece(text, f"{ink} @{other.ground}") for text, ink in other.pieces)
        else:
            self.pieces.extend(other.pieces)
        self.width += other.width
        return self

    def end(self, other: Row, width: int) -> Row:
        """Add ``other`` so that it ends at ``width``; it is left out when there is no room for it."""
        if self.width + other.width + 1 <= width:
            self.to(width - other.width).add(other)
        return self

    @property
    def plain(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    def content(self) -> Content:
        """The row for a widget that takes ``Content``."""
        return Content.assemble(*((text, _css(ink)) for text, ink in self.pieces))

    def strip(self, palette: Palette, width: int, ground: str = "bg") -> Strip:
        """The row as a painted line of exactly ``width`` cells."""
        style, ground = palette.style, self.ground or ground
        segments = [Segment(text, style(ink, ground)) for text, ink in self.pieces]
        return Strip(segments).adjust_cell_length(width, style(GROUND, ground))


@lru_cache(maxsize=256)
def _css(ink: str) -> str:
    role, *looks = ink.split()
    if role == GROUND:
        return ""
    if role == "late-chip":
        return "bold $chip-ink on $chip"
    return " ".join([*looks, f"${role}"])


def text(value: str, ink: str = "text", cells: int = 400) -> Content:
    """What somebody typed, as ``Content``."""
    return Row().data(value, ink, cells).content()


def words(*pieces: tuple[str, str]) -> Content:
    """The desk's own words, as ``Content``."""
    return Content.assemble(*((said, _css(ink)) for said, ink in pieces))


# --- states -------------------------------------------------------------------------------------------------------

_STATE_WORDS = {
    Loudness.LATE: N_("state|LATE"),
    Loudness.GAP: N_("state|gap"),
    Loudness.SOON: N_("state|soon"),
    Loudness.WAITING: N_("state|waits"),
    Loudness.ON_TIME: N_("state|in time"),
    Loudness.SET_ASIDE: N_("state|older"),
}
_STATE_INKS = {
    Loudness.LATE: "late",
    Loudness.GAP: "soon",
    Loudness.SOON: "soon",
    Loudness.WAITING: "waiting",
    Loudness.ON_TIME: "muted",
    Loudness.SET_ASIDE: "muted",
}
_TIME_INKS = {
    Loudness.LATE: "late bold",
    Loudness.GAP: "soon",
    Loudness.SOON: "soon bold",
    Loudness.WAITING: "waiting",
    Loudness.ON_TIME: "calm",
    Loudness.SET_ASIDE: "late",
}


def state_word(loud: Loudness) -> str:
    """The word of a state in the language of the interface."""
    return word(_STATE_WORDS[loud])


def state_glyph(loud: Loudness) -> str:
    signs = glyphs()
    match loud:
        case Loudness.LATE | Loudness.SET_ASIDE:
            return signs.late
        case Loudness.GAP:
            return signs.notice
        case Loudness.SOON:
            return signs.soon
        case Loudness.WAITING:
            return signs.waiting
        case Loudness.ON_TIME:
            return signs.on_time


def state_ink(loud: Loudness) -> str:
    return _STATE_INKS[loud]


def time_ink(loud: Loudness) -> str:
    return _TIME_INKS[loud]


def late_chip(said: str) -> Row:
    """The only filled label: `` ▲ RETARD 18 min ``."""
    return Row().say(f" {glyphs().late} {said} ", "late-chip")


# --- times --------------------------------------------------------------------------------------------------------

_DAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
_DAYS_SHORT = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"),
    N_("July"), N_("August"), N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip
_DAY_OF_LENGTH = N_("length|d")
_MONTHS_SHORT = (
    N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun"),
    N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec"),
)  # fmt: skip


def clock(moment: datetime) -> str:
    """The local time of day, ``9:30``: a colon is a clock."""
    here = local(moment)
    return f"{here.hour}:{here.minute:02d}"


def day_short(day: date) -> str:
    """``mer 24 mars``, for the status line."""
    return f"{_(_DAYS_SHORT[day.weekday()])} {day.day} {_(_MONTHS_SHORT[day.month - 1])}"


def day_long(day: date) -> str:
    """``jeudi 25 mars``, for a separator."""
    return f"{_(_DAYS[day.weekday()])} {day.day} {_(_MONTHS[day.month - 1])}"


def weekday_short(day: date) -> str:
    """``jeu``."""
    return _(_DAYS_SHORT[day.weekday()])


def duration(span: timedelta) -> str:
    """``8 min``, ``1 h 18``, ``6 j``: an ``h`` between spaces is a length; what is late carries a minus.

    Late counts a started minute as a whole one, so that nothing is ever late by nothing.
    """
    seconds = span.total_seconds()
    if seconds < 0:
        minutes, sign = math.ceil(-seconds / 60), "-"
    else:
        minutes, sign = int(seconds // 60), ""
    if minutes < 60:
        return f"{sign}{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{sign}{hours} h {rest:02d}"
    return f"{sign}{hours // 24} {word(_DAY_OF_LENGTH)}"


def time_left(due_at: datetime | None, now: datetime, *, under_separators: bool = True) -> str:
    """What the list shows as time left, in at most eight cells or nine without separators.

    Late and same day: a length. Other days: the clock under a separator that carries the day, else day and clock.
    """
    if due_at is None:
        return glyphs().dash
    due, here = local(due_at), local(now)
    ahead = (due.date() - here.date()).days
    if due_at < now or ahead == 0:
        return duration(due_at - now)
    if under_separators and ahead <= 3:
        return clock(due_at)
    if ahead > 7:
        return f"{due.day} {_(_MONTHS_SHORT[due.month - 1])}"
    if under_separators:
        return f"{weekday_short(due.date())} {due.day}"
    return f"{weekday_short(due.date())} {clock(due_at)}"


def when(moment: datetime, now: datetime) -> str:
    """A moment in a timeline: the clock today, day and clock within six days, the day before that."""
    here, today = local(moment), local(now).date()
    away = abs((here.date() - today).days)
    if away == 0:
        return clock(moment)
    if away < 7:
        return f"{weekday_short(here.date())} {clock(moment)}"
    return f"{here.day} {_(_MONTHS_SHORT[here.month - 1])}"


def separator_label(line: DaySeparator) -> str:
    """``demain · jeudi 25 mars · Vendredi saint, férié en Moselle``."""
    if line.group is DayGroup.SET_ASIDE:
        return _("older dates, to take up again")
    if line.group is DayGroup.LATER:
        return _("later")
    if line.group is DayGroup.UNDATED:
        return _("no date")
    if line.day is None:
        return _("today")
    parts = [day_long(line.day)]
    if line.is_tomorrow:
        parts.insert(0, _("tomorrow"))
    if line.holiday:
        parts.append(safe(line.holiday))
    return f" {glyphs().dot} ".join(parts)


def wrapped(value: str, cells: int, rows: int = 100) -> list[str]:
    """What somebody typed, cleaned and broken between words into at most ``rows`` lines of ``cells`` cells."""
    cells = max(cells, 2)  # a pane that has no room yet still asks; a wide character takes two
    lines: list[str] = []
    for paragraph in clean_block(value).split("\n"):
        line = ""
        for word in paragraph.split():
            while word and cell_len(word) > cells:
                head = _head(word, cells)
                lines.extend([line] if line else [])
                line, word = "", word[len(head) :]
                lines.append(head)
            if line and cell_len(line) + 1 + cell_len(word) > cells:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
        if len(lines) > rows:
            break
    if len(lines) > rows:
        return [*lines[: rows - 1], cut(" ".join(lines[rows - 1 :]), cells)]
    return lines


def _head(word: str, cells: int) -> str:
    """The longest beginning of ``word`` that fits, at least one character."""
    width = 0
    for place, char in enumerate(word):
        width += cell_len(char)
        if width > cells and place:
            return word[:place]
    return word


def initials(name: str) -> str:
    """``MB`` for ``Maëlle Bertin``, ``Ma`` for ``Maëlle``."""
    parts = safe(name).split()
    if len(parts) > 1:
        return "".join(part[0] for part in parts[:2]).upper()
    return parts[0][:2] if parts else ""


def bar(share: float, cells: int, ink: str = "done") -> Row:
    """A thin bar of ``cells`` cells, filled to ``share`` (0 to 1)."""
    full = max(0, min(cells, round(share * cells)))
    signs = glyphs()
    return Row().say(signs.bar * full, ink).say(signs.bar_empty * (cells - full), "track")


def joined(rows: Iterable[Row], gap: int = 2) -> Row:
    """Rows one after the other, ``gap`` cells apart."""
    whole = Row()
    for row in rows:
        if whole.width:
            whole.gap(gap)
        whole.add(row)
    return whole

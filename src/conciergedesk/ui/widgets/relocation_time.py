"""A relocation file drawn as a line of time, folded round the arrival: near days have as much room as far months."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from conciergedesk.core.i18n import N_, _, active_language, show_date
from conciergedesk.relocation.cards import FileCard, ItemLine
from conciergedesk.relocation.plans import Plan
from conciergedesk.relocation.rules import StageProgress
from conciergedesk.ui.cells import Row, day_short, safe, weekday_short, word
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.widgets.painted import Painted

MARKS = (-90, -60, -30, -15, -7, 0, 7, 30, 90, 180)
"""Days from the arrival that stand at equal distances on the scale."""
SOON_DAYS = 7
COLUMNS_FROM = 96
"""Width from which the parts of a file stand side by side."""


def day_mark(days: int) -> str:
    """``J-19``, ``J0``, ``J+7``."""
    letter = word(N_("dayfrom|D"))
    return f"{letter}{days:+d}" if days else f"{letter}0"


def short_day(day: date, today: date) -> str:
    """A day as a list says it: ``-6 j`` when it is over, ``ven 26`` this week, ``2 avr.`` later."""
    ahead = (day - today).days
    if ahead < 0:
        return _("-{days} d", days=-ahead)
    if ahead == 0:
        return _("today")
    if ahead < 7:
        return f"{weekday_short(day)} {day.day}"
    if ahead > 330:
        return str(day.year)
    return show_date(day, pattern="d MMM")


def place(days: int, left: int, right: int) -> int:
    """The column of a day on the folded scale between ``left`` and ``right``; days beyond it stand at its ends."""
    step = (right - left) / (len(MARKS) - 1)
    if days <= MARKS[0]:
        return left
    for number, (low, high) in enumerate(pairwise(MARKS)):
        if days <= high:
            return round(left + step * (number + (days - low) / (high - low)))
    return right


class Canvas:
    """Cells of one line that are drawn over each other."""

    def __init__(self, width: int) -> None:
        self.cells: list[tuple[str, str]] = [(" ", "")] * width

    def put(self, column: int, text: str, ink: str, *, over: bool = True) -> None:
        for number, char in enumerate(text):
            at = column + number
            if 0 <= at < len(self.cells) and (over or self.cells[at][0] == " "):
                self.cells[at] = (char, ink)

    def line(self, start: int, end: int, char: str, ink: str) -> None:
        for at in range(max(start, 0), min(end + 1, len(self.cells))):
            self.cells[at] = (char, ink)

    def free(self, start: int, end: int) -> bool:
        return end <= len(self.cells) and all(cell[0] == " " for cell in self.cells[start:end])

    def row(self) -> Row:
        row = Row()
        run, ink = "", ""
        for char, own in [*self.cells, ("", "end")]:
            if own != ink:
                if run:
                    row.say(run, ink or "ground") if run.strip() else row.gap(len(run))
                run, ink = "", own
            run += char
        return row


class FileTimeline(Painted):
    """The stages of one file with today and the arrival; ``most`` limits the stages of a small window."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._card: FileCard | None = None
        self._plan: Plan | None = None
        self._today = date.min
        self.most = 12
        self.brief = False

    def show(self, card: FileCard | None, plan: Plan | None, today: date) -> None:
        self._card, self._plan, self._today = card, plan, today
        self.repaint(layout=True)

    def give_room(self, most: int, *, brief: bool) -> None:
        """How many stages fit; ``brief`` leaves out the tick line and the space under it."""
        if (most, brief) != (self.most, self.brief):
            self.most, self.brief = most, brief
            self.repaint(layout=True)

    def paint(self, width: int) -> list[Row]:
        card, plan = self._card, self._plan
        if card is None or plan is None:
            return []
        left, right = 26 if width >= 76 else 20, width - 6
        rows = self._scale(card, width, left, right)
        stages = [one for one in card.progress if one.total]
        if len(stages) > self.most:
            # A small window shows what is not over first; what is over is said in one figure.
            stages = [one for one in stages if not one.is_complete][: self.most]
        for one in stages:
            rows.append(self._stage(card, plan, one, width, left, right))
        if not self.brief:
            rows.append(Row())
        return rows

    def _scale(self, card: FileCard, width: int, left: int, right: int) -> list[Row]:
        signs = glyphs()
        days = (self._today - card.arrival).days
        here, home = place(days, left, right), place(0, left, right)
        top = Canvas(width)
        arrival = day_short(card.arrival)
        top.put(min(home - len(arrival) // 2, width - len(arrival) - 1), arrival, "accent bold")
        said = _("today {day}", day=day_mark(days))
        start = max(1, min(here - len(said) // 2, width - len(said) - 1))
        if not top.free(start - 1, start + len(said) + 1):
            start = home - len(arrival) // 2 - len(said) - 2 if here <= home else home + len(arrival) // 2 + 3
        top.put(start, said, "soon bold", over=False)
        scale, ticks = Canvas(width), Canvas(width)
        ticks.line(left, right, signs.hairline, "rule")
        for mark in MARKS:
            at = place(mark, left, right)
            label = day_mark(mark)
            scale.put(at - len(label) // 2, label, "bright bold" if mark == 0 else "muted", over=False)
        rows = [top.row(), scale.row()]
        return rows if self.brief else [*rows, ticks.row()]

    def _stage(
        self, card: FileCard, plan: Plan, one: StageProgress, width: int, left: int, right: int
    ) -> Row:
        signs = glyphs()
        items = [item for item in card.items if item.stage == one.stage]
        loud, sign = self._loudness(one, items)
        canvas = Canvas(width)
        self._lines(canvas, card, left, right)
        canvas.put(1, sign, loud)
        label = safe(plan.stages[one.stage].label.in_language(active_language()), left - 15)
        ink = {"late": "late bold", "soon": "bright bold"}.get(loud, "text" if loud != "done" else "muted")
        canvas.put(3, label, ink)
        count = _("{closed} of {total}", closed=one.closed, total=one.total)
        canvas.put(left - 2 - len(count), count, "muted")
        if one.first is None or one.last is None:
            return canvas.row()
        start, end = (place((day - card.arrival).days, left, right) for day in (one.first, one.last))
        here = place((self._today - card.arrival).days, left, right)
        if one.is_complete:
            canvas.line(start, end, signs.bar, "done")
        else:
            # The line over now and the arrival goes on top, so that both stay to be seen.
            canvas.line(start, end, signs.planned, "muted")
            if start < here:
                canvas.line(
                    start, min(here - 1, end), signs.bar, loud if loud in ("late", "soon") else "calm"
                )
        self._marks(canvas, card, items, left, right)
        self._lines(canvas, card, left, right, over=True)
        self._words(canvas, card, plan, one, end, right)
        return canvas.row()

    def _lines(self, canvas: Canvas, card: FileCard, left: int, right: int, *, over: bool = False) -> None:
        signs = glyphs()
        canvas.put(place((self._today - card.arrival).days, left, right), signs.today, "soon", over=False)
        canvas.put(place(0, left, right), signs.arrival, "accent bold", over=over)

    def _loudness(self, one: StageProgress, items: list[ItemLine]) -> tuple[str, str]:
        signs = glyphs()
        if one.overdue:
            return "late", signs.late
        if one.is_complete:
            return "done", signs.done
        limit = self._today + timedelta(days=SOON_DAYS)
        if any(item.is_open and item.due is not None and item.due <= limit for item in items):
            return "soon", signs.soon
        return "muted", signs.on_time

    def _marks(self, canvas: Canvas, card: FileCard, items: list[ItemLine], left: int, right: int) -> None:
        signs = glyphs()
        for item in items:
            if not item.is_open or item.due is None:
                continue
            at = place((item.due - card.arrival).days, left, right)
            if item.is_overdue(self._today):
                canvas.put(at, signs.late, "late")
            elif item.due <= self._today + timedelta(days=SOON_DAYS):
                canvas.put(at, signs.soon, "soon")
            elif item.legal:
                canvas.put(at, signs.square, "text")

    def _words(
        self, canvas: Canvas, card: FileCard, plan: Plan, one: StageProgress, end: int, right: int
    ) -> None:
        """What ends the stage, where there is room after its line."""
        contacts = [
            line
            for line in card.followups
            if line.code in plan.stages[one.stage].followups and line.done_on is None
        ]
        said = contacts[-1].label if contacts else ""
        if not said and one.is_complete and one.stage == "R5":
            said = _("lease signed")
        said = safe(said, 22)
        if said and canvas.free(end + 2, end + 3 + len(said)):
            canvas.put(end + 2, said, "muted")

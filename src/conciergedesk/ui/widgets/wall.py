"""The wall: six figures to read from two metres, commitments as dots, the hours as a map, cover, load."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from textual.renderables.digits import DIGITS, DIGITS3X3_BOLD

from conciergedesk.core.i18n import _, local, plural, show_number
from conciergedesk.reports.measures import Measure
from conciergedesk.reports.naming import LINE_WORDS
from conciergedesk.reports.reporting import Group, Heat
from conciergedesk.reports.words import spoken
from conciergedesk.ui.cells import Row, time_left, weekday_short, word
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.report_room import WallReading
from conciergedesk.ui.widgets.painted import PaintedScroll
from conciergedesk.ui.widgets.section import title_row

TARGET = 90.0
HOURS = range(8, 21)
HEAT_INKS = ("muted", "text", "bright", "bright", "bright bold", "bg bold")
"""Ink of a cell, calm to busy: the lightest ground gets the ground's own dark."""


def digit_rows(text: str) -> tuple[str, str, str]:
    """Three rows of large digits; ASCII sets keep small ones."""
    if glyphs().bar == "=":
        return ("", text, "")
    rows = ["", "", ""]
    for char in text:
        place = DIGITS.find(char)
        for number in range(3):
            cell = DIGITS3X3_BOLD[place * 3 + number] if place >= 0 else ""
            rows[number] += cell.ljust(3)
    return (rows[0], rows[1], rows[2])


class Wall(PaintedScroll, can_focus=True):
    """Read only; everything comes from one reading."""

    def __init__(self, families: dict[str, str] | None = None) -> None:
        super().__init__(id="wall")
        self.reading: WallReading | None = None
        self.families = families or {}

    def show(self, reading: WallReading, families: dict[str, str]) -> None:
        self.reading, self.families = reading, families
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        if self.reading is None:
            return [Row(), Row().gap(2).say(_("Reading the figures…"), "muted")]
        rows = [*self._tiles(width), Row()]
        left = [*self._attainment(), Row(), *self._week(), Row(), *self._to_look_at()]
        right = [*self._heat(), Row(), *self._covered(), Row(), *self._team()]
        if width < 110:
            return [*rows, *left, Row(), *right]
        half = (width - 4) // 2
        for number in range(max(len(left), len(right))):
            row = Row()
            if number < len(left):
                row.add(left[number])
            row.to(half + 3)
            if number < len(right):
                row.add(right[number])
            rows.append(row)
        return rows

    @property
    def _half(self) -> int:
        width = self.scrollable_content_region.width
        return (width - 4) // 2 if width >= 110 else min(width - 1, 60)

    # --- the six figures ---

    def _tiles(self, width: int) -> list[Row]:
        reading = self.reading
        assert reading is not None
        now, count = reading.now, reading.counts
        tags = _("and").join(f" {tag} " for tag in now.late_tags[:2]).strip()
        tiles = [
            (str(count.late), "late" if count.late else "muted", _("late"), ""),
            (str(count.soon), "soon" if count.soon else "muted", _("wall|soon"), _("within 60 min")),
            (
                str(count.waiting),
                "waiting" if count.waiting else "muted",
                _("wall|waiting"),
                _("for somebody"),
            ),
            (
                str(now.keys_out),
                "late" if now.keys_late else "text",
                _("keys out"),
                plural("{count} late", "{count} late", now.keys_late) + (f" · {tags}" if tags else ""),
            ),
            (str(now.kept), "done", _("wall|kept"), _("of {count} due", count=now.due)),
            (
                str(now.handovers_in_time),
                "done" if now.handovers_in_time == now.handovers else "late",
                _("handovers"),
                _("in time of {count}", count=now.handovers),
            ),
        ]
        columns = 6 if width >= 110 else 3
        cells = (width - 2) // columns
        rows: list[Row] = []
        for first in range(0, len(tiles), columns):
            group = tiles[first : first + columns]
            for line in range(3):
                row = Row().gap(1)
                for place, (figure, ink, _label, _note) in enumerate(group):
                    row.to(1 + place * cells).say(glyphs().cursor, ink if ink == "late" else "track").gap(1)
                    row.say(digit_rows(figure)[line], f"{ink} bold")
                rows.append(row)
            label, note = Row().gap(1), Row().gap(1)
            for place, (_figure, ink, text, below) in enumerate(group):
                label.to(1 + place * cells).say(glyphs().cursor, ink if ink == "late" else "track").gap(1)
                label.data(spoken(text), "bright bold", cells - 4)
                note.to(1 + place * cells).say(glyphs().cursor, ink if ink == "late" else "track").gap(1)
                if Row().say(below).width > cells - 4:
                    below = below.partition(" · ")[0]
                note.data(below, "muted", cells - 4)
            rows += [label, note]
            if first + columns < len(tiles):
                rows.append(Row())
        return rows

    # --- left ---

    def _attainment(self) -> list[Row]:
        reading = self.reading
        assert reading is not None
        edge = self._half
        rows = [
            title_row(
                _("Commitments kept this month"), _("target {target} %", target=int(TARGET)), edge, margin=1
            )
        ]
        if not reading.slow.families:
            return [*rows, Row().gap(1).say(_("nothing yet"), "muted")]
        axis = max(edge - 21 - 18, 10)
        head = Row().to(21)
        for value in (80, 90, 100):
            head.to(21 + round((value - 80) / 20 * (axis - 1)) - (2 if value == 100 else 0)).say(
                str(value), "muted"
            )
        rows.append(head)
        rows += [self._dot(group, axis, edge) for group in reading.slow.families]
        said = _("kept = by the promise + 15 min, client pauses left out")
        rows.append(Row().gap(1).data(said, "muted", edge - 1))
        return rows

    def _dot(self, group: Group, axis: int, edge: int) -> Row:
        signs = glyphs()
        measure = group.figure.measures[0]
        value = measure.value or 0.0
        name = self.families.get(group.value, group.value) or _("other")
        ink = "done" if value >= TARGET else "soon" if value >= TARGET - 4 else "late"
        row = Row().gap(1).data(name, "bright bold" if ink == "late" else "text", 19).to(21)
        place = round((max(value, 80.0) - 80) / 20 * (axis - 1))
        mark = round((TARGET - 80) / 20 * (axis - 1))
        for cell in range(axis):
            if cell == place:
                row.say(signs.soon, f"{ink} bold")
            elif cell == mark:
                row.say(signs.rail, "muted")
            else:
                row.say(signs.hairline, "rule")
        row.gap(1).say(signs.under if value < TARGET else " ", ink).say(f"{value:3.0f}", f"{ink} bold")
        told = _("{met} of {count}", met=measure.met, count=measure.count)
        return row.end(Row().data(told, "muted", 12), edge)

    def _week(self) -> list[Row]:
        reading = self.reading
        assert reading is not None
        edge, slow = self._half, reading.slow
        figure = str(slow.week_count)
        if slow.week_before:
            figure += f", {100 * (slow.week_count - slow.week_before) / slow.week_before:+.0f} % " + _(
                "in a week"
            )
        rows = [title_row(_("Requests, seven days"), figure, edge, margin=1)]
        most = max((count for _family, count in slow.week), default=1)
        cells = max(edge - 23 - 7, 8)
        for family, count in slow.week:
            row = Row().gap(1).data(self.families.get(family, family) or _("other"), "text", 20).to(22)
            row.say(glyphs().blocks[4] * max(1, round(count / most * cells)), "accent")
            rows.append(row.end(Row().say(str(count), "bright"), edge))
        return rows if slow.week else [*rows, Row().gap(1).say(_("nothing yet"), "muted")]

    def _to_look_at(self) -> list[Row]:
        reading = self.reading
        assert reading is not None
        signs, edge, now = glyphs(), self._half, reading.now.at
        found: list[tuple[str, str, str, str]] = []
        for group in reading.slow.families:
            value = group.figure.measures[0].value
            if value is not None and value < TARGET:
                name = self.families.get(group.value, group.value)
                missed = group.figure.measures[0].count - group.figure.measures[0].met
                sign, ink = (signs.late, "late") if value < TARGET - 4 else (signs.soon, "soon")
                found.append(
                    (sign, ink, f"{name} {value:.0f} %", plural("{count} missed", "{count} missed", missed))
                )
        for promise in reading.soonest:
            if promise.due_at is not None and promise.due_at < now:
                left = time_left(promise.due_at, now)
                found.append((signs.late, "late", promise.what, f"{promise.for_whom} {left}".strip()))
        found = found[:4]
        rows = [title_row(_("To look at"), str(len(found)), edge, margin=1)]
        for sign, ink, what, note in found:
            row = Row().gap(1).say(f"{sign} ", ink).data(what, "text", 24).to(29)
            rows.append(row.data(note, "muted", max(edge - 29, 8)))
        return rows if found else [*rows, Row().gap(1).say(_("nothing presses"), "done")]

    # --- right ---

    def _heat(self) -> list[Row]:
        reading = self.reading
        assert reading is not None
        return heat_rows(reading.slow.heat, self._half, reading.now.at)

    def _covered(self) -> list[Row]:
        reading = self.reading
        assert reading is not None
        edge, now = self._half, reading.now
        if not now.has_cover:
            return [title_row(_("Cover today"), _("nothing: no rota yet"), edge, margin=1)]
        rows = [title_row(_("Cover today"), _("staffed of needed"), edge, margin=1)]
        lines: dict[str, list[tuple[datetime, datetime, int, int]]] = {}
        for fact in now.cover:
            lines.setdefault(fact.line, []).append((fact.start, fact.end, fact.needed, fact.staffed))
        for line, parts in sorted(lines.items()):
            row = Row().gap(1).data(word(LINE_WORDS.get(line, line)), "text", 11).to(13)
            cells = max(edge - 13 - 7, 13)
            for cell in range(cells):
                hour = 7 + cell * 15 / cells
                here = [one for one in parts if _covers(one[0], one[1], hour)]
                short = [one for one in here if one[3] < one[2]]
                if not here:
                    row.say(glyphs().on_time, "track")
                elif short:
                    row.say(glyphs().blocks[2], "late bold")
                else:
                    row.say(glyphs().blocks[-1], "accent")
            needed = sum(one[2] * (one[1] - one[0]).total_seconds() for one in parts)
            staffed = sum(min(one[2], one[3]) * (one[1] - one[0]).total_seconds() for one in parts)
            share = 100 * staffed / needed if needed else None
            ink = "done" if share is not None and share >= 100 else "late bold"
            text = f"{share:.0f} %" if share is not None else glyphs().dash
            rows.append(row.end(Row().say(text, ink), edge))
        return rows

    def _team(self) -> list[Row]:
        reading = self.reading
        assert reading is not None
        edge = self._half
        rows = [title_row(_("Team"), _("held now, promises kept in 7 days"), edge, margin=1)]
        for load in reading.now.loads:
            kept: Measure | None = reading.slow.kept_by.get(load.name)
            row = Row().gap(1).data(load.name, "text", 10).to(12)
            dots = min(load.held, 8)
            row.say(glyphs().square * dots, "accent").say(glyphs().on_time * (8 - dots), "track")
            row.to(21).say(f"{load.held:>3}", "bright").to(27)
            if kept is not None and kept.value is not None:
                cells = max(edge - 27 - 18, 6)
                full = round(kept.value / 100 * cells)
                ink = "done" if kept.value >= TARGET else "soon"
                row.say(glyphs().bar * full, ink).say(glyphs().bar_empty * (cells - full), "track")
                told = f"{kept.value:.0f}  " + _("{met} of {count}", met=kept.met, count=kept.count)
                row.end(Row().data(told, ink, 16), edge)
            rows.append(row)
        rows.append(
            Row().gap(1).data(_("to help, never to rate: small numbers say little"), "muted", edge - 1)
        )
        return rows if reading.now.loads else [rows[0], Row().gap(1).say(_("nobody holds anything"), "muted")]


def _covers(start: datetime, end: datetime, hour: float) -> bool:
    first, last = local(start), local(end)
    begin = first.hour + first.minute / 60
    finish = last.hour + last.minute / 60 + (24 if last.date() > first.date() else 0)
    return begin <= hour < finish


WEEKS = 4
FEW_BY_HOUR = 3.0
"""Below this mean in the busiest hour the sum of the weeks says more than a mean of nearly nothing."""


def heat_rows(heat: Heat, edge: int, now: datetime) -> list[Row]:
    """Requests by weekday and hour with their figures, calm to busy; the peak in words."""
    day, hour, peak = heat.peak
    few = peak < FEW_BY_HOUR
    by = _("all four weeks") if few else _("mean by hour")
    rows = [title_row(_("Requests by hour, 4 weeks"), by, edge, margin=1)]
    cells = max(3, min(4, (edge - 6) // len(HOURS)))
    here = local(now)
    head = Row().to(6)
    for number in HOURS:
        head.say(f"{number:>{cells - 1}} ", "bright bold" if number == here.hour else "muted")
    rows.append(head)
    monday = date(2027, 3, 22)
    for weekday in range(7):
        name = weekday_short(monday + timedelta(days=weekday))
        row = Row().gap(1).data(name, "bright bold" if weekday == here.weekday() else "text", 4).to(6)
        for number in HOURS:
            value = heat.cells[weekday][number]
            step = min(5, round(value / (peak if few and peak else max(peak, 1.0)) * 5))
            shown = value * WEEKS if few else value
            text = f"{shown:.0f}" if shown >= 0.5 else (glyphs().on_time if value else "")
            row.say(f"{text:>{cells - 1}} ", f"{HEAT_INKS[step]} @heat-{step}")
        rows.append(row)
    if peak:
        name = weekday_short(monday + timedelta(days=day))
        said = _(
            "peak {day} {hour} h: {value}",
            day=name,
            hour=hour,
            value=show_number(round(peak * WEEKS) if few else round(peak, 1)),
        )
        rows.append(Row().end(Row().say(said, "bright"), edge))
    return rows

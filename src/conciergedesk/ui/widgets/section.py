"""Sections: a bold title, a hairline to the edge, a figure at right, and lines below. No boxes."""

from __future__ import annotations

from rich.cells import cell_len

from conciergedesk.board.detail import Bars, Line, Mark, Section
from conciergedesk.ui.cells import Row, bar, safe
from conciergedesk.ui.glyphs import glyphs

_MARK_INKS = {
    Mark.LATE: "late",
    Mark.SOON: "soon",
    Mark.WAITING: "waiting",
    Mark.CALM: "muted",
    Mark.DONE: "done",
    Mark.NOTICE: "soon bold",
    Mark.QUESTION: "accent",
    Mark.NEXT: "accent bold",
}


def mark_piece(mark: Mark, ink: str = "") -> Row:
    """The sign of a line."""
    signs = glyphs()
    sign = {
        Mark.NONE: "",
        Mark.LATE: signs.late,
        Mark.SOON: signs.soon,
        Mark.WAITING: signs.waiting,
        Mark.CALM: signs.on_time,
        Mark.DONE: signs.done,
        Mark.NOTICE: signs.notice,
        Mark.QUESTION: signs.question,
        Mark.NEXT: signs.next,
        Mark.SQUARE: signs.square,
    }[mark]
    return Row().say(sign, ink or _MARK_INKS.get(mark, "muted"))


def title_row(title: str, figure: str, edge: int, ink: str = "bright", margin: int = 2) -> Row:
    """``Contrôle ──── 4 sur 8``."""
    row = Row().gap(margin).data(title, f"{ink} bold", edge - margin)
    end = Row().data(figure, "muted", max(edge - row.width - 4, 0))
    if end.width:
        return row.rule(edge - end.width - 1).gap(1).add(end) if edge - row.width - end.width > 3 else row
    return row.rule(edge)


def section_rows(section: Section, edge: int, *, margin: int = 2, title_ink: str = "bright") -> list[Row]:
    """A section with its lines, painted up to ``edge``."""
    rows = [title_row(section.title, section.figure, edge, title_ink, margin)]
    marked = any(line.mark for line in section.lines)
    column = section.column or max((cell_len(safe(line.left, 12)) for line in section.lines), default=0)
    for line in section.lines:
        rows.append(_line(line, edge, margin, column, marked=marked))
    if section.share is not None:
        rows.append(Row().gap(margin).add(bar(section.share, edge - margin, str(section.share_tone))))
    if section.bars is not None:
        rows.extend(_bars(section.bars, edge, margin))
    return rows


def _line(line: Line, edge: int, margin: int, column: int, *, marked: bool) -> Row:
    row = Row().gap(margin)
    if marked:
        row.add(mark_piece(line.mark, str(line.left_tone) if line.mark is Mark.SQUARE else "")).to(margin + 2)
    if column:
        row.data(line.left, str(line.left_tone), column).to(margin + (2 if marked else 0) + column + 1)
    end = Row()
    if line.gauge is not None:
        full = max(0, min(line.gauge, 8))
        end.say(glyphs().square * full, "accent").say(glyphs().dot * (8 - full), "faint").gap(1)
    end.data(line.right, str(line.right_tone), 14 if line.gauge is None else 2, right=line.gauge is not None)
    room = edge - row.width - (end.width + 1 if end.width else 0)
    return row.data(line.text, str(line.tone), max(room, 4)).end(end, edge)


def _bars(bars: Bars, edge: int, margin: int, height: int = 3) -> list[Row]:
    """Bars of two cells each with a gap, drawn in eighths, labels below."""
    blocks = glyphs().blocks
    top = max(bars.values, default=0) or 1
    step = 2 if (edge - margin) >= 2 * len(bars.values) else 1
    rows = [Row().gap(margin) for _level in range(height)]
    for place, value in enumerate(bars.values):
        eighths = round(value / top * height * (len(blocks) - 1))
        ink = "accent" if place == bars.now else "heat-4"
        for level, row in enumerate(reversed(rows)):
            part = max(0, min(eighths - level * (len(blocks) - 1), len(blocks) - 1))
            row.say(blocks[part], ink).gap(step - 1)
    label = Row().gap(margin)
    for place, text in enumerate(bars.labels):
        at = margin + place * step
        if at >= label.width and text:
            label.to(at).data(text, "muted", 4)
            label.gap(1)
    return [*rows, label]

"""One promise in full: the pane beside the list, and the strip under it when there is no room for a pane."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from conciergedesk.board.detail import Detail, Fact, Section, Step, TimelineLine
from conciergedesk.board.rules import Loudness, loudness
from conciergedesk.core.i18n import _, plural
from conciergedesk.ui.cells import (
    Row,
    bar,
    duration,
    late_chip,
    safe,
    state_glyph,
    state_ink,
    state_word,
    when,
    wrapped,
)
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import keymap, unbind
from conciergedesk.ui.widgets.frame import key_and_label
from conciergedesk.ui.widgets.painted import Painted, PaintedScroll
from conciergedesk.ui.widgets.section import mark_piece, section_rows, title_row

LABEL = 12


def _due(detail: Detail, now: datetime) -> tuple[Row, str]:
    """The chip or state of a promise and the moment it was promised for, with that moment's ink."""
    promise = detail.promise
    loud = loudness(promise, now)
    if loud is Loudness.LATE and promise.due_at is not None:
        chip = late_chip(f"{state_word(loud)} {duration(promise.due_at - now).lstrip('-')}")
        return chip, "late"
    ink = state_ink(loud)
    row = Row().say(f"{state_glyph(loud)} {state_word(loud)}", ink)
    if promise.due_at is not None:
        row.gap(1).say(duration(promise.due_at - now), ink if loud is not Loudness.ON_TIME else "calm")
    return row, "muted" if loud is not Loudness.SOON else "soon"


def promised_for(due_at: datetime | None, now: datetime) -> str:
    """``promis pour 18:24``."""
    if due_at is None:
        return _("no moment promised")
    return _("promised for {when}", when=when(due_at, now))


class DetailPane(PaintedScroll, can_focus=True):
    """What the selected promise is, what to do now, what is still to check, and what happened."""

    GROUND: ClassVar[str] = "surface"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        unbind(self, "left", "right")
        self._detail: Detail | None = None
        self._now: datetime | None = None
        self._message = ""

    @property
    def detail(self) -> Detail | None:
        return self._detail

    def show(self, detail: Detail | None, now: datetime, message: str = "") -> None:
        """Show ``detail``; without one, ``message``."""
        before = self._detail
        self._detail, self._now, self._message = detail, now, message
        if before is None or detail is None or before.promise.key != detail.promise.key:
            self.scroll_to(y=0, animate=False, force=True)
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        detail, now = self._detail, self._now
        if detail is None or now is None:
            return [Row(), Row().gap(2).say(self._message, "muted")]
        edge = width - 2
        rows = [
            Row()
            .gap(2)
            .data(detail.promise.ref, "muted", 12)
            .gap(2)
            .data(detail.title, "bright bold", edge - 14),
        ]
        state, ink = _due(detail, now)
        rows.append(
            Row().gap(2).add(state).end(Row().say(promised_for(detail.promise.due_at, now), ink), edge)
        )
        for notice in detail.notices:
            for place, line in enumerate(wrapped(notice, edge - 4, 3)):
                sign = glyphs().notice if place == 0 else " "
                rows.append(Row().gap(2).say(f"{sign} ", "soon bold").say(line, "soon"))
        rows.append(Row())
        for fact in detail.facts:
            rows.extend(fact_rows(fact, edge))
        if detail.acts:
            rows.append(Row())
            rows.append(title_row(_("To do now"), "", edge, "muted"))
            rows.extend(self._acts(detail, edge))
        if detail.steps:
            rows.append(Row())
            rows.extend(step_rows(detail.steps, edge, room=self.size.height >= 50))
        if detail.timeline:
            rows.append(Row())
            lines = plural("{count} line", "{count} lines", len(detail.timeline))
            rows.append(title_row(_("Thread"), lines, edge, "muted"))
            rows.extend(timeline_rows(detail.timeline, now, edge))
        for section in detail.sections:
            rows.append(Row())
            rows.extend(section_rows(section, edge, title_ink="muted"))
        return rows

    def _acts(self, detail: Detail, edge: int) -> list[Row]:
        rows = []
        keys = [keymap().shown(act.action) for act in detail.acts]
        start = max(4, *(len(key) + 2 for key in keys)) if keys else 4
        for place, (act, key) in enumerate(zip(detail.acts, keys, strict=True)):
            row = Row().gap(2)
            first = place == 0
            body = Row(ground="select" if first else "").gap(1)
            body.say(key, "accent bold").to(start)
            body.data(act.label, "bright bold" if first else "text", edge - 4 - start)
            body.end(Row().data(act.note, "text" if first else "muted", 20), edge - 3)
            rows.append(row.on(body, edge - 2))
        return rows


def fact_rows(fact: Fact, edge: int) -> list[Row]:
    """A label and its value; a long value goes on under itself."""
    room = max(edge - LABEL - 2, 8)
    ink = f"{fact.tone} bold" if fact.bold else str(fact.tone)
    lines = wrapped(fact.value, room, 3) or [""]
    rows = []
    for place, line in enumerate(lines):
        row = Row().gap(2)
        if place == 0:
            row.data(fact.label, "muted", LABEL - 1)
        rows.append(row.to(LABEL + 2).say(line, ink))
    if fact.note and rows[-1].width + 4 < edge:
        rows[-1].gap(1).data(fact.note, "muted", edge - rows[-1].width - 1)
    return rows


def step_rows(steps: Sequence[Step], edge: int, *, room: bool) -> list[Row]:
    """The checklist: in a small pane the last step done, the next one and two more; in a tall one all of them."""
    signs = glyphs()
    done = [step for step in steps if step.done]
    to_do = [step for step in steps if not step.done]
    figure = _("{done} of {all}", done=len(done), all=len(steps))
    rows = [
        title_row(_("Checklist"), figure, edge, "muted"),
        Row().gap(2).add(bar(len(done) / len(steps), edge - 2)),
    ]
    shown_done = done if room else done[-1:]
    shown_to_do = to_do if room else to_do[:3]
    for step in shown_done:
        rows.append(_step(Row().gap(2).say(f"{signs.done} ", "done"), step, "muted", edge))
    for place, step in enumerate(shown_to_do):
        row = Row().gap(2)
        if place == 0:
            rows.append(_step(row.say(f"{signs.next} ", "accent bold"), step, "bright bold", edge))
        else:
            rows.append(_step(row.say(f"{signs.on_time} ", "muted"), step, "text", edge))
    more, before = len(to_do) - len(shown_to_do), len(done) - len(shown_done)
    parts = []
    if more:
        parts.append(plural("{count} more", "{count} more", more))
    if before:
        parts.append(plural("{count} already done", "{count} already done", before))
    if parts:
        rows.append(Row().gap(4).say(", ".join(parts), "muted"))
    return rows


def _step(row: Row, step: Step, ink: str, edge: int) -> Row:
    row.data(step.label, ink, edge - row.width)
    if step.note:
        row.end(Row().data(step.note, "muted", 16), edge)
    return row


def timeline_rows(lines: Sequence[TimelineLine], now: datetime, edge: int) -> list[Row]:
    """Who did or said what, newest first."""
    times = [when(line.at, now) for line in lines]
    time_cells = max((len(time) for time in times), default=5)
    who_cells = min(max((len(safe(line.who, 12)) for line in lines), default=6), 8)
    rows = []
    for line, time in zip(lines, times, strict=True):
        row = Row().gap(2).say(time, "muted").to(2 + time_cells + 1)
        if line.mark:
            row.add(mark_piece(line.mark))
        else:
            row.data(line.who, "muted", who_cells)
        at = 2 + time_cells + 1 + who_cells + 1
        for place, text in enumerate(wrapped(line.text, max(edge - at, 10), 4)):
            if place:
                row = Row()
            rows.append(row.to(at).say(text, str(line.tone)))
    return rows


class BottomStrip(Painted):
    """The selected promise under a list that has the whole width: four rows, or two where rows are few."""

    GROUND: ClassVar[str] = "surface"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._detail: Detail | None = None
        self._now: datetime | None = None
        self.rows_wanted = 4

    def show(self, detail: Detail | None, now: datetime) -> None:
        self._detail, self._now = detail, now
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        detail, now = self._detail, self._now
        if detail is None or now is None:
            return [Row()] * self.rows_wanted
        edge = width - 1
        _state, ink = _due(detail, now)
        promised = Row().say(promised_for(detail.promise.due_at, now), ink)
        room = edge - promised.width - 3
        first = Row().gap(1).data(detail.title, "bright bold", min(30, room))
        first.gap(2).data(detail.promise.ref, "muted", max(min(10, room - first.width), 0))
        first.gap(3).data(detail.for_whom, "text", max(room - first.width, 0))
        first.end(promised, edge)
        rows = [
            first,
            self._facts(detail, edge),
            self._last_lines(detail, now, edge),
            self._acts(detail, edge),
        ]
        return rows if self.rows_wanted >= 4 else [rows[0], rows[1]]

    def _facts(self, detail: Detail, edge: int) -> Row:
        end = Row()
        if detail.steps:
            done = sum(step.done for step in detail.steps)
            end.say(_("Checklist"), "muted").gap(1).add(bar(done / len(detail.steps), 8))
            end.gap(1).say(_("{done} of {all}", done=done, all=len(detail.steps)), "text")
        row = Row().gap(1)
        for fact in (fact for fact in detail.facts if fact.brief):
            ink = f"{fact.tone} bold" if fact.bold else str(fact.tone)
            pair = Row().data(fact.label, "muted", LABEL).gap(1).data(fact.value, ink, 40)
            room = edge - end.width - row.width - 5
            if pair.width > room:
                if room < LABEL + 10 or fact.bold:
                    break
                pair = Row().data(fact.label, "muted", LABEL).gap(1).data(fact.value, ink, room - LABEL - 1)
            row.gap(3 if row.width > 1 else 0).add(pair)
        return row.end(end, edge)

    def _last_lines(self, detail: Detail, now: datetime, edge: int) -> Row:
        row = Row().gap(1)
        for line in [line for line in detail.timeline if line.who][:2]:
            said = Row().say(when(line.at, now), "muted").gap(1).data(line.who, "muted", 8).gap(1)
            room = edge - row.width - said.width - 3
            if room < 12:
                break
            row.gap(3 if row.width > 1 else 0).add(said.data(line.text, "text", min(room, 46)))
        return row

    def _acts(self, detail: Detail, edge: int) -> Row:
        row = Row().gap(1)
        last = key_and_label(keymap().shown("board.detail"), _("whole detail"))
        for act in detail.acts:
            pair = Row().say(keymap().shown(act.action), "accent bold").gap(1).data(act.label, "text", 24)
            if row.width + pair.width + 3 > edge - last.width - 3:
                break
            row.gap(3 if row.width > 1 else 0).add(pair)
        return row.gap(3 if row.width > 1 else 0).add(last)


class SectionsPane(PaintedScroll):
    """The third pane of a wide screen: what is true right now, section by section."""

    GROUND: ClassVar[str] = "bg"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sections: tuple[Section, ...] = ()

    def show(self, sections: Sequence[Section]) -> None:
        self._sections = tuple(sections)
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        rows: list[Row] = []
        for section in self._sections:
            if rows:
                rows.append(Row())
            rows.extend(section_rows(section, width - 1, margin=1, title_ink="bright"))
        return [self._railed(row) for row in rows] if rows else []

    def _railed(self, row: Row) -> Row:
        return row

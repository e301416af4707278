"""Which columns the list of promises has at which width, and one promise painted into them.

The list is the same at 80 columns and at 120: the eye learns one layout. Narrower, whole columns leave; wider, texts
get room.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from conciergedesk.board.rules import DaySeparator, Loudness, Promise, loudness
from conciergedesk.core.i18n import N_
from conciergedesk.ui.cells import (
    Row,
    initials,
    safe,
    separator_label,
    short,
    short_name,
    state_glyph,
    state_ink,
    state_word,
    time_ink,
    time_left,
    word,
)
from conciergedesk.ui.glyphs import glyphs


@dataclass(frozen=True, slots=True)
class Columns:
    """Widths in cells; 0 means that the column is not there. Cell 0 is the bar or mark."""

    state: int = 9
    left: int = 8
    what: int = 19
    for_whom: int = 10
    where: int = 10
    who: int = 7
    waits: int = 8


_WIDEST = Columns(what=27, for_whom=20, where=18, who=9, waits=15)


@lru_cache(maxsize=64)
def columns_for(width: int) -> Columns:
    """The columns of a list of ``width`` cells, the scroll bar not counted."""
    where = 10 if width >= 79 else 0
    waits = 8 if width >= 72 else 0
    state = 9 if width >= 72 else 5
    who = 7 if width >= 66 else 3 if width >= 58 else 0
    for_whom = 10 if width >= 50 else 0
    fixed = 1 + state + 1 + 8 + 2
    fixed += sum(cells + 1 for cells in (for_whom, where, who, waits) if cells)
    what = max(width - fixed, 8)
    if width < 80:
        return Columns(state, 8, what, for_whom, where, who, waits)
    spare = width - 79
    grown = {}
    for name, least, most in (
        ("what", 19, _WIDEST.what),
        ("for_whom", 10, _WIDEST.for_whom),
        ("where", 10, _WIDEST.where),
        ("waits", 8, _WIDEST.waits),
        ("who", 7, _WIDEST.who),
    ):
        more = min(spare, most - least)
        grown[name] = least + more
        spare -= more
    grown["what"] += max(spare - 1, 0)
    return Columns(state, 8, **grown)


def heading(columns: Columns, *, sorted_by_time: bool = True) -> Row:
    """The column titles."""
    row = Row().gap(1).data(word(N_("column|State")), "muted", columns.state).to(columns.state + 2)
    arrow = f" {glyphs().down}" if sorted_by_time else ""
    row.data(word(N_("column|Left")) + arrow, "muted", columns.left, right=True).gap(2)
    row.data(word(N_("column|What")), "muted", columns.what)
    at = columns.state + columns.left + 4 + columns.what
    for title, cells in (
        (word(N_("column|For")), columns.for_whom),
        (word(N_("column|Where")), columns.where),
        (word(N_("column|Who")), columns.who),
        (word(N_("column|Awaits")), columns.waits),
    ):
        if cells:
            row.to(at + 1).data(title, "muted", cells)
            at += 1 + cells
    return row


def separator_row(line: DaySeparator, width: int) -> Row:
    """The line above a day."""
    return Row().gap(1).say(separator_label(line), "muted").rule(width - 1)


@dataclass(frozen=True, slots=True)
class RowState:
    """What the list knows of a row besides the promise."""

    cursor: bool = False
    focused: bool = True
    marked: bool = False
    risen: bool = False
    days: bool = True


def promise_row(promise: Promise, columns: Columns, now: datetime, me: int | None, state: RowState) -> Row:
    """One promise as a line of the list."""
    signs = glyphs()
    loud = loudness(promise, now)
    row = Row(ground="select" if state.cursor else "")
    late = loud is Loudness.LATE
    if state.cursor and state.focused:
        row.say(signs.cursor, "on-chip accent" if late else "accent")
    elif state.marked:
        row.say(signs.marked, "on-chip chip-ink" if late else "accent")
    else:
        row.say(" ", "late-chip" if late else "ground")
    _say_state(row, loud, promise, columns)
    left_ink = time_ink(loud)
    row.gap(1).data(
        time_left(promise.due_at, now, under_separators=state.days), left_ink, columns.left, right=True
    )
    what_ink = "bright bold" if state.cursor else "bright" if late or loud is Loudness.SOON else "text"
    if state.risen:
        what_ink = "bright bold"
    if state.cursor and state.marked:
        row.gap(1).say(signs.marked, "accent")
    else:
        row.gap(2)
    at = row.width
    row.data(promise.what, what_ink, columns.what)
    at += columns.what
    if columns.for_whom:
        row.to(at + 1).say(short_name(promise.for_whom, columns.for_whom))
        at += 1 + columns.for_whom
    if columns.where:
        row.to(at + 1).say(short(promise.where, columns.where), "muted")
        at += 1 + columns.where
    if columns.who:
        row.to(at + 1)
        _say_holder(row, promise, columns.who, me)
        at += 1 + columns.who
        if promise.opened_elsewhere_by and row.width <= at:
            row.say(signs.presence, "accent bold")
    if columns.waits:
        row.to(at + 1).say(short(promise.waits_for, columns.waits), "waiting")
    return row


def _say_state(row: Row, loud: Loudness, promise: Promise, columns: Columns) -> None:
    word = state_word(loud)
    if loud is Loudness.WAITING and not columns.waits and promise.waits_for:
        word = promise.waits_for
    cells = columns.state - 2
    glyph = state_glyph(loud)
    if loud is Loudness.LATE:
        shown = safe(word, cells) if cells >= len(word) else safe(word, 20)[:cells]
        row.say(f"{glyph} {shown}".ljust(columns.state), "late-chip")
        return
    ink = state_ink(loud)
    row.say(f"{glyph} ", ink)
    shown = safe(word, cells) if cells >= 7 else safe(word, 20)[:cells]
    row.say(shown, ink).to(columns.state + 1)


def _say_holder(row: Row, promise: Promise, cells: int, me: int | None) -> None:
    if promise.holder_id is None and not promise.holder:
        row.say(word(N_("holder|free"))[:cells], "bright underline")
    elif promise.holder_id is not None and promise.holder_id == me:
        row.data(word(N_("holder|me")), "mine bold", cells)
    elif cells < 4:
        row.data(initials(promise.holder), "text", cells)
    else:
        row.data(promise.holder, "text", cells)

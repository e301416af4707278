"""The list of promises: any number of rows, painted a window at a time, with the cursor kept on its promise."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from conciergedesk.board.rules import (
    BoardRow,
    HolidayName,
    Promise,
    PromiseKey,
    first_due_from,
    no_holidays,
    with_days,
)
from conciergedesk.core.i18n import active_zone
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row
from conciergedesk.ui.keys import bind, unbind
from conciergedesk.ui.widgets.columns import (
    Columns,
    RowState,
    columns_for,
    promise_row,
    separator_row,
)
from conciergedesk.ui.widgets.painted import Look, ThinBar, look_of, palette_of

CACHED_STRIPS = 2000


class PromiseList(ScrollView, can_focus=True):
    """What is owed, one line each.

    The cursor stays on the same promise over refreshes, by its key; when that promise is gone, on the line that took
    its place.
    """

    cursor: reactive[int] = reactive(0, init=False)
    """Index of the cursor among the promises (separators not counted)."""

    @dataclass
    class Highlighted(Message):
        """The cursor is on another promise, or on none."""

        promise: Promise | None

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, PromiseList.Highlighted)

    @dataclass
    class MarksChanged(Message):
        """Promises were marked or unmarked."""

        count: int

    @dataclass
    class Moved(Message):
        """Other rows are in sight."""

    def __init__(self, *, holiday: HolidayName = no_holidays, id: str | None = None) -> None:
        super().__init__(id=id)
        unbind(self)
        bind(self, Scope.LIST)
        self._holiday = holiday
        self._promises: tuple[Promise, ...] = ()
        self._rows: list[BoardRow] = []
        self._separators: list[int] = []
        self._numbers_after: list[int] = []
        self._now: datetime | None = None
        self._me: int | None = None
        self._days = True
        self._marked: set[PromiseKey] = set()
        self._risen: frozenset[PromiseKey] = frozenset()
        self._cursor_key: PromiseKey | None = None
        self._strips: dict[tuple[int, RowState], tuple[BoardRow, Strip]] = {}
        self._look: Look | None = None
        self._painted_for: tuple[datetime, int | None, bool] | None = None

    def on_mount(self) -> None:
        super().on_mount()  # type: ignore[no-untyped-call]  # not annotated in Textual
        self.vertical_scrollbar.renderer = ThinBar  # type: ignore[misc]

    # --- what it shows ---

    @property
    def promises(self) -> tuple[Promise, ...]:
        """The promises listed, in order."""
        return self._promises

    @property
    def columns(self) -> Columns:
        return columns_for(self._row_width)

    @property
    def _row_width(self) -> int:
        """Width of a row: the cell of the scroll bar is kept free even when there is none."""
        return max(self.size.width - 1, 10) if self.size.width else 79

    @property
    def current(self) -> Promise | None:
        """The promise under the cursor."""
        return self._promises[self.cursor] if 0 <= self.cursor < len(self._promises) else None

    @property
    def marked(self) -> tuple[Promise, ...]:
        """The marked promises that are listed, in order."""
        return tuple(promise for promise in self._promises if promise.key in self._marked)

    @property
    def targets(self) -> tuple[Promise, ...]:
        """What an act is for: the marked promises, else the one under the cursor."""
        marked = self.marked
        if marked:
            return marked
        return (self.current,) if self.current is not None else ()

    @property
    def in_sight(self) -> tuple[int, int]:
        """Numbers, from 1, of the first and last promise in sight; (0, 0) when the list is empty."""
        if not self._promises:
            return (0, 0)
        top = min(self.scroll_offset.y, len(self._rows) - 1)
        end = min(top + max(self.size.height, 1), len(self._rows)) - 1
        first, last = self._place(top) + 1, self._place(end) + 1
        if not isinstance(self._rows[top], Promise):
            first += 1
        return (min(first, len(self._promises)), max(last, 1))

    def show(
        self,
        promises: Iterable[Promise],
        now: datetime,
        *,
        me: int | None = None,
        days: bool = True,
        select: PromiseKey | None = None,
    ) -> None:
        """List ``promises`` (sorted) as they stand at ``now``.

        Args:
            promises: Sorted rows.
            now: Aware instant that time left is counted from.
            me: The member of staff whose promises are shown as ``moi``.
            days: Whether separators carry the days.
            select: The promise to put the cursor on; default the one it is on.
        """
        wanted = select or self._cursor_key
        was_late = self._late_keys()
        had = bool(self._promises)
        self._promises = tuple(promises)
        minute = now.replace(second=0, microsecond=0)
        if (minute, me, days) != self._painted_for:
            self._painted_for = (minute, me, days)
            self._strips.clear()
        self._now, self._me, self._days = now, me, days
        self._rows = (
            with_days(self._promises, now, active_zone(), self._holiday) if days else list(self._promises)
        )
        self._separators = separators_in(self._rows, self._promises)
        self._numbers_after = [place - before for before, place in enumerate(self._separators)]
        if self._marked:
            self._marked &= {promise.key for promise in self._promises}
        self._risen = self._late_keys() - was_late if had else frozenset()
        self.virtual_size = Size(self._row_width, len(self._rows))
        cursor = min(self.cursor, max(len(self._promises) - 1, 0))
        if wanted is not None:
            kind, wanted_id = wanted
            cursor = next(
                (n for n, one in enumerate(self._promises) if one.id == wanted_id and one.kind is kind),
                cursor,
            )
        before = self._cursor_key
        self.set_reactive(PromiseList.cursor, cursor)
        self._remember_cursor()
        self._keep_in_sight()
        self.refresh()
        if before != self._cursor_key or select is not None or not had:
            self.post_message(self.Highlighted(self.current))
        self.post_message(self.Moved())

    def _row_of(self, number: int) -> int:
        """The row of a promise: there are a handful of separators, however many promises."""
        return number + bisect_right(self._numbers_after, number)

    def _place(self, row: int) -> int:
        """The number of the promise in ``row``; of a separator, that of the promise before it, or -1."""
        return row - bisect_right(self._separators, row)

    def _late_keys(self) -> frozenset[PromiseKey]:
        """The promises that are late; sorted as they are, they stand first."""
        if self._now is None:
            return frozenset()
        end = first_due_from(self._now, self._promises)
        return frozenset(promise.key for promise in self._promises[:end])

    def _remember_cursor(self) -> None:
        self._cursor_key = self.current.key if self.current is not None else None

    # --- moving and marking ---

    def watch_cursor(self, before: int, after: int) -> None:
        self._remember_cursor()
        for place in (before, after):
            if 0 <= place < len(self._promises):
                self.refresh_line(self._row_of(place))
        self._keep_in_sight()
        self.post_message(self.Highlighted(self.current))

    def validate_cursor(self, place: int) -> int:
        return max(0, min(place, len(self._promises) - 1))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Moved())

    def _keep_in_sight(self) -> None:
        if not self._promises or not self.size.height:
            return
        row, height = self._row_of(self.cursor), self.size.height
        top = row - 1 if row and not isinstance(self._rows[row - 1], Promise) else row
        if top < self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, force=True)
        elif row >= self.scroll_offset.y + height:
            self.scroll_to(y=row - height + 1, animate=False, force=True)

    def action_cursor(self, by: int) -> None:
        self.cursor += by

    def action_page(self, by: int) -> None:
        self.cursor += by * max(self.size.height - 1, 1)

    def action_edge(self, side: int) -> None:
        self.cursor = 0 if side < 0 else len(self._promises) - 1

    def toggle_mark(self) -> None:
        """Mark or unmark the promise under the cursor and go on to the next."""
        promise = self.current
        if promise is None:
            return
        self._marked ^= {promise.key}
        self.refresh_line(self._row_of(self.cursor))
        self.cursor += 1
        self.post_message(self.MarksChanged(len(self.marked)))

    def clear_marks(self) -> bool:
        """Take all marks off. Returns whether there were any."""
        had = bool(self._marked)
        self._marked.clear()
        self.refresh()
        if had:
            self.post_message(self.MarksChanged(0))
        return had

    def on_click(self, event: events.Click) -> None:
        place = event.y + self.scroll_offset.y
        if 0 <= place < len(self._rows) and isinstance(self._rows[place], Promise):
            self.cursor = self._place(place)

    # --- painting ---

    def on_resize(self) -> None:
        self.virtual_size = Size(self._row_width, len(self._rows))
        self._keep_in_sight()
        self.post_message(self.Moved())

    def on_focus(self) -> None:
        self._refresh_cursor()

    def on_blur(self) -> None:
        self._refresh_cursor()

    def _refresh_cursor(self) -> None:
        if self._promises:
            self.refresh_line(self._row_of(self.cursor))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        look = look_of(self, width)
        if look != self._look:
            self._look = look
            self._strips.clear()
        palette = palette_of(self.app.current_theme)
        place = y + self.scroll_offset.y
        if place >= len(self._rows) or self._now is None:
            return Row().strip(palette, width)
        row = self._rows[place]
        if isinstance(row, Promise):
            state = RowState(
                cursor=self._place(place) == self.cursor,
                focused=self.has_focus,
                marked=row.key in self._marked,
                risen=row.key in self._risen,
                days=self._days,
            )
        else:
            state = RowState()
        # A row that stays is painted once a minute: it is the same promise, and its line the same words.
        key = (id(row), state)
        if (painted := self._strips.get(key)) is None:
            if len(self._strips) > CACHED_STRIPS:
                self._strips.clear()
            if isinstance(row, Promise):
                line = promise_row(row, self.columns, self._now, self._me, state)
                if line.ground:
                    line.to(self._row_width)
            else:
                line = separator_row(row, self._row_width)
            painted = self._strips[key] = (row, line.strip(palette, width))
        return painted[1]


def separators_in(rows: Sequence[BoardRow], promises: Sequence[Promise]) -> list[int]:
    """Where the separators stand among ``rows``, which are otherwise ``promises``; a few steps for each."""
    found: list[int] = []
    while len(found) < len(rows) - len(promises):
        before = len(found)

        def is_further(place: int, before: int = before) -> bool:
            number = place - before
            return number >= len(promises) or rows[place] is not promises[number]

        start = found[-1] + 1 if found else 0
        found.append(bisect_left(range(len(rows)), True, lo=start, key=is_further))
    return found

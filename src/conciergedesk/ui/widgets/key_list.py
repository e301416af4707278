"""The list of key sets: tags, never addresses; what must move first stands first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from conciergedesk.core.i18n import N_, _, plural
from conciergedesk.keys.cards import CountCard, PlaceCard, SetRow
from conciergedesk.keys.custody import HolderKind, KeyState
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, safe, short, when, word
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.key_words import holder_word, left_of, place_word, proof_word, state_of
from conciergedesk.ui.keys import bind, unbind
from conciergedesk.ui.widgets.painted import Look, Painted, ThinBar, look_of, palette_of


@dataclass(frozen=True, slots=True)
class KeyColumns:
    """Widths in cells; 0 means that the column is not there."""

    tag: int = 8
    state: int = 11
    pieces: int = 6
    holder: int = 18
    since: int = 0
    due: int = 10
    left: int = 9
    place: int = 11
    proof: int = 0


@lru_cache(maxsize=32)
def key_columns(width: int) -> KeyColumns:
    """The columns of a list of ``width`` cells: the holder takes what is left."""
    place = 11 if width >= 72 else 0
    since = 10 if width >= 92 else 0
    proof = 7 if width >= 99 else 0
    state = 11 if width >= 66 else 5
    due = 10 if width >= 60 else 0
    fixed = (
        1 + 8 + state + 1 + 6 + 2 + 9 + 1 + sum(cells + 1 for cells in (place, since, proof, due) if cells)
    )
    return KeyColumns(
        state=state, holder=max(width - fixed, 8), since=since, due=due, place=place, proof=proof
    )


def key_heading(columns: KeyColumns) -> Row:
    """The column titles."""
    row = Row().gap(1).data(word(N_("column|Key")), "muted", columns.tag).to(1 + columns.tag)
    row.data(word(N_("column|State")), "muted", columns.state).to(2 + columns.tag + columns.state)
    row.data(word(N_("column|Pieces")), "muted", columns.pieces, right=True).gap(2)
    at = row.width
    row.data(word(N_("column|Holder")), "muted", columns.holder).to(at + columns.holder)
    for title, cells, right in (
        (N_("column|Since"), columns.since, False),
        (N_("column|Due back"), columns.due, True),
        (N_("column|Left"), columns.left, True),
    ):
        if cells:
            row.gap(1)
            at = row.width
            row.data(word(title), "muted", cells, right=right).to(at + cells)
    for title, cells in ((N_("column|Place"), columns.place), (N_("column|Proof"), columns.proof)):
        if cells:
            row.gap(1)
            at = row.width
            row.data(word(title), "muted", cells).to(at + cells)
    return row


def key_row(
    one: SetRow,
    columns: KeyColumns,
    now: datetime,
    places: dict[int, PlaceCard],
    *,
    cursor: bool,
    focused: bool,
) -> Row:
    """One set as a line of the list."""
    signs = glyphs()
    row = Row(ground="select" if cursor else "")
    row.say(signs.cursor if cursor and focused else " ", "accent").data(one.tag, "bright bold", columns.tag)
    row.to(1 + columns.tag)
    sign, said, ink = state_of(one)
    if ink == "late-chip":
        row.say(f"{sign} {said}"[: columns.state].ljust(columns.state), ink)
    else:
        row.say(f"{sign} ", ink).data(said, ink, columns.state - 2)
    row.to(2 + columns.tag + columns.state)
    position = one.position
    pieces = f"{position.counted}/{position.expected}"
    row.data(pieces, "text" if position.is_complete else "soon", columns.pieces, right=True).gap(2)
    at = row.width
    reserved = one.reservation if one.state is KeyState.READY else None
    if reserved is not None:
        row.say(short(reserved.holder_name, columns.holder), "bright bold" if cursor else "text")
    elif position.holder.kind is HolderKind.PLACE:
        row.say(safe(word(N_("place|cabinet")), columns.holder), "muted")
    else:
        row.say(
            short(holder_word(position.holder, places), columns.holder), "bright bold" if cursor else "text"
        )
    row.to(at + columns.holder)
    if columns.since:
        row.gap(1)
        at = row.width
        since = when(one.since, now) if one.since is not None and reserved is None else signs.dash
        row.data(since, "muted", columns.since).to(at + columns.since)
    if columns.due:
        due = signs.dash
        if reserved is not None:
            due = word(N_("key|handover"))
        elif position.due_at is not None:
            due = when(position.due_at, now)
        row.gap(1).data(due, "text" if one.due_at else "muted", columns.due, right=True)
    left, left_ink = left_of(one, now)
    row.gap(1).data(left, left_ink, columns.left, right=True)
    if columns.place:
        where = place_word(one.place) if one.place is not None else word(N_("place|out"))
        row.gap(1)
        at = row.width
        row.data(where, "muted", columns.place).to(at + columns.place)
    if columns.proof:
        row.gap(1).data(proof_word(one), "muted", columns.proof)
    return row


class KeyHeading(Painted):
    """How many sets are where, the last count, then the column titles."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: tuple[SetRow, ...] = ()
        self._count: CountCard | None = None
        self._now: datetime | None = None
        self._filter = ""

    def show(self, rows: Sequence[SetRow], count: CountCard | None, now: datetime, filter_line: str) -> None:
        self._rows, self._count, self._now, self._filter = tuple(rows), count, now, filter_line
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        return [self._summary(width), key_heading(key_columns(width - 1))]

    def _summary(self, width: int) -> Row:
        row = Row().gap(1).say(_("Key register"), "bright bold").gap(2)
        kinds = [one.position.holder.kind for one in self._rows]
        here = kinds.count(HolderKind.PLACE)
        late = sum(one.state is KeyState.OVERDUE for one in self._rows)
        gone = len(kinds) - here
        if self._filter:
            row.say("/", "accent bold").data(self._filter, "accent", 36).gap(2)
        else:
            row.say(plural("{count} set", "{count} sets", len(kinds)), "muted").gap(2)
        parts = [
            (_("{count} in the cabinet", count=here), "text"),
            (_("{count} outside", count=gone), "text"),
            (plural("{count} late", "{count} late", late), "late bold" if late else "muted"),
        ]
        for said, ink in parts[1:] if self._filter and width < 100 else parts:
            row.say(said, ink).gap(2)
        return row.end(self._last_count(), width - 2)

    def _last_count(self) -> Row:
        count, now = self._count, self._now
        if count is None or count.finished_at is None or now is None:
            return Row().say(_("not counted yet"), "soon")
        at = when(count.finished_at, now)
        if not count.differences:
            return Row().say(_("counted {at}, right", at=at), "done")
        wrong = plural("{count} difference", "{count} differences", len(count.differences))
        return Row().say(_("counted {at}, {wrong}", at=at, wrong=wrong), "soon")


class KeyList(ScrollView, can_focus=True):
    """Key sets, one line each; the cursor stays on its set over refreshes."""

    cursor: reactive[int] = reactive(0, init=False)
    """Index of the cursor among the sets."""

    @dataclass
    class Highlighted(Message):
        """The cursor is on another set, or on none."""

        set_id: int | None

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, KeyList.Highlighted)

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        unbind(self)
        bind(self, Scope.LIST)
        self._rows: tuple[SetRow, ...] = ()
        self._places: dict[int, PlaceCard] = {}
        self._now: datetime | None = None
        self._look: Look | None = None

    def on_mount(self) -> None:
        super().on_mount()  # type: ignore[no-untyped-call]  # not annotated in Textual
        self.vertical_scrollbar.renderer = ThinBar  # type: ignore[misc]

    @property
    def rows(self) -> tuple[SetRow, ...]:
        return self._rows

    @property
    def current(self) -> SetRow | None:
        """The set under the cursor."""
        return self._rows[self.cursor] if 0 <= self.cursor < len(self._rows) else None

    def show(
        self, rows: Sequence[SetRow], now: datetime, places: dict[int, PlaceCard], select: int | None = None
    ) -> None:
        """List ``rows`` as they stand at ``now``; ``select`` puts the cursor on that set."""
        before = self.current.id if self.current is not None else None
        wanted = select if select is not None else before
        self._rows, self._now, self._places = tuple(rows), now, dict(places)
        self.virtual_size = Size(max(self.size.width - 1, 10), len(self._rows))
        cursor = min(self.cursor, max(len(self._rows) - 1, 0))
        cursor = next((n for n, row in enumerate(self._rows) if row.id == wanted), cursor)
        self.set_reactive(KeyList.cursor, cursor)
        self._keep_in_sight()
        self.refresh()
        self.post_message(self.Highlighted(self.current.id if self.current is not None else None))

    def watch_cursor(self) -> None:
        self.refresh()
        self._keep_in_sight()
        self.post_message(self.Highlighted(self.current.id if self.current is not None else None))

    def validate_cursor(self, place: int) -> int:
        return max(0, min(place, len(self._rows) - 1))

    def _keep_in_sight(self) -> None:
        height = self.size.height
        if not height:
            return
        if self.cursor < self.scroll_offset.y:
            self.scroll_to(y=self.cursor, animate=False, force=True)
        elif self.cursor >= self.scroll_offset.y + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, force=True)

    def action_cursor(self, by: int) -> None:
        self.cursor += by

    def action_page(self, by: int) -> None:
        self.cursor += by * max(self.size.height - 1, 1)

    def action_edge(self, side: int) -> None:
        self.cursor = 0 if side < 0 else len(self._rows) - 1

    def on_click(self, event: events.Click) -> None:
        place = event.y + self.scroll_offset.y
        if 0 <= place < len(self._rows):
            self.cursor = place

    def on_resize(self) -> None:
        self.virtual_size = Size(max(self.size.width - 1, 10), len(self._rows))
        self._keep_in_sight()

    def render_line(self, y: int) -> Strip:
        palette = palette_of(self.app.current_theme)
        width = self.size.width
        self._look = look_of(self, width)
        place = y + self.scroll_offset.y
        if place >= len(self._rows) or self._now is None:
            return Row().strip(palette, width)
        row_width = max(width - 1, 10)
        line = key_row(
            self._rows[place],
            key_columns(row_width),
            self._now,
            self._places,
            cursor=place == self.cursor,
            focused=self.has_focus,
        )
        return (line.to(row_width) if line.ground else line).strip(palette, width)

"""The register of keys: where each set is, who has it until when, and its whole history."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Protocol

from textual.containers import Container, Horizontal, Vertical
from textual.timer import Timer
from textual.widget import Widget

from conciergedesk.core.i18n import _
from conciergedesk.core.text import fold
from conciergedesk.keys.cards import SetRow
from conciergedesk.keys.custody import KeyState
from conciergedesk.keys.rules import Rung
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import safe
from conciergedesk.ui.key_room import KeyDetail, KeyReading
from conciergedesk.ui.keys import keymap
from conciergedesk.ui.watched_screen import WatchedScreen
from conciergedesk.ui.widgets.board_parts import EmptyNote, FilterLine
from conciergedesk.ui.widgets.key_list import KeyHeading, KeyList
from conciergedesk.ui.widgets.key_pane import CustodyPane, KeyPane

SIDE_FROM = 180
DETAIL_DEBOUNCE = 0.06
POLL_SECONDS = 1.5
GONE = frozenset({KeyState.RETURNED, KeyState.RETIRED})


class KeySource(Protocol):
    """Where the screen reads. All of it is called in worker threads."""

    def load(self) -> KeyReading: ...

    def detail(self, set_id: int) -> KeyDetail: ...

    def whole(self, set_id: int) -> KeyDetail: ...

    def token(self) -> str: ...


class KeysScreen(WatchedScreen):
    """Lists every set in custody, with the selected one below or beside."""

    MODE = "keys"
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.KEYS,)

    def __init__(self, source: KeySource, *, poll_seconds: float = POLL_SECONDS) -> None:
        super().__init__(source, poll_seconds)
        self._source = source
        self._reading = KeyReading()
        self._filter = ""
        self._late_only = False
        self._select: int | None = None
        self._detail_timer: Timer | None = None
        self.detail: KeyDetail | None = None
        self.heading = KeyHeading(id="key-heading")
        self.filter_line = FilterLine()
        self.list = KeyList(id="key-list")
        self.empty = EmptyNote()
        self.custody = CustodyPane(id="custody")
        self.pane = KeyPane(id="key-pane")

    def compose_body(self) -> Iterable[Widget]:
        self.empty.display = False
        top = Vertical(self.filter_line, self.heading, self.list, self.empty, id="key-top")
        yield Container(top, Horizontal(self.custody, self.pane, id="key-bottom"), id="board")

    def on_mount(self) -> None:
        self.list.focus()

    # --- reading ---

    def reload(self, select: int | None = None) -> None:
        """Read the register again; ``select`` puts the cursor on that set."""
        if select is not None:
            self._select = select

        def read() -> tuple[str, KeyReading]:
            return self._source.token(), self._source.load()

        self.run_service(read, self._show_reading, group="keys-load", exclusive=True)

    def _show_reading(self, reading: tuple[str, KeyReading]) -> None:
        self._token, self._reading = reading
        self._show_list()

    @property
    def reading(self) -> KeyReading:
        return self._reading

    def _kept(self) -> list[SetRow]:
        words = fold(self._filter).split()
        rows = list(self._reading.rows)
        if self._late_only:
            late = [row for row in rows if row.rung is not Rung.ON_TIME]
            return sorted(late, key=lambda row: (-row.rung, row.due_at or self.desk.clock.now()))
        if not words:
            return [row for row in rows if row.state not in GONE]
        return [row for row in rows if all(word in row.search for word in words)]

    def _show_list(self) -> None:
        now = self.desk.clock.now()
        kept = self._kept()
        select, self._select = self._select, None
        self.empty.display = self.loaded and not kept
        self.list.display = not self.empty.display
        if self.empty.display:
            self._show_void()
        self.list.show(kept, now, self._reading.place_of, select)
        shown = _("late, the worst first") if self._late_only else self._filter
        in_custody = [row for row in self._reading.rows if row.state not in GONE]
        self.heading.show(in_custody, self._reading.count, now, shown)

    def _show_void(self) -> None:
        if self._late_only:
            self.empty.show(_("No key is late."), keymap().shown("keys.late"), _("show all"))
        elif self._filter:
            said = _("Nothing here answers “{filter}”.", filter=safe(self._filter, 30))
            self.empty.show(said, keymap().shown("desk.back"), _("take the filter off"))
        else:
            self.empty.show(
                _("No key is in custody yet."), keymap().shown("keys.register"), _("to register a set")
            )

    # --- the selected set ---

    @property
    def current(self) -> SetRow | None:
        return self.list.current

    def on_key_list_highlighted(self, message: KeyList.Highlighted) -> None:
        if self._detail_timer is not None:
            self._detail_timer.stop()
        if message.set_id is None:
            self._show_detail(None)
            return
        self._detail_timer = self.set_timer(DETAIL_DEBOUNCE, self._read_detail)

    def _read_detail(self) -> None:
        row = self.list.current
        if row is None:
            return

        def show(detail: KeyDetail) -> None:
            current = self.list.current
            if current is not None and current.id == detail.card.row.id:
                self._show_detail(detail)

        self.run_service(lambda: self._source.detail(row.id), show, group="key-detail", exclusive=True)

    def _show_detail(self, detail: KeyDetail | None) -> None:
        self.detail = detail
        now = self.desk.clock.now()
        card = detail.card if detail is not None else None
        self.custody.show(card, self._reading.place_of, now)
        self.pane.show(card, detail.checks if detail is not None else (), now)

    # --- room ---

    def fit(self, width: int, height: int) -> None:
        """Give the list and the selected set their places for this size."""
        side = width >= SIDE_FROM
        board, bottom = self.query_one("#board"), self.query_one("#key-bottom")
        board.set_class(side, "-side")
        bottom.styles.height = "1fr" if side else max(7, min(20, (height - 4) * 52 // 100))
        bottom.styles.width = 84 if side else "1fr"
        self.pane.styles.width = "1fr" if side else 36 if width < 96 else 42 if width < 116 else 46
        self.pane.styles.height = 18 if side else "1fr"

    def action_detail(self) -> None:
        """To the history; once there, the same key reads all of it."""
        if not self.custody.has_focus:
            self.custody.focus()
            return
        detail = self.detail
        if detail is not None and detail.card.line_count > len(detail.card.lines):
            set_id = detail.card.row.id
            self.run_service(
                lambda: self._source.whole(set_id), self._show_detail, group="key-detail", exclusive=True
            )

    def action_list(self) -> None:
        self.list.focus()

    # --- filter ---

    def action_filter(self) -> None:
        self._late_only = False
        self.filter_line.open(self._filter)

    def action_late(self) -> None:
        """Only the late ones, the worst first; the same key shows all again."""
        self._late_only = not self._late_only
        self._filter = ""
        self._show_list()
        self.list.focus()

    def use_filter(self, line: str) -> None:
        self._filter = line.strip()
        self._show_list()

    def show_set(self, set_id: int) -> None:
        """Put the cursor on a set, whatever was filtered."""
        self._late_only, self._filter = False, ""
        self.reload(set_id)

    def on_filter_line_changed(self, message: FilterLine.Changed) -> None:
        self.use_filter(message.line)

    def on_filter_line_kept(self) -> None:
        self.filter_line.close()
        self.list.focus()

    def on_filter_line_left(self) -> None:
        self.use_filter("")
        self.on_filter_line_kept()

    # --- acts ---

    def action_reload(self) -> None:
        self.reload()

    def action_back(self) -> None:
        """One step back: the error, the history, the filter."""
        if self.toasts.put_away():
            return
        if self.custody.has_focus:
            self.list.focus()
        elif self._late_only:
            self.action_late()
        elif self._filter:
            self.use_filter("")

    def action_copy(self) -> None:
        row = self.list.current
        if row is None:
            return
        line = " · ".join(safe(part) for part in (row.tag, row.position.holder.name) if part)
        self.app.copy_to_clipboard(line)
        self.say(_("Copied: {line}", line=line))

    def tick(self) -> None:
        super().tick()
        if self.loaded:
            self.reload()

    def words_changed(self) -> None:
        super().words_changed()
        if self.loaded:
            self._show_list()

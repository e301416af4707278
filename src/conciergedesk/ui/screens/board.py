"""The home of the desk: every promise, soonest first, with the selected one beside it or below."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import ClassVar, Protocol

from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widget import Widget

from conciergedesk.board.detail import Detail, Snapshot
from conciergedesk.board.rules import (
    BoardFilter,
    HolidayName,
    PromiseKey,
    PromiseKind,
    SavedView,
    Shelf,
    Viewer,
    counts,
    no_holidays,
    parse_filter,
)
from conciergedesk.core.errors import DeskError, NotFound
from conciergedesk.core.i18n import N_, _, active_zone, plural
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import clock, safe
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.keys import keymap
from conciergedesk.ui.watched_screen import WatchedScreen
from conciergedesk.ui.widgets.board_parts import BoardHeading, BoardTail, EmptyNote, FilterLine
from conciergedesk.ui.widgets.detail import BottomStrip, DetailPane, SectionsPane
from conciergedesk.ui.widgets.promises import PromiseList

DETAIL_FROM = 116
NOW_FROM = 180
NOW_CELLS = 34
TITLE_FROM = 30
"""Rows from which the list has a title of its own."""
DETAIL_DEBOUNCE = 0.06
POLL_SECONDS = 1.0

BUILT_IN_VIEWS = (
    SavedView(N_("everything"), ""),
    SavedView(N_("mine"), "moi"),
    SavedView(N_("my team"), "equipe"),
    SavedView(N_("late"), "retard"),
    SavedView(N_("today"), "auj"),
    SavedView(N_("waiting for somebody"), "attente"),
    SavedView(N_("held by nobody"), "libre"),
)


class BoardSource(Protocol):
    """Where the board reads. All of it is called in worker threads."""

    def load(self) -> Snapshot:
        """Everything that is owed now."""
        ...

    def detail(self, kind: PromiseKind, promise_id: int) -> Detail | None:
        """One promise in full, or None when it is gone."""
        ...

    def token(self) -> str:
        """Changes whenever another reading may differ; cheap enough to ask every second. Empty: nothing to read yet."""
        ...


class BoardScreen(WatchedScreen):
    """Lists what ``source`` says is owed and keeps it true."""

    MODE = "board"
    READ_ON_RESUME = False  # the journal tells what was touched meanwhile
    AUTO_FOCUS = "PromiseList"
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.BOARD,)

    def __init__(
        self,
        source: BoardSource,
        *,
        holiday: HolidayName = no_holidays,
        views: Callable[[], Iterable[SavedView]] = lambda: (),
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        super().__init__(source, poll_seconds)
        self._source = source
        self._saved_views = views
        self._shelf = Shelf.of(())
        self._snapshot = Snapshot(())
        self._filter = BoardFilter()
        self._filter_line = ""
        self._select: PromiseKey | None = None
        self._detail_timer: Timer | None = None
        self._full_detail = False
        self.list = PromiseList(holiday=holiday)
        self.heading = BoardHeading(id="heading")
        self.filter_line = FilterLine()
        self.empty = EmptyNote()
        self.tail = BoardTail(id="tail")
        self.strip = BottomStrip(id="strip")
        self.pane = DetailPane()
        self.now = SectionsPane(id="now")

    def compose_body(self) -> Iterable[Widget]:
        self.empty.display = False
        left = Vertical(
            self.filter_line, self.heading, self.list, self.empty, self.tail, self.strip, id="left"
        )
        yield Horizontal(left, self.pane, self.now, id="board")

    def on_mount(self) -> None:
        self.list.focus()

    # --- reading ---

    def reload(self, select: PromiseKey | None = None) -> None:
        """Read the board again; ``select`` puts the cursor on that promise."""
        if select is not None:
            self._select = select

        def read() -> tuple[str, Snapshot]:
            token = self._source.token()
            return token, self._source.load() if token else Snapshot(())

        self.run_service(read, self._show_reading, group="board-load", exclusive=True)

    def _compare_token(self, token: str) -> None:
        self._show_trouble()
        super()._compare_token(token)

    def _show_trouble(self) -> None:
        """The database answers; what may be left to say is what the reading says."""
        if self.desk.status.trouble != self._snapshot.trouble:
            self.desk.show_trouble(self._snapshot.trouble)

    def _show_reading(self, reading: tuple[str, Snapshot]) -> None:
        if not reading[0]:
            return
        self._token, self._snapshot = reading
        self._show_trouble()
        shown = self._snapshot.promises
        self._shelf = Shelf(shown) if self._snapshot.in_order else Shelf.of(shown)
        self.now.show(self._snapshot.now_sections)
        self._show_list(read_detail=True)

    def show_error(self, error: DeskError) -> None:
        super().show_error(error)

    @property
    def viewer(self) -> Viewer:
        identity = self.desk.identity
        return Viewer(self.desk.clock.now(), active_zone(), identity.staff_id, identity.team)

    def _show_list(self, *, read_detail: bool = False) -> None:
        viewer = self.viewer
        kept = self._shelf.select(self._filter, viewer)
        before = self.list.current
        select, self._select = self._select, None
        self.list.show(kept, viewer.now, me=viewer.staff_id, select=select)
        tally = counts(self._snapshot.promises, viewer.now)
        self.desk.show_counts(tally)
        with_key = self.desk.handles("board.kept")
        self.tail.show(self._snapshot.kept_today, with_key=with_key, set_aside=tally.set_aside)
        self._show_void(empty=self.loaded and not kept)
        self._show_heading()
        after = self.list.current
        if read_detail and before is not None and after is not None and before.key == after.key:
            self._read_detail()

    def _show_void(self, *, empty: bool) -> None:
        self.empty.display = empty
        self.list.display = not empty
        if not empty and self.focused is None:
            self.list.focus()
        if not empty:
            return
        if self._filter:
            self.empty.show(
                _("Nothing here answers “{filter}”.", filter=safe(self._filter_line, 30)),
                keymap().shown("desk.back"),
                _("take the filter off"),
            )
        else:
            self.empty.show(_("Nothing is pressing."), keymap().shown("desk.new"), _("to note a request"))

    def _show_heading(self) -> None:
        self.heading.show(
            filter_line=self._filter_line if self._filter else "",
            in_sight=self.list.in_sight,
            count=len(self.list.promises),
            title=not self.filter_line.display and (self.app.size.height >= TITLE_FROM or bool(self._filter)),
            focused=self.list.has_focus,
        )

    # --- the selected promise ---

    def on_promise_list_highlighted(self, message: PromiseList.Highlighted) -> None:
        if self._detail_timer is not None:
            self._detail_timer.stop()
        if message.promise is None:
            self.pane.show(None, self.viewer.now)
            self.strip.show(None, self.viewer.now)
            return
        shown = self.pane.detail
        if shown is None or shown.promise.key != message.promise.key:
            first = Detail(message.promise, message.promise.what, message.promise.for_whom)
            self._show_detail(first)
        self._detail_timer = self.set_timer(DETAIL_DEBOUNCE, self._read_detail)

    def on_promise_list_moved(self) -> None:
        self._show_heading()

    def on_promise_list_marks_changed(self) -> None:
        self.refresh_footer()

    def _read_detail(self) -> None:
        promise = self.list.current
        if promise is None:
            return
        key = promise.key

        def show(detail: Detail | None) -> None:
            current = self.list.current
            if detail is not None and current is not None and current.key == key:
                self._show_detail(replace(detail, promise=current))

        def missing(error: DeskError) -> None:
            if not isinstance(error, NotFound):
                self.show_error(error)

        self.run_service(
            lambda: self._source.detail(*key), show, group="board-detail", exclusive=True, failed=missing
        )

    def _show_detail(self, detail: Detail) -> None:
        now = self.viewer.now
        self.pane.show(detail, now)
        self.strip.show(detail, now)

    # --- room ---

    def fit(self, width: int, height: int) -> None:
        """Give each pane its place for this size."""
        side = width >= DETAIL_FROM
        full = self._full_detail and not side
        self.now.display = width >= NOW_FROM
        self.pane.display = side or full
        self.query_one("#left").display = not full
        if full:
            self.pane.styles.width = "1fr"
        else:
            self.pane.styles.width = 50 if width >= 160 else max(38, min(48, width - 80))
        self.now.styles.width = NOW_CELLS
        self.strip.display = not side
        self.strip.rows_wanted = 4 if height >= 24 else 2
        self.strip.set_class(height < 24, "-short")
        self.tail.display = side or height >= TITLE_FROM
        self._show_heading()

    def action_detail(self) -> None:
        if self.app.size.width < DETAIL_FROM:
            self._full_detail = True
            self.give_room(self.app.size.width, self.app.size.height)
        self.pane.focus()
        self._show_heading()

    def action_list(self) -> None:
        if self._full_detail:
            self._full_detail = False
            self.give_room(self.app.size.width, self.app.size.height)
        self.list.focus()
        self._show_heading()

    def on_descendant_focus(self) -> None:
        self._show_heading()

    # --- filter and views ---

    def action_filter(self) -> None:
        self.action_list()
        self.filter_line.open(self._filter_line)
        self._show_heading()
        self.refresh_footer()

    @property
    def filter_in_use(self) -> str:
        """The filter line that the list follows; empty when it shows everything."""
        return self._filter_line

    def use_filter(self, line: str) -> None:
        """Show what ``line`` keeps."""
        self._filter_line = line.strip()
        self._filter = parse_filter(line)
        self._show_list()

    def on_filter_line_changed(self, message: FilterLine.Changed) -> None:
        self.use_filter(message.line)

    def on_filter_line_kept(self) -> None:
        self.filter_line.close()
        self.list.focus()
        self._show_heading()
        self.refresh_footer()

    def on_filter_line_left(self) -> None:
        self.use_filter("")
        self.on_filter_line_kept()

    def action_views(self) -> None:
        from conciergedesk.ui.modals.choice import Choice, Option

        views = [replace(view, name=_(view.name)) for view in BUILT_IN_VIEWS] + list(self._saved_views())
        options = [
            Option(str(place), view.name, f"/{view.line}" if view.line else "")
            for place, view in enumerate(views)
        ]

        def chosen(answer: str | None) -> None:
            if answer is not None:
                self.use_filter(views[int(answer)].line)

        self.app.push_screen(Choice(_("Views"), options), chosen)

    # --- acts ---

    def asked(self, act_id: str) -> Ask:
        targets = self.list.targets
        detail = self.pane.detail
        if detail is not None and (not targets or detail.promise.key != targets[0].key):
            detail = None
        return Ask(act_id, self, targets, detail)

    def action_mark(self) -> None:
        self.list.toggle_mark()

    def action_reload(self) -> None:
        self.reload()

    def action_back(self) -> None:
        """One step back: the error, the whole detail, the marks, the filter."""
        if self.toasts.put_away():
            return
        if self._full_detail or self.pane.has_focus:
            self.action_list()
        elif self.list.clear_marks():
            pass
        elif self._filter:
            self.use_filter("")
            self.list.focus()

    def action_copy(self) -> None:
        promise = self.list.current
        if promise is None:
            return
        parts = [promise.ref, promise.what, promise.for_whom]
        if promise.due_at is not None:
            parts.append(clock(promise.due_at))
        line = " · ".join(safe(part) for part in parts if part)
        self.app.copy_to_clipboard(line)
        self.say(_("Copied: {line}", line=line))

    def refresh_footer(self) -> None:
        if self.filter_line.display:
            self.footer.show((), keymap().footer(Scope.FILTER), ())
        else:
            super().refresh_footer()

    def footer_lead(self) -> str:
        marked = len(self.list.marked)
        return plural("{count} marked", "{count} marked", marked) if marked else ""

    def tick(self) -> None:
        super().tick()
        if self.loaded:
            self._show_list(read_detail=True)

    def words_changed(self) -> None:
        super().words_changed()
        if self.loaded:
            self._show_list(read_detail=True)

"""Small parts of the board: its heading, what was kept today, the filter being typed, and what stands in a void."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from conciergedesk.core.i18n import _, plural
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, bar, words
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import bind, keymap
from conciergedesk.ui.widgets.columns import columns_for, heading
from conciergedesk.ui.widgets.frame import key_and_label
from conciergedesk.ui.widgets.inputs import DeskInput
from conciergedesk.ui.widgets.painted import Painted


class BoardHeading(Painted):
    """What is listed and how it is sorted or filtered, then the column titles."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._filter = ""
        self._range = (0, 0)
        self._count = 0
        self._title = False
        self._focused = True

    def show(
        self, *, filter_line: str, in_sight: tuple[int, int], count: int, title: bool, focused: bool
    ) -> None:
        shown = (filter_line, in_sight, count, title, focused)
        if shown != (self._filter, self._range, self._count, self._title, self._focused):
            relayout = title != self._title
            self._filter, self._range, self._count, self._title, self._focused = shown
            self.repaint(layout=relayout)

    def paint(self, width: int) -> list[Row]:
        rows = []
        if self._title:
            row = Row().gap(1).say(_("Promises"), "bright bold" if self._focused else "muted bold").gap(3)
            first, last = self._range
            if not self._count:
                figure = _("none")
            elif first == 1 and last == self._count:
                figure = _("{shown} of {all}", shown=self._count, all=self._count)
            else:
                figure = _("{first}–{last} of {all}", first=first, last=last, all=self._count)
            end = Row().say(figure, "muted")
            room = max(width - 2 - row.width - end.width - 2, 0)
            if self._filter:
                row.say("/", "accent bold").data(self._filter, "accent", room - 1)
            else:
                row.data(_("all, soonest first"), "muted", room)
            rows.append(row.end(end, width - 2))
        rows.append(heading(columns_for(width - 1)))
        return rows


class BoardTail(Painted):
    """Under the list: what was kept today, and how much that is long overdue stands below today's promises."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._kept = 0
        self._set_aside = 0
        self._key = True

    def show(self, kept: int, *, with_key: bool, set_aside: int = 0) -> None:
        if (kept, with_key, set_aside) != (self._kept, self._key, self._set_aside):
            self._kept, self._key, self._set_aside = kept, with_key, set_aside
            self.repaint()

    def paint(self, width: int) -> list[Row]:
        row = Row().gap(1)
        if self._kept:
            kept = plural("{count} promise kept today", "{count} promises kept today", self._kept)
            row.say(f"{glyphs().done} ", "done").say(kept, "muted")
            if self._key:
                row.gap(3).add(key_and_label(keymap().shown("board.kept"), _("show them")))
        if self._set_aside:
            older = plural(
                "{count} older date below today", "{count} older dates below today", self._set_aside
            )
            row.end(Row().say(f"{glyphs().late} {older}", "muted"), width - 2)
        return [Row(), row]


class FilterLine(Widget):
    """The filter while it is typed: every key filters; Enter keeps it, Escape takes it off."""

    @dataclass
    class Changed(Message):
        """The filter reads so now."""

        line: str

    @dataclass
    class Kept(Message):
        """The filter stays; back to the list."""

    @dataclass
    class Left(Message):
        """The filter is taken off."""

    DEFAULT_CSS = """
    FilterLine { height: 1; layout: horizontal; background: $raised; }
    FilterLine Static { width: 3; background: $raised; color: $accent; }
    FilterLine DeskInput { width: 1fr; background: $raised; }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        bind(self, Scope.FILTER)
        self.display = False

    def compose(self) -> ComposeResult:
        yield Static(words((" / ", "accent bold")))
        yield DeskInput()

    @property
    def line(self) -> str:
        return self.query_one(DeskInput).value

    def open(self, line: str) -> None:
        """Show the line and type in it."""
        self.display = True
        box = self.query_one(DeskInput)
        box.placeholder = _("words, !not, mine, team, late, today, waiting, free")
        with box.prevent(Input.Changed):
            box.value = line
        box.cursor_position = len(line)
        box.focus()

    def close(self) -> None:
        self.display = False

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Kept())

    def action_keep(self) -> None:
        self.post_message(self.Kept())

    def action_leave(self) -> None:
        self.post_message(self.Left())


class EmptyNote(Static):
    """One quiet sentence where a list has nothing: good news, or the next key."""

    DEFAULT_CSS = """
    EmptyNote { width: 1fr; height: 1fr; content-align: center middle; background: $bg; }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)

    def show(self, sentence: str, key: str = "", label: str = "") -> None:
        """Say ``sentence`` (the desk's own words); ``key`` and ``label`` name the act that helps."""
        row = Row().data(sentence, "muted")
        if key:
            row.gap(2).add(key_and_label(key, label))
        self.update(row.content())


class ProgressLine(Painted):
    """Long work in one line: what, how far, and the way out. Stays hidden for the first 0.4 seconds."""

    GROUND = "bg"

    def __init__(self, what: str, id: str | None = None) -> None:
        super().__init__(id=id)
        self._what = what
        self._share = 0.0
        self._note = ""
        self.display = False

    def on_mount(self) -> None:
        self.set_timer(0.4, self._reveal)

    def _reveal(self) -> None:
        self.display = True

    def show(self, share: float, note: str = "") -> None:
        """``share`` is 0 to 1; ``note`` such as ``12 s, écart 0,4 %``."""
        self._share, self._note = share, note
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        end = key_and_label(keymap().shown("sheet.leave"), _("stop and keep what there is"))
        row = Row().gap(1).data(self._what, "text", 30).gap(1)
        row.add(bar(self._share, max(width - row.width - end.width - 22, 8), "accent")).gap(1)
        return [row.data(self._note, "muted", 18).end(end, width - 1)]

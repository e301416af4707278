"""Sheets of the handover: the shift log with its search, and what changed between two editions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ClassVar

from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from conciergedesk.core.i18n import N_, _
from conciergedesk.handover.cards import LogCard
from conciergedesk.handover.rules import LOG_LABELS, Change, Difference, EditionLine, LogKind, differences
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, when, word, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.inputs import DeskInput
from conciergedesk.ui.widgets.painted import PaintedScroll
from conciergedesk.ui.widgets.section import title_row

SEARCH_AFTER = 0.12
CHANGE_WORDS = {
    Change.ADDED: N_("change|added"),
    Change.CHANGED: N_("change|changed"),
    Change.REMOVED: N_("change|removed"),
}
FIELD_WORDS = {
    "colour": N_("colour"),
    "what": N_("what"),
    "action": N_("act"),
    "owner": N_("owner"),
    "due_at": N_("when"),
    "fallback": N_("if it goes wrong"),
}


class LogRows(PaintedScroll):
    """Lines of the log, newest first."""

    GROUND = "raised"

    def __init__(self) -> None:
        super().__init__(id="log-rows")
        self.lines: tuple[LogCard, ...] = ()

    def show(self, lines: Sequence[LogCard]) -> None:
        self.lines = tuple(lines)
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        if not self.lines:
            return [Row().say(_("Nothing in the log answers this."), "muted")]
        now = self.app.clock.now()  # type: ignore[attr-defined]
        rows = []
        for line in self.lines:
            text = wrapped(line.text, max(width - 36, 20), 4)
            head = Row().say(f"{when(line.at, now):>9}", "muted").gap(2).data(line.author, "muted", 10).to(22)
            label = word(LOG_LABELS[LogKind(line.kind)])
            ink = "late" if line.kind == LogKind.INCIDENT else "accent" if line.important else "muted"
            head.data(label, ink, 11).to(34)
            ink = "muted" if line.corrected_by is not None else "bright" if line.important else "text"
            for place, part in enumerate(text):
                row = head if not place else Row().to(34)
                rows.append(row.say(part, ink))
            if line.corrected_by is not None:
                rows.append(Row().to(34).say(_("corrected by a later line"), "muted"))
        return rows


class LogReader(Sheet[None]):
    """Reads the shift log; typing searches, a comma writes a line."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.HELP,)

    def __init__(self, read: Callable[[str], Sequence[LogCard]]) -> None:
        super().__init__(_("Shift log"), _("newest first"))
        self._read = read
        self._timer: Timer | None = None
        self.line = DeskInput("", placeholder=_("words, #tag, D-2417"))
        self.rows = LogRows()

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.line
        yield self.rows

    def on_mount(self) -> None:
        super().on_mount()
        self.line.focus()
        self._search()

    def on_input_changed(self, _event: Input.Changed) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(SEARCH_AFTER, self._search)

    def _search(self) -> None:
        wanted = self.line.value
        self.run_service(
            lambda: self._read(wanted),
            lambda lines: self.rows.show(lines) if wanted == self.line.value else None,
            group="log-search",
            exclusive=True,
        )

    def action_down(self) -> None:
        self.rows.scroll_relative(y=4, animate=False)

    def action_up(self) -> None:
        self.rows.scroll_relative(y=-4, animate=False)


class DifferenceRows(PaintedScroll):
    """What each edition changed, newest first."""

    GROUND = "raised"

    def __init__(self, editions: Mapping[int, tuple[EditionLine, ...]]) -> None:
        super().__init__(id="difference-rows")
        self._editions = editions

    def paint(self, width: int) -> list[Row]:
        rows: list[Row] = []
        for number in sorted(self._editions, reverse=True):
            before = self._editions.get(number - 1)
            if before is None:
                continue
            found = differences(before, self._editions[number])
            title = _("Edition {number}", number=number)
            rows.append(title_row(title, str(len(found)), width - 1, margin=0))
            for one in found:
                rows += self._rows(one, width)
            rows.append(Row())
        return rows or [
            Row().say(_("There is one edition: nothing was changed after the signature."), "muted")
        ]

    def _rows(self, one: Difference, width: int) -> list[Row]:
        ink = {Change.ADDED: "done", Change.CHANGED: "soon", Change.REMOVED: "late"}[one.change]
        rows = [Row().say(word(CHANGE_WORDS[one.change]), ink).to(11).data(one.line.what, "text", width - 12)]
        for name, before, after in one.fields:
            row = Row().to(11).say(_(FIELD_WORDS[name]), "muted").to(29)
            row.data(before or glyphs().dash, "muted", (width - 34) // 2).say(f" {glyphs().right} ", "muted")
            rows.append(row.data(after or glyphs().dash, "bright", (width - 34) // 2))
        return rows


class DifferenceSheet(Sheet[None]):
    """Shows what was changed after the signature."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.HELP,)

    def __init__(self, editions: Mapping[int, tuple[EditionLine, ...]]) -> None:
        super().__init__(_("Differences"), _("edition by edition"))
        self.rows = DifferenceRows(editions)

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.rows

    def action_down(self) -> None:
        self.rows.scroll_relative(y=4, animate=False)

    def action_up(self) -> None:
        self.rows.scroll_relative(y=-4, animate=False)

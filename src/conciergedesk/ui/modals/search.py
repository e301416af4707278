"""Finding anything, and recognising a caller: one line, results at every key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.widget import Widget
from textual.widgets import Input

from conciergedesk.core.i18n import _
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.inputs import DeskInput
from conciergedesk.ui.widgets.painted import Painted


@dataclass(frozen=True, slots=True)
class Found:
    """One result: ``kind`` and ``id`` say what it is; ``group`` is its heading; ``over`` is no longer on any list."""

    kind: str
    id: int
    label: str
    note: str = ""
    end: str = ""
    group: str = ""
    loud: bool = False
    over: bool = False


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What was chosen; ``new`` asks for a new request for that person."""

    found: Found | None
    new: bool = False
    text: str = ""


class FoundRows(Painted):
    """The results under their headings."""

    GROUND = "raised"

    def __init__(self, empty: str, most: int = 18) -> None:
        super().__init__()
        self.results: tuple[Found, ...] = ()
        self.cursor = 0
        self.empty = empty
        self._most = most

    def show(self, results: Sequence[Found]) -> None:
        self.results = tuple(results)
        self.cursor = 0
        self.repaint(layout=True)

    def move(self, by: int) -> None:
        self.cursor = max(0, min(self.cursor + by, len(self.results) - 1))
        self.repaint()

    @property
    def current(self) -> Found | None:
        return self.results[self.cursor] if self.results else None

    def paint(self, width: int) -> list[Row]:
        if not self.results:
            return [Row().say(self.empty, "muted")]
        rows: list[Row] = []
        group = ""
        for place, one in enumerate(self.results[: self._most]):
            if one.group and one.group != group:
                group = one.group
                rows.append(Row().say(group, "muted bold").rule(width))
            here = place == self.cursor
            row = Row(ground="select" if here else "").say(glyphs().cursor if here else " ", "accent").gap(1)
            row.data(
                one.label, "late bold" if one.loud else "bright bold" if here else "text", width // 2
            ).to(width // 2 + 3)
            end = Row().data(one.end, "calm", 20).gap(1)
            row.data(one.note, "muted", max(width - row.width - end.width - 2, 0))
            rows.append(row.end(end, width).to(width))
        return rows


class SearchSheet(Sheet[SearchAnswer]):
    """Searches while one types; ``search`` is called in a worker at every key."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.SEARCH,)

    def __init__(
        self,
        title: str,
        search: Callable[[str], Sequence[Found]],
        *,
        hint: str,
        text: str = "",
        context: str = "",
    ) -> None:
        super().__init__(title, context)
        self._search = search
        self._first = text
        self.line = DeskInput(text, placeholder=hint)
        self.rows = FoundRows(_("Nobody and nothing yet."))

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.line
        yield self.rows

    def on_mount(self) -> None:
        super().on_mount()
        self.line.focus()
        self._run(self._first)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._run(event.value)

    def _run(self, text: str) -> None:
        def show(answer: tuple[str, Sequence[Found]]) -> None:
            if answer[0] == self.line.value:
                self.rows.show(answer[1])

        self.run_service(lambda: (text, self._search(text)), show, group="search", exclusive=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        self.dismiss(SearchAnswer(self.rows.current, text=self.line.value))

    def action_new_request(self) -> None:
        self.dismiss(SearchAnswer(self.rows.current, new=True, text=self.line.value))

    def action_down(self) -> None:
        self.rows.move(1)

    def action_up(self) -> None:
        self.rows.move(-1)

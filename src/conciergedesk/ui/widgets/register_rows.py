"""The register of improvement as a page one can walk: commissions, the matrix, objectives with their actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from conciergedesk.core.i18n import _, local, show_date
from conciergedesk.reports.exports.register import YEAR, Register, number, target_text
from conciergedesk.reports.improvement import (
    ACTION_WORDS,
    CELL_LABELS,
    VERDICT_WORDS,
    Cell,
    FactCard,
    Verdict,
    matrix,
    progress_of,
)
from conciergedesk.reports.improving import ActionCard, ObjectiveCard
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, bar, word, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import bind
from conciergedesk.ui.widgets.painted import PaintedScroll
from conciergedesk.ui.widgets.section import title_row

SIDE_BY_SIDE = 100
CELL_INKS = {Cell.STRENGTH: "done", Cell.WEAKNESS: "late", Cell.OPPORTUNITY: "accent", Cell.THREAT: "soon"}
STATE_INKS = {"planned": "muted", "running": "mine", "done": "done", "dropped": "muted"}


@dataclass(frozen=True, slots=True)
class RegisterItem:
    """What the cursor can stand on: a fact, an objective, or an action of it."""

    fact: FactCard | None = None
    aim: ObjectiveCard | None = None
    action: ActionCard | None = None

    @property
    def key(self) -> tuple[str, int]:
        if self.fact is not None:
            return ("fact", self.fact.id)
        if self.action is not None:
            return ("action", self.action.id)
        assert self.aim is not None
        return ("aim", self.aim.id)


def items_of(register: Register) -> list[RegisterItem]:
    """The items in reading order: the matrix cell by cell, then objectives with their actions."""
    found = [RegisterItem(fact=fact) for facts in matrix(register.facts).values() for fact in facts]
    for aim in register.objectives:
        found.append(RegisterItem(aim=aim))
        found += [RegisterItem(aim=aim, action=action) for action in aim.actions]
    return found


class RegisterRows(PaintedScroll, can_focus=True):
    """The register. Acts come from the screen; here the cursor moves."""

    def __init__(self) -> None:
        super().__init__(id="register-rows")
        bind(self, Scope.LIST)
        self.register: Register | None = None
        self.today = date.min
        self.items: list[RegisterItem] = []
        self.cursor = 0
        self._places: dict[tuple[str, int], int] = {}

    def show(self, register: Register, today: date) -> None:
        """Show the register; the cursor stays on its item."""
        before = self.current
        self.register, self.today, self.items = register, today, items_of(register)
        keys = [one.key for one in self.items]
        if before is not None and before.key in keys:
            self.cursor = keys.index(before.key)
        self.cursor = min(self.cursor, max(len(keys) - 1, 0))
        self.repaint()

    @property
    def current(self) -> RegisterItem | None:
        return self.items[self.cursor] if 0 <= self.cursor < len(self.items) else None

    # --- moving ---

    def action_cursor(self, by: int) -> None:
        self._go(self.cursor + by)

    def action_page(self, by: int) -> None:
        self._go(self.cursor + by * max(self.size.height // 2, 1))

    def action_edge(self, by: int) -> None:
        self._go(0 if by < 0 else len(self.items) - 1)

    def _go(self, place: int) -> None:
        if not self.items:
            return
        self.cursor = max(0, min(place, len(self.items) - 1))
        self.repaint()
        row = self._places.get(self.items[self.cursor].key, 0)
        top, height = self.scroll_offset.y, self.size.height
        if row < top + 2:
            self.scroll_to(y=max(row - 3, 0), animate=False)
        elif row >= top + height - 2:
            self.scroll_to(y=row - height + 3, animate=False)

    # --- painting ---

    def paint(self, width: int) -> list[Row]:
        register, edge = self.register, min(width - 1, 132)
        if register is None:
            return [Row(), Row().gap(2).say(_("Reading…"), "muted")]
        self._places = {}
        rows: list[Row] = []
        for mandate in register.mandates:
            asked = _(
                "asked by {who} on {day}", who=mandate.asked_by, day=show_date(mandate.asked_on, None, YEAR)
            )
            rows.append(title_row(mandate.title, asked, edge, margin=1))
            rows += [Row().gap(2).say(line, "text") for line in wrapped(mandate.question, edge - 3, 3)]
            rows.append(Row())
        rows += self._matrix(register, edge)
        rows += self._objectives(register, edge, len(rows))
        return rows

    def _matrix(self, register: Register, edge: int) -> list[Row]:
        cells = matrix(register.facts)
        if not register.facts:
            return [
                title_row(_("Facts"), _("nothing"), edge, margin=1),
                Row().gap(2).say(_("a notes a fact · m takes the figures of the last month"), "muted"),
                Row(),
            ]
        if edge < SIDE_BY_SIDE:
            rows: list[Row] = []
            for cell, facts in cells.items():
                rows += [*self._cell(cell, facts, edge, len(rows)), Row()]
            return rows
        rows, half = [], (edge - 3) // 2
        for left, right in ((Cell.STRENGTH, Cell.WEAKNESS), (Cell.OPPORTUNITY, Cell.THREAT)):
            start = len(rows)
            one = self._cell(left, cells[left], half, start)
            two = self._cell(right, cells[right], half, start)
            for first, second in zip_longest(one, two):
                row = Row().on(first or Row(), half).gap(3)
                rows.append(row.on(second, half) if second is not None else row)
            rows.append(Row())
        return rows

    def _cell(self, cell: Cell, facts: tuple[FactCard, ...], edge: int, start: int) -> list[Row]:
        rows = [title_row(word(CELL_LABELS[cell]), str(len(facts)), edge, CELL_INKS[cell], margin=1)]
        for fact in facts:
            here = self._is_here(RegisterItem(fact=fact))
            self._places[RegisterItem(fact=fact).key] = self._offset(start + len(rows))
            lines = wrapped(fact.text, edge - 5, 2)
            for place, line in enumerate(lines):
                row = Row(ground="select" if here else "").say(self._bar(here and not place), "accent").gap(1)
                row.say(f"{glyphs().on_time} " if not place else "  ", "faint")
                rows.append(row.say(line, "bright bold" if here else "text").to(edge))
            if fact.measured:
                rows.append(Row().gap(4).data(fact.measured, "muted", edge - 5))
        if not facts:
            rows.append(Row().gap(2).say(_("nothing"), "muted"))
        return rows

    def _offset(self, row: int) -> int:
        mandates = self.register.mandates if self.register is not None else ()
        return row + 3 * len(mandates)

    def _objectives(self, register: Register, edge: int, start: int) -> list[Row]:
        count = len(register.objectives)
        rows = [title_row(_("Objectives"), str(count) if count else _("nothing"), edge, margin=1)]
        if not count:
            rows.append(
                Row().gap(2).say(_("o sets an objective: indicator, target, deadline, owner"), "muted")
            )
        for aim in register.objectives:
            item = RegisterItem(aim=aim)
            here = self._is_here(item)
            self._places[item.key] = start + len(rows)
            row = Row(ground="select" if here else "").say(self._bar(here), "accent").gap(1)
            row.data(aim.text, "bright bold", edge - 24)
            decided = _("decided by {name}", name=aim.decided_by) if aim.decided_by else _("proposed")
            rows.append(row.end(Row().say(decided, "done" if aim.decided_by else "soon"), edge).to(edge))
            late = aim.due_on < self.today
            rows.append(Row().gap(2).data(target_text(aim), "late" if late else "muted", edge - 3))
            rows += self._progress(register, aim, edge)
            for action in aim.actions:
                rows += self._action(aim, action, edge, start + len(rows))
            rows.append(Row())
        return rows

    def _progress(self, register: Register, aim: ObjectiveCard, edge: int) -> list[Row]:
        now = register.measured(aim.figure)
        share = progress_of(aim.start_value, aim.target_value, now)
        if share is None:
            return []
        said = _("now {value}", value=number(now))
        return [Row().gap(2).add(bar(share, min(edge - 20, 40), "done" if share >= 1 else "accent")).gap(2)
                .say(said, "text")]  # fmt: skip

    def _action(self, aim: ObjectiveCard, action: ActionCard, edge: int, start: int) -> list[Row]:
        item = RegisterItem(aim=aim, action=action)
        here = self._is_here(item)
        self._places[item.key] = start
        over = action.state in ("done", "dropped")
        late = not over and action.due_on < self.today
        row = Row(ground="select" if here else "").say(self._bar(here), "accent").gap(3)
        row.say(f"{glyphs().done if action.state == 'done' else glyphs().next} ", STATE_INKS[action.state])
        row.data(action.text, "bright bold" if here else "muted" if over else "text", edge - 46).to(edge - 40)
        row.data(action.owner, "text", 10).to(edge - 29)
        row.data(show_date(action.due_on, None, YEAR), "late" if late else "muted", 13).to(edge - 15)
        row.data(word(ACTION_WORDS[action.state]), STATE_INKS[action.state], 10)
        rows = [row.end(Row().say(f"{action.score:.0f}", "muted"), edge).to(edge)]
        for at, author, verdict, reason in action.reviews[:2]:
            day, said = show_date(local(at).date(), None, YEAR), word(VERDICT_WORDS[Verdict(verdict)])
            rows.append(Row().gap(6).data(f"{day} {author} · {said} : {reason}", "muted", edge - 7))
        if action.result:
            rows.append(Row().gap(6).data(f"= {action.result}", "done", edge - 7))
        return rows

    def _is_here(self, item: RegisterItem) -> bool:
        return self.current is not None and self.current.key == item.key

    def _bar(self, here: bool) -> str:
        return glyphs().cursor if here and self.has_focus else " "

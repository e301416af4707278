"""A handover as a document one can walk: every section, its lines, the fallback under its line, the log below."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rich.cells import cell_len
from textual.message import Message

from conciergedesk.core.i18n import _, local, plural
from conciergedesk.handover.cards import HandoverCard, LineCard, SectionCard
from conciergedesk.handover.rules import COLOUR_WORDS, SECTION_TITLES, Colour, Section
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, clock, safe, weekday_short, word, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import bind, unbind
from conciergedesk.ui.widgets.painted import PaintedScroll
from conciergedesk.ui.widgets.section import title_row

COLOUR_INKS = {"red": "late", "amber": "soon", "green": "done"}
FOLD_FROM = 3
"""So many green lines of a section are shown as one."""
LOG_LINES = 12


@dataclass(frozen=True, slots=True)
class Item:
    """What the cursor can stand on: one line, or the folded green lines of a section."""

    section: str
    lines: tuple[LineCard, ...]
    folded: bool = False

    @property
    def is_taken(self) -> bool:
        return all(line.acknowledged_at is not None for line in self.lines)

    @property
    def line(self) -> LineCard | None:
        return None if self.folded else self.lines[0]


def items_of(card: HandoverCard, *, show_green: bool) -> list[Item]:
    """The items of a document in reading order."""
    found = []
    for section in card.sections:
        lines = [line for line in card.lines if line.section == section.code]
        green = [line for line in lines if line.colour == "green"]
        fold = not show_green and len(green) >= FOLD_FROM
        found += [Item(section.code, (line,)) for line in lines if not (fold and line.colour == "green")]
        if fold:
            found.append(Item(section.code, tuple(green), folded=True))
    return found


class HandoverLines(PaintedScroll, can_focus=True):
    """The document. Acts come from the screen; here the cursor moves and the end is noticed."""

    @dataclass
    class Moved(Message):
        """The cursor stands on another item."""

        item: Item | None

    class ReachedEnd(Message):
        """The whole document has been on the screen."""

    def __init__(self) -> None:
        super().__init__(id="handover-lines")
        bind(self, Scope.LIST)
        unbind(self, "left", "right", "ctrl+pageup", "ctrl+pagedown")
        self.card: HandoverCard | None = None
        self.me: int | None = None
        self.now: datetime | None = None
        self.show_green = False
        self.items: list[Item] = []
        self.cursor = 0
        self._rows_of: list[tuple[int, int]] = []

    def show(self, card: HandoverCard | None, now: datetime, me: int | None) -> None:
        """Show a document; the cursor stays on its line."""
        before = self.current
        other = self.card is None or card is None or card.row.id != self.card.row.id
        self.card, self.now, self.me = card, now, me
        self.items = items_of(card, show_green=self.show_green) if card is not None else []
        if other:
            self.cursor = 0
        elif before is not None:
            wanted = before.lines[0].id
            self.cursor = next(
                (
                    place
                    for place, item in enumerate(self.items)
                    if any(line.id == wanted for line in item.lines)
                ),
                min(self.cursor, max(len(self.items) - 1, 0)),
            )
        self.repaint()
        if other:
            self.scroll_to(y=0, animate=False)
        self.post_message(self.Moved(self.current))
        self.call_after_refresh(self.notice_end)

    @property
    def current(self) -> Item | None:
        return self.items[self.cursor] if 0 <= self.cursor < len(self.items) else None

    def to_next_untaken(self) -> None:
        """Move on to the next line that nobody has taken; stay when there is none."""
        for step in range(1, len(self.items) + 1):
            place = (self.cursor + step) % len(self.items)
            if not self.items[place].is_taken:
                self._go(place)
                return

    def toggle_green(self) -> None:
        self.show_green = not self.show_green
        if self.card is not None and self.now is not None:
            self.show(self.card, self.now, self.me)

    # --- moving ---

    def action_cursor(self, by: int) -> None:
        if not self.items or (by > 0 and self.cursor == len(self.items) - 1):
            self.scroll_relative(y=by * 3, animate=False)
            self.notice_end()
            return
        self._go(max(0, min(self.cursor + by, len(self.items) - 1)))

    def action_page(self, by: int) -> None:
        self.scroll_relative(y=by * max(self.size.height - 2, 1), animate=False)
        self.call_after_refresh(self.notice_end)

    def action_edge(self, by: int) -> None:
        if self.items:
            self._go(0 if by < 0 else len(self.items) - 1)
        self.scroll_to(y=0 if by < 0 else self.max_scroll_y, animate=False)
        self.call_after_refresh(self.notice_end)

    def _go(self, place: int) -> None:
        self.cursor = place
        self.repaint()
        first, last = self._rows_of[place] if place < len(self._rows_of) else (0, 0)
        if first <= self.scroll_offset.y:
            self.scroll_to(y=max(first - 1, 0), animate=False)
        elif last >= self.scroll_offset.y + self.size.height:
            self.scroll_to(y=last - self.size.height + 2, animate=False)
        self.post_message(self.Moved(self.current))
        self.call_after_refresh(self.notice_end)

    def notice_end(self) -> None:
        """Say so when the last row is on the screen."""
        if self.card is not None and self.scroll_offset.y >= self.max_scroll_y:
            self.post_message(self.ReachedEnd())

    # --- painting ---

    def paint(self, width: int) -> list[Row]:
        self._rows_of = []
        if self.card is None:
            said = _("No handover yet. {key} drafts yours from what is true now.", key="H")
            return [
                Row(),
                *(Row().gap(2).say(line, "muted") for line in wrapped(said, max(width - 4, 20), 3)),
            ]
        rows: list[Row] = []
        edge = width - 1
        place = 0
        previous_had_lines = True
        for section in self.card.sections:
            mine = [item for item in self.items if item.section == section.code]
            if rows and (mine or previous_had_lines):
                rows.append(Row())
            previous_had_lines = bool(mine)
            rows.append(self._title(section, edge))
            for item in mine:
                start = len(rows)
                here = place == self.cursor and bool(self.items)
                rows += self._item(item, edge, here=here)
                self._rows_of.append((start, len(rows) - 1))
                place += 1
        rows += [Row(), *self._log(edge)]
        return rows

    def _title(self, section: SectionCard, edge: int) -> Row:
        title = word(SECTION_TITLES[Section(section.code)])
        row = Row().gap(1).say(title, "bright bold")
        end = Row().data(section.figure, section.tone, max(edge - row.width - 5, 8))
        return row.rule(edge - end.width - 1).gap(1).add(end)

    def _item(self, item: Item, edge: int, *, here: bool) -> list[Row]:
        signs = glyphs()
        focused = here and self.has_focus
        ground = "select" if here else ""
        row = Row(ground=ground).say(signs.cursor if focused else " ", "accent")
        mark = Row().say(*self._mark(item))
        if item.folded:
            row.say(f"{signs.square} ", "done").say(word(COLOUR_WORDS[Colour.GREEN]), "done").to(10)
            said = plural("{count} line without act now", "{count} lines without act now", len(item.lines))
            row.say(said, "bright bold" if here else "text").gap(2).say("v", "accent bold").gap(1)
            row.say(_("to see them"), "muted")
            return [row.to(edge - 2).add(mark).to(edge)]
        line = item.lines[0]
        ink = COLOUR_INKS[line.colour]
        row.say(f"{signs.square} ", ink).say(word(COLOUR_WORDS[Colour(line.colour)]), ink).to(10)
        room = edge - 10
        when_cells, who_cells = 6, 8
        longest = (
            max((cell_len(safe(one.action, 40)) for one in self.card.lines), default=0) if self.card else 0
        )
        act_cells = min(longest, max(12, room // 3))
        what_cells = max(room - (act_cells if line.action else -1) - when_cells - who_cells - 6, 8)
        loud = "bright bold" if here else ("bright" if line.colour == "red" else "text")
        row.data(line.what, loud, what_cells)
        if line.action:
            row.to(10 + what_cells + 1).data(line.action, "text", act_cells)
        row.to(edge - when_cells - who_cells - 4)
        mine = line.owner_id is not None and line.owner_id == self.me
        row.data(_("me") if mine else line.owner, "mine bold" if mine else "muted", who_cells - 1)
        row.to(edge - when_cells - 3)
        row.data(self._when(line.due_at), ink if line.colour != "green" else "calm", when_cells, right=True)
        rows = [row.to(edge - 2).add(mark).to(edge)]
        if line.fallback:
            rows.append(
                Row(ground=ground)
                .to(10)
                .say(f"{signs.next} ", "accent bold")
                .data(line.fallback, "bright" if here else "calm", room - 3)
                .to(edge)
            )
        return rows

    def _mark(self, item: Item) -> tuple[str, str]:
        signs = glyphs()
        assert self.card is not None
        ids = {line.id for line in item.lines}
        if any(one.line_id in ids for one in self.card.open_questions):
            return signs.question, "accent bold"
        return (signs.done, "done") if item.is_taken else (signs.on_time, "muted")

    def _when(self, due: datetime | None) -> str:
        if due is None or self.now is None:
            return ""
        here, today = local(due), local(self.now)
        if here.date() == today.date():
            return clock(due)
        ahead = (here.date() - today.date()).days
        return weekday_short(here.date()) if abs(ahead) < 7 else f"{here.day}/{here.month}"

    def _log(self, edge: int) -> Iterable[Row]:
        assert self.card is not None
        lines = self.card.log
        figure = plural("{count} line", "{count} lines", len(lines)) if lines else _("nothing")
        yield title_row(_("Shift log"), figure, edge, margin=1)
        for line in lines[:LOG_LINES]:
            row = Row().gap(1).say(f"{clock(line.at):>5}", "muted").gap(2)
            row.data(line.author, "muted", 9).to(18)
            ink = "muted" if line.corrected_by is not None else "text"
            yield row.data(line.text.replace("\n", " "), ink, edge - 18)

    def on_focus(self) -> None:
        self.repaint()

    def on_blur(self) -> None:
        self.repaint()

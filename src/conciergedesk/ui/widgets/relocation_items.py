"""What is owed in a relocation file: one column per owner, or one list in a small window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from textual import events
from textual.message import Message

from conciergedesk.core.i18n import N_, _, plural
from conciergedesk.relocation.cards import FileCard, ItemLine
from conciergedesk.relocation.households import first_name
from conciergedesk.relocation.plans import OWNER_LABELS, Owner
from conciergedesk.relocation.schedule import ItemState
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row
from conciergedesk.ui.cells import word as said
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import bind, unbind
from conciergedesk.ui.widgets.painted import PaintedScroll
from conciergedesk.ui.widgets.relocation_time import COLUMNS_FROM, SOON_DAYS, short_day

OWNER_TITLES = {
    Owner.COACH: N_("owner|Coach"),
    Owner.FAMILY: N_("owner|Family"),
    Owner.EMPLOYER: N_("owner|Employer"),
    Owner.PROVIDER: N_("owner|Providers"),
}


@dataclass(frozen=True, slots=True)
class _Lane:
    """The items of one owner, soonest first."""

    owner: Owner
    note: str
    items: tuple[ItemLine, ...]


class OwedItems(PaintedScroll, can_focus=True):
    """What is owed, one column per owner; in a small window one list with the owner at its end."""

    @dataclass
    class Highlighted(Message):
        """The cursor stands on another item."""

        item_id: int | None

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        unbind(self)
        bind(self, Scope.LIST)
        self._card: FileCard | None = None
        self._today = date.min
        self._lanes: tuple[_Lane, ...] = ()
        self._whole: tuple[ItemLine, ...] = ()
        self._selected: int | None = None

    # --- values ---

    def show(self, card: FileCard | None, today: date, me: int | None, select: int | None = None) -> None:
        """Show another reading; the cursor stays on its item while that is there."""
        self._card, self._today = card, today
        lanes = []
        for owner in Owner:
            mine = sorted((one for one in _items(card) if one.owner == owner), key=self._order)
            lanes.append(_Lane(owner, self._note(card, owner, mine, me), tuple(mine)))
        self._lanes = tuple(lanes)
        self._whole = tuple(sorted(_items(card), key=self._order))
        ids = {one.id for one in self._whole}
        wanted = select if select in ids else self._selected if self._selected in ids else None
        if wanted is None:
            wanted = next((one.id for one in self._whole if one.is_open), None)
        self._choose(wanted)

    def _order(self, one: ItemLine) -> tuple[bool, bool, date, str]:
        return (not one.is_open, one.due is None, one.due or date.max, one.code)

    def _note(self, card: FileCard | None, owner: Owner, items: list[ItemLine], me: int | None) -> str:
        if card is None:
            return ""
        match owner:
            case Owner.COACH:
                return _("me") if card.coach_id == me else card.coach
            case Owner.FAMILY:
                return first_name(card.household)
            case Owner.EMPLOYER:
                return card.employer_contact or card.employer
            case Owner.PROVIDER:
                return plural("{count} item", "{count} items", len(items))

    @property
    def current(self) -> ItemLine | None:
        return next((one for one in self._whole if one.id == self._selected), None)

    @property
    def in_columns(self) -> bool:
        return self.size.width >= COLUMNS_FROM

    def _lane(self) -> tuple[ItemLine, ...]:
        current = self.current
        if current is None:
            return self._whole
        if not self.in_columns:
            return self._whole
        return next(lane.items for lane in self._lanes if lane.owner == current.owner)

    def _choose(self, item_id: int | None) -> None:
        self._selected = item_id
        self.repaint()
        self._keep_in_sight()
        self.post_message(self.Highlighted(item_id))

    def _keep_in_sight(self) -> None:
        lane = self._lane()
        row = next((n for n, one in enumerate(lane) if one.id == self._selected), 0) + self._first_row
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        if row < top + self._first_row:
            self.scroll_to(y=max(row - self._first_row, 0), animate=False)
        elif row >= top + height:
            self.scroll_to(y=row - height + 1, animate=False)

    @property
    def _first_row(self) -> int:
        return 1

    # --- moving ---

    def _step(self, by: int) -> None:
        lane = self._lane()
        at = next((n for n, one in enumerate(lane) if one.id == self._selected), 0)
        if lane:
            self._choose(lane[max(0, min(at + by, len(lane) - 1))].id)

    def action_cursor(self, by: int) -> None:
        self._step(by)

    def action_page(self, by: int) -> None:
        self._step(by * max(self.size.height - 2, 1))

    def action_edge(self, by: int) -> None:
        self._step(by * len(self._whole))

    def side(self, by: int) -> None:
        """To the first item of the next owner who has any."""
        current = self.current
        if not self.in_columns or current is None:
            return
        order = [lane.owner for lane in self._lanes]
        at = order.index(Owner(current.owner))
        row = next(n for n, one in enumerate(self._lanes[at].items) if one.id == current.id)
        row -= self.scroll_offset.y
        for _turn in order:
            at = (at + by) % len(order)
            if self._lanes[at].items:
                items = self._lanes[at].items
                self._choose(items[max(0, min(row, len(items) - 1))].id)
                return

    def on_focus(self) -> None:
        self.repaint()

    def on_blur(self) -> None:
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        row = event.y + self.scroll_offset.y - self._first_row
        if self.in_columns:
            lane = self._lanes[min(event.x * 4 // max(self.size.width, 1), 3)].items
        else:
            lane = self._whole
        if 0 <= row < len(lane):
            self._choose(lane[row].id)

    # --- painting ---

    def paint(self, width: int) -> list[Row]:
        if self._card is None:
            return []
        return self._columns(width) if width >= COLUMNS_FROM else self._list(width)

    def _columns(self, width: int) -> list[Row]:
        cells = (width - 1) // 4
        head = Row().gap(1)
        for number, lane in enumerate(self._lanes):
            title = Row().say(said(OWNER_TITLES[lane.owner]), "bright bold")
            ink = "mine" if lane.owner is Owner.COACH and lane.note == _("me") else "muted"
            note = Row().data(lane.note, ink, cells - title.width - 7)
            edge = cells - 3
            title.rule(edge - note.width - 1).gap(1).add(note)
            head.add(title).to(1 + cells * (number + 1))
        rows = [head]
        for place in range(max((len(lane.items) for lane in self._lanes), default=0)):
            line = Row()
            for number, lane in enumerate(self._lanes):
                if place < len(lane.items):
                    line.on(self._item(lane.items[place], cells - 1), cells - 1)
                line.to(cells * (number + 1))
            rows.append(line)
        return rows

    def _list(self, width: int) -> list[Row]:
        head = Row().gap(1).say(_("Owed, soonest first"), "bright bold")
        open_items = [one for one in self._whole if one.is_open]
        head.rule(width - 14).gap(1).end(
            Row().say(
                _("{closed} of {total}", closed=len(self._whole) - len(open_items), total=len(self._whole)),
                "muted",
            ),
            width - 1,
        )
        rows = [head]
        for one in self._whole:
            owner = Row().data(_(OWNER_LABELS[Owner(one.owner)]), "muted", 12)
            row = self._item(one, width - 14)
            rows.append(row.to(width - 13).add(owner).to(width))
        return rows

    def _item(self, one: ItemLine, cells: int) -> Row:
        here = one.id == self._selected
        focused = here and self.has_focus
        signs, today = glyphs(), self._today
        row = Row(ground="select" if here else "").say(signs.cursor if focused else " ", "accent")
        soon = one.is_open and one.due is not None and one.due <= today + timedelta(days=SOON_DAYS)
        if one.state is ItemState.DONE:
            sign, ink, day = signs.done, "done", said(N_("item|done"))
        elif one.state is ItemState.NOT_APPLICABLE:
            sign, ink, day = signs.done, "muted", said(N_("item|n/a"))
        else:
            day = short_day(one.due, today) if one.due is not None else signs.ellipsis
            if one.is_overdue(today):
                sign, ink = signs.late, "late bold"
            elif one.state is ItemState.WAITING:
                sign, ink = signs.waiting, "waiting"
            elif soon:
                sign, ink = signs.soon, "soon"
            else:
                sign, ink = signs.on_time, "muted"
        row.say(f"{sign} ", ink).data(day, ink, 8).to(12)
        label = f"{one.label} ?" if one.to_confirm and one.is_open else one.label
        tone = "bright bold" if here else "muted" if not one.is_open else "text"
        return row.data(label, tone, cells - row.width)


def _items(card: FileCard | None) -> tuple[ItemLine, ...]:
    return card.items if card is not None else ()

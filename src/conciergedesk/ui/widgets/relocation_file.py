"""One relocation file on the screen: who, what is owed by whom, risks, pulse, documents and thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from textual import events
from textual.message import Message

from conciergedesk.core.i18n import N_, _, plural, show_date
from conciergedesk.core.phone import show_phone
from conciergedesk.relocation.cards import DocumentLine, FileCard, FollowUpLine, ItemLine, RiskLine
from conciergedesk.relocation.households import first_name, show_members
from conciergedesk.relocation.plans import OWNER_LABELS, Owner
from conciergedesk.relocation.schedule import ItemState
from conciergedesk.relocation.words import RELOCATION_ACTS
from conciergedesk.requests.lifecycle import STATE_LABELS, State
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, bar, safe, weekday_short, wrapped
from conciergedesk.ui.cells import word as said
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import bind, unbind
from conciergedesk.ui.widgets.painted import Painted, PaintedScroll
from conciergedesk.ui.widgets.relocation_time import day_mark

SOON_DAYS = 7
COLUMNS_FROM = 96
OWNER_TITLES = {
    Owner.COACH: N_("owner|Coach"),
    Owner.FAMILY: N_("owner|Family"),
    Owner.EMPLOYER: N_("owner|Employer"),
    Owner.PROVIDER: N_("owner|Providers"),
}
LOW_PULSE = 6


def short_day(day: date, today: date) -> str:
    """A day as a list says it: ``-6 j`` when it is over, ``ven 26`` this week, ``2 avr.`` later."""
    ahead = (day - today).days
    if ahead < 0:
        return _("-{days} d", days=-ahead)
    if ahead == 0:
        return _("today")
    if ahead < 7:
        return f"{weekday_short(day)} {day.day}"
    if ahead > 330:
        return str(day.year)
    return show_date(day, pattern="d MMM")


class FileHead(Painted):
    """Who settles, from where to where, when, with whom."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._card: FileCard | None = None
        self._today = date.min
        self._me: int | None = None

    def show(self, card: FileCard | None, today: date, me: int | None) -> None:
        self._card, self._today, self._me = card, today, me
        self.repaint(layout=True)

    def paint(self, width: int) -> list[Row]:
        card = self._card
        if card is None:
            return [Row(), Row()]
        package = Row()
        if card.state == "open" and not card.plan_is_current:
            package.say(_("newer plan"), "soon").gap(2)
        elif card.state != "open":
            package.say(_("file|closed"), "waiting").gap(2)
        package.data(card.package_label, "muted", 24)
        first = Row().gap(1).say(card.ref, "muted").gap(2)
        room = width - first.width - package.width - 3
        people = show_members(card.members) or card.household
        first.data(people, "bright bold", room)
        way = _("from {origin}, works in {work}", origin=card.from_place, work=card.work_place)
        if card.from_place and card.work_place and first.width + len(way) + 3 < width - package.width - 2:
            first.gap(3).data(way, "muted")
        days = (card.arrival - self._today).days
        second = (
            Row().gap(1).say(_("Arrival") + " ", "muted").say(show_date(card.arrival), "bright bold").gap()
        )
        second.say(self._away(days), "soon" if 0 <= days <= 30 else "muted")
        mine = card.coach_id == self._me
        for label, value, ink in (
            (_("Employer"), safe(card.employer, 18 if width < 140 else 40), "text"),
            (_("Tel."), show_phone(card.phone) if card.phone else "", "bright"),
            (said(N_("file|Language")), card.language, "text"),
            (_("Coach"), _("me") if mine else card.coach, "mine bold" if mine else "text"),
        ):
            piece = Row().gap(3).say(f"{label} ", "muted").data(value, ink, 26)
            if value and second.width + piece.width < width:
                second.add(piece)
        return [first.end(package, width - 1), second]

    def _away(self, days: int) -> str:
        if days > 0:
            return plural("in {count} day", "in {count} days", days)
        if days == 0:
            return _("today")
        return plural("{count} day ago", "{count} days ago", -days)


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


class FileFoot(PaintedScroll, can_focus=True):
    """Risks, pulse and documents side by side, then the thread."""

    GROUND = "surface"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._card: FileCard | None = None
        self._today = date.min
        self._me: int | None = None

    def show(self, card: FileCard | None, today: date, me: int | None) -> None:
        self._card, self._today, self._me = card, today, me
        self.scroll_to(y=0, animate=False)
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        card = self._card
        if card is None:
            return []
        if width >= COLUMNS_FROM:
            first = (width - 2) * 36 // 100
            second = (width - 2) * 38 // 100
            blocks = (
                (self._risks(card, first - 3), first),
                (self._pulses(card, second - 3), second),
                (self._documents(card, width - 2 - first - second), width - 2 - first - second),
            )
            rows = []
            for number in range(max(len(block) for block, _cells in blocks)):
                row, at = Row().gap(1), 1
                for block, cells in blocks:
                    if number < len(block):
                        row.add(block[number])
                    at += cells
                    row.to(at)
                rows.append(row)
        else:
            rows = []
            for block in (
                self._risks(card, width - 3), self._pulses(card, width - 3), self._documents(card, width - 3),
            ):  # fmt: skip
                rows.extend(Row().gap(1).add(row) for row in block)
        return [*rows, *self._requests(card, width), *self._thread(card, width)]

    def _title(self, title: str, figure: str, cells: int, ink: str = "muted") -> Row:
        row = Row().say(title, "bright bold")
        end = Row().data(figure, ink, max(cells - row.width - 4, 0))
        return row.rule(cells - end.width - (1 if end.width else 0)).gap(1 if end.width else 0).add(end)

    def _risks(self, card: FileCard, cells: int) -> list[Row]:
        live = [one for one in card.risks if one.cleared_on is None]
        acts = [one for one in card.actions if one.done_on is None]
        rows = [self._title(_("Risks"), plural("{count} open", "{count} open", len(live) + len(acts)), cells)]
        signs = glyphs()
        for action in acts:
            code = action.followup.replace("D+", _("D+"), 1)
            label = _("supervisor: {score}/10 at {code}", score=action.score or 0, code=code)
            if action.followup == "pulse":
                label = _("supervisor: pulse {score}/10", score=action.score or 0)
            elif action.cause == "silence":
                label = _("supervisor: nobody answers")
            rows.append(Row().say(f"{signs.late} ", "late").data(label, "bright", cells - 2))
            due = Row().say(short_day(action.due, self._today), "late")
            who = Row().gap(2).data(action.owner or _("nobody yet"), "muted", cells - 14)
            rows.append(who.end(due, cells))
        for one in live:
            rows += self._risk(one, cells)
        gone = [one for one in card.risks if one.cleared_on is not None][:1]
        for one in gone:
            rows.append(Row().say(f"{signs.done} ", "done").data(one.label, "muted", cells - 2))
        if len(rows) == 1:
            rows.append(Row().say(_("No risk is flagged."), "muted"))
        return rows

    def _risk(self, one: RiskLine, cells: int) -> list[Row]:
        signs = glyphs()
        red = one.severity == "red"
        sign, ink = (signs.late, "late") if red else (signs.soon, "soon")
        late = one.review_on <= self._today
        day = Row().say(short_day(one.review_on, self._today), "late" if late else ink)
        who = _("me") if one.owner_id == self._me else one.owner
        text = _("{who}: {action}", who=who, action=one.action) if one.action else who
        second = Row().gap(2).data(text, "muted", cells - day.width - 4)
        return [Row().say(f"{sign} ", ink).data(one.label, "bright", cells - 2), second.end(day, cells)]

    def _pulses(self, card: FileCard, cells: int) -> list[Row]:
        rows = [self._title(_("Pulse"), _("{low} or less: an action", low=LOW_PULSE), cells)]
        for one in sorted(card.followups, key=lambda line: (line.due, line.id)):
            rows.append(self._pulse(card, one, cells))
        return rows

    def _pulse(self, card: FileCard, one: FollowUpLine, cells: int) -> Row:
        signs = glyphs()
        days = ((one.done_on or one.due) - card.arrival).days
        mark = _("closing") if one.code == "closing" else day_mark(days)
        row = Row().data(mark, "muted", 8).to(8)
        if one.done_on is None:
            late = one.due < self._today
            row.say(signs.planned * 12, "rule").gap().say(f"{signs.dash:>2}", "muted").gap(2)
            return row.data(show_date(one.due), "late" if late else "muted", cells - row.width)
        low = one.pulse is not None and one.pulse <= LOW_PULSE
        ink = "soon" if low else "done"
        row.add(bar((one.pulse or 0) / 10, 12, ink)).gap()
        row.say(f"{'-' if one.pulse is None else one.pulse:>2}", f"{ink} bold").gap(2)
        said_text = one.words.split("\n")[0] if one.words else show_date(one.done_on)
        return row.data(said_text, "text", cells - row.width)

    def _documents(self, card: FileCard, cells: int) -> list[Row]:
        rows = [self._title(_("Documents"), _("kind and date only"), cells)]
        for one in card.documents:
            rows.append(self._document(one, cells))
        left = [credit for credit in card.credits if credit.used]
        if left:
            credit = min(left, key=lambda one: one.left)
            spent = _("{left} of {granted} left", left=credit.left, granted=credit.granted)
            rows.append(
                Row().say(f"{glyphs().on_time} ", "muted").data(self._service(credit.service), "text", cells - 16)
                .end(Row().say(spent, "late" if credit.left < 0 else "muted"), cells)
            )  # fmt: skip
        for count in card.telework:
            ink = "soon bold" if count.amber else "muted"
            note = Row().say(f"{count.used}/{count.limit}", ink)
            rows.append(
                Row().say(f"{glyphs().on_time} ", ink).say(_("telework, days"), "text").end(note, cells)
            )
        if len(rows) == 1:
            rows.append(Row().say(_("None seen yet."), "muted"))
        return rows

    def _service(self, code: str) -> str:
        return _("coaching hours") if code == "coach_hours" else _("services of the package")

    def _document(self, one: DocumentLine, cells: int) -> Row:
        signs = glyphs()
        soon = one.alert_on is not None and one.alert_on <= self._today
        if one.expires_on is None:
            sign, ink, day = signs.done, "done", _("seen")
        elif one.expires_on < self._today:
            sign, ink, day = signs.late, "late", short_day(one.expires_on, self._today)
        else:
            sign, ink = (signs.soon, "soon") if soon else (signs.on_time, "muted")
            day = short_day(one.expires_on, self._today)
        name = _("{document} of {who}", document=one.kind, who=one.holder) if one.holder else one.kind
        end = Row().say(day, ink)
        return Row().say(f"{sign} ", ink).data(name, "text", cells - end.width - 4).end(end, cells)

    def _requests(self, card: FileCard, width: int) -> list[Row]:
        """What the desk does for the household, and for which item."""
        if not card.requests:
            return []
        edge = width - 1
        title = self._title(
            _("Requests"), plural("{count} request", "{count} requests", len(card.requests)), edge - 1
        )
        rows = [Row().gap(1).add(title)]
        for one in card.requests[:4]:
            row = Row().gap(1).say(one.ref, "muted").to(10).data(one.item, "muted", 12).to(23)
            end = Row().data(_(STATE_LABELS[State(one.state)]), "muted", 24)
            rows.append(
                row.data(one.title or one.type_code, "text", edge - 24 - end.width - 2).end(end, edge)
            )
        return rows

    def _thread(self, card: FileCard, width: int) -> list[Row]:
        edge = width - 1
        silent = card.silent_days(self._today)
        figure = plural("{count} line", "{count} lines", len(card.thread))
        ink = "muted"
        if silent is not None and silent > 0:
            figure = (
                f"{figure}, {plural('last heard {count} day ago', 'last heard {count} days ago', silent)}"
            )
            ink = "soon" if silent >= SOON_DAYS else "muted"
        rows = [Row().gap(1).add(self._title(_("Thread"), figure, edge - 1, ink))]
        for line in card.thread:
            text = line.text
            if line.kind == "act":
                text = _(RELOCATION_ACTS.get(line.act, line.act)) + (f" : {line.text}" if line.text else "")
            elif line.kind == "quote":
                text = _("“{text}”", text=line.text)
            row = Row().gap(1).say(show_date(line.at.astimezone().date(), pattern="d MMM"), "muted").to(10)
            who = Row().data(line.who, "muted", 12)
            row.add(who).to(23)
            tone = "muted" if line.kind == "act" else "text"
            lines = wrapped(text, max(edge - 23, 20), 2)
            rows.append(row.data(lines[0] if lines else "", tone))
            rows += [Row().to(23).data(more, tone) for more in lines[1:]]
        if len(rows) == 1:
            rows.append(Row().gap(1).say(_("Nothing was written yet."), "muted"))
        return rows

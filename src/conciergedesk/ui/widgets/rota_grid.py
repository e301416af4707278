"""The rota as a grid: people by days coloured by shift, totals at right, the cover of each post below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from textual.message import Message

from conciergedesk.core.i18n import N_, _, plural, show_date
from conciergedesk.rota.calendar import holiday_on
from conciergedesk.rota.month import shift_paint
from conciergedesk.rota.values import Agent, ShiftType
from conciergedesk.ui.cells import Row, safe, word
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import keymap, unbind
from conciergedesk.ui.rota_room import RotaReading
from conciergedesk.ui.widgets.painted import Painted, PaintedScroll

NAME = 12
DAY_CELLS = 3
TOTALS = 17
_WEEKDAYS = (
    N_("day|M"), N_("day|Tu"), N_("day|W"), N_("day|Th"), N_("day|F"), N_("day|Sa"), N_("day|Su"),
)  # fmt: skip


def days_for(width: int) -> int:
    """How many whole weeks fit beside names and totals."""
    weeks = (width - NAME - TOTALS - 2) // (7 * DAY_CELLS + 1)
    return 7 * max(1, min(4, weeks))


def hours_text(minutes: int) -> str:
    """``126`` or ``112,5``."""
    from conciergedesk.core.i18n import show_number

    return show_number(round(minutes / 60, 1))


@dataclass(frozen=True, slots=True)
class Place:
    """Where the cursor is: a person's day, or a post's day (``person`` is empty)."""

    person: str
    shift: str
    day: date


class RotaHeading(Painted):
    """What is shown and how far it is published, and what the planner is doing."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._reading: RotaReading | None = None
        self.busy = ""

    def show(self, reading: RotaReading | None, busy: str = "") -> None:
        self._reading, self.busy = reading, busy
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        row = Row().gap(1).say(_("Rota"), "bright bold").gap(2)
        reading = self._reading
        if reading is None:
            return [row.say(_("reading…"), "muted")]
        rota = reading.desk.rota
        first, last = show_date(rota.first, pattern="d MMM"), show_date(rota.last, pattern="d MMM")
        row.say(f"{first} {glyphs().right} {last}", "text").gap(2)
        if self.busy:
            return [row.say(self.busy, "accent")]
        chip = self._chip(reading)
        room = width - (chip.width + 2 if chip.width else 1)
        for said, ink in self._standing(reading):
            # What waits for an answer is said before how far the rota is published.
            if row.width + len(said) + 2 <= room:
                row.say(said, ink).gap(2)
        row.end(chip, width - 1)
        return [row]

    @staticmethod
    def _chip(reading: RotaReading) -> Row:
        waiting = len(reading.waiting_for_me)
        if not waiting:
            return Row()
        said = plural("{count} ask waits for you", "{count} asks wait for you", waiting)
        return (
            Row()
            .say(f"{glyphs().soon} {said}  ", "soon bold")
            .say(keymap().shown("rota.asks"), "accent bold")
        )

    @staticmethod
    def _standing(reading: RotaReading) -> list[tuple[str, str]]:
        desk = reading.desk
        found = [(_("nothing is published"), "soon")]
        if desk.published_until is not None:
            until = show_date(desk.published_until, pattern="d MMM")
            found = [(_("published until {day}", day=until), "muted")]
        if desk.draft is not None:
            count = len(reading.changed)
            span = f"{show_date(desk.draft.first, pattern='d MMM')} {glyphs().right} "
            said = _("draft {days}", days=span + show_date(desk.draft.last, pattern="d MMM"))
            if count:
                said = plural("draft: {count} change", "draft: {count} changes", count)
            found.append((said, "soon"))
        return found


class RotaGrid(PaintedScroll, can_focus=True):
    """People and posts by days. The cursor is a cell and stays on it over refreshes."""

    @dataclass
    class Moved(Message):
        """The cursor is on another cell."""

        place: Place | None

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        unbind(self)
        self.reading: RotaReading | None = None
        self.row = 0
        self.column = 0
        self.first_half: Place | None = None
        """The cell a swap begins with."""
        self._line_of: dict[int, int] = {}

    # --- values ---

    def show(self, reading: RotaReading, day: date | None = None) -> None:
        """Show a period; ``day`` puts the cursor on that column, the first time on one's own line."""
        if self.reading is None and reading.me:
            self.row = next(
                (row for row, one in enumerate(reading.desk.rota.agents) if one.id == reading.me), self.row
            )
        self.reading = reading
        if day is not None:
            self.column = max(0, min((day - reading.desk.rota.first).days, reading.desk.rota.days - 1))
        self.row = min(self.row, self._row_count() - 1)
        self.column = min(self.column, reading.desk.rota.days - 1)
        self._changed()

    @property
    def agents(self) -> tuple[Agent, ...]:
        return self.reading.desk.rota.agents if self.reading is not None else ()

    @property
    def shifts(self) -> tuple[ShiftType, ...]:
        return self.reading.desk.rota.shifts if self.reading is not None else ()

    def _row_count(self) -> int:
        return max(1, len(self.agents) + len(self.shifts))

    @property
    def place(self) -> Place | None:
        """The cell under the cursor, with the shift that is worked there."""
        reading = self.reading
        if reading is None:
            return None
        day = reading.desk.rota.first + timedelta(days=self.column)
        if self.row < len(self.agents):
            person = self.agents[self.row].id
            shifts = [id for id in reading.roster.shifts_on(person, day)]
            worked = [id for id in shifts if not reading.desk.rota.shift_by_id[id].on_call]
            return Place(person, (worked or shifts or [""])[0], day)
        return Place("", self.shifts[self.row - len(self.agents)].id, day)

    def go_to(self, place: Place) -> None:
        """Put the cursor on a cell of the period shown."""
        if self.reading is None:
            return
        ids = [agent.id for agent in self.agents]
        if place.person in ids:
            self.row = ids.index(place.person)
        elif not place.person:
            self.row = len(ids) + [shift.id for shift in self.shifts].index(place.shift)
        self.column = max(
            0, min((place.day - self.reading.desk.rota.first).days, self.reading.desk.rota.days - 1)
        )
        self._changed()

    def move(self, down: int, right: int) -> bool:
        """Move the cursor; answers False when it stands at the edge of the days."""
        if self.reading is None:
            return True
        column = self.column + right
        if not 0 <= column < self.reading.desk.rota.days:
            return False
        self.row = max(0, min(self.row + down, self._row_count() - 1))
        self.column = column
        self._changed()
        return True

    def _changed(self) -> None:
        self.repaint()
        line = self._line_of.get(self.row, 0)
        top, height = self.scroll_offset.y, self.size.height
        if height and not top <= line - (3 if self.row == 0 else 0) <= line < top + height:
            self.scroll_to(y=0 if line < height else line - height + 1, animate=False)
        self.post_message(self.Moved(self.place))

    def on_focus(self) -> None:
        self.repaint()

    # --- painting ---

    def paint(self, width: int) -> list[Row]:
        reading = self.reading
        if reading is None:
            return []
        rows = self._heading(reading, width)
        self._line_of = {}
        team = self.agents[0].team if self.agents else ""
        for place, agent in enumerate(self.agents):
            if agent.team != team:
                team = agent.team
                rows.append(Row())
            self._line_of[place] = len(rows)
            rows.append(self._person(reading, agent, place, width))
        title = Row().gap(1).say(_("Coverage"), "text bold")
        said = Row().say(_("planned, and planned/needed when somebody is missing"), "muted")
        rows.append(
            title.rule(width - said.width - 2).gap(1).add(said) if width > 100 else title.rule(width - 1)
        )
        for number, shift in enumerate(self.shifts):
            place = len(self.agents) + number
            self._line_of[place] = len(rows)
            rows.append(self._post(reading, shift, number, place, width))
        return rows

    def _columns(self, reading: RotaReading) -> list[tuple[date, bool]]:
        """Days, and whether a week ends with this one."""
        return [(day, day.weekday() == 6) for day in reading.desk.rota.dates]

    def _heading(self, reading: RotaReading, width: int) -> list[Row]:
        site = reading.desk.rota.site
        weeks, names, numbers = Row().gap(NAME), Row().gap(NAME), Row().gap(NAME)
        for day, ends in self._columns(reading):
            if day.weekday() == 0 or day == reading.desk.rota.first:
                weeks.to(names.width)
                weeks.say(
                    f"{_('W{week}', week=str(day.isocalendar().week))}  {show_date(day, pattern='d MMM')}",
                    "muted",
                )
            holiday = holiday_on(site, day) is not None
            ink = "soon bold" if holiday else "bright bold" if day == reading.today else "muted"
            letter = word(_WEEKDAYS[day.weekday()])
            names.say(f"{letter + '*' if holiday else letter:>{DAY_CELLS - 1}} ", ink)
            numbers.say(f"{day.day:>{DAY_CELLS - 1}} ", ink)
            if ends:
                names.gap()
                numbers.gap()
        end = self._totals_at(reading) + 1
        if end + TOTALS - 1 <= width:
            numbers.to(end).say(
                f"{_('hours'):>7}{word(N_('total|Sun')):>4}{word(N_('total|eve.')):>5}", "muted"
            )
        return [weeks, names, numbers]

    def _totals_at(self, reading: RotaReading) -> int:
        columns = self._columns(reading)
        return NAME + DAY_CELLS * len(columns) + sum(ends for _day, ends in columns)

    def _lead(self, row: int, text: str, ink: str) -> Row:
        here = row == self.row
        line = Row().say(glyphs().cursor if here and self.has_focus else " ", "accent")
        return line.data(text, "bright bold" if here else ink, NAME - 2).to(NAME)

    def _person(self, reading: RotaReading, agent: Agent, place: int, width: int) -> Row:
        row = self._lead(place, agent.name or agent.id, "text")
        rota = reading.desk.rota
        half = self.first_half
        for column, (day, ends) in enumerate(self._columns(reading)):
            said, ink = self._cell(reading, agent, day)
            if half is not None and (half.person, half.day) == (agent.id, day):
                said, ink = f"<{said.strip() or ' '}>"[:DAY_CELLS], "soon bold @select"
            if place == self.row and column == self.column:
                said, ink = f"[{said.strip()[:1] or ' '}]", "accent bold @select"
            row.say(said, ink)
            if ends:
                row.gap()
        end = self._totals_at(reading) + 1
        if end + TOTALS - 1 <= width:
            book = reading.ledgers.get(agent.id)
            if book is not None:
                away = book.against_contract > 7 * 60
                row.to(end).say(f"{hours_text(book.minutes):>7}", "soon" if away else "text")
                row.say(f"{book.sundays:>4}{book.evenings or glyphs().dot:>5}", "muted")
        assert rota.days
        return row

    def _cell(self, reading: RotaReading, agent: Agent, day: date) -> tuple[str, str]:
        rota = reading.desk.rota
        holiday = holiday_on(rota.site, day) is not None
        if rota.absent(agent.id, day):
            return " A ", "accent @holiday" if holiday else "accent"
        shifts = [rota.shift_by_id[id] for id in reading.roster.shifts_on(agent.id, day)]
        work = [one for one in shifts if not one.on_call]
        if not shifts:
            sign = self._sign(reading, agent, day)
            return (
                f" {glyphs().dot}{sign}",
                "muted @holiday" if holiday else "faint" if sign == " " else "muted",
            )
        main = work[0] if work else shifts[0]
        paint = shift_paint(main, rota.shifts.index(main))
        looks = " bold" if day == reading.today else ""
        if (agent.id, day) in reading.changed:
            looks += " underline"
        tail = "n" if work and len(shifts) > len(work) else self._sign(reading, agent, day)
        return f" {safe(main.id, 1)}{tail}", f"shift-{paint}-ink{looks} @shift-{paint}"

    @staticmethod
    def _sign(reading: RotaReading, agent: Agent, day: date) -> str:
        """``?`` for what is asked, ``°`` for a wish."""
        for one in reading.asks:
            if (one.person, one.day) == (agent.id, day) or (one.partner, one.partner_day) == (agent.id, day):
                return glyphs().question
        if any((one.agent, one.day) == (agent.id, day) for one in reading.desk.rota.wishes):
            return glyphs().wish
        return " "

    def _post(self, reading: RotaReading, shift: ShiftType, number: int, place: int, width: int) -> Row:
        paint = shift_paint(shift, number)
        here = place == self.row
        row = Row().say(glyphs().cursor if here and self.has_focus else " ", "accent")
        row.say(safe(shift.id, 1), f"shift-{paint}-ink bold @shift-{paint}").gap(1)
        name = telling_name(shift, reading.desk.rota.shifts, NAME - 4)
        row.data(name, "bright bold" if here else "muted", NAME - 4).to(NAME)
        missing = 0
        for column, (day, ends) in enumerate(self._columns(reading)):
            count = reading.counts.get((day, shift.id))
            cursor = here and column == self.column
            if count is None:
                said, ink = f" {glyphs().dot} ", "faint"
            elif count.missing:
                missing += count.missing
                said, ink = f"{count.staffed}/{count.needed}", "late-chip"
            else:
                said, ink = f" {count.staffed} ", "done" if count.staffed > count.needed else "muted"
            if cursor:
                said = f"[{said.strip()}]" if len(said.strip()) < 2 else said
                ink = "accent bold @select"
            row.say(said, ink)
            if ends:
                row.gap()
        if not any((day, shift.id) in reading.counts for day in reading.desk.rota.dates):
            return row
        said = plural("{count} gap", "{count} gaps", missing) if missing else _("complete")
        state = Row().say(f"{glyphs().late} {said}" if missing else said, "late bold" if missing else "done")
        return row.end(state, width - 1)


def telling_name(shift: ShiftType, shifts: Sequence[ShiftType], width: int) -> str:
    """The label of a shift, or its last word where another label begins with the same ``width`` cells."""
    label = shift.label or shift.id
    alike = any(one.id != shift.id and one.label[: width - 1] == label[: width - 1] for one in shifts)
    return label.split()[-1] if alike and label.split() else label

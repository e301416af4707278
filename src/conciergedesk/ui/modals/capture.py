"""The capture sheet: one typed line, echoed as it was understood, saved by a second key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from conciergedesk.core.errors import DeskError, InvalidInput
from conciergedesk.core.i18n import N_, _, active_language, show_date
from conciergedesk.core.i18n import local as local_time
from conciergedesk.core.phone import show_phone
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.capturing import title_of
from conciergedesk.ui.cells import Row, clock, duration, time_left, when, wrapped
from conciergedesk.ui.drafts import Drafts, Slip
from conciergedesk.ui.form_words import hour_to_call, language_word
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.modals.form import PARK_AFTER
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.inputs import EchoInput, Understood
from conciergedesk.ui.widgets.painted import Painted

if TYPE_CHECKING:
    from conciergedesk.ui.capturing import LineReader, Reading
    from conciergedesk.ui.session import DeskSession

INKS = {
    "type": "accent",
    "moment": "soon",
    "person": "mine",
    "phone": "mine",
    "place": "done",
    "destination": "done",
    "language": "waiting",
    "quantity": "calm",
    "priority": "late",
    "assignee": "calm",
    "channel": "calm",
    "call_back": "soon",
    "call_at": "soon",
}
LABEL_CELLS, SOURCE_CELLS = 10, 16


@dataclass(frozen=True, slots=True)
class CaptureAnswer:
    """What the sheet ends with: a saved request or promised call, a look-alike to continue, or the form to fill in."""

    created: int | None = None
    call_promised: tuple[datetime, int] | None = None
    continue_id: int | None = None
    form_line: str = ""
    slip: Slip | None = None


class EchoRows(Painted):
    """How the line was understood, one thing a line, with the source of each value at right."""

    GROUND = "raised"

    def __init__(self, type_label: Callable[[str], str], parked: str = "") -> None:
        super().__init__()
        self._type_label = type_label
        self._parked = parked
        self.reading: Reading | None = None
        self.people: tuple[str, ...] = ()
        self.cursor: int | None = None
        self.now: datetime | None = None
        self.me = ""

    def show(self, reading: Reading, people: Sequence[str], now: datetime, me: str) -> None:
        self.reading, self.people, self.now, self.me = reading, tuple(people), now, me
        if self.cursor is not None and self.cursor >= len(reading.look_alikes):
            self.cursor = None
        self.repaint(layout=True)

    def move(self, by: int) -> None:
        """Move among the look-alikes; above the first one is the line itself."""
        count = len(self.reading.look_alikes) if self.reading is not None else 0
        place = (-1 if self.cursor is None else self.cursor) + by
        self.cursor = None if place < 0 or count == 0 else min(place, count - 1)
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        reading = self.reading
        if reading is None or not reading.captured.text.strip():
            intro = _("Who, what, when, where: in any order. Each word is shown as it is understood.")
            rows = [Row().say(line, "muted") for line in wrapped(intro, max(width - 2, 20), 3)]
            if self._parked:
                row = Row().say("Ctrl+B", "accent bold").gap(1).say(_("take up"), "muted").gap(1)
                rows += [Row(), row.data(self._parked, "text", max(width - row.width - 1, 8))]
            return rows
        rows = [Row().say(_("Understood"), "bright bold").rule(width)]
        rows += self._parts(reading, width)
        if reading.card is not None:
            for warning in reading.card.warnings:
                for line in wrapped(warning.text, max(width - 4, 20), 2):
                    rows.append(Row().say(f"{glyphs().cursor} ", "soon").data(line, "soon bold"))
        rows += self._safety(reading, width)
        rows += self._look_alikes(reading, width)
        return rows

    def _line(self, label: str, ink: str, value: str, note: str, source: str, width: int) -> Row:
        row = Row().data(label, "muted", LABEL_CELLS - 1).to(LABEL_CELLS).say(glyphs().cursor, ink).gap(1)
        row.data(value, "late bold" if ink == "late" else "bright bold", max(width - 28, 12))
        if note:
            row.gap(2).data(note, "muted", max(width - row.width - SOURCE_CELLS, 0))
        return row.end(Row().data(source, "muted", SOURCE_CELLS), width)

    def _parts(self, reading: Reading, width: int) -> list[Row]:
        from conciergedesk.requests.capture import SOURCE_WORDS

        captured = reading.captured
        rows = []

        def source(part: object) -> str:
            words = getattr(part, "words", "")
            kind = getattr(part, "source", None)
            return words if words else _(SOURCE_WORDS[kind]) if kind is not None else ""

        if reading.type is not None:
            name = reading.type.name.in_language(active_language())
            rows.append(
                self._line(_("Type"), INKS["type"], name, reading.type.number, source(captured.type), width)
            )
        elif captured.call_back is not None:
            said = source(captured.call_back)
            rows.append(self._line(_("Type"), INKS["call_back"], _("Promised call"), "", said, width))
        else:
            rows.append(self._line(_("Type"), "soon", _("not understood yet"), "", "", width))
        rows.append(self._when(reading, source(captured.moment), width))
        rows += self._who(reading, width, source(captured.person or captured.phone))
        for name, label in (("place", _("Where")), ("destination", _("To"))):
            part = getattr(captured, name)
            if part is not None:
                rows.append(self._line(label, INKS[name], part.value.name, "", source(part), width))
        if captured.language is not None:
            said = language_word(captured.language.value)
            rows.append(
                self._line(_("Language"), INKS["language"], said, "", source(captured.language), width)
            )
        if reading.priority:
            rows.append(self._priority(reading, width))
        if captured.call_at is not None and self.now is not None:
            at = hour_to_call(captured.call_at.value)
            said = f"{show_date(local_time(at).date(), pattern='EEEE d MMMM')} {clock(at)}"
            rows.append(
                self._line(_("Call-back"), INKS["call_at"], said, "", source(captured.call_at), width)
            )
        if reading.type is not None and reading.type.health and captured.leftover:
            rows.append(self._line(_("Not kept"), "calm", captured.leftover, "", "", width))
        elif title := title_of(reading):
            rows.append(self._line(_("Title"), "calm", title, "", "", width))
        return rows

    def _when(self, reading: Reading, source: str, width: int) -> Row:
        part = reading.captured.moment
        if part is None or self.now is None:
            return self._line(_("When"), "calm", _("no moment"), "", "", width)
        from conciergedesk.requests.capture import moment_remarks

        moment = part.value
        day = local_time(moment.start).date()
        called = reading.type is None and reading.captured.call_back is not None
        start = hour_to_call(moment) if called else moment.start
        value = show_date(day, pattern="EEEE d MMMM")
        if moment.date_only and not called:
            note = ""
            if moment.end is not None:
                last = local_time(moment.end - timedelta(minutes=1)).date()
                value += f" – {show_date(last, pattern='EEEE d MMMM')}"
        else:
            value += f" {clock(start)}"
            if moment.end is not None and not moment.date_only:
                value += f" – {clock(moment.end)}"
            note = _("in {span}", span=duration(start - self.now)) if start > self.now else ""
        note = " · ".join(part for part in (note, *moment_remarks(moment)) if part)
        return self._line(_("When"), INKS["moment"], value, note, source, width)

    def _who(self, reading: Reading, width: int, source: str) -> list[Row]:
        captured = reading.captured
        if reading.card is not None:
            card = reading.card
            around = card.household or card.organisation or card.lodging
            value = ", ".join(part for part in (card.name, around) if part)
            phone = show_phone(card.phones[0].e164 or card.phones[0].typed) if card.phones else ""
            # A number is never cut: rather the household is left out.
            room = width - LABEL_CELLS - SOURCE_CELLS - 4
            value = value if cell_len(value) + 2 + cell_len(phone) <= room else card.name
            rows = [self._line(_("For"), INKS["person"], value, phone, source, width)]
            others = [name for name in self.people if name != card.name][:3]
            if others:
                row = (
                    Row()
                    .to(LABEL_CELLS + 2)
                    .say(_("also") + " ", "muted")
                    .data(", ".join(others), "calm", width - 34)
                )
                rows.append(row.gap(3).say("Tab", "accent bold").gap(1).say(_("change"), "muted"))
            return rows
        if captured.person is not None or captured.phone is not None:
            name = captured.person.value.name if captured.person is not None else _("unknown caller")
            phone = (
                show_phone(captured.phone.value.e164 or captured.phone.value.typed)
                if captured.phone is not None
                else ""
            )
            return [self._line(_("For"), "soon", name, f"{phone} {_('new card')}".strip(), source, width)]
        return [self._line(_("For"), "calm", _("nobody yet"), "", "", width)]

    def _priority(self, reading: Reading, width: int) -> Row:
        note = ""
        if reading.response_due_at is not None and reading.due_at is not None and self.now is not None:
            note = _(
                "answer by {answer}, done by {done}",
                answer=when(reading.response_due_at, self.now),
                done=when(reading.due_at, self.now),
            )
        part = reading.captured.priority
        typed = part is not None and bool(part.words)
        ink = "late" if reading.priority in ("P1", "S1") else "soon" if reading.priority == "P2" else "calm"
        source = part.words if typed and part is not None else _("rule of the type")
        return self._line(_("Priority"), ink, reading.priority or "–", note, source, width)

    def _safety(self, reading: Reading, width: int) -> list[Row]:
        kind = reading.type
        if kind is None:
            return []
        lines: list[str] = []
        if kind.asks_danger:
            lines.append(_("Ask first: is anyone in danger now? Yes or a doubt: 15 or 112."))
        if kind.health:
            lines.append(_("Write nothing about symptoms: the hour and the orientation, nothing else."))
        elif kind.safety is not None:
            lines.append(kind.safety.in_language(active_language()))
        rows = [Row()] if lines and self.app.size.height >= 30 else []
        for text in lines:
            for line in wrapped(text, max(width - 4, 20), 2):
                rows.append(Row().say(f"{glyphs().cursor} ", "soon").say(line, "text"))
        return rows

    def _look_alikes(self, reading: Reading, width: int) -> list[Row]:
        if not reading.look_alikes or self.now is None:
            return []
        low = self.app.size.height < 30
        rows = [] if low else [Row()]
        rows.append(Row().say(_("Perhaps already there"), "bright bold").rule(width))
        for place, one in enumerate(reading.look_alikes[: 2 if low else 4]):
            here = place == self.cursor
            row = Row(ground="select" if here else "").say(glyphs().cursor if here else " ", "accent")
            row.gap(1).data(
                time_left(one.board_at, self.now, under_separators=False)
                if one.is_open
                else show_date(local_time(one.opened_at).date()),
                "calm",
                9,
            )
            row.to(12).data(one.ref, "muted", 8).to(21).data(
                f"{self._type_label(one.type_code)} {one.title}", "text", 30
            ).to(52)
            row.data(one.holder or _("free"), "muted", 10).to(63)
            state = (
                _("open, same type")
                if one.same_type and one.is_open
                else _("open")
                if one.is_open
                else _("over")
            )
            rows.append(row.data(state, "muted", max(width - 64, 0)).to(width))
        if low:
            return rows
        down = glyphs().down
        rows.append(
            Row()
            .to(12)
            .say(_("{down} then Enter: add to it instead of making a new one", down=down), "muted")
        )
        return rows


class CaptureSheet(Sheet[CaptureAnswer]):
    """Types, understands, saves. Enter opens the filled-in form, Ctrl+S saves at once."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.CAPTURE,)

    def __init__(
        self,
        session: DeskSession,
        reader: LineReader,
        drafts: Drafts,
        *,
        line: str = "",
        slip: Slip | None = None,
        context: str = "",
    ) -> None:
        super().__init__(_("New request"), context)
        self._session = session
        self._reader = reader
        self._drafts = drafts
        self._first_line = line
        self._reading: Reading | None = None
        self._saving = False
        self._park_timer: Timer | None = None
        self._slip = slip or Slip(drafts, "capture")
        self._parked = drafts.find("capture") if not line else None
        self.line = EchoInput(line, placeholder=_("e.g. basket odile tom 10h urgent"), id="capture-line")
        parked = self._parked.values.get("line", "") if self._parked is not None else ""
        self.echo = EchoRows(self._type_label, parked)

    def _type_label(self, code: str) -> str:
        kind = self._session.book().catalogue.by_code.get(code)
        return kind.label.in_language(active_language()) if kind is not None else code

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.line
        yield self.echo

    def on_mount(self) -> None:
        super().on_mount()
        self.line.focus()
        self.line.cursor_position = len(self._first_line)
        self._read(self._first_line)

    # --- reading ---

    def on_input_changed(self, event: Input.Changed) -> None:
        self._read(event.value)
        if self._park_timer is not None:
            self._park_timer.stop()
        self._park_timer = self.set_timer(PARK_AFTER, self._park)

    def _read(self, line: str) -> None:
        def call() -> tuple[str, Reading, list[str]]:
            reading = self._reader.read(line)
            return line, reading, [one.name for one in self._reader.people(reading)]

        self.run_service(call, self._show, group="capture-read", exclusive=True)

    def _show(self, answer: tuple[str, Reading, list[str]]) -> None:
        line, reading, people = answer
        if line != self.line.value:
            return
        self._reading = reading
        self.line.show_understood(
            [Understood(start, end, INKS[name]) for (start, end), name in reading.captured.spans()]
        )
        actor = self._session.actor
        self.echo.show(reading, people, self._session.now(), actor.name if actor is not None else "")

    def _park(self, *, then_leave: bool = False) -> None:
        line, slip = self.line.value, self._slip
        # What was filled in after the same line stays with it.
        values = dict(slip.values) if slip.values.get("line") == line else {"line": line}

        def call() -> None:
            slip.keep(values)

        def left(_result: object) -> None:
            if then_leave:
                self._leave(None)

        if not self._saving:
            self.run_service(call, left, group="park", exclusive=True, failed=left if then_leave else None)

    def action_take_up(self) -> None:
        """Take up the line that was interrupted."""
        if self._parked is not None and not self.line.value:
            self._slip = Slip(self._drafts, "capture", parked=self._parked)
            self.line.value = self._parked.values.get("line", "")
            self.line.cursor_position = len(self.line.value)

    # --- acts ---

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_form()

    def action_form(self) -> None:
        """Continue the look-alike under the cursor, or open the filled-in form."""
        reading = self._reading
        if reading is not None and self.echo.cursor is not None and reading.look_alikes:
            self._leave(CaptureAnswer(continue_id=reading.look_alikes[self.echo.cursor].id))
            return
        if reading is not None and reading.type is None and reading.captured.call_back is not None:
            self.action_save()  # a call has no form of its own: all it needs is in the line
            return
        self._park()
        self._leave(CaptureAnswer(form_line=self.line.value, slip=self._slip))

    def action_save(self) -> None:
        """Save as understood, and open the request."""
        if self._saving:
            return
        self._saving = True
        line = self.line.value

        def call() -> CaptureAnswer:
            from conciergedesk.requests import service as requests

            reading = self._reader.read(line)
            if (promised := self._reader.promised_call(reading)) is not None:
                number = self._session.act(
                    requests.promise_call_back,
                    due_at=promised.due_at,
                    person_id=promised.person_id,
                    number=promised.number,
                    about=promised.about,
                )
                self._slip.drop()
                return CaptureAnswer(call_promised=(promised.due_at, number))
            new = self._reader.new_request(reading)
            if new is None:
                raise InvalidInput(N_("Say what it is about: keys, taxi, basket, dentist…"), field="type")
            made = self._session.act(requests.capture, self._session.book(), new)
            self._slip.drop()
            return CaptureAnswer(created=made)

        self.run_service(call, self._leave, group="save", failed=self._refused)

    def _refused(self, error: DeskError) -> None:
        self._saving = False
        self.error_line.show(str(error))

    def _leave(self, answer: CaptureAnswer | None) -> None:
        if self._park_timer is not None:
            self._park_timer.stop()
        if self.is_current:
            self.dismiss(answer)

    def action_next_person(self) -> None:
        """The next of the people the name may mean."""
        reading = self._reading
        if reading is None:
            return
        people = self._reader.people(reading)
        if len(people) > 1:
            ids = [one.id for one in people]
            place = (
                ids.index(reading.person.id)
                if reading.person is not None and reading.person.id in ids
                else -1
            )
            self._reader.chosen_person = ids[(place + 1) % len(ids)]
            self._read(self.line.value)

    def action_down(self) -> None:
        self.echo.move(1)

    def action_up(self) -> None:
        self.echo.move(-1)

    def action_leave(self) -> None:
        """Leave once the line is parked, to be offered again; a second time at once."""
        nothing = not self.line.value.strip() and not self._slip.values
        if self._saving or nothing:
            self._saving = True
            self._leave(None)
            return
        self._park(then_leave=True)
        self._saving = True

"""Sheets of the provider screen: hours with the week they mean, a confirmation to read, a listing to import."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Input

from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import N_, _, plural
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, bar, safe, weekday_short, wrapped
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.inputs import DeskInput
from conciergedesk.ui.widgets.painted import Painted
from conciergedesk.ui.widgets.provider_rows import week_rows

if TYPE_CHECKING:
    from conciergedesk.providers.hours import DayPlan, Hours
    from conciergedesk.providers.importers.plan import ImportPlan
    from conciergedesk.providers.queries import ProviderCard
    from conciergedesk.requests.ask_letters import Confirmation
    from conciergedesk.ui.provider_room import ProviderRoom


_COLUMNS = re.compile("( {2,})")
_FIELDS = {
    "name": N_("Name"),
    "trades": N_("Trades"),
    "address": N_("Address"),
    "postcode": N_("Postcode"),
    "commune": N_("Commune"),
    "country": N_("Country"),
    "latitude": N_("Latitude"),
    "longitude": N_("Longitude"),
    "phones": N_("Phones"),
    "email": N_("Mail"),
    "website": N_("Web"),
    "languages": N_("Languages"),
    "hours": N_("Hours"),
    "id": N_("Identifier"),
}


class WeekRows(Painted):
    """What the typed hours mean, day by day, or where they cannot be understood."""

    GROUND = "raised"

    def __init__(self) -> None:
        super().__init__()
        self._week: tuple[DayPlan, ...] = ()
        self._hours: Hours | None = None
        self._now: datetime | None = None

    def show(self, hours: Hours, week: tuple[DayPlan, ...], now: datetime) -> None:
        self._hours, self._week, self._now = hours, week, now
        self.repaint(layout=True)

    def paint(self, width: int) -> list[Row]:
        if self._hours is None or self._now is None:
            return [Row()]
        problem = self._hours.problem
        if problem is not None:
            mark = (
                Row().gap(min(problem.position, width - 2)).say("^" * max(1, min(problem.length, 20)), "late")
            )
            return [mark, *(Row().say(line, "late") for line in wrapped(problem.in_language(), width - 1, 3))]
        rows = [Row().say(hint.in_language(), "soon") for hint in self._hours.hints[:1]] or [Row()]
        rows += week_rows(self._week, self._now, False, width)
        rows.append(Row())
        for plan in self._week:
            spans = ", ".join(
                f"{one.start // 60}:{one.start % 60:02d}–{one.end // 60}:{one.end % 60:02d}"
                for one in plan.openings
            )
            row = (
                Row()
                .say(weekday_short(plan.day), "muted")
                .to(6)
                .data(spans or _("closed"), "text", width - 30)
            )
            if plan.holiday is not None:
                row.gap(2).data(plan.holiday.name(), "soon", width - row.width - 2)
            rows.append(row)
        return rows


class HoursSheet(Sheet[bool]):
    """An editor of opening hours that shows the week as it will be understood."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.FORM,)

    def __init__(self, room: ProviderRoom, card: ProviderCard, save: Callable[[str], bool]) -> None:
        super().__init__(_("Opening hours"), safe(card.name, 40))
        self._room, self._card, self._save = room, card, save
        self.box = DeskInput(card.values.hours, placeholder="Mo-Fr 09:00-12:00,14:00-19:00; PH off")
        self.week = WeekRows()

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.box
        yield self.week

    def on_mount(self) -> None:
        super().on_mount()
        self.box.focus()
        self._understand(self.box.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._understand(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_save()

    def _understand(self, text: str) -> None:
        def read() -> tuple[str, Hours, tuple[DayPlan, ...]]:
            from conciergedesk.providers.hours import read_hours

            return text, read_hours(text), self._room.week_of(self._card, text)

        def show(answer: tuple[str, Hours, tuple[DayPlan, ...]]) -> None:
            if answer[0] == self.box.value:
                self.week.show(answer[1], answer[2], self._room.session.now())

        self.run_service(read, show, group="hours", exclusive=True)

    def action_save(self) -> None:
        text = self.box.value
        self.run_service(lambda: self._save(text), self.dismiss, group="save")

    def action_next_field(self) -> None:
        self.box.focus()

    def action_previous_field(self) -> None:
        self.box.focus()


class LetterRows(Painted):
    """A letter as it will be read."""

    GROUND = "raised"

    def __init__(self) -> None:
        super().__init__()
        self._letter: Confirmation | None = None
        self._whole = False

    def show(self, letter: Confirmation, *, whole: bool) -> None:
        self._letter, self._whole = letter, whole
        self.repaint(layout=True)

    def paint(self, width: int) -> list[Row]:
        if self._letter is None:
            return [Row()]
        text = self._letter.page if self._whole else self._letter.text
        rows: list[Row] = []
        for paragraph in text.rstrip("\n").split("\n"):
            if self._whole:
                # As it will be printed: the columns of the page stay.
                row = Row()
                for part in _COLUMNS.split(paragraph):
                    if part.isspace():
                        row.gap(len(part))
                    else:
                        row.data(part, "bright", width - row.width)
                rows.append(row)
            else:
                rows += [Row().say(line, "bright") for line in wrapped(paragraph, width - 1)]
        return rows


class LetterSheet(Sheet[str]):
    """A confirmation in the client's language; answers its text once it has gone."""

    LANGUAGES: ClassVar[tuple[str, ...]] = ("fr", "en", "de")
    KEYS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("enter", "sent"), ("f", "french"), ("n", "english"), ("d", "german"), ("i", "page"), ("y", "copy_text"),
    )  # fmt: skip

    def __init__(
        self, room: ProviderRoom, request_id: int, ref: str, letter: Confirmation, note: str = ""
    ) -> None:
        self._room, self._request_id, self._ref, self._letter = room, request_id, ref, letter
        self._note = note
        self._whole = False
        super().__init__(_("Confirmation"), f"{ref} · {safe(letter.client, 30)} · {letter.language}")
        for key, action in self.KEYS:
            self._bindings.key_to_bindings[key] = [Binding(key, action, action, show=False)]
        self.rows = LetterRows()

    def compose_sheet(self) -> Iterable[Widget]:
        yield VerticalScroll(self.rows, id="letter")

    def shown_pairs(self) -> Sequence[tuple[str, str]]:
        return (
            ("↵", _("sent: confirmed")),
            ("f n d", "français · English · Deutsch"),
            ("i", _("page to print")),
            ("y", _("copy")),
        )

    def on_mount(self) -> None:
        super().on_mount()
        self.rows.show(self._letter, whole=False)

    def action_sent(self) -> None:
        self.dismiss(self._letter.text)

    def action_french(self) -> None:
        self._in_language("fr")

    def action_english(self) -> None:
        self._in_language("en")

    def action_german(self) -> None:
        self._in_language("de")

    def _in_language(self, language: str) -> None:
        def show(letter: Confirmation) -> None:
            self._letter = letter
            self.change_context(f"{self._ref} · {safe(letter.client, 30)} · {letter.language}")
            self.rows.show(letter, whole=self._whole)
            if self._whole:
                self._write()

        self.run_service(
            lambda: self._room.letter(self._request_id, language, self._note),
            show,
            group="letter",
            exclusive=True,
        )

    def action_page(self) -> None:
        """Show the page to print, and write it to a file of the desk."""
        self._whole = True
        self.rows.show(self._letter, whole=True)
        self._write()

    def _write(self) -> None:
        letter = self._letter

        def written(path: object) -> None:
            self.error_line.show(_("Page written: {path}", path=str(path)))

        self.run_service(lambda: self._room.print_letter(self._ref, letter), written, group="letter-page")

    def action_copy_text(self) -> None:
        self.app.copy_to_clipboard(self._letter.page if self._whole else self._letter.text)


class PlanRows(Painted):
    """What an import would do, or how far it is."""

    GROUND = "raised"

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []
        self._share: float | None = None

    def show_share(self, share: float | None, what: str = "") -> None:
        self._share = share
        self._rows = [Row().say(what, "muted")] if what else []
        self.repaint(layout=True)

    def show_plan(self, plan: ImportPlan) -> None:
        from conciergedesk.providers.importers.plan import RowFate

        self._share = None
        words = {
            RowFate.ADDED: (_("added"), "done"), RowFate.CHANGED: (_("changed"), "soon"),
            RowFate.SAME: (_("same"), "muted"), RowFate.DUPLICATE: (_("duplicates"), "soon"),
            RowFate.REFUSED: (_("rows|refused"), "late"),
        }  # fmt: skip
        rows = [Row()]
        for fate in RowFate:
            said, ink = words[fate]
            count = plan.counts[fate]
            names = ", ".join(safe(one.name, 24) for one in plan.examples[fate][:3])
            row = Row().data(f"{count}", "bright bold" if count else "muted", 8, right=True).gap(2)
            rows.append(row.say(said, ink if count else "muted").to(24).data(names, "muted", 60))
        rows.append(Row())
        for refusal in plan.refusals[:8]:
            row = (
                Row()
                .data(str(refusal.row), "muted", 8, right=True)
                .gap(2)
                .data(_(_FIELDS[refusal.field]) if refusal.field in _FIELDS else refusal.field, "soon", 12)
                .to(24)
            )
            rows.append(row.data(refusal.in_language(), "text", 74))
        if len(plan.refusals) > 8:
            rows.append(
                Row().gap(10).say(plural("{count} more", "{count} more", len(plan.refusals) - 8), "muted")
            )
        self._rows = rows
        self.repaint(layout=True)

    def paint(self, width: int) -> list[Row]:
        if self._share is not None:
            return [
                *self._rows,
                Row()
                .add(bar(self._share, max(width - 8, 10), "accent"))
                .gap(1)
                .say(f"{self._share:.0%}", "text"),
            ]
        return self._rows or [Row()]


class ImportSheet(Sheet[str]):
    """A listing: its path, what would happen, and the import itself. Escape stops what is running."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.FORM,)

    def __init__(self, room: ProviderRoom) -> None:
        super().__init__(_("Import a listing"), "CSV · XLSX · GeoJSON · Overpass · DATAtourisme · TOML")
        self._room = room
        self._plan: ImportPlan | None = None
        self._halt = threading.Event()
        self._busy = False
        self.box = DeskInput(placeholder=_("path of the file"))
        self.plan_rows = PlanRows()

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.box
        yield self.plan_rows

    def shown_pairs(self) -> Sequence[tuple[str, str]]:
        return (("↵", _("try, then import")),)

    def on_mount(self) -> None:
        super().on_mount()
        self.box.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._forget()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_save()

    def _forget(self) -> None:
        if self._plan is not None:
            self._plan.close()
            self._plan = None
            self.plan_rows.show_share(None)

    def _progress(self, share: float, what: str) -> None:
        self.app.call_from_thread(self.plan_rows.show_share, share, safe(what, 60))

    def action_save(self) -> None:
        if self._busy:
            return
        self._busy = True
        self.error_line.show("")
        self._halt.clear()
        if self._plan is None:
            path = self.box.value.strip()
            self.run_service(
                lambda: self._room.plan(path, self._progress, self._halt.is_set), self._planned, group="import",
                failed=self._refused,
            )  # fmt: skip
            return
        plan = self._plan

        def write() -> str:
            from conciergedesk.providers.importers.apply import apply_import

            done = self._room.session.act(
                apply_import, plan, progress=self._progress, stopped=self._halt.is_set
            )
            return _(
                "Import {id}: {added} added, {changed} changed",
                id=str(done.id),
                added=done.added,
                changed=done.changed,
            )

        self.run_service(write, self._written, group="import", failed=self._refused)

    def _planned(self, plan: ImportPlan) -> None:
        self._busy = False
        self._plan = plan
        self.plan_rows.show_plan(plan)

    def _written(self, said: str) -> None:
        self._busy = False
        self._forget()
        self.dismiss(said)

    def _refused(self, error: DeskError) -> None:
        self._busy = False
        self._forget()
        self.plan_rows.show_share(None)
        self.show_error(error)

    def action_leave(self) -> None:
        if self._busy:
            self._halt.set()
            return
        self._forget()
        self.dismiss(None)

    def action_next_field(self) -> None:
        self.box.focus()

    def action_previous_field(self) -> None:
        self.box.focus()

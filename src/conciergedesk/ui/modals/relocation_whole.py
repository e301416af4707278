"""Sheets about a file as a whole: another version of its plan, and work across the border."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget

from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import N_, _, active_language, plural, show_date
from conciergedesk.relocation.cards import FileCard
from conciergedesk.relocation.plans import CERTAINTY_LABELS
from conciergedesk.relocation.reference_files import BorderNote, BorderThreshold
from conciergedesk.relocation.rules import ThresholdKind
from conciergedesk.relocation.schedule import Migration
from conciergedesk.ui.acts import Action, Scope
from conciergedesk.ui.cells import Row, bar, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import keymap
from conciergedesk.ui.modals.relocation_sheets import ItemRows
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.relocation_room import BorderSide, PlanPreview

COUNTRIES = {"LU": N_("Luxembourg"), "DE": N_("Germany"), "BE": N_("Belgium"), "FR": N_("France")}


class PlanSheet(Sheet[Migration]):
    """What another version of the plan would change in this file; Enter applies it."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.PLAN,)

    def __init__(self, ref: str, version: str, preview: PlanPreview, apply: Callable[[], Migration]) -> None:
        super().__init__(_("Another version of the plan"), f"{ref} · {version}")
        self._preview = preview
        self._apply = apply
        self._saving = False
        self.rows = ItemRows(self._rows)

    def compose_sheet(self) -> Iterable[Widget]:
        yield VerticalScroll(self.rows, classes="long")

    def _rows(self, width: int) -> list[Row]:
        found, signs = self._preview.migration, glyphs()
        rows: list[Row] = []
        for title, codes, sign, ink in (
            (plural("{count} item added", "{count} items added", len(found.added)), found.added, "+", "done"),
            (
                plural("{count} item dropped", "{count} items dropped", len(found.dropped)),
                found.dropped, signs.refused, "late",
            ),
        ):  # fmt: skip
            rows.append(Row().say(title, "text bold").rule(width))
            rows += [Row().say(f"{sign} ", ink).data(self._label(code), "text", width - 2) for code in codes]
        dated = plural("{count} item gets another day", "{count} items get another day", len(found.redated))
        rows.append(Row().say(dated, "text bold").rule(width))
        for move in found.redated:
            end = (
                Row().say(show_date(move.old_due, pattern="d MMM"), "muted").say(f" {signs.right} ", "muted")
            )
            end.say(show_date(move.new_due, pattern="d MMM"), "text")
            rows.append(
                Row().gap(2).data(self._label(move.id), "text", width - end.width - 4).end(end, width)
            )
        rows.append(Row())
        kept = plural("{count} item stays as it is", "{count} items stay as they are", len(found.kept))
        rows.append(Row().say(kept, "muted"))
        rows.append(Row().say(_("What is begun, done or dated by hand is never touched."), "muted"))
        return rows

    def _label(self, code: str) -> str:
        return self._preview.labels.get(code, code)

    def action_apply(self) -> None:
        if not self._saving:
            self._saving = True
            self.run_service(self._apply, self.dismiss, group="save", failed=self._refused)

    def _refused(self, error: DeskError) -> None:
        self._saving = False
        self.show_error(error)

    def action_down(self) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=3, animate=False)

    def action_up(self) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=-3, animate=False)


class BorderSheet(Sheet[str]):
    """Work across the border: days told against their thresholds, then dated notes. Answers ``days`` to note some."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.BORDER,)

    def __init__(self, card: FileCard, side: BorderSide, today: date) -> None:
        self._side = side
        country = _(COUNTRIES[side.country]) if side.country in COUNTRIES else _("work country not noted")
        super().__init__(_("Work across the border"), f"{card.ref} · {country}")
        self._today = today

    def compose_sheet(self) -> Iterable[Widget]:
        yield VerticalScroll(ItemRows(self._rows), classes="long")

    def shown_acts(self) -> Sequence[Action]:
        acts = keymap().footer(Scope.BORDER, Scope.SHEET)
        return [one for one in acts if one.id != "border.days" or self._side.counts]

    def _rows(self, width: int) -> list[Row]:
        side = self._side
        if not side.notes:
            said = (
                _("Work and home in France: nothing to count.")
                if side.country == "FR"
                else _("Note the work country first: Esc, then c.")
            )
            return [Row().say(said, "muted")]
        rows = [Row().say(_("Days told this year"), "bright bold").rule(width)]
        used = {one.threshold: one for one in side.counts}
        for threshold in side.thresholds:
            rows += self._threshold(threshold, used.get(threshold.id), width)
        rows.append(Row())
        rows.append(Row().say(_("Dated notes"), "bright bold").rule(width))
        for note in side.notes:
            rows += self._note(note, width)
        rows.append(Row())
        rows += [Row().say(line, "accent") for line in wrapped(side.refer_to, width, 3)]
        return rows

    def _threshold(self, one: BorderThreshold, count: object, width: int) -> list[Row]:
        from conciergedesk.relocation.rules import TeleworkCount

        label = one.label.in_language(active_language())
        if not isinstance(count, TeleworkCount):
            kind = _("{limit} % of working time, not counted from days", limit=one.limit)
            return [
                Row().say(f"{glyphs().dot} ", "muted").data(label, "muted", width - 2),
                Row().gap(2).say(kind if one.kind is not ThresholdKind.DAYS_PER_YEAR else "", "muted"),
            ]
        ink = "soon bold" if count.amber else "text"
        figure = Row().say(f"{count.used} / {count.limit}", ink).gap(2)
        figure.say(_("near the threshold: ask the services below") if count.amber else "", "soon")
        return [
            Row().say(f"{glyphs().soon if count.amber else glyphs().on_time} ", ink).data(label, "text", width - 2),
            Row().gap(2).add(bar(min(count.used / count.limit, 1.0), 20, "soon" if count.amber else "done")).gap(2)
            .add(figure),
        ]  # fmt: skip

    def _note(self, note: BorderNote, width: int) -> list[Row]:
        fact = note.is_fact(self._today)
        lines = wrapped(note.text.in_language(active_language()), width - 2, 6)
        rows = [
            Row()
            .say(f"{glyphs().dot} " if not place else "  ", "muted")
            .say(line, "text" if fact else "muted")
            for place, line in enumerate(lines)
        ]
        sure = (
            _("to be checked again: its review is past")
            if note.is_stale(self._today)
            else _(CERTAINTY_LABELS[note.certainty])
        )
        source = f"{note.source} · {show_date(note.source_date, pattern='d MMM y')}"
        end = Row().data(source, "muted", max(width - len(sure) - 6, 10))
        rows.append(Row().gap(2).data(sure, "done" if fact else "soon", width // 2).gap(2).add(end))
        return rows

    def action_days(self) -> None:
        if self._side.counts:
            self.dismiss("days")

    def action_down(self) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=3, animate=False)

    def action_up(self) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=-3, animate=False)

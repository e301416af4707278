"""Sheets of relocation files: one item with its rule, and moving the arrival with its preview."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import ClassVar

from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Static

from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import N_, _, active_language, plural, show_date
from conciergedesk.relocation.cards import FileCard, ItemLine
from conciergedesk.relocation.dates import ANCHOR_LABELS, Anchor
from conciergedesk.relocation.plans import CERTAINTY_LABELS, OWNER_LABELS, Owner, Plan
from conciergedesk.relocation.schedule import (
    HINDRANCE_LABELS,
    ITEM_STATE_LABELS,
    STAY_LABELS,
    MovePreview,
    Stay,
)
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, text, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.inputs import DeskInput
from conciergedesk.ui.widgets.painted import Painted
from conciergedesk.ui.widgets.relocation_time import day_mark

LABEL = 12


class ItemRows(Painted):
    """Lines that were made elsewhere."""

    GROUND = "raised"

    def __init__(self, make: Callable[[int], list[Row]]) -> None:
        super().__init__()
        self._make = make

    def paint(self, width: int) -> list[Row]:
        return self._make(width)


class ItemSheet(Sheet[None]):
    """One item in full: who, when, why, and how sure the house is of it."""

    SCOPES: ClassVar[tuple[Scope, ...]] = ()

    def __init__(self, item: ItemLine, card: FileCard, plan: Plan, today: date) -> None:
        super().__init__(f"{item.code} · {item.label}", card.ref)
        self._item = item
        self._card = card
        self._plan = plan
        self._today = today

    def compose_sheet(self) -> Iterable[Widget]:
        yield ItemRows(self._rows)

    def _rows(self, width: int) -> list[Row]:
        item, plan = self._item, self._plan
        rows = []
        owner = _(OWNER_LABELS[Owner(item.owner)]) + (f" · {item.who}" if item.who else "")
        anchor = _(ANCHOR_LABELS[Anchor(item.anchor)])
        due = show_date(item.due) if item.due is not None else _("when {event} is dated", event=anchor)
        if item.due is not None:
            due = f"{due} · {day_mark((item.due - self._card.arrival).days)}"
        labels = {one.code: one.label for one in self._card.items}
        facts = [
            (
                _("State"),
                _(ITEM_STATE_LABELS[item.state]) + (f" · {item.waiting_for}" if item.waiting_for else ""),
            ),
            (_("Done by"), owner),
            (_("Due"), due),
            (_("Hangs on"), _("dated by hand") if item.by_hand else anchor),
            (_("Aim"), show_date(item.aim) if item.aim is not None else ""),
            (_("Done on"), show_date(item.done_on) if item.done_on is not None else ""),
            (_("Evidence"), item.evidence),
            (_("Reason"), item.reason),
            (_("After"), ", ".join(labels.get(code, code) for code in item.blocked_by)),
        ]
        for label, value in facts:
            if value:
                rows.append(Row().say(label, "muted").to(LABEL).data(value, "text", width - LABEL))
        if item.legal:
            firm = item.anchor not in (Anchor.D0, Anchor.KEY_DAY, Anchor.MOVE, Anchor.EXIT)
            said = _("legal deadline: it does not move with the arrival") if firm else _("legal deadline")
            rows.append(Row().to(LABEL).say(said, "soon"))
        if item.to_confirm:
            rows.append(
                Row().to(LABEL).say(_("to be confirmed: ask what the household is not known for yet"), "soon")
            )
        known = plan.items.get(item.code)
        if known is not None:
            rows += self._rule(known.reference, width)
            if known.documents:
                rows.append(Row())
                language = active_language()
                papers = ", ".join(plan.documents[name].in_language(language) for name in known.documents)
                for place, line in enumerate(wrapped(papers, width - LABEL, 3)):
                    rows.append(
                        Row().say("" if place else _("Documents"), "muted").to(LABEL).say(line, "text")
                    )
        return rows

    def _rule(self, rule: object, width: int) -> list[Row]:
        from conciergedesk.relocation.plans import Reference

        assert isinstance(rule, Reference)
        rows = [Row()]
        fact = rule.is_fact(self._today)
        for place, line in enumerate(wrapped(rule.text.in_language(active_language()), width - LABEL, 5)):
            rows.append(
                Row()
                .say("" if place else _("Rule"), "muted")
                .to(LABEL)
                .say(line, "text" if fact else "muted")
            )
        sure = (
            _("to be checked again: its review is past")
            if rule.is_stale(self._today)
            else _(CERTAINTY_LABELS[rule.certainty])
        )
        rows.append(Row().to(LABEL).data(sure, "done" if fact else "soon", width - LABEL))
        source = " · ".join(
            part
            for part in (rule.source.name, rule.law, show_date(rule.checked_on, pattern="d MMM y"))
            if part
        )
        rows.append(Row().to(LABEL).data(source, "muted", width - LABEL))
        return rows


class PreviewRows(Painted):
    """What another arrival would change."""

    GROUND = "raised"

    def __init__(self, labels: Mapping[str, str]) -> None:
        super().__init__()
        self._labels = labels
        self.preview: MovePreview | None = None
        self.sentence = ""
        self.most = 14

    def show(self, preview: MovePreview | None, sentence: str = "") -> None:
        self.preview, self.sentence = preview, sentence
        self.repaint(layout=True)

    def paint(self, width: int) -> list[Row]:
        found = self.preview
        if found is None:
            return [Row().data(self.sentence, "late" if self.sentence else "muted", width)]
        signs = glyphs()
        rows = []
        days = (found.new_d0 - found.old_d0).days
        head = Row().say(show_date(found.new_d0, pattern="EEEE d MMMM y"), "bright bold").gap(2)
        head.say(
            plural("{count} day", "{count} days", abs(days))
            + (" +" if days > 0 else " -" if days < 0 else ""),
            "accent",
        )
        rows.append(head)
        loud = [self._loud(signs.late, code, _("becomes late"), width) for code in found.becomes_overdue]
        loud += [
            self._loud(signs.refused, one.id, _(HINDRANCE_LABELS[one.why]), width)
            for one in found.becomes_impossible
        ]
        rows += loud[: max(self.most // 3, 2)]
        moves = plural("{count} item moves", "{count} items move", len(found.moves))
        rows.append(Row().say(moves, "text bold").rule(width))
        room = max((self.most - len(rows)) // 2, 2)
        for move in found.moves[:room]:
            end = (
                Row().say(show_date(move.old_due, pattern="d MMM"), "muted").say(f" {signs.right} ", "muted")
            )
            end.say(show_date(move.new_due, pattern="d MMM"), "text")
            rows.append(
                Row().gap(2).data(self._label(move.id), "text", width - end.width - 4).end(end, width)
            )
        if len(found.moves) > room:
            rows.append(Row().gap(2).say(_("and {count} more", count=len(found.moves) - room), "muted"))
        stays = [one for one in found.stays if one.why not in (Stay.UNDATED, Stay.NOT_APPLICABLE)]
        rows.append(
            Row().say(plural("{count} item stays", "{count} items stay", len(stays)), "text bold").rule(width)
        )
        order = [Stay.OTHER_ANCHOR, Stay.BY_HAND, Stay.DONE, Stay.SAME_DAY]
        for stay in sorted(stays, key=lambda one: order.index(one.why))[:room]:
            end = Row().say(_(STAY_LABELS[stay.why]), "muted").gap(2)
            end.say(show_date(stay.due, pattern="d MMM") if stay.due is not None else "", "text")
            rows.append(
                Row().gap(2).data(self._label(stay.id), "text", width - end.width - 4).end(end, width)
            )
        return rows

    def _loud(self, sign: str, code: str, why: str, width: int) -> Row:
        row = Row().say(f"{sign} ", "late").data(self._label(code), "late bold", width - len(why) - 5)
        return row.gap(2).say(why, "late")

    def _label(self, code: str) -> str:
        return self._labels.get(code, code)


class MoveSheet(Sheet[MovePreview]):
    """Asks for another arrival and shows at once what it changes; Enter applies it."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.FORM,)

    def __init__(
        self,
        card: FileCard,
        read: Callable[[str], date],
        preview: Callable[[date], MovePreview],
        apply: Callable[[date, str], MovePreview],
    ) -> None:
        super().__init__(_("Move the arrival"), f"{card.ref} · {show_date(card.arrival)}")
        self._read = read
        self._preview = preview
        self._apply = apply
        self._saving = False
        self.when = DeskInput("", placeholder=_("+12 · -3 · 24 apr · 24/04/2027"))
        self.cause = DeskInput("", placeholder=_("why, for the file"))
        self.rows = PreviewRows({one.code: one.label for one in card.items})

    def compose_sheet(self) -> Iterable[Widget]:
        for label, box in ((_("Arrival"), self.when), (_("Reason"), self.cause)):
            name = Static(text(label, "muted", 12), markup=False, classes="field-label")
            yield Horizontal(name, box, classes="field-line")
        yield self.rows

    def on_mount(self) -> None:
        super().on_mount()
        self.rows.most = 18 if self.app.size.height >= 30 else 9
        self.when.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input is not self.when:
            return
        typed = event.value
        if not typed.strip():
            self.rows.show(None)
            return

        def call() -> MovePreview:
            return self._preview(self._read(typed))

        def show(found: MovePreview) -> None:
            if self.when.value == typed:
                self.rows.show(found)

        self.run_service(
            call, show, group="preview", exclusive=True, failed=lambda error: self._unclear(typed, error)
        )

    def _unclear(self, typed: str, error: DeskError) -> None:
        if self.when.value == typed:
            self.rows.show(None, str(error))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_save()

    def action_save(self) -> None:
        if self._saving:
            return
        self._saving = True
        typed, cause = self.when.value, self.cause.value
        self.run_service(
            lambda: self._apply(self._read(typed), cause), self.dismiss, group="save", failed=self._refused
        )

    def _refused(self, error: DeskError) -> None:
        self._saving = False
        self.show_error(error)

    def action_next_field(self) -> None:
        self.focus_next(DeskInput)

    def action_previous_field(self) -> None:
        self.focus_previous(DeskInput)


STATES: tuple[tuple[str, str, str], ...] = (
    ("in_progress", "b", N_("begun")),
    ("waiting", "w", N_("waits for somebody…")),
    ("not_applicable", "n", N_("does not apply…")),
    ("to_do", "t", N_("to do again")),
    ("owner", "o", N_("done by somebody else…")),
    ("after", "a", N_("after other items…")),
    ("add", "x", N_("add an item of our own…")),
)
"""What an item can be put into beside done: (state, letter, label)."""

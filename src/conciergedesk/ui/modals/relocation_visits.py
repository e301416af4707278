"""The programme of one household: its parts in their order, what is missing before it goes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget

from conciergedesk.core.i18n import N_, _, local, show_clock, show_moment
from conciergedesk.core.money import Money, show_money
from conciergedesk.relocation.cards import ProgrammeCard
from conciergedesk.relocation.visits import PART_LABELS, Part, is_late_to_send
from conciergedesk.ui.acts import Action, Scope
from conciergedesk.ui.cells import Row, weekday_short
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import keymap
from conciergedesk.ui.modals.relocation_sheets import ItemRows
from conciergedesk.ui.modals.sheet import Sheet

KIND_WORDS = {"candidate_visit": N_("candidate visit"), "ministay": N_("discovery mini-stay")}
STATE_WORDS = {
    "draft": N_("programme|draft"),
    "sent": N_("programme|sent"),
    "done": N_("programme|done"),
    "cancelled": N_("programme|cancelled"),
}
DECISION_WORDS = {"hired": N_("hired"), "not_hired": N_("not hired"), "withdrew": N_("withdrew")}
LABEL = 12
WITH_KIND = 84
"""Width from which the kind of a part stands before what it is called."""


class ProgrammeSheet(Sheet[str]):
    """One programme; answers what is to be done with it."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.PROGRAMME,)

    def __init__(self, card: ProgrammeCard, now: datetime) -> None:
        self.card = card
        super().__init__(card.household, f"{_(KIND_WORDS[card.kind])} · {_(STATE_WORDS[card.state])}")
        self._now = now
        self.cursor = 0
        self.rows = ItemRows(self._rows)

    def compose_sheet(self) -> Iterable[Widget]:
        yield VerticalScroll(self.rows, classes="long")

    def shown_acts(self) -> Sequence[Action]:
        acts = keymap().footer(Scope.PROGRAMME, Scope.SHEET)
        return [one for one in acts if one.id != "programme.cancel_part" or self.live]

    @property
    def live(self) -> tuple[Part, ...]:
        return tuple(part for part in self.card.parts if not part.cancelled)

    @property
    def part(self) -> Part | None:
        """The part under the cursor."""
        return self.card.parts[self.cursor] if self.card.parts else None

    def _rows(self, width: int) -> list[Row]:
        card = self.card
        span = f"{show_moment(card.starts_at)} {glyphs().right} {show_moment(card.ends_at)}"
        late = card.state == "draft" and is_late_to_send(card.starts_at, self._now)
        facts = [
            (_("When"), span, "bright"),
            (_("Employer"), card.employer, "text"),
            (_("Coach"), f"{card.coach} · {card.language}", "text"),
            (_("Decision"), _(DECISION_WORDS[card.decision]) if card.decision else "", "text"),
        ]
        operator = " · ".join(one for one in (card.operator, card.operator_number) if one)
        rows = [
            Row().say(label, "muted").to(LABEL).data(value, ink, width - LABEL)
            for label, value, ink in facts
            if value
        ]
        if card.needs_operator and not operator:
            said = _("missing: two travel services with a night are a package (L. 211-18)")
            rows.append(Row().say(_("Operator"), "muted").to(LABEL).data(said, "late bold", width - LABEL))
        elif operator:
            rows.append(Row().say(_("Operator"), "muted").to(LABEL).data(operator, "text", width - LABEL))
        if late:
            said = _("less than 72 hours are left to send it")
            rows.append(Row().to(LABEL).say(said, "soon"))
        total = show_money(Money(card.total_cents)) if card.total_cents else ""
        title, end = Row().say(_("Parts"), "bright bold"), Row().say(total, "muted")
        rows.append(Row())
        rows.append(title.rule(width - end.width - (1 if total else 0)).gap(1 if total else 0).add(end))
        if not card.parts:
            rows.append(Row().say(_("No part yet: a adds lodging, dinner, visit, transfers."), "muted"))
        for place, part in enumerate(card.parts):
            rows.append(self._part(place, part, width))
        return rows

    def _part(self, place: int, part: Part, width: int) -> Row:
        here = place == self.cursor
        row = Row(ground="select" if here else "").say(glyphs().cursor if here else " ", "accent")
        tone = "muted" if part.cancelled else "bright bold" if here else "text"
        row.say(f"{place + 1:>2} ", "muted")
        first, last = local(part.starts_at).date(), local(part.ends_at).date()
        until = f"{weekday_short(last)} " if last != first else ""
        row.say(f"{weekday_short(first)} {first.day} {show_clock(part.starts_at)}", tone).gap(1)
        row.say(f"{glyphs().dash} {until}{show_clock(part.ends_at)}", "muted").to(29)
        end = Row().data(part.location, "muted", 20).gap(1)
        if part.cancelled:
            end = Row().say(_("programme|cancelled"), "muted").gap(1)
        if width >= WITH_KIND:
            row.data(_(PART_LABELS[part.kind]), "muted", 12).to(42)
        row.data(part.label, tone, max(width - row.width - end.width - 2, 6))
        return row.end(end, width).to(width)

    def _answer(self, act: str) -> None:
        self.dismiss(act)

    def action_add(self) -> None:
        self._answer("add")

    def action_cancel_part(self) -> None:
        part = self.part
        if part is not None and not part.cancelled:
            self._answer(f"cancel:{part.id}")

    def action_operator(self) -> None:
        self._answer("operator")

    def action_decide(self) -> None:
        self._answer("decide")

    def action_assign(self) -> None:
        self._answer("assign")

    def action_sent(self) -> None:
        self._answer("sent")

    def action_cancel(self) -> None:
        self._answer("cancel")

    def action_down(self) -> None:
        self._move(1)

    def action_up(self) -> None:
        self._move(-1)

    def _move(self, by: int) -> None:
        self.cursor = max(0, min(self.cursor + by, len(self.card.parts) - 1))
        self.rows.repaint()

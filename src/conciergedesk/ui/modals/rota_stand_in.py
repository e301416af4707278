"""Who can take a shift, best first with figures, and who cannot with rule and article."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget

from conciergedesk.core.i18n import _, plural, show_date
from conciergedesk.rota.law.wording import hours
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.painted import Painted

if TYPE_CHECKING:
    from conciergedesk.rota.repair import StandIn, StandIns

MOST = 9


class StandInRows(Painted):
    """The ranked people, a cursor on one of them, and below the refused."""

    GROUND = "raised"

    def __init__(self, found: StandIns) -> None:
        super().__init__()
        self.found = found
        self.cursor = 0

    def move(self, by: int) -> None:
        self.cursor = max(0, min(self.cursor + by, len(self.found.eligible[:MOST]) - 1))
        self.repaint()

    @property
    def current(self) -> StandIn | None:
        return self.found.eligible[self.cursor] if self.found.eligible else None

    def paint(self, width: int) -> list[Row]:
        rows = (
            [self._titles()] if self.found.eligible else [Row().gap(1).say(_("Nobody may take it."), "late")]
        )
        for place, one in enumerate(self.found.eligible[:MOST]):
            here = place == self.cursor
            row = Row(ground="select" if here else "").say(glyphs().cursor if here else " ", "accent")
            row.say(f" {place + 1} ", "accent bold").data(
                one.person, "bright bold" if here else "text", 12
            ).to(16)
            rest = hours(one.rest_before) if one.rest_before is not None else glyphs().dash
            row.data(rest, "text", 11, right=True)
            week = f"{hours(one.week_before)} {glyphs().right} {hours(one.week_after)}"
            row.data(week, "soon" if one.over_contract else "text", 18, right=True).gap(2)
            row.data(" ".join(one.languages), "muted", 9).to(58)
            said, ink = self._why(one)
            rows.append(row.data(said, ink, max(width - row.width - 1, 0)).to(width))
        for refused in self.found.refused[:MOST]:
            lines = wrapped(str(refused.reason), max(width - 5, 20), 2)
            for number, line in enumerate(lines):
                sign = glyphs().refused if not number else " "
                rows.append(Row().gap(1).say(f" {sign} ", "late").data(line, "muted", width - 4))
        return rows

    @staticmethod
    def _titles() -> Row:
        row = Row().to(16).data(_("rest before"), "muted", 11, right=True)
        return row.data(_("week"), "muted", 18, right=True).gap(2).data(_("languages"), "muted", 9)

    @staticmethod
    def _why(one: StandIn) -> tuple[str, str]:
        if one.backup:
            return _("backup"), "soon"
        if one.advices:
            count = len(one.advices)
            return plural("{count} advice", "{count} pieces of advice", count), "soon"
        if one.over_contract:
            return f"+{hours(one.over_contract)}", "soon"
        return _("trained"), "done"


class StandInSheet(Sheet[str]):
    """Answers the code of who takes the shift."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.CHOICE,)

    def __init__(self, title: str, found: StandIns) -> None:
        super().__init__(title, show_date(found.day))
        self.rows = StandInRows(found)

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.rows

    def action_take(self) -> None:
        current = self.rows.current
        self.dismiss(current.agent if current is not None else None)

    def action_down(self) -> None:
        self.rows.move(1)

    def action_up(self) -> None:
        self.rows.move(-1)

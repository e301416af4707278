"""The publications of the rota: when, by whom and why; one key goes back to one, one takes it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from conciergedesk.core.i18n import _, plural, show_date, show_moment
from conciergedesk.rota.versions import Publishing
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, safe, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.modals.rota_list import Block, CursorRows, RotaSheet, text_block


@dataclass(frozen=True, slots=True)
class GoBack:
    """Which publication, and whether what held before it is wanted."""

    version: int
    before: bool


class VersionRows(CursorRows):
    """The last one first."""

    def __init__(self, found: Sequence[Publishing]) -> None:
        super().__init__()
        self._found = tuple(found)

    def blocks(self, width: int) -> list[Block]:
        if not self._found:
            return [text_block([Row().gap(1).say(_("Nothing is published yet."), "muted")])]
        return [Block(self._maker(one, width), one) for one in self._found]

    def _maker(self, one: Publishing, width: int) -> Callable[[bool], list[Row]]:
        def make(here: bool) -> list[Row]:
            ground = "select" if here else ""
            row = Row(ground=ground).say(glyphs().cursor if here else " ", "accent").gap(1)
            first, last = show_date(one.first, pattern="d MMM"), show_date(one.last, pattern="d MMM yyyy")
            row.say(f"{first} {glyphs().right} {last}", "bright bold" if here else "text").to(28)
            said = _("published {at} by {name}", at=show_moment(one.at), name=safe(one.by, 40) or "?")
            row.data(said, "text", max(width - row.width - 1, 10)).to(width)
            parts = [plural("{count} day changed", "{count} days changed", one.changes)]
            if one.late:
                parts.append(plural("{count} told late", "{count} told late", one.late))
            if one.reason:
                parts.append(f"“{safe(one.reason, 200)}”")
            below = [
                Row(ground=ground).gap(4).say(line, "muted").to(width)
                for line in wrapped(", ".join(parts), width - 6, 3)
            ]
            return [row, *below]

        return make


class VersionSheet(RotaSheet[GoBack]):
    """Answers which publication to go back to."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.VERSIONS,)
    rows: VersionRows

    def __init__(self, found: Sequence[Publishing]) -> None:
        title = _("Publications of the rota")
        super().__init__(
            title, plural("{count} publication", "{count} publications", len(found)), VersionRows(found)
        )

    def _answer(self, *, before: bool) -> None:
        chosen = self.rows.chosen
        if isinstance(chosen, Publishing):
            self.dismiss(GoBack(chosen.id, before))

    def action_back(self) -> None:
        self._answer(before=False)

    def action_before(self) -> None:
        self._answer(before=True)

"""Asks between people: who wants what from whom, with one key for yes and one for no."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from conciergedesk.core.i18n import _, plural
from conciergedesk.rota.ask_words import sentence_of
from conciergedesk.rota.asking import AskCard
from conciergedesk.rota.checker.violations import Violation
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.modals.rota_list import Block, CursorRows, RotaSheet, text_block
from conciergedesk.ui.rota_room import RotaReading, waits_for


@dataclass(frozen=True, slots=True)
class Answered:
    """The ask, and yes or no."""

    ask: AskCard
    yes: bool


class AskRows(CursorRows):
    """Open asks, those that wait for an answer from here first."""

    def __init__(
        self, reading: RotaReading, name: Callable[[str], str], label: Callable[[str], str],
        doubts: Mapping[int, Sequence[Violation]],
    ) -> None:  # fmt: skip
        super().__init__()
        self._reading = reading
        self._doubts = doubts
        self._named, self._labelled = name, label
        mine = set(reading.waiting_for_me)
        self.asks = sorted(reading.my_asks, key=lambda one: one not in mine)

    def blocks(self, width: int) -> list[Block]:
        if not self.asks:
            said = _("Nobody asks for anything. x swaps, o calls for volunteers.")
            return [text_block([Row().gap(1).say(said, "muted")])]
        return [Block(self._maker(one, width), one) for one in self.asks]

    def _maker(self, one: AskCard, width: int) -> Callable[[bool], list[Row]]:
        def make(here: bool) -> list[Row]:
            ground = "select" if here else ""
            waits = waits_for(one, self._reading.me, may_plan=self._reading.may_plan)
            row = Row(ground=ground).say(glyphs().cursor if here else " ", "accent").gap(1)
            row.say(glyphs().soon if waits else glyphs().waiting, "soon" if waits else "waiting").gap(1)
            said = sentence_of(one, self._named, self._labelled, self._reading.me)
            lines = wrapped(said, width - 6, 3)
            row.say(lines[0], "bright bold" if here else "text").to(width)
            rest = [Row(ground=ground).gap(4).say(line, "text").to(width) for line in lines[1:]]
            below = [Row(ground=ground).gap(4).say(self._state(one), "soon" if waits else "muted").to(width)]
            for doubt in self._doubts.get(one.id, ()):
                below += [
                    Row(ground=ground).gap(4).say(line, "calm").to(width)
                    for line in wrapped(f"{glyphs().notice} {doubt}", width - 6, 3)
                ]
            return [row, *rest, *below]

        return make

    def _state(self, one: AskCard) -> str:
        if waits_for(one, self._reading.me, may_plan=self._reading.may_plan):
            if one.state == "agreed":
                return _("both agree; the last word is yours: Enter agrees, x refuses")
            if one.kind == "notice":
                return _("a planner has changed them: Enter says that you have seen it")
            if one.kind == "call":
                return _("Enter: I take it")
            return _("waits for you: Enter says yes, x says no")
        if one.state == "agreed":
            return _("both agree; waits for the supervisor")
        if one.kind == "call":
            return _("waits for a volunteer; x takes it back")
        if one.kind == "notice":
            return _("not seen by {name} yet", name=self._named(one.answer_by))
        return _("waits for {name}; x takes it back", name=self._named(one.answer_by))


class AskSheet(RotaSheet[Answered]):
    """Answers which ask was answered, and how."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.ASKS,)
    rows: AskRows

    def __init__(
        self, reading: RotaReading, name: Callable[[str], str], label: Callable[[str], str],
        doubts: Mapping[int, Sequence[Violation]] | None = None,
    ) -> None:  # fmt: skip
        rows = AskRows(reading, name, label, doubts or {})
        super().__init__(
            _("Asked of each other"), plural("{count} ask", "{count} asks", len(rows.asks)), rows
        )

    def _answered(self, *, yes: bool) -> None:
        chosen = self.rows.chosen
        if isinstance(chosen, AskCard):
            self.dismiss(Answered(chosen, yes))

    def action_yes(self) -> None:
        self._answered(yes=True)

    def action_no(self) -> None:
        self._answered(yes=False)

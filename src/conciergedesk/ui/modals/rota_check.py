"""The rota held against itself: head-count of each line, why posts stay empty with the ways out, every broken rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual.binding import Binding

from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import _, plural, show_number
from conciergedesk.rota.checker.violations import Violation, gathered
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, bar, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.modals.rota_list import RotaSheet, TextRows, paragraph
from conciergedesk.ui.widgets.section import title_row

if TYPE_CHECKING:
    from conciergedesk.rota.arithmetic import LineArithmetic
    from conciergedesk.rota.explain import Explanation
    from conciergedesk.rota.planning import PlanResult


class ReasonSearch(Protocol):
    """A smallest set of conflicting rules being worked out in a process of its own."""

    def run(self) -> Explanation | None: ...

    def give_up(self) -> None: ...


class CheckSheet(RotaSheet[bool]):
    """Shows it; the reasons arrive when they are found. Answers True when a new draft is to be published."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.HELP,)
    rows: TextRows

    def __init__(
        self, said: str, lines: Sequence[LineArithmetic], violations: Sequence[Violation],
        search: ReasonSearch | None, result: PlanResult | None = None,
    ) -> None:  # fmt: skip
        self._result = result
        title = _("Check of the rota") if result is None else _("The draft")
        super().__init__(title, "", TextRows(self.paint_lines))
        if result is not None:
            self._bindings.key_to_bindings["P"] = [Binding("P", "publish", "", show=False)]
        self._said = said
        self._lines = tuple(lines)
        self._violations = tuple(violations)
        self._search = search
        self._found: Explanation | None = None
        self._trouble = ""

    def shown_pairs(self) -> Sequence[tuple[str, str]]:
        return (("P", _("publish")),) if self._result is not None else ()

    def action_publish(self) -> None:
        self.dismiss(True)

    def on_mount(self) -> None:
        super().on_mount()
        if self._search is not None:
            # Exclusive: no key waits for it.
            self.run_service(
                self._search.run, self._explained, group="rota-why", exclusive=True, failed=self._failed
            )

    def on_unmount(self) -> None:
        if self._search is not None:
            self._search.give_up()

    def _explained(self, found: Explanation | None) -> None:
        self._found = found
        self.rows.repaint()

    def _failed(self, error: DeskError) -> None:
        self._trouble = str(error)
        self.rows.repaint()

    def paint_lines(self, width: int) -> list[Row]:
        rows = self._cost(width) if self._result is not None else []
        rows += (
            paragraph(self._said, width, "late" if self._result is not None else "bright")
            if self._said
            else []
        )
        if self._search is not None:
            rows += self._why(width)
        holding = sum(one.holds_with_one_away for one in self._lines)
        figure = _("{count} of {all} hold with one away", count=holding, all=len(self._lines))
        rows.append(title_row(_("Head-count of the lines"), figure, width - 1, margin=0))
        for line in self._lines:
            sign, ink = (glyphs().done, "done") if line.holds_with_one_away else (glyphs().late, "late")
            for number, sentence in enumerate(line.sentences()):
                for place, text in enumerate(wrapped(sentence, max(width - 5, 20), 6)):
                    row = Row().gap(1).say(f"{sign} " if not number + place else "  ", ink)
                    rows.append(row.say(text, "text" if not number else "calm"))
        broken = [one for one in self._violations if one.blocks]
        advice = [one for one in gathered(self._violations) if not one.blocks]
        rows.append(Row())
        figure = ", ".join(
            (
                plural("{count} refusal", "{count} refusals", len(broken)),
                plural("{count} advice", "{count} pieces of advice", len(advice)),
            )
        )
        rows.append(title_row(_("Rules"), figure, width - 1, margin=0))
        for one in broken:
            rows += paragraph(str(one), width, "text", sign=glyphs().late)
        for said in advice:
            rows += paragraph(str(said), width, "calm", sign=glyphs().notice)
        if not self._violations:
            rows.append(Row().gap(1).say(_("Every rule holds."), "done"))
        return rows

    def _cost(self, width: int) -> list[Row]:
        """What the plan costs, term by term, so that a person can argue with it."""
        result = self._result
        assert result is not None
        value, bound = round(result.value), round(max(0.0, result.bound))
        figure = _("proved: nothing costs less")
        if not result.proved:
            figure = _("nothing costs less than {bound}", bound=bound)
        rows = [title_row(_("Cost {value}", value=value), figure, width - 1, margin=0)]
        most = max((term.value for term in result.terms), default=1.0) or 1.0
        for term in sorted(result.terms, key=lambda one: -one.value):
            if round(term.value):
                row = Row().gap(1).data(term.label(), "text", width - 34).to(width - 30)
                row.data(show_number(round(term.value)), "bright", 9, right=True).gap(2)
                rows.append(row.add(bar(term.value / most, 16, "accent")))
        said = _(
            "found after {best} s, worked on for {all} s",
            best=round(result.best_seconds, 1),
            all=round(result.seconds, 1),
        )
        return [*rows, Row().gap(1).say(said, "muted"), Row()]

    def _why(self, width: int) -> list[Row]:
        found = self._found
        figure = ""
        if found is not None and not found.possible:
            figure = _("a smallest conflict") if found.minimal else _("perhaps not the smallest")
        rows = [title_row(_("Why posts stay empty"), figure, width - 1, margin=0)]
        if self._trouble:
            rows += paragraph(self._trouble, width, "late")
        elif found is None:
            rows.append(Row().gap(1).say(_("working it out…"), "accent"))
        elif found.possible:
            said = _(
                "A rota without an empty post exists: s on the empty post finds the repair, p plans anew."
            )
            rows += paragraph(said, width, "done")
        else:
            for sentence in found.sentences():
                rows += paragraph(sentence, width, "text" if sentence.startswith("-") else "bright")
        rows.append(Row())
        return rows

"""Somebody is missing: the smallest repair of the plan, who can take the shift, and who cannot, with the rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar

from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import _, plural, show_date
from conciergedesk.rota.law.packs import RuleKind
from conciergedesk.rota.law.wording import RULE_NAMES, hours
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, safe, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.modals.rota_list import Block, CursorRows, RotaSheet, paragraph, text_block
from conciergedesk.ui.widgets.section import title_row

if TYPE_CHECKING:
    from conciergedesk.rota.errands import RepairFound
    from conciergedesk.rota.reasons import CellReason
    from conciergedesk.rota.repair import Refused, StandIn, StandIns
    from conciergedesk.rota.service import OpenPost
    from conciergedesk.rota.values import Rota

T = TypeVar("T")

MOST = 9


class RepairSearch(Protocol):
    """The smallest repair being worked out in a process of its own."""

    rota: Rota

    def run(self) -> RepairFound | None: ...

    def give_up(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen: a person, or the whole repair. ``refused`` says that a rule stands against the person."""

    agent: str = ""
    repair: RepairFound | None = None
    refused: Refused | None = None


class StandInRows(CursorRows):
    """The repair, the ranked people, and below them the refused."""

    def __init__(
        self, found: StandIns, label: str, posts: Sequence[OpenPost], search: RepairSearch | None,
        may_sign: bool,
    ) -> None:  # fmt: skip
        super().__init__()
        self.found = found
        self.posts = tuple(posts)
        self.repair: RepairFound | None = None
        self.trouble = ""
        self.search = search
        self._label = label
        self._may_sign = may_sign

    def show_repair(self, repair: RepairFound | None) -> None:
        self.repair = repair
        self.repaint()

    def blocks(self, width: int) -> list[Block]:
        blocks = self._repair(width) if self.search is not None else []
        found = self.found
        figure = ""
        if self.search is None and found.eligible:
            # Somebody must take it, and one changed cell is enough: nothing smaller exists.
            figure = _("proved: 1 changed cell")
        title = _("Who can take it, {day}", day=show_date(found.day))
        blocks.append(text_block([title_row(title, figure, width - 1, margin=0)]))
        if found.eligible:
            blocks.append(text_block([self._titles()]))
        else:
            blocks.append(text_block([Row().gap(1).say(_("Nobody may take it."), "late")]))
        for place, one in enumerate(found.eligible[:MOST], 1):
            blocks.append(Block(_maker(self._eligible, one, place, width), one))
        untrained = [one.person for one in found.refused if one.rule is RuleKind.SKILL]
        refusals = [one for one in found.refused if one.rule is not RuleKind.SKILL]
        refusals = sorted(refusals, key=lambda one: not _signable(one))[:MOST]
        if refusals and self._may_sign and _signable(refusals[0]):
            said = Row().gap(3).say(_("Enter on one of these signs an exception:"), "calm")
            blocks.append(text_block([said]))
        for refused in refusals:
            choice = refused if self._may_sign and _signable(refused) else None
            blocks.append(Block(_maker(self._refused, refused, 0, width), choice))
        if untrained:
            said_not = _("not trained for {shift}: {people}", shift=self._label, people=", ".join(untrained))
            blocks.append(text_block(paragraph(said_not, width, "muted", 2, glyphs().refused)))
        return blocks

    # --- the repair ---

    def _repair(self, width: int) -> list[Block]:
        search, repair = self.search, self.repair
        assert search is not None
        count = len(repair.cells) if repair is not None else 0
        figure = ""
        if repair is not None and count:
            changed = plural("{count} changed cell", "{count} changed cells", count)
            figure = _("proved: {what}", what=changed) if repair.proved else changed
        rows = [title_row(_("Smallest repair of the plan"), figure, width - 1, margin=0)]
        if self.trouble:
            return [text_block([*rows, *paragraph(self.trouble, width, "late")])]
        if repair is None:
            said = Row().gap(1).say(_("working it out…"), "accent")
            return [text_block(rows), Block(lambda here: [_lead(said, here, width)], "pending")]
        blocks = [text_block(rows)]
        if count:
            blocks.append(Block(lambda here: self._cells(search.rota, repair.cells, here, width), repair))
        elif not repair.still_open:
            blocks.append(text_block([Row().gap(1).say(_("Nobody is missing here any more."), "done")]))
        if repair.still_open:
            posts = ", ".join(
                f"{_shift_name(search.rota, post.shift)} {show_date(post.day)}" for post in repair.still_open
            )
            said_open = _("stays empty: {posts}", posts=posts)
            blocks.append(text_block(paragraph(said_open, width, "late", sign=glyphs().late)))
        if repair.why is not None and not repair.why.possible:
            lines = [title_row(_("Why"), "", width - 1, margin=0)]
            for sentence in repair.why.sentences():
                lines += paragraph(sentence, width, "calm")
            blocks.append(text_block(lines))
        return [*blocks, text_block([Row()])]

    def _cells(self, rota: Rota, cells: Sequence[CellReason], here: bool, width: int) -> list[Row]:
        ground = "select" if here else ""
        head = Row(ground=ground).say(glyphs().cursor if here else " ", "accent").say(" 0 ", "accent bold")
        rows = [head.say(_("do all of this"), "bright bold" if here else "text").to(width)]
        nothing = glyphs().dot
        for cell in cells:
            changed = cell.changed
            row = (
                Row().gap(4).data(cell.person, "bright", 11).to(16).say(show_date(changed.day), "text").to(29)
            )
            before = " ".join(changed.before) or nothing
            row.data(before, "muted", 5, right=True).say(f" {glyphs().right} ", "muted")
            row.data(" ".join(changed.after) or nothing, "bright bold", 5).to(44)
            row.say(f"{hours(cell.week_before)} {glyphs().right} {hours(cell.week_after)}", "text")
            rows.append(row)
            for line in wrapped(_why(rota, cell), max(width - 18, 20), 3):
                rows.append(Row().to(16).say(line, "muted"))
        return rows

    # --- people ---

    @staticmethod
    def _titles() -> Row:
        row = Row().to(16).data(_("rest before"), "muted", 11, right=True)
        return row.data(_("week"), "muted", 18, right=True).gap(2).data(_("languages"), "muted", 9)

    @staticmethod
    def _eligible(one: StandIn, place: int, here: bool, width: int) -> list[Row]:
        row = Row(ground="select" if here else "").say(glyphs().cursor if here else " ", "accent")
        row.say(f" {place} ", "accent bold").data(one.person, "bright bold" if here else "text", 12).to(16)
        rest = hours(one.rest_before) if one.rest_before is not None else glyphs().dash
        row.data(rest, "text", 11, right=True)
        week = f"{hours(one.week_before)} {glyphs().right} {hours(one.week_after)}"
        row.data(week, "soon" if one.over_contract else "text", 18, right=True).gap(2)
        row.data(" ".join(one.languages), "muted", 9).to(58)
        said, ink = StandInRows._note(one)
        return [row.data(said, ink, max(width - row.width - 1, 0)).to(width)]

    @staticmethod
    def _refused(one: Refused, _place: int, here: bool, width: int) -> list[Row]:
        rows = []
        for number, line in enumerate(wrapped(str(one.reason), max(width - 6, 20), 3)):
            row = Row(ground="select" if here else "").say(glyphs().cursor if here else " ", "accent")
            row.say(f" {glyphs().refused if not number else ' '} ", "late")
            rows.append(row.data(line, "text" if here else "muted", width - 5).to(width))
        return rows

    @staticmethod
    def _note(one: StandIn) -> tuple[str, str]:
        if one.backup:
            return _("backup"), "soon"
        if one.advices:
            return _(RULE_NAMES[one.advices[0].kind]), "soon"
        if one.over_contract:
            return f"+{hours(one.over_contract)}", "soon"
        return _("trained"), "done"


def _maker(
    paint: Callable[[T, int, bool, int], list[Row]], one: T, place: int, width: int
) -> Callable[[bool], list[Row]]:
    """``paint`` for one line, waiting for whether the cursor is on it."""
    return lambda here: paint(one, place, here, width)


def _lead(row: Row, here: bool, width: int) -> Row:
    lead = Row(ground="select" if here else "").say(glyphs().cursor if here else " ", "accent").gap(1)
    return lead.add(row).to(width)


def _signable(one: Refused) -> bool:
    """Whether a supervisor could lift every rule that stands against a person."""
    from conciergedesk.rota.writing import SIGNABLE

    return all(reason.kind in SIGNABLE for reason in one.reasons)


def _shift_name(rota: Rota, shift: str) -> str:
    known = rota.shift_by_id.get(shift)
    return safe((known.label or shift) if known is not None else shift, 40)


def _why(rota: Rota, cell: CellReason) -> str:
    said = []
    if cell.fills:
        said.append(_("fills {shift}", shift=", ".join(_shift_name(rota, one) for one in cell.fills)))
    if cell.otherwise is not None:
        said.append(_("otherwise {why}", why=str(cell.otherwise)))
    elif not cell.fills:
        said.append(_("makes room for the rest"))
    if cell.late is not None:
        said.append(
            _(
                "told {given} days ahead instead of {needed}: ask {name}",
                given=cell.late.value, needed=cell.late.limit, name=cell.person,
            )
        )  # fmt: skip
    return f" {glyphs().dot} ".join(said)


class StandInSheet(RotaSheet[Chosen]):
    """Answers who takes the shift, or the repair."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.CHOICE,)
    rows: StandInRows

    def __init__(
        self, title: str, found: StandIns, label: str, *, posts: Sequence[OpenPost] = (),
        search: RepairSearch | None = None, may_sign: bool = False,
    ) -> None:  # fmt: skip
        context = show_date(found.day)
        if len(posts) > 1:
            context = plural("{count} post to fill", "{count} posts to fill", len(posts))
        super().__init__(title, context, StandInRows(found, label, posts, search, may_sign))

    def on_mount(self) -> None:
        super().on_mount()
        if self.rows.search is not None:
            self.run_service(
                self.rows.search.run,
                self.rows.show_repair,
                group="rota-repair",
                exclusive=True,
                failed=self._failed,
            )

    def on_unmount(self) -> None:
        if self.rows.search is not None:
            self.rows.search.give_up()

    def _failed(self, error: DeskError) -> None:
        self.rows.trouble = str(error)
        self.rows.repaint()

    def action_take(self) -> None:
        from conciergedesk.rota.repair import Refused, StandIn

        chosen = self.rows.chosen
        if chosen is None:
            self.dismiss(None)
        elif isinstance(chosen, StandIn):
            self.dismiss(Chosen(chosen.agent))
        elif isinstance(chosen, Refused):
            self.dismiss(Chosen(chosen.agent, refused=chosen))
        elif self.rows.repair is not None and chosen is self.rows.repair:
            self.dismiss(Chosen(repair=self.rows.repair))

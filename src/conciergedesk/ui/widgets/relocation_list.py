"""The coach's files as a list, and the supervisor's figures with their definitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from textual import events
from textual.message import Message

from conciergedesk.core.i18n import N_, _, plural, show_date
from conciergedesk.relocation.cards import CoachLoad, Figures, Portfolio, PortfolioLine
from conciergedesk.relocation.plans import OWNER_LABELS, Owner
from conciergedesk.relocation.rules import MAX_OPEN_FILES, Share
from conciergedesk.relocation.words import FIGURE_DEFINITIONS, SILENT_DAYS
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, bar, late_chip
from conciergedesk.ui.cells import word as said
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import bind, unbind
from conciergedesk.ui.widgets.painted import Painted, PaintedScroll
from conciergedesk.ui.widgets.relocation_time import day_mark, short_day
from conciergedesk.ui.widgets.section import title_row


def _cells(width: int, everybody: bool) -> tuple[int, int, int, int]:
    """Widths of household, next thing, stage, coach or employer."""
    coach = 10 if everybody else 0
    stage = 12 if width >= 100 else 5 if width >= 72 else 0
    rest = width - 11 - 1 - 8 - 10 - 8 - 6 - (coach + 1 if coach else 0) - (stage + 1 if stage else 0)
    name = max(rest * 42 // 100, 10)
    return name, max(rest - name - 1, 8), stage, coach


class PortfolioHeading(Painted):
    """What is listed, how full the coach is, and the column titles."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._portfolio: Portfolio | None = None
        self._everybody = False
        self._filter = ""

    def show(self, portfolio: Portfolio | None, *, everybody: bool, filter_line: str) -> None:
        self._portfolio, self._everybody, self._filter = portfolio, everybody, filter_line
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        found = self._portfolio
        title = _("Files of all coaches") if self._everybody else _("My files")
        first = Row().gap(1).say(title, "bright bold").gap(2)
        if found is not None:
            first.say(plural("{count} open", "{count} open", found.total), "muted")
            over = not self._everybody and found.total > MAX_OPEN_FILES
            if over:
                first.gap(2).say(
                    _("more than {limit}: tell the supervisor", limit=MAX_OPEN_FILES), "late bold"
                )
            if found.late:
                first.gap(2).say(plural("{count} late", "{count} late", found.late), "late bold")
        if self._filter:
            first.gap(2).say(_("filter: {filter}", filter=self._filter), "accent")
        name, what, stage, coach = _cells(width, self._everybody)
        row = Row().gap(3).data(said(N_("column|File")), "muted", 7).to(11)
        row.data(said(N_("column|Household")), "muted", name).to(12 + name)
        if stage:
            row.data(said(N_("column|Stage")), "muted", stage).to(13 + name + stage)
        at = row.width
        row.data(said(N_("column|Arrival")), "muted", 7, right=True).gap(1)
        row.data(said(N_("column|Due next")), "muted", 9, right=True).gap(1)
        at = row.width
        row.data(said(N_("column|What")), "muted", what).to(at + what + 1)
        row.data(said(N_("column|Silence")), "muted", 7, right=True).gap(1)
        row.data(said(N_("column|Pulse")), "muted", 4, right=True)
        if coach:
            row.gap(1).data(said(N_("column|Coach")), "muted", coach)
        return [first, row]


class PortfolioList(PaintedScroll, can_focus=True):
    """Files, those whose next thing is soonest first."""

    @dataclass
    class Opened(Message):
        """A file was chosen by the mouse."""

        file_id: int

    @dataclass
    class Highlighted(Message):
        """The cursor stands on another file, or on the same one read again; None when there is none."""

        line: PortfolioLine | None

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        unbind(self)
        bind(self, Scope.LIST)
        self.lines: tuple[PortfolioLine, ...] = ()
        self._today = date.min
        self._everybody = False
        self._selected: int | None = None

    def show(
        self, lines: Sequence[PortfolioLine], today: date, *, everybody: bool, select: int | None = None
    ) -> None:
        self.lines, self._today, self._everybody = tuple(lines), today, everybody
        ids = [one.id for one in self.lines]
        if select in ids:
            self._selected = select
        elif self._selected not in ids:
            self._selected = ids[0] if ids else None
        self.repaint()
        self._keep_in_sight()
        self.post_message(self.Highlighted(self.current))

    @property
    def current(self) -> PortfolioLine | None:
        return next((one for one in self.lines if one.id == self._selected), None)

    def _step(self, by: int) -> None:
        ids = [one.id for one in self.lines]
        if not ids:
            return
        at = ids.index(self._selected) if self._selected in ids else 0
        self._selected = ids[max(0, min(at + by, len(ids) - 1))]
        self.repaint()
        self._keep_in_sight()
        self.post_message(self.Highlighted(self.current))

    def _keep_in_sight(self) -> None:
        row = next((n for n, one in enumerate(self.lines) if one.id == self._selected), 0)
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        if row < top:
            self.scroll_to(y=row, animate=False)
        elif row >= top + height:
            self.scroll_to(y=row - height + 1, animate=False)

    def action_cursor(self, by: int) -> None:
        self._step(by)

    def action_page(self, by: int) -> None:
        self._step(by * max(self.size.height - 1, 1))

    def action_edge(self, by: int) -> None:
        self._step(by * len(self.lines))

    def on_focus(self) -> None:
        self.repaint()

    def on_blur(self) -> None:
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        row = event.y + self.scroll_offset.y
        if 0 <= row < len(self.lines):
            if self._selected == self.lines[row].id:
                self.post_message(self.Opened(self.lines[row].id))
            self._selected = self.lines[row].id
            self.repaint()
            self.post_message(self.Highlighted(self.current))

    def paint(self, width: int) -> list[Row]:
        return [self._line(one, width) for one in self.lines]

    def _line(self, one: PortfolioLine, width: int) -> Row:
        signs, today = glyphs(), self._today
        here = one.id == self._selected
        name, what, stage, coach = _cells(width, self._everybody)
        row = Row(ground="select" if here else "")
        row.say(signs.cursor if here and self.has_focus else " ", "accent")
        late = one.is_late(today)
        soon = one.next_due is not None and (one.next_due - today).days <= 7
        sign, ink = (
            (signs.late, "late bold") if late else (signs.soon, "soon") if soon else (signs.on_time, "muted")
        )
        row.say(sign, ink).gap().data(one.ref, "muted", 7).to(11)
        row.data(one.household, "bright bold" if here else "text", name).to(12 + name)
        if stage:
            row.data(one.stage_label if stage > 5 else one.stage, "muted", stage).to(13 + name + stage)
        row.data(
            day_mark((today - one.arrival).days), "accent" if one.arrival == today else "text", 7, right=True
        )
        row.gap(1)
        day = short_day(one.next_due, today) if one.next_due is not None else signs.dash
        row.data(day, ink, 9, right=True).gap(1)
        at = row.width
        row.data(one.next_item, "bright" if late else "text", what).to(at + what + 1)
        silent = one.silent_days(today)
        quiet = silent >= SILENT_DAYS
        row.data(_("{days} d", days=silent), "soon bold" if quiet else "muted", 7, right=True).gap(1)
        low = one.pulse is not None and one.pulse <= 6
        row.data(
            signs.dash if one.pulse is None else str(one.pulse), "late bold" if low else "text", 4, right=True
        )
        if coach:
            row.gap(1).data(one.coach, "muted", coach)
        elif one.red and row.width + 4 <= width:
            row.gap(1).say(signs.late, "late")
        return row.to(width)


class PortfolioStrip(Painted):
    """The selected file below the list, with nothing shortened: who, at which stage, for whom, what is next."""

    GROUND = "surface"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._line: PortfolioLine | None = None
        self._today = date.min

    def show(self, line: PortfolioLine | None, today: date) -> None:
        self._line, self._today = line, today
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        one, today, edge = self._line, self._today, width - 1
        if one is None:
            return [Row(), Row(), Row()]
        day = Row().say(_("Arrival") + " ", "muted").say(show_date(one.arrival), "text")
        first = Row().gap(1).data(one.household, "bright bold", edge - day.width - 12)
        first.gap(2).say(one.ref, "muted").end(day, edge)
        second = Row().gap(1)
        since = show_date(one.stage_since, pattern="d MMM")
        for label, value in (
            (said(N_("column|Stage")), _("{stage} since {day}", stage=one.stage_label, day=since)),
            (_("Employer"), one.employer),
            (said(N_("column|Coach")), one.coach),
        ):
            piece = Row().say(f"{label} ", "muted").data(value, "text", 40)
            if value and second.width + piece.width + 3 <= edge:
                second.gap(3 if second.width > 1 else 0).add(piece)
        third = Row().gap(1).say(said(N_("file|Next")) + " ", "muted")
        if one.next_due is None:
            return [first, second, third.say(glyphs().dash, "muted")]
        late = one.is_late(today)
        due = Row().say(show_date(one.next_due), "late bold" if late else "text")
        third.data(one.next_item, "text", edge - third.width - due.width - 2).end(due, edge)
        return [first, second, third]


class FigurePane(PaintedScroll, can_focus=True):
    """The supervisor's view: figures, each over its definition, and how full the coaches are."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._figures: Figures | None = None
        self._loads: tuple[CoachLoad, ...] = ()
        self._stages: dict[str, int] = {}

    def show(self, figures: Figures | None, portfolio: Portfolio | None) -> None:
        self._figures = figures
        self._loads = portfolio.loads if portfolio is not None else ()
        self._stages = dict(portfolio.stages) if portfolio is not None else {}
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        found = self._figures
        if found is None:
            return []
        values = (
            self._share(found.legal, 95),
            self._share(found.followups, 90),
            (
                Row().say(_days(found.median_lease), "bright bold"),
                plural("{count} file", "{count} files", len(found.lease_days)),
            ),
            (self._pulse(found), plural("{count} answer", "{count} answers", len(found.pulses))),
            (Row().say(_owners(found), "text"), ""),
        )  # fmt: skip
        edge = width - 2
        rows = [
            title_row(
                _("Relocation figures"),
                plural("{count} open file", "{count} open files", found.open_files),
                edge,
            )
        ]
        for (name, definition), (value, cases) in zip(FIGURE_DEFINITIONS, values, strict=True):
            row = Row().gap(2).say(_(name), "text").to(30).add(value)
            rows.append(row.end(Row().say(cases, "muted"), edge) if cases else row)
            rows.append(Row().gap(4).data(_(definition), "muted", edge - 4))
        rows.append(Row())
        rows.append(title_row(_("Coaches"), _("at most {limit} open files each", limit=MAX_OPEN_FILES), edge))
        for load in self._loads:
            rows.append(self._load(load, edge))
        rows.append(Row())
        rows.append(title_row(_("By stage"), "", edge))
        line = Row().gap(2)
        for stage, count in sorted(self._stages.items(), key=lambda one: int(one[0].lstrip("RL") or 0)):
            line.say(f"{stage} ", "muted").say(str(count), "bright bold").gap(3)
        rows.append(line)
        if found.open_actions:
            rows.append(Row())
            said_text = plural(
                "{count} action waits for a supervisor",
                "{count} actions wait for a supervisor",
                found.open_actions,
            )
            rows.append(Row().gap(2).add(late_chip(said_text)))
        return rows

    def _share(self, share: Share, target: int) -> tuple[Row, str]:
        cases = _("{met} of {total}", met=share.met, total=share.total)
        if share.percent is None:
            return Row().say(glyphs().dash, "muted"), cases
        ink = "late bold" if share.percent < target else "done bold"
        row = Row().say(f"{share.percent:.0f} %", ink).to(7).add(bar(share.percent / 100, 20, ink.split()[0]))
        return row, cases

    def _pulse(self, found: Figures) -> Row:
        if found.mean_pulse is None:
            return Row().say(glyphs().dash, "muted")
        row = Row().say(f"{found.mean_pulse:.1f}".replace(".", _("decimal|.")), "bright bold").gap(2)
        return (
            row.say(_("recommending {points}", points=f"{found.promoter:+d}"), "text")
            if found.promoter is not None
            else row
        )

    def _load(self, load: CoachLoad, edge: int) -> Row:
        row = Row().gap(2).data(load.coach, "text", 14).to(18)
        ink = "late" if load.overloaded else "done"
        row.add(bar(min(load.files / (MAX_OPEN_FILES + 5), 1), 20, ink)).gap(2)
        row.say(f"{load.files:>3}", f"{ink} bold" if load.overloaded else "bright bold").gap(2)
        if load.late:
            row.say(plural("{count} late", "{count} late", load.late), "late").gap(2)
        if load.silent:
            row.say(plural("{count} silent", "{count} silent", load.silent), "soon").gap(2)
        return row.say(_("too many"), "late bold") if load.overloaded else row


def _days(value: float | None) -> str:
    if value is None:
        return glyphs().dash
    return plural("{count} day", "{count} days", round(value))


def _owners(found: Figures) -> str:
    parts = []
    for owner in Owner:
        share = found.by_owner.get(owner)
        if share is not None and share.percent is not None:
            parts.append(f"{_(OWNER_LABELS[owner])} {share.percent:.0f} %")
    return "  ".join(parts) or glyphs().dash

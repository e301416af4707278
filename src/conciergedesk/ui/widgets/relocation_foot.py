"""Below the items of a relocation file: risks, pulse, documents, requests and the thread."""

from __future__ import annotations

from datetime import date

from conciergedesk.core.i18n import _, plural, show_date
from conciergedesk.relocation.cards import DocumentLine, FileCard, FollowUpLine, RiskLine
from conciergedesk.relocation.words import RELOCATION_ACTS
from conciergedesk.requests.lifecycle import STATE_LABELS, State
from conciergedesk.ui.cells import Row, bar, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.widgets.painted import PaintedScroll
from conciergedesk.ui.widgets.relocation_time import COLUMNS_FROM, SOON_DAYS, day_mark, short_day

LOW_PULSE = 6


class FileFoot(PaintedScroll, can_focus=True):
    """Risks, pulse and documents side by side, then the thread."""

    GROUND = "surface"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._card: FileCard | None = None
        self._today = date.min
        self._me: int | None = None

    def show(self, card: FileCard | None, today: date, me: int | None) -> None:
        self._card, self._today, self._me = card, today, me
        self.scroll_to(y=0, animate=False)
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        card = self._card
        if card is None:
            return []
        if width >= COLUMNS_FROM:
            first = (width - 2) * 36 // 100
            second = (width - 2) * 38 // 100
            blocks = (
                (self._risks(card, first - 3), first),
                (self._pulses(card, second - 3), second),
                (self._documents(card, width - 2 - first - second), width - 2 - first - second),
            )
            rows = []
            for number in range(max(len(block) for block, _cells in blocks)):
                row, at = Row().gap(1), 1
                for block, cells in blocks:
                    if number < len(block):
                        row.add(block[number])
                    at += cells
                    row.to(at)
                rows.append(row)
        else:
            rows = []
            for block in (
                self._risks(card, width - 3), self._pulses(card, width - 3), self._documents(card, width - 3),
            ):  # fmt: skip
                rows.extend(Row().gap(1).add(row) for row in block)
        return [*rows, *self._requests(card, width), *self._thread(card, width)]

    def _title(self, title: str, figure: str, cells: int, ink: str = "muted") -> Row:
        row = Row().say(title, "bright bold")
        end = Row().data(figure, ink, max(cells - row.width - 4, 0))
        return row.rule(cells - end.width - (1 if end.width else 0)).gap(1 if end.width else 0).add(end)

    def _risks(self, card: FileCard, cells: int) -> list[Row]:
        live = [one for one in card.risks if one.cleared_on is None]
        acts = [one for one in card.actions if one.done_on is None]
        rows = [self._title(_("Risks"), plural("{count} open", "{count} open", len(live) + len(acts)), cells)]
        signs = glyphs()
        for action in acts:
            code = action.followup.replace("D+", _("D+"), 1)
            label = _("supervisor: {score}/10 at {code}", score=action.score or 0, code=code)
            if action.followup == "pulse":
                label = _("supervisor: pulse {score}/10", score=action.score or 0)
            elif action.cause == "silence":
                label = _("supervisor: nobody answers")
            rows.append(Row().say(f"{signs.late} ", "late").data(label, "bright", cells - 2))
            due = Row().say(short_day(action.due, self._today), "late")
            who = Row().gap(2).data(action.owner or _("nobody yet"), "muted", cells - 14)
            rows.append(who.end(due, cells))
        for one in live:
            rows += self._risk(one, cells)
        gone = [one for one in card.risks if one.cleared_on is not None][:1]
        for one in gone:
            rows.append(Row().say(f"{signs.done} ", "done").data(one.label, "muted", cells - 2))
        if len(rows) == 1:
            rows.append(Row().say(_("No risk is flagged."), "muted"))
        return rows

    def _risk(self, one: RiskLine, cells: int) -> list[Row]:
        signs = glyphs()
        red = one.severity == "red"
        sign, ink = (signs.late, "late") if red else (signs.soon, "soon")
        late = one.review_on <= self._today
        day = Row().say(short_day(one.review_on, self._today), "late" if late else ink)
        who = _("me") if one.owner_id == self._me else one.owner
        text = _("{who}: {action}", who=who, action=one.action) if one.action else who
        second = Row().gap(2).data(text, "muted", cells - day.width - 4)
        return [Row().say(f"{sign} ", ink).data(one.label, "bright", cells - 2), second.end(day, cells)]

    def _pulses(self, card: FileCard, cells: int) -> list[Row]:
        rows = [self._title(_("Pulse"), _("{low} or less: an action", low=LOW_PULSE), cells)]
        for one in sorted(card.followups, key=lambda line: (line.due, line.id)):
            rows.append(self._pulse(card, one, cells))
        return rows

    def _pulse(self, card: FileCard, one: FollowUpLine, cells: int) -> Row:
        signs = glyphs()
        days = ((one.done_on or one.due) - card.arrival).days
        mark = _("closing") if one.code == "closing" else day_mark(days)
        row = Row().data(mark, "muted", 8).to(8)
        if one.done_on is None:
            late = one.due < self._today
            row.say(signs.planned * 12, "rule").gap().say(f"{signs.dash:>2}", "muted").gap(2)
            return row.data(show_date(one.due), "late" if late else "muted", cells - row.width)
        low = one.pulse is not None and one.pulse <= LOW_PULSE
        ink = "soon" if low else "done"
        row.add(bar((one.pulse or 0) / 10, 12, ink)).gap()
        row.say(f"{'-' if one.pulse is None else one.pulse:>2}", f"{ink} bold").gap(2)
        said_text = one.words.split("\n")[0] if one.words else show_date(one.done_on)
        return row.data(said_text, "text", cells - row.width)

    def _documents(self, card: FileCard, cells: int) -> list[Row]:
        rows = [self._title(_("Documents"), _("kind and date only"), cells)]
        for one in card.documents:
            rows.append(self._document(one, cells))
        left = [credit for credit in card.credits if credit.used]
        if left:
            credit = min(left, key=lambda one: one.left)
            spent = _("{left} of {granted} left", left=credit.left, granted=credit.granted)
            rows.append(
                Row().say(f"{glyphs().on_time} ", "muted").data(credit.label, "text", cells - 16)
                .end(Row().say(spent, "late" if credit.left < 0 else "muted"), cells)
            )  # fmt: skip
        for count in card.telework:
            ink = "soon bold" if count.amber else "muted"
            note = Row().say(f"{count.used}/{count.limit}", ink)
            rows.append(
                Row().say(f"{glyphs().on_time} ", ink).say(_("telework, days"), "text").end(note, cells)
            )
        if len(rows) == 1:
            rows.append(Row().say(_("None seen yet."), "muted"))
        return rows

    def _document(self, one: DocumentLine, cells: int) -> Row:
        signs = glyphs()
        soon = one.alert_on is not None and one.alert_on <= self._today
        if one.expires_on is None:
            sign, ink, day = signs.done, "done", _("seen")
        elif one.expires_on < self._today:
            sign, ink, day = signs.late, "late", short_day(one.expires_on, self._today)
        else:
            sign, ink = (signs.soon, "soon") if soon else (signs.on_time, "muted")
            day = short_day(one.expires_on, self._today)
        name = f"{one.kind} {signs.dot} {one.holder}" if one.holder else one.kind
        end = Row().say(day, ink)
        return Row().say(f"{sign} ", ink).data(name, "text", cells - end.width - 4).end(end, cells)

    def _requests(self, card: FileCard, width: int) -> list[Row]:
        """What the desk does for the household, and for which item."""
        if not card.requests:
            return []
        edge = width - 1
        title = self._title(
            _("Requests"), plural("{count} request", "{count} requests", len(card.requests)), edge - 1
        )
        rows = [Row().gap(1).add(title)]
        for one in card.requests[:4]:
            row = Row().gap(1).say(one.ref, "muted").to(10).data(one.item, "muted", 12).to(23)
            end = Row().data(_(STATE_LABELS[State(one.state)]), "muted", 24)
            rows.append(row.data(one.what, "text", edge - 24 - end.width - 2).end(end, edge))
        return rows

    def _thread(self, card: FileCard, width: int) -> list[Row]:
        edge = width - 1
        silent = card.silent_days(self._today)
        figure = plural("{count} line", "{count} lines", len(card.thread))
        ink = "muted"
        if silent is not None and silent > 0:
            figure = (
                f"{figure}, {plural('last heard {count} day ago', 'last heard {count} days ago', silent)}"
            )
            ink = "soon" if silent >= SOON_DAYS else "muted"
        rows = [Row().gap(1).add(self._title(_("Thread"), figure, edge - 1, ink))]
        for line in card.thread:
            text = line.text
            if line.kind == "act":
                text = _(RELOCATION_ACTS.get(line.act, line.act)) + (f" : {line.text}" if line.text else "")
            elif line.kind == "quote":
                text = _("“{text}”", text=line.text)
            row = Row().gap(1).say(show_date(line.at.astimezone().date(), pattern="d MMM"), "muted").to(10)
            who = Row().data(line.who, "muted", 12)
            row.add(who).to(23)
            tone = "muted" if line.kind == "act" else "text"
            lines = wrapped(text, max(edge - 23, 20), 2)
            rows.append(row.data(lines[0] if lines else "", tone))
            rows += [Row().to(23).data(more, tone) for more in lines[1:]]
        if len(rows) == 1:
            rows.append(Row().gap(1).say(_("Nothing was written yet."), "muted"))
        return rows

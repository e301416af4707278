"""Under the grid: what is broken or empty, and what the cell under the cursor means."""

from __future__ import annotations

from conciergedesk.core.i18n import _, plural, show_date
from conciergedesk.rota.changes import rests_around
from conciergedesk.rota.checker.ledger import week_minutes
from conciergedesk.rota.checker.violations import gathered
from conciergedesk.rota.dump import clock_text
from conciergedesk.rota.law.wording import hours
from conciergedesk.rota.queries import granted
from conciergedesk.ui.cells import Row, safe, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.rota_room import RotaReading
from conciergedesk.ui.widgets.painted import PaintedScroll
from conciergedesk.ui.widgets.rota_grid import Place
from conciergedesk.ui.widgets.section import title_row

MOST_LINES = 60


class RotaRules(PaintedScroll):
    """Empty posts first, then broken rules with figures and source, then advice."""

    GROUND = "surface"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._reading: RotaReading | None = None

    def show(self, reading: RotaReading) -> None:
        self._reading = reading
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        reading = self._reading
        if reading is None:
            return []
        posts, broken = reading.open_posts, [one for one in reading.violations if one.blocks]
        advice = [one for one in gathered(reading.violations) if not one.blocks]
        figure = ", ".join(
            (
                plural("{count} gap", "{count} gaps", sum(one.missing for _day, _shift, one in posts)),
                plural("{count} refusal", "{count} refusals", len(broken)),
                plural("{count} advice", "{count} pieces of advice", len(advice)),
            )
        )
        rows = [title_row(_("Rules"), figure, width - 1, margin=1)]
        if reading.trouble:
            said = _(
                "The files in shifts/ are wrong, what was read before still holds: {why}", why=reading.trouble
            )
            for number, line in enumerate(wrapped(said, width - 5, 4)):
                row = Row().gap(1).say(f"{glyphs().late} " if not number else "  ", "late")
                rows.append(row.data(line, "bright", width - 4))
        for day, shift, count in posts[:MOST_LINES]:
            label = reading.desk.rota.shift_by_id[shift].label or shift
            row = (
                Row().gap(1).say(f"{glyphs().late} ", "late").data(f"{show_date(day)} {label}", "bright", 24)
            )
            row.to(27 if width > 50 else row.width + 2)
            said = _(
                "empty post, {staffed} of {needed}", staffed=str(count.staffed), needed=str(count.needed)
            )
            rows.append(row.data(said, "text", max(width - row.width - 1, 8)))
        for sign, ink, found in ((glyphs().late, "late", broken), (glyphs().notice, "soon", advice)):
            for one in found[:MOST_LINES]:
                for number, line in enumerate(wrapped(str(one), width - 5, 3)):
                    row = Row().gap(1).say(f"{sign} " if not number else "  ", ink)
                    rows.append(row.data(line, "text" if ink == "late" else "calm", width - 4))
        if len(rows) == 1:
            rows.append(Row().gap(1).say(_("Every rule holds and no post is empty."), "done"))
        return rows


class RotaCell(PaintedScroll):
    """The cell under the cursor: shift and times, rest before and after, hours of the week."""

    GROUND = "surface"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._reading: RotaReading | None = None
        self._place: Place | None = None
        self._swapping = False

    def show(self, reading: RotaReading, place: Place | None, *, swapping: bool) -> None:
        self._reading, self._place, self._swapping = reading, place, swapping
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        reading, place = self._reading, self._place
        if reading is None or place is None:
            return []
        rota = reading.desk.rota
        shift = rota.shift_by_id.get(place.shift)
        label = (shift.label or shift.id) if shift is not None else _("off")
        agent = rota.agent_by_id.get(place.person)
        who = (agent.name or agent.id) if agent is not None else label
        title = f"{safe(who, 20)}, {show_date(place.day)}"
        rows = [title_row(title, label if agent is not None else "", width - 1, margin=1)]
        if self._swapping:
            said = _("Swap: go to the other shift, then the same key.")
            rows += [Row().gap(1).say(line, "accent") for line in wrapped(said, width - 2, 3)]
        if agent is not None and rota.absent(agent.id, place.day):
            rows.append(Row().gap(1).say(_("absent"), "accent"))
        if shift is not None:
            said = f"{clock_text(shift.start)}{glyphs().dash}{clock_text(shift.end)}"
            rows.append(Row().gap(1).say(f"{said}  ", "text").data(shift.line, "muted", 20))
        if agent is not None:
            before, after = rests_around(rota, reading.roster, agent.id, place.day)
            week = week_minutes(rota, reading.roster, agent.id, place.day)
            if before is not None:
                rows.append(Row().gap(1).say(_("rest before {time}", time=hours(before)), "text"))
            if after is not None:
                rows.append(Row().gap(1).say(_("rest after {time}", time=hours(after)), "text"))
            said = _(
                "week {time}, contract {contract}", time=hours(week), contract=hours(agent.contract_minutes)
            )
            rows.append(Row().gap(1).say(said, "soon" if week > agent.contract_minutes else "text"))
            rows += self._more(reading, agent.id, place, width)
            rows.append(Row().gap(1).data(" ".join(agent.languages), "muted", width - 2))
        else:
            count = reading.counts.get((place.day, place.shift))
            if count is not None:
                said = _("{staffed} of {needed}", staffed=str(count.staffed), needed=str(count.needed))
                rows.append(Row().gap(1).say(said, "late bold" if count.missing else "done"))
            names = [
                one.name or one.id
                for one in rota.agents
                if place.shift in reading.roster.shifts_on(one.id, place.day)
            ]
            rows.append(Row().gap(1).data(", ".join(names) or glyphs().dash, "text", width - 2))
        return rows

    @staticmethod
    def _more(reading: RotaReading, person: str, place: Place, width: int) -> list[Row]:
        """Wishes, asks and signed exceptions of the cell."""
        rota, day = reading.desk.rota, place.day
        rows: list[Row] = []
        for wish in rota.wishes:
            if (wish.agent, wish.day) == (person, day):
                known = rota.shift_by_id.get(wish.shift)
                label = (known.label or known.id) if known is not None else _("off")
                said = label if wish.wanted else _("not {shift}", shift=label)
                met = granted(wish, reading.roster)
                row = Row().gap(1).data(_("wish: {what}", what=said), "text", width - 14).gap(2)
                rows.append(row.say(_("granted") if met else _("not granted"), "done" if met else "soon"))
        for ask in reading.asks:
            if ask.concerns(person) and day in (ask.day, ask.partner_day):
                rows.append(Row().gap(1).say(_("an exchange is asked for"), "accent"))
        for signed in rota.exceptions:
            if signed.agent == person and signed.first <= day <= signed.last:
                said = _("exception signed by {name}: {reason}", name=signed.signed_by, reason=signed.reason)
                rows += [Row().gap(1).say(line, "calm") for line in wrapped(said, width - 2, 3)]
        return rows

"""Who is on now and next with one's own shifts, and a person's year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from conciergedesk.core.i18n import N_, _, local, show_clock, show_date
from conciergedesk.rota.checker.ledger import Ledger
from conciergedesk.rota.law.wording import hours
from conciergedesk.rota.queries import ShiftSpan
from conciergedesk.rota.year import PersonYear
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, word
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.modals.rota_list import RotaSheet, TextRows, paragraph
from conciergedesk.ui.rota_people import OnNow
from conciergedesk.ui.widgets.section import title_row

Naming = Callable[[str], str]


class NowSheet(RotaSheet[None]):
    """Who is on, who follows, and when I work next."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.HELP,)

    def __init__(self, found: OnNow, name: Naming, label: Naming) -> None:
        self._found = found
        self._named, self._labelled = name, label
        super().__init__(_("Who is on"), "", TextRows(self._lines))

    def _lines(self, width: int) -> list[Row]:
        found = self._found
        rows = [title_row(_("Now"), "", width - 1, margin=0)]
        rows += [self._row(one, width, until=True) for one in found.now] or [_nobody()]
        rows += [Row(), title_row(_("Next"), "", width - 1, margin=0)]
        rows += [self._row(one, width) for one in found.next] or [_nobody()]
        if found.me:
            rows += [Row(), title_row(_("My shifts"), self._named(found.me), width - 1, margin=0)]
            rows += [self._row(one, width, mine=True) for one in found.mine] or [_nobody()]
        return rows

    def _row(self, one: ShiftSpan, width: int, *, until: bool = False, mine: bool = False) -> Row:
        row = Row().gap(1)
        if not mine:
            row.data(self._named(one.person), "bright", 12).to(14)
        if not until:
            row.say(show_date(one.day), "text").to(row.width + 14 - len(show_date(one.day)))
        row.data(self._labelled(one.shift), "text", 24)
        row.to(40 if until else 54 if not mine else 40)
        times = f"{show_clock(one.starts_at)}{glyphs().dash}{show_clock(one.ends_at)}"
        row.say(times, "text")
        if one.on_call and width > 76:
            row.gap(2).say(_("on call"), "muted")
        assert local(one.starts_at)
        return row


def _nobody() -> Row:
    return Row().gap(1).say(_("nobody"), "muted")


_COLUMNS = (
    N_("hours"), N_("over or under"), N_("total|Sun"), N_("total|hol."), N_("total|eve."), N_("on call"),
    N_("recovery"),
)  # fmt: skip
_WIDTHS = (9, 9, 5, 5, 5, 11, 11)


class YearSheet(RotaSheet[None]):
    """Hours, Sundays, holidays, evenings, nights on call and the recovery ledger, month by month."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.HELP,)

    def __init__(self, year: PersonYear, name: Naming) -> None:
        self._year = year
        self._named = name
        first, last = show_date(year.first, pattern="d MMM yyyy"), show_date(year.last, pattern="d MMM yyyy")
        title = _("The year of {name}", name=name(year.person))
        super().__init__(title, f"{first} {glyphs().right} {last}", TextRows(self._lines))

    def _lines(self, width: int) -> list[Row]:
        year = self._year
        rows = [self._titles()]
        for one in year.months:
            rows.append(_figures(Row().gap(1).say(show_date(one.first, pattern="LLLL yyyy"), "text"), one))
        if not year.months:
            rows.append(Row().gap(1).say(_("Nothing was worked or published in this year yet."), "muted"))
        rows.append(Row().rule(width - 1))
        rows.append(
            _figures(Row().gap(1).say(_("worked and published"), "bright bold"), year.total, "bright")
        )
        total = year.total
        carried = Row().gap(1).say(_("carried over before"), "muted").to(24).gap(sum(_WIDTHS[:2]))
        for value, cells in zip(
            (total.sundays_carried, total.holidays_carried, total.evenings_carried), _WIDTHS[2:5], strict=True
        ):
            carried.data(str(value), "muted", cells, right=True)
        carried.gap(_WIDTHS[5]).data(hours(total.recovery_carried), "muted", _WIDTHS[6], right=True)
        rows += [carried, Row(), *self._ledger(width), Row(), *self._team(width)]
        if year.planned_until is not None:
            until = _("Counted up to {day}, the last day that is published.", day=year.planned_until)
            rows += [Row(), *paragraph(until, width, "muted")]
        return rows

    @staticmethod
    def _titles() -> Row:
        row = Row().to(24)
        for label, cells in zip(_COLUMNS, _WIDTHS, strict=True):
            row.data(word(label), "muted", cells, right=True)
        return row

    def _ledger(self, width: int) -> list[Row]:
        year, total = self._year, self._year.total
        rows = [
            title_row(
                _("Recovery"), _("{hours} due", hours=hours(total.recovery_balance)), width - 1, margin=0
            )
        ]
        parts = (
            (_("Sundays worked"), total.sunday_minutes),
            (_("holidays worked"), total.holiday_minutes),
            (_("nights 21:00 to 6:00"), total.night_minutes),
        )
        for label, minutes in parts:
            rows.append(Row().gap(1).data(label, "text", 24).to(26).say(hours(minutes), "text"))
        if year.taken:
            days = ", ".join(f"{show_date(one.day)} {hours(one.minutes)}" for one in year.taken)
            row = (
                Row().gap(1).data(_("taken back"), "text", 24).to(26).say(hours(total.recovery_taken), "text")
            )
            rows += [row, *paragraph(days, width, "muted")]
        said = _(
            "{earned} earned in this year, {carried} carried over; a day is due within three months of every 7 h "
            "(IDCC 1909, art. 14).",
            earned=hours(total.recovery_minutes), carried=hours(total.recovery_carried),
        )  # fmt: skip
        return [*rows, *paragraph(said, width, "calm")]

    def _team(self, width: int) -> list[Row]:
        rows = [title_row(_("Beside the team"), _("carried over included"), width - 1, margin=0)]
        rows += _compared(self._year.team, self._year.person, self._named)
        return rows


def _figures(row: Row, one: Ledger, ink: str = "text") -> Row:
    against = hours(one.against_contract) if one.against_contract < 0 else f"+{hours(one.against_contract)}"
    values = (
        hours(one.minutes), against, str(one.sundays), str(one.holidays), str(one.evenings),
        str(one.nights_on_call), hours(one.recovery_minutes),
    )  # fmt: skip
    row.to(24)
    for value, cells in zip(values, _WIDTHS, strict=True):
        row.data(value, ink if value != "0" else "muted", cells, right=True)
    return row


def _compared(team: Sequence[Ledger], person: str, name: Naming) -> list[Row]:
    head = Row().to(24)
    for label in (N_("total|Sun"), N_("total|hol."), N_("total|eve."), N_("hours")):
        head.data(word(label), "muted", 9, right=True)
    rows = [head]
    for one in team:
        here = one.agent == person
        row = Row().gap(1).data(name(one.agent), "bright bold" if here else "text", 20).to(24)
        for value in (
            str(one.sundays + one.sundays_carried), str(one.holidays + one.holidays_carried),
            str(one.evenings + one.evenings_carried), hours(one.minutes),
        ):  # fmt: skip
            row.data(value, "bright bold" if here else "text", 9, right=True)
        rows.append(row)
    return rows

"""One sentence per kind of rule: who, when, the figure found, the figure allowed, the source."""

from __future__ import annotations

from conciergedesk.core.i18n import N_
from conciergedesk.rota.law.packs import RuleKind


def hours(minutes: int) -> str:
    """``10 h 30`` or ``35 h``."""
    sign, minutes = ("-" if minutes < 0 else ""), abs(minutes)
    return f"{sign}{minutes // 60} h" + (f" {minutes % 60:02d}" if minutes % 60 else "")


RULE_NAMES = {
    RuleKind.DAILY_REST: N_("daily rest"),
    RuleKind.WEEKLY_REST: N_("weekly rest"),
    RuleKind.WEEKLY_REST_DAYS: N_("weekly days off in a row"),
    RuleKind.DAYS_PER_WEEK: N_("days worked in a week"),
    RuleKind.DAYS_IN_A_ROW: N_("days worked in a row"),
    RuleKind.DAILY_WORK: N_("hours in a day"),
    RuleKind.DAILY_SPAN: N_("span of a day"),
    RuleKind.WEEK_WORK: N_("hours in a week"),
    RuleKind.AVERAGE_WORK: N_("average hours over twelve weeks"),
    RuleKind.YEAR_WORK: N_("hours in a year"),
    RuleKind.BREAK: N_("break"),
    RuleKind.NIGHT_DAILY_WORK: N_("hours of a night worker"),
    RuleKind.NIGHT_WORKER: N_("night worker"),
    RuleKind.LABOUR_DAY: N_("1 May"),
    RuleKind.SUNDAY_WORK: N_("Sunday and holiday work"),
    RuleKind.CLOSED_FEAST: N_("closed feast"),
    RuleKind.SUNDAYS_OF_FOUR: N_("Sundays out of four"),
    RuleKind.ON_CALL_NIGHTS: N_("nights on call in a row"),
    RuleKind.NOTICE: N_("notice of a change"),
    RuleKind.NOTICE_PART_TIME: N_("notice of a change (part time)"),
    RuleKind.PART_TIME_EXTRA: N_("extra hours of part time"),
    RuleKind.PART_TIME_GAP: N_("gap in a part-time day"),
    RuleKind.PART_TIME_MINIMUM: N_("part-time minimum"),
    RuleKind.ABSENT: N_("absence"),
    RuleKind.SKILL: N_("skill"),
    RuleKind.OVERLAP: N_("two shifts at once"),
    RuleKind.SUCCESSION: N_("forbidden succession"),
    RuleKind.FIXED_OFF: N_("fixed day off"),
    RuleKind.CLOSED: N_("site closed"),
    RuleKind.NOT_EMPLOYED: N_("not in the team on that day"),
    RuleKind.ONE_SHIFT: N_("one shift a day"),
    RuleKind.OWN_WEEK: N_("own weekly limit"),
    RuleKind.OWN_MINIMUM: N_("own minimum of hours"),
    RuleKind.OWN_MAXIMUM: N_("own maximum of hours"),
    RuleKind.OWN_RUN: N_("own limit of days in a row"),
    RuleKind.OWN_SHORT_RUN: N_("own minimum of days in a row"),
    RuleKind.OWN_SHORT_REST: N_("own minimum of days off in a row"),
    RuleKind.OWN_WEEKENDS: N_("own limit of weekends"),
    RuleKind.OWN_SHIFTS: N_("own limit of a shift"),
}

SENTENCES: dict[RuleKind, str | tuple[str, str]] = {
    RuleKind.DAILY_REST: N_("{person}, {day}: {value} of rest before the shift instead of {limit}"),
    RuleKind.WEEKLY_REST: N_("{person}, week of {day}: longest rest {value} instead of {limit} in a row"),
    RuleKind.WEEKLY_REST_DAYS: (
        N_("{person}, week of {day}: {value} day off in a row instead of {limit}"),
        N_("{person}, week of {day}: {value} days off in a row instead of {limit}"),
    ),
    RuleKind.DAYS_PER_WEEK: N_("{person}, week of {day}: {value} days worked, {limit} at most"),
    RuleKind.DAYS_IN_A_ROW: N_("{person}, until {day}: {value} days in a row, {limit} at most"),
    RuleKind.DAILY_WORK: N_("{person}, {day}: {value} of work, {limit} at most"),
    RuleKind.DAILY_SPAN: N_("{person}, {day}: {value} from first to last hour, {limit} at most"),
    RuleKind.WEEK_WORK: N_("{person}, week of {day}: {value} of work, {limit} at most"),
    RuleKind.AVERAGE_WORK: N_("{person}, {weeks} weeks to {day}: {value} a week on average, {limit} at most"),
    RuleKind.YEAR_WORK: N_("{person}, year to {day}: {value} of work, {limit} is the yearly reference"),
    RuleKind.BREAK: N_("{person}, {day}: {value} min of break instead of {limit} min"),
    RuleKind.NIGHT_DAILY_WORK: N_("{person}, {day}: {value} of work with night hours, {limit} at most"),
    RuleKind.NIGHT_WORKER: N_(
        "{person}, week of {day}: {value} nights of 3 h or more, counts as a night worker"
    ),
    RuleKind.LABOUR_DAY: N_("{person} works on {day}, 1 May: hours paid double"),
    RuleKind.SUNDAY_WORK: N_("{person}, {day}: {value} on a Sunday or holiday, {limit} at most"),
    RuleKind.CLOSED_FEAST: N_("{person} works on {day}, a feast on which local law allows no work"),
    RuleKind.SUNDAYS_OF_FOUR: N_("{person}, four weeks to {day}: {value} Sundays, {limit} at most"),
    RuleKind.ON_CALL_NIGHTS: N_("{person}, until {day}: {value} nights on call in a row, {limit} at most"),
    RuleKind.NOTICE: (
        N_("{person}, {day}: changed {value} day before instead of {limit}"),
        N_("{person}, {day}: changed {value} days before instead of {limit}"),
    ),
    RuleKind.NOTICE_PART_TIME: (
        N_("{person}, {day}: changed {value} working day before instead of {limit}"),
        N_("{person}, {day}: changed {value} working days before instead of {limit}"),
    ),
    RuleKind.PART_TIME_EXTRA: N_(
        "{person}, week of {day}: {value} of work, {limit} at most for this part-time contract"
    ),
    RuleKind.PART_TIME_GAP: N_("{person}, {day}: a gap of {value} in the day, {limit} at most"),
    RuleKind.PART_TIME_MINIMUM: N_("{person}: {value} a week by contract, {limit} at least"),
    RuleKind.ABSENT: N_("{person} is absent on {day}"),
    RuleKind.SKILL: N_("{person} is not trained for {shift} ({day})"),
    RuleKind.OVERLAP: N_("{person}, {day}: two shifts overlap by {value}"),
    RuleKind.SUCCESSION: N_("{person}, {day}: {shift} may not follow the shift of the day before"),
    RuleKind.FIXED_OFF: N_("{person} does not work on that weekday ({day})"),
    RuleKind.CLOSED: N_("{person}, {day}: the site is closed"),
    RuleKind.NOT_EMPLOYED: N_("{person} is not in the team on {day}"),
    RuleKind.ONE_SHIFT: N_("{person}, {day}: {value} shifts, one at most"),
    RuleKind.OWN_WEEK: N_("{person}, week of {day}: {value} of work, {limit} at most by the own limits"),
    RuleKind.OWN_MINIMUM: N_("{person}: {value} of work in the period, {limit} at least by the own limits"),
    RuleKind.OWN_MAXIMUM: N_("{person}: {value} of work in the period, {limit} at most by the own limits"),
    RuleKind.OWN_RUN: N_("{person}, until {day}: {value} days in a row, {limit} at most by the own limits"),
    RuleKind.OWN_SHORT_RUN: (
        N_("{person}, until {day}: {value} day in a row, {limit} at least by the own limits"),
        N_("{person}, until {day}: {value} days in a row, {limit} at least by the own limits"),
    ),
    RuleKind.OWN_SHORT_REST: (
        N_("{person}, until {day}: {value} day off, {limit} at least by the own limits"),
        N_("{person}, until {day}: {value} days off, {limit} at least by the own limits"),
    ),
    RuleKind.OWN_WEEKENDS: (
        N_("{person}: {value} weekend worked, {limit} at most by the own limits"),
        N_("{person}: {value} weekends worked, {limit} at most by the own limits"),
    ),
    RuleKind.OWN_SHIFTS: (
        N_("{person}: {shift} {value} time, {limit} at most by the own limits"),
        N_("{person}: {shift} {value} times, {limit} at most by the own limits"),
    ),
}
"""Two sentences are one that counts. ``{value}`` and ``{limit}`` are hours for kinds in minutes, else counts."""

"""Public holidays in France and in Alsace-Moselle, and the class of a day."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from conciergedesk.core.i18n import N_
from conciergedesk.rota.values import WEEKDAYS, DayClass, Demand, Site


class Holiday(StrEnum):
    """The public holidays, named by what is celebrated."""

    NEW_YEAR = "new_year"
    GOOD_FRIDAY = "good_friday"
    EASTER_MONDAY = "easter_monday"
    LABOUR_DAY = "labour_day"
    VICTORY_1945 = "victory_1945"
    ASCENSION = "ascension"
    WHIT_MONDAY = "whit_monday"
    NATIONAL_DAY = "national_day"
    ASSUMPTION = "assumption"
    ALL_SAINTS = "all_saints"
    ARMISTICE_1918 = "armistice_1918"
    CHRISTMAS = "christmas"
    SAINT_STEPHEN = "saint_stephen"


HOLIDAY_NAMES = {
    Holiday.NEW_YEAR: N_("New Year's Day"),
    Holiday.GOOD_FRIDAY: N_("Good Friday"),
    Holiday.EASTER_MONDAY: N_("Easter Monday"),
    Holiday.LABOUR_DAY: N_("Labour Day"),
    Holiday.VICTORY_1945: N_("Victory 1945"),
    Holiday.ASCENSION: N_("Ascension Day"),
    Holiday.WHIT_MONDAY: N_("Whit Monday"),
    Holiday.NATIONAL_DAY: N_("National Day"),
    Holiday.ASSUMPTION: N_("Assumption"),
    Holiday.ALL_SAINTS: N_("All Saints' Day"),
    Holiday.ARMISTICE_1918: N_("Armistice 1918"),
    Holiday.CHRISTMAS: N_("Christmas"),
    Holiday.SAINT_STEPHEN: N_("Saint Stephen's Day"),
}


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (the anonymous computus)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    l = (32 + 2 * e + 2 * i - h - k) % 7  # noqa: E741 - the letters of the published algorithm
    m = (a + 11 * h + 22 * l) // 451
    month, day = divmod(h + l - 7 * m + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=256)
def holidays(year: int, region: str, good_friday: bool) -> dict[date, Holiday]:
    """The public holidays of ``year``: eleven in France (L3133-1), two more in Alsace-Moselle (L3134-13)."""
    sunday = easter(year)
    found = {
        date(year, 1, 1): Holiday.NEW_YEAR,
        sunday + timedelta(days=1): Holiday.EASTER_MONDAY,
        date(year, 5, 1): Holiday.LABOUR_DAY,
        date(year, 5, 8): Holiday.VICTORY_1945,
        sunday + timedelta(days=39): Holiday.ASCENSION,
        sunday + timedelta(days=50): Holiday.WHIT_MONDAY,
        date(year, 7, 14): Holiday.NATIONAL_DAY,
        date(year, 8, 15): Holiday.ASSUMPTION,
        date(year, 11, 1): Holiday.ALL_SAINTS,
        date(year, 11, 11): Holiday.ARMISTICE_1918,
        date(year, 12, 25): Holiday.CHRISTMAS,
    }
    if region == "alsace-moselle":
        found[date(year, 12, 26)] = Holiday.SAINT_STEPHEN
        if good_friday:
            found[sunday - timedelta(days=2)] = Holiday.GOOD_FRIDAY
    return found


def holiday_on(site: Site, day: date) -> Holiday | None:
    """The public holiday ``day`` is at ``site``, if it is one."""
    if site.region not in ("france", "alsace-moselle"):
        return None
    return holidays(day.year, site.region, site.good_friday).get(day)


def day_class(day: date) -> DayClass:
    return WEEKDAYS[day.weekday()]


def demands_on(site: Site, demands: tuple[Demand, ...], day: date) -> list[Demand]:
    """The demands that hold on ``day``, the most specific one per subject."""
    holiday = holiday_on(site, day) is not None
    best: dict[tuple[object, ...], tuple[int, Demand]] = {}
    for demand in demands:
        if day in demand.dates:
            rank = 3
        elif holiday and DayClass.HOLIDAY in demand.days:
            rank = 2
        elif day_class(day) in demand.days:
            rank = 1
        else:
            continue
        known = best.get(demand.subject)
        if known is None or rank > known[0]:
            best[demand.subject] = (rank, demand)
    return [demand for _, demand in best.values()]

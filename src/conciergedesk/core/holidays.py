"""Public and school holidays by region, from rules the team can edit.

The rules are data (``knowledge_base/calendars/holidays.toml``): a day is fixed, counted from Easter, or
happens once, and holds in the regions it names and in the regions that are part of them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.housefile import Table, Wording, read_house_file
from conciergedesk.core.i18n import N_, active_language

_MONTH_DAY = re.compile(r"(\d\d)-(\d\d)")


@lru_cache(maxsize=512)
def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous computus of 1876)."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leaps, remainder = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - correction + 15) % 30
    quarters, single = divmod(rest, 4)
    weekday = (32 + 2 * remainder + 2 * quarters - epact - single) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


@dataclass(frozen=True, slots=True)
class Holiday:
    """One public holiday on its day."""

    id: str
    day: date
    names: Wording

    def name(self, language: str | None = None) -> str:
        """Its name in ``language`` (default: that of the interface)."""
        return self.names.in_language(language or active_language())


@dataclass(frozen=True, slots=True)
class SchoolHoliday:
    """One stretch of school holidays; both days are included."""

    first: date
    last: date
    names: Wording


@dataclass(frozen=True, slots=True)
class HolidayRule:
    """When a holiday falls and where it holds; exactly one of the first three places is filled."""

    id: str
    names: Wording
    regions: tuple[str, ...]
    month_day: tuple[int, int] | None = None
    easter_offset: int | None = None
    once: date | None = None
    since: int = 1
    until: int = 9999

    def day_in(self, year: int) -> date | None:
        """The day of this rule in ``year``, or None when it does not fall in that year."""
        if not self.since <= year <= self.until:
            return None
        if self.easter_offset is not None:
            return easter(year) + timedelta(days=self.easter_offset)
        if self.once is not None:
            return self.once if self.once.year == year else None
        assert self.month_day is not None
        try:
            return date(year, *self.month_day)
        except ValueError:
            return None  # 29 February outside leap years


@dataclass(frozen=True, slots=True)
class Region:
    """A country, or a part of one with holidays of its own."""

    id: str
    names: Wording
    part_of: str = ""
    postcodes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Holidays:
    """Every holiday of the regions of the desk.

    holidays.on(date(2027, 3, 26), "FR-57").name("fr")   # "Vendredi saint"
    holidays.on(date(2027, 3, 26), "FR")                 # None
    """

    regions: Mapping[str, Region]
    rules: tuple[HolidayRule, ...]
    school: Mapping[str, tuple[SchoolHoliday, ...]] = field(default_factory=dict)
    _years: dict[tuple[str, int], dict[date, Holiday]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def on(self, day: date, region: str) -> Holiday | None:
        """The public holiday of ``region`` on ``day``, if it is one.

        Raises:
            InvalidInput: the region is not in the house's calendar.
        """
        return self.year(day.year, region).get(day)

    def between(self, start: date, end: date, region: str) -> list[Holiday]:
        """The holidays from ``start`` (included) to ``end`` (excluded), in order."""
        found: list[Holiday] = []
        for year in range(start.year, end.year + 1):
            found += (one for one in self.year(year, region).values() if start <= one.day < end)
        return found

    def year(self, year: int, region: str) -> dict[date, Holiday]:
        """The holidays of one year by day, in order."""
        known = self._years.get((region, year))
        if known is None:
            lineage = self.lineage(region)
            fallen: dict[date, Holiday] = {}
            for rule in self.rules:
                day = rule.day_in(year) if not lineage.isdisjoint(rule.regions) else None
                if day is not None:
                    fallen.setdefault(day, Holiday(rule.id, day, rule.names))
            known = self._years[region, year] = dict(sorted(fallen.items()))
        return known

    def lineage(self, region: str) -> frozenset[str]:
        """The region and those it is part of."""
        found = []
        while region:
            if region not in self.regions:
                raise InvalidInput(
                    N_("There is no holiday calendar for “{region}”. Choose one of: {known}."),
                    field="region",
                    region=region,
                    known=", ".join(self.regions),
                )
            found.append(region)
            region = self.regions[region].part_of
        return frozenset(found)

    def school_on(self, day: date, region: str) -> SchoolHoliday | None:
        """The school holidays running in ``region`` on ``day``; None also when none are known."""
        for place in (region, self.regions[region].part_of if region in self.regions else ""):
            periods = self.school.get(place, ())
            index = bisect_right(periods, day, key=lambda period: period.first) - 1
            if index >= 0 and day <= periods[index].last:
                return periods[index]
        return None

    def school_known(self, day: date, region: str) -> bool:
        """Whether the school holidays of ``region`` are known around ``day``."""
        for place in (region, self.regions[region].part_of if region in self.regions else ""):
            if periods := self.school.get(place):
                return periods[0].first <= day <= periods[-1].last
        return False

    def region_of(self, country: str, postcode: str = "") -> str:
        """The region of an address: by postcode, else the country as a whole; "" for an unknown country."""
        for region in self.regions.values():
            if region.part_of == country and any(postcode.startswith(start) for start in region.postcodes):
                return region.id
        return country if country in self.regions else ""


NO_HOLIDAYS = Holidays({}, ())


def load_holidays(knowledge_base: Path) -> Holidays:
    """Read ``calendars/holidays.toml`` below ``knowledge_base``.

    Raises:
        InvalidFile: naming file, table, field and reason.
    """
    top = read_house_file(knowledge_base / "calendars" / "holidays.toml")
    top.only("regions", "days", "school")
    regions: dict[str, Region] = {}
    for table in top.tables("regions"):
        table.only("id", "names", "part_of", "postcodes")
        region = Region(
            table.id(),
            table.wording("names", german=True),
            table.text("part_of", ""),
            table.words("postcodes", ()),
        )
        if region.id in regions:
            raise table.refuse(N_("This region is written twice. Keep one."), "id")
        if region.part_of and region.part_of not in regions:
            raise table.refuse(N_("This region is not known above. Write it first."), "part_of")
        regions[region.id] = region
    rules: list[HolidayRule] = []
    for table in top.tables("days"):
        rule = _read_rule(table, regions)
        if any(rule.id == other.id for other in rules):
            raise table.refuse(N_("This holiday is written twice. Give each its own id."), "id")
        rules.append(rule)
    return Holidays(regions, tuple(rules), _read_school(top.tables("school", needed=False), regions))


def _read_rule(table: Table, regions: Mapping[str, Region]) -> HolidayRule:
    table.only("id", "names", "regions", "date", "easter", "once", "since", "until")
    if sum(table.has(name) for name in ("date", "easter", "once")) != 1:
        raise table.refuse(N_("Give exactly one of date, easter or once."), "date")
    month_day = None
    if table.has("date"):
        text = table.text("date")
        match = _MONTH_DAY.fullmatch(text)
        try:
            # 2024 is a leap year: 29 February may be written.
            day = date(2024, int(match[1]), int(match[2])) if match else None
        except ValueError:
            day = None
        if day is None:
            raise table.refuse(N_("“{value}” is not a month and day such as 07-14."), "date", value=text)
        month_day = (day.month, day.day)
    since = table.integer("since", 1, low=1, high=9999)
    until = table.integer("until", 9999, low=1, high=9999)
    if until < since:
        raise table.refuse(N_("The last year lies before the first."), "until")
    return HolidayRule(
        table.id(),
        table.wording("names", german=True),
        _known_regions(table, regions),
        month_day,
        table.integer("easter", low=-60, high=120) if table.has("easter") else None,
        table.day("once") if table.has("once") else None,
        since,
        until,
    )


def _known_regions(table: Table, regions: Mapping[str, Region]) -> tuple[str, ...]:
    named = table.words("regions")
    if not named:
        raise table.refuse(N_("Name at least one region."), "regions")
    for name in named:
        if name not in regions:
            raise table.refuse(N_("There is no region “{name}” in this file."), "regions", name=name)
    return named


def _read_school(
    tables: Iterable[Table], regions: Mapping[str, Region]
) -> dict[str, tuple[SchoolHoliday, ...]]:
    found: dict[str, list[SchoolHoliday]] = {}
    for table in tables:
        table.only("names", "regions", "first", "last")
        period = SchoolHoliday(table.day("first"), table.day("last"), table.wording("names", german=True))
        if period.last < period.first:
            raise table.refuse(N_("The last day lies before the first."), "last")
        for region in _known_regions(table, regions):
            for other in found.setdefault(region, []):
                if period.first <= other.last and other.first <= period.last:
                    raise table.refuse(N_("These holidays overlap others of the same region."), "first")
            found[region].append(period)
    return {region: tuple(sorted(ones, key=lambda one: one.first)) for region, ones in found.items()}

"""Are opening hours understood rightly, and how fast is "open at T" for every provider?

    python -m benchmarks.hours --suite suite_cases.json --must-fail should_fail.json --oracle real_oracle.json

``--suite`` holds cases of a published test suite (value, window, expected intervals), ``--must-fail`` values that are
no opening hours, ``--oracle`` real values with the intervals another evaluator gives for one region and week.
Without files the speed part runs alone, on generated hours.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import time
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks._report import Report, arguments, percentile
from conciergedesk.core.calendars import PARIS, instant_of
from conciergedesk.core.holidays import HolidayRule, Holidays, Region, easter, load_holidays
from conciergedesk.core.housefile import Wording
from conciergedesk.core.paths import knowledge_base
from conciergedesk.providers.hours import (
    ListedHours,
    OpenIndex,
    OpeningTimes,
    OpenState,
    Place,
    read_hours,
)

BERLIN = ZoneInfo("Europe/Berlin")
SUN_TOLERANCE = timedelta(minutes=3)
# Faults of the call, not of the value: the suite repeats sound hours there.
NOT_ABOUT_THE_VALUE = ("Wrong constructor call", "opening_hours.js is in the wrong mode")
ORACLE_PLACES = {
    "FR57": Place("FR-57", 49.12, 6.18),
    "FR": Place("FR", 49.12, 6.18),
    "LU": Place("LU", 49.61, 6.13),
    "DE": Place("DE-SL", 49.23, 6.99),
    "BE": Place("BE", 50.85, 4.35),
}
# Where the suite's cases without a place of their own are set.
SUITE_REGIONS = {("DE", "Baden-Württemberg"): "DE-BW", (None, None): "DE-BW"}

Span = tuple[datetime, datetime, bool]


@dataclass(frozen=True)
class Case:
    """One value in one window, with what is expected; instants are UTC, True means unknown."""

    value: str
    start: datetime
    end: datetime
    expected: tuple[Span, ...]

    @classmethod
    def read(cls, row: dict[str, Any], zone: ZoneInfo) -> Case:
        expected = tuple((_instant(a, zone), _instant(b, zone), bool(u)) for a, b, u in row["intervals"])
        return cls(row["value"], _instant(row["from"], zone), _instant(row["to"], zone), expected)

    def got(self, opening: OpeningTimes) -> tuple[Span, ...]:
        found: list[Span] = []
        for one in opening.intervals(self.start, self.end):
            unknown = one.state is OpenState.TO_CONFIRM
            if found and found[-1][1] == one.start and found[-1][2] == unknown:
                found[-1] = (found[-1][0], one.end, unknown)
            else:
                found.append((one.start, one.end, unknown))
        return tuple(found)


def with_suite_holidays(house: Holidays) -> Holidays:
    """The house's calendar and that of the far places the suite names (``suite_holidays.toml``)."""
    tables = tomllib.loads(Path(__file__).with_name("suite_holidays.toml").read_text("utf-8"))
    regions, rules = dict(house.regions), list(house.rules)

    def add(name: str, days: list[str]) -> None:
        names = Wording(name, name, name)
        regions[name] = Region(name, names)
        for year in range(2010, 2036):
            for text in days:
                rules.append(HolidayRule(f"{name} {text} {year}", names, (name,), once=_day_of(text, year)))

    for country, common in tables["common"].items():
        add(country, common["days"])
        for state, days in tables["states"].get(country, {}).items():
            add(f"{country}/{state}", common["days"] + days)
    return Holidays(regions, tuple(rules), house.school)


def _day_of(text: str, year: int) -> date:
    *words, last = text.split()
    if not words:
        return date.fromisoformat(f"{year}-{last}")
    if words[0] == "easter":
        return easter(year) + timedelta(days=int(last))
    if words[0] == "workday":
        day = date.fromisoformat(f"{year}-{last}")
        return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
    weekday = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su").index(words[1])
    if words[0] == "from":
        day = date.fromisoformat(f"{year}-{last}")
        return day + timedelta(days=(weekday - day.weekday()) % 7)
    offset = int(last) if len(words) == 3 else 0
    month = int(words[2] if len(words) == 3 else last)
    if words[0] == "last":
        end = date(year, month % 12 + 1, 1) - timedelta(days=1)
        return end - timedelta(days=(end.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + offset)


def _instant(text: str, zone: ZoneInfo) -> datetime:
    local = datetime.fromisoformat(text)
    return instant_of(local.date(), local.hour * 60 + local.minute, zone)


def differing(one: Sequence[Span], other: Sequence[Span]) -> list[timedelta]:
    """The lengths of the pieces in which two readings differ."""
    cuts = sorted({moment for span in (*one, *other) for moment in span[:2]})
    return [last - first for first, last in pairwise(cuts) if _state(one, first) != _state(other, first)]


def covered(one: Sequence[Span], other: Sequence[Span]) -> timedelta:
    """The time that at least one reading calls open or unknown."""
    cuts = sorted({moment for span in (*one, *other) for moment in span[:2]})
    pieces = pairwise(cuts)
    spans = (last - first for first, last in pieces if _state(one, first) or _state(other, first))
    return sum(spans, timedelta(0))


def _state(spans: Sequence[Span], at: datetime) -> int:
    return next((2 if unknown else 1 for first, last, unknown in spans if first <= at < last), 0)


def suite_part(report: Report, rows: Iterable[dict[str, Any]], house: Holidays, show: bool) -> None:
    holidays = with_suite_holidays(house)
    passed: dict[str, int] = {}
    total: dict[str, int] = {}
    exact = far_cases = far_passed = 0
    for row in rows:
        group = row["group"]
        total[group] = total.get(group, 0) + 1
        region = SUITE_REGIONS.get((row["country"], row["state"]), row["country"] or "")
        if row["country"] and row["state"] and f"{row['country']}/{row['state']}" in holidays.regions:
            region = f"{row['country']}/{row['state']}"
        latitude, longitude = (float(row[name]) if row[name] else None for name in ("lat", "lon"))
        case = Case.read(row, BERLIN)
        hours = read_hours(case.value)
        got = case.got(OpeningTimes(hours, Place(region, latitude, longitude, BERLIN), holidays))
        pieces = differing(case.expected, got)
        by_sun = any(word in case.value for word in ("sun", "dawn", "dusk", "daylight"))
        passes = not pieces or (by_sun and max(pieces) <= SUN_TOLERANCE)
        passed[group] = passed.get(group, 0) + passes
        if group == "spec":
            exact += not pieces
            if hours.programme is not None and region not in house.regions:
                depends = hours.programme.uses("PH") or hours.programme.uses("SH")
                far_cases, far_passed = far_cases + depends, far_passed + (depends and passes)
        if show and not passes:
            print(f"  {group}: {case.value!r} {row['country']} {row['state']}")
    for group in sorted(total):
        report.figure(f"suite_{group}_cases", total[group])
    spec, good = total.get("spec", 0), passed.get("spec", 0)
    if spec:
        report.figure("suite_spec_share", good / spec, ">= 0.95")
        report.figure("suite_spec_share_to_the_minute_of_the_sun", exact / spec)
        report.figure("suite_spec_cases_in_far_places", far_cases)
        report.figure("suite_spec_share_in_far_places", far_passed / max(far_cases, 1))
        report.figure("suite_spec_share_elsewhere", (good - far_passed) / (spec - far_cases))
    if "error_tolerance" in total:
        report.figure(
            "suite_error_tolerance_share", passed.get("error_tolerance", 0) / total["error_tolerance"]
        )


def must_fail_part(report: Report, rows: Iterable[dict[str, Any]], holidays: Holidays) -> None:
    shown_open = checked = 0
    for row in rows:
        if not isinstance(row["value"], str) or row["name"].startswith(NOT_ABOUT_THE_VALUE):
            continue
        checked += 1
        opening = OpeningTimes(read_hours(row["value"]), Place(), holidays)
        days = (date(2026, 1, 1) + timedelta(days=number) for number in range(731))
        if any(one.state is OpenState.OPEN for day in days for one in opening.day(day)):
            shown_open += 1
            print(f"  shown as open: {row['value']!r}")
    report.figure("doubtful_values", checked)
    report.figure("doubtful_shown_as_open", shown_open, "<= 0")


def oracle_part(report: Report, rows: Iterable[dict[str, Any]], holidays: Holidays, show: bool) -> None:
    both = wrong = timedelta(0)
    holiday_both = holiday_wrong = timedelta(0)
    change_both = change_wrong = timedelta(0)
    cases = holiday_cases = differ = 0
    for row in rows:
        if row["warnings"]:
            continue
        case = Case.read(row, PARIS)
        place = ORACLE_PLACES[row["region"]]
        got = case.got(OpeningTimes(read_hours(case.value), place, holidays))
        time_covered = covered(case.expected, got)
        difference = sum(differing(case.expected, got), timedelta(0))
        cases += 1
        both, wrong = both + time_covered, wrong + difference
        differ += bool(difference)
        first, last = (moment.astimezone(PARIS) for moment in (case.start, case.end - timedelta(minutes=1)))
        if first.utcoffset() != last.utcoffset():
            change_both, change_wrong = change_both + time_covered, change_wrong + difference
        elif holidays.between(first.date(), last.date() + timedelta(days=1), place.region):
            holiday_cases += 1
            holiday_both, holiday_wrong = holiday_both + time_covered, holiday_wrong + difference
        if show and difference:
            print(f"  {row['region']} {row['from']} {case.value!r}: {difference} differ")
    report.figure("oracle_cases", cases)
    report.figure("oracle_cases_that_differ", differ)
    report.figure("oracle_covered_time_share", 1 - wrong / both, ">= 0.995")
    report.figure("oracle_holiday_week_cases", holiday_cases)
    if holiday_cases:
        report.figure("oracle_holiday_weeks_share", 1 - holiday_wrong / holiday_both, ">= 1")
    if change_both:
        report.figure("oracle_clock_change_weeks_share", 1 - change_wrong / change_both)


def listed_hours(args: argparse.Namespace, holidays: Holidays, count: int) -> list[ListedHours]:
    """Providers of a CSV file, or generated ones."""
    found: list[ListedHours] = []
    if args.providers:
        with args.providers.open(encoding="utf-8", newline="") as source:
            for row in csv.DictReader(source):
                region = holidays.region_of(row["country"], row["postcode"])
                latitude, longitude = (float(row[name]) if row[name] else None for name in ("lat", "lon"))
                found.append(ListedHours(row["id"], row["opening_hours"], region, latitude, longitude))
                if len(found) == count:
                    break
        return found
    chance = random.Random(7)
    days = ("Mo-Fr", "Tu-Sa", "Mo-Sa", "Mo-Su", "We-Su", "Mo,We,Fr", "Mo-Su,PH")
    tails = ("", "", "; PH off", "; Su,PH 10:00-13:00", "; Aug off", "; Dec 24-Jan 02 off", "; Sa[1] off")
    for number in range(count):
        opens, closes = chance.randrange(420, 660, 15), chance.randrange(1020, 1500, 15)
        text = f"{chance.choice(days)} {opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"
        region = chance.choice(("FR", "FR-57", "LU", "DE-SL", "BE"))
        found.append(ListedHours(number, text + chance.choice(tails), region))
    return found


def speed_part(report: Report, args: argparse.Namespace, holidays: Holidays) -> None:
    listed = listed_hours(args, holidays, 20_000 if args.quick else 100_000)
    index = OpenIndex(holidays)
    begun = time.perf_counter()
    index.build(listed)
    report.figure("index_providers", len(index))
    report.figure("index_build_s", time.perf_counter() - begun)
    noon = datetime(2026, 11, 16, 11, tzinfo=UTC)
    first: list[float] = []
    later: list[float] = []
    for number in range(3 if args.quick else 8):
        for hour in range(-8, 10):
            begun = time.perf_counter()
            index.states(noon + timedelta(days=number, hours=hour))
            (first if hour == -8 else later).append((time.perf_counter() - begun) * 1000)
    report.figure("open_at_t_first_of_a_day_ms", percentile(first, 0.5))
    report.figure("open_at_t_p50_ms", percentile(later, 0.5), "<= 2")
    report.figure("open_at_t_p99_ms", percentile(later, 0.99))
    changes: list[float] = []
    for number in range(30):
        begun = time.perf_counter()
        index.put(ListedHours("changed", f"Mo-Su 07:{number + 10}-23:13", "FR-57"))
        index.states(noon)
        changes.append((time.perf_counter() - begun) * 1000)
    report.figure("change_and_ask_p50_ms", percentile(changes, 0.5))


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--suite", type=Path, help="cases of the published suite (JSON)")
    parser.add_argument("--must-fail", type=Path, help="values that are no opening hours (JSON)")
    parser.add_argument("--oracle", type=Path, help="real values with expected intervals (JSON)")
    parser.add_argument("--providers", type=Path, help="providers for the speed part (CSV)")
    parser.add_argument("--show", action="store_true", help="print what differs")
    args = parser.parse_args()
    report = Report("hours", args.quick)
    holidays = load_holidays(knowledge_base())
    if args.suite:
        suite_part(report, json.loads(args.suite.read_text("utf-8")), holidays, args.show)
    if args.must_fail:
        must_fail_part(report, json.loads(args.must_fail.read_text("utf-8")), holidays)
    if args.oracle:
        rows = json.loads(args.oracle.read_text("utf-8"))
        oracle_part(report, rows[: 300 if args.quick else None], holidays, args.show)
    speed_part(report, args, holidays)
    report.finish(args.json)


if __name__ == "__main__":
    main()

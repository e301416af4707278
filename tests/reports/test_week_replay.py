"""A week at the desk, replayed through the services on a simulated clock: what must hold after each event, and every
total of the scenario as the product's own reports compute it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest

from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.paths import knowledge_base, shifts
from conciergedesk.handover.turns import load_handover_house
from conciergedesk.keys.tags import show_tag
from conciergedesk.reports.calls import import_calls, read_call_file
from conciergedesk.reports.gather import Filters
from conciergedesk.reports.measures import FEW, Figure, How, Measure
from conciergedesk.reports.naming import HOTLINES
from conciergedesk.reports.periods import day_period, month_period, week_period
from conciergedesk.reports.reporting import Report, make_report
from conciergedesk.reports.words import measure_text
from conciergedesk.requests.rulebook import load_rulebook
from conciergedesk.sample import SampleDesk
from tests.reports.recount import Row, Value, export, recount, rounded
from tests.reports.week_player import PARIS, UNKNOWN, WEEK, at
from tests.reports.week_rooms import WholeWeek, use_the_week_s_rota

TOTALS = WEEK["expected_totals"]
FIGURES = {f"K{number}" for number in range(1, 21)} - {"K13", "K19"}
"""Figures of rooms that are in use; the other two are of invoices."""
BILLED = frozenset({"packs", "commission_cents"})
"""Totals of invoices, which this desk does not write yet."""


def holds(got: object, op: str, wanted: object) -> bool:
    if isinstance(got, datetime) and isinstance(wanted, str):
        wanted = at(wanted)
    if isinstance(got, float) and isinstance(wanted, (int, float)):
        got = round(got, 2)
    checks: dict[str, Callable[[], bool]] = {
        "eq": lambda: got == wanted,
        "ne": lambda: got != wanted,
        "in": lambda: isinstance(wanted, list) and got in wanted,
        "contains": lambda: str(wanted) in str(got),
        "not_contains": lambda: str(wanted) not in str(got),
        "ge": lambda: isinstance(got, (int, float)) and isinstance(wanted, (int, float)) and got >= wanted,
        "le": lambda: isinstance(got, (int, float)) and isinstance(wanted, (int, float)) and got <= wanted,
        "absent": lambda: got in (None, ""),
    }
    return checks[op]()


@dataclass
class Played:
    """The week after its last event, and its reports by team ("" is the desk)."""

    week: WholeWeek
    reports: dict[str, Report]
    checked: list[str]
    failed: list[str]

    def figure(self, code: str, team: str = "") -> Figure:
        return self.reports[team].figure(code)

    def refs(self, measure: Measure, met: bool | None) -> list[str]:
        """What the scenario calls the requests and tickets of a list, in its own order."""
        names = {("request", number): ref for ref, number in self.week.requests.items()}
        names |= {("ticket", number): ref for ref, number in self.week.tickets.items()}
        return sorted(names[item.kind, item.id] for item in measure.items if item.met is met)

    def verdicts(self, figure: Figure, pending: str) -> dict[str, str]:
        """Each reference with what the figure says about it."""
        main = figure.measures[0]
        found = dict.fromkeys(self.refs(main, True), "met") | dict.fromkeys(self.refs(main, False), "missed")
        left = next(one for one in figure.excluded if one.reason == pending)
        names = {number: ref for ref, number in self.week.requests.items()}
        return found | {names[item.id]: "open_not_due" for item in left.items}

    def excluded(self, figure: Figure, reason: str) -> int:
        return sum(one.count for one in figure.excluded if one.reason == reason)


@pytest.fixture
def played(
    desk: Desk, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Played]:
    use_the_week_s_rota(tmp_path / "shifts", monkeypatch)
    book = load_rulebook(knowledge_base())
    week = WholeWeek(desk, clock, book, load_handover_house(knowledge_base() / "handover"))
    week.open()
    checked, failed = [], []
    for event in WEEK["events"]:
        week.play(event)
        for one in event["expect"]:
            got = week.value(one["ref"], one["field"])
            if got is UNKNOWN:
                continue
            name = f"{event['id']} {one['ref']}.{one['field']} {one['op']} {one['value']}"
            checked.append(name)
            if not holds(got, one["op"], one["value"]):
                failed.append(f"{name}: {got}")
    clock.move_to(at("2027-03-28T21:00:00+02:00"))
    target = io.StringIO()
    rows = csv.DictWriter(target, ["id", "line", "at", "wait_s", "outcome", "talk_s"])
    rows.writeheader()
    rows.writerows({name: one.get(name, "") for name in rows.fieldnames} for one in WEEK["call_log"])
    file = read_call_file("calls.csv", target.getvalue().encode(), PARIS)
    assert desk.act(week.agents["HEL"], import_calls, file) == len(WEEK["call_log"])
    period = week_period(date(2027, 3, 22), PARIS)
    reports = {
        team: desk.ask(
            make_report, book, period, clock.now(), filters=Filters(team=team), compare=False, dimensions=()
        )
        for team in ("", "concierge", "technical", "commercial", HOTLINES)
    }
    yield Played(week, reports, checked, failed)


def one_decimal(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def first_response(it: Played) -> object:
    figure = it.figure("K1")
    main, minutes = figure.measures[0], figure.measure("median")
    names = {number: ref for ref, number in it.week.requests.items()}
    return {
        "population": main.count,
        "met": main.met,
        "met_pct": one_decimal(main.value),
        "missed": it.refs(main, False),
        "minutes": {names[item.id]: round(item.value, 1) for item in minutes.items},
    }


def resolution(it: Played, team: str) -> object:
    figure = it.figure("K3", team)
    main = figure.measures[0]
    pending = "open and not due yet"
    return {
        "met": main.met,
        "missed": main.count - main.met,
        "open_not_due": it.excluded(figure, pending),
        "attainment_pct": one_decimal(main.value),
        "detail": it.verdicts(figure, pending),
    }


def first_contact(it: Played) -> object:
    figure = it.figure("K6")
    main = figure.measures[0]
    children = next(one for one in figure.excluded if one.reason == "children of a mass incident")
    names = {number: ref for ref, number in it.week.tickets.items()}
    yes = it.refs(main, True)
    return {
        "population": sorted([*yes, *it.refs(main, False)]),
        "excluded_mass_incident_children": sorted(names[item.id] for item in children.items),
        "yes": yes,
        "fcr_pct": one_decimal(main.value),
    }


def calls(it: Played, line: str) -> object:
    level, lost, speed = (it.figure(code, line) for code in ("K7", "K8", "K9"))
    short = it.excluded(level, "abandoned in less than 5 s")
    return {
        "offered": level.measures[0].count + short,
        "answered": int(speed.measure("answered").value or 0),
        "answered_within_20s": level.measures[0].met,
        "abandoned": lost.measures[0].met + short,
        "short_abandons_excluded": short,
        "service_level_pct": one_decimal(level.measures[0].value),
        "abandon_rate_pct": one_decimal(lost.measures[0].value),
        "average_speed_of_answer_s": one_decimal(speed.measure("speed").value),
    }


def scores(it: Played) -> object:
    figure = it.figure("K10")
    shown = measure_text(figure.measure("satisfied"), "en")
    return {
        "responses": figure.measure("answers").value,
        "share_4_5_pct": figure.measure("satisfied").value,
        "mean": figure.measure("mean").value,
        "display_note": f"fewer than {FEW} answers: shown as '{shown}'",
    }


def handovers(it: Played) -> object:
    main = it.figure("K15").measures[0]
    names = {number: ref for ref, number in it.week.handovers.items()}
    return {
        "recorded": main.count,
        "accepted_on_time": main.met,
        "late": [names[item.id] for item in main.items if not item.met],
    }


def key_sets(it: Played) -> object:
    figure = it.figure("K16")
    names = {show_tag(int(one["tag"])): one["ref"] for one in WEEK["keys"]}

    def tags(key: str) -> list[str]:
        return [names[item.ref] for item in figure.measure(key).items]

    return {
        "outs": figure.measures[0].count,
        "returned": figure.measure("returned").value,
        "returned_late": tags("returned_late"),
        "lost": tags("lost"),
        "chain_breaks": figure.measure("breaks").value,
    }


def cover(it: Played, line: str) -> object:
    figure = it.figure("K17", line)
    return {
        "needed_minutes": figure.measure("needed").value,
        "staffed_minutes": figure.measure("staffed").value,
        "coverage_pct": one_decimal(figure.measure("covered").value),
    }


def relocation(it: Played) -> object:
    figure = it.figure("K18")
    contacts = figure.measure("follow_ups")
    legal = []
    for item in figure.measure("legal").items:
        file, _space, code = item.ref.partition(" ")
        if item.met:
            legal.append(f"{it.week.names[file]} {code}")
    return {
        "followups_due": contacts.count,
        "on_time_within_3_days": contacts.met,
        "legal_items_done_on_time": legal,
    }


def promises(it: Played) -> object:
    main = it.figure("K14").measures[0]
    return {"due": main.count, "kept": main.met, "kept_pct": main.value}


def reopened(it: Played) -> object:
    main = it.figure("K5").measures[0]
    return {"done": main.count, "reopened": it.refs(main, True), "rate_pct": main.value}


COMPUTED: Mapping[str, Callable[[Played], object]] = {
    "requests_opened": lambda it: it.reports[""].opened,
    "hotline_tickets_opened": lambda it: it.reports[HOTLINES].opened,
    "mass_incidents": lambda it: it.figure("K6").measure("incidents").value,
    "first_response_requests": first_response,
    "resolution_requests": lambda it: resolution(it, ""),
    "resolution_tickets": lambda it: resolution(it, HOTLINES),
    "reopen": reopened,
    "first_contact_resolution": first_contact,
    "calls": lambda it: {line: calls(it, line) for line in TOTALS["calls"]},
    "csat": scores,
    "promises": promises,
    "handovers": handovers,
    "keys": key_sets,
    "coverage_hotlines": lambda it: {line: cover(it, line) for line in TOTALS["coverage_hotlines"]},
    "relocation": relocation,
    "still_open_at_close": lambda it: it.refs(it.figure("K4").measure("open"), None),
}
"""Every total of the scenario, from a report of the product, in the scenario's own shape."""


def sorted_lists(value: object) -> object:
    """The same with lists in order: the scenario lists things as they happened."""
    if isinstance(value, dict):
        return {name: sorted_lists(one) for name, one in value.items()}
    return sorted(value) if isinstance(value, list) else value


def reported(report: Report) -> dict[str, Value]:
    """The values of a report under the names of the second count."""
    return {
        f"{figure.code}.{one.key}": (one.met, one.count) if one.how is How.RATIO else rounded(one.value)
        for figure in report.figures
        for one in figure.measures
    }


def counted_twice(report: Report, tables: Mapping[str, list[Row]]) -> set[str]:
    """Hold a report against plain loops over the exported tables; answers the figures that were not empty."""
    period = report.period
    counted = recount(tables, period.start, period.end, report.as_of, knowledge_base(), shifts())
    got = reported(report)
    assert {name: got[name] for name in counted} == counted, period.title("en")
    empty = {name for name, value in counted.items() if value in (None, 0, (0, 0))}
    return {name.partition(".")[0] for name in set(counted) - empty}


def test_the_week_holds_event_by_event_and_every_total_adds_up_in_the_reports(
    played: Played, tmp_path: Path
) -> None:
    assert played.failed == []
    assert len(played.checked) >= 95, len(played.checked)
    assert set(COMPUTED) | BILLED == set(TOTALS), "a total that nobody computes"
    got = {name: sorted_lists(compute(played)) for name, compute in COMPUTED.items()}
    assert got == {name: sorted_lists(TOTALS[name]) for name in COMPUTED}
    with played.week.desk.engine.connect() as connection:
        found = counted_twice(played.reports[""], export(connection, tmp_path))
    assert found == FIGURES - {"K11", "K12"}


def test_plain_loops_over_the_exported_tables_agree_on_the_sample_desk(
    sqlite_desk: Desk, clock: FixedClock, tmp_path: Path
) -> None:
    book = load_rulebook(knowledge_base())
    SampleDesk(sqlite_desk, book, knowledge_base() / "sample").plant()
    with sqlite_desk.engine.connect() as connection:
        tables = export(connection, tmp_path)
    found: set[str] = set()
    for period in (
        month_period(date(2027, 3, 1), PARIS),
        month_period(date(2027, 2, 1), PARIS),
        week_period(date(2027, 3, 16), PARIS),
        day_period(date(2027, 3, 24), PARIS),
    ):
        report = sqlite_desk.ask(make_report, book, period, clock.now(), compare=False, dimensions=())
        found |= counted_twice(report, tables)
    assert found >= FIGURES

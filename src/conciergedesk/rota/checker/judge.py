"""Checks a roster against the law book and the limits of the rota. Entry point: :func:`check`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from conciergedesk.rota.calendar import Holiday, easter, holiday_on
from conciergedesk.rota.checker.days import PersonDays
from conciergedesk.rota.checker.instants import Span, overlap
from conciergedesk.rota.checker.own_limits import own_limits
from conciergedesk.rota.checker.violations import Violation
from conciergedesk.rota.law.packs import LawBook, RuleKind
from conciergedesk.rota.values import Roster, Rota, ShiftKind, SignedException, Site

_ORDER = {kind: place for place, kind in enumerate((
    RuleKind.ABSENT, RuleKind.NOT_EMPLOYED, RuleKind.CLOSED, RuleKind.SKILL, RuleKind.FIXED_OFF, RuleKind.DAILY_REST,
    RuleKind.DAILY_WORK, RuleKind.OVERLAP, RuleKind.WEEKLY_REST, RuleKind.WEEKLY_REST_DAYS, RuleKind.DAYS_PER_WEEK,
    RuleKind.WEEK_WORK,
))}  # fmt: skip


def check(
    rota: Rota,
    roster: Roster,
    law: LawBook,
    *,
    first: date | None = None,
    last: date | None = None,
    agents: Iterable[str] | None = None,
) -> tuple[Violation, ...]:
    """Every broken rule that touches ``first`` to ``last`` (default: the period of the rota).

    ``roster`` is the whole known roster: days before ``first`` count for rests, runs and averages. Days that
    are not in it count as off.
    """
    first, last = first or rota.first, last or rota.last
    found: list[Violation] = []
    for id in rota.agent_by_id if agents is None else agents:
        person = _Person(rota, rota.agent_by_id[id], roster.by_agent.get(id, ()), law, first, last)
        found += person.violations()
    signed = [_signed(one, rota.exceptions) for one in found]
    return tuple(
        sorted(signed, key=lambda one: (not one.hard, _ORDER.get(one.kind, 99), one.days[:1], one.agent))
    )


def _signed(violation: Violation, exceptions: tuple[SignedException, ...]) -> Violation:
    for signed in exceptions:
        same = signed.rule == violation.kind and signed.agent == violation.agent
        if same and violation.days and all(signed.first <= day <= signed.last for day in violation.days[-1:]):
            return replace(violation, signed_by=signed.signed_by)
    return violation


class _Person(PersonDays):
    """All checks for one person."""

    def violations(self) -> Iterator[Violation]:
        for part in (
            self.eligible, self.one_shift, self.overlaps, self.daily_rest, self.day, self._weeks,
            self._days_in_a_row, self._average, self._sundays_of_four, self._feasts, self._on_call, self._year,
        ):  # fmt: skip
            yield from part()
        for kind, days, value, limit, unit, shift in own_limits(
            self.rota, self.agent, self.by_day, self.first, self.last
        ):
            yield self.found(kind, days, value, limit, unit=unit, shift=shift)

    def _mondays(self) -> Iterator[date]:
        """Mondays of the civil weeks of the window in which something is worked."""
        seen: set[date] = set()
        for day in self.days:
            monday = day - timedelta(days=day.weekday())
            for week in (monday, monday + timedelta(days=7)):
                touches = week <= self.last and week + timedelta(days=6) >= self.first
                if touches and week not in seen:
                    seen.add(week)
                    yield week

    def _weeks(self) -> Iterator[Violation]:
        for monday in self._mondays():
            week = tuple(monday + timedelta(days=offset) for offset in range(7))
            days_worked = [day for day in week if day in self.by_day]
            start, end = self.bounds(monday, 7)
            worked = self.worked(monday, 7)
            if not worked and not days_worked:
                continue
            shown = (monday,)
            for rule in self.law.of_kind(RuleKind.DAYS_PER_WEEK):
                if len(days_worked) > rule.figure:
                    yield self.found(RuleKind.DAYS_PER_WEEK, shown, len(days_worked), rule.figure, rule)
            for rule in self.law.of_kind(RuleKind.WEEK_WORK):
                if worked > rule.figure:
                    yield self.found(RuleKind.WEEK_WORK, shown, worked, rule.figure, rule)
            own = self.agent.limits.max_week
            if own is not None and worked > own:
                yield self.found(RuleKind.OWN_WEEK, shown, worked, own, unit="minutes")
            for rule in self.law.of_kind(RuleKind.WEEKLY_REST):
                rest = self._longest_rest(start, end)
                if rest < rule.figure:
                    yield self.found(RuleKind.WEEKLY_REST, shown, rest, rule.figure, rule)
            for rule in self.law.of_kind(RuleKind.WEEKLY_REST_DAYS):
                off = self._days_off_in_a_row(week)
                if off < rule.figure:
                    yield self.found(RuleKind.WEEKLY_REST_DAYS, shown, off, rule.figure, rule)
            if self.agent.part_time and self.agent.contract_minutes:
                for rule in self.law.of_kind(RuleKind.PART_TIME_EXTRA):
                    most = self.agent.contract_minutes * (100 + rule.figure) // 100
                    if worked > most:
                        found = self.found(RuleKind.PART_TIME_EXTRA, shown, worked, most, rule)
                        yield replace(found, unit="minutes")
            for rule in self.law.of_kind(RuleKind.NIGHT_WORKER):
                nights = sum(self.night_minutes(day) >= rule.figure for day in days_worked)
                if nights >= max(1, rule.from_minutes):
                    yield replace(self.found(RuleKind.NIGHT_WORKER, shown, nights, 0, rule), unit="days")

    def _longest_rest(self, start: int, end: int) -> int:
        """The longest rest of which at least 24 h lie in the week; a shorter one counts only what lies inside."""
        borders = [
            start - 10_080,
            *(border for span in self.spans for border in (span.start, span.end)),
            end + 10_080,
        ]
        best, reach = 0, borders[0]
        edges = [
            (span.start, span.end)
            for span in self.spans
            if span.end > start - 10_080 and span.start < end + 10_080
        ]
        for begins, ends in [*edges, (end + 10_080, end + 10_080)]:
            if begins > reach:
                inside = min(begins, end) - max(reach, start)
                if inside >= 1440:
                    best = max(best, begins - reach)
                else:
                    best = max(best, min(inside, 1439))
            reach = max(reach, ends)
        return best

    def _days_off_in_a_row(self, week: tuple[date, ...]) -> int:
        best = run = 0
        for day in week:
            start, end = self.bounds(day, 1)
            busy = day in self.by_day or any(
                overlap(span, start, end) for span in self.by_day.get(day - timedelta(days=1), ())
            )
            run = 0 if busy else run + 1
            best = max(best, run)
        return best

    def _days_in_a_row(self) -> Iterator[Violation]:
        for rule in self.law.of_kind(RuleKind.DAYS_IN_A_ROW):
            for run in self.runs(self.days):
                if len(run) > rule.figure and run[-1] >= self.first and run[0] <= self.last:
                    yield self.found(RuleKind.DAYS_IN_A_ROW, run, len(run), rule.figure, rule)

    def _average(self) -> Iterator[Violation]:
        """Any run of consecutive civil weeks; the first that ends inside the window and is too long is told."""
        if not self.days:
            return
        for rule in self.law.of_kind(RuleKind.AVERAGE_WORK):
            per_week: dict[date, int] = {}
            monday = self.days[0] - timedelta(days=self.days[0].weekday())
            while monday <= self.days[-1] + timedelta(days=7):
                per_week[monday] = self.worked(monday, 7)
                monday += timedelta(days=7)
            for last_monday in per_week:
                sunday = last_monday + timedelta(days=6)
                if sunday < self.first or last_monday > self.last:
                    continue
                weeks = [
                    per_week.get(last_monday - timedelta(days=7 * back), 0) for back in range(rule.weeks)
                ]
                if sum(weeks) > rule.figure * rule.weeks:
                    average = -(-sum(weeks) // rule.weeks)
                    yield self.found(RuleKind.AVERAGE_WORK, (last_monday,), average, rule.figure, rule)

    def _sundays_of_four(self) -> Iterator[Violation]:
        for rule in self.law.of_kind(RuleKind.SUNDAYS_OF_FOUR):
            for day in self.days:
                if day.weekday() == 6 and self.in_window(day):
                    count = sum((day - timedelta(days=7 * back)) in self.by_day for back in range(4))
                    if count > rule.figure:
                        yield self.found(RuleKind.SUNDAYS_OF_FOUR, (day,), count, rule.figure, rule)

    def _feasts(self) -> Iterator[Violation]:
        site = self.rota.site
        for day in self.window_days():
            worked = self.worked(day, 1)
            holiday = holiday_on(site, day)
            for rule in self.law.of_kind(RuleKind.LABOUR_DAY):
                if holiday is Holiday.LABOUR_DAY and worked:
                    yield self.found(RuleKind.LABOUR_DAY, (day,), worked, 0, rule)
            if day.weekday() == 6 or holiday is not None:
                for rule in self.law.of_kind(RuleKind.SUNDAY_WORK):
                    if site.sunday_minutes is None and worked > rule.figure:
                        yield self.found(RuleKind.SUNDAY_WORK, (day,), worked, rule.figure, rule)
                if site.sunday_minutes is not None and worked > site.sunday_minutes:
                    yield self.found(
                        RuleKind.SUNDAY_WORK, (day,), worked, site.sunday_minutes, unit="minutes"
                    )
            for rule in self.law.of_kind(RuleKind.CLOSED_FEAST):
                if worked and is_great_feast(day):
                    yield self.found(RuleKind.CLOSED_FEAST, (day,), worked, 0, rule)

    def _on_call(self) -> Iterator[Violation]:
        nights = sorted({span.day for span in self.all_spans if span.shift.on_call})
        for rule in self.law.of_kind(RuleKind.ON_CALL_NIGHTS):
            for run in self.runs(nights):
                if len(run) > rule.figure and run[-1] >= self.first and run[0] <= self.last:
                    yield self.found(RuleKind.ON_CALL_NIGHTS, run, len(run), rule.figure, rule)

    def _year(self) -> Iterator[Violation]:
        for rule in self.law.of_kind(RuleKind.YEAR_WORK):
            months = self.law.compensation.year_starts_month
            totals: dict[int, int] = {}
            for span in self.spans:
                totals[span.day.year - (span.day.month < months)] = (
                    totals.get(span.day.year - (span.day.month < months), 0) + span.worked
                )
            for year, total in totals.items():
                end = date(year + 1, months, 1) - timedelta(days=1)
                if total > rule.figure and end >= self.first:
                    yield self.found(RuleKind.YEAR_WORK, (min(end, self.last),), total, rule.figure, rule)


def is_great_feast(day: date) -> bool:
    """First day of Christmas, Easter and Pentecost."""
    sunday = easter(day.year)
    return (day.month, day.day) == (12, 25) or day in (sunday, sunday + timedelta(days=49))


def evening(span: Span) -> bool:
    return ShiftKind.EVENING in span.shift.kinds


def blocking(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Those that forbid publishing."""
    return tuple(one for one in violations if one.blocks)


def by_agent(violations: Iterable[Violation]) -> Mapping[str, tuple[Violation, ...]]:
    people: dict[str, list[Violation]] = {}
    for one in violations:
        people.setdefault(one.agent, []).append(one)
    return {agent: tuple(rows) for agent, rows in people.items()}


def part_time_contracts(rota: Rota, law: LawBook) -> tuple[Violation, ...]:
    """Part-time contracts below the minimum of the branch."""
    return tuple(
        Violation(
            RuleKind.PART_TIME_MINIMUM, agent.id, agent.name or agent.id, (), agent.contract_minutes, rule.figure,
            "minutes", rule.hard, rule,
        )
        for rule in law.of_kind(RuleKind.PART_TIME_MINIMUM)
        for agent in rota.agents
        if agent.part_time and 0 < agent.contract_minutes < rule.figure
    )  # fmt: skip


def great_feasts_closed(site: Site, year: int) -> tuple[date, ...]:
    """The dates ``site.closed_on`` would hold if the local rule on great feasts were binding."""
    sunday = easter(year)
    return (sunday, sunday + timedelta(days=49), date(year, 12, 25))

"""One person day by day: who may work at all, overlaps, rest, hours and breaks of a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise

from conciergedesk.rota.calendar import day_class
from conciergedesk.rota.checker.instants import Span, instant, overlap, span_of, worked_between
from conciergedesk.rota.checker.violations import Violation
from conciergedesk.rota.law.packs import LawBook, Rule, RuleKind
from conciergedesk.rota.values import Agent, Assignment, Rota


class PersonDays:
    """The spans of one person and the checks that look at one day or two."""

    def __init__(
        self, rota: Rota, agent: Agent, rows: tuple[Assignment, ...], law: LawBook, first: date, last: date
    ) -> None:
        self.rota, self.agent, self.law = rota, agent, law
        self.first, self.last = first, last
        zone = rota.site.timezone
        spans = [
            span_of(one, rota.shift_by_id[one.shift], zone) for one in rows if one.shift in rota.shift_by_id
        ]
        self.all_spans = sorted(spans, key=lambda span: (span.start, span.end))
        self.spans = [span for span in self.all_spans if not span.shift.on_call]
        self.by_day: dict[date, list[Span]] = {}
        for span in self.spans:
            self.by_day.setdefault(span.day, []).append(span)
        self.days = sorted(self.by_day)

    def found(
        self, kind: RuleKind, days: tuple[date, ...], value: int, limit: int,
        rule: Rule | None = None, unit: str = "days", shift: str = "",
    ) -> Violation:  # fmt: skip
        return Violation(
            kind=kind, agent=self.agent.id, person=self.agent.name or self.agent.id, days=days, value=value,
            limit=limit, unit=rule.unit if rule is not None else unit, hard=rule is None or rule.hard, rule=rule,
            shift=shift,
        )  # fmt: skip

    def in_window(self, day: date) -> bool:
        return self.first <= day <= self.last

    def window_days(self) -> Iterator[date]:
        return (day for day in self.days if self.in_window(day))

    def bounds(self, first: date, days: int) -> tuple[int, int]:
        zone = self.rota.site.timezone
        return instant(first, 0, zone), instant(first + timedelta(days=days), 0, zone)

    def worked(self, first: date, days: int) -> int:
        start, end = self.bounds(first, days)
        return sum(
            worked_between(span, start, end) for span in self.spans if span.end > start and span.start < end
        )

    def runs(self, days: Iterable[date]) -> Iterator[tuple[date, ...]]:
        run: list[date] = []
        for day in days:
            if run and day - run[-1] != timedelta(days=1):
                yield tuple(run)
                run = []
            run.append(day)
        if run:
            yield tuple(run)

    def eligible(self) -> Iterator[Violation]:
        agent = self.agent
        for span in self.all_spans:
            day, shift = span.day, span.shift.id
            if not self.in_window(day):
                continue
            if self.rota.absent(agent.id, day):
                yield self.found(RuleKind.ABSENT, (day,), 1, 0, shift=shift)
            if (agent.since and day < agent.since) or (agent.until and day > agent.until):
                yield self.found(RuleKind.NOT_EMPLOYED, (day,), 1, 0, shift=shift)
            if not agent.can(span.shift):
                yield self.found(RuleKind.SKILL, (day,), 1, 0, shift=span.shift.label or shift)
            if day_class(day) in agent.fixed_off:
                yield self.found(RuleKind.FIXED_OFF, (day,), 1, 0, shift=shift)
            if day in self.rota.site.closed_on:
                yield self.found(RuleKind.CLOSED, (day,), 1, 0, shift=shift)

    def one_shift(self) -> Iterator[Violation]:
        if self.law.rules:
            return  # with working-time rules two short shifts a day are limited by overlap, work and span
        for day in self.window_days():
            if len(self.by_day[day]) > 1:
                yield self.found(RuleKind.ONE_SHIFT, (day,), len(self.by_day[day]), 1)

    def overlaps(self) -> Iterator[Violation]:
        open_span: Span | None = None
        for span in self.all_spans:
            if open_span is not None and span.start < open_span.end and self.in_window(span.day):
                yield self.found(
                    RuleKind.OVERLAP,
                    (span.day,),
                    min(open_span.end, span.end) - span.start,
                    0,
                    unit="minutes",
                )
            if open_span is None or span.end > open_span.end:
                open_span = span

    def daily_rest(self) -> Iterator[Violation]:
        rules = self.law.of_kind(RuleKind.DAILY_REST)
        for before, day in zip(self.days, self.days[1:], strict=False):
            if not (self.in_window(day) or self.in_window(before)):
                continue
            rest = min(span.start for span in self.by_day[day]) - max(
                span.end for span in self.by_day[before]
            )
            for rule in rules:
                if rest < rule.figure:
                    yield self.found(RuleKind.DAILY_REST, (before, day), rest, rule.figure, rule)
            if day - before == timedelta(days=1):
                for span in self.by_day[day]:
                    if any(span.shift.id in earlier.shift.may_not_precede for earlier in self.by_day[before]):
                        label = span.shift.label or span.shift.id
                        yield self.found(RuleKind.SUCCESSION, (before, day), 1, 0, shift=label)

    def day(self) -> Iterator[Violation]:
        for day in self.window_days():
            spans = self.by_day[day]
            worked = sum(span.worked for span in spans)
            reach = max(span.end for span in spans) - min(span.start for span in spans)
            for rule in self.law.of_kind(RuleKind.DAILY_WORK):
                if worked > rule.figure:
                    yield self.found(RuleKind.DAILY_WORK, (day,), worked, rule.figure, rule)
            for rule in self.law.of_kind(RuleKind.DAILY_SPAN):
                if reach > rule.figure:
                    yield self.found(RuleKind.DAILY_SPAN, (day,), reach, rule.figure, rule)
            for rule in self.law.of_kind(RuleKind.BREAK):
                for span in spans:
                    if span.length >= rule.from_minutes and span.shift.break_minutes < rule.figure:
                        yield self.found(
                            RuleKind.BREAK,
                            (day,),
                            span.shift.break_minutes,
                            rule.figure,
                            rule,
                            shift=span.shift.label or span.shift.id,
                        )
            yield from self._part_time_gap(day, spans)
            for rule in self.law.of_kind(RuleKind.NIGHT_DAILY_WORK):
                if worked > rule.figure and self.night_minutes(day) >= rule.from_minutes:
                    yield self.found(RuleKind.NIGHT_DAILY_WORK, (day,), worked, rule.figure, rule)

    def night_minutes(self, day: date) -> int:
        zone, give = self.rota.site.timezone, self.law.compensation
        minutes = 0
        for start, end in ((give.night_from - 1440, give.night_to - 1440), (give.night_from, give.night_to)):
            begins, ends = instant(day, start, zone), instant(day, end, zone)
            minutes += sum(overlap(span, begins, ends) for span in self.by_day[day])
        return minutes

    def _part_time_gap(self, day: date, spans: list[Span]) -> Iterator[Violation]:
        if self.agent.part_time:
            for rule in self.law.of_kind(RuleKind.PART_TIME_GAP):
                gaps = [later.start - span.end for span, later in pairwise(spans)]
                if gaps and (max(gaps) > rule.figure or len(gaps) > 1):
                    yield self.found(RuleKind.PART_TIME_GAP, (day,), max(gaps), rule.figure, rule)

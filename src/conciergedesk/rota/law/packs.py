"""Rule packs read from TOML, and the book of rules that applies to a site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.i18n import N_
from conciergedesk.rota.reading import Table, parse_toml


class RuleKind(StrEnum):
    """What a rule limits. Packs give figures to the first group; the second comes from the rota itself."""

    DAILY_REST = "daily_rest"
    WEEKLY_REST = "weekly_rest"
    WEEKLY_REST_DAYS = "weekly_rest_days"
    DAYS_PER_WEEK = "days_per_week"
    DAYS_IN_A_ROW = "days_in_a_row"
    DAILY_WORK = "daily_work"
    DAILY_SPAN = "daily_span"
    WEEK_WORK = "week_work"
    AVERAGE_WORK = "average_work"
    YEAR_WORK = "year_work"
    BREAK = "break"
    NIGHT_DAILY_WORK = "night_daily_work"
    NIGHT_WORKER = "night_worker"
    LABOUR_DAY = "labour_day"
    SUNDAY_WORK = "sunday_work"
    CLOSED_FEAST = "closed_feast"
    SUNDAYS_OF_FOUR = "sundays_of_four"
    ON_CALL_NIGHTS = "on_call_nights"
    NOTICE = "notice"
    NOTICE_PART_TIME = "notice_part_time"
    PART_TIME_EXTRA = "part_time_extra"
    PART_TIME_GAP = "part_time_gap"
    PART_TIME_MINIMUM = "part_time_minimum"

    ABSENT = "absent"
    SKILL = "skill"
    OVERLAP = "overlap"
    SUCCESSION = "succession"
    FIXED_OFF = "fixed_off"
    CLOSED = "closed"
    NOT_EMPLOYED = "not_employed"
    ONE_SHIFT = "one_shift"
    OWN_WEEK = "own_week"
    OWN_MINIMUM = "own_minimum"
    OWN_MAXIMUM = "own_maximum"
    OWN_RUN = "own_run"
    OWN_SHORT_RUN = "own_short_run"
    OWN_SHORT_REST = "own_short_rest"
    OWN_WEEKENDS = "own_weekends"
    OWN_SHIFTS = "own_shifts"


_FROM_PACKS = frozenset(list(RuleKind)[: list(RuleKind).index(RuleKind.ABSENT)])
UNITS = ("minutes", "days", "working_days", "percent", "weeks")


@dataclass(frozen=True, slots=True)
class Rule:
    """One figure of one pack.

    Attributes:
        from_minutes: the threshold from which the rule asks something (the six hours of the break).
        weeks: over how many weeks an average is taken.
        text: what the source says, in the language of the source.
    """

    kind: RuleKind
    figure: int
    unit: str
    article: str
    hard: bool
    text: str
    pack: str
    pack_title: str
    checked_on: date
    from_minutes: int = 0
    weeks: int = 1

    @property
    def source(self) -> str:
        """The article with its book, short enough for one line."""
        return f"{self.article}, {self.pack_title}"


@dataclass(frozen=True, slots=True)
class Compensation:
    """What Sundays, holidays and nights give back; recovery in per cent of the hours worked."""

    article: str = ""
    year_starts_month: int = 6
    usual_above_sundays: int = 8
    sunday_usual_percent: int = 0
    sunday_occasional_percent: int = 0
    holiday_percent: int = 0
    night_percent: int = 0
    night_from: int = 1260
    night_to: int = 1800
    within_months: int = 3
    day_minutes: int = 420
    text: str = ""


@dataclass(frozen=True)
class LawBook:
    """The rules that apply to a site, from all its packs."""

    rules: tuple[Rule, ...] = ()
    compensation: Compensation = Compensation()

    @cached_property
    def _strictest(self) -> dict[RuleKind, Rule]:
        least = (
            RuleKind.DAILY_REST, RuleKind.WEEKLY_REST, RuleKind.WEEKLY_REST_DAYS, RuleKind.BREAK,
            RuleKind.NOTICE, RuleKind.NOTICE_PART_TIME, RuleKind.PART_TIME_MINIMUM,
        )  # fmt: skip
        found: dict[RuleKind, Rule] = {}
        for rule in self.rules:
            known = found.get(rule.kind)
            stricter = known is None or (
                rule.figure > known.figure if rule.kind in least else rule.figure < known.figure
            )
            if stricter:
                found[rule.kind] = rule
        return found

    def rule(self, kind: RuleKind) -> Rule | None:
        """The strictest rule of a kind, if any pack has one."""
        return self._strictest.get(kind)

    def of_kind(self, kind: RuleKind) -> tuple[Rule, ...]:
        """All rules of a kind: a soft stricter one does not hide a hard one."""
        return tuple(rule for rule in self.rules if rule.kind is kind)

    def without(self, kinds: Iterable[RuleKind]) -> LawBook:
        """The book with some kinds left out."""
        gone = frozenset(kinds)
        return LawBook(tuple(rule for rule in self.rules if rule.kind not in gone), self.compensation)


def load_law(folder: Path, packs: Iterable[str]) -> LawBook:
    """The book made of the named packs of ``folder`` (``knowledge_base/rota``).

    Raises:
        InvalidFile: a pack is missing or not valid; names file, table and field.
    """
    rules: list[Rule] = []
    compensation = Compensation()
    for pack in dict.fromkeys(packs):
        file = folder / f"{pack}.toml"
        known = {path.stem for path in folder.glob("*.toml")}
        if pack not in known:
            raise InvalidFile(
                N_("the rule pack “{pack}” is not there; known packs are {known}"),
                file="site.toml", where="site", field="packs", pack=pack, known=", ".join(sorted(known)),
            )  # fmt: skip
        found, given = read_pack(file.name, file.read_text(encoding="utf-8"))
        rules += found
        compensation = given or compensation
    return LawBook(tuple(rules), compensation)


def read_pack(file: str, text: str) -> tuple[tuple[Rule, ...], Compensation | None]:
    """One pack; see :func:`load_law`."""
    content = parse_toml(file, text)
    whole = Table(content, file, "")
    head = whole.table("pack")
    title, checked_on = head.text("title"), head.day("checked_on")
    pack = head.text("id")
    head.finish()
    rows = content.get("rule", [])
    whole.has("rule")
    if not isinstance(rows, list):
        raise InvalidFile(N_("expected a table"), file=file, where="rule")
    rules = []
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise InvalidFile(N_("expected a table"), file=file, where=f"rule {number}")
        rules.append(_rule(Table(row, file, f"rule {number}"), pack, title, checked_on))
    compensation = _compensation(whole.table("compensation")) if "compensation" in content else None
    return tuple(rules), compensation


def _rule(table: Table, pack: str, title: str, checked_on: date) -> Rule:
    kind = table.one_of("kind", lambda text: text in _FROM_PACKS, "")
    rule = Rule(
        kind=RuleKind(kind), figure=table.whole("figure"),
        unit=table.one_of("unit", lambda text: text in UNITS, "minutes"),
        article=table.text("article"), hard=table.truth("hard", True), text=table.text("text", "", 1000),
        pack=pack, pack_title=title, checked_on=table.optional_day("checked_on") or checked_on,
        from_minutes=table.whole("from_minutes", 0), weeks=table.whole("weeks", 1, 1, 52),
    )  # fmt: skip
    table.finish()
    return rule


def _compensation(table: Table) -> Compensation:
    month = table.text("year_starts", "06-01").partition("-")[0]
    if not month.isdecimal() or not 1 <= int(month) <= 12:
        table.refuse(N_("expected a day of the year such as 06-01"), "year_starts")
    found = Compensation(
        article=table.text("article", ""), year_starts_month=int(month),
        usual_above_sundays=table.whole("usual_above_sundays", 8, 0, 60),
        sunday_usual_percent=table.whole("sunday_usual_recovery_percent", 0, 0, 1000),
        sunday_occasional_percent=table.whole("sunday_occasional_recovery_percent", 0, 0, 1000),
        holiday_percent=table.whole("holiday_recovery_percent", 0, 0, 1000),
        night_percent=table.whole("night_recovery_percent", 0, 0, 1000),
        night_from=table.clock("night_from", 1260), night_to=table.clock("night_to", 1800),
        within_months=table.whole("within_months", 3, 1, 60), day_minutes=table.whole("day_minutes", 420, 1, 1440),
        text=table.text("text", "", 1000),
    )  # fmt: skip
    table.finish()
    return found

"""One table of the public format each: site, period, shift, agent, publication."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date
from zoneinfo import ZoneInfo

from conciergedesk.core.i18n import N_
from conciergedesk.rota.demand import Line, agents_needed
from conciergedesk.rota.reading import Table
from conciergedesk.rota.values import (
    OFF,
    WEEKDAYS,
    Agent,
    Balance,
    DayClass,
    Limits,
    Publication,
    ShiftKind,
    ShiftType,
    Site,
    Skill,
)  # fmt: skip

MOST_DAYS = 366
SWAP_RULES = ("partner", "advice", "supervisor")


def read_site(table: Table) -> Site:
    zone = table.text("timezone", "Europe/Paris")
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        table.refuse(N_("“{text}” is not a known time zone"), "timezone", text=zone)
    agreement = table.text("agreement", "")
    site = Site(
        name=table.text("name", ""), timezone=zone,
        region=table.one_of("region", lambda text: text in ("france", "alsace-moselle", "none"), "france"),
        good_friday=table.truth("good_friday", False),
        packs=table.texts("packs") + ((agreement,) if agreement else ()),
        sunday_minutes=table.optional_whole("sunday_minutes", 0, 1440), closed_on=table.days("closed_on"),
        opens=table.clock("opens", 480), closes=table.clock("closes", 1260),
        swaps=table.one_of("swaps", lambda text: text in SWAP_RULES, "partner"),
    )  # fmt: skip
    table.finish()
    return site


def read_period(table: Table) -> tuple[date, int]:
    first = table.day("start")
    if table.has("weeks") == table.has("days"):
        table.refuse(N_("give either weeks or days"), "weeks")
    days = table.whole("weeks", 1, 1, 53) * 7 if table.has("weeks") else table.whole("days", 28, 1, MOST_DAYS)
    table.finish()
    return first, days


def read_shift(table: Table) -> ShiftType:
    start = table.clock("start", 0)
    end = table.clock("end") if table.has("end") else start + table.whole("length", 480, 1, 1440)
    if end <= start:
        end += 1440
    kinds = table.texts("counts_as") or ("day",)
    for kind in kinds:
        if kind not in list(ShiftKind):
            table.refuse(N_("“{text}” is not known here"), "counts_as", text=kind)
    length = end - start
    if length > 1440:
        table.refuse(
            N_("a shift of {hours} h is longer than a day; check start and end"),
            "end",
            hours=round(length / 60, 1),
        )
    shift = ShiftType(
        id=table.text("id"), label=table.text("label", ""), start=start, end=end,
        break_minutes=table.whole("break", 0, 0, 600), break_paid=table.truth("break_paid", True),
        kinds=tuple(ShiftKind(kind) for kind in kinds),
        needs=table.texts("skill_any") or ((table.text("needs"),) if table.has("needs") else ()),
        may_not_precede=table.texts("may_not_precede"), line=table.text("line", ""),
    )  # fmt: skip
    if not shift.id or shift.id in (OFF, "-"):
        table.refuse(N_("“{text}” cannot be the id of a shift"), "id", text=shift.id)
    if shift.break_minutes >= length:
        table.refuse(N_("the break is as long as the shift"), "break")
    table.finish()
    return shift


def read_agent(table: Table, known_skills: set[str], shifts: Mapping[str, ShiftType]) -> Agent:
    skills = []
    for text in table.texts("skills"):
        name, _, role = text.partition(":")
        if name not in known_skills or role not in ("", "backup"):
            table.refuse(
                N_("no shift or demand needs the skill “{skill}”; check its spelling"), "skills", skill=text
            )
        skills.append(Skill(name, role == "backup"))
    balance, limits = table.table("balance"), table.table("limits")
    agent = Agent(
        id=table.text("id"), name=table.text("name", ""), skills=tuple(skills),
        languages=table.texts("languages"), contract_minutes=table.whole("contract_minutes", 0, 0, 2880),
        part_time=table.truth("part_time", False), fixed_off=read_day_classes(table, "fixed_off"),
        limits=read_limits(limits, shifts),
        balance=Balance(
            balance.whole("sundays", 0, -366, 366), balance.whole("holidays", 0, -366, 366),
            balance.whole("evenings", 0, -366, 366), balance.whole("on_call", 0, -366, 366),
            balance.whole("recovery_minutes", 0, -100_000, 100_000),
        ),
        team=table.text("team", ""), since=table.optional_day("since"), until=table.optional_day("until"),
    )  # fmt: skip
    if not agent.id:
        table.refuse(N_("this field is missing"), "id")
    for part in (balance, table):
        part.finish()
    return agent


def read_limits(table: Table, shifts: Mapping[str, ShiftType]) -> Limits:
    per_shift = table.table("max_shifts")
    for shift in per_shift.fields:
        if shift not in shifts:
            per_shift.refuse(N_("the shift “{shift}” is not described"), shift, shift=shift)
    limits = Limits(
        max_week=table.optional_whole("max_week", 0, 10_080),
        min_minutes=table.optional_whole("min_minutes", 0, 600_000),
        max_minutes=table.optional_whole("max_minutes", 0, 600_000),
        max_run=table.optional_whole("max_run", 1, 366), min_run=table.whole("min_run", 1, 1, 366),
        min_rest_run=table.whole("min_rest_run", 1, 1, 366),
        max_weekends=table.optional_whole("max_weekends", 0, 60),
        max_shifts=tuple((shift, per_shift.whole(shift)) for shift in per_shift.fields),
    )  # fmt: skip
    if (
        limits.min_minutes is not None
        and limits.max_minutes is not None
        and limits.min_minutes > limits.max_minutes
    ):
        table.refuse(N_("the minimum is above the maximum"), "min_minutes")
    if limits.max_run is not None and limits.min_run > limits.max_run:
        table.refuse(N_("the minimum is above the maximum"), "min_run")
    table.finish()
    return limits


def read_publication(table: Table) -> Publication:
    at = table.moment("at")
    if at is None:
        table.refuse(N_("this field is missing"), "at")
    if at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo("Europe/Paris"))
    publication = Publication(table.day("until"), at.astimezone(UTC), table.whole("notice_days", 7, 0, 90))
    table.finish()
    return publication


def read_day_classes(table: Table, field: str) -> tuple[DayClass, ...]:
    """``MON``, ``MON..FRI``, ``ALL`` or ``HOLIDAY``."""
    found: list[DayClass] = []
    for text in table.texts(field):
        first, dots, last = text.partition("..")
        if text == "ALL":
            found += WEEKDAYS
        elif dots and first in WEEKDAYS and last in WEEKDAYS:
            low, high = WEEKDAYS.index(DayClass(first)), WEEKDAYS.index(DayClass(last))
            found += WEEKDAYS[low : high + 1] if low <= high else (*WEEKDAYS[low:], *WEEKDAYS[: high + 1])
        elif text in list(DayClass):
            found.append(DayClass(text))
        else:
            table.refuse(
                N_("“{text}” is not a day class such as MON, MON..FRI, ALL or HOLIDAY"), field, text=text
            )
    return tuple(dict.fromkeys(found))


def read_from_calls(table: Table) -> int:
    """Agents needed for a stated call volume, by Erlang C."""
    line = Line(
        calls_per_hour=table.number("calls", 0.0, 0.0, 100_000.0),
        handling_minutes=table.number("aht", 5.0, 0.01, 600.0),
        within_seconds=table.number("within", 20.0, 0.0, 3600.0),
    )  # fmt: skip
    share = table.number("sl", 0.8, 0.01, 0.9999)
    table.finish()
    return agents_needed(line, share)

"""A Rota written in the public file format; reading it back gives an equal value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime

from conciergedesk.rota.values import (
    OFF,
    Absence,
    Agent,
    Assignment,
    Balance,
    Demand,
    Limits,
    Rota,
    Rotation,
    ShiftType,
    SignedException,
    Wish,
)  # fmt: skip


def dump_rota(rota: Rota) -> str:
    """The rota as one TOML text."""
    return "\n".join(_lines(rota)) + "\n"


def dump_assignments(assignments: tuple[Assignment, ...]) -> str:
    """Only ``[[assignment]]`` tables, to be kept beside the other files."""
    return "\n".join(line for one in assignments for line in _assignment(one)) + "\n"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(str(key))} = {_value(item)}" for key, item in value.items()) + "}"
    return str(value)


def _key(text: str) -> str:
    plain = text.isascii() and text.replace("_", "a").replace("-", "a").isalnum()
    return text if plain else json.dumps(text, ensure_ascii=False)


def clock_text(minutes: int) -> str:
    """``07:45``, or ``07:45+1`` for the day after."""
    day, minute = divmod(minutes, 1440)
    return f"{minute // 60:02d}:{minute % 60:02d}" + ("+1" if day else "")


def _table(head: str, **values: object) -> Iterator[str]:
    yield head
    for field, value in values.items():
        if value is not None and value != () and value != {}:
            yield f"{field.rstrip('_')} = {_value(value)}"
    yield ""


def _lines(rota: Rota) -> Iterator[str]:
    site = rota.site
    yield from _table(
        "[site]", name=site.name, timezone=site.timezone, region=site.region, good_friday=site.good_friday,
        packs=site.packs, sunday_minutes=site.sunday_minutes, closed_on=site.closed_on,
        opens=clock_text(site.opens), closes=clock_text(site.closes), swaps=site.swaps,
    )  # fmt: skip
    yield from _table("[period]", start=rota.first, days=rota.days)
    for shift in rota.shifts:
        yield from _shift(shift)
    for agent in rota.agents:
        yield from _agent(agent)
    for demand in rota.demands:
        yield from _demand(demand)
    for rotation in rota.rotations:
        yield from _rotation(rotation)
    for absence in rota.absences:
        yield from _absence(absence)
    for wish in rota.wishes:
        yield from _wish(wish)
    for one in rota.roster:
        yield from _assignment(one)
    if rota.publication is not None:
        publication = rota.publication
        yield from _table(
            "[publish]", until=publication.until, at=publication.at, notice_days=publication.notice_days
        )
    for signed in rota.exceptions:
        yield from _exception(signed)
    for taken in rota.recoveries:
        yield from _table("[[recovery]]", agent=taken.agent, date=taken.day, minutes=taken.minutes)


def _shift(shift: ShiftType) -> Iterator[str]:
    end: str | None = clock_text(shift.end)
    length = None
    if shift.end > 2 * 1440 or (shift.end > 1440 and shift.start >= 1440):
        end, length = None, shift.end - shift.start
    yield from _table(
        "[[shift]]", id=shift.id, label=shift.label, start=clock_text(shift.start), end=end, length=length,
        break_=shift.break_minutes, break_paid=shift.break_paid, counts_as=shift.kinds, skill_any=shift.needs,
        may_not_precede=shift.may_not_precede, line=shift.line,
    )  # fmt: skip


def _agent(agent: Agent) -> Iterator[str]:
    balance, limits = agent.balance, agent.limits
    skills = tuple(skill.id + (":backup" if skill.backup else "") for skill in agent.skills)
    carried = {
        "sundays": balance.sundays, "holidays": balance.holidays, "evenings": balance.evenings,
        "on_call": balance.on_call, "recovery_minutes": balance.recovery_minutes,
    }  # fmt: skip
    own = {
        "max_week": limits.max_week, "min_minutes": limits.min_minutes, "max_minutes": limits.max_minutes,
        "max_run": limits.max_run, "min_run": limits.min_run, "min_rest_run": limits.min_rest_run,
        "max_weekends": limits.max_weekends, "max_shifts": dict(limits.max_shifts),
    }  # fmt: skip
    yield from _table(
        "[[agent]]", id=agent.id, name=agent.name, skills=skills, languages=agent.languages,
        contract_minutes=agent.contract_minutes, part_time=agent.part_time, fixed_off=agent.fixed_off,
        team=agent.team, since=agent.since, until=agent.until,
        balance={} if balance == Balance() else carried,
        limits={} if limits == Limits() else {field: value for field, value in own.items() if value is not None},
    )  # fmt: skip


def _demand(demand: Demand) -> Iterator[str]:
    start, end = demand.between or (None, None)
    times = {} if start is None or end is None else {"from": clock_text(start), "to": clock_text(end)}
    yield from _table(
        "[[demand]]", shifts=demand.shifts, **times, needs=demand.needs or None, language=demand.language or None,
        days=demand.days, dates=demand.dates, min=demand.min, target=demand.target, max=demand.max,
        weight_under=demand.weight_under, weight_over=demand.weight_over,
    )  # fmt: skip


def _rotation(rotation: Rotation) -> Iterator[str]:
    weeks = tuple(" ".join("-" if shift == OFF else shift for shift in week) for week in rotation.weeks)
    yield from _table(
        "[[rotation]]", id=rotation.id, members=rotation.members, start=rotation.start, weeks=weeks
    )


def _absence(absence: Absence) -> Iterator[str]:
    yield from _table("[[absence]]", agent=absence.agent, **{"from": absence.first, "to": absence.last})


def _wish(wish: Wish) -> Iterator[str]:
    yield from _table(
        "[[wish]]", agent=wish.agent, date=wish.day, shift=wish.shift, want=wish.wanted, weight=wish.weight,
        refused_before=wish.refused_before,
    )  # fmt: skip


def _assignment(one: Assignment) -> Iterator[str]:
    yield from _table(
        "[[assignment]]", agent=one.agent, date=one.day, shift=one.shift,
        start=None if one.start is None else clock_text(one.start),
        end=None if one.end is None else clock_text(one.end),
    )  # fmt: skip


def _exception(signed: SignedException) -> Iterator[str]:
    times = {"from": signed.first, "to": signed.last}
    yield from _table(
        "[[exception]]", rule=signed.rule, agent=signed.agent, **times, signed_by=signed.signed_by,
        reason=signed.reason, at=signed.at,
    )  # fmt: skip

"""The words of the rota as frozen values.

Times of day are minutes after local midnight of the day a shift starts (1,500 is 01:00 the next day);
lengths are minutes; days are local dates. Instants are derived from them in the zone of the site.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property

DAY = 1440
OFF = "off"


class ShiftKind(StrEnum):
    """What a shift counts as."""

    DAY = "day"
    EVENING = "evening"
    NIGHT = "night"
    ON_CALL = "on_call"


class DayClass(StrEnum):
    """The classes of days a demand may name beside explicit dates."""

    MON = "MON"
    TUE = "TUE"
    WED = "WED"
    THU = "THU"
    FRI = "FRI"
    SAT = "SAT"
    SUN = "SUN"
    HOLIDAY = "HOLIDAY"


WEEKDAYS = (
    DayClass.MON, DayClass.TUE, DayClass.WED, DayClass.THU, DayClass.FRI, DayClass.SAT, DayClass.SUN,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Site:
    """The place the rota is for.

    Attributes:
        region: holiday calendar, ``france`` or ``alsace-moselle``.
        good_friday: the commune has a Protestant or a shared church (local holiday on Good Friday).
        packs: ids of the rule packs that apply.
        sunday_minutes: most minutes worked on a Sunday or holiday; None leaves it to the packs.
        closed_on: dates on which nobody may work.
        swaps: who has the last word on an exchange: ``partner`` (their yes is enough), ``advice`` (a supervisor
            as well when it touches an advice), ``supervisor`` (always a supervisor as well).
    """

    name: str = ""
    timezone: str = "Europe/Paris"
    region: str = "france"
    good_friday: bool = False
    packs: tuple[str, ...] = ()
    sunday_minutes: int | None = None
    closed_on: tuple[date, ...] = ()
    opens: int = 480
    closes: int = 1260
    swaps: str = "partner"


@dataclass(frozen=True, slots=True)
class ShiftType:
    """A kind of shift (*vacation*)."""

    id: str
    label: str = ""
    start: int = 0
    end: int = 480
    break_minutes: int = 0
    break_paid: bool = True
    kinds: tuple[ShiftKind, ...] = (ShiftKind.DAY,)
    needs: tuple[str, ...] = ()
    may_not_precede: tuple[str, ...] = ()
    line: str = ""

    @property
    def on_call(self) -> bool:
        """On call is neither work nor a break of rest; only a call-out is."""
        return ShiftKind.ON_CALL in self.kinds

    @property
    def worked(self) -> int:
        """Minutes that count as work on an ordinary day."""
        if self.on_call:
            return 0
        return self.end - self.start - (0 if self.break_paid else self.break_minutes)


@dataclass(frozen=True, slots=True)
class Skill:
    """Something a person can staff; ``backup`` people are asked only when needed."""

    id: str
    backup: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """What a person carries over from earlier in the year."""

    sundays: int = 0
    holidays: int = 0
    evenings: int = 0
    on_call: int = 0
    recovery_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """Personal limits, all hard; None means no limit of its own.

    Runs count days in a row. The day before the period counts as off; a run that touches the first or the
    last day of the period need not reach a minimum. A weekend counts when Saturday or Sunday is worked.
    """

    max_week: int | None = None
    min_minutes: int | None = None
    max_minutes: int | None = None
    max_run: int | None = None
    min_run: int = 1
    min_rest_run: int = 1
    max_weekends: int | None = None
    max_shifts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Agent:
    """A person of the team. ``contract_minutes`` is per week; 0 means hours are not followed."""

    id: str
    name: str = ""
    skills: tuple[Skill, ...] = ()
    languages: tuple[str, ...] = ()
    contract_minutes: int = 0
    part_time: bool = False
    fixed_off: tuple[DayClass, ...] = ()
    limits: Limits = Limits()
    balance: Balance = Balance()
    team: str = ""
    since: date | None = None
    until: date | None = None

    def can(self, shift: ShiftType) -> bool:
        """Whether the person has a skill that ``shift`` accepts (any one of those it needs)."""
        return not shift.needs or any(skill.id in shift.needs for skill in self.skills)

    def only_backup_for(self, shift: ShiftType) -> bool:
        held = [skill for skill in self.skills if skill.id in shift.needs]
        return bool(held) and all(skill.backup for skill in held)


@dataclass(frozen=True, slots=True)
class Demand:
    """How many people are needed: on shifts, or between two times of day for a skill, or with a language.

    Exactly one of ``shifts`` and ``between`` is given. A demand that names dates replaces one that names
    HOLIDAY, which replaces one that names weekdays, for the same shifts, times, skill and language.
    """

    shifts: tuple[str, ...] = ()
    between: tuple[int, int] | None = None
    needs: str = ""
    language: str = ""
    days: tuple[DayClass, ...] = ()
    dates: tuple[date, ...] = ()
    min: int = 0
    target: int = 0
    max: int | None = None
    weight_under: int = 100
    weight_over: int = 1

    @property
    def subject(self) -> tuple[object, ...]:
        return (self.shifts, self.between, self.needs, self.language)


@dataclass(frozen=True, slots=True)
class Rotation:
    """A cyclic pattern: member k starts in week k; one text of seven shift ids or ``-`` per week."""

    id: str
    members: tuple[str, ...]
    start: date
    weeks: tuple[tuple[str, ...], ...]

    def shift_of(self, agent: str, day: date) -> str | None:
        """The shift the pattern gives, ``off``, or None when the pattern says nothing."""
        if agent not in self.members or day < self.start or not self.weeks:
            return None
        week, weekday = divmod((day - self.start).days, 7)
        return self.weeks[(week + self.members.index(agent)) % len(self.weeks)][weekday]


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away, first and last day included. The reason is never kept."""

    agent: str
    first: date
    last: date

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants (or does not want) a shift, or a day off (``shift == 'off'``).

    ``refused_before`` counts earlier refusals; it makes the wish heavier.
    """

    agent: str
    day: date
    shift: str = OFF
    wanted: bool = True
    weight: int = 1
    refused_before: int = 0


@dataclass(frozen=True, slots=True)
class Recovery:
    """Rest that somebody took back on a day, out of what Sundays, holidays and nights have earned."""

    agent: str
    day: date
    minutes: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """One person on one shift on one day; ``start`` and ``end`` replace those of the shift type."""

    agent: str
    day: date
    shift: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """The rota is published up to and with ``until``; days within ``notice_days`` of now are frozen."""

    until: date
    at: datetime
    notice_days: int = 7


@dataclass(frozen=True, slots=True)
class SignedException:
    """A supervisor lets one person deviate from one rule on some days, with name and reason."""

    rule: str
    agent: str
    first: date
    last: date
    signed_by: str
    reason: str
    at: datetime | None = None


@dataclass(frozen=True)
class Roster:
    """A set of assignments."""

    assignments: tuple[Assignment, ...] = ()

    @cached_property
    def by_cell(self) -> Mapping[tuple[str, date], tuple[Assignment, ...]]:
        """Assignments per (agent, day)."""
        cells: dict[tuple[str, date], tuple[Assignment, ...]] = {}
        for one in self.assignments:
            cells[one.agent, one.day] = (*cells.get((one.agent, one.day), ()), one)
        return cells

    @cached_property
    def by_agent(self) -> Mapping[str, tuple[Assignment, ...]]:
        """Assignments per agent, by day."""
        people: dict[str, list[Assignment]] = {}
        for one in self.assignments:
            people.setdefault(one.agent, []).append(one)
        return {
            agent: tuple(sorted(rows, key=lambda a: (a.day, a.start or 0, a.shift)))
            for agent, rows in people.items()
        }

    def __iter__(self) -> Iterator[Assignment]:
        return iter(self.assignments)

    def __len__(self) -> int:
        return len(self.assignments)

    def cell(self, agent: str, day: date) -> tuple[Assignment, ...]:
        return self.by_cell.get((agent, day), ())

    def shifts_on(self, agent: str, day: date) -> tuple[str, ...]:
        return tuple(sorted(one.shift for one in self.cell(agent, day)))

    def within(self, first: date, last: date) -> Roster:
        return Roster(tuple(one for one in self.assignments if first <= one.day <= last))

    def with_cell(self, agent: str, day: date, cell: Iterable[Assignment]) -> Roster:
        """The roster with one person's day replaced."""
        kept = [one for one in self.assignments if not (one.agent == agent and one.day == day)]
        return Roster((*kept, *cell))

    def with_cells(self, cells: Mapping[tuple[str, date], tuple[Assignment, ...]]) -> Roster:
        kept = [one for one in self.assignments if (one.agent, one.day) not in cells]
        return Roster((*kept, *(one for cell in cells.values() for one in cell)))

    def joined(self, other: Roster) -> Roster:
        return Roster((*self.assignments, *other.assignments))


@dataclass(frozen=True)
class Rota:
    """Everything a plan is made from: the content of the files of ``shifts/``.

    Attributes:
        first: first day of the period.
        days: length of the period.
        roster: assignments already made: the previous period's tail and what is published or frozen.
    """

    site: Site
    first: date
    days: int
    agents: tuple[Agent, ...]
    shifts: tuple[ShiftType, ...]
    demands: tuple[Demand, ...] = ()
    rotations: tuple[Rotation, ...] = ()
    absences: tuple[Absence, ...] = ()
    wishes: tuple[Wish, ...] = ()
    roster: Roster = field(default_factory=Roster)
    publication: Publication | None = None
    exceptions: tuple[SignedException, ...] = ()
    recoveries: tuple[Recovery, ...] = ()

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days - 1)

    @cached_property
    def dates(self) -> tuple[date, ...]:
        return tuple(self.first + timedelta(days=offset) for offset in range(self.days))

    @cached_property
    def shift_by_id(self) -> Mapping[str, ShiftType]:
        return {shift.id: shift for shift in self.shifts}

    @cached_property
    def agent_by_id(self) -> Mapping[str, Agent]:
        return {agent.id: agent for agent in self.agents}

    def absent(self, agent: str, day: date) -> bool:
        return any(one.agent == agent and one.covers(day) for one in self.absences)

    def with_roster(self, roster: Roster) -> Rota:
        return replace(self, roster=roster)

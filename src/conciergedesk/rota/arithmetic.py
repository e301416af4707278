"""Head-count before any search: can these people cover these lines, with everybody there and with one away?"""

from __future__ import annotations

import math
from dataclasses import dataclass

from conciergedesk.core.i18n import N_, translate
from conciergedesk.rota.calendar import demands_on
from conciergedesk.rota.law.packs import LawBook, RuleKind
from conciergedesk.rota.law.wording import hours
from conciergedesk.rota.values import Agent, Rota, ShiftType

YEAR_MINUTES = 1607 * 60


@dataclass(frozen=True, slots=True)
class LineArithmetic:
    """One line in an ordinary week.

    Attributes:
        own: people trained for the line; ``backups`` those who can stand in.
        shifts_a_week: minimum shifts to staff.
        days_each: most days one person may work in a week.
        minutes_a_week: minutes to staff.
        contract_minutes: what the contracts of the line give.
        spare_when_one_away: shifts left over (negative: missing) when one of the line is away, without backups.
        from_backups: shifts a week that backups must work while one is away.
        slack_year: minutes left in a year after staffing the minimum; None when contracts are not followed.
        recovery_year: minutes of recovery that Sundays and holidays earn in a year.
        label: what the line is called where it has one shift only.
    """

    line: str
    own: tuple[str, ...]
    backups: tuple[str, ...]
    shifts_a_week: int
    days_each: int
    minutes_a_week: int
    contract_minutes: int
    spare_when_one_away: int
    from_backups: int
    slack_year: int | None
    recovery_year: int
    label: str = ""

    @property
    def holds_with_one_away(self) -> bool:
        return self.spare_when_one_away >= 0

    @property
    def full_time_needed(self) -> float:
        """People at 35 h needed before leave and sickness."""
        return math.ceil(self.minutes_a_week / 2100 * 10) / 10

    def sentences(self, language: str | None = None) -> tuple[str, ...]:
        """What a planner must know about this line, with the way out."""
        said = [translate(
            N_("Line {line}: {shifts} shifts and {need} a week, contracts give {have}; "
               "{people} people at 35 h needed before leave."),
            language, line=self.label or self.line, shifts=self.shifts_a_week, need=hours(self.minutes_a_week),
            have=hours(self.contract_minutes), people=self.full_time_needed,
        )]  # fmt: skip
        if not self.holds_with_one_away:
            present = max(0, len(self.own) - 1)
            said.append(translate(
                N_("With one away, the {present} who are left may work {days} days each: "
                   "{able} of {shifts} shifts, {missing} are missing."),
                language, present=present, days=self.days_each, able=present * self.days_each,
                shifts=self.shifts_a_week, missing=-self.spare_when_one_away,
            ))  # fmt: skip
            if self.backups:
                said.append(translate(
                    N_("Way out: {count} shifts a week by people trained as backup ({names})."),
                    language, count=self.from_backups, names=", ".join(self.backups),
                ))  # fmt: skip
            else:
                said.append(translate(
                    N_("Way out: train people of another line as backup, close {missing} shifts a week, or hire."),
                    language, missing=-self.spare_when_one_away,
                ))  # fmt: skip
        if self.slack_year is not None and self.recovery_year > self.slack_year:
            said.append(translate(
                N_("Over a year the line has {slack} of slack, but Sundays and holidays earn {recovery} of recovery."),
                language, slack=hours(self.slack_year), recovery=hours(self.recovery_year),
            ))  # fmt: skip
        return tuple(said)


def days_a_person_may_work(law: LawBook) -> int:
    """Working days one person may do in a civil week under the book."""
    week = law.rule(RuleKind.DAYS_PER_WEEK)
    rest = law.rule(RuleKind.WEEKLY_REST_DAYS)
    most = week.figure if week is not None else 7
    return min(most, 7 - rest.figure) if rest is not None else most


def lines(rota: Rota, law: LawBook) -> tuple[LineArithmetic, ...]:
    """The arithmetic of every line of the rota, for an ordinary week of its demand."""
    found = []
    for line in dict.fromkeys(shift.line or shift.id for shift in rota.shifts if not shift.on_call):
        shifts = [shift for shift in rota.shifts if (shift.line or shift.id) == line and not shift.on_call]
        found.append(_line(rota, law, line, shifts))
    return tuple(found)


def _line(rota: Rota, law: LawBook, line: str, shifts: list[ShiftType]) -> LineArithmetic:
    ids = {shift.id: shift for shift in shifts}
    count = minutes = 0
    for day in rota.dates[:7]:
        for demand in demands_on(rota.site, tuple(d for d in rota.demands if not d.dates), day):
            if demand.shifts and set(demand.shifts) <= set(ids) and not demand.language:
                count += demand.min
                minutes += demand.min * max(ids[id].worked for id in demand.shifts)
    own = [agent for agent in rota.agents if any(_first_hand(agent, shift) for shift in shifts)]
    backups = [
        agent for agent in rota.agents
        if agent not in own and any(agent.can(shift) and agent.only_backup_for(shift) for shift in shifts)
    ]  # fmt: skip
    days_each = days_a_person_may_work(law)
    spare = max(0, len(own) - 1) * days_each - count
    contract = sum(agent.contract_minutes for agent in own)
    give = law.compensation
    per_shift = minutes // count if count else 0
    sunday_shifts = count / 7
    recovery = int(52 * sunday_shifts * per_shift * give.sunday_usual_percent / 100)
    recovery += int(11 * sunday_shifts * per_shift * give.holiday_percent / 100)
    slack = YEAR_MINUTES * len(own) - minutes * 365 // 7 if contract else None
    return LineArithmetic(
        line=line, own=tuple(agent.name or agent.id for agent in own),
        backups=tuple(agent.name or agent.id for agent in backups), shifts_a_week=count, days_each=days_each,
        minutes_a_week=minutes, contract_minutes=contract, spare_when_one_away=spare, from_backups=max(0, -spare),
        slack_year=slack, recovery_year=recovery, label=shifts[0].label if len(shifts) == 1 else "",
    )  # fmt: skip


def _first_hand(agent: Agent, shift: ShiftType) -> bool:
    return agent.can(shift) and not agent.only_backup_for(shift)

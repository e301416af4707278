"""Cyclic rotations under the working-time rules of a site: the day machine of the planner, closed to a circle."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_
from conciergedesk.rota.calendar import day_class
from conciergedesk.rota.checker.judge import blocking, check
from conciergedesk.rota.checker.violations import Violation
from conciergedesk.rota.law.packs import LawBook
from conciergedesk.rota.patterns import Arc, BlockRule, Circulation, Node, RotationRequest, RotationStatus
from conciergedesk.rota.solver.automaton import DayKind, Machine, State
from conciergedesk.rota.solver.compiling import machine_for
from conciergedesk.rota.solver.objective import Objective
from conciergedesk.rota.solver.parts import Frame, Part
from conciergedesk.rota.values import OFF, Assignment, Demand, Roster, Rota, Rotation

CIRCLE_START = date(2023, 1, 2)
"""A Monday with no clock change for twelve weeks: rotations are made for ordinary weeks."""


@dataclass(frozen=True, slots=True)
class LawRotation:
    """A rotation for the members in order, or what is known about it.

    Attributes:
        violations: what the checker says of three full turns of it.
    """

    status: RotationStatus
    rotation: Rotation | None
    violations: tuple[Violation, ...]
    seconds: float
    cuts: int


def rotation_from_demand(
    rota: Rota, law: LawBook, members: tuple[str, ...], shifts: tuple[str, ...], *, start: date | None = None,
    spare: int = 0, seconds: float = 10.0, cancelled: Callable[[], bool] = lambda: False,
) -> LawRotation:  # fmt: skip
    """A cyclic rotation in which every weekday has the minimum of its demand on these shifts, exactly.

    Args:
        spare: further people per weekday on the first shift, Monday to Friday, to come nearer to the contracts.

    Raises:
        InvalidInput: fewer members than people needed on a day, or a member not trained for a shift.
    """
    began = time.perf_counter()
    required = tuple(_required(rota, shift, spare if place == 0 else 0) for place, shift in enumerate(shifts))
    if max(map(sum, zip(*required, strict=True))) > len(members):
        raise InvalidInput(
            N_("more people are needed on one day than the rotation has members"), field="members"
        )
    for member in members:
        if not all(rota.agent_by_id[member].can(rota.shift_by_id[shift]) for shift in shifts):
            raise InvalidInput(N_("a member is not trained for every shift of the rotation"), field="members")
    blocks = tuple(
        BlockRule(shift, rota.shift_by_id[shift].start, rota.shift_by_id[shift].worked, 1, 7)
        for shift in shifts
    )
    request = RotationRequest(len(members), blocks, required).checked()
    flow = Circulation(law_arcs(rota, law, members, shifts), request)
    status = flow.search(began + seconds, cancelled)
    rotation, violations = None, tuple[Violation, ...]()
    if status is RotationStatus.SOLVED:
        begin = start or rota.first - timedelta(days=rota.first.weekday())
        rotation = Rotation("-".join(shifts), members, begin, flow.rotation())
        violations = blocking(_turns(rota, law, rotation))
    return LawRotation(status, rotation, violations, time.perf_counter() - began, flow.cuts)


def _required(rota: Rota, shift: str, spare: int) -> tuple[int, ...]:
    week = []
    for offset in range(7):
        day = CIRCLE_START + timedelta(days=offset)
        asked = [
            demand.min for demand in rota.demands if _is_for(demand, shift) and day_class(day) in demand.days
        ]  # fmt: skip
        week.append(max(asked, default=0) + (spare if offset < 5 else 0))
    return tuple(week)


def _is_for(demand: Demand, shift: str) -> bool:
    return demand.shifts == (shift,) and not demand.language


def law_arcs(rota: Rota, law: LawBook, members: tuple[str, ...], shifts: tuple[str, ...]) -> list[Arc]:
    """Every lawful step from weekday to weekday; Monday's states follow from Sunday's."""
    first = rota.agent_by_id[members[0]]
    plain = replace(
        rota, first=CIRCLE_START, days=14, agents=(replace(first, fixed_off=()),), absences=(), roster=Roster(),
        shifts=tuple(rota.shift_by_id[shift] for shift in shifts), site=replace(rota.site, region="none"),
    )  # fmt: skip
    machine, kinds = machine_for(Frame(plain, law, Objective()), Part(plain.agents, ()))
    begin = replace(State(), free=False, off=machine.off_cap, off_in_week=machine.rules.rest_days)
    arcs: dict[Arc, None] = {}
    start: Node = (0, begin)
    todo, seen = [start], {start}
    while todo:
        node = todo.pop()
        assert isinstance(node, tuple)
        weekday, state = node
        for index, choice in enumerate(machine.choices):
            stepped = _step(machine, state, index, kinds[7 + weekday])
            if stepped is None:
                continue
            head: Node = ((weekday + 1) % 7, stepped[0])
            shift = choice.shifts[0] if choice.shifts else OFF
            arcs[Arc(node, head, weekday, shift, price=stepped[1])] = None
            if head not in seen:
                seen.add(head)
                todo.append(head)
    return list(arcs)


def _step(machine: Machine, state: State, index: int, kind: DayKind) -> tuple[State, int] | None:
    stepped = machine.step(state, index, kind)
    return None if stepped is None else (replace(stepped[0], free=False), stepped[1])


def _turns(rota: Rota, law: LawBook, rotation: Rotation) -> tuple[Violation, ...]:
    """Three turns of the rotation, judged from the second on."""
    weeks = len(rotation.weeks)
    moved = replace(rotation, start=CIRCLE_START)
    rows = [
        Assignment(member, day, shift)
        for member in rotation.members
        for offset in range(21 * weeks)
        for day in (CIRCLE_START + timedelta(days=offset),)
        for shift in (moved.shift_of(member, day),)
        if shift not in (None, OFF) and shift is not None
    ]
    return check(
        replace(rota, absences=()), Roster(tuple(rows)), law, first=CIRCLE_START + timedelta(days=7 * weeks),
        last=CIRCLE_START + timedelta(days=14 * weeks), agents=rotation.members,
    )  # fmt: skip

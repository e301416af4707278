"""Verbs on the rota: keep a draft, publish it, mark somebody absent, hand on, swap and take shifts.

Every change is judged by the independent checker for everybody it touches before anything is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlmodel import col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import Conflict, InvalidInput, NotFound, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.rota import changes
from conciergedesk.rota.changes import Difference, Verdict
from conciergedesk.rota.checker.coverage import seat_counts
from conciergedesk.rota.checker.violations import Violation
from conciergedesk.rota.house import RotaHouse
from conciergedesk.rota.queries import desk_rota, preview, published_until
from conciergedesk.rota.reasons import after_changes
from conciergedesk.rota.tables import RotaAbsence, RotaAssignment, RotaVersion
from conciergedesk.rota.values import Roster
from conciergedesk.rota.writing import (
    AROUND,
    agents_by_code,
    apply,
    assignment_row,
    desk_for_change,
    may_change,
    record_posts,
    sign_or_refuse,
    tell,
    today_at,
    write_change,
)
from conciergedesk.staff.rules import Right

LONGEST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did."""

    rota_id: int
    changed: tuple[Difference, ...]
    late: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class OpenPost:
    """A post that lost somebody and is below its minimum now."""

    day: date
    shift: str
    missing: int


# --- drafts and publishing ----------------------------------------------------------------------------------------


def save_draft(
    unit: Unit,
    house: RotaHouse,
    roster: Roster,
    first: date,
    last: date,
    *,
    value: float = 0,
    bound: float = 0,
) -> int:
    """Keep ``roster`` as the draft of ``first`` to ``last``; an older draft is put aside. Answers its id.

    Raises:
        InvalidInput: no days, more than a year, or somebody the files do not know.
    """
    unit.require(Right.PLAN_ROTA)
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise InvalidInput(N_("Give a period of one day to one year."), field="period")
    for one in roster:
        if one.agent not in house.rota.agent_by_id or one.shift not in house.rota.shift_by_id:
            raise InvalidInput(
                N_("{what} is not in the files of shifts/. Add it there first."), field="roster",
                what=clean_line(f"{one.agent} {one.shift}", 80),
            )  # fmt: skip
    for old in unit.session.exec(select(RotaVersion).where(RotaVersion.state == "draft").with_for_update()):
        old.state = "dropped"
    made = unit.add(
        RotaVersion(
            first=first,
            last=last,
            value=round(value),
            bound=round(max(0.0, bound)),
            made_by_id=unit.actor.id,
            made_at=unit.now,
        )
    )
    assert made.id is not None
    agents = agents_by_code(unit)
    unit.session.add_all(
        assignment_row(house, made.id, one, agents) for one in roster if first <= one.day <= last
    )
    unit.record("rota.drafted", "rota", made.id, first=first, last=last, undoable=False)
    return made.id


def drop_draft(unit: Unit, draft_id: int, *, seen: int | None = None) -> None:
    """Put a draft aside."""
    unit.require(Right.PLAN_ROTA)
    found = unit.load(RotaVersion, draft_id, seen=seen)
    if found.state == "draft":
        found.state = "dropped"
        unit.record("rota.dropped", "rota", draft_id)


def publish(
    unit: Unit, house: RotaHouse, draft_id: int, *, seen: int | None = None, reason: str = ""
) -> Published:
    """Make a draft what holds. Days that are over stay as they were worked.

    Changes told later than the notice period need a ``reason`` and the right to sign exceptions.

    Raises:
        NotFound: no such draft (any more).
        Conflict: somebody changed it since it was shown.
        RuleRefused: a law or a limit is broken, or the notice is too short and no reason is given.
    """
    unit.require(Right.PLAN_ROTA)
    found = unit.load(RotaVersion, draft_id, seen=seen)
    unit.session.exec(select(RotaVersion.id).where(RotaVersion.state == "published").with_for_update()).all()
    plan = preview(unit.session, house, draft_id, unit.now)
    if plan.blocking:
        raise RuleRefused(N_("Cannot be published: {why}"), why=str(plan.blocking[0]))
    reason = clean_line(reason, 200)
    if plan.late:
        if not reason:
            raise RuleRefused(N_("{why}. Say why to publish all the same."), why=str(plan.late[0]))
        unit.require(Right.SIGN_EXCEPTIONS)
    before = published_until(unit.session)
    tell(unit, (one for one in plan.changed if before is not None and one.day <= before))
    today = today_at(unit, house)
    live = unit.session.exec(
        select(RotaAssignment).where(
            col(RotaAssignment.is_live),
            RotaAssignment.day >= max(found.first, today),
            RotaAssignment.day <= found.last,
        )
    ).all()
    for row in live:
        row.is_live = False
    unit.session.flush()
    worked = _live_cells(unit, found.first, today - timedelta(days=1))
    for row in unit.session.exec(select(RotaAssignment).where(RotaAssignment.rota_id == draft_id)):
        row.is_live = row.day >= today or (not worked and row.day < today)
    found.state, found.published_at, found.published_by_id = "published", unit.now, unit.actor.id
    unit.record(
        "rota.published", "rota", draft_id, undoable=False, reason=reason, changes=len(plan.changed),
        late=len(plan.late), first=found.first, last=found.last,
    )  # fmt: skip
    record_posts(
        unit, house, ((one.day, shift) for one in plan.changed for shift in (*one.before, *one.after))
    )
    unit.session.flush()
    # Posts that nobody was ever planned on are open from now on as well.
    desk = desk_rota(unit.session, house, max(found.first, today), max(1, (found.last - today).days + 1))
    empty = {(one.day, one.shifts[0]) for one in seat_counts(desk.rota, desk.roster) if one.missing}
    told = {(one.day, shift) for one in plan.changed for shift in (*one.before, *one.after)}
    record_posts(unit, house, empty - told)
    return Published(draft_id, plan.changed, plan.late)


def _live_cells(unit: Unit, first: date, last: date) -> bool:
    found = unit.session.exec(
        select(RotaAssignment.id)
        .where(col(RotaAssignment.is_live), RotaAssignment.day >= first, RotaAssignment.day <= last)
        .limit(1)
    ).first()
    return found is not None


# --- changes of what holds ----------------------------------------------------------------------------------------


def mark_absent(
    unit: Unit, house: RotaHouse, person: str, first: date, last: date, *, today: date | None = None
) -> tuple[OpenPost, ...]:
    """Somebody is away from ``first`` to ``last``: their shifts fall open. Why is neither asked nor kept.

    Raises:
        InvalidInput: unknown person, or the days are turned round or over.
        NotAllowed: only a supervisor marks somebody else.
    """
    unit.require(Right.SEE_ROTA)
    if person not in house.rota.agent_by_id:
        raise InvalidInput(N_("{person} is not in the team of the rota."), field="person", person=person)
    if last < first or (last - first).days >= LONGEST_DAYS:
        raise InvalidInput(N_("The last day must not be before the first."), field="last")
    now = today or today_at(unit, house)
    if last < now:
        raise InvalidInput(N_("These days are over."), field="last")
    may_change(unit, (person,))
    for known in unit.session.exec(
        select(RotaAbsence).where(RotaAbsence.person == person, RotaAbsence.last >= first)
    ):
        if known.first <= first and known.last >= last:
            raise RuleRefused(
                N_("{person} is marked absent already, from {first} to {last}."),
                person=house.name_of(person), first=known.first, last=known.last,
            )  # fmt: skip
    agents = agents_by_code(unit)
    unit.add(RotaAbsence(agent_id=agents.get(person), person=person, first=first, last=last))
    desk = desk_rota(unit.session, house, first, (last - first).days + 1)
    begins = max(first, now)
    lost = [one for one in desk.roster if one.agent == person and begins <= one.day <= last]
    after = Roster(tuple(one for one in desk.roster if one not in lost))
    version = apply(unit, house, desk.roster, after, agents)
    unit.record("rota.absent", "rota", version, agent=agents.get(person) or 0, first=first, last=last)
    record_posts(unit, house, ((one.day, one.shift) for one in lost))
    posts = {(one.day, one.shift) for one in lost}
    return tuple(
        OpenPost(count.day, count.shifts[0], count.missing)
        for count in seat_counts(desk.rota, after, begins, last)
        if count.missing and any((count.day, shift) in posts for shift in count.shifts)
    )


def mark_present(unit: Unit, house: RotaHouse, person: str, day: date) -> None:
    """Somebody is back from ``day`` on. Shifts that went to others stay with them.

    Raises:
        RuleRefused: the absence stands in the files of the house.
        NotFound: nobody marked them absent on that day.
        NotAllowed: only a supervisor marks somebody else.
    """
    unit.require(Right.SEE_ROTA)
    may_change(unit, (person,))
    if any(one.agent == person and one.covers(day) for one in house.rota.absences):
        raise RuleRefused(N_("This absence stands in shifts/absences.toml. Change it there."))
    rows = unit.session.exec(
        select(RotaAbsence)
        .where(RotaAbsence.person == person, RotaAbsence.first <= day, RotaAbsence.last >= day)
        .with_for_update()
    ).all()
    if not rows:
        raise NotFound(N_("{person} is not marked absent on {day}."), person=house.name_of(person), day=day)
    for row in rows:
        if row.first < day:
            row.last = day - timedelta(days=1)
        else:
            unit.session.delete(row)
    unit.record("rota.present", "rota", 0, agent=agents_by_code(unit).get(person) or 0, first=day)


def take(unit: Unit, house: RotaHouse, person: str, day: date, shift: str, *, exception: str = "") -> Verdict:
    """Put ``person`` on a shift that lacks somebody.

    With ``exception`` a supervisor signs, for that reason, every rule that says no.

    Raises:
        ChangeRefused: a rule says no, with figures and source.
        RuleRefused: nobody is lacking there (any more).
    """
    unit.require(Right.SEE_ROTA)
    desk = desk_for_change(unit, house, (person,), (day,))
    if shift not in house.rota.shift_by_id:
        raise NotFound(N_("There is no shift “{shift}”."), shift=clean_line(shift, 40))
    counts = [one for one in seat_counts(desk.rota, desk.roster, day, day) if shift in one.shifts]
    full = counts and all(one.staffed >= max(one.needed, one.wanted) for one in counts)
    if full:
        raise RuleRefused(N_("Nobody is lacking on {shift} on {day} any more."), shift=shift, day=day)
    verdict = changes.take(desk.rota, desk.roster, house.law, person, day, shift)
    return write_change(unit, house, desk, verdict, "rota.taken", (person,), day, exception=exception)


def hand_on(
    unit: Unit, house: RotaHouse, giver: str, taker: str, day: date, shift: str, *, exception: str = ""
) -> Verdict:
    """A planner gives one person's shift to another; people themselves ask each other. Raises as ``take``."""
    unit.require(Right.PLAN_ROTA)
    desk = desk_for_change(unit, house, (giver, taker), (day,))
    verdict = changes.give(desk.rota, desk.roster, house.law, giver, taker, day, shift)
    return write_change(
        unit, house, desk, verdict, "rota.handed_on", (giver, taker), day, exception=exception
    )


def swap(
    unit: Unit, house: RotaHouse, a: str, day_a: date, b: str, day_b: date, *, exception: str = ""
) -> Verdict:
    """A planner exchanges two people's shifts; judged for both. Raises as ``take``."""
    unit.require(Right.PLAN_ROTA)
    desk = desk_for_change(unit, house, (a, b), (day_a, day_b))
    verdict = changes.swap(desk.rota, desk.roster, house.law, a, day_a, b, day_b)
    return write_change(unit, house, desk, verdict, "rota.swapped", (a, b), day_a, exception=exception)


def repair(unit: Unit, house: RotaHouse, changed: Sequence[Difference], *, exception: str = "") -> Verdict:
    """Write a repair as it was shown. Raises as ``take``, and ``Conflict`` when the rota has moved on since."""
    unit.require(Right.PLAN_ROTA)
    if not changed:
        raise InvalidInput(N_("This repair changes nothing."), field="repair")
    people = tuple(sorted({one.agent for one in changed}))
    days = tuple(sorted({one.day for one in changed}))
    desk = desk_for_change(unit, house, people, days)
    for one in changed:
        if desk.roster.shifts_on(one.agent, one.day) != one.before:
            raise Conflict(
                N_("The rota has changed on {day} since this was worked out. Look again."), day=one.day
            )
    after = after_changes(desk.rota, desk.roster, changed)
    cells = {(one.agent, one.day): after.cell(one.agent, one.day) for one in changed}
    verdict = changes.judge_change(desk.rota, desk.roster, house.law, cells)
    return write_change(unit, house, desk, verdict, "rota.repaired", people, days[0], exception=exception)


def change_cell(
    unit: Unit, house: RotaHouse, person: str, day: date, shifts: Sequence[str], *, draft_id: int = 0,
    exception: str = "",
) -> Verdict:  # fmt: skip
    """Give a person other shifts on a day (none: the day becomes free), in what holds or in a draft.

    Raises as ``take``.
    """
    unit.require(Right.PLAN_ROTA)
    for shift in shifts:
        if shift not in house.rota.shift_by_id:
            raise NotFound(N_("There is no shift “{shift}”."), shift=clean_line(shift, 40))
    if draft_id:
        return _change_draft(unit, house, draft_id, Difference(person, day, (), tuple(shifts)), exception)
    desk = desk_for_change(unit, house, (person,), (day,))
    cell = after_changes(desk.rota, desk.roster, [Difference(person, day, (), tuple(shifts))])
    verdict = changes.judge_change(desk.rota, desk.roster, house.law, {(person, day): cell.cell(person, day)})
    return write_change(unit, house, desk, verdict, "rota.changed", (person,), day, exception=exception)


def _change_draft(unit: Unit, house: RotaHouse, draft_id: int, wanted: Difference, exception: str) -> Verdict:
    found = unit.load(RotaVersion, draft_id)
    person, day = wanted.agent, wanted.day
    if found.state != "draft" or not found.first <= day <= found.last:
        raise NotFound(N_("This draft is no longer there. Go back and refresh the rota."))
    first = day - AROUND
    desk = desk_rota(unit.session, house, first, 2 * AROUND.days + 1)
    shown = replace(desk, roster=desk.with_draft())
    cell = after_changes(shown.rota, shown.roster, [wanted]).cell(person, day)
    verdict = changes.judge_change(shown.rota, shown.roster, house.law, {(person, day): cell})
    if not verdict.accepted:
        sign_or_refuse(unit, verdict, exception)
    rows = unit.session.exec(
        select(RotaAssignment).where(
            RotaAssignment.rota_id == draft_id, RotaAssignment.person == person, RotaAssignment.day == day
        )
    ).all()
    for row in rows:
        if row.shift not in wanted.after:
            unit.session.delete(row)
    kept = {row.shift for row in rows}
    agents = agents_by_code(unit)
    unit.session.add_all(
        assignment_row(house, draft_id, one, agents) for one in cell if one.shift not in kept
    )
    # A cell changed by hand is no longer the planner's proof.
    found.bound = 0
    unit.record("rota.draft_changed", "rota", draft_id, day=day, agents=[agents.get(person) or 0])
    return verdict

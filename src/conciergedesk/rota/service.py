"""Verbs on the rota: keep a draft, publish it, mark somebody absent, hand on, swap and take shifts.

Every change is judged by the independent checker for everybody it touches before anything is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlmodel import col, select

from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, NotFound, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.rota import changes
from conciergedesk.rota.changes import Difference, Verdict, differences
from conciergedesk.rota.checker.coverage import seat_counts
from conciergedesk.rota.checker.instants import span_of
from conciergedesk.rota.checker.violations import Violation
from conciergedesk.rota.house import RotaHouse
from conciergedesk.rota.queries import DeskRota, desk_rota, preview
from conciergedesk.rota.tables import RotaAbsence, RotaAssignment, RotaVersion
from conciergedesk.rota.values import Assignment, Roster
from conciergedesk.staff.rules import Right
from conciergedesk.staff.tables import Agent

LONGEST_DAYS = 366
POSTS_PER_DAY = 100
AROUND = timedelta(days=14)


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


def post_id(house: RotaHouse, day: date, shift: str) -> int:
    """The number of a post: the same on every desk that reads the same files."""
    place = next((place for place, one in enumerate(house.rota.shifts) if one.id == shift), POSTS_PER_DAY - 1)
    return day.toordinal() * POSTS_PER_DAY + place


def post_of(house: RotaHouse, number: int) -> tuple[date, str] | None:
    """Day and shift of a post's number."""
    day, place = divmod(number, POSTS_PER_DAY)
    if place >= len(house.rota.shifts):
        return None
    return date.fromordinal(day), house.rota.shifts[place].id


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
    agents = _agents(unit)
    unit.session.add_all(_row(house, made.id, one, agents) for one in roster if first <= one.day <= last)
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
    today = _today(unit, house)
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
    _record_posts(
        unit, house, ((one.day, shift) for one in plan.changed for shift in (*one.before, *one.after))
    )
    unit.session.flush()
    # Posts that nobody was ever planned on are open from now on as well.
    desk = desk_rota(unit.session, house, max(found.first, today), max(1, (found.last - today).days + 1))
    empty = {(one.day, one.shifts[0]) for one in seat_counts(desk.rota, desk.roster) if one.missing}
    told = {(one.day, shift) for one in plan.changed for shift in (*one.before, *one.after)}
    _record_posts(unit, house, empty - told)
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
    now = today or _today(unit, house)
    if last < now:
        raise InvalidInput(N_("These days are over."), field="last")
    _may_change(unit, (person,))
    agents = _agents(unit)
    unit.add(RotaAbsence(agent_id=agents.get(person), person=person, first=first, last=last))
    desk = desk_rota(unit.session, house, first, (last - first).days + 1)
    begins = max(first, now)
    lost = [one for one in desk.roster if one.agent == person and begins <= one.day <= last]
    after = Roster(tuple(one for one in desk.roster if one not in lost))
    version = _apply(unit, house, desk.roster, after, agents)
    unit.record("rota.absent", "rota", version, agent=agents.get(person) or 0, first=first, last=last)
    _record_posts(unit, house, ((one.day, one.shift) for one in lost))
    posts = {(one.day, one.shift) for one in lost}
    return tuple(
        OpenPost(count.day, count.shifts[0], count.missing)
        for count in seat_counts(desk.rota, after, begins, last)
        if count.missing and any((count.day, shift) in posts for shift in count.shifts)
    )


def take(unit: Unit, house: RotaHouse, person: str, day: date, shift: str) -> Verdict:
    """Put ``person`` on a shift that lacks somebody.

    Raises:
        RuleRefused: a rule says no, with figures and source; or nobody is lacking there (any more).
    """
    unit.require(Right.SEE_ROTA)
    desk = _desk(unit, house, (person,), (day,))
    if shift not in house.rota.shift_by_id:
        raise NotFound(N_("There is no shift “{shift}”."), shift=clean_line(shift, 40))
    counts = [one for one in seat_counts(desk.rota, desk.roster, day, day) if shift in one.shifts]
    full = counts and all(one.staffed >= max(one.needed, one.wanted) for one in counts)
    if full:
        raise RuleRefused(N_("Nobody is lacking on {shift} on {day} any more."), shift=shift, day=day)
    verdict = changes.take(desk.rota, desk.roster, house.law, person, day, shift)
    return _judged(unit, house, desk, verdict, "rota.taken", (person,), day)


def hand_on(unit: Unit, house: RotaHouse, giver: str, taker: str, day: date, shift: str) -> Verdict:
    """Give one person's shift to another. Raises as ``take``."""
    unit.require(Right.SEE_ROTA)
    desk = _desk(unit, house, (giver, taker), (day,))
    verdict = changes.give(desk.rota, desk.roster, house.law, giver, taker, day, shift)
    return _judged(unit, house, desk, verdict, "rota.handed_on", (giver, taker), day)


def swap(unit: Unit, house: RotaHouse, a: str, day_a: date, b: str, day_b: date) -> Verdict:
    """Two people exchange their shifts; judged for both. Raises as ``take``."""
    unit.require(Right.SEE_ROTA)
    desk = _desk(unit, house, (a, b), (day_a, day_b))
    verdict = changes.swap(desk.rota, desk.roster, house.law, a, day_a, b, day_b)
    return _judged(unit, house, desk, verdict, "rota.swapped", (a, b), day_a)


def _desk(unit: Unit, house: RotaHouse, people: Iterable[str], days: Iterable[date]) -> DeskRota:
    """The rota round some days, locked; refuses strangers, the past and who may not."""
    people, days = tuple(people), tuple(days)
    for person in people:
        if person not in house.rota.agent_by_id:
            raise InvalidInput(N_("{person} is not in the team of the rota."), field="person", person=person)
    if min(days) < _today(unit, house):
        raise RuleRefused(N_("{day} is over. What was worked is not changed."), day=min(days))
    _may_change(unit, people)
    for day in days:
        unit.load(RotaVersion, _version_on(unit, day))
    first = min(days) - AROUND
    return desk_rota(unit.session, house, first, (max(days) + AROUND - first).days + 1)


def _judged(
    unit: Unit,
    house: RotaHouse,
    desk: DeskRota,
    verdict: Verdict,
    act: str,
    people: tuple[str, ...],
    day: date,
) -> Verdict:
    if not verdict.accepted:
        raise RuleRefused(N_("Not possible: {why}"), why=str(verdict.refusals[0]))
    agents = _agents(unit)
    version = _apply(unit, house, desk.roster, verdict.roster, agents)
    unit.record(act, "rota", version, day=day, agents=[agents.get(person) or 0 for person in people])
    changed = differences(desk.rota, desk.roster, verdict.roster, desk.rota.first, desk.rota.last)
    _record_posts(unit, house, ((one.day, shift) for one in changed for shift in (*one.before, *one.after)))
    return verdict


def _apply(unit: Unit, house: RotaHouse, before: Roster, after: Roster, agents: dict[str, int]) -> int:
    """Write what separates two rosters; answers the version that was touched (0: nothing was)."""
    gone = set(before.assignments) - set(after.assignments)
    new = set(after.assignments) - set(before.assignments)
    touched = 0
    for one in sorted(gone, key=_order):
        row = unit.session.exec(
            select(RotaAssignment)
            .where(
                col(RotaAssignment.is_live),
                RotaAssignment.person == one.agent,
                RotaAssignment.day == one.day,
                RotaAssignment.shift == one.shift,
            )
            .with_for_update()
        ).one()
        row.is_live = False
        touched = row.rota_id
    unit.session.flush()
    for one in sorted(new, key=_order):
        touched = _version_on(unit, one.day)
        row = _row(house, touched, one, agents)
        row.is_live = True
        unit.session.add(row)
    unit.session.flush()
    return touched


def _order(one: Assignment) -> tuple[date, str, str]:
    return one.day, one.agent, one.shift


def _record_posts(unit: Unit, house: RotaHouse, posts: Iterable[tuple[date, str]]) -> None:
    """Tell the boards of all desks which posts may be open or filled now."""
    for day, shift in sorted(set(posts)):
        unit.record("rota.post_changed", "rota_post", post_id(house, day, shift))


def _version_on(unit: Unit, day: date) -> int:
    """The published version that holds on a day."""
    found = unit.session.exec(
        select(RotaVersion.id)
        .where(RotaVersion.state == "published", RotaVersion.first <= day, RotaVersion.last >= day)
        .order_by(col(RotaVersion.published_at).desc(), col(RotaVersion.id).desc())
        .limit(1)
    ).first()
    if found is None:
        raise RuleRefused(N_("No rota is published for {day}. Publish one first."), day=day)
    return found


def _row(house: RotaHouse, rota_id: int, one: Assignment, agents: dict[str, int]) -> RotaAssignment:
    shift = house.rota.shift_by_id[one.shift]
    span = span_of(one, shift, house.rota.site.timezone)
    return RotaAssignment(
        rota_id=rota_id, agent_id=agents.get(one.agent), person=one.agent, day=one.day, shift=one.shift,
        seat=shift.line, starts_at=datetime.fromtimestamp(span.start * 60, UTC),
        ends_at=datetime.fromtimestamp(span.end * 60, UTC), start_minute=one.start, end_minute=one.end,
        on_call=shift.on_call,
    )  # fmt: skip


def _agents(unit: Unit) -> dict[str, int]:
    """Agents of the desk by code."""
    return {code: number for number, code in unit.session.exec(pick(Agent.id, Agent.code))}


def _may_change(unit: Unit, people: Iterable[str]) -> None:
    """A planner changes everybody's shifts, others only what concerns themselves."""
    unit.require(Right.SEE_ROTA)
    if unit.actor.id is not None and Right.PLAN_ROTA not in unit.actor.rights:
        me = unit.session.get(Agent, unit.actor.id)
        if me is not None and me.code in set(people):
            return
    unit.require(Right.PLAN_ROTA)


def _today(unit: Unit, house: RotaHouse) -> date:
    return unit.now.astimezone(house.zone).date()

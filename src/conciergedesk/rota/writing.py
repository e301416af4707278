"""How a change of the rota is written: judged for everybody it touches, signed for when need be, told to the boards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from sqlmodel import col, select

from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.rota.changes import Difference, Verdict, differences
from conciergedesk.rota.checker.instants import span_of
from conciergedesk.rota.checker.violations import Violation
from conciergedesk.rota.house import RotaHouse
from conciergedesk.rota.law.packs import RuleKind
from conciergedesk.rota.queries import DeskRota, desk_rota
from conciergedesk.rota.tables import RotaAsk, RotaAssignment, RotaException, RotaVersion
from conciergedesk.rota.values import Assignment, Roster
from conciergedesk.staff.rules import Right
from conciergedesk.staff.tables import Agent

AROUND = timedelta(days=14)
POSTS_PER_DAY = 100
NOTICE_LIMIT = 200

SIGNABLE = frozenset(RuleKind) - {
    RuleKind.ABSENT, RuleKind.NOT_EMPLOYED, RuleKind.OVERLAP, RuleKind.SKILL, RuleKind.CLOSED,
}  # fmt: skip
"""Nobody can sign that a person is in two places, there while away, or able to do what they never learned."""


class ChangeRefused(RuleRefused):
    """A change of the rota breaks rules; ``refusals`` are all of them.

    Attributes:
        signable: whether a supervisor could sign an exception to each.
    """

    def __init__(self, refusals: tuple[Violation, ...]) -> None:
        super().__init__(N_("Not possible: {why}"), why=str(refusals[0]))
        self.refusals = refusals

    @property
    def signable(self) -> bool:
        return all(one.kind in SIGNABLE for one in self.refusals)


def post_id(house: RotaHouse, day: date, shift: str) -> int:
    """The number of a post: the same on every desk that reads the same files."""
    place = next((place for place, one in enumerate(house.rota.shifts) if one.id == shift), POSTS_PER_DAY - 1)
    return day.toordinal() * POSTS_PER_DAY + place


def post_of(house: RotaHouse, number: int) -> tuple[date, str] | None:
    """Day and shift of a post's number."""
    day, place = divmod(number, POSTS_PER_DAY)
    if place >= len(house.rota.shifts) or day < 1:
        return None
    return date.fromordinal(day), house.rota.shifts[place].id


def desk_for_change(unit: Unit, house: RotaHouse, people: Iterable[str], days: Iterable[date]) -> DeskRota:
    """The rota round some days, locked; refuses strangers, the past and who may not."""
    people, days = tuple(people), tuple(days)
    for person in people:
        if person not in house.rota.agent_by_id:
            raise InvalidInput(N_("{person} is not in the team of the rota."), field="person", person=person)
    if min(days) < today_at(unit, house):
        raise RuleRefused(N_("{day} is over. What was worked is not changed."), day=min(days))
    may_change(unit, people)
    for day in days:
        unit.load(RotaVersion, version_on(unit, day))
    first = min(days) - AROUND
    return desk_rota(unit.session, house, first, (max(days) + AROUND - first).days + 1)


def write_change(
    unit: Unit,
    house: RotaHouse,
    desk: DeskRota,
    verdict: Verdict,
    act: str,
    people: tuple[str, ...],
    day: date,
    *,
    exception: str = "",
    agreed: bool = False,
) -> Verdict:
    """Write a judged change, or refuse it. Who did not agree to it is told.

    Raises:
        ChangeRefused: a rule says no and nobody signs for it.
    """
    if not verdict.accepted:
        sign_or_refuse(unit, verdict, exception)
    agents = agents_by_code(unit)
    version = apply(unit, house, desk.roster, verdict.roster, agents)
    unit.record(act, "rota", version, day=day, agents=[agents.get(person) or 0 for person in people])
    changed = differences(desk.rota, desk.roster, verdict.roster, desk.rota.first, desk.rota.last)
    if not agreed:
        tell(unit, changed)
    record_posts(unit, house, ((one.day, shift) for one in changed for shift in (*one.before, *one.after)))
    return verdict


def tell(unit: Unit, changed: Iterable[Difference]) -> None:
    """Leave a notice for everybody whose days somebody else has changed; one open notice a person gathers all."""
    agents = agents_by_code(unit)
    people: dict[str, list[Difference]] = {}
    for one in changed:
        if agents.get(one.agent) not in (None, unit.actor.id):
            people.setdefault(one.agent, []).append(one)
    for person, days in people.items():
        said = [f"{one.day.isoformat()}:{'+'.join(one.before)}>{'+'.join(one.after)}" for one in days]
        found = unit.session.exec(
            select(RotaAsk)
            .where(RotaAsk.kind == "notice", RotaAsk.state == "asked", RotaAsk.person == person)
            .with_for_update()
        ).first()
        first = min(one.day for one in days)
        if found is None:
            found = unit.add(
                RotaAsk(
                    kind="notice", person=person, day=first, shift="", answer_by=person,
                    asked_by_id=unit.actor.id, asked_at=unit.now, reason=_within_line(said),
                )
            )  # fmt: skip
        else:
            kept = [one for one in found.reason.split() if one[:10] not in {new[:10] for new in said}]
            found.day, found.asked_at = min(first, found.day), unit.now
            found.asked_by_id, found.reason = unit.actor.id, _within_line([*kept, *said])
        assert found.id is not None
        unit.record("rota.told", "rota_ask", found.id, days=len(days))


def _within_line(days: list[str]) -> str:
    """As many days as a line holds, the first ones."""
    line = ""
    for one in sorted(days):
        if len(line) + len(one) + 1 > NOTICE_LIMIT:
            break
        line = f"{line} {one}".strip()
    return line


def sign_or_refuse(unit: Unit, verdict: Verdict, exception: str) -> None:
    exception = clean_line(exception, 200)
    if not exception or not all(one.kind in SIGNABLE for one in verdict.refusals):
        raise ChangeRefused(verdict.refusals)
    unit.require(Right.SIGN_EXCEPTIONS)
    agents = agents_by_code(unit)
    for one in verdict.refusals:
        signed = unit.add(
            RotaException(
                rule=one.kind, agent_id=agents.get(one.agent), person=one.agent, first=min(one.days),
                last=max(one.days), signed_by_id=unit.actor.id, signed_by=clean_line(unit.actor.name, 80),
                reason=exception, signed_at=unit.now,
            )
        )  # fmt: skip
        assert signed.id is not None
        unit.record(
            "rota.exception_signed", "rota_exception", signed.id, reason=exception, rule=str(one.kind),
            value=one.value, limit=one.limit,
        )  # fmt: skip


def apply(unit: Unit, house: RotaHouse, before: Roster, after: Roster, agents: dict[str, int]) -> int:
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
        touched = version_on(unit, one.day)
        row = assignment_row(house, touched, one, agents)
        row.is_live = True
        unit.session.add(row)
    unit.session.flush()
    return touched


def _order(one: Assignment) -> tuple[date, str, str]:
    return one.day, one.agent, one.shift


def record_posts(unit: Unit, house: RotaHouse, posts: Iterable[tuple[date, str]]) -> None:
    """Tell the boards of all desks which posts may be open or filled now."""
    for day, shift in sorted(set(posts)):
        unit.record("rota.post_changed", "rota_post", post_id(house, day, shift))


def version_on(unit: Unit, day: date) -> int:
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


def assignment_row(house: RotaHouse, rota_id: int, one: Assignment, agents: dict[str, int]) -> RotaAssignment:
    shift = house.rota.shift_by_id[one.shift]
    span = span_of(one, shift, house.rota.site.timezone)
    return RotaAssignment(
        rota_id=rota_id, agent_id=agents.get(one.agent), person=one.agent, day=one.day, shift=one.shift,
        seat=shift.line, starts_at=datetime.fromtimestamp(span.start * 60, UTC),
        ends_at=datetime.fromtimestamp(span.end * 60, UTC), start_minute=one.start, end_minute=one.end,
        on_call=shift.on_call,
    )  # fmt: skip


def agents_by_code(unit: Unit) -> dict[str, int]:
    """Agents of the desk by code."""
    return {code: number for number, code in unit.session.exec(pick(Agent.id, Agent.code))}


def may_change(unit: Unit, people: Iterable[str]) -> None:
    """A planner changes everybody's shifts, others only what concerns themselves."""
    unit.require(Right.SEE_ROTA)
    if unit.actor.id is not None and Right.PLAN_ROTA not in unit.actor.rights:
        me = unit.session.get(Agent, unit.actor.id)
        if me is not None and me.code in set(people):
            return
    unit.require(Right.PLAN_ROTA)


def today_at(unit: Unit, house: RotaHouse) -> date:
    return unit.now.astimezone(house.zone).date()

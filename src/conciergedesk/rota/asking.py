"""Asking each other: exchanges, gifts and calls for volunteers, with the yes of whoever is concerned.

Each step is judged by the independent checker before it is written, so that nobody is asked for what the law
refuses. Who has the last word stands in ``shifts/site.toml`` (``swaps``).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import DeskError, InvalidInput, NotAllowed, NotFound, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.rota import changes
from conciergedesk.rota.changes import Difference, Verdict
from conciergedesk.rota.checker.coverage import seat_counts
from conciergedesk.rota.checker.violations import Violation
from conciergedesk.rota.house import RotaHouse
from conciergedesk.rota.queries import DeskRota, desk_rota
from conciergedesk.rota.tables import RotaAsk
from conciergedesk.rota.writing import AROUND, ChangeRefused, today_at, version_on, write_change
from conciergedesk.staff.rules import Right
from conciergedesk.staff.tables import Agent

LARGEST_ASK = 10_000_000
"""Numbers of asks stay below those of posts, which the boards tell apart by it."""


class AskKind(StrEnum):
    """What is asked."""

    SWAP = "swap"
    GIVE = "give"
    CALL = "call"
    NOTICE = "notice"


class AskState(StrEnum):
    """Where an ask stands; the first two are open."""

    ASKED = "asked"
    AGREED = "agreed"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


OPEN = (AskState.ASKED, AskState.AGREED)


@dataclass(frozen=True, slots=True)
class AskCard:
    """One ask. ``person`` has the shift and ``partner`` would have it; see ``RotaAsk``."""

    id: int
    kind: str
    state: str
    person: str
    day: date
    shift: str
    partner: str
    partner_day: date | None
    partner_shift: str
    answer_by: str
    asked_by_id: int | None
    asked_at: datetime
    reason: str
    version: int

    @property
    def last_day(self) -> date:
        """The first of its days: after it, nothing can be exchanged any more."""
        return min(self.day, self.partner_day or self.day)

    @property
    def told_days(self) -> tuple[Difference, ...]:
        """What a notice tells: the days that somebody else has changed."""
        found = []
        for part in self.reason.split() if self.kind == AskKind.NOTICE else ():
            day, _colon, cells = part.partition(":")
            before, _arrow, after = cells.partition(">")
            with suppress(ValueError):  # a line cut short by hand
                shifts = (tuple(one for one in cell.split("+") if one) for cell in (before, after))
                found.append(Difference(self.person, date.fromisoformat(day), *shifts))
        return tuple(found)

    def concerns(self, person: str) -> bool:
        """Whether somebody gives, gets, or could volunteer."""
        return person in (self.person, self.partner) or (self.kind == AskKind.CALL and not self.partner)


_CARD = (
    RotaAsk.id, RotaAsk.kind, RotaAsk.state, RotaAsk.person, RotaAsk.day, RotaAsk.shift, RotaAsk.partner,
    RotaAsk.partner_day, RotaAsk.partner_shift, RotaAsk.answer_by, RotaAsk.asked_by_id, RotaAsk.asked_at,
    RotaAsk.reason, RotaAsk.version,
)  # fmt: skip


# --- reading ------------------------------------------------------------------------------------------------------


def open_asks(session: Session, today: date) -> tuple[AskCard, ...]:
    """Asks that can still be answered or decided, the first day first."""
    query = pick(*_CARD).where(col(RotaAsk.state).in_(OPEN), RotaAsk.day >= today)
    cards = [AskCard(*row) for row in session.exec(query)]
    return tuple(
        sorted((one for one in cards if one.last_day >= today), key=lambda one: (one.last_day, one.id))
    )


def ask_of(session: Session, ask_id: int) -> AskCard | None:
    """One ask, open or not."""
    row = session.exec(pick(*_CARD).where(RotaAsk.id == ask_id)).first()
    return AskCard(*row) if row is not None else None


def code_of(session: Session, agent_id: int | None) -> str:
    """The code of an agent in ``shifts/``; empty for the desk itself."""
    row = session.exec(pick(Agent.code).where(Agent.id == agent_id)).first() if agent_id else None
    return str(row[0]) if row is not None else ""


# --- asking -------------------------------------------------------------------------------------------------------


def ask_swap(
    unit: Unit, house: RotaHouse, a: str, day_a: date, b: str, day_b: date, *, note: str = ""
) -> AskCard:
    """``a`` asks ``b`` to exchange their shifts of these days.

    Raises:
        NotAllowed: somebody else's shifts.
        ChangeRefused: the exchange would break a rule, for either of them.
        RuleRefused: the day is over, or the same is asked already.
    """
    desk = _ready(unit, house, (a, b), (day_a, day_b))
    _only_own(unit, a)
    if a == b:
        raise InvalidInput(N_("An exchange takes two people."), field="partner")
    mine = changes.main_shift(desk.rota, desk.roster, a, day_a)
    theirs = changes.main_shift(desk.rota, desk.roster, b, day_b)
    _must_hold(changes.swap(desk.rota, desk.roster, house.law, a, day_a, b, day_b))
    return _save(
        unit, kind=AskKind.SWAP, person=a, day=day_a, shift=mine.shift, partner=b, partner_day=day_b,
        partner_shift=theirs.shift, answer_by=b, note=note,
    )  # fmt: skip


def ask_to_take(
    unit: Unit, house: RotaHouse, giver: str, taker: str, day: date, shift: str, *, note: str = ""
) -> AskCard:
    """One of two asks the other: take my shift, or let me take yours. Raises as ``ask_swap``."""
    desk = _ready(unit, house, (giver, taker), (day,))
    me = code_of(unit.session, unit.actor.id)
    if me not in (giver, taker):
        _only_own(unit, giver)
    _must_hold(changes.give(desk.rota, desk.roster, house.law, giver, taker, day, shift))
    return _save(
        unit, kind=AskKind.GIVE, person=giver, day=day, shift=shift, partner=taker,
        answer_by=giver if me == taker else taker, note=note,
    )  # fmt: skip


def call_volunteers(
    unit: Unit, house: RotaHouse, day: date, shift: str, person: str = "", *, note: str = ""
) -> AskCard:
    """Ask everybody who may for one shift: one's own, or one that nobody has (planners only).

    Raises:
        NotAllowed: somebody else's shift.
        RuleRefused: the post lacks nobody, the day is over, or volunteers are called already.
    """
    desk = _ready(unit, house, (person,) if person else (), (day,))
    if shift not in house.rota.shift_by_id:
        raise NotFound(N_("There is no shift “{shift}”."), shift=clean_line(shift, 40))
    if person:
        _only_own(unit, person)
        changes.held(desk.roster, person, day, shift)
    else:
        unit.require(Right.PLAN_ROTA)
        if not _lacks(desk, day, shift):
            raise RuleRefused(N_("Nobody is lacking on {shift} on {day} any more."), shift=shift, day=day)
    return _save(unit, kind=AskKind.CALL, person=person, day=day, shift=shift, note=note)


# --- answering ----------------------------------------------------------------------------------------------------


def answer(unit: Unit, house: RotaHouse, ask_id: int, *, yes: bool, seen: int | None = None) -> AskCard:
    """Say yes or no to an ask; a yes is judged once more and written, or waits for a supervisor.

    Raises:
        NotAllowed: somebody else was asked.
        ChangeRefused: by now a rule says no.
        RuleRefused: it was answered already, or one of the shifts has gone elsewhere since.
    """
    unit.require(Right.SEE_ROTA)
    found = unit.load(RotaAsk, ask_id, seen=seen)
    me = code_of(unit.session, unit.actor.id)
    _must_be(found, AskState.ASKED)
    if found.answer_by and found.answer_by != me:
        raise NotAllowed(N_("Only {name} can answer this."), name=house.name_of(found.answer_by))
    if me not in house.rota.agent_by_id:
        raise NotAllowed(N_("Only people of the rota can take shifts."))
    found.answered_at = unit.now
    if found.kind == AskKind.NOTICE:
        found.state = AskState.DONE
        unit.record("rota.notice_seen", "rota_ask", ask_id)
        return _card(found)
    if not yes:
        if found.kind == AskKind.CALL:
            raise InvalidInput(N_("A call for volunteers needs no refusal."), field="answer")
        found.state = AskState.DECLINED
        unit.record("rota.ask_declined", "rota_ask", ask_id)
        return _card(found)
    if found.kind == AskKind.CALL:
        if me == found.person:
            raise RuleRefused(N_("It is your own shift that is offered."))
        found.partner = me
    desk = _ready(unit, house, _people(found), _days(found))
    verdict = _judge(house, desk, found)
    _must_hold(verdict)
    if house.rota.site.swaps == "supervisor" or (house.rota.site.swaps == "advice" and verdict.advices):
        found.state = AskState.AGREED
        unit.record("rota.ask_agreed", "rota_ask", ask_id)
        return _card(found)
    return _carry_out(unit, house, desk, verdict, found)


def decide(
    unit: Unit, house: RotaHouse, ask_id: int, *, yes: bool, seen: int | None = None, reason: str = ""
) -> AskCard:
    """A supervisor has the last word on what two people agreed. Raises as ``answer``."""
    unit.require(Right.PLAN_ROTA)
    found = unit.load(RotaAsk, ask_id, seen=seen)
    _must_be(found, AskState.AGREED)
    found.decided_at, found.decided_by_id = unit.now, unit.actor.id
    if not yes:
        found.state, found.reason = AskState.REFUSED, clean_line(reason, 200)
        unit.record("rota.ask_refused", "rota_ask", ask_id, reason=found.reason)
        return _card(found)
    desk = _ready(unit, house, _people(found), _days(found))
    return _carry_out(unit, house, desk, _judge(house, desk, found), found)


def withdraw(unit: Unit, house: RotaHouse, ask_id: int, *, seen: int | None = None) -> AskCard:
    """Whoever asked, or a planner, takes an open ask back."""
    unit.require(Right.SEE_ROTA)
    found = unit.load(RotaAsk, ask_id, seen=seen)
    if found.state not in OPEN or found.kind == AskKind.NOTICE:
        raise _answered(found)
    if unit.actor.id is None or found.asked_by_id != unit.actor.id:
        unit.require(Right.PLAN_ROTA)
    found.state = AskState.WITHDRAWN
    assert house.rota.days
    unit.record("rota.ask_withdrawn", "rota_ask", ask_id)
    return _card(found)


def doubts(house: RotaHouse, desk: DeskRota, ask: AskCard) -> tuple[Violation, ...]:
    """What the rules think of what two people agreed: why a supervisor has the last word."""
    try:
        verdict = _judge(house, desk, ask)
    except DeskError:
        return ()  # it moved meanwhile: whoever decides is told
    return (*verdict.refusals, *verdict.advices)


# --- private ------------------------------------------------------------------------------------------------------


def _ready(unit: Unit, house: RotaHouse, people: tuple[str, ...], days: tuple[date, ...]) -> DeskRota:
    unit.require(Right.SEE_ROTA)
    for person in people:
        if person not in house.rota.agent_by_id:
            raise InvalidInput(N_("{person} is not in the team of the rota."), field="person", person=person)
    if min(days) < today_at(unit, house):
        raise RuleRefused(N_("{day} is over. What was worked is not changed."), day=min(days))
    for day in days:
        version_on(unit, day)
    first = min(days) - AROUND
    return desk_rota(unit.session, house, first, (max(days) + AROUND - first).days + 1)


def _only_own(unit: Unit, person: str) -> None:
    if code_of(unit.session, unit.actor.id) != person:
        unit.require(Right.PLAN_ROTA)


def _must_hold(verdict: Verdict) -> None:
    if not verdict.accepted:
        raise ChangeRefused(verdict.refusals)


def _must_be(found: RotaAsk, state: AskState) -> None:
    if found.state != state:
        raise _answered(found)


def _answered(found: RotaAsk) -> RuleRefused:
    said = {
        AskState.ASKED: N_("Nobody has said yes yet."),
        AskState.AGREED: N_("This was answered already; a supervisor has the last word."),
        AskState.DONE: N_("This was done already."),
        AskState.DECLINED: N_("This was declined."),
        AskState.WITHDRAWN: N_("This was withdrawn."),
        AskState.REFUSED: N_("A supervisor has refused this."),
    }
    return RuleRefused(said[AskState(found.state)])


def _people(found: RotaAsk) -> tuple[str, ...]:
    return tuple(one for one in (found.person, found.partner) if one)


def _days(found: RotaAsk) -> tuple[date, ...]:
    return (found.day,) if found.partner_day is None else (found.day, found.partner_day)


def _lacks(desk: DeskRota, day: date, shift: str) -> bool:
    counts = [one for one in seat_counts(desk.rota, desk.roster, day, day) if shift in one.shifts]
    return not counts or any(one.staffed < max(one.needed, one.wanted) for one in counts)


def _judge(house: RotaHouse, desk: DeskRota, found: RotaAsk | AskCard) -> Verdict:
    """The exchange judged on what holds now.

    Raises:
        RuleRefused: one of the shifts is no longer where it was.
    """
    rota, roster, law = desk.rota, desk.roster, house.law
    if found.person and found.shift not in roster.shifts_on(found.person, found.day):
        raise _moved(house, found.person, found.shift, found.day)
    if found.kind == AskKind.SWAP:
        assert found.partner_day is not None
        if found.partner_shift not in roster.shifts_on(found.partner, found.partner_day):
            raise _moved(house, found.partner, found.partner_shift, found.partner_day)
        return changes.swap(rota, roster, law, found.person, found.day, found.partner, found.partner_day)
    if found.person:
        return changes.give(rota, roster, law, found.person, found.partner, found.day, found.shift)
    if not _lacks(desk, found.day, found.shift):
        raise RuleRefused(
            N_("Nobody is lacking on {shift} on {day} any more."), shift=found.shift, day=found.day
        )
    return changes.take(rota, roster, law, found.partner, found.day, found.shift)


def _moved(house: RotaHouse, person: str, shift: str, day: date) -> RuleRefused:
    return RuleRefused(
        N_("{name} no longer has {shift} on {day}: withdraw this and ask again."), name=house.name_of(person),
        shift=house.rota.shift_by_id[shift].label if shift in house.rota.shift_by_id else shift, day=day,
    )  # fmt: skip


def _carry_out(unit: Unit, house: RotaHouse, desk: DeskRota, verdict: Verdict, found: RotaAsk) -> AskCard:
    assert found.id is not None
    write_change(unit, house, desk, verdict, "rota.exchanged", _people(found), found.day, agreed=True)
    found.state = AskState.DONE
    unit.record("rota.ask_done", "rota_ask", found.id)
    return _card(found)


def _save(
    unit: Unit, *, kind: AskKind, person: str, day: date, shift: str, partner: str = "",
    partner_day: date | None = None, partner_shift: str = "", answer_by: str = "", note: str = "",
) -> AskCard:  # fmt: skip
    same = unit.session.exec(
        select(RotaAsk.id).where(
            col(RotaAsk.state).in_(OPEN), RotaAsk.person == person, RotaAsk.day == day, RotaAsk.shift == shift,
            RotaAsk.partner == partner, RotaAsk.kind == str(kind),
        )
    ).first()  # fmt: skip
    if same is not None:
        raise RuleRefused(N_("This is asked already and waits for its answer."))
    made = unit.add(
        RotaAsk(
            kind=kind, person=person, day=day, shift=shift, partner=partner, partner_day=partner_day,
            partner_shift=partner_shift, answer_by=answer_by, asked_by_id=unit.actor.id, asked_at=unit.now,
            reason=clean_line(note, 200),
        )
    )  # fmt: skip
    assert made.id is not None and made.id < LARGEST_ASK
    unit.record("rota.asked", "rota_ask", made.id, what=str(kind), day=day)
    return _card(made)


def _card(found: RotaAsk) -> AskCard:
    assert found.id is not None
    return AskCard(
        found.id, found.kind, found.state, found.person, found.day, found.shift, found.partner,
        found.partner_day, found.partner_shift, found.answer_by, found.asked_by_id, found.asked_at,
        found.reason, found.version,
    )  # fmt: skip

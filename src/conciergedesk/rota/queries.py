"""Reads of the rota: who is on, who is next, one's own shifts, and a whole period as the engine's values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col
from sqlmodel.sql.expression import Select

from conciergedesk.core.db.read import pick
from conciergedesk.core.errors import NotFound
from conciergedesk.core.i18n import N_
from conciergedesk.rota.changes import Difference, differences, notice_violations
from conciergedesk.rota.checker.coverage import SeatCount, seat_counts
from conciergedesk.rota.checker.judge import check
from conciergedesk.rota.checker.violations import Violation
from conciergedesk.rota.house import RotaHouse
from conciergedesk.rota.tables import (
    RotaAbsence,
    RotaAssignment,
    RotaException,
    RotaRecovery,
    RotaVersion,
    RotaWish,
)
from conciergedesk.rota.values import (
    OFF,
    Absence,
    Assignment,
    Publication,
    Recovery,
    Roster,
    Rota,
    SignedException,
    Wish,
)  # fmt: skip

LOOK_BACK = timedelta(days=91)
"""Averages over twelve weeks reach this far back."""
LOOK_AHEAD = timedelta(days=21)


@dataclass(frozen=True, slots=True)
class ShiftSpan:
    """One live shift with its instants."""

    id: int
    agent_id: int | None
    person: str
    day: date
    shift: str
    seat: str
    starts_at: datetime
    ends_at: datetime
    on_call: bool


@dataclass(frozen=True, slots=True)
class RotaCard:
    """A version of the rota without its rows."""

    id: int
    state: str
    first: date
    last: date
    value: int
    bound: int
    made_at: datetime
    published_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class DeskRota:
    """What a desk knows of a period.

    Attributes:
        rota: house files with absences of the desk, and the period asked for.
        roster: what holds, from far enough before to some weeks after the period.
        cards: published versions that touch the period, and the open draft.
    """

    rota: Rota
    roster: Roster
    published_until: date | None
    draft: RotaCard | None
    draft_roster: Roster
    published_from: date | None = None
    absences: tuple[tuple[int, Absence], ...] = ()

    @property
    def shown(self) -> Roster:
        """What holds, with the days of the draft replaced by it."""
        return self.with_draft() if self.draft is not None else self.roster

    def with_draft(self) -> Roster:
        if self.draft is None:
            return self.roster
        first, last = self.draft.first, self.draft.last
        kept = tuple(one for one in self.roster if not first <= one.day <= last)
        return Roster((*kept, *self.draft_roster))


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing a draft would do: who changes what, what is told too late, what forbids it."""

    draft: RotaCard
    changed: tuple[Difference, ...]
    late: tuple[Violation, ...]
    blocking: tuple[Violation, ...]


_SPAN = (
    RotaAssignment.id,
    RotaAssignment.agent_id,
    RotaAssignment.person,
    RotaAssignment.day,
    RotaAssignment.shift,
    RotaAssignment.seat,
    RotaAssignment.starts_at,
    RotaAssignment.ends_at,
    RotaAssignment.on_call,
)
_CARD = (
    RotaVersion.id, RotaVersion.state, RotaVersion.first, RotaVersion.last, RotaVersion.value, RotaVersion.bound,
    RotaVersion.made_at, RotaVersion.published_at, RotaVersion.version,
)  # fmt: skip


def who_is_on(session: Session, now: datetime, *, on_call: bool = False) -> tuple[ShiftSpan, ...]:
    """Shifts under way, the first to end first; with ``on_call`` also who may be rung."""
    query = pick(*_SPAN).where(
        col(RotaAssignment.is_live), RotaAssignment.starts_at <= now, RotaAssignment.ends_at > now
    )
    if not on_call:
        query = query.where(~col(RotaAssignment.on_call))
    query = query.order_by(col(RotaAssignment.ends_at), col(RotaAssignment.seat), col(RotaAssignment.person))
    return tuple(ShiftSpan(*row) for row in session.exec(query))


def next_on(session: Session, now: datetime, limit: int = 6) -> tuple[ShiftSpan, ...]:
    """The shifts that begin next."""
    query = (
        pick(*_SPAN)
        .where(col(RotaAssignment.is_live), RotaAssignment.starts_at > now, ~col(RotaAssignment.on_call))
        .order_by(col(RotaAssignment.starts_at), col(RotaAssignment.seat), col(RotaAssignment.person))
        .limit(limit)
    )
    return tuple(ShiftSpan(*row) for row in session.exec(query))


def shifts_of(session: Session, agent_id: int, first: date, last: date) -> tuple[ShiftSpan, ...]:
    """One agent's live shifts from ``first`` to ``last``."""
    query = (
        pick(*_SPAN)
        .where(
            col(RotaAssignment.is_live),
            RotaAssignment.agent_id == agent_id,
            RotaAssignment.day >= first,
            RotaAssignment.day <= last,
        )
        .order_by(col(RotaAssignment.starts_at))
    )
    return tuple(ShiftSpan(*row) for row in session.exec(query))


def shift_now(session: Session, agent_id: int, now: datetime) -> ShiftSpan | None:
    """The shift an agent is on, on call left out."""
    return next((one for one in who_is_on(session, now) if one.agent_id == agent_id), None)


def published_until(session: Session) -> date | None:
    """The last published day."""
    query = pick(RotaVersion.last).where(RotaVersion.state == "published")
    row = session.exec(query.order_by(col(RotaVersion.last).desc()).limit(1)).first()
    return row[0] if row is not None else None


def published_from(session: Session) -> date | None:
    """The first day that was ever published; nothing was missing before it."""
    query = pick(RotaVersion.first).where(RotaVersion.state == "published")
    row = session.exec(query.order_by(col(RotaVersion.first)).limit(1)).first()
    return row[0] if row is not None else None


def open_draft(session: Session) -> RotaCard | None:
    """The newest draft, if one is open."""
    row = session.exec(
        pick(*_CARD).where(RotaVersion.state == "draft").order_by(col(RotaVersion.id).desc()).limit(1)
    ).first()
    return RotaCard(*row) if row is not None else None


def live_roster(session: Session, house: RotaHouse, first: date, last: date) -> Roster:
    """What holds from ``first`` to ``last``; people and shifts that the files no longer know are left out."""
    query = _cells().where(
        col(RotaAssignment.is_live), RotaAssignment.day >= first, RotaAssignment.day <= last
    )
    return _roster(session, house, query)


def roster_of(session: Session, house: RotaHouse, rota_id: int) -> Roster:
    """The rows of one version."""
    return _roster(session, house, _cells().where(RotaAssignment.rota_id == rota_id))


def _cells() -> Select[*tuple[Any, ...]]:
    return pick(
        RotaAssignment.person, RotaAssignment.day, RotaAssignment.shift, RotaAssignment.start_minute,
        RotaAssignment.end_minute,
    ).order_by(col(RotaAssignment.person), col(RotaAssignment.day), col(RotaAssignment.shift))  # fmt: skip


def _roster(session: Session, house: RotaHouse, query: Select[*tuple[Any, ...]]) -> Roster:
    known, shifts = house.rota.agent_by_id, house.rota.shift_by_id
    return Roster(
        tuple(Assignment(*row) for row in session.exec(query) if row[0] in known and row[2] in shifts)
    )


def desk_rota(session: Session, house: RotaHouse, first: date, days: int) -> DeskRota:
    """Everything about ``days`` days from ``first``."""
    last = first + timedelta(days=days - 1)
    until = published_until(session)
    draft = open_draft(session)
    away = [
        (number, Absence(person, begins, ends))
        for number, person, begins, ends in session.exec(
            pick(RotaAbsence.id, RotaAbsence.person, RotaAbsence.first, RotaAbsence.last)
            .where(RotaAbsence.last >= first - LOOK_BACK)
            .order_by(col(RotaAbsence.first), col(RotaAbsence.id))
        )
        if person in house.rota.agent_by_id
    ]
    roster = live_roster(session, house, first - LOOK_BACK, last + LOOK_AHEAD)
    wishes = wishes_between(session, house, first - LOOK_BACK, last + LOOK_AHEAD)
    rota = replace(
        house.rota,
        first=first,
        days=days,
        absences=(*house.rota.absences, *(absence for _number, absence in away)),
        wishes=(*house.rota.wishes, *remembered(wishes, roster, first)),
        recoveries=(
            *house.rota.recoveries,
            *recoveries_between(session, house, first - LOOK_BACK, last + LOOK_AHEAD),
        ),
        exceptions=(*house.rota.exceptions, *exceptions_since(session, house, first - LOOK_BACK)),
        roster=roster,
        publication=_publication(house, until),
    )
    return DeskRota(
        rota,
        roster,
        until,
        draft,
        roster_of(session, house, draft.id) if draft is not None else Roster(),
        published_from(session) if until is not None else None,
        tuple(away),
    )


def wishes_between(session: Session, house: RotaHouse, first: date, last: date) -> tuple[Wish, ...]:
    """The wishes made on the desk for these days."""
    query = (
        pick(RotaWish.person, RotaWish.day, RotaWish.shift, RotaWish.wanted, RotaWish.weight)
        .where(RotaWish.day >= first, RotaWish.day <= last)
        .order_by(col(RotaWish.day), col(RotaWish.person))
    )
    known, shifts = house.rota.agent_by_id, {OFF, *house.rota.shift_by_id}
    return tuple(Wish(*row) for row in session.exec(query) if row[0] in known and row[2] in shifts)


def recoveries_between(session: Session, house: RotaHouse, first: date, last: date) -> tuple[Recovery, ...]:
    """Rest taken back on these days."""
    query = (
        pick(RotaRecovery.person, RotaRecovery.day, RotaRecovery.minutes)
        .where(RotaRecovery.day >= first, RotaRecovery.day <= last)
        .order_by(col(RotaRecovery.day), col(RotaRecovery.person))
    )
    return tuple(Recovery(*row) for row in session.exec(query) if row[0] in house.rota.agent_by_id)


def remembered(wishes: tuple[Wish, ...], roster: Roster, first: date) -> tuple[Wish, ...]:
    """The wishes from ``first`` on, each heavier by those of the same person that were refused before."""
    refused: dict[str, int] = {}
    for one in wishes:
        if one.day < first and not granted(one, roster):
            refused[one.agent] = refused.get(one.agent, 0) + 1
    return tuple(replace(one, refused_before=refused.get(one.agent, 0)) for one in wishes if one.day >= first)


def granted(wish: Wish, roster: Roster) -> bool:
    """Whether a roster gives what was wished."""
    worked = roster.shifts_on(wish.agent, wish.day)
    met = not worked if wish.shift == OFF else wish.shift in worked
    return met is wish.wanted


def exceptions_since(session: Session, house: RotaHouse, first: date) -> tuple[SignedException, ...]:
    """Exceptions signed on the desk that reach ``first`` or later days."""
    query = (
        pick(
            RotaException.rule, RotaException.person, RotaException.first, RotaException.last,
            RotaException.signed_by, RotaException.reason, RotaException.signed_at,
        )
        .where(RotaException.last >= first)
        .order_by(col(RotaException.id))
    )  # fmt: skip
    return tuple(SignedException(*row) for row in session.exec(query) if row[1] in house.rota.agent_by_id)


def _publication(house: RotaHouse, until: date | None) -> Publication | None:
    if until is None:
        return None
    known = house.rota.publication
    at = known.at if known is not None else datetime.combine(until, datetime.min.time(), house.zone)
    return Publication(until, at, house.notice_days)


def preview(session: Session, house: RotaHouse, draft_id: int, now: datetime) -> Preview:
    """What publishing the draft would change and what stands against it.

    Raises:
        NotFound: it is no draft (any more).
    """
    row = session.exec(pick(*_CARD).where(RotaVersion.id == draft_id, RotaVersion.state == "draft")).first()
    if row is None:
        raise NotFound(N_("This draft is no longer there. Go back and refresh the rota."))
    card = RotaCard(*row)
    desk = desk_rota(session, house, card.first, (card.last - card.first).days + 1)
    after = replace(desk, draft=card, draft_roster=roster_of(session, house, draft_id)).with_draft()
    changed = differences(desk.rota, desk.roster, after, card.first, card.last)
    broken = tuple(one for one in check(desk.rota, after, house.law) if one.blocks)
    return Preview(card, changed, notice_violations(desk.rota, house.law, changed, now), broken)


def gaps(session: Session, house: RotaHouse, first: date, last: date) -> tuple[SeatCount, ...]:
    """Published posts below their minimum from ``first`` to ``last``."""
    until = published_until(session)
    if until is None or until < first:
        return ()
    last = min(last, until)
    rota = replace(house.rota, first=first, days=(last - first).days + 1)
    return tuple(one for one in seat_counts(rota, live_roster(session, house, first, last)) if one.missing)

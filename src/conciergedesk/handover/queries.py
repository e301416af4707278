"""Reads about the shift log and handovers: columns into frozen values."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from conciergedesk.core.db.read import pick
from conciergedesk.core.errors import NotFound
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import fold
from conciergedesk.handover.cards import (
    CashBook,
    HandoverCard,
    HandoverRow,
    ItemCard,
    LineCard,
    LogCard,
    OpenPromise,
    QuestionCard,
    SectionCard,
    VehicleCard,
)
from conciergedesk.handover.rules import EditionLine, LogKind, Visibility
from conciergedesk.handover.tables import (
    CashLine,
    DeskItem,
    Handover,
    HandoverEdition,
    HandoverLine,
    HandoverQuestion,
    HandoverSection,
    LogLine,
    LogLink,
    LogPromise,
    VehicleNote,
)
from conciergedesk.requests.tables import Appointment
from conciergedesk.staff.rules import Role
from conciergedesk.staff.tables import Agent

# --- the log ---

_Later = aliased(LogLine)


def log_lines(
    session: Session,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    kinds: Collection[LogKind] = (),
    team: str = "",
    search: str = "",
    about: tuple[str, int] | None = None,
    reader_team: str = "",
    supervisor: bool = True,
    limit: int = 200,
) -> list[LogCard]:
    """Lines of the log, newest first.

    Args:
        since: First instant, included.
        until: Last instant, excluded.
        kinds: Only these kinds.
        team: Only lines of this team.
        search: Every word must stand in the line, compared folded; ``#tag`` and ``D-12`` work as words.
        about: (kind, id) of what the line is linked to.
        reader_team: Team of who reads, for lines of one team.
        supervisor: Whether who reads sees lines for supervisors.
        limit: How many at most.
    """
    query = (
        pick(
            LogLine.id, LogLine.at, LogLine.author_id, LogLine.author, LogLine.team, LogLine.kind, LogLine.text,
            LogLine.important, LogLine.visibility, LogLine.about_at, LogLine.corrects_id, _Later.id,
        )
        .join(_Later, col(_Later.corrects_id) == LogLine.id, isouter=True)
        .order_by(col(LogLine.at).desc(), col(LogLine.id).desc())
        .limit(limit)
    )  # fmt: skip
    if since is not None:
        query = query.where(col(LogLine.at) >= since)
    if until is not None:
        query = query.where(col(LogLine.at) < until)
    if kinds:
        query = query.where(col(LogLine.kind).in_(list(kinds)))
    if team:
        query = query.where(LogLine.team == team)
    for word in fold(search).split()[:8]:
        query = query.where(col(LogLine.search).contains(word, autoescape=True))
    if about is not None:
        query = query.join(LogLink, col(LogLink.line_id) == LogLine.id).where(
            LogLink.kind == about[0], LogLink.subject_id == about[1]
        )
    if not supervisor:
        query = query.where(
            or_(
                col(LogLine.visibility) == Visibility.ALL,
                and_(col(LogLine.visibility) == Visibility.TEAM, col(LogLine.team) == reader_team),
            )
        )
    rows = list(session.exec(query))
    refs = _refs(session, [row[0] for row in rows])
    return [LogCard(*(*row, refs.get(row[0], ()))) for row in rows]


def _refs(session: Session, lines: Collection[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    if lines:
        query = pick(LogLink.line_id, LogLink.ref).where(col(LogLink.line_id).in_(lines))
        for line_id, shown in session.exec(query.order_by(col(LogLink.id))):
            if shown:
                found[line_id] = (*found.get(line_id, ()), shown)
    return found


def events_between(session: Session, start: datetime, end: datetime) -> list[LogCard]:
    """Events and instructions that take place between two instants."""
    found = session.exec(
        pick(LogLine.id).where(
            col(LogLine.about_at) >= start,
            col(LogLine.about_at) < end,
            col(LogLine.kind).in_((LogKind.EVENT, LogKind.VISITOR)),
        )
    )
    ids = [row[0] for row in found]
    if not ids:
        return []
    lines = [line for line in log_lines(session, until=end, limit=500) if line.id in ids]
    return sorted(
        (line for line in lines if line.corrected_by is None), key=lambda line: line.about_at or line.at
    )


def messages_of_supervisors(session: Session, since: datetime, until: datetime) -> list[LogCard]:
    """Instructions that supervisors left, newest first, without those that were corrected since."""
    supervisors = {row[0] for row in session.exec(pick(Agent.id).where(Agent.role == Role.SUPERVISOR))}
    return [
        line
        for line in log_lines(session, since=since, until=until, kinds=(LogKind.INSTRUCTION,))
        if line.author_id in supervisors and line.corrected_by is None
    ]


def open_promises(
    session: Session, only: Collection[int] | None = None, *, team: str = ""
) -> list[OpenPromise]:
    """Promises of the log that are still to be kept, soonest first."""
    query = (
        pick(
            LogPromise.id, LogPromise.line_id, LogPromise.about, LogPromise.due_at, LogPromise.owner_id,
            Agent.first_name, LogPromise.team,
        )
        .join(Agent, col(Agent.id) == LogPromise.owner_id, isouter=True)
        .where(col(LogPromise.state) == "promised")
        .order_by(col(LogPromise.due_at))
    )  # fmt: skip
    if only is not None:
        query = query.where(col(LogPromise.id).in_(only))
    if team:
        query = query.where(LogPromise.team == team)
    return [
        OpenPromise(i, line, about, due, owner_id, owner or "", of_team)
        for i, line, about, due, owner_id, owner, of_team in session.exec(query)
    ]


# --- what lies at the desk ---


def items_here(session: Session) -> list[ItemCard]:
    """Parcels, luggage and found objects that are here, oldest first."""
    query = (
        pick(
            DeskItem.id, DeskItem.kind, DeskItem.what, DeskItem.for_whom, DeskItem.place, DeskItem.note,
            DeskItem.since,
        )
        .where(col(DeskItem.gone_at).is_(None))
        .order_by(col(DeskItem.since))
    )  # fmt: skip
    return [ItemCard(*row) for row in session.exec(query)]


def cash_book(session: Session, team: str, since: datetime) -> CashBook | None:
    """The float since ``since``: it opens with what should have been there; None when there is no float."""
    before = list(
        session.exec(
            pick(CashLine.kind, CashLine.cents)
            .where(CashLine.team == team, col(CashLine.at) < since)
            .where(col(CashLine.id) >= _last_count_before(session, team, since))
            .order_by(col(CashLine.id))
        )
    )
    now = list(
        session.exec(
            pick(CashLine.kind, CashLine.cents)
            .where(CashLine.team == team, col(CashLine.at) >= since)
            .order_by(col(CashLine.id))
        )
    )
    if not before and not now:
        return None
    opening = 0
    for kind, cents in before:
        opening = cents if kind == "count" else opening + (cents if kind == "in" else -cents)
    counted: int | None = None
    if not before and now[0][0] == "count":
        opening = counted = now.pop(0)[1]  # the first count of all is the opening itself
    for kind, cents in now:
        if kind == "count":
            counted = cents
    return CashBook(
        opening,
        sum(cents for kind, cents in now if kind == "in"),
        sum(cents for kind, cents in now if kind == "out"),
        counted,
    )


def _last_count_before(session: Session, team: str, since: datetime) -> int:
    found = session.exec(
        pick(func.max(CashLine.id)).where(
            CashLine.team == team, CashLine.kind == "count", col(CashLine.at) < since
        )
    ).one()[0]
    return int(found or 0)


def vehicles(session: Session) -> list[VehicleCard]:
    """The newest note about each vehicle, by name."""
    newest = pick(func.max(VehicleNote.id)).group_by(VehicleNote.search)
    query = (
        pick(VehicleNote.name, VehicleNote.charge, VehicleNote.state, VehicleNote.note, VehicleNote.at)
        .where(col(VehicleNote.id).in_(newest))
        .order_by(VehicleNote.search)
    )
    return [VehicleCard(*row) for row in session.exec(query)]


def appointments_between(session: Session, start: datetime, end: datetime) -> int:
    """How many appointments start between two instants."""
    query = pick(func.count()).where(
        col(Appointment.starts_at) >= start,
        col(Appointment.starts_at) < end,
        col(Appointment.state).in_(("held", "confirmed")),
    )
    return int(session.exec(query).one()[0])


# --- handovers ---

_From, _To = aliased(Agent), aliased(Agent)


def handovers(
    session: Session,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    team: str = "",
    only: Collection[int] | None = None,
    waiting: bool = False,
    limit: int | None = 100,
) -> list[HandoverRow]:
    """Handovers by the start of their incoming shift, newest first; ``waiting`` keeps those not accepted."""
    query = (
        pick(
            Handover.id, Handover.team, Handover.from_shift, Handover.to_shift, Handover.since, Handover.ends_at,
            Handover.starts_at, Handover.until, Handover.accept_by, Handover.state, Handover.edition,
            Handover.from_id, _From.first_name, Handover.to_id, _To.first_name, Handover.drafted_at,
            Handover.signed_at, Handover.read_at, Handover.accepted_at, Handover.alerted_at, Handover.open_items,
            Handover.version,
        )
        .join(_From, col(_From.id) == Handover.from_id, isouter=True)
        .join(_To, col(_To.id) == Handover.to_id, isouter=True)
        .order_by(col(Handover.starts_at).desc(), col(Handover.id).desc())
    )  # fmt: skip
    if since is not None:
        query = query.where(col(Handover.starts_at) >= since)
    if until is not None:
        query = query.where(col(Handover.starts_at) < until)
    if team:
        query = query.where(Handover.team == team)
    if only is not None:
        query = query.where(col(Handover.id).in_(only))
    if waiting:
        query = query.where(col(Handover.state) != "accepted")
    if limit is not None:
        query = query.limit(limit)
    return [
        HandoverRow(*row[:12], from_name or "", row[13], to_name or "", *row[15:])  # type: ignore[call-arg]
        for row in session.exec(query)
        for from_name, to_name in ((row[12], row[14]),)
    ]


def handover_card(session: Session, handover_id: int) -> HandoverCard:
    """One handover in full, with the log of the shift that ended.

    Raises:
        NotFound: there is no such handover.
    """
    rows = handovers(session, only=[handover_id])
    if not rows:
        raise NotFound(N_("This record is no longer there. Go back and refresh the list."))
    row = rows[0]
    words = session.exec(
        pick(Handover.synthesis, Handover.signed_for, Handover.accepted_for).where(Handover.id == handover_id)
    ).one()
    sections = session.exec(
        pick(HandoverSection.code, HandoverSection.figure, HandoverSection.tone)
        .where(HandoverSection.handover_id == handover_id)
        .order_by(col(HandoverSection.id))
    )
    questions = session.exec(
        pick(
            HandoverQuestion.id, HandoverQuestion.line_id, HandoverQuestion.asked_at, HandoverQuestion.asked_by,
            HandoverQuestion.text, HandoverQuestion.answered_at, HandoverQuestion.answered_by,
            HandoverQuestion.answer,
        )
        .where(HandoverQuestion.handover_id == handover_id)
        .order_by(col(HandoverQuestion.id))
    )  # fmt: skip
    end = max(row.ends_at, row.signed_at or row.ends_at)
    return HandoverCard(
        row,
        words[0],
        words[1],
        words[2],
        tuple(SectionCard(*one) for one in sections),
        tuple(_lines_of(session, handover_id)),
        tuple(QuestionCard(*one) for one in questions),
        tuple(log_lines(session, since=row.since, until=end, team=row.team, supervisor=False,
                        reader_team=row.team)),
    )  # fmt: skip


def _lines_of(session: Session, handover_id: int) -> list[LineCard]:
    query = (
        pick(
            HandoverLine.id, HandoverLine.section, HandoverLine.position, HandoverLine.colour, HandoverLine.what,
            HandoverLine.action, HandoverLine.owner_id, HandoverLine.owner, HandoverLine.due_at,
            HandoverLine.fallback, HandoverLine.source_kind, HandoverLine.source_id, HandoverLine.is_promise,
            HandoverLine.acknowledged_at, HandoverLine.acknowledged_by_id, HandoverLine.version,
        )
        .where(HandoverLine.handover_id == handover_id, col(HandoverLine.removed).is_(False))
        .order_by(col(HandoverLine.position), col(HandoverLine.id))
    )  # fmt: skip
    return [LineCard(*row) for row in session.exec(query)]


def editions(session: Session, handover_id: int) -> dict[int, tuple[EditionLine, ...]]:
    """The lines of each signed edition."""
    query = (
        pick(HandoverEdition.number, HandoverEdition.body)
        .where(HandoverEdition.handover_id == handover_id)
        .order_by(col(HandoverEdition.number))
    )
    return {number: tuple(EditionLine(**one) for one in body) for number, body in session.exec(query)}


def handover_of_line(session: Session, line_id: int) -> int | None:
    """The handover that a line stands in; None when it was taken out."""
    query = pick(HandoverLine.handover_id).where(
        HandoverLine.id == line_id, col(HandoverLine.removed).is_(False)
    )
    row = session.exec(query).first()
    return None if row is None else int(row[0])


def handover_of_question(session: Session, question_id: int) -> int | None:
    """The handover that a question is about."""
    row = session.exec(pick(HandoverQuestion.handover_id).where(HandoverQuestion.id == question_id)).first()
    return None if row is None else int(row[0])


def find_handover(session: Session, team: str, starts_at: datetime) -> int | None:
    """The handover of one change of shift."""
    query = pick(Handover.id).where(Handover.team == team, Handover.starts_at == starts_at)
    row = session.exec(query).first()
    return None if row is None else int(row[0])


def current_handover(session: Session, team: str, agent_id: int | None, now: datetime) -> int | None:
    """What an agent of a team should see first: one to receive, else one's own, else the latest."""
    rows = handovers(session, team=team, limit=6)
    to_receive = [
        row for row in rows if row.state in ("signed", "read", "questioned") and row.from_id != agent_id
    ]
    own = [row for row in rows if row.from_id == agent_id and row.state not in ("accepted", "missing")]
    for row in (*to_receive, *own, *rows):
        return row.id
    return None

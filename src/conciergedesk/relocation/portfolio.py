"""Many files at once: a coach's portfolio, how full the coaches are, the supervisor's figures."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from itertools import islice

from sqlalchemy import case, func, or_
from sqlmodel import Session, col

from conciergedesk.core.actor import Actor
from conciergedesk.core.db.read import pick
from conciergedesk.core.errors import NotAllowed
from conciergedesk.core.i18n import N_, active_language
from conciergedesk.core.text import fold
from conciergedesk.customers.tables import Organisation
from conciergedesk.relocation.cards import (
    CoachLoad,
    Figures,
    FileStub,
    Portfolio,
    PortfolioLine,
    file_ref,
)
from conciergedesk.relocation.house import RelocationHouse
from conciergedesk.relocation.rules import (
    FOLLOWUP_TOLERANCE_DAYS,
    LEASE_ITEM,
    MAX_OPEN_FILES,
    Share,
    is_overloaded,
    net_promoter,
)
from conciergedesk.relocation.schedule import ItemState
from conciergedesk.relocation.tables import (
    RelocationAction,
    RelocationFile,
    RelocationFollowUp,
    RelocationItem,
    RelocationRisk,
)
from conciergedesk.relocation.words import SILENT_DAYS
from conciergedesk.staff.rules import Right
from conciergedesk.staff.tables import Agent

WINDOW = 200
"""Files of a portfolio that are read at once."""


def portfolio(
    session: Session, house: RelocationHouse, actor: Actor, now: datetime, *, everybody: bool = False
) -> Portfolio:
    """The open files of ``actor``; with ``everybody``, those of all coaches, for supervisors.

    Raises:
        NotAllowed: everybody's files, without being a supervisor.
    """
    today = house.today(now)
    see_all = bool({Right.SEE_ALL_FILES, "*"} & actor.rights)
    if everybody and not see_all:
        raise NotAllowed(N_("Everybody's files are open to supervisors."))
    mine = (
        []
        if everybody
        else [or_(col(RelocationFile.coach_id) == actor.id, col(RelocationFile.backup_id) == actor.id)]
    )
    rows = session.exec(
        pick(
            RelocationFile.id, RelocationFile.household, Organisation.name, RelocationFile.coach_id, Agent.first_name,
            RelocationFile.stage, RelocationFile.stage_since, RelocationFile.arrival, RelocationFile.next_due,
            RelocationFile.next_item, RelocationFile.heard_on, RelocationFile.plan_id, RelocationFile.plan_version,
        )
        .join(Agent, col(Agent.id) == RelocationFile.coach_id)
        .join(Organisation, col(Organisation.id) == RelocationFile.employer_id, isouter=True)
        .where(col(RelocationFile.is_open), *mine)
        .order_by(col(RelocationFile.next_due).is_(None), col(RelocationFile.next_due), col(RelocationFile.id))
        .limit(WINDOW)
    ).all()  # fmt: skip
    ids = [row[0] for row in rows]
    risks = _risk_counts(session, ids)
    pulses = _last_pulses(session, ids)
    lines = []
    for row in rows:
        red, amber = risks.get(row[0], (0, 0))
        lines.append(
            PortfolioLine(
                row[0],
                file_ref(row[0]),
                row[1],
                row[2] or "",
                row[3],
                row[4],
                row[5],
                _stage_label(session, house, row[11], row[12], row[5]),
                row[6],
                row[7],
                row[8],
                _item_label(session, house, row[11], row[12], row[9]),
                row[10],
                red,
                amber,
                pulses.get(row[0]),
            )
        )
    total, late = _one(
        session,
        pick(func.count(), func.sum(case((col(RelocationFile.next_due) < today, 1), else_=0))).where(
            col(RelocationFile.is_open), *mine
        ),
    )
    stages = {
        stage: int(count)
        for stage, count in session.exec(
            pick(RelocationFile.stage, func.count())
            .where(col(RelocationFile.is_open), *mine)
            .group_by(col(RelocationFile.stage))
        )
    }
    return Portfolio(tuple(lines), total, late, stages, coach_loads(session, today) if see_all else ())


def _one(session: Session, query: object) -> tuple[int, ...]:
    found: Sequence[object] = session.exec(query).one()  # type: ignore[call-overload]
    return tuple(int(str(value or 0)) for value in found)


def _item_label(session: Session, house: RelocationHouse, plan_id: str, version: str, code: str) -> str:
    item = house.plan(session, plan_id, version).items.get(code)
    return item.label.in_language(active_language()) if item is not None else code


def _stage_label(session: Session, house: RelocationHouse, plan_id: str, version: str, code: str) -> str:
    stage = house.plan(session, plan_id, version).stages.get(code)
    return stage.label.in_language(active_language()) if stage is not None else code


def _risk_counts(session: Session, ids: Collection[int]) -> dict[int, tuple[int, int]]:
    query = (
        pick(
            RelocationRisk.file_id,
            func.sum(case((col(RelocationRisk.severity) == "red", 1), else_=0)),
            func.sum(case((col(RelocationRisk.severity) == "amber", 1), else_=0)),
        )
        .where(col(RelocationRisk.is_open), col(RelocationRisk.file_id).in_(ids))
        .group_by(col(RelocationRisk.file_id))
    )
    return {file_id: (int(red), int(amber)) for file_id, red, amber in session.exec(query)}


def _last_pulses(session: Session, ids: Collection[int]) -> dict[int, int]:
    query = (
        pick(RelocationFollowUp.file_id, RelocationFollowUp.pulse)
        .where(col(RelocationFollowUp.file_id).in_(ids), col(RelocationFollowUp.pulse).is_not(None))
        .order_by(col(RelocationFollowUp.done_on), col(RelocationFollowUp.id))
    )
    return {file_id: pulse for file_id, pulse in session.exec(query)}


def coach_loads(session: Session, today: date) -> tuple[CoachLoad, ...]:
    """How many open files each coach has, the fullest first."""
    silent = today - timedelta(days=SILENT_DAYS)
    query = (
        pick(
            RelocationFile.coach_id,
            Agent.first_name,
            func.count(),
            func.sum(case((col(RelocationFile.next_due) < today, 1), else_=0)),
            func.sum(case((col(RelocationFile.heard_on) <= silent, 1), else_=0)),
        )
        .join(Agent, col(Agent.id) == RelocationFile.coach_id)
        .where(col(RelocationFile.is_open))
        .group_by(col(RelocationFile.coach_id), col(Agent.first_name))
        .order_by(func.count().desc(), col(Agent.first_name))
    )
    return tuple(
        CoachLoad(
            number,
            name,
            int(files),
            int(late or 0),
            int(quiet or 0),
            is_overloaded(int(files), MAX_OPEN_FILES),
        )
        for number, name, files, late, quiet in session.exec(query)
    )


def find_files(session: Session, text: str, limit: int = 8) -> list[FileStub]:
    """Files by household or number, open ones first; name and coach, for everybody."""
    text = text.strip()
    digits = text.upper().removeprefix("I-").removeprefix("I")
    query = (
        pick(
            RelocationFile.id, RelocationFile.household, RelocationFile.coach_id, Agent.first_name,
            RelocationFile.is_open,
        )
        .join(Agent, col(Agent.id) == RelocationFile.coach_id)
        .where(col(RelocationFile.shortened_at).is_(None))
        .order_by(col(RelocationFile.is_open).desc(), col(RelocationFile.id).desc())
    )  # fmt: skip
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        return [FileStub(*row) for row in session.exec(query.where(RelocationFile.id == int(digits)))]
    words = fold(text).split()
    if not words:
        return []
    # Names are few and short; folded here, "Lefevre" finds "Lefèvre" in every database.
    found = (row for row in session.exec(query) if all(word in fold(row[1]) for word in words))
    return [FileStub(*row) for row in islice(found, limit)]


# --- figures ---


def figures(session: Session, today: date, since: date | None = None) -> Figures:
    """The supervisor's figures over all files, open and closed; ``since`` keeps what fell due from then on.

    Raises:
        Nothing; a figure without cases is None or 0 of 0.
    """
    start = since or date.min
    due = col(RelocationItem.due)
    legal_met = case((col(RelocationItem.done_on) <= due, 1), else_=0)
    met, total = _one(
        session,
        pick(func.sum(legal_met), func.count()).where(
            col(RelocationItem.legal),
            due.is_not(None),
            due >= start,
            RelocationItem.state != ItemState.NOT_APPLICABLE,
            or_(col(RelocationItem.done_on).is_not(None), due < today),
        ),
    )
    # Both ends of the tolerance are compared in Python: date arithmetic is spelled differently by each database.
    contacts = session.exec(
        pick(RelocationFollowUp.due, RelocationFollowUp.done_on).where(
            RelocationFollowUp.code != "pulse",
            col(RelocationFollowUp.due) >= start,
            col(RelocationFollowUp.due) <= today + timedelta(days=400),
        )
    ).all()
    tolerance = timedelta(days=FOLLOWUP_TOLERANCE_DAYS)
    held = [(day, done) for day, done in contacts if done is not None or day + tolerance < today]
    leases = session.exec(
        pick(RelocationFile.opened_on, RelocationItem.done_on)
        .join(RelocationFile, col(RelocationFile.id) == RelocationItem.file_id)
        .where(RelocationItem.code == LEASE_ITEM, col(RelocationItem.done_on).is_not(None))
    ).all()
    pulses = [
        int(pulse)
        for (pulse,) in session.exec(
            pick(RelocationFollowUp.pulse).where(
                col(RelocationFollowUp.pulse).is_not(None), col(RelocationFollowUp.done_on) >= start
            )
        )
    ]
    owners = session.exec(
        pick(
            RelocationItem.owner,
            func.sum(case((col(RelocationItem.is_open), 0), else_=1)),
            func.count(),
        ).group_by(col(RelocationItem.owner))
    ).all()
    (files,) = _one(
        session, pick(func.count()).where(col(RelocationFile.is_open)).select_from(RelocationFile)
    )
    (actions,) = _one(
        session, pick(func.count()).where(col(RelocationAction.is_open)).select_from(RelocationAction)
    )
    return Figures(
        legal=Share(met, total),
        followups=Share(
            sum(done is not None and abs(done - day) <= tolerance for day, done in held), len(held)
        ),
        lease_days=tuple((done - opened).days for opened, done in leases if done >= opened),
        pulses=tuple(pulses),
        promoter=net_promoter(pulses),
        by_owner={owner: Share(int(closed), int(count)) for owner, closed, count in owners},
        open_files=files,
        open_actions=actions,
    )

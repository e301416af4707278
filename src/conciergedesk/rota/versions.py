"""Publications that were made, and going back to one: it becomes a draft, looked at and published like any other.

What held at a publication is read from the journal: it says which rows came to hold with it and which ceased to.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import NotFound, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.journal import JournalLine, JournalRow
from conciergedesk.rota.house import RotaHouse
from conciergedesk.rota.queries import desk_rota, open_draft
from conciergedesk.rota.service import save_draft
from conciergedesk.rota.tables import RotaAssignment, RotaVersion
from conciergedesk.rota.values import Assignment, Roster
from conciergedesk.rota.writing import today_at
from conciergedesk.staff.rules import Right
from conciergedesk.staff.tables import Agent

MOST = 60


@dataclass(frozen=True, slots=True)
class Publishing:
    """One publication.

    Attributes:
        changes: days that changed with it; ``late``: those told later than the notice.
    """

    id: int
    first: date
    last: date
    at: datetime
    by: str
    reason: str
    changes: int
    late: int


def publications(session: Session, limit: int = MOST) -> tuple[Publishing, ...]:
    """Publications, the last one first."""
    query = (
        pick(RotaVersion.id, RotaVersion.first, RotaVersion.last, RotaVersion.published_at, Agent.first_name)
        .outerjoin(Agent, col(Agent.id) == RotaVersion.published_by_id)
        .where(RotaVersion.state == "published")
        .order_by(col(RotaVersion.published_at).desc(), col(RotaVersion.id).desc())
        .limit(limit)
    )
    rows = session.exec(query).all()
    said = {
        number: (reason, facts)
        for number, reason, facts in session.exec(
            pick(JournalLine.subject_id, JournalLine.reason, JournalLine.facts).where(
                JournalLine.act == "rota.published",
                JournalLine.subject_kind == "rota",
                col(JournalLine.subject_id).in_([row[0] for row in rows]),
            )
        )
    }
    found = []
    for number, first, last, at, name in rows:
        reason, facts = said.get(number, ("", {}))
        found.append(
            Publishing(
                number,
                first,
                last,
                at,
                name or "",
                reason,
                int(facts.get("changes", 0)),
                int(facts.get("late", 0)),
            )
        )
    return tuple(found)


def go_back(unit: Unit, house: RotaHouse, version_id: int, *, before: bool = False) -> int:
    """Make a draft, from today on, of what version ``version_id`` published; with ``before``, of what held until then.

    Who is away or no longer in the team is left out. Answers the id of the draft.

    Raises:
        NotFound: there is no such publication.
        RuleRefused: its days are over, nothing held before it, or another draft is open.
    """
    unit.require(Right.PLAN_ROTA)
    draft = open_draft(unit.session)
    if draft is not None:
        raise RuleRefused(
            N_("A draft is open, {first} to {last}. Publish it or put it aside first."),
            first=draft.first, last=draft.last,
        )  # fmt: skip
    version = unit.session.get(RotaVersion, version_id)
    if version is None or version.state != "published" or version.published_at is None:
        raise NotFound(N_("There is no publication {number}."), number=version_id)
    first, last = max(version.first, today_at(unit, house)), version.last
    if before:
        earlier = unit.session.exec(
            pick(RotaVersion.last)
            .where(
                RotaVersion.state == "published",
                col(RotaVersion.published_at) < version.published_at,
                RotaVersion.first <= last,
            )
            .order_by(col(RotaVersion.last).desc())
            .limit(1)
        ).first()
        until: date | None = earlier[0] if earlier is not None else None
        if until is None or until < first:
            raise RuleRefused(
                N_(
                    "Nothing held before this publication on days still to come. Plan these days anew (p) "
                    "or change them (c)."
                )
            )
        last = min(last, until)
    if last < first:
        raise RuleRefused(N_("The days of this publication are over."))
    kept = _rows_of(unit.session, version_id, live_after=not before)
    away = desk_rota(unit.session, house, first, (last - first).days + 1).rota
    known = house.rota.shift_by_id
    roster = Roster(
        tuple(
            one
            for one in kept
            if first <= one.day <= last
            and one.agent in away.agent_by_id
            and one.shift in known
            and not away.absent(one.agent, one.day)
        )
    )
    made = save_draft(unit, house, roster, first, last)
    unit.record("rota.brought_back", "rota", made, undoable=False, version=version_id, before=before)
    return made


def _rows_of(session: Session, version_id: int, *, live_after: bool) -> list[Assignment]:
    """Shifts that came to hold with a publication, or that ceased to."""
    unit = session.exec(
        select(JournalLine.unit).where(
            JournalLine.act == "rota.published",
            JournalLine.subject_kind == "rota",
            JournalLine.subject_id == version_id,
        )
    ).first()
    if unit is None:
        raise NotFound(N_("There is no publication {number}."), number=version_id)
    changed = session.exec(
        pick(JournalRow.row_id, JournalRow.after).where(
            JournalRow.unit == unit, JournalRow.table_name == "rota_assignment", JournalRow.op == "update"
        )
    )
    ids = [number for number, after in changed if json.loads(after or "{}").get("is_live") is live_after]
    found: list[Assignment] = []
    for start in range(0, len(ids), 500):
        rows = session.exec(
            pick(
                RotaAssignment.person, RotaAssignment.day, RotaAssignment.shift, RotaAssignment.start_minute,
                RotaAssignment.end_minute,
            ).where(col(RotaAssignment.id).in_(ids[start : start + 500]))
        )  # fmt: skip
        found += [Assignment(*row) for row in rows]
    return found

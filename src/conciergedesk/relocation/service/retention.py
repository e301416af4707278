"""Keeping no longer than needed: refused candidates after six months, settled households after twelve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, update
from sqlmodel import SQLModel, col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.journal import forget_values
from conciergedesk.relocation.dates import add_months
from conciergedesk.relocation.due import SHORTEN_CLOSED_MONTHS, SHORTEN_REFUSED_MONTHS
from conciergedesk.relocation.house import RelocationHouse
from conciergedesk.relocation.tables import (
    Programme,
    RelocationAction,
    RelocationDocument,
    RelocationFile,
    RelocationFollowUp,
    RelocationItem,
    RelocationMember,
    RelocationNeeds,
    RelocationNote,
    RelocationQuestion,
    RelocationRisk,
    TeleworkDay,
)
from conciergedesk.staff.rules import Right

_DELETED: tuple[type[SQLModel], ...] = (
    RelocationNote, RelocationNeeds, RelocationDocument, RelocationMember, TeleworkDay, RelocationRisk,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shortened:
    """The report of a shortening: how many files by which rule."""

    refused: int = 0
    settled: int = 0
    programmes: int = 0


AT_ONCE = 20
"""Files that one waking-up shortens, so that nobody waits for it; the next one goes on from there."""


def shorten(unit: Unit, house: RelocationHouse) -> Shortened:
    """Take the people out of files that are over for long enough; figures stay, names and words do not.

    Any desk may do it, any number of times; one call does a limited amount.
    """
    unit.require(Right.ERASE_CUSTOMERS)
    today = house.today(unit.now)
    refused = settled = 0
    over = unit.session.exec(
        select(RelocationFile)
        .where(
            col(RelocationFile.is_open).is_(False),
            col(RelocationFile.shortened_at).is_(None),
            # Not one that is too young by any calendar; month ends are judged one by one below.
            col(RelocationFile.closed_on) <= today - timedelta(days=28 * SHORTEN_REFUSED_MONTHS),
        )
        .order_by(col(RelocationFile.closed_on))
    ).all()
    for row in over:
        if refused + settled >= AT_ONCE:
            break
        is_refused = row.state == "declined"
        months = SHORTEN_REFUSED_MONTHS if is_refused else SHORTEN_CLOSED_MONTHS
        if row.closed_on is None or add_months(row.closed_on, months) > today:
            continue
        _shorten_file(unit, row)
        refused += is_refused
        settled += not is_refused
    programmes = _shorten_programmes(unit, today)
    return Shortened(refused, settled, programmes)


def _shorten_file(unit: Unit, row: RelocationFile) -> None:
    assert row.id is not None
    connection = unit.session.connection()
    for table in _DELETED:
        ids = list(unit.session.exec(select(table.id).where(table.file_id == row.id)))  # type: ignore[attr-defined]
        forget_values(unit.session, str(table.__tablename__), ids)
        # Past the session, so that the journal does not keep what is erased.
        connection.execute(delete(table).where(col(table.file_id) == row.id))  # type: ignore[attr-defined]
    for kept, blank in (
        (RelocationItem, {"evidence": "", "reason": "", "waiting_for": "", "who": ""}),
        (RelocationFollowUp, {"words": ""}),
        (RelocationAction, {"outcome": ""}),
        (RelocationQuestion, {"about": ""}),
    ):
        ids = list(unit.session.exec(select(kept.id).where(kept.file_id == row.id)))
        forget_values(unit.session, str(kept.__tablename__), ids)
        connection.execute(update(kept).where(col(kept.file_id) == row.id).values(**blank))
    forget_values(unit.session, "relocation_file", [row.id])
    connection.execute(
        update(RelocationFile)
        .where(col(RelocationFile.id) == row.id)
        .values(
            household="",
            person_id=None,
            household_id=None,
            employer_contact_id=None,
            facts={},
            anchors={},
            from_place="",
            work_place="",
            shortened_at=unit.now,
            version=row.version + 1,
        )
    )
    unit.session.expire(row)
    unit.record("relocation.shortened", "relocation_file", row.id, undoable=False)


def _shorten_programmes(unit: Unit, today: date) -> int:
    rows = unit.session.exec(
        select(Programme).where(
            col(Programme.decision).in_(("not_hired", "withdrew")), Programme.household != ""
        )
    ).all()
    count = 0
    for row in rows:
        if row.decided_on is None or add_months(row.decided_on, SHORTEN_REFUSED_MONTHS) > today:
            continue
        assert row.id is not None
        forget_values(unit.session, "relocation_programme", [row.id])
        unit.session.connection().execute(
            update(Programme)
            .where(col(Programme.id) == row.id)
            .values(household="", person_id=None, version=row.version + 1)
        )
        unit.session.expire(row)
        unit.record("relocation.programme_shortened", "relocation_programme", row.id, undoable=False)
        count += 1
    return count

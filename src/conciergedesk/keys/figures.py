"""Counts of the cabinet, sets to give back, mandates that end, and the figures of key discipline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from conciergedesk.core.db.read import pick
from conciergedesk.keys.cards import (
    CountCard,
    SetRow,
)
from conciergedesk.keys.custody import (
    HolderKind,
    MovementKind,
)
from conciergedesk.keys.queries import Inner, latest_line, set_rows
from conciergedesk.keys.rules import (
    MANDATE_NOTICE_DAYS,
    UNUSED_DAYS,
    Ladder,
)
from conciergedesk.keys.tables import (
    KeyCount,
    KeyCountSeen,
    KeyMovement,
    KeySet,
)
from conciergedesk.keys.tags import show_tag

_COUNT = (
    KeyCount.id, KeyCount.kind, KeyCount.started_at, KeyCount.finished_at, KeyCount.actor, KeyCount.expected,
    KeyCount.counted, KeyCount.differences,
)  # fmt: skip


def _count_card(
    count_id: int,
    kind: str,
    started_at: datetime,
    finished_at: datetime | None,
    actor: str,
    expected: int,
    counted: int,
    differences: list[list[Any]],
) -> CountCard:
    told = tuple((str(tag), str(what), int(seen), int(due)) for tag, what, seen, due in differences)
    return CountCard(count_id, kind, started_at, finished_at, actor, expected, counted, told)


def last_count(session: Session, *, kind: str = "") -> CountCard | None:
    """The newest finished count, of any kind or of one."""
    query = (
        pick(*_COUNT).where(col(KeyCount.finished_at).is_not(None)).order_by(col(KeyCount.finished_at).desc())
    )
    if kind:
        query = query.where(KeyCount.kind == kind)
    row = session.exec(query.limit(1)).first()
    return None if row is None else _count_card(*row)


def open_count(session: Session) -> CountCard | None:
    """The count that is under way, if there is one."""
    row = session.exec(pick(*_COUNT).where(col(KeyCount.finished_at).is_(None)).limit(1)).first()
    return None if row is None else _count_card(*row)


def unused_sets(session: Session, now: datetime, ladder: Ladder, zone: tzinfo) -> list[SetRow]:
    """Sets that have hung here untouched for sixty days: offer them back to their owners."""
    limit = now - timedelta(days=UNUSED_DAYS)
    return [
        row
        for row in set_rows(session, now, ladder, zone)
        if row.position.is_in and row.since is not None and row.since <= limit and row.reservation is None
    ]


def mandates_ending(
    session: Session, today: date, notice: int = MANDATE_NOTICE_DAYS
) -> list[tuple[int, str, date]]:
    """(set, tag, last day) of mandates that end within ``notice`` days or have ended, for sets in custody."""
    query = (
        pick(KeySet.id, KeySet.number, KeySet.mandate_until)
        .join(
            KeyMovement,
            and_(col(KeyMovement.set_id) == KeySet.id, col(KeyMovement.seq) == latest_line(False)),
        )
        .where(
            col(KeySet.mandate_until) <= today + timedelta(days=notice),
            col(KeyMovement.target_kind).not_in((HolderKind.WITH_OWNER, HolderKind.RETIRED)),
        )
        .order_by(col(KeySet.mandate_until), col(KeySet.number))
    )
    return [(i, show_tag(number), until) for i, number, until in session.exec(query)]


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """Key discipline over a period (half-open), with what the figures are made of.

    An outing is overdue when it was not back within the amber delay after its due time, whether it came back
    in the period or is still out at its end.
    """

    outs: int
    returned: int
    returned_late: int
    overdue: int
    lost: int
    seals_opened: int
    seals_without_reason: int

    @property
    def overdue_share(self) -> float | None:
        """Overdue per outing; None when nothing went out."""
        return self.overdue / self.outs if self.outs else None


def key_figures(session: Session, since: datetime, until: datetime, ladder: Ladder) -> KeyFigures:
    """The figures of key discipline for movements between two instants."""
    back = aliased(KeyMovement)
    amber = timedelta(minutes=ladder.amber)
    outings = session.exec(
        pick(KeyMovement.due_at, back.at)
        .select_from(KeyMovement)
        .join(
            back,
            and_(
                col(back.set_id) == KeyMovement.set_id,
                col(back.seq)
                == select(func.min(col(Inner.seq)))
                .where(
                    col(Inner.set_id) == KeyMovement.set_id,
                    col(Inner.seq) > KeyMovement.seq,
                    col(Inner.moves),
                )
                .correlate(KeyMovement)
                .scalar_subquery(),
            ),
            isouter=True,
        )
        .where(
            col(KeyMovement.kind).in_((MovementKind.OUT_TO_GUEST, MovementKind.OUT_TO_PROVIDER)),
            col(KeyMovement.at) >= since,
            col(KeyMovement.at) < until,
        )
    ).all()
    overdue = sum(
        due is not None and (returned if returned is not None and returned < until else until) >= due + amber
        for due, returned in outings
    )
    returns = [(due, at) for due, at in outings if at is not None and at < until]
    counts = {
        kind: int(count)
        for kind, count in session.exec(
            pick(KeyMovement.kind, func.count())
            .where(col(KeyMovement.at) >= since, col(KeyMovement.at) < until)
            .group_by(col(KeyMovement.kind))
        )
    }
    mute = session.exec(
        pick(func.count()).where(
            KeyMovement.kind == MovementKind.SEAL_OPENED,
            col(KeyMovement.at) >= since,
            col(KeyMovement.at) < until,
            or_(col(KeyMovement.reason) == "", col(KeyMovement.reason).is_(None)),
        )
    ).one()[0]
    return KeyFigures(
        outs=len(outings),
        returned=counts.get(MovementKind.IN_FROM_GUEST, 0) + counts.get(MovementKind.IN_FROM_PROVIDER, 0),
        returned_late=sum(due is not None and at > due for due, at in returns),
        overdue=overdue,
        lost=counts.get(MovementKind.DECLARED_LOST, 0),
        seals_opened=counts.get(MovementKind.SEAL_OPENED, 0),
        seals_without_reason=int(mute),
    )


def seen_in_count(session: Session, count_id: int) -> dict[int, int]:
    """Pieces by set, as ticked so far in a count."""
    query = pick(KeyCountSeen.set_id, KeyCountSeen.pieces).where(col(KeyCountSeen.count_id) == count_id)
    return {set_id: pieces for set_id, pieces in session.exec(query)}

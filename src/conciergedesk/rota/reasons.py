"""Why a repair changes each cell it changes: what it fills, or which rule would be broken otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from conciergedesk.rota.changes import Difference, judge_change, notice_violations, rests_around
from conciergedesk.rota.checker.coverage import seat_counts
from conciergedesk.rota.checker.ledger import week_minutes
from conciergedesk.rota.checker.violations import Violation
from conciergedesk.rota.law.packs import LawBook
from conciergedesk.rota.values import Assignment, Roster, Rota


@dataclass(frozen=True, slots=True)
class CellReason:
    """One changed cell and why.

    Attributes:
        fills: shifts that would lack somebody without this change.
        otherwise: the rule that the rest of the repair would break without this change.
        late: the notice that is too short; the person must agree.
        rest_before: minutes of rest before the new shift; None when the day becomes free.
    """

    changed: Difference
    person: str
    fills: tuple[str, ...]
    otherwise: Violation | None
    late: Violation | None
    week_before: int
    week_after: int
    rest_before: int | None


def after_changes(rota: Rota, roster: Roster, changed: Sequence[Difference]) -> Roster:
    """The roster with the changed cells; what stays in a cell keeps its own times."""
    cells = {}
    for one in changed:
        kept = {old.shift: old for old in roster.cell(one.agent, one.day)}
        cells[one.agent, one.day] = tuple(
            kept.get(shift, Assignment(one.agent, one.day, shift)) for shift in one.after
        )
    assert rota.days
    return roster.with_cells(cells)


def reasons(
    rota: Rota, roster: Roster, law: LawBook, changed: Sequence[Difference], now: datetime
) -> tuple[CellReason, ...]:
    """Why each of ``changed`` is there: each is left out once, and what goes wrong then is its reason."""
    after = after_changes(rota, roster, changed)
    late = {(one.agent, one.days[0]): one for one in notice_violations(rota, law, tuple(changed), now)}
    found = []
    for one in changed:
        person = rota.agent_by_id[one.agent]
        without = after.with_cell(one.agent, one.day, roster.cell(one.agent, one.day))
        short = _missing(rota, without, one.day) - _missing(rota, after, one.day)
        fills = tuple(shift for shift in one.after if shift not in one.before and shift in short)
        # Judged against the repaired rota: only what leaving this cell out breaks counts.
        verdict = judge_change(rota, after, law, {(one.agent, one.day): roster.cell(one.agent, one.day)})
        found.append(
            CellReason(
                changed=one,
                person=person.name or person.id,
                fills=fills,
                otherwise=next(iter((*verdict.refusals, *verdict.advices)), None),
                late=late.get((one.agent, one.day)),
                week_before=week_minutes(rota, roster, one.agent, one.day),
                week_after=week_minutes(rota, after, one.agent, one.day),
                rest_before=rests_around(rota, after, one.agent, one.day)[0],
            )
        )
    return tuple(found)


def _missing(rota: Rota, roster: Roster, day: date) -> set[str]:
    """Shifts of a day below their minimum, once more for each who is missing."""
    return {shift for count in seat_counts(rota, roster, day, day) if count.missing for shift in count.shifts}

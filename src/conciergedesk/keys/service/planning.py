"""Reserving a set: conflicts are told when the promise is made, with a spare set where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.keys.clashes import Conflict, Window, conflicts_of
from conciergedesk.keys.custody import OUTSIDE_DESK, HolderKind
from conciergedesk.keys.queries import reservations, spare_sets
from conciergedesk.keys.rules import Ladder
from conciergedesk.keys.service.writing import desk_zone, open_set, person_name
from conciergedesk.keys.tables import KeyReservation
from conciergedesk.keys.tags import show_tag
from conciergedesk.staff.rules import Right


@dataclass(frozen=True, slots=True)
class Reserved:
    """A reservation, or why there is none: then ``id`` is None and ``spares`` are free sets of the same door."""

    id: int | None
    conflicts: tuple[Conflict, ...] = ()
    spares: tuple[tuple[int, str], ...] = ()


def reserve(
    unit: Unit,
    set_id: int,
    since: datetime,
    until: datetime,
    *,
    holder_kind: HolderKind = HolderKind.GUEST,
    holder_id: int | None = None,
    holder_name: str = "",
    request_id: int | None = None,
    despite: bool = False,
) -> Reserved:
    """Promise a set for a window. With a conflict nothing is written unless ``despite`` is said.

    Raises:
        InvalidInput: nobody is named, or the window ends before it begins or has passed.
    """
    unit.require(Right.HANDLE_KEYS)
    opened = open_set(unit, set_id)
    name = clean_line(holder_name, 120)
    if holder_id is not None and holder_kind in {HolderKind.GUEST, HolderKind.OWNER}:
        name = person_name(unit.session, holder_id) or name
    if not name or holder_kind not in OUTSIDE_DESK:
        raise InvalidInput(N_("Say who takes the key: a person, not a company."), field="holder")
    if until <= since or until <= unit.now:
        raise InvalidInput(N_("The reservation must end after it begins, and in the future."), field="until")
    wanted = Window(since, until, name)
    others = [
        Window(one.since, one.until, one.holder_name) for one in reservations(unit.session, set_id=set_id)
    ]
    zone = desk_zone(unit.session)
    conflicts = conflicts_of(wanted, others, opened.position, opened.row.mandate_until, zone)
    if conflicts and not despite:
        spares = [
            (row.id, row.tag)
            for row in spare_sets(unit.session, set_id, unit.now, Ladder(), zone)
            if not any(
                Window(one.since, one.until).overlaps(wanted)
                for one in reservations(unit.session, set_id=row.id)
            )
        ]
        return Reserved(None, conflicts, tuple(spares))
    row = unit.add(
        KeyReservation(
            set_id=set_id,
            holder_kind=holder_kind,
            holder_id=holder_id,
            holder_name=name,
            since=since,
            until=until,
            request_id=request_id,
            made_at=unit.now,
        )
    )
    assert row.id is not None
    unit.record("key.reserved", "key_set", set_id, since=since, until=until, despite=bool(conflicts))
    return Reserved(row.id, conflicts)


def cancel_reservation(unit: Unit, reservation_id: int, *, reason: str, seen: int | None = None) -> None:
    """Give a promised set free again.

    Raises:
        RuleRefused: it was used or cancelled already.
        InvalidInput: no reason.
    """
    unit.require(Right.HANDLE_KEYS)
    row = unit.load(KeyReservation, reservation_id, seen=seen)
    reason = clean_line(reason, 200)
    if not reason:
        raise InvalidInput(N_("Give a reason."), field="reason")
    if row.state != "planned":
        opened = open_set(unit, row.set_id)
        raise RuleRefused(
            N_("This reservation of key {tag} is over already. Refresh the list."),
            tag=show_tag(opened.row.number),
        )
    row.state = "cancelled"
    unit.record("key.reservation_cancelled", "key_set", row.set_id, reason=reason)

"""What lies at the desk: parcels and luggage, the float, the vehicles."""

from __future__ import annotations

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line, fold
from conciergedesk.handover.tables import CashLine, DeskItem, VehicleNote
from conciergedesk.staff.rules import Right

ITEM_KINDS = ("parcel", "luggage", "found")
VEHICLE_STATES = ("ready", "out", "garage")


def take_in(
    unit: Unit,
    *,
    kind: str,
    what: str,
    for_whom: str = "",
    place: str = "",
    note: str = "",
    request_id: int | None = None,
) -> int:
    """Take a parcel, luggage or a found object into keeping."""
    unit.require(Right.WRITE_LOG)
    if kind not in ITEM_KINDS:
        raise InvalidInput(N_("Choose parcel, luggage or found."), field="kind")
    if not clean_line(what):
        raise InvalidInput(N_("Say what it is."), field="what")
    row = unit.add(
        DeskItem(
            kind=kind,
            what=clean_line(what, 120),
            for_whom=clean_line(for_whom, 120),
            place=clean_line(place, 60),
            note=clean_line(note, 200),
            request_id=request_id,
            since=unit.now,
        )
    )
    assert row.id is not None
    unit.record("item.taken_in", "desk_item", row.id, item_kind=kind)
    return row.id


def give_out(unit: Unit, item_id: int, *, to: str) -> None:
    """Give it to somebody; says to whom."""
    unit.require(Right.WRITE_LOG)
    row = unit.load(DeskItem, item_id)
    if row.gone_at is not None:
        raise RuleRefused(N_("It was already given out."))
    if not clean_line(to):
        raise InvalidInput(N_("Say to whom."), field="to")
    row.gone_at, row.gone_to = unit.now, clean_line(to, 120)
    unit.record("item.given_out", "desk_item", item_id)


def cash(unit: Unit, kind: str, cents: int, *, note: str = "") -> int:
    """Write down money that came in or went out, or a count of the float.

    Args:
        kind: ``in``, ``out`` or ``count``.
        cents: The amount, or all that was counted.
    """
    unit.require(Right.WRITE_LOG)
    if kind not in ("in", "out", "count"):
        raise InvalidInput(N_("Choose in, out or count."), field="kind")
    if cents < 0 or (cents == 0 and kind != "count"):
        raise InvalidInput(N_("Give an amount above zero."), field="cents")
    row = unit.add(
        CashLine(
            at=unit.now,
            team=unit.actor.team,
            kind=kind,
            cents=cents,
            note=clean_line(note, 120),
            author_id=unit.actor.id,
            author=unit.actor.name,
        )
    )
    assert row.id is not None
    unit.record("cash.written", "cash_line", row.id, cash_kind=kind, cents=cents)
    return row.id


def note_vehicle(
    unit: Unit, name: str, *, charge: int | None = None, state: str = "ready", note: str = ""
) -> int:
    """Write down how a vehicle stands; ``charge`` is a percentage."""
    unit.require(Right.WRITE_LOG)
    name = clean_line(name, 40)
    if not name:
        raise InvalidInput(N_("Say which vehicle."), field="name")
    if charge is not None and not 0 <= charge <= 100:
        raise InvalidInput(N_("A charge lies between 0 and 100 %."), field="charge")
    if state not in VEHICLE_STATES:
        raise InvalidInput(N_("Choose ready, out or garage."), field="state")
    row = unit.add(
        VehicleNote(
            at=unit.now,
            name=name,
            search=fold(name)[:40],
            charge=charge,
            state=state,
            note=clean_line(note, 120),
            author_id=unit.actor.id,
        )
    )
    assert row.id is not None
    unit.record("vehicle.noted", "vehicle_note", row.id, vehicle_state=state)
    return row.id

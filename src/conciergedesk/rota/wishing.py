"""What people would like on a day, kept beside the files of the house; the planner weighs it and remembers refusals."""

from __future__ import annotations

from datetime import date

from sqlmodel import select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, NotFound
from conciergedesk.core.i18n import N_
from conciergedesk.rota.house import RotaHouse
from conciergedesk.rota.tables import RotaWish
from conciergedesk.rota.values import OFF
from conciergedesk.rota.writing import agents_by_code, may_change, today_at
from conciergedesk.staff.rules import Right

HEAVIEST = 5


def wish(
    unit: Unit, house: RotaHouse, person: str, day: date, shift: str = OFF, *, wanted: bool = True, weight: int = 2
) -> int:  # fmt: skip
    """Note what ``person`` would like on ``day``; it replaces an earlier wish for that day. Answers its id.

    Raises:
        InvalidInput: unknown person or shift, a day that is over, a weight outside 1 to 5, or a shift that the
            person is not trained for.
        NotAllowed: somebody else's wish, for who does not plan.
    """
    unit.require(Right.SEE_ROTA)
    if person not in house.rota.agent_by_id:
        raise InvalidInput(N_("{person} is not in the team of the rota."), field="person", person=person)
    may_change(unit, (person,))
    if day < today_at(unit, house):
        raise InvalidInput(N_("These days are over."), field="day")
    if shift != OFF:
        known = house.rota.shift_by_id.get(shift)
        if known is None:
            raise InvalidInput(N_("There is no shift “{shift}”."), field="shift", shift=shift)
        if wanted and not house.rota.agent_by_id[person].can(known):
            raise InvalidInput(
                N_("{person} is not trained for {shift}."), field="shift", person=house.name_of(person),
                shift=known.label or shift,
            )  # fmt: skip
    if not 1 <= weight <= HEAVIEST:
        raise InvalidInput(N_("A wish weighs from 1 to {most}."), field="weight", most=HEAVIEST)
    found = unit.session.exec(
        select(RotaWish).where(RotaWish.person == person, RotaWish.day == day).with_for_update()
    ).first()
    if found is None:
        found = unit.add(
            RotaWish(
                agent_id=agents_by_code(unit).get(person), person=person, day=day, shift=shift, wanted=wanted,
                weight=weight, made_at=unit.now,
            )
        )  # fmt: skip
    else:
        found.shift, found.wanted, found.weight, found.made_at = shift, wanted, weight, unit.now
    assert found.id is not None
    unit.record("rota.wished", "rota_wish", found.id, day=day)
    return found.id


def take_wish_back(unit: Unit, house: RotaHouse, person: str, day: date) -> None:
    """Forget the wish of a day.

    Raises:
        NotFound: there is none on the desk; those of ``shifts/wishes.toml`` are changed there.
    """
    unit.require(Right.SEE_ROTA)
    may_change(unit, (person,))
    assert house.rota.days
    found = unit.session.exec(
        select(RotaWish).where(RotaWish.person == person, RotaWish.day == day).with_for_update()
    ).first()
    if found is None:
        raise NotFound(
            N_("There is no wish to take back on this day. Those of shifts/wishes.toml stand there.")
        )
    assert found.id is not None
    unit.record("rota.wish_taken_back", "rota_wish", found.id, day=day)
    unit.session.delete(found)

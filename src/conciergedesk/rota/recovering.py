"""Rest taken back: a planner notes the day and the hours, and the recovery ledger goes down by them."""

from __future__ import annotations

from datetime import date, timedelta

from sqlmodel import select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, NotFound, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.rota.house import RotaHouse
from conciergedesk.rota.law.wording import hours
from conciergedesk.rota.queries import live_roster
from conciergedesk.rota.tables import RotaRecovery
from conciergedesk.rota.writing import agents_by_code, today_at
from conciergedesk.staff.rules import Right

REACH = timedelta(days=400)


def note_recovery(unit: Unit, house: RotaHouse, person: str, day: date, minutes: int) -> None:
    """``person`` takes ``minutes`` of earned rest back on ``day``.

    It replaces what was noted for that day; 0 takes it out.

    Raises:
        InvalidInput: unknown person, a day too far away, or more than a day of minutes.
        RuleRefused: the person works that day, as long or less.
        NotFound: nothing was noted for that day.
    """
    unit.require(Right.PLAN_ROTA)
    if person not in house.rota.agent_by_id:
        raise InvalidInput(N_("{person} is not in the team of the rota."), field="person", person=person)
    if abs(day - today_at(unit, house)) > REACH:
        raise InvalidInput(N_("{day} is more than a year away."), field="day", day=day)
    if not 0 <= minutes <= 1440:
        raise InvalidInput(N_("Give hours from 0 to 24."), field="hours")
    found = unit.session.exec(
        select(RotaRecovery).where(RotaRecovery.person == person, RotaRecovery.day == day).with_for_update()
    ).first()
    agents = agents_by_code(unit)
    number = found.id if found is not None else None
    if not minutes:
        if found is None:
            raise NotFound(
                N_("No recovery is noted for {person} on {day}."), person=house.name_of(person), day=day
            )
        unit.session.delete(found)
    else:
        _refuse_worked(unit, house, person, day, minutes)
        if found is None:
            made = unit.add(
                RotaRecovery(
                    agent_id=agents.get(person), person=person, day=day, minutes=minutes,
                    noted_by_id=unit.actor.id, noted_at=unit.now,
                )
            )  # fmt: skip
            number = made.id
        else:
            found.minutes, found.noted_by_id, found.noted_at = minutes, unit.actor.id, unit.now
    assert number is not None
    unit.record(
        "rota.recovery_noted", "rota", number, agent=agents.get(person) or 0, day=day, minutes=minutes
    )


def _refuse_worked(unit: Unit, house: RotaHouse, person: str, day: date, minutes: int) -> None:
    """Some hours may be taken of a shift; a whole day only when nothing is worked."""
    for one in live_roster(unit.session, house, day, day):
        shift = house.rota.shift_by_id[one.shift]
        if one.agent == person and not shift.on_call and minutes >= shift.worked:
            raise RuleRefused(
                N_("{person} works {shift} on {day}, {worked}: free the day first (c), or note fewer hours."),
                person=house.name_of(person), shift=shift.label or shift.id, day=day, worked=hours(shift.worked),
            )  # fmt: skip

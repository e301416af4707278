"""Agreements that run out, prices under four eyes, trainings worth proposing, and who decides on which theme."""

from __future__ import annotations

from datetime import UTC, datetime, time

from sqlmodel import col, select

from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.hotline.house import HotlineHouse
from conciergedesk.hotline.rules import (
    price_needs_second_person,
    renewal_ladder,
    renewal_step_due,
)
from conciergedesk.hotline.service.clocking import load
from conciergedesk.hotline.service.opening import checked
from conciergedesk.hotline.tables import PriceChange, RenewalStep, ThemeReferent, Ticket, TrainingSuggestion
from conciergedesk.providers.tables import Provider
from conciergedesk.staff.rules import Right
from conciergedesk.staff.tables import Agent

_REMIND_AT = time(17, 0)
"""Local time by which a rung of the ladder is answered on its day."""


def note_renewals(unit: Unit, house: HotlineHouse) -> int:
    """Write down each rung of the renewal ladder that is reached, once; answers how many.

    A higher rung that nobody climbed is passed: one reminder is owed per agreement, the latest.
    """
    today = unit.now.astimezone(house.book.zone).date()
    rules = house.rules
    farthest = max(rules.renewal_days)
    rows = unit.session.exec(
        pick(Provider.id, Provider.agreement_until).where(
            col(Provider.agreement_until) >= today,
            Provider.agreement == "signed",
        )
    ).all()
    reached = 0
    for provider_id, end in rows:
        if provider_id is None or (end - today).days > farthest:
            continue
        known = unit.session.exec(
            select(RenewalStep).where(RenewalStep.provider_id == provider_id, RenewalStep.end_on == end)
        ).all()
        step = renewal_step_due(end, today, [row.days_before for row in known], rules)
        if step is None:
            continue
        for row in known:
            if row.state == "due":
                row.state, row.ended_at = "passed", unit.now
                assert row.id is not None
                unit.record(
                    "agreement.step_passed", "agreement", row.id, undoable=False, provider=provider_id
                )
        due_at = datetime.combine(step.due, _REMIND_AT, tzinfo=house.book.zone).astimezone(UTC)
        made = unit.add(
            RenewalStep(provider_id=provider_id, end_on=end, days_before=step.days_before, due_at=due_at)
        )
        assert made.id is not None
        unit.record(
            "agreement.step_due", "agreement", made.id, undoable=False, provider=provider_id,
            days_before=step.days_before,
        )  # fmt: skip
        reached += 1
    return reached


def ladder_of(house: HotlineHouse, provider: Provider) -> tuple[tuple[int, datetime], ...]:
    """The rungs of one agreement: days before the end, and when each is due."""
    if provider.agreement_until is None:
        return ()
    return tuple(
        (step.days_before, datetime.combine(step.due, _REMIND_AT, tzinfo=house.book.zone).astimezone(UTC))
        for step in renewal_ladder(provider.agreement_until, house.rules)
    )


def renewal_done(unit: Unit, step_id: int, outcome: str) -> None:
    """The provider was visited or called about the renewal.

    Raises:
        InvalidInput: nothing was said about what came of it.
    """
    unit.require(Right.EDIT_PROVIDERS)
    row = unit.load(RenewalStep, step_id)
    outcome = clean_line(outcome, 200)
    if row.state != "due":
        raise RuleRefused(N_("This reminder is over."))
    if not outcome:
        raise InvalidInput(N_("Say in a few words what came of it."), field="outcome")
    row.state, row.ended_at, row.by_id, row.outcome = "done", unit.now, unit.actor.id, outcome
    unit.record("agreement.step_done", "agreement", step_id, provider=row.provider_id)


# --- prices ------------------------------------------------------------------------------------------------


def ask_price_change(
    unit: Unit, house: HotlineHouse, ticket_id: int, what: str, old_cents: int, new_cents: int
) -> tuple[int, bool]:
    """Note a change of price with its old value; answers its id and whether a second person must confirm it.

    Raises:
        InvalidInput: nothing changes, a negative price, or no word about which price.
    """
    ticket = load(unit, ticket_id)
    what = checked(house, what, 120)
    if not what:
        raise InvalidInput(N_("Say which price: room, season, dates."), field="what")
    if old_cents == new_cents:
        raise InvalidInput(N_("The new price is the old one. Nothing to change."), field="new_price")
    waits = price_needs_second_person(old_cents, new_cents, house.rules)
    row = unit.add(
        PriceChange(
            ticket_id=ticket_id, what=what, old_cents=old_cents, new_cents=new_cents, asked_at=unit.now,
            asked_by_id=unit.actor.id, state="waiting" if waits else "made",
            decided_at=None if waits else unit.now,
        )
    )  # fmt: skip
    assert row.id is not None
    unit.record(
        "price.asked" if waits else "price.changed", "ticket", ticket_id, price=row.id, before=old_cents,
        after=new_cents, provider=ticket.provider_id,
    )  # fmt: skip
    return row.id, waits


def decide_price(unit: Unit, price_id: int, *, agreed: bool) -> None:
    """The second pair of eyes: confirm or refuse a large change of price.

    Raises:
        RuleRefused: it is the person who asked, or it was decided already.
    """
    unit.require(Right.ANSWER_HOTLINE)
    row = unit.load(PriceChange, price_id)
    if row.state != "waiting":
        raise RuleRefused(N_("This change was decided already."))
    if agreed and (unit.actor.id is None or unit.actor.id == row.asked_by_id):
        raise RuleRefused(N_("Four eyes need a second person. Ask a colleague."))
    row.state, row.decided_at = "made" if agreed else "refused", unit.now
    row.confirmed_by_id = unit.actor.id
    ticket = unit.load(Ticket, row.ticket_id)
    if agreed:
        ticket.second_approval_id = unit.actor.id
    unit.record(
        "price.changed" if agreed else "price.refused", "ticket", row.ticket_id, price=price_id,
        before=row.old_cents, after=row.new_cents,
    )  # fmt: skip


# --- training and referents --------------------------------------------------------------------------------


def decide_training(unit: Unit, training_id: int, *, accepted: bool) -> None:
    """A proposed training is agreed with the provider, or put aside."""
    unit.require(Right.ANSWER_HOTLINE)
    row = unit.load(TrainingSuggestion, training_id)
    row.state = "accepted" if accepted else "dismissed"
    unit.record("training.decided", "training", training_id, accepted=accepted)


def name_referents(
    unit: Unit, house: HotlineHouse, theme: str, main_id: int, stand_in_id: int | None = None
) -> None:
    """Say who decides on a theme and who stands in.

    Raises:
        InvalidInput: there is no such theme, or both are the same person.
    """
    unit.require(Right.MANAGE_STAFF)
    if theme not in house.triage.themes:
        raise InvalidInput(N_("There is no theme “{value}”."), field="theme", value=clean_line(theme, 40))
    if stand_in_id == main_id:
        raise InvalidInput(N_("The stand-in must be somebody else."), field="stand_in")
    for row in unit.session.exec(select(ThemeReferent).where(ThemeReferent.theme == theme)):
        unit.session.delete(row)
    unit.session.flush()
    unit.load(Agent, main_id)
    first = unit.add(ThemeReferent(theme=theme, rank=1, agent_id=main_id))
    if stand_in_id is not None:
        unit.load(Agent, stand_in_id)
        unit.add(ThemeReferent(theme=theme, rank=2, agent_id=stand_in_id))
    assert first.id is not None
    unit.record("theme.referents_named", "theme", first.id, main=main_id, stand_in=stand_in_id)

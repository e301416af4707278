"""Ledgers that are only ever added to: points and money of ambassador cards, commission of providers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlmodel import col, select

from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, NotFound, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.hotline.house import HotlineHouse
from conciergedesk.hotline.rules import CommissionCheck
from conciergedesk.hotline.service.clocking import load
from conciergedesk.hotline.service.opening import checked
from conciergedesk.hotline.tables import AmbassadorCard, CardLine, CommissionEntry
from conciergedesk.providers.tables import Provider
from conciergedesk.staff.rules import Right

CARD_KINDS = ("visit", "reward", "top_up", "debit")
INTENTS = ("lost", "points_missing", "wrong_debit", "top_up_failed", "data_request")
"""What a holder calls about; each is answered by a verb below or passed on."""
MOST_POINTS = 100_000
MOST_CENTS = 10_000_000


@dataclass(frozen=True, slots=True)
class Balance:
    """What a card holds: the sum of its lines."""

    points: int
    cents: int


def register_card(unit: Unit, number: str, *, holder: str = "", person_id: int | None = None) -> int:
    """Register an ambassador card by its printed number.

    Raises:
        InvalidInput: no number, one that is known, or one that looks like a payment card.
    """
    unit.require(Right.ANSWER_HOTLINE)
    number = clean_line(number, 30).upper()
    if not number or (number.replace(" ", "").isdigit() and len(number.replace(" ", "")) > 12):
        raise InvalidInput(N_("Give the number printed on the ambassador card."), field="number")
    if unit.session.exec(select(AmbassadorCard.id).where(AmbassadorCard.number == number)).first():
        raise InvalidInput(N_("Card {value} is registered already."), field="number", value=number)
    row = unit.add(AmbassadorCard(number=number, holder=clean_line(holder, 120), person_id=person_id))
    assert row.id is not None
    unit.record("card.registered", "card", row.id)
    return row.id


def find_card(unit: Unit, number: str) -> int:
    """The card of that printed number.

    Raises:
        NotFound: there is none.
    """
    number = clean_line(number, 30).upper()
    found = unit.session.exec(select(AmbassadorCard.id).where(AmbassadorCard.number == number)).first()
    if found is None:
        raise NotFound(N_("No ambassador card has the number {value}. Read it again."), value=number)
    return found


def book_on_card(
    unit: Unit, card_id: int, kind: str, *, points: int = 0, cents: int = 0, place: str = ""
) -> int:
    """Add an ordinary line: a visit, a reward, a top-up, a debit.

    Raises:
        InvalidInput: unknown kind, nothing to book, or more than a card can hold.
        RuleRefused: the card is blocked, or does not hold that much.
    """
    unit.require(Right.ANSWER_HOTLINE)
    card = unit.load(AmbassadorCard, card_id)
    if kind not in CARD_KINDS:
        raise InvalidInput(N_("A line is a visit, a reward, a top-up or a debit."), field="kind")
    if card.state != "active":
        raise RuleRefused(N_("Card {number} is blocked. Use the new one."), number=card.number)
    _check_amount(points, cents)
    now = balance(unit, card_id)
    if now.points + points < 0 or now.cents + cents < 0:
        raise RuleRefused(N_("The card does not hold that much. Nothing was booked."))
    return _line(unit, card_id, kind, points, cents, place=clean_line(place, 120))


def correct_card(
    unit: Unit,
    house: HotlineHouse,
    card_id: int,
    *,
    reason: str,
    points: int = 0,
    cents: int = 0,
    ticket_id: int | None = None,
    place: str = "",
) -> int:
    """Add a correction line with its reason; the wrong line stays as it is.

    Raises:
        InvalidInput: no reason, nothing to correct, or more than a card can hold.
    """
    unit.require(Right.ANSWER_HOTLINE)
    unit.load(AmbassadorCard, card_id)
    reason = checked(house, reason, 200)
    if not reason:
        raise InvalidInput(N_("Give a reason."), field="reason")
    _check_amount(points, cents)
    return _line(
        unit, card_id, "correction", points, cents, reason=reason, ticket_id=ticket_id, place=clean_line(place, 120)
    )  # fmt: skip


def block_card(unit: Unit, card_id: int, *, ticket_id: int | None = None) -> None:
    """Lost or stolen: block the card at once."""
    unit.require(Right.ANSWER_HOTLINE)
    card = unit.load(AmbassadorCard, card_id)
    if card.state == "replaced":
        raise RuleRefused(N_("Card {number} was replaced already."), number=card.number)
    card.state = "blocked"
    unit.record("card.blocked", "card", card_id, undoable=False, ticket=ticket_id)


def replace_card(unit: Unit, card_id: int, number: str, *, ticket_id: int | None = None) -> int:
    """Give a new card for a blocked one; what the old one held is carried over by two lines.

    Raises:
        RuleRefused: the old card is not blocked yet.
    """
    unit.require(Right.ANSWER_HOTLINE)
    old = unit.load(AmbassadorCard, card_id)
    if old.state != "blocked":
        raise RuleRefused(N_("Block the lost card first, then replace it."))
    new_id = register_card(unit, number, holder=old.holder, person_id=old.person_id)
    held = balance(unit, card_id)
    if held.points or held.cents:
        _line(unit, card_id, "carried_over", -held.points, -held.cents, ticket_id=ticket_id)
        _line(unit, new_id, "carried_over", held.points, held.cents, ticket_id=ticket_id)
    old.state, old.replaced_by_id = "replaced", new_id
    unit.record("card.replaced", "card", card_id, undoable=False, by=new_id, ticket=ticket_id)
    return new_id


def balance(unit: Unit, card_id: int) -> Balance:
    points, cents = unit.session.exec(
        pick(func.coalesce(func.sum(CardLine.points), 0), func.coalesce(func.sum(CardLine.cents), 0)).where(
            CardLine.card_id == card_id
        )
    ).one()
    return Balance(int(points), int(cents))


def _check_amount(points: int, cents: int) -> None:
    if not points and not cents:
        raise InvalidInput(N_("Give points or an amount."), field="points")
    if abs(points) > MOST_POINTS or abs(cents) > MOST_CENTS:
        raise InvalidInput(N_("That is more than a card can hold. Correct it."), field="points")


def _line(
    unit: Unit,
    card_id: int,
    kind: str,
    points: int,
    cents: int,
    *,
    reason: str = "",
    place: str = "",
    ticket_id: int | None = None,
) -> int:
    row = unit.add(
        CardLine(
            card_id=card_id, at=unit.now, kind=kind, points=points, cents=cents, reason=reason, place=place,
            ticket_id=ticket_id, by_id=unit.actor.id,
        )
    )  # fmt: skip
    assert row.id is not None
    unit.record(
        f"card.{kind}", "card", card_id, undoable=False, reason=reason, line=row.id, points=points, cents=cents,
        ticket=ticket_id,
    )  # fmt: skip
    return row.id


# --- commission --------------------------------------------------------------------------------------------


def charge_commission(
    unit: Unit,
    provider_id: int,
    booking: str,
    *,
    booked_on: date,
    base_cents: int,
    charged_cents: int,
    cancelled: bool = False,
) -> int:
    """Enter a booking as the statement charged it.

    Raises:
        InvalidInput: no booking reference, a base below zero, or the booking is there already.
    """
    unit.require(Right.ANSWER_HOTLINE)
    unit.load(Provider, provider_id)
    booking = clean_line(booking, 40)
    if not booking:
        raise InvalidInput(N_("Give the reference of the booking."), field="booking")
    if base_cents < 0:
        raise InvalidInput(N_("A price cannot be negative. Correct it."), field="base")
    known = unit.session.exec(
        select(CommissionEntry.id).where(
            CommissionEntry.provider_id == provider_id,
            CommissionEntry.booking == booking,
            CommissionEntry.kind == "charge",
        )
    ).first()
    if known is not None:
        raise InvalidInput(
            N_("Booking {value} is charged already. Add a correction line instead."),
            field="booking",
            value=booking,
        )
    row = unit.add(
        CommissionEntry(
            provider_id=provider_id, booking=booking, booked_on=booked_on, base_cents=base_cents,
            charged_cents=charged_cents, cancelled=cancelled, at=unit.now, by_id=unit.actor.id,
        )
    )  # fmt: skip
    assert row.id is not None
    unit.record("commission.charged", "commission", row.id, undoable=False, cents=charged_cents)
    return row.id


def correct_commission(
    unit: Unit, house: HotlineHouse, ticket_id: int, checks: Sequence[CommissionCheck], *, reason: str
) -> tuple[int, ...]:
    """Add a correction line for every booking of ``checks`` that was charged wrongly; old lines stay.

    Raises:
        InvalidInput: no reason.
        RuleRefused: nothing differs, the ticket has no provider, or the ledger has changed since it was checked.
    """
    ticket = load(unit, ticket_id)
    reason = checked(house, reason, 200)
    if not reason:
        raise InvalidInput(N_("Give a reason."), field="reason")
    if ticket.provider_id is None:
        raise RuleRefused(N_("Say first which provider this ticket is about."))
    wrong = [check for check in checks if check.correction_cents]
    if not wrong:
        raise RuleRefused(N_("The statement is right: nothing is to be corrected."))
    made = []
    for check in wrong:
        lines = unit.session.exec(
            select(CommissionEntry)
            .where(
                CommissionEntry.provider_id == ticket.provider_id,
                CommissionEntry.booking == check.booking,
            )
            .order_by(col(CommissionEntry.id))
        ).all()
        charged = sum(line.charged_cents for line in lines)
        if not lines or charged != check.charged_cents:
            raise RuleRefused(
                N_("Booking {booking} has changed since it was checked. Recompute it first."),
                booking=check.booking,
            )
        row = unit.add(
            CommissionEntry(
                provider_id=ticket.provider_id, booking=check.booking, booked_on=check.booked_on,
                base_cents=check.base_cents, charged_cents=check.correction_cents, kind="correction",
                corrects_id=lines[0].id, reason=reason, ticket_id=ticket_id, at=unit.now, by_id=unit.actor.id,
            )
        )  # fmt: skip
        assert row.id is not None
        made.append(row.id)
    unit.record(
        "commission.corrected", "ticket", ticket_id, undoable=False, reason=reason,
        cents=sum(check.correction_cents for check in wrong), lines=made,
    )  # fmt: skip
    return tuple(made)

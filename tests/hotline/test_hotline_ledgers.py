"""Ledgers of cards and commission: only ever added to."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from conciergedesk.core.db.undo import undo_last
from conciergedesk.core.errors import InvalidInput, NotFound, RuleRefused
from conciergedesk.hotline import service as hotline
from conciergedesk.hotline.ledgers import ambassador_card, recompute_commission
from conciergedesk.providers import service as providers

from .conftest import Line


def card(line: Line, number: str = "AMB-0007") -> int:
    made = line.desk.act(line.lucie, hotline.register_card, number, holder="Mathilde")
    line.desk.act(line.lucie, hotline.book_on_card, made, "visit", points=30, place="musée")
    line.desk.act(line.lucie, hotline.book_on_card, made, "top_up", cents=5_000)
    return made


def test_a_card_holds_the_sum_of_its_lines(line: Line) -> None:
    made = card(line)
    line.desk.act(line.lucie, hotline.book_on_card, made, "reward", points=-10)
    found = line.desk.ask(ambassador_card, made)
    assert (found.points, found.cents, len(found.lines)) == (20, 5_000, 3)
    with pytest.raises(RuleRefused):
        line.desk.act(line.lucie, hotline.book_on_card, made, "debit", cents=-5_001)
    for kind, points in (("gift", 1), ("visit", 0), ("visit", 10**9)):
        with pytest.raises(InvalidInput):
            line.desk.act(line.lucie, hotline.book_on_card, made, kind, points=points)
    assert line.desk.ask(ambassador_card, made).points == 20


def test_missing_points_are_a_correction_line_with_its_reason(line: Line) -> None:
    made = card(line)
    ticket = line.open("ambassador_card", keys="mn")
    with pytest.raises(InvalidInput):
        line.desk.act(line.lucie, hotline.correct_card, line.house, made, reason="", points=40)
    line.desk.act(
        line.lucie,
        hotline.correct_card,
        line.house,
        made,
        reason="lecteur muet",
        points=40,
        ticket_id=ticket.id,
    )
    found = line.desk.ask(ambassador_card, made)
    assert (found.points, found.lines[0].kind, found.lines[0].reason) == (70, "correction", "lecteur muet")
    assert found.lines[-1].points == 30, "the old line is untouched"


def test_a_wrong_debit_is_corrected_in_money(line: Line) -> None:
    made = card(line)
    line.desk.act(line.lucie, hotline.book_on_card, made, "debit", cents=-1_250, place="café")
    line.desk.act(line.lucie, hotline.correct_card, line.house, made, reason="débit en double", cents=1_250)
    assert line.desk.ask(ambassador_card, made).cents == 5_000


def test_a_lost_card_is_blocked_first_then_replaced_with_what_it_held(line: Line) -> None:
    made = card(line)
    with pytest.raises(RuleRefused, match="Bloquez"):
        line.desk.act(line.lucie, hotline.replace_card, made, "AMB-0008")
    line.desk.act(line.lucie, hotline.block_card, made)
    with pytest.raises(RuleRefused):
        line.desk.act(line.lucie, hotline.book_on_card, made, "visit", points=5)
    new = line.desk.act(line.lucie, hotline.replace_card, made, "AMB-0008")
    old, fresh = line.desk.ask(ambassador_card, made), line.desk.ask(ambassador_card, new)
    assert (old.state, old.points, old.cents) == ("replaced", 0, 0)
    assert (fresh.state, fresh.points, fresh.cents, fresh.holder) == ("active", 30, 5_000, "Mathilde")
    with pytest.raises(RuleRefused):
        line.desk.act(line.lucie, hotline.block_card, made)


def test_a_payment_card_is_never_registered_and_cards_are_found_by_number(line: Line) -> None:
    made = card(line)
    for wrong in ("4970 1012 3456 7893", "", "amb-0007"):
        with pytest.raises(InvalidInput):
            line.desk.act(line.lucie, hotline.register_card, wrong)
    assert line.desk.act(line.lucie, hotline.find_card, " amb-0007 ") == made
    with pytest.raises(NotFound):
        line.desk.act(line.lucie, hotline.find_card, "AMB-9999")


@pytest.mark.parametrize("table", ["card_line", "commission_entry"])
def test_the_database_itself_refuses_to_change_a_ledger(line: Line, table: str) -> None:
    card(line)
    line.desk.act(
        line.lucie, hotline.charge_commission, line.providers[0], "B-1", booked_on=date(2027, 2, 3),
        base_cents=10_000, charged_cents=900,
    )  # fmt: skip
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET reason = 'x'"):
        with pytest.raises(DBAPIError), line.desk.engine.begin() as connection:
            connection.execute(text(statement))
    with pytest.raises(RuleRefused):
        line.desk.act(line.lucie, undo_last)


def test_commission_is_recomputed_with_the_rate_of_the_booking_date(line: Line) -> None:
    provider = line.providers[0]
    line.desk.act(line.helene, providers.agree_rate, provider, 900, since=date(2027, 2, 15))
    for booking, day, base, charged in (
        ("B-1", date(2027, 2, 3), 34_000, 3_400),
        ("B-2", date(2027, 2, 20), 34_000, 3_400),
        ("B-3", date(2027, 3, 2), 10_000, 900),
    ):
        line.desk.act(
            line.lucie, hotline.charge_commission, provider, booking, booked_on=day, base_cents=base,
            charged_cents=charged,
        )  # fmt: skip
    february = (date(2027, 2, 1), date(2027, 3, 1))
    checks = line.desk.ask(recompute_commission, provider, *february)
    assert [(one.booking, one.basis_points, one.correction_cents) for one in checks] == [
        ("B-1", 1_000, 0), ("B-2", 900, -340),
    ]  # fmt: skip
    ticket = line.open("commission")
    with pytest.raises(InvalidInput):
        line.desk.act(line.lucie, hotline.correct_commission, line.house, ticket.id, checks, reason=" ")
    made = line.desk.act(
        line.lucie, hotline.correct_commission, line.house, ticket.id, checks, reason="ancien taux"
    )
    assert len(made) == 1
    again = line.desk.ask(recompute_commission, provider, *february)
    assert [one.correction_cents for one in again] == [0, 0]
    with pytest.raises(RuleRefused, match="juste"):
        line.desk.act(line.lucie, hotline.correct_commission, line.house, ticket.id, again, reason="encore")
    with pytest.raises(RuleRefused, match="B-2"):
        line.desk.act(line.lucie, hotline.correct_commission, line.house, ticket.id, checks, reason="périmé")


def test_a_cancelled_booking_owes_nothing_and_a_booking_is_charged_once(line: Line) -> None:
    provider = line.providers[0]
    values: dict[str, Any] = {"booked_on": date(2027, 2, 3), "base_cents": 20_000, "charged_cents": 2_000}
    line.desk.act(line.lucie, hotline.charge_commission, provider, "B-9", cancelled=True, **values)
    assert (
        line.desk.ask(recompute_commission, provider, date(2027, 2, 1), date(2027, 3, 1))[0].right_cents == 0
    )
    with pytest.raises(InvalidInput, match="B-9"):
        line.desk.act(line.lucie, hotline.charge_commission, provider, "B-9", **values)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(points=st.lists(st.integers(-500, 500).filter(bool), max_size=6))
def test_whatever_is_booked_a_replaced_card_carries_exactly_what_the_old_one_held(
    line: Line, points: list[int]
) -> None:
    number = f"P-{line.clock.now().timestamp():.0f}-{len(points)}-{abs(hash(tuple(points)))}"[:28]
    try:
        old = line.desk.act(line.lucie, hotline.register_card, number)
    except InvalidInput:
        return  # this very list was tried before
    for value in points:
        line.desk.act(line.lucie, hotline.correct_card, line.house, old, reason="essai", points=value)
    line.desk.act(line.lucie, hotline.block_card, old)
    new = line.desk.act(line.lucie, hotline.replace_card, old, f"{number}N")
    assert line.desk.ask(ambassador_card, new).points == sum(points)
    assert line.desk.ask(ambassador_card, old).points == 0

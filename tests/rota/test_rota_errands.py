"""The smallest repair with its reasons, and why a post stays empty, worked out in a process of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from conciergedesk.core.errors import DeskError, InvalidInput
from conciergedesk.rota.errands import Errand, ExplainOrder, RepairFound, RepairOrder
from conciergedesk.rota.explain import ConflictKind
from conciergedesk.rota.house import rota_house
from conciergedesk.rota.law.packs import RuleKind
from conciergedesk.rota.repair import mark_absent
from conciergedesk.rota.values import Absence, Assignment, Roster, Rota

MONDAY, SATURDAY = date(2027, 4, 5), date(2027, 4, 10)
NOW = datetime(2027, 4, 4, 9, tzinfo=UTC)
WEEK = [MONDAY + timedelta(days=offset) for offset in range(5)]
ROSTER = Roster(
    (
        *(Assignment(who, day, shift) for who, shift in (("PAU", "C"), ("SAB", "T")) for day in WEEK),
        Assignment("LUC", SATURDAY, "C"),
        Assignment("YAN", SATURDAY, "T"),
    )
)
"""On Saturday only Lucie could stand in for Yanis, and she is on the other line."""


def rota() -> Rota:
    known = rota_house().rota
    demands = tuple(one for one in known.demands if one.shifts in (("T",), ("C",)))
    return replace(known, first=MONDAY, days=14, absences=(), wishes=(), demands=demands, rotations=())


def test_an_unfillable_post_is_explained_by_a_smallest_set_of_rules_with_articles() -> None:
    away = replace(rota(), absences=(Absence("YAN", MONDAY, SATURDAY),))
    left = Roster(tuple(one for one in ROSTER if one.agent != "YAN"))
    found = ExplainOrder(
        away, left, rota_house().law, SATURDAY, SATURDAY, seconds=60.0, frozen_before=SATURDAY
    ).run()
    assert not found.possible and found.minimal
    kinds = [item.kind for item in found.items]
    assert kinds.count(ConflictKind.DEMAND) == 2 and ConflictKind.FROZEN in kinds
    rules = [item.rule.kind for item in found.items if item.rule is not None]
    assert rules == [RuleKind.WEEKLY_REST_DAYS]
    assert [item.absence.agent for item in found.items if item.absence is not None] == ["YAN"]
    french, english = "\n".join(found.sentences("fr")), "\n".join(found.sentences("en"))
    for said in (french, english):
        assert "art. 16.2" in said and "Yanis" in said and "48 h" in said
    assert "dérogation signée" in french and "signed exception" in english


def test_without_the_frozen_days_the_same_post_is_filled_by_moving_one_cell() -> None:
    """A change of a soft rule is no empty post: nothing is called impossible for it."""
    away, left = mark_absent(rota(), ROSTER, "YAN", SATURDAY, SATURDAY)
    law = rota_house().law
    assert ExplainOrder(away, left, law, SATURDAY, SATURDAY, seconds=60.0).run().possible


def test_a_repair_says_of_each_cell_what_it_fills_or_which_rule_it_keeps() -> None:
    """Paulo can take Saturday when he has Thursday and Friday off, and Lucie his Friday."""
    thursday = WEEK[3]
    roster = ROSTER.with_cell("PAU", thursday, ()).joined(Roster((Assignment("LUC", thursday, "C"),)))
    away, left = mark_absent(rota(), roster, "YAN", SATURDAY, SATURDAY)
    found = Errand(RepairOrder(away, left, rota_house().law, WEEK[4], SATURDAY, NOW, 60.0)).wait()
    assert isinstance(found, RepairFound) and found.proved and not found.still_open
    assert len(found.cells) == 3
    assert {cell.fills for cell in found.cells if cell.fills} <= {("T",), ("C",)}
    freed = next(cell for cell in found.cells if not cell.changed.after)
    assert freed.otherwise is not None and "art. 16.2" in str(freed.otherwise)
    for cell in found.cells:
        assert cell.fills or cell.otherwise is not None
        assert cell.late is not None and cell.late.value < cell.late.limit


class _Broken:
    def run(self) -> None:
        raise InvalidInput("no such thing", field="x")


class _Slow:
    def run(self) -> None:
        import time

        time.sleep(60)


def test_an_error_of_the_child_is_raised_here_and_giving_up_ends_it() -> None:
    with pytest.raises(DeskError, match="no such thing"):
        Errand(_Broken()).wait()
    slow = Errand(_Slow())
    slow.give_up()
    assert slow.wait() is None

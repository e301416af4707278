"""Every kind of rule of the rota is named and said; that it is said in French is a test of the catalogues."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from conciergedesk.rota.checker.judge import check
from conciergedesk.rota.checker.violations import Gathered, Violation, gathered
from conciergedesk.rota.explain import Explanation, shift_name
from conciergedesk.rota.house import rota_house
from conciergedesk.rota.law.packs import RuleKind
from conciergedesk.rota.law.wording import RULE_NAMES, SENTENCES
from conciergedesk.rota.repair import Uncovered
from tests.four_weeks import MONDAY, planned


def test_every_kind_of_rule_has_a_name_and_a_sentence() -> None:
    assert set(RULE_NAMES) == set(SENTENCES) == set(RuleKind)


def test_days_are_counted_in_words() -> None:
    one = Violation(RuleKind.WEEKLY_REST_DAYS, "INE", "Inès", (MONDAY,), 1, 2, "days")
    assert "1 jour de repos de suite" in one.in_language("fr")
    assert "0 days off in a row" in replace(one, value=0).in_language("en")
    late = replace(one, kind=RuleKind.NOTICE_PART_TIME, value=3)
    assert "3 jours ouvrés" in late.in_language("fr") and "(s)" not in late.in_language("en")


def test_what_the_place_says_of_every_sunday_is_said_once() -> None:
    house = rota_house()
    rota = replace(house.rota, first=MONDAY, days=28)
    broken = check(rota, planned(), house.law)
    shown = gathered(broken)
    said = [one for one in shown if isinstance(one, Gathered)]
    sundays = [one for one in broken if one.kind is RuleKind.SUNDAY_WORK]
    feasts = {one.days[-1] for one in broken if one.kind is RuleKind.CLOSED_FEAST}
    assert len(sundays) > 20 and len(said) == 1 + len(feasts)
    assert sum(len(one.all) for one in said) + len(shown) - len(said) == len(broken)
    lines = [one.in_language("fr") for one in said]
    assert any(f"{len(sundays)} vacations au-delà de 5 h" in line and "L3134-4" in line for line in lines)
    assert not any(one.blocks for one in said)


def test_an_empty_post_is_named_by_its_shift_and_times() -> None:
    rota = rota_house().rota
    day = date(2027, 3, 27)
    names = {"S": shift_name(rota, "S")}
    why = Explanation(False, empty=(Uncovered(day, "S", 1),), names=names).sentences("fr")
    assert "soir 14:15–21:15" in why[0]
    assert shift_name(rota, "N") == "astreinte 21:15–07:45+1"

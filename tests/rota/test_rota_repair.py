"""Sickness, swaps and explanations on the sample team."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from conciergedesk.rota.arithmetic import lines
from conciergedesk.rota.changes import differences, judge_change, notice_violations, swap, take
from conciergedesk.rota.checker.judge import blocking, check
from conciergedesk.rota.checker.ledger import ledger
from conciergedesk.rota.explain import ConflictKind, explain_empty_posts
from conciergedesk.rota.files import load_rota
from conciergedesk.rota.law.packs import LawBook, RuleKind, load_law
from conciergedesk.rota.planning import plan_period
from conciergedesk.rota.repair import mark_absent, smallest_repair, uncovered, verdict_of
from conciergedesk.rota.values import WEEKDAYS, Absence, Assignment, Demand, Roster, Rota, SignedException

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sample() -> tuple[Rota, LawBook]:
    rota = replace(load_rota(ROOT / "shifts"), days=28)
    return rota, load_law(ROOT / "knowledge_base" / "rota", rota.site.packs)


@pytest.fixture(scope="module")
def planned(sample: tuple[Rota, LawBook]) -> tuple[Rota, Roster, LawBook]:
    rota, law = sample
    result = plan_period(rota, law, seconds=3, seed=1)
    assert result.roster is not None
    return rota, result.roster, law


@pytest.mark.parametrize("agent", ["INE", "FAR", "YAN", "LUC"])
def test_three_days_of_sickness_are_repaired_lawfully_with_a_proof(
    planned: tuple[Rota, Roster, LawBook], agent: str
) -> None:
    rota, roster, law = planned
    first, last = date(2027, 1, 15), date(2027, 1, 17)
    away, left = mark_absent(rota, roster, agent, first, last)
    repair = smallest_repair(away, left, law, first, last, seconds=60)
    assert repair.proved
    assert uncovered(away, repair.roster, first, last) == repair.still_open
    assert verdict_of(away, left, law, repair).accepted
    assert blocking(check(away, repair.roster, law)) == ()


def test_one_changed_cell_is_found_where_nobody_off_may_stand_in(sample: tuple[Rota, LawBook]) -> None:
    rota, law = sample
    ideal, wednesday = rota.rotations[0], rota.first + timedelta(days=2)
    roster = Roster(tuple(
        Assignment(member, day, shift)
        for member in ideal.members
        for day in rota.dates
        for shift in (ideal.shift_of(member, day),)
        if shift and shift != "off"
    ))  # fmt: skip
    desk = replace(rota, demands=tuple(one for one in rota.demands if one.shifts[0] in "MS"), absences=())
    away, left = mark_absent(desk, roster, "FAR", wednesday, wednesday)
    assert [(post.shift, post.missing) for post in uncovered(away, left, wednesday, wednesday)] == [("S", 1)]
    repair = smallest_repair(away, left, law, wednesday, wednesday, seconds=20)
    assert [(one.agent, one.day, one.before, one.after) for one in repair.changed] == [
        ("BAS", wednesday, ("M",), ("S",))
    ]
    assert repair.proved and repair.still_open == ()


def small_team(seed: int) -> tuple[Rota, LawBook, Roster, date]:
    """Three people on two shifts for a week, with targets nobody can meet, and the day the first one is away."""
    dice, rota = Random(seed), load_rota(ROOT / "shifts")
    law = load_law(ROOT / "knowledge_base" / "rota", rota.site.packs)
    demands = tuple(
        Demand((shift,), days=WEEKDAYS, min=1, target=dice.choice((1, 2, 3)), max=3,
               weight_under=dice.choice((1, 100)))
        for shift in ("M", "S")
    )  # fmt: skip
    desk = tuple(one for one in rota.agents if one.team == "desk")[:3]
    rota = replace(
        rota, days=7, agents=desk, demands=demands, rotations=(), wishes=(), absences=(), publication=None
    )
    roster = []
    for agent in desk:
        off = dice.randrange(6)
        for offset in range(7):
            if offset not in (off, off + 1):
                late = offset > off + 1 or off > 2
                roster.append(Assignment(agent.id, rota.first + timedelta(days=offset), "MS"[late]))
    return rota, law, Roster(tuple(roster)), rota.first + timedelta(days=4 + dice.randrange(2))


def fewest_by_trying(
    rota: Rota, law: LawBook, roster: Roster, day: date, most: int
) -> tuple[int, int] | None:
    """Open posts and changed cells of the best repair of at most ``most`` cells, every one of them tried."""
    days = [one for one in rota.dates if one >= day]
    cells = [(agent.id, one) for agent in rota.agents for one in days if not rota.absent(agent.id, one)]
    best: tuple[int, int] | None = None
    for count in range(most + 1):
        for chosen in itertools.combinations(cells, count):
            for shifts in itertools.product((None, "M", "S"), repeat=count):
                change = {
                    cell: () if shift is None else (Assignment(*cell, shift),)
                    for cell, shift in zip(chosen, shifts, strict=True)
                }
                after = roster.with_cells(change)
                elsewhere = [
                    one for one in uncovered(rota, after, rota.first, rota.last)
                    if one.day != day and one not in uncovered(rota, roster, one.day, one.day)
                ]  # fmt: skip
                left = sum(one.missing for one in uncovered(rota, after, day, day))
                if elsewhere or (best is not None and (left, count) >= best):
                    continue
                if judge_change(rota, roster, law, change).accepted:
                    best = (left, count)
    return best


@pytest.mark.parametrize("seed", range(12))
def test_what_is_called_smallest_is_smallest_among_all_repairs_of_two_cells(seed: int) -> None:
    rota, law, roster, day = small_team(seed)
    away, left = mark_absent(rota, roster, rota.agents[0].id, day, day)
    repair = smallest_repair(away, left, law, day, day, seconds=60, reach_days=0)
    tried = fewest_by_trying(away, law, left, day, 2)
    assert tried is not None
    empty = sum(one.missing for one in repair.still_open)
    assert repair.proved and repair.fewest_open == empty
    assert (empty, repair.changes) <= tried
    assert repair.changes == tried[1] or tried[0] > empty


def test_targets_that_cannot_be_met_prove_nothing_about_changes(
    planned: tuple[Rota, Roster, LawBook],
) -> None:
    """A bound full of missed targets is no changed cell and no empty post."""
    rota, roster, law = planned
    first, last = date(2027, 1, 15), date(2027, 1, 17)
    wished = tuple(replace(one, target=one.min + 3, max=None) for one in rota.demands)
    for agent in rota.agents:
        modest, left = mark_absent(rota, roster, agent.id, first, last)
        hungry = replace(modest, demands=wished)
        one, two = (smallest_repair(case, left, law, first, last, seconds=60) for case in (modest, hungry))
        assert one.proved and two.proved
        assert two.fewest == two.changes and two.fewest_open == sum(post.missing for post in two.still_open)
        assert (one.changes, one.fewest_open) == (two.changes, two.fewest_open)


def test_absences_that_touch_are_joined(planned: tuple[Rota, Roster, LawBook]) -> None:
    rota, roster, _ = planned
    away, _ = mark_absent(rota, roster, "INE", date(2027, 1, 5), date(2027, 1, 6))
    away, _ = mark_absent(away, roster, "INE", date(2027, 1, 6), date(2027, 1, 8))
    assert [(one.first, one.last) for one in away.absences if one.agent == "INE"] == [
        (date(2027, 1, 5), date(2027, 1, 8))
    ]


def test_a_swap_is_judged_for_both(sample: tuple[Rota, LawBook]) -> None:
    rota, law = sample
    monday = rota.first
    roster = Roster((
        Assignment("INE", monday, "S"), Assignment("BAS", monday + timedelta(days=1), "M"),
        Assignment("BAS", monday, "M"),
    ))  # fmt: skip
    refused = swap(rota, roster, law, "INE", monday, "BAS", monday + timedelta(days=1))
    assert not refused.accepted
    assert {one.agent for one in refused.refusals} == {"BAS"}
    same_day = swap(rota, roster, law, "INE", monday, "BAS", monday)
    assert {one.agent: one.kind for one in same_day.refusals} == {"BAS": RuleKind.DAILY_REST}
    alone = Roster(tuple(one for one in roster if one.day == monday))
    assert swap(rota, alone, law, "INE", monday, "BAS", monday).accepted
    assert same_day.roster.shifts_on("INE", monday) == ("M",)


def test_taking_a_shift_one_is_not_trained_for_is_refused_in_one_sentence(
    sample: tuple[Rota, LawBook],
) -> None:
    rota, law = sample
    verdict = take(rota, Roster(), law, "YAN", rota.first, "M")
    assert [one.kind for one in verdict.refusals] == [RuleKind.SKILL]
    assert "Yanis" in verdict.refusals[0].in_language("fr")


def test_a_signed_exception_lets_the_change_pass_and_names_the_signer(sample: tuple[Rota, LawBook]) -> None:
    rota, law = sample
    roster = Roster((Assignment("INE", rota.first, "S"),))
    tuesday = rota.first + timedelta(days=1)
    assert not take(rota, roster, law, "INE", tuesday, "M").accepted
    signed = SignedException("daily_rest", "INE", tuesday, tuesday, "Hélène", "congress")
    verdict = take(replace(rota, exceptions=(signed,)), roster, law, "INE", tuesday, "M")
    assert verdict.accepted
    assert "Hélène" in verdict.advices[0].in_language("en")


def test_a_change_inside_the_notice_period_is_told(sample: tuple[Rota, LawBook]) -> None:
    rota, law = sample
    before = Roster((Assignment("INE", date(2027, 1, 8), "M"),))
    changed = differences(rota, before, Roster(), rota.first, rota.last)
    now = datetime(2027, 1, 4, 10, tzinfo=UTC)
    found = notice_violations(rota, law, changed, now)
    assert [(one.kind, one.value, one.limit) for one in found] == [(RuleKind.NOTICE, 4, 7)]
    assert notice_violations(rota, law, changed, now, frozenset({"INE"})) == ()
    part_time = replace(rota, agents=tuple(replace(one, part_time=True) for one in rota.agents))
    late = notice_violations(part_time, law, changed, datetime(2026, 12, 31, 10, tzinfo=UTC))
    assert [(one.kind, one.value) for one in late] == [(RuleKind.NOTICE_PART_TIME, 6)]


def test_a_line_of_two_cannot_cover_the_week_alone_and_the_product_says_so(
    sample: tuple[Rota, LawBook],
) -> None:
    rota, law = sample
    technical = next(one for one in lines(rota, law) if one.line == "technical")
    assert (technical.shifts_a_week, technical.minutes_a_week, technical.contract_minutes) == (
        7,
        56 * 60,
        70 * 60,
    )
    assert not technical.holds_with_one_away
    assert (technical.spare_when_one_away, technical.from_backups) == (-2, 2)
    assert any("Paulo" in sentence for sentence in technical.sentences("fr"))
    both = [one for one in lines(rota, law) if one.line in ("technical", "commercial")]
    assert sum(one.slack_year or 0 for one in both) // 60 == 588
    assert sum(one.recovery_year for one in both) // 60 == 1008
    alone = replace(rota, agents=tuple(
        replace(one, skills=tuple(skill for skill in one.skills if not skill.backup)) for one in rota.agents
    ))  # fmt: skip
    assert not next(one for one in lines(alone, law) if one.line == "technical").backups


def test_an_impossible_week_is_explained_by_a_smallest_conflict(sample: tuple[Rota, LawBook]) -> None:
    rota, law = sample
    agents = tuple(
        replace(one, skills=tuple(skill for skill in one.skills if not skill.backup)) for one in rota.agents
    )
    away = Absence("SAB", date(2027, 1, 11), date(2027, 1, 17))
    found = explain_empty_posts(
        replace(rota, agents=agents, absences=(away,)), law, first=away.first, last=away.last, seconds=60
    )
    assert not found.possible and found.minimal
    assert {item.kind for item in found.items} == {
        ConflictKind.DEMAND, ConflictKind.RULE, ConflictKind.SKILLS, ConflictKind.ABSENCE,
    }  # fmt: skip
    assert [item.rule.kind for item in found.items if item.rule is not None] == [RuleKind.WEEKLY_REST_DAYS]
    assert any("art. 16.2" in sentence for sentence in found.sentences("fr"))
    assert {post.shift for post in found.empty} == {"T"}
    assert found.ways_out[0].agent == "YAN"


def test_a_possible_week_is_called_possible(sample: tuple[Rota, LawBook]) -> None:
    rota, law = sample
    assert explain_empty_posts(
        rota, law, first=rota.first, last=rota.first + timedelta(days=6), seconds=60
    ).possible


def test_the_ledger_counts_sundays_nights_and_recovery(sample: tuple[Rota, LawBook]) -> None:
    rota, law = sample
    sunday = date(2027, 1, 10)
    roster = Roster((Assignment("INE", sunday, "S"), Assignment("INE", sunday - timedelta(days=1), "N")))
    found = ledger(rota, roster, law, rota.agent_by_id["INE"], sunday - timedelta(days=6), sunday)
    assert (found.sundays, found.sunday_minutes, found.evenings, found.night_minutes) == (1, 420, 1, 15)
    assert (found.nights_on_call, found.on_call_minutes, found.minutes) == (1, 630, 420)
    assert found.recovery_minutes == 420 * 3 // 2 + 15
    assert found.recovery_balance == 480 + found.recovery_minutes

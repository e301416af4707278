"""Plans: lawful, covering, repeatable, with a bound; published benchmarks through the public format."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from conciergedesk.rota.checker.coverage import seat_counts
from conciergedesk.rota.checker.judge import blocking, check
from conciergedesk.rota.dump import dump_rota
from conciergedesk.rota.files import load_rota, read_rota
from conciergedesk.rota.importers.curtois import read_curtois
from conciergedesk.rota.law.packs import LawBook, load_law
from conciergedesk.rota.planning import PlanProgress, PlanResult, frozen_cells, plan_period
from conciergedesk.rota.process import plan_in_process
from conciergedesk.rota.values import Absence, Assignment, Publication, Roster, Rota

ROOT = Path(__file__).parents[2]

INSTANCE = """SECTION_HORIZON
14
SECTION_SHIFTS
E,480,
L,480,E
SECTION_STAFF
A,E=14|L=2,4320,2880,5,2,2,1
B,E=14|L=14,4320,2880,5,2,2,1
C,E=14|L=14,4320,2880,5,2,2,2
D,E=14|L=0,4320,2880,5,2,2,2
SECTION_DAYS_OFF
A,0
B,5
SECTION_SHIFT_ON_REQUESTS
A,2,E,2
C,3,L,3
SECTION_SHIFT_OFF_REQUESTS
B,9,E,1
SECTION_COVER
""" + "".join(f"{day},E,1,100,1\n{day},L,1,100,1\n" for day in range(14))


@pytest.fixture(scope="module")
def sample() -> tuple[Rota, LawBook]:
    rota = replace(load_rota(ROOT / "shifts"), days=28)
    return rota, load_law(ROOT / "knowledge_base" / "rota", rota.site.packs)


@pytest.fixture(scope="module")
def plan(sample: tuple[Rota, LawBook]) -> PlanResult:
    return plan_period(*sample, seconds=4, seed=3)


def test_the_plan_keeps_every_hard_rule_and_covers_every_post(
    sample: tuple[Rota, LawBook], plan: PlanResult
) -> None:
    rota, _ = sample
    assert plan.roster is not None
    assert blocking(plan.violations) == ()
    assert sum(count.missing for count in seat_counts(rota, plan.roster)) == 0


def test_the_terms_add_up_to_the_price_and_the_bound_is_below(plan: PlanResult) -> None:
    assert sum(term.value for term in plan.terms) == pytest.approx(plan.value)
    assert plan.bound <= plan.value + 1e-6
    assert all(term.label("fr") for term in plan.terms)


def test_an_absent_person_has_no_shift_and_frozen_days_stay(
    sample: tuple[Rota, LawBook], plan: PlanResult
) -> None:
    rota, law = sample
    assert plan.roster is not None
    published = replace(
        rota, roster=plan.roster, publication=Publication(rota.last, datetime(2026, 12, 20, tzinfo=UTC), 7),
        absences=(*rota.absences, Absence("BAS", rota.first + timedelta(days=14), rota.first + timedelta(days=20))),
    )  # fmt: skip
    now = datetime(2027, 1, 4, 9, tzinfo=UTC)
    frozen = frozen_cells(published, now)
    assert ("INE", date(2027, 1, 11)) in frozen and ("INE", date(2027, 1, 12)) not in frozen
    again = plan_period(published, law, seconds=3, frozen=frozen)
    assert again.roster is not None
    for agent, day in frozen:
        assert again.roster.shifts_on(agent, day) == plan.roster.shifts_on(agent, day)
    assert not [one for one in again.roster if published.absent(one.agent, one.day)]


def test_the_tail_of_the_period_before_is_respected(sample: tuple[Rota, LawBook]) -> None:
    rota, law = sample
    sunday = rota.first - timedelta(days=1)
    tail = Roster(tuple(
        Assignment(agent, sunday - timedelta(days=back), "S") for agent in ("INE", "BAS", "MAE") for back in range(5)
    ))  # fmt: skip
    result = plan_period(replace(rota, roster=tail, days=7), law, seconds=4)
    assert result.roster is not None
    joined = tail.joined(result.roster)
    assert blocking(check(replace(rota, days=7), joined, law)) == ()
    assert "M" not in {
        id for agent in ("INE", "BAS", "MAE") for id in result.roster.shifts_on(agent, rota.first)
    }


def test_a_plan_across_the_march_night_leaves_eleven_real_hours(sample: tuple[Rota, LawBook]) -> None:
    rota, law = sample
    late = tuple(replace(shift, start=495, end=915) if shift.id == "M" else shift for shift in rota.shifts)
    spring = replace(rota, first=date(2027, 3, 22), days=14, shifts=late, absences=(), rotations=())
    result = plan_period(spring, law, seconds=3)
    assert result.roster is not None
    assert blocking(result.violations) == ()


def test_the_same_seed_gives_the_same_plan(sample: tuple[Rota, LawBook]) -> None:
    rota, law = sample
    week = replace(rota, days=7, rotations=())
    one, two = (plan_period(week, law, seconds=20, seed=5) for _ in range(2))
    assert one.proved and two.proved
    assert one.value == two.value


def test_people_without_any_lawful_roster_are_named(sample: tuple[Rota, LawBook]) -> None:
    rota, law = sample
    days = [rota.first + timedelta(days=offset) for offset in range(7)]
    fixed = replace(rota, days=7, roster=Roster(tuple(Assignment("INE", day, "M") for day in days)))
    result = plan_period(fixed, law, seconds=4, frozen=[("INE", day) for day in days])
    assert result.roster is None
    assert result.stuck == ("INE",)


def test_a_published_instance_is_solved_through_the_public_format(tmp_path: Path) -> None:
    (tmp_path / "Instance.txt").write_text(INSTANCE)
    rota = read_curtois(tmp_path / "Instance.txt")
    again = read_rota([("instance.toml", dump_rota(rota))])
    assert again == rota
    result = plan_period(again, LawBook(), seconds=10)
    assert result.roster is not None
    assert blocking(result.violations) == ()
    assert result.value == _published_objective(again, result.roster)


def _published_objective(rota: Rota, roster: Roster) -> float:
    """Requests and cover counted from their definition, apart from the solver."""
    total = 0
    for wish in rota.wishes:
        total += wish.weight * ((wish.shift in roster.shifts_on(wish.agent, wish.day)) != wish.wanted)
    for demand in rota.demands:
        for day in demand.dates:
            people = sum(one.shift in demand.shifts for one in roster if one.day == day)
            total += demand.weight_under * max(0, demand.target - people)
            total += demand.weight_over * max(0, people - demand.target)
    return total


def test_a_plan_in_its_own_process_tells_progress_and_ends_when_cancelled(
    sample: tuple[Rota, LawBook],
) -> None:
    rota, law = sample
    running = plan_in_process(replace(rota, rotations=()), law, seconds=60)
    seen: list[PlanProgress] = []
    for _ in range(600):
        news = running.poll(0.1)
        if isinstance(news, PlanProgress):
            seen.append(news)
            running.cancel()
        if running.result is not None:
            break
    assert seen and seen[0].roster.assignments
    assert running.result is not None and running.result.roster is not None
    assert blocking(running.result.violations) == ()

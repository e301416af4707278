"""Cyclic rotations: solved and checked, or proved impossible with a reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core.errors import InvalidFile, InvalidInput
from conciergedesk.rota.checker.judge import blocking, check
from conciergedesk.rota.checker.rotations import check_rotation, check_week_rotation
from conciergedesk.rota.files import load_rota
from conciergedesk.rota.importers.rotating import read_rotating
from conciergedesk.rota.law.packs import load_law
from conciergedesk.rota.law_rotations import rotation_from_demand
from conciergedesk.rota.patterns import BlockRule, RotationRequest, RotationStatus, solve_rotation
from conciergedesk.rota.values import Assignment, Roster
from conciergedesk.rota.week_patterns import WeekRequest, solve_week_rotation

ROOT = Path(__file__).parents[2]

DESK = RotationRequest(
    weeks=4,
    blocks=(BlockRule("M", 465, 420, 1, 6), BlockRule("S", 855, 420, 1, 6)),
    required=((1, 1, 1, 1, 1, 1, 1), (1, 1, 1, 1, 1, 1, 1)),
    shortest_off=2, longest_off=4, shortest_work=2, longest_work=6, forbidden_pairs=frozenset({("S", "M")}),
)  # fmt: skip

MUSLIU = """#Length of the schedule
7
#Number of Employees
9
##Number of Shifts
3
# Temporal Requirements Matrix
2 2 2 2 2 2 2
2 2 2 3 3 3 2
2 2 2 2 2 2 2
#ShiftName, Start, Length, Name, MinlengthOfBlocks, MaxLengthOfBlocks
D 360 480 2 7
A 840 480 2 6
N 1320 480 2 4
# days-off blocks
2 4
# work blocks
4 7
3 0
N D
N A
A D
"""


def test_the_four_people_of_a_desk_get_a_rotation() -> None:
    found = solve_rotation(DESK, 10)
    assert found.status is RotationStatus.SOLVED
    assert len(found.weeks) == 4
    assert check_rotation(DESK, found.weeks) == ()


def test_two_people_cannot_staff_two_seats_all_week_and_the_reason_is_small() -> None:
    found = solve_rotation(replace(DESK, weeks=2), 10)
    assert found.status is RotationStatus.IMPOSSIBLE
    assert "required" in found.conflict
    assert all(found.reasons("fr"))


def test_a_published_instance_is_read_and_solved(tmp_path: Path) -> None:
    (tmp_path / "Example.txt").write_text(MUSLIU)
    request = read_rotating(tmp_path / "Example.txt")
    assert isinstance(request, RotationRequest)
    assert (request.weeks, len(request.blocks), len(request.forbidden_pairs)) == (9, 3, 3)
    found = solve_rotation(request, 20)
    assert found.status is RotationStatus.SOLVED
    assert check_rotation(request, found.weeks) == ()


def test_the_checker_of_rotations_sees_each_mistake() -> None:
    good = solve_rotation(DESK, 10).weeks
    assert check_rotation(DESK, good[:3]) == ("length",)
    other = tuple("S" if shift == "M" else shift for shift in good[0])
    assert any(mark.startswith("required M") for mark in check_rotation(DESK, (other, *good[1:])))


def test_nonsense_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        solve_rotation(replace(DESK, weeks=0))
    with pytest.raises(InvalidInput):
        solve_rotation(replace(DESK, required=((1, 1),)))
    (tmp_path / "x.txt").write_text("hello")
    with pytest.raises(InvalidFile):
        read_rotating(tmp_path / "x.txt")


@settings(max_examples=12, deadline=None)
@given(
    weeks=st.integers(2, 7), morning=st.integers(0, 2), evening=st.integers(0, 2), longest=st.integers(3, 6)
)
def test_whatever_is_called_solved_passes_the_checker(
    weeks: int, morning: int, evening: int, longest: int
) -> None:
    request = replace(
        DESK, weeks=weeks, required=((morning,) * 7, (evening,) * 7), longest_work=longest, longest_off=7
    )
    found = solve_rotation(request, 2)
    if found.status is RotationStatus.SOLVED:
        assert check_rotation(request, found.weeks) == ()


def test_an_instance_by_calendar_weeks_is_read_solved_and_checked(tmp_path: Path) -> None:
    days = "".join(f" | {day}: 2, 2, 1\n" for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
    (tmp_path / "e.dzn").write_text(f"employees = 10;\nrequirements =\n[|  Day: Evening: Night:\n{days} |];")
    request = read_rotating(tmp_path / "e.dzn")
    assert isinstance(request, WeekRequest)
    found = solve_week_rotation(request, 20)
    assert found.status is RotationStatus.SOLVED
    assert check_week_rotation(request, found.weeks) == ()
    shifted = (found.weeks[0][1:] + found.weeks[0][:1], *found.weeks[1:])
    assert check_week_rotation(request, shifted) != ()
    assert solve_week_rotation(replace(request, weeks=6), 20).status is RotationStatus.IMPOSSIBLE


def test_a_rotation_made_from_the_demand_of_the_sample_keeps_the_law() -> None:
    rota = load_rota(ROOT / "shifts")
    law = load_law(ROOT / "knowledge_base" / "rota", rota.site.packs)
    found = rotation_from_demand(rota, law, ("INE", "BAS", "MAE", "FAR"), ("M", "S"), seconds=20)
    assert found.rotation is not None
    assert found.violations == ()
    for weekday in range(7):
        assert sorted(week[weekday] for week in found.rotation.weeks) == ["M", "S", "off", "off"]
    with pytest.raises(InvalidInput):
        rotation_from_demand(rota, law, ("INE", "YAN"), ("M", "S"))


def test_the_rotation_of_the_sample_keeps_the_law_and_covers_every_day() -> None:
    rota = load_rota(ROOT / "shifts")
    law = load_law(ROOT / "knowledge_base" / "rota", rota.site.packs)
    ideal = rota.rotations[0]
    rows = [
        Assignment(member, day, shift)
        for member in ideal.members
        for day in rota.dates
        if (shift := ideal.shift_of(member, day)) not in (None, "off") and shift
    ]
    assert blocking(check(replace(rota, absences=()), Roster(tuple(rows)), law)) == ()
    for day in rota.dates:
        assert {"M", "S"} <= {one.shift for one in rows if one.day == day}

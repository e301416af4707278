"""A few people of a larger team planned anew while the others stay: a problem of its own, small enough to prove."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from conciergedesk.rota.solver.automaton import Ints
from conciergedesk.rota.solver.model import CoverRow, Problem, Stage


def crew_problem(problem: Problem, people: Sequence[int], plans: Ints) -> Problem:
    """The problem of ``people``, with what all others do in ``plans`` taken off the cover."""
    place = {person: number for number, person in enumerate(people)}
    counters = [replace(one, person=place[one.person]) for one in problem.counters if one.person in place]
    return Problem(
        people=[problem.people[person] for person in people], days=problem.days, choices=problem.choices,
        cost=problem.cost[list(people)], rows=[
            _left(row, place, plans) for row in problem.rows if not place.keys().isdisjoint(row.people)
        ],
        counters=counters, stages=[
            _part(stage, place) for stage in problem.stages if not place.keys().isdisjoint(stage.people)
        ],
    )  # fmt: skip


def _left(row: CoverRow, place: dict[int, int], plans: Ints) -> CoverRow:
    """The row for the rest of its people: with ``there`` fewer needed every count costs what it did."""
    there = sum(int(plans[person, row.day]) in row.choices for person in row.people if person not in place)
    return replace(
        row,
        people=frozenset(place[person] for person in row.people if person in place),
        low=row.low - there,
        target=row.target - there,
        high=None if row.high is None else row.high - there,
    )


def _part(stage: Stage, place: dict[int, int]) -> Stage:
    kept = [at for at, person in enumerate(stage.people) if person in place]
    return replace(
        stage,
        people=[place[stage.people[at]] for at in kept],
        start=stage.start[np.asarray(kept, dtype=np.int64)],
    )


def plain(problem: Problem) -> bool:
    """Whether the day machines of the people count nothing along the way."""
    return all(
        stage.most is None and stage.weekends is None and not stage.counted for stage in problem.stages
    )

"""The objective of the published shift-scheduling benchmarks, counted from its definition."""

from __future__ import annotations

from conciergedesk.rota.values import Roster, Rota


def published_objective(rota: Rota, roster: Roster) -> int:
    """Weights of unmet requests plus shortage and surplus per day and shift."""
    total = sum(
        wish.weight
        for wish in rota.wishes
        if (wish.shift in roster.shifts_on(wish.agent, wish.day)) != wish.wanted
    )
    people: dict[tuple[object, str], int] = {}
    for one in roster:
        people[one.day, one.shift] = people.get((one.day, one.shift), 0) + 1
    for demand in rota.demands:
        for day in demand.dates:
            count = sum(people.get((day, shift), 0) for shift in demand.shifts)
            total += demand.weight_under * max(0, demand.target - count)
            total += demand.weight_over * max(0, count - demand.target)
    return total

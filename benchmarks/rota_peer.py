"""What one would write instead: a plain CP-SAT model of an instance, run as a child process.

Reads the instance as JSON on standard input and prints one JSON line. Needs only ``ortools``. A published instance
comes as cells with its limits; a rota of our own as the flows of its day machines, so that both price the same.
"""

from __future__ import annotations

import itertools
import json
import sys
from typing import Any


def cells(case: dict[str, Any], model: Any) -> tuple[list[Any], None]:
    """One Boolean per person, day and shift."""
    days, shifts, minutes = case["days"], case["shifts"], case["minutes"]
    x: dict[tuple[int, int, int], Any] = {}
    work: dict[tuple[int, int], Any] = {}
    for e, agent in enumerate(case["agents"]):
        for d in range(days):
            for s in range(len(shifts)):
                x[e, d, s] = model.NewBoolVar("")
            work[e, d] = sum(x[e, d, s] for s in range(len(shifts)))
            model.Add(work[e, d] <= (0 if d in agent["off"] else 1))
        for d in range(days - 1):
            for a, b in case["forbidden"]:
                model.Add(x[e, d, a] + x[e, d + 1, b] <= 1)
        worked = sum(minutes[s] * x[e, d, s] for d in range(days) for s in range(len(shifts)))
        model.Add(worked <= agent["max"])
        model.Add(worked >= agent["min"])
        for s, most in agent["shifts"]:
            model.Add(sum(x[e, d, s] for d in range(days)) <= most)
        run, least, rest = agent["run"], agent["min_run"], agent["rest"]
        for d in range(days - run):
            model.Add(sum(work[e, k] for k in range(d, d + run + 1)) <= run)
        for length in range(1, least):
            for d in range(1, days - length):
                inside = sum(work[e, k] for k in range(d, d + length))
                model.Add(work[e, d - 1] + (length - inside) + work[e, d + length] >= 1)
        for length in range(1, rest):
            for d in range(1, days - length):
                inside = sum(work[e, k] for k in range(d, d + length))
                model.Add(work[e, d - 1] - inside + work[e, d + length] <= 1)
        weekends = []
        for d in range(5, days, 7):
            flag = model.NewBoolVar("")
            model.Add(flag >= work[e, d])
            if d + 1 < days:
                model.Add(flag >= work[e, d + 1])
            weekends.append(flag)
        model.Add(sum(weekends) <= agent["weekends"])
    cost: list[Any] = []
    for e, d, s, weight, wanted in case["wishes"]:
        cost.append(weight * (1 - x[e, d, s]) if wanted else weight * x[e, d, s])
    for d, s, needed, under, over in case["cover"]:
        short = model.NewIntVar(0, needed, "")
        extra = model.NewIntVar(0, len(case["agents"]), "")
        model.Add(sum(x[e, d, s] for e in range(len(case["agents"]))) + short - extra == needed)
        cost += [under * short, over * extra]
    return cost, None


def flows(case: dict[str, Any], model: Any) -> tuple[list[Any], list[list[list[tuple[Any, int]]]]]:
    """One Boolean per person and arc of the day machine."""
    cost: list[Any] = []
    chosen: list[list[list[tuple[Any, int]]]] = []
    for arcs, start, ends in zip(case["arcs"], case["start"], case["ends"], strict=True):
        into: dict[tuple[int, int], list[Any]] = {}
        out: dict[tuple[int, int], list[Any]] = {}
        mine: list[list[tuple[Any, int]]] = [[] for _ in range(case["days"])]
        for day, source, target, choice, price in arcs:
            arc = model.NewBoolVar("")
            out.setdefault((day, source), []).append(arc)
            into.setdefault((day + 1, target), []).append(arc)
            mine[day].append((arc, choice))
            if price:
                cost.append(price * arc)
            if day == case["days"] - 1 and target not in ends:
                model.Add(arc == 0)
        model.Add(sum(out[0, start]) == 1)
        for day in range(case["days"]):
            model.AddExactlyOne(arc for arc, _ in mine[day])
        for node in out.keys() | into.keys():
            if 0 < node[0] < case["days"]:
                model.Add(sum(into.get(node, [])) == sum(out.get(node, [])))
        chosen.append(mine)
    for day, choices, people, prices in case["cover"]:
        count = sum(arc for e in people for arc, choice in chosen[e][day] if choice in choices)
        cost += _priced(model, count, prices)
    for person, gain, prices in case["counters"]:
        count = sum(
            gain[d][c] * arc for d in range(case["days"]) for arc, c in chosen[person][d] if gain[d][c]
        )
        cost += _priced(model, count, prices)
    return cost, chosen


def _priced(model: Any, count: Any, prices: list[int]) -> list[Any]:
    """A convex price of a count, as steps."""
    steps = []
    slopes = [b - a for a, b in itertools.pairwise(prices)]
    total: list[Any] = []
    for slope, run in itertools.groupby(slopes):
        width = len(list(run))
        step = model.NewIntVar(0, width, "")
        total.append(step)
        steps.append(slope * step)
    model.Add(sum(total) == count)
    return [*steps, prices[0]]


def main() -> None:
    from ortools.sat.python import cp_model  # type: ignore[import-not-found,unused-ignore]

    case: dict[str, Any] = json.load(sys.stdin)
    model: Any = cp_model.CpModel()
    cost, chosen = (flows if case["form"] == "flows" else cells)(case, model)
    model.Minimize(sum(cost))
    solver: Any = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = case["seconds"]
    solver.parameters.num_workers = case["workers"]
    status = solver.Solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    print(json.dumps({
        "value": solver.ObjectiveValue() if found else None, "bound": solver.BestObjectiveBound(),
        "seconds": solver.WallTime(),
        "plans": [[next(c for arc, c in day if solver.Value(arc)) for day in mine] for mine in chosen]
        if found and chosen is not None else None,
    }))  # fmt: skip


if __name__ == "__main__":
    main()

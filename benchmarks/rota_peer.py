"""What one would write instead: a plain CP-SAT model of a shift-scheduling instance, run as a child process.

Reads the instance as JSON on standard input and prints one JSON line. Needs only ``ortools``.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def main() -> None:
    from ortools.sat.python import cp_model  # type: ignore[import-not-found,unused-ignore]

    case: dict[str, Any] = json.load(sys.stdin)
    model: Any = cp_model.CpModel()
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
    model.Minimize(sum(cost))
    solver: Any = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = case["seconds"]
    solver.parameters.num_workers = case["workers"]
    status = solver.Solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    print(json.dumps({
        "value": solver.ObjectiveValue() if found else None, "bound": solver.BestObjectiveBound(),
        "seconds": solver.WallTime(),
    }))  # fmt: skip


if __name__ == "__main__":
    main()

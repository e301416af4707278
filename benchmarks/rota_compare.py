"""The planner's instances given to a plain CP-SAT model, which lives in another process.

Set ``ROTA_PEER_PYTHON`` to an interpreter that has ``ortools``; without one nothing is compared.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._report import Report
from conciergedesk.rota.importers.curtois import read_curtois
from conciergedesk.rota.law.packs import LawBook
from conciergedesk.rota.solver.compiling import compile_part
from conciergedesk.rota.solver.model import Problem
from conciergedesk.rota.solver.objective import objective_for
from conciergedesk.rota.solver.parts import Frame, parts
from conciergedesk.rota.values import Assignment, Roster, Rota

WORKERS = 2


def peer_python() -> str | None:
    """The interpreter of the peer, or None (and a line that says so)."""
    python = os.environ.get("ROTA_PEER_PYTHON", sys.executable)
    if subprocess.run([python, "-c", "import ortools"], capture_output=True, check=False).returncode:
        print("  peer not installed (set ROTA_PEER_PYTHON to an interpreter that has ortools)")
        return None
    return python


def _ask(case: dict[str, Any]) -> dict[str, Any]:
    python = peer_python() or sys.executable
    # -P: a module beside the script must not hide one of the standard library.
    done = subprocess.run(
        [python, "-P", str(Path(__file__).with_name("rota_peer.py"))], input=json.dumps(case), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        print(f"  peer failed: {done.stderr.strip()[-300:]}")
        return {"value": None, "bound": 0.0, "seconds": 0.0, "plans": None}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def compare_published(report: Report, file: str, seconds: float) -> None:
    """One published instance, written as Booleans per person, day and shift."""
    rota = read_curtois(Path(file))
    ids = [shift.id for shift in rota.shifts]
    people = [agent.id for agent in rota.agents]
    answer = _ask({
        "form": "cells",
        "days": rota.days, "shifts": ids, "minutes": [shift.worked for shift in rota.shifts],
        "forbidden": [[ids.index(shift.id), ids.index(b)] for shift in rota.shifts for b in shift.may_not_precede],
        "agents": [
            {
                "off": [(one.first - rota.first).days for one in rota.absences if one.agent == agent.id],
                "max": agent.limits.max_minutes, "min": agent.limits.min_minutes, "run": agent.limits.max_run,
                "min_run": agent.limits.min_run, "rest": agent.limits.min_rest_run,
                "weekends": agent.limits.max_weekends,
                "shifts": [[ids.index(shift), most] for shift, most in agent.limits.max_shifts],
            }
            for agent in rota.agents
        ],
        "wishes": [
            [people.index(one.agent), (one.day - rota.first).days, ids.index(one.shift), one.weight, one.wanted]
            for one in rota.wishes
        ],
        "cover": [
            [(day - rota.first).days, ids.index(one.shifts[0]), one.target, one.weight_under, one.weight_over]
            for one in rota.demands
            for day in one.dates
        ],
        "seconds": seconds, "workers": WORKERS,
    })  # fmt: skip
    _tell(report, Path(file).stem, answer)


def compare_own(report: Report, name: str, rota: Rota, law: LawBook, seconds: float) -> None:
    """A rota of our own: part after part as the planner does, each day machine as a flow of Booleans."""
    frame = Frame(rota, law, objective_for(rota), base=rota.roster.within(rota.first, rota.last))
    todo = parts(rota)
    total: dict[str, Any] = {"value": 0.0, "bound": 0.0, "seconds": 0.0}
    done: list[Assignment] = []
    for place, part in enumerate(todo):
        if part.on_call:
            frame = replace(frame, work=Roster(tuple(done)))
        problem = compile_part(frame, part)
        left = (seconds - total["seconds"]) / (len(todo) - place)
        answer = _ask({**_flows(problem), "seconds": max(1.0, left), "workers": WORKERS})
        total["bound"] += answer["bound"]
        total["seconds"] += answer["seconds"]
        if answer["value"] is None:
            total["value"] = None
            break
        total["value"] += answer["value"]
        for person, row in zip(problem.people, answer["plans"], strict=True):
            for day, choice in zip(rota.dates, row, strict=True):
                done += [Assignment(person, day, shift) for shift in problem.choices[choice].shifts]
    _tell(report, name, total)


def _flows(problem: Problem) -> dict[str, Any]:
    """Arcs (day, from, to, choice, price) per person, cover rows and counters with prices per count."""
    arcs: list[list[list[float]]] = [[] for _ in problem.people]
    start = [0] * len(problem.people)
    ends: list[list[int]] = [[] for _ in problem.people]
    for stage in problem.stages:
        for place, person in enumerate(stage.people):
            start[person], ends[person] = int(stage.start[place]), stage.layers[-1].ends.tolist()
            for day, layer in enumerate(stage.layers):
                target = np.repeat(
                    np.arange(len(layer.targets)), np.diff(np.append(layer.first_arc, len(layer.source)))
                )
                for arc, source in enumerate(layer.source.tolist()):
                    for choice in np.flatnonzero(stage.same == layer.choice[target[arc]]).tolist():
                        price = float(problem.cost[person, day, choice]) + float(layer.price[arc])
                        if np.isfinite(price):
                            arcs[person].append([day, source, int(target[arc]), choice, round(price)])
    size = len(problem.people)
    return {
        "form": "flows", "days": problem.days, "arcs": arcs, "start": start, "ends": ends,
        "cover": [
            [row.day, sorted(row.choices), sorted(row.people), [round(row.price(n)) for n in range(size + 1)]]
            for row in problem.rows
        ],
        "counters": [
            [one.person, one.gain.tolist(), [
                round(one.price(n)) for n in range(int(one.gain.max(axis=1).sum()) + 1)
            ]]
            for one in problem.counters
        ],
    }  # fmt: skip


def _tell(report: Report, name: str, answer: dict[str, Any]) -> None:
    found = "no roster" if answer["value"] is None else f"{answer['value']:,.0f}"
    print(
        f"  {name:<14} CP-SAT, {WORKERS} workers: {found}, bound {answer['bound']:,.0f}, {answer['seconds']:.1f} s"
    )
    if answer["value"] is not None:
        report.figure(f"{name} CP-SAT price", answer["value"])
    report.figure(f"{name} CP-SAT bound", answer["bound"])

"""Speed and quality of the planner.

    python -m benchmarks.rota --set curtois|rws|own|sickness|law [FILE...] --seconds S --workers 2 --seeds K
        [--peers] [--quick] [--json OUT]

Without ``--set`` everything that needs no file runs on the sample team. Published instances are given as files;
each is written in the public format and read back before it is solved, and each roster is judged by the checker.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from benchmarks._report import Report, arguments, percentile
from benchmarks.rota_naive_law import naive_findings, random_case
from conciergedesk.rota.checker.judge import blocking, check
from conciergedesk.rota.checker.published import published_objective
from conciergedesk.rota.checker.rotations import check_rotation, check_week_rotation
from conciergedesk.rota.dump import dump_rota
from conciergedesk.rota.explain import explain_empty_posts
from conciergedesk.rota.files import load_rota, read_rota
from conciergedesk.rota.importers.curtois import read_curtois
from conciergedesk.rota.importers.rotating import read_rotating
from conciergedesk.rota.law.packs import LawBook, load_law
from conciergedesk.rota.patterns import RotationStatus, solve_rotation
from conciergedesk.rota.planning import plan_period
from conciergedesk.rota.repair import mark_absent, smallest_repair, uncovered, verdict_of
from conciergedesk.rota.values import Absence, Rota
from conciergedesk.rota.week_patterns import WeekRequest, solve_week_rotation

ROOT = Path(__file__).parents[1]
BEST_KNOWN = {
    1: 607, 2: 828, 3: 1001, 4: 1716, 5: 1143, 6: 1950, 7: 1056, 8: 1300, 9: 439, 10: 4631, 11: 3443, 12: 4040,
    13: 1348, 14: 1278, 15: 3829, 16: 3225, 17: 5746, 18: 4459, 19: 3149, 20: 4769, 21: 21133, 22: 30240, 23: 17428,
    24: 42463,
}  # fmt: skip
COMPARED = {
    "daily_work", "daily_span", "break", "daily_rest", "days_per_week", "week_work", "weekly_rest", "weekly_rest_days",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One run of one instance with one seed."""

    name: str
    seed: int
    value: float
    bound: float
    best_at: float
    seconds: float
    violations: int
    megabytes: float
    note: str = ""


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run_curtois(file: str, seconds: float, seed: int) -> Row:
    rota = read_rota([("instance.toml", dump_rota(read_curtois(Path(file))))])
    result = plan_period(rota, LawBook(), seconds=seconds, seed=seed)
    if result.roster is None:
        return Row(Path(file).stem, seed, math.inf, 0.0, 0.0, result.seconds, 0, _megabytes(), "no roster")
    value = published_objective(rota, result.roster)
    broken = len(blocking(check(rota, result.roster, LawBook())))
    note = "" if value == round(result.value) else f"solver says {result.value}"
    return Row(
        Path(file).stem, seed, value if not broken else math.inf, math.ceil(result.bound - 1e-4), result.best_seconds,
        result.seconds, broken, _megabytes(), note,
    )  # fmt: skip


def run_rotation(file: str, seconds: float, seed: int) -> Row:
    request = read_rotating(Path(file))
    if isinstance(request, WeekRequest):
        found = solve_week_rotation(request, seconds, seed=seed)
        wrong = check_week_rotation(request, found.weeks) if found.weeks else ()
    else:
        found = solve_rotation(request, seconds, seed=seed)
        wrong = check_rotation(request, found.weeks) if found.weeks else ()
    broken = len(wrong)
    known = found.status is not RotationStatus.UNKNOWN and not broken
    note = found.status.value + (f" ({', '.join(found.conflict)})" if found.conflict else "")
    return Row(
        Path(file).stem,
        seed,
        0.0 if known else math.inf,
        0.0,
        found.seconds,
        found.seconds,
        broken,
        _megabytes(),
        note,
    )


def sample() -> tuple[Rota, LawBook]:
    rota = load_rota(ROOT / "shifts")
    return rota, load_law(ROOT / "knowledge_base" / "rota", rota.site.packs)


def own_sizes(quick: bool) -> dict[str, Rota]:
    """The sample team over 4, 8 and 12 weeks, and a team of twelve."""
    rota, _ = sample()
    weeks = (4,) if quick else (4, 8, 12)
    cases = {f"own-8x{count}w": replace(rota, days=7 * count) for count in weeks}
    if not quick:
        more = tuple(
            replace(one, id=one.id + "2", name=one.name + " 2")
            for one in rota.agents
            if one.id in ("INE", "YAN", "PAU", "BAS")
        )
        cases["own-12x12w"] = replace(rota, agents=rota.agents + more)
        cases["own-4x12w"] = replace(
            rota, agents=rota.agents[:4], demands=tuple(one for one in rota.demands if one.shifts[0] in "MSN"),
            absences=tuple(one for one in rota.absences if one.agent == "MAE"),
            wishes=tuple(one for one in rota.wishes if one.agent in ("INE", "BAS", "FAR")),
        )  # fmt: skip
    return cases


def run_own(name: str, seconds: float, seed: int) -> Row:
    _, law = sample()
    rota = own_sizes(False)[name]
    result = plan_period(rota, law, seconds=seconds, seed=seed)
    assert result.roster is not None
    broken = len(blocking(result.violations))
    return Row(
        name, seed, result.value, result.bound, result.best_seconds, result.seconds, broken, _megabytes(),
        f"first {result.first_seconds:.2f} s",
    )  # fmt: skip


def measure_curtois(report: Report, found: Iterable[Row], seconds: float) -> None:
    rows = []
    for row in found:
        rows.append(row)
        best = BEST_KNOWN.get(int("".join(filter(str.isdigit, row.name)) or 0))
        gap = 100 * (row.value - best) / best if best else math.nan
        print(
            f"  {row.name:<14} seed {row.seed}  {row.value:>9,.0f}  best known {best}  {gap:+6.2f} %  "
            f"bound {row.bound:,.0f}  at {row.best_at:6.1f} s of {row.seconds:6.1f}  {row.violations} violations  "
            f"{row.megabytes:.0f} MB  {row.note}"
        )
    for name in dict.fromkeys(row.name for row in rows):
        best = BEST_KNOWN.get(int("".join(filter(str.isdigit, name)) or 0))
        values = [row.value for row in rows if row.name == name]
        if best:
            report.figure(f"curtois {name} worst gap %", 100 * (max(values) - best) / best, "<= 0")
    report.figure("curtois limit s", seconds)


def measure_rotations(report: Report, found: Iterable[Row]) -> None:
    rows = []
    for row in found:
        rows.append(row)
        print(
            f"  {row.name:<22} seed {row.seed}  {row.seconds:6.2f} s  {row.violations} violations  {row.note}"
        )
    report.figure(
        "rotations solved or proved %", 100 * sum(row.value == 0 for row in rows) / len(rows), ">= 100"
    )
    report.figure("rotations slowest s", max(row.seconds for row in rows), "<= 2")


def measure_own(report: Report, found: Iterable[Row]) -> None:
    rows = []
    for row in found:
        rows.append(row)
        print(
            f"  {row.name:<12} seed {row.seed}  price {row.value:,.0f}  bound {row.bound:,.1f}  "
            f"gap {max(0.0, row.value - row.bound):,.1f}  at {row.best_at:.1f} s of {row.seconds:.1f}  {row.note}  "
            f"{row.violations} violations  {row.megabytes:.0f} MB"
        )
    for name in dict.fromkeys(row.name for row in rows):
        same = [row for row in rows if row.name == name]
        report.figure(f"{name} first legal s", max(float(row.note.split()[1]) for row in same), "<= 0.3")
        report.figure(f"{name} gap", max(max(0.0, row.value - row.bound) for row in same))
        report.figure(f"{name} seconds", max(row.seconds for row in same), "<= 2")
    report.figure("own violations", sum(row.violations for row in rows), "== 0")


def measure_sickness(report: Report, seeds: int, quick: bool) -> None:
    """One to five days of sickness on a plan: time, proof, changed cells; then explanations."""
    rota, law = sample()
    rota = replace(rota, days=28)
    plan = plan_period(rota, law, seconds=4, seed=1)
    assert plan.roster is not None
    dice, times, proved, count, refused, cells = Random(7), [], 0, 0, 0, 0
    for _ in range(10 if quick else 20 * seeds):
        agent = dice.choice(rota.agents).id
        first = rota.first + timedelta(days=dice.randrange(20))
        last = first + timedelta(days=dice.randrange(5))
        away, left = mark_absent(rota, plan.roster, agent, first, last)
        if not uncovered(away, left, first, last):
            continue
        began = time.perf_counter()
        repair = smallest_repair(away, left, law, first, last, seconds=1.0)
        times.append(time.perf_counter() - began)
        count += 1
        proved += repair.proved
        cells += len(repair.changed)
        refused += not verdict_of(away, left, law, repair).accepted
    report.figure("sickness cases", count)
    report.figure("sickness slowest s", max(times), "<= 1")
    report.figure("sickness median s", percentile(times, 0.5))
    report.figure("sickness proved minimal %", 100 * proved / count, ">= 100")
    report.figure("sickness changed cells per case", cells / count)
    report.figure("sickness repairs refused by the checker", refused, "== 0")
    times = []
    for agent in ("YAN", "SAB", "PAU", "LUC"):
        people = tuple(
            replace(one, skills=tuple(skill for skill in one.skills if not skill.backup))
            for one in rota.agents
        )
        away_week = Absence(agent, date(2027, 1, 11), date(2027, 1, 17))
        impossible = replace(rota, agents=people, absences=(away_week,))
        found = explain_empty_posts(impossible, law, first=away_week.first, last=away_week.last, seconds=5)
        assert not found.possible and found.minimal
        times.append(found.seconds)
    report.figure("explanation slowest s", max(times), "<= 2")


def measure_law(report: Report, cases: int) -> None:
    """Random rosters: the checker against a second, naive reading of the law."""
    law = load_law(ROOT / "knowledge_base" / "rota", ("code-du-travail", "idcc-1909"))
    began, different = time.perf_counter(), 0
    for seed in range(cases):
        rota, roster, rows = random_case(seed)
        found = {
            (one.kind.value, one.days[-1]) for one in check(rota, roster, law) if one.kind.value in COMPARED
        }
        different += found != naive_findings(rows, rota.first, rota.days)
    report.figure("law cases", cases)
    report.figure("law disagreements", different, "== 0")
    report.figure("law seconds", time.perf_counter() - began)


def peer(file: str, seconds: float, workers: int) -> None:
    """The plain CP-SAT model on the same instance, in an interpreter that has ortools."""
    python = os.environ.get("ROTA_PEER_PYTHON", sys.executable)
    if subprocess.run([python, "-c", "import ortools"], capture_output=True, check=False).returncode:
        print("  peer: ortools is not installed (set ROTA_PEER_PYTHON to an interpreter that has it)")
        return
    rota = read_curtois(Path(file))
    ids = [shift.id for shift in rota.shifts]
    people = [agent.id for agent in rota.agents]
    case = {
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
        "seconds": seconds, "workers": workers,
    }  # fmt: skip
    done = subprocess.run(
        [python, str(Path(__file__).with_name("rota_peer.py"))], input=json.dumps(case), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    print(f"  peer {Path(file).stem}: {done.stdout.strip() or done.stderr.strip()[-200:]}")


def _options() -> argparse.ArgumentParser:
    parser = arguments("Speed and quality of the planner")
    parser.add_argument("--set", choices=("curtois", "rws", "own", "sickness", "law"), default=None)
    parser.add_argument("files", nargs="*", help="instances of the set")
    parser.add_argument("--seconds", type=float, default=None, help="limit per run")
    parser.add_argument("--workers", type=int, default=1, help="runs at the same time")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--cases", type=int, default=2000, help="random rosters of the law set")
    parser.add_argument("--peers", action="store_true", help="run a plain CP-SAT model as well")
    return parser


def main() -> None:
    options = _options().parse_args()
    report = Report(f"rota {options.set or 'sample'}", options.quick)
    seeds = 1 if options.quick else options.seeds
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a long run shows each row at once
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max(1, options.workers), mp_context=context, max_tasks_per_child=1) as pool:
        jobs = [(file, seed) for file in options.files for seed in range(1, seeds + 1)]
        if options.set == "curtois":
            limit = options.seconds or (10.0 if options.quick else 60.0)
            if options.quick:
                jobs = jobs[: max(1, int(20 / limit))]
            waiting = [pool.submit(run_curtois, file, limit, seed) for file, seed in jobs]
            measure_curtois(report, (one.result() for one in waiting), limit)
            for file in options.files if options.peers else ():
                peer(file, limit, 2)
        elif options.set == "rws":
            limit = options.seconds or (5.0 if options.quick else 60.0)
            waiting = [pool.submit(run_rotation, file, limit, seed) for file, seed in jobs]
            measure_rotations(report, (one.result() for one in waiting))
        if options.set in (None, "own"):
            limit = options.seconds or (6.0 if options.quick else 10.0)
            names = list(own_sizes(options.quick))
            waiting = [
                pool.submit(run_own, name, limit, seed) for name in names for seed in range(1, seeds + 1)
            ]
            measure_own(report, (one.result() for one in waiting))
    if options.set in (None, "sickness"):
        measure_sickness(report, seeds, options.quick)
    if options.set in (None, "law"):
        measure_law(report, 100 if options.quick else options.cases)
    report.finish(options.json)


if __name__ == "__main__":
    main()

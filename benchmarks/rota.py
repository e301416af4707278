"""Speed and quality of the planner.

    python -m benchmarks.rota --set curtois|rws|own|sickness|law [FILE...] --seconds S --workers 2 --seeds K
        [--peers] [--quick] [--json OUT]

Without ``--set`` everything that needs no file runs on the sample team. Published instances are given as files;
each is written in the public format and read back before it is solved, and each roster is judged by the checker.
With several seeds every instance also gets its worst and its median. ``--peers`` runs a plain CP-SAT model on the
same instances, in a child process, because the two solver wheels cannot share one.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from benchmarks._report import Report, arguments, percentile
from benchmarks.rota_compare import compare_own, compare_published, peer_python
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


def spread(values: list[float]) -> tuple[float, float]:
    """Worst (largest) and median."""
    return max(values), sorted(values)[len(values) // 2]


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


def count_processor_time() -> None:
    """On a busy machine: every limit and time of this process in processor time, which is the clock of an idle one.

    The planner runs on one thread; only the limits inside HiGHS stay those of the clock.
    """
    time.perf_counter = time.process_time


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
        same = [row for row in rows if row.name == name]
        best = BEST_KNOWN.get(int("".join(filter(str.isdigit, name)) or 0))
        if best:
            worst, middle = spread([100 * (row.value - best) / best for row in same])
            report.figure(f"{name} worst gap to best known %", worst, "<= 0")
            report.figure(f"{name} median gap to best known %", middle)
        report.figure(f"{name} bound, lowest", min(row.bound for row in same))
        report.figure(f"{name} time to best s, worst", max(row.best_at for row in same))
        report.figure(f"{name} memory MB", max(row.megabytes for row in same))
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
    worst, middle = spread([row.seconds for row in rows])
    report.figure("rotations slowest s", worst, "<= 2")
    report.figure("rotations median s", middle)
    report.figure("rotations memory MB", max(row.megabytes for row in rows))


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
        report.figure(
            f"{name} first legal s, worst", max(float(row.note.split()[1]) for row in same), "<= 0.3"
        )
        worst, middle = spread([row.value for row in same])
        report.figure(f"{name} price, worst", worst)
        report.figure(f"{name} price, median", middle)
        worst, middle = spread([100 * max(0.0, row.value - row.bound) / max(1.0, row.value) for row in same])
        report.figure(f"{name} gap to the bound %, worst", worst, "<= 0")
        report.figure(f"{name} gap to the bound %, median", middle)
        worst, middle = spread([row.seconds for row in same])
        report.figure(f"{name} seconds, worst", worst, "<= 2")
        report.figure(f"{name} time to best s, worst", max(row.best_at for row in same))
        report.figure(f"{name} memory MB", max(row.megabytes for row in same))
    report.figure("own violations", sum(row.violations for row in rows), "== 0")


def measure_sickness(report: Report, seeds: int, quick: bool) -> None:
    """One to five days of sickness on a plan per seed: time, proof, changed cells; then explanations."""
    totals = [sickness_of_seed(seed, 10 if quick else 20) for seed in range(1, seeds + 1)]
    slowest = [max(one.times) for one in totals]
    for seed, one in enumerate(totals, 1):
        print(
            f"  sickness seed {seed}  {len(one.times)} cases  slowest {max(one.times):.2f} s  "
            f"proved {one.proved}  changed cells {one.cells}  refused by the checker {one.refused}"
        )
    count = sum(len(one.times) for one in totals)
    report.figure("sickness cases", count)
    report.figure("sickness slowest s, worst seed", max(slowest), "<= 1")
    report.figure("sickness slowest s, median seed", spread(slowest)[1])
    report.figure("sickness median s", percentile([spent for one in totals for spent in one.times], 0.5))
    report.figure("sickness proved minimal %", 100 * sum(one.proved for one in totals) / count, ">= 100")
    report.figure("sickness changed cells per case", sum(one.cells for one in totals) / count)
    report.figure("sickness repairs refused by the checker", sum(one.refused for one in totals), "== 0")
    report.figure("sickness memory MB", _megabytes())
    measure_explanations(report, seeds)


@dataclass(frozen=True)
class Sickness:
    """The repairs of one seed."""

    times: list[float]
    proved: int
    cells: int
    refused: int


def sickness_of_seed(seed: int, cases: int) -> Sickness:
    rota, law = sample()
    rota = replace(rota, days=28)
    plan = plan_period(rota, law, seconds=4, seed=seed)
    assert plan.roster is not None
    dice, times, proved, refused, cells = Random(seed), [], 0, 0, 0
    for _ in range(cases):
        agent = dice.choice(rota.agents).id
        first = rota.first + timedelta(days=dice.randrange(20))
        last = first + timedelta(days=dice.randrange(5))
        away, left = mark_absent(rota, plan.roster, agent, first, last)
        if not uncovered(away, left, first, last):
            continue
        began = time.perf_counter()
        repair = smallest_repair(away, left, law, first, last, seconds=1.0)
        times.append(time.perf_counter() - began)
        proved += repair.proved
        cells += len(repair.changed)
        refused += not verdict_of(away, left, law, repair).accepted
    return Sickness(times, proved, cells, refused)


def measure_explanations(report: Report, seeds: int) -> None:
    """Nobody trained as backup and one person away for a week: why, and how long it takes to say so."""
    rota, law = sample()
    times, minimal = [], 0
    for agent in ("YAN", "SAB", "PAU", "LUC") * seeds:
        people = tuple(
            replace(one, skills=tuple(skill for skill in one.skills if not skill.backup))
            for one in rota.agents
        )
        away_week = Absence(agent, date(2027, 1, 11), date(2027, 1, 17))
        impossible = replace(rota, agents=people, absences=(away_week,))
        found = explain_empty_posts(impossible, law, first=away_week.first, last=away_week.last, seconds=5)
        times.append(found.seconds)
        minimal += found.minimal and not found.possible
    report.figure("explanation slowest s", max(times), "<= 2")
    report.figure("explanation median s", percentile(times, 0.5))
    report.figure("explanations proved minimal %", 100 * minimal / len(times), ">= 100")


def measure_law(report: Report, cases: int, start: int) -> None:
    """Random rosters: the checker against a second, naive reading of the law."""
    law = load_law(ROOT / "knowledge_base" / "rota", ("code-du-travail", "idcc-1909"))
    began, different = time.perf_counter(), 0
    for seed in range(start, start + cases):
        rota, roster, rows = random_case(seed)
        found = {
            (one.kind.value, one.days[-1]) for one in check(rota, roster, law) if one.kind.value in COMPARED
        }
        different += found != naive_findings(rows, rota.first, rota.days)
    report.figure("law cases", cases)
    report.figure("law disagreements", different, "== 0")
    report.figure("law seconds", time.perf_counter() - began)


def _options() -> argparse.ArgumentParser:
    parser = arguments("Speed and quality of the planner")
    parser.add_argument("--set", choices=("curtois", "rws", "own", "sickness", "law"), default=None)
    parser.add_argument("files", nargs="*", help="instances of the set; for own the names of cases")
    parser.add_argument("--seconds", type=float, default=None, help="limit per run")
    parser.add_argument("--workers", type=int, default=1, help="runs at the same time")
    parser.add_argument(
        "--processor-time", action="store_true", help="count processor time (for a busy machine)"
    )
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--cases", type=int, default=2000, help="random rosters of the law set")
    parser.add_argument("--from-case", type=int, default=0, help="first of them: a long run in pieces")
    parser.add_argument("--peers", action="store_true", help="run a plain CP-SAT model as well")
    return parser


def main() -> None:
    options = _options().parse_args()
    report = Report(f"rota {options.set or 'sample'}", options.quick)
    if options.set in ("curtois", "rws") and not options.files:
        print(f"--set {options.set} needs instance files; none were given, nothing was run")
        report.finish(options.json)
        return
    seeds = 1 if options.quick else options.seeds
    if options.processor_time:
        count_processor_time()
        print("limits and times in processor time")
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a long run shows each row at once
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    context = multiprocessing.get_context("spawn")
    clock = count_processor_time if options.processor_time else None
    with ProcessPoolExecutor(
        max(1, options.workers), mp_context=context, max_tasks_per_child=1, initializer=clock
    ) as pool:
        jobs = [(file, seed) for file in options.files for seed in range(1, seeds + 1)]
        if options.set == "curtois":
            limit = options.seconds or (10.0 if options.quick else 60.0)
            if options.quick:
                jobs = jobs[: max(1, int(20 / limit))]
            waiting = [pool.submit(run_curtois, file, limit, seed) for file, seed in jobs]
            measure_curtois(report, (one.result() for one in waiting), limit)
            if options.peers and peer_python():
                for file in dict.fromkeys(file for file, _ in jobs):
                    compare_published(report, file, limit)
        elif options.set == "rws":
            limit = options.seconds or (5.0 if options.quick else 60.0)
            waiting = [pool.submit(run_rotation, file, limit, seed) for file, seed in jobs]
            measure_rotations(report, (one.result() for one in waiting))
        if options.set in (None, "own"):
            limit = options.seconds or (6.0 if options.quick else 10.0)
            names = [one for one in own_sizes(options.quick) if one in options.files or not options.files]
            waiting = [
                pool.submit(run_own, name, limit, seed) for name in names for seed in range(1, seeds + 1)
            ]
            measure_own(report, (one.result() for one in waiting))
            if options.peers and peer_python():
                rota_law = sample()[1]
                for name, rota in ((one, own_sizes(options.quick)[one]) for one in names):
                    compare_own(report, name, rota, rota_law, limit)
    if options.set in (None, "sickness"):
        measure_sickness(report, seeds, options.quick)
    if options.set in (None, "law"):
        measure_law(report, 100 if options.quick else options.cases, options.from_case)
    report.finish(options.json)


if __name__ == "__main__":
    main()

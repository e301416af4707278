"""Reports over a long history: month, shift and wall, whatever lies before; and exports of any length.

    python -m benchmarks.reports [--quick] [--json OUT] [--keep FOLDER]

The data are made in SQL from a seed: three years of requests, eight journal lines each, and a desk at work.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks._report import Report, arguments
from conciergedesk.bootstrap import create_schema
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.engine import open_engine
from conciergedesk.core.desk import Desk
from conciergedesk.core.paths import knowledge_base
from conciergedesk.core.settings import Settings
from conciergedesk.reports.exports.tables import Cell, write_csv
from conciergedesk.reports.periods import month_period, shift_period
from conciergedesk.reports.reporting import make_report
from conciergedesk.reports.wall import wall_now, wall_slow
from conciergedesk.requests.rulebook import load_rulebook

ZONE = ZoneInfo("Europe/Paris")
NOW = datetime(2027, 3, 24, 18, 42, tzinfo=ZONE)
YEARS = 3
OPEN = 2_000
LINES = (
    ("request.captured", 0, '{"type":"taxi","state":"new"}'),
    ("request.qualify", 0, '{"before":"new","after":"qualified"}'),
    ("request.claim", 60, '{"before":"qualified","after":"in_progress"}'),
    ("request.first_response", 90, "{}"),
    ("request.noted", 120, '{"note_kind":"call"}'),
    ("request.step_done", 1_800, '{"step":"book"}'),
    ("request.finish", -1, '{"before":"in_progress","after":"done"}'),
    ("request.close", -2, '{"before":"done","after":"closed"}'),
)
"""Act, seconds after the opening (-1 at the resolution, -2 at the closing), facts."""


def build(file: Path, requests: int) -> None:
    """Write the history: requests in the order of their opening, the last ``OPEN`` still open."""
    engine = open_engine(f"sqlite:///{file}")
    create_schema(engine)
    engine.dispose()
    types = [one.code for one in load_rulebook(knowledge_base()).catalogue.types if not one.health][:20]
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-200000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type='index' AND sql IS NOT NULL "
        "AND tbl_name IN ('request','journal','call_back')"
    ).fetchall()
    for name, _sql in indexes:
        connection.execute(f"DROP INDEX {name}")
    end = int(NOW.timestamp())
    start = end - YEARS * 365 * 86_400
    step = (end - start) / requests
    for number in range(1, 13):
        connection.execute(
            "INSERT INTO agent (id, code, first_name, last_name, role, team, languages, active, password_hash, "
            "version) VALUES (?, ?, ?, '', 'assistant', 'concierge', '[\"fr\"]', 1, '', 1)",
            (number, f"A{number}", f"Agent {number}"),
        )
    connection.execute("BEGIN")
    moment = "strftime('%Y-%m-%d %H:%M:%S', {0}, 'unixepoch') || '.000000'"
    case = "CASE n % 20 " + " ".join(f"WHEN {i} THEN '{code}'" for i, code in enumerate(types)) + " END"
    columns = [row[1:] for row in connection.execute("PRAGMA table_info(request)")]
    values = {
        "id": "n", "type_code": case, "title": "'titre ' || n", "team": "'concierge'",
        "priority": "CASE WHEN h % 10 = 0 THEN 'P1' WHEN h % 3 = 0 THEN 'P2' ELSE 'P3' END",
        "state": "CASE WHEN gone THEN 'closed' WHEN is_over THEN 'done' ELSE 'in_progress' END",
        "is_open": "NOT is_over",
        "channel": "CASE h % 4 WHEN 0 THEN 'email' WHEN 1 THEN 'chat' ELSE 'phone' END", "language": "'fr'",
        "holder_id": "1 + h % 12", "fields": "'{}'", "danger": "'unasked'", "opened_at": moment.format("at"),
        "opened_by_id": "1 + h % 12", "first_response_at": moment.format("at + h % 3600"),
        "response_due_at": moment.format("at + 1800"), "due_at": moment.format("at + 4 * 3600"),
        "warn_at": moment.format("at + 3 * 3600"),
        "board_at": f"CASE WHEN is_over THEN NULL ELSE {moment.format('at + 4 * 3600')} END",
        "first_resolved_at": f"CASE WHEN is_over THEN {moment.format('at + took')} END",
        "resolved_at": f"CASE WHEN is_over THEN {moment.format('at + took')} END",
        "closed_at": f"CASE WHEN gone THEN {moment.format('at + took + 604800')} END",
        "breached_at": f"CASE WHEN took > 14400 THEN {moment.format('at + 14400')} END",
        "response_breached_at": f"CASE WHEN h % 3600 > 1800 THEN {moment.format('at + 1800')} END",
        "reopens": "0", "version": "3",
    }  # fmt: skip
    chosen = [
        values.get(name, "''" if kind.upper().startswith(("VARCHAR", "TEXT")) else "0")
        for name, kind, needed, _default, _pk in columns
        if name in values or needed
    ]
    names = [name for name, _kind, needed, _default, _pk in columns if name in values or needed]
    series = (
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?), "
        "made AS (SELECT n, CAST(? + n * ? AS INTEGER) AS at, (n * 2654435761) % 4294967296 AS h, "
        "1200 + ((n * 40503) % 65536) * 15000 / 65536 AS took FROM numbers), "
        "lived AS (SELECT *, n <= ? AND at + took <= ? AS is_over, n <= ? AND at + took + 604800 <= ? AS gone "
        "FROM made) "
    )
    given = (requests, start, step, requests - OPEN, end, requests - OPEN, end)
    connection.execute(
        f"{series} INSERT INTO request ({', '.join(names)}) SELECT {', '.join(chosen)} FROM lived", given
    )
    # Lines are appended request by request; their ids follow the opening, as they nearly do at a real desk.
    offsets = " UNION ALL ".join(
        f"SELECT {place} AS place, '{act}' AS act, {seconds} AS seconds, '{facts}' AS facts"
        for place, (act, seconds, facts) in enumerate(LINES)
    )
    line_at = "CASE seconds WHEN -1 THEN at + took WHEN -2 THEN at + took + 604800 ELSE at + seconds END"
    connection.execute(
        f"{series} INSERT INTO journal (unit, at, actor_id, actor, desk, act, subject_kind, subject_id, reason, "
        "facts, undoable, rows_digest, digest) "
        f"SELECT printf('%032x', n * 8 + place), {moment.format(line_at)}, 1 + h % 12, 'Agent', 'd', act, "
        f"'request', n, '', facts, 1, '', '' FROM lived JOIN ({offsets}) "
        f"WHERE (place < 6 OR (is_over AND place = 6) OR gone) AND {line_at} <= {end}",
        given,
    )
    connection.execute("COMMIT")
    for _name, sql in indexes:
        connection.execute(sql)
    connection.execute("ANALYZE")
    connection.close()


def best(call: Callable[[], object], times: int = 5) -> float:
    """The shortest of several runs: what the work takes when nothing else disturbs it."""
    taken = []
    for _run in range(times):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return min(taken)


def rows_of(count: int) -> Iterator[Sequence[Cell]]:
    for number in range(count):
        yield (f"D-{number}", "=HYPERLINK()", number / 7, NOW, "un titre de taille ordinaire")


def export_figures(report: Report, count: int) -> None:
    """A long export: rows a second, the peak of memory, and whether progress was told."""
    told: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        write_csv(rows_of(count), Path(folder) / "long.csv", told.append)
        taken = time.perf_counter() - started
        tracemalloc.start()
        write_csv(rows_of(count // 10), Path(folder) / "short.csv")
        _now, small = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        write_csv(rows_of(count // 2), Path(folder) / "longer.csv")
        _now, large = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    report.figure("export_rows", count)
    report.figure("export_seconds", taken)
    report.figure("export_peak_mb", large / 1e6, "<= 8")
    report.figure("export_memory_growth", large / max(small, 1), "<= 1.5")
    report.figure("export_progress_signs", len(told), f">= {count // 10_000}")


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--keep", type=Path, default=None, help="keep the database in this folder")
    options = parser.parse_args()
    requests = 60_000 if options.quick else 1_000_000
    report = Report("reports", options.quick)
    folder = options.keep or Path(tempfile.mkdtemp(prefix="reports-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        file = folder / f"reports-{requests}.db"
        started = time.perf_counter()
        if not file.exists():
            build(file, requests)
        report.figure("build_seconds", time.perf_counter() - started)
        url = f"sqlite:///{file}"
        desk = Desk(open_engine(url), b"k" * 32, FixedClock(NOW), Settings(database=url))
        book = load_rulebook(knowledge_base())
        now = NOW.astimezone(UTC)
        report.figure("requests", requests)
        with desk.read() as session:
            lines = session.connection().exec_driver_sql("SELECT max(id) FROM journal").scalar()
        report.figure("journal_lines", float(lines or 0))
        recent = month_period((NOW - timedelta(days=31)).date(), ZONE)
        oldest = month_period((NOW - timedelta(days=365 * YEARS - 45)).date(), ZONE)
        shift = shift_period(NOW.replace(hour=14, minute=15), NOW.replace(hour=21, minute=15), ZONE, "soir")
        made = desk.ask(make_report, book, recent, now, compare=False)
        report.figure("month_requests", made.opened)

        def month(compare: bool) -> Callable[[], object]:
            return lambda: desk.ask(make_report, book, recent, now, compare=compare)

        report.figure("month_seconds", best(month(False)), "<= 1.0")
        report.figure("month_compared_seconds", best(month(True), 3))
        report.figure(
            "oldest_month_seconds",
            best(lambda: desk.ask(make_report, book, oldest, now, compare=False), 3),
            "<= 1.0",
        )
        report.figure(
            "shift_seconds", best(lambda: desk.ask(make_report, book, shift, now, compare=False)), "<= 0.2"
        )
        report.figure("wall_milliseconds", 1000 * best(lambda: desk.ask(wall_now, book, now), 10), "<= 50")
        report.figure("wall_slow_seconds", best(lambda: desk.ask(wall_slow, book, now), 3))
        desk.close()
        export_figures(report, 20_000 if options.quick else 100_000)
    finally:
        if options.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    report.finish(options.json)


if __name__ == "__main__":
    main()

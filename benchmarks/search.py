"""Speed and quality of the provider search on a listing of any size, through the product's own index.

    python -m benchmarks.search --providers A.csv [--providers B.csv ...] --limit N --queries Q.jsonl
                                [--peers] [--quick] [--json OUT]

The corpus of size N is every row named in ``expected`` of a query, then the rows in file order until N.
Memory is what the process needs more than with the rows alone, measured before and after in one process.
With ``--peers`` the other engines answer the same queries in turn in the same run; one that is not installed
is skipped with a line that says so.
"""

from __future__ import annotations

import csv
import gc
import json
import resource
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks._report import Report, arguments, percentile
from conciergedesk.core.text import fold
from conciergedesk.providers.search.engine import SearchIndex
from conciergedesk.providers.search.entry import ProviderEntry, SearchContext
from conciergedesk.providers.search.lexicon import Lexicon, read_lexicon
from conciergedesk.providers.search.moments import desk_moments

DEPTH = 10
METZ = (49.1193, 6.1757)
NOW = datetime(2027, 3, 23, 15, 0, tzinfo=UTC)
GOAL_SIZE = 100_000
FILTERED = ("{name} 20h allemand 10km", "{trade} 20h allemand 10km", "{trade} metz 20h allemand 10km")
TRADES = (
    "kiné",
    "dentiste",
    "boulangerie",
    "restaurant",
    "pharmacie",
    "taxi",
    "hotel",
    "coiffeur",
    "spa",
    "gite",
)
WARM_UP = 20


@dataclass(frozen=True)
class Query:
    """A query with what is expected; ``category`` and ``city`` are set for trade and town queries only."""

    kind: str
    text: str
    expected: frozenset[str]
    category: str
    city: str


Answer = Callable[[str], list[str]]


def read_queries(path: Path) -> list[Query]:
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            one = json.loads(line)
            found.append(
                Query(
                    one["kind"],
                    one["query"],
                    frozenset(one.get("expected") or ()),
                    one.get("category", ""),
                    one.get("city", ""),
                )
            )
    return found


def read_corpus(paths: Sequence[Path], queries: Sequence[Query], limit: int) -> list[dict[str, str]]:
    """Rows named by queries first, then the rest in file order, at most ``limit``."""
    wanted = frozenset().union(*(query.expected for query in queries)) if queries else frozenset()
    named: list[dict[str, str]] = []
    others: list[dict[str, str]] = []
    seen: set[str] = set()
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["id"] not in seen:
                    seen.add(row["id"])
                    (named if row["id"] in wanted else others).append(row)
    return (named + others)[:limit]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def entry_of(row: dict[str, str], lexicon: Lexicon) -> ProviderEntry:
    code = lexicon.code_of_label(row["category"])
    return ProviderEntry(
        id=row["id"],
        name=row["name"],
        categories=(code,) if code else (),
        commune=row["city"],
        postcode=row["postcode"],
        country=row["country"],
        lat=_number(row["lat"]),
        lon=_number(row["lon"]),
        address=row["address"],
        phones=(row["phone"],) if row["phone"] else (),
        languages=tuple(row["languages"].split()),
        hours=row["opening_hours"],
        tags=tuple(row["detail"].split(", ")) if row["detail"] else (),
    )


def _resident() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _states(ids: Sequence[str], at: datetime) -> list[int]:
    """A stand-in for opening hours: cheap, fixed, and all three states occur."""
    return [(int(id[-2:], 36) + at.hour) % 3 for id in ids]


class Judge:
    """Counts hits per kind of query. A trade and town query is right when provider's trade and town are."""

    def __init__(self, entries: Sequence[ProviderEntry], lexicon: Lexicon) -> None:
        self._trade = {e.id: e.categories[0] if e.categories else "" for e in entries}
        self._town = {e.id: fold(e.commune) for e in entries}
        self._lexicon = lexicon
        self._there = Counter((self._trade[e.id], self._town[e.id]) for e in entries)
        self.first: dict[str, list[float]] = defaultdict(list)
        self.five: dict[str, list[float]] = defaultdict(list)
        self.mrr: dict[str, list[float]] = defaultdict(list)
        self.share: list[float] = []

    def count(self, query: Query, ids: Sequence[str]) -> None:
        if query.category:
            code = self._lexicon.code_of_label(query.category)
            town = fold(query.city)
            good = [self._trade.get(id) == code and self._town.get(id) == town for id in ids]
            wanted = min(5, self._there[code or "", town])
            if not wanted:
                return  # nobody of that trade in that town is in a corpus of this size
            self.share.append(min(1.0, sum(good[:5]) / wanted))
        else:
            good = [id in query.expected for id in ids]
        rank = good.index(True) if True in good else None
        self.first[query.kind].append(float(rank == 0))
        self.five[query.kind].append(float(rank is not None and rank < 5))
        self.mrr[query.kind].append(0.0 if rank is None else 1.0 / (rank + 1))

    def overall(self, table: dict[str, list[float]], *, named: bool = True) -> float:
        values = [v for kind, found in table.items() for v in found if not named or kind != "category_city"]
        return sum(values) / len(values) if values else 0.0


def timed(answer: Answer, queries: Sequence[Query], judge: Judge | None) -> list[float]:
    """Seconds per query."""
    for query in queries[:WARM_UP]:
        answer(query.text)
    spent = []
    for query in queries:
        start = time.perf_counter()
        ids = answer(query.text)
        spent.append(time.perf_counter() - start)
        if judge is not None:
            judge.count(query, ids)
    return spent


def _keystrokes(
    index: SearchIndex, context: SearchContext, queries: Sequence[Query]
) -> tuple[list[float], list[float]]:
    """Seconds for each beginning of each query, as somebody types it: by the clock, and of processor time."""
    spent, worked = [], []
    for query in queries:
        for end in range(1, len(query.text) + 1):
            start, begun = time.perf_counter(), time.thread_time()
            index.search(query.text[:end], context, DEPTH)
            worked.append(time.thread_time() - begun)
            spent.append(time.perf_counter() - start)
    return spent, worked


def _updates(
    index: SearchIndex, entries: Sequence[ProviderEntry], count: int
) -> tuple[list[float], list[float]]:
    """Seconds from a changed provider to the search that finds it: by the clock, and of processor time."""
    spent, worked = [], []
    step = max(1, len(entries) // count)
    for turn, entry in enumerate(entries[::step][:count]):
        changed = replace(entry, name=f"{entry.name} zyxwerk{turn}")
        start, begun = time.perf_counter(), time.thread_time()
        index.add(changed)
        found = index.search(f"zyxwerk{turn}", None, 5)
        worked.append(time.thread_time() - begun)
        spent.append(time.perf_counter() - start)
        if not any(hit.id == entry.id for hit in found.hits):
            raise SystemExit(f"a changed provider was not found at once: {entry.id}")
        index.add(entry)
    return spent, worked


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--providers", type=Path, action="append", required=True)
    parser.add_argument("--queries", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=GOAL_SIZE)
    parser.add_argument("--peers", action="store_true")
    given = parser.parse_args()
    queries = read_queries(given.queries)
    limit = min(given.limit, 20_000) if given.quick else given.limit
    rows = read_corpus(given.providers, queries, limit)
    known = {row["id"] for row in rows}
    queries = [query for query in queries if query.category or query.expected & known]
    if given.quick:
        queries = queries[::3]
    lexicon = read_lexicon()
    report = Report(f"provider search, {len(rows):,} providers, {len(queries):,} queries", quick=given.quick)
    entries = [entry_of(row, lexicon) for row in rows]
    index = _measure_own(report, entries, queries, lexicon, quick=given.quick)
    if given.peers:
        from benchmarks.search_peers import measure_peers

        def own(text: str) -> list[str]:
            return [hit.id for hit in index.search(text, None, DEPTH).hits]

        measure_peers(report, entries, queries, own, lambda: Judge(entries, lexicon), quick=given.quick)
    report.finish(given.json)


def _measure_own(
    report: Report,
    entries: Sequence[ProviderEntry],
    queries: Sequence[Query],
    lexicon: Lexicon,
    *,
    quick: bool,
) -> SearchIndex:
    judge = Judge(entries, lexicon)
    index = SearchIndex(lexicon)
    before = _resident()
    # The rows are not the index's: keep the collector from walking through them again and again.
    gc.freeze()
    start = time.perf_counter()
    index.build(entries)
    report.figure("build_s", time.perf_counter() - start, "<= 3")
    context = SearchContext()
    spent = timed(lambda text: [hit.id for hit in index.search(text, context, DEPTH).hits], queries, judge)
    report.figure("memory_above_rows_mb", _resident() - before, "<= 60")
    _report_quality(report, judge)
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        report.figure(f"query_{name}_ms", percentile(spent, share) * 1e3)
    typed, worked = _keystrokes(index, context, queries[:: 12 if quick else 4])
    report.figure("keystroke_p50_ms", percentile(typed, 0.5) * 1e3)
    report.figure("keystroke_p95_ms", percentile(typed, 0.95) * 1e3)
    report.figure("keystroke_p99_ms", percentile(typed, 0.99) * 1e3, "<= 5")
    report.figure("keystroke_p99_processor_ms", percentile(worked, 0.99) * 1e3)
    _report_filtered(report, index, queries)
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "index"
        index.save(saved)
        report.figure("saved_mb", saved.stat().st_size / 1e6)
        start = time.perf_counter()
        reopened = SearchIndex.load(saved, lexicon)
        report.figure("reopen_s", time.perf_counter() - start, "<= 0.3")
        same = all(
            [h.id for h in index.search(q.text, context, 5).hits]
            == [h.id for h in reopened.search(q.text, context, 5).hits]
            for q in queries[::20]
        )
        report.figure("reopened_answers_alike", float(same), "== 1")
        del reopened
    changes, worked = _updates(index, entries, 50 if quick else 200)
    report.figure("update_p50_ms", percentile(changes, 0.5) * 1e3)
    report.figure("update_p99_ms", percentile(changes, 0.99) * 1e3, "<= 5")
    report.figure("update_p99_processor_ms", percentile(worked, 0.99) * 1e3)
    return index


def _report_quality(report: Report, judge: Judge) -> None:
    report.figure("recall_1", judge.overall(judge.first), ">= 0.985")
    report.figure("recall_5", judge.overall(judge.five), ">= 0.997")
    report.figure("mrr", judge.overall(judge.mrr))
    named = {kind: sum(v) / len(v) for kind, v in judge.first.items() if kind != "category_city"}
    if named:
        report.figure("worst_kind_recall_1", min(named.values()), ">= 0.95")
    if "phone" in judge.five:
        report.figure("phone_recall_5", sum(judge.five["phone"]) / len(judge.five["phone"]), "== 1")
    if judge.share:
        found = judge.five["category_city"]
        report.figure("category_city_hit_5", sum(found) / len(found), ">= 0.98")
        report.figure("category_city_share_of_first_5", sum(judge.share) / len(judge.share), ">= 0.98")
    for kind in judge.first:
        for name, table in (("recall_1", judge.first), ("recall_5", judge.five), ("mrr", judge.mrr)):
            report.figure(f"{kind}.{name}", sum(table[kind]) / len(table[kind]))


def _report_filtered(report: Report, index: SearchIndex, queries: Sequence[Query]) -> None:
    """Text with an open-at moment, a language and ten kilometres around the desk, moment words read as well."""
    zone = ZoneInfo("Europe/Paris")
    context = SearchContext(now=NOW, origin=METZ, open_at=_states, find_moment=desk_moments(zone))
    names = [q.text for q in queries if q.kind not in ("phone", "category_city")][::5]
    spent: list[float] = []
    for name, trade, pattern in zip(names, cycle(TRADES), cycle(FILTERED), strict=False):
        moment = context.now + timedelta(minutes=len(spent)) if context.now else None
        text = pattern.format(name=name, trade=trade)
        start = time.perf_counter()
        index.search(text, replace(context, now=moment), DEPTH)
        spent.append(time.perf_counter() - start)
    report.figure("filtered_p50_ms", percentile(spent, 0.5) * 1e3)
    report.figure("filtered_p95_ms", percentile(spent, 0.95) * 1e3, "<= 10")


if __name__ == "__main__":
    main()

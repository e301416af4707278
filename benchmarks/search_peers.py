"""What else answers the same queries: plain RapidFuzz scans, SQLite FTS5, tantivy and PostgreSQL pg_trgm.

Each peer gets folded strings (name and commune) and answers with ids; where an index only proposes, RapidFuzz
rescores its candidates, so that every peer is as good as it can be with little work.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz, process

from benchmarks._report import Report, percentile
from conciergedesk.core.text import fold
from conciergedesk.providers.search.entry import ProviderEntry

if TYPE_CHECKING:
    from benchmarks.search import Judge, Query

DEPTH = 10
PROPOSED = 200
SLOW_SAMPLE = 120
Answer = Callable[[str], list[str]]


def _scan(texts: Sequence[str], ids: Sequence[str], scorer: Any) -> Answer:
    def answer(query: str) -> list[str]:
        return [ids[row] for _, _, row in process.extract(fold(query), texts, scorer=scorer, limit=DEPTH)]

    return answer


def _rescored(query: str, rows: Sequence[int], texts: Sequence[str], ids: Sequence[str]) -> list[str]:
    candidates = {row: texts[row] for row in rows}
    return [ids[row] for _, _, row in process.extract(query, candidates, scorer=fuzz.WRatio, limit=DEPTH)]


def _fts5(texts: Sequence[str], ids: Sequence[str]) -> Answer:
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE listing USING fts5(text, tokenize='trigram')")
    base.executemany("INSERT INTO listing(rowid, text) VALUES (?, ?)", enumerate(texts))

    def answer(query: str) -> list[str]:
        folded = fold(query)
        grams = {folded[n : n + 3] for n in range(len(folded) - 2)} or {folded}
        match = " OR ".join('"' + gram + '"' for gram in sorted(grams) if len(gram) == 3)
        if not match:
            return []
        found = base.execute(
            "SELECT rowid FROM listing WHERE listing MATCH ? ORDER BY rank LIMIT ?", (match, PROPOSED)
        )
        return _rescored(folded, [row for (row,) in found], texts, ids)

    return answer


def _tantivy(texts: Sequence[str], ids: Sequence[str]) -> Answer:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", stored=False)
    builder.add_integer_field("row", stored=True)
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(heap_size=100_000_000, num_threads=1)
    for row, text in enumerate(texts):
        writer.add_document(tantivy.Document(text=text, row=row))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def answer(query: str) -> list[str]:
        folded = fold(query)
        clauses = []
        for word in folded.split():
            distance = 0 if len(word) < 3 else 1 if len(word) < 6 else 2
            clause = tantivy.Query.fuzzy_term_query(schema, "text", word, distance=distance, prefix=False)
            clauses.append((tantivy.Occur.Should, clause))
        if not clauses:
            return []
        hits = searcher.search(tantivy.Query.boolean_query(clauses), PROPOSED).hits
        rows = [int(searcher.doc(place)["row"][0]) for _, place in hits]
        return _rescored(folded, rows, texts, ids)

    return answer


def _postgres(texts: Sequence[str], ids: Sequence[str]) -> Answer:
    import os

    import psycopg

    url = os.environ.get("CONCIERGEDESK_BENCH_POSTGRES")
    if not url:
        raise LookupError("set CONCIERGEDESK_BENCH_POSTGRES to the URL of an empty PostgreSQL database")
    base = psycopg.connect(url, autocommit=True)
    base.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    base.execute("CREATE TEMPORARY TABLE listing (row_number int, folded text)")
    with base.cursor().copy("COPY listing FROM STDIN") as copy:
        for row, text in enumerate(texts):
            copy.write_row((row, text))
    base.execute("CREATE INDEX ON listing USING gist (folded gist_trgm_ops(siglen=32))")
    base.execute("ANALYZE listing")

    def answer(query: str) -> list[str]:
        found = base.execute(
            "SELECT row_number FROM listing ORDER BY folded <-> %s LIMIT %s", (fold(query), DEPTH)
        )
        return [ids[row] for (row,) in found]

    return answer


def _timed(answer: Answer, queries: Sequence[Query]) -> list[float]:
    spent = []
    for query in queries:
        start = time.perf_counter()
        answer(query.text)
        spent.append(time.perf_counter() - start)
    return spent


def measure_peers(
    report: Report,
    entries: Sequence[ProviderEntry],
    queries: Sequence[Query],
    own: Answer,
    judge: Callable[[], Judge],
    *,
    quick: bool,
) -> None:
    """Time every peer on queries of all kinds, and our own on the same queries just before and after it."""
    ids = [entry.id for entry in entries]
    texts = [f"{fold(entry.name)} {fold(entry.commune)}".strip() for entry in entries]
    names = [fold(entry.name) for entry in entries]
    peers: tuple[tuple[str, Callable[[], Answer], int, str | None], ...] = (
        ("wratio", lambda: _scan(names, ids, fuzz.WRatio), SLOW_SAMPLE, ">= 200"),
        ("token_set_ratio", lambda: _scan(names, ids, fuzz.token_set_ratio), SLOW_SAMPLE, ">= 50"),
        ("fts5_trigram_rapidfuzz", lambda: _fts5(texts, ids), 4 * SLOW_SAMPLE, ">= 15"),
        ("tantivy_rapidfuzz", lambda: _tantivy(texts, ids), len(queries), ">= 1"),
        ("pg_trgm", lambda: _postgres(texts, ids), 4 * SLOW_SAMPLE, None),
    )
    for name, make, most, goal in peers:
        try:
            start = time.perf_counter()
            answer = make()
            built = time.perf_counter() - start
        except (ImportError, LookupError) as error:
            print(f"  {name}: skipped, not available here ({error})")
            continue
        most = most // 4 if quick else most
        sample = queries[:: max(1, len(queries) // most)]
        judged = judge()
        spent: list[float] = []
        ours = _timed(own, sample)
        for query in sample:
            start = time.perf_counter()
            found = answer(query.text)
            spent.append(time.perf_counter() - start)
            judged.count(query, found)
        ours += _timed(own, sample)
        p50 = percentile(spent, 0.5)
        report.figure(f"peer.{name}.build_s", built)
        report.figure(f"peer.{name}.p50_ms", p50 * 1e3)
        report.figure(f"peer.{name}.recall_1", judged.overall(judged.first))
        report.figure(f"peer.{name}.recall_5", judged.overall(judged.five))
        report.figure(f"peer.{name}.times_slower", p50 / percentile(ours, 0.5), goal)

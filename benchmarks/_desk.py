"""A large desk for benchmarks: as many past and open requests as asked for, in the product's own schema.

The database is migrated by the product; its rows are then written in bulk through the product's own tables, with
the indexes taken off meanwhile and put back as they were. The journal holds its lines, without a valid hash chain.
"""

from __future__ import annotations

import atexit
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlmodel import SQLModel

from conciergedesk.bootstrap import open_desk
from conciergedesk.core.actor import SYSTEM
from conciergedesk.core.clock import SystemClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.journal import JournalLine, JournalRow
from conciergedesk.core.paths import knowledge_base
from conciergedesk.core.settings import Settings
from conciergedesk.core.shared import Agency, set_up_agency
from conciergedesk.customers.rules import search_text
from conciergedesk.customers.tables import Person, Phone
from conciergedesk.requests.rulebook import load_rulebook
from conciergedesk.requests.tables import Request, RequestNote, RequestStep
from conciergedesk.staff import service as staff

SEED = 20_270_324
ROOT = Path(__file__).resolve().parent.parent
AGENTS = (
    ("INE", "Inès"), ("BAS", "Bastien"), ("MAE", "Maëlle"), ("FAR", "Farid"), ("HEL", "Hélène"), ("TOM", "Tom"),
    ("LEA", "Léa"), ("NIL", "Nils"), ("YAS", "Yasmine"), ("PAU", "Paul"), ("ZOE", "Zoé"), ("OTT", "Otto"),
)  # fmt: skip
FIRST_NAMES = (
    "Karim", "Wanda", "Solène", "Wilfried", "Anaïs", "Björn", "Chloé", "Denise", "Émile", "Fatou", "Gérard", "Hanna",
    "Igor", "Jeanne", "Kofi", "Lucie", "Marek", "Nora", "Odile", "Pascal", "Quentin", "Rosa", "Sven", "Théa",
)  # fmt: skip
LAST_NAMES = (
    "Belkacem", "Kowalczyk", "Thiriet", "Krier", "Weber", "Schmitt", "Muller", "Lorrain", "Nguyen", "Da Silva",
    "Petitjean", "Hoffmann", "Lambert", "Roussel", "Okafor", "Haddad", "Simon", "Marchal", "Barthel", "Ferrari",
)  # fmt: skip
PLACES = (
    "Tanneurs", "gare de Metz", "hôtel du Lac", "place Saint-Louis", "Thionville", "Forbach", "Luxembourg",
    "Sarrebruck", "gîte des Vignes", "clinique", "quai des Régates", "Nancy",
)  # fmt: skip
TITLES = (
    "18h30 au bureau", "deux personnes", "pour la famille", "avant le départ", "table pour quatre", "à confirmer",
    "retour compris", "avec siège enfant", "",
)  # fmt: skip
YEARS_OF_HISTORY = 3
OPEN_DAYS = 30


@dataclass(frozen=True)
class BuiltDesk:
    """A desk that was built: where it lives and what is in it."""

    home: Path
    past: int
    open: int
    build_seconds: float

    @property
    def file(self) -> Path:
        return self.home / "desk.db"

    @property
    def settings(self) -> Settings:
        return Settings(database=f"sqlite:///{self.file}", lock_minutes=0)

    def environment(self) -> dict[str, str]:
        """The environment of a desk process on this database."""
        paths = [str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")]
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("CONCIERGEDESK_")},
            "PYTHONPATH": os.pathsep.join(path for path in paths if path),
            "CONCIERGEDESK_HOME": str(self.home),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "TEXTUAL_ANIMATIONS": "none",
        }


_built: dict[tuple[int, int], BuiltDesk] = {}


def built_desk(past: int, opened: int, *, keep: Path | None = None) -> BuiltDesk:
    """A desk with ``past`` closed and ``opened`` open requests.

    Args:
        past: Requests that are over.
        opened: Requests on the board.
        keep: A folder in which desks are kept from one run to the next; else one under the temporary folder
            serves this run only.
    """
    found = _built.get((past, opened))
    if found is not None:
        return found
    folder = keep or Path(tempfile.mkdtemp(prefix="desk-bench-"))
    if keep is None:
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    home = folder / f"{past}-{opened}"
    note = home / "built.json"
    if note.exists() and time.time() - note.stat().st_mtime < 6 * 3600:
        seconds = float(json.loads(note.read_text())["seconds"])
    else:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True, mode=0o700)
        print(f"building a desk with {past:,} past and {opened:,} open requests ...", flush=True)
        # In a process of its own: what it takes does not count in what is measured.
        started = time.perf_counter()
        desk = BuiltDesk(home, past, opened, 0.0)
        subprocess.run(
            [sys.executable, "-m", "benchmarks._desk", str(home), str(past), str(opened)],
            env=desk.environment(), cwd=ROOT, check=True,
        )  # fmt: skip
        seconds = time.perf_counter() - started
        note.write_text(json.dumps({"seconds": seconds}))
    built = _built[(past, opened)] = BuiltDesk(home, past, opened, seconds)
    return built


# --- writing it -------------------------------------------------------------------------------------------------


class BulkTable:
    """Rows of one of the product's tables, written with its own column types and defaults."""

    def __init__(self, connection: sqlite3.Connection, model: type[SQLModel], varying: Sequence[str]) -> None:
        self._connection = connection
        table: Table = model.__table__  # type: ignore[attr-defined]
        template = model()
        dialect = sqlite.dialect()
        names, values = [], []
        for column in table.columns:
            if column.name in varying:
                names.append(column.name)
                values.append("?")
                continue
            value = getattr(template, column.name, None)
            if value is None:
                continue
            process = column.type.dialect_impl(dialect).bind_processor(dialect)
            names.append(column.name)
            values.append(_literal(process(value) if process is not None else value))
        order = [name for name in names if name in varying]
        assert sorted(order) == sorted(varying), (order, varying)
        self._places = [varying.index(name) for name in order]
        self._sql = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join(values)})"

    def write(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Insert rows whose values are in the order of ``varying``."""
        if self._places == sorted(self._places):
            self._connection.executemany(self._sql, rows)
        else:
            places = self._places
            self._connection.executemany(self._sql, (tuple(row[at] for at in places) for row in rows))


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, (int, float)):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def _stored(moment: datetime) -> str:
    """A moment as the product's columns hold it in SQLite."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def build(home: Path, past: int, opened: int) -> None:
    """Make the database of a desk at ``home``."""
    os.environ["CONCIERGEDESK_HOME"] = str(home)
    clock = SystemClock()
    now = clock.now()
    desk = open_desk(Settings(database=f"sqlite:///{home / 'desk.db'}"), clock=clock, home=home)
    agent_ids = _hire(desk)
    types = [one.code for one in load_rulebook(knowledge_base()).catalogue.types if not one.health]
    desk.close()
    connection = sqlite3.connect(home / "desk.db", isolation_level=None)
    for pragma in ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-200000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type='index' AND sql IS NOT NULL"
    ).fetchall()
    for name, _sql in indexes:
        connection.execute(f"DROP INDEX {name}")
    connection.execute("BEGIN")
    people = max(200, min(60_000, past // 15))
    _write_people(connection, people, now)
    _write_past(connection, past, people, types, agent_ids, now)
    _write_open(connection, past, opened, people, types, agent_ids, now)
    for _name, sql in indexes:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with (home / "desk.db").open("rb") as file:
        os.fsync(file.fileno())


def _hire(desk: Desk) -> list[int]:
    agents = []
    with desk.write(SYSTEM) as unit:
        set_up_agency(unit, Agency(name="Agence du Pays des Trois Rives", commune="Metz"))
        for code, name in AGENTS:
            agents.append(
                staff.hire(
                    unit, code=code, first_name=name, role="supervisor" if code == "HEL" else "assistant",
                    team="concierge", languages=["fr", "en"],
                )
            )  # fmt: skip
    return agents


def _write_people(connection: sqlite3.Connection, count: int, now: datetime) -> None:
    at = _stored(now - timedelta(days=30))

    def people() -> Iterator[tuple[object, ...]]:
        for number in range(1, count + 1):
            first = FIRST_NAMES[number % len(FIRST_NAMES)]
            last = LAST_NAMES[number // len(FIRST_NAMES) % len(LAST_NAMES)]
            yield number, first, last, search_text(first, last), at, at

    BulkTable(
        connection, Person, ("id", "first_name", "last_name", "search", "created_at", "last_contact_at")
    ).write(people())
    numbers = (
        (person, f"06 39 98 {person // 100 % 100:02d} {person % 100:02d}", number, number, number[-4:])
        for person in range(1, count + 1)
        for number in (f"+3363998{person % 10_000:04d}",)
    )
    BulkTable(connection, Phone, ("person_id", "typed", "e164", "match", "tail")).write(numbers)


_JOURNAL = ("unit", "at", "actor_id", "actor", "act", "subject_kind", "subject_id", "rows_digest", "digest")
_DIGEST = "0" * 64


def _write_past(
    connection: sqlite3.Connection, count: int, people: int, types: Sequence[str], agents: Sequence[int],
    now: datetime,
) -> None:  # fmt: skip
    """Closed requests over the last years, each with its note, its step and its lines in the journal."""
    requests = BulkTable(
        connection, Request,
        ("id", "type_code", "title", "priority", "state", "is_open", "requester_id", "holder_id", "place", "opened_at",
         "first_response_at", "due_at", "warn_at", "first_resolved_at", "resolved_at", "closed_at", "warned_at",
         "version"),
    )  # fmt: skip
    notes = BulkTable(connection, RequestNote, ("request_id", "at", "author_id", "author", "text"))
    steps = BulkTable(connection, RequestStep, ("request_id", "code", "at"))
    journal = BulkTable(connection, JournalLine, _JOURNAL)
    kept = BulkTable(connection, JournalRow, ("unit", "table_name", "row_id", "op", "before", "after"))
    spacing = YEARS_OF_HISTORY * 365 * 86_400 / max(count, 1)
    before, after = '{"state":"in_progress"}', '{"state":"done"}'
    batch = 20_000
    for start in range(1, count + 1, batch):
        rows, noted, ticked, lines, changed = [], [], [], [], []
        for number in range(start, min(start + batch, count + 1)):
            opened = now - timedelta(seconds=(count - number + 1) * spacing + 7200)
            opened_text = _stored(opened)
            done_text = _stored(opened + timedelta(minutes=20 + number % 90))
            due_text = _stored(opened + timedelta(minutes=60 + number % 240))
            agent = number % len(agents)
            holder, name = agents[agent], AGENTS[agent][1]
            cold = now - opened > timedelta(hours=80)
            unit = f"{number:032x}"
            rows.append(
                (number, types[number % len(types)], TITLES[number % len(TITLES)], f"P{2 + number % 3}",
                 "closed" if cold else "done", 0, 1 + number * 7919 % people, holder, PLACES[number % len(PLACES)],
                 opened_text, opened_text, due_text, due_text, done_text, done_text, done_text if cold else None,
                 due_text, 4)
            )  # fmt: skip
            noted.append((number, done_text, holder, name, "Rappelé la cliente, tout est en ordre."))
            ticked.append((number, "client_told", done_text))
            end = f"{number + (1 << 64):032x}"
            for act, at, one in (("request.captured", opened_text, unit), ("request.finish", done_text, end)):
                lines.append((one, at, holder, name, act, "request", number, _DIGEST, _DIGEST))
            changed.append((end, "request", number, "update", before, after))
        requests.write(rows)
        notes.write(noted)
        steps.write(ticked)
        journal.write(lines)
        kept.write(changed)


def _write_open(
    connection: sqlite3.Connection, past: int, count: int, people: int, types: Sequence[str], agents: Sequence[int],
    now: datetime,
) -> None:  # fmt: skip
    """Open requests: some late, some due within the hour, the others over the coming weeks."""
    chance = random.Random(SEED)
    states = {"new": 30, "in_progress": 40, "waiting_client": 12, "waiting_provider": 13, "confirmed": 5}
    requests, lines = [], []
    for number in range(past + 1, past + count + 1):
        state = chance.choices(list(states), list(states.values()))[0]
        share = chance.random()
        if share < 0.02:
            due = now - timedelta(minutes=chance.randrange(5, 600))
        elif share < 0.05:
            due = now + timedelta(minutes=chance.randrange(20, 60))
        else:
            due = now + timedelta(minutes=chance.randrange(60, OPEN_DAYS * 1440))
        opened = min(due, now) - timedelta(hours=chance.randrange(1, 72))
        warn = opened + (due - opened) * 0.75
        waits = {"waiting_client": "client", "waiting_provider": "provider"}.get(state, "")
        place = chance.randrange(len(agents))
        holder = None if state == "new" else agents[place]
        kind = chance.choice(types)
        requests.append(
            (number, kind, chance.choice(TITLES), f"P{chance.randrange(2, 5)}", state, 1,
             chance.randrange(1, people + 1), holder, chance.choice(PLACES), _stored(opened), _stored(opened),
             _stored(due), _stored(warn), _stored(due), _stored(warn) if warn <= now else None,
             _stored(due) if due < now else None, waits)
        )  # fmt: skip
        lines.append(
            (f"{number + (2 << 64):032x}", _stored(opened), agents[place], AGENTS[place][1], "request.captured",
             "request", number, _DIGEST, _DIGEST)
        )  # fmt: skip
    BulkTable(
        connection, Request,
        ("id", "type_code", "title", "priority", "state", "is_open", "requester_id", "holder_id", "place", "opened_at",
         "first_response_at", "due_at", "warn_at", "board_at", "warned_at", "breached_at", "waits_for"),
    ).write(requests)  # fmt: skip
    BulkTable(connection, JournalLine, _JOURNAL).write(lines)


def statistics(name: str, milliseconds: Sequence[float]) -> Mapping[str, float]:
    """Median, p95 and p99 of a series, for a report."""
    from benchmarks._report import percentile

    values = list(milliseconds)
    return {
        f"{name} {label}": percentile(values, share)
        for label, share in (("median", 0.5), ("p95", 0.95), ("p99", 0.99))
    }


if __name__ == "__main__":
    build(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))

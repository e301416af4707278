"""Opening, reading and moving relocation files among 2,230 open ones with 100,000 items.

``python -m benchmarks.relocation [--quick] [--json OUT]``

The files are written in bulk through the product's own tables, made from files that its service opened; what is
measured goes through services and queries only.
"""

from __future__ import annotations

import gc
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlmodel import SQLModel, select

from benchmarks._report import Report, arguments, percentile
from conciergedesk.board.reading import BoardReader
from conciergedesk.board.relocation import RelocationOffer
from conciergedesk.bootstrap import create_schema
from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.engine import open_engine
from conciergedesk.core.desk import Desk
from conciergedesk.core.paths import knowledge_base
from conciergedesk.core.settings import Settings
from conciergedesk.relocation import service as relocation
from conciergedesk.relocation.house import RelocationHouse, load_relocation_house
from conciergedesk.relocation.portfolio import figures, portfolio
from conciergedesk.relocation.queries import file_card
from conciergedesk.relocation.service import NewFile
from conciergedesk.relocation.tables import (
    RelocationFile,
    RelocationFollowUp,
    RelocationItem,
    RelocationMember,
)
from conciergedesk.requests.rulebook import load_rulebook
from conciergedesk.staff import service as staff
from conciergedesk.staff.queries import actor_for

NOW = datetime(2027, 3, 24, 9, 0, tzinfo=UTC)
FACTS = {"nationality": "other", "comes_from": "abroad", "work_country": "LU", "car": "abroad", "visa": "vls_ts",
         "licence": "other", "home_help": True}  # fmt: skip
COACHES = 140


def household(number: int) -> NewFile:
    """A household to which nearly the whole plan applies."""
    return NewFile(
        f"Famille Numéro{number}, Kim, Ada 14, Tom 7, Zoé 2, chat Mistigri",
        NOW.date() + timedelta(days=19),
        employer="Mécaval",
        facts=FACTS,
        anchors={"entry": NOW.date() - timedelta(days=20), "purchase": NOW.date() - timedelta(days=14)},
        opened_on=NOW.date() - timedelta(days=80),
    )


def fill(
    desk: Desk, house: RelocationHouse, coaches: list[Actor], count: int, rng: random.Random
) -> list[int]:
    """One file through the service, the others as copies of it with other days and coaches."""
    first = desk.act(coaches[0], relocation.open_file, house, household(0))
    with desk.read() as session:
        tables = (RelocationMember, RelocationItem, RelocationFollowUp)
        file = session.get(RelocationFile, first)
        assert file is not None
        whole = file.model_dump(exclude={"id"})
        rows = {table: session.exec(select(table).where(table.file_id == first)).all() for table in tables}
        base = {table: [row.model_dump(exclude={"id"}) for row in found] for table, found in rows.items()}
    files, copies = [], {table: [] for table in tables}  # type: ignore[var-annotated]
    for number in range(first + 1, first + count):
        shift = timedelta(days=rng.randrange(-150, 120))
        entry = whole | {
            "id": number,
            "household": f"Famille Numéro{number}",
            "coach_id": coaches[number % len(coaches)].id,
            "arrival": whole["arrival"] + shift,
            "opened_on": whole["opened_on"] + shift,
            "next_due": None if whole["next_due"] is None else whole["next_due"] + shift,
        }
        files.append(entry)
        for table in tables:
            for row in base[table]:
                moved = {
                    name: value + shift
                    if isinstance(value, date) and not isinstance(value, datetime)
                    else value
                    for name, value in row.items()
                }
                past = moved["due"] is not None and moved["due"] < NOW.date() if "due" in moved else False
                if table is RelocationItem and past and rng.random() < 0.97:
                    moved |= {"state": "done", "is_open": False, "done_on": moved["due"]}
                if table is RelocationFollowUp and past and rng.random() < 0.97:
                    moved |= {"is_open": False, "done_on": moved["due"], "pulse": rng.randrange(4, 11)}
                copies[table].append(moved | {"file_id": number})
    with desk.engine.execution_options(write=True).begin() as connection:
        _insert(connection, RelocationFile, files)
        for table in tables:
            _insert(connection, table, copies[table])
        connection.exec_driver_sql("ANALYZE")
    return [first, *(entry["id"] for entry in files)]


def _insert(connection: object, table: type[SQLModel], rows: list[dict[str, object]]) -> None:
    from sqlalchemy import Connection, insert

    assert isinstance(connection, Connection)
    for start in range(0, len(rows), 2000):
        connection.execute(insert(table), rows[start : start + 2000])


def times(call: Callable[[int], object], turns: int) -> tuple[list[float], list[float]]:
    """Milliseconds of work (processor time) and of waiting (by the clock) of each call."""
    work, wall = [], []
    for turn in range(turns):
        start, began = time.perf_counter(), time.thread_time()
        call(turn)
        work.append((time.thread_time() - began) * 1000)
        wall.append((time.perf_counter() - start) * 1000)
    return work, wall


def main() -> None:
    options = arguments(__doc__ or "").parse_args()
    quick: bool = options.quick
    count, turns = (200, 30) if quick else (2_230, 200)
    report = Report("relocation", quick)
    rng = random.Random(20_270_324)
    folder = Path(tempfile.mkdtemp(prefix="relocation-benchmark-"))
    url = f"sqlite:///{folder / 'desk.db'}"
    engine = open_engine(url)
    create_schema(engine)
    desk = Desk(engine, b"benchmark key, 32 bytes long....", FixedClock(NOW), Settings(database=url))
    house = load_relocation_house(knowledge_base(), load_rulebook(knowledge_base()))
    try:
        coaches = []
        for number in range(max(2, COACHES * count // 2000)):
            agent = desk.act(
                SYSTEM,
                staff.hire,
                code="",
                first_name=f"Coach{number}",
                role="coach",
                team="coach",
                languages=["fr"],
            )
            coaches.append(desk.ask(actor_for, agent, language="fr", desk=f"desk-{number}"))
        boss_id = desk.act(
            SYSTEM,
            staff.hire,
            code="",
            first_name="Hélène",
            role="supervisor",
            team="concierge",
            languages=["fr"],
        )
        boss = desk.ask(actor_for, boss_id, language="fr", desk="desk-boss")
        ids = fill(desk, house, coaches, count, rng)
        with desk.read() as session:
            items = session.exec(select(RelocationItem.id)).all()
        report.figure("open files", len(ids))
        report.figure("items", len(items))
        owner = {number: coaches[number % len(coaches)] for number in ids[1:]}
        chosen = [rng.choice(ids[1:]) for _turn in range(turns)]
        gc.collect()
        gc.freeze()
        warm = min(20, turns)

        def measure(name: str, call: Callable[[int], object], goal: str | None = "<= 30") -> None:
            times(call, warm)
            work, wall = times(call, turns)
            report.figure(f"{name}, work p50 ms", percentile(work, 0.5))
            report.figure(f"{name}, work p95 ms", percentile(work, 0.95), goal)
            report.figure(f"{name}, by the clock p95 ms", percentile(wall, 0.95))

        measure(
            "read a file in full",
            lambda turn: desk.ask(file_card, house, chosen[turn], owner[chosen[turn]], NOW),
        )
        measure(
            "portfolio of a coach", lambda turn: desk.ask(portfolio, house, coaches[turn % len(coaches)], NOW)
        )
        measure(
            "portfolio of all coaches (200 of them shown)",
            lambda _turn: desk.ask(portfolio, house, boss, NOW, everybody=True),
        )
        measure(
            "preview a move of D0",
            lambda turn: desk.ask(
                relocation.preview_move, house, chosen[turn], _arrival(desk, chosen[turn], 12), NOW.date()
            ),
        )
        measure(
            "move D0 and save",
            lambda turn: desk.act(
                owner[chosen[turn]],
                relocation.move,
                house,
                chosen[turn],
                _arrival(desk, chosen[turn], 12 if turn % 2 else -12),
            ),
        )
        measure(
            "open a new file and save",
            lambda turn: desk.act(coaches[0], relocation.open_file, house, household(100_000 + turn)),
        )
        measure("supervisor's figures", lambda _turn: desk.ask(figures, NOW.date()), None)
        offer = RelocationOffer(house, desk.clock)
        reader = BoardReader(desk, [offer], lambda: boss, may_see=offer.may_see)
        start = time.perf_counter()
        promises = len(reader.load().promises)
        report.figure("board, first reading, ms", (time.perf_counter() - start) * 1000)
        report.figure("board, promises of this week", promises)
        measure(
            "board, reading again after a move",
            lambda turn: _move_and_read(desk, house, reader, chosen, owner, turn),
            None,
        )
    finally:
        desk.close()
        shutil.rmtree(folder, ignore_errors=True)
    report.finish(options.json)


def _arrival(desk: Desk, file_id: int, days: int) -> date:
    with desk.read() as session:
        file = session.get(RelocationFile, file_id)
        assert file is not None
        return max(file.arrival + timedelta(days=days), file.opened_on)


def _move_and_read(
    desk: Desk,
    house: RelocationHouse,
    reader: BoardReader,
    chosen: list[int],
    owner: dict[int, Actor],
    turn: int,
) -> int:
    number = chosen[turn]
    desk.act(owner[number], relocation.move, house, number, _arrival(desk, number, 1))
    return len(reader.load().promises)


if __name__ == "__main__":
    main()

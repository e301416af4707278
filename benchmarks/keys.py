"""How fast a set opens, and how fast the whole list is read, among 100,000 lines of the register.

python -m benchmarks.keys [--quick] [--json OUT]
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time_ns
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from benchmarks._report import Report, arguments, percentile
from conciergedesk.bootstrap import create_schema
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.engine import open_engine
from conciergedesk.core.desk import Desk
from conciergedesk.core.settings import Settings
from conciergedesk.keys.custody import HolderKind, MovementKind
from conciergedesk.keys.lines import chain_breaks
from conciergedesk.keys.queries import due_keys, set_card, set_rows
from conciergedesk.keys.rules import Ladder
from conciergedesk.keys.tables import KeyMovement, KeyPlace, KeySet

NOW = datetime(2027, 3, 24, 17, 42, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
SETS = 300


def fill(desk: Desk, lines: int) -> list[int]:
    """Write ``lines`` legal lines over ``SETS`` sets; one set has a tenth of them all."""
    chance = random.Random(7)
    sets: list[dict[str, object]] = []
    movements: list[dict[str, object]] = []
    for number in range(1, SETS + 1):
        sets.append(
            KeySet(
                id=number, number=number, pieces=[{"kind": "door", "count": 3}], pieces_expected=3, home_place_id=1,
                created_at=NOW, mandate_since=NOW.date(),
            ).model_dump()
        )  # fmt: skip
        share = lines // 10 if number == 1 else (lines - lines // 10) // (SETS - 1)
        at = NOW - timedelta(hours=share + 2)
        place, guest = (HolderKind.PLACE, 1, "12"), (HolderKind.GUEST, None, "Annika")
        before: tuple[HolderKind, int | None, str] = (HolderKind.OUTSIDE, None, "")
        for seq in range(1, share + 1):
            at += timedelta(minutes=chance.randint(20, 60))
            target = guest if before[0] is HolderKind.PLACE else place
            kind = MovementKind.OUT_TO_GUEST if target is guest else MovementKind.IN_FROM_GUEST
            movements.append(
                KeyMovement(
                    set_id=number, seq=seq, kind=MovementKind.DEPOSIT_IN if seq == 1 else kind, at=at, actor="Inès",
                    source_kind=before[0], source_id=before[1], source_name=before[2],
                    target_kind=target[0], target_id=target[1], target_name=target[2],
                    counted=3, expected=3, due_at=at + timedelta(hours=1) if target is guest else None,
                    identity="passport" if target is guest else "none",
                ).model_dump(exclude={"id"})
            )  # fmt: skip
            before = target
    with desk.engine.execution_options(write=True).begin() as connection:
        connection.execute(
            insert(KeyPlace), [{"id": 1, "kind": "hook", "name": "12", "active": True, "version": 1}]
        )
        connection.execute(insert(KeySet), sets)
        for start in range(0, len(movements), 5000):
            connection.execute(insert(KeyMovement), movements[start : start + 5000])
    return list(range(1, SETS + 1))


def main() -> None:
    options = arguments(__doc__ or "").parse_args()
    lines, rounds = (10_000, 40) if options.quick else (100_000, 300)
    report = Report("keys", quick=options.quick)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'desk.db'}"
        engine = open_engine(url)
        create_schema(engine)
        desk = Desk(engine, b"k" * 32, FixedClock(NOW), Settings(database=url))
        ids = fill(desk, lines)
        chance = random.Random(11)
        opened: list[float] = []
        biggest: list[float] = []
        work: list[float] = []
        for turn in range(rounds):
            set_id = 1 if turn % 10 == 0 else chance.choice(ids)
            begin, worked = perf_counter(), process_time_ns()
            card = desk.ask(set_card, set_id, NOW, Ladder(), PARIS)
            work.append((process_time_ns() - worked) / 1e6)
            spent = (perf_counter() - begin) * 1000
            assert card.breaks == 0
            (biggest if set_id == 1 else opened).append(spent)
        report.figure("open_set_p95_ms", percentile(opened + biggest, 0.95), "<= 20")
        report.figure("open_set_work_p95_ms", percentile(work, 0.95))
        report.figure("open_set_p50_ms", percentile(opened + biggest, 0.5))
        report.figure("open_longest_history_p95_ms", percentile(biggest, 0.95), "<= 20")
        readings: tuple[tuple[str, Callable[[], object]], ...] = (
            ("list", lambda: desk.ask(set_rows, NOW, Ladder(), PARIS)),
            ("due", lambda: desk.ask(due_keys, NOW, Ladder(), PARIS)),
        )
        for name, read in readings:
            times = []
            for _turn in range(max(5, rounds // 20)):
                begin = perf_counter()
                read()
                times.append((perf_counter() - begin) * 1000)
            report.figure(f"{name}_of_{SETS}_sets_p95_ms", percentile(times, 0.95))
        begin = perf_counter()
        found = desk.ask(chain_breaks)
        report.figure("whole_register_checked_s", perf_counter() - begin)
        report.figure("chain_breaks", len(found), "== 0")
        desk.close()
    report.finish(options.json)


if __name__ == "__main__":
    main()

"""Key sets of the sample: most in the cabinet, some with guests, two of them late."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from conciergedesk.core.actor import Actor
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.housefile import Table, read_house_file
from conciergedesk.keys import service as keys
from conciergedesk.keys.custody import HolderKind, Identity, Proof
from conciergedesk.keys.house import key_house
from conciergedesk.keys.service import HandOver, NewSet
from conciergedesk.requests import service as requests
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.service import NewRequest

UnitAt = Callable[[Actor, datetime], AbstractContextManager[Unit]]


def plant_keys(
    unit_at: UnitAt,
    book: Rulebook,
    folder: Path,
    now: datetime,
    agent: Actor,
    people: Mapping[str, int],
    lodgings: Mapping[str, int],
    owners: Mapping[str, int],
) -> None:
    """Register the sets, hand some out, and count the cabinet this morning."""
    sets: dict[int, int] = {}
    tables = read_house_file(folder / "keys.toml").tables("set")
    start = now - timedelta(days=40)
    with unit_at(agent, start) as unit:
        for table in tables:
            hook = keys.add_place(unit, "hook", table.text("hook"))
            lodging = table.text("lodging")
            pieces: Any = table.values["pieces"]
            registered = keys.register_set(
                unit,
                NewSet(
                    pieces=[(str(kind), int(count)) for kind, count in pieces],
                    owner_id=owners[lodging],
                    place_id=hook,
                    mandate_ref=f"M-{table.integer('number')}",
                    mandate_since=start.date(),
                    mandate_until=(now + timedelta(days=table.integer("number") % 5 * 80 + 10)).date(),
                    lodging_id=lodgings[lodging],
                    identity=Identity.KNOWN_PERSON,
                    number=table.integer("number"),
                ),
            )
            sets[table.integer("number")] = registered.id
    for table in tables:
        if table.has("out"):
            _hand_out(unit_at, book, table, now, agent, sets, people, lodgings)
    with unit_at(agent, now - timedelta(hours=10)) as unit:
        count = keys.start_count(unit)
        for table in tables:
            if not table.has("out"):
                keys.count_set(unit, count, sets[table.integer("number")])
        keys.finish_count(unit, count)


def _hand_out(
    unit_at: UnitAt,
    book: Rulebook,
    table: Table,
    now: datetime,
    agent: Actor,
    sets: Mapping[int, int],
    people: Mapping[str, int],
    lodgings: Mapping[str, int],
) -> None:
    out = table.table("out")
    guest, number = people[out.text("guest")], table.integer("number")
    pieces: Any = table.values["pieces"]
    went = now - timedelta(days=out.integer("days"))
    with unit_at(agent, went) as unit:
        made = requests.capture(
            unit,
            book,
            NewRequest(
                "key_handover_out",
                title=str(number),
                requester_id=guest,
                lodging_id=lodgings[table.text("lodging")],
                wanted_from=went + timedelta(minutes=20),
                take=True,
            ),
        )
        unit.now += timedelta(minutes=18)
        keys.hand_over(
            unit,
            book,
            key_house(),
            HandOver(
                set_id=sets[number],
                to=HolderKind.GUEST,
                due_at=now + timedelta(minutes=out.integer("due")),
                counted=sum(int(count) for _kind, count in pieces),
                holder_id=guest,
                identity=Identity.IDENTITY_CARD,
                proof=Proof.SIGNATURE,
                proof_ref=f"reçu {number}",
                request_id=made,
            ),
        )

"""The sample desk opens in any week, also when the files of the house say that somebody is away."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.db.unit import Unit, writing
from conciergedesk.core.desk import Desk
from conciergedesk.core.paths import knowledge_base
from conciergedesk.rota.tables import RotaVersion
from conciergedesk.sample.rota import plant_rota
from conciergedesk.staff import service as staff
from conciergedesk.staff.queries import actor_for


@pytest.mark.parametrize("month", [2, 3])
def test_the_rota_of_the_sample_is_published_whoever_is_away(sqlite_desk: Desk, month: int) -> None:
    agents: dict[str, Actor] = {}
    with (knowledge_base() / "sample" / "staff.csv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            made = sqlite_desk.act(
                SYSTEM, staff.hire, code=row["code"], first_name=row["first_name"], last_name=row["last_name"],
                role=row["role"], team=row["team"], languages=row["languages"].split(),
            )  # fmt: skip
            agents[row["code"]] = sqlite_desk.ask(actor_for, made, language="fr", desk="x")

    @contextmanager
    def unit_at(actor: Actor, moment: datetime) -> Iterator[Unit]:
        with writing(sqlite_desk.engine, actor, moment.astimezone(UTC), sqlite_desk.key) as unit:
            yield unit

    plant_rota(unit_at, datetime(2027, month, 24, 17, 42, tzinfo=UTC), agents)
    with sqlite_desk.read() as session:
        [version] = session.exec(select(RotaVersion)).all()
        assert version.state == "published"

"""Tells the sample: people, some past weeks, a day in progress, and then each room's own."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.db.unit import Unit, writing
from conciergedesk.core.desk import Desk
from conciergedesk.core.housefile import Table, read_house_file
from conciergedesk.core.i18n import N_
from conciergedesk.core.paths import knowledge_base
from conciergedesk.core.shared import Agency, set_up_agency
from conciergedesk.customers import service as customers
from conciergedesk.handover.turns import load_handover_house
from conciergedesk.providers.sample import plant_providers
from conciergedesk.relocation.house import load_relocation_house
from conciergedesk.requests import service as requests
from conciergedesk.requests.catalogue import ProofKind
from conciergedesk.requests.lifecycle import Danger, checklist
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.service import NewRequest
from conciergedesk.sample.handovers import plant_handovers
from conciergedesk.sample.hotline import plant_hotline
from conciergedesk.sample.keys import plant_keys
from conciergedesk.sample.orders import PastOrders
from conciergedesk.sample.relocation import plant_relocation
from conciergedesk.sample.reports import plant_reports
from conciergedesk.sample.rota import plant_rota
from conciergedesk.staff import service as staff
from conciergedesk.staff.queries import actor_for

AGENCY = Agency(
    name="Agence du Pays des Trois Rives",
    zone="Europe/Paris",
    region="FR-57",
    home="FR",
    commune="Metz",
    latitude=49.1193,
    longitude=6.1757,
    phone="03 53 01 10 00",
    sample=True,
)
HISTORY_DAYS = 35
HISTORY_PER_DAY = 3
_SEED = 20_270_324


@dataclass
class _Cast:
    """Who is who in the sample, by the names used in its files."""

    agents: dict[str, Actor] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    organisations: dict[str, int] = field(default_factory=dict)
    lodgings: dict[str, int] = field(default_factory=dict)
    owners: dict[str, int] = field(default_factory=dict)
    """Owner of each lodging, by its code."""


class SampleDesk:
    """Plants the sample into an empty database."""

    def __init__(self, desk: Desk, book: Rulebook, folder: Path) -> None:
        self._desk = desk
        self._book = book
        self._folder = folder
        self._now = desk.clock.now().replace(second=0, microsecond=0)
        self._cast = _Cast()
        self._random = random.Random(_SEED)
        self._orders = PastOrders(book)

    def plant(self, progress: Callable[[float], None] = lambda _share: None) -> None:
        """Write the sample; ``progress`` is told the share done (0 to 1)."""
        self._plant_people()
        before = self._now - timedelta(days=HISTORY_DAYS + 1)
        with self._unit(self._cast.agents["HEL"], before) as unit:
            plant_providers(unit, self._folder)
        progress(0.1)
        for share in self._plant_history():
            progress(0.1 + 0.6 * share)
        day = read_house_file(self._folder / "day.toml")
        stories = day.tables("request")
        for number, story in enumerate(sorted(stories, key=lambda one: one.integer("asked"))):
            self._tell(story)
            progress(0.7 + 0.25 * number / len(stories))
        for table in day.tables("call_back"):
            self._promise_call(table)
        self._plant_rooms()
        self._let_time_pass()
        progress(1.0)

    @contextmanager
    def _unit(self, actor: Actor, moment: datetime) -> Iterator[Unit]:
        with writing(self._desk.engine, actor, moment.astimezone(UTC), self._desk.key) as unit:
            unit.undoable = False
            yield unit

    def _plant_rooms(self) -> None:
        cast = self._cast
        plant_keys(
            self._unit,
            self._book,
            self._folder,
            self._now,
            cast.agents["INE"],
            cast.people,
            cast.lodgings,
            cast.owners,
        )
        house = load_relocation_house(self._folder.parent, self._book)
        plant_relocation(self._unit, house, self._folder, self._now, cast.agents)
        plant_hotline(self._unit, self._book, self._folder, self._now, cast.agents)
        plant_rota(self._unit, self._now, cast.agents)
        house_of_turns = load_handover_house(knowledge_base() / "handover")
        plant_handovers(self._unit, self._book, house_of_turns, self._now, cast.agents)
        plant_reports(self._unit, self._book, self._now, cast.agents)

    # --- people ---

    def _rows(self, name: str) -> list[dict[str, str]]:
        with (self._folder / name).open(encoding="utf-8", newline="") as source:
            return list(csv.DictReader(source))

    def _plant_people(self) -> None:
        cast, start = self._cast, self._now - timedelta(days=HISTORY_DAYS + 30)
        with self._unit(SYSTEM, start) as unit:
            set_up_agency(unit, AGENCY)
            for row in self._rows("staff.csv"):
                agent = staff.hire(
                    unit,
                    code=row["code"],
                    first_name=row["first_name"],
                    last_name=row["last_name"],
                    role=row["role"],
                    team=row["team"],
                    languages=row["languages"].split(),
                )
                cast.agents[row["code"]] = actor_for(unit.session, agent, language="fr", desk="sample")
        with self._unit(cast.agents["HEL"], start) as unit:
            for row in self._rows("organisations.csv"):
                cast.organisations[row["name"]] = customers.add_organisation(
                    unit, row["name"], kind=row["kind"], phones=[row["phone"]]
                )
            households: dict[str, list[int]] = {}
            for row in self._rows("people.csv"):
                person = customers.add_person(
                    unit,
                    first_name=row["first_name"],
                    last_name=row["last_name"],
                    kind=row["kind"],
                    language=row["language"],
                    phones=[row["phone"]],
                    organisation_id=cast.organisations.get(row["organisation"]),
                )
                cast.people[f"{row['first_name']} {row['last_name']}"] = person
                if row["household"]:
                    households.setdefault(row["household"], []).append(person)
            for name, members in households.items():
                customers.add_household(unit, name, members)
            for row in self._rows("lodgings.csv"):
                if row["owner"] in cast.people:
                    cast.owners[row["code"]] = cast.people[row["owner"]]
                cast.lodgings[row["code"]] = customers.add_lodging(
                    unit,
                    code=row["code"],
                    name=row["name"],
                    kind=row["kind"],
                    commune=row["commune"],
                    address=row["address"],
                    owner_id=cast.people.get(row["owner"]),
                )
            for table in read_house_file(self._folder / "day.toml").tables("warning"):
                customers.warn(unit, cast.people[table.text("person")], table.text("text"))

    # --- the past weeks ---

    def _plant_history(self) -> Iterator[float]:
        kinds = (
            "taxi", "restaurant", "key_return", "parcel", "local_briefing", "luggage", "flowers_gift", "terroir_basket",
            "spa_thermal", "show_tickets", "cleaning_linen", "pharmacy_duty", "museum_citypass",
        )  # fmt: skip
        names = list(self._cast.people)
        desk = [self._cast.agents[code] for code in ("INE", "BAS", "MAE", "FAR")]
        today = self._now.astimezone(self._book.zone).date()
        for back in range(HISTORY_DAYS, 0, -1):
            day = today - timedelta(days=back)
            for _ in range(HISTORY_PER_DAY + (day.weekday() >= 4)):
                opened = self._at(day, time(8 + self._random.randrange(11), self._random.randrange(60)))
                actor = self._random.choice(desk)
                self._past_request(self._random.choice(kinds), self._random.choice(names), opened, actor)
            yield (HISTORY_DAYS - back + 1) / HISTORY_DAYS

    def _past_request(self, kind: str, who: str, opened: datetime, actor: Actor) -> None:
        chance = self._random.random()
        minutes = int(self._random.lognormvariate(3.9, 0.8))
        wanted = opened + timedelta(hours=self._random.choice((3, 5, 26, 50)))
        channel = self._random.choice(("phone", "phone", "desk", "email", "chat"))
        with self._unit(actor, opened) as unit:
            made = requests.capture(
                unit,
                self._book,
                NewRequest(
                    kind,
                    requester_id=self._cast.people[who],
                    wanted_from=wanted,
                    channel=channel,
                    take=chance < 0.9,
                    danger=Danger.NONE if kind == "pharmacy_duty" else Danger.UNASKED,
                ),
            )
            if chance >= 0.9:
                unit.now += timedelta(minutes=minutes % 50 + 3)
                requests.claim(unit, self._book, made)
            if kind == "pharmacy_duty":
                requests.answer_danger(unit, self._book, made, danger=False)
            unit.now += timedelta(minutes=min(minutes, 240))
            if chance < 0.05:
                requests.cancel(unit, self._book, made, reason="plans_changed")
                return
            if chance < 0.3:
                requests.wait_client(unit, self._book, made)
                unit.now += timedelta(minutes=minutes)
                requests.resume(unit, self._book, made)
            order = None
            if self._book.catalogue.get(kind).dated:
                order = self._orders.place(unit, made, kind)
                requests.confirm(unit, self._book, made)
                unit.now = max(unit.now, wanted.astimezone(UTC) + timedelta(minutes=30))
            if unit.now > self._now:
                return
            if order is not None:
                self._orders.end(unit, order)
            self._tick_steps(unit, made, kind, {}, 99, required_only=True)
            requests.finish(unit, self._book, made)
            later = unit.now + timedelta(hours=30)
            if 0.3 < chance < 0.34 and later < self._now - timedelta(hours=4):
                unit.now = later
                requests.reopen(unit, self._book, made, reason=N_("Something was missing"))
                unit.now += timedelta(minutes=90)
                requests.finish(unit, self._book, made)

    # --- today ---

    def _tell(self, story: Table) -> None:
        story.only(
            "type", "title", "from", "for", "place", "lodging", "asked", "wanted", "until", "holder", "waits", "state",
            "steps", "notes", "danger", "fields",
        )  # fmt: skip
        cast, kind = self._cast, story.text("type")
        asked = self._now + timedelta(minutes=story.integer("asked"))
        by = cast.agents[story.text("holder", "INE")]
        fields: Mapping[str, Any] = story.table("fields").values if story.has("fields") else {}
        with self._unit(by, asked) as unit:
            made = requests.capture(
                unit,
                self._book,
                NewRequest(
                    kind,
                    title=story.text("title", ""),
                    requester_id=cast.people[story.text("from")],
                    beneficiary_id=cast.people.get(story.text("for", "")),
                    place=story.text("place", ""),
                    lodging_id=cast.lodgings.get(story.text("lodging", "")),
                    wanted_from=self._moment(story, "wanted"),
                    wanted_to=self._moment(story, "until"),
                    take=story.has("holder"),
                    fields=fields,
                ),
            )
            unit.now += timedelta(minutes=2)
            if story.has("danger"):
                requests.answer_danger(unit, self._book, made, danger=False)
            self._tick_steps(unit, made, kind, fields, story.integer("steps", 0))
            waits, _, whom = story.text("waits", "").partition(":")
            unit.now += timedelta(minutes=4)
            if waits == "client":
                requests.wait_client(unit, self._book, made, whom=whom, until=self._moment(story, "wanted"))
            elif waits == "provider":
                requests.wait_provider(unit, self._book, made, whom=whom)
            if story.text("state", "") == "confirmed":
                requests.confirm(unit, self._book, made)
        notes = story.values.get("notes", [])
        assert isinstance(notes, list)
        for minutes, note_kind, text in notes:
            with self._unit(by, self._now + timedelta(minutes=minutes)) as unit:
                requests.note(unit, self._book, made, text, kind=note_kind)

    def _promise_call(self, table: Table) -> None:
        table.only("person", "about", "due", "owner", "made")
        owner = self._cast.agents[table.text("owner")]
        due = self._moment(table, "due")
        assert due is not None
        with self._unit(owner, self._now + timedelta(minutes=table.integer("made"))) as unit:
            person = self._cast.people[table.text("person")]
            requests.promise_call_back(unit, due_at=due, person_id=person, about=table.text("about"))

    def _let_time_pass(self) -> None:
        for _ in range(20):
            with self._unit(SYSTEM, self._now) as unit:
                passed = requests.note_what_time_did(unit, self._book)
            if passed.warned + passed.breached + passed.closed == 0:
                break

    def _tick_steps(
        self,
        unit: Unit,
        made: int,
        kind: str,
        fields: Mapping[str, Any],
        count: int,
        *,
        required_only: bool = False,
    ) -> None:
        proofs = {ProofKind.NAME_AND_TIME: "Solène 15:10", ProofKind.NONE: ""}
        steps = [step for step in checklist(self._book.catalogue.get(kind), fields) if not step.asks]
        for step in [one for one in steps if one.required or not required_only][:count]:
            requests.tick(unit, self._book, made, step.key, proof=proofs.get(step.proof, "reçu 118"))

    def _moment(self, table: Table, name: str) -> datetime | None:
        value = table.values.get(name)
        if value is None:
            return None
        if isinstance(value, int):
            return self._now + timedelta(minutes=value)
        days, _, clock = str(value).partition("d ")
        day = self._now.astimezone(self._book.zone).date() + timedelta(days=int(days))
        return self._at(day, time.fromisoformat(clock))

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, tzinfo=self._book.zone)

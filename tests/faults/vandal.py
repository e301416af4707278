"""A desk that vandals have worked at: every room filled through its services, the imports and the house's own files."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from pathlib import Path

from sqlalchemy import String
from sqlmodel import SQLModel

from conciergedesk.board.rules import PromiseKind
from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.desk import Desk
from conciergedesk.core.holidays import load_holidays
from conciergedesk.core.paths import knowledge_base
from conciergedesk.customers import service as customers
from conciergedesk.handover import service as handover
from conciergedesk.handover.turns import load_handover_house
from conciergedesk.hotline import service as hotline
from conciergedesk.hotline.house import hotline_house
from conciergedesk.hotline.service import NewTicket
from conciergedesk.hotline.triage import Party
from conciergedesk.keys import service as keys
from conciergedesk.keys.custody import HolderKind, Identity
from conciergedesk.keys.house import key_house
from conciergedesk.keys.service import HandOver, NewSet
from conciergedesk.providers import service as providers
from conciergedesk.providers.cards import CardRules, ProviderValues
from conciergedesk.providers.importers.apply import apply_import
from conciergedesk.providers.importers.house import read_import_words
from conciergedesk.providers.importers.listing import open_listing
from conciergedesk.providers.importers.plan import plan_import
from conciergedesk.providers.search.lexicon import read_lexicon
from conciergedesk.relocation import service as relocation
from conciergedesk.relocation.house import RelocationHouse, load_relocation_house
from conciergedesk.relocation.service import NewFile
from conciergedesk.relocation.tables import RelocationFollowUp, RelocationItem
from conciergedesk.reports import service as reports
from conciergedesk.requests import service as requests
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.service import NewRequest
from conciergedesk.rota import asking
from conciergedesk.rota import service as rota
from conciergedesk.rota.house import rota_house
from conciergedesk.rota.values import Assignment, Roster
from conciergedesk.staff import service as staff
from tests.conftest import hire
from tests.faults.monsters import ALIVE, MARK, MONSTERS, SENTINEL

LATE_DAY = timedelta(days=9)
"""After the Monday of this week: a late shift before the early one of somebody else."""
CALLER = "03 53 01 77 11"
GRAFFITO = MARK + r"\u001b[31;5;7m\u0007\u0000\u202e[/nope][@click=app.quit] "
SHORT_GRAFFITO = MARK + r"\u001b\u0007\u0000\u009b\u202e"
ANOTHER_ITEM = f"""
[[item]]
id = "Z99"
stage = "R8"
label = {{ fr = "{SHORT_GRAFFITO}", en = "{SHORT_GRAFFITO}", de = "{SHORT_GRAFFITO}" }}
owners = ["CO"]
anchor = "d0"
due = "-1d"
rule = {{ fr = "{GRAFFITO}", en = "{GRAFFITO}", source = "house", certainty = "convention" }}
"""
"""What a file of the plan before this one does not have."""
_LABEL = re.compile(
    r'(?m)^(label = \{ fr = ").'
)  # the mark takes the place of a letter: some have no room for more
_WORDS = re.compile(r'((?<!label = \{ )\bfr = "|(?m:^)(?:label|name|title|text) = ")(?=[^"\s])')
_FROM_FILES = (
    "services",
    "desk",
    "articles",
    "relocation",
    "keys",
    "rota",
    "messages",
    "hotline",
    "handover",
)


def scrawl_on_house_files(folder: Path) -> dict[str, str]:
    """Copies of the house's files with a graffito before every label; answers the settings that point there."""
    chosen = {}
    for name in ("knowledge_base", "shifts"):
        copy = folder / name
        source = knowledge_base().parent / name
        shutil.copytree(source, copy)
        for file in copy.rglob("*.toml"):
            if name == "shifts" or file.relative_to(copy).parts[0] in _FROM_FILES:
                words = _LABEL.sub(lambda found: found[1] + SHORT_GRAFFITO, file.read_text(encoding="utf-8"))
                file.write_text(_WORDS.sub(lambda found: found[1] + GRAFFITO, words), encoding="utf-8")
        for file in copy.rglob("*.md"):
            first, title, rest = file.read_text(encoding="utf-8").partition("\n## ")
            rest = rest.replace("\n\n", f"\n\n{MONSTERS[0]}\n\n{MONSTERS[2]}\n\n", 1)
            file.write_text(first + title + rest, encoding="utf-8")
        plan = copy / "relocation" / "settling_family.toml"
        if plan.exists():
            with plan.open("a", encoding="utf-8") as file_of_house:
                file_of_house.write(ANOTHER_ITEM)
        chosen[f"CONCIERGEDESK_{name.upper()}"] = str(copy)
    return chosen


def graffiti() -> Iterator[str]:
    return cycle(MONSTERS)


def alive_in(desk: Desk) -> list[str]:
    """Every text of the database that could still do something to a terminal."""
    found = []
    with desk.read() as session:
        for table in SQLModel.metadata.tables.values():
            columns = [one for one in table.columns if isinstance(one.type, String)]
            if not columns:
                continue
            for row in session.connection().execute(table.select().with_only_columns(*columns)).mappings():
                for name, value in row.items():
                    if isinstance(value, str) and (ALIVE.search(value) or "\x1b" in value):
                        found.append(f"{table.name}.{name}: {value[:60]!r}")
    return found


class Vandal:
    """Somebody with every right who means no good."""

    def __init__(self, desk: Desk, actor: Actor, book: Rulebook, folder: Path) -> None:
        self.desk = desk
        self.actor = actor
        self.book = book
        self.folder = folder
        self.now = datetime.now(UTC)
        self.today = self.now.date()
        self._graffiti = graffiti()

    def word(self, limit: int = 20_000) -> str:
        return next(self._graffiti)[:limit]

    def name(self) -> str:
        """Where figures and commas would tell of children and pets."""
        return re.sub("[0-9,;+&]", "", self.word(400))

    def everywhere(self) -> None:
        """Fill every room."""
        self.team()
        people = self.people()
        self.requests(people)
        self.keys(people)
        self.providers()
        self.hotline()
        self.relocation()
        self.rota()
        self.handover()
        self.reports()

    def team(self) -> None:
        for role in ("assistant", "coach", "supervisor"):
            self.colleague = replace(hire(self.desk, self.word(60), role=role), desk="autre")
            self.desk.act(self.colleague, staff.be_present, self.word())
        self.desk.act(self.actor, staff.save_view, self.word(60), self.word(200))
        body = '{"line": "' + SENTINEL + ' \\u001b[31;5;7m\\u0000 taxi"}'
        for kind in ("capture", "note", self.word(40)):
            self.desk.act(self.actor, staff.park, kind=kind, body=body)

    def people(self) -> list[int]:
        act, ines, word = self.desk.act, self.actor, self.word
        people = [
            act(ines, customers.add_person, first_name=word(), last_name=word(), email=word(), note=word(),
                phones=["06 39 98 20 2" + str(number)])
            for number in range(4)
        ]  # fmt: skip
        for person in people:
            act(ines, customers.warn, person, word())
        self.lodging = act(ines, customers.add_lodging, name=word(), address=word(), commune=word())
        act(ines, customers.add_organisation, word())
        return people

    def requests(self, people: list[int]) -> None:
        act, ines, word, book = self.desk.act, self.actor, self.word, self.book
        made = []
        for number, person in enumerate(people * 2):
            new = NewRequest(
                ("taxi", "terroir_basket", "key_handover_out", "dentist_late")[number % 4],
                title=word(), requester_id=person, beneficiary_name=word(), place=word(), lodging_id=self.lodging,
                wanted_from=self.now + timedelta(hours=number),
            )  # fmt: skip
            made.append(act(ines, requests.capture, book, new))
            act(ines, requests.claim, book, made[-1])
        for number in made[:3]:
            act(ines, requests.note, book, number, text=word(), override_reason=word())
            act(
                ines,
                requests.promise_call_back,
                due_at=self.now + timedelta(hours=1),
                request_id=number,
                about=word(),
            )
            act(
                ines, requests.agree_appointment, book, number, starts_at=self.now + timedelta(hours=2), place=word(),
                provider=word(),
            )  # fmt: skip
        act(ines, requests.wait_client, book, made[4], whom=word())
        act(ines, requests.wait_provider, book, made[5], whom=word())
        self.made = made
        act(self.colleague, staff.be_present, "autre", open_kind=PromiseKind.REQUEST, open_id=made[0])

    def keys(self, people: list[int]) -> None:
        place = self.desk.act(self.actor, keys.add_place, "hook", "1")
        made = []
        for number in (204, 205, 206):
            new_set = NewSet(
                [("door", 1), ("badge", 1)], people[0], place, self.word(), date(2026, 1, 1), date(2099, 12, 31),
                lodging_id=self.lodging, identity=Identity.KNOWN_PERSON, number=number,
            )  # fmt: skip
            made.append(self.desk.act(self.actor, keys.register_set, new_set).id)
        self.desk.act(self.actor, keys.declare_lost, key_house(), made[1], reason=self.word())
        out = HandOver(
            made[2], HolderKind.GUEST, self.now + timedelta(hours=5), 2, people[1], identity=Identity.KNOWN_PERSON,
            request_id=self.made[0],
        )  # fmt: skip
        self.desk.act(self.actor, keys.hand_over, self.book, key_house(), out)

    def providers(self) -> None:
        act, ines, word = self.desk.act, self.actor, self.word
        lexicon = read_lexicon()
        rules = CardRules(lexicon, load_holidays(knowledge_base()))
        self.provider_ids = [
            act(ines, providers.add_provider, rules, ProviderValues(
                name=word(), trades=("bakery",), tags=word(), address=word(), postcode="57000", commune=word(),
                phones=("03 53 01 75 7" + str(number),), hours="Mo-Su 06:00-23:00", booking_note=word(),
                cancellation=word(),
            ))
            for number in range(6)
        ]  # fmt: skip
        first = self.provider_ids[0]
        act(ines, providers.set_status, first, "suspended", reason=word())
        act(ines, providers.add_exception, first, first=self.today, reason=word())
        act(ines, providers.add_address, first, label=word(), address=word(), commune=word())
        act(ines, providers.note_incident, first, word(), day=self.today)
        file = self.folder / "listing.csv"
        with file.open("w", encoding="utf-8", newline="") as target:
            sheet = csv.writer(target)
            sheet.writerow(["id", "name", "trades", "tags", "address", "commune", "phones", "note"])
            for number in range(12):
                words = [
                    word(400).replace("\0", "") for _field in range(5)
                ]  # a NUL is refused with the whole file
                sheet.writerow(
                    [f"V{number}", words[0], "bakery", *words[1:4], f"03 53 01 76 {number + 10}", words[4]]
                )
        listing = open_listing(
            file, read_import_words(knowledge_base() / "providers", lexicon), source="vandal"
        )
        with self.desk.read() as reading:
            plan = plan_import(reading, listing, rules, keep_duplicates=True)
        self.desk.act(ines, apply_import, plan)

    def hotline(self) -> None:
        act, ines, word = self.desk.act, self.actor, self.word
        house = hotline_house(self.book)
        site = act(ines, hotline.add_site, self.provider_ids[0], word(), commune=word(), note=word())
        contact = act(ines, hotline.add_contact, site, word(), CALLER, role=word())
        asset = act(ines, hotline.add_asset, site, "tablet", label=word(), model=word(), clause=word())
        tickets = []
        for number in range(5):
            new = NewTicket(
                "T1", title=word(), site_id=site, asset_id=asset, caller=word(), caller_role=word(),
                number=CALLER, keys="", since=word(), workaround=word(),
            )  # fmt: skip
            tickets.append(act(ines, hotline.open_ticket, house, new).id)
            act(ines, hotline.note, house, tickets[-1], word(), override_reason=word())
            del number
        act(ines, hotline.searched_in_vain, word())
        act(ines, hotline.wait_third, house, tickets[0], whom=word())
        act(ines, hotline.escalate, house, tickets[1], Party.SUPERVISOR, reason=word())
        act(ines, hotline.group, house, tickets[2:4])
        act(ines, hotline.plan_work, house, site, word(), asset_id=asset)
        act(ines, hotline.plan_round, house, self.now + timedelta(hours=1), [site], vehicle=word())
        act(ines, hotline.register_card, "100200", holder=word())
        act(ines, hotline.name_referents, house, "terminals", ines.id or 0)
        call = act(ines, hotline.ring_in, CALLER, line="technical")
        act(SYSTEM, hotline.caller_gave_up, house, call)
        del contact

    def relocation(self) -> None:
        act, ines, word = self.desk.act, self.actor, self.word
        house: RelocationHouse = load_relocation_house(knowledge_base(), self.book)
        files = []
        for number in range(2):
            new = NewFile(
                self.name(), self.today + timedelta(days=20 - 19 * number), employer=word(200),
                coach_id=ines.id, phone="06 39 98 30 30", from_place=word(), work_place=word(),
                facts={"work_country": "LU"},
            )  # fmt: skip
            files.append(act(ines, relocation.open_file, house, new))
        for file in files:
            act(
                ines,
                relocation.note,
                house,
                file,
                word(),
                who=word(),
                heard_from="FA",
                override_reason=word(),
            )
            act(ines, relocation.note_pulse, house, file, 3, words=word(), word_reason=word())
            act(ines, relocation.add_item, house, file, label=word(), who=word())
            act(ines, relocation.flag_risk, house, file, label=word(), action=word(), review_on=self.today)
            act(ines, relocation.ask, house, file, "EM", word())
            act(
                ines,
                relocation.see_document,
                house,
                file,
                self.name()[:120],
                holder=self.name()[:80],
                kept_by=self.name()[:80],
            )
        with self.desk.read() as session:
            from sqlmodel import select

            item = session.exec(select(RelocationItem.id).where(RelocationItem.file_id == files[0])).first()
            contact = session.exec(
                select(RelocationFollowUp.id).where(RelocationFollowUp.file_id == files[1])
            ).first()
        assert item is not None and contact is not None
        act(ines, relocation.set_state, house, item, "waiting", waiting_for=word(), reason=word())
        programme = act(
            ines, relocation.plan_programme, house, kind="candidate_visit", household=self.name(),
            starts_at=self.now + timedelta(days=3), ends_at=self.now + timedelta(days=3, hours=6), vacancy=word(),
        )  # fmt: skip
        act(
            ines, relocation.add_part, house, programme, "dinner", label=word(), location=word(),
            starts_at=self.now + timedelta(days=3), ends_at=self.now + timedelta(days=3, hours=2),
        )  # fmt: skip

    def rota(self) -> None:
        house = rota_house()
        monday = self.today - timedelta(days=self.today.weekday())
        agents = house.rota.agents
        roster = Roster(
            tuple(
                Assignment(agents[step % 4].id, monday + timedelta(days=step), "MS"[step % 2])
                for step in range(14)
            )
        )
        act = self.desk.act
        last = monday + timedelta(days=27)
        draft = act(self.actor, rota.save_draft, house, roster, monday, last)
        act(self.actor, rota.publish, house, draft, reason=self.word(200))
        shorter = Roster(tuple(one for one in roster.assignments if one.day < monday + timedelta(days=13)))
        act(self.actor, rota.save_draft, house, shorter, monday, last)
        act(self.actor, asking.call_volunteers, house, monday + timedelta(days=8), "S", note=self.word(200))

    def handover(self) -> None:
        act, word, book = self.desk.act, self.word, self.book
        house = load_handover_house(knowledge_base() / "handover")
        giver = self.colleague
        line = act(giver, handover.log, book, word(1900), override_reason=word())
        act(giver, handover.correct_line, book, line, word(1900), override_reason=word())
        act(giver, handover.cash, "in", 2000, note=word())
        act(giver, handover.note_vehicle, word(40), charge=40, note=word())
        act(giver, handover.take_in, kind="parcel", what=word(), for_whom=word(), place=word(), note=word())
        draft = act(giver, handover.draft, book, house)
        own = act(
            giver, handover.add_line, book, draft, "promises", what=word(300), action=word(300), fallback=word(300),
            due_at=self.now + timedelta(hours=2), reason=word(),
        )  # fmt: skip
        act(giver, handover.sign, draft, reason=word())
        act(giver, handover.edit_line, book, own, what=word(240), reason=word())
        act(self.actor, handover.ask, book, draft, word(500), line_id=own)
        act(self.actor, handover.write_synthesis, book, draft, word(1900))

    def reports(self) -> None:
        for number in range(2):
            self.desk.act(
                self.actor, reports.save_report, name=self.word(80), period="day", folder=str(self.folder),
                formats=("txt", "csv"), mail_to="a@b.example" if number else "",
            )  # fmt: skip

"""The other rooms of the played week: tickets of both lines, relocation files, and the published rota."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from conciergedesk.core.actor import SYSTEM
from conciergedesk.core.errors import RuleRefused
from conciergedesk.core.holidays import load_holidays
from conciergedesk.core.paths import knowledge_base, shifts
from conciergedesk.hotline import service as hotline
from conciergedesk.hotline.cards import TicketCard
from conciergedesk.hotline.house import HotlineHouse, hotline_house
from conciergedesk.hotline.queries import banners, incident_card, incidents, ticket_card
from conciergedesk.hotline.rules import Impact, ResolutionCode, Urgency
from conciergedesk.hotline.service import NewTicket
from conciergedesk.providers import service as providers
from conciergedesk.providers.cards import CardRules, ProviderValues
from conciergedesk.providers.search.lexicon import read_lexicon
from conciergedesk.relocation import service as relocation
from conciergedesk.relocation.cards import FileCard, file_ref
from conciergedesk.relocation.house import RelocationHouse, load_relocation_house
from conciergedesk.relocation.queries import file_card
from conciergedesk.relocation.service import NewFile
from conciergedesk.requests.rulebook import load_rulebook
from conciergedesk.rota import service as rota
from conciergedesk.rota.house import RotaHouse, rota_house
from conciergedesk.rota.queries import gaps
from conciergedesk.rota.values import Assignment, Roster
from tests.reports.week_player import PARIS, UNKNOWN, WEEK, Week, at

FIRST, LAST = date(2027, 3, 22), date(2027, 3, 28)
FACTS: dict[str, dict[str, Any]] = {
    "D-07": {
        "package": "single",
        "facts": {"nationality": "other", "comes_from": "abroad", "visa": "vls_ts"},
        "anchors": {"entry": date(2027, 1, 4)},
    },
    "D-09": {
        "facts": {"nationality": "eu", "comes_from": "abroad", "work_country": "LU", "car": "abroad"},
        "anchors": {"purchase": date(2027, 3, 10)},
    },
    "D-05": {},
}
"""What the coach knew of each family when its file was opened."""
SHIFTS = {"concierge": {7: "M", 14: "S"}, "technical": {9: "T"}, "commercial": {10: "C"}}


@lru_cache
def relocation_house() -> RelocationHouse:
    return load_relocation_house(knowledge_base(), load_rulebook(knowledge_base()))


@lru_cache
def card_rules() -> CardRules:
    return CardRules(read_lexicon(), load_holidays(knowledge_base()))


@lru_cache
def tickets_house() -> HotlineHouse:
    return hotline_house(load_rulebook(knowledge_base()))


def use_the_week_s_rota(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """The house's shifts with the seats and the law of the scenario: two on each line, nobody away."""
    shutil.copytree(shifts(), folder, ignore=shutil.ignore_patterns("*.md"))
    demand = (folder / "demand.toml").read_text("utf-8")
    demand = re.sub(r'(shift = "[TC]"\ndays = \["ALL"\]\n)min = 1', r"\1min = 2", demand)
    (folder / "demand.toml").write_text(demand, "utf-8")
    for name in ("absences.toml", "wishes.toml"):
        (folder / name).write_text("", "utf-8")
    site = (folder / "site.toml").read_text("utf-8")
    (folder / "site.toml").write_text(re.sub(r"packs = .*", 'packs = ["code-du-travail"]', site), "utf-8")
    patch.setenv("CONCIERGEDESK_SHIFTS", str(folder))


@dataclass
class WholeWeek(Week):
    """The week with every room of the desk."""

    tickets: dict[str, int] = field(default_factory=dict)
    incident: int | None = None
    files: dict[str, int] = field(default_factory=dict)
    sites: dict[str, int] = field(default_factory=dict)
    rota: RotaHouse | None = None

    def open(self) -> None:
        super().open()
        for one in WEEK["providers"]:
            card = ProviderValues(name=one["name"].replace(" (fictional)", ""), commune="Metz")
            number = self.desk.act(SYSTEM, providers.add_provider, card_rules(), card)
            self.sites[one["ref"]] = self.desk.act(
                SYSTEM, hotline.add_site, number, one["category"], commune="Metz"
            )
        self._open_files()
        self._publish()

    def _open_files(self) -> None:
        for one in WEEK["dossiers"]:
            arrival, ref = date.fromisoformat(one["arrival_D0"]), one["ref"]
            known = FACTS[ref]
            new = NewFile(
                one["person"]["first_name"]
                + (", Henk, Jonna 14, Tim 7, chat Pixel" if ref == "D-09" else ""),
                arrival,
                employer="AC-01",
                language="en",
                opened_on=date.fromordinal(arrival.toordinal() - 60),
                **known,
            )
            self.files[ref] = self.act("CLE", relocation.open_file, relocation_house(), new)
        for one in self.file("D-05").followups:
            if one.code == "D+7":
                self.act("CLE", relocation.hold_followup, relocation_house(), one.id, {}, done_on=one.due)
        self.act("CLE", relocation.watch, relocation_house(), self.files["D-07"])

    def _publish(self) -> None:
        self.rota = rota_house()
        cells = [
            Assignment(
                one["agent"], date.fromisoformat(one["day"]), SHIFTS[one["team"]][at(one["start"]).hour]
            )
            for one in WEEK["roster"]
        ]
        now = self.clock.now()
        self.clock.move_to(datetime(2027, 3, 8, 9, tzinfo=PARIS))
        draft = self.act("HEL", rota.save_draft, self.rota, Roster(tuple(cells)), FIRST, LAST)
        self.act("HEL", rota.publish, self.rota, draft)
        self.clock.move_to(now)

    def file(self, ref: str) -> FileCard:
        return self.desk.ask(
            file_card, relocation_house(), self.files[ref], self.agents["CLE"], self.clock.now()
        )

    def ticket(self, ref: str) -> TicketCard:
        return self.desk.ask(ticket_card, self.tickets[ref])

    # --- events of the hotlines ---

    def play(self, event: dict[str, Any]) -> None:
        self.clock.move_to(at(event["at"]))
        self.desk.act(SYSTEM, hotline.note_what_time_did, tickets_house())
        super().play(event)

    def on_hotline_ticket(self, event: dict[str, Any], data: dict[str, Any], _refs: list[str]) -> None:
        urgent = {"impact": Impact.DEGRADED, "urgency": Urgency.NOW} if data["severity"] == "S2" else {}
        new = NewTicket(
            data["category"],
            site_id=self.sites[event["actor"]],
            caller=data.get("caller", {}).get("first_name", ""),
            keys="nn" if data["category"] == "tablet" else "",
            **urgent,  # type: ignore[arg-type]
        )
        agent = (
            "YAN"
            if data["line"] == "technical"
            else "PAU"
            if data["category"] == "ambassador_card"
            else "LUC"
        )
        self.tickets[event["refs"][0]] = self.act(agent, hotline.open_ticket, tickets_house(), new).id
        found = self.desk.ask(incidents)
        if found and self.incident is None:
            self.incident = found[0].id
            self.act("YAN", hotline.open_incident, tickets_house(), self.incident)

    def on_ticket_solved(self, event: dict[str, Any], data: dict[str, Any], _refs: list[str]) -> None:
        number = self.tickets[event["refs"][0]]
        card = self.desk.ask(ticket_card, number)
        if card.row.category == "ambassador_card":
            self.act(event["actor"], hotline.triage, tickets_house(), number, "mn")
        self.act(
            event["actor"], hotline.solve, tickets_house(), number,
            ResolutionCode(data.get("resolution_code", "solved_remote")), article=data.get("article", ""),
            root_cause=data.get("relocated_to", ""),
        )  # fmt: skip

    def on_mass_incident_closed(self, event: dict[str, Any], data: dict[str, Any], _refs: list[str]) -> None:
        assert self.incident is not None
        self.act(
            event["actor"], hotline.close_incident, tickets_house(), self.incident,
            ResolutionCode(data["resolution_code"]), root_cause=data["cause"],
        )  # fmt: skip

    # --- events of relocation ---

    def on_dossier_moved(self, event: dict[str, Any], data: dict[str, Any], _refs: list[str]) -> None:
        self.act(
            event["actor"], relocation.move, relocation_house(), self.files[event["refs"][0]],
            date.fromisoformat(data["new_D0"]), cause=data["cause"],
        )  # fmt: skip

    def on_relocation_milestone(self, event: dict[str, Any], data: dict[str, Any], _refs: list[str]) -> None:
        item = next(one for one in self.file(event["refs"][0]).items if one.code == data["item"])
        self.act(
            event["actor"], relocation.set_state, relocation_house(), item.id, data["state"],
            evidence=data["evidence"], done_on=date.fromisoformat(data["done_on"]),
        )  # fmt: skip
        self.act(event["actor"], relocation.watch, relocation_house(), self.files[event["refs"][0]])

    def on_relocation_followup(self, event: dict[str, Any], data: dict[str, Any], _refs: list[str]) -> None:
        held = next(one for one in self.file(event["refs"][0]).followups if one.code == data["kind"])
        self.act(event["actor"], relocation.hold_followup, relocation_house(), held.id, data["scores"])

    # --- events of the rota ---

    def on_sickness(self, _event: dict[str, Any], data: dict[str, Any], _refs: list[str]) -> None:
        day = date.fromisoformat(data["day"])
        self.act("HEL", rota.mark_absent, self.rota, "MAE", day, day)

    def on_shift_replaced(self, event: dict[str, Any], data: dict[str, Any], _refs: list[str]) -> None:
        self.act(event["actor"], rota.take, self.rota, data["by"], date(2027, 3, 25), "M")

    def on_swap_request(self, event: dict[str, Any], data: dict[str, Any], _refs: list[str]) -> None:
        try:
            self.act("HEL", rota.hand_on, self.rota, data["from"], data["to"], date(2027, 3, 28), "M")
        except RuleRefused as refusal:
            self.refused[event["refs"][0]] = refusal

    # --- what must hold ---

    def value(self, ref: str, name: str) -> object:
        if ref in self.tickets:
            return self._of_ticket(ref, name)
        if ref == "M-01" and name in ("proposed", "proposed_at", "children", "resolution_met"):
            return self._of_incident(name)
        if ref in self.files:
            return self._of_file(ref, name)
        if (ref, name) == ("SHIFT-TH-M", "status"):
            assert self.rota is not None
            open_posts = self.desk.ask(gaps, self.rota, date(2027, 3, 25), date(2027, 3, 25))
            return "uncovered" if any("M" in one.shifts for one in open_posts) else "covered"
        return super().value(ref, name)

    def _of_ticket(self, ref: str, name: str) -> object:
        card = self.ticket(ref)
        simple: dict[str, object] = {
            "status": card.row.state,
            "triage_tree": card.tree,
            "severity": card.row.severity,
            "due_at": card.row.due_at,
            "escalate_at": card.escalate_at,
            "breached_at": card.breached_at,
            "fcr": card.fcr,
            "resolution_met": card.resolution_met,
            "banner": self.tickets[ref] in [one.id for one in self.desk.ask(banners)],
        }
        return simple.get(name, UNKNOWN)

    def _of_incident(self, name: str) -> object:
        if self.incident is None:
            return False if name == "proposed" else UNKNOWN
        card = self.desk.ask(incident_card, self.incident)
        refs = {number: ref for ref, number in self.tickets.items()}
        return {
            "proposed": True,
            "proposed_at": card.proposed_at,
            "children": [refs[one.id] for one in card.tickets],
            "resolution_met": card.resolution_met,
        }[name]

    def _of_file(self, ref: str, name: str) -> object:
        card, parts = self.file(ref), name.split(".")
        if parts[0] == "item":
            item = next(one for one in card.items if one.code == parts[1])
            on_time = item.due is not None and item.done_on is not None and item.done_on <= item.due
            values: dict[str, object] = {
                "due": item.due.isoformat() if item.due is not None else "",
                "state": item.state,
                "on_time": on_time,
            }
            return values[parts[2]]
        if parts[0] == "followup":
            held = next(one for one in card.followups if one.code == parts[1])
            assert held.done_on is not None
            late = (held.done_on - held.due).days
            return late if parts[2] == "days_late" else abs(late) <= 3
        if parts[0] == "flag":
            cleared = {one.code: one.cleared_on for one in card.risks}
            return "cleared" if cleared[".".join(parts[1:])] is not None else "open"
        return UNKNOWN

    @property
    def names(self) -> dict[str, str]:
        """What the scenario calls the relocation files that the reports list."""
        return {file_ref(number): ref for ref, number in self.files.items()}

"""A week at the desk, played through the services on a simulated clock: the desk, the hotlines, relocation and the rota
of one agency, and what the product says about each field that the scenario names."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import RuleRefused
from conciergedesk.core.shared import Agency, set_up_agency
from conciergedesk.customers import service as customers
from conciergedesk.handover import queries as handover_queries
from conciergedesk.handover import service as handover
from conciergedesk.handover.turns import HandoverHouse
from conciergedesk.keys import service as keys
from conciergedesk.keys.custody import HolderKind, Identity
from conciergedesk.keys.house import key_house
from conciergedesk.keys.service import HandOver, NewSet, TakeBack
from conciergedesk.reports.gather import Scope, request_facts
from conciergedesk.reports.periods import week_period
from conciergedesk.reports.service import record_score
from conciergedesk.requests import service as requests
from conciergedesk.requests.catalogue import ProofKind
from conciergedesk.requests.lifecycle import checklist
from conciergedesk.requests.queries import RequestCard, request_card
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.service import NewRequest
from tests.conftest import hire

PARIS = ZoneInfo("Europe/Paris")
WEEK: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "week_scenario.json").read_text("utf-8")
)
ROLES = {
    "concierge": ("assistant", "concierge"),
    "coach": ("coach", "coach"),
    "supervisor": ("supervisor", "concierge"),
}
PROOFS = {
    ProofKind.NONE: "",
    ProofKind.TEXT: "vu",
    ProofKind.CODE: "TX-77",
    ProofKind.NAME_AND_TIME: "Solène 15:10",
    ProofKind.SIGNATURE: "Gwenn",
    ProofKind.PHOTO: "photo 4",
}
UNKNOWN = object()
"""What a field of the scenario is that nobody here can answer for."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@dataclass
class Week:
    """The desk of the scenario, with what each reference of the file stands for."""

    desk: Desk
    clock: FixedClock
    book: Rulebook
    house: HandoverHouse
    agents: dict[str, Actor] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    companies: dict[str, int] = field(default_factory=dict)
    sets: dict[str, int] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    promises: dict[str, int] = field(default_factory=dict)
    handovers: dict[str, int] = field(default_factory=dict)
    refused: dict[str, RuleRefused] = field(default_factory=dict)
    accepted: dict[str, bool] = field(default_factory=dict)

    def open(self) -> None:
        """Staff, accounts and keys as they are before the week begins."""
        self.clock.move_to(datetime(2027, 3, 21, 20, tzinfo=PARIS))
        self.desk.act(SYSTEM, set_up_agency, Agency(name="Agence"))
        for one in WEEK["staff"]:
            role, team = ROLES.get(one["role"], ("hotline", one["role"].removeprefix("hotline_")))
            team = team if team in ("concierge", "coach", "technical", "commercial") else "concierge"
            self.agents[one["code"]] = hire(self.desk, one["first_name"], role=role, team=team)
        for one in WEEK["accounts"]:
            self.people[one["ref"]] = self.desk.act(
                SYSTEM, customers.add_person, last_name=one["contact"]["first_name"], language="fr"
            )
        self.companies["AC-01"] = self.desk.act(SYSTEM, customers.add_organisation, name="Ateliers Robotique")
        hook = self.desk.act(SYSTEM, keys.add_place, "hook", "12")
        for one in WEEK["keys"]:
            made = self.desk.act(
                SYSTEM,
                keys.register_set,
                NewSet(
                    [("door", one["pieces"])], self.people["AC-02"], hook, "M-1", date(2027, 1, 1),
                    identity=Identity.KNOWN_PERSON, number=int(one["tag"]),
                ),
            )  # fmt: skip
            self.sets[one["ref"]] = made.id

    def act(self, actor: str, verb: Callable[..., Any], *args: Any, **values: Any) -> Any:
        return self.desk.act(self.agents.get(actor, self.agents["INE"]), verb, *args, **values)

    def card(self, ref: str) -> RequestCard:
        return self.desk.ask(request_card, self.requests[ref])

    def settle(self, ref: str, actor: str, *, confirm: bool = False) -> None:
        """Tick what the checklist asks for, then confirm or finish."""
        number = self.requests[ref]
        card = self.card(ref)
        if card.state == "done":
            return  # handing over the key has finished it
        if card.holder_id is None or card.state in ("new", "qualified", "assigned"):
            self.act(actor, requests.claim, self.book, number, take_over=True)
        if confirm:
            self.act(actor, requests.confirm, self.book, number)
            return
        kind = self.book.catalogue.get(card.type_code)
        for step in checklist(kind, card.fields, ("weather",) if card.weather else ()):
            if not step.asks:
                self.act(actor, requests.tick, self.book, number, step.key, proof=PROOFS[step.proof])
        self.act(actor, requests.finish, self.book, number)

    # --- events ---

    def play(self, event: dict[str, Any]) -> None:
        self.clock.move_to(at(event["at"]))
        self.desk.act(SYSTEM, requests.note_what_time_did, self.book)
        handler = getattr(self, f"on_{event['kind']}", None)
        if handler is not None:
            handler(event, event["data"], [one for one in event["refs"] if one.startswith("R-")])

    def on_cash_and_keys_count(self, event: dict[str, Any], data: dict[str, Any], _refs: list[str]) -> None:
        self.act(event["actor"], handover.cash, "count", data["cash_float_cents"])
        count = self.act(event["actor"], keys.start_count, "shift")
        for number in self.sets.values():
            pieces = 3 if number == self.sets["K-204"] else 2
            self.act(event["actor"], keys.count_set, count, number, pieces)
        self.act(event["actor"], keys.finish_count, count)

    def on_request_in(self, event: dict[str, Any], data: dict[str, Any], refs: list[str]) -> None:
        company = event["actor"] if event["actor"] == "AC-01" else ""
        client = data.get("client", {})
        guest = data.get("beneficiary", client)
        known = self.people.get(event["actor"])
        # Written requests wait to be qualified; who rings or stands at the desk is known at once.
        spoken = event["channel"] in ("phone", "desk", "voicemail")
        # At night nobody sits at the desk: a call is a message until the colleague on call rings back.
        open_now = self.book.calendar("concierge").is_open(self.clock.now())
        channel = "voicemail" if event["channel"] == "phone" and not open_now else event["channel"]
        wanted = data.get("promise_at") or data.get("arrival") or (
            data["wanted"] if isinstance(data.get("wanted"), str) else None
        )  # fmt: skip
        slot = data.get("slot")
        new = NewRequest(
            data["type"],
            requester_id=known if spoken and known is not None else None,
            requester_name="" if known is not None or not spoken else client.get("first_name", ""),
            requester_phone="" if known is not None or not spoken else client.get("phone", ""),
            beneficiary_name=guest.get("first_name", ""),
            payer_organisation_id=self.companies[company] if company else None,
            wanted_from=at(slot[0]) if slot else at(wanted) if wanted else None,
            wanted_to=at(slot[1]) if slot else None,
            priority=data.get("priority", ""),
            language=guest.get("language", "") or client.get("language", ""),
            channel=channel,
            holder_id=self.agents[data["assign_to"]].id if "assign_to" in data else None,
        )
        actor = {"voicemail": "FAR"}.get(channel, "INE")
        number = self.act(actor, requests.capture, self.book, new)
        self.requests[refs[0]] = number
        live = spoken and channel != "voicemail"
        if live and self.book.catalogue.get(data["type"]).asks_danger:
            self.act(actor, requests.answer_danger, self.book, number, danger=False)
        if data["type"] == "locksmith_repair":
            self.act(
                "FAR", keys.declare_lost, key_house(), self.sets["K-204"], reason="perdue en ville",
                request_id=number,
            )  # fmt: skip

    def on_first_response(self, event: dict[str, Any], _data: dict[str, Any], refs: list[str]) -> None:
        number = self.requests[refs[0]]
        card = self.card(refs[0])
        if self.book.catalogue.get(card.type_code).asks_danger:
            self.act(event["actor"], requests.answer_danger, self.book, number, danger=False)
        kind = "call" if event["channel"] == "phone" else "message"
        self.act(event["actor"], requests.note, self.book, number, "Premier retour fait.", kind=kind)

    def on_note_attempt(self, event: dict[str, Any], data: dict[str, Any], refs: list[str]) -> None:
        try:
            self.act(event["actor"], requests.note, self.book, self.requests[refs[0]], data["typed"])
        except RuleRefused as refusal:
            self.refused[refs[0]] = refusal

    def on_provider_reply(self, event: dict[str, Any], data: dict[str, Any], refs: list[str]) -> None:
        number = self.requests[refs[0]]
        if "new_arrival" in data:
            self.act("INE", requests.correct, self.book, number, wanted_from=at(data["new_arrival"]))
        else:
            self.settle(refs[0], "INE", confirm=True)

    def on_confirm(self, event: dict[str, Any], _data: dict[str, Any], refs: list[str]) -> None:
        self.settle(refs[0], event["actor"] if event["actor"] in self.agents else "INE", confirm=True)

    def on_done(self, event: dict[str, Any], _data: dict[str, Any], refs: list[str]) -> None:
        self.settle(refs[0], event["actor"] if event["actor"] in self.agents else "INE")

    def on_complaint(self, _event: dict[str, Any], _data: dict[str, Any], refs: list[str]) -> None:
        self.act("INE", requests.reopen, self.book, self.requests[refs[0]], reason="un fromage manque")

    def on_quote_sent(self, event: dict[str, Any], _data: dict[str, Any], refs: list[str]) -> None:
        number = self.requests[refs[0]]
        self.act(event["actor"], requests.claim, self.book, number)
        self.act(event["actor"], requests.wait_client, self.book, number, whom="AC-01")

    def on_client_reply(self, _event: dict[str, Any], _data: dict[str, Any], refs: list[str]) -> None:
        self.act("CLE", requests.resume, self.book, self.requests[refs[0]])

    def on_provider_cancel(self, _event: dict[str, Any], _data: dict[str, Any], refs: list[str]) -> None:
        self.act("INE", requests.weather_cancelled, self.book, self.requests[refs[0]])

    def on_key_out(self, event: dict[str, Any], data: dict[str, Any], refs: list[str]) -> None:
        tag = next(one for one in event["refs"] if one.startswith("K-"))
        identity = Identity.PASSPORT if "passport" in data["identity_check"] else Identity.IDENTITY_CARD
        order = HandOver(
            self.sets[tag], HolderKind.GUEST, at(data["due_back"]), data["pieces"], holder_name="Annika",
            identity=identity, request_id=self.requests[refs[0]], authorisation="Karim, par téléphone",
            deposit_cents=data.get("deposit_cents", 0), deposit_form="card" if data.get("deposit_cents") else "",
        )  # fmt: skip
        self.act(event["actor"], keys.hand_over, self.book, key_house(), order)
        self.settle(refs[0], event["actor"])

    def on_key_in(self, event: dict[str, Any], data: dict[str, Any], _refs: list[str]) -> None:
        order = TakeBack(self.sets[event["refs"][0]], data["pieces"])
        self.act(event["actor"], keys.take_back, self.book, key_house(), order)

    def on_promise_made(self, event: dict[str, Any], data: dict[str, Any], _refs: list[str]) -> None:
        self.act(
            event["actor"], handover.log, self.book, f"{data['to']} : rappel promis", kind="promise",
            due_at=at(data["due"]), owner_id=self.agents[data["owner"]].id,
        )  # fmt: skip
        newest = max(self.desk.ask(handover_queries.open_promises), key=lambda one: one.id)
        self.promises[event["refs"][0]] = newest.id

    def on_promise_kept(self, event: dict[str, Any], _data: dict[str, Any], _refs: list[str]) -> None:
        self.act(event["actor"], handover.keep_promise, self.promises[event["refs"][0]])

    def on_handover_signed(self, event: dict[str, Any], data: dict[str, Any], _refs: list[str]) -> None:
        number = self.act(data["from"], handover.draft, self.book, self.house)
        self.act(data["from"], handover.sign, number, to_id=self.agents[data["to"]].id)
        self.handovers[event["refs"][0]] = number

    def on_handover_accepted(self, event: dict[str, Any], data: dict[str, Any], _refs: list[str]) -> None:
        number = self.handovers[event["refs"][0]]
        self.act(event["actor"], handover.read, number)
        for line in self.desk.ask(handover_queries.handover_card, number).lines:
            self.act(event["actor"], handover.acknowledge, line.id)
        synthesis = "\n".join(data["synthesis"].split(", "))
        self.accepted[event["refs"][0]] = self.act(
            event["actor"], handover.accept, self.book, number, synthesis=synthesis
        )

    def on_survey_batch(self, _event: dict[str, Any], data: dict[str, Any], _refs: list[str]) -> None:
        for ref, score in data["ratings"].items():
            self.act("HEL", record_score, score, request_id=self.requests[ref], heard=False)

    # --- what must hold ---

    def value(self, ref: str, name: str) -> object:
        """What the desk says about a field of the scenario; ``UNKNOWN`` for fields of rooms not replayed here."""
        if ref in self.requests:
            return self._of_request(ref, name)
        if ref in self.promises and name in ("status", "kept", "owner"):
            open_ones = {one.id: one for one in self.desk.ask(handover_queries.open_promises)}
            one = open_ones.get(self.promises[ref])
            if name == "status":
                return "open" if one is not None else "ended"
            if name == "owner":
                codes = {actor.name: code for code, actor in self.agents.items()}
                return codes[one.owner] if one is not None else UNKNOWN
            return UNKNOWN
        if ref in self.handovers:
            card = self.desk.ask(handover_queries.handover_card, self.handovers[ref])
            if name == "status":
                return card.row.state
            if name == "sections_empty_shown":
                return len(card.sections) == 11
            if name == "accepted_on_time":
                return self.accepted[ref]
        if (ref, name) == ("alert", "kind") and "H-TH-1" in self.accepted:
            now = self.clock.now()
            lines = self.desk.ask(handover_queries.log_lines, since=now, limit=3)
            return "late_handover" if any(line.kind == "incident" for line in lines) else UNKNOWN
        return UNKNOWN

    def _of_request(self, ref: str, name: str) -> object:
        card = self.card(ref)
        simple: dict[str, object] = {
            "status": card.state,
            "priority": card.priority,
            "language": card.language,
            "due_at": card.due_at,
            "promise_at": card.promise_at,
            "first_response_due_at": card.response_due_at,
            "reopen_count": card.reopens,
            "first_resolution_kept": card.first_resolved_at is not None,
            "clock": "paused" if card.state == "waiting_client" else "running",
        }
        if name in simple:
            return simple[name]
        if name == "note":
            return " ".join(note.text for note in card.notes)
        if name == "note_warning":
            return "health_words" if ref in self.refused else ""
        facts = {fact.id: fact for fact in self.desk.ask(request_facts, self.scope())}
        fact = facts[self.requests[ref]]
        if name == "first_response_minutes":
            return fact.response_minutes
        if name == "first_response_met":
            return fact.response_breached_at is None
        if name == "resolution_minutes":
            return fact.resolution_minutes
        if name == "resolution_met":
            return fact.breached_at is None and fact.overdue_at is None
        if name == "resolution_basis":
            confirmed = [line.at for line in card.lines if line.act == "request.confirm"]
            return "confirmed_at" if card.first_resolved_at in confirmed else "done_at"
        return UNKNOWN

    def scope(self) -> Scope:
        return Scope(self.book, week_period(date(2027, 3, 22), PARIS), self.clock.now())


def holds(got: object, op: str, wanted: object) -> bool:
    if isinstance(got, datetime) and isinstance(wanted, str):
        wanted = at(wanted)
    if isinstance(got, float) and isinstance(wanted, (int, float)):
        got = round(got, 2)
    checks: dict[str, Callable[[], bool]] = {
        "eq": lambda: got == wanted,
        "ne": lambda: got != wanted,
        "in": lambda: isinstance(wanted, list) and got in wanted,
        "contains": lambda: str(wanted) in str(got),
        "not_contains": lambda: str(wanted) not in str(got),
        "ge": lambda: isinstance(got, (int, float)) and isinstance(wanted, (int, float)) and got >= wanted,
        "le": lambda: isinstance(got, (int, float)) and isinstance(wanted, (int, float)) and got <= wanted,
        "absent": lambda: got in (None, ""),
    }
    return checks[op]()

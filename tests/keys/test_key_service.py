"""Keys through the service, on both databases: out, back, late, lost, counted; nothing lost on bad input."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import (
    Conflict,
    DeskError,
    InvalidInput,
    NotAllowed,
    NotFound,
    RuleRefused,
    Unavailable,
)
from conciergedesk.core.journal import lines_about
from conciergedesk.core.paths import knowledge_base
from conciergedesk.customers import service as customers
from conciergedesk.keys import service as keys
from conciergedesk.keys.cards import DueKind, SetCard
from conciergedesk.keys.clashes import Clash
from conciergedesk.keys.codes import Verdict
from conciergedesk.keys.custody import Holder, HolderKind, Identity, KeyState, MovementKind, Proof
from conciergedesk.keys.figures import (
    key_figures,
    last_count,
    mandates_ending,
    open_count,
    seen_in_count,
    unused_sets,
)
from conciergedesk.keys.house import KeyHouse, key_house
from conciergedesk.keys.lines import chain_breaks
from conciergedesk.keys.outings import propose_outing
from conciergedesk.keys.queries import due_keys, find_tag, set_card, set_rows
from conciergedesk.keys.rules import IncidentKind, Rung
from conciergedesk.keys.service import HandOver, NewSet, Registered, TakeBack
from conciergedesk.requests import service as requests
from conciergedesk.requests.queries import request_card
from conciergedesk.requests.rulebook import Rulebook, load_rulebook
from conciergedesk.requests.service import NewRequest
from tests.conftest import KEY, PARIS


@lru_cache
def _book() -> Rulebook:
    return load_rulebook(knowledge_base())


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=PARIS)


class Cabinet:
    """A small cabinet with one owner, two sets of one house, and a guest with an open request."""

    def __init__(self, desk: Desk, actor: Actor) -> None:
        self.desk, self.actor = desk, actor
        self.book, self.house = _book(), key_house()
        self.owner = desk.act(
            actor,
            customers.add_person,
            first_name="Karim",
            last_name="Belkacem",
            kind="owner",
            phones=["06 39 98 17 02"],
        )
        self.guest = desk.act(
            actor, customers.add_person, first_name="Annika", language="de", phones=["+49 221 4710 123"]
        )
        self.lodging = desk.act(
            actor, customers.add_lodging, code="P-11", name="Les Tilleuls", address="3 rue Haute"
        )
        self.hooks = [desk.act(actor, keys.add_place, "hook", str(n)) for n in (12, 13)]
        self.safe = desk.act(actor, keys.add_place, "safe", "1")
        self.first = self.register(204, self.hooks[0])
        self.spare = self.register(205, self.hooks[1])

    def register(self, number: int, place: int, **more: object) -> Registered:
        new = NewSet(
            pieces=[("door", 1), ("building", 1), ("badge", 1)],
            owner_id=self.owner,
            place_id=place,
            mandate_ref="M-88",
            mandate_since=date(2027, 1, 1),
            mandate_until=date(2027, 12, 31),
            lodging_id=self.lodging,
            identity=Identity.IDENTITY_CARD,
            number=number,
        )
        return self.desk.act(self.actor, keys.register_set, replace(new, **more))  # type: ignore[arg-type]

    def request(self, kind: str = "key_handover_out", tag: str = "204-3") -> int:
        return self.desk.act(
            self.actor,
            requests.capture,
            self.book,
            NewRequest(
                kind,
                requester_id=self.owner,
                beneficiary_id=self.guest,
                lodging_id=self.lodging,
                wanted_from=at(24, 19, 0),
                fields={"key_tag": tag, "authorised_by": "Karim, 22/03"}
                if kind == "key_handover_out"
                else {},
                channel="phone",
            ),
        )

    def order(self, **more: object) -> HandOver:
        base = HandOver(
            self.first.id,
            HolderKind.GUEST,
            due_at=at(28, 11),
            counted=3,
            holder_id=self.guest,
            identity=Identity.PASSPORT,
            proof=Proof.SIGNATURE,
            proof_ref="Annika",
        )
        return replace(base, **more)  # type: ignore[arg-type]

    def hand_over(self, **more: object) -> keys.HandedOver:
        if "request_id" not in more:
            more["request_id"] = self.request()
        return self.desk.act(self.actor, keys.hand_over, self.book, self.house, self.order(**more))

    def take_back(self, counted: int = 3, **more: object) -> keys.TakenBack:
        order = TakeBack(self.first.id, counted, **more)  # type: ignore[arg-type]
        return self.desk.act(self.actor, keys.take_back, self.book, self.house, order)

    def card(self, set_id: int | None = None) -> SetCard:
        now = self.desk.clock.now()
        return self.desk.ask(set_card, set_id or self.first.id, now, self.house.ladder, PARIS)


@pytest.fixture
def cabinet(desk: Desk, ines: Actor) -> Cabinet:
    return Cabinet(desk, ines)


@pytest.fixture
def house() -> KeyHouse:
    return key_house()


def test_a_registered_set_has_a_neutral_tag_a_mandate_and_a_first_line(cabinet: Cabinet) -> None:
    card = cabinet.card()
    assert (card.row.tag, card.row.state) == ("204-3", KeyState.IN)
    assert card.owner == "Karim Belkacem" and card.mandate_until == date(2027, 12, 31)
    assert [line.movement.kind for line in card.lines] == [MovementKind.DEPOSIT_IN]
    assert card.breaks == 0
    assert [spare.tag for spare in card.spares] == ["205-6"]


def test_numbers_follow_one_another_when_none_is_given(cabinet: Cabinet) -> None:
    assert cabinet.register(0, cabinet.safe).tag == "206-2"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"pieces": []}, InvalidInput),
        ({"pieces": [("sword", 1)]}, InvalidInput),
        ({"pieces": [("door", 0)]}, InvalidInput),
        ({"mandate_ref": " "}, InvalidInput),
        ({"mandate_until": date(2026, 1, 1)}, InvalidInput),
        ({"identity": Identity.NONE}, InvalidInput),
        ({"number": 204}, InvalidInput),
        ({"owner_id": 9999}, NotFound),
        ({"place_id": 9999}, InvalidInput),
    ],
)
def test_a_set_that_lacks_something_is_not_registered(
    cabinet: Cabinet, change: dict[str, object], error: type[DeskError]
) -> None:
    with pytest.raises(error):
        cabinet.register(**({"number": 300, "place": cabinet.safe} | change))  # type: ignore[arg-type]
    assert len(cabinet.desk.ask(set_rows, cabinet.desk.clock.now(), cabinet.house.ladder, PARIS)) == 2


def test_a_set_goes_out_with_proof_and_its_request_is_done(cabinet: Cabinet) -> None:
    request = cabinet.request()
    done = cabinet.hand_over(request_id=request, deposit_cents=10_000, deposit_form="card")
    assert done.request_done
    card = cabinet.card()
    assert card.row.state is KeyState.OUT
    assert card.row.position.holder == Holder(HolderKind.GUEST, cabinet.guest, "Annika")
    assert (card.holder_phone, card.holder_language) == ("+49 221 4710123", "de")
    assert card.row.identity is Identity.PASSPORT
    assert "Schlüsselbund 204-3" in done.receipt and "Sonntag, 28. März, 11:00" in done.receipt
    assert done.owner_text.startswith("Bonjour Karim")
    found = cabinet.desk.ask(request_card, request)
    assert found.state == "done"
    assert {step.code for step in found.steps if step.done} >= {
        "set_complete",
        "authorised",
        "identity_seen",
        "receipt",
    }


def test_a_late_return_is_accepted_and_measured(cabinet: Cabinet, clock: FixedClock) -> None:
    cabinet.hand_over(deposit_cents=10_000)
    clock.move_to(at(28, 13, 20))
    back = cabinet.take_back()
    assert (back.minutes_late, back.missing, back.incident_id) == (140, 0, None)
    card = cabinet.card()
    assert card.row.state is KeyState.IN and card.row.position.holder.name == "12"
    assert card.lines[0].minutes_late == 140 and card.lines[0].deposit_released
    assert card.breaks == 0
    assert cabinet.desk.ask(chain_breaks) == []


def test_a_missing_piece_needs_a_second_person_freezes_and_opens_the_list(cabinet: Cabinet) -> None:
    cabinet.hand_over()
    with pytest.raises(RuleRefused, match="deuxième personne"):
        cabinet.take_back(counted=2)
    assert cabinet.card().row.state is KeyState.OUT
    back = cabinet.take_back(counted=2, witness="Maëlle")
    assert back.missing == 1 and "2 von" not in back.receipt and "1 von 3" in back.receipt
    card = cabinet.card()
    assert card.row.position.frozen and card.row.has_incident
    assert card.lines[0].witness == "Maëlle" and card.lines[0].movement.proof is Proof.WITNESS
    assert card.incidents[0].kind == IncidentKind.PIECE_MISSING
    with pytest.raises(RuleRefused, match="gelée"):
        cabinet.hand_over()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"request_id": None}, "demande ouverte"),
        ({"identity": Identity.NONE}, "pièce d’identité"),
        ({"identity": Identity.CODE}, "Vérifiez d’abord le code"),
        ({"counted": None}, "Comptez les pièces"),
        ({"counted": 2}, "attendues 3, comptées 2"),
        ({"due_at": None}, "quand la clé revient"),
        ({"due_at": at(24, 18, 0)}, "dans le futur"),
        ({"holder_id": None, "holder_name": " "}, "qui prend la clé"),
        ({"holder_id": 9999}, "pas connue du poste"),
        ({"to": HolderKind.PLACE}, "qui prend la clé"),
        ({"to": HolderKind.PROVIDER, "holder_name": "Clé-Juste", "holder_id": None}, "le jour même"),
    ],
)
def test_a_handover_that_lacks_something_is_refused_and_nothing_is_written(
    cabinet: Cabinet, change: dict[str, object], sentence: str
) -> None:
    values: dict[str, object] = {"request_id": cabinet.request()} | change
    with pytest.raises(DeskError, match=sentence):
        cabinet.hand_over(**values)
    card = cabinet.card()
    assert card.row.state is KeyState.IN and card.line_count == 1


def test_a_provider_takes_a_key_for_an_order_and_until_the_same_day(cabinet: Cabinet) -> None:
    order = cabinet.request("cleaning_linen")
    cabinet.hand_over(
        to=HolderKind.PROVIDER, holder_id=None, holder_name="Lilas, ménage", due_at=at(24, 20), request_id=order,
        identity=Identity.NONE,
    )  # fmt: skip
    card = cabinet.card()
    assert card.row.position.holder == Holder(HolderKind.PROVIDER, None, "Lilas, ménage")


def test_an_expired_mandate_keeps_the_key_here(cabinet: Cabinet, clock: FixedClock) -> None:
    cabinet.desk.act(
        cabinet.actor,
        keys.renew_mandate,
        cabinet.first.id,
        ref="M-89",
        since=date(2027, 1, 1),
        until=date(2027, 3, 23),
    )
    with pytest.raises(RuleRefused, match="mandat"):
        cabinet.hand_over()
    today = clock.now().astimezone(PARIS).date()
    assert [tag for _id, tag, _until in cabinet.desk.ask(mandates_ending, today)] == ["204-3"]
    due = cabinet.desk.ask(due_keys, clock.now(), cabinet.house.ladder, PARIS)
    assert [(one.kind, one.due_at) for one in due] == [(DueKind.MANDATE, at(24, 0))]


def test_a_set_that_is_in_cannot_come_back(cabinet: Cabinet) -> None:
    with pytest.raises(RuleRefused, match="n’est pas sortie"):
        cabinet.take_back()
    assert cabinet.card().line_count == 1


def test_more_pieces_than_the_set_has_are_refused(cabinet: Cabinet) -> None:
    cabinet.hand_over()
    with pytest.raises(InvalidInput, match="3 au plus"):
        cabinet.take_back(counted=4)


@pytest.mark.parametrize(
    ("typed", "error"),
    [("204-7", InvalidInput), ("999-7", DeskError), ("abc", InvalidInput), ("300-0", DeskError)],
)
def test_an_unknown_tag_is_refused(cabinet: Cabinet, typed: str, error: type[DeskError]) -> None:
    assert cabinet.desk.ask(find_tag, "2043") == cabinet.first.id
    with pytest.raises(error):
        cabinet.desk.ask(find_tag, typed)


def test_an_unknown_tag_with_a_right_check_digit_is_not_found(cabinet: Cabinet) -> None:
    with pytest.raises(NotFound, match="117-0"):
        cabinet.desk.ask(find_tag, "117-0")


def test_the_second_desk_is_told_who_moved_the_key(cabinet: Cabinet, maelle: Actor) -> None:
    request = cabinet.request()
    cabinet.desk.act(maelle, keys.carry, cabinet.first.id, place_id=cabinet.safe)
    with pytest.raises(Conflict, match="Maëlle"):
        cabinet.hand_over(request_id=request, seen=1)
    assert cabinet.card().line_count == 2


def test_the_right_code_is_a_proof_and_works_once(cabinet: Cabinet) -> None:
    made = cabinet.desk.act(
        cabinet.actor,
        keys.make_code,
        cabinet.house,
        cabinet.first.id,
        secret=KEY,
        client="Annika",
        language="de",
    )
    assert made.code[:3] in made.text and "Abholcode" in made.text
    check = cabinet.desk.act(
        cabinet.actor, keys.check_code, cabinet.first.id, f" {made.code[:3]} {made.code[3:]}", secret=KEY
    )
    assert check.ok and check.code_id is not None
    cabinet.hand_over(identity=Identity.NONE, code_id=check.code_id, proof=Proof.NONE)
    row = cabinet.card().row
    assert (row.identity, row.proof) == (Identity.CODE, Proof.CODE)
    with pytest.raises(NotFound):
        cabinet.desk.act(cabinet.actor, keys.check_code, cabinet.first.id, made.code, secret=KEY)


def test_five_wrong_codes_block_it_and_each_try_is_kept(cabinet: Cabinet) -> None:
    made = cabinet.desk.act(cabinet.actor, keys.make_code, cabinet.house, cabinet.first.id, secret=KEY)
    wrong = f"{(int(made.code) + 1) % 1_000_000:06d}"
    seen = [
        cabinet.desk.act(cabinet.actor, keys.check_code, cabinet.first.id, wrong, secret=KEY)
        for _ in range(5)
    ]
    assert [check.tries_left for check in seen] == [4, 3, 2, 1, 0]
    assert seen[-1].verdict is Verdict.BLOCKED
    right = cabinet.desk.act(cabinet.actor, keys.check_code, cabinet.first.id, made.code, secret=KEY)
    assert right.verdict is Verdict.BLOCKED and right.code_id is None
    tried = [
        one
        for one in cabinet.desk.ask(lines_about, "key_set", cabinet.first.id)
        if one.act == "key.code_tried"
    ]
    assert len(tried) == 6
    assert all(made.code not in str(one.facts) for one in tried)


def test_a_code_has_its_window(cabinet: Cabinet, clock: FixedClock) -> None:
    made = cabinet.desk.act(
        cabinet.actor,
        keys.make_code,
        cabinet.house,
        cabinet.first.id,
        secret=KEY,
        since=at(24, 22),
        until=at(25, 9),
    )
    early = cabinet.desk.act(cabinet.actor, keys.check_code, cabinet.first.id, made.code, secret=KEY)
    assert early.verdict is Verdict.TOO_EARLY
    clock.move_to(at(25, 9))
    late = cabinet.desk.act(cabinet.actor, keys.check_code, cabinet.first.id, made.code, secret=KEY)
    assert late.verdict is Verdict.EXPIRED


def test_a_code_matched_by_another_person_or_long_ago_does_not_count(
    cabinet: Cabinet, clock: FixedClock, maelle: Actor
) -> None:
    made = cabinet.desk.act(cabinet.actor, keys.make_code, cabinet.house, cabinet.first.id, secret=KEY)
    check = cabinet.desk.act(maelle, keys.check_code, cabinet.first.id, made.code, secret=KEY)
    with pytest.raises(RuleRefused, match="ne vaut plus"):
        cabinet.hand_over(identity=Identity.NONE, code_id=check.code_id)
    check = cabinet.desk.act(cabinet.actor, keys.check_code, cabinet.first.id, made.code, secret=KEY)
    clock.advance(timedelta(minutes=31))
    with pytest.raises(RuleRefused, match="ne vaut plus"):
        cabinet.hand_over(identity=Identity.NONE, code_id=check.code_id)


def test_no_code_stands_readable_in_the_database(cabinet: Cabinet) -> None:
    made = cabinet.desk.act(cabinet.actor, keys.make_code, cabinet.house, cabinet.first.id, secret=KEY)
    cabinet.desk.act(cabinet.actor, keys.put_under_seal, cabinet.first.id, "A 7391 #", secret=KEY)
    with cabinet.desk.engine.connect() as connection:
        for table in ("key_code", "key_seal", "journal", "journal_row"):
            for row in connection.execute(text(f"SELECT * FROM {table}")):
                # Digests and salts hold any four digits sooner or later.
                readable = re.sub(r"\b[0-9a-f]{16,}\b", "", str(row))
                assert "7391" not in readable and made.code not in readable


def test_a_seal_opens_with_right_and_reason_and_is_on_record(
    cabinet: Cabinet, helene: Actor, clock: FixedClock
) -> None:
    seal = cabinet.desk.act(cabinet.actor, keys.put_under_seal, cabinet.first.id, "A 7391 #", secret=KEY)
    with pytest.raises(InvalidInput, match="pourquoi"):
        cabinet.desk.act(cabinet.actor, keys.open_seal, seal, reason="  ", secret=KEY)
    coach = replace(cabinet.actor, rights=cabinet.actor.rights - {"open_seals"})
    with pytest.raises(NotAllowed):
        cabinet.desk.act(coach, keys.open_seal, seal, reason="alarm rings", secret=KEY)
    with pytest.raises(Unavailable):
        cabinet.desk.act(cabinet.actor, keys.open_seal, seal, reason="alarm rings", secret=b"another key" * 3)
    assert cabinet.card().line_count == 1
    assert (
        cabinet.desk.act(cabinet.actor, keys.open_seal, seal, reason="alarm rings", secret=KEY) == "A 7391 #"
    )
    card = cabinet.card()
    assert (
        card.lines[0].movement.kind is MovementKind.SEAL_OPENED
        and card.lines[0].movement.reason == "alarm rings"
    )
    assert card.seals[0].exposed_at == clock.now() and card.breaks == 0
    cabinet.desk.act(cabinet.actor, keys.put_under_seal, cabinet.first.id, "B 1111", secret=KEY)
    assert cabinet.card().seals[0].exposed_at is None
    figures = cabinet.desk.ask(key_figures, at(24, 0), at(25, 0), cabinet.house.ladder)
    assert (figures.seals_opened, figures.seals_without_reason) == (1, 0)


def test_a_seal_for_two_needs_a_second_person(cabinet: Cabinet, maelle: Actor) -> None:
    seal = cabinet.desk.act(
        cabinet.actor, keys.put_under_seal, cabinet.first.id, "A 7391", secret=KEY, needs_second=True
    )
    with pytest.raises(RuleRefused, match="deux"):
        cabinet.desk.act(
            cabinet.actor, keys.open_seal, seal, reason="alarm", secret=KEY, second_id=cabinet.actor.id
        )
    clear = cabinet.desk.act(
        cabinet.actor, keys.open_seal, seal, reason="alarm", secret=KEY, second_id=maelle.id
    )
    assert clear == "A 7391" and cabinet.card().lines[0].witness == "Maëlle"


def test_who_is_late_with_one_key_gets_no_other_unless_a_supervisor_says_why(
    cabinet: Cabinet, clock: FixedClock, helene: Actor
) -> None:
    cabinet.hand_over(due_at=at(24, 20))
    clock.move_to(at(24, 20, 1))
    request = cabinet.request(tag="205-6")
    second = {"set_id": cabinet.spare.id, "request_id": request}
    with pytest.raises(RuleRefused, match="Annika a une autre clé en retard"):
        cabinet.hand_over(**second)
    with pytest.raises(NotAllowed):
        cabinet.hand_over(**second, late_reason="train stuck")
    order = cabinet.order(**second, late_reason="train stuck, owner agrees")
    cabinet.desk.act(helene, keys.hand_over, cabinet.book, cabinet.house, order)
    assert cabinet.card(cabinet.spare.id).lines[0].movement.reason == "train stuck, owner agrees"


def test_a_reservation_tells_its_conflicts_and_offers_the_spare(cabinet: Cabinet) -> None:
    first = cabinet.desk.act(
        cabinet.actor, keys.reserve, cabinet.first.id, at(25, 15), at(28, 11), holder_id=cabinet.guest
    )
    assert first.id is not None and first.conflicts == ()
    assert cabinet.card().row.state is KeyState.READY
    second = cabinet.desk.act(
        cabinet.actor, keys.reserve, cabinet.first.id, at(27, 15), at(29, 11), holder_name="Jonas"
    )
    assert second.id is None
    assert [(one.clash, one.who) for one in second.conflicts] == [(Clash.RESERVED, "Annika")]
    assert second.spares == ((cabinet.spare.id, "205-6"),)
    despite = cabinet.desk.act(
        cabinet.actor,
        keys.reserve,
        cabinet.first.id,
        at(27, 15),
        at(29, 11),
        holder_name="Jonas",
        despite=True,
    )
    assert despite.id is not None
    with pytest.raises(RuleRefused, match="réservée pour Jonas"):
        cabinet.hand_over(reservation_id=first.id)


def test_the_holder_is_proposed_by_the_stay(cabinet: Cabinet) -> None:
    request = cabinet.request()
    found = cabinet.desk.ask(propose_outing, cabinet.first.id)
    assert (found.holder, found.request_id, found.language, found.expected) == ("Annika", request, "de", 3)
    made = cabinet.desk.act(
        cabinet.actor,
        keys.reserve,
        cabinet.first.id,
        at(24, 19),
        at(27, 10),
        holder_name="Jonas",
        request_id=request,
    )
    found = cabinet.desk.ask(propose_outing, cabinet.first.id)
    assert (found.holder, found.due_at, found.reservation_id) == ("Jonas", at(27, 10), made.id)


def test_the_late_holder_is_chased_in_their_language_and_counted(cabinet: Cabinet, clock: FixedClock) -> None:
    cabinet.hand_over(due_at=at(24, 20))
    with pytest.raises(RuleRefused, match="pas en retard"):
        cabinet.desk.act(cabinet.actor, keys.chase_holder, cabinet.house, cabinet.first.id)
    clock.move_to(at(24, 20, 30))
    first = cabinet.desk.act(cabinet.actor, keys.chase_holder, cabinet.house, cabinet.first.id)
    assert (first.number, first.rung, first.language, first.owner_text) == (1, Rung.AMBER, "de", "")
    assert "fällig" in first.text
    clock.move_to(at(24, 22, 0))
    second = cabinet.desk.act(
        cabinet.actor, keys.chase_holder, cabinet.house, cabinet.first.id, channel="call"
    )
    assert (second.number, second.rung) == (2, Rung.RED)
    assert "Bonjour Karim" in second.owner_text and "204-3" in second.owner_text
    assert len(cabinet.card().chases) == 2
    clock.move_to(at(25, 20))
    assert cabinet.card().row.rung is Rung.TREAT_AS_LOST
    cabinet.desk.act(cabinet.actor, keys.holder_answered, cabinet.first.id, "hat sie im Auto", has_it=True)
    assert cabinet.card().row.rung is Rung.RED


def test_what_is_due_is_listed_with_its_rung(cabinet: Cabinet, clock: FixedClock) -> None:
    request = cabinet.request()
    cabinet.hand_over(due_at=at(24, 20), request_id=request)
    cabinet.desk.act(
        cabinet.actor, keys.reserve, cabinet.spare.id, at(24, 19), at(28, 9), holder_name="Jonas"
    )
    clock.move_to(at(24, 20, 30))
    due = cabinet.desk.ask(due_keys, clock.now(), cabinet.house.ladder, PARIS)
    assert [(one.kind, one.tag, one.holder, one.rung) for one in due] == [
        (DueKind.HANDOVER, "205-6", "Jonas", Rung.ON_TIME),
        (DueKind.RETURN, "204-3", "Annika", Rung.AMBER),
    ]
    assert due[1].request_id == request


def test_the_lost_key_procedure_freezes_lists_and_ends(cabinet: Cabinet, clock: FixedClock) -> None:
    cabinet.hand_over()
    incident_id = cabinet.desk.act(
        cabinet.actor, keys.declare_lost, cabinet.house, cabinet.first.id, reason="lost in the park"
    )
    card = cabinet.card()
    assert card.row.state is KeyState.LOST and card.row.position.frozen
    [incident] = card.incidents
    assert incident.holder == "Annika" and incident.id == incident_id
    assert [step.code for step in incident.steps][:4] == ["freeze", "last_holder", "search", "owner_told"]
    assert incident.steps[0].state == "done"
    told = next(step for step in incident.steps if step.code == "owner_told")
    assert told.due_at == clock.now() + timedelta(minutes=30)
    due = cabinet.desk.ask(due_keys, clock.now(), cabinet.house.ladder, PARIS)
    assert [(one.kind, one.step) for one in due] == [(DueKind.INCIDENT, "last_holder")]
    assert "lock_change" not in [step.code for step in incident.steps]
    cabinet.desk.act(cabinet.actor, keys.judge_risk, cabinet.house, incident_id, "high")
    assert "lock_change" in [step.code for step in cabinet.card().incidents[0].steps]
    with pytest.raises(RuleRefused, match="encore ouvertes : 7"):
        cabinet.desk.act(
            cabinet.actor, keys.close_incident, incident_id, cause="pocket", measure="tag on a cord"
        )
    for step in cabinet.card().incidents[0].open_steps:
        if step.code == "badges_off":
            cabinet.desk.act(cabinet.actor, keys.skip_step, step.id, reason="no badge on it")
        elif step.code != "cause":
            cabinet.desk.act(cabinet.actor, keys.do_step, step.id, note="done")
    cabinet.desk.act(cabinet.actor, keys.close_incident, incident_id, cause="pocket", measure="tag on a cord")
    assert not cabinet.card().row.has_incident and cabinet.card().row.position.frozen


def test_a_set_found_again_waits_for_its_owner(cabinet: Cabinet) -> None:
    incident = cabinet.desk.act(
        cabinet.actor, keys.declare_lost, cabinet.house, cabinet.first.id, reason="not there"
    )
    cabinet.desk.act(cabinet.actor, keys.found_again, cabinet.first.id, counted=3, place_id=cabinet.safe)
    assert cabinet.card().row.state is KeyState.IN and cabinet.card().row.position.frozen
    with pytest.raises(RuleRefused, match="incident"):
        cabinet.desk.act(
            cabinet.actor, keys.owner_decides, cabinet.first.id, decision="Karim, 19:10: back in use"
        )
    for step in cabinet.card().incidents[0].open_steps:
        cabinet.desk.act(cabinet.actor, keys.do_step, step.id)
    cabinet.desk.act(cabinet.actor, keys.close_incident, incident, cause="wrong hook", measure="count twice")
    cabinet.desk.act(
        cabinet.actor, keys.owner_decides, cabinet.first.id, decision="Karim, 19:10: back in use"
    )
    assert not cabinet.card().row.position.frozen
    cabinet.hand_over()
    assert cabinet.desk.ask(chain_breaks) == []


def test_a_count_tells_the_differences_at_the_end(cabinet: Cabinet, clock: FixedClock) -> None:
    third = cabinet.register(117, cabinet.safe)
    cabinet.hand_over()
    count = cabinet.desk.act(cabinet.actor, keys.start_count)
    assert cabinet.desk.act(cabinet.actor, keys.start_count) == count
    cabinet.desk.act(cabinet.actor, keys.count_set, count, cabinet.spare.id, 2)
    cabinet.desk.act(cabinet.actor, keys.count_set, count, cabinet.first.id)
    assert cabinet.desk.ask(seen_in_count, count) == {cabinet.spare.id: 2, cabinet.first.id: 3}
    with pytest.raises(InvalidInput):
        cabinet.desk.act(cabinet.actor, keys.count_set, count, third.id, 9)
    result = cabinet.desk.act(cabinet.actor, keys.finish_count, count)
    assert result.differences == (
        ("204-3", "unexpected", 3, 3),
        ("205-6", "incomplete", 2, 3),
        ("117-0", "absent", 0, 3),
    )
    assert (result.expected, result.counted) == (2, 2)
    assert cabinet.card(third.id).row.state is KeyState.MISSING
    assert cabinet.desk.ask(last_count) == result and cabinet.desk.ask(open_count) is None
    with pytest.raises(RuleRefused, match="terminé"):
        cabinet.desk.act(cabinet.actor, keys.count_set, count, third.id)
    again = cabinet.desk.act(cabinet.actor, keys.start_count, "weekly")
    for one in (cabinet.spare.id, third.id):
        cabinet.desk.act(cabinet.actor, keys.count_set, again, one)
    result = cabinet.desk.act(cabinet.actor, keys.finish_count, again)
    assert [kind for _tag, kind, _c, _e in result.differences] == ["seen_again"]
    assert cabinet.card(third.id).row.state is KeyState.IN
    assert cabinet.desk.ask(chain_breaks) == []


def test_a_wrong_line_is_followed_by_a_correction(cabinet: Cabinet) -> None:
    cabinet.hand_over()
    truth = Holder(HolderKind.PLACE, cabinet.hooks[0])
    with pytest.raises(InvalidInput):
        cabinet.desk.act(cabinet.actor, keys.correct_line, cabinet.first.id, 2, holder=truth, reason="")
    with pytest.raises(NotFound):
        cabinet.desk.act(
            cabinet.actor, keys.correct_line, cabinet.first.id, 7, holder=truth, reason="wrong tag"
        )
    cabinet.desk.act(
        cabinet.actor, keys.correct_line, cabinet.first.id, 2, holder=truth, reason="wrong tag typed"
    )
    card = cabinet.card()
    assert card.row.state is KeyState.IN and card.breaks == 0
    assert (card.lines[0].movement.corrects, card.lines[1].movement.kind) == (2, MovementKind.OUT_TO_GUEST)


def test_a_later_return_can_be_agreed(cabinet: Cabinet, clock: FixedClock) -> None:
    cabinet.hand_over(due_at=at(24, 20))
    cabinet.desk.act(cabinet.actor, keys.prolong, cabinet.first.id, at(24, 23), reason="train late")
    clock.move_to(at(24, 21))
    assert cabinet.card().row.state is KeyState.OUT and cabinet.card().breaks == 0


def test_a_set_travels_with_a_colleague_and_can_be_handed_over_there(cabinet: Cabinet) -> None:
    cabinet.desk.act(cabinet.actor, keys.carry, cabinet.first.id, agent_id=cabinet.actor.id)
    assert cabinet.card().row.state is KeyState.TRANSIT
    cabinet.hand_over()
    cabinet.take_back(to_agent=True)
    assert cabinet.card().row.position.holder.kind is HolderKind.AGENT
    cabinet.desk.act(cabinet.actor, keys.carry, cabinet.first.id)
    assert cabinet.card().row.state is KeyState.IN and cabinet.card().breaks == 0


def test_custody_ends_with_the_owner_or_with_the_key(cabinet: Cabinet) -> None:
    cabinet.desk.act(
        cabinet.actor,
        keys.give_back_to_owner,
        cabinet.first.id,
        identity=Identity.KNOWN_PERSON,
        counted=3,
        proof_ref="K",
    )
    assert cabinet.card().row.state is KeyState.RETURNED
    cabinet.desk.act(cabinet.actor, keys.retire, cabinet.spare.id, reason="lock changed")
    assert cabinet.card(cabinet.spare.id).row.state is KeyState.RETIRED
    with pytest.raises(DeskError):
        cabinet.hand_over()


def test_the_address_is_shown_on_request_only_and_the_reading_is_kept(cabinet: Cabinet) -> None:
    assert "rue Haute" not in str(cabinet.card())
    address = cabinet.desk.act(cabinet.actor, keys.see_address, cabinet.first.id)
    assert address.address == "3 rue Haute"
    assert cabinet.desk.ask(lines_about, "key_set", cabinet.first.id)[0].act == "key.address_seen"


def test_sets_unused_for_sixty_days_are_proposed_for_return(cabinet: Cabinet, clock: FixedClock) -> None:
    assert cabinet.desk.ask(unused_sets, clock.now(), cabinet.house.ladder, PARIS) == []
    clock.advance(timedelta(days=60))
    found = cabinet.desk.ask(unused_sets, clock.now(), cabinet.house.ladder, PARIS)
    assert [row.tag for row in found] == ["204-3", "205-6"]


def test_key_discipline_counts_overdue_per_outing(cabinet: Cabinet, clock: FixedClock) -> None:
    cabinet.hand_over(due_at=at(24, 20))
    clock.move_to(at(24, 20, 29))
    cabinet.take_back()
    cabinet.hand_over(due_at=at(24, 21))
    clock.move_to(at(24, 21, 30))
    cabinet.take_back()
    figures = cabinet.desk.ask(key_figures, at(24, 0), at(25, 0), cabinet.house.ladder)
    assert (figures.outs, figures.returned, figures.returned_late, figures.overdue) == (2, 2, 2, 1)
    assert figures.overdue_share == 0.5


def test_the_register_refuses_to_be_rewritten(cabinet: Cabinet) -> None:
    for statement in ("UPDATE key_movement SET target_id = 3", "DELETE FROM key_movement"):
        with (
            pytest.raises(DBAPIError),
            cabinet.desk.engine.execution_options(write=True).begin() as connection,
        ):
            connection.execute(text(statement))
    with cabinet.desk.engine.execution_options(write=True).begin() as connection:
        connection.execute(text("UPDATE key_movement SET source_name = '', target_name = ''"))
    assert cabinet.desk.ask(chain_breaks) == []


def test_a_forged_line_is_reported_with_its_set_and_number(cabinet: Cabinet) -> None:
    with cabinet.desk.engine.execution_options(write=True).begin() as connection:
        connection.execute(
            text(
                "INSERT INTO key_movement (set_id, seq, kind, at, actor, source_kind, source_name, target_kind,"
                " target_name, moves, counted, expected, due_at, frozen, identity, proof, proof_ref, authorisation,"
                " deposit_cents, deposit_form, deposit_released, condition, witness, reason)"
                " VALUES (:s, 2, 'in_from_guest', '2027-03-24 18:00:00', '', 'guest', 'X', 'place', '12', true, 3, 3,"
                " NULL, false, 'none', 'none', '', '', 0, '', false, '', '', '')"
            ),
            {"s": cabinet.first.id},
        )
    [broken] = cabinet.desk.ask(chain_breaks)
    assert (broken.number, broken.seq) == (204, 2)
    assert cabinet.card().lines[0].broken is not None


def test_hostile_text_is_harmless_in_the_register(cabinet: Cabinet) -> None:
    cabinet.hand_over(condition="ok\x1b]52;c;eA==\x07[/]\u202e", proof_ref="[@click=app.quit]x[/]\n")
    line = cabinet.card().lines[0]
    assert "\x1b" not in line.condition and "\u202e" not in line.condition
    assert "\n" not in line.movement.proof_ref

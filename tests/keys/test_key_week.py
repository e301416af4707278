"""A week of keys at the desk, over a public holiday and the change to summer time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.paths import knowledge_base
from conciergedesk.customers import service as customers
from conciergedesk.keys import service as keys
from conciergedesk.keys.cards import DueKind, SetRow
from conciergedesk.keys.custody import HolderKind, Identity, KeyState
from conciergedesk.keys.figures import key_figures
from conciergedesk.keys.house import key_house
from conciergedesk.keys.lines import chain_breaks
from conciergedesk.keys.queries import due_keys, set_card, set_rows
from conciergedesk.keys.rules import Rung
from conciergedesk.keys.service import HandOver, NewSet, TakeBack
from conciergedesk.requests import service as requests
from conciergedesk.requests.queries import request_card
from conciergedesk.requests.rulebook import load_rulebook
from conciergedesk.requests.service import NewRequest
from tests.conftest import PARIS, hire


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 3, day, hour, minute, tzinfo=PARIS)


def test_a_week_of_keys_gives_the_expected_states_and_figures(
    desk: Desk, ines: Actor, clock: FixedClock
) -> None:
    book, house = load_rulebook(knowledge_base()), key_house()
    bastien, farid = hire(desk, "Bastien"), hire(desk, "Farid")
    clock.move_to(at(22, 7, 50))
    karim = desk.act(ines, customers.add_person, first_name="Karim", kind="owner", phones=["+33639981702"])
    annika = desk.act(
        ines, customers.add_person, first_name="Annika", language="de", phones=["+492214710123"]
    )
    gwenn = desk.act(ines, customers.add_person, first_name="Gwenn", phones=["+33261910077"])
    sets = {}
    for number, lodging, pieces, hook in ((204, "P-11", 3, "12"), (117, "P-12", 2, "5")):
        place = desk.act(ines, keys.add_place, "hook", hook)
        home = desk.act(ines, customers.add_lodging, code=lodging, name=lodging)
        new = NewSet(
            [("door", pieces)], karim, place, "M-1", date(2027, 1, 1), lodging_id=home, number=number
        )
        sets[number] = desk.act(ines, keys.register_set, replace(new, identity=Identity.KNOWN_PERSON)).id

    def row(number: int) -> SetRow:
        return desk.ask(set_rows, clock.now(), house.ladder, PARIS, only=[sets[number]])[0]

    def request(actor: Actor, tag: str, guest: int, promised: datetime) -> int:
        fields = {"key_tag": tag, "authorised_by": "Karim"}
        new = NewRequest(
            "key_handover_out", requester_id=karim, beneficiary_id=guest, wanted_from=promised, fields=fields,
            channel="phone",
        )  # fmt: skip
        return desk.act(actor, requests.capture, book, new)

    clock.move_to(at(22, 7, 55))
    count = desk.act(ines, keys.start_count)
    for one in sets.values():
        desk.act(ines, keys.count_set, count, one)
    assert desk.act(ines, keys.finish_count, count).differences == ()

    clock.move_to(at(22, 8, 12))
    first = request(ines, "204-3", annika, at(22, 18, 30))
    clock.move_to(at(22, 18, 38))
    order = HandOver(
        sets[204], HolderKind.GUEST, at(28, 11), 3, annika, identity=Identity.PASSPORT, request_id=first,
        deposit_cents=10_000,
    )  # fmt: skip
    desk.act(bastien, keys.hand_over, book, house, order)
    done = desk.ask(request_card, first)
    assert row(204).position.holder.kind is HolderKind.GUEST
    assert done.state == "done" and done.due_at == at(22, 18, 45) and done.breached_at is None

    clock.move_to(at(25, 22, 40))
    desk.act(farid, keys.declare_lost, house, sets[204], reason="guest: keys lost, door shut")
    assert row(204).state is KeyState.LOST and row(204).position.frozen

    clock.move_to(at(26, 0, 20))
    assert row(204).state is KeyState.LOST and row(204).has_incident

    clock.move_to(at(27, 14, 50))
    second = request(farid, "117-0", gwenn, at(27, 15))
    clock.move_to(at(27, 15, 4))
    order = HandOver(
        sets[117], HolderKind.GUEST, at(28, 11), 2, gwenn, identity=Identity.IDENTITY_CARD, request_id=second
    )
    desk.act(farid, keys.hand_over, book, house, order)

    clock.move_to(at(28, 11, 30))
    assert row(117).rung is Rung.AMBER
    clock.move_to(at(28, 13, 0))
    assert row(117).rung is Rung.RED
    due = desk.ask(due_keys, clock.now(), house.ladder, PARIS)
    assert [(one.tag, one.rung) for one in due if one.kind is DueKind.RETURN] == [("117-0", Rung.RED)]
    clock.move_to(at(28, 13, 20))
    back = desk.act(ines, keys.take_back, book, house, TakeBack(sets[117], 2))
    assert (back.minutes_late, back.missing) == (140, 0)
    assert row(117).position.holder.kind is HolderKind.PLACE
    assert desk.ask(set_card, sets[117], clock.now(), house.ladder, PARIS).breaks == 0

    figures = desk.ask(key_figures, at(22, 0), at(29, 0), house.ladder)
    assert (figures.outs, figures.returned, figures.returned_late, figures.lost) == (2, 1, 1, 1)
    assert desk.ask(chain_breaks) == []

"""An owner brings keys: what is typed at the counter becomes owner, property and set, or nothing at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import DeskError, InvalidInput
from conciergedesk.core.paths import knowledge_base
from conciergedesk.customers import service as customers
from conciergedesk.customers.queries import find_lodgings, find_people
from conciergedesk.keys import service as keys
from conciergedesk.keys.cards import SetCard
from conciergedesk.keys.custody import Identity, KeyState
from conciergedesk.keys.deposits import propose_deposit
from conciergedesk.keys.house import key_house
from conciergedesk.keys.queries import set_card, set_rows
from conciergedesk.keys.rules import PieceKind, PlaceKind
from conciergedesk.keys.service import Entrusted, NewSet
from conciergedesk.keys.tags import check_digit, show_tag
from conciergedesk.keys.typed import read_pieces, read_place
from conciergedesk.requests import service as requests
from conciergedesk.requests.queries import request_card
from conciergedesk.requests.rulebook import Rulebook, load_rulebook
from conciergedesk.requests.service import NewRequest
from tests.conftest import PARIS


@lru_cache
def _book() -> Rulebook:
    return load_rulebook(knowledge_base())


@pytest.mark.parametrize(
    ("typed", "pieces"),
    [
        ("porte 1, immeuble 1, badge 2", [("door", 1), ("building", 1), ("badge", 2)]),
        ("2 badges + porte", [("badge", 2), ("door", 1)]),
        ("clé de la boîte aux lettres", [("letter_box", 1)]),
        ("door x2; building; garage remote", [("door", 2), ("building", 1), ("garage_remote", 1)]),
        ("Tür 1 und Briefkasten 1", [("door", 1), ("letter_box", 1)]),
        ("porte, porte", [("door", 2)]),
        ("vigik, cave", [("badge", 1), ("other", 1)]),
    ],
)
def test_pieces_are_read_as_people_write_them(typed: str, pieces: list[tuple[str, int]]) -> None:
    assert read_pieces(typed) == pieces


@pytest.mark.parametrize(
    "typed", ["", "  , ", "trois portes bleues", "porte 1 2", "porte badge", "x", "badg 2"]
)
def test_what_is_no_piece_is_refused_at_its_line(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_pieces(typed)
    assert refused.value.field == "pieces"


@given(st.text(max_size=80))
@settings(max_examples=100, deadline=None)
def test_no_text_gets_anything_but_pieces_or_a_refusal(typed: str) -> None:
    try:
        found = read_pieces(typed)
    except InvalidInput:
        return
    assert found and all(kind in set(PieceKind) and count >= 0 for kind, count in found)


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("14", (PlaceKind.HOOK, "14")),
        ("crochet 14", (PlaceKind.HOOK, "14")),
        ("Armoire B", (PlaceKind.CABINET, "B")),
        ("Véhicule Zoé 2", (PlaceKind.VEHICLE, "Zoé 2")),
        ("safe 2", (PlaceKind.SAFE, "2")),
    ],
)
def test_a_place_is_read_from_its_word_and_name(typed: str, place: tuple[PlaceKind, str]) -> None:
    assert read_place(typed) == place


@pytest.mark.parametrize("typed", ["", "crochet", "coffre  "])
def test_a_place_without_a_name_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        read_place(typed)


class Counter:
    """A desk with one hook that is free, one owner and one property."""

    def __init__(self, desk: Desk, actor: Actor, clock: FixedClock) -> None:
        self.desk, self.actor, self.clock = desk, actor, clock
        self.owner = desk.act(
            actor, customers.add_person, first_name="Karim", last_name="Belkacem", phones=["06 39 98 17 02"]
        )
        self.lodging = desk.act(
            actor,
            customers.add_lodging,
            code="P-11",
            name="Les Tilleuls",
            address="3 rue Haute",
            commune="Metz",
        )
        self.hook = desk.act(actor, keys.add_place, "hook", "7")
        self.typed = Entrusted(
            "Karim", "porte 1, badge 2", self.hook, "M-9", date(2027, 3, 1), date(2027, 12, 31), "P-11",
            Identity.PASSPORT,
        )  # fmt: skip

    def entrust(self, **change: object) -> SetCard:
        made = self.desk.act(self.actor, keys.entrust, _book(), replace(self.typed, **change))  # type: ignore[arg-type]
        return self.card(made.id)

    def card(self, set_id: int) -> SetCard:
        return self.desk.ask(set_card, set_id, self.clock.now(), key_house().ladder, PARIS)

    def sets(self) -> int:
        return len(self.desk.ask(set_rows, self.clock.now(), key_house().ladder, PARIS))

    def people(self, name: str) -> int:
        return len(self.desk.ask(find_people, name, self.clock.now()))


@pytest.fixture
def counter(desk: Desk, ines: Actor, clock: FixedClock) -> Counter:
    return Counter(desk, ines, clock)


def test_a_known_owner_and_property_are_found_by_what_was_typed(counter: Counter) -> None:
    card = counter.entrust()
    assert card.row.tag == show_tag(101) and card.row.state is KeyState.IN
    assert (card.owner_id, card.row.lodging_id) == (counter.owner, counter.lodging)
    assert [(one.kind, one.count) for one in card.pieces] == [("door", 1), ("badge", 2)]
    assert card.row.position.expected == 3 and card.lines[0].movement.identity is Identity.PASSPORT
    assert counter.entrust(owner="1702", lodging="tilleuls").owner_id == counter.owner


def test_an_unknown_owner_and_property_are_noted_with_the_set(counter: Counter) -> None:
    card = counter.entrust(
        owner="Zoé Marchal 06 39 98 44 11", lodging="Les Acacias, 12 rue des Jardins, Metz"
    )
    assert card.owner == "Zoé Marchal"
    made = counter.desk.ask(find_lodgings, "acacias")
    assert [(one.id, one.commune) for one in made] == [(card.row.lodging_id, "Metz")]
    again = counter.entrust(
        owner="Zoé Marchal 06 39 98 44 11", lodging="Les Acacias, 12 rue des Jardins, Metz"
    )
    assert (again.owner_id, again.row.lodging_id) == (card.owner_id, card.row.lodging_id)


def test_a_wished_tag_is_taken_with_or_without_its_check_digit(counter: Counter) -> None:
    assert counter.entrust(tag="204").row.number == 204
    assert counter.entrust(tag=show_tag(205)).row.number == 205
    assert counter.entrust().row.number == 206


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"owner": ""}, "owner"),
        ({"owner": "Personne"}, "owner"),
        ({"owner": "06"}, "owner"),
        ({"lodging": "Nulle part"}, "lodging"),
        ({"lodging": "a,,b"}, "lodging"),
        ({"pieces": "porte badge"}, "pieces"),
        ({"place_id": None}, "place"),
        ({"identity": Identity.NONE}, "identity"),
        ({"mandate_ref": " "}, "mandate_ref"),
        ({"mandate_until": date(2027, 2, 1)}, "mandate_until"),
        ({"mandate_until": date(2020, 1, 1)}, "mandate_until"),
        ({"tag": "204-9"}, "tag"),
        ({"tag": "000"}, "tag"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_kept(
    counter: Counter, change: dict[str, object], field: str
) -> None:
    newcomer = {"owner": "Neue Person 06 39 98 44 99", "lodging": "Neu, Gasse 1, Metz"}
    with pytest.raises(InvalidInput) as refused:
        counter.entrust(**(newcomer | change))
    assert refused.value.field == field
    assert (counter.sets(), counter.people("Neue Person"), counter.desk.ask(find_lodgings, "Neu")) == (
        0,
        0,
        [],
    )


def test_namesakes_are_told_apart_by_their_number(counter: Counter) -> None:
    second = counter.desk.act(
        counter.actor,
        customers.add_person,
        first_name="Karim",
        last_name="Belkacem",
        phones=["06 39 98 55 66"],
    )
    with pytest.raises(InvalidInput, match="5566") as refused:
        counter.entrust(owner="Karim Belkacem")
    assert refused.value.field == "owner"
    assert counter.entrust(owner="Karim Belkacem 5566").owner_id == second


def test_several_properties_that_fit_are_listed(counter: Counter) -> None:
    counter.desk.act(counter.actor, customers.add_lodging, code="P-12", name="Les Tilleuls 2", commune="Metz")
    with pytest.raises(InvalidInput, match="P-12") as refused:
        counter.entrust(lodging="metz")
    assert refused.value.field == "lodging"
    assert counter.entrust(lodging="Les Tilleuls").row.lodging_id == counter.lodging


def test_a_deposit_that_was_announced_fills_the_lines_and_is_done_with_the_set(counter: Counter) -> None:
    fields = {"owner": "Karim", "property": "P-11", "pieces": "porte 1", "valid_until": "2027-12-31"}
    new = NewRequest("key_deposit_owner", requester_id=counter.owner, channel="desk", fields=fields)
    request = counter.desk.act(counter.actor, requests.capture, _book(), new)
    deposit = counter.desk.ask(propose_deposit, request)
    assert deposit.tag == show_tag(101) and deposit.hook is not None and deposit.hook.name == "7"
    assert (deposit.owner, deposit.pieces) == ("Karim Belkacem 06 39 98 17 02", "porte 1")
    card = counter.entrust(owner=deposit.owner, pieces=deposit.pieces, request_id=request)
    done = counter.desk.ask(request_card, request)
    assert {step.code for step in done.steps} >= {"identity_seen", "mandate", "tag_issued"}
    assert done.state == "done" and card.lines[0].request_id == request
    assert counter.desk.ask(propose_deposit, request).request_id is None
    assert counter.desk.ask(propose_deposit).hook is None


def test_describing_again_changes_the_property_by_its_code_and_leaves_what_is_empty(counter: Counter) -> None:
    card = counter.entrust()
    other = counter.desk.act(
        counter.actor, customers.add_lodging, code="P-20", name="Autre", commune="Thionville"
    )
    act = counter.desk.act
    act(counter.actor, keys.describe_set, card.row.id, lodging="P-20", note="badge bleu", has_address=True)
    act(counter.actor, keys.describe_set, card.row.id, lodging="", photo="classeur 3")
    after = counter.card(card.row.id)
    assert (after.row.lodging_id, after.note, after.photo, after.has_address) == (
        other,
        "badge bleu",
        "classeur 3",
        True,
    )
    with pytest.raises(InvalidInput):
        act(counter.actor, keys.describe_set, card.row.id, lodging="Nulle part")


@given(st.integers(1, 99_999))
@settings(max_examples=60, deadline=None)
def test_every_tag_that_is_shown_is_read_back(number: int) -> None:
    from conciergedesk.keys.service.entrusting import read_number

    assert read_number(show_tag(number)) == number
    with pytest.raises(DeskError):
        read_number(f"{number:03}-{(check_digit(number) + 1) % 10}")


def test_an_owner_of_another_desk_cannot_be_invented_by_a_number_alone(counter: Counter) -> None:
    with pytest.raises(InvalidInput):
        counter.entrust(owner="06 39 98 77 88")
    assert counter.people("06 39 98 77 88") == 0
    assert counter.desk.act(
        counter.actor,
        keys.register_set,
        NewSet([("door", 1)], counter.owner, counter.hook, "M", date(2027, 1, 1), identity=Identity.PASSPORT),
    ).tag == show_tag(101)

"""A request from the call to done and back, by key presses alone, in the smallest and the usual terminal."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.paths import knowledge_base
from conciergedesk.customers import service as customers
from conciergedesk.keys import service as keys
from conciergedesk.keys.custody import HolderKind, Identity, Proof
from conciergedesk.keys.house import key_house
from conciergedesk.keys.service import HandOver, NewSet
from conciergedesk.requests import service as requests
from conciergedesk.requests.lifecycle import State
from conciergedesk.requests.queries import open_call_backs, request_card
from conciergedesk.requests.rulebook import Rulebook, load_rulebook
from conciergedesk.requests.service import NewRequest
from tests.conftest import PARIS, hire
from tests.ui_flows.conftest import Driver, furnish, one_request, opened

SIZES = [(80, 24), (120, 36)]
_BOOK: list[Rulebook] = []


@pytest.fixture
def book() -> Rulebook:
    if not _BOOK:
        _BOOK.append(load_rulebook(knowledge_base()))
    return _BOOK[0]


@pytest.fixture
def assistant(sqlite_desk: Desk, book: Rulebook) -> Actor:
    furnish(sqlite_desk, book)
    return hire(sqlite_desk, "Inès")


async def tick_everything(driver: Driver) -> None:
    """Tick each step, answering what is asked."""
    for _step in range(20):
        await driver.press("x")
        title = driver.pilot.app.screen.__class__.__name__
        if title == "FormSheet":
            await driver.type("Solene 15h10")
            await driver.press("enter")
        elif title == "Choice":
            await driver.press("n")
        elif "Toutes les étapes" in driver.text or "Every step is done" in driver.text:
            return


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("line", "code", "who"),
    [
        ("clés gîte tanneurs 19h30 weber urgent", "key_handover_out", "Jürgen"),
        ("panier odile 20h", "terroir_basket", "Odile"),
        ("spa samedi 15h nowak", "spa_thermal", "Marek"),
        ("dentist 20h klein de", "dentist_late", "Anke"),
    ],
)
async def test_capture_wait_confirm_done_reopen(
    sqlite_desk: Desk,
    clock: FixedClock,
    assistant: Actor,
    line: str,
    code: str,
    who: str,
    size: tuple[int, int],
) -> None:
    async with opened(sqlite_desk, clock, assistant, size) as driver:
        await driver.press("n")
        await driver.type(line)
        await driver.press("ctrl+s")
        [made] = driver.requests()
        assert (made.type_code, made.holder) == (code, "Inès")
        assert who in made.people[0].name
        if made.danger == "unasked" and code == "dentist_late":
            await driver.press("x", "n")
        await driver.press("s", "a", "enter")
        assert driver.session.ask(request_card, made.id).state == State.WAITING_CLIENT
        await driver.press("s", "r")
        await driver.press("s", "c")
        assert driver.session.ask(request_card, made.id).state == State.CONFIRMED
        await tick_everything(driver)
        await driver.press("s", "f")
        assert driver.session.ask(request_card, made.id).state == State.DONE
        assert driver.requests() == []
        await driver.press("h", "enter")
        await driver.type("oubli")
        await driver.press("enter")
        again = driver.session.ask(request_card, made.id)
        assert (again.state, again.reopens) == (State.IN_PROGRESS, 1)


@pytest.mark.parametrize("size", SIZES)
async def test_a_call_is_logged_and_its_request_created_in_thirteen_keys(
    sqlite_desk: Desk, clock: FixedClock, assistant: Actor, size: tuple[int, int]
) -> None:
    keys = ["n", "0", "0", "1", "2", "space", "t", "a", "x", "i", "ctrl+s"]
    assert len(keys) <= 13
    async with opened(sqlite_desk, clock, assistant, size) as driver:
        await driver.press(*keys)
        [made] = driver.requests()
        assert (made.type_code, made.people[0].name) == ("taxi", "Jürgen Weber")
        assert made.first_response_at == clock.now()


async def test_a_call_back_for_any_date_takes_eight_keys(
    sqlite_desk: Desk, clock: FixedClock, assistant: Actor, book: Rulebook
) -> None:
    one_request(sqlite_desk, assistant, book, 1)
    keys = ["z", "l", "u", "n", "space", "9", "h", "enter"]
    async with opened(sqlite_desk, clock, assistant) as driver:
        await driver.press(*keys)
        [call] = sqlite_desk.ask(open_call_backs)
        assert call.due_at == datetime(2027, 3, 29, 9, tzinfo=PARIS)


async def test_two_desks_claim_the_same_request_and_the_second_is_told(
    sqlite_desk: Desk, clock: FixedClock, assistant: Actor, book: Rulebook
) -> None:
    colleague = hire(sqlite_desk, "Maëlle")
    made = one_request(sqlite_desk, assistant, book, 1)
    async with (
        opened(sqlite_desk, clock, assistant) as first,
        opened(sqlite_desk, clock, colleague) as second,
    ):
        await first.press("t")
        await second.press("t")
        assert "Inès" in second.text
        assert second.session.ask(request_card, made).holder == "Inès"
        await second.press("t")
        assert second.session.ask(request_card, made).holder == "Maëlle"
        await first.press("c", "tab")
        await first.type("rouge")
        await second.press("c", "tab")
        await second.type("bleu")
        await first.press("ctrl+s")
        await second.press("ctrl+s")
        assert "Inès a enregistré avant vous" in second.text and "Titre : – → rouge" in second.text
        await second.press("ctrl+s")
        assert second.session.ask(request_card, made).title == "bleu", "what was typed goes over it knowingly"


async def test_a_batch_that_fails_changes_nothing_and_says_where(
    sqlite_desk: Desk, clock: FixedClock, assistant: Actor, book: Rulebook
) -> None:
    colleague = hire(sqlite_desk, "Maëlle")
    free, held = (one_request(sqlite_desk, assistant, book, person) for person in (1, 2))
    sqlite_desk.act(colleague, requests.claim, book, held)
    async with opened(sqlite_desk, clock, assistant) as driver:
        await driver.press("space", "space", "t")
        assert f"Rien n'est changé. D-{held}" in driver.text and "Maëlle" in driver.text
        assert driver.session.ask(request_card, free).holder == ""


async def test_a_number_typed_for_a_caller_is_never_that_of_a_request(
    sqlite_desk: Desk, clock: FixedClock, assistant: Actor, book: Rulebook
) -> None:
    old = one_request(sqlite_desk, assistant, book, 1)
    sqlite_desk.act(assistant, requests.cancel, book, old, reason="gave_up", party="client")
    async with opened(sqlite_desk, clock, assistant) as driver:
        await driver.press("f")
        await driver.type(f"D-{old}")
        await driver.press("enter")
        assert "annulée" in driver.text, "what is over says how it ended"
        await driver.press("escape", "r")
        await driver.type("0012")
        await driver.press("enter")
        await driver.type("taxi 20h")
        await driver.press("ctrl+s")
        assert [one.people[0].name for one in driver.requests()] == ["Jürgen Weber"]


def a_key_is_out(desk: Desk, actor: Actor, book: Rulebook, clock: FixedClock) -> None:
    """Set 1 is with Marek, due at 20:00; request 1 is another matter."""
    house = desk.act(actor, customers.add_lodging, name="Les Tilleuls", commune="Metz")
    hook = desk.act(actor, keys.add_place, "hook", "1")
    owner, guest = 1, 5
    new = NewSet(
        [("door", 1)], owner, hook, "M-1", date(2027, 1, 1), date(2027, 12, 31), lodging_id=house,
        identity=Identity.KNOWN_PERSON, number=204,
    )  # fmt: skip
    made = desk.act(actor, keys.register_set, new)
    asked = NewRequest("key_handover_out", requester_id=guest, channel="phone", wanted_from=clock.now())
    order = HandOver(
        made.id, HolderKind.GUEST, datetime(2027, 3, 24, 20, tzinfo=PARIS), 1, guest, identity=Identity.PASSPORT,
        proof=Proof.SIGNATURE, proof_ref="Marek", request_id=desk.act(actor, requests.capture, book, asked),
    )  # fmt: skip
    desk.act(actor, keys.hand_over, book, key_house(), order)


async def test_a_call_promised_over_a_key_is_not_written_into_the_request_of_that_number(
    sqlite_desk: Desk, clock: FixedClock, assistant: Actor, book: Rulebook
) -> None:
    basket = one_request(sqlite_desk, assistant, book, 1)
    a_key_is_out(sqlite_desk, assistant, book, clock)
    async with opened(sqlite_desk, clock, assistant) as driver:
        await driver.press("slash")
        await driver.type(":cles")
        await driver.press("enter")
        assert "Clé 204" in driver.text
        await driver.press("s")
        assert "Entrée l'ouvre là où il est" in driver.text
        await driver.press("z")
        await driver.type("demain 9h")
        await driver.press("enter")
        [call] = sqlite_desk.ask(open_call_backs)
        assert (call.request_id, call.number) == (None, "06 39 98 20 20") and "Clé 204" in call.about
        assert sqlite_desk.ask(request_card, basket).call_backs == ()


async def test_an_interrupted_line_is_offered_at_the_next_start(
    sqlite_desk: Desk, clock: FixedClock, assistant: Actor
) -> None:
    async with opened(sqlite_desk, clock, assistant) as driver:
        await driver.press("n")
        await driver.type("taxi demain 6h30 gare")
        await driver.press("escape")
    async with opened(sqlite_desk, clock, assistant) as driver:
        await driver.press("n", "ctrl+b")
        assert "taxi demain 6h30 gare" in driver.text
        await driver.press("ctrl+s")
        assert [one.type_code for one in driver.requests()] == ["taxi"]
    async with opened(sqlite_desk, clock, assistant) as driver:
        await driver.press("n")
        assert "Ctrl+B" not in driver.text


async def test_enter_opens_the_form_filled_in_and_a_second_key_saves(
    sqlite_desk: Desk, clock: FixedClock, assistant: Actor
) -> None:
    async with opened(sqlite_desk, clock, assistant) as driver:
        await driver.press("n")
        await driver.type("taxi demain 6h30 metz aéroport luxembourg 3 pers weber rappeler ce soir 19h")
        assert "metz" not in driver.text.split("Titre")[-1]
        await driver.press("enter")
        for shown in ("Taxi, VTC", "jeu. 25 mars 6:30", "allemand", "téléphone", "mer. 24 mars 19:00"):
            assert shown in driver.text
        await driver.press("enter")
        [made] = driver.requests()
        assert made.wanted_from == datetime(2027, 3, 25, 6, 30, tzinfo=PARIS)
        assert (made.title, made.place, made.channel) == ("3 pers.", "Metz → aéroport Luxembourg", "phone")
        assert made.fields == {"from_place": "Metz", "to_place": "aéroport Luxembourg"}
        assert made.language == "de"
        await driver.press("n")
        await driver.type("panier tanneurs 20h klein")
        await driver.press("enter", "enter")
        basket = next(one for one in driver.requests() if one.type_code == "terroir_basket")
        assert basket.lodging.endswith("Gîte des Tanneurs") and basket.people[0].name == "Anke Klein"
        assert basket.fields == {"address": "Gîte des Tanneurs"}
        assert [call.due_at for call in made.call_backs] == [datetime(2027, 3, 24, 19, tzinfo=PARIS)]


async def test_a_line_that_only_promises_a_call_is_kept_by_one_key(
    sqlite_desk: Desk, clock: FixedClock, assistant: Actor
) -> None:
    async with opened(sqlite_desk, clock, assistant, (80, 24)) as driver:
        await driver.press("n")
        await driver.type("rappeler klein lundi facture")
        assert "Rappel promis" in driver.text
        await driver.press("enter")
        [call] = sqlite_desk.ask(open_call_backs)
        assert (call.due_at, call.person) == (datetime(2027, 3, 29, 9, tzinfo=PARIS), "Anke Klein")
        assert call.about == "facture"
        await driver.press("n")
        await driver.type(
            "guide italien nowak"
        )  # a language no letter is written in is a fact, not a setting
        assert "italien" in driver.text.split("Titre")[-1]


async def test_undo_takes_back_what_was_just_done(
    sqlite_desk: Desk, clock: FixedClock, assistant: Actor, book: Rulebook
) -> None:
    made = one_request(sqlite_desk, assistant, book, 1)
    async with opened(sqlite_desk, clock, assistant) as driver:
        await driver.press("t")
        assert driver.session.ask(request_card, made).holder == "Inès"
        await driver.press("t")
        assert "déjà à vous" in driver.text and "déjà à vous · u" not in driver.text
        await driver.press("u")
        assert f"Annulé : D-{made} prise en charge" in driver.text
        assert driver.session.ask(request_card, made).holder == ""
        await driver.press("U")
        assert driver.session.ask(request_card, made).holder == "Inès"

"""The screen of keys with real key presses and real services: out, back, late, lost, counted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from conciergedesk.core.journal import lines_about
from conciergedesk.customers import service as customers
from conciergedesk.keys import service as keys
from conciergedesk.keys.custody import HolderKind, Identity, KeyState, MovementKind, Proof
from conciergedesk.keys.figures import last_count
from conciergedesk.keys.house import key_house
from conciergedesk.keys.lines import chain_breaks
from conciergedesk.keys.queries import set_card
from conciergedesk.requests.queries import request_card
from conciergedesk.ui.modals.form import FormSheet
from conciergedesk.ui.modals.key_counter import HandOverSheet, TakeBackSheet
from conciergedesk.ui.modals.key_sheets import CountSheet, IncidentSheet, ShownSheet
from tests.conftest import KEY, PARIS, hire
from tests.keyboard import quiet

from .conftest import KeyDesk, OpenKeys, at

SIZES = [(80, 24), (120, 36)]


def spoken(code: str) -> Sequence[str]:
    return list(code)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (100, 30), (120, 36), (200, 60)])
async def test_what_must_move_comes_first_and_no_address_is_shown(
    open_keys: OpenKeys, size: tuple[int, int]
) -> None:
    async with open_keys(size) as room:
        text = room.text
        rows = [line for line in room.lines if "-" in line[:8]]
        assert "117-0" in rows[0] and "RET" in rows[0] and "-42 min" in rows[0]
        assert "204-3" in rows[1] and "-18 min" in rows[1]
        for secret in ("Tilleuls", "rue Haute", "P-11", "P-12"):
            assert secret not in text


@pytest.mark.parametrize("size", SIZES)
async def test_a_key_goes_out_in_ten_keys(open_keys: OpenKeys, size: tuple[int, int]) -> None:
    async with open_keys(size) as room:
        pressed = ["k", *"2043", "enter", "p", "enter", "3", "enter"]
        assert len(pressed) <= 14
        await room.press(*pressed)
        assert isinstance(room.app.screen, ShownSheet)
        assert "204-3" in room.text and "Sonntag, 28. März" in room.text
        card = room.desk.card(204)
        assert card.row.state is KeyState.OUT and card.row.position.holder.name == "Jonas"
        line = card.lines[0].movement
        assert (line.identity, line.proof, line.proof_ref) == (Identity.PASSPORT, Proof.SIGNATURE, "Jonas")
        request = card.lines[0].request_id
        assert request is not None and room.desk.desk.ask(request_card, request).state == "done"
        await room.press("enter")
        assert room.screen.current is not None and room.screen.current.tag == "204-3"


async def test_the_selected_key_goes_out_with_the_code_that_was_said(
    open_keys: OpenKeys, key_desk: KeyDesk
) -> None:
    made = key_desk.desk.act(key_desk.actor, keys.make_code, key_house(), key_desk.sets[204], secret=KEY)
    async with open_keys() as room:
        await room.go_to("204-3")
        pressed = ["k", "enter", *spoken(made.code), "enter", "3", "enter"]
        assert len(pressed) <= 14
        await room.press(*pressed)
        row = room.desk.card(204).row
        assert row.state is KeyState.OUT and (row.identity, row.proof) == (Identity.CODE, Proof.CODE)


async def test_five_wrong_codes_are_said_counted_and_change_nothing(
    open_keys: OpenKeys, key_desk: KeyDesk
) -> None:
    made = key_desk.desk.act(key_desk.actor, keys.make_code, key_house(), key_desk.sets[204], secret=KEY)
    wrong = f"{(int(made.code) + 1) % 1_000_000:06d}"
    async with open_keys() as room:
        await room.go_to("204-3")
        await room.press("k", "enter", *wrong, "enter", "3", "enter")
        assert "Essais restants : 4" in room.text
        for left in (3, 2, 1):
            await room.press("enter")
            assert f"Essais restants : {left}" in room.text
        await room.press("enter")
        assert "bloqué" in room.text
        assert isinstance(room.app.screen, HandOverSheet)
        assert room.app.screen.boxes["pieces"].value == "3"
        assert room.desk.card(204).row.position.is_in
        await room.press(*["backspace"] * 6, "p", "enter")
        assert room.desk.card(204).row.state is KeyState.OUT


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2047", "7 n’est pas celui de la clé 204"),
        ("3115", "Aucun trousseau"),
        ("abc", "n’est pas une étiquette"),
    ],
)
async def test_an_unknown_tag_is_said_and_the_sheet_stays(
    open_keys: OpenKeys, typed: str, sentence: str
) -> None:
    async with open_keys() as room:
        await room.press("k", *typed, "enter")
        assert sentence in " ".join(room.text.split())
        assert isinstance(room.app.screen, HandOverSheet)
        assert room.app.screen.boxes["tag"].has_focus
        await room.press("escape")
        assert room.desk.desk.ask(chain_breaks) == []


async def test_a_set_without_request_or_moment_is_refused_with_what_to_do(open_keys: OpenKeys) -> None:
    async with open_keys() as room:
        await room.press("k", *"0125", "enter", "c", "enter")
        sheet = room.app.screen
        assert isinstance(sheet, HandOverSheet) and sheet.boxes["holder"].has_focus
        await room.type("Zofia")
        await room.press("enter")
        assert sheet.boxes["due_at"].has_focus
        await room.type("dim 11h")
        await room.press("enter", "3", "enter")
        assert "demande ouverte" in room.text
        assert room.desk.card(12).row.position.is_in


async def test_who_is_late_gets_no_other_key_but_a_supervisor_may_say_why(
    open_keys: OpenKeys, key_desk: KeyDesk
) -> None:
    key_desk.request("205-6", "Zofia", at(24, 19))
    pressed = ["k", *"2056", "enter", "p", "enter"]
    async with open_keys() as room:
        await room.press(*pressed)
        await room.type("dim 11h")
        await room.press("enter", "3", "enter")
        assert "Zofia a une autre clé en retard" in room.text
    helene = hire(key_desk.desk, "Hélène", role="supervisor")
    async with open_keys(actor=helene) as room:
        await room.press(*pressed)
        await room.type("dim 11h")
        await room.press("enter", "3", "tab", "tab", "tab")
        await room.type("train")
        await room.press("enter")
        assert room.desk.card(205).row.state is KeyState.OUT


@pytest.mark.parametrize("size", SIZES)
async def test_a_late_return_with_a_piece_missing_opens_the_list(
    open_keys: OpenKeys, size: tuple[int, int]
) -> None:
    async with open_keys(size) as room:
        await room.go_to("117-0")
        await room.press("b", "enter", "ctrl+s")
        assert "Comptez les pièces" in room.text
        await room.press("2", "enter")
        sheet = room.app.screen
        assert isinstance(sheet, TakeBackSheet)
        assert "Pièces manquantes : 1 sur 3" in room.text and sheet.boxes["witness"].has_focus
        await room.type("Maelle")
        await room.press("enter")
        assert isinstance(room.app.screen, IncidentSheet)
        assert "Pièce manquante" in room.text and "Recompter" in room.text
        card = room.desk.card(117)
        assert card.row.position.frozen and card.lines[0].minutes_late == 42
        await room.press("x", "w", "h")
        steps = {step.code: step.state for step in room.desk.card(117).incidents[0].steps}
        assert steps["which_piece"] == "done" and steps["risk"] == "done" and steps["lock_change"] == "open"
        await room.press("escape")
        assert "gelée" in room.text


@pytest.mark.parametrize("size", SIZES)
async def test_the_lost_key_procedure_runs_to_its_end(open_keys: OpenKeys, size: tuple[int, int]) -> None:
    async with open_keys(size) as room:
        await room.go_to("072-6")
        await room.press("X", "enter")
        assert room.desk.card(72).row.state is KeyState.OUT
        await room.press("X", "X")
        await room.type("lost in the park")
        await room.press("enter")
        assert isinstance(room.app.screen, IncidentSheet)
        assert room.desk.card(72).row.state is KeyState.LOST
        await room.press("ctrl+s")
        await room.type("pocket")
        await room.press("tab")
        await room.type("cord")
        await room.press("enter")
        assert "Étapes encore ouvertes" in room.text
        await room.press("escape")
        await room.press("s")
        await room.type("nobody")
        await room.press("enter")
        for _step in range(9):
            await room.press("x")
        await room.press("ctrl+s")
        await room.type("pocket")
        await room.press("tab")
        await room.type("cord")
        await room.press("enter")
        [incident] = room.desk.card(72).incidents
        assert incident.closed_at is not None and (incident.cause, incident.measure) == ("pocket", "cord")
        assert {step.state for step in incident.steps} == {"done", "skipped"}
        assert "perdue" in room.text


async def test_a_complete_late_return_says_how_late(open_keys: OpenKeys) -> None:
    async with open_keys() as room:
        await room.press("b", *"1170", "enter", "3", "enter")
        assert isinstance(room.app.screen, ShownSheet)
        await room.press("escape")
        assert "42 min de retard" in room.text
        card = room.desk.card(117)
        assert card.row.position.is_in and card.row.position.holder.name == "5"


async def test_a_set_that_is_in_cannot_be_taken_back(open_keys: OpenKeys) -> None:
    async with open_keys() as room:
        await room.press("b", *"2043", "enter", "3", "enter")
        assert "n’est pas sortie" in room.text
        assert room.desk.card(204).line_count == 1


@pytest.mark.parametrize("size", SIZES)
async def test_the_cabinet_is_counted_tag_by_tag(open_keys: OpenKeys, size: tuple[int, int]) -> None:
    async with open_keys(size) as room:
        await room.press("i", "i")
        assert isinstance(room.app.screen, CountSheet)
        for typed in ("2043", "205-6 2", "0125", "2049", "0726"):
            await room.type(typed)
            await room.press("enter")
            if typed == "2049":
                assert "contrôle 9" in room.text
        assert "4 vues sur 4" in room.text
        await room.press("escape", "i", "i")
        assert "4 vues sur 4" in room.text
        await room.press("ctrl+s")
        assert "019-6" in room.text and "pas vue dans l’armoire" in room.text
        await room.press("escape")
        assert "3 différences" in room.text
        count = room.desk.desk.ask(last_count)
        assert count is not None
        assert {(tag, kind) for tag, kind, _c, _e in count.differences} == {
            ("205-6", "incomplete"), ("019-6", "absent"), ("072-6", "unexpected"),
        }  # fmt: skip
        assert "manquante" in room.text


async def test_only_late_ones_are_shown_and_the_holder_is_chased(open_keys: OpenKeys) -> None:
    async with open_keys() as room:
        await room.press("exclamation_mark")
        assert [row.tag for row in room.screen.list.rows] == ["117-0"]
        await room.press("m")
        assert "keys 117-0 were due" in " ".join(room.text.split())
        await room.press("enter")
        await room.type("coming")
        await room.press("tab")
        await room.type("oui")
        await room.press("enter")
        [chase] = room.desk.card(117).chases
        assert (chase.answer, chase.is_confirmed) == ("coming", True)
        await room.press("exclamation_mark")
        assert len(room.screen.list.rows) == 6


async def test_the_address_is_shown_on_request_and_put_on_record(open_keys: OpenKeys) -> None:
    async with open_keys() as room:
        await room.go_to("204-3")
        await room.press("v")
        assert "3 rue Haute" in room.text
        await room.press("escape")
        assert "rue Haute" not in room.text
        lines = room.desk.desk.ask(lines_about, "key_set", room.desk.sets[204])
        assert lines[0].act == "key.address_seen"


async def test_a_code_is_made_shown_once_and_a_seal_asks_why(open_keys: OpenKeys, key_desk: KeyDesk) -> None:
    key_desk.act(keys.put_under_seal, key_desk.sets[204], "A 7391", secret=KEY)
    async with open_keys() as room:
        await room.go_to("204-3")
        assert "jamais ouvert" in room.text and "7391" not in room.text
        await room.press("c", "c")
        assert "Abholcode" in room.text
        await room.press("escape", "c", "o", "enter")
        assert "pourquoi" in room.text
        await room.type("alarm rings")
        await room.press("enter")
        assert "A 7391" in room.text
        await room.press("escape")
        assert "7391" not in room.text and "à faire changer" in room.text
        assert room.desk.card(204).lines[0].movement.kind is MovementKind.SEAL_OPENED


async def test_a_reservation_conflict_is_told_with_the_spare(open_keys: OpenKeys) -> None:
    async with open_keys() as room:
        await room.go_to("204-3")
        await room.press("enter", "r")
        await room.type("Wanda")
        await room.press("tab")
        await room.type("sam 15h")
        await room.press("tab")
        await room.type("lun 11h")
        await room.press("enter")
        assert "réservée pour Jonas" in room.text and "205-6" in room.text
        assert len(room.desk.card(204).reservations) == 1


async def test_another_desks_move_is_told_and_the_typing_is_kept(
    open_keys: OpenKeys, key_desk: KeyDesk
) -> None:
    maelle = hire(key_desk.desk, "Maëlle")
    async with open_keys() as room:
        await room.go_to("204-3")
        await room.press("k", "enter", "p", "enter", "3")
        key_desk.desk.act(maelle, keys.carry, key_desk.sets[204], place_id=key_desk.places["safe"])
        await room.press("enter")
        assert "Maëlle a déplacé la clé 204-3" in room.text
        sheet = room.app.screen
        assert isinstance(sheet, HandOverSheet) and sheet.boxes["identity"].value == "p"
        assert room.desk.card(204).row.position.holder.kind is HolderKind.PLACE


async def test_a_filter_keeps_tag_holder_or_property(open_keys: OpenKeys) -> None:
    async with open_keys() as room:
        for typed, tags in (("zof", ["117-0"]), ("2056", ["205-6"]), ("tilleuls", ["204-3", "205-6"])):
            await room.press("slash")
            await room.type(typed)
            await room.press("enter")
            assert [row.tag for row in room.screen.list.rows] == tags
            await room.press("escape")
        assert len(room.screen.list.rows) == 6


async def test_moving_and_taking_along_are_in_the_list_of_acts(open_keys: OpenKeys) -> None:
    async with open_keys() as room:
        await room.go_to("205-6")
        await room.press("enter", "d")
        await room.type("coffre 1")
        await room.press("enter")
        assert room.desk.card(205).row.position.holder.name == "1"
        await room.press("enter", "e")
        assert room.desk.card(205).row.state is KeyState.TRANSIT
        assert "en route" in room.text


async def test_hostile_names_and_an_empty_cabinet_do_no_harm(open_keys: OpenKeys, key_desk: KeyDesk) -> None:
    monster = "[@click=app.quit]x[/] \x1b]52;c;eA==\x07" + "é" * 300
    person = key_desk.desk.act(key_desk.actor, customers.add_person, first_name=monster[:70], last_name="[/]")
    key_desk.people["monster"] = person
    key_desk.act(keys.reserve, key_desk.sets[12], at(25, 9), at(26, 9), holder_id=person)
    async with open_keys((80, 24)) as room:
        await room.go_to("012-5")
        assert "[@click" in room.text and "\x1b" not in room.text
        await room.press("k")
        assert "\x1b" not in room.text
        await room.press("escape")
        room.screen.use_filter("nothing at all")
        await room.press("down")
        assert "Rien" in room.text or "ne répond" in room.text


async def test_a_refresh_keeps_the_cursor_on_its_key(open_keys: OpenKeys, key_desk: KeyDesk) -> None:
    async with open_keys() as room:
        await room.go_to("019-6")
        key_desk.hand_over(205, "Wanda", at(28, 10), "205-6")
        await room.press("ctrl+r")
        assert room.screen.current is not None and room.screen.current.tag == "019-6"


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_screen_speaks_one_language(key_desk: KeyDesk, language: str) -> None:
    from .conftest import KeyRoomOnScreen, make_app

    app = make_app(key_desk, language=language)
    async with app.run_test(size=(120, 36)) as pilot:
        room = KeyRoomOnScreen(app, pilot, key_desk)
        await quiet(pilot)
        await room.press("f4")
        wanted = ("Registre des clés", "RETARD") if language == "fr" else ("Key register", "LATE")
        assert all(word in room.text for word in wanted)


async def test_from_the_board_a_request_finds_its_key(open_keys: OpenKeys, key_desk: KeyDesk) -> None:
    from conciergedesk.keys.outings import set_of_request

    request = key_desk.request("205-6", "Wanda", at(24, 20))
    assert key_desk.desk.ask(set_of_request, request) == key_desk.sets[205]
    bad = key_desk.request("no tag at all", "Wanda", at(24, 20))
    assert key_desk.desk.ask(set_of_request, bad) is None
    assert key_desk.desk.ask(set_of_request, 99_999) is None


async def test_the_whole_history_is_one_key_further(open_keys: OpenKeys, key_desk: KeyDesk) -> None:
    for turn in range(70):
        key_desk.act(keys.carry, key_desk.sets[12], place_id=key_desk.places["1" if turn % 2 else "2"])
    async with open_keys() as room:
        await room.go_to("012-5")
        assert room.screen.detail is not None and len(room.screen.detail.card.lines) == 60
        await room.press("right", "right")
        assert len(room.screen.detail.card.lines) == 71
        await room.press("end")
        assert "mandat signé" in room.text
        await room.press("escape")
        assert room.screen.list.has_focus


@pytest.mark.parametrize("size", SIZES)
async def test_an_owner_brings_keys_and_they_hang_under_a_new_tag(
    open_keys: OpenKeys, key_desk: KeyDesk, size: tuple[int, int]
) -> None:
    async with open_keys(size) as room:
        await room.press("p")
        await room.type("crochet 40")
        await room.press("enter", "o")
        assert "206-2" in room.text, "the next free tag stands in the title"
        for typed in (
            "Zoé [/]O[@click=app.quit]x 06 39 98 44 11",
            "c",
            "Les Acacias, 12 rue des Jardins, Metz",
            "porte, 2 badgs",
        ):
            await room.type(typed)
            await room.press("tab")
        await room.type("M-77")
        await room.press("enter")
        assert "« 2 badgs » n’est pas une pièce" in room.text
        assert isinstance(room.app.screen, FormSheet)
        await room.press(*["backspace"] * 8)
        await room.type("2 badges")
        await room.press("escape")
        assert "gardé" in room.text, "what was typed waits for the next time"
        await room.press("o", "enter")
        assert isinstance(room.app.screen, ShownSheet) and "206-2" in room.text
        await room.press("enter")
        assert room.screen.current is not None and room.screen.current.tag == "206-2"
        card = room.desk.desk.ask(
            set_card, room.screen.current.id, room.desk.clock.now(), key_house().ladder, PARIS
        )
        assert card.owner == "Zoé [/]O[@click=app.quit]x" and card.row.position.expected == 3
        assert card.home is not None and card.home.name == "40"
        assert "Acacias" not in room.text and "[@click=app.quit]" not in room.text.replace(card.owner, "")


async def test_the_description_the_pieces_and_the_tag_of_a_set_are_corrected(
    open_keys: OpenKeys, key_desk: KeyDesk
) -> None:
    async with open_keys() as room:
        await room.go_to("019-6")
        await room.press("enter", "c")
        await room.type("classeur 3")
        await room.press("enter")
        assert room.desk.card(19).photo == "classeur 3"
        await room.press("enter", "n", "ctrl+u")
        await room.type("porte 2")
        await room.press("tab")
        await room.type("Karim, serrure changée")
        await room.press("enter")
        assert room.desk.card(19).row.position.expected == 2
        await room.press("enter", "k")
        await room.type("dit avec l'adresse")
        await room.press("enter")
        assert room.desk.card(19).row.tag == "206-2" and "019-6 devient 206-2" in room.text

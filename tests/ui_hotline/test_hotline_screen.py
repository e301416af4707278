"""The hotlines under real key presses, at the sizes people have."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from conciergedesk.core.actor import SYSTEM
from conciergedesk.customers import service as customers
from conciergedesk.hotline import service as hotline
from conciergedesk.hotline.queries import call_log, incident_card, missed_calls
from conciergedesk.hotline.register import rounds
from conciergedesk.hotline.tables import HotlineCall
from conciergedesk.keys import service as keys
from conciergedesk.keys.custody import Identity
from conciergedesk.keys.tags import show_tag
from conciergedesk.ui.cells import short
from conciergedesk.ui.modals.choice import Choice
from conciergedesk.ui.modals.form import FormSheet
from conciergedesk.ui.modals.hotline_articles import ArticleSearch, ArticleSheet
from conciergedesk.ui.modals.hotline_call import CallSheet
from conciergedesk.ui.modals.hotline_sites import SiteSheet
from conciergedesk.ui.modals.hotline_triage import TriageSheet
from conciergedesk.ui.screens.hotline import HotlineScreen
from tests.keyboard import quiet

from .conftest import Hotline, OnScreen, OpenHotline, at

SIZES = [(80, 24), (120, 36)]


async def choose(shown: OnScreen, label: str) -> None:
    """Press the letter of the option that says ``label``."""
    sheet = shown.app.screen
    assert isinstance(sheet, Choice), shown.text
    option = next(one for one in sheet.rows.options if one.label.startswith(label))
    await shown.press(option.letter)


@pytest.mark.parametrize("size", SIZES)
async def test_a_tablet_call_is_rung_up_triaged_and_solved_with_an_article_in_few_keys(
    open_hotline: OpenHotline, lines: Hotline, size: tuple[int, int]
) -> None:
    async with open_hotline(size) as shown:
        call = lines.ring("03 53 01 40 01")
        await shown.look()
        assert isinstance(shown.app.screen, CallSheet)
        for said in (
            "Bernadette",
            "03 53 01 40 01",
            "Gîte des Charmes",
            "Les Charmes",
            "TAB-042",
            "en panne",
            "borne noire",
        ):
            assert said in shown.text, said
        assert "convention signée" in shown.text and "jusqu’au 30 mai 2027" in shown.text
        shown.keep_picture(f"call_{size[0]}")
        await shown.press("enter")
        assert "en ligne" in shown.text
        lines.clock.advance(timedelta(minutes=4))
        await shown.press("n")
        await choose(shown, "Tablette")
        assert isinstance(shown.app.screen, TriageSheet)
        assert "L’écran s’allume-t-il" in shown.text
        shown.keep_picture(f"triage_{size[0]}")
        await shown.press("n", "n")
        assert "KB-01 La tablette ne s’allume pas" in shown.text
        await shown.press("o")
        assert "résolu" in shown.text
        await shown.press("enter")
        assert shown.pressed <= 15, shown.pressed
        assert isinstance(shown.app.screen, HotlineScreen)
        assert "T-3 · résolu, au premier contact" in shown.text
    card = lines.card(3)
    assert (card.row.state, card.fcr, card.row.caller, card.row.site, card.asset) == (
        "done", True, "Bernadette", "Les Charmes", "TAB-042",
    )  # fmt: skip
    assert [one.key for one in card.answers] == ["n", "n", "o"]
    assert [(one.article, one.kind) for one in card.articles] == [("KB-01", "used")]
    assert card.seconds >= 240, "the timer ran from the answer, with no entry"
    row = lines.desk.ask(call_log, at(24, 0), at(25, 0))[0]
    assert (row.id, row.state, row.reason, row.outcome, row.ticket_id) == (
        call,
        "ended",
        "breakdown",
        "solved",
        3,
    )


@pytest.mark.parametrize("size", SIZES)
async def test_a_wifi_outage_at_three_sites_becomes_one_incident(
    open_hotline: OpenHotline, lines: Hotline, size: tuple[int, int]
) -> None:
    async with open_hotline(size) as shown:
        for number in ("03 53 01 40 01", "06 39 98 40 03", "+352 621 000 040"):
            lines.clock.advance(timedelta(minutes=5))
            lines.ring(number)
            await shown.look()
            await shown.press("enter", "n")
            await choose(shown, "Wifi")
            await shown.press("t", "e", "escape")
        assert "Incident à ouvrir" in shown.text
        await shown.press("home")
        screen = shown.app.screen
        assert isinstance(screen, HotlineScreen)
        while screen.list.current is not None and screen.list.current.kind != "incident":
            await shown.press("down")
        await shown.press("enter")
        shown.keep_picture(f"incident_{size[0]}")
        await shown.press("o")
        assert "À tout le monde" in shown.text and "Panne connue (Wifi, réf. M-1)" in shown.text
        await shown.press("escape")
        assert "Incident : Wifi" in shown.text
        assert "T-4" not in shown.lines[3], "its tickets stand behind it"
        await shown.press("i", "f")
        await choose(shown, "tiers")
        await shown.type("coupure")
        await shown.press("enter")
        assert "3 appelants prévenus" in shown.text or "La panne" in shown.text
        await shown.press("escape")
        assert "Incident" not in shown.text
    card = lines.desk.ask(incident_card, 1)
    assert (card.state, card.resolution_code, card.root_cause) == ("closed", "third_party", "coupure")
    assert [lines.card(one.id).row.state for one in card.tickets] == ["done", "done", "done"]


async def test_answers_are_kept_when_a_triage_is_left_and_taken_up_again(
    open_hotline: OpenHotline, lines: Hotline
) -> None:
    async with open_hotline() as shown:
        await shown.press("enter")
        sheet = shown.app.screen
        assert isinstance(sheet, TriageSheet) and sheet.walk is not None and sheet.walk.question is not None
        letter = sheet.walk.question.answers[0].key
        await shown.press(letter)
        await shown.press("escape")
        assert [one.key for one in lines.card(1).answers] == [letter]
        await shown.press("enter", "u", "escape")
        assert lines.card(1).answers == (), "a step back takes the answer back"


async def test_an_account_is_only_touched_after_the_call_back(
    open_hotline: OpenHotline, lines: Hotline
) -> None:
    ticket = lines.open("password", 0, caller="Bernadette")
    async with open_hotline() as shown:
        screen = shown.app.screen
        assert isinstance(screen, HotlineScreen)
        await shown.press("home")
        while screen.list.current is not None and screen.list.current.id != ticket:
            await shown.press("down")
        await shown.press("enter", "o")
        assert isinstance(shown.app.screen, Choice)
        assert "Rappelez au numéro de la convention" in shown.text and "03 53 01 40 01" in shown.text
        await shown.press("escape")
        assert lines.card(ticket).identity_proved_at is None
        await shown.press("o", "enter")
        assert lines.card(ticket).identity_proved_at is not None
        assert "double authentification" in shown.text


async def test_missed_calls_are_cleared_with_one_key(open_hotline: OpenHotline, lines: Hotline) -> None:
    for number in ("03 53 01 40 01", "06 39 98 40 03", "05 36 49 11 11"):
        lines.ring(number)
    lines.clock.advance(timedelta(minutes=5))
    lines.desk.act(SYSTEM, hotline.note_missed_calls, lines.house)
    async with open_hotline((80, 24)) as shown:
        assert "Rappel" in shown.text
        await shown.press("a")
        assert "3 appels" in shown.text and "Bernadette" in shown.text
        shown.keep_picture("missed_80")
        await shown.press("down", "space", "enter")
        assert "2 appels manqués traités" in shown.text
        assert [one.caller for one in lines.desk.ask(missed_calls)] == ["Mathilde"]


async def test_a_call_taken_elsewhere_leaves_this_desk_and_says_who_took_it(
    open_hotline: OpenHotline, lines: Hotline
) -> None:
    call = lines.ring("03 53 01 40 01")
    async with open_hotline() as shown:
        await shown.look()
        lines.desk.act(lines.sabrina, hotline.take_call, call)
        handlers = shown.wiring.hotline
        handlers.calls.show_ringing((), handlers.room.card(call))
        await quiet(shown.pilot)
        assert isinstance(shown.app.screen, HotlineScreen)
        assert "Sabrina a pris cet appel." in shown.text


async def test_a_call_waits_while_somebody_types_and_r_brings_it_back(
    open_hotline: OpenHotline, lines: Hotline
) -> None:
    async with open_hotline() as shown:
        await shown.press("e")
        assert isinstance(shown.app.screen, FormSheet)
        await shown.type("les faits")
        lines.ring("06 39 98 40 03")
        await shown.look()
        assert isinstance(shown.app.screen, FormSheet) and "les faits" in shown.text
        await shown.press("enter")
        assert "Note gardée" in shown.text or "Note" in shown.text
        shown.wiring.hotline.calls.offer()
        await quiet(shown.pilot)
        assert (
            isinstance(shown.app.screen, CallSheet) and "Mathilde" in shown.text and "allemand" in shown.text
        )
        await shown.press("escape", "r")
        assert isinstance(shown.app.screen, CallSheet)
        assert "note" not in lines.card(1).row.state and lines.card(1).notes[0].text == "les faits"


async def test_a_call_without_a_ticket_ends_with_two_keys(open_hotline: OpenHotline, lines: Hotline) -> None:
    call = lines.ring("05 36 49 11 11")
    async with open_hotline((80, 24)) as shown:
        await shown.look()
        assert "appelant inconnu" in shown.text
        await shown.press("enter", "escape")
        assert "r le ramène" in shown.text, "a call that one is in can be left and ended later"
        await shown.press("r", "x")
        await choose(shown, "faux numéro")
        await choose(shown, "rien à faire")
        assert "Appel terminé." in shown.text
    with lines.desk.read() as session:
        row = session.get(HotlineCall, call)
        assert row is not None and (row.state, row.reason, row.outcome) == (
            "ended",
            "wrong_number",
            "nothing",
        )


async def test_the_worst_severity_shows_at_every_desk_until_it_is_put_away(
    open_hotline: OpenHotline, lines: Hotline
) -> None:
    async with open_hotline(mode="") as shown:
        lines.open("double_booking", 1, caller="Mathilde")
        await shown.look()
        assert "S1 · T-3 Surréservation · Boutique" in shown.text
        await shown.press("escape")
        await shown.look()
        assert "S1 · T-3" not in shown.text, "said once"


async def test_articles_are_found_as_one_types_and_shown_without_running_anything(
    open_hotline: OpenHotline, lines: Hotline
) -> None:
    async with open_hotline() as shown:
        await shown.press("k")
        await shown.type(" lente")
        assert "KB-" in shown.text
        await shown.press("enter")
        sheet = shown.app.screen
        assert isinstance(sheet, ArticleSheet) and "Étapes" in shown.text
        shown.keep_picture("article_120")
        hostile = replace(
            sheet.article, body="## X\n\n[/nope] [@click=app.quit]x[/] \x1b]52;c;x\x07 [a](http://x.example)"
        )
        await shown.press("escape")
        shown.app.push_screen(ArticleSheet(hostile, today=at(24, 0).date(), can_send=False))
        await quiet(shown.pilot)
        assert "[/nope] [@click=app.quit]x[/]" in shown.text
        assert "\x1b" not in shown.text
        await shown.press("escape", "k", "ctrl+u")
        await shown.type("zzqqvv")
        assert "Aucune fiche" in shown.text
        await shown.press("enter", "escape")


async def test_sites_show_what_is_down_unseen_and_silent(open_hotline: OpenHotline) -> None:
    async with open_hotline((80, 24)) as shown:
        await shown.press("p")
        assert "1 en panne" in shown.text and "Les Charmes" in shown.text
        shown.keep_picture("sites_80")
        await shown.type("charmes")
        await shown.press("enter")
        assert "TAB-042" in shown.text and "dans la convention" in shown.text


async def test_tickets_are_marked_solved_and_undone_together(
    open_hotline: OpenHotline, lines: Hotline
) -> None:
    lines.open("tablet", 1)
    async with open_hotline() as shown:
        await shown.press("home", "space", "down", "space", "s", "f")
        await choose(shown, "résolu à distance")
        await shown.type("prise")
        await shown.press("enter")
        assert [lines.card(one).row.state for one in (1, 3)] == ["done", "done"]
        await shown.press("u")
        assert [lines.card(one).row.state for one in (1, 3)] == ["in_progress", "in_progress"]


async def test_a_round_is_driven_from_the_list(open_hotline: OpenHotline, lines: Hotline) -> None:
    lines.desk.act(
        lines.yanis,
        hotline.plan_round,
        lines.house,
        lines.clock.now() + timedelta(minutes=20),
        lines.sites[:2],
    )
    async with open_hotline() as shown:
        await shown.press("home", "enter", "a")
        assert lines.desk.ask(rounds)[0].stops[0].arrived_at is not None
        screen = shown.app.screen
        assert isinstance(screen, HotlineScreen)
        while screen.list.current is not None and screen.list.current.kind != "round":
            await shown.press("down")
        await shown.press("enter", "f")
        await shown.type("Bernadette")
        await shown.press("enter")
        assert lines.desk.ask(rounds)[0].stops[0].signed_by == "Bernadette"


async def test_both_lines_are_one_key_away_and_the_board_lists_tickets_too(
    open_hotline: OpenHotline, lines: Hotline
) -> None:
    async with open_hotline() as shown:
        assert "Commission" not in shown.text
        await shown.press("o")
        assert "Commission" in shown.text
        await shown.press("f2")
        assert "Écran tactile" in shown.text
        await shown.press("home", "enter")
        assert isinstance(shown.app.screen, TriageSheet)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (200, 60)])
async def test_no_row_is_wider_than_the_screen(
    open_hotline: OpenHotline, lines: Hotline, size: tuple[int, int]
) -> None:
    lines.open("wifi", 2, caller="[/nope]" * 20, title="é" * 150)
    async with open_hotline(size) as shown:
        lines.ring("+352 621 000 040")
        await shown.look()
        assert all(len(one) == size[0] for one in shown.lines)
        await shown.press("enter", "n", "w", "escape")
        assert all(len(one) == size[0] for one in shown.lines)


async def test_a_call_rung_by_a_script_pops_up_on_the_desk_by_itself(
    open_hotline: OpenHotline, lines: Hotline
) -> None:
    async with open_hotline() as shown:
        shown.wiring.hotline.listen()
        try:
            done = subprocess.run(
                [sys.executable, "-m", "conciergedesk", "ring", "0353014001", "--line", "technical"],
                env={
                    "PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
                    "CONCIERGEDESK_DATABASE": str(lines.desk.engine.url),
                },
                capture_output=True, text=True, timeout=60, check=True,
            )  # fmt: skip
            assert done.stdout.strip().isdigit()
            for _turn in range(600):
                await shown.pilot.pause(0.05)
                if isinstance(shown.app.screen, CallSheet):
                    break
            await quiet(shown.pilot)
            assert isinstance(shown.app.screen, CallSheet) and "Bernadette" in shown.text
        finally:
            shown.wiring.hotline.stop()


@pytest.mark.parametrize("size", SIZES)
async def test_a_site_its_devices_and_a_round_are_registered_with_keys(
    open_hotline: OpenHotline, lines: Hotline, size: tuple[int, int]
) -> None:
    async with open_hotline(size) as shown:
        await shown.press("p")
        await shown.type("Accueil [@click=app.quit]x")
        await shown.press("ctrl+n")
        assert isinstance(shown.app.screen, FormSheet)
        await shown.type("verre")
        for typed in ("", "Gorze", "Odile", "06 39 98 77 21"):
            await shown.press("tab")
            await shown.type(typed)
        await shown.press("enter")
        assert isinstance(shown.app.screen, SiteSheet), shown.text
        assert "Musée du Verre · Gorze" in shown.text and "06 39 98 77 21 Odile" in shown.text
        await shown.press("a")
        await shown.type("grille-pain")
        await shown.press("enter")
        assert "n’est pas un type d’appareil" in shown.text
        await shown.press("ctrl+u", "t", "enter")
        assert "TAB-001" in shown.text, "the next free label is taken"
        await shown.press("s", "p")
        assert "en panne" in shown.text
        await shown.press("x")
        await shown.type("changer la vitre [/]")
        await shown.press("enter")
        assert "changer la vitre [/]" in shown.text
        await shown.press("escape", "v")
        form = shown.app.screen
        assert isinstance(form, FormSheet) and "Accueil [@click=app.quit]x Gorze" in form.values["sites"]
        await shown.type("hier 9h")
        await shown.press("enter")
        assert "passé" in shown.text or "à venir" in shown.text
        await shown.press("ctrl+u")
        await shown.type("demain 9h")
        await shown.press("enter")
        planned = lines.desk.ask(rounds)
        assert [stop.commune for stop in planned[0].stops] == ["Gorze", "Gorze"]
        assert "Tournée planifiée" in shown.text


async def test_the_last_words_searched_stand_selected_when_the_search_opens_again(
    open_hotline: OpenHotline,
) -> None:
    async with open_hotline() as shown:
        await shown.press("end")
        await shown.press("k")
        sheet = shown.app.screen
        assert isinstance(sheet, ArticleSearch) and sheet.line.selected_text == sheet.line.value != ""
        await shown.type("wifi")
        assert sheet.line.value == "wifi"


@pytest.mark.parametrize(
    ("number", "cells", "said"),
    [
        ("05 36 49 11 22", 10, "0536491122"),
        ("05 36 49 11 22", 20, "05 36 49 11 22"),
        ("+352 621 000 012", 10, "…621000012"),
        ("+352 621 000 012", 13, "+352621000012"),
        ("Odile 06 39", 8, "Odile 0…"),
    ],
)
def test_a_number_in_a_narrow_column_keeps_its_last_digits(number: str, cells: int, said: str) -> None:
    assert short(number, cells) == said


async def test_the_call_back_of_an_unknown_number_can_be_dialled_from_the_list(
    open_hotline: OpenHotline, lines: Hotline
) -> None:
    call = lines.ring("05 36 49 11 22")
    lines.desk.act(SYSTEM, hotline.caller_gave_up, lines.house, call)
    async with open_hotline((80, 24)) as shown:
        assert "0536491122" in shown.text


async def test_f_finds_sites_tickets_sets_and_files_and_opens_them(
    open_hotline: OpenHotline, lines: Hotline
) -> None:
    lines.desk.act(lines.helene, customers.add_person, first_name="Zoé", phones=["06 39 98 44 11"])
    place = lines.desk.act(lines.helene, keys.add_place, "hook", "7")
    entrusted = keys.Entrusted(
        "Zoé", "porte", place, "M-1", at(1, 9).date(), lodging="Les Charmes bis, 3 rue Haute, Gorze",
        identity=Identity.PASSPORT,
    )  # fmt: skip
    lines.desk.act(lines.helene, keys.entrust, lines.house.book, entrusted)
    async with open_hotline(mode="", actor=lines.lucie) as shown:
        await shown.press("f")
        await shown.type("charmes")
        assert "Les Charmes" in shown.text and "clé 101" not in shown.text, (
            "a tag never answers to its address"
        )
        await shown.press("enter")
        assert isinstance(shown.app.screen, SiteSheet)
        await shown.press("escape", "f")
        await shown.type("t-1")
        assert "borne noire" in shown.text
        await shown.press("enter")
        screen = shown.app.screen
        assert isinstance(screen, HotlineScreen)
        assert screen.list.current is not None and screen.list.current.ref == "T-1"
        await shown.press("f")
        await shown.type(show_tag(101))
        assert f"clé {show_tag(101)}" in shown.text and "crochet 7" in shown.text

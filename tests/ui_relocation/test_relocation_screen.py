"""The screen of relocations with real keys: open a file, read it, work its items, move its arrival, hold contacts."""

from __future__ import annotations

import itertools
from datetime import date, datetime
from pathlib import Path

import pytest

from conciergedesk.board.rules import PromiseKind
from conciergedesk.relocation import service as relocation
from conciergedesk.ui.modals.relocation_visits import ProgrammeSheet
from conciergedesk.ui.screens.board import BoardScreen
from conciergedesk.ui.widgets.inputs import DeskInput
from tests.conftest import PARIS
from tests.ui_relocation.conftest import Files, OpenFiles, house

SIZES = [(80, 24), (120, 36)]


@pytest.mark.parametrize("size", SIZES)
async def test_a_file_is_opened_from_six_lines(
    open_files: OpenFiles, files: Files, size: tuple[int, int]
) -> None:
    async with open_files(size) as shown:
        await shown.press("o")
        for line in (
            "Ada Muller, Kim, Zoé 9, Léo 4, chat Mistigri",
            "Mécaval",
            "2027-06-14",
            "famille",
            "",
            "de",
        ):
            await shown.press("ctrl+u")
            await shown.type(line)
            await shown.press("tab")
        await shown.press("ctrl+s")
        card = shown.screen.card
        assert card is not None
        assert (card.household, card.coach, card.language) == ("Ada Muller", "Clémence", "de")
        assert [one.age for one in card.members if one.age is not None] == [9, 4]
        assert len(card.items) > 35
        assert "Zoé 9 ans" in shown.text
        assert "lun 14 juin" in shown.text


async def test_a_child_of_47_is_refused_under_its_line_and_nothing_typed_is_lost(
    open_files: OpenFiles, files: Files
) -> None:
    async with open_files() as shown:
        await shown.press("o")
        await shown.type("Ada Muller, Tim 47")
        await shown.press("tab", "tab")
        await shown.type("2027-06-14")
        await shown.press("ctrl+s")
        assert "47" in shown.text
        assert "Ada Muller, Tim 47" in shown.text
        await shown.press("escape")
        assert shown.screen.card is None


@pytest.mark.parametrize("size", [*SIZES, (200, 60)])
async def test_a_file_shows_who_when_what_is_owed_and_what_is_at_risk(
    open_files: OpenFiles, files: Files, size: tuple[int, int]
) -> None:
    async with open_files(size) as shown:
        await shown.press("enter")
        text = shown.text
        for said in ("Jonna 14 ans", "J-19", "J0", "Écoles", "-41 j", "Risques", "dans 19 jours"):
            assert said in text, said
        if size[0] >= 120:
            for said in (
                "Famille",
                "Employeur",
                "Prestataires",
                "le chat Pixel",
                "passeport · Tim",
                "classe de musique",
            ):
                assert said in text, said
        assert all(len(line) <= size[0] for line in shown.lines)


async def test_letters_and_arrows_move_between_items_and_owners(open_files: OpenFiles, files: Files) -> None:
    async with open_files() as shown:
        await shown.press("enter")
        first = shown.screen.item
        assert first is not None
        assert first.owner == "FA"
        await shown.press("down")
        assert shown.screen.item is not None
        assert shown.screen.item.id != first.id
        await shown.press("right")
        assert shown.screen.item is not None
        assert shown.screen.item.owner == "EM"
        await shown.press("left", "left")
        assert shown.screen.item.owner == "CO"
        await shown.press("escape")
        assert shown.screen.card is None


@pytest.mark.parametrize("size", SIZES)
async def test_the_arrival_moves_by_twelve_days_after_its_preview_and_comes_back(
    open_files: OpenFiles, files: Files, size: tuple[int, int]
) -> None:
    before = {one.code: one.due for one in files.card("hartmann").items}
    async with open_files(size) as shown:
        await shown.press("enter", "j")
        await shown.type("+12")
        assert "samedi 24 avril 2027" in shown.text
        assert "bougent" in shown.text
        assert "restent" in shown.text
        assert files.card("hartmann").arrival == date(2027, 4, 12), "a preview changes nothing"
        await shown.press("enter")
        assert files.card("hartmann").arrival == date(2027, 4, 24)
        assert files.due("hartmann", "A12") == date(2027, 4, 9)
        assert files.due("hartmann", "A23") == before["A23"]
        assert "dans 31 jours" in shown.text
        await shown.press("u")
        assert {one.code: one.due for one in files.card("hartmann").items} == before
        assert "dans 19 jours" in shown.text


async def test_an_arrival_before_the_opening_is_refused_in_the_sheet(
    open_files: OpenFiles, files: Files
) -> None:
    async with open_files() as shown:
        await shown.press("enter", "j")
        await shown.type("2026-12-01")
        await shown.press("enter")
        assert "précède" in shown.text or "avant" in shown.text
        await shown.press("escape")
        assert files.card("hartmann").arrival == date(2027, 4, 12)


async def test_x_is_done_and_a_legal_item_asks_for_its_evidence(open_files: OpenFiles, files: Files) -> None:
    async with open_files() as shown:
        await shown.press("enter")
        await shown.go_to("A12")
        await shown.press("x")
        assert files.state("hartmann", "A12") == "done"
        await shown.press("u")
        assert files.state("hartmann", "A12") == "to_do"
        await shown.go_to("A23")
        await shown.press("x")
        await shown.press("enter")
        assert files.state("hartmann", "A23") == "to_do", "no evidence, not done"
        await shown.type("certificat vu ce jour")
        await shown.press("enter")
        assert files.state("hartmann", "A23") == "done"


async def test_z_gives_another_day_but_never_past_a_legal_deadline(
    open_files: OpenFiles, files: Files
) -> None:
    async with open_files() as shown:
        await shown.press("enter")
        await shown.go_to("A12")
        await shown.press("z")
        await shown.type("+3")
        await shown.press("enter")
        assert files.due("hartmann", "A12") == date(2027, 3, 31)
        await shown.go_to("A23")
        await shown.press("z")
        await shown.type("+3")
        await shown.press("enter")
        assert "ne bouge pas" in shown.text
        await shown.press("escape", "escape")
        assert files.due("hartmann", "A23") == date(2027, 4, 10)


@pytest.mark.parametrize("size", SIZES)
async def test_an_item_goes_to_the_desk(open_files: OpenFiles, files: Files, size: tuple[int, int]) -> None:
    async with open_files(size) as shown:
        await shown.press("enter")
        await shown.go_to("A16")
        await shown.press("p", "ctrl+s")
        item = next(one for one in files.card("hartmann").items if one.code == "A16")
        assert (item.state, item.waiting_for) == ("waiting", "desk")
        assert item.request_id is not None
        assert f"D-{item.request_id}" in shown.text


@pytest.mark.parametrize("size", SIZES)
async def test_a_low_pulse_reaches_the_supervisor_who_closes_it_from_the_board(
    open_files: OpenFiles, files: Files, size: tuple[int, int]
) -> None:
    files.clock.move_to(datetime(2027, 4, 19, 10, 0, tzinfo=PARIS))
    async with open_files(size) as shown:
        await shown.press("enter", "b")
        assert "Appel J+7" in shown.text
        assert "recommanderiez-vous notre accompagnement à un collègue ?" in shown.text, (
            "questions stand whole"
        )
        await shown.type("4")
        await shown.press("enter")
        assert "1 action pour le superviseur" in shown.text
        assert "superviseur : 4/10" in shown.text
    async with open_files(actor=files.helene, mode="") as shown:
        board = shown.app.screen
        assert isinstance(board, BoardScreen)
        await shown.press("slash")
        await shown.type("barometre")
        await shown.press("enter")
        current = board.list.current
        assert current is not None
        assert current.kind is PromiseKind.RELOCATION
        await shown.press("x")
        await shown.type("famille appelée, box prêtée")
        await shown.press("enter")
        assert [one.done_on for one in files.card("hartmann").actions] == [date(2027, 4, 19)]


async def test_the_board_opens_the_file_at_the_item(open_files: OpenFiles, files: Files) -> None:
    async with open_files(mode="") as shown:
        board = shown.app.screen
        assert isinstance(board, BoardScreen)
        await shown.press("slash")
        await shown.type("electricite")
        await shown.press("enter", "enter")
        assert shown.app.current_mode == "relocation"
        item = shown.screen.item
        assert item is not None
        assert item.code == "A12"


async def test_x_on_the_board_marks_an_item_as_done(open_files: OpenFiles, files: Files) -> None:
    async with open_files(mode="") as shown:
        await shown.press("slash")
        await shown.type("electricite")
        await shown.press("enter", "x")
        assert files.state("hartmann", "A12") == "done"


async def test_risks_documents_and_reminders_are_noted_with_their_keys(
    open_files: OpenFiles, files: Files
) -> None:
    async with open_files() as shown:
        await shown.press("enter", "w")
        assert "Budget insuffisant" in shown.text
        await shown.press("enter", "ctrl+s")
        assert files.card("hartmann").risks[0].code == "budget_gap"
        await shown.press("d")
        assert "titulaire prévenu" in shown.text
        await shown.press("enter")
        assert files.card("hartmann").documents[0].rung == 30
        await shown.press("m", "tab")
        await shown.type("accord de la mairie")
        await shown.press("ctrl+s")
        assert files.card("hartmann").questions[0].about == "accord de la mairie"


async def test_a_supervisor_sees_everybody_and_the_figures_with_definitions(
    open_files: OpenFiles, files: Files
) -> None:
    async with open_files((80, 24), actor=files.helene) as shown:
        assert "Jakub" in shown.text, "without files of one's own everybody's are listed"
        assert "Clémence" in shown.text
        await shown.press("v")
        assert "Points légaux à l’heure" in shown.text
        assert "parmi ceux faits ou échus" in shown.text
        await shown.press("escape")
        assert "Jakub" in shown.text


async def test_the_household_is_shown_and_typed_in_words_and_dates_of_the_house(
    open_files: OpenFiles, files: Files
) -> None:
    async with open_files((80, 24)) as shown:
        await shown.press("enter", "c")
        for said in ("Union européenne", "à l’étranger", "Luxembourg", "le chat Pixel"):
            assert said in shown.text, said
        assert "abroad" not in shown.text and "vls_ts" not in shown.text
        boxes = list(shown.app.screen.query(DeskInput))
        boxes[5].value, boxes[12].value = "européen", "demain peut-être"
        boxes[1].value = "brit"
        await shown.press("ctrl+s")
        assert "Écrivez un jour" in shown.text
        assert files.card("hartmann").facts["nationality"] == "eu", "nothing is kept while a day is refused"
        boxes[12].value = "8 nov. 2026"
        await shown.press("ctrl+s")
        assert files.card("hartmann").facts["nationality"] == "uk"
        assert files.card("hartmann").anchors["purchase"] == date(2026, 11, 8)


async def test_a_coach_has_only_own_files(open_files: OpenFiles, files: Files) -> None:
    async with open_files() as shown:
        assert "Jakub" not in shown.text
        await shown.press("v")
        assert "superviseurs" in shown.text
        assert "Jakub" not in shown.text


async def test_the_family_gets_a_paper_and_a_calendar(
    open_files: OpenFiles, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONCIERGEDESK_HOME", str(tmp_path))
    async with open_files() as shown:
        await shown.press("enter", "l")
        await shown.press("escape")
    pdf, calendar = tmp_path / "plans" / "I-01-de.pdf", tmp_path / "plans" / "I-01-de.ics"
    assert pdf.read_bytes().startswith(b"%PDF")
    assert b"BEGIN:VCALENDAR" in calendar.read_bytes()


async def test_names_full_of_markup_are_shown_as_they_are(open_files: OpenFiles, files: Files) -> None:
    from dataclasses import replace

    from conciergedesk.relocation import service as relocation
    from tests.ui_relocation.conftest import hartmann, house

    evil = replace(hartmann(), household="[@click=app.quit]x[/], [/b] 7", arrival=date(2027, 4, 1))
    files.desk.act(files.clemence, relocation.open_file, house(), evil)
    async with open_files() as shown:
        await shown.press("down")
        assert "[@click=app.quit]x[/]" in shown.text or "[@click" in shown.text
        await shown.press("enter")
        assert shown.screen.card is not None
        assert shown.app.is_running


async def test_an_empty_portfolio_says_how_to_open_a_file(open_files: OpenFiles, files: Files) -> None:
    nobody = files.helene
    async with open_files(actor=nobody) as shown:
        await shown.press("v", "v")
        assert "aucun dossier ouvert" in shown.text
        assert "o" in shown.text


def test_days_are_said_from_the_arrival() -> None:
    from conciergedesk.ui.widgets.relocation_time import MARKS, day_mark, place

    assert [day_mark(days) for days in (-19, 0, 7)] == ["J-19", "J0", "J+7"]
    columns = [place(days, 26, 114) for days in MARKS]
    steps = {right - left for left, right in itertools.pairwise(columns)}
    assert max(steps) - min(steps) <= 1, "near days have as much room as far months"
    everything = [place(days, 26, 114) for days in range(-120, 400)]
    assert everything == sorted(everything)


@pytest.mark.parametrize("size", SIZES)
async def test_a_file_is_brought_to_a_newer_plan_after_its_preview(
    open_files: OpenFiles, files: Files, size: tuple[int, int]
) -> None:
    shipped = house().shelf.plan("settling_family")
    text = house().texts[shipped.id, shipped.version].replace('due = "-10d"', 'due = "-8d"')
    files.desk.act(files.helene, relocation.publish_plan, text)
    async with open_files(size) as shown:
        await shown.press("enter")
        assert "plan plus récent" in shown.text
        before = {one.code: one.due for one in files.card("hartmann").items}
        await shown.press("a", "v")
        assert "Contrat d’eau" in shown.text and "restent tels quels" in shown.text
        await shown.press("escape")
        assert {one.code: one.due for one in files.card("hartmann").items} == before
        await shown.press("a", "v", "enter")
        assert files.card("hartmann").plan_is_current and "plan plus récent" not in shown.text
        assert {one.code: one.due for one in files.card("hartmann").items} != before


async def test_a_file_is_closed_with_the_households_last_word_and_taken_back(
    open_files: OpenFiles, files: Files
) -> None:
    async with open_files((80, 24)) as shown:
        await shown.press("enter", "a", "c", "i")
        assert "Encore ouverts" in shown.text, "said before the survey is asked"
        await shown.press("escape", "a", "c", "p")
        await shown.type("4")
        await shown.press("tab")
        await shown.type("trop loin [/] de tout")
        await shown.press("enter")
        card = files.card("hartmann")
        assert card.state == "closed" and any(one.words == "trop loin [/] de tout" for one in card.followups)
        assert "I-01 clos" in shown.text and "1 action pour le superviseur" in shown.text
        await shown.press("u")
        assert files.card("hartmann").state == "open"


@pytest.mark.parametrize("size", SIZES)
async def test_work_across_the_border_is_counted_and_its_notes_are_dated(
    open_files: OpenFiles, files: Files, size: tuple[int, int]
) -> None:
    async with open_files(size) as shown:
        await shown.press("enter", "a", "t")
        assert "Luxembourg" in shown.text and "0 / 34" in shown.text and "cns.public.lu" in shown.text
        await shown.press("a")
        await shown.type("1/3 au 19/3, [/]")
        await shown.press("enter")
        assert "« [/] » n’est pas un jour" in shown.text
        await shown.press("ctrl+u")
        await shown.type("4/1 au 5/2, 1/3 au 4/3")
        await shown.press("enter")
        assert "29 / 34" in shown.text and "près du seuil" in shown.text
        assert files.card("hartmann").telework[0].amber


@pytest.mark.parametrize("size", SIZES)
async def test_a_mini_stay_is_composed_and_goes_out_once_its_operator_is_named(
    open_files: OpenFiles, files: Files, size: tuple[int, int]
) -> None:
    async with open_files(size) as shown:
        await shown.press("h", "n")
        for typed in ("m", "Jakub [/] Zielinski", "", "", "ven 14h", "dim 16h"):
            await shown.type(typed)
            await shown.press("tab")
        await shown.press("enter")
        sheet = shown.app.screen
        assert isinstance(sheet, ProgrammeSheet), shown.text
        for kind, label, starts, ends, place in (
            ("l", "Chambre", "ven 16h", "dim 11h", "Maison des Lilas"),
            ("d", "Dîner [@click=app.quit]x", "ven 19h30", "+2h", "Chez Mirabelle"),
        ):
            await shown.press("a")
            for typed in (kind, label, starts, ends, place):
                await shown.type(typed)
                await shown.press("tab")
            await shown.press("enter")
        assert "Dîner [@clic" in shown.text and "L. 211-18" in shown.text
        await shown.press("M")
        assert "opérateur immatriculé" in " ".join(shown.text.split())
        await shown.press("escape", "h", "down", "enter", "o")
        await shown.type("Voyages du Pays")
        await shown.press("tab")
        await shown.type("IM057 26 0001")
        await shown.press("enter", "M")
        assert "envoyé" in shown.text
        await shown.press("x")
        assert "annulé" in shown.text


async def test_refusals_are_never_ticked_and_the_footer_offers_only_what_is_allowed(
    open_files: OpenFiles, files: Files
) -> None:
    async with open_files((200, 60)) as shown:
        assert "v chiffres" not in shown.lines[-1] and "o nouveau dossier" in shown.lines[-1]
        await shown.press("v")
        said = next(line for line in shown.lines if "superviseurs" in line)
        assert "×" in said and "✓" not in said
    async with open_files((200, 60), actor=files.helene) as shown:
        assert "v chiffres" in shown.lines[-1]

"""Sheets over a screen: their answers, what they keep, and the status line that stays alive above them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from textual.app import App, ComposeResult

from conciergedesk.core.errors import Conflict, InvalidInput
from conciergedesk.ui.modals.choice import Choice, Option, with_letters
from conciergedesk.ui.modals.confirm import Confirm
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.themes import NIGHT, THEMES
from conciergedesk.ui.widgets.inputs import DeskInput, EchoInput, Understood
from tests.keyboard import quiet

from .conftest import OpenDesk


async def test_enter_is_the_safe_choice_before_what_cannot_be_undone(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:
        answers: list[bool | None] = []

        def ask() -> None:
            desk.app.push_screen(
                Confirm("Déclarer la clé perdue ?", "La clé 204 est bloquée.", "X", "perdue"), answers.append
            )

        for keys in (("enter",), ("escape",), ("x",), ("X",)):
            ask()
            await quiet(desk.pilot)
            assert "X perdue" in desk.text
            await desk.press(*keys)
            if keys == ("x",):
                assert len(answers) == 2, "a small letter is not the capital"
                await desk.press("escape")
        assert answers == [False, False, False, True]


async def test_a_letter_chooses_and_arrows_do_as_well(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:
        answers: list[str | None] = []
        options = [
            Option("done", "faite"),
            Option("wait", "en attente"),
            Option("cancel", "annulée", "motif"),
        ]
        for keys in (("f",), ("down", "down", "enter"), ("escape",)):
            desk.app.push_screen(Choice("Statut", options), answers.append)
            await quiet(desk.pilot)
            await desk.press(*keys)
        assert answers == ["done", "cancel", None]


def test_every_option_gets_a_letter_of_its_own() -> None:
    letters = [one.letter for one in with_letters([Option(str(n), "aa") for n in range(20)])]
    assert len(set(letters)) == 20 and letters[0] == "a"
    assert with_letters([Option("1", "faite"), Option("2", "fin", letter="f")])[0].letter == "a"


def _saves(values: Mapping[str, str]) -> str:
    if values["when"] == "hier":
        raise InvalidInput("This day is past.", field="when")
    if values["when"] == "lundi":
        raise Conflict("Maëlle changed this request at 18:40. Your text is kept.")
    return values["when"]


def _form(kept: list[Mapping[str, str]]) -> FormSheet[str]:
    return FormSheet(
        "Rappel", [Field("when", "Quand"), Field("why", "Pourquoi", "rappel")], _saves, left=kept.append
    )


async def test_a_refused_value_is_said_under_its_line_and_nothing_typed_is_lost(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:
        answers: list[str | None] = []
        desk.app.push_screen(_form([]), answers.append)
        await quiet(desk.pilot)
        await desk.press(*"hier", "tab", *"x", "enter")
        lines = desk.lines
        place = next(n for n, line in enumerate(lines) if "Quand" in line)
        assert "hier" in lines[place] and "This day is past." in lines[place + 1]
        assert "rappelx" in desk.text
        await desk.press("backspace", "backspace", "backspace", "backspace", *"demain", "ctrl+s")
        assert answers == ["demain"]


async def test_a_conflict_stays_in_the_sheet_with_the_typing(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:
        desk.app.push_screen(_form([]))
        await quiet(desk.pilot)
        await desk.press(*"lundi", "enter")
        assert "▌ Maëlle changed this request" in desk.text and "lundi" in desk.text


async def test_leaving_a_form_keeps_what_was_typed_as_a_draft(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:
        kept: list[Mapping[str, str]] = []
        answers: list[str | None] = []
        desk.app.push_screen(_form(kept), answers.append)
        await quiet(desk.pilot)
        await desk.press(*"demain", "escape")
        assert kept == [{"when": "demain", "why": "rappel"}]
        assert answers == [None]


async def test_the_status_line_stays_alive_over_a_sheet(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:
        await desk.press("v")
        desk.clock.advance(timedelta(minutes=9))
        desk.app.tick()
        await quiet(desk.pilot)
        assert "18:51" in desk.lines[0] and "3 retards" in desk.lines[0]
        await desk.press("escape")
        assert "18:51" in desk.lines[0]


async def test_letters_typed_in_a_sheet_never_reach_the_board(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:
        desk.app.push_screen(_form([]))
        await quiet(desk.pilot)
        await desk.press(*"tsznfru")
        assert desk.asked == []


class _Echo(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.register_theme(THEMES[NIGHT])
        self.theme = NIGHT

    def compose(self) -> ComposeResult:
        yield EchoInput(
            "dentist 20h", understand=lambda text: [Understood(0, 7, "accent"), Understood(8, 11, "soon")]
        )


async def test_typed_words_take_the_colour_of_what_they_were_understood_as() -> None:
    app = _Echo()
    async with app.run_test(size=(40, 5)):
        strip = app.query_one(EchoInput).render_line(0)
        pieces = {segment.text: segment.style for segment in strip if segment.text.strip()}
        first, second = pieces["dentist"], pieces["20h"]
        assert first is not None and second is not None
        assert first.underline and second.underline
        assert first.color != second.color


async def test_pasted_control_characters_never_stand_in_an_input() -> None:
    app = _Echo()
    async with app.run_test(size=(40, 5)):
        box = app.query_one(DeskInput)
        box.value = "a\x1b]0;x\x07b\x00c\u202ed  e \u009bf"
        assert box.value == "a]0;xbcd  e f"

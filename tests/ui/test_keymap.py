"""One registry of acts: safe keys, no two acts on one key, and a file of the house that can change them."""

from __future__ import annotations

from pathlib import Path

import pytest

from conciergedesk.core.i18n import translate
from conciergedesk.ui.acts import ACTIONS, SCOPE_TITLES, Scope
from conciergedesk.ui.cells import word
from conciergedesk.ui.keys import KeyMap, conflicts, is_safe_default, load_keys, shown_key, use_keymap

from .conftest import OpenDesk


def test_no_default_key_needs_altgr_or_the_digit_row() -> None:
    assert [(act.id, key) for act in ACTIONS for key in act.keys if not is_safe_default(key)] == []


@pytest.mark.parametrize(
    "key", ["at", "1", "circumflex_accent", "backslash", "ctrl+1", "é", "minus", "underscore"]
)
def test_keys_that_some_keyboards_hide_are_not_safe(key: str) -> None:
    assert not is_safe_default(key)


def test_no_key_runs_two_acts_in_one_place() -> None:
    assert conflicts() == []


def test_every_act_has_an_id_of_its_own_a_label_and_a_help_in_french() -> None:
    assert len({act.id for act in ACTIONS}) == len(ACTIONS)
    for act in ACTIONS:
        assert act.help.endswith(".") or act.help.endswith("…")
        assert translate(act.help, "fr") != act.help, act.id
        assert translate(act.label, "fr") != act.label, act.id
        assert "|" not in word(act.label)
    assert all(translate(title, "fr") != title for title in SCOPE_TITLES.values())


def test_a_house_file_moves_a_key(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_text('[keys]\n"board.claim" = "w"\n"board.filter" = ["/", "Ctrl+F"]\n', encoding="utf-8")
    keys, problems = load_keys(file)
    assert problems == []
    assert keys.keys_of("board.claim") == ("w",)
    assert keys.keys_of("board.filter") == ("slash", "ctrl+f")
    assert keys.shown("board.filter") == "/"


def test_a_bad_line_is_reported_with_its_name_and_the_others_hold(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(
        '[keys]\n"board.clain" = "w"\n"board.claim" = 3\n"board.status" = "z"\n"board.call" = "q"\n',
        encoding="utf-8",
    )
    keys, problems = load_keys(file)
    assert [problem.field for problem in problems] == ["board.clain", "board.claim", "board.status"]
    assert "keys.toml · keys · board.status" in str(problems[2])
    assert keys.keys_of("board.status") == ("s",)
    assert keys.keys_of("board.call") == ("q",)


def test_a_file_that_is_no_toml_leaves_the_default_keys(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_text("[keys\n", encoding="utf-8")
    keys, problems = load_keys(file)
    assert len(problems) == 1
    assert keys.keys_of("board.claim") == ("t",)


def test_no_file_is_no_problem(tmp_path: Path) -> None:
    assert load_keys(tmp_path / "keys.toml")[1] == []


def test_keys_are_named_as_people_know_them() -> None:
    assert [shown_key(key) for key in ("enter", "ctrl+p", "f2", "question_mark", "right", "X")] == [
        "Entrée",
        "Ctrl+P",
        "F2",
        "?",
        "→",
        "X",
    ]


async def test_footer_help_and_palette_show_the_key_of_the_house(open_desk: OpenDesk) -> None:
    use_keymap(KeyMap({"board.claim": ("w",)}))
    async with open_desk((120, 36)) as desk:
        assert "w prendre" in desk.lines[-1]
        await desk.press("w")
        assert [ask.act for ask in desk.asked] == ["board.claim"]
        await desk.press("t")
        assert len(desk.asked) == 1
        await desk.press("question_mark")
        assert "w           prendre" in desk.text
        await desk.press("escape", "ctrl+p", *"pren")
        assert any("w" in line and "prendre" in line for line in desk.lines[10:25])


async def test_every_shown_key_of_the_footer_is_bound(open_desk: OpenDesk) -> None:
    async with open_desk((200, 60)) as desk:
        bound = {active.binding.id for active in desk.app.screen.active_bindings.values()}
        shown = {act.id for act in KeyMap().footer(Scope.EVERYWHERE, Scope.BOARD) if desk.board.can(act)}
        assert shown <= bound
        assert "board.provider" not in bound, "an act without a handler is offered nowhere"

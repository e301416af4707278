"""Every ink can be read on every ground, in true colour and after the fall-back to 256 colours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.color import Color, ColorSystem

import conciergedesk.ui
from conciergedesk.ui.themes import DAY, GROUNDS, INKS, MONO, NIGHT, PAIRS, THEMES, theme_for

from .conftest import OpenDesk


def luminance(rgb: tuple[int, ...]) -> float:
    parts = [c / 255 / 12.92 if c / 255 <= 0.03928 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(ink: str, ground: str, *, downgraded: bool) -> float:
    values = []
    for name in (ink, ground):
        color = Color.parse(name)
        if downgraded:
            color = color.downgrade(ColorSystem.EIGHT_BIT)
        values.append(luminance(tuple(color.get_truecolor())))
    dark, light = sorted(values)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", sorted(THEMES))
@pytest.mark.parametrize("downgraded", [False, True])
def test_every_ink_is_legible_on_every_ground(theme: str, downgraded: bool) -> None:
    roles = THEMES[theme].variables
    poor = {
        (ink, ground): round(contrast(roles[ink], roles[ground], downgraded=downgraded), 2)
        for ink in INKS
        for ground in GROUNDS
        if contrast(roles[ink], roles[ground], downgraded=downgraded) < 4.3
    }
    assert not poor


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_inks_with_their_own_ground_are_legible(theme: str) -> None:
    roles = THEMES[theme].variables
    assert {
        pair: r for pair in PAIRS if (r := contrast(roles[pair[0]], roles[pair[1]], downgraded=False)) < 5.5
    } == {}


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_late_is_louder_than_ordinary_text_without_colour(theme: str) -> None:
    roles = THEMES[MONO].variables
    assert contrast(roles["late"], roles["bg"], downgraded=False) > contrast(
        roles["muted"], roles["bg"], downgraded=False
    )


def test_all_themes_have_the_same_roles() -> None:
    assert set(THEMES[NIGHT].variables) == set(THEMES[DAY].variables) == set(THEMES[MONO].variables)


def test_no_colour_value_stands_outside_the_themes() -> None:
    folder = Path(conciergedesk.ui.__file__).parent
    found = [
        f"{file.name}: {line.strip()}"
        for file in [*folder.rglob("*.py"), *folder.rglob("*.tcss")]
        if file.name != "themes.py"
        for line in file.read_text(encoding="utf-8").splitlines()
        if re.search(r"#[0-9A-Fa-f]{6}\b|#[0-9A-Fa-f]{3}\b", line)
    ]
    assert found == []


def test_an_unknown_theme_is_the_night_and_no_color_wins() -> None:
    assert theme_for("neon", no_color=False) == NIGHT
    assert theme_for(DAY, no_color=True) == MONO


async def test_no_color_selects_the_mono_theme_and_keeps_it_readable(
    open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_desk((80, 24)) as desk:
        assert desk.app.theme == MONO
        assert not [
            one for one in desk.app.get_line_filters() if type(one).__name__ in ("Monochrome", "NoColor")
        ]
        assert "▲ RETARD" in desk.text

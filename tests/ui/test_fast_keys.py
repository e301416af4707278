"""Keys that come faster than the desk works through them (a scanner, a macro, a slow line) keep their order."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from textual import events

from conciergedesk.ui.modals.form import Field, FormSheet
from tests.keyboard import quiet, strike

from .conftest import Desk, OpenDesk

KEYS = ("a", "b", "tab", "c", "d", "ctrl+u", "e", "tab", "f", "left", "g", "tab", "h", "shift+tab", "i")
LEFT_IN = {"one": "abh", "two": "e", "three": "gif"}


def form(saved: list[Mapping[str, str]]) -> FormSheet[str]:
    def save(values: Mapping[str, str]) -> str:
        saved.append(dict(values))
        return "saved"

    return FormSheet("Fiche", [Field(name, name) for name in LEFT_IN], save)


async def strike_all_at_once(desk: Desk, keys: tuple[str, ...]) -> None:
    """Every key is there before the desk looks at the first."""
    for key in keys:
        event = events.Key(key, key if len(key) == 1 else None)
        event.set_sender(desk.app)
        desk.app.post_message(event)


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "one by one"])
async def test_each_letter_goes_into_the_line_it_was_typed_for(open_desk: OpenDesk, at_once: bool) -> None:
    async with open_desk((80, 24)) as desk:
        saved: list[Mapping[str, str]] = []
        sheet = form(saved)
        desk.app.push_screen(sheet)
        await quiet(desk.pilot)
        if at_once:
            await strike_all_at_once(desk, KEYS)
        else:
            await strike(desk.app, *KEYS)
        await quiet(desk.pilot)
        assert dict(sheet.values) == LEFT_IN
        await strike_all_at_once(desk, ("tab", "ctrl+u", "n", "e", "w", "enter"))
        await quiet(desk.pilot)
        assert saved == [LEFT_IN | {"one": "new"}]


async def test_a_sheet_that_closes_under_the_keys_does_not_hold_them_back(open_desk: OpenDesk) -> None:
    async with open_desk((80, 24)) as desk:
        for _turn in range(3):
            sheet = form([])
            desk.app.push_screen(sheet)
            await quiet(desk.pilot)
            await strike_all_at_once(desk, ("a", "tab", "escape"))
            await quiet(desk.pilot)
            assert not sheet.is_attached
        sheet = form([])
        desk.app.push_screen(sheet)
        await quiet(desk.pilot)
        await strike_all_at_once(desk, ("b", "tab", "c"))
        await quiet(desk.pilot)
        assert dict(sheet.values) == {"one": "b", "two": "c", "three": ""}

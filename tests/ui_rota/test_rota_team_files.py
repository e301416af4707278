"""Team, shifts, needs and rotations changed on screen by keys: written to the house's files, or refused and why."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from conciergedesk.core.paths import desk_home, shifts, use_shifts
from conciergedesk.core.shared import Agency
from conciergedesk.rota.files import load_rota
from conciergedesk.ui.modals.rota_team import EntryForm, TeamSheet
from tests.keyboard import strike

from .conftest import OpenRota, RotaOnScreen


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "shifts"
    shutil.copytree(shifts(), copy)
    monkeypatch.setenv("CONCIERGEDESK_SHIFTS", str(copy))
    return copy


async def fill(room: RotaOnScreen, **typed: str) -> None:
    """Type into the lines of the form, one after the other, and save."""
    form = room.app.screen
    assert isinstance(form, EntryForm)
    for name, text in typed.items():
        form._inputs[name].focus()  # Tab by Tab takes long
        await room.press("ctrl+u")
        await strike(room.app, *text)
        await room.settle()
    await room.press("ctrl+s")


async def test_a_person_is_changed_added_and_taken_out_by_keys(folder: Path, open_rota: OpenRota) -> None:
    async with open_rota((80, 24)) as room:
        await room.press("b")
        assert isinstance(room.app.screen, TeamSheet)
        assert "INE" in room.text and "besoins" in room.text and str(folder)[:20] in room.text
        await room.press("down", "enter")
        assert "BAS · Bastien" in room.text and "team.toml" in room.text
        await fill(room, skills="concierge, piano")
        assert "team.toml · agent 2 · skills" in room.text and "concierge, piano" in room.text
        assert any("Ctrl+S" in line for line in room.lines), "the keys stay on the screen"
        await fill(room, skills="concierge", contract_minutes="28 h")
        assert isinstance(room.app.screen, TeamSheet) and "28 h" in room.text
        bastien = load_rota(folder).agent_by_id["BAS"]
        assert bastien.contract_minutes == 28 * 60 and not any(one.id == "on_call" for one in bastien.skills)
        await room.press("n")
        await fill(
            room, id="ZOE", name="Zoé", skills="technical", since="22/03/2027", fixed_off="mer, sam..dim"
        )
        assert "team.toml : ZOE · Zoé" in room.text
        zoe = load_rota(folder).agent_by_id["ZOE"]
        assert (zoe.name, zoe.since, len(zoe.fixed_off)) == ("Zoé", date(2027, 3, 22), 3)
        await room.press("x", "X")
        assert "ZOE" not in load_rota(folder).agent_by_id
        assert "# The team." in (folder / "team.toml").read_text(encoding="utf-8")
        await strike(room.app, *["up"] * 8)
        await room.press("x", "X")
        assert "dernier jour" in room.text.replace("\n", " ")


async def test_shifts_needs_and_rotations_are_changed_and_show_on_the_grid(
    folder: Path, open_rota: OpenRota
) -> None:
    async with open_rota() as room:
        await room.press("b", "right", "n")
        await fill(room, id="V", label="soutien", start="9h30", end="17:00", needs="concierge", line="desk")
        assert load_rota(folder).shift_by_id["V"].start == 570
        await room.press("tab", "n")
        await fill(room, shift="V", days="lun..ven", min="0", target="1")
        need = load_rota(folder).demands[-1]
        assert (need.shifts, len(need.days), need.target) == (("V",), 5, 1)
        await room.press("right", "enter")
        assert "Semaine 4" in room.text
        await fill(room, week4="- S S S S -")
        assert "6 jours" in room.text and "Semaine 4" in room.text
        await fill(room, week4="- - S S S S -")
        assert load_rota(folder).rotations[0].weeks[3][1] == "off"
        await room.press("right", "enter")
        await fill(room, region="France")
        assert load_rota(folder).site.region == "france"
        await room.press("escape")
        assert "soutien" in room.text, "the grid counts the new shift"


async def test_the_second_of_two_desks_is_told_and_keeps_the_text(folder: Path, open_rota: OpenRota) -> None:
    async with open_rota((80, 24)) as room:
        await room.press("b", "enter")
        file = folder / "team.toml"
        file.write_text(file.read_text(encoding="utf-8").replace('"Inès"', '"Ines"'), encoding="utf-8")
        await fill(room, name="Inès Carpentier")
        assert "Un autre poste" in room.text and "Inès Carpentier" in room.text
        assert any("Ctrl+S" in line for line in room.lines)
        await room.press("escape")
        assert "Ines" in room.text
        assert "Ines" in file.read_text(encoding="utf-8")
        await room.press("enter")
        assert "Inès Carpentier" in room.text and "Le fichier dit : Nom Ines" in room.text
        await room.press("ctrl+s")
        assert '"Inès Carpentier"' in file.read_text(encoding="utf-8")
        file.write_text("[[agent]\n", encoding="utf-8")
        await room.press("escape", "ctrl+r")
        assert "ce qui a été lu avant reste" in room.text.replace("\n", " ")


async def test_the_sample_desk_changes_a_copy_and_nobodys_files(open_rota: OpenRota) -> None:
    house = shifts()
    before = (house / "team.toml").read_bytes()
    try:
        async with open_rota((80, 24)) as room:
            room.handlers.room.session.agency = Agency(sample=True)
            await room.press("b")
            assert "une copie à lui" in room.text
            await room.press("enter")
            await fill(room, name="Inès C.")
            assert "Inès C." in room.text
            assert shifts() == desk_home() / "sample-shifts"
            assert load_rota(shifts()).agent_by_id["INE"].name == "Inès C."
    finally:
        use_shifts(None)
    assert shifts() == house and (house / "team.toml").read_bytes() == before

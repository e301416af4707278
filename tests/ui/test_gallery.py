"""The pictures of the documentation are those that the gallery makes."""

from __future__ import annotations

import re
from pathlib import Path

from conciergedesk.ui.gallery import ROOMS, SHOTS

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"


def test_every_picture_that_is_shown_is_made_by_the_gallery() -> None:
    made = {shot.name for shot in SHOTS}
    assert len(made) == len(SHOTS)
    shown: set[str] = set()
    for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        shown |= set(re.findall(r"pictures/(\w+)\.svg", page.read_text(encoding="utf-8")))
    assert len(shown) > 10 and shown <= made
    assert {file.stem for file in PICTURES.glob("*.svg")} == made


def test_every_main_room_has_its_picture_in_both_sizes() -> None:
    made = {shot.name for shot in SHOTS}
    for room in ("board", *ROOMS):
        assert {f"{room}_120x36", f"{room}_80x24"} <= made


def test_a_picture_says_what_it_should() -> None:
    for name, words in (
        ("board_120x36", "Remise"), ("keys_80x24", "226-6"), ("rota_120x36", "Couverture"), ("handover_80x24", "ambre"),
        ("providers_120x36", "Sablon"), ("relocation_120x36", "Lieselotte"), ("hotline_120x36", "Beffroi"),
        ("reports_120x36", "Engagements"), ("capture_80x24", "Tanneurs"), ("board_120x36_en", "Board"),
    ):  # fmt: skip
        assert words in (PICTURES / f"{name}.svg").read_text(encoding="utf-8"), name

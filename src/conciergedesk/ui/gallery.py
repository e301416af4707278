"""Screenshots of the screens with a clock that stands still: ``python -m conciergedesk.ui.gallery OUTDIR``."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from conciergedesk.core.clock import FixedClock
from conciergedesk.ui.app import MODES, DeskApp, Identity
from conciergedesk.ui.desk_screen import DeskScreen
from conciergedesk.ui.gallery_values import ME, NOW, SHIFT_ENDS, GallerySource, holiday
from conciergedesk.ui.screens.board import BoardScreen
from conciergedesk.ui.themes import DAY, MONO, NIGHT

ACTS = (
    "desk.new",
    "desk.find",
    "desk.call",
    "desk.undo",
    "desk.note",
    "board.open",
    "board.claim",
    "board.status",
    "board.callback",
    "board.provider",
    "board.call",
    "board.step",
    "board.key",
    "board.letter",
    "board.message",
    "board.kept",
)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: the keys pressed before it is taken."""

    name: str
    size: tuple[int, int]
    theme: str = NIGHT
    keys: tuple[str, ...] = ()
    language: str = "fr"
    promises: int | None = None


SHOTS: tuple[Shot, ...] = (
    Shot("board_80x24", (80, 24)),
    Shot("board_120x36", (120, 36)),
    Shot("board_200x60", (200, 60)),
    Shot("board_120x36_light", (120, 36), DAY),
    Shot("board_80x24_mono", (80, 24), MONO),
    Shot("board_60x16", (60, 16)),
    Shot("board_120x36_en", (120, 36), language="en"),
    Shot("board_120x36_500", (120, 36), keys=("pagedown", "pagedown", "space", "space"), promises=500),
    Shot("board_120x36_empty", (120, 36), promises=0),
    Shot("board_120x36_filter", (120, 36), keys=("slash", *"jonas")),
    Shot("board_80x24_detail", (80, 24), keys=("right",)),
    Shot("palette_120x36", (120, 36), keys=("ctrl+p", *"cle")),
    Shot("help_120x36", (120, 36), keys=("question_mark",)),
    Shot("help_80x24", (80, 24), keys=("question_mark",)),
    Shot("views_80x24", (80, 24), keys=("v",)),
    Shot("go_80x24", (80, 24), keys=("g",)),
)


def gallery_app(shot: Shot) -> DeskApp:
    """The desk with the evening of the gallery."""
    from conciergedesk.ui.gallery_values import promises

    source = GallerySource(promises(shot.promises))

    def board() -> DeskScreen:
        return BoardScreen(source, holiday=holiday, poll_seconds=0)

    modes = {"board": board} | {label.id: DeskScreen for label in MODES if label.id != "board"}
    app = DeskApp(modes, clock=FixedClock(NOW), language=shot.language, theme=shot.theme, glyph_set="unicode")
    for act in ACTS:
        app.on_act(act, lambda ask: ask.screen.say(ask.act))
    app.sign_in(
        Identity("Inès", ME, "accueil", "soir", SHIFT_ENDS, ("Maëlle (accueil)", "Gaël (terrain)", "Hélène"))
    )
    return app


async def settle(pilot: Pilot[None]) -> None:
    """Wait until everything that was started has been shown."""
    for _turn in range(3):
        await pilot.pause(0.08)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def take(shot: Shot) -> str:
    """The picture as SVG."""
    app = gallery_app(shot)
    async with app.run_test(size=shot.size) as pilot:
        await settle(pilot)
        if shot.keys:
            await pilot.press(*shot.keys)
            await settle(pilot)
        return app.export_screenshot(title="ConciergeDesk")


def main(arguments: Sequence[str]) -> int:
    """Write one SVG per shot into the folder given; further arguments choose shots by name."""
    if not arguments:
        sys.stderr.write("python -m conciergedesk.ui.gallery OUTDIR [NAME ...]\n")
        return 2
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for shot in SHOTS:
        if len(arguments) > 1 and shot.name not in arguments[1:]:
            continue
        (folder / f"{shot.name}.svg").write_text(asyncio.run(take(shot)), encoding="utf-8")
        sys.stdout.write(f"{shot.name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""Pictures of the sample desk on a clock that stands still: ``python -m conciergedesk.ui.gallery OUTDIR [NAME ...]``.

The desk is the real one: the same services, the same file, driven by the same keys.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from textual.pilot import Pilot

from conciergedesk.core.clock import FixedClock
from conciergedesk.core.settings import Settings
from conciergedesk.ui.session import DeskSession
from conciergedesk.ui.start import Start
from conciergedesk.ui.themes import DAY, MONO, NIGHT

NOW = datetime(2027, 3, 24, 17, 42, tzinfo=UTC)
"""18:42 in Metz, two days before a Good Friday that is a holiday there."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: who sits at the desk, and the keys pressed before it is taken."""

    name: str
    size: tuple[int, int] = (120, 36)
    theme: str = NIGHT
    agent: str = "INE"
    keys: tuple[str, ...] = ()
    typed: str = ""
    language: str = "fr"


SHOTS: tuple[Shot, ...] = (
    Shot("welcome_80x24", (80, 24), agent=""),
    Shot("board_80x24", (80, 24)),
    Shot("board_120x36"),
    Shot("board_200x60", (200, 60)),
    Shot("board_120x36_light", theme=DAY),
    Shot("board_80x24_mono", (80, 24), MONO),
    Shot("board_120x36_en", language="en"),
    Shot("capture_120x36", keys=("n",), typed="dentist 20h klein de"),
    Shot("capture_80x24", (80, 24), keys=("n",), typed="clés gîte tanneurs 19h30 weber urgent"),
    Shot("find_120x36", keys=("f",), typed="weber"),
    Shot("status_120x36", keys=("down", "s")),
    Shot("help_120x36", keys=("question_mark",)),
)


async def settle(pilot: Pilot[None]) -> None:
    """Wait until everything that was started has been shown."""
    for _turn in range(4):
        await pilot.pause(0.05)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def take(shot: Shot) -> str:
    """The picture as SVG; the sample desk is planted in this process's desk folder when it is not there yet."""
    settings = Settings(theme=shot.theme, language=shot.language, glyphs="unicode", desk="gallery")
    session = DeskSession(FixedClock(NOW), settings)
    start = Start(session, sample=bool(shot.agent), agent=shot.agent)
    async with start.app.run_test(size=shot.size) as pilot:
        await settle(pilot)
        for key in shot.keys:
            await pilot.press(key)
            await settle(pilot)
        for char in shot.typed:
            await pilot.press("space" if char == " " else char)
        await settle(pilot)
        picture = start.app.export_screenshot(title="ConciergeDesk")
    session.close()
    return picture


def main(arguments: Sequence[str]) -> int:
    """Write one SVG per shot into the folder given; further arguments choose shots by name."""
    if not arguments:
        sys.stderr.write("python -m conciergedesk.ui.gallery OUTDIR [NAME ...]\n")
        return 2
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ["CONCIERGEDESK_HOME"] = home
        for shot in SHOTS:
            if len(arguments) > 1 and shot.name not in arguments[1:]:
                continue
            (folder / f"{shot.name}.svg").write_text(asyncio.run(take(shot)), encoding="utf-8")
            sys.stdout.write(f"{shot.name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""Pictures of the sample desk on a clock that stands still: ``python -m conciergedesk.ui.gallery OUTDIR [NAME ...]``.

The desk is the real one: the same services, the same file, driven by the same keys. A second run makes the same
pictures, but for the rota, which may show another plan that is as good.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from textual.pilot import Pilot

from conciergedesk.core.clock import FixedClock
from conciergedesk.core.errors import Unavailable
from conciergedesk.core.i18n import N_
from conciergedesk.core.settings import Settings
from conciergedesk.ui.session import DeskSession
from conciergedesk.ui.start import Start
from conciergedesk.ui.themes import DAY, MONO, NIGHT

NOW = datetime(2027, 3, 24, 17, 42, tzinfo=UTC)
"""18:42 in Metz, two days before a Good Friday that is a holiday there."""


TURNS = 40
"""Looks at a desk that is opening before it counts as not opening."""
PAUSES_AFTER = 0.3
"""Seconds: longer than the pauses after which a detail is read or a list is searched."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: who sits at the desk, and what is pressed, typed and pressed again before it is taken."""

    name: str
    size: tuple[int, int] = (120, 36)
    theme: str = NIGHT
    agent: str = "INE"
    keys: tuple[str, ...] = ()
    typed: str = ""
    then: tuple[str, ...] = ()
    language: str = "fr"


TO_A_KEY = ("down", "down", "down")
SMALL, USUAL, WIDE = (80, 24), (120, 36), (200, 60)
ROOMS = {
    "providers": Shot("providers", agent="INE", keys=("f3",), typed="kiné 20h metz de", then=("enter",)),
    "keys": Shot("keys", keys=("f4",)),
    "relocations": Shot("relocations", agent="CLE", keys=("f5",)),
    "relocation": Shot("relocation", agent="CLE", keys=("f5", "enter")),
    "rota": Shot("rota", agent="HEL", keys=("f6", "right", "right", "right")),
    "handover": Shot("handover", agent="MAE", keys=("f7",)),
    "reports": Shot("reports", agent="HEL", keys=("f8",)),
    "hotline": Shot("hotline", agent="YAN", keys=("f9",)),
}
"""Each room as somebody who works there sees it."""


def _sized(shot: Shot, size: tuple[int, int]) -> Shot:
    return replace(shot, name=f"{shot.name}_{size[0]}x{size[1]}", size=size)


SHOTS: tuple[Shot, ...] = (
    Shot("welcome_80x24", SMALL, agent=""),
    Shot("board_80x24", SMALL, keys=TO_A_KEY),
    Shot("board_120x36", keys=TO_A_KEY),
    Shot("board_200x60", WIDE, keys=TO_A_KEY),
    Shot("board_120x36_light", theme=DAY, keys=TO_A_KEY),
    Shot("board_80x24_mono", SMALL, MONO, keys=TO_A_KEY),
    Shot("board_120x36_en", language="en", keys=TO_A_KEY),
    Shot("capture_120x36", keys=("n",), typed="dentist 20h klein de"),
    Shot("capture_80x24", SMALL, keys=("n",), typed="clés gîte tanneurs 19h30 weber urgent"),
    Shot("form_120x36", keys=("n",), typed="taxi demain 6h30 gare weber", then=("enter",)),
    Shot("find_120x36", keys=("f",), typed="weber"),
    Shot("caller_120x36", keys=("r",), typed="0012"),
    Shot("status_120x36", keys=("down", "down", "s")),
    Shot("help_120x36", keys=("question_mark",)),
    *(_sized(shot, size) for shot in ROOMS.values() for size in (USUAL, SMALL)),
)


async def _rest(pilot: Pilot[None]) -> None:
    """Wait until everything that was started has been shown."""
    for _turn in range(3):
        await pilot.pause(0.08)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def take(shot: Shot) -> str:
    """The picture as SVG, of the sample desk in this process's desk folder.

    Raises:
        Unavailable: nobody could sign in.
    """
    settings = Settings(theme=shot.theme, language=shot.language, glyphs="unicode", desk="gallery")
    session = DeskSession(FixedClock(NOW), settings)
    start = Start(session, sample=bool(shot.agent), agent=shot.agent)
    try:
        async with start.app.run_test(size=shot.size) as pilot:
            for _turn in range(TURNS):
                await _rest(pilot)
                if session.actor is not None or not shot.agent:
                    break
            else:
                raise Unavailable(N_("The desk is not open yet. Try again in a moment."))
            await _rest(pilot)
            for key in (*shot.keys, *shot.typed, *shot.then):
                await pilot.press("space" if key == " " else key)
                if len(key) > 1 or key not in shot.typed:
                    await _rest(pilot)
            await pilot.pause(PAUSES_AFTER)
            await _rest(pilot)
            return start.app.export_screenshot(title="ConciergeDesk")
    finally:
        start.stop()
        session.close()


def plant(home: Path) -> None:
    """Make the sample desk that every picture begins with."""
    os.environ["CONCIERGEDESK_HOME"] = str(home)
    from conciergedesk.providers import finder
    from conciergedesk.sample import rota

    # Every search takes as long as on any other machine.
    vars(finder)["perf_counter"] = count(step=0.007).__next__
    # The plan of the sample is searched for until nothing better is left: the same on every machine.
    rota.PLAN_SECONDS = 60.0
    session = DeskSession(FixedClock(NOW), Settings(desk="gallery"))
    session.open_sample()
    session.close()


def main(arguments: Sequence[str]) -> int:
    """Write one SVG per shot into the folder given; further arguments choose shots by the beginning of their name."""
    if not arguments:
        sys.stderr.write("python -m conciergedesk.ui.gallery OUTDIR [NAME ...]\n")
        return 2
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        plant(Path(home) / "planted")
        for shot in SHOTS:
            if len(arguments) > 1 and not shot.name.startswith(tuple(arguments[1:])):
                continue
            # A folder of its own each: what one picture leaves behind is not seen on the next.
            own = shutil.copytree(Path(home) / "planted", Path(home) / shot.name)
            os.environ["CONCIERGEDESK_HOME"] = str(own)
            (folder / f"{shot.name}.svg").write_text(asyncio.run(take(shot)), encoding="utf-8")
            sys.stdout.write(f"{shot.name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

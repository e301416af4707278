"""``conciergedesk`` opens the desk; with a command it works without a screen."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence


def main() -> None:
    """Run the command line. Without arguments the desk opens on this terminal."""
    if sys.argv[1:2] == ["ring"]:
        # A call rings: nothing is loaded that it does not need.
        from conciergedesk.hotline.ringing import main as ring

        raise SystemExit(ring(sys.argv[2:]))
    opening = read_opening(sys.argv[1:])
    if opening is not None:
        # All that a start makes is there to stay: looking for rubbish in it takes a third of the time.
        gc.disable()
        from conciergedesk.ui.start import run

        sample, agent = opening
        raise SystemExit(run(sample=sample, agent=agent))
    from conciergedesk.cli import app

    app()


def read_opening(arguments: Sequence[str]) -> tuple[bool, str] | None:
    """Whether ``arguments`` plainly open the desk, and how: the sample or not, and the agent's code.

    Answers None for everything else, which the command line reads; it would cost the first frame its half.
    """
    sample, agent = False, ""
    rest = list(arguments)
    if rest and rest.pop(0) != "open":
        return None
    while rest:
        word = rest.pop(0)
        if word == "--sample":
            sample = True
        elif word == "--agent" and rest and not rest[0].startswith("-"):
            agent = rest.pop(0)
        else:
            return None
    return sample, agent


if __name__ == "__main__":
    main()

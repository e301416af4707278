"""``conciergedesk`` opens the desk; with a command it works without a screen."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line. Without arguments the desk opens on this terminal."""
    if len(sys.argv) == 1:
        from conciergedesk.ui.start import run

        raise SystemExit(run())
    from conciergedesk.cli import app

    app()


if __name__ == "__main__":
    main()

"""``conciergedesk ring``: for help and completion. The command itself is started before this package is loaded."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the others."""

    @app.command(
        "ring",
        help="Tell the desks that a call rings: conciergedesk ring +352621000040 --line technical",
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
    )
    def ring(context: typer.Context) -> None:
        from conciergedesk.hotline.ringing import main

        raise typer.Exit(main(context.args))

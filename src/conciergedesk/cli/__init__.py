"""The command line: one module per group of commands, each thin over the same service verbs as the screen."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import typer

app = typer.Typer(
    name="conciergedesk",
    help="The desk of a 7/7 concierge team. Without a command it opens on this terminal.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
)

GROUPS = (
    "request",
    "desk",
    "providers",
    "keys",
    "rota",
    "relocation",
    "hotline",
    "ring",
    "handover",
    "reports",
)
"""Modules of this package that bring a group of commands as ``app``; one may add single commands with ``register``."""

for _group in GROUPS:
    if find_spec(f"{__name__}.{_group}") is not None:
        _module = import_module(f"{__name__}.{_group}")
        if hasattr(_module, "app"):
            app.add_typer(_module.app, name=_group)
        if hasattr(_module, "register"):
            _module.register(app)


@app.command("open")
def open_desk(
    sample: bool = typer.Option(False, "--sample", help="Open the sample desk."),
    agent: str = typer.Option("", "--agent", help="Code of whoever sits here, such as INE."),
) -> None:
    """Open the desk on this terminal."""
    from conciergedesk.ui.start import run

    raise typer.Exit(run(sample=sample, agent=agent))

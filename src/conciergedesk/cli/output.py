"""What commands print: clean text for people, JSON for scripts, one sentence for what went wrong."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

import typer

from conciergedesk.core.errors import DeskError, InvalidInput
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_block, clean_line

_opened: list[Any] = []
"""Sessions of the command under way; one that fails must not leave its mark on the other desks."""

AGENT = "CONCIERGEDESK_AGENT"
PIN = "CONCIERGEDESK_PIN"


@contextmanager
def spoken() -> Iterator[None]:
    """Print an expected error as one sentence and end with status 1; what was opened inside is closed."""
    try:
        yield
    except DeskError as error:
        sys.stderr.write(clean_line(str(error), 2000) + "\n")
        raise typer.Exit(1) from None
    finally:
        while _opened:
            _opened.pop().close()


def say(text: str) -> None:
    """Print one line of text, harmless for any terminal."""
    sys.stdout.write(clean_line(text, 4000) + "\n")


def say_block(text: str) -> None:
    """Print text of several lines; columns set with spaces stay columns."""
    for line in text.splitlines():
        sys.stdout.write(clean_block(line, 4000) + "\n")


def say_json(value: Any) -> None:
    """Print ``value`` as JSON; moments are ISO 8601."""
    json.dump(value, sys.stdout, ensure_ascii=True, indent=2, default=_plain)
    sys.stdout.write("\n")


def say_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their titles, in columns."""
    from rich.cells import cell_len

    from conciergedesk.core.text import fit

    clean = [[clean_line(cell, 60) for cell in row] for row in rows]
    widths = [max([cell_len(title), *(cell_len(row[i]) for row in clean)]) for i, title in enumerate(columns)]
    for row in [list(columns), *clean]:
        sys.stdout.write(
            "  ".join(fit(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n"
        )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def opened(*, sample: bool = False) -> Any:
    """The desk, ready to be asked and acted on as the agent named in the environment.

    Raises:
        InvalidInput: no agent of that code.
    """
    from conciergedesk.ui.session import DeskSession

    session = DeskSession()
    _opened.append(session)
    if (session.open_sample() if sample else session.open_own()) is None:
        raise InvalidInput(
            N_("This desk is not set up yet. Open it once: conciergedesk. Or add --sample."), field="desk"
        )
    return session


def signed_in(*, agent: str = "", sample: bool = False) -> Any:
    """As ``opened``, with somebody signed in: ``agent``, or whom the environment names."""
    session = opened(sample=sample)
    code = (agent or os.environ.get(AGENT, "")).upper()
    staff = session.staff()
    found = next((one for one in staff if one.code == code), None)
    if found is None:
        raise InvalidInput(
            N_("Say who you are: --agent or {variable}. Known: {codes}."),
            field="agent",
            variable=AGENT,
            codes=", ".join(one.code for one in staff),
        )
    session.sign_in(found.id, os.environ.get(PIN, ""))
    return session

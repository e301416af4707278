"""What a spreadsheet would run, made harmless; and files that are whole or not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from conciergedesk.core.errors import Unavailable
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line

_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "'")
"""Signs at which spreadsheets begin a formula, in their wide forms too; and the mark itself, so that it comes back."""
_CELL_LIMIT = 2_000


def harmless(value: object) -> str:
    """A cell of a CSV file: text that would be run gets a quote mark in front.

    Numbers and times that the program made pass as they are.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (int, float)):
        return repr(value) if isinstance(value, float) and not float(value).is_integer() else str(int(value))
    text = clean_line(str(value), _CELL_LIMIT)
    return f"'{text}" if text.startswith(_STARTS) else text


def original(cell: str) -> str:
    """What a cell was before ``harmless``."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_STARTS) else cell


@contextmanager
def whole_file(target: Path) -> Iterator[IO[bytes]]:
    """Write a file beside its place and put it there when it is whole; a half-written one is never seen.

    Raises:
        Unavailable: the folder cannot be written, or the disk is full.
    """
    fresh = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
    except OSError as error:
        raise Unavailable(
            N_("The file {file} cannot be written: {why}. Choose another folder."),
            file=str(target), why=error.strerror or str(error),
        ) from error  # fmt: skip
    finally:
        with suppress(OSError):  # nothing was made where the folder is not one
            fresh.unlink(missing_ok=True)


_FORBIDDEN = set('<>:"/\\|?*')


def file_name(*parts: str, suffix: str) -> str:
    """A file name made of words that people typed: no path, no control, no reserved name."""
    words = []
    for part in parts:
        cleaned = "".join(
            "-" if char in _FORBIDDEN or ord(char) < 32 else char for char in clean_line(part, 60)
        )
        cleaned = cleaned.replace(" ", "-").strip(".-")
        if cleaned:
            words.append(cleaned)
    return f"{'_'.join(words) or 'report'}.{suffix}"

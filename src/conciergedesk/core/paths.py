"""Where things live: the house's data folders, and this desk's own files."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_instead: dict[str, Path] = {}


def _house_folder(name: str) -> Path:
    """A data folder of the house: an explicit setting, the installed copy, or the checkout's own."""
    explicit = os.environ.get(f"CONCIERGEDESK_{name.upper()}")
    if explicit:
        return Path(explicit)
    if name in _instead:
        return _instead[name]
    installed = installed_copy(name)
    return installed if installed.is_dir() else _PACKAGE.parent.parent / name


def installed_copy(name: str) -> Path:
    """Where the program keeps its own copy of a data folder; the next version of it replaces that copy."""
    return _PACKAGE / "_data" / name


def knowledge_base() -> Path:
    """Request types, trades, articles, plans, words: what the team edits in ``knowledge_base/``."""
    return _house_folder("knowledge_base")


def shifts() -> Path:
    """Team, shift types, demand and rotations in ``shifts/``."""
    return _house_folder("shifts")


def use_shifts(folder: Path | None) -> None:
    """Read ``shifts()`` from ``folder`` in this process, unless a setting names another; None as before."""
    _instead.pop("shifts", None)
    if folder is not None:
        _instead["shifts"] = folder


def desk_home() -> Path:
    """The private folder of this desk (database, key file, backups, logs)."""
    explicit = os.environ.get("CONCIERGEDESK_HOME")
    if explicit:
        return Path(explicit)
    from platformdirs import user_data_path

    return user_data_path("conciergedesk", appauthor=False)


def make_private(folder: Path) -> Path:
    """Create ``folder`` readable by its owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder

"""Where things live: the house's data folders, and this desk's own files."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def _house_folder(name: str) -> Path:
    """A data folder of the house: an explicit setting, the installed copy, or the checkout's own."""
    explicit = os.environ.get(f"CONCIERGEDESK_{name.upper()}")
    if explicit:
        return Path(explicit)
    installed = _PACKAGE / "_data" / name
    return installed if installed.is_dir() else _PACKAGE.parent.parent / name


def knowledge_base() -> Path:
    """Request types, trades, articles, plans, words: what the team edits in ``knowledge_base/``."""
    return _house_folder("knowledge_base")


def shifts() -> Path:
    """Team, shift types, demand and rotations in ``shifts/``."""
    return _house_folder("shifts")


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

"""This desk's own settings: a small TOML file in its private folder, overridden by the environment.

What all desks share (name, zone, region, numbers to call) lies in the database; this says where that is.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.i18n import LANGUAGES, N_
from conciergedesk.core.paths import desk_home, make_private

FILE_NAME = "desk.toml"
GLYPHS = ("auto", "unicode", "ascii")
THEMES = ("desk-nuit", "desk-jour", "desk-mono")


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one desk.

    Attributes:
        database: SQLAlchemy address; empty means ``desk.db`` in the desk's folder.
        language: language of the interface.
        theme: one of ``THEMES``.
        glyphs: ``unicode``, ``ascii`` or ``auto`` (by the terminal's encoding).
        keys: a TOML file with one's own keys, or empty.
        secret_file: the key file; all desks of one database share one.
        lock_minutes: the screen locks after this many minutes without a key; 0 never.
        desk: a name for this terminal, shown to colleagues.
    """

    database: str = ""
    language: str = "fr"
    theme: str = "desk-nuit"
    glyphs: str = "auto"
    keys: str = ""
    secret_file: str = ""
    lock_minutes: int = 15
    desk: str = ""

    def database_url(self) -> str:
        return self.database or f"sqlite:///{desk_home() / 'desk.db'}"


def load_settings(home: Path | None = None) -> Settings:
    """Read the desk's settings.

    Raises:
        InvalidFile: an unknown name, a wrong type or a value outside its list; names it.
    """
    file = (home or desk_home()) / FILE_NAME
    values: dict[str, object] = {}
    if file.exists():
        try:
            values = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InvalidFile(
                N_("This file cannot be read: {why}. Correct it or move it away."),
                file=str(file),
                where="",
                why=str(error),
            ) from error
    settings = Settings()
    for field in fields(Settings):
        from_environment = os.environ.get(f"CONCIERGEDESK_{field.name.upper()}")
        if from_environment is not None:
            values[field.name] = int(from_environment) if field.name == "lock_minutes" else from_environment
    for name, value in values.items():
        current = getattr(settings, name, None)
        if current is None or type(value) is not type(current):
            raise InvalidFile(
                N_("There is no such setting, or its value has the wrong type. See docs/reference.md."),
                file=str(file),
                where="",
                field=name,
            )
        settings = replace(settings, **{name: value})  # type: ignore[arg-type]
    for name, allowed in (("language", LANGUAGES), ("theme", THEMES), ("glyphs", GLYPHS)):
        if getattr(settings, name) not in allowed:
            raise InvalidFile(
                N_("“{value}” is not possible here. Choose one of: {allowed}."),
                file=str(file),
                where="",
                field=name,
                value=getattr(settings, name),
                allowed=", ".join(allowed),
            )
    return settings


def save_settings(settings: Settings, home: Path | None = None) -> None:
    """Write what differs from the defaults, atomically."""
    folder = make_private(home or desk_home())
    default = Settings()
    lines = []
    for field in fields(Settings):
        value = getattr(settings, field.name)
        if value != getattr(default, field.name):
            shown = (
                str(value)
                if isinstance(value, int)
                else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
            )
            lines.append(f"{field.name} = {shown}\n")
    fresh = folder / (FILE_NAME + ".new")
    fresh.write_text("".join(lines), encoding="utf-8")
    fresh.replace(folder / FILE_NAME)


def load_secret(settings: Settings, home: Path | None = None) -> bytes:
    """The key that chains the journal, peppers PINs and seals codes; made at first start, mode 0600."""
    file = Path(settings.secret_file) if settings.secret_file else (home or desk_home()) / "desk.key"
    if not file.exists():
        make_private(file.parent)
        fresh = file.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as target:
            target.write(secrets.token_bytes(32))
        try:
            os.link(fresh, file)  # never replaces a key that another desk has just made
        except FileExistsError:
            pass
        finally:
            fresh.unlink(missing_ok=True)
    return file.read_bytes()

"""This desk's own settings: a small TOML file in its private folder, overridden by the environment.

What all desks share (name, zone, region, numbers to call) lies in the database; this says where that is.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace
from pathlib import Path

from conciergedesk.core.errors import InvalidFile, Unavailable
from conciergedesk.core.i18n import LANGUAGES, N_
from conciergedesk.core.paths import desk_home, make_private

FILE_NAME = "desk.toml"
GLYPHS = ("auto", "unicode", "ascii")
DAY_MINUTES = 24 * 60
KEY_BYTES = 32
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
        mail: the server that sends digests, such as ``smtps://user:password@host?from=desk@example.org``; empty: none.
    """

    database: str = ""
    language: str = "fr"
    theme: str = "desk-nuit"
    glyphs: str = "auto"
    keys: str = ""
    secret_file: str = ""
    lock_minutes: int = 15
    desk: str = ""
    mail: str = ""

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
        import tomllib

        try:
            values = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
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
            whole = field.name == "lock_minutes" and from_environment.isdecimal()
            values[field.name] = int(from_environment[:9]) if whole else from_environment
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
    if not 0 <= settings.lock_minutes <= DAY_MINUTES:
        raise InvalidFile(
            N_("Write a number of minutes from 0 (never) to {most}."),
            file=str(file),
            where="",
            field="lock_minutes",
            most=DAY_MINUTES,
        )
    return settings


def save_settings(settings: Settings, home: Path | None = None) -> None:
    """Write what differs from the defaults, atomically; readable by the owner only (an address may hold a password).

    Raises:
        Unavailable: the folder cannot be written.
    """
    import json

    folder = home or desk_home()
    default = Settings()
    lines = []
    for field in fields(Settings):
        value = getattr(settings, field.name)
        if value != getattr(default, field.name):
            shown = (
                str(value)
                if isinstance(value, int)
                else json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
            )
            lines.append(f"{field.name} = {shown}\n")
    try:
        make_private(folder)
        fresh = _fresh_file(folder / FILE_NAME, "".join(lines).encode("utf-8", "replace"))
        fresh.replace(folder / FILE_NAME)
    except OSError as error:
        raise _not_written(folder, error) from error


def _fresh_file(file: Path, content: bytes) -> Path:
    """A private file beside ``file``, of a name no other process uses, safely on the disk."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}-{os.urandom(4).hex()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    return fresh


def _not_written(place: Path, error: OSError) -> Unavailable:
    return Unavailable(
        N_("{file} cannot be written ({why}). Check the folder and its owner, then open again."),
        file=str(place),
        why=error.strerror or str(error),
    )


def secret_path(settings: Settings, home: Path | None = None) -> Path:
    """Where the desk's key lies."""
    return Path(settings.secret_file) if settings.secret_file else (home or desk_home()) / "desk.key"


def load_secret(settings: Settings, home: Path | None = None) -> bytes:
    """The key that chains the journal, peppers PINs and seals codes; made at first start, mode 0600.

    Raises:
        Unavailable: the key cannot be read or made, or was cut short.
    """
    file = secret_path(settings, home)
    try:
        if not file.exists():
            make_private(file.parent)
            fresh = _fresh_file(file, os.urandom(KEY_BYTES))
            try:
                os.link(fresh, file)  # never replaces a key that another desk has just made
            except FileExistsError:
                pass
            finally:
                fresh.unlink(missing_ok=True)
        found = file.read_bytes()
    except OSError as error:
        raise Unavailable(
            N_("The key of this desk, {file}, cannot be used ({why}). Check the file and its owner."),
            file=str(file),
            why=error.strerror or str(error),
        ) from error
    if len(found) < KEY_BYTES:
        raise Unavailable(
            N_(
                "The key of this desk, {file}, is cut short. Put its copy back: "
                "without it PINs and sealed codes cannot be read."
            ),
            file=str(file),
        )
    return found

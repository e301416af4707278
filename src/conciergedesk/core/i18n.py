"""The languages of the interface and of letters: English source sentences, one catalogue file per room.

``_`` translates now, ``N_`` only marks a sentence for later; a short word carries its context before a bar
(``act|open``), because one English word may be several French ones. A catalogue file is
``locale/<language>/<room>.po``; all rooms of a language are merged when the language is first used.
Times, dates, money and numbers given as values are shown by locale.
"""

from __future__ import annotations

import gettext
import io
import os
import struct
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

LANGUAGES = ("fr", "en", "de")
LOCALES = {"fr": "fr_FR", "en": "en_GB", "de": "de_DE"}

_active_language = "fr"
_active_zone: tzinfo = ZoneInfo("Europe/Paris")


def use_language(language: str) -> None:
    """Make ``language`` the language of the interface of this process (one process, one person)."""
    global _active_language
    _active_language = language if language in LANGUAGES else "fr"


def use_zone(zone: tzinfo) -> None:
    """Make ``zone`` the zone in which this process shows times."""
    global _active_zone
    _active_zone = zone


def active_language() -> str:
    return _active_language


def active_zone() -> tzinfo:
    return _active_zone


def catalogue_files(language: str) -> list[Path]:
    """The catalogue files of ``language``, one per room."""
    return sorted((Path(__file__).parent.parent / "locale" / language).glob("*.po"))


def compile_catalogues(files: Iterable[Path], language: str) -> bytes:
    """Merge the rooms' catalogues into one binary catalogue."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    whole = Catalog(locale=language)
    for file in files:
        with file.open("rb") as source:
            for message in read_po(source, locale=language):
                if message.id and message.string:
                    whole.add(message.id, message.string, context=message.context)
    target = io.BytesIO()
    write_mo(target, whole)
    return target.getvalue()


@lru_cache(maxsize=8)
def _translations(language: str) -> gettext.NullTranslations:
    files = catalogue_files(language)
    if language == "en" or not files:
        return gettext.NullTranslations()
    compiled = files[0].parent / "conciergedesk.mo"
    newest = max(file.stat().st_mtime for file in files)
    # A catalogue that was cut short is made again; an installed package may be read-only, and the one in memory
    # serves as well.
    with suppress(OSError, ValueError, struct.error):
        if compiled.stat().st_mtime >= newest:
            return gettext.GNUTranslations(io.BytesIO(compiled.read_bytes()))
    binary = compile_catalogues(files, language)
    with suppress(OSError):
        fresh = compiled.with_suffix(f".{os.getpid()}.part")
        try:
            fresh.write_bytes(binary)
            fresh.replace(compiled)  # another desk may be reading it
        finally:
            fresh.unlink(missing_ok=True)
    return gettext.GNUTranslations(io.BytesIO(binary))


def N_(sentence: str) -> str:
    """Mark ``sentence`` for translation without translating it yet."""
    return sentence


def _without_context(text: str) -> str:
    """``act|open`` is the word *open* as an act: the context is there for translators only."""
    context, bar, word = text.partition("|")
    return word if bar and context.isalpha() and context.islower() else text


def translate(sentence: str, language: str | None = None, /, **values: Any) -> str:
    """``sentence`` in ``language`` (default: that of the interface) with ``values`` filled in."""
    language = language or _active_language
    text = _without_context(_translations(language).gettext(sentence)) if sentence else ""
    if not values:
        return text
    return _filled(text, {name: shown(value, language) for name, value in values.items()})


def _(sentence: str, /, **values: Any) -> str:
    """``sentence`` in the language of the interface."""
    return translate(sentence, None, **values)


def plural(one: str, many: str, count: int, language: str | None = None, **values: Any) -> str:
    """The form of a counted sentence that fits ``count``; ``{count}`` is filled in."""
    language = language or _active_language
    text = _without_context(_translations(language).ngettext(one, many, count))
    return _filled(
        text, {"count": shown(count, language)} | {k: shown(v, language) for k, v in values.items()}
    )


def _filled(text: str, values: dict[str, Any]) -> str:
    """``text`` with its values; a sentence that ends with a short form (``22 nov.``) ends with one full stop."""
    for name, value in values.items():
        if isinstance(value, str) and value.endswith(".") and f"{{{name}}}." in text:
            values[name] = value[:-1]
    return text.format_map(values)


def shown(value: Any, language: str | None = None) -> Any:
    """A value as people of that language read it; text passes unchanged."""
    language = language or _active_language
    if isinstance(value, datetime):
        return show_moment(value, language)
    if isinstance(value, date):
        return show_date(value, language)
    if isinstance(value, timedelta):
        return show_duration(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return show_number(value, language)
    if hasattr(value, "in_language"):
        return value.in_language(language)
    return value


def local(moment: datetime) -> datetime:
    """``moment`` in the zone of the desk."""
    return moment.astimezone(_active_zone)


def show_number(value: float, language: str | None = None) -> str:
    if isinstance(value, int) and -10_000 < value < 10_000:
        return str(value)
    from babel.numbers import format_decimal

    return format_decimal(value, locale=LOCALES[language or _active_language])


def show_date(day: date, language: str | None = None, pattern: str = "EEE d MMM") -> str:
    """A day such as ``mer. 24 mars``; ``pattern`` is a CLDR pattern."""
    from babel.dates import format_date

    return format_date(day, pattern, locale=LOCALES[language or _active_language])


def show_clock(moment: datetime) -> str:
    """The local time of day, ``9:05``."""
    here = local(moment)
    return f"{here.hour}:{here.minute:02d}"


def show_moment(moment: datetime, language: str | None = None) -> str:
    """Local day and time, ``mer. 24 mars 20:05``."""
    return f"{show_date(local(moment).date(), language)} {show_clock(moment)}"


def show_duration(span: timedelta) -> str:
    """A length of time: ``8 min``, ``1 h 18``, ``6 j`` (``6 d`` in English); late ones carry a minus."""
    minutes = int(abs(span).total_seconds() // 60)
    sign = "-" if span < timedelta(0) else ""
    if minutes < 60:
        return f"{sign}{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{sign}{hours} h {rest:02d}"
    return f"{sign}{hours // 24} {translate(N_('d'))}"

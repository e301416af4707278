"""What a form shows for a moment, a language or a channel, and how what was typed there is read back.

A form speaks the language of the desk; the codes and dates of the database are understood as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import LANGUAGES, N_, _, active_zone, local, show_date, translate
from conciergedesk.core.moments import Moment, parse_moment
from conciergedesk.core.text import fold
from conciergedesk.ui.cells import clock

LANGUAGE_WORDS = {"fr": N_("French"), "en": N_("English"), "de": N_("German")}
OWN_NAMES = {"fr": "français", "en": "English", "de": "Deutsch"}
CHANNEL_WORDS = {
    "phone": N_("channel|telephone"),
    "desk": N_("channel|at the desk"),
    "email": N_("channel|e-mail"),
    "chat": N_("channel|chat"),
    "sms": N_("channel|text message"),
    "voicemail": N_("channel|voicemail"),
    "letter": N_("channel|letter"),
    "provider_app": N_("channel|provider's app"),
    "internal": N_("channel|inside the house"),
}

CALL_HOUR = time(9)
"""When somebody is called on a day for which no hour was said."""


# --- moments ---


def moment_hint() -> str:
    """Examples of moments, in the language of the interface."""
    return _("20h · tomorrow 9h · mon 14h · +2d")


def moment_text(moment: Moment, now: datetime) -> str:
    """A moment in the desk's language, as ``read_moment`` reads it back: ``dim. 22 nov. 18:30``."""
    for text in _readings(moment):
        read = parse_moment(text, now, active_zone())
        if read is not None and (read.start, read.end, read.date_only) == (
            moment.start,
            moment.end,
            moment.date_only,
        ):
            return text
    return moment.iso(active_zone())


def _readings(moment: Moment) -> Iterator[str]:
    """Without its year a date is easiest to read; it is only said where it would be taken for another."""
    here = local(moment.start)
    for pattern in ("EEE d MMM", "EEE d MMM y"):
        day = show_date(here.date(), pattern=pattern)
        if moment.date_only and moment.end is None:
            yield day
        elif moment.date_only and moment.end is not None:
            last = local(moment.end).date() - timedelta(days=1)
            yield _(
                "from {first} to {last}",
                first=show_date(here.date(), pattern="d MMM"),
                last=show_date(last, pattern="d MMM"),
            )
        else:
            until = f" – {clock(moment.end)}" if moment.end is not None else ""
            yield f"{day} {clock(moment.start)}{until}"


def stored_moment(start: datetime | None, end: datetime | None, day_only: bool, now: datetime) -> str:
    """A wanted moment as it was saved, for a form; nothing for none."""
    return moment_text(Moment(start, end, date_only=day_only), now) if start is not None else ""


def read_moment(text: str, now: datetime, *, field: str = "wanted") -> Moment | None:
    """The moment in a form's line; None for an empty one.

    Raises:
        InvalidInput: it was not understood.
    """
    if not text.strip():
        return None
    moment = parse_moment(text, now, active_zone())
    if moment is None:
        raise InvalidInput(N_("Write a moment such as 20h, tomorrow 9h or mon 14h."), field=field)
    return moment


def hour_to_call(moment: Moment) -> datetime:
    """When to call: the moment itself, or a morning hour of a day that was named without one."""
    if not moment.date_only:
        return moment.start
    here = local(moment.start)
    return datetime.combine(here.date(), CALL_HOUR, active_zone())


# --- languages and channels ---


def language_word(code: str) -> str:
    return _(LANGUAGE_WORDS[code]) if code in LANGUAGE_WORDS else code


def language_hint() -> str:
    return " · ".join(language_word(code) for code in LANGUAGE_WORDS)


def read_language(text: str) -> str:
    """The code of a language by its name in any language of the desk; what is no language passes unchanged."""
    own = next((code for code, name in OWN_NAMES.items() if fold(name) == fold(text)), "")
    return own or _code(text, LANGUAGE_WORDS)


def channel_word(code: str) -> str:
    return _(CHANNEL_WORDS[code]) if code in CHANNEL_WORDS else code


def channel_hint() -> str:
    return " · ".join(channel_word(code) for code in ("phone", "desk", "email", "chat"))


def read_channel(text: str) -> str:
    """The code of a channel by its name in any language of the desk; what is no channel passes unchanged."""
    return _code(text, CHANNEL_WORDS)


def _code(text: str, words: Mapping[str, str]) -> str:
    wanted = fold(text)
    if not wanted or wanted in words:
        return wanted
    named = [
        (fold(translate(word, language)), code) for code, word in words.items() for language in LANGUAGES
    ]
    whole = {code for name, code in named if name == wanted}
    begun = whole or {
        code for name, code in named if any(part.startswith(wanted) for part in (name, *name.split()))
    }
    return begun.pop() if len(begun) == 1 else text.strip().lower()

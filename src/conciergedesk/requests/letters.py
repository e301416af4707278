"""Messages to clients: a template in the client's language with its places filled.

A message leaves the desk only when every place is filled, and never with a key code, a word about health or
another guest's name in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from conciergedesk.core.errors import NotFound, RuleRefused
from conciergedesk.core.housefile import Wording, read_house_file
from conciergedesk.core.i18n import LANGUAGES, N_, show_clock, show_date
from conciergedesk.core.i18n import local as local_time
from conciergedesk.core.text import clean_line, fold
from conciergedesk.requests.notes import NoteContext, WarnedWords, check_note
from conciergedesk.requests.placeholders import placeholders_in, unknown_placeholders

MESSAGES_FILE = "generic.toml"
MESSAGE_KEYS = ("receipt", "delay", "cancelled", "impossible", "survey")

_PLACE = re.compile(r"\{([a-z_]+)\}")
_DAY = {"fr": "EEEE d MMMM", "en": "EEEE d MMMM", "de": "EEEE, d. MMMM"}
# A word for a code or a key box near three to ten digits or letters with digits.
_KEY_CODE = re.compile(
    r"(?i:\b(?:digi)?codes?\b|\bboîtes?\s+à\s+cl[ée]f?s?\b|\bkey\s?(?:box|safe)\b|\bpin\b"
    r"|\bschlüssel(?:kasten|box|safe|tresor)\b|\balarme?\b|\balarm\b)"
    r"[^\d\n]{0,25}[A-Z]?\d[\d .\-]{1,10}[A-Z#*]?"
)


def load_messages(folder: Path) -> Mapping[str, Wording]:
    """The messages that fit every type, by key.

    Raises:
        InvalidFile: a message or a language is missing, or a place that the desk cannot fill is named.
    """
    top = read_house_file(folder / MESSAGES_FILE)
    top.only(*MESSAGE_KEYS)
    found = {}
    for key in MESSAGE_KEYS:
        wording = top.wording(key, german=True)
        for language in LANGUAGES:
            wrong = unknown_placeholders(wording.in_language(language))
            if wrong:
                raise top.refuse(
                    N_("“{name}” is not a place that the desk can fill."), f"{key}.{language}", name=wrong[0]
                )
        found[key] = wording
    return found


def message(messages: Mapping[str, Wording], key: str) -> Wording:
    """The message with this key.

    Raises:
        NotFound: there is none.
    """
    if key not in messages:
        raise NotFound(N_("There is no message “{name}”."), name=key)
    return messages[key]


def moment_values(at: datetime, language: str, until: datetime | None = None) -> dict[str, str]:
    """``date`` and ``time`` of a moment, or of a window, as the client reads them."""
    day = show_date(local_time(at).date(), language, _DAY.get(language, _DAY["en"]))
    clock = show_clock(at) if until is None else f"{show_clock(at)}–{show_clock(until)}"
    return {"date": day, "time": clock}


def render(
    template: Wording,
    language: str,
    values: Mapping[str, str],
    *,
    words: WarnedWords | None = None,
    never: Iterable[str] = (),
) -> str:
    """The message in the client's language.

    Args:
        template: The confirmation of a type or a generic message.
        language: The client's language; English stands in for one the desk does not write.
        values: What fills the places, already worded in that language.
        words: Warned words; those about health are refused in ``note``.
        never: Texts that must not leave, such as known codes and other guests' names.

    Raises:
        RuleRefused: a place is not filled, or something would leave that must not.
    """
    text = template.in_language(language)
    filled = {name: clean_line(value) for name, value in values.items()}
    missing = [name for name in placeholders_in(text) if not filled.get(name)]
    if missing:
        raise RuleRefused(
            N_("The message is not complete. Fill in: {missing}."),
            missing=", ".join(f"{{{name}}}" for name in missing),
        )
    wanted = {name: filled[name] for name in placeholders_in(text)}
    _refuse_secrets(wanted, words, never)
    # One pass: braces inside a value are text, never another place.
    return _PLACE.sub(lambda match: wanted[match[1]], text)


def _refuse_secrets(values: Mapping[str, str], words: WarnedWords | None, never: Iterable[str]) -> None:
    forbidden = [folded for folded in map(fold, never) if folded]
    for name, value in values.items():
        # The desk's own number and the reference are digits by nature.
        if name not in ("desk_phone", "ref", "price") and _KEY_CODE.search(value):
            raise RuleRefused(
                N_(
                    "A code never leaves in a message. Take it out of {place} and say it to the verified person."
                ),
                place=f"{{{name}}}",
            )
        if any(f" {text} " in f" {fold(value)} " for text in forbidden):
            raise RuleRefused(
                N_("{place} holds something that must not leave the desk. Take it out."), place=f"{{{name}}}"
            )
    if words is not None and "note" in values:
        verdict = check_note(values["note"], NoteContext(words, health=True))
        if verdict.blocked:
            raise RuleRefused(
                N_("A message never speaks of health or card numbers. Reword {place}."), place="{note}"
            )

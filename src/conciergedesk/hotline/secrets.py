"""What a hotline never keeps: passwords, and calendar addresses, which are as good as a key."""

from __future__ import annotations

import re

from conciergedesk.core.errors import RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import fold

_WORDS = r"(?:mots?\s+de\s+passe|mdp|pass(?:word|wort|code)?|kennwort|pwd|pin|code\s+secret)"
# What follows a colon or "is" is the secret itself, unless it only says what happened to it.
_SAID = re.compile(rf"\b{_WORDS}\s*(?:est|is|ist|lautet|[:=]|->|→)+\s*[«“\"']?\s*(\S{{4,}})", re.IGNORECASE)
# Without one, only letters mixed with digits or signs look like a secret.
_MIXED = re.compile(
    rf"\b{_WORDS}\s+[«“\"']?\s*((?=\S*\d)(?=\S*[^\W\d])[^\s,;.]{{5,}}|(?=\S*[!#$%&*+@^_~])\S{{4,}})",
    re.IGNORECASE,
)
_HARMLESS_WORDS = (
    "oublie oubliee perdu perdue expire expiree refuse refusee change changee inconnu inconnue bloque bloquee",
    "redemande toujours encore correct incorrect errone erronee faux fausse rejete rejetee valable invalide bien",
    "forgotten lost expired refused rejected changed unknown blocked locked wrong still reset known",
    "vergessen verloren abgelaufen gesperrt falsch unbekannt",
)
_HARMLESS = frozenset(" ".join(_HARMLESS_WORDS).split())
_FEED = re.compile(r"\b(?:https?|webcal)://\S*(?:ical|\.ics|calendar|token=|[?&]s=)\S*", re.IGNORECASE)


def holds_password(text: str) -> bool:
    """Whether ``text`` seems to spell a password out."""
    said = any(fold(match[1]) not in _HARMLESS for match in _SAID.finditer(text))
    return said or _MIXED.search(text) is not None


def refuse_secrets(*texts: str) -> None:
    """Refuse a text that spells out a password or a calendar address.

    Raises:
        RuleRefused: nothing is kept.
    """
    for text in texts:
        if holds_password(text):
            raise RuleRefused(
                N_("This looks like a password. We never read, type or write one down: take it out.")
            )
        if _FEED.search(text):
            raise RuleRefused(
                N_(
                    "A calendar address is as good as a key. Write the last 8 signs of its checksum, not the "
                    "address."
                )
            )

"""The places that a message template may contain."""

from __future__ import annotations

import re

PLACEHOLDERS = ("client", "ref", "date", "time", "place", "provider", "price", "note", "desk_phone")
"""What the desk can fill in a message to a client."""

_PLACE = re.compile(r"\{([^{}]*)\}")


def placeholders_in(text: str) -> tuple[str, ...]:
    """The names between braces, in order, each once."""
    return tuple(dict.fromkeys(_PLACE.findall(text)))


def unknown_placeholders(text: str) -> tuple[str, ...]:
    """Names that the desk cannot fill, and braces without a partner."""
    wrong = [name for name in placeholders_in(text) if name not in PLACEHOLDERS]
    rest = _PLACE.sub("", text)
    return (*(f"{{{name}}}" for name in wrong), *(brace for brace in "{}" if brace in rest))

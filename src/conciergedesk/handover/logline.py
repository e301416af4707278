"""Reading a line of the shift log as it is typed: its kind, what it is about, and the promise in it.

    incident : verre cassé D-2417 #accueil !        a kind first, numbers, tags, ! for what matters
    promesse rappeler Bernadette 18h50 >maelle      a promise has a moment and an owner (default: who writes)

Pure: the moment and the names are handed in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from conciergedesk.core.moments import find_moments
from conciergedesk.core.text import clean_block, fold
from conciergedesk.handover.rules import LogKind

KIND_WORDS: Mapping[str, LogKind] = {
    "appel": LogKind.CALL,
    "call": LogKind.CALL,
    "evenement": LogKind.EVENT,
    "event": LogKind.EVENT,
    "promesse": LogKind.PROMISE,
    "promise": LogKind.PROMISE,
    "promis": LogKind.PROMISE,
    "rappeler": LogKind.PROMISE,
    "cle": LogKind.KEY,
    "cles": LogKind.KEY,
    "key": LogKind.KEY,
    "keys": LogKind.KEY,
    "caisse": LogKind.CASH,
    "cash": LogKind.CASH,
    "incident": LogKind.INCIDENT,
    "reclamation": LogKind.INCIDENT,
    "complaint": LogKind.INCIDENT,
    "consigne": LogKind.INSTRUCTION,
    "instruction": LogKind.INSTRUCTION,
    "visite": LogKind.VISITOR,
    "visiteur": LogKind.VISITOR,
    "visitor": LogKind.VISITOR,
}
_KEPT_WORDS = frozenset({"rappeler", "reclamation", "complaint"})
"""Words that say the kind and are part of the sentence as well."""

_REF = re.compile(r"\b([DRK])-(\d{1,9})\b", re.IGNORECASE)
_TAG = re.compile(r"#(\w{2,30})")
_OWNER = re.compile(r"(?:^|\s)>\s?(\w+)")
_FIRST = re.compile(r"^(\w+)\s*:?\s*")
_REF_KINDS = {"D": "request", "R": "call_back", "K": "key_number"}


@dataclass(frozen=True, slots=True)
class Ref:
    """A number in the text: of a request, of a call-back, or the neutral number of a key set."""

    kind: str
    number: int
    shown: str


@dataclass(frozen=True, slots=True)
class ReadLog:
    """A typed line as it was understood."""

    kind: LogKind
    text: str
    important: bool = False
    refs: tuple[Ref, ...] = ()
    tags: tuple[str, ...] = ()
    moment: datetime | None = None
    owner_id: int | None = None


def read_log_line(
    text: str, now: datetime, zone: tzinfo, agents: Mapping[str, int], *, kind: LogKind | None = None
) -> ReadLog:
    """Understand ``text``.

    Args:
        text: As typed.
        now: For moments such as ``18h``.
        zone: The desk's zone.
        agents: Ids by folded first name or code, for ``>maelle``.
        kind: Chosen by hand; a kind at the start of the text then stays in the text.
    """
    text = clean_block(text, 2_000).strip()
    important = text.startswith("!") or text.endswith(" !") or text.endswith("!!")
    text = text.strip("! \n") if important else text
    first = _FIRST.match(text)
    found = KIND_WORDS.get(fold(first[1])) if first is not None and kind is None else None
    if found is not None and first is not None and fold(first[1]) not in _KEPT_WORDS:
        rest = text[first.end() :].strip()
        text = rest or text
    owner = None
    match = _OWNER.search(text)
    if match is not None:
        owner = agents.get(fold(match[1]))
        if owner is not None:
            text = (text[: match.start()] + text[match.end() :]).strip()
    moments = find_moments(text, now, zone)
    refs = {
        (letter.upper(), int(number)): Ref(
            _REF_KINDS[letter.upper()], int(number), f"{letter.upper()}-{number}"
        )
        for letter, number in _REF.findall(text)
    }
    return ReadLog(
        kind=kind or found or LogKind.EVENT,
        text=text,
        important=important,
        refs=tuple(refs.values()),
        tags=tuple(dict.fromkeys(fold(tag) for tag in _TAG.findall(text))),
        moment=moments[-1].moment.start if moments else None,
        owner_id=owner,
    )

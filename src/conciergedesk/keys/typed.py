"""What the counter types about a set, as values: its pieces, a place."""

from __future__ import annotations

import re

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line, fold
from conciergedesk.keys.rules import PieceKind, PlaceKind

_PIECES: dict[str, PieceKind] = {
    word: kind
    for kind, words in {
        PieceKind.DOOR: "porte door tur tuer appartement flat wohnung",
        PieceKind.BUILDING: "immeuble hall entree building entrance haus hauseingang",
        PieceKind.LETTER_BOX: "boite bal lettres letterbox mailbox letter briefkasten",
        PieceKind.GARAGE: "garage telecommande bip remote fernbedienung",
        PieceKind.BADGE: "badge vigik chip transponder",
        PieceKind.CAR: "voiture car auto",
        PieceKind.OTHER: "autre other andere cave cellar keller local",
    }.items()
    for word in words.split()
}
_SMALL_WORDS = frozenset(
    {"a", "aux", "box", "de", "du", "la", "le", "l", "d", "key", "keys", "cle", "cles", "x"}
)
_PLACES: dict[str, PlaceKind] = {
    "crochet": PlaceKind.HOOK, "hook": PlaceKind.HOOK, "haken": PlaceKind.HOOK,
    "armoire": PlaceKind.CABINET, "cabinet": PlaceKind.CABINET, "schrank": PlaceKind.CABINET,
    "coffre": PlaceKind.SAFE, "safe": PlaceKind.SAFE, "tresor": PlaceKind.SAFE,
    "vehicule": PlaceKind.VEHICLE, "vehicle": PlaceKind.VEHICLE, "fahrzeug": PlaceKind.VEHICLE,
}  # fmt: skip


def read_pieces(text: str) -> list[tuple[str, int]]:
    """``porte 1, immeuble, 2 badges`` as (kind, count); a piece without a number is one.

    Raises:
        InvalidInput: naming ``pieces``: a word that is no piece, or nothing at all.
    """
    found: dict[PieceKind, int] = {}
    for part in re.split(r"[,;+/]| et | and | und ", clean_line(text, 300)):
        words = re.findall(r"[a-z]+|\d+", fold(part))
        if not words:
            continue
        counts = [int(word) for word in words if word.isdigit() and len(word) <= 3]
        kinds = {kind for word in words if (kind := _piece(word)) is not None}
        stray = [
            word for word in words if not word.isdigit() and _piece(word) is None and word not in _SMALL_WORDS
        ]
        if len(kinds) != 1 or len(counts) > 1 or stray:
            raise InvalidInput(
                N_("“{text}” is not a piece. Write for instance: door 1, building 1, badge 2, letter box 1."),
                field="pieces",
                text=clean_line(part, 40),
            )
        kind = kinds.pop()
        found[kind] = found.get(kind, 0) + (counts[0] if counts else 1)
    if not found:
        raise InvalidInput(N_("A set has at least one piece. Say which."), field="pieces")
    return [(kind, count) for kind, count in found.items()]


def _piece(word: str) -> PieceKind | None:
    return _PIECES.get(word) or _PIECES.get(word.removesuffix("s")) or _PIECES.get(word.removesuffix("n"))


def read_place(text: str) -> tuple[PlaceKind, str]:
    """``hook 14`` or ``coffre 2`` as a kind and a name; without a word it is a hook.

    Raises:
        InvalidInput: naming ``place``: no name or number is left.
    """
    typed = clean_line(text, 60)
    first, _blank, rest = typed.partition(" ")
    kind = _PLACES.get(fold(first))
    name = (rest if kind is not None else typed).strip()
    if not name or (kind is None and fold(typed) in _PLACES):
        raise InvalidInput(N_("Give the place a name or a number."), field="place")
    return kind or PlaceKind.HOOK, name

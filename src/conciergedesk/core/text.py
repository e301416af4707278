"""Safe text: everything a person or a file typed passes here, on the way in and on the way to the screen.

An escape sequence in any text reaches the terminal unchanged, so control characters are never let through.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rich.cells import cell_len

LINE_LIMIT = 500
BLOCK_LIMIT = 20_000

# C0 and C1 controls, DEL, bidirectional controls, line separators, interlinear marks, lone surrogates, tags.
_DANGEROUS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    "\ufff9-\ufffb\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"\s+")
# Latin letters and printed signs that no rule below would change; most text is nothing else.
_PLAIN = re.compile("[ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u20ac]*")
_MARKS = re.compile(
    r"([^\W_]?[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]{4})"
    r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]+"
)


def _tame(text: str) -> str:
    text = _DANGEROUS.sub("", text)
    # A pile of combining marks freezes terminals; four on one letter are plenty in any language.
    text = _MARKS.sub(r"\1", text)
    return unicodedata.normalize("NFC", text)


def clean_line(text: str, limit: int = LINE_LIMIT) -> str:
    """One harmless line: controls dropped, runs of white space folded, cut at ``limit`` characters."""
    if len(text) <= limit and _PLAIN.fullmatch(text):
        return " ".join(text.split())
    return _SPACES.sub(" ", _tame(text[: limit * 4].replace("\n", " ").replace("\t", " "))).strip()[:limit]


def clean_block(text: str, limit: int = BLOCK_LIMIT) -> str:
    """Harmless text of several lines: tabs become spaces, controls are dropped, line ends are kept."""
    text = text[: limit * 4].replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return _tame(text).strip("\n")[:limit]


_ASCII_WORDS = re.compile("[a-z0-9]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "’": "'"})


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Text as it is compared: no accents, no case, ligatures opened, punctuation as single spaces."""
    if text.isascii():
        return " ".join(_ASCII_WORDS.findall(text.lower()))
    text = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    letters = [c if c.isalnum() else " " for c in text if not unicodedata.combining(c)]
    return " ".join("".join(letters).split())


def cut(text: str, cells: int) -> str:
    """``text`` cut to at most ``cells`` terminal cells, ending in … when something was cut."""
    if cells <= 0:
        return ""
    if cell_len(text) <= cells:
        return text
    kept, width = [], 0
    for char in text:
        width += cell_len(char)
        if width > cells - 1:
            break
        kept.append(char)
    return "".join(kept).rstrip("\u200d\ufe0f ") + "…"


def fit(text: str, cells: int, *, right: bool = False) -> str:
    """``text`` cut or padded to exactly ``cells`` terminal cells."""
    text = cut(text, cells)
    gap = " " * (cells - cell_len(text))
    return gap + text if right else text + gap

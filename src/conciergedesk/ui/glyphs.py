"""The signs of the desk, one cell wide each, and their ASCII stand-ins."""

from __future__ import annotations

import locale
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of signs. A sign never stands alone in a list: the word follows."""

    late: str = "▲"
    soon: str = "●"
    waiting: str = "○"
    on_time: str = "·"
    done: str = "✓"
    notice: str = "!"
    question: str = "?"
    cursor: str = "▌"
    marked: str = "■"
    square: str = "▪"
    next: str = "›"
    presence: str = "«"
    under: str = "▼"
    refused: str = "×"
    hairline: str = "─"
    rail: str = "│"
    bar: str = "━"
    bar_empty: str = "━"
    planned: str = "╌"
    today: str = "┊"
    arrival: str = "┃"
    ellipsis: str = "…"
    down: str = "↓"
    right: str = "→"
    left: str = "←"
    up: str = "↑"
    dash: str = "–"
    dot: str = "·"
    wish: str = "°"
    blocks: str = " ▁▂▃▄▅▆▇█"


UNICODE = Glyphs()
ASCII = Glyphs(
    late="!",
    soon="*",
    waiting="o",
    on_time=".",
    done="x",
    cursor=">",
    marked="#",
    square="#",
    next=">",
    presence="<",
    under="v",
    refused="x",
    hairline="-",
    rail="|",
    bar="=",
    bar_empty="-",
    planned="-",
    today=":",
    arrival="|",
    ellipsis="~",
    down="v",
    right=">",
    left="<",
    up="^",
    dash="-",
    dot="-",
    wish="'",
    blocks=" .:-=+*##",
)

_active = UNICODE


def glyphs() -> Glyphs:
    """The set in use."""
    return _active


def use_glyphs(setting: str = "auto") -> None:
    """Choose the set: ``unicode``, ``ascii``, or ``auto`` by the terminal's encoding."""
    global _active
    if setting == "auto":
        encoding = (getattr(sys.__stdout__, "encoding", None) or locale.getpreferredencoding(False)).lower()
        setting = "unicode" if "utf" in encoding else "ascii"
    _active = ASCII if setting == "ascii" else UNICODE

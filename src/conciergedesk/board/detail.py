"""The values the board shows beside its list: one promise in full, and what is true right now.

Words in these values are already in the language of the interface, or are what people typed; the screen cleans them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from conciergedesk.board.rules import Promise


class Tone(StrEnum):
    """The role of a piece of text: what it means, never its colour."""

    TEXT = "text"
    BRIGHT = "bright"
    MUTED = "muted"
    CALM = "calm"
    LATE = "late"
    SOON = "soon"
    WAITING = "waiting"
    MINE = "mine"
    DONE = "done"
    ACCENT = "accent"


class Mark(StrEnum):
    """The sign before a line."""

    NONE = ""
    LATE = "late"
    SOON = "soon"
    WAITING = "waiting"
    CALM = "calm"
    DONE = "done"
    NOTICE = "notice"
    QUESTION = "question"
    NEXT = "next"
    SQUARE = "square"


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled line, such as ``Tél. 06 39 98 14 27``; ``note`` follows in a quieter tone.

    ``brief`` facts are also shown in the strip under a narrow list.
    """

    label: str
    value: str
    note: str = ""
    tone: Tone = Tone.TEXT
    bold: bool = False
    brief: bool = False


@dataclass(frozen=True, slots=True)
class NowAct:
    """What can be done now: ``action`` is the id of a registered act, which gives the key."""

    action: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the checklist."""

    label: str
    done: bool = False
    required: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """Who did or said what, newest first."""

    at: datetime
    who: str
    text: str
    tone: Tone = Tone.TEXT
    mark: Mark = Mark.NONE


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a section: sign, short left part, text, right-aligned end, and an optional small gauge."""

    text: str
    left: str = ""
    right: str = ""
    mark: Mark = Mark.NONE
    tone: Tone = Tone.TEXT
    left_tone: Tone = Tone.TEXT
    right_tone: Tone = Tone.MUTED
    gauge: int | None = None
    """Filled dots of eight, drawn before ``right``."""


@dataclass(frozen=True, slots=True)
class Bars:
    """A row of bars, such as contacts by hour; ``now`` is the index of the current one."""

    values: tuple[int, ...]
    labels: tuple[str, ...]
    now: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A title, a hairline, a figure, and lines; ``share`` (0 to 1) draws a progress line under the title."""

    title: str
    figure: str = ""
    lines: tuple[Line, ...] = ()
    bars: Bars | None = None
    share: float | None = None
    share_tone: Tone = Tone.DONE
    column: int = 0
    """Cells kept for the left parts, so that the texts line up; 0 is as wide as the widest."""


@dataclass(frozen=True, slots=True)
class Detail:
    """One promise in full."""

    promise: Promise
    title: str
    for_whom: str
    facts: tuple[Fact, ...] = ()
    acts: tuple[NowAct, ...] = ()
    steps: tuple[Step, ...] = ()
    timeline: tuple[TimelineLine, ...] = ()
    sections: tuple[Section, ...] = ()
    notices: tuple[str, ...] = ()
    """Warnings nobody may miss, first thing under the title."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One reading of the board."""

    promises: tuple[Promise, ...]
    kept_today: int = 0
    now_sections: tuple[Section, ...] = ()
    """What stands in the third pane of a wide screen."""
    in_order: bool = False
    """Whether ``promises`` are sorted already."""
    trouble: str = ""
    """Why a room could not say what it owes; the promises of the others are here."""

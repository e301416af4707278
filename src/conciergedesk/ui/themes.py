"""The three themes. Colours are roles; this is the only module with colour values.

Grounds are nearly grey on purpose: without true colour a terminal falls back to 256 colours, where saturated dark
grounds become blues on which the inks can no longer be read.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

NIGHT = "desk-nuit"
DAY = "desk-jour"
MONO = "desk-mono"

INKS = ("text", "bright", "muted", "calm", "late", "soon", "waiting", "mine", "done", "accent")
"""Roles for words."""
GROUNDS = ("bg", "surface", "raised", "select")
"""Roles behind words."""
PAIRS = (
    ("chip-ink", "chip"),
    ("shift-m-ink", "shift-m"),
    ("shift-s-ink", "shift-s"),
    ("shift-t-ink", "shift-t"),
    ("shift-c-ink", "shift-c"),
    ("shift-j-ink", "shift-j"),
    ("shift-d-ink", "shift-d"),
)
"""Inks with a ground of their own."""

_NIGHT: Mapping[str, str] = {
    "text": "#D5DBE2",
    "bright": "#F5F7FA",
    "muted": "#9DA8B4",
    "calm": "#B0BAC5",
    "late": "#FF8178",
    "soon": "#F2BE5C",
    "waiting": "#BBA8F7",
    "mine": "#6FD0C5",
    "done": "#86C98F",
    "accent": "#82B4FF",
    "chip": "#BE3535",
    "chip-ink": "#FFFFFF",
    "bg": "#14171A",
    "surface": "#1B1F23",
    "raised": "#23282D",
    "select": "#333B43",
    "rule": "#3B444D",
    "track": "#2D343B",
    "faint": "#626D78",
    "shift-m": "#2B4A73",
    "shift-m-ink": "#D6E6FF",
    "shift-s": "#4A3A78",
    "shift-s-ink": "#E6DDFF",
    "shift-t": "#1F5553",
    "shift-t-ink": "#CFF3EE",
    "shift-c": "#54502A",
    "shift-c-ink": "#F3EBC2",
    "shift-j": "#3A4452",
    "shift-j-ink": "#DDE4EE",
    "shift-d": "#3A4452",
    "shift-d-ink": "#DDE4EE",
    "holiday": "#2A2230",
    "heat-0": "#1B1F23",
    "heat-1": "#1F3148",
    "heat-2": "#264669",
    "heat-3": "#2F5F92",
    "heat-4": "#4283C4",
    "heat-5": "#82B4FF",
}

_DAY: Mapping[str, str] = {
    "text": "#262B33",
    "bright": "#0A0D12",
    "muted": "#555D68",
    "calm": "#47505C",
    "late": "#B3261E",
    "soon": "#6B3F00",
    "waiting": "#552BB0",
    "mine": "#00635F",
    "done": "#1F652C",
    "accent": "#1A58B5",
    "chip": "#B3261E",
    "chip-ink": "#FFFFFF",
    "bg": "#FBFAF8",
    "surface": "#F1F0ED",
    "raised": "#FFFFFF",
    "select": "#D8E5F7",
    "rule": "#CFC8BA",
    "track": "#E0DCD4",
    "faint": "#9A9488",
    "shift-m": "#CFE0F7",
    "shift-m-ink": "#12345E",
    "shift-s": "#DDD3F5",
    "shift-s-ink": "#37206F",
    "shift-t": "#CBE9E4",
    "shift-t-ink": "#0B4A45",
    "shift-c": "#EAE3BD",
    "shift-c-ink": "#4B4310",
    "shift-j": "#E2DED4",
    "shift-j-ink": "#30363F",
    "shift-d": "#E2DED4",
    "shift-d-ink": "#30363F",
    "holiday": "#F3E3DC",
    "heat-0": "#F1F0ED",
    "heat-1": "#DCE8F7",
    "heat-2": "#BBD3F0",
    "heat-3": "#8FB7E6",
    "heat-4": "#5C93D6",
    "heat-5": "#1A58B5",
}

_MONO: Mapping[str, str] = {
    "text": "#D8D8D8",
    "bright": "#FFFFFF",
    "muted": "#AFAFAF",
    "calm": "#C4C4C4",
    "late": "#FFFFFF",
    "soon": "#FFFFFF",
    "waiting": "#BDBDBD",
    "mine": "#FFFFFF",
    "done": "#D8D8D8",
    "accent": "#FFFFFF",
    "chip": "#F0F0F0",
    "chip-ink": "#000000",
    "bg": "#141414",
    "surface": "#1E1E1E",
    "raised": "#262626",
    "select": "#404040",
    "rule": "#4A4A4A",
    "track": "#383838",
    "faint": "#767676",
    "shift-m": "#383838",
    "shift-m-ink": "#FFFFFF",
    "shift-s": "#4A4A4A",
    "shift-s-ink": "#FFFFFF",
    "shift-t": "#303030",
    "shift-t-ink": "#FFFFFF",
    "shift-c": "#424242",
    "shift-c-ink": "#FFFFFF",
    "shift-j": "#2A2A2A",
    "shift-j-ink": "#FFFFFF",
    "shift-d": "#2A2A2A",
    "shift-d-ink": "#FFFFFF",
    "holiday": "#262626",
    "heat-0": "#1E1E1E",
    "heat-1": "#383838",
    "heat-2": "#525252",
    "heat-3": "#757575",
    "heat-4": "#A8A8A8",
    "heat-5": "#F0F0F0",
}


def _theme(name: str, roles: Mapping[str, str], *, dark: bool) -> Theme:
    variables = dict(roles)
    # Textual's own names for the same roles, so that its widgets follow.
    variables |= {
        "block-cursor-foreground": roles["bright"],
        "block-cursor-background": roles["select"],
        "input-cursor-background": roles["bright"],
        "input-cursor-foreground": roles["bg"],
        "input-selection-background": roles["select"],
        "scrollbar": roles["faint"],
        "scrollbar-hover": roles["muted"],
        "scrollbar-active": roles["accent"],
        "scrollbar-background": roles["bg"],
        "scrollbar-background-hover": roles["bg"],
        "scrollbar-background-active": roles["bg"],
        "scrollbar-corner-color": roles["bg"],
        "border": roles["accent"],
        "border-blurred": roles["rule"],
    }
    return Theme(
        name=name,
        primary=roles["accent"],
        secondary=roles["mine"],
        accent=roles["accent"],
        error=roles["late"],
        warning=roles["soon"],
        success=roles["done"],
        background=roles["bg"],
        surface=roles["surface"],
        panel=roles["raised"],
        foreground=roles["text"],
        dark=dark,
        variables=variables,
    )


THEMES: Mapping[str, Theme] = {
    NIGHT: _theme(NIGHT, _NIGHT, dark=True),
    DAY: _theme(DAY, _DAY, dark=False),
    MONO: _theme(MONO, _MONO, dark=True),
}


def theme_for(setting: str, *, no_color: bool) -> str:
    """The theme to start with: ``NO_COLOR`` wins over the setting, an unknown setting is the night theme."""
    if no_color:
        return MONO
    return setting if setting in THEMES else NIGHT

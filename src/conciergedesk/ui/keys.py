"""The one registry of acts. Bindings, footer, help and palette are all made from it and cannot disagree.

An act has a stable ``id`` (``board.claim``) that the house's ``keys.toml`` refers to::

    [keys]
    "board.claim" = "t"
    "board.filter" = ["slash", "ctrl+f"]

Default keys are letters, Shift+letter, Enter, Space, Tab, Escape, Backspace, arrows, F-keys, Ctrl+letter and
``? / ! , ; : .``: none needs AltGr on AZERTY or QWERTZ and none is on the digit row alone. A capital is
an act that leaves the desk or cannot be undone, ``U`` apart, which is the other half of ``u``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from textual.binding import Binding
from textual.dom import DOMNode

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.i18n import N_, _
from conciergedesk.ui.acts import ACTIONS, Action, Scope
from conciergedesk.ui.glyphs import glyphs

_BY_ID: Mapping[str, Action] = {action.id: action for action in ACTIONS}

_SCREENS = frozenset(
    {
        Scope.BOARD,
        Scope.KEYS,
        Scope.RELOCATION,
        Scope.ROTA,
        Scope.HANDOVER,
        Scope.REPORTS,
        Scope.PROVIDERS,
        Scope.HOTLINE,
    }
)
"""Scopes in which the acts of everywhere work too; a sheet has only its own."""
_IN_SHEETS = frozenset(
    {Scope.FORM, Scope.CHOICE, Scope.PALETTE, Scope.HELP, Scope.INCIDENT, Scope.COUNT, Scope.SHOWN}
    | {Scope.CALL, Scope.TRIAGE, Scope.ARTICLE, Scope.MISSED, Scope.ASKS, Scope.SITES, Scope.SITE}
    | {Scope.PLAN, Scope.BORDER, Scope.PROGRAMME}
)
"""Scopes that share a sheet's own acts."""

_NAMES: Mapping[str, str] = {
    "enter": N_("Enter"),
    "space": N_("Space"),
    "escape": N_("Esc"),
    "tab": N_("Tab"),
    "shift+tab": N_("Shift+Tab"),
    "backspace": N_("Backspace"),
    "delete": N_("Delete"),
    "pagedown": N_("PgDn"),
    "pageup": N_("PgUp"),
    "home": N_("Home"),
    "end": N_("End"),
}
_SIGNS: Mapping[str, str] = {
    "question_mark": "?",
    "slash": "/",
    "exclamation_mark": "!",
    "comma": ",",
    "semicolon": ";",
    "colon": ":",
    "full_stop": ".",
}
SAFE_SIGNS = frozenset(_SIGNS)
SAFE_NAMES = frozenset(_NAMES) | {"up", "down", "left", "right"} | {f"f{n}" for n in range(1, 13)}


def action(action_id: str) -> Action:
    """The registered act of that id."""
    return _BY_ID[action_id]


def is_safe_default(key: str) -> bool:
    """Whether a key can be typed on AZERTY, QWERTY and QWERTZ without AltGr and off the digit row."""
    if key in SAFE_NAMES or key in SAFE_SIGNS:
        return True
    letter = key.removeprefix("ctrl+")
    return len(letter) == 1 and letter.isascii() and letter.isalpha()


def shown_key(key: str) -> str:
    """A key as people know it: ``Entrée``, ``Ctrl+P``, ``→``."""
    if name := _NAMES.get(key):
        return _(name)
    if sign := _SIGNS.get(key):
        return sign
    signs = glyphs()
    if key in ("up", "down", "left", "right"):
        return str(getattr(signs, key))
    if key.startswith("ctrl+"):
        return f"Ctrl+{key[5:].upper()}"
    if len(key) > 1 and key[0] == "f" and key[1:].isdigit():
        return key.upper()
    return key


class KeyMap:
    """The acts and the keys that run them in this house."""

    def __init__(self, overrides: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.overrides: Mapping[str, tuple[str, ...]] = dict(overrides or {})

    def keys_of(self, action_id: str) -> tuple[str, ...]:
        """The keys of an act, the first one being the one that is shown."""
        return self.overrides.get(action_id, _BY_ID[action_id].keys)

    def shown(self, action_id: str) -> str:
        """The key that footer, help and palette show; empty when the act has none."""
        keys = self.keys_of(action_id)
        return shown_key(keys[0]) if keys else ""

    def acts(self, *scopes: Scope) -> list[Action]:
        """The acts of these scopes, in the order of the registry."""
        return [act for act in ACTIONS if act.scope in scopes]

    def footer(self, *scopes: Scope) -> list[Action]:
        """The acts that a footer shows, most used first."""
        return sorted((act for act in self.acts(*scopes) if act.order), key=lambda act: act.order)

    def bindings(self, *scopes: Scope) -> list[Binding]:
        """The bindings of these scopes with this house's keys."""
        return [
            Binding(key, act.verb, act.label, id=act.id, show=False, priority=act.priority)
            for act in self.acts(*scopes)
            for key in self.keys_of(act.id)
        ]


_in_use = KeyMap()


def keymap() -> KeyMap:
    """The keys of this process."""
    return _in_use


def use_keymap(keys: KeyMap) -> None:
    """Make ``keys`` those of this process; screens made from now on use them."""
    global _in_use
    _in_use = keys


def unbind(node: DOMNode, *keys: str) -> None:
    """Take inherited keys off ``node``, so that its screen gets them."""
    for key in keys or tuple(node._bindings.key_to_bindings):
        node._bindings.key_to_bindings.pop(key, None)


def bind(node: DOMNode, *scopes: Scope) -> None:
    """Give ``node`` the keys of these scopes, in place of what it inherited on the same keys."""
    for binding in keymap().bindings(*scopes):
        node._bindings.key_to_bindings[binding.key] = [binding]


def load_keys(file: Path) -> tuple[KeyMap, list[InvalidFile]]:
    """Read ``keys.toml``. A line that cannot be used is reported and leaves the default key in place."""
    import tomllib

    problems: list[InvalidFile] = []
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8")).get("keys", {})
    except FileNotFoundError:
        return KeyMap(), []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problem = InvalidFile(
            N_("This file cannot be read ({reason}). The default keys are used."),
            file=file.name,
            where="keys",
            reason=str(error),
        )
        return KeyMap(), [problem]
    overrides: dict[str, tuple[str, ...]] = {}
    if not isinstance(table, dict):
        table = {}
    for action_id, value in table.items():
        keys = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else ()
        if action_id not in _BY_ID:
            problems.append(
                InvalidFile(
                    N_("There is no act of this name. The guide lists the names of all acts."),
                    file=file.name,
                    where="keys",
                    field=str(action_id),
                )
            )
        elif not all(isinstance(key, str) and key.strip() for key in keys) or (not keys and value != []):
            problems.append(
                InvalidFile(
                    N_('Write a key such as "t" or a list such as ["t", "f9"].'),
                    file=file.name,
                    where="keys",
                    field=action_id,
                )
            )
        else:
            overrides[action_id] = tuple(_typed_key(key) for key in keys)
    for kept_id, lost_id, key in conflicts(overrides):
        overrides.pop(lost_id, None)
        problems.append(
            InvalidFile(
                N_("The key {key} already runs {other}. The default key stays."),
                file=file.name,
                where="keys",
                field=lost_id,
                key=shown_key(key),
                other=kept_id,
            )
        )
    return KeyMap(overrides), problems


def _typed_key(key: str) -> str:
    """``?`` or ``Ctrl+F`` as a person writes it, as the terminal names it."""
    by_sign = {sign: name for name, sign in _SIGNS.items()}
    key = key.strip()
    return by_sign.get(key) or (key if len(key) == 1 else key.lower())


def conflicts(overrides: Mapping[str, Sequence[str]] | None = None) -> list[tuple[str, str, str]]:
    """Pairs of acts that one key would run in the same place: (act that keeps it, act that loses it, key).

    An act whose key comes from the house's file loses against one that has its default key.
    """
    overrides = overrides or {}

    def keys_of(act: Action) -> Iterable[str]:
        return overrides.get(act.id, act.keys)

    found = []
    for place in Scope:
        together = {place}
        if place in _SCREENS:
            together |= {Scope.EVERYWHERE, Scope.LIST}
        if place in _IN_SHEETS:
            together.add(Scope.SHEET)
        taken: dict[str, str] = {}
        acts = sorted((act for act in ACTIONS if act.scope in together), key=lambda act: act.id in overrides)
        for act in acts:
            for key in keys_of(act):
                other = taken.setdefault(key, act.id)
                if other != act.id and (other, act.id, key) not in found:
                    found.append((other, act.id, key))
    return found

"""The one registry of acts. Bindings, footer, help and palette are all made from it and cannot disagree.

An act has a stable ``id`` (``board.claim``) that the house's ``keys.toml`` refers to::

    [keys]
    "board.claim" = "t"
    "board.filter" = ["slash", "ctrl+f"]

Default keys are letters, Shift+letter, Enter, Space, Tab, Escape, Backspace, arrows, F-keys, Ctrl+letter and
``? / ! , ; : .``: none needs AltGr on AZERTY or QWERTZ and none is on the digit row alone. A capital is an act that
leaves the desk or cannot be undone, ``U`` apart, which is the other half of ``u``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from textual.binding import Binding

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.i18n import N_, _
from conciergedesk.ui.glyphs import glyphs


class Scope(StrEnum):
    """Where an act can be done."""

    EVERYWHERE = "everywhere"
    GO = "go"
    BOARD = "board"
    FILTER = "filter"
    SHEET = "sheet"
    FORM = "form"
    CHOICE = "choice"
    CONFIRM = "confirm"
    PALETTE = "palette"
    HELP = "help"


SCOPE_TITLES: Mapping[Scope, str] = {
    Scope.EVERYWHERE: N_("Everywhere"),
    Scope.GO: N_("After g"),
    Scope.BOARD: N_("Board"),
    Scope.FILTER: N_("While filtering"),
    Scope.SHEET: N_("In a sheet"),
    Scope.FORM: N_("In a form"),
    Scope.CHOICE: N_("In a choice"),
    Scope.CONFIRM: N_("Before what cannot be undone"),
    Scope.PALETTE: N_("In the list of all acts"),
    Scope.HELP: N_("In this help"),
}


@dataclass(frozen=True, slots=True)
class Action:
    """One act of the desk.

    ``verb`` is the Textual action that the binding runs on its screen, ``order`` the place in the footer (lower is
    used more; 0 keeps it out of the footer), ``leaves_desk`` marks what goes out or cannot be undone.
    """

    id: str
    scope: Scope
    keys: tuple[str, ...]
    verb: str
    label: str
    help: str
    order: int = 0
    leaves_desk: bool = False
    priority: bool = False


E, B = Scope.EVERYWHERE, Scope.BOARD

ACTIONS: tuple[Action, ...] = (
    Action("desk.new", E, ("n",), "ask('desk.new')", N_("new"), N_("Note a new request in one line."), 1),
    Action("desk.find", E, ("f",), "ask('desk.find')", N_("find"), N_("Find a person, a request, a provider or a key."), 2),
    Action("desk.call", E, ("r",), "ask('desk.call')", N_("call"), N_("A call came in: find who is calling."), 3),
    Action("desk.undo", E, ("u",), "ask('desk.undo')", N_("undo"), N_("Undo my last act."), 60),
    Action("desk.redo", E, ("U",), "ask('desk.redo')", N_("redo"), N_("Do again what I have just undone.")),
    Action("desk.note", E, ("e",), "ask('desk.note')", N_("note"), N_("Write a note on what is selected."), 65),
    Action("desk.drafts", E, ("b",), "ask('desk.drafts')", N_("drafts"), N_("Take up a form that was interrupted.")),
    Action("desk.copy", E, ("y",), "copy", N_("copy"), N_("Copy the number and a one-line summary."), 130),
    Action("desk.theme", E, (), "next_theme", N_("light or dark"), N_("Change between the dark and the light theme.")),
    Action("desk.language", E, (), "next_language", N_("language"), N_("Change the language of the interface.")),
    Action("desk.acts", E, ("ctrl+p",), "palette", N_("all acts"), N_("List every act with its key and run one.")),
    Action("desk.keys", E, ("question_mark", "f1"), "help", N_("keys"), N_("Show the keys that work here.")),
    Action("desk.go", E, ("g",), "go", N_("go to…"), N_("Then one letter: change the screen without F-keys.")),
    Action("desk.back", E, ("escape",), "back", N_("back"), N_("Leave, take a filter off, or put an error away.")),
    Action("desk.quit", E, ("ctrl+q",), "quit", N_("leave"), N_("Leave the desk. Nothing is lost."), priority=True),
    Action("mode.board", E, ("f2",), "mode('board')", N_("Board"), N_("The one list of promises.")),
    Action("mode.providers", E, ("f3",), "mode('providers')", N_("Providers"), N_("Who can do it, and who is open.")),
    Action("mode.keys", E, ("f4",), "mode('keys')", N_("Keys"), N_("Where each key is and who holds it.")),
    Action("mode.relocation", E, ("f5",), "mode('relocation')", N_("Relocations"), N_("Newcomers and their dated plans.")),
    Action("mode.rota", E, ("f6",), "mode('rota')", N_("Rota"), N_("Who works when.")),
    Action("mode.handover", E, ("f7",), "mode('handover')", N_("Handover"), N_("What one shift passes to the next.")),
    Action("mode.reports", E, ("f8",), "mode('reports')", N_("Reports"), N_("Figures with their definitions.")),
    Action("go.board", Scope.GO, ("t",), "mode('board')", N_("Board"), N_("The one list of promises."), 1),
    Action("go.providers", Scope.GO, ("p",), "mode('providers')", N_("Providers"), N_("Who can do it, and who is open."), 2),
    Action("go.keys", Scope.GO, ("c",), "mode('keys')", N_("Keys"), N_("Where each key is and who holds it."), 3),
    Action("go.relocation", Scope.GO, ("i",), "mode('relocation')", N_("Relocations"), N_("Newcomers and their dated plans."), 4),
    Action("go.rota", Scope.GO, ("l",), "mode('rota')", N_("Rota"), N_("Who works when."), 5),
    Action("go.handover", Scope.GO, ("r",), "mode('handover')", N_("Handover"), N_("What one shift passes to the next."), 6),
    Action("go.reports", Scope.GO, ("s",), "mode('reports')", N_("Reports"), N_("Figures with their definitions."), 7),
    Action("board.open", B, ("enter",), "ask('board.open')", N_("open"), N_("Open the selected promise."), 10),
    Action("board.claim", B, ("t",), "ask('board.claim')", N_("take"), N_("Take it: it is mine from now on."), 20),
    Action("board.status", B, ("s",), "ask('board.status')", N_("status"), N_("Change the state: wait, confirm, done, cancel…"), 30),
    Action("board.callback", B, ("z",), "ask('board.callback')", N_("call back"), N_("Promise a call-back, or put off until later."), 40),
    Action("board.provider", B, ("p",), "ask('board.provider')", N_("provider"), N_("Ask a provider."), 50),
    Action("board.call", B, ("a",), "ask('board.call')", N_("ring"), N_("Ring the person and write down the attempt."), 70),
    Action("board.step", B, ("x",), "ask('board.step')", N_("step done"), N_("Tick the next step of the checklist."), 75),
    Action("board.mark", B, ("space",), "mark", N_("mark"), N_("Mark this line; the next act is for all marked lines."), 80),
    Action("board.key", B, ("k",), "ask('board.key')", N_("key"), N_("Hand over or take back a key."), 90),
    Action("board.letter", B, ("l",), "ask('board.letter')", N_("letter"), N_("Prepare a letter in the client's language."), 100),
    Action("board.message", B, ("m",), "ask('board.message')", N_("message"), N_("Prepare a message."), 110),
    Action("board.assign", B, ("i",), "ask('board.assign')", N_("give to…"), N_("Give it to a colleague or a team.")),
    Action("board.qualify", B, ("c",), "ask('board.qualify')", N_("correct"), N_("Correct type, moment, person, place or priority.")),
    Action("board.link", B, (), "ask('board.link')", N_("follow-up"), N_("Create a follow-up linked to this request.")),
    Action("board.duplicate", B, (), "ask('board.duplicate')", N_("duplicate"), N_("Mark as the duplicate of another request.")),
    Action("board.priority", B, (), "ask('board.priority')", N_("priority"), N_("Change the priority and say why.")),
    Action("board.appointment", B, (), "ask('board.appointment')", N_("appointment"), N_("Agree on an appointment.")),
    Action("board.detail", B, ("right",), "detail", N_("detail"), N_("Show the whole detail."), 120),
    Action("board.list", B, ("left",), "list", N_("list"), N_("Back from the detail to the list.")),
    Action("board.filter", B, ("slash",), "filter", N_("filter"), N_("Filter: words, !not, mine, team, late, today, waiting, free."), 85),
    Action("board.views", B, ("v",), "views", N_("views"), N_("Choose a saved view."), 125),
    Action("board.kept", B, ("h",), "ask('board.kept')", N_("kept today"), N_("Show the promises kept today.")),
    Action("board.reload", B, ("ctrl+r",), "reload", N_("read again"), N_("Read the board again.")),
    Action("filter.keep", Scope.FILTER, ("enter", "down"), "keep", N_("keep"), N_("Keep the filter and go back to the list."), 1),
    Action("filter.leave", Scope.FILTER, ("escape",), "leave", N_("take off"), N_("Take the filter off."), 2),
    Action("sheet.leave", Scope.SHEET, ("escape",), "leave", N_("leave"), N_("Leave; what was typed is kept."), 90),
    Action("form.save", Scope.FORM, ("ctrl+s",), "save", N_("save"), N_("Save."), 1, priority=True),
    Action("form.next", Scope.FORM, ("tab", "down"), "next_field", N_("next line"), N_("Go to the next line."), 2),
    Action("form.previous", Scope.FORM, ("shift+tab", "up"), "previous_field", N_("line before"), N_("Go to the line before.")),
    Action("choice.take", Scope.CHOICE, ("enter",), "take", N_("choose"), N_("Choose this line."), 1),
    Action("choice.down", Scope.CHOICE, ("down",), "down", N_("down"), N_("One line down.")),
    Action("choice.up", Scope.CHOICE, ("up",), "up", N_("up"), N_("One line up.")),
    Action("confirm.safe", Scope.CONFIRM, ("enter", "escape"), "safe", N_("leave it"), N_("Change nothing."), 1),
    Action("palette.run", Scope.PALETTE, ("enter",), "take", N_("run"), N_("Run this act."), 1),
    Action("palette.down", Scope.PALETTE, ("down",), "down", N_("down"), N_("One line down.")),
    Action("palette.up", Scope.PALETTE, ("up",), "up", N_("up"), N_("One line up.")),
    Action("help.down", Scope.HELP, ("down", "pagedown"), "down", N_("down"), N_("Further down."), 1),
    Action("help.up", Scope.HELP, ("up", "pageup"), "up", N_("up"), N_("Further up."), 2),
)  # fmt: skip

_BY_ID: Mapping[str, Action] = {action.id: action for action in ACTIONS}

_SHEETS = frozenset({Scope.GO, Scope.FILTER, Scope.SHEET, Scope.FORM, Scope.CHOICE, Scope.CONFIRM, Scope.PALETTE, Scope.HELP})

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


def load_keys(file: Path) -> tuple[KeyMap, list[InvalidFile]]:
    """Read ``keys.toml``. A line that cannot be used is reported and leaves the default key in place."""
    problems: list[InvalidFile] = []
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8")).get("keys", {})
    except FileNotFoundError:
        return KeyMap(), []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problem = InvalidFile(
            N_("This file cannot be read ({reason}). The default keys are used."),
            file=file.name, where="keys", reason=str(error),
        )  # fmt: skip
        return KeyMap(), [problem]
    overrides: dict[str, tuple[str, ...]] = {}
    if not isinstance(table, dict):
        table = {}
    for action_id, value in table.items():
        keys = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else ()
        if action_id not in _BY_ID:
            problems.append(
                InvalidFile(
                    N_("There is no act of this name. The list of acts (Ctrl+P) and the guide give the names."),
                    file=file.name, where="keys", field=str(action_id),
                )  # fmt: skip
            )
        elif not all(isinstance(key, str) and key.strip() for key in keys) or (not keys and value != []):
            problems.append(
                InvalidFile(
                    N_('Write a key such as "t" or a list such as ["t", "f9"].'),
                    file=file.name, where="keys", field=action_id,
                )  # fmt: skip
            )
        else:
            overrides[action_id] = tuple(_typed_key(key) for key in keys)
    for kept_id, lost_id, key in conflicts(overrides):
        overrides.pop(lost_id, None)
        problems.append(
            InvalidFile(
                N_("The key {key} already runs {other}. The default key stays."),
                file=file.name, where="keys", field=lost_id, key=shown_key(key), other=kept_id,
            )  # fmt: skip
        )
    return KeyMap(overrides), problems


def _typed_key(key: str) -> str:
    """``?`` or ``Ctrl+F`` as a person writes it, as the terminal names it."""
    by_sign = {sign: name for name, sign in _SIGNS.items()}
    key = key.strip()
    return by_sign.get(key) or (key if len(key) == 1 else key.lower())


def conflicts(overrides: Mapping[str, Sequence[str]] | None = None) -> list[tuple[str, str, str]]:
    """Pairs of acts that the same key would run in the same place: (act that keeps it, act that loses it, key).

    An act whose key comes from the house's file loses against one that has its default key.
    """
    overrides = overrides or {}

    def keys_of(act: Action) -> Iterable[str]:
        return overrides.get(act.id, act.keys)

    found = []
    screens = [scope for scope in Scope if scope not in _SHEETS]
    for place in Scope:
        together = {place, Scope.EVERYWHERE} if place in screens else {place}
        if place in (Scope.FORM, Scope.CHOICE, Scope.PALETTE, Scope.HELP):
            together.add(Scope.SHEET)
        if place is Scope.EVERYWHERE:
            together = {place}
        taken: dict[str, str] = {}
        acts = sorted((act for act in ACTIONS if act.scope in together), key=lambda act: act.id in overrides)
        for act in acts:
            for key in keys_of(act):
                other = taken.setdefault(key, act.id)
                if other != act.id and (other, act.id, key) not in found:
                    found.append((other, act.id, key))
    return found

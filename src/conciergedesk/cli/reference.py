"""``python -m conciergedesk.cli.reference FOLDER``: writes the pages about keys and commands from what the desk knows.

The pages in ``docs/`` are compared with this by a test, so no key and no command goes undocumented.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from conciergedesk.core.i18n import translate
from conciergedesk.ui.acts import ACTIONS, SCOPE_TITLES, Scope
from conciergedesk.ui.keys import shown_key

_HEADS = {
    "fr": ("# Touches", "Générée par `make reference`. Chaque touche se change par fichier : voir la référence.",
           "| touche | acte | ce que cela fait | identifiant |"),
    "en": ("# Keys", "Written by `make reference`. Every key can be changed by a file: see the reference.",
           "| key | act | what it does | id |"),
}  # fmt: skip


def keys_page(language: str) -> str:
    """All acts with their default keys, by place."""
    from conciergedesk.core.i18n import active_language, use_language

    before = active_language()
    use_language(language)
    try:
        title, intro, head = _HEADS[language]
        lines = [title, "", intro, ""]
        for scope in Scope:
            acts = [act for act in ACTIONS if act.scope is scope]
            if not acts:
                continue
            lines += [f"## {translate(SCOPE_TITLES[scope], language)}", "", head, "|---|---|---|---|"]
            for act in acts:
                keys = " ".join(f"`{shown_key(key)}`" for key in act.keys) or "–"
                label = translate(act.label, language)
                lines.append(f"| {keys} | {label} | {translate(act.help, language)} | `{act.id}` |")
            lines.append("")
        return "\n".join(lines)
    finally:
        use_language(before)


def commands_page() -> str:
    """All commands with their arguments and options."""
    from conciergedesk.cli import app

    lines = ["# Commands", "", "Written by `make reference` from the commands themselves.", ""]
    for path, command in _walk(typer.main.get_command(app), "conciergedesk"):
        lines += [f"## `{path}`", "", (command.help or "").strip(), ""]
        for parameter in command.params:
            if parameter.param_type_name == "option" and parameter.name != "help":
                names = ", ".join(f"`{name}`" for name in parameter.opts)
                lines.append(f"- {names}: {parameter.help or parameter.name}")
            elif parameter.param_type_name == "argument":
                help_text = getattr(parameter, "help", None)
                lines.append(f"- `{parameter.name}`" + (f": {help_text}" if help_text else ""))
        lines.append("")
    return "\n".join(lines)


def _walk(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", None)
    if children is not None:
        for name, child in sorted(children.items()):
            yield from _walk(child, f"{path} {name}")
    else:
        yield path, command


PAGES = {
    "keys.fr.md": lambda: keys_page("fr"),
    "keys.en.md": lambda: keys_page("en"),
    "commands.md": commands_page,
}


def main(folder: Path) -> None:
    """Write every page into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

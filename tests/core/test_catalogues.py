"""Every sentence of the desk is said in French, once, with the same places to fill in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

from conciergedesk.core.i18n import catalogue_files

SOURCE = Path(__file__).parents[2] / "src" / "conciergedesk"
_PLACE = re.compile(r"\{(\w+)\}")


def sentences() -> Iterator[tuple[str, str]]:
    """(where, sentence) of every marked or translated literal."""
    for file in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
                continue
            if node.func.id in {"_", "N_", "plural"} and isinstance(node.args[0], ast.Constant):
                value = node.args[0].value
                if isinstance(value, str) and value:
                    yield f"{file.relative_to(SOURCE)}:{node.lineno}", value


def french() -> dict[str, list[tuple[str, str]]]:
    """Sentence -> (file, translation), one entry for each catalogue that has it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for file in catalogue_files("fr"):
        with file.open("rb") as source:
            for message in read_po(source, locale="fr"):
                if not message.id or not message.string:
                    continue
                # A counted sentence is known by both its forms, unless English says both alike.
                ids = [message.id] if isinstance(message.id, str) else list(dict.fromkeys(message.id))
                strings = [message.string] if isinstance(message.string, str) else list(message.string)
                for sentence, string in zip(ids, strings, strict=False):
                    if string:
                        found.setdefault(str(sentence), []).append((file.name, str(string)))
    return found


def test_every_sentence_has_its_french() -> None:
    known = french()
    missing = sorted({f"{where}  {sentence!r}" for where, sentence in sentences() if sentence not in known})
    assert not missing, "\n".join(missing)


def test_no_sentence_is_translated_in_two_ways() -> None:
    clashes = {
        sentence: entries for sentence, entries in french().items() if len({text for _, text in entries}) > 1
    }
    assert not clashes


def test_the_french_fills_in_the_same_places() -> None:
    wrong = [
        (sentence, text)
        for sentence, entries in french().items()
        for _, text in entries
        if not set(_PLACE.findall(text)) <= set(_PLACE.findall(sentence)) | {"count"}
    ]
    assert not wrong

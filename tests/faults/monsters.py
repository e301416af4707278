"""Text as nobody should type it, and how to tell whether any of it got out alive."""

from __future__ import annotations

import base64
import json
import re
import zlib
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, String, Table, text
from sqlmodel import SQLModel

from conciergedesk.core.desk import Desk

SENTINEL = "Zorn"
"""Visible, in every monster: where it stands on the screen, a monster was shown."""
MARK = "¤"
"""The same in what was scrawled on the labels of the house's files, where there is no room for more."""

MONSTERS = (
    "Zorn[/] [@click=app.quit]x[/] [red]r[/] [$error] [link=http://evil.example]l[/link] [/nope] \\[",
    "Zorn\x1b]0;owned\x07\x1b]52;c;ZXZpbA==\x07\x1b]8;;http://evil.example\x07link\x1b]8;;\x07",
    "Zorn\x1b[2J\x1b[31;5;7mred\x1b[0m\x1b[6n\x1b[21t\x1bc\x1b(0\x1bP1$r0m\x1b\\\x1b_G\x1b\\",
    "Zorn\x9b31;5;7m\x9d0;c1\x9c\x90q\x9c\x84\x8d",
    "Zorn abc\u202edef\u2066ghi\u2069\u200f\u061c\ufeff\u2028\U000e0041",
    "Zorn a\x00b\x08\x7fc\r\nd\te\x0bf\x0e\x0f\x05",
    "Zorn " + "y" * 10_000,
    "Zorn Z" + "\u0301\u0336" * 5_000,
    "Zorn 👨‍👩‍👧‍👦 🇫🇷 ❤️ 👍🏽 e\u0301 漢字",
    "Zorn {0} {who} %s %(x)s {__class__} ${HOME} $(reboot) `id` '; DROP TABLE request; --",
)

ALIVE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    "\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
"""What may never reach a terminal outside the sequences of the screen library; ESC is judged by ``tokens``."""


def shows_a_monster(shown: str) -> bool:
    """Whether hostile text stands, harmlessly, in what was shown."""
    return SENTINEL in shown or MARK in shown


_LOOK = r"(?:[0-9]|2[1-9]|39|49|[34]8;2;\d+;\d+;\d+)"
_OURS = re.compile(
    rf"\x1b\[(?:{_LOOK}(?:;{_LOOK})*)?m"  # colours and looks, as the screen library writes them
    r"|\x1b\[\d+;\d+H|\x1b\[\d*[ABCD]"  # the cursor
    r"|\x1b\[\?(?:7|25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2031|2048)[hl]"  # modes
    r"|\x1b\[\?(?:2026|2048)\$p|\x1b\[(?:>\d+u|<u|\?u)"  # what the terminal can do
    r"|\x1b\]22;[a-z-]+\x07"  # the shape of the pointer
)
_COPIED = re.compile("\x1b\\]52;c;([A-Za-z0-9+/=]*)\x07")


def escaped(written: bytes) -> list[str]:
    """Everything in what a desk wrote to its terminal that the screen library does not write by itself."""
    seen = written.decode("utf-8", errors="replace")
    found = []
    for payload in _COPIED.findall(seen):
        copied = base64.b64decode(payload).decode()
        if payload == "ZXZpbA==" or ALIVE.search(copied) or "\x1b" in copied:
            found.append(f"copied {copied!r}")
    rest = _OURS.sub("", _COPIED.sub("", seen))
    for danger in ("\x1b", ALIVE.pattern):
        found += [repr(rest[max(0, m.start() - 30) : m.end() + 30]) for m in re.finditer(danger, rest)]
    return found


def _choices(table: Table) -> set[str]:
    """Columns whose values the database itself limits to a list."""
    limited = set()
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            limited |= set(re.findall(r"\b(\w+)\b\s+(?:NOT\s+)?IN\s*\(", str(constraint.sqltext)))
    return limited


_FILES_OF_THE_HOUSE = {"relocation_plan"}
"""Tables that keep a house's file as it was read; it is judged when it is read."""
_KEYS_OF_THE_PROGRAM = {
    "act", "before", "after", "app", "body", "category", "channel", "code", "danger", "desk", "digest", "e164", "kind",
    "language", "line", "match", "method", "op", "owner_state", "party", "password_hash", "plan", "priority", "proof",
    "region", "role", "rows_digest", "section", "severity", "source", "state", "status", "subject_kind", "table_name",
    "tail", "team", "trade", "type", "type_code", "undoes", "unit", "value", "version_num",
    "name_of_rule", "outcome_key",    "open_kind", "theme", "zone", "country",
    "unit_of", "audience", "stage", "template", "cause", "risk", "colour",
    "plan_id", "package", "trades", "languages", "hours", "ranges", "shift", "partner_shift", "seat", "person",
    "partner", "rule", "formats", "folder", "service", "outcome",
}  # fmt: skip
"""Columns of short words that the program itself writes; people and files cannot reach them."""


def _is_words(column: Column[Any], limited: set[str]) -> bool:
    free = (
        isinstance(column.type, String) and column.name not in limited and not column.name.endswith("_code")
    )
    long_enough = free and (getattr(column.type, "length", None) or 999) >= 40
    return bool(long_enough and column.name not in _KEYS_OF_THE_PROGRAM and not column.foreign_keys)


def poison(desk: Desk) -> int:
    """Put a monster into every free text of every row, past all cleaning; answers how many."""
    count = 0
    with desk.engine.execution_options(write=True).begin() as connection:
        for trigger in connection.execute(text("SELECT name FROM sqlite_master WHERE type='trigger'")).all():
            connection.exec_driver_sql(f'DROP TRIGGER "{trigger[0]}"')
        for table in SQLModel.metadata.tables.values():
            if table.name in _FILES_OF_THE_HOUSE:
                continue
            limited = _choices(table)
            columns = [one for one in table.columns if _is_words(one, limited)]
            boxes = [
                one
                for one in table.columns
                if isinstance(one.type, JSON) and one.name in ("fields", "answers")
            ]
            if not (columns or boxes):
                continue
            key = next(iter(table.primary_key.columns))
            for row in connection.execute(table.select()).mappings().all():
                values: dict[str, Any] = {}
                for column in columns:
                    place = zlib.crc32(f"{table.name}.{column.name}.{row[key.name]}".encode())
                    monster = MONSTERS[place % len(MONSTERS)]
                    unique = column.unique or any(
                        column.name in index.columns for index in table.indexes if index.unique
                    )
                    values[column.name] = f"{monster}{row[key.name]}" if unique else monster
                    count += 1
                for box in boxes:
                    words = json.loads(json.dumps(row[box.name]))
                    if isinstance(words, dict):
                        values[box.name] = {name: MONSTERS[1] for name in words} | {MONSTERS[2]: MONSTERS[3]}
                connection.execute(table.update().where(key == row[key.name]).values(values))
    return count

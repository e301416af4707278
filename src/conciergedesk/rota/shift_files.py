"""The house's own rota files, changed entry by entry: comments, layout and order of everything else stay.

The files are the one truth. A change is made on the text of one table; the whole folder is read with it before
anything is written, and what was written is compared with what was meant.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from conciergedesk.core.errors import Conflict, InvalidFile
from conciergedesk.core.i18n import N_
from conciergedesk.rota.files import read_rota, read_texts
from conciergedesk.rota.house import RotaHouse
from conciergedesk.rota.law.packs import load_law
from conciergedesk.rota.reading import parse_toml

_HEADER = re.compile(r"[ \t]*\[(\[)?[ \t]*([A-Za-z0-9_-]+)((?:[ \t]*\.[^\]]*)?)[ \t]*\]")


class Kind(StrEnum):
    """The tables that are changed on screen."""

    AGENT = "agent"
    SHIFT = "shift"
    DEMAND = "demand"
    ROTATION = "rotation"
    SITE = "site"


HOME_FILES = {
    Kind.AGENT: "team.toml", Kind.SHIFT: "types.toml", Kind.DEMAND: "demand.toml",
    Kind.ROTATION: "rotations.toml", Kind.SITE: "site.toml",
}  # fmt: skip
"""Where the first entry of a kind goes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One table as it stands in a file.

    Attributes:
        number: its place among the tables of its kind in that file, from 1; 0 for one that is new.
        values: what it says, as the file says it.
    """

    kind: Kind
    file: str
    number: int
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.values.get("id") or self.values.get("name") or "")

    @property
    def where(self) -> str:
        """As refusals name it."""
        return str(self.kind) if self.kind is Kind.SITE else f"{self.kind} {self.number}"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of an entry.

    Attributes:
        values: new values by field, None takes a field out; a dot leads into a table (``balance.sundays``).
            None for the whole takes the entry out.
    """

    entry: Entry
    values: Mapping[str, Any] | None


@dataclass(frozen=True)
class ShiftFiles:
    """The texts of one folder, by file name."""

    folder: Path
    texts: tuple[tuple[str, str], ...]

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every table that can be changed, in the order in which the folder is read."""
        return tuple(
            Entry(kind, file, number, row)
            for kind in Kind
            for file, text in self.texts
            for number, row in enumerate(_rows(parse_toml(file, text), kind), 1)
        )

    def of_kind(self, kind: Kind) -> tuple[Entry, ...]:
        return tuple(one for one in self.entries if one.kind is kind)

    def new(self, kind: Kind) -> Entry:
        """An entry to be filled in, in the file where its kind is at home."""
        homes = [one.file for one in self.of_kind(kind)]
        return Entry(kind, homes[-1] if homes else HOME_FILES[kind], 0)

    def house(self, packs: Path) -> RotaHouse:
        """The folder read as a whole. Raises ``InvalidFile``."""
        rota = read_rota(self.texts)
        return RotaHouse(rota, load_law(packs, rota.site.packs))

    def text(self, file: str) -> str:
        return dict(self.texts).get(file, "")

    def found_again(self, entry: Entry) -> Entry:
        """The same entry as it stands here; one place further when something was put before it.

        Raises:
            Conflict: it says something else now, or is gone.
        """
        if not entry.number:
            return entry
        same = [
            one
            for one in self.of_kind(entry.kind)
            if (one.file, dict(one.values)) == (entry.file, dict(entry.values))
        ]
        if not same:
            raise Conflict(
                N_(
                    "Another desk or an editor has changed this in {file} since you opened it. Nothing was written "
                    "and your text is kept: leave, look again, compare."
                ),
                file=entry.file,
            )
        return min(same, key=lambda one: abs(one.number - entry.number))

    def after(self, change: Change) -> ShiftFiles:
        """The folder with the change. Raises ``Conflict`` and ``InvalidFile``."""
        entry = self.found_again(change.entry)
        change = replace(change, entry=entry)
        before = self.text(entry.file)
        text = changed_text(before, change)
        _make_sure(entry.file, before, text, change)
        others = tuple(one for one in self.texts if one[0] != entry.file)
        return ShiftFiles(self.folder, tuple(sorted((*others, (entry.file, text)))))


def read_shift_files(folder: Path) -> ShiftFiles:
    """Read the texts of a folder. Raises ``InvalidFile``."""
    return ShiftFiles(folder, tuple(read_texts(folder)))


def changed_text(text: str, change: Change) -> str:
    """The text of a file with one entry changed, added or taken out; the rest to the letter as it was."""
    kind, number = change.entry.kind, change.entry.number
    pieces = _pieces(text)
    own = [place for place, piece in enumerate(pieces) if piece.kind == kind]
    if not number:
        assert change.values is not None
        fresh = _written(kind, change.values)
        place = own[-1] + 1 if own else len(pieces)
        before = "".join(piece.text for piece in pieces[:place])
        after = "".join(piece.text for piece in pieces[place:])
        gap = "" if not before or before.endswith("\n\n") else "\n" if before.endswith("\n") else "\n\n"
        return before + gap + fresh + ("\n" + after.lstrip("\n") if after else "")
    if len(own) < number:
        raise _not_changeable(change.entry.file)
    piece = pieces[own[number - 1]]
    if change.values is None:
        first = own[number - 1] == 0 or not "".join(one.text for one in pieces[: own[number - 1]]).strip()
        kept = piece.lead if first else ""
        below = _split_tail(piece.body)[1]
        pieces[own[number - 1]] = replace(piece, lead=kept, body=below.lstrip("\n") if "#" in below else "")
        return "".join(one.text for one in pieces)
    pieces[own[number - 1]] = replace(piece, body=_changed_body(piece.body, kind, change.values))
    return "".join(one.text for one in pieces)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A table of a file with the comment right above it; ``kind`` is empty for what stands before the first."""

    kind: str
    lead: str
    body: str

    @property
    def text(self) -> str:
        return self.lead + self.body


def _pieces(text: str) -> list[_Piece]:
    """The file cut at its tables. A table below another (``[agent.balance]``) belongs to the one above."""
    pieces = [_Piece("", "", "")]
    for line in text.splitlines(keepends=True):
        head = _HEADER.match(line)
        starts = head is not None and not head.group(3) and _whole(pieces[-1].body)
        if not starts:
            pieces[-1] = replace(pieces[-1], body=pieces[-1].body + line)
            continue
        assert head is not None
        above, lead = _split_lead(pieces[-1].body)
        pieces[-1] = replace(pieces[-1], body=above)
        pieces.append(_Piece(head.group(2), lead, line))
    return [piece for piece in pieces if piece.text]


def _whole(text: str) -> bool:
    """Whether a text ends outside a list or a text over several lines."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _split_lead(text: str) -> tuple[str, str]:
    """Comment lines at the very end belong to the table that follows."""
    lines = text.splitlines(keepends=True)
    place = len(lines)
    while place and lines[place - 1].lstrip().startswith("#"):
        place -= 1
    return "".join(lines[:place]), "".join(lines[place:])


def _split_tail(body: str) -> tuple[str, str]:
    """Blank lines and comments below the last field; they may speak of what follows, and stay."""
    lines = body.splitlines(keepends=True)
    place = len(lines)
    while place and (not lines[place - 1].strip() or lines[place - 1].lstrip().startswith("#")):
        place -= 1
    return "".join(lines[:place]), "".join(lines[place:])


def _changed_body(body: str, kind: Kind, values: Mapping[str, Any]) -> str:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    bare, tail = _split_tail(body)
    head, _end, _rest = bare.partition("\n")
    try:
        document = tomlkit.parse(bare)
        found: Any = document[str(kind)]
        table = found[0] if isinstance(found, list) else found
        for path, value in values.items():
            _put(table, path, value)
        fields = tomlkit.dumps(document).rstrip().partition("\n")[2]
        return "\n".join(filter(None, (head, fields))) + "\n" + tail
    except (TOMLKitError, KeyError, IndexError) as error:
        raise InvalidFile(_UNCHANGEABLE, file="", where=str(kind)) from error


def _put(table: Any, path: str, value: Any) -> None:
    import tomlkit

    name, _, rest = path.partition(".")
    if rest:
        if name not in table:
            if value is None:
                return
            table[name] = tomlkit.inline_table()
        _put(table[name], rest, value)
        if not table[name]:
            del table[name]
    elif value is not None:
        table[name] = value
    elif name in table:
        del table[name]


def _written(kind: Kind, values: Mapping[str, Any]) -> str:
    """A new entry, field by field in the order given."""
    import tomlkit

    table = tomlkit.table()
    for path, value in values.items():
        _put(table, path, value)
    body = table.as_string().rstrip()
    return f"[{kind}]\n{body}\n" if kind is Kind.SITE else f"[[{kind}]]\n{body}\n"


_UNCHANGEABLE = N_("this file is laid out in a way that cannot be changed here; change it in an editor")


def _not_changeable(file: str) -> InvalidFile:
    return InvalidFile(_UNCHANGEABLE, file=file, where="")


def _make_sure(file: str, before: str, after: str, change: Change) -> None:
    """What the new text says must be what the old one said, with the change and nothing else.

    Raises:
        InvalidFile: the layout of the file does not lend itself to being changed entry by entry.
    """
    meant = deepcopy(parse_toml(file, before))
    rows = _rows(meant, change.entry.kind)
    if change.values is None:
        del rows[change.entry.number - 1]
    else:
        row: dict[str, Any] = rows[change.entry.number - 1] if change.entry.number else {}
        for path, value in change.values.items():
            _put(row, path, value)
        if not change.entry.number:
            rows.append(row)
    kind = str(change.entry.kind)
    if change.entry.kind is not Kind.SITE:
        meant[kind] = rows
        if not rows:
            del meant[kind]
    elif rows and kind not in meant:
        meant[kind] = rows[0]
    try:
        said = tomllib.loads(after)
    except tomllib.TOMLDecodeError as error:
        raise _not_changeable(file) from error
    if said != meant:
        raise _not_changeable(file)


def _rows(tables: Mapping[str, Any], kind: Kind) -> list[Any]:
    found = tables.get(str(kind))
    if found is None:
        return []
    return found if isinstance(found, list) else [found]

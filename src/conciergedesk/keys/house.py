"""The house's own data about keys: how late is late, what is done after a loss, what is written to people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path

from conciergedesk.core.housefile import Table, Wording, read_house_file
from conciergedesk.core.i18n import N_, local, show_clock, show_date, show_duration
from conciergedesk.core.paths import knowledge_base
from conciergedesk.keys.rules import IncidentKind, Ladder, Risk

PLACES = frozenset(
    {
        *("client", "tag", "pieces", "missing", "code", "desk_phone"),
        *("date", "time", "due_date", "due_time", "late", "until"),
    }
)
NEEDED_MESSAGES = (
    "code_out", "code_in", "receipt_out", "receipt_in", "receipt_in_short", "overdue_amber", "overdue_red",
    "owner_out", "owner_in", "owner_late", "owner_lost", "owner_mandate", "owner_unused",
)  # fmt: skip
_DAY_PATTERNS = {"fr": "EEEE d MMMM", "en": "EEEE d MMMM", "de": "EEEE, d. MMMM"}
_PLACE = re.compile(r"\{([^{}]*)\}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a procedure; ``due`` is counted in minutes from the declaration."""

    code: str
    due: int
    text: Wording
    required: bool = True
    is_done: bool = False
    risk: Risk | None = None


@dataclass(frozen=True, slots=True)
class Procedure:
    kind: IncidentKind
    name: Wording
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class KeyHouse:
    """Everything that ``knowledge_base/keys`` says."""

    ladder: Ladder
    procedures: Mapping[IncidentKind, Procedure]
    messages: Mapping[str, Wording]


def key_house(folder: Path | None = None) -> KeyHouse:
    """The house's data about keys, read once per process.

    Raises:
        InvalidFile: names file, table and field.
    """
    return _read(folder or knowledge_base() / "keys")


@lru_cache(maxsize=4)
def _read(folder: Path) -> KeyHouse:
    return KeyHouse(
        read_ladder(read_house_file(folder / "overdue.toml")),
        read_procedures(read_house_file(folder / "procedures.toml")),
        read_messages(read_house_file(folder / "messages.toml")),
    )


def read_ladder(top: Table) -> Ladder:
    top.only("return", "provider")
    table = top.table("return")
    table.only("amber", "red", "lost")
    amber = table.integer("amber", low=0, high=10_000)
    red = table.integer("red", low=0, high=10_000)
    lost = table.integer("lost", low=0, high=100_000)
    if not amber <= red <= lost:
        raise table.refuse(N_("The minutes must grow from amber to red to lost."), "red")
    provider = top.table("provider")
    provider.only("shift_ends")
    ends = []
    for word in provider.words("shift_ends"):
        match = _CLOCK.fullmatch(word)
        if match is None:
            raise provider.refuse(N_("“{text}” is not a time such as 14:45."), "shift_ends", text=word)
        ends.append(time(int(match[1]), int(match[2])))
    return Ladder(amber, red, lost, tuple(sorted(ends)))


def read_procedures(top: Table) -> dict[IncidentKind, Procedure]:
    top.only("procedure")
    found: dict[IncidentKind, Procedure] = {}
    for table in top.tables("procedure"):
        table.only("id", "name", "step")
        kind = table.choice("id", IncidentKind)
        if kind in found:
            raise table.refuse(N_("“{name}” is there twice. Keep one."), "id", name=kind)
        steps = tuple(_read_step(one) for one in table.tables("step"))
        codes = [step.code for step in steps]
        if len(set(codes)) != len(codes):
            raise table.refuse(N_("Two steps have the same id. Keep one."), "step")
        if not any(step.required for step in steps):
            raise table.refuse(N_("A procedure needs at least one required step."), "step")
        found[kind] = Procedure(kind, table.wording("name"), steps)
    missing = [kind for kind in IncidentKind if kind not in found]
    if missing:
        raise top.refuse(N_("The procedure “{name}” is missing. Add it."), "procedure", name=missing[0])
    return found


def _read_step(table: Table) -> Step:
    table.only("id", "due", "text", "required", "done", "risk")
    return Step(
        table.id(),
        table.integer("due", low=0, high=100_000),
        table.wording("text"),
        table.flag("required", True),
        table.flag("done"),
        table.choice("risk", Risk) if table.has("risk") else None,
    )


def read_messages(top: Table) -> dict[str, Wording]:
    top.only("message")
    found: dict[str, Wording] = {}
    for table in top.tables("message"):
        table.only("id", "text")
        code = table.id()
        if code in found:
            raise table.refuse(N_("“{name}” is there twice. Keep one."), "id", name=code)
        wording = table.wording("text", german=True)
        for text in (wording.fr, wording.en, wording.de):
            unknown = set(_PLACE.findall(text)) - PLACES
            if unknown:
                raise table.refuse(
                    N_("“{name}” cannot be filled in here. Choose one of: {known}."),
                    "text",
                    name=sorted(unknown)[0],
                    known=", ".join(sorted(PLACES)),
                )
        found[code] = wording
    for code in NEEDED_MESSAGES:
        if code not in found:
            raise top.refuse(N_("The message “{name}” is missing. Add it."), "message", name=code)
    return found


@dataclass(frozen=True, slots=True)
class Filling:
    """What a message can say; a place without a value is written as a dash."""

    client: str = ""
    tag: str = ""
    pieces: int = 0
    missing: int = 0
    at: datetime | None = None
    due_at: datetime | None = None
    late: timedelta | None = None
    code: str = ""
    until: date | None = None
    desk_phone: str = ""


def write_message(house: KeyHouse, code: str, language: str, filling: Filling) -> str:
    """The message ``code`` in ``language``, filled in; dates and times are those of the desk's zone."""

    def day(moment: date | None) -> str:
        return show_date(moment, language, _DAY_PATTERNS[language]) if moment else "—"

    at = local(filling.at) if filling.at else None
    due = local(filling.due_at) if filling.due_at else None
    values = {
        "client": filling.client,
        "tag": filling.tag,
        "pieces": str(filling.pieces),
        "missing": str(filling.missing),
        "date": day(at.date() if at else None),
        "time": show_clock(at) if at else "—",
        "due_date": day(due.date() if due else None),
        "due_time": show_clock(due) if due else "—",
        "late": show_duration(filling.late) if filling.late else "—",
        "code": filling.code,
        "until": day(filling.until),
        "desk_phone": filling.desk_phone or "—",
    }
    text = house.messages[code].in_language(language)
    return _PLACE.sub(lambda match: values[match[1]], text)

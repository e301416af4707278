"""The public file format: TOML tables in one file or in all ``*.toml`` of a folder, read into a Rota.

Tables: site, period, agent, shift, demand, rotation, absence, wish, assignment, publish, exception,
recovery.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.rota.calendar import day_class
from conciergedesk.rota.entries import (
    read_agent,
    read_day_classes,
    read_from_calls,
    read_period,
    read_publication,
    read_shift,
    read_site,
)
from conciergedesk.rota.reading import Table, parse_toml
from conciergedesk.rota.values import (
    OFF,
    WEEKDAYS,
    Absence,
    Agent,
    Assignment,
    Demand,
    Recovery,
    Roster,
    Rota,
    Rotation,
    ShiftType,
    SignedException,
    Site,
    Wish,
)  # fmt: skip

T = TypeVar("T")

LARGEST_FILE = 8_000_000
MOST_AGENTS = 500
MOST_SHIFTS = 60

_TABLES = (
    "site", "period", "agent", "shift", "demand", "rotation", "absence", "wish", "assignment", "publish",
    "exception", "recovery",
)  # fmt: skip


def load_rota(source: Path) -> Rota:
    """Read a rota from one file, or from all ``*.toml`` files of a folder together.

    Raises:
        InvalidFile: names file, table, field and reason.
    """
    return read_rota(read_texts(source))


def read_texts(source: Path) -> list[tuple[str, str]]:
    """(file name, text) of one file, or of all ``*.toml`` files of a folder. Raises as ``load_rota``."""
    files = sorted(source.glob("*.toml")) if source.is_dir() else [source]
    if not files:
        raise InvalidFile(N_("there is no .toml file in this folder"), file=str(source), where="")
    texts = []
    for file in files:
        try:
            if file.stat().st_size > LARGEST_FILE:
                raise InvalidFile(
                    N_("the file is larger than {limit} MB; split it or remove what is old"),
                    file=file.name, where="", limit=LARGEST_FILE // 10**6,
                )  # fmt: skip
            texts.append((file.name, file.read_text(encoding="utf-8")))
        except UnicodeDecodeError as error:
            raise InvalidFile(N_("the file is not UTF-8 text"), file=file.name, where="") from error
        except OSError as error:
            raise InvalidFile(N_("the file cannot be read"), file=file.name, where="") from error
    return texts


def read_rota(texts: Iterable[tuple[str, str]]) -> Rota:
    """Read a rota from (file name, TOML text) pairs; see :func:`load_rota`."""
    tables: dict[str, list[Table]] = {name: [] for name in _TABLES}
    first_file = ""
    for file, text in texts:
        first_file = first_file or file
        for name, found in parse_toml(file, text).items():
            if name not in tables:
                raise InvalidFile(
                    N_("this table is not known; the tables are {tables}"),
                    file=file, where=clean_line(name, 60), tables=", ".join(_TABLES),
                )  # fmt: skip
            rows = found if isinstance(found, list) else [found]
            single = not isinstance(found, list)
            for number, row in enumerate(rows, 1):
                where = name if single else f"{name} {number}"
                if not isinstance(row, dict):
                    raise InvalidFile(N_("expected a table"), file=file, where=where)
                tables[name].append(Table(row, file, where))
    _refuse_too_many(tables["agent"], MOST_AGENTS)
    _refuse_too_many(tables["shift"], MOST_SHIFTS)
    return _Reader(tables, first_file).rota()


def _refuse_too_many(tables: list[Table], most: int) -> None:
    if len(tables) > most:
        tables[most].refuse(
            N_("{count} entries are more than the {most} a rota may have; split the team"),
            count=len(tables), most=most,
        )  # fmt: skip


class _Reader:
    """Reads the tables in the order in which they refer to each other."""

    def __init__(self, tables: Mapping[str, list[Table]], first_file: str) -> None:
        self.tables = tables
        self.first_file = first_file
        self.shifts: dict[str, ShiftType] = {}
        self.agents: dict[str, Agent] = {}

    def rota(self) -> Rota:
        site = self._single("site", read_site) or Site()
        first, days = self._single("period", read_period) or (date(2027, 1, 4), 28)
        for table in self.tables["shift"]:
            shift = read_shift(table)
            if shift.id in self.shifts:
                table.refuse(N_("the shift “{id}” is described twice"), "id", id=shift.id)
            self.shifts[shift.id] = shift
        self._check_successions()
        skills = {need for shift in self.shifts.values() for need in shift.needs}
        for table in self.tables["agent"]:
            agent = read_agent(table, skills | self._needs_of_demands(), self.shifts)
            if agent.id in self.agents:
                table.refuse(N_("the person “{id}” is described twice"), "id", id=agent.id)
            self.agents[agent.id] = agent
        if not self.agents or not self.shifts:
            raise InvalidFile(
                N_("a rota needs at least one agent and one shift"), file=self.first_file, where="agent"
            )
        rota = Rota(
            site=site, first=first, days=days,
            agents=tuple(self.agents.values()), shifts=tuple(self.shifts.values()),
            demands=tuple(self._demand(table) for table in self.tables["demand"]),
            rotations=tuple(self._rotation(table) for table in self.tables["rotation"]),
            absences=tuple(self._absences()),
            wishes=tuple(self._wish(table) for table in self.tables["wish"]),
            roster=Roster(tuple(self._assignments())),
            publication=self._single("publish", read_publication),
            exceptions=tuple(self._exception(table) for table in self.tables["exception"]),
            recoveries=tuple(self._recovery(table) for table in self.tables["recovery"]),
        )  # fmt: skip
        self._check_demand(rota)
        return rota

    def _single(self, name: str, build: Callable[[Table], T]) -> T | None:
        tables = self.tables[name]
        if len(tables) > 1:
            tables[1].refuse(N_("this table may stand only once"))
        return build(tables[0]) if tables else None

    def _needs_of_demands(self) -> set[str]:
        return {table.text("needs", "") for table in self.tables["demand"]} - {""}

    def _check_successions(self) -> None:
        for table, shift in zip(self.tables["shift"], self.shifts.values(), strict=True):
            for other in shift.may_not_precede:
                if other not in self.shifts:
                    table.refuse(N_("the shift “{shift}” is not described"), "may_not_precede", shift=other)

    def _shift_id(self, table: Table, field: str, text: str) -> str:
        if text not in self.shifts:
            table.refuse(N_("the shift “{shift}” is not described"), field, shift=text)
        return text

    def _agent_id(self, table: Table, field: str = "agent") -> str:
        text = table.text(field)
        if text not in self.agents:
            table.refuse(N_("the person “{person}” is not in the team"), field, person=text)
        return text

    def _demand(self, table: Table) -> Demand:
        shifts = table.texts("shifts") or ((table.text("shift"),) if table.has("shift") else ())
        for shift in shifts:
            self._shift_id(table, "shift", shift)
        between = None
        if table.has("from"):
            between = (table.clock("from"), table.clock("to"))
            if between[1] <= between[0]:
                table.refuse(N_("the end is not after the start"), "to")
        if bool(shifts) == (between is not None):
            table.refuse(N_("give either shift (or shifts), or from and to"), "shift")
        least = table.whole("min", 0, 0, 1000)
        target = table.whole("target", least, 0, 1000)
        calls = table.table("from_calls")
        if calls.fields:
            target = max(target, read_from_calls(calls))
        most = table.optional_whole("max", 0, 1000)
        if target < least or (most is not None and most < target):
            table.refuse(N_("min, target and max must not decrease"), "target")
        demand = Demand(
            shifts=shifts, between=between, needs=table.text("needs", ""), language=table.text("language", ""),
            days=read_day_classes(table, "days"), dates=table.days("dates"), min=least, target=target, max=most,
            weight_under=table.whole("weight_under", 100), weight_over=table.whole("weight_over", 1),
        )  # fmt: skip
        if not demand.days and not demand.dates:
            table.refuse(N_("give days or dates"), "days")
        table.finish()
        self._check_reachable(table, demand)
        return demand

    def _check_reachable(self, table: Table, demand: Demand) -> None:
        shifts = [self.shifts[id] for id in demand.shifts]
        able = sum(
            (not shifts or any(agent.can(shift) for shift in shifts))
            and (not demand.needs or any(skill.id == demand.needs for skill in agent.skills))
            and (not demand.language or demand.language in agent.languages)
            for agent in self.agents.values()
        )
        if demand.min > able:
            table.refuse(
                N_("at least {needed} needed, able to do it in the team: {able}; train, hire or demand less"),
                "min", needed=demand.min, able=able,
            )  # fmt: skip

    def _check_demand(self, rota: Rota) -> None:
        """A day that demands more people than the team has can never be covered."""
        for table, demand in zip(self.tables["demand"], rota.demands, strict=True):
            if demand.language or not demand.shifts or not demand.days:
                continue
            others = [
                other.min for other in rota.demands
                if other is not demand and other.shifts and not other.language and not other.needs
                and set(other.days) >= set(demand.days) and not set(other.shifts) & set(demand.shifts)
                and not any(rota.shift_by_id[id].on_call for id in other.shifts)
            ]  # fmt: skip
            if any(rota.shift_by_id[id].on_call for id in demand.shifts) or demand.needs:
                continue
            total = demand.min + sum(others)
            if total > len(rota.agents):
                table.refuse(
                    N_("the shifts of one day demand {needed} people but the team has {able}"),
                    "min", needed=total, able=len(rota.agents),
                )  # fmt: skip

    def _rotation(self, table: Table) -> Rotation:
        weeks = []
        for number, text in enumerate(table.texts("weeks"), 1):
            days = tuple(text.split()) if " " in text else tuple(text)
            if len(days) != 7:
                table.refuse(
                    N_("week {number} has {count} days instead of 7"), "weeks", number=number, count=len(days)
                )
            for shift in days:
                if shift != "-":
                    self._shift_id(table, "weeks", shift)
            weeks.append(tuple(OFF if shift == "-" else shift for shift in days))
        members = table.texts("members")
        for member in members:
            if member not in self.agents:
                table.refuse(N_("the person “{person}” is not in the team"), "members", person=member)
        if len(set(members)) != len(members):
            table.refuse(N_("a person stands twice in the rotation"), "members")
        if not weeks or len(weeks) < len(members):
            table.refuse(N_("the rotation has fewer weeks than members"), "weeks")
        rotation = Rotation(table.text("id", "rotation"), members, table.day("start"), tuple(weeks))
        if rotation.start.weekday():
            table.refuse(N_("a rotation starts on a Monday"), "start")
        table.finish()
        return rotation

    def _absences(self) -> Iterator[Absence]:
        known: dict[str, list[Absence]] = {}
        for table in self.tables["absence"]:
            agent = self._agent_id(table)
            absence = Absence(agent, table.day("from"), table.day("to"))
            table.text("kind", "absent")
            if absence.last < absence.first:
                table.refuse(N_("the end is not after the start"), "to")
            for other in known.get(agent, ()):
                if absence.first <= other.last and other.first <= absence.last:
                    table.refuse(
                        N_("overlaps the absence of {person} from {first} to {last}; join the two"),
                        "from", person=agent, first=other.first, last=other.last,
                    )  # fmt: skip
            known.setdefault(agent, []).append(absence)
            table.finish()
            yield absence

    def _wish(self, table: Table) -> Wish:
        shift = table.text("shift", OFF)
        if shift != OFF:
            self._shift_id(table, "shift", shift)
        wish = Wish(
            self._agent_id(table), table.day("date"), shift, table.truth("want", True),
            table.whole("weight", 1, 1, 1000), table.whole("refused_before", 0, 0, 100),
        )  # fmt: skip
        table.finish()
        return wish

    def _assignments(self) -> Iterator[Assignment]:
        seen: set[tuple[str, date, str]] = set()
        for table in self.tables["assignment"]:
            agent, day = self._agent_id(table), table.day("date")
            shift = self._shift_id(table, "shift", table.text("shift"))
            start = table.clock("start") if table.has("start") else None
            end = table.clock("end") if table.has("end") else None
            if (agent, day, shift) in seen:
                table.refuse(N_("{person} has this shift twice on that day"), "shift", person=agent)
            seen.add((agent, day, shift))
            table.finish()
            yield Assignment(agent, day, shift, start, end)

    def _exception(self, table: Table) -> SignedException:
        first = table.day("from")
        signed = SignedException(
            table.text("rule"), self._agent_id(table), first, table.optional_day("to") or first,
            table.text("signed_by"), table.text("reason"), table.moment("at"),
        )  # fmt: skip
        if not signed.signed_by or not signed.reason:
            table.refuse(N_("an exception needs the name of who signs it and a reason"), "signed_by")
        table.finish()
        return signed

    def _recovery(self, table: Table) -> Recovery:
        taken = Recovery(self._agent_id(table), table.day("date"), table.whole("minutes", low=1, high=1440))
        table.finish()
        return taken


def monday_of(day: date) -> date:
    """The Monday of the civil week of ``day``."""
    return day - timedelta(days=WEEKDAYS.index(day_class(day)))

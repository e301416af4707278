"""Changing the house's own files from a desk: who is in the team, the shifts, what is needed, the rotations."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import func
from sqlmodel import col, select

from conciergedesk.core import paths
from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidFile, RuleRefused, Unavailable
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.rota.house import RotaHouse
from conciergedesk.rota.shift_files import Change, Entry, Kind, ShiftFiles, read_shift_files
from conciergedesk.rota.tables import RotaAssignment, RotaVersion
from conciergedesk.staff.rules import Right


@dataclass(frozen=True, slots=True)
class HouseFolder:
    """Where the files are and whether they can be changed there.

    Attributes:
        trouble: what stands in the way and what to do; empty when nothing does.
    """

    path: Path
    trouble: Unavailable | None = None


def house_folder() -> HouseFolder:
    """The folder of the house's rota files."""
    folder = paths.shifts()
    if folder == paths.installed_copy("shifts") or not os.access(folder, os.W_OK):
        return HouseFolder(folder, _not_ours(folder))
    return HouseFolder(folder)


def _not_ours(folder: Path) -> Unavailable:
    return Unavailable(
        N_(
            "The files in {folder} cannot be changed there: copy the folder to a place of your own, name that place "
            "in CONCIERGEDESK_SHIFTS and open the desk again."
        ),
        folder=str(folder),
    )


def sample_folder(home: Path) -> Path | None:
    """The sample desk's own copy of the files, once something was changed in it and no setting names others."""
    folder = home / "sample-shifts"
    return folder if folder.is_dir() and not os.environ.get("CONCIERGEDESK_SHIFTS") else None


def copy_for_sample(home: Path) -> Path:
    """A copy of the house's files for the sample desk, so that trying things out changes nobody's team."""
    folder = home / "sample-shifts"
    if not folder.is_dir():
        fresh = home / f".sample-shifts.{os.getpid()}.part"
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            shutil.copytree(paths.shifts(), fresh)
            fresh.rename(folder)
        except OSError as error:
            shutil.rmtree(fresh, ignore_errors=True)
            if not folder.is_dir():
                raise Unavailable(
                    N_("{file} cannot be written: {why}"), file=str(folder), why=error.strerror or ""
                ) from error
    return folder


def change_files(unit: Unit, folder: Path, packs: Path, change: Change) -> RotaHouse:
    """Change, add or take out one entry; the whole folder is read with it before its file is replaced.

    Published shifts keep the hours they were published with.

    Raises:
        Conflict: the entry was changed since it was read.
        InvalidFile: a value is refused; names table, field and reason.
        RuleRefused: something else would break, or what is taken out is still worked.
        Unavailable: the folder cannot be written.
    """
    unit.require(Right.PLAN_ROTA)
    # Desks that share a database change one after the other.
    unit.session.exec(select(RotaVersion.id).where(RotaVersion.state == "published").with_for_update()).all()
    now = read_shift_files(folder)
    before = now.house(packs)
    entry = now.found_again(change.entry)
    if change.values is None:
        _refuse_lost(unit, before, entry)
    after = now.after(change)
    try:
        house = after.house(packs)
    except InvalidFile as error:
        number = entry.number or len([1 for one in after.of_kind(entry.kind) if one.file == entry.file])
        where = str(entry.kind) if entry.kind is Kind.SITE else f"{entry.kind} {number}"
        own = error.file == entry.file and (error.where == where or error.where.startswith(f"{where} "))
        if own and change.values is not None:
            raise
        raise RuleRefused(N_("Something else would break: {why}"), why=str(error)) from error
    _keep_published_hours(unit, before, house)
    said = dict(change.values or {})
    unit.record(
        "rota.files_changed", "rota", 0, undoable=False, file=entry.file, table=str(entry.kind),
        entry=clean_line(str(entry.id or said.get("id") or said.get("name") or entry.where), 60),
        done="removed" if change.values is None else "changed" if entry.number else "added",
        fields={name: [_plain(_at(entry.values, name)), _plain(value)] for name, value in said.items()},
    )  # fmt: skip
    replace_file(folder / entry.file, after.text(entry.file))
    return house


def _at(values: object, path: str) -> object:
    for name in path.split("."):
        values = values.get(name) if isinstance(values, dict) else None
    return values


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return clean_line(", ".join(str(one) for one in value), 120)
    return clean_line(str(value), 120)


def _refuse_lost(unit: Unit, before: RotaHouse, entry: Entry) -> None:
    """Who or what is worked in the rota of the desk cannot be taken out: the hours would be lost with it."""
    if entry.kind not in (Kind.AGENT, Kind.SHIFT):
        return
    column = RotaAssignment.person if entry.kind is Kind.AGENT else RotaAssignment.shift
    count, last = unit.session.exec(
        pick(func.count(col(RotaAssignment.id)), func.max(RotaAssignment.day)).where(
            col(RotaAssignment.is_live), column == entry.id
        )
    ).one()
    if count and entry.kind is Kind.AGENT:
        raise RuleRefused(
            N_(
                "{name} has {count} shifts in the rota, the last on {last}. Write the last day in the team "
                "instead: planned no more after it, and no hours are lost."
            ),
            name=before.name_of(entry.id), count=count, last=_day(last),
        )  # fmt: skip
    if count:
        raise RuleRefused(
            N_(
                "{name} is worked {count} times in the rota, the last on {last}. Take it out of what is needed "
                "instead: planned no more, and no hours are lost."
            ),
            name=before.rota.shift_by_id[entry.id].label or entry.id, count=count, last=_day(last),
        )  # fmt: skip


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _keep_published_hours(unit: Unit, before: RotaHouse, after: RotaHouse) -> None:
    """Shifts that are planned already keep their times when those of their kind change."""
    for old in before.rota.shifts:
        new = after.rota.shift_by_id.get(old.id)
        if new is None or (new.start, new.end) == (old.start, old.end):
            continue
        rows = unit.session.exec(
            select(RotaAssignment)
            .join(RotaVersion, col(RotaVersion.id) == RotaAssignment.rota_id)
            .where(
                RotaAssignment.shift == old.id,
                col(RotaAssignment.start_minute).is_(None),
                col(RotaAssignment.is_live) | (RotaVersion.state == "draft"),
            )
        )
        for row in rows:
            row.start_minute, row.end_minute = old.start, old.end


def replace_file(file: Path, text: str) -> None:
    """Put a text in the place of a file when it is whole and on the disk.

    Raises:
        Unavailable: the folder cannot be written, or the disk is full.
    """
    fresh = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with fresh.open("w", encoding="utf-8", newline="") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        if file.exists():
            shutil.copymode(file, fresh)
        fresh.replace(file)
    except PermissionError as error:
        raise _not_ours(file.parent) from error
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise Unavailable(
            N_("{file} cannot be written: {why}"), file=str(file), why=error.strerror or ""
        ) from error


def shift_files(folder: Path) -> ShiftFiles:
    """The files as they stand now. Raises ``InvalidFile``."""
    return read_shift_files(folder)

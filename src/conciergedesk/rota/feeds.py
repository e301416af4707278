"""Calendar files that people subscribe to: one per person and per line, kept current while a desk is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import Unavailable
from conciergedesk.core.i18n import N_
from conciergedesk.core.journal import JournalLine
from conciergedesk.rota.exports import feed_of_person, feed_of_seat, payroll_csv
from conciergedesk.rota.house import RotaHouse
from conciergedesk.rota.queries import DeskRota, desk_rota
from conciergedesk.rota.values import Rota

BACK = timedelta(days=28)
DAYS = 7 * 26
STAMP = ".written"


def write_feeds(desk: Desk, house: RotaHouse, folder: Path) -> None:
    """Write all calendars from four weeks back to half a year from there, and the hours for payroll.

    Raises:
        Unavailable: the folder cannot be written, or the disk is full.
    """
    now = desk.clock.now()
    stamp = desk.ask(_stamp, _today(house, now))
    found = desk.ask(desk_rota, house, _today(house, now) - BACK, DAYS)
    rota, roster = found.rota, found.roster
    for agent in rota.agents:
        write_whole(folder / f"{file_name(agent.id)}.ics", feed_of_person(rota, roster, agent.id, now))
    for line in sorted({shift.line for shift in rota.shifts if shift.line}):
        write_whole(folder / f"line-{file_name(line)}.ics", feed_of_seat(rota, roster, line, now))
    write_whole(folder / "hours.csv", payroll_csv(_as_published(found), roster, house.law).encode())
    write_whole(folder / STAMP, stamp.encode())


def _as_published(found: DeskRota) -> Rota:
    """The days that are published: hours against the contract mean nothing where nothing is planned yet."""
    rota = found.rota
    first = max(rota.first, found.published_from or rota.first)
    last = min(rota.last, found.published_until or rota.last)
    return replace(rota, first=first, days=max(1, (last - first).days + 1))


def keep_feeds_current(desk: Desk, house: RotaHouse, folder: Path) -> bool:
    """Write the calendars again when the rota has changed since, if they were ever written here."""
    try:
        known = (folder / STAMP).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    if known == desk.ask(_stamp, _today(house, desk.clock.now())):
        return False
    write_feeds(desk, house, folder)
    return True


def _today(house: RotaHouse, now: datetime) -> date:
    return now.astimezone(house.zone).date()


def _stamp(session: Session, today: date) -> str:
    """The last thing that happened to the rota, and the day: a new day moves the window."""
    last = session.exec(
        select(JournalLine.id)
        .where(col(JournalLine.subject_kind).in_(("rota", "rota_post")))
        .order_by(col(JournalLine.id).desc())
        .limit(1)
    ).first()
    return f"{last or 0} {today.isoformat()}"


def write_whole(file: Path, content: bytes) -> None:
    """Put a file in its place when it is whole.

    Raises:
        Unavailable: the folder cannot be written, or the disk is full.
    """
    fresh = file.with_name(f".{file.name}.part")
    try:
        fresh.write_bytes(content)
        fresh.replace(file)
    except OSError as error:
        raise Unavailable(
            N_("{file} cannot be written: {why}"), file=str(file), why=error.strerror or ""
        ) from error


def file_name(text: str) -> str:
    """A code as the name of a file."""
    return "".join(char if char.isalnum() or char in "-_" else "_" for char in text)

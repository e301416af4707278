"""What leaves the rota: calendar feeds per person and per seat, and the hours for payroll."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from conciergedesk.rota.checker.ledger import ledgers
from conciergedesk.rota.law.packs import LawBook
from conciergedesk.rota.values import Assignment, Roster, Rota

PAYROLL_COLUMNS = (
    "person", "name", "from", "to", "days", "hours", "against_contract", "sundays", "sunday_hours", "holidays",
    "holiday_hours", "night_hours", "on_call_nights", "on_call_hours", "recovery_earned", "recovery_taken",
    "recovery_balance",
)  # fmt: skip


def feed_of_person(rota: Rota, roster: Roster, person: str, now: datetime) -> bytes:
    """The shifts of one person as a calendar; reading it again moves what has changed."""
    agent = rota.agent_by_id[person]
    return _feed(
        rota, roster, agent.name or person, lambda one: one.agent == person,
        lambda one: _label(rota, one), now,
    )  # fmt: skip


def feed_of_seat(rota: Rota, roster: Roster, line: str, now: datetime) -> bytes:
    """Who sits on a line such as ``desk``, shift by shift."""
    return _feed(
        rota, roster, line, lambda one: rota.shift_by_id[one.shift].line == line,
        lambda one: f"{rota.agent_by_id[one.agent].name or one.agent} · {_label(rota, one)}", now,
    )  # fmt: skip


def _label(rota: Rota, one: Assignment) -> str:
    return rota.shift_by_id[one.shift].label or one.shift


def _feed(
    rota: Rota, roster: Roster, name: str, wanted: Callable[[Assignment], bool],
    title: Callable[[Assignment], str], now: datetime,
) -> bytes:  # fmt: skip
    from icalendar import Calendar, Event

    zone = ZoneInfo(rota.site.timezone)
    calendar = Calendar()
    calendar.add("prodid", "-//ConciergeDesk//rota//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{rota.site.name} · {name}".strip(" ·"))
    for one in sorted(roster, key=lambda row: (row.day, row.shift, row.agent)):
        if not wanted(one) or not rota.first <= one.day <= rota.last:
            continue
        shift = rota.shift_by_id[one.shift]
        start = shift.start if one.start is None else one.start
        end = shift.end if one.end is None else one.end
        event = Event()
        event.add("uid", f"{one.day.isoformat()}-{one.shift}-{one.agent}@rota.conciergedesk")
        event.add("dtstamp", now)
        # The times on the wall are what was agreed; the zone in the feed makes instants of them.
        event.add("dtstart", _wall(one.day, start, zone))
        event.add("dtend", _wall(one.day, end if end > start else end + 1440, zone))
        event.add("summary", title(one))
        calendar.add_component(event)
    calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written


def _wall(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    later, minute = divmod(minutes, 1440)
    whole = day + timedelta(days=later)
    return datetime(whole.year, whole.month, whole.day, minute // 60, minute % 60, tzinfo=zone)


def payroll_csv(rota: Rota, roster: Roster, law: LawBook) -> str:
    """Hours of everybody over the period, in decimal hours with a point, one line per person."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\r\n")
    out.writerow(PAYROLL_COLUMNS)
    for row in ledgers(rota, roster, law):
        name = rota.agent_by_id[row.agent].name
        out.writerow([
            _cell(row.agent), _cell(name), row.first, row.last, row.days, _hours(row.minutes),
            _hours(row.against_contract), row.sundays, _hours(row.sunday_minutes), row.holidays,
            _hours(row.holiday_minutes), _hours(row.night_minutes), row.nights_on_call, _hours(row.on_call_minutes),
            _hours(row.recovery_minutes), _hours(row.recovery_taken), _hours(row.recovery_balance),
        ])  # fmt: skip
    return text.getvalue()


def _hours(minutes: int) -> str:
    return f"{minutes / 60:.2f}"


def _cell(text: str) -> str:
    """A spreadsheet takes these first characters for a formula."""
    return f"'{text}" if text[:1] in "=+-@" else text

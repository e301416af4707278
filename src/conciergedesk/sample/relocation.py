"""Households of the sample that settle: one on its way, some just arrived, one nearly over, a candidate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from conciergedesk.core.actor import Actor
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.housefile import Table, read_house_file
from conciergedesk.relocation import service as relocation
from conciergedesk.relocation.house import RelocationHouse
from conciergedesk.relocation.service import NewFile
from conciergedesk.relocation.tables import RelocationAction, RelocationFollowUp, RelocationItem

UnitAt = Callable[[Actor, datetime], AbstractContextManager[Unit]]

_KNOWN = (
    "household", "employer", "coach", "package", "language", "phone", "from", "work", "opened", "arrival", "stage",
    "facts", "events", "done_to", "late", "soon", "waiting", "pulses", "held", "notes", "documents", "questions",
    "risks", "telework", "settled",
)  # fmt: skip


def plant_relocation(
    unit_at: UnitAt, house: RelocationHouse, folder: Path, now: datetime, agents: Mapping[str, Actor]
) -> list[int]:
    """Open the files and work them as their coaches would have; answers their ids.

    Args:
        unit_at: opens a unit of work of somebody at a moment.
        folder: where ``relocation.toml`` lies.
        agents: the coaches and the supervisor ``HEL``, by code.
    """
    made = []
    for table in read_house_file(folder / "relocation.toml").tables("file"):
        table.only(*_KNOWN)
        coach = agents[table.text("coach")]
        made.append(_File(unit_at, house, now, table, coach, agents["HEL"]).tell())
    return made


class _File:
    """One household, told from its opening to now."""

    def __init__(
        self,
        unit_at: UnitAt,
        house: RelocationHouse,
        now: datetime,
        table: Table,
        coach: Actor,
        supervisor: Actor,
    ) -> None:
        self._supervisor = supervisor
        self._unit_at = unit_at
        self._house = house
        self._now = now
        self._today = house.today(now)
        self._table = table
        self._coach = coach
        self._id = 0

    def _day(self, days: int) -> date:
        return self._today + timedelta(days=days)

    def _at(self, day: date, hour: int = 10) -> datetime:
        moment = datetime.combine(day, time(hour, 20), tzinfo=self._house.book.zone)
        return min(moment, self._now - timedelta(minutes=1))

    def _rows(self, name: str) -> list[list[Any]]:
        found: Any = self._table.values.get(name, [])
        return list(found)

    def tell(self) -> int:
        table = self._table
        opened = self._day(table.integer("opened"))
        events = table.table("events").values if table.has("events") else {}
        new = NewFile(
            table.text("household"),
            self._day(table.integer("arrival")),
            employer=table.text("employer"),
            package=table.text("package"),
            coach_id=self._coach.id,
            language=table.text("language"),
            phone=table.text("phone", ""),
            facts=dict(table.table("facts").values),
            anchors={name: self._day(int(str(days))) for name, days in events.items()},
            from_place=table.text("from", ""),
            work_place=table.text("work", ""),
            stage=table.text("stage", ""),
        )
        with self._unit_at(self._coach, self._at(opened, 9)) as unit:
            self._id = relocation.open_file(unit, self._house, new)
        self._do_items(opened)
        self._hold_contacts()
        self._talk()
        with self._unit_at(self._coach, self._now) as unit:
            relocation.watch(unit, self._house, self._id)
        return self._id

    def _do_items(self, opened: date) -> None:
        until = self._day(self._table.integer("done_to"))
        late, soon = (set(self._table.words(name, ())) for name in ("late", "soon"))
        # An item whose blockers are open is done in a later round.
        for _round in range(6):
            with self._unit_at(self._coach, self._now) as unit:
                waiting = [
                    (item.id or 0, item.code, item.due)
                    for item in _open_items(unit.session, self._id)
                    if item.code not in late
                    and ((item.due is not None and item.due <= until) or item.code in soon)
                ]
            if not waiting or not [number for number, _code, due in waiting if self._do(number, due, opened)]:
                break
        for code, whom, owner in self._rows("waiting"):
            with self._unit_at(self._coach, self._at(self._day(-3))) as unit:
                number = next(
                    (one.id for one in _open_items(unit.session, self._id) if one.code == code), None
                )
                if number is not None:
                    relocation.give_item(unit, self._house, number, str(owner))
                    relocation.set_state(unit, self._house, number, "waiting", waiting_for=str(whom))

    def _do(self, item_id: int, due: date | None, opened: date) -> bool:
        from conciergedesk.core.errors import RuleRefused

        day = max(min(due or self._today, self._day(-1)) - timedelta(days=1), opened)
        try:
            with self._unit_at(self._coach, self._at(day, 11)) as unit:
                relocation.set_state(
                    unit, self._house, item_id, "done", evidence="vu avec la famille", done_on=day
                )
        except RuleRefused:
            return False
        return True

    def _hold_contacts(self) -> None:
        for days, score, words in self._rows("pulses"):
            with self._unit_at(self._coach, self._at(self._day(days), 15)) as unit:
                relocation.note_pulse(unit, self._house, self._id, int(score), words=str(words))
        if self._table.has("settled"):
            self._settle(self._table.text("settled"))
        for code, delay, score, words in self._rows("held"):
            with self._unit_at(self._coach, self._now) as unit:
                contact = unit.session.exec(
                    select(RelocationFollowUp).where(
                        RelocationFollowUp.file_id == self._id, RelocationFollowUp.code == code
                    )
                ).one()
                day, number = contact.due + timedelta(days=int(delay)), contact.id or 0
            with self._unit_at(self._coach, self._at(min(day, self._day(-1)), 16)) as unit:
                scores = {"pulse": int(score), "overall": 4 if score > 6 else 3}
                relocation.hold_followup(unit, self._house, number, scores, words=str(words))

    def _settle(self, outcome: str) -> None:
        """The supervisor has dealt with what the pulses opened."""
        with self._unit_at(self._supervisor, self._at(self._day(-9), 17)) as unit:
            for number in unit.session.exec(
                select(RelocationAction.id).where(RelocationAction.file_id == self._id)
            ).all():
                relocation.close_action(unit, self._house, number or 0, outcome=outcome)

    def _talk(self) -> None:
        for days, kind, who, heard, text in self._rows("notes"):
            with self._unit_at(self._coach, self._at(self._day(days), 14)) as unit:
                relocation.note(
                    unit,
                    self._house,
                    self._id,
                    str(text),
                    kind=str(kind),
                    who=str(who),
                    heard_from=str(heard),
                )
        for kind, holder, days in self._rows("documents"):
            with self._unit_at(self._coach, self._at(self._day(-15), 12)) as unit:
                relocation.see_document(
                    unit, self._house, self._id, str(kind), holder=str(holder),
                    expires_on=self._day(int(days)) if days else None,
                )  # fmt: skip
        for whom, about, days in self._rows("questions"):
            with self._unit_at(self._coach, self._at(self._day(days), 9)) as unit:
                relocation.ask(unit, self._house, self._id, str(whom), str(about))
        for code, label, action, days in self._rows("risks"):
            with self._unit_at(self._coach, self._at(self._day(-2), 9)) as unit:
                relocation.flag_risk(
                    unit, self._house, self._id, str(code), label=str(label), action=str(action),
                    review_on=self._day(int(days)),
                )  # fmt: skip
        count = self._table.integer("telework", 0)
        if count:
            start = date(self._today.year, 1, 1)
            days_worked = [
                day for step in range(0, 366, 2) if (day := start + timedelta(days=step)) <= self._today
            ]
            with self._unit_at(self._coach, self._now) as unit:
                relocation.note_telework(unit, self._house, self._id, days_worked[:count])


def _open_items(session: Session, file_id: int) -> list[RelocationItem]:
    return list(
        session.exec(
            select(RelocationItem)
            .where(RelocationItem.file_id == file_id, col(RelocationItem.is_open))
            .order_by(col(RelocationItem.place))
        )
    )

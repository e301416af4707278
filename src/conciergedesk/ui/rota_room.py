"""What the screen of the rota reads and does: every method is called in a worker thread, heavy imports inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_
from conciergedesk.core.paths import desk_home, make_private
from conciergedesk.rota.arithmetic import LineArithmetic, lines
from conciergedesk.rota.asking import AskCard, code_of, open_asks
from conciergedesk.rota.changes import Difference, Verdict, differences, judge_change
from conciergedesk.rota.checker.coverage import SeatCount, seat_counts
from conciergedesk.rota.checker.judge import check
from conciergedesk.rota.checker.ledger import Ledger, ledger
from conciergedesk.rota.checker.violations import Violation
from conciergedesk.rota.house import RotaHouse, files_refused, rota_house
from conciergedesk.rota.queries import DeskRota, Preview, desk_rota, preview
from conciergedesk.rota.reasons import after_changes
from conciergedesk.rota.values import Roster

if TYPE_CHECKING:
    from conciergedesk.rota.errands import Errand, RepairFound
    from conciergedesk.rota.explain import Explanation
    from conciergedesk.rota.process import PlanProcess
    from conciergedesk.rota.repair import StandIns
    from conciergedesk.rota.service import OpenPost, Published
    from conciergedesk.rota.versions import Publishing
    from conciergedesk.ui.session import DeskSession

PLAN_SECONDS = 20.0
REPAIR_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class CellOption:
    """What a cell could become, what the rules say of it, and the posts of that day it would leave empty."""

    shifts: tuple[str, ...]
    verdict: Verdict
    empties: tuple[SeatCount, ...] = ()


class PlanSearch:
    """The smallest repair being worked out; ``run`` waits in a thread."""

    def __init__(self, room: RotaRoom, first: date, last: date, away: str) -> None:
        self.rota = room.house.rota
        self._room = room
        self._first, self._last = first, last
        self._away = away
        self._errand: Errand[RepairFound] | None = None
        self._given_up = False

    def run(self) -> RepairFound | None:
        from conciergedesk.rota.errands import Errand, RepairOrder
        from conciergedesk.rota.repair import mark_absent

        room, first, last = self._room, self._first, self._last
        monday = first - timedelta(days=first.weekday() + 7)
        days = (last - monday).days + 22
        desk = room.session.ask(desk_rota, room.house, monday, days)
        rota, roster = desk.rota, desk.roster
        if self._away:
            rota, roster = mark_absent(rota, roster, self._away, first, last)
        order = RepairOrder(rota, roster, room.house.law, first, last, room.session.now(), REPAIR_SECONDS)
        self._errand = Errand(order)
        if self._given_up:
            return None
        return self._errand.wait()

    def give_up(self) -> None:
        self._given_up = True
        if self._errand is not None:
            self._errand.give_up()


class ReasonSearch:
    """Why posts stay empty, being worked out; ``run`` waits in a thread."""

    def __init__(self, room: RotaRoom, first: date, last: date, *, draft: bool) -> None:
        self._room = room
        self._first, self._last = first, last
        self._draft = draft
        self._errand: Errand[Explanation] | None = None
        self._given_up = False

    def run(self) -> Explanation | None:
        from conciergedesk.rota.errands import Errand, ExplainOrder

        room = self._room
        monday = self._first - timedelta(days=self._first.weekday())
        last = min(self._last, self._first + timedelta(days=27))
        desk = room.session.ask(desk_rota, room.house, monday, (last - monday).days + 7 - last.weekday())
        roster = desk.shown if self._draft else desk.roster
        order = ExplainOrder(desk.rota, roster, room.house.law, self._first, last, frozen_before=room.today())
        self._errand = Errand(order)
        if self._given_up:
            return None
        return self._errand.wait()

    def give_up(self) -> None:
        self._given_up = True
        if self._errand is not None:
            self._errand.give_up()


@dataclass(frozen=True, slots=True)
class RotaReading:
    """A period as the screen shows it: the draft where there is one, else what holds."""

    desk: DeskRota
    roster: Roster
    today: date
    counts: Mapping[tuple[date, str], SeatCount]
    ledgers: Mapping[str, Ledger]
    violations: tuple[Violation, ...]
    changed: frozenset[tuple[str, date]]
    asks: tuple[AskCard, ...] = ()
    me: str = ""
    may_plan: bool = False
    trouble: str = ""
    """What is wrong with the house's files, while what was read before still holds."""

    @property
    def my_asks(self) -> tuple[AskCard, ...]:
        """Asks that whoever sits here can do something about: to answer, to decide, or to take back."""
        return tuple(one for one in self.asks if self.may_plan or one.concerns(self.me))

    @property
    def waiting_for_me(self) -> tuple[AskCard, ...]:
        """Asks that wait for a yes or a no of whoever sits here."""
        return tuple(one for one in self.asks if waits_for(one, self.me, may_plan=self.may_plan))

    @property
    def open_posts(self) -> tuple[tuple[date, str, SeatCount], ...]:
        """Posts of today and later with too few people."""
        seen = {
            (one.day, one.shifts): (day, shift, one)
            for (day, shift), one in reversed(list(self.counts.items()))
        }
        rows = [row for row in seen.values() if row[2].missing and row[0] >= self.today]
        return tuple(sorted(rows, key=lambda row: (row[0], row[1])))


def waits_for(ask: AskCard, me: str, *, may_plan: bool) -> bool:
    """Whether an ask waits for somebody: the one who was asked, any volunteer, or who has the last word."""
    if ask.state == "agreed":
        return may_plan
    if ask.kind == "call":
        return bool(me) and me != ask.person
    return bool(me) and me == ask.answer_by


class RotaRoom:
    """The rota for one desk."""

    def __init__(self, session: DeskSession, *, seconds: float = PLAN_SECONDS) -> None:
        self.session = session
        self.seconds = seconds

    @property
    def house(self) -> RotaHouse:
        return rota_house()

    def may_plan(self) -> bool:
        actor = self.session.actor
        return actor is not None and ("plan_rota" in actor.rights or "*" in actor.rights)

    def today(self) -> date:
        return self.session.now().astimezone(self.house.zone).date()

    # --- reading ---

    def token(self) -> str:
        """Changes whenever somebody has written."""
        return self.session.token()

    def load(self, first: date, days: int) -> RotaReading:
        house = self.house
        desk = self.session.ask(desk_rota, house, first, days)
        roster = desk.shown
        last = first + timedelta(days=days - 1)
        counts = {}
        until = max(
            [one for one in (desk.published_until, desk.draft.last if desk.draft else None) if one],
            default=first - timedelta(days=1),
        )
        since = min(
            [one for one in (desk.published_from, desk.draft.first if desk.draft else None) if one],
            default=first,
        )
        for one in seat_counts(desk.rota, roster, max(first, since), min(last, until)):
            for shift in one.shifts:
                counts[one.day, shift] = one
        changed: frozenset[tuple[str, date]] = frozenset()
        if desk.draft is not None:
            found = differences(desk.rota, desk.roster, roster, first, last)
            changed = frozenset((one.agent, one.day) for one in found if one.before)
        law = house.law
        return RotaReading(
            desk=desk,
            roster=roster,
            today=self.today(),
            counts=counts,
            ledgers={agent.id: ledger(desk.rota, roster, law, agent) for agent in desk.rota.agents},
            violations=check(desk.rota, roster, law),
            changed=changed,
            asks=self.session.ask(open_asks, self.today()),
            me=self.me(),
            may_plan=self.may_plan(),
            trouble=str(files_refused() or ""),
        )

    def me(self) -> str:
        """The code in ``shifts/`` of who sits here; empty for who is not in the team of the rota."""
        actor = self.session.actor
        code = self.session.ask(code_of, actor.id) if actor is not None else ""
        return code if code in self.house.rota.agent_by_id else ""

    def stand_ins(self, day: date, shift: str, away: str = "") -> StandIns:
        """Who can take a shift: of ``away``, or one on which somebody is lacking."""
        from conciergedesk.rota.repair import stand_ins

        first = day - timedelta(days=day.weekday() + 7)
        desk = self.session.ask(desk_rota, self.house, first, 28)
        roster = desk.roster
        if away:
            roster = Roster(
                tuple(one for one in roster if (one.agent, one.day, one.shift) != (away, day, shift))
            )
        found = stand_ins(desk.rota, roster, self.house.law, day, shift)
        return replace(found, eligible=tuple(one for one in found.eligible if one.agent != away))

    def search_repair(self, posts: Sequence[OpenPost], away: str = "") -> PlanSearch:
        """Work out the smallest repair of some open posts, in a process of its own."""
        first, last = min(one.day for one in posts), max(one.day for one in posts)
        return PlanSearch(self, first, last, away)

    def search_reason(self, first: date, last: date, *, draft: bool) -> ReasonSearch:
        """Work out why posts stay empty from ``first`` to ``last``, in a process of its own."""
        return ReasonSearch(self, first, last, draft=draft)

    def head_count(self) -> tuple[LineArithmetic, ...]:
        """What each line needs in an ordinary week, and with one of its people away."""
        return lines(self.house.rota, self.house.law)

    def options_of(self, person: str, day: date, draft: DeskRota | None) -> tuple[CellOption, ...]:
        """What a person's day could be, each judged; see ``change_cell``."""
        desk = draft or self.session.ask(desk_rota, self.house, day - timedelta(days=14), 29)
        roster = desk.shown if draft is not None else desk.roster
        worked = roster.shifts_on(person, day)
        duty = tuple(one for one in worked if desk.rota.shift_by_id[one].on_call)
        agent = desk.rota.agent_by_id[person]
        wanted: list[tuple[str, ...]] = [()]
        for shift in desk.rota.shifts:
            if shift.on_call:
                wanted.append(
                    tuple(sorted({*worked, shift.id} ^ ({shift.id} if shift.id in duty else set())))
                )
            elif agent.can(shift):
                wanted.append((*duty, shift.id))
        found = []
        for shifts in dict.fromkeys(wanted):
            if sorted(shifts) == sorted(worked):
                continue
            cell = after_changes(desk.rota, roster, [Difference(person, day, (), shifts)]).cell(person, day)
            verdict = judge_change(desk.rota, roster, self.house.law, {(person, day): cell})
            lost = {one for one in worked if one not in shifts}
            empties = tuple(
                one for one in seat_counts(desk.rota, verdict.roster, day, day)
                if one.missing and lost & set(one.shifts)
            )  # fmt: skip
            found.append(CellOption(shifts, verdict, empties))
        return tuple(found)

    def preview(self, draft_id: int) -> Preview:
        return self.session.ask(preview, self.house, draft_id, self.session.now())

    # --- writing ---

    def take(self, person: str, day: date, shift: str, exception: str = "") -> None:
        from conciergedesk.rota import service

        self.session.act(service.take, self.house, person, day, shift, exception=exception)

    def hand_on(self, giver: str, taker: str, day: date, shift: str, exception: str = "") -> None:
        from conciergedesk.rota import service

        self.session.act(service.hand_on, self.house, giver, taker, day, shift, exception=exception)

    def swap(self, a: str, day_a: date, b: str, day_b: date, exception: str = "") -> None:
        from conciergedesk.rota import service

        self.session.act(service.swap, self.house, a, day_a, b, day_b, exception=exception)

    def repair(self, found: RepairFound) -> None:
        from conciergedesk.rota import service

        self.session.act(service.repair, self.house, [cell.changed for cell in found.cells])

    def change_cell(
        self, person: str, day: date, shifts: tuple[str, ...], draft: int, exception: str = ""
    ) -> None:
        from conciergedesk.rota import service

        self.session.act(
            service.change_cell, self.house, person, day, shifts, draft_id=draft, exception=exception
        )

    def mark_absent(self, person: str, first: date, days: str) -> tuple[OpenPost, ...]:
        """Away from ``first`` for as many days as was typed."""
        from conciergedesk.rota import service

        count = int(days) if days.strip().isdecimal() and len(days.strip()) < 4 else 0
        if not 1 <= count <= 366:
            raise InvalidInput(N_("Give a number of days from 1 to 366."), field="days")
        last = first + timedelta(days=count - 1)
        return self.session.act(service.mark_absent, self.house, person, first, last)

    def mark_present(self, person: str, day: date) -> None:
        from conciergedesk.rota import service

        self.session.act(service.mark_present, self.house, person, day)

    def publish(self, shown: Preview, reason: str) -> Published:
        from conciergedesk.rota import service

        return self.session.act(
            service.publish, self.house, shown.draft.id, seen=shown.draft.version, reason=reason
        )

    def publications(self) -> tuple[Publishing, ...]:
        from conciergedesk.rota.versions import publications

        return self.session.ask(publications)

    def go_back(self, version: int, *, before: bool) -> Preview:
        """Make a draft of a publication, or of what held before it; answers what publishing it would change."""
        from conciergedesk.rota.versions import go_back

        return self.preview(self.session.act(go_back, self.house, version, before=before))

    def note_recovery(self, person: str, day: str, length: str) -> tuple[date, int]:
        """Rest that somebody takes back; answers the day and the minutes as they were understood."""
        from conciergedesk.rota.recovering import note_recovery
        from conciergedesk.ui.rota_fields import read_day, read_hours

        when, minutes = read_day(day, "day"), read_hours(length, "hours")
        self.session.act(note_recovery, self.house, person, when, minutes)
        return when, minutes

    def drop(self, draft_id: int, version: int) -> None:
        from conciergedesk.rota import service

        self.session.act(service.drop_draft, draft_id, seen=version)

    # --- planning ---

    def begin_plan(self, first: str, weeks: str) -> PlanProcess:
        """Start the planner in a process of its own."""
        from conciergedesk.rota.planning import frozen_cells
        from conciergedesk.rota.process import plan_in_process
        from conciergedesk.ui.rota_fields import read_day

        begin = read_day(first, "first")
        count = int(weeks) if weeks.strip().isdecimal() and len(weeks.strip()) < 3 else 0
        if not 1 <= count <= 16:
            raise InvalidInput(N_("Give 1 to 16 weeks."), field="weeks")
        desk = self.session.ask(desk_rota, self.house, begin, 7 * count)
        rota = desk.rota.with_roster(desk.roster)
        frozen = frozen_cells(rota, self.session.now())
        return plan_in_process(rota, self.house.law, seconds=self.seconds, frozen=frozen)

    def keep_plan(self, first: date, last: date, roster: Roster, value: float, bound: float) -> int:
        from conciergedesk.rota import service

        return self.session.act(service.save_draft, self.house, roster, first, last, value=value, bound=bound)

    # --- what leaves the desk ---

    def write_feeds(self) -> str:
        """Write one calendar per person and per line, kept current from now on; answers the folder."""
        from conciergedesk.rota.feeds import write_feeds

        folder = make_private(desk_home() / "rota")
        write_feeds(self.session.desk(), self.house, folder)
        return str(folder)

    def write_month(self, day: date, *, draft: bool) -> str:
        """Write the month of ``day`` as a page to hang up; answers the file."""
        from conciergedesk.rota.feeds import write_whole
        from conciergedesk.rota.month import Standing, month_of, month_pdf

        month = month_of(self.house.rota, day)
        desk = self.session.ask(desk_rota, self.house, month.first, month.days)
        shown = (
            desk.draft is not None and desk.draft.first <= desk.rota.last and desk.draft.last >= month.first
        )
        with_draft = draft and shown
        page = month_pdf(
            desk.rota, desk.shown if with_draft else desk.roster, self.house.law,
            self.session.now().astimezone(self.house.zone), Standing(
                desk.published_until, with_draft, None if with_draft else desk.published_from
            ),
        )  # fmt: skip
        file = make_private(desk_home() / "rota") / f"planning-{month.first:%Y-%m}.pdf"
        write_whole(file, page)
        return str(file)

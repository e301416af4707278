"""Empty posts of the published rota and asks between people, as promises.

A post is due when its shift begins; an ask a day after it was made, or when the first of its shifts begins.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session

from conciergedesk.board.detail import Detail, Fact, NowAct, Tone
from conciergedesk.board.rules import Promise, PromiseKey, PromiseKind, haystack_of
from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import Clock
from conciergedesk.core.db.read import pick
from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import _, show_clock, show_date
from conciergedesk.rota.ask_words import sentence_of
from conciergedesk.rota.asking import LARGEST_ASK, OPEN, AskCard, AskKind, AskState, ask_of, open_asks
from conciergedesk.rota.checker.coverage import SeatCount
from conciergedesk.rota.checker.instants import instant
from conciergedesk.rota.house import RotaHouse
from conciergedesk.rota.queries import gaps
from conciergedesk.rota.writing import post_id, post_of
from conciergedesk.staff.tables import Agent

AHEAD_DAYS = 14
ANSWER_WITHIN = timedelta(hours=24)
TEAMS = {"technical": "technical", "commercial": "commercial"}


class RotaOffer:
    """Posts of the next fortnight on which too few people are."""

    subjects = frozenset({"rota_post", "rota_ask"})

    def __init__(self, house: Callable[[], RotaHouse], clock: Clock) -> None:
        self._house = house
        self._clock = clock

    def owns(self, kind: PromiseKind) -> bool:
        return kind is PromiseKind.ROTA

    def key_of(self, subject: str, subject_id: int) -> PromiseKey | None:
        return (PromiseKind.ROTA, subject_id) if subject in self.subjects else None

    def promises(self, session: Session, only: Collection[int] | None) -> list[Promise]:
        try:
            house = self._house()
        except DeskError:
            # The screen of the rota says what is wrong with the files; the board goes on without them.
            return []
        now = self._clock.now()
        today = now.astimezone(house.zone).date()
        first, last = today - timedelta(days=1), today + timedelta(days=AHEAD_DAYS)
        found = self._asks(session, house, today, only)
        if only is not None:
            days = [post[0] for post in map(lambda one: post_of(house, one), only) if post is not None]
            if not days or max(days) < first or min(days) > last:
                return found
            first, last = max(first, min(days)), min(last, max(days))
        for count in gaps(session, house, first, last):
            number = post_id(house, count.day, count.shifts[0])
            starts, ends = _times(house, count.day, count.shifts[0])
            if ends > now and (only is None or number in only):
                found.append(_promise(house, count, number, starts))
        return found

    @staticmethod
    def _asks(session: Session, house: RotaHouse, today: date, only: Collection[int] | None) -> list[Promise]:
        if only is not None and not any(number < LARGEST_ASK for number in only):
            return []
        agents = {code: number for number, code in session.exec(pick(Agent.id, Agent.code))}
        return [
            _ask_promise(house, one, agents.get(one.answer_by))
            for one in open_asks(session, today)
            if only is None or one.id in only
        ]

    def detail(self, session: Session, promise: Promise, actor: Actor, now: datetime) -> Detail | None:
        house = self._house()
        if promise.id < LARGEST_ASK:
            return _ask_detail(session, house, promise)
        post = post_of(house, promise.id)
        if post is None:
            return None
        day, shift = post
        count = next((one for one in gaps(session, house, day, day) if shift in one.shifts), None)
        if count is None:
            return None
        starts, ends = _times(house, day, shift)
        staffed = _("{staffed} of {needed}", staffed=str(count.staffed), needed=str(count.needed))
        facts = (
            Fact(_("Day"), show_date(day), bold=True),
            Fact(_("Shift"), f"{show_clock(starts)} – {show_clock(ends)}", brief=True),
            Fact(_("Staffed"), staffed, tone=Tone.LATE, brief=True),
        )
        acts = (NowAct("mode.rota", _("Open the rota and fill it")),)
        return Detail(promise, promise.what, "", facts=facts, acts=acts, sections=(), timeline=())


def _times(house: RotaHouse, day: date, shift: str) -> tuple[datetime, datetime]:
    kind, zone = house.rota.shift_by_id[shift], house.rota.site.timezone
    starts, ends = instant(day, kind.start, zone), instant(day, kind.end, zone)
    return datetime.fromtimestamp(starts * 60, UTC), datetime.fromtimestamp(ends * 60, UTC)


def _promise(house: RotaHouse, count: SeatCount, number: int, starts: datetime) -> Promise:
    shift = house.rota.shift_by_id[count.shifts[0]]
    label = shift.label or shift.id
    what = _("Empty post: {shift}", shift=label)
    return Promise(
        kind=PromiseKind.ROTA,
        id=number,
        ref="",
        due_at=starts,
        warn_at=None,
        what=what,
        for_whom="",
        where="",
        holder_id=None,
        holder="",
        waits_for="",
        team=TEAMS.get(shift.line, "concierge"),
        priority="",
        state="gap",
        haystack=haystack_of(what, label, shift.id, shift.line),
    )


def _label(house: RotaHouse, shift: str) -> str:
    known = house.rota.shift_by_id.get(shift)
    return (known.label or shift) if known is not None else shift


def _said(house: RotaHouse, ask: AskCard) -> str:
    return sentence_of(ask, house.name_of, lambda shift: _label(house, shift))


def _ask_promise(house: RotaHouse, ask: AskCard, holder: int | None) -> Promise:
    said = _said(house, ask)
    agreed = ask.state == AskState.AGREED
    shift = ask.shift if ask.last_day == ask.day else ask.partner_shift
    known = shift in house.rota.shift_by_id
    due = ask.asked_at + ANSWER_WITHIN
    if known:
        due = min(due, _times(house, ask.last_day, shift)[0])
    what = _("Exchange to approve: {what}", what=said) if agreed else _("Asked: {what}", what=said)
    if ask.kind == AskKind.NOTICE:
        what = _("Rota: {what}", what=said)
    return Promise(
        kind=PromiseKind.ROTA, id=ask.id, ref="", due_at=due, warn_at=None,
        what=what, for_whom="", where="", holder_id=None if agreed else holder,
        holder="" if agreed else house.name_of(ask.answer_by) if ask.answer_by else "", waits_for="",
        team="concierge", priority="", state=str(ask.state), haystack=haystack_of(what),
    )  # fmt: skip


def _ask_detail(session: Session, house: RotaHouse, promise: Promise) -> Detail | None:
    ask = ask_of(session, promise.id)
    if ask is None or ask.state not in OPEN:
        return None
    facts = [Fact(_("What is asked"), _said(house, ask), bold=True)]
    if ask.answer_by and ask.state == AskState.ASKED:
        facts.append(Fact(_("Answers"), house.name_of(ask.answer_by), brief=True))
    if ask.reason and ask.kind != AskKind.NOTICE:
        facts.append(Fact(_("Note"), ask.reason))
    acts = (NowAct("mode.rota", _("Open the rota and answer with d")),)
    return Detail(promise, promise.what, "", facts=tuple(facts), acts=acts, sections=(), timeline=())

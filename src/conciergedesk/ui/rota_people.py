"""What people do about their own shifts: ask each other, volunteer, wish, look at their year. Called in threads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_
from conciergedesk.rota.asking import AskCard
from conciergedesk.rota.queries import ShiftSpan, next_on, shifts_of, who_is_on
from conciergedesk.rota.year import PersonYear, person_year
from conciergedesk.ui.rota_room import RotaReading, RotaRoom

if TYPE_CHECKING:
    from conciergedesk.rota.values import Wish

MY_DAYS = 21
NEXT_SHIFTS = 6


@dataclass(frozen=True, slots=True)
class OnNow:
    """Who works now and next, and the coming shifts of who sits here."""

    now: tuple[ShiftSpan, ...]
    next: tuple[ShiftSpan, ...]
    mine: tuple[ShiftSpan, ...]
    me: str


class RotaPeople:
    """The rota for one person at a desk."""

    def __init__(self, room: RotaRoom) -> None:
        self.room = room

    # --- reading ---

    def on_now(self) -> OnNow:
        room = self.room
        now, actor = room.session.now(), room.session.actor
        mine: tuple[ShiftSpan, ...] = ()
        if actor is not None and actor.id is not None:
            today = room.today()
            spans = room.session.ask(shifts_of, actor.id, today, today + timedelta(days=MY_DAYS))
            mine = tuple(one for one in spans if one.ends_at > now)
        return OnNow(
            room.session.ask(who_is_on, now, on_call=True), room.session.ask(next_on, now, NEXT_SHIFTS), mine,
            room.me(),
        )  # fmt: skip

    def year(self, person: str, day: date) -> PersonYear:
        return self.room.session.ask(person_year, self.room.house, person, day)

    # --- asking ---

    def me(self) -> str:
        """The code of who sits here.

        Raises:
            InvalidInput: who is not in the team of the rota has no shifts to exchange.
        """
        me = self.room.me()
        if not me:
            raise InvalidInput(N_("You are not in the team of the rota (shifts/team.toml)."), field="person")
        return me

    def ask_swap(self, a: str, day_a: date, b: str, day_b: date) -> AskCard:
        from conciergedesk.rota import asking

        me = self.me()
        if b == me:
            a, day_a, b, day_b = b, day_b, a, day_a
        return self.room.session.act(asking.ask_swap, self.room.house, a, day_a, b, day_b)

    def ask_to_take(self, giver: str, taker: str, day: date, shift: str) -> AskCard:
        from conciergedesk.rota import asking

        return self.room.session.act(asking.ask_to_take, self.room.house, giver, taker, day, shift)

    def call(self, day: date, shift: str, person: str) -> AskCard:
        from conciergedesk.rota import asking

        return self.room.session.act(asking.call_volunteers, self.room.house, day, shift, person)

    def take_for_me(
        self, reading: RotaReading, person: str, day: date, shift: str, why: str
    ) -> AskCard | None:
        """Take a shift: at once when nobody has it or it is offered, else its owner is asked."""
        me = self.me()
        for one in reading.asks:
            offered = one.kind == "call" and one.state == "asked"
            if offered and (one.person, one.day, one.shift) == (person, day, shift):
                return self.answer(one, yes=True)
        if not person:
            self.room.take(me, day, shift, why)
            return None
        if person == me:
            raise InvalidInput(N_("This shift is yours already."), field="person")
        return self.ask_to_take(person, me, day, shift)

    def answer(self, ask: AskCard, *, yes: bool) -> AskCard:
        """Say yes or no; the last word of a planner goes to what was agreed, and one's own ask is taken back."""
        from conciergedesk.rota import asking

        session, house = self.room.session, self.room.house
        if ask.state == "agreed" and self.room.may_plan():
            return session.act(asking.decide, house, ask.id, yes=yes, seen=ask.version)
        actor = session.actor
        mine = actor is not None and actor.id == ask.asked_by_id
        concerned = ask.answer_by == self.room.me() if ask.answer_by else False
        if not yes and not concerned and (mine or self.room.may_plan()):
            return session.act(asking.withdraw, house, ask.id, seen=ask.version)
        return session.act(asking.answer, house, ask.id, yes=yes, seen=ask.version)

    # --- wishing ---

    def wish(self, person: str, wanted: Wish) -> None:
        from conciergedesk.rota import wishing

        self.room.session.act(
            wishing.wish, self.room.house, person, wanted.day, wanted.shift, wanted=wanted.wanted,
            weight=wanted.weight,
        )  # fmt: skip

    def take_wish_back(self, person: str, day: date) -> None:
        from conciergedesk.rota import wishing

        self.room.session.act(wishing.take_wish_back, self.room.house, person, day)

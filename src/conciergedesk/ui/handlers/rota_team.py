"""Acts of people on their own shifts: asking each other, volunteering, wishing, their year, calendars and paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from conciergedesk.core.i18n import _, show_date
from conciergedesk.rota.asking import AskCard, doubts
from conciergedesk.rota.law.wording import hours
from conciergedesk.rota.values import OFF, Wish
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.handlers.rota_desk import RotaDesk
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.rota_asks import Answered, AskSheet
from conciergedesk.ui.modals.rota_people import NowSheet, YearSheet
from conciergedesk.ui.rota_people import RotaPeople
from conciergedesk.ui.screens.rota import RotaScreen
from conciergedesk.ui.widgets.rota_grid import Place

if TYPE_CHECKING:
    from conciergedesk.rota.year import PersonYear

STRONG = 4
LIGHT = 2


class RotaTeam:
    """What everybody does, planner or not."""

    def __init__(self, desk: RotaDesk) -> None:
        self.desk = desk
        self.people = RotaPeople(desk.room)
        for act, handler in (
            ("rota.take", self.take),
            ("rota.offer", self.offer),
            ("rota.asks", self.asks),
            ("rota.wish", self.wish),
            ("rota.year", self.year),
            ("rota.recover", self.recover),
            ("rota.now", self.now),
            ("rota.export", self.export),
            ("rota.month", self.month),
        ):
            desk.app.on_act(act, handler)

    # --- asking each other ---

    def ask_swap(self, screen: RotaScreen, half: Place, place: Place) -> None:
        self._ask(
            screen, lambda: self.people.ask_swap(half.person, half.day, place.person, place.day),
            lambda: screen.mark_half(None),
        )  # fmt: skip

    def ask_to_take(self, screen: RotaScreen, giver: str, taker: str, day: date, shift: str) -> None:
        self._ask(screen, lambda: self.people.ask_to_take(giver, taker, day, shift))

    def _ask(
        self, screen: RotaScreen, ask: Callable[[], AskCard], then: Callable[[], None] = lambda: None
    ) -> None:
        def done(card: AskCard) -> None:
            then()
            screen.say(self._said(card), "desk.undo")
            screen.reload()

        screen.run_service(ask, done, group="write")

    def _said(self, card: AskCard) -> str:
        shift, day = self.desk.label(card.shift), show_date(card.day)
        if card.kind == "notice":
            return _("Seen.")
        if card.state == "done":
            return _("{name} has {shift} on {day}", name=self.desk.name(card.partner), shift=shift, day=day)
        if card.state == "agreed":
            return _("Agreed; the supervisor has the last word.")
        if card.state == "asked":
            if card.kind == "call":
                return _("Volunteers are asked for: {shift}, {day}", shift=shift, day=day)
            return _("{name} is asked and answers at their own desk.", name=self.desk.name(card.answer_by))
        if card.state == "withdrawn":
            return _("Taken back.")
        return _("Declined: nothing changes.")

    def take(self, ask: Ask) -> None:
        """I take this shift."""
        found = self.desk.at(ask)
        if found is None:
            return
        screen, place = found
        reading = screen.reading
        if reading is None or not place.shift:
            screen.refuse(_("Nothing is worked here. Choose a shift, or an empty post below."))
            return
        said = _("You take {shift} on {day}", shift=self.desk.label(place.shift), day=show_date(place.day))

        def done(card: AskCard | None) -> None:
            screen.say(self._said(card) if card is not None else said, "desk.undo")
            screen.reload()

        screen.run_service(
            lambda: self.people.take_for_me(reading, place.person, place.day, place.shift, ""), done,
            group="write",
        )  # fmt: skip

    def offer(self, ask: Ask) -> None:
        """Call for volunteers for a shift of one's own or an empty post."""
        found = self.desk.at(ask)
        if found is None:
            return
        screen, place = found
        if not place.shift:
            screen.refuse(_("Nothing is worked here. Choose a shift, or an empty post below."))
            return
        self._ask(screen, lambda: self.people.call(place.day, place.shift, place.person))

    def asks(self, ask: Ask) -> None:
        screen = self.desk.screen(ask)
        if screen is None or screen.reading is None:
            return
        reading, house = screen.reading, self.desk.room.house
        found = {
            one.id: doubts(house, reading.desk, one)[:2]
            for one in reading.my_asks
            if one.state == "agreed" and reading.may_plan
        }
        sheet = AskSheet(reading, self.desk.name, self.desk.label, found)
        self.desk.app.push_screen(sheet, lambda answered: self._answer(screen, answered))

    def _answer(self, screen: RotaScreen, answered: Answered | None) -> None:
        if answered is not None:
            self._ask(screen, lambda: self.people.answer(answered.ask, yes=answered.yes))

    # --- wishing ---

    def wish(self, ask: Ask) -> None:
        found = self.desk.at(ask)
        if found is None:
            return
        screen, place = found
        if not place.person or screen.reading is None:
            screen.refuse(_("Choose a person first."))
            return
        rota, day = screen.reading.desk.rota, place.day
        agent = rota.agent_by_id[place.person]
        options: list[tuple[Wish | None, str, str]] = [
            (Wish(agent.id, day, OFF, weight=LIGHT), _("off"), _("would be nice")),
            (Wish(agent.id, day, OFF, weight=STRONG), _("off, it matters"), _("weighs twice as much")),
        ]
        for shift in rota.shifts:
            if agent.can(shift):
                label = self.desk.label(shift.id)
                options.append((Wish(agent.id, day, shift.id, weight=LIGHT), label, ""))
                refuse = Wish(agent.id, day, shift.id, wanted=False, weight=LIGHT)
                options.append((refuse, _("not {shift}", shift=label), ""))
        if any((one.agent, one.day) == (agent.id, day) for one in rota.wishes):
            options.append((None, _("take the wish back"), ""))

        def then(chosen: str | None) -> None:
            if chosen is None:
                return
            wanted = options[int(chosen)][0]
            if wanted is None:
                said = _("The wish is taken back")
                self.desk.write(screen, lambda _why: self.people.take_wish_back(agent.id, day), said)
            else:
                kept = _("Wish noted: the planner weighs it, and remembers when it is refused")
                self.desk.write(screen, lambda _why: self.people.wish(agent.id, wanted), kept)

        rows = [Option(str(number), label, note) for number, (_one, label, note) in enumerate(options)]
        title = _("Wish of {name}", name=self.desk.name(agent.id))
        self.desk.app.push_screen(Choice(title, rows, show_date(day)), then)

    # --- looking ---

    def year(self, ask: Ask) -> None:
        found = self.desk.at(ask)
        if found is None:
            return
        screen, place = found
        if not place.person:
            screen.refuse(_("Choose a person first."))
            return
        screen.run_service(
            lambda: self.people.year(place.person, place.day),
            lambda year: self.desk.app.push_screen(YearSheet(year, self.desk.name)),
            group="rota-open",
        )

    def recover(self, ask: Ask) -> None:
        """Rest that a person takes back, out of what Sundays, holidays and nights have earned."""
        found = self.desk.at(ask)
        if found is None:
            return
        screen, place = found
        if not place.person or screen.reading is None:
            screen.refuse(_("Choose a person first."))
            return
        person, day = place.person, place.day
        agent = screen.reading.desk.rota.agent_by_id[person]

        def show(year: PersonYear) -> None:
            noted = sum(one.minutes for one in year.taken if one.day == day)
            wished = noted or agent.contract_minutes // 5 or 420
            form: FormSheet[tuple[date, int]] = FormSheet(
                _("Recovery taken"),
                [
                    Field("day", _("Day"), day.isoformat(), _("such as 2027-03-22")),
                    Field("hours", _("Hours"), hours(wished), _("7 h, 3 h 30; 0 takes it out again")),
                ],
                lambda values: self.desk.room.note_recovery(person, values["day"], values["hours"]),
                context=_(
                    "{name}: {left} due", name=self.desk.name(person), left=hours(year.total.recovery_balance)
                ),
            )
            self.desk.app.push_screen(form, lambda answer: done(answer, year.total.recovery_balance + noted))

        def done(answer: tuple[date, int] | None, due: int) -> None:
            if answer is None:
                return
            when, minutes = answer
            said = _(
                "{name} takes {hours} back on {day}, {left} left", name=self.desk.name(person), hours=hours(minutes),
                day=show_date(when), left=hours(due - minutes),
            )  # fmt: skip
            if not minutes:
                said = _(
                    "The recovery of {name} on {day} is taken out",
                    name=self.desk.name(person),
                    day=show_date(when),
                )
            screen.say(said, "desk.undo")
            screen.reload()

        screen.run_service(lambda: self.people.year(person, day), show, group="rota-open")

    def now(self, ask: Ask) -> None:
        screen = self.desk.screen(ask)
        if screen is not None:
            screen.run_service(
                self.people.on_now,
                lambda found: self.desk.app.push_screen(NowSheet(found, self.desk.name, self.desk.label)),
                group="rota-open",
            )

    # --- paper and calendars ---

    def export(self, ask: Ask) -> None:
        screen = self.desk.screen(ask)
        if screen is not None:
            screen.run_service(
                self.desk.room.write_feeds,
                lambda folder: screen.say(
                    _(
                        "Calendars to subscribe to, kept current, and hours: {folder}",
                        folder=safe(folder, 120),
                    )
                ),
                group="write",
            )

    def month(self, ask: Ask) -> None:
        """The month of the cursor on paper."""
        found = self.desk.at(ask)
        if found is None:
            return
        screen, place = found
        screen.run_service(
            lambda: self.desk.room.write_month(place.day, draft=True),
            lambda file: screen.say(_("Month to print: {file}", file=safe(file, 160))),
            group="write",
        )

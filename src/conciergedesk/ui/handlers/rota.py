"""Acts on the rota: stand-ins and repairs, swaps, absences, changed cells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from conciergedesk.core.i18n import _, plural, show_date
from conciergedesk.rota.law.wording import hours
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.handlers.rota_desk import RotaDesk
from conciergedesk.ui.handlers.rota_house import RotaTeamFiles
from conciergedesk.ui.handlers.rota_plan import RotaPlanning
from conciergedesk.ui.handlers.rota_team import RotaTeam
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.rota_stand_in import Chosen, StandInSheet
from conciergedesk.ui.rota_room import CellOption, RotaRoom
from conciergedesk.ui.screens.rota import RotaScreen
from conciergedesk.ui.widgets.rota_grid import Place

if TYPE_CHECKING:
    from conciergedesk.rota.repair import StandIns
    from conciergedesk.rota.service import OpenPost
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession


class RotaHandlers:
    """Wires the acts of the screen of the rota to the verbs of the room."""

    def __init__(self, app: DeskApp, session: DeskSession) -> None:
        self.app = app
        self.room = RotaRoom(session)
        self.desk = RotaDesk(app, self.room)
        self.planning = RotaPlanning(self.desk)
        self.team = RotaTeam(self.desk)
        self.files = RotaTeamFiles(self.desk)
        for act, handler in (
            ("rota.replace", self.replace),
            ("rota.swap", self.swap),
            ("rota.absent", self.absent),
            ("rota.change", self.change),
        ):
            app.on_act(act, handler)

    # --- stand-ins and repairs ---

    def replace(self, ask: Ask) -> None:
        found = self.desk.at(ask)
        if found is None:
            return
        screen, place = found
        if not place.shift:
            screen.refuse(_("Nothing is worked here. Choose a shift, or an empty post below."))
            return
        count = screen.reading.counts.get((place.day, place.shift)) if screen.reading is not None else None
        if not place.person and count is not None and count.staffed >= max(count.needed, count.wanted):
            screen.refuse(_("Nobody is missing here any more."))
            return
        self._offer(screen, place)

    def _offer(self, screen: RotaScreen, place: Place, posts: Sequence[OpenPost] = ()) -> None:
        """Show who can take the shift of ``place``, and the smallest repair when one stand-in is not enough.

        ``posts`` are all that fell open; of nobody when the person of ``place`` is empty.
        """
        from conciergedesk.rota.service import OpenPost

        def show(found: StandIns) -> None:
            label = self.desk.label(place.shift)
            title = _("Replace {name}, {shift}", name=self.desk.name(place.person), shift=label)
            if not place.person:
                title = _("Fill {shift}", shift=label)
            search = None
            if self.room.may_plan() and (len(posts) > 1 or not found.eligible):
                wanted = posts or [OpenPost(place.day, place.shift, 1)]
                search = self.room.search_repair(wanted, place.person)
            sheet = StandInSheet(
                title, found, label, posts=posts, search=search, may_sign=self.desk.may_sign()
            )
            self.app.push_screen(sheet, lambda chosen: self._chosen(screen, place, posts, chosen))

        screen.run_service(
            lambda: self.room.stand_ins(place.day, place.shift, place.person), show, group="rota-open",
        )  # fmt: skip

    def _chosen(
        self, screen: RotaScreen, place: Place, posts: Sequence[OpenPost], chosen: Chosen | None
    ) -> None:
        if chosen is None:
            return
        if chosen.repair is not None:
            repair = chosen.repair
            said = plural(
                "Repaired: {count} changed cell", "Repaired: {count} changed cells", len(repair.cells)
            )
            self.desk.write(screen, lambda _why: self.room.repair(repair), said)
            return
        taker = chosen.agent
        if not self.room.may_plan() and place.person:
            self.team.ask_to_take(screen, place.person, taker, place.day, place.shift)
            return

        def write(exception: str) -> None:
            if place.person:
                self.room.hand_on(place.person, taker, place.day, place.shift, exception)
            else:
                self.room.take(taker, place.day, place.shift, exception)

        said = _(
            "{name} takes {shift} on {day}", name=self.desk.name(taker), shift=self.desk.label(place.shift),
            day=show_date(place.day),
        )  # fmt: skip
        left = [one for one in posts if (one.day, one.shift) != (place.day, place.shift)]
        self.desk.write(screen, write, said, lambda: self._next_post(screen, left))

    def _next_post(self, screen: RotaScreen, posts: Sequence[OpenPost]) -> None:
        if posts and self.room.may_plan():
            shifts = self.room.house.rota.shift_by_id
            first = min(posts, key=lambda post: (shifts[post.shift].on_call, post.day))
            self._offer(screen, Place("", first.shift, first.day), posts)

    # --- swapping ---

    def swap(self, ask: Ask) -> None:
        found = self.desk.at(ask)
        if found is None:
            return
        screen, place = found
        if not place.person or not place.shift:
            screen.refuse(_("Choose the shift of a person first."))
            return
        half = screen.grid.first_half
        if half is None:
            screen.mark_half(place)
            return
        if half == place:
            screen.mark_half(None)
            return
        # A refused one stays marked: the next partner is one key away, Esc lets it go.
        if not self.room.may_plan():
            self.team.ask_swap(screen, half, place)
            return
        said = _(
            "{a} and {b} swap {day_a} and {day_b}", a=self.desk.name(half.person), b=self.desk.name(place.person),
            day_a=show_date(half.day), day_b=show_date(place.day),
        )  # fmt: skip
        self.desk.write(
            screen, lambda why: self.room.swap(half.person, half.day, place.person, place.day, why), said,
            lambda: screen.mark_half(None),
        )  # fmt: skip

    # --- absences ---

    def absent(self, ask: Ask) -> None:
        found = self.desk.at(ask)
        if found is None:
            return
        screen, place = found
        if not place.person:
            screen.refuse(_("Choose a person first."))
            return
        person, day = place.person, place.day
        if screen.reading is not None and screen.reading.desk.rota.absent(person, day):
            self._back(screen, person, day)
            return
        form: FormSheet[tuple[OpenPost, ...]] = FormSheet(
            _("Mark absent"),
            [Field("days", _("Days"), "1", _("from {day}; why is never asked", day=show_date(day)))],
            lambda values: self.room.mark_absent(person, day, values["days"]),
            context=self.desk.name(person),
        )

        def then(posts: tuple[OpenPost, ...] | None) -> None:
            if posts is None:
                return
            said = plural(
                "{name} is absent: {count} post to fill", "{name} is absent: {count} posts to fill", len(posts),
                name=self.desk.name(person),
            )  # fmt: skip
            screen.say(said, "desk.undo")
            screen.reload()
            self._next_post(screen, posts)

        self.app.push_screen(form, then)

    def _back(self, screen: RotaScreen, person: str, day: date) -> None:
        """Somebody who is marked absent is back."""
        name, back = self.desk.name(person), show_date(day)
        option = Option(
            "back", _("present again from {day} on", day=back), _("shifts handed on stay so"), "p"
        )

        def then(chosen: str | None) -> None:
            if chosen is not None:
                said = _("{name} is present again from {day} on", name=name, day=back)
                self.desk.write(screen, lambda _why: self.room.mark_present(person, day), said)

        self.app.push_screen(Choice(_("{name} is absent", name=name), [option], back), then)

    # --- one cell ---

    def change(self, ask: Ask) -> None:
        """Another shift for one person on one day; every choice shows what the rules say of it."""
        found = self.desk.at(ask)
        if found is None:
            return
        screen, place = found
        if not place.person or screen.reading is None:
            screen.refuse(_("Choose a person first."))
            return
        shown = screen.reading.desk
        draft = shown.draft if shown.draft and shown.draft.first <= place.day <= shown.draft.last else None

        def show(options: tuple[CellOption, ...]) -> None:
            rows = [Option(str(number), *self._option(one)) for number, one in enumerate(options)]
            context = show_date(place.day) + (f", {_('draft')}" if draft is not None else "")
            title = _("{name}: change to", name=self.desk.name(place.person))

            def then(number: str | None) -> None:
                if number is not None:
                    self._change_to(screen, place, options[int(number)], draft.id if draft is not None else 0)

            self.app.push_screen(Choice(title, rows, context), then)

        screen.run_service(
            lambda: self.room.options_of(place.person, place.day, shown if draft is not None else None), show,
            group="rota-open",
        )  # fmt: skip

    def _option(self, one: CellOption) -> tuple[str, str]:
        label = " + ".join(self.desk.label(shift) for shift in one.shifts) or _("off")
        verdict = one.verdict
        if verdict.refusals:
            return label, f"{glyphs().refused} {verdict.refusals[0]}"
        effect = verdict.effects[0]
        note = f"{hours(effect.week_before)} {glyphs().right} {hours(effect.week_after)}"
        if verdict.advices:
            note = f"{glyphs().notice} {verdict.advices[0]}"
        if one.empties:
            post = one.empties[0]
            lacks = f"{self.desk.label(post.shifts[0])} {post.staffed}/{post.needed}"
            note = f"{glyphs().late} {lacks}, {note}"
        return label, note

    def _change_to(self, screen: RotaScreen, place: Place, chosen: CellOption, draft: int) -> None:
        label = " + ".join(self.desk.label(shift) for shift in chosen.shifts) or _("off")
        said = _(
            "{name} on {day}: {shift}",
            name=self.desk.name(place.person),
            day=show_date(place.day),
            shift=label,
        )
        self.desk.write(
            screen,
            lambda why: self.room.change_cell(place.person, place.day, chosen.shifts, draft, why),
            said,
        )

"""Acts on the rota: stand-ins, swaps, absences, the planner, publishing, calendars."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from textual.timer import Timer

from conciergedesk.core.i18n import _, plural, show_date
from conciergedesk.rota.queries import Preview
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.modals.confirm import Confirm
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.rota_stand_in import StandInSheet
from conciergedesk.ui.rota_room import RotaRoom
from conciergedesk.ui.screens.rota import RotaScreen
from conciergedesk.ui.widgets.rota_grid import Place

if TYPE_CHECKING:
    from conciergedesk.rota.process import PlanProcess
    from conciergedesk.rota.repair import StandIns
    from conciergedesk.rota.service import OpenPost
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession

POLL_PLAN_SECONDS = 0.2
SHOWN_CHANGES = 7


class RotaHandlers:
    """Wires the acts of the screen of the rota to the verbs of the room."""

    def __init__(self, app: DeskApp, session: DeskSession) -> None:
        self.app = app
        self.session = session
        self.room = RotaRoom(session)
        self._plan: PlanProcess | None = None
        self._timer: Timer | None = None
        for act, handler in (
            ("rota.replace", self.replace),
            ("rota.swap", self.swap),
            ("rota.absent", self.absent),
            ("rota.publish", self.publish),
            ("rota.export", self.export),
            ("rota.month", self.month),
            ("rota.generate", self.generate),
            ("rota.drop", self.drop),
        ):
            app.on_act(act, handler)

    @staticmethod
    def _screen(ask: Ask) -> RotaScreen | None:
        return ask.screen if isinstance(ask.screen, RotaScreen) else None

    def _name(self, person: str) -> str:
        return safe(self.room.house.name_of(person), 40)

    def _label(self, shift: str) -> str:
        known = self.room.house.rota.shift_by_id.get(shift)
        return safe((known.label or shift) if known is not None else shift, 40)

    # --- stand-ins ---

    def replace(self, ask: Ask) -> None:
        screen = self._screen(ask)
        place = screen.place if screen is not None else None
        if screen is None or place is None:
            return
        if not place.shift:
            screen.say(_("Nothing is worked here. Choose a shift, or an empty post below."))
            return
        self._offer(screen, place)

    def _offer(self, screen: RotaScreen, place: Place) -> None:
        """Show who can take the shift of ``place``; of nobody when its person is empty."""

        def show(found: StandIns) -> None:
            label = self._label(place.shift)
            title = _("Replace {name}, {shift}", name=self._name(place.person), shift=label)
            if not place.person:
                title = _("Fill {shift}", shift=label)
            self.app.push_screen(StandInSheet(title, found), lambda taker: self._chosen(screen, place, taker))

        screen.run_service(
            lambda: self.room.stand_ins(place.day, place.shift, place.person), show, group="rota-open",
            exclusive=True,
        )  # fmt: skip

    def _chosen(self, screen: RotaScreen, place: Place, taker: str | None) -> None:
        if taker is None:
            return

        def write() -> None:
            if place.person:
                self.room.hand_on(place.person, taker, place.day, place.shift)
            else:
                self.room.take(taker, place.day, place.shift)

        said = _(
            "{name} takes {shift} on {day}", name=self._name(taker), shift=self._label(place.shift),
            day=show_date(place.day),
        )  # fmt: skip
        self._write(screen, write, said)

    def _write(self, screen: RotaScreen, write: object, said: str) -> None:
        assert callable(write)

        def done(_result: object) -> None:
            screen.say(said, "desk.undo")
            screen.reload()

        screen.run_service(write, done, group="write")

    # --- swapping ---

    def swap(self, ask: Ask) -> None:
        screen = self._screen(ask)
        place = screen.place if screen is not None else None
        if screen is None or place is None:
            return
        if not place.person or not place.shift:
            screen.say(_("Choose the shift of a person first."))
            return
        half = screen.grid.first_half
        if half is None:
            screen.mark_half(place)
            return
        screen.mark_half(None)
        if half == place:
            return
        said = _(
            "{a} and {b} swap {day_a} and {day_b}", a=self._name(half.person), b=self._name(place.person),
            day_a=show_date(half.day), day_b=show_date(place.day),
        )  # fmt: skip
        self._write(screen, lambda: self.room.swap(half.person, half.day, place.person, place.day), said)

    # --- absences ---

    def absent(self, ask: Ask) -> None:
        screen = self._screen(ask)
        place = screen.place if screen is not None else None
        if screen is None or place is None:
            return
        if not place.person:
            screen.say(_("Choose a person first."))
            return
        person, day = place.person, place.day
        form: FormSheet[tuple[OpenPost, ...]] = FormSheet(
            _("Mark absent"),
            [Field("days", _("Days"), "1", _("from {day}; why is never asked", day=show_date(day)))],
            lambda values: self.room.mark_absent(person, day, values["days"]),
            context=self._name(person),
        )

        def then(posts: tuple[OpenPost, ...] | None) -> None:
            if posts is None:
                return
            said = plural(
                "{name} is absent: {count} post to fill", "{name} is absent: {count} posts to fill", len(posts),
                name=self._name(person),
            )  # fmt: skip
            screen.say(said, "desk.undo")
            screen.reload()
            if posts:
                shifts = self.room.house.rota.shift_by_id
                first = min(posts, key=lambda post: (shifts[post.shift].on_call, post.day))
                self._offer(screen, Place("", first.shift, first.day))

        self.app.push_screen(form, then)

    # --- publishing ---

    def publish(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is None or screen.reading is None:
            return
        draft = screen.reading.desk.draft
        if draft is None:
            screen.say(_("There is no draft to publish. Plan a period first (all acts)."))
            return
        screen.run_service(
            lambda: self.room.preview(draft.id),
            lambda shown: self._ask_reason(screen, shown),
            group="rota-open",
        )

    def _ask_reason(self, screen: RotaScreen, shown: Preview) -> None:
        if shown.late and not shown.blocking:
            form: FormSheet[str] = FormSheet(
                _("Told late"),
                [Field("reason", _("Why"), hint=_("it is written with your name"))],
                lambda values: values["reason"],
                context=safe(str(shown.late[0]), 60),
            )
            self.app.push_screen(
                form, lambda reason: self._confirm(screen, shown, reason) if reason is not None else None
            )
        else:
            self._confirm(screen, shown, "")

    def _confirm(self, screen: RotaScreen, shown: Preview, reason: str) -> None:
        lines = [plural("{count} changed day", "{count} changed days", len(shown.changed))]
        nothing = glyphs().dash
        for one in shown.changed[:SHOWN_CHANGES]:
            before, after = " ".join(one.before) or nothing, " ".join(one.after) or nothing
            lines.append(f"{self._name(one.agent)} {show_date(one.day)}: {before} {glyphs().right} {after}")
        if len(shown.changed) > SHOWN_CHANGES:
            lines.append(_("and {count} more", count=len(shown.changed) - SHOWN_CHANGES))
        lines += [str(one) for one in shown.blocking[:2]]
        if shown.late:
            lines.append(plural("{count} told late", "{count} told late", len(shown.late)))

        def confirmed(yes: bool | None) -> None:
            if yes:
                said = _("Published until {day}", day=shown.draft.last)

                def done(_result: object) -> None:
                    screen.say(said)
                    screen.reload()

                screen.run_service(lambda: self.room.publish(shown, reason), done, group="write")

        title = _("Publish {first} to {last}?", first=shown.draft.first, last=shown.draft.last)
        self.app.push_screen(Confirm(title, "\n".join(lines), "P", _("publish")), confirmed)

    def drop(self, ask: Ask) -> None:
        screen = self._screen(ask)
        draft = screen.reading.desk.draft if screen is not None and screen.reading is not None else None
        if screen is None or draft is None:
            return
        self._write(screen, lambda: self.room.drop(draft.id, draft.version), _("The draft is put aside"))

    # --- planning ---

    def generate(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is None or screen.reading is None or self._plan is not None:
            return
        until = screen.reading.desk.published_until
        start = screen.reading.today if until is None else until + timedelta(days=1)
        start += timedelta(days=-start.weekday() % 7)
        form: FormSheet[PlanProcess] = FormSheet(
            _("Plan a period"),
            [
                Field("first", _("From"), start.isoformat(), _("a Monday")),
                Field("weeks", _("Weeks"), "4", _("1 to 16")),
            ],
            lambda values: self.room.begin_plan(values["first"], values["weeks"]),
        )

        def then(plan: PlanProcess | None) -> None:
            if plan is not None:
                self._plan = plan
                screen.cancel_plan = False
                screen.show_busy(_("planning… Esc keeps the best so far"))
                self._timer = screen.set_interval(POLL_PLAN_SECONDS, lambda: self._poll(screen))

        self.app.push_screen(form, then)

    def _poll(self, screen: RotaScreen) -> None:
        """Ask the planner for news; it works in its own process, so this never waits."""
        from conciergedesk.core.errors import DeskError
        from conciergedesk.rota.planning import PlanResult

        plan = self._plan
        if plan is None:
            return
        if screen.cancel_plan:
            plan.cancel()
            screen.cancel_plan = False
        try:
            news = plan.poll()
        except DeskError as error:
            self._ended(screen)
            screen.show_error(error)
            return
        if isinstance(news, PlanResult):
            self._ended(screen)
            self._keep(screen, plan, news)
        elif news is not None:
            said = _(
                "planning {share} %, cost {value}, Esc keeps it",
                share=round(100 * news.share),
                value=round(news.value),
            )
            screen.show_busy(said)

    def _ended(self, screen: RotaScreen) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._plan = self._timer = None
        screen.show_busy("")

    def _keep(self, screen: RotaScreen, plan: PlanProcess, result: object) -> None:
        from conciergedesk.core.errors import RuleRefused
        from conciergedesk.core.i18n import N_
        from conciergedesk.rota.planning import PlanResult

        assert isinstance(result, PlanResult)
        roster, rota = result.roster, plan.order.rota
        if roster is None:
            people = ", ".join(self._name(person) for person in result.stuck)
            screen.show_error(
                RuleRefused(
                    N_("No lawful rota exists for {people} over these days. Look at absences and limits."),
                    people=people,
                )
            )
            return
        said = _("Draft made: proved, nothing costs less")
        if not result.proved:
            value, bound = round(result.value), round(max(0.0, result.bound))
            said = _("Draft made: cost {value}, nothing costs less than {bound}", value=value, bound=bound)

        def done(_number: int) -> None:
            screen.say(said)
            screen.reload(rota.first)

        screen.run_service(
            lambda: self.room.keep_plan(rota.first, rota.last, roster, result.value, result.bound), done,
            group="write",
        )  # fmt: skip

    # --- calendars ---

    def export(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is not None:
            screen.run_service(
                self.room.write_feeds,
                lambda folder: screen.say(
                    _("Calendars and hours written to {folder}", folder=safe(folder, 120))
                ),
                group="write",
            )

    def month(self, ask: Ask) -> None:
        """The month of the cursor on paper."""
        screen = self._screen(ask)
        place = screen.place if screen is not None else None
        if screen is None or place is None:
            return
        screen.run_service(
            lambda: self.room.write_month(place.day, draft=True),
            lambda file: screen.say(_("Month to print: {file}", file=safe(file, 160))),
            group="write",
        )

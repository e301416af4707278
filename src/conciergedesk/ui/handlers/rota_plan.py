"""Acts of the planner: make a draft, look at it, say why a post stays empty, publish, put aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from textual.timer import Timer

from conciergedesk.core.i18n import _, plural, show_date
from conciergedesk.rota.queries import Preview
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.handlers.rota_desk import RotaDesk
from conciergedesk.ui.modals.confirm import Confirm
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.rota_check import CheckSheet
from conciergedesk.ui.modals.rota_versions import GoBack, VersionSheet
from conciergedesk.ui.screens.rota import RotaScreen

if TYPE_CHECKING:
    from conciergedesk.rota.planning import PlanResult
    from conciergedesk.rota.process import PlanProcess

POLL_PLAN_SECONDS = 0.2
SHOWN_CHANGES = 7


class RotaPlanning:
    """Makes drafts and publishes them."""

    def __init__(self, desk: RotaDesk) -> None:
        self.desk = desk
        self.plan: PlanProcess | None = None
        self._timer: Timer | None = None
        for act, handler in (
            ("rota.publish", self.publish),
            ("rota.generate", self.generate),
            ("rota.drop", self.drop),
            ("rota.check", self.check),
            ("rota.versions", self.versions),
        ):
            desk.app.on_act(act, handler)

    # --- publishing ---

    def publish(self, ask: Ask) -> None:
        screen = self.desk.screen(ask)
        if screen is None or screen.reading is None:
            return
        draft = screen.reading.desk.draft
        if draft is None:
            screen.refuse(_("There is no draft to publish. Plan a period first (all acts)."))
            return
        self._look(screen, draft.id)

    def _look(self, screen: RotaScreen, draft: int) -> None:
        """Who changes what, before anything is published."""
        screen.run_service(
            lambda: self.desk.room.preview(draft),
            lambda shown: self._ask_reason(screen, shown),
            group="rota-open",
        )

    def _ask_reason(
        self, screen: RotaScreen, shown: Preview, declined: Callable[[], None] = lambda: None
    ) -> None:
        if shown.late and not shown.blocking:
            form: FormSheet[str] = FormSheet(
                _("Told late"),
                [Field("reason", _("Why"), hint=_("it is written with your name"))],
                lambda values: values["reason"],
                context=safe(str(shown.late[0]), 60),
            )
            self.desk.app.push_screen(
                form,
                lambda reason: (
                    self._confirm(screen, shown, reason, declined) if reason is not None else declined()
                ),
            )
        else:
            self._confirm(screen, shown, "", declined)

    def _confirm(self, screen: RotaScreen, shown: Preview, reason: str, declined: Callable[[], None]) -> None:
        lines = self._changes(screen, shown)
        lines += [str(one) for one in shown.blocking[:2]]
        if shown.late:
            lines.append(plural("{count} told late", "{count} told late", len(shown.late)))

        def confirmed(yes: bool | None) -> None:
            if yes:
                said = _("Published until {day}", day=shown.draft.last)

                def done(_result: object) -> None:
                    screen.say(said)
                    screen.reload()

                screen.run_service(lambda: self.desk.room.publish(shown, reason), done, group="write")
            else:
                declined()

        title = _("Publish {first} to {last}?", first=shown.draft.first, last=shown.draft.last)
        self.desk.app.push_screen(Confirm(title, "\n".join(lines), "P", _("publish")), confirmed)

    def _changes(self, screen: RotaScreen, shown: Preview) -> list[str]:
        """Who changes what: published days one by one, new days summed up per person."""
        until = screen.reading.desk.published_until if screen.reading is not None else None
        changed = [one for one in shown.changed if until is not None and one.day <= until]
        fresh = Counter(one.agent for one in shown.changed if until is None or one.day > until)
        nothing = glyphs().dash
        lines = []
        if changed:
            lines.append(
                plural("{count} published day changes:", "{count} published days change:", len(changed))
            )
        for one in changed[:SHOWN_CHANGES]:
            before, after = " ".join(one.before) or nothing, " ".join(one.after) or nothing
            name, arrow = self.desk.name(one.agent), glyphs().right
            lines.append(
                _(
                    "{name}, {day}: {before} {arrow} {after}",
                    name=name,
                    day=one.day,
                    before=before,
                    arrow=arrow,
                    after=after,
                )
            )
        if len(changed) > SHOWN_CHANGES:
            lines.append(_("and {count} more", count=len(changed) - SHOWN_CHANGES))
        if fresh:
            people = ", ".join(f"{self.desk.name(person)} {count}" for person, count in fresh.items())
            lines.append(_("New days: {people}", people=people))
        return lines or [_("Nothing changes.")]

    # --- going back ---

    def versions(self, ask: Ask) -> None:
        """What was published, and going back to it."""
        screen = self.desk.screen(ask)
        if screen is None:
            return
        screen.run_service(
            self.desk.room.publications,
            lambda found: self.desk.app.push_screen(
                VersionSheet(found),
                lambda chosen: self._go_back(screen, chosen) if chosen is not None else None,
            ),
            group="rota-open",
        )

    def _go_back(self, screen: RotaScreen, chosen: GoBack) -> None:
        """What it says becomes a draft; what would change is shown before anything is published."""

        def shown(preview: Preview) -> None:
            screen.reload(preview.draft.first)
            self._ask_reason(screen, preview, lambda: self._put_aside(screen, preview))

        screen.run_service(
            lambda: self.desk.room.go_back(chosen.version, before=chosen.before), shown, group="write"
        )

    def _put_aside(self, screen: RotaScreen, shown: Preview) -> None:
        """Nothing is to change after all: no draft is left behind."""
        draft = shown.draft
        screen.run_service(
            lambda: self.desk.room.drop(draft.id, draft.version), lambda _none: screen.reload(), group="write"
        )

    def drop(self, ask: Ask) -> None:
        screen = self.desk.screen(ask)
        draft = screen.reading.desk.draft if screen is not None and screen.reading is not None else None
        if screen is None or draft is None:
            return
        self.desk.write(
            screen, lambda _why: self.desk.room.drop(draft.id, draft.version), _("The draft is put aside")
        )

    # --- planning ---

    def generate(self, ask: Ask) -> None:
        screen = self.desk.screen(ask)
        if screen is None or screen.reading is None or self.plan is not None:
            return
        until = screen.reading.desk.published_until
        start = screen.reading.today if until is None else until + timedelta(days=1)
        start += timedelta(days=-start.weekday() % 7)
        form: FormSheet[PlanProcess] = FormSheet(
            _("Plan a period"),
            [
                Field("first", _("From"), show_date(start, pattern="dd/MM/yyyy"), _("a Monday")),
                Field("weeks", _("Weeks"), "4", _("1 to 16")),
            ],
            lambda values: self.desk.room.begin_plan(values["first"], values["weeks"]),
        )

        def then(plan: PlanProcess | None) -> None:
            if plan is not None:
                self.plan = plan
                screen.cancel_plan = False
                screen.show_busy(_("planning… Esc keeps the best so far"))
                self._timer = screen.set_interval(POLL_PLAN_SECONDS, lambda: self._poll(screen))

        self.desk.app.push_screen(form, then)

    def _poll(self, screen: RotaScreen) -> None:
        """Ask the planner for news; it works in its own process, so this never waits."""
        from conciergedesk.core.errors import DeskError
        from conciergedesk.rota.planning import PlanResult

        plan = self.plan
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
        self.plan = self._timer = None
        screen.show_busy("")

    def _keep(self, screen: RotaScreen, plan: PlanProcess, result: PlanResult) -> None:
        roster, rota = result.roster, plan.order.rota
        if roster is None:
            people = ", ".join(self.desk.name(person) for person in result.stuck)
            said = _(
                "No lawful rota exists for {people} over these days. Look at absences and limits.",
                people=people,
            )
            self._explain(screen, rota.first, rota.last, said)
            return
        empty = [term for term in result.terms if term.name == "minimum"]

        def done(number: int) -> None:
            screen.reload(rota.first)
            said = _("The best plan leaves posts empty.") if empty else ""
            self._show_check(
                screen, rota.first, rota.last, said, explain=bool(empty), result=result, number=number
            )

        screen.run_service(
            lambda: self.desk.room.keep_plan(rota.first, rota.last, roster, result.value, result.bound), done,
            group="write",
        )  # fmt: skip

    # --- why ---

    def check(self, ask: Ask) -> None:
        """The head-count of each line, what is broken, and why posts stay empty."""
        screen = self.desk.screen(ask)
        if screen is None or screen.reading is None:
            return
        rota = screen.reading.desk.rota
        posts = [day for day, _shift, _count in screen.reading.open_posts]
        if posts:
            self._explain(screen, min(posts), max(posts), "")
        else:
            self._show_check(screen, rota.first, rota.last, "", explain=False)

    def _explain(self, screen: RotaScreen, first: date, last: date, said: str) -> None:
        self._show_check(screen, first, last, said, explain=True)

    def _show_check(
        self, screen: RotaScreen, first: date, last: date, said: str, *, explain: bool,
        result: PlanResult | None = None, number: int = 0,
    ) -> None:  # fmt: skip
        room = self.desk.room
        draft = screen.reading is not None and screen.reading.desk.draft is not None
        violations = screen.reading.violations if screen.reading is not None else ()
        if result is not None:
            draft, violations = True, result.violations
        search = room.search_reason(first, last, draft=draft) if explain else None
        self.desk.app.push_screen(
            CheckSheet(said, room.head_count(), violations, search, result),
            lambda yes: self._look(screen, number) if yes and number else None,
        )

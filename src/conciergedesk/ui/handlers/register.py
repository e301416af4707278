"""Acts of the register of improvement: facts, objectives, actions, reviews."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, _, active_zone, plural
from conciergedesk.core.moments import parse_moment
from conciergedesk.core.text import fold
from conciergedesk.reports.improvement import NATURE_WORDS, VERDICT_WORDS, Nature, ObjectiveDraft, Verdict
from conciergedesk.ui.cells import safe, word
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.drafts import Parked
from conciergedesk.ui.handlers.parking import ParkedForms
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field
from conciergedesk.ui.register_room import RegisterRoom
from conciergedesk.ui.screens.register import RegisterScreen

if TYPE_CHECKING:
    from datetime import date

    from conciergedesk.ui.app import DeskApp

MANDATE, FACT, AIM, ACTION, REVIEW, DONE = (
    "register_mandate", "register_fact", "register_aim", "register_action", "register_review", "register_done",
)  # fmt: skip
_LABELS = {
    MANDATE: N_("Commission"),
    FACT: N_("Note a fact"),
    AIM: N_("Set an objective"),
    ACTION: N_("Plan an action"),
    REVIEW: N_("Review"),
    DONE: N_("Action done"),
}


class RegisterHandlers:
    """Wires the acts of the register to its verbs."""

    def __init__(self, app: DeskApp, room: RegisterRoom, forms: ParkedForms) -> None:
        self.app = app
        self.room = room
        self.session = room.session
        self.forms = forms
        for act, handler in (
            ("reports.register", self.open),
            ("register.mandate", self.mandate),
            ("register.fact", self.fact),
            ("register.fill", self.fill),
            ("register.aim", self.aim),
            ("register.decide", self.decide),
            ("register.action", self.action),
            ("register.review", self.review),
            ("register.done", self.finish),
            ("register.drop", self.drop),
            ("register.print", self.write),
        ):
            app.on_act(act, handler)
        for kind, label in _LABELS.items():
            forms.drafts.offer(kind, label, self._take_up)

    def open(self, _ask: Ask) -> None:
        """Show the register over the reports."""
        self.app.push_screen(RegisterScreen(self.room))

    def _take_up(self, ask: Ask, parked: Parked) -> None:
        """The register opens; the same act on the same line shows what was typed."""
        self.app.go("reports")
        self.open(ask)
        screen = (
            self._screen(Ask("", self.app.screen)) if isinstance(self.app.screen, RegisterScreen) else None
        )
        if screen is None:
            return
        if parked.kind == FACT:
            self._fact_form(screen)
        elif parked.kind == MANDATE:
            self._mandate_form(screen)
        elif parked.kind == AIM:
            self._aim_form(screen)
        else:
            screen.say(_("Go to the line and do it again: your text is there."))

    @staticmethod
    def _screen(ask: Ask) -> RegisterScreen | None:
        return ask.screen if isinstance(ask.screen, RegisterScreen) else None

    def _write(self, screen: RegisterScreen, call: Callable[[], object], said: str = "") -> None:
        def done(_result: object) -> None:
            if said:
                screen.say(said)
            screen.reload()

        screen.run_service(call, done, group="write")

    # --- commissions and facts ---

    def mandate(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is not None:
            self._mandate_form(screen)

    def _mandate_form(self, screen: RegisterScreen) -> None:
        def save(values: Mapping[str, str]) -> int:
            from conciergedesk.reports import improving

            return self.session.act(
                improving.open_mandate, title=values["title"], asked_by=values["asked_by"],
                question=values["question"], target_on=self._day(values["target"], "target"),
            )  # fmt: skip

        fields = [
            Field("title", _("Title")),
            Field("asked_by", _("Asked by"), "", _("who gives the commission")),
            Field("question", _("Question"), "", _("what shall be answered")),
            Field("target", _("Until"), "", _("a day")),
        ]
        self.forms.open(screen, _("Commission"), fields, save, lambda _made: screen.reload(), kind=MANDATE)

    def fact(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is not None:
            self._fact_form(screen)

    def _fact_form(self, screen: RegisterScreen) -> None:
        natures = " · ".join(word(one) for one in NATURE_WORDS.values())
        fields = [
            Field("text", _("Fact"), "", _("what is true, with its figure")),
            Field("nature", _("Nature"), "", natures),
            Field("favourable", _("Helps?"), "", _("yes · no")),
            Field("internal", _("Inside?"), "", _("yes: of the house · no: around it")),
            Field("theme", _("Theme")),
        ]

        def save(values: Mapping[str, str]) -> int:
            from conciergedesk.reports import improving

            return self.session.act(
                improving.note_fact, text=values["text"], nature=_nature(values["nature"]),
                favourable=_yes(values["favourable"], "favourable"), internal=_yes(values["internal"], "internal"),
                theme=values["theme"], mandate_id=self._mandate_of(screen),
            )  # fmt: skip

        self.forms.open(screen, _("Note a fact"), fields, save, lambda _made: screen.reload(), kind=FACT)

    @staticmethod
    def _mandate_of(screen: RegisterScreen) -> int | None:
        register = screen.register
        return register.mandates[0].id if register is not None and register.mandates else None

    def fill(self, ask: Ask) -> None:
        """Take the figures of the last month as facts."""
        screen = self._screen(ask)
        if screen is None:
            return

        def done(count: int) -> None:
            screen.say(
                plural(
                    "{count} fact from the figures of last month",
                    "{count} facts from the figures of last month",
                    count,
                )
            )
            screen.reload()

        screen.run_service(self.room.fill, done, group="write")

    def drop(self, ask: Ask) -> None:
        """Take a fact out of the matrix."""
        screen = self._screen(ask)
        item = screen.item if screen is not None else None
        if screen is None or item is None or item.fact is None:
            return
        number = item.fact.id

        def call() -> None:
            from conciergedesk.reports import improving

            self.session.act(improving.drop_fact, number)

        self._write(screen, call, _("Taken out of the matrix"))

    # --- objectives ---

    def aim(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is not None:
            self._aim_form(screen)

    def _aim_form(self, screen: RegisterScreen) -> None:
        item = screen.item
        fact = item.fact if item is not None else None
        start = "" if fact is None or fact.value is None else f"{fact.value:g}".replace(".", ",")
        fields = [
            Field("text", _("Objective"), "", _("what will be different")),
            Field("indicator", _("Indicator"), fact.theme if fact is not None else "", _("what is measured")),
            Field("figure", _("Figure"), fact.figure if fact is not None else "", "K1 … K20"),
            Field("start_value", _("Today"), start, _("a number")),
            Field("target_value", _("Target"), "", _("a number")),
            Field("unit", _("Unit"), "%" if fact is not None and fact.figure else ""),
            Field("due_on", _("Deadline"), "", _("a day")),
            Field("owner", _("Owner"), "", _("first name")),
            Field("reason", _("Reason"), "", _("only to keep a means as an objective")),
        ]

        def save(values: Mapping[str, str]) -> int:
            from conciergedesk.reports import improving

            draft = ObjectiveDraft(
                values["text"], values["indicator"], _number(values["target_value"], "target_value"),
                self._day(values["due_on"], "due_on"), self.room.agent_named(values["owner"]),
                _number(values["start_value"], "start_value"), values["reason"],
            )  # fmt: skip
            return self.session.act(
                improving.set_objective, draft, mandate_id=self._mandate_of(screen),
                figure=values["figure"].strip().upper(), unit_name=values["unit"],
            )  # fmt: skip

        self.forms.open(screen, _("Set an objective"), fields, save, lambda _made: screen.reload(), kind=AIM)

    def decide(self, ask: Ask) -> None:
        """Those who lead decide for the objective."""
        screen = self._screen(ask)
        item = screen.item if screen is not None else None
        if screen is None or item is None or item.aim is None:
            return
        number = item.aim.id

        def call() -> None:
            from conciergedesk.reports import improving

            self.session.act(improving.decide, number)

        self._write(screen, call, _("Decided"))

    # --- actions ---

    def action(self, ask: Ask) -> None:
        """Plan an action for the objective of the cursor."""
        screen = self._screen(ask)
        item = screen.item if screen is not None else None
        if screen is None:
            return
        if item is None or item.aim is None:
            screen.refuse(_("Go to an objective first: an action serves one."))
            return
        aim = item.aim
        ratings = _("1 to 5")
        fields = [
            Field("text", _("Action")),
            Field("owner", _("Owner"), "", _("first name")),
            Field("due_on", _("Deadline"), "", _("a day")),
            Field("resources", _("Means"), "", _("who, what, how much")),
            Field("contribution", _("Brings"), "3", ratings),
            Field("cost", _("Cost"), "3", ratings),
            Field("complexity", _("Difficulty"), "3", ratings),
            Field("duration", _("Time"), "3", ratings),
        ]

        def save(values: Mapping[str, str]) -> int:
            from conciergedesk.reports import improving

            owner, due = self.room.agent_named(values["owner"]), self._day(values["due_on"], "due_on")
            if owner is None:
                raise InvalidInput(N_("An action needs an owner: one person."), field="owner")
            if due is None:
                raise InvalidInput(N_("An action needs a deadline."), field="due_on")
            return self.session.act(
                improving.plan_action, aim.id, text=values["text"], owner_id=owner, due_on=due,
                resources=values["resources"], contribution=_rating(values, "contribution"),
                cost=_rating(values, "cost"), complexity=_rating(values, "complexity"),
                duration=_rating(values, "duration"),
            )  # fmt: skip

        self.forms.open(
            screen, _("Plan an action"), fields, save, lambda _made: screen.reload(), kind=ACTION,
            subject_id=aim.id, context=safe(aim.text, 40),
        )  # fmt: skip

    def review(self, ask: Ask) -> None:
        """Look at the action of the cursor: kept, adjusted or dropped."""
        screen = self._screen(ask)
        item = screen.item if screen is not None else None
        if screen is None or item is None or item.action is None:
            return
        action = item.action
        options = [Option(one, word(VERDICT_WORDS[one])) for one in Verdict]

        def chosen(verdict: str | None) -> None:
            if verdict is not None:
                self._review_form(screen, action.id, Verdict(verdict), safe(action.text, 40))

        self.app.push_screen(Choice(_("Review"), options, safe(action.text, 40)), chosen)

    def _review_form(self, screen: RegisterScreen, action_id: int, verdict: Verdict, context: str) -> None:
        fields = [Field("reason", _("Reason"))]
        if verdict is Verdict.ADJUSTED:
            fields.append(Field("due_on", _("Deadline"), "", _("a day, when it moves")))

        def save(values: Mapping[str, str]) -> int:
            from conciergedesk.reports import improving

            return self.session.act(
                improving.review, action_id, verdict, reason=values["reason"],
                due_on=self._day(values.get("due_on", ""), "due_on"),
            )  # fmt: skip

        self.forms.open(
            screen, word(VERDICT_WORDS[verdict]).capitalize(), fields, save, lambda _made: screen.reload(),
            kind=REVIEW, subject_id=action_id, context=context,
        )  # fmt: skip

    def finish(self, ask: Ask) -> None:
        """The action of the cursor is done."""
        screen = self._screen(ask)
        item = screen.item if screen is not None else None
        if screen is None or item is None or item.action is None:
            return
        action = item.action

        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.reports import improving

            self.session.act(improving.finish_action, action.id, result=values["result"])
            return True

        fields = [Field("result", _("Result"), "", _("what came of it"))]
        self.forms.open(
            screen, _("Action done"), fields, save, lambda _done: screen.reload(), kind=DONE,
            subject_id=action.id, context=safe(action.text, 40),
        )  # fmt: skip

    # --- on paper ---

    def write(self, ask: Ask) -> None:
        """Write the register beside the reports."""
        screen = self._screen(ask)
        if screen is None:
            return

        def done(paths: list[object]) -> None:
            from pathlib import Path

            names = ", ".join(path.name for path in paths if isinstance(path, Path))
            screen.say(
                _(
                    "Written to {folder}: {names}",
                    folder=safe(str(self.room.reports.folder()), 60),
                    names=names,
                )
            )

        screen.run_service(self.room.write, lambda paths: done(list(paths)), group="print")

    def _day(self, typed: str, field: str) -> date | None:
        """A day such as ``30/06/2027``, ``2027-06-30`` or ``+30d``; None for an empty line."""
        if not typed.strip():
            return None
        found = parse_moment(typed, self.session.now(), active_zone())
        if found is None:
            raise InvalidInput(N_("“{text}” is not a day."), field=field, text=typed[:40])
        return found.start.astimezone(active_zone()).date()


def _yes(typed: str, field: str) -> bool:
    said = fold(typed)
    if said and (fold(_("yes")).startswith(said) or said in ("y", "yes")):
        return True
    if said and (fold(_("no")).startswith(said) or said in ("n", "no")):
        return False
    raise InvalidInput(N_("Answer yes or no."), field=field)


def _nature(typed: str) -> Nature:
    said = fold(typed)
    found = [
        one
        for one, label in NATURE_WORDS.items()
        if said and (one == said or fold(word(label)).startswith(said))
    ]
    if len(found) != 1:
        raise InvalidInput(
            N_("Choose one of: {allowed}."), field="nature",
            allowed=" · ".join(word(one) for one in NATURE_WORDS.values()),
        )  # fmt: skip
    return found[0]


def _number(typed: str, field: str) -> float | None:
    typed = typed.strip().replace("\u202f", "").replace(" ", "").replace(",", ".").rstrip("%")
    if not typed:
        return None
    try:
        found = float(typed)
    except ValueError:
        found = float("nan")
    if not abs(found) < 1e12:
        raise InvalidInput(N_("“{text}” is not a number."), field=field, text=typed[:20])
    return found


def _rating(values: Mapping[str, str], field: str) -> int:
    typed = values[field].strip()
    if typed not in ("1", "2", "3", "4", "5"):
        raise InvalidInput(N_("A whole number from 1 to 5."), field=field)
    return int(typed)

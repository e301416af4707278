"""Acts on a file as a whole: end it, give it on, bring it to another plan, the border, the package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from conciergedesk.core.errors import RuleRefused
from conciergedesk.core.i18n import N_, _, active_language, local, plural, show_date
from conciergedesk.relocation.cards import FileCard, PlanVersion
from conciergedesk.relocation.due import EARLY_STAGES
from conciergedesk.relocation.schedule import Migration
from conciergedesk.relocation.words import CLOSING
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.relocation_whole import BorderSheet, PlanSheet
from conciergedesk.ui.relocation_room import BorderSide, PlanPreview
from conciergedesk.ui.screens.relocation import RelocationScreen

if TYPE_CHECKING:
    from conciergedesk.relocation.service import Held
    from conciergedesk.ui.handlers.relocation_contacts import ContactHandlers
    from conciergedesk.ui.handlers.relocation_desk import FileDesk

OUTCOME_WORDS = {
    "settled": N_("settled"),
    "left": N_("left the area"),
    "transferred": N_("transferred elsewhere"),
    "cancelled": N_("the move was called off"),
}
AMBASSADOR_WORDS = {"proposed": N_("asked"), "accepted": N_("they accept"), "refused": N_("they decline")}


def version_words(one: PlanVersion) -> str:
    """A version as people tell it from another: when it was published, or that the house ships it."""
    if one.published_at is None:
        return _("the plan of the house")
    return _("published on {day}", day=show_date(local(one.published_at).date()))


class WholeFile:
    """The rarer acts on one file, each behind a letter of a list that shows only what is possible now."""

    def __init__(self, files: FileDesk, contacts: ContactHandlers) -> None:
        self.files = files
        self.contacts = contacts
        self.app = files.app
        self.session = files.session
        self.room = files.room
        self.app.on_act("relocation.whole", self.acts)

    def acts(self, ask: Ask) -> None:
        screen = ask.screen
        card = screen.card if isinstance(screen, RelocationScreen) else None
        if card is None:
            return
        options = self._possible(card)

        def chosen(answer: str | None) -> None:
            if answer is not None:
                getattr(self, f"_{answer}")(screen, card)

        self.app.push_screen(
            Choice(_("Whole file"), options, f"{card.ref} · {safe(card.household, 30)}"), chosen
        )

    def _possible(self, card: FileCard) -> list[Option]:
        found = [Option("border", _("telework and work across the border"), letter="t")]
        if card.state == "open":
            newer = "" if card.plan_is_current else _("a newer one is there")
            found.append(Option("plan", _("another version of the plan"), newer, letter="v"))
            if card.credits:
                found.append(Option("service", _("a service of the package was used"), letter="u"))
            if card.stage in EARLY_STAGES:
                found.append(Option("stage", _("another stage"), letter="e"))
            found.append(Option("coach", _("give it to another coach"), letter="f"))
            found.append(Option("backup", _("name a back-up"), safe(card.backup, 20), letter="r"))
        if any(one.code == CLOSING and one.done_on is not None for one in card.followups):
            found.append(Option("ambassador", _("ask them to speak for the area"), letter="a"))
        if card.state == "open":
            found.append(Option("close", _("close the file, with the household's last word"), letter="c"))
            found.append(Option("decline", _("the offer was not taken"), letter="n"))
        return found

    def _ended(self, screen: DeskScreen, said: str) -> None:
        """The file is over: back to the list, with the way back."""
        if isinstance(screen, RelocationScreen):
            screen.close_file()
        screen.say(said, "desk.undo")

    # --- ending ---

    def _close(self, screen: DeskScreen, card: FileCard) -> None:
        options = [
            Option(code, _(label), letter=letter)
            for (code, label), letter in zip(OUTCOME_WORDS.items(), "ipma", strict=True)
        ]

        def chosen(outcome: str | None) -> None:
            if outcome is not None:
                screen.run_service(
                    lambda: self._last_words(card, outcome),
                    lambda fields: self._ask_end(screen, card, outcome, fields),
                    group="pulse",
                )

        self.app.push_screen(Choice(_("How did it end?"), options, card.ref), chosen)

    def _last_words(self, card: FileCard, outcome: str) -> list[Field]:
        """The closing survey when it is still to be held, else the pulse alone."""
        left = [one.label for one in card.items if one.legal and one.is_open]
        left += [one.label for one in card.followups if one.done_on is None and one.code != CLOSING]
        if outcome == "settled" and left:
            # Said before the survey is asked, not after.
            raise RuleRefused(
                N_("Still open: {codes}. Do them, or mark them as not applicable, then close the file."),
                codes=", ".join(left[:4]) + (" …" if len(left) > 4 else ""),
            )
        survey = next((one for one in card.followups if one.code == CLOSING and one.done_on is None), None)
        return self.contacts.questions(card, survey if outcome == "settled" else None)

    def _ask_end(self, screen: DeskScreen, card: FileCard, outcome: str, fields: list[Field]) -> None:
        def save(values: Mapping[str, str]) -> Held:
            scores = {name: value for name, value in values.items() if name not in ("words", "word_reason")}
            return self.room.close(card, outcome, scores, values["words"], values["word_reason"])

        form: FormSheet[Held] = FormSheet(
            _("Close the file"), fields, save, context=f"{card.ref} · {_(OUTCOME_WORDS[outcome])}"
        )

        def closed(held: Held | None) -> None:
            if held is None:
                return
            how = _(OUTCOME_WORDS[outcome])
            if held.actions:
                how = plural(
                    "{count} action for the supervisor",
                    "{count} actions for the supervisor",
                    len(held.actions),
                )
            said = _("{ref} closed: {how}", ref=card.ref, how=how)
            self._ended(screen, said)

        self.app.push_screen(form, closed)

    def _decline(self, screen: DeskScreen, card: FileCard) -> None:
        from conciergedesk.relocation import service as relocation

        def save(values: Mapping[str, str]) -> bool:
            self.room.act(relocation.decline, card.id, reason=values["reason"])
            return True

        form: FormSheet[bool] = FormSheet(
            _("The offer was not taken"), [Field("reason", _("Why"), hint=_("one word: price, place, partner…"))],
            save, context=card.ref,
        )  # fmt: skip
        said = _("{ref} closed: shortened in six months", ref=card.ref)
        self.app.push_screen(form, lambda done: self._ended(screen, said) if done else None)

    # --- the plan ---

    def _plan(self, screen: DeskScreen, card: FileCard) -> None:
        def show(versions: list[PlanVersion]) -> None:
            if not versions:
                screen.refuse(_("No other version of this plan is known. A supervisor publishes one."))
            elif len(versions) == 1:
                self._preview(screen, card, versions[0])
            else:
                options = [Option(one.version, version_words(one), one.version[:6]) for one in versions]
                self.app.push_screen(Choice(_("Which version?"), options, card.ref), chosen(versions))

        def chosen(versions: list[PlanVersion]) -> Callable[[str | None], None]:
            def go_on(answer: str | None) -> None:
                if answer is not None:
                    self._preview(screen, card, next(one for one in versions if one.version == answer))

            return go_on

        screen.run_service(lambda: self.room.versions(card), show, group="plan", exclusive=True)

    def _preview(self, screen: DeskScreen, card: FileCard, to: PlanVersion) -> None:
        version = to.version

        def show(preview: PlanPreview) -> None:
            sheet = PlanSheet(card.ref, version_words(to), preview, lambda: self.room.use_plan(card, version))
            self.app.push_screen(sheet, moved)

        def moved(done: Migration | None) -> None:
            if done is not None:
                said = _(
                    "Plan: {added} added, {dropped} dropped", added=len(done.added), dropped=len(done.dropped)
                )
                self.files.after(screen, said)

        screen.run_service(lambda: self.room.preview_plan(card, version), show, group="plan", exclusive=True)

    # --- people ---

    def _coach(self, screen: DeskScreen, card: FileCard) -> None:
        from conciergedesk.relocation import service as relocation

        def save(values: Mapping[str, str]) -> bool:
            coach = self.room.coach_id(values["coach"].strip() or "?")
            self.room.act(relocation.hand_to_coach, card.id, coach)
            return True

        form: FormSheet[bool] = FormSheet(
            _("Give the file to"), [Field("coach", _("Coach"), hint=_("first name"))], save, context=card.ref
        )
        said = _("{ref} given on", ref=card.ref)
        self.app.push_screen(form, lambda done: self._ended(screen, said) if done else None)

    def _backup(self, screen: DeskScreen, card: FileCard) -> None:
        from conciergedesk.relocation import service as relocation

        def save(values: Mapping[str, str]) -> object:
            typed = values["backup"].strip()
            backup = self.room.coach_id(typed, "backup") if typed else None
            self.room.act(relocation.set_back_up, card.id, backup)
            return True

        fields = [Field("backup", _("Back-up"), hint=_("first name; nothing is nobody"))]
        self.files.form(screen, _("Back-up"), fields, save, lambda _done: _("Back-up noted"), card.ref)

    def _stage(self, screen: DeskScreen, card: FileCard) -> None:
        from conciergedesk.relocation import service as relocation

        def read() -> list[Option]:
            stages = self.room.plan(card).stages
            language = active_language()
            return [
                Option(code, stages[code].label.in_language(language) if code in stages else code, code)
                for code in (*EARLY_STAGES, "R4")
                if code != card.stage
            ]

        def show(options: list[Option]) -> None:
            def chosen(stage: str | None) -> None:
                if stage is not None:
                    label = next(one.label for one in options if one.id == stage)
                    said = _("{ref}: {stage}", ref=card.ref, stage=label)
                    self.files.write(
                        screen, lambda: self.room.act(relocation.enter_stage, card.id, stage), said
                    )

            self.app.push_screen(Choice(_("Stage"), options, card.ref), chosen)

        screen.run_service(read, show, group="stage", exclusive=True)

    def _ambassador(self, screen: DeskScreen, card: FileCard) -> None:
        from conciergedesk.relocation import service as relocation

        options = [Option(code, _(label)) for code, label in AMBASSADOR_WORDS.items()]

        def chosen(answer: str | None) -> None:
            if answer is not None:
                self.files.write(
                    screen,
                    lambda: self.session.act(relocation.propose_ambassador, card.id, answer=answer),
                    _("Ambassador: {answer}", answer=_(AMBASSADOR_WORDS[answer])),
                )

        self.app.push_screen(Choice(_("Speak for the area"), options, card.ref), chosen)

    # --- border and package ---

    def _border(self, screen: DeskScreen, card: FileCard) -> None:
        def show(side: BorderSide) -> None:
            self.app.push_screen(BorderSheet(card, side, self.room.today()), chosen)

        def chosen(act: str | None) -> None:
            if act == "days":
                self._days(screen, card)

        screen.run_service(lambda: self.room.border(card), show, group="border", exclusive=True)

    def _days(self, screen: DeskScreen, card: FileCard) -> None:
        who = card.members[0].name if card.members else ""
        fields = [
            Field(
                "days", _("Days"), hint=_("3/3, 10/3, or 15/3 au 19/3; as they say, a part of a day is a day")
            ),
            Field("who", _("Whose"), safe(who, 40)),
        ]

        def save(values: Mapping[str, str]) -> int:
            return self.room.note_telework(card, values["days"], values["who"])

        def noted(count: int | None) -> None:
            if count is not None:
                self.files.after(screen, plural("{count} day noted", "{count} days noted", count))
                screen.run_service(
                    lambda: self.room.file(card.id), lambda fresh: self._border(screen, fresh), group="border"
                )

        form: FormSheet[int] = FormSheet(_("Days worked at home"), fields, save, context=card.ref)
        self.app.push_screen(form, noted)

    def _service(self, screen: DeskScreen, card: FileCard) -> None:
        from conciergedesk.relocation import service as relocation

        options = [
            Option(one.service, one.label, _("{left} of {granted} left", left=one.left, granted=one.granted))
            for one in card.credits
        ]

        def chosen(service: str | None) -> None:
            if service is None:
                return

            def save(values: Mapping[str, str]) -> int:
                left: int = self.room.act(
                    relocation.use_service, card.id, service, amount=self.room.amount(values["amount"]),
                    reason=values["overrun_reason"],
                )  # fmt: skip
                return left

            fields = [
                Field("amount", _("How many"), "1"),
                Field("overrun_reason", _("Agreed by"), hint=_("only beyond the package")),
            ]
            label = next(one.label for one in options if one.id == service)
            self.files.form(
                screen,
                label,
                fields,
                save,
                lambda left: plural("{count} left", "{count} left", left),
                card.ref,
            )

        self.app.push_screen(Choice(_("Package of the employer"), options, card.package_label), chosen)

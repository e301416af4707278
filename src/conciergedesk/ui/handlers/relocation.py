"""Acts on relocation files, from their own screen and from the board."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, _, active_language, plural, show_date
from conciergedesk.core.text import fold
from conciergedesk.relocation.cards import DocumentLine, FileCard, FollowUpLine, ItemLine, RiskLine
from conciergedesk.relocation.households import FACT_KINDS, Role, read_household
from conciergedesk.relocation.plans import QuestionKind
from conciergedesk.relocation.schedule import MovePreview
from conciergedesk.relocation.words import RELOCATION_ACTS
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.drafts import Drafts
from conciergedesk.ui.handlers.parking import ParkedForms
from conciergedesk.ui.handlers.relocation_board import BoardFiles
from conciergedesk.ui.handlers.relocation_visits import VisitHandlers
from conciergedesk.ui.handlers.relocation_whole import WholeFile
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.relocation_sheets import STATES, MoveSheet
from conciergedesk.ui.relocation_room import Handed, RelocationRoom
from conciergedesk.ui.screens.board import BoardScreen
from conciergedesk.ui.screens.relocation import RelocationScreen

if TYPE_CHECKING:
    from conciergedesk.relocation.service import Held
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession

FACT_NAMES = {
    "nationality": N_("Group"),
    "comes_from": N_("Comes from"),
    "work_country": N_("Works in"),
    "car": N_("Car"),
    "licence": N_("Licence"),
    "housing": N_("Housing"),
    "lease": N_("Lease"),
    "visa": N_("Visa"),
}
EVENTS = {
    "entry": N_("event|Entry"),
    "purchase": N_("event|Car bought"),
    "contract_start": N_("event|Contract"),
    "key_day": N_("event|Key day"),
    "expiry": N_("event|Expiry"),
}
"""Events with a day of their own, by what stands before their line."""


class RelocationHandlers:
    """Wires the acts of the screen of relocations, and those of the board for what files owe."""

    def __init__(self, app: DeskApp, session: DeskSession, drafts: Drafts | None = None) -> None:
        self.app = app
        self.session = session
        self.room = RelocationRoom(session)
        self.forms = ParkedForms(app, drafts or Drafts(session))
        for act, handler in (
            ("relocation.new", self.new),
            ("relocation.done", self.done),
            ("relocation.later", self.later),
            ("relocation.move", self.move),
            ("relocation.pulse", self.pulse),
            ("relocation.risk", self.risk),
            ("relocation.document", self.document),
            ("relocation.letter", self.letter),
            ("relocation.state", self.state),
            ("relocation.send", self.send),
            ("relocation.facts", self.facts),
            ("relocation.needs", self.needs),
            ("relocation.ask", self.ask),
        ):
            app.on_act(act, handler)
        self.board = BoardFiles(self)
        self.visits = VisitHandlers(self)
        self.whole = WholeFile(self)
        self.take_over("desk.note", self._note)
        self.take_over("desk.undo", lambda ask: self._take_back(ask, "undo_last", _("Undone")))
        self.take_over("desk.redo", lambda ask: self._take_back(ask, "redo_last", _("Done again")))

    def take_over(self, act: str, mine: Callable[[Ask], bool]) -> None:
        """Do an act for what relocation files owe; leave the rest to who did it before."""
        before = self.app.handler_of(act)

        def handler(ask: Ask) -> None:
            if not mine(ask) and before is not None:
                before(ask)

        self.app.on_act(act, handler)

    # --- running ---

    @staticmethod
    def _screen(ask: Ask) -> RelocationScreen | None:
        return ask.screen if isinstance(ask.screen, RelocationScreen) else None

    def _card(self, ask: Ask) -> FileCard | None:
        screen = self._screen(ask)
        return screen.card if screen is not None else None

    def _item(self, ask: Ask) -> tuple[FileCard, ItemLine] | None:
        screen = self._screen(ask)
        if screen is None or screen.card is None or screen.item is None:
            return None
        return screen.card, screen.item

    def after(self, screen: DeskScreen, said: str, *, undo: bool = True) -> None:
        screen.say(said, "desk.undo" if undo else "")
        if isinstance(screen, RelocationScreen | BoardScreen):
            screen.reload()

    def write(self, screen: DeskScreen, call: Callable[[], object], said: str) -> None:
        screen.run_service(call, lambda _result: self.after(screen, said), group="write")

    def form(
        self, screen: DeskScreen, title: str, fields: list[Field], save: Callable[[Mapping[str, str]], object],
        said: Callable[[Any], str], context: str = "",
    ) -> None:  # fmt: skip
        """A form whose saved answer is said and read again; leaving it says nothing."""

        def keep(values: Mapping[str, str]) -> tuple[object]:
            return (save(values),)

        self.app.push_screen(
            FormSheet(title, fields, keep, context=context),
            lambda answer: self.after(screen, said(answer[0])) if answer is not None else None,
        )

    # --- opening ---

    def new(self, ask: Ask) -> None:
        actor = self.session.actor
        fields = [
            Field(
                "household", _("Household"), hint=_("Lieselotte Hartmann, Henk, Jonna 14, Tim 7, cat Pixel")
            ),
            Field("employer", _("Employer"), hint=_("name, or nothing")),
            Field("arrival", _("Arrival"), hint=_("12 apr · 2027-04-12 · +90d")),
            Field("package", _("Package"), "", hint=_("family")),
            Field("coach", _("Coach"), actor.name if actor is not None and actor.role == "coach" else ""),
            Field("language", _("Language"), hint=_("fr · en · de; nothing is fr")),
        ]
        screen = self._screen(ask)

        def save(values: Mapping[str, str]) -> int:
            if not values["household"].strip():
                read_household("")
            return self.room.new_file(
                household=values["household"],
                employer=values["employer"],
                arrival=values["arrival"],
                package=values["package"],
                coach=values["coach"],
                language=values["language"],
            )

        def opened(made: int | None) -> None:
            if made is None:
                return
            ask.screen.say(_("File opened: {ref}", ref=f"I-{made:02}"), "desk.undo")
            if screen is not None:
                screen.show_file(made)

        self.app.push_screen(FormSheet(_("Open a file"), fields, save, context=_("six lines")), opened)

    # --- items ---

    def done(self, ask: Ask) -> None:
        found = self._item(ask)
        if found is not None:
            self.done_it(ask.screen, *found)

    def done_it(self, screen: DeskScreen, card: FileCard, item: ItemLine) -> None:
        said = _("{item}: done", item=safe(item.label, 40))
        if not item.legal:
            self.write(screen, lambda: self.room.set_state(card, item, "done"), said)
            return
        fields = [Field("evidence", _("Seen"), hint=_("what was seen, and when; nothing is copied"))]
        self.form(
            screen,
            _("Legal item: the evidence"),
            fields,
            lambda values: self.room.set_state(card, item, "done", evidence=values["evidence"]),
            lambda _none: said,
            safe(item.label, 40),
        )

    def later(self, ask: Ask) -> None:
        found = self._item(ask)
        if found is not None:
            self.later_it(ask.screen, *found)

    def later_it(self, screen: DeskScreen, card: FileCard, item: ItemLine) -> None:
        from conciergedesk.relocation import service as relocation

        start = item.due or self.room.today()

        def save(values: Mapping[str, str]) -> date:
            until = self.room.shifted(values["until"], max(start, self.room.today()), "until")
            self.room.act(relocation.put_off, item.id, until, reason=values["reason"], seen=item.version)
            return until

        hint = _("+3 · fri · 12 apr; before the deadline") if item.legal else _("+3 · fri · 12 apr")
        self.form(
            screen,
            _("Put off until"),
            [Field("until", _("Until"), hint=hint), Field("reason", _("Reason"))],
            save,
            lambda until: _("{item}: {day}", item=safe(item.label, 40), day=show_date(until)),
            safe(item.label, 40),
        )

    def state(self, ask: Ask) -> None:
        found = self._item(ask)
        if found is None:
            return
        card, item = found
        options = [
            Option(state, _(label), letter=letter) for state, letter, label in STATES if state != item.state
        ]
        self.app.push_screen(
            Choice(_("State"), options, safe(item.label, 40)),
            lambda answer: self._state_chosen(ask.screen, card, item, answer) if answer else None,
        )

    def _state_chosen(self, screen: DeskScreen, card: FileCard, item: ItemLine, answer: str) -> None:
        from conciergedesk.relocation import service as relocation

        name = safe(item.label, 40)

        def said(_result: object) -> str:
            return _("{item}: noted", item=name)

        if answer == "waiting":
            fields = [Field("waiting_for", _("For whom"), item.waiting_for)]
            self.form(
                screen, _("Waits for"), fields,
                lambda values: self.room.set_state(card, item, "waiting", waiting_for=values["waiting_for"]),
                said, name,
            )  # fmt: skip
        elif answer == "not_applicable":
            self.form(
                screen, _("Does not apply"), [Field("reason", _("Reason"))],
                lambda values: self.room.set_state(card, item, "not_applicable", reason=values["reason"]), said, name,
            )  # fmt: skip
        elif answer == "owner":
            fields = [
                Field("owner", _("Done by"), item.owner, hint="CO · FA · EM · PR"),
                Field("who", _("Name"), item.who),
            ]
            self.form(
                screen, _("Done by"), fields,
                lambda values: self.room.act(
                    relocation.give_item, item.id, values["owner"].strip().upper(), who=values["who"], seen=item.version
                ),
                said, name,
            )  # fmt: skip
        elif answer == "after":
            fields = [Field("blocked_by", _("After"), hint="A06 A10")]
            self.form(
                screen, _("After other items"), fields,
                lambda values: self.room.act(
                    relocation.block_item, item.id, values["blocked_by"].upper().replace(",", " ").split(),
                    seen=item.version,
                ),
                said, name,
            )  # fmt: skip
        elif answer == "add":
            self._add_item(screen, card)
        else:
            self.write(screen, lambda: self.room.set_state(card, item, answer), said(None))

    def _add_item(self, screen: DeskScreen, card: FileCard) -> None:
        from conciergedesk.relocation import service as relocation

        fields = [
            Field("label", _("What")),
            Field("due", _("Due"), hint=_("+3 · fri · 12 apr, or nothing")),
            Field("owner", _("Done by"), "CO", hint="CO · FA · EM · PR"),
        ]

        def save(values: Mapping[str, str]) -> object:
            due = (
                self.room.shifted(values["due"], self.room.today(), "due") if values["due"].strip() else None
            )
            return self.room.act(
                relocation.add_item,
                card.id,
                label=values["label"],
                owner=values["owner"].strip().upper(),
                due=due,
            )

        self.form(screen, _("An item of our own"), fields, save, lambda _made: _("Item added"), card.ref)

    def send(self, ask: Ask) -> None:
        found = self._item(ask)
        if found is None:
            return
        from conciergedesk.relocation import service as relocation
        from conciergedesk.requests.queries import ref

        _card, item = found

        def save(values: Mapping[str, str]) -> int:
            kind = ""
            if values["type"].strip():
                matches = self.session.book().catalogue.match(values["type"])
                if not matches:
                    raise InvalidInput(N_("Say what it is about: keys, taxi, basket, dentist…"), field="type")
                kind = matches[0].type.code
            wanted = None
            if values["wanted"].strip():
                from conciergedesk.core.i18n import active_zone
                from conciergedesk.core.moments import parse_moment

                moment = parse_moment(values["wanted"], self.session.now(), active_zone())
                if moment is None:
                    raise InvalidInput(
                        N_("Write a moment such as 20h, tomorrow 9h or mon 14h."), field="wanted"
                    )
                wanted = moment.start
            made: int = self.room.act(
                relocation.send_to_desk,
                item.id,
                type_code=kind,
                title=values["title"],
                wanted_from=wanted,
                overrun_reason=values["overrun_reason"],
                seen=item.version,
            )
            return made

        fields = [
            Field("title", _("Title"), item.label),
            Field("wanted", _("When"), hint=_("mon 14h, or nothing")),
            Field("type", _("Type"), hint=_("visit, mover, taxi…; nothing takes the plan's")),
            Field("overrun_reason", _("Agreed by"), hint=_("only beyond the package")),
        ]
        self.form(
            ask.screen, _("To the desk"), fields, save, lambda made: _("{ref} is with the desk", ref=ref(made)),
            safe(item.label, 40),
        )  # fmt: skip

    # --- arrival and household ---

    def move(self, ask: Ask) -> None:
        card = self._card(ask)
        if card is None:
            return

        def moved(found: MovePreview | None) -> None:
            if found is not None:
                count = plural("{count} item moved", "{count} items moved", len(found.moves))
                said = _("Arrival {day}: {count}", day=show_date(found.new_d0), count=count)
                self.after(ask.screen, said)

        sheet = MoveSheet(
            card,
            lambda text: self.room.shifted(text, card.arrival, "arrival"),
            lambda day: self.room.preview(card, day),
            lambda day, cause: self.room.move(card, day, cause),
        )
        self.app.push_screen(sheet, moved)

    def facts(self, ask: Ask) -> None:
        card = self._card(ask)
        if card is None:
            return
        from conciergedesk.relocation import service as relocation
        from conciergedesk.relocation.dates import ANCHOR_LABELS, Anchor

        line = ", ".join(_typed(one.name, one.role, one.age, one.about) for one in card.members)
        fields = [Field("household", _("Household"), line)]
        fields += [
            Field(name, _(FACT_NAMES[name]), str(card.facts.get(name, "")), hint=" · ".join(kind))
            for name, kind in FACT_KINDS.items()
        ]
        fields += [
            Field("from_place", _("file|From"), card.from_place),
            Field("work_place", _("Work place"), card.work_place),
        ]
        fields += [
            Field(
                f"event:{name}",
                _(EVENTS[name]),
                card.anchors[name].isoformat() if name in card.anchors else "",
                hint=_("{event}: 12 apr, 2027-04-12", event=_(ANCHOR_LABELS[Anchor(name)])),
            )
            for name in EVENTS
        ]

        def save(values: Mapping[str, str]) -> object:
            change = self.room.act(
                relocation.change_household,
                card.id,
                members=read_household(values["household"]),
                facts={name: values[name].strip() for name in FACT_KINDS},
                from_place=values["from_place"],
                work_place=values["work_place"],
                seen=card.version,
            )
            for name in EVENTS:
                typed = values[f"event:{name}"].strip()
                day = self.room.day(typed, f"event:{name}") if typed else None
                if day != card.anchors.get(name):
                    self.room.act(relocation.learn_event, card.id, name, day)
            self.room.watch(card.id)
            return change

        self.form(
            ask.screen, _("Household and events"), fields, save,
            lambda change: _(
                "Plan: {added} added, {dropped} dropped", added=len(change.added), dropped=len(change.dropped)
            ),
            card.ref,
        )  # fmt: skip

    def needs(self, ask: Ask) -> None:
        card = self._card(ask)
        if card is None:
            return
        from conciergedesk.relocation import service as relocation

        form = self.room.house.needs
        if card.needs_at is None:
            ask.screen.refuse(_("The needs interview is complete."))
            return
        section = next(one for one in form.sections if any(field.id == card.needs_at for field in one.fields))
        language = active_language()
        fields = [
            Field(
                one.id,
                one.label.in_language(language),
                hint=" · ".join(one.options) or (_("needed") if one.needed else ""),
            )
            for one in section.fields
        ]

        def save(values: Mapping[str, str]) -> str:
            self.room.act(relocation.answer_needs, card.id, values)
            after = self.room.file(card.id)
            if after.needs_answered and after.needs_at is None:
                return _("Needs: all asked")
            last = form.sections[-1].id == section.id
            if last and not form.missing({name for name, value in values.items() if value}):
                self.room.act(relocation.complete_needs, card.id)
            return _("Needs: {done} of {total}", done=after.needs_answered, total=after.needs_asked)

        self.form(
            ask.screen, section.label.in_language(language), fields, save, lambda said: str(said),
            _("needs {done} of {total}", done=card.needs_answered, total=card.needs_asked),
        )  # fmt: skip

    # --- contacts ---

    def pulse(self, ask: Ask) -> None:
        card = self._card(ask)
        if card is not None:
            due = next((one for one in card.followups if one.done_on is None), None)
            near = due is not None and due.due <= self.room.today() + timedelta(days=5)
            self.pulse_it(ask.screen, card, due if near else None)

    def pulse_it(self, screen: DeskScreen, card: FileCard, contact: FollowUpLine | None) -> None:
        def save(values: Mapping[str, str]) -> Held:
            scores = {name: value for name, value in values.items() if name not in ("words", "word_reason")}
            number = contact.id if contact is not None else None
            return self.room.hold(card, number, scores, values["words"], values["word_reason"])

        def said(held: Held) -> str:
            if held.actions:
                return plural(
                    "Noted: {count} action for the supervisor", "Noted: {count} actions for the supervisor",
                    len(held.actions),
                )  # fmt: skip
            return _("Noted: all is well")

        def show(fields: list[Field]) -> None:
            title = contact.label if contact is not None else _("Pulse")
            self.form(screen, title, fields, save, said, f"{card.ref} · {safe(card.household, 30)}")

        screen.run_service(lambda: self.questions(card, contact), show, group="pulse")

    def questions(self, card: FileCard, contact: FollowUpLine | None) -> list[Field]:
        """The questions of a contact, or the pulse alone; in a worker thread."""
        plan = self.room.plan(card)
        language = active_language()
        if contact is None:
            asked = [one for one in plan.questions.values() if one.kind is QuestionKind.PULSE]
        else:
            asked = [plan.questions[name] for name in plan.followups[contact.code].questions]
        fields = []
        for one in asked:
            if one.kind is not QuestionKind.TEXT:
                low, high = one.scale
                hint = f"{low}-{high} · {one.ask.in_language(language)}"
                label = _(_QUESTIONS[one.id]) if one.id in _QUESTIONS else one.id
                fields.append(Field(one.id, label, hint=hint))
        fields.append(Field("words", _("Their words"), hint=_("as they may read them")))
        fields.append(Field("word_reason", _("Reason"), hint=_("only when a word is warned about")))
        return fields

    # --- risks, documents, reminders ---

    def risk(self, ask: Ask) -> None:
        card = self._card(ask)
        if card is None:
            return
        screen = ask.screen
        language = active_language()
        live = [one for one in card.risks if one.cleared_on is None]

        def show(options: list[Option]) -> None:
            self.app.push_screen(Choice(_("Risk"), options, card.ref), chosen)

        def read() -> list[Option]:
            flagged = {one.code for one in live}
            options = [Option(f"live:{one.id}", one.label, show_date(one.review_on)) for one in live]
            options += [
                Option(f"new:{code}", risk.label.in_language(language), _("flag"))
                for code, risk in self.room.plan(card).risks.items()
                if not risk.computed and code not in flagged
            ]
            return [*options, Option("own", _("another risk, in our words"), _("flag"))]

        def chosen(answer: str | None) -> None:
            if answer is None:
                return
            kind, _sep, value = answer.partition(":")
            if kind == "live":
                self.review_it(screen, next(one for one in live if one.id == int(value)))
            else:
                self._flag(screen, card, value)

        screen.run_service(read, show, group="risk")

    def _flag(self, screen: DeskScreen, card: FileCard, code: str) -> None:
        from conciergedesk.relocation import service as relocation

        fields = [] if code else [Field("label", _("Risk"))]
        fields += [
            Field("action", _("Action"), hint=_("who does what; nothing takes the plan's")),
            Field("review_on", _("Review"), hint=_("+3 · fri · 12 apr, or nothing")),
        ]

        def save(values: Mapping[str, str]) -> object:
            typed = values["review_on"].strip()
            return self.room.act(
                relocation.flag_risk,
                card.id,
                code,
                label=values.get("label", ""),
                action=values["action"],
                review_on=self.room.shifted(typed, self.room.today(), "review_on") if typed else None,
            )

        self.form(screen, _("Flag a risk"), fields, save, lambda _made: _("Risk flagged"), card.ref)

    def review_it(self, screen: DeskScreen, risk: RiskLine) -> None:
        from conciergedesk.relocation import service as relocation

        fields = [
            Field("action", _("Action"), risk.action),
            Field("review_on", _("Review"), hint=_("+3 · fri · 12 apr; or “over”")),
        ]

        def save(values: Mapping[str, str]) -> str:
            typed = values["review_on"].strip()
            if fold(typed) in ("over", "leve", "fini", "vorbei"):
                self.room.act(relocation.clear_risk, risk.id, outcome=values["action"])
                return _("Risk over")
            day = self.room.shifted(typed or "+3", self.room.today(), "review_on")
            self.room.act(relocation.review_risk, risk.id, review_on=day, action=values["action"])
            return _("Review on {day}", day=show_date(day))

        self.form(screen, _("Review a risk"), fields, save, lambda said: str(said), safe(risk.label, 40))

    def document(self, ask: Ask) -> None:
        card = self._card(ask)
        if card is None:
            return
        screen = ask.screen
        due = [
            one for one in card.documents if one.alert_on is not None and one.alert_on <= self.room.today()
        ]
        if not due:
            self._see(screen, card)
            return
        options = [
            Option(str(one.id), _("{document}: the holder was told", document=_paper(one))) for one in due
        ]
        options.append(Option("new", _("note a document that was seen")))

        def chosen(answer: str | None) -> None:
            if answer == "new":
                self._see(screen, card)
            elif answer:
                self.told(screen, int(answer))

        self.app.push_screen(Choice(_("Documents"), options, card.ref), chosen)

    def told(self, screen: DeskScreen, document_id: int) -> None:
        from conciergedesk.relocation import service as relocation

        self.write(
            screen, lambda: self.room.act(relocation.handle_expiry, document_id), _("Told; it comes up again")
        )

    def _see(self, screen: DeskScreen, card: FileCard) -> None:
        from conciergedesk.relocation import service as relocation

        fields = [
            Field("kind", _("Document"), hint=_("passport, licence, lease… never its number")),
            Field("holder", _("Whose"), hint=_("first name")),
            Field("expires_on", _("Valid until"), hint=_("2029-06-18, or nothing")),
            Field("kept_by", _("Kept by"), hint=_("the family")),
        ]

        def save(values: Mapping[str, str]) -> object:
            typed = values["expires_on"].strip()
            return self.room.act(
                relocation.see_document,
                card.id,
                values["kind"],
                holder=values["holder"],
                kept_by=values["kept_by"],
                expires_on=self.room.day(typed, "expires_on") if typed else None,
            )

        self.form(screen, _("Document seen today"), fields, save, lambda _made: _("Document noted"), card.ref)

    def ask(self, ask: Ask) -> None:
        """Reminders: ask somebody, climb the ladder, note the answer."""
        card = self._card(ask)
        if card is None:
            return
        from conciergedesk.relocation import service as relocation

        screen = ask.screen
        options = []
        for one in card.questions:
            if one.answered_on is None:
                about = safe(one.about, 40)
                options.append(Option(f"answered:{one.id}", _("{about}: they answered", about=about)))
                options.append(Option(f"remind:{one.id}", _("{about}: reminded", about=about)))
        options.append(Option("new", _("ask something…")))

        def chosen(answer: str | None) -> None:
            kind, _sep, value = (answer or "").partition(":")
            if kind == "answered":
                self.write(screen, lambda: self.room.act(relocation.answered, int(value)), _("Answer noted"))
            elif kind == "remind":
                self.write(screen, lambda: self.room.act(relocation.remind, int(value)), _("Reminder noted"))
            elif kind == "new":
                self._ask_new(screen, card)

        if len(options) == 1:
            self._ask_new(screen, card)
        else:
            self.app.push_screen(Choice(_("Reminders"), options, card.ref), chosen)

    def _ask_new(self, screen: DeskScreen, card: FileCard) -> None:
        from conciergedesk.relocation import service as relocation

        fields = [
            Field("whom", _("Whom"), "FA", hint=_("FA family · EM employer · PR provider")),
            Field("about", _("What")),
        ]
        self.form(
            screen, _("Ask, with reminders"), fields,
            lambda values: self.room.act(relocation.ask, card.id, values["whom"].strip().upper(), values["about"]),
            lambda _made: _("Asked: the ladder begins"), card.ref,
        )  # fmt: skip

    # --- papers and notes ---

    def letter(self, ask: Ask) -> None:
        card = self._card(ask)
        if card is None:
            return

        def show(handed: Handed) -> None:
            ask.screen.say(_("Plan and calendar written: {file}", file=safe(handed.pdf, 80)))

        ask.screen.run_service(lambda: self.room.hand_out(card), show, group="papers")

    def _note(self, ask: Ask) -> bool:
        card = self._card(ask)
        if self._screen(ask) is None:
            return False
        if card is None:
            return True
        from conciergedesk.relocation import service as relocation

        fields = [
            Field("note", _("Note"), hint=_("facts, as the person may read them")),
            Field("heard_from", _("Said by"), hint=_("FA family · EM employer · PR provider, or nothing")),
            Field("who", _("Name")),
            Field("reason", _("Reason"), hint=_("only when a word is warned about")),
        ]

        def save(values: Mapping[str, str]) -> object:
            heard = values["heard_from"].strip().upper()
            return self.room.act(
                relocation.note, card.id, values["note"], kind="quote" if heard else "note", who=values["who"],
                heard_from=heard, override_reason=values["reason"],
            )  # fmt: skip

        def kept(answer: tuple[object] | None) -> None:
            if answer is not None:
                self.after(ask.screen, _("Note kept"), undo=False)

        self.app.push_screen(
            FormSheet(_("Note"), fields, lambda values: (save(values),), context=card.ref), kept
        )
        return True

    def _take_back(self, ask: Ask, verb: str, said: str) -> bool:
        """Undo or redo from the screen of relocations, which then reads its file again."""
        if self._screen(ask) is None:
            return False

        def call() -> str:
            from conciergedesk.core.db import undo

            act = self.session.act(getattr(undo, verb)).act
            return f"{said} : {_(RELOCATION_ACTS[act])}" if act in RELOCATION_ACTS else said

        ask.screen.run_service(call, lambda text: self.after(ask.screen, text, undo=False), group="write")
        return True


_QUESTIONS = {
    "pulse": N_("Pulse"),
    "overall": N_("Overall"),
    "housing": N_("Housing"),
    "schools": N_("Schools"),
    "administration": N_("Offices"),
    "coach": N_("Coaching"),
    "services": N_("Services"),
    "partner": N_("Partner"),
    "commute": N_("Commute"),
    "stay": N_("Staying"),
}


def _paper(one: DocumentLine) -> str:
    return safe(f"{one.kind} {one.holder}".strip(), 40)


def _typed(name: str, role: Role, age: int | None, about: str) -> str:
    """A member as it is typed."""
    if role is Role.CHILD:
        return f"{name} {age}".strip()
    return f"{about} {name}".strip() if role is Role.PET else name

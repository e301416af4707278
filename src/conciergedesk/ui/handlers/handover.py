"""Acts of the handover: giving and receiving."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from conciergedesk.board.rules import PromiseKind
from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, _, active_zone, local
from conciergedesk.core.moments import parse_moment
from conciergedesk.core.text import fold
from conciergedesk.handover.cards import HandoverCard, LineCard, QuestionCard
from conciergedesk.handover.rules import COLOUR_WORDS, SECTION_TITLES, Colour, Section, State
from conciergedesk.ui.cells import safe, word
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.drafts import Drafts, Parked
from conciergedesk.ui.handlers.desk_things import DeskThingHandlers
from conciergedesk.ui.handlers.parking import ParkedForms
from conciergedesk.ui.handlers.shift_log import ShiftLogHandlers
from conciergedesk.ui.handover_room import HandoverRoom
from conciergedesk.ui.modals.confirm import Confirm
from conciergedesk.ui.modals.form import Field
from conciergedesk.ui.modals.handover_sheets import DifferenceSheet
from conciergedesk.ui.screens.handover import HandoverScreen

if TYPE_CHECKING:
    from datetime import datetime

    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession

IF_DRAFT, LINE_DRAFT, ADD_DRAFT = "handover_if", "handover_line", "handover_add"
ASK_DRAFT, ANSWER_DRAFT = "handover_ask", "handover_answer"


class HandoverHandlers:
    """Wires the acts of the handover to its verbs."""

    def __init__(self, app: DeskApp, session: DeskSession, drafts: Drafts | None = None) -> None:
        self.app = app
        self.session = session
        self.room = HandoverRoom(session)
        self.forms = ParkedForms(app, drafts or Drafts(session))
        for act, handler in (
            ("handover.take", self.take),
            ("handover.sign", self.sign),
            ("handover.ask", self.ask),
            ("handover.answer", self.answer),
            ("handover.if", self.fallback),
            ("handover.edit", self.edit),
            ("handover.add", self.add),
            ("handover.differences", self.differences),
            ("handover.accept", self.accept),
        ):
            app.on_act(act, handler)
        for kind, label in (
            (IF_DRAFT, N_("If it goes wrong")),
            (LINE_DRAFT, N_("Change the line")),
            (ADD_DRAFT, N_("Add a line")),
            (ASK_DRAFT, N_("Question")),
            (ANSWER_DRAFT, N_("Answer")),
        ):
            self.forms.drafts.offer(kind, label, self._take_up)
        before = app.handler_of("board.open")
        app.on_act("board.open", lambda ask: None if self._open(ask) or before is None else before(ask))
        self.log = ShiftLogHandlers(app, session, self.room, self.forms)
        self.things = DeskThingHandlers(app, session, self.room, self.forms)

    # --- running ---

    @staticmethod
    def _screen(ask: Ask) -> HandoverScreen | None:
        return ask.screen if isinstance(ask.screen, HandoverScreen) else None

    def _write(self, screen: HandoverScreen, call: Callable[[], object], said: str) -> None:
        def done(_result: object) -> None:
            screen.say(said)
            screen.reload()

        screen.run_service(call, done, group="write")

    def _open(self, ask: Ask) -> bool:
        promise = ask.promises[0] if len(ask.promises) == 1 else None
        if promise is None or promise.kind is not PromiseKind.HANDOVER:
            return False
        screen = self._go()
        if screen is not None:
            screen.show(promise.id)
        return True

    def _go(self) -> HandoverScreen | None:
        self.app.go("handover")
        screen = self.app.screen
        return screen if isinstance(screen, HandoverScreen) else None

    def _take_up(self, ask: Ask, parked: Parked) -> None:
        """Open a form that was interrupted, on the document that it is about."""
        screen, subject = self._go(), parked.subject_id
        if screen is None:
            return

        def show(card: HandoverCard | None) -> None:
            line = next((one for one in card.lines if one.id == subject), None) if card is not None else None
            asked = next((one for one in card.open_questions if one.id == subject), None) if card else None
            if card is not None:
                screen.show(card.row.id)
            if card is not None and parked.kind == ADD_DRAFT:
                self._add_form(screen, card, "")
            elif card is not None and parked.kind == ASK_DRAFT:
                self._ask_form(screen, card, line)
            elif line is not None and parked.kind == IF_DRAFT:
                self._fallback_form(screen, line)
            elif line is not None and parked.kind == LINE_DRAFT:
                self._edit_form(screen, line)
            elif asked is not None and parked.kind == ANSWER_DRAFT:
                self._answer_form(screen, asked)
            else:
                text = next((value for value in parked.values.values() if value.strip()), "")
                screen.refuse(_("That line is over. You had written: {text}", text=safe(text, 60)))

        screen.run_service(lambda: self.room.about(parked.kind, subject), show, group="drafts")

    # --- giving ---

    def sign(self, ask: Ask) -> None:
        """Draft one's own handover and show it; on one's own draft, sign it."""
        screen = self._screen(ask)
        actor = self.session.actor
        if screen is None or actor is None:
            return
        card = screen.card
        if card is None or card.row.state != State.DRAFT or card.row.from_id != actor.id:
            screen.run_service(self.room.draft, screen.show, group="write")
            return
        consequence = _(
            "After the signature every change is a new edition that the next shift sees. {count} lines.",
            count=len(card.lines),
        )

        def confirmed(yes: bool | None) -> None:
            if yes:
                self._write(screen, lambda: self.room.sign(card), _("Signed: the next shift can read it"))

        self.app.push_screen(Confirm(_("Sign the handover?"), consequence, "H", _("sign")), confirmed)

    def fallback(self, ask: Ask) -> None:
        """What to do if it goes wrong, under the line of the cursor."""
        screen, line = self._line(ask)
        if screen is not None and line is not None:
            self._fallback_form(screen, line)

    def _fallback_form(self, screen: HandoverScreen, line: LineCard) -> None:
        hint = _("if the train is 30 min late: taxi, tell Odile")

        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.handover import service

            self.session.act(
                service.edit_line,
                self.session.book(),
                line.id,
                seen=line.version,
                fallback=values["fallback"],
            )
            return True

        self.forms.open(
            screen,
            _("If it goes wrong"),
            [Field("fallback", _("If, then"), line.fallback or _("if "), hint)],
            save,
            lambda _done: screen.reload(),
            kind=IF_DRAFT,
            subject_id=line.id,
            context=safe(line.what, 40),
        )

    def edit(self, ask: Ask) -> None:
        screen, line = self._line(ask)
        if screen is not None and line is not None:
            self._edit_form(screen, line)

    def _edit_form(self, screen: HandoverScreen, line: LineCard) -> None:
        fields = self._fields(line)
        before = {field.name: field.value for field in fields}

        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.handover import service

            def changed(name: str) -> str | None:
                return values[name] if values[name] != before[name] else None

            self.session.act(
                service.edit_line,
                self.session.book(),
                line.id,
                seen=line.version,
                what=changed("what"),
                action=changed("action"),
                fallback=changed("fallback"),
                colour=_colour(values["colour"]) if changed("colour") is not None else None,
                owner_id=self._owner(values["owner"]) if changed("owner") else None,
                due_at=self._moment(values["due"]) if changed("due") else None,
            )
            return True

        self.forms.open(
            screen, _("Change the line"), fields, save, lambda _done: screen.reload(), kind=LINE_DRAFT,
            subject_id=line.id,
        )  # fmt: skip

    def add(self, ask: Ask) -> None:
        """Add a line to the section of the cursor."""
        screen = self._screen(ask)
        card = screen.card if screen is not None else None
        if screen is not None and card is not None:
            self._add_form(screen, card, screen.item.section if screen.item is not None else "")

    def _add_form(self, screen: HandoverScreen, card: HandoverCard, section: str) -> None:
        def save(values: Mapping[str, str]) -> int:
            from conciergedesk.handover import service

            return self.session.act(
                service.add_line,
                self.session.book(),
                card.row.id,
                _section(values["section"]),
                what=values["what"],
                colour=_colour(values["colour"]),
                action=values["action"],
                fallback=values["fallback"],
                owner_id=self._owner(values["owner"]),
                due_at=self._moment(values["due"]),
                is_promise=_section(values["section"]) == Section.PROMISES,
            )

        title = word(SECTION_TITLES[Section(section or Section.TOMORROW)])
        self.forms.open(
            screen, _("Add a line"), [*self._fields(None), Field("section", _("Section"), title)], save,
            lambda _made: screen.reload(), kind=ADD_DRAFT, subject_id=card.row.id,
        )  # fmt: skip

    def _fields(self, line: LineCard | None) -> list[Field]:
        colour = Colour(line.colour) if line is not None else Colour.AMBER
        colours = " · ".join(word(one) for one in COLOUR_WORDS.values())
        due = f"{local(line.due_at):%Y-%m-%d %H:%M}" if line is not None and line.due_at is not None else ""
        return [
            Field("what", _("What"), line.what if line is not None else ""),
            Field("action", _("Act"), line.action if line is not None else "", _("what the next shift does")),
            Field("fallback", _("If, then"), line.fallback if line is not None else ""),
            Field("owner", _("Owner"), line.owner if line is not None else "", _("first name")),
            Field("due", _("When"), due, _("20h · tomorrow 9h · mon 14h · +2d")),
            Field("colour", _("Colour"), word(COLOUR_WORDS[colour]), colours),
        ]

    def _owner(self, typed: str) -> int | None:
        if not typed.strip():
            return None
        found = self.room.agent_named(typed)
        if found is None:
            raise InvalidInput(N_("Nobody here is called “{name}”."), field="owner", name=typed[:40])
        return found

    def _moment(self, typed: str) -> datetime | None:
        if not typed.strip():
            return None
        found = parse_moment(typed, self.session.now(), active_zone())
        if found is None:
            raise InvalidInput(N_("“{text}” is not a moment such as 20h."), field="due", text=typed[:40])
        return found.start

    # --- receiving ---

    def take(self, ask: Ask) -> None:
        """Read and taken: one line, or the folded green lines of a section; on one's own draft, change it."""
        screen = self._screen(ask)
        item = screen.item if screen is not None else None
        if screen is None or item is None or screen.card is None:
            return
        if not screen.receives:
            if screen.card.row.state != State.ACCEPTED:
                self.edit(ask)
            return
        card = screen.card
        if item.folded:
            call: Callable[[], None] = lambda: self.room.take_steady(card.row.id, item.section)  # noqa: E731
        else:
            line = item.lines[0]
            call = lambda: self.room.take(line.id, line.version)  # noqa: E731
        screen.lines.to_next_untaken()
        screen.run_service(call, lambda _none: screen.reload(), group="take")

    def ask(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is not None and screen.card is not None:
            self._ask_form(screen, screen.card, screen.item.line if screen.item is not None else None)

    def _ask_form(self, screen: HandoverScreen, card: HandoverCard, line: LineCard | None) -> None:
        def save(values: Mapping[str, str]) -> bool:
            self.room.ask(card.row.id, values["text"], line.id if line is not None else None)
            return True

        self.forms.open(
            screen,
            _("Question to {name}", name=card.row.from_name),
            [Field("text", _("Question"))],
            save,
            lambda _done: screen.reload(),
            kind=ASK_DRAFT,
            subject_id=line.id if line is not None else None,
            context=safe(line.what, 40) if line is not None else "",
        )

    def answer(self, ask: Ask) -> None:
        screen = self._screen(ask)
        card = screen.card if screen is not None else None
        if screen is None or card is None:
            return
        if card.open_questions:
            self._answer_form(screen, card.open_questions[0])
        else:
            screen.refuse(_("No question is open."))

    def _answer_form(self, screen: HandoverScreen, question: QuestionCard) -> None:
        def save(values: Mapping[str, str]) -> bool:
            self.room.answer(question.id, values["text"])
            return True

        self.forms.open(
            screen, _("Answer"), [Field("text", _("Answer"))], save, lambda _done: screen.reload(),
            kind=ANSWER_DRAFT, subject_id=question.id, context=safe(question.text, 50),
        )  # fmt: skip

    def accept(self, ask: Ask) -> None:
        screen = self._screen(ask)
        card = screen.card if screen is not None else None
        if screen is None or card is None:
            return
        text = screen.synthesis.text

        def done(in_time: bool) -> None:
            screen.forget_writing()
            screen.say(
                _("Accepted in time") if in_time else _("Accepted, later than agreed: the supervisor is told")
            )
            screen.reload()

        screen.run_service(lambda: self.room.accept(card, text), done, group="write")

    def differences(self, ask: Ask) -> None:
        screen = self._screen(ask)
        card = screen.card if screen is not None else None
        if screen is None or card is None:
            return
        screen.run_service(
            lambda: self.room.editions(card.row.id),
            lambda found: self.app.push_screen(DifferenceSheet(found)),
            group="differences",
        )

    def _line(self, ask: Ask) -> tuple[HandoverScreen | None, LineCard | None]:
        screen = self._screen(ask)
        if screen is None or screen.item is None:
            return screen, None
        return screen, screen.item.line


def _colour(typed: str) -> str:
    """The colour that a word, its beginning or its code means."""
    said = fold(typed)
    found = [
        one for one in Colour if said and (one == said or fold(word(COLOUR_WORDS[one])).startswith(said))
    ]
    if len(found) != 1:
        raise InvalidInput(N_("Choose red, amber or green."), field="colour")
    return found[0]


def _section(typed: str) -> str:
    """The section that its title, the beginning of it or its code means."""
    said = fold(typed)
    titles = {section: fold(word(title)) for section, title in SECTION_TITLES.items()}
    exact = [section for section in Section if said in (section, titles[section])]
    found = exact or [section for section in Section if said and titles[section].startswith(said)]
    if len(found) != 1:
        allowed = " · ".join(word(title) for title in SECTION_TITLES.values())
        raise InvalidInput(N_("Choose one of: {allowed}."), field="section", allowed=allowed)
    return found[0]

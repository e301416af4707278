"""Acts of the handover and of the shift log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from conciergedesk.board.rules import Promise, PromiseKind
from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, _, active_zone, local
from conciergedesk.core.moments import parse_moment
from conciergedesk.handover.cards import ItemCard, LineCard
from conciergedesk.handover.rules import Section, State
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.handover_room import HandoverRoom
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.confirm import Confirm
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.handover_sheets import DifferenceSheet, LogReader
from conciergedesk.ui.modals.moment import MomentSheet
from conciergedesk.ui.screens.board import BoardScreen
from conciergedesk.ui.screens.handover import HandoverScreen

if TYPE_CHECKING:
    from datetime import datetime

    from conciergedesk.core.moments import Moment
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession

COLOURS = {"r": "red", "a": "amber", "g": "green", "o": "amber", "v": "green"}
DESK_ACTS = (
    ("parcel", "p", N_("take in a parcel")),
    ("luggage", "b", N_("take in luggage")),
    ("found", "o", N_("take in a found object")),
    ("give_out", "r", N_("give something out")),
    ("cash_in", "e", N_("money came in")),
    ("cash_out", "s", N_("money went out")),
    ("cash_count", "c", N_("count the float")),
    ("vehicle", "v", N_("note a vehicle")),
)


class HandoverHandlers:
    """Wires the acts of the handover to its verbs."""

    def __init__(self, app: DeskApp, session: DeskSession) -> None:
        self.app = app
        self.session = session
        self.room = HandoverRoom(session)
        for act, handler in (
            ("desk.log", self.write_log),
            ("handover.take", self.take),
            ("handover.sign", self.sign),
            ("handover.ask", self.ask),
            ("handover.answer", self.answer),
            ("handover.if", self.fallback),
            ("handover.edit", self.edit),
            ("handover.add", self.add),
            ("handover.desk", self.at_the_desk),
            ("handover.differences", self.differences),
            ("handover.log", self.read_log),
            ("handover.accept", self.accept),
        ):
            app.on_act(act, handler)
        self._take_over("board.status", self._log_status)
        self._take_over("board.callback", self._log_put_off)
        self._take_over("board.open", self._open)

    def _take_over(self, act: str, mine: Callable[[Ask], bool]) -> None:
        """Let ``mine`` look first: promises of the log and handovers are this room's."""
        before = self.app.handler_of(act)

        def handle(ask: Ask) -> None:
            if not mine(ask) and before is not None:
                before(ask)

        if before is not None:
            self.app.on_act(act, handle)

    # --- running ---

    @staticmethod
    def _screen(ask: Ask) -> HandoverScreen | None:
        return ask.screen if isinstance(ask.screen, HandoverScreen) else None

    def _write(self, screen: DeskScreen, call: Callable[[], object], said: str = "") -> None:
        def done(_result: object) -> None:
            if said:
                screen.say(said)
            if isinstance(screen, (HandoverScreen, BoardScreen)):
                screen.reload()

        screen.run_service(call, done, group="write")

    # --- the shift log ---

    def write_log(self, ask: Ask) -> None:
        promise = next((one for one in ask.promises if one.kind is PromiseKind.REQUEST), None)
        fields = [
            Field("text", _("Line"), "", _("incident: … · promise … 18h50 >maelle · D-2417 · #tag · !")),
            Field("reason", _("Reason"), "", _("only when words are warned about")),
        ]

        def save(values: Mapping[str, str]) -> int:
            from conciergedesk.handover import service

            about = [service.About("request", promise.id, promise.ref)] if promise is not None else []
            return self.session.act(
                service.log,
                self.session.book(),
                values["text"],
                about=about,
                override_reason=values["reason"],
            )

        context = promise.ref if promise is not None else ""
        form = FormSheet(_("Shift log"), fields, save, context=context)
        self.app.push_screen(form, lambda made: self._logged(ask.screen) if made is not None else None)

    def _logged(self, screen: DeskScreen) -> None:
        screen.say(_("Written into the shift log"))
        if isinstance(screen, (HandoverScreen, BoardScreen)):
            screen.reload()

    def read_log(self, ask: Ask) -> None:
        self.app.push_screen(LogReader(lambda search: self.room.log_lines(search)))

    def _log_status(self, ask: Ask) -> bool:
        promise = _only(ask, PromiseKind.LOG)
        if promise is None:
            return False
        options = [
            Option("keep", _("promise kept"), letter="t"),
            Option("drop", _("no longer needed…"), letter="x"),
        ]

        def chosen(answer: str | None) -> None:
            from conciergedesk.handover import service

            if answer == "keep":
                self._write(
                    ask.screen,
                    lambda: self.session.act(service.keep_promise, promise.id),
                    _("{ref} kept", ref=promise.ref),
                )
            elif answer == "drop":

                def save(values: Mapping[str, str]) -> bool:
                    self.session.act(service.drop_promise, promise.id, reason=values["reason"])
                    return True

                form = FormSheet(
                    _("No longer needed"), [Field("reason", _("Reason"))], save, context=promise.ref
                )
                self.app.push_screen(form, lambda done: self._logged(ask.screen) if done else None)

        self.app.push_screen(Choice(_("Promise"), options, safe(promise.what, 40)), chosen)
        return True

    def _log_put_off(self, ask: Ask) -> bool:
        promise = _only(ask, PromiseKind.LOG)
        if promise is None:
            return False

        def save(moment: Moment, values: Mapping[str, str]) -> bool:
            from conciergedesk.handover import service

            self.session.act(service.put_off_promise, promise.id, moment.start, reason=values["reason"])
            return True

        sheet = MomentSheet(
            _("Agree on another moment"),
            save,
            now=self.session.now(),
            fields=[Field("reason", _("Reason"))],
            context=promise.ref,
        )
        self.app.push_screen(sheet, lambda done: self._logged(ask.screen) if done else None)
        return True

    def _open(self, ask: Ask) -> bool:
        promise = _only(ask, PromiseKind.HANDOVER)
        if promise is None:
            return False
        self.app.go("handover")
        screen = self.app.screen
        if isinstance(screen, HandoverScreen):
            screen.show(promise.id)
        return True

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
        if screen is None or line is None:
            return
        start = line.fallback or _("if ")

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

        hint = _("if the train is 30 min late: taxi, tell Odile")
        form = FormSheet(_("If it goes wrong"), [Field("fallback", _("If, then"), start, hint)], save,
                         context=safe(line.what, 40))  # fmt: skip
        self.app.push_screen(form, lambda done: screen.reload() if done else None)

    def edit(self, ask: Ask) -> None:
        screen, line = self._line(ask)
        if screen is None or line is None:
            return
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

        form = FormSheet(_("Change the line"), fields, save)
        self.app.push_screen(form, lambda done: screen.reload() if done else None)

    def add(self, ask: Ask) -> None:
        """Add a line to the section of the cursor."""
        screen = self._screen(ask)
        card = screen.card if screen is not None else None
        if screen is None or card is None:
            return
        item = screen.item
        section = item.section if item is not None else Section.TOMORROW

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

        fields = [*self._fields(None), Field("section", _("Section"), section)]
        form = FormSheet(_("Add a line"), fields, save)
        self.app.push_screen(form, lambda made: screen.reload() if made is not None else None)

    def _fields(self, line: LineCard | None) -> list[Field]:
        due = f"{local(line.due_at):%Y-%m-%d %H:%M}" if line is not None and line.due_at is not None else ""
        return [
            Field("what", _("What"), line.what if line is not None else ""),
            Field("action", _("Act"), line.action if line is not None else "", _("what the next shift does")),
            Field("fallback", _("If, then"), line.fallback if line is not None else ""),
            Field("owner", _("Owner"), line.owner if line is not None else "", _("first name")),
            Field("due", _("When"), due, _("20h · tomorrow 9h · mon 14h · +2d")),
            Field("colour", _("Colour"), line.colour if line is not None else "amber", "red · amber · green"),
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
        if screen is None or screen.card is None:
            return
        card, item = screen.card, screen.item
        line = item.line if item is not None else None

        def save(values: Mapping[str, str]) -> bool:
            self.room.ask(card.row.id, values["text"], line.id if line is not None else None)
            return True

        title = _("Question to {name}", name=card.row.from_name)
        context = safe(line.what, 40) if line is not None else ""
        form = FormSheet(title, [Field("text", _("Question"))], save, context=context)
        self.app.push_screen(form, lambda done: screen.reload() if done else None)

    def answer(self, ask: Ask) -> None:
        screen = self._screen(ask)
        card = screen.card if screen is not None else None
        if screen is None or card is None:
            return
        if not card.open_questions:
            screen.say(_("No question is open."))
            return
        question = card.open_questions[0]

        def save(values: Mapping[str, str]) -> bool:
            self.room.answer(question.id, values["text"])
            return True

        form = FormSheet(_("Answer"), [Field("text", _("Answer"))], save, context=safe(question.text, 50))
        self.app.push_screen(form, lambda done: screen.reload() if done else None)

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

    # --- what lies at the desk ---

    def at_the_desk(self, ask: Ask) -> None:
        """Parcels, the float, the vehicles: choose, then one short form."""
        options = [Option(key, _(label), letter=letter) for key, letter, label in DESK_ACTS]

        def chosen(answer: str | None) -> None:
            if answer == "give_out":
                self._give_out(ask.screen)
            elif answer is not None:
                self._desk_form(ask.screen, answer)

        self.app.push_screen(Choice(_("At the desk"), options), chosen)

    def _desk_form(self, screen: DeskScreen, kind: str) -> None:
        if kind == "vehicle":
            fields = [
                Field("name", _("Vehicle")),
                Field("charge", _("Charge"), "", "0 – 100 %"),
                Field("state", _("State"), "ready", "ready · out · garage"),
            ]
        elif kind.startswith("cash"):
            fields = [Field("amount", _("Amount"), "", "46,00"), Field("note", _("Note"))]
        else:
            fields = [Field("what", _("What")), Field("for_whom", _("For")), Field("place", _("Where"))]

        def save(values: Mapping[str, str]) -> int:
            from conciergedesk.core.money import read_money
            from conciergedesk.handover import service

            act = self.session.act
            if kind == "vehicle":
                charge = values["charge"].strip(" %")
                if charge and not (charge.isascii() and charge.isdigit()):
                    raise InvalidInput(N_("A charge lies between 0 and 100 %."), field="charge")
                return act(
                    service.note_vehicle,
                    values["name"],
                    charge=int(charge[:4]) if charge else None,
                    state=values["state"].strip().lower(),
                )
            if kind.startswith("cash"):
                cents = read_money(values["amount"]).cents
                return act(service.cash, kind.removeprefix("cash_"), cents, note=values["note"])
            return act(
                service.take_in,
                kind=kind,
                what=values["what"],
                for_whom=values["for_whom"],
                place=values["place"],
            )

        label = next(label for key, _letter, label in DESK_ACTS if key == kind)
        form = FormSheet(_(label), fields, save)
        self.app.push_screen(form, lambda made: self._desk_done(screen) if made is not None else None)

    def _give_out(self, screen: DeskScreen) -> None:
        from conciergedesk.handover import queries, service

        def show(cards: list[ItemCard]) -> None:
            if not cards:
                screen.say(_("Nothing lies at the desk."))
                return
            options = [
                Option(str(item.id), safe(f"{item.what} · {item.for_whom}", 50), safe(item.place, 20))
                for item in cards
            ]

            def chosen(answer: str | None) -> None:
                if answer is None:
                    return

                def save(values: Mapping[str, str]) -> bool:
                    self.session.act(service.give_out, int(answer), to=values["to"])
                    return True

                form = FormSheet(_("Give out"), [Field("to", _("To"))], save)
                self.app.push_screen(form, lambda done: self._desk_done(screen) if done else None)

            self.app.push_screen(Choice(_("Give out"), options), chosen)

        screen.run_service(lambda: self.session.ask(queries.items_here), show, group="items")

    def _desk_done(self, screen: DeskScreen) -> None:
        screen.say(_("Written down"), "desk.undo")
        if not isinstance(screen, HandoverScreen):
            return
        card, actor = screen.card, self.session.actor
        mine = card is not None and actor is not None and card.row.from_id == actor.id
        if mine and card is not None and card.row.state == State.DRAFT:
            screen.run_service(self.room.draft, screen.show, group="write")
        else:
            screen.reload()


def _only(ask: Ask, kind: PromiseKind) -> Promise | None:
    return ask.promises[0] if len(ask.promises) == 1 and ask.promises[0].kind is kind else None


def _colour(typed: str) -> str:
    typed = typed.strip().lower()
    if typed in COLOURS.values():
        return typed
    found = COLOURS.get(typed[:1])
    if found is None:
        raise InvalidInput(N_("Choose red, amber or green."), field="colour")
    return found


def _section(typed: str) -> str:
    typed = typed.strip().lower()
    if typed not in set(Section):
        raise InvalidInput(N_("Choose one of: {allowed}."), field="section", allowed=", ".join(Section))
    return typed

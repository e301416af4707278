"""Acts about people: find anybody, recognise a caller, correct a card, warn colleagues, add to a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from conciergedesk.board.rules import PromiseKind
from conciergedesk.core.errors import NotFound
from conciergedesk.core.i18n import N_, _, local, show_date
from conciergedesk.core.phone import show_phone
from conciergedesk.ui.cells import clock, safe
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.form_words import language_hint, language_word, read_language, read_moment
from conciergedesk.ui.handlers.intake import PERSON, REQUEST, IntakeHandlers
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.search import Found, SearchAnswer, SearchSheet
from conciergedesk.ui.second_saver import SecondSaver

if TYPE_CHECKING:
    from conciergedesk.core.db.unit import Unit
    from conciergedesk.customers.queries import PersonCard
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.handlers.finding import RoomFinder
    from conciergedesk.ui.session import DeskSession


class PeopleHandlers:
    """Wires ``f``, ``r`` and what is done about a person."""

    def __init__(self, app: DeskApp, session: DeskSession, intake: IntakeHandlers) -> None:
        self.app = app
        self.session = session
        self._intake = intake
        self.rooms: RoomFinder | None = None
        """Finds what other rooms keep, once they are there."""
        app.on_act("desk.find", self.find)
        app.on_act("desk.call", self.caller)
        app.on_act("board.person", self.add_person)

    def find(self, ask: Ask) -> None:
        def search(text: str) -> list[Found]:
            return self._search(text) + (self.rooms.find(text) if self.rooms is not None else [])

        sheet = SearchSheet(_("Find"), search, hint=_("a name, a number, D-2417, I-9, 204-3, T-12…"))
        self.app.push_screen(sheet, lambda answer: self._found(ask.screen, answer))

    def caller(self, ask: Ask) -> None:
        sheet = SearchSheet(
            _("Call received"),
            self._callers,
            hint=_("number in any spelling, its last four digits, or a name"),
            context=clock(self.session.now()),
        )
        self.app.push_screen(sheet, lambda answer: self._found(ask.screen, answer, calling=True))

    def _callers(self, text: str) -> list[Found]:
        """Who calls: figures are the end of a number, never the number of a request."""
        return self._search(text, numbered=not text.strip().isdigit())

    def _search(self, text: str, *, numbered: bool = True) -> list[Found]:
        from conciergedesk.core.errors import NotFound
        from conciergedesk.customers.queries import find_people
        from conciergedesk.requests.queries import look_alikes, read_ref, ref, request_card

        session, now = self.session, self.session.now()
        numbers: list[Found] = []
        if numbered:
            with suppress(NotFound):
                card = session.ask(request_card, read_ref(text))
                what = self._intake.what(card.type_code, card.title)
                numbers.append(Found(REQUEST, card.id, what, card.holder, card.ref, _("Requests")))
        found: list[Found] = []
        people = session.ask(find_people, text, now, 6)
        for hit in people:
            found.append(
                Found(
                    PERSON,
                    hit.id,
                    hit.name or show_phone(hit.phone),
                    hit.around,
                    show_phone(hit.phone),
                    _("People"),
                )
            )
        if people:
            first = people[0]
            for one in session.ask(look_alikes, person_id=first.id, limit=6):
                when = show_date(local(one.board_at or one.opened_at).date())
                found.append(
                    Found(REQUEST, one.id, self._intake.what(one.type_code, one.title), one.holder or _("free"),
                          f"{when} {ref(one.id)}", _("With {name}", name=safe(first.name, 30)))
                )  # fmt: skip
        # Mere figures are rather the end of a telephone number than the number of a request.
        return found + numbers if text.strip().isdigit() else numbers + found

    def _found(self, screen: DeskScreen, answer: SearchAnswer | None, *, calling: bool = False) -> None:
        if answer is None:
            return
        found = answer.found
        if found is not None and self.rooms is not None and not answer.new and self.rooms.open(screen, found):
            return
        if found is not None and found.kind == REQUEST and not answer.new:
            self._intake.open_request(screen, found.id)
        elif found is not None and found.kind == PERSON:
            self._person(screen, found.id, new=answer.new or calling)
        elif answer.text.strip():
            self._intake.capture(screen, line=f"{answer.text} ")

    def _person(self, screen: DeskScreen, person_id: int, *, new: bool) -> None:
        if new:
            self._intake.capture(screen, person_id=person_id)
            return

        def read() -> list[Option]:
            from conciergedesk.requests.queries import look_alikes, ref

            options = [
                Option(str(one.id), self._intake.what(one.type_code, one.title), ref(one.id))
                for one in self.session.ask(look_alikes, person_id=person_id, limit=9)
            ]
            return [
                Option("new", _("New request for this person"), letter="n"),
                Option("card", _("Correct the card"), letter="c"),
                Option("warn", _("Warn colleagues"), letter="w"),
                *options,
            ]

        def chosen(answer: str | None) -> None:
            if answer == "new":
                self._intake.capture(screen, person_id=person_id)
            elif answer == "card":
                self._correct_card(screen, person_id)
            elif answer == "warn":
                self._warn(screen, person_id)
            elif answer:
                self._intake.open_request(screen, int(answer))

        screen.run_service(
            read, lambda options: self.app.push_screen(Choice(_("Person"), options), chosen), group="find"
        )

    def _correct_card(self, screen: DeskScreen, person_id: int) -> None:
        def read() -> PersonCard:
            from conciergedesk.customers.queries import person_card

            card = self.session.ask(person_card, person_id, self.session.now())
            if card is None:
                raise NotFound(N_("This record is no longer there. Go back and refresh the list."))
            return card

        def fields(card: PersonCard) -> list[Field]:
            return [
                Field("first_name", _("First name"), card.first_name),
                Field("last_name", _("Last name"), card.last_name),
                Field("language", _("Language"), language_word(card.language), language_hint()),
                Field("email", _("E-mail"), card.email),
                Field("phone", _("One more number"), "", "+352 621 …"),
                Field("note", _("Note"), card.note, _("facts, as the person may read them")),
            ]

        def show(card: PersonCard) -> None:
            numbers = ", ".join(show_phone(one.e164 or one.typed) for one in card.phones)
            saver = SecondSaver(card, read, fields, self._write_card(card.id))
            form = FormSheet(safe(card.name, 40) or numbers, saver.fields, saver.save, context=numbers)
            self.app.push_screen(
                form, lambda saved: screen.say(_("The card is corrected"), "desk.undo") if saved else None
            )

        screen.run_service(read, show, group="form")

    def _write_card(self, person_id: int) -> Callable[[Mapping[str, str], Mapping[str, str], int], None]:
        def write(values: Mapping[str, str], before: Mapping[str, str], seen: int) -> None:
            from conciergedesk.customers import service as customers

            # What was not touched here stays as somebody else may have left it.
            typed: dict[str, Any] = {
                name: value for name, value in values.items() if value != before[name] and name != "phone"
            }
            if "language" in typed:
                typed["language"] = read_language(typed["language"])

            def change(unit: Unit) -> None:
                customers.change_person(unit, person_id, seen=seen, **typed)
                if values["phone"].strip():
                    customers.add_phone(unit, person_id, values["phone"])

            self.session.act(change)

        return write

    def _warn(self, screen: DeskScreen, person_id: int) -> None:
        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.customers import service as customers

            until = read_moment(values["until"], self.session.now(), field="until")
            self.session.act(
                customers.warn, person_id, values["text"], until=until.start if until is not None else None
            )
            return True

        fields = [
            Field("text", _("Warning"), "", _("what nobody may miss")),
            Field("until", _("Until"), "", _("a moment, or nothing")),
        ]
        self.app.push_screen(
            FormSheet(_("Warn colleagues"), fields, save),
            lambda saved: screen.say(_("Colleagues are warned"), "desk.undo") if saved else None,
        )

    def add_person(self, ask: Ask) -> None:
        promise = next((one for one in ask.promises if one.kind is PromiseKind.REQUEST), None)
        if promise is None:
            return
        roles = {
            "owner": _("Owner"), "guest": _("Guest"), "employer": _("Employer"), "partner": _("Partner"),
            "child": _("Child"), "contact": _("Contact"),
        }  # fmt: skip

        def chosen(role: str | None) -> None:
            if role is not None:
                sheet = SearchSheet(
                    roles[role], self._people, hint=_("a name or a number"), context=promise.ref
                )
                self.app.push_screen(sheet, lambda answer: self._add(ask.screen, promise.id, role, answer))

        options = [Option(key, label) for key, label in roles.items()]
        self.app.push_screen(Choice(_("Add a person"), options, promise.ref), chosen)

    def _people(self, text: str) -> list[Found]:
        from conciergedesk.customers.queries import find_people

        return [
            Found(PERSON, hit.id, hit.name, hit.around, show_phone(hit.phone))
            for hit in self.session.ask(find_people, text, self.session.now(), 8)
        ]

    def _add(self, screen: DeskScreen, request_id: int, role: str, answer: SearchAnswer | None) -> None:
        found = answer.found if answer is not None else None
        if found is None:
            return

        def call() -> None:
            from conciergedesk.requests import service as requests

            self.session.act(requests.add_participant, request_id, found.id, role)

        def done(_none: None) -> None:
            self._intake.show(screen, PromiseKind.REQUEST, request_id)
            screen.say(_("{name} added", name=safe(found.label, 30)), "desk.undo")

        screen.run_service(call, done, group="write")

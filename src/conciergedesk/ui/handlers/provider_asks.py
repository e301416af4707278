"""Asking providers for a request: who is asked, what they answer, and the confirmation to the client."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import _, plural, show_moment
from conciergedesk.core.money import read_money
from conciergedesk.requests.asks import BELOW_WORDS
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.handlers.provider_acts import NO_REQUEST, ProviderActs
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.provider_sheets import LetterSheet
from conciergedesk.ui.screens.providers import ProvidersScreen

if TYPE_CHECKING:
    from conciergedesk.providers.found import FoundProvider
    from conciergedesk.requests.ask_letters import Confirmation
    from conciergedesk.requests.ask_reading import AskLine
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.provider_room import ForRequest, ProviderRoom
    from conciergedesk.ui.session import DeskSession


class ProviderAsks(ProviderActs):
    """Wires asking, answering and confirming to the verbs of the queue."""

    def __init__(self, app: DeskApp, session: DeskSession, room: ProviderRoom) -> None:
        super().__init__(app, session, room)
        for act, handler in (
            ("providers.ask", self.ask),
            ("providers.answer", self.answer),
            ("providers.letter", self.letter),
            ("providers.weather", self.weather),
        ):
            app.on_act(act, handler)

    # --- asking ---

    def ask(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is None or not screen.targets:
            return
        if screen.request is None:
            screen.refuse(_(NO_REQUEST))
            return
        targets, request_id = screen.targets, screen.request.card.id
        doubtful = next((one for one in targets if one.needs_word), None)
        if doubtful is not None and self.room.may("ask_unreliable"):
            self._with_word(screen, targets, doubtful, request_id)
            return
        screen.run_service(
            lambda: self.room.ask(request_id, [one.id for one in targets]),
            lambda _count: self._asked(screen, targets),
            group="write",
        )

    def _with_word(
        self,
        screen: ProvidersScreen,
        targets: Sequence[FoundProvider],
        doubtful: FoundProvider,
        request_id: int,
    ) -> None:
        assert doubtful.below is not None
        why = _(BELOW_WORDS[doubtful.below])
        form = FormSheet(
            _("Below the line: {why}", why=why),
            [Field("word", _("Why ask"), hint=_("the reason is kept"))],
            lambda values: self.room.ask(request_id, [one.id for one in targets], values["word"]),
            context=safe(doubtful.brief.name, 40),
        )
        self.app.push_screen(form, lambda count: self._asked(screen, targets) if count else None)

    def _asked(self, screen: ProvidersScreen, targets: Sequence[FoundProvider]) -> None:
        if len(targets) == 1:
            said = _("{name} asked", name=safe(targets[0].brief.name, 40))
        else:
            said = plural("{count} provider asked", "{count} providers asked", len(targets))
        self._done(screen, said)

    def line(self, screen: ProvidersScreen) -> AskLine | None:
        """The ask that the provider under the cursor can still answer, else the only one there is."""
        if screen.request is None:
            return None
        open_lines = [one for one in screen.request.asks if one.state in ("asked", "counter", "silent")]
        current = screen.current
        own = next((one for one in open_lines if current is not None and one.provider_id == current.id), None)
        return own or (open_lines[0] if len(open_lines) == 1 else None)

    def answer(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is None:
            return
        line = self.line(screen)
        if line is None:
            screen.refuse(_("Nobody here is being asked. d asks the selected provider."))
            return
        options = [
            Option("accepted", _("yes: fill the booking"), letter="o"),
            Option("declined", _("no"), letter="n"),
            Option("counter", _("something else: moment or price"), letter="a"),
            Option("withdraw", _("no longer needed: told so"), letter="x"),
        ]

        def chosen(answer: str | None) -> None:
            if answer == "accepted":
                self._accept(screen, line)
            elif answer == "declined":
                self._decline(screen, line)
            elif answer == "counter":
                self._counter(screen, line)
            elif answer == "withdraw":
                self._withdraw(screen, line)

        self.app.push_screen(Choice(_("Answer"), options, safe(line.provider, 40)), chosen)

    def _accept(self, screen: ProvidersScreen, line: AskLine) -> None:
        at = line.counter_from or line.wanted_from
        shown = show_moment(at) if at is not None else ""

        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.requests import asks

            moment = None if values["when"].strip() == shown else self._moment(values["when"], "when")
            self.session.act(
                asks.accepted,
                self.session.book(),
                line.id,
                contact=values["contact"],
                starts_at=moment.start if moment is not None else None,
                ends_at=moment.end if moment is not None else None,
                price_cents=read_money(values["price"], "price").cents if values["price"].strip() else None,
                reference=values["reference"],
            )
            return True

        fields = [
            Field("contact", _("Who said yes"), hint=_("first name")),
            Field("when", _("When"), shown, _("26 March 14h")),
            Field("price", _("Price"), hint="98,00"),
            Field("reference", _("Reference"), hint=_("their booking number, or nothing")),
        ]

        def saved(done: bool | None) -> None:
            if done:
                self._done(
                    screen, _("{name}: booked. l prepares the confirmation", name=safe(line.provider, 40))
                )

        self.app.push_screen(FormSheet(_("Yes"), fields, save, context=safe(line.provider, 40)), saved)

    def _decline(self, screen: ProvidersScreen, line: AskLine) -> None:
        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.requests import asks

            self.session.act(asks.declined, self.session.book(), line.id, reason=values["reason"])
            return True

        form = FormSheet(
            _("No"),
            [Field("reason", _("Reason"), hint=_("full, closed, or nothing"))],
            save,
            context=safe(line.provider, 40),
        )
        said = _("No from {name}: the next one is selected", name=safe(line.provider, 40))
        self.app.push_screen(form, lambda done: self._done(screen, said, next_one=True) if done else None)

    def _counter(self, screen: ProvidersScreen, line: AskLine) -> None:
        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.requests import asks

            moment = self._moment(values["when"], "when")
            self.session.act(
                asks.counter_offered,
                self.session.book(),
                line.id,
                starts_at=moment.start if moment is not None else None,
                ends_at=moment.end if moment is not None else None,
                price_cents=read_money(values["price"], "price").cents if values["price"].strip() else None,
                answer=values["answer"],
            )
            return True

        fields = [
            Field("when", _("When"), hint=_("26 March 16h, or nothing")),
            Field("price", _("Price"), hint=_("98,00, or nothing")),
            Field("answer", _("In words")),
        ]
        self.app.push_screen(
            FormSheet(_("Something else"), fields, save, context=safe(line.provider, 40)),
            lambda done: (
                self._done(screen, _("Offer of {name} kept", name=safe(line.provider, 40))) if done else None
            ),
        )

    def _withdraw(self, screen: ProvidersScreen, line: AskLine) -> None:
        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.requests import asks

            self.session.act(asks.withdraw, self.session.book(), line.id, reason=values["reason"])
            return True

        self.app.push_screen(
            FormSheet(
                _("No longer needed"), [Field("reason", _("Reason"))], save, context=safe(line.provider, 40)
            ),
            lambda done: (
                self._done(screen, _("{name} no longer asked", name=safe(line.provider, 40)))
                if done
                else None
            ),
        )

    # --- the client ---

    def letter(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is None:
            return
        if screen.request is None:
            screen.refuse(_(NO_REQUEST))
            return
        request: ForRequest = screen.request

        def show(letter: Confirmation, note: str = "") -> None:
            sheet = LetterSheet(self.room, request.card.id, request.card.ref, letter, note)
            self.app.push_screen(sheet, lambda answer: self._letter_answered(screen, request, answer))

        def failed(error: DeskError) -> None:
            if "{note}" in str(error):
                self._letter_note(screen, request, show)
            else:
                screen.show_error(error)

        screen.run_service(lambda: self.room.letter(request.card.id), show, group="letter", failed=failed)

    def _letter_note(
        self, screen: ProvidersScreen, request: ForRequest, show: Callable[[Confirmation, str], None]
    ) -> None:
        noted: list[str] = []

        def prepare(values: Mapping[str, str]) -> Confirmation:
            noted[:] = [values["note"]]
            return self.room.letter(request.card.id, note=values["note"])

        form: FormSheet[Confirmation] = FormSheet(
            _("What the message still needs"),
            [Field("note", _("Note"), hint=_("persons, pieces, what was chosen"))],
            prepare,
            context=request.card.ref,
        )
        self.app.push_screen(form, lambda letter: show(letter, noted[-1]) if letter is not None else None)

    def _letter_answered(self, screen: ProvidersScreen, request: ForRequest, text: str | None) -> None:
        if not text:
            return

        def call() -> None:
            from conciergedesk.requests import asks

            self.session.act(asks.client_told, self.session.book(), request.card.id, text)

        screen.run_service(
            call,
            lambda _none: self._done(screen, _("{ref}: confirmed to the client", ref=request.card.ref)),
            group="write",
        )

    def weather(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is None:
            return
        if screen.request is None:
            screen.refuse(_(NO_REQUEST))
            return
        request = screen.request.card

        def call() -> None:
            from conciergedesk.requests import asks

            self.session.act(asks.called_off_by_weather, self.session.book(), request.id)

        said = _("{ref}: called off by the weather, counted for nobody. Tell the client.", ref=request.ref)
        screen.run_service(call, lambda _none: self._done(screen, said, undo=True), group="write")

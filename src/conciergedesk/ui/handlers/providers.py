"""Acts on providers: ask, answer, confirm, ring, close, correct, note, agree, visit, import, export."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conciergedesk.board.rules import PromiseKind
from conciergedesk.core.errors import DeskError, InvalidInput
from conciergedesk.core.i18n import N_, _, active_zone, local, plural, show_moment
from conciergedesk.core.moments import Moment, parse_moment
from conciergedesk.core.money import read_money
from conciergedesk.core.phone import dial_uri, show_phone
from conciergedesk.providers.finder import FoundProvider
from conciergedesk.providers.rules import read_rate
from conciergedesk.requests.asks import BELOW_WORDS
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.provider_sheets import HoursSheet, ImportSheet, LetterSheet
from conciergedesk.ui.provider_room import ForRequest, ProviderRoom
from conciergedesk.ui.screens.providers import ProvidersScreen

if TYPE_CHECKING:
    from conciergedesk.providers.queries import ProviderCard
    from conciergedesk.requests.ask_letters import Confirmation
    from conciergedesk.requests.ask_reading import AskLine
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession

_NO_REQUEST = N_("Open this screen from a request of the board (p) to ask for it.")


class ProviderHandlers:
    """Wires the acts of the screen of providers to the verbs of the provider base and of the queue."""

    def __init__(self, app: DeskApp, session: DeskSession) -> None:
        self.app = app
        self.session = session
        self.room = ProviderRoom(session)
        for act, handler in (
            ("providers.choose", self.choose),
            ("providers.ask", self.ask),
            ("providers.answer", self.answer),
            ("providers.letter", self.letter),
            ("providers.call", self.call),
            ("providers.unavailable", self.unavailable),
            ("providers.edit", self.edit),
            ("providers.hours", self.hours),
            ("providers.note", self.note),
            ("providers.add", self.add),
            ("providers.agreement", self.agreement),
            ("providers.visit", self.visit),
            ("providers.weather", self.weather),
            ("providers.import", self.import_listing),
            ("providers.export", self.export),
            ("board.provider", self.from_board),
        ):
            app.on_act(act, handler)

    # --- who and what for ---

    @staticmethod
    def _screen(ask: Ask) -> ProvidersScreen | None:
        return ask.screen if isinstance(ask.screen, ProvidersScreen) else None

    def _one(self, ask: Ask) -> tuple[ProvidersScreen, FoundProvider] | None:
        screen = self._screen(ask)
        if screen is None or screen.current is None:
            return None
        return screen, screen.current

    @staticmethod
    def _done(screen: ProvidersScreen, said: str, *, undo: bool = False) -> None:
        screen.say(said, "desk.undo" if undo else "")
        screen.list.clear_marks()
        screen.reload()

    def from_board(self, ask: Ask) -> None:
        """From a request of the board to its providers."""
        request = next((one for one in ask.promises if one.kind is PromiseKind.REQUEST), None)
        if request is not None:
            self.room.want(request.id)
        self.app.go("providers")

    # --- asking ---

    def choose(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is None:
            return
        if screen.request is None:
            screen.action_detail()
        else:
            self.ask(ask)

    def ask(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is None or not screen.targets:
            return
        if screen.request is None:
            screen.say(_(_NO_REQUEST))
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

    def _line(self, screen: ProvidersScreen) -> AskLine | None:
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
        line = self._line(screen)
        if line is None:
            screen.say(_("Nobody here is being asked. d asks the selected provider."))
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
        self.app.push_screen(
            form,
            lambda done: (
                self._done(screen, _("No from {name}", name=safe(line.provider, 40))) if done else None
            ),
        )

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

    def _moment(self, text: str, field: str) -> Moment | None:
        if not text.strip():
            return None
        moment = parse_moment(text, self.session.now(), active_zone())
        if moment is None:
            raise InvalidInput(
                N_("“{value}” is not a moment such as 20:00 or dimanche 10h."), field=field, value=text
            )
        return moment

    # --- the client ---

    def letter(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is None:
            return
        if screen.request is None:
            screen.say(_(_NO_REQUEST))
            return
        request: ForRequest = screen.request

        def show(letter: Confirmation) -> None:
            sheet = LetterSheet(self.room, request.card.id, request.card.ref, letter)
            self.app.push_screen(sheet, lambda answer: self._letter_answered(screen, request, answer))

        def failed(error: DeskError) -> None:
            if "{note}" in str(error):
                self._letter_note(screen, request, show)
            else:
                screen.show_error(error)

        screen.run_service(lambda: self.room.letter(request.card.id), show, group="letter", failed=failed)

    def _letter_note(
        self, screen: ProvidersScreen, request: ForRequest, show: Callable[[Confirmation], None]
    ) -> None:
        form: FormSheet[Confirmation] = FormSheet(
            _("What the message still needs"),
            [Field("note", _("Note"), hint=_("persons, pieces, what was chosen"))],
            lambda values: self.room.letter(request.card.id, note=values["note"]),
            context=request.card.ref,
        )
        self.app.push_screen(form, lambda letter: show(letter) if letter is not None else None)

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
            screen.say(_(_NO_REQUEST))
            return
        request = screen.request.card

        def call() -> None:
            from conciergedesk.requests import asks

            self.session.act(asks.called_off_by_weather, self.session.book(), request.id)

        said = _("{ref}: called off by the weather, counted for nobody. Tell the client.", ref=request.ref)
        screen.run_service(call, lambda _none: self._done(screen, said, undo=True), group="write")

    def call(self, ask: Ask) -> None:
        found = self._one(ask)
        if found is None:
            return
        screen, one = found
        number = one.brief.phone
        if not number:
            screen.say(_("No number is known for {name}.", name=safe(one.brief.name, 40)))
            return
        self.app.copy_to_clipboard(dial_uri(number) or number)
        shown = show_phone(number) if number.startswith("+") else safe(number, 40)
        line = self._line(screen)
        if line is None or line.provider_id != one.id:
            screen.say(
                _("{name}: {number}, copied to be dialled", name=safe(one.brief.name, 30), number=shown)
            )
            return
        self.answer(ask)

    # --- the card ---

    def unavailable(self, ask: Ask) -> None:
        found = self._one(ask)
        if found is None:
            return
        screen, one = found
        options = [
            Option("today", _("closed today"), letter="j"),
            Option("days", _("closed from … to …"), letter="d"),
            Option("suspend", _("suspend, with the reason"), letter="s"),
            Option("active", _("can be asked again"), letter="a"),
            Option("close", _("closed for good"), letter="f"),
        ]

        def chosen(answer: str | None) -> None:
            if answer == "today":
                self._closure(screen, one, local(self.session.now()).date(), None, _("closed today"))
            elif answer == "days":
                self._closure_form(screen, one)
            elif answer == "active":
                self._status(screen, one, "active", "")
            elif answer is not None:
                status = {"suspend": "suspended", "close": "closed"}[answer]
                form = FormSheet(
                    _("Reason"),
                    [Field("reason", _("Reason"), hint=_("shown beside the name"))],
                    lambda values: self._set_status(one, status, values["reason"]),
                    context=safe(one.brief.name, 40),
                )
                self.app.push_screen(
                    form,
                    lambda done: (
                        self._done(screen, _("{name}: noted", name=safe(one.brief.name, 40)), undo=True)
                        if done
                        else None
                    ),
                )

        self.app.push_screen(Choice(_("Unavailable"), options, safe(one.brief.name, 40)), chosen)

    def _set_status(self, one: FoundProvider, status: str, reason: str) -> bool:
        from conciergedesk.providers import service as providers

        self.session.act(providers.set_status, one.id, status, reason=reason)
        return True

    def _status(self, screen: ProvidersScreen, one: FoundProvider, status: str, reason: str) -> None:
        screen.run_service(
            lambda: self._set_status(one, status, reason),
            lambda _done: self._done(screen, _("{name}: noted", name=safe(one.brief.name, 40)), undo=True),
            group="write",
        )

    def _close_days(self, one: FoundProvider, first: date, last: date | None, reason: str) -> bool:
        from conciergedesk.providers import service as providers

        self.session.act(providers.add_exception, one.id, first=first, last=last, reason=reason)
        return True

    def _closure(
        self, screen: ProvidersScreen, one: FoundProvider, first: date, last: date | None, reason: str
    ) -> None:
        screen.run_service(
            lambda: self._close_days(one, first, last, reason),
            lambda _done: self._done(screen, _("{name}: closed", name=safe(one.brief.name, 40)), undo=True),
            group="write",
        )

    def _closure_form(self, screen: ProvidersScreen, one: FoundProvider) -> None:
        def save(values: Mapping[str, str]) -> bool:
            first, last = self._moment(values["first"], "first"), self._moment(values["last"], "last")
            if first is None:
                raise InvalidInput(N_("Give the first day."), field="first")
            zone = active_zone()
            return self._close_days(
                one, first.day(zone), last.day(zone) if last is not None else None, values["reason"]
            )

        fields = [
            Field("first", _("From"), hint=_("tomorrow, 5 April")),
            Field("last", _("Until"), hint=_("included; nothing is one day")),
            Field("reason", _("Reason"), hint=_("holidays, works")),
        ]
        self.app.push_screen(
            FormSheet(_("Closed for some days"), fields, save, context=safe(one.brief.name, 40)),
            lambda done: (
                self._done(screen, _("{name}: closed", name=safe(one.brief.name, 40)), undo=True)
                if done
                else None
            ),
        )

    def _card(self, ask: Ask, then: Callable[[ProvidersScreen, ProviderCard], None]) -> None:
        found = self._one(ask)
        if found is None:
            return
        screen, one = found

        def read() -> ProviderCard:
            from conciergedesk.providers.queries import provider_card

            return self.session.ask(provider_card, one.id)

        screen.run_service(read, lambda card: then(screen, card), group="provider-card")

    def edit(self, ask: Ask) -> None:
        self._card(ask, self._edit)

    def _edit(self, screen: ProvidersScreen, card: ProviderCard) -> None:
        shown = _form_values(card)

        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.providers import service as providers

            changes = _typed({name: text for name, text in values.items() if text != shown[name]})
            self.session.act(providers.change_provider, self.room.rules, card.id, changes, seen=card.version)
            return True

        fields = [Field(name, _(label), shown[name], _(hint)) for name, label, hint in _CARD_FIELDS]
        self.app.push_screen(
            FormSheet(_("Card"), fields, save, context=f"{card.brief.ref} {safe(card.name, 30)}"),
            lambda done: (
                self._done(screen, _("{name}: card kept", name=safe(card.name, 40)), undo=True)
                if done
                else None
            ),
        )

    def add(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is None:
            return

        def save(values: Mapping[str, str]) -> int:
            from conciergedesk.providers import service as providers
            from conciergedesk.providers.cards import ProviderValues

            country = self.room.agency.home
            made = ProviderValues(
                country=country, **{k: v for k, v in _typed(values).items() if v not in ("", ())}
            )
            return self.session.act(providers.add_provider, self.room.rules, made)

        fields = [
            Field(name, _(label), "", _(hint)) for name, label, hint in _CARD_FIELDS if name != "country"
        ]
        self.app.push_screen(
            FormSheet(_("New provider"), fields, save),
            lambda made: (
                self._done(screen, _("Provider kept: {ref}", ref=f"PR-{made}"), undo=True) if made else None
            ),
        )

    def hours(self, ask: Ask) -> None:
        def show(screen: ProvidersScreen, card: ProviderCard) -> None:
            def save(text: str) -> bool:
                from conciergedesk.providers import service as providers

                self.session.act(
                    providers.change_provider, self.room.rules, card.id, {"hours": text}, seen=card.version
                )
                return True

            self.app.push_screen(
                HoursSheet(self.room, card, save),
                lambda done: (
                    self._done(screen, _("{name}: hours kept", name=safe(card.name, 40)), undo=True)
                    if done
                    else None
                ),
            )

        self._card(ask, show)

    def note(self, ask: Ask) -> None:
        def show(screen: ProvidersScreen, card: ProviderCard) -> None:
            def save(values: Mapping[str, str]) -> bool:
                from conciergedesk.providers import service as providers

                if values["facts"].strip():
                    request = screen.request.card.id if screen.request is not None else None
                    day = local(self.session.now()).date()
                    self.session.act(
                        providers.note_incident, card.id, values["facts"], day=day, request_id=request
                    )
                if values["note"] != card.values.note.replace("\n", " / "):
                    changes = {"note": values["note"].replace(" / ", "\n")}
                    self.session.act(
                        providers.change_provider, self.room.rules, card.id, changes, seen=card.version
                    )
                return True

            fields = [
                Field(
                    "note",
                    _("Note"),
                    card.values.note.replace("\n", " / "),
                    _("what helps the next colleague"),
                ),
                Field("facts", _("Incident"), hint=_("only facts; it gets today's date")),
            ]
            self.app.push_screen(
                FormSheet(_("Note"), fields, save, context=safe(card.name, 40)),
                lambda done: self._done(screen, _("Note kept"), undo=True) if done else None,
            )

        self._card(ask, show)

    def agreement(self, ask: Ask) -> None:
        def show(screen: ProvidersScreen, card: ProviderCard) -> None:
            def save(values: Mapping[str, str]) -> bool:
                from conciergedesk.core.db.unit import Unit
                from conciergedesk.providers import service as providers

                since, until = self._day(values["since"], "since"), self._day(values["until"], "until")
                rate = read_rate(values["rate"]) if values["rate"].strip() else None

                def both(unit: Unit) -> None:
                    providers.set_agreement(
                        unit, card.id, values["agreement"].strip(), reference=values["reference"], since=since,
                        until=until, seen=card.version,
                    )  # fmt: skip
                    if rate is not None:
                        start = since or local(self.session.now()).date()
                        providers.agree_rate(unit, card.id, rate, since=start, reason=values["reason"])

                self.session.act(both)
                return True

            fields = [
                Field(
                    "agreement", _("State"), card.brief.agreement, "none · listed · in_talks · signed · ended"
                ),
                Field("reference", _("Reference"), card.agreement_ref),
                Field("since", _("From"), _shown_day(card.agreement_from), _("1 January 2027")),
                Field(
                    "until", _("Until"), _shown_day(card.agreement_until), _("the desk warns 60 days before")
                ),
                Field("rate", _("New rate"), hint=_("12,5 %; nothing leaves it")),
                Field("reason", _("Reason")),
            ]
            self.app.push_screen(
                FormSheet(_("Agreement"), fields, save, context=safe(card.name, 40)),
                lambda done: self._done(screen, _("Agreement kept"), undo=True) if done else None,
            )

        self._card(ask, show)

    def visit(self, ask: Ask) -> None:
        def show(screen: ProvidersScreen, card: ProviderCard) -> None:
            today = local(self.session.now()).date()

            def save(values: Mapping[str, str]) -> bool:
                from conciergedesk.providers import service as providers

                day = self._day(values["day"], "day") or today
                until = self._day(values["until"], "until") or day + timedelta(days=365)
                self.session.act(
                    providers.record_visit,
                    card.id,
                    day=day,
                    valid_until=until,
                    grade=values["grade"],
                    note=values["note"],
                )
                return True

            fields = [
                Field("day", _("Visited on"), today.isoformat()),
                Field("until", _("Holds until"), (today + timedelta(days=365)).isoformat()),
                Field("grade", _("Grade")),
                Field("note", _("Note"), hint=_("access, equipment, languages")),
            ]
            self.app.push_screen(
                FormSheet(_("Qualification visit"), fields, save, context=safe(card.name, 40)),
                lambda done: self._done(screen, _("Visit kept"), undo=True) if done else None,
            )

        self._card(ask, show)

    def _day(self, text: str, field: str) -> date | None:
        if not text.strip():
            return None
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            moment = self._moment(text, field)
            return moment.day(active_zone()) if moment is not None else None

    # --- listings ---

    def import_listing(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is None:
            return
        self.app.push_screen(
            ImportSheet(self.room), lambda said: self._done(screen, said) if said else screen.reload()
        )

    def export(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is None:
            return

        def save(values: Mapping[str, str]) -> int:
            from conciergedesk.providers.exporters import export_providers

            return self.session.ask(export_providers, Path(values["path"]).expanduser())

        form = FormSheet(_("Export"), [Field("path", _("File"), "~/prestataires.csv", ".csv · .xlsx")], save)
        self.app.push_screen(
            form,
            lambda count: (
                screen.say(_("{count} providers written.", count=count)) if count is not None else None
            ),
        )


_CARD_FIELDS: tuple[tuple[str, str, str], ...] = (
    ("name", N_("Name"), ""),
    ("trades", N_("Trades"), N_("physio, spa: with commas")),
    ("address", N_("Address"), ""),
    ("postcode", N_("Postcode"), ""),
    ("commune", N_("Commune"), ""),
    ("country", N_("Country"), "FR · LU · DE · BE"),
    ("phones", N_("Phones"), N_("03 53 01 46 20 (office) / 06…")),
    ("email", N_("Mail"), ""),
    ("website", N_("Web"), ""),
    ("languages", N_("Languages"), "fr de en"),
    ("booking", N_("Booking"), "phone · email · web · message · on_site"),
    ("lead_minutes", N_("Lead (min)"), N_("how long ahead")),
    ("answer_minutes", N_("Answers (min)"), N_("how long they have")),
    ("price_band", N_("Price band"), "0 – 4"),
    ("cancellation", N_("Cancellation"), ""),
    ("free_cancel_hours", N_("Free until (h)"), N_("hours before")),
)
_NUMBERS = ("lead_minutes", "answer_minutes", "price_band", "free_cancel_hours")


def _form_values(card: ProviderCard) -> dict[str, str]:
    values = card.values
    found = {name: str(getattr(values, name)) for name, _label, _hint in _CARD_FIELDS if name not in _NUMBERS}
    found |= {"trades": ", ".join(values.trades), "phones": " / ".join(values.phones)}
    found |= {"languages": " ".join(values.languages)}
    for name in _NUMBERS:
        value = getattr(values, name)
        found[name] = "" if value is None else str(value)
    return found


def _typed(values: Mapping[str, str]) -> dict[str, Any]:
    """What stands in a form as the values of a card.

    Raises:
        InvalidInput: a number that is none.
    """
    found: dict[str, Any] = {}
    for name, text in values.items():
        if name == "trades":
            found[name] = tuple(part.strip() for part in text.split(",") if part.strip())
        elif name == "phones":
            found[name] = (text,) if text.strip() else ()
        elif name == "languages":
            found[name] = tuple(text.split())
        elif name in _NUMBERS:
            if text.strip() and not text.strip().isdigit():
                raise InvalidInput(N_("This must be a whole number, not below 0."), field=name)
            found[name] = int(text) if text.strip() else 0 if name == "price_band" else None
        else:
            found[name] = text
    return {name: value for name, value in found.items() if value is not None or name in values}


def _shown_day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""

"""The card of a provider: what is typed on it, its hours, its closures, and what the desk has noted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, _, active_zone, local
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.handlers.provider_acts import ProviderActs
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.provider_sheets import HoursSheet
from conciergedesk.ui.screens.providers import ProvidersScreen

if TYPE_CHECKING:
    from conciergedesk.providers.finder import FoundProvider
    from conciergedesk.providers.queries import ProviderCard
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.provider_room import ProviderRoom
    from conciergedesk.ui.session import DeskSession


class ProviderCards(ProviderActs):
    """Wires the acts on a card to the verbs of the provider base."""

    def __init__(self, app: DeskApp, session: DeskSession, room: ProviderRoom) -> None:
        super().__init__(app, session, room)
        for act, handler in (
            ("providers.unavailable", self.unavailable),
            ("providers.edit", self.edit),
            ("providers.hours", self.hours),
            ("providers.note", self.note),
            ("providers.add", self.add),
        ):
            app.on_act(act, handler)

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

"""The card of a provider: every part of it, further addresses, and what the desk has noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conciergedesk.core.i18n import N_, _, active_language, local, show_date
from conciergedesk.core.phone import show_phone
from conciergedesk.providers.rules import show_rate
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.handlers.provider_acts import ProviderActs
from conciergedesk.ui.handlers.provider_days import ProviderDays
from conciergedesk.ui.handlers.provider_fields import (
    AGREEMENT,
    BOOKING,
    CONTACT,
    INCIDENT,
    PLACE,
    ROLES,
    STATUS,
    CardField,
    shown,
    shown_values,
    typed,
    typed_values,
)
from conciergedesk.ui.handlers.provider_terms import ProviderTerms
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.screens.providers import ProvidersScreen

if TYPE_CHECKING:
    from conciergedesk.core.db.unit import Unit
    from conciergedesk.providers.queries import ProviderCard
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.provider_room import ProviderRoom
    from conciergedesk.ui.session import DeskSession

Open = Callable[[ProvidersScreen, "ProviderCard"], None]
NEW = (*CONTACT, *PLACE[:3])


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a card: how it is called, the letter that opens it, what stands there, and how it is opened."""

    label: str
    letter: str
    says: Callable[[ProviderCard], str]
    open: Open


class ProviderCards(ProviderActs):
    """Wires the acts on a card to the verbs of the provider base."""

    def __init__(
        self,
        app: DeskApp,
        session: DeskSession,
        room: ProviderRoom,
        days: ProviderDays,
        terms: ProviderTerms,
    ) -> None:
        super().__init__(app, session, room)
        app.on_act("providers.edit", self.edit)
        app.on_act("providers.note", self.note)
        app.on_act("providers.add", self.add)
        self._parts = (
            _Part(N_("name, trades, phones, languages"), "n", _contact, self._part(N_("Contact"), CONTACT)),
            _Part(N_("address"), "a", _address, self._part(N_("Address"), PLACE)),
            _Part(N_("further addresses"), "f", _count(lambda card: len(card.addresses)), self._addresses),
            _Part(
                N_("booking, lead time, price, cancellation"),
                "r",
                _booking,
                self._part(N_("Booking"), BOOKING),
            ),
            _Part(N_("guide, member, reseller, access"), "m", _roles, self._part(N_("Roles"), ROLES)),
            _Part(N_("opening hours"), "h", lambda card: card.values.hours, days.hours_form),
            _Part(N_("hours checked today"), "o", _seen, days.hours_checked),
            _Part(N_("days that differ"), "j", _count(lambda card: len(card.exceptions)), days.exceptions),
            _Part(N_("state and season"), "s", _status, days.status_form),
            _Part(N_("agreement"), "c", _agreement, terms.agreement_form),
            _Part(N_("rates"), "t", _rate, terms.rates),
            _Part(N_("referents"), "g", _referents, terms.referents),
            _Part(N_("qualification visit"), "q", _visit, terms.visit_form),
            _Part(N_("note or incident"), "i", _count(lambda card: len(card.incidents)), self.note_form),
        )

    def edit(self, ask: Ask) -> None:
        """All parts of the card with what stands there now; a letter opens one."""

        def show(screen: ProvidersScreen, card: ProviderCard) -> None:
            options = [
                Option(str(place), _(part.label), safe(part.says(card), 40), part.letter)
                for place, part in enumerate(self._parts)
            ]
            title = f"{card.brief.ref} {safe(card.name, 30)}"
            self.app.push_screen(
                Choice(_("Card"), options, title),
                lambda answer: self._parts[int(answer)].open(screen, card) if answer is not None else None,
            )

        self._card(ask, show)

    def _part(self, title: str, fields: Sequence[CardField]) -> Open:
        def show(screen: ProvidersScreen, card: ProviderCard) -> None:
            before = self._shown(fields, card)

            def save(values: Mapping[str, str]) -> bool:
                from conciergedesk.providers import service as providers

                changed = {name: text for name, text in values.items() if text != before[name]}
                changes = typed_values(fields, changed)
                if changes.keys() & {"latitude", "longitude"}:
                    changes |= typed_values(fields, {n: values[n] for n in ("latitude", "longitude")})
                self.session.act(
                    providers.change_provider, self.room.rules, card.id, changes, seen=card.version
                )
                return True

            lines = [Field(one.name, _(one.label), before[one.name], one.hinted) for one in fields]
            self._form(screen, card, _(title), lines, save)

        return show

    def _shown(self, fields: Sequence[CardField], card: ProviderCard) -> dict[str, str]:
        found = shown_values(fields, card.values)
        if "trades" in found:
            trades, language = self.room.finder.lexicon.trades, active_language()
            found["trades"] = ", ".join(
                trades[code].label.in_language(language) if code in trades else code
                for code in card.values.trades
            )
        return found

    def add(self, ask: Ask) -> None:
        screen = self._screen(ask)
        if screen is None:
            return

        def save(values: Mapping[str, str]) -> int:
            from conciergedesk.providers import service as providers
            from conciergedesk.providers.cards import ProviderValues

            made = ProviderValues(country=self.room.agency.home, **typed_values(NEW, values))
            return self.session.act(providers.add_provider, self.room.rules, made)

        fields = [Field(one.name, _(one.label), "", one.hinted) for one in NEW]
        self.app.push_screen(
            FormSheet(_("New provider"), fields, save),
            lambda made: (
                self._done(screen, _("Provider kept: {ref}", ref=f"PR-{made}"), undo=True) if made else None
            ),
        )

    # --- further addresses ---

    def _addresses(self, screen: ProvidersScreen, card: ProviderCard) -> None:
        options = [Option("new", _("a further address"), letter="n")]
        for one in card.addresses:
            where = safe(", ".join(filter(None, (one.label, one.address, one.commune))), 50)
            options.append(Option(str(one.id), _("take off: {where}", where=where)))

        def chosen(answer: str | None) -> None:
            if answer == "new":
                self._address_form(screen, card)
            elif answer is not None:
                self._remove_address(screen, card, int(answer))

        self.app.push_screen(Choice(_("Further addresses"), options, safe(card.name, 40)), chosen)

    def _remove_address(self, screen: ProvidersScreen, card: ProviderCard, address_id: int) -> None:
        def call() -> None:
            from conciergedesk.providers import service as providers

            self.session.act(providers.remove_address, address_id)

        said = _("{name}: address taken off", name=safe(card.name, 40))
        screen.run_service(call, lambda _none: self._done(screen, said, undo=True), group="write")

    def _address_form(self, screen: ProvidersScreen, card: ProviderCard) -> None:
        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.providers import service as providers

            self.session.act(
                providers.add_address,
                card.id,
                label=values["label"],
                address=values["address"],
                postcode=values["postcode"],
                commune=values["commune"],
                country=values["country"] or card.brief.country,
            )
            return True

        fields = [
            Field("label", _("What for"), hint=_("workshop, warehouse, second practice")),
            *(Field(one.name, _(one.label), hint=one.hinted) for one in PLACE[:4]),
        ]
        self._form(screen, card, _("Further address"), fields, save)

    # --- notes ---

    def note(self, ask: Ask) -> None:
        self._card(ask, self.note_form)

    def note_form(self, screen: ProvidersScreen, card: ProviderCard) -> None:
        """What helps the next colleague, and what went wrong: both in one."""
        before = card.values.note.replace("\n", " / ")

        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.providers import service as providers

            request = screen.request.card.id if screen.request is not None else None
            day = local(self.session.now()).date()

            def both(unit: Unit) -> None:
                if values["facts"].strip():
                    kind = typed(INCIDENT, values["kind"])
                    providers.note_incident(
                        unit, card.id, values["facts"], day=day, kind=kind, request_id=request
                    )
                if values["note"] != before:
                    changes = {"note": values["note"].replace(" / ", "\n")}
                    providers.change_provider(unit, self.room.rules, card.id, changes, seen=card.version)

            self.session.act(both)
            return True

        fields = [
            Field("note", _("Note"), before, _("what helps the next colleague")),
            Field("facts", _("Incident"), hint=_("only facts; it gets today's date")),
            Field("kind", _(INCIDENT.label), shown(INCIDENT, "other"), INCIDENT.hinted),
        ]
        self._form(screen, card, _("Note"), fields, save)


def _count(of: Callable[[ProviderCard], int]) -> Callable[[ProviderCard], str]:
    return lambda card: str(of(card)) if of(card) else ""


def _contact(card: ProviderCard) -> str:
    numbers = card.numbers[:2]
    return " · ".join(show_phone(one.e164) if one.e164 else one.typed for one in numbers)


def _address(card: ProviderCard) -> str:
    return ", ".join(filter(None, (card.values.address, card.values.commune)))


def _booking(card: ProviderCard) -> str:
    said = shown(BOOKING[0], card.values.booking)
    return " · ".join(filter(None, (said, "€" * card.values.price_band, card.values.cancellation)))


def _roles(card: ProviderCard) -> str:
    return " · ".join(_(one.label).lower() for one in ROLES if getattr(card.values, one.name))


def _seen(card: ProviderCard) -> str:
    seen = card.brief.hours_seen_on
    return show_date(seen, None, "d MMM y") if seen is not None else ""


def _status(card: ProviderCard) -> str:
    season = "-".join(filter(None, card.brief.season))
    return " · ".join(filter(None, (shown(STATUS, card.values.status), season, card.values.status_reason)))


def _agreement(card: ProviderCard) -> str:
    said = shown(AGREEMENT, card.brief.agreement)
    until = card.agreement_until
    return f"{said} {_('until {day}', day=show_date(until, None, 'd MMM y'))}" if until is not None else said


def _rate(card: ProviderCard) -> str:
    last = max(card.rates, key=lambda rate: rate.since, default=None)
    return show_rate(last.basis_points, active_language()) if last is not None else ""


def _referents(card: ProviderCard) -> str:
    return " · ".join(dict.fromkeys(filter(None, (card.leisure_referent, card.business_referent))))


def _visit(card: ProviderCard) -> str:
    until = card.visit_valid_until
    return _("until {day}", day=show_date(until, None, "d MMM y")) if until is not None else ""

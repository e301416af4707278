"""What was agreed with a provider: the agreement, its rates, who looks after it, and the visits that qualify it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, _, active_language, local, show_date
from conciergedesk.core.text import fold
from conciergedesk.providers.rules import read_rate, show_rate
from conciergedesk.ui.cells import safe, word
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.handlers.provider_acts import ProviderActs
from conciergedesk.ui.handlers.provider_fields import AGREEMENT, OWED_LABELS, OWED_TO, shown, typed
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field
from conciergedesk.ui.screens.providers import ProvidersScreen

if TYPE_CHECKING:
    from conciergedesk.providers.queries import ProviderCard
    from conciergedesk.providers.rules import Rate
    from conciergedesk.staff.queries import AgentCard
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.provider_room import ProviderRoom
    from conciergedesk.ui.session import DeskSession


class ProviderTerms(ProviderActs):
    """Wires agreement, rates, referents and visits to the verbs of the provider base."""

    def __init__(self, app: DeskApp, session: DeskSession, room: ProviderRoom) -> None:
        super().__init__(app, session, room)
        app.on_act("providers.agreement", self.agreement)
        app.on_act("providers.visit", self.visit)

    def agreement(self, ask: Ask) -> None:
        self._card(ask, self.agreement_form)

    def agreement_form(self, screen: ProvidersScreen, card: ProviderCard) -> None:
        """How far the agreement has come, and its term."""

        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.providers import service as providers

            self.session.act(
                providers.set_agreement,
                card.id,
                typed(AGREEMENT, values["agreement"]),
                reference=values["reference"],
                since=self._day(values["since"], "since"),
                until=self._day(values["until"], "until"),
                seen=card.version,
            )
            return True

        fields = [
            Field("agreement", _(AGREEMENT.label), shown(AGREEMENT, card.brief.agreement), AGREEMENT.hinted),
            Field("reference", _("Reference"), card.agreement_ref),
            Field("since", _("From"), _shown_day(card.agreement_from), _("1 January 2027")),
            Field("until", _("Until"), _shown_day(card.agreement_until), _("the desk warns 60 days before")),
        ]
        self._form(screen, card, _("Agreement"), fields, save)

    # --- rates ---

    def rates(self, screen: ProvidersScreen, card: ProviderCard) -> None:
        """All rates that were ever agreed, and a new one: the old ones stay on record."""
        options = [Option("new", _("a new rate"), letter="n")]
        for one in sorted(card.rates, key=lambda rate: rate.since, reverse=True):
            options.append(Option("", rate_words(one), safe(one.reason, 40)))
        self.app.push_screen(
            Choice(_("Rates"), options, safe(card.name, 40)),
            lambda answer: self._rate_form(screen, card) if answer == "new" else None,
        )

    def _rate_form(self, screen: ProvidersScreen, card: ProviderCard) -> None:
        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.providers import service as providers

            self.session.act(
                providers.agree_rate,
                card.id,
                read_rate(values["rate"]),
                since=self._day(values["since"], "since") or local(self.session.now()).date(),
                owed_to=typed(OWED_TO, values["owed_to"]),
                reason=values["reason"],
            )
            return True

        fields = [
            Field("rate", _("New rate"), hint="12,5 %"),
            Field("since", _("From"), _shown_day(local(self.session.now()).date()), _("1 January 2027")),
            Field("owed_to", _(OWED_TO.label), shown(OWED_TO, "agency"), OWED_TO.hinted),
            Field("reason", _("Reason")),
        ]
        self._form(screen, card, _("Rate"), fields, save)

    # --- referents ---

    def referents(self, screen: ProvidersScreen, card: ProviderCard) -> None:
        """Who of the team looks after the provider."""

        def read() -> list[AgentCard]:
            from conciergedesk.staff.queries import agents

            return self.session.ask(agents)

        screen.run_service(read, lambda team: self._referents_form(screen, card, team), group="provider-card")

    def _referents_form(self, screen: ProvidersScreen, card: ProviderCard, team: list[AgentCard]) -> None:
        codes = {one.id: one.code for one in team}

        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.providers import service as providers

            self.session.act(
                providers.set_referents,
                card.id,
                leisure_id=_agent(team, values["leisure"], "leisure"),
                business_id=_agent(team, values["business"], "business"),
            )
            return True

        hint = " ".join(one.code for one in team)
        fields = [
            Field("leisure", _("Leisure"), codes.get(card.leisure_referent_id or 0, ""), hint),
            Field("business", _("Business"), codes.get(card.business_referent_id or 0, ""), hint),
        ]
        self._form(screen, card, _("Referents"), fields, save)

    # --- visits ---

    def visit(self, ask: Ask) -> None:
        self._card(ask, self.visit_form)

    def visit_form(self, screen: ProvidersScreen, card: ProviderCard) -> None:
        """A visit that was made: from then on the place may be recommended, for a time."""
        today = local(self.session.now()).date()

        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.providers import service as providers

            day = self._day(values["day"], "day") or today
            until = self._day(values["valid_until"], "valid_until") or day + timedelta(days=365)
            self.session.act(
                providers.record_visit,
                card.id,
                day=day,
                valid_until=until,
                grade=values["grade"],
                criteria=_criteria(values["criteria"]),
                note=values["note"],
            )
            return True

        fields = [
            Field("day", _("Visited on"), today.isoformat()),
            Field("valid_until", _("Holds until"), (today + timedelta(days=365)).isoformat()),
            Field("grade", _("Grade")),
            Field("criteria", _("Criteria"), hint=_("access: step-free; rooms: 12")),
            Field("note", _("Note"), hint=_("access, equipment, languages")),
        ]
        self._form(screen, card, _("Qualification visit"), fields, save)


def rate_words(one: Rate) -> str:
    """``12,5 % à l'agence depuis le 1 janv. 2027``."""
    return _(
        "{rate} {owed} since {day}",
        rate=show_rate(one.basis_points, active_language()),
        owed=word(OWED_LABELS[one.owed_to]),
        day=show_date(one.since, None, "d MMM y"),
    )


def _agent(team: list[AgentCard], text: str, field: str) -> int | None:
    """The agent that a code or the beginning of a name means; nobody when nothing is written.

    Raises:
        InvalidInput: nobody or several are called so.
    """
    said = fold(text)
    if not said:
        return None
    exact = [one.id for one in team if fold(one.code) == said]
    begun = [one.id for one in team if fold(f"{one.first_name} {one.last_name}").startswith(said)]
    found = exact or begun
    if len(found) != 1:
        raise InvalidInput(
            N_("Write the code of one agent: {codes}."), field=field, codes=" ".join(one.code for one in team)
        )
    return found[0]


def _criteria(text: str) -> dict[str, str]:
    """``access: step-free; rooms: 12`` as names and values."""
    found = {}
    for part in text.split(";"):
        name, _colon, value = part.partition(":")
        if name.strip():
            found[name.strip()] = value.strip()
    return found


def _shown_day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""

"""What was agreed with a provider: the agreement, its rates, and the visits that qualify a place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from conciergedesk.core.i18n import _, local
from conciergedesk.providers.rules import read_rate
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.handlers.provider_acts import ProviderActs
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.screens.providers import ProvidersScreen

if TYPE_CHECKING:
    from conciergedesk.providers.queries import ProviderCard
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.provider_room import ProviderRoom
    from conciergedesk.ui.session import DeskSession


class ProviderTerms(ProviderActs):
    """Wires agreement and visits to the verbs of the provider base."""

    def __init__(self, app: DeskApp, session: DeskSession, room: ProviderRoom) -> None:
        super().__init__(app, session, room)
        app.on_act("providers.agreement", self.agreement)
        app.on_act("providers.visit", self.visit)

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


def _shown_day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""

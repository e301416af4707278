"""When a provider can be asked: its hours, the days that differ, its season and its status."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, _, active_zone, local, show_date
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.handlers.provider_acts import ProviderActs
from conciergedesk.ui.handlers.provider_fields import STATUS, shown, typed
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.provider_sheets import HoursSheet
from conciergedesk.ui.screens.providers import ProvidersScreen

if TYPE_CHECKING:
    from conciergedesk.providers.found import FoundProvider
    from conciergedesk.providers.queries import ExceptionLine, ProviderCard
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.provider_room import ProviderRoom
    from conciergedesk.ui.session import DeskSession


class ProviderDays(ProviderActs):
    """Wires hours, exceptions and status to the verbs of the provider base."""

    def __init__(self, app: DeskApp, session: DeskSession, room: ProviderRoom) -> None:
        super().__init__(app, session, room)
        app.on_act("providers.unavailable", self.unavailable)
        app.on_act("providers.hours", self.hours)

    # --- for a while, or for good ---

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

    def status_form(self, screen: ProvidersScreen, card: ProviderCard) -> None:
        """Active, seasonal with its season, suspended or closed with the reason."""

        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.providers import service as providers

            season = (values["season_from"].strip(), values["season_to"].strip())
            self.session.act(
                providers.set_status,
                card.id,
                typed(STATUS, values["status"]),
                reason=values["reason"],
                season=season,
                seen=card.version,
            )
            return True

        values = card.values
        fields = [
            Field("status", _(STATUS.label), shown(STATUS, values.status), STATUS.hinted),
            Field("reason", _("Reason"), values.status_reason, _("shown beside the name")),
            Field("season_from", _("Season from"), values.season_from, "04-01"),
            Field("season_to", _("Season until"), values.season_to, "10-31"),
        ]
        self._form(screen, card, _("State and season"), fields, save)

    # --- hours ---

    def hours(self, ask: Ask) -> None:
        self._card(ask, self.hours_form)

    def hours_form(self, screen: ProvidersScreen, card: ProviderCard) -> None:
        """The hours as they are written, with the week they mean."""

        def save(text: str) -> bool:
            from conciergedesk.providers import service as providers

            self.session.act(
                providers.change_provider, self.room.rules, card.id, {"hours": text}, seen=card.version
            )
            return True

        said = _("{name}: hours kept", name=safe(card.name, 40))
        self.app.push_screen(
            HoursSheet(self.room, card, save),
            lambda done: self._done(screen, said, undo=True) if done else None,
        )

    def hours_checked(self, screen: ProvidersScreen, card: ProviderCard) -> None:
        """Somebody has asked: the hours on the card hold today."""

        def call() -> None:
            from conciergedesk.providers import service as providers

            self.session.act(providers.hours_checked, card.id)

        said = _("{name}: hours checked today", name=safe(card.name, 40))
        screen.run_service(call, lambda _none: self._done(screen, said, undo=True), group="write")

    # --- days that differ ---

    def exceptions(self, screen: ProvidersScreen, card: ProviderCard) -> None:
        """The days that differ from the week: one to take back, or a new one."""
        options = [
            Option("new", _("other hours on some days"), letter="n"),
            *(
                Option(str(one.id), _("take back: {days}", days=exception_words(one)))
                for one in card.exceptions
            ),
        ]

        def chosen(answer: str | None) -> None:
            if answer == "new":
                self._exception_form(screen, card)
            elif answer is not None:
                self._take_back(screen, card, int(answer))

        self.app.push_screen(Choice(_("Days that differ"), options, safe(card.name, 40)), chosen)

    def _take_back(self, screen: ProvidersScreen, card: ProviderCard, exception_id: int) -> None:
        def call() -> None:
            from conciergedesk.providers import service as providers

            self.session.act(providers.remove_exception, exception_id)

        said = _("{name}: the ordinary hours hold again", name=safe(card.name, 40))
        screen.run_service(call, lambda _none: self._done(screen, said, undo=True), group="write")

    def _exception_form(self, screen: ProvidersScreen, card: ProviderCard) -> None:
        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.providers import service as providers

            first, last = self._day(values["first"], "first"), self._day(values["last"], "last")
            if first is None:
                raise InvalidInput(N_("Give the first day."), field="first")
            self.session.act(
                providers.add_exception,
                card.id,
                first=first,
                last=last,
                ranges=values["ranges"],
                reason=values["reason"],
            )
            return True

        fields = [
            Field("first", _("From"), hint=_("tomorrow, 5 April")),
            Field("last", _("Until"), hint=_("included; nothing is one day")),
            Field("ranges", _("Open"), hint=_("10:00-12:00,14:00-18:00; nothing is closed")),
            Field("reason", _("Reason"), hint=_("holidays, works")),
        ]
        self._form(screen, card, _("Other hours on some days"), fields, save)


def exception_words(one: ExceptionLine) -> str:
    """``24 déc.-2 janv. · fermé · congés``."""
    days = show_date(one.first, None, "d MMM")
    if one.last != one.first:
        days += f"-{show_date(one.last, None, 'd MMM')}"
    return " · ".join(filter(None, (days, one.ranges or _("closed"), safe(one.reason, 30))))

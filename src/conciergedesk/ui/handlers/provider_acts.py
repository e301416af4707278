"""What all acts on the screen of providers share: where they are, whom they are about, and what is said after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, _, active_zone
from conciergedesk.core.moments import Moment, parse_moment
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.screens.providers import ProvidersScreen

if TYPE_CHECKING:
    from conciergedesk.providers.found import FoundProvider
    from conciergedesk.providers.queries import ProviderCard
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.provider_room import ProviderRoom
    from conciergedesk.ui.session import DeskSession

NO_REQUEST = N_("Open this screen from a request of the board (p) to ask for it.")


class ProviderActs:
    """The ground of the acts on providers."""

    def __init__(self, app: DeskApp, session: DeskSession, room: ProviderRoom) -> None:
        self.app = app
        self.session = session
        self.room = room

    @staticmethod
    def _screen(ask: Ask) -> ProvidersScreen | None:
        return ask.screen if isinstance(ask.screen, ProvidersScreen) else None

    def _one(self, ask: Ask) -> tuple[ProvidersScreen, FoundProvider] | None:
        screen = self._screen(ask)
        if screen is None or screen.current is None:
            return None
        return screen, screen.current

    @staticmethod
    def _done(screen: ProvidersScreen, said: str, *, undo: bool = False, next_one: bool = False) -> None:
        """Say what was done and read again; ``next_one`` goes to the next provider who was not asked yet."""
        screen.say(said, "desk.undo" if undo else "")
        screen.list.clear_marks()
        screen.reload(keep=not next_one)

    def _form(
        self,
        screen: ProvidersScreen,
        card: ProviderCard,
        title: str,
        fields: Sequence[Field],
        save: Callable[[Mapping[str, str]], bool],
    ) -> None:
        """A form on a card; what is saved is said and can be undone."""
        said = _("{name}: card kept", name=safe(card.name, 40))
        self.app.push_screen(
            FormSheet(title, fields, save, context=f"{card.brief.ref} {safe(card.name, 30)}"),
            lambda done: self._done(screen, said, undo=True) if done else None,
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

    def _moment(self, text: str, field: str) -> Moment | None:
        if not text.strip():
            return None
        moment = parse_moment(text, self.session.now(), active_zone())
        if moment is None:
            raise InvalidInput(
                N_("“{value}” is not a moment such as 20:00 or dimanche 10h."), field=field, value=text
            )
        return moment

    def _day(self, text: str, field: str) -> date | None:
        if not text.strip():
            return None
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            moment = self._moment(text, field)
            return moment.day(active_zone()) if moment is not None else None

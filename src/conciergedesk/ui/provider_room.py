"""What the screen of providers reads and does: every method is called in a worker thread, heavy imports inside."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from conciergedesk.core.i18n import active_language, active_zone, show_date
from conciergedesk.core.shared import Agency

if TYPE_CHECKING:
    from conciergedesk.providers.cards import CardRules
    from conciergedesk.providers.finder import Finder
    from conciergedesk.providers.found import Found
    from conciergedesk.providers.hours import DayPlan, OpeningTimes, Status
    from conciergedesk.providers.importers.plan import ImportPlan, Progress, Stopped
    from conciergedesk.providers.queries import ProviderCard
    from conciergedesk.providers.rules import Record
    from conciergedesk.requests.ask_letters import Confirmation
    from conciergedesk.requests.ask_reading import AskLine, PastOrder
    from conciergedesk.requests.queries import RequestCard
    from conciergedesk.ui.session import DeskSession

SHOWN = 30


@dataclass(frozen=True, slots=True)
class ForRequest:
    """The request that providers are looked for."""

    card: RequestCard
    kind: str
    client: str
    query: str
    asks: tuple[AskLine, ...]
    language: str

    @property
    def asked(self) -> Mapping[int, AskLine]:
        return {line.provider_id: line for line in self.asks}


@dataclass(frozen=True, slots=True)
class ProviderDetail:
    """One provider in full, as it stands at a moment."""

    card: ProviderCard
    status: Status
    week: tuple[DayPlan, ...]
    moment: datetime
    record: Record
    past: tuple[PastOrder, ...]
    distance_km: float | None = None


class ProviderRoom:
    """The provider base for one desk."""

    def __init__(self, session: DeskSession) -> None:
        self.session = session
        self._finder: Finder | None = None
        self._rules: CardRules | None = None
        self._wanted: int | None = None

    def want(self, request_id: int) -> None:
        """The screen looks for providers of this request when it is shown next."""
        self._wanted = request_id

    def take_wanted(self) -> int | None:
        """The request that the screen was opened for, once."""
        wanted, self._wanted = self._wanted, None
        return wanted

    @property
    def agency(self) -> Agency:
        return self.session.agency or Agency()

    @property
    def finder(self) -> Finder:
        """The search, made when it is first needed."""
        if self._finder is None:
            from zoneinfo import ZoneInfo

            from conciergedesk.core.paths import knowledge_base
            from conciergedesk.providers.fallbacks import load_fallbacks
            from conciergedesk.providers.finder import Finder
            from conciergedesk.providers.search.lexicon import read_lexicon
            from conciergedesk.requests.ask_reading import histories

            lexicon = read_lexicon()
            self._finder = Finder(
                self.session.desk(),
                self.session.book().holidays,
                lexicon=lexicon,
                fallbacks=load_fallbacks(knowledge_base() / "desk", tuple(lexicon.trades)),
                histories=histories(self.session.clock),
                zone=ZoneInfo(self.agency.zone),
            )
        return self._finder

    @property
    def rules(self) -> CardRules:
        """Against which cards are checked."""
        if self._rules is None:
            from conciergedesk.providers.cards import CardRules

            self._rules = CardRules(self.finder.lexicon, self.session.book().holidays, self.agency.home)
        return self._rules

    def may(self, right: str) -> bool:
        actor = self.session.actor
        return actor is not None and (right in actor.rights or "*" in actor.rights)

    # --- reading ---

    def token(self) -> str:
        """Changes whenever somebody has written."""
        from conciergedesk.core.journal import last_id

        return str(self.session.ask(last_id))

    def find(self, query: str, removed: Collection[tuple[str, str]], nearby_km: float) -> Found:
        """The answer to what stands in the search line."""
        from conciergedesk.providers.found import Search

        agency = self.agency
        origin = (agency.latitude, agency.longitude) if agency.latitude or agency.longitude else None
        search = Search(
            now=self.session.now(),
            origin=origin,
            country=agency.home,
            removed=frozenset(removed),
            nearby_km=nearby_km,
            limit=SHOWN,
        )
        return self.finder.find(query, search)

    def save_index(self) -> None:
        """Keep the search for the next opening of the desk."""
        if self._finder is not None:
            self._finder.save()

    def detail(self, provider_id: int, moment: datetime, distance_km: float | None = None) -> ProviderDetail:
        """A provider in full, with the week in which ``moment`` lies."""
        from conciergedesk.providers.queries import provider_card
        from conciergedesk.providers.rules import NOTHING_YET
        from conciergedesk.requests.ask_reading import histories, past_orders

        with self.session.desk().read() as session:
            card = provider_card(session, provider_id)
            past = tuple(past_orders(session, provider_id, 4))
            record = histories(self.session.clock)(session, [provider_id]).get(provider_id, NOTHING_YET)
        times = self.finder.times(card.brief)
        return ProviderDetail(
            card, times.status(moment), self._week(times, moment), moment, record, past, distance_km
        )

    @staticmethod
    def _week(times: OpeningTimes, moment: datetime) -> tuple[DayPlan, ...]:
        day = moment.astimezone(active_zone()).date()
        return tuple(times.week(day - timedelta(days=day.weekday())))

    def week_of(self, card: ProviderCard, hours: str) -> tuple[DayPlan, ...]:
        """The week as it would be understood if ``hours`` stood on the card."""
        from dataclasses import replace

        return self._week(self.finder.times(replace(card.brief, hours=hours)), self.session.now())

    def for_request(self, request_id: int) -> ForRequest:
        """A request with its asks, and the query that looks for its providers."""
        from conciergedesk.requests.ask_reading import ask_lines
        from conciergedesk.requests.queries import request_card

        with self.session.desk().read() as session:
            card = request_card(session, request_id)
            lines = tuple(ask_lines(session, request_id, self.session.now()))
        people = {one.role: one.name for one in card.people}
        client = people.get("beneficiary") or people.get("requester", "")
        kind = self.session.book().catalogue.get(card.type_code).label.in_language(active_language())
        return ForRequest(card, kind, client, self._query(card), lines, card.language)

    def _query(self, card: RequestCard) -> str:
        from conciergedesk.providers.found import Search

        kind = self.session.book().catalogue.get(card.type_code)
        lexicon = self.finder.lexicon
        code = next((code for code in kind.providers if code in lexicon.trades), "")
        parts = [lexicon.trades[code].label.fr.lower() if code else kind.label.fr.lower()]
        if card.place:
            read = self.finder.understand(card.place, Search(now=self.session.now()))
            chip = next((chip for chip in read.chips if chip.kind == "place"), None)
            parts.append(chip.label if chip is not None else "")
        if card.wanted_from is not None and card.wanted_from > self.session.now():
            here = card.wanted_from.astimezone(active_zone())
            same = here.date() == self.session.now().astimezone(active_zone()).date()
            parts.append("" if same else show_date(here.date(), "fr", "d MMMM"))
            parts.append(f"{here.hour}h{here.minute:02d}" if here.minute else f"{here.hour}h")
        return " ".join(filter(None, parts))

    # --- acting ---

    def ask(self, request_id: int, provider_ids: Collection[int], word: str = "") -> int:
        """Ask providers for a request: all of them or none."""
        from conciergedesk.core.db.unit import Unit
        from conciergedesk.requests import asks

        book = self.session.book()

        def all_of_them(unit: Unit) -> None:
            for provider_id in provider_ids:
                asks.ask_provider(unit, book, request_id, provider_id, word=word)

        self.session.act(all_of_them)
        return len(provider_ids)

    def letter(self, request_id: int, language: str = "", note: str = "") -> Confirmation:
        """The confirmation of a request's booking."""
        from conciergedesk.requests.ask_letters import prepare_confirmation
        from conciergedesk.requests.queries import request_card

        with self.session.desk().read() as session:
            card = request_card(session, request_id)
            return prepare_confirmation(
                session,
                self.session.book(),
                card,
                self.agency,
                self.session.now(),
                language=language,
                note=note,
            )

    def print_letter(self, request_ref: str, letter: Confirmation) -> Path:
        """Write the page to print into the desk's own folder, one file for each language."""
        from conciergedesk.core.paths import desk_home, make_private

        folder = make_private(desk_home() / "letters")
        path = folder / f"{request_ref}-{letter.language}.txt"
        path.write_text(letter.page, encoding="utf-8")
        return path

    def plan(self, path: str, progress: Progress, stopped: Stopped) -> ImportPlan:
        """Dry run of a listing."""
        from conciergedesk.core.paths import knowledge_base
        from conciergedesk.providers.importers.house import read_import_words
        from conciergedesk.providers.importers.listing import open_listing
        from conciergedesk.providers.importers.plan import plan_import

        words = read_import_words(knowledge_base() / "providers", self.finder.lexicon)
        listing = open_listing(Path(path).expanduser(), words, home=self.agency.home)
        with self.session.desk().read() as session:
            return plan_import(session, listing, self.rules, progress=progress, stopped=stopped)
